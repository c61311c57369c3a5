"""The embedded language model: llama.cpp in this process, GGUF weights, LoRA adapters with a scale per request.

The runtime (``xllamacpp``) always opens an HTTP port on loopback; it gets a random key, no pages, and closes with the
model. Completions do not pass through it, only counting tokens and filling the chat template do.

Text of a message is data: where it holds what the model's vocabulary takes for a control token (``<|im_end|>``), the
turns are tokenised apart, so that no message can end its own turn or begin another's.

With temperature 0, one slot and a fresh prompt cache (the defaults) the same request gives the same tokens on the same
machine and build. Several slots batch requests together, and a reused prompt cache changes the batch sizes; both may
change the last digits of a probability, and so now and then a token.
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from vedette.errors import MissingExtraError, OutsideError, UserError
from vedette.models.llama_answer import Answer, Completion, Token
from vedette.models.llama_request import Messages, Prompt, checked, options, schema_text, sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Completion", "LlamaModel", "Messages", "Prompt", "Token"]

_BATCH = 256
"""Tokens of a prompt between two looks at the clock."""
_MAX_THREADS = 8
_HTTP_TIMEOUT_S = 60.0
_COMPACT = "x-guidance"
"""Keyword by which a schema says how its grammar is made; others pass over it."""


class LlamaModel:
    """A loaded language model. Safe to call from several threads; use it as a context manager, or close it.

    Args:
        gguf: the weights.
        adapters: LoRA adapters (GGUF) with the scale that each has where a request says nothing else.
        n_ctx: tokens of prompt and answer together, for each request.
        n_parallel: requests that run at once; others wait.
        threads: of computation; default: the processors that this process may use, at most 8.
        exact: keep the attention cache in float32 and compute attention in plain steps, so that answers can be held
            against another implementation's. Costs memory, and a little speed.

    Raises:
        MissingExtraError: the runtime is not installed.
        UserError: there is no such file, or a number makes no sense.
        OutsideError: the runtime cannot load the weights.
    """

    def __init__(
        self,
        gguf: Path,
        *,
        adapters: Sequence[tuple[Path, float]] = (),
        n_ctx: int = 2048,
        n_parallel: int = 1,
        threads: int | None = None,
        exact: bool = False,
    ) -> None:
        if n_ctx < 8 or n_parallel < 1 or (threads is not None and threads < 1):
            raise UserError("n_ctx must be at least 8, n_parallel and threads at least 1")
        for path in (gguf, *(a for a, _ in adapters)):
            _check_gguf(path)
        self.gguf = gguf
        self.adapters = tuple((Path(path), float(scale)) for path, scale in adapters)
        self.n_ctx = n_ctx
        self.n_parallel = n_parallel
        self.threads = threads or _processors()
        self.exact = exact
        self._key = secrets.token_urlsafe(32)
        self._state = threading.Condition()
        self._running = 0
        self._began = False
        self._closing = threading.Event()
        self._schemas: set[str] = set()
        self._embedder: Any = None
        self._server: Any = self._start(embedding=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where the runtime listens; every path but its health needs the key of this object."""
        self._open()
        return str(self._server.listening_address)

    def close(self) -> None:
        """Stop what runs, free the weights, and close the port. May be called twice."""
        self._closing.set()
        with self._state:
            self._state.wait_for(lambda: self._running == 0)
            if self._server is not None and not self._began:
                # told to end before its loop has begun, the runtime goes on for ever: one token makes it begin
                with suppress(RuntimeError, ValueError):
                    self._server.handle_completions({"prompt": "-", "n_predict": 1, "stream": True}, lambda _: False)
            self._server = None
            self._embedder = None

    def complete(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
        json_schema: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        logprobs: int | None = None,
        scales: Sequence[float] | None = None,
        timeout_s: float | None = None,
        cancel: threading.Event | None = None,
        reuse_prompt: bool = False,
    ) -> Completion:
        """Return the model's answer.

        Args:
            prompt: turns of a chat, raw text, or token ids.
            max_tokens: at most so many tokens of answer.
            temperature: 0 takes the likeliest token each time.
            seed: of drawing, where the temperature is above 0.
            stop: texts that end the answer; they are not part of it.
            json_schema: the answer is JSON of this schema. Bound strings and arrays in it: an answer that
                ``max_tokens`` cuts off is no JSON.
            grammar: the answer follows this GBNF grammar, with the start symbol ``root``.
            logprobs: give each token's logprob, and those of so many likeliest ones.
            scales: of the adapters, in their order, for this request.
            timeout_s: give up after so long; looked at with every token, and every 256 tokens of the prompt.
            cancel: set from another thread, it ends the answer where it is (``finish`` is ``cancelled``).
            reuse_prompt: keep what was computed for a beginning shared with the request before; about twice as fast
                for the same long prompt, at the price of strict repeatability.

        Raises:
            UserError: the request makes no sense, or prompt and answer do not fit into ``n_ctx``.
            OutsideError: it took longer than ``timeout_s``, or the runtime failed.
        """
        started = time.monotonic()
        body = self._body(
            prompt, max_tokens, temperature, seed, stop, json_schema, grammar, logprobs, scales, reuse_prompt
        )
        answer = self._run(body, started, timeout_s, cancel, None)
        said = answer.completion(time.monotonic() - started)
        if json_schema is not None and said.finish == "stop":
            try:
                json.loads(said.text)
            except ValueError:
                raise OutsideError(
                    "the embedded model gave no JSON although a schema was asked for",
                    next_step="use plainer keywords in the schema",
                ) from None
        return said

    def stream(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
        json_schema: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        scales: Sequence[float] | None = None,
        timeout_s: float | None = None,
        cancel: threading.Event | None = None,
        reuse_prompt: bool = False,
    ) -> Generator[str, None, Completion]:
        """Yield the pieces of the answer as they come; closing the iterator ends the answer. See :meth:`complete`.

        Returns:
            The whole answer, as the generator's value.
        """
        started = time.monotonic()
        body = self._body(prompt, max_tokens, temperature, seed, stop, json_schema, grammar, None, scales, reuse_prompt)
        return self._pieces(body, started, timeout_s, cancel)

    def _pieces(
        self, body: dict[str, Any], started: float, timeout_s: float | None, cancel: threading.Event | None
    ) -> Generator[str, None, Completion]:
        pieces: queue.SimpleQueue[str | BaseException | Answer] = queue.SimpleQueue()
        closed = threading.Event()

        def work() -> None:
            try:
                pieces.put(self._run(body, started, timeout_s, cancel, pieces.put, closed))
            except BaseException as error:
                pieces.put(error)

        worker = threading.Thread(target=work, name="vedette-llama", daemon=True)
        worker.start()
        try:
            while not isinstance(piece := pieces.get(), Answer):
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
            return piece.completion(time.monotonic() - started)
        finally:
            closed.set()
            worker.join()

    def tokenize(self, text: str, *, special: bool = False, begin: bool = False) -> list[int]:
        """Return the token ids of a text.

        Args:
            text: any text.
            special: whether names of control tokens in it stand for those tokens.
            begin: whether the token that begins a text is put before it, where the model has one.
        """
        body = {"content": sound(text), "add_special": begin, "parse_special": special}
        return [int(token) for token in self._post("/tokenize", body)["tokens"]]

    def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        return str(self._post("/detokenize", {"tokens": list(tokens)})["content"])

    def render(self, messages: Messages) -> str:
        """Return the text that the model's chat template makes of turns, with the answer's beginning."""
        return str(self._post("/apply-template", {"messages": checked(messages)})["prompt"])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the mean-pooled embeddings of texts, (n_texts, dim) float32 of length 1.

        A text longer than ``n_ctx`` is cut; one without a token gives zeros. The weights are loaded a second time.
        """
        import numpy as np

        tokens = [self.tokenize(text)[: self.n_ctx] for text in texts]
        with self._busy():
            with self._state:
                if self._embedder is None:
                    self._embedder = self._start(embedding=True)
            rows: list[Any] = []
            for ids in tokens:
                # one at a time: a batch's rows would depend on their neighbours in the last digits
                told = self._embedder.handle_embeddings({"input": ids or self.tokenize(" ")})
                if "error" in told:
                    raise OutsideError(f"the model gave no embedding: {told['error'].get('message', '')}"[:300])
                row = np.asarray(told["data"][0]["embedding"], dtype=np.float32)
                rows.append(row if ids else np.zeros_like(row))
        return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)

    def _start(self, *, embedding: bool) -> Any:
        try:
            import xllamacpp
        except ImportError:
            raise MissingExtraError("llm", "The embedded language model") from None
        params = xllamacpp.CommonParams()
        params.model.path = str(self.gguf)
        params.n_ctx = self.n_ctx * (1 if embedding else self.n_parallel)
        params.n_parallel = 1 if embedding else self.n_parallel
        params.n_batch = params.n_ubatch = self.n_ctx if embedding else min(_BATCH, self.n_ctx)
        # waiting threads sleep: spinning ones take the processor from each other on a shared machine
        for cpu in (params.cpuparams, params.cpuparams_batch):
            cpu.n_threads, cpu.poll = self.threads, 0
        params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [self._key]
        params.n_threads_http = 2
        params.ui = params.endpoint_props = params.endpoint_slots = params.endpoint_metrics = False
        params.cache_ram_mib = 0
        params.warmup = False
        params.verbosity = -1
        if self.exact:
            params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
            params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        if embedding:
            params.embedding = True
            params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        else:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(p), s) for p, s in self.adapters]
        try:
            return xllamacpp.Server(params)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise OutsideError(
                f"the embedded runtime cannot load the weights: {error}",
                location=str(self.gguf),
                next_step="check that the file is whole, the adapters belong to it, and memory is left",
            ) from error

    def _open(self) -> None:
        if self._closing.is_set() or self._server is None:
            raise UserError("the model is closed")

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self._state:
            self._open()
            self._running += 1
        try:
            yield
        finally:
            with self._state:
                self._running -= 1
                self._state.notify_all()

    def _body(
        self,
        prompt: Prompt,
        max_tokens: int,
        temperature: float,
        seed: int,
        stop: Sequence[str],
        json_schema: Mapping[str, Any] | None,
        grammar: str | None,
        logprobs: int | None,
        scales: Sequence[float] | None,
        reuse_prompt: bool,
    ) -> dict[str, Any]:
        if json_schema is not None and grammar is not None:
            raise UserError("give a JSON schema or a grammar, not both")
        body = options(
            max_tokens=max_tokens,
            temperature=temperature,
            seed=seed,
            stop=stop,
            grammar=grammar,
            logprobs=logprobs,
            scales=scales,
            n_adapters=len(self.adapters),
            reuse_prompt=reuse_prompt,
        )
        body["prompt"] = self._prompt(prompt)
        if json_schema is not None:
            body["json_schema"] = self._schema(json_schema)
        return body

    def _schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return a JSON schema that the runtime can follow, without spaces between the parts of the answer.

        Left free, a model that draws may fill the answer with blank lines until it is cut off. A completion drops in
        silence a schema that the runtime cannot compile; a chat refuses it. So a chat is begun with it, and ended
        before its first token.
        """
        text = schema_text(schema)
        wanted = {_COMPACT: {"whitespace_flexible": False}, **schema}
        if text not in self._schemas:
            body = {
                "messages": [{"role": "user", "content": "-"}],
                "response_format": {"type": "json_schema", "json_schema": {"schema": wanted}},
                "max_tokens": 1,
                "stream": True,
                "return_progress": True,
            }
            told: list[Any] = []

            def take(chunk: Any) -> bool:
                told.append(chunk)
                return True

            with self._busy():
                try:
                    self._server.handle_chat_completions(body, take)
                except (ValueError, RuntimeError) as error:
                    raise UserError(f"the JSON schema cannot be followed: {error}"[:300]) from None
            if told and "error" in told[0]:
                raise UserError(f"the JSON schema cannot be followed: {told[0]['error'].get('message')}"[:300])
            self._schemas.add(text)
        return wanted

    def _prompt(self, prompt: Prompt) -> str | list[int]:
        if isinstance(prompt, str):
            if not prompt:
                raise UserError("the prompt is empty")
            return sound(prompt)
        if not prompt:
            raise UserError("the prompt is empty")
        ids = [item for item in prompt if isinstance(item, int) and not isinstance(item, bool)]
        if len(ids) == len(prompt):
            return ids
        messages = checked(prompt)
        if not any(self._controls(message["content"]) for message in messages):
            return self.render(messages)
        return self._apart(messages)

    def _controls(self, text: str) -> bool:
        """Return whether a text holds what the vocabulary takes for a control token."""
        return bool(text) and self.tokenize(text, special=True) != self.tokenize(text)

    def _apart(self, messages: list[dict[str, str]]) -> list[int]:
        """Return the ids of turns, the template's own text and each message's tokenised apart."""
        nonce = secrets.token_hex(8)
        marks = [f"[{nonce}:{number}]" for number in range(len(messages))]
        rest = self.render([{**m, "content": mark} for m, mark in zip(messages, marks, strict=True)])
        ids: list[int] = []
        for mark, message in zip(marks, messages, strict=True):
            before, found, rest = rest.partition(mark)
            if not found:
                raise UserError(f"the model's chat template has no place for a turn of {message['role']}")
            ids += self._within(before, special=True) if ids else self.tokenize(before, special=True, begin=True)
            ids += self._within(message["content"], special=False)
        return ids + self._within(rest, special=True)

    def _within(self, text: str, *, special: bool) -> list[int]:
        """Return the ids that a text has inside another: some vocabularies put a space before one that stands alone."""
        before = self.tokenize("\n")
        ids = self.tokenize("\n" + text, special=special)
        return ids[len(before) :] if ids[: len(before)] == before else self.tokenize(text, special=special)

    def _run(
        self,
        body: dict[str, Any],
        started: float,
        timeout_s: float | None,
        cancel: threading.Event | None,
        tell: Callable[[str], None] | None,
        closed: threading.Event | None = None,
    ) -> Answer:
        answer = Answer(tell)

        def take(chunk: Any) -> bool:
            """Keep what a chunk says; true ends the answer."""
            answer.take(chunk)
            if answer.error is not None:
                return True
            if timeout_s is not None and time.monotonic() - started > timeout_s:
                answer.late = not answer.finish
                return True
            if self._closing.is_set() or any(event is not None and event.is_set() for event in (cancel, closed)):
                answer.finish = answer.finish or "cancelled"
                return True
            return False

        with self._busy():
            try:
                told = self._server.handle_completions(body, take)
                self._began = True
            except ValueError as error:
                raise UserError(f"the embedded model refuses the request: {error}"[:500]) from None
            except RuntimeError as error:
                raise OutsideError(f"the embedded model failed: {error}"[:500]) from error
        if isinstance(told, dict) and "error" in told:
            answer.error = str(told["error"].get("message", told["error"]))
        if answer.error is not None:
            if "context size" in answer.error:
                raise UserError(
                    f"the prompt does not fit: {answer.error}"[:300], next_step="shorten it, or open with more n_ctx"
                )
            raise UserError(f"the embedded model refuses the request: {answer.error}"[:500])
        if answer.late:
            raise OutsideError(
                f"the embedded model gave no whole answer within {timeout_s:g} s",
                next_step="allow more time, fewer tokens, or more threads",
            )
        return answer

    def _post(self, path: str, body: Mapping[str, Any], *, timeout_s: float = _HTTP_TIMEOUT_S) -> dict[str, Any]:
        with self._busy():
            parts = urlsplit(str(self._server.listening_address))
            # straight to loopback: proxies of the environment are for elsewhere
            connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout_s)
            try:
                headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
                connection.request("POST", path, json.dumps(body).encode(), headers)
                answer = connection.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise OutsideError(f"the embedded runtime does not answer: {error}") from error
            finally:
                connection.close()
        if answer.status != 200:
            message = told.get("error", {}).get("message", "") if isinstance(told, dict) else ""
            raise UserError(f"the embedded model refuses: {message}"[:500])
        return dict(told)


def _check_gguf(path: Path) -> None:
    try:
        with path.open("rb") as read:
            magic = read.read(4)
    except OSError as error:
        raise UserError(f"cannot read the weights {path}: {error.strerror or error}") from None
    if magic != b"GGUF":
        raise UserError(f"{path} is no GGUF file", next_step="give weights in GGUF; vedette forge export makes them")


def _processors() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_MAX_THREADS, usable))
