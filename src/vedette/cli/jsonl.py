"""The door for pipes: one JSON object a line in, with ``id`` and ``text`` or ``path``, one a line out.

Each line is judged on its own, in a lake that is thrown away, so lines cannot taint each other.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from vedette.cli.frame import Frame
from vedette.cli.steps import Given, ingest_dict, run_detect, run_ingest, run_investigate
from vedette.errors import VedetteError

if TYPE_CHECKING:
    from vedette.detect import RuleSet

JsonlOption = Annotated[
    bool,
    typer.Option("--jsonl", help='Judge each line of stdin, {"id": …, "path": …} or {"id": …, "text": …}, on its own.'),
]


def run_jsonl(frame: Frame, ruleset: RuleSet, given: Given, what: str) -> int:
    """Answer every line of standard input on standard output, in order; return the exit code.

    Args:
        frame: this call.
        ruleset: the rules to judge by.
        given: the options about input.
        what: ``findings`` or ``cases``.
    """
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        answer: dict[str, Any]
        try:
            asked = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            answer = {"id": None, "error": f"not JSON: {error}"}
        else:
            answer = _answer(frame, ruleset, given, asked, what)
        # ASCII, as --json: the output may end on a terminal
        sys.stdout.write(json.dumps(answer, ensure_ascii=True, default=str) + "\n")
        sys.stdout.flush()
    return 0


def _answer(frame: Frame, ruleset: RuleSet, given: Given, asked: Any, what: str) -> dict[str, Any]:
    from vedette.store import Lake
    from vedette.store.book import to_json

    if not isinstance(asked, dict) or not isinstance(asked.get("path", asked.get("text")), str):
        return {"id": asked.get("id") if isinstance(asked, dict) else None, "error": "give id and path, or id and text"}
    answer: dict[str, Any] = {"id": asked.get("id")}
    with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
        if "path" in asked:
            path = Path(asked["path"]).absolute()  # "-" is a file here: standard input holds the questions
        else:
            path = Path(folder) / "text"
            path.write_text(asked["text"], encoding="utf-8", errors="surrogatepass")
        quiet = replace(frame, quiet=True, home=Path(folder) / "home")
        try:
            lake = Lake.open(Path(folder) / "home")
            try:
                summary = run_ingest(quiet, lake, [path], given)
                answer["ingest"] = {k: v for k, v in ingest_dict(summary).items() if k not in ("files", "scans")}
                if not any(f.reader for f in summary.files):
                    reasons = [f.problem for f in summary.files if f.problem]
                    return {**answer, "error": reasons[0] if reasons else "nothing to read"}
                _, found = run_detect(quiet, lake, ruleset, None)
                nouns: list[Any] = run_investigate(lake, found) if what == "cases" else list(found)
                answer[what] = [orjson.loads(to_json(noun)) for noun in nouns]
            finally:
                lake.close()
        except VedetteError as error:
            answer["error"] = error.message
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {error}"[:500]
    return answer
