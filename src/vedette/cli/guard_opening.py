"""What the verbs of ``vedette guard`` open: keys, vault, trail, policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.cli.frame import Frame

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vedette.guard.policy import Policy
    from vedette.guard.trail import Trail
    from vedette.guard.vault import Approvals, KeyProvider, Vault


def opened_keys(frame: Frame) -> KeyProvider:
    """Return the master keys that the settings name.

    Raises:
        UserError: the settings name none that is there.
        OutsideError: the keys cannot be reached.
    """
    from vedette.guard.vault import KeyPlace, key_provider

    settings = frame.settings
    name = settings.guard_keys or ("environment" if settings.guard_key else "file")
    place = KeyPlace(
        file=keyring_path(frame),
        keys=settings.guard_key.get_secret_value() if settings.guard_key else "",
        options=settings.guard_key_options,
    )
    return key_provider(name, place, third_party=settings.third_party_plugins)


def keyring_path(frame: Frame) -> Path:
    """Return where the keyring is, or would be."""
    return frame.settings.guard_key_file or frame.home_path() / "guard" / "keys.json"


def anchor_path(frame: Frame) -> Path:
    """Return where the anchor of the trail is."""
    return frame.home_path() / "guard" / "trail.json"


@contextmanager
def opened_vault(frame: Frame) -> Iterator[Vault]:
    """Yield the home's vault."""
    from vedette.guard.vault import Vault

    with frame.lake(make=True) as lake:
        yield Vault(lake.state, opened_keys(frame))


@contextmanager
def opened_asking(frame: Frame) -> Iterator[tuple[Vault, Approvals]]:
    """Yield the home's vault, and what keeps questions and answers beside it."""
    from vedette.guard.vault import Approvals, Vault

    with frame.lake(make=True) as lake:
        keys = opened_keys(frame)
        yield Vault(lake.state, keys), Approvals(lake.state, keys)


@contextmanager
def opened_trail(frame: Frame) -> Iterator[Trail]:
    """Yield the home's trail."""
    with frame.lake() as lake:
        yield trail_of(frame, lake.state, opened_keys(frame))


def trail_of(frame: Frame, engine: Engine, keys: KeyProvider) -> Trail:
    """Return the trail of a state database, with the home's anchor."""
    from vedette.guard.trail import Trail

    return Trail(engine, keys, anchor=anchor_path(frame))


@contextmanager
def keeping(frame: Frame, *, make: bool = False) -> Iterator[tuple[Vault, Trail, Approvals]]:
    """Yield what a change to the vault needs: it is written into the trail too."""
    from vedette.guard.vault import Approvals, Vault

    with frame.lake(make=make) as lake:
        keys = opened_keys(frame)
        trail = trail_of(frame, lake.state, keys)
        yield Vault(lake.state, keys), trail, Approvals(lake.state, keys)
        trail.close()


def note_down(trail: Trail, action: str, reason: str) -> None:
    """Write a row of the audit about what the user of this machine did."""
    from vedette.store.book import whoami

    trail.record(action=action, actor=whoami(), reason=reason)


def opened_policy(frame: Frame, named: str | None) -> Policy:
    """Return the policy of an option, else the home's own ``guard.yaml``, else the default.

    Raises:
        UserError: there is none of that name, or it is wrong; says where.
    """
    from vedette.guard.policy import load_policy

    own = frame.home_path() / "guard.yaml"
    return load_policy(named if named is not None else own if own.is_file() else "default")
