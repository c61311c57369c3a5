"""Question sets come in where the user has them; inspect-ai tasks that run on any model by name leave."""

from __future__ import annotations

from vedette.errors import UserError
from vedette.forge.evaluate.tasks.base import Bank, Kind, Question
from vedette.forge.evaluate.tasks.refusal import REFUSAL
from vedette.forge.evaluate.tasks.sets import SETS
from vedette.forge.evaluate.tasks.skills import SKILLS

__all__ = ["BANKS", "Bank", "Kind", "Question", "bank_named"]

BANKS: dict[str, Bank] = {bank.name: bank for bank in (*SETS, SKILLS, REFUSAL)}
"""Every task by name."""


def bank_named(name: str) -> Bank:
    """Return a task by name.

    Raises:
        UserError: there is none; the known ones are named.
    """
    try:
        return BANKS[name]
    except KeyError:
        raise UserError(f"there is no task {name!r}", next_step=f"the tasks are: {', '.join(BANKS)}") from None
