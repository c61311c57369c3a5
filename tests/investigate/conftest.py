from __future__ import annotations

import pytest

from .worlds import Built


@pytest.fixture
def built() -> Built:
    return Built()
