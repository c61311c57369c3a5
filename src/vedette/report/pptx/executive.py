"""The first slides of a deck for executives: verdict and consequence, how it unfolded, what to decide.

What an analyst needs follows behind as an appendix.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.report.consequences import consequences, unfolding, unknown_to_us, verdict_in_words
from vedette.report.pptx.deck import Deck, heading, left_out
from vedette.report.pptx.draw import Para, height_of, text_box
from vedette.report.pptx.overview import logo, tiles
from vedette.report.pptx.theme import Box
from vedette.report.view import ids_words
from vedette.report.words import more

_MOST_STEPS = 5
_TIME = 150.0


def verdict(deck: Deck) -> None:
    """Add the slide that says how bad it is, how sure that is, and what it means first of all."""
    view, body = deck.view, deck.body
    slide = deck.slide(f"Executive summary: a {view.severity.value} incident", deck.say([view.headline]))
    logo(deck, slide)
    said = Para(text=verdict_in_words(view), size=20, lines=4).fitted(body.width)
    height = height_of([said], body.width)
    text_box(slide, Box(body.left, body.top + 4, body.width, height), [said], name="Verdict")
    top = tiles(deck, slide, body.top + 4 + height + 14)
    part = heading(slide, "What it means", Box(body.left, top, body.width, body.bottom - top))
    _listed(deck, slide, part, [c.text for c in consequences(view, 3)], "Its findings do not say what was aimed at.")


def meaning(deck: Deck) -> None:
    """Add the slide of every consequence, each with what it follows from."""
    view = deck.view
    found = consequences(view)
    if not found:
        return
    notes = [f"{c.text} ({c.because}.)" for c in found]
    slide = deck.slide("What it means for the business", notes)
    _listed(deck, slide, deck.body, [c.text for c in found], "", [c.because for c in found])


def story(deck: Deck) -> None:
    """Add the slide of how it unfolded, a line for each phase."""
    told = unfolding(deck.view)
    if not told:
        return
    body = deck.body
    slide = deck.slide("How it unfolded (UTC)", [f"{at}: {said}." for at, said in told])
    top = body.top + 6
    for number, (at, said) in enumerate(told, start=1):
        what = Para(text=f"{said}.", size=18, lines=2).fitted(body.width - _TIME)
        height = what.height(body.width - _TIME)
        if top + height > body.bottom:
            break
        when = Para(text=at, size=14, bold=True, colour="accent", lines=1)
        text_box(slide, Box(body.left, top, _TIME - 10, 24), [when], name=f"When {number}")
        text_box(slide, Box(body.left + _TIME, top, body.width - _TIME, height), [what], name=f"Phase {number}")
        top += height + 14


def decisions(deck: Deck) -> None:
    """Add the slide of what to decide now and what nobody knows yet."""
    view, body = deck.view, deck.body
    slide = deck.slide("What to decide, and what is not known", [*view.next_steps[:20], *view.unknown[:20]])
    half = (body.width - 24) / 2
    steps = view.next_steps[:_MOST_STEPS]
    left = heading(slide, "To do now", Box(body.left, body.top + 4, half, body.height - 4))
    _listed(deck, slide, left, list(steps), "The case names no next step.", size=14)
    right = heading(slide, "Not known", Box(body.left + half + 24, body.top + 4, half, body.height - 4))
    _listed(deck, slide, right, unknown_to_us(view), "The case notes no open question.", size=14)


def divider(deck: Deck) -> None:
    """Add the slide behind which the analysts' part begins."""
    view = deck.view
    slide = deck.slide("Appendix: for analysts")
    said = Para(text="What the pages before rest on: every statement with its evidence.", size=18, lines=2)
    ids = Para(text=f"{view.case_id} · evidence {ids_words(view.headline.evidence, 6) or 'none'}", size=14,
               colour="muted", lines=1)  # fmt: skip
    text_box(slide, Box(deck.body.left, deck.body.top + 6, deck.body.width, 90), [said, ids], name="Appendix")


def _listed(
    deck: Deck, slide: object, box: Box, texts: Sequence[str], nothing: str, because: Sequence[str] = (), *,
    size: float = 18,
) -> None:  # fmt: skip
    """Draw one text under another as far as there is room, and how many had none."""
    top = box.top
    bottom = box.bottom - 20
    if not texts:
        text_box(slide, Box(box.left, top, box.width, size * 2.6), [Para(text=nothing, size=size, lines=2)])
        return
    for number, text in enumerate(texts):
        paras = [Para(text=text, size=size, lines=4).fitted(box.width)]
        if number < len(because):
            paras.append(Para(text=because[number], size=12, colour="muted", lines=1))
        height = height_of(paras, box.width)
        if top + height > bottom and number:
            left_out(slide, box, more(len(texts) - number, "see the appendix"))
            return
        text_box(slide, Box(box.left, top, box.width, height), paras, name=f"Point {number + 1}")
        top += height + 12
