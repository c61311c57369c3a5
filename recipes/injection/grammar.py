"""Sentences from forms: ``{slot}`` is filled from lists, ``<one|other>`` is one of several wordings.

``{{`` and ``}}`` are braces; a slot ``name_cap``, ``name_low`` or ``name_bare`` is ``name`` with a capital, in small
letters, or without its article.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_BRACE = re.compile(r"\{\{|\}\}|\{[a-z_0-9]+\}")
_ARTICLE = re.compile(r"^(?:a|an|the) ")
DEPTH = 9
"""How deep slots may stand in slots."""


class Grammar:
    """Forms with slots, filled the same way for the same seed."""

    def __init__(self, slots: Mapping[str, Sequence[str]]) -> None:
        """Keep the lists; a slot that no list has fails when it is met."""
        self.slots = slots

    def fill(self, form: str, rng: random.Random, given: Mapping[str, str] | None = None) -> str:
        """Return one spelling of a form; slots of ``given`` are taken as they are."""
        kept: list[str] = []

        def keep(text: str) -> str:
            kept.append(text)
            return f"\x00{len(kept) - 1}\x00"

        def slot(match: re.Match[str]) -> str:
            name = match[1]
            if given and name in given:
                return keep(given[name])
            if name in self.slots:
                return rng.choice(self.slots[name])
            base, _, way = name.rpartition("_")
            filled = self.fill("{" + base + "}", rng)
            changed = {
                "cap": filled[:1].upper() + filled[1:],
                "low": filled[:1].lower() + filled[1:],
                "bare": _ARTICLE.sub("", filled),
            }[way]
            return keep(changed)

        for _ in range(DEPTH):
            before = form
            form = _BRACE.sub(lambda m: {"{{": "\x03", "}}": "\x04"}.get(m[0], m[0]), form)
            form = self._choose(form, rng)
            form = _SLOT.sub(slot, form)
            if form == before:
                break
        for _ in range(DEPTH):
            if "\x00" not in form:
                break
            form = re.sub("\x00(\\d+)\x00", lambda m: kept[int(m[1])], form)
        return form.replace("\x03", "{").replace("\x04", "}")

    def _choose(self, form: str, rng: random.Random) -> str:
        before = None
        while before != form:
            before = form
            form = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), form)
        return form
