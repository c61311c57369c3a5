"""The grammar of Ruby, as far as scripts and one-liners use it: text enters, the shared tree leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, Tokens, unescape
from vedette.commands.embedded.script_syntax import _number
from vedette.commands.embedded.values import UNKNOWN, Pattern

_LEX = re.compile(
    r"""
    (?P<space>(?:[ \t\f\r]|\\\r?\n|\#[^\n]*)+)
  | (?P<line>\n[\s]*)
  | (?P<num>0[xX][0-9A-Fa-f_]+|0[bB][01_]+|0[oO]?[0-7_]+(?![\d.])|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)
  | (?P<var>@@?[A-Za-z_]\w*|\$[A-Za-z_]\w*|\$[0-9!@&~/\\,;.<>_*$?:"])
  | (?P<symbol>:(?:[A-Za-z_]\w*[?!=]?|"[^"\n]*"|\+|-|\*|\^|<<|\[\]=?)(?!:))
  | (?P<label>[A-Za-z_]\w*:(?!:)(?=\s))
  | (?P<name>[A-Za-z_\x80-\U0010ffff]\w*(?:[?!](?!=[^=~>]))?)
  | (?P<op>\*\*=|\|\|=|&&=|<=>|===|\.\.\.|<<=|>>=|=>|->|\*\*|==|!=|=~|!~|<=|>=|&&|\|\||&\.|\.\.|::|<<|>>|\+=|-=|\*=|/=
      |%=|\|=|&=|\^=|[-+*/%=<>!~?:.,;(){}\[\]&|^])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_PERCENT = re.compile(r"%([qQwWiIxrs]?)([^\w\s=]|(?<=[qQwWiIxrs])=)")
_HERE = re.compile(r"<<[~-]?(['\"`]?)([A-Z_][A-Z0-9_]*)\1")
_KEYWORDS_BEFORE = frozenset(
    "if unless while until return and or not puts print p eval system exec when in then do else elsif".split()
)


def _inside(source: str, at: int, last: int, opening: str, closing: str, *, expands: bool) -> int:
    """Return where a text ends: the place of its closing delimiter."""
    depth = 0
    while at < last:
        char = source[at]
        if char == "\\":
            at += 2
            continue
        if expands and char == "#" and source[at + 1 : at + 2] == "{":
            level, at = 1, at + 2
            while at < last and level:
                level += {"{": 1, "}": -1}.get(source[at], 0)
                at += 1
            continue
        if char == closing and depth == 0:
            return at
        if opening != closing and char == opening:
            depth += 1
        elif char == closing:
            depth -= 1
        at += 1
    return last


def tokenize(source: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a script."""
    out: list[Token] = []
    at, last = start, len(source) if end is None else end
    line = space = False
    pending: list[tuple[int, str, str]] = []
    while at < last and len(out) < MOST_TOKENS:
        char = source[at]
        operand = _operand(out, space, source[at + 1 : at + 2])
        if char in "'\"`" and not (out and out[-1].text == "."):
            close = _inside(source, at + 1, last, char, char, expands=char != "'")
            kind = {"'": "raw", '"': "istr", "`": "shell"}[char]
            out.append(
                Token(
                    kind,
                    source[at : close + 1],
                    at,
                    min(close + 1, last),
                    line,
                    (source[at + 1 : close], at + 1),
                    None,
                    space,
                )
            )
            at, line, space = close + 1, False, False
            continue
        if char == "%" and operand:
            found = _PERCENT.match(source, at, last)
            if found:
                form, opening = found.group(1), found.group(2)
                closing = _PAIRS.get(opening, opening)
                close = _inside(source, found.end(), last, opening, closing, expands=form not in ("q", "w", "i"))
                kind = {
                    "q": "raw",
                    "w": "words",
                    "W": "words",
                    "i": "words",
                    "I": "words",
                    "x": "shell",
                    "r": "regex",
                }.get(form, "istr")
                stop = min(close + 1, last)
                out.append(
                    Token(
                        kind, source[at:stop], at, stop, line, (source[found.end() : close], found.end()), None, space
                    )
                )
                at, line, space = stop, False, False
                continue
        if char == "/" and operand:
            close = _inside(source, at + 1, last, "/", "/", expands=False)
            flags = re.compile(r"[a-z]*").match(source, min(close + 1, last))
            stop = flags.end() if flags else close + 1
            out.append(Token("regex", source[at:stop], at, stop, line, (source[at + 1 : close], at + 1), None, space))
            at, line, space = stop, False, False
            continue
        here = _HERE.match(source, at, last) if char == "<" and operand else None
        if here is not None:
            pending.append((len(out), here.group(2), here.group(1)))
            out.append(Token("istr", here.group(), at, here.end(), line, ("", at), None, space))
            at, line, space = here.end(), False, False
            continue
        found2 = _LEX.match(source, at, last)
        if found2 is None:
            break
        kind, text, stop = found2.lastgroup or "bad", found2.group(), found2.end()
        if kind == "space":
            space, at = True, stop
            continue
        if kind == "line":
            if pending:
                begin = at + 1
                for place, tag, quote in pending:
                    closing_line = re.compile(rf"^[ \t]*{tag}[ \t]*$", re.MULTILINE).search(source, begin, last)
                    body_end = closing_line.start() if closing_line else last
                    out[place] = out[place]._replace(
                        kind="raw" if quote == "'" else "istr", value=(source[begin:body_end], begin)
                    )
                    begin = min(closing_line.end() + 1, last) if closing_line else last
                pending = []
                stop = begin
            follows = re.compile(r"\s*(?:\.(?!\.)|&\.)").match(source, stop, last)
            if (
                follows is None
                and out
                and not (
                    out[-1].kind == "op" and out[-1].text in (",", "+", "(", "[", "{", "||", "&&", ".", "|", "=", "\n")
                )
            ):
                out.append(Token("op", "\n", at, at + 1, True))
            at, line, space = stop, False, False
            continue
        if kind == "num":
            value = (
                int(text.replace("_", ""), 8)
                if re.fullmatch(r"0[0-7_]+", text) and len(text) > 1
                else _number(text.replace("0o", "0o"))
            )
            out.append(Token("num", text, at, stop, line, value, None, space))
        elif kind == "symbol" and out and out[-1].kind in ("name", "num") and not space:
            out.append(Token("op", ":", at, at + 1, line, None, None, space))
            stop = at + 1
        elif kind == "symbol":
            out.append(Token("symbol", text, at, stop, line, text[1:].strip('"'), None, space))
        elif kind == "op" and text == "?" and operand and re.match(r"\?\w(?!\w)", source[at : at + 3]):
            out.append(Token("raw", source[at : at + 2], at, at + 2, line, (source[at + 1], at + 1), None, space))
            stop = at + 2
        elif kind == "name" and text == "__END__":
            break
        elif kind != "bad":
            out.append(Token(kind, text, at, stop, line, None, None, space))
        at, line, space = stop, False, False
    out.append(Token("end", "", last, last, True))
    return out


def _operand(out: list[Token], space: bool, after: str) -> bool:
    if not out:
        return True
    token = out[-1]
    if token.kind == "name":
        return token.text in _KEYWORDS_BEFORE or (space and after not in (" ", "=", "\n"))
    return token.kind in ("op", "label") and token.text not in (")", "]", "}")


class Ruby(Tokens):
    """Parses Ruby."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "..": (4, False), "...": (4, False), "||": (5, False), "&&": (6, False),
        "<=>": (8, False), "==": (8, False), "===": (8, False), "!=": (8, False), "=~": (8, False), "!~": (8, False),
        "<": (9, False), "<=": (9, False), ">": (9, False), ">=": (9, False), "|": (10, False), "^": (10, False),
        "&": (11, False), "<<": (12, False), ">>": (12, False), "+": (13, False), "-": (13, False),
        "*": (14, False), "/": (14, False), "%": (14, False), "**": (16, True),
    }  # fmt: skip
    logic = frozenset({"||", "&&"})
    assigns = frozenset("= += -= *= /= %= **= ||= &&= |= &= ^= <<= >>=".split())
    assign_strength = 3

    def __init__(self, source: str, tokens: list[Token] | None = None):
        super().__init__(source, tokenize(source) if tokens is None else tokens)
        self.no_do = 0
        self.locals: set[str] = set()

    def recover(self, at: int) -> None:
        """Go on after the end of the line."""
        if self.at == at:
            self.next()
        while not self.ended() and self.token.text not in ("\n", ";"):
            self.next()

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return a choice."""
        if self.token.text != "?" or self.token.kind != "op" or least > 3:
            return None
        self.next()
        then = self.expression(4)
        if self.token.kind == "symbol":
            symbol = self.next()
            other: t.Node = t.Name(symbol.start + 1, symbol.end, str(symbol.value))
        else:
            self.need(":")
            other = self.expression(3)
        return t.Choice(left.start, other.end, left, then, other)

    def assignment(self, left: t.Node, op: str) -> t.Node:
        """Return an assignment."""
        while self.take("\n"):
            pass
        if isinstance(left, t.Call) and not left.args:
            left = left.func
        if isinstance(left, t.Name):
            self.locals.add(left.id)
        right = self.expression(3)
        if self.here(",") and self.nested <= 3 and not isinstance(left, t.Array):
            items = [right]
            while self.take(","):
                items.append(self.expression(3))
            right = t.Array(right.start, items[-1].end, items)
        if self.here("rescue"):
            self.next()
            self.expression(3)
        return t.Assign(left.start, right.end, left, op[:-1], right)

    def prefix(self) -> t.Node:
        """Return an operand with its signs."""
        token = self.token
        if token.kind == "op" and token.text in ("!", "-", "+", "~", "&", "*", "**"):
            self.next()
            value = self.expression(15)
            if token.text in ("&", "*", "**"):
                return value if token.text == "&" else t.Spread(token.start, value.end, value)
            return t.Unary(token.start, value.end, token.text, value)
        if token.kind == "name" and token.text in ("not", "defined?"):
            self.next()
            value = self.expression(3)
            return t.Unary(token.start, value.end, "!" if token.text == "not" else "defined", value)
        return self.postfix(self.primary())

    def postfix(self, value: t.Node) -> t.Node:
        """Return an operand with its calls, items and blocks."""
        while self.token.kind == "op" or (self.token.kind == "name" and self.token.text == "do" and not self.no_do):
            text = self.token.text
            if text in (".", "&.", "::"):
                self.next()
                self.take("\n")
                if self.here("("):
                    name_start, name_end, name = self.token.start, self.token.start, "call"
                else:
                    token = self.next()
                    name_start, name_end, name = token.start, token.end, token.text
                value = t.Member(value.start, name_end, value, name)
                del name_start
                if self.here("(") and not self.token.space:
                    args = self.parenthesised()
                    value = t.Call(value.start, self.last_end(), value, args)
                elif self._command_follows():
                    args = self._command_args()
                    value = t.Call(value.start, self.last_end(), value, args)
                elif text != "::" or not name[:1].isupper():
                    if not (self.here("=") and not self.here("==")):
                        value = t.Call(value.start, value.end, value, [])
            elif text == "[" and not self.token.space:
                self.next()
                args = self._list("]")
                end = self.need("]").end
                if len(args) == 2:
                    member = t.Member(value.start, end, value, "slice")
                    value = t.Call(value.start, end, member, args)
                else:
                    key = args[0] if args else t.Const(end, end, UNKNOWN)
                    value = t.Index(value.start, end, value, key)
            elif text == "(" and not self.token.space and type(value) is t.Name:
                args = self.parenthesised()
                value = t.Call(value.start, self.last_end(), value, args)
            elif (text == "{" and isinstance(value, t.Call)) or text == "do":
                block = self._block_argument()
                if isinstance(value, t.Call):
                    value.args.append(block)
                    value.end = block.end
                else:
                    value = t.Call(value.start, block.end, value, [block])
            elif text == "{" and isinstance(value, t.Name) and value.id in ("lambda", "proc", "loop"):
                block = self._block_argument()
                value = t.Call(value.start, block.end, value, [block])
            else:
                return value
        return value

    def _block_argument(self) -> t.Function:
        start = self.token.start
        braces = self.next().text == "{"
        params: list[str] = []
        if self.take("|"):
            while not self.here("|") and not self.ended():
                token = self.next()
                if token.kind in ("name", "var"):
                    params.append(token.text)
            self.need("|")
        elif self.take("||"):
            pass
        outer, self.no_do = self.no_do, 0
        self.locals |= set(params)
        body = self._until("}") if braces else self._until("end")
        self.next()
        self.no_do = outer
        if not params:
            params = ["it"]
        return t.Function(start, self.last_end(), None, params, body)

    def parenthesised(self) -> list[t.Node]:
        """Return what stands in the parentheses of a call."""
        self.need("(")
        outer, self.no_do = self.no_do, 0
        args = self._list(")")
        self.no_do = outer
        self.need(")")
        return args

    def _list(self, end: str) -> list[t.Node]:
        args: list[t.Node] = []
        while True:
            while self.take("\n"):
                pass
            if self.here(end):
                return args
            if self.ended():
                raise SyntaxStop(f"{end} expected")
            args.append(self._argument())
            while self.take("\n"):
                pass
            if not self.take(","):
                return args

    def _argument(self) -> t.Node:
        if self.token.kind == "label":
            token = self.next()
            value = self.expression(3)
            return t.Keyword(token.start, value.end, token.text[:-1], value)
        value = self.expression(3)
        if self.take("=>"):
            other = self.expression(3)
            name = value.value if isinstance(value, t.Const) else ""
            return t.Keyword(value.start, other.end, str(name), other)
        return value

    def _command_follows(self) -> bool:
        token = self.token
        if not token.space or token.line:
            return False
        if token.kind in ("raw", "istr", "num", "symbol", "var", "words", "shell", "label"):
            return True
        if token.kind == "name":
            return token.text not in _NOT_ARGUMENTS
        after = self.peek()
        if token.kind == "op" and token.text in ("[", "->", "::", "*", "&", "-"):
            return not after.space if token.text != "[" else True
        return token.kind == "op" and token.text == "("

    def _command_args(self) -> list[t.Node]:
        args = [self._argument()]
        while self.take(","):
            self.take("\n")
            args.append(self._argument())
        return args

    def primary(self) -> t.Node:
        """Return a literal, a name, a call, or what stands in brackets."""
        token = self.token
        kind, text = token.kind, token.text
        if kind == "num":
            self.next()
            return t.Const(token.start, token.end, token.value)
        if kind == "symbol":
            self.next()
            return t.Const(token.start, token.end, token.value)
        if kind == "raw":
            self.next()
            return self._texts(t.Const(token.start, token.end, re.sub(r"\\([\\'])", r"\1", token.value[0])))
        if kind == "istr":
            self.next()
            return self._texts(self.interpolated(token))
        if kind == "shell":
            self.next()
            return t.Shell(token.start, token.end, self.interpolated(token))
        if kind == "words":
            self.next()
            words = token.value[0].split()
            return t.Array(token.start, token.end, [t.Const(token.start, token.end, word) for word in words])
        if kind == "regex":
            self.next()
            flags = text.rpartition("/")[2] if text[0] == "/" else ""
            return t.Const(token.start, token.end, Pattern(token.value[0], "".join(f for f in flags if f in "imx")))
        if kind == "var":
            self.next()
            return t.Name(token.start, token.end, text)
        if kind == "op":
            return self._bracket(token)
        if kind == "name":
            return self._word(token)
        raise SyntaxStop(f"a value expected at {token.start}")

    def _texts(self, first: t.Node) -> t.Node:
        """Return texts that stand side by side as one."""
        items = [first]
        while self.token.kind in ("raw", "istr") and not self.token.line:
            token = self.next()
            items.append(
                t.Const(token.start, token.end, token.value[0]) if token.kind == "raw" else self.interpolated(token)
            )
        if len(items) == 1:
            return first
        return t.Template(first.start, items[-1].end, items)

    def _bracket(self, token: Token) -> t.Node:
        if token.text == "(":
            self.next()
            body = self._until(")")
            end = self.need(")").end
            if len(body.body) == 1:
                value = body.body[0]
                value.start, value.end = token.start, end
                return value
            return t.Sequence(token.start, end, body.body)
        if token.text == "[":
            self.next()
            items = self._list("]")
            return t.Array(token.start, self.need("]").end, items)
        if token.text == "{":
            self.next()
            pairs: list[tuple[t.Node | None, t.Node]] = []
            for item in self._list("}"):
                if isinstance(item, t.Keyword):
                    pairs.append((t.Const(item.start, item.start, item.name), item.value))
            return t.Pairs(token.start, self.need("}").end, pairs)
        if token.text == "->":
            self.next()
            params: list[str] = []
            if self.here("("):
                while not self.take(")") and not self.ended():
                    word = self.next()
                    if word.kind == "name":
                        params.append(word.text)
            block = self._block_argument()
            block.params = params or block.params
            return block
        if token.text == "::":
            self.next()
            name = self.next()
            return t.Name(name.start, name.end, name.text)
        raise SyntaxStop(f"a value expected at {token.start}")

    def _word(self, token: Token) -> t.Node:
        text = token.text
        constant = {"true": True, "false": False, "nil": None}
        if text in constant:
            self.next()
            return t.Const(token.start, token.end, constant[text])
        special = getattr(self, f"_{text}_word", None) if text in _STATEMENTS else None
        if special is not None:
            return special(token)  # type: ignore[no-any-return]
        if text in _NOT_ARGUMENTS and text not in ("self",):
            raise SyntaxStop(f"a value expected at {token.start}")
        self.next()
        name = t.Name(token.start, token.end, text)
        if self.here("(") and not self.token.space:
            args = self.parenthesised()
            return t.Call(token.start, self.last_end(), name, args)
        if text not in self.locals and self._command_follows():
            args = self._command_args()
            return t.Call(token.start, self.last_end(), name, args)
        if text in ("gets", "readline", "fork", "binding"):
            return t.Call(token.start, token.end, name, [])
        return name

    def interpolated(self, token: Token) -> t.Node:
        """Return a text with the values in it."""
        body, at = token.value
        if "#{" not in body:
            text, coded = unescape(body)
            return t.Const(token.start, token.end, text, "hex-escape" if coded else None)
        parts: list[t.Node] = []
        last = 0
        while True:
            opened = body.find("#{", last)
            if opened < 0:
                break
            close = _inside(body, opened + 2, len(body), "{", "}", expands=False)
            if opened > last:
                parts.append(t.Const(token.start, token.end, unescape(body[last:opened])[0]))
            self.deeper()
            inner = Ruby(self.source, tokenize(self.source, at + opened + 2, at + close))
            inner.nested = self.nested
            inner.locals = self.locals
            value = inner.program()
            self.nested -= 1
            parts.append(value.body[-1] if value.body else t.Const(token.start, token.end, ""))
            last = close + 1
        if last < len(body):
            parts.append(t.Const(token.start, token.end, unescape(body[last:])[0]))
        return t.Template(token.start, token.end, parts)

    # Statements.

    def _until(self, *ends: str) -> t.Block:
        start = self.token.start
        self.deeper()
        body: list[t.Node] = []
        while not self.here(*ends):
            if self.ended():
                if "end" in ends:
                    break
                raise SyntaxStop(f"{ends[0]} expected")
            if self.take("\n", ";"):
                continue
            body.append(self.statement())
        self.nested -= 1
        return t.Block(start, self.last_end(), body)

    def statement(self) -> t.Node:
        """Return a statement with its modifiers."""
        token = self.token
        self.deeper()
        try:
            if self.take("\n", ";"):
                return t.Block(token.start, token.end, [])
            value: t.Node = self.expression(3)
            if self.here(",") and isinstance(value, (t.Name, t.Index, t.Member)):
                targets: list[t.Node] = [value]
                while self.take(","):
                    targets.append(self.postfix(self.primary()))
                if self.take("="):
                    right = self.assignment(t.Array(token.start, self.last_end(), targets), "=")
                    value = right
            while self.token.kind == "name" and self.token.text in (
                "if",
                "unless",
                "while",
                "until",
                "rescue",
                "and",
                "or",
            ):
                word = self.next().text
                test = self.expression(3)
                end = self.last_end()
                if word in ("and", "or"):
                    value = t.Logic(token.start, end, "&&" if word == "and" else "||", value, test)
                elif word in ("if", "unless"):
                    test = t.Unary(test.start, test.end, "!", test) if word == "unless" else test
                    value = t.If(token.start, end, test, value, None)
                elif word in ("while", "until"):
                    value = t.Loop(token.start, end, test, value, until=word == "until")
            if not (
                self.take(";", "\n")
                or self.ended()
                or self.here("}", ")", "end", "else", "elsif", "when", "rescue", "ensure")
            ):
                raise SyntaxStop(f"the end of the statement expected at {self.token.start}")
            return value
        finally:
            self.nested -= 1

    def _test(self) -> t.Node:
        self.no_do += 1
        test = self.expression(3)
        while self.here("and", "or"):
            op = "&&" if self.next().text == "and" else "||"
            right = self.expression(3)
            test = t.Logic(test.start, right.end, op, test, right)
        self.no_do -= 1
        return test

    def _if_word(self, token: Token) -> t.Node:
        self.next()
        test = self._test()
        if token.text == "unless":
            test = t.Unary(test.start, test.end, "!", test)
        self.take("then")
        then = self._until("else", "elsif", "end")
        other: t.Node | None = None
        if self.here("elsif"):
            other = self._if_word(self.token)
            return t.If(token.start, self.last_end(), test, then, other)
        if self.take("else"):
            other = self._until("end")
        self.take("end")
        return t.If(token.start, self.last_end(), test, then, other)

    _unless_word = _if_word

    def _while_word(self, token: Token) -> t.Node:
        self.next()
        test = self._test()
        self.take("do")
        body = self._until("end")
        self.take("end")
        return t.Loop(token.start, self.last_end(), test, body, until=token.text == "until")

    _until_word = _while_word

    def _for_word(self, token: Token) -> t.Node:
        self.next()
        name = self.next()
        self.need("in")
        source = self._test()
        self.take("do")
        body = self._until("end")
        self.take("end")
        return t.Each(token.start, self.last_end(), t.Name(name.start, name.end, name.text), source, body)

    def _def_word(self, token: Token) -> t.Node:
        self.next()
        name = self.next().text
        if self.take("."):
            name = self.next().text
        params: list[str] = []
        defaults: dict[str, t.Node] = {}
        closing = self.take("(")
        while not self.here(")", "\n", ";") and not self.ended():
            word = self.next()
            if word.kind in ("name", "label"):
                params.append(word.text.rstrip(":"))
                if self.take("="):
                    defaults[params[-1]] = self.expression(3)
        if closing:
            self.need(")")
        outer, self.locals = self.locals, set(params)
        body = self._until("end", "rescue", "ensure")
        while self.here("rescue", "ensure"):
            self.next()
            self._until("end", "rescue", "ensure")
        self.locals = outer
        self.take("end")
        function = t.Function(token.start, self.last_end(), None, params, body, defaults)
        return t.Define(token.start, self.last_end(), name, function)

    def _class_word(self, token: Token) -> t.Node:
        self.next()
        name = self.next().text
        while not self.here("\n", ";") and not self.ended():
            self.next()
        body = self._until("end")
        self.take("end")
        return t.ClassDef(token.start, self.last_end(), name, body)

    _module_word = _class_word

    def _begin_word(self, token: Token) -> t.Node:
        self.next()
        body = self._until("end", "rescue", "ensure", "else")
        handlers: list[tuple[str | None, t.Node]] = []
        final: t.Node | None = None
        while self.here("rescue", "ensure", "else"):
            word = self.next().text
            name = None
            if word == "rescue":
                while not self.here("\n", ";", "then") and not self.ended():
                    part = self.next()
                    name = part.text if self.tokens[self.at - 2].text == "=>" else name
                self.take("then")
                handlers.append((name, self._until("end", "rescue", "ensure", "else")))
            else:
                final = self._until("end", "rescue", "ensure", "else")
        self.take("end")
        return t.Try(token.start, self.last_end(), body, handlers, final)

    def _case_word(self, token: Token) -> t.Node:
        self.next()
        value = t.Const(token.start, token.end, True) if self.here("\n") else self._test()
        self.take("\n", ";")
        cases: list[tuple[list[t.Node] | None, t.Node]] = []
        while self.here("when", "else"):
            test: list[t.Node] | None = None
            if self.next().text == "when":
                test = [self.expression(3)]
                while self.take(","):
                    test.append(self.expression(3))
                self.take("then")
            cases.append((test, self._until("when", "else", "end")))
        self.take("end")
        return t.Switch(token.start, self.last_end(), value, cases, False)

    def _return_word(self, token: Token) -> t.Node:
        self.next()
        value = None if self.here("\n", ";", "}", "end", "if", "unless") or self.ended() else self.expression(3)
        return t.Return(token.start, self.last_end(), value)

    def _break_word(self, token: Token) -> t.Node:
        self.next()
        return t.Jump(token.start, token.end, "break" if token.text == "break" else "continue")

    _next_word = _break_word


_NOT_ARGUMENTS = frozenset("if unless while until and or do then end else elsif rescue ensure in when self".split())
_STATEMENTS = frozenset("if unless while until for def class module begin case return break next".split())
