"""The command line's reference, from the program's own parameters."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from _generate.words import NOTICE, cell, prose, table

HEAD = """# Command line

`vedette <verb> [<noun>] [OPTIONS]`. Every verb has `--help`. Every verb takes `--json`, but for those that only
group others. Options of the program itself, such as `--home`, stand before the verb.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | something is as grave as `--fail-on` says, or graver |
| 2 | the user's mistake, or a choice that only the user can make |
| 3 | a file, disk or database failed |
| 70 | a bug of Vedette |
| 130 | stopped by the user |

Results go to standard output; progress, hints and errors go to standard error. An error says what to do next.
[JSON shapes](json.md) has what `--json` and `--jsonl` print. [Settings](settings.md) has the environment variables.
"""


def page() -> str:
    """Return the page."""
    from vedette.cli.main import VERBS, app

    root: Any = typer.main.get_command(app)
    context = root.make_context("vedette", ["doctor"], resilient_parsing=True)
    parts = [NOTICE, HEAD, "\n## vedette\n\n", _parameters(root)]
    for verb in VERBS:
        command = root.get_command(context, verb)
        parts.append(f"\n## vedette {verb}\n\n{VERBS[verb]}\n")
        if hasattr(command, "list_commands"):
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                parts.append(f"\n### vedette {verb} {name}\n\n{_body(f'{verb} {name}', child)}")
        else:
            parts.append("\n" + _body(verb, command))
    return "".join(parts)


def _body(path: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(["vedette", path, "[OPTIONS]", *(_argument_name(a, usage=True) for a in arguments)])
    text = prose((command.help or "").strip())
    text = re.sub(r"^Example: (.+)$", r"```console\n\1\n```", text, flags=re.MULTILINE)
    return f"```text\n{usage}\n```\n\n{text}\n\n{_parameters(command)}"


def _parameters(command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
    out = []
    if arguments:
        out.append(table(["argument", "what"], [(f"`{_argument_name(a)}`", a.help or "") for a in arguments]))
    rows = [
        (_flags(o), _value(o), _what(o)) for o in options if o.name not in ("install_completion", "show_completion")
    ]
    out.append(table(["option", "value", "what"], rows))
    return "\n".join(out)


def _argument_name(argument: Any, *, usage: bool = False) -> str:
    name = (argument.metavar or str(argument.name).upper()).strip("[]")
    if not usage:
        return name
    name += "…" if argument.nargs == -1 and not name.endswith("…") else ""
    return name if argument.required else f"[{name}]"


def _flags(option: Any) -> str:
    names = sorted(option.opts, key=len, reverse=True) + list(option.secondary_opts)
    return ", ".join(f"`{name}`" for name in names)


def _value(option: Any) -> str:
    if option.is_flag:
        return ""
    kind = option.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{member.value}`" for member in kind)
    return {int: "number", float: "number", Path: "path"}.get(kind, "text")


def _what(option: Any) -> str:
    text = cell(option.help or "").rstrip(".")
    default = option.default
    if callable(default) or default in (None, False, (), []) or option.is_flag:
        default = None
    notes = [f"default `{_shown(default)}`"] if default is not None else []
    if option.envvar:
        notes.append(f"environment variable `{option.envvar}`")
    if option.multiple:
        notes.append("may be repeated")
    notes = [n for n in notes if n.split()[0] not in text.lower().split(".")[-1]]
    return text + (" (" + ", ".join(notes) + ")" if notes else "")


def _shown(default: Any) -> str:
    return str(getattr(default, "value", default))
