"""Numbers of staff and customers, machines behind backslashes, spelt addresses; versions that look like addresses."""

from __future__ import annotations

import pytest

from vedette.guard.personal import PersonalScanner
from vedette.schema.guarding import Around, Passage

SCANNER = PersonalScanner()


def found(text: str, entity: str) -> list[str]:
    """Return what was found of an entity, as it stands in the text."""
    return [text[f.start : f.end] for f in SCANNER.scan(Passage(text=text), Around()).findings if f.entity == entity]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("EMP-20391 left the firm", "USERNAME", "EMP-20391"),
        ("employee 20391 left", "USERNAME", "20391"),
        ("Employee ID: E20391", "USERNAME", "E20391"),
        ("Personalnummer 4711", "USERNAME", "4711"),
        ("Mitarbeiter-Nr. 20391", "USERNAME", "20391"),
        ("Kundennummer 88123", "USERNAME", "88123"),
        ("customer number: 88123", "USERNAME", "88123"),
        ("Kto 532013000", "BANK_ACCOUNT", "532013000"),
        ("Kto.-Nr. 532013000", "BANK_ACCOUNT", "532013000"),
        ("psexec \\\\WS-042 cmd", "HOSTNAME", "WS-042"),
        ("dir \\\\fileserver", "HOSTNAME", "fileserver"),
        ('{"cmd":"psexec \\\\\\\\WS-042 -s cmd"}', "HOSTNAME", "WS-042"),
        ("mail j dot doe at corp dot com please", "EMAIL_ADDRESS", "j dot doe at corp dot com"),
        ("j [dot] doe [at] corp [dot] com", "EMAIL_ADDRESS", "j [dot] doe [at] corp [dot] com"),
        ("ping 1.1.1.1", "IP_ADDRESS", "1.1.1.1"),
        ("nginx listens on 1.1.1.1", "IP_ADDRESS", "1.1.1.1"),
        ("redis 10.20.30.40 is down", "IP_ADDRESS", "10.20.30.40"),
    ],
)
def test_it_is_found(text: str, entity: str, value: str) -> None:
    assert found(text, entity) == [value]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("OpenSSL 1.1.1.1 is old", "IP_ADDRESS"),
        ("OpenSSL/1.1.1.1", "IP_ADDRESS"),
        ("our employees 2000 of them", "USERNAME"),
        ("employee 2021 survey", "USERNAME"),
        ("the staff of 1200 people", "USERNAME"),
        ("client 10.0.0.4", "USERNAME"),
        ("employee 20391-7 sizes", "USERNAME"),
        ("customer numbers grew by 20000", "USERNAME"),
        ('"line\\\\n123 next"', "HOSTNAME"),
        ('re: "\\\\d+ \\\\w+ \\\\x41 "', "HOSTNAME"),
        ("\\\\.\\pipe\\x", "HOSTNAME"),
        ("a \\\\ b", "HOSTNAME"),
    ],
)
def test_what_only_looks_so_is_not(text: str, entity: str) -> None:
    assert found(text, entity) == []
