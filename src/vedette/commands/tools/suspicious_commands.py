"""Which suspicious commands the logs hold, and what each does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.commands.events import CLASSES, ExplainedEvents, explain_events
from vedette.schema import DataTable, Evidence, ExplainedCommand, Tool, ToolResult, ValueKind
from vedette.store.query import reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, COUNT, HOST, WINDOW, count_of, text_of, window_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined, plural


class SuspiciousCommands:
    """Explains the command lines of the lake, riskiest first."""

    tool = Tool(
        name="suspicious_commands",
        description="Which suspicious commands were run, decoded, and what each does.",
        parameters=(HOST, ACCOUNT, WINDOW, replace(COUNT, routed=False)),
        examples=(
            "which suspicious commands were run?",
            "what did the encoded PowerShell on FS01 do?",
            "explain the commands that alice ran",
            "show me the obfuscated commands",
            "Which malicious command lines did they execute on DC01 yesterday?",
            "risky commands",
            "were any encoded command lines executed last night",
            "decode the PowerShell of the incident",
        ),
        words=(
            "command", "commands", "command line", "command lines", "encoded", "obfuscated", "decode", "decoded",
            "suspicious", "malicious", "risky", "one-liners",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the risky commands, and those that hide something."""
        host, account, window = text_of(arguments, "host"), text_of(arguments, "account"), window_of(arguments)
        most = count_of(arguments, default=5, most=50)
        found = explain_events(context.lake, host=host, account=account, window=window)
        values: dict[str, Any] = {"commands": [], "count": 0, "looked_at": found.n_commands}
        if not found.n_commands and not _any(context):
            return ToolResult(
                unknown=("No event in the data holds a command line, so what was run is not known.",), values=values
            )
        shown = [c for c in found.commands if c.explanation.risky or c.explanation.methods]
        facts, say = FactList(), Saying()
        where = _where(say, host, account)
        looked = f"{say.n(found.n_commands, 'different command line')}{where} were read"
        if shown:
            n_hidden = sum(bool(c.explanation.methods) for c in shown)
            text = f"{say.n(found.n_risky, 'suspicious command')}{where}: {looked}"
            text += (
                f", {say.n(n_hidden)} of them hid what they do and {'was' if n_hidden == 1 else 'were'} decoded."
                if n_hidden
                else "."
            )
        else:
            text = f"No suspicious command{where}: {looked}."
        facts.add("n_commands", found.n_risky, text, say, kind=ValueKind.COUNT, evidence=_evidence(shown, found))
        for item in shown[:most]:
            _add(facts, item)
        rows = tuple(
            (
                iso(c.first_at), ", ".join(c.hosts[:2]), ", ".join(c.accounts[:2]), c.explanation.command[:200],
                c.explanation.sentence, round(c.explanation.risk, 2),
                ", ".join(t.id for t in c.explanation.techniques[:3]),
            )
            for c in shown[: context.max_rows]
        )  # fmt: skip
        table = DataTable(
            columns=("first seen", "host", "account", "command", "what it does", "risk", "techniques"),
            rows=rows, title="Suspicious commands", cut=max(0, len(shown) - len(rows)),
        )  # fmt: skip
        values = {
            "commands": [
                {"command": c.explanation.command, "does": c.explanation.sentence, "risk": c.explanation.risk,
                 "hosts": list(c.hosts), "accounts": list(c.accounts), "first_at": iso(c.first_at)}
                for c in shown[: context.max_rows]
            ],
            "count": found.n_risky,
            "looked_at": found.n_commands,
        }  # fmt: skip
        return ToolResult(
            facts=facts.done(),
            values=values,
            tables=(table,) if rows else (),
            entities=tuple(dict.fromkeys(h for c in shown[:3] for h in c.hosts[:1])),
            next_questions=("Who ran them?", "Which techniques were used?"),
        )


def _any(context: ToolContext) -> bool:
    kinds = ", ".join("?" * len(CLASSES))
    sql = f"SELECT 1 FROM events WHERE process_cmd IS NOT NULL AND class_name IN ({kinds}) LIMIT 1"  # noqa: S608
    with reading(context.lake) as reader:
        return bool(reader.run(sql, list(CLASSES), timeout_s=20).rows)


def _where(say: Saying, host: str | None, account: str | None) -> str:
    text = f" by {say.account(account)}" if account else ""
    return text + (f" on {say.host(host)}" if host else "")


def _evidence(shown: list[ExplainedCommand], found: ExplainedEvents) -> list[Evidence]:
    proof = [
        Evidence(ref=c.event_ids[0], at=c.first_at, quote=c.explanation.command[:200])
        for c in (shown or found.commands)[:6]
    ]
    return proof or [stored("events", f"{found.n_commands} {plural(found.n_commands, 'command line')}")]


def _add(facts: FactList, item: ExplainedCommand) -> None:
    told, say = item.explanation, Saying()
    who = f" by {joined([say.account(a) for a in item.accounts], 2)}" if item.accounts else ""
    where = f" on {joined([say.host(h) for h in item.hosts], 2)}" if item.hosts else ""
    text = f"At {say.at(item.first_at)}{who}{where} {say.quote(told.command, ValueKind.COMMAND, 200)} was run"
    text += f", in {say.n(item.count, 'record')}" if item.count > 1 else ""
    text += f"; what it does: {say.quote(told.sentence, ValueKind.TEXT, 300)}"
    if told.methods and told.final.number:
        text += f"; decoded it reads {say.quote(told.final.text, ValueKind.COMMAND, 200)}"
    facts.add(
        "command", told.command, f"{text}.", say, kind=ValueKind.COMMAND,
        evidence=[Evidence(ref=ref, at=item.first_at, quote=told.command[:200]) for ref in item.event_ids[:3]],
    )  # fmt: skip


SUSPICIOUS_COMMANDS = SuspiciousCommands()
