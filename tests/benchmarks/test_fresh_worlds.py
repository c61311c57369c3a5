"""The second set of generated incidents: the same twice, readable, true to its own truth record."""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.accounts import worlds
from benchmarks.accounts.fresh import FAMILIES, generate, make


def _lines(folder: Path) -> dict[str, list[str]]:
    out = {}
    for path in sorted((folder / "logs").iterdir()):
        text = gzip.open(path, "rt", encoding="utf-8").read() if path.suffix == ".gz" else path.read_text("utf-8")
        out[path.name] = text.splitlines()
    return out


@pytest.mark.parametrize("family", FAMILIES)
def test_world_is_deterministic_and_its_accounts_appear_in_its_logs(family: str, tmp_path: Path) -> None:
    truth = generate(family, 2, tmp_path / "a")
    assert truth == generate(family, 2, tmp_path / "b")
    logs = _lines(tmp_path / "a")
    assert logs == _lines(tmp_path / "b")
    text = "\n".join(line for lines in logs.values() for line in lines).lower()
    for name, account in truth["accounts"].items():
        assert name in text or (account["role"] == "bystander" and "assumed-role" in name), name
    assert truth["n_hostile"] >= 3
    for name, lines in logs.items():
        if ".json" in name:
            for line in lines:
                assert isinstance(json.loads(line), dict)


def test_the_sets_share_no_family() -> None:
    assert len(FAMILIES) >= 10
    assert not set(FAMILIES) & set(worlds.FAMILIES)


def test_roles_follow_from_what_is_in_the_log() -> None:
    seen: Counter[str] = Counter()
    for family in FAMILIES:
        for seed in range(3):
            accounts = make(family, seed).truth()["accounts"]
            assert {a["role"] for a in accounts.values()} - {"bystander"}, "an attack without anybody in it"
            for account in accounts.values():
                seen[account["role"]] += 1
                if account["role"] == "attacker":
                    assert account["own_records"] == 0
                if account["role"] == "compromised":
                    assert account["own_records"] >= 6, "an owner is seen clearly or not at all"
    assert set(seen) == {"compromised", "attacker", "created", "targeted", "bystander"}


def test_only_reserved_names_and_addresses_appear(tmp_path: Path) -> None:
    for family in FAMILIES:
        world = make(family, 5)
        assert world.mail_domain.rsplit(".", 1)[-1] in {"example", "test"} or ".example." in f".{world.mail_domain}"
        for ip in world._ip_used:
            assert ip.startswith(("10.", "203.0.113.", "198.51.100.", "192.0.2.")), ip
