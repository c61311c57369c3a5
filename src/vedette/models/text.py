"""Texts to sparse TF-IDF rows: the one featuriser that training and serving share. NumPy only.

N-grams are never kept as strings. A text's code points are hashed in one vectorised pass (a polynomial over 64 bits,
mixed down to 32), and a feature is its hash: four bytes instead of a string, no dictionary to load, and a model
that holds no word of its training texts. Two of 200,000 features share a hash in about five cases, and an n-gram
never seen in training passes for a known one with a chance of 1 in 20,000. What a feature says is read back from the
text at hand. One core makes thousands of rows of sentence length a second with words and chars.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError

Kind = Literal["words", "chars", "fields"]

_UNIT = 1 << 18
"""Code points handled in one pass: bounds memory to some 60 MB whatever comes in."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """One set of features with a norm of its own."""

    kind: Kind
    """``words``: n-grams of words; ``chars``: n-grams of characters inside what spaces part, their borders included;
    ``fields``: values given beside the text, each whole."""
    low: int = 1
    high: int = 2
    """Least and greatest n."""
    weight: float = 1.0
    """Norm of the block in a row."""
    min_count: int = 2
    """Texts that must have a feature for it to be kept."""
    max_features: int | None = None
    """The most frequent are kept."""


WORDS = BlockSpec(kind="words", low=1, high=2)
CHARS = BlockSpec(kind="chars", low=3, high=5)


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows (CSR)."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    n_features: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row_numbers(self) -> NDArray[np.int64]:
        """Return the row of each value."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))


