"""A causal language model in a Transformers folder, asked for losses, for the odds of continuations, and for text.

Everything is scored in float32 without sampling, so that two runs agree. SmolLM2-135M reads about 80 tokens per second
of one core here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vedette.errors import MissingExtraError, OutsideError, UserError
from vedette.forge.base import Trained

_TOKENS_AT_ONCE = 1024
"""Positions of one forward pass on a CPU; their logits over 49,152 entries take 200 MB."""
_ROWS_AT_ONCE = 128
"""Positions whose log-softmax is made at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLoss:
    """What a model says of one text."""

    nats: float
    """Sum of the negative log-likelihood of the scored tokens."""
    n_tokens: int
    """Scored tokens: all but the first, which has nothing before it."""
    n_bytes: int
    """UTF-8 bytes of the scored tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of tokens that is read at once: positions in [start, end), of which those from ``score`` count."""

    start: int
    end: int
    score: int


def windows(n_tokens: int, length: int, stride: int) -> list[Window]:
    """Return windows in which every position but the first is scored exactly once.

    A window reads ``length`` tokens and moves on by ``stride``; what it shares with the one before is context only,
    so a scored token has at least ``length - stride`` tokens before it (or all there are).

    Raises:
        ValueError: the stride is not in 1 to ``length - 1``.
    """
    if not 1 <= stride < length:
        raise ValueError(f"a stride of {stride} does not fit a window of {length}")
    found: list[Window] = []
    score = 1
    while score < n_tokens:
        end = min(n_tokens, length if not found else score + stride)
        found.append(Window(start=max(0, end - length), end=end, score=score))
        score = end
    return found


