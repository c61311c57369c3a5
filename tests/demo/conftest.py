from __future__ import annotations

from pathlib import Path

import pytest

from vedette.demo import World, write_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The default world, once for all tests."""
    folder: Path = tmp_path_factory.mktemp("demo") / "world"
    return write_world(folder, seed=7, n_events=30_000)
