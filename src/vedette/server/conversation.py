"""What a chat client's messages are about by now: from the conversation that they repeat to a focus.

A chat client sends its whole conversation with every question. Where it names its session, the session's focus is the
answer. Where it does not, the conversation so far is looked up by its digest among those that this server has
answered; and where that fails too (the server was started again, the client changed its history), its last questions
are asked again, without a model, for their focus alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from vedette.copilot.base import Answerer
from vedette.errors import UserError
from vedette.schema import Focus

N_REPLAYED = 4
"""Questions that are asked again at most: what is further back is seldom referred to."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation so far."""

    role: str
    """``user`` or ``assistant``."""
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a conversation up to one of its answers."""

    focus: Focus
    session_id: str | None
    """The session that it is kept in; None where it is not, or where another branch of it goes on there."""


class Conversations:
    """Conversations that were answered lately, by digest. Safe to use from several threads.

    Args:
        max_kept: the longest unused is forgotten first.
    """

    def __init__(self, *, max_kept: int = 10_000) -> None:
        self._max_kept = max_kept
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, owner: str, said: Sequence[Said], known: Known) -> None:
        """Keep what a conversation that ends in an answer is about."""
        key = _digest(owner, said)
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > self._max_kept:
                self._known.popitem(last=False)

    def take(self, owner: str, said: Sequence[Said]) -> Known | None:
        """Return what is known of a conversation.

        Its session is given to the first who asks only: two conversations that began with the same words are two.
        """
        key = _digest(owner, said)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known[key] = Known(known.focus, None)
                self._known.move_to_end(key)
            return known


def _digest(owner: str, said: Sequence[Said]) -> bytes:
    digest = blake2b(owner.encode("utf-8", "backslashreplace"), digest_size=24)
    for one in said:
        text = " ".join(one.text.split())  # clients trim and wrap
        digest.update(f"\0{one.role}\0{len(text)}\0{text}".encode("utf-8", "backslashreplace"))
    return digest.digest()


def replayed(answerer: Answerer, said: Sequence[Said], *, case_id: str | None, cancel: threading.Event) -> Focus:
    """Return the focus after the last questions of a conversation, asked again.

    Args:
        answerer: one without a model, so that it is quick.
        said: the conversation so far.
        case_id: only this case is meant.
        cancel: set from another thread, it ends the replay where it is.
    """
    focus = Focus()
    for question in [one.text for one in said if one.role == "user"][-N_REPLAYED:]:
        if cancel.is_set():
            break
        try:
            focus = answerer.ask(question, focus=focus, case_id=case_id, cancel=cancel).focus
        except UserError:
            continue  # it made no sense then, and left nothing to refer to
    return focus
