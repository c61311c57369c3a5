"""The embedded model: llama.cpp in this process, over :mod:`vedette.models`; nothing leaves the machine.

The weights are loaded by the first request, or by :meth:`EmbeddedModel.load`. Adapters are registered models by name;
one that is asked for and not loaded yet waits for the running requests and has the weights loaded again with it (half a
second for the default ones), so name those that are used often when the model is opened.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from vedette.errors import OutsideError, UserError
from vedette.llm.backend import Backend, Pieces
from vedette.llm.base import Ask
from vedette.llm.options import ModelOptions
from vedette.llm.waiting import Deadline
from vedette.models.language import Weights, weights_of
from vedette.models.llama import Completion, LlamaModel
from vedette.schema import Message, Reply

log = logging.getLogger(__name__)

DEFAULT = "smollm2-135m-instruct"
"""The catalogue's entry that ``embedded`` means."""
_MAX_THREADS = 8


def is_here(ref: str, home: Path) -> bool:
    """Return whether weights can be loaded without fetching; sizes are looked at, digests are not."""
    from vedette.models import catalogue

    if any(entry.name == ref for entry in catalogue.entries(home)):
        held = catalogue.held(catalogue.entry(ref, home), home, check=False)
        return held.path is not None and held.problem is None
    try:
        weights_of(ref, home)
    except (UserError, OutsideError):
        return False
    return True


