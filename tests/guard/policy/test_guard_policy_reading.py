"""A policy's YAML: what it says is read whole, and what is wrong is named with its line."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.guard.entities import ENTITIES, Group
from vedette.guard.policy import (
    DEFAULT,
    PRESETS,
    Mode,
    Passing,
    When,
    load_policy,
    preset,
    preset_text,
    read_policy,
    to_plain,
    to_yaml,
)
from vedette.schema.guarding import Action, Direction

ALL = bool(os.environ.get("VEDETTE_TEST_ALL"))
"""Whether each property is tried as often as it should be: ``make test-all``."""
HEAD = "version: 1\nname: test\n"


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_policies_and_are_written_as_they_are_read(name: str) -> None:
    found = load_policy(name)
    assert found is preset(name)
    assert found.name == name
    again = read_policy(to_yaml(found))
    assert again == found
    assert len(found.digest) == 16


def test_the_default_is_the_preset() -> None:
    assert DEFAULT is preset("default")
    assert DEFAULT.session_ttl_s == 86_400
    assert DEFAULT.session_longest_s == 7 * 86_400
    assert (DEFAULT.images, DEFAULT.files) == (Passing.REFUSE, Passing.REFUSE)
    assert preset("watch").watches
    assert DEFAULT.digest != preset("watch").digest


def test_everything_that_can_be_said_is_read() -> None:
    found = read_policy(
        """
version: 1
name: our house
extends: strict
mode: watch
sessions: {ttl: 90m, longest: 12h}
pseudonyms: {style: structure, PERSON: token}
allow_values: [Contoso, {domain: contoso.com}]
unjudged: {prompt: block, context: pass}
otherwise: {reply: allow}
links: {allowed_hosts: [docs.contoso.com]}
images: pass
files: pass
forbidden_content: {words: [bomb], patterns: ['x[0-9]']}
on_error: block
rules:
  - name: let analysts see hosts
    when: {routes: chat, roles: [analyst], entities: HOSTNAME}
    do: allow
  - name: secrets
    when: {groups: secret}
    do: ask
    because: ask the duty lead
