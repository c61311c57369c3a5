"""A guard that asks: what a policy holds back waits for somebody's yes, and passes once it was given."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vedette.guard.base import Scanner
from vedette.guard.engine import NOBODY, Guard, Who
from vedette.guard.policy import Policy
from vedette.guard.vault import Approvals
from vedette.schema.guarding import Around, GuardVerdict, Passage

_NOTHING = Around()


class AskingGuard(Guard):
    """A guard whose questions are kept, and answered by ``vedette guard approvals``.

    Args:
        scanners: what looks.
        policy: what decides.
        approvals: where questions and answers are kept.
        timeout_s: for all scanners together on one passage.
        workers: passages judged at once.
    """

    def __init__(
        self,
        scanners: Sequence[Scanner],
        policy: Policy,
        approvals: Approvals,
        *,
        timeout_s: float | None = 10.0,
        workers: int = 4,
    ) -> None:
        super().__init__(scanners, policy, timeout_s=timeout_s, workers=workers)
        self._approvals = approvals
        self._asker = threading.local()

    @contextmanager
    def asked_by(self, client: str) -> Iterator[None]:
        """Judge on behalf of a client, in this thread."""
        self._asker.name = client
        try:
            yield
        finally:
            self._asker.name = None

    def check(self, passage: Passage, around: Around = _NOTHING, *, who: Who = NOBODY) -> GuardVerdict:
        """Return what the policy makes of a passage, with its questions answered.

        Raises:
            UserError: too many questions wait.
            OutsideError: questions cannot be kept.
        """
        verdict = super().check(passage, around, who=who)
        name = getattr(self._asker, "name", None)
        if name is None or verdict.dry_run:
            return verdict
        return self._approvals.answered(verdict, passage.text, asked_by=name, route=who.route)
