"""What a report means by its values."""

from __future__ import annotations

import pytest

from vedette.intel.observables.finding import find
from vedette.intel.observables.standing import judge
from vedette.schema.document import Document, DocumentPart, Link, PartKind
from vedette.schema.intel import SeenObservable, Standing


def judged(text: str, **more: object) -> list[SeenObservable]:
    document = Document(document_id="doc-0", title="", source="r.txt", text=text, **{"parts": (), **more})  # type: ignore[arg-type]
    return judge(document, find(text))


def only(text: str, **more: object) -> SeenObservable:
    (one,) = judged(text, **more)
    return one


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("It talks to evil-zone[.]com.", Standing.INDICATOR),
        ("Its C2 server is 91.2.3.4 on port 80.", Standing.INDICATOR),
        ("It drops payload.dll in a folder.", Standing.INDICATOR),
        ("According to https://www.mandiant.com/resources/x it began.", Standing.REFERENCE),
        ("More information is at https://someones-blog.io/post today.", Standing.REFERENCE),
        ("A server at 192.0.2.7 answered.", Standing.EXAMPLE),
        ("Write to someone@example.com please.", Standing.EXAMPLE),
        ("The host 10.1.2.3 was scanned.", Standing.EXAMPLE),
        ("Mail of the victim ministry-of-x.org was read.", Standing.VICTIM),
        ("It patched CVE-2021-44228 then.", Standing.OBSERVABLE),
        ("explorer.exe was seen.", Standing.OBSERVABLE),
    ],
)
def test_words_decide(text: str, standing: Standing) -> None:
    one = only(text)
    assert one.standing is standing, one
    assert one.reason
    assert 0 < one.confidence <= 1


def test_headings_decide_without_parts() -> None:
    text = "Words.\n\nIndicators of Compromise\n91.2.3.4\n\nReferences\nhttps://unknown-blog.io/a\n"
    assert [one.standing for one in judged(text)] == [Standing.INDICATOR, Standing.REFERENCE]


def test_sections_decide() -> None:
    text = "91.2.3.4\n\nhttps://unknown-blog.io/a"
    parts = (
        DocumentPart(kind=PartKind.PARAGRAPH, start=0, end=8, section=("Report", "Appendix A: IOCs")),
        DocumentPart(kind=PartKind.PARAGRAPH, start=10, end=len(text), section=("Report", "References")),
    )
    assert [one.standing for one in judged(text, parts=parts)] == [Standing.INDICATOR, Standing.REFERENCE]


def test_a_link_is_a_reference() -> None:
    text = "They [wrote](https://unknown-blog.io/a)."
    assert only(text).standing is Standing.REFERENCE
    text = "see https://unknown-blog.io/b here"
    link = Link(start=4, end=29, target="https://unknown-blog.io/b")
    assert only(text, links=(link,)).standing is Standing.REFERENCE


def test_the_publisher_is_a_reference() -> None:
    fields = {"url": "https://research.small-house.io/post"}
    assert only("Payload samples: https://small-house.io/malware", fields=fields).standing is Standing.REFERENCE


def test_what_is_listed_once_is_an_indicator_everywhere() -> None:
    found = judged("The host evil-zone.com was up.\n\nlater evil-zone[.]com")
    assert [one.standing for one in found] == [Standing.INDICATOR, Standing.INDICATOR]
    assert "elsewhere" in found[0].reason


def test_nothing_is_lost_or_moved() -> None:
    text = "a[.]com and 9e107d9d372bb6826bd81d3542a419d6 at https://b.org/c, T1059."
    before, after = find(text), judged(text)
    assert [(o.start, o.end, o.kind, o.value, o.defanged) for o in before] == [
        (o.start, o.end, o.kind, o.value, o.defanged) for o in after
    ]


def test_letters_that_grow_when_small_do_not_shift_words() -> None:
    assert only("İİİİ According to https://unknown-blog.io/a it began.").standing is Standing.REFERENCE


