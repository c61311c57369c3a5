"""Streams of replies, event by event: each becomes a tree, with the pieces of running texts taken out.

A running text is a channel: the content of a choice, the arguments of one call of a tool. Its pieces are judged and
restored together, so they may come later than they came in, and cut elsewhere; whoever sends them on puts them back at
their paths, or makes events of their own for what is left when a channel ends (:meth:`StreamReader.spill`).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from vedette.guard.wire import replies
from vedette.guard.wire.base import Body, Endpoint, Reading, WireError, dumped
from vedette.guard.wire.forms import Shape, Walk, object_of, plain, sealing, tagged
from vedette.schema.guarding import Form
from vedette.schema.message import Usage

DONE = "[DONE]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A server-sent event."""

    data: Any = field(repr=False)
    name: str | None = None

    def encoded(self) -> bytes:
        """Return it as bytes; JSON holds no line end, so no text in it can start another event."""
        head = b"" if self.name is None else b"event: " + self.name.encode() + b"\n"
        return head + b"data: " + (self.data.encode() if isinstance(self.data, str) else dumped(self.data)) + b"\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a running text."""

    channel: str
    text: str = field(repr=False)
    path: tuple[str | int, ...]
    """Where it stands in the event."""
    form: Form = Form.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event, taken apart."""

    body: Body
    name: str | None = None
    parts: tuple[Part, ...] = ()
    closes: tuple[str, ...] = ()
    """Beginnings of the names of channels that have ended before this event; ``""`` ends all."""
    bare: bool = False
    """Whether it carries nothing but pieces: it can be left out while they are held back."""
    silent: bool = False
    """Whether the client did not ask for it."""
    last: bool = False
    usage: Usage | None = None


class StreamReader(Protocol):
    """Reads the events of one stream. Keeps what it needs to make events of its own."""

    def read(self, value: Any) -> Step:
        """Return an event, taken apart.

        Raises:
            WireError: it is none that is known, or the upstream's error.
        """
        ...

    def spill(self, channel: str, text: str) -> Event:
        """Return an event that carries what was left of a channel."""
        ...

    def event(self, name: str | None, data: Any) -> Event:
        """Return an event as it is sent on, with its number where events are numbered."""
        ...

    @property
    def needs_end(self) -> bool:
        """Whether the stream's end is still to come; a stream that ends before was cut off."""
        ...


def stream_reader(endpoint: Endpoint, reading: Reading, *, json_reply: bool, usage_asked: bool = True) -> StreamReader:
    """Return a reader for the streams of an endpoint.

    Args:
        endpoint: what was asked.
        reading: how parts of replies are read.
        json_reply: whether the text was asked to be JSON.
        usage_asked: whether the client wants the event with the usage (chat completions).
    """
    form = Form.JSON if json_reply else Form.PLAIN
    if endpoint is Endpoint.CHAT:
        return ChatStream(reading, form, usage_asked=usage_asked)
    if endpoint is Endpoint.RESPONSES:
        return ResponsesStream(reading, form)
    if endpoint is Endpoint.MESSAGES:
        return MessagesStream(reading, form)
    raise WireError("this has no streams", param="stream")


def upstream_error() -> WireError:
    """Return the error of a stream in which the upstream reports one; its words are not passed on."""
    return WireError(
        "the upstream broke off with an error", code="upstream_error", next_step="try again; its own log says more"
    )


def _index(value: Any, name: str = "index") -> int:
    found = value.get(name, 0) if isinstance(value, dict) else None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 100_000:
        raise WireError("an event of the stream has no index", param=name)
    return found


