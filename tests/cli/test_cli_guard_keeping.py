"""``vedette guard policy``, ``vault``, ``approvals`` and ``audit``, as a user calls them."""

from __future__ import annotations

import base64
import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from cli_support import Done, call

from vedette.guard.base import Pair
from vedette.guard.policy import load_policy, preset
from vedette.guard.trail import Trail
from vedette.guard.vault import Approvals, EnvironmentKeys, FileKeys, KeyProvider, Vault
from vedette.store import Lake

VALUE = "Alice of the command line"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose vault holds two sessions, a question, and a trail of three rows."""
    home = tmp_path / "home"
    fill(home, FileKeys(home / "guard" / "keys.json"))
    return home


def fill(home: Path, keys: KeyProvider) -> None:
    lake = Lake.open(home)
    vault = Vault(lake.state, keys)
    vault.open("talk", ttl_s=3600).add([Pair(entity="PERSON", value=VALUE, pseudonym="PERSON_1")])
    vault.open("chat", ttl_s=3600, owner="ana").add(
        [Pair(entity="PERSON", value=VALUE.upper(), pseudonym="PERSON_2"), Pair(entity="URL", value="x", pseudonym="U")]
    )
    Approvals(lake.state, keys).ask("ana", "API_KEY", VALUE, route="chat")
    trail = Trail(lake.state, keys, anchor=home / "guard" / "trail.json")
    for n in range(3):
        trail.record(action="pseudonymise", actor="ana", route="chat", entities={"PERSON": n + 1})
    trail.close()
    lake.close()


def of(home: Path, *words: str | Path, stdin: bytes = b"") -> Done:
    return call("--home", home, "guard", *words, stdin=stdin)


def told(home: Path, *words: str | Path, stdin: bytes = b"") -> Any:
    done = of(home, *words, "--json", stdin=stdin)
    assert done.code == 0, done.err
    return done.json


# -- policy ---------------------------------------------------------------------------------------------


def test_policies_are_checked_with_file_and_line(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("version: 1\nname: ours\nextends: default\n")
    bad.write_text("version: 1\nname: ours\nrules:\n  - name: a\n    do: blok\n")
    done = call("guard", "policy", "check", good)
    assert (done.code, "ours, 12 rules, enforce" in done.out) == (0, True)
    done = call("guard", "policy", "check", good, bad)
    assert done.code == 2
    assert f"{bad}:5: " in done.out
    assert "did you mean 'block'?" in done.out
    found = call("guard", "policy", "check", good, bad, tmp_path / "none", "--json")
    assert found.code == 2
    assert ["error" in one for one in found.json["policies"]] == [False, True, True]


def test_a_rule_that_lets_everything_pass_is_warned_of(tmp_path: Path) -> None:
    wide, narrow = tmp_path / "wide.yaml", tmp_path / "narrow.yaml"
    text = "version: 1\nname: ours\nextends: default\nrules:\n  - name: all of it\n    do: allow\n"
    wide.write_text(text)
    narrow.write_text(text + "    when: {entities: [ORGANIZATION]}\n")
    done = call("guard", "policy", "check", wide, narrow)
    assert done.code == 0
    assert done.out.count("warning:") == 1
    assert "all of it" in done.out
    found = call("guard", "policy", "check", wide, narrow, "--json").json["policies"]
    assert [len(one["warnings"]) for one in found] == [1, 0]


def test_a_policy_is_shown_whole_and_the_homes_own_is_used(home: Path, tmp_path: Path) -> None:
    assert of(home, "policy", "show").out.startswith("version: 1\nname: default\n")
    shown = tmp_path / "shown.yaml"
    shown.write_text(of(home, "policy", "show", "strict").out)
    assert load_policy(shown) == preset("strict")
    (home / "guard.yaml").write_text("version: 1\nname: ours\nextends: strict\n")
    assert told(home, "policy", "show")["name"] == "ours"
    assert told(home, "policy", "show", "watch")["mode"] == "watch"
    assert of(home, "policy", "show", "lax").code == 2


def test_a_decision_is_explained(home: Path) -> None:
    done = of(home, "policy", "explain", "API_KEY", "--direction", "reply")
    assert done.out.splitlines()[0] == "mask  by the rule: secrets that the session did not give"
    assert "before it: the instructions stay inside (entities)" in done.out
    found = told(home, "policy", "explain", "API_KEY", "--policy", "strict", "--beside", "PERSON")
    assert (found["action"], found["rule"], found["dry_run"]) == ("block", "secrets", False)
    assert told(home, "policy", "explain", "IP_ADDRESS", "--value", "127.0.0.1")["action"] == "allow"
    assert "dry run" in of(home, "policy", "explain", "PERSON", "-p", "watch").out
    assert of(home, "policy", "explain", "person").code == 2


# -- vault ----------------------------------------------------------------------------------------------


def test_the_vaults_state_is_told_without_values(home: Path) -> None:
    done = of(home, "vault", "status")
    assert done.code == 0
    assert "2 values" in done.out
    assert not re.search(r"Alice|PERSON_1|talk", done.out)
    found = told(home, "vault", "status")
    assert sorted(one["n_pairs"] for one in found["sessions"]) == [1, 2]
    assert list(found["keys"]) == [found["current_key"]]


def test_sessions_are_erased_by_name_owner_and_digest(home: Path) -> None:
    for wrong in (("nobody",), ("chat",), (), ("talk", "--value", "x")):
        assert of(home, "vault", "erase", *wrong).code == 2
    assert told(home, "vault", "erase", "chat", "--owner", "ana") == {"n_sessions": 1, "n_pairs": 2, "unread": []}
    digest = told(home, "vault", "status")["sessions"][0]["session"]
    assert of(home, "vault", "erase", digest[:8]).out == "erased: 1 of 1 sessions, with 1 values\n"
    assert "no sessions" in of(home, "vault", "status").out
    assert [one["action"] for one in told(home, "audit", "list")["entries"][:2]] == ["vault.erase"] * 2


def test_a_person_is_erased_from_every_session(home: Path) -> None:
    done = told(home, "vault", "erase", "--value", "-", stdin=f"{VALUE.lower()}\n\n".encode())
    assert done == {"n_sessions": 2, "n_pairs": 2, "unread": [], "n_containing": 0}
    assert of(home, "vault", "erase", "--value", "-").code == 2
    lake = Lake.open(home)
    book = Vault(lake.state, FileKeys(home / "guard" / "keys.json")).open("talk")
    book.add([Pair(entity="PERSON", value=name, pseudonym=f"P_{name}") for name in ("Lucy Martin", "Martin")])
    lake.close()
    some = of(home, "vault", "erase", "--value", "martin")
    assert "erased: 1 pairs in 1 sessions" in some.out
    assert "--containing" in some.out + some.err
    assert told(home, "vault", "erase", "--value", "martin", "--containing")["n_pairs"] == 1
    assert of(home, "vault", "erase", "--value", "nobody here").out == "erased: 0 pairs in 0 sessions\n"
    assert "Alice" not in of(home, "audit", "export").out


def test_keys_are_rotated_and_retired(home: Path) -> None:
    old = told(home, "vault", "key", "list")["keys"][0]
    assert (old["current"], old["n_keys"]) == (True, 4)
    assert of(home, "vault", "key", "retire", old["key_id"]).code == 2
    done = told(home, "vault", "rotate")
    assert (done["n_keys"], done["missing"]) == (4, [])
    assert told(home, "vault", "rotate", "--no-new")["n_keys"] == 0
    assert of(home, "vault", "key", "retire", old["key_id"]).code == 0
    assert [one["key_id"] for one in told(home, "vault", "key", "list")["keys"]] == [done["key_id"]]
    assert of(home, "audit", "verify").code == 0
    lake = Lake.open(home)
    assert Vault(lake.state, FileKeys(home / "guard" / "keys.json")).open("talk").value_of("PERSON_1")
    lake.close()
    made = told(home, "vault", "key", "new")
    assert (Path(made["keyring"]), made["key_id"] != done["key_id"]) == (home / "guard" / "keys.json", True)


def test_keys_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    old = base64.b64encode(secrets.token_bytes(32)).decode()
    fill(home, EnvironmentKeys(old))
    monkeypatch.setenv("VEDETTE_GUARD_KEY", old)
    assert told(home, "vault", "status")["sessions"]
    new = call("guard", "vault", "key", "new", "--print").out.strip()
    monkeypatch.setenv("VEDETTE_GUARD_KEY", f"{new},{old}")
    assert told(home, "vault", "rotate")["n_keys"] == 4
    monkeypatch.setenv("VEDETTE_GUARD_KEY", new)
    assert of(home, "audit", "verify").code == 0
    assert of(home, "vault", "key", "new").code == 2
    assert not (home / "guard" / "keys.json").exists()
    monkeypatch.setenv("VEDETTE_GUARD_KEY", "hunter2")
    done = of(home, "vault", "status")
    assert (done.code, "hunter2" in done.out + done.err) == (2, False)
    monkeypatch.setenv("VEDETTE_GUARD_KEYS", "hsm")
    assert "environment, file" in of(home, "vault", "status").err


def test_a_lost_key_has_a_way_on(home: Path) -> None:
    (home / "guard" / "keys.json").unlink()
    done = of(home, "vault", "erase", "talk")
    assert (done.code, "master key" in done.err) == (3, True)
    assert of(home, "vault", "reset").code == 2
    assert told(home, "vault", "reset", "--yes") == {"n_sessions": 2, "n_pairs": 3}
    assert "no sessions" in of(home, "vault", "status").out
    assert of(home, "audit", "verify").code == 3, "the rows under the lost key are not called whole"


def test_what_has_expired_is_purged(home: Path) -> None:
    assert told(home, "vault", "purge") == {"n_sessions": 0, "n_pairs": 0}


# -- approvals and audit -----------------------------------------------------------------------------------


def test_a_question_is_answered(home: Path) -> None:
    asked = told(home, "approvals", "list")["approvals"][0]
    assert (asked["state"], asked["entity"], asked["asked_by"]) == ("open", "API_KEY", "ana")
    assert told(home, "approvals", "allow", asked["approval_id"][:10], "--hours", "2")["state"] == "allowed"
    assert "allowed  API_KEY of ana on chat" in of(home, "approvals", "list").out
    assert of(home, "approvals", "deny", asked["approval_id"]).out.startswith("denied: API_KEY of ana, until")
    assert of(home, "approvals", "deny", "ask-none").code == 2
    actions = [one["action"] for one in told(home, "audit", "list")["entries"]]
    assert actions[:2] == ["approval.deny", "approval.allow"]


def test_the_audit_is_listed_verified_and_exported(home: Path, tmp_path: Path) -> None:
    lines = of(home, "audit", "list", "-n", "2").out.splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2"]
    assert "ana  pseudonymise  chat; 3 PERSON" in lines[0]
    assert told(home, "audit", "list", "--since", "2000-01-01", "--actor", "ben") == {"entries": []}
    found = told(home, "audit", "verify")
    assert (found["whole"], found["n_rows"], found["anchored"]) == (True, 3, 3)
    assert of(home, "audit", "verify", "--head", found["head"]).code == 0
    rows = [json.loads(line) for line in of(home, "audit", "export", "--after", "1").out.splitlines()]
    assert [row["seq"] for row in rows] == [2, 3]
    assert f"3:{rows[-1]['digest']}" == found["head"]
    out = tmp_path / "audit.jsonl"
    assert of(home, "audit", "export", "-o", out).code == 0
    assert len(out.read_text().splitlines()) == 3


def test_a_broken_audit_exits_with_one(home: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(home / "state.sqlite")
    connection.execute("DROP TRIGGER guard_trail_no_update")
    connection.execute("UPDATE guard_trail SET body = replace(body, 'ana', 'ben') WHERE seq = 2")
    connection.commit()
    connection.close()
    done = of(home, "audit", "verify")
    assert (done.code, done.out.splitlines()[0]) == (1, "broken at row 2: it was changed")
    assert of(home, "audit", "verify", "--json").json["broken_at"] == 2


@pytest.mark.parametrize("words", [("vault", "status"), ("audit", "verify"), ("vault", "purge"), ("approvals", "list")])
def test_a_mistyped_home_is_not_made(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert of(tmp_path / "none", *words).code == 2
    assert not (tmp_path / "none").exists()
