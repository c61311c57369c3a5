"""Does explaining a hidden command open, fetch or start anything? Two traps say: Python's audit hook and the kernel.

Usage: ``python -m benchmarks.commands.sandbox [--every N] [--canary open|socket|exec|fork|write]``

A child process explains the corpus twice. In the first pass an audit hook records every file opened, socket made,
process started, code compiled and library loaded that is not an import (imports after the warm-up are listed). In the
second the kernel refuses to open any file and kills the process at the first system call that looks up or changes a
path, makes a socket or starts a process (seccomp), without a network (``unshare -n``), without the right to write to a
file or to make processes; the explanations must be the same as in the first. A canary does one such thing on purpose:
each trap must catch it.

CPython looks for the file that a text which does not parse is said to come from, to quote its line: the name given is
empty, which no file has, so that attempt is not counted.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import errno
import faulthandler
import json
import os
import platform
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WATCHED = (
    "open",
    "socket.",
    "subprocess.",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "os.startfile",
    "os.listdir",
    "os.scandir",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.chmod",
    "os.putenv",
    "pty.",
    "ctypes.",
    "exec",
    "compile",
    "shutil.",
    "tempfile.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "pickle.",
    "marshal.",
    "mmap.",
    "webbrowser.",
)
"""Beginnings of audit events that explaining must not raise."""

CALLS = {
    "open": 2,
    "stat": 4,
    "lstat": 6,
    "access": 21,
    "socket": 41,
    "connect": 42,
    "sendto": 44,
    "bind": 49,
    "clone": 56,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "rename": 82,
    "mkdir": 83,
    "creat": 85,
    "link": 86,
    "unlink": 87,
    "symlink": 88,
    "readlink": 89,
    "chmod": 90,
    "ptrace": 101,
    "getdents64": 217,
    "openat": 257,
    "mkdirat": 258,
    "newfstatat": 262,
    "unlinkat": 263,
    "renameat": 264,
    "faccessat": 269,
    "renameat2": 316,
    "memfd_create": 319,
    "execveat": 322,
    "statx": 332,
    "clone3": 435,
    "openat2": 437,
}
"""System calls of x86-64 that end the process in the second pass."""

EXAMPLES = (
    ("powershell", "Write-Output 'a'"),
    ("cmd", "echo a & dir"),
    ("sh", "echo a; ls | head"),
    ("program", "C:\\Windows\\System32\\cmd.exe /c dir"),
    ("jscript", "var a = 'b';"),
    ("vbscript", 'a = "b"'),
    ("python", "print('a')"),
    ("perl", "print 'a';"),
    ("ruby", "puts 'a'"),
    ("php", "echo 'a';"),
)
"""The warm-up: one plain command for each language."""


# ---- the first trap ----------------------------------------------------------------------------
class Audit:
    """An audit hook that records what it sees while it is armed."""

    def __init__(self) -> None:
        self.armed = False
        self.busy = False
        self.events: list[str] = []
        self.imports: set[str] = set()
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.armed or self.busy or not event.startswith(WATCHED):
            return
        self.busy = True
        try:
            frame: FrameType | None = sys._getframe(1)
            if event == "open" and args[0] in ("", b""):
                return
            if event == "compile" and frame is not None and frame.f_code.co_filename == ast.__file__:
                return  # ast.parse: a tree of syntax is made and no code
            while frame is not None:
                if frame.f_code.co_filename.startswith("<frozen importlib"):
                    if event == "open":
                        self.imports.add(str(args[0]).rpartition("site-packages/")[2])
                    return
                frame = frame.f_back
            self.events.append(f"{event} {str(args)[:200]}")
        finally:
            self.busy = False


# ---- the second trap ---------------------------------------------------------------------------
class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine() -> str:
    """Have the kernel end this process at a forbidden system call; return why not where it does not.

    Source: Linux ``seccomp(2)``: a classic BPF program over the number of the call.
    """
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"no filter for {platform.system()} on {platform.machine()}"
    refuse, kill, allow = (
        0x00050000 | errno.ENOENT,
        0x00030000,
        0x7FFF0000,
    )  # a trap: the signal SIGSYS, which says where and then ends the process
    faulthandler.register(signal.SIGSYS, chain=True)
    lines = [
        struct.pack("HBBI", 0x20, 0, 0, 4),
        struct.pack("HBBI", 0x15, 1, 0, 0xC000003E),
        struct.pack("HBBI", 0x06, 0, 0, kill),
    ]
    lines.append(struct.pack("HBBI", 0x20, 0, 0, 0))
    for name, number in CALLS.items():
        answer = refuse if name in ("open", "openat") else kill
        lines += [struct.pack("HBBI", 0x15, 0, 1, number), struct.pack("HBBI", 0x06, 0, 0, answer)]
    lines.append(struct.pack("HBBI", 0x06, 0, 0, allow))
    code = b"".join(lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(lines), ctypes.cast(buffer, ctypes.c_void_p).value)
    libc = ctypes.CDLL(None, use_errno=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
        return f"the kernel takes no filter: {os.strerror(ctypes.get_errno())}"
    return ""


def misbehave(kind: str) -> None:
    """Do one forbidden thing, harmless in itself."""
    match kind:
        case "open":
            Path("/etc/hostname").read_bytes()
        case "write":
            Path("/tmp/vedette-canary").write_text("")
        case "socket":
            socket.socket().close()
        case "exec":
            subprocess.run(["true"], check=False)
        case "fork":
            if os.fork() == 0:
                os._exit(0)
        case _:
            eval(kind)


# ---- the child ---------------------------------------------------------------------------------
def child(every: int, canary: str) -> None:
    """Explain the corpus between the traps; print one line of JSON after each pass."""
    import logging

    from benchmarks.commands.corpus import development

    from vedette.commands import explain
    from vedette.schema.command import Language

    logging.disable(logging.CRITICAL)
    rows = list(development.rows())[::every]
    for language, text in EXAMPLES:
        explain(text, Language(language))
    audit, errors = Audit(), []
    audit.armed = True
    first: list[int] = []
    for row in rows:
        try:
            first.append(hash(repr(explain(row.code.text))))
        except Exception as error:
            first.append(0)
            errors.append(f"{row.id}: {type(error).__name__}: {error}")
    if canary:
        misbehave(canary)
    audit.armed = False
    told = {"pass": 1, "rows": len(rows), "events": audit.events, "imports": sorted(audit.imports), "errors": errors}
    print(json.dumps(told), flush=True)
    why_not = confine()
    print(json.dumps({"pass": 2, "began": True, "why_not": why_not}), flush=True)
    if not why_not:
        again = [hash(repr(explain(row.code.text))) for row in rows]
        if canary:
            misbehave(canary)
        changed = [row.id for row, a, b in zip(rows, first, again, strict=True) if a and a != b]
        print(json.dumps({"pass": 2, "rows": len(rows), "changed": changed}), flush=True)


def run(every: int = 1, canary: str = "") -> dict[str, Any]:
    """Return what the traps caught: ``events``, ``imports``, ``killed``, ``changed``, ``network``, ``why_not``."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.commands.sandbox",
        "--child",
        "--every",
        str(every),
        "--canary",
        canary,
    ]
    alone = shutil.which("unshare")
    apart = (
        alone is not None and subprocess.run([alone, "-n", "true"], capture_output=True, check=False).returncode == 0
    )
    if alone is not None and apart:
        command = [alone, "-n", *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"the child said nothing (status {done.returncode}): {done.stderr[-2000:]}")
    first = lines[0]
    second = next((line for line in lines if line["pass"] == 2 and "began" in line), None)
    return {
        "rows": first["rows"],
        "events": first["events"],
        "imports": first["imports"],
        "errors": first["errors"],
        "network": not apart,
        "why_not": second["why_not"] if second else "the second pass did not begin",
        "killed": second is not None and not second["why_not"] and lines[-1] is second,
        "changed": lines[-1].get("changed", []),
        "status": done.returncode,
        "stderr": done.stderr[-1000:],
    }


def main(argv: list[str] | None = None) -> int:
    """Run both passes, or the child."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take every so many rows of the corpus")
    parser.add_argument("--canary", default="", help="do this on purpose: open, write, socket, exec, fork")
    parser.add_argument("--write", action="store_true", help="put the result into the README")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.child:
        child(args.every, args.canary)
        return 0
    got = run(args.every, args.canary)
    lines = [
        f"{got['rows']} commands explained twice{'' if got['network'] else ', without a network'}.",
        f"Audit hook: {len(got['events'])} events; modules imported after the warm-up: {len(got['imports'])}.",
        f"Kernel: {got['why_not'] or ('killed' if got['killed'] else 'no forbidden call')}; explained "
        f"otherwise when no file can be opened: {len(got['changed'])}; raised: {len(got['errors'])}.",
    ]
    print(*lines, *got["events"][:20], *got["imports"][:40], *got["changed"][:10], *got["errors"][:10], sep="\n")
    if got["killed"]:
        print(got["stderr"])
    if args.write and not args.canary:
        from benchmarks.commands.decoding import commit, publish

        publish(f"Measured at commit `{commit()}`.\n\n" + "\n".join(lines), "sandbox")
    return 1 if got["changed"] or got["events"] or got["killed"] or got["errors"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
