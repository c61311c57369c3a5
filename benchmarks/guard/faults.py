"""What happens when something breaks: is the gateway closed, clear, without a leak, and its audit whole?

Usage: ``python -m benchmarks.guard.faults [--write]``

Each fault is made to happen before an upstream that records, with a prompt that holds a key, a mail address and an
internal address. Closed: the client gets an error in its dialect's own shape (in a stream, an error event and no end),
never an unguarded reply. Clear: the error has a code and says what to do. Without a leak: none of the values is in the
error or in what the upstream got. Whole: the audit's chain is verified afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.guard.gateway_process import free_port, in_thread, started
from benchmarks.guard.tables import write_section
from benchmarks.guard.upstream_double import Upstream as Double
from benchmarks.guard.upstream_double import serving

from vedette.guard.base import Cost, Scanner
from vedette.guard.engine import scanners_named
from vedette.guard.wire import Dialect
from vedette.schema.guarding import Around, Direction, Passage, Scanned
from vedette.server.gateway.assembly import Opened, opened_gateway
from vedette.server.gateway.config import GatewayConfig, Upstream
from vedette.store import Lake

VALUES = ("AKIAZCITFWH2SA6DITCB", "irma.vollmer@nordwind-logistik.de", "10.60.253.195")
SAID = f"Write to {VALUES[1]} that the key {VALUES[0]} has leaked from the machine {VALUES[2]}."


@dataclass(frozen=True)
class Outcome:
    """What one fault did."""

    fault: str
    closed: bool
    clear: bool
    leaked: tuple[str, ...]
    chain: bool
    said: str
    """Status and code, as the client saw them."""

    @property
    def good(self) -> bool:
        return self.closed and self.clear and not self.leaked and self.chain


class Failing:
    """A scanner that raises."""

    name = "failing"
    directions = frozenset(Direction)
    cost = Cost.PATTERN
    entities = frozenset({"API_KEY"})

    def warm(self) -> None:
        """Nothing."""

    def scan(self, passage: Passage, around: Around) -> Scanned:
        raise RuntimeError(passage.text)


class Slow(Failing):
    """A scanner that takes too long."""

    name = "slow"

    def scan(self, passage: Passage, around: Around) -> Scanned:
        time.sleep(1.5)
        return Scanned()


class Later(Failing):
    """A scanner that raises with replies."""

    name = "later"
    directions = frozenset({Direction.REPLY})


@dataclass
class Stand:
    """A gateway, and the upstream behind it."""

    url: str
    double: Double
    opened: Opened
    lake: Lake


@contextmanager
def stand(
    *more: Scanner, timeout_s: float = 10.0, double: Double | None = None, idle_timeout_s: float = 1.0
) -> Iterator[Stand]:
    """Yield a gateway in a home of its own."""
    double = double or Double()
    with tempfile.TemporaryDirectory() as folder, serving(double) as behind:
        lake = Lake.open(Path(folder) / "home")
        upstreams = tuple(
            Upstream(
                name=one.value,
                base_url=behind,
                dialect=one,
                idle_timeout_s=idle_timeout_s,
                max_reply_bytes=1 << 20,
            )
            for one in Dialect
        )
        config = GatewayConfig(upstreams=upstreams, scan_timeout_s=timeout_s)
        scanners = (*scanners_named(("secrets", "personal", "replies")), *more)
        opened = opened_gateway(lake, config, scanners=scanners)
        try:
            with in_thread(opened) as url:
                yield Stand(url, double, opened, lake)
        finally:
            lake.close()


@dataclass
class Said:
    """What a client saw."""

    status: int
    body: str
    events: list[Any]

    @property
    def error(self) -> dict[str, Any]:
        """The error, wherever its dialect puts it."""
        for value in (*self.events, *([json.loads(self.body)] if self.body.startswith("{") else [])):
            if isinstance(value, dict) and value.get("type") == "error" and "code" in value:
                return value
            if isinstance(value, dict) and isinstance(value.get("error"), dict):
                return dict(value["error"])
        return {}

    @property
    def ended(self) -> bool:
        """Whether a stream said that it was whole."""
        kinds = [one.get("type") for one in self.events if isinstance(one, dict)]
        return "data: [DONE]" in self.body or "message_stop" in kinds or "response.completed" in kinds


def ask(
    url: str,
    endpoint: str,
    model: str,
    *,
    stream: bool = False,
    headers: dict[str, str] | None = None,
    text: str = SAID,
) -> Said:
    """Ask as a client would."""
    import httpx

    value: dict[str, Any] = {"model": model, "stream": stream}
    value["input" if endpoint == "responses" else "messages"] = [{"role": "user", "content": text}]
    if endpoint == "messages":
        value["max_tokens"] = 100
    with httpx.Client(timeout=30, trust_env=False) as client:
        got = client.post(f"{url}/{endpoint}", json=value, headers={"x-api-key": "any", **(headers or {})})
    events = [json.loads(line[6:]) for line in got.text.splitlines() if line.startswith("data: {")]
    return Said(got.status_code, got.text, events)


ENDPOINTS = ("chat/completions", "responses", "messages")


def judged(fault: str, at: Stand, all_said: list[Said], *, unseen: bool) -> Outcome:
    """Return what a fault did."""
    closed = all((one.status >= 400 or bool(one.error)) and not one.ended for one in all_said)
    clear = all(one.error.get("message") and (one.error.get("code") or one.error.get("type")) for one in all_said)
    errors = "\n".join(json.dumps(one.error) for one in all_said)
    reached = b"\n".join(one.everything for one in at.double.requests).decode("utf-8", "replace")
    leaked = tuple(value for value in VALUES if value in errors or value in reached)
    if unseen and at.double.requests:
        leaked = (*leaked, "the request was sent")
    said = sorted({f"{one.status} {one.error.get('code')}" for one in all_said})
    return Outcome(fault, closed, bool(clear), leaked, at.opened.parts.trail.verify().whole, ", ".join(said))


def simple(fault: str, at: Stand, model: str, *, unseen: bool, stream: tuple[bool, ...] = (False, True)) -> Outcome:
    """Ask every endpoint, whole and streamed."""
    said = [ask(at.url, one, model, stream=streamed) for one in ENDPOINTS for streamed in stream]
    return judged(fault, at, said, unseen=unseen)


def scanner_exception() -> Outcome:
    with stand(Failing()) as at:
        return simple("a scanner raises", at, "echo", unseen=True)


def scanner_exception_in_reply() -> Outcome:
    with stand(Later()) as at:
        return simple("a scanner raises at the reply", at, "echo", unseen=False)


def slow_scanner() -> Outcome:
    with stand(Slow(), timeout_s=0.3) as at:
        return simple("a scanner is slow", at, "echo", unseen=True)


def vault_gone() -> Outcome:
    from sqlalchemy import text

    with stand() as at:
        with at.lake.state.begin() as connection:
            connection.execute(text("DROP TABLE guard_pairs"))
            connection.execute(text("DROP TABLE guard_sessions"))
        headers = {"X-Vedette-Session": "session-0001"}
        said = [ask(at.url, one, "echo", stream=s, headers=headers) for one in ENDPOINTS for s in (False, True)]
        return judged("the vault is gone", at, said, unseen=True)


def _fill(at: Stand) -> None:
    """Let the database's disk be full from now on, for every connection."""
    from sqlalchemy import event

    def full(connection: Any, *_: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 1")  # no less than it has: it cannot grow
        cursor.close()

    event.listen(at.lake.state, "checkout", full)


def disk_full() -> Outcome:
    with stand() as at:
        ask(at.url, "chat/completions", "echo")
        at.double.requests.clear()
        _fill(at)
        # rows still fit into the last page for a while
        for number in range(200):
            said = ask(at.url, "chat/completions", "echo", text=f"{SAID} {number}")
            if said.status != 200:
                break
        at.double.requests.clear()
        return simple("the disk is full", at, "echo", unseen=True)


def disk_full_in_stream() -> Outcome:
    with stand() as at:
        # the row of a reply cannot be written: what was held back and the end of the stream do not come
        trail = at.opened.parts.trail
        real = trail.record

        def record(**row: Any) -> Any:
            if row["action"] == "reply.pass":
                from vedette.errors import OutsideError

                raise OutsideError("cannot write the guard's audit: disk is full", next_step="free some space")
            return real(**row)

        trail.record = record  # type: ignore[method-assign]
        return simple("the disk is full at the reply", at, "echo", unseen=False)


def upstream_fault(fault: str, model: str, stream: tuple[bool, ...] = (False, True)) -> Callable[[], Outcome]:
    def made() -> Outcome:
        with stand() as at:
            return simple(fault, at, model, unseen=False, stream=stream)

    return made


def client_leaves() -> Outcome:
    """The upstream is told when the client goes away in the middle of a stream."""
    import httpx

    double = Double(delay_s=0.05)
    with stand(double=double) as at:
        value = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": SAID * 20}]}
        with (
            httpx.Client(timeout=30, trust_env=False) as client,
            client.stream("POST", f"{at.url}/chat/completions", json=value) as got,
        ):
            next(got.iter_raw())
        end = time.monotonic() + 10
        while double.n_running and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.2)
        last = at.opened.parts.trail.entries(limit=1, newest_first=True)[0]
        told = double.n_running == 0 and last.reason == "client_left"
        reached = b"\n".join(one.everything for one in double.requests).decode()
        leaked = tuple(one for one in VALUES if one in reached)
        chain = at.opened.parts.trail.verify().whole
        return Outcome("the client leaves", told, told, leaked, chain, f"audit: {last.reason}")


