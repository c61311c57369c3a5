"""Right plans for questions in held-out words: ``python -m benchmarks.routing.run --adapter routing``.

Fills the table of this folder's README, writes every miss to ``results.jsonl``, and prints the misses by intent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.routing.judging import all_right, comparable, folded, same_tools

from vedette.copilot.adapter import Request, requests
from vedette.copilot.adapter_prompt import plan_grammar, read_plan, routing_prompt
from vedette.copilot.model_router import MAX_PLAN_TOKENS, described_prompt
from vedette.schema import Focus, Message, Tool, ToolCall, ValueKind
from vedette.toolbox import tools as all_tools

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"
README = HERE / "README.md"
BEGIN, END = "<!-- results: run.py writes them -->", "<!-- /results -->"
SYSTEMS = ("adapter", "adapter-free", "base", "base-described", "rules")
TITLES = {
    "adapter": "embedded with the adapter",
    "adapter-free": "embedded with the adapter, no grammar",
    "base": "embedded without it, same prompt",
    "base-described": "embedded without it, tools in the prompt",
    "rules": "rules with the shipped chooser, no language model (arguments as far as they compare)",
}
SLOW = ("base", "base-described")

Router = Callable[[Request], Sequence[ToolCall] | None]


@dataclass
class Score:
    """How one router did."""

    n: int = 0
    parsed: int = 0
    tool: int = 0
    right: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Ask every router, print and write what came of it."""
    asked = _arguments()
    plugins, _ = all_tools()
    tools = {name: plugin.tool for name, plugin in plugins.items()}
    rows = list(requests(asked.rows, asked.seed, tools, held_out=True))
    scores: dict[str, Score] = {}
    kept: list[dict[str, object]] = []
    with ExitStack() as stack:
        routers = _routers(asked, tools, stack)
        for system in asked.systems:
            some = _some(rows, asked.slow_rows) if system in SLOW else rows
            scores[system] = score = Score()
            for row, got, seconds in _ask(routers[system], some, system):
                _judge(score, system, row, got, seconds, tools, kept)
                if score.n % 100 == 0:
                    print(f"{system}: {score.right} of {score.n} right so far", file=sys.stderr, flush=True)
            kept.append(_summary(system, score, asked))
            print(f"{system}: {score.right}/{score.n} right, {score.tool} tools, {score.parsed} parsed", flush=True)
    _print_misses(scores)
    kept = _others(asked.systems) + kept
    RESULTS.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept), encoding="utf-8")
    _fill([line for line in kept if "summary" in line])
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default="routing", help="a GGUF file, or a registered adapter's name")
    parser.add_argument("--weights", type=Path, help="the base's GGUF file; without it, the catalogue's in the home")
    parser.add_argument("--home", type=Path, default=None, help="where models are")
    parser.add_argument("--rows", type=int, default=1200)
    parser.add_argument("--slow-rows", type=int, default=120, help="rows for the routers that are slow and wrong")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=["adapter", "base", "base-described", "rules"])
    return parser.parse_args()


