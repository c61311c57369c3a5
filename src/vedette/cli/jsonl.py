"""The door for pipes: one JSON object a line in, with ``id`` and ``text`` or ``path``, one a line out.

Each line is judged on its own, in a lake that is thrown away, so lines cannot taint each other.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from vedette.cli.frame import Frame
from vedette.cli.steps import Given, ingest_dict, run_detect, run_ingest, run_investigate, scans_dict
from vedette.errors import UserError, VedetteError

if TYPE_CHECKING:
    from vedette.detect import RuleSet
    from vedette.store import Lake

NONE_DONE = 2
"""Exit code where every line of standard input failed: then it is the input that is wrong."""

JsonlOption = Annotated[
    bool,
    typer.Option("--jsonl", help='Judge each line of stdin, {"id": …, "path": …} or {"id": …, "text": …}, on its own.'),
]


def run_jsonl(frame: Frame, ruleset: RuleSet, given: Given, what: str) -> int:
    """Answer every line with its findings or cases; return the exit code.

    Args:
        frame: this call.
        ruleset: the rules to judge by.
        given: the options about input.
        what: ``findings`` or ``cases``.
    """

    def judged(quiet: Frame, lake: Lake) -> dict[str, Any]:
        from vedette.store.book import to_json

        _, found = run_detect(quiet, lake, ruleset, None)
        nouns: list[Any] = run_investigate(lake, found) if what == "cases" else list(found)
        return {what: [orjson.loads(to_json(noun)) for noun in nouns]}

    return answer_lines(frame, given, judged)


def answer_lines(
    frame: Frame, given: Given, judged: Callable[[Frame, Lake], dict[str, Any]], *, scans: bool = False
) -> int:
    """Answer every line of standard input on standard output, in order; return the exit code.

    It is :data:`NONE_DONE` where every line failed and 0 where one was judged.

    Args:
        frame: this call.
        given: the options about input.
        judged: returns what is said of a lake that holds one line's input.
        scans: whether scans, SBOMs and the like are what is judged; else logs are.
    """
    return exit_code(*answered(lambda asked: _answer(frame, given, asked, judged, scans)))


def answered(answer_of: Callable[[Any], dict[str, Any]]) -> tuple[int, int]:
    """Answer every line of standard input on standard output, in order, with the line's own ``id``.

    Args:
        answer_of: returns what is said of one line's JSON value; what it raises of ours, and what a file refuses, is
            told as the line's ``error``, and the rest go on. An ``error`` in what it returns counts as one too.

    Returns:
        How many lines were answered and how many failed.
    """
    done = failed = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        answer: dict[str, Any] = {"id": None}
        try:
            asked = orjson.loads(line)
            answer["id"] = asked.get("id") if isinstance(asked, dict) else None
            answer |= answer_of(asked)
        except orjson.JSONDecodeError as error:
            answer["error"] = f"not JSON: {error}"
        except VedetteError as error:
            answer["error"] = error.message
        except OSError as error:
            answer["error"] = f"{error.strerror or error}"
        # ASCII, as --json: the output may end on a terminal
        sys.stdout.write(json.dumps(answer, ensure_ascii=True, default=str) + "\n")
        sys.stdout.flush()
        failed += "error" in answer
        done += "error" not in answer
    return done, failed


def text_or_path(asked: Any) -> Mapping[str, Any]:
    """Return a line's value that holds ``text`` or ``path``.

    Raises:
        UserError: it holds neither.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("text", asked.get("path")), str):
        raise UserError("give id and text, or id and path")
    return asked


def exit_code(done: int, failed: int) -> int:
    """Return how a verb ends that answered lines: a failed line is told of in its place and ends nothing."""
    return NONE_DONE if failed and not done else 0


def _answer(
    frame: Frame, given: Given, asked: Any, judged: Callable[[Frame, Lake], dict[str, Any]], scans: bool
) -> dict[str, Any]:
    from vedette.store import Lake

    if not isinstance(asked, dict) or not isinstance(asked.get("path", asked.get("text")), str):
        return {"error": "give id and path, or id and text"}
    answer: dict[str, Any] = {}
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
                if scans:
                    told = {k: v for k, v in scans_dict(summary.scans).items() if k != "files"}
                    answer["ingest"]["scans"] = told
                was_read = any(f.reader for f in summary.files)
                if scans:
                    was_read = any(f.report_id for f in summary.scans.files)
                if not was_read:
                    every: list[Any] = [*summary.scans.files, *summary.files]
                    every = every if scans else [*summary.files, *summary.scans.files]
                    reasons = [f.problem for f in every if f.problem]
                    return {**answer, "error": reasons[0] if reasons else "nothing to read"}
                answer |= judged(quiet, lake)
                if scans:  # a part of a scan is no all-clear
                    cut = [f for f in summary.scans.files if f.problem or f.n_refused]
                    if cut:
                        answer["error"] = cut[0].problem or f"{cut[0].n_refused} records were refused"
            finally:
                lake.close()
        except VedetteError as error:
            answer["error"] = error.message
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {error}"[:500]
    return answer
