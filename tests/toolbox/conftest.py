from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tools_world import NOW, made

from vedette.schema import Focus
from vedette.store import Lake
from vedette.toolbox import ToolContext


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with the whole story; tools only read, so that all tests share it."""
    lake = made(Path(tmp_path_factory.mktemp("tools")) / "home")
    yield lake
    lake.close()


@pytest.fixture
def context(told: Lake) -> ToolContext:
    return ToolContext(told, now=NOW, focus=Focus())
