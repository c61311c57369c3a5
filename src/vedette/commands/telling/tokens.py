"""Every token of every layer, what it means, and where that is known from."""

from __future__ import annotations

from vedette.commands.base import Reading, Word
from vedette.commands.traces import Traces, Used
from vedette.knowledge.tools import Role
from vedette.schema.command import CommandToken, Layer, TokenKind

MOST = 3_000
"""Tokens that are told of one command."""

ROLES: dict[Role, str] = {
    Role.FILE: "the file that it reads",
    Role.OUT: "the file that it writes",
    Role.DEL: "the file that it deletes",
    Role.DIR: "the folder",
    Role.URL: "the address that it reaches",
    Role.HOST: "the host",
    Role.PORT: "the port",
    Role.USER: "the account",
    Role.GROUP: "the group",
    Role.PASSWORD: "the password",
    Role.KEY: "the registry key",
    Role.SERVICE: "the service",
    Role.TASK: "the task",
    Role.PID: "the process",
    Role.COMMAND: "the command that it runs",
    Role.CODE: "code that it runs",
    Role.N: "a number",
    Role.TEXT: "text",
    Role.PATTERN: "the pattern",
    Role.NAME: "a name",
    Role.MODE: "the mode",
    Role.TIME: "a time",
}
"""What an argument of a role is called."""

_REDIRECTS = {
    ">": "writes the output to a file, in place of what is there",
    ">>": "appends the output to a file",
    "<": "reads the input from a file",
    "<<": "reads the input from the lines that follow",
    "<<-": "reads the input from the lines that follow, without leading tabs",
    "<<<": "reads the input from this text",
    "2>": "writes errors to a file",
    "2>>": "appends errors to a file",
    "2>&1": "sends errors where the output goes",
    "&>": "writes output and errors to a file",
    ">&": "sends the output where another goes",
    "1>": "writes the output to a file, in place of what is there",
    "*>": "writes everything to a file",
}
GRAMMAR = "grammar"


def tokens_of(traces: Traces) -> tuple[CommandToken, ...]:
    """Return the tokens of all layers, in order of layer and place."""
    found: list[CommandToken] = []
    inner: dict[int, list[tuple[int, int]]] = {}
    for layer in traces.layers:
        if layer.parent is not None and layer.start is not None and layer.end is not None and not layer.simplified:
            inner.setdefault(layer.parent, []).append((layer.start, layer.end))
    uses: dict[int, list[Used]] = {}
    for used in traces.uses:
        uses.setdefault(used.layer, []).append(used)
    for layer, reading in zip(traces.layers, traces.readings, strict=True):
        if layer.simplified:
            continue
        of_layer: list[CommandToken] = []
        for used in uses.get(layer.number, ()):
            _call(used, layer, inner.get(layer.number, []), of_layer)
        _parts(reading, layer, of_layer)
        of_layer.sort(key=lambda t: (t.start, -t.end))
        last = -1
        for token in of_layer:  # one place is told once: a loop makes the same call again and again
            if token.start >= last or token.end > last:
                found.append(token)
                last = max(last, token.end)
        if len(found) > MOST:
            break
    return tuple(found[:MOST])


def _token(
    layer: Layer, start: int, end: int, kind: TokenKind, meaning: str | None, source: str | None
) -> CommandToken:
    return CommandToken(
        layer=layer.number,
        start=start,
        end=end,
        text=layer.text[start:end],
        kind=kind,
        meaning=meaning,
        source=source if meaning else None,
    )


def _call(used: Used, layer: Layer, inner: list[tuple[int, int]], found: list[CommandToken]) -> None:
    usage, call = used.usage, used.call
    tool, size = usage.tool, len(layer.text)
    source = tool.source if tool else None
    if 0 <= call.name.start < call.name.end <= size:
        kind = TokenKind.METHOD if call.method else TokenKind.PROGRAM
        meaning = tool.what if tool else None
        if meaning and usage.name.lower() not in layer.text[call.name.start : call.name.end].lower():
            meaning = f"{usage.name}: {meaning}"
        found.append(_token(layer, call.name.start, call.name.end, kind, meaning, source))
    for word, label in zip(call.args, usage.labels, strict=True):
        if not 0 <= word.start < word.end <= size:
            continue
        if any(word.start <= start and end <= word.end for start, end in inner):
            said = "code for another interpreter; its own layer explains it"
            found.append(_token(layer, word.start, word.end, TokenKind.CODE, said, GRAMMAR))
        elif label is None:
            found.append(_token(layer, word.start, word.end, TokenKind.OPERAND, None, None))
        elif label.kind == "flag":
            found.append(_token(layer, word.start, word.end, TokenKind.FLAG, label.meaning, source))
        elif label.kind == "sub":
            found.append(_token(layer, word.start, word.end, TokenKind.KEYWORD, label.meaning, source))
        else:
            kind = TokenKind.VALUE if label.kind == "value" else TokenKind.OPERAND
            meaning = label.meaning or (ROLES[label.role] if label.role else None)
            if meaning is not None and word.known and word.text != layer.text[word.start : word.end].strip("\"'"):
                meaning = f"{meaning}: {_cut(word)}"
            found.append(_token(layer, word.start, word.end, kind, meaning, source))
    for redirect in call.redirects:
        if 0 <= redirect.start < redirect.end <= size:
            said = _REDIRECTS.get(redirect.operator, "changes where input comes from or output goes")
            if redirect.target and redirect.target.text.lower() in ("nul", "/dev/null", "$null"):
                said = "throws the errors away" if redirect.operator.startswith("2") else "throws the output away"
            found.append(_token(layer, redirect.start, redirect.end, TokenKind.REDIRECT, said, GRAMMAR))


def _parts(reading: Reading, layer: Layer, found: list[CommandToken]) -> None:
    size = len(layer.text)
    for part in reading.parts:
        if 0 <= part.start < part.end <= size:
            found.append(_token(layer, part.start, part.end, part.kind, part.meaning or None, GRAMMAR))


def _cut(word: Word) -> str:
    text = " ".join(word.text[:200].split())
    return text if len(text) <= 80 else text[:79] + "…"
