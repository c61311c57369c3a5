"""Building a corpus: read → clean → redact → remove duplicates → part → check for leakage → write with its card.

Everything is in a fixed order and drawn by seed: the same inputs give the same bytes. Texts stream through disk; what
is held in memory is one batch and about 150 bytes a record.
"""

from __future__ import annotations

import hashlib
import heapq
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from vedette.bulk.near import join_all
from vedette.errors import OutsideError, UserError
from vedette.forge.base import Progress
from vedette.forge.corpus import layout
from vedette.forge.corpus.base import Bad, CorpusReader, SourceFile, WholeReader
from vedette.forge.corpus.card import Tally, markdown
from vedette.forge.corpus.files import digest_of, list_files, sample_of
from vedette.forge.corpus.intake import Intake
from vedette.forge.corpus.layout import SPLITS, FolderCorpus
from vedette.forge.corpus.leakage import Leaks, look, templates
from vedette.forge.corpus.redact import Redactor, redactor_named
from vedette.forge.corpus.registry import claimed, reader_named, recognise
from vedette.forge.corpus.shape import Item, shape
from vedette.forge.corpus.split import TEST, TRAIN, draw, part
from vedette.forge.recipe import CorpusSpec, SourceSpec

_LARGEST_UNIT = 0.5
_MOST_EXAMPLES = 20

CODE = 1
"""Goes up when the same inputs would give another corpus, so that no old one is taken for a new one."""


@dataclass(frozen=True, slots=True)
class _Source:
    spec: SourceSpec
    path: Path
    reader: CorpusReader | None
    """Where the recipe names it; else each file is recognised."""
    files: list[SourceFile]
    bad: list[Bad]


