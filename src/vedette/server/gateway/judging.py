"""What the guard says of requests and replies. Plain, blocking code: the desk runs it in threads."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vedette.guard.base import PairBook
from vedette.guard.engine import Guard, Protected, Who, failed
from vedette.guard.entities import Group, group_of
from vedette.guard.pseudonyms import Masker, Restorer
from vedette.guard.wire import Body, Slot
from vedette.schema.guarding import Action, Around, Direction, Form, GuardFinding, GuardVerdict, Passage, Scanned
from vedette.server.refusals import RefusalError

Counts = Counter[tuple[str, str, str]]
"""Findings by entity, direction and action."""
_WORD_CHARS = 24
"""What repeats a request may hold shorter words of the upstream's own: defaults that it names."""
_OF_REPLIES = (Group.ATTACK, Group.REPLY)
"""What is wrong wherever it stands."""
_STOPS = (Action.BLOCK, Action.ASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A request as it may leave."""

    texts: tuple[str, ...] = field(repr=False)
    around: Around = field(repr=False)
    """What its reply is judged by."""
    n_replaced: int = 0


class Judge:
    """Judges one request and its reply.

    Args:
        guard: of requests.
        replies: of replies, whole and in pieces; the same, or fewer scanners.
        book: the pairs of the request's session.
        who: on whose behalf.
        canaries: words that no reply may hold.
        told: given the seconds of each judging, by its stage.
    """

    def __init__(
        self,
        guard: Guard,
        replies: Guard,
        book: PairBook,
        who: Who,
        *,
        canaries: tuple[str, ...] = (),
        told: Callable[[str, float], None] = lambda stage, seconds: None,
    ) -> None:
        self._guard = guard
        self._replies = replies
        self._book = book
        self._who = who
        self._canaries = canaries
        self._told = told
        self._restorer = Restorer(book)
        self._aliases: Mapping[str, str] = {}
        self._approved: frozenset[str] = frozenset()
        self.n_invented = 0
        """Pseudonyms in the reply that this session never gave out."""
        self.around = Around()
        self.counts: Counts = Counter()

    def request(self, body: Body) -> Masked:
        """Return a request's texts as they may leave.

        Raises:
            RefusalError: they may not.
            OutsideError: the pairs cannot be kept.
        """
        began = time.perf_counter()
        slots = [slot for slot in body.slots if slot.passage.text]
        self._aliases = body.aliases
        instructions = body.instructions
        around = Around(canaries=self._canaries, hosts=self._guard.policy.allowed_hosts)
        protected = self._guard.protect_all([slot.passage for slot in slots], self._book, around, who=self._who)
        texts = [slot.passage.text for slot in body.slots]
        for slot, one in zip(slots, protected, strict=True):
            self._count(one.verdict, slot.passage.direction)
            if not one.passes:
                raise refusal(one.verdict, slot.passage.place)
        self._approved = frozenset(
            value for slot, one in zip(slots, protected, strict=True) for value in self._let_out(slot.passage.text, one)
        )
        for slot, one in zip(slots, protected, strict=True):
            if slot.fixed and one.text != slot.passage.text:
                raise RefusalError(
                    400,
                    "what stands here may not leave, and nothing else can stand in its place",
                    code="guard_blocked",
                    param=slot.passage.place,
                    next_step="leave it out",
                )
            texts[slot.index] = one.text
        masked = [texts[slot.index] for slot in slots]
        self.around = replace(
            around,
            instructions=tuple(
                texts[slot.index] for slot in slots if instructions and slot.passage.text in instructions
            ),
            pseudonyms=frozenset(pair.pseudonym for pair in self._book.pairs()),
            seen=tuple(masked),
        )
        self._told("request", time.perf_counter() - began)
        return Masked(texts=tuple(texts), around=self.around, n_replaced=sum(one.n_replaced for one in protected))

    def _let_out(self, text: str, protected: Protected) -> Iterator[str]:
        """Yield the values of a text that went out because somebody approved them."""
        asks = {rule.name for rule in self._guard.policy.rules if rule.do is Action.ASK}
        for one in protected.verdict.decided:
            if one.action is Action.ALLOW and one.rule in asks and not one.finding.within:
                yield text[one.finding.start : one.finding.end]

    def reply(self, body: Body, known: frozenset[str], done: dict[str, str]) -> list[str]:
        """Return a reply's texts as the client may see them: judged and restored.

        Args:
            body: the reply, or an event of it.
            known: strings of the request, which what echoes it may hold.
            done: texts that were judged already, as a stream; what they became.

        Raises:
            RefusalError: it may not be seen.
        """
        began = time.perf_counter()
        texts = [self._slot(slot, known, done) for slot in body.slots]
        if texts:
            self._told("reply", time.perf_counter() - began)
        return texts

    def piece(self, text: str, start: int, form: Form) -> str:
        """Return a piece of a running text as it may go on, pseudonyms still in it.

        Args:
            text: the window: what went before, and the piece.
            start: where the piece begins.
            form: of the whole text; a piece of JSON is read as plain text.

        Raises:
            RefusalError: it may not be seen.
        """
        return self._judged(Passage(text=text, direction=Direction.REPLY, form=Form.PLAIN), start, form)

    def restoring(self, form: Form) -> Any:
        """Return what restores one running text."""
        return self._restorer.stream(form=form)

    def whole(self, text: str) -> None:
        """Judge a whole running text once more.

        Raises:
            RefusalError: it may not have been seen.
        """
        passage = Passage(text=text, direction=Direction.REPLY, form=Form.PLAIN)
        # what was found piece by piece is not counted again
        self._judged(passage, 0, Form.PLAIN, counted_from=len(text))

    def _slot(self, slot: Slot, known: frozenset[str], done: dict[str, str]) -> str:
        text = slot.passage.text
        if not text:
            return text
        if not slot.value and text in done:
            return done[text]
        form = Form.JSON if slot.passage.form is Form.JSON else Form.PLAIN
        if slot.echo:
            value = renamed(json.loads(self._restorer.restore(text, form=form)), self._aliases)
            if all(one in known for one in strings(value) if len(one) > _WORD_CHARS or not one.isascii()):
                return json.dumps(value, ensure_ascii=False)
        return self._restorer.restore(self._judged(slot.passage, 0, form), form=form)

    def _judged(self, passage: Passage, start: int, form: Form, *, counted_from: int | None = None) -> str:
        scanned = self._replies.scan(passage, self.around)
        verdict = self._replies.decide(passage, self._others(passage.text, scanned), who=self._who)
        self._count(verdict, Direction.REPLY, start if counted_from is None else counted_from)
        piece = passage.text[start:]
        if verdict.dry_run:
            return piece
        if verdict.action in _STOPS:
            raise refusal(verdict, passage.place, reply=True)
        masks: list[tuple[GuardFinding, Action]] = []
        for one in verdict.decided:
            if one.action is not Action.MASK:
                continue
            if one.finding.end <= start:
                continue  # it was dealt with when it was new
            # what began as a plain word went out as such; the rest of it does not
            at = replace(one.finding, start=max(one.finding.start - start, 0), end=one.finding.end - start)
            masks.append((at, Action.MASK))
        return Masker(self._book).mask(piece, masks, form=form).text if masks else piece

    def _others(self, text: str, scanned: Scanned) -> Scanned:
        """Leave out what was found in pseudonyms of ours, and in values that somebody approved for this request."""
        if not scanned.findings or not (self.around.pseudonyms or self._approved):
            return scanned
        own = [(one.start, one.end) for one in self._restorer.standing(text)] if self.around.pseudonyms else []
        approved = list(_standing(text, self._approved))
        kept = tuple(
            one
            for one in scanned.findings
            if not _is_in(one, own) and (group_of(one.entity) in _OF_REPLIES or not _is_in(one, approved))
        )
        return replace(scanned, findings=kept)

    def _count(self, verdict: GuardVerdict, direction: Direction | None, start: int = -1) -> None:
        for one in verdict.decided:
            if one.finding.end <= start:
                continue
            if direction is Direction.REPLY and one.finding.entity == "INVENTED_PSEUDONYM":
                self.n_invented += 1
            self.counts[one.finding.entity, direction.value if direction else "", one.action.value] += 1


def _standing(text: str, values: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where values stand in a text."""
    for value in values:
        at = text.find(value)
        while at >= 0:
            yield at, at + len(value)
            at = text.find(value, at + len(value))


def _is_in(one: GuardFinding, places: Sequence[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end and _within(one, start, end) for start, end in places)


def _within(one: GuardFinding, start: int, end: int) -> bool:
    """Whether a finding is what stands there, with no more than a quotation mark or two beside it."""
    return one.start >= start - 2 and one.end <= end + 2


def refusal(verdict: GuardVerdict, place: str, *, reply: bool = False) -> RefusalError:
    """Return the refusal that a verdict becomes. It holds no value."""
    what = "the reply" if reply else "the request"
    broken = next((one for one in verdict.unjudged if failed(one)), None)
    if broken is not None or not verdict.decided:
        return RefusalError(
            503,
            f"{what} could not be judged, and goes no further: {verdict.reason}",
            code="guard_failed",
            param=place or None,
            next_step="try again; the audit of the gateway (vedette guard audit list) says more",
        )
    if verdict.action is Action.ASK:
        return RefusalError(
            403,
            f"{what} is held back: {verdict.reason}",
            code="guard_ask",
            param=place or None,
            next_step="have it allowed (vedette guard approvals list on the gateway), then send it again",
        )
    return RefusalError(
        400 if not reply else 502,
        f"{what} is blocked: {verdict.reason}",
        code="guard_blocked",
        param=place or None,
        next_step="take it out, or ask whoever keeps the policy",
    )


def strings(value: Any) -> Iterator[str]:
    """Yield all strings of a JSON value, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a JSON value with the client's own names and ids in the place of what stood for them."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {name: renamed(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    return value
