"""What a policy decides: the first rule that speaks of a finding, and what holds where none does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.guard.entities import ENTITIES, Group, group_of
from vedette.guard.policy import DEFAULT, PRESETS, Policy, explain, preset, read_policy, settle, warnings, where_of
from vedette.schema.guarding import (
    Action,
    Direction,
    GuardFinding,
    GuardVerdict,
    Passage,
    Scanned,
    Unjudged,
)
from vedette.schema.message import Role

PROMPT, CONTEXT, REPLY = Direction.PROMPT, Direction.CONTEXT, Direction.REPLY


def policy(rules: str, more: str = "") -> Policy:
    return read_policy(f"version: 1\nname: test\n{more}\nrules:\n{rules}\n")


def finding(text: str, value: str, entity: str, **more: Any) -> GuardFinding:
    start = text.index(value)
    return GuardFinding(
        entity=entity, start=start, end=start + len(value), **{"score": 1.0, "scanner": "tests", **more}
    )


def verdict(
    of: Policy, text: str, *found: tuple[str, str], direction: Direction | None = PROMPT, role: Role | None = None,
    **who: str,
) -> GuardVerdict:  # fmt: skip
    findings = tuple(finding(text, value, entity) for value, entity in found)
    return of.decide(Passage(text=text, direction=direction, role=role), Scanned(findings=findings), **who)


# -- the default ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", sorted(ENTITIES))
@pytest.mark.parametrize("direction", [PROMPT, CONTEXT, None])
def test_by_default_nothing_of_the_house_goes_to_the_model(entity: str, direction: Direction | None) -> None:
    told = verdict(DEFAULT, "some value", ("value", entity), direction=direction)
    if group_of(entity) in (Group.PERSONAL, Group.IDENTIFIER, Group.INFRASTRUCTURE, Group.SECRET):
        assert told.action is Action.PSEUDONYMISE
    elif entity in ("PROMPT_INJECTION", "JAILBREAK"):
        assert told.action is Action.BLOCK
        assert entity in told.reason
    elif group_of(entity) is Group.GENERAL:
        assert told.action is Action.ALLOW
    else:
        assert told.action in (Action.MASK, Action.PSEUDONYMISE)


def test_by_default_replies_give_no_instructions_and_no_foreign_secrets_away() -> None:
    def action(entity: str) -> Action:
        return verdict(DEFAULT, "some value", ("value", entity), direction=REPLY).action

    assert {one: action(one) for one in ("SYSTEM_PROMPT_LEAK", "CANARY_LEAK", "FORBIDDEN_CONTENT")} == {
        "SYSTEM_PROMPT_LEAK": Action.BLOCK, "CANARY_LEAK": Action.BLOCK, "FORBIDDEN_CONTENT": Action.BLOCK,
    }  # fmt: skip
    assert {action(one) for one in ("UNSAFE_LINK", "API_KEY", "PRIVATE_KEY", "HIDDEN_TEXT")} == {Action.MASK}
    assert {action(one) for one in ("PERSON", "IP_ADDRESS", "INVENTED_PSEUDONYM", "DATE_TIME")} == {Action.ALLOW}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("direction", list(Direction))
def test_no_preset_lets_pass_what_could_not_be_judged(name: str, direction: Direction) -> None:
    scanned = Scanned(unjudged=(Unjudged(scanner="names", reason="too long"),))
    told = preset(name).decide(Passage(text="x", direction=direction), scanned)
    assert told.action is Action.BLOCK
    assert "names could not judge" in told.reason
    assert told.dry_run is (name == "watch")


@pytest.mark.parametrize("entity", sorted(ENTITIES))
@pytest.mark.parametrize("direction", list(Direction))
def test_strict_is_nowhere_gentler_than_the_default_and_watch_the_same(entity: str, direction: Direction) -> None:
    def told(name: str) -> GuardVerdict:
        return verdict(preset(name), "some value", ("value", entity), direction=direction)

    assert told("strict").action.gravity >= told("default").action.gravity
    assert (told("watch").action, told("watch").dry_run) == (told("default").action, True)


def test_a_date_beside_a_person_is_hers_in_the_strict_preset() -> None:
    text = "Alice on Monday"
    alone = verdict(preset("strict"), text, ("Monday", "DATE_TIME"))
    beside = verdict(preset("strict"), text, ("Alice", "PERSON"), ("Monday", "DATE_TIME"))
    assert alone.action is Action.ALLOW
    assert [one.action for one in beside.decided] == [Action.PSEUDONYMISE] * 2


# -- rules ----------------------------------------------------------------------------------------------


def test_the_first_rule_that_speaks_of_a_finding_decides() -> None:
    told = policy(
        """
  - {name: a, when: {routes: [chat-*], roles: [analyst, admin]}, do: allow}
  - {name: b, when: {models: ["openai:*"], entities: [PERSON]}, do: mask}
  - {name: c, when: {speakers: [system]}, do: allow}
  - {name: d, when: {groups: [secret], rules: ["aws-*"]}, do: block, because: take it out}
  - {name: e, when: {entities: [PERSON], groups: [secret], score_at_least: 0.8}, do: pseudonymise}
