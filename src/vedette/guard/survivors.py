"""Values of a session that a text still holds in another form: encoded, spelt backwards, spelt otherwise.

What scanners find is replaced where it stands. The same value may stand elsewhere in the conversation encoded, where
no scanner knows it for what it is; the session does.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, quote_plus

from vedette.guard.alike import Alike
from vedette.guard.base import Pair
from vedette.guard.respelt import Respelt
from vedette.guard.secrets import encoded
from vedette.guard.secrets.base import Hit
from vedette.schema.guarding import GuardFinding

SCANNER = "survivors"
_RULE = "known-value"
LEAST_CHARS = 6
"""Of a value: encodings of shorter ones are found by chance."""
_LEAST_CODED = 8
_RUNS = {
    "base64": re.compile(r"[A-Za-z0-9+/_=-]*"),
    "base32": re.compile(r"[A-Za-z2-7=]*"),
    "hex": re.compile(r"[0-9A-Fa-f]*"),
    "url": re.compile(r"[A-Za-z0-9%+._~-]*"),
    "reversed": re.compile(r"\w*"),
    "json": re.compile(r"[^\s\"']*"),
}
"""How far a run of the encoding may reach, to both sides of what was found."""


def encodings(value: str) -> Iterator[tuple[str, str]]:
    """Yield a value's encoded forms, each with its name; of base64 what does not hang on what stands beside it."""
    for data in (value.encode("utf-8", "surrogatepass"), value.encode("utf-16-le", "surrogatepass")):
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + data).decode()
            core = coded[(0, 2, 3)[shift] : len(coded.rstrip("=")) - (1 if (len(data) + shift) % 3 else 0)]
            yield "base64", core
            if "+" in core or "/" in core:
                yield "base64", core.replace("+", "-").replace("/", "_")
    data = value.encode("utf-8", "surrogatepass")
    thirty_two = base64.b32encode(data).decode()[: len(data) * 8 // 5]
    yield "base32", thirty_two
    yield "base32", thirty_two.lower()
    twice = base64.b64encode(base64.b64encode(data)).decode().rstrip("=")
    yield "base64", twice[:-1]
    yield "hex", data.hex()
    yield "hex", data.hex().upper()
    yield "reversed", value[::-1]
    full = "".join(f"%{byte:02X}" for byte in data)
    for said in {quote(value, safe="", errors="replace"), quote_plus(value, errors="replace"), full, full.lower()} - {
        value
    }:
        yield "url", said
    escaped = "".join(f"\\u{ord(c):04x}" for c in value if ord(c) < 0x10000)
    yield "json", escaped


class Survivors:
    """Finds encoded forms of a session's values.

    Args:
        pairs: the session's; those too short are left out.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        import ahocorasick_rs

        forms: dict[str, tuple[str, str]] = {}
        for pair in pairs:
            if len(pair.value) >= LEAST_CHARS:
                for name, form in encodings(pair.value):
                    if len(form) >= _LEAST_CODED and form != pair.value:
                        forms.setdefault(form, (name, pair.entity))
        self._forms = list(forms.items())
        self._automaton = ahocorasick_rs.AhoCorasick([form for form, _ in self._forms]) if forms else None
        self._plain = [(one.value, one.entity) for one in pairs if len(one.value) >= LEAST_CHARS]
        self._plain_automaton = ahocorasick_rs.AhoCorasick([value for value, _ in self._plain]) if forms else None
        self._respelt = Respelt(pairs)
        self._alike = Alike(pairs)

    def find(self, text: str) -> list[GuardFinding]:
        """Return where they stand, in order, each as far as its encoding reaches; some may overlap."""
        found = [
            *self._coded(text),
            *self._deeper(text),
            *(_finding(one.entity, one.start, one.end, one.kind) for one in self._respelt.find(text)),
            *(_finding(one.entity, one.start, one.end, one.kind) for one in self._alike.find(text)),
        ]
        kept: list[GuardFinding] = []
        for one in sorted(found, key=lambda f: (f.start, -f.end)):
            if not kept or one.end > kept[-1].end:
                kept.append(one)
        return kept

    def _coded(self, text: str) -> Iterator[GuardFinding]:
        """Yield where one of the encoded forms stands, also within what does not begin with it."""
        if self._automaton is None:
            return
        end_before = 0
        for which, start, end in self._automaton.find_matches_as_indexes(text):
            if start < end_before:
                continue
            _, (name, entity) = self._forms[which]
            run = _RUNS[name]
            reach = run.match(text, end)
            end = reach.end() if reach else end
            backwards = run.match(text[max(end_before, start - 4096) : start][::-1])
            start -= backwards.end() if backwards else 0
            yield _finding(entity, start, end, name)
            end_before = end

    def _deeper(self, text: str) -> Iterator[GuardFinding]:
        """Yield what holds a value once it is decoded, as often as need be."""
        if self._plain_automaton is None:
            return
        automaton = self._plain_automaton

        def look(plain: str) -> list[Hit]:
            return [
                Hit(start, end, self._plain[which][1], _RULE, 1.0)
                for which, start, end in automaton.find_matches_as_indexes(plain)
            ]

        for hit in encoded.find(text, look):
            yield _finding(hit.entity, hit.start, hit.end, *hit.within)


def _finding(entity: str, start: int, end: int, *within: str) -> GuardFinding:
    return GuardFinding(
        entity=entity,
        start=start,
        end=end,
        score=1.0,
        scanner=SCANNER,
        rule=_RULE,
        within=within,
        note="a value of this session, in another form",
    )
