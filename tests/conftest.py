"""Fixtures for every room."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from postgres_support import Cluster, started
from state_support import copied_states
from vedette.store import Lake

settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100 if os.environ.get("VEDETTE_TEST_ALL") else 40,
)
settings.load_profile("default")

gc.disable()  # until all tests are collected: what they are made of is not garbage

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-slow"):
        return
    skip = pytest.mark.skip(reason="slow: make test-all")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()  # some millions of objects that live to the end are not looked through again and again


def pytest_unconfigure() -> None:
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def new_homes() -> Iterator[None]:
    """New homes get a copy of a migrated state."""
    with copied_states():
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real labelled data, or a skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the labelled data is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL of this worker's own; a skip where there is none, a failure where CI says it must be."""
    cluster = started()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], str | None]]:
    """The URL of a home's state database, once for each kind of database; the same home has the same one."""
    if request.param == "sqlite":
        yield lambda home: None
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    made: dict[Path, str] = {}

    def url(home: Path) -> str:
        if home not in made:
            made[home] = cluster.create(cluster.migrated())
        return cluster.url(made[home])

    yield url
    for name in made.values():
        cluster.drop(name)


@pytest.fixture
def open_lake(state_url: Callable[[Path], str | None]) -> Iterator[Callable[[Path], Lake]]:
    """Opens the lake of a home, once for each kind of database; closed when the test ends."""
    opened: list[Lake] = []

    def open_home(home: Path) -> Lake:
        opened.append(Lake.open(home, state_url(home)))
        return opened[-1]

    yield open_home
    for one in opened:
        one.close()


@pytest.fixture
def lake(tmp_path: Path, open_lake: Callable[[Path], Lake]) -> Lake:
    """An empty lake, once for each kind of database."""
    return open_lake(tmp_path / "home")