def killed() -> Outcome:
    """Kill the gateway while streams run; start it again on the same home."""
    import httpx

    double = Double(delay_s=0.02)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, serving(double) as behind:
        config = Path(folder) / "gateway.yaml"
        config.write_text(
            f"upstreams:\n- {{name: openai, base_url: '{behind}', dialect: openai}}\n"
            "scanners: [secrets, personal, replies]\n",
            encoding="utf-8",
        )
        arguments = ("benchmarks.guard.gateway_process", f"{folder}/home", str(config), str(port))
        value = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": SAID * 10}]}
        headers = {"X-Vedette-Session": "session-0001"}
        broken = False
        with started(*arguments, port=port, path="/readyz") as process:
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            for _ in range(5):
                httpx.post(url, json={**value, "stream": False}, headers=headers, trust_env=False, timeout=30)
            try:
                with httpx.stream("POST", url, json=value, headers=headers, trust_env=False, timeout=30) as got:
                    for number, _ in enumerate(got.iter_raw()):
                        if number == 3:
                            os.kill(process.pid, signal.SIGKILL)
            except httpx.HTTPError:
                broken = True
            process.wait(10)
        with started(*arguments, port=port, path="/readyz"):
            again = httpx.post(url, json={**value, "stream": False}, headers=headers, trust_env=False, timeout=30)
            answer = again.json()["choices"][0]["message"]["content"]
        lake = Lake.open(Path(folder) / "home")
        opened = opened_gateway(
            lake, GatewayConfig(upstreams=()), scanners=scanners_named(("secrets", "personal", "replies"))
        )
        check = opened.parts.trail.verify()
        opened.parts.close()
        lake.close()
        reached = b"\n".join(one.everything for one in double.requests).decode()
        leaked = tuple(one for one in VALUES if one in reached)
        sent = {one.json["messages"][0]["content"] for one in double.requests}
        same = answer == f"You said: {SAID * 10}" and len(sent) == 1
        said = f"{check.n_rows} rows; the session goes on" if same else "the session is lost"
        return Outcome("kill -9 in a stream", broken and same, same, leaked, check.whole, said)


