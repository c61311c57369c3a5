"""One palette for every format: severities, roles and tactics keep their colour from deck to page.

Each severity has a fill that white or black text can be read on (contrast at least 4.5, tested), and order and label
never depend on colour alone.
"""

from __future__ import annotations

from vedette.schema import AccountRole, HostRole, Severity, Verdict

INK = "#14202B"
PAPER = "#FFFFFF"
MIST = "#F1F4F7"
LINE = "#C9D2DB"
MUTED = "#4A5967"
NAVY = "#0B2A4A"
ACCENT = "#1F5FBF"

SEVERITY_COLOURS: dict[Severity, str] = {
    Severity.CRITICAL: "#8E1230",
    Severity.HIGH: "#B8390E",
    Severity.MEDIUM: "#8A6100",
    Severity.LOW: "#2E6A9E",
    Severity.INFORMATIONAL: "#5A6876",
}

ROLE_COLOURS: dict[AccountRole, str] = {
    AccountRole.COMPROMISED: "#8E1230",
    AccountRole.ATTACKER: "#B8390E",
    AccountRole.CREATED: "#6B2FA0",
    AccountRole.TARGETED: "#2E6A9E",
    AccountRole.BYSTANDER: "#5A6876",
}

ROLE_MEANINGS: dict[AccountRole, str] = {
    AccountRole.COMPROMISED: "legitimate, under the attacker's control",
    AccountRole.ATTACKER: "used by the attacker to act",
    AccountRole.CREATED: "made by the attacker",
    AccountRole.TARGETED: "aimed at, no sign of success",
    AccountRole.BYSTANDER: "seen near the attack",
}

HOST_ROLE_MEANINGS: dict[HostRole, str] = {
    HostRole.ENTRY: "first seen here",
    HostRole.SOURCE: "acted from",
    HostRole.TARGET: "acted upon",
    HostRole.AFFECTED: "activity, no movement",
}

VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.TRUE_POSITIVE: "confirmed by an analyst",
    Verdict.FALSE_POSITIVE: "judged a false alarm",
    Verdict.BENIGN: "judged benign",
    Verdict.UNDECIDED: "not yet reviewed by an analyst",
}

# Enterprise tactics in the order of the ATT&CK matrix, with a colour each. Neighbours differ in hue, and all can be
# told from white; the knowledge room holds the matrix itself, this is only how a chart draws it.
TACTICS: dict[str, tuple[str, str]] = {
    "reconnaissance": ("Reconnaissance", "#5A6876"),
    "resource-development": ("Resource Development", "#7A6A55"),
    "initial-access": ("Initial Access", "#B8390E"),
    "execution": ("Execution", "#A36A00"),
    "persistence": ("Persistence", "#6E7A00"),
    "privilege-escalation": ("Privilege Escalation", "#3B7D23"),
    "defense-evasion": ("Defense Evasion", "#0F7B6C"),
    "stealth": ("Stealth", "#0F7B6C"),
    "defense-impairment": ("Defense Impairment", "#14748F"),
    "credential-access": ("Credential Access", "#1F5FBF"),
    "discovery": ("Discovery", "#4A4FB5"),
    "lateral-movement": ("Lateral Movement", "#6B2FA0"),
    "collection": ("Collection", "#93278F"),
    "command-and-control": ("Command and Control", "#A8246B"),
    "exfiltration": ("Exfiltration", "#8E1230"),
    "impact": ("Impact", "#5C0F0F"),
}
OTHER_TACTIC = ("Other activity", MUTED)

_ORDER = {name: number for number, name in enumerate(TACTICS)}


def tactic_rank(tactic: str | None) -> tuple[int, str]:
    """Return a sort key: the order of the matrix, then what it does not know, by name."""
    return _ORDER.get(tactic or "", len(_ORDER)), tactic or ""


def tactic_label(tactic: str | None) -> str:
    """Return how people write a tactic."""
    if not tactic:
        return OTHER_TACTIC[0]
    return TACTICS[tactic][0] if tactic in TACTICS else tactic.replace("-", " ").strip().capitalize() or tactic


def tactic_colour(tactic: str | None) -> str:
    """Return the tactic's colour."""
    return TACTICS.get(tactic or "", OTHER_TACTIC)[1]
