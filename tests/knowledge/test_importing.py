"""Sets from their publishers' files: what they hold, and that hostile, torn or other files change nothing."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import tarfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feeds
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.errors import OutsideError, UserError
from vedette.knowledge import holding
from vedette.knowledge.importing import import_set
from vedette.knowledge.sources.members import Bounds
from vedette.knowledge.vulnerabilities import lookup

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
A, B, C = "CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"


def put(home: Path, name: str, data: bytes, file: str, **options: Any) -> holding.HeldSet:
    path = home.parent / file
    path.write_bytes(data)
    return import_set(home, name, path, now=NOW, **options)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_kev(home: Path) -> None:
    made = put(home, "kev", feeds.kev(A, B), "known_exploited_vulnerabilities.json", fewer=True)
    assert (made.version, made.on, made.n_records, made.packaged) == ("2026.11.20", date(2026, 11, 20), 2, False)
    facts = lookup(home, [A, B, C])
    assert facts[A].kev_at == datetime(2026, 11, 18, tzinfo=UTC)
    assert facts[A].kev_due_at == datetime(2026, 12, 9, tzinfo=UTC)
    assert (facts[A].ransomware, facts[B].ransomware) == (True, None)
    assert (facts[C].kev_at, facts[C].dates["kev"]) == (None, date(2026, 11, 20))


def test_kev_as_csv(home: Path) -> None:
    text = (
        '"cveID","vendorProject","product","vulnerabilityName","dateAdded","shortDescription","requiredAction",'
        '"dueDate","knownRansomwareCampaignUse","notes","cwes"\n'
        f'"{A}","Acme","Gate","Injection","2026-11-18","It, they say, lets them in.","Mend","2026-12-09","Known","",'
        '"CWE-78, CWE-77"\n'
    )
    made = put(home, "kev", text.encode(), "kev.csv", fewer=True)
    assert made.on == date(2026, 11, 18)
    assert lookup(home, [A])[A].cwes == ("CWE-78", "CWE-77")


def test_epss_keeps_model_and_day(home: Path) -> None:
    made = put(
        home, "epss", feeds.packed(feeds.epss({A: ("0.97", "0.999"), B: ("1e-05", "0")})), "epss_scores-current.csv.gz"
    )
    assert (made.on, made.extra) == (date(2026, 11, 20), {"model_version": "v2025.03.14"})
    facts = lookup(home, [A, B, C])
    assert (facts[A].epss, facts[A].epss_percentile, facts[A].epss_at) == (0.97, 0.999, date(2026, 11, 20))
    assert facts[B].epss == 1e-05
    assert (facts[C].epss, facts[C].epss_at) == (None, None)


def test_epss_of_old_days_is_dated_by_its_name_or_by_hand(home: Path) -> None:
    data = b"cve,epss,percentile\n" + f"{A},0.5,0.9\n".encode()
    assert put(home, "epss", data, "epss_scores-2021-05-01.csv").on == date(2021, 5, 1)
    with pytest.raises(UserError, match="does not say which day") as caught:
        put(home, "epss", data, "scores.csv")
    assert "--date" in str(caught.value.next_step)
    assert put(home, "epss", data, "scores.csv", on=date(2021, 6, 1)).on == date(2021, 6, 1)


def _cve_list(home: Path) -> dict[str, bytes]:
    files = {f"cves/2026/1xxx/{cve}.json": json.dumps(feeds.cve_record(cve)).encode() for cve in (A, B)}
    files["cves/2026/1xxx/CVE-2026-1003.json"] = json.dumps(
        feeds.cve_record(C, state="REJECTED", cisa=False), indent=1
    ).encode()
    return files | {"cves/delta.json": b'{"new": []}', "README.md": b"# CVE List", "assets/logo.png": b"\x89PNG\r\n"}


def _as_zip(files: dict[str, bytes]) -> bytes:
    return feeds.zipped(files)


def _as_zip_of_zip(files: dict[str, bytes]) -> bytes:
    return feeds.zipped({"cves.zip": feeds.zipped(files)})


def _as_tar(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def _as_lines(files: dict[str, bytes]) -> bytes:
    return feeds.packed(b"\n".join(json.dumps(json.loads(d)).encode() for n, d in files.items() if n.endswith(".json")))


@pytest.mark.parametrize(
    ("form", "file"),
    [(_as_zip, "a.zip"), (_as_zip_of_zip, "a.zip.zip"), (_as_tar, "a.tar.gz"), (_as_lines, "a.jsonl.gz")],
)
def test_cve_list_in_every_form(home: Path, form: Callable[[dict[str, bytes]], bytes], file: str) -> None:
    made = put(home, "cvelist", form(_cve_list(home)), file)
    assert (made.n_records, made.on, made.n_skipped) == (3, date(2026, 11, 19), 1)
    found = lookup(home, [A, C])
    assert found[A].title == "Injection in Gate"
    assert found[A].description == "A fault."
    assert found[A].cvss == (feeds.VECTOR4, feeds.VECTOR)
    assert found[A].cwes == ("CWE-78", "CWE-77")
    assert (found[A].exploitation, found[A].automatable, found[A].technical_impact) == ("public poc", "yes", "total")
    assert found[A].kev_at == datetime(2026, 11, 18, tzinfo=UTC)
    assert json.loads(found[A].affected["cvelist"])[0]["product"] == "Gate"
    assert found[A].published_at == datetime(2026, 11, 17, 8, tzinfo=UTC)
    assert (found[C].withdrawn, found[C].exploitation) == (True, None)


def test_cve_list_from_a_folder(home: Path, tmp_path: Path) -> None:
    for name, data in _cve_list(home).items():
        (tmp_path / "list" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "list" / name).write_bytes(data)
    made = import_set(home, "cvelist", tmp_path / "list", now=NOW)
    assert made.n_records == 3
    assert len(made.source_sha256) == 64


def test_the_newer_of_two_records_counts(home: Path) -> None:
    old = feeds.cve_record(A, updated="2026-10-01")
    old["containers"]["cna"]["title"] = "Old words"
    for order in ([old, feeds.cve_record(A)], [feeds.cve_record(A), old]):
        put(home, "cvelist", "\n".join(map(json.dumps, order)).encode(), "list.jsonl")
        assert lookup(home, [A])[A].title == "Injection in Gate"


def test_selection_lists_of_ssvc_2_are_read(home: Path) -> None:
    record = feeds.cve_record(A)
    record["containers"]["adp"][1]["metrics"][0] = {
        "ssvcV2_0_0": {
            "timestamp": "2026-11-19T10:00:00Z",
            "schemaVersion": "2.0.0",
            "selections": [
                {"namespace": "ssvc", "key": "E", "version": "1.1.0", "values": [{"key": "A"}]},
                {"namespace": "ssvc", "key": "A", "version": "2.0.0", "values": [{"key": "N"}, {"key": "Y"}]},
                {"namespace": "ssvc", "key": "TI", "version": "1.0.0", "values": [{"key": "P"}]},
            ],
        }
    }
    put(home, "vulnrichment", json.dumps(record).encode(), "one.json", fewer=True)
    found = lookup(home, [A])[A]
    assert (found.exploitation, found.automatable, found.technical_impact) == ("active", None, "partial")


def test_vulnrichment_counts_before_the_cve_list(home: Path) -> None:
    put(home, "cvelist", json.dumps(feeds.cve_record(A)).encode(), "list.json")
    said = {"cve": A, "ssvc": {"Exploitation": "active", "Automatable": "no", "Technical Impact": "partial"}}
    put(home, "vulnrichment", json.dumps(said).encode(), "v.jsonl", on=date(2026, 11, 20), fewer=True)
    found = lookup(home, [A])[A]
    assert (found.exploitation, found.automatable, found.technical_impact) == ("active", "no", "partial")


def test_nvd(home: Path) -> None:
    made = put(home, "nvd", feeds.nvd(A, B), "nvdcve-2.0-2026.json")
    assert (made.n_records, made.on) == (2, date(2026, 11, 20))
    found = lookup(home, [A])[A]
    assert found.cvss == (feeds.VECTOR, "AV:N/AC:L/Au:N/C:P/I:P/A:P", feeds.VECTOR.replace("AC:L", "AC:H"))
    assert found.cwes == ("CWE-94",)
    assert found.kev_due_at == datetime(2026, 12, 9, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_nvd_pages_that_are_missing_are_noticed(home: Path) -> None:
    pages = {"0.json": feeds.nvd(A, total=2), "1.json": feeds.nvd(B, total=2, start=1)}
    assert put(home, "nvd", feeds.zipped(pages), "pages.zip").n_records == 2
    with pytest.raises(UserError, match="pages are missing"):
        put(home, "nvd", feeds.zipped({"0.json": pages["0.json"]}), "pages.zip")


def test_osv_joins_aliases(home: Path) -> None:
    records = [
        feeds.osv("GHSA-aaaa-bbbb-cccc", A, "PYSEC-2026-1"),
        feeds.osv("PYSEC-2026-1", A, "GHSA-aaaa-bbbb-cccc"),
        feeds.osv("DSA-1", A, B),
        feeds.osv("GHSA-only-only-only", withdrawn="2026-11-19T00:00:00Z"),
    ]
    put(home, "osv", feeds.zipped({f"{r['id']}.json": json.dumps(r).encode() for r in records}), "all.zip")
    put(home, "kev", feeds.kev(A), "kev.json", fewer=True)
    found = lookup(home, ["GHSA-aaaa-bbbb-cccc", "DSA-1", "GHSA-only-only-only", A, "GHSA-none-none-none"])
    assert found["GHSA-aaaa-bbbb-cccc"].kev_at == found[A].kev_at is not None
    assert found["GHSA-aaaa-bbbb-cccc"].aliases == (A, "PYSEC-2026-1")
    assert found[A].aliases == ("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1")
    # an advisory that bundles two flaws is neither of them
    assert found["DSA-1"].kev_at is None
    assert found["GHSA-only-only-only"].withdrawn
    assert not found["GHSA-aaaa-bbbb-cccc"].withdrawn
    assert found["GHSA-none-none-none"].cvss == ()
    assert len(json.loads(found[A].affected["osv"])) == 2


def test_reference_sets(home: Path) -> None:
    from vedette.knowledge import latest

    made = put(home, "attack", feeds.stix(), "enterprise-attack.json")
    assert (made.version, made.n_records) == ("19.0", 1)
    assert latest.technique(home, "T9001") == (
        {"id": "T9001", "name": "Gate crashing", "tactics": ["impact"], "platforms": ["Linux"], "parent": None},
        "19.0",
    )
    assert latest.technique(home, "T1003") == (None, "19.0")
    put(home, "cwe", feeds.zipped({"1000.csv": feeds.CWE_CSV}), "1000.csv.zip", on=date(2026, 1, 1))
    found, _ = latest.weakness(home, "cwe-9001")
    assert found == {"id": "CWE-9001", "name": "Gate left open", "abstraction": "Base", "parents": ["CWE-284"]}


def test_older_reference_sets_do_not_hide_the_packaged_ones(home: Path) -> None:
    from vedette.knowledge import latest

    put(home, "cwe", feeds.CWE_CSV, "1000.csv", on=date(2010, 1, 1))
    assert latest.weakness(home, "CWE-79")[1] == "4.14"


def test_an_older_kev_does_not_hide_the_packaged_one(home: Path) -> None:
    put(home, "kev", feeds.kev(A, released="2024-01-01"), "kev.json", fewer=True)
    held = holding.held(home, "kev")
    assert held is not None
    assert held.packaged


# what is refused


def _bomb() -> bytes:
    return feeds.zipped({"bomb.json": b" " * (8 << 20)})


def _encrypted() -> bytes:
    data = bytearray(feeds.zipped({"CVE-2026-1.json": b"{}"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n ",
    "binary": random.Random(1).randbytes(5000),
    "nul": b"\0" * 5000,
    "html": b"<!doctype html><title>Sign in to the guest network</title>",
    "other json": b'{"a": 1}',
    "json list of numbers": b"[1, 2, 3]",
    "json null": b"null",
    "deep json": b"[" * 100_000,
    "bomb": _bomb(),
    "gzip bomb": feeds.packed(b"0" * (8 << 20)),
    "torn gzip": feeds.packed(feeds.epss({A: ("0.5", "0.5")}))[:-20],
    "torn zip": feeds.zipped({"a.json": b"{}" * 500})[:-30],
    "encrypted zip": _encrypted(),
    "zip of nothing": feeds.zipped({}),
    "nested zips": feeds.zipped({"a": feeds.zipped({"b": feeds.zipped({"c": feeds.zipped({"d": b"{}"})})})}),
    "utf-16": "cve,epss,percentile".encode("utf-16"),
    "torn json": feeds.kev(A)[:-9],
}


@pytest.mark.parametrize("name", sorted(holding.KINDS))
@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_files_are_refused_and_change_nothing(home: Path, name: str, what: str) -> None:
    before = holding.held(home, name)
    with pytest.raises(UserError) as caught:
        put(home, name, HOSTILE[what], "feed", on=date(2026, 11, 1))
    assert caught.value.next_step
    assert len(caught.value.message) < 600
    assert holding.held(home, name) == before
    root = holding.folder(home, name)
    assert [p.name for p in root.iterdir() if p.name != ".lock"] == []


WRONG_KEV = {
    "count": lambda d: d.update(count=7),
    "no cve": lambda d: d["vulnerabilities"][0].pop("cveID"),
    "near miss": lambda d: d["vulnerabilities"][0].update(cveID="CVE-26-1"),
    "no day": lambda d: d["vulnerabilities"][0].update(dateAdded="soon"),
    "not a list": lambda d: d.update(vulnerabilities={}),
    "empty": lambda d: d.update(vulnerabilities=[], count=0),
    "future": lambda d: d.update(dateReleased="2031-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("what", sorted(WRONG_KEV))
def test_a_wrong_kev_is_refused(home: Path, what: str) -> None:
    catalogue = json.loads(feeds.kev(A))
    WRONG_KEV[what](catalogue)
    with pytest.raises(UserError):
        put(home, "kev", json.dumps(catalogue).encode(), "kev.json", fewer=True)


@pytest.mark.parametrize(
    "line", [f"{A},1.2,0.5", f"{A},-0.1,0.5", f"{A},nan,0.5", f"{A},0.5", f"{A}", "CVE-1,0.5,0.5", f"{A},0.5,0.5,0.5"]
)
def test_a_wrong_epss_line_is_refused(home: Path, line: str) -> None:
    data = feeds.epss({B: ("0.1", "0.2")}) + line.encode() + b"\n"
    with pytest.raises(UserError, match="line 4"):
        put(home, "epss", data, "epss.csv")


def test_a_torn_last_line_of_epss_is_noticed(home: Path) -> None:
    with pytest.raises(UserError, match=r"torn|no score"):
        put(home, "epss", feeds.epss({A: ("0.5", "0.5"), B: ("0.25", "0.5")})[:-8], "epss.csv")


def test_bounds_are_kept(home: Path) -> None:
    small = Bounds(member_bytes=1000, total_bytes=5000, n_members=3)
    with pytest.raises(UserError, match="more than 1,000 bytes"):
        put(home, "kev", feeds.kev(*[f"CVE-2026-{n}" for n in range(1000, 1100)]), "kev.json", bounds=small)
    files = {f"{n}.json": b"{}" for n in range(9)}
    with pytest.raises(UserError, match="more than 3 files"):
        put(home, "osv", feeds.zipped(files), "osv.zip", bounds=small)
    many = {f"{n}.json": feeds.nvd(f"CVE-2026-{1000 + n}") for n in range(3)}
    with pytest.raises(UserError, match="more than 3,000 bytes"):
        put(home, "nvd", feeds.zipped(many), "nvd.zip", bounds=Bounds(total_bytes=3000))


def test_a_wrong_digest_is_refused(home: Path) -> None:
    with pytest.raises(UserError, match="has the SHA-256"):
        put(home, "kev", feeds.kev(A), "kev.json", sha256="0" * 64, fewer=True)
    import hashlib

    right = hashlib.sha256(feeds.kev(A)).hexdigest()
    assert put(home, "kev", feeds.kev(A), "kev.json", sha256=right.upper(), fewer=True).source_sha256 == right


def test_a_set_that_shrank_is_asked_about(home: Path) -> None:
    with pytest.raises(UserError, match="1 records, and 1,404") as caught:
        put(home, "kev", feeds.kev(A), "kev.json")
    assert "--fewer" in str(caught.value.next_step)


def test_links_in_a_folder_are_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(feeds.cve_record(B)))
    folder = tmp_path / "list"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(feeds.cve_record(A)))
    (folder / "b.json").symlink_to(tmp_path / "secret.json")
    assert import_set(home, "cvelist", folder, now=NOW).n_records == 1


def test_unknown_set_and_missing_file(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no set 'nvdd'"):
        import_set(home, "nvdd", tmp_path, now=NOW)
    with pytest.raises(UserError, match="there is no gone"):
        import_set(home, "kev", tmp_path / "gone", now=NOW)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(holding.KINDS)), st.data())
def test_no_damage_goes_through_unsaid(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """A whole feed with some bytes changed or cut is read, or refused with a word; nothing else is raised."""
    whole = {
        "kev": feeds.kev(A, B),
        "epss": feeds.epss({A: ("0.5", "0.5"), B: ("0.1", "0.1")}),
        "cvelist": json.dumps(feeds.cve_record(A)).encode(),
        "vulnrichment": json.dumps(feeds.cve_record(A)).encode(),
        "nvd": feeds.nvd(A, B),
        "osv": json.dumps(feeds.osv("GHSA-a", A)).encode(),
        "cwe": feeds.CWE_CSV,
        "attack": feeds.stix(),
    }[name]
    if data.draw(st.booleans()):
        whole = gzip.compress(whole, mtime=0)
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(UserError):
        assert put(tmp_path / "home", name, damaged, "1000.csv", on=date(2026, 11, 1), fewer=True).n_records > 0


# what is held


def test_the_version_before_is_kept_and_comes_back(home: Path) -> None:
    for day in ("2026-11-01", "2026-11-08", "2026-11-15"):
        put(home, "kev", feeds.kev(A, released=day), "kev.json", fewer=True)
    kept = sorted(p.name[:10] for p in holding.folder(home, "kev").iterdir() if p.is_dir())
    assert kept == ["2026.11.08", "2026.11.15"]
    assert holding.rollback(home, "kev").version == "2026.11.08"
    assert lookup(home, [A])[A].dates["kev"] == date(2026, 11, 8)
    assert holding.rollback(home, "kev").version == "2026.11.15"


def test_nothing_to_roll_back_to(home: Path) -> None:
    with pytest.raises(UserError, match="no earlier version"):
        holding.rollback(home, "kev")


def test_the_same_file_again_changes_nothing(home: Path) -> None:
    first = put(home, "kev", feeds.kev(A, B), "kev.json", fewer=True)
    again = put(home, "kev", feeds.kev(A, B), "kev.json", fewer=True)
    assert (first.path, first.sha256) == (again.path, again.sha256)
    assert holding.previous(home, "kev") is None


@pytest.mark.parametrize("damage", [lambda b: b[:-10], lambda b: b[:100] + b"x" + b[101:], lambda b: b""])
def test_damaged_data_is_refused_by_name(home: Path, damage: Callable[[bytes], bytes]) -> None:
    made = put(home, "kev", feeds.kev(A, B), "kev.json", fewer=True)
    made.path.write_bytes(damage(made.path.read_bytes()))
    with pytest.raises(OutsideError, match="torn or was changed") as caught:
        lookup(home, [A])
    assert "rollback kev" in str(caught.value.next_step)
    # whatever comes next mends it
    assert put(home, "kev", feeds.kev(A, B), "kev.json").n_records == 2
    assert lookup(home, [A])[A].kev_at is not None


@pytest.mark.parametrize("content", ["{", "[]", '{"versions": 1}', '{"name": "kev"}'])
@pytest.mark.parametrize("file", ["current.json", "manifest.json"])
def test_damaged_words_about_data_are_refused(home: Path, file: str, content: str) -> None:
    made = put(home, "kev", feeds.kev(A), "kev.json", fewer=True)
    place = made.path.parent / file if file == "manifest.json" else made.path.parent.parent / file
    place.write_text(content)
    with pytest.raises(OutsideError):
        holding.held(home, "kev")


def test_a_pointer_cannot_lead_out_of_the_home(home: Path, tmp_path: Path) -> None:
    put(home, "kev", feeds.kev(A), "kev.json", fewer=True)
    (holding.folder(home, "kev") / "current.json").write_text('{"versions": ["../../../../etc", "/etc"]}')
    held = holding.held(home, "kev")
    assert held is not None
    assert held.packaged


def test_two_homes_never_touch(home: Path, tmp_path: Path) -> None:
    put(home, "kev", feeds.kev(A), "kev.json", fewer=True)
    assert lookup(tmp_path / "other", [A])[A].kev_at is None


def test_zip_reads_no_more_than_its_bounds_even_where_its_header_lies(home: Path) -> None:
    data = bytearray(feeds.zipped({"a.json": b"1" * 100}))
    assert zipfile.is_zipfile(io.BytesIO(data))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = (5).to_bytes(4, "little")
    with pytest.raises(UserError):
        put(home, "osv", bytes(data), "osv.zip")


def test_what_a_killed_import_left_goes_and_work_in_progress_stays(home: Path) -> None:
    root = holding.folder(home, "kev")
    for name, age_s in ((".import-dead", 200_000), (".fetch-busy", 60)):
        (root / name).mkdir(parents=True)
        (root / name / "raw.parquet").write_bytes(b"x")
        os.utime(root / name, (time.time() - age_s,) * 2)
    put(home, "kev", feeds.kev(A), "kev.json", fewer=True)
    assert not (root / ".import-dead").exists()
    assert (root / ".fetch-busy" / "raw.parquet").exists()
