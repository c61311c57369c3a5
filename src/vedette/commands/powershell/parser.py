"""The statements and commands of PowerShell. What does not parse is skipped and noted; the rest is read."""

from __future__ import annotations

import re

from vedette.commands.powershell import lexer as lx
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.expressions import Expressions

_BLOCK_NAMES = {"begin", "process", "end", "dynamicparam", "clean"}
_STOP = re.compile(r"[^|&\r\n]*+")
_BALANCED = re.compile(r"[^\[\](){}'\"]++")
_UNREAD = {"class", "enum", "using", "data", "configuration"}


MOST_STATEMENTS = 20_000
"""Statements that are read of one script; the rest is left out, and said to be."""


class Parser(Expressions):
    """Parses a script: ``Parser(text).script()``."""

    n_statements = 0
    cut = False

    def script(self) -> n.Block:
        """Return the whole text as a block."""
        block = n.Block(0, self.size, [], [])
        self._fill(block, "")
        while self.pos < self.size:  # a bracket too many
            self.broken = True
            self.pos += 1
            self._fill(block, "")
        return block

    def block_rest(self, start: int) -> n.Block:
        """Return the block whose opening brace has just been taken."""
        self.enter()
        block = n.Block(start, start, [], [])
        self._fill(block, "}")
        self.take("}")
        self.depth -= 1
        block.end = self.pos
        return block

    def _fill(self, block: n.Block, closing: str) -> None:
        text = self.text
        self._breaks()
        keep = self.pos
        while lx.ATTRIBUTE.match(text, self.pos) or (
            text[self.pos : self.pos + 1] == "[" and lx.TYPE.match(text, self.pos)
        ):
            at = self.pos
            self._attribute()
            self.lines()
            if self.pos == at:
                break
        m = lx.KEYWORD.match(text, self.pos)
        if m is not None and m.group(1).lower() == "param":
            self.pos = m.end()
            self.lines()
            if self.peek() == "(":
                block.params = self._parameters()
        else:
            self.pos = keep
        while True:
            self._breaks()
            c = text[self.pos : self.pos + 1]
            if not c or c == closing or c in ")}":
                return
            m = lx.KEYWORD.match(text, self.pos)
            if m is not None and (word := m.group(1).lower()) in _BLOCK_NAMES:
                m2 = lx.LINES.match(text, m.end())
                if m2 is not None and text[m2.end() : m2.end() + 1] == "{":
                    self.pos = m2.end()
                    body = self._braced()
                    if word == "process":
                        block.process = (block.process or []) + body
                    elif word == "begin":
                        block.begin += body
                    else:
                        block.body += body
                    continue
            at = self.pos
            node = self.statement()
            if node is not None:
                block.body.append(node)
            if self.pos == at:
                self.broken = True
                self.pos += 1

    def _breaks(self) -> None:
        c = self.text[self.pos : self.pos + 1]
        if c and (c in " \t\r\n;`#<" or c > "~"):
            self.pos = lx.BREAKS.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def statements(self, closing: str) -> list[n.Node]:
        """Return the statements up to a closing bracket, which is taken too."""
        found: list[n.Node] = []
        text = self.text
        while True:
            self._breaks()
            c = text[self.pos : self.pos + 1]
            if c == closing:
                self.pos += 1
                return found
            if not c or c in ")}":
                self.broken = True
                return found
            at = self.pos
            node = self.statement()
            if node is not None:
                found.append(node)
            if self.pos == at:
                self.broken = True
                self.pos += 1

    def _braced(self) -> list[n.Node]:
        """Return the statements in braces that come next."""
        self.lines()
        if self.peek() != "{":
            self.broken = True
            return []
        self.enter()
        self.pos += 1
        body = self.statements("}")
        self.depth -= 1
        return body

    # statements -----------------------------------------------------------------------------------------------

    def statement(self) -> n.Node | None:
        """Return the next statement."""
        self.n_statements += 1
        if self.n_statements > MOST_STATEMENTS:
            self.cut = True
            self.pos = self.size
            return None
        text, start = self.text, self.pos
        if text[start : start + 1] == ":" and (label := lx.LABEL.match(text, start)) is not None:
            self.pos = label.end()
            self.lines()
            start = self.pos
        m = lx.KEYWORD.match(text, start)
        if m is not None:
            read = _STATEMENTS.get(m.group(1).lower())
            if read is not None:
                self.pos = m.end()
                node = read(self, start)
                if node is not None:
                    node.end = self.pos
                    return node
                self.pos = start
        left = self.pipeline()
        while left is not None:
            self.blanks()
            two = text[self.pos : self.pos + 2]
            if two not in ("&&", "||"):
                break
            self.pos += 2
            self.lines()
            right = self.pipeline()
            if right is None:
                self.broken = True
                break
            left = n.Chain(left.start, right.end, two, left, right)
        if left is not None and text[self.pos : self.pos + 1] == "&":
            self.pos += 1
        return left

    def pipeline(self) -> n.Node | None:
        """Return commands and expressions with pipes between them, or an assignment."""
        first = self.element(True)
        if first is None:
            return None
        self.blanks()
        c = self.peek()
        if c and (c in "=+*/%?" or c in lx.DASH) and not isinstance(first, n.Command):
            m = lx.ASSIGN.match(self.text, self.pos)
            if m is not None:
                self.pos = m.end()
                self.lines()
                value = self.statement()
                if value is None:
                    self.broken = True
                    value = n.Str(self.pos, self.pos, "")
                op = m.group()
                return n.Assign(first.start, value.end, "-=" if op[0] in lx.DASH else op, first, value)
        items = [first]
        redirects: list[n.Redirection] = []
        while True:
            self.blanks()
            c = self.peek()
            if c == ">" or (c in "123456*" and c and not isinstance(items[-1], n.Command)):
                m = lx.REDIRECT.match(self.text, self.pos)
                if m is not None and ">" in m.group():
                    redirects.append(self._redirect(m.group(), m.end()))
                    continue
            if c != "|" or self.text.startswith("||", self.pos):
                break
            self.pos += 1
            self.lines()
            item = self.element(False)
            if item is None:
                self.broken = True
                break
            items.append(item)
        if len(items) == 1 and not redirects:
            return first
        return n.Pipeline(first.start, items[-1].end, items, redirects)

    def element(self, first: bool) -> n.Node | None:
        """Return one command, or (first in a pipeline) an expression."""
        text, start = self.text, self.pos
        c = text[start : start + 1]
        if not c or c in ")};|":
            return None
        if c == "&" or (c == "." and self._dot_calls(start)):
            if text.startswith("&&", start):
                return None
            self.pos += 1
            self.blanks()
            return self.command(start, c)
        if c in "$([{'\"@!,+" or c in lx.SINGLE or c in lx.DOUBLE:
            if c == "[" and lx.TYPE.match(text, start) is None:
                return self.command(start, "")
            if (
                c == "@"
                and text[start + 1 : start + 2] not in ("(", "{", "'", '"')
                and lx.HERE.match(text, start) is None
            ):
                return self.command(start, "")
            node = self.expression()
            if node is not None:
                return node
            self.pos = start
            return self.command(start, "")
        if c.isdigit() or c == ".":
            m = lx.NUMBER.match(text, start)
            if m is not None and m.end() > start and lx.NUMBER_END.match(text, m.end()):
                return self.expression()
            return self.command(start, "")
        if c in lx.DASH:
            m = lx.OPERATOR.match(text, start)
            if m is not None and (
                (m.group(1) is not None and m.group(1).lower() in lx.UNARY)
                or (m.group(1) is None and text[start + 1 : start + 2] in "0123456789($-.'\"[")
            ):
                return self.expression()
            return self.command(start, "")
        return self.command(start, "")

    def _dot_calls(self, start: int) -> bool:
        follow = self.text[start + 1 : start + 2]
        return bool(follow) and (follow in " \t($\"'{&" or follow in lx.SINGLE or follow in lx.DOUBLE)

    # commands -------------------------------------------------------------------------------------------------

    def command(self, start: int, operator: str) -> n.Node | None:
        """Return a command: its name, and its arguments up to the end of the line or the next pipe."""
        if operator:
            name = self._called()
        else:
            name = self._bare(True)
        if name is None:
            self.broken = True
            return None
        args: list[n.Node] = []
        redirects: list[n.Redirection] = []
        end = name.end
        text, size = self.text, self.size
        while True:
            self.blanks()
            if self.pos >= size:
                break
            c = text[self.pos]
            if c in "\r\n;|)}":
                break
            at = self.pos
            if c == "&":
                break
            if c in "<>123456*":
                m = lx.REDIRECT.match(text, at)
                if m is not None:
                    redirects.append(self._redirect(m.group(), m.end()))
                    end = self.pos
                    continue
            if c == ",":
                self.pos += 1
                self.broken = True
                continue
            arg = self.argument()
            if arg is None:
                if self.pos == at:
                    self.pos += 1
                self.broken = True
                continue
            args.append(arg)
            if len(args) > MOST_STATEMENTS:
                self.cut = True
                self.pos = self.size
            end = arg.end
            if isinstance(arg, n.Str) and arg.bare and arg.value == "--%":
                m = _STOP.match(text, self.pos)
                rest = m.group() if m else ""
                for w in re.finditer(r"\"[^\"]*+\"?|[^\s\"]++", rest):
                    args.append(n.Str(self.pos + w.start(), self.pos + w.end(), w.group().strip('"'), bare=True))
                self.pos += len(rest)
                end = self.pos
                break
        return n.Command(start, end, operator, name, args, redirects)

    def _called(self) -> n.Node | None:
        c = self.peek()
        if c == "$":
            return self._one_argument()
        if c and (c in "({" or c in lx.SINGLE or c in lx.DOUBLE):
            node = self.primary()
            return None if node is None else self.tail(node, bare=True)
        return self._bare(True)

    def _redirect(self, operator: str, end: int) -> n.Redirection:
        start = self.pos
        self.pos = end
        if "&" in operator:
            return n.Redirection(start, end, operator, None)
        self.blanks()
        target = self._one_argument()
        return n.Redirection(start, self.pos, operator, target)

    def argument(self) -> n.Node | None:
        """Return one argument: a parameter, an expression, a bare word, or several with commas between them."""
        c = self.peek()
        if c in lx.DASH:
            m = lx.PARAMETER.match(self.text, self.pos)
            if m is not None:
                return self._parameter(m)
        first = self._one_argument()
        if first is None:
            return None
        keep = self.pos
        self.blanks()
        if self.peek() != ",":
            self.pos = keep
            return first
        items = [first]
        while self.peek() == ",":
            self.pos += 1
            self.lines()
            item = self._one_argument()
            if item is None:
                self.broken = True
                break
            items.append(item)
            keep = self.pos
            self.blanks()
        self.pos = keep
        return n.ArrayLit(first.start, items[-1].end, items)

    def _parameter(self, m: re.Match[str]) -> n.Node | None:
        start = self.pos
        word = m.group()
        follow = self.text[m.end() : m.end() + 1]
        if follow and not (
            follow.isspace() or follow in ":;|)}({,&<>$@[" or follow in lx.DOUBLE or follow in lx.SINGLE
        ):
            return self._bare(False)  # -Ojoined=value, -p.x: not a parameter but a word
        if follow and (follow in lx.DOUBLE or follow in lx.SINGLE or follow == "$"):
            return self._bare(False)
        self.pos = m.end()
        name = "-" + (lx.untick(word) if "`" in word else word)[1:]
        node = n.Param(start, self.pos, name)
        if follow == ":":
            self.pos += 1
            self.blanks()
            node.value = self._one_argument()
            node.end = self.pos
        return node

    def _one_argument(self) -> n.Node | None:
        text, start = self.text, self.pos
        c = text[start : start + 1]
        if not c:
            return None
        if c == "$":
            node = self.variable()
            if node is not None:
                follow = self.peek()
                if not follow or follow in " \t\r\n;|)},&<>":
                    return node
                if isinstance(node, n.Var) and follow not in ".[:":
                    return self._bare(False, node)
                if follow == "." and not (
                    self.text[self.pos + 1 : self.pos + 2].isalpha()
                    or self.text[self.pos + 1 : self.pos + 2] in "($'\"_"
                ):
                    return self._bare(False, node)
                if follow == ":" and not self.text.startswith("::", self.pos):
                    return self._bare(False, node)
                return self.tail(node, bare=True)
            return self._bare(False)
        if c in lx.SINGLE or c in lx.DOUBLE:
            return self.tail(self.string(), bare=True)
        if c == "(":
            return self.tail(self.paren(), bare=True)
        if c == "{":
            self.pos += 1
            return self.block_rest(start)
        if c == "@":
            node = self.at()
            if node is not None:
                return node
            return self._bare(False)
        if c == "[":
            m = lx.TYPE.match(text, start)
            if m is not None and text.startswith("::", m.end()):
                return self._bare(False)
        if c.isdigit() or (c in lx.DASH and text[start + 1 : start + 2].isdigit()):
            at = start + (0 if c.isdigit() else 1)
            m = lx.NUMBER.match(text, at)
            if m is not None and m.end() > at:
                follow = text[m.end() : m.end() + 1]
                if not follow or follow in " \t\r\n;|)},&<>":
                    self.pos = m.end()
                    value = lx.number(m.group())
                    return n.Num(start, self.pos, value if at == start else -value)
        return self._bare(False)

    def _bare(self, name: bool, first: n.Node | None = None) -> n.Node | None:
        """Return a bare word: plain characters, ticks, quotes and variables up to a blank or an operator."""
        text = self.text
        start = self.pos if first is None else first.start
        parts: list[str | n.Node] = [] if first is None else [first]
        plain: list[str] = []
        ticked = False
        if first is None:
            m = lx.BARE.match(text, self.pos)
            if m is not None:
                follow = text[m.end() : m.end() + 1]
                if not follow or follow in " \t\r\n;|)},&<>({":
                    self.pos = m.end()
                    return n.Str(start, self.pos, m.group(), bare=True)
        while self.pos < self.size:
            c = text[self.pos]
            m = lx.BARE.match(text, self.pos)
            if m is not None:
                plain.append(m.group())
                self.pos = m.end()
            elif c == "`":
                d = text[self.pos + 1 : self.pos + 2]
                if not d or d in "\r\n":
                    break
                plain.append("\0" if d == "0" else d)
                ticked = True
                self.pos += 2
            elif c in lx.SINGLE or c in lx.DOUBLE:
                if not parts and not plain and not ticked and first is None and not name:
                    break
                node = self.string()
                ticked = True
                if isinstance(node, n.Str):
                    plain.append(node.value)
                else:
                    if plain:
                        parts.append("".join(plain))
                        plain = []
                    parts.append(node)
            elif c == "$":
                node2 = self.variable()
                if node2 is None:
                    plain.append("$")
                    self.pos += 1
                    continue
                if plain:
                    parts.append("".join(plain))
                    plain = []
                parts.append(node2)
            else:
                break
        if plain:
            parts.append("".join(plain))
        if not parts:
            return n.Str(start, self.pos, "", bare=True, ticked=ticked) if ticked else None
        if len(parts) == 1 and isinstance(parts[0], str):
            return n.Str(start, self.pos, parts[0], bare=True, ticked=ticked)
        return n.Expand(start, self.pos, parts, bare=True)

    # keywords -------------------------------------------------------------------------------------------------

    def _condition(self) -> n.Node | None:
        """Return what stands in the brackets that come next."""
        self.lines()
        if self.peek() != "(":
            return None
        return self.paren()

    def _if(self, start: int) -> n.Node | None:
        clauses: list[tuple[n.Node, list[n.Node]]] = []
        other: list[n.Node] | None = None
        test = self._condition()
        if test is None:
            return None
        clauses.append((test, self._braced()))
        while True:
            keep = self.pos
            self.lines()
            m = lx.KEYWORD.match(self.text, self.pos)
            word = m.group(1).lower() if m else ""
            if m is not None and word == "elseif":
                self.pos = m.end()
                test = self._condition()
                if test is None:
                    self.broken = True
                    break
                clauses.append((test, self._braced()))
            elif m is not None and word == "else":
                self.pos = m.end()
                other = self._braced()
                break
            else:
                self.pos = keep
                break
        return n.If(start, self.pos, clauses, other)

    def _while(self, start: int) -> n.Node | None:
        test = self._condition()
        if test is None:
            return None
        return n.Loop(start, self.pos, None, test, None, self._braced())

    def _do(self, start: int) -> n.Node | None:
        self.lines()
        if self.peek() != "{":
            return None
        body = self._braced()
        self.lines()
        m = lx.KEYWORD.match(self.text, self.pos)
        word = m.group(1).lower() if m else ""
        if m is None or word not in ("while", "until"):
            self.broken = True
            return n.Loop(start, self.pos, None, None, None, body, True)
        self.pos = m.end()
        test = self._condition()
        return n.Loop(start, self.pos, None, test, None, body, True, word == "until")

    def _for(self, start: int) -> n.Node | None:
        self.lines()
        if self.peek() != "(":
            return None
        self.enter()
        self.pos += 1
        parts: list[n.Node | None] = []
        for closing in (";", ";", ")"):
            self.lines()
            part = None if self.peek() in (";", ")") else self.statement()
            parts.append(part)
            self.lines()
            if self.peek() == closing == ";":
                self.pos += 1
            elif self.peek() == ")":
                break
        while len(parts) < 3:
            parts.append(None)
        self.take(")")
        self.depth -= 1
        return n.Loop(start, self.pos, parts[0], parts[1], parts[2], self._braced())

    def _foreach(self, start: int) -> n.Node | None:
        self.lines()
        if self.text[self.pos : self.pos + 1] in lx.DASH:  # foreach -parallel (
            m = lx.PARAMETER.match(self.text, self.pos)
            if m is None:
                return None
            self.pos = m.end()
            self.lines()
        if self.peek() != "(":
            return None
        self.enter()
        self.pos += 1
        self.lines()
        variable = self.variable() if self.peek() == "$" else None
        self.lines()
        m = lx.KEYWORD.match(self.text, self.pos)
        if not isinstance(variable, n.Var) or m is None or m.group(1).lower() != "in":
            self.depth -= 1
            return None
        self.pos = m.end()
        self.lines()
        source = self.statement()
        self.take(")")
        self.depth -= 1
        if source is None:
            self.broken = True
            source = n.Sub(self.pos, self.pos, [])
        return n.Foreach(start, self.pos, variable, source, self._braced())

    def _switch(self, start: int) -> n.Node | None:
        flags = ""
        self.lines()
        while self.peek() in lx.DASH and (m := lx.PARAMETER.match(self.text, self.pos)) is not None:
            flags += m.group().lower() + " "
            self.pos = m.end()
            self.lines()
            if m.group().lower().startswith("-f"):
                self._one_argument()
                self.lines()
                break
        subject = self._condition()
        if subject is None:
            if "-f" not in flags:
                return None
            subject = n.Sub(self.pos, self.pos, [])
        self.lines()
        if self.peek() != "{":
            return None
        self.enter()
        self.pos += 1
        clauses: list[tuple[n.Node | None, list[n.Node]]] = []
        while True:
            self._breaks()
            c = self.peek()
            if not c or c in ")}":
                break
            at = self.pos
            if c == "{":
                self.pos += 1
                test: n.Node | None = self.block_rest(at)
            else:
                test = self._one_argument() if c not in lx.DASH else self._bare(False)
            if test is None:
                self.broken = True
                self.pos = max(self.pos, at + 1)
                continue
            body = self._braced()
            if isinstance(test, n.Str) and test.bare and test.value.lower() == "default":
                test = None
            clauses.append((test, body))
            if self.pos == at:
                self.pos += 1
        self.take("}")
        self.depth -= 1
        return n.Switch(start, self.pos, flags, subject, clauses)

    def _try(self, start: int) -> n.Node | None:
        self.lines()
        if self.peek() != "{":
            return None
        body = self._braced()
        handlers: list[list[n.Node]] = []
        last: list[n.Node] = []
        while True:
            keep = self.pos
            self.lines()
            m = lx.KEYWORD.match(self.text, self.pos)
            word = m.group(1).lower() if m else ""
            if m is not None and word == "catch":
                self.pos = m.end()
                self.lines()
                while (t := lx.TYPE.match(self.text, self.pos)) is not None:
                    self.pos = t.end()
                    self.lines()
                    if self.peek() == ",":
                        self.pos += 1
                        self.lines()
                handlers.append(self._braced())
            elif m is not None and word == "finally":
                self.pos = m.end()
                last = self._braced()
            else:
                self.pos = keep
                break
        return n.Try(start, self.pos, body, handlers, last)

    def _trap(self, start: int) -> n.Node | None:
        self.lines()
        if (t := lx.TYPE.match(self.text, self.pos)) is not None:
            self.pos = t.end()
            self.lines()
        if self.peek() != "{":
            return None
        return n.Try(start, self.pos, [], [self._braced()], [])

    def _function(self, start: int) -> n.Node | None:
        word = self.text[start : self.pos].lower()
        self.blanks()
        name = self._bare(False)
        if not isinstance(name, n.Str) or not name.value:
            return None
        params: list[n.Parameter] = []
        self.lines()
        if self.peek() == "(":
            params = self._parameters()
            self.lines()
        if self.peek() != "{":
            return None
        at = self.pos
        self.pos += 1
        block = self.block_rest(at)
        if params:
            block.params = params
        title = name.value
        for scope in lx.SCOPES:
            if title.lower().startswith(scope):
                title = title[len(scope) :]
        return n.Function(start, self.pos, title, block, word == "filter")

    def _leave(self, start: int) -> n.Node | None:
        word = self.text[start : self.pos].lower()
        self.blanks()
        value: n.Node | None = None
        c = self.peek()
        if c and c not in "\r\n;})":
            if word in ("break", "continue"):
                m = lx.WORD.match(self.text, self.pos)
                if m is not None:
                    self.pos = m.end()
            else:
                value = self.statement()
        return n.Leave(start, self.pos, word, value)

    def _unread(self, start: int) -> n.Node | None:
        """Skip a declaration that makes no call by itself: a class, an enumeration, ``using``."""
        word = self.text[start : self.pos].lower()
        if word == "using":
            m = lx.KEYWORD.match(self.text, self.pos + 1)
            if m is None:
                return None
            eol = re.compile(r"[^\r\n;]*+").match(self.text, self.pos)
            self.pos = eol.end() if eol else self.pos
            return n.Leave(start, self.pos, "using", None)
        self.blanks()
        m = lx.WORD.match(self.text, self.pos)
        if m is None and word != "data":
            return None
        brace = re.compile(r"[^\r\n{;|]*+\s*+\{").match(self.text, self.pos)
        if brace is None:
            return None
        self.pos = brace.end() - 1
        if word == "data":
            at = self.pos
            body = self._braced()
            return n.Sub(at, self.pos, body)
        self._skip()
        return n.Leave(start, self.pos, word, None)

    def _skip(self) -> None:
        """Skip a bracketed stretch, strings in it taken whole."""
        depth = 0
        while self.pos < self.size:
            m = _BALANCED.match(self.text, self.pos)
            if m is not None:
                self.pos = m.end()
                continue
            c = self.text[self.pos]
            if c in "'\"":
                self.string()
                continue
            self.pos += 1
            depth += 1 if c in "[({" else -1
            if depth <= 0:
                return
        self.broken = True

    def _attribute(self) -> None:
        self._skip()

    def _parameters(self) -> list[n.Parameter]:
        """Return the declared parameters that stand in the brackets that come next."""
        self.enter()
        self.pos += 1
        found: list[n.Parameter] = []
        typed: str | None = None
        while True:
            self.lines()
            c = self.peek()
            if not c or c in ")}":
                break
            at = self.pos
            if c == ",":
                self.pos += 1
                typed = None
            elif c == "[":
                m = lx.TYPE.match(self.text, self.pos)
                if m is not None:
                    typed = m.group(1)
                    self.pos = m.end()
                else:
                    self._attribute()
            elif c == "$" and isinstance(v := self.variable(), n.Var):
                default: n.Node | None = None
                self.lines()
                if self.peek() == "=":
                    self.pos += 1
                    self.lines()
                    default = self.expression(comma=False)
                found.append(n.Parameter(v.name, default, typed, (typed or "").lower().endswith("switch")))
                typed = None
            else:
                self.broken = True
                self.pos = max(self.pos, at + 1)
        self.take(")")
        self.depth -= 1
        return found


_STATEMENTS = {
    "if": Parser._if,
    "while": Parser._while,
    "do": Parser._do,
    "for": Parser._for,
    "foreach": Parser._foreach,
    "switch": Parser._switch,
    "try": Parser._try,
    "trap": Parser._trap,
    "function": Parser._function,
    "filter": Parser._function,
    "workflow": Parser._function,
    "return": Parser._leave,
    "throw": Parser._leave,
    "exit": Parser._leave,
    "break": Parser._leave,
    "continue": Parser._leave,
    **dict.fromkeys(_UNREAD, Parser._unread),
}
