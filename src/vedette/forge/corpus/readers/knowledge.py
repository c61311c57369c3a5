"""The reference sets that ship with Vedette, as texts: ``path: attack-enterprise``, ``format: knowledge``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.recipe import SourceSpec
from vedette.knowledge import attack
from vedette.knowledge.pinned import pinned


def _attack() -> Iterator[Row]:
    names = {t.shortname: t.name for t in attack.tactics()}
    for technique in attack.techniques():
        tactics = [names[t] for t in technique.tactics]
        text = (
            f"{technique.title} ({technique.id}) is an ATT&CK {'sub-technique' if technique.parent else 'technique'} "
            f"of {_and(tactics)}, seen on {_and(list(technique.platforms))}."
        )
        yield Row(
            place=technique.id,
            fields={
                "text": text,
                "id": technique.id,
                "name": technique.name,
                "title": technique.title,
                "tactics": list(technique.tactics),
                "platforms": list(technique.platforms),
                "parent": technique.parent,
            },
            labels=(technique.id,),
            group=technique.parent or technique.id,
            licence="ATT&CK terms of use",
        )


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


SETS: dict[str, Callable[[], Iterator[Row]]] = {attack.SET: _attack}
"""Name of a pinned set to what makes its rows."""


class KnowledgeReader:
    """Reads pinned sets by name."""

    name = "knowledge"
    whole = True

    def sniff(self, sample: Sample) -> float:
        """Return 0: it takes a set's name, not files."""
        return 0.0

    def claims(self, path: Path) -> bool:
        """Return whether there is no such path but such a set."""
        return path.name in SETS and not path.exists()

    def digest(self, file: SourceFile, spec: SourceSpec) -> str:
        """Return the pinned set's digest."""
        self._known(file)
        return pinned(file.path.name).sha256

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the set's entries."""
        self._known(file)
        yield from SETS[file.path.name]()

    def _known(self, file: SourceFile) -> None:
        if file.path.name not in SETS:
            raise UserError(f"no pinned set is called {file.path.name!r}", next_step=f"there are: {', '.join(SETS)}")


READER = KnowledgeReader()
