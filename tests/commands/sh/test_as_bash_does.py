"""Our evaluator against a real shell, on scripts of our own making that only compute."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.commands.sh.generator import Maker

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.sh import read, unix_environment

pytestmark = pytest.mark.slow
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
FAULTS = (b"syntax error", b"bad substitution", b"unexpected EOF")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here to compare with")
def test_what_is_computed_is_what_bash_writes(tmp_path: Path) -> None:
    version = subprocess.run(["bash", "-c", "echo $BASH_VERSINFO"], capture_output=True, check=True).stdout
    if int(version) < 5:
        pytest.skip("older versions expand some forms otherwise")
    computed = 0
    for seed in range(100_000, 100_500):
        script = Maker(seed).script()
        ours = read(script, Scope(Budget(), unix_environment())).output
        if ours is None:
            continue
        theirs = subprocess.run(
            ["bash", "--norc", "--noprofile", "-c", "set -f\n" + script],
            capture_output=True,
            env=ENVIRONMENT,
            cwd=tmp_path,
            timeout=30,
            check=False,
        )
        if any(fault in theirs.stderr for fault in FAULTS):
            continue
        computed += 1
        assert ours == theirs.stdout, script
    assert computed > 200
