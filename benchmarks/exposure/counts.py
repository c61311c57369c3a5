"""Counts: every shared scanner result and SBOM is read, and its count compared with the one in its index.

Usage: ``python -m benchmarks.exposure.counts [--data FOLDER] [--write]``

The index of ``scanner-outputs`` holds how many findings a peer's own test expects of a file; that of ``sboms`` how many
components and vulnerabilities stand in it. Files are read through the door that users take, into a lake of their
own each. Where counts differ, ``FOLDS`` says what the peer does that we do not, as a key by which findings are folded
or a condition that leaves some out; a difference counts as explained only where the count after that is the peer's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.ingest.scans.pipeline import ScanFile, read_scans
from vedette.store import Lake

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
DATA = HERE.parents[2] / "shared" / "data"
BEGIN, END = "<!-- results:counts -->", "<!-- /results:counts -->"

TOOLS = (
    "trivy", "trivy_operator", "anchore_grype", "osv_scanner", "tenable", "openvas", "qualys", "nuclei", "snyk",
    "npm_audit", "npm_audit_7_plus", "pip_audit", "aws_inspector2", "awssecurityhub", "sarif", "cyclonedx",
    "dependency_check", "microsoft_defender", "ms_defender",
)  # fmt: skip
"""Tools of the index that Vedette reads; files of the others must be refused, not misread."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a finding, to be folded."""

    ids: tuple[str, ...]
    title: str
    severity: str | None
    place: str
    location: str
    package: str
    version: str
    status: str | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Fold:
    """What a peer does with a tool's findings that we do not."""

    reason: str
    key: Callable[[Row], object]
    """Findings with the same key are one to the peer; None: it leaves this one out."""

    def count(self, rows: Sequence[Row]) -> int:
        """Return how many findings are left."""
        return len({key for row in rows if (key := self.key(row)) is not None})


def _entry(depth: int) -> Callable[[Row], object]:
    """Return a key by the first steps of the pointer: the entry of the file that a finding stands in."""
    return lambda row: tuple(row.pointer.split("/")[: depth + 1])


FOLDS: dict[str, tuple[Fold, ...]] = {
    "tenable": (
        Fold(
            "the peer keeps one finding for each check and port of a host, whatever its output",
            lambda r: (r.ids, r.title, r.severity, r.place, r.location),
        ),
        Fold(
            "the peer keeps one finding for each check and lists its hosts in it",
            lambda r: (r.title, r.severity),
        ),
    ),
    "openvas": (
        Fold(
            "the peer keeps one finding for each test, host and port",
            lambda r: (r.ids, r.title, r.severity, r.place, r.location),
        ),
        Fold("the peer keeps one finding for each test and lists its hosts in it", lambda r: (r.title, r.severity)),
    ),
    "qualys": (
        Fold("the peer keeps one finding for each check (QID) and lists its hosts in it", lambda r: r.ids[-1]),
        Fold("the peer keeps one finding for each check on a host", lambda r: (r.ids[-1], r.place)),
    ),
    "nuclei": (
        Fold(
            "the peer keeps one finding for each template and matcher on a host, whatever its ports",
            lambda r: (r.title, r.severity, r.place),
        ),
    ),
    "snyk": (
        Fold(
            "the peer reads the image's own list and leaves out that of the applications in it",
            lambda r: r.pointer if "/applications/" not in r.pointer else None,
        ),
        Fold(
            "the peer keeps one finding for each issue in a version of a package",
            lambda r: (r.ids[0], r.package, r.version),
        ),
    ),
    "npm_audit": (
        Fold("the peer keeps one finding for each advisory, whatever versions of the package are there", _entry(2)),
    ),
    "npm_audit_7_plus": (
        Fold("the peer keeps one finding for each package, with its advisories together", _entry(2)),
    ),
    "aws_inspector2": (
        Fold("the peer keeps one finding for each entry; ours is one for each vulnerable package in it", _entry(2)),
    ),
    "awssecurityhub": (
        Fold("the peer keeps one finding for each entry; ours is one for each resource in it", _entry(2)),
    ),
    "trivy": (
        Fold(
            "the peer keeps one finding for each id in a version of a package",
            lambda r: (r.ids[0], r.package, r.version, r.severity),
        ),
    ),
    "anchore_grype": (
        Fold(
            "the peer keeps one finding for each id in a version of a package",
            lambda r: (r.ids[0], r.package, r.version),
        ),
    ),
    "dependency_check": (
        Fold("the peer leaves out what a rule suppresses", lambda r: r.pointer if r.status is None else None),
    ),
    "sarif": (
        Fold("the peer leaves out what is suppressed", lambda r: r.pointer if r.status is None else None),
        Fold("the peer keeps one finding for each result, ours is one for each place it names", _entry(4)),
    ),
}  # fmt: skip
"""Tool to what its peer does, each tried in order where the counts differ."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's line of the table."""

    tool: str
    file: str
    reader: str
    count: str
    expected: str
    difference: str
    """Empty: none; else why."""
    is_explained: bool


