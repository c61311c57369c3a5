"""What the tests of exports share."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "cli"))

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from export_support import adapted, full, job, tiny

__all__ = ["adapted", "full", "job", "tiny"]
