"""How well is vulnerability text read, end to end: weakness, severity, affected products and versions, exploiting?

    python -m benchmarks.intel.vulnerabilities [--write]

Each description is read as a document of its own. The models behind weakness and severity are those of
``benchmarks/cve``; what is measured here is what a reader of reports gets of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.intel.tables import write_section

from vedette.documents.sentences import sentences_of
from vedette.errors import UserError
from vedette.forge.corpus.readers.cves import cve_id, first_weakness, listed
from vedette.forge.evaluate.stats import interval
from vedette.intel.vulnerabilities import find
from vedette.intel.vulnerabilities.affected import extract
from vedette.intel.vulnerabilities.exploiting import status_of
from vedette.knowledge import cwe
from vedette.knowledge.cvss import parse
from vedette.schema import Document
from vedette.schema.intel import AffectedProduct, VulnerabilityMention

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("ChatGPT-4", "Gemini-1.5", "LLAMA3-70B", "ChatGPT-3.5", "LLAMA3-8B")
CORE = {"plugin", "for", "wordpress", "the"}
"""Words of a product's name that only say what sort of thing it is."""


def lines(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read(text: str) -> VulnerabilityMention | None:
    """What ``find`` says of a text that is one description."""
    document = Document(document_id="doc-0", title="", source="", text=text, parts=(), language="en")
    found = find(document, sentences_of(text), (), ())
    return found[0] if len(found) == 1 else None


def told(values: Sequence[float]) -> str:
    m = interval(values)
    return f"{m.value:.3f} ({m.low:.3f} to {m.high:.3f})"


def same_weakness(said: str, true: str) -> bool:
    return said == true or cwe.simplified(said) == true


def weakness_rows(name: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, dict[str, float]]:
    """One line: accuracy of all rows, share answered, precision of answers; and how many a text says itself."""
    right, answered, hits, said = [], [], [], 0
    for text, true in pairs:
        found = read(text)
        value = found.weakness if found is not None else None
        ok = value is not None and same_weakness(value.value, true)
        right.append(float(ok))
        said += value is not None and value.said
        sure = value is not None and not value.abstained
        answered.append(float(sure))
        if sure:
            hits.append(float(ok))
    figures = {
        "accuracy": float(np.mean(right)),
        "answered": float(np.mean(answered)),
        "precision": float(np.mean(hits)),
    }
    line = f"| {name} | {len(pairs):,} | {told(right)} | {np.mean(answered):.3f} | {told(hits)} | {said} |"
    return line, figures


def score_rows(name: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, dict[str, float]]:
    """One line: mean distance of base scores, whole vectors that are right, share answered."""
    far, exact, answered = [], [], []
    for text, true in pairs:
        found = read(text)
        value = found.cvss if found is not None else None
        try:
            mine = parse(value.value) if value is not None else None
        except UserError:
            mine = None
        if mine is None:
            continue
        goal = parse(true)
        far.append(abs(mine.score - goal.score))
        exact.append(float(str(mine) == str(goal)))
        answered.append(float(value is not None and not value.abstained))
    line = f"| {name} | {len(far):,} of {len(pairs):,} | {told(far)} | {told(exact)} | {np.mean(answered):.3f} |"
    return line, {"distance": float(np.mean(far)), "exact": float(np.mean(exact)), "n": float(len(far))}


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.casefold()))


def same_product(true: str, found: AffectedProduct) -> bool:
    """Whether a found name is the true one: half of the words of both, or all of its own with three more at most."""
    own = words(true) - CORE or words(true)
    other = words(f"{found.vendor} {found.product}") - CORE
    if not own or not other:
        return False
    return len(own & other) / len(own | other) >= 0.5 or (own <= other and len(other) <= len(own) + 3)


def affected(rows: Sequence[dict[str, Any]]) -> tuple[list[str], dict[str, float]]:
    """Products and versions against the records' own, where the text holds them at all."""
    found_one, right_said, versions, true_n = [], [], [], 0
    for row in rows:
        named = words(row["description"])
        true = [
            a for a in row["affected"] if a["product"] not in ("n/a", "Unknown", "unspecified", None, "")
            and words(a["product"]) and words(a["product"]) <= named
        ]  # fmt: skip
        if not true:
            continue
        true_n += 1
        said = extract(row["description"])
        found_one.append(float(any(same_product(a["product"], p) for a in true for p in said)))
        right_said += [float(any(same_product(a["product"], p) for a in row["affected"] if a["product"])) for p in said]
        written = {v.get(k) for a in true for v in a["versions"] for k in ("version", "lessThan", "lessThanOrEqual")}
        shown = " ".join(v for p in said for v in (*p.versions, *p.fixed_in))
        versions += [
            float(v in shown)
            for v in sorted(w for w in written if w and re.match(r"v?\d+\.\d", w) and w in row["description"])
        ]
    lines_out = [
        "| affected products and versions | n | |",
        "|---|---|---|",
        f"| descriptions of which a true product is found | {true_n:,} | {told(found_one)} |",
        f"| products said that are true ones | {len(right_said):,} | {told(right_said)} |",
        f"| versions of the record that stand in the text and are found | {len(versions):,} | {told(versions)} |",
    ]
    figures = {"product": float(np.mean(found_one)), "product_precision": float(np.mean(right_said)),
               "versions": float(np.mean(versions))}  # fmt: skip
    return lines_out, figures