def read_one(path: Path) -> tuple[ScanFile, list[Row], int]:
    """Read one file into a lake of its own; return what came of it, its findings, and its vulnerability entries."""
    home = Path(tempfile.mkdtemp(prefix="counts-"))
    lake = Lake.open(home)
    try:
        file = read_scans(lake, [path]).files[0]
        with lake.connection() as connection:
            found = connection.execute(
                "SELECT ids, title, severity, place, location, package_name, package_version, status, pointer "
                "FROM scan_findings"
            ).fetchall()
            entries = connection.execute(
                "SELECT count(DISTINCT array_to_string(pointer.split('/')[1:3], '/')) FROM "
                "(SELECT pointer FROM scan_findings UNION ALL SELECT pointer FROM vex)"
            ).fetchone()
        rows = [Row(tuple(ids), *rest) for ids, *rest in found]
        return file, rows, int(entries[0]) if entries else 0
    finally:
        lake.close()
        shutil.rmtree(home, ignore_errors=True)


def compared(tool: str, path: Path, name: str, expected: int) -> Outcome:
    """Return the line of one scanner's result."""
    file, rows, _ = read_one(path)
    reader = file.reader or "none"
    if file.problem:
        return Outcome(tool, name, reader, str(len(rows)), str(expected), f"not read: {file.problem}", False)
    if len(rows) == expected:
        return Outcome(tool, name, reader, str(len(rows)), str(expected), "", True)
    for fold in FOLDS.get(tool, ()):
        if fold.count(rows) == expected:
            return Outcome(tool, name, reader, str(len(rows)), str(expected), fold.reason, True)
    return Outcome(tool, name, reader, str(len(rows)), str(expected), "not explained", False)


def compared_sbom(path: Path, name: str, entry: dict[str, object]) -> Outcome:
    """Return the line of one SBOM or VEX document: components and entries on vulnerabilities."""
    file, _, n_entries = read_one(path)
    said = (entry.get("components"), entry.get("vulnerabilities"))
    count = f"{file.n_components} / {n_entries}"
    expected = " / ".join("-" if value is None else str(value) for value in said)
    same = said[0] in (None, file.n_components) and said[1] in (None, n_entries)
    why = f"not read: {file.problem}" if file.problem else "" if same else "not explained"
    return Outcome(str(entry.get("format", "")), name, file.reader or "none", count, expected, why, not why)


def outcomes(data: Path) -> list[Outcome]:
    """Return a line for each file of both folders."""
    out: list[Outcome] = []
    for line in (data / "scanner-outputs" / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["tool"] in TOOLS:
            path = data / "scanner-outputs" / entry["file"]
            out.append(compared(entry["tool"], path, path.name, entry["defectdojo_expected_findings"]))
    for line in (data / "sboms" / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = data / "sboms" / entry["file"]
        out.append(compared_sbom(path, path.name, entry))
    return out


def misread(data: Path) -> tuple[int, list[str]]:
    """Return how many files of other tools there are, and which of them a reader of scans took for its own."""
    n_files, taken = 0, []
    for line in (data / "scanner-outputs" / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["tool"] not in TOOLS:
            n_files += 1
            file, _, _ = read_one(data / "scanner-outputs" / entry["file"])
            if file.reader is not None or not file.problem:
                taken.append(f"{entry['file']} ({file.reader})")
    return n_files, taken


def table(found: Sequence[Outcome], n_others: int, taken: Sequence[str]) -> str:
    """Return the results as Markdown."""
    n_same = sum(1 for o in found if not o.difference)
    n_explained = sum(1 for o in found if o.difference and o.is_explained)
    n_open = len(found) - n_same - n_explained
    lines = [
        "| files | read with the count of the index | difference explained | not explained | files of other tools "
        "| refused with a reason |",
        "|---|---|---|---|---|---|",
        f"| {len(found)} | {n_same} | {n_explained} | {n_open} | {n_others} | {n_others - len(taken)} |",
        "",
        "| tool | file | reader | records | index | difference |",
        "|---|---|---|---|---|---|",
    ]
    for o in found:
        why = o.difference.replace("|", "\\|")
        shown = f"after that: {o.expected}. {why}" if o.difference and o.is_explained else why
        lines.append(f"| {o.tool} | `{o.file}` | {o.reader} | {o.count} | {o.expected} | {shown} |")
    return "\n".join(lines)


def written(text: str, results: str) -> str:
    """Return the page with the results between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{results}\n{END}{after}"


def main() -> int:
    """Read, compare and print; return 1 where a difference is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds scanner-outputs and sboms")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    given = parser.parse_args()
    if not (given.data / "scanner-outputs" / "index.jsonl").is_file():
        print(f"no shared data at {given.data}", file=sys.stderr)
        return 3
    found = outcomes(given.data)
    n_others, taken = misread(given.data)
    results = table(found, n_others, taken)
    print(results)
    if given.write:
        README.write_text(written(README.read_text(encoding="utf-8"), results), encoding="utf-8")
    for name in taken:
        print(f"taken for something that it is not: {name}", file=sys.stderr)
    return 0 if all(o.is_explained for o in found) and not taken else 1


if __name__ == "__main__":
    sys.exit(main())
