"""Labelled sentences, and the same with other names in them: so that a name's surroundings are learnt, not the name."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vedette.intel.entities.features import Features, Read, shipped_lists
from vedette.intel.entities.tokens import Token
from vedette.knowledge.attack_names import named_things

BLOCK = 40
"""Sentences in which a name becomes the same other one."""
SWAPPED: Mapping[str, float] = {"Malware": 0.85}
"""Share of the names of a type that become others."""
SWAPPED_MORE: Mapping[str, float] = {"Malware": 0.85, "Organization": 0.4, "System": 0.25}
_SYLLABLES = (
    "an bo cra dri ex fin go hum in jo kra lo mi nex on pu qua ri sto tri ul vor wi xe ya zeb spy loc bot bank droid "
    "steal shade ghost".split()
)
_BEHIND = ("Bot", "RAT", "Spy", "Locker", "Loader", "Droid", "Bank", "Mo", "Rat")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's words and their tags."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def cyner(shared: Path, split: str) -> list[Sentence]:
    """Return a split of CyNER (``train``, ``valid``), in the order of the file: that of the documents."""
    packed = shared / "ner-cyner" / f"{split}.jsonl.gz"
    raw = gzip.decompress(packed.read_bytes()) if packed.exists() else packed.with_suffix("").read_bytes()
    rows = [json.loads(line) for line in raw.splitlines() if line.strip()]
    return [Sentence(tuple(row["tokens"]), tuple(row["tags"])) for row in rows]


def spans(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the ranges that tags mark, half open; one that goes on without beginning begins there."""
    found: list[tuple[str, int, int]] = []
    for at, tag in enumerate(tags):
        if tag == "O":
            continue
        if tag[0] == "B" or not found or found[-1][2] != at or found[-1][0] != tag[2:]:
            found.append((tag[2:], at, at + 1))
        else:
            found[-1] = (tag[2:], found[-1][1], at + 1)
    return found


def placed(words: Sequence[str]) -> tuple[str, list[Token]]:
    """Return words as a text, and where each stands in it."""
    found, at = [], 0
    for word in words:
        found.append(Token(at, at + len(word), word))
        at += len(word) + 1
    return " ".join(words), found


def read(features: Features, words: Sequence[str]) -> Read:
    """Return what the tagger reads of a sentence that is parted into words."""
    text, found = placed(words)
    return features.read(text, found, shipped_lists().matcher.find(text))


def vocabulary(sentences: Sequence[Sentence], least: int = 3) -> list[str]:
    """Return the words that context is made of, most frequent first: no names of malware, no values."""
    total: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for sentence in sentences:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            total[word.lower()] += 1
            named[word.lower()] += tag[2:] in ("Malware", "Indicator")
    kept = {word: n for word, n in total.items() if n >= least and named[word] < 0.4 * n}
    return sorted(kept, key=lambda word: (-kept[word], word))


def made_up(rng: random.Random) -> str:
    """Return a name that nobody bears."""
    word = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3))))
    form = rng.random()
    if form < 0.45:
        return word.capitalize()
    if form < 0.65:
        return word.capitalize() + rng.choice(_BEHIND)
    if form < 0.75:
        return word.upper()
    if form < 0.9:
        return word[:3].capitalize() + word[3:].capitalize()
    return f"{word.capitalize()} {rng.choice(_SYLLABLES).capitalize()}"


def _listed() -> list[str]:
    return [
        name
        for thing in named_things().values()
        if thing.kind == "malware"
        for name in (thing.name, *thing.aliases)
        if len(name) > 3 and " " not in name
    ]


def renamed(sentences: Sequence[Sentence], seed: int, swapped: Mapping[str, float] = SWAPPED) -> Iterator[Sentence]:
    """Yield the sentences with other names in them, a name's mentions nearby all becoming the same one."""
    rng = random.Random(seed)  # noqa: S311  (draws names, keeps no secret)
    listed = _listed()
    becomes: dict[str, str | None] = {}
    for number, sentence in enumerate(sentences):
        if number % BLOCK == 0:
            becomes = {}
        words: list[str] = []
        tags: list[str] = []
        at = 0
        for kind, low, high in spans(sentence.tags):
            if kind not in swapped:
                continue
            name = " ".join(sentence.words[low:high])
            other = None
            if name[0].isupper():
                key = name.casefold()
                if key not in becomes:
                    new = rng.choice(listed) if kind == "Malware" and rng.random() < 0.5 else made_up(rng)
                    becomes[key] = new if rng.random() < swapped[kind] else None
                other = becomes[key]
            new_words = (other or name).split()
            words += [*sentence.words[at:low], *new_words]
            tags += [*sentence.tags[at:low], f"B-{kind}", *([f"I-{kind}"] * (len(new_words) - 1))]
            at = high
        yield Sentence((*words, *sentence.words[at:]), (*tags, *sentence.tags[at:]))
