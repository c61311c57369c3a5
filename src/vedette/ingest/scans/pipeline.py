"""Scans, SBOMs, VEX documents and inventories into the lake: recognised, read record by record, committed by report.

A report is in the lake whole or not at all, and the same bytes read again with the same words of the user add nothing.
Small reports share a commit, so that twenty thousand of them do not become as many files. A report that could not be
read to its end is kept with what stood before the damage and marked with its ``problem``: what it leaves out is not
known to be gone.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, insert, select

from vedette.errors import UserError
from vedette.ingest.registry import sample_of
from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead, ScanReader, ScanRefusal
from vedette.ingest.scans.content import content_of
from vedette.ingest.scans.registry import recognise_scan, scan_reader_named
from vedette.ingest.scans.rows import Rows
from vedette.schema import ScanReport
from vedette.store import Lake, tables
from vedette.store.kept import SCANS, KeptMeanwhileError
from vedette.store.lake import Written
from vedette.store.state import now
from vedette.streams import Refused, Stream, StreamError, list_files, open_file

if TYPE_CHECKING:
    from vedette.ingest.scans.content import HeldContent

COMMIT_REPORTS = 500
"""Reports that share a commit at most."""
COMMIT_ROWS = 65_536
MAX_REFUSED = 1_000
"""Refused records of one file that are kept; the others are counted."""
MAX_PLACES = 100_000
RAW_BYTES = 64 << 10
"""Longer refused records are kept up to here, and marked as cut."""

NOTHING_SAID = ScanContext()

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Told how far a reading has come."""

    def __call__(self, *, done_bytes: int, total_bytes: int | None, n_events: int, name: str) -> None:
        """Take note; ``n_events`` counts records."""
        ...


@dataclass(slots=True)
class ScanFile:
    """What came of one file."""

    name: str
    reader: str | None
    report_id: str | None = None
    scanner: str = ""
    places: tuple[str, ...] = ()
    n_findings: int = 0
    n_components: int = 0
    n_statements: int = 0
    n_assets: int = 0
    n_refused: int = 0
    """Records in quarantine."""
    known: bool = False
    """Whether the lake had the very same report already; the counts are then 0."""
    problem: str | None = None
    """Why it was not read, or not to its end."""

    @property
    def n_records(self) -> int:
        """Return every record that was read."""
        return self.n_findings + self.n_components + self.n_statements + self.n_assets


