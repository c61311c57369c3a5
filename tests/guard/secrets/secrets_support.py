"""Makes values that look like secrets while the tests run, so that no file holds one."""

from __future__ import annotations

import base64
import random
import re._constants as kinds
import re._parser as parser
from typing import Any

from vedette.guard.secrets import checks
from vedette.guard.secrets.scanner import every

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"


def drawn(rng: random.Random, n: int, letters: str = ALNUM) -> str:
    """Return characters drawn at random."""
    return "".join(rng.choice(letters) for _ in range(n))


def found(text: str) -> list[tuple[str, str]]:
    """Return the rule and the value of each secret of a text."""
    return [(hit.rule, text[hit.start : hit.end]) for hit in every(text)]


def rules(text: str) -> set[str]:
    """Return the rules that find something in a text."""
    return {hit.rule for hit in every(text)}


def like(pattern: str, rng: random.Random) -> str:
    """Return a text that a pattern matches, drawn at random; repetitions as short as they may be, ten at most beyond."""
    return "".join(_some(parser.parse(pattern), rng))


def _some(tokens: Any, rng: random.Random) -> list[str]:
    out: list[str] = []
    for kind, value in tokens:
        if kind is kinds.LITERAL:
            out.append(chr(value))
        elif kind in (kinds.ANY, kinds.NOT_LITERAL):
            out.append(rng.choice(ALNUM))
        elif kind is kinds.IN:
            out.append(rng.choice(_members(value)))
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            low, high, inner = value
            for _ in range(rng.randint(low, min(int(high), low + 4))):
                out += _some(inner, rng)
        elif kind is kinds.SUBPATTERN:
            out += _some(value[3], rng)
        elif kind is kinds.BRANCH:
            out += _some(rng.choice(value[1]), rng)
        elif kind is not kinds.AT:
            raise AssertionError(f"no way to draw {kind}")
    return out


def _members(items: Any) -> str:
    out = ""
    for kind, value in items:
        if kind is kinds.LITERAL:
            out += chr(value)
        elif kind is kinds.RANGE:
            out += "".join(map(chr, range(value[0], value[1] + 1)))
        elif kind is kinds.CATEGORY:
            out += ALNUM + "_"
        elif kind is kinds.NEGATE:
            return ALNUM
    return out


def github(rng: random.Random, prefix: str = "ghp_") -> str:
    """Return a token of GitHub's or npm's kind with its check sum."""
    import zlib

    body = drawn(rng, 30)
    return prefix + body + checks.base62(zlib.crc32(body.encode()), 6)


def b64(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()


def age_key(rng: random.Random) -> str:
    """Return an age key with its check sum, by BIP 173's generator."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    hrp = "age-secret-key-"
    data = [rng.randrange(32) for _ in range(52)]
    chk = 1
    for value in [*(ord(c) >> 5 for c in hrp), 0, *(ord(c) & 31 for c in hrp), *data, 0, 0, 0, 0, 0, 0]:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            chk ^= generator if top >> i & 1 else 0
    chk ^= 1
    return (hrp + "1" + "".join(letters[v] for v in [*data, *(chk >> 5 * (5 - i) & 31 for i in range(6))])).upper()
