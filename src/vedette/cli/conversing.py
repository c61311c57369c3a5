"""A conversation in the terminal: questions, slash commands, and what is kept of both."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vedette.cli.answering import show_footnotes, show_piece, show_table, write_files
from vedette.cli.frame import Frame, clean
from vedette.errors import UserError, VedetteError

if TYPE_CHECKING:
    from vedette.copilot import Progress
    from vedette.copilot.engine import Copilot
    from vedette.llm import LanguageModel
    from vedette.schema import Answer, Citation, Focus, Reading, Session
    from vedette.store import Lake

COMMANDS: dict[str, str] = {
    "help": "what can be asked, and these commands",
    "case": "[ID | none]  speak of one case only, or of any again",
    "attach": "[FILE | none]  a report that questions are about from now on",
    "evidence": "[N]  open what citation [N] of the last answer stands for; without N all of them",
    "why": "how the last answer came about: plan, dropped sentences, SQL, model",
    "table": "the tables of the last answer, whole",
    "model": "[NAME | none]  what words answers from now on",
    "sessions": "the conversations that are kept",
    "resume": "ID  go on with another conversation",
    "export": "[FILE]  write this conversation as JSON",
    "feedback": "accepted | rejected | corrected TEXT | VERDICT  of the last answer",
    "reset": "begin a new conversation",
    "quit": "end",
}
"""Slash command to what it does; any beginning that fits one will do."""


class Conversation:
    """Takes lines: questions and commands. Use it as a context manager: it closes the model.

    Args:
        frame: this call of the program.
        lake: what is asked about.
        model: name of the model; None: the one set, or the embedded one where it is here.
        case: only this case is meant.
        session: a conversation to go on with.
        out: folder for files.

    Raises:
        UserError: there is no such case, session or model.
    """

    def __init__(
        self,
        frame: Frame,
        lake: Lake,
        *,
        model: str | None = None,
        case: str | None = None,
        session: str | None = None,
        out: Path = Path(),
    ) -> None:
        from vedette.schema import Focus
        from vedette.store.sessions import SessionBook

        self.frame, self.lake, self.out = frame, lake, out
        self.book = SessionBook(lake)
        self.session: Session | None = None
        self.focus: Focus = Focus()
        self.case: str | None = None
        self.last: Answer | None = None
        self.n_turns = 0
        self.readings: tuple[Reading, ...] = ()
        self._open = contextlib.ExitStack()
        self.copilot: Copilot = self._copilot(model)
        if session:
            self._resume(session)
        if case:
            self._pin(case)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the model."""
        self._open.close()

    def _copilot(self, name: str | None) -> Copilot:
        from vedette.cli.answering import open_copilot

        self._open.close()
        return self._open.enter_context(open_copilot(self.frame, self.lake, name))

    @property
    def model(self) -> LanguageModel | None:
        """What words answers."""
        return self.copilot.model

    # ------------------------------------------------------------------ lines

    def greet(self) -> None:
        """Print what this is."""
        worded = f"worded by {self.model.name}" if self.model else "composed without a model"
        self.frame.say(f"Ask about your data. Answers are {worded}; /help for more, /quit to end.", "dim")

    def echo(self, line: str) -> None:
        """Print a line that was not typed here."""
        self.frame.say(f"\n> {line}", "bold")

    def take(self, line: str, cancel: threading.Event | None = None) -> bool:
        """Do what a line says; return whether the conversation goes on."""
        try:
            if line.startswith("/"):
                return self._command(line)
            self._ask(line, cancel)
        except VedetteError as error:
            self.frame.say(f"error: {error.message}", "red")
            if error.next_step:
                self.frame.say(f"  try: {error.next_step}")
        return True

    def _ask(self, question: str, cancel: threading.Event | None) -> None:
        answer = self.copilot.ask(
            question, focus=self.focus, case_id=self.case, listener=self._heard, cancel=cancel, readings=self.readings
        )
        if answer.status.value == "cancelled":
            self.frame.say("stopped", "dim")
            return
        self.focus, self.last = answer.focus, answer
        files = write_files(answer, self.out)
        for table in answer.tables:
            show_table(self.frame, table)
        for path in files:
            self.frame.say(f"written: {path}", "bold")
        show_footnotes(self.frame, answer)
        for number, option in enumerate(answer.choice.options if answer.choice else (), 1):
            self.frame.say(f"  {number}. {option}")
        if answer.next_questions:
            self.frame.say(f"  next: {'  ·  '.join(answer.next_questions[:3])}", "dim")
        self._keep(answer)

    def _heard(self, progress: Progress) -> None:
        if progress.stage.value == "claim":
            show_piece(self.frame, progress.text)

    def _keep(self, answer: Answer) -> None:
        from vedette.store.book import whoami

        if self.session is None:
            self.session = self.book.start(answer.question, whoami(), self.case)
        self.n_turns = self.book.add(self.session.session_id, answer).number

    # ------------------------------------------------------------------ commands

    def _command(self, line: str) -> bool:
        word, _, rest = line[1:].partition(" ")
        fitting = [name for name in COMMANDS if name.startswith(word.lower())] if word else ["help"]
        if word.lower() in ("exit", "q", "bye"):
            fitting = ["quit"]
        if len(fitting) != 1 and word.lower() not in COMMANDS:
            raise UserError(f"there is no command /{word[:40]}", next_step="/help lists them")
        name = word.lower() if word.lower() in COMMANDS else fitting[0]
        if name == "quit":
            return False
        does: dict[str, Callable[[str], None]] = {
            "help": self._help, "case": self._case, "evidence": self._evidence, "why": self._why, "table": self._table,
            "model": self._model, "sessions": self._sessions, "resume": self._resume, "export": self._export,
            "feedback": self._feedback, "reset": self._reset, "attach": self._attach,
        }  # fmt: skip
        does[name](rest.strip())
        return True

    def _help(self, _: str) -> None:
        from vedette.copilot.scope import suggestions

        self.frame.say("You can ask, for example:", "bold")
        for question in suggestions(self.copilot.tools.values(), 8):
            self.frame.say(f"  {question}")
        self.frame.say("Follow up with “why?”, “and for FS01?”, “show the events”. Commands:", "bold")
        for name, what in COMMANDS.items():
            self.frame.say(f"  /{name:<9} {what}")

    def _attach(self, name: str) -> None:
        from vedette.cli.attaching import attached

        if name.lower() in ("none", "-"):
            self.readings = ()
        elif name:
            new = attached(self.frame, [Path(name.strip("\"'"))])
            here = {r.document.document_id for r in new}
            self.readings = (*(r for r in self.readings if r.document.document_id not in here), *new)
        for reading in self.readings:
            self.frame.say(f"attached: {clean(reading.document.title or reading.document.source)[:200]}")
        if not self.readings:
            self.frame.say("no report is attached; /attach FILE adds one")

    def _case(self, wanted: str) -> None:
        if wanted.lower() in ("none", "any", "all", "-"):
            self.case = None
            self.frame.say("any case is meant again")
        elif wanted:
            self._pin(wanted)
            self.frame.say(f"only {self.case} is meant")
        else:
            self.frame.say(f"only {self.case} is meant" if self.case else "any case is meant; /case ID chooses one")

    def _pin(self, wanted: str) -> None:
        from vedette.store.book import find_case

        self.case = find_case(self.lake, wanted.lower()).case_id

    def _evidence(self, wanted: str) -> None:
        answer = self._must_have()
        number = wanted.strip("[]# ")
        if number and not number.isdigit():
            raise UserError(f"{wanted[:20]!r} is no citation", next_step="/evidence 1")
        chosen = [c for c in answer.citations if not number or c.number == int(number)]
        if not chosen:
            raise UserError("the last answer has no such citation", next_step=f"it has {len(answer.citations)}")
        if number:
            self._show(chosen[0])
            return
        for c in chosen:
            self.frame.say(f"  [{c.number}] {c.ref[:13]}  {c.at or ''}  {c.quote[:100]}")

    def _show(self, citation: Citation) -> None:
        from vedette.store.book import event_lookup, record_lookup

        event = event_lookup(self.lake)([citation.ref]).get(citation.ref)
        event = event or record_lookup(self.lake)([citation.ref]).get(citation.ref)
        self.frame.say(f"[{citation.number}] {citation.ref}", "bold")
        if event is None:
            self.frame.say(f"  {citation.quote or 'not an event: something that is stored'}")
            return
        for name, value in event.items():
            if value not in (None, "", {}, []) and name not in ("raw", "native", "event_id", "record_id"):
                self.frame.say(f"  {name:<15} {clean(str(value))[:500]}")
        for name, value in list((event.get("native") or {}).items())[:40]:
            self.frame.say(f"    {clean(str(name))[:40]:<24} {clean(str(value))[:300]}", "dim")

    def _why(self, _: str) -> None:
        answer = self._must_have()
        plan = answer.plan
        for step in plan.steps if plan else ():
            told = ", ".join(f"{k}={v}" for k, v in step.arguments.items())
            self.frame.say(f"  {step.tool}({told})")
        self.frame.say(f"  chosen by: {plan.router if plan else '-'}; worded by: {answer.model or 'no model'}")
        for claim in answer.dropped:
            self.frame.say(f"  dropped: {claim.text[:300]} ({claim.reason[:200]})", "yellow")
        for query in answer.queries:
            self.frame.say(f"  SQL: {query}", "dim")
        usage = answer.usage
        if usage.n_calls:
            self.frame.say(
                f"  {usage.n_prompt_tokens} + {usage.n_completion_tokens} tokens in {usage.n_calls} calls, "
                f"{answer.duration_s:.1f} s in all",
                "dim",
            )

    def _table(self, _: str) -> None:
        for table in self._must_have().tables:
            self.frame.say(table.title or "table", "bold")
            for row in table.rows:
                cells = zip(table.columns, row, strict=True)
                self.frame.say("  " + "  ".join(f"{c}={v}" for c, v in cells if v not in (None, "")))

    def _model(self, name: str) -> None:
        if name:
            try:
                self.copilot = self._copilot(name)
            except VedetteError:
                self.copilot = self._copilot("none")
                raise
        self.frame.say(f"answers are worded by {self.model.name}" if self.model else "answers are composed, no model")

    def _sessions(self, _: str) -> None:
        found = self.book.list(limit=20)
        for s in found:
            mark = "*" if self.session and s.session_id == self.session.session_id else " "
            self.frame.say(f"{mark} {s.session_id[:16]}  {s.last_at:%Y-%m-%d %H:%M}  {s.n_turns:>3}  {s.title[:70]}")
        if not found:
            self.frame.say("no conversation is kept yet")

    def _resume(self, wanted: str) -> None:
        if wanted == "last":
            newest = self.book.list(limit=1)
            if not newest:
                raise UserError("there is no session yet", next_step="ask something first")
            found = newest[0]
        else:
            found = self.book.find(wanted)
        turns = self.book.turns(found.session_id)
        self.session, self.focus, self.case = found, found.focus, found.case_id
        self.n_turns, self.last = found.n_turns, turns[-1].answer if turns else None
        self.frame.say(f"{found.session_id}: {found.title} ({found.n_turns} so far)", "dim")

    def _export(self, name: str) -> None:
        from pydantic_core import to_json

        from vedette.errors import OutsideError

        session = self._must_be_kept()
        path = Path(name) if name else self.out / f"{session.session_id}.json"
        try:
            path.write_bytes(to_json(self.book.export(session.session_id), indent=2, fallback=str) + b"\n")
        except OSError as error:
            raise OutsideError(
                f"cannot write {path}: {error.strerror or error}", next_step="name another file"
            ) from None
        self.frame.say(f"written: {path}")

    def _feedback(self, said: str) -> None:
        from vedette.schema import FeedbackKind, Verdict
        from vedette.store.feedback import FeedbackBook

        session = self._must_be_kept()
        word, _, text = said.partition(" ")
        word = word.lower()
        feedback = FeedbackBook(self.lake)
        if word in set(FeedbackKind) - {FeedbackKind.VERDICT}:
            feedback.add(session.session_id, self.n_turns, FeedbackKind(word), text=text)
        elif word in set(Verdict):
            feedback.add(session.session_id, self.n_turns, FeedbackKind.VERDICT, text=text, verdict=Verdict(word))
        else:
            choices = [k.value for k in FeedbackKind if k is not FeedbackKind.VERDICT] + [v.value for v in Verdict]
            raise UserError("say what you make of the answer", next_step=f"/feedback {' | '.join(choices)}")
        self.frame.say("kept")

    def _reset(self, _: str) -> None:
        from vedette.schema import Focus

        self.session, self.last, self.focus, self.n_turns = None, None, Focus(), 0
        self.readings = ()
        self.frame.say("a new conversation begins", "dim")

    def _must_have(self) -> Answer:
        if self.last is None:
            raise UserError("nothing was answered yet", next_step="ask something first")
        return self.last

    def _must_be_kept(self) -> Session:
        if self.session is None:
            raise UserError("nothing was asked yet", next_step="ask something first")
        return self.session
