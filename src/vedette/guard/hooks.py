"""The guard in another program's hooks: before a request leaves, after a reply came, while a stream comes.

Written for the hooks of LiteLLM's proxy (:mod:`vedette.guard.litellm` is the class that it loads), and without its
package, so that any program with such hooks can use them. Each request is a session of its own, held in memory from
its going out to its reply's end; a conversation is sent whole with each turn, so nothing has to be kept.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from vedette.errors import OutsideError, UserError
from vedette.guard.base import PairBook
from vedette.guard.engine import Guard, Who
from vedette.guard.wire import Endpoint, Reading, WireError, read_request
from vedette.schema.guarding import Action, Around, Direction, Form, Passage
from vedette.schema.message import Role

if TYPE_CHECKING:
    from vedette.guard.pseudonyms import StreamRestorer

T = TypeVar("T")

_CALLS = {
    "completion": Endpoint.CHAT,
    "acompletion": Endpoint.CHAT,
    "embeddings": Endpoint.EMBEDDINGS,
    "embedding": Endpoint.EMBEDDINGS,
    "aembedding": Endpoint.EMBEDDINGS,
    "responses": Endpoint.RESPONSES,
    "aresponses": Endpoint.RESPONSES,
    "anthropic_messages": Endpoint.MESSAGES,
}
"""What the hook's program calls an endpoint; a call of another sort is refused."""
_OWN_FIELDS = frozenset({"metadata", "secret_fields", "proxy_server_request", "timeout", "num_retries", "fallbacks"})
_OWN_BEGINNINGS = ("litellm_", "user_api_key", "_")
"""Fields that the hook's program keeps in a request for itself, and does not send on."""
MOST_OPEN = 10_000
LONGEST_S = 3600.0


class BlockedError(UserError):
    """A request or a reply that the guard does not let pass; its text is for the client."""

    status_code = 403


