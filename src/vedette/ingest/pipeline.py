"""From files to the lake: open, recognise, frame, identify, normalise, commit; quarantine beside.

Every step works on batches. A commit holds at most COMMIT_ROWS new events, so memory does not
grow with the file. Because ids come from content, reading again after a kill, or a grown,
rotated or renamed file, adds only what is missing.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, delete, func, insert, select

from vedette.bulk import Engine, LocalEngine, engine_named, run_shards
from vedette.errors import UserError
from vedette.ingest.base import Framing, Native, ReadContext, Reader, RecordError, Session, StatelessSession
from vedette.ingest.framing import RawBatch, frame_json, frame_lines
from vedette.ingest.identity import Identifier, KnownIds, source_name
from vedette.ingest.normalise import Normaliser
from vedette.ingest.registry import load_readers, reader_named, sample_of
from vedette.ingest.scans.base import ScanContext, ScanReader
from vedette.ingest.scans.pipeline import ScanIntake, ScanSummary
from vedette.ingest.scans.registry import load_scan_readers, surest_scan
from vedette.plugins import surest
from vedette.store import Lake, tables
from vedette.store.digests import pairs_of_hex
from vedette.store.state import now
from vedette.streams import Refused, Stream, StreamError, list_files, open_file, open_stdin

COMMIT_ROWS = 32_768
COMMIT_BYTES = 48 << 20
CHUNK_ROWS = 8_192
CHUNK_BYTES = 16 << 20
REPLAY_ROWS = 500
QUARANTINE_BYTES = 1 << 20
"""Longer bad records are kept up to here, and marked as cut."""


class Progress(Protocol):
    """Told how far an ingest has come."""

    def __call__(self, *, done_bytes: int, total_bytes: int | None, n_events: int, name: str) -> None:
        """Take note; called a few times a second at most by each commit."""
        ...


@dataclass(slots=True)
class FileSummary:
    """What came of one stream."""

    name: str
    reader: str | None
    source: str | None = None
    n_new: int = 0
    n_known: int = 0
    """Records that were in the lake already."""
    n_quarantined: int = 0
    n_quarantined_known: int = 0
    """Bad records that were in quarantine already."""
    n_skipped: int = 0
    """Headers and comments."""
    problem: str | None = None
    """Why it was not read, or not to its end."""

    @property
    def n_records(self) -> int:
        """Return every record that was met."""
        return self.n_new + self.n_known + self.n_quarantined + self.n_quarantined_known + self.n_skipped


@dataclass(slots=True)
class IngestSummary:
    """What came of an ingest."""

    files: list[FileSummary] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why records were quarantined, with counts."""
    scans: ScanSummary = field(default_factory=ScanSummary)
    """What came of the scans, SBOMs, VEX documents and inventories among the files; they are not in ``files``."""

    def total(self, name: str) -> int:
        """Return the sum of a count over the files."""
        return sum(getattr(f, name) for f in self.files)


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What the user said about the input."""

    reader: str | None = None
    """Name of the reader, where the content does not tell."""
    source: str | None = None
    """Logical source, where files of several hosts look alike."""
    context: ReadContext = field(default_factory=ReadContext)
    workers: int = 1
    asset: str | None = None
    """What scans are about that do not say it."""
    engine: Engine | None = None
    """Where records are parsed; None is this process or a pool of ``workers``."""


@dataclass(slots=True)
class _Chunk:
    """New records of one stream, on their way to becoming a table."""

    reader: str
    context: ReadContext
    source: str
    raws: list[bytes]
    ids: list[bytes]
    offsets: list[int]
    natives: list[Native | RecordError | None] | None
    """Parsed already where the session keeps state."""
    preamble: bytes = b""
    """The headers in force at the end, where the session keeps them."""
    before: bytes = b""
    """The headers in force at the beginning."""
    stretch: Sequence[bytes] = ()
    """All records of the stretch, known ones too, where the headers change in it."""
    kept: Sequence[int] | None = None
    """Which records of the stretch are in this chunk; None means all."""
    n_known: int = 0
    done_bytes: int = 0


@dataclass(slots=True)
class _Bad:
    """A record for the quarantine."""

    record_id: str
    offset: int
    reason: str
    raw: bytes
    preamble: bytes = b""


@dataclass(slots=True)
class _Parsed:
    table: pa.Table
    bad: list[_Bad]
    n_skipped: int


_normalisers: dict[tuple[str, int], tuple[ReadContext, Normaliser]] = {}


def _normaliser(reader: Reader, context: ReadContext) -> Normaliser:
    """Return the normaliser of this process for a reader; kept, because it learns the values."""
    key = (reader.name, 0)
    held = _normalisers.get(key)
    if held is None or held[0] != context:
        held = _normalisers[key] = (context, Normaliser(reader, context))
    return held[1]


def _work(chunk: _Chunk) -> _Parsed:
    """Parse and normalise one chunk: a function of its argument, on whichever process."""
    reader = reader_named(chunk.reader)
    natives = chunk.natives
    if natives is None:
        natives = reader.open(chunk.context).parse(chunk.raws)
    rows = [i for i, native in enumerate(natives) if isinstance(native, dict)]
    wrong = {i: native for i, native in enumerate(natives) if isinstance(native, RecordError)}
    n_skipped = len(natives) - len(rows) - len(wrong)
    good: list[Native] = [natives[i] for i in rows]  # type: ignore[misc]
    table, errors = _normaliser(reader, chunk.context).table(
        [chunk.raws[i] for i in rows], good, [chunk.ids[i].hex() for i in rows], chunk.source
    )
    wrong.update({rows[i]: error for i, error in errors.items()})
    headers = _headers(reader, chunk) if wrong else []
    bad = [
        _Bad(
            chunk.ids[i].hex(), chunk.offsets[i], error.reason, chunk.raws[i], headers[i] if headers else chunk.preamble
        )
        for i, error in sorted(wrong.items())
    ]
    return _Parsed(table, bad, n_skipped)


def _headers(reader: Reader, chunk: _Chunk) -> list[bytes]:
    """Return the headers in force at each record, or nothing where they are the same for all."""
    if not chunk.stretch:
        return []
    session = reader.open(chunk.context)
    if chunk.before:
        session.parse(chunk.before.split(b"\n"))
    found: list[bytes] = []
    for raw in chunk.stretch:
        found.append(session.preamble())
        session.parse([raw])
    return [found[i] for i in chunk.kept] if chunk.kept is not None else found


def ingest(
    lake: Lake,
    paths: Sequence[Path | str],
    options: IngestOptions = IngestOptions(),
    *,
    stdin: IO[bytes] | None = None,
    progress: Progress | None = None,
) -> IngestSummary:
    """Read files, folders, archives and standard input into the lake: logs as events, scans as what they say.

    Args:
        lake: where to.
        paths: files and folders; ``-`` is standard input.
        options: what the user said about them.
        stdin: the binary standard input.
        progress: told how far it has come.

    Raises:
        UserError: a path does not exist, or a reader is not known.
    """
    if options.reader is not None:
        _named(options.reader)
    summary = IngestSummary()
    files: list[Path] = []
    use_stdin = False
    for path in paths:
        if str(path) == "-":
            use_stdin = True
            continue
        place = Path(path)
        if not place.exists():
            raise UserError(f"no such file or folder: {place}", next_step="check the path")
        found, refused = list_files(place)
        inside = lake.home.resolve()
        files += [f for f in found if not f.resolve().is_relative_to(inside)]
        summary.files += [FileSummary(r.name, None, problem=r.reason) for r in refused]
    sizes = [_size_bytes(file) for file in files]
    known: dict[str, KnownIds] = {}
    total_bytes = None if use_stdin else sum(sizes)
    done_before = 0
    scans = ScanIntake(lake, ScanContext(options.asset, options.context.timezone))
    summary.scans = scans.summary
    try:
        for file, size_bytes in zip(files, sizes, strict=True):
            for opened in open_file(file):
                _one(lake, opened, options, summary, known, scans, progress, done_before, total_bytes)
            done_before += size_bytes
        if use_stdin:
            if stdin is None:
                raise UserError("standard input is not available here")
            for opened in open_stdin(stdin):
                _one(lake, opened, options, summary, known, scans, progress, 0, None)
        scans.close()
    finally:
        for ids in known.values():
            ids.close()
    return summary


def _size_bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # gone meanwhile: opening it will say so
        return 0


def _named(name: str) -> Reader | ScanReader:
    """Return the reader of logs or scans of that name.

    Raises:
        UserError: there is none.
    """
    logs, scans = load_readers()[0], load_scan_readers()[0]
    reader = logs.get(name) or scans.get(name)
    if reader is None:
        names = ", ".join(sorted((*logs, *scans)))
        raise UserError(f"no reader is called {name!r}", next_step=f"choose one of: {names}")
    return reader


def _surest(opened: Stream) -> Reader | ScanReader | None:
    """Return the reader that is surest of a stream; where two are as sure, that of logs."""
    sample = sample_of(opened)
    reader, score = surest(load_readers()[0].values(), sample)
    scan_reader, scan_score = surest_scan(sample)
    return scan_reader if scan_score > score else reader


def _one(
    lake: Lake,
    opened: Stream | Refused,
    options: IngestOptions,
    summary: IngestSummary,
    known: dict[str, KnownIds],
    scans: ScanIntake,
    progress: Progress | None,
    done_before: int,
    total_bytes: int | None,
) -> None:
    if isinstance(opened, Refused):
        summary.files.append(FileSummary(opened.name, None, problem=opened.reason))
        return
    try:
        reader = _named(options.reader) if options.reader else _surest(opened)
    except StreamError as error:
        summary.files.append(FileSummary(opened.name, None, problem=error.reason))
        return
    if reader is None:
        advice = "format not recognised: name it with --reader, or describe it with --mapping"
        summary.files.append(FileSummary(opened.name, None, problem=advice))
        return
    if isinstance(reader, ScanReader) and not isinstance(reader, Reader):
        scans.add(opened, reader)
        if progress is not None:
            n_events = summary.total("n_new") + summary.scans.total("n_records")
            done_bytes = done_before + opened.consumed()
            progress(done_bytes=done_bytes, total_bytes=total_bytes, n_events=n_events, name=opened.name)
        return
    held = FileSummary(opened.name, reader.name)
    summary.files.append(held)
    context = ReadContext(
        opened.base, options.context.timezone, options.context.year, options.context.host, options.context.options
    )
    run = _StreamRun(lake, reader, context, options, held, summary.reasons, known)
    for done_bytes in run.read(opened):
        if progress is not None:
            n_events = summary.total("n_new")
            progress(done_bytes=done_before + done_bytes, total_bytes=total_bytes, n_events=n_events, name=opened.name)


def _leads(natives: Sequence[Native | RecordError | None] | None) -> bool:
    """Return whether all headers and comments stand before the first record."""
    first = next((i for i, native in enumerate(natives or ()) if native is not None), 0)
    return None not in (natives or ())[first:]


def _job_of(source: str) -> str:
    return "ingest:" + blake2b(source.encode(), digest_size=12).hexdigest()


class _StreamRun:
    """The reading of one stream."""

    def __init__(
        self,
        lake: Lake,
        reader: Reader,
        context: ReadContext,
        options: IngestOptions,
        summary: FileSummary,
        reasons: Counter[str],
        known: dict[str, KnownIds],
    ) -> None:
        self._lake = lake
        self._reader = reader
        self._context = context
        self._options = options
        self._summary = summary
        self._reasons = reasons
        self._all_known = known
        self._session: Session | None = None
        self._identifier: Identifier | None = None
        self._known: KnownIds | None = None
        self._spool: Path | None = None
        self._job = ""

    def read(self, stream: Stream) -> Iterator[int]:
        """Read the stream to its end; yield the bytes of the user's file read, after each commit."""
        pending: list[pa.Table] = []
        bad: list[_Bad] = []
        n_rows = n_bytes = 0
        stream.ends_at_damage = True
        try:
            self._session = self._reader.open(self._context)
            for chunk, parsed in run_shards(_work, self._chunks(stream), engine=self._engine()):
                self._summary.n_known += chunk.n_known
                self._summary.n_skipped += parsed.n_skipped
                pending.append(parsed.table)
                bad += parsed.bad
                n_rows += parsed.table.num_rows
                n_bytes += parsed.table.nbytes
                if n_rows >= COMMIT_ROWS or n_bytes >= COMMIT_BYTES or len(bad) >= COMMIT_ROWS:
                    self._commit(pending, bad)
                    pending, bad, n_rows, n_bytes = [], [], 0, 0
                    yield chunk.done_bytes
        except StreamError as error:
            self._summary.problem = error.reason
        except RecordError as error:  # a reader that cannot even start (its mapping file is wrong)
            self._summary.problem = error.reason
        finally:
            if pending or bad:
                self._commit(pending, bad)
            if self._spool is not None:
                self._spool.unlink(missing_ok=True)
            if self._identifier is not None:
                self._identifier.close()
        if stream.problem is not None:
            self._summary.problem = stream.problem
        if self._summary.n_records == 0 and self._summary.problem is None:
            self._summary.problem = "no records in it"
        yield int(stream.consumed())

    def _engine(self) -> Engine:
        if not isinstance(self._session, StatelessSession):  # each record needs those before it
            return LocalEngine()
        return self._options.engine or engine_named(None, self._options.workers)

    def _frames(self, stream: Stream) -> Iterable[RawBatch]:
        if self._reader.framing is Framing.LINES:
            return frame_lines(stream)
        if self._reader.framing is Framing.JSON:
            return frame_json(stream)
        path = stream.path
        if path is None:
            folder = self._lake.home / "tmp"
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix="ingest-", delete=False) as handle:
                path = self._spool = Path(handle.name)
                while data := stream.read(1 << 20):
                    handle.write(data)
        return self._reader.frame(path)  # type: ignore[attr-defined, no-any-return]

    def _chunks(self, stream: Stream) -> Iterator[_Chunk]:
        raws: list[bytes] = []
        offsets: list[int] = []
        bad: dict[int, str] = {}
        size = 0
        for batch in self._frames(stream):
            at = 0
            while at < len(batch.records):
                take = CHUNK_ROWS - len(raws)
                part = batch.records[at : at + take]
                bad.update({len(raws) + i - at: why for i, why in batch.bad.items() if at <= i < at + take})
                raws += part
                offsets += batch.offsets[at : at + take]
                size += sum(map(len, part))
                at += take
                if len(raws) >= CHUNK_ROWS or size >= CHUNK_BYTES:
                    yield from self._chunk(stream, raws, offsets, bad)
                    raws, offsets, bad, size = [], [], {}, 0
        if raws:
            yield from self._chunk(stream, raws, offsets, bad)

    def _chunk(self, stream: Stream, raws: list[bytes], offsets: list[int], bad: dict[int, str]) -> Iterator[_Chunk]:
        session = self._session
        assert session is not None  # noqa: S101 (set before the first chunk)
        natives: list[Native | RecordError | None] | None = None
        before = session.preamble()
        if self._identifier is None or bad or not isinstance(session, StatelessSession):
            natives = session.parse(raws)
            for i, reason in bad.items():
                natives[i] = RecordError(reason)
        if self._identifier is None:
            first = next((i for i, native in enumerate(natives or []) if native is not None), None)
            if first is None:  # only headers so far: they say nothing of which file this is
                self._summary.n_skipped += len(raws)
                return
            self._begin(raws[first], next((n for n in natives or [] if isinstance(n, dict)), None))
        identifier = self._identifier
        assert identifier is not None  # noqa: S101 (set by _begin)
        ids, found = identifier.identify(raws)
        assert self._known is not None  # noqa: S101 (set by _begin)
        known = self._known.contains(found)
        n_known = int(known.sum())
        after = session.preamble()
        stretch, kept = (raws if after != before and not _leads(natives) else ()), None
        if n_known:
            kept = keep = [i for i, is_known in enumerate(known.tolist()) if not is_known]
            raws = [raws[i] for i in keep]
            offsets = [offsets[i] for i in keep]
            ids = [ids[i] for i in keep]
            natives = [natives[i] for i in keep] if natives is not None else None
        yield _Chunk(
            self._reader.name,
            self._context,
            self._source,
            raws,
            ids,
            offsets,
            natives,
            preamble=after,
            before=before,
            stretch=stretch,
            kept=kept,
            n_known=n_known,
            done_bytes=int(stream.consumed()),
        )

    def _begin(self, first_raw: bytes, first_native: Native | None) -> None:
        own_ids = first_native is not None and self._reader.self_identifying(first_native)
        self._source = source_name(self._reader.name, first_raw, self_identifying=own_ids, given=self._options.source)
        self._summary.source = self._source
        self._job = _job_of(self._source)
        self._identifier = Identifier(self._source, self._lake.home / "tmp")
        known = self._all_known.get(self._source)
        if known is None:
            known = self._all_known[self._source] = KnownIds(self._lake, self._source)
        self._known = known

    def _commit(self, parts: list[pa.Table], bad: list[_Bad]) -> None:
        rows = pa.concat_tables(parts) if parts else None
        known_ids = self._known
        assert known_ids is not None  # noqa: S101 (set before the first chunk)
        while True:
            ids = rows.column("event_id").to_pylist() if rows is not None else []
            digest = blake2b(digest_size=16)
            # apart: a record that was bad may be good when it is read again with --timezone
            digest.update("".join((*ids, "bad", *(b.record_id for b in bad))).encode())
            shard = digest.hexdigest()
            written = (
                self._lake.write("events", rows, job=self._job, shard=shard, source=self._source)
                if rows is not None
                else []
            )
            counts: dict[str, int] = {}

            def beside(connection: Connection, ids: list[str] = ids, counts: dict[str, int] = counts) -> None:
                counts["n_bad"] = self._store_bad(connection, bad, ids)
                counts["seq"] = connection.execute(select(func.max(tables.segments.c.seq))).scalar() or 0

            if self._lake.commit(
                written,
                job=self._job,
                shard=shard,
                after=known_ids.last_seq,
                extra=beside,
            ):
                break
            # somebody else has read this source meanwhile: leave out what they brought
            known_ids.refresh()
            if rows is not None:
                known = known_ids.contains(pairs_of_hex(ids))
                rows = rows.filter(pa.array(~known))
                self._summary.n_known += int(known.sum())
        if counts and written:  # the commit looked: nobody else had added to the source, so we know all of it
            known_ids.add(pairs_of_hex(ids))
            known_ids.last_seq = counts["seq"]
        if rows is not None and (counts or not written):
            self._summary.n_new += rows.num_rows
        elif rows is not None:  # somebody else committed the very same records meanwhile
            self._summary.n_known += rows.num_rows
        n_bad = counts.get("n_bad", 0)
        self._summary.n_quarantined += n_bad
        self._summary.n_quarantined_known += len(bad) - n_bad
        self._reasons.update(b.reason for b in bad)

    def _store_bad(self, connection: Connection, bad: list[_Bad], new_ids: list[str]) -> int:
        t = tables.quarantine
        held_here = select(t.c.record_id).where(t.c.source == self._source).limit(1)
        if new_ids and connection.execute(held_here).first() is not None:
            for start in range(0, len(new_ids), 500):
                connection.execute(delete(t).where(t.c.record_id.in_(new_ids[start : start + 500])))
        if not bad:
            return 0
        at = now()
        rows = [
            {
                "record_id": b.record_id,
                "source": self._source,
                "name": self._summary.name,
                "offset": b.offset,
                "reader": self._reader.name,
                "reason": b.reason,
                "raw": b.raw[:QUARANTINE_BYTES],
                "preamble": b.preamble,
                "truncated": int(len(b.raw) > QUARANTINE_BYTES or b.reason.startswith("record longer")),
                "quarantined_at": at,
            }
            for b in bad
        ]
        ids = [row["record_id"] for row in rows]
        held: set[str] = set()
        for start in range(0, len(ids), 500):
            held.update(
                connection.execute(select(t.c.record_id).where(t.c.record_id.in_(ids[start : start + 500]))).scalars()
            )
        fresh = [row for row in rows if row["record_id"] not in held]
        if fresh:
            connection.execute(insert(t), fresh)
        return len(fresh)


