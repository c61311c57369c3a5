"""Plug-ins by entry point: found without importing them, loaded when asked for, named and skipped when broken."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, TypeVar

from vedette.errors import MissingExtraError, UserError

log = logging.getLogger(__name__)

SURE_ENOUGH = 0.5
"""How sure a reader must be, at least, that a sample is its own."""

S = TypeVar("S", bound="Sniffer")


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plug-in that could not be loaded."""

    name: str
    reason: str


@cache
def plugin_points(group: str, *, third_party: bool = True) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name, in order of name, without importing one.

    A name that Vedette itself takes cannot be taken over by another package.

    Args:
        group: such as ``vedette.model_forms``.
        third_party: whether those of other packages are listed too.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=group), key=lambda p: p.name):
        own = point.value.startswith("vedette.")
        if own or (third_party and point.name not in found):
            found[point.name] = point
    return found


@cache
def load_plugins(
    group: str, kind: Any = None, *, third_party: bool = True
) -> tuple[dict[str, Any], tuple[BrokenPlugin, ...]]:
    """Return a group's plug-ins by name, and those that cannot be loaded, each with its reason.

    Args:
        group: such as ``vedette.readers``.
        kind: runtime-checkable protocol that each must follow; a class is made an object. None takes anything.
        third_party: whether those of other packages are loaded too.
    """
    loaded: dict[str, Any] = {}
    broken: list[BrokenPlugin] = []
    for name, point in plugin_points(group, third_party=third_party).items():
        try:
            plugin = _made(point, kind)
        except Exception as error:
            log.warning("plug-in %s of %s is broken: %s", name, group, error)
            broken.append(BrokenPlugin(name, f"{type(error).__name__}: {error}"))
            continue
        loaded[name] = plugin
    return loaded, tuple(broken)


def _made(point: EntryPoint, kind: Any) -> Any:
    plugin = point.load()
    if kind is not None:
        plugin = plugin() if isinstance(plugin, type) else plugin
        if not isinstance(plugin, kind):
            raise TypeError(f"it is no {kind.__name__}")
    return plugin


def load_plugin(group: str, name: str, what: str, kind: Any = None, *, third_party: bool = True) -> Any:
    """Return one plug-in, importing no other.

    Args:
        group: such as ``vedette.model_forms``.
        name: the plug-in's name.
        what: what such a plug-in is, for the error: ``model form``.
        kind: as for :func:`load_plugins`.
        third_party: whether those of other packages may be loaded.

    Raises:
        UserError: there is none of that name, or it cannot be loaded.
    """
    points = plugin_points(group, third_party=third_party)
    if name not in points:
        raise UserError(f"no {what} is called {name!r}", next_step=f"choose one of: {', '.join(points) or 'none'}")
    try:
        return _made(points[name], kind)
    except MissingExtraError:
        raise
    except Exception as error:
        raise UserError(
            f"the {what} {name!r} ({points[name].value}) cannot be loaded: {type(error).__name__}: {error}",
            next_step="reinstall or remove the package that brings it",
        ) from error


class Sniffer(Protocol):
    """What recognises a format."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def sniff(self, sample: Any) -> float:
        """Return how sure it is, 0 to 1."""
        ...


def surest(readers: Iterable[S], sample: Any) -> tuple[S | None, float]:
    """Return the reader that is surest of a sample and how sure it is; None and 0 where none is sure enough."""
    best: S | None = None
    best_score = 0.0
    for reader in readers:
        try:
            score = reader.sniff(sample)
        except Exception:
            log.debug("reader %s failed to sniff %s", reader.name, sample.name, exc_info=True)
            continue
        if score > max(best_score, SURE_ENOUGH):
            best, best_score = reader, score
    return best, best_score
