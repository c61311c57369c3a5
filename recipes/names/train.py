"""Train the tagger of names and put it into the package: ``python -m recipes.names.train --shared DIR --ship``.

Sentences are made anew for each round from templates and lists, beside security text that holds nothing. The same
lists, data, torch and seed give the same bytes. One core, some ten minutes.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from recipes.names import reading
from recipes.names.grammar import Filler, Lists, Piece, templates
from recipes.names.register import register
from recipes.names.words import (
    DEMONYMS,
    DEMONYMS_PLURAL,
    FIRM_ENDS,
    FIRM_TAILS,
    FIRM_WORDS,
    JOBS,
    MONTHS,
    STREETS,
    TITLES,
    WEEKDAYS,
)

from vedette.guard.names.features import SLOTS, SPECIAL, Features, Row
from vedette.guard.names.gazetteer import BIT, Gazetteer, folded
from vedette.guard.names.model import LABELS, REACH, TYPES, Tagger, Weights

SEED = 7
WIDTH, HIDDEN, WIDE = 48, 80, 32
ROUNDS = 4
MADE = 24_000
"""Sentences made a round."""
READ = 12_000
"""Pieces of security text read a round."""
BATCH_TOKENS = 3000
RATE = 4e-3
KNOWN = 10_000
"""Words that are known."""
COUNTED = ("", "TITLE", "NRP", "DATE_TIME", "AGE")
"""Kinds of pieces whose words may become known; names never do."""
THRESHOLDS = {
    "PERSON": (0.70, 0.92, 0.0),
    "LOCATION": (0.70, 0.95, 0.985),
    "ORGANIZATION": (0.60, 0.95, 0.985),
    "DATE_TIME": (0.60, 0.95, 0.99),
    "STREET_ADDRESS": (0.70, 0.85, 0.0),
    "TITLE": (0.60, 0.95, 0.99),
    "NRP": (0.50, 0.95, 0.985),
    "AGE": (0.50, 0.90, 0.0),
}
"""In everyday prose, in security prose, and where no person stands beside; chosen on development data."""
REGISTERS = (-1.8, -0.8)
"""Of prose that is surely everyday, and surely not."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def gazetteer(lists: Lists) -> Gazetteer:
    """Return the packed lists."""
    words: Counter[tuple[str, str]] = Counter()

    def add(texts: Sequence[str], bit: str) -> None:
        for text in texts:
            for word in set(_WORD.findall(text)):
                words[folded(word), bit] += 1

    body: Any = lists.body
    for names in body["first"].values():
        add(names, "first")
    for names in body["last"].values():
        add(names, "last")
    add(body["census_first"], "first")
    add(body["census_first_common"], "first-common")
    add(body["census_last"], "last")
    add(body["census_last"][:3000], "last-common")
    add([c[0] for c in body["cities"][:5000]], "city-big")
    add([c[0] for c in body["cities"]], "city")
    add(body["more_cities"], "city")
    add(body["countries"], "country")
    add(["USA UK England Scotland Wales Holland Britain Korea America Burma Burkina"], "country")
    add(body["states"], "state")
    add(DEMONYMS + DEMONYMS_PLURAL, "demonym")
    add([*WEEKDAYS, *MONTHS[0], *MONTHS[1]], "calendar")
    add(
        [*FIRM_TAILS, *FIRM_ENDS, *FIRM_WORDS, "University Hospital Bank Insurance Airlines School Council Museum"],
        "firm",
    )
    add(TITLES, "title")
    add(JOBS + body["jobs"], "job")
    add(STREETS, "street")
    add(body["english"], "english")
    add("van von de der la di del bin al el da dos ter den le ten zu af ibn abu mc mac o".split(), "particle")
    bits: dict[str, int] = {}
    for (word, bit), count in words.items():
        if not word or (bit == "job" and word in ("and", "of", "the", "for", "in", "or")):
            continue
        bits[word] = bits.get(word, 0) | BIT[bit]
        if count > 2 and bit in ("first", "last"):
            bits[word] |= BIT[f"{bit}-common"]
    return Gazetteer.of(bits)


