"""A recursive-descent parser for POSIX sh, bash, ksh and the basics of zsh.

Words that hold nothing to expand are read by one regular expression. Nothing raises: what does not parse is skipped and
noted as ``broken``; nesting past a limit ends the parse.
"""

from __future__ import annotations

import re

from vedette.commands.sh import braces
from vedette.commands.sh.escapes import ansi
from vedette.commands.sh.paths import KNOWN_PATHS
from vedette.commands.sh.syntax import (
    AndOr,
    Arith,
    ArithCommand,
    Assign,
    Case,
    Coproc,
    For,
    ForArith,
    Function,
    Group,
    If,
    Listing,
    Lit,
    Node,
    Param,
    Piece,
    Pipeline,
    Proc,
    Redir,
    Simple,
    Sub,
    Test,
    While,
    WordNode,
)
from vedette.schema.command import TokenKind

_DEEPEST = 36
_MOST_WORDS = 60_000
"""Most words that are parsed, a command counting as three more."""
_MOST_TRIES = 600
"""How often ``((`` is taken for arithmetic, and may turn out to be two brackets."""
_MOST_AGAIN = 20_000
"""Characters of code in brace expansions, which are read anew in each alternative."""
_BLANK = re.compile(r"(?:[ \t\r\v\f]+|\\\r?\n)*")
_LINES = re.compile(r"(?:[ \t\r\v\f]+|\\\r?\n)*")
_FAST = re.compile(r"[A-Za-z0-9_./:,@%+^=-]+")
_ENDS = frozenset(" \t\r\n|&;()<>")
_RUN = re.compile(r"[^ \t\r\n|&;()<>'\"\\$`]+")
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?=|\[)")
_INDEX_END = re.compile(r"\](\+?=)")
_REDIR = re.compile(r"(?:(\d+|\{[A-Za-z_]\w*\})?(<<<|<<-?|<>|<&|>>|>&|>\||<|>)|(&>>?))")
_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|do|done|case|esac|while|until|for|select|function|time|coproc|[{}!]|\[\[)"
    r"(?=[ \t\r\n;|&()<>]|\Z)"
)
_FIRST = frozenset("itefdcwus{}![")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FUNCTION_NAME = re.compile(r"[^ \t\r\n|&;()<>'\"\\$`]+")
_DOLLAR = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!_-])")
_PARAM = re.compile(r"([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_OP = re.compile(r":[-=?+]|[-=?+]|##?|%%?|//|/[#%]?|\^\^?|,,?|~~?|@[A-Za-z]|:")
_DQ = re.compile(r"[^\"\\$`]+")
_HERE = re.compile(r"[^\\$`]+")
_ARITH = re.compile(r"[^()$`\"'\\]+")
_SAFE = re.compile(r"[\w./:\\-]*")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .|:/-]{0,60}>(?=[ \t\r]*(?:[\n|;&)]|\Z))")
_DECLARE = frozenset({"declare", "typeset", "local", "export", "readonly"})
_BT_ESCAPE = re.compile(r"\\([\\$`])")
_BT_ESCAPE_DQ = re.compile(r"\\([\\$`\"])")
_ADJACENT = re.compile(r"[A-Za-z0-9]")
_OPTION = re.compile(r"-[A-Za-z0-9]|--?[\w-]+=?|.*[=:,(]|[^A-Za-z]*")
_CLOSERS = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})
_NONE: frozenset[str] = frozenset()

MEANINGS = {
    "|": "passes what the left writes to the right",
    "|&": "passes what the left writes, errors too, to the right",
    "&&": "runs the right only if the left succeeds",
    "||": "runs the right only if the left fails",
    ";": "then",
    "&": "runs it in the background",
    "!": "turns success and failure around",
    "if": "runs what follows then, if this succeeds",
    "then": "what runs if it does",
    "elif": "else, if this succeeds",
    "else": "what runs otherwise",
    "fi": "ends the if",
    "while": "repeats as long as this succeeds",
    "until": "repeats until this succeeds",
    "for": "repeats for every word",
    "select": "lets the user choose a word",
    "in": "the words",
    "do": "what is repeated",
    "done": "ends the loop",
    "case": "chooses by pattern",
    "esac": "ends the case",
    "function": "defines a function",
    "time": "measures how long it takes",
    "coproc": "runs it in the background with pipes to it",
    "{": "begins a group",
    "}": "ends the group",
    "(": "begins a subshell",
    ")": "ends the subshell",
    "[[": "tests a condition",
    "]]": "ends the condition",
    "((": "computes",
    "))": "ends the computation",
    ";;": "ends the branch",
}


