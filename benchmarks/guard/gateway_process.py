"""The gateway as a process of its own: ``python -m benchmarks.guard.gateway_process HOME CONFIG PORT [POLICY]``.

The same parts as ``vedette guard serve``, without its command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vedette.server.gateway.assembly import Opened

ROOT = Path(__file__).resolve().parents[2]


def main(home: str, config: str, port: str, policy: str = "default") -> None:
    from vedette.cli.guard_serve import SWITCH_S
    from vedette.server.access import Access
    from vedette.server.gateway.assembly import opened_gateway
    from vedette.server.gateway.config import read_config
    from vedette.server.limits import Limits
    from vedette.server.serving import bind, serve
    from vedette.store import Lake

    sys.setswitchinterval(SWITCH_S)
    said = read_config(Path(config).read_text(encoding="utf-8"))
    lake = Lake.open(Path(home))
    limits = Limits(requests_per_minute=10**6, body_bytes=said.max_request_bytes, shutdown_grace_s=1.0)
    opened = opened_gateway(lake, said, policy=policy)
    serve(opened.app(access=Access(), limits=limits), bind(Access(), int(port)), limits=limits)


@contextlib.contextmanager
def in_thread(opened: Opened) -> Iterator[str]:
    """Serve opened parts in a thread; yield the address, up to ``/v1``."""
    from vedette.server.access import Access
    from vedette.server.limits import Limits
    from vedette.server.serving import StoppableServer, bind, config

    limits = Limits(requests_per_minute=10**6, body_bytes=opened.parts.config.max_request_bytes, shutdown_grace_s=0.5)
    listening = bind(Access(), 0)
    begun = threading.Event()
    server = StoppableServer(config(opened.app(access=Access(), limits=limits), limits), begun.set)

    def work() -> None:
        try:
            asyncio.run(server._serve([listening]))
        finally:
            begun.set()

    thread = threading.Thread(target=work, name="gateway")
    thread.start()
    begun.wait(60)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join(30)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def started(*arguments: str, port: int, path: str, limit_s: float = 60.0) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a running module of ours that answers on a port; end it afterwards."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=environment)
    try:
        end = time.monotonic() + limit_s
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
                break
            except OSError as error:
                if getattr(error, "code", None) in (400, 404, 405):
                    break
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{arguments[0]} did not start") from None
                time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
