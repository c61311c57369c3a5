"""A session as Markdown: what was asked, what was answered, on what evidence, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vedette.report.inert import markdown, markdown_code, visible
from vedette.schema import Answer, DataTable, Feedback, Session, Turn

MAX_TABLE_ROWS = 50
MAX_CITATIONS = 200


def session_markdown(session: Session, turns: Sequence[Turn], feedback: Iterable[Feedback] = ()) -> str:
    """Return a session as Markdown; whatever came from logs in it is inert."""
    said: dict[int, list[Feedback]] = {}
    for one in feedback:
        said.setdefault(one.turn, []).append(one)
    lines = [
        f"# {_prose(session.title)}",
        "",
        f"- Session: {_code(session.session_id)}",
        f"- Owner: {_prose(session.owner)}",
        f"- Started: {session.started_at:%Y-%m-%d %H:%M:%S} UTC, last used {session.last_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    if session.case_id:
        lines.append(f"- Case: {_code(session.case_id)}")
    for turn in turns:
        lines += ["", *_turn(turn, said.get(turn.number, ()))]
    return "\n".join(lines) + "\n"


def _turn(turn: Turn, said: Sequence[Feedback]) -> list[str]:
    answer = turn.answer
    lines = [f"## {turn.number}. {_prose(answer.question)}", ""]
    lines += [f"{_prose(line)}  " for line in answer.text.splitlines() if line.strip()] or ["*No answer.*"]
    how = [f"{turn.at:%Y-%m-%d %H:%M:%S} UTC", answer.status.value]
    how.append(f"worded by {_prose(answer.model)}" if answer.model else "composed without a model")
    if answer.plan and answer.plan.steps:
        how.append("tools: " + ", ".join(_code(step.tool) for step in answer.plan.steps))
    lines += ["", " · ".join(how)]
    for table in answer.tables:
        lines += ["", *_table(table)]
    lines += _evidence(answer)
    lines += _left_out(answer)
    for query in answer.queries:
        lines += ["", f"SQL: {_code(query)}"]
    if answer.artefacts:
        lines += ["", "Files: " + ", ".join(_code(a.name) for a in answer.artefacts)]
    for one in said:
        what = one.verdict.value if one.verdict else one.kind.value
        text = f": {_prose(one.text)}" if one.text else ""
        lines += ["", f"> **{_prose(one.author)}**, {one.at:%Y-%m-%d %H:%M} UTC: {what}{text}"]
    return lines


def _evidence(answer: Answer) -> list[str]:
    if not answer.citations:
        return []
    lines = ["", "| # | Evidence | Time (UTC) | Quote |", "|---|---|---|---|"]
    for c in answer.citations[:MAX_CITATIONS]:
        at = f"{c.at:%Y-%m-%d %H:%M:%S}" if c.at else ""
        quote = _code(c.quote, table=True) if c.quote else ""
        lines.append(f"| {c.number} | {_code(c.ref, table=True)} | {at} | {quote} |")
    if len(answer.citations) > MAX_CITATIONS:
        lines += ["", f"… and {len(answer.citations) - MAX_CITATIONS} more."]
    return lines


def _left_out(answer: Answer) -> list[str]:
    lines = []
    if answer.unknown:
        lines += ["", "Not known:", "", *(f"- {_prose(text)}" for text in answer.unknown)]
    if answer.dropped:
        lines += ["", f"Dropped, because they did not check ({len(answer.dropped)}, {answer.n_replaced} replaced):", ""]
        lines += [f"- {_code(claim.text)}: {_prose(claim.reason)}" for claim in answer.dropped]
    return lines


def _table(table: DataTable) -> list[str]:
    lines = [f"**{_prose(table.title)}**", ""] if table.title else []
    lines.append("| " + " | ".join(_prose(c) for c in table.columns) + " |")
    lines.append("|" + "---|" * len(table.columns))
    for row in table.rows[:MAX_TABLE_ROWS]:
        lines.append("| " + " | ".join("" if v is None else _prose(str(v)) for v in row) + " |")
    left = table.cut + max(0, len(table.rows) - MAX_TABLE_ROWS)
    return [*lines, "", f"… and {left} more rows."] if left else lines


def _prose(text: str) -> str:
    return markdown(visible(text))


def _code(text: str, *, table: bool = False) -> str:
    return markdown_code(visible(" ".join(text.split())), table=table)
