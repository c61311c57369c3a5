"""A plain CRF, as the peer of the tagger: run by an environment of its own that has sklearn-crfsuite.

Reads ``{"train": [[words, tags], …], "valid": [words, …]}`` from standard input, writes the tags of ``valid``.
"""

import json
import sys


def _features(words: list[str], at: int) -> dict[str, object]:
    word = words[at]
    told: dict[str, object] = {
        "word": word.lower(), "end3": word[-3:], "end2": word[-2:], "begin3": word[:3], "upper": word.isupper(),
        "title": word.istitle(), "digit": word.isdigit(), "mixed": any(c.isdigit() for c in word),
        "point": "." in word, "slash": "/" in word, "first": at == 0,
    }  # fmt: skip
    for step in (-2, -1, 1, 2):
        if 0 <= at + step < len(words):
            near = words[at + step]
            told |= {f"{step}:word": near.lower(), f"{step}:title": near.istitle(), f"{step}:upper": near.isupper()}
    return told


def main() -> None:
    """Train on what comes in and tag the rest."""
    import sklearn_crfsuite

    said = json.load(sys.stdin)
    crf = sklearn_crfsuite.CRF(algorithm="lbfgs", c1=0.1, c2=0.1, max_iterations=100, all_possible_transitions=True)
    crf.fit([[_features(w, i) for i in range(len(w))] for w, _ in said["train"]], [tags for _, tags in said["train"]])
    json.dump(
        [list(t) for t in crf.predict([[_features(w, i) for i in range(len(w))] for w in said["valid"]])], sys.stdout
    )


if __name__ == "__main__":
    main()
