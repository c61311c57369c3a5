"""What a sentence says outright of a value, and how values are written that no browser would take."""

from __future__ import annotations

import pytest

from vedette.documents.language import language_of
from vedette.documents.verbatim import as_given
from vedette.intel.observables import finding, standing


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("reference", "alder-upd[.]com is a benign domain of the vendor."),
        ("reference", "It then contacts the legitimate domain alder-upd[.]com to look normal."),
        ("reference", "185.12.13[.]14 is a false positive."),
        ("reference", "good-x[.]com, a legitimate service, was queried."),
        ("victim", "Data was taken from the victim's mail server mail.acme-corp[.]com."),
        ("victim", "acme-corp[.]com, the victim's domain, was defaced."),
        ("indicator", "The domain alder-upd[.]com is not benign."),
        ("indicator", "alder-upd[.]com is a legitimate-looking domain."),
        ("indicator", "The legitimate but compromised site bad-wp[.]com hosts the payload."),
        ("indicator", "The malware uploads the victim's files to bad-z[.]com."),
        ("indicator", "evil-c2[.]com impersonates the legitimate portal of Acme."),
        ("indicator", "The legitimate website of Acme was replaced by bad-q[.]com."),
    ],
)
def test_what_the_sentence_says_of_a_value_decides_before_how_it_is_written(wanted: str, text: str) -> None:
    (one,) = standing.judge(as_given(text), finding.find(text))
    assert one.standing.value == wanted, one.reason


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("admin (at) phish-box (dot) com", [("email", "admin@phish-box.com")]),
        ("evil。example-jp。com", [("domain", "evil.example-jp.com")]),
        ("通信先は evil．com。また", [("domain", "evil.com")]),
        ("visit bad-cdn.com。Then leave", [("domain", "bad-cdn.com")]),
        ("a\nevil-one .com\nb", [("domain", "evil-one.com")]),
        ("a top-level .com domain", []),
        ("meet me (at) noon", []),
        ("in the root drive C:\\ [T1036].", [("technique", "T1036")]),
        ("Message-ID: <2023.44@mail.bad-x.org>\nFrom: <a@bad-x.org>", [("email", "a@bad-x.org")]),
    ],
)
def test_odd_spellings_are_read_as_they_are_meant(text: str, wanted: list[tuple[str, str]]) -> None:
    found = finding.find(text)
    assert [(one.kind.value, one.value) for one in found] == wanted
    assert all(text[one.start : one.end] == one.text for one in found)


def test_the_labels_of_hosts_are_no_words_of_a_language() -> None:
    assert language_of("IOCs:\nbigred-wash.com\nevil-one.com\nbad[.]com\nupdate.com\ngithub.com") is None
    assert language_of("O grupo usa o malware com a empresa e se instala no sistema de www.a.com para que") == "pt"
