"""Tickets as Markdown: one for each vulnerability and owner, with the assets, the date, the reason and the mending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vedette.report.exposures.base import Extent
from vedette.report.exposures.words import NOBODY, decision_words, due_words, fix_words, package_words, why_words
from vedette.report.inert import clip, markdown, visible
from vedette.schema import Exposure, ExposureStatus

MAX_ASSETS = 200
"""Assets of one ticket that are listed; the others are counted."""


def render(extent: Extent) -> bytes:
    """Return every open exposure as tickets, the one due first at the top."""
    groups: dict[tuple[str, str], list[Exposure]] = {}
    for exposure in extent.exposures:
        if exposure.status is ExposureStatus.OPEN:
            groups.setdefault((exposure.vulnerability, exposure.owner or ""), []).append(exposure)
    n_open = sum(len(g) for g in groups.values())
    asked = f" ({shown(extent.filtered)})" if extent.filtered else ""
    head = (
        f"{len(groups):,} {'ticket' if len(groups) == 1 else 'tickets'} for {n_open:,} open "
        f"{'exposure' if n_open == 1 else 'exposures'}{asked}, decided by {shown(extent.policy)} "
        f"{shown(extent.policy_version)} on {extent.made_at.date().isoformat()}."
    )
    parts = [head, *(_ticket(group, extent.made_at) for group in groups.values())]
    return ("\n\n---\n\n".join(parts) + "\n").encode("utf-8", "backslashreplace")


def shown(text: str) -> str:
    """Return text out of scans, inert in Markdown."""
    return markdown(visible(text))


def _ticket(group: Sequence[Exposure], now: datetime) -> str:
    first = min(group, key=lambda e: (e.due_at is None, e.due_at or now))
    title = clip(visible(first.title), 100)
    lines = [
        f"## {shown(first.vulnerability)}: {shown(title or package_words(first))}",
        "",
        f"- **Owner:** {shown(first.owner or NOBODY)}",
        f"- **Due:** {due_words(first, now)} ({shown(decision_words(first))})",
        f"- **Why:** {'; '.join(why_words(first)) or 'no fact beyond the scanner’s'}",
        f"- **Mend:** {shown(package_words(first))} → {shown(fix_words(first))}",
    ]
    if first.aliases:
        lines.append(f"- **Also called:** {shown(', '.join(first.aliases[:8]))}")
    if first.unknown:
        lines += ["", "**Answer first, because it changes the date:**", ""]
        lines += [f"- [ ] {shown(q)}" for q in first.unknown]
    lines += ["", f"**Where ({len(group):,}):**", "", "| asset | component | due | reported by | evidence |"]
    lines.append("|---|---|---|---|---|")
    for e in group[:MAX_ASSETS]:
        refs = ", ".join(f"`{x.ref[:12]}`" for x in e.evidence[:3])
        cells = (e.asset, package_words(e), due_words(e, now), ", ".join(e.scanners))
        lines.append("| " + " | ".join(markdown(visible(c)) for c in cells) + f" | {refs} |")
    if len(group) > MAX_ASSETS:
        lines.append(f"\n… and {len(group) - MAX_ASSETS:,} more.")
    lines += ["", "**Done when:** a new scan of each asset no longer reports it, or a VEX statement says why not."]
    return "\n".join(lines)
