"""Vaults for tests: a clock that is turned by hand, and a key provider as a key management service would bring it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vedette.errors import OutsideError
from vedette.guard.base import Pair
from vedette.guard.vault import FileKeys, KeyPlace, Vault, sealing
from vedette.store import Lake

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Clock:
    """Shows a time until it is moved on."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: float) -> None:
        self.at += timedelta(**by)


def pair(value: str, pseudonym: str, entity: str = "PERSON") -> Pair:
    return Pair(entity=entity, value=value, pseudonym=pseudonym)


def keyring(home: Path) -> FileKeys:
    return FileKeys(home / "guard" / "keys.json")


def vault_of(lake: Lake, clock: Clock | None = None) -> Vault:
    return Vault(lake.state, keyring(lake.home), clock=clock or Clock())


class FarAwayKeys:
    """A key management service: keys never leave it, it can be away, and it counts what it is asked."""

    def __init__(self, place: KeyPlace) -> None:
        self.region = place.options
        self.away = False
        self.n_calls = 0
        self._keys = {"arn:one": sealing.new_key()}

    def current(self) -> str:
        self._called()
        return list(self._keys)[-1]

    def wrap(self, key_id: str, key: bytes, aad: bytes) -> bytes:
        self._called()
        return sealing.seal(self._keys[key_id], key, aad)

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        self._called()
        return sealing.unseal(self._keys[key_id], wrapped, aad, "a key in the service")

    def renew(self) -> None:
        self._keys["arn:two"] = sealing.new_key()

    def _called(self) -> None:
        self.n_calls += 1
        if self.away:
            raise OutsideError(f"the service in {self.region} does not answer")
