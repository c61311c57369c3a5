"""Routing without a language model: which tools a question means, by its words, its shape, examples, and its values.

Five things speak for a tool, and add up: a small linear model that was trained on thousands of phrasings
(``question-router``, which ships; :mod:`vedette.copilot.adapter.choosing_rows` says on what); patterns of questions
(:mod:`vedette.copilot.cues`); the tool's own words that the question has, rare ones more; the likeness to its examples
(cosine of words, word pairs and pieces, weighted by how few tools share them); and whether it takes what the
question names. Names, times and ids are masked on all sides: ``what did alice do`` and ``what did svc-backup do``
are one question.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import re2

from vedette.copilot.choosing import placed
from vedette.copilot.cues import CUES
from vedette.copilot.lexicon import COMMON
from vedette.copilot.mentions import ENTITY_KINDS, Mentions, World, mask, read_mentions
from vedette.copilot.names import NameIndex
from vedette.copilot.quotes import QUOTED
from vedette.copilot.times import Calendar
from vedette.models import Predictor
from vedette.schema import Tool, ValueKind

BAR = 1.6
"""Points below which no tool is meant."""
_LIKENESS = 4.0
_WORD = 0.9
_FITS, _MISFITS = 0.7, -0.6
_PLACED = 4.5
"""For a tool with a place for what the question holds: an event code, a cloud operation, a port."""
_SEARCHES = 1.6
"""For a tool that searches for text, where the question names a file, domain, hash or quotes something."""
_SEARCHED = {
    ValueKind.TEXT, ValueKind.FILE, ValueKind.HASH, ValueKind.DOMAIN, ValueKind.URL, ValueKind.EMAIL,
}  # fmt: skip

_CHOSEN = 5.0
"""Points of a tool that the trained chooser is certain of."""
CERTAIN = 0.9
"""Confidence of the chooser that is enough by itself."""
CHOOSER = "question-router"
"""Name of the chooser in the registry, and among the models that ship."""

_SPACES = re2.compile(r"[^\pL\pN&'_-]+")


@dataclass(frozen=True, slots=True)
class Scored:
    """A tool and how much speaks for it."""

    tool: Tool
    score: float
    """Points, without upper limit: what tools are put in order by."""
    ruled: float
    """The points that the rules gave, the chooser left out: below ``BAR`` the tool is not meant, unless the chooser is
    all but certain. How likely a tool is among the tools says little of whether any is meant."""
    chosen: float
    """The chooser's confidence, in [0, 1]."""

    @property
    def meant(self) -> bool:
        """Return whether enough speaks for the tool."""
        return self.ruled >= BAR or self.chosen >= CERTAIN


class RulesRouter:
    """Ranks tools for a question.

    Args:
        tools: every tool by name.
        chooser: the trained classifier; None ranks by rules alone.
    """

    name = "rules"

    def __init__(self, tools: Mapping[str, Tool], chooser: Predictor | None = None) -> None:
        self.tools = dict(tools)
        self._chooser = chooser
        examples = [(tool, _masked_example(e)) for tool in self.tools.values() for e in tool.examples]
        grams = [(tool.name, _grams(text)) for tool, text in examples]
        owners: dict[str, set[str]] = {}
        for name, counted in grams:
            for gram in counted:
                owners.setdefault(gram, set()).add(name)
        n_tools = max(1, len(self.tools))
        self._idf = {gram: math.log(1 + n_tools / len(held)) for gram, held in owners.items()}
        self._unseen = math.log(1 + n_tools)
        self._vectors = [(name, self._weighed(counted)) for name, counted in grams]
        users: Counter[str] = Counter(w for t in self.tools.values() for w in {_stemmed(x) for x in t.words})
        self._words = {
            t.name: [(w, math.log(1 + n_tools / users[w])) for w in {_stemmed(x) for x in t.words}]
            for t in self.tools.values()
        }

    def rank(self, mentions: Mentions, question: str) -> list[Scored]:
        """Return every tool with its points, most first; ties by name."""
        masked = mask(question, mentions)
        likeness = self._likeness(masked)
        plain = " " + _stemmed(_SPACES.sub(" ", masked)) + " "
        shaped: dict[str, float] = {}
        for name, pattern, weight in CUES:
            if name in self.tools and pattern.search(masked):
                held = shaped.get(name, 0.0)
                shaped[name] = max(held, weight) + 0.3 * min(held, weight)
        chosen = self._chosen(masked)
        out = []
        top = math.log(1 + len(self.tools))
        for tool in self.tools.values():
            spoken = sorted((idf / top for word, idf in self._words[tool.name] if f" {word} " in plain), reverse=True)
            words = sum(w * 0.6**i for i, w in enumerate(spoken))
            score = shaped.get(tool.name, 0.0) + _WORD * words + _LIKENESS * likeness.get(tool.name, 0.0)
            if any(placed(p, question) is not None for p in tool.parameters):
                score += _PLACED
            if score > 0:
                score += self._fit(tool, mentions)
            sure = chosen.get(tool.name, 0.0)
            out.append(Scored(tool, score + _CHOSEN * sure, score, sure))
        return sorted(out, key=lambda s: (-s.score, s.tool.name))

    def _chosen(self, masked: str) -> dict[str, float]:
        if self._chooser is None:
            return {}
        return {label.label: label.confidence for label in self._chooser.predict([masked])[0].labels}

    def _fit(self, tool: Tool, mentions: Mentions) -> float:
        """Return what speaks for and against a tool by whether it takes what the question names."""
        takes = {p.kind for p in tool.parameters}
        if ValueKind.ENTITY in takes:
            takes |= set(ENTITY_KINDS)
        points = 0.0
        for kind in {m.kind for m in mentions.found}:
            if kind in ENTITY_KINDS or kind in (ValueKind.TECHNIQUE, ValueKind.TIME, ValueKind.TACTIC):
                points += _FITS if kind in takes else _MISFITS
        searched = {m.kind for m in mentions.found} & _SEARCHED
        if searched:
            points += _SEARCHES if ValueKind.TEXT in takes else _MISFITS
        for parameter in tool.parameters:
            kinds = ENTITY_KINDS if parameter.kind is ValueKind.ENTITY else (parameter.kind,)
            if parameter.required and not mentions.of(*kinds):
                points -= 0.4
        return points

    def _likeness(self, masked: str) -> dict[str, float]:
        vector = self._weighed(_grams(masked))
        best: dict[str, list[float]] = {}
        for name, example in self._vectors:
            small, large = (vector, example) if len(vector) < len(example) else (example, vector)
            best.setdefault(name, []).append(sum(w * large[g] for g, w in small.items() if g in large))
        return {
            name: 0.8 * max(scores) + 0.2 * sum(sorted(scores)[-3:]) / min(3, len(scores))
            for name, scores in best.items()
        }

    def _weighed(self, counted: Counter[str]) -> dict[str, float]:
        weights = {g: (1 + math.log(n)) * self._idf.get(g, self._unseen) for g, n in counted.items()}
        norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        return {g: w / norm for g, w in weights.items()}


