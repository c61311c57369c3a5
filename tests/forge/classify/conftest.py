"""The small corpus as a fixture."""

from __future__ import annotations

import pytest
from classify_support import Parts, made


@pytest.fixture(scope="session")
def corpus() -> Parts:
    return Parts(train=made(240, 1), validation=made(120, 2), test=made(120, 3))
