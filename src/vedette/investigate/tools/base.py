"""What the tools share: which case is meant, what a window holds, who in a case a name is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import re2

from vedette.errors import UserError
from vedette.investigate.names import host_key, parse_account, shown
from vedette.investigate.tools.saying import FactList, Saying, iso
from vedette.knowledge import attack
from vedette.schema import (
    Case,
    CaseAccount,
    CaseHost,
    Evidence,
    EvidenceKind,
    Fact,
    Parameter,
    Severity,
    ToolResult,
    ValueKind,
    Window,
)
from vedette.toolbox import ToolContext

_TECHNIQUE_ID = re2.compile(r"T\d{4}(?:\.\d{3})?")
MAX_TEXT = 200
"""Characters of an argument."""

CASE = Parameter(
    name="case",
    kind=ValueKind.CASE,
    description="Which case: its id or the beginning of it. Left out: the one spoken of, else the gravest.",
    example="case-1a2b3c4d",
)
ACCOUNT = Parameter(
    name="account", kind=ValueKind.ACCOUNT, description="Only what this account did or was part of.", example="alice"
)
HOST = Parameter(
    name="host", kind=ValueKind.HOST, description="Only what happened on or from this host.", example="FS01"
)
ADDRESS = Parameter(
    name="address", kind=ValueKind.ADDRESS, description="Only what came from or went to it.", example="10.20.0.5"
)
WINDOW = Parameter(
    name="window", kind=ValueKind.TIME, description="Only this stretch of time.", example="since Monday 14:00"
)
TECHNIQUE = Parameter(
    name="technique", kind=ValueKind.TECHNIQUE, description="Only this ATT&CK technique.", example="T1003.006"
)
TACTIC = Parameter(
    name="tactic", kind=ValueKind.TACTIC, description="Only this ATT&CK tactic.", example="lateral movement"
)
SEVERITY = Parameter(
    name="severity",
    kind=ValueKind.CHOICE,
    choices=tuple(s.value for s in Severity),
    description="Only those at least this grave.",
    example="high",
)
COUNT = Parameter(name="count", kind=ValueKind.COUNT, description="How many to list.", example="5")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case, and whether the user named it."""

    case: Case
    named: bool
    """Whether it was asked for, by id or as the conversation's case."""


def text_of(arguments: Mapping[str, Any], name: str) -> str | None:
    """Return a text argument, or None where it is left out or empty.

    Raises:
        UserError: it is no text, or too long.
    """
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UserError(f"{name} must be text", next_step="write it as in the question")
    value = value.strip()
    if len(value) > MAX_TEXT:
        raise UserError(f"{name} is longer than {MAX_TEXT} characters", next_step="write less")
    if "\0" in value:
        raise UserError(f"{name} holds a null character", next_step="leave it out")
    return value or None


def technique_of(arguments: Mapping[str, Any], name: str = "technique") -> str | None:
    """Return an argument that is an ATT&CK technique as its id; an id that the pinned matrix lacks is kept.

    Raises:
        UserError: it is neither an id nor a technique's name.
    """
    text = text_of(arguments, name)
    if text is None:
        return None
    known = attack.technique(text)
    if known is not None:
        return known.id
    low = text.casefold()
    named = [t.id for t in attack.techniques() if low in (t.name.casefold(), t.title.casefold())]
    if named:
        return min(named, key=lambda i: ("." in i, i))
    if _TECHNIQUE_ID.fullmatch(text.upper()):
        return text.upper()
    raise UserError(f"there is no ATT&CK technique {shown(text, 40)!r}", next_step="give its id, such as T1003.006")


def tactic_of(arguments: Mapping[str, Any], name: str = "tactic") -> str | None:
    """Return an argument that is an ATT&CK tactic as its short name.

    Raises:
        UserError: there is no such tactic.
    """
    text = text_of(arguments, name)
    if text is None:
        return None
    known = attack.tactic(text)
    if known is None:
        named = ", ".join(t.name.lower() for t in attack.tactics())
        raise UserError(f"there is no ATT&CK tactic {shown(text, 40)!r}", next_step=f"choose one of: {named}")
    return known.shortname


def choice_of(arguments: Mapping[str, Any], name: str, choices: Iterable[str], default: str | None) -> str | None:
    """Return an argument that is one of some words.

    Raises:
        UserError: it is none of them.
    """
    value = text_of(arguments, name)
    known = tuple(choices)
    if value is None:
        return default
    if value not in known:
        raise UserError(f"{name} cannot be {shown(value, 40)!r}", next_step=f"choose one of: {', '.join(known)}")
    return value


