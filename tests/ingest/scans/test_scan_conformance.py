"""What holds for every registered reader of scans: it knows its own, says what it gives, and survives anything."""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hostile import variants
from hypothesis import given, settings
from hypothesis import strategies as st
from scans_support import read, sample, stream_of

from vedette.ingest import load_readers
from vedette.ingest.registry import surest
from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead, ScanReader, ScanRefusal
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.registry import load_scan_readers, recognise_scan
from vedette.ingest.scans.rows import Rows
from vedette.schema import Asset, Component, ScanFinding, VexStatement
from vedette.streams import Stream, open_file

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
READERS, BROKEN = load_scan_readers()
NAMES = sorted(READERS)
RECORDS = (ScanFinding, Component, VexStatement, Asset)
PLACES = {"unknown", "none", "null", "-", "n/a", ""}

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


def example(name: str) -> bytes:
    """Return the reader's example: a small report made for this test."""
    found = sorted((GOLDEN / "scans").glob(f"{name}.*"))
    assert found, f"there is no tests/golden/scans/{name}.* for the reader {name}"
    return found[0].read_bytes()


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


def survive(reader: ScanReader, data: bytes) -> list[Any]:
    """Read bytes; only a ScanError may end it, and what is yielded must be fit for the lake."""
    content = HeldContent("report", "0" * 32, len(data), data)
    head = ScanHead()
    out: list[Any] = []
    reason = "read to its end"
    try:
        out.extend(reader.read(content, head, ScanContext()))
    except ScanError as error:
        reason = error.reason
    assert reason.strip()
    assert len(reason) < 1_000
    for record in out:
        check_record(record)
    assert all(isinstance(place, str) for place in head.places)
    assert isinstance(head.scanner, str)
    assert head.made_at is None or head.made_at.tzinfo is not None
    return out


def check_record(record: Any) -> None:
    if isinstance(record, ScanRefusal):
        assert record.reason.strip()
        assert len(record.reason) < 4_000  # what is kept of it is cut
        assert len(record.raw) < 1 << 20
        return
    assert type(record) in RECORDS
    assert isinstance(record.pointer, str)
    for spec in fields(record):
        value = getattr(record, spec.name)
        if isinstance(value, tuple):
            assert all(isinstance(item, str) for item in value), (spec.name, value)
        elif isinstance(value, datetime):
            assert value.tzinfo is not None, spec.name
    if isinstance(record, ScanFinding):
        assert record.ids
        assert all(record.ids), record.ids
        assert record.score is None or 0 <= record.score <= 10
        assert record.epss is None or 0 <= record.epss <= 1
    if isinstance(record, (ScanFinding, Component)):
        assert record.place.name.strip().lower() not in PLACES, record.place
    if isinstance(record, VexStatement):
        assert record.author.strip()
    refused = Rows().add(record, "0" * 32)
    assert refused is None or "longer" in refused.reason, refused


def test_no_reader_is_broken() -> None:
    assert BROKEN == ()
    assert len(NAMES) >= 20


def test_no_name_is_taken_twice() -> None:
    assert not set(NAMES) & set(load_readers()[0])


@pytest.mark.parametrize("name", NAMES)
def test_protocol(name: str) -> None:
    reader = READERS[name]
    assert reader.name == name
    assert reader.name.isidentifier()
    assert len(reader.name) <= 32
    assert reader.title
    assert reader.examples
    assert all(isinstance(e, str) and e for e in reader.examples)
    module = sys.modules.get(type(reader).__module__) or importlib.import_module(type(reader).__module__)
    for part in (module, type(reader), type(reader).sniff, type(reader).read):
        assert (part.__doc__ or "").strip(), f"{part} has no docstring"


@pytest.mark.parametrize("name", NAMES)
def test_knows_its_own(name: str) -> None:
    found = sample(example(name), f"{name}.txt")
    reader = recognise_scan(found)
    assert reader is not None
    assert reader.name == name
    scan_score = surest(READERS.values(), found)[1]
    assert scan_score > surest(load_readers()[0].values(), found)[1], "a reader of logs is as sure"


