from __future__ import annotations

import dataclasses
import gzip
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from vedette.errors import InternalError
from vedette.knowledge import _build_attack, _build_kev, _build_ssvc, _build_vulnrichment, pinned
from vedette.knowledge.pinned import status

ATTACK = "attack-enterprise"


def test_status_lists_version_date_and_digest() -> None:
    (attack,) = [item for item in status() if item.name == ATTACK]
    assert (attack.version, attack.source_date, attack.n_records) == ("18.1", date(2025, 11, 13), 691)
    assert len(attack.sha256) == 64
    assert attack.intact


def test_every_set_ships_its_notice_and_stays_small() -> None:
    publishers = {"attack-enterprise": b"MITRE", "cwe": b"MITRE", "ssvc": b"CERT/CC", "kev": b"CC0", "cvss4": b"FIRST",
                  "vulnrichment": b"CC0", "command-tools": b"Vedette", "attack-names": b"MITRE"}  # fmt: skip
    assert {item.name for item in status()} == set(publishers)
    for item in status():
        assert publishers[item.name] in pinned.read_data(item.notice)
        assert len(pinned.read_data(item.file)) < (2_000_000 if item.name == "command-tools" else 150_000)


def test_unknown_set_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        pinned.pinned("no-such-set")


def test_altered_data_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pinned.read_data
    altered = {"attack.json": real("attack.json").replace(b"DCSync", b"DCSink")}
    monkeypatch.setattr(pinned, "read_data", lambda file: altered.get(file) or real(file))
    with pytest.raises(InternalError, match="does not match its digest") as caught:
        pinned.load(ATTACK)
    assert caught.value.next_step
    assert [item.intact for item in status() if item.name == ATTACK] == [False]


def test_missing_data_is_not_intact(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(file: str) -> bytes:
        raise FileNotFoundError(file)

    pinned.pinned(ATTACK)
    monkeypatch.setattr(pinned, "read_data", missing)
    assert not any(item.intact for item in status())


def _row(tid: str, *tactics: str) -> dict[str, Any]:
    return {"id": tid, "name": f"name of {tid}", "tactics": list(tactics), "platforms": ["Linux"]}


TACTICS = [{"id": f"TA{n:04}", "shortname": name, "name": name.title()} for n, name in enumerate(_build_attack.ORDER)]


def test_builder_sorts_and_points_at_tactics() -> None:
    data = json.loads(_build_attack.compact([_row("T2", "impact"), _row("T1", "execution", "impact")], TACTICS, "1"))
    assert [row[0] for row in data["techniques"]] == ["T1", "T2"]
    assert data["techniques"][0][2] == [3, 13]


def test_builder_refuses_an_unknown_matrix() -> None:
    with pytest.raises(ValueError, match="stealth"):
        _build_attack.compact([], [*TACTICS, {"id": "TA1", "shortname": "stealth", "name": "Stealth"}], "1")
    with pytest.raises(ValueError):
        _build_attack.compact([_row("T1", "stealth")], TACTICS, "1")


def test_builder_writes_data_and_manifest_that_agree(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    with gzip.open(source / "techniques.jsonl.gz", "wt") as stream:
        stream.write(json.dumps(_row("T1", "impact")) + "\n")
    (source / "tactics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in TACTICS))
    for _ in range(2):
        _build_attack.build(source, out, "1", "abc", "2025-01-01")
    (entry,) = json.loads((out / "manifest.json").read_text())["sets"]
    names = {field.name for field in dataclasses.fields(pinned.PinnedSet)}
    assert set(entry) == names - {"intact"}
    assert entry["n_records"] == 1


def test_packaged_data_is_what_the_builder_makes(shared_data: Path) -> None:
    folder = shared_data / "attack-kb"
    with gzip.open(folder / "techniques.jsonl.gz", "rb") as stream:
        techniques = [json.loads(line) for line in stream]
    tactics = [json.loads(line) for line in (folder / "tactics.jsonl").read_text().splitlines()]
    assert _build_attack.compact(techniques, tactics, "18.1") == pinned.read_data("attack.json")


def test_packaged_kev_is_what_the_builder_makes(shared_data: Path) -> None:
    raw = gzip.decompress((shared_data / "kev" / "kev.jsonl.gz").read_bytes())
    held = pq.read_table(io.BytesIO(pinned.read_data("kev.parquet")))
    assert _build_kev.table(raw).equals(held)
    assert held.num_rows == pinned.pinned("kev").n_records == 1404


def test_packaged_ssvc_is_what_the_builder_makes(shared_data: Path, tmp_path: Path) -> None:
    _build_ssvc.build(shared_data / "ssvc", tmp_path, "2026-07-20", "e3b00a2", "2026-07-20")
    assert (tmp_path / "ssvc.json").read_bytes() == pinned.read_data("ssvc.json")


def test_ssvc_builder_refuses_what_it_does_not_know() -> None:
    headings = ["row", "Automatable v2.0.0", "Value Density v1.0.0", "Utility v1.0.1"]
    rows = [["0", "no", "diffuse", "laborious"], ["1", "no", "concentrated", "efficient"]]
    with pytest.raises(ValueError, match="not every combination"):
        _build_ssvc.compact({"utility": ("Utility", "1.0.0", [headings, *rows])}, "1")
    with pytest.raises(ValueError, match="unknown decision point: Usefulness"):
        _build_ssvc.compact({"utility": ("Utility", "1.0.0", [["row", "Usefulness v1.0.0", *headings[2:]]])}, "1")


def test_packaged_vulnrichment_is_what_the_builder_makes(shared_data: Path) -> None:
    made = _build_vulnrichment.rows(_build_vulnrichment.lines_of(shared_data / "vulnrichment"))
    held = pq.read_table(io.BytesIO(pinned.read_data("vulnrichment.parquet"))).to_pylist()
    assert [{k: v for k, v in row.items() if v} for row in held] == [
        {k: v for k, v in row.items() if v} for row in made
    ]
    assert {row["exploitation"] for row in held} == {None, "active"}
    assert len(held) == pinned.pinned("vulnrichment").n_records
