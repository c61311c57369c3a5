"""What clients have used: tokens and dollars a day and a month, counted from replies and held against limits.

What a request may still use is set aside while it runs (its prompt by its length, its reply by the length that the
client allows), so that many requests at once do not spend what only one may. Days and months are UTC's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine, func, insert, select, update

from vedette.guard.vault.house import kept
from vedette.llm.options import Price
from vedette.schema.message import Usage
from vedette.server.gateway.config import SpendLimit
from vedette.server.refusals import RefusalError
from vedette.store import tables
from vedette.store.state import writing

CHARS_PER_TOKEN = 4
"""What a token is taken for where nobody counts; upstreams do, in the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was used in some time."""

    n_tokens: int = 0
    usd: float = 0.0

    def plus(self, other: Spent) -> Spent:
        """Return both together."""
        return Spent(n_tokens=self.n_tokens + other.n_tokens, usd=self.usd + other.usd)


class SpendBook(Protocol):
    """Keeps what clients used, day by day."""

    def since(self, client: str, day: date) -> Spent:
        """Return what a client used from a day on."""
        ...

    def add(self, client: str, day: date, spent: Spent) -> None:
        """Add to what a client used on a day."""
        ...


class MemorySpendBook:
    """Keeps it as long as the program runs."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], Spent] = {}
        self._lock = threading.Lock()

    def since(self, client: str, day: date) -> Spent:
        """Return what a client used from a day on."""
        total = Spent()
        with self._lock:
            for (one, at), spent in self._days.items():
                if one == client and at >= day:
                    total = total.plus(spent)
        return total

    def add(self, client: str, day: date, spent: Spent) -> None:
        """Add to what a client used on a day."""
        with self._lock:
            self._days[client, day] = self._days.get((client, day), Spent()).plus(spent)
            while len(self._days) > 100_000:
                del self._days[min(self._days, key=lambda key: key[1])]


class KeptSpendBook:
    """Keeps it in a state database, for all gateways that share it.

    Args:
        engine: the state database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def since(self, client: str, day: date) -> Spent:
        """Return what a client used from a day on.

        Raises:
            OutsideError: it cannot be read.
        """
        t = tables.guard_spend
        total = select(func.sum(t.c.n_tokens), func.sum(t.c.usd)).where(t.c.client == client, t.c.day >= str(day))
        with kept(self._engine, "cannot read what was used"), self._engine.connect() as connection:
            n_tokens, usd = connection.execute(total).one()
        return Spent(n_tokens=int(n_tokens or 0), usd=float(usd or 0.0))

    def add(self, client: str, day: date, spent: Spent) -> None:
        """Add to what a client used on a day.

        Raises:
            OutsideError: it cannot be kept.
        """
        t = tables.guard_spend
        more = {"n_tokens": t.c.n_tokens + spent.n_tokens, "usd": t.c.usd + spent.usd}
        with kept(self._engine, "cannot keep what was used"), writing(self._engine) as connection:
            changed = connection.execute(update(t).where(t.c.client == client, t.c.day == str(day)).values(**more))
            if not changed.rowcount:
                row = {"client": client, "day": str(day), "n_tokens": spent.n_tokens, "usd": spent.usd}
                connection.execute(insert(t).values(**row))


@dataclass(slots=True)
class Reserved:
    """What is set aside for a request that runs."""

    client: str
    spent: Spent
    price: Price | None
    n_prompt_chars: int
    settled: bool = False


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Spending:
    """Holds what is used against limits. Safe from several threads.

    Args:
        book: keeps what was used.
        clock: returns the time now, UTC.
    """

    def __init__(self, book: SpendBook, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._book = book
        self._clock = clock
        self._open: dict[int, Reserved] = {}
        self._lock = threading.Lock()

    def reserve(
        self, client: str, limit: SpendLimit, price: Price | None, *, n_chars: int, n_most_tokens: int
    ) -> Reserved:
        """Set aside what a request may use; return it, to be settled.

        Raises:
            RefusalError: the client has used what it may.
        """
        prompt = n_chars // CHARS_PER_TOKEN + 1
        made = Reserved(client, _cost(price, prompt, n_most_tokens), price, n_chars)
        if limit.any and price is None and (limit.usd_per_day is not None or limit.usd_per_month is not None):
            raise RefusalError(
                429,
                "what this model costs is not known, and your use is limited in dollars",
                code="no_price",
                next_step="name its price under `prices` of its upstream",
            )
        with self._lock:
            if limit.any:
                self._check(made, limit)
            self._open[id(made)] = made
        return made

    def settle(self, reserved: Reserved, usage: Usage | None, *, n_reply_chars: int = 0, asked: bool = True) -> Spent:
        """Count what a request used, and free what was set aside; return what it used.

        Args:
            reserved: from :meth:`reserve`.
            usage: what the upstream counted; None: nobody did, and lengths are taken.
            n_reply_chars: length of the reply as far as it came.
            asked: whether the upstream was asked at all.
        """
        with self._lock:
            if reserved.settled:
                return Spent()
            reserved.settled = True
            self._open.pop(id(reserved), None)
        if not asked:
            return Spent()
        if usage is None:
            prompt, completion = reserved.n_prompt_chars // CHARS_PER_TOKEN + 1, n_reply_chars // CHARS_PER_TOKEN
        else:
            prompt, completion = usage.n_prompt_tokens, usage.n_completion_tokens
        spent = _cost(reserved.price, prompt, completion)
        self._book.add(reserved.client, self._clock().date(), spent)
        return spent

    def _check(self, wanted: Reserved, limit: SpendLimit) -> None:
        now = self._clock()
        aside = Spent()
        for one in self._open.values():
            if one.client == wanted.client:
                aside = aside.plus(one.spent)
        today, month = now.date(), now.date().replace(day=1)
        tomorrow = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC)
        next_month = datetime.combine((month + timedelta(days=32)).replace(day=1), datetime.min.time(), UTC)
        for start, n_tokens, usd, end, name in (
            (today, limit.tokens_per_day, limit.usd_per_day, tomorrow, "day"),
            (month, limit.tokens_per_month, limit.usd_per_month, next_month, "month"),
        ):
            if n_tokens is None and usd is None:
                continue
            spent = self._book.since(wanted.client, start).plus(aside).plus(wanted.spent)
            over = None
            if n_tokens is not None and spent.n_tokens > n_tokens:
                over = f"{n_tokens:,} tokens a {name}"
            elif usd is not None and spent.usd > usd:
                over = f"{usd:g} US dollars a {name}"
            if over:
                raise RefusalError(
                    429,
                    f"this would use more than the {over} that you may",
                    code="spend_limit",
                    next_step=f"ask for fewer tokens (max_tokens), or wait until {end:%Y-%m-%d} 00:00 UTC",
                    retry_after_s=(end - now).total_seconds(),
                )


def _cost(price: Price | None, n_prompt: int, n_completion: int) -> Spent:
    usage = Usage(n_prompt_tokens=n_prompt, n_completion_tokens=n_completion)
    return Spent(n_tokens=n_prompt + n_completion, usd=price.cost_usd(usage) if price else 0.0)
