"""The first slides: the verdict, and what happened."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from vedette.report.inert import middle
from vedette.report.measure import text_width
from vedette.report.palette import SEVERITY_COLOURS, VERDICT_WORDS
from vedette.report.pptx.deck import Deck, heading, left_out
from vedette.report.pptx.draw import Para, block, bullets, height_of, text_box
from vedette.report.pptx.theme import EMU, MARGIN, TITLE_HEIGHT, Box
from vedette.report.timescale import span_words
from vedette.report.view import ids_words
from vedette.report.words import clock, count, day, more, share, sure

_GAP = 12.0
_TILE_HEIGHT = 84.0
_ROLE = 96.0
MAX_STATEMENT_SLIDES = 3


def verdict(deck: Deck) -> None:
    """Add the slide that says what happened, how bad, how sure, when, who and where."""
    view, body = deck.view, deck.body
    notes = [*deck.say([view.headline, *view.summary]), _reviewed(deck)]
    lines = 1 if text_width(view.title, deck.frame.title_size, bold=True) < body.width else 2
    slide = deck.slide(view.title, notes, title_lines=lines)
    if lines > 1 and deck.frame.built_in:
        body = Box(body.left, body.top + TITLE_HEIGHT, body.width, body.height - TITLE_HEIGHT)
    eyebrow = f"Incident report · {view.case_id} · {view.status} · {VERDICT_WORDS[view.verdict]}"
    logo_width = logo(deck, slide)
    if deck.frame.title is None or deck.frame.title.top > 32:
        text_box(
            slide,
            Box(body.left + logo_width, 14, body.width - 180 - logo_width, 18),
            [Para(text=eyebrow, size=12, colour="muted", lines=1)],
            name="Case",
        )
    top = body.top + 4
    sentence = Para(text=view.headline.text, size=20, lines=4, after=4).fitted(body.width)
    ids = Para(
        text=f"Evidence {ids_words(view.headline.evidence, 6)}" if view.headline.evidence else "No evidence cited",
        size=12,
        mono=True,
        colour="muted",
        lines=1,
    )
    height = min(height_of([sentence, ids], body.width), body.height * 0.36)
    text_box(slide, Box(body.left, top, body.width, height), [sentence, ids], name="Verdict")
    top += height + 14
    top = tiles(deck, slide, top)
    half = (body.width - 2 * _GAP) / 2
    short = view.short_hosts

    def name_host(name: str) -> str:
        """Return the whole name where it fits its line, else the name without its domain."""
        return name if text_width(name, 14, bold=True) <= half - _ROLE else short.get(name, name)

    for left, title, rows in (
        (body.left, "Implicated accounts", [(a.name, a.role.value) for a in view.implicated]),
        (body.left + half + 2 * _GAP, "Hosts", [(name_host(h.name), h.role.value) for h in view.hosts]),
    ):
        part = heading(slide, title, Box(left, top, half, body.bottom - top))
        _names(slide, part, rows, title)


def tiles(deck: Deck, slide: Any, top: float) -> float:
    """Draw severity, confidence, time and scope side by side and return where the room below begins."""
    view, body = deck.view, deck.body
    width = (body.width - 3 * _GAP) / 4
    from_to = (
        f"{day(view.first_at)}, {clock(view.first_at)} to {clock(view.last_at)}"
        if day(view.first_at) == day(view.last_at)
        else f"{day(view.first_at)} {clock(view.first_at)[:5]} to\n{day(view.last_at)} {clock(view.last_at)[:5]}"
    )
    shown = (
        ("Severity", view.severity.value.capitalize(), "if the verdict holds", SEVERITY_COLOURS[view.severity]),
        ("Confidence", share(view.confidence), f"{sure(view.confidence)} an attack", None),
        ("When (UTC)", span_words(view.last_at - view.first_at), from_to, None),
        (
            "Scope",
            count(len(view.implicated), "account"),
            f"on {count(len(view.hosts), 'host')}\n{count(len(view.findings), 'finding')}",
            None,
        ),
    )
    for number, (label, value, under, colour) in enumerate(shown):
        ink, soft = ("#FFFFFF", "#FFFFFF") if colour else ("dark", "muted")
        block(
            slide,
            Box(body.left + number * (width + _GAP), top, width, _TILE_HEIGHT),
            [
                Para(text=label, size=12, bold=True, colour=soft, lines=1, after=3),
                Para(text=value, size=20 if len(value) < 17 else 17, bold=True, colour=ink, lines=1, after=2),
                *(Para(text=part, size=12, colour=soft, lines=1) for part in under.split("\n")),
            ],
            colour=colour or "mist",
            inset=10,
            anchor="top",
            name=label,
        )
    return top + _TILE_HEIGHT + 14


def _names(slide: Any, box: Box, rows: list[tuple[str, str]], name: str) -> None:
    """Draw names with their part, one a line, and how many more there are."""
    if not rows:
        text_box(slide, box, [Para(text="None named.", size=14)], name=f"{name}: names")
        return
    n_lines = max(int(box.height / 19), 1)
    shown = rows if len(rows) <= n_lines else rows[: n_lines - 1]
    role_width = _ROLE
    names = [Para(text=middle(n, 90), size=14, bold=True, lines=1, after=2.2) for n, _ in shown]
    roles = [Para(text=role, size=14, colour="muted", lines=1, after=2.2, align="right") for _, role in shown]
    names = [_one_line(p, box.width - role_width) for p in names]
    if len(shown) < len(rows):
        names.append(Para(text=f"and {len(rows) - len(shown):,} more", size=14, colour="muted", lines=1))
    text_box(slide, Box(box.left, box.top, box.width - role_width, box.height), names, name=f"{name}: names")
    text_box(slide, Box(box.right - role_width + 4, box.top, role_width - 4, box.height), roles, name=f"{name}: roles")


def _one_line(para: Para, width: float) -> Para:
    """Return the paragraph with its middle cut out until it takes one line: both ends of a name tell most."""
    text = para.text
    n = len(text)
    while n > 4 and text_width(text, para.size, bold=para.bold) > width:
        n -= 1
        text = middle(para.text, n)
    return replace(para, text=text)


def logo(deck: Deck, slide: Any) -> float:
    """Draw the organisation's logo and return the width that it takes."""
    content = deck.branding.logo_bytes()
    if content is None:
        return 0.0
    picture = slide.shapes.add_picture(io.BytesIO(content[0]), 0, 0)
    height = 24.0
    width: float = min(height * picture.width / max(picture.height, 1), 160.0)
    picture.left, picture.top = round(MARGIN * EMU), round(9 * EMU)
    picture.width, picture.height = round(width * EMU), round(height * EMU)
    picture.name = "Logo"
    return width + 10


