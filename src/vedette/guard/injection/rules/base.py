"""What a rule is, and parts of expressions that rules share."""

from __future__ import annotations

from dataclasses import dataclass

INJECTION = "PROMPT_INJECTION"
JAILBREAK = "JAILBREAK"

ALARM = 0.8
"""Score from which on a hit alone is believed."""
TOLD = 0.45
"""What the score of a hit is multiplied with where the text tells of an attack instead of making one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A known form of attack. Expressions are RE2's and meet normalised text: lower case, no accents, plain letters."""

    name: str
    entity: str
    about: str
    score: float
    """How sure a hit is; below :data:`ALARM` it is a hint."""
    literals: tuple[str, ...]
    """One of these stands in every text that the expression meets."""
    pattern: str
    hits: tuple[str, ...]
    """Texts that it must meet."""
    misses: tuple[str, ...] = ()
    """Texts near to them that it must not raise an alarm for."""
    told: bool = True
    """Whether reports and quotations repeat this form, so that it counts less in them."""
    sure: bool = False
    """Whether a hit alone decides in what others wrote, whatever the model says of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """A form of attack that was found."""

    rule: str
    entity: str
    start: int
    end: int
    """The range of the text as it was given."""
    score: float
    within: tuple[str, ...] = ()
    """Encodings that it stood in, outermost first."""
    told: bool = False
    """Whether the text seems to tell of it."""
    sure: bool = False
    """Whether it decides alone in what others wrote."""


def words(most: int) -> str:
    """Return an expression for up to so many words and what stands between them."""
    return rf"(?:\W+[\w']+){{0,{most}}}?\W+"


BEGIN = (
    r"(?:^|[.!?:;,\n\"'()\[\]{}<>*#-]\s*|\b(?:please|now|and|then|but|just|kindly|instead|also|first|ok|okay|so|simply"
    r"|you (?:must|should|will|can|may|have to|need to|are to|shall)|i (?:want|need|order|command) you to|to)\s+)"
)
"""Where an order begins."""

DROP = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|neglect|discard|dismiss|override|set aside|abandon"
    r"|throw (?:away|out)|pay no (?:attention|heed) to|(?:do not|don'?t|never|no longer|stop) (?:follow(?:ing)?|obey(?:ing)?"
    r"|listen(?:ing)? to|adher(?:e|ing) to|comply(?:ing)? with|us(?:e|ing)))"
)
BEFORE = r"(?:previous|previously (?:given|stated|issued|mentioned|defined|set)|prior|above|earlier|preceding|foregoing|former|initial|original|existing|past|before)"
ORDERS = (
    r"(?:instructions?|directions?|directives?|prompts?|commands?|orders?|rules?|guidelines?|guidance|polic(?:y|ies)"
    r"|constraints?|restrictions?|programming|training|limitations?|protocols?|safeguards?)"
)
MODEL = (
    r"(?:ai|a\.i\.|llms?|language models?|large language models?|artificial intelligence|chat ?bots?|(?:ai|virtual|digital)"
    r" (?:assistants?|agents?|models?|systems?|tools?|readers?)|gpt(?:-?\w+)?|chatgpt|claude|gemini|copilot|assistants?)"
)
UNBOUND = (
    r"(?:rules?|restrictions?|limit(?:s|ations?)?|filters?|guidelines?|boundaries|censorship|constraints?|ethics|morals?"
    r"|moral(?:ity)?|polic(?:y|ies)|ethical (?:guidelines|standards|concerns|considerations|constraints)|safeguards?"
    r"|safety (?:rules|measures|guidelines|filters)|content polic(?:y|ies)|moderation|inhibitions)"
)
