"""What ``ask``, ``chat`` and the demo share: opening the copilot, showing an answer, and its JSON form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

import typer
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from vedette.cli.attaching import AttachedOut
from vedette.cli.frame import Frame
from vedette.cli.shown import PIPE_WIDTH, point, table_lines
from vedette.errors import OutsideError

if TYPE_CHECKING:
    from vedette.copilot.engine import Copilot
    from vedette.schema import Answer, Citation, DataTable
    from vedette.store import Lake

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", help="What words answers: none, embedded, openai:MODEL, ollama:MODEL … (VEDETTE_MODEL)."
    ),
]
CaseOption = Annotated[str | None, typer.Option("--case", help="Only this case is meant: id or its beginning.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder that files (slides, reports) are written to.")]

_UNREADABLE = re.compile("\N{REPLACEMENT CHARACTER}+")
_MAX_ROWS = 20
_MAX_SQL = 240
"""Characters of a query that are shown; ``--json`` and ``/why`` have all of it."""


class ClaimOut(TypedDict):
    """A sentence of an answer, checked."""

    text: str
    facts: list[str]
    evidence: list[str]
    """References of events and stored things that it rests on."""


class DroppedOut(TypedDict):
    """A sentence of the model that was dropped."""

    text: str
    reason: str


class CitationOut(TypedDict):
    """What a number in brackets stands for."""

    number: int
    ref: str
    at: str | None
    quote: str
    start: int | None
    """Half-open character offsets into a document's text, where it is a place in one."""
    end: int | None


class ChoiceOut(TypedDict):
    """What the user is asked for."""

    parameter: str
    question: str
    options: list[str]


class StepOut(TypedDict):
    """A tool that was run, with its arguments as text."""

    tool: str
    arguments: dict[str, Any]


class PlanOut(TypedDict):
    """What was run, and what chose it."""

    router: str
    steps: list[StepOut]


