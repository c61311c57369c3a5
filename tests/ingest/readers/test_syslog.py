from __future__ import annotations

import time
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import UTC_2024, cases, check_golden, one, read, sample_of

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers import syslog, syslog_json
from vedette.ingest.readers.syslog_lines import MONTHS, Years, parse_line
from vedette.ingest.times import NEEDS_YEAR, NEEDS_ZONE

READER = syslog.READER


@pytest.mark.parametrize("case", [*cases("syslog", ".log"), *cases("authlog", ".log")], ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    # the first lines of lines.log are of December, so the year that the user says is the old one
    context = ReadContext(timezone=UTC, year=2023) if case.name == "lines.log" else UTC_2024
    check_golden(READER, case, context)


@pytest.mark.parametrize("case", cases("syslog", ".jsonl"), ids=lambda case: case.name)
def test_golden_json(case: Path) -> None:
    check_golden(syslog_json.READER, case)


def test_a_time_without_year_needs_the_users_word() -> None:
    line = "Jan 12 06:49:42 web1 app: x"
    assert one(READER, line, ReadContext(timezone=UTC)) == {"error": NEEDS_YEAR}
    assert one(READER, line, ReadContext(year=2024)) == {"error": NEEDS_ZONE}
    zone = timezone(timedelta(hours=2))
    assert one(READER, line, ReadContext(timezone=zone, year=2024))["time"] == "2024-01-12T04:49:42+00:00"


def test_whole_times_need_nothing() -> None:
    for line in ("2024-05-01T10:00:00+02:00 web1 app: x", "<13>1 2024-05-01T08:00:00Z web1 app - - - x"):
        assert one(READER, line, ReadContext())["time"] == "2024-05-01T08:00:00+00:00"


def _months(*names: str, year: int = 2023) -> list[int]:
    years = Years(year)
    return [years.of(MONTHS[name]) for name in names]


@pytest.mark.parametrize(
    ("months", "years"),
    [
        (["Nov", "Dec", "Jan", "Feb"], [2023, 2023, 2024, 2024]),
        (["Dec", "Jan", "Dec", "Jan"], [2023, 2024, 2023, 2024]),
        (["Dec", "Jan", "Dec", "Jan", "Dec", "Jan"], [2023, 2024, 2023, 2024, 2023, 2024]),
        (["Mar", "Feb", "Mar"], [2023, 2023, 2023]),
        (["Jan", "Dec"], [2023, 2023]),
        (["Dec", "Jan", "May", "Sep", "Dec", "Jan"], [2023, 2024, 2024, 2024, 2024, 2025]),
    ],
)
def test_years_roll_over(months: list[str], years: list[int]) -> None:
    assert _months(*months) == years


@given(st.lists(st.integers(1, 12), max_size=30), st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_the_preamble_brings_a_new_session_to_the_same_year(before: list[int], after: list[int]) -> None:
    first = Years(2000)
    for month in before:
        first.of(month)
    second = Years(2000)
    for line in first.lines().decode().splitlines():
        second.of(MONTHS[line[:3]])
    assert [first.of(month) for month in after] == [second.of(month) for month in after]


def test_the_head_of_a_line_cannot_be_replaced_by_its_message() -> None:
    event = one(READER, "May  1 10:00:00 web1 sudo: alice : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/id")
    assert event["device_name"] == "web1"
    assert event["native"]["program"] == "sudo"


def test_an_audit_record_is_believed_from_audit_programs_only() -> None:
    text = 'May  1 10:00:04 web1 {}: type=EXECVE msg=audit(1714557602.000:1): argc=1 a0="id"'
    assert one(READER, text.format("audispd"))["log_category"] == "process_creation"
    assert "log_category" not in one(READER, text.format("logger"))


def test_audit_records_in_syslog_need_no_year() -> None:
    text = 'May  1 10:00:04 web1 audispd: type=EXECVE msg=audit(1714557602.000:1): argc=1 a0="id"'
    event = one(READER, text, ReadContext())
    assert (event["time"], event["device_name"]) == ("2024-05-01T10:00:02+00:00", "web1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<34>hello",
        "<999999>Jan 12 06:49:42 h p: x",
        "Foo 12 06:49:42 h p: x",
        "Jan 123 06:49:42 h p: x",
        "Jan 12 6:49:42 h p: x",
        "2024-05-01 10:00:00 INFO module: x",
        "2024-05-01 10:00:00 10.0.0.1 GET / - 443",
        '{"a": 1}',
    ],
)
def test_near_misses_are_no_syslog(text: str) -> None:
    assert parse_line(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"May  1 10:00:00 web1 app: x\nMay  1 10:00:01 web1 app: y", True),
        (b"<34>1 2024-05-01T22:14:15Z h su - - - x", True),
        (b"2024-05-01T10:00:00+02:00 web1 systemd[1]: x", True),
        (b"2024-05-01T10:00:00Z INFO crate::mod: x", False),
        (b"2024-05-01T10:00:00.000000000Z stdout F text", False),
        (b'2024-05-01T10:00:00.000Z {"eventVersion":"1.08"}', False),
        (b"#Fields: date time\n2024-05-01 10:00:00 10.0.0.1 GET", False),
        (b"type=SYSCALL msg=audit(1714557600.123:1): x=1", False),
        (b"\x00\x01\x02", False),
        (b"", False),
    ],
)
def test_sniff(text: bytes, expected: bool) -> None:
    assert (READER.sniff(sample_of(text)) > 0.5) is expected


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    natives = READER.open(UTC_2024).parse(lines)
    assert len(natives) == len(lines)


