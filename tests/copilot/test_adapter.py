"""What the routing adapter is trained on and measured with: covers every tool, keeps its own rules, never leaks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from vedette.copilot.adapter import Request, intents, phrasings, requests, slots
from vedette.copilot.adapter import training as training_module
from vedette.copilot.adapter.vocabulary import LEXICON, SHARED
from vedette.copilot.adapter_prompt import plan_grammar, read_plan, write_plan
from vedette.schema import Tool
from vedette.toolbox import tools

RETRAIN = "write intents and phrasings for it in src/vedette/copilot/adapter/, then retrain with: make routing"
GAP = re.compile(r"\{([a-z_]+?)\d?\}")


@cache
def declared() -> dict[str, Tool]:
    plugins, broken = tools()
    assert not broken
    return {name: plugin.tool for name, plugin in plugins.items() if plugin.__class__.__module__.startswith("vedette.")}


@cache
def made(held_out: bool) -> tuple[Request, ...]:
    return tuple(requests(1100 if held_out else 3000, 5, declared(), held_out=held_out))


def test_every_tool_and_every_parameter_has_intents() -> None:
    covered = {
        (tool, name) for i in intents().values() for tool, given in i.steps for name in (*given, *i.tails)
    } | {(tool, "") for i in intents().values() for tool, _ in i.steps}  # fmt: skip
    for name, tool in declared().items():
        assert (name, "") in covered, f"no intent asks the tool {name}: {RETRAIN}"
        for parameter in (p for p in tool.parameters if p.routed):
            assert (name, parameter.name) in covered, f"no intent gives {name} its {parameter.name}: {RETRAIN}"


def test_intents_name_what_tools_declare() -> None:
    for intent in intents().values():
        for tool, given in intent.steps:
            if tool == "$":
                continue
            assert tool in declared(), f"{intent.name}: there is no tool {tool} any more: {RETRAIN}"
            parameters = {p.name: p for p in declared()[tool].parameters}
            for name, value in given.items():
                assert name in parameters, f"{intent.name}: {tool} has no {name} any more: {RETRAIN}"
                choices = parameters[name].choices
                said = [v for _, v in LEXICON[value[1:-1]]] if value[1:-1] in LEXICON else [value]
                if choices:
                    assert set(said) <= set(choices), f"{intent.name}: {name} knows no {set(said) - set(choices)}"


@pytest.mark.parametrize("held_out", [False, True])
def test_every_intent_has_phrasings_with_the_gaps_it_needs(held_out: bool) -> None:
    counted = Counter(p.intent for p in phrasings(held_out=held_out))
    assert set(counted) == set(intents())
    assert min(counted.values()) >= (5 if held_out else 7)
    assert len(phrasings(held_out=held_out)) >= (1000 if held_out else 2000)
    for phrasing in phrasings(held_out=held_out):
        if phrasing.intent == "none.outside":
            continue
        needed = {v[1:-1] for _, given in intents()[phrasing.intent].steps for v in given.values() if v[0] == "{"}
        for form in expanded(phrasing.text):
            found = re.findall(r"\{([a-z_]+\d?)\}", form)
            assert set(found) == needed, phrasing


def test_families_are_apart() -> None:
    trained, held = ({p.family for p in phrasings(held_out=h)} for h in (False, True))
    assert trained == set("qtiprmnj")
    assert held == set("ldwfsk")
    assert not trained & held
    source = Path(training_module.__file__).parent
    assert "held_out" not in (source / "training.py").read_text(encoding="utf-8").split('"""', 2)[2]


def expanded(text: str) -> list[str]:
    """Return a phrasing with each of its alternatives."""
    match = re.search(r"\(([^()]*)\)", text)
    if not match:
        return [text]
    return [e for one in match[1].split("|") for e in expanded(text[: match.start()] + one + text[match.end() :])]


def masked(text: str) -> list[str]:
    """Return the words of a phrasing's alternatives, gaps by their kind."""
    forms = (GAP.sub(lambda m: f"<{m[1]}>", form).casefold() for form in expanded(text))
    return [" ".join(re.findall(r"<\w+>|[\w']+", form)) for form in forms]


def test_no_phrasing_is_in_both_sets() -> None:
    trained: dict[str, str] = {form: p.intent for p in phrasings(held_out=False) for form in masked(p.text)}
    grams: dict[tuple[str, ...], str] = {}
    for form in trained:
        words = form.split()
        for i in range(len(words) - 3):
            grams.setdefault(tuple(words[i : i + 4]), form)
    shares = []
    for phrasing in phrasings(held_out=True):
        for form in masked(phrasing.text):
            assert form not in trained, f"held out and trained on: {phrasing.text}"
            words = form.split()
            own = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
            if own:
                shares.append((sum(g in grams for g in own) / len(own), form))
    highest = max(shares, key=lambda s: s[0])
    mean = sum(share for share, _ in shares) / len(shares)
    print(f"4-grams of held-out phrasings that training has: {mean:.1%}; the most: {highest[0]:.0%}, {highest[1]!r}")
    assert mean < 0.15
    assert sum(share == 1.0 for share, _ in shares) < 0.04 * len(shares)


