"""``vedette exposure`` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import call

TESTS = Path(__file__).resolve().parents[1]
SCANS = TESTS / "golden" / "scans"
REFERENCE = TESTS.parent / "docs" / "reference"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    held = tmp_path / "home"
    call("--home", held, "ingest", SCANS / "trivy.json", SCANS / "grype.json", SCANS / "nessus.nessus")
    return held


def test_the_list_and_the_counts_agree(home: Path) -> None:
    found = call("--home", home, "exposure", "--state", "all", "--json").json
    assert found["counts"]["exposures"] == len(found["exposures"]) + found["left_out"]
    assert found["counts"]["open"] == sum(e["status"] == "open" for e in found["exposures"])
    for row in found["exposures"]:
        assert row["evidence"]
        assert (row["decision"] is None) == (len(row["possible"]) != 1)
        assert row["decision"] is not None or row["due_at"] is None
        assert row["decision"] is not None or row["unknown"]
    shown = call("--home", home, "query", "SELECT count(*) FROM scan_findings", "--json").json
    assert shown["rows"][0][0] >= found["counts"]["exposures"]


def test_read_and_answer_in_one_call(tmp_path: Path) -> None:
    done = call("--home", tmp_path / "h", "exposure", SCANS / "trivy.json", "--out", tmp_path / "t.md")
    assert done.code == 0
    assert "open exposure" in done.out
    assert (tmp_path / "t.md").read_text(encoding="utf-8").startswith("1 ticket")


def test_output_fits_its_schema(home: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((REFERENCE / "exposure.schema.json").read_text(encoding="utf-8"))
    for words in ([], ["--since", "2020-01-01"], ["--state", "all", "--policy", "cvss"]):
        jsonschema.validate(call("--home", home, "exposure", "--json", *words).json, schema)


def test_filters_narrow(home: Path) -> None:
    every = call("--home", home, "exposure", "--json").json
    first = every["exposures"][0]
    one = call("--home", home, "exposure", "--cve", first["vulnerability"].lower(), "--json").json
    assert {e["vulnerability"] for e in one["exposures"]} == {first["vulnerability"]}
    there = call("--home", home, "exposure", "--asset", first["asset"], "--json").json
    assert {e["asset"] for e in there["exposures"]} == {first["asset"]}
    assert call("--home", home, "exposure", "--cve", "CVE-2030-0001", "--json").json["counts"]["exposures"] == 0


def test_the_gate_fails_a_build(home: Path) -> None:
    assert call("--home", home, "exposure", "--fail-on", "any").code == 1
    assert call("--home", home, "exposure", "--fail-on", "20000d").code == 1
    assert call("--home", home, "exposure", "--fail-on", "sometime").code == 2


def test_an_empty_home_is_not_safe(tmp_path: Path) -> None:
    call("--home", tmp_path / "h", "ingest", Path(__file__))  # makes the home, reads nothing
    done = call("--home", tmp_path / "h", "exposure")
    assert done.code == 2
    assert "exposure is not known" in " ".join(done.err.split())


def test_bad_words_name_the_next_step(home: Path) -> None:
    for words in (
        ["--state", "bad"],
        ["--policy", "nobody"],
        ["--since", "gibberish"],
        ["--out", "x.doc"],
        ["--due", "?"],
    ):
        done = call("--home", home, "exposure", *words)
        assert done.code == 2, words
        assert "choose" in done.err or "write it as" in done.err or "end it in" in done.err, (words, done.err)


def test_policies_are_listed(tmp_path: Path) -> None:
    names = {p["name"] for p in call("--home", tmp_path, "exposure", "--policies", "--json").json}
    assert {"bod-26-04", "ssvc-deployer", "ssvc-coordinator", "cvss"} <= names


def test_lines_are_answered_one_by_one(tmp_path: Path) -> None:
    lines = [{"id": 1, "path": str(SCANS / "trivy.json")}, {"id": 2, "text": "not a scan"}]
    done = call(
        "--home", tmp_path, "exposure", "--jsonl", stdin="\n".join(json.dumps(x) for x in lines).encode() + b"\n"
    )
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [a["id"] for a in answers] == [1, 2]
    assert answers[0]["exposures"]
    assert "error" in answers[1]
    assert done.code == 0


def test_a_citation_opens_the_record(home: Path) -> None:
    found = call("--home", home, "ask", "--model", "none", "--json", "how exposed are we?").json
    assert found["status"] == "answered"
    from vedette.store import Lake
    from vedette.store.book import record_lookup

    lake = Lake.open(home)
    refs = [c["ref"] for c in found["citations"]]
    assert set(record_lookup(lake)(refs)) == set(refs)
    lake.close()


def test_a_fact_said_by_hand_is_kept(home: Path) -> None:
    asset = call("--home", home, "exposure", "--json").json["exposures"][0]["asset"]
    done = call("--home", home, "exposure", "--know", f"name={asset}, owner=web team, internet facing=yes", "--json")
    said = [e for e in done.json["exposures"] if e["asset"] == asset]
    assert said
    assert {(e["owner"], e["internet_facing"]) for e in said} == {("web team", True)}
    again = call("--home", home, "exposure", "--owner", "web team", "--json").json
    assert again["counts"]["exposures"] == len(said)
    wrong = call("--home", home, "exposure", "--know", "owner=nobody")
    assert wrong.code == 2
    assert "without a name" in wrong.err


def test_scans_alone_are_nothing_to_investigate(tmp_path: Path) -> None:
    done = call("--home", tmp_path, "investigate", SCANS / "trivy.json")
    assert done.code == 2
    assert "vedette exposure" in done.err


def trivy(*found: str, results: bool = True) -> bytes:
    listed = [
        {"VulnerabilityID": v, "PkgName": "a", "InstalledVersion": "1", "Severity": "LOW",
         "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8}}}
        for v in found
    ]  # fmt: skip
    report = {"SchemaVersion": 2, "ArtifactName": "shop:1", "ArtifactType": "container_image", "Metadata": {}}
    if results:
        report["Results"] = [{"Target": "a", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": listed}]
    return json.dumps(report).encode()


def test_what_was_not_read_is_no_all_clear(tmp_path: Path) -> None:
    (tmp_path / "clean.json").write_bytes(trivy())
    (tmp_path / "cut.json").write_bytes(trivy("CVE-2024-0001")[:-40])
    home = tmp_path / "home"
    assert call("--home", home, "exposure", tmp_path / "clean.json", "--fail-on", "any").code == 0
    done = call("--home", home, "exposure", tmp_path / "clean.json", tmp_path / "cut.json", "--json")
    assert done.code == 2
    assert "cut.json" in done.json["unread"][0]
    lines = call(
        "--home", home, "exposure", "--jsonl", "--fail-on", "any",
        stdin=json.dumps({"id": 1, "path": str(tmp_path / "cut.json")}).encode(),
    )  # fmt: skip
    assert "error" in json.loads(lines.out)
    assert lines.code != 0


def test_nothing_scanned_is_no_all_clear(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,owner,internet facing\nWEB01,Ops,yes\n")
    (tmp_path / "none.json").write_bytes(trivy(results=False))
    for number, name in enumerate(("a.csv", "none.json")):
        done = call("--home", tmp_path / str(number), "exposure", tmp_path / name, "--fail-on", "any")
        assert done.code == 2, name
        assert "exposure is not known" in " ".join(done.err.split())


def test_the_gate_goes_by_the_score_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(trivy("CVE-2024-0001"))
    assert call("--home", tmp_path / "h", "exposure", tmp_path / "a.json", "--fail-on", "critical").code == 1


def test_a_name_that_nothing_has_is_refused(home: Path) -> None:
    done = call("--home", home, "exposure", "--asset", "no-such-host", "--fail-on", "any")
    assert done.code == 2
    assert "no asset is called" in done.err
    assert call("--home", home, "exposure", "--owner", "nobody at all").code == 2
    assert call("--home", home, "exposure", "--know", "WEB01 is public").code == 2
