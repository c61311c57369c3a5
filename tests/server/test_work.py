"""Slots for blocking calls: bounded, by turns, free again when the call has ended."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.server.work import BusyError, Load, StoppingError, TooSlowError, Workers


def workers(n_slots: int = 1, **more: Any) -> Workers:
    return Workers("test", n_slots=n_slots, **{"max_waiting": 100, "max_waiting_each": 50} | more)


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():
            await asyncio.sleep(0.005)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def test_a_call_runs_in_another_thread_and_its_value_or_error_comes_back() -> None:
    async def main() -> None:
        w = workers()
        assert await w.run("a", lambda _: threading.get_ident(), timeout_s=60) != threading.get_ident()
        for error in (KeyError("x"), StopIteration("y"), SystemExit(3)):

            def fail(_: threading.Event, error: BaseException = error) -> None:
                raise error

            wanted = KeyError if isinstance(error, KeyError) else RuntimeError
            with pytest.raises(wanted):
                await w.run("a", fail, timeout_s=60)
        assert w.load == Load(1, 0, 0)

    run(main())


def test_never_more_run_than_there_are_slots() -> None:
    async def main() -> None:
        w, lock = workers(3), threading.Lock()
        now = most = 0

        def call(_: threading.Event) -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1

        await asyncio.gather(*(w.run(f"o{i % 5}", call, timeout_s=60) for i in range(40)))
        assert most == 3
        assert w.load == Load(3, 0, 0)

    run(main())


def test_owners_take_turns() -> None:
    async def main() -> None:
        w, order = workers(1), list[str]()
        gate = threading.Event()
        first = asyncio.ensure_future(w.run("greedy", lambda _: gate.wait(60), timeout_s=60))
        await until(lambda: w.load.running == 1)
        waiting = [
            asyncio.ensure_future(w.run(owner, lambda _, owner=owner: order.append(owner), timeout_s=60))
            for owner in ["greedy"] * 4 + ["b", "c", "b"]
        ]
        await until(lambda: w.load.waiting == 7)
        gate.set()
        await asyncio.gather(first, *waiting)
        assert order == ["greedy", "b", "c", "greedy", "b", "greedy", "greedy"]

    run(main())


def test_a_caller_that_leaves_while_it_waits_takes_no_slot() -> None:
    async def main() -> None:
        w, gate, ran = workers(1), threading.Event(), list[str]()
        first = asyncio.ensure_future(w.run("a", lambda _: gate.wait(60), timeout_s=60))
        await until(lambda: w.load.running == 1)
        second = asyncio.ensure_future(w.run("b", lambda _: ran.append("b"), timeout_s=60))
        await until(lambda: w.load.waiting == 1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert w.load == Load(1, 1, 0)
        gate.set()
        await first
        assert ran == []
        await w.run("c", lambda _: ran.append("c"), timeout_s=60)
        assert ran == ["c"]

    run(main())


def test_a_caller_that_leaves_while_it_runs_tells_the_call_and_the_slot_is_free_when_it_ends() -> None:
    async def main() -> None:
        w, told, end = workers(1), threading.Event(), threading.Event()

        def call(cancel: threading.Event) -> None:
            cancel.wait(60)
            told.set()
            end.wait(60)

        task = asyncio.ensure_future(w.run("a", call, timeout_s=60))
        await until(lambda: w.load.running == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(told.is_set)
        assert w.load.running == 1, "it still runs: its slot is not free"
        end.set()
        await until(lambda: w.load.running == 0)

    run(main())


def test_time_counts_waiting_and_running() -> None:
    async def main() -> None:
        w, gate = workers(1), threading.Event()
        stopped = list[bool]()
        first = asyncio.ensure_future(w.run("a", lambda _: gate.wait(60), timeout_s=60))
        await until(lambda: w.load.running == 1)
        with pytest.raises(TooSlowError, match=r"longer than 0\.05 s"):
            await w.run("b", lambda _: None, timeout_s=0.05)
        gate.set()
        await first
        with pytest.raises(TooSlowError, match=r"longer than 0\.2 s"):
            await w.run("a", lambda c: stopped.append(c.wait(60)), timeout_s=0.2)
        await until(lambda: w.load == Load(1, 0, 0))
        assert stopped == [True]

    run(main())


def test_a_timeout_of_the_call_itself_is_the_calls_own() -> None:
    """A TimeoutError that the call raises is not ours to explain, but must not be lost either."""

    async def main() -> None:
        def call(_: threading.Event) -> None:
            raise TimeoutError("of the upstream")

        with pytest.raises(TimeoutError, match="of the upstream"):
            await workers().run("a", call, timeout_s=60)

    run(main())


def test_who_comes_when_too_many_wait_is_told_so() -> None:
    async def main() -> None:
        w, gate = workers(1, max_waiting=3, max_waiting_each=2), threading.Event()
        tasks = [asyncio.ensure_future(w.run("a", lambda _: gate.wait(60), timeout_s=60)) for _ in range(3)]
        await until(lambda: w.load.waiting == 2)
        with pytest.raises(BusyError):
            await w.run("a", lambda _: None, timeout_s=60)
        tasks.append(asyncio.ensure_future(w.run("b", lambda _: gate.wait(60), timeout_s=60)))
        await until(lambda: w.load.waiting == 3)
        with pytest.raises(BusyError):
            await w.run("c", lambda _: None, timeout_s=60)
        gate.set()
        await asyncio.gather(*tasks)

    run(main())


def test_closing_tells_all_and_waits_for_their_end() -> None:
    async def main() -> None:
        w = workers(1)
        running = asyncio.ensure_future(w.run("a", lambda c: c.wait(60), timeout_s=60))
        await until(lambda: w.load.running == 1)
        waiting = asyncio.ensure_future(w.run("b", lambda _: None, timeout_s=60))
        await until(lambda: w.load.waiting == 1)
        assert await w.close(60) is True
        assert await running is True
        with pytest.raises(StoppingError):
            await waiting
        with pytest.raises(StoppingError):
            await w.run("c", lambda _: None, timeout_s=60)

    run(main())


def test_closing_does_not_wait_for_ever() -> None:
    async def main() -> None:
        w, end = workers(1), threading.Event()
        task = asyncio.ensure_future(w.run("a", lambda _: end.wait(60), timeout_s=60))
        await until(lambda: w.load.running == 1)
        assert await w.close(0.05) is False
        end.set()
        await task

    run(main())


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["run", "fail", "leave", "hurry"])), min_size=1, max_size=25
    ),
    st.integers(1, 3),
)
def test_whatever_callers_do_every_slot_comes_back(plan: list[tuple[str, str]], n_slots: int) -> None:
    async def main() -> None:
        w = workers(n_slots)

        def call(cancel: threading.Event, how: str) -> str:
            if how == "fail":
                raise KeyError(how)
            cancel.wait(0.002)
            return how

        async def one(owner: str, how: str) -> str:
            timeout_s = 0.001 if how == "hurry" else 60
            return await w.run(owner, lambda c: call(c, how), timeout_s=timeout_s)

        tasks = [asyncio.ensure_future(one(owner, how)) for owner, how in plan]
        await asyncio.sleep(0)
        for task, (_, how) in zip(tasks, plan, strict=True):
            if how == "leave":
                task.cancel()
                await asyncio.sleep(0)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for result, (_, how) in zip(ended, plan, strict=True):
            if how == "run":
                assert result == "run", "none is lost"
            elif how == "fail":
                assert isinstance(result, KeyError)
        await until(lambda: w.load == Load(n_slots, 0, 0))

    run(main())
