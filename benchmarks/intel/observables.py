"""Which values of reports are found, by us and by other extractors, on stretches labelled by hand; and how fast.

    python -m benchmarks.intel.observables [--write] [--half dev] [--misses] [--no-speed]

Peers run in environments of their own: ``--peers DIR`` holds one each, ``DIR/NAME/bin/python``.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.intel.observables_labels import Window, canonical, digest, documents, windows

from vedette.intel.observables.finding import find

HERE = Path(__file__).resolve().parent
PEERS = {
    "ioc-finder": ("ioc-finder", "all"),
    "iocextract": ("iocextract", "all"),
    "msticpy": ("msticpy", "all"),
}
KINDS_OF = {
    "ioc-finder": "url domain ip ip_range email hash file registry user_agent cve technique asn crypto_address",
    "iocextract": "url ip email hash yara",
    "msticpy": "url domain ip email hash file",
}
HALVES = (
    ("dev", "Looked at while developing"),
    ("held", "Held back, then looked at once and learnt from"),
    ("fresh", "Held back to the end: labelled after the last change, and run once"),
)
TIMED = (
    ("Vedette", ""),
    ("ioc-finder", "all"),
    ("ioc-finder", "usual"),
    ("msticpy", "all"),
    ("iocextract", "all"),
    ("ioc-finder-7", "all"),
)


@dataclass
class Tally:
    """Right, wrongly found and missed values."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: Tally) -> None:
        self.right, self.wrong, self.missed = (
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
        )

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else 0.0


@dataclass
class Score:
    """What one tool got right, by kind."""

    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    misses: list[str] = field(default_factory=list)

    def over(self, kinds: Iterable[str] | None = None) -> Tally:
        total = Tally()
        for kind, tally in self.kinds.items():
            if kinds is None or kind in kinds:
                total.add(tally)
        return total


class Peer:
    """A process in an environment of its own that answers line by line."""

    def __init__(self, folder: Path, name: str, which: str) -> None:
        command = [str(folder / name / "bin" / "python"), str(HERE / "observables_peers.py"), name, which]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, question: dict[str, object]) -> object:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the peer ended")
        return json.loads(answer)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def ours(texts: Sequence[str]) -> list[list[tuple[str, str]]]:
    return [[(one.kind.value, one.value) for one in find(text)] for text in texts]


def host_of(value: str) -> str:
    rest = value.partition("://")[2] or value
    for sign in "/?#":
        rest = rest.partition(sign)[0]
    return rest.rpartition("@")[2].partition(":")[0]


def score(labelled: Sequence[Window], found: Sequence[Iterable[tuple[str, str]]]) -> Score:
    """Compare what a tool found with the labels, window by window; each value counts once in a window."""
    result = Score()
    for window, values in zip(labelled, found, strict=True):
        said = {(kind, canonical(kind, value)) for kind, value in values}
        hosts = {host_of(value) for kind, value in said if kind in ("url", "email")}
        said = {
            one
            for one in said
            if not (one[0] in ("domain", "ip") and one[1] in hosts and (one[0], digest(*one)) not in window.gold)
        }
        ignored = [canonical(kind, text) for text in window.ignored for kind in ("file", "registry")]
        digests = {(kind, digest(kind, value)): value for kind, value in said}
        for kind, value in window.gold:
            if (kind, value) in digests:
                result.kinds[kind].right += 1
            else:
                result.kinds[kind].missed += 1
                place = next((s, e) for s, e, k, v in window.labels if (k, v) == (kind, value))
                result.misses.append(
                    f"missed {kind} {window.text[slice(*place)]!r} in {window.document[:60]}+{window.start}"
                )
        for key, value in digests.items():
            if key in window.gold or any(value in text or text in value for text in ignored):
                continue
            result.kinds[key[0]].wrong += 1
            result.misses.append(f"wrong  {key[0]} {value!r} in {window.document[:60]}+{window.start}")
    return result


def spans_right(labelled: Sequence[Window]) -> tuple[int, int]:
    """Return how many labelled places are found exactly there, and how many there are."""
    right = total = 0
    for window in labelled:
        places = {(one.start, one.end, one.kind.value) for one in find(window.text)}
        right += sum((s, e, kind) in places for s, e, kind, _ in window.labels)
        total += len(window.labels)
    return right, total


