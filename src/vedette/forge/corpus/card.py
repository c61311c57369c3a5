"""The data card: what is in a corpus, what was taken out and why. As JSON, and as Markdown with a dataset header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from vedette.forge.base import Record
from vedette.forge.corpus.layout import SPLITS
from vedette.forge.recipe import Split

_MOST_LABELS = 2000
"""Labels listed one by one, the most frequent first; the rest are counted together."""


class Tally:
    """Counts what goes into the parts of a corpus."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {
            s: {
                "records": 0,
                "chars": 0,
                "bytes": 0,
                "sources": Counter(),
                "licences": Counter(),
                "labels": Counter(),
                "languages": Counter(),
                "unlabelled": 0,
                "groups": set(),
                "kinds": Counter(),
            }
            for s in SPLITS
        }
        self._first: datetime | None = None
        self._last: datetime | None = None

    def add(self, split: Split, record: Record) -> None:
        """Count a record."""
        part = self._parts[split]
        part["records"] += 1
        part["chars"] += len(record.text)
        part["bytes"] += len(record.text.encode("utf-8", "replace"))
        part["sources"][record.source] += 1
        part["licences"][record.licence] += 1
        part["languages"][record.language or "unknown"] += 1
        part["labels"].update(record.labels)
        part["unlabelled"] += not record.labels
        part["kinds"]["preference" if record.chosen else "messages" if record.messages else "text"] += 1
        if record.group:
            part["groups"].add(record.group)
        if record.at is not None:
            self._first = record.at if self._first is None else min(self._first, record.at)
            self._last = record.at if self._last is None else max(self._last, record.at)

    def facts(self) -> dict[str, Any]:
        """Return the counts."""
        splits = {}
        for name, part in self._parts.items():
            splits[name] = {
                "records": part["records"],
                "chars": part["chars"],
                "tokens_estimate": part["bytes"] // 4,
                "groups": len(part["groups"]),
                "unlabelled": part["unlabelled"],
                **{k: _ranked(part[k]) for k in ("kinds", "sources", "licences", "languages", "labels")},
            }
        span = (
            [self._first.astimezone(UTC).isoformat(), self._last.astimezone(UTC).isoformat()]
            if (self._first is not None and self._last is not None)
            else None
        )
        return {"splits": splits, "time_span": span}


def _ranked(counts: Counter[str]) -> dict[str, int]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = dict(ranked[:_MOST_LABELS])
    if len(ranked) > _MOST_LABELS:
        shown["(others)"] = sum(n for _, n in ranked[_MOST_LABELS:])
    return shown


def _size(n: int) -> str:
    for limit, name in ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M")):
        if n < limit:
            return name
    return "1M<n<10M"


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    def cell(value: Any) -> str:
        text = f"{value:,}" if isinstance(value, int) else str(value)
        return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")

    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell(v) for v in row) + " |" for row in rows])


def markdown(card: Mapping[str, Any], name: str) -> str:
    """Return the card as Markdown with the header that dataset hubs read."""
    splits = card["splits"]
    total = sum(splits[s]["records"] for s in SPLITS)
    licences = sorted({item for s in SPLITS for item in splits[s]["licences"]})
    languages = sorted({c for s in SPLITS for c in splits[s]["languages"] if c != "unknown"})
    header = {
        "pretty_name": name,
        "license": "other" if len(licences) != 1 else licences[0].lower(),
        "license_name": ", ".join(licences) or "unknown",
        "language": languages,
        "size_categories": [_size(total)],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": s, "path": f"{s}.parquet"} for s in SPLITS],
            }
        ],
        "tags": ["security", "vedette"],
    }
    parts = [
        "---\n" + yaml.safe_dump(header, sort_keys=False, allow_unicode=True) + "---\n",
        f"# {name}\n",
        "Built by `vedette forge corpus`; `card.json` says the same and more, for programs.\n",
        "## Parts\n",
        _table(
            ("part", "records", "tokens (estimate)", "groups", "without label"),
            [
                (s, splits[s]["records"], splits[s]["tokens_estimate"], splits[s]["groups"], splits[s]["unlabelled"])
                for s in SPLITS
            ],
        ),
        "\nTokens are estimated as UTF-8 bytes over 4.\n",
        f"Records are dated from {card['time_span'][0]} to {card['time_span'][1]}.\n" if card["time_span"] else "",
        "## Sources\n",
        _table(
            ("source", "licence", "format", "read", "kept", "train", "validation", "test"),
            [
                (s["name"], s["licence"], s["format"], s["read"], sum(_kept(card, s["name"])), *_kept(card, s["name"]))
                for s in card["sources"]
            ],
        ),
    ]
    for key, title in (("languages", "Languages"), ("labels", "Labels")):
        names = Counter[str]()
        for s in SPLITS:
            names.update(splits[s][key])
        if names:
            ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:60]
            rows: list[tuple[Any, ...]] = [(n, *(splits[s][key].get(n, 0) for s in SPLITS)) for n, _ in ranked]
            parts += [f"\n## {title}\n", _table((key[:-1], *SPLITS), rows)]
            if len(names) > len(ranked):
                parts.append(f"\n{len(names) - len(ranked):,} more in `card.json`.")
    parts += [
        "\n## Taken out\n",
        _table(("why", "records"), sorted(card["removed"].items())) if card["removed"] else "Nothing.",
        "\nWhat could not be read at all: "
        + (", ".join(f"{why} ({n:,})" for why, n in sorted(card["quarantined"].items())) or "nothing")
        + ". Each is in `quarantine.parquet` with its reason.\n",
        "## Personal data and secrets\n",
        _redactions(card),
        "\n## Leakage\n",
        _leakage(card),
        "\n## How it was made\n",
        f"Seed {card['seed']}; split by {card['spec']['split']['by']}; build `{card['build']}`.\n",
        "```yaml\n" + yaml.safe_dump(card["spec"], sort_keys=False, allow_unicode=True) + "```\n",
    ]
    return "\n".join(parts)


def _kept(card: Mapping[str, Any], source: str) -> tuple[int, ...]:
    return tuple(card["splits"][s]["sources"].get(source, 0) for s in SPLITS)


def _redactions(card: Mapping[str, Any]) -> str:
    if card["redactor"] is None:
        return "**Nothing was looked for**: the recipe says `redact: null`."
    rows = sorted(card["redactions"].items(), key=lambda item: (-item[1], item[0]))
    told = f"Redactor `{card['redactor']}`. "
    return told + ("\n\n" + _table(("kind", "replaced"), rows) if rows else "It found none.")


def _leakage(card: Mapping[str, Any]) -> str:
    leakage = card.get("leakage")
    if not leakage:
        return "Not checked: there is nothing to compare."
    rows = [
        (pair, kind, found, leakage["removed"].get(pair, {}).get(kind, 0), leakage["left"].get(pair, {}).get(kind, 0))
        for pair, kinds in sorted(leakage["found"].items())
        for kind, found in sorted(kinds.items())
    ]
    told = (
        "Between the parts the check found nothing."
        if not rows
        else _table(("parts", "kind", "records that leak", "taken out for it", "left"), rows)
    )
    return f"{told}\n\nLeft in test: {leakage['left_share']:.2%} of its records (at most {leakage['max_share']:.2%})."
