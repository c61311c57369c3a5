"""Questions that only the conversation makes whole: ``and for bob?``, ``why?``, ``show the events``, ``the second``.

A follow-up repeats the last plan with what it names put in the place of what was named before, or asks another tool
about the same thing. An answer to a choice that was asked for takes the place of the ambiguous name.
"""

# ruff: noqa: E501 (patterns, one a line)
from __future__ import annotations

from collections.abc import Mapping, Sequence

import re2
from rapidfuzz import fuzz

from vedette.copilot import times
from vedette.copilot.choosing import EXCLUDING, choice_said
from vedette.copilot.mentions import ENTITY_KINDS, Mention, Mentions
from vedette.copilot.names import NameIndex
from vedette.schema import Choice, Focus, Parameter, Plan, Tool, ToolCall, ValueKind, Window

_AND = re2.compile(
    r"(?i)^\W*(?:and|what about|how about|and what about|and how about|same (?:for|with|question for)|the same for|also|or|now|then|but|ok(?:ay)?,?(?: and)?|for|on|what if)\b"
)
_ABOUT = re2.compile(r"(?i)\b(?:what|how) about\b")
_BARE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?i)^\W*(?:but |and |ok(?:ay)? )?(?:why|how come|why is that|why so|why do you (?:say|think) (?:so|that)|reasons?|because of what|based on what|what(?:'s| is) the (?:evidence|proof|reason)|prove it|how do you know(?: that)?)\W*$", ("entity_profile", "implicated_accounts")),
    (r"(?i)^\W*(?:and |but )?(?:with|by|using|over) (?:which|what) (?:protocol|method|means|way|logon type|credentials?)\W*$", ("events",)),
    (r"(?i)^\W*(?:and |but )?(?:when(?: was (?:that|this|it))?|since when|when exactly|what time(?: was (?:that|this|it))?|at what time|when did (?:that|this|it) happen)\W*$", ("first_last", "timeline")),
    (r"(?i)^\W*(?:and |but )?(?:where(?: was (?:that|this|it))?|on (?:which|what) (?:host|machine|server|computer)s?|which (?:hosts?|machines?))\W*$", ("hosts",)),
    (r"(?i)^\W*(?:and |but )?(?:who(?: was (?:that|this|it))?|by whom|whose|who did (?:that|this|it)|which accounts?)\W*$", ("implicated_accounts",)),
    (r"(?i)^\W*(?:and |but )?(?:how(?: exactly)?|how did (?:that|this|it) happen|how so|by what means)\W*$", ("attack_path", "timeline")),
    (r"(?i)^\W*(?:and |so |ok(?:ay)? )?(?:then(?: what)?|what (?:happened )?(?:next|then|after(?: that)?|came next)|and after(?: that)?|go on|continue|more|tell me more|details|more details?|elaborate|expand)\W*$", ("timeline",)),
    (r"(?i)^\W*(?:and |please |can you |could you )?(?:show|list|see|give|display|open)(?: me)?(?: the| those| these| all| its| their| raw| matching)* (?:raw )?(?:events?|logs?|records?|evidence|log lines)\W*$", ("events",)),
)  # fmt: skip
_BARES = tuple((re2.compile(pattern), names) for pattern, names in _BARE)
_SPLITS = (
    (re2.compile(r"(?i)^\W*(?:and |but )?(?:from where|where from|from (?:which|what) (?:ip )?(?:address(?:es)?|ips?|place|source)|which (?:ip )?(?:address(?:es)?|ips?))\W*$"), "address"),
    (re2.compile(r"(?i)^\W*(?:and |but )?(?:on (?:which|what) (?:hosts?|machines?|computers?|servers?)|which (?:hosts?|machines?|computers?|servers?))\W*$"), "host"),
    (re2.compile(r"(?i)^\W*(?:and |but )?(?:by whom|who (?:made|did|ran|called|caused|issued|sent|started|triggered|executed|opened) (?:it|them|those|that|these)|(?:by|for) (?:which|what) (?:accounts?|users?)|which (?:accounts?|users?))\W*$"), "account"),
    (re2.compile(r"(?i)^\W*(?:and |but )?(?:to where|where to|to (?:which|what) (?:address(?:es)?|ips?|hosts?))\W*$"), "destination"),
)  # fmt: skip
"""Questions that want the last answer's events by something."""
_HOW_OFTEN = re2.compile(
    r"(?i)^\W*(?:and |but |ok(?:ay)?,? )?(?:how (?:often|many(?: times)?|many (?:were|are) (?:there|they|those|it))|count(?: them)?|total)\W*$"
)
_COUNTED = ("events", "first_last")
_KEPT = ("activity", "whose", "outcome", "logon_type", "text", "process", "command", "operation", "code", "port")
"""Choices that a question about the same events keeps."""
_ORDINALS = {
    "first": 0, "1st": 0, "one": 0, "former": 0, "second": 1, "2nd": 1, "two": 1, "third": 2, "3rd": 2, "three": 2,
    "fourth": 3, "4th": 3, "four": 3, "fifth": 4, "5th": 4, "five": 4, "sixth": 5, "seventh": 6, "eighth": 7,
}  # fmt: skip
_MOST_WORDS = 7


def leans(question: str) -> bool:
    """Return whether a message means nothing without a conversation before it: ``why?``, ``at what time?``."""
    text = " ".join(question.split())
    return any(pattern.match(text) for pattern, _ in (*_BARES, *_SPLITS)) or _HOW_OFTEN.match(text) is not None


def chosen(choice: Choice, message: str) -> str | None:
    """Return the option that a message means: by number, ordinal, name or part of it; None where it means none."""
    text = " ".join(message.casefold().split()).strip(" .,;:?!\"'")
    words = text.replace("#", " ").split()
    if not words or len(words) > 8 or not choice.options:
        return None
    exact = [o for o in choice.options if o.casefold() in (text, " ".join(w for w in words if w not in _FILLERS))]
    if exact:
        return exact[0]
    for word in words:
        if word == "last" or word == "latter":
            return choice.options[-1]
        if word.isdigit() and 1 <= int(word) <= len(choice.options):
            return choice.options[int(word) - 1]
        if word in _ORDINALS and all(w in _FILLERS or w == word for w in words):
            at = _ORDINALS[word]
            return choice.options[at] if at < len(choice.options) else None
    rest = " ".join(w for w in words if w not in _FILLERS)
    if len(rest) < 2:
        return None
    holding = [o for o in choice.options if rest in o.casefold()]
    if len(holding) == 1:
        return holding[0]
    ranked = sorted(((fuzz.WRatio(rest, o.casefold()), o) for o in choice.options), reverse=True)
    clear = ranked[0][0] >= 90 and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= 8)
    return ranked[0][1] if clear and len(rest) >= 4 else None