""",
        "otherwise: ask",
    )

    def rule(value: str = "x", entity: str = "PERSON", role: Role | None = None, **who: str) -> str:
        return verdict(told, "x y", (value, entity), role=role, **who).decided[0].rule

    assert rule(route="chat-eu", client_role="admin") == "a"
    assert rule(route="chat-eu", client_role="viewer") == "e"
    assert rule(route="achat-eu", client_role="admin") == "e"
    assert rule(model="openai:gpt-5") == "b"
    assert rule(role=Role.SYSTEM) == "c"
    assert rule(entity="API_KEY") == "e"
    assert rule(entity="IP_ADDRESS") == "otherwise"
    text = "x"
    scanned = Scanned(findings=(finding(text, "x", "API_KEY", rule="aws-access-key"),))
    found = told.decide(Passage(text=text, direction=PROMPT), scanned)
    assert (found.action, found.decided[0].rule) == (Action.BLOCK, "d")
    assert found.reason == "API_KEY is not allowed (rule d): take it out"
    unsure = Scanned(findings=(finding(text, "x", "PERSON", score=0.79),))
    assert told.decide(Passage(text=text, direction=PROMPT), unsure).decided[0].rule == "otherwise"


def test_the_gravest_decision_is_the_verdicts() -> None:
    told = policy(
        """
  - {name: a, when: {entities: [PERSON]}, do: pseudonymise}
  - {name: b, when: {entities: [API_KEY]}, do: block}
  - {name: c, when: {entities: [URL]}, do: ask}
  - {name: d, do: allow}
"""
    )
    text = "Alice key http date"
    pieces = [("Alice", "PERSON"), ("key", "API_KEY"), ("http", "URL"), ("date", "DATE_TIME")]
    assert verdict(told, text, *pieces).action is Action.BLOCK
    held = verdict(told, text, pieces[0], pieces[2])
    assert (held.action, "held back" in held.reason) == (Action.ASK, True)
    assert verdict(told, text, pieces[0], pieces[3]).action is Action.PSEUDONYMISE
    assert verdict(told, text, pieces[3]).action is verdict(told, text).action is Action.ALLOW
    assert verdict(told, text, pieces[0]).reason == ""


def test_where_nobody_said_a_text_is_judged_as_prompt_and_context() -> None:
    told = policy(
        """
  - {name: a, when: {directions: [context], entities: [PROMPT_INJECTION]}, do: block}
  - {name: b, when: {directions: [reply]}, do: block}
  - {name: c, do: allow}
