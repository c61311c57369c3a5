"""What the commands of a case do, as a report shows it: decoded and explained, the riskiest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vedette.report.inert import clip, visible
from vedette.report.words import count, listed, utc
from vedette.schema import Case, Evidence, EvidenceKind, ExplainedCommand

LIKELY = 0.2
"""Confidence under which a technique is left out."""
BANDS = ((0.8, "high"), (0.5, "raised"), (0.0, "low"))
"""Risk from which a word holds."""
_MAX_CODE = 600
_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    """A command line of the case; every text inert."""

    command: str
    decoded: str
    """The deepest layer; empty where the command hides nothing."""
    methods: str
    """How it was hidden: ``base64, gzip``."""
    sentence: str
    risk: float
    risky: bool
    reasons: tuple[str, ...]
    techniques: tuple[str, ...]
    """``T1059.001 PowerShell``, likeliest first."""
    observables: tuple[str, ...]
    stops: tuple[str, ...]
    count: int
    first_at: datetime
    hosts: tuple[str, ...]
    accounts: tuple[str, ...]
    evidence: tuple[str, ...]
    """Short ids of the events."""


def cited(case: Case) -> Iterable[tuple[Evidence, str | None]]:
    """Yield the events of the risky commands, with the host."""
    for item in case.commands:
        if item.explanation.risky:
            for ref in item.event_ids[:2]:
                quote = item.explanation.command
                host = item.hosts[0] if len(item.hosts) == 1 else None
                yield Evidence(kind=EvidenceKind.EVENT, ref=ref, at=item.first_at, quote=quote), host


def sentences(case: Case) -> dict[str, str]:
    """Return what each explained event's command does, by event id."""
    return {ref: clip(visible(item.explanation.sentence), _MAX) for item in case.commands for ref in item.event_ids}


def views_of(case: Case, ids: Callable[[Iterable[Evidence]], tuple[str, ...]]) -> tuple[CommandView, ...]:
    """Return the commands of a case as a report shows them: the risky ones, or else those that hide something."""
    shown = [item for item in case.commands if item.explanation.risky or item.explanation.methods]
    bands = [name for _, name in BANDS]
    # by band and time: a word more in a comment of a command must not move it before another
    shown.sort(key=lambda item: (bands.index(band(item.explanation.risk)), item.first_at, item.explanation.command))
    return tuple(_view(item, ids) for item in shown)


def band(risk: float) -> str:
    """Return how grave a risk is, in words: two decimals would say more than is known."""
    return next(name for least, name in BANDS if risk >= least)


def _view(item: ExplainedCommand, ids: Callable[[Iterable[Evidence]], tuple[str, ...]]) -> CommandView:
    told = item.explanation
    final = told.final
    deep = final.number > 0 and final.text.strip() != told.command.strip()
    return CommandView(
        command=clip(visible(told.command), _MAX_CODE),
        decoded=clip(visible(final.text), _MAX_CODE) if deep else "",
        methods=visible(", ".join(told.methods)),
        sentence=clip(visible(told.sentence), _MAX),
        risk=told.risk,
        risky=told.risky,
        reasons=tuple(clip(visible(r.text), 160) for r in told.reasons[:4]),
        techniques=tuple(
            visible(f"{t.id} {t.name or ''}".strip()) for t in told.techniques[:3] if t.confidence >= LIKELY
        ),
        observables=tuple(clip(visible(o.value), 160) for o in told.observables[:6]),
        stops=tuple(clip(visible(s.reason), 160) for s in told.stops[:2]),
        count=item.count,
        first_at=utc(item.first_at),
        hosts=tuple(clip(visible(h), 80) for h in item.hosts),
        accounts=tuple(clip(visible(a), 80) for a in item.accounts),
        evidence=ids(Evidence(kind=EvidenceKind.EVENT, ref=ref, at=item.first_at) for ref in item.event_ids[:2]),
    )


def headline(views: Sequence[CommandView]) -> str:
    """Return what there is to say of the commands, in one line."""
    risky = [v for v in views if v.risky]
    hidden = sum(bool(v.methods) for v in views)
    words = f"{count(len(risky), 'suspicious command')}" if risky else count(len(views), "hidden command")
    if not hidden:
        return f"What they ran: {words}"
    return f"What they ran: {words}, {hidden:,} of them hidden and decoded"


def extent(views: Sequence[CommandView]) -> str:
    """Return where they ran, as a sentence."""
    hosts = list(dict.fromkeys(h if h.replace(".", "").isdigit() else h.split(".")[0] for v in views for h in v.hosts))
    where = f" on {listed(hosts, 3)}" if hosts else ""
    times = sum(v.count for v in views)
    return (
        f"{count(len(views), 'different command line')} in {count(times, 'record')}{where}. Each was decoded without "
        "being run; what only running would tell is not stated."
    )
