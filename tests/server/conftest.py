"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from server_support import Running, TellingAnswerer, parts_of, running

from vedette.schema import AccessRole
from vedette.server import Limits
from vedette.store import Lake
from vedette.store.tokens import TokenBook


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """An empty lake; tests of what the state does under load take one on each kind of database."""
    opened = Lake.open(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def answerer() -> TellingAnswerer:
    return TellingAnswerer()


@pytest.fixture
def server(lake: Lake, answerer: TellingAnswerer) -> Iterator[Running]:
    """A server without tokens."""
    with running(parts_of(lake, answerer)) as started:
        yield started


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server without tokens for all tests that leave nothing behind in it."""
    opened = Lake.open(tmp_path_factory.mktemp("standing") / "home")
    limits = Limits(requests_per_minute=10**6, questions_per_minute=10**6, shutdown_grace_s=0.5)
    with running(parts_of(opened, TellingAnswerer()), limits=limits) as started:
        yield started
    opened.close()


@pytest.fixture
def secrets(lake: Lake) -> dict[str, str]:
    """A token of each role, and a second analyst's."""
    book = TokenBook(lake)
    made = {role.value: book.issue(f"{role.value}-token", role)[1] for role in AccessRole}
    made["other"] = book.issue("other-token", AccessRole.ANALYST)[1]
    return made
