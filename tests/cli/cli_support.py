"""Calls the program as a user does, in this process."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli import main as main_module


@dataclass(frozen=True)
class Done:
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return standard output as JSON."""
        return json.loads(self.out)


def call(*arguments: str | Path, stdin: bytes = b"") -> Done:
    """Run the program with these arguments and return what came of it."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    old = sys.argv, sys.stdin, sys.stdout, sys.stderr
    code: Any = 0
    try:
        sys.argv = ["vedette", *map(str, arguments)]
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        sys.stdout, sys.stderr = out, err
        with contextlib.suppress(SystemExit):
            try:
                main_module.main()
            except SystemExit as stop:
                code = stop.code
                raise
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = old
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(errors="surrogateescape"))  # type: ignore[attr-defined]
    return Done(int(code or 0), *texts)