def _masked_example(example: str) -> str:
    """Return a tool's example as :func:`mask` would, without a lake: what looks like a name is one."""
    mentions = read_mentions(example, World(NameIndex(), (), Calendar(_EPOCH)))
    masked = mask(example, mentions)
    words = []
    for i, word in enumerate(masked.split()):
        bare = word.strip(".,;:?!\"'()")
        original = example.split()[i].strip(".,;:?!\"'()") if len(masked.split()) == len(example.split()) else bare
        named = i > 0 and original[:1].isupper() and bare not in COMMON and not bare.isupper()
        words.append("ENTITY" if named or bare in _PEOPLE else word)
    return " ".join(words)


_PEOPLE = frozenset("alice bob carol dave eve mallory trent pgustavo jsmith".split())


def _grams(text: str) -> Counter[str]:
    words = [_stemmed(w) for w in _SPACES.sub(" ", text).split()]
    words = [w for w in words if w]
    grams: Counter[str] = Counter(words)
    grams.update(f"{a} {b}" for a, b in zip(["^", *words], [*words, "$"], strict=True))
    for word in words:
        padded = f"_{word}_"
        grams.update(padded[i : i + 4] for i in range(len(padded) - 3))
    return grams


def _stemmed(text: str) -> str:
    out = []
    for word in text.casefold().split():
        for ending in ("ings", "ing", "ed", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
                word = word[: -len(ending)]
                break
        out.append(word)
    return " ".join(out)


def clauses(question: str) -> Sequence[str]:
    """Return the questions that a text asks, at most three: ``who did it, and on which hosts?`` asks two."""
    quotes: list[str] = []

    def kept(match: Any) -> str:
        quotes.append(match[0])
        return f"\x1e{len(quotes) - 1}\x1e"

    marked = QUOTED.sub(kept, question)
    marked = _ENDS.sub("\x1f", marked)
    marked = _AND.sub(lambda m: "\x1f" + m[1], marked)
    for number, quote in enumerate(quotes):
        marked = marked.replace(f"\x1e{number}\x1e", quote)
    parts = [p for part in marked.split("\x1f") if len((p := part.strip(" ,;")).split()) >= 2]
    # "Hi! Sorry to bother you. Could you tell me when bob logged on?" asks one thing
    asking = [p for p in parts if _ASKING.search(p)]
    if asking and len(asking) < len(parts):
        # a short aside belongs to the question: "Two logs were cleared. Which one first?"
        return asking[:3] if len(question.split()) > _LONG else [question]
    return parts[:3] if len(parts) > 1 else [question]


_LONG = 25
"""Words of a text from which what asks nothing in it is left out."""
_ASKING = re2.compile(
    r"(?i)\b(?:who|whose|what|when|where|which|how|why|tell me|show|list|give me|make|find|count|compare|summari[sz]e"
    r"|explain|describe|draft|write)\b|^\W*(?:is|are|was|were|did|does|do|has|have|any|can|could|should)\b"
)
_ENDS = re2.compile(r"[?!;]\s+|\.\s+")
_AND = re2.compile(
    r"(?i)(?:,|,?\s+and|,?\s+then|,?\s+plus)\s+(?:also\s+|then\s+)?"
    r"((?:who|whose|what|when|where|which|how|why|show|list|make|draft|write|summari[sz]e|give|on which|from which)\b)"
)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
