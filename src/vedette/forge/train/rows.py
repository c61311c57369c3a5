"""Records to rows of token ids.

Pre-training texts are joined by the end-of-text token into one stream that is cut into rows of ``max_length``: no
padding at all but in the last row. Conversations are laid whole into rows, the first row with room taking each
(first-fit), with positions that start anew, so that no conversation sees another; SmolLM2 on rows of 512 tokens fills
95–99% of them. Rows live in one memory-mapped file, so a corpus need not fit in memory.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.forge.base import Record

IGNORED = -100
"""Label of a token that no loss is taken on."""
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """Token ids that belong together, and which of them the loss is taken on."""

    ids: Sequence[int]
    learned: Sequence[bool] | None = None
    """None: all of them."""


class Rows:
    """Rows of token ids on disk; ``rows[i]`` has ``input_ids``, ``labels`` and, where pieces start anew, positions."""

    def __init__(self, path: Path) -> None:
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self.n_rows: int = about["n_rows"]
        self.length: int = about["length"]
        self.n_tokens: int = about["n_tokens"]
        """Tokens that are no padding."""
        self.n_learned: int = about["n_learned"]
        """Tokens that the loss is taken on."""
        self.n_dropped: int = about["n_dropped"]
        """Records that gave no row."""
        self.separate: bool = about["separate"]
        shape = (self.n_rows, 3, self.length)
        self._data: NDArray[np.int32] = (
            np.memmap(path, dtype=np.int32, mode="r", shape=shape) if self.n_rows else np.empty(shape, dtype=np.int32)
        )

        self._n_blank = 0

    def fill_up(self, multiple: int) -> None:
        """Add rows that teach nothing up to a multiple, so that every process has as many and the same steps."""
        self._n_blank = -self.n_rows % multiple

    def __len__(self) -> int:
        return self.n_rows + self._n_blank

    def __getitem__(self, index: int) -> dict[str, NDArray[np.int64]]:
        ids, labels, positions = (part.astype(np.int64) for part in self._data[min(index, self.n_rows - 1)])
        if index >= self.n_rows:
            labels[:] = IGNORED
        row = {"input_ids": ids, "labels": labels}
        if self.separate:
            row["position_ids"] = positions
        return row


def _repeated(records: Iterable[Record], seed: int) -> Iterator[Record]:
    """Yield each record as often as its weight says; a fraction is drawn by seed and id."""
    for record in records:
        if record.weight == 1.0:
            yield record
            continue
        whole = int(record.weight)
        draw = random.Random(f"{seed}:{record.record_id}").random()  # noqa: S311
        yield from itertools.repeat(record, whole + (draw < record.weight - whole))


def end_of_text(tokenizer: Any) -> int:
    """Return the id that parts documents: ``<|endoftext|>`` where the vocabulary has it, else the end of a reply.

    An instruction model's end-of-text token closes its replies; documents were parted by another one.
    """
    known = tokenizer.get_added_vocab()
    return int(known.get("<|endoftext|>", tokenizer.eos_token_id))


def text_pieces(records: Iterable[Record], tokenizer: Any, *, seed: int = 0) -> Iterator[Piece]:
    """Yield the tokens of each text, closed by the end-of-text token."""
    end = end_of_text(tokenizer)
    repeated = _repeated(records, seed)
    while batch := [record.text for record in itertools.islice(repeated, _BATCH)]:
        for ids in tokenizer(batch, add_special_tokens=False)["input_ids"]:
            if ids:
                yield Piece([*ids, end])


def assistant_spans(messages: Sequence[Mapping[str, str]], tokenizer: Any) -> tuple[str, list[tuple[int, int]]]:
    """Return the rendered conversation and the character ranges that the assistant writes, its end token included.

    The template is asked what it writes before and after each assistant turn, so that any template works that only
    ever appends.

    Raises:
        UserError: the base's template rewrites what came before.
    """
    turns = [dict(turn) for turn in messages]

    def rendered(part: list[dict[str, str]], generate: bool) -> str:
        return str(tokenizer.apply_chat_template(part, tokenize=False, add_generation_prompt=generate))

    whole = rendered(turns, False)
    spans = []
    for n, turn in enumerate(turns):
        if turn.get("role") != "assistant" or n == 0:
            continue
        before, after = rendered(turns[:n], True), rendered(turns[: n + 1], False)
        if not (after.startswith(before) and whole.startswith(after.rstrip())):
            raise UserError(
                "the base's chat template changes earlier turns, so that the assistant's cannot be found",
                next_step="use a base with a template that only appends",
            )
        spans.append((len(before), len(after.rstrip())))
    return whole, spans


def conversation_pieces(
    records: Iterable[Record], tokenizer: Any, *, max_length: int, seed: int = 0
) -> Iterator[Piece | None]:
    """Yield each conversation's tokens with the assistant's marked; ``None`` for one that teaches nothing.

    A conversation longer than ``max_length`` loses its end. A record without messages is plain text, such as a note:
    every token of it is learned, in pieces of ``max_length``.
    """
    end = end_of_text(tokenizer)
    for record in _repeated(records, seed):
        if not record.messages:
            ids = [*tokenizer(record.text, add_special_tokens=False)["input_ids"], end]
            yield from (Piece(ids[at : at + max_length]) for at in range(0, len(ids), max_length))
            continue
        if not any(turn.get("role") == "assistant" for turn in record.messages):
            yield None
            continue
        text, spans = assistant_spans(record.messages, tokenizer)
        encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        ids = encoded["input_ids"][:max_length]
        offsets = encoded["offset_mapping"][:max_length]
        learned = [any(start <= a < end for start, end in spans) for a, _ in offsets]
        yield Piece(ids, learned) if any(learned[1:]) else None


class _Writer:
    def __init__(self, path: Path, length: int, padding: int, *, separate: bool) -> None:
        self.path, self.length, self.padding, self.separate = path, length, padding, separate
        self.staged = path.with_name(path.name + ".staging")
        self.file = self.staged.open("wb")
        self.n_rows = self.n_tokens = self.n_learned = self.n_dropped = 0

    def row(self, pieces: Sequence[Piece]) -> None:
        block = np.empty((3, self.length), dtype=np.int32)
        ids, labels, positions = block
        ids[:], labels[:], positions[:] = self.padding, IGNORED, 0
        at = 0
        for piece in pieces:
            end = at + len(piece.ids)
            ids[at:end] = piece.ids
            if piece.learned is None:
                labels[at:end] = piece.ids
            else:
                labels[at:end] = np.where(np.asarray(piece.learned, dtype=bool), ids[at:end], IGNORED)
            if self.separate:
                labels[at] = IGNORED  # the token before it is another piece's
            positions[at:end] = np.arange(len(piece.ids))
            at = end
        positions[at:] = np.arange(self.length - at)
        self.file.write(block.tobytes())
        self.n_rows += 1
        self.n_tokens += at
        self.n_learned += int((labels[1:] != IGNORED).sum())

    def close(self) -> Rows:
        self.file.close()
        about = {
            "n_rows": self.n_rows,
            "length": self.length,
            "n_tokens": self.n_tokens,
            "n_learned": self.n_learned,
            "n_dropped": self.n_dropped,
            "separate": self.separate,
        }
        self.path.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")
        self.staged.replace(self.path)
        return Rows(self.path)


def write_rows(
    pieces: Iterable[Piece | None], path: Path, *, length: int, padding: int, packing: bool, separate: bool
) -> Rows:
    """Return rows of ``length`` tokens made of ``pieces``, kept at ``path``.

    Args:
        pieces: what to lay into rows; ``None`` counts as dropped.
        path: where to keep them (``.bin``; a ``.json`` beside it says how many).
        length: tokens of a row.
        padding: id that fills a row up; no loss is taken on it.
        packing: whether a row may hold several pieces.
        separate: whether pieces stay whole and do not see each other; else they are one stream.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = _Writer(path, length, padding, separate=separate and packing)
    if packing and not separate:
        _stream(pieces, writer)
    elif packing:
        _first_fit(pieces, writer)
    else:
        for piece in pieces:
            if piece is None:
                writer.n_dropped += 1
                continue
            for start in range(0, len(piece.ids), length):
                learned = None if piece.learned is None else piece.learned[start : start + length]
                writer.row([Piece(piece.ids[start : start + length], learned)])
    return writer.close()