def count_of(arguments: Mapping[str, Any], name: str = "count", *, default: int, most: int = 1_000) -> int:
    """Return a number argument, between 1 and ``most``.

    Raises:
        UserError: it is no whole number, or below one.
    """
    value = arguments.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UserError(f"{name} must be a whole number of at least 1", next_step="ask for a number such as 5")
    return min(value, most)


def window_of(arguments: Mapping[str, Any], name: str = "window") -> Window | None:
    """Return a window argument; one that is open at both ends is none.

    Raises:
        UserError: it is no window, or ends before it begins.
    """
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, Window):
        raise UserError(f"{name} must be a stretch of time", next_step="say it as in: on 9 March, since 14:00")
    window = Window(start_at=_utc(value.start_at), end_at=_utc(value.end_at), said=value.said)
    if window.start_at and window.end_at and window.end_at <= window.start_at:
        raise UserError(f"{name} ends before it begins", next_step="name the earlier time first")
    return window if window.start_at or window.end_at else None


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def within(window: Window | None, at: datetime | None) -> bool:
    """Return whether a time lies in a window; without a window every time does."""
    if window is None:
        return True
    if at is None:
        return False
    return (window.start_at is None or window.start_at <= at) and (window.end_at is None or at < window.end_at)


def in_window(saying: Saying, window: Window | None) -> str:
    """Return `` between … and …`` for a window, or nothing."""
    if window is None:
        return ""
    if window.start_at and window.end_at:
        if window.end_at - window.start_at == timedelta(days=1) and window.start_at.time() == time.min:
            saying.add(ValueKind.TIME, iso(window.start_at))
            return f" on {saying.value(ValueKind.TEXT, window.start_at.date().isoformat())} (UTC)"
        return f" from {saying.at(window.start_at)} until before {saying.at(window.end_at)}"
    if window.start_at:
        return f" since {saying.at(window.start_at)}"
    assert window.end_at is not None  # noqa: S101 (window_of gives no window that is open at both ends)
    return f" before {saying.at(window.end_at)}"


# ---------------------------------------------------------------------- cases


def choose_case(context: ToolContext, arguments: Mapping[str, Any]) -> Chosen | None:
    """Return the case that is meant: the named one, else the conversation's, else the gravest; None without any.

    Raises:
        UserError: there is no case of that id, or several fit.
    """
    wanted = text_of(arguments, "case")
    if wanted:
        return Chosen(_find(context, wanted), True)
    if context.focus.case_id:
        known = next((c for c in context.cases if c.case_id == context.focus.case_id), None)
        if known is not None:
            return Chosen(known, True)
    return Chosen(context.cases[0], len(context.cases) == 1) if context.cases else None


def _find(context: ToolContext, wanted: str) -> Case:
    low = wanted.casefold()
    for case in context.cases:
        if case.case_id == low or case.case_id.removeprefix("case-") == low:
            return case
    from vedette.store.book import find_case

    return find_case(context.lake, low)


def case_proof(case: Case) -> tuple[Evidence, ...]:
    """Return the events that a case rests on: the first of each finding."""
    return tuple(e for f in case.findings for e in f.evidence[:1]) or (stored(case.case_id, case.title),)


def stored(ref: str, quote: str = "") -> Evidence:
    """Return evidence that is no event: a stored case, a query, a reference set."""
    return Evidence(kind=EvidenceKind.OUTPUT, ref=ref, quote=shown(quote, 200))


def titled(saying: Saying, case: Case) -> str:
    """Return a case's id and title."""
    return f"{saying.case(case)} ({saying.quote(case.title, ValueKind.TEXT, 140)})"


def which_case(facts: FactList, chosen: Chosen, context: ToolContext) -> None:
    """Say which of several cases was taken, where the user named none."""
    others = [c for c in context.cases if c.case_id != chosen.case.case_id]
    if chosen.named or not others:
        return
    say = Saying()
    text = (
        f"No case was named, so this speaks of {say.case(chosen.case)}, the gravest of {say.n(len(context.cases))} "
        f"current cases; the others: {_joined_cases(say, others)}."
    )
    facts.add(
        "case_chosen", chosen.case.case_id, text, say, kind=ValueKind.CASE,
        evidence=[stored(c.case_id, c.title) for c in context.cases[:8]],
    )  # fmt: skip
    facts.aside()


def _joined_cases(saying: Saying, cases: Iterable[Case]) -> str:
    from vedette.investigate.tools.saying import joined

    listed = list(cases)
    return joined([saying.case(c) for c in listed[:5]] + [c.case_id for c in listed[5:]], 5)


