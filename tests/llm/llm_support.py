"""A real HTTP server on loopback that speaks chat completions, well or badly."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vedette.schema import Message, Role

TURNS = (
    Message(role=Role.SYSTEM, content="You are terse."),
    Message(role=Role.USER, content="Who logged on first?"),
)


@dataclass
class Seen:
    """One request as the server got it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    port: int
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set where the client closed the connection before the answer was out."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.gets.append(self.path)
        self.whole(200, b'{"type": "string"}')

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Seen(self.path, headers, body, self.server.server_port)
        behave = self.server.took(self.seen)
        try:
            behave(self)
        except OSError:
            self.seen.hung_up.set()
            self.close_connection = True

    # what behaviours use

    def whole(self, status: int, content: bytes, *, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def wait_for_hang_up(self, at_most_s: float = 120.0) -> None:
        """Say nothing until the client is gone."""
        self.connection.settimeout(at_most_s)
        try:
            gone = self.connection.recv(1) == b""
        except TimeoutError:
            gone = False
        except OSError:
            gone = True
        if gone:
            self.seen.hung_up.set()
        self.close_connection = True


Behaviour = Callable[[Handler], None]


class FakeServer(ThreadingHTTPServer):
    """Answers each request with the next behaviour; the last one is for all that follow."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *behaviours: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = list(behaviours)
        self.seen: list[Seen] = []
        self.gets: list[str] = []
        self.running = 0
        self.most_running = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def took(self, seen: Seen) -> Behaviour:
        with self._lock:
            self.seen.append(seen)
            behave = self.behaviours[min(len(self.seen), len(self.behaviours)) - 1]
            self.running += 1
            self.most_running = max(self.most_running, self.running)

        def counted(handler: Handler) -> None:
            try:
                behave(handler)
            finally:
                with self._lock:
                    self.running -= 1

        return counted

    def lost_its_client(self, timeout_s: float = 60.0) -> bool:
        """Return whether whoever asked first has hung up, however late this server came to read what was asked."""
        until = time.monotonic() + timeout_s
        while not self.seen:
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        return self.seen[0].hung_up.wait(timeout_s)

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(60)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def completion(text: str, *, finish: str = "stop", usage: Any = (7, 3), **message: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
    }
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return body


def chunk(text: str | None = None, *, finish: str | None = None, usage: Any = None) -> dict[str, Any]:
    body: dict[str, Any] = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    else:
        delta = {} if text is None else {"role": "assistant", "content": text}
        body["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return body


def data(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def says(text: str, **more: Any) -> Behaviour:
    """A good answer, whole or streamed as it was asked for."""

    def behave(handler: Handler) -> None:
        if not handler.seen.body.get("stream"):
            return handler.whole(200, json.dumps(completion(text, **more)).encode())
        words = text.split(" ")
        events = [chunk(w if i == 0 else f" {w}") for i, w in enumerate(words)]
        streams(*events, chunk(finish=more.get("finish", "stop")), chunk(usage=more.get("usage", (7, 3))))(handler)

    return behave


def streams(*events: dict[str, Any], done: bool = True, between_s: float = 0.0) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin_stream()
        for body in events:
            handler.wfile.write(data(body))
            handler.wfile.flush()
            time.sleep(between_s)
        if done:
            handler.wfile.write(b"data: [DONE]\n\n")

    return behave


def raw(content: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    return lambda handler: handler.whole(status, content, kind=kind, **headers)


def raw_stream(blocks: Iterable[bytes], between_s: float = 0.0) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin_stream()
        for block in blocks:
            handler.wfile.write(block)
            handler.wfile.flush()
            if between_s:
                time.sleep(between_s)

    return behave


def fails(status: int, message: str = "no", *, param: str | None = None, **headers: str) -> Behaviour:
    body = {"error": {"message": message, "type": "t", "param": param, "code": None}}
    return raw(json.dumps(body).encode(), status=status, **headers)


def hangs(handler: Handler) -> None:
    """Take the request and say nothing."""
    handler.wait_for_hang_up()


def hangs_after(*events: dict[str, Any]) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin_stream()
        for body in events:
            handler.wfile.write(data(body))
        handler.wfile.flush()
        handler.wait_for_hang_up()

    return behave


def cuts(handler: Handler) -> None:
    """Promise more bytes than come."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices":[{"message":{"content":"ali')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def drops(handler: Handler) -> None:
    """Close without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def drips(blocks: Iterable[bytes], between_s: float) -> Behaviour:
    """Send a stream slowly, without an end of its own."""

    def behave(handler: Handler) -> None:
        handler.begin_stream()
        for block in blocks:
            handler.wfile.write(block)
            handler.wfile.flush()
            time.sleep(between_s)

    return behave
