"""What the default redactor finds and what it leaves: ``python benchmarks/redaction/run.py [--data DIR]``.

Fills the table in this folder's README. Reads only; nothing of the data is kept.
"""

from __future__ import annotations

import argparse
import gzip
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from vedette.forge.corpus.redact import RulesRedactor
from vedette.forge.corpus.rules import find

README = Path(__file__).with_name("README.md")
NUMBERED = {
    "EMAIL_ADDRESS": "e-mail address",
    "PHONE_NUMBER": "telephone number",
    "IBAN_CODE": "IBAN",
    "CREDIT_CARD": "card number",
    "US_SSN": "US social security number",
    "IP_ADDRESS": "IP address",
}
"""Kinds of the personal-data set that rules can know; the others (names, places, dates, …) need a model."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, packed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from (orjson.loads(line) for line in data.splitlines() if line.strip())


def gitleaks(data: Path) -> tuple[int, int, int, int]:
    """Return secrets found, secrets, harmless texts touched, harmless texts."""
    found = total = touched = harmless = 0
    redactor = RulesRedactor()
    for row in rows(data / "secrets-gitleaks" / "gitleaks_rule_cases.jsonl.gz"):
        hit = bool(redactor.redact(row["text"]).counts)
        if row["label"]:
            total, found = total + 1, found + hit
        else:
            harmless, touched = harmless + 1, touched + hit
    return found, total, touched, harmless


def credsweeper(data: Path) -> tuple[int, int]:
    """Return values found and values: those that the tool reports and that are no longer in the redacted text."""
    found = total = 0
    redactor = RulesRedactor()
    for row in rows(data / "secrets-credsweeper" / "credsweeper_samples.jsonl.gz"):
        left = redactor.redact(row["text"]).text
        for item in row["expected"]:
            value = item.get("value")
            if not value or len(value) < 4 or value not in row["text"]:
                continue
            total += 1
            found += left.count(value) < row["text"].count(value)
    return found, total


def leaky_repo(data: Path) -> tuple[int, int, int]:
    """Return risky lines covered (at most as many as a file has), risky lines, and lines touched beyond them."""
    found = total = beyond = 0
    for row in rows(data / "secrets-leaky-repo" / "leaky_repo.jsonl.gz"):
        text = row["text"]
        touched = {
            line
            for item in find(text)
            for line in range(text.count("\n", 0, item.start), 1 + text.count("\n", 0, item.end))
        }
        risky = row["risk_lines"]
        found += min(len(touched), risky)
        total += risky
        beyond += max(0, len(touched) - risky - row["informative_lines"])
    return found, total, beyond


def presidio(data: Path) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Return found and all spans by kind, finds that touch no span, and all finds."""
    counts: dict[str, list[int]] = {}
    wrong = every = 0
    for path in sorted((data / "pii-presidio").glob("*.jsonl")):
        for row in rows(path):
            found = find(row["text"])
            spans = [(s["start"], s["end"], s["type"]) for s in row["spans"]]
            for start, end, kind in spans:
                tally = counts.setdefault(kind, [0, 0])
                tally[1] += 1
                tally[0] += any(f.start < end and start < f.end for f in found)
            every += len(found)
            wrong += sum(not any(f.start < e and s < f.end for s, e, _ in spans) for f in found)
    return {kind: (n, total) for kind, (n, total) in counts.items()}, wrong, every


def prose(data: Path) -> tuple[Counter[str], int, float]:
    """Return what is found in 5,000 CVE descriptions by kind, the number of texts, and CPU seconds."""
    redactor = RulesRedactor()
    texts = [r["description"] for r in rows(data / "vulnrichment" / "cves-full.jsonl.gz")][::8]
    counts: Counter[str] = Counter()
    redactor.redact(texts[0])
    started = time.process_time()
    for text in texts:
        counts.update(redactor.redact(text).counts)
    return counts, len(texts), time.process_time() - started


def share(part: int, whole: int) -> str:
    """Return a share as a cell."""
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "none"


def main() -> None:
    """Measure, print, and fill the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2].parent / "shared" / "data")
    data = parser.parse_args().data
    found, total, touched, harmless = gitleaks(data)
    lines = ["| measured | result |", "|---|---|"]
    lines.append(
        f"| gitleaks' rule cases: texts with a secret in which something is taken out | {share(found, total)} |"
    )
    lines.append(
        f"| the same set: texts without that secret in which something is taken out | {share(touched, harmless)} |"
    )
    lines.append(f"| CredSweeper's samples: values it reports that are gone | {share(*credsweeper(data))} |")
    covered, risky, beyond = leaky_repo(data)
    lines.append(f"| leaky-repo: risky lines covered | {share(covered, risky)} |")
    lines.append(f"| leaky-repo: lines touched beyond the risky and informative ones | {beyond} |")
    kinds, wrong, every = presidio(data)
    for kind, name in NUMBERED.items():
        if kind in kinds:
            lines.append(f"| personal data: {name} | {share(*kinds[kind])} |")
    lines.append(f"| personal data: finds that touch no labelled span | {share(wrong, every)} |")
    others = [kinds[k] for k in kinds if k not in NUMBERED]
    lines.append(
        f"| personal data that needs a model (names, places, dates, …), found by chance | "
        f"{share(sum(n for n, _ in others), sum(t for _, t in others))} |"
    )
    counts, n_texts, seconds = prose(data)
    told = ", ".join(f"{kind} {n}" for kind, n in counts.most_common()) or "nothing"
    lines.append(f"| {n_texts:,} public CVE descriptions: taken out | {told} |")
    lines.append(f"| the same: texts a CPU second | {n_texts / seconds:,.0f} |")
    table = "\n".join(lines)
    print(table)
    text = README.read_text(encoding="utf-8")
    README.write_text(
        re.sub(
            r"(<!-- results:redaction -->\n).*?(\n<!-- /results:redaction -->)",
            lambda m: m[1] + table + m[2],
            text,
            flags=re.DOTALL,
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
