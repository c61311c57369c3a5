"""Expansion of words: parameters, substitutions, splitting, patterns; nothing is run."""

from __future__ import annotations

import re

from vedette.commands.sh import paths, patterns
from vedette.commands.sh.escapes import to_text
from vedette.commands.sh.parameters import ARGUMENT, Parameters
from vedette.commands.sh.syntax import Arith, Lit, Param, Pipeline, Proc, Simple, Sub, WordNode
from vedette.commands.sh.values import Field, Result, quoted, split

_GLOB = re.compile(r"[*?\[]")
_MIDDLE_STAR = re.compile(r"[^/*?\[]\*[^/*?\[]")
_WEAK = frozenset(
    {"variable", "brace-expansion", "arithmetic", "default-value", "filter", "sort", "index-pick", "array", ""}
)
_ORDINARY = frozenset({"basename", "dirname", "seq", "expr", "sleep", "wc", "bc", "cat", "tee"})


_Bit = tuple[str, bool, bool, str]
"""A piece of a word: text, whether it is quoted, whether it is known, the unset variable that it is."""


class Expander(Parameters):
    """Expands words."""

    def field(self, word: WordNode) -> Field:
        """Return a word expanded to one field, without splitting: an assignment's value, a redirection's target."""
        if word.lit is not None:
            return Field(word.lit, True, (word.how,) if word.how else (), bool(word.how))
        save = self.source
        if word.source is not None:
            self.source = word.source
        try:
            out: list[str] = []
            known = True
            methods: dict[str, None] = {word.how: None} if word.how else {}
            strong = bool(word.how)
            results = []
            for part in word.parts:
                if isinstance(part, Lit):
                    out.append(part.text)
                    continue
                result = self.piece(part)
                results.append(result)
                if result.unset and result.unset in self.empty:
                    continue
                out.append(result.text)
                known = known and result.known
                for method in result.methods:
                    methods[method] = None
            strong = strong or _is_strong(word, methods)
            self._consume(results, len(out) > 1)
            text = "".join(out)
            self.charge(len(text))
            return Field(text, known, tuple(methods), strong)
        finally:
            self.source = save

    def _consume(self, results: list[Result], joined: bool) -> None:
        for result in results:
            if result.origin >= 0 and joined:
                self.consumed.add(result.origin)
            elif result.origin == ARGUMENT and joined:
                self.spend_arguments()

    def fields(self, word: WordNode, name: bool = False) -> list[Field]:
        """Return the fields that a word becomes.

        Args:
            word: the word.
            name: whether it stands where the command's name stands.
        """
        if word.alternatives is not None:
            made: list[Field] = []
            for one in word.alternatives:
                made.extend(self.fields(one, name and not made))
            hides = name or len(made) != len(word.alternatives)
            for one_field in made:
                one_field.methods = tuple(dict.fromkeys(("brace-expansion", *one_field.methods)))
                one_field.strong = one_field.strong or hides
            return made
        if word.lit is not None and not word.glob:
            return [Field(word.lit, True, (word.how,) if word.how else (), bool(word.how))]
        save = self.source
        if word.source is not None:
            self.source = word.source
        try:
            return self._fields(word, name)
        finally:
            self.source = save

    def _fields(self, word: WordNode, name: bool) -> list[Field]:
        self.budget.step(1 + len(word.parts) // 4)
        done: list[list[_Bit]] = []
        now: list[_Bit] = []
        started = False
        methods: dict[str, None] = {word.how: None} if word.how else {}
        results: list[Result] = []
        after_ifs = False
        for part in word.parts:
            if isinstance(part, Lit):
                now.append((part.text, part.quoted, True, ""))
                started = True
                after_ifs = False
                continue
            result = self.piece(part)
            results.append(result)
            for method in result.methods:
                methods[method] = None
            if result.unset and (result.unset in self.empty or (after_ifs and result.unset.isdigit())):
                if len(word.parts) > 1:
                    methods["empty-variable"] = None
                continue
            after_ifs = isinstance(part, Param) and part.name == "IFS"
            if result.many is not None:
                # every element is a field of its own; first and last join what stands beside them
                for i, item in enumerate(result.many):
                    if i:
                        if now or started:
                            done.append(now)
                        now, started = [], False
                    if part.quoted:
                        now.append((item, True, result.known, ""))
                        started = True
                    elif not result.known:
                        now.append((item, True, False, ""))
                        started = True
                    elif item:
                        now, started = self._spread(item, done, now, started)
                if result.many:
                    started = started or part.quoted
                continue
            if part.quoted or not result.known or result.solid:
                now.append((result.text, True, result.known, result.unset))
                started = True
                continue
            if not result.text:
                continue
            before = len(done)
            now, started = self._spread(result.text, done, now, started)
            if len(done) > before and (after_ifs or self.ifs().strip()):
                methods["ifs"] = None
                if result.origin >= 0:
                    self.consumed.add(result.origin)
        if started or now:
            done.append(now)
        self._consume(results, len(word.parts) > 1)
        fields: list[Field] = []
        strong = bool(word.how) or _is_strong(word, methods)
        for pieces_of in done:
            made = self._join(pieces_of, name and not fields, tuple(methods))
            if made is not None:
                made.strong = made.strong or strong
                fields.append(made)
        if (
            not fields
            and any(part.quoted for part in word.parts)
            and not any(r.many is not None or r.unset == "@" for r in results)
        ):
            fields.append(Field("", True, tuple(methods)))
        return fields

    def _spread(
        self,
        text: str,
        done: list[list[_Bit]],
        now: list[_Bit],
        started: bool,
    ) -> tuple[list[_Bit], bool]:
        """Split unquoted text into fields; return the last, which is still open, and whether it has begun."""
        ifs = self.ifs()
        pieces = split(text, ifs)
        # a separator that is no blank ends a field even if that is empty
        solid = not pieces[0] and text.lstrip(" \t\n")[:1] in ifs and text.lstrip(" \t\n") != ""
        for i, piece in enumerate(pieces):
            if i:
                if now or started or i > 1 or solid:
                    done.append(now)
                now, started = [], False
            if piece:
                now.append((piece, False, True, ""))
                started = True
        return now, started

    def _join(self, pieces: list[_Bit], name: bool, methods: tuple[str, ...]) -> Field | None:
        known = True
        unset: list[str] = []
        glob = False
        for text, is_quoted, is_known, missing in pieces:
            if not is_known:
                if missing:
                    unset.append(missing)
                else:
                    known = False
            if not is_quoted and not glob and _GLOB.search(text):
                glob = True
        text = "".join([p[0] for p in pieces])
        self.charge(len(text))
        if unset:
            if known:
                bare = "".join([p[0] for p in pieces if not p[3]])
                if not bare and self.empties and all([n in "@*" for n in unset]):
                    return None
                if self._may_be_empty(bare, pieces, unset, name):
                    self.empty.update(unset)
                    return Field(bare, True, (*methods, "empty-variable"), True) if bare else None
            known = False
        if glob and known:
            return self._globbed(pieces, text, name, methods)
        return Field(text, known, methods)

    def _may_be_empty(self, bare: str, pieces: list[_Bit], unset: list[str], name: bool) -> bool:
        """Return whether a word makes sense only if its unset variables are empty."""
        if not bare:
            return False
        if name and paths.is_command(bare):
            return True
        if bare in paths.KNOWN_PATHS and bare != "/":
            return True
        if self.state.arguments:
            return False
        if self.empties or any(len(bare) > 3 and unset.count(n) > 1 for n in unset):
            return True
        for i, piece in enumerate(pieces):
            if not piece[3]:
                continue
            # ``w$@hoami``: all arguments in the middle of letters
            before = pieces[i - 1][0][-1:] if i and not pieces[i - 1][3] else ""
            after = pieces[i + 1][0][:1] if i + 1 < len(pieces) and not pieces[i + 1][3] else ""
            if piece[3] not in "@*" or not (before.isalnum() and after.isalnum()):
                return False
        return True

    def _globbed(self, pieces: list[_Bit], text: str, name: bool, methods: tuple[str, ...]) -> Field:
        if not text.startswith(("/", "~", ".")) and not name:
            return Field(text, True, methods, pattern=True)
        pattern = "".join([patterns.escape(p[0]) if p[1] else p[0] for p in pieces])
        hides = "?" in text or "[" in text or _MIDDLE_STAR.search(text) is not None or text.count("*") > 1
        if text.startswith("/"):
            found = paths.found(pattern)
            if found and len(found) == 1 and (hides or name):
                self.budget.step(20)
                return Field(found[0], True, (*methods, "glob"), True)
            if found and len(found) > 1 and hides:
                return Field(text, False, methods)
        return Field(text, True, methods, pattern=True)

    def piece(self, part: Param | Sub | Arith | Proc) -> Result:
        """Return what a piece expands to."""
        if isinstance(part, Param):
            return self.param(part)
        if isinstance(part, Sub):
            sink = self.substitute(part)
            if not sink.known:
                return Result(self.raw(part), False)
            text = to_text(sink.value()).rstrip("\n")
            if not part.body.items:
                return Result("", True, ("empty-variable",))
            if "\0" in text:
                text = text.replace("\0", "")
            methods = sink.methods
            if text and not _is_ordinary(part):
                methods = tuple(dict.fromkeys((*methods, "command-substitution")))
            if not sink.exact:
                return Result(text, False, methods)
            return Result(text, True, methods)
        if isinstance(part, Arith):
            value = self.arithmetic(part.expression)
            if value is None:
                return Result(self.raw(part), False)
            return Result(str(value), True, ("arithmetic",))
        return self.process(part)


def _is_ordinary(part: Sub) -> bool:
    """Return whether scripts ordinarily substitute what such a command writes."""
    items = part.body.items
    if len(items) != 1:
        return False
    node = items[0][0]
    if isinstance(node, Pipeline):
        node = node.commands[-1]
    return isinstance(node, Simple) and bool(node.words) and node.words[0].lit in _ORDINARY


def _is_strong(word: WordNode, methods: dict[str, None]) -> bool:
    """Return whether what a word expands hides what it says, and is not how scripts are ordinarily written."""
    for method in methods:
        if method not in _WEAK:
            return True
    if "variable" not in methods:
        return False
    # ``$a$b``, ``w${a}et``: a word out of variables, end to end or in the middle of letters
    parts = word.parts
    for i, part in enumerate(parts):
        if i and isinstance(part, Param):
            before, after = parts[i - 1], parts[i + 1] if i + 1 < len(parts) else None
            if isinstance(before, Param):
                return True
            if (
                isinstance(before, Lit)
                and isinstance(after, Lit)
                and before.text[-1:].isalpha()
                and after.text[:1].isalpha()
            ):
                return True
    return False


__all__ = ["Expander", "Field", "Result", "quoted", "split"]
