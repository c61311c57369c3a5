from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers.zeek import READER, stream_of_name

HEADER = [
    b"#separator \\x09",
    b"#set_separator\t,",
    b"#empty_field\t(empty)",
    b"#unset_field\t-",
    b"#path\tconn",
    b"#fields\tts\tuid\tid.orig_h\tid.orig_p\tservice\tlocal_orig\ttunnel_parents",
    b"#types\ttime\tstring\taddr\tport\tstring\tbool\tset[string]",
]
LINE = b"1588205198.899710\tC1\t10.0.0.5\t64842\tdns\tT\tCa,Cb"


def parse(lines: list[bytes], name: str = "") -> list[Any]:
    return READER.open(ReadContext(name=name)).parse(lines)


@pytest.mark.parametrize("case", golden_cases("zeek"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


def test_values_take_the_types_of_the_header() -> None:
    assert parse([*HEADER, LINE])[-1] == {
        "ts": "1588205198.899710",
        "uid": "C1",
        "id.orig_h": "10.0.0.5",
        "id.orig_p": 64842,
        "service": "dns",
        "local_orig": True,
        "tunnel_parents": ["Ca", "Cb"],
        "_path": "conn",
    }


def test_unset_is_absent_and_empty_is_empty() -> None:
    native = parse([*HEADER, b"1.0\tC1\t-\t-\t(empty)\t-\t(empty)"])[-1]
    assert native == {"ts": "1.0", "uid": "C1", "service": "", "tunnel_parents": [], "_path": "conn"}


def test_unset_in_some_lines_only() -> None:
    natives = parse([*HEADER, LINE, LINE.replace(b"\tdns\tT\t", b"\t-\t-\t"), LINE])[-3:]
    assert ["service" in native for native in natives] == [True, False, True]
    assert natives[0] == natives[2]


def test_a_dash_that_was_written_escaped_is_a_value() -> None:
    assert parse([*HEADER, LINE.replace(b"dns", b"\\x2d")])[-1]["service"] == "-"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE + b"\tmore", "8 fields where the header names 7"),
        (LINE.rpartition(b"\t")[0], "6 fields where the header names 7"),
        (b"\x00\xff", "1 fields where the header names 7"),
    ],
)
def test_wrong_field_count_is_refused_and_the_rest_goes_on(line: bytes, reason: str) -> None:
    before, wrong, after = parse([*HEADER, LINE, line, LINE])[-3:]
    assert isinstance(wrong, RecordError)
    assert wrong.reason == reason
    assert before == after
    assert before["uid"] == "C1"


def test_line_before_any_header_is_refused() -> None:
    (error,) = parse([LINE])
    assert isinstance(error, RecordError)
    assert "#fields" in error.reason


@pytest.mark.parametrize("fields", [b"#fields\tts\tts", b"#fields\tts\t\tuid", b"#fields\t" + b"x\t" * 2000])
def test_broken_header_is_refused(fields: bytes) -> None:
    out = parse([HEADER[0], fields, b"1\t2"])
    assert isinstance(out[1], RecordError)
    assert isinstance(out[2], RecordError)


def test_types_that_do_not_fit_leave_text() -> None:
    native = parse([HEADER[0], b"#fields\tts\tn", b"#types\ttime\tcount\tcount", b"1.0\t7"])[-1]
    assert native == {"ts": "1.0", "n": "7"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"7", 7),
        (b"18446744073709551615", 18446744073709551615),
        (b"18446744073709551616", "18446744073709551616"),
        (b"-7", -7),
        (b"1_000", "1_000"),
        (b" 7", " 7"),
        ("٧".encode(), "٧"),
        (b"9" * 5000, "9" * 5000),
    ],
)
def test_numbers_are_exact_or_stay_text(text: bytes, value: object) -> None:
    lines = [HEADER[0], b"#fields\tts\tn", b"#types\ttime\tint", b"1.0\t" + text]
    assert parse(lines)[-1]["n"] == value
    assert parse([*lines, b"1.0\t5"])[-2]["n"] == value


