"""Marks on texts that are nearly the same as an earlier one.

MinHash finds candidates and the true Jaccard similarity of their word shingles decides (``vedette.bulk.near``). Rows
are not left out: which of two near-identical reports is the better one is the reader's choice.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.bulk.near import ShingleFile
from vedette.bulk.sources import Source
from vedette.bulk.words import WordHasher, words_of
from vedette.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

SHINGLE_WORDS = 3


def near_duplicate_rows(source: Source, shard_rows: int, threshold: float) -> pa.Table:
    """Return a row for each text that is much like an earlier one: both ids, and how alike they are.

    Args:
        source: rows with ``id`` and ``text``, or the bytes of a text as ``content``.
        shard_rows: rows that are read together.
        threshold: Jaccard similarity of their sets of word shingles from which on, in (0, 1].

    Raises:
        UserError: the threshold is none, or the rows have no text.
    """
    import numpy as np
    import pyarrow as pa

    if not 0 < threshold <= 1:
        raise UserError(f"{threshold} is no similarity", next_step="--near-duplicates takes a number such as 0.8")
    ids: list[str] = []
    hasher = WordHasher()
    with tempfile.TemporaryDirectory(prefix="vedette-near-") as folder:
        shingles = ShingleFile(Path(folder), "texts", SHINGLE_WORDS)
        try:
            for shard in source.shards(shard_rows, lambda _: False):
                names = shard.table.column_names
                if "id" not in names or "text" not in names:
                    raise UserError("near-duplicates are looked for among texts", next_step="leave it out")
                ids += shard.table.column("id").to_pylist()
                contents = (
                    shard.table.column("content").to_pylist() if "content" in names else [None] * len(shard.table)
                )
                texts = [
                    text if text is not None else (content or b"").decode("utf-8", "replace")
                    for text, content in zip(shard.table.column("text").to_pylist(), contents, strict=True)
                ]
                shingles.add([hasher(words_of(text) or [""]) for text in texts])
            shingles.close()
            every = np.arange(len(ids), dtype=np.int64)
            first = shingles.clusters(every, threshold)
            later = np.flatnonzero(first != every)
            alike = shingles.jaccard(first[later], later) if len(later) else np.zeros(0)
        finally:
            shingles.abandon()
    return pa.table(
        {
            "id": pa.array([ids[at] for at in later], pa.string()),
            "first_id": pa.array([ids[at] for at in first[later]], pa.string()),
            "similarity": pa.array([round(float(one), 4) for one in alike], pa.float64()),
        }
    )
