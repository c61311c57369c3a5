"""What the routing adapter reads and writes: one prompt and one grammar, for training and for use alike.

The prompt names no tool: the adapter has learned them, and 30 tokens instead of 2,000 make the difference between a
tenth of a second and five on two cores. It holds the question and, of the conversation so far, only which tools were
asked with which parameters and what kinds of thing are known: no name and no text out of a log ever reaches it.

The reply is a plan as compact JSON, arguments in the order in which the tool declares its parameters::

    {"steps":[{"tool":"first_last","arguments":{"what":"logons","account":"alice"}}]}

Arguments are copied from the question as they stand there ("last night", "that host"); a choice is one of the declared
words, a flag ``true``, a list a JSON array. No steps means that no tool answers the question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from vedette.schema import Focus, Message, Parameter, Role, Tool, ToolCall, ValueKind

ROUTING_MODEL = "routing"
"""Name of the routing adapter in the registry."""

SYSTEM = "Choose the tools that answer the question about security data. Reply with the plan as JSON."

MAX_STEPS = 3
MAX_ARGUMENT = 80
"""Characters of an argument."""
MAX_LIST = 4
"""Values of an argument that takes many."""
MAX_QUESTION = 600
"""Characters of a question that the adapter reads; the rest is cut from the middle."""


def routing_prompt(question: str, focus: Focus | None = None) -> list[Message]:
    """Return the messages that ask the adapter for a plan.

    Args:
        question: as the user wrote it.
        focus: what the conversation is about by now.
    """
    asked = " ".join(question.split())
    if len(asked) > MAX_QUESTION:
        half = MAX_QUESTION // 2
        asked = f"{asked[:half]} … {asked[-half:]}"
    return [
        Message(role=Role.SYSTEM, content=SYSTEM),
        Message(role=Role.USER, content=f"{focus_line(focus)}\nQuestion: {asked}"),
    ]


def focus_line(focus: Focus | None) -> str:
    """Return what the adapter is told of the conversation: tools, parameters and kinds, never a value.

    ``Before: entity_profile(account). Known: case, names.`` or ``Before: nothing.``
    """
    if focus is None:
        return "Before: nothing."
    steps = focus.plan.steps if focus.plan else ()
    known = [
        name
        for name, there in (("case", focus.case_id), ("names", focus.entities), ("window", focus.window))
        if there is not None and there != ()
    ]
    if not steps and not known:
        return "Before: nothing."
    before = ", ".join(f"{step.tool}({', '.join(sorted(step.arguments))})" for step in steps[:MAX_STEPS]) or "nothing"
    return f"Before: {before}." + (f" Known: {', '.join(known)}." if known else "")


def write_plan(steps: Sequence[ToolCall], tools: Mapping[str, Tool]) -> str:
    """Return steps as the adapter writes them: compact, arguments in the order of the tool's parameters."""
    return json.dumps(
        {
            "steps": [
                {
                    "tool": step.tool,
                    "arguments": {
                        p.name: step.arguments[p.name] for p in tools[step.tool].parameters if p.name in step.arguments
                    },
                }
                for step in steps
            ]
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_plan(text: str, tools: Mapping[str, Tool]) -> tuple[ToolCall, ...] | None:
    """Return the steps that a reply holds, None where it is no plan.

    What names no tool or no parameter of it, and what is no text, number, flag or list of texts, is left out.
    """
    try:
        told = json.loads(text)
        steps = told["steps"]
        if not isinstance(steps, list):
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    read: list[ToolCall] = []
    for step in steps[:MAX_STEPS]:
        if not isinstance(step, dict) or not isinstance(step.get("tool"), str) or step["tool"] not in tools:
            continue
        given = step.get("arguments")
        names = {p.name: p for p in tools[step["tool"]].parameters}
        arguments = {
            name: value
            for name, raw in (given.items() if isinstance(given, dict) else ())
            if name in names and (value := _value(raw)) is not None
        }
        call = ToolCall(tool=step["tool"], arguments=arguments)
        if call not in read:
            read.append(call)
    return tuple(read)


def _value(raw: Any) -> Any:
    if isinstance(raw, bool):
        return True if raw else None
    if isinstance(raw, (int, float)):
        return str(raw)
    if isinstance(raw, str):
        return raw.strip()[:MAX_ARGUMENT] or None
    if isinstance(raw, list):
        texts = [r.strip()[:MAX_ARGUMENT] for r in raw[:MAX_LIST] if isinstance(r, str) and r.strip()]
        return texts or None
    return None


def plan_grammar(tools: Iterable[Tool]) -> str:
    """Return the GBNF grammar of plans over these tools: whatever a model says under it parses as a plan."""
    return _grammar(tuple(sorted(tools, key=lambda t: t.name)))


@lru_cache(maxsize=8)
def _grammar(tools: tuple[Tool, ...]) -> str:
    lines = [
        f'root ::= "{{\\"steps\\":[" (step ("," step){{0,{MAX_STEPS - 1}}})? "]}}"',
        "step ::= " + " | ".join(f"tool{i}" for i in range(len(tools))),
        # no quote, no backslash but an escaped one (DOMAIN\\user), no control character
        rf'text ::= "\"" ([^"\\\x00-\x1f\x7f] | "\\\\" | "\\\""){{1,{MAX_ARGUMENT}}} "\""',
        f'texts ::= "[" text ("," text){{0,{MAX_LIST - 1}}} "]"',
    ]
    for i, tool in enumerate(tools):
        opening = _literal(f'{{"tool":{_quoted(tool.name)},"arguments":{{')
        routed = [p for p in tool.parameters if p.routed]
        names = [f"t{i}p{j}" for j in range(len(routed))]
        inside = f" ({_optional_list(names)})?" if names else ""
        lines.append(f'tool{i} ::= {opening}{inside} "}}}}"')
        lines += [f"t{i}p{j} ::= {_literal(_quoted(p.name) + ':')} {_form(p)}" for j, p in enumerate(routed)]
    return "\n".join(lines) + "\n"


def _optional_list(names: Sequence[str]) -> str:
    """Return the alternatives: any of the names, at least one, in order, with commas between."""
    return " | ".join(
        " ".join([first, *(f'("," {later})?' for later in names[at + 1 :])]) for at, first in enumerate(names)
    )


def _form(parameter: Parameter) -> str:
    if parameter.kind is ValueKind.CHOICE and parameter.choices:
        choice = "(" + " | ".join(_literal(_quoted(c)) for c in parameter.choices) + ")"
        return f'"[" {choice} ("," {choice}){{0,{MAX_LIST - 1}}} "]"' if parameter.many else choice
    if parameter.kind is ValueKind.FLAG:
        return '"true"'
    return "texts" if parameter.many else "text"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
