"""Which reader reads which set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vedette.knowledge.sources import cvelist, epss, kev, nvd, osv, references
from vedette.knowledge.sources.base import Head, Rows, WrongFormatError
from vedette.knowledge.sources.members import Member


def _kev(members: Iterable[Member], head: Head) -> Rows:
    files = list(members)
    if len(files) != 1:
        raise WrongFormatError(f"{len(files)} files; the catalogue is one")
    return kev.rows(files[0].data, head)


READERS: dict[str, Callable[[Iterable[Member], Head], Rows]] = {
    "kev": _kev,
    "epss": epss.rows,
    "cvelist": cvelist.rows,
    "nvd": nvd.rows,
    "vulnrichment": cvelist.vulnrichment_rows,
    "osv": osv.rows,
    "cwe": references.cwe_rows,
    "attack": references.attack_rows,
}
"""Set to what reads it."""
