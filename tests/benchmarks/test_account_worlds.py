"""The generated incidents: the same twice, readable by anyone, and true to their own truth record."""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.accounts.worlds import CALM, FAMILIES, World, generate

ROLES = {"compromised", "attacker", "created", "targeted", "bystander"}


def _lines(folder: Path) -> dict[str, list[str]]:
    out = {}
    for path in sorted((folder / "logs").iterdir()):
        text = gzip.open(path, "rt", encoding="utf-8").read() if path.suffix == ".gz" else path.read_text("utf-8")
        out[path.name] = text.splitlines()
    return out


@pytest.mark.parametrize("family", FAMILIES)
def test_world_is_deterministic_and_its_accounts_appear_in_its_logs(family: str, tmp_path: Path) -> None:
    truth = generate(family, 3, tmp_path / "a")
    again = generate(family, 3, tmp_path / "b")
    logs = _lines(tmp_path / "a")
    assert truth == again
    assert logs == _lines(tmp_path / "b")
    text = "\n".join(line for lines in logs.values() for line in lines).lower()
    for name, account in truth["accounts"].items():
        assert account["role"] in ROLES
        assert name in text, name
    for host in truth["hosts"]:
        assert host.lower() in text
    assert truth["n_hostile"] > 0


@pytest.mark.parametrize("family", [*FAMILIES, *CALM])
def test_json_records_parse(family: str, tmp_path: Path) -> None:
    generate(family, 1, tmp_path)
    n = 0
    for name, lines in _lines(tmp_path).items():
        if ".json" in name:
            for line in lines:
                record = json.loads(line)
                n += len(record.get("Records", [1]))
        elif lines and lines[0].startswith("{"):
            n += sum(bool(json.loads(line)) for line in lines)
        else:
            n += len(lines)
    assert n > 100


def test_roles_follow_from_what_is_in_the_log() -> None:
    seen: Counter[str] = Counter()
    for family, make in FAMILIES.items():
        for seed in range(4):
            world = World(family, seed)
            make(world)
            for account in world.truth()["accounts"].values():
                seen[account["role"]] += 1
                if account["role"] == "attacker":
                    assert account["own_records"] < 3
                if account["role"] == "compromised":
                    assert account["own_records"] >= 4, "an owner is seen clearly or not at all"
    assert set(seen) == ROLES


def test_web_shells_implicate_nobody() -> None:
    for family in ("webshell_iis", "webshell_tomcat"):
        world = World(family, 5)
        FAMILIES[family](world)
        assert {a["role"] for a in world.truth()["accounts"].values()} <= {"bystander"}


def test_calm_worlds_hold_no_attack() -> None:
    for name, make in CALM.items():
        world = World(name, 2)
        make(world, 0.2)  # type: ignore[call-arg]
        assert not world.has_attack
        assert all(not r.hostile for r in world.records)


def test_only_reserved_names_and_addresses_leave_the_organisation(tmp_path: Path) -> None:
    import ipaddress
    import re

    for family in FAMILIES:
        generate(family, 2, tmp_path / family)
        for lines in _lines(tmp_path / family).values():
            for text in re.findall(r"(?<![\d./])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", "\n".join(lines)):
                try:
                    ip = ipaddress.ip_address(text)
                except ValueError:
                    continue
                assert ip.is_private or ip.is_link_local or text.endswith(".0.0"), f"{family}: {text}"
