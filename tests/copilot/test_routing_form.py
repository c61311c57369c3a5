"""The prompt, the plan's form and the grammar that training and use share."""

from __future__ import annotations

import json

import pytest
from copilot_support import TOOLS
from hypothesis import given
from hypothesis import strategies as st

from vedette.copilot.adapter_prompt import (
    MAX_QUESTION,
    MAX_STEPS,
    focus_line,
    plan_grammar,
    read_plan,
    routing_prompt,
    write_plan,
)
from vedette.copilot.rules import RulesRouter, clauses
from vedette.schema import Focus, Parameter, Plan, Tool, ToolCall, ValueKind, Window

DECLARED = {name: t.tool for name, t in TOOLS.items()}


def test_the_prompt_is_short_and_names_no_tool() -> None:
    prompt = routing_prompt("who  is\nalice?")
    text = " ".join(m.content for m in prompt)
    assert prompt[-1].content == "Before: nothing.\nQuestion: who is alice?"
    assert not any(name in text for name in DECLARED)
    long = routing_prompt("a" * 10_000)[-1].content
    assert len(long) < MAX_QUESTION + 60


def test_the_focus_line() -> None:
    plan = Plan(question="q", steps=(ToolCall(tool="events", arguments={"window": "x", "account": "secret"}),))
    focus = Focus(case_id="case-1", entities=("secret",), window=Window(said="secret"), plan=plan)
    assert focus_line(focus) == "Before: events(account, window). Known: case, names, window."
    assert focus_line(Focus()) == "Before: nothing."
    assert focus_line(Focus(case_id="c")) == "Before: nothing. Known: case."


def test_a_plan_written_reads_back() -> None:
    steps = (
        ToolCall(tool="events", arguments={"account": 'CORP\\al"ice', "what": "count"}),
        ToolCall(tool="slides", arguments={}),
    )
    text = write_plan(steps, DECLARED)
    assert text == (
        '{"steps":[{"tool":"events","arguments":{"what":"count","account":"CORP\\\\al\\"ice"}},'
        '{"tool":"slides","arguments":{}}]}'
    )
    assert read_plan(text, DECLARED) == steps


@pytest.mark.parametrize(
    ("text", "n_steps"),
    [
        ('{"steps":[]}', 0),
        ('{"steps":[{"tool":"nope","arguments":{}}]}', 0),
        ('{"steps":[{"tool":"events","arguments":{"nope":"x","account":["a"],"host":3}}]}', 1),
        (json.dumps({"steps": [{"tool": "slides", "arguments": {}}] * 9}), 1),
        (json.dumps({"steps": [{"tool": "events", "arguments": {"account": str(i)}} for i in range(9)]}), MAX_STEPS),
    ],
)
def test_plans_are_read_with_care(text: str, n_steps: int) -> None:
    steps = read_plan(text, DECLARED)
    assert steps is not None
    assert len(steps) == n_steps


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"steps":1}', "{" * 3000, '{"steps":'])
def test_what_is_no_plan(text: str) -> None:
    assert read_plan(text, DECLARED) is None


@given(st.text(max_size=300))
def test_any_reply_is_read(text: str) -> None:
    read_plan(text, DECLARED)


def test_the_grammar_names_every_tool_and_word_once() -> None:
    many = Tool(
        name="many", description="x", parameters=(
            Parameter(name="hosts", kind=ValueKind.HOST, description="x", many=True),
            Parameter(name="deep", kind=ValueKind.FLAG, description="x"),
        ),
    )  # fmt: skip
    grammar = plan_grammar([*DECLARED.values(), many])
    assert grammar == plan_grammar([many, *reversed(DECLARED.values())])
    for name in (*DECLARED, "many"):
        assert grammar.count(f'\\"tool\\":\\"{name}\\"') == 1
    assert 'failed_logon\\""' in grammar
    assert "texts" in grammar
    assert len(grammar) < 65_536


def test_clauses() -> None:
    assert len(clauses("who did it, and on which hosts? what now")) == 3
    assert clauses("compare yesterday and today") == ["compare yesterday and today"]
    assert len(clauses("who? what? when? where? why is it so? how is it?")) <= 3


def test_rules_rank_every_tool() -> None:
    from vedette.copilot.mentions import Mentions

    router = RulesRouter(DECLARED)
    ranked = router.rank(Mentions(), "how many failed logons were there")
    assert ranked[0].tool.name == "events"
    assert {s.tool.name for s in ranked} == set(DECLARED)
    assert RulesRouter({}).rank(Mentions(), "anything") == []