def replay(lake: Lake, options: IngestOptions = IngestOptions()) -> IngestSummary:
    """Try the records in quarantine again, with what the user says now; return what came of it.

    Records that become events leave the quarantine in the same transaction.
    """
    summary = IngestSummary()
    t = tables.quarantine
    with lake.state.connect() as connection:
        # a record of a scan is read again with its file
        found = select(t.c.source, t.c.reader, t.c.name, t.c.preamble).distinct()
        found = found.where(t.c.source.not_like("scan:%"))
        groups = connection.execute(found.order_by(t.c.source, t.c.reader, t.c.name, t.c.preamble)).all()
    for source, reader_name, name, preamble in groups:
        held = FileSummary(name, reader_name, source)
        summary.files.append(held)
        readers, _ = load_readers()
        reader = readers.get(reader_name)
        if reader is None:
            held.problem = f"no reader is called {reader_name!r} any more"
            continue
        context = ReadContext(
            name.rsplit("/", 1)[-1].lower(),
            options.context.timezone,
            options.context.year,
            options.context.host,
            options.context.options,
        )
        try:
            _replay_group(lake, held, summary.reasons, reader, context, preamble)
        except RecordError as error:  # the mapping file is wrong
            held.problem = error.reason
    return summary


def _replay_group(
    lake: Lake, held: FileSummary, reasons: Counter[str], reader: Reader, context: ReadContext, preamble: bytes
) -> None:
    """Try again the records of one file that stood under the same headers."""
    t = tables.quarantine
    source = held.source or ""
    here = (t.c.source == source, t.c.reader == reader.name, t.c.name == held.name, t.c.preamble == preamble)
    session = reader.open(context)
    if preamble:
        session.parse(preamble.split(b"\n"))
    with lake.state.connect() as connection:
        wanted = select(t.c.record_id).where(*here, t.c.truncated == 0).order_by(t.c.offset, t.c.record_id)
        all_ids = list(connection.execute(wanted).scalars())
    for start in range(0, len(all_ids), REPLAY_ROWS):
        part = all_ids[start : start + REPLAY_ROWS]
        with lake.state.connect() as connection:
            rows = connection.execute(
                select(t.c.record_id, t.c.offset, t.c.raw)
                .where(t.c.record_id.in_(part))
                .order_by(t.c.offset, t.c.record_id)
            ).all()
        raws = [row.raw for row in rows]
        natives = session.parse(raws)
        ids = [bytes.fromhex(row.record_id) for row in rows]
        offsets = [row.offset for row in rows]
        parsed = _work(_Chunk(reader.name, context, source, raws, ids, offsets, natives))
        _leave_quarantine(lake, held, parsed.table)
        held.n_quarantined += len(parsed.bad)
        held.n_skipped += parsed.n_skipped
        reasons.update(b.reason for b in parsed.bad)


