"""The agenda: actions in order of time, and what they share.

An action is a function of the agenda and a moment; it writes records through the scene and may put
later actions on the agenda.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from heapq import heappop, heappush

from vedette.demo.company import Account, Session
from vedette.demo.everyday import Everyday
from vedette.demo.scene import SYSTEM32, Scene

POWERSHELL = f"{SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe"
DOMAIN_OBJECT = "{3933c65d-ac7f-4c79-b5b7-ad0fb941333c}"
"""Object id of the domain in the directory."""
OFFICE_IP = "198.51.100.14"
"""Address that the office is seen under from outside."""


def encoded(script: str) -> str:
    """Return a script as PowerShell's ``-EncodedCommand`` takes it: base64 of UTF-16."""
    return b64encode(script.encode("utf-16-le")).decode()


class Agenda:
    """Actions that are due, in order of time; ties in order of entry."""

    def __init__(self, scene: Scene, everyday: Everyday) -> None:
        self.scene = scene
        self.everyday = everyday
        self.reserved: set[str] = set()
        """Accounts whose days must go as planned, since the incident needs them at work."""
        self.hires = 0
        """New employees so far."""
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._n = 0

    def at(self, t: int, action: Callable[[int], None]) -> None:
        """Put an action on the agenda."""
        self._n += 1
        heappush(self._due, (t, self._n, action))

    def run(self, before: int) -> None:
        """Run everything that is due before a time."""
        while self._due and self._due[0][0] < before:
            t, _, action = heappop(self._due)
            action(t)

    def somebody(self) -> Session | None:
        """Return the desktop session of somebody at work whom the incident does not need."""
        present = [x for x in self.scene.present() if x.account.name not in self.reserved]
        return present[int(self.scene.rng.random() * len(present))] if present else None

    def at_desk(self, admin: Account) -> Session | None:
        """Return the desktop session of the person behind an administrator's account."""
        return None if admin.person is None else self.scene.sessions.get(admin.person.workstation.name)
