"""Which ids are one vulnerability."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.exposure.identity import Vulnerabilities, is_cve, names_one_flaw, normal_id

LOG4SHELL, LATER, GHSA = "CVE-2021-44228", "CVE-2021-45046", "GHSA-jfh8-c2jp-5v3q"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("cve-2021-44228", LOG4SHELL),
        ("CVE 2021-44228", LOG4SHELL),
        ("cve_2021_44228", LOG4SHELL),
        ("CVE\u20112021\u201144228", LOG4SHELL),
        ("CAN-2021-44228", LOG4SHELL),
        ("DEBIAN-CVE-2021-44228", LOG4SHELL),
        ("UBUNTU-CVE-2021-44228", LOG4SHELL),
        ("ghsa-JFH8-C2JP-5V3Q", GHSA),
        ("CVE-2021-442", "CVE-2021-442"),
        ("CVE-21-44228", "CVE-21-44228"),
        ("nessus:155999", "nessus:155999"),
        ("rhsa-2021:5128", "rhsa-2021:5128"),
    ],
)
def test_ids_in_one_spelling(text: str, normal: str) -> None:
    assert normal_id(text) == normal
    assert is_cve(normal_id(text)) is (normal == LOG4SHELL or normal == "CVE-2021-442" or normal == "CVE-21-44228")


@pytest.mark.parametrize(
    ("name", "one"),
    [
        (LOG4SHELL, True),
        (GHSA, True),
        ("PYSEC-2021-142", True),
        ("SNYK-JS-LODASH-567746", True),
        ("npm:lodash:20180130", True),
        ("RHSA-2021:5128", False),
        ("DSA-5020-1", False),
        ("USN-5192-1", False),
        ("nessus:155999", False),
        ("MS17-010", False),
    ],
)
def test_advisories_and_checks_name_no_single_flaw(name: str, one: bool) -> None:
    assert names_one_flaw(name) is one


def test_aliases_chain_to_the_cve() -> None:
    found = Vulnerabilities([["PYSEC-1-1", GHSA], [GHSA, LOG4SHELL]])
    assert found.canonical("PYSEC-1-1") == LOG4SHELL
    assert found.of(["PYSEC-1-1"]) == (LOG4SHELL,)


def test_two_cves_are_never_one() -> None:
    found = Vulnerabilities([[GHSA, LOG4SHELL], [GHSA, LATER]])
    assert found.canonical(LOG4SHELL) == LOG4SHELL
    assert found.canonical(GHSA) == GHSA
    assert found.contradictions == ((LOG4SHELL, LATER, GHSA),)
    assert found.of([GHSA, LATER]) == (LATER,)


def test_knowledge_settles_what_scanners_contradict() -> None:
    found = Vulnerabilities([[GHSA, LOG4SHELL], [GHSA, LATER]], {GHSA: [LOG4SHELL]})
    assert found.canonical(GHSA) == LOG4SHELL


def test_an_advisory_that_two_lists_share_joins_nothing() -> None:
    found = Vulnerabilities([["RHSA-2021:5128", GHSA], ["RHSA-2021:5128", "GHSA-7rjr-3q55-vv33"]])
    assert found.canonical(GHSA) != found.canonical("GHSA-7rjr-3q55-vv33")


def test_a_check_stands_for_each_cve_that_it_covers_and_else_for_itself() -> None:
    found = Vulnerabilities([])
    assert found.of(["nessus:155999"], [LOG4SHELL, LATER, "MSFT:1"]) == (LOG4SHELL, LATER)
    assert found.of(["nessus:155999"]) == ("nessus:155999",)
    assert found.of(["nessus:155999", LOG4SHELL], [LATER]) == (LOG4SHELL,)
    assert found.of([GHSA], [LOG4SHELL]) == (LOG4SHELL,)
    assert found.of([GHSA], [LOG4SHELL, LATER]) == (GHSA,)
    assert found.of([]) == ()


IDS = st.sampled_from(
    [LOG4SHELL, LATER, "CVE-2020-8203", GHSA, "GHSA-7rjr-3q55-vv33", "PYSEC-2021-142", "RHSA-2021:5128"]
)
LISTS = st.lists(st.lists(IDS, min_size=1, max_size=4), max_size=8)


@given(listed=LISTS, known=st.dictionaries(IDS, st.lists(IDS, max_size=3), max_size=3), order=st.randoms())
def test_whatever_is_listed_cves_stay_themselves_and_order_does_not_matter(
    listed: list[list[str]], known: dict[str, list[str]], order: object
) -> None:
    found = Vulnerabilities(listed, known)
    shuffled = list(listed)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    again = Vulnerabilities(shuffled, known)
    for ids in listed:
        names = found.of(ids)
        assert {n for n in names if is_cve(n)} >= {i for i in ids if is_cve(i)}
        assert again.of(ids) == names
        assert all(found.canonical(n) == n for n in names if is_cve(n))


@given(st.text(max_size=60))
def test_no_text_raises_and_spelling_is_settled(text: str) -> None:
    assert normal_id(normal_id(text)) == normal_id(text)