_FILLERS = frozenset(
    "the a an i mean meant one option number no please that this is it's its account host user case choose take pick".split()
)


def answer_choice(focus: Focus, option: str, tools: Mapping[str, Tool]) -> tuple[ToolCall, ...]:
    """Return the last plan with a chosen option in the place of what was ambiguous."""
    if focus.pending is None or focus.plan is None:
        return ()
    calls = []
    for step in focus.plan.steps:
        arguments = dict(step.arguments)
        tool = tools.get(step.tool)
        if tool is not None and any(p.name == focus.pending.parameter for p in tool.parameters):
            arguments[focus.pending.parameter] = option
        calls.append(ToolCall(tool=step.tool, arguments=arguments))
    return tuple(calls)


def follow_up(
    question: str, mentions: Mentions, focus: Focus, tools: Mapping[str, Tool], index: NameIndex, *, asks: bool
) -> tuple[ToolCall, ...] | None:
    """Return the steps that a follow-up means, with arguments as plans write them; None where it is a whole question.

    Args:
        question: as the user wrote it.
        mentions: what it speaks of.
        focus: the conversation.
        tools: every tool by name.
        index: to tell what kind of thing a name in focus is.
        asks: whether the question by itself clearly means a tool.
    """
    plan = focus.plan
    text = " ".join(question.split())
    counted = plan is not None and any(step.tool in _COUNTED for step in plan.steps)
    for pattern, by in _SPLITS:
        if counted and "events" in tools and pattern.match(text):
            again = _about(tools["events"], plan, focus, index)
            if again is not None:
                arguments = {**again.arguments, "what": "top", "by": by}
                return (ToolCall(tool="events", arguments=arguments),)
    if counted and "events" in tools and _HOW_OFTEN.match(text):
        again = _about(tools["events"], plan, focus, index)
        if again is not None:
            return (ToolCall(tool="events", arguments={**again.arguments, "what": "count"}),)
    for pattern, names in _BARES:
        if pattern.match(text):
            made = [_about(tools[n], plan, focus, index) for n in names if n in tools]
            whole = [c for c in made if c is not None]
            return (whole[0],) if whole and (plan or focus.case_id) else None
    if plan is not None and _WHICH_ONE.match(text):
        remade = [_chosen_again(step, tools[step.tool], question) for step in plan.steps[:1] if step.tool in tools]
        if remade and remade[0] is not None:
            return (remade[0],)
    if plan is not None and not mentions.found and len(text.split()) <= _MOST_WORDS and _INSTEAD.match(text):
        remade = [_otherwise(step, tools[step.tool], text.lower()) for step in plan.steps if step.tool in tools]
        if any(call is not None for call in remade):
            return tuple(call for call in remade if call is not None)
    if plan is None or not plan.steps or len(text.split()) > _MOST_WORDS or not mentions.found:
        return None
    if not _AND.match(text) and (asks or len(mentions.rest.split()) > 2):
        return None
    if asks and len(mentions.rest.split()) > 3:
        return None
    swapped = [
        _swapped(step, tools[step.tool], mentions.found, bool(_ABOUT.search(text)))
        for step in plan.steps
        if step.tool in tools
    ]
    changed = [call for call in swapped if call is not None]
    return tuple(changed) or None


