from __future__ import annotations

import pytest

from vedette.schema import Case

from . import sample


@pytest.fixture(scope="session")
def case() -> Case:
    return sample.sample_case()


@pytest.fixture(scope="session")
def large() -> Case:
    return sample.large_case()
