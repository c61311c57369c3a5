"""Events: dates as exact as they are said, and what their sentences are about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from vedette.documents.sentences import sentences_of
from vedette.intel.entities.dates import find as said_dates
from vedette.intel.events import dates, find
from vedette.schema import Document
from vedette.schema.intel import EntityMention, MentionKind

WRITTEN = date(2032, 2, 10)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("In early March 2031 it began.", [("2031-03", "")]),
        ("On March 4, 2031", [("2031-03-04", "")]),
        ("on 4th of March 2031", [("2031-03-04", "")]),
        ("on Dec. 13, 2030", [("2030-12-13", "")]),
        ("March 4-6, 2031", [("2031-03-04", "2031-03-06")]),
        ("between May and July 2030", [("2030-05", "2030-07")]),
        ("from 2019 to 2021", [("2019", "2021")]),
        ("2031-03-04", [("2031-03-04", "")]),
        ("at 2031-03-04 10:02:03 UTC", [("2031-03-04T10:02:03Z", "")]),
        ("2031-03-04T10:02+02:00", [("2031-03-04T10:02:00+02:00", "")]),
        ("the second quarter of 2031", [("2031-04", "2031-06")]),
        ("H1 2031", [("2031-01", "2031-06")]),
        ("summer of 2031", [("2031-06", "2031-08")]),
        ("since 2029", [("2029", "")]),
        ("25/12/2031", [("2031-12-25", "")]),
        ("12/25/2031", [("2031-12-25", "")]),
        ("03/04/2031", [("2031", "")]),
        ("yesterday", [("2032-02-09", "")]),
        ("last month", [("2032-01", "")]),
        ("two weeks ago", [("2032-01-26", "2032-02-01")]),
        ("in December", [("2031-12", "")]),
        ("On March 4, 2031 and on the 9th", [("2031-03-04", ""), ("2031-03-09", "")]),
        ("February 30, 2031", []),
        ("port 2031 was open", []),
        ("it may 5 times", []),
        ("version 2031.1", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_date(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(d.at, d.until) for d in dates(text, WRITTEN)] == wanted


@pytest.mark.parametrize("text", ["yesterday", "last year", "in December", "on the 5th"])
def test_nothing_is_guessed_without_the_document_s_date(text: str) -> None:
    assert dates(text) == []


def test_event_says_what_it_is_about_in_order_of_time() -> None:
    text = "In May 2031 MudLoader returned. On 3 April 2030 nothing happened. Copyright 2031 Acme."
    at = text.index("MudLoader")
    name = EntityMention(
        kind=MentionKind.MALWARE, text="MudLoader", start=at, end=at + 9, confidence=1.0, name="MudLoader"
    )
    document = Document(
        document_id="doc-1", title="", source="", text=text, parts=(), published_at=datetime(2032, 1, 1, tzinfo=UTC)
    )
    found = find(document, sentences_of(text), [name])
    assert [(e.at, e.keys) for e in found] == [("2030-04-03", ()), ("2031-05", ("malware:mudloader",))]
    assert all(document.text[e.start : e.end] == e.text for e in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Am 5. Mai 2025 begann der Angriff.", "2025-05-05"),
        ("Атака началась 12 мая 2025 г. в Москве.", "2025-05-12"),
        ("攻击于2025年5月12日开始。", "2025-05-12"),
        ("Le 3 février 2024, le groupe attaqua.", "2024-02-03"),
        ("El 7 de marzo de 2023 fue.", "2023-03-07"),
    ],
)
def test_days_of_other_languages(text: str, expected: str) -> None:
    assert [one.at for one in dates(text)] == [expected]
    assert [one.iso for one in said_dates(text)] == [expected]


@pytest.mark.parametrize("text", ["Published 2024-02-30.", "On 31. April 2024 it rained."])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert all(len(one.at) < 10 for one in dates(text))
    assert all(one.iso is None or len(one.iso) < 10 for one in said_dates(text))


def test_a_day_that_is_updated_is_read() -> None:
    assert [one.iso for one in said_dates("Last updated: November 6, 2025")] == ["2025-11-06"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Join our webinar on 1 June.", "2023-06-01"),
        ("On December 24 they came.", "2022-12-24"),
        ("In March they came back.", "2023-03"),
        ("On May 26 it was read.", "2023-05-26"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_to_when_the_report_was_published(text: str, expected: str) -> None:
    assert [one.at for one in dates(text, date(2023, 5, 26))] == [expected]
    assert [one.iso for one in said_dates(text, datetime(2023, 5, 26, tzinfo=UTC))] == [expected]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\n"])
def test_a_day_s_spaces_are_of_any_kind(space: str) -> None:
    assert [one.at for one in dates(f"On 26{space}February{space}2024 they came.")] == ["2024-02-26"]
    assert [one.iso for one in said_dates(f"Am 5.{space}Mai{space}2025 kamen sie.")] == ["2025-05-05"]
