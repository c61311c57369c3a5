"""The scanner of secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vedette.guard.base import Cost
from vedette.guard.entities import ENTITIES, Group
from vedette.guard.secrets import assigned, formatted
from vedette.guard.secrets.base import Hit, settled
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned

_FINDERS: tuple[Callable[[str], Iterator[Hit]], ...] = (formatted.find, assigned.find)


def plain(text: str) -> list[Hit]:
    """Return secrets that stand in a text as they are, in order, without overlaps."""
    return settled(hit for find in _FINDERS for hit in find(text))


class SecretsScanner:
    """Finds secrets: by their format, by the name or the place that announces them, and inside encodings."""

    name = "secrets"
    directions = frozenset(Direction)
    cost = Cost.PATTERN
    entities = frozenset(name for name, one in ENTITIES.items() if one.group is Group.SECRET)

    def warm(self) -> None:
        """Build the automata and compile the patterns."""
        formatted.load()
        assigned.load()

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return the secrets of a passage."""
        return Scanned(
            findings=tuple(
                GuardFinding(
                    entity=hit.entity,
                    start=hit.start,
                    end=hit.end,
                    score=hit.score,
                    scanner=self.name,
                    rule=hit.rule,
                    within=hit.within,
                    note=hit.note,
                )
                for hit in plain(passage.text)
            )
        )
