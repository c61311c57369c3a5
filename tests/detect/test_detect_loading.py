from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detect_support import LINUX, rule_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.detect import Matcher, RuleSet, load_rules
from vedette.errors import UserError

ID = "11111111-1111-4111-8111-111111111111"
Load = Callable[..., RuleSet]


def load(path: Path, cache: Path | None = None, **options: Any) -> RuleSet:
    return load_rules([path], builtin=False, cache_dir=cache, **options)


def titles(ruleset: RuleSet) -> list[str]:
    return [r.info.title for r in ruleset.rules]


def test_info_is_read(rules: Load) -> None:
    text = rule_text(
        "A: x", id=ID, level="high", status="stable", author="Ann", description="What it means",
        tags="[attack.t1059.001, attack.credential-access, attack.defense_evasion, cve.2024-1]",
        falsepositives="[Backups]",
    )  # fmt: skip
    info = rules(text).rules[0].info
    assert info.rule_id == ID
    assert (info.level, info.status, info.author) == ("high", "stable", "Ann")
    assert info.techniques == ("T1059.001",)
    assert info.tactics == ("credential-access", "defense-evasion")
    assert info.falsepositives == ("Backups",)
    assert info.logsource == ("linux", None, None)
    assert info.output


def test_a_rule_without_id_and_level_gets_both(rules: Load) -> None:
    first, again = rules(rule_text("A: x")), rules(rule_text("A: x"))
    assert first.rules[0].info.level == "medium"
    assert first.rules[0].info.rule_id == again.rules[0].info.rule_id


