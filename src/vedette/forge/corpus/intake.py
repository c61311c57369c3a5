"""From rows to cleaned, redacted records on disk, with what later steps compare them by.

One record after another, a batch in memory at a time; what stays is about 150 bytes a record.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from vedette.bulk.near import ShingleFile
from vedette.bulk.words import Numbers, WordHasher, words_of
from vedette.documents.language import language_of
from vedette.forge.base import Record
from vedette.forge.corpus.base import Bad
from vedette.forge.corpus.clean import normalise, rejected
from vedette.forge.corpus.layout import QUARANTINE, ROWS_AT_ONCE, SCHEMA, SPLITS, writer
from vedette.forge.corpus.quality import judge
from vedette.forge.corpus.redact import Redactor
from vedette.forge.corpus.shape import Item
from vedette.forge.corpus.template import MASK, masked_words
from vedette.forge.recipe import CleanSpec, SourceSpec

NEAR_SHINGLE = 3
TEMPLATE_SHINGLE = 2
"""Words of a shingle. Templates are compared by pairs, so that one product name that no rule masks costs little."""
NO_TIME = int(np.iinfo(np.int64).min)
_BATCH_CHARS = 8 << 20


@dataclass(slots=True)
class Index:
    """What is remembered of each record, by its place."""

    exact: array[int] = field(default_factory=lambda: array("Q"))
    payload: array[int] = field(default_factory=lambda: array("Q"))
    group: array[int] = field(default_factory=lambda: array("q"))
    """Number of its group, -1 for none."""
    at: array[int] = field(default_factory=lambda: array("q"))
    pin: array[int] = field(default_factory=lambda: array("b"))
    source: array[int] = field(default_factory=lambda: array("q"))
    n_words: array[int] = field(default_factory=lambda: array("q"))
    n_plain: array[int] = field(default_factory=lambda: array("q"))
    """Words that masking leaves."""
    ids: list[bytes] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.exact)


class Intake:
    """Takes items in and keeps the records that pass.

    Args:
        work: folder for what is staged.
        spec: what is taken out.
        sources: the recipe's sources, named.
        redactor: takes personal data and secrets out; None for none.
        seed: keys the digests that stand for redacted group names.
    """

    def __init__(
        self, work: Path, spec: CleanSpec, sources: Sequence[SourceSpec], redactor: Redactor | None, seed: int
    ) -> None:
        self._spec = spec
        self._sources = sources
        self._redactor = redactor
        self._seed = seed
        self.staged = work / "staged.parquet"
        self._out = writer(self.staged)
        self._quarantine = writer(work / "quarantine.parquet", QUARANTINE)
        self._bad: list[dict[str, str]] = []
        self._hasher = WordHasher()
        self._words_path = work / "words.bin"
        self._words_out = self._words_path.open("wb")
        self.near = ShingleFile(work, "near", NEAR_SHINGLE)
        self.templates = ShingleFile(work, "template", TEMPLATE_SHINGLE)
        self.index = Index()
        self.removed: Counter[str] = Counter()
        self.redactions: Counter[str] = Counter()
        self.quarantined: Counter[str] = Counter()
        self._seen: dict[bytes, int] = {}
        self._records: list[Record] = []
        self._near: list[Numbers] = []
        self._masked: list[Numbers] = []
        self._n_chars = 0

    def refuse(self, bad: Bad, source: int) -> None:
        """Put something unreadable into quarantine."""
        self.quarantined[_kind(bad.reason)] += 1
        row = {"source": self._sources[source].name, "file": bad.file, "place": bad.place, "reason": bad.reason}
        self._bad.append({k: normalise(str(v)) for k, v in row.items()} | {"excerpt": self._clean(bad.excerpt)})
        if len(self._bad) >= ROWS_AT_ONCE:
            self._flush_bad()

    def take(self, item: Item) -> bool:
        """Return whether an item becomes a record; where not, its reason is counted."""
        text = normalise(item.text)
        why = rejected(text, self._spec)
        if why is None and self._spec.quality > 0:
            why = judge(text, self._spec.quality)
        if why is not None:
            self.removed[why] += 1
            return False
        language = language_of(text)
        if self._spec.languages and language is not None and language not in self._spec.languages:
            self.removed[f"language {language}"] += 1
            return False
        messages = tuple({**m, "content": self._clean(m["content"])} for m in item.messages)
        chosen = None if item.chosen is None else self._clean(item.chosen)
        rejected_reply = None if item.rejected is None else self._clean(item.rejected)
        if messages and text == normalise(_joined([m["content"] for m in item.messages], item.chosen)):
            text = _joined([m["content"] for m in messages], chosen)
        else:
            text = self._clean(text)
        if not text:
            self.removed["empty after cleaning"] += 1
            return False
        self._keep(item, text, messages, chosen, rejected_reply, language)
        return True

    def _keep(
        self,
        item: Item,
        text: str,
        messages: tuple[Mapping[str, str], ...],
        chosen: str | None,
        rejected_reply: str | None,
        language: str | None,
    ) -> None:
        source = self._sources[item.source]
        name = source.name or ""
        group = self._group(item.group)
        payload = orjson.dumps([item.labels, messages, chosen, rejected_reply])
        digest = blake2b(orjson.dumps([name, text, group]) + payload, digest_size=16).digest()
        again = self._seen[digest] = self._seen.get(digest, -1) + 1
        if again:
            digest = blake2b(digest + again.to_bytes(8), digest_size=16).digest()
        self._records.append(
            Record(
                record_id=digest.hex(),
                text=text,
                labels=item.labels,
                messages=messages,
                chosen=chosen,
                rejected=rejected_reply,
                fields=self._fields(item.fields),
                source=name,
                licence=item.licence,
                group=group,
                at=item.at,
                language=language,
                weight=source.weight,
            )
        )
        words = words_of(text)
        numbers = self._hasher(words)
        self._near.append(numbers)
        masked = masked_words(text)
        self._masked.append(self._hasher(masked))
        index = self.index
        index.exact.append(_short(" ".join(text.casefold().split()).encode()))
        distinct = digest if source.options.get("keep_duplicates") else b""
        index.payload.append(_short(payload + distinct))
        index.group.append(index.groups.setdefault(group, len(index.groups)) if group else -1)
        index.at.append(NO_TIME if item.at is None else _micros(item.at))
        index.pin.append(-1 if item.split is None else SPLITS.index(item.split))
        index.source.append(item.source)
        index.n_words.append(len(numbers))
        index.n_plain.append(len(masked) - masked.count(MASK))
        index.ids.append(digest)
        self._n_chars += len(text)
        if len(self._records) >= ROWS_AT_ONCE or self._n_chars > _BATCH_CHARS:
            self._flush()

    def _clean(self, text: str) -> str:
        text = normalise(text)
        if self._redactor is None or not text:
            return text
        done = self._redactor.redact(text)
        self.redactions.update(done.counts)
        return done.text

    def _group(self, group: str) -> str:
        if not group or self._redactor is None:
            return group
        if self._redactor.redact(group).text == group:
            return group
        key = self._seed.to_bytes(16, "big", signed=True)
        return "group-" + blake2b(group.encode("utf-8", "replace"), digest_size=8, key=key).hexdigest()

    def _fields(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, Mapping):
            return {normalise(str(k)): self._fields(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._fields(v) for v in value]
        if isinstance(value, (bytes, bytearray)):
            return f"<{len(value)} bytes>"
        return value

    def _flush(self) -> None:
        if not self._records:
            return
        self._out.write_batch(batch_of(self._records))
        self._words_out.write(np.concatenate(self._near).tobytes() if self._near else b"")
        self.near.add(self._near)
        self.templates.add(self._masked)
        self._records, self._near, self._masked, self._n_chars = [], [], [], 0

    def _flush_bad(self) -> None:
        self._quarantine.write_batch(pa.RecordBatch.from_pylist(self._bad, schema=QUARANTINE))
        self._bad = []

    def abandon(self) -> None:
        """Let go of the files, whether or not the taking in came to its end."""
        for part in (self._out, self._quarantine, self._words_out):
            part.close()
        self.near.abandon()
        self.templates.abandon()

    def close(self) -> None:
        """End the taking in."""
        self._flush()
        if self._bad:
            self._flush_bad()
        self._out.close()
        self._quarantine.close()
        self._words_out.close()
        self.near.close()
        self.templates.close()
        self._seen.clear()

    def words(self) -> tuple[Numbers, np.ndarray[Any, np.dtype[np.int64]]]:
        """Return the word numbers of all records, one after another, and how many each has."""
        lengths = np.frombuffer(self.index.n_words, dtype=np.int64) if len(self.index) else np.zeros(0, dtype=np.int64)
        if not lengths.sum():
            return np.zeros(0, dtype=np.uint64), lengths
        return np.memmap(self._words_path, dtype=np.uint64, mode="r"), lengths


def batch_of(records: Sequence[Record]) -> pa.RecordBatch:
    """Return records as rows to be stored."""
    columns: dict[str, list[Any]] = {name: [getattr(r, name) for r in records] for name in SCHEMA.names}
    columns["fields"] = [
        orjson.dumps(r.fields, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
        if r.fields
        else ""
        for r in records
    ]
    return pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def _joined(turns: Sequence[str], chosen: str | None) -> str:
    return "\n".join([*turns, chosen] if chosen is not None else turns)


def _short(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest())


def _micros(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _kind(reason: str) -> str:
    return reason.split(":", 1)[0].split(" (", 1)[0][:60]
