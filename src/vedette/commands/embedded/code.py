"""Code made at run time: read where it stands for what it leaves bound, and handed on as a layer of its own."""

from __future__ import annotations

from collections.abc import Callable

from vedette.commands.budget import Exhausted
from vedette.commands.embedded import tree as t
from vedette.commands.embedded.evaluator import Expressions, readable
from vedette.commands.embedded.values import UNKNOWN, Value
from vedette.schema.command import Language

_LONGEST = 400_000


def run_code(
    ev: Expressions,
    text: Value,
    place: t.Node,
    parse: Callable[[str], t.Block],
    language: Language | None = None,
    *,
    always: bool = False,
) -> Value:
    """Return the value of code that the script makes and runs; record it as nested where it does anything.

    Args:
        ev: the evaluation that it is part of.
        text: the code.
        place: where it stands.
        parse: the grammar of the language.
        language: of the code; the layer's own by default.
        always: whether a plain expression is a layer too.
    """
    if isinstance(text, (bytes, bytearray)):
        text = readable(bytes(text).decode("latin-1"))
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST:
        return UNKNOWN
    text = readable(text)
    language = language or ev.dialect.language
    variables = ev.variables()
    if ev.muted:
        # the layer that is read here inline will be read in full later, and with it what it runs
        ev.effects += 1
        return UNKNOWN
    if ev.calls > 18 or ev.depth > 90 or _is_last(ev, place):
        ev.nest(language, text, place, environment=variables)
        return UNKNOWN
    ev.calls += 2
    value: Value = UNKNOWN
    used = dict(ev.used)
    try:
        tree = parse(text)
        value, effects = ev.run_inline(tree)
    except Exhausted:
        ev.used = used
        ev.nest(language, text, place, environment=variables)
        raise
    finally:
        ev.calls -= 2
    alone = len(tree.body) == 1 and not isinstance(tree.body[0], (t.Assign, t.Block, t.If, t.Loop, t.Define, t.Try))
    if effects or always or not alone:
        inner, ev.used = ev.used, used
        ev.nest(language, text, place, environment=variables)
        ev.used = inner
    elif text.strip():
        ev.note("eval")
    return value


_CLOSING = frozenset(" \t\r\n);}'\"")


def _is_last(ev: Expressions, place: t.Node) -> bool:
    """Return whether nothing comes after the code that is run: nobody asks what it leaves bound."""
    rest = ev.source[place.end : place.end + 40]
    return ev.foreign == 0 and ev.calls == 0 and len(rest) < 40 and _CLOSING.issuperset(rest)