def spare_threads() -> int:
    """Return how many threads to compute with: one less than the processors that may be used, at least 1, at most 8.

    The threads wait for each other after every layer, so one that has to wait for a processor stalls them all: with 2
    threads on 2 processors that others used too, a tenth of the tokens of 1 thread were written (1.5 against 15.8 a
    second).
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        usable = usable if quota == "max" else min(usable, -(-int(quota) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        pass
    return max(1, min(_MAX_THREADS, usable - 1))


class EmbeddedModel(Backend):
    """A language model in this process.

    Args:
        ref: a catalogue entry, a registered model (``name`` or ``name@version``), or the path of a GGUF file.
        home: the home.
        options: pool size, context, threads, adapters and time limits.
        name: as the user names it.

    Raises:
        UserError: there are no such weights here; says how to pull them. An adapter does not belong to them.
        OutsideError: files are damaged.
    """

    follows_grammar = True

    def __init__(self, ref: str, home: Path, options: ModelOptions, *, name: str = "embedded") -> None:
        super().__init__(
            name, local=True, pool_size=options.pool_size or 1, timeout_s=options.timeout_s, price=options.price
        )
        self._home = home
        self._options = options
        self._weights = weights_of(ref, home)
        self._adapters: dict[str, tuple[Path, float]] = {}
        for adapter in options.adapters:
            self._adapters[adapter] = self._adapter(adapter)
        self._model: LlamaModel | None = None
        self._loading = threading.Condition()
        self._using = 0
        self._binds: bool | None = None
        self._closed = False

    def load(self) -> None:
        """Load the weights now instead of with the first request.

        Raises:
            MissingExtraError: the runtime is not installed.
            OutsideError: the runtime cannot load them.
        """
        with self._loading:
            self._loaded()

    @property
    def adapters(self) -> tuple[str, ...]:
        """Names of the adapters that are loaded, or will be with the weights."""
        return tuple(self._adapters)

    def takes(self, adapter: str) -> bool:
        """Return whether a registered adapter is here and belongs to these weights."""
        try:
            return adapter in self._adapters or bool(self._adapter(adapter))
        except (UserError, OutsideError):
            return False

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        model = self._enter(None, Deadline(self._timeout_s))
        try:
            return len(model.tokenize(text))
        finally:
            self._leave()

    def _constrained(self, ask: Ask) -> bool:
        if self._binds is None:
            model = self._enter(ask.adapter, Deadline(self._timeout_s, ask.cancel))
            try:
                model.complete("-", max_tokens=1, json_schema={"type": "boolean"})
            except UserError as error:
                # some vocabularies cannot be bound to a schema; grammars bind them all the same
                log.info("%s is asked for objects in words: %s", self.name, error.message)
                self._binds = False
            else:
                self._binds = True
            finally:
                self._leave()
        return self._binds

    def _say(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Reply:
        started = time.monotonic()
        model = self._enter(ask.adapter, deadline)
        try:
            said = model.complete(
                _plain(turns),
                max_tokens=ask.max_tokens,
                temperature=ask.temperature,
                seed=ask.seed,
                stop=ask.stop,
                json_schema=ask.schema if self._binds else None,
                grammar=ask.grammar,
                scales=self._scales(model, ask.adapter),
                timeout_s=deadline.left_s(),
                cancel=deadline.cancel,
                reuse_prompt=self._options.reuse_prompt,
            )
        finally:
            self._leave()
        return self._reply(said, started)

    def _pieces(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Pieces:
        started = time.monotonic()
        model = self._enter(ask.adapter, deadline)
        try:
            said = yield from model.stream(
                _plain(turns),
                max_tokens=ask.max_tokens,
                temperature=ask.temperature,
                seed=ask.seed,
                stop=ask.stop,
                grammar=ask.grammar,
                scales=self._scales(model, ask.adapter),
                timeout_s=deadline.left_s(),
                cancel=deadline.cancel,
                reuse_prompt=self._options.reuse_prompt,
            )
        finally:
            self._leave()
        return self._reply(said, started)

    def _reply(self, said: Completion, started: float) -> Reply:
        usage = self._used(said.n_prompt, said.n_generated, started)
        return Reply(text=said.text, model=self.name, finish=said.finish, usage=usage)

    def _enter(self, adapter: str | None, deadline: Deadline) -> LlamaModel:
        """Return the loaded model with an adapter, to be left again."""
        with self._loading:
            if adapter is not None and adapter not in self._adapters:
                found = self._adapter(adapter)
                while self._using:
                    deadline.check("waiting to load an adapter")
                    self._loading.wait(deadline.look_s())
                self._adapters.setdefault(adapter, found)
                if self._model is not None:
                    self._model.close()
                    self._model = None
            deadline.check("waiting for the model")
            model = self._loaded()
            self._using += 1
            return model

    def _leave(self) -> None:
        with self._loading:
            self._using -= 1
            self._loading.notify_all()

    def _loaded(self) -> LlamaModel:
        if self._closed:
            raise UserError("the model is closed")
        if self._model is None:
            self._model = LlamaModel(
                self._weights.gguf,
                # off, unless a request asks for one
                adapters=(*self._weights.adapters, *((path, 0.0) for path, _ in self._adapters.values())),
                n_ctx=self._options.n_ctx,
                n_parallel=self.slots.size,
                threads=self._options.threads or spare_threads(),
            )
        return self._model

    def _scales(self, model: LlamaModel, adapter: str | None) -> list[float] | None:
        """Return the scale of each loaded adapter: the weights' own ones stay as they are."""
        if not model.adapters:
            return None
        scales = [scale for _, scale in self._weights.adapters]
        mine = [scale if name == adapter else 0.0 for name, (_, scale) in self._adapters.items()]
        # a request that entered before another adapter came has fewer of them
        return (scales + mine)[: len(model.adapters)]

    def _adapter(self, name: str) -> tuple[Path, float]:
        found: Weights = weights_of(name, self._home)
        if not found.adapters:
            raise UserError(f"{name} is no adapter: it has weights of its own", next_step=f"open embedded:{name}")
        *under, adapter = found.adapters
        if not _same(found.gguf, self._weights.gguf) or tuple(under) != self._weights.adapters:
            raise UserError(
                f"the adapter {name} was trained on {found.gguf.name}, and {self.name} runs {self._weights.gguf.name}",
                next_step="use the adapter with its own base weights, or train it on these",
            )
        return adapter

    def _free(self) -> None:
        with self._loading:
            self._closed = True
            if self._model is not None:
                self._model.close()
                self._model = None


def _plain(turns: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": turn.role.value, "content": turn.content} for turn in turns]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
