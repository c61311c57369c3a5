"""Markdown: the report as a file for tickets, wikis and reviews, in GitHub's flavour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vedette.report import case_commands
from vedette.report.base import RenderOptions
from vedette.report.branding import Branding
from vedette.report.case_exposures import Use, by_host, extent, headline
from vedette.report.from_case import view_of
from vedette.report.inert import cell, clip, markdown, markdown_code, visible
from vedette.report.palette import (
    HOST_ROLE_MEANINGS,
    ROLE_MEANINGS,
    VERDICT_WORDS,
    tactic_label,
)
from vedette.report.timescale import span_words
from vedette.report.view import CaseView, Statement, key_steps
from vedette.report.words import count, day, share, stretch, sure, when
from vedette.schema import Case

MAX_STEPS = 200
MAX_ACCOUNTS = 100
MAX_HOSTS = 100
MAX_PATH = 100
MAX_EVIDENCE = 300
MAX_LINES = 50
MAX_CELL = 240
"""Characters of a table cell."""


def _ids(ids: Sequence[str], most: int = 3) -> str:
    shown = " ".join(markdown_code(short, table=True) for short in ids[:most])
    return shown + (f" +{len(ids) - most:,}" if len(ids) > most else "")


def _say(statement: Statement) -> str:
    mark = "" if statement.checked else " *(not checked)*"
    ids = _ids(statement.evidence)
    return markdown(statement.text) + mark + (f" ({ids})" if ids else "")


def _code(text: str) -> str:
    return markdown_code(clip(cell(text), MAX_CELL), table=True) if text else "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return [*lines, ""]


def _left_out(n: int) -> list[str]:
    return [f"*And {n:,} more (see the JSON file).*", ""] if n > 0 else []


def render_view(view: CaseView, branding: Branding) -> str:
    """Return the Markdown text for a case view."""
    lines: list[str] = []
    label = visible(branding.classification)
    organisation = visible(branding.organisation)
    if label or organisation:
        lines += [" · ".join(f"**{markdown(part)}**" for part in (label, organisation) if part), ""]
    lines += [f"# {markdown(view.title)}", "", _say(view.headline), ""]
    lines += _table(
        ("", ""),
        [
            ("Case", ", ".join((_code(view.case_id), markdown(view.status), VERDICT_WORDS[view.verdict]))),
            ("Severity", f"**{view.severity.value}**"),
            ("Attack, not benign activity", f"{sure(view.confidence)} ({share(view.confidence)})"),
            (
                "When (UTC)",
                f"{stretch(view.first_at, view.last_at)} ({span_words(view.last_at - view.first_at)})",
            ),
            ("Implicated accounts", _names([a.name for a in view.implicated])),
            ("Hosts", _names([h.name for h in view.hosts])),
            ("Looked at", f"{count(view.n_events, 'event')}, {count(len(view.findings), 'finding')}"),
        ],
    )
    if view.summary:
        lines += ["## What happened", "", *(f"- {_say(s)}" for s in view.summary[:MAX_LINES]), ""]
        lines += _left_out(len(view.summary) - MAX_LINES)
    lines += _timeline(view) + _accounts(view) + _hosts(view) + _commands(view) + _exposures(view) + _techniques(view)
    for title, texts in (("What is unknown", view.unknown), ("What to do next", view.next_steps)):
        lines += [f"## {title}", ""]
        lines += [f"{n}. {markdown(text)}" for n, text in enumerate(texts[:MAX_LINES], start=1)] or ["Nothing noted."]
        lines += ["", *_left_out(len(texts) - MAX_LINES)]
    if view.notes:
        lines += ["## Notes", ""]
        lines += [f"- {when(n.at)}, {markdown(n.author)}: {markdown(n.text)}" for n in view.notes[:MAX_LINES]]
        lines += ["", *_left_out(len(view.notes) - MAX_LINES)]
    if view.observables:
        lines += ["## Observables", ""]
        lines += _table(("Kind", "Value"), ((markdown(k), _code(v)) for k, v in view.observables[:MAX_ACCOUNTS]))
        lines += _left_out(len(view.observables) - MAX_ACCOUNTS)
    lines += _evidence(view)
    if branding.footer:
        lines += ["---", "", markdown(visible(branding.footer)), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _names(names: Sequence[str]) -> str:
    return ", ".join(_code(name) for name in names[:6]) + _and(len(names) - 6) or "none"


def _and(n: int) -> str:
    return f" and {n:,} more" if n > 0 else ""


def _timeline(view: CaseView) -> list[str]:
    steps = key_steps(view.steps, MAX_STEPS)
    lines = ["## Timeline", "", "All times are UTC.", ""]
    lines += _table(
        ("#", "Time", "What", "Tactic", "Severity", "Host", "Account", "Evidence"),
        (
            (
                str(s.number),
                when(s.at),
                markdown(clip(s.text, MAX_CELL)) + (f" ×{s.n_events:,}" if s.n_events > 1 else ""),
                markdown(tactic_label(s.tactic)),
                s.severity.value,
                _code(s.host),
                _code(s.account),
                _ids(s.evidence),
            )
            for s in steps
        ),
    )
    return lines + _left_out(len(view.steps) - len(steps))


def _accounts(view: CaseView) -> list[str]:
    lines = ["## Accounts", ""]
    if not view.accounts:
        return [*lines, "No account is named.", ""]
    lines += _table(
        ("Account", "Role", "Confidence", "Why", "Evidence"),
        (
            (
                _code(a.name),
                f"**{a.role.value}**: {ROLE_MEANINGS[a.role]}",
                share(a.confidence),
                "<br>".join(markdown(clip(r.text, MAX_CELL)) for r in a.reasons[:3]) + _and(len(a.reasons) - 3) or "–",
                _ids(a.evidence),
            )
            for a in view.accounts[:MAX_ACCOUNTS]
        ),
    )
    return lines + _left_out(len(view.accounts) - MAX_ACCOUNTS)


def _hosts(view: CaseView) -> list[str]:
    lines = ["## Hosts and attack path", ""]
    lines += _table(
        ("Host", "Role", "Addresses", "First seen", "Last seen", "Evidence"),
        (
            (
                _code(h.name),
                f"**{h.role.value}**: {HOST_ROLE_MEANINGS[h.role]}",
                ", ".join(_code(a) for a in h.addresses[:3]) + _and(len(h.addresses) - 3) or "–",
                when(h.first_at),
                when(h.last_at),
                _ids(h.evidence),
            )
            for h in view.hosts[:MAX_HOSTS]
        ),
    )
    lines += _left_out(len(view.hosts) - MAX_HOSTS)
    if not view.path:
        return [*lines, "No movement between hosts or accounts was seen.", ""]
    lines += _table(
        ("#", "Time", "From", "To", "How", "Evidence"),
        (
            (
                str(p.number),
                when(p.at),
                _code(view.nodes[p.source].name),
                _code(view.nodes[p.target].name),
                markdown(clip(p.label, MAX_CELL)),
                _ids(p.evidence),
            )
            for p in view.path[:MAX_PATH]
        ),
    )
    return lines + _left_out(len(view.path) - MAX_PATH)


def _commands(view: CaseView) -> list[str]:
    views = view.commands
    if not views:
        return []
    lines = [f"## {markdown(case_commands.headline(views))}", "", markdown(case_commands.extent(views)), ""]
    lines += _table(
        ("First seen", "Host", "Command", "What it does", "Risk", "Evidence"),
        (
            (
                when(v.first_at) + (f" ×{v.count:,}" if v.count > 1 else ""),
                _names(v.hosts),
                _code(clip(v.command, MAX_CELL))
                + (f" decoded: {_code(clip(v.decoded, MAX_CELL))}" if v.decoded else ""),
                markdown(clip("; ".join((v.sentence.rstrip("."), *v.reasons[:2], *v.techniques[:2])), MAX_CELL)),
                case_commands.band(v.risk),
                _ids(v.evidence),
            )
            for v in views[:MAX_ACCOUNTS]
        ),
    )
    return lines + _left_out(len(views) - MAX_ACCOUNTS)


def _exposures(view: CaseView) -> list[str]:
    views = view.exposures
    if not views:
        return []
    lines = [f"## {markdown(headline(views))}", "", markdown(extent(views)), ""]
    hosts = by_host(views)
    lines += _table(
        ("Host", "Open", "Known to be exploited", "High or worse", "First due"),
        (
            (
                _code(h.host),
                f"{h.n_open:,}",
                f"{h.n_known_exploited:,}",
                f"{h.n_grave:,}",
                "no date" if h.due_at is None else day(h.due_at),
            )
            for h in hosts[:MAX_HOSTS]
        ),
    )
    lines += _left_out(len(hosts) - MAX_HOSTS)
    lines += _table(
        ("Vulnerability", "Host", "Owner", "What the logs show", "Component", "Due", "Evidence"),
        (
            (
                _code(v.vulnerability),
                _code(v.host),
                markdown(v.owner),
                (f"**{v.use.value}**: " if v.use is not Use.NO_SIGN else "") + markdown(clip(v.said, MAX_CELL)),
                f"{_code(v.component)} {markdown(v.fix)}",
                markdown(f"{v.due}; {v.decision}"),
                _ids((*v.signs, *v.records)),
            )
            for v in views[:MAX_ACCOUNTS]
        ),
    )
    return lines + _left_out(len(views) - MAX_ACCOUNTS)


def _techniques(view: CaseView) -> list[str]:
    if not view.techniques:
        return []
    lines = ["## ATT&CK techniques", ""]
    lines += _table(
        ("Technique", "Name", "Tactics", "Findings", "Evidence"),
        (
            (
                _code(t.technique_id),
                markdown(t.name),
                markdown(", ".join(tactic_label(x) for x in t.tactics)),
                f"{t.n_findings:,}",
                _ids(t.evidence),
            )
            for t in view.techniques[:MAX_ACCOUNTS]
        ),
    )
    return lines + _left_out(len(view.techniques) - MAX_ACCOUNTS)


def _evidence(view: CaseView) -> list[str]:
    lines = ["## Evidence", "", "Quotes are what the source wrote, shown as data.", ""]
    lines += _table(
        ("Id", "Whole id", "Time", "Host", "Account", "Quote"),
        (
            (
                markdown_code(e.short, table=True),
                markdown_code(clip(e.full, 64), table=True),
                when(e.at),
                _code(e.host),
                _code(e.account),
                _code(e.quote) if not e.gone or e.quote else "*no longer in the lake*",
            )
            for e in view.evidence[:MAX_EVIDENCE]
        ),
    )
    return lines + _left_out(len(view.evidence) - MAX_EVIDENCE)


class MarkdownRenderer:
    """The report as GitHub-flavoured Markdown."""

    name = "markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")
    description = "text with tables, for tickets and wikis"

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the Markdown text, UTF-8."""
        return render_view(view_of(case, options.evidence), options.branding).encode()
