"""Conditions at match time: simplified by what a group of events shares, judged on sets of true atoms.

A condition is ``True``, ``False``, a lazy atom's number, or one of::

    (AND, atoms, children)   every eager atom is true and every child holds
    (OR, atoms, children)    some eager atom is true or some child holds
    (NOT, child)

Keeping the eager atoms of a node in one frozenset turns most of a rule into one set operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any, Final

from vedette.detect.base import Cond

AND: Final = 0
OR: Final = 1
NOT: Final = 2

Node = Any


def build(cond: Cond, lazy: Sequence[bool]) -> Node:
    """Return the node of a compact condition; ``lazy[atom]`` says which atoms are judged late."""
    if cond is True or cond is False:
        return cond
    if type(cond) is int:
        return cond if lazy[cond] else (AND, frozenset((cond,)), ())
    if cond[0] == "n":
        return negate(build(cond[1], lazy))
    return _join(AND if cond[0] == "a" else OR, [build(c, lazy) for c in cond[1:]])


def negate(node: Node) -> Node:
    """Return the node's negation."""
    if node is True or node is False:
        return not node
    if type(node) is tuple and node[0] == NOT:
        return node[1]
    return (NOT, node)


def _join(op: int, children: Sequence[Node]) -> Node:
    absorbing = op == OR
    atoms: set[int] = set()
    rest: list[Node] = []
    for child in children:
        if child is True or child is False:
            if child is absorbing:
                return absorbing
        elif type(child) is tuple and child[0] == op:
            atoms |= child[1]
            rest.extend(child[2])
        elif type(child) is tuple and child[0] != NOT and len(child[1]) == 1 and not child[2]:
            atoms |= child[1]  # a single atom: AND and OR of one are the same
        else:
            rest.append(child)
    if not atoms and not rest:
        return not absorbing
    if not atoms and len(rest) == 1:
        return rest[0]
    return (op, frozenset(atoms), tuple(rest))


def simplify(node: Node, known: Set[int], true: Set[int]) -> Node:
    """Return the node with the atoms in ``known`` decided: those in ``true`` hold, the others do not."""
    if type(node) is not tuple:
        return node
    op = node[0]
    if op == NOT:
        inner = simplify(node[1], known, true)
        return node if inner is node[1] else negate(inner)
    atoms, children = node[1], node[2]
    decided = atoms & known
    if op == AND:
        if not decided <= true:
            return False
    elif decided & true:
        return True
    new = [simplify(c, known, true) for c in children]
    if not decided and all(a is b for a, b in zip(new, children, strict=True)):
        return node
    left = atoms - known
    return _join(op, [*([(op, left, ())] if left else []), *new])


def judge(node: Node, true: Set[int]) -> bool | None:
    """Return whether the node holds with these true eager atoms; None if lazy atoms decide it."""
    if type(node) is not tuple:
        return node if node is True or node is False else None
    op = node[0]
    if op == NOT:
        inner = judge(node[1], true)
        return None if inner is None else not inner
    if op == AND:
        if not node[1] <= true:
            return False
        result: bool | None = True
        for child in node[2]:
            verdict = judge(child, true)
            if verdict is False:
                return False
            if verdict is None:
                result = None
        return result
    if not node[1].isdisjoint(true):
        return True
    result = False
    for child in node[2]:
        verdict = judge(child, true)
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


def judge_fully(node: Node, true: Set[int], lazy: Callable[[int], bool]) -> bool:
    """Return whether the node holds, asking ``lazy`` for the atoms that are judged late."""
    if type(node) is not tuple:
        return node if node is True or node is False else lazy(node)
    op = node[0]
    if op == NOT:
        return not judge_fully(node[1], true, lazy)
    if op == AND:
        return node[1] <= true and all(judge_fully(c, true, lazy) for c in node[2])
    return not node[1].isdisjoint(true) or any(judge_fully(c, true, lazy) for c in node[2])


def trigger(node: Node, cost: Sequence[float]) -> tuple[float, frozenset[int]] | None:
    """Return the cheapest set of atoms of which at least one is true whenever the node holds; None if there is none.

    Args:
        node: The condition.
        cost: How often each atom is expected to be true.
    """
    if type(node) is not tuple or node[0] == NOT:
        return None
    if node[0] == AND:
        options = [(cost[a], frozenset((a,))) for a in node[1]]
        options += [t for c in node[2] if (t := trigger(c, cost)) is not None]
        return min(options, key=lambda t: (t[0], sorted(t[1]))) if options else None
    total, atoms = sum(cost[a] for a in node[1]), set(node[1])
    for child in node[2]:
        inner = trigger(child, cost)
        if inner is None:
            return None
        total += inner[0]
        atoms |= inner[1]
    return total, frozenset(atoms)


def atoms_of(node: Node) -> set[int]:
    """Return every atom in the node, eager and lazy."""
    if type(node) is not tuple:
        return set() if node is True or node is False else {node}
    if node[0] == NOT:
        return atoms_of(node[1])
    return set(node[1]).union(*(atoms_of(c) for c in node[2]))
