"""Attack texts, read where they lie, and for each a harmless text of the same shape.

Nothing of the sets is kept in this repository. The twin of an attack has its length, its punctuation, digits, case,
addresses and links, and other words: letters are replaced by words of a harmless list, so that what is measured is what
the words ask for and not how long or odd they are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HARMLESS = (
    "a", "it", "or", "tea", "map", "oak", "fig", "rain", "leaf", "milk", "barn", "bread", "river", "cloud", "maple",
    "garden", "window", "basket", "orchard", "morning", "lantern", "mountain", "umbrella", "football", "pineapple",
    "breakfast", "waterfall", "strawberry", "watermelon", "grasshopper", "neighbourhood",
)  # fmt: skip
_BY_LENGTH = {n: [w for w in HARMLESS if len(w) == n] for n in {len(w) for w in HARMLESS}}
_KEPT = re.compile(r"https?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+\b|\b(?:\d{1,3}\.){3}\d{1,3}\b|\bwww\.\S+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Attack:
    """One text that asks whoever reads it for something."""

    id: str
    source: str
    text: str


def attacks(data: Path, *, n_injecagent: int = 260) -> list[Attack]:
    """Return the attack texts of the three sets, each once, in a fixed order.

    Args:
        data: the folder of labelled data.
        n_injecagent: of InjecAgent's tool replies, where the same orders stand in many replies, this many.
    """
    found: dict[str, Attack] = {}

    def add(source: str, text: str) -> None:
        text = text.strip()
        if len(text) >= 12 and text not in found:
            found[text] = Attack(f"{source}-{len(found):04d}", source, text)

    for row in _rows(data / "inj-bipia" / "text_attacks_train.jsonl"):
        add("bipia-text", row["text"])
    for row in _rows(data / "inj-bipia" / "code_attacks_train.jsonl"):
        add("bipia-code", row["text"])
    for row in _rows(data / "inj-cyberseceval" / "prompt_injection.jsonl"):
        add("cyberseceval", row["user_input"])
    replies = list(_rows(data / "inj-injecagent" / "test_cases.jsonl"))
    for row in replies:
        add("injecagent", row["attacker_instruction"])
    step = max(1, len(replies) // n_injecagent)
    for row in replies[::step][:n_injecagent]:
        add("injecagent-reply", row["tool_response"])
    return list(found.values())


def twin(text: str) -> str:
    """Return a harmless text of the same shape: same length, punctuation, digits, case, links and addresses."""
    parts: list[str] = []
    at = 0
    for kept in _KEPT.finditer(text):
        parts += [_WORD.sub(_harmless, text[at : kept.start()]), kept.group()]
        at = kept.end()
    parts.append(_WORD.sub(_harmless, text[at:]))
    return "".join(parts)


def _harmless(found: re.Match[str]) -> str:
    word = found.group()
    out = ""
    seed = int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:4], "big")
    while len(out) < len(word):
        left = len(word) - len(out)
        sizes = [n for n in _BY_LENGTH if n <= left]
        fits = _BY_LENGTH[max(sizes)]
        out += fits[seed % len(fits)]
    if word.isupper():
        return out.upper()
    return out.capitalize() if word[0].isupper() else out


def _rows(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
