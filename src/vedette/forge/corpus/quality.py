"""How good a text is to learn from, as the least of a few plain measures; each removal names the one that decided.

The measures follow the filters of the large web corpora (Gopher, C4), with bounds loosened for security prose, which
is full of paths, hashes and code. 1.0 is faultless, 0.0 useless.

| measure | 1.0 | 0.0 |
| --- | --- | --- |
| letters: share of characters that are letters, digits or spaces | 0.75 | 0.35 |
| words: share of words with a letter in them | 0.7 | 0.2 |
| word length: mean characters of a word | 3 to 12 | under 1.5, over 30 |
| repeated lines: share of characters in lines said before | 0.1 | 0.6 |
| repeated words: share of three-word runs said before (from 30 words) | 0.3 | 0.9 |
| boilerplate: share of lines that are menu, cookie or copyright text (from 3 lines) | 0.1 | 0.7 |
| length: words | 8 | 1 |

Source: Rae et al. 2021 (Gopher), appendix A; Raffel et al. 2020 (C4).
"""

from __future__ import annotations

import re

_HEAD_CHARS = 50_000
_WORD = re.compile(r"\S+")
_BOILERPLATE = re.compile(
    r"cookie|all rights reserved|©|\(c\) ?\d{4}|privacy policy|terms of (?:use|service)|subscribe|newsletter|"
    r"sign (?:in|up)|log ?in\b|share (?:this|on)|follow us|read more|click here|back to top|skip to|lorem ipsum|"
    r"javascript (?:is|must)|related (?:posts|articles)|leave a (?:comment|reply)",
    re.IGNORECASE,
)
_LINE_CHARS = 120
"""A boilerplate line is short; a sentence of prose that names a cookie is none."""


def judge(text: str, least: float) -> str | None:
    """Return why a text's quality is under ``least``, or None where it is not."""
    score, reason = quality(text)
    return f"quality: {reason}" if score < least else None


def quality(text: str) -> tuple[float, str]:
    """Return a text's quality in [0, 1] and the measure that decided it."""
    worst, reason = 1.0, "none"
    for name, score in measures(text[:_HEAD_CHARS]).items():
        if score < worst:
            worst, reason = score, name
    return worst, reason


def measures(text: str) -> dict[str, float]:
    """Return each measure of a text, in [0, 1]."""
    words = _WORD.findall(text)
    if not words:
        return {"length": 0.0}
    plain = sum(c.isalnum() or c.isspace() for c in text)
    with_letter = sum(any(map(str.isalpha, w)) for w in words)
    mean = sum(map(len, words)) / len(words)
    out = {
        "symbols": _ramp(plain / len(text), 0.35, 0.75),
        "words without letters": _ramp(with_letter / len(words), 0.2, 0.7),
        "word length": min(_ramp(mean, 1.5, 3.0), _ramp(-mean, -30.0, -12.0)),
        "too short": _ramp(len(words), 1, 8),
    }
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) >= 3:
        seen: set[str] = set()
        n_again = 0
        for line in lines:
            n_again += len(line) if line in seen else 0
            seen.add(line)
        out["repeated lines"] = _ramp(-n_again / sum(map(len, lines)), -0.6, -0.1)
        n_boilerplate = sum(len(line) <= _LINE_CHARS and bool(_BOILERPLATE.search(line)) for line in lines)
        out["boilerplate"] = _ramp(-n_boilerplate / len(lines), -0.7, -0.1)
    if len(words) >= 30:
        runs = list(zip(words, words[1:], words[2:], strict=False))
        out["repeated words"] = _ramp(len(set(runs)) / len(runs), 0.1, 0.7)
    return out


def _ramp(value: float, zero: float, one: float) -> float:
    return min(max((value - zero) / (one - zero), 0.0), 1.0)