@given(
    st.sampled_from(["sshd", "sudo", "su", "useradd", "CRON", "login", "polkitd", "pkexec", "haproxy", "audispd", "x"]),
    st.text("Failed passwordfiAccetusr:;=()[]'1 .,ROT{}\"\\", max_size=120),
)
def test_any_message_becomes_an_event(program: str, message: str) -> None:
    (event,) = read(READER, f"May  1 10:00:00 web1 {program}[1]: {message}".encode("utf-8", "replace"))
    assert event.get("error") or event["time"] == "2024-05-01T10:00:00+00:00"


WORD = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)


@given(st.text("abcdefghij-.", min_size=1, max_size=20), WORD.filter(str.isascii), st.integers(0, 99999), WORD)
def test_lines_round_trip(host: str, program: str, pid: int, message: str) -> None:
    native = parse_line(f"<13>May  1 10:00:00 {host} {program}[{pid}]: {message}")
    assert native is not None
    said = {key: native.get(key) for key in ("host", "program", "pid", "message", "facility", "severity")}
    assert said == {
        "host": host if host != "-" else None,
        "program": program,
        "pid": str(pid),
        "message": message,
        "facility": "user",
        "severity": "notice",
    }


def test_wrong_encoding_and_truncation() -> None:
    event = read(READER, b"May  1 10:00:00 web1 app: caf\xe9")[0]
    assert event["message"] == "caf\\xe9"
    assert isinstance(READER.open(UTC_2024).parse([b"May  1 10:0"])[0], RecordError)


@pytest.mark.parametrize(
    "filler",
    ["x" * 200_000, "[a " * 60_000, ' a="' * 50_000, "<1>" * 60_000, " from " * 30_000, "Jan  1 00:00:00 h " * 9000],
)
def test_hostile_lines_take_linear_time(filler: str) -> None:
    began = time.process_time()
    session = READER.open(UTC_2024)
    session.parse([f"May  1 10:00:00 web1 sshd[1]: Failed password for {filler}".encode()])
    session.parse([f"<13>1 2024-05-01T10:00:00Z h a - - [a {filler}".encode()])
    session.parse([f"May  1 10:00:00 {filler}".encode(), filler.encode()])
    assert time.process_time() - began < 20


@given(st.binary(max_size=200))
def test_json_reader_raises_nothing(data: bytes) -> None:
    assert len(syslog_json.READER.open(ReadContext()).parse([data])) == 1


def test_json_sniff_knows_its_shapes_only() -> None:
    for known in (
        b'{"__REALTIME_TIMESTAMP":"1","MESSAGE":"x"}',
        b'{"SyslogMessage":"x","Facility":"user","EventTime":"2024-05-01T10:00:00Z"}',
        b'{"@timestamp":"2024-05-01T10:00:00Z","event":{"dataset":"system.auth"},"message":"x"}',
    ):
        assert syslog_json.READER.sniff(sample_of(known)) > 0.9
    for other in (b'{"message":"x"}', b'{"EventID":4624,"Channel":"Security"}', b'{"event_type":"alert"}', b"[]"):
        assert syslog_json.READER.sniff(sample_of(other)) == 0


def test_log4shell_recording_names_commands_and_host(shared_data: Path) -> None:
    import gzip

    data = gzip.decompress((shared_data / "incidents-otrf" / "linux-log4shell-auditd.events.jsonl.gz").read_bytes())
    assert syslog_json.READER.sniff(sample_of(data)) > 0.9
    made = read(syslog_json.READER, data, ReadContext())
    assert len(made) == 50
    assert {event["device_name"] for event in made} == {"UBUNTU5"}
    assert {event["log_category"] for event in made} == {"process_creation"}
    assert any(event["process_cmd"].startswith("bash -c {echo,") or '"{echo,' in event["process_cmd"] for event in made)
    assert {event["actor_name"] for event in made} >= {"tomcat"}
