from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from vedette import plugins
from vedette.models import Registry
from vedette.models.loading import FORMS

sys.path.append(str(Path(__file__).parents[1] / "cli"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path / "home"


@pytest.fixture
def registry(home: Path) -> Registry:
    """An empty registry."""
    return Registry(home)


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package's forms, and of other packages: a working one, a broken one, one that takes a built-in's name."""
    own = list(entry_points(group=FORMS))
    others = [
        EntryPoint("counting", "model_support:counting", FORMS),
        EntryPoint("broken", "no.such.module:load", FORMS),
        EntryPoint("nothing", "builtins:print", FORMS),
        EntryPoint("linear", "model_support:counting", FORMS),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: [*others, *own] if group == FORMS else [])
    plugins.plugin_points.cache_clear()
    plugins.load_plugins.cache_clear()
    yield
    plugins.plugin_points.cache_clear()
    plugins.load_plugins.cache_clear()
