"""Planted secrets never survive; redacting twice changes nothing; ordinary security prose is left alone."""

from __future__ import annotations

import base64
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.forge.corpus.redact import Redactor, RulesRedactor
from vedette.forge.corpus.rules import FAMILIES, find

R = RulesRedactor()


def text_of(alphabet: str, low: int, high: int | None = None) -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, min_size=low, max_size=high or low)


UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
ALNUM = UPPER + LOWER + DIGITS
HEX = "0123456789abcdef"


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(p) if isinstance(p, str) else p for p in parts)).map("".join)


def planted_by_format() -> st.SearchStrategy[str]:
    """Return secrets whose format gives them away anywhere."""
    return st.one_of(
        joined("AKIA", text_of(UPPER + "234567", 16)),
        joined("AIza", text_of(ALNUM + "_-", 35)),
        joined("ghp_", text_of(ALNUM, 36)),
        joined("github_pat_", text_of(ALNUM, 22), "_", text_of(ALNUM, 59)),
        joined("glpat-", text_of(ALNUM, 20)),
        joined("xoxb-", text_of(DIGITS, 11), "-", text_of(DIGITS, 11), "-", text_of(ALNUM, 24)),
        joined("sk_live_", text_of(ALNUM, 24)),
        joined("sk-proj-", text_of(ALNUM, 48)),
        joined("sk-ant-api03-", text_of(ALNUM, 80)),
        joined("SG.", text_of(ALNUM, 22), ".", text_of(ALNUM, 43)),
        joined("SK", text_of(HEX, 32)),
        joined("npm_", text_of(ALNUM, 36)),
        joined("pypi-AgEIcHlwaS5vcmc", text_of(ALNUM, 60)),
        joined("hf_", text_of(UPPER + LOWER, 34)),
        joined("eyJhbGciOiJIUzI1NiJ9.eyJ", text_of(ALNUM, 30), ".", text_of(ALNUM, 43)),
    )


def planted_by_place() -> st.SearchStrategy[tuple[str, str]]:
    """Return (text, secret): only the place gives these away."""
    value = text_of(ALNUM, 10, 24).filter(lambda v: any(map(str.isdigit, v)) and any(map(str.isalpha, v)))
    frames = st.sampled_from(
        [
            "password={}", "DB_PASSWORD = '{}'", 'api_key: "{}"', "token: {}", "client_secret={}&grant=x",
            "postgres://app:{}@db.internal/prod", "mysql -u root -p{}", "--password {}", "Pwd={};Database=x",
            "the password is {}", "sshpass -p {} ssh host", "curl -u admin:{} https://host/",
            "<password>{}</password>", "define('DB_PASSWORD', '{}');", '{{"secret": "{}"}}', "PW:{}",
        ]
    )  # fmt: skip
    return st.tuples(frames, value).map(lambda p: (p[0].format(p[1]), p[1]))


SURROUNDINGS = st.sampled_from(
    ["", "The actor used ", "see\n", "key>", "(", "log: ", "x = [", "Anmeldung für ", "2024-05-01 12:00:01 INFO "]
)


@settings(max_examples=150, deadline=None)
@given(planted_by_format(), SURROUNDINGS, st.sampled_from(["", " ", ".", ")", "\n", ", and then", '"', "]"]))
def test_no_secret_of_a_known_format_survives(secret, before, after):
    assert secret not in R.redact(f"{before}{secret}{after}").text


@settings(max_examples=150, deadline=None)
@given(planted_by_place(), SURROUNDINGS, st.sampled_from(["", "\n", "\nnext line"]))
def test_no_secret_that_its_place_gives_away_survives(planted, before, after):
    text, secret = planted
    assert secret not in R.redact(f"{before.rstrip('key>=[ ')}\n{text}{after}").text


