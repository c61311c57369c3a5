"""What a policy is, and how it decides when some of its inputs are not known.

A policy is a pure function of its decision points. Each point has a finite number of values; a number (a score, a
probability) is cut at the thresholds that the policy names, and a text told apart
only from those that it names. An input that nobody gave may have any value, so a decision
is the *set* of outcomes over every completion of what is unknown:

- one outcome is left: that is the decision, whatever the unknown inputs are, and nobody need be asked;
- several are left: ``outcome`` stays ``None``, ``possible`` lists them, gravest first, and ``question`` asks for one
  input. ``days`` are then those of the gravest possible outcome (the fewest that any possible one allows), so that
  nobody is late because a fact was missing; this is a date to work by, and never stated as the decision.

**Which question.** For each unknown point the expected number of outcomes still possible after its answer is computed,
all its values taken as equally likely: no prior is assumed, for none is published. The smallest expectation is asked
first; among equals the point that has more answers which rule the gravest outcome out, then the one that the policy
names first. Points that no longer change the outcome are neither asked nor listed as unknown.

**Partly known.** An input may be several values joined by ``|`` (``controlled|open``): known to be one of these. An
asset that is reachable from the internet is not ``small``, and which of the other two it is nobody said.

Points are completed independently: where two rest on each other (a score and its rating), give both, or more outcomes
stay possible than there are. Never fewer.

A decision replays: ``policy.decide(d.inputs, d.sources) == d``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import Protocol, runtime_checkable

from vedette.errors import UserError
from vedette.schema import Decision

GROUP = "vedette.policies"
MAX_COMPLETIONS = 50_000
"""Combinations of values that a policy may have: more cannot be gone through for every distinct exposure."""
_CACHED = 100_000
OTHER = "(another)"
"""Stands for every text that a policy does not name."""


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """An input of a policy: one of a few values, a number, or a text."""

    name: str
    """``publicly_exposed``"""
    values: tuple[str, ...]
    """What can be told apart, mildest first. Of a number: the stretches between thresholds, lowest first. Of a text:
    those that are named, and :data:`OTHER`."""
    question: str
    """What a person is asked; it reads the same for every exposure."""
    thresholds: tuple[float, ...] = ()
    """Of a number: where it is cut, lowest first. A number on a threshold is told apart from those beside it."""
    bounds: tuple[float, float] | None = None
    """Of a number: the least and the greatest that it can be; None: it is no number."""

    @property
    def free(self) -> bool:
        """Whether any text is taken."""
        return OTHER in self.values

    def written(self, value: str | None) -> str | None:
        """Return an input as a decision records it; None where it says nothing.

        Raises:
            UserError: the point cannot have that value.
        """
        if value is None or self.free:
            return value
        if self.bounds is not None:
            self._number(value)
            return value
        parts = value.split("|")
        wrong = [part for part in parts if part not in self.values]
        if wrong:
            raise UserError(
                f"{self.name} cannot be {wrong[0][:80]!r}", next_step=f"choose one of: {', '.join(self.values)}"
            )
        kept = [v for v in self.values if v in parts]
        return None if len(kept) == len(self.values) > 1 else "|".join(kept)

    def cells(self, written: str | None) -> tuple[str, ...]:
        """Return those of ``values`` that a written input may be."""
        if written is None:
            return self.values
        if self.bounds is not None:
            return (self.values[self._stretch(self._number(written))],)
        if self.free:
            return (written if written in self.values else OTHER,)
        return tuple(written.split("|"))

    def _number(self, text: str) -> float:
        assert self.bounds is not None  # noqa: S101 (asked of numbers only)
        least, greatest = self.bounds
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= greatest:
            raise UserError(
                f"{self.name} cannot be {text[:80]!r}", next_step=f"give a number from {least:g} to {greatest:g}"
            )
        return number

    def _stretch(self, number: float) -> int:
        if number in self.thresholds:
            return self.values.index(repr(number))
        return next(i for i, cell in enumerate(self.values) if _within(number, cell))


def number_point(name: str, thresholds: Iterable[float], bounds: tuple[float, float], question: str) -> DecisionPoint:
    """Return a point that is a number, cut at thresholds.

    Its values read ``0..0.1``, ``0.1``, ``0.1..1``: a stretch without its ends unless they are a bound, and the
    thresholds themselves.
    """
    least, greatest = bounds
    cuts = sorted({float(t) for t in thresholds if least <= t <= greatest})
    values: list[str] = []
    low = least
    for cut in cuts:
        if cut > low:
            values.append(f"{low!r}..{cut!r}")
        values.append(repr(cut))
        low = cut
    if low < greatest:
        values.append(f"{low!r}..{greatest!r}")
    return DecisionPoint(name, tuple(values), question, tuple(cuts), bounds)


def middle(cell: str) -> float:
    """Return a number that lies in a stretch."""
    low, dots, high = cell.partition("..")
    return (float(low) + float(high)) / 2 if dots else float(low)


def _within(number: float, cell: str) -> bool:
    low, dots, high = cell.partition("..")
    return bool(dots) and float(low) <= number <= float(high)


@runtime_checkable
class Policy(Protocol):
    """Decides what must be done about an exposure, by when."""

    @property
    def name(self) -> str:
        """Name by which it is chosen."""
        ...

    @property
    def title(self) -> str:
        """Name for people, with its publisher."""
        ...

    @property
    def version(self) -> str:
        """Version of the rules."""
        ...

    @property
    def points(self) -> tuple[DecisionPoint, ...]:
        """Its inputs, in order."""
        ...

    @property
    def outcomes(self) -> Mapping[str, int | None]:
        """Every outcome, gravest first, to the days that it allows; None: no date."""
        ...

    def decide(self, inputs: Mapping[str, str | None], sources: Mapping[str, str] = {}) -> Decision:
        """Return the decision. Pure: the same inputs give the same decision.

        Args:
            inputs: decision point to value; absent or None: not known; ``a|b``: one of these.
            sources: decision point to where its value came from; carried, never decided by.

        Raises:
            UserError: there is no such point, or a value is none of its values.
        """
        ...


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the known inputs leave."""

    possible: tuple[str, ...]
    """Gravest first."""
    unknown: tuple[str, ...]
    """Points that would still change the outcome, the most narrowing first."""


