"""What keeps master keys: a file, the environment, or a service that never lets them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from vedette.plugins import load_plugin

GROUP = "vedette.key_providers"
"""Entry points of key providers: callables that take a :class:`KeyPlace` and return a :class:`KeyProvider`."""


@runtime_checkable
class KeyProvider(Protocol):
    """Holds master keys, and encrypts other keys with them. Safe from several threads.

    A key management service needs no more than this: the master key need not leave it.
    """

    def current(self) -> str:
        """Return the id of the key that new keys are wrapped with: at most 64 printable ASCII characters.

        Raises:
            OutsideError: the keys cannot be reached.
        """
        ...

    def wrap(self, key_id: str, key: bytes, aad: bytes) -> bytes:
        """Return a key, encrypted and authenticated together with ``aad``.

        Raises:
            OutsideError: the master key is not there, or cannot be reached.
        """
        ...

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        """Return what :meth:`wrap` was given.

        Raises:
            OutsideError: the master key is not there or cannot be reached, or these are not the bytes or the ``aad``.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """What a key provider is made from."""

    file: Path
    """The keyring of ``file``."""
    keys: str = field(default="", repr=False)
    """The keys of ``environment``, the current one first, with commas between."""
    options: str = ""
    """What a plug-in wants to be told, in its own words: a region, a key's name."""


def key_provider(name: str, place: KeyPlace, *, third_party: bool = True) -> KeyProvider:
    """Return the key provider of a name.

    Raises:
        UserError: there is none, or it cannot be loaded.
        OutsideError: its keys cannot be reached.
    """
    make: Callable[[KeyPlace], KeyProvider] = load_plugin(GROUP, name, "key provider", third_party=third_party)
    return make(place)
