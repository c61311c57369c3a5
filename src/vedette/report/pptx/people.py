"""The accounts: who took part, in which role, how sure that is, and why."""

from __future__ import annotations

from collections import Counter

from vedette.report.palette import ROLE_COLOURS, ROLE_MEANINGS
from vedette.report.pptx.deck import Deck, above_left_out, left_out
from vedette.report.pptx.draw import Cell, Column, Para, cell, pages, table, text_box
from vedette.report.view import AccountView
from vedette.report.words import count, more, share
from vedette.schema import AccountRole

MAX_SLIDES = 3
_COLUMNS = (
    Column("Account", 252),
    Column("Role", 128, True),
    Column("Confidence", 86, True),
    Column("Why, with evidence", 408),
)


def _row(account: AccountView) -> list[Cell]:
    why = []
    for reason in account.reasons[:3]:
        why.append(Para(text=f"• {reason.text}" + ("" if reason.checked else " (not checked)"), size=13, lines=2))
        if reason.evidence:
            why.append(Para(text="   " + "  ".join(reason.evidence[:4]), size=12, mono=True, colour="muted", lines=1))
    if len(account.reasons) > 3:
        why.append(Para(text=f"and {len(account.reasons) - 3:,} more reasons", size=12, colour="muted", lines=1))
    return [
        Cell(
            paras=(
                Para(text=account.name or "–", size=14, bold=True, lines=3),
                Para(text=account.kind, size=12, colour="muted", lines=1),
            )
        ),
        Cell(
            paras=(
                Para(text=account.role.value.capitalize(), size=14, bold=True, colour="#FFFFFF", lines=1),
                Para(text=ROLE_MEANINGS[account.role], size=12, colour="#FFFFFF", lines=3),
            ),
            fill=ROLE_COLOURS[account.role],
        ),
        cell(share(account.confidence), 14, bold=True, lines=1),
        Cell(paras=tuple(why) or (Para(text="–", size=13),)),
    ]


def headline(accounts: tuple[AccountView, ...]) -> str:
    """Return how many accounts play which part, in one line."""
    if not accounts:
        return "No account is implicated"
    n = Counter(a.role for a in accounts)
    took_part = sum(a.implicated for a in accounts)
    parts = [f"{count(took_part, 'account')} took part" if took_part else "No account took part"]
    for role, words in ((AccountRole.TARGETED, "targeted"), (AccountRole.BYSTANDER, "bystanding")):
        if n[role]:
            parts.append(f"{n[role]:,} {words}")
    return ", ".join(parts)


def slides(deck: Deck) -> None:
    """Add the slides with the accounts."""
    view, body = deck.view, deck.body
    title = headline(view.accounts)
    if not view.accounts:
        slide = deck.slide(title)
        text_box(slide, body, [Para(text="The evidence names no account.", size=18)])
        return
    part = above_left_out(body)
    dealt, rest = pages([_row(a) for a in view.accounts], _COLUMNS, part, most=MAX_SLIDES)
    done = 0
    for number, rows in enumerate(dealt, start=1):
        here = view.accounts[done : done + len(rows)]
        done += len(rows)
        notes = []
        for account in here:
            meaning = f"{account.role.value} ({ROLE_MEANINGS[account.role]})"
            notes.append(f"{account.name}: {meaning}, {share(account.confidence)}.")
            notes += deck.say(account.reasons[:8])
        slide = deck.slide(title if len(dealt) == 1 else f"{title} ({number} of {len(dealt)})", notes)
        table(slide, part, _COLUMNS, rows, name="Accounts")
        if number == len(dealt):
            left_out(slide, body, more(rest))
