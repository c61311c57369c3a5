"""``for``: over items, numbers, and the tokens of strings, files and what commands write; unrolled where known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vedette.commands.cmd.environment import Value
from vedette.commands.cmd.syntax import For, Node
from vedette.commands.cmd.traced import Traced
from vedette.commands.decoding import decode_text
from vedette.commands.programs.shells import unquoted

MAX_SHOWN = 12
"""Calls that an unrolled loop may show; more are shown as the loop that they are."""
MAX_TURNS = 20_000
_ITEM = re.compile(r'[^\s,;="]*(?:"[^"]*"?[^\s,;="]*)+|[^\s,;="]+')
_OPTION = re.compile(r"(?i)\s*(?:(usebackq)|(?:(tokens|skip|eol|delims)=))")
_DELIMITERS = re.compile(r"(?i)(.*?)(?:\s+(?=(?:tokens=|skip=|eol=|usebackq))|$)", re.DOTALL)

Turn = dict[str, Value]
"""The variables of one turn of a loop."""


def loop(shell: Any, node: Node, separator: str) -> None:
    """Run a loop, as often as it is known to run; else read its body once with its variable unknown."""
    assert isinstance(node, For)  # noqa: S101
    items = shell.late(node.items)
    options = shell.late(node.options) if node.options is not None else None
    turns: list[Turn] | None = None
    inner: list[Any] = []
    mark = len(shell.reading.calls)
    if node.form == "l":
        turns = _numbers(shell, node.variable, items)
    elif node.form == "f":
        turns, inner = _lines(shell, node.variable, items, options)
    elif node.form == "":
        turns = _items(shell, node.variable, items)
    if turns is not None and len(turns) > MAX_TURNS:
        shell.stop("a loop runs more often than is followed")
        turns = None
    outer, kept = shell.residues, shell.loop_variables
    if turns is not None:
        _unroll(shell, node, items, turns, separator, mark)
        return
    names = _names(node.variable, options) if node.form == "f" else [node.variable]
    shell.loop_variables = {**kept, **{name: Value(None, False) for name in names}}
    shell.residues = []
    try:
        shell.unsure(lambda: shell.execute(node.body, ""))
    finally:
        body, shell.residues, shell.loop_variables = shell.residues, outer, kept
        shown = (options.escaped() + " ") if options is not None else ""
        form = f"/{node.form} " if node.form else ""
        content: list[Any] = [f"for {form}{shown}%{node.variable} in ("]
        content += ["'", inner, "'"] if inner else [items.escaped()]
        shell.residues.append([separator, [*content, ") do ", body], None])


def _unroll(shell: Any, node: For, items: Traced, turns: list[Turn], separator: str, mark: int) -> None:
    outer, kept = shell.residues, shell.loop_variables
    shell.residues = []
    seen: set[tuple[str, ...]] = set()
    first = len(shell.reading.calls)
    try:
        for turn in turns:
            shell.budget.step()
            shell.loop_variables = {**kept, **turn}
            before = len(shell.reading.calls)
            shell.execute(node.body, " & ")
            fresh = shell.reading.calls[before:]
            del shell.reading.calls[before:]
            for call in fresh:
                key = (call.name.text, *(word.text for word in call.args))
                if key not in seen or id(call) in shell.setters:
                    seen.add(key)
                    shell.reading.calls.append(call)
    finally:
        body, shell.residues, shell.loop_variables = shell.residues, outer, kept
        acts = [call for call in shell.reading.calls[first:] if id(call) not in shell.setters]
        if len(acts) > MAX_SHOWN:
            _shorten(shell, node, items, separator, first)
        elif body:
            shell.changed = True
            shell.methods.setdefault(_way(shell, node, turns), None)
            shell.residues.append([separator, [body], None])


def _way(shell: Any, node: For, turns: list[Turn]) -> str:
    """Return how a loop hid what came out of it."""
    if node.form == "f":
        return "for-tokens"
    if "environment-substring" in shell.methods and len(turns) > 2:
        numbers = [turn[node.variable].text or "" for turn in turns]
        if node.form == "l" and int(numbers[0]) > int(numbers[-1]):
            return "reverse"
        if node.form == "" and all(number.isdigit() for number in numbers):
            return "index-pick"
    return "for-loop"


def _shorten(shell: Any, node: For, items: Traced, separator: str, first: int) -> None:
    """Show a loop of many calls as the loop, with its body read once."""
    acts = [call for call in shell.reading.calls[first:] if id(call) not in shell.setters]
    kept_calls = [call for call in shell.reading.calls[first:] if id(call) in shell.setters]
    del shell.reading.calls[first:]
    shell.reading.calls.extend(kept_calls)
    variables, files, sink, sure = dict(shell.variables), dict(shell.scope.files), shell.sink, shell.sure
    outer, kept = shell.residues, shell.loop_variables
    shell.residues = []
    shell.loop_variables = {**kept, node.variable: Value(None, False)}
    shell.sink = type(sink)(wanted=False)
    mark = len(shell.reading.calls)
    try:
        shell.unsure(lambda: shell.execute(node.body, ""))
    finally:
        for call in shell.reading.calls[mark:]:
            call.sure = sure
        body, shell.residues, shell.loop_variables = shell.residues, outer, kept
        shell.variables, shell.exported, shell.sink = variables, None, sink
        shell.scope.files.clear()
        shell.scope.files.update(files)
        form = f"/{node.form} " if node.form else ""
        head = f"for {form}%{node.variable} in ({items.escaped()}) do "
        shell.residues.append([separator, [head, body], None])
        del acts


def _items(shell: Any, variable: str, items: Traced) -> list[Turn] | None:
    turns: list[Turn] = []
    for match in _ITEM.finditer(items.text):
        shell.budget.step()
        text = match.group()
        if "*" in text or "?" in text:
            return None
        known = not items.unknown or items.known(match.start(), match.end())
        turns.append({variable: Value(text, known)})
    return turns


def _numbers(shell: Any, variable: str, items: Traced) -> list[Turn] | None:
    if items.unknown:
        return None
    parts = [part for part in re.split(r"[\s,;=]+", items.text.strip(" \t,;=\n")) if part]
    numbers: list[int] = []
    for part in parts[:3]:
        if not re.fullmatch(r"[+-]?(?:0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})", part):
            return None
        digits = part.lstrip("+-")
        base = 16 if digits[:2].lower() == "0x" else 8 if len(digits) > 1 and digits[0] == "0" else 10
        try:
            numbers.append(int(digits, base) * (-1 if part[0] == "-" else 1))
        except ValueError:
            return None
    if len(numbers) < 3:
        return None
    start, step, stop = numbers
    if step == 0:
        shell.stop("a loop has no end")
        return None
    count = len(range(start, stop + (1 if step > 0 else -1), step))
    if count > MAX_TURNS:
        return [{}] * (MAX_TURNS + 1)
    shell.budget.step(count // 4 + 1)
    return [{variable: Value(str(n))} for n in range(start, stop + (1 if step > 0 else -1), step)]


class _Options:
    """What stands in quotes after ``for /f``."""

    def __init__(self, text: str):
        self.tokens: list[tuple[int, int]] = [(1, 1)]
        """Ranges of tokens, from 1."""
        self.rest = False
        """Whether the last variable takes the rest of the line."""
        self.delimiters = " \t"
        self.skip = 0
        self.comment = ";"
        self.backquoted = False
        text = text.strip()
        if text.startswith('"'):
            text = text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:]
        at = 0
        while at < len(text):
            match = _OPTION.match(text, at)
            if match is None:
                at += 1
                continue
            at = match.end()
            if match.group(1):
                self.backquoted = True
                continue
            key = match.group(2).lower()
            if key == "eol":
                self.comment = text[at : at + 1]
                at += 1
            elif key == "skip":
                number = re.compile(r"\d{1,6}").match(text, at)
                self.skip = int(number.group()) if number else 0
                at = number.end() if number else at
            elif key == "delims":
                value = _DELIMITERS.match(text, at)
                self.delimiters = value.group(1) if value else ""
                at = value.end() if value else len(text)
            else:
                value = re.compile(r"[\d,*\-]*").match(text, at)
                assert value is not None  # noqa: S101
                self._tokens(value.group())
                at = value.end()

    def _tokens(self, text: str) -> None:
        self.rest = text.endswith("*")
        self.tokens = []
        for part in text.rstrip("*").split(","):
            first, dash, last = part.partition("-")
            if first.isdigit() and len(first) < 4:
                low = int(first)
                high = int(last) if dash and last.isdigit() and len(last) < 4 else low
                if 1 <= low <= high <= 100:
                    self.tokens.append((low, high))


def _names(variable: str, options: Traced | None) -> list[str]:
    chosen = _Options(options.text if options is not None else "")
    count = sum(high - low + 1 for low, high in chosen.tokens) + chosen.rest
    return [chr(ord(variable) + i) for i in range(max(min(count, 60), 1))]


def _lines(shell: Any, variable: str, items: Traced, options: Traced | None) -> tuple[list[Turn] | None, list[Any]]:
    """Return the turns of ``for /f``, and what is left of the command that it reads."""
    chosen = _Options(options.text if options is not None else "")
    raw = items.text
    lead = len(raw) - len(raw.lstrip(" \t\n,;="))
    trail = len(raw.rstrip(" \t\n,;="))
    if trail <= lead:
        return None, []
    body = raw[lead:trail]
    quote = body[0]
    text: str | None = None
    known = True
    inner: list[Any] = []
    if quote == ("`" if chosen.backquoted else "'") and len(body) > 1:
        stop = trail - 1 if body.endswith(quote) else trail
        text, inner = _written_by(shell, items[lead + 1, stop])
    elif quote == ("'" if chosen.backquoted else '"') and not (chosen.backquoted and quote == '"'):
        stop = trail - 1 if body.endswith(quote) and len(body) > 1 else trail
        part = items[lead + 1, stop]
        text, known = part.text, not part.unknown
    else:
        parts: list[str] = []
        for match in _ITEM.finditer(body):
            data = shell.file(match.group().strip('"'))
            if data is None:
                return None, []
            parts.append(decode_text(data) or "")
        text = "\n".join(parts)
    if text is None:
        return None, inner
    shell.budget.make(len(text))
    return list(_turns(shell, variable, text, chosen, known)), inner


def _written_by(shell: Any, command: Traced) -> tuple[str | None, list[Any]]:
    """Return what a command would write, and what is left of it; its calls stay only where it is not known."""
    sink = shell.new_sink()
    mark = len(shell.reading.calls)
    raw = command.text
    if raw.strip().startswith('"') and raw.strip().endswith('"'):
        # It is handed to ``cmd /c``, which takes the outermost quotes away.
        first, last = raw.index('"'), raw.rindex('"')
        if first < last and unquoted(raw.strip(), False) == raw[first + 1 : last]:
            command = command[first + 1, last]
    inner = shell.child(command, sink)
    text = sink.text()
    if text is not None:
        kept = [call for call in shell.reading.calls[mark:] if call.name.text.casefold() not in _PURE]
        shell.reading.calls[mark:] = kept
    return text, inner


_PURE = frozenset(("echo", "set", "assoc", "ftype", "find", "findstr", "sort", "more", "type", "ver"))


def _turns(shell: Any, variable: str, text: str, options: _Options, known: bool) -> Iterator[Turn]:
    base = ord(variable)
    split = re.compile("[" + re.escape(options.delimiters) + "]+") if options.delimiters else None
    lines = text.replace("\r\n", "\n").split("\n")
    for line in lines[options.skip :]:
        shell.budget.step()
        line = line.lstrip(options.delimiters) if options.delimiters else line
        if not line or (options.comment and line[0] == options.comment):
            continue
        turn: Turn = {}
        wanted = [n for low, high in options.tokens for n in range(low, high + 1)]
        most = max(wanted, default=0)
        if not wanted:
            pieces, rest = [], line
        elif split is None:
            pieces, rest = [line], ""
        else:
            pieces = split.split(line, most)
            rest = pieces.pop() if len(pieces) > most else ""
        for index, number in enumerate(wanted):
            value = pieces[number - 1] if number <= len(pieces) else ""
            turn[chr(base + index)] = Value(value, known)
        if options.rest:
            turn[chr(base + len(wanted))] = Value(rest, known)
        if any(value.text for value in turn.values()):
            yield turn
