"""What commands print, made anew by running them.

A page marks a block whose output is kept:

    <!-- run: vedette cases show {case} -->
    ```console
    $ vedette cases show case-1a2b3c4d
    ...
    ```

The command runs in the folder of the page's demo, with ``VEDETTE_HOME`` at the demo's home once the
demo has run. ``{case}`` is the gravest case and ``{event}`` the event behind the gravest step of
its timeline. A shell pipe is allowed. After the command may stand ``| lines 1-12, 30-40`` to keep
some lines of the output (``…`` stands for the others; ``-6`` is the last six), and ``| as make demo`` for a
command that is shown in place of the one run. What differs from run to run (seconds, rates) is not kept.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MARK = re.compile(
    r"<!-- run: (?P<command>.+?)(?: \| as (?P<shown>[^|\n]+?))?(?: \| lines (?P<lines>[\d, -]+))? -->\n"
    r"```(?:console|text)\n.*?```\n",
    re.DOTALL,
)
COLUMNS = "100"
_RUNS_DIFFER = (
    (re.compile(r"^\d+ s in all\n?", re.MULTILINE), ""),
    (re.compile(r"\d+(?:\.\d+)? GB free"), "… GB free"),
)


def refresh(root: Path) -> None:
    """Run the commands of every page that shows output, and write what they printed into it."""
    marked = [
        path
        for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
        if "<!-- run:" in path.read_text(encoding="utf-8")
    ]
    with tempfile.TemporaryDirectory(prefix="vedette-docs-") as folder:
        stage = Stage(Path(folder))
        # the demo first: the others speak of its case
        for path in sorted(marked, key=lambda p: p.name != "first-case.md"):
            text = path.read_text(encoding="utf-8")
            new = MARK.sub(lambda m: _block(stage, m), text)
            if new != text:
                path.write_text(new, encoding="utf-8")
                print(f"written: {path.relative_to(root)}")


class Stage:
    """A folder in which the pages' commands run, as a reader would run them one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.demo_home = folder / "vedette-demo" / "home"
        self._names: dict[str, str] = {}
        self._demos: dict[str, str] = {}

    def resolve(self, command: str) -> str:
        """Return the command with ``{case}`` and ``{event}`` put in."""
        if not self._names and "{" in command and self.demo_home.is_dir():
            self._names = self._find_names()
        for name, value in self._names.items():
            command = command.replace("{" + name + "}", value)
        return command

    def output(self, command: str) -> str:
        """Return what a command prints on both streams."""
        if command in self._demos:
            return self._demos[command]
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": COLUMNS,
            "VEDETTE_HOME": str(self.demo_home if self.demo_home.is_dir() else self.folder / "home"),
        }
        run = subprocess.run(  # noqa: S603 (commands of our own pages)
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        text = run.stdout.replace(str(self.folder) + "/", "")
        for pattern, plain in _RUNS_DIFFER:
            text = pattern.sub(plain, text)
        text = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
        if run.returncode not in (0, 1, 2) or "Traceback (most" in text:
            raise RuntimeError(f"{command}: exit {run.returncode}\n{text}")
        if command.startswith("vedette demo"):
            self._demos[command] = text
        return text

    def _find_names(self) -> dict[str, str]:
        cases = json.loads(self.output("vedette cases list --json"))["cases"]
        if not cases:
            raise RuntimeError("the demo made no case, so there is nothing to show")
        case = json.loads(self.output(f"vedette cases show {cases[0]['case_id']} --json"))
        order = ("critical", "high", "medium", "low", "informational")
        step = min(case["timeline"], key=lambda s: (order.index(s["severity"]), s["at"]))
        return {"case": case["case_id"], "event": step["evidence"][0]["ref"][:8]}


def _block(stage: Stage, match: re.Match[str]) -> str:
    command = stage.resolve(match["command"])
    lines = stage.output(command).splitlines()
    kept = _pick(lines, match["lines"])
    shown = stage.resolve(match["shown"] or match["command"])
    head = match.group(0).partition("\n")[0]
    return "\n".join([head, "```console", f"$ {shown}", *kept, "```", ""])


def _pick(lines: list[str], wanted: str | None) -> list[str]:
    if not wanted:
        return lines
    out: list[str] = []
    last = 0
    for part in wanted.split(","):
        if part.strip().startswith("-"):
            out += ["…", *lines[int(part) :]]
            return out
        first, _, end = part.strip().partition("-")
        start, stop = int(first), int(end or first)
        if start > last + 1:
            out.append("…")
        out += lines[start - 1 : stop]
        last = min(stop, len(lines))
    if last < len(lines):
        out.append("…")
    return out
