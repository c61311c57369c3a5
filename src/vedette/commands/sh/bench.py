"""What a tool has at hand: its input, the files that were written, and the budget."""

from __future__ import annotations

from collections.abc import Callable

from vedette.commands.base import Scope
from vedette.commands.budget import Budget


class Bench:
    """Given to a tool for one run.

    Args:
        stdin: what it reads on standard input; None where that is not known.
        file: returns what a written file holds.
        write: writes a file: path, bytes, whether to append.
        budget: what it may spend.
        scope: of the command.
    """

    __slots__ = ("_stdin", "budget", "file", "methods", "scope", "status", "taken", "taken_bytes", "write")

    def __init__(
        self,
        stdin: bytes | None,
        file: Callable[[str], bytes | None],
        write: Callable[[str, bytes, bool], None],
        budget: Budget,
        scope: Scope,
    ):
        self._stdin = stdin
        self.file = file
        self.write = write
        self.budget = budget
        self.scope = scope
        self.methods: tuple[str, ...] = ()
        """What the tool undid."""
        self.status: int | None = 0
        self.taken = False
        """Whether standard input was read."""
        self.taken_bytes: int | None = None
        """How much of it, where not all."""

    def stdin(self) -> bytes | None:
        """Return standard input, and take it."""
        self.taken = True
        return self._stdin

    def read(self, names: list[str]) -> bytes | None:
        """Return what the named files hold, one after the other; standard input where none is named."""
        made = self.each(names)
        return None if made is None else b"".join(made)

    def each(self, names: list[str]) -> list[bytes] | None:
        """Return what every named file holds."""
        if not names:
            data = self.stdin()
            return None if data is None else [data]
        out = []
        for name in names:
            data = self.stdin() if name in ("-", "/dev/stdin", "/dev/fd/0") else self.file(name)
            if data is None and name == "/dev/null":
                data = b""
            if data is None:
                return None
            out.append(data)
        return out


Tool = Callable[[list[str], Bench], bytes | None]


def options(
    args: list[str], flags: str, values: str = "", long: dict[str, str] | None = None, *, permute: bool = True
) -> tuple[list[tuple[str, str]], list[str]] | None:
    """Return options with their values and the operands as GNU tools read them; None where one is not understood.

    Args:
        args: the arguments.
        flags: letters that take no value.
        values: letters that take one.
        long: long options, each with the letter that it stands for.
        permute: whether options may follow operands.
    """
    found: list[tuple[str, str]] = []
    rest: list[str] = []
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg == "--":
            rest.extend(args[at:])
            break
        if arg.startswith("--"):
            name, equals, value = arg[2:].partition("=")
            hits = [k for k in (long or {}) if k == name] or [k for k in (long or {}) if k.startswith(name)]
            if len(hits) != 1 or long is None:
                return None
            letter = long[hits[0]]
            if letter in values:
                if not equals:
                    if at >= len(args):
                        return None
                    value = args[at]
                    at += 1
                found.append((letter, value))
            elif equals:
                return None
            else:
                found.append((letter, ""))
        elif len(arg) > 1 and arg[0] == "-":
            i = 1
            while i < len(arg):
                letter = arg[i]
                i += 1
                if letter in values:
                    value = arg[i:]
                    if not value:
                        if at >= len(args):
                            return None
                        value = args[at]
                        at += 1
                    found.append((letter, value))
                    break
                if letter not in flags:
                    return None
                found.append((letter, ""))
        else:
            rest.append(arg)
            if not permute:
                rest.extend(args[at:])
                break
    return found, rest


def number(text: str) -> int | None:
    """Return a count of a tool's option, or None."""
    bare = text.strip().lstrip("+-")
    if not bare.isdigit() or len(bare) > 12:
        return None
    return -int(bare) if text.strip().startswith("-") else int(bare)
