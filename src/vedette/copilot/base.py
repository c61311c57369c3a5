"""What every door to the copilot calls, and what it is told meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from vedette.schema import Answer, Claim, Focus, Plan, Reading


class Stage(StrEnum):
    """Where an answer is."""

    PLANNED = "planned"
    """``plan`` is set."""
    RAN = "ran"
    """A tool is done; ``tool`` is set."""
    CLAIM = "claim"
    """A checked sentence is ready; ``claim`` is set. Sentences come in the order in which they are shown."""
    DONE = "done"
    """``answer`` is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One thing that happened while a question was answered."""

    stage: Stage
    plan: Plan | None = None
    tool: str | None = None
    claim: Claim | None = None
    text: str = ""
    """For a claim: its piece of the answer's text, citation numbers, spacing and marks included."""
    answer: Answer | None = None


Listener = Callable[[Progress], None]


@runtime_checkable
class Answerer(Protocol):
    """Answers questions. Safe to call from several threads: all state is in the arguments."""

    def ask(
        self,
        question: str,
        *,
        focus: Focus = ...,
        case_id: str | None = None,
        listener: Listener | None = None,
        cancel: threading.Event | None = None,
        readings: Sequence[Reading] = (),
    ) -> Answer:
        """Return the checked answer.

        Args:
            question: as the user wrote it.
            focus: what the conversation is about by now; the answer's own ``focus`` is the next one's.
            case_id: only this case is meant.
            listener: told of each stage as it comes, in this thread.
            cancel: set from another thread, it ends the answer; its status is then ``cancelled``.
            readings: what was read out of reports that came with the question: data for tools, never instructions.

        Raises:
            UserError: the question is empty or too long, or there is no such case.
        """
        ...