class GuardHooks:
    """Hooks that protect requests and restore replies.

    Args:
        guard: what judges and replaces.
        route: what policies know this way by.
        clock: seconds that only go up.
    """

    def __init__(self, guard: Guard, *, route: str = "litellm", clock: Callable[[], float] = time.monotonic) -> None:
        self._guard = guard
        self._route = route
        self._clock = clock
        self._open: OrderedDict[str, tuple[float, PairBook, Around]] = OrderedDict()
        self._lock = threading.Lock()

    async def before(self, data: dict[str, Any], call_type: str) -> dict[str, Any]:
        """Return a request as it may go on.

        Raises:
            BlockedError: it may not, or it is of a form that cannot be judged.
            OutsideError: the guard failed; nothing may then go on.
        """
        return await asyncio.to_thread(self._before, data, call_type)

    async def after(self, data: dict[str, Any], reply: Any) -> Any:
        """Return a whole reply, restored in place.

        Raises:
            BlockedError: it may not be shown.
        """
        book, around = self._taken(data)
        if book is None:
            raise BlockedError("the guard knows nothing of the request to this reply, so it is not shown")
        return await asyncio.to_thread(self._restored, reply, book, around)

    async def during(self, data: dict[str, Any], chunks: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Yield a stream's chunks, restored; what may yet become a pseudonym is held back until it is sure.

        Replies in streams are restored and not judged: what was shown cannot be taken back.
        """
        book, _ = self._taken(data)
        if book is None:
            raise BlockedError("the guard knows nothing of the request to this reply, so it is not shown")
        streams = _Streams(book)
        last = None
        async for chunk in chunks:
            streams.feed(chunk)
            last = chunk
            yield chunk
        for chunk in streams.rest(last):
            yield chunk

    def _before(self, data: dict[str, Any], call_type: str) -> dict[str, Any]:
        from vedette.guard.pseudonyms import MemoryPairs

        endpoint = _CALLS.get(str(getattr(call_type, "value", call_type)))
        if endpoint is None:
            raise BlockedError(f"the guard does not know calls of the sort {str(call_type)[:40]!r}, and lets none pass")
        own = {name: value for name, value in data.items() if name in _OWN_FIELDS or name.startswith(_OWN_BEGINNINGS)}
        sent = {name: value for name, value in data.items() if name not in own}
        try:
            body = read_request(endpoint, sent, Reading(alias=_alias))
        except WireError as error:
            raise BlockedError(error.message, next_step=error.next_step) from None
        book = MemoryPairs(secrets.token_hex(8), secrets.token_bytes(32))
        who = Who(route=self._route, model=body.model)
        protected = self._guard.protect_all([slot.passage for slot in body.slots], book, who=who)
        held = next((one for one in protected if not one.passes), None)
        if held is not None:
            raise BlockedError(held.verdict.reason or "the policy does not let this request pass")
        for slot, one in zip(body.slots, protected, strict=True):
            if slot.fixed and one.text != slot.passage.text:
                raise BlockedError(f"{slot.passage.place} holds what may not leave, and nothing else can stand there")
        seen = tuple(slot.passage.text for slot in body.slots if slot.passage.role is not Role.SYSTEM)
        self._keep(data, book, Around(instructions=body.instructions, seen=seen))
        return {**data, **body.filled([one.text for one in protected])}

    def _restored(self, reply: Any, book: PairBook, around: Around) -> Any:
        from vedette.guard.pseudonyms import Restorer

        restorer = Restorer(book)
        for part, name, form in _texts(reply):
            text = restorer.restore(getattr(part, name), form=form)
            self._judge(text, around, form)
            setattr(part, name, text)
        return reply

    def _judge(self, text: str, around: Around, form: Form) -> None:
        """Raise where the policy blocks a restored reply; values in it are the client's own, and are no finding."""
        verdict = self._guard.check(
            Passage(text=text, direction=Direction.REPLY, role=Role.ASSISTANT, form=form),
            around,
            who=Who(route=self._route),
        )
        if verdict.action in (Action.BLOCK, Action.ASK) and not verdict.dry_run:
            raise BlockedError(verdict.reason or "the policy does not let this reply pass")

    def _keep(self, data: dict[str, Any], book: PairBook, around: Around) -> None:
        now = self._clock()
        with self._lock:
            self._open[_call_id(data)] = (now, book, around)
            while self._open:
                oldest = next(iter(self._open.values()))[0]
                if len(self._open) <= MOST_OPEN and now - oldest < LONGEST_S:
                    break
                self._open.popitem(last=False)

    def _taken(self, data: dict[str, Any]) -> tuple[PairBook | None, Around]:
        with self._lock:
            found = self._open.pop(_call_id(data), None)
        return (None, Around()) if found is None else (found[1], found[2])


class _Streams:
    """The streams within a stream: one for each choice's text, one for each tool call's arguments."""

    def __init__(self, book: PairBook) -> None:
        self._book = book
        self._streams: dict[tuple[Any, ...], StreamRestorer] = {}

    def feed(self, chunk: Any) -> None:
        """Restore a chunk in place."""
        for key, part, name, form in _deltas(chunk):
            setattr(part, name, self._of(key, form).feed(getattr(part, name)))
        for choice in getattr(chunk, "choices", None) or ():
            if getattr(choice, "finish_reason", None):
                for key in [one for one in self._streams if one[0] == choice.index and one[1] == "content"]:
                    rest = self._streams.pop(key).close()
                    if rest:
                        choice.delta.content = (getattr(choice.delta, "content", None) or "") + rest

    def rest(self, last: Any) -> list[Any]:
        """Return what is left at the stream's end, put into its last chunk's form."""
        held = [(key, rest) for key, stream in self._streams.items() if (rest := stream.close())]
        if held and last is None:
            raise OutsideError("the stream ended before its first chunk")
        made = []
        for key, rest in held:
            chunk = last.model_copy(deep=True)
            for choice in chunk.choices:
                choice.index, choice.finish_reason = key[0], None
                choice.delta.content = rest if key[1] == "content" else None
                if key[1] != "content":
                    raise OutsideError("the stream ended within the arguments of a tool call")
            made.append(chunk)
        return made

    def _of(self, key: tuple[Any, ...], form: Form) -> StreamRestorer:
        from vedette.guard.pseudonyms import Restorer

        if key not in self._streams:
            self._streams[key] = Restorer(self._book).stream(form=form)
        return self._streams[key]


_SAID = ("content", "refusal", "reasoning_content", "reasoning")


def _texts(reply: Any) -> list[tuple[Any, str, Form]]:
    """Return where a whole chat reply holds text: object, attribute, form."""
    out: list[tuple[Any, str, Form]] = []
    for choice in getattr(reply, "choices", None) or ():
        message = getattr(choice, "message", None)
        out += [(message, name, Form.PLAIN) for name in _SAID if isinstance(getattr(message, name, None), str)]
        out += [(one, "arguments", Form.JSON) for one in _functions(message)]
    return out


def _deltas(chunk: Any) -> list[tuple[tuple[Any, ...], Any, str, Form]]:
    out: list[tuple[tuple[Any, ...], Any, str, Form]] = []
    for choice in getattr(chunk, "choices", None) or ():
        delta = getattr(choice, "delta", None)
        for name in _SAID:
            if isinstance(getattr(delta, name, None), str):
                out.append(((choice.index, name), delta, name, Form.PLAIN))
        for call in getattr(delta, "tool_calls", None) or ():
            function = getattr(call, "function", None)
            if isinstance(getattr(function, "arguments", None), str):
                out.append(((choice.index, "call", getattr(call, "index", 0)), function, "arguments", Form.JSON))
    return out


def _functions(message: Any) -> list[Any]:
    calls = [getattr(call, "function", None) for call in getattr(message, "tool_calls", None) or ()]
    calls.append(getattr(message, "function_call", None))
    return [one for one in calls if isinstance(getattr(one, "arguments", None), str)]


def _call_id(data: dict[str, Any]) -> str:
    return str(data.get("litellm_call_id") or id(data))


def _alias(text: str) -> str:
    from hashlib import blake2b

    return f"id-{blake2b(text.encode('utf-8', 'surrogatepass'), key=_ALIAS_KEY, digest_size=9).hexdigest()}"


_ALIAS_KEY = secrets.token_bytes(32)
"""Of this process: an id of the client's says nothing upstream, and is the same as long as the process runs."""