@dataclass(frozen=True, slots=True)
class _Grams:
    """N-grams found in a batch: whose row, what hash, which code points of the batch."""

    row: NDArray[np.int64]
    key: NDArray[np.uint32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Block:
    spec: BlockSpec
    keys: NDArray[np.uint32]
    """Sorted."""
    idf: NDArray[np.float32]


def normalise(text: str, max_chars: int) -> str:
    """Return the text as the featuriser reads it: cut, NFKC, folded case, any run of spaces or controls one space."""
    text = text[:max_chars]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[:max_chars]
        text = "".join(" " if unicodedata.category(c) in _BLANK else c for c in text)
    text = text.translate(_CONTROLS).casefold()[:max_chars]
    return " ".join(text.split())


_BLANK = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"})
_CONTROLS = {code: " " for code in [*range(32), 127]}


def _mix(values: NDArray[np.uint64], salt: int) -> NDArray[np.uint32]:
    """Return well-mixed 32 bits of each value (the finaliser of splitmix64)."""
    values = values + np.uint64(salt * 0x9E3779B97F4A7C15 & (2**64 - 1))
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((values ^ (values >> np.uint64(31))) >> np.uint64(16)).astype(np.uint32)


class _Batch:
    """Normalised texts as one array of code points, each between two zeros' worth of border."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\0" + "\0".join(texts) + "\0"
        self.codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.row = np.cumsum(self.codes == 0, dtype=np.int64) - 1
        self.text = joined

    def words(self, low: int, high: int) -> Iterator[_Grams]:
        """Yield the n-grams of words, one array for each n."""
        codes = self.codes
        inside = _alphanumeric(codes)
        edge = np.flatnonzero(np.diff(inside.view(np.int8)))
        starts, ends = edge[::2] + 1, edge[1::2] + 1
        powers = _powers(_BASE, len(codes))
        backs = _powers(_INVERSE, len(codes))
        with np.errstate(over="ignore"):
            sums = np.concatenate(([np.uint64(0)], np.cumsum((codes.astype(np.uint64) + 1) * powers, dtype=np.uint64)))
            word = (sums[ends] - sums[starts]) * backs[starts]
            row = self.row[starts]
            gram = word
            for n in range(1, high + 1):
                if n > 1:
                    m = len(word) - n + 1
                    if m <= 0:
                        return
                    gram = (gram[:m] ^ (gram[:m] >> np.uint64(29))) * _BASE + word[n - 1 :]
                    whole = row[:m] == row[n - 1 :]
                else:
                    whole = np.ones(len(word), dtype=bool)
                if n >= low:
                    at = np.flatnonzero(whole)
                    yield _Grams(row[at], _mix(gram[at], n), starts[at], ends[at + n - 1])

    def chars(self, low: int, high: int) -> Iterator[_Grams]:
        """Yield the n-grams of characters, one array for each n; a space stands only at the ends of one."""
        border = (self.codes == 0) | (self.codes == 32)
        codes = np.where(border, np.uint32(32), self.codes).astype(np.uint64) + 1
        borders = np.concatenate(([0], np.cumsum(border)))
        gram = np.zeros(len(codes), dtype=np.uint64)
        power = np.uint64(1)
        with np.errstate(over="ignore"):
            for n in range(1, high + 1):
                m = len(codes) - n + 1
                if m <= 0:
                    return
                gram = gram[:m] + codes[n - 1 :] * power
                power = power * _BASE
                if n < low:
                    continue
                start = np.arange(m)
                inner = borders[start + n - 1] - borders[start + 1] if n > 1 else border[:m].astype(np.int64)
                at = np.flatnonzero((inner == 0) & ~(border[:m] & border[n - 1 :]))
                yield _Grams(self.row[np.where(border[at], at + 1, at)], _mix(gram[at], 64 + n), at, at + n)


def _powers(base: np.uint64, n: int) -> NDArray[np.uint64]:
    powers = np.full(n + 1, base, dtype=np.uint64)
    powers[0] = 1
    with np.errstate(over="ignore"):
        return np.cumprod(powers, dtype=np.uint64)[:n]


_ASCII_WORD = np.array([chr(i).isalnum() or chr(i) == "_" for i in range(128)])


def _alphanumeric(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    inside = _ASCII_WORD[np.minimum(codes, 127)] & (codes < 128)
    other = np.flatnonzero(codes >= 128)
    if len(other):
        seen, which = np.unique(codes[other], return_inverse=True)
        inside[other] = np.array([chr(c).isalnum() for c in seen])[which]
    return inside


def field_values(fields: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """Return the named fields of a record as ``name=value``, one for each item of a list; empty ones are left out."""
    found = []
    for name in names:
        value = fields.get(name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if item not in (None, ""):
                found.append(f"{name}={item}")
    return tuple(found)


def _field_value(value: str) -> str:
    return value[:200].replace("\0", " ").casefold()


def _field_grams(fields: Sequence[Sequence[str]]) -> Iterator[_Grams]:
    values = [value for row in fields for value in row]
    if not values:
        return
    batch = _Batch([_field_value(value) for value in values])
    zeros = np.flatnonzero(batch.codes == 0)
    powers, backs = _powers(_BASE, len(batch.codes)), _powers(_INVERSE, len(batch.codes))
    with np.errstate(over="ignore"):
        sums = np.cumsum((batch.codes.astype(np.uint64) + 1) * powers, dtype=np.uint64)
        gram = (sums[zeros[1:] - 1] - sums[zeros[:-1]]) * backs[np.minimum(zeros[:-1] + 1, len(backs) - 1)]
    owner = np.repeat(np.arange(len(fields)), [len(row) for row in fields])
    yield _Grams(owner, _mix(gram, 128), zeros[:-1] + 1, zeros[1:])


def _grams(spec: BlockSpec, batch: _Batch, fields: Sequence[Sequence[str]]) -> Iterator[_Grams]:
    if spec.kind == "words":
        return batch.words(spec.low, spec.high)
    if spec.kind == "chars":
        return batch.chars(spec.low, spec.high)
    return _field_grams(fields)


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """A fitted featuriser. Immutable; several threads may use one."""

    blocks: tuple[_Block, ...]
    max_chars: int = 20_000
    """What of a text is read."""
    offsets: tuple[int, ...] = field(init=False)
    """Number of the first feature of each block, and the number of all."""

    def __post_init__(self) -> None:
        sizes = [len(block.keys) for block in self.blocks]
        object.__setattr__(self, "offsets", tuple(int(n) for n in np.concatenate(([0], np.cumsum(sizes)))))

    def __len__(self) -> int:
        return self.offsets[-1]

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        specs: Sequence[BlockSpec] = (WORDS, CHARS),
        *,
        fields: Sequence[Sequence[str]] | None = None,
        max_chars: int = 20_000,
    ) -> TextFeatures:
        """Return the featuriser of these texts: which n-grams count, and how rare each is (smoothed idf).

        Args:
            texts: the training texts.
            specs: the blocks.
            fields: for a ``fields`` block, each text's values, such as ``vendor=acme``.
            max_chars: what of a text is read.

        Raises:
            UserError: no text is left to learn from.
        """
        if not texts:
            raise UserError("no text to learn features from")
        seen: list[list[NDArray[np.uint32]]] = [[] for _ in specs]
        for part, part_fields in _batches(texts, fields, max_chars):
            batch = _Batch(part)
            for i, spec in enumerate(specs):
                pairs = [(g.row.astype(np.uint64) << np.uint64(32)) | g.key for g in _grams(spec, batch, part_fields)]
                if pairs:
                    seen[i].append((np.unique(np.concatenate(pairs)) & np.uint64(0xFFFFFFFF)).astype(np.uint32))
        blocks = []
        for spec, found in zip(specs, seen, strict=True):
            keys, counts = np.unique(
                np.concatenate(found) if found else np.zeros(0, dtype=np.uint32), return_counts=True
            )
            kept = counts >= min(spec.min_count, len(texts))
            keys, counts = keys[kept], counts[kept]
            if spec.max_features is not None and len(keys) > spec.max_features:
                best = np.sort(np.argsort(-counts, kind="stable")[: spec.max_features])
                keys, counts = keys[best], counts[best]
            idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)  # as stored
            blocks.append(_Block(spec, keys, idf))
        return cls(tuple(blocks), max_chars)

    def transform(self, texts: Sequence[str], *, fields: Sequence[Sequence[str]] | None = None) -> Rows:
        """Return one row for each text: sublinear tf times idf, each block scaled to its weight."""
        parts: list[Rows] = [self._rows(*batch) for batch in _batches(texts, fields, self.max_chars)]
        if not parts:
            return Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(self))
        if len(parts) == 1:
            return parts[0]
        counts = np.concatenate([np.diff(part.indptr) for part in parts])
        return Rows(
            np.concatenate(([0], np.cumsum(counts))),
            np.concatenate([part.indices for part in parts]),
            np.concatenate([part.values for part in parts]),
            len(self),
        )

    def _rows(self, texts: Sequence[str], fields: Sequence[Sequence[str]]) -> Rows:
        batch = _Batch(texts)
        rows, columns, values = [], [], []
        for block, offset in zip(self.blocks, self.offsets, strict=False):
            if not len(block.keys):
                continue
            places = []
            for grams in _grams(block.spec, batch, fields):
                at = np.minimum(np.searchsorted(block.keys, grams.key), len(block.keys) - 1)
                known = block.keys[at] == grams.key
                places.append((grams.row[known] << 32) | at[known])
            if not places:
                continue
            place, count = np.unique(np.concatenate(places), return_counts=True)
            row, column = place >> 32, place & 0xFFFFFFFF
            value = (1 + np.log(count)) * block.idf[column]
            norm = np.sqrt(np.bincount(row, weights=value * value, minlength=len(texts)))
            rows.append(row)
            columns.append(column + offset)
            values.append(value / norm[row] * block.spec.weight)
        if not rows:
            return Rows(np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(self))
        row, column, value = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
        order = np.argsort(row, kind="stable")
        indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(texts)))))
        return Rows(indptr, column[order].astype(np.int32), value[order].astype(np.float32), len(self))

    def spell(
        self,
        texts: Sequence[str],
        wanted: Sequence[NDArray[np.int64]],
        *,
        fields: Sequence[Sequence[str]] | None = None,
    ) -> list[dict[int, str]]:
        """Return what each text's wanted features say there, in the text's own (folded) words.

        Characters are told as the whole of what they stand in, up to the spaces around it.
        """
        names: list[dict[int, str]] = [{} for _ in texts]
        done = 0
        for part, given in _batches(texts, fields, self.max_chars):
            batch = _Batch(part)
            values = _Batch([_field_value(value) for row in given for value in row])
            sought = [np.sort(w) for w in wanted[done : done + len(part)]]
            rows = np.repeat(np.arange(len(part)), [len(w) for w in sought])
            pairs = (rows << 32) | np.concatenate(sought).astype(np.int64) if len(rows) else rows
            for block, low, high in zip(self.blocks, self.offsets, self.offsets[1:], strict=False):
                if not len(pairs) or high == low:
                    continue
                source = values.text if block.spec.kind == "fields" else batch.text
                for grams in _grams(block.spec, batch, given):
                    at = np.minimum(np.searchsorted(block.keys, grams.key), len(block.keys) - 1)
                    pair = (grams.row << 32) | (at + low)
                    place = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1)
                    for i in np.flatnonzero((block.keys[at] == grams.key) & (pairs[place] == pair)):
                        start, end = int(grams.start[i]), int(grams.end[i])
                        if block.spec.kind == "chars":
                            start, end = _token(source, start, end)
                        names[done + int(grams.row[i])].setdefault(int(at[i]) + low, source[start:end])
            done += len(part)
        return names

    def pruned(self, keep: NDArray[np.bool_]) -> TextFeatures:
        """Return the featuriser with only the marked features.

        A block's norm is over its kept features, so the rows change: weights must be fitted anew.
        """
        blocks = []
        for block, low, high in zip(self.blocks, self.offsets, self.offsets[1:], strict=False):
            blocks.append(_Block(block.spec, block.keys[keep[low:high]], block.idf[keep[low:high]]))
        return TextFeatures(tuple(blocks), self.max_chars)

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_parts`` needs beside the arrays."""
        return {
            "max_chars": self.max_chars,
            "blocks": [
                {"kind": b.spec.kind, "low": b.spec.low, "high": b.spec.high, "weight": b.spec.weight}
                for b in self.blocks
            ],
        }

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays: each block's sorted keys, stored as differences (they compress), and idf."""
        arrays: dict[str, NDArray[Any]] = {}
        for i, block in enumerate(self.blocks):
            arrays[f"keys{i}"] = np.diff(block.keys, prepend=np.uint32(0))
            arrays[f"idf{i}"] = block.idf.astype(np.float16)
        return arrays

    @classmethod
    def from_parts(cls, body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TextFeatures:
        """Return the featuriser that ``to_json`` and ``to_arrays`` describe."""
        blocks = []
        for i, block in enumerate(body["blocks"]):
            keys = np.cumsum(arrays[f"keys{i}"], dtype=np.uint32)
            idf = arrays[f"idf{i}"].astype(np.float32)
            if len(keys) != len(idf):
                raise ValueError(f"block {i} has {len(keys)} keys and {len(idf)} frequencies")
            blocks.append(_Block(BlockSpec(**block), keys, idf))
        return cls(tuple(blocks), int(body["max_chars"]))


def _token(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of what stands between spaces (or a text's ends) around these characters, 60 at most."""
    while start < end and text[start] in " \0":
        start += 1
    while end > start and text[end - 1] in " \0":
        end -= 1
    while start > 0 and end - start < 60 and text[start - 1] not in " \0":
        start -= 1
    while end < len(text) and end - start < 60 and text[end] not in " \0":
        end += 1
    return start, end


def _batches(
    texts: Sequence[str], fields: Sequence[Sequence[str]] | None, max_chars: int
) -> Iterator[tuple[list[str], list[Sequence[str]]]]:
    if fields is not None and len(fields) != len(texts):
        raise ValueError("fields and texts differ in number")
    part: list[str] = []
    given: list[Sequence[str]] = []
    size = 0
    for i, text in enumerate(texts):
        part.append(normalise(text, max_chars))
        given.append(fields[i] if fields is not None else ())
        size += len(part[-1])
        if size >= _UNIT or len(part) >= 4096:
            yield part, given
            part, given, size = [], [], 0
    if part:
        yield part, given


# A sentence ends at a line's end, or at a full stop, question or exclamation mark (closing quotes included) before
# white space. Each character is looked at once: no part of the pattern can match the same characters twice.
_END = re.compile(r"\n|[.!?][\"')\]\u201d\u2019]?(?=\s)")
_SHORT = frozenset(
    "e.g i.e etc vs cf al fig no inc ltd corp co mr mrs ms dr st sec approx dept est jan feb mar apr jun jul aug sep "
    "sept oct nov dec u.s u.k a.k.a aka".split()
)


def sentences(text: str, *, limit: int = 20_000) -> list[tuple[int, int]]:
    """Return the half-open offsets of the text's sentences, in order, at most ``limit`` of them.

    Linear in the text's length. Lines are never joined; white space at the ends is left out.
    """
    found: list[tuple[int, int]] = []
    start = 0

    def add(end: int) -> None:
        nonlocal start
        low, high = start, end
        while low < high and text[low].isspace():
            low += 1
        while high > low and text[high - 1].isspace():
            high -= 1
        if low < high:
            found.append((low, high))
        start = end

    for match in _END.finditer(text):
        if len(found) >= limit:
            return found
        at = match.start()
        if text[at] == ".":
            word = at
            while word > start and at - word < 8 and not text[word - 1].isspace():
                word -= 1
            following = text[match.end() : match.end() + 2].lstrip()
            if text[word:at].lower().lstrip("([\"'") in _SHORT and text[match.end()] != "\n":
                continue
            if following[:1].islower():
                continue
        add(match.end())
    if len(found) < limit:
        add(len(text))
    return found