def vocabulary(data: Path, filler: Filler, made: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """Return the words that are known, and how commonly each is written small."""
    tool = Features(SPECIAL, {}, Gazetteer.of({}))
    counts: Counter[str] = Counter()
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()

    def see(text: str, weight: int, *, count: bool = True) -> None:
        for chunk in text.split():
            for token in tool.of_chunk(chunk)[0]:
                if token.machine or len(token.text) > 24 or token.text.isdigit():
                    continue
                word = token.text.lower()
                if count:
                    counts[word] += weight
                if token.text.isalpha():
                    (small if token.text == word else capital)[word] += 1

    for _ in range(12):
        for template in made:
            for text, kind in filler.sentence(template):
                if kind in COUNTED:
                    see(text, 2)
    for text in [*reading.reports(data), *reading.descriptions(data)]:
        see(text, 1)
    for lines in reading.documents(data):
        see("\n".join(lines), 1)
    for text in reading.machine(data)[:6000]:
        see(text, 1)
    for text in reading.ham(data):
        see(text, 0, count=False)
    fixed = [
        *STREETS,
        *(w.lower() for t in FIRM_TAILS for w in re.findall(r"\w+", t)),
        *(m.lower() for ms in MONTHS for m in ms),
    ]
    kept = {word for word in fixed}
    for word, count in counts.most_common():
        if len(kept) >= KNOWN or count < 3:
            break
        if (
            word.isalpha()
            and small[word] == 0
            and capital[word]
            and not word.isupper()
            and len(word) > 1
            and count < 25
        ):
            continue
        kept.add(word)
    common: dict[str, int] = {}
    for word, count in small.items():
        if count >= 2 and count > capital[word] / 3 and (word in kept or count >= 5):
            common[word] = 3 if count > 60 else 2 if count > 9 else 1
    for word in list(common):
        kept.add(word)
    return [w for w in sorted(kept) if w.strip() and "\t" not in w], common


Example = tuple[list[Row], list[int]]


def example(pieces: Sequence[Piece], features: Features) -> Example:
    """Return a sentence's rows and labels."""
    text = "".join(t for t, _ in pieces)
    marks: list[tuple[int, int, str]] = []
    at = 0
    for piece, kind in pieces:
        if kind:
            marks.append((at, at + len(piece), kind))
        at += len(piece)
    spans, rows = features.of_text(text)
    labels, place, begun = [], 0, -1
    for start, end in spans:
        while place < len(marks) and marks[place][1] <= start:
            place += 1
        label = 0
        if place < len(marks) and marks[place][0] < end and text[start] != "\n":
            label = 2 + 2 * TYPES.index(marks[place][2])
            if begun != place:
                label, begun = label - 1, place
        labels.append(label)
    return rows, labels


def named(text: str, lists: Gazetteer, common: dict[str, int]) -> bool:
    """Return whether a text seems to hold a person's name: such are not shown as holding none."""
    words = _WORD.findall(text)
    for one, two in pairwise(words):
        if (
            one[0].isupper()
            and two[0].isupper()
            and one[1:].islower()
            and one.lower() not in common
            and two.lower() not in common
        ):
            first, last = lists.look_up(folded(one)), lists.look_up(folded(two))
            if (
                first & BIT["first-common"]
                and last & (BIT["last"] | BIT["first"])
                and not (first | last) & BIT["country"]
            ):
                return True
    return False


def round_of(
    draw: random.Random,
    filler: Filler,
    features: Features,
    made: Sequence[str],
    read: Sequence[str],
    whole: Sequence[list[str]],
    actors: Sequence[tuple[str, str]],
    machine: Sequence[str],
) -> list[Example]:
    """Return a round's documents: sentences alone and together."""
    documents: list[list[Piece]] = []
    for at in range(MADE):
        pieces = filler.sentence(made[at % len(made)] if draw.random() < 0.5 else draw.choice(made))
        roll = draw.random()
        if roll < 0.55 or not documents:
            documents.append(pieces)
        elif roll < 0.8 and len(documents[-1]) < 40:
            documents[-1] += [(draw.choice([" ", "\n", "\n\n", " ", ". "]), ""), *pieces]
        elif roll < 0.9:
            documents.append([(draw.choice(read) + draw.choice(["\n", " ", "\n\n"]), ""), *pieces])
        elif roll < 0.94:
            documents.append([*pieces, ("\n" + draw.choice(machine) + "\n", "")])
        else:
            documents.append(pieces)
    for _ in range(READ):
        roll = draw.random()
        if roll < 0.15:
            text, actor = draw.choice(actors)
            text = text.replace(actor, filler.implant())
        elif roll < 0.35:
            text = draw.choice(read)
        elif roll < 0.50:
            text = draw.choice([" ", "\n"]).join(draw.choice(read) for _ in range(draw.randrange(2, 6)))
        elif roll < 0.80:
            lines = draw.choice(whole)
            at = draw.randrange(len(lines))
            text = "\n".join(lines[at : at + draw.choice([1, 1, 2, 4, 10, 30])])
        elif roll < 0.95:
            text = draw.choice(machine)
        else:
            text = draw.choice(read) + "\n" + draw.choice(machine)
        if draw.random() < 0.5:
            text = shaken(text, draw, filler)
        if draw.random() < 0.25:
            text = filler.swapped(text, 0.1)
        roll = draw.random()
        text = text[: 1500 if roll < 0.9 else 5000]
        documents.append([(text.lower() if roll < 0.05 else reading.spaced(text) if roll < 0.12 else text, "")])
    return [found for pieces in documents if (found := example(pieces, features))[0]]


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(sorted({m for ms in MONTHS for m in ms} - {'May'}))})\b")
_PEOPLE = re.compile(rf"\b(?:{'|'.join(sorted(DEMONYMS))})\b")


