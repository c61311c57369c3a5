"""Values that a text holds in encoded form only: what scanners find in what base64, hex and percent signs decode to.

The finding's range is that of the encoded text, which is replaced whole. Addresses, hosts and links are left out:
encoded commands are the daily bread of security work, and replacing each that names a host would leave nothing to
analyse. Names are, too: of what decodes, little is prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import Group, group_of
from vedette.guard.secrets import encoded
from vedette.guard.secrets.base import Hit
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage

_ENTITIES = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "DATE_OF_BIRTH"})
LEAST_SCORE = 0.8
SCANNER = "inside"
_NOTHING = Around()


def inside(text: str, scanners: Sequence[Scanner]) -> Iterator[GuardFinding]:
    """Yield what scanners of patterns find in a text's decoded layers; those that look into them themselves do not."""
    asked = [
        one
        for one in scanners
        if one.cost is Cost.PATTERN
        and one.directions != frozenset({Direction.REPLY})
        and any(_counts(entity) for entity in one.entities)
    ]
    if not asked:
        return

    def look(plain: str) -> list[Hit]:
        return [
            Hit(one.start, one.end, one.entity, one.rule, one.score, one.within)
            for scanner in asked
            for one in scanner.scan(Passage(text=plain), _NOTHING).findings
            if _counts(one.entity) and one.score >= LEAST_SCORE
        ]

    for hit in encoded.find(text, look):
        yield GuardFinding(
            entity=hit.entity,
            start=hit.start,
            end=hit.end,
            score=hit.score,
            scanner=SCANNER,
            rule=hit.rule,
            within=hit.within,
        )


def _counts(entity: str) -> bool:
    return group_of(entity) is Group.IDENTIFIER or entity in _ENTITIES
