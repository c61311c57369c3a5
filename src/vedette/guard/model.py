"""A language model behind the guard: what goes to it carries pseudonyms, what comes back has the values again.

For the copilot's own calls to models that are not on this machine. Each request is a session of its own, whose pairs
live in memory as long as the request does: nothing is kept, and nothing can be carried from one request to the next.
Scanners of personal data, infrastructure and secrets are asked; whether a log's text gives orders is the claims room's
matter, which believes no sentence that the facts do not say.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vedette.errors import OutsideError
from vedette.guard.base import PairBook
from vedette.guard.engine import Guard, Who
from vedette.llm.base import Ask, LanguageModel
from vedette.schema import Message, Reply, Role
from vedette.schema.guarding import Direction, Form, Passage

if TYPE_CHECKING:
    from vedette.guard.policy import Policy

DATA_SCANNERS = ("secrets", "personal", "names")
"""What is asked of the copilot's prompts."""
_DEFAULT_ASK = Ask()


def guarded(model: LanguageModel, policy: Policy, *, third_party: bool = True) -> LanguageModel:
    """Return a model whose every request passes the guard; one that is on this machine is returned as it is.

    Raises:
        OutsideError: a scanner cannot be loaded.
    """
    from vedette.guard.engine import scanners_named

    if model.local:
        return model
    return GuardedModel(model, Guard(scanners_named(DATA_SCANNERS, third_party=third_party), policy))


class GuardedModel:
    """A :class:`vedette.llm.base.LanguageModel` whose requests carry pseudonyms.

    Args:
        model: what answers.
        guard: what judges and replaces; closed together with the model.
    """

    def __init__(self, model: LanguageModel, guard: Guard) -> None:
        self._model = model
        self._guard = guard
        self._who = Who(route="copilot", model=model.name)

    @property
    def name(self) -> str:
        """As the user names it."""
        return self._model.name

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""
        return self._model.local

    @property
    def follows_grammar(self) -> bool:
        """Whether ``Ask.grammar`` is followed."""
        return self._model.follows_grammar

    def complete(self, messages: Sequence[Message], ask: Ask = _DEFAULT_ASK) -> Reply:
        """Return the reply, restored.

        Raises:
            OutsideError: the guard holds the request back, or the model failed.
        """
        from vedette.guard.pseudonyms import Restorer

        book = _book()
        reply = self._model.complete(self._masked(messages, book), self._asked(ask, book))
        form = Form.PLAIN if ask.schema is None else Form.JSON
        return replace(reply, text=Restorer(book).restore(reply.text, form=form))

    def stream(self, messages: Sequence[Message], ask: Ask = _DEFAULT_ASK) -> Iterator[str]:
        """Yield the pieces of the reply, restored; closing the iterator ends it.

        Raises:
            OutsideError: as for :meth:`complete`.
        """
        from vedette.guard.pseudonyms import Restorer

        book = _book()
        restored = Restorer(book).stream(form=Form.PLAIN if ask.schema is None else Form.JSON)
        for piece in self._model.stream(self._masked(messages, book), self._asked(ask, book)):
            said = restored.feed(piece)
            if said:
                yield said
        rest = restored.close()
        if rest:
            yield rest

    def close(self) -> None:
        """Free what is held."""
        self._guard.close()
        self._model.close()

    def _masked(self, messages: Sequence[Message], book: PairBook) -> list[Message]:
        return [replace(one, content=self._text(one.content, one.role, book)) for one in messages]

    def _asked(self, ask: Ask, book: PairBook) -> Ask:
        """Return the request's options with what they carry replaced: a schema names values, stops end at them."""
        if ask.schema is None and not ask.stop:
            return ask
        stop = tuple(self._text(one, Role.USER, book) if one.strip() else one for one in ask.stop)
        return replace(ask, schema=None if ask.schema is None else self._schema(ask.schema, book), stop=stop)

    def _schema(self, schema: Mapping[str, Any], book: PairBook) -> Mapping[str, Any]:
        text = self._text(json.dumps(schema, ensure_ascii=False), Role.SYSTEM, book, Form.JSON)
        try:
            made: Mapping[str, Any] = json.loads(text)
        except ValueError:
            raise OutsideError("the guard cannot replace what the schema of a request names") from None
        return made

    def _text(self, text: str, role: Role, book: PairBook, form: Form = Form.PLAIN) -> str:
        if not text.strip():
            return text
        direction = Direction.CONTEXT if role is Role.TOOL else Direction.PROMPT
        protected = self._guard.protect(
            Passage(text=text, direction=direction, role=role, form=form), book, who=self._who
        )
        if not protected.passes:
            raise OutsideError(
                f"the guard holds the request to {self.name} back: {protected.verdict.reason}"[:300],
                next_step="vedette guard policy explain tells which rule; VEDETTE_MODEL=embedded stays on this machine",
            )
        return protected.text


def _book() -> PairBook:
    from vedette.guard.pseudonyms import MemoryPairs

    return MemoryPairs(secrets.token_hex(8), secrets.token_bytes(32))
