"""How a case looks on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from vedette.cli.frame import Frame, clean
from vedette.cli.steps import SEVERITY_STYLE
from vedette.schema import Case, Evidence


def refs(evidence: Sequence[Evidence], most: int = 3) -> str:
    """Return short evidence ids in brackets."""
    shown = " ".join(e.ref[:8] for e in evidence[:most])
    return f"[{shown}{' …' if len(evidence) > most else ''}]" if evidence else ""


def show_cases(frame: Frame, cases: Sequence[Case]) -> None:
    """Print a table of cases."""
    table = Table(box=None)
    table.add_column("case", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("sure", no_wrap=True)
    table.add_column("what", ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column("accounts implicated", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("first (UTC)", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for case in cases:
        implicated = [a.name for a in case.accounts if a.implicated]
        table.add_row(
            case.case_id,
            Text(case.severity.value, style=SEVERITY_STYLE[case.severity.value]),
            f"{case.confidence:.0%}",
            Text(clean(case.title)),
            Text(
                clean(", ".join(implicated[:4]) + (f" +{len(implicated) - 4}" if len(implicated) > 4 else "")) or "none"
            ),
            case.first_at.strftime("%Y-%m-%d %H:%M"),
            f"{case.status.value}" + ("" if case.verdict.value == "undecided" else f", {case.verdict.value}"),
        )
    frame.print(table)


def show_case(frame: Frame, case: Case, *, most: int = 15) -> None:
    """Print one case: verdict, accounts with reasons, hosts, timeline, what is unknown, what to do."""
    frame.say(f"{case.case_id}  {case.title}", "bold")
    head = Text(f"{case.severity.value}", style=SEVERITY_STYLE[case.severity.value])
    head.append(
        f"  {case.confidence:.0%} sure  {case.first_at:%Y-%m-%d %H:%M:%S} to {case.last_at:%Y-%m-%d %H:%M:%S} UTC", ""
    )
    frame.print(head)
    for claim in case.summary:
        frame.say(f"  {claim.text} {refs(claim.evidence)}")
    implicated = [a for a in case.accounts if a.implicated]
    others = [a for a in case.accounts if not a.implicated]
    frame.say("\nAccounts implicated" + ("" if implicated else ": none"), "bold")
    for account in implicated[:most]:
        line = Text("  ")
        line.append(clean(account.name), "bold")
        line.append(f"  {account.role.value}  {account.confidence:.0%} sure")
        frame.print(line)
        for reason in account.reasons[:4]:
            frame.say(f"    · {reason.text} {refs(reason.evidence)}")
    if others:
        frame.say("Seen nearby", "bold")
        for account in others[:most]:
            why = account.reasons[0].text if account.reasons else ""
            frame.say(f"  {account.name}  {account.role.value}  {why}")
        if len(others) > most:
            frame.say(f"  and {len(others) - most} more")
    frame.say("\nHosts", "bold")
    for host in case.hosts[:most]:
        frame.say(
            f"  {host.name}  {host.role.value}" + (f"  {', '.join(host.addresses[:3])}" if host.addresses else "")
        )
    frame.say("\nTimeline (UTC)", "bold")
    for entry in case.timeline[:most]:
        times = f" ×{entry.count}" if entry.count > 1 else ""
        frame.say(f"  {entry.at:%m-%d %H:%M:%S}  {entry.text}{times} {refs(entry.evidence, 1)}")
    if len(case.timeline) > most:
        frame.say(f"  and {len(case.timeline) - most} more steps")
    if case.techniques:
        frame.say("\nTechniques", "bold")
        for t in case.techniques[:most]:
            frame.say(f"  {t.technique_id}  {t.name} ({', '.join(t.tactics)})")
    if case.unknown:
        frame.say("\nUnknown", "bold")
        for text in case.unknown:
            frame.say(f"  ? {text}")
    if case.next_steps:
        frame.say("\nWhat to do next", "bold")
        for text in case.next_steps:
            frame.say(f"  → {text}")
    for note in case.notes:
        verdict = f" [{note.verdict.value}]" if note.verdict else ""
        about = f" on {note.finding_id}" if note.finding_id else ""
        frame.say(f"\n{note.at:%Y-%m-%d %H:%M} {note.author}{verdict}{about}: {note.text}")
