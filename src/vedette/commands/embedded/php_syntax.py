"""The grammar of PHP: text enters, the shared tree leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, unescape
from vedette.commands.embedded.script_syntax import Script, _number

_LEX = re.compile(
    r"""
    (?P<space>(?:[\s]|//(?:(?!\?>)[^\n])*|\#(?!\[)(?:(?!\?>)[^\n])*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)+)
  | (?P<close>\?>\n?)
  | (?P<num>0[xX][0-9A-Fa-f_]+|0[bB][01_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<here><<<[ \t]*(?:"(?P<hq>\w+)"|'(?P<hs>\w+)'|(?P<hb>\w+))[ \t]*\r?\n)
  | (?P<str>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")
  | (?P<shell>`(?:[^`\\]|\\[\s\S])*`)
  | (?P<var>\$+[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)
  | (?P<name>\\?[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*(?:\\[A-Za-z_]\w*)*)
  | (?P<op>===|!==|<=>|\*\*=|\?\?=|<<=|>>=|\.\.\.|\?->|=>|->|::|==|!=|<>|<=|>=|&&|\|\||\?\?|\+\+|--|\+=|-=|\*=|/=|\.=|%=
      |&=|\|=|\^=|<<|>>|\*\*|[-+*/%&|^!~<>=?:;,.(){}\[\]@$])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_OPEN = re.compile(r"<\?(?:php\b|=)?", re.IGNORECASE)
_WORDS = {"and": "&&", "or": "||", "xor": "xor", "instanceof": "instanceof"}
_CASTS = frozenset("int integer string bool boolean float double array object binary".split())


def tokenize(source: str, start: int = 0, end: int | None = None, *, code: bool | None = None) -> list[Token]:
    """Return the tokens of PHP; text outside of its tags is an ``echo`` of a string."""
    out: list[Token] = []
    at, last = start, len(source) if end is None else end
    inside = code if code is not None else _OPEN.search(source, at, last) is None
    line = space = False
    while at < last and len(out) < MOST_TOKENS:
        if not inside:
            found = _OPEN.search(source, at, last)
            at = last if found is None else found.end()
            if found is not None:
                inside = True
                if found.group().endswith("="):
                    out.append(Token("name", "echo", found.start(), found.end()))
            continue
        found = _LEX.match(source, at, last)
        if found is None:
            break
        kind, text, stop = found.lastgroup or "bad", found.group(), found.end()
        if kind in ("hq", "hs", "hb"):
            kind = "here"
        if kind == "space":
            line, space, at = line or "\n" in text, True, stop
            continue
        if kind == "close":
            out.append(Token("op", ";", at, at + 2, line))
            inside = False
        elif kind == "num":
            out.append(Token("num", text, at, stop, line, _number(text), None, space))
        elif kind == "str" and text[0] == "'":
            value = re.sub(r"\\([\\'])", r"\1", text[1:-1])
            out.append(Token("str", text, at, stop, line, value, None, space))
        elif kind == "str":
            out.append(Token("istr", text, at, stop, line, (text[1:-1], at + 1), None, space))
        elif kind == "shell":
            out.append(Token("shell", text, at, stop, line, (text[1:-1], at + 1), None, space))
        elif kind == "here":
            tag = found.group("hq") or found.group("hs") or found.group("hb") or ""
            closing = re.compile(rf"\r?\n?[ \t]*\b{tag}\b").search(source, stop - 1, last)
            body_end = closing.start() if closing else last
            body = source[stop : max(body_end, stop)]
            after = closing.end() if closing else last
            if found.group("hs"):
                out.append(Token("str", source[at:after], at, after, line, body, None, space))
            else:
                out.append(Token("istr", source[at:after], at, after, line, (body, stop), None, space))
            stop = after
        elif kind == "name" and text.lower() in _WORDS:
            out.append(Token("op", _WORDS[text.lower()], at, stop, line, None, None, space))
        elif kind == "name":
            out.append(Token("name", text.lstrip("\\"), at, stop, line, None, None, space))
        elif kind != "bad":
            out.append(Token(kind, text, at, stop, line, None, None, space))
        at, line, space = stop, False, False
    out.append(Token("end", "", last, last, True))
    return out


class Php(Script):
    """Parses PHP on the grammar that it shares with JavaScript."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "??": (4, True), "||": (4, False), "xor": (4, False), "&&": (5, False), "|": (6, False), "^": (7, False),
        "&": (8, False), "==": (9, False), "!=": (9, False), "===": (9, False), "!==": (9, False), "<>": (9, False),
        "<=>": (9, False), "<": (10, False), ">": (10, False), "<=": (10, False), ">=": (10, False),
        "instanceof": (15, False), "<<": (11, False), ">>": (11, False), "+": (12, False), "-": (12, False),
        ".": (12, False), "*": (13, False), "/": (13, False), "%": (13, False), "**": (16, True),
    }  # fmt: skip
    logic = frozenset({"||", "&&", "??"})
    assigns = frozenset("= += -= *= /= .= %= &= |= ^= <<= >>= **= ??=".split())

    def __init__(self, source: str, tokens: list[Token] | None = None):
        super().__init__(source, tokenize(source) if tokens is None else tokens)

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return a choice, short or long."""
        if self.token.text != "?" or self.token.kind != "op" or least > 3:
            return None
        self.next()
        if self.take(":"):
            other = self.expression(2)
            return t.Logic(left.start, other.end, "||", left, other)
        then = self.expression(2)
        self.need(":")
        other = self.expression(3)
        return t.Choice(left.start, other.end, left, then, other)

    def prefix(self) -> t.Node:
        """Return an operand with its signs and casts."""
        token = self.token
        if token.kind == "op":
            if token.text in ("@", "&"):
                self.next()
                return self.prefix()
            if token.text in ("!", "~", "+", "-"):
                self.next()
                value = self.expression(14)
                return t.Unary(token.start, value.end, token.text, value)
            if token.text in ("++", "--"):
                self.next()
                value = self.prefix()
                return t.Update(token.start, value.end, value, token.text, True)
            if token.text == "(" and self.peek().text.lower() in _CASTS and self.peek(2).text == ")":
                self.next()
                kind = self.next().text.lower()
                self.next()
                value = self.expression(14)
                names = {
                    "int": "intval",
                    "integer": "intval",
                    "string": "strval",
                    "bool": "boolval",
                    "boolean": "boolval",
                }
                func = t.Name(token.start, token.start, names.get(kind, "floatval" if kind != "array" else "array"))
                return t.Call(token.start, value.end, func, [value])
        if token.kind == "name":
            low = token.text.lower()
            if low in ("new", "clone"):
                return self.postfix(self._new(token))
            if low in ("print", "include", "include_once", "require", "require_once", "echo"):
                self.next()
                value = self.expression(2)
                return t.Call(token.start, value.end, t.Name(token.start, token.end, low), [value])
            if low == "throw":
                self.next()
                value = self.expression(2)
                return t.Call(token.start, value.end, t.Name(token.start, token.end, "throw"), [value])
        value = self.postfix(self.primary())
        if self.token.kind == "op" and self.token.text in ("++", "--"):
            op = self.next()
            value = t.Update(value.start, op.end, value, op.text, False)
        return value

    def _new(self, token: Token) -> t.Node:
        self.next()
        if self.here("class"):
            raise SyntaxStop("an anonymous class")
        name = self.primary()
        args = self.arguments() if self.here("(") else []
        return t.Call(token.start, self.last_end(), name, args, True)

    def postfix(self, value: t.Node, *, calls: bool = True) -> t.Node:
        """Return an operand with its members, items and calls."""
        while self.token.kind == "op":
            text = self.token.text
            if text in ("->", "?->", "::"):
                self.next()
                if self.token.kind == "name" or (self.token.kind == "var" and text == "::"):
                    name = self.next()
                    value = t.Member(value.start, name.end, value, name.text)
                elif self.take("{"):
                    key = self.expression(2)
                    value = t.Index(value.start, self.need("}").end, value, key)
                else:
                    key = self.primary()
                    value = t.Index(value.start, key.end, value, key)
            elif text in ("[", "{") and (text == "[" or (type(value) in (t.Name, t.Index) and not self.token.space)):
                if text == "{" and not isinstance(value, (t.Name, t.Index)):
                    return value
                if text == "{" and isinstance(value, t.Name) and not value.id.startswith("$"):
                    return value
                self.next()
                closing = "]" if text == "[" else "}"
                if self.take(closing):
                    key = t.Special(self.last_end(), self.last_end(), "append", [value])
                    value = t.Index(value.start, self.last_end(), value, key)
                    continue
                key = self.expression(2)
                value = t.Index(value.start, self.need(closing).end, value, key)
            elif text == "(" and calls:
                args = self.arguments()
                value = t.Call(value.start, self.last_end(), value, args)
            else:
                return value
        return value

    def item(self) -> t.Node:
        """Return an argument, named or not."""
        if self.token.kind == "name" and self.peek().text == ":" and self.peek().kind == "op":
            name = self.next()
            self.next()
            value = self.expression(2)
            return t.Keyword(name.start, value.end, name.text, value)
        return super().item()

    def primary(self) -> t.Node:
        """Return a literal, a variable, a function, or what stands in brackets."""
        token = self.token
        kind, text = token.kind, token.text
        if kind in ("istr", "shell"):
            self.next()
            made = self.interpolated(token)
            return t.Shell(token.start, token.end, made) if kind == "shell" else made
        if kind == "var":
            self.next()
            if text.startswith("$$"):
                return t.Special(token.start, token.end, "named", [t.Name(token.start + 1, token.end, text[1:])])
            return t.Name(token.start, token.end, text)
        if kind == "op" and text == "$":
            self.next()
            self.need("{")
            value = self.expression(2)
            return t.Special(token.start, self.need("}").end, "named", [value])
        if kind == "op" and text == "[":
            self.next()
            return self._pairs(token.start, "]")
        if kind == "op" and text == "(":
            self.next()
            value = self.expression(0)
            value.start, value.end = token.start, self.need(")").end
            return value
        if kind == "name":
            low = text.lower()
            if low in ("array", "list") and self.peek().text == "(":
                self.next()
                self.next()
                return self._pairs(token.start, ")")
            if low in ("true", "false", "null"):
                self.next()
                return t.Const(token.start, token.end, {"true": True, "false": False}.get(low))
            if low == "static" and self.peek().text.lower() in ("function", "fn"):
                self.next()
                return self.primary()
            if low in ("function", "fn"):
                return self._closure()
            if low in ("exit", "die"):
                self.next()
                args = self.arguments() if self.here("(") else []
                return t.Call(token.start, self.last_end(), t.Name(token.start, token.end, "exit"), args)
            self.next()
            return t.Name(token.start, token.end, text)
        if kind in ("str", "num"):
            self.next()
            return t.Const(token.start, token.end, token.value)
        raise SyntaxStop(f"a value expected at {token.start}")

    def _pairs(self, start: int, closing: str) -> t.Node:
        items: list[t.Node] = []
        pairs: list[tuple[t.Node | None, t.Node]] = []
        while not self.here(closing):
            if self.ended():
                raise SyntaxStop(f"{closing} expected")
            if self.here(","):
                self.next()
                items.append(t.Const(start, start, None))
                continue
            value = self.item()
            if self.take("=>"):
                pairs.append((value, self.expression(2)))
            else:
                items.append(value)
            if not self.take(","):
                break
        end = self.need(closing).end
        if pairs:
            numbered: list[tuple[t.Node | None, t.Node]] = [(t.Const(start, start, n), v) for n, v in enumerate(items)]
            return t.Pairs(start, end, numbered + pairs)
        return t.Array(start, end, items)

    def _closure(self) -> t.Function:
        start = self.token.start
        short = self.next().text.lower() == "fn"
        self.take("&")
        name = self.next().text if self.token.kind == "name" else None
        params, defaults, rest = self.parameters()
        if self.here("use"):
            self.next()
            self.back(self.match.get(self.at, self.at))
            self.next()
        if self.take(":"):
            self.take("?")
            self.next()
        if short:
            self.need("=>")
            value = self.expression(2)
            return t.Function(start, value.end, None, params, value, defaults, rest, True)
        body = self.block()
        return t.Function(start, body.end, name, params, body, defaults, rest)

    def parameters(self) -> tuple[list[str], dict[str, t.Node], str | None]:
        """Return names, defaults, and the name of the rest."""
        self.need("(")
        params: list[str] = []
        defaults: dict[str, t.Node] = {}
        rest: str | None = None
        while not self.here(")"):
            if self.ended():
                raise SyntaxStop(") expected")
            if self.take("..."):
                rest = self.next().text
            elif self.token.kind == "var":
                name = self.next().text
                params.append(name)
                if self.take("="):
                    defaults[name] = self.expression(2)
            else:
                self.next()
                continue
            self.take(",")
        self.need(")")
        return params, defaults, rest

    def interpolated(self, token: Token) -> t.Node:
        """Return a text with its variables."""
        body, at = token.value
        if "$" not in body:
            text, coded = unescape(body, _PHP)
            return t.Const(token.start, token.end, text, "hex-escape" if coded else None)
        parts: list[t.Node] = []
        last = 0
        for found in _INSIDE.finditer(body):
            if found.start() < last or found.group().startswith("\\"):
                continue
            end = found.end()
            inner_start, inner_end = found.start(), end
            if found.group().startswith(("{$", "${")):
                depth = 1
                end = found.start() + (1 if found.group() == "{$" else 2)
                while end < len(body) and depth:
                    depth += {"{": 1, "}": -1}.get(body[end], 0)
                    end += 1
                inner_start, inner_end = found.start() + (1 if found.group() == "{$" else 2), end - 1
            if found.start() > last:
                parts.append(t.Const(token.start, token.end, unescape(body[last : found.start()], _PHP)[0]))
            self.deeper()
            tokens = tokenize(self.source, at + inner_start, at + inner_end, code=True)
            if found.group().startswith("${"):
                tokens = [
                    token._replace(kind="var", text="$" + token.text) if n == 0 else token
                    for n, token in enumerate(tokens)
                ]
            inner = Php(self.source, _bare_keys(tokens) if not found.group().startswith("{") else tokens)
            inner.nested = self.nested
            parts.append(inner.postfix(inner.primary()))
            self.nested -= 1
            last = end
        if last < len(body):
            parts.append(t.Const(token.start, token.end, unescape(body[last:], _PHP)[0]))
        return t.Template(token.start, token.end, parts)

    # Statements.

    def program(self) -> t.Block:
        """Return the whole script."""
        return super().program()

    def statement(self) -> t.Node:
        """Return a statement."""
        token = self.token
        self.deeper()
        try:
            if token.kind == "op" and token.text == "{":
                return self.block()
            if token.kind == "op" and token.text == ";":
                self.next()
                return t.Block(token.start, token.end, [])
            if token.kind == "name":
                low = token.text.lower()
                special = getattr(self, f"_{low}_php", None) if low in _PHP_STATEMENTS else None
                if special is not None:
                    return special(token)  # type: ignore[no-any-return]
                shared = getattr(self, f"_{low}_statement", None) if low in _SHARED else None
                if shared is not None:
                    return shared(token)  # type: ignore[no-any-return]
            value = self.expression(0)
            self.finish()
            return value
        finally:
            self.nested -= 1

    def comma(self) -> t.Node:
        """Return expressions in a row."""
        first = self.expression(0)
        items = [first]
        while self.take(","):
            items.append(self.expression(0))
        return first if len(items) == 1 else t.Sequence(first.start, items[-1].end, items)

    def _echo_php(self, token: Token) -> t.Node:
        self.next()
        args = [self.expression(0)]
        while self.take(","):
            args.append(self.expression(0))
        end = self.last_end()
        self.finish()
        return t.Call(token.start, end, t.Name(token.start, token.end, "echo"), args)

    def _if_php(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        test = self.expression(0)
        self.need(")")
        if self.take(":"):
            return self._long_if(token, test)
        then = self.statement()
        other: t.Node | None = None
        if self.here("elseif", "ELSEIF"):
            other = self._if_php(self.token)
        elif self.take("else"):
            other = self.statement()
        return t.If(token.start, self.last_end(), test, then, other)

    def _long_if(self, token: Token, test: t.Node) -> t.Node:
        then = self._until("elseif", "else", "endif")
        other: t.Node | None = None
        if self.here("elseif"):
            other = self._if_php(self.token)
            return t.If(token.start, self.last_end(), test, then, other)
        if self.take("else"):
            self.take(":")
            other = self._until("endif")
        self.take("endif")
        self.take(";")
        return t.If(token.start, self.last_end(), test, then, other)

    def _until(self, *ends: str) -> t.Block:
        start = self.token.start
        body: list[t.Node] = []
        while not self.here(*ends):
            if self.ended():
                raise SyntaxStop("the end expected")
            body.append(self.statement())
        return t.Block(start, self.last_end(), body)

    def _foreach_php(self, token: Token) -> t.Node:
        self.next()
        self.need("(")
        source = self.expression(0)
        self.need("as")
        self.take("&")
        target = self.postfix(self.primary())
        key: t.Node | None = None
        if self.take("=>"):
            key = target
            self.take("&")
            target = self.postfix(self.primary())
        self.need(")")
        body: t.Node
        if self.take(":"):
            body = self._until("endforeach")
            self.take("endforeach")
            self.take(";")
        else:
            body = self.statement()
        return t.Each(token.start, self.last_end(), target, source, body, False, key)

    def _function_php(self, token: Token) -> t.Node:
        if self.peek().kind != "name" and self.peek(2).kind != "name":
            value = self.expression(0)
            self.finish()
            return value
        function = self._closure()
        name, function.name = function.name or "", None
        return t.Define(function.start, function.end, name.lower(), function)

    def _class_php(self, token: Token) -> t.Node:
        self.next()
        if self.token.kind != "name":
            raise SyntaxStop("a name expected")
        name = self.next().text
        while not self.here("{"):
            if self.ended():
                raise SyntaxStop("{ expected")
            self.next()
        start = self.need("{").start
        body: list[t.Node] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            if self.here("function"):
                function = self._closure()
                body.append(t.Define(function.start, function.end, (function.name or "").lower(), function))
                function.name = None
            else:
                self.next()
        end = self.need("}").end
        return t.ClassDef(token.start, end, name, t.Block(start, end, body))

    _abstract_php = _final_php = _interface_php = _trait_php = _class_php

    def _skip_php(self, token: Token) -> t.Node:
        while not self.here(";") and not self.ended():
            self.next()
        self.take(";")
        return t.Block(token.start, token.end, [])

    _namespace_php = _use_php = _declare_php = _skip_php

    def _global_php(self, token: Token) -> t.Node:
        self.next()
        names: list[str] = []
        while self.token.kind == "var":
            names.append(self.next().text)
            self.take(",")
        self.finish()
        return t.Special(token.start, self.last_end(), "global", list(names))

    def _static_php(self, token: Token) -> t.Node:
        if self.peek().kind == "var":
            self.next()
        value = self.comma()
        self.finish()
        return value


_PHP = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f", "\\": "\\", "$": "$", '"': '"', "`": "`"}
_INSIDE = re.compile(r"\\[\s\S]|\{\$|\$\{|\$[A-Za-z_]\w*(?:\[[^\]\n]*\]|->\w+)?")
_PHP_STATEMENTS = frozenset(
    "echo if foreach function class abstract final interface trait namespace use declare global static".split()
)
_SHARED = frozenset("while do for return break continue try switch throw".split())


def _bare_keys(tokens: list[Token]) -> list[Token]:
    """Return the tokens of ``$x[key]`` in a text, where the key is a text without quotes."""
    return [
        token._replace(kind="str", value=token.text)
        if token.kind == "name" and n and tokens[n - 1].text == "["
        else token
        for n, token in enumerate(tokens)
    ]
