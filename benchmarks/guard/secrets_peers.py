"""Secret scanners of others, run by their own virtual environment: JSON lines in (``name``, ``text``), and out.

``python secrets_peers.py detect-secrets|credsweeper|betterleaks`` reads every text, lays each in a folder of its own
under its own name, scans them all, and prints for each ``{"found": [[first line, last line], …]}``, then
``{"seconds": …}`` of the scanning alone. Each tool runs with its defaults; CredSweeper with ``--pedantic``, without
which it leaves files without an extension out.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def _detect_secrets(root, paths):
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    found = {}
    began = time.perf_counter()
    with default_settings():
        for path in paths:
            secrets = SecretsCollection()
            secrets.scan_file(str(path))
            found[path] = sorted({(s.line_number, s.line_number) for name in secrets.files for s in secrets[name]})
    return found, time.perf_counter() - began


def _told(command):
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        print(done.stderr[-2000:], file=sys.stderr)
    return time.perf_counter() - began


def _credsweeper(root, paths):
    out = root.parent / "credsweeper.json"
    tool = [str(Path(sys.executable).parent / "credsweeper"), "--pedantic", "--no-stdout", "--log", "error"]
    empty = root.parent / "empty"
    empty.mkdir(exist_ok=True)
    start = _told([*tool, "--path", str(empty), "--save-json", str(out)])
    seconds = _told([*tool, "--path", str(root), "--save-json", str(out)])
    found = {}
    for row in json.loads(out.read_text()) if out.exists() else []:
        lines = [d["line_num"] for d in row["line_data_list"]]
        found.setdefault(Path(row["line_data_list"][0]["path"]), set()).add((min(lines), max(lines)))
    return found, max(0.0, seconds - start)


def _betterleaks(root, paths):
    out = root.parent / "betterleaks.jsonl"
    tool = [
        str(Path(sys.executable).parent / "betterleaks"),
        "fs",
        "--silent",
        "--no-banner",
        "--jobs",
        "1",
        "-o",
        str(out),
    ]
    empty = root.parent / "empty"
    empty.mkdir(exist_ok=True)
    start = _told([*tool, str(empty)])
    out.unlink(missing_ok=True)
    seconds = _told([*tool, str(root)])
    found = {}
    for line in out.read_text().splitlines() if out.exists() else []:
        place = json.loads(line).get("finding", {}).get("location")
        if place is None:
            continue
        found.setdefault(Path(place["path"]), set()).add((place["start_line"], place["end_line"]))
    return found, max(0.0, seconds - start)


def main() -> int:
    """Scan what comes in."""
    tool = {"detect-secrets": _detect_secrets, "credsweeper": _credsweeper, "betterleaks": _betterleaks}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "scanned"
        paths = []
        for number, line in enumerate(sys.stdin):
            row = json.loads(line)
            path = root / str(number) / (Path(row["name"]).name or "text")
            path.parent.mkdir(parents=True)
            path.write_text(row["text"], encoding="utf-8", errors="replace", newline="")
            paths.append(path)
        found, seconds = tool(root, paths)
        for path in paths:
            print(json.dumps({"found": sorted(found.get(path, ()))}))
        print(json.dumps({"seconds": seconds}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
