"""``sed``: the stream editor on linear expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vedette.commands.sh.bench import Bench
from vedette.commands.sh.escapes import to_bytes, to_text
from vedette.commands.sh.patterns import compiled, safe
from vedette.commands.sh.regexes import translated

_MOST_STEPS = 50_000
_LABEL = re.compile(r"[ \t]*([^\s;}]*)")


class _BadError(Exception):
    """The script is not understood."""


class _BranchError(Exception):
    """The script goes on at a label; at its end where that is empty."""

    def __init__(self, label: str):
        super().__init__()
        self.label = label


_CASES = {"L": -1, "U": -2, "E": -3, "l": -4, "u": -5}
"""How a replacement changes the case of what follows, as numbers that no group has."""


@dataclass(slots=True)
class _Command:
    letter: str
    first: Any = None
    second: Any = None
    negated: bool = False
    text: str = ""
    program: Any = None
    groups: list[str | int] = field(default_factory=list)
    flags: str = ""
    nth: int = 0
    table: dict[str, str] = field(default_factory=dict)
    block: list[_Command] = field(default_factory=list)
    active: bool = False
    until: int = 0


class _Script:
    """Parses a script."""

    def __init__(self, text: str, extended: bool):
        self.text = text
        self.at = 0
        self.extended = extended
        self.last: Any = None

    def _skip(self, what: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in what:
            self.at += 1

    def commands(self, depth: int = 0) -> list[_Command]:
        made: list[_Command] = []
        if depth > 8:
            raise _BadError
        while True:
            self._skip(" \t\n;")
            if self.at >= len(self.text):
                if depth:
                    raise _BadError
                return made
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
                continue
            if self.text[self.at] == "}":
                if not depth:
                    raise _BadError
                self.at += 1
                return made
            made.append(self._command(depth))

    def _regex(self, delimiter: str, flags: str = "") -> Any:
        body = self._until(delimiter)
        return self._compiled(body, "I" in flags)

    def _compiled(self, body: str, nocase: bool) -> Any:
        if not body:
            if self.last is None:
                raise _BadError
            return self.last
        expression = translated(body, "E" if self.extended else "G")
        program = compiled(expression, True, nocase) if expression is not None else None
        if program is None:
            raise _BadError
        self.last = program
        return program

    def _until(self, delimiter: str) -> str:
        out = []
        text = self.text
        inside = False
        while self.at < len(text):
            c = text[self.at]
            if c == "\\" and self.at + 1 < len(text):
                d = text[self.at + 1]
                out.append(d if d == delimiter and delimiter not in "|+?(){}.*^$[]\\n" else c + d)
                self.at += 2
                continue
            if c == "[" and not inside:
                inside = True
            elif c == "]" and inside:
                inside = False
            if c == delimiter:
                self.at += 1
                return "".join(out)
            out.append(c)
            self.at += 1
        raise _BadError

    def _address(self) -> Any:
        if self.at >= len(self.text):
            return None
        c = self.text[self.at]
        if c.isdigit():
            m = re.compile(r"(\d{1,9})(?:~(\d{1,9}))?").match(self.text, self.at)
            if m is None:
                raise _BadError
            self.at = m.end()
            if m.group(2) is not None:
                return (int(m.group(1)), int(m.group(2)))
            return int(m.group(1))
        if c == "$":
            self.at += 1
            return "$"
        if c in "/\\":
            if c == "\\":
                self.at += 1
            delimiter = self.text[self.at : self.at + 1]
            self.at += 1
            body = self._until(delimiter)
            nocase = self.text[self.at : self.at + 1] == "I"
            self.at += nocase
            return self._compiled(body, nocase)
        return None

    def _command(self, depth: int) -> _Command:
        text = self.text
        first = self._address()
        second = None
        self._skip(" \t")
        if first is not None and text[self.at : self.at + 1] == ",":
            self.at += 1
            self._skip(" \t")
            if text[self.at : self.at + 1] == "+":
                self.at += 1
                m = re.compile(r"\d{1,9}").match(text, self.at)
                if m is None:
                    raise _BadError
                self.at = m.end()
                second = ("+", int(m.group()))
            else:
                second = self._address()
                if second is None:
                    raise _BadError
        self._skip(" \t")
        negated = text[self.at : self.at + 1] == "!"
        if negated:
            self.at += 1
            self._skip(" \t")
        letter = text[self.at : self.at + 1]
        self.at += 1
        made = _Command(letter, first, second, negated)
        if letter == "{":
            made.block = self.commands(depth + 1)
            return made
        if letter == "s":
            self._substitute(made)
        elif letter == "y":
            delimiter = text[self.at : self.at + 1]
            self.at += 1
            a, b = self._plain(self._until(delimiter)), self._plain(self._until(delimiter))
            if len(a) != len(b):
                raise _BadError
            for x, y in zip(a, b, strict=True):
                made.table.setdefault(x, y)
        elif letter in ("a", "i", "c"):
            self._skip(" \t")
            if text.startswith("\\", self.at):
                self.at += 1
                self._skip(" \t")
                if text.startswith("\n", self.at):
                    self.at += 1
            end = text.find("\n", self.at)
            end = len(text) if end < 0 else end
            made.text = text[self.at : end]
            if "\\" in made.text:
                raise _BadError
            self.at = end
        elif letter in (":", "b", "t", "T"):
            m = _LABEL.match(text, self.at)
            made.text = m.group(1).rstrip() if m is not None else ""
            self.at = m.end() if m is not None else self.at
            if letter == ":" and (depth or not made.text):
                raise _BadError
        elif letter not in ("d", "p", "q", "D", "N", "P", "h", "H", "g", "G", "x", "n", "="):
            raise _BadError
        self._skip(" \t")
        if self.at < len(text) and text[self.at] not in ";\n}#":
            raise _BadError
        return made

    @staticmethod
    def _plain(text: str) -> str:
        return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), text)

    def _substitute(self, made: _Command) -> None:
        text = self.text
        delimiter = text[self.at : self.at + 1]
        if not delimiter or delimiter in "\\\n":
            raise _BadError
        self.at += 1
        pattern = self._until(delimiter)
        by = self._until(delimiter)
        m = re.compile(r"[gpIie0-9M]*").match(text, self.at)
        flags = m.group() if m is not None else ""
        self.at += len(flags)
        if "e" in flags or "M" in flags:
            raise _BadError
        made.program = self._compiled(pattern, "i" in flags.lower())
        digits = re.sub(r"\D", "", flags)
        made.nth = int(digits[:6]) if digits else 1
        made.flags = flags
        groups: list[str | int] = []
        plain: list[str] = []
        i = 0
        while i < len(by):
            c = by[i]
            if c == "\\" and i + 1 < len(by):
                d = by[i + 1]
                i += 2
                if d.isdigit():
                    groups.append("".join(plain))
                    plain = []
                    if int(d) > made.program.groups:
                        raise _BadError
                    groups.append(int(d))
                elif d in _CASES:
                    groups.append("".join(plain))
                    plain = []
                    groups.append(_CASES[d])
                elif d == "x" and re.match(r"[0-9a-fA-F]{2}", by[i : i + 2]):
                    plain.append(chr(int(by[i : i + 2], 16)))
                    i += 2
                else:
                    plain.append({"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}.get(d, d))
                continue
            i += 1
            if c == "&":
                groups.append("".join(plain))
                plain = []
                groups.append(0)
            else:
                plain.append(c)
        groups.append("".join(plain))
        made.groups = groups


class _Machine:
    """Runs a script on lines."""

    def __init__(self, script: list[_Command], rows: list[str], quiet: bool, bench: Bench):
        self.script = script
        self.rows = rows
        self.quiet = quiet
        self.bench = bench
        self.out: list[str] = []
        self.row = 0
        self.space = ""
        self.hold = ""
        self.ended = False
        self.replaced = False
        """Whether something was replaced since the line was read or ``t`` asked."""
        self.kept = False
        """Whether ``D`` left something, so that no new line is read."""
        self.labels = {c.text: i for i, c in enumerate(script) if c.letter == ":"}
        self.steps = 0
        self.size = 0

    def emit(self, text: str) -> None:
        self.size += len(text) + 1
        if self.size > 60_000:
            self.bench.budget.make(self.size)
            self.size = 0
        self.out.append(text + "\n")

    def matches(self, address: Any) -> bool:
        if isinstance(address, int):
            return self.row == address
        if address == "$":
            return self.row == len(self.rows)
        if isinstance(address, tuple):
            first, step = int(address[0]), int(address[1])
            return self.row == first if not step else self.row >= first and (self.row - first) % step == 0
        hit: bool = address.search(safe(self.space)) is not None
        return hit

    def selected(self, command: _Command) -> bool:
        if command.first is None:
            return not command.negated
        if command.second is None:
            return self.matches(command.first) != command.negated
        if command.active:
            second = command.second
            if isinstance(second, int):
                if self.row >= second:
                    command.active = False
                hit = self.row <= second
            elif isinstance(second, tuple) and second[0] == "+":
                if self.row >= command.until:
                    command.active = False
                hit = self.row <= command.until
            else:
                if self.matches(second):
                    command.active = False
                hit = True
            return hit != command.negated
        if command.first == 0 or self.matches(command.first):
            second = command.second
            command.active = True
            if isinstance(second, int) and second <= self.row:
                command.active = False
            elif isinstance(second, tuple) and second[0] == "+":
                command.until = self.row + second[1]
                command.active = second[1] > 0
            elif second == "$" and self.row == len(self.rows):
                command.active = False
            return not command.negated
        return command.negated

    def run(self) -> bytes:
        while (self.row < len(self.rows) or self.kept) and not self.ended:
            if not self.kept:
                self.space = self.rows[self.row]
                self.row += 1
            self.kept = self.replaced = False
            script = self.script
            while True:
                try:
                    shown = self.cycle(script)
                except _BranchError as branch:
                    if branch.label and branch.label not in self.labels:
                        raise _BadError from None
                    script = self.script[self.labels[branch.label] :] if branch.label else []
                    continue
                break
            if shown and not self.quiet:
                self.emit(self.space)
        return to_bytes("".join(self.out))

    def cycle(self, script: list[_Command]) -> bool:
        """Return whether the pattern space is to be printed at the end."""
        for command in script:
            self.steps += 1
            if self.steps % 16 == 0:
                self.bench.budget.step()
            if self.steps > _MOST_STEPS:
                raise _BadError
            if not self.selected(command):
                continue
            letter = command.letter
            if letter == "s":
                self.substitute(command)
            elif letter == "{":
                if not self.cycle(command.block):
                    return False
                if self.ended:
                    return True
            elif letter == "d":
                return False
            elif letter == "D":
                self.space, self.kept, rest = self.space, "\n" in self.space, self.space.partition("\n")[2]
                if self.kept:
                    self.space = rest
                return False
            elif letter == "b":
                raise _BranchError(command.text)
            elif letter in "tT":
                replaced, self.replaced = self.replaced, False
                if replaced == (letter == "t"):
                    raise _BranchError(command.text)
            elif letter == ":":
                continue
            elif letter == "p":
                self.emit(self.space)
            elif letter == "q":
                self.ended = True
                return True
            elif letter == "y":
                self.space = "".join([command.table.get(c, c) for c in self.space])
            elif letter == "=":
                self.emit(str(self.row))
            elif letter == "i":
                self.emit(command.text)
            elif letter == "c":
                self.emit(command.text)
                return False
            elif letter == "a":
                raise _BadError
            elif letter in "hHgGx":
                if letter == "h":
                    self.hold = self.space
                elif letter == "H":
                    self.hold += "\n" + self.space
                elif letter == "g":
                    self.space = self.hold
                elif letter == "G":
                    self.space += "\n" + self.hold
                else:
                    self.space, self.hold = self.hold, self.space
                self.bench.budget.make(1 + len(self.space) // 16)
            elif letter in "nN":
                if self.row >= len(self.rows):
                    self.ended = True
                    return True
                if letter == "n":
                    if not self.quiet:
                        self.emit(self.space)
                    self.space = self.rows[self.row]
                else:
                    self.space += "\n" + self.rows[self.row]
                self.row += 1
            elif letter == "P":
                self.emit(self.space.split("\n", 1)[0])
            else:
                raise _BadError
        return True

    def substitute(self, command: _Command) -> None:
        text = self.space
        subject = safe(text)
        out: list[str] = []
        at = count = 0
        changed = False
        every = "g" in command.flags
        cased = any(isinstance(piece, int) and piece < 0 for piece in command.groups)
        # a star may match nothing: that counts once between two other matches
        last_end = -1
        for m in command.program.finditer(subject):
            if m.start() == m.end():
                if not text.isascii():
                    raise _BadError
                if m.start() == last_end:
                    continue
            last_end = m.end()
            count += 1
            if not count % 32:
                self.bench.budget.step(24 + len(text) // 1000)
            if count < command.nth:
                continue
            out.append(text[at : m.start()])
            if cased:
                out.append(_cased(command.groups, m, text))
                at = m.end()
                changed = True
                if not every:
                    break
                continue
            for piece in command.groups:
                if isinstance(piece, str):
                    out.append(piece)
                elif m.group(piece) is not None:
                    out.append(text[m.start(piece) : m.end(piece)])
            at = m.end()
            changed = True
            if not every:
                break
        if not changed:
            return
        self.replaced = True
        out.append(text[at:])
        self.space = "".join(out)
        self.bench.budget.make(len(self.space))
        if "p" in command.flags:
            self.emit(self.space)


def _cased(groups: list[str | int], m: Any, text: str) -> str:
    r"""Return a replacement whose case ``\L``, ``\U``, ``\l`` and ``\u`` change."""
    out = []
    mode = once = 0
    for piece in groups:
        if isinstance(piece, int) and piece < 0:
            if piece in (-4, -5):
                once = piece
            else:
                mode, once = (0 if piece == -3 else piece), 0
            continue
        if isinstance(piece, int):
            made = text[m.start(piece) : m.end(piece)] if m.group(piece) is not None else ""
        else:
            made = piece
        if mode:
            made = made.lower() if mode == -1 else made.upper()
        if once and made:
            made = (made[0].lower() if once == -4 else made[0].upper()) + made[1:]
            once = 0
        out.append(made)
    return "".join(out)


def sed(args: list[str], bench: Bench) -> bytes | None:
    """``sed`` with ``-n``, ``-e``, ``-E``/``-r`` and ``-i`` on written files."""
    scripts: list[str] = []
    rest: list[str] = []
    quiet = extended = in_place = False
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg == "--":
            rest.extend(args[at:])
            break
        if arg in ("--quiet", "--silent"):
            quiet = True
        elif arg == "--regexp-extended":
            extended = True
        elif arg.startswith("--expression="):
            scripts.append(arg.split("=", 1)[1])
        elif (arg == "-f" and at < len(args)) or arg.startswith("--file="):
            name = arg[7:]
            if arg == "-f":
                name = args[at]
                at += 1
            held = bench.read([name])
            if held is None:
                return None
            scripts.append(to_text(held))
        elif arg.startswith("-") and len(arg) > 1 and not arg.startswith("--"):
            i = 1
            while i < len(arg):
                letter = arg[i]
                i += 1
                if letter == "n":
                    quiet = True
                elif letter in "Er":
                    extended = True
                elif letter in "uz" and letter == "u":
                    continue
                elif letter == "e":
                    value = arg[i:]
                    if not value:
                        if at >= len(args):
                            return None
                        value = args[at]
                        at += 1
                    scripts.append(value)
                    break
                elif letter == "i":
                    in_place = True
                    if arg[i:]:
                        return None
                    break
                else:
                    return None
        elif arg.startswith("--"):
            return None
        else:
            rest.append(arg)
    if not scripts:
        if not rest:
            return None
        scripts, rest = [rest[0]], rest[1:]
    if in_place and len(rest) != 1:
        return None
    data = bench.read(rest)
    if data is None:
        return None
    try:
        script = _Script("\n".join(scripts), extended).commands()
        text = to_text(data)
        rows = text.split("\n")
        ended = not rows[-1]
        if ended:
            rows.pop()
        bench.budget.step(1 + len(data) // 300)
        out = _Machine(script, rows, quiet, bench).run()
    except _BadError:
        return None
    if not ended and out.endswith(b"\n"):
        out = out[:-1]
    bench.methods = ("replace",)
    if in_place:
        bench.write(rest[0], out, False)
        return b""
    return out
