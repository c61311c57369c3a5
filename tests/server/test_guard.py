"""The guard on the server's loop sees what would block it, and nothing else."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import server_support
from server_support import guarded
from sqlalchemy import text

from vedette.store import Lake


def seen(call: Callable[[], object], *, in_thread: bool = False) -> list[str]:
    """Return what the guard notes while a loop makes a call itself, or has a thread make it."""

    async def main() -> None:
        if in_thread:
            await asyncio.to_thread(call)
        else:
            call()

    with guarded():
        asyncio.run(main())
        noted = list(server_support._blocked)
    server_support._blocked.clear()
    return noted


def test_blocking_calls_are_seen_in_the_loop_and_not_in_threads(tmp_path: Path, lake: Lake) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    def query() -> None:
        with lake.state.connect() as connection:
            connection.execute(text("SELECT 1"))

    calls: list[tuple[Callable[[], object], str]] = [
        (file.read_text, "open"),
        (lambda: time.sleep(0.001), "time.sleep"),
        (lambda: threading.Event().wait(0.001), "Condition.wait"),
        (lambda: queue.Queue().put(1) or queue.SimpleQueue(), ""),
        (query, "SQL"),
    ]
    for call, kind in calls:
        if not kind:
            assert seen(call) == [], "what does not wait is not noted"
            continue
        assert any(note.startswith(kind) for note in seen(call)), kind
        assert seen(call, in_thread=True) == []
    assert seen(lambda: threading.get_ident()) == []


def test_outside_a_guarded_thread_nothing_is_noted(tmp_path: Path) -> None:
    with guarded():
        pass
    (tmp_path / "file").write_text("x")
    assert server_support._blocked == []


@pytest.mark.parametrize("route", ["/api/status", "/api/cases", "/api/sessions", "/api/tools", "/v1/models"])
def test_reading_routes_leave_the_loop_free(standing: server_support.Running, route: str) -> None:
    assert server_support.web.get(standing.url + route).status_code == 200
    assert server_support._blocked == []