def exploiting(rows: Sequence[dict[str, Any]]) -> tuple[list[str], dict[str, Any]]:
    """What texts say of exploiting against CISA's decision."""
    table: Counter[tuple[str, str]] = Counter()
    for row in rows:
        true = (row["ssvc"].get("Exploitation") or row["ssvc"].get("exploitation") or "").casefold()
        if true:
            table[(status_of(row["description"])[0].value, true)] += 1
    out = ["| the text says | active | poc | none |", "|---|---|---|---|"]
    for said in ("exploited", "poc", "not_known", "unsaid"):
        out.append(f"| {said} | " + " | ".join(f"{table[(said, true)]:,}" for true in ("active", "poc", "none")) + " |")
    return out, {f"{said}/{true}": n for (said, true), n in sorted(table.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", "--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--write", action="store_true", help="fill the section of README.md")
    given = parser.parse_args()
    data = given.shared
    figures: dict[str, Any] = {}
    sets = {name: list(lines(data / "ctibench" / f"cti-{name}.jsonl")) for name in ("rcm", "rcm-2021", "vsp")}
    untrained = {cve_id(row) for rows in sets.values() for row in rows}
    full = [row for row in lines(data / "vulnrichment" / "cves-full.jsonl.gz") if row["cve"] in untrained]
    body = [
        "| CVE to CWE | n | accuracy | answered | precision of answers | said by the text |",
        "|---|---|---|---|---|---|",
    ]
    started, n = time.process_time(), 0
    for name in ("rcm", "rcm-2021"):
        line, figures[f"cwe {name}"] = weakness_rows(f"ctibench {name}", [(r["text"], r["answer"]) for r in sets[name]])
        n += len(sets[name])
        body.append(line)
    own = [(r["description"], first_weakness(r, "simplified")) for r in full]
    line, figures["cwe vulnrichment"] = weakness_rows(
        "vulnrichment, records that were held back", [(text, true) for text, true in own if true]
    )
    body.append(line)
    ms = 1000 * (time.process_time() - started) / (n + sum(bool(true) for _, true in own))
    for model in MODELS:
        right = [
            [float(str(r["published_responses"].get(model, "")).strip() == r["answer"]) for r in sets[name]]
            for name in ("rcm", "rcm-2021")
        ]
        body.append(f"| {model}, published answers, rcm | {len(right[0])} | {np.mean(right[0]):.3f} | | | |")
        body.append(f"| {model}, published answers, rcm-2021 | {len(right[1])} | {np.mean(right[1]):.3f} | | | |")
    body += [
        "",
        "| CVE to CVSS 3.1 | n | mean distance of scores | whole vector right | answered |",
        "|---|---|---|---|---|",
    ]
    line, figures["cvss vsp"] = score_rows("ctibench vsp", [(r["text"], r["answer"]) for r in sets["vsp"]])
    body.append(line)
    vectors = [(r["description"], first_vector(r)) for r in full]
    line, figures["cvss vulnrichment"] = score_rows(
        "vulnrichment, records that were held back", [(text, v) for text, v in vectors if v]
    )
    body.append(line)
    body += published_scores(sets["vsp"])
    sample = list(lines(data / "vulnrichment" / "cves.jsonl.gz"))
    more, figures["affected"] = affected(sample)
    body += ["", *more]
    more, figures["exploiting"] = exploiting(sample)
    body += ["", *more, "", f"{ms:.1f} ms of CPU per description, weakness and severity together."]
    text = "\n".join(body)
    print(text)
    if given.write:
        write_section("vulnerabilities", f"{RULE}\n{text}", figures | {"ms": ms})


def first_vector(row: dict[str, Any]) -> str | None:
    """The 3.1 vector of a record, the NVD's way: the CNA's, else CISA's."""
    for authority in ("cna_cvss", "cisa_cvss"):
        for vector in listed(row.get(authority)):
            if vector.startswith("CVSS:3.1/"):
                try:
                    return str(parse(vector))
                except UserError:
                    continue
    return None


def published_scores(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Mean distance of the published answers on the same rows; answers that are no vector are left out."""
    out = []
    for model in MODELS:
        far = []
        for row in rows:
            try:
                said = parse(
                    "CVSS:3.1/" + str(row["published_responses"].get(model, "")).strip().removeprefix("CVSS:3.1/")
                )
            except UserError:
                continue
            far.append(abs(said.score - parse(row["answer"]).score))
        if far:
            out.append(f"| {model}, published answers | {len(far)} | {np.mean(far):.3f} | | |")
    return out


RULE = """Each description is a document, read end to end. CTIBench (CC BY-NC-SA 4.0) is only measured on. *Held back*:
records of CISA's vulnrichment (CC0) whose CVE CTIBench names too: these, and texts nearly like them, were taken out of
training (`recipes/cve-cwe.yaml`); their truth is the record's own, the CNA's before CISA's. A weakness counts as right
where it is the true one or its place in the simplified view is. Products and versions are compared with the records of
the vulnrichment sample, where the text holds their words; the patterns were written with an eye on that sample, so that
part flatters. Exploiting is compared with CISA's SSVC decision, which rests on more than the text: most texts say
nothing, and that is what is said of them.
"""


if __name__ == "__main__":
    main()
