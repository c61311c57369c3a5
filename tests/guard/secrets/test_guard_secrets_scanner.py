"""The scanner as the engine meets it, and what holds for any text."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secrets_support import b64, drawn

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import Group, group_of
from vedette.guard.secrets import SecretsScanner
from vedette.plugins import load_plugin
from vedette.schema.guarding import Around, Passage

PIECES = st.sampled_from(
    ["password", "=", ": ", '"', "'", "token", "eyJ", "sk-", "AKIA", "://", "@", "\n", "\\", "%3D", "-----BEGIN PRIVATE KEY-----", "kind: Secret\ndata:\n", "İ", "ß", "𝕏", "密码", "curl -u ", "ghp_", "{", "}", "0x", "\x00", "Basic "]
)  # fmt: skip


def scan(text: str):
    return SecretsScanner().scan(Passage(text=text), Around())


def test_it_is_a_scanner() -> None:
    scanner = load_plugin("vedette.scanners", "secrets", "scanner", Scanner)
    assert isinstance(scanner, Scanner)
    assert scanner.name == "secrets"
    assert scanner.cost is Cost.PATTERN
    assert {group_of(name) for name in scanner.entities} == {Group.SECRET}
    scanner.warm()


def test_a_finding_says_where_and_why_but_not_what() -> None:
    value = "Zx82kd" + "Pq7"
    (one,) = scan(f"mail: x\npassword={value}\n").findings
    assert (one.start, one.end, one.entity, one.scanner) == (17, 17 + len(value), "PASSWORD", "secrets")
    assert value not in repr(one)
    assert 0.5 < one.score <= 1.0


def test_offsets_hold_behind_letters_that_grow_in_lower_case() -> None:
    value = "Zx82kd" + "Pq7"
    text = f"İİİ ẞ 𝕏 password={value} x"
    assert [text[f.start : f.end] for f in scan(text).findings] == [value]


def test_what_is_encoded_too_deep_is_not_called_safe() -> None:
    text = "nothing of the sort is written here, and nothing else"
    for layers in range(1, 6):
        text = b64(text)
        told = scan(f"blob {text} end")
        assert not told.findings
        assert bool(told.unjudged) is (layers > 3), layers


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=12), max_size=24).map("".join))
def test_any_text_is_borne_and_ranges_lie_in_it(text: str) -> None:
    last = 0
    for one in scan(text).findings:
        assert last <= one.start < one.end <= len(text)
        assert one.entity in SecretsScanner.entities
        assert 0 < one.score <= 1
        last = one.end


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=400))
def test_binary_is_borne(data: bytes) -> None:
    scan(data.decode("latin-1"))
    scan(data.decode("utf-8", "surrogateescape"))


HOSTILE = {
    "equals": "=", "eyJ": "eyJ", "base64": "QUFB", "quote": '"', "escape": "\\", "names": "password=", "colons": "password:", "brackets": "password=)))",
    "begin": "-----BEGIN PRIVATE KEY-----", "urls": "a://b:c", "at": "://@", "percent": "%25", "hex": "4142", "camel": "token=aB", "json": '"token":"', "kind": "kind: Secret\ndata:\n",
    "curl": "curl -u ", "dots": "eyJ.", "kty": '"kty":"RSA"', "der": "MIIEvQIBADAN", "told": "password is ", "spaces": "password " + " " * 30, "cookie": "cookie: a=", "sk": "sk-", "array": "key={0x11,",
}  # fmt: skip


def seconds(unit: str, n_chars: int) -> float:
    text = (unit * (n_chars // len(unit) + 1))[:n_chars]
    began = time.process_time()
    scan(text)
    return time.process_time() - began


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_in_line_with_the_text(unit: str) -> None:
    """Eight times the text may take sixteen times as long, not sixty-four."""
    small = max(0.01, min(seconds(unit, 4_000) for _ in range(3)))
    assert seconds(unit, 32_000) < 16 * small


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_the_same_is_borne(unit: str) -> None:
    assert seconds(unit, 1_000_000) < 120


def test_random_text_holds_none() -> None:
    rng = random.Random(1)
    words = [drawn(rng, rng.randint(2, 9), "etaoinshrdlucmfwypvbgkjqxz") for _ in range(20_000)]
    assert not scan(" ".join(words)).findings
