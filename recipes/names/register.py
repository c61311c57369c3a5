"""How much each known word speaks for security prose against everyday prose: a naive Bayes over the tagger's words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from recipes.names import reading
from recipes.names.grammar import Filler, Lists, templates

from vedette.guard.names.features import SPECIAL, Features

SEED = 11
BOUND = 2.5
"""Of a word's weight, to both sides."""
LINES = 3
READ = 5000
FILLS = 8
EVERYDAY = ("talk", "service", "letters", "news", "plain", "tongues")


def register(data: Path, lists: Lists, features: Features) -> NDArray[np.float32]:
    """Return the logarithm of the odds of each known word, positive where security prose uses it more."""
    n = len(features.words)
    security, everyday = np.zeros(n), np.zeros(n)

    def see(text: str, counts: NDArray[Any]) -> None:
        places = np.array([row[0] for row in features.of_text(text)[1]], dtype=np.int64)
        if len(places):
            counts += np.minimum(np.bincount(places, minlength=n), 3)

    draw = random.Random(SEED)  # noqa: S311 (no secret)
    for lines in reading.documents(data):
        for at in range(0, len(lines), LINES):
            see("\n".join(lines[at : at + LINES]), security)
    for text in draw.sample(reading.reports(data), READ):
        see(text, security)
    filler = Filler(lists, draw)
    for _ in range(FILLS):
        for template in templates(EVERYDAY):
            see("".join(text for text, _ in filler.sentence(template)), everyday)
    for mail in reading.ham(data):
        for text in mail[:4000].split("\n\n"):
            see(text, everyday)
    odds = np.log((security + 2) / (security.sum() + 2 * n)) - np.log((everyday + 2) / (everyday.sum() + 2 * n))
    odds = np.clip(odds, -BOUND, BOUND)
    odds[(security + everyday) < 6] *= 0.5
    for place, word in enumerate(features.words):
        if place >= len(SPECIAL) and not word.replace("'", "").isalpha():
            odds[place] = 0.0
    return odds.astype(np.float32)