def test_values_are_apart() -> None:
    values: dict[bool, dict[str, set[str]]] = {False: defaultdict(set), True: defaultdict(set)}
    for held_out in (False, True):
        for request in made(held_out):
            for step in request.steps:
                for name, value in step.arguments.items():
                    values[held_out][name].add(str(value).casefold())
    for name in ("account", "host", "address", "entity", "case", "process", "command", "text", "operation", "finding"):
        both = {v for v in values[False][name] & values[True][name] if v not in SHARED}
        assert not both, f"{name}: {sorted(both)[:5]}"
    assert len(values[False]["account"]) > 200
    assert slots.is_held_out("Alice") == slots.is_held_out("alice")


@pytest.mark.parametrize("held_out", [False, True])
def test_arguments_stand_in_the_question_as_written(held_out: bool) -> None:
    for request in made(held_out):
        for step in request.steps:
            parameters = {p.name: p for p in declared()[step.tool].parameters}
            for name, value in step.arguments.items():
                if parameters[name].choices:
                    assert value in parameters[name].choices
                else:
                    assert value in request.question, (request.intent, name, value)


@pytest.mark.parametrize("held_out", [False, True])
def test_plans_follow_the_grammar_and_read_back(held_out: bool) -> None:
    pattern = regex_of(plan_grammar(declared().values()))
    for request in made(held_out):
        text = write_plan(request.steps, declared())
        assert pattern.fullmatch(text), text
        assert read_plan(text, declared()) == request.steps
    assert not pattern.fullmatch('{"steps":[{"tool":"nothing","arguments":{}}]}')
    assert not pattern.fullmatch('{"steps":[{"tool":"slides","arguments":{"account":"x"}}]}')


def test_a_question_has_one_plan() -> None:
    plans: dict[str, set[str]] = defaultdict(set)
    for request in (*made(False), *made(True)):
        asked = request.messages(declared())[1].content if request.intent.startswith("follow.") else request.question
        plans[asked.casefold().rstrip("?.!")].add(write_plan(request.steps, declared()).casefold())
    assert not [asked for asked, told in plans.items() if len(told) > 1]


def test_the_same_seed_gives_the_same_requests() -> None:
    first, again, other = (
        [r.question for r in requests(200, seed, declared())] for seed in (3, 3, 4)
    )  # fmt: skip
    assert first == again
    assert first != other
    assert len({r.intent for r in made(False)}) == len(intents())


def test_follow_ups_repeat_what_was_asked() -> None:
    followed = [r for r in made(False) if r.intent.startswith("follow.")]
    for request in followed:
        assert request.focus is not None
        assert request.focus.plan is not None
        if request.intent == "follow.account":
            assert request.steps[0].tool == request.focus.plan.steps[-1].tool
            assert list(request.steps[0].arguments) == ["account"]
    assert len(followed) > 100


def test_the_command_writes_conversations(tmp_path: Path) -> None:
    out = tmp_path / "requests.jsonl"
    command = [sys.executable, "-m", "vedette.copilot.adapter", "--rows", "30", "--held-out", "--out", str(out)]
    assert "30 requests" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 30
    for row in rows:
        assert [m["role"] for m in row["messages"]] == ["system", "user", "assistant"]
        assert set(row) == {"messages", "intent", "family", "phrasing"}


def regex_of(grammar: str) -> re.Pattern[str]:
    """Return a regular expression for a grammar whose rules do not call themselves."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())
    token = re.compile(r'"((?:[^"\\]|\\.)*)"|(\[\^?(?:[^\]\\]|\\.)*\])|([a-z]\w*)|(\{\d+,\d+\})|([()|?*+])|\s+')
    made_: dict[str, str] = {}

    def rule(name: str) -> str:
        if name not in made_:
            out = []
            at = 0
            while at < len(rules[name]):
                m = token.match(rules[name], at)
                assert m, rules[name][at : at + 40]
                literal, chars, called, times, sign = m.groups()
                if literal is not None:
                    out.append("(?:" + re.escape(re.sub(r"\\(.)", r"\1", literal)) + ")")
                elif called:
                    out.append(f"(?:{rule(called)})")
                else:
                    out.append(chars or times or sign or "")
                at = m.end()
            made_[name] = "".join(out)
        return made_[name]

    return re.compile(rule("root"))


def test_the_shipped_chooser_knows_every_tool() -> None:
    from vedette.copilot.adapter.choosing_rows import NONE
    from vedette.copilot.rules import CHOOSER
    from vedette.models import load

    known = set(load(CHOOSER).labels)
    assert known == {*tools()[0], NONE}, "run: python recipes/rebuild.py question-router --data FOLDER"


def test_rows_for_choosing_hold_marks_and_no_values() -> None:
    from vedette.copilot.adapter.choosing_rows import choosing_rows

    declared = {name: plugin.tool for name, plugin in tools()[0].items()}
    rows = list(choosing_rows(400, 3, declared))
    assert rows == list(choosing_rows(400, 3, declared))
    assert {"ENTITY", "TIME"} <= {word for row in rows for word in row["text"].split()}
    assert not [row for row in rows if "corp.example" in row["text"] or "\\" in row["text"]]
    assert {row["label"] for row in rows} > {"events", "implicated_accounts", "none"}


def test_the_chooser_finds_tools_that_the_rules_do_not() -> None:
    from vedette.copilot.mentions import Mentions
    from vedette.copilot.rules import CHOOSER, RulesRouter
    from vedette.models import load

    declared = {name: plugin.tool for name, plugin in tools()[0].items()}
    question = "kindly enumerate the machines that the intruders laid hands on"
    best = RulesRouter(declared, load(CHOOSER)).rank(Mentions(), question)[0]
    assert best.tool.name == "hosts"
    assert best.meant