class Parser:
    """Parses one text.

    Args:
        text: the script.
        foreign: whether the text is not the script's own, so that offsets into it show nothing to the user.
        depth: how deep it is nested already.
    """

    __slots__ = (
        "_left",
        "_pending",
        "_spare",
        "_tries",
        "broken",
        "depth",
        "foreign",
        "marks",
        "n",
        "pos",
        "stop",
        "text",
    )

    def __init__(self, text: str, foreign: bool = False, depth: int = 0, spare: list[int] | None = None):
        self.text = text
        self.pos = 0
        self.n = len(text)
        self.depth = depth
        self.broken = False
        self.stop: str | None = None
        self.foreign = foreign
        self.marks: list[tuple[TokenKind, int, int, str]] = []
        self._pending: list[tuple[Redir, str, bool, bool]] = []
        self._left = _MOST_WORDS
        self._tries = _MOST_TRIES
        self._spare = spare if spare is not None else [_MOST_AGAIN]

    # -- the whole

    def script(self) -> Listing:
        """Return the parsed text."""
        items: list[tuple[Node, bool]] = []
        while True:
            body = self.listing(_NONE)
            items.extend(body.items)
            if self.pos >= self.n:
                break
            # something that closes nothing
            self.broken = True
            word = self._reserved()
            self.pos += len(word) if word else 2 if self.text.startswith(";;", self.pos) else 1
        if self._pending:
            self._bodies()
        return Listing(items, 0, self.n)

    def listing(self, stops: frozenset[str]) -> Listing:
        """Return the commands up to a closing word, a closing bracket, ``;;`` or the end."""
        text = self.text
        start = self.pos
        items: list[tuple[Node, bool]] = []
        if self.depth > _DEEPEST:
            self.stop = "it is nested deeper than is read"
            self.pos = self.n
            return Listing(items, start, self.n)
        while True:
            self._newlines()
            pos = self.pos
            if pos >= self.n:
                break
            c = text[pos]
            if c == ")":
                break
            if c == ";":
                if text.startswith(";;", pos) or text.startswith(";&", pos):
                    break
                self.broken = True
                self.pos += 1
                continue
            if c in "|&" and not text.startswith("&>", pos):
                self.broken = True
                self.pos += 1
                continue
            if c in _FIRST:
                word = self._reserved()
                if word in _CLOSERS:
                    break
            node = self.and_or()
            if self.pos == pos:
                self.broken = True
                self.pos += 1
                continue
            self._blank()
            background = False
            if self.pos < self.n:
                c = text[self.pos]
                if c == ";":
                    if not text.startswith(";;", self.pos) and not text.startswith(";&", self.pos):
                        self._mark(TokenKind.OPERATOR, self.pos, self.pos + 1, ";")
                        self.pos += 1
                elif c == "&" and not text.startswith("&&", self.pos):
                    background = True
                    self._mark(TokenKind.OPERATOR, self.pos, self.pos + 1, "&")
                    self.pos += 1
            items.append((node, background))
        return Listing(items, start, self.pos)

    def and_or(self) -> Node:
        """Return pipelines joined by ``&&`` and ``||``."""
        first = self.pipeline()
        rest: list[tuple[str, Node]] = []
        text = self.text
        while True:
            self._blank()
            operator = text[self.pos : self.pos + 2] if self.pos + 1 < self.n else ""
            if operator != "&&" and operator != "||":
                break
            self._mark(TokenKind.OPERATOR, self.pos, self.pos + 2, operator)
            self.pos += 2
            self._newlines()
            before = self.pos
            if before >= self.n or text[before] in ");":
                self.broken = True
                break
            rest.append((operator, self.pipeline()))
            if self.pos == before:
                self.broken = True
                break
        if not rest:
            return first
        return AndOr(first, rest, first.start, rest[-1][1].end)

    def pipeline(self) -> Node:
        """Return commands joined by pipes."""
        text = self.text
        start = self.pos
        negated = timed = False
        while self.pos < self.n and text[self.pos] in "!t":
            word = self._reserved()
            if word == "!":
                negated = not negated
            elif word == "time":
                timed = True
            else:
                break
            self._mark(TokenKind.KEYWORD, self.pos, self.pos + len(word), word)
            self.pos += len(word)
            self._blank()
            if timed and text.startswith("-p", self.pos):
                self.pos += 2
                self._blank()
        first = self.command()
        commands: list[Node] = [first]
        while True:
            self._blank()
            if self.pos >= self.n or text[self.pos] != "|" or text.startswith("||", self.pos):
                break
            width = 2 if text.startswith("|&", self.pos) else 1
            self._mark(TokenKind.OPERATOR, self.pos, self.pos + width, "|&" if width == 2 else "|")
            self.pos += width
            self._newlines()
            before = self.pos
            if before >= self.n or text[before] in ");|&":
                self.broken = True
                break
            commands.append(self.command())
            if self.pos == before:
                self.broken = True
                break
        if len(commands) == 1 and not negated and not timed:
            return first
        return Pipeline(commands, start, commands[-1].end, negated, timed)

    # -- commands

    def command(self) -> Node:
        """Return one command."""
        text, pos = self.text, self.pos
        if pos >= self.n:
            self.broken = True
            return Simple(pos, pos)
        c = text[pos]
        if c == "(":
            self.depth += 1
            try:
                return self._redirected(self._parenthesis())
            finally:
                self.depth -= 1
        if c in _FIRST:
            word = self._reserved()
            if word is not None and word not in _CLOSERS and word != "!":
                self.depth += 1
                try:
                    if self.depth <= _DEEPEST:
                        return self._redirected(self._compound(word))
                    self.stop = "it is nested deeper than is read"
                    self.pos = self.n
                    return Simple(pos, self.n)
                finally:
                    self.depth -= 1
        return self.simple()

    def _redirected(self, node: Node) -> Node:
        if isinstance(node, (Pipeline, AndOr, Listing, Simple)):
            return node
        while True:
            self._blank()
            if self.pos >= self.n:
                break
            redirect = self._redirect()
            if redirect is None:
                break
            node.redirects.append(redirect)
            node.end = redirect.end
        return node

    def _keyword(self, word: str, meaning: str | None = None) -> None:
        self._mark(TokenKind.KEYWORD, self.pos, self.pos + len(word), meaning or word)
        self.pos += len(word)

    def _expect(self, word: str) -> bool:
        """Read a reserved word, or note that it is missing."""
        self._newlines()
        if self._reserved() == word:
            self._keyword(word)
            return True
        self.broken = True
        return False

    def _compound(self, word: str) -> Node:
        start = self.pos
        if word == "[[":
            return self._test()
        self._keyword(word)
        if word == "{":
            body = self.listing(_NONE)
            self._expect("}")
            return Group(body, False, start, self.pos)
        if word == "if":
            return self._if(start)
        if word in ("while", "until"):
            condition = self.listing(_NONE)
            return While(condition, self._do(), word == "until", start, self.pos)
        if word in ("for", "select"):
            return self._for(start, word == "select")
        if word == "case":
            return self._case(start)
        if word == "function":
            self._blank()
            m = _FUNCTION_NAME.match(self.text, self.pos, self.n)
            if m is None:
                self.broken = True
                return Group(Listing([], start, self.pos), False, start, self.pos)
            self.pos = m.end()
            self._blank()
            if self.text.startswith("(", self.pos):
                self.pos += 1
                self._blank()
                if self.text.startswith(")", self.pos):
                    self.pos += 1
            return self._function(start, m.group())
        if word == "coproc":
            self._blank()
            m = _NAME.match(self.text, self.pos, self.n)
            if m:
                save = self.pos
                self.pos = m.end()
                self._blank()
                if not (self.text.startswith(("(", "{ "), self.pos) or self._reserved()):
                    self.pos = save
            node = self.command()
            return Coproc(node, start, node.end)
        # a closing word where a command should stand
        self.broken = True
        return Group(Listing([], start, self.pos), False, start, self.pos)

    def _do(self) -> Listing:
        self._newlines()
        word = self._reserved()
        if word == "{":
            self._keyword("{")
            body = self.listing(_NONE)
            self._expect("}")
            return body
        if word == "do":
            self._keyword("do")
            body = self.listing(_NONE)
            self._expect("done")
            return body
        self.broken = True
        return Listing([], self.pos, self.pos)

    def _if(self, start: int) -> Node:
        clauses: list[tuple[Listing, Listing]] = []
        otherwise: Listing | None = None
        while True:
            condition = self.listing(_NONE)
            if not self._expect("then"):
                clauses.append((condition, Listing([], self.pos, self.pos)))
                break
            clauses.append((condition, self.listing(_NONE)))
            word = self._reserved()
            if word == "elif":
                self._keyword(word)
                continue
            if word == "else":
                self._keyword(word)
                otherwise = self.listing(_NONE)
            self._expect("fi")
            break
        return If(clauses, otherwise, start, self.pos)

    def _for(self, start: int, select: bool) -> Node:
        text = self.text
        self._blank()
        if text.startswith("((", self.pos):
            self.pos += 2
            inner = self._arithmetic(self.pos, "))")
            if inner is not None:
                parts = self._semicolons(inner)
                self.pos += 2
                self._blank()
                if text.startswith(";", self.pos):
                    self.pos += 1
                body = self._do()
                return ForArith(parts[0], parts[1], parts[2], body, start, self.pos)
            self.broken = True
        m = _NAME.match(text, self.pos, self.n)
        if m is None:
            self.broken = True
            return Group(Listing([], start, self.pos), False, start, self.pos)
        self.pos = m.end()
        self._newlines()
        words: list[WordNode] | None = None
        if text.startswith("in", self.pos) and (self.pos + 2 >= self.n or text[self.pos + 2] in " \t\r\n;\\"):
            self._keyword("in")
            words = []
            self._blank()
            while self.pos < self.n and text[self.pos] not in ";\n|&)":
                if text[self.pos] in "<>(" and not text.startswith(("<(", ">("), self.pos):
                    self.broken = True
                    self.pos += 1
                    continue
                before = self.pos
                words.append(self.word())
                if self.pos == before:
                    self.pos += 1
                self._blank()
        elif text.startswith("(", self.pos):
            self.pos += 1
            words = []
            self._newlines()
            while self.pos < self.n and text[self.pos] != ")":
                before = self.pos
                words.append(self.word())
                if self.pos == before:
                    self.pos += 1
                self._newlines()
            self.pos = min(self.pos + 1, self.n)
        self._blank()
        if text.startswith(";", self.pos):
            self.pos += 1
        return For(m.group(), words, self._do(), start, self.pos, select)

    def _semicolons(self, inner: WordNode) -> list[WordNode]:
        """Return the three expressions of an arithmetic ``for``."""
        found: list[list[Piece]] = [[]]
        for part in inner.parts:
            if isinstance(part, Lit) and not part.how:
                pieces = part.text.split(";")
                for i, piece in enumerate(pieces):
                    if i:
                        found.append([])
                    if piece:
                        found[-1].append(Lit(piece, True))
            else:
                found[-1].append(part)
        while len(found) < 3:
            found.append([])
        return [self._made(parts, inner.start, inner.end) for parts in found[:3]]

    def _made(self, parts: list[Piece], start: int, end: int) -> WordNode:
        lit: str | None = "".join([p.text for p in parts if isinstance(p, Lit)])
        for part in parts:
            if not isinstance(part, Lit):
                lit = None
                break
        return WordNode(start, end, lit, parts, source=self.text if self.foreign else None)

    def _case(self, start: int) -> Node:
        text = self.text
        self._blank()
        subject = self.word()
        self._newlines()
        if text.startswith("in", self.pos):
            self._keyword("in")
        else:
            self.broken = True
        items: list[tuple[list[WordNode], Listing, str]] = []
        while True:
            self._newlines()
            if self.pos >= self.n:
                self.broken = True
                break
            if self._reserved() == "esac":
                self._keyword("esac")
                break
            before = self.pos
            if text[self.pos] == "(":
                self.pos += 1
            patterns: list[WordNode] = []
            while self.pos < self.n:
                self._blank()
                if self.pos >= self.n or text[self.pos] in ");\n&":
                    break
                if text[self.pos] == "|":
                    self.pos += 1
                    continue
                at = self.pos
                patterns.append(self.word(brace=False))
                if self.pos == at:
                    self.pos += 1
            if text.startswith(")", self.pos):
                self.pos += 1
            else:
                self.broken = True
            body = self.listing(_NONE)
            ending = ";;"
            for one in (";;&", ";;", ";&"):
                if text.startswith(one, self.pos):
                    self._mark(TokenKind.OPERATOR, self.pos, self.pos + len(one), ";;")
                    self.pos += len(one)
                    ending = one
                    break
            items.append((patterns, body, ending))
            if self.pos == before or (self.pos < self.n and text[self.pos] == ")"):
                self.broken = True
                self.pos += 1
            elif (word := self._reserved()) in _CLOSERS and word != "esac":
                self.broken = True
                break
        return Case(subject, items, start, self.pos)

    def _function(self, start: int, name: str) -> Node:
        self._newlines()
        at = self.pos
        body = self.command()
        return Function(name, body, start, self.pos, self.text[at : self.pos])

    def _parenthesis(self) -> Node:
        text, start = self.text, self.pos
        if self.depth > _DEEPEST:
            self.stop = "it is nested deeper than is read"
            self.pos = self.n
            return Simple(start, self.n)
        if text.startswith("((", start):
            marks = len(self.marks)
            self._mark(TokenKind.OPERATOR, start, start + 2, "((")
            inner = self._arithmetic(start + 2, "))")
            if inner is not None:
                self._mark(TokenKind.OPERATOR, self.pos, self.pos + 2, "))")
                self.pos += 2
                return ArithCommand(inner, start, self.pos)
            del self.marks[marks:]
            self.pos = start
        self._mark(TokenKind.OPERATOR, start, start + 1, "(")
        self.pos += 1
        body = self.listing(_NONE)
        self._close()
        return Group(body, True, start, self.pos)

    def _close(self) -> None:
        """Read the closing bracket of a subshell or substitution."""
        text = self.text
        while self.pos < self.n and text[self.pos] != ")":
            # a word that closes nothing stands in between
            self.broken = True
            word = self._reserved()
            self.pos += len(word) if word else 1
            self.listing(_NONE)
        if self.pos < self.n:
            self._mark(TokenKind.OPERATOR, self.pos, self.pos + 1, ")")
            self.pos += 1
        else:
            self.broken = True

    def _test(self) -> Node:
        text, start = self.text, self.pos
        self._keyword("[[")
        items: list[WordNode | str] = []
        while True:
            self._newlines()
            if self.pos >= self.n:
                self.broken = True
                break
            c = text[self.pos]
            two = text[self.pos : self.pos + 2]
            if two == "]]":
                self._keyword("]]")
                break
            if two in ("&&", "||", "=~"):
                items.append(two)
                self.pos += 2
                if two == "=~":
                    self._blank()
                    items.append(self._regex())
                continue
            if c in "()<>" and not text.startswith(("<(", ">("), self.pos):
                items.append(c)
                self.pos += 1
                continue
            if c in ";|&":
                self.broken = True
                break
            if c == "!" and self.pos + 1 < self.n and text[self.pos + 1] in " \t(":
                items.append("!")
                self.pos += 1
                continue
            before = self.pos
            items.append(self.word(brace=False))
            if self.pos == before:
                self.pos += 1
        return Test(items, start, self.pos)

    def _regex(self) -> WordNode:
        """Return the word after ``=~``, where brackets and bars need no quoting."""
        text, start = self.text, self.pos
        parts: list[Piece] = []
        depth = 0
        while self.pos < self.n:
            c = text[self.pos]
            if c in " \t\r\n" and not depth:
                break
            if c == "(":
                depth += 1
            elif c == ")":
                if not depth:
                    break
                depth -= 1
            if c in "()|<>;& \t":
                parts.append(Lit(c, False))
                self.pos += 1
            elif not self._piece(parts):
                break
        return self._made(parts, start, self.pos)

    def simple(self) -> Node:
        """Return a simple command, or the function that ``name ()`` begins."""
        text, start = self.text, self.pos
        node = Simple(start, start)
        self._left -= 3
        if self._left < 0:
            self.stop = "it has more words than are read"
            self.pos = self.n
            return node
        words = node.words
        n = self.n
        declares = False
        while True:
            # blanks
            pos = self.pos
            if pos < n and text[pos] in " \t\r\\":
                pos = self.pos = _BLANK.match(text, pos, n).end()  # type: ignore[union-attr]
            if pos >= n:
                break
            c = text[pos]
            if c in "\n;|)":
                break
            if c == "&":
                if not text.startswith("&>", pos):
                    break
                redirect = self._redirect()
                if redirect is None:
                    break
                node.redirects.append(redirect)
            elif c == "#":
                break
            elif c in "<>" or c.isdigit() or c == "{":
                redirect = self._redirect()
                if redirect is not None:
                    node.redirects.append(redirect)
                else:
                    words.append(self.word())
            elif c == "(":
                if len(words) == 1 and not node.assigns:
                    m = _BLANK.match(text, pos + 1, n)
                    close = m.end() if m else pos + 1
                    if close < n and text[close] == ")" and words[0].lit is not None:
                        self.pos = close + 1
                        self.depth += 1
                        try:
                            if self.depth > _DEEPEST:
                                self.pos = n
                                return node
                            return self._function(start, words[0].lit)
                        finally:
                            self.depth -= 1
                self.broken = True
                if not words:
                    break
                words.append(WordNode(pos, pos + 1, "(", []))
                self.pos = pos + 1
                # the closing bracket belongs to the same mistake
                self._stray(node)
            else:
                if not words or declares:
                    m = _ASSIGN.match(text, pos, n)
                    if m is not None:
                        assign = self._assign(m)
                        if assign is not None:
                            if not words:
                                node.assigns.append(assign)
                            else:
                                node.arrays[len(words)] = assign
                                words.append(WordNode(assign.start, assign.end, text[assign.start : assign.end], []))
                            continue
                before = pos
                word = self.word()
                if self.pos == before:
                    self.broken = True
                    self.pos += 1
                    continue
                words.append(word)
                if len(words) == 1 and word.lit in _DECLARE:
                    declares = True
        end = start
        if words:
            end = words[-1].end
        if node.assigns and node.assigns[-1].end > end:
            end = node.assigns[-1].end
        if node.redirects and node.redirects[-1].end > end:
            end = node.redirects[-1].end
        node.end = end
        return node

    def _stray(self, node: Simple) -> None:
        """Read on behind a bracket that no quoting protects, as in ``find . ( -name a )``."""
        text = self.text
        while self.pos < self.n:
            self._blank()
            if self.pos >= self.n or text[self.pos] in "\n;|&":
                return
            c = text[self.pos]
            if c in "()":
                node.words.append(WordNode(self.pos, self.pos + 1, c, []))
                self.pos += 1
                continue
            if c in "<>":
                redirect = self._redirect()
                if redirect is not None:
                    node.redirects.append(redirect)
                    continue
            before = self.pos
            node.words.append(self.word())
            if self.pos == before:
                self.pos += 1

    def _assign(self, m: re.Match[str]) -> Assign | None:
        """Return the assignment that begins at a match of ``name=``, ``name+=`` or ``name[``; None if it is none."""
        text, start = self.text, self.pos
        index: WordNode | None = None
        operator = m.group(2)
        at = m.end()
        if operator == "[":
            save = self.pos
            self.pos = at
            index = self._until("]", quoted=False)
            closing = _INDEX_END.match(text, self.pos, self.n)
            if closing is None:
                self.pos = save
                return None
            operator = closing.group(1)
            at = closing.end()
        self.pos = at
        if index is None and at < self.n and text[at] == "(":
            items = self._array()
            return Assign(m.group(1), None, start, self.pos, operator == "+=", None, items)
        if at >= self.n or (text[at] in _ENDS and not text.startswith(("<(", ">("), at)):
            value = WordNode(at, at, "", [])
        else:
            value = self.word(brace=False)
        return Assign(m.group(1), value, start, self.pos, operator == "+=", index)

    def _array(self) -> list[tuple[WordNode | None, WordNode]]:
        text = self.text
        self.pos += 1
        items: list[tuple[WordNode | None, WordNode]] = []
        while True:
            self._newlines()
            if self.pos >= self.n:
                self.broken = True
                break
            c = text[self.pos]
            if c == ")":
                self.pos += 1
                break
            before = self.pos
            if c == "[":
                self.pos += 1
                index = self._until("]", quoted=False)
                if text.startswith("]=", self.pos):
                    self.pos += 2
                    if self.pos >= self.n or text[self.pos] in _ENDS:
                        items.append((index, WordNode(self.pos, self.pos, "", [])))
                    else:
                        items.append((index, self.word(brace=False)))
                    continue
                self.pos = before
            if c in "<>|&;(" and not text.startswith(("<(", ">("), self.pos):
                self.broken = True
                self.pos += 1
                continue
            items.append((None, self.word()))
            if self.pos == before:
                self.pos += 1
        return items

    # -- redirections

    def _redirect(self) -> Redir | None:
        text, start = self.text, self.pos
        m = _REDIR.match(text, start, self.n)
        if m is None:
            return None
        fd, operator, both = m.groups()
        if both:
            operator = both
        end = m.end()
        if operator in ("<", ">") and end < self.n and text[end] == "(" and not fd:
            return None
        if operator == "<" and not fd:
            place = _PLACEHOLDER.match(text, start, self.n)
            if place is not None:
                return None
        self.pos = end
        self._blank()
        if operator in ("<<", "<<-"):
            return self._here(start, operator, fd or "")
        if self.pos >= self.n or (text[self.pos] in _ENDS and not text.startswith(("<(", ">("), self.pos)):
            self.broken = True
            return Redir((fd or "") + operator, None, start, end)
        target = self.word()
        if operator in (">&", "<&") and target.lit is not None and (target.lit == "-" or target.lit.isdigit()):
            return Redir((fd or "") + operator + target.lit, None, start, self.pos)
        return Redir((fd or "") + operator, target, start, self.pos)

    def _here(self, start: int, operator: str, fd: str) -> Redir:
        at = self.pos
        word = self.word(brace=False)
        raw = self.text[at : self.pos]
        quoted = word.quoted or "\\" in raw
        delimiter = word.lit if word.lit is not None else raw
        redirect = Redir(fd + operator, None, start, self.pos)
        if not delimiter and not quoted:
            self.broken = True
        else:
            self._pending.append((redirect, delimiter, quoted, operator == "<<-"))
        return redirect

    def _bodies(self) -> None:
        """Read the here-documents that begin after the line end at the present place."""
        text = self.text
        pending, self._pending = self._pending, []
        for redirect, delimiter, quoted, tabs in pending:
            start = self.pos
            end = None
            at = start
            while at < self.n:
                stop = text.find("\n", at, self.n)
                line_end = self.n if stop < 0 else stop
                line = text[at:line_end]
                if line.endswith("\r"):
                    line = line[:-1]
                if (line.lstrip("\t") if tabs else line) == delimiter:
                    end = at
                    self.pos = min(line_end + 1, self.n)
                    break
                at = line_end + 1
            if end is None:
                end = self.n
                self.pos = self.n
                self.broken = True
            body = text[start:end]
            if tabs and "\t" in body:
                body = "".join([line.lstrip("\t") for line in body.splitlines(keepends=True)])
                redirect.body = self._here_body(body, quoted, None, redirect)
            else:
                redirect.body = self._here_body(body, quoted, start, redirect)

    def _here_body(self, body: str, quoted: bool, start: int | None, redirect: Redir) -> WordNode:
        if quoted or not ("$" in body or "`" in body or "\\" in body):
            at = redirect.start if start is None else start
            return WordNode(at, at + len(body) if start is not None else redirect.end, body, [])
        if start is None or self.depth + 1 > _DEEPEST:
            sub = Parser(body, True, self.depth + 1, self._spare)
            word = sub.quoted_text()
            self.broken = self.broken or sub.broken
            word.start, word.end = redirect.start, redirect.end
            return word
        save_pos, save_n = self.pos, self.n
        self.pos, self.n = start, start + len(body)
        self.depth += 1
        word = self.quoted_text()
        self.depth -= 1
        self.pos, self.n = save_pos, save_n
        return word

    def quoted_text(self) -> WordNode:
        """Return the whole text read as a here-document is: only ``$``, backticks and backslashes count."""
        text, start = self.text, self.pos
        parts: list[Piece] = []
        while self.pos < self.n:
            m = _HERE.match(text, self.pos, self.n)
            if m:
                parts.append(Lit(m.group(), True))
                self.pos = m.end()
                continue
            self._inside(parts, text[self.pos], '"')
        return self._made(parts, start, self.n)

    # -- words

    def word(self, brace: bool = True) -> WordNode:
        """Return the word that begins here."""
        text, start, n = self.text, self.pos, self.n
        self._left -= 1
        if self._left < 0:
            self.stop = "it has more words than are read"
            self.pos = n
            return WordNode(start, n, "", [])
        m = _FAST.match(text, start, n)
        if m is not None:
            end = m.end()
            if end >= n or (text[end] in _ENDS and not (text[end] == "(" and text[end - 1] in "@+")):
                self.pos = end
                return WordNode(start, end, m.group(), [], source=text if self.foreign else None)
        parts: list[Piece] = []
        while self.pos < n:
            c = text[self.pos]
            if c in _ENDS:
                if c in "<>" and self.pos == start:
                    if self.pos + 1 < n and text[self.pos + 1] == "(":
                        self._process(parts)
                        continue
                    place = _PLACEHOLDER.match(text, self.pos, n) if c == "<" else None
                    if place is not None:
                        self.pos = place.end()
                        return WordNode(start, self.pos, None, [_unknown(place.group(), start)], source=None)
                if c in "<>" and parts and self.pos + 1 < n and text[self.pos + 1] == "(" and text[self.pos - 1] == "=":
                    self._process(parts)
                    continue
                if c == "(" and parts and self._extended(parts):
                    continue
                break
            if not self._piece(parts):
                break
        end = self.pos
        if len(parts) == 1 and isinstance(parts[0], Lit):
            only = parts[0]
            word = WordNode(start, end, only.text, parts, quoted=only.quoted, source=text if self.foreign else None)
            if not only.quoted:
                _unquoted(word, only.text)
            elif only.how == "$'" and _escaped(text[start:end]):
                word.how = "ansi-c"
        else:
            word = self._made(parts, start, end)
            for part in parts:
                if isinstance(part, Lit):
                    if part.quoted:
                        word.quoted = True
                    elif not word.glob:
                        word.glob = "*" in part.text or "?" in part.text or "[" in part.text
            if parts and isinstance(parts[0], Lit) and not parts[0].quoted and parts[0].text[:1] == "~":
                word.tilde = True
            if word.quoted:
                word.how = _how(parts, text[start:end])
        if brace and end - start > 2:
            at = text.find("{", start, end)
            if (
                at >= 0
                and (text.find(",", at, end) > 0 or text.find("..", at, end) > 0)
                and any([isinstance(p, Lit) and not p.quoted and "{" in p.text for p in word.parts])
            ):
                self._braces(word)
        return word

    def _braces(self, word: WordNode) -> None:
        raw = self.text[word.start : word.end]
        made = braces.expand(raw)
        if made is None:
            return
        self._spare[0] -= sum(len(one) for one in made if "`" in one or "$" in one)
        if self._spare[0] < 0:
            return  # code in each of many alternatives would be read again and again
        alternatives = []
        for one in made:
            if not one:
                continue
            sub = Parser(one, True, self.depth + 1, self._spare)
            alternative = sub.word(brace=False)
            alternative.start, alternative.end = word.start, word.end
            alternative.source = one
            alternatives.append(alternative)
        word.alternatives = alternatives

    def _extended(self, parts: list[Piece]) -> bool:
        """Read ``@(a|b)`` and its like into the literal before it."""
        text, last = self.text, parts[-1]
        if not isinstance(last, Lit) or last.quoted or last.text[-1:] not in "?*+@!" or not last.text:
            return False
        if self.text.startswith("()", self.pos):
            return False
        depth, i = 0, self.pos
        most = min(self.n, self.pos + 1_000)
        while i < most:
            c = text[i]
            if c == "(":
                depth += 1
            elif c == ")":
                depth -= 1
                if not depth:
                    last.text += text[self.pos : i + 1]
                    self.pos = i + 1
                    return True
            elif c in "\n'\"`$":
                return False
            elif c == "\\":
                i += 1
            i += 1
        return False

    def _process(self, parts: list[Piece]) -> None:
        start = self.pos
        direction = self.text[start]
        self.pos += 2
        self.depth += 1
        body = self.listing(_NONE)
        self._close()
        self.depth -= 1
        parts.append(Proc(direction, body, start, self.pos))

    def _piece(self, parts: list[Piece]) -> bool:
        """Read one unquoted piece of a word; False where none begins here."""
        text, pos, n = self.text, self.pos, self.n
        m = _RUN.match(text, pos, n)
        if m is not None:
            parts.append(Lit(m.group(), False))
            self.pos = m.end()
            return True
        c = text[pos]
        if c == "'":
            end = text.find("'", pos + 1, n)
            if end < 0:
                self.broken = True
                end = n
            parts.append(Lit(text[pos + 1 : end], True, "'"))
            self.pos = min(end + 1, n)
        elif c == '"':
            self._double(parts)
        elif c == "\\":
            if pos + 1 >= n:
                parts.append(Lit("\\", True, "\\"))
                self.pos = n
            elif text[pos + 1] == "\n":
                self.pos = pos + 2
            elif text.startswith("\\\r\n", pos):
                self.pos = pos + 3
            else:
                parts.append(Lit(text[pos + 1], True, "\\"))
                self.pos = pos + 2
        elif c == "$":
            self._dollar(parts, False)
        elif c == "`":
            self._backtick(parts, False)
        else:
            return False
        return True

    def _double(self, parts: list[Piece]) -> None:
        """Read ``"…"``."""
        text = self.text
        self.pos += 1
        before = len(parts)
        while True:
            if self.pos >= self.n:
                self.broken = True
                break
            m = _DQ.match(text, self.pos, self.n)
            if m:
                parts.append(Lit(m.group(), True, '"'))
                self.pos = m.end()
                continue
            c = text[self.pos]
            if c == '"':
                self.pos += 1
                break
            self._inside(parts, c, '"')
        if len(parts) == before:
            parts.append(Lit("", True, '"'))
        elif len(parts) > before + 1:
            # neighbouring literals are one
            merged: list[Piece] = []
            for part in parts[before:]:
                if merged and isinstance(part, Lit) and isinstance(merged[-1], Lit):
                    merged[-1] = Lit(merged[-1].text + part.text, True, '"')
                else:
                    merged.append(part)
            parts[before:] = merged

    def _inside(self, parts: list[Piece], c: str, how: str) -> None:
        """Read a backslash, ``$`` or backtick inside double quotes or a here-document."""
        text, pos = self.text, self.pos
        if c == "\\":
            follows = text[pos + 1] if pos + 1 < self.n else ""
            if follows == "\n":
                self.pos = pos + 2
            elif follows and follows in '$`"\\':
                parts.append(Lit(follows, True, how))
                self.pos = pos + 2
            else:
                parts.append(Lit("\\", True, how))
                self.pos = pos + 1
        elif c == "$":
            self._dollar(parts, True)
        elif c == "`":
            self._backtick(parts, True)
        else:
            parts.append(Lit(c, True, how))
            self.pos = pos + 1

    def _dollar(self, parts: list[Piece], quoted: bool) -> None:
        text, start, n = self.text, self.pos, self.n
        m = _DOLLAR.match(text, start, n)
        if m is not None:
            parts.append(Param(m.group(1), start, m.end(), quoted))
            self.pos = m.end()
            return
        follows = text[start + 1] if start + 1 < n else ""
        if follows == "{":
            self._param(parts, quoted)
        elif follows == "(":
            if text.startswith("((", start + 1):
                marks = len(self.marks)
                broken = self.broken
                inner = self._arithmetic(start + 3, "))")
                if inner is not None:
                    self.pos += 2
                    parts.append(Arith(inner, start, self.pos, quoted))
                    return
                del self.marks[marks:]
                self.broken = broken
            self.pos = start + 2
            self.depth += 1
            body = self.listing(_NONE)
            self._close()
            self.depth -= 1
            parts.append(Sub(body, start, self.pos, quoted, text if self.foreign else None))
        elif follows == "[":
            inner = self._arithmetic(start + 2, "]")
            if inner is None:
                parts.append(Lit("$", quoted, '"' if quoted else ""))
                self.pos = start + 1
            else:
                self.pos += 1
                parts.append(Arith(inner, start, self.pos, quoted))
        elif follows == "'" and not quoted:
            i = start + 2
            while i < n:
                if text[i] == "\\":
                    i += 2
                    continue
                if text[i] == "'":
                    break
                i += 1
            if i >= n:
                self.broken = True
                i = n
            parts.append(Lit(ansi(text[start + 2 : i]), True, "$'"))
            self.pos = min(i + 1, n)
        elif follows == '"' and not quoted:
            self.pos = start + 1
            self._double(parts)
        else:
            parts.append(Lit("$", quoted, '"' if quoted else ""))
            self.pos = start + 1

    def _backtick(self, parts: list[Piece], quoted: bool) -> None:
        text, start, n = self.text, self.pos, self.n
        i = start + 1
        escaped = False
        while i < n:
            at = text.find("`", i, n)
            back = text.find("\\", i, n if at < 0 else at)
            if back >= 0:
                escaped = True
                i = back + 2
                continue
            i = n if at < 0 else at
            break
        close = min(i, n)
        if close >= n:
            self.broken = True
        after = min(close + 1, n)
        self.depth += 1
        if escaped:
            inner = (_BT_ESCAPE_DQ if quoted else _BT_ESCAPE).sub(r"\1", text[start + 1 : close])
            sub = Parser(inner, True, self.depth, self._spare)
            body = sub.script()
            self.broken = self.broken or sub.broken
            self.stop = self.stop or sub.stop
            parts.append(Sub(body, start, after, quoted, inner))
        else:
            self.pos, self.n = start + 1, close
            pending, self._pending = self._pending, []
            items: list[tuple[Node, bool]] = []
            while True:
                items.extend(self.listing(_NONE).items)
                if self.pos >= close:
                    break
                self.broken = True
                self.pos += 1
            self._pending = pending
            self.n = n
            body = Listing(items, start + 1, close)
            parts.append(Sub(body, start, after, quoted, text if self.foreign else None))
        self.depth -= 1
        self.pos = after

    def _arithmetic(self, start: int, close: str) -> WordNode | None:
        """Return the expression up to ``close``, leaving the place before it; None where there is none."""
        text, n = self.text, self.n
        self.pos = start
        parts: list[Piece] = []
        depth = 0
        self._tries -= 1
        if self._tries < 0 and close == "))":
            return None
        opener, closer = ("[", "]") if close == "]" else ("(", ")")
        if self.depth > _DEEPEST:
            return None
        self.depth += 1
        try:
            while self.pos < n:
                m = _ARITH.match(text, self.pos, n) if close != "]" else _BRACKET.match(text, self.pos, n)
                if m is not None:
                    parts.append(Lit(m.group(), True))
                    self.pos = m.end()
                    continue
                c = text[self.pos]
                if c == opener:
                    depth += 1
                    parts.append(Lit(c, True))
                    self.pos += 1
                elif c == closer:
                    if not depth:
                        return self._made(parts, start, self.pos) if text.startswith(close, self.pos) else None
                    depth -= 1
                    parts.append(Lit(c, True))
                    self.pos += 1
                elif c == "'":
                    parts.append(Lit(c, True))
                    self.pos += 1
                elif c == '"':
                    self.pos += 1
                elif c in "\\$`":
                    self._inside(parts, c, '"')
                else:
                    parts.append(Lit(c, True))
                    self.pos += 1
            return None
        finally:
            self.depth -= 1

    def _param(self, parts: list[Piece], quoted: bool) -> None:
        """Read ``${…}``."""
        text, start, n = self.text, self.pos, self.n
        pos = start + 2
        length = indirect = False
        if self.depth > _DEEPEST:
            self.stop = "it is nested deeper than is read"
            self.pos = n
            parts.append(_unknown(text[start:n], start, quoted))
            return
        if text.startswith("#", pos) and not text.startswith("#}", pos):
            m = _PARAM.match(text, pos + 1, n)
            if m is not None and m.end() < n and text[m.end()] in "}[":
                length = True
                pos += 1
        if not length and text.startswith("!", pos) and pos + 1 < n and text[pos + 1] not in "}:-=?+":
            indirect = True
            pos += 1
        m = _PARAM.match(text, pos, n)
        if m is None:
            self._skip_braces(parts, start, quoted)
            return
        node = Param(m.group(1), start, start, quoted, length=length, indirect=indirect, braced=True)
        self.pos = m.end()
        self.depth += 1
        try:
            if text.startswith("[", self.pos) and (node.name[0].isalpha() or node.name[0] == "_"):
                self.pos += 1
                node.index = self._until("]", quoted=False)
                if not text.startswith("]", self.pos):
                    self._skip_braces(parts, start, quoted)
                    return
                self.pos += 1
            if indirect and self.pos < n and text[self.pos] in "*@" and text.startswith("}", self.pos + 1):
                node.op = "prefix" + text[self.pos]
                self.pos += 1
            elif not text.startswith("}", self.pos):
                m = _OP.match(text, self.pos, n)
                if m is None or length:
                    self._skip_braces(parts, start, quoted)
                    return
                op = node.op = m.group()
                self.pos = m.end()
                if op[0] == "/":
                    if op == "//" and text.startswith("/", self.pos):
                        # a pattern may begin with a slash
                        lead: list[Piece] = [Lit("/", False)]
                        self.pos += 1
                    else:
                        lead = []
                    node.arg = self._until("/}", quoted=quoted, pattern=True)
                    if lead:
                        node.arg = self._made([*lead, *node.arg.parts], node.arg.start - 1, node.arg.end)
                    if text.startswith("/", self.pos):
                        self.pos += 1
                        node.arg2 = self._until("}", quoted=quoted, pattern=True)
                elif op == ":":
                    node.arg = self._until(":}", quoted=quoted, arithmetic=True)
                    if text.startswith(":", self.pos):
                        self.pos += 1
                        node.arg2 = self._until("}", quoted=quoted, arithmetic=True)
                elif op[0] != "@":
                    node.arg = self._until("}", quoted=quoted, pattern=op[0] in "#%^,~")
            if not text.startswith("}", self.pos):
                self._skip_braces(parts, start, quoted)
                return
            self.pos += 1
            node.end = self.pos
            parts.append(node)
        finally:
            self.depth -= 1

    def _skip_braces(self, parts: list[Piece], start: int, quoted: bool) -> None:
        """Take a ``${…}`` that is not understood for what it is: unknown."""
        end = self.text.find("}", start, self.n)
        if end < 0:
            self.broken = True
            end = self.n - 1
        self.pos = end + 1
        parts.append(_unknown(self.text[start : end + 1], start, quoted))

    def _until(self, stops: str, *, quoted: bool, pattern: bool = False, arithmetic: bool = False) -> WordNode:
        """Return the word up to one of some characters at its own level, inside ``${…}`` or ``[…]``."""
        text, start, n = self.text, self.pos, self.n
        parts: list[Piece] = []
        depth = 0
        while self.pos < n:
            c = text[self.pos]
            if c in stops and not depth:
                break
            m = _UNTIL.match(text, self.pos, n)
            if m is not None:
                parts.append(Lit(m.group(), quoted and not pattern, ""))
                self.pos = m.end()
            elif c == "\\":
                follows = text[self.pos + 1] if self.pos + 1 < n else ""
                if follows == "\n":
                    self.pos += 2
                elif quoted and not pattern and follows not in '$`"\\}':
                    parts.append(Lit("\\", True))
                    self.pos += 1
                else:
                    parts.append(Lit(follows or "\\", True, "\\"))
                    self.pos = min(self.pos + 2, n)
            elif c == '"':
                self._double(parts)
            elif c == "'":
                if quoted and not pattern:
                    parts.append(Lit("'", True))
                    self.pos += 1
                else:
                    self._piece(parts)
            elif c == "$":
                self._dollar(parts, quoted and not pattern)
            elif c == "`":
                self._backtick(parts, quoted)
            else:
                if arithmetic:
                    depth += (c in "([") - (c in ")]")
                elif c == "[" and stops == "]":
                    depth += 1
                elif c == "]" and stops == "]":
                    depth -= 1
                parts.append(Lit(c, quoted and not pattern))
                self.pos += 1
        word = self._made(parts, start, self.pos)
        word.quoted = any(isinstance(p, Lit) and p.quoted for p in parts)
        return word

    # -- small things

    def _blank(self) -> None:
        pos = self.pos
        if pos < self.n and self.text[pos] in " \t\r\v\f\\":
            self.pos = _BLANK.match(self.text, pos, self.n).end()  # type: ignore[union-attr]
            pos = self.pos
        if pos < self.n and self.text[pos] == "#" and (pos == 0 or self.text[pos - 1] in " \t\r\n;|&()"):
            self._comment()

    def _comment(self) -> None:
        end = self.text.find("\n", self.pos, self.n)
        end = self.n if end < 0 else end
        if not self.foreign:
            self.marks.append((TokenKind.COMMENT, self.pos, end, "#"))
        self.pos = end

    def _newlines(self) -> None:
        """Skip blanks, comments and line ends, reading the here-documents that begin there."""
        text = self.text
        while self.pos < self.n:
            c = text[self.pos]
            if c == "\n":
                self.pos += 1
                if self._pending:
                    self._bodies()
            elif c in " \t\r\v\f\\":
                m = _LINES.match(text, self.pos, self.n)
                if m is None or m.end() == self.pos:
                    return
                self.pos = m.end()
            elif c == "#" and (self.pos == 0 or text[self.pos - 1] in " \t\r\n;|&()`"):
                self._comment()
            else:
                return

    def _reserved(self) -> str | None:
        if self.pos >= self.n:
            return None
        m = _RESERVED.match(self.text, self.pos, self.n)
        return m.group() if m is not None else None

    def _mark(self, kind: TokenKind, start: int, end: int, meaning: str) -> None:
        if not self.foreign:
            self.marks.append((kind, start, end, meaning))


