"""Reading CVE records: which weakness and vector count, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.base import Silent
from vedette.forge.corpus import build_corpus
from vedette.forge.corpus.base import Bad, Row, SourceFile
from vedette.forge.corpus.readers.cves import READER
from vedette.forge.recipe import CorpusSpec, LeakageSpec, SourceSpec, SplitSpec

A = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
B = "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"


def read(tmp_path: Path, *rows: Any, **options: Any) -> list[Row | Bad]:
    path = tmp_path / "cves.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return list(READER.read(SourceFile(path, path.name), SourceSpec(path=str(path), options=options)))


def fields(tmp_path: Path, row: dict[str, Any], **options: Any) -> dict[str, Any]:
    (found,) = read(tmp_path, {"cve": "CVE-2024-1234", "description": "text", **row}, **options)
    assert isinstance(found, Row)
    return dict(found.fields)


@pytest.mark.parametrize(
    ("row", "weakness"),
    [
        ({"cna_cwe": "CWE-121"}, "CWE-787"),
        ({"cna_cwe": ["CWE-89", "CWE-79"]}, "CWE-89"),
        ({"cna_cwe": ["CWE-89"], "cisa_cwe": ["CWE-564"]}, "CWE-89"),
        ({"cna_cwe": ["CWE-20"], "cisa_cwe": ["CWE-022"]}, "CWE-22"),
        ({"cna_cwe": ["NVD-CWE-noinfo", "CWE-284"]}, "CWE-284"),
        ({"cna_cwe": "n/a"}, None),
        ({"cna_cwe": [None, 79, {"id": "CWE-79"}]}, None),
        ({}, None),
    ],
)
def test_the_weakness_that_counts(tmp_path: Path, row: dict[str, Any], weakness: str | None) -> None:
    assert fields(tmp_path, row).get("cwe") == weakness


def test_raw_view_leaves_the_weakness_as_written(tmp_path: Path) -> None:
    assert fields(tmp_path, {"cna_cwe": "CWE-121"}, view="raw")["cwe"] == "CWE-121"


def test_breadth(tmp_path: Path) -> None:
    assert fields(tmp_path, {"cna_cwe": "CWE-20"}, broad=["CWE-20"])["breadth"] == "broad"
    assert fields(tmp_path, {"cna_cwe": "CWE-89"}, broad=["CWE-20"])["breadth"] == "narrow"


@pytest.mark.parametrize(
    ("row", "vector", "by"),
    [
        ({"cna_cvss": [A]}, A, "cna"),
        ({"cna_cvss": [A], "cisa_cvss": B}, B.replace("3.0", "3.1"), "cisa"),
        ({"cna_cvss": [B, A]}, A, "cna"),
        ({"cna_cvss": ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"]}, None, None),
        ({"cisa_cvss": [A[:-1]], "cna_cvss": [A]}, A, "cna"),
        ({"cisa_cvss": 9.8}, None, None),
    ],
)
def test_the_vector_that_counts(tmp_path: Path, row: dict[str, Any], vector: str | None, by: str | None) -> None:
    found = fields(tmp_path, row)
    assert (found.get("cvss"), found.get("cvss_by")) == (vector, by)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "x", "url": "https://nvd.nist.gov/vuln/detail/CVE-2024-1234", "text": "t"},
        {"id": "CVE-2024-1234", "text": "t"},
        {"cve": "CVE-2024-1234", "description": "t"},
    ],
)
def test_the_cve_is_the_group(tmp_path: Path, row: dict[str, Any]) -> None:
    (found,) = read(tmp_path, row)
    assert isinstance(found, Row)
    assert found.group == "CVE-2024-1234"


@pytest.mark.parametrize("row", ["no json", "[1]", {"text": "t"}, {"cve": ["CVE-2024-1"]}, {"cve": "CVE-1-1"}])
def test_what_is_no_cve_record_is_set_aside(tmp_path: Path, row: Any) -> None:
    (found,) = read(tmp_path, row)
    assert isinstance(found, Bad)
    assert found.reason


def test_an_unknown_option_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not understood"):
        read(tmp_path, {"cve": "CVE-2024-1234"}, view="nvd")


def test_no_cve_of_a_test_set_and_no_text_like_its_stays_in_train(tmp_path: Path) -> None:
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon"
    texts = {
        n: f"{words.split()[n % 20]} flaw {n} in product{n} lets person{n} do thing{n} by way{n}" for n in range(40)
    }
    train = [{"cve": f"CVE-2024-{1000 + n}", "description": t, "cna_cwe": "CWE-79"} for n, t in texts.items()]
    same_id = {"url": "https://x/CVE-2024-1003", "text": "quite other words about it", "answer": "CWE-89"}
    like = {"url": "https://x/CVE-2023-9999", "text": texts[7].replace("flaw", "Flaw") + ".", "answer": "CWE-89"}
    for name, rows in (("train", train), ("test", [same_id, like])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    spec = CorpusSpec(
        sources=(
            SourceSpec(path="train.jsonl", format="cve", text="description", label="cwe", group="cve"),
            SourceSpec(path="test.jsonl", format="cve", text="text", label="answer", group="cve", split="test"),
        ),
        split=SplitSpec(by="hash", validation=0, test=0),
        leakage=LeakageSpec(near_duplicates=0.7, template_duplicates=None),
    )
    corpus = build_corpus(spec, tmp_path, tmp_path / "out", seed=0, progress=Silent())
    left = {record.group for record in corpus.records("train")}
    assert left == {row["cve"] for row in train} - {"CVE-2024-1003", "CVE-2024-1007"}
    assert corpus.count("test") == 2