class ChatStream:
    """Chunks of chat completions."""

    _TEXTS = ("content", "refusal", "reasoning_content", "reasoning")

    def __init__(self, reading: Reading, form: Form, *, usage_asked: bool) -> None:
        self._reading = reading
        self._form = form
        self._usage_asked = usage_asked
        self._head: dict[str, Any] = {}
        self._current: dict[int, str] = {}
        self._paths: dict[str, tuple[str | int, ...]] = {}
        self.needs_end = True

    def read(self, value: Any) -> Step:
        """Return a chunk, taken apart."""
        if value == DONE:
            self.needs_end = False
            return Step(body=Body(tree=DONE, slots=()), closes=("",), last=True)
        if not isinstance(value, dict) or value.get("error"):
            raise upstream_error()
        walk = Walk(self._reading)
        choices = value.get("choices")
        head = {n: v for n, v in value.items() if n not in ("choices", "usage") and n in replies.CHAT_HEAD}
        tree = object_of(replies.CHAT_HEAD)(walk, head, "")
        self._head = {n: v for n, v in head.items() if n in ("id", "object", "created", "model", "system_fingerprint")}
        usage = replies.usage_of(Endpoint.CHAT, value)
        if "usage" in value and self._usage_asked:
            tree["usage"] = plain(walk, value["usage"], "usage")
        if not isinstance(choices, list):
            raise WireError("a chunk of the stream has no choices", param="choices")
        parts: list[Part] = []
        closes: list[str] = []
        tree["choices"] = [self._choice(walk, one, at, parts, closes) for at, one in enumerate(choices)]
        bare = bool(parts) and not walk.slots and usage is None and not any(self._says(one) for one in tree["choices"])
        return Step(
            body=Body(tree=tree, slots=tuple(walk.slots)),
            parts=tuple(parts),
            closes=tuple(closes),
            bare=bare,
            silent=not choices and usage is not None and not self._usage_asked,
            usage=usage,
        )

    def spill(self, channel: str, text: str) -> Event:
        """Return a chunk with a channel's rest."""
        number, _, rest = channel.partition("/")
        delta: dict[str, Any] = {}
        if rest.startswith("tool_calls/"):
            _, at, sort, name = rest.split("/")
            delta["tool_calls"] = [{"index": int(at), sort: {name: text}}]
        elif rest == "function_call":
            delta["function_call"] = {"arguments": text}
        else:
            delta[rest] = text
        choice = {"index": int(number), "delta": delta, "finish_reason": None}
        return Event(data={**self._head, "choices": [choice]})

    def event(self, name: str | None, data: Any) -> Event:
        """Return an event as it is sent on."""
        return Event(data=data, name=name)

    def _choice(self, walk: Walk, value: Any, at: int, parts: list[Part], closes: list[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WireError("must be an object", param=f"choices[{at}]")
        number = _index(value)
        made: dict[str, Any] = {"index": number}
        delta = value.get("delta")
        first = len(parts)
        made["delta"] = self._delta(walk, delta if isinstance(delta, dict) else {}, number, at, parts)
        for part in parts[first:]:
            # a call begins with an empty piece; whoever reads takes what was before it for whole
            if not part.text and "/tool_calls/" not in part.channel:
                continue
            before = self._current.get(number)
            if before is not None and before != part.channel:
                closes.append(before)
            self._current[number] = part.channel
        if "logprobs" in value:
            made["logprobs"] = None
        made["finish_reason"] = plain(walk, value.get("finish_reason"), "finish_reason")
        if made["finish_reason"] is not None:
            closes.append(f"{number}/")
            self._current.pop(number, None)
        return made

    def _delta(self, walk: Walk, value: dict[str, Any], number: int, at: int, parts: list[Part]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        here: tuple[str | int, ...] = ("choices", at, "delta")
        for name, one in value.items():
            if name in self._TEXTS and isinstance(one, str):
                form = self._form if name == "content" else Form.PLAIN
                parts.append(Part(channel=f"{number}/{name}", text=one, path=(*here, name), form=form))
                made[name] = one
            elif name == "tool_calls" and isinstance(one, list):
                made[name] = [self._call(walk, c, number, (*here, name, i), parts) for i, c in enumerate(one)]
            elif name == "function_call" and isinstance(one, dict):
                channel = f"{number}/function_call"
                made[name] = self._function(walk, one, channel, "arguments", (*here, name), parts)
            elif name == "audio" and one is not None:
                raise WireError("spoken replies cannot be judged", code="media_refused")
            elif name == "annotations" and one is not None:
                made[name] = replies.JUDGED(walk, one, name)
            elif name == "role" or one is None:
                made[name] = plain(walk, one, name)
        return made

    def _call(
        self, walk: Walk, value: Any, number: int, path: tuple[str | int, ...], parts: list[Part]
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WireError("must be an object", param="tool_calls")
        made = {name: plain(walk, value[name], name) for name in ("index", "id", "type") if name in value}
        channel = f"{number}/tool_calls/{_index(value)}"
        for sort, name in (("function", "arguments"), ("custom", "input")):
            if isinstance(value.get(sort), dict):
                made[sort] = self._function(walk, value[sort], f"{channel}/{sort}/{name}", name, (*path, sort), parts)
        return made

    def _function(
        self, walk: Walk, value: dict[str, Any], channel: str, name: str, path: tuple[str | int, ...], parts: list[Part]
    ) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if isinstance(value.get("name"), str) and value["name"]:
            made["name"] = replies.said(walk, value["name"], "name")
        if isinstance(value.get(name), str):
            form = Form.JSON if name == "arguments" else Form.PLAIN
            parts.append(Part(channel=channel, text=value[name], path=(*path, name), form=form))
            made[name] = value[name]
        return made

    @staticmethod
    def _says(choice: dict[str, Any]) -> bool:
        """Whether a choice says anything besides running text."""
        if choice.get("finish_reason") is not None:
            return True
        delta = choice["delta"]
        if delta.get("role") is not None or "annotations" in delta:
            return True
        calls = delta.get("tool_calls") or ()
        return any("id" in call or "type" in call for call in calls)


class MessagesStream:
    """Events of Anthropic's messages."""

    _DELTAS: ClassVar[dict[str, str]] = {
        "text_delta": "text",
        "input_json_delta": "partial_json",
        "thinking_delta": "thinking",
    }

    def __init__(self, reading: Reading, form: Form) -> None:
        self._reading = reading
        self._form = form
        self.needs_end = True

    def read(self, value: Any) -> Step:
        """Return an event, taken apart."""
        sort = value.get("type") if isinstance(value, dict) else None
        if sort == "error":
            raise upstream_error()
        if sort == "content_block_delta":
            return self._delta(value)
        shape = _MESSAGE_EVENTS.get(sort) if isinstance(sort, str) else None
        if shape is None or sort is None:
            raise WireError("an event of the stream is of no kind that is known", param="type", code="unknown_kind")
        body = replies.read_with(shape, value, self._reading)
        closes: tuple[str, ...] = ()
        if sort == "content_block_stop":
            closes = (f"{_index(value)}/",)
        elif sort in ("message_delta", "message_stop"):
            closes = ("",)
        if sort == "message_stop":
            self.needs_end = False
        said = value.get("message") if sort == "message_start" else value
        return Step(
            body=body,
            name=sort,
            closes=closes,
            last=sort == "message_stop",
            usage=replies.usage_of(Endpoint.MESSAGES, said),
        )

    def spill(self, channel: str, text: str) -> Event:
        """Return a delta with a channel's rest."""
        number, _, name = channel.partition("/")
        sort = next(sort for sort, field_ in self._DELTAS.items() if field_ == name)
        data = {"type": "content_block_delta", "index": int(number), "delta": {"type": sort, name: text}}
        return Event(data=data, name="content_block_delta")

    def event(self, name: str | None, data: Any) -> Event:
        """Return an event as it is sent on."""
        return Event(data=data, name=name)

    def _delta(self, value: dict[str, Any]) -> Step:
        number, delta = _index(value), value.get("delta")
        sort = delta.get("type") if isinstance(delta, dict) else None
        head = {"type": "content_block_delta", "index": number}
        name = self._DELTAS.get(sort) if isinstance(sort, str) else None
        if isinstance(delta, dict) and name is not None and isinstance(delta.get(name), str):
            form = {"partial_json": Form.JSON, "text": self._form}.get(name, Form.PLAIN)
            part = Part(channel=f"{number}/{name}", text=delta[name], path=("delta", name), form=form)
            tree = {**head, "delta": {"type": sort, name: delta[name]}}
            return Step(body=Body(tree=tree, slots=()), name="content_block_delta", parts=(part,), bare=True)
        if isinstance(delta, dict) and sort in ("signature_delta", "citations_delta"):
            body = replies.read_with(_DELTA, value, self._reading)
            closes = (f"{number}/thinking",) if sort == "signature_delta" else ()
            return Step(body=body, name="content_block_delta", closes=closes)
        raise WireError("a delta of the stream is of no kind that is known", param="delta.type", code="unknown_kind")


_NUMBERS: dict[str, Shape] = dict.fromkeys(("type", "index"), plain)
_DELTA = object_of(
    {
        **_NUMBERS,
        "delta": tagged(
            "type",
            {
                "signature_delta": object_of({"type": plain, "signature": sealing}),
                "citations_delta": object_of({"type": plain, "citation": replies.JUDGED}),
            },
        ),
    }
)
_MESSAGE_EVENTS: dict[str, Shape] = {
    "message_start": object_of({**_NUMBERS, "message": replies.MESSAGE}, rest=replies.JUDGED),
    "content_block_start": object_of({**_NUMBERS, "content_block": replies.BLOCK}, rest=replies.JUDGED),
    "content_block_stop": object_of(_NUMBERS, rest=replies.JUDGED),
    "message_delta": object_of(
        {
            **_NUMBERS,
            "usage": plain,
            "delta": object_of({"stop_reason": plain, "stop_sequence": replies.said}, rest=replies.JUDGED),
        },
        rest=replies.JUDGED,
    ),
    "message_stop": object_of(_NUMBERS, rest=replies.JUDGED),
    "ping": object_of(_NUMBERS, rest=replies.JUDGED),
}


class ResponsesStream:
    """Events of responses."""

    _RUNNING: ClassVar[dict[str, tuple[str, tuple[str, ...]]]] = {
        "response.output_text": ("text", ("output_index", "content_index")),
        "response.refusal": ("refusal", ("output_index", "content_index")),
        "response.reasoning_text": ("text", ("output_index", "content_index")),
        "response.reasoning_summary_text": ("text", ("output_index", "summary_index")),
        "response.function_call_arguments": ("arguments", ("output_index",)),
        "response.custom_tool_call_input": ("input", ("output_index",)),
    }

    def __init__(self, reading: Reading, form: Form) -> None:
        self._reading = reading
        self._form = form
        self._sequence = 0
        self._heads: dict[str, dict[str, Any]] = {}
        self.needs_end = True

    def read(self, value: Any) -> Step:
        """Return an event, taken apart."""
        sort = value.get("type") if isinstance(value, dict) else None
        if value == DONE:  # some servers end all streams alike
            self.needs_end = False
            return Step(body=Body(tree=DONE, slots=()), closes=("",), last=True, silent=True)
        if not isinstance(sort, str) or sort in ("error", "response.error"):
            raise upstream_error()
        base, _, end = sort.rpartition(".")
        running = self._RUNNING.get(base)
        if running is not None and end == "delta" and isinstance(value.get("delta"), str):
            return self._delta(value, sort, base, running[1])
        if running is not None and end == "done":
            name, indexes = running
            said = replies.ARGUMENTS if name == "arguments" else replies.said
            shape = object_of({**_RESPONSE_HEAD, name: said, "name": replies.said, "logprobs": _none}, rest=_left_out)
            return Step(
                body=replies.read_with(shape, value, self._reading),
                name=sort,
                closes=(_channel(base, value, indexes),),
            )
        shape_ = _RESPONSE_EVENTS.get(sort)
        if shape_ is None:
            raise WireError("an event of the stream is of no kind that is known", param="type", code="unknown_kind")
        last = sort in ("response.completed", "response.incomplete", "response.failed")
        if last:
            self.needs_end = False
        return Step(
            body=replies.read_with(shape_, value, self._reading),
            name=sort,
            closes=("",) if last else (),
            last=last,
            usage=replies.usage_of(Endpoint.RESPONSES, value.get("response")),
        )

    def spill(self, channel: str, text: str) -> Event:
        """Return a delta with a channel's rest."""
        head = copy.deepcopy(self._heads[channel])
        return self.event(head["type"], {**head, "delta": text})

    def event(self, name: str | None, data: Any) -> Event:
        """Return an event with its number."""
        if isinstance(data, dict):
            data = {**data, "sequence_number": self._sequence}
            self._sequence += 1
        return Event(data=data, name=name)

    @property
    def sequence(self) -> int:
        """Return the next event's number."""
        return self._sequence

    def _delta(self, value: dict[str, Any], sort: str, base: str, indexes: tuple[str, ...]) -> Step:
        channel = _channel(base, value, indexes)
        walk = Walk(self._reading)
        head = {name: plain(walk, value[name], name) for name in _RESPONSE_HEAD if name in value}
        if walk.slots:
            raise WireError("an event's head is too long", param=sort)
        if "logprobs" in value:
            head["logprobs"] = []
        self._heads[channel] = head
        form = Form.PLAIN
        if base == "response.function_call_arguments":
            form = Form.JSON
        elif base == "response.output_text":
            form = self._form
        part = Part(channel=channel, text=value["delta"], path=("delta",), form=form)
        tree = {**head, "delta": value["delta"]}
        return Step(body=Body(tree=tree, slots=()), name=sort, parts=(part,), bare=True)


def _channel(base: str, value: dict[str, Any], indexes: tuple[str, ...]) -> str:
    return "/".join((base, *(str(_index(value, name)) for name in indexes), ""))


def _none(walk: Walk, value: Any, place: str) -> Any:
    return []


def _left_out(walk: Walk, value: Any, place: str) -> Any:
    return None


_RESPONSE_HEAD: dict[str, Shape] = dict.fromkeys(
    (
        *("type", "sequence_number", "item_id", "output_index", "content_index", "summary_index", "annotation_index"),
        "stream_id",
    ),
    plain,
)


def _of(**fields: Shape) -> Shape:
    return object_of({**_RESPONSE_HEAD, **fields}, rest=_left_out)


_WITH_RESPONSE = _of(response=replies.RESPONSE)
_RESPONSE_EVENTS: dict[str, Shape] = {
    **dict.fromkeys(
        (f"response.{name}" for name in ("created", "queued", "in_progress", "completed", "incomplete", "failed")),
        _WITH_RESPONSE,
    ),
    "response.output_item.added": _of(item=replies.ITEM),
    "response.output_item.done": _of(item=replies.ITEM),
    "response.content_part.added": _of(part=replies.RESPONSE_PART),
    "response.content_part.done": _of(part=replies.RESPONSE_PART),
    "response.reasoning_summary_part.added": _of(part=replies.RESPONSE_PART),
    "response.reasoning_summary_part.done": _of(part=replies.RESPONSE_PART, status=plain),
    "response.output_text.annotation.added": _of(annotation=replies.JUDGED),
    "keepalive": _of(),
}


def placed(tree: Any, path: tuple[str | int, ...], text: str) -> None:
    """Put a text at its path in a filled event."""
    for name in path[:-1]:
        tree = tree[name]
    tree[path[-1]] = text
