"""Surrogates are built like what they stand for, hold together, and come back."""

from __future__ import annotations

import ipaddress
import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer
from vedette.guard.pseudonyms.structure import surrogate
from vedette.guard.pseudonyms.structure.numbers import luhn_digit
from vedette.schema.guarding import Action, Form, GuardFinding

SECRET = bytes(range(32))
secrets = st.binary(min_size=32, max_size=32)
EASY = settings(max_examples=40, deadline=None)


def made(entity: str, value: str, secret: bytes = SECRET) -> str:
    found = surrogate(entity, value, secret, 0)
    assert found is not None
    return found


KEPT = {
    # entity, value, what the surrogate must look like
    ("IP_ADDRESS", "10.1.2.3"): r"10\.\d+\.\d+\.\d+",
    ("IP_ADDRESS", "192.168.7.9"): r"192\.168\.\d+\.\d+",
    ("IP_ADDRESS", "172.20.1.1"): r"172\.(1[6-9]|2\d|3[01])\.\d+\.\d+",
    ("IP_ADDRESS", "203.0.113.7"): r"203\.0\.113\.\d+",
    ("IP_ADDRESS", "10.1.3.0/24"): r"10\.\d+\.\d+\.0/24",
    ("IP_ADDRESS", "fe80::1"): r"fe80::[0-9a-f:]+",
    ("MAC_ADDRESS", "00:1A:2B:3C:4D:5E"): r"[0-9A-F][048C](:[0-9A-F]{2}){5}",
    ("MAC_ADDRESS", "001a.2b3c.4d5e"): r"[0-9a-f][048c][0-9a-f]{2}(\.[0-9a-f]{4}){2}",
    ("DOMAIN_NAME", "shop.example.co.uk"): r"[a-z]+\.[a-z]+\.co\.uk",
    ("DOMAIN_NAME", "mail.corp.local"): r"mail\.[a-z]+\.local",
    ("HOSTNAME", "WS-FIN-0042"): r"[A-Z]{2}-[A-Z]{3}-\d{4}",
    ("EMAIL_ADDRESS", "alice.smith@corp.example"): r"[a-z]{5}\.[a-z]{5}@[a-z]+\.example",
    ("USERNAME", "CORP\\alice.smith"): r"[A-Z]+\\[a-z]{5}\.[a-z]{5}",
    ("USERNAME", "svc-backup01"): r"svc-[a-z]{6}\d\d",
    ("SID", "S-1-5-21-1234567890-234567890-345678901-500"): r"S-1-5-21-\d+-\d+-\d+-500",
    ("SID", "S-1-5-21-1234567890-234567890-345678901-1104"): r"S-1-5-21-\d+-\d+-\d+-\d{4,5}",
    ("PERSON", "Alice Smith"): r"[A-Z][a-z]+ [A-Z][a-z]+",
    ("PERSON", "Dr. Ludwig van Beethoven"): r"Dr\. [A-Z][a-z]+ van [A-Z][a-z]+",
    ("PERSON", "A. SMITH"): r"[A-Z]\. [A-Z]+",
    ("DATE_TIME", "2024-03-12T10:00:01Z"): r"\d{4}-\d\d-\d\dT10:00:01Z",
    ("DATE_OF_BIRTH", "31.12.1980"): r"\d\d\.\d\d\.19\d\d",
    ("DATE_TIME", "March 3, 2024"): r"[A-Z][a-z]+ \d+, 20\d\d",
    ("CREDIT_CARD", "4111 1111 1111 1111"): r"4000 00\d\d \d{4} \d{4}",
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"): r"DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d",
    ("NATIONAL_ID", "123-45-6789"): r"9\d\d-\d\d-\d{4}",
    ("PHONE_NUMBER", "+1 (415) 867-5309"): r"\+1 \(\d{3}\) 555-01\d\d",
    ("PHONE_NUMBER", "+44 7911 123456"): r"\+44 7700 900\d{3}",
    ("PHONE_NUMBER", "+49 30 9018205"): r"\+49 30 \d{7}",
    ("ARN", "arn:aws:iam::123456789012:user/alice"): r"arn:aws:iam::\d{12}:user/[a-z]{5}",
    (
        "URL",
        "https://wiki.corp.local:8443/space/Page.html?id=42",
    ): r"https://[a-z]+\.[a-z]+\.local:8443/\w+/\w+\.html\?id=\d\d",
    ("FILE_PATH", "C:\\Users\\alice\\Documents\\cv.docx"): r"C:\\Users\\[a-z]{5}\\Documents\\[a-z]{2}\.docx",
    ("CLOUD_ACCOUNT", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"): r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
NONE_MADE = [
    ("IP_ADDRESS", "10.0.0.256"),
    ("IP_ADDRESS", "10.0.0.1:443"),
    ("MAC_ADDRESS", "00:1A:2B:3C:4D"),
    ("HOSTNAME", "dc1"),
    ("SID", "S-1-5-18"),
    ("PERSON", "田中"),
    ("DATE_TIME", "yesterday"),
    ("DATE_TIME", "2024-02-30"),
    ("CREDIT_CARD", "4111"),
    ("IBAN_CODE", "DE"),
    ("API_KEY", "AKIAIOSFODNN7EXAMPLE"),
    ("PERSON", ""),
]


@pytest.mark.parametrize(("entity", "value"), KEPT)
@given(secret=secrets)
@settings(max_examples=15, deadline=None)
def test_the_build_is_kept(entity: str, value: str, secret: bytes) -> None:
    found = made(entity, value, secret)
    assert re.fullmatch(KEPT[entity, value], found), found
    assert found != value
    assert surrogate(entity, value, secret, 0) == found


@pytest.mark.parametrize(("entity", "value"), NONE_MADE)
def test_what_has_no_build_gets_none(entity: str, value: str) -> None:
    assert surrogate(entity, value, SECRET, 0) is None


addresses = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
CLASSES = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_global")


@given(addresses, addresses, secrets, st.integers(0, 32))
@EASY
def test_addresses_keep_subnet_and_class(one, other, secret, shared) -> None:
    other = ipaddress.IPv4Address(
        (int(one) >> (32 - shared) << (32 - shared)) | (int(other) & ((1 << (32 - shared)) - 1))
    )
    mapped = [
        ipaddress.IPv4Address(surrogate("IP_ADDRESS", str(each), secret, 0) or str(each)) for each in (one, other)
    ]
    for each, to in zip((one, other), mapped, strict=True):
        assert [getattr(each, name) for name in CLASSES] == [getattr(to, name) for name in CLASSES], (each, to)
        assert [int(each) >> 24 < limit for limit in (128, 192, 224)] == [
            int(to) >> 24 < limit for limit in (128, 192, 224)
        ]
    if one != other:
        assert mapped[0] != mapped[1]
    for width in (8, 16, 24):
        same = int(one) >> (32 - width) == int(other) >> (32 - width)
        assert same == (int(mapped[0]) >> (32 - width) == int(mapped[1]) >> (32 - width))


@given(st.dates(date(1971, 1, 1)), st.dates(date(1971, 1, 1)), secrets)
@EASY
def test_dates_keep_their_interval(one: date, other: date, secret: bytes) -> None:
    first, second = (date.fromisoformat(made("DATE_TIME", each.isoformat(), secret)) for each in (one, other))
    assert second - first == other - one
    assert first.weekday() == one.weekday()


@given(st.text("0123456789", min_size=11, max_size=18), secrets)
@EASY
def test_cards_keep_their_check_sum(body: str, secret: bytes) -> None:
    found = made("CREDIT_CARD", f"{body}{luhn_digit(body)}", secret)
    assert luhn_digit(found[:-1]) == int(found[-1])


def test_what_belongs_together_stays_together() -> None:
    domain = made("DOMAIN_NAME", "corp.example")
    assert made("EMAIL_ADDRESS", "alice@corp.example").endswith("@" + domain)
    assert made("HOSTNAME", "ws01.corp.example").endswith("." + domain)
    assert made("URL", "https://corp.example/x/y").startswith(f"https://{domain}/")
    alice = made("USERNAME", "alice.smith")
    assert made("USERNAME", "CORP\\alice.smith").endswith("\\" + alice)
    assert made("FILE_PATH", "C:\\Users\\alice.smith\\x.txt").split("\\")[2] == alice
    first, last = made("PERSON", "Alice Smith").split()
    assert (made("PERSON", "Alice"), made("PERSON", "Smith")) == (first, last)


def found(text: str, *values: tuple[str, str]) -> list[tuple[GuardFinding, Action]]:
    return [
        (GuardFinding(entity=entity, start=one.start(), end=one.end(), score=1.0, scanner="test"), Action.PSEUDONYMISE)
        for entity, value in values
        for one in re.finditer(re.escape(value), text)
    ]


def test_a_network_of_surrogates_has_no_two_alike_and_none_of_the_text() -> None:
    values = [f"10.0.0.{n}" for n in range(60)] + [f"WS{n:02d}" for n in range(40)]
    text = " ".join(values)
    book = MemoryPairs("one", SECRET)
    masker = Masker(book, styles={"default": "structure"})
    masked = masker.mask(text, found(text, *((("IP_ADDRESS" if "." in one else "HOSTNAME"), one) for one in values)))
    assert len({pair.pseudonym.casefold() for pair in book.pairs()}) == len(values)
    assert not set(masked.text.split()) & set(values)
    assert Restorer(book).restore(masked.text) == text


def test_surrogates_come_back_where_a_model_deforms_them_and_stay_where_they_are_part_of_more() -> None:
    book = MemoryPairs("one", SECRET)
    masker = Masker(book, styles={"default": "structure"})
    text = "WS-FIN-0042 of CORP\\alice.smith at 10.1.2.3"
    values = ("HOSTNAME", "WS-FIN-0042"), ("USERNAME", "CORP\\alice.smith"), ("IP_ADDRESS", "10.1.2.3")
    host, user, address = (pair.pseudonym for pair in masker.mask(text, found(text, *values)).pairs)
    restore = Restorer(book).restore
    assert restore(f"**{host.lower()}**'s `{user}`: {address}.") == "**WS-FIN-0042**'s `CORP\\alice.smith`: 10.1.2.3."
    for doubtful in (f"{address}.7", f"1{address}", f"{address}9", f"x{host}", f"{host}x", f"7.{address}"):
        assert restore(doubtful) == doubtful
    told = '{"user": "' + user.replace("\\", "\\\\") + '"}'
    assert restore(told, form=Form.JSON) == '{"user": "CORP\\\\alice.smith"}'
    nested = json.dumps({"arguments": told})
    assert json.loads(json.loads(restore(nested, form=Form.JSON))["arguments"]) == {"user": "CORP\\alice.smith"}
    raw = json.dumps({"user": "CORP\\alice.smith", "inner": json.dumps(["corp\\alice.smith"])})
    masked = masker.mask(raw, [], form=Form.JSON)
    assert user in json.loads(masked.text)["user"]
    assert "alice" not in masked.text
    assert restore(masked.text, form=Form.JSON) == raw


def test_a_number_in_json_stays_a_number() -> None:
    book = MemoryPairs("one", SECRET)
    text = '{"card": 4111111111111111, "n": 1}'
    masked = Masker(book, styles={"CREDIT_CARD": "structure"}).mask(
        text, found(text, ("CREDIT_CARD", "4111111111111111")), form=Form.JSON
    )
    assert re.fullmatch(r'\{"card": 400000\d{10}, "n": 1\}', masked.text)
    assert Restorer(book).restore(masked.text, form=Form.JSON) == text
