"""How much later does each piece of a stream come through the gateway, with many streams at once?

Usage: ``python -m benchmarks.guard.load [--streams 200] [--interval 1] [--rounds 4] [--hold word] [--write]``

Streams begin one after the other within ``--ramp`` seconds, and run together for the rest of a round.

Three processes: an upstream that says the prompt again, word by word, and notes when it sent each; the gateway; and
this one, which reads. Rounds alternate: all streams straight to the upstream, then all through the gateway. Every
stream carries its own key, mail and address; each must come back as it was, in its own stream and in no other, and none
may reach the upstream. A word has arrived when its last character has. What stands for a value, or may be the beginning
of such, cannot be told before the word behind it begins: such words come with the next piece, theirs is the time since
that was sent, and how many they are is told apart. What is added is the time of each word through the gateway, less the
median of the straight way (and, beside it, less the straight way's own 99th percentile).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.guard.gateway_process import free_port, started
from benchmarks.guard.planted import KINDS
from benchmarks.guard.tables import write_section

PROSE = (
    "The alert came in at night from the sensor on the second floor and named a service account that nobody had used "
    "for a month. We looked at the logs of the domain controller and found a burst of failed attempts followed by one "
    "that worked. The analyst on call isolated the machine and asked the owner what had run there before. Please say "
    "what we should check next, in plain words, and which records to keep for the report that we owe the customer."
).split()
MARK = re.compile(r"\Astream ([a-z]+) ")
LETTERS = "abcdefghij"


# -- the upstream ---------------------------------------------------------------------------------


class Echo:
    """Says the last message again, word by word."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._times: dict[str, list[float]] = {}
        self._bodies: list[str] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["path"] == "/noted":
            said = json.dumps({"times": self._times, "bodies": self._bodies}).encode()
            self._times, self._bodies = {}, []
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": said})
            return
        if scope["method"] != "POST":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        self._bodies.append(body.decode())
        text = json.loads(body)["messages"][-1]["content"]
        times = self._times.setdefault(MARK.search(text)[1], [])  # type: ignore[index]
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        begin = time.monotonic() + random.random() * self._interval_s
        for at, word in enumerate(text.split(" ")):
            await asyncio.sleep(max(0.0, begin + at * self._interval_s - time.monotonic()))
            delta = {"content": word if at == 0 else f" {word}"}
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "echo"}
            data = json.dumps({**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            times.append(time.monotonic())
            await send({"type": "http.response.body", "body": b"data: " + data.encode() + b"\n\n", "more_body": True})
        end = {"id": "c", "created": 1, "model": "echo", "object": "chat.completion.chunk"}
        last = json.dumps({**end, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await send({"type": "http.response.body", "body": f"data: {last}\n\ndata: [DONE]\n\n".encode()})


def upstream(port: int, interval_s: float) -> None:
    import uvicorn

    uvicorn.run(Echo(interval_s), host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")


# -- the readers ----------------------------------------------------------------------------------


@dataclass
class Stream:
    """One stream: what it says, and when its words came."""

    name: str
    text: str
    values: tuple[str, ...]
    got: str = ""
    arrived: list[float] = field(default_factory=list)
    error: str = ""


def stream_of(number: int, n_words: int, chosen: random.Random) -> Stream:
    """Return a stream with values of its own."""
    name = "".join(LETTERS[int(c)] for c in f"{number:05d}")
    values = (
        KINDS["aws key id"][0](chosen),
        f"{name}@nordwind-logistik.de",
        f"10.{chosen.randrange(256)}.{chosen.randrange(256)}.{chosen.randrange(1, 255)}",
    )
    words = [PROSE[(number + at) % len(PROSE)] for at in range(n_words)]
    for value, at in zip(values, (n_words // 5, n_words // 2, n_words * 4 // 5), strict=True):
        words[at] = value
    return Stream(name, " ".join(["stream", name, *words]), values)


async def read(stream: Stream, port: int, wait_s: float = 0.0) -> None:
    """Ask, and read to the end."""
    await asyncio.sleep(wait_s)
    body = json.dumps(
        {"model": "echo", "stream": True, "messages": [{"role": "user", "content": stream.text}]}
    ).encode()
    ends = [found.end() for found in re.finditer(r"\S+", stream.text)]
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        writer.write(head.encode() + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        parts: list[str] = []
        size = 0
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            now = time.monotonic()
            if line.startswith(b"data: [DONE]"):
                break
            said = json.loads(line[6:])
            if "error" in said:
                stream.error = said["error"]["message"]
                break
            piece = (said["choices"][0]["delta"].get("content") or "") if said["choices"] else ""
            if piece:
                parts.append(piece)
                size += len(piece)
                while len(stream.arrived) < len(ends) and ends[len(stream.arrived)] <= size:
                    stream.arrived.append(now)
        stream.got = "".join(parts)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    except (OSError, ValueError) as error:
        stream.error = f"{type(error).__name__}: {error}"


async def noted(port: int) -> dict[str, Any]:
    """Return what the upstream noted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 28)
    writer.write(f"GET /noted HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    data = await reader.read()
    writer.close()
    head, _, body = data.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        whole = b""
        while body:
            size, _, body = body.partition(b"\r\n")
            n = int(size, 16)
            if not n:
                break
            whole, body = whole + body[:n], body[n + 2 :]
        body = whole
    return dict(json.loads(body))


def memory_mb(pid: int) -> float:
    """Return a process's resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_s(pid: int) -> float:
    """Return the seconds of a processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@dataclass
class Round:
    """What one round showed."""

    latencies: list[float]
    n_wrong: int
    n_crossed: int
    n_leaked: int
    errors: list[str]
    seconds: float
    n_held: int


async def round_of(
    streams: list[Stream], port: int, upstream_port: int, *, guarded: bool, ramp_s: float = 0.0
) -> Round:
    """Read all streams at once; they begin one after the other within the ramp."""
    began = time.monotonic()
    waits = [at * ramp_s / len(streams) for at in range(len(streams))]
    await asyncio.gather(*(read(one, port, wait_s) for one, wait_s in zip(streams, waits, strict=True)))
    seconds = time.monotonic() - began
    said = await noted(upstream_port)
    latencies: list[float] = []
    n_held = 0
    for one in streams:
        sent = said["times"].get(one.name, [])
        for at, came in enumerate(one.arrived[: len(sent)]):
            late = at + 1 < len(sent) and came >= sent[at + 1]
            n_held += late
            latencies.append(max(0.0, came - sent[at + late]))
    everything = "\n".join(one.got for one in streams)
    owners = {value: one.name for one in streams for value in one.values}
    crossed = sum(value in one.got for one in streams for value, owner in owners.items() if owner != one.name)
    bodies = "\n".join(said["bodies"])
    leaked = sum(value in bodies for value in owners) if guarded else 0
    assert everything or any(one.error for one in streams)
    return Round(
        latencies,
        sum(one.got != one.text for one in streams),
        crossed,
        leaked,
        [one.error for one in streams if one.error],
        seconds,
        n_held,
    )


def quantile(values: list[float], share: float) -> float:
    """Return a quantile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measured(said: argparse.Namespace, gateway_port: int, upstream_port: int, pid: int) -> dict[str, Any]:
    """Return the figures of all rounds."""
    chosen = random.Random(7)
    number = 0
    straight: list[float] = []
    through: list[float] = []
    wrong = crossed = leaked = held = 0
    errors: list[str] = []
    memory: list[float] = []
    load: list[float] = []
    for at in range(said.rounds + 1):
        for guarded in (False, True):
            streams = [stream_of(number + n, said.words, chosen) for n in range(said.streams)]
            number += said.streams
            cpu = cpu_s(pid)
            port = gateway_port if guarded else upstream_port
            one = await round_of(streams, port, upstream_port, guarded=guarded, ramp_s=said.ramp)
            if guarded:
                memory.append(memory_mb(pid))
                load.append((cpu_s(pid) - cpu) / one.seconds)
            if at == 0:
                continue  # the first warms up
            (through if guarded else straight).extend(one.latencies)
            wrong, crossed, leaked = wrong + one.n_wrong, crossed + one.n_crossed, leaked + one.n_leaked
            errors += one.errors
            held += one.n_held
    usual, worst = statistics.median(straight), quantile(straight, 0.99)
    return {
        "streams": said.streams,
        "interval_s": said.interval,
        "ramp_s": said.ramp,
        "pieces_per_s": round(said.streams / said.interval),
        "hold": said.hold,
        "n_pieces": len(through),
        "share_held": round(held / max(1, len(through)), 4),
        "straight_p50_ms": round(usual * 1000, 2),
        "straight_p99_ms": round(worst * 1000, 2),
        "through_p50_ms": round(statistics.median(through) * 1000, 2),
        "through_p99_ms": round(quantile(through, 0.99) * 1000, 2),
        "added_p50_ms": round((statistics.median(through) - usual) * 1000, 2),
        "added_p99_ms": round((quantile(through, 0.99) - usual) * 1000, 2),
        "added_p99_beside_p99_ms": round((quantile(through, 0.99) - worst) * 1000, 2),
        "streams_wrong": wrong,
        "values_crossed": crossed,
        "values_leaked": leaked,
        "errors": len(errors),
        "first_error": errors[0] if errors else "",
        "memory_mb": [round(one, 1) for one in memory],
        "gateway_cores": round(statistics.mean(load[1:] or load), 2),
    }


def run(said: argparse.Namespace) -> dict[str, Any]:
    """Start the processes, measure, return the figures."""
    upstream_port, gateway_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "gateway.yaml"
        names = f"scanners: [{said.scanners}]\n" if said.scanners else ""
        config.write_text(
            f"upstreams:\n- {{name: echo, base_url: 'http://127.0.0.1:{upstream_port}/v1', dialect: openai}}\n"
            f"hold: {said.hold}\nn_judging: {said.judging}\n{names}",
            encoding="utf-8",
        )
        role = ("benchmarks.guard.load", "--role", "upstream", "--port", str(upstream_port))
        with (
            started(*role, "--interval", str(said.interval), port=upstream_port, path="/"),
            started(
                "benchmarks.guard.gateway_process",
                str(Path(folder) / "home"),
                str(config),
                str(gateway_port),
                port=gateway_port,
                path="/readyz",
            ) as gateway,
        ):
            return asyncio.run(measured(said, gateway_port, upstream_port, gateway.pid))


def table(found: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    memory = found["memory_mb"]
    rows = [
        ("streams at once", f"{found['streams']}"),
        ("in which they begin", f"{found['ramp_s']:g} s"),
        ("pieces a second, all streams", f"{found['pieces_per_s']}"),
        ("pieces measured", f"{found['n_pieces']:,}"),
        ("of which came with the next piece (held back)", f"{found['share_held']:.1%}"),
        ("straight to the upstream, p50 / p99", f"{found['straight_p50_ms']} / {found['straight_p99_ms']} ms"),
        ("through the gateway, p50 / p99", f"{found['through_p50_ms']} / {found['through_p99_ms']} ms"),
        ("added at p50", f"{found['added_p50_ms']} ms"),
        ("**added at p99**, against the straight median", f"**{found['added_p99_ms']} ms** (bar: 50)"),
        ("added at p99, against the straight p99", f"{found['added_p99_beside_p99_ms']} ms"),
        ("streams that came back other than they were", f"{found['streams_wrong']}"),
        ("values seen in another's stream", f"{found['values_crossed']}"),
        ("values that reached the upstream", f"{found['values_leaked']}"),
        ("errors", f"{found['errors']} {found['first_error']}"),
        ("memory of the gateway, after each round", ", ".join(f"{one:.0f}" for one in memory) + " MB"),
        ("processors used by the gateway", f"{found['gateway_cores']}"),
    ]
    return f"Hold: `{found['hold']}`.\n\n| | |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--words", type=int, default=40, help="pieces of a stream")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between the pieces of a stream")
    parser.add_argument("--ramp", type=float, default=10.0, help="seconds in which the streams of a round begin")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--hold", default="word", choices=("word", "sentence", "reply"))
    parser.add_argument("--judging", type=int, default=2, help="threads that judge")
    parser.add_argument("--scanners", default="", help="names with commas between; all by default")
    parser.add_argument("--write", action="store_true", help="fill the README's table")
    parser.add_argument("--role", choices=("upstream",), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    if said.role:
        upstream(said.port, said.interval)
        return
    found = run(said)
    print(table(found))
    if said.write:
        write_section("load", table(found), found)


if __name__ == "__main__":
    main()
