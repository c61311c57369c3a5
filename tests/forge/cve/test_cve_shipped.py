"""The shipped CVE models: plain cases beside near misses, sizes, the same answer every time."""

from __future__ import annotations

import pytest

from vedette.knowledge import cwe
from vedette.knowledge.cvss import parse
from vedette.models import Predictor, load, shipped


@pytest.fixture(scope="module")
def weakness() -> Predictor:
    return load("cve-cwe")


@pytest.fixture(scope="module")
def rating() -> Predictor:
    return load("cve-cvss")


CASES = [
    ("SQL injection in login.php in Acme Shop 1.2 allows remote attackers to execute SQL commands.", "CWE-89"),
    ("A stored cross-site scripting (XSS) flaw in Acme CMS 3.1 allows attackers to inject script.", "CWE-79"),
    ("Acme Forms plugin before 2.0 has a Cross-Site Request Forgery (CSRF) flaw in its settings page.", "CWE-352"),
    ("A directory traversal vulnerability in Acme Server allows reading files through ../ sequences.", "CWE-22"),
    ("Unrestricted file upload in Acme Gallery lets an attacker upload a PHP file and run code.", "CWE-434"),
    ("Use after free in Acme Browser before 99.0 allowed an attacker to exploit heap corruption.", "CWE-416"),
    ("Deserialization of untrusted data in Acme Queue allows remote code execution.", "CWE-502"),
    ("Server-Side Request Forgery (SSRF) in the webhook function of Acme Hub.", "CWE-918"),
    ("A stack-based buffer overflow in the httpd of Acme Router via the ssid parameter.", "CWE-787"),
    ("A heap out-of-bounds read in Acme PDF when a crafted file is parsed.", "CWE-125"),
    ("Acme Camera firmware contains a hard-coded password for the root account.", "CWE-798"),
    ("OS command injection in the ping page of Acme Gateway allows execution of arbitrary shell commands.", "CWE-78"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "label"), CASES)
def test_plain_cases(weakness: Predictor, text: str, label: str) -> None:
    (told,) = weakness.predict([text])
    assert told.labels[0].label == label
    assert told.reasons


def test_near_misses_are_not_taken_for_the_common_case(weakness: Predictor) -> None:
    for text in (
        "LDAP injection in the search filter of Acme Directory allows attackers to alter LDAP queries.",
        "CSV injection in the export of Acme Books through formula elements.",
        "XML external entity (XXE) injection in the parser of Acme Office.",
    ):
        (told,) = weakness.predict([text])
        assert told.labels[0].label != "CWE-89"


def test_labels_are_ranked_weaknesses_without_children_of_the_view(weakness: Predictor) -> None:
    for told in weakness.predict([text for text, _ in CASES]):
        confidences = [label.confidence for label in told.labels]
        assert confidences == sorted(confidences, reverse=True)
        assert all(cwe.simplified(label.label) in (None, label.label) for label in told.labels)


def test_it_abstains_where_nothing_is_said(weakness: Predictor, rating: Predictor) -> None:
    (told,) = weakness.predict(["The weather was fine and the meeting ended early."])
    assert told.abstained
    assert rating.predict([""])[0].abstained


RATED = [
    (CASES[0][0], 8.0, 10.0),
    (CASES[1][0], 4.0, 6.5),
    ("Use after free in Acme Browser allows a remote attacker to run code with a crafted HTML page.", 7.5, 9.0),
    ("A local attacker with high privileges may cause a denial of service of the driver by a NULL pointer.", 2.0, 6.0),
]


@pytest.mark.parametrize(("text", "low", "high"), RATED)
def test_plain_ratings(rating: Predictor, text: str, low: float, high: float) -> None:
    (told,) = rating.predict([text])
    score = told.values["score"]
    assert isinstance(score, float)
    assert low <= score <= high
    assert parse(told.labels[0].label).score == score
    assert float(told.values["score_low"]) <= score <= float(told.values["score_high"])


def test_cross_site_scripting_changes_scope_and_a_local_flaw_is_local(rating: Predictor) -> None:
    xss, local = rating.predict([CASES[1][0], RATED[3][0]])
    assert parse(xss.labels[0].label)["S"] == "C"
    assert parse(xss.labels[0].label)["UI"] == "R"
    assert parse(local.labels[0].label)["AV"] == "L"


@pytest.mark.parametrize("name", ["cve-cwe", "cve-cvss"])
def test_small_and_the_same_every_time(name: str) -> None:
    assert sum(file.size_bytes for file in shipped.entry(name).manifest.files) < 10_000_000
    texts = [text for text, _ in CASES]
    assert load(name).predict(texts) == load(name).predict(texts[::-1])[::-1]


@pytest.mark.parametrize("name", ["cve-cwe", "cve-cvss"])
def test_card_has_the_hub_header_and_says_what_it_learnt_from(name: str) -> None:
    card = (shipped.entry(name).path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n")
    assert "license: apache-2.0" in card.casefold()
    assert "vulnrichment" in card
