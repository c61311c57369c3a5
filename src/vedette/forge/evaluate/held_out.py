"""Held-out texts, read as a corpus source is read and drawn by seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.forge.base import Record
    from vedette.forge.corpus.shape import Item
    from vedette.forge.recipe import SourceSpec, Split


_LONGEST = 4000
"""Characters of a text that are read, about one window of 1,024 tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Texts that a model has not been trained on."""

    name: str
    """``security``, ``general``, …"""
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    """What each text belongs to; whole groups are drawn for intervals."""
    n_there: int
    """Texts that there are, of which these were drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text and what it belongs to."""

    text: str
    group: str = ""


def draw(texts: Iterable[Text], name: str, *, max_chars: int, max_documents: int, seed: int) -> HeldOut:
    """Return texts drawn by seed until they hold about so many characters. The same seed draws the same texts.

    Texts of fewer than two characters are passed over. A text is cut to 4,000 characters, or an eighth of the limit,
    so that no single one decides the figure.

    Raises:
        UserError: nothing is left.
    """
    found = [item for item in texts if len(item.text.strip()) > 1]
    if not found:
        raise UserError(f"the held-out text {name!r} is empty")
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)  # noqa: S311  (a sample, not a secret)
    longest = min(_LONGEST, max(1000, max_chars // 8))
    kept: list[int] = []
    cut: list[str] = []
    total = 0
    for k in order:
        if total >= max_chars or len(kept) >= max_documents:
            break
        kept.append(k)
        cut.append(found[k].text[: min(longest, max(200, max_chars - total))])
        total += len(cut[-1])
    groups = tuple(found[k].group or f"#{k}" for k in kept)
    return HeldOut(name=name, texts=tuple(cut), groups=groups, n_there=len(found))


def read_texts(spec: SourceSpec, folder: Path) -> Iterator[Text]:
    """Yield the texts of a source, as the corpus would read them; see :func:`read_items`."""
    for item in read_items(spec, folder):
        yield Text(text=item.text, group=item.group)


def read_items(spec: SourceSpec, folder: Path) -> Iterator[Item]:
    """Yield the items of a source, as the corpus would read them. What cannot be read is passed over.

    Args:
        spec: the source.
        folder: where a relative path starts.

    Raises:
        UserError: there is nothing at the path, no reader knows the format, or nothing in it is text.
    """
    from vedette.forge.corpus.base import Bad
    from vedette.forge.corpus.files import list_files, sample_of
    from vedette.forge.corpus.registry import reader_named, recognise
    from vedette.forge.corpus.shape import Item, shape

    path = (folder / Path(spec.path).expanduser()).resolve()
    named = None if spec.format == "auto" else reader_named(spec.format)
    files, _ = list_files(path)
    n_read, first_bad = 0, ""
    for file in files:
        reader = named or recognise(sample_of(file))
        if reader is None:
            first_bad = first_bad or f"{file.name}: no reader knows its format"
            continue
        for row in reader.read(file, spec):
            item = row if isinstance(row, Bad) else shape(row, file.name, spec, 0)
            if isinstance(item, Item):
                n_read += 1
                yield item
            elif isinstance(item, Bad):
                first_bad = first_bad or f"{item.file or file.name} {item.place}: {item.reason}".replace("  ", " ")
    if not n_read:
        why = f": {first_bad}" if first_bad else ""
        raise UserError(f"no text was read from {path}{why}", next_step="check the source's format and text field")


class Labelled:
    """A labelled source as a corpus that is all test part: what a trained classifier is measured on."""

    def __init__(self, spec: SourceSpec, folder: Path) -> None:
        """Read the source.

        Raises:
            UserError: there is nothing to read, or no record has a label.
        """
        from vedette.forge.base import Record

        self.path = (folder / spec.path).resolve()
        self._records = [
            Record(
                record_id=hashlib.sha256(f"{k}:{item.text}".encode("utf-8", "replace")).hexdigest()[:32],
                text=item.text,
                labels=item.labels,
                fields=item.fields,
                source=self.path.name,
                group=item.group,
                at=item.at,
            )
            for k, item in enumerate(read_items(spec, folder))
        ]
        if not any(record.labels for record in self._records):
            raise UserError(
                f"no record of {self.path} has a label in {spec.label!r}", next_step="--label-field names its field"
            )
        self.card: Mapping[str, Any] = {"source": str(self.path)}

    @property
    def digest(self) -> str:
        """Return the digest of the records."""
        return hashlib.sha256("".join(record.record_id for record in self._records).encode()).hexdigest()

    def count(self, split: Split) -> int:
        """Return how many records a part has."""
        return len(self._records) if split == "test" else 0

    def records(self, split: Split) -> Iterator[Record]:
        """Yield a part's records."""
        return iter(self._records if split == "test" else ())
