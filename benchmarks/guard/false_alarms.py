"""How often does the guard speak up where nothing is?

Usage: ``python -m benchmarks.guard.false_alarms [--peers VENV] [--write]``

Raw logs a megabyte, sentences of threat reports a thousand, commands and mail, by the group of what is reported. In a
log, a finding of an address, host, user, SID or path is right where a field of the parsed record of that kind holds
it, ours and the peer's alike; everything else counts as false. In reports, commands and mail, addresses, domains,
URLs and paths are counted apart, as they are what they are said to be; every other finding counts as false, real names
included.
The quarter of tram and attack-procedures that the tagger never saw is used; annoctr, evtx-attack-samples and
sigma-regression-events were never trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.guard.personal import Found, ours, scan
from benchmarks.guard.presidio import Presidio
from benchmarks.guard.tables import write_section
from recipes.names import reading

from vedette.guard.base import Scanner
from vedette.guard.entities import Group, group_of
from vedette.models.text import sentences

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_COMMAND = (
    "command|script|param|payload|message|info|text|data|args|trace|details|image|path|object|string|value|task|source"
    "|delegate"
)
KINDS = {
    "IP_ADDRESS": re.compile(rf"(?i)ip|addr|host|source|dest|remote|client|ur[il]|server|name|cidr|query|{_COMMAND}"),
    "HOSTNAME": re.compile(rf"(?i)host|computer|machine|station|server|target|dns|domain|name|query|share|{_COMMAND}"),
    "DOMAIN_NAME": re.compile(
        r"(?i)domain|host|dns|server|computer|ur[il]|query|name|issuer|endpoint|agent|principal|source|company"
    ),
    "USERNAME": re.compile(
        rf"(?i)user|account|subject|owner|caller|principal|identity|member|actor|author|name|login|session|{_COMMAND}"
    ),
    "SID": re.compile(""),
    "FILE_PATH": re.compile(
        rf"(?i)path|file|image|dir|process|folder|module|object|target|application|exe|host|{_COMMAND}"
    ),
    "URL": re.compile(
        rf"(?i)ur[il]|link|address|endpoint|query|referr?er|schema|xmlns|context|request|company|{_COMMAND}"
    ),
    "MAC_ADDRESS": re.compile(r"(?i)mac|phys|hw|ether|address"),
    "ARN": re.compile(r"(?i)arn|resource|principal|role|id"),
    "CLOUD_ACCOUNT": re.compile(r"(?i)account|tenant|subscription|project|owner|id"),
}
"""The fields' names by the kind of what may stand in them; a SID is one wherever a field holds it."""
_LINE = re.compile(r"^[ \t]*([A-Z][\w /-]{1,40}):[ \t]+(\S[^\r\n]{0,400})", re.MULTILINE)
_DEEP = 24
SEEN = ", seen in training"


def leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield a record's fields with their names, those of a message's lines too."""
    if depth > _DEEP:
        return
    if isinstance(value, dict):
        called = value.get("@Name") or value.get("Name") or ""
        for key, one in value.items():
            yield from leaves(one, f"{called} {key}" if isinstance(called, str) else key, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, name, depth + 1)
    elif isinstance(value, str):
        yield name, value
        for match in _LINE.finditer(value):
            yield match.group(1), match.group(2)


def right(entity: str, value: str, fields: Sequence[tuple[str, str]]) -> bool:
    """Return whether a field of the finding's kind holds its value."""
    kind = KINDS.get(entity)
    if kind is None:
        return False
    plain = value.replace("\\\\", "\\").strip().lower()
    return bool(plain) and any(kind.search(name) and plain in text.lower() for name, text in fields)