class LocalModel:
    """A causal language model that is open in this process. One call runs at a time."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        """Wrap an open model; ``open_local`` opens one."""
        self.name = name
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._lock = threading.Lock()

    @property
    def context(self) -> int:
        """Return how many tokens the model can read at once."""
        known = getattr(self._model.config, "max_position_embeddings", None)
        return int(known) if known else 2048

    @property
    def size_bytes(self) -> int:
        """Return the memory of the weights."""
        return sum(p.numel() * p.element_size() for p in self._model.parameters())

    def losses(
        self, texts: Sequence[str], *, length: int = 1024, stride: int = 512, max_tokens: int | None = None
    ) -> list[TextLoss]:
        """Return the loss of each text, in order, read in overlapping windows.

        Text that looks like a special token is read as text. A text of fewer than two tokens has nothing to score:
        its ``n_tokens`` is 0.

        Args:
            texts: plain texts.
            length: tokens of a window; cut to what the model can read.
            stride: tokens that a window moves on; cut to below the length.
            max_tokens: tokens of each text that are read at most.
        """
        length = max(2, min(length, self.context))
        stride = max(1, min(stride, length - 1))
        nats = np.zeros(len(texts))
        n_tokens, n_bytes = [0] * len(texts), [0] * len(texts)
        jobs: list[tuple[int, Window, list[int]]] = []
        for k, text in enumerate(texts):
            ids, first_end, last_end = self._encode(text, max_tokens)
            n_tokens[k] = max(0, len(ids) - 1)
            n_bytes[k] = len(text[first_end:last_end].encode("utf-8", "surrogatepass"))
            jobs += [(k, w, ids[w.start : w.end]) for w in windows(len(ids), length, stride)]
        jobs.sort(key=lambda job: -len(job[2]))
        for batch in _batches(jobs, _budget(self._model)):
            scored = self._scored([ids for _, _, ids in batch], [w.score - w.start for _, w, _ in batch])
            for (k, _, _), value in zip(batch, scored, strict=True):
                nats[k] += value
        return [TextLoss(nats=float(a), n_tokens=b, n_bytes=c) for a, b, c in zip(nats, n_tokens, n_bytes, strict=True)]

    def prompt(self, messages: Sequence[Mapping[str, str]], answer: str = "") -> str:
        """Return messages as the model's chat template writes them, up to where the answer begins.

        Special tokens in the messages' text are taken out: text of a question set cannot open a turn of its own.
        """
        marks = [m for m in self._tokenizer.all_special_tokens if m]
        turns = []
        for message in messages:
            content = str(message["content"])
            for mark in marks:
                content = content.replace(mark, "")
            turns.append({"role": str(message["role"]), "content": content})
        if getattr(self._tokenizer, "chat_template", None):
            written = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            return str(written) + answer
        body = "\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)
        return f"{body}\nassistant:{answer if answer.startswith(' ') or not answer else ' ' + answer}"

    def continuations(self, prompt: str, options: Sequence[str]) -> list[float]:
        """Return the log-likelihood in nats of each continuation of a prompt. The prompt is read once."""
        return self._continuations(prompt, options)

    def generate(
        self, prompts: Sequence[str], *, max_tokens: int, stop: Sequence[str] = (), batch: int = 16
    ) -> list[Generated]:
        """Return what the model writes after each prompt, always taking the likeliest token."""
        import torch

        order = sorted(range(len(prompts)), key=lambda k: len(prompts[k]))
        found: dict[int, Generated] = {}
        for start in range(0, len(order), batch):
            part = order[start : start + batch]
            rows = [self._ids(prompts[k])[-(self.context - max_tokens) :] for k in part]
            width = max(len(row) for row in rows)
            pad = self._tokenizer.pad_token_id
            ids = torch.tensor([[pad] * (width - len(row)) + row for row in rows], device=self._model.device)
            mask = torch.tensor([[0] * (width - len(r)) + [1] * len(r) for r in rows], device=self._model.device)
            started = time.perf_counter()
            with self._lock, torch.inference_mode():
                extra: dict[str, Any] = {"stop_strings": list(stop), "tokenizer": self._tokenizer} if stop else {}
                written = self._model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    max_new_tokens=max_tokens,
                    do_sample=False,
                    num_beams=1,
                    temperature=None,
                    top_p=None,
                    top_k=None,
                    pad_token_id=pad,
                    **extra,
                )
            seconds = time.perf_counter() - started
            for k, row, prompt_ids in zip(part, written.tolist(), rows, strict=True):
                found[k] = self._written(row[width:], stop, len(prompt_ids), seconds)
        return [found[k] for k in range(len(prompts))]

    def _written(self, ids: list[int], stop: Sequence[str], n_prompt: int, seconds: float) -> Generated:
        ends = self._ends()
        kept = next((ids[:k] for k, token in enumerate(ids) if token in ends), ids)
        text = str(self._tokenizer.decode(kept, skip_special_tokens=True))
        for mark in stop:
            text = text.split(mark, 1)[0]
        whole = len(kept) < len(ids) or any(token in ends for token in ids)
        return Generated(
            text=text, n_prompt_tokens=n_prompt, n_tokens=len(kept), seconds=seconds, stopped=whole or bool(stop)
        )

    def _ends(self) -> set[int]:
        given = getattr(self._model.generation_config, "eos_token_id", None)
        ends = set(given if isinstance(given, list) else [given]) | {self._tokenizer.eos_token_id}
        return {e for e in ends if e is not None}

    def _ids(self, prompt: str) -> list[int]:
        """Return a rendered prompt's tokens; special tokens in it are meant."""
        return list(self._tokenizer(prompt, add_special_tokens=False).input_ids)

    def _encode(self, text: str, max_tokens: int | None) -> tuple[list[int], int, int]:
        """Return a text's tokens, and where in the text the first one ends and the last one kept ends."""
        text = text.encode("utf-8", "replace").decode("utf-8")
        coded = self._tokenizer(
            text, split_special_tokens=True, return_offsets_mapping=bool(self._tokenizer.is_fast), verbose=False
        )
        ids = list(coded.input_ids)
        offsets = coded.get("offset_mapping") or [(0, len(text))] * len(ids)
        while len(ids) > 1 and offsets[len(ids) - 1] == (0, 0):  # a mark that the tokenizer puts at the end
            ids.pop()
        ids = ids[:max_tokens] if max_tokens else ids
        if not ids:
            return [], 0, 0
        return ids, int(offsets[0][1]) if self._tokenizer.is_fast else 0, int(offsets[len(ids) - 1][1])

    def _scored(self, rows: list[list[int]], starts: list[int]) -> list[float]:
        """Return for each row the loss of its positions from ``starts`` on, given what stands before each."""
        import torch

        width = max(len(row) for row in rows)
        device = self._model.device
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for k, row in enumerate(rows):
            ids[k, : len(row)] = torch.tensor(row)
            mask[k, : len(row)] = 1
        ids, mask = ids.to(device), mask.to(device)
        with self._lock, torch.inference_mode():
            logits = self._model(input_ids=ids, attention_mask=mask, use_cache=False).logits
            return [
                -float(sum(_log_odds(logits[k, start - 1 : len(row) - 1], ids[k, start : len(row)])))
                for k, (row, start) in enumerate(zip(rows, starts, strict=True))
            ]

    def _continuations(self, prompt: str, options: Sequence[str]) -> list[float]:
        import torch

        if not options:
            return []
        head = self._ids(prompt)
        rows = [self._ids(prompt + option) for option in options]
        # a tokenizer may join the prompt's end with the option's beginning: what differs from the prompt is scored
        starts = [_shared([head, row]) for row in rows]
        if any(start >= len(row) for start, row in zip(starts, rows, strict=True)):
            raise UserError("an option adds no token to its prompt, so it has no odds")
        over = max(0, max(len(row) for row in rows) - self.context)
        if min(starts) <= over:
            raise UserError(
                "an option has no prompt before it" if not over else f"an option exceeds the {self.context} tokens read"
            )
        rows, starts = [row[over:] for row in rows], [start - over for start in starts]
        shared = min(_shared(rows), min(len(row) for row in rows) - 1)
        device = self._model.device
        odds = np.zeros(len(rows))
        with self._lock, torch.inference_mode():
            first = self._model(input_ids=torch.tensor([rows[0][:shared]], device=device), use_cache=True)
            before = first.logits[0]
            for k, (row, start) in enumerate(zip(rows, starts, strict=True)):
                targets = torch.tensor(row[start : shared + 1], device=device)
                if len(targets):
                    odds[k] += float(sum(_log_odds(before[start - 1 : shared], targets)))
            tails = [row[shared:] for row in rows]
            order = sorted(range(len(rows)), key=lambda k: -len(tails[k]))
            for part in _batches([(k, None, rows[k]) for k in order], 4 * _budget(self._model)):
                which = [k for k, _, _ in part]
                width = max(len(tails[k]) for k in which)
                if width == 1:
                    continue
                cache = _repeated(first.past_key_values, len(which))
                ids = torch.zeros((len(which), width), dtype=torch.long, device=device)
                mask = torch.zeros((len(which), shared + width), dtype=torch.long, device=device)
                mask[:, :shared] = 1
                for place, k in enumerate(which):
                    ids[place, : len(tails[k])] = torch.tensor(tails[k])
                    mask[place, shared : shared + len(tails[k])] = 1
                logits = self._model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True).logits
                for place, k in enumerate(which):
                    skip = max(0, starts[k] - shared - 1)
                    end = len(tails[k]) - 1
                    odds[k] += float(sum(_log_odds(logits[place, skip:end], ids[place, skip + 1 : end + 1])))
        return [float(v) for v in odds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a model wrote."""

    text: str
    n_prompt_tokens: int
    n_tokens: int
    seconds: float
    """Of the batch that it was written in."""
    stopped: bool
    """Whether it came to an end by itself."""


def open_local(folder: Path, *, adapter: Path | None = None, name: str = "") -> LocalModel:
    """Return the model in a Transformers folder, with a PEFT adapter on it where one is given. Nothing is fetched.

    Raises:
        MissingExtraError: the ``forge`` extra is not installed.
        UserError: there is no model in the folder, or the adapter does not fit it.
        OutsideError: the files cannot be read.
    """
    try:
        import torch
        from peft import PeftModel

        from vedette.forge.train.base_weights import load_model, load_tokenizer
        from vedette.forge.train.quiet import quiet
    except ImportError:
        raise MissingExtraError("forge", "measuring a language model") from None
    if not (folder / "config.json").is_file():
        raise UserError(
            f"there is no Transformers model in {folder}", next_step="give a folder with config.json and its weights"
        )
    tokenizer, model = load_tokenizer(folder), load_model(folder)
    if adapter is not None:
        try:
            with quiet():
                model = PeftModel.from_pretrained(model, adapter, local_files_only=True)
        except (ValueError, KeyError, RuntimeError) as error:
            raise UserError(f"the adapter in {adapter} does not fit {folder}: {error}") from None
        except OSError as error:
            raise OutsideError(f"cannot read the adapter in {adapter}: {error}") from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return LocalModel(model.to(device), tokenizer, name or folder.name)


def open_trained(trained: Trained, base: Path | None, *, name: str = "") -> LocalModel:
    """Return what a trainer left, open.

    Args:
        trained: its result.
        base: folder of the base weights, for an adapter.
        name: how it is called in logs.

    Raises:
        UserError: it is no causal language model, or its base is missing.
    """
    if trained.form == "causal-lm":
        return open_local(trained.path, name=name)
    if trained.form == "adapter":
        if base is None:
            raise UserError(f"the adapter in {trained.path} does not say what it was trained on")
        return open_local(base, adapter=trained.path, name=name)
    raise UserError(f"a model of the form {trained.form!r} is no language model")


def _budget(model: Any) -> int:
    return _TOKENS_AT_ONCE if model.device.type == "cpu" else 16 * _TOKENS_AT_ONCE


def _batches(jobs: Sequence[tuple[int, Any, list[int]]], budget: int) -> list[list[tuple[int, Any, list[int]]]]:
    """Return jobs (longest first) in batches of at most so many padded positions."""
    found: list[list[tuple[int, Any, list[int]]]] = []
    for job in jobs:
        if found and (len(found[-1]) + 1) * len(found[-1][0][2]) <= budget:
            found[-1].append(job)
        else:
            found.append([job])
    return found


def _shared(rows: Sequence[Sequence[int]]) -> int:
    """Return how many leading tokens all rows have in common."""
    shortest = min(len(row) for row in rows)
    for k in range(shortest):
        if any(row[k] != rows[0][k] for row in rows):
            return k
    return shortest


def _repeated(cache: Any, times: int) -> Any:
    import copy

    repeated = copy.deepcopy(cache)
    repeated.batch_repeat_interleave(times)
    return repeated


def _log_odds(logits: Any, targets: Any) -> list[float]:
    """Return the log-likelihood of each target, some rows at a time."""
    import torch

    found: list[float] = []
    for start in range(0, len(targets), _ROWS_AT_ONCE):
        part = logits[start : start + _ROWS_AT_ONCE].float()
        wanted = targets[start : start + _ROWS_AT_ONCE].to(part.device)
        found += (-torch.nn.functional.cross_entropy(part, wanted, reduction="none")).double().tolist()
    return found
