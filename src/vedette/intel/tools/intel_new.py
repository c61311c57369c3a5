"""What is new in threat intelligence since a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from vedette.intel.digest.new import News, NewSince, new_since
from vedette.intel.digest.sources import NOUNS
from vedette.intel.tools.base import NO_REPORT
from vedette.schema import DataTable, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import WINDOW, window_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

DAYS = 7
"""How far back it looks where the question does not say."""
_TOLD = ("group", "campaign", "malware", "vulnerability", "technique", "tool")
MOST = 6
FIRST_ROWS = 15
"""Rows of the table in which every kind is to be seen."""
_ONLY: dict[str, tuple[str, ...]] = {
    "actors": ("group", "campaign"), "malware": ("malware", "tool"), "flaws": ("vulnerability",),
    "techniques": ("technique",), "products": ("product", "organization"),
}  # fmt: skip
_NAMES = frozenset(kind for kinds in _ONLY.values() for kind in kinds)
ONLY = Parameter(
    name="only",
    kind=ValueKind.CHOICE,
    choices=(*_ONLY, "indicators"),
    description="News of one sort alone.",
    example="new CVEs",
    routed=False,
)


class IntelNew:
    """Tells what kept reports name for the first time."""

    tool = Tool(
        name="intel_new",
        description="What is new in threat reports since a time: actors, malware, techniques, flaws, indicators.",
        parameters=(WINDOW, ONLY),
        examples=(
            "what is new since last week in threat intel?",
            "which new reports came in since Monday",
            "new threat intelligence",
            "Which actors appear in the reports for the first time this week?",
            "what do the latest reports bring that is new",
            "any new indicators in the feeds since yesterday",
            "new techniques in threat reports this month",
            "threat intel news",
        ),
        words=("intel", "intelligence", "threat reports", "threat report", "intel feeds", "cti"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the news by kind, each with its first report."""
        window = window_of(arguments)
        since = (window.start_at if window else None) or context.now - timedelta(days=DAYS)
        found = new_since(context.lake, since, window.end_at if window else None)
        only = arguments.get("only")
        if isinstance(only, str) and only in ONLY.choices:
            kept = tuple(n for n in found.news if _is_of(n, only))
            found = replace(found, news=kept, n_left=0)
        values = _values(found)
        if not found.n_reports and not found.n_before:
            return ToolResult(unknown=(NO_REPORT,), values=values)
        facts, say = FactList(), Saying()
        kinds: dict[str, list[News]] = {}
        for one in found.news:
            kinds.setdefault(one.kind, []).append(one)
        text = f"{say.n(found.n_reports, 'report')} came in since {say.at(since)}"
        if found.n_published or found.n_older:
            told = [f"{say.n(found.n_published)} published since then"] if found.n_published else []
            told += [f"{say.n(found.n_older)} published earlier and read only now"] if found.n_older else []
            n_undated = found.n_reports - found.n_published - found.n_older
            told += [f"{say.n(n_undated)} without a date"] if n_undated else []
            text += f" ({joined(told)})"
        if kinds:
            counts = joined([f"{say.n(len(v))} {NOUNS.get(k, (k, k))[len(v) != 1]}" for k, v in kinds.items()], 10)
            text += f" and named for the first time {counts}."
        else:
            text += ", and named nothing that no report before them had named."
        proof = [stored(d, t) for d, t in zip(found.documents[:4], found.titles[:4], strict=True)]
        proof = proof or [stored("intel_documents", f"{found.n_before} reports kept before")]
        facts.add("n_reports", found.n_reports, text, say, kind=ValueKind.COUNT, evidence=proof)
        for kind in [k for k in _TOLD if k in kinds]:
            _tell(facts, kind, kinds[kind])
        shown = _balanced(found.news, context.max_rows)
        rows = tuple(
            (n.kind, n.name, n.n_reports, (iso(n.first_at) or "")[:16].replace("T", " "),
             (iso(n.published_at) or "")[:10], n.title)
            for n in shown
        )  # fmt: skip
        n_all = len(found.news) + found.n_left
        table = DataTable(
            columns=("what", "name", "reports", "first came in", "published", "first report"),
            rows=rows,
            title="New in the reports",
            cut=n_all - len(rows),
        )
        if n_all > FIRST_ROWS:
            say = Saying()
            text = (
                f"There are {say.n(n_all, 'new thing')}, and the first rows show some of each kind: ask for one kind "
                "alone, such as “which new CVEs” or “which new indicators”, or take all with vedette ask --json."
            )
            facts.add("shown", len(rows), text, say, kind=ValueKind.COUNT, evidence=proof)
            facts.aside()
        unknown: tuple[str, ...] = ()
        if found.n_reports and not found.n_before:
            unknown = ("No report is kept from before, so everything counts as new.",)
        return ToolResult(
            facts=facts.done(),
            values=values,
            tables=(table,) if rows else (),
            unknown=unknown,
            window=window,
            next_questions=("What do the reports mean for us?",),
        )


def _tell(facts: FactList, kind: str, news: list[News]) -> None:
    say = Saying()
    sort = ValueKind.VULNERABILITY if kind == "vulnerability" else ValueKind.TEXT
    said = [
        f"{_name(say, one, sort)} (in {say.quote(one.title, ValueKind.TEXT, 80)})"
        if len(news) < 4
        else _name(say, one, sort)
        for one in news[:MOST]
    ]
    more = f" and {say.n(len(news) - MOST)} more" if len(news) > MOST else ""
    text = f"New {NOUNS[kind][len(news) != 1]}: {joined(said)}{more}."
    facts.add(
        f"new_{kind}", [one.name for one in news[:50]], text, say, kind=sort,
        evidence=[one.evidence for one in news[:MOST]],
    )  # fmt: skip


def _name(say: Saying, one: News, kind: ValueKind) -> str:
    if one.kind == "technique":
        technique, _, name = one.name.partition(" ")
        return say.technique(technique, name)
    return say.value(kind, one.name, 100)


def _is_of(news: News, only: str) -> bool:
    return news.kind not in _NAMES if only == "indicators" else news.kind in _ONLY[only]


def _balanced(news: Sequence[News], most: int) -> list[News]:
    """Return news with some of each kind in the first rows, which may be all that is shown."""
    kinds: dict[str, list[int]] = {}
    for number, one in enumerate(news):
        kinds.setdefault(one.kind, []).append(number)
    turns = [number for turn in zip_longest(*kinds.values()) for number in turn if number is not None]
    first = sorted(turns[:FIRST_ROWS])
    return [news[number] for number in (*first, *sorted(set(turns) - set(first)))][:most]


def _values(found: NewSince) -> dict[str, Any]:
    news = found.news
    return {
        "n_reports": found.n_reports,
        "n_published": found.n_published,
        "n_older": found.n_older,
        "count": len(news),
        "news": [
            {
                "key": n.key, "kind": n.kind, "name": n.name, "first_at": iso(n.first_at), "n_reports": n.n_reports,
                "published_at": iso(n.published_at),
                "document_id": n.document_id, "title": n.title,
            }
            for n in news
        ],
    }  # fmt: skip


INTEL_NEW = IntelNew()
