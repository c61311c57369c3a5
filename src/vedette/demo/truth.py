"""What really happened: the answer that a case is measured against.

The incident marks each record that it emits with a :class:`Step`; the sink notes file and line
when it writes the record, so truth always points at what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from vedette.demo.clock import iso_us

_N_REFS_SHOWN = 12


@dataclass(slots=True, eq=False)
class Step:
    """One thing that the attacker did: when, where, as whom, and every record of it."""

    step_id: str
    at: int
    what: str
    techniques: tuple[str, ...]
    host: str | None
    account: str | None
    marker: str | None
    """A string found in the step's records, unique to it where the format has such a thing."""
    refs: list[tuple[bool, str, int]] = field(default_factory=list)
    """(lacks the marker, file, line): 1-based; in a CloudTrail document the position in ``Records``."""

    def note(self, file: str, line: int, text: str) -> None:
        """Note where a record of this step was written."""
        marker = self.marker
        marked = marker is None or marker in text or encode_basestring(marker)[1:-1] in text
        self.refs.append((not marked, file, line))


@dataclass(slots=True)
class Truth:
    """The ground truth of one world; empty but for the company where there is no incident."""

    steps: list[Step] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    hosts: list[dict[str, Any]] = field(default_factory=list)
    observables: dict[str, list[str]] = field(default_factory=dict)
    decoys: list[dict[str, str]] = field(default_factory=list)
    """Benign activity that looks like an attack, by name, so that a false case can be explained."""

    def account(self, name: str, role: str, why: str, *, aliases: tuple[str, ...] = ()) -> None:
        """Add an account with its role (the words of ``AccountRole``) and the reason."""
        self.accounts.append({"name": name, "role": role, "why": why, "aliases": list(aliases)})

    def host(self, name: str, role: str, ip: str, why: str) -> None:
        """Add a host with its role (the words of ``HostRole``) and the reason."""
        self.hosts.append({"name": name, "role": role, "ip": ip, "why": why})

    def write(self, folder: Path, about: dict[str, Any]) -> Path:
        """Write ``incident.json`` and ``attack-lines.jsonl`` and return the path of the former."""
        folder.mkdir(parents=True, exist_ok=True)
        timeline = []
        with (folder / "attack-lines.jsonl").open("w", encoding="utf-8") as out:
            for step in sorted(self.steps, key=lambda s: (s.at, s.step_id)):
                refs = [{"file": f, "line": n} for _, f, n in sorted(step.refs)]
                for ref in refs:
                    out.write(json.dumps({**ref, "step": step.step_id}) + "\n")
                timeline.append(
                    {
                        "step": step.step_id,
                        "at": iso_us(step.at),
                        "what": step.what,
                        "techniques": list(step.techniques),
                        "host": step.host,
                        "account": step.account,
                        "marker": step.marker,
                        "n_records": len(refs),
                        # Those that hold the marker come first.
                        "records": refs[:_N_REFS_SHOWN],
                    }
                )
        implicated = [a["name"] for a in self.accounts if a["role"] in {"compromised", "attacker", "created"}]
        document = {
            **about,
            "implicated_accounts": implicated,
            "accounts": self.accounts,
            "hosts": self.hosts,
            "techniques": sorted({t for s in self.steps for t in s.techniques}),
            "observables": self.observables,
            "n_attack_records": sum(len(s.refs) for s in self.steps),
            "timeline": timeline,
            "decoys": self.decoys,
        }
        path = folder / "incident.json"
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


@contextmanager
def marking(sink: Any, step: Step) -> Iterator[Step]:
    """Mark every record emitted to ``sink`` inside the block as part of ``step``."""
    before, sink.step = sink.step, step
    try:
        yield step
    finally:
        sink.step = before