"""
    )
    assert verdict(told, "x", ("x", "PROMPT_INJECTION"), direction=None).action is Action.BLOCK
    assert verdict(told, "x", ("x", "PROMPT_INJECTION"), direction=PROMPT).action is Action.ALLOW
    assert verdict(told, "x", ("x", "PERSON"), direction=None).action is Action.ALLOW


def test_rules_that_pseudonymise_or_ask_do_not_speak_of_replies() -> None:
    told = policy("  - {name: a, do: pseudonymise}\n  - {name: b, do: allow}")
    assert verdict(told, "x", ("x", "PERSON"), direction=REPLY).decided[0].rule == "b"
    assert verdict(told, "x", ("x", "PERSON")).decided[0].rule == "a"
    only = policy("  - {name: a, when: {entities: [URL]}, do: mask}", "otherwise: pseudonymise")
    assert verdict(only, "x", ("x", "PERSON"), direction=REPLY).action is Action.MASK


def test_a_reason_holds_no_value() -> None:
    for name in PRESETS:
        told = verdict(preset(name), "hunter2", ("hunter2", "PROMPT_INJECTION"))
        assert "hunter2" not in told.reason


# -- values that are let through --------------------------------------------------------------------------

ALLOWED = """
allow_values:
  - Contoso
  - {value: press@contoso.com, entities: [EMAIL_ADDRESS]}
  - {domain: contoso.com}
  - {domain: example.org, entities: [EMAIL_ADDRESS]}
  - {network: 192.0.2.0/24}
  - {network: "2001:db8::/32"}
  - {pattern: 'TICKET-[0-9]+', entities: [SECRET]}
