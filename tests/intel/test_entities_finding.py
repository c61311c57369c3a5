from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.schema.document import Document
from vedette.schema.intel import EntityMention, MentionKind


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load()


def _found(text: str, known: Known, **fields: object) -> list[EntityMention]:
    document = Document(document_id="doc-1", title="", source="t", text=text, parts=(), **fields)  # type: ignore[arg-type]
    found = find(document, known, [])
    for mention in found:
        assert text[mention.start : mention.end] == mention.text
    assert all(a.end <= b.start for a, b in pairwise(found))
    return found


def _refs(text: str, known: Known) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.ref) for mention in _found(text, known)]


@pytest.mark.parametrize("written", ["APT28", "APT 28", "APT-28", "APT\n28", "apt28"])
def test_a_numbered_group_is_known_however_it_is_parted(written: str, known: Known) -> None:
    assert _refs(f"The group {written} returned.", known) == [(written, "G0007")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It installed Emotet's modules.", ("Emotet", "S0367")),
        ("They ran CobaltStrike on it.", ("CobaltStrike", "S0154")),
        ("They ran Cobalt-Strike on it.", ("Cobalt-Strike", "S0154")),
        ("Fancy Bear was there.", ("Fancy Bear", "G0007")),
        ("the tool mimikatz.exe ran", ("mimikatz", "S0002")),
    ],
)
def test_spellings_of_a_name_are_one_name(text: str, expected: tuple[str, str], known: Known) -> None:
    assert expected in _refs(text, known)


@pytest.mark.parametrize(
    "text",
    [
        "See emotet.com for more.",
        "It wrote C:\\tools\\psexec\\a.txt there.",
        "https://example.test/emotet/list",
        "the emotets_total counter",
        "We play at home and expand the net.",
        "A fancy bear walked by.",
        "platform, internet, repeat",
        "It is us who turkey around.",
    ],
)
def test_what_only_looks_like_a_name_is_none(text: str, known: Known) -> None:
    assert _refs(text, known) == []


def test_a_common_word_needs_words_beside_it_that_say_so(known: Known) -> None:
    assert _refs("Maze is fun for children.", known) == []
    assert _refs("The Maze ransomware spread.", known) == [("Maze", "S0449")]
    both = _refs("The Maze ransomware spread. Then Maze stopped.", known)
    assert both == [("Maze", "S0449")] * 2


def test_a_name_of_two_things_goes_to_the_one_that_the_text_speaks_of(known: Known) -> None:
    (group,) = _found("The Play group returned.", known)
    (malware,) = _found("The Play malware returned.", known)
    assert (group.ref, group.others) == ("G1040", ("S1162",))
    assert (malware.ref, malware.others) == ("S1162", ("G1040",))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("UNC9876 was seen.", MentionKind.GROUP),
        ("Storm-0558 was seen.", MentionKind.GROUP),
        ("DEV-0537 was seen.", MentionKind.GROUP),
        ("TA4563 was seen.", MentionKind.GROUP),
        ("It is CVE-2021-44228.", MentionKind.VULNERABILITY),
        ("In Operation Silent Meadow they came back.", MentionKind.CAMPAIGN),
    ],
)
def test_a_form_tells_what_a_name_is(text: str, kind: MentionKind, known: Known) -> None:
    (mention,) = _found(text, known)
    assert mention.kind is kind


@pytest.mark.parametrize(
    ("text", "written", "iso"),
    [
        ("on 16 October 2020 it", "16 October 2020", "2020-10-16"),
        ("on Oct. 12, 2020, it", "Oct. 12, 2020", "2020-10-12"),
        ("on December 14th, 2020", "December 14th, 2020", "2020-12-14"),
        ("on 2021-05-04 it", "2021-05-04", "2021-05-04"),
        ("at 2021-05-04T10:00:00Z it", "2021-05-04T10:00:00Z", "2021-05-04T10:00:00Z"),
        ("in early March 2020 it", "early March 2020", "2020-03"),
        ("since mid-2019 it", "mid-2019", "2019"),
        ("in 2015, it", "2015", "2015"),
        ("on 31/12/2020 it", "31/12/2020", "2020-12-31"),
        ("on February 30, 2021", "February 30, 2021", None),
        ("last year it", "last year", "2022"),
        ("in March they", "March", "2023-03"),
        ("in November they", "November", "2022-11"),
    ],
)
def test_dates_are_told_as_exactly_as_they_are_written(text: str, written: str, iso: str | None, known: Known) -> None:
    (mention,) = _found(text, known, published_at=datetime(2023, 6, 1, tzinfo=UTC))
    assert (mention.text, mention.ref, mention.kind) == (written, iso, MentionKind.DATE)


def test_a_month_without_a_year_says_no_date(known: Known) -> None:
    (mention,) = _found("in May they", known)
    assert mention.ref is None
    assert _refs("They may march on.", known) == []
    assert _refs("port 2020 and 1.2.2019.4 builds v2020-x, 2020% and 2020-1", known) == []


def test_places_sectors_and_products_have_ids(known: Known) -> None:
    text = "Chinese actors hit the energy sector and hospitals in the US with Windows 10."
    assert _refs(text, known) == [
        ("Chinese", "CN"),
        ("energy sector", "energy"),
        ("hospitals", "healthcare"),
        ("US", "US"),
        ("Windows 10", "microsoft/windows"),
    ]
