"""Vulnerability text: products, versions, weakness, severity and exploiting, as the text says them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.documents.sentences import sentences_of
from vedette.intel.vulnerabilities import find
from vedette.intel.vulnerabilities.affected import extract
from vedette.intel.vulnerabilities.exploiting import status_of
from vedette.schema import Document
from vedette.schema.intel import ExploitStatus, VulnerabilityMention


def read(text: str) -> list[VulnerabilityMention]:
    document = Document(document_id="doc-1", title="", source="", text=text, parts=(), language="en")
    return find(document, sentences_of(text), (), ())


@pytest.mark.parametrize(
    ("text", "product", "versions", "fixed"),
    [
        ("A heap overflow in Foo Server before 2.17.0 allows code execution.", "Foo Server", ("before 2.17.0",), ()),
        ("Foo Log 2.0-beta9 through 2.14.1 is vulnerable.", "Foo Log", ("2.0-beta9 through 2.14.1",), ()),
        ("FooShot 1.2.10 and below allows code execution.", "FooShot", ("1.2.10 and below",), ()),
        ("An injection in Foo Web prior to 3.1 allows access.", "Foo Web", ("prior to 3.1",), ()),
        ("A flaw in Foo 4.2 and earlier. It is fixed in 4.3.", "Foo", ("4.2 and earlier",), ("4.3",)),
        ("The Foo Bar plugin for WordPress is vulnerable to XSS in all versions up to, and including, 1.2.3.",
         "Foo Bar", ("all versions up to, and including, 1.2.3",), ()),
        ("CSRF vulnerability in Foo Bar plugin <= 1.4.5 versions.", "Foo Bar", ("<= 1.4.5",), ()),
        ("This issue affects Foo Menu: from n/a through 0.16.3.", "Foo Menu", ("from n/a through 0.16.3",), ()),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_affected(text: str, product: str, versions: tuple[str, ...], fixed: tuple[str, ...]) -> None:
    found = extract(text)[0]
    assert (found.product, found.versions, found.fixed_in) == (product, versions, fixed)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("It is exploited in the wild.", ExploitStatus.EXPLOITED),
        ("We saw active exploitation of this flaw.", ExploitStatus.EXPLOITED),
        ("Attackers have exploited the flaw since May.", ExploitStatus.EXPLOITED),
        ("The exploit has been disclosed to the public and may be used.", ExploitStatus.POC),
        ("A proof-of-concept is available.", ExploitStatus.POC),
        ("The vendor is not aware of any exploitation in the wild.", ExploitStatus.NOT_KNOWN),
        ("There is no evidence of exploitation, but a PoC is public.", ExploitStatus.POC),
        ("If this vulnerability is exploited, data may be lost.", ExploitStatus.UNSAID),
        ("This could be exploited by remote users.", ExploitStatus.UNSAID),
        ("", ExploitStatus.UNSAID),
    ],
)
def test_exploiting(text: str, status: ExploitStatus) -> None:
    found, words = status_of(text)
    assert found is status
    assert words in text
    assert bool(words) == (status is not ExploitStatus.UNSAID)


def test_a_description_without_id_is_one_vulnerability() -> None:
    text = "A heap-based buffer overflow in Foo Server before 2.17.0 allows remote attackers to execute arbitrary code."
    (found,) = read(text)
    assert found.cve == ""
    assert (found.start, found.end) == (0, len(text))
    assert found.weakness is not None
    assert found.weakness.value == "CWE-787"
    assert not found.weakness.said
    assert found.weakness.reasons
    assert found.cvss is not None
    assert found.cvss.value.startswith("CVSS:3.1/")
    assert found.score is not None


def test_what_the_text_says_wins() -> None:
    text = (
        "CVE-2031-1111 is a heap overflow in Foo before 2.0 (CWE-79). "
        "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N. Base score: 1.8."
    )
    (found,) = read(text)
    assert found.weakness is not None
    assert (found.weakness.value, found.weakness.said) == ("CWE-79", True)
    assert found.cvss is not None
    assert (found.cvss.value, found.cvss.said) == ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", True)
    assert found.score == 1.8


def test_each_id_has_its_own_sentences() -> None:
    text = (
        "Grey Heron exploited CVE-2031-1111 in Foo before 2.0. The flaw was known for long.\n\n"
        "CVE-2031-2222 affects Bar 3.0 through 3.4. No exploitation of it has been seen."
    )
    first, second = read(text)
    assert (first.cve, first.exploit) == ("CVE-2031-1111", ExploitStatus.EXPLOITED)
    assert (second.cve, second.exploit) == ("CVE-2031-2222", ExploitStatus.NOT_KNOWN)
    assert [p.product for p in first.affected] == ["Foo"]
    assert [p.versions for p in second.affected] == [("3.0 through 3.4",)]
    assert all(text[p.start : p.end] for v in (first, second) for p in v.affected)


@pytest.mark.parametrize("text", ["", "Grey Heron sent mails to banks.", "We had lunch at 12.30 today.", "\x00" * 50])
def test_other_texts_are_none(text: str) -> None:
    assert read(text) == []


def test_hostile_text_is_read_in_time() -> None:
    text = "CVE-2031-1111 vulnerability in Foo " + "1.2, " * 3000 + "before " * 3000 + "(" * 3000
    assert len(read(text)) == 1


def test_a_fix_without_a_product() -> None:
    (one,) = read("CVE-2024-21762 in FortiOS. Fixed in 7.4.3.")
    assert one.cve == "CVE-2024-21762"
    assert [(p.product, p.fixed_in) for p in one.affected] == [("FortiOS", ("7.4.3",))]


_PIECES = st.sampled_from(
    ("CVE-2024-21762", "FortiOS", "Fixed in", "7.4.3", "before", "and", "upgrade to", "the", "versions", "in", ".", ",",
     "a fix is available in", "Foo Server", "n/a", "through", "<=", "\n", "(", "é", "patched by")
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=14).map(" ".join))
def test_any_words_of_fixes_are_read(text: str) -> None:
    for one in extract(text):
        assert one.product
        assert 0 <= one.start <= one.end <= len(text)
    read(text)


@pytest.mark.parametrize(
    "text", ["The actor used 91.2.3.4 in May 2024.", "On 3 May 2024 the actor came from 91.2[.]3.4."]
)
def test_months_and_addresses_describe_no_vulnerability(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The flaw was added to the KEV catalog on 3 May.", ExploitStatus.EXPLOITED),
        ("It is listed in CISA's Known Exploited Vulnerabilities Catalog.", ExploitStatus.EXPLOITED),
        ("CISA added it to the Known Exploited Vulnerabilities (KEV) catalog.", ExploitStatus.EXPLOITED),
        ("It has not been added to the KEV catalog.", ExploitStatus.UNSAID),
        ("If it is added to the KEV catalog, patch in two weeks.", ExploitStatus.UNSAID),
    ],
)
def test_what_cisa_lists_is_exploited(text: str, status: ExploitStatus) -> None:
    assert status_of(text)[0] is status


def test_a_weakness_and_a_score_belong_to_the_id_that_they_stand_at() -> None:
    found = read(
        "They exploited Foo (CVE-2020-1472, [CWE-330], CVSS score of 9.8), Bar (CVE-2021-42278) and "
        "CVE-2021-34527 (CWE-269) for privilege escalation."
    )
    told = {hole.cve: (hole.weakness and hole.weakness.value, hole.score) for hole in found}
    assert told == {
        "CVE-2020-1472": ("CWE-330", 9.8),
        "CVE-2021-42278": (None, None),
        "CVE-2021-34527": ("CWE-269", None),
    }
    both = read("CVE-2024-1111 and CVE-2024-2222 are both CWE-22 and were found in Foo Web.")
    assert [hole.weakness and hole.weakness.value for hole in both] == ["CWE-22", "CWE-22"]


@pytest.mark.parametrize(
    "text",
    [
        "They used CVE-2024-21762. C2 45.77[.]91[.]203:8443, pls block",
        "CVE-2021-44228 was used against us.\nParcel 203.0.113[.]77 was contacted before 3 May.",
        "CVE-2021-44228 is exploited.\nMessage-ID: <20230316.4421@mail.example>",
        "CVE-2021-44228 is exploited. Score 9.8, Table 4.2 and Section 1.2.3 tell more.",
    ],
)
def test_no_number_address_or_header_is_a_product(text: str) -> None:
    assert [hole.affected for hole in read(text)] == [()]


def test_a_stated_vector_in_brackets_is_stated_and_versions_are_given_once() -> None:
    (hole,) = read(
        "CVE-2023-4966: Foo Gateway 14.1 before 14.1-8.50, 13.1 before 13.1-49.15, 13.0 before 13.0-92.19 discloses "
        "memory. CVSS v3.1 base score 9.4 (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:L). CWE-119. It was published in "
        "May. The vendor tells customers to act. It was added to the KEV catalog."
    )
    assert hole.cvss is not None
    assert (hole.cvss.said, hole.score, hole.exploit) == (True, 9.4, ExploitStatus.EXPLOITED)
    assert hole.affected[0].versions == (
        "14.1 before 14.1-8.50",
        "13.1 before 13.1-49.15",
        "13.0 before 13.0-92.19",
    )
