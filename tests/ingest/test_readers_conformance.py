"""What holds for every registered reader, on any input: no exception escapes, nothing hangs, counts add up."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hostile import variants
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_support import as_lines, sysmon

from vedette.ingest import IngestOptions, ReadContext, ingest, load_readers
from vedette.ingest.base import Framing, RecordError, Sample
from vedette.ingest.framing import frame_json, frame_lines
from vedette.ingest.normalise import Normaliser
from vedette.ingest.registry import sample_of
from vedette.schema import EventClass
from vedette.store import Lake
from vedette.streams import Stream, open_file

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
READERS, BROKEN = load_readers()
NAMES = sorted(READERS)
FOLDERS = {
    "auditd_json": ("auditd",),
    "syslog": ("syslog", "authlog"),
    "syslog_json": ("syslog",),
    "web_json": ("web",),
    "evtx": ("windows_json",),
    "mapping": ("csv", "json_mapping"),
}
CLASSES = {c.value for c in EventClass}


def golden_inputs(name: str) -> list[Path]:
    """Return the golden inputs that a reader is fuzzed with."""
    found = [
        path
        for folder in FOLDERS.get(name, (name,))
        for path in sorted((GOLDEN / folder).glob("*"))
        if path.is_file() and ".expected" not in path.name and path.suffix not in (".yaml", ".yml")
    ]
    as_json = [p for p in found if p.suffix in (".json", ".jsonl")]
    if name.endswith("_json") and name != "windows_json":
        return as_json
    return found


def context_for(name: str) -> ReadContext:
    from datetime import UTC

    options = {}
    if name in ("csv", "json_mapping", "mapping"):
        options["mapping"] = str(next((GOLDEN / FOLDERS.get(name, (name,))[0]).glob("*.yaml")))
    return ReadContext(timezone=UTC, year=2026, options=options)


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail where something hangs."""

    def ring(*_: Any) -> None:
        raise AssertionError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_no_reader_is_broken() -> None:
    assert BROKEN == ()
    assert len(NAMES) >= 17


@pytest.mark.parametrize("name", NAMES)
def test_protocol(name: str) -> None:
    reader = READERS[name]
    assert reader.name == name
    assert reader.name.isidentifier()
    assert reader.title
    assert reader.title[0].isupper()
    assert isinstance(reader.framing, Framing)
    assert reader.examples
    assert all(isinstance(e, str) and e for e in reader.examples)
    for part in (type(reader), type(reader).sniff, type(reader).open, type(reader).kind, type(reader).mapping):
        assert (part.__doc__ or "").strip(), f"{part} has no docstring"
    assert hasattr(reader, "frame") == (reader.framing is Framing.BINARY)
    session = reader.open(context_for(name))
    assert session.parse([]) == []
    assert isinstance(session.preamble(), bytes)


@pytest.mark.parametrize("name", NAMES)
def test_each_reader_has_golden_inputs(name: str) -> None:
    assert golden_inputs(name), f"tests/golden/{name} is empty"


def _sample(data: bytes, name: str = "log") -> Sample:
    import io

    return sample_of(Stream(name, name, io.BytesIO(data)))


_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def _lines_of(name: str) -> list[bytes]:
    import io

    out: list[bytes] = []
    for path in golden_inputs(name):
        data = path.read_bytes()
        frame = frame_lines if READERS[name].framing is Framing.LINES else frame_json
        out += [r for batch in frame(Stream("x", "x", io.BytesIO(data))) for r in batch.records]
    return out or [b"{}"]


def _mutations(lines: list[bytes]) -> st.SearchStrategy[bytes]:
    """Golden records with a stretch replaced by anything."""

    @st.composite
    def mutated(draw: st.DrawFn) -> bytes:
        line = draw(st.sampled_from(lines))
        start = draw(st.integers(0, len(line)))
        stop = min(len(line), start + draw(st.integers(0, 12)))
        put = draw(st.binary(max_size=8) | st.sampled_from([b"null", b"[]", b"{}", b'"', b"\\", b"1e999", b"\t", b"-"]))
        return (line[:start] + put + line[stop:]).replace(b"\n", b" ")

    @st.composite
    def retyped(draw: st.DrawFn) -> bytes:
        try:
            record = orjson.loads(draw(st.sampled_from(lines)))
        except orjson.JSONDecodeError:
            return draw(st.binary(max_size=60))
        place = record
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            if isinstance(place[key], dict) and draw(st.booleans()):
                place = place[key]
                continue
            place[key] = draw(_json_values)
            break
        try:
            return orjson.dumps(record)
        except (TypeError, orjson.JSONEncodeError):  # a number or text that JSON cannot hold
            return repr(record).encode("utf-8", "replace")

    return mutated() | retyped() | st.binary(max_size=60) | st.sampled_from(lines)


def check_batch(name: str, records: list[bytes]) -> None:
    reader = READERS[name]
    context = context_for(name)
    natives = reader.open(context).parse(records)
    assert len(natives) == len(records)
    good = []
    for native in natives:
        assert native is None or isinstance(native, (dict, RecordError))
        if isinstance(native, RecordError):
            assert native.reason
            assert len(native.reason) < 1_000
        if isinstance(native, dict):
            good.append(native)
            hash(reader.kind(native))
            assert reader.self_identifying(native) in (True, False)
    ids = [f"{i:032x}" for i in range(len(good))]
    table, errors = Normaliser(reader, context).table([b"{}"] * len(good), good, ids, "s")
    assert table.num_rows + len(errors) == len(good)
    assert set(table.column("class_name").to_pylist()) <= CLASSES
    assert len(set(table.column("event_id").to_pylist())) == table.num_rows


