"""FIRST's exploit prediction scores: the daily CSV, whose first line says the model and the day."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vedette.knowledge.sources.base import Head, Rows, WrongFormatError, cve_of, day_of
from vedette.knowledge.sources.members import Member

_DATED = re.compile(r"epss_scores-(\d{4}-\d{2}-\d{2})")


def rows(members: Iterable[Member], head: Head) -> Rows:
    """Yield the scores of one day.

    Raises:
        WrongFormatError: it is no such CSV, is torn, or has a score that is no probability.
    """
    files = list(members)
    if len(files) != 1:
        raise WrongFormatError(f"{len(files)} files; the scores of one day are one")
    try:
        lines = files[0].data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise WrongFormatError("no text") from None
    if lines and lines[0].startswith("#"):
        said = dict(part.partition(":")[::2] for part in lines[0].lstrip("# ").split(","))
        head.version = said.get("score_date", "")[:10]
        head.on = day_of(said.get("score_date"))
        if said.get("model_version"):
            head.extra["model_version"] = said["model_version"][:100]
        lines = lines[1:]
        before = 1
    else:
        before = 0
        match = _DATED.search(files[0].name)
        head.on = day_of(match.group(1)) if match else None
    if not lines or lines[0].replace(" ", "").lower() not in ("cve,epss,percentile", "cve,epss"):
        raise WrongFormatError("no CSV with the columns cve, epss and percentile")
    n_columns = lines[0].count(",") + 1
    if len(lines) < 2:
        raise WrongFormatError("it has no score")
    if not files[0].data.endswith((b"\n", b"\r")) and lines[-1].count(",") + 1 != n_columns:
        raise WrongFormatError("its last line is torn")
    for number, line in enumerate(lines[1:], before + 2):
        cells = line.split(",")
        cve = cve_of(cells[0])
        if cve is None or len(cells) != n_columns:
            raise WrongFormatError(f"line {number}: {line[:60]!r} is no score")
        yield {
            "cve": cve,
            "epss": _share(cells[1], number),
            "percentile": _share(cells[2], number) if n_columns > 2 else None,
        }


def _share(text: str, number: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise WrongFormatError(f"line {number}: {text[:40]!r} is not from 0 to 1")
    return value