@pytest.mark.parametrize(
    ("text", "standings"),
    [
        ("Brute force from 80.66.88.204 against vpn.victimcorp.com", ["indicator", "victim"]),
        ("The malware tests connectivity by pinging 8.8.8.8", ["reference"]),
        ("The trojan asks icanhazip.com where it is", ["reference"]),
        ("The trojan is built so; setup.zip holds main.py", ["observable", "observable"]),
        ("It is a trojan.\noffice-tools.net\n", ["observable"]),
        ("vodatel-group.com | victim, legitimate", ["victim"]),
        ("evil-update.net | impersonates a legitimate site, C2", ["indicator"]),
        ("portal.victimcorp.com was updated", ["observable"]),
        ("Emails from sales@some-shop.net against us were seen in traffic", ["indicator"]),
    ],
)
def test_the_value_s_own_line_decides(text: str, standings: list[str]) -> None:
    assert [one.standing.value for one in judged(text)] == standings


def table(text: str) -> list[SeenObservable]:
    return judged(text, parts=(DocumentPart(kind=PartKind.TABLE, start=0, end=len(text)),))


def test_the_row_of_a_table_decides() -> None:
    text = "Value\tType\tNote\n91.2.3.4\tip\tC2\nvodatel-group.com\tdomain\tvictim\nupdates.org\tdomain\tlegitimate"
    assert [one.standing for one in table(text)] == [Standing.INDICATOR, Standing.VICTIM, Standing.REFERENCE]
    assert "victim" in table(text)[1].reason


@pytest.mark.parametrize(
    "text",
    ["Type\tValue\nJA3\t9e107d9d372bb6826bd81d3542a419d6", "JA3\tSHA256\n9e107d9d372bb6826bd81d3542a419d6\t"],
    ids=["row", "head"],
)
def test_a_fingerprint_of_a_client_is_no_hash_of_a_file(text: str) -> None:
    assert [one.sort for one in table(text)] == ["ja3"]


def test_headers_of_the_carrying_message_are_no_indicators() -> None:
    text = "From: analyst@some-cert.net\nReceived: from mx.some-cert.net (91.2.3.4)\n\nThe C2 is 91.9.9.9."
    end = text.index("\n\n")
    parts = (
        DocumentPart(kind=PartKind.HEADER, start=0, end=end),
        DocumentPart(kind=PartKind.PARAGRAPH, start=end + 2, end=len(text)),
    )
    assert [one.standing.value for one in judged(text, parts=parts)] == ["reference"] * 3 + ["indicator"]


def test_an_example_under_indicators_says_so() -> None:
    (one,) = judged("Indicators of compromise\n192.0.2.7\n")
    assert one.standing is Standing.EXAMPLE
    assert "reserved" in one.reason
    assert "“Indicators of compromise”" in one.reason


@pytest.mark.parametrize(
    ("origin", "standing"),
    [
        ("attribute 1, Network activity, to_ids", Standing.INDICATOR),
        ("attribute 1, Network activity, not to_ids", Standing.OBSERVABLE),
        ("indicator--1, revoked", Standing.OBSERVABLE),
    ],
)
def test_the_record_s_own_marks_decide(origin: str, standing: Standing) -> None:
    part = DocumentPart(kind=PartKind.FIELD, start=0, end=8, origin=origin, section=("Indicators",), name="ip-dst")
    assert only("91.2.3.4", parts=(part,)).standing is standing


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("45[.]77[.]12[.]201:8443.", "; with port 8443"),
        ("evil[.]com[:]443 and", "; with port 443"),
        ("evil[.]com: 443", ""),
        ("45[.]77[.]12[.]201:99999", ""),
        ("45[.]77[.]12[.]201:10:20", ""),
    ],
)
def test_a_port_is_told(text: str, port: str) -> None:
    assert only(text).reason == f"defanged{port}"
