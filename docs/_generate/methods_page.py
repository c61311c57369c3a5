"""The page of the ways of hiding that are undone: each with its example, from the readers' own tables."""

from __future__ import annotations

from _generate.words import NOTICE

HEAD = """# Ways of hiding that are undone

`vedette explain` names in `methods` how each layer was hidden. Every entry below is run by the test
`tests/commands/test_explaining.py::test_every_way_of_hiding_is_undone`: the example goes in, and what must show has to
stand in the text of a layer. The examples are inert: reserved names and documentation addresses only.

[Explain a command](../how-to/explain-a-command.md) ·
[how a command is read](../explanation/how-a-command-is-read.md)
"""
_NAMES = {
    "powershell": "PowerShell", "cmd": "cmd and batch", "sh": "sh and bash", "program": "Windows programs",
    "jscript": "JScript",
    "javascript": "JavaScript (Node.js)", "vbscript": "VBScript", "python": "Python", "perl": "Perl", "ruby": "Ruby",
    "php": "PHP", "sql": "SQL", "awk": "awk",
}  # fmt: skip


def page() -> str:
    """Return the page."""
    from vedette.commands.readers import methods

    found = methods()
    ids = {m.id for m in found}
    parts = [NOTICE, HEAD, f"\n{len(found)} examples of {len(ids)} ways.\n"]
    for language in dict.fromkeys(m.language for m in found):
        own = [m for m in found if m.language is language]
        parts.append(f"\n## {_NAMES.get(str(language), str(language))}\n")
        for method in own:
            parts.append(f"\n**{method.title}** (`{method.id}`)")
            parts.append(f": {method.note}\n" if method.note else "\n")
            parts.append(f"\n```text\n{_clipped(method.example)}\n```\n\nshows `{_inline(method.shows)}`\n")
    return "".join(parts)


def _clipped(text: str, most: int = 600) -> str:
    shown = "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
    shown = shown.replace("```", "`` `")
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _inline(text: str) -> str:
    shown = " ".join(text.split()).replace("`", "'")
    return shown if len(shown) <= 160 else shown[:159] + "…"
