"""Every shared scan and SBOM is read, and each difference to its index is explained by folding."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.exposure import counts
from benchmarks.exposure.counts import Fold, Row


def row(**more: object) -> Row:
    values = {
        "ids": ("CVE-2021-44228",), "title": "t", "severity": "high", "place": "web01", "location": "", "package": "",
        "version": "", "status": None, "pointer": "/findings/0",
    }  # fmt: skip
    return Row(**{**values, **more})  # type: ignore[arg-type]


def test_a_fold_counts_what_is_left() -> None:
    rows = [row(), row(place="web02"), row(ids=("CVE-2", "x")), row(pointer="/findings/0/parts/1")]
    assert Fold("", lambda r: r.ids[0]).count(rows) == 2
    assert Fold("", lambda r: r.place if r.place != "web02" else None).count(rows) == 1
    assert Fold("", counts._entry(2)).count(rows) == 1


def test_a_difference_that_no_fold_explains_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.nessus"
    path.write_bytes((Path(__file__).parents[1] / "golden" / "scans" / "nessus.nessus").read_bytes())
    assert counts.compared("tenable", path, path.name, 2).is_explained
    odd = counts.compared("tenable", path, path.name, 7)
    assert (odd.is_explained, odd.difference) == (False, "not explained")
    path.write_bytes(b"{}")
    assert not counts.compared("tenable", path, path.name, 0).is_explained, "what is not read has no count"


def test_the_table_stands_between_its_marks() -> None:
    text = f"before\n{counts.BEGIN}\nold\n{counts.END}\nafter\n"
    assert counts.written(text, "new") == f"before\n{counts.BEGIN}\nnew\n{counts.END}\nafter\n"
    assert counts.written(counts.written(text, "a"), "a") == counts.written(text, "a")


@pytest.mark.slow
def test_every_shared_file_is_read(shared_data: Path) -> None:
    found = counts.outcomes(shared_data)
    assert len(found) > 40
    assert [o for o in found if not o.is_explained] == []
    n_others, taken = counts.misread(shared_data)
    assert n_others > 0
    assert taken == []
