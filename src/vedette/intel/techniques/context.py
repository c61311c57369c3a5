"""What surrounds a sentence, for the techniques that a tagger ranks in it: a dense row for each of the best few.

A tagger of single sentences cannot know how a report is written. Whether a sentence names something is read better from
its neighbours, its clauses, the report as a whole and a detector of its own; which technique it names, from where else
the report names it. All of it is arithmetic on scores that are there anyway: about a tenth of what they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import re2
from numpy.typing import NDArray

from vedette.intel.techniques.explicit import Named, named
from vedette.knowledge import attack
from vedette.models.linear import LinearModel

Floats = NDArray[np.float64]

TOP = 8
"""Techniques of a sentence that are looked at."""
CLAUSES_ABOVE = -3.0
"""Detector's score from which on a sentence's clauses are judged by themselves."""
_MOST_CLAUSES = 40
_HEADS = ("T1027", "T1055", "T1078", "T1090", "T1110", "T1016", "T1219")
"""Families that reports name at their head."""
_ALIASES = {"T1574.001": "T1574.002"}
_HEAT = 4.0
"""What the expert's scores are multiplied with before the softmax."""

_CUT = re2.compile(r"[,;:]\s+|\s+(?:and|or|then|which|that|by|to|via|using|while|before|after|in order to)\s+")
_HASH = re2.compile(r"[0-9a-f]{32}")
_ADDRESS = re2.compile(r"\[\.\]|hxxp|https?://")
_ID = re2.compile(r"\bT1\d{3}")
_ADVICE = re2.compile(r"(?i)\b(?:could|may|might|can|should|recommend|ensure|organizations|users|customers|we|our)\b")
_DOER = re2.compile(
    r"(?i)\b(?:the (?:malware|attackers?|actors?|threat actors?|group|backdoor|ransomware|loader|dropper|trojan|"
    r"payload|sample|script|dll|file))\b"
)
_PAPER = re2.compile(r"\b(?:Figure|Table|IOC|SHA|MD5|References?)\b")
_ACT = re2.compile(
    r"(?i)\b(?:uses?|used|using|executes?|creates?|downloads?|collects?|sends?|runs?|steals?|injects?|modif\w+|delet\w+|"
    r"encrypt\w+|decrypt\w+)\b"
)
_WORDS = re2.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sentences and techniques that are worth a look, and what is known of each pair."""

    values: Floats
    """(n_pairs, n_features); NaN where there is no neighbour."""
    sentence: NDArray[np.int64]
    label: NDArray[np.int64]
    named: tuple[tuple[Named, ...], ...]
    """Techniques that each sentence names itself."""


def rolled(technique: str) -> str:
    """Return the number under which reports are judged: as before ATT&CK 19, families at their head."""
    known = attack.former(technique) or technique
    known = _ALIASES.get(known, known)
    return next((head for head in _HEADS if known.startswith(head)), known)


def clauses(text: str) -> list[str]:
    """Return the runs of one to three clauses of a sentence, of three words or more each."""
    cuts = sorted({0, len(text), *(m.end() for m in _CUT.finditer(text))})
    whole, found = len(text.strip()), []
    for first in range(len(cuts) - 1):
        for n in (1, 2, 3):
            if first + n < len(cuts):
                part = text[cuts[first] : cuts[first + n]].strip()
                if len(part) < whole and len(part.split()) >= 3:
                    found.append(part)
        if len(found) >= _MOST_CLAUSES:
            break
    return found[:_MOST_CLAUSES]


def base_scores(tagger: LinearModel, labels: Sequence[str], texts: Sequence[str]) -> Floats:
    """Return (n, 2 * n_labels + 3): log chances of the labels, of none, of any other; the expert's scores, its none."""
    scores = tagger.weights.scores(tagger.features.transform(texts)).astype(np.float64)
    width = len(tagger.labels)
    number = {label: i for i, label in enumerate(tagger.labels)}
    expert = tagger.calibration.expert
    place = {tagger.labels[j]: width + i for i, j in enumerate(expert.labels)} if expert is not None else {}
    none = str(tagger.none)
    own, top = scores[:, :width], scores[:, :width].max(axis=1, keepdims=True, initial=-1e9)
    chances = own - top - np.log(np.exp(own - top).sum(axis=1, keepdims=True))
    ours = [number[label] for label in labels]
    rest = np.exp(chances)
    rest[:, [*ours, number[none]]] = 0
    other = np.log(rest.sum(axis=1, keepdims=True) + 1e-12)
    experts = np.full((len(scores), len(labels) + 1), -2.0)
    for i, label in enumerate((*labels, none)):
        if label in place:
            experts[:, i] = scores[:, place[label]]
    return np.hstack([chances[:, ours], chances[:, [number[none]]], other, experts])


