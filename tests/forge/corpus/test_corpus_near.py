"""Near-duplicates: what the index finds is what comparing all pairs finds."""

from __future__ import annotations

import random

import numpy as np
import pytest

from vedette.bulk.near import ShingleFile, rows_per_band
from vedette.bulk.words import WordHasher, shingles, windows, words_of
from vedette.forge.corpus.template import masked_words


def texts(n: int = 300) -> list[str]:
    rng = random.Random(7)
    words = [f"w{k}" for k in range(400)]
    out = []
    for at in range(n):
        if at % 3 and out:
            base = rng.choice(out).split()
            for _ in range(rng.randint(0, 3) if at % 2 else 1):
                base[rng.randrange(len(base))] = rng.choice(words)
            out.append(" ".join(base))
        else:
            out.append(" ".join(rng.choices(words, k=rng.randint(8, 60))))
    return out


def index(tmp_path, given, size=3):
    hasher = WordHasher()
    file = ShingleFile(tmp_path, "x", size)
    file.add([hasher(words_of(t)) for t in given])
    file.close()
    return file


def true_pairs(given, threshold, size=3):
    def grams(text):
        words = text.split()
        return {tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))}

    sets = [grams(t) for t in given]
    return {
        (a, b)
        for a in range(len(given))
        for b in range(a + 1, len(given))
        if len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= threshold
    }


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95])
def test_pairs_across_are_those_of_the_true_similarity(tmp_path, threshold):
    given = texts()
    file = index(tmp_path, given)
    left, right = np.arange(0, 150), np.arange(150, 300)
    found = {(int(a), int(b)) for block in file.across(left, right, threshold) for a, b in zip(*block, strict=True)}
    wanted = {(a, b) for a, b in true_pairs(given, threshold) if a < 150 <= b}
    assert found <= wanted
    assert len(wanted) > 3
    assert len(found) >= 0.97 * len(wanted)


def test_clusters_are_chains_of_similar_pairs(tmp_path):
    given = texts()
    heads = index(tmp_path, given).clusters(np.arange(300), 0.8)
    parent = list(range(300))

    def root(at):
        while parent[at] != at:
            at = parent[at]
        return at

    for a, b in true_pairs(given, 0.8):
        ra, rb = root(a), root(b)
        parent[max(ra, rb)] = min(ra, rb)
    wrong = sum(root(at) != int(heads[at]) for at in range(300))
    assert wrong <= 3  # banding may miss one in two hundred pairs


def test_short_and_empty_texts_have_a_shingle(tmp_path):
    file = index(tmp_path, ["a", "a", "a b", "", "!!!", "???"])
    heads = file.clusters(np.arange(6), 0.8).tolist()
    assert heads == [0, 0, 2, 3, 4, 5]


def test_a_crowd_of_the_same_text_is_one_cluster(tmp_path):
    file = index(tmp_path, ["the very same words in every one of them"] * 3000)
    assert set(file.clusters(np.arange(3000), 0.8).tolist()) == {0}


def test_windows_do_not_reach_over_the_end_of_a_text():
    flat = np.arange(10, dtype=np.uint64)
    _, n = windows(flat, np.array([4, 0, 6]), 5)
    assert n.tolist() == [0, 0, 2]
    sets, sizes = shingles([flat[:2], flat[:0], flat], 3)
    assert sizes.tolist() == [1, 1, 8]
    assert len(sets) == 10


def test_bands_are_narrower_for_lower_thresholds():
    assert rows_per_band(0.5) < rows_per_band(0.8) < rows_per_band(0.95)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SQL injection in Acme Shop before 4.2 allows reading rows", "SQL injection in Foo Cart through 1.0.3-b allows reading rows"),  # noqa: E501
        ("The file /etc/passwd was read by user 1001 at noon", "The file /srv/data/x.db was read by user 7 at noon"),
        ("Beacon with hash d41d8cd98f00b204e9800998ecf8427e seen", "Beacon with hash 900150983cd24fb0d6963f7d28e17f72 seen"),  # noqa: E501
    ],
)  # fmt: skip
def test_masking_takes_out_what_fills_a_template(one, other):
    first, second = ([w for w in masked_words(t) if w not in ("before", "through")] for t in (one, other))
    assert first == second
    assert "#" in first


def test_masking_keeps_the_words():
    assert masked_words("Adversaries may abuse the scheduler to run code.") == (
        "adversaries may abuse the scheduler to run code".split()
    )