"""


@pytest.mark.parametrize(
    ("entity", "value", "passes"),
    [
        ("ORGANIZATION", "contoso", True),
        ("ORGANIZATION", "Contoso AG", False),
        ("EMAIL_ADDRESS", "Press@Contoso.com", True),
        ("EMAIL_ADDRESS", "ana@contoso.com", False),  # a domain lets no person through
        ("EMAIL_ADDRESS", "ana@example.org", True),
        ("EMAIL_ADDRESS", "ana@example.org.evil.com", False),
        ("DOMAIN_NAME", "www.contoso.com", True),
        ("DOMAIN_NAME", "contoso.com.", True),
        ("DOMAIN_NAME", "notcontoso.com", False),
        ("DOMAIN_NAME", "contoso.com.evil.net", False),
        ("URL", "https://www.contoso.com/a", True),
        ("URL", "https://contoso.com@evil.net/", False),
        ("URL", "https://evil.net/contoso.com", False),
        ("URL", "https://contoso.com/?token=abc", False),
        ("URL", "https://contoso.com/#abc", False),
        ("URL", "http://[bad", False),
        ("URL", "http://192.0.2.7/x", True),
        ("IP_ADDRESS", "192.0.2.7", True),
        ("IP_ADDRESS", "192.0.3.7", False),
        ("IP_ADDRESS", "2001:DB8::1", True),
        ("IP_ADDRESS", "not an address", False),
        ("PASSWORD", "Contoso", False),  # secrets only where they are named
        ("SECRET", "TICKET-12", True),
        ("SECRET", "TICKET-12x", False),
        ("PROMPT_INJECTION", "Contoso", False),
        ("USERNAME", "192.0.2.7", False),
    ],
)
def test_values_that_are_let_through_come_before_the_rules(entity: str, value: str, passes: bool) -> None:
    told = policy("  - {name: all, do: block}", ALLOWED)
    text = f"say {value} twice"
    found = verdict(told, text, (value, entity))
    assert (found.action is Action.ALLOW) is passes
    assert found.decided[0].rule.startswith("allow_values" if passes else "all")


def test_a_value_that_stands_encoded_is_not_compared() -> None:
    told = policy("  - {name: all, do: block}", "allow_values: [Contoso]")
    one = finding("Contoso", "Contoso", "ORGANIZATION", within=("base64",))
    assert told.decide(Passage(text="Contoso", direction=PROMPT), Scanned(findings=(one,))).action is Action.BLOCK


# -- forbidden content ----------------------------------------------------------------------------------


def test_forbidden_words_are_whole_words_whatever_their_case() -> None:
    told = policy(
        "  - {name: a, do: block}", "forbidden_content: {words: [Fo'o bar, straße, x.y], patterns: ['k[0-9]+']}"
    )
    assert told.forbidden is not None

    def places(text: str) -> list[str]:
        assert told.forbidden is not None
        return [text[one.start : one.end] for one in told.forbidden.findings(text)]

    assert places("é FO'O BAR, fo'o bar; xfo'o bar fo'o bars") == ["FO'O BAR", "fo'o bar"]
    assert places("Straße STRAßE straßen k12 k") == ["Straße", "STRAßE", "k12"]
    assert places("x.y xzy x.y_ \ud800x.y") == ["x.y", "x.y"]
    assert places("") == places("nothing") == []
    assert len(told.forbidden.findings("k1 " * 5000)) == 1000
    assert {(one.entity, one.rule) for one in told.forbidden.findings("k1 x.y")} == {
        ("FORBIDDEN_CONTENT", "pattern"),
        ("FORBIDDEN_CONTENT", "word"),
    }


# -- explaining and settling --------------------------------------------------------------------------------

entities = st.sampled_from(sorted(ENTITIES))


@given(
    entity=entities,
    direction=st.sampled_from(list(Direction)),
    name=st.sampled_from(PRESETS),
    others=st.frozensets(entities, max_size=3),
    score=st.floats(0, 1),
)
def test_what_is_explained_is_what_is_decided(
    entity: str, direction: Direction, name: str, others: frozenset[str], score: float
) -> None:
    text = "value " + " ".join(sorted(others))
    findings = [finding(text, "value", entity, score=score), *(finding(text, one, one) for one in sorted(others))]
    passage, scanned = Passage(text=text, direction=direction), Scanned(findings=tuple(findings))
    decided = preset(name).decide(passage, scanned).decided[0]
    told = explain(preset(name), entity, direction, score=score, beside=others, scanner="tests")
    assert (told.action, told.rule) == (decided.action, decided.rule)
    names = [one.name for one in preset(name).rules]
    assert [one for one, _ in told.passed] == (names if told.rule == "otherwise" else names[: names.index(told.rule)])
    assert all(why for _, why in told.passed)
    assert where_of(passage, scanned).entities == others | {entity}


def test_an_explanation_says_why_the_rules_before_do_not_hold() -> None:
    told = policy(
        """
  - {name: a, when: {routes: [chat]}, do: block}
  - {name: b, when: {directions: [reply]}, do: block}
  - {name: c, when: {entities: [URL]}, do: block}
  - {name: d, when: {roles: [admin]}, do: block}
  - {name: e, when: {score_at_least: 0.9}, do: block}
  - {name: f, when: {beside: [PERSON]}, do: block}
  - {name: g, when: {speakers: [user]}, do: block}
  - {name: h, when: {rules: [x], scanners: [y]}, do: block}
  - {name: i, do: ask, because: ask your lead}
