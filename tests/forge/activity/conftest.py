"""Small worlds, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from activity_support import OPTIONS, SALT

from vedette.forge.activity.fit import fit
from vedette.forge.activity.generate import Company, generate
from vedette.models.activity import ActivityModel, Outcome, read_outcome


@pytest.fixture(scope="session")
def findings() -> list[dict[str, Any]]:
    """A company's findings over 60 days."""
    return list(generate(Company(kind="stationary", seed=3, days=60, scale=0.7)))


@pytest.fixture(scope="session")
def outcomes(findings: list[dict[str, Any]]) -> list[Outcome]:
    """The same, read."""
    return [read_outcome(f, SALT) for f in findings]


@pytest.fixture(scope="session")
def fitted(outcomes: list[Outcome]) -> tuple[ActivityModel, dict[str, float]]:
    """A linear model of the first 75%."""
    n = len(outcomes)
    return fit(outcomes[: int(n * 0.55)], outcomes[int(n * 0.55) : int(n * 0.75)], options=OPTIONS, salt=SALT)


@pytest.fixture(scope="session")
def model(fitted: tuple[ActivityModel, dict[str, float]]) -> ActivityModel:
    """The model."""
    return fitted[0]


@pytest.fixture(scope="session")
def saved(model: ActivityModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    folder = tmp_path_factory.mktemp("activity") / "model"
    model.save(folder)
    return folder
