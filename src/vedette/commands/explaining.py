"""The door: a command line enters, an :class:`~vedette.schema.command.Explanation` leaves."""

from __future__ import annotations

from vedette.commands import judging
from vedette.commands.budget import Budget
from vedette.commands.engine import trace
from vedette.commands.telling import look_alikes_of, sentence_of, steps_of, tokens_of, tools_of
from vedette.commands.traces import Traces
from vedette.knowledge.tools import ToolTables
from vedette.schema.command import Explanation, Language, RiskReason


def explain(
    text: str, language: Language | None = None, *, tables: ToolTables | None = None, budget: Budget | None = None
) -> Explanation:
    """Return a command line or script decoded and explained; nothing of it is executed, opened or asked for.

    It raises nothing, whatever the text: where decoding had to stop, ``stops`` says why.

    Args:
        text: one command line, or a script of many lines.
        language: what it is written in; None tells it from the text.
        tables: what is known of tools; the packed ones by default.
        budget: what decoding may cost; one for each command.
    """
    return explained(trace(text, language, tables=tables, budget=budget))


def explained(traces: Traces) -> Explanation:
    """Return the explanation of a traced command."""
    told = steps_of(traces)
    risk, risky, reasons = judging.risk(traces)
    if traces.failed:  # what could not be judged is not called safe
        said = RiskReason(text="a part of it could not be read, so it is not called harmless", weight=0.5, layer=0)
        risk, risky, reasons = max(risk, 0.5), True, (*reasons, said)
    return Explanation(
        command=traces.command,
        language=traces.language,
        sentence=sentence_of(told, traces),
        steps=tuple(t.step for t in told),
        layers=tuple(traces.layers),
        tokens=tokens_of(traces),
        touches=tuple(traces.touches),
        observables=tuple(traces.observables),
        tools=tools_of(traces),
        techniques=judging.rank(traces),
        risk=risk,
        risky=risky,
        reasons=reasons,
        look_alikes=look_alikes_of(traces),
        stops=tuple(traces.stops),
    )