"""
    )
    found = explain(told, "API_KEY", PROMPT, score=0.5)
    assert (found.action, found.rule, found.because) == (Action.ASK, "i", "ask your lead")
    assert [why for _, why in found.passed] == [
        "routes", "directions", "entities", "roles", "score_at_least", "beside", "speakers", "rules",
    ]  # fmt: skip
    reply = explain(told, "API_KEY", REPLY)
    assert reply.rule == "b"
    assert explain(policy("  - {name: a, do: block}", "allow_values: [x]"), "URL", PROMPT, value="x").passed == ()


def test_questions_are_settled_by_who_may() -> None:
    told = policy("  - {name: a, when: {entities: [URL]}, do: ask}\n  - {name: b, do: pseudonymise}")
    text = "one two Alice"
    held = verdict(told, text, ("one", "URL"), ("two", "URL"), ("Alice", "PERSON"))
    values = {"one": True, "two": True}

    def said(one: GuardFinding) -> bool | None:
        return values.get(text[one.start : one.end])

    passed = settle(held, said)
    assert [one.action for one in passed.decided] == [Action.ALLOW, Action.ALLOW, Action.PSEUDONYMISE]
    assert (passed.action, passed.reason) == (Action.PSEUDONYMISE, "")
    del values["two"]
    waiting = settle(held, said)
    assert (waiting.action, waiting.reason) == (Action.ASK, held.reason)
    values["two"] = False
    denied = settle(held, said)
    assert (denied.action, "denied" in denied.reason) == (Action.BLOCK, True)
    plain = verdict(told, text, ("Alice", "PERSON"))
    assert settle(plain, said) is plain


def test_an_approval_does_not_make_up_for_what_could_not_be_judged() -> None:
    told = policy("  - {name: a, do: ask}")
    scanned = Scanned(findings=(finding("x", "x", "URL"),), unjudged=(Unjudged(scanner="s", reason="r"),))
    held = told.decide(Passage(text="x", direction=PROMPT), scanned)
    assert held.action is Action.BLOCK
    assert settle(held, lambda _: True).action is Action.BLOCK


_WIDE = """
version: 1
name: ours
extends: default
rules:
  - name: wide
    WHEN
    do: DO
"""


@pytest.mark.parametrize(
    ("when", "do", "said"),
    [
        ("", "allow", "pass to the model, secrets"),
        ("when: {routes: [own]}", "allow", "(routes own)"),
        ("when: {directions: [prompt, context]}", "allow", "(directions prompt, context)"),
        ("when: {roles: [admin], models: ['gpt-*']}", "allow", "(models gpt-*; roles admin)"),
        ("when: {directions: [reply]}", "allow", ""),
        ("when: {groups: [general]}", "allow", ""),
        ("when: {entities: [PERSON], routes: [own]}", "allow", ""),
        ("when: {rules: [public]}", "allow", ""),
        ("", "mask", ""),
        ("", "block", ""),
    ],
)
def test_rules_that_let_everything_pass_are_warned_of(when: str, do: str, said: str) -> None:
    told = warnings(read_policy(_WIDE.replace("WHEN", when).replace("DO", do)))
    assert len(told) == bool(said)
    assert all(said in one and "'wide'" in one for one in told)


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_is_warned_of(name: str) -> None:
    assert warnings(preset(name)) == ()


@pytest.mark.parametrize(
    ("direction", "says", "says_not"),
    [
        (PROMPT, ["the prompt holds"], ["a document"]),
        (CONTEXT, ["a document, mail or tool's output holds"], ["the prompt"]),
        (None, ["the prompt holds", ", or a document, mail or tool's output holds"], []),
    ],
)
def test_the_reason_says_where_a_text_came_from_and_both_where_nobody_said(
    direction: Direction | None, says: list[str], says_not: list[str]
) -> None:
    told = verdict(DEFAULT, "some value", ("value", "PROMPT_INJECTION"), direction=direction)
    assert told.action is Action.BLOCK
    assert all(one in told.reason for one in says)
    assert not any(one in told.reason for one in says_not)


def test_a_reason_of_one_rule_is_told_once_where_nobody_said_where_a_text_came_from() -> None:
    one = policy("  - {name: s, when: {groups: [secret]}, do: block, because: take it out}")
    assert verdict(one, "some value", ("value", "PASSWORD"), direction=None).reason.count("take it out") == 1
    two = policy(
        "  - {name: c, when: {directions: [context], groups: [secret]}, do: block, because: not from files}\n"
        "  - {name: p, when: {groups: [secret]}, do: allow}"
    )
    told = verdict(two, "some value", ("value", "PASSWORD"), direction=None)
    assert told.action is Action.BLOCK
    assert told.reason.endswith(": not from files")
