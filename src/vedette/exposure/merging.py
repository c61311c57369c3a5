"""Which findings of one vulnerability on one asset speak of the same component.

Likeness is no equivalence (a record without a version is like both copies), so groups are made from the most detailed
words down: a record joins the one group that it contradicts in nothing, and where several fit it supports them all. A
record that names no component supports every component that others name for the same flaw. Past scans join what is
there now, so that an upgrade which does not mend keeps the exposure and its first day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vedette.exposure.components import Signature, same_copy, same_name, same_version


@dataclass(frozen=True, slots=True)
class Group:
    """One component: the number of its most detailed words, and what tells it from its like."""

    head: int
    """Signature that it is shown as."""
    slot: str
    """Empty where it is the only one of its name; else its copy, and its version where others lie in the same place."""


@dataclass(slots=True)
class _Making:
    head: Signature
    number: int
    members: list[Signature] = field(default_factory=list)

    def fits(self, other: Signature, *, any_version: bool = False) -> int:
        """Return how surely a signature is of this group, 0 where it contradicts a member."""
        names = same_name(other, self.head)
        if not names:
            return 0
        for member in self.members:
            if not same_copy(other.copy, member.copy):
                return 0
            if not any_version and not same_version(other, member):
                return 0
            if other.type and member.type and other.type != member.type:
                return 0
        return names


def merge(
    current: Sequence[int], past: Sequence[int], signature: Callable[[int], Signature]
) -> dict[int, tuple[Group, ...]]:
    """Return the groups of each signature of one vulnerability on one asset.

    Args:
        current: numbers of the signatures that the latest scans give.
        past: numbers that only earlier scans give.
        signature: the signature of a number.
    """
    making: list[_Making] = []
    joined: dict[int, list[_Making]] = {}

    def detailed(numbers: Sequence[int]) -> list[int]:
        return sorted(set(numbers), key=lambda n: (-signature(n).detail, signature(n).order))

    def place(number: int, *, any_version: bool = False) -> None:
        words = signature(number)
        scored = [(group.fits(words), group) for group in making]
        best = max((score for score, _ in scored), default=0)
        if not best and any_version:
            scored = [(group.fits(words, any_version=True), group) for group in making]
            best = max((score for score, _ in scored), default=0)
            if sum(score == best for score, _ in scored) > 1:
                best = 0
        if best:
            joined[number] = [group for score, group in scored if score == best]
            for group in joined[number]:
                # what supports several groups says nothing of one
                if len(joined[number]) == 1:
                    group.members.append(words)
            return
        group = _Making(words, number, [words])
        making.append(group)
        joined[number] = [group]

    named = [n for n in detailed(current) if signature(n).name]
    for number in named:
        place(number)
    n_current = len(making)
    for number in detailed(past):
        if signature(number).name and number not in joined:
            place(number, any_version=True)
    for number in detailed([*current, *past]):
        if not signature(number).name:
            fitting = making[:n_current] or making[:1]
            if not fitting:
                making.append(_Making(signature(number), number))
                fitting = making
                n_current = 1
            joined[number] = list(fitting)
    slots = _slots(making)
    return {n: tuple(Group(g.number, slots[g.number]) for g in groups) for n, groups in joined.items()}


def _slots(making: Sequence[_Making]) -> dict[int, str]:
    """Return what tells groups of one name apart: their copies, and their versions where the copy is one."""
    slots = {}
    for group in making:
        copy = "/".join(group.head.copy or ())
        alike = [other for other in making if other is not group and other.head.key == group.head.key]
        beside = any(other.head.copy == group.head.copy for other in alike)
        version = f"{group.head.epoch}:{group.head.version}" if beside else ""
        slots[group.number] = f"{copy}|{version}" if alike else ""
    return slots
