"""Small corpora that are built for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from vedette.forge.base import Silent
from vedette.forge.corpus import FolderCorpus, build_corpus
from vedette.forge.recipe import CorpusSpec

Build = Callable[..., FolderCorpus]

TOPICS = (
    "the mail gateway quarantined an invoice with a macro that downloads a second stage from a paste site",
    "an administrator created a scheduled task on the file server to rotate logs every night at two",
    "the proxy shows beaconing at regular intervals towards a domain registered yesterday by nobody we know",
    "users of the finance team approved push notifications that they had not asked for themselves",
    "a vulnerability scanner reports an outdated library in the customer portal behind the load balancer",
    "the domain controller recorded many failed logons for accounts that left the company last year",
    "a developer pushed build scripts that fetch packages without checking any signature or digest",
    "our decoy share was opened from a printer network segment that nobody should be able to use",
    "the backup job deleted volume shadow copies because somebody changed its retention setting",
    "a laptop was stolen from a train and its disk encryption had been switched off for testing",
    "the helpdesk reset a password after a caller answered only two of the four security questions",
    "an unsigned driver was loaded on three machines shortly before their sensors went silent",
)


def notes(n: int = 60) -> list[dict[str, Any]]:
    """Return rows that are no duplicates of each other in any sense that a corpus knows."""
    words = "amber birch cobalt delta ember falcon garnet hazel indigo jasper krypton lunar maple nickel onyx".split()
    out = []
    for at in range(n):
        # every row has its own vocabulary around a shared topic
        own = [
            f"{words[(at * 7 + k * 3) % len(words)]}{chr(97 + (at + k) % 26)}{chr(97 + (at * k) % 26)}"
            for k in range(18)
        ]
        topic = TOPICS[at % len(TOPICS)].split()
        text = " ".join(w for pair in zip(own, topic, strict=False) for w in pair)
        out.append(
            {"id": at, "text": text, "label": ("alert", "noise")[at % 2], "report": f"r{at // 4}", "day": 1000 + at}
        )
    return out


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def spec_of(sources: list[dict[str, Any]], **more: Any) -> CorpusSpec:
    """Return a recipe's corpus."""
    return TypeAdapter(CorpusSpec).validate_python({"sources": sources, **more})


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds sources into a folder of the test."""

    def run(sources: list[dict[str, Any]], out: str = "out", seed: int = 0, **more: Any) -> FolderCorpus:
        return build_corpus(spec_of(sources, **more), tmp_path, tmp_path / out, seed=seed, progress=Silent())

    return run