def test_folder_archive_and_lines(tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(rule_text("A: x", title="In a folder"))
    (folder / "b.yaml").write_text(rule_text("A: x", title="One") + "---\n" + rule_text("A: y", title="Two"))
    (folder / "notes.txt").write_text("not a rule")
    with zipfile.ZipFile(tmp_path / "rules" / "c.zip", "w") as archive:
        archive.writestr("x/d.yml", rule_text("A: x", title="In a zip"))
    lines = [
        {"title": "A line", "id": ID, "logsource": {"product": "linux"}, "techniques": ["T1110"], "tactics": ["impact"],
         "level": "low", "falsepositives": None, "detection": {"s": {"A": "x"}, "condition": "s"}}
    ]  # fmt: skip
    with gzip.open(tmp_path / "rules" / "e.jsonl.gz", "wt") as stream:
        stream.write("\n".join(map(json.dumps, lines)) + "\n\n")
    ruleset = load(tmp_path / "rules")
    assert ruleset.problems == ()
    assert sorted(titles(ruleset)) == ["A line", "In a folder", "In a zip", "One", "Two"]
    line = next(r.info for r in ruleset.rules if r.info.title == "A line")
    assert (line.techniques, line.tactics) == (("T1110",), ("impact",))


def test_collection_actions(rules: Load) -> None:
    text = (
        "action: global\ntitle: Shared\nlogsource: {product: linux}\n---\n"
        "detection: {s: {A: x}, condition: s}\n---\n"
        "action: repeat\ntitle: Again\ndetection: {s: {A: y}}\n"
    )
    ruleset = rules(text)
    assert titles(ruleset) == ["Shared", "Again"]
    assert len(Matcher(ruleset).match([{"A": "x"}, {"A": "y"}], [LINUX] * 2)) == 2


BAD = [
    ("no detection", "title: T\nlogsource: {product: linux}\n", "detection"),
    ("no condition", "title: T\nlogsource: {product: linux}\ndetection: {s: {A: x}}\n", "condition"),
    ("unknown name", rule_text("  s: {A: x}\n  condition: t", title="T"), "'t' not defined"),
    ("selector without match", rule_text("  s: {A: x}\n  condition: 1 of t*", title="T"), "t*"),
    ("unknown modifier", rule_text("A|sounds: x", title="T"), "sounds"),
    ("bad pattern", rule_text("A|re: '('", title="T"), "invalid"),
    ("repeat too long", rule_text("A|re: 'a{2000}'", title="T"), "invalid"),
    ("bad cidr", rule_text("A|cidr: 10.0.0.300/8", title="T"), "CIDR"),
    ("placeholder", rule_text("A|expand: '%admins%'", title="T"), "%admins%"),
    ("no log source", "title: T\ndetection: {s: {A: x}, condition: s}\n", "log source"),
    ("pipe aggregation", rule_text("  s: {A: x}\n  condition: s | count() > 5", title="T"), "deprecated"),
    ("wildcard in base64", rule_text("A|base64: 'a*'", title="T"), "wildcard"),
    ("list at the top", "- a\n- b\n", "no mapping"),
    ("text at the top", "just text\n", "no mapping"),
    ("id is no UUID", rule_text("A: x", title="T", id="seven"), "UUID"),
    ("null keyword", rule_text("- null", title="T"), "keyword"),
]


@pytest.mark.parametrize(("text", "reason"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_rule_is_named_with_its_reason_and_others_load(rules: Load, text: str, reason: str) -> None:
    ruleset = rules(text, rule_text("A: x", title="Good"))
    assert titles(ruleset) == ["Good"]
    (problem,) = ruleset.problems
    assert problem.path.endswith("rule0.yml")
    assert reason.lower() in problem.reason.lower()


def test_a_bad_document_leaves_its_neighbours(rules: Load) -> None:
    ruleset = rules(rule_text("A|sounds: x", title="Bad") + "---\n" + rule_text("A: x", title="Good"))
    assert titles(ruleset) == ["Good"]
    assert [p.name for p in ruleset.problems] == ["Bad"]


def test_yaml_traps_are_refused(rules: Load) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    ruleset = rules(
        bomb + "title: Bomb\nlogsource: {product: linux}\ndetection: {s: *j, condition: s}\n",
        "title: a\ntitle: b\n",
        "!!python/object/apply:os.system ['true']\n",
        "a: [" * 5_000,
        "\x00\x01\x02",
        rule_text("A: x", title="Good"),
    )
    assert titles(ruleset) == ["Good"]
    assert len(ruleset.problems) == 5


def test_a_duplicate_id_is_named_and_the_first_wins(rules: Load) -> None:
    ruleset = rules(rule_text("A: x", title="First", id=ID), rule_text("A: y", title="Second", id=ID))
    assert titles(ruleset) == ["First"]
    assert ruleset.problems[0].name == "Second"
    assert "rule0.yml" in ruleset.problems[0].reason


def test_placeholders(rules: Load) -> None:
    text = rule_text("A|contains|expand: '%admins%'")
    ruleset = rules(text, placeholders={"admins": ["root", "adm*n"]})
    hits = Matcher(ruleset).match([{"A": "the ROOT"}, {"A": "admiin"}, {"A": "bob"}], [LINUX] * 3)
    assert [row for _, row in hits] == [0, 1]
    assert rules(text, placeholders={"admins": []}).problems


def test_filters_apply_to_rules(rules: Load) -> None:
    filter_text = (
        "title: Not on build hosts\nlogsource: {product: linux}\n"
        f"filter: {{rules: [{ID}], host: {{Host: build}}, condition: not host}}\n"
    )
    ruleset = rules(rule_text("A: x", id=ID), rule_text("A: x", title="Other"), filter_text)
    assert ruleset.problems == ()
    events = [{"A": "x", "Host": "build"}, {"A": "x", "Host": "web"}]
    hits = Matcher(ruleset).match(events, [LINUX] * 2)
    assert [(ruleset.rules[r].info.title, row) for r, row in hits] == [("Other", 0), ("Test rule", 1), ("Other", 1)]


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yml", rule_text("A: x", title="Good"))
        archive.writestr("b.yml", b" " * (8 << 20))
        archive.writestr("c.jsonl", b"\n" * (300 << 20))
    ruleset = load(tmp_path / "bomb.zip")
    assert titles(ruleset) == ["Good"]
    assert [p.name for p in ruleset.problems] == ["b.yml", "c.jsonl"]
    assert all("larger than" in p.reason for p in ruleset.problems)


def test_an_archive_that_is_too_much_as_a_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.detect.sources.MAX_ARCHIVE_BYTES", 5 << 20)
    with zipfile.ZipFile(tmp_path / "many.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.yml", rule_text("A: x", title=f"r{number}") + "#" * (2 << 20))
    ruleset = load(tmp_path / "many.zip")
    assert any("archive refused" in p.reason for p in ruleset.problems)


@pytest.mark.parametrize("name", ["x.zip", "x.jsonl.gz", "x.yml"])
def test_a_broken_file_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04\xff\xfe" * 9)
    ruleset = load(tmp_path)
    assert ruleset.rules == ()
    assert len(ruleset.problems) == 1


def test_a_path_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no rules at"):
        load(tmp_path / "nowhere")


def test_builtin_rules_load_whole() -> None:
    ruleset = load_rules([], cache_dir=None)
    assert ruleset.problems == ()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["detection", "logsource", "tags", "correlation", "filter", "level", "id", "falsepositives"]),
)
def test_no_rule_makes_loading_raise(tmp_path_factory: pytest.TempPathFactory, value: Any, key: str) -> None:
    rule = {"title": "T", "logsource": {"product": "linux"}, "detection": {"s": {"A": "x"}, "condition": "s"}}
    path = tmp_path_factory.mktemp("r") / "r.jsonl"
    path.write_text(json.dumps({**rule, key: value}))
    ruleset = load(path)
    assert len(ruleset.rules) + len(ruleset.correlations) + len(ruleset.problems) >= 1 or key == "filter"


def test_the_cache_gives_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    path = tmp_path / "a.yml"
    path.write_text(rule_text("A|re: 'x+'\nB|cidr: 10.0.0.0/8\nC|contains: [q, 'w*e']\nD|gte: 4", id=ID))
    first, second = load(path, cache), load(path, cache)
    assert (first.from_cache, second.from_cache) == (False, True)
    assert second.rules == first.rules
    assert second.atoms == first.atoms
    assert second.digest == first.digest
    path.write_text(rule_text("A: y", id=ID))
    changed = load(path, cache)
    assert not changed.from_cache
    assert changed.digest != first.digest
    assert load(path, cache, placeholders={"p": ["v"]}).digest != changed.digest


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign"])
def test_a_damaged_cache_is_compiled_again(tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "cache"
    path = tmp_path / "a.yml"
    path.write_text(rule_text("A: x"))
    first = load(path, cache)
    (file,) = cache.glob("rules-*.json")
    data = file.read_bytes()
    if damage == "foreign":
        from hashlib import sha256

        body = b'{"rules": [[[], ["z", 99], []]], "correlations": [], "atoms": [["exec", "A"]], "problems": []}'
        file.write_bytes(sha256(body).hexdigest().encode() + b"\n" + body)
    else:
        file.write_bytes({"cut": data[:-9], "flip": data[:200] + b"!" + data[201:], "empty": b""}[damage])
    again = load(path, cache)
    assert not again.from_cache
    assert again.rules == first.rules
    assert load(path, cache).from_cache


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_cache_that_cannot_be_written_is_only_slower(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(rule_text("A: x"))
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    assert len(load(path, cache).rules) == 1


def test_a_cache_that_is_a_file_is_only_slower(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(rule_text("A: x"))
    (tmp_path / "cache").write_text("")
    assert len(load(path, tmp_path / "cache").rules) == 1


def test_a_warm_start_does_not_import_pysigma(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(rule_text("A: x"))
    load(path, tmp_path / "cache")
    code = (
        "import sys; from pathlib import Path; from vedette.detect import load_rules\n"
        "r = load_rules([Path(sys.argv[1])], builtin=False, cache_dir=Path(sys.argv[2]))\n"
        "assert r.from_cache and len(r.rules) == 1; print('sigma' in sys.modules)"
    )
    source = str(Path(load_rules.__code__.co_filename).parents[2])
    result = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "cache")],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert result.stdout.strip() == "False"
