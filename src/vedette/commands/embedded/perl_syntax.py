"""The grammar of Perl, as far as scripts and one-liners use it: text enters, the shared tree leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from vedette.commands.embedded import tree as t
from vedette.commands.embedded.lexing import MOST_TOKENS, SyntaxStop, Token, Tokens, unescape
from vedette.commands.embedded.values import UNKNOWN

_LEX = re.compile(
    r"""
    (?P<space>(?:[ \t\f\v\r]|\n|\#[^\n]*)+)
  | (?P<num>0[xX][0-9A-Fa-f_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<var>\$\#\{?\$?\w+\}?|\$\#\{|[$@%](?:::)?[A-Za-z_]\w*(?:::\w+)*|[$@]\d+|\$[!@/\\,;.&0_|"+<>()\[\]^:?]
      |@_|%ENV|\$\^[A-Z]|[$@%]\{\^?\w+\}
      |&[A-Za-z_]\w*(?:::\w+)*)
  | (?P<cast>[$@%&](?=[{$]))
  | (?P<name>[A-Za-z_]\w*(?:(?:::|')(?=[A-Za-z_])\w+)*(?:::)?)
  | (?P<here><<[~]?(?:"(?P<hq>[^"\n]*)"|'(?P<hs>[^'\n]*)'|(?P<hb>[A-Za-z_]\w*)))
  | (?P<file><[$]?\w*>)
  | (?P<op>\*\*=|\|\|=|&&=|//=|<=>|\.\.\.|<<=|>>=|->|\+\+|--|\*\*|=~|!~|==|!=|<=|>=|<<|>>|&&|\|\||//|\.\.|::|\+=|-=
      |\*=|/=|\.=|%=|x=|&=|\|=|\^=|=>|[-+*/%=<>!~\\?:.,;(){}\[\]&|^])
  | (?P<bad>[\s\S])
    """,
    re.VERBOSE,
)
_QUOTES = frozenset({"q", "qq", "qw", "qx", "qr", "m", "s", "tr", "y"})
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_WANT_OPERAND = frozenset(
    "return and or not xor if unless while until split grep map join push unshift print x lt gt le ge eq ne cmp".split()
)


def _delimited(source: str, at: int, last: int) -> tuple[str, int] | None:
    """Return what stands between the delimiter at a place and its partner, and where that ends."""
    opening = source[at]
    closing = _PAIRS.get(opening, opening)
    depth, index = 0, at + 1
    mark = re.compile(r"\\[\s\S]|" + re.escape(closing) + ("|" + re.escape(opening) if closing != opening else ""))
    while True:
        found = mark.search(source, index, last)
        if found is None:
            return None
        text = found.group()
        index = found.end()
        if text == closing:
            if depth == 0:
                return source[at + 1 : found.start()], found.end()
            depth -= 1
        elif text == opening:
            depth += 1


def tokenize(source: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a script; quote-like operators are one token each."""
    out: list[Token] = []
    at, last = start, len(source) if end is None else end
    line = space = False
    pending: list[tuple[int, str, bool]] = []
    while at < last and len(out) < MOST_TOKENS:
        if pending and "\n" in source[max(at - 1, 0) : at]:
            at = _heredocs(source, at, last, out, pending)
            pending = []
            continue
        char = source[at]
        if char in "'\"`":
            inside = _delimited(source, at, last)
            if inside is None:
                inside = (source[at + 1 : last], last)
            kind = {"'": "str", '"': "istr", "`": "shell"}[char]
            out.append(Token(kind, source[at : inside[1]], at, inside[1], line, (inside[0], at + 1), None, space))
            at, line, space = inside[1], False, False
            continue
        found = _LEX.match(source, at, last)
        if found is None:
            break
        kind, text, stop = found.lastgroup or "bad", found.group(), found.end()
        if found.group("here") is not None and found.lastgroup in ("hq", "hs", "hb", "here"):
            kind = "here"
        if kind == "space":
            space = True
            if "\n" in text:
                line = True
                if pending:
                    stop = at + text.index("\n") + 1
            at = stop
            if text.lstrip().startswith("=pod") and line:
                break
            continue
        operand = _wants_operand(out)
        if kind == "name" and text in _QUOTES and stop < last and not (out and out[-1].text in ("->", "sub")):
            after = re.compile(r"\s*").match(source, stop, last)
            mark = after.end() if after else stop
            glued = mark == stop
            if (
                mark < last
                and not source[mark].isspace()
                and (not (source[mark].isalnum() or source[mark] == "_") if glued else source[mark] not in "=,;)" + "#")
                and not (source[mark] == "=" and source[mark : mark + 2] in ("=>", "=~", "=="))
                and source[mark] not in (",", ";", ")")
            ):
                made = _quote_like(source, at, text, mark, last, line, space)
                if made is not None:
                    out.append(made)
                    at, line, space = made.end, False, False
                    continue
        if kind == "op" and text in ("/", "//", "/=") and operand:
            made = _quote_like(source, at, "m", at, last, line, space)
            if made is not None:
                out.append(made)
                at, line, space = made.end, False, False
                continue
        if kind == "here" and operand:
            tag = found.group("hq") or found.group("hs") or found.group("hb") or ""
            pending.append((len(out), tag, found.group("hs") is None))
            out.append(Token("istr", text, at, stop, line, ("", at), None, space))
        elif kind == "here":
            out.append(Token("op", "<<", at, at + 2, line, None, None, space))
            stop = at + 2
        elif kind == "file" and not operand:
            out.append(Token("op", "<", at, at + 1, line, None, None, space))
            stop = at + 1
        elif kind == "var" and not operand and text[0] in "%&":
            out.append(Token("op", text[0], at, at + 1, line, None, None, space))
            stop = at + 1
        elif kind == "cast" and not operand and text in "%&":
            out.append(Token("op", text, at, stop, line, None, None, space))
        elif kind == "num":
            out.append(Token("num", text, at, stop, line, _number(text), None, space))
        elif kind != "bad":
            if (kind == "name" and text == "__END__") or text == "__DATA__":
                break
            out.append(Token(kind, text, at, stop, line, None, None, space))
        at, line, space = stop, False, False
    if pending:
        _heredocs(source, at, last, out, pending)
    out.append(Token("end", "", last, last, True))
    return out


def _heredocs(source: str, at: int, last: int, out: list[Token], pending: list[tuple[int, str, bool]]) -> int:
    for place, tag, expands in pending:
        found = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*$", re.MULTILINE).search(source, at, last)
        stop = found.start() if found else last
        token = out[place]
        out[place] = token._replace(kind="istr" if expands else "str", value=(source[at:stop], at))
        at = min(found.end() + 1, last) if found else last
    return at


def _quote_like(source: str, at: int, name: str, mark: int, last: int, line: bool, space: bool) -> Token | None:
    first = _delimited(source, mark, last)
    if first is None:
        return None
    body, stop = first
    offset = mark + 1
    second = ""
    if name in ("s", "tr", "y"):
        again = stop
        if source[mark] in _PAIRS:
            while again < last and source[again].isspace():
                again += 1
            if again >= last:
                return None
            other = _delimited(source, again, last)
        else:
            other = _delimited(source, stop - 1, last)
            again = stop - 1
        if other is None:
            return None
        second, stop = other
        offset = again + 1
    flags = ""
    if name in ("s", "tr", "y", "m", "qr"):
        found = re.compile(r"[a-z]*").match(source, stop, last)
        flags = found.group() if found else ""
        stop += len(flags)
    text = source[at:stop]
    if name in ("q", "qw"):
        kind = "str" if name == "q" else "words"
        return Token(kind, text, at, stop, line, (body, mark + 1), None, space)
    if name in ("qq", "qx"):
        return Token("istr" if name == "qq" else "shell", text, at, stop, line, (body, mark + 1), None, space)
    kind = {"s": "subst", "tr": "trans", "y": "trans"}.get(name, "match")
    return Token(kind, text, at, stop, line, (body, second, flags, mark + 1, offset, source[mark]), None, space)


def _wants_operand(out: list[Token]) -> bool:
    if not out:
        return True
    token = out[-1]
    if token.kind == "name":
        return token.text in _WANT_OPERAND or (
            (len(out) < 2 or out[-2].text not in ("->", "{"))
            and token.text not in ("shift", "pop", "time", "wantarray")
        )
    if token.kind == "op":
        return token.text not in (")", "]", "}")
    return False


def _number(text: str) -> int | float:
    text = text.replace("_", "")
    if len(text) > 300:
        return 0
    low = text.lower()
    if low[:2] in ("0x", "0b"):
        return int(low, 0)
    if text.isdigit():
        return int(text, 8) if text[0] == "0" and len(text) > 1 and not set(text) & {"8", "9"} else int(text)
    value = float(text)
    return int(value) if abs(value) < 2**53 and value == int(value) else value


UNARY = frozenset(
    "chr ord lc uc lcfirst ucfirst length hex oct defined ref int abs sqrt quotemeta chomp chop undef scalar shift pop "
    "exit close rand srand fileno chdir rmdir readline keys values each delete exists lock umask sleep localtime "
    "gmtime caller require log exp sin cos chroot readlink stat lstat uc fc".split()
)
"""Functions of one argument; without one they take ``$_`` or ``@_``."""
_TOPIC = frozenset(
    "chr ord lc uc lcfirst ucfirst length hex oct int abs sqrt quotemeta chomp chop defined log fc".split()
)
LISTS = frozenset(
    "print say printf system exec join push unshift splice reverse sort map grep sprintf pack unpack die warn open "
    "split return unlink chmod chown kill socket connect bind listen accept send recv binmode printf mkdir rename "
    "index rindex substr utime link symlink wait waitpid fork select syswrite sysread read eof seek bless local "
    "decode_base64 encode_base64 getstore get getprint mirror sockaddr_in inet_aton inet_ntoa pack_sockaddr_in "
    "uncompress memGunzip inflate gunzip uri_unescape decode_qp lwp crypt vec sprintf atan2 exit tie".split()
)
_SPECIAL_WORDS = frozenset("if unless while until for foreach and or not xor x eq ne lt gt le ge cmp".split())


class Perl(Tokens):
    """Parses Perl."""

    binary: ClassVar[Mapping[str, tuple[int, bool]]] = {
        "or": (1, False), "xor": (1, False), "and": (2, False),
        "..": (6, False), "...": (6, False), "||": (7, False), "//": (7, False), "&&": (8, False),
        "|": (9, False), "^": (9, False), "&": (10, False),
        "==": (11, False), "!=": (11, False), "<=>": (11, False), "eq": (11, False), "ne": (11, False),
        "cmp": (11, False), "<": (12, False), ">": (12, False), "<=": (12, False), ">=": (12, False),
        "lt": (12, False), "gt": (12, False), "le": (12, False), "ge": (12, False),
        "<<": (14, False), ">>": (14, False), "+": (15, False), "-": (15, False), ".": (15, False),
        "*": (16, False), "/": (16, False), "%": (16, False), "x": (16, False),
        "=~": (17, False), "!~": (17, False), "**": (19, True),
    }  # fmt: skip
    logic = frozenset({"||", "&&", "//", "and", "or"})
    assign_strength = 3
    assigns = frozenset("= += -= *= /= .= %= x= &= |= ^= <<= >>= **= ||= &&= //=".split())

    def __init__(self, source: str, tokens: list[Token] | None = None):
        super().__init__(source, tokenize(source) if tokens is None else tokens)

    def join(self, left: t.Node, op: str, right: t.Node) -> t.Node:
        """Return two operands joined."""
        if op in ("=~", "!~"):
            if type(right) is t.Special and right.kind in ("subst", "trans", "match"):
                right.parts[0] = left
                right.start = left.start
                return t.Unary(left.start, right.end, "!", right) if op == "!~" else right
            return t.Special(left.start, right.end, "match", [left, right, ""])
        if op in ("and", "or", "//"):
            return t.Logic(left.start, right.end, {"and": "&&", "or": "||", "//": "??"}[op], left, right)
        return super().join(left, op, right)

    def assignment(self, left: t.Node, op: str) -> t.Node:
        """Return an assignment."""
        right = self.expression(3)
        local = type(left) is t.Keyword
        target = left.value if isinstance(left, t.Keyword) else left
        name = op[:-1]
        return t.Assign(left.start, right.end, target, "??" if name == "//" else name, right, local)

    def infix(self, left: t.Node, least: int) -> t.Node | None:
        """Return a choice, or the items of a list behind a comma."""
        if self.token.kind == "op" and self.token.text == "?" and least <= 5:
            self.next()
            then = self.expression(3)
            self.need(":")
            other = self.expression(3)
            return t.Choice(left.start, other.end, left, then, other)
        return None

    def listed(self) -> t.Node:
        """Return expressions with commas between them, as one list where there are several."""
        first = self.expression(3)
        if not self.here(",", "=>"):
            return first
        items = [first]
        while self.take(",", "=>"):
            if self._ends():
                break
            items.append(self.expression(3))
        return t.Array(items[0].start, items[-1].end, items)

    def whole(self) -> t.Node:
        """Return an expression with its commas and low operators."""
        left = self.listed()
        while self.here("and", "or", "xor"):
            op = self.next().text
            right = self.listed()
            left = self.join(left, op, right)
        return left

    def _ends(self) -> bool:
        token = self.token
        if token.kind == "end":
            return True
        if token.kind == "op":
            return token.text in (
                ")",
                "]",
                "}",
                ";",
                ":",
                "?",
                "=",
                "==",
                ",",
                ".",
                "=~",
                "||",
                "&&",
                "!=",
                "<=",
                ">=",
                ">",
            )
        return token.kind == "name" and token.text in _SPECIAL_WORDS - {"not"}

    def prefix(self) -> t.Node:
        """Return an operand with its signs."""
        token = self.token
        if token.kind == "op" and token.text in ("!", "-", "+", "~", "\\", "++", "--"):
            self.next()
            if token.text == "-" and self.token.kind == "name" and len(self.token.text) == 1 and not self.token.space:
                kind = self.next()
                value = self.expression(18)
                return t.Call(token.start, value.end, t.Name(token.start, kind.end, "-X"), [value])
            value = self.expression(18)
            if token.text in ("++", "--"):
                return t.Update(token.start, value.end, value, token.text, True)
            if token.text in ("\\", "+"):
                return value
            return t.Unary(token.start, value.end, token.text, value)
        if token.kind == "name" and token.text == "not":
            self.next()
            value = self.expression(3)
            return t.Unary(token.start, value.end, "!", value)
        value = self.postfix(self.primary())
        if self.token.kind == "op" and self.token.text in ("++", "--"):
            op = self.next()
            value = t.Update(value.start, op.end, value, op.text, False)
        return value

    def postfix(self, value: t.Node) -> t.Node:
        """Return an operand with its items, members and calls."""
        while self.token.kind == "op":
            text = self.token.text
            if text == "->":
                self.next()
                token = self.token
                if token.kind == "op" and token.text == "[":
                    value = self._item(value)
                elif token.kind == "op" and token.text == "{":
                    value = self._key(value)
                elif token.kind == "op" and token.text == "(":
                    args = self.parenthesised()
                    value = t.Call(value.start, self.last_end(), value, args)
                elif token.text in ("@*", "$*", "@", "$"):
                    self.next()
                    self.take("*")
                else:
                    name = self.next()
                    key: t.Node
                    if name.kind == "var":
                        key = t.Name(name.start, name.end, name.text)
                        value = t.Index(value.start, name.end, value, key)
                    else:
                        value = t.Member(value.start, name.end, value, name.text)
                    args = self.parenthesised() if self.here("(") else []
                    value = t.Call(value.start, self.last_end(), value, args)
            elif text == "[" and type(value) in (t.Index, t.Array):
                value = self._item(value)
            elif text == "{" and type(value) is t.Index:
                value = self._key(value)
            elif text == "(" and type(value) is t.Index:
                args = self.parenthesised()
                value = t.Call(value.start, self.last_end(), value, args)
            else:
                return value
        return value

    def _item(self, value: t.Node) -> t.Node:
        self.need("[")
        key = self.listed()
        return t.Index(value.start, self.need("]").end, value, key)

    def _key(self, value: t.Node) -> t.Node:
        self.need("{")
        token = self.token
        if token.kind == "name" and self.peek().text == "}":
            self.next()
            key: t.Node = t.Const(token.start, token.end, token.text)
        else:
            key = self.listed()
        return t.Index(value.start, self.need("}").end, value, key)

    def parenthesised(self) -> list[t.Node]:
        """Return the items in parentheses."""
        self.need("(")
        if self.take(")"):
            return []
        value = self.whole()
        self.take(",")
        self.need(")")
        return value.items if isinstance(value, t.Array) and not value.fixed else [value]

    def primary(self) -> t.Node:
        """Return a literal, a variable, a call, or what stands in brackets."""
        token = self.token
        kind, text = token.kind, token.text
        if kind == "num":
            self.next()
            return t.Const(token.start, token.end, token.value)
        if kind == "str":
            self.next()
            body = re.sub(r"\\([\\'])", r"\1", token.value[0]) if text[:1] == "'" or text[:1] == "q" else token.value[0]
            return t.Const(token.start, token.end, body)
        if kind in ("istr", "shell"):
            self.next()
            made = self.interpolated(token.value[0], token.value[1], token)
            return t.Shell(token.start, token.end, made) if kind == "shell" else made
        if kind == "words":
            self.next()
            words = token.value[0].split()
            return t.Array(token.start, token.end, [t.Const(token.start, token.end, w) for w in words])
        if kind in ("match", "subst", "trans"):
            self.next()
            return self._regex(token)
        if kind == "var":
            return self._variable(self.next())
        if kind == "cast":
            self.next()
            if self.here("{"):
                self.next()
                value = self.whole()
                self.need("}")
            else:
                value = self.primary()
            if text == "&":
                args = self.parenthesised() if self.here("(") else []
                return t.Call(token.start, self.last_end(), value, args)
            if text == "$" and self.here("["):
                return self._item(value)
            if text == "$" and self.here("{"):
                return self._key(value)
            return t.Special(token.start, self.last_end(), "cast", [text, value])
        if kind == "file":
            self.next()
            return t.Special(token.start, token.end, "input", [text.strip("<>$")])
        if kind == "op":
            return self._bracket(token)
        if kind == "name":
            return self._word(token)
        raise SyntaxStop(f"a value expected at {token.start}")

    def _bracket(self, token: Token) -> t.Node:
        if token.text == "(":
            self.next()
            if self.take(")"):
                return t.Array(token.start, self.last_end(), [])
            value = self.whole()
            self.take(",")
            end = self.need(")").end
            value.start, value.end = token.start, end
            return value
        if token.text == "[":
            self.next()
            items: list[t.Node] = []
            if not self.here("]"):
                value = self.listed()
                items = value.items if isinstance(value, t.Array) else [value]
            return t.Special(token.start, self.need("]").end, "list", list(items))
        if token.text == "{":
            self.next()
            items = []
            if not self.here("}"):
                value = self.listed()
                items = value.items if isinstance(value, t.Array) else [value]
            return t.Special(token.start, self.need("}").end, "hash", list(items))
        if token.text == "<":
            raise SyntaxStop("a value expected")
        raise SyntaxStop(f"a value expected at {token.start}")

    def _variable(self, token: Token) -> t.Node:
        text = token.text.replace("{", "").replace("}", "").replace("^", "") if "{" in token.text else token.text
        if text.startswith("$#"):
            name = "@" + text[2:].lstrip("$")
            return t.Special(token.start, token.end, "last", [t.Name(token.start, token.end, name)])
        if text[0] == "&":
            func = t.Name(token.start, token.end, text[1:])
            args: list[t.Node] = self.parenthesised() if self.here("(") else [t.Name(token.start, token.start, "@_")]
            return t.Call(token.start, self.last_end(), func, args)
        if text[0] == "$" and self.token.kind == "op" and len(text) > 1:
            if self.token.text == "[":
                return self._item(t.Name(token.start, token.end, "@" + text[1:]))
            if self.token.text == "{":
                return self._key(t.Name(token.start, token.end, "%" + text[1:]))
        if text[0] == "@" and self.token.kind == "op" and self.token.text in ("[", "{"):
            holder = t.Name(token.start, token.end, ("@" if self.token.text == "[" else "%") + text[1:])
            closing = {"[": "]", "{": "}"}[self.next().text]
            keys = self.listed()
            end = self.need(closing).end
            return t.Special(token.start, end, "slice", [holder, keys])
        return t.Name(token.start, token.end, text)

    def _regex(self, token: Token) -> t.Node:
        body, second, flags, first_at, second_at, mark = token.value
        topic = t.Name(token.start, token.start, "$_")
        if token.kind == "trans":
            return t.Special(token.start, token.end, "trans", [topic, body, second, flags])
        pattern: t.Node = t.Const(token.start, token.end, body)
        if mark != "'" and re.search(r"[$@](?:\{|[A-Za-z_])", body):
            pattern = self.interpolated(body, first_at, token, plain=True)
        if token.kind == "match":
            kind = "pattern" if token.text.startswith("qr") else "match"
            return t.Special(token.start, token.end, kind, [topic, pattern, flags])
        if "e" in flags:
            inner = Perl(self.source, tokenize(self.source, second_at, second_at + len(second)))
            inner.nested = self.nested + 1
            by: t.Node = inner.whole() if not inner.ended() else t.Const(second_at, second_at, "")
        elif mark == "'":
            by = t.Const(second_at, second_at + len(second), second)
        else:
            by = self.interpolated(second, second_at, token)
        return t.Special(token.start, token.end, "subst", [topic, pattern, by, flags])

    def interpolated(self, body: str, at: int, token: Token, *, plain: bool = False) -> t.Node:
        """Return a text with its variables as a template, or as a plain text where it has none."""
        if "$" not in body and "@" not in body:
            text, coded = _unescaped(body)
            return t.Const(
                token.start, token.end, body if plain else text, "hex-escape" if coded and not plain else None
            )
        parts: list[t.Node] = []
        last = 0
        for found in _INSIDE.finditer(body):
            if found.start() < last:
                continue
            if found.group().startswith("\\"):
                continue
            end = _span_of_variable(body, found)
            if found.start() > last:
                piece = body[last : found.start()]
                parts.append(t.Const(token.start, token.end, piece if plain else _unescaped(piece)[0]))
            self.deeper()
            try:
                inner = Perl(self.source, tokenize(self.source, at + found.start(), at + end))
                inner.nested = self.nested
                value = inner.postfix(inner.primary())
            finally:
                self.nested -= 1
            if body[found.start()] == "@":
                value = t.Special(value.start, value.end, "spaced", [value])
            parts.append(value)
            last = end
        if last < len(body):
            parts.append(t.Const(token.start, token.end, body[last:] if plain else _unescaped(body[last:])[0]))
        if not parts:
            return t.Const(token.start, token.end, "")
        if len(parts) == 1 and type(parts[0]) is t.Const:
            parts[0].start, parts[0].end = token.start, token.end
            return parts[0]
        return t.Template(token.start, token.end, parts)

    def _word(self, token: Token) -> t.Node:
        text = token.text
        after = self.peek()
        if after.kind == "op" and after.text == "=>":
            self.next()
            return t.Const(token.start, token.end, text)
        if text in ("my", "our", "local", "state"):
            self.next()
            value = self.postfix(self.primary())
            return t.Keyword(token.start, value.end, text, value) if text != "local" else value
        if text == "sub":
            self.next()
            body = self.block()
            return t.Function(token.start, body.end, None, [], body)
        if text in ("do", "eval") and after.kind == "op" and after.text == "{":
            self.next()
            body = self.block()
            if text == "eval":
                return t.Special(token.start, body.end, "try", [body])
            return t.Special(token.start, body.end, "do", [body])
        if text in ("__FILE__", "__PACKAGE__", "__LINE__", "wantarray", "STDIN", "STDOUT", "STDERR", "time", "fork"):
            self.next()
            if self.here("("):
                self.parenthesised()
            return t.Const(token.start, token.end, UNKNOWN if text != "STDIN" else text)
        if text in ("map", "grep", "sort"):
            return self._mapped(token)
        if text in ("print", "say", "printf"):
            return self._print(token)
        if text == "qw":
            raise SyntaxStop("a list expected")
        if text == "eval":
            self.next()
            args = self._one() or [t.Name(token.start, token.start, "$_")]
            return t.Call(token.start, self.last_end(), t.Name(token.start, token.end, text), args)
        if text == "return":
            self.next()
            value_of = None if self._ends() else self.whole()
            return t.Return(token.start, self.last_end(), value_of)
        if text in ("last", "next", "redo"):
            self.next()
            return t.Jump(token.start, token.end, "break" if text == "last" else "continue")
        if text in UNARY:
            self.next()
            args = self._one()
            if text in ("chomp", "chop"):
                what = args or [t.Name(token.start, token.start, "$_")]
                return t.Special(token.start, self.last_end(), "chomp", [what[0], text])
            if not args and text in _TOPIC:
                args = [t.Name(token.start, token.start, "$_")]
            elif not args and text in ("shift", "pop"):
                args = [t.Name(token.start, token.start, "@_")]
            return t.Call(token.start, self.last_end(), t.Name(token.start, token.end, text), args)
        self.next()
        name = t.Name(token.start, token.end, text)
        if self.here("("):
            args = self.parenthesised()
            return t.Call(token.start, self.last_end(), name, args)
        if self.here("->") or text.endswith("::"):
            return t.Const(token.start, token.end, text.removesuffix("::"), None) if text.endswith("::") else name
        if self.token.kind == "name" and text == "new":
            made = self.next()
            args = self.parenthesised() if self.here("(") else []
            func = t.Member(token.start, made.end, t.Name(made.start, made.end, made.text), "new")
            return t.Call(token.start, self.last_end(), func, args)
        if text in LISTS or self._begins_list(text):
            args = []
            if not self._ends():
                value = self.listed()
                args = value.items if isinstance(value, t.Array) and value.start == value.items[0].start else [value]
            return t.Call(token.start, self.last_end(), name, args)
        return name

    def _begins_list(self, name: str) -> bool:
        return self.token.kind in ("str", "istr", "var", "num", "words") and not self.token.line and name[0].islower()

    def _one(self) -> list[t.Node]:
        if self.here("("):
            return self.parenthesised()
        if self._ends() or self.here("<", "+", "*", "/", "x", "&", "|"):
            return []
        return [self.expression(13)]

    def _mapped(self, token: Token) -> t.Node:
        self.next()
        closing = self.take("(")
        block: t.Node | None = None
        if self.here("{"):
            block = self.block()
            self.take(",")
        elif token.text != "sort":
            first = self.expression(3)
            self.need(",")
            block = first
        elif self.token.kind == "var" and self.peek().kind in ("var", "name"):
            self.next()
        source: t.Node = t.Array(token.start, token.end, []) if self._ends() else self.listed()
        if closing:
            self.need(")")
        return t.Special(token.start, self.last_end(), token.text, [block, source])

    def _print(self, token: Token) -> t.Node:
        self.next()
        closing = self.here("(") and self.tokens[min(self.match.get(self.at, 0) + 1, len(self.tokens) - 1)].text in (
            ";",
            "}",
            "",
            "if",
            "for",
            "or",
            "and",
            "unless",
            "while",
            "foreach",
        )
        if closing:
            self.next()
        handle: t.Node | None = None
        if self.here("{"):
            self.next()
            handle = self.whole()
            self.need("}")
        elif (
            self.token.kind == "name" and self.token.text.isupper() and self.peek().text not in (",", "(", ".", "->")
        ) or (self.token.kind == "var" and self.token.text[0] == "$" and self.peek().kind in ("str", "istr", "var")):
            handle = t.Name(self.token.start, self.token.end, self.next().text)
        args: list[t.Node] = []
        if not self._ends():
            value = self.listed()
            args = value.items if isinstance(value, t.Array) else [value]
        elif handle is None:
            args = [t.Name(token.start, token.start, "$_")]
        if closing:
            self.need(")")
        if not args:
            args = [t.Name(token.start, token.start, "$_")]
        return t.Special(token.start, self.last_end(), "print", [token.text, handle, args])

    # Statements.

    def block(self) -> t.Block:
        """Return statements in braces."""
        start = self.need("{").start
        self.deeper()
        body: list[t.Node] = []
        while not self.here("}"):
            if self.ended():
                raise SyntaxStop("} expected")
            if self.take(";"):
                continue
            body.append(self.statement())
        self.nested -= 1
        return t.Block(start, self.need("}").end, body)

    def statement(self) -> t.Node:
        """Return a statement with its modifiers."""
        token = self.token
        self.deeper()
        try:
            if token.kind == "op" and token.text == ";":
                self.next()
                return t.Block(token.start, token.end, [])
            if token.kind == "op" and token.text == "{":
                return self.block()
            if token.kind == "name":
                made = self._compound(token)
                if made is not None:
                    return made
            value: t.Node = self.whole()
            if isinstance(value, t.Keyword):
                value = t.Special(value.start, value.end, "declare", [value.value])
            while self.token.kind == "name" and self.token.text in ("if", "unless", "while", "until", "for", "foreach"):
                word = self.next().text
                test = self.whole()
                end = self.last_end()
                if word in ("if", "unless"):
                    if word == "unless":
                        test = t.Unary(test.start, test.end, "!", test)
                    value = t.If(token.start, end, test, value, None)
                elif word in ("while", "until"):
                    value = t.Loop(token.start, end, _line_test(test), value, until=word == "until")
                else:
                    value = t.Each(token.start, end, t.Name(token.start, token.start, "$_"), test, value)
            if not self.take(";") and not self.here("}") and not self.ended():
                raise SyntaxStop(f"; expected at {self.token.start}")
            return value
        finally:
            self.nested -= 1

    def _compound(self, token: Token) -> t.Node | None:
        text = token.text
        if self.peek().text == "=>":
            return None
        if text in ("use", "no", "package", "__END__"):
            self.next()
            while not self.here(";") and not self.ended() and not self.here("}"):
                self.next()
            self.take(";")
            return t.Block(token.start, self.last_end(), [])
        if text in ("BEGIN", "END", "INIT", "CHECK") and self.peek().text == "{":
            self.next()
            return self.block()
        if text == "sub" and self.peek().kind == "name":
            self.next()
            name = self.next().text
            if self.here("("):
                self.back(self.match.get(self.at, self.at))
                self.next()
            body = self.block()
            function = t.Function(token.start, body.end, None, [], body)
            return t.Define(token.start, body.end, name, function)
        if text in ("if", "unless"):
            self.next()
            return self._branch(token, text == "unless")
        if text in ("while", "until"):
            self.next()
            self.need("(")
            test: t.Node | None = None if self.here(")") else _line_test(self.whole())
            self.need(")")
            body = self.block()
            return t.Loop(token.start, body.end, test, body, until=text == "until" and test is not None)
        if text in ("for", "foreach"):
            return self._for(token)
        if self.peek().text == ":" and self.peek().kind == "op" and text.isupper():
            self.next()
            self.next()
            return self.statement()
        return None

    def _branch(self, token: Token, negate: bool) -> t.Node:
        self.need("(")
        test = self.whole()
        self.need(")")
        if negate:
            test = t.Unary(test.start, test.end, "!", test)
        then = self.block()
        other: t.Node | None = None
        if self.here("elsif"):
            start = self.next()
            other = self._branch(start, False)
        elif self.take("else"):
            other = self.block()
        return t.If(token.start, self.last_end(), test, then, other)

    def _for(self, token: Token) -> t.Node:
        self.next()
        target: t.Node = t.Name(token.start, token.start, "$_")
        if self.here("my", "our", "local"):
            self.next()
        if self.token.kind == "var":
            name = self.next()
            target = t.Name(name.start, name.end, name.text)
        self.need("(")
        first = None if self.here(";", ")") else self.whole()
        if self.take(";"):
            test = None if self.here(";") else self.whole()
            self.need(";")
            step = None if self.here(")") else self.whole()
            self.need(")")
            body = self.block()
            if isinstance(first, t.Keyword):
                first = first.value
            return t.Loop(token.start, body.end, test, body, first, step)
        self.need(")")
        body = self.block()
        source = first if first is not None else t.Array(token.start, token.start, [])
        return t.Each(token.start, body.end, target, source, body)


_INSIDE = re.compile(r"\\[\s\S]|\$\{\^?\w+\}|\$(?:::)?\w+|\$[&!@/0](?![\w])|@\{\[|[$@]\{|@[A-Za-z_]\w*|\$\$\w+")


def _span_of_variable(body: str, found: re.Match[str]) -> int:
    """Return where a variable in a text ends, with its indexes."""
    end = found.end()
    if found.group() in ("@{[", "${", "@{"):
        depth = 1
        end = found.start() + 2
        while end < len(body) and depth:
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            end += 1
        return end
    while end < len(body):
        if body.startswith("->", end) and body[end + 2 : end + 3] in ("[", "{"):
            end += 2
        if body[end] not in "[{":
            break
        if body[end] == "[" and not re.match(r"\[(?:-?\d+|\$\w+)\]", body[end:]):
            break
        if body[end] == "{" and not re.match(r"\{[\w'\"$]+\}", body[end:]):
            break
        end = body.index("]" if body[end] == "[" else "}", end) + 1
    return end


def _unescaped(body: str) -> tuple[str, bool]:
    if "\\" not in body:
        return body, False
    body = re.sub(r"\\x\{([0-9A-Fa-f]{1,6})\}", lambda m: f"\\u{{{m.group(1)}}}", body)
    body = re.sub(r"\\[QEULlu]", "", body)
    return unescape(body)


def _line_test(test: t.Node) -> t.Node:
    """Return the test of a loop: one that reads a line binds it and asks whether there was one."""
    if isinstance(test, t.Special) and test.kind == "input":
        return t.Special(test.start, test.end, "nextline", [test])
    return test
