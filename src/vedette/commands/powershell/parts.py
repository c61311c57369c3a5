"""The syntax of a script for the list of tokens: operators, keywords, variables and comments, with what they mean."""

from __future__ import annotations

import re
from typing import Any

from vedette.commands.base import Part
from vedette.commands.powershell import lexer as lx
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.tables import MEANINGS, OPERATOR_MEANINGS
from vedette.schema.command import TokenKind

MOST = 3_000

KEYWORDS: dict[type, tuple[str, str]] = {
    n.If: ("if", "runs what follows only if the condition holds"),
    n.Foreach: ("foreach", "repeats for every element"),
    n.Switch: ("switch", "chooses by value"),
    n.Try: ("try", "runs, and handles errors"),
    n.Function: ("function", "defines a function"),
}
LEAVES = {
    "return": "gives the value back and ends the function",
    "throw": "raises an error",
    "exit": "ends the script",
    "break": "leaves the loop",
    "continue": "goes on with the next round of the loop",
    "using": "declares what is used",
    "class": "defines a class",
    "enum": "defines an enumeration",
}


_NOTHING = {n.Str, n.Num, n.Type, str, type(None)}


def parts_of(text: str, root: n.Block) -> list[Part]:
    """Return the parts of a script, in order."""
    found: list[Part] = []
    stack: list[Any] = [root]
    while stack and len(found) < MOST:
        node = stack.pop()
        kind = type(node)
        if kind in _NOTHING:
            continue
        if kind is list or kind is tuple:
            stack.extend(node)
            continue
        if isinstance(node, n.Var):
            found.append(Part(TokenKind.VARIABLE, node.start, node.end, _variable(node.name)))
            continue
        if isinstance(node, n.Parameter):
            stack.append(node.default)
            continue
        if isinstance(node, (n.Str, n.Num, n.Type)) or not isinstance(node, n.Node):
            continue
        if isinstance(node, n.Binary):
            while isinstance(node, n.Binary):
                m = lx.OPERATOR.match(text, node.at)
                if m is not None and len(found) < MOST:
                    shown = OPERATOR_MEANINGS.get(node.op) or _cased(node.op)
                    found.append(Part(TokenKind.OPERATOR, node.at, m.end(), shown))
                stack.append(node.right)
                node = node.left
            stack.append(node)
            continue
        if isinstance(node, n.Assign):
            m2 = lx.ASSIGN.search(text, node.target.end, node.value.start + 1)
            if m2 is not None:
                meaning = "sets" if node.op == "=" else "adds to" if node.op[0] == "+" else "changes"
                found.append(Part(TokenKind.OPERATOR, m2.start(), m2.end(), meaning))
        elif isinstance(node, n.Unary) and node.op in OPERATOR_MEANINGS and node.op.isalpha():
            m = lx.OPERATOR.match(text, node.start)
            if m is not None:
                found.append(Part(TokenKind.OPERATOR, node.start, m.end(), OPERATOR_MEANINGS[node.op]))
        elif isinstance(node, n.Command) and node.operator:
            meaning = "calls" if node.operator == "&" else "runs in this scope"
            found.append(Part(TokenKind.OPERATOR, node.start, node.start + 1, meaning))
        elif isinstance(node, n.Pipeline):
            for a, b in zip(node.items, node.items[1:], strict=False):
                at = text.find("|", a.end, b.start)
                if at >= 0:
                    found.append(Part(TokenKind.OPERATOR, at, at + 1, "passes the output on to the next command"))
        elif isinstance(node, n.Leave):
            end = node.start + len(node.word)
            found.append(Part(TokenKind.KEYWORD, node.start, end, LEAVES.get(node.word, "declares")))
        elif isinstance(node, n.Loop):
            m = lx.KEYWORD.match(text, node.start)
            if m is not None:
                found.append(Part(TokenKind.KEYWORD, node.start, m.end(), "repeats while the condition holds"))
        elif type(node) in KEYWORDS:
            m = lx.KEYWORD.match(text, node.start)
            if m is not None:
                found.append(Part(TokenKind.KEYWORD, node.start, m.end(), KEYWORDS[type(node)][1]))
        elif isinstance(node, n.Chain):
            at = text.find(node.op, node.left.end, node.right.start)
            if at >= 0:
                meaning = "runs the next if this succeeded" if node.op == "&&" else "runs the next if this failed"
                found.append(Part(TokenKind.OPERATOR, at, at + 2, meaning))
        for name in node.__slots__:
            value = getattr(node, name)
            if isinstance(value, (n.Node, list, tuple)):
                stack.append(value)
    if "#" in text:
        found += _comments(text, found)
    found.sort(key=lambda p: (p.start, p.end))
    return found


def _cased(op: str) -> str:
    base = OPERATOR_MEANINGS.get(op[1:], "")
    return base + (", letter case told apart" if op[0] == "c" else "") if base else "operator"


def _variable(name: str) -> str:
    meaning = MEANINGS.get(name)
    if meaning is not None:
        return meaning
    if name.startswith("env:"):
        return "an environment variable"
    return "a variable"


_COMMENT = re.compile(
    rf"[{lx.SINGLE}](?:[^{lx.SINGLE}])*+[{lx.SINGLE}]?|[{lx.DOUBLE}](?:[^{lx.DOUBLE}`]|`(?s:.))*+[{lx.DOUBLE}]?"
    r"|(?:(?<=[\s;{}()|])|\A)(#[^\r\n]*+|<#(?s:.*?)(?:#>|\Z))|`(?s:.)"
)


def _comments(text: str, found: list[Part]) -> list[Part]:
    return [
        Part(TokenKind.COMMENT, m.start(1), m.end(1), "a comment; it does nothing")
        for m in _COMMENT.finditer(text)
        if m.group(1)
    ]
