"""What the ways of the half kept apart share: a register of ways, cutting, naming, quoting and packing."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable

from benchmarks.commands.corpus.truth import Code, Hide, Rng

from vedette.schema.command import Language

Made = tuple[Language, str] | tuple[Language, str, tuple[str, ...]] | None
"""Language and text of the hidden code, and which paths and names the hiding adds; None where it does not fit."""
Maker = Callable[[str, Rng], Made]
Registrar = Callable[[Maker], Maker]
ALWAYS = ("/dev/stdin", "/dev/null")
"""Files that name no file."""
CONSONANTS = "bcdfghjkmqvwxz"


def registrar(register: dict[str, Hide]) -> Callable[..., Registrar]:
    """Return a decorator that enters a way into a register under its name, for code of one language."""

    def way(name: str, language: Language, *, ban: str = "", longest: int = 4000) -> Registrar:
        def enter(make: Maker) -> Maker:
            def hide(code: Code, rng: Rng) -> Code | None:
                unfit = code.language is not language or len(code.text) > longest
                if unfit or any(c in code.text for c in ban):
                    return None
                made = make(code.text, rng)
                if made is None:
                    return None
                adds = (*(made[2] if len(made) == 3 else ()), *ALWAYS)
                return code.hidden(made[0], made[1], name, *adds)

            register[name] = hide
            return make

        return enter

    return way


def cut(text: str, rng: Rng, least: int = 3, most: int = 9) -> list[str]:
    """Return a text in pieces of uneven length, at most about forty."""
    step = max(1, len(text) // 40)
    out, at = [], 0
    while at < len(text):
        size = rng.randint(least, most) * step if len(text) > 40 * most else rng.randint(least, most)
        out.append(text[at : at + size])
        at += size
    return out


def shuffled(n: int, rng: Rng) -> list[int]:
    """Return the numbers below n in another order."""
    order = list(range(n))
    rng.shuffle(order)
    return order


def name(rng: Rng) -> str:
    """Return a made-up name for a variable."""
    return "".join(rng.choice(CONSONANTS) for _ in range(rng.randint(2, 5))) + rng.choice(
        ("", "", str(rng.randint(2, 9)))
    )


def names(rng: Rng, n: int) -> list[str]:
    """Return so many different names."""
    out: list[str] = []
    while len(out) < n:
        new = name(rng)
        if new not in out and all(not new.startswith(o) and not o.startswith(new) for o in out):
            out.append(new)
    return out


def mixed(text: str, rng: Rng) -> str:
    """Return a text in mixed case."""
    return "".join(c.upper() if rng.random() < 0.35 else c for c in text)


def either(rng: Rng, *choices: str) -> str:
    """Return one of several texts."""
    return rng.choice(choices)


def absent(text: str, rng: Rng, n: int = 1, size: int = 3, alphabet: str = "QXZJKVWY") -> list[str]:
    """Return markers that stand nowhere in a text and in no other marker."""
    out: list[str] = []
    while len(out) < n:
        mark = "".join(rng.choice(alphabet) for _ in range(size))
        if mark.lower() not in text.lower() and len(set(mark)) > 1 and mark not in out:
            out.append(mark)
    return out


def marked(text: str, mark: str, rng: Rng, share: float = 0.2) -> str:
    """Return a text with a marker strewn in; taking the marker out again gives the text."""
    while True:
        made = "".join(c + (mark if rng.random() < share else "") for c in text)
        if made.replace(mark, "") == text and made.lower().replace(mark.lower(), "") == text.lower():
            return made


def b64(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def deflated(data: bytes) -> bytes:
    """Return bytes as a raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def gzipped(data: bytes) -> bytes:
    """Return bytes as a gzip member without a time."""
    return gzip.compress(data, mtime=0)


def sh_quoted(text: str) -> str:
    """Return a text as one word of a Unix shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def ps_quoted(text: str) -> str:
    """Return a text as a literal string of PowerShell."""
    return "'" + text.replace("'", "''") + "'"