def table(scores: dict[str, Score], n: int) -> list[str]:
    """Return the lines of one half's table."""
    kinds = sorted({kind for one in scores.values() for kind in one.kinds})
    lines = [
        "| Tool | P | R | F1 | F1, only kinds it has |",
        "|---|---|---|---|---|",
    ]
    for name, one in scores.items():
        whole = one.over()
        own = one.over(KINDS_OF[name].split()) if name in KINDS_OF else whole
        lines.append(f"| {name} | {whole.precision:.3f} | {whole.recall:.3f} | **{whole.f1:.3f}** | {own.f1:.3f} |")
    lines += ["", "| Kind | Values | " + " | ".join(scores) + " |", "|---|---|" + "---|" * len(scores)]
    for kind in kinds:
        count = scores["Vedette"].kinds[kind]
        cells = []
        for name, one in scores.items():
            tally = one.kinds[kind]
            has = name not in KINDS_OF or kind in KINDS_OF[name].split()
            cells.append(f"{tally.precision:.2f} / {tally.recall:.2f} / {tally.f1:.2f}" if has else "–")
        lines.append(f"| {kind} | {count.right + count.missed} | " + " | ".join(cells) + " |")
    return lines


def speed(data: Path, folder: Path, rounds: int) -> tuple[list[str], dict[str, object]]:
    """Return throughput of every tool over the same whole reports, round by round in turn."""
    texts = list(documents(data).values())[::4]
    few = texts[:4]
    size = {"": sum(len(t.encode()) for t in texts) / 1e6, "few": sum(len(t.encode()) for t in few) / 1e6}
    timed = [one for one in TIMED if not one[1] or (folder / one[0]).is_dir()]
    peers = {(name, which): Peer(folder, name, which) for name, which in timed if which}
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for text in texts:
        find(text)
    gc.collect()
    gc.freeze()  # what this process holds besides is no work of the tool's; the peers' do the same
    for _ in range(rounds):
        for key in timed:
            if not key[1]:
                began = time.process_time()
                for text in texts:
                    find(text)
                rates[key].append(size[""] / (time.process_time() - began))
            else:
                slow = key[0] in ("iocextract", "ioc-finder-7")
                took = peers[key].ask({"time": few if slow else texts})
                assert isinstance(took, float)
                rates[key].append(size["few" if slow else ""] / took)
    for peer in peers.values():
        peer.close()
    own = statistics.median(rates[TIMED[0]])
    lines = ["| Tool | MB/s, median | from–to | Vedette is … times as fast (from–to by round) |", "|---|---|---|---|"]
    figures: dict[str, object] = {}
    for key, values in rates.items():
        name = key[0] + (", its nine usual kinds" if key[1] == "usual" else "")
        name = name.replace("ioc-finder-7", "ioc-finder 7.3, before its rewrite")
        ratios = [a / b for a, b in zip(rates[TIMED[0]], values, strict=True)]
        middle = statistics.median(values)
        spread, times = f"{min(values):.3f}–{max(values):.3f}", f"{min(ratios):.1f}–{max(ratios):.1f}"
        lines.append(f"| {name} | {middle:.3f} | {spread} | {own / middle:.1f} ({times}) |")
        figures[f"mb_per_s {name}"] = round(middle, 4)
    return lines, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peers", type=Path, default=Path("/tmp/v/peers"))
    parser.add_argument("--half", choices=("dev", "held", "fresh"))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--only-ours", action="store_true")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    every = list(windows(asked.data))
    lines: list[str] = []
    figures: dict[str, object] = {}
    for half, told in HALVES:
        labelled = [window for window in every if window.half == half]
        if not labelled or asked.half not in (None, half):
            continue
        texts = [window.text for window in labelled]
        scores = {"Vedette": score(labelled, ours(texts))}
        for name, (folder, which) in PEERS.items() if not asked.only_ours else ():
            peer = Peer(asked.peers, folder, which)
            answer = peer.ask({"texts": texts})
            peer.close()
            assert isinstance(answer, list)
            scores[name] = score(labelled, answer)
        right, total = spans_right(labelled)
        n_values = sum(len(window.gold) for window in labelled)
        reports = len({window.document for window in labelled})
        lines += ["", f"### {told}: {n_values} values in {len(labelled)} stretches of {reports} reports", ""]
        lines += table(scores, n_values)
        lines += ["", f"Exact places, ours: {right} of {total} ({right / total:.3f})."]
        for name, one in scores.items():
            figures[f"f1 {half} {name}"] = round(one.over().f1, 4)
        figures[f"values {half}"] = n_values
        if asked.misses:
            print("\n".join(scores["Vedette"].misses))
    if not asked.no_speed:
        told, more = speed(asked.data, asked.peers, asked.rounds)
        lines += ["", "### Throughput", "", *told]
        figures.update(more)
    print("\n".join(lines))
    if asked.write:
        from benchmarks.intel.tables import write_section

        write_section("observables", "\n".join(lines), figures)


if __name__ == "__main__":
    main()
