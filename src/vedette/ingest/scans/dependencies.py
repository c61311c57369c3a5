"""What each component of an SBOM depends on, held once for all of them."""

from __future__ import annotations

from collections.abc import Iterable

MAX_EDGES = 5_000_000
"""Dependencies of one SBOM that are kept: some 500 MB at worst."""


class Dependencies:
    """Reference to the references below it. Texts that repeat are held once; what is circular stays as it is."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._edges: dict[str, list[str]] = {}
        self._n_edges = 0

    @property
    def is_full(self) -> bool:
        """Return whether no more are taken."""
        return self._n_edges >= MAX_EDGES

    def add(self, ref: str, below: Iterable[str]) -> None:
        """Take what one component depends on; empty references say nothing."""
        if not ref:
            return
        found = [self._names.setdefault(one, one) for one in below if one]
        if found:
            self._edges.setdefault(self._names.setdefault(ref, ref), []).extend(found)
            self._n_edges += len(found)

    def of(self, ref: str) -> tuple[str, ...]:
        """Return what a component depends on, each once, in order."""
        return tuple(dict.fromkeys(self._edges.get(ref, ())))
