"""Where benchmarks write their tables: a section of their README each, and a line of figures beside it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.accounts.harness.pipeline import commit


def write_section(here: Path, name: str, body: str, figures: Mapping[str, Any]) -> None:
    """Put a table into a folder's README between its marks, and its figures at the end of ``results/NAME.jsonl``."""
    readme = here / "README.md"
    now = datetime.now(UTC)
    machine = f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}"
    begin, end = f"<!-- results:{name} -->", f"<!-- /results:{name} -->"
    text = readme.read_text(encoding="utf-8")
    before, mark, rest = text.partition(begin)
    if not mark:
        before, rest = f"{text.rstrip()}\n\n## {name.capitalize()}\n\n", f"{end}\n"
    after = rest.partition(end)[2]
    told = f"\nMeasured {now:%Y-%m-%d} at commit `{commit()}` on {machine}.\n\n{body.strip()}\n"
    readme.write_text(f"{before}{begin}{told}{end}{after}", encoding="utf-8")
    results = here / "results" / f"{name}.jsonl"
    results.parent.mkdir(exist_ok=True)
    row = {"at": now.isoformat(timespec="seconds"), "commit": commit(), "machine": machine, **figures}
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
