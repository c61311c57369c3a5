"""Hostile variants of a log: what damage and malice make of it. Seeded, so that a failure comes back."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

NESTED = b'{"a":' * 3_000 + b"1" + b"}" * 3_000
HOSTILE_TEXTS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egpj.exe\u202c",
    "\u200b\u2066x\u2069",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "{{7*7}}${7*7}%n%s",
    "\\\\..\\..\\x00",
    "\ufffe\uffff\U0010ffff",
    "A" * 5_000,
)
NUMBERS = (
    b"1e999",
    b"-1e999",
    b"123456789012345678901234567890",
    b"-0",
    b"1e-400",
    b"NaN",
    b"Infinity",
    b"0x10",
    b"true",
)


def _each_line(data: bytes, change: Callable[[random.Random, bytes], bytes], chance: random.Random) -> bytes:
    return b"\n".join(change(chance, line) if line else line for line in data.split(b"\n"))


def _cut(chance: random.Random, line: bytes) -> bytes:
    return line[: chance.randrange(len(line) + 1)]


def _flip(chance: random.Random, line: bytes) -> bytes:
    changed = bytearray(line)
    for _ in range(max(1, len(line) // 40)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed).replace(b"\n", b"?")


def _numbers(chance: random.Random, line: bytes) -> bytes:
    return re.sub(rb"(?<=[:=\s,\[])\d+(?:\.\d+)?(?=[\s,}\]])", lambda m: chance.choice(NUMBERS), line)


def _texts(chance: random.Random, line: bytes) -> bytes:
    """Put a hostile text into strings, escaped as JSON escapes it where the line is JSON."""
    import json

    def put(match: re.Match[bytes]) -> bytes:
        if chance.random() < 0.7:
            return match[0]
        text = chance.choice(HOSTILE_TEXTS)
        inner = json.dumps(text, ensure_ascii=chance.random() < 0.5)[1:-1].encode("utf-8", "backslashreplace")
        return b'"' + inner + b'"'

    return re.sub(rb'"[^"\\\n]{0,200}"', put, line)


def _raw_texts(chance: random.Random, line: bytes) -> bytes:
    words = line.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(HOSTILE_TEXTS).encode("utf-8", "backslashreplace")
    return b" ".join(words).replace(b"\n", b"?")


def _surrogates(chance: random.Random, line: bytes) -> bytes:
    return re.sub(rb'":\s*"', rb'": "\\ud800\\udc00\\udfff', line, count=chance.randrange(1, 4))


def _twice(_: random.Random, line: bytes) -> bytes:
    """Repeat the first member of an object, with another value."""
    found = re.match(rb'\s*\{\s*("[^"\\]{1,100}"\s*:)', line)
    return line.replace(b"{", b"{" + found[1] + b"[[[]]],", 1) if found else line + line


def _types(chance: random.Random, line: bytes) -> bytes:
    """Put a value of another kind in the place of texts."""
    other = (b"null", b"[]", b"{}", b"[1,2]", b'{"a":{"b":[1,{"c":2}]}}', b"true", b"-1", b'""', b'["x",null,3]')
    return re.sub(
        rb'(?<=:)\s*"[^"\\\n]{0,200}"', lambda m: chance.choice(other) if chance.random() < 0.5 else m[0], line
    )


def variants(data: bytes, seed: int) -> dict[str, bytes]:
    """Return hostile variants of a log by name; the same for the same seed."""
    chance = random.Random(seed)
    lines = data.split(b"\n")
    shuffled = list(lines)
    chance.shuffle(shuffled)
    middle = len(data) // 2
    made = {
        "as it is": data,
        "empty": b"",
        "blank lines": b"\n\r\n  \n\t\n",
        "cut": data[: chance.randrange(1, len(data))],
        "cut lines": _each_line(data, _cut, chance),
        "tail only": data[middle:],
        "flipped": _each_line(data, _flip, chance),
        "shuffled": b"\n".join(shuffled),
        "crlf": data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        "cr only": data.replace(b"\n", b"\r"),
        "no newline": data.replace(b"\n", b" "),
        "binary": chance.randbytes(5_000),
        "binary between": lines[0] + b"\n" + chance.randbytes(500).replace(b"\n", b"?") + b"\n" + data,
        "nul": data[:middle] + b"\x00" * 300 + data[middle:],
        "nul lines": data.replace(b"\n", b"\x00\n"),
        "latin-1": data.replace(b"e", b"\xe9"),
        "utf-8 cut": data.replace(b"a", "\u20ac".encode()[:2]),
        "utf-16": b"\xff\xfe" + data.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass"),
        "utf-16 odd": b"\xfe\xff" + data.decode("utf-8", "replace").encode("utf-16-be", "surrogatepass")[:-1],
        "bom": b"\xef\xbb\xbf" + data,
        "numbers": _each_line(data, _numbers, chance),
        "texts": _each_line(data, _texts, chance),
        "raw texts": _each_line(data, _raw_texts, chance),
        "surrogates": _each_line(data, _surrogates, chance),
        "twice": _each_line(data, _twice, chance),
        "types": _each_line(data, _types, chance),
        "nested": NESTED + b"\n" + data,
        "brackets": b"[" * 20_000 + b"\n" + data,
        "quotes": b'"' * 20_001 + b"\n" + data,
        "backslashes": data + b'{"a":"' + b"\\" * 20_001,
        "long line": data + b"x" * 300_000 + b"\n" + data,
        "long value": data + lines[0].replace(b"1", b"1" * 50_000, 1) + b"\n",
        "many fields": data + b'{"' + b'":1,"'.join(b"k%d" % i for i in range(5_000)) + b'":1}\n',
        "separators": b"\t" * 5_000
        + b"\n"
        + b"," * 5_000
        + b"\n"
        + b"=" * 5_000
        + b"\n"
        + b" " * 5_000
        + b"x\n"
        + data,
        "headers": b"#fields\n#fields\t\n#separator \\x\n#types\n#Fields:\n#Version\n" + data,
    }
    return made
