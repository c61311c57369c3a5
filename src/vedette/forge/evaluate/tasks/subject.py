"""A model under questions: open in Transformers, or served by the embedded runtime."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import re2

from vedette.errors import UserError
from vedette.forge.evaluate.answers import per_byte
from vedette.forge.evaluate.local import Generated, LocalModel, open_local

Turns = Sequence[Mapping[str, str]]
_MARKS = re2.compile(r"<\|[^|<>\s]{1,40}\|>")
_TOP = 100
_CONTEXT = 4096


class Subject(Protocol):
    """What answers questions. One call runs at a time."""

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    @property
    def tells(self) -> tuple[str, ...]:
        """Which odds it tells: ``letters``, ``texts``."""
        ...

    def odds(self, turns: Turns, options: Sequence[str], how: str) -> tuple[list[float], list[float]]:
        """Return what decides between options after ``Answer:``, and their log-likelihoods."""
        ...

    def reply(self, prompts: Sequence[Turns], *, max_tokens: int, stop: Sequence[str] = ()) -> list[Generated]:
        """Return what it writes after each conversation."""
        ...


class LocalSubject:
    """A Transformers model in this process."""

    def __init__(self, model: LocalModel) -> None:
        """Wrap an open model."""
        self.model = model
        self.name = model.name
        self.tells = ("letters", "texts")

    def odds(self, turns: Turns, options: Sequence[str], how: str) -> tuple[list[float], list[float]]:
        """Return what decides between options, and their log-likelihoods; texts are weighed per byte."""
        sums = self.model.continuations(self.model.prompt(turns, "Answer:"), [f" {text}" for text in options])
        return (per_byte(sums, options) if how == "texts" else sums), sums

    def reply(self, prompts: Sequence[Turns], *, max_tokens: int, stop: Sequence[str] = ()) -> list[Generated]:
        """Return what it writes after each conversation, in batches."""
        return self.model.generate([self.model.prompt(turns) for turns in prompts], max_tokens=max_tokens, stop=stop)


class ServedSubject:
    """A GGUF model on the embedded runtime, as other rooms load it."""

    def __init__(self, model: Any, name: str) -> None:
        """Wrap a loaded ``vedette.models.llama.LlamaModel``."""
        self.model = model
        self.name = name
        self.tells = ("letters",)

    def odds(self, turns: Turns, options: Sequence[str], how: str) -> tuple[list[float], list[float]]:
        """Return the log-likelihoods of the options' first tokens; the runtime tells those of the likeliest 100 only.

        An option that is not among them gets the odds of the least likely one told.
        """
        plain = [{"role": str(t["role"]), "content": _MARKS.sub("", str(t["content"]))} for t in turns]
        said = self.model.complete(f"{self.model.render(plain)}Answer:", max_tokens=1, logprobs=_TOP)
        told = said.tokens[0].top if said.tokens else ()
        if not told:
            raise UserError(f"{self.name} tells no odds", next_step="score by generation: --scoring generate")
        floor = min(value for _, value in told)
        found = [max((v for text, v in told if text.strip() == option), default=floor) for option in options]
        return found, found

    def reply(self, prompts: Sequence[Turns], *, max_tokens: int, stop: Sequence[str] = ()) -> list[Generated]:
        """Return what it writes after each conversation, one after the other."""
        found = []
        for turns in prompts:
            started = time.perf_counter()
            said = self.model.complete(
                [{"role": str(t["role"]), "content": str(t["content"])} for t in turns],
                max_tokens=max_tokens,
                temperature=0.0,
                seed=0,
                stop=list(stop),
            )
            found.append(
                Generated(
                    text=said.text,
                    n_prompt_tokens=said.n_prompt,
                    n_tokens=said.n_generated,
                    seconds=time.perf_counter() - started,
                    stopped=said.finish == "stop",
                )
            )
        return found


def open_subject(name: str, home: Path) -> LocalSubject | ServedSubject:
    """Return a model by name, ready for questions.

    Args:
        name: a Transformers folder, a GGUF file, a catalogue name, or a registered model ``name`` or ``name@version``.
        home: the home.

    Raises:
        UserError: there is no such language model.
        OutsideError: its files cannot be read.
    """
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        return LocalSubject(open_local(path, name=path.name))
    from vedette.models.language import open_model

    return ServedSubject(open_model(str(path) if path.exists() else name, home, n_ctx=_CONTEXT), name)
