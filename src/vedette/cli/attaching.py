"""Reports that come with a question: read here, handed to the tools as data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from vedette.cli.frame import Frame
from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.schema import Reading

AttachOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach", "-a", metavar="FILE",
        help="A report that the question is about: text, HTML, PDF, DOCX, mail, feed …; may be repeated.",
    ),
]  # fmt: skip
MOST_DOCUMENTS = 50
"""Documents that one question takes in; a feed may hold more."""


class AttachedOut(TypedDict):
    """A report that came with the question."""

    document_id: str
    title: str
    source: str
    n_suspicious: int
    """Passages that speak to a model instead of to a reader; nothing obeys them."""
    unread: list[str]
    """What of it could not be read, and why."""


def attached(frame: Frame, paths: Sequence[Path]) -> tuple[Reading, ...]:
    """Return what was read out of files that come with a question; what could not be read is noted.

    Raises:
        UserError: nothing in one of them could be read, or they hold too many documents.
    """
    if not paths:
        return ()
    from vedette.documents.base import Quarantined
    from vedette.documents.reading import read_path
    from vedette.intel.engine import Extractor

    extractor = Extractor(home=frame.home_path())
    readings: dict[str, Reading] = {}
    for path in paths:
        if not path.is_file():
            raise UserError(f"there is no file {path} to attach", next_step="check the path; name files one by one")
        n_read = 0
        reasons = []
        for found in read_path(path):
            if isinstance(found, Quarantined):
                reasons.append(found.reason)
                frame.note(f"not read: {found.source}: {found.reason}")
                continue
            n_read += 1
            readings.setdefault(found.document_id, extractor.read(found))
            if len(readings) > MOST_DOCUMENTS:
                raise UserError(
                    f"{path} holds more than {MOST_DOCUMENTS} documents",
                    next_step="keep them with vedette extract FILE --keep, and ask about the reports that are kept",
                )
        if not n_read:
            why = f": {reasons[0]}" if reasons else ""
            raise UserError(f"nothing in {path} could be read{why}", next_step="attach the report in another form")
    return tuple(readings.values())


def attached_out(readings: Sequence[Reading]) -> list[AttachedOut]:
    """Return attached reports as JSON values."""
    return [
        {
            "document_id": r.document.document_id,
            "title": r.document.title,
            "source": r.document.source,
            "n_suspicious": len(r.suspicious),
            "unread": [f"{u.place}: {u.reason}".lstrip(": ") for u in r.document.unread],
        }
        for r in readings
    ]
