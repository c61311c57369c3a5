"""A model that says what it was told to: the double that tests of every room use.

Example:
    >>> model = ScriptedModel(["alice logged on first.", OutsideError("down"), Say("slow", delay_s=2)])
    >>> model.complete(messages).text
    'alice logged on first.'
    >>> model.requests[0].messages[-1].content
    'who was first?'
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vedette.errors import InternalError
from vedette.llm.backend import Backend, Pieces
from vedette.llm.base import Ask
from vedette.llm.waiting import CancelledError, Deadline
from vedette.schema import Message, Reply, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the model got it."""

    messages: tuple[Message, ...]
    ask: Ask
    streamed: bool


@dataclass(frozen=True, slots=True)
class Say:
    """One reply, and how it comes."""

    text: str
    delay_s: float = 0.0
    """Before the first piece."""
    between_s: float = 0.0
    """Before each further piece of a stream."""
    n_pieces: int | None = None
    """Pieces of a stream; unset: its words."""
    finish: str = "stop"
    fails_after: int | None = None
    """So many pieces come, then ``error`` is raised; a reply that is not streamed is only the error."""
    error: Exception | None = None
    n_prompt_tokens: int | None = None
    """Unset: the words of the request."""
    n_completion_tokens: int | None = None
    """Unset: the words of the reply."""

    def pieces(self) -> list[str]:
        """Return the text in pieces."""
        if self.n_pieces is None:
            words = self.text.split(" ")
            return [w if i == 0 else f" {w}" for i, w in enumerate(words)]
        size = max(1, -(-len(self.text) // self.n_pieces))
        return [self.text[i : i + size] for i in range(0, len(self.text), size)]


Scripted = str | Say | Exception
Script = Iterable[Scripted] | Callable[[Asked], Scripted]


class ScriptedModel(Backend):
    """Says scripted replies in order, and keeps what it was asked.

    Args:
        replies: texts, :class:`Say`, or exceptions to raise, one a request; or a function of the request, which may be
            called from several threads. A request after the last reply is an error of the test.
        name: as ``Reply.model`` says.
        local: what ``local`` is.
        follows_grammar: what ``follows_grammar`` is; a grammar is recorded, not enforced.
        constrains: whether a schema is taken not to be put into words; replies are validated all the same.
        pool_size: requests at once.
        timeout_s: of a request that says nothing else.
    """

    def __init__(
        self,
        replies: Script,
        *,
        name: str = "scripted",
        local: bool = True,
        follows_grammar: bool = False,
        constrains: bool = False,
        pool_size: int = 8,
        timeout_s: float = 60.0,
    ) -> None:
        super().__init__(name, local=local, pool_size=pool_size, timeout_s=timeout_s)
        self.follows_grammar = follows_grammar
        self.constrains = constrains
        self._answer = replies if callable(replies) else None
        self._script = None if callable(replies) else list(replies)
        self._lock = threading.Lock()
        self._next = 0
        self.requests: list[Asked] = []
        """What it was asked, in order."""
        self.n_closed = 0

    @property
    def n_left(self) -> int:
        """Scripted replies that were not said yet; 0 for a function."""
        return 0 if self._script is None else len(self._script) - self._next

    def _take(self, turns: Sequence[Message], ask: Ask, *, streamed: bool) -> Say:
        asked = Asked(messages=tuple(turns), ask=ask, streamed=streamed)
        with self._lock:
            self.requests.append(asked)
            number = self._next
            self._next += 1
        if self._answer is not None:
            said = self._answer(asked)
        elif self._script is not None and number < len(self._script):
            said = self._script[number]
        else:
            raise InternalError(f"the script has {number} replies, and one more was asked for")
        if isinstance(said, Exception):
            return Say("", error=said, fails_after=0)
        return Say(said) if isinstance(said, str) else said

    def _say(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Reply:
        started = time.monotonic()
        said = self._take(turns, ask, streamed=False)
        deadline.wait(said.delay_s, f"the reply of {self.name}")
        if said.error is not None:
            raise said.error
        return self._reply(said, said.text, turns, started)

    def _pieces(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Pieces:
        started = time.monotonic()
        said = self._take(turns, ask, streamed=True)
        given: list[str] = []
        try:
            deadline.wait(said.delay_s, f"the reply of {self.name}")
            for piece in said.pieces():
                if said.error is not None and len(given) >= (said.fails_after or 0):
                    raise said.error
                if given:
                    deadline.wait(said.between_s, f"the reply of {self.name}")
                given.append(piece)
                yield piece
            if said.error is not None:
                raise said.error
        except CancelledError:
            return self._reply(Say("", finish="cancelled"), "".join(given), turns, started)
        return self._reply(said, said.text, turns, started)

    def _reply(self, said: Say, text: str, turns: Sequence[Message], started: float) -> Reply:
        n_prompt = said.n_prompt_tokens
        if n_prompt is None:
            n_prompt = sum(len(turn.content.split()) for turn in turns)
        n_completion = len(text.split()) if said.n_completion_tokens is None else said.n_completion_tokens
        usage: Usage = self._used(n_prompt, n_completion, started)
        return Reply(text=text, model=self.name, finish=said.finish, usage=usage)

    def _free(self) -> None:
        self.n_closed += 1
