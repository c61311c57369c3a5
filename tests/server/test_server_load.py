"""Many clients at once, on real sockets, in front of a slow upstream: none mixed up, none lost, slots free again."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from pydantic import SecretStr
from server_support import Running, TellingAnswerer, parts_of, running, wait_until, web

from report.sample import sample_case
from vedette.copilot.engine import Copilot
from vedette.llm import AllowHosts, ModelOptions, Retry, open_model
from vedette.schema import Answer
from vedette.server import Limits, Parts
from vedette.store import Lake, audit
from vedette.store.book import save_cases
from vedette.store.sessions import SessionBook
from vedette.toolbox import tools

N_CLIENTS = 50
LIMITS = Limits(n_asking=8, questions_per_minute=10_000, requests_per_minute=10_000, shutdown_grace_s=1.0)


@pytest.fixture
def any_lake(tmp_path: Path, open_lake: Callable[[Path], Lake]) -> Lake:
    """An empty lake, once for each kind of database."""
    return open_lake(tmp_path / "home")


def body(client: int, turn: int, said: list[dict[str, str]], *, stream: bool) -> dict[str, Any]:
    question = {"role": "user", "content": f"client {client} turn {turn}"}
    return {"model": "vedette", "messages": [*said, question], "stream": stream}


async def chat(http: httpx.AsyncClient, url: str, client: int, session: str | None, turn: int) -> Any:
    """Ask one question, streaming or not by turns; return (text, extras)."""
    stream = (client + turn) % 2 == 0
    headers = {"X-Vedette-Session": session} if session else {}
    given = body(client, turn, [], stream=stream)
    if not stream:
        answer = await http.post(f"{url}/v1/chat/completions", json=given, headers=headers)
        assert answer.status_code == 200, answer.text
        message = answer.json()["choices"][0]["message"]
        return message["content"], message["vedette"]
    text, extras = "", None
    async with http.stream("POST", f"{url}/v1/chat/completions", json=given, headers=headers) as answer:
        assert answer.status_code == 200
        lines = [line async for line in answer.aiter_lines()]
    assert lines[-2] == "data: [DONE]", "the stream came to its end"
    for line in lines:
        if line.startswith("data: {"):
            delta = json.loads(line[6:])["choices"][0]["delta"]
            text += delta.get("content") or ""
            extras = delta.get("vedette", extras)
    return text, extras


def test_fifty_clients_with_a_slow_upstream_are_not_mixed_up_and_none_is_lost(any_lake: Lake) -> None:
    telling = TellingAnswerer(slow_s=0.05)
    n_turns = 3

    async def client(http: httpx.AsyncClient, url: str, number: int) -> str:
        session: str | None = None
        for turn in range(n_turns):
            text, extras = await chat(http, url, number, session, turn)
            assert f"You asked client {number} turn {turn} [1]." in text
            before = ", ".join(f"client {number} turn {t}" for t in range(turn - 1, -1, -1)) or "nothing"
            assert f"about {before} [1]." in text, "the focus is this client's own"
            assert session in (None, extras["session_id"])
            session = extras["session_id"]
            assert extras["turn"] == turn + 1
        assert session is not None
        return session

    async def all_of(url: str) -> list[str]:
        limits = httpx.Limits(max_connections=N_CLIENTS)
        async with httpx.AsyncClient(verify=False, timeout=60, limits=limits) as http:
            return await asyncio.gather(*(client(http, url, number) for number in range(N_CLIENTS)))

    with running(parts_of(any_lake, telling), limits=LIMITS) as server:
        sessions = asyncio.run(all_of(server.url))
        wait_until(lambda: server.desk.asking.load.running == 0)
    assert 1 < telling.most_running <= LIMITS.n_asking, "several at once, and no more than there are slots"
    assert len(set(sessions)) == N_CLIENTS
    book = SessionBook(any_lake)
    for number, session in enumerate(sessions):
        questions = [turn.answer.question for turn in book.turns(session)]
        assert questions == [f"client {number} turn {turn}" for turn in range(n_turns)]
    assert len(audit.entries(any_lake, action="question.ask")) == N_CLIENTS * n_turns


@pytest.mark.parametrize("stream", [False, True])
def test_clients_that_leave_free_their_slots_and_their_places_in_the_queue(lake: Lake, stream: bool) -> None:
    """All slots are held by clients that will leave, and more of them wait: who comes after them is served."""
    telling = TellingAnswerer(slow_s=30, quick="still there?")
    limits = Limits(n_asking=4, shutdown_grace_s=1.0)
    with running(parts_of(lake, telling), limits=limits) as server:
        left = [leaving(server, number, stream=stream) for number in range(10)]
        wait_until(lambda: server.desk.asking.load.running == 4 and server.desk.asking.load.waiting == 6)
        for connection in left[:7]:
            connection.close()
        wait_until(lambda: server.desk.asking.load.running == 3 and server.desk.asking.load.waiting == 0)
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=60) as client:
            done = client.chat.completions.create(
                model="vedette", messages=[{"role": "user", "content": "still there?"}]
            )
        assert "still there?" in done.choices[0].message.content
        for connection in left[7:]:
            connection.close()
        wait_until(lambda: server.desk.asking.load.running == 0)
    assert [turn for session in SessionBook(lake).list() for turn in [session.n_turns]] == [1], "only one was answered"


def leaving(server: Running, number: int, *, stream: bool) -> socket.socket:
    """Send a question over a socket of its own, and return it to be closed."""
    return leaving_with(server, body(number, 0, [], stream=stream))


def leaving_with(server: Running, given: dict[str, Any]) -> socket.socket:
    content = json.dumps(given).encode()
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(content), content)
    )
    return connection


def test_a_greedy_client_does_not_keep_others_waiting(lake: Lake, secrets: dict[str, str]) -> None:
    begin, order = threading.Event(), list[str]()

    class Held(TellingAnswerer):
        def ask(self, question: str, **more: Any) -> Answer:
            assert begin.wait(60)
            return super().ask(question, **more)

    telling = Held()

    async def ask(http: httpx.AsyncClient, url: str, who: str) -> None:
        headers = {"Authorization": f"Bearer {secrets[who]}"}
        answer = await http.post(f"{url}/api/ask", json={"question": who}, headers=headers)
        assert answer.status_code == 200
        order.append(who)

    async def main(server: Running) -> None:
        async with httpx.AsyncClient(verify=False, timeout=60, limits=httpx.Limits(max_connections=40)) as http:
            greedy = [asyncio.ensure_future(ask(http, server.url, "analyst")) for _ in range(20)]
            async with asyncio.timeout(60):
                while server.desk.asking.load.waiting < 19:
                    await asyncio.sleep(0.01)
                modest = asyncio.ensure_future(ask(http, server.url, "viewer"))
                while server.desk.asking.load.waiting < 20:
                    await asyncio.sleep(0.01)
            begin.set()
            await asyncio.gather(modest, *greedy)

    with running(parts_of(lake, telling), limits=Limits(n_asking=1, shutdown_grace_s=1.0)) as server:
        asyncio.run(main(server))
    assert order.index("viewer") <= 8, "it waited for whoever was running, not for the twenty"


def test_stopping_ends_what_runs_at_once_and_tells_the_clients(lake: Lake) -> None:
    telling = TellingAnswerer(slow_s=60)
    answers: list[Any] = []

    def ask(url: str, *, stream: bool) -> None:
        answers.append(web.post(f"{url}/api/ask", json={"question": "x", "stream": stream}, timeout=60))

    with running(parts_of(lake, telling), limits=Limits(n_asking=1, shutdown_grace_s=5.0)) as server:
        threads = [threading.Thread(target=ask, args=(server.url,), kwargs={"stream": s}) for s in (False, True)]
        for thread in threads:
            thread.start()
        wait_until(lambda: server.desk.asking.load.running == 1 and server.desk.asking.load.waiting == 1)
        server.server.should_exit = True
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    assert telling.n_cancelled == 1
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all("the server is going down" in answer.text for answer in answers)


# -- the whole way, from a client's socket to an upstream's -----------------------------------------


class SlowUpstream(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint that streams slowly, and knows who is still there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reply)
        self.open = 0
        self.n_requests = 0
        self.n_broken = 0
        self.lock = threading.Lock()
        self.delay_s = 0.05
        self.closing = threading.Event()


class _Reply(BaseHTTPRequestHandler):
    server: SlowUpstream

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.open += 1
            self.server.n_requests += 1
        try:
            self._stream(given)
        except OSError:
            with self.server.lock:
                self.server.n_broken += 1
        finally:
            with self.server.lock:
                self.server.open -= 1

    def _stream(self, given: dict[str, Any]) -> None:
        self.send_response(200)
        streamed = bool(given.get("stream"))
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        words = ["There", " are", " no", " cases", "."]
        for word in words if streamed else []:
            if self.server.closing.wait(self.server.delay_s):
                return
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                     "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}  # fmt: skip
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
        if streamed:
            self.wfile.write(b"data: [DONE]\n\n")
            return
        for _ in range(int(len(words) * self.server.delay_s / 0.05)):
            if self.server.closing.wait(0.05):
                return
            self.connection.sendall(b" ")  # JSON may begin with spaces: it breaks where nobody reads
        message = {"role": "assistant", "content": "".join(words)}
        self.wfile.write(
            json.dumps(
                {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                 "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}}
            ).encode()
        )  # fmt: skip

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def upstream() -> Iterator[SlowUpstream]:
    made = SlowUpstream()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        made.shutdown()
        thread.join()
        made.server_close()


@contextmanager
def real_copilot(lake: Lake, at: SlowUpstream) -> Iterator[Parts]:
    """The real copilot over a case, its answers worded by the upstream."""
    save_cases(lake, [sample_case()])
    found, _ = tools()
    port = at.server_address[1]
    options = ModelOptions(
        base_url=f"http://127.0.0.1:{port}/v1",
        api_key=SecretStr("none"),
        egress=AllowHosts([f"127.0.0.1:{port}"]),
        retry=Retry(times=0),
        pool_size=8,
    )
    model = open_model("openai:m", home=lake.home, options=options)
    assert model is not None
    with closing(model):
        yield Parts(lake=lake, answerer=Copilot(lake, model=model, tools=found, router="rules"), tools=found)


QUESTIONS = (
    "which accounts are implicated?",
    "what happened?",
    "which hosts are affected?",
    "which techniques were used?",
)


@pytest.mark.parametrize("n_clients", [10, pytest.param(N_CLIENTS, marks=pytest.mark.slow)])
def test_the_real_copilot_with_a_slow_endpoint(any_lake: Lake, n_clients: int) -> None:
    """What the endpoint says is not true: every answer is the computed one, each client's its own."""

    async def client(http: httpx.AsyncClient, url: str, number: int) -> tuple[str, Any]:
        question = QUESTIONS[number % len(QUESTIONS)]
        answer = await http.post(f"{url}/api/ask", json={"question": question})
        assert answer.status_code == 200, answer.text
        return question, answer.json()

    async def all_of(url: str) -> list[tuple[str, Any]]:
        async with httpx.AsyncClient(verify=False, timeout=120, limits=httpx.Limits(max_connections=n_clients)) as http:
            return await asyncio.gather(*(client(http, url, number) for number in range(n_clients)))

    with upstream() as at, real_copilot(any_lake, at) as parts, running(parts, limits=LIMITS) as server:
        answers = asyncio.run(all_of(server.url))
        n_requests = at.n_requests
    assert n_requests == n_clients, "each was worded"
    first: dict[str, str] = {}
    for question, answer in answers:
        assert answer["question"] == question
        assert answer["answer"] == first.setdefault(question, answer["answer"]), "the same question, the same answer"
        assert [claim["text"] for claim in answer["dropped"]] == ["There are no cases."]
        assert all(claim["checked"] for claim in answer["claims"])
    assert len(set(first.values())) == len(QUESTIONS)
    book = SessionBook(any_lake)
    assert len({answer["session_id"] for _, answer in answers}) == n_clients
    for question, answer in answers:
        assert [turn.answer.question for turn in book.turns(answer["session_id"])] == [question]


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_ends_the_call_to_the_endpoint(lake: Lake, stream: bool) -> None:
    with upstream() as at, real_copilot(lake, at) as parts, running(parts, limits=Limits(n_asking=2)) as server:
        at.delay_s = 20.0
        content = {"messages": [{"role": "user", "content": "which accounts are implicated?"}], "stream": stream}
        left = [leaving_with(server, content) for _ in range(4)]
        wait_until(lambda: at.open == 2 and server.desk.asking.load.waiting == 2, 30)
        for connection in left:
            connection.close()
        wait_until(lambda: server.desk.asking.load.running == 0 and server.desk.asking.load.waiting == 0)
        wait_until(lambda: at.open == 0)
        assert at.n_broken == 2, "the endpoint was left, and not read to its end"
        assert at.n_requests == 2, "what waited was never asked"
    assert SessionBook(lake).list() == ()
