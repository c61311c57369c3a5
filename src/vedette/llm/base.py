"""What a language model is to every room: one small protocol, whatever stands behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from vedette.schema import Message, Reply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How a model is to answer one request."""

    max_tokens: int = 256
    temperature: float = 0.0
    """0 takes the likeliest token each time."""
    seed: int = 0
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    """JSON Schema that the reply must follow; where the backend cannot constrain, the reply is validated, asked for
    once more, and refused."""
    grammar: str | None = None
    """GBNF; only the embedded model follows one (see ``LanguageModel.follows_grammar``)."""
    adapter: str | None = None
    """Name of a registered LoRA adapter, for the embedded model; others ignore it."""
    timeout_s: float | None = None
    cancel: threading.Event | None = None
    """Set from another thread, it ends the reply where it is; ``finish`` is then ``cancelled``."""


@runtime_checkable
class LanguageModel(Protocol):
    """Answers messages. Safe to call from several threads; calls beyond the pool's size wait for a free slot."""

    @property
    def name(self) -> str:
        """As the user names it: ``embedded``, ``openai:gpt-4.1``."""
        ...

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""
        ...

    @property
    def follows_grammar(self) -> bool:
        """Whether ``Ask.grammar`` is followed."""
        ...

    def complete(self, messages: Sequence[Message], ask: Ask = ...) -> Reply:
        """Return the reply.

        Raises:
            UserError: the request makes no sense or is too long for the model.
            OutsideError: it took too long, or the model or its endpoint failed; retries are over by then.
        """
        ...

    def stream(self, messages: Sequence[Message], ask: Ask = ...) -> Iterator[str]:
        """Yield the pieces of the reply as they come; closing the iterator ends it and frees its slot."""
        ...

    def close(self) -> None:
        """Free what is held. May be called twice."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """As the user names it."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text: (n_texts, dim) float32 of length 1."""
        ...
