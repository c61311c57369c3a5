"""The tools' reference: what each answers, takes and is asked as, from the tools themselves."""

from __future__ import annotations

from typing import Any

from _generate.words import NOTICE, cell, first_paragraph, table

HEAD = """# Tools

A question is answered by tools: `vedette ask`, `vedette chat`, the chat endpoint and MCP choose among these. A tool
only reads. It gives back facts with their evidence, values for programs (`vedette ask --json`), tables, and what the
data cannot tell; no model takes part in it.

An argument that is left out follows from the conversation, else from the gravest current case, and the answer says
which. A list that is empty, or a count of 0, means that it was looked for and is not there; what the lake could not
have shown is named as unknown, with the source that is missing. Times are ISO 8601 in UTC.

[Add a tool of your own](../how-to/add-a-tool.md).

"""

_KINDS = {
    "account": "an account", "host": "a host", "address": "an address", "entity": "an account, host or address",
    "time": "a stretch of time", "technique": "an ATT&CK technique", "tactic": "an ATT&CK tactic", "case": "a case",
    "count": "a number", "text": "text", "finding": "a finding or rule", "process": "a program",
    "command": "part of a command line",
}  # fmt: skip


def page() -> str:
    """Return the page."""
    from vedette.toolbox import tools

    found, _ = tools(third_party=False)
    rows = [(f"[`{name}`](#{name})", plugin.tool.description) for name, plugin in found.items()]
    parts = [NOTICE, HEAD, table(["tool", "answers"], rows)]
    for name, plugin in found.items():
        parts.append(f"\n## {name}\n\n{plugin.tool.description} {first_paragraph(plugin.run.__doc__)}\n\n")
        if plugin.tool.parameters:
            parts.append(table(["argument", "what it is", "as in"], [_row(p) for p in plugin.tool.parameters]))
        else:
            parts.append("It takes no arguments.\n")
        asked = "; ".join(f"“{e}”" for e in plugin.tool.examples[:5])
        parts.append(f"\nAsked as: {asked}\n")
    return "".join(parts)


def _row(parameter: Any) -> tuple[str, str, str]:
    what = parameter.description
    if parameter.choices:
        what += " One of: " + ", ".join(f"`{c}`" for c in parameter.choices) + "."
    else:
        what += f" ({_KINDS.get(parameter.kind.value, parameter.kind.value)})"
    name = f"`{parameter.name}`" + (" (needed)" if parameter.required else "")
    return name, what, cell(parameter.example)
