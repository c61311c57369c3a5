from __future__ import annotations

import time
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import UTC_2024, cases, check_golden, one, read, sample_of

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers import web, web_json
from vedette.ingest.times import NEEDS_ZONE

READER = web.READER
LINE = '198.51.100.7 - - [01/May/2024:12:00:00 +0200] "GET /a?b=c HTTP/1.1" 200 23 "-" "curl/8.0"'
W3C = b"#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query cs(User-Agent) sc-status"


@pytest.mark.parametrize("case", cases("web", ".log"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case, ReadContext())


@pytest.mark.parametrize("case", cases("web", ".jsonl"), ids=lambda case: case.name)
def test_golden_json(case: Path) -> None:
    check_golden(web_json.READER, case, ReadContext())


def test_names_are_those_of_sigma() -> None:
    event = one(READER, LINE, ReadContext())
    assert event["class_name"] == "http_activity"
    assert (event["log_category"], event["time"]) == ("webserver", "2024-05-01T10:00:00+00:00")
    native = event["native"]
    assert (native["c-ip"], native["cs-method"], native["sc-status"]) == ("198.51.100.7", "GET", "200")
    assert (native["cs-uri-stem"], native["cs-uri-query"], native["c-uri"]) == ("/a", "/a?b=c", "/a?b=c")
    assert native["cs-user-agent"] == "curl/8.0"
    assert "cs-referer" not in native


def test_a_time_without_zone_needs_the_users_word() -> None:
    line = LINE.replace(" +0200", "")
    assert one(READER, line, ReadContext()) == {"error": NEEDS_ZONE}
    assert one(READER, line, ReadContext(timezone=UTC))["time"] == "2024-05-01T12:00:00+00:00"


def test_a_user_name_cannot_forge_a_request() -> None:
    forged = LINE.replace("- - [", '- x [01/Jan/2020:00:00:00 +0000] \\"GET /forged HTTP/1.1\\" 200 1 [')
    event = one(READER, forged)
    assert event["time"].startswith("2024-05-01")
    assert event["url"] == "/a?b=c"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "198.51.100.7 - - [01/May/2024:12:00:00 +0200] GET / HTTP/1.1 200 23",
        LINE.replace('" 200', '" 20'),
        LINE.replace("01/May/2024:", "01-May-2024 "),
        LINE[:-1],
        "1714557600.586 921 10.0.0.68 TCP_MISS 200 507 GET http://x/ - DIRECT/1.2.3.4 text/html",
    ],
)
def test_near_misses_are_refused(text: str) -> None:
    native = READER.open(UTC_2024).parse([text.encode()])[0]
    assert native is None if not text else isinstance(native, RecordError)


def test_a_session_fed_the_preamble_knows_the_columns() -> None:
    first = READER.open(ReadContext())
    first.parse([b"#Date: 2024-05-01 10:00:00", W3C])
    second = READER.open(ReadContext())
    assert second.parse(first.preamble().split(b"\n")) == [None, None]
    line = [b"2024-05-01 10:00:00 198.51.100.7 GET /x a=b curl 200"]
    assert first.parse(line) == second.parse(line)
    assert isinstance(READER.open(ReadContext()).parse(line)[0], RecordError)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LINE.encode(), True),
        (W3C + b"\n2024-05-01 10:00:00 198.51.100.7 GET /x - curl 200", True),
        (b"#Software: x\n#Fields: date time action protocol src-ip dst-ip", False),
        (b"#separator \\x09\n#fields\tts\tuid", False),
        (b"May  1 10:00:00 web1 app: x", False),
        (b'{"remote_addr":"1.2.3.4"}', False),
        (b"", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_sniff(text: bytes, expected: bool) -> None:
    assert (READER.sniff(sample_of(text)) > 0.9) is expected


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    for head in ([], [W3C]):
        natives = READER.open(UTC_2024).parse([*head, *lines])
        assert len(natives) == len(lines) + len(head)


PATHS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=40)


@given(st.sampled_from(["GET", "POST", "OPTIONS"]), PATHS, st.integers(100, 599), st.text(max_size=40))
def test_lines_round_trip(method: str, path: str, status: int, agent: str) -> None:
    agent = agent.encode("ascii", "ignore").decode().replace("\n", "").replace("\r", "").replace("\\", "").strip()
    written = agent.replace('"', '\\"') or "-"
    line = f'198.51.100.7 - - [01/May/2024:12:00:00 +0200] "{method} /{path} HTTP/1.1" {status} 5 "-" "{written}"'
    (native,) = READER.open(UTC_2024).parse([line.encode()])
    assert isinstance(native, dict)
    assert (native["cs-method"], native["cs-uri-query"], native["sc-status"]) == (method, f"/{path}", str(status))
    assert native.get("cs-user-agent") == (agent if agent not in ("", "-") else None)


@pytest.mark.parametrize("filler", ["x" * 200_000, '\\"' * 100_000, " [" * 100_000, '" "' * 60_000, "\\" * 99_999])
def test_hostile_lines_take_linear_time(filler: str) -> None:
    began = time.process_time()
    session = READER.open(UTC_2024)
    session.parse([filler.encode(), f"a b {filler}".encode(), LINE.replace("GET", filler).encode()])
    session.parse([(LINE + filler).encode(), W3C, filler.encode()])
    assert time.process_time() - began < 20


def test_wrong_encoding() -> None:
    event = read(READER, LINE.encode().replace(b"curl", b"caf\xe9"))[0]
    assert event["user_agent"] == "caf\\xe9/8.0"


@given(st.binary(max_size=200))
def test_json_reader_raises_nothing(data: bytes) -> None:
    assert len(web_json.READER.open(ReadContext()).parse([data])) == 1


def test_json_sniff_knows_its_shapes_only() -> None:
    assert web_json.READER.sniff(sample_of(b'{"remote_addr":"1.2.3.4","status":200,"request_uri":"/"}')) > 0.9
    for other in (b'{"status":200}', b'{"request":{"uri":"/"}}', b'{"event_type":"http"}', b'{"eventName":"x"}'):
        assert web_json.READER.sniff(sample_of(other)) == 0
