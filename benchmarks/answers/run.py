"""What the copilot says to the questions, judged: the benchmark's command.

Usage: ``python -m benchmarks.answers.run [--model none --model embedded --model openai:NAME] [--part development]``
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.accounts.harness.pipeline import commit
from benchmarks.answers import questions, worlds
from benchmarks.answers.expect import problems
from benchmarks.answers.support import World, survey, unsupported

if TYPE_CHECKING:
    from vedette.llm import LanguageModel
    from vedette.schema import Answer, Focus
    from vedette.store import Lake

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"
README = HERE / "README.md"
BEGIN, END = "<!-- results -->", "<!-- /results -->"


@dataclass
class Row:
    """How one question went."""

    id: str
    turn: int
    part: str
    world: str
    kind: str
    model: str
    right: bool
    problems: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    loose: int = 0
    """Names that only another event or another sentence of the case holds."""
    status: str = ""
    tools: list[str] = field(default_factory=list)
    router: str = ""
    n_claims: int = 0
    n_dropped: int = 0
    n_replaced: int = 0
    n_calls: int = 0
    seconds: float = 0.0


def ask_all(
    conversations: Sequence[questions.Conversation],
    lake: Lake,
    world: World,
    model: LanguageModel | None,
    name: str,
    *,
    router: str = "auto",
    details: list[dict[str, Any]] | None = None,
) -> Iterator[Row]:
    """Yield how each question of one world went."""
    from vedette.copilot.engine import Copilot

    now = worlds.after_the_last_event(lake)
    copilot = Copilot(lake, model=model, router=router, clock=lambda: now)
    for conversation in conversations:
        focus: Focus | None = None
        for number, turn in enumerate(conversation.turns, 1):
            row = Row(conversation.id, number, conversation.part, conversation.world, conversation.kind, name, False)
            answer = _asked(copilot, turn.ask, focus, row)
            row.problems = problems(answer, turn.expect, world.names)
            row.right = not row.problems
            if not isinstance(answer, Exception):
                focus = answer.focus
                row.unsupported, loose = unsupported(answer, lake, world)
                row.loose = len(loose)
            if details is not None:
                details.append(_detail(row, turn, answer))
            yield row


def _asked(copilot: Any, ask: str, focus: Focus | None, row: Row) -> Answer | Exception:
    """Return the answer, or what was raised: an error counts as a wrong answer, and the run goes on."""
    started = time.monotonic()
    try:
        answer: Answer = copilot.ask(ask, **({"focus": focus} if focus else {}))
    except Exception as error:
        row.seconds, row.status = round(time.monotonic() - started, 3), type(error).__name__
        return error
    row.seconds = round(time.monotonic() - started, 3)
    row.status = answer.status.value
    row.tools = [s.tool for s in answer.plan.steps] if answer.plan else []
    row.router = answer.plan.router if answer.plan else ""
    row.n_claims, row.n_dropped, row.n_replaced = len(answer.claims), len(answer.dropped), answer.n_replaced
    row.n_calls = answer.usage.n_calls
    return answer


def _detail(row: Row, turn: questions.Turn, answer: Answer | Exception) -> dict[str, Any]:
    told: dict[str, Any] = {**asdict(row), "ask": turn.ask, "expect": turn.expect}
    if isinstance(answer, Exception):
        return {**told, "error": str(answer)}
    return {
        **told,
        "text": answer.text,
        "values": answer.values,
        "plan": [{"tool": s.tool, "arguments": dict(s.arguments)} for s in answer.plan.steps] if answer.plan else [],
        "queries": answer.queries,
        "unknown": answer.unknown,
        "choice": asdict(answer.choice) if answer.choice else None,
        "dropped": [{"text": c.text, "reason": c.reason} for c in answer.dropped],
        "files": [a.name for a in answer.artefacts],
        "focus": {"case": answer.focus.case_id, "entities": answer.focus.entities},
    }


# ---- the table --------------------------------------------------------------------------------------
def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def table(rows: Sequence[Row]) -> str:
    """Return the figures of a run as Markdown."""
    lines = [
        "| model | part | questions | right | % | unsupported | dropped | replaced | p50 s | p90 s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.model, row.part].append(row)
        groups[row.model, "all"].append(row)
    order = {name: i for i, name in enumerate((*questions.FILES, "all"))}
    for (model, part), some in sorted(groups.items(), key=lambda g: (g[0][0] != "none", g[0][0], order[g[0][1]])):
        n_right = sum(r.right for r in some)
        times = [r.seconds for r in some]
        lines.append(
            f"| {model} | {part} | {len(some)} | {n_right} | {n_right / len(some):.1%} |"
            f" {sum(len(r.unsupported) for r in some)} | {sum(r.n_dropped for r in some)} |"
            f" {sum(r.n_replaced for r in some)} | {statistics.median(times):.2f} | {_percentile(times, 0.9):.2f} |"
        )
    models = sorted({r.model for r in rows}, key=lambda m: (m != "none", m))
    lines += ["", "| kind | questions | " + " | ".join(f"right, {m}" for m in models) + " |"]
    lines.append("|---|---|" + "---|" * len(models))
    kinds = sorted({r.kind for r in rows})
    for kind in kinds:
        cells = []
        for model in models:
            some = [r for r in rows if r.kind == kind and r.model == model]
            cells.append(f"{sum(r.right for r in some)} ({sum(r.right for r in some) / len(some):.0%})" if some else "")
        lines.append(
            f"| {kind} | {len({(r.id, r.turn) for r in rows if r.kind == kind})} | " + " | ".join(cells) + " |"
        )
    lines += ["", "| world | questions | " + " | ".join(f"right, {m}" for m in models) + " |"]
    lines.append("|---|---|" + "---|" * len(models))
    for world in worlds.WORLDS:
        cells = []
        for model in models:
            some = [r for r in rows if r.world == world and r.model == model]
            cells.append(f"{sum(r.right for r in some)} ({sum(r.right for r in some) / len(some):.0%})" if some else "")
        n_asked = len({(r.id, r.turn) for r in rows if r.world == world})
        if n_asked:
            lines.append(f"| {world} | {n_asked} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def misses(rows: Sequence[Row]) -> str:
    """Return every question that went wrong, and why."""
    lines = []
    for row in rows:
        if not row.right or row.unsupported:
            tools = "+".join(row.tools) or "-"
            lines.append(f"- `{row.id}` turn {row.turn} ({row.model}, {tools}): " + "; ".join(row.problems))
            lines += [f"    - unsupported: {one}" for one in row.unsupported]
    return "\n".join(lines) or "None."


def _why(row: Row) -> str:
    """Return what was wrong; of the held-out part only which tools were chosen, so that nothing is tuned to it."""
    if row.part == "held-out":
        return f"tools: {', '.join(row.tools) or 'none'}; {row.status}"
    return "; ".join(row.problems)[:160].replace("|", "/")


def write_readme(rows: Sequence[Row], header: dict[str, Any]) -> None:
    """Put the figures into the README, between its marks."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    missed = [r for r in rows if not r.right]
    listed = "\n".join(f"| `{r.id}` | {r.turn} | {r.model} | {r.part} | {r.kind} | {_why(r)} |" for r in missed)
    body = (
        f"\nMeasured {header['at'][:10]} at commit `{header['commit']}` on {header['machine']}.\n\n{table(rows)}\n\n"
        f"### What went wrong\n\n| question | turn | model | part | kind | why |\n|---|---|---|---|---|---|\n{listed}\n"
    )
    README.write_text(f"{before}{BEGIN}{body}{END}{after}", encoding="utf-8")