@dataclass(slots=True)
class ScanSummary:
    """What came of reading scans."""

    files: list[ScanFile] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why records were refused, with counts."""

    def total(self, name: str) -> int:
        """Return the sum of a count over the files."""
        return sum(getattr(f, name) for f in self.files)


def read_scans(
    lake: Lake,
    paths: Sequence[Path | str],
    *,
    context: ScanContext = NOTHING_SAID,
    reader: str | None = None,
    progress: Progress | None = None,
) -> ScanSummary:
    """Read scanner results, SBOMs, VEX documents and inventories into the lake.

    Args:
        lake: where to.
        paths: files, folders and archives.
        context: what the user said about them.
        reader: name of the reader, where the content does not tell.
        progress: told how far it has come.

    Raises:
        UserError: a path does not exist, or a reader is not known.
    """
    if reader is not None:
        scan_reader_named(reader)
    files: list[Path] = []
    with ScanIntake(lake, context) as intake:
        for path in map(Path, paths):
            if not path.exists():
                raise UserError(f"no such file or folder: {path}", next_step="check the path")
            found, refused = list_files(path)
            files += [f for f in found if not f.resolve().is_relative_to(lake.home.resolve())]
            intake.summary.files += [ScanFile(r.name, None, problem=r.reason) for r in refused]
        for n_done, file in enumerate(files, 1):
            for opened in open_file(file):
                if isinstance(opened, Refused):
                    intake.summary.files.append(ScanFile(opened.name, None, problem=opened.reason))
                else:
                    _recognised(intake, opened, reader)
            if progress is not None:
                n_records = intake.summary.total("n_records")
                progress(done_bytes=n_done, total_bytes=len(files), n_events=n_records, name=str(file))
    return intake.summary


def _recognised(intake: ScanIntake, stream: Stream, name: str | None) -> None:
    try:
        reader = scan_reader_named(name) if name else recognise_scan(sample_of(stream))
    except StreamError as error:
        intake.summary.files.append(ScanFile(stream.name, None, problem=error.reason))
        return
    if reader is None:
        advice = "format not recognised: name it with --reader (vedette ingest --formats lists them)"
        intake.summary.files.append(ScanFile(stream.name, None, problem=advice))
        return
    intake.add(stream, reader)


class ScanIntake:
    """Takes files one by one and commits them; close it, or use it in a ``with``, to commit the last.

    Args:
        lake: where to.
        context: what the user said about the files.
        clock: returns the moment of receipt.
    """

    def __init__(
        self, lake: Lake, context: ScanContext = NOTHING_SAID, *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.summary = ScanSummary()
        self._lake = lake
        self._context = context
        self._clock = clock or (lambda: datetime.now(UTC))
        said = f"{context.asset}\0{context.timezone}" if context != NOTHING_SAID else ""
        self._said = blake2b(said.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()
        self._known = SCANS.shards(lake)
        self._begin()

    def __enter__(self) -> ScanIntake:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()

    def close(self) -> None:
        """Commit what is pending."""
        if self._shards:
            self._commit()

    def _begin(self) -> None:
        self._batch = uuid.uuid4().hex
        self._n_parts = 0
        self._rows = Rows()
        self._written: list[Written] = []
        self._shards: dict[str, str] = {}
        self._bad: list[dict[str, Any]] = []

    def add(self, stream: Stream, reader: ScanReader) -> ScanFile:
        """Read one stream with a reader; return what came of it, also where it could not be read."""
        file = ScanFile(stream.name, reader.name)
        self.summary.files.append(file)
        try:
            with content_of(stream, self._lake.home / "tmp") as content:
                self._read(stream, content, reader, file)
        except (StreamError, ScanError) as error:
            file.problem = error.reason
        return file

    def _read(self, stream: Stream, content: HeldContent, reader: ScanReader, file: ScanFile) -> None:
        file.report_id = content.digest
        shard = f"{content.digest}.{reader.name[:32]}.{self._said}"
        if self._known.get(content.digest) == shard or content.digest in self._shards:
            file.known = True
            return
        head = ScanHead()
        places: dict[str, None] = {}
        counts: Counter[str] = Counter()
        bad: list[dict[str, Any]] = []
        try:
            for record in reader.read(content, head, self._context):
                if isinstance(record, ScanRefusal):
                    refusal: ScanRefusal | None = record
                else:
                    refusal = self._rows.add(record, content.digest)
                    if refusal is None:
                        counts[type(record).__name__] += 1
                        place = getattr(record, "place", None)
                        if place is not None and len(places) < MAX_PLACES:
                            places[place.name] = None
                if refusal is not None:
                    file.n_refused += 1
                    self.summary.reasons[refusal.reason[:300]] += 1
                    if len(bad) < MAX_REFUSED:
                        bad.append(_bad_row(content.digest, stream.name, reader.name, refusal))
                if self._rows.is_full:
                    self._write_rows()
        except ScanError as error:
            file.problem = error.reason
        except Exception as error:  # a reader's fault must not end the reading of the other files
            log.exception("reader %s failed", reader.name)
            file.problem = f"the reader {reader.name} failed: {type(error).__name__}: {str(error)[:200]}"
        file.problem = file.problem or stream.problem
        places.update(dict.fromkeys(name for name in head.places[:MAX_PLACES] if name))
        file.n_findings, file.n_components = counts["ScanFinding"], counts["Component"]
        file.n_statements, file.n_assets = counts["VexStatement"], counts["Asset"]
        file.scanner, file.places = head.scanner, tuple(places)
        if file.problem is not None and file.n_records == 0:
            return  # nothing is known by it, and it may be read when it is whole
        self._rows.add_report(
            ScanReport(
                report_id=content.digest,
                reader=reader.name,
                scanner=head.scanner[:200],
                made_at=head.made_at,
                received_at=self._clock(),
                source=stream.name.rsplit("/", 1)[-1],
                places=file.places,
                n_findings=file.n_findings,
                n_components=file.n_components,
                n_statements=file.n_statements,
                n_assets=file.n_assets,
                n_refused=file.n_refused,
                problem=file.problem or "",
            )
        )
        self._bad += bad
        self._shards[content.digest] = shard
        if len(self._shards) >= COMMIT_REPORTS or self._n_parts or self._rows.n_rows >= COMMIT_ROWS:
            self._commit()

    def _write_rows(self) -> None:
        for table, rows in self._rows.take().items():
            part = f"{self._batch}-{self._n_parts}"
            self._written += self._lake.write(table, rows, job=SCANS.job, shard=f"{part}-{table}")
        self._n_parts += 1

    def _commit(self) -> None:
        self._write_rows()
        again = [report for report in self._shards if report in self._known]
        if again:  # the user says something else of these bytes now
            SCANS.forget(self._lake, again)
        while not self._try_commit():
            # somebody else has read some of these files meanwhile
            there = SCANS.shards(self._lake)
            double = frozenset(report for report in self._shards if report in there)
            self._written = SCANS.without(self._lake, self._written, double)
            self._bad = [row for row in self._bad if row["source"].removeprefix("scan:") not in double]
            for report in double:
                del self._shards[report]
        self._known.update(self._shards)
        self._begin()

    def _try_commit(self) -> bool:
        def beside(connection: Connection) -> None:
            SCANS.mark(connection, list(self._shards.values()))
            _store_bad(connection, self._bad, now())

        try:
            return self._lake.commit(self._written, job=SCANS.job, shard=f"batch-{self._batch}", extra=beside)
        except KeptMeanwhileError:
            return False


def _bad_row(report: str, name: str, reader: str, refusal: ScanRefusal) -> dict[str, Any]:
    digest = blake2b(f"{report}\0{refusal.pointer}".encode("utf-8", "backslashreplace"), digest_size=16)
    return {
        "record_id": digest.hexdigest(),
        "source": f"scan:{report}",
        "name": f"{name}#{refusal.pointer}"[:2_000],
        "offset": 0,
        "reader": reader,
        "reason": refusal.reason[:1_000],
        "raw": refusal.raw[:RAW_BYTES],
        "preamble": b"",
        "truncated": int(len(refusal.raw) > RAW_BYTES),
    }


def _store_bad(connection: Connection, bad: Sequence[dict[str, Any]], at: datetime) -> None:
    t = tables.quarantine
    rows = list({row["record_id"]: row for row in bad}.values())
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        ids = [row["record_id"] for row in part]
        held = set(connection.execute(select(t.c.record_id).where(t.c.record_id.in_(ids))).scalars())
        fresh = [{**row, "quarantined_at": at} for row in part if row["record_id"] not in held]
        if fresh:
            connection.execute(insert(t), fresh)
