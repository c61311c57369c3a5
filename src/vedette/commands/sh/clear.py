"""A layer's text with what was computed written out."""

from __future__ import annotations

from vedette.commands.sh.expand import quoted


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

    def holds(self, start: int, end: int) -> bool:
        """Return whether a span is written out."""
        return (start, end) in self._made

    def apply(self, text: str, most: int, removed: list[tuple[int, int]]) -> tuple[str | None, tuple[str, ...]]:
        """Return the text with every edit made and how it was hidden; None where nothing that was hidden changes.

        Args:
            text: the layer's text.
            most: longest text to make.
            removed: spans to leave out.
        """
        made = self._made
        if not any([strong and text[a:b] != new for (a, b), (new, strong, _) in made.items()]):
            return None, ()
        spans: list[tuple[int, int, str, tuple[str, ...], bool]] = [
            (a, b, new, methods, strong) for (a, b), (new, strong, methods) in made.items()
        ]
        spans.extend([(a, b, "", (), False) for a, b in removed])
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
        result = "".join(out)
        if result == text or len(result) > most:
            return None, ()
        return result, tuple(methods)