# ---- the command ------------------------------------------------------------------------------------
def _models(args: argparse.Namespace) -> Iterator[tuple[str, LanguageModel | None]]:
    from vedette.llm import AllowHosts, ModelOptions, open_model

    for name in args.model or ["none", "embedded"]:
        options: dict[str, Any] = {"threads": args.threads}
        if args.base_url and name not in ("none", "embedded"):
            from urllib.parse import urlsplit

            options |= {"base_url": args.base_url, "egress": AllowHosts([urlsplit(args.base_url).hostname or ""])}
            if os.environ.get("VEDETTE_BENCH_KEY"):
                from pydantic import SecretStr

                options["api_key"] = SecretStr(os.environ["VEDETTE_BENCH_KEY"])
        model = open_model(name, home=args.model_home, options=ModelOptions(**options))
        try:
            yield name, model
        finally:
            if model is not None:
                model.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", help="none, embedded, or a name of an endpoint; repeat")
    parser.add_argument("--base-url", help="of the endpoint")
    parser.add_argument("--model-home", type=Path, default=None, help="where weights and adapters are")
    parser.add_argument("--threads", type=int, default=None, help="of the embedded model")
    parser.add_argument("--part", action="append", choices=list(questions.FILES))
    parser.add_argument("--world", action="append", choices=list(worlds.WORLDS))
    parser.add_argument("--only", help="ids that begin like this")
    parser.add_argument("--router", default="auto")
    parser.add_argument("--worlds", type=Path, default=worlds.default_folder(), help="where worlds are kept")
    parser.add_argument("--details", type=Path, help="write every answer there (texts of logs are in it)")
    parser.add_argument("--verify", action="store_true", help="only compare the expectations with the events")
    parser.add_argument("--write", action="store_true", help="write results.jsonl and the README")
    args = parser.parse_args(argv)
    if args.model_home is None:
        from vedette.settings import Settings

        args.model_home = Settings().home
    asked = [c for c in questions.load(args.part or tuple(questions.FILES)) if not args.world or c.world in args.world]
    asked = [c for c in asked if not args.only or c.id.startswith(args.only)]
    if not worlds.INCIDENTS.is_dir():
        print(f"{worlds.INCIDENTS} is not here: only the demo's questions are asked", file=sys.stderr)
        asked = [c for c in asked if c.world == worlds.DEMO]
    if args.verify:
        return _verify(asked, args.worlds)
    rows: list[Row] = []
    details: list[dict[str, Any]] = []
    for name, model in _models(args):
        for world in worlds.WORLDS:
            some = [c for c in asked if c.world == world]
            if not some:
                continue
            home = worlds.home_of(world, args.worlds)
            worlds.lend_models(home, args.model_home)
            with worlds.opened(home) as lake:
                surveyed = survey(lake)
                for row in ask_all(some, lake, surveyed, model, name, router=args.router, details=details):
                    rows.append(row)
            right = sum(r.right for r in rows if r.world == world and r.model == name)
            print(f"{name} {world}: {right} of {sum(len(c.turns) for c in some)}", file=sys.stderr, flush=True)
            if args.details:
                lines = [json.dumps(d, ensure_ascii=False, default=str) for d in details]
                args.details.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(table(rows), "\n\n## Misses\n", misses(rows), sep="\n")
    if args.write:
        header = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "machine": f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}",
        }
        lines = [json.dumps(header)]
        # what events hold stays out: only ids, tools, verdicts and times
        kept = [{**asdict(r), "unsupported": len(r.unsupported), "problems": _why(r)} for r in rows]
        lines += [json.dumps(row, ensure_ascii=False) for row in kept]
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        write_readme(rows, header)
    wrong = sum(not r.right for r in rows)
    return 0 if not wrong and not any(r.unsupported for r in rows) else 1


def _verify(asked: Sequence[questions.Conversation], folder: Path) -> int:
    wrong = []
    for world in sorted({c.world for c in asked}):
        with worlds.opened(worlds.home_of(world, folder)) as lake:
            for conversation in asked:
                if conversation.world == world:
                    wrong += questions.untrue(conversation, lake)
    print("\n".join(wrong) or f"the queries of {sum(bool(c.sql) for c in asked)} questions give what is expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