@settings(max_examples=100, deadline=None)
@given(st.one_of(planted_by_format(), planted_by_place().map(lambda p: p[0])), st.integers(0, 3))
def test_no_secret_survives_in_another_coding(text, how):
    coded = (
        base64.b64encode(text.encode()).decode(),
        text.encode().hex(),
        quote(text, safe=""),
        base64.b64encode(base64.b64encode(text.encode())).decode(),
    )[how]
    left = R.redact(f"payload {coded} sent").text
    assert coded not in left
    assert left.startswith("payload <")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(planted_by_format(), planted_by_place().map(lambda p: p[0]), st.text(max_size=40)), max_size=6)
)
def test_redacting_twice_is_redacting_once(parts):
    once = R.redact(" ".join(parts)).text
    assert R.redact(once).text == once


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_safe_and_finds_lie_in_it_without_overlap(text):
    end = 0
    for item in find(text):
        assert end <= item.start < item.end <= len(text)
        end = item.end


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2024-3094 and CVE-2021-44228 were exploited; see T1059.001, TA0006 and CWE-79.",
        "SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 is the dropper",
        "md5 d41d8cd98f00b204e9800998ecf8427e, sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "C2 at hxxps://evil[.]example/gate.php and 45.77.1[.]12",
        "Affected are versions before 10.2.0.1 and 12.1.3.0 through 12.2.1.4.",
        "The token: used by the actor to move laterally. Password: the adversary may guess it.",
        "Adversaries may obtain password hashes, secrets and tokens from LSASS (T1003.001).",
        "registry key HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run was changed at 2024-05-01T12:00:00Z",
        "Connect to 127.0.0.1:8080 or 192.0.2.7; the mask is 255.255.255.0.",
        "GUID {4d36e96f-e325-11ce-bfc1-08002be10318}, event 4624, pid 31337",
        "password_length=12 token_count: 4096 max_tokens=512",
        "00 00 00 48 89 e5 90 90 00 00 ff 25 11 22 33 44",
        "os.environ['API_KEY'] and ${DB_PASSWORD} are read at start; password=<SECRET>",
        "The PSExec service and the password spraying attack on 2023-11-02 11:22:33",
    ],
)
def test_ordinary_security_prose_is_left_alone(text):
    assert R.redact(text).text == text


@pytest.mark.parametrize(
    ("value", "near_miss", "kind"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00", "iban"),
        ("GB82WEST12345698765432", "GB82WEST12345698765433", "iban"),
        ("4111 1111 1111 1111", "4111 1111 1111 1112", "card"),
        ("378282246310005", "378282246310006", "card"),
        ("123-45-6789", "000-45-6789", "national-id"),
        ("12345678Z", "12345678A", "national-id"),
        ("RSSMRA85T10A562S", "RSSMRA85T10A562T", "national-id"),
        ("44051401359", "44051401358", "national-id"),
        ("529.982.247-25", "529.982.247-26", "national-id"),
        ("131052-308T", "131052-308U", "national-id"),
        ("185057800608491", "185057800608492", "national-id"),
        ("85.07.30-033.28", "85.07.30-033.29", "national-id"),
    ],
)
def test_check_sums_decide(value, near_miss, kind):
    assert R.redact(f"it is {value} here").counts == {kind: 1}
    assert kind not in R.redact(f"it is {near_miss} here").counts


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("From: Jane Q. Doe <jane@corp.example.net>", "From: <PERSON> <<EMAIL>>"),
        ("write to bob (at) corp.example.net", "write to <EMAIL>"),
        ("ring +49 30 901820 or (212) 555-7890", "ring <PHONE> or <PHONE>"),
        ("from 10.1.2.3 to 8.8.100.8:443", "from <PRIVATE-IP> to <IP>:443"),
        ("gateway fe80::1ff:fe23:4567:890a and 2606:4700::6810:85e5", "gateway <PRIVATE-IP> and <IP>"),
        ("MAC 3c:22:fb:aa:01:7e", "MAC <MAC>"),
        ("x AKIAQ3EGRIHTLYABCDEF AKIAQ3EGRIHTLYABCDEG y", "x <SECRET> <SECRET> y"),
    ],
)
def test_placeholders_stand_where_it_stood(text, left):
    assert R.redact(text).text == left


def test_a_private_key_goes_whole_with_and_without_its_end():
    body = "\n".join("MIIEpAIBAAKCAQEA" + "k" * 48 for _ in range(5))
    for text in (
        f"a\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\nb",
        f"a\n-----BEGIN OPENSSH PRIVATE KEY-----\n{body}",
    ):
        left = R.redact(text).text
        assert "MIIEpAIB" not in left
        assert left.startswith("a\n")


def test_it_follows_the_protocol_and_every_rule_compiles():
    assert isinstance(R, Redactor)
    for family in FAMILIES:
        for rule in family.rules:
            assert rule.compiled is not None


def test_a_huge_text_takes_time_in_line_with_its_length():
    import time

    def cost(text: str) -> float:
        started = time.process_time()
        R.redact(text)
        return time.process_time() - started

    for piece in (
        "password=",
        "a@",
        "1.",
        "0" * 7 + "-",
        "-----BEGIN PRIVATE KEY-----",
        "QUJD",
        "Ab <",
        "%41",
        "key: 'x",
    ):
        cost(piece * 100)
        small = max(cost(piece * 500), 0.02)
        assert any(cost(piece * 4_000) < 24 * small for _ in range(5)), piece