def _stream(pieces: Iterable[Piece | None], writer: _Writer) -> None:
    rest: list[int] = []
    for piece in pieces:
        if piece is None:
            writer.n_dropped += 1
            continue
        rest.extend(piece.ids)
        n_whole = len(rest) // writer.length * writer.length
        for start in range(0, n_whole, writer.length):
            writer.row([Piece(rest[start : start + writer.length])])
        del rest[:n_whole]
    if len(rest) > 1:
        writer.row([Piece(rest)])


def _first_fit(pieces: Iterable[Piece | None], writer: _Writer, n_open: int = 64) -> None:
    """Lay whole pieces into the first of the open rows with room; a fuller row than any other is closed for a new."""
    rows: list[list[Piece]] = []
    room: list[int] = []
    for piece in pieces:
        if piece is None:
            writer.n_dropped += 1
            continue
        size = len(piece.ids)
        at = next((n for n, left in enumerate(room) if left >= size), None)
        if at is None:
            if len(rows) == n_open:
                fullest = room.index(min(room))
                writer.row(rows.pop(fullest))
                del room[fullest]
            rows.append([piece])
            room.append(writer.length - size)
        else:
            rows[at].append(piece)
            room[at] -= size
    for row in rows:
        writer.row(row)


def rows_at(path: Path, key: Mapping[str, Any], make: Any) -> Rows:
    """Return the rows kept at ``path`` for this key, made by ``make(path)`` where there are none."""
    digest = hashlib.sha256(json.dumps(dict(key), sort_keys=True).encode()).hexdigest()[:16]
    whole = path.with_name(f"{path.stem}-{digest}.bin")
    if whole.exists() and whole.with_suffix(".json").exists():
        return Rows(whole)
    rows: Rows = make(whole)
    return rows
