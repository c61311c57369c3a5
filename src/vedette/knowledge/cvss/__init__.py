"""CVSS 2.0, 3.0, 3.1 and 4.0: strict parsing, and the scores exactly as FIRST's specifications compute them.

:func:`read` is the door for any version. :func:`parse` reads the base metrics of 3.x alone, for models and benchmarks
that predict those.
"""

from __future__ import annotations

from vedette.knowledge.cvss.reading import Vector, read
from vedette.knowledge.cvss.v3 import METRICS, BaseVector, every_vector, parse, roundup, severity

__all__ = ["METRICS", "BaseVector", "Vector", "every_vector", "parse", "read", "roundup", "severity"]
