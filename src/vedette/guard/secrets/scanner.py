"""The scanner of secrets."""

from __future__ import annotations

from itertools import chain

from vedette.guard.base import Cost
from vedette.guard.entities import ENTITIES, Group
from vedette.guard.secrets import assigned, commands, encoded, formatted, headers, places, private_keys, spoken, urls
from vedette.guard.secrets.base import Hit, settled
from vedette.guard.sound import sound
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage, Scanned, Unjudged


def plain(text: str, *, eager: bool = False) -> list[Hit]:
    """Return secrets that stand in a text as they are, in order, without overlaps.

    Args:
        text: what is looked through.
        eager: miss little and alarm more: for corpora, where a secret does more harm than a gap.
    """
    low = assigned.folded(text)
    return settled(
        chain(
            formatted.find(text, eager=eager),
            private_keys.find(text),
            urls.find(text),
            assigned.find(text, low, eager=eager),
            commands.find(text, low, eager=eager),
            headers.find(text, low),
            places.find(text, low),
            spoken.find(text, low),
        )
    )


def every(text: str) -> list[Hit]:
    """Return secrets of a text, those behind encodings too."""
    return _looked(text)[0]


def _looked(text: str) -> tuple[list[Hit], bool]:
    """Return the secrets of a text, and whether more was encoded in it than is looked into."""
    text = sound(text)
    allowed = encoded.allowance(text)
    found = settled(chain(plain(text), encoded.find(text, plain, allowed=allowed)))
    return found, allowed.short


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
        commands.load()
        spoken.load()

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return the secrets of a passage; unjudged is what was encoded deeper than is looked."""
        found, more = _looked(passage.text)
        reason = "something in it is encoded more than three layers deep, or more than is looked into"
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
                for hit in found
            ),
            unjudged=(Unjudged(scanner=self.name, reason=reason),) if more else (),
        )
