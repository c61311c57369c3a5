"""Values that a text holds in encoded form only: what scanners find in what it decodes to.

The finding's range is that of the encoded text, which is replaced whole. Addresses, hosts and links are left out:
encoded commands are the daily bread of security work, and replacing each that names a host would leave nothing to
analyse. Names are, too: of what decodes, little is prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import Group, group_of
from vedette.schema.guarding import Around, Direction, GuardFinding, Passage

_GROUPS = frozenset({Group.SECRET, Group.IDENTIFIER})
_ENTITIES = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "DATE_OF_BIRTH"})
LEAST_SCORE = 0.8
_NOTHING = Around()


def inside(text: str, scanners: Sequence[Scanner], taken: Sequence[GuardFinding]) -> Iterator[GuardFinding]:
    """Yield what scanners of patterns find in the decoded layers of a text.

    Args:
        text: the text.
        scanners: of which those that work by patterns are asked.
        taken: what was found already; a layer within a secret is not looked into.
    """
    from vedette.guard.injection.decode import layers

    found = layers(text)
    if not found:
        return
    asked = [one for one in scanners if one.cost is Cost.PATTERN and one.directions != frozenset({Direction.REPLY})]
    secrets = [(one.start, one.end) for one in taken if group_of(one.entity) is Group.SECRET]
    for layer in found:
        if any(start <= layer.start and layer.end <= end for start, end in secrets):
            continue
        for scanner in asked:
            for one in scanner.scan(Passage(text=layer.text), _NOTHING).findings:
                counts = group_of(one.entity) in _GROUPS or one.entity in _ENTITIES
                if counts and one.score >= LEAST_SCORE:
                    yield GuardFinding(
                        entity=one.entity,
                        start=layer.start,
                        end=layer.end,
                        score=one.score,
                        scanner=one.scanner,
                        rule=one.rule,
                        within=(*layer.within, *one.within),
                        note=one.note,
                    )
