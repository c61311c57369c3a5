"""The expressions of PowerShell: operators by binding power, literals, strings with code in them, members, indexes.

The parser looks at the text where it stands and takes one token at a time, because what a token is depends on whether
a command or an expression is read. Chains of operators and members are parsed in loops; only brackets recurse, and
they are counted.
"""

from __future__ import annotations

from vedette.commands.powershell import lexer as lx
from vedette.commands.powershell import nodes as n

MAX_DEPTH = 48


class TooDeep(Exception):  # noqa: N818  (a signal, caught by the reader)
    """Brackets are nested deeper than is read."""


class Expressions:
    """Parses expressions; statements and commands are added by :class:`~vedette.commands.powershell.parser.Parser`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.size = len(text)
        self.depth = 0
        self.broken = False

    # what the parser of statements brings
    def statement(self) -> n.Node | None:
        """Return the next statement."""
        raise NotImplementedError

    def statements(self, closing: str) -> list[n.Node]:
        """Return the statements up to a closing bracket, which is taken too."""
        raise NotImplementedError

    def block_rest(self, start: int) -> n.Block:
        """Return the block whose opening brace has just been taken."""
        raise NotImplementedError

    def enter(self) -> None:
        """Count one more open bracket."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep

    def peek(self) -> str:
        """Return the character at hand, or nothing at the end."""
        return self.text[self.pos : self.pos + 1]

    def blanks(self) -> None:
        """Skip blanks and comments within the line."""
        c = self.text[self.pos : self.pos + 1]
        if c and (c in " \t`#<" or c > "~"):
            self.pos = lx.SPACE.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def lines(self) -> None:
        """Skip blanks, comments and line ends."""
        c = self.text[self.pos : self.pos + 1]
        if c and (c in " \t\r\n`#<" or c > "~"):
            self.pos = lx.LINES.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def take(self, closing: str) -> None:
        """Take a closing bracket after blanks, or note that it is missing."""
        self.lines()
        if self.peek() == closing:
            self.pos += 1
        else:
            self.broken = True

    # operators ------------------------------------------------------------------------------------------------

    def expression(self, power: int = 0, comma: bool = True) -> n.Node | None:
        """Return the expression that stands here, or None."""
        left = self.array() if comma else self.unary()
        if left is None:
            return None
        while True:
            found = self.operator()
            if found is None or found[1] <= power:
                return left
            op, binding, end = found
            at = self.pos
            self.pos = end
            self.lines()
            right = self.expression(binding, comma)
            if right is None:
                self.broken = True
                self.pos = max(self.pos, end)
                return left
            left = n.Binary(left.start, right.end, op, left, right, at)

    def operator(self) -> tuple[str, int, int] | None:
        """Return the operator that comes next with its binding power and end; nothing is taken but blanks."""
        self.blanks()
        m = lx.OPERATOR.match(self.text, self.pos)
        if m is None:
            return None
        word, dots, sign = m.groups()
        if word is not None:
            op = word.lower()
            power = lx.BINARY.get(op)
            return None if power is None else (op, power, m.end())
        if dots is not None:
            return ("..", lx.RANGE, m.end())
        if sign in "*/%":
            return (sign, lx.MULTIPLICATIVE, m.end())
        return ("+" if sign == "+" else "-", lx.ADDITIVE, m.end())

    def array(self) -> n.Node | None:
        """Return an operand, or several with commas between them."""
        first = self.unary()
        if first is None:
            return None
        self.blanks()
        if self.peek() != ",":
            return first
        items = [first]
        while self.peek() == ",":
            self.pos += 1
            self.lines()
            item = self.unary()
            if item is None:
                self.broken = True
                break
            items.append(item)
            self.blanks()
        return n.ArrayLit(first.start, items[-1].end, items)

    def unary(self) -> n.Node | None:
        """Return an operand with what stands before it: signs, casts, ``-not``, ``-join``."""
        before: list[tuple[int, str, str]] = []
        node: n.Node | None = None
        while True:
            self.blanks()
            start = self.pos
            c = self.peek()
            if c == "[":
                m = lx.TYPE.match(self.text, start)
                if m is None:
                    break
                self.pos = m.end()
                follow = self.peek()
                if follow == ":" or follow == "." or not self.operand_follows():
                    self.pos = start
                    break
                before.append((start, "cast", m.group(1)))
                continue
            if c == "!":
                self.pos += 1
                before.append((start, "op", "not"))
                continue
            if c == ",":
                self.pos += 1
                before.append((start, "op", ","))
                self.lines()
                continue
            if c and (c == "+" or c in lx.DASH):
                two = self.text[start : start + 2]
                if two == "++" or (two in ("--",)):
                    self.pos += 2
                    before.append((start, "step", two))
                    continue
                m = lx.OPERATOR.match(self.text, start)
                if m is not None and m.group(1):
                    op = m.group(1).lower()
                    if op not in lx.UNARY:
                        break
                    self.pos = m.end()
                    self.lines()
                    before.append((start, "op", op))
                    continue
                self.pos += 1
                before.append((start, "op", "+" if c == "+" else "-"))
                continue
            break
        if len(before) > 400:
            raise TooDeep
        node = self.postfix()
        if node is None:
            if before:
                self.broken = True
            return None
        for at, what, value in reversed(before):
            if what == "cast":
                node = n.Cast(at, node.end, value, node)
            elif what == "step":
                node = n.Step(at, node.end, node, 1 if value == "++" else -1, True)
            elif value == "-" and isinstance(node, n.Num):
                node = n.Num(at, node.end, -node.value)
            else:
                node = n.Unary(at, node.end, value, node)
        return node

    def operand_follows(self) -> bool:
        """Return whether an operand stands after the type just taken, so that it is a cast."""
        keep = self.pos
        self.blanks()
        c = self.peek()
        if c in "\r\n" and c:
            self.pos = keep
            return False
        if not c:
            self.pos = keep
            return False
        if c == "$" or c in "([{" or c in lx.SINGLE or c in lx.DOUBLE or c.isdigit():
            return True
        if c == "@":
            return True
        if c == "!" or (c in lx.DASH and lx.OPERATOR.match(self.text, self.pos) is not None):
            m = lx.OPERATOR.match(self.text, self.pos)
            ok = c == "!" or (m is not None and (m.group(1) is None or m.group(1).lower() in lx.UNARY))
            if not ok:
                self.pos = keep
            return ok
        if c == "+" and self.text[self.pos + 1 : self.pos + 2] == "+":
            return True
        self.pos = keep
        return False

    # members --------------------------------------------------------------------------------------------------

    def postfix(self) -> n.Node | None:
        """Return an operand with the members, calls and indexes after it."""
        node = self.primary()
        return None if node is None else self.tail(node)

    def tail(self, node: n.Node, bare: bool = False) -> n.Node:
        """Return the node with the members, calls and indexes that follow it.

        Args:
            node: what they belong to.
            bare: whether it is an argument of a command, where blanks end it.
        """
        text = self.text
        while True:
            c = text[self.pos : self.pos + 1]
            if c == ".":
                follow = text[self.pos + 1 : self.pos + 2]
                if follow == "." or (follow.isspace() and bare) or not follow:
                    return node
                keep = self.pos
                self.pos += 1
                self.lines()
                if (member := self.member(node, False)) is None:
                    self.pos = keep
                    return node
                node = member
            elif c == ":" and text[self.pos + 1 : self.pos + 2] == ":":
                keep = self.pos
                self.pos += 2
                self.lines()
                if (member := self.member(node, True)) is None:
                    self.pos = keep
                    return node
                node = member
            elif c == "?" and text[self.pos + 1 : self.pos + 2] in (".", "["):
                self.pos += 1
            elif c == "[":
                self.enter()
                self.pos += 1
                self.lines()
                index = self.expression()
                self.take("]")
                self.depth -= 1
                if index is None:
                    self.broken = True
                    return node
                node = n.Index(node.start, self.pos, node, index)
            elif (
                c == "+"
                and not bare
                and text.startswith("++", self.pos)
                and isinstance(node, (n.Var, n.Index, n.Member))
            ):
                self.pos += 2
                node = n.Step(node.start, self.pos, node, 1, False)
            elif (
                c == "-"
                and not bare
                and text.startswith("--", self.pos)
                and isinstance(node, (n.Var, n.Index, n.Member))
            ):
                self.pos += 2
                node = n.Step(node.start, self.pos, node, -1, False)
            elif c and not bare and (c in " \t\r\n"):
                # A member may stand after blanks and on the next line: ``[Convert] ::X``, a chain of methods.
                m = lx.LINES.match(text, self.pos)
                at = m.end() if m else self.pos
                ahead = text[at : at + 2]
                line = "\n" in text[self.pos : at] or "\r" in text[self.pos : at]
                if (ahead == "::" and not line) or (
                    ahead[:1] == "." and ahead[1:].isalpha() and (line or isinstance(node, n.Type))
                ):
                    if line and self.depth == 0:
                        return node
                    self.pos = at
                    continue
                return node
            else:
                return node

    def member(self, target: n.Node, static: bool) -> n.Node | None:
        """Return the member that follows a dot or two colons, with its arguments if it is called."""
        text, start = self.text, self.pos
        m = lx.MEMBER.match(text, start)
        name: n.Node | None
        if m is not None:
            word = m.group()
            self.pos = m.end()
            name = n.Str(start, self.pos, lx.untick(word) if "`" in word else word, bare=True, ticked="`" in word)
        else:
            c = self.peek()
            if not c:
                return None
            if c in lx.SINGLE or c in lx.DOUBLE:
                name = self.string()
            elif c == "(":
                name = self.paren()
            elif c == "$":
                name = self.variable()
            elif c == "{":
                name = None
            else:
                return None
            if name is None:
                return None
        c = self.peek()
        if c == "(":
            args = self.arguments()
            return n.Invoke(target.start, self.pos, target, name, static, args)
        if c == "{" and isinstance(name, n.Str) and name.value.lower() in ("foreach", "where"):
            at = self.pos
            self.pos += 1
            block = self.block_rest(at)
            return n.Invoke(target.start, self.pos, target, name, static, [block])
        return n.Member(target.start, self.pos, target, name, static)

    def arguments(self) -> list[n.Node]:
        """Return the arguments of a method, brackets included."""
        self.enter()
        self.pos += 1
        args: list[n.Node] = []
        while True:
            self.lines()
            c = self.peek()
            if not c or c == ")":
                break
            if c == ",":
                self.pos += 1
                continue
            arg = self.expression(comma=False)
            if arg is None:
                self.broken = True
                break
            args.append(arg)
            self.lines()
            if self.peek() == "=":
                self.pos += 1
        self.take(")")
        self.depth -= 1
        return args

    # operands -------------------------------------------------------------------------------------------------

    def primary(self) -> n.Node | None:
        """Return the operand that stands here, or None."""
        text, start = self.text, self.pos
        c = text[start : start + 1]
        if not c:
            return None
        if c == "$":
            return self.variable()
        if c in lx.SINGLE or c in lx.DOUBLE:
            return self.string()
        if c == "(":
            return self.paren()
        if c == "@":
            return self.at()
        if c == "{":
            self.pos += 1
            return self.block_rest(start)
        if c == "[":
            m = lx.TYPE.match(text, start)
            if m is None:
                return None
            self.pos = m.end()
            return n.Type(start, self.pos, m.group(1))
        m = lx.NUMBER.match(text, start)
        if m is not None and m.end() > start:
            self.pos = m.end()
            return n.Num(start, self.pos, lx.number(m.group()))
        return None

    def variable(self) -> n.Node | None:
        """Return a variable or ``$( … )``."""
        start = self.pos
        if self.text.startswith("$(", start):
            self.enter()
            self.pos += 2
            body = self.statements(")")
            self.depth -= 1
            return n.Sub(start, self.pos, body)
        m = lx.VARIABLE.match(self.text, start)
        if m is None:
            return None
        self.pos = m.end()
        plain, braced, special = m.groups()
        name = plain or special or (lx.untick(braced) if braced and "`" in braced else braced) or ""
        return n.Var(start, self.pos, lx.variable_name(name))

    def paren(self) -> n.Node:
        """Return what stands in brackets."""
        start = self.pos
        self.enter()
        self.pos += 1
        body = self.statements(")")
        self.depth -= 1
        if len(body) == 1:
            return n.Paren(start, self.pos, body[0])
        if not body:
            self.broken = True
        return n.Sub(start, self.pos, body)

    def at(self) -> n.Node | None:
        """Return an array, a table, a here-string or a splatted variable."""
        text, start = self.text, self.pos
        follow = text[start + 1 : start + 2]
        if follow == "(":
            self.enter()
            self.pos += 2
            body = self.statements(")")
            self.depth -= 1
            return n.ArrayOf(start, self.pos, body)
        if follow == "{":
            return self.table()
        m = lx.HERE.match(text, start)
        if m is not None:
            return self.here(start, m.end(), m.group(1) in lx.DOUBLE)
        m = lx.VARIABLE.match(text, start)
        if m is not None and m.group(1):
            self.pos = m.end()
            return n.Var(start, self.pos, lx.variable_name(m.group(1)), splat=True)
        return None

    def table(self) -> n.Node:
        """Return ``@{ … }``."""
        start = self.pos
        self.enter()
        self.pos += 2
        pairs: list[tuple[n.Node, n.Node]] = []
        while True:
            self.pos = lx.BREAKS.match(self.text, self.pos).end()  # type: ignore[union-attr]
            c = self.peek()
            if not c or c == "}":
                break
            at = self.pos
            m = lx.BARE.match(self.text, at)
            key: n.Node | None
            if m is not None and (c.isalpha() or c == "_"):
                word = m.group().split("=")[0]
                self.pos = at + len(word)
                key = n.Str(at, self.pos, word, bare=True)
            else:
                key = self.postfix()
            self.lines()
            if key is None or self.peek() != "=":
                self.broken = True
                self.pos = at + 1 if self.pos == at else self.pos
                if self.pos >= self.size or self.peek() not in "};\r\n":
                    self.pos = max(self.pos, at + 1)
                    continue
                continue
            self.pos += 1
            self.lines()
            value = self.statement()
            if value is None:
                self.broken = True
                if self.pos <= at:
                    self.pos = at + 1
                continue
            pairs.append((key, value))
        self.take("}")
        self.depth -= 1
        return n.HashLit(start, self.pos, pairs)

    # strings --------------------------------------------------------------------------------------------------

    def string(self) -> n.Node:
        """Return a quoted string."""
        text, start = self.text, self.pos
        if text[start] in lx.SINGLE:
            m = lx.SINGLE_QUOTED.match(text, start)
            body = m.group(1)  # type: ignore[union-attr]
            if not m.group(2):  # type: ignore[union-attr]
                self.broken = True
            self.pos = m.end()  # type: ignore[union-attr]
            for q in lx.SINGLE:
                if q in body:
                    body = lx.DOUBLED.sub(r"\1", body)
                    break
            return n.Str(start, self.pos, body)
        m = lx.DOUBLE_PLAIN.match(text, start)
        if m is not None:
            self.pos = m.end()
            return n.Str(start, self.pos, m.group(1))
        self.pos = start + 1
        parts, closed, ticked = self.expandable(self.size, quoted=True)
        if not closed:
            self.broken = True
        return _string(start, self.pos, parts, ticked)

    def here(self, start: int, body: int, double: bool) -> n.Node:
        """Return a here-string whose text begins at ``body``."""
        end = (lx.HERE_DOUBLE_END if double else lx.HERE_SINGLE_END).search(self.text, max(body - 1, start))
        if end is not None and end.start() < body:
            self.pos = end.end()
            return n.Str(start, self.pos, "")
        if end is None:
            self.broken = True
            stop = after = self.size
        else:
            stop, after = end.start(), end.end()
        if not double:
            self.pos = after
            return n.Str(start, after, self.text[body:stop])
        self.pos = body
        parts, _, ticked = self.expandable(stop, quoted=False)
        self.pos = after
        return _string(start, after, parts, ticked)

    def expandable(self, stop: int, *, quoted: bool) -> tuple[list[str | n.Node], bool, bool]:
        """Return the parts of a string with code in it, whether it is closed, and whether ticks stand in it."""
        text = self.text
        parts: list[str | n.Node] = []
        plain: list[str] = []
        chunk = lx.DOUBLE_CHUNK if quoted else lx.HERE_CHUNK
        ticked = False
        while self.pos < stop:
            m = chunk.match(text, self.pos, stop)
            if m is not None:
                plain.append(m.group())
                self.pos = m.end()
                continue
            c = text[self.pos]
            if c == "`":
                ticked = True
                self.pos += 1
                u = lx.UNICODE.match(text, self.pos)
                if u is not None:
                    code = int(u.group(1), 16)
                    plain.append(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd")
                    self.pos = u.end()
                elif self.pos < stop:
                    d = text[self.pos]
                    plain.append(lx.ESCAPES.get(d, d))
                    self.pos += 1
            elif c == "$":
                node = self.variable()
                if node is None:
                    plain.append("$")
                    self.pos += 1
                    continue
                if plain:
                    parts.append("".join(plain))
                    plain = []
                parts.append(node)
            else:  # a quote
                if self.pos + 1 < stop and text[self.pos + 1] in lx.DOUBLE:
                    plain.append(text[self.pos + 1])
                    self.pos += 2
                    continue
                self.pos += 1
                if plain:
                    parts.append("".join(plain))
                return parts, True, ticked
        if plain:
            parts.append("".join(plain))
        return parts, False, ticked


def _string(start: int, end: int, parts: list[str | n.Node], ticked: bool) -> n.Node:
    if not parts:
        return n.Str(start, end, "", ticked=ticked)
    if len(parts) == 1 and isinstance(parts[0], str):
        return n.Str(start, end, parts[0], ticked=ticked)
    return n.Expand(start, end, parts)
