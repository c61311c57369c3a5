"""A tool of somebody else's: at which hours of the day an account is active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.errors import UserError
from vedette.schema import Evidence, Fact, Parameter, Tool, ToolResult, ValueKind
from vedette.store.query import reading
from vedette.toolbox import ToolContext


class BusiestHours:
    """Says at which hours an account is active."""

    tool = Tool(
        name="busiest_hours",
        description="At which hours of the day an account is active.",
        parameters=(
            Parameter(
                name="account", kind=ValueKind.ACCOUNT, description="Which account.", required=True, example="alice"
            ),
        ),
        examples=(
            "busiest hours of alice",
            "when does bob usually work?",
            "working hours of svc-backup",
            "at what time of day is this account active",
            "does alice work at night",
        ),
        words=("hours", "working hours", "time of day", "work", "busiest"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the hours of the day with the most events of the account, busiest first."""
        account = arguments.get("account")
        if not isinstance(account, str) or not account.strip():
            raise UserError("no account is named", next_step="name one, as in: busiest hours of alice")
        sql = (
            "SELECT hour(time) AS hour, count(*) AS n, min((time, event_id)) AS first FROM events "
            "WHERE lower(actor_name) = lower(?) GROUP BY 1 ORDER BY n DESC, hour LIMIT 3"
        )
        name = account.rsplit("\\", 1)[-1]
        with reading(context.lake) as reader:
            rows = reader.run(sql, [name], timeout_s=20).rows
        if not rows:
            return ToolResult(unknown=(f"No event names {account} as acting.",), values={"hours": []})
        hours = [f"{hour:02d}:00" for hour, _, _ in rows]
        fact = Fact(
            fact_id="f1",
            name="busiest_hours",
            value=hours,
            kind=ValueKind.TEXT,
            subject=account,
            subject_kind=ValueKind.ACCOUNT,
            text=f"{account} is most active at {', '.join(hours)} (UTC), in {rows[0][1]} events of the first hour.",
            related=((ValueKind.COUNT, rows[0][1]), *((ValueKind.TEXT, h) for h in hours)),
            evidence=tuple(Evidence(ref=ref, at=at) for _, _, (at, ref) in rows),
        )
        return ToolResult(facts=(fact,), values={"hours": hours}, query=sql, entities=(account,))


BUSIEST_HOURS = BusiestHours()
