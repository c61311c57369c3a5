"""Watching processes: what they cost in processor time and memory, and killing one of them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PYTHONPATH = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
"""This very source, wherever the package is installed from: workers and driver must not differ."""


class Watch:
    """Adds up the processor time of process trees, and keeps their peak of memory together."""

    def __init__(self, roots: list[int]) -> None:
        self._roots = roots
        self._seconds: dict[tuple[int, float], float] = {}
        self._base: dict[tuple[int, float], float] = {}
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._look(first=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def cpu_seconds(self) -> float:
        """Return user and system time since the beginning."""
        return sum(self._seconds.values()) - sum(self._base.values())

    def _run(self) -> None:
        while not self._stop.wait(0.25):
            self._look()

    def _look(self, first: bool = False) -> None:
        total = 0
        for process in processes(self._roots):
            try:
                times, memory = process.cpu_times(), process.memory_info().rss
                shared = getattr(process.memory_info(), "shared", 0)
                key = (process.pid, process.create_time())
            except psutil.Error:
                continue
            self._seconds[key] = times.user + times.system
            if first:
                self._base[key] = times.user + times.system
            total += memory - shared
        self.peak_mb = max(self.peak_mb, total / 2**20)


def processes(roots: list[int]) -> list[psutil.Process]:
    """Return the processes and all below them."""
    found: dict[int, psutil.Process] = {}
    for root in roots:
        try:
            top = psutil.Process(root)
            for process in (top, *top.children(recursive=True)):
                found[process.pid] = process
        except psutil.Error:
            continue
    return list(found.values())


def kill_worker(roots: list[int]) -> str | None:
    """Kill -9 one process that works on shards; return what it was."""
    for process in processes(roots):
        try:
            name = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if "UDFActor" in name or "spawn_main" in name:
            process.send_signal(signal.SIGKILL)
            return "UDFActor" if "UDFActor" in name else "a process of the pool"
    return None


@contextmanager
def cluster() -> Iterator[tuple[str, list[int], dict[str, str]]]:
    """Start two Ray nodes of one processor each; yield the address, their processes and the drivers' environment."""
    ray = str(Path(sys.executable).with_name("ray"))
    with tempfile.TemporaryDirectory(prefix="vr-", ignore_cleanup_errors=True) as folder:
        env = {
            **os.environ,
            "PYTHONPATH": PYTHONPATH,
            "RAY_worker_niceness": "0",  # it gives way to everybody by default, and others work here too
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "DO_NOT_TRACK": "1",
            "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
            "OMP_NUM_THREADS": "1",
        }
        port = _free_port()
        common = ["--num-cpus=1", "--object-store-memory=400000000", "--block"]
        head = [ray, "start", "--head", f"--port={port}", "--ray-client-server-port=10001", f"--temp-dir={folder}"]
        nodes = [_start([*head, "--include-dashboard=false", *common], env, folder, "head")]
        try:
            _wait(10001)
            address = f"{_own_ip(folder)}:{port}"
            nodes.append(_start([ray, "start", f"--address={address}", *common], env, folder, "second"))
            time.sleep(15)
            yield "ray://127.0.0.1:10001", [node.pid for node in nodes], env
        finally:
            for process in processes([node.pid for node in nodes]):
                try:
                    process.kill()
                except psutil.Error:
                    continue
            for node in nodes:
                node.wait()


def _start(command: list[str], env: dict[str, str], folder: str, name: str) -> subprocess.Popen[bytes]:
    with (Path(folder) / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _own_ip(folder: str) -> str:
    text = (Path(folder) / "head.log").read_text(errors="replace")
    return text.partition("Local node IP: ")[2].split()[0].strip("\x1b[0m") or "127.0.0.1"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise RuntimeError("the cluster did not start")
