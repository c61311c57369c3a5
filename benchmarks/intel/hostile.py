"""What becomes of hostile documents: is each bounded in time and memory, and is what was left out named?

Each file is made anew and read in a process of its own, whose peak of memory (with that of the process that reads PDF)
is told. ``python -m benchmarks.intel.hostile --write`` fills the section of the README.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.intel.hostile_files import CASES, INJECTION, SECRET
from benchmarks.tables import write_section

HERE = Path(__file__).resolve().parent
_TIMEOUT_S = 900


def read_one(path: Path) -> dict[str, Any]:
    """Return what came out of one file, how long it took, and the peak of memory."""
    from vedette.documents import pdf
    from vedette.documents.reading import read_path
    from vedette.documents.sentences import sentences

    own = _memory("VmRSS")
    began = time.perf_counter()
    n_documents = n_chars = n_sentences = n_quarantined = 0
    named: list[str] = []
    leaked = False
    injected: list[Any] = []
    for item in read_path(path):
        if not hasattr(item, "parts"):
            n_quarantined += 1
            named.append(item.reason)
            continue
        n_documents += 1
        n_chars += len(item.text)
        n_sentences += len(sentences(item))
        named += [f"{u.place}: {u.reason}" if u.place else u.reason for u in item.unread]
        leaked = leaked or SECRET in item.text or "STOLEN" in item.text or "lollol" in item.text
        leaked = leaked or any(link.target.startswith(("javascript:", "file:")) for link in item.links)
        if INJECTION[:40] in item.text:
            injected.append(item)
    seconds = time.perf_counter() - began
    peak = max(_memory("VmHWM") - own, 0)
    for worker in pdf._current:
        peak += _memory("VmHWM", worker.process.pid)
    pdf.close_worker()
    return {
        "documents": n_documents, "chars": n_chars, "sentences": n_sentences, "quarantined": n_quarantined,
        "named": list(dict.fromkeys(named))[:3], "n_named": len(named), "seconds": round(seconds, 2), "leaked": leaked,
        "peak_mb": round(peak / 1024), "suspicious": _suspicious(injected[0]) if injected else None,
    }  # fmt: skip


def _memory(field: str, pid: int | str = "self") -> int:
    """Return a figure of memory of a process, in KiB, 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:")), 0)


def _suspicious(document: Any) -> int | None:
    """Return how many ranges the engine marks as speaking to a model, None where it cannot be asked."""
    try:
        from vedette.intel.engine import Extractor

        return len(Extractor(home=None).read(document).suspicious)
    except Exception:
        return None


def measure(size: float, only: str | None, kept: Path | None) -> list[dict[str, Any]]:
    """Return a row a case; those that are in ``kept`` are not measured again."""
    rows = []
    have: dict[str, dict[str, Any]] = {}
    if kept is not None and kept.exists():
        have = {row["key"]: row for row in map(json.loads, kept.read_text(encoding="utf-8").splitlines())}
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if only and only not in case.key:
                continue
            if case.key in have:
                rows.append(have[case.key])
                continue
            path = Path(folder) / case.name
            path.write_bytes(case.make(size))
            command = [sys.executable, "-m", "benchmarks.intel.hostile", "--one", str(path)]
            try:
                done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
                row = json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr.decode()[-300:]}
            except subprocess.TimeoutExpired:
                row = {"failed": f"more than {_TIMEOUT_S} s"}
            row = {"key": case.key, "name": case.name, "what": case.what, "bytes": path.stat().st_size, **row}
            path.unlink()
            rows.append(row)
            print(json.dumps(row, ensure_ascii=False), flush=True)
            if kept is not None:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table."""
    lines = [
        "| document | what it does | size | came out | named | seconds | peak memory |",
        "|---|---|---:|---|---|---:|---:|",
    ]
    for row in rows:
        if "failed" in row:
            lines.append(
                f"| {row['name']} | {row['what']} | {_size(row['bytes'])} | **failed**: {row['failed']} | | | |"
            )
            continue
        n = row["documents"]
        came = f"{n:,} document{'s' * (n > 1)}, {row['chars']:,} characters" if n else "nothing"
        if row["quarantined"]:
            came += f"; {row['quarantined']:,} quarantined"
        if row["suspicious"] is not None:
            came += f"; {row['suspicious']} ranges marked suspicious"
        if row["leaked"]:
            came += "; **leaked**"
        told = "; ".join(row["named"]).replace("|", "\\|").replace("\n", " ")
        lines.append(
            f"| {row['name']} | {row['what']} | {_size(row['bytes'])} | {came} | {told or 'nothing to name'} | "
            f"{row['seconds']:.1f} | {row['peak_mb']} MB |"
        )
    return "\n".join(lines)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes > 100_000 else f"{n_bytes / 1e3:.1f} kB"


def main() -> None:
    """Measure, print, and write the section where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--kept", type=Path, help="a file of rows: goes on where a run was stopped")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.one is not None:
        print(json.dumps(read_one(asked.one), ensure_ascii=False))
        return
    rows = measure(asked.size, asked.only, asked.kept)
    print(table(rows))
    if asked.write:
        failed = [row["key"] for row in rows if "failed" in row or row["leaked"]]
        body = (
            f"{len(rows)} documents made to do harm; each read in a process of its own with the default limits. "
            "Peak memory is what reading took above the program itself, with the whole of the process that reads PDF "
            "(30 MB at rest). *Named* is what the product says of what it left out, the first three. "
            f"{'Failed: ' + ', '.join(failed) if failed else 'None failed or leaked'}; that nothing is fetched, run or "
            "written is what `tests/documents/test_document_hostile.py` checks.\n\n"
            f"{table(rows)}"
        )
        slowest, largest = max(r.get("seconds", 0) for r in rows), max(r.get("peak_mb", 0) for r in rows)
        write_section(
            HERE, "hostile", body, {"cases": len(rows), "failed": failed, "slowest_s": slowest, "peak_mb": largest}
        )


if __name__ == "__main__":
    main()