def logs() -> Iterator[tuple[str, str, Sequence[tuple[str, str]]]]:
    """Yield log records: the set's name, the line, and its fields."""
    for path in sorted((SHARED / "incidents-otrf").glob("*.events.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for at, line in enumerate(file):
                if at % 8 == 1:
                    yield "incidents-otrf", line.rstrip("\n"), list(leaves(json.loads(line)))
    for row in reading.rows(SHARED / "evtx-attack-samples" / "evtx_files.jsonl.gz"):
        for event in row["events"][:12]:
            yield "evtx-attack-samples", json.dumps(event, ensure_ascii=False), list(leaves(event))
    for row in reading.rows(SHARED / "sigma-regression-events" / "events.jsonl"):
        yield "sigma-regression-events", json.dumps(row["event"], ensure_ascii=False), list(leaves(row["event"]))


def reports() -> Iterator[tuple[str, str]]:
    """Yield sentences of threat reports with their set's name."""
    for name, path in (
        ("tram", SHARED / "tram" / "bootstrap_sentences.jsonl.gz"),
        ("attack-procedures", SHARED / "attack-procedures" / "procedures.jsonl.gz"),
    ):
        for row in reading.rows(path):
            yield name if reading.apart(reading.plain(row["text"])) else f"{name}{SEEN}", row["text"]
    for name in ("reports_dev.jsonl", "reports_train.jsonl.gz"):
        for row in reading.rows(SHARED / "annoctr" / name):
            for start, end in sentences(row["text"]):
                yield "annoctr", row["text"][start:end]


def others() -> Iterator[tuple[str, str]]:
    """Yield commands and mail with their set's name."""
    for row in reading.rows(SHARED / "cmd-atomic-red-team" / "atomic_tests.jsonl.gz"):
        yield "commands: Atomic Red Team", str(row["command"])
    for row in reading.rows(SHARED / "cmd-nl2bash" / "nl2bash.jsonl.gz"):
        yield "commands: nl2bash", str(row.get("command") or row.get("bash") or row.get("cmd") or "")
    for at, text in enumerate(reading.ham(SHARED)):
        if at % 4 == 0:
            yield "mail (SpamAssassin's ham; real names and addresses are in it)", text[:20_000]


def is_infrastructure(entity: str, _value: str) -> bool:
    """Return whether a finding is of an address, a host or the like."""
    return group_of(entity) is Group.INFRASTRUCTURE


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a virtual environment with presidio-analyzer and a spaCy model")
    parser.add_argument("--peers-share", type=int, default=10, help="the peer is asked for one text in so many")
    parser.add_argument("--show", type=int, default=0, help="print so many of our alarms of each set")
    parser.add_argument("--all-scanners", action="store_true", help="the other scanners' alarms too")
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    given = parser.parse_args(argv)
    scanners: list[Scanner] = ours()
    if given.all_scanners:
        from vedette.guard.engine import scanners_named
        from vedette.schema.guarding import Direction

        scanners = [one for one in scanners_named() if one.directions != frozenset({Direction.REPLY})]
    peer = Presidio(given.peers) if given.peers else None
    counts: dict[tuple[str, str], Counter[str]] = {}
    size: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    shown: Counter[str] = Counter()
    began = time.perf_counter()

    def ask(name: str, text: str, judge: Callable[[str, str], bool], at: int) -> None:
        sides: dict[str, Found] = {"Vedette": scan(scanners, text)[0]}
        if peer and at % given.peers_share == 0:
            sides[peer.name] = peer.scan(text)[0]
        for side, found in sides.items():
            size[name, side] += len(text.encode("utf-8", "replace"))
            units[name, side] += 1
            count = counts.setdefault((name, side), Counter())
            for entity, start, end in found:
                if judge(entity, text[start:end]):
                    count["infrastructure"] += 1
                    continue
                count[f"{side}:{entity}"] += 1
                if side == "Vedette" and shown[name] < given.show:
                    shown[name] += 1
                    print(f"{name}: {entity} {text[start:end]!r} in {text[max(0, start - 40) : end + 40]!r}")

    for at, (name, line, fields) in enumerate(logs()):
        ask(name, line, lambda entity, value, fields=fields: right(entity, value, fields), at)  # type: ignore[misc]
    for at, (name, text) in enumerate(reports()):
        ask(name, text, is_infrastructure, at)
    for at, (name, text) in enumerate(others()):
        ask(name, text, is_infrastructure, at)
    if peer:
        peer.close()
    lines = table(counts, size, units)
    lines += ["", f"{sum(size.values()) / 1e6:.1f} MB in {time.perf_counter() - began:.0f} s."]
    print("\n".join(lines))
    if given.write:
        figures = {
            f"{name} / {side}": {"bytes": size[name, side], "texts": units[name, side], **dict(count)}
            for (name, side), count in counts.items()
        }
        write_section("false_alarms", "\n".join(lines), figures)
    return 0


def table(
    counts: dict[tuple[str, str], Counter[str]], size: Counter[tuple[str, str]], units: Counter[tuple[str, str]]
) -> list[str]:
    """Return the table: by set and side, alarms a megabyte or a thousand texts, and what they are of."""
    lines = [
        "| set | whose | texts | MB | alarms | for a MB | for 1,000 texts | by entity | right, or of infrastructure |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    together = {
        "logs": ("incidents-otrf", "evtx-attack-samples", "sigma-regression-events"),
        "reports": ("tram", "attack-procedures", "annoctr"),
        "reports, those seen in training too": (
            "tram",
            "attack-procedures",
            "annoctr",
            f"tram{SEEN}",
            f"attack-procedures{SEEN}",
        ),
    }
    for title, names in together.items():
        for side in sorted({side for _, side in counts}, reverse=True):
            total: Counter[str] = sum((counts.get((name, side), Counter()) for name in names), Counter())
            key = (f"**all {title}**", side)
            counts[key] = total
            size[key] = sum(size[name, side] for name in names)
            units[key] = sum(units[name, side] for name in names)
    for name, side in sorted(counts, key=lambda key: (key[0].startswith("**"), key[0], key[1] != "Vedette")):
        count = counts[name, side]
        alarms = {k.partition(":")[2]: n for k, n in count.items() if k != "infrastructure"}
        number, mb = sum(alarms.values()), size[name, side] / 1e6
        told = ", ".join(f"{k} {n}" for k, n in sorted(alarms.items(), key=lambda item: (-item[1], item[0]))[:6])
        general = sum(n for k, n in alarms.items() if group_of(k) is Group.GENERAL)
        if general:
            told += f" (general: {general})"
        lines.append(
            f"| {name} | {side} | {units[name, side]} | {mb:.2f} | {number} | {number / max(mb, 1e-9):.1f} "
            f"| {number / max(1, units[name, side]) * 1000:.2f} | {told} | {count['infrastructure']} |"
        )
    for key in [k for k in counts if k[0].startswith("**")]:
        del counts[key]
    return lines


if __name__ == "__main__":
    sys.exit(main())
