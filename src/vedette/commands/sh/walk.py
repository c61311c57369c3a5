"""Which variables a piece of script assigns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.commands.sh.syntax import (
    AndOr,
    Arith,
    ArithCommand,
    Case,
    Coproc,
    For,
    ForArith,
    Function,
    Group,
    If,
    Listing,
    Lit,
    Node,
    Param,
    Pipeline,
    Simple,
    While,
    WordNode,
)

_ARITHMETIC = re.compile(
    r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]{0,99})(?:\[[^\]]{0,200}\])?\s{0,9}(?:[-+*/%&|^]|<<|>>)?=(?!=)"
    r"|(?<![A-Za-z0-9_])([A-Za-z_]\w{0,99})\s{0,9}(?:\+\+|--)|(?:\+\+|--)\s{0,9}([A-Za-z_]\w{0,99})"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_READERS = frozenset({"read", "mapfile", "readarray", "getopts", "unset", "let"})


def _in_expression(word: WordNode) -> Iterator[str]:
    text = "".join([p.text for p in word.parts if isinstance(p, Lit)]) if word.parts else word.lit or ""
    for m in _ARITHMETIC.finditer(text):
        yield m.group(1) or m.group(2) or m.group(3)


def _in_word(word: WordNode | None) -> Iterator[str]:
    if word is None or word.lit is not None:
        return
    for part in word.parts:
        if isinstance(part, Param):
            if part.op in ("=", ":="):
                yield part.name
        elif isinstance(part, Arith):
            yield from _in_expression(part.expression)


def assigned(node: Node | Listing) -> set[str]:
    """Return the names of the variables that a piece of script may assign in this shell."""
    names: set[str] = set()
    pending: list[Node | Listing] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Listing):
            pending.extend([item for item, _ in one.items])
        elif isinstance(one, Simple):
            for assign in one.assigns:
                if not one.words:
                    names.add(assign.name)
                names.update(_in_word(assign.value))
            for assign in one.arrays.values():
                names.add(assign.name)
            for word in one.words:
                names.update(_in_word(word))
            if one.words and one.words[0].lit in _READERS:
                for word in one.words[1:]:
                    if word.lit is not None and _NAME.match(word.lit):
                        names.add(word.lit)
                    names.update(_in_expression(word))
            elif len(one.words) > 2 and one.words[0].lit == "printf" and one.words[1].lit == "-v":
                names.add(one.words[2].lit or "")
        elif isinstance(one, AndOr):
            pending.append(one.first)
            pending.extend([item for _, item in one.rest])
        elif isinstance(one, Pipeline):
            if len(one.commands) == 1:
                pending.append(one.commands[0])
        elif isinstance(one, Group):
            if not one.subshell:
                pending.append(one.body)
        elif isinstance(one, If):
            for condition, body in one.clauses:
                pending.extend((condition, body))
            if one.otherwise is not None:
                pending.append(one.otherwise)
        elif isinstance(one, While):
            pending.extend((one.condition, one.body))
        elif isinstance(one, For):
            names.add(one.name)
            pending.append(one.body)
        elif isinstance(one, ForArith):
            for expression in (one.first, one.condition, one.step):
                names.update(_in_expression(expression))
            pending.append(one.body)
        elif isinstance(one, Case):
            pending.extend([body for _, body, _ in one.items])
        elif isinstance(one, ArithCommand):
            names.update(_in_expression(one.expression))
        elif isinstance(one, (Coproc, Function)):
            continue
    names.discard("")
    return names
