"""The last slides: what is unknown, what to do next, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vedette.report.pptx.deck import Deck, above_left_out, left_out
from vedette.report.pptx.draw import Cell, Column, Para, block, cell, pages, table, text_box
from vedette.report.pptx.theme import Box
from vedette.report.view import EvidenceView
from vedette.report.words import clock, count, day, more

MAX_LIST_SLIDES = 2
MAX_EVIDENCE_SLIDES = 8
MAX_EVIDENCE = 120
_MARK = 30.0


def _list(deck: Deck, title: str, texts: Sequence[str], nothing: str, mark: str, colour: str) -> None:
    """Add slides with one text under another, each behind its mark."""
    body = deck.body
    if not texts:
        slide = deck.slide(title)
        text_box(slide, body, [Para(text=nothing, size=18)])
        return
    part = above_left_out(body)
    width = body.width - _MARK - 14
    notes = [f"{n}. {text}" for n, text in enumerate(texts[:80], start=1)]
    at = 0
    for number in range(1, MAX_LIST_SLIDES + 1):
        slide = deck.slide(title if number == 1 else f"{title}, continued", notes)
        top = part.top + 6
        while at < len(texts):
            para = Para(text=texts[at], size=18, lines=4).fitted(width)
            height = max(para.height(width), _MARK)
            if top + height > part.bottom:
                break
            sign = Para(text=mark or str(at + 1), size=14, bold=True, colour="#FFFFFF", align="center", lines=1)
            block(slide, Box(body.left, top, _MARK, _MARK), [sign], colour=colour, inset=0, name=f"Mark {at + 1}")
            text_box(
                slide,
                Box(body.left + _MARK + 14, top, width, height),
                [para],
                anchor="middle" if height == _MARK else "top",
                name=f"Item {at + 1}",
            )
            top += height + 13
            at += 1
        if at >= len(texts):
            return
    left_out(slide, body, more(len(texts) - at))


def unknown(deck: Deck) -> None:
    """Add what the data leaves open."""
    texts = deck.view.unknown
    title = f"What is unknown: {count(len(texts), 'open question')}" if texts else "What is unknown"
    _list(deck, title, texts, "The case notes no open question. That is not the same as knowing all.", "?", "#8A6100")


def next_steps(deck: Deck) -> None:
    """Add what to do next."""
    _list(deck, "What to do next", deck.view.next_steps, "The case names no next step.", "", "dark")


_COLUMNS = (
    Column("Id", 88, True), Column("Time", 80, True), Column("Host and account", 230),
    Column("What the source wrote", 466)
)  # fmt: skip


def _row(item: EvidenceView, hosts: Mapping[str, str]) -> list[Cell]:
    where = [Para(text=text, size=12, lines=1, colour=colour) for text, colour in
             ((hosts.get(item.host, item.host), "ink"), (item.account, "muted")) if text]  # fmt: skip
    quote = item.quote or ("no longer in the lake" if item.gone else item.activity or "not quoted")
    return [
        cell(item.short, 12, mono=True, bold=True, lines=2),
        Cell(
            paras=(
                Para(text=clock(item.at), size=12, lines=1),
                Para(text=day(item.at), size=12, colour="muted", lines=1),
            )
            if item.at is not None
            else (Para(text="–", size=12),)
        ),
        Cell(paras=tuple(where) or (Para(text="–", size=12),)),
        cell(quote, 12, mono=bool(item.quote), lines=3),
    ]


def evidence(deck: Deck) -> None:
    """Add the appendix: what the statements rest on, in order of importance."""
    view, body = deck.view, deck.body
    if not view.evidence:
        slide = deck.slide("Evidence")
        text_box(slide, body, [Para(text="The case cites no evidence.", size=18)])
        return
    shown = view.evidence[:MAX_EVIDENCE]
    hosts = view.short_hosts
    part = above_left_out(body)
    dealt, rest = pages([_row(e, hosts) for e in shown], _COLUMNS, part, most=MAX_EVIDENCE_SLIDES)
    done = 0
    for number, rows in enumerate(dealt, start=1):
        here = shown[done : done + len(rows)]
        done += len(rows)
        title = f"Evidence ({number} of {len(dealt)})" if len(dealt) > 1 else "Evidence"
        notes = ["Whole ids:", *(f"{e.short} = {e.full}" + (f" ({e.source})" if e.source else "") for e in here)]
        slide = deck.slide(title, notes)
        table(slide, part, _COLUMNS, rows, name="Evidence")
        if number == len(dealt):
            left_out(slide, body, more(rest + len(view.evidence) - len(shown)))
