"""The true sentences of the benchmark, with the facts of the case that each speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.answers.worlds import default_folder, home_of, opened
from benchmarks.claims.facts import facts_of

from vedette.schema import Fact
from vedette.store.book import load_cases

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Item:
    """A sentence about one case."""

    world: str
    case: int
    text: str
    family: str = "true"


@cache
def facts(world: str, case: int) -> tuple[Fact, ...]:
    """Return the facts of a case of a world; the world is made where it is not there yet."""
    with opened(home_of(world, default_folder())) as lake:
        return tuple(facts_of(list(load_cases(lake))[case]))


def read(name: str) -> Iterator[Item]:
    """Yield the sentences of a file: ``== world case`` heads those that follow."""
    world, case = "", 0
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            world, number = line[3:].split()
            case = int(number)
        elif line.strip():
            yield Item(world, case, line.replace("{case}", facts(world, case)[0].subject))
