from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_driver import UTC_2024, cases, check_golden, events, one, read, sample_of

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers import auditd, auditd_json
from vedette.ingest.readers.auditd_events import command_line
from vedette.ingest.readers.auditd_records import INTERPRETED, MAX_HELD, parse_record

READER = auditd.READER
SYSCALL = (
    b"type=SYSCALL msg=audit(1714557600.123:%d): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=%d auid=1000 "
    b'uid=0 ses=3 comm="id" exe="/usr/bin/id" key=(null)\x1dSYSCALL=execve AUID="alice" UID="root"'
)
EXECVE = b'type=EXECVE msg=audit(1714557600.123:%d): argc=1 a0="id"'


@pytest.mark.parametrize("case", cases("auditd", ".log"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize("case", cases("auditd", ".jsonl"), ids=lambda case: case.name)
def test_golden_json(case: Path) -> None:
    check_golden(auditd_json.READER, case)


def test_execve_has_the_account_and_process_of_its_call() -> None:
    event = read(READER, b"\n".join([SYSCALL % (1, 7), EXECVE % 1]))[1]
    assert event["class_name"] == "process_activity"
    assert (event["log_product"], event["log_category"], event["log_service"]) == (
        "linux",
        "process_creation",
        "auditd",
    )
    assert (event["process_path"], event["process_pid"], event["process_cmd"]) == ("/usr/bin/id", 7, "id")
    assert (event["actor_name"], event["actor_uid"], event["actor_session"]) == ("alice", "1000", "3")
    assert event["native"]["type"] == "EXECVE"
    assert event["native"]["a0"] == "id"


def test_execve_of_another_call_gets_nothing() -> None:
    event = read(READER, b"\n".join([SYSCALL % (1, 7), EXECVE % 2]))[1]
    assert "process_path" not in event
    assert "actor_name" not in event


def test_calls_are_remembered_in_bounded_number() -> None:
    session = READER.open(UTC_2024)
    session.parse([SYSCALL % (number, number) for number in range(MAX_HELD + 1)])
    first, last = session.parse([EXECVE % 0, EXECVE % MAX_HELD])
    assert isinstance(first, dict)
    assert isinstance(last, dict)
    assert "pid" not in first
    assert last["pid"] == str(MAX_HELD)


def test_a_session_fed_the_preamble_joins_as_the_first_did() -> None:
    lines = [SYSCALL % (1, 7), b'type=CWD msg=audit(1714557600.123:1): cwd="/x"']
    later = [EXECVE % 1, b'type=PATH msg=audit(1714557600.123:1): item=0 name="y" nametype=CREATE']
    first = READER.open(UTC_2024)
    first.parse(lines)
    second = READER.open(UTC_2024)
    second.parse(first.preamble().split(b"\n"))
    natives = first.parse(later)
    assert natives == second.parse(later)
    assert events(READER, [n for n in natives if isinstance(n, dict)])[1]["file_path"] == "/x/y"


def test_a_field_inside_a_command_line_replaces_nothing() -> None:
    native = parse_record(
        'type=AUOMS_EXECVE audit(1714557600.1:5): user=tomcat uid=1001 pid=9 argc=2 cmdline="sh -c "x uid=0 user=root" '
        'redactors= containerid=y" redactors= containerid='
    )
    assert native is not None
    assert (native["uid"], native["user"]) == ("1001", "tomcat")
    assert native["cmdline"] == 'sh -c "x uid=0 user=root" redactors= containerid=y'


def test_a_message_of_a_program_does_not_replace_what_the_kernel_says() -> None:
    native = parse_record(
        "type=USER_AUTH msg=audit(1714557600.1:5): pid=9 uid=33 auid=1000 msg='op=x uid=0 acct=\"root\" res=failed'"
    )
    assert native is not None
    assert (native["uid"], native["acct"], native["res"]) == ("33", "root", "failed")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ls", "-l"], "ls -l"),
        (["bash", "-c", "id; whoami"], "bash -c 'id; whoami'"),
        (["sh", "-c", "{echo,x}|{base64,-d}"], "sh -c {echo,x}|{base64,-d}"),
        (["echo", ""], "echo ''"),
        ([], None),
    ],
)
def test_command_line(arguments: list[str], expected: str | None) -> None:
    assert command_line({f"a{i}": argument for i, argument in enumerate(arguments)}) == expected


@pytest.mark.parametrize(
    "line",
    [
        b"type=EXECVE msg=audit(1714557600.123): argc=1",
        b"type=EXECVE msg=audit(1714557600:12): argc=1",
        b"type=EXECVE msg=audit(1714557600.123:12) argc=1",
        b"type=execve msg=audit(1714557600.123:12): argc=1",
        b"xtype=EXECVE msg=audit(1714557600.123:12): argc=1",
        b"type=EXECVE",
    ],
)
def test_near_misses_are_refused(line: bytes) -> None:
    assert isinstance(READER.open(UTC_2024).parse([line])[0], RecordError)


