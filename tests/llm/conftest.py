from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "models"))

from llm_support import Behaviour, FakeServer

from vedette.llm import AllowHosts, LanguageModel, ModelOptions, Retry, open_model


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeServer]]:
    """Start a server with behaviours; it is stopped after the test."""
    started: list[FakeServer] = []

    def start(*behaviours: Behaviour) -> FakeServer:
        started.append(FakeServer(*behaviours))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., LanguageModel]]:
    """Open a model at a server that may be asked; it is closed after the test."""
    models: list[LanguageModel] = []

    def open_at(server: FakeServer, name: str = "openai:m", **options: Any) -> LanguageModel:
        given: dict[str, Any] = {
            "base_url": server.url,
            "egress": AllowHosts([server.host]),
            "retry": Retry(sleep=lambda _: None, draw=lambda: 0.5),
            "timeout_s": 10.0,
        }
        if name.startswith("azure:"):
            given["base_url"] = server.url.removesuffix("/v1")
        model = open_model(name, home=tmp_path / "home", options=ModelOptions(**{**given, **options}))
        assert model is not None
        models.append(model)
        return model

    yield open_at
    for model in models:
        model.close()
