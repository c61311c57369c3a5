"""An upstream that answers by script and records all that reaches it: headers, paths, bodies.

It speaks chat completions, responses, embeddings and messages, whole and as streams cut anywhere. What it answers hangs
on the request and on the model's name: ``echo`` says the last user's text again, ``tool`` calls the first tool with it,
``json`` puts it into an object, ``bold`` into Markdown, ``think`` thinks it before it says it; the faults are named in
:data:`FAULTS`.

Run alone: ``python -m benchmarks.guard.upstream_double --port 0``; it prints its address.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import struct
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

FAULTS = ("error500", "error400", "error429", "cut", "malformed", "huge", "packed", "redirect", "silent", "badauth")
HEAD = {"id": "chatcmpl-7", "created": 1_760_000_000, "model": "echo-1", "system_fingerprint": "fp_1"}
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass
class Recorded:
    """A request as it came."""

    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def everything(self) -> bytes:
        """All of its bytes."""
        return b"\n".join((self.path.encode(), *(b": ".join(one) for one in self.headers), self.body))


@dataclass
class Upstream:
    """The application, and what reached it."""

    recording: bool = True
    delay_s: float = 0.0
    """Between the pieces of a stream."""
    piece_chars: int = 7
    cut_bytes: bool = True
    """Whether events are cut anywhere on the wire."""
    requests: list[Recorded] = field(default_factory=list)
    n_left: int = 0
    """Streams whose reader left before their end."""
    n_running: int = 0

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        if self.recording:
            self.requests.append(Recorded(path, list(scope["headers"]), body))
        asked = json.loads(body)
        self.n_running += 1
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await self._answer(scope["path"], asked, send, gone)
        finally:
            self.n_running -= 1
            gone.cancel()

    async def _answer(self, path: str, asked: dict[str, Any], send: Send, gone: asyncio.Future[None]) -> None:
        model = asked["model"]
        endpoint = path.removeprefix("/v1/")
        if model.startswith(("error", "badauth")):
            status = 401 if model == "badauth" else int(model[5:8])
            said = f"the model cannot read: {' '.join(texts_of(endpoint, asked))}"
            await _send_json(send, {"error": {"message": said, "type": "server_error"}}, status)
        elif model == "redirect":
            await send(
                {"type": "http.response.start", "status": 307, "headers": [(b"location", b"http://127.0.0.1:1/")]}
            )
            await send({"type": "http.response.body", "body": b""})
        elif model == "packed":
            packed = zlib.compress(b"0" * 50_000_000)
            headers = [(b"content-type", b"application/json"), (b"content-encoding", b"deflate")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": packed})
        elif model == "silent":
            await asyncio.wait({gone}, timeout=30)
        elif asked.get("stream"):
            await self._stream(endpoint, model, asked, send, gone)
        else:
            reply = whole(endpoint, asked)
            data = b" " * 40_000_000 if model == "huge" else dumped(reply)
            if model == "malformed":
                data = data[: len(data) // 2]
            if model == "cut":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999999")]})
                await send({"type": "http.response.body", "body": data, "more_body": True})
                raise ConnectionError("cut on purpose")
            await _send_json(send, reply if model != "huge" else None, 200, data)

    async def _stream(
        self, endpoint: str, model: str, asked: dict[str, Any], send: Send, gone: asyncio.Future[None]
    ) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        chosen = random.Random(zlib.crc32(json.dumps(asked).encode()))
        events = list(stream(endpoint, asked, self.piece_chars))
        if model == "cut":
            events = events[: len(events) * 2 // 3]
        if model == "malformed":
            events[len(events) // 2] = b'data: {"choices": [{"delta": {"content": "half\n\n'
        if model == "streamerror":
            said = json.dumps({"type": "error", "error": {"message": " ".join(texts_of(endpoint, asked))}})
            events[len(events) // 2] = b"event: error\ndata: " + said.encode() + b"\n\n"
        for event in events:
            for piece in _cut(event, chosen) if self.cut_bytes else (event,):
                if gone.done():
                    self.n_left += 1
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
        if model == "cut":
            raise ConnectionError("cut on purpose")
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cut(event: bytes, chosen: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(event):
        size = chosen.choice((1, 3, 17, 64, 500))
        yield event[at : at + size]
        at += size


async def _send_json(send: Send, value: Any, status: int, data: bytes | None = None) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-request-id", b"req-upstream-1")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": dumped(value) if data is None else data})


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


# -- what is said ---------------------------------------------------------------------------------


def texts_of(endpoint: str, asked: dict[str, Any]) -> list[str]:
    """Return the texts of the last message."""
    if endpoint == "embeddings":
        given = asked["input"]
        return [given] if isinstance(given, str) else given
    messages = asked.get("messages", asked.get("input"))
    if isinstance(messages, str):
        return [messages]
    last = messages[-1]
    content = last.get("content", last.get("output"))
    if isinstance(content, str):
        return [content]
    found = []
    for part in content:
        inner = part.get("text") or part.get("content") or ""
        found += [inner] if isinstance(inner, str) else [one.get("text", "") for one in inner]
    return found


def spoken(endpoint: str, asked: dict[str, Any]) -> str:
    """Return what is said."""
    text = "\n".join(texts_of(endpoint, asked))
    model = asked["model"]
    if model.startswith("json"):
        return json.dumps({"said": text, "n": 1})
    if model.startswith("bold"):
        return f"You said **{text}** and `{text}`."
    return f"You said: {text}"


def tool_of(asked: dict[str, Any]) -> str | None:
    """Return the name of the tool that is called; None where none is."""
    tools = asked.get("tools")
    if not asked["model"].startswith("tool") or not tools:
        return None
    first = tools[0]
    return str(first.get("name") or first["function"]["name"])


def arguments_of(endpoint: str, asked: dict[str, Any]) -> str:
    """Return the arguments of the tool that is called."""
    return json.dumps({"query": "\n".join(texts_of(endpoint, asked)), "limit": 5})


def _usage(asked: dict[str, Any], text: str) -> tuple[int, int]:
    return max(1, len(json.dumps(asked)) // 4), max(1, len(text) // 4)


def whole(endpoint: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a whole reply."""
    if endpoint == "embeddings":
        vectors = [[zlib.crc32(one.encode()) / 2**32, 0.25, 0.5] for one in texts_of(endpoint, asked)]
        packed = asked.get("encoding_format") == "base64"
        said = [base64.b64encode(struct.pack("<3f", *one)).decode() if packed else one for one in vectors]
        data = [{"object": "embedding", "index": at, "embedding": one} for at, one in enumerate(said)]
        return {"object": "list", "data": data, "model": "e", "usage": {"prompt_tokens": 7, "total_tokens": 7}}
    if endpoint == "messages/count_tokens":
        return {"input_tokens": 42}
    text, tool, arguments = spoken(endpoint, asked), tool_of(asked), arguments_of(endpoint, asked)
    n_in, n_out = _usage(asked, text)
    if endpoint == "chat/completions":
        message: dict[str, Any] = {"role": "assistant", "content": None if tool else text, "refusal": None}
        if tool:
            call = {"id": "call_abc123", "type": "function", "function": {"name": tool, "arguments": arguments}}
            message["tool_calls"] = [call, {**call, "id": "call_abc124"}]
        reason = "tool_calls" if tool else "stop"
        choices = [
            {"index": n, "message": message, "finish_reason": reason, "logprobs": None}
            for n in range(asked.get("n") or 1)
        ]
        usage = {"prompt_tokens": n_in, "completion_tokens": n_out, "total_tokens": n_in + n_out}
        return {**HEAD, "object": "chat.completion", "choices": choices, "usage": usage}
    if endpoint == "messages":
        return {
            **_message(asked, n_in),
            "content": _blocks(asked, text, tool, arguments),
            "stop_reason": "tool_use" if tool else "end_turn",
            "usage": {"input_tokens": n_in, "output_tokens": n_out},
        }
    return _response(asked, _items(asked, text, tool, arguments), "completed", n_in, n_out)


