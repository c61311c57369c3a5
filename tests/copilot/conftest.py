"""A home with a small world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from copilot_support import NOW, TOOLS, case, events, fill

from vedette.copilot.engine import Copilot
from vedette.store import Lake
from vedette.store.book import save_cases


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """A lake of its own with the events of the small world, to write to."""
    opened = Lake.open(tmp_path / "home")
    fill(opened, events(), "1")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with events and one case; read it, do not write to it."""
    home = tmp_path_factory.mktemp("copilot") / "home"
    lake = Lake.open(home)
    fill(lake, events(), "1")
    save_cases(lake, [case()])
    lake.close()
    return home


@pytest.fixture
def town(world: Path) -> Iterator[Lake]:
    """The lake of the small world."""
    opened = Lake.open(world)
    yield opened
    opened.close()


@pytest.fixture
def copilot(town: Lake) -> Copilot:
    """The copilot over the small world, without a model."""
    return Copilot(town, tools=TOOLS, clock=lambda: NOW)
