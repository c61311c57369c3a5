"""What a lake could have shown: the difference between none and unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vedette.copilot.tools.where import Condition, all_of, any_of, host_forms, in_time, one_of
from vedette.schema import Evidence, ValueKind
from vedette.toolbox.arguments import in_window
from vedette.toolbox.saying import Saying, joined, stamp

if TYPE_CHECKING:
    from vedette.copilot.tools.event_query import EventQuery
    from vedette.store.query import Reader
    from vedette.toolbox import ToolContext


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at where nothing was found."""

    n_events: int
    """In the lake."""
    readers: tuple[tuple[str, int], ...]
    """Kinds of log in the lake, with how many events each."""
    first_at: datetime | None
    last_at: datetime | None
    n_kind: int
    """Events of the kind asked for, anywhere and at any time."""
    kind_readers: tuple[str, ...]
    n_kind_in_window: int
    n_in_window: int
    evidence: tuple[Evidence, ...]
    """The first and last of what was looked at."""

    @property
    def cannot_tell(self) -> bool:
        """Whether nothing in the lake could have shown it."""
        return self.n_events == 0 or self.n_kind == 0 or self.n_in_window == 0

    def sources_said(self, say: Saying) -> str:
        """Return the kinds of log in words."""
        return joined([say.value(ValueKind.TEXT, r) for r, _ in self.readers], 8) or "no source"

    def looked_at(self, say: Saying, query: EventQuery) -> str:
        """Return what was searched, in words."""
        n = self.n_kind_in_window
        noun = query.noun(n)
        sources = joined([say.value(ValueKind.TEXT, r) for r in self.kind_readers], 8)
        verb = "was" if n == 1 else "were"
        return f"{say.n(n)} {noun}{in_window(say, query.window)} from {sources or 'no source'} {verb} searched"

    def unknown(self, query: EventQuery, context: ToolContext) -> tuple[str, ...]:
        """Return what the data cannot tell, and what is missing to tell it."""
        if self.n_events == 0:
            return ("The lake holds no events yet: read logs first.",)
        kind = query.activity
        held = ", ".join(r for r, _ in self.readers)
        if kind is not None and self.n_kind == 0:
            return (
                f"Whether there were {kind.many} cannot be told: the lake holds none at all. Missing: {kind.needs}. "
                f"It holds {self.n_events:,} events of {held}.",
            )
        if self.n_in_window == 0 and self.first_at and self.last_at:
            return (
                f"The lake holds no events of that time at all: its events run from {stamp(self.first_at)} to "
                f"{stamp(self.last_at)}.",
            )
        if kind is not None and self.n_kind_in_window == 0:
            return (f"The lake holds no {kind.many} of that time at all, so it cannot tell for that time.",)
        return ()


def coverage(reader: Reader, query: EventQuery) -> Coverage:
    """Return what a lake holds of the kind and time that were asked for."""
    from vedette.copilot.tools.activities import conditions_of

    kind = all_of([c for c in conditions_of(query.activity) if c.sql != "outcome = ?"] if query.activity else [])
    window = all_of(in_time(query.window))
    sql = (
        "SELECT reader, count(*), min(time), max(time), "  # noqa: S608 (conditions are ours, values are parameters)
        f"count(*) FILTER ({kind.sql}), count(*) FILTER ({kind.sql} AND {window.sql}), count(*) FILTER ({window.sql}), "
        f"min((time, event_id)) FILTER ({kind.sql} AND {window.sql}), "
        f"max((time, event_id)) FILTER ({kind.sql} AND {window.sql}) "
        "FROM events GROUP BY reader ORDER BY 2 DESC, 1"
    )
    both = (*kind.values, *window.values)
    values = (*kind.values, *both, *window.values, *both, *both)
    rows = reader.run(sql, values, timeout_s=20.0).rows
    evidence = [
        Evidence(ref=str(ref), at=at.replace(tzinfo=UTC)) for row in rows for at, ref in filter(None, (row[7], row[8]))
    ]
    return Coverage(
        n_events=sum(int(r[1]) for r in rows),
        readers=tuple((str(r[0]), int(r[1])) for r in rows),
        first_at=min((r[2] for r in rows), default=None),
        last_at=max((r[3] for r in rows), default=None),
        n_kind=sum(int(r[4]) for r in rows),
        kind_readers=tuple(str(r[0]) for r in rows if r[5]),
        n_kind_in_window=sum(int(r[5]) for r in rows),
        n_in_window=sum(int(r[6]) for r in rows),
        evidence=tuple(evidence[:6]),
    )


def host_seen(reader: Reader, context: ToolContext, host: str) -> tuple[int, int]:
    """Return how many events were recorded on a host, and how many name it as an end."""
    forms = host_forms(context, host)
    on, ends = forms.on(), any_of([forms.end("src"), forms.end("dst")])
    sql = f"SELECT count(*) FILTER ({on.sql}), count(*) FILTER ({ends.sql}) FROM events"  # noqa: S608 (as above)
    row = reader.run(sql, (*on.values, *ends.values), timeout_s=20.0).rows[0]
    return int(row[0]), int(row[1])


__all__ = ["Condition", "Coverage", "coverage", "host_seen", "one_of"]
