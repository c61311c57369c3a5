"""Meeting texts with the rules: literals first, all at once, and the expressions of those rules alone that remain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from vedette.guard.injection.rules import extraction, jailbreak, languages, override, planted, verdicts
from vedette.guard.injection.rules.base import TOLD, Rule

MOST_HITS = 6
"""Hits of one rule in one text that are told."""
BEFORE = 140
AFTER = 60
"""Characters around a hit that are asked whether the text tells of it."""

RULES: tuple[Rule, ...] = (
    *override.RULES,
    *jailbreak.RULES,
    *extraction.RULES,
    *planted.RULES,
    *verdicts.RULES,
    *languages.RULES,
)

_TELLS_BEFORE = (
    r"(?:\b(?:told|tells|telling|ask(?:s|ed|ing)|instruct(?:s|ed|ing)|order(?:s|ed|ing)|trick(?:s|ed|ing)?|caus(?:e|es|ed|ing)"
    r"|convinc(?:e|es|ed|ing)|mak(?:es|ing)|forc(?:e|es|ed|ing)|persuad\w+|manipulat\w+|attempt(?:s|ed|ing)? to|tr(?:ies|ied|ying) to"
    r"|such as|like|e\.g\.|for example|example|examples|phrases?|strings?|contain(?:s|ed|ing)?|keywords?|called|attack(?:s|er|ers|ed|ing)?"
    r"|adversar\w+|inject(?:s|ed|ion|ions|ing)?|jailbreak\w*|prompts? (?:that|which|like|such)|malicious|payloads?|detect(?:s|ed|ing|ion)?"
    r"|block(?:s|ed|ing)?|flag(?:s|ged|ging)?|researchers?|red[- ]team\w*|what (?:does|happens|is)|explain|meaning of|designed to"
    r"|how (?:do|does|can|to|should)|why (?:do|does|is)|(?:ask|push|lead|get|make)s? (?:the|a) (?:model|assistant|chatbot|bot|llm|ai) to|whether|users? who|if (?:a|the) user)"
    r"\b[^.!?\n]{0,100}|\b(?:pasted|typed|wrote|submitted|entered|posted|sent|said|says|reads|sends)\W{1,4}[\"']"
    r"|\b(?:rules?|polic(?:y|ies)|acls?|configs?|configuration|lines?|logs?|headers?|entry|tickets?|playbook|runbook|vendor|guideline|standard)"
    r"\W+(?:[\w']+\W+){0,2}?(?:says?|reads?|states?|shows?)\s*[:,]\s*[\"']?\w?)$"
)
_TELLS_AFTER = (
    r"^[^.!?\n]{0,50}\b(?:attack|attacks|prompt injections?|jailbreaks?|(?:was|were|is|are|got) (?:blocked|detected|refused|rejected"
    r"|flagged|logged|caught|filtered)|failed|technique|payload)\b"
    r"|^\W{0,3}(?:that |which )?(?:our|their|an?|his|her|this|that|its|the)\W+(?:[\w-]+\W+){0,3}?(?:bot|chatbot|assistant|model|agent|app|vendor|tool"
    r"|product|attacker|actor|malware|script|sample)\W+(?:leak(?:s|ed)?|show(?:s|ed|n)?|print(?:s|ed)|uses?|used|had|has|sent|gave|return(?:s|ed)|expose[sd]|reveal(?:s|ed))\b"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text met."""

    rule: Rule
    start: int
    end: int
    """In the text that was met."""
    score: float
    told: bool


class _Compiled:
    """The rules, ready."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        import re2
        from ahocorasick_rs import AhoCorasick

        self.rules = rules
        owners: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            for literal in rule.literals:
                owners.setdefault(literal, []).append(number)
        self.owners = list(owners.values())
        self.automaton: Any = AhoCorasick(list(owners))
        options = re2.Options()
        options.max_mem = 32 << 20
        self.patterns: list[Any] = [re2.compile(rule.pattern, options) for rule in rules]
        self.before: Any = re2.compile(_TELLS_BEFORE)
        self.after: Any = re2.compile(_TELLS_AFTER)

    def candidates(self, text: str) -> list[int]:
        """Return the rules of which a literal stands in a text."""
        literals = {number for number, _, _ in self.automaton.find_matches_as_indexes(text, overlapping=True)}
        return sorted({owner for literal in literals for owner in self.owners[literal]})


@cache
def _compiled() -> _Compiled:
    return _Compiled(RULES)


def warm() -> None:
    """Compile the rules now rather than with the first text."""
    _compiled()


def meet(text: str) -> list[Match]:
    """Return what rules a normalised text meets, in the order of the rules."""
    compiled = _compiled()
    found: list[Match] = []
    for number in compiled.candidates(text):
        rule = compiled.rules[number]
        for count, match in enumerate(compiled.patterns[number].finditer(text)):
            if count == MOST_HITS:
                break
            start, end = match.span()
            told = rule.told and _told(compiled, text, start, end)
            found.append(Match(rule, start, end, rule.score * (TOLD if told else 1.0), told))
    return found


def _told(compiled: _Compiled, text: str, start: int, end: int) -> bool:
    """Tell whether the words around a hit report it, explain it or quote it."""
    before = text[max(0, start - BEFORE) : start + 1]
    return bool(compiled.before.search(before) or compiled.after.search(text[end : end + AFTER]))