def _leave_quarantine(lake: Lake, held: FileSummary, rows: pa.Table) -> None:
    """Put events into the lake and take their records out of the quarantine, once whoever else does the same."""
    t = tables.quarantine
    source = held.source or ""
    job = _job_of(source)
    ids: list[str] = rows.column("event_id").to_pylist()
    while ids:
        segments = lake.segments("events", source=source)
        last_seq = max((s.seq for s in segments), default=0)
        with lake.state.connect() as connection:
            still = set(connection.execute(select(t.c.record_id).where(t.c.record_id.in_(ids))).scalars())
        # whoever took a record out meanwhile has put its event into the lake
        new = rows.filter(pa.array([value in still for value in ids]))
        shard = "replay-" + blake2b("".join(new.column("event_id").to_pylist()).encode(), digest_size=12).hexdigest()
        done: list[bool] = []

        def leave(connection: Connection, done: list[bool] = done) -> None:
            connection.execute(delete(t).where(t.c.record_id.in_(ids)))
            done.append(True)

        written = lake.write("events", new, job=job, shard=shard, source=source)
        if lake.commit(written, job=job, shard=shard, after=last_seq, extra=leave):
            held.n_new += new.num_rows if done else 0
            held.n_known += len(ids) - (new.num_rows if done else 0)
            return


def quarantined(lake: Lake, limit: int = 1000) -> list[dict[str, Any]]:
    """Return records in quarantine: where they stood, why, and their text."""
    t = tables.quarantine
    with lake.state.connect() as connection:
        rows = connection.execute(select(t).order_by(t.c.source, t.c.offset).limit(limit)).mappings()
        return [
            {
                **row,
                "raw": row["raw"].decode("utf-8", "backslashreplace"),
                "preamble": None,
                "truncated": bool(row["truncated"]),
            }
            for row in rows
        ]
