"""Options of Unix programs read the way ``getopt_long`` reads them, for those who look for the command behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.commands.base import Call, Nested, Word
from vedette.schema.command import Language


@dataclass(slots=True)
class Given:
    """An option as it was given."""

    name: str
    """``-c`` or ``--command``."""
    value: Word | None
    index: int
    """Of the word that holds the value, or the option itself."""


@dataclass(slots=True)
class Options:
    """The options of a call, and where its operands are."""

    given: list[Given] = field(default_factory=list)
    operands: list[int] = field(default_factory=list)
    """Indexes of words; from the first on, where options end at the first operand."""

    def value(self, *names: str) -> Word | None:
        """Return the value of the first of these options that is given with one."""
        for option in self.given:
            if option.name in names and option.value is not None:
                return option.value
        return None

    def values(self, *names: str) -> list[Word]:
        """Return the values of these options."""
        return [o.value for o in self.given if o.name in names and o.value is not None]

    def has(self, *names: str) -> bool:
        """Return whether one of these is given."""
        return any(o.name in names for o in self.given)

    @property
    def first(self) -> int | None:
        """The index of the first operand."""
        return self.operands[0] if self.operands else None


def options(
    call: Call,
    short: str = "",
    long: tuple[str, ...] = (),
    *,
    first: int = 0,
    mixed: bool = False,
    single: bool = False,
    glued: str = "",
) -> Options:
    """Return the options of a call.

    Args:
        call: the call.
        short: letters that take a value.
        long: long options that take one as a word of their own.
        first: where to begin.
        mixed: whether options may stand behind operands.
        single: whether long options have one dash only, and letters do not bundle.
        glued: letters whose value, if any, is glued to them.
    """
    out = Options()
    words = call.args
    at = first
    while at < len(words):
        text = words[at].text
        if text == "--":
            out.operands.extend(range(at + 1, len(words)))
            break
        if len(text) < 2 or text[0] != "-" or (text[1].isdigit() and not short):
            out.operands.append(at)
            at += 1
            if not mixed:
                out.operands.extend(range(at, len(words)))
                break
            continue
        if text.startswith("--") or single:
            at = _long(call, at, long, out)
        else:
            at = _bundle(call, at, short, glued, out)
    return out


def _long(call: Call, at: int, takes: tuple[str, ...], out: Options) -> int:
    word = call.args[at]
    name, equals, value = word.text.partition("=")
    if equals:
        offset = min(word.start + len(name) + 1, word.end)
        out.given.append(Given(name, Word(value, offset, word.end, word.known, word.methods), at))
        return at + 1
    if name in takes:
        following = call.args[at + 1] if at + 1 < len(call.args) else None
        out.given.append(Given(name, following, at + 1))
        return at + 2
    out.given.append(Given(name, None, at))
    return at + 1


def _bundle(call: Call, at: int, takes: str, glued: str, out: Options) -> int:
    word = call.args[at]
    for number, letter in enumerate(word.text[1:], 1):
        if letter in glued:
            out.given.append(Given(f"-{letter}", None, at))
            return at + 1
        if letter in takes:
            rest = word.text[number + 1 :]
            if rest:
                out.given.append(Given(f"-{letter}", Word(rest, word.start, word.end, word.known, word.methods), at))
                return at + 1
            following = call.args[at + 1] if at + 1 < len(call.args) else None
            out.given.append(Given(f"-{letter}", following, at + 1))
            return at + 2
        out.given.append(Given(f"-{letter}", None, at))
    return at + 1


def code(
    language: Language,
    word: Word | str,
    *,
    methods: tuple[str, ...] = (),
    arguments: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    stdin: bytes | None = None,
) -> list[Nested]:
    """Return a word as the code that an interpreter is handed; nothing where it is empty."""
    text = word if isinstance(word, str) else word.text
    if not text.strip():
        return []
    placed = isinstance(word, Word) and word.end > word.start
    return [
        Nested(
            language=language,
            text=text,
            methods=methods or (word.methods if isinstance(word, Word) else ()),
            start=word.start if placed and isinstance(word, Word) else None,
            end=word.end if placed and isinstance(word, Word) else None,
            arguments=arguments,
            environment=environment,
            stdin=stdin,
        )
    ]
