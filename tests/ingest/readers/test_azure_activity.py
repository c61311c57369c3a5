from __future__ import annotations

from pathlib import Path

import pytest
from mapping_driver import check_golden, golden_cases

from vedette.ingest.readers.azure_activity import READER


@pytest.mark.parametrize("case", golden_cases("azure_activity"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)