@dataclass(frozen=True, eq=False)
class Deciding:
    """The deciding that every policy shares; a policy brings its points, its outcomes and one function."""

    name: str
    title: str
    version: str
    points: tuple[DecisionPoint, ...]
    outcomes: Mapping[str, int | None]
    judge: Callable[[Mapping[str, str]], str]
    """Point to value, all known, to the outcome."""

    def __post_init__(self) -> None:
        size = prod(len(point.values) for point in self.points)
        if size > MAX_COMPLETIONS:
            raise UserError(
                f"the policy {self.name} has {size:,} combinations of inputs; at most {MAX_COMPLETIONS:,} are decided",
                next_step="let it rest on fewer facts, or on fewer thresholds of each",
            )
        object.__setattr__(self, "_narrowed", lru_cache(_CACHED)(self._narrow))

    def decide(self, inputs: Mapping[str, str | None], sources: Mapping[str, str] = {}) -> Decision:
        """Return the decision: see :class:`Policy`."""
        names = {point.name for point in self.points}
        wrong = sorted(set(inputs) - names)
        if wrong:
            raise UserError(
                f"the policy {self.name} has no input {wrong[0]!r}", next_step=f"it has: {', '.join(sorted(names))}"
            )
        written = tuple(point.written(inputs.get(point.name)) for point in self.points)
        cells = tuple(point.cells(value) for point, value in zip(self.points, written, strict=True))
        found: Narrowed = self._narrowed(cells)  # type: ignore[attr-defined]
        asked = {point.name: point.question for point in self.points}
        return Decision(
            policy=self.name,
            policy_version=self.version,
            outcome=found.possible[0] if len(found.possible) == 1 else None,
            possible=found.possible,
            inputs={point.name: value for point, value in zip(self.points, written, strict=True)},
            unknown=found.unknown,
            question=asked[found.unknown[0]] if found.unknown else "",
            days=min((d for o in found.possible if (d := self.outcomes[o]) is not None), default=None),
            sources={name: text for name, text in sources.items() if name in names},
        )

    def _narrow(self, cells: tuple[tuple[str, ...], ...]) -> Narrowed:
        return narrow([p.name for p in self.points], cells, self.judge, tuple(self.outcomes))


def narrow(
    names: Sequence[str],
    domains: Sequence[Sequence[str]],
    judge: Callable[[Mapping[str, str]], str],
    gravest_first: Sequence[str],
) -> Narrowed:
    """Return the outcomes over every completion, and the unknown points in the order in which they are worth asking.

    Args:
        names: of the points.
        domains: the values that each may have; one: it is known.
        judge: a full combination to its outcome.
        gravest_first: every outcome.
    """
    open_points = [i for i, domain in enumerate(domains) if len(domain) > 1]
    outcome_of = {cells: judge(dict(zip(names, cells, strict=True))) for cells in product(*domains)}
    possible = tuple(o for o in gravest_first if o in set(outcome_of.values()))
    if len(possible) == 1:
        return Narrowed(possible, ())
    ranked = []
    for i in open_points:
        left: dict[str, set[str]] = {value: set() for value in domains[i]}
        beside: dict[tuple[str, ...], set[str]] = {}
        for cells, outcome in outcome_of.items():
            left[cells[i]].add(outcome)
            beside.setdefault(cells[:i] + cells[i + 1 :], set()).add(outcome)
        if all(len(outcomes) == 1 for outcomes in beside.values()):
            continue
        expected = sum(len(outcomes) for outcomes in left.values()) / len(left)
        gravest_out = sum(possible[0] not in outcomes for outcomes in left.values()) / len(left)
        ranked.append((expected, -gravest_out, i))
    return Narrowed(possible, tuple(names[i] for _, _, i in sorted(ranked)))
