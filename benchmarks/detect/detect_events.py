"""A stream of Windows events made of the shared recordings, varied so that values do not simply repeat."""

from __future__ import annotations

import itertools
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "detect"))
import detect_support as support  # noqa: E402

Native = dict[str, Any]
_GUID = re.compile(r"[Gg]uid$")
_NUMBER_FIELDS = re.compile(r"(ProcessId|ProcessID|ThreadID|ThreadId|Port|port|RecordNumber|RecordID|LogonId|Address)$")
_TIME = re.compile(r"(Time|TimeCreated|timestamp)$")
_PATHS = ("TargetFilename", "TargetObject", "ImageLoaded", "PipeName", "CallTrace", "ObjectName", "RelativeTargetName")
_COMMANDS = ("CommandLine", "ParentCommandLine", "ScriptBlockText", "Payload", "Details", "Data")
_USERS = ("User", "SubjectUserName", "TargetUserName", "AccountName", "ParentUser", "SourceUser")
_HEX = "0123456789abcdef"


def base_events(shared: Path) -> list[Native]:
    """Return the recordings: OTRF incidents, then EVTX attack samples."""
    return [*support.otrf_events(shared), *support.evtx_sample_events(shared)]


def _hex(rng: random.Random, n: int) -> str:
    return f"{rng.getrandbits(4 * n):0{n}x}"


def vary(native: Native, rng: random.Random, count: int) -> Native:
    """Return a copy with other ids, times, ports, hosts and users; a part of the paths and commands changed too."""
    event = dict(native)
    host = f"WS{rng.randrange(400):03d}.corp.example"
    for name, value in native.items():
        if _GUID.search(name):
            event[name] = f"{{{_hex(rng, 8)}-{_hex(rng, 4)}-{_hex(rng, 4)}-0000-{_hex(rng, 12)}}}"
        elif name in ("Computer", "Hostname"):
            event[name] = host
        elif _TIME.search(name) and type(value) is str:
            clock = f"{count // 3600 % 24:02d}:{count // 60 % 60:02d}:{count % 60:02d}.{rng.randrange(1000):03d}"
            event[name] = f"2026-03-{1 + count // 86_400 % 28:02d}T{clock}Z"
        elif _NUMBER_FIELDS.search(name):
            if type(value) is int or (type(value) is str and value.isdigit()):
                event[name] = type(value)(rng.randrange(1, 65_000))
            elif type(value) is str and value.startswith("0x"):
                event[name] = f"0x{rng.getrandbits(24):x}"
        elif name in _USERS and type(value) is str and value and "SYSTEM" not in value and not value.endswith("$"):
            if rng.random() < 0.7:
                event[name] = f"CORP\\user{rng.randrange(600)}" if "\\" in value else f"user{rng.randrange(600)}"
        elif type(value) is str and name in _PATHS:
            if rng.random() < 0.5:
                head, dot, tail = value.rpartition(".")
                event[name] = f"{head}{_hex(rng, 6)}.{tail}" if dot and len(tail) < 5 else f"{value}{_hex(rng, 6)}"
        elif type(value) is str and name in _COMMANDS and rng.random() < 0.4:
            event[name] = f"{value} /x{_hex(rng, 8)}"
        elif name == "Hashes" and rng.random() < 0.3:
            event[name] = f"SHA256={_hex(rng, 64).upper()}"
    if "Message" in event:
        event["Message"] = f"{event['Message']} [{_hex(rng, 10)}]"
    return event


def stream(shared: Path, n_events: int, seed: int = 7) -> Iterator[Native]:
    """Yield ``n_events`` varied events, cycling through the recordings."""
    rng = random.Random(seed)
    for count, native in zip(range(n_events), itertools.cycle(base_events(shared)), strict=False):
        yield vary(native, rng, count)


def batches(shared: Path, n_events: int, size: int = 20_000, seed: int = 7) -> Iterator[list[Native]]:
    """Yield the stream in lists."""
    events = stream(shared, n_events, seed)
    while batch := list(itertools.islice(events, size)):
        yield batch
