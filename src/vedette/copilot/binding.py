"""From a chosen tool to its arguments: only what the question or the conversation holds, looked up and typed.

A router's arguments are raw text. Each is kept only where it stands in the question (or refers to the conversation's
focus) and means something of the parameter's kind; a model that invents an account gets none. What a question names and
no argument took is filled in by kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from vedette.copilot import times
from vedette.copilot.choosing import EXCLUDING, choice_said, has_place, placed
from vedette.copilot.lexicon import COMMON, PROGRAMS
from vedette.copilot.mentions import ENTITY_KINDS, Mention, Mentions, World, mask, read_mentions
from vedette.copilot.quotes import blanked
from vedette.schema import Choice, Parameter, Tool, ToolCall, ValueKind, Window

_ENTITY_PARAMETERS = frozenset({*ENTITY_KINDS, ValueKind.ENTITY})
_SEARCHED = (ValueKind.TEXT, ValueKind.FILE, ValueKind.PROCESS, ValueKind.COMMAND, ValueKind.HASH, ValueKind.DOMAIN,
             ValueKind.URL, ValueKind.EMAIL, ValueKind.RESOURCE, ValueKind.VULNERABILITY)  # fmt: skip
"""Kinds that a free text to search for may be."""

_REFERENCE = re2.compile(
    r"\b(?:this|that|the same|said) (?:account|user|guy|person|identity|host|machine|server|computer|box|workstation"
    r"|system|device|laptop|address|ip|entity)\b"
)
_PERSON = re2.compile(
    r"(?i)\b(he|him|his|she|hers?|they|them|their|(?:this|that|the same|said) (?:account|user|guy|person|identity))\b"
)
_PLURAL = re2.compile(r"(?i)\b(?:they|them|their)\b")
"""Of one account only where one was asked about; else of the attackers."""
_PLACE = re2.compile(
    r"(?i)\b(there|(?:this|that|the same|said) (?:host|machine|server|computer|box|workstation|system|device|laptop))\b"
)
_THING = re2.compile(r"(?i)\b(its?|this one|that one|(?:this|that|the same) (?:address|ip|one|entity))\b")
_WHEN = re2.compile(
    r"(?i)\b((?:in|during|at|for) (?:that|the same|this) (?:time|window|period|hour|day|night|interval)"
    r"|same (?:time|window|period|hour|day)|at that time|that (?:day|hour|night)|(?:back|by|just|right) then|then\W*$)"
)


_SHORT = 200
"""Characters of a text that stands for one thing."""


@dataclass(frozen=True)
class Bound:
    """A tool with arguments that it can run with, or what stands in the way."""

    tool: Tool
    arguments: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    """The same as text that reads back to the same: what a plan keeps."""
    used: tuple[Mention, ...] = ()
    """What of the question went into it."""
    choice: Choice | None = None
    lacks: tuple[Parameter, ...] = ()
    """Required parameters that nothing was found for."""
    dropped: tuple[str, ...] = ()
    """Arguments of the router that the question does not hold."""

    @property
    def call(self) -> ToolCall:
        """The call as a plan keeps it."""
        return ToolCall(tool=self.tool.name, arguments=dict(self.written))


class Binder:
    """Binds the tools chosen for one question."""

    def __init__(self, question: str, mentions: Mentions, world: World) -> None:
        """Take the question with what it speaks of."""
        self.question = question
        self.mentions = mentions
        self.world = world
        self.low = _squeezed(question)
        self.own = blanked(question, [(m.start, m.end) for m in mentions.of(ValueKind.TEXT)])
        """The question without what it quotes: words in quotes are data and mean nothing of their own."""
        self.masked = _REFERENCE.sub("ENTITY", mask(question, mentions, by_name=False))

    def bind(self, tool: Tool, raw: Mapping[str, Any], *, fill: bool = True) -> Bound:
        """Return the tool with its arguments.

        Args:
            tool: what is to run.
            raw: arguments as a router wrote them.
            fill: whether what the question names and ``raw`` leaves out is filled in by kind.
        """
        arguments: dict[str, Any] = {}
        used: list[Mention] = []
        dropped: list[str] = []
        choice: Choice | None = None
        for parameter in tool.parameters:
            if parameter.name not in raw:
                continue
            got = self._given(parameter, raw[parameter.name])
            if got is None:
                dropped.append(f"{parameter.name}: {str(raw[parameter.name])[:80]}")
                continue
            value, took = got
            arguments[parameter.name] = value
            used += took
        if fill:
            self._fill(tool, arguments, used)
        if fill and tool.name in _OF_A_CASE and "case" not in arguments:
            case = self._only_case(arguments)
            if case is not None:
                arguments["case"] = case
        for mention in used:
            if mention.options and choice is None:
                parameter = next(p for p in tool.parameters if _holds(arguments.get(p.name), mention.value))
                choice = which_meant(parameter.name, mention)
        lacks = tuple(p for p in tool.parameters if p.required and p.name not in arguments)
        written = {name: _written(value) for name, value in arguments.items()}
        return Bound(tool, arguments, written, tuple(used), choice, lacks, tuple(dropped))

    def _only_case(self, arguments: Mapping[str, Any]) -> str | None:
        """Return the case that alone knows the accounts and hosts asked about, None where none or several do."""
        names = {v for k in ("account", "host", "entity") if isinstance(v := arguments.get(k), str)}
        if not names or self.world.pinned:
            return None
        knowing = [
            c.case_id for c in self.world.cases if names <= {a.name for a in c.accounts} | {h.name for h in c.hosts}
        ]
        return knowing[0] if len(knowing) == 1 else None

    # ------------------------------------------------------------------ what a router gave

    def _given(self, parameter: Parameter, raw: Any) -> tuple[Any, list[Mention]] | None:
        """Return the typed value of a raw argument with what of the question it took; None where it is nothing."""
        if parameter.many:
            items = raw if isinstance(raw, (list, tuple)) else [raw]
            got = [g for item in items if (g := self._one(parameter, item)) is not None]
            values = list(dict.fromkeys(g[0] for g in got))
            return (tuple(values), [m for g in got for m in g[1]]) if values else None
        if isinstance(raw, (list, tuple)):
            raw = raw[0] if raw else ""
        return self._one(parameter, raw)

    def _one(self, parameter: Parameter, raw: Any) -> tuple[Any, list[Mention]] | None:
        kind = parameter.kind
        if kind is ValueKind.FLAG:
            return (True, []) if raw is True or str(raw).casefold() in ("true", "yes") else None
        text = str(raw).strip()
        if not text:
            return None
        if kind is ValueKind.CHOICE:
            word = text.casefold().replace(" ", "_")
            match = next((c for c in parameter.choices if c.casefold().replace(" ", "_") == word), None)
            return (match, []) if match is not None else None
        squeezed = _squeezed(text)
        place = self.low.find(squeezed)
        if place < 0:
            return None  # not in the question: invented
        if kind is ValueKind.TEXT and parameter.max_length > _SHORT:
            return text[: parameter.max_length], []  # a text of its own: what it names is not what is asked about
        fitting = [m for m in self.mentions.found if _fits(parameter, m)]
        inside = [m for m in fitting if _squeezed(m.text) in squeezed or squeezed in _squeezed(m.text)]
        if inside:
            best = max(inside, key=lambda m: (_squeezed(m.text) == squeezed, len(m.text)))
            return best.value, [best]
        referred = self._referred(parameter, text)
        if referred is not None:
            return referred, []
        if kind in _SEARCHED:
            return text[:200], []
        if kind in _ENTITY_PARAMETERS:
            # a router may know a name where the words around do not show it: "what about admin"
            kinds = ENTITY_KINDS if kind is ValueKind.ENTITY else (kind,)
            found = self.world.index.find(text, kinds)
            if found and text.casefold() not in _PRONOUNS:
                start = max(0, self.question.casefold().find(text.casefold()))
                options = tuple(n.value for n in found[:8]) if len(found) > 1 and not found[0].in_case else ()
                mention = Mention(found[0].kind, text, start, start + len(text), found[0].value, options)
                return found[0].value, [mention]
            return None
        if kind is ValueKind.COUNT:
            digits = "".join(c for c in text if c.isdigit())
            return (int(digits), []) if digits and len(digits) <= 6 else None
        again = read_mentions(text, self.world)
        own = next((m for m in again.found if _fits(parameter, m)), None)
        return (own.value, []) if own is not None else None

    # ------------------------------------------------------------------ what the question names

    def _fill(self, tool: Tool, arguments: dict[str, Any], used: list[Mention]) -> None:
        left = [m for m in self.mentions.found if m not in used and not any(_inside(m, u) for u in used)]
        n_times = sum(p.kind is ValueKind.TIME for p in tool.parameters)
        for parameter in sorted(tool.parameters, key=_filled_first):
            if parameter.name in arguments:
                continue
            if parameter.kind is ValueKind.CHOICE:
                if parameter.name == "logon_type" and arguments.get("activity") not in (None, "logon", "failed_logon"):
                    continue
                if parameter.name == "whose" and arguments.get("activity") not in _ACTORS:
                    continue
                word = choice_said(parameter, self.masked)
                if word is not None:
                    arguments[parameter.name] = word
                continue
            if has_place(parameter):
                text = placed(parameter, self.own)
                if text is not None:
                    arguments[parameter.name] = int(text) if parameter.kind is ValueKind.COUNT else text
                continue
            fitting = [m for m in left if _fits(parameter, m)]
            if parameter.kind is ValueKind.TECHNIQUE:
                programs = _takes(tool, ValueKind.PROCESS)
                fitting = [
                    m
                    for m in fitting
                    # "was a scheduled task created" is of that kind, "rundll32" is a program
                    if not m.by_name or not ("activity" in arguments or (programs and m.text.casefold() in PROGRAMS))
                ]
            if parameter.kind is ValueKind.PROCESS:
                fitting = [m for m in fitting if not self._acted_on(m.start, m.end)]
            if parameter.kind is ValueKind.TEXT and arguments.get("activity") == "dns":
                # "DNS queries for example.org": the name is what was asked for, not where
                fitting += [m for m in left if m.kind is ValueKind.HOST and "." in m.text and self._before(m) in _ASKED]
            if parameter.kind is ValueKind.HOST and arguments.get("activity") == "dns":
                fitting = [m for m in fitting if not ("." in m.text and self._before(m) in _ASKED)]
            if parameter.kind is ValueKind.FINDING and not _JUDGED.search(self.own):
                continue
            if parameter.name in _DIRECTIONS:
                fitting = [m for m in fitting if self._directed(parameter, m)]
            if parameter.kind is ValueKind.TIME and n_times == 1 and len(fitting) == 2:
                joined = _joined(fitting[0].value, fitting[1].value)
                if joined is not None:  # "after 9:00 and before 10:00"
                    arguments[parameter.name] = joined
                    used += fitting
                    left = [m for m in left if m not in fitting]
                    continue
            if not fitting and parameter.kind is ValueKind.HOST and not _takes(tool, ValueKind.ADDRESS):
                fitting = [m for m in left if m.kind is ValueKind.ADDRESS]
            if not fitting and parameter.kind in (ValueKind.TEXT, ValueKind.PROCESS, ValueKind.COMMAND):
                sought = self._sought(parameter, arguments)
                if sought is not None:
                    arguments[parameter.name] = sought
                continue
            if not fitting:
                referred = None if parameter.name in _DIRECTIONS else self._referred(parameter, self.own)
                if referred is not None and not any(_holds(v, referred) for v in arguments.values()):
                    arguments[parameter.name] = (referred,) if parameter.many else referred
                continue
            took = fitting if parameter.many else fitting[:1]
            arguments[parameter.name] = tuple(m.value for m in took) if parameter.many else took[0].value
            used += took
            left = [m for m in left if m not in took]

    def _sought(self, parameter: Parameter, arguments: Mapping[str, Any]) -> str | None:
        """Return a word to search for that nothing else took: a program, what is searched for, a stray name."""
        if parameter.kind is ValueKind.PROCESS:
            for match in _PROGRAM.finditer(self.own):
                if match[0].casefold() in PROGRAMS and not self._acted_on(match.start(), match.end()):
                    return str(match[0])
            return None
        if parameter.kind is ValueKind.TEXT and "text" not in arguments and parameter.name == "text":
            for match in _PROGRAM.finditer(self.own):
                if match[0].casefold() in PROGRAMS and self._acted_on(match.start(), match.end()):
                    return str(match[0])
        if parameter.kind is ValueKind.COMMAND or any(p in arguments for p in ("process", "command", "text")):
            return None
        for match in _SOUGHT.finditer(self.own):
            word = str(match[1]).rstrip(".,;:?!")
            inside = any(m.start <= match.start(1) < m.end and not m.by_name for m in self.mentions.found)
            if 3 <= len(word) <= 80 and word.casefold() not in COMMON and not inside and not word.endswith("ly"):
                return word
        for match in _OF_PROGRAM.finditer(self.own):
            word = str(match[1])
            free = not any(m.start <= match.start(1) < m.end for m in self.mentions.found)
            if len(word) >= 3 and word.casefold() not in COMMON and free and not word.isdigit():
                return word
        return next((m.text for m in self.mentions.missing if not m.sure and not m.stray), None)

    def _acted_on(self, start: int, end: int) -> bool:
        """Return whether something was done to a program, and not by it."""
        return bool(_ACTED_ON.search(self.question[:start]) or _OPENED.match(self.question[end:]))

    def _before(self, mention: Mention) -> str:
        """Return the word before a mention."""
        words = self.question[: mention.start].casefold().split()
        return words[-1] if words else ""

    def _directed(self, parameter: Parameter, mention: Mention) -> bool:
        """Return whether a host or address is where something came from, or went to, as the parameter wants it."""
        if mention.kind is ValueKind.ACCOUNT:
            return False
        before = self.question[: mention.start].casefold().split()[-2:]
        words = _DIRECTIONS[parameter.name]
        if not before or not (
            before[-1] in words or (before[-1] in ("the", "host", "address", "ip") and before[0] in words)
        ):
            return False
        if parameter.name == "source" and mention.kind is ValueKind.HOST and _RECORDED.search(self.masked):
            return False  # "events from FS01" were recorded there
        # "logged on to FS01" is where it happened, not where it went
        return parameter.name != "destination" or not _LOGGED.search(self.masked)

    def _referred(self, parameter: Parameter, text: str) -> Any:
        """Return what ``he``, ``there``, ``it`` or ``then`` refers to, None where nothing does."""
        focus = self.world.focus
        if parameter.kind is ValueKind.TIME:
            return focus.window if focus.window and _WHEN.search(text) else None
        if parameter.kind not in _ENTITY_PARAMETERS:
            return None
        wanted: tuple[ValueKind, ...] = ()
        before = focus.plan.steps if focus.plan else ()
        alone = any(name in step.arguments for step in before for name in ("account", "entity"))
        if _PERSON.search(text) and (alone or not _PLURAL.search(text)) and parameter.kind is not ValueKind.HOST:
            wanted = (ValueKind.ACCOUNT,)
        elif _PLACE.search(text) and parameter.kind is not ValueKind.ACCOUNT:
            wanted = (ValueKind.HOST,)
        elif _THING.search(text) and not (before and before[-1].tool in _WHOLE_CASES):
            first = next(iter(self.of_focus(ENTITY_KINDS)), None)  # "it" is one thing: what was spoken of first
            wanted = tuple(k for k in ENTITY_KINDS if first is not None and self.world.index.kind_of(first) is k)
        if parameter.kind is not ValueKind.ENTITY:
            wanted = tuple(k for k in wanted if k is parameter.kind)
        return next(iter(self.of_focus(wanted)), None)

    def of_focus(self, kinds: Sequence[ValueKind]) -> list[str]:
        """Return the names in focus that are of some kinds, the latest first."""
        return [name for name in self.world.focus.entities if self.world.index.kind_of(name) in kinds]


_OF_A_CASE = frozenset({"timeline", "attack_path", "techniques", "implicated_accounts", "hosts", "indicators"})
"""Tools that tell of one case, the gravest where none is said."""
_WHOLE_CASES = frozenset({"case_summary", "cases", "draft_report", "slides"})
"""Tools after which ``it`` is the case."""
_ACTORS = ("api", "object")
"""Activities whose records always name who acted; on a host, services act for an attacker too."""
_ASKED = ("for", "of", "about", "resolve", "resolving", "asking", "name")
_DIRECTIONS = {"source": ("from", "by", "of"), "destination": ("to", "towards", "into")}
"""Parameters that a host or address fills only after a word that says so."""
_ACTED_ON = re2.compile(r"(?i)\b(?:to|into|of|open(?:ed)?|dump(?:ed)?|access(?:ed)?|read)\s+(?:the )?(?:memory of )?$")
_OPENED = re2.compile(
    r"(?i)^(?:\.exe)?(?:'s)?\s+(?:memory )?(?:was |is |were |be )?(?:open|access|dump|read|inject)\w*\b"
)
_JUDGED = re2.compile(r"(?i)\b(?:findings?|rules?|alerts?|detections?)\b")
_PROGRAM = re2.compile(r"[\pL][\pL\pN_-]+")
_SOUGHT = re2.compile(
    r"(?i)\b(?:search(?:ing)?(?: for)?|grep(?: for)?|look(?:ing)? for|hunt(?:ing)? for|contain(?:s|ing)?"
    r"|mention(?:s|ing)?|match(?:es|ing)?"
    r"|holding|with the (?:text|string|word)|string|keyword|run|ran|running|execut(?:e|ed|ing)"
    r"|launch(?:ed)?|use[sd]?|using|download(?:ed)?|install(?:ed)?)\s+(?:the |a |an |any )?([\pL\pN_][^\s\"']+)"
)
_RECORDED = re2.compile(r"\b(?:events?|records?|entries|log entries|logs)\b (?:\w+ ){0,3}(?:from|of|by) ENTITY\b")
_OF_PROGRAM = re2.compile(r"(?i)\b([a-z][\pL\pN_.-]+) (?:commands?|process(?:es)?|executions?|binary|program)\b")
_LOGGED = re2.compile(r"(?i)\b(?:log(?:s|ged|ging)?[ -]?(?:on|in)|logons?|logins?|sign(?:s|ed|ing)?[ -]?(?:on|in))\b")


def _filled_first(parameter: Parameter) -> tuple[bool, bool, bool]:
    return (parameter.name not in _DIRECTIONS, parameter.kind is ValueKind.ENTITY, not parameter.required)


_PROGRAM_ENDINGS = (".exe", ".com", ".scr", ".bin", ".elf", ".sh", ".bat")
_PRONOUNS = frozenset(
    "he him his she her hers they them their it its this that these those there then who whom what which one".split()
)


def which_meant(parameter: str, mention: Mention) -> Choice:
    """Return the question which of several names a mention means."""
    return Choice(
        parameter=parameter,
        question=f"Which {mention.kind.value} do you mean by “{mention.text}”?",
        options=mention.options,
    )


def uncovered(mentions: Mentions, bound: Iterable[Bound]) -> tuple[Mention, ...]:
    """Return the names, times, techniques and cases of a question that no chosen tool takes."""
    bound = tuple(bound)
    used = [m for b in bound for m in b.used]
    counted = (*ENTITY_KINDS, ValueKind.TIME, ValueKind.TECHNIQUE, ValueKind.CASE, ValueKind.TACTIC, *_SEARCHED)
    return tuple(
        m
        for m in mentions.of(*counted)
        if m not in used
        and not any(_holds(v, m.value) or (m.by_name and _said_by(m, b)) for b in bound for v in b.arguments.values())
        and not (m.kind is ValueKind.TIME and m.value.said == "")
    )


def _fits(parameter: Parameter, mention: Mention) -> bool:
    kind = parameter.kind
    if mention.excluded != (parameter.name == EXCLUDING):
        return False
    if kind is ValueKind.ENTITY:
        return mention.kind in ENTITY_KINDS
    if kind is ValueKind.TEXT:
        return mention.kind in _SEARCHED
    if kind is ValueKind.PROCESS:
        program = mention.kind is ValueKind.FILE and mention.text.casefold().endswith(_PROGRAM_ENDINGS)
        return program or mention.kind is kind
    if kind is ValueKind.FINDING:
        return mention.kind in (ValueKind.TEXT, kind)
    return mention.kind is kind


def _takes(tool: Tool, kind: ValueKind) -> bool:
    return any(p.kind in (kind, ValueKind.ENTITY) for p in tool.parameters)


def _inside(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _holds(value: Any, wanted: Any) -> bool:
    return value == wanted or (isinstance(value, tuple) and wanted in value)


def _joined(one: Window, two: Window) -> Window | None:
    """Return the stretch that two open ones leave together: ``after 9 and before 10``."""
    if (one.start_at and one.end_at) and (two.start_at and two.end_at):
        return None
    starts = [w.start_at for w in (one, two) if w.start_at]
    ends = [w.end_at for w in (one, two) if w.end_at]
    if not starts or not ends or max(starts) >= min(ends):
        return None
    return Window(start_at=max(starts), end_at=min(ends), said=f"{one.said} {two.said}")


def _written(value: Any) -> Any:
    if isinstance(value, Window):
        return times.write(value)
    if isinstance(value, tuple):
        return [_written(v) for v in value]
    return value


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,;:?!\"'")


def _said_by(mention: Mention, bound: Bound) -> bool:
    """Return whether a technique that was named went into another argument: a kind of activity, a program."""
    return (
        "activity" in bound.arguments or str(bound.arguments.get("process", "")).casefold() == mention.text.casefold()
    )