def shaken(text: str, draw: random.Random, filler: Filler) -> str:
    """Return security text with other years, months, countries and peoples: none of them is to be learnt."""
    text = _YEAR.sub(lambda _: filler.year(), text)
    text = _MONTH.sub(lambda _: draw.choice(draw.choice(MONTHS)), text)
    text = _PEOPLE.sub(lambda _: draw.choice(DEMONYMS), text)
    return filler.countries.sub(lambda _: filler.place(), text)


def batches(examples: list[Example], draw: random.Random) -> list[list[Example]]:
    """Return batches of examples of a length, in random order."""
    ordered = sorted(examples, key=lambda e: len(e[0]) + draw.random() * 4)
    found: list[list[Example]] = []
    part: list[Example] = []
    for one in ordered:
        if part and len(one[0]) * (len(part) + 1) > BATCH_TOKENS:
            found.append(part)
            part = []
        part.append((one[0][:1000], one[1][:1000]))
    if part:
        found.append(part)
    draw.shuffle(found)
    return found


def network(n_rows: int) -> Any:
    """Return the network that :class:`vedette.guard.names.model.Tagger` works out."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(n_rows, WIDTH)
            nn.init.normal_(self.table.weight, std=0.15)
            self.near = nn.Linear(5 * WIDTH, HIDDEN)
            self.wide = nn.Linear(WIDTH, WIDE)
            self.told = nn.Linear(len(REACH) * WIDE, HIDDEN, bias=False)
            self.second = nn.Linear(3 * HIDDEN, HIDDEN)
            self.third = nn.Linear(3 * HIDDEN, HIDDEN)
            self.out = nn.Linear(HIDDEN, len(LABELS))
            self.out_wide = nn.Linear(len(REACH) * WIDE, len(LABELS), bias=False)
            self.drop = nn.Dropout(0.15)

        @staticmethod
        def taps(x: Any, reach: int, step: int = 1) -> Any:
            pad = reach * step
            padded = nn.functional.pad(x, (0, 0, pad, pad))
            n = x.shape[1]
            return torch.cat([padded[:, i * step : i * step + n] for i in range(2 * reach + 1)], dim=2)

        def forward(self, ids: Any, mask: Any) -> Any:
            x = self.table(ids).sum(dim=2) * mask
            x = self.drop(x)
            wide = torch.relu(self.wide(x)) * mask
            n = x.shape[1]
            total = nn.functional.pad(wide.cumsum(1), (0, 0, 1, 0))
            counted = nn.functional.pad(mask.cumsum(1), (0, 0, 1, 0))
            means = []
            for reach in REACH:
                low = (torch.arange(n) - reach).clamp(min=0)
                high = (torch.arange(n) + reach + 1).clamp(max=n)
                means.append((total[:, high] - total[:, low]) / (counted[:, high] - counted[:, low]).clamp(min=1))
            told = torch.cat(means, dim=2)
            h = torch.relu(self.near(self.taps(x, 2)) + self.told(told)) * mask
            h = self.drop(h)
            h = (h + torch.relu(self.second(self.taps(h, 1)))) * mask
            h = (h + torch.relu(self.third(self.taps(h, 1, 2)))) * mask
            return self.out(self.drop(h)) + self.out_wide(told)

    return Network()


def dropped(ids: Any, labels: Any, features: Features, draw: Any) -> Any:
    """Return the rows with parts left out at random: what lists say, words, letters."""
    prefix, suffix, longer, _, low, high, _, _ = features.first
    ids = ids.copy()
    named = labels > 0
    chance = draw.random(ids.shape[:2])
    lists = chance < np.where(named, 0.22, 0.03)
    ids[..., 5][lists & (ids[..., 5] >= low)] = low
    ids[..., 6][lists & (ids[..., 6] >= high)] = high
    words = draw.random(ids.shape[:2]) < 0.06
    ids[..., 0][words & (ids[..., 0] >= len(SPECIAL))] = 1
    for slot, base in ((1, prefix), (2, suffix), (3, longer)):
        gone = draw.random(ids.shape[:2]) < 0.12
        ids[..., slot][gone & (ids[..., slot] >= base)] = base
    return ids


def weights_of(net: Any) -> Weights:
    """Return the network's layers as they are served."""

    def plain(tensor: Any, *, turned: bool = True) -> Any:
        array = tensor.detach().numpy()
        return np.ascontiguousarray(array.T if turned else array).astype(np.float32)

    return Weights(
        table=plain(net.table.weight, turned=False),
        near=plain(net.near.weight), near_bias=plain(net.near.bias, turned=False),
        wide=plain(net.wide.weight), wide_bias=plain(net.wide.bias, turned=False),
        told=plain(net.told.weight),
        second=plain(net.second.weight), second_bias=plain(net.second.bias, turned=False),
        third=plain(net.third.weight), third_bias=plain(net.third.bias, turned=False),
        out=plain(net.out.weight), out_wide=plain(net.out_wide.weight), out_bias=plain(net.out.bias, turned=False),
    )  # fmt: skip


