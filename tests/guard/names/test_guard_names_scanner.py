"""What the scanner of names says of texts, through its one door."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import ENTITIES
from vedette.guard.names import NamesScanner
from vedette.guard.names.scanner import MOST_CHARS
from vedette.schema.guarding import Around, GuardFinding, Passage

SCANNER = NamesScanner()


def found(text: str) -> tuple[GuardFinding, ...]:
    return SCANNER.scan(Passage(text=text), Around()).findings


def told(text: str) -> set[tuple[str, str]]:
    return {(one.entity, text[one.start : one.end]) for one in found(text)}


def test_it_is_a_scanner_of_known_entities() -> None:
    assert isinstance(SCANNER, Scanner)
    assert SCANNER.cost is Cost.MODEL
    assert set(ENTITIES) >= SCANNER.entities


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("My name is Ágnes Horváth and I cannot log in.", "PERSON", "Ágnes Horváth"),
        ("Please ask Ms. Okonkwo about the invoice.", "PERSON", "Okonkwo"),
        ("Please ask Ms. Okonkwo about the invoice.", "TITLE", "Ms"),
        ("Could you call Søren Kjærgaard back before noon?", "PERSON", "Søren Kjærgaard"),
        ("Tuomas: Did you lock the door?\nEerika: I forgot.", "PERSON", "Eerika"),
        ("My sister lives in Tampere with two cats.", "LOCATION", "Tampere"),
        ("Jane Miller joined Brightforge Ltd in 2019 as a nurse.", "PERSON", "Jane Miller"),
        ("The patient is a 54-year-old man with a cough.", "AGE", "54"),
        ("She is Hungarian and speaks four languages.", "NRP", "Hungarian"),
        ("Let us meet on Thursday at the station, Monika.", "DATE_TIME", "Thursday"),
        ("Send the parcel to 48 Orchard Road, Leeds, please.", "STREET_ADDRESS", "48 Orchard Road"),
    ],
)
def test_it_finds(text: str, entity: str, value: str) -> None:
    assert any(kind == entity and value in span for kind, span in told(text)), told(text)


def test_a_date_after_a_word_of_birth_is_one_of_birth() -> None:
    assert any(kind == "DATE_OF_BIRTH" for kind, _ in told("Patient: Eva Lindqvist\nDate of birth: 04/11/1987\n"))


def test_an_address_block_is_found_line_by_line() -> None:
    text = "Pavel Novotný\nSkyline Dental Ltd\nLipová 17\n602 00 Brno\nCzech Republic\n"
    kinds = {one.entity for one in found(text)}
    assert {"PERSON", "STREET_ADDRESS", "LOCATION"} <= kinds


@pytest.mark.parametrize(
    "text",
    [
        '{"EventID": 4624, "TargetUserName": "WS01$", "IpAddress": "10.2.3.4", "LogonType": 3, "Level": "INFO"}',
        "Nov 23 10:12:01 web01 sshd[2113]: Failed password for root from 192.0.2.7 port 50412 ssh2",
        "2026-11-23T10:12:01.123Z INFO  com.example.auth.LoginService - session opened for user=svc_backup id=77f1",
        'type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=59 success=yes exit=0 comm="bash" uid=0',
        "powershell.exe -NoProfile -EncodedCommand SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAKQA=",
        "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule",
        "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System></Event>",
        "sudo tar -czf /backup/home.tar.gz --exclude=/home/*/.cache /home && rm -rf /tmp/stage",
        "The actors used scheduled tasks for persistence and dumped credentials from LSASS memory.",
        "How do I change the PIN of my card?",
        "",
        "   \n\t\n",
    ],
)
def test_it_says_nothing_of(text: str) -> None:
    assert found(text) == ()


def test_windows_of_a_long_text_say_what_its_parts_say() -> None:
    line = "Please send the contract to Katarzyna Wiśniewska, 14 Maple Street, Bristol.\n"
    text = line * 600
    names = [one for one in found(text) if one.entity == "PERSON"]
    assert len(names) == 600
    assert {text[one.start : one.end] for one in names} == {"Katarzyna Wiśniewska"}


@pytest.mark.slow
def test_what_lies_beyond_the_bound_is_said_to_be_unjudged() -> None:
    scanned = SCANNER.scan(Passage(text="x = 1; " * (MOST_CHARS // 7 + 2)), Around())
    assert [one.start for one in scanned.unjudged] == [MOST_CHARS]


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\xff" * 3000,
        "\ud800 Anna \udfff",
        "a" * 200_000,
        "A." * 50_000,
        "'" * 50_000,
        "\\" * 50_000,
        "1/" * 50_000,
        "\n" * 50_000,
        "é\u0301" * 20_000,
        "\u200b\u202eAnna\u202c\u200b " * 500,
    ],
)
def test_hostile_text_raises_nothing(text: str) -> None:
    for one in found(text):
        assert 0 <= one.start < one.end <= len(text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_findings_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    last = 0
    for one in found(text):
        assert last <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip() == text[one.start : one.end]
        assert 0 <= one.score <= 1
        assert one.entity in SCANNER.entities
        last = one.end