_BRACKET = re.compile(r"[^][$`\"'\\]+")
_UNTIL = re.compile(r"[^\\'\"$`}/:\[\]()]+")


def _unknown(text: str, start: int, quoted: bool = False) -> Param:
    """Return a piece that stays as it is written."""
    return Param("", start, start + len(text), quoted, op="raw")


def _unquoted(word: WordNode, text: str) -> None:
    if "*" in text or "?" in text or "[" in text:
        word.glob = True
    if text[:1] == "~":
        word.tilde = True


def _escaped(raw: str) -> bool:
    r"""Return whether ``$'…'`` spells letters out as numbers."""
    return re.search(r"\\(?:x[0-9a-fA-F]|[0-7]{2}|u[0-9a-fA-F]|U[0-9a-fA-F])", raw) is not None


def _how(parts: list[Piece], raw: str) -> str:
    """Return how quoting hides a word: quotes inside a word that need not be there."""
    last = len(parts) - 1
    escapes = 0
    for one in parts:
        if isinstance(one, Lit) and one.how in "'\"" and one.how and " " in one.text:
            # what has to be quoted
            return "" if "\\x" not in raw else "ansi-c" if "$'" in raw and _escaped(raw) else ""
    for i, part in enumerate(parts):
        if not isinstance(part, Lit) or not part.quoted:
            continue
        if part.how == "$'" and _escaped(raw):
            return "ansi-c"
        if part.how == "\\":
            if not part.text.isalnum():
                continue
            escapes += part.text not in "ntrdwsbWDSB0123456789"
            if i and escapes > 1:
                return "backslash"
            before = parts[i - 1]
            if i and "".join([p.text for p in parts if isinstance(p, Lit)]) in KNOWN_PATHS:
                return "backslash"
            if i and escapes and isinstance(before, Lit) and not before.quoted and before.text[-1:].isalpha():
                return "backslash"
            continue
        if _SAFE.fullmatch(part.text) is None:
            continue
        ahead, after = (parts[i - 1] if i else None), (parts[i + 1] if i < last else None)
        if (
            isinstance(after, Lit)
            and _ADJACENT.match(after.text[:1])
            and (i == 0 or (isinstance(ahead, Lit) and ahead.text[-1:].isalnum()))
        ):
            return "quote-splitting"
        if isinstance(ahead, Lit) and ahead.text[-1:].isalnum() and _OPTION.fullmatch(ahead.text) is None:
            return "quote-splitting"
    return ""
