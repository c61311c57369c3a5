"""Make ``data/cvss4.json`` from FIRST's table: ``python -m vedette.knowledge._build_cvss4 FOLDER``.

FOLDER holds ``cvss_lookup.js``, which gives each macrovector of CVSS 4.0 its score. Same input, same bytes.
"""

from __future__ import annotations

import re
from pathlib import Path

import orjson

from vedette.knowledge._pinning import pin, run

_ENTRY = re.compile(r'"([0-2][01][0-2][0-2][0-2][01])": (\d+(?:\.\d)?),')


def compact(text: str) -> bytes:
    """Return the packaged form: macrovector to score in tenths.

    Raises:
        ValueError: it is not the table of 270 macrovectors.
    """
    scores = {digits: round(float(score) * 10) for digits, score in _ENTRY.findall(text)}
    if len(scores) != 270:
        raise ValueError(f"{len(scores)} macrovectors instead of 270")
    return orjson.dumps(dict(sorted(scores.items())))


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``cvss4.json`` and its entry in ``manifest.json``."""
    data = compact((folder / "cvss_lookup.js").read_text(encoding="utf-8"))
    pin(
        out,
        data,
        name="cvss4",
        title="CVSS 4.0 macrovector scores",
        version=version,
        source="FIRST (RedHatProductSecurity/cvss-v4-calculator)",
        revision=revision,
        source_date=source_date,
        n_records=270,
        file="cvss4.json",
        notice="CVSS4-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
