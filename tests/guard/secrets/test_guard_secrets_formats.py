"""Every provider's format: one made from it is found, one that misses it by a hair is not."""

from __future__ import annotations

import random
import re
import zlib

import pytest
from secrets_support import ALNUM, HEX, age_key, b64, drawn, found, github, like, rules

from vedette.guard.secrets import checks, values
from vedette.guard.secrets.formatted import ALL, CRYPT, JWT
from vedette.guard.secrets.providers import FORMATS
from vedette.guard.secrets.providers.named import NAMED, RULES
from vedette.guard.secrets.scanner import every

SAFE = [f for f in FORMATS if f.check is None]


def made(one, rng: random.Random) -> str:
    """Return a text of a format whose random part does not look invented by chance."""
    for _ in range(300):
        text = like(one.pattern, rng)
        match = one.compiled.match(text)
        value = match.group(one.group) if match else ""
        if not match or not any(word in text for word in one.literals):
            continue
        if values.is_lively(value[one.fixed :] if len(value) > one.fixed + 5 else value):
            return text
    raise AssertionError(f"{one.rule}: nothing could be made from its format")


def test_there_are_more_than_two_hundred_rules() -> None:
    assert len({f.rule for f in FORMATS} | RULES) >= 200


@pytest.mark.parametrize("number", range(len(SAFE)), ids=[f"{i}-{f.rule}" for i, f in enumerate(SAFE)])
def test_a_key_made_from_its_format_is_found_as_a_whole(number: int) -> None:
    one, rng = SAFE[number], random.Random(number)
    for _ in range(3):
        text = made(one, rng)
        match = one.compiled.match(text)
        first, last = match.span(one.group)
        for before, after in (("", ""), ("see ", " there"), ('"', '"'), ("x=", "\n"), ("(", ")")):
            hits = every(before + text + after)
            assert any(h.start <= len(before) + first and h.end >= len(before) + last for h in hits), (
                one.rule,
                len(text),
            )


@pytest.mark.parametrize("number", range(len(SAFE)), ids=[f"{i}-{f.rule}" for i, f in enumerate(SAFE)])
def test_a_key_all_of_x_is_a_placeholder(number: int) -> None:
    one, rng = SAFE[number], random.Random(number)
    text = made(one, rng)
    word = next(w for w in one.literals if w in text)
    at = text.index(word)
    filled = re.sub(r"[A-Za-z0-9]", "x", text[:at]) + word + re.sub(r"[A-Za-z0-9]", "x", text[at + len(word) :])
    assert not [h for h in every(f"see {filled} there") if h.rule == one.rule], one.rule


