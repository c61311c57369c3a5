"""Security text that holds no personal data, by source, and its parts that training never sees.

Source licences: tram Apache-2.0; attack-kb and attack-procedures ATT&CK terms of use (MITRE notice); vulnrichment CC0;
Atomic Red Team MIT; tldr CC BY 4.0; Security-Datasets (incidents-otrf) MIT; CyNER MIT; SpamAssassin's ham PDDL (only
how often words are written small is counted in it).
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CITED = re.compile(r"\(Citation:[^)]*\)")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Return the objects of a file of JSON lines, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:  # type: ignore[operator]
        for line in file:
            if line.strip():
                yield json.loads(line)


def apart(text: str) -> bool:
    """Return whether a sentence is of the quarter that training never sees."""
    return zlib.crc32(text.strip().lower().encode()) % 4 == 0


def plain(text: str) -> str:
    """Return a description without Markdown links and citations."""
    return _CITED.sub("", _LINK.sub(r"\1", text)).strip()


def documents(data: Path, *, held: bool = False) -> list[list[str]]:
    """Return the lines of whole reports; those that training never sees where ``held``."""
    found = []
    for row in rows(data / "tram" / "documents.jsonl.gz"):
        if apart(row["doc_title"]) == held:
            found.append([line.strip() for line in row["text"].split("\n") if line.strip()])
    return found


def spaced(text: str) -> str:
    """Return a sentence as tokenisers write it, each mark apart."""
    return re.sub(r"\s+", " ", re.sub(r"([^\w\s])", r" \1 ", text)).strip()


def reports(data: Path, *, held: bool = False) -> list[str]:
    """Return sentences and paragraphs of reports; those that training never sees where ``held``."""
    found = []
    for name in ("bootstrap_sentences.jsonl.gz", "single_label.jsonl"):
        found += [plain(row.get("sentence") or row["text"]) for row in rows(data / "tram" / name)]
    found += [plain(row["text"]) for row in rows(data / "attack-procedures" / "procedures.jsonl.gz")]
    return [text for text in found if apart(text) == held]


def renamed(data: Path) -> list[tuple[str, str]]:
    """Return sentences of training with the name of the group or malware in them."""
    found = []
    for row in rows(data / "attack-procedures" / "procedures.jsonl.gz"):
        text = plain(row["text"])
        if row["actor"] in text and not apart(text):
            found.append((text, row["actor"]))
    for name in ("groups.jsonl", "software.jsonl"):
        for row in rows(data / "attack-kb" / name):
            found += [(part, row["name"]) for part in plain(row["description"]).split("\n") if row["name"] in part]
    return found


def descriptions(data: Path) -> list[str]:
    """Return what else is written of attacks, flaws and tools."""
    found = []
    for row in rows(data / "vulnrichment" / "cves-full.jsonl.gz"):
        if apart(row["description"]):
            found.append(row["description"])
    for name in ("techniques.jsonl.gz", "groups.jsonl", "software.jsonl", "mitigations.jsonl", "capec.jsonl"):
        for row in rows(data / "attack-kb" / name):
            text = plain(str(row.get("description") or ""))
            found += [part for part in text.split("\n") if len(part) > 20]
    for name in ("train.jsonl.gz",):
        found += [" ".join(row["tokens"]) for row in rows(data / "ner-cyner" / name)]
    for row in rows(data / "cmd-atomic-red-team" / "atomic_tests.jsonl.gz"):
        found.append(f"{row['name']}\n{row['description']}")
    for row in rows(data / "cmd-tldr" / "tldr_sample.jsonl"):
        found.append(f"{row['description']}")
    return found


def machine(data: Path) -> list[str]:
    """Return commands and pieces of logs."""
    found = [str(row["command"]) for row in rows(data / "cmd-atomic-red-team" / "atomic_tests.jsonl.gz")]
    found += [str(row["command"]) for row in rows(data / "cmd-tldr" / "tldr_sample.jsonl")]
    for path in sorted((data / "incidents-otrf").glob("*.events.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for at, line in enumerate(file):
                if at % 7 == 0:
                    start = (at * 37) % max(1, len(line) - 300)
                    found.append(line[start : start + 420])
                    if at % 49 == 0:
                        body = json.loads(line)
                        message = next(
                            (v for k, v in body.items() if k.lower() == "message" and isinstance(v, str)), ""
                        )
                        if message:
                            found.append(message[:900])
    return found


def ham(data: Path) -> Iterator[str]:
    """Return the text of SpamAssassin's ham."""
    for row in rows(data / "email-phishing" / "spamassassin.jsonl.gz"):
        if row.get("label") == "ham":
            yield str(row.get("text") or "")
