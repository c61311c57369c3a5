"""The three expansions of cmd: percent signs before a line is read, loop variables and ``!…!`` when it runs."""

from __future__ import annotations

import re
from typing import Protocol

from vedette.commands.budget import Budget
from vedette.commands.cmd.environment import NOISE, Value
from vedette.commands.cmd.traced import Edit, Traced

_PERCENT = re.compile(r"%([^%:\r\n]+)(?::([^%\r\n]*))?%")
_ARGUMENT = re.compile(r"%(?:(\*)|~([fdpnxsatzFDPNXSATZ]*)(?:\$[^:%\s]*:)?([0-9])|([0-9]))")
_DELAYED = re.compile(r"!([^!:\r\n]+)(?::([^!\r\n]*))?!")
_LOOP_MODIFIED = re.compile(r"%~([fdpnxsatzFDPNXSATZ]*)")
_NAME = re.compile(r"(?!\d)[^\s\"'&|<>*?/\\,;]{1,60}$")
"""What a variable is likely to be called."""
_SPECIAL = re.compile(r"[\^!]")


def _method(modifier: str | None, custom: bool) -> str | None:
    """Return how a text is hidden by a variable; a whole one that every Windows has is hardly a way of hiding."""
    if modifier is None:
        return "variable" if custom else None
    return "environment-substring" if modifier.lstrip().startswith("~") else "replace"


class Variables(Protocol):
    """What the expansions ask of the shell. Names are in upper case."""

    batch: bool
    """Whether the text is a batch file: ``%%`` is one percent sign, and ``%1`` an argument."""
    arguments: tuple[str, ...] | None
    """``%0``, ``%1`` and so on; None where they are not known."""
    budget: Budget

    def look_up(self, name: str) -> Value | None:
        """Return what a variable holds; None where it is not known to exist."""
        ...

    def look_up_delayed(self, name: str) -> Value | None:
        """Return what a variable between exclamation marks holds."""
        ...

    def is_own(self, name: str) -> bool:
        """Return whether a variable is none that every Windows has."""
        ...

    def part(self, name: str, value: Value, modifier: str) -> Value | None:
        """Return what a modifier makes of a value, or None where it is none."""
        ...


def percent(shell: Variables, text: Traced) -> Traced:
    """Return a line after percent expansion."""
    raw, batch, budget, arguments = text.text, shell.batch, shell.budget, shell.arguments
    at = raw.find("%")
    edits: list[Edit] = []
    while at >= 0:
        budget.step(2)
        if batch:
            if raw[at + 1 : at + 2] == "%":
                edits.append(Edit(at, at + 2, "%"))
                at = raw.find("%", at + 2)
                continue
            argument = _ARGUMENT.match(raw, at)
            if argument:
                edits.append(_argument(argument, arguments))
                at = raw.find("%", argument.end())
                continue
        match = _PERCENT.match(raw, at)
        if match is None:
            at = raw.find("%", at + 1)
            continue
        name, modifier = match.group(1).upper(), match.group(2)
        value = shell.look_up(name)
        if value is not None and modifier is not None:
            value = shell.part(name, value, modifier)
        if value is None:
            if batch:
                edits.append(Edit(at, match.end(), match.group(), None, False))
                at = raw.find("%", match.end())
            else:
                # At the prompt the percent sign stays, and the text after it is looked at again.
                if _NAME.match(name):
                    edits.append(Edit(at, at + 1, "%", None, False))
                at = raw.find("%", at + 1)
            continue
        if value.text is None:
            edits.append(Edit(at, match.end(), match.group(), None, False))
        else:
            budget.make(len(value.text))
            method = "noise" if value is NOISE else _method(modifier, shell.is_own(name))
            edits.append(Edit(at, match.end(), value.text, method, value.known))
        at = raw.find("%", match.end())
    return text.edited(edits)


def _argument(match: re.Match[str], arguments: tuple[str, ...] | None) -> Edit:
    star, modifiers, tilde, plain = match.groups()
    if arguments is None:
        return Edit(match.start(), match.end(), match.group(), None, False)
    if star:
        return Edit(match.start(), match.end(), " ".join(arguments[1:]), "argument")
    index = int(tilde or plain)
    value = arguments[index] if index < len(arguments) else ""
    if index == 0 and (not value or modifiers):
        return Edit(match.start(), match.end(), match.group(), None, False)
    if tilde:
        value = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
        if modifiers:
            shown = path_part(value, modifiers.lower())
            if shown is None:
                return Edit(match.start(), match.end(), match.group(), None, False)
            value = shown
    return Edit(match.start(), match.end(), value, "argument")


