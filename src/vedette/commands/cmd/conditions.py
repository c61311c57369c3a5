"""``if``: the branch that is taken where the condition is known, else both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vedette.commands.cmd import environment
from vedette.commands.cmd.residue import Residue
from vedette.commands.cmd.syntax import If, Node
from vedette.commands.cmd.traced import Traced

if TYPE_CHECKING:
    from vedette.commands.cmd.shell import Shell


def condition(shell: Shell, node: Node, separator: str) -> None:
    """Run an ``if``."""
    assert isinstance(node, If)  # noqa: S101
    left = shell.late(node.left) if node.left else None
    right = shell.late(node.right) if node.right else None
    holds = judge(shell, node, left, right)
    if holds is not None:
        shell.changed = True
        taken = node.then if holds else node.otherwise
        if taken is not None:
            shell.execute(taken, separator)
        return
    outer = shell.residues
    branches: list[list[Residue]] = []

    def branch(item: Node) -> Callable[[], None]:
        def run() -> None:
            shell.residues = []
            branches.append(shell.residues)
            shell.execute(item, "")

        return run

    try:
        if node.otherwise is None:
            shell.unsure(branch(node.then))
        else:
            shell.unsure(branch(node.then), branch(node.otherwise))
    finally:
        shell.residues = outer
        head = "if " + ("/i " if node.folded else "") + ("not " if node.negated else "")
        shown = right.escaped() if right else ""
        head += f"{left.escaped()} {node.operator} {shown} " if left else f"{node.operator} {shown} "
        content: list[Any] = [head, branches[0] if branches else []]
        if len(branches) > 1:
            content = [head, "(", branches[0], ") else (", branches[1], ")"]
        shell.residues.append([separator, content, None])
        for text in (left, right):
            if text is not None and text.hidden():
                shell.note_methods(text)


def judge(shell: Shell, node: If, left: Traced | None, right: Traced | None) -> bool | None:
    """Return whether a condition holds, or None where it is not known."""
    result: bool | None = None
    if left is None and right is not None:
        text = right.text.strip('"')
        if node.operator == "exist":
            result = True if shell.file(text) is not None else None
        elif node.operator == "defined":
            value = shell.look_up(text.upper())
            if value is not None and (value.text is None or value.text or not value.known):
                result = True if value.text is not None or environment.default(text.upper()) is not None else None
            elif value is not None and text.upper() in shell.variables:
                result = False
        elif node.operator == "cmdextversion" and text.isdigit():
            result = int(text[:4]) <= 2
    elif left is not None and right is not None:
        if left.unknown or right.unknown:
            return None
        result = _compare(node.operator, left.text, right.text, node.folded)
    return None if result is None else result != node.negated


def _compare(operator: str, left: str, right: str, folded: bool) -> bool:
    if folded:
        left, right = left.casefold(), right.casefold()
    if operator == "==":
        return left == right
    order: tuple[Any, Any] = (left, right)
    number = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})")
    if number.fullmatch(left) and number.fullmatch(right):
        numbers = []
        for text in (left, right):
            digits = text.lstrip("+-")
            base = 16 if digits[:2].lower() == "0x" else 8 if len(digits) > 1 and digits[0] == "0" else 10
            try:
                numbers.append(int(digits, base) * (-1 if text[0] == "-" else 1))
            except ValueError:
                break
        else:
            order = (numbers[0], numbers[1])
    a, b = order
    results: dict[str, bool] = {"EQU": a == b, "NEQ": a != b, "LSS": a < b, "LEQ": a <= b, "GTR": a > b, "GEQ": a >= b}
    return results[operator]