class TableOut(TypedDict):
    """Rows for display."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    cut: int


class UsageOut(TypedDict):
    """What the model took."""

    n_prompt_tokens: int
    n_completion_tokens: int
    n_calls: int
    duration_s: float
    cost_usd: float | None


class AnswerOut(TypedDict):
    """What ``vedette ask --json`` prints, and each line of ``vedette ask --jsonl``."""

    id: NotRequired[str | int | float | None]
    """Of the line of ``--jsonl``."""
    question: str
    status: str
    """``answered``, ``unknown``, ``clarify``, ``declined`` or ``cancelled``."""
    answer: str
    values: dict[str, Any]
    claims: list[ClaimOut]
    dropped: list[DroppedOut]
    n_replaced: int
    citations: list[CitationOut]
    unknown: list[str]
    choice: ChoiceOut | None
    plan: PlanOut | None
    queries: list[str]
    tables: list[TableOut]
    files: list[str]
    case_id: str | None
    next_questions: list[str]
    model: str
    usage: UsageOut
    asked_at: str | None
    duration_s: float
    session_id: NotRequired[str]
    attached: NotRequired[list[AttachedOut]]
    """The reports that came with the question."""


class AskLine(TypedDict):
    """One line of standard input of ``vedette ask --jsonl``."""

    id: NotRequired[str | int | float | None]
    text: str
    case: NotRequired[str | None]
    session: NotRequired[str | int | None]
    """Lines of one session are one conversation; without it, a line stands alone."""


class AskLineError(TypedDict):
    """A line of output for a line that failed."""

    id: str | int | float | None
    error: str


def answer_dict(answer: Answer, files: Sequence[Path] = (), session_id: str | None = None) -> AnswerOut:
    """Return an answer as JSON values."""
    usage = answer.usage
    out: AnswerOut = {
        "question": answer.question,
        "status": answer.status.value,
        "answer": answer.text,
        "values": dict(answer.values),
        "claims": [
            {"text": c.text, "facts": list(c.facts), "evidence": [e.ref for e in c.evidence]} for c in answer.claims
        ],
        "dropped": [{"text": c.text, "reason": c.reason} for c in answer.dropped],
        "n_replaced": answer.n_replaced,
        "citations": [
            {
                "number": c.number,
                "ref": c.ref,
                "at": c.at.isoformat() if c.at else None,
                "quote": c.quote,
                "start": c.start,
                "end": c.end,
            }
            for c in answer.citations
        ],
        "unknown": list(answer.unknown),
        "choice": {
            "parameter": answer.choice.parameter,
            "question": answer.choice.question,
            "options": list(answer.choice.options),
        }
        if answer.choice
        else None,
        "plan": {
            "router": answer.plan.router,
            "steps": [{"tool": s.tool, "arguments": dict(s.arguments)} for s in answer.plan.steps],
        }
        if answer.plan
        else None,
        "queries": list(answer.queries),
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows], "cut": t.cut}
            for t in answer.tables
        ],
        "files": [str(p) for p in files],
        "case_id": answer.focus.case_id,
        "next_questions": list(answer.next_questions),
        "model": answer.model,
        "usage": {
            "n_prompt_tokens": usage.n_prompt_tokens,
            "n_completion_tokens": usage.n_completion_tokens,
            "n_calls": usage.n_calls,
            "duration_s": usage.duration_s,
            "cost_usd": usage.cost_usd,
        },
        "asked_at": answer.asked_at.isoformat() if answer.asked_at else None,
        "duration_s": round(answer.duration_s, 3),
    }
    if session_id is not None:
        out["session_id"] = session_id
    return out


@contextmanager
def open_copilot(frame: Frame, lake: Lake, model: str | None) -> Iterator[Copilot]:
    """Yield the copilot of a lake with the model that was named or set; nothing is fetched."""
    from vedette.cli.language import language_model
    from vedette.copilot.engine import Copilot

    with language_model(frame, lake, model) as opened:
        yield Copilot(lake, model=opened, third_party=frame.settings.third_party_plugins)


def write_files(answer: Answer, folder: Path) -> list[Path]:
    """Write an answer's files into a folder and return their paths.

    Raises:
        OutsideError: the folder cannot be written to.
    """
    written: list[Path] = []
    for artefact in answer.artefacts:
        name = Path(artefact.name.replace("\\", "/")).name
        if name in ("", ".", ".."):
            continue
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(artefact.content)
        except OSError as error:
            raise OutsideError(
                f"cannot write {path}: {error.strerror or error}", next_step="name a folder of yours with --out"
            ) from None
        written.append(path)
    return written


def show_answer(frame: Frame, answer: Answer, files: Sequence[Path] = (), *, text: bool = True) -> None:
    """Print an answer for people: sentences, tables, what was dropped, and the evidence by its number."""
    if text:
        for line in answer.text.split("\n"):
            show_piece(frame, line)
    for table in answer.tables:
        show_table(frame, table)
    for path in files:
        frame.say(f"written: {path}", "bold")
    show_footnotes(frame, answer)


def show_piece(frame: Frame, piece: str) -> None:
    """Print a sentence of an answer, or a line of its text."""
    if line := point(piece):
        frame.say(line)


def show_footnotes(frame: Frame, answer: Answer) -> None:
    """Print what stands under an answer: citations, what the checker dropped, the query."""
    if answer.citations:
        frame.say("")
        for c in answer.citations[:_MAX_ROWS]:
            frame.say(_footnote(c, len(answer.queries)), "dim")
        if len(answer.citations) > _MAX_ROWS:
            frame.say(f"  … and {len(answer.citations) - _MAX_ROWS} more", "dim")
    if answer.dropped:
        n = len(answer.dropped)
        what = "sentence of the model did" if n == 1 else "sentences of the model did"
        replaced = f"; {answer.n_replaced} computed in their place" if answer.n_replaced else ""
        frame.say(f"  {n} {what} not check and {'was' if n == 1 else 'were'} dropped{replaced}.", "yellow")
    for query in answer.queries[:3]:
        frame.say(f"  SQL: {query[:_MAX_SQL]}{'…' if len(query) > _MAX_SQL else ''}", "dim")


def show_table(frame: Frame, table: DataTable) -> None:
    """Print the first rows of a table; what does not fit beside the first columns is left out and named."""
    if len(table.rows) < 2:
        return  # the sentences say it
    width = frame.out.width if frame.out.is_terminal else PIPE_WIDTH
    lines, left_out = table_lines(table.columns, table.rows[:_MAX_ROWS], width)
    frame.say(f"\n{table.title}" if table.title else "", "bold")
    for at, line in enumerate(lines):
        frame.say(line, "dim" if at == 0 else None)
    left = table.cut + max(0, len(table.rows) - _MAX_ROWS)
    if left:
        frame.say(f"  … and {left:,} more rows", "dim")
    if left_out:
        frame.say(f"  not shown for want of room: {', '.join(left_out)}", "dim")


def _footnote(citation: Citation, n_queries: int) -> str:
    """Return what a citation stands for in a line."""
    head = f"  [{citation.number}] "
    if citation.ref == "query" and n_queries == 1:
        return f"{head}the statement below"
    # a record may hold line ends, and bytes that were no text
    quote = _UNREADABLE.sub("…", " ".join(citation.quote.split()))[:80]
    if citation.at is None:
        return f"{head}{citation.ref[:24]}  {quote}".rstrip()
    return f"{head}{citation.ref[:12]}  {citation.at:%Y-%m-%d %H:%M:%S}  {quote}".rstrip()
