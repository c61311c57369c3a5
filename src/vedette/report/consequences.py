"""What a case means for those who answer for the business, in plain words and from nothing but what the case holds.

Each tactic that findings show has one consequence that follows from its definition in ATT&CK; what a system or an
account is worth to the business is in no log, and is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.report.case_exposures import Use, extent
from vedette.report.view import CaseView, tactic_totals
from vedette.report.words import clock, count, day, listed, share, sure

_MEANS: tuple[tuple[str, str, str], ...] = (
    ("impact", "systems or data were damaged or made unavailable",
     "Work that depends on them may be interrupted until they are restored."),
    ("exfiltration", "data was sent out",
     "What left, and whose it was, decides whether customers or authorities must be told."),
    ("collection", "data was gathered or downloaded",
     "Whatever those files hold must be taken as known to somebody else."),
    ("credential-access", "passwords or keys were gone after",
     "Those of the accounts named here must be taken as known to somebody else until they are changed."),
    ("persistence", "ways back in were left",
     "Until they are found and removed, cleaning one machine does not end this."),
    ("lateral-movement", "it moved from system to system",
     "More than the system where it began has to be looked at."),
    ("privilege-escalation", "higher rights were gained or tried for",
     "With such rights one account can reach much more than its own data."),
    ("command-and-control", "systems were steered from outside",
     "Whoever steered them may still be able to."),
    ("defense-evasion", "traces were hidden or removed",
     "The picture given here may be less than what happened."),
    ("stealth", "traces were hidden or removed",
     "The picture given here may be less than what happened."),
    ("defense-impairment", "protection was switched off or weakened",
     "What happened in the meantime may have left no trace."),
    ("initial-access", "somebody got in",
     "The way in must be closed, or it can be used again."),
    ("execution", "programs were run that nobody here asked for", "What they changed must be looked for."),
    ("discovery", "the surroundings were explored", "Somebody now knows more of our systems than they should."),
    ("reconnaissance", "we were looked over from outside", "It may come before an attempt to get in."),
)  # fmt: skip
"""Tactic, what it means, and what follows from it; the gravest consequence first."""

_PHASES = {
    "reconnaissance": "looked us over from outside",
    "resource-development": "made ready",
    "initial-access": "got in",
    "execution": "ran programs",
    "persistence": "left a way back in",
    "privilege-escalation": "reached for higher rights",
    "defense-evasion": "hid traces",
    "stealth": "hid traces",
    "defense-impairment": "weakened protection",
    "credential-access": "went after passwords or keys",
    "discovery": "explored the surroundings",
    "lateral-movement": "moved to another system",
    "collection": "gathered data",
    "command-and-control": "steered systems from outside",
    "exfiltration": "sent data out",
    "impact": "did damage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One thing that a case means."""

    text: str
    because: str
    """What in the case it follows from."""


def verdict_in_words(view: CaseView) -> str:
    """Return the verdict as one says it to somebody who reads no logs."""
    who = count(len(view.implicated), "account") if view.implicated else "no account that people log on with"
    where = count(len(view.hosts), "system") if view.hosts else "cloud services only"
    at = f"{day(view.first_at)} at {clock(view.first_at)[:5]} UTC"
    return (
        f"This is {sure(view.confidence)} an attack ({share(view.confidence)} sure), rated {view.severity.value}. "
        f"It began on {at} and involved {who} and {where}."
    )


def consequences(view: CaseView, most: int = 5) -> list[Consequence]:
    """Return what the case means, the gravest first; empty where its findings show no tactic and nothing stood open."""
    totals = tactic_totals(view.techniques)
    found: dict[str, Consequence] = {}
    for tactic, means, follows in _MEANS:
        if totals.get(tactic):
            found.setdefault(
                means,
                Consequence(
                    text=f"Signs that {means}. {follows}",
                    because=f"{count(totals[tactic], 'finding')} of this case point to it",
                ),
            )
    listed_first = list(found.values())
    if view.exposures:
        # the third line: also where only three are shown
        listed_first.insert(2, Consequence(text=_open_holes(view), because=extent(view.exposures)))
    return listed_first[:most]


_AGAIN = "Until it is mended it can be used again."
_HOLES = {
    Use.CONFIRMED: f"The attacker used a known hole that stood open on {{where}}. {_AGAIN}",
    Use.LIKELY: f"The attacker likely used a known hole that stood open on {{where}}. {_AGAIN}",
    Use.TRIED: "A known hole that stood open on {where} was tried; nothing shows that it worked.",
}


def _open_holes(view: CaseView) -> str:
    """Return what the holes that stood open mean, in one line."""
    gravest = view.exposures[0]
    if gravest.use in _HOLES:
        return _HOLES[gravest.use].format(where=f"{gravest.host} ({gravest.vulnerability})")
    holes = count(len(view.exposures), "known hole")
    return f"{holes} stood open on the systems involved; nothing in the logs shows that one was used."


def unfolding(view: CaseView, most: int = 6) -> list[tuple[str, str]]:
    """Return the phases of the case in order of time: when, and what was done in plain words."""
    short = view.short_hosts
    told: list[tuple[int, int, str, str]] = []
    seen: set[str] = set()
    rank = {tactic: number for number, (tactic, _, _) in enumerate(_MEANS)}
    for step in view.steps:
        phase = _PHASES.get(step.tactic or "", "acted")
        who = step.account.rpartition("\\")[2].rpartition("/")[2] or "An unnamed account"
        place = f" on {short.get(step.host, step.host)}" if step.host else ""
        said = f"{who} {phase}{place}"
        if said not in seen:
            at = f"{day(step.at)} {clock(step.at)[:5]}"
            told.append((rank.get(step.tactic or "", len(rank)), step.number, at, said))
        seen.add(said)
    # how it began and ended, and between them what weighs most
    ends = [told[0], told[-1]] if len(told) > most > 1 else []
    chosen = ends + sorted(t for t in told if t not in ends)[: most - len(ends)]
    return [(at, said) for _, _, at, said in sorted(chosen, key=lambda t: t[1])]


def unknown_to_us(view: CaseView, most: int = 3) -> list[str]:
    """Return what stays open, and that the worth of what was touched is not in the logs."""
    hosts = [view.short_hosts.get(h.name, h.name) for h in view.hosts]
    named = f"is kept on {listed(hosts, 3)}" if hosts else ""
    if not named and view.implicated:
        named = f"{listed([a.name for a in view.implicated], 2)} can reach"
    worth = f"What {named}, and what it is worth to the business: no log says so." if named else ""
    return [*([worth] if worth else []), *view.unknown[: most - bool(worth)]]
