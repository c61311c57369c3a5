"""The environment that a language finds on any default system: only what is the same everywhere."""

from __future__ import annotations

from functools import cache

from vedette.schema.command import Language

_WINDOWS = frozenset(
    {Language.POWERSHELL, Language.CMD, Language.PROGRAM, Language.JSCRIPT, Language.VBSCRIPT, Language.SQL}
)


@cache
def _known(windows: bool) -> dict[str, str]:
    if windows:
        from vedette.commands.cmd import windows_environment

        return windows_environment()
    from vedette.commands.sh import unix_environment

    return unix_environment()


def default_environment(language: Language) -> dict[str, str]:
    """Return the variables that a language's programs find on every default system, by name."""
    return dict(_known(language in _WINDOWS))