@pytest.mark.parametrize("name", NAMES)
def test_any_records_parse_or_say_why(name: str) -> None:
    @given(st.lists(_mutations(_lines_of(name)), min_size=1, max_size=8))
    @settings(max_examples=20)
    def check(records: list[bytes]) -> None:
        check_batch(name, records)

    check()


@pytest.mark.parametrize("name", NAMES)
def test_sniffing_never_raises(name: str) -> None:
    lines = _lines_of(name)

    @given(st.lists(_mutations(lines), max_size=4), st.text(max_size=20))
    @settings(max_examples=20)
    def check(records: list[bytes], file_name: str) -> None:
        score = READERS[name].sniff(_sample(b"\n".join(records), file_name))
        assert 0.0 <= score <= 1.0

    check()


def n_standing(name: str, path: Path) -> int | None:
    """Return how many records stand in a file, counted another way than ingest counts; None: not readable."""
    for opened in open_file(path):
        if not isinstance(opened, Stream):
            return None
        if READERS[name].framing is Framing.LINES:
            content = b""
            while part := opened.read(1 << 20):
                content += part
            return sum(1 for line in content.split(b"\n") if line.strip())
        return sum(len(batch.records) for batch in frame_json(opened))
    return None


TEXT_READERS = [n for n in NAMES if READERS[n].framing is not Framing.BINARY]


@pytest.mark.parametrize("name", TEXT_READERS)
def test_hostile_files_are_read_and_counted(name: str, tmp_path: Path, lake: Lake) -> None:
    """Through the public door: hostile variants of one golden input, with the reader named."""
    check_hostile_files(name, golden_inputs(name)[:1], seeds=(0,), tmp_path=tmp_path, lake=lake)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXT_READERS)
def test_more_hostile_files_are_read_and_counted(name: str, tmp_path: Path, lake: Lake) -> None:
    """Every golden input, several seeds."""
    check_hostile_files(name, golden_inputs(name), seeds=(1, 2, 3), tmp_path=tmp_path, lake=lake)


def check_hostile_files(name: str, inputs: list[Path], seeds: tuple[int, ...], tmp_path: Path, lake: Lake) -> None:
    options = IngestOptions(reader=name, context=context_for(name))
    folder = tmp_path / "logs"
    folder.mkdir()
    for number, (golden, seed) in enumerate((golden, seed) for golden in inputs for seed in seeds):
        for title, data in variants(golden.read_bytes(), seed=seed * 100 + number).items():
            (folder / f"{number}-{title.replace(' ', '_')}").write_bytes(data)
    with within(300):
        started = time.monotonic()
        summary = ingest(lake, [folder], options)
        took_s = time.monotonic() - started
    assert took_s < 60 * len(seeds) * len(inputs)
    files = {Path(f.name).name: f for f in summary.files}
    assert len(files) == len(list(folder.iterdir()))
    for path in sorted(folder.iterdir()):
        held = files[path.name]
        wanted = n_standing(name, path)
        if wanted is None:
            assert held.problem
        else:
            assert held.n_records == wanted, (path.name, held)
    with lake.connection() as connection:
        rows = connection.execute("SELECT event_id, native, raw, class_name, time FROM events").fetchall()
    assert len(rows) == summary.total("n_new") == len({row[0] for row in rows})
    assert rows, "not even the golden inputs gave events"
    for _, native, _, class_name, at in rows:
        assert isinstance(orjson.loads(native), dict)
        assert class_name in CLASSES
        assert 1900 <= at.year <= 2200
    from vedette.ingest import quarantined

    assert len(quarantined(lake, limit=10**6)) == summary.total("n_quarantined")

    again = ingest(lake, [folder], options)
    assert again.total("n_new") == 0
    assert again.total("n_quarantined") == 0
    assert again.total("n_records") == summary.total("n_records")


def test_hostile_files_are_refused_or_read_without_a_reader_named(tmp_path: Path, lake: Lake) -> None:
    """The format told by content: every variant of every golden input in one folder."""
    folder = tmp_path / "logs"
    folder.mkdir()
    inputs = sorted({path for name in NAMES for path in golden_inputs(name)})
    for number, golden in enumerate(inputs):
        made = variants(golden.read_bytes(), seed=1_000 + number)
        for title in ("cut", "flipped", "binary", "binary between", "nul", "types", "nested", "brackets", "tail only"):
            (folder / f"{number}-{title.replace(' ', '_')}").write_bytes(made[title])
    with within(120):
        summary = ingest(lake, [folder], IngestOptions(context=context_for("syslog")))
    assert len(summary.files) == len(list(folder.iterdir()))
    assert all(f.reader or f.problem for f in summary.files)
    with lake.connection() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (summary.total("n_new"),)


def test_damaged_evtx_is_told(tmp_path: Path, lake: Lake) -> None:
    import random

    chance = random.Random(3)
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.evtx").write_bytes(b"ElfFile\x00" + chance.randbytes(chance.randrange(20_000)))
    (folder / "zero.evtx").write_bytes(b"ElfFile\x00" + b"\x00" * 70_000)
    with within(60):
        summary = ingest(lake, [folder])
    assert len(summary.files) == 31
    for f in summary.files:
        assert f.reader == "evtx"
        assert f.problem or f.n_quarantined


def test_records_longer_than_the_limit_are_quarantined_and_the_rest_read(tmp_path: Path, lake: Lake) -> None:
    path = tmp_path / "long.json"
    huge = b'{"EventID":1,"Hostname":"x","Channel":"Security","CommandLine":"' + b"A" * (17 << 20) + b'"}\n'
    path.write_bytes(as_lines([sysmon(1)]) + huge + as_lines([sysmon(2)]))
    summary = ingest(lake, [path])
    assert (summary.total("n_new"), summary.total("n_quarantined")) == (2, 1)
    assert "longer than 16 MiB" in next(iter(summary.reasons))