def _some(rows: Sequence[Request], n: int) -> Sequence[Request]:
    """Return rows spread over all."""
    return [rows[i * len(rows) // n] for i in range(min(n, len(rows)))] if n < len(rows) else rows


# ---------------------------------------------------------------------- routers


def _routers(asked: argparse.Namespace, tools: Mapping[str, Tool], stack: ExitStack) -> dict[str, Router]:
    made: dict[str, Router] = {}
    if "rules" in asked.systems:
        made["rules"] = _by_rules(tools)
    if set(asked.systems) - {"rules"}:
        from vedette.models.llama import LlamaModel

        weights, adapter = _files(asked)
        model = stack.enter_context(
            LlamaModel(weights, adapters=[(adapter, 1.0)] if adapter else [], n_ctx=8192, threads=asked.threads)
        )
        grammar = plan_grammar(tools.values())

        def ask(
            messages: list[Message], scale: float, grammar: str | None, *, reuse: bool = False
        ) -> Sequence[ToolCall] | None:
            turns = [{"role": m.role.value, "content": m.content} for m in messages]
            scales = [scale] if adapter else None
            said = model.complete(turns, max_tokens=MAX_PLAN_TOKENS, grammar=grammar, scales=scales, reuse_prompt=reuse)
            return read_plan(said.text, tools)

        made["adapter"] = lambda r: ask(routing_prompt(r.question, r.focus), 1.0, grammar)
        made["adapter-free"] = lambda r: ask(routing_prompt(r.question, r.focus), 1.0, None)
        made["base"] = lambda r: ask(routing_prompt(r.question, r.focus), 0.0, grammar)
        made["base-described"] = lambda r: ask(
            described_prompt(r.question, r.focus or Focus(), tools), 0.0, grammar, reuse=True
        )
    return made


def _files(asked: argparse.Namespace) -> tuple[Path, Path | None]:
    """Return the weights and the adapter."""
    from vedette.llm.embedded import DEFAULT
    from vedette.models.language import weights_of
    from vedette.settings import Settings

    home = asked.home or Settings().home
    if not {"adapter", "adapter-free"} & set(asked.systems):
        return asked.weights or weights_of(DEFAULT, home).gguf, None
    if asked.adapter.endswith(".gguf"):
        return asked.weights or weights_of(DEFAULT, home).gguf, Path(asked.adapter)
    found = weights_of(asked.adapter, home)
    return asked.weights or found.gguf, found.adapters[-1][0]


def _by_rules(tools: Mapping[str, Tool]) -> Router:
    """Return the router without a model, in a world that knows the names that the question should be read to hold."""
    from vedette.copilot.mentions import World
    from vedette.copilot.names import Name, NameIndex
    from vedette.copilot.planning import Planner
    from vedette.copilot.rules import CHOOSER
    from vedette.copilot.times import Calendar
    from vedette.investigate.names import is_address
    from vedette.models import load

    planner = Planner(tools, None, chooser=load(CHOOSER))
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)

    def route(row: Request) -> Sequence[ToolCall]:
        index = NameIndex(last_at=now)
        for step in row.steps:
            for p in tools[step.tool].parameters:
                value = step.arguments.get(p.name)
                kind = {ValueKind.ACCOUNT: ValueKind.ACCOUNT, ValueKind.HOST: ValueKind.HOST,
                        ValueKind.ADDRESS: ValueKind.ADDRESS, ValueKind.ENTITY: ValueKind.HOST}.get(p.kind)  # fmt: skip
                if value is None or kind is None:
                    continue
                kind = ValueKind.ADDRESS if is_address(str(value)) else kind
                index.strong[str(value).casefold()] = [Name(kind, str(value), count=1)]
        planned = planner.plan(row.question, World(index, (), Calendar(now)))
        return [ToolCall(tool=s.tool.name, arguments=dict(s.arguments)) for s in planned.steps]

    return route


# ---------------------------------------------------------------------- judging


def _ask(
    router: Router, rows: Sequence[Request], system: str
) -> Iterator[tuple[Request, Sequence[ToolCall] | None, float]]:
    for row in rows:
        if system == "rules" and row.intent.startswith("follow."):
            continue  # needs a conversation with names, which a focus line has not
        start = time.perf_counter()
        got = router(row)
        yield row, got, time.perf_counter() - start


def _judge(
    score: Score,
    system: str,
    row: Request,
    got: Sequence[ToolCall] | None,
    seconds: float,
    tools: Mapping[str, Tool],
    kept: list[dict[str, object]],
) -> None:
    score.n += 1
    score.asked[row.intent] += 1
    score.parsed += got is not None
    score.seconds.append(seconds)
    score.tool += got is not None and same_tools(row.steps, got)
    right = got is not None and (comparable(row.steps, got, tools) if system == "rules" else all_right(row.steps, got))
    score.right += right
    if not right:
        score.missed[row.intent] += 1
        kept.append(
            {
                "system": system, "intent": row.intent, "family": row.family, "question": row.question,
                "gold": _told(row.steps), "got": None if got is None else _told(got),
            }
        )  # fmt: skip


def _told(steps: Sequence[ToolCall]) -> list[dict[str, object]]:
    return [{"tool": s.tool, **{k: folded(v) for k, v in s.arguments.items()}} for s in steps]


def _summary(system: str, score: Score, asked: argparse.Namespace) -> dict[str, object]:
    return {
        "summary": system,
        "rows": score.n,
        "right": round(score.right / score.n, 4),
        "tool": round(score.tool / score.n, 4),
        "parsed": round(score.parsed / score.n, 4),
        "p50_s": round(statistics.median(score.seconds), 4),
        "p95_s": round(sorted(score.seconds)[int(0.95 * len(score.seconds))], 4),
        "seed": asked.seed,
        "threads": asked.threads or os.cpu_count(),
        "machine": platform.machine(),
        "at": datetime.now(UTC).date().isoformat(),
    }


def _others(systems: Sequence[str]) -> list[dict[str, object]]:
    """Return what earlier runs wrote of other routers."""
    if not RESULTS.exists():
        return []
    lines = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [line for line in lines if (line.get("system") or line.get("summary")) not in systems]


def _print_misses(scores: Mapping[str, Score]) -> None:
    for system, score in scores.items():
        print(f"\n{TITLES[system]}, misses by intent:")
        for intent, n in score.missed.most_common(30):
            print(f"  {n:4} of {score.asked[intent]:3}  {intent}")


def _fill(summaries: Sequence[Mapping[str, object]]) -> None:
    by = {str(s["summary"]): s for s in summaries}
    lines = [
        "| router | rows | tool and all arguments right | tools right | parses | p50 | p95 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for system in SYSTEMS:
        if system in by:
            s = by[system]
            lines.append(
                f"| {TITLES[system]} | {s['rows']} | {float(str(s['right'])):.1%} | {float(str(s['tool'])):.1%} "
                f"| {float(str(s['parsed'])):.1%} | {float(str(s['p50_s'])):.2f} s | {float(str(s['p95_s'])):.2f} s |"
            )
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    README.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
