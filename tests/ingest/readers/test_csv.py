from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import GOLDEN, check_golden, read, sample_of

from vedette.errors import UserError
from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers.csv import MAX_SPAN_LINES, READER, CsvSession, sniff_delimiter
from vedette.ingest.readers.json_mapping_file import parse_mapping_file

SPEC = parse_mapping_file(b"reader: csv\ntime: {field: t}\nclass: base_event\n", "m.yaml")


def session(spec: object = SPEC) -> CsvSession:
    return CsvSession("m.yaml", spec)  # type: ignore[arg-type]


def rows(*lines: bytes) -> list[object]:
    out: list[object] = []
    for native in session().parse(lines):
        if isinstance(native, dict):
            native.pop("vedette.mapping")
            out.append(list(native.values()))
        else:
            out.append(native.reason if native is not None else None)
    return out


def test_golden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    check_golden(READER, GOLDEN / "csv" / "vpn.csv", ReadContext(options={"mapping": "csv/vpn.yaml"}))


def test_without_mapping_file_it_is_refused() -> None:
    with pytest.raises(UserError, match="mapping file"):
        READER.open(ReadContext())


@pytest.mark.parametrize(
    ("line", "delimiter"), [("a,b", ","), ("a;b;c,d", ";"), ("a\tb", "\t"), ('"a,b"|c', "|"), ("a", None)]
)
def test_delimiters(line: str, delimiter: str | None) -> None:
    assert sniff_delimiter(line) == delimiter


def test_quotes_and_records_that_span_lines() -> None:
    assert rows(b"t,x", b'1,"a,""b"""', b'2,"one', b'two"', b"3,c") == [
        *(None, ["1", 'a,"b"'], None, ["2", "one\ntwo"], ["3", "c"])
    ]


def test_a_quote_inside_a_bare_field_opens_nothing() -> None:
    assert rows(b"t,x", b'1,5" disk', b"2,c") == [None, ["1", '5" disk'], ["2", "c"]]


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    lines = [b"t,x", b'1,"never', *(b"%d,c" % number for number in range(2, MAX_SPAN_LINES + 20))]
    result = rows(*lines)
    assert "does not close" in str(result[1])
    assert result[2:] == [[str(number), "c"] for number in range(2, MAX_SPAN_LINES + 20)]


def test_a_session_fed_the_preamble_goes_on() -> None:
    first, second = session(), session()
    first.parse([b"\xef\xbb\xbft;x", b'1;"one'])
    second.parse(first.preamble().split(b"\n"))
    after = [b'two"', b"2;c"]
    assert first.parse(after) == second.parse(after)
    assert second.parse([b"3;d"])[0] == {"t": "3", "x": "d", "vedette.mapping": "m.yaml"}


@pytest.mark.parametrize("line", [b"1", b"1,2,3", b'"a"b,c'])
def test_misshapen_records_are_refused(line: bytes) -> None:
    assert isinstance(session().parse([b"t,x", line])[1], RecordError)


def test_equal_and_missing_names_get_numbers() -> None:
    native = session().parse([b"t,,t", b"1,2,3"])[1]
    assert isinstance(native, dict)
    assert list(native) == ["t", "column 2", "t 3", "vedette.mapping"]


def test_a_file_without_header_line() -> None:
    spec = parse_mapping_file(
        b"reader: csv\ntime: {field: t}\nclass: base_event\ncsv: {header: [t, x], delimiter: pipe}\n", "m.yaml"
    )
    native = session(spec).parse([b"1|a,b"])[0]
    assert isinstance(native, dict)
    assert (native["t"], native["x"]) == ("1", "a,b")


def test_sniff_is_never_enough_to_be_chosen() -> None:
    assert 0 < READER.sniff(sample_of(b"a,b,c\n1,2,3\n4,5,6\n")) <= 0.3
    for other in (b"", b"one line, with comma", b'{"a":1,"b":2}\n{"a":1,"b":2}', b"\x00\x01\n\x02"):
        assert READER.sniff(sample_of(other)) == 0


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_is_read(cells: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["t", "x"], *cells])
    data = text.getvalue().encode().removesuffix(b"\n")
    natives = [native for native in session().parse(data.split(b"\n")) if native is not None]
    assert [list(native.values())[:2] for native in natives if isinstance(native, dict)] == cells
    assert len(natives) == len(cells)


@given(st.lists(st.binary(max_size=100), max_size=8))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    assert len(session().parse(lines)) == len(lines)


def test_hostile_quotes_take_bounded_time() -> None:
    import time

    began = time.process_time()
    session().parse([b"t,x", *([b'1,"' + b"x" * 1000] * 2000), *([b'"'] * 5000)])
    assert time.process_time() - began < 20


def test_wrong_encoding(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("reader: csv\ntime: {field: t, form: epoch_s}\nclass: base_event\nfields: {message: x}\n")
    made = read(READER, b"t,x\n1714557600,caf\xe9\n", ReadContext(options={"mapping": str(mapping)}))
    assert made[1]["message"] == "caf\\xe9"
