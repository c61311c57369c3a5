"""What the gateway's tests are made of: a gateway on a real socket before an upstream that records."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import server_support
from benchmarks.guard.upstream_double import Upstream as Double
from benchmarks.guard.upstream_double import serving

from vedette.guard.base import Scanner
from vedette.guard.engine import scanners_named
from vedette.guard.wire import Dialect
from vedette.server.access import Access
from vedette.server.gateway.assembly import Opened, opened_gateway
from vedette.server.gateway.config import GatewayConfig, Upstream
from vedette.server.limits import Limits
from vedette.server.serving import StoppableServer, bind, config
from vedette.store import Lake


@dataclass
class Gate:
    """A running gateway, and the upstream behind it."""

    url: str
    """Up to ``/v1``."""
    base: str
    direct: str
    double: Double
    opened: Opened
    lake: Lake


def upstreams(direct: str, **more: Any) -> tuple[Upstream, ...]:
    """Both dialects at one address."""
    return tuple(
        Upstream(name=one.value, base_url=direct, dialect=one, **{"idle_timeout_s": 5.0, **more}) for one in Dialect
    )


def quick_scanners() -> tuple[Scanner, ...]:
    """Those that need no model."""
    return scanners_named(("secrets", "personal", "replies"))


@contextmanager
def gateway(
    home: Path,
    *,
    scanners: Sequence[Scanner] | None = None,
    policy: str = "default",
    changed: Callable[[GatewayConfig], GatewayConfig] = lambda config: config,
    double: Double | None = None,
    upstream: Mapping[str, Any] | None = None,
    tokens_needed: bool = False,
    break_opened: Callable[[Opened], None] = lambda opened: None,
) -> Iterator[Gate]:
    """Serve a gateway on loopback, in a thread whose loop must not block."""
    double = double or Double()
    lake = Lake.open(home)
    with serving(double) as direct:
        made = changed(GatewayConfig(upstreams=upstreams(direct, **(upstream or {}))))
        limits = Limits(requests_per_minute=100_000, body_bytes=made.max_request_bytes, shutdown_grace_s=0.5)
        opened = opened_gateway(
            lake, made, policy=policy, scanners=scanners if scanners is not None else quick_scanners()
        )
        break_opened(opened)
        app = opened.app(access=Access(tokens_needed=tokens_needed), limits=limits)
        listening = bind(Access(), 0)
        started = threading.Event()
        server = StoppableServer(config(app, limits), started.set)  # type: ignore[arg-type]
        failures: list[BaseException] = []

        def work() -> None:
            try:
                with server_support.guarded():
                    asyncio.run(server._serve([listening]))
            except BaseException as error:
                failures.append(error)
            finally:
                started.set()

        thread = threading.Thread(target=work, name="gateway-under-test")
        thread.start()
        assert started.wait(60)
        base = f"http://127.0.0.1:{listening.getsockname()[1]}" if not failures else ""
        try:
            if not failures:
                yield Gate(url=f"{base}/v1", base=base, direct=direct, double=double, opened=opened, lake=lake)
        finally:
            server.should_exit = True
            thread.join(60)
            lake.close()
            assert not thread.is_alive()
            if failures:
                raise failures[0]
            assert not server_support._blocked, f"the gateway's loop was blocked by: {server_support._blocked}"


__all__ = ["Double", "Gate", "gateway", "replace", "upstreams"]
