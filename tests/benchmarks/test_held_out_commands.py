"""The half of the decoding benchmark kept apart: the same rows every time, of every way and depth, and right."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks.commands.corpus.held_out import WAYS, rows
from benchmarks.commands.corpus.truth import TOP, Code

from vedette.schema.command import Language

SAID = "Kestrel-Marker /opt/a_b.c"
QUIET = (
    "sh-broken-words sh-escaped-words sh-joined-variables sh-sliced-alphabet sh-parameter-changes sh-arguments "
    "sh-array sh-split-fields sh-escapes sh-number-loop sh-turned sh-translated sh-cut-out sh-here-document"
).split()


def test_the_rows_are_many_of_every_way_and_always_the_same() -> None:
    made = list(rows())
    depths = Counter(row.code.depth for row in made)
    assert [(r.id, r.code.text) for r in made] == [(r.id, r.code.text) for r in rows()]
    assert len({r.id for r in made}) == len(made) >= 320
    assert {m for r in made for m in r.code.methods} == set(WAYS)
    assert 0.5 < depths[1] / len(made) < 0.62
    assert set(depths) == {1, 2, 3, 4, 5, 6}


def test_every_way_changes_what_it_is_given() -> None:
    assert not [r.id for r in rows() if r.code.text == r.truth.text]


def test_what_is_hidden_lies_on_reserved_names_and_addresses() -> None:
    for row in rows():
        for url in row.truth.urls:
            host = urlsplit(url).hostname or ""
            assert re.match(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$", host) or host.endswith(TOP), url


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("way", QUIET)
def test_the_shell_reads_a_hidden_line_as_the_line(way: str, tmp_path: Path) -> None:
    for seed in range(3):
        code = WAYS[way](Code(language=Language.SH, text=f"echo {SAID}"), random.Random(seed))
        if code is None:
            continue
        done = subprocess.run(["bash", "-c", code.text], capture_output=True, text=True, cwd=tmp_path, timeout=20)
        assert SAID in done.stdout, code.text
