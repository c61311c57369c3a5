"""A case as a report shows it: with what stood open on its hosts, and what its commands did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from vedette.schema import Case

if TYPE_CHECKING:
    from vedette.store import Lake


def filled(lake: Lake, case: Case, now: datetime | None = None) -> Case:
    """Return the case with its exposures and its explained commands.

    Args:
        lake: events, scans and inventories.
        case: as the store holds it.
        now: the day on which exposures are due or overdue; None is today.

    Raises:
        OutsideError: knowledge is torn, or the cache cannot be written.
    """
    from vedette.commands.of_case import for_case as commands_of
    from vedette.exposure.of_case import for_case as exposures_of

    return replace(case, exposures=exposures_of(lake, case, now), commands=commands_of(lake, case))