@pytest.mark.parametrize("name", NAMES)
def test_reads_its_own(name: str, tmp_path: Path) -> None:
    records, head = read(READERS[name], example(name), tmp_path)
    assert records
    assert not any(isinstance(record, ScanRefusal) for record in records), records
    for record in records:
        check_record(record)
    kinds = {type(record) for record in records}
    pointers = [(type(record), record.pointer) for record in records]
    assert all(pointer for _, pointer in pointers)
    assert len(pointers) == len(set(pointers)), "two records of one kind have the same pointer"
    if kinds & {ScanFinding, Component}:
        assert head.scanner or Component in kinds
    again, _ = read(READERS[name], example(name), tmp_path)
    assert again == records


@pytest.mark.parametrize("name", NAMES)
def test_survives_damage_and_malice(name: str) -> None:
    reader = READERS[name]
    made = variants(example(name), seed=7)
    with within(60):
        for data in made.values():
            reader.sniff(sample(data))
            survive(reader, data.decode("utf-8", "replace").encode())


@pytest.mark.parametrize("name", NAMES)
def test_survives_bombs_and_depth(name: str) -> None:
    reader = READERS[name]
    data = example(name)
    body = data[data.index(b"?>") + 2 :] if data.startswith(b"<?xml") else data
    root = body.lstrip()[1:].split(b">")[0].split()[0] if body.lstrip().startswith(b"<") else b"x"
    hostile = (
        BOMB + body,
        BOMB + b"<" + root + b">&d;</" + root + b">",
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd">' + body,
        b"<" + root + b">" + b"<a>" * 5_000,
        b'{"a":' * 20_000,
        b"[" * 20_000,
        data + b'"' + b"x" * 200_000,
        b"x" * 3_000_000,
        b"\0" * 10_000,
    )
    with within(60):
        for each in hostile:
            reader.sniff(sample(each))
            for record in survive(reader, each):
                assert "root:" not in repr(record)
                assert "hahaha" not in repr(record)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_in_it(name: str) -> None:
    data = example(name)

    @given(st.integers(0, len(data)), st.integers(0, 40), st.binary(max_size=12))
    @settings(max_examples=25)
    def check(start: int, length: int, put: bytes) -> None:
        changed = data[:start] + put + data[start + length :]
        READERS[name].sniff(sample(changed))
        survive(READERS[name], changed.decode("utf-8", "replace").encode())

    check()


@pytest.mark.parametrize("name", NAMES)
def test_values_of_other_kinds(name: str) -> None:
    """Every value of a JSON example, replaced by one of another kind: refused or read, never raised."""
    import orjson

    try:
        whole = orjson.loads(example(name).splitlines()[0] if name == "nuclei" else example(name))
    except orjson.JSONDecodeError:
        pytest.skip("its example is no JSON")
    chance = random.Random(3)
    others: tuple[Any, ...] = (
        None,
        0,
        -1.5,
        10**30,
        True,
        "",
        "x" * 5_000,
        [],
        {},
        [None],
        [[1]],
        {"a": {"b": []}},
        "\u202e",
    )

    def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield path
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            yield from paths(inner, (*path, key))

    def changed(value: Any, path: tuple[Any, ...], put: Any) -> Any:
        if not path:
            return put
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[path[0]] = changed(copy[path[0]], path[1:], put)
        return copy

    with within(60):
        for path in paths(whole):
            for put in chance.sample(others, 4):
                import json

                survive(READERS[name], json.dumps(changed(whole, path, put)).encode())


def test_logs_stay_logs() -> None:
    """No reader of scans takes a log for its own."""
    for path in sorted(GOLDEN.rglob("*")):
        if not path.is_file() or path.parent.name == "scans":
            continue
        for opened in open_file(path):
            if isinstance(opened, Stream):
                assert recognise_scan(sample(opened.head(), opened.base)) is None, path


@pytest.mark.parametrize("name", NAMES)
def test_head_alone_is_enough_to_recognise(name: str) -> None:
    """A file larger than what sniffers see is recognised all the same."""
    data = example(name)
    found = stream_of(data + b" " * 100_000)
    assert isinstance(found.raw, io.BytesIO)
    reader = recognise_scan(sample(data + b"\n" * 100_000))
    assert reader is not None
    assert reader.name == name
