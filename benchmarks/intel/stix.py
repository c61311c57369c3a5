"""Is the STIX of every shared report valid, and does it give back all that was read?

    python -m benchmarks.intel.stix --write

Each report is read, written as a bundle, judged by the standard's own validator, parsed by the reference library and
written again, and read back.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = {
    "annoctr": (("annoctr/reports_dev.jsonl", "annoctr/reports_train.jsonl.gz"), "text", "document"),
    "tram": (("tram/documents.jsonl.gz",), "text", "doc_title"),
    "CVE records": (("vulnrichment/cves.jsonl.gz",), "description", "cve"),
    "mail": (("email-phishing/nazario.jsonl.gz",), "text", "id"),
}
MOST = 300
"""Records of one source, evenly spread."""


def rows(source: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of a source's records."""
    files, field, name = SOURCES[source]
    found: list[tuple[str, str]] = []
    for file in files:
        opened = gzip.open if file.endswith(".gz") else open
        with opened(SHARED / file, "rt", encoding="utf-8") as lines:
            for line in lines:
                one = json.loads(line)
                found.append((str(one.get(name, "")), str(one.get(field) or "")))
    step = max(1, len(found) // MOST)
    yield from (one for one in found[::step] if one[1].strip())


def main() -> None:
    import stix2
    import stix2validator

    from vedette.documents.verbatim import as_given
    from vedette.intel.engine import Extractor
    from vedette.intel.output import OUTPUTS, Told, readings_of

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="fill the section of the README")
    args = parser.parse_args()
    extractor = Extractor()
    told = Told(at=datetime(2026, 1, 1, tzinfo=UTC))
    options = stix2validator.ValidationOptions(version="2.1")
    columns = ("source", "reports", "objects", "valid", "errors", "warnings", "read back whole",
               "the reference library agrees", "ms a report to read")  # fmt: skip
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "---:|" * (len(columns) - 1)]
    totals: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for source in SOURCES:
        counts: Counter[str] = Counter()
        spent = 0.0
        for name, text in rows(source):
            began = time.process_time()
            reading = extractor.read(as_given(text, name))
            spent += time.process_time() - began
            body = OUTPUTS["stix"]([reading], told)
            found = stix2validator.validate_string(body.decode(), options)
            counts["reports"] += 1
            counts["objects"] += len(json.loads(body)["objects"])
            counts["valid"] += bool(found.is_valid)
            errors = [str(e) for e in found.errors]
            warnings = [str(w) for w in found.warnings]
            counts["errors"] += len(errors)
            counts["warnings"] += len(warnings)
            seen.update(one.split(":")[-1].strip()[:100] for one in [*errors, *warnings])
            counts["whole"] += readings_of(body) == [reading]
            parsed = stix2.parse(body.decode(), allow_custom=True)
            again = {one["id"]: one for one in json.loads(parsed.serialize())["objects"]}
            counts["agrees"] += again == {one["id"]: one for one in json.loads(body)["objects"]}
        totals += counts
        lines.append(_line(source, counts, spent))
        print(lines[-1], flush=True)
    lines.append(_line("**all**", totals, None))
    if seen:
        lines += ["", "What the validator said, most often first:", ""]
        lines += [f"- {n:,} times: {what}" for what, n in seen.most_common(5)]
    body_text = "\n".join(lines)
    print(body_text)
    if args.write:
        from benchmarks.intel.tables import write_section

        write_section("stix", body_text, dict(totals))


def _line(source: str, counts: Counter[str], spent: float | None) -> str:
    shown = [counts[key] for key in ("reports", "objects", "valid", "errors", "warnings", "whole", "agrees")]
    ms = f"{1000 * spent / max(counts['reports'], 1):.1f}" if spent is not None else ""
    return f"| {source} | " + " | ".join(f"{n:,}" for n in shown) + f" | {ms} |"


if __name__ == "__main__":
    main()