def test_another_separator() -> None:
    lines = [b"#separator \\x7c", b"#set_separator|;", b"#unset_field|NIL", b"#path|conn", b"#fields|ts|uid|s|u"]
    native = parse([*lines, b"#types|time|string|set[count]|string", b"1.0|C1|1;2|NIL"])[-1]
    assert native == {"ts": "1.0", "uid": "C1", "s": [1, 2], "_path": "conn"}


def test_preamble_lets_a_new_session_go_on() -> None:
    session = READER.open(ReadContext())
    session.parse([*HEADER, LINE, HEADER[0], b"#path\tdns", b"#fields\tts\tquery", b"#types\ttime\tstring"])
    later = READER.open(ReadContext())
    assert set(later.parse(session.preamble().split(b"\n"))) == {None}
    assert later.parse([b"1.0\ta.example"]) == [{"ts": "1.0", "query": "a.example", "_path": "dns"}]
    assert READER.open(ReadContext()).preamble() == b""


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("conn.log", "conn"),
        ("conn.2024-05-14-09-00-00.log", "conn"),
        ("dce_rpc.09:00:00-10:00:00.log", "dce_rpc"),
        ("smb_files_20240514.log", "smb_files"),
        ("/data/2024/http.log", "http"),
        ("connections.log", None),
        ("-", None),
        ("", None),
    ],
)
def test_stream_of_file_name(name: str, stream: str | None) -> None:
    assert stream_of_name(name) == stream


def test_json_without_path_takes_the_file_name() -> None:
    line = b'{"ts":1.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":1,"id.resp_h":"10.0.0.1","id.resp_p":2}'
    (native,) = parse([line], name="rdp.log")
    assert native["_path"] == "rdp"
    assert "_path" not in parse([line])[0]


def test_sniff_needs_a_header_or_the_fields_of_a_stream() -> None:
    assert READER.sniff(sample_of(b"\n".join([*HEADER, LINE]), "x.log")) == 1.0
    assert READER.sniff(sample_of(b"#comment\n#fields ts uid\na b", "x.log")) == 0.0
    assert READER.sniff(sample_of(b'{"ts":1.0,"uid":"C1"}', "x.log")) == 0.0
    assert READER.sniff(sample_of(b'{"ts":1.0,"uid":"C1","_path":"conn"}', "x.log")) == 1.0
    assert READER.sniff(sample_of(b'{"odd":1}\n{"ts":1.0,"uid":"C1","_path":"conn"}', "x.log")) >= 0.9


def escape(text: str) -> bytes:
    """Write a value as Zeek's ASCII writer does."""
    raw = text.encode()
    out = b"".join(bytes((b,)) if 0x20 < b < 0x7F and b not in b"\\," else b"\\x%02x" % b for b in raw)
    return b"\\x2d" if out == b"-" else out.replace(b"(empty)", b"\\x28empty)")


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.integers(0, 2**64 - 1),
)
def test_tsv_round_trip(parents: list[str], service: str, port: int) -> None:
    cells = [b"1588205198.899710", b"C1", b"10.0.0.5", str(port).encode(), escape(service), b"F"]
    line = b"\t".join([*cells, b",".join(map(escape, parents)) or b"(empty)"])
    native = parse([*HEADER, line])[-1]
    assert native["service"] == service
    assert native["tunnel_parents"] == parents
    assert native["id.orig_p"] == port
    assert native["local_orig"] is False


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([*HEADER, LINE])), max_size=12))
def test_never_raises_and_answers_each_line(lines: list[bytes]) -> None:
    out = parse(lines)
    assert len(out) == len(lines)
    for native in out:
        if isinstance(native, dict):
            READER.mapping(READER.kind(native))
            READER.self_identifying(native)


def test_real_logs_all_become_events(shared_data: Path) -> None:
    folder = shared_data / "incidents-otrf" / "apt29-day1-SCRANTON-zeek"
    for path in sorted(folder.glob("*.log.gz")):
        data, name = gzip.decompress(path.read_bytes()), path.name.removesuffix(".gz")
        assert READER.sniff(sample_of(data, name)) == 1.0
        events = run(READER, data, ReadContext(name=name))
        assert events
        assert not [event for event in events if "error" in event]
        assert {event["log_service"] for event in events} == {name.removesuffix(".log")}
        assert {event["time"][:10] for event in events} <= {"2020-04-29", "2020-04-30"}