def _reviewed(deck: Deck) -> str:
    view = deck.view
    sources = ", ".join(view.sources) or "unknown sources"
    return f"{count(view.n_events, 'event')} were looked at, from {sources}. The case is {VERDICT_WORDS[view.verdict]}."


def what_happened(deck: Deck) -> None:
    """Add the other sentences of the verdict, if there are any."""
    statements = deck.view.summary
    if not statements:
        return
    body = deck.body
    texts = [(s.text + ("" if s.checked else " (not checked)"), ids_words(s.evidence, 5)) for s in statements]
    number_width = 36.0
    blocks = list(bullets(texts, body.width - number_width, 20))
    at = 0
    n_slides = 0
    while at < len(blocks) and n_slides < MAX_STATEMENT_SLIDES:
        n_slides += 1
        title = "What happened" if n_slides == 1 else "What happened, continued"
        slide = deck.slide(title, deck.say(statements[at:]))
        top = body.top + 6
        room = body.bottom - 20
        while at < len(blocks):
            height = height_of(blocks[at], body.width - number_width)
            if top + height > room and top > body.top + 6:
                break
            height = min(height, room - top)
            text_box(
                slide,
                Box(body.left, top, number_width - 8, 25),
                [Para(text=str(at + 1), size=20, bold=True, colour="accent", lines=1)],
            )
            text_box(slide, Box(body.left + number_width, top, body.width - number_width, height), blocks[at])
            top += height + 16
            at += 1
        if at < len(blocks) and n_slides == MAX_STATEMENT_SLIDES:
            left_out(slide, body, more(len(blocks) - at))
