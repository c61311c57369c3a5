"""Reading code for its documentation, and writing Markdown tables."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

NOTICE = "<!-- Written by docs/generate.py: change the code, not this page. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(str(value)) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Return text for a table cell: on one line, with its pipes escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def prose(text: str) -> str:
    """Return a docstring as Markdown: double backticks and roles become code."""
    text = re.sub(r":(?:class|func|meth|mod|data):`~?([^`]+)`", lambda m: f"`{m[1].rsplit('.', 1)[-1]}`", text)
    return text.replace("``", "`")


def first_paragraph(text: str | None) -> str:
    """Return the first paragraph of a docstring, on one line."""
    return prose(" ".join(inspect.cleandoc(text or "").split("\n\n")[0].split()))


def field_docs(kind: type[Any]) -> dict[str, str]:
    """Return what stands under each field of a class, as a string of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 (the source of a class)
    out: dict[str, str] = {}
    name = None
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            out[name] = prose(" ".join(str(node.value.value).split()))
            name = None
        else:
            name = None
    return out