def no_case(context: ToolContext, values: Mapping[str, Any]) -> ToolResult:
    """Return the answer of a tool that speaks of a case where there is none: unknown, or truly none."""
    state = lake_state(context)
    if state.n_events == 0:
        return ToolResult(
            unknown=("The lake holds no events yet, so there is nothing to ask about: read logs first.",),
            values=dict(values),
            next_questions=("Which data do you have?",),
        )
    if not state.judged:
        return ToolResult(
            unknown=(
                f"The lake holds {state.n_events:,} events that no rule has judged yet, so there is no case to speak "
                "of: run an investigation first.",
            ),
            values=dict(values),
        )
    facts, say = FactList(), Saying()
    n_findings = state.n_findings
    text = (
        f"There is no case: {say.n(state.n_events, 'event')} were judged by rules and gave "
        f"{say.n(n_findings, 'finding')}, and no findings that together look like an attack."
    )
    facts.add("n_cases", 0, text, say, kind=ValueKind.COUNT, evidence=[stored("cases", "0 cases")])
    return ToolResult(facts=facts.done(), values=dict(values), next_questions=("Which findings are there?",))


@dataclass(frozen=True, slots=True)
class LakeState:
    """What has been done in a lake."""

    n_events: int
    judged: bool
    """Whether rules have run over it."""
    n_findings: int


def lake_state(context: ToolContext) -> LakeState:
    """Return how many events there are, and whether rules have judged them."""
    from sqlalchemy import func, select

    from vedette.store import tables

    segments = context.lake.segments("events")
    with context.lake.state.connect() as connection:
        n_findings = connection.execute(select(func.count()).select_from(tables.findings)).scalar() or 0
        names = [s.segment_id for s in segments]
        judged = bool(n_findings) or bool(
            names
            and connection.execute(
                select(tables.shards.c.shard).where(tables.shards.c.shard.in_(names[-200:])).limit(1)
            ).first()
        )
    return LakeState(sum(s.n_rows for s in segments), judged, int(n_findings))


# ---------------------------------------------------------------------- who in a case


def account_in(case: Case, wanted: str) -> CaseAccount | None:
    """Return the account of a case that a written name means: its name, an alias, or its name without domain."""
    low = wanted.casefold()
    for account in case.accounts:
        if low == account.name.casefold() or low in {a.casefold() for a in account.aliases}:
            return account
    parsed = parse_account(wanted)
    if parsed is None or parsed.domain:
        return None
    fitting = [a for a in case.accounts if short_account(a.name) == (parsed.name or "").casefold()]
    return fitting[0] if fitting else None


def short_account(name: str) -> str:
    """Return an account's name without its domain, lower case."""
    parsed = parse_account(name)
    return (parsed.name or name).casefold() if parsed else name.casefold()


def host_in(case: Case, wanted: str) -> CaseHost | None:
    """Return the host of a case that a written name or address means."""
    key = host_key(wanted)
    for host in case.hosts:
        if key and (host_key(host.name) == key or key in host.addresses):
            return host
    return None


def same_host(written: str | None, wanted: str) -> bool:
    """Return whether a written host name is the wanted host."""
    return bool(written) and host_key(written) == host_key(wanted)


def account_aliases(account: CaseAccount) -> tuple[str, ...]:
    """Return the other forms of an account's name, with its short one."""
    return tuple(dict.fromkeys((*account.aliases, short_account(account.name))))


def host_aliases(host: CaseHost) -> tuple[str, ...]:
    """Return the other forms of a host's name: short, and its addresses."""
    short = host.name.split(".", 1)[0]
    return tuple(dict.fromkeys((*([short] if short != host.name else []), *host.addresses)))


def entity_name(case: Case, entity_id: str) -> tuple[ValueKind, str]:
    """Return what an end of an attack path is: its kind and how people write it."""
    for account in case.accounts:
        if account.entity_id == entity_id:
            return ValueKind.ACCOUNT, account.name
    for host in case.hosts:
        if host.entity_id == entity_id:
            return ValueKind.HOST, host.name
    prefix, _, rest = entity_id.partition(":")
    kinds = {"ip": ValueKind.ADDRESS, "host": ValueKind.HOST, "account": ValueKind.ACCOUNT}
    return kinds.get(prefix, ValueKind.RESOURCE), rest or entity_id


def proof_of(facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    """Return the first evidence of each fact."""
    return tuple(f.evidence[0] for f in facts if f.evidence)


__all__ = [
    "ACCOUNT", "ADDRESS", "CASE", "COUNT", "HOST", "SEVERITY", "TACTIC", "TECHNIQUE", "WINDOW", "Chosen",
    "LakeState", "account_aliases", "account_in", "case_proof", "choice_of", "choose_case", "count_of", "entity_name",
    "host_aliases", "host_in", "in_window", "iso", "lake_state", "no_case", "proof_of", "same_host", "short_account",
    "stored", "tactic_of", "technique_of", "text_of", "titled", "which_case", "window_of", "within",
]  # fmt: skip
