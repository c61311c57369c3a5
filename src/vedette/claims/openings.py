"""What opens a sentence: who reports it, in what order it follows, and causes, which no fact holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vedette.claims import lexicon
from vedette.claims.tokens import Token


def unreported(tokens: list[Token]) -> list[Token]:
    """Return the tokens without an opening like "The logs show that" or "According to the data,"."""
    words = [t.low for t in tokens[:9]]
    if words[:2] == ["according", "to"] and "," in words:
        inside = tokens[2 : words.index(",")]
        if all(t.what == "word" and (t.low in lexicon.NEUTRAL or t.low in lexicon.FUNCTION_WORDS) for t in inside):
            return tokens[words.index(",") + 1 :]
    if "that" in words:
        at = words.index("that")
        head = tokens[:at]
        if (
            2 <= at
            and all(
                t.what == "word"
                and (t.low in lexicon.NEUTRAL or t.low in lexicon.FUNCTION_WORDS)
                and t.low not in lexicon.NEGATIONS
                for t in head
            )
            and any(t.verb or t.low in ("show", "shows", "indicate", "indicates", "say", "says", "state") for t in head)
        ):
            return tokens[at + 1 :]
    return tokens


def cause_of(tokens: Sequence[Token]) -> str:
    """Return the words by which a sentence makes one thing the cause of another; facts are only said beside another."""
    lows = [t.low if t.what in ("word", "mark") else "" for t in tokens]
    for k, low in enumerate(lows):
        two, three = lows[k : k + 2], lows[k : k + 3]
        if low in ("because", "therefore", "thus", "hence", "thereby", "consequently", "owing", "enabling", "allowing"):
            return low
        if two in (["so", "that"], ["due", "to"], ["resulting", "in"], ["leading", "to"], ["consequence", "of"],
                   ["result", "of"], ["thanks", "to"]):  # fmt: skip
            return " ".join(two)
        if three in (["which", "is", "why"], ["as", "a", "result"], ["as", "a", "consequence"], ["in", "order", "to"],
                     ["for", "this", "reason"], ["for", "that", "reason"], ["that", "is", "why"]):  # fmt: skip
            return " ".join(three)
    return ""


def turned(tokens: list[Token]) -> list[Token]:
    """Return "the account that created X is Y" as "Y created X"."""
    lows = [t.low for t in tokens]
    if len(tokens) < 6 or lows[0] != "the" or lows[2] not in ("that", "which", "who"):
        return tokens
    body = [t for t in tokens if t.what != "mark"]
    if (
        len(body) > 5
        and body[-2].low in ("is", "was")
        and body[-1].what == "name"
        and body[1].low in lexicon.TYPE_WORDS
    ):
        return [body[-1], *body[3:-2]]
    return tokens


_OPENINGS = {
    "then": "then", "next": "then", "afterwards": "then", "afterward": "then", "subsequently": "then",
    "later": "then", "thereafter": "then", "finally": "then", "lastly": "then", "first": "first", "firstly": "first",
}  # fmt: skip


def opened(tokens: list[Token]) -> tuple[list[Token], str]:
    """Return the tokens without an opening adverb, and the order in time that it says."""
    opening = ""
    while tokens:
        low = tokens[0].low
        if tokens[0].what == "mark" and low in (",", "-", ":"):
            tokens = tokens[1:]
            continue
        following = tokens[1].low if len(tokens) > 1 else ""
        if tokens[0].what == "word" and low in _OPENINGS and (following == "," or low in ("then", "afterwards")):
            opening = _OPENINGS[low]
            tokens = tokens[1:]
            continue
        if (
            tokens[0].what == "word"
            and low
            in (
                "yes",
                "also",
                "additionally",
                "furthermore",
                "moreover",
                "overall",
                "specifically",
                "however",
                "and",
                "but",
            )
            and len(tokens) > 1
        ):
            tokens = tokens[1:]
            continue
        if [t.low for t in tokens[:3]] in (
            ["in", "addition", ","],
            ["in", "total", ","],
            ["in", "summary", ","],
            ["in", "short", ","],
            ["after", "that", ","],
        ):
            if low == "after":
                opening = "then"
            tokens = tokens[3:]
            continue
        break
    return tokens, opening


FOLDS = frozenset({"twice", "thrice", "double", "triple", "half"})


def nearby(tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Return each token with the one after it, *times* and *of the* between them left out."""
    told_of = [t for t in tokens if t.low not in ("times", "of", "the", "as", "many")]
    return list(pairwise(told_of))
