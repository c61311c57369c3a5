"""How an explanation looks on a terminal. Every text of a command is made inert before it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.cli.frame import Frame, clean

if TYPE_CHECKING:
    from vedette.schema.command import Explanation, Layer

LIKELY = 0.2
"""Confidence under which a technique is shown only where everything is."""
_MOST_LINES = 12
_MOST = 12


def show(frame: Frame, explanation: Explanation, *, full: bool = False, title: str | None = None) -> None:
    """Print an explanation: the sentence, the risk, the layers, the steps, the tokens, and what it touches.

    Args:
        frame: this call.
        explanation: what is told.
        full: whether long lists and the tokens of every layer are printed whole.
        title: which of several it is.
    """
    if title:
        frame.say(title, "bold cyan")
    frame.say(explanation.sentence, "bold")
    _risk(frame, explanation)
    _layers(frame, explanation, full)
    _steps(frame, explanation, full)
    _tokens(frame, explanation, full)
    _lists(frame, explanation, full)


def _risk(frame: Frame, explanation: Explanation) -> None:
    word = "risky" if explanation.risky else "not called risky"
    style = "bold red" if explanation.risky else "green"
    said = "over 0.99" if explanation.risk >= 0.995 else f"{explanation.risk:.2f}"
    frame.say(f"\nRisk {said} of 1: {word}", style)
    for reason in explanation.reasons[:_MOST]:
        frame.say(f"  · {reason.text} ({reason.weight:.2f}, layer {reason.layer})")
    for text in explanation.look_alikes[:4]:
        frame.say(f"  benign use that looks like it: {text}", "dim")


def _layers(frame: Frame, explanation: Explanation, full: bool) -> None:
    if len(explanation.layers) == 1 and not explanation.methods:
        return
    frame.say("\nLayers", "bold")
    for layer in explanation.layers:
        frame.say(f"  {layer.number}  {_how(layer)}", "cyan")
        lines = layer.text.splitlines() or [""]
        shown = lines if full else lines[:_MOST_LINES]
        for line in shown:
            frame.say(f"     {line if full or len(line) <= 400 else line[:399] + '…'}")
        if len(lines) > len(shown):
            frame.say(f"     … {len(lines) - len(shown)} more lines (--full)", "dim")


def _how(layer: Layer) -> str:
    what = str(layer.language)
    if layer.parent is None:
        return f"{what}, as given"
    undone = f": {', '.join(layer.methods)} undone" if layer.methods else ""
    if layer.simplified:
        return f"{what}, layer {layer.parent} written out{undone}"
    return f"{what}, run by layer {layer.parent}{undone}"


def _steps(frame: Frame, explanation: Explanation, full: bool) -> None:
    if len(explanation.steps) < 2:
        return
    frame.say("\nStep by step", "bold")
    shown = explanation.steps if full else explanation.steps[:_MOST_LINES]
    for number, step in enumerate(shown, 1):
        maybe = "" if step.sure else " (only if it comes to that)"
        frame.say(f"  {number:>2}  {step.text}{maybe}")
    if len(shown) < len(explanation.steps):
        frame.say(f"      … {len(explanation.steps) - len(shown)} more (--full)", "dim")


def _tokens(frame: Frame, explanation: Explanation, full: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    numbers = sorted({t.layer for t in explanation.tokens})
    told = [t for t in explanation.tokens if full or not numbers or t.layer in (numbers[0], numbers[-1])]
    if not told:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="bold")
    several = len({t.layer for t in told}) > 1
    if several:
        table.add_column("layer", justify="right")
    table.add_column("token", overflow="fold", max_width=48)
    table.add_column("meaning", overflow="fold")
    table.add_column("source", style="dim", overflow="fold", max_width=28)
    for token in told if full else told[:40]:
        text = clean(token.text if len(token.text) <= 120 else token.text[:119] + "…")
        meaning = clean(token.meaning) if token.meaning else "not known"
        row = [Text(str(token.layer))] if several else []
        row += [Text(text, style="cyan"), Text(meaning, style="" if token.meaning else "dim")]
        table.add_row(*row, Text(clean(token.source or "")))
    frame.say("\nToken by token", "bold")
    frame.print(table)
    if not full and len(told) > 40:
        frame.say(f"  … {len(told) - 40} more (--full)", "dim")


def _lists(frame: Frame, explanation: Explanation, full: bool) -> None:
    most = 500 if full else _MOST
    if explanation.touches:
        frame.say("\nTouches", "bold")
        for touch in explanation.touches[:most]:
            meaning = f" ({touch.meaning})" if touch.meaning else ""
            frame.say(f"  {touch.action} {touch.kind}: {touch.value[:300]}{meaning}")
        _more(frame, len(explanation.touches), most)
    if explanation.observables:
        frame.say("\nObservables", "bold")
        for seen in explanation.observables[:most]:
            frame.say(f"  {seen.kind}: {seen.value}  (layer {seen.layer})")
        _more(frame, len(explanation.observables), most)
    likely = [t for t in explanation.techniques if full or t.confidence >= LIKELY]
    if likely:
        frame.say("\nATT&CK", "bold")
        for technique in likely:
            former = f", formerly {technique.former_id}" if technique.former_id else ""
            frame.say(
                f"  {technique.id} {technique.name or ''}{former}  {technique.confidence:.2f}"
                f"  shown by {technique.text[:80]!r} in layer {technique.layer}: {technique.reason}"
            )
    known = [t for t in explanation.tools if t.living_off_the_land and t.misuse]
    if known:
        frame.say("\nLives off the land", "bold")
        for tool in known:
            frame.say(f"  {tool.name}: {tool.misuse}")
    if explanation.stops:
        frame.say("\nWhere decoding stopped", "bold")
        for stop in explanation.stops[:most]:
            frame.say(f"  layer {stop.layer}: {stop.reason}")


def _more(frame: Frame, n: int, most: int) -> None:
    if n > most:
        frame.say(f"  … {n - most} more (--full)", "dim")