def train(data: Path, *, rounds: int = ROUNDS, say: Any = print) -> Tagger:
    """Return a trained tagger."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    draw = random.Random(SEED)  # noqa: S311 (no secret)
    dice = np.random.default_rng(SEED)
    lists = Lists.read()
    filler = Filler(lists, random.Random(SEED + 1))  # noqa: S311 (no secret)
    made = templates()
    words, common = vocabulary(data, filler, made)
    features = Features((*SPECIAL, *words), common, gazetteer(lists))
    lexicon = features.gazetteer
    told = [*reading.reports(data), *reading.descriptions(data)]
    read = [text for text in told if not named(text, lexicon, common)]
    actors = reading.renamed(data)
    whole = reading.documents(data)
    machine = reading.machine(data)
    say(f"{len(made)} templates, {len(words)} words, {len(lexicon.keys)} of lists, {len(read)} + {len(machine)} pieces")
    net = network(features.n_rows)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE, betas=(0.9, 0.98))
    step, began = 0, time.perf_counter()
    steps = rounds * 900
    for number in range(rounds):
        examples = round_of(draw, filler, features, made, read, whole, actors, machine)
        parts = batches(examples, draw)
        steps = rounds * len(parts) if not number else steps
        total = 0.0
        net.train()
        for part in parts:
            longest = max(len(rows) for rows, _ in part)
            ids = np.zeros((len(part), longest, SLOTS), dtype=np.int64)
            labels = np.full((len(part), longest), -1, dtype=np.int64)
            for i, (rows, told) in enumerate(part):
                ids[i, : len(rows)] = rows
                labels[i, : len(told)] = told
            ids = dropped(ids, labels, features, dice)
            mask = torch.from_numpy((labels >= 0).astype(np.float32))[..., None]
            scores = net(torch.from_numpy(ids), mask)
            loss = torch.nn.functional.cross_entropy(
                scores.view(-1, len(LABELS)), torch.from_numpy(labels).view(-1), ignore_index=-1, label_smoothing=0.01
            )
            for group in optimiser.param_groups:
                group["lr"] = (
                    RATE
                    * min(1.0, (step + 1) / 200)
                    * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, step / steps))))
                )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
            step += 1
        took = time.perf_counter() - began
        say(f"round {number + 1}: {len(examples)} documents, loss {total / len(parts):.4f}, {took:.0f} s")
    facts = {
        "reach": list(REACH),
        "registers": list(REGISTERS),
        "thresholds": {k: list(v) for k, v in THRESHOLDS.items()},
    }
    return Tagger("names", "0", features, weights_of(net), register(data, lists, features), facts)


def main() -> int:
    """Train, and ship where asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, help="folder to save the model to")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--ship", action="store_true", help="put the model into the package")
    parser.add_argument("--quick", action="store_true", help="taken for the other recipes' sake; changes nothing")
    given = parser.parse_args()
    tagger = train(given.shared, rounds=given.rounds)
    if given.out:
        tagger.save(given.out)
    if given.ship:
        from recipes.names.ship import ship

        print(f"   {ship(tagger, given.shared)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
