"""A stream on its way back: bytes of the upstream enter, judged and restored events leave. Plain, blocking code."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.wire import Endpoint, Event, Step, StreamReader, WireError, error_events, parsed
from vedette.guard.wire.streams import DONE, placed
from vedette.llm.sse import EventReader, StreamError
from vedette.schema.guarding import Form
from vedette.schema.message import Usage
from vedette.server.gateway.config import Hold
from vedette.server.gateway.holding import Channel
from vedette.server.gateway.judging import Judge
from vedette.server.refusals import RefusalError, body

MOST_CHANNELS = 1024


class Relay:
    """Carries one stream. Used by one thread at a time.

    Args:
        reader: of its dialect.
        judge: of its request.
        endpoint: what was asked.
        hold: how much waits to be judged.
        known: strings of the request, which the reply may echo.
    """

    def __init__(
        self, reader: StreamReader, judge: Judge, endpoint: Endpoint, *, hold: Hold, known: frozenset[str] = frozenset()
    ) -> None:
        self._reader = reader
        self._judge = judge
        self._endpoint = endpoint
        self._hold = hold
        self._known = known
        self._events = EventReader()
        self._channels: dict[str, Channel] = {}
        self._done: dict[str, str] = {}
        self.usage: Usage | None = None
        self.ended = False
        self.n_chars = 0

    def feed(self, block: bytes) -> bytes:
        """Return what goes on after so many more bytes.

        Raises:
            RefusalError: nothing more may go on.
        """
        try:
            return b"".join(event.encoded() for data in self._events.feed(block) for event in self._event(data))
        except StreamError as error:
            raise malformed(str(error)) from None

    def end(self) -> bytes:
        """Return what is left when the upstream has hung up.

        Raises:
            RefusalError: it hung up before its end.
        """
        try:
            made = b"".join(event.encoded() for data in self._events.end() for event in self._event(data))
        except StreamError as error:
            raise malformed(str(error)) from None
        if self._reader.needs_end and not self.ended:
            raise RefusalError(
                502, "the upstream broke off before the end of its reply", code="upstream_cut", next_step="try again"
            )
        return made

    def failed(self, refusal: RefusalError) -> bytes:
        """Return the event that ends a stream that may not go on. What was held back is dropped."""
        self._channels.clear()
        sequence = getattr(self._reader, "sequence", 0)
        return error_events(self._endpoint, refusal.status, body(refusal)["error"], sequence=sequence)

    def _event(self, data: str) -> Iterator[Event]:
        if self.ended:
            return
        try:
            step = self._reader.read(DONE if data.strip() == DONE else parsed(data))
            yield from self._step(step)
        except WireError as error:
            if error.code == "invalid_json":
                raise malformed("an event is no JSON") from None
            raise RefusalError(502, error.message, code=error.code, next_step=error.next_step) from None

    def _step(self, step: Step) -> Iterator[Event]:
        self.usage = _later(self.usage, step.usage)
        for prefix in step.closes:
            yield from self._closed(prefix)
        if step.last:
            self.ended = True
        if step.silent:
            return
        texts = self._judge.reply(step.body, self._known, self._done)
        tree = step.body.filled(texts)
        said = False
        for part in step.parts:
            self.n_chars += len(part.text)
            piece = self._channel(part.channel, part.form).feed(part.text) if part.text else ""
            placed(tree, part.path, piece)
            said = said or bool(piece) or not part.text
        if said or not step.bare:
            yield self._reader.event(step.name, tree)

    def _channel(self, name: str, form: Form) -> Channel:
        found = self._channels.get(name)
        if found is None:
            if len(self._channels) >= MOST_CHANNELS:
                raise RefusalError(502, "the reply has too many parts at once", code="too_large")
            kind = Form.JSON if form is Form.JSON else Form.PLAIN
            found = Channel(self._judge.piece, self._judge.restoring(kind), self._hold, kind)
            self._channels[name] = found
        return found

    def _closed(self, prefix: str) -> Iterator[Event]:
        for name in [one for one in self._channels if one.startswith(prefix)]:
            channel = self._channels[name]
            rest = channel.close()
            raw = channel.raw
            self._judge.whole(raw)
            del self._channels[name]
            self._done[raw] = channel.out
            if rest:
                yield self._reader.spill(name, rest)


def malformed(why: str) -> RefusalError:
    """Return the refusal of a reply that is none."""
    return RefusalError(
        502, f"the upstream's reply cannot be read: {why}", code="upstream_malformed", next_step="try again"
    )


def _later(before: Usage | None, now: Usage | None) -> Usage | None:
    """Return the tokens as they were told last; Anthropic tells the prompt's first and the reply's at the end."""
    if before is None or now is None:
        return now or before
    return Usage(
        n_prompt_tokens=max(before.n_prompt_tokens, now.n_prompt_tokens),
        n_completion_tokens=max(before.n_completion_tokens, now.n_completion_tokens),
        n_calls=1,
    )
