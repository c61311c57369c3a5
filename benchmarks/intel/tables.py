"""Where the benchmarks of reports write their tables: see ``benchmarks.tables``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.tables import write_section as write_into

HERE = Path(__file__).resolve().parent

write_section = partial(write_into, HERE)
