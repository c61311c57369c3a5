"""The engine on a Ray cluster, by Daft.

A foreman within the cluster (``_ray_worker``) is sent the shards and asks Daft. They travel pickled, one to a
partition of a Daft frame, through a pool of actors, one process for each processor of the cluster; the actors import
Vedette and are prepared once a wave. A wave is what one Daft query works on: a few shards at first, then as many as
take about a minute and a half, never more than ``WAVE_BYTES`` of them, so that neither the start of the actors (2 to
5 s) nor memory counts. Results stream back in the order of the shards.

What fails: an actor that dies is started again by Ray and its shard worked on again, four times; what is missing of a
wave that failed or hangs all the same is given out again, until that brings nothing new three times. An error of the
function itself is the function's, passed on and not tried again. Daft and Ray may tell their makers of their use:
here that is switched off, on the workers too.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from vedette.bulk.engine import MOST_FAILURES
from vedette.errors import MissingExtraError, OutsideError, UserError

S = TypeVar("S")
R = TypeVar("R")

WAVE_S = 90.0
"""How long a wave should take: the start of its actors is then a few hundredths of it."""
FIRST_SHARDS = 8
"""Shards of the first wave for each worker."""
WAVE_BYTES = 256_000_000
"""The most that the pickled shards of a wave may weigh together, on this machine and in the cluster's store."""
WAVE_SHARDS = 10_000
START_S = 300.0
"""How long anything on the cluster may take to begin."""
POLL_S = 2.0
SILENCE_S = 300.0
"""How long no worker may be heard of before its query is taken to hang; one at work is heard of every few seconds."""
LOCAL, WITHIN = "local", "auto"
_SILENT = {
    "DAFT_ANALYTICS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_TQDM": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_connected: str | None = None
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class RayEngine:
    """A Ray cluster: ``ray://HOST:PORT`` of its client server, ``ray://auto`` from within, ``ray://local`` new here."""

    address: str
    n_workers: int | None = None
    remote: bool = True

    def __post_init__(self) -> None:
        place = self.address.removeprefix("ray://")
        if place in (LOCAL, WITHIN):
            return
        try:
            parts = urlsplit(self.address)
            good = bool(parts.hostname and parts.port) and parts.path in ("", "/") and "@" not in self.address
        except ValueError:
            good = False
        if not good:
            raise UserError(
                f"not the address of a Ray cluster: {self.address[:120]!r}",
                next_step="write ray://HOST:10001 (the port of its client server), ray://auto or ray://local",
            )

    @property
    def name(self) -> str:
        """What the user called it."""
        return self.address

    @property
    def workers(self) -> int:
        """How many shards are worked on at once; 0 is as many as the cluster has processors."""
        return self.n_workers or 0

    def run(
        self,
        function: Callable[[S], R],
        shards: Iterable[S],
        *,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Iterator[tuple[S, R]]:
        """Yield (shard, result) in the order of the shards.

        Raises:
            OutsideError: the cluster was lost, or a shard kills every worker it is given to.
        """
        source = iter(shards)
        first = next(source, None)
        if first is None:
            return
        connect(self)
        work = pickled((function, initializer, initargs), "the work")
        width = self.n_workers or processors(self)
        drawn: Iterator[S] = _again(first, source)
        gang = _Gang(work, width)
        try:
            yield from self._waves(gang, drawn, width)
        finally:
            gang.dismiss()

    def _waves(self, gang: _Gang, drawn: Iterator[S], width: int) -> Iterator[tuple[S, Any]]:
        n_shards = FIRST_SHARDS * width
        while True:
            wave: list[S] = []
            packed: list[bytes] = []
            n_bytes = 0
            for shard in islice(drawn, n_shards):
                wave.append(shard)
                packed.append(pickled(shard, "a shard"))
                n_bytes += len(packed[-1])
                if n_bytes >= WAVE_BYTES:
                    break
            if not wave:
                return
            started = time.monotonic()
            for shard, answer in zip(wave, self._wave(gang, packed), strict=True):
                yield shard, _unpacked(answer)
            taken = max(time.monotonic() - started, 0.1)
            n_shards = max(FIRST_SHARDS * width, min(int(len(wave) * min(WAVE_S / taken, 8.0)), WAVE_SHARDS))

    def _wave(self, gang: _Gang, packed: list[bytes]) -> Iterator[bytes]:
        """Yield the answers to a wave in order, and give out again what a failure left unanswered."""
        answers: dict[int, bytes] = {}
        at = failures = 0
        while at < len(packed):
            before = at + len(answers)
            problem: str | None = None
            try:
                for number, answer in gang.ask([(n, packed[n]) for n in range(at, len(packed)) if n not in answers]):
                    answers[number] = answer
                    while at in answers:
                        yield answers.pop(at)
                        at += 1
            except _WaveError as error:
                problem = str(error)
            if at >= len(packed):
                return
            failures = failures + 1 if at + len(answers) == before else 1
            if failures >= MOST_FAILURES or not _alive():
                raise lost(self.address, problem or "answers are missing")
            logging.getLogger(__name__).warning("the cluster failed, what is missing is asked again: %s", problem)
            gang.dismiss()


class _WaveError(Exception):
    """A wave came to no good end."""


class _Gang:
    """The foreman on the cluster and his workers, seen from here."""

    def __init__(self, work: bytes, width: int) -> None:
        self._work, self._width = work, width
        self._foreman: Any = None

    def ask(self, numbered: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """Yield the number and answer of each shard as they come.

        Raises:
            _WaveError: the query failed, hangs, or nobody answers.
        """
        import ray

        try:
            if self._foreman is None:
                self._foreman = self._hired(ray)
            ray.get(self._foreman.begin.remote(numbered), timeout=START_S)
            while True:
                found, done, problem, silence_s = ray.get(self._foreman.answers.remote(POLL_S), timeout=START_S)
                yield from found
                if done:
                    if problem is not None:
                        raise _WaveError(problem)
                    return
                if silence_s > SILENCE_S:
                    raise _WaveError(f"nothing was heard of its workers for {silence_s:.0f} s")
        except (_WaveError, GeneratorExit):
            raise
        except Exception as error:  # Ray's own errors and those of its connection have no common base
            raise _WaveError(_first_line(error)) from error

    def _hired(self, ray: Any) -> Any:
        from vedette.bulk._ray_worker import NAMESPACE, Foreman

        name = f"vedette-{uuid.uuid4().hex[:12]}"
        hiring = ray.remote(num_cpus=0, max_concurrency=64, name=name, namespace=NAMESPACE)(Foreman)
        return hiring.remote(name, self._work, self._width, dict(_SILENT))

    def dismiss(self) -> None:
        """Let the foreman go, and with him everybody that he started."""
        if self._foreman is None:
            return
        import ray

        with suppress(Exception):
            ray.kill(self._foreman, no_restart=True)
        self._foreman = None


def _again(first: S, rest: Iterator[S]) -> Iterator[S]:
    yield first
    yield from rest


def pickled(thing: Any, what: str) -> bytes:
    """Return something pickled, for a worker that has Vedette installed.

    Raises:
        UserError: it does not pickle.
    """
    try:
        return pickle.dumps(thing, protocol=5)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise UserError(f"{what} cannot be sent to another process: {error}"[:300]) from error


def _unpacked(answer: bytes) -> Any:
    good, value = pickle.loads(answer)  # noqa: S301 (from the user's own cluster, which runs our code)
    if good:
        return value
    raise value


def processors(engine: RayEngine) -> int:
    """Return how many processors the cluster has now."""
    connect(engine)
    import ray

    return max(int(ray.cluster_resources().get("CPU", 1)), 1)


def connect(engine: RayEngine) -> None:
    """Connect this process to the cluster, once; a process stays with its first.

    Raises:
        MissingExtraError: daft or ray is not installed.
        UserError: this process is with another cluster, or the cluster's versions are others.
        OutsideError: the cluster does not answer.
    """
    global _connected
    with _lock:
        if _connected is not None:
            if _connected != engine.address:
                raise UserError(
                    f"this process works on {_connected} and cannot change to {engine.address}",
                    next_step="start another one",
                )
            if not _alive():
                raise lost(engine.address, "it does not answer")
            return
        os.environ.update(_SILENT)
        os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"  # a cluster that is lost is not to be followed by another one here
        logging.getLogger("ray").setLevel(logging.ERROR)
        try:
            import daft  # noqa: F401 (the workers need it; its version is compared)
            import ray
        except ImportError:
            raise MissingExtraError("scale", f"--engine {engine.address}") from None
        place = engine.address.removeprefix("ray://")
        options: dict[str, Any] = {
            "runtime_env": {"env_vars": dict(_SILENT)},
            "logging_level": logging.ERROR,
            "log_to_driver": False,
        }
        if place == LOCAL:
            # the workers are this program's own: they import what it imports
            options["runtime_env"]["env_vars"]["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
            options |= {
                "address": LOCAL,
                "num_cpus": engine.n_workers or os.cpu_count() or 1,
                "include_dashboard": False,
            }
        else:
            options["address"] = place if place == WITHIN else engine.address
        try:
            ray.init(**options)
        except Exception as error:
            raise _unreachable(engine.address, error) from error
        try:
            _check_versions(ray, engine.address)
        except BaseException:
            ray.shutdown()
            raise
        _connected = engine.address


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in ("vedette", "daft", "pyarrow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _check_versions(ray: Any, address: str) -> None:
    """Ask every node what is installed there.

    Raises:
        UserError: something else than here.
        OutsideError: no node can work.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = _versions()
    nodes = [n for n in ray.nodes() if n.get("Alive") and n.get("Resources", {}).get("CPU", 0) >= 1]
    if not nodes:
        raise OutsideError(f"no node of {address} has a processor", next_step="start one: ray start --address=…")
    # sent by value: a node without Vedette must be able to say so
    asked = ray.remote(num_cpus=0)(_by_value(_versions))
    refs = [
        asked.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=True)).remote()
        for node in nodes
    ]
    try:
        answers = ray.get(refs, timeout=180)
    except Exception as error:
        raise OutsideError(
            f"the nodes of {address} do not answer: {_first_line(error)}", next_step="look at: ray status"
        ) from error
    for node, there in zip(nodes, answers, strict=True):
        for name, wanted in here.items():
            if there.get(name) != wanted:
                place = node.get("NodeManagerAddress") or node.get("NodeID", "")[:8]
                raise UserError(
                    f"{name} is {there.get(name)} on the node {place} and {wanted} here",
                    location=address,
                    next_step="install the same everywhere: the answers must not depend on who computed them",
                )


def _by_value(function: Callable[[], dict[str, str]]) -> Callable[[], dict[str, str]]:
    from types import FunctionType

    assert isinstance(function, FunctionType)  # noqa: S101 (our own)
    copy = FunctionType(function.__code__, {"__builtins__": __builtins__}, function.__name__)
    copy.__module__ = "__main__"
    return copy


def _alive() -> bool:
    try:
        import ray

        return bool(ray.is_initialized()) and any(n.get("Alive") for n in ray.nodes())
    except Exception:
        return False


def _first_line(error: BaseException | None) -> str:
    text = str(error).strip() if error is not None else ""
    return (text.splitlines() or [type(error).__name__])[0][:300]


def _unreachable(address: str, error: Exception) -> UserError | OutsideError:
    text = str(error)
    if "ersion mismatch" in text or ("version" in text.lower() and "ython" in text and "luster" in text):
        return UserError(
            f"the cluster at {address} runs other versions: {' '.join(text.split())[:300]}",
            next_step="use the same Python and Ray on both sides",
        )
    return OutsideError(
        f"no Ray cluster answers at {address}: {_first_line(error)}",
        next_step="check that it runs (ray status) and that the client server's port is reached: "
        "ray start --head --ray-client-server-port=10001",
    )


def lost(address: str, why: str) -> OutsideError:
    """Return the error of a cluster that is gone, or kills what it is given."""
    return OutsideError(
        f"the Ray cluster at {address} was lost: {why}",
        next_step="look at: ray status; then run the command again: it goes on where it stopped",
    )
