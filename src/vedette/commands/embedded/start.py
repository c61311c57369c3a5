"""What every reader here does before it evaluates: bounds the text, and binds what the layer inherits."""

from __future__ import annotations

from vedette.commands.embedded.evaluator import Expressions
from vedette.commands.embedded.values import Inherited

MOST_TEXT = 300_000


def shorten(text: str) -> tuple[str, str | None]:
    """Return as much of a text as is read, and the stop where that is not all."""
    if len(text) <= MOST_TEXT:
        return text, None
    return text[:MOST_TEXT], f"only its first {MOST_TEXT:,} characters are read"


def bind_inherited(ev: Expressions) -> None:
    """Bind the variables that the code around this layer has bound."""
    for name, value in ev.scope.environment.items():
        if name.startswith("var:"):
            ev.globals.values[name[4:]] = value


_WINDOWS = frozenset(
    "APPDATA LOCALAPPDATA TEMP TMP USERPROFILE PROGRAMDATA WINDIR SYSTEMROOT COMSPEC PUBLIC ALLUSERSPROFILE "
    "PROGRAMFILES USERNAME COMPUTERNAME SYSTEMDRIVE HOMEDRIVE HOMEPATH PATHEXT NUMBER_OF_PROCESSORS".split()
)


def inherited(name: str, ev: Expressions) -> str:
    """Return the value of an environment variable where the command sets it, else its name as a shell writes it."""
    known = ev.scope.environment
    if name in known:
        return known[name]
    if name.upper() in _WINDOWS:
        return known.get(name.upper(), Inherited(f"%{name}%"))
    return Inherited(f"${name}")