def _message(asked: dict[str, Any], n_in: int) -> dict[str, Any]:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "echo-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": n_in, "output_tokens": 1},
    }


def _blocks(asked: dict[str, Any], text: str, tool: str | None, arguments: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if asked["model"].startswith("think"):
        signature = base64.b64encode(text.encode()[::-1]).decode()[:80]
        blocks.append({"type": "thinking", "thinking": f"They say {text}", "signature": signature})
    if tool:
        blocks.append({"type": "text", "text": "Let me look."})
        blocks.append({"type": "tool_use", "id": "toolu_01", "name": tool, "input": json.loads(arguments)})
    else:
        blocks.append({"type": "text", "text": text})
    return blocks


def _items(asked: dict[str, Any], text: str, tool: str | None, arguments: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if asked["model"].startswith("think"):
        summary = [{"type": "summary_text", "text": f"They say {text}"}]
        items.append({"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "gAAAAB0123"})
    if tool:
        call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": tool, "arguments": arguments}
        items.append({**call, "status": "completed"})
    else:
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        items.append({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]})
    return items


def _response(asked: dict[str, Any], output: list[Any], status: str, n_in: int, n_out: int) -> dict[str, Any]:
    usage = {
        "input_tokens": n_in,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": n_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": n_in + n_out,
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_760_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "metadata": asked.get("metadata") or {},
        "model": "echo-1",
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": asked.get("tool_choice", "auto"),
        "tools": asked.get("tools", []),
        "top_p": 1.0,
        "text": asked.get("text") or {"format": {"type": "text"}},
        "truncation": "disabled",
        "usage": usage if status == "completed" else None,
        "user": asked.get("user"),
    }


# -- streams --------------------------------------------------------------------------------------


def stream(endpoint: str, asked: dict[str, Any], size: int) -> Iterator[bytes]:
    """Yield the events of a stream."""
    text, tool, arguments = spoken(endpoint, asked), tool_of(asked), arguments_of(endpoint, asked)
    if endpoint == "chat/completions":
        yield from _chat_stream(asked, text, tool, arguments, size)
    elif endpoint == "messages":
        yield from _message_stream(asked, text, tool, arguments, size)
    else:
        yield from _response_stream(asked, text, tool, arguments, size)


def pieces(text: str, size: int) -> Iterator[str]:
    """Yield a text in pieces."""
    for at in range(0, len(text), size):
        yield text[at : at + size]


def _chat_stream(asked: dict[str, Any], text: str, tool: str | None, arguments: str, size: int) -> Iterator[bytes]:
    usage_asked = (asked.get("stream_options") or {}).get("include_usage")
    n = asked.get("n") or 1

    def chunk(number: int, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": number, "delta": delta, "finish_reason": reason}
        made = {**HEAD, "object": "chat.completion.chunk", "choices": [choice]}
        return b"data: " + dumped({**made, "usage": None} if usage_asked else made) + b"\n\n"

    yield b": hello\r\n\r\n"
    for number in range(n):
        yield chunk(number, {"role": "assistant", "content": None if tool else ""})
    if tool:
        for at in range(2):
            head = {"index": at, "id": f"call_abc12{3 + at}", "type": "function"}
            yield chunk(0, {"tool_calls": [{**head, "function": {"name": tool, "arguments": ""}}]})
            for piece in pieces(arguments, size):
                yield chunk(0, {"tool_calls": [{"index": at, "function": {"arguments": piece}}]})
    else:
        for piece in pieces(text, size):
            for number in range(n):
                yield chunk(number, {"content": piece})
    for number in range(n):
        yield chunk(number, {}, "tool_calls" if tool else "stop")
    if usage_asked:
        n_in, n_out = _usage(asked, text)
        usage = {"prompt_tokens": n_in, "completion_tokens": n_out, "total_tokens": n_in + n_out}
        yield b"data: " + dumped({**HEAD, "object": "chat.completion.chunk", "choices": [], "usage": usage}) + b"\n\n"
    yield b"data: [DONE]\n\n"


def _message_stream(asked: dict[str, Any], text: str, tool: str | None, arguments: str, size: int) -> Iterator[bytes]:
    n_in, n_out = _usage(asked, text)

    def event(sort: str, **more: Any) -> bytes:
        return f"event: {sort}\r\n".encode() + b"data: " + dumped({"type": sort, **more}) + b"\r\n\r\n"

    yield event("message_start", message=_message(asked, n_in))
    yield event("ping")
    for at, block in enumerate(_blocks(asked, text, tool, arguments)):
        empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}
        yield event("content_block_start", index=at, content_block={**block, **empty[block["type"]]})
        if block["type"] == "text":
            for piece in pieces(block["text"], size):
                yield event("content_block_delta", index=at, delta={"type": "text_delta", "text": piece})
        elif block["type"] == "thinking":
            for piece in pieces(block["thinking"], size):
                yield event("content_block_delta", index=at, delta={"type": "thinking_delta", "thinking": piece})
            delta = {"type": "signature_delta", "signature": block["signature"]}
            yield event("content_block_delta", index=at, delta=delta)
        else:
            for piece in pieces(arguments, size):
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield event("content_block_delta", index=at, delta=delta)
        yield event("content_block_stop", index=at)
    reason = "tool_use" if tool else "end_turn"
    delta = {"stop_reason": reason, "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": n_out})
    yield event("message_stop")


def _response_stream(asked: dict[str, Any], text: str, tool: str | None, arguments: str, size: int) -> Iterator[bytes]:
    n_in, n_out = _usage(asked, text)
    number = 0

    def event(sort: str, **more: Any) -> bytes:
        nonlocal number
        data = {"type": sort, "sequence_number": number, **more}
        number += 1
        return f"event: {sort}\ndata: ".encode() + dumped(data) + b"\n\n"

    items = _items(asked, text, tool, arguments)
    started = _response(asked, [], "in_progress", n_in, n_out)
    yield event("response.created", response=started)
    yield event("response.in_progress", response=started)
    for at, item in enumerate(items):
        where = {"item_id": item["id"], "output_index": at}
        if item["type"] == "message":
            part = item["content"][0]
            inside = {**where, "content_index": 0}
            yield event("response.output_item.added", output_index=at, item={**item, "content": []})
            yield event("response.content_part.added", **inside, part={**part, "text": ""})
            for piece in pieces(part["text"], size):
                yield event("response.output_text.delta", **inside, delta=piece, logprobs=[])
            yield event("response.output_text.done", **inside, text=part["text"], logprobs=[])
            yield event("response.content_part.done", **inside, part=part)
        elif item["type"] == "reasoning":
            part = item["summary"][0]
            inside = {**where, "summary_index": 0}
            yield event("response.output_item.added", output_index=at, item={**item, "summary": []})
            yield event("response.reasoning_summary_part.added", **inside, part={**part, "text": ""})
            for piece in pieces(part["text"], size):
                yield event("response.reasoning_summary_text.delta", **inside, delta=piece)
            yield event("response.reasoning_summary_text.done", **inside, text=part["text"])
            yield event("response.reasoning_summary_part.done", **inside, part=part)
        else:
            yield event("response.output_item.added", output_index=at, item={**item, "arguments": ""})
            for piece in pieces(item["arguments"], size):
                yield event("response.function_call_arguments.delta", **where, delta=piece)
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield event("response.function_call_arguments.done", **where, **done)
        yield event("response.output_item.done", output_index=at, item=item)
    yield event("response.completed", response=_response(asked, items, "completed", n_in, n_out))


# -- serving --------------------------------------------------------------------------------------


@contextmanager
def serving(upstream: Upstream) -> Iterator[str]:
    """Serve in a thread; yield the address, up to ``/v1``."""
    import uvicorn

    config = uvicorn.Config(upstream, host="127.0.0.1", port=0, log_config=None, loop="asyncio", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="upstream-double")
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(20)


def main() -> None:
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds between the pieces of a stream")
    parser.add_argument("--piece", type=int, default=24, help="characters of a piece")
    said = parser.parse_args()
    upstream = Upstream(recording=False, delay_s=said.delay, piece_chars=said.piece, cut_bytes=False)
    uvicorn.run(
        upstream, host="127.0.0.1", port=said.port, log_config=None, access_log=False, lifespan="off", loop="asyncio"
    )


if __name__ == "__main__":
    main()
