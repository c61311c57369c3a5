"""Reports by the row: the same readings as one by one, what cannot be read told, other lists refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from vedette.bulk.sources import text_schema
from vedette.errors import UserError
from vedette.intel import volume
from vedette.intel.engine import Extractor
from vedette.intel.tables import readings_of

TEXT = "APT29 sent mail from evil-example[.]com, which drops SUNBURST and exploits CVE-2021-44228."


@pytest.fixture(scope="module", autouse=True)
def prepared() -> None:
    volume.prepare(None, (), volume.fingerprint(None))


def rows(*given: tuple[str, str | None, bytes | None]) -> pa.Table:
    return pa.table([list(column) for column in zip(*given, strict=True)], schema=text_schema())


def test_a_row_is_read_as_a_document_is() -> None:
    from vedette.documents.verbatim import as_given

    tables = volume.read_rows(rows(("r1", TEXT, None)))
    [reading] = readings_of({name: table for name, table in tables.items() if name != "errors"})
    alone = Extractor(None).read(as_given(TEXT, "r1"))
    assert reading.document.source == "r1"
    assert [one.value for one in reading.observables] == [one.value for one in alone.observables]
    assert [one.text for one in reading.entities] == [one.text for one in alone.entities]
    assert tables["errors"].num_rows == 0


def test_rows_that_say_the_same_are_two_documents() -> None:
    tables = volume.read_rows(rows(("r1", TEXT, None), ("r2", TEXT, None)))
    ids = tables["intel_documents"].column("document_id").to_pylist()
    assert len(set(ids)) == 2
    assert tables["intel_documents"].column("source").to_pylist() == ["r1", "r2"]


def test_rows_one_by_one_are_rows_together() -> None:
    given = rows(("r1", TEXT, None), ("r2", "", None), ("r3", None, b"<p>192.0.2.7 is a server of APT28.</p>"))
    whole = volume.read_rows(given)
    parts = [volume.read_rows(given.slice(at, 1)) for at in range(3)]
    for name in whole:
        if name != "errors":
            assert whole[name].equals(pa.concat_tables([part[name] for part in parts])), name


def test_no_rows_have_all_tables() -> None:
    full, empty = volume.read_rows(rows(("r1", TEXT, None))), volume.read_rows(rows(("r1", TEXT, None)).slice(0, 0))
    assert {n: t.schema for n, t in full.items()} == {n: t.schema for n, t in empty.items()}


def test_what_cannot_be_read_is_told_of_its_row() -> None:
    tables = volume.read_rows(rows(("r1", TEXT, None), ("x.bin", None, b"\x7fELF\x00\x01" * 200), ("none", None, None)))
    assert tables["intel_documents"].num_rows == 1
    assert tables["errors"].column("at").to_pylist() == [1, 2]


def test_other_lists_are_refused(tmp_path: Path) -> None:
    here = volume.fingerprint(tmp_path)
    (tmp_path / "names").mkdir()
    (tmp_path / "names/own.yaml").write_text("- name: ACME Bank\n")
    assert volume.fingerprint(tmp_path) != here
    with pytest.raises(UserError, match="others than here"):
        volume.prepare(tmp_path, (), here)