def pairs_of(
    texts: Sequence[str],
    tagger: LinearModel,
    found: Floats,
    labels: tuple[str, ...],
    counts: Floats,
    heard: tuple[Floats, Floats],
) -> Pairs:
    """Return the pairs of a report's sentences and techniques that are worth a look.

    Args:
        texts: the sentences of one report, in order.
        tagger: ranks techniques of a sentence.
        found: (n,) log odds of a detector that a sentence names a technique.
        labels: the techniques that are judged.
        counts: how often each stands in what was learnt from.
        heard: (n,) log odds that a sentence names a technique, (n, n_labels) log chances of which, as read in context.
    """
    n, width = len(texts), len(labels)
    names = tuple(tuple(named(text)) for text in texts)
    if not n:
        return Pairs(np.zeros((0, 0)), np.zeros(0, np.int64), np.zeros(0, np.int64), names)
    whole = base_scores(tagger, labels, texts)
    parts = _clause_scores(texts, found, whole, tagger, labels)
    chance, none, other = whole[:, :width], whole[:, width], whole[:, width + 1]
    expert, expert_none = whole[:, width + 2 : 2 * width + 2], whole[:, 2 * width + 2]
    part_chance, part_none, part_expert = parts[:, :width], parts[:, width], parts[:, width + 2 : 2 * width + 2]
    shares = _softmax(_HEAT * np.hstack([expert, expert_none[:, None]]))
    some, share = 1 - shares[:, -1], shares[:, :-1]
    mention, part_mention = _softmax(_HEAT * expert), _softmax(_HEAT * part_expert)
    some_chance = 1 - np.exp(none)
    order = np.argsort(-(share + np.exp(chance) + 0.5 * part_mention), axis=1, kind="stable")[:, :TOP]
    sentence = np.repeat(np.arange(n), order.shape[1])
    label = order.ravel()
    at = (sentence, label)

    near = np.exp(-np.abs(np.arange(-10, 11)) / 4.0)
    near[10] = 0
    around = np.convolve(some, near)[10 : 10 + n] / np.maximum(np.convolve(np.ones(n), near)[10 : 10 + n], 1e-9)
    ranked = -np.sort(-share, axis=0)
    total = np.cumsum(share, axis=0)
    before, after = np.zeros_like(share), np.zeros_like(share)
    before[1:] = np.maximum.accumulate(share, axis=0)[:-1]
    after[:-1] = np.maximum.accumulate(share[::-1], axis=0)[::-1][1:]
    place_in = np.argsort(np.argsort(-share, axis=0, kind="stable"), axis=0, kind="stable")
    said, said_in_all, shared_words = _said(texts, names, labels)
    expert_second = np.sort(expert, axis=1)[:, -2]

    by_pair = [
        chance[at], expert[at], share[at], mention[at], np.tile(np.arange(order.shape[1]), n),
        expert.max(axis=1)[sentence] - expert[at], part_chance[at], part_expert[at], part_mention[at],
        part_expert.max(axis=1)[sentence] - part_expert[at], expert[at] - expert_second[sentence],
        ranked[0][label], ranked[min(1, n - 1)][label], ranked[min(2, n - 1)][label], total[-1][label],
        (total - share)[at], (total[-1] - total)[at], before[at], after[at], place_in[at],
        _moved(share, 1)[at], _moved(share, -1)[at], label, counts[label],
        said[at], said_in_all[label], shared_words[at], _moved(said, 1)[at], _moved(said, -1)[at],
    ]  # fmt: skip
    by_sentence = [
        none, other, expert_none, part_none, some, some_chance, around, np.arange(n) / n, np.minimum(np.arange(n), 50),
        *(_moved(some, k) for k in (1, -1, 2, -2)), *(_moved(some_chance, k) for k in (1, -1)),
        found, *(_moved(found, k) for k in (1, -1, 2, -2)),
    ]  # fmt: skip
    of_all = [some.mean(), some_chance.mean(), n, (some > 0.5).mean(), (1 / (1 + np.exp(-found))).mean()]
    looks = np.array([_looks(text) for text in texts])
    values = np.column_stack(
        [
            *by_pair,
            *(column[sentence] for column in by_sentence),
            np.tile(of_all, (len(sentence), 1)),
            looks[sentence],
            _in_context(*heard, expert_share=mention, sentence=sentence, label=label),
        ]
    )
    return Pairs(values.astype(np.float64), sentence, label, names)