FAULTS: dict[str, Callable[[], Outcome]] = {
    "scanner exception": scanner_exception,
    "scanner exception in reply": scanner_exception_in_reply,
    "slow scanner": slow_scanner,
    "vault gone": vault_gone,
    "disk full": disk_full,
    "disk full in stream": disk_full_in_stream,
    "upstream 500": upstream_fault("the upstream fails (500)", "error500"),
    "upstream 400": upstream_fault("the upstream refuses (400), with the prompt in its words", "error400"),
    "upstream key": upstream_fault("the upstream does not take the key (401)", "badauth"),
    "upstream cut": upstream_fault("the upstream breaks off", "cut"),
    "upstream malformed": upstream_fault("the upstream's chunk is malformed", "malformed"),
    "upstream error event": upstream_fault("the upstream's stream says an error", "streamerror", (True,)),
    "upstream silent": upstream_fault("the upstream says nothing", "silent"),
    "upstream huge": upstream_fault("the upstream's reply is huge", "huge", (False,)),
    "upstream packed": upstream_fault("the upstream's reply is a packed bomb", "packed"),
    "upstream redirect": upstream_fault("the upstream sends elsewhere (307)", "redirect"),
    "client leaves": client_leaves,
    "killed": killed,
}


def table(outcomes: list[Outcome]) -> str:
    """Return outcomes as Markdown."""

    def mark(yes: bool) -> str:
        return "yes" if yes else "**no**"

    rows = [
        f"| {one.fault} | {mark(one.closed)} | {mark(one.clear)} | {len(one.leaked)} | {mark(one.chain)} | {one.said} |"
        for one in outcomes
    ]
    head = "| fault | closed | clear | leaked | audit whole | the client sees |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FAULTS, action="append")
    parser.add_argument("--write", action="store_true", help="fill the README's table")
    said = parser.parse_args(arguments)
    outcomes = [FAULTS[name]() for name in said.only or FAULTS]
    print(table(outcomes))
    for one in outcomes:
        if one.leaked:
            print("leaked:", one.fault, one.leaked)
    if said.write:
        write_section("faults", table(outcomes), {"n": len(outcomes), "good": sum(one.good for one in outcomes)})


if __name__ == "__main__":
    main()