def _chosen_again(step: ToolCall, tool: Tool, question: str) -> ToolCall | None:
    """Return a step with the choice that a question about its answer says: the target, of hosts."""
    for parameter in tool.parameters:
        if parameter.kind is ValueKind.CHOICE:
            word = choice_said(parameter, question.lower())
            if word is not None and word != step.arguments.get(parameter.name):
                return ToolCall(tool=step.tool, arguments={**step.arguments, parameter.name: word})
    return None


_INSTEAD = re2.compile(
    r"(?i)^\W*(?:no|nope|nah|sorry|actually|rather|instead|i mean(?:t)?|and|only|just|but|or|what about|how about|the)\b"
)
"""How a message begins that takes another word of a closed list: ``no, I meant the successful ones``."""
_OTHERWISE = ("outcome", "logon_type", "by", "role", "order", "severity", "of", "status")


def _otherwise(step: ToolCall, tool: Tool, question: str) -> ToolCall | None:
    """Return a step with another word of a closed list, where a follow-up says one; None where it says none."""
    arguments = dict(step.arguments)
    for parameter in tool.parameters:
        if parameter.kind is not ValueKind.CHOICE or parameter.name not in _OTHERWISE:
            continue
        word = choice_said(parameter, question)
        if word is None or word == arguments.get(parameter.name):
            continue
        arguments[parameter.name] = word
        if parameter.name == "outcome" and arguments.get("activity") in ("logon", "failed_logon"):
            arguments["activity"] = "failed_logon" if word == "failure" else "logon"
        if parameter.name == "by":
            arguments["what"] = "top"
    return ToolCall(tool=step.tool, arguments=arguments) if arguments != dict(step.arguments) else None


_WHICH_ONE = re2.compile(r"(?i)^\W*(?:and |but |so )?which (?:ones?|of (?:them|those|these))\b")


def _about(tool: Tool, plan: Plan | None, focus: Focus, index: NameIndex) -> ToolCall | None:
    """Return a call of a tool about what the last plan, or the focus, was about; None where a required one lacks."""
    before = {name: value for step in (plan.steps if plan else ()) for name, value in step.arguments.items()}
    kinds = {name: index.kind_of(name) for name in focus.entities}
    arguments: dict[str, object] = {}
    for parameter in tool.parameters:
        if parameter.name in _KEPT and parameter.name in before:
            arguments[parameter.name] = before[parameter.name]
            continue
        if parameter.kind in (ValueKind.CHOICE, ValueKind.COUNT, ValueKind.FLAG, ValueKind.TEXT):
            continue
        value = before.get(parameter.name)
        if value is None and parameter.kind is ValueKind.ENTITY and parameter.required:
            value = before.get("account") or before.get("host") or before.get("address")
        if value is None and parameter.kind in ENTITY_KINDS:
            named = before.get("entity")
            value = named if isinstance(named, str) and index.kind_of(named) is parameter.kind else None
        if value is None and parameter.required:
            wanted = ENTITY_KINDS if parameter.kind is ValueKind.ENTITY else (parameter.kind,)
            value = next((n for n, k in kinds.items() if k in wanted), None)
        if value is not None:
            arguments[parameter.name] = value
        elif parameter.required:
            return None
    return ToolCall(tool=tool.name, arguments=arguments)


def _swapped(step: ToolCall, tool: Tool, found: Sequence[Mention], about: bool) -> ToolCall | None:
    """Return a step with what a follow-up names in the place of what was named before; None where it takes none."""
    arguments = dict(step.arguments)
    took = False
    for mention in found:
        parameter = _place(tool, mention, arguments)
        if parameter is None:
            continue
        if about and mention.kind in ENTITY_KINDS:
            for other in tool.parameters:
                if other.kind in (*ENTITY_KINDS, ValueKind.ENTITY):
                    arguments.pop(other.name, None)
        value = mention.value
        written = times.write(value) if isinstance(value, Window) else value
        arguments[parameter.name] = [written] if parameter.many else written
        took = True
    return ToolCall(tool=step.tool, arguments=arguments) if took else None


def _place(tool: Tool, mention: Mention, arguments: Mapping[str, object]) -> Parameter | None:
    fitting = [
        p
        for p in tool.parameters
        if (p.name == EXCLUDING) == mention.excluded
        and (p.kind is mention.kind or (p.kind is ValueKind.ENTITY and mention.kind in ENTITY_KINDS))
    ]
    return next((p for p in fitting if p.name in arguments), fitting[0] if fitting else None)