def test_times_of_a_locale_are_refused_with_advice() -> None:
    event = one(READER, "type=EXECVE msg=audit(05/01/2024 10:00:00.123:502) : argc=1 a0=ls")
    assert event == {"error": INTERPRETED}


def test_the_host_makes_records_self_identifying() -> None:
    with_node = parse_record("node=web1 type=EOE msg=audit(1714557600.1:5): ")
    without = parse_record("type=EOE msg=audit(1714557600.1:5): ")
    assert with_node is not None
    assert without is not None
    assert READER.self_identifying(with_node)
    assert not READER.self_identifying(without)


def test_latin_1_bytes_stay_visible() -> None:
    event = read(READER, b'type=PATH msg=audit(1714557600.1:5): item=0 name="/tmp/caf\xe9" nametype=CREATE')[0]
    assert event["file_path"] == "/tmp/caf\\xe9"


def test_sniff_is_sure_of_audit_logs_and_of_nothing_else() -> None:
    assert READER.sniff(sample_of(b"\n".join([SYSCALL % (1, 7), EXECVE % 1]))) > 0.9
    assert READER.sniff(sample_of(b"----\ntime->Wed May  1\n" + EXECVE % 1)) > 0.9
    for other in (b"", b"May  1 10:00:00 h app: x", b'{"type":"SYSCALL"}', b"\x00\x01", b"type=fruit\ntype=tree"):
        assert READER.sniff(sample_of(other)) == 0


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    natives = READER.open(UTC_2024).parse(lines)
    assert len(natives) == len(lines)


@given(
    st.lists(
        st.tuples(st.sampled_from(["exe", "comm", "pid", "a0", "x-y"]), st.text("abc=\"' {}()\\x\x1d1A", max_size=30)),
        max_size=8,
    )
)
def test_any_fields_become_an_event(pairs: list[tuple[str, str]]) -> None:
    body = " ".join(f"{key}={value}" for key, value in pairs)
    for kind in ("SYSCALL", "EXECVE", "PATH", "SOCKADDR", "USER_LOGIN", "ADD_USER", "AUOMS_EXECVE", "FOO"):
        native = parse_record(f"type={kind} msg=audit(1714557600.1:5): {body}")
        assert native is not None
        assert events(READER, [native])[0]["time"] == "2024-05-01T10:00:00.100000+00:00"


@given(st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1), min_size=1))
def test_arguments_in_hex_come_back(arguments: list[str]) -> None:
    written = " ".join(f"a{i}={argument.encode().hex().upper()}" for i, argument in enumerate(arguments))
    native = parse_record(f"type=EXECVE msg=audit(1714557600.1:5): argc={len(arguments)} {written}")
    assert native is not None
    assert [native[f"a{i}"] for i in range(len(arguments))] == arguments


@pytest.mark.parametrize("filler", ["a" * 100_000, '="' * 50_000, "={ " * 30_000, "a=b " * 25_000, "msg='" * 20_000])
def test_hostile_lines_take_linear_time(filler: str) -> None:
    began = time.process_time()
    parse_record(f"type=SYSCALL msg=audit(1714557600.1:5): {filler}")
    assert time.process_time() - began < 20


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_json_reader_raises_nothing(data: bytes) -> None:
    assert len(auditd_json.READER.open(ReadContext()).parse([data])) == 1


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["SYSCALL", "EXECVE", "ARGV", "PATH", "a0"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(SHAPES)
@settings(max_examples=50)
def test_any_laurel_shape_becomes_an_event_or_a_reason(value: object) -> None:
    data = {"ID": "1714557600.1:5", "SYSCALL": value, "EXECVE": {"ARGV": value}, "PATH": [value]}
    for event in read(auditd_json.READER, orjson.dumps(data)):
        assert "error" in event or event["time"].startswith("2024-05-01")


def test_json_sniff_knows_its_shapes_only() -> None:
    laurel = b'{"ID":"1714557600.123:501","SYSCALL":{"pid":1}}'
    beat = b'{"@timestamp":"2024-05-01T10:00:00Z","event":{"module":"auditd"},"auditd":{"sequence":1}}'
    assert auditd_json.READER.sniff(sample_of(laurel)) > 0.9
    assert auditd_json.READER.sniff(sample_of(beat)) > 0.9
    for other in (b'{"ID":"x"}', b'{"@timestamp":"2024","event":{"module":"system"}}', b'{"EventID":1}', b"x"):
        assert auditd_json.READER.sniff(sample_of(other)) == 0
