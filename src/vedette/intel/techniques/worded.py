"""Techniques that a text says in plain words: verb and object of the act, as people write them, or a command.

The wordings are a table (``worded.yaml``). One RE2 set looks for all of them in a single pass, without bounds on what
stands between; the few that it finds are then looked for by themselves, with bounds. Linear in the text. What a
sentence says of nobody (definitions, products, possibilities) is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import re2
import yaml

from vedette import strict_yaml
from vedette.errors import InternalError
from vedette.knowledge import attack
from vedette.knowledge.tools.base import encodable

TABLE = Path(__file__).with_name("worded.yaml")
NEAR = 70
"""Most characters between two parts of a wording."""
SURE = 0.8
"""Confidence in a wording where the table says nothing else."""
_MOST = 4000
"""Characters of a text that are read."""
_KEYS = frozenset({"says", "commands", "unless", "sure"})
_APART = re2.compile(r"\s{8,}")
_SPACE = re2.compile(r"\s+")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"})


def alternatives(wording: str) -> Iterator[str]:
    """Yield what ``|`` keeps apart in a wording, outside of all brackets."""
    depth = start = 0
    escaped = False
    for at, mark in enumerate(wording):
        escaped, skipped = mark == "\\" and not escaped, escaped
        if skipped:
            continue
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            yield wording[start:at]
            start = at + 1
    yield wording[start:]


def expressions(wording: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Return a wording as two expressions: one without bounds on what stands between its parts, one with them.

    Args:
        wording: see the head of the table.
        words: expressions that ``<name>`` stands for.
    """
    for name, expression in words.items():
        wording = wording.replace(f"<{name}>", f"(?:{expression})")
    loose, bound = [], []
    for one in alternatives(wording):
        sides = [[_whole(part) for part in side.split(" > ")] for side in one.split(" ~ ")]
        for order in (sides, sides[::-1]) if len(sides) > 1 else (sides,):
            parts = [part for side in order for part in side]
            loose.append("[^;]*?".join(parts))
            bound.append(f"[^;]{{0,{NEAR}}}?".join(parts))
    return "|".join(loose), "|".join(bound)


def _whole(part: str) -> str:
    """Return an expression that begins and ends with whole words."""
    first = r"\b" if part[0].isalnum() or part[0] == "(" else ""
    last = r"\b" if part[-1].isalnum() or part[-1] in ")*?+" else ""
    return f"(?:{first}(?:{part}){last})"


@dataclass(frozen=True, slots=True)
class _Wording:
    technique: str
    sure: float
    bound: str
    command: bool
    unless: tuple[str, ...]

    def found(self, text: str) -> bool:
        return _compiled(self.bound).search(text) is not None and not any(
            _compiled(rf"\b(?:{one})").search(text) is not None for one in self.unless
        )


@cache
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options=options)


class Wordings:
    """The table, compiled with its first use. Immutable; several threads may use one.

    Raises:
        InternalError: the table does not keep to its form; every error names its line.
    """

    def __init__(self, table: str) -> None:
        try:
            said, lines = strict_yaml.load_located(table)
        except yaml.YAMLError as error:
            raise InternalError(
                f"{TABLE.name}: {error}", next_step="Report this; the table ships with Vedette."
            ) from error
        words: dict[str, str] = said["words"]
        self._idle = "|".join(f"(?:{one})" for one in said["idle"])
        self._wordings: list[_Wording] = []
        self._loose: list[str] = []
        for technique, entry in said["techniques"].items():
            line = lines[("techniques", technique)]
            if attack.technique(technique) is None or set(entry) - _KEYS:
                raise InternalError(f"{TABLE.name}, line {line}: {technique} is no technique, or has an unknown key")
            for kind in ("says", "commands"):
                for wording in entry.get(kind, ()):
                    loose, bound = expressions(wording, words)
                    unless = tuple(expressions(one, words)[0] for one in entry.get("unless", ()))
                    self._loose.append(loose)
                    self._wordings.append(
                        _Wording(technique, entry.get("sure", SURE), bound, kind == "commands", unless)
                    )

    @property
    def techniques(self) -> frozenset[str]:
        """Every technique that the table has a wording of."""
        return frozenset(one.technique for one in self._wordings)

    @cached_property
    def _set(self) -> Any:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 128 << 20
        made = re2.Set.SearchSet(options)
        for loose in self._loose:
            made.Add(loose)
        made.Compile()
        return made

    def of(self, text: str, *, code: bool = False) -> list[tuple[str, float]]:
        """Return the techniques that a sentence says in plain words, surest first, each once.

        Args:
            text: a sentence, or a line of code.
            code: whether it is code: only commands are read, and nothing in it is idle talk.
        """
        plain = encodable(text[:_MOST]).translate(_PLAIN).lower()
        plain = _SPACE.sub(" ", _APART.sub(" ; ", plain)).strip()
        best: dict[str, float] = {}
        idle: bool | None = None
        for number in self._set.Match(plain) or ():
            one = self._wordings[number]
            if (code and not one.command) or best.get(one.technique, 0) >= one.sure or not one.found(plain):
                continue
            if idle is None:
                idle = not code and _compiled(self._idle).search(plain) is not None
            if idle:
                return []
            best[one.technique] = one.sure
        return sorted(most_specific(best).items(), key=lambda pair: (-pair[1], pair[0]))


def most_specific(found: Mapping[str, float]) -> dict[str, float]:
    """Return techniques without those of which a sub-technique is there too."""
    above = {technique.partition(".")[0] for technique in found if "." in technique}
    return {technique: sure for technique, sure in found.items() if technique not in above}


@cache
def _shipped() -> Wordings:
    return Wordings(TABLE.read_text(encoding="utf-8"))


def worded(text: str, *, code: bool = False) -> Sequence[tuple[str, float]]:
    """Return the techniques that a text says in plain words, with a confidence in [0, 1]; see :meth:`Wordings.of`."""
    return _shipped().of(text, code=code)
