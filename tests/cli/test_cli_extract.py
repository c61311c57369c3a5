"""``vedette extract`` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_support import call

REPORT = """Parcel refunds that open doors

In March 2026 the group tracked as APT28 ran Mimikatz to dump the memory of LSASS. The loader contacted
hxxp://cdn.parcel-refund[.]example/track.txt and 185.220.101[.]34.

# Indicators of compromise

- bs-loader.dll
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.md"
    path.write_text(REPORT, encoding="utf-8")
    return path


def test_one_report_as_json_has_the_nouns_own_names(tmp_path: Path, report: Path) -> None:
    done = call("--home", tmp_path / "home", "extract", str(report), "--json")
    told = json.loads(done.out)
    values = {one["value"]: one for one in told["observables"]}
    assert values["185.220.101.34"]["defanged"]
    assert values["185.220.101.34"]["standing"] == "indicator"
    assert ("group", "G0007") in {(one["kind"], one["ref"]) for one in told["entities"]}
    technique = next(one for one in told["techniques"] if one["id"].startswith("T1003"))
    assert "LSASS" in technique["span"]["text"]
    assert told["document"]["title"]


def test_places_of_lines_hold_in_the_text_given(tmp_path: Path) -> None:
    asked = [{"id": 1, "text": REPORT}, {"id": "bad"}, {"id": 3, "path": "/no/such/file"}]
    done = call(
        "--home", tmp_path / "home", "extract", "--jsonl", stdin="\n".join(json.dumps(one) for one in asked).encode()
    )
    first, second, third = (json.loads(line) for line in done.out.splitlines())
    assert [first["id"], second["id"], third["id"]] == [1, "bad", 3]
    assert first["observables"]
    for one in (*first["observables"], *first["entities"]):
        assert REPORT[one["start"] : one["end"]] == one["text"]
    for one in first["sentences"]:
        assert REPORT[one["start"] : one["end"]] == one["text"]
    assert "error" in second
    assert "error" in third


def test_several_forms_go_into_a_folder(tmp_path: Path, report: Path) -> None:
    out = tmp_path / "out"
    call(
        "--home",
        tmp_path / "home",
        "extract",
        str(report),
        "--to",
        "stix",
        "--to",
        "navigator",
        "--to",
        "csv",
        "--out",
        str(out),
    )
    assert sorted(path.name for path in out.iterdir()) == ["report.csv", "report.layer.json", "report.stix.json"]
    assert json.loads((out / "report.stix.json").read_text())["type"] == "bundle"


def test_standard_input_is_read(tmp_path: Path) -> None:
    done = call("--home", tmp_path / "home", "extract", stdin=REPORT.encode())
    assert "APT28 (G0007)" in done.out
    assert "185.220.101.34" in done.out


def test_many_reports_become_tables_and_go_on_where_they_stopped(tmp_path: Path, report: Path) -> None:
    out = tmp_path / "tables"
    rows = tmp_path / "rows.jsonl"
    lines = [json.dumps({"id": str(n), "text": f"{REPORT}\nReport {n}."}) for n in range(5)]
    rows.write_text("\n".join(lines), encoding="utf-8")
    first = json.loads(
        call("--home", tmp_path / "home", "extract", str(rows), "--out", str(out), "--shard-rows", "2", "--json").out
    )
    assert (first["n_rows"], first["n_shards"], first["n_errors"]) == (5, 3, 0)
    again = json.loads(
        call("--home", tmp_path / "home", "extract", str(rows), "--out", str(out), "--shard-rows", "2", "--json").out
    )
    assert again["n_shards_kept"] == 3
    documents = pq.read_table(out / "intel_documents")
    assert documents.num_rows == 5


def test_what_is_wrong_is_told_with_the_next_step(tmp_path: Path, report: Path) -> None:
    done = call("--home", tmp_path / "home", "extract", str(tmp_path / "missing.pdf"))
    assert done.code == 2
    assert "nothing was read" in done.err
    assert "check the path" in done.err
    (tmp_path / "empty.txt").write_bytes(b"")
    done = call("--home", tmp_path / "home", "extract", str(tmp_path / "empty.txt"))
    assert (done.code, "holds nothing" in done.err) == (2, True)
    done = call("--home", tmp_path / "home", "extract", "https://example.com/x.html")
    assert (done.code, "nothing is fetched" in done.err) == (2, True)
    done = call("extract", str(report), "--home", tmp_path / "home")
    assert (done.code, "stands before the verb" in done.err) == (2, True)
    done = call("--home", tmp_path / "home", "extract", str(report), "--to", "stix", "--to", "misp")
    assert done.code == 2
    assert "--out" in done.err
    done = call("--home", tmp_path / "home", "extract", str(report), "--engine", "pool")
    assert done.code == 2
    assert "bulk" in done.err


def test_own_names_are_found_and_mistakes_in_lists_are_told(tmp_path: Path) -> None:
    names = tmp_path / "names.yaml"
    names.write_text("names:\n  - {name: Paper Heron, kind: group, id: own-1, aliases: [PaperH]}\n", encoding="utf-8")
    done = call(
        "--home",
        tmp_path / "home",
        "extract",
        "--names",
        str(names),
        "--json",
        stdin=b"The group Paper Heron sent mails.",
    )
    assert ("own-1", "own list") in {(one["ref"], one["how"]) for one in json.loads(done.out)["entities"]}
    names.write_text("names:\n  - {kind: group}\n", encoding="utf-8")
    done = call("--home", tmp_path / "home", "extract", "--names", str(names), stdin=b"x")
    assert done.code == 2
    assert "names.yaml" in done.err.replace("\n", "")  # an error is folded at the terminal's width
