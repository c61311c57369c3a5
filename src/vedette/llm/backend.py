"""What all backends share: checked requests, slots, deadlines, cancellation, schemas and accounting."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Self

from vedette.errors import UserError
from vedette.llm.base import Ask
from vedette.llm.objects import conforming, schema_text
from vedette.llm.options import Price
from vedette.llm.waiting import CancelledError, Deadline, Slots
from vedette.schema import Message, Reply, Usage

MAX_CHARS = 4_000_000
"""Of all turns together."""

Pieces = Generator[str, None, Reply]
"""Pieces of a reply as they come; what it returns is the whole reply."""


class ReplyStream(Iterator[str]):
    """The pieces of a reply as they come; closing it ends the reply and frees its slot."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self.reply: Reply | None = None
        """The whole reply with its usage, once the last piece was given; None before, and where it was closed."""

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except StopIteration as end:
            if end.value is not None:
                self.reply = end.value
            raise StopIteration from None

    def close(self) -> None:
        """End the reply. May be called twice."""
        self._pieces.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Backend(ABC):
    """A :class:`vedette.llm.base.LanguageModel` but for the requests themselves.

    Args:
        name: as the user names it.
        local: whether nothing leaves this machine.
        pool_size: requests at once.
        timeout_s: of a request that says nothing else.
        price: of its tokens; a local model without one costs nothing.
    """

    follows_grammar = False
    constrains = False
    """Whether ``Ask.schema`` binds the tokens, so that the schema need not be put into words."""

    def __init__(self, name: str, *, local: bool, pool_size: int, timeout_s: float, price: Price | None = None) -> None:
        self._name = name
        self._local = local
        self._timeout_s = timeout_s
        self._price = price
        self.slots = Slots(pool_size)

    @property
    def name(self) -> str:
        """As the user names it."""
        return self._name

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""
        return self._local

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def complete(self, messages: Sequence[Message], ask: Ask = Ask()) -> Reply:  # noqa: B008 (frozen)
        """Return the reply; see :meth:`vedette.llm.base.LanguageModel.complete`."""
        turns, deadline, started = self._begin(messages, ask)
        try:
            with self.slots.hold(deadline):
                if ask.schema is None:
                    return self._say(turns, ask, deadline)
                return conforming(
                    lambda asked: self._say(asked, ask, deadline), turns, ask.schema, told=self._constrained(ask)
                )
        except CancelledError:
            return self._cancelled(started)

    def stream(self, messages: Sequence[Message], ask: Ask = Ask()) -> ReplyStream:  # noqa: B008 (frozen)
        """Return the pieces of the reply as they come; see :meth:`vedette.llm.base.LanguageModel.stream`.

        With a schema the reply comes in one piece, once it is known to follow it.
        """
        turns, deadline, started = self._begin(messages, ask)
        return ReplyStream(self._stream(turns, ask, deadline, started))

    def close(self) -> None:
        """Let no request in any more, end those that run, and free what is held. May be called twice."""
        self.slots.close()
        self._free()

    def _stream(self, turns: Sequence[Message], ask: Ask, deadline: Deadline, started: float) -> Pieces:
        try:
            if ask.schema is not None:
                reply = self.complete(turns, ask)
                if reply.text:
                    yield reply.text
                return reply
            with self.slots.hold(deadline):
                return (yield from self._pieces(turns, ask, deadline))
        except CancelledError:
            return self._cancelled(started)

    def _begin(self, messages: Sequence[Message], ask: Ask) -> tuple[tuple[Message, ...], Deadline, float]:
        turns = tuple(messages)
        if not turns:
            raise UserError("there is no turn to answer")
        if any(not isinstance(turn, Message) or not isinstance(turn.content, str) for turn in turns):
            raise UserError("a turn is a Message with text")
        if sum(len(turn.content) for turn in turns) > MAX_CHARS:
            raise UserError(
                f"the turns have more than {MAX_CHARS:,} characters together", next_step="leave out what is not needed"
            )
        if ask.max_tokens < 1:
            raise UserError(f"max_tokens must be at least 1, not {ask.max_tokens}")
        if ask.grammar is not None and ask.schema is not None:
            raise UserError("give a JSON schema or a grammar, not both")
        if ask.grammar is not None and not self.follows_grammar:
            raise UserError(
                f"{self._name} follows no grammar", next_step="give a JSON schema, or use the embedded model"
            )
        if ask.schema is not None:
            schema_text(ask.schema)
        deadline = Deadline(self._timeout_s if ask.timeout_s is None else ask.timeout_s, ask.cancel)
        return turns, deadline, time.monotonic()

    def _used(self, n_prompt: int | None, n_completion: int | None, started: float) -> Usage:
        """Return the usage of one request; with tokens that nobody counted, no cost is known."""
        usage = Usage(
            n_prompt_tokens=n_prompt or 0,
            n_completion_tokens=n_completion or 0,
            n_calls=1,
            duration_s=time.monotonic() - started,
        )
        cost: float | None = 0.0 if self._local else None
        if self._price is not None:
            cost = None if n_prompt is None or n_completion is None else self._price.cost_usd(usage)
        return Usage(
            n_prompt_tokens=usage.n_prompt_tokens,
            n_completion_tokens=usage.n_completion_tokens,
            n_calls=1,
            duration_s=usage.duration_s,
            cost_usd=cost,
        )

    def _cancelled(self, started: float) -> Reply:
        return Reply(text="", model=self._name, finish="cancelled", usage=self._used(None, None, started))

    def _constrained(self, ask: Ask) -> bool:
        return self.constrains

    @abstractmethod
    def _say(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Reply:
        """Make one request and return its reply. A slot is held; with ``ask.schema`` it is constrained if it can be.

        Raises:
            CancelledError: it was cancelled.
        """

    @abstractmethod
    def _pieces(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Pieces:
        """Make one request and yield its reply as it comes, without a schema; see :meth:`_say`."""

    def _free(self) -> None:
        """End what runs and free what is held. May be called twice."""
        return