"""
    )
    assert (found.mode, found.session_ttl_s, found.session_longest_s) == (Mode.WATCH, 5400.0, 43_200.0)
    assert found.styles == {"default": "structure", "PERSON": "token"}
    assert [one.shown for one in found.allowed_values][:2] == ["Contoso", "contoso.com"]
    assert len(found.allowed_values) == 2 + len(DEFAULT.allowed_values)
    assert found.unjudged == {
        Direction.PROMPT: Action.BLOCK, Direction.CONTEXT: Action.ALLOW, Direction.REPLY: Action.BLOCK,
    }  # fmt: skip
    assert found.otherwise[Direction.REPLY] is Action.ALLOW
    assert found.otherwise[Direction.PROMPT] is Action.BLOCK
    assert found.allowed_hosts == {"docs.contoso.com"}
    assert (found.images, found.files) == (Passing.PASS, Passing.PASS)
    assert found.rules[0].name == "let analysts see hosts", "own rules come first"
    names = [one.name for one in found.rules]
    base = [one.name for one in preset("strict").rules]
    assert names[1:] == base, "a rule of an inherited name takes its place"
    assert found.rules[1 + base.index("secrets")].do is Action.ASK
    assert read_policy(to_yaml(found)) == found


def test_a_digest_changes_with_what_is_said_and_with_nothing_else() -> None:
    one = read_policy(HEAD + "rules:\n  - {name: a, do: mask}\n")
    same = read_policy("# a comment\nname: test\nversion: 1\nrules: [{do: mask, name: a}]\n")
    other = read_policy(HEAD + "rules:\n  - {name: a, do: block}\n")
    assert one.digest == same.digest
    assert one.digest != other.digest
    extended = read_policy(HEAD + "extends: default\n")
    assert extended.rules == DEFAULT.rules


WRONG: list[tuple[str, int, str]] = [
    ("", 1, "mapping"),
    ("- a\n", 1, "mapping"),
    ("name: x\nrules: []\n", 1, "version: 1"),
    ("version: 2\nname: x\n", 1, "reads version 1"),
    ("version: true\nname: x\n", 1, "reads version 1"),
    ("version: 1\nrules: []\n", 1, "name"),
    ("version: 1\nname: ''\n", 2, "text"),
    ("version: 1\nname: [x]\n", 2, "text"),
    ("version: 1\nname: x/y\n", 2, "letters"),
    (HEAD, 1, "rules"),
    (HEAD + "rule: []\n", 3, "did you mean 'rules'"),
    (HEAD + "rules: {}\n", 3, "list"),
    (HEAD + "rules: []\n", 3, "empty"),
    (HEAD + "extends: base\n", 3, "default, strict, watch"),
    (HEAD + "extends: default\non_error: pass\n", 4, "fail open"),
    (HEAD + "extends: default\nmode: of\n", 4, "enforce, watch"),
    (HEAD + "extends: default\nmode: off\n", 4, "enforce, watch"),
    (HEAD + "extends: default\nunjudged: allow\n", 4, "block, pass"),
    (HEAD + "extends: default\nunjudged: {prompt: mask}\n", 4, "block, pass"),
    (HEAD + "extends: default\notherwise: {reply: ask}\n", 4, "does not apply to replies"),
    (HEAD + "extends: default\nsessions: {ttl: 1 week}\n", 4, "24h"),
    (HEAD + "extends: default\nsessions: {ttl: 0s}\n", 4, "24h"),
    (HEAD + "extends: default\nsessions: {ttl: 5}\n", 4, "24h"),
    (HEAD + "extends: default\nsessions:\n  ttl: 2h\n  longest: 1h\n", 6, "shorter"),
    (HEAD + "extends: default\npseudonyms: {style: funny}\n", 4, "token"),
    (HEAD + "extends: default\npseudonyms: {EMAIL: token}\n", 4, "EMAIL_ADDRESS"),
    (HEAD + "extends: default\nallow_values:\n  - a\n  - {value: a, domain: b.c}\n", 6, "exactly one"),
    (HEAD + "extends: default\nallow_values:\n  - {domain: 'a b'}\n", 5, "domain"),
    (HEAD + "extends: default\nallow_values:\n  - {network: 10.0.0.1/8}\n", 5, "network"),
    (HEAD + "extends: default\nallow_values:\n  - {pattern: '(a'}\n", 5, "RE2"),
    (HEAD + "extends: default\nallow_values:\n  - {pattern: '.*'}\n", 5, "everything"),
    (HEAD + "extends: default\nallow_values:\n  - {pattern: '(?=a)b'}\n", 5, "RE2"),
    (HEAD + "extends: default\nforbidden_content: {}\n", 4, "words"),
    (HEAD + "extends: default\nlinks: {allowed_hosts: ['https://x.y']}\n", 4, "host"),
    (HEAD + "extends: default\nimages: drop\n", 4, "refuse, pass"),
    (HEAD + "rules:\n  - name: a\n", 4, "'do'"),
    (HEAD + "rules:\n  - do: mask\n", 4, "'name'"),
    (HEAD + "rules:\n  - name: otherwise\n    do: mask\n", 4, "own meaning"),
    (HEAD + "rules:\n  - name: a\n    do: mask\n  - name: a\n    do: mask\n", 6, "before"),
    (HEAD + "rules:\n  - name: a\n    do: pseudonymize\n", 5, "did you mean 'pseudonymise'"),
    (HEAD + "rules:\n  - name: a\n    do: yes\n", 5, "allow"),
    (HEAD + "rules:\n  - name: a\n    when:\n      entity: PERSON\n    do: mask\n", 6, "entities"),
    (
        HEAD + "rules:\n  - name: a\n    when:\n      entities: [PERSON,\n        EMIAL_ADDRESS]\n    do: mask\n",
        7,
        "EMAIL",
    ),
    (HEAD + "rules:\n  - name: a\n    when: {groups: [secrets]}\n    do: mask\n", 5, "secret"),
    (HEAD + "rules:\n  - name: a\n    when: {directions: []}\n    do: mask\n", 5, "empty"),
    (HEAD + "rules:\n  - name: a\n    when: {score_at_least: 80}\n    do: mask\n", 5, "0 to 1"),
    (HEAD + "rules:\n  - name: a\n    when: {directions: [reply]}\n    do: pseudonymise\n", 6, "replies"),
    (HEAD + "rules:\n  - name: a\n    do: mask\n    do: allow\n", 6, "said twice"),
    (HEAD + "rules:\n  - &x {name: a, do: mask}\n  - *x\n", 5, "aliases"),
    (HEAD + "rules: [\n", 4, "YAML"),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "guard.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_policy(path)
    assert caught.value.location == f"{path}:{line}", caught.value.message
    assert said in caught.value.message


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, "x\0y"):
        with pytest.raises(UserError, match="cannot read") as caught:
            load_policy(path)
        assert "default, strict, watch" in (caught.value.next_step or "")
    (tmp_path / "latin").write_bytes(b"name: \xff\n")
    with pytest.raises(UserError, match="no UTF-8"):
        load_policy(tmp_path / "latin")
    (tmp_path / "long").write_bytes(b"#" * 1_000_001)
    with pytest.raises(UserError, match="at most"):
        load_policy(tmp_path / "long")
    with pytest.raises(UserError, match="no policy is called"):
        preset("lax")
    for text in ("[" * 100 + "\n", "a: " * 20_000 + "\n", "\x00\n", "!!python/object:os.system x\n"):
        with pytest.raises(UserError):
            read_policy(text)


def test_an_entity_of_a_pack_that_is_not_installed_may_be_named() -> None:
    found = read_policy(HEAD + "rules:\n  - {name: a, when: {entities: [LICENSE_PLATE_FR]}, do: mask}\n")
    assert found.rules[0].when.entities == ("LICENSE_PLATE_FR",)


# -- properties ----------------------------------------------------------------------------------------------

words = st.text(alphabet="abcdefgh-*", min_size=1, max_size=8).filter(str.strip)
whens = st.fixed_dictionaries(
    {},
    optional={
        "routes": st.lists(words, min_size=1, max_size=3, unique=True),
        "roles": st.lists(words, min_size=1, max_size=3, unique=True),
        "directions": st.lists(st.sampled_from(["prompt", "context"]), min_size=1, max_size=2, unique=True),
        "entities": st.lists(st.sampled_from(sorted(ENTITIES)), min_size=1, max_size=4, unique=True),
        "groups": st.lists(st.sampled_from([str(g) for g in Group]), min_size=1, max_size=2, unique=True),
        "score_at_least": st.sampled_from([0.25, 0.5, 1.0]),
        "beside": st.lists(st.sampled_from(sorted(ENTITIES)), min_size=1, max_size=2, unique=True),
    },
)
rules = st.lists(
    st.fixed_dictionaries(
        {"name": st.text(alphabet="abcXYZ123 _.-,", min_size=1, max_size=20).map(lambda s: "r" + s.strip())},
        optional={"when": whens, "because": st.text(alphabet="abc äß: #'\"", min_size=1).filter(str.strip)},
    ).flatmap(lambda r: st.sampled_from([str(a) for a in Action]).map(lambda do: {**r, "do": do})),
    min_size=1,
    max_size=5,
    unique_by=lambda r: r["name"].strip(),
)
documents = st.fixed_dictionaries(
    {"version": st.just(1), "name": st.just("generated"), "rules": rules},
    optional={
        "extends": st.sampled_from(PRESETS),
        "mode": st.sampled_from(["enforce", "watch"]),
        "otherwise": st.sampled_from([str(a) for a in Action]),
        "unjudged": st.sampled_from(["block", "pass"]),
        "images": st.sampled_from(["refuse", "pass"]),
        "pseudonyms": st.dictionaries(
            st.sampled_from(["style", "PERSON", "IP_ADDRESS"]), st.sampled_from(["token", "structure"]), min_size=1
        ),
        "sessions": st.just({"ttl": "2h"}),
        "allow_values": st.lists(st.sampled_from(["x", {"domain": "a.b"}, {"network": "10.0.0.0/8"}]), min_size=1),
        "forbidden_content": st.just({"words": ["x y"]}),
    },
)


@settings(max_examples=60 if ALL else 20)
@given(documents)
def test_what_is_written_is_read_as_the_same_policy(document: dict[str, Any]) -> None:
    found = read_policy(json.dumps(document))  # JSON is YAML
    again = read_policy(to_yaml(found))
    assert again == found
    assert to_plain(again) == to_plain(found)
    own = [one["name"].strip() for one in document["rules"]]
    names = [one.name for one in found.rules]
    assert set(own) <= set(names)
    assert len(set(names)) == len(names)
    base = [one.name for one in preset(document["extends"]).rules] if "extends" in document else []
    assert [name for name in names if name in base] == base, "the base keeps its order"
    fresh = [name for name in own if name not in base]
    assert names[: len(fresh)] == fresh, "own rules come first, in their order"


def refusal(text: str) -> UserError | None:
    try:
        read_policy(text, "p.yaml")
    except UserError as error:
        return error
    return None


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_is_a_policy_or_an_error_that_says_where(text: str) -> None:
    error = refusal(text)
    assert error is None or (error.location or "").startswith("p.yaml")


@settings(max_examples=60 if ALL else 20)
@given(st.data())
def test_a_preset_with_a_piece_cut_out_or_put_in_never_raises_anything_else(data: st.DataObject) -> None:
    text = preset_text(data.draw(st.sampled_from(PRESETS)))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    put = data.draw(st.sampled_from(["", ":", "- ", "\n", "{", "]", "null", "1e999", "2026-02-30", "&a", "? "]))
    error = refusal(text[:start] + put + text[end:])
    assert error is None or error.location


def test_policies_that_the_documentation_shows_are_policies() -> None:
    docs = Path(__file__).parents[3] / "docs"
    shown = [
        block
        for page in sorted(docs.rglob("*guard*.md"))
        for block in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        if block.startswith("version: 1\nname:")
    ]
    assert len(shown) >= 4
    for block in shown:
        read_policy(block)


def test_every_key_is_in_the_reference() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "guard-policy.md").read_text(encoding="utf-8")
    told = to_plain(
        read_policy(HEAD + "extends: strict\nforbidden_content: {words: [x]}\nlinks: {allowed_hosts: [a.b]}\n")
    )
    for key in (*told, *(f.name for f in fields(When)), *Action, *Direction, *Group):
        assert f"`{key}`" in page, key
