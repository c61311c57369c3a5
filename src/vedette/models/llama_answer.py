"""What the embedded model says, put together from the pieces in which it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token."""

    token_id: int
    text: str
    logprob: float
    """Natural logarithm of its probability."""
    top: tuple[tuple[str, float], ...] = ()
    """The likeliest tokens in its place with their logprobs, likeliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the model said."""

    text: str
    finish: str
    """``stop``, ``length`` (``max_tokens`` or the context is full) or ``cancelled``."""
    n_prompt: int
    """Tokens of the prompt."""
    n_generated: int
    """Tokens of the answer."""
    tokens: tuple[Token, ...] = ()
    """Where logprobs were asked for. Of a character made of several tokens the runtime tells only the last one."""
    seconds: float = 0.0


@dataclass(slots=True)
class Answer:
    """A completion as it grows."""

    tell: Callable[[str], None] | None = None
    """Who is told each piece of text."""
    pieces: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    finish: str = ""
    n_prompt: int = 0
    n_generated: int = 0
    error: str | None = None
    late: bool = False
    """Whether it was ended because time was up."""

    def take(self, chunk: Any) -> None:
        """Add what a chunk of the runtime's stream says; nonsense is an error, never an exception."""
        try:
            self._take(chunk)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            self.error = f"it gave what is no answer: {type(error).__name__}: {error}"

    def _take(self, chunk: Any) -> None:
        if "error" in chunk:
            self.error = str(chunk["error"].get("message", chunk["error"]))
            return
        if usage := chunk.get("usage"):
            self.n_prompt, self.n_generated = usage["prompt_tokens"], usage["completion_tokens"]
        if progress := chunk.get("prompt_progress"):
            self.n_prompt = progress["total"]
        for choice in chunk.get("choices") or ():
            text = choice.get("text") or ""
            if text:
                self.pieces.append(text)
                if self.tell is not None:
                    self.tell(text)
            for said in (choice.get("logprobs") or {}).get("content") or ():
                top = tuple((t["token"], float(t["logprob"])) for t in said.get("top_logprobs") or ())
                self.tokens.append(Token(int(said["id"]), said["token"], float(said["logprob"]), top))
            self.finish = choice.get("finish_reason") or self.finish

    def completion(self, seconds: float) -> Completion:
        """Return it as it is now."""
        return Completion(
            text="".join(self.pieces),
            finish=self.finish,
            n_prompt=self.n_prompt,
            # an answer that was ended early has no count of its own; each piece is a token or, rarely, a few
            n_generated=self.n_generated or len(self.pieces),
            tokens=tuple(self.tokens),
            seconds=seconds,
        )
