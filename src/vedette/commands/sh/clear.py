"""A layer's text with what was computed written out."""

from __future__ import annotations

import re

from vedette.commands.sh.expand import quoted

_SEPARATOR = re.compile(r"[ \t]*(?:;|&&|\n|&(?![&>]))[ \t\r\n]*")


def _refers(text: str, name: str) -> bool:
    """Return whether a text uses a variable, as far as its letters tell."""
    if re.search(r"\$\{?[#!]?" + re.escape(name) + r"(?![A-Za-z0-9_])", text):
        return True
    if "((" in text or "let " in text or "$[" in text or "export" in text or "declare" in text:
        return re.search(r"(?<![A-Za-z0-9_])" + re.escape(name) + r"(?![A-Za-z0-9_])", text) is not None
    return False


class Edits:
    """Collects what words turned out to be; a word with two values keeps neither."""

    __slots__ = ("_blocked", "_made")

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], tuple[str, bool, tuple[str, ...]]] = {}
        self._blocked: set[tuple[int, int]] = set()

    def add(self, start: int, end: int, value: list[str] | str, strong: bool, methods: tuple[str, ...]) -> None:
        """Note what stands in place of a span.

        Args:
            start: where it begins.
            end: where it ends.
            value: the fields that the word became, or shell text as it is.
            strong: whether it was written so as to hide it.
            methods: how.
        """
        key = (start, end)
        if key in self._blocked:
            return
        text = value if isinstance(value, str) else " ".join([quoted(v) for v in value])
        old = self._made.get(key)
        if old is not None and old[0] != text:
            self.block(start, end)
            return
        self._made[key] = (text, strong, methods)

    def block(self, start: int, end: int) -> None:
        """Keep a span as it is."""
        self._made.pop((start, end), None)
        self._blocked.add((start, end))

    def blocked(self, start: int, end: int) -> bool:
        """Return whether a span is kept as it is."""
        return (start, end) in self._blocked

    def soften(self, start: int, end: int) -> None:
        """Note that a span is code, which has a layer of its own: it alone is no reason for a clear text."""
        old = self._made.get((start, end))
        if old is not None:
            self._made[(start, end)] = (old[0], False, old[2])

    def __len__(self) -> int:
        return len(self._made) + len(self._blocked)

    def apply(
        self, text: str, most: int, removed: list[tuple[int, int, frozenset[str]]]
    ) -> tuple[str | None, tuple[str, ...]]:
        """Return the text with every edit made and how it was hidden; None where nothing that was hidden changes.

        Args:
            text: the layer's text.
            most: longest text to make.
            removed: spans of statements that only assign, with the names: left out where nothing refers to these.
        """
        made = self._made
        if not any([strong and text[a:b] != new for (a, b), (new, strong, _) in made.items()]):
            return None, ()
        pending = [r for r in removed if r[2]]
        while pending:
            # a statement may go only if nothing that stays refers to what it assigns
            without, _ = self._applied(text, pending)
            stays = [r for r in pending if not any(_refers(without, name) for name in r[2])]
            if len(stays) == len(pending):
                break
            pending = stays
        result, methods = self._applied(text, pending)
        if not result.strip():
            result, methods = self._applied(text, [])
        if result == text or len(result) > most:
            return None, ()
        return result, methods

    def _applied(self, text: str, removed: list[tuple[int, int, frozenset[str]]]) -> tuple[str, tuple[str, ...]]:
        made = self._made
        spans: list[tuple[int, int, str, tuple[str, ...], bool]] = [
            (a, b, new, methods, strong) for (a, b), (new, strong, methods) in made.items()
        ]
        for start, end, _ in removed:
            m = _SEPARATOR.match(text, end)
            if m is not None:
                spans.append((start, m.end(), "", (), False))
        spans.sort(key=lambda e: (e[0], -e[1]))
        out: list[str] = []
        methods: dict[str, None] = {}
        at = 0
        for start, end, new, how, strong in spans:
            if start < at:
                continue
            out.append(text[at:start])
            out.append(new)
            at = end
            if strong:
                for method in how:
                    methods[method] = None
        out.append(text[at:])
        return "".join(out), tuple(methods)
