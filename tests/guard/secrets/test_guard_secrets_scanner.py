"""The scanner as the engine meets it, and what holds for any text."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from secrets_support import ALNUM, b64, drawn, found

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
    small = max(0.005, min(seconds(unit, 2_000) for _ in range(3)))
    assert any(seconds(unit, 16_000) < 16 * small for _ in range(5))  # the neighbour on a core slows one, not all


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_the_same_is_borne(unit: str) -> None:
    assert seconds(unit, 1_000_000) < 120


def test_random_text_holds_none() -> None:
    rng = random.Random(1)
    words = [drawn(rng, rng.randint(2, 9), "etaoinshrdlucmfwypvbgkjqxz") for _ in range(20_000)]
    assert not scan(" ".join(words)).findings


@pytest.mark.parametrize("chance", ["_TODO0", "88888", "345678"])
def test_a_key_is_found_though_chance_wrote_a_word_or_an_order_into_it(chance: str) -> None:
    rng = random.Random(5)
    number = "".join(str(rng.randrange(10)) for _ in range(12))
    if chance.isdigit():
        number = f"40{chance}0{number[: 9 - len(chance)]}"
        key = f"xox{'b'}-{number}-{drawn(rng, 12, '0123456789')}-{drawn(rng, 24)}"
    else:
        key = f"AIza{'Sy'}{drawn(rng, 14)}{chance}{drawn(rng, 19 - len(chance))}"
    assert key in [value for _, value in found(f"The bot posts with {key} to the channel.")]


def test_forty_letters_of_a_cloud_key_are_no_words() -> None:
    rng = random.Random(3)
    keys = [drawn(rng, 40, ALNUM + "+/") for _ in range(2000)]
    missed = [key for key in keys if key not in [value for _, value in found(f"aws_secret_access_key = {key}")]]
    assert len(missed) <= 1  # of even fewer different characters than words have
    assert found("secret_name = AuthenticationSuccessHandlerFactoryBeanDefault") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ADMIN_PASSWORD=changeme", "changeme"),
        ("export KEYSTORE_PASSWORD=changeit\n", "changeit"),
        ("use api_key=k3J9fQz7LmPx2Vt8 here", "k3J9fQz7LmPx2Vt8"),
        ("please use password=hunter22 on the jump host", "hunter22"),
    ],
)
def test_a_default_and_a_value_in_a_sentence_are_secrets(text: str, value: str) -> None:
    assert value in [one for _, one in found(text)]


@pytest.mark.parametrize(
    "text", ["password: changeme", "use_password=hunter22a", "use password=true", "DB_PASSWORD = your-password"]
)
def test_a_placeholder_and_a_switch_are_none(text: str) -> None:
    assert found(text) == []
