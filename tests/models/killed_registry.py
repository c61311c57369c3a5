"""Kills a registering process by SIGKILL before each of its file operations, and looks at what is left each time.

Run as a program with a scratch folder; prints how many kills there were, or fails with what was inconsistent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from model_support import model_folder

from vedette.models import Registry, find

WATCHED = {
    "open",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.remove",
    "os.chmod",
    "os.link",
    "os.scandir",
    "shutil.rmtree",
}


def killed(act: Callable[[], object], under: Path, at: int) -> bool:
    """Run ``act`` in a child that is killed before its ``at``-th operation under a folder; return whether it was."""
    child = os.fork()
    if child == 0:
        count = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event in WATCHED and arguments and str(arguments[0]).startswith(str(under)):
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            act()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the act failed"
    return False


def check(registry: Registry, home: Path) -> None:
    """Check that everything visible is whole."""
    sound, broken = registry.scan()
    assert not broken, broken
    for entry in sound:
        registry.entry(entry.name, entry.version)
    if registry.current("counter") is not None:
        assert find("counter", home).current


def main(scratch: Path) -> None:
    """Kill registrations and rollbacks at every step."""
    source = model_folder(scratch / "source")
    home = scratch / "home"
    registry = Registry(home)
    kills = {"register": 0, "rollback": 0}
    before = 0
    while killed(lambda: registry.register("counter", source, facts={}, promote=True), home, kills["register"] + 1):
        kills["register"] += 1
        check(registry, home)
        versions = registry.versions("counter")
        assert versions == [str(n + 1) for n in range(len(versions))], versions
        assert len(versions) - before in (0, 1), versions
        before = len(versions)
    check(registry, home)
    assert not list((home / "models").rglob(".staging-*")), "what killed writers left was not swept"
    assert registry.current("counter") == registry.versions("counter")[-1]
    for _ in range(2):
        registry.register("counter", source, facts={}, promote=True)
    current = registry.current("counter")
    while killed(lambda: registry.rollback("counter"), home, kills["rollback"] + 1):
        kills["rollback"] += 1
        check(registry, home)
        if registry.current("counter") != current:
            registry.promote("counter", str(current))
    assert registry.current("counter") != current
    check(registry, home)
    print(json.dumps({"killed": kills}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