@pytest.mark.parametrize("number", range(len(SAFE)), ids=[f"{i}-{f.rule}" for i, f in enumerate(SAFE)])
def test_a_key_cut_short_is_none(number: int) -> None:
    one, rng = SAFE[number], random.Random(number)
    text = made(one, rng)
    cut = text[: max(len(text) // 3, 1)]
    assert not [h for h in every(f"see {cut} there") if h.rule == one.rule], one.rule


@pytest.mark.parametrize("prefix", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"])
def test_tokens_with_a_check_sum_need_it_right(prefix: str) -> None:
    rng = random.Random(prefix)
    token = github(rng, prefix)
    assert every(token)[0].score == 1.0
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert not every(f"see {other}")
    assert not every(f"see {token[:20]}")
    assert not every(f"see {token}0")


def test_pypi_tokens_are_macaroons() -> None:
    rng = random.Random(1)
    body = b64("\x02\x01\x08pypi.org\x02$" + drawn(rng, 90, HEX)).rstrip("=")
    assert found(f"x pypi-{body}") == [("pypi-token", f"pypi-{body}")]
    assert not found(f"x pypi-{drawn(rng, 80)}")


def test_web_tokens_are_read() -> None:
    rng = random.Random(2)
    token = ".".join(
        (b64('{"alg":"HS256","typ":"JWT"}').rstrip("="), b64('{"sub":"joe","n":93}').rstrip("="), drawn(rng, 43))
    )
    assert found(f"t {token} u") == [("jwt", token)]
    broken = ".".join((b64('{"some":"thing","x":"y"}').rstrip("="), b64('{"sub":"joe"}').rstrip("="), drawn(rng, 43)))
    assert "jwt" not in rules(f"t {broken} u")
    assert "jwt" not in rules("t eyJub3QganNvbiBhdCBhbGwh.eyJub3QganNvbiBhdCBhbGwh.aaaa u")


def test_aws_ids_hold_an_account() -> None:
    number = 123456789012
    bits = number << 7 | 1 << 47
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    body = "".join(letters[bits << 2 >> 5 * (9 - i) & 31] for i in range(10)) + "QX3LPA"
    assert rules(f"id AKIA{body}") == {"aws-access-key-id"}
    assert not rules(f"id AKIA77{body[2:]}"), "an account of more than twelve digits"
    assert not rules(f"id AKIA0189{body[4:]}")
    assert not rules(f"id AKIA{body[:-1]}")
    record = f'{{"userIdentity": {{"principalId": "AIDA", "accessKeyId": "AKIA{body}"}}}}'
    assert not rules(record), "in an audit's record it says who called"


def test_age_keys_need_their_check_sum() -> None:
    key = age_key(random.Random(3))
    assert found(f"k {key}") == [("age-secret-key", key)]
    other = key[:-1] + ("Q" if key[-1] != "Q" else "P")
    assert not found(f"k {other}")


def test_discord_tokens_begin_with_an_account() -> None:
    rng = random.Random(5)
    head = b64(str(rng.randrange(10**17, 10**18))).rstrip("=")
    token = f"{head}.G{drawn(rng, 5)}.{drawn(rng, 38)}"
    assert found(f"k {token}") == [("discord-bot-token", token)]
    assert not found(f"k M{drawn(rng, 23)}.G{drawn(rng, 5)}.{drawn(rng, 38)}")


def test_old_grafana_keys_hold_json() -> None:
    key = b64(f'{{"k":"{drawn(random.Random(6), 32)}","n":"probe","id":1}}')
    assert [r for r, _ in found(f"k {key}")] == ["grafana-old-key"]
    assert not found("k " + b64('{"k":"nothing of it","other":"' + "a b c d e f g" * 3 + '"}'))


def test_service_tokens_hold_json() -> None:
    rng = random.Random(7)
    body = b64(f'{{"signInAddress":"{drawn(rng, 20)}.test","x":"{drawn(rng, 300)}"}}')
    assert [r for r, _ in found(f"k ops_{body}")] == ["onepassword-service-token"]
    assert not found("k ops_eyJ" + "x" * 300)
    sentry = (
        "sntrys_"
        + b64(f'{{"iat":1741264356.12,"url":"https://sentry.test","org":"{drawn(rng, 9)}"}}')
        + "_"
        + drawn(rng, 43)
    )
    assert "sentry-org-token" in rules(f"k {sentry}")


@pytest.mark.parametrize("hashed", ["$6$%s$" + "%s", "$5$rounds=5000$%s$%s"])
def test_hashes_of_passwords(hashed: str) -> None:
    rng = random.Random(8)
    value = hashed % (drawn(rng, 16), drawn(rng, 86))
    assert ("password-hash", value) in found(f"joe:{value}:17431:0:99999:7:::")
    assert not found("joe:*:17431:0:99999:7:::")
    assert not found("joe:$6$short$tooshort:1:")


@pytest.mark.parametrize("word", sorted(NAMED)[::4])
def test_keys_that_only_their_name_tells(word: str) -> None:
    rng = random.Random(word)
    rule, shape = NAMED[word]
    for _ in range(200):
        value = like(shape.pattern, rng)
        if values.is_lively(value) and values.is_random(value, 14) and not values.is_identifier(value):
            break
    else:
        pytest.fail(f"nothing could be made of {rule}")
    for name in (f"{word}_api_key", f"{word.upper()}_TOKEN"):
        assert value in {v for _, v in found(f'{name} = "{value}"\n')}, name
    assert not found(f"{word}: {'x' * len(value)}\n")
    assert not found(f"{word}_api_key: ${{{word.upper()}}}\n")


def test_published_sample_keys_open_nothing() -> None:
    from vedette.guard.secrets.published import PUBLISHED

    sample = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
    assert values.digest(sample) in PUBLISHED
    assert not found(f"key {sample}")
    assert found(f"key {sample[:-1]}d")


def test_check_sums_by_hand() -> None:
    assert checks.base62(0, 3) == "000"
    assert checks.base62(61, 1) == "z"
    assert checks.crc_at_end("ghp_" + "0" * 31 + checks.base62(zlib.crc32(b"0" * 31), 6))
    assert checks.basic(b64("joe:pw"))
    assert not checks.basic(b64("joe"))
    assert not checks.basic("%%%")
    assert checks.decoded("a") is None
    assert set(ALNUM) > set(HEX)
    assert {JWT, CRYPT} <= set(ALL)
