from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import GOLDEN, check_golden, read, sample_of

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.ingest.base import ReadContext
from vedette.ingest.readers.csv import READER as CSV_READER
from vedette.ingest.readers.json_mapping import READER
from vedette.ingest.readers.json_mapping_file import load_mapping_file, parse_mapping_file
from vedette.ingest.times import NEEDS_YEAR, NEEDS_ZONE

GOOD = "reader: json\ntime:\n  field: when\nclass: log_activity\nfields:\n  message: text\n"


def _read(tmp_path: Path, mapping: str, record: str, **context: object) -> dict[str, object]:
    path = tmp_path / "m.yaml"
    path.write_text(mapping)
    (event,) = read(READER, record.encode(), ReadContext(options={"mapping": str(path)}, **context))  # type: ignore[arg-type]
    return event


def test_golden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    context = ReadContext(options={"mapping": "json_mapping/door.yaml"})
    check_golden(READER, GOLDEN / "json_mapping" / "door.json", context)


def test_without_mapping_file_it_is_refused() -> None:
    with pytest.raises(UserError, match="mapping file"):
        READER.open(ReadContext())


def test_a_mapping_file_for_another_reader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(GOOD.replace("json", "csv"))
    with pytest.raises(UserError, match="for csv"):
        READER.open(ReadContext(options={"mapping": str(path)}))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as caught:
        load_mapping_file(tmp_path / "none.yaml")
    assert caught.value.location == str(tmp_path / "none.yaml")


def test_times_need_a_zone_and_a_year(tmp_path: Path) -> None:
    record = '{"when": "2024-05-01 10:00:00"}'
    assert _read(tmp_path, GOOD, record) == {"error": NEEDS_ZONE}
    assert _read(tmp_path, GOOD, record, timezone=UTC)["time"] == "2024-05-01T10:00:00+00:00"
    form = GOOD.replace("field: when", 'field: when\n  form: "%b %d %H:%M"\n  zone: Europe/Berlin')
    record = '{"when": "Feb 29 10:00"}'
    assert _read(tmp_path, form, record) == {"error": NEEDS_YEAR}
    assert _read(tmp_path, form, record, year=2024)["time"] == "2024-02-29T09:00:00+00:00"
    assert "not a time" in str(_read(tmp_path, form, record, year=2023)["error"])


def test_a_record_cannot_name_another_mapping_file(tmp_path: Path) -> None:
    event = _read(tmp_path, GOOD, '{"when": "2024-05-01T10:00:00Z", "vedette.mapping": "/etc/passwd", "text": "x"}')
    assert event["message"] == "x"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("reader: json\n", "", 1, "'reader' is missing"),
        ("reader: json", "reader: xml", 1, "csv or json"),
        ("class: log_activity", "class: logs", 4, "no class 'logs'"),
        ("  message: text", "  mesage: text", 6, "no column 'mesage'"),
        ("  message: text", "  message: text\n  message: text", 7, "stands twice"),
        ("  message: text", "  message: {values: {a: b}}", 6, "'field'"),
        ("  message: text", "  message: {field: a, take: b}", 6, "take must be"),
        ("  message: text", "  message: &a text\n  actor_name: *a", 6, "anchors"),
        ("  message: text", "  time: text", 6, "no column 'time'"),
        ("  field: when", "  form: iso", 3, "'field'"),
        ("  field: when", "  field: when\n  form: german", 4, "form must be"),
        ("  field: when", "  field: when\n  form: '%Q'", 4, "no time pattern"),
        ("  field: when", "  field: when\n  zone: Mars/Olympus", 4, "no time zone"),
        ("  field: when", "  field: when\n  form: epoch\n  zone: UTC", 5, "zone in themselves"),
        ("fields:", "colour: red\nfields:", 5, "no 'colour'"),
        ("fields:", "csv: {delimiter: tab}\nfields:", 5, "only where reader is csv"),
        ("fields:", "constants: {message: x}\nfields:", 7, "a constant too"),
        ("  message: text", "  message: [", 7, ""),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, line: int, says: str) -> None:
    assert parse_mapping_file(GOOD.encode(), "m.yaml").reader == "json_mapping"
    with pytest.raises(UserError) as caught:
        parse_mapping_file(GOOD.replace(old, new).encode(), "m.yaml")
    assert caught.value.location == f"m.yaml:{line}"
    assert says in caught.value.message
    assert caught.value.next_step


@given(st.binary(max_size=200) | st.text("reader: json\ntimefield:{}[]&*!|>-\"'#%", max_size=80).map(str.encode))
def test_no_mapping_file_raises_anything_else(data: bytes) -> None:
    with suppress(VedetteError):
        assert parse_mapping_file(data, "m.yaml").reader


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(UserError):
        parse_mapping_file(b"[" * 20_000, "m.yaml")


def test_sniff_is_never_enough_to_be_chosen() -> None:
    assert READER.sniff(sample_of(b'{"a": 1}')) <= 0.3
    assert READER.sniff(sample_of(b"a,b\n1,2")) == 0


def test_the_examples_of_the_how_to_work(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "own-logs.md").read_text()
    blocks = dict(re.findall(r"```(text|yaml)\n(reader: csv.*?|Login.*?)```", page, re.DOTALL))
    mapping = tmp_path / "vpn.yaml"
    mapping.write_text(blocks["yaml"])
    context = ReadContext(options={"mapping": str(mapping)})
    header, first, second = read(CSV_READER, blocks["text"].encode(), context)
    assert header == {"skipped": True}
    assert (first["time"], first["user_domain"], first["outcome"]) == ("2024-05-01T10:00:00+00:00", "CORP", "success")
    assert (second["user_name"], second["src_ip"], second["outcome"]) == ("bob", "198.51.100.8", "failure")
    for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        assert parse_mapping_file(text.encode(), "own-logs.md").reader
