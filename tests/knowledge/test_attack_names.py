from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from vedette.knowledge import _build_attack_names
from vedette.knowledge.attack_names import named_things

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_groups_software_and_campaigns_are_known_by_id() -> None:
    things = named_things()
    assert (things["G0007"].kind, things["G0007"].name) == ("group", "APT28")
    assert "Fancy Bear" in things["G0007"].aliases
    assert things["S0002"].kind == "tool"
    assert things["S0367"].kind == "malware"
    assert (things["C0024"].kind, things["C0024"].name) == ("campaign", "SolarWinds Compromise")
    assert "G0016" in things["C0024"].related
    assert all(ref in things for thing in things.values() for ref in thing.related)


def test_rows_tell_kinds_aliases_and_links_both_ways() -> None:
    link = "uses [X](https://attack.mitre.org/software/S0001) in [Big Op](https://attack.mitre.org/campaigns/C0009)"
    groups = [{"id": "G0001", "name": "A", "aliases": ["A", "B"], "description": link}]
    software = [{"id": "S0001", "name": "X", "aliases": ["X"], "type": "tool", "description": ""}]
    procedures = [{"actor_id": "C0008", "actor": "Op"}, {"actor_id": "G0001", "actor": "A"}]
    assert _build_attack_names.compact(groups, software, procedures) == [
        ["C0008", "campaign", ["Op"], []],
        ["C0009", "campaign", ["Big Op"], ["G0001"]],
        ["G0001", "group", ["A", "B"], ["C0009", "S0001"]],
        ["S0001", "tool", ["X"], ["G0001"]],
    ]


def test_the_same_source_gives_the_packaged_bytes(tmp_path: Path) -> None:
    if not (SOURCE / "attack-kb").exists():
        pytest.skip("the shared data is not here")
    (tmp_path / "manifest.json").write_bytes(orjson.dumps({"sets": []}))
    _build_attack_names.build(SOURCE, tmp_path, "18.1", "r", "2025-11-13")
    packaged = Path(_build_attack_names.__file__).parent / "data" / "attack-names.json"
    assert (tmp_path / "attack-names.json").read_bytes() == packaged.read_bytes()


def test_packed_rows_are_read_like_plain_ones(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    plain.write_bytes(b'{"id": 1}\n\n{"id": 2}\n')
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert _build_attack_names._rows(plain) == _build_attack_names._rows(packed) == [{"id": 1}, {"id": 2}]