def build_corpus(
    spec: CorpusSpec,
    folder: Path,
    out: Path,
    *,
    seed: int,
    progress: Progress,
    variables: Mapping[str, str] | None = None,
) -> FolderCorpus:
    """Return the corpus that a recipe describes, built into ``out``.

    One that was built there from the same recipe, seed and inputs is taken as it is.

    Args:
        spec: the recipe's corpus.
        folder: where relative paths start.
        out: the corpus' folder; an older corpus there is replaced when the new one is whole.
        seed: draws limits and splits.
        progress: who is told.
        variables: values of ``${name}`` in paths.

    Raises:
        UserError: a source is missing or gives no record, a licence is not allowed, the parts leak, …
        OutsideError: the disk is full, …
    """
    if not spec.sources:
        raise UserError("the corpus has no sources", next_step="name at least one under corpus: sources:")
    sources = _resolve(spec.sources, folder, variables or {})
    redactor = None if spec.clean.redact is None else redactor_named(spec.clean.redact)
    build = _build_digest(spec, sources, seed, redactor)
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(out.with_name(f".{out.name}.lock")):
        manifest = layout.read_manifest(out)
        if manifest is not None and manifest.get("build") == build:
            try:
                corpus = layout.open_corpus(out)
            except UserError:
                progress.note("the corpus there does not match its digests; building it again")
            else:
                progress.note(f"taking the corpus that was built from the same inputs: {out}")
                return corpus
        layout.check_free(out)
        for left in out.parent.glob(f".{out.name}.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        work = out.with_name(f".{out.name}.new-{os.getpid()}")
        work.mkdir()
        try:
            making = _Build(spec, sources, seed, redactor, build, progress, work, out)
            try:
                making.run()
            finally:
                making.intake.abandon()
            layout.place(work / "corpus", out)
        except OSError as error:
            raise OutsideError(
                f"cannot write the corpus: {error.strerror or error}", next_step="check the disk and permissions"
            ) from None
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return layout.open_corpus(out)


def _resolve(specs: Sequence[SourceSpec], folder: Path, variables: Mapping[str, str]) -> list[_Source]:
    out: list[_Source] = []
    names: set[str] = set()
    for spec in specs:
        path_text = spec.path
        for name, value in variables.items():
            path_text = path_text.replace("${" + name + "}", value)
        path = folder / Path(path_text).expanduser()
        reader = claimed(path) if spec.format == "auto" else reader_named(spec.format)
        name = wanted = spec.name or Path(path_text).name or path_text
        number = 2
        while name in names:
            name, number = f"{wanted}-{number}", number + 1
        names.add(name)
        if reader is not None and reader.whole:
            files: list[SourceFile] = [SourceFile(path if path.exists() else Path(path_text), "")]
            bad: list[Bad] = []
        else:
            files, bad = list_files(path)
            if not files:
                raise UserError(f"{path} holds no files", next_step="a source names a file, or a folder with files")
        out.append(_Source(replace(spec, name=name), path, reader, files, bad))
    return out


def _build_digest(spec: CorpusSpec, sources: Sequence[_Source], seed: int, redactor: Redactor | None) -> str:
    inputs: list[list[Any]] = []
    for source in sources:
        if source.reader is not None and source.reader.whole:
            assert isinstance(source.reader, WholeReader)  # noqa: S101 (claimed or named as such)
            inputs.append([source.spec.name, source.reader.digest(source.files[0], source.spec)])
            continue
        inputs.append([source.spec.name, [[f.name, digest_of(f.path)] for f in source.files]])
    said = asdict(spec)
    for source in said["sources"]:
        source.pop("path")
    whole = [layout.VERSION, CODE, said, seed, redactor and [redactor.name, getattr(redactor, "version", 0)], inputs]
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


class _Build:
    def __init__(
        self,
        spec: CorpusSpec,
        sources: Sequence[_Source],
        seed: int,
        redactor: Redactor | None,
        build: str,
        progress: Progress,
        work: Path,
        out: Path,
    ) -> None:
        self.spec = spec
        self.sources = sources
        self.seed = seed
        self.redactor = redactor
        self.build = build
        self.progress = progress
        self.work = work
        self.name = out.name
        self.intake = Intake(work, spec.clean, [s.spec for s in sources], redactor, seed)
        self.n_read: Counter[int] = Counter()
        self.n_kept: Counter[int] = Counter()
        self.formats: dict[int, set[str]] = {}
        self.reasons: dict[int, Counter[str]] = {}
        self.kept_together = 0
        """How many kinds of likeness the split kept together: none, near-duplicates, template duplicates too."""
        self.leakage: dict[str, Any] = {}

    def run(self) -> None:
        self._read()
        self.intake.close()
        for at, source in enumerate(self.sources):
            if not self.n_kept[at]:
                self._nothing(at, source)
        keep = self._distinct()
        parts = self._part(keep)
        self._guard(parts)
        self._write(parts)

    # -- reading -------------------------------------------------------------------------------

    def _read(self) -> None:
        total = sum(len(s.files) for s in self.sources)
        done = 0
        for at, source in enumerate(self.sources):
            self.reasons[at] = Counter()
            self.formats[at] = set()
            for bad in source.bad:
                self._refuse(bad, at)
            items = self._items(at, source)
            if source.spec.limit is not None:
                items = iter(_drawn(items, source.spec.limit, self.seed, self.intake.removed))
            for item in items:
                if item is None:
                    done += 1
                    self.progress.update("read", done, total, records=len(self.intake.index))
                    continue
                allowed = self.spec.clean.licences
                # a source that is only measured with is not trained on, so its terms do not bind the model
                if allowed is not None and item.licence not in allowed and source.spec.split != "test":
                    raise UserError(
                        f"source {source.spec.name!r} has licence {item.licence!r}, which the recipe does not allow "
                        f"(allowed: {', '.join(allowed) or 'none'})",
                        next_step="say the source's licence: (an SPDX id), add it to clean.licences, or drop it",
                    )
                self.n_kept[at] += self.intake.take(item)
                if len(self.intake.index) % 2000 == 0:
                    self.progress.update("read", done, total, records=len(self.intake.index))

    def _items(self, at: int, source: _Source) -> Iterator[Item | None]:
        for file in source.files:
            reader = source.reader or recognise(sample_of(file))
            if reader is None:
                self._refuse(Bad(place="", reason="no reader knows this file", file=file.name), at)
                yield None
                continue
            self.formats[at].add(reader.name)
            for row in reader.read(file, source.spec):
                if isinstance(row, Bad):
                    self._refuse(row if row.file else replace(row, file=file.name), at)
                    continue
                self.n_read[at] += 1
                item = shape(row, file.name, source.spec, at)
                if isinstance(item, Bad):
                    self._refuse(item, at)
                elif isinstance(item, str):
                    self.intake.removed[item] += 1
                else:
                    yield item
            yield None

    def _refuse(self, bad: Bad, at: int) -> None:
        self.reasons[at][bad.reason] += 1
        self.intake.refuse(bad, at)

    def _nothing(self, at: int, source: _Source) -> None:
        told = "; ".join(f"{why} ({n}×)" for why, n in self.reasons[at].most_common(3))
        if not told:
            told = f"{self.n_read[at]:,} were read and none was kept: see where:, min_chars, quality and languages"
        raise UserError(
            f"source {source.spec.name!r} gives no record: {told}",
            next_step="name the field that holds the text: text: FIELD, and the format where it is not recognised",
        )

    # -- duplicates ----------------------------------------------------------------------------

    def _distinct(self) -> Any:
        """Return which records stay, bool (n,): one of each set of duplicates with the same labels and same pin."""
        index = self.intake.index
        n = len(index)
        keep = np.ones(n, dtype=bool)
        pin = np.frombuffer(index.pin, dtype=np.int8).astype(np.int64)
        payload = np.frombuffer(index.payload, dtype=np.uint64)
        exact = np.frombuffer(index.exact, dtype=np.uint64)
        self.progress.update("duplicates", 0, 2)
        self._drop(keep, np.arange(n), np.stack([exact, payload, pin.astype(np.uint64)], axis=1), "exact duplicate")
        threshold = self.spec.clean.near_duplicates
        if threshold is not None:
            for value in np.unique(pin):
                ids = np.flatnonzero(keep & (pin == value))
                heads = self.intake.near.clusters(ids, threshold)
                key = np.stack([heads.astype(np.uint64), payload[ids]], axis=1)
                self._drop(keep, ids, key, "near-duplicate")
        self.progress.update("duplicates", 2, 2)
        return keep

    def _drop(self, keep: Any, ids: Any, keys: Any, reason: str) -> None:
        _, first = np.unique(keys, axis=0, return_index=True)
        stays = np.zeros(len(ids), dtype=bool)
        stays[first] = True
        keep[ids[~stays]] = False
        if not stays.all():
            self.intake.removed[reason] += int((~stays).sum())

    # -- parts ---------------------------------------------------------------------------------

    def _part(self, keep: Any) -> Any:
        index = self.intake.index
        n = len(index)
        ids = np.flatnonzero(keep)
        pin = np.frombuffer(index.pin, dtype=np.int8)
        groups = np.frombuffer(index.group, dtype=np.int64)
        sources = np.frombuffer(index.source, dtype=np.int64)
        by = self.spec.split.by
        every = np.arange(n, dtype=np.int64)
        if by == "source":
            units = _first_of(sources, every)
        else:
            units = join_all(n, [_first_of(groups, every)] if by != "hash" else [])
        if by in ("group", "hash"):
            units = self._with_alike(units, np.flatnonzero(keep & (pin < 0)))
        parts = np.full(n, -1, dtype=np.int8)
        times = np.frombuffer(index.at, dtype=np.int64)
        parts[ids] = part(
            self.spec.split,
            seed=self.seed,
            units=units[ids],
            keys=[index.ids[i] for i in ids.tolist()],
            times=times[ids],
            pinned=pin[ids],
        )
        return parts

    def _with_alike(self, units: Any, ids: Any) -> Any:
        """Return units joined where near- or template duplicates link them, so that they are not parted.

        Where that would tie more than half of all records into one unit, the template links are left out, then the
        near-duplicate links: the leakage check then takes the duplicates out instead.
        """
        spec = self.spec.leakage
        n = len(units)
        self.progress.update("alike", 0, 2)
        links = [_linked(n, ids, self.intake.near.clusters(ids, spec.near_duplicates))]
        if spec.template_duplicates is not None:
            self.progress.update("alike", 1, 2)
            some = templates(self.intake, ids)
            links.append(_linked(n, some, self.intake.templates.clusters(some, spec.template_duplicates)))
        self.progress.update("alike", 2, 2)
        for used in range(len(links), 0, -1):
            joined = join_all(n, [units, *links[:used]])
            _, sizes = np.unique(joined[ids], return_counts=True)
            if len(ids) and sizes.max() <= max(len(ids) * _LARGEST_UNIT, 1):
                self.kept_together = used
                return joined
        return units

    # -- leakage -------------------------------------------------------------------------------

    def _guard(self, parts: Any) -> None:
        """Take leaking records out where the recipe says so, then refuse parts that still leak.

        Raises:
            UserError: more test records leak than the recipe allows; or nothing is left to train on.
        """
        spec = self.spec.leakage
        self.progress.update("leakage", 0, 2)
        leaks = first = look(self.intake, parts, spec)
        removed: dict[str, dict[str, int]] = {}
        if spec.remove and first.found:
            for pair, kinds in first.blamed.items():
                removed[pair] = {kind: len(ids) for kind, ids in kinds.items()}
                for kind, ids in kinds.items():
                    parts[ids] = -1
                    self.intake.removed[f"leakage: {kind}"] += len(ids)
            self.progress.update("leakage", 1, 2)
            leaks = look(self.intake, parts, spec)
        self.progress.update("leakage", 2, 2)
        n_test = int((parts == TEST).sum())
        left = len(leaks.leaking.get(TEST, ())) / n_test if n_test else 0.0
        self.leakage = {
            "found": first.found,
            "removed": removed,
            "left": leaks.found,
            "left_share": round(left, 6),
            "max_share": spec.max_share,
            "examples": [
                {"parts": p, "kind": k, "record": self._id(a), "seen_in": self._id(b)}
                for p, k, a, b in first.examples[:_MOST_EXAMPLES]
            ],
        }
        if left > spec.max_share:
            raise UserError(
                self._leaking(leaks, left, n_test),
                next_step="set leakage: {remove: true} to take what leaks out of train, split by the group that ties "
                "them (split: {by: group}), or allow a share with max_share",
            )
        if not (parts == TRAIN).any():
            raise UserError(
                "nothing is left to train on: all records went to validation and test, or leaked and were taken out",
                next_step="give more sources, smaller shares for validation and test, or another split.by",
            )

    def _id(self, at: int) -> str:
        return self.intake.index.ids[at].hex()

    def _leaking(self, leaks: Leaks, left: float, n_test: int) -> str:
        told = [e for e in leaks.examples if e[0].endswith("test")][:3]
        texts = self._texts({at for _, _, a, b in told for at in (a, b)})
        shown = "".join(
            f"\n  {kind}: {self._id(a)[:12]} {texts[a]!r}\n    stands in {pair.split('→')[0]} as "
            f"{self._id(b)[:12]} {texts[b]!r}"
            for pair, kind, a, b in told
        )
        counts = ", ".join(
            f"{n} {kind} ({pair})"
            for pair, kinds in leaks.found.items()
            if pair.endswith("test")
            for kind, n in kinds.items()
        )
        return (
            f"the test part leaks: {left:.1%} of its {n_test:,} records were seen ({counts}), "
            f"at most {self.spec.leakage.max_share:.1%} may{shown}"
        )

    def _texts(self, wanted: set[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        done = 0
        with pq.ParquetFile(self.intake.staged) as staged:
            for batch in staged.iter_batches(batch_size=layout.ROWS_AT_ONCE, columns=["text"]):
                for at in wanted:
                    if done <= at < done + len(batch):
                        found[at] = batch.column(0)[at - done].as_py()[:100]
                done += len(batch)
        return found

    # -- writing -------------------------------------------------------------------------------

    def _write(self, parts: Any) -> None:
        folder = self.work / "corpus"
        folder.mkdir()
        tally = Tally()
        writers = {s: layout.writer(folder / f"{s}.parquet") for s in SPLITS}
        done = 0
        try:
            with pq.ParquetFile(self.intake.staged) as staged:
                for batch in staged.iter_batches(batch_size=layout.ROWS_AT_ONCE):
                    here = parts[done : done + len(batch)]
                    for at, split in enumerate(SPLITS):
                        chosen = np.flatnonzero(here == at)
                        if not len(chosen):
                            continue
                        rows = batch.take(pa.array(chosen))
                        writers[split].write_batch(rows)
                        for row in rows.to_pylist():
                            tally.add(split, layout.record_of(row))
                    done += len(batch)
                    self.progress.update("write", done, len(parts))
        finally:
            for out in writers.values():
                out.close()
        (self.work / "quarantine.parquet").rename(folder / "quarantine.parquet")
        card = self._card(tally)
        body = orjson.dumps(card, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"
        (folder / "card.json").write_bytes(body)
        (folder / "CARD.md").write_text(markdown(orjson.loads(body), self.name), encoding="utf-8")
        layout.seal(folder, self.build, {})

    def _card(self, tally: Tally) -> dict[str, Any]:
        facts = tally.facts()
        return {
            "version": layout.VERSION,
            "seed": self.seed,
            "build": self.build,
            **facts,
            "sources": [
                {
                    "name": s.spec.name,
                    "licence": s.spec.licence,
                    "format": ", ".join(sorted(self.formats[at])),
                    "files": len(s.files),
                    "read": self.n_read[at],
                    "split": s.spec.split,
                    "weight": s.spec.weight,
                }
                for at, s in enumerate(self.sources)
            ],
            "removed": dict(sorted(self.intake.removed.items())),
            "quarantined": dict(sorted(self.intake.quarantined.items())),
            "redactor": self.redactor.name if self.redactor else None,
            "redactions": dict(sorted(self.intake.redactions.items())),
            "leakage": self.leakage,
            "kept_together": ("groups", "near-duplicates", "template duplicates")[: 1 + self.kept_together],
            "spec": _told(self.spec),
        }


def _drawn(items: Iterator[Item | None], limit: int, seed: int, removed: Counter[str]) -> list[Item | None]:
    """Return ``limit`` items drawn by seed, in the order in which they were read; they are held in memory."""
    heap: list[tuple[int, int, Item]] = []
    ends = 0
    for number, item in enumerate(items):
        if item is None:
            ends += 1
            continue
        key = -draw(seed, f"{item.file}\0{item.place}\0{item.text}")
        if len(heap) < limit:
            heapq.heappush(heap, (key, number, item))
        else:
            heapq.heappushpop(heap, (key, number, item))
            removed["over the source's limit"] += 1
    return [item for _, _, item in sorted(heap, key=lambda e: e[1])] + [None] * ends


def _linked(n: int, ids: Any, heads: Any) -> Any:
    link = np.arange(n, dtype=np.int64)
    link[ids] = heads
    return link


def _first_of(values: Any, every: Any) -> Any:
    """Return for each item the first one with its value; -1 is nobody's value."""
    _, first, back = np.unique(values, return_index=True, return_inverse=True)
    return np.where(values < 0, every, first[back])


def _told(spec: CorpusSpec) -> dict[str, Any]:
    """Return the recipe's corpus for the card; of paths only the last part, so that places do not change its bytes."""
    said: dict[str, Any] = orjson.loads(orjson.dumps(spec))
    for source in said["sources"]:
        source["path"] = Path(source["path"]).name
    return said
