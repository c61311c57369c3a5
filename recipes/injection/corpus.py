"""The rows to learn from: attacks, and the ordinary texts that look like them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recipes.injection import (
    benign,
    containers,
    direct,
    disguises,
    everyday,
    indirect,
    languages,
    long,
    more,
    technical,
)
from recipes.injection.grammar import Grammar
from recipes.injection.slots import SLOTS

SEED = 20250711
TRIES = 6
"""How often a form is filled anew before it counts as used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text, and what it is."""

    text: str
    label: int
    """1: an attack."""
    family: str
    """Rows of one family share their forms: never part them between training and test."""
    kind: str
    """``direct``, ``indirect`` or ``benign``."""
    entity: str = ""
    """``PROMPT_INJECTION`` or ``JAILBREAK``; empty for ordinary text."""
    start: int = 0
    end: int = 0
    """Where the order stands in the text of an indirect attack; the whole text otherwise."""
    carrier: str = ""
    """Which container an indirect attack, or its harmless twin, stands in."""


CONTENT: dict[str, tuple[str, ...]] = {
    name: containers.CONTENT.get(name, ()) + more.CONTENT.get(name, ())
    for name in {**containers.CONTENT, **more.CONTENT}
} | {"mail": containers.CONTENT["mail_text"] + more.CONTENT["mail_text"]}
ORDERS = {**indirect.ORDERS, **more.ORDERS}
SLOT_LISTS: dict[str, tuple[str, ...]] = {
    **CONTENT,
    **SLOTS,
    "question": direct.QUESTIONS,
    "statement": direct.STATEMENTS,
    "harm_q": direct.HARM_QUESTIONS,
    "harmless": everyday.HARMLESS,
    "harmless_thing": everyday.HARMLESS_THINGS,
    "code": indirect.CODE,
    "code_bare": indirect.CODE,
    "goal": technical.GOALS,
    "plang": technical.LANGUAGES,
    "act": technical.ACTIONS,
    "language": benign.LANGUAGES,
    "book": benign.BOOKS,
    "country": benign.COUNTRIES,
    "title": benign.TITLES,
    "day": tuple(str(n) for n in range(10, 29)),
    "tag": ("document", "data", "article", "context", "user_input", "email"),
    "open": ("\x05",),
    "open_b": ("\x03",),
    "close_b": ("\x04",),
    "site_https": tuple(site for site in SLOTS["site"] if site.startswith("https")),
    "acrostic": direct.ACROSTICS,
}


def rows(seed: int = SEED) -> list[Row]:
    """Return all rows, the same ones in the same order for the same seed; no text twice."""
    grammar = Grammar(SLOT_LISTS)
    found: dict[str, Row] = {}
    for part in (_direct, _long, _foreign, _disguised, _indirect, _benign, _everyday, _frames, _twins):
        for row in part(grammar, random.Random(f"{seed}-{part.__name__}")):  # noqa: S311 (not for secrets)
            found.setdefault(row.text, row)
    return list(found.values())


def _spellings(grammar: Grammar, form: str, count: int, rng: random.Random, **given: str) -> list[str]:
    made: dict[str, None] = {}
    for _ in range(count * TRIES):
        text = _tidy(grammar.fill(form, rng, {"bot": rng.choice(SLOTS["bot"]), **given}))
        made.setdefault(text)
        if len(made) == count:
            break
    return list(made)


_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")


def _tidy(text: str) -> str:
    return _GAP.sub(" ", text.replace("\x05", "<")).replace(" .", ".").replace(" ,", ",").strip()


def _whole(text: str, family: str, kind: str, entity: str = "") -> Row:
    return Row(text=text, label=int(bool(entity)), family=family, kind=kind, entity=entity, end=len(text))


PER_FORM = 11
MORE = 22
"""Spellings of forms with many words to fill in."""


def _direct(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    for forms, entity in ((direct.OVERRIDE, "PROMPT_INJECTION"), (direct.JAILBREAK, "JAILBREAK")):
        for family, spelled in forms.items():
            for form in spelled:
                for text in _spellings(grammar, form, PER_FORM, rng) if family != "payload-splitting" else ():
                    yield _whole(_voice(text, rng), family, "direct", entity)
    for form in direct.JAILBREAK["payload-splitting"]:
        for first, second in direct.HALVES:
            for text in _spellings(grammar, form, 2, rng, half_a=first, half_b=grammar.fill(second, rng)):
                yield _whole(text, "payload-splitting", "direct", "JAILBREAK")


def _long(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    for opening in long.OPENINGS:
        for _ in range(18):
            rules = rng.sample(long.RULES, rng.randrange(2, 6))
            parts = [opening, *rules, *rng.sample(long.FORMATS, rng.randrange(0, 2)), rng.choice(long.ENDS)]
            text = _filled(grammar, rng.choice((" ", " ", "\n", "\n- ")).join(parts), rng)
            yield _whole(_voice(text, rng), f"long-persona-{long.OPENINGS.index(opening)}", "direct", "JAILBREAK")
    for number, form in enumerate(long.SUBTLE):
        for text in _spellings(grammar, form, 18, rng):
            yield _whole(text, f"long-subtle-{number}", "direct", "JAILBREAK")


def _filled(grammar: Grammar, form: str, rng: random.Random) -> str:
    return _tidy(grammar.fill(form, rng, {"bot": rng.choice(SLOTS["bot"])}))


VOICES: tuple[tuple[float, Callable[[str], str]], ...] = (
    (0.08, str.lower),
    (0.05, str.upper),
    (0.04, lambda text: text.replace(". ", "!!! ")),
    (0.04, lambda text: text.replace(". ", ".\n\n")),
    (0.03, lambda text: "please " + text[:1].lower() + text[1:]),
    (0.03, lambda text: text.rstrip(".")),
    (0.02, lambda text: text + " thx"),
    (0.02, lambda text: text.replace(",", "")),
)


def _voice(text: str, rng: random.Random) -> str:
    """Return a text as another hand would write it."""
    for share, change in VOICES:
        if rng.random() < share:
            return change(text)
    return text


def _foreign(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    for language, forms in languages.OVERRIDE.items():
        for form in forms:
            for _ in range(7 if language in ("de", "fr", "es") else 4):
                task = grammar.fill(rng.choice(languages.TASKS[language]), rng)
                asked = grammar.fill(rng.choice(languages.QUESTIONS[language]), rng)
                given = {"bot": rng.choice(SLOTS["bot"]), "t": task, "t_cap": task[:1].upper() + task[1:], "q": asked}
                yield _whole(
                    _voice(_tidy(grammar.fill(form, rng, given)), rng),
                    f"foreign-{language}",
                    "direct",
                    "PROMPT_INJECTION",
                )
    for language, asked_forms in languages.QUESTIONS.items():
        for form in asked_forms:
            for text in _spellings(grammar, form, 6, rng):
                yield _whole(_voice(text, rng), f"foreign-benign-{language}", "benign")


def _disguised(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    """Attacks in disguises, and ordinary texts in the same ones."""
    attacks = [
        form for name in ("override-plain", "extraction-plain", "override-short") for form in direct.OVERRIDE[name]
    ]
    plain = [form for name in ("trivia", "writing-task") for form in benign.BENIGN[name]]
    for name, disguise in disguises.DISGUISES.items():
        for asks in disguises.ASKS[:4]:
            for form in rng.sample(attacks, 5):
                hidden = disguise(_tidy(grammar.fill(form, rng)), rng)
                yield _whole(asks.format(x=hidden), f"disguise-{name}", "direct", "PROMPT_INJECTION")
        for form in rng.sample(plain, 5):
            yield _whole(
                disguises.PLAIN_ASKS.format(x=disguise(_tidy(grammar.fill(form, rng)), rng)),
                f"disguise-benign-{name}",
                "benign",
            )
    for form in (*attacks, *direct.HARM_QUESTIONS[:6]):
        for _ in range(3):
            text = _tidy(grammar.fill(form, rng)) + " " + disguises.noise(rng)
            yield _whole(text, "suffix-noise", "direct", "JAILBREAK")


def _indirect(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    everyday = [form for name in (*list(indirect.ORDERS)[:9], *more.ORDERS) for form in ORDERS[name]]
    for family, forms in ORDERS.items():
        for form in forms:
            for _ in range(11):
                planted = _order(grammar, form, everyday, rng)
                carrier = rng.choice(_fitting(family))
                yield _planted(grammar, carrier, planted, f"indirect-{family}", rng)


def _order(grammar: Grammar, form: str, everyday: list[str], rng: random.Random) -> str:
    inner = _tidy(grammar.fill(rng.choice(everyday), rng))
    given = {"order": inner, "order_low": inner[:1].lower() + inner[1:]}
    return _voice(_tidy(grammar.fill(form, rng, given)), rng)


def _fitting(family: str) -> list[containers.Container]:
    code = family == "code-orders"
    return [
        c
        for c in containers.CONTAINERS
        if not code or c.name.startswith(("code", "readme", "issue", "config", "ticket"))
    ]


def _planted(grammar: Grammar, carrier: containers.Container, planted: str, family: str, rng: random.Random) -> Row:
    """Put an order where another's words stand: alone, before, after or between ordinary ones."""
    ordinary = [_tidy(grammar.fill(rng.choice(CONTENT[carrier.content]), rng)) for _ in range(2)]
    before, after = rng.choice((("", ""), (ordinary[0], ""), ("", ordinary[0]), (ordinary[0], ordinary[1])))
    marked = (f"{before} " if before else "") + f"\x01{planted}\x02" + (f" {after}" if after else "")
    text = grammar.fill(carrier.form, rng, {"x": _escaped(carrier, marked)}).replace("\x05", "<")
    start, end = text.index("\x01"), text.index("\x02") - 1
    text = text.replace("\x01", "").replace("\x02", "")
    return Row(
        text=text,
        label=1,
        family=family,
        kind="indirect",
        entity="PROMPT_INJECTION",
        start=start,
        end=end,
        carrier=carrier.name,
    )