def _in_context(
    odds: Floats, which: Floats, *, expert_share: Floats, sentence: NDArray[np.int64], label: NDArray[np.int64]
) -> Floats:
    """Return (n_pairs, n_features) of what was read in context, of each sentence, its neighbours and the report."""
    at = (sentence, label)
    chances = np.exp(which)
    joint = chances / (1 + np.exp(-odds))[:, None]
    ranked = -np.sort(-joint, axis=0)
    return np.column_stack(
        [
            odds[sentence], *(_moved(odds, k)[sentence] for k in (1, -1, 2, -2)),
            np.full(len(sentence), (1 / (1 + np.exp(-odds))).mean()),
            which[at], which.max(axis=1)[sentence] - which[at], joint[at],
            ranked[0][label], ranked[min(1, len(odds) - 1)][label], joint.sum(axis=0)[label] - joint[at],
            _moved(joint, 1)[at], _moved(joint, -1)[at], expert_share[at] * chances[at],
        ]
    )  # fmt: skip


def _clause_scores(
    texts: Sequence[str], found: Floats, whole: Floats, tagger: LinearModel, labels: Sequence[str]
) -> Floats:
    """Return the best score of a sentence or a part of it; of "none", the least."""
    asked = [(int(i), part) for i in np.flatnonzero(found > CLAUSES_ABOVE) for part in clauses(texts[int(i)])]
    out = whole.copy()
    if asked:
        scores = base_scores(tagger, labels, [part for _, part in asked])
        owner = np.array([i for i, _ in asked])
        np.maximum.at(out, owner, scores)
        out[:, len(labels)] = whole[:, len(labels)]
        np.minimum.at(out[:, len(labels)], owner, scores[:, len(labels)])
    return out


def _softmax(values: Floats) -> Floats:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _moved(values: Floats, by: int) -> Floats:
    """Return what stands ``by`` sentences before each; NaN where none does."""
    out = np.full(values.shape, np.nan)
    if by > 0:
        out[by:] = values[:-by]
    else:
        out[:by] = values[-by:]
    return out


@cache
def _name_words(technique: str) -> tuple[str, ...]:
    return tuple(w for w in (attack.name_of(technique) or "").casefold().replace("-", " ").split() if len(w) > 2)


def _said(
    texts: Sequence[str], names: Sequence[Sequence[Named]], labels: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Return what each sentence and all of them name themselves, and the share of a name's words in each sentence."""
    number = {label: i for i, label in enumerate(labels)}
    said, shared = np.zeros((len(texts), len(labels))), np.zeros((len(texts), len(labels)))
    total = np.zeros(len(labels))
    for i, text in enumerate(texts):
        for item in names[i]:
            at = number.get(rolled(item.technique))
            if at is not None:
                said[i, at] = max(said[i, at], 2.0 if item.by_id else 1.0)
                total[at] += 1
        small = text.casefold()
        for label, at in number.items():
            words = _name_words(label)
            shared[i, at] = sum(word in small for word in words) / max(len(words), 1)
    return said, total, shared


def _looks(text: str) -> list[float]:
    """Return what can be seen of a sentence without reading it."""
    size = max(len(text), 1)
    return [
        float(len(_WORDS.findall(text[:4000]))), float(len(text)), float(text.rstrip()[-1:] in tuple(".!?")),
        float(text[:1].isupper()), sum(c.isdigit() for c in text) / size, sum(c.isupper() for c in text) / size,
        float(_HASH.search(text) is not None), float(_ADDRESS.search(text) is not None),
        float(_ID.search(text) is not None), float(text.count(",")), float(_ADVICE.search(text) is not None),
        float(_DOER.search(text) is not None), float(_PAPER.search(text) is not None),
        float(_ACT.search(text) is not None),
    ]  # fmt: skip