def path_part(path: str, modifiers: str) -> str | None:
    """Return the parts of a path that ``%~nx1`` names, or None where the disk would have to be asked."""
    if set(modifiers) & set("satz$"):
        return None
    if "f" in modifiers:
        return path if re.match(r"[A-Za-z]:\\", path) else None
    folder, _, name = path.rpartition("\\")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    rooted = re.match(r"([A-Za-z]:)(\\.*)?$", path)
    result = ""
    if "d" in modifiers or "p" in modifiers:
        if not rooted:
            return None
        result += path[:2] if "d" in modifiers else ""
        result += folder[2:] + "\\" if "p" in modifiers else ""
    if "n" in modifiers:
        result += stem
    if "x" in modifiers:
        result += dot + extension
    return result


def loop(text: Traced, variables: dict[str, Value], budget: Budget) -> Traced:
    """Return a text with the variables of the loops around it (``%A``, ``%~nxA``) written out."""
    raw = text.text
    at = raw.find("%")
    edits: list[Edit] = []
    while at >= 0:
        budget.step()
        name, end, modifiers = raw[at + 1 : at + 2], at + 2, ""
        if name == "~":
            match = _LOOP_MODIFIED.match(raw, at)
            modifiers = match.group(1) if match else ""
            end = at + 2 + len(modifiers)
            name = raw[end : end + 1]
            # The longest run of modifiers that a variable of a loop follows: in ``%~na`` the ``a`` is the variable.
            while name not in variables and modifiers:
                end -= 1
                name, modifiers = raw[end : end + 1], modifiers[:-1]
            end += 1
        value = variables.get(name) if name else None
        if value is None:
            at = raw.find("%", at + 1)
            continue
        shown = value.text
        if shown is not None and raw[at + 1] == "~":
            shown = shown[1:-1] if len(shown) > 1 and shown[0] == shown[-1] == '"' else shown
            if modifiers:
                shown = path_part(shown, modifiers.lower())
        if shown is None:
            edits.append(Edit(at, end, raw[at:end], None, False))
        else:
            budget.make(len(shown))
            edits.append(Edit(at, end, shown, "for-loop", value.known))
        at = raw.find("%", end)
    return text.edited(edits)


def delayed(shell: Variables, text: Traced) -> Traced:
    """Return a text after delayed expansion: ``!VAR!`` and its forms; carets go too, as there is a ``!``."""
    raw, budget = text.text, shell.budget
    if "!" not in raw:
        return text
    edits: list[Edit] = []
    at = 0
    while True:
        found = _SPECIAL.search(raw, at)
        if found is None:
            break
        budget.step()
        at = found.start()
        if raw[at] == "^":
            if at + 1 < len(raw):
                edits.append(Edit(at, at + 1, "", "caret"))
            at += 2
            continue
        match = _DELAYED.match(raw, at)
        if match is None:
            at += 1
            continue
        name, modifier = match.group(1).upper(), match.group(2)
        value = shell.look_up_delayed(name)
        if value is not None and modifier is not None:
            value = shell.part(name, value, modifier)
        if value is None or value.text is None:
            edits.append(Edit(at, match.end(), match.group(), None, False))
        else:
            budget.make(len(value.text))
            edits.append(Edit(at, match.end(), value.text, "delayed-expansion", value.known))
            if modifier is not None:
                edits[-1:] = [
                    Edit(at, at, "", _method(modifier, True)),
                    edits[-1],
                ]
        at = match.end()
    return text.edited(edits)


def uncaret(text: Traced) -> Traced:
    """Return a text with carets outside quotes undone once more, as a second reader does."""
    raw = text.text
    if "^" not in raw:
        return text
    edits: list[Edit] = []
    quoted = False
    for match in re.finditer(r'"|\^(?:.|$)', raw, re.DOTALL):
        if match.group() == '"':
            quoted = not quoted
        elif not quoted:
            edits.append(Edit(match.start(), match.start() + 1, "", "caret"))
    return text.edited(edits)