def _escaped(carrier: containers.Container, text: str) -> str:
    """Escape words, the two marks of the planted part left as they are."""
    marks = "\x01\x02"
    parts: list[str] = []
    piece = ""
    for character in text:
        if character in marks:
            parts += (carrier.escaped(piece) if piece else "", character)
            piece = ""
        else:
            piece += character
    return "".join(parts) + (carrier.escaped(piece) if piece else "")


def _twins(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    """The same containers with nothing but ordinary words."""
    for carrier in containers.CONTAINERS:
        for _ in range(34):
            count = rng.choice((1, 1, 2, 3))
            words = " ".join(_tidy(grammar.fill(rng.choice(CONTENT[carrier.content]), rng)) for _ in range(count))
            text = grammar.fill(carrier.form, rng, {"x": carrier.escaped(words)}).replace("\x05", "<")
            yield Row(
                text=text, label=0, family=f"twin-{carrier.name}", kind="benign", end=len(text), carrier=carrier.name
            )


def _benign(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    for family, forms in benign.BENIGN.items():
        for form in forms:
            for text in _spellings(grammar, form, 12, rng):
                yield _whole(_voice(text, rng), f"benign-{family}", "benign")


def _everyday(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    for family, forms in {**everyday.EVERYDAY, **technical.TECHNICAL}.items():
        for form in forms:
            for text in _spellings(
                grammar, form, MORE if family in ("long-request", *technical.TECHNICAL) else 14, rng
            ):
                yield _whole(_voice(text, rng), f"everyday-{family}", "benign")
    for form in everyday.WITH_WORDS:
        for _ in range(22):
            first, second = rng.sample(everyday.EVERYDAY_WORDS, 2)
            text = _tidy(grammar.fill(form, rng, {"w": first, "w2": second, "w_upper": first.upper()}))
            yield _whole(text, "everyday-with-words", "benign")


def _frames(grammar: Grammar, rng: random.Random) -> Iterator[Row]:
    """The attackers' frames around harmless questions."""
    harmless = Grammar(
        {
            **grammar.slots,
            "harm": everyday.HARMLESS,
            "harm_thing": everyday.HARMLESS_THINGS,
            "harm_q": everyday.HARMLESS_QUESTIONS,
        }
    )
    for family in everyday.TWINNED:
        for form in direct.JAILBREAK[family]:
            for text in _spellings(harmless, form, 10, rng):
                yield _whole(_voice(text, rng), f"frame-twin-{family}", "benign")
    for number, form in enumerate(long.SUBTLE[:4]):
        for text in _spellings(harmless, form, 14, rng):
            yield _whole(text, f"frame-twin-subtle-{number}", "benign")
    for form in direct.JAILBREAK["refusal-suppression"][2:3]:
        for text in _spellings(harmless, form, 24, rng):
            yield _whole(text, "frame-twin-start-with", "benign")
