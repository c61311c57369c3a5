"""The slides of what the case's commands do: decoded, explained, with the reasons of their risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vedette.report.case_commands import CommandView, band, extent, headline
from vedette.report.inert import clip
from vedette.report.pptx.deck import Deck, above_left_out, left_out
from vedette.report.pptx.draw import Cell, Column, Para, height_of, pages, table, text_box
from vedette.report.pptx.theme import Box
from vedette.report.view import ids_words
from vedette.report.words import more, when

MAX_PAGES = 2
_COLUMNS = (
    Column("When and where", 1.5), Column("Command", 3.4), Column("What it does", 3.4), Column("Risk", 60, True),
    Column("Evidence", 84, True),
)  # fmt: skip


def slides(deck: Deck) -> None:
    """Add the slides that tell what was run on the case's hosts."""
    views, body = deck.view.commands, deck.body
    if not views:
        return
    told = Para(text=extent(views), size=14, lines=2).fitted(body.width)
    height = height_of([told], body.width) + 8
    room = Box(body.left, body.top + height, body.width, body.height - height)
    part = above_left_out(room)
    dealt, rest = pages([_row(v, deck.view.short_hosts) for v in views], _COLUMNS, part, most=MAX_PAGES)
    at = 0
    for number, rows in enumerate(dealt, start=1):
        shown = views[at : at + len(rows)]
        at += len(rows)
        title = headline(views)
        slide = deck.slide(title if len(dealt) == 1 else f"{title} ({number} of {len(dealt)})", _notes(deck, shown))
        text_box(slide, Box(body.left, body.top, body.width, height_of([told], body.width)), [told], name="Extent")
        table(slide, part, _COLUMNS, rows, name="Commands of the case")
        if number == len(dealt):
            left_out(slide, room, more(rest, "see the page"))


def _notes(deck: Deck, shown: Sequence[CommandView]) -> list[str]:
    whole = deck.view.full_ids
    return [
        f"{v.sentence} Decoded: {v.decoded or v.command}"
        f"{' Hidden by ' + v.methods + '.' if v.methods else ''} Evidence: "
        f"{ids_words([whole.get(i, i) for i in v.evidence], 12)}."
        for v in shown
    ]


def _row(v: CommandView, short: Mapping[str, str]) -> list[Cell]:
    where = ", ".join(short.get(h, h.split(".")[0]) for h in v.hosts[:2]) or "–"
    shown = v.decoded or v.command
    hidden = f"hidden by {v.methods}" if v.methods else ""
    return [
        Cell(paras=(
            Para(text=when(v.first_at) + (f" ×{v.count:,}" if v.count > 1 else ""), size=12, lines=2),
            Para(text=where, size=13, bold=True, lines=2),
            Para(text=", ".join(v.accounts[:2]), size=12, colour="muted", lines=2),
        )),
        Cell(paras=(
            Para(text=clip(shown, 260), size=12, mono=True, lines=5),
            *((Para(text=hidden, size=12, colour="muted", lines=1),) if hidden else ()),
        )),
        Cell(paras=(
            Para(text=v.sentence, size=13, lines=4),
            Para(text="; ".join((*v.techniques[:2], *v.reasons[:2])), size=12, colour="muted", lines=3),
        )),
        Cell(paras=(Para(text=band(v.risk), size=13, bold=v.risky, lines=1, align="right"),)),
        Cell(paras=tuple(Para(text=i, size=12, mono=True, colour="muted", lines=1) for i in v.evidence[:2])
             or (Para(text="–"),)),
    ]  # fmt: skip
