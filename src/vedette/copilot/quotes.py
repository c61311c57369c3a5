"""What stands in quotes in a question: data to look for, whose words choose no tool and mean no kind of activity."""

from __future__ import annotations

import re2

QUOTED = re2.compile("[\"“‘`]([^\"”“’`]+)[\"”’`]|(?:^|\\s)'([^']+)'")
STAND_IN = "QUOTED"
"""What stands for it where a question's own words are looked at."""
_MARKS = " \t\r\n\"'“”‘’`.,;:?!"


def spoken(question: str) -> str:
    """Return a question's own words: what it quotes is a stand-in; a message that is all in quotes is itself."""
    if QUOTED.fullmatch(question.strip(_MARKS[:4])):
        return question
    return str(QUOTED.sub(lambda m: f"{' ' if m[0][:1].isspace() else ''}{STAND_IN}", question))


def blanked(question: str, spans: list[tuple[int, int]]) -> str:
    """Return a question of the same length with blanks in the place of some of it."""
    text = list(question)
    for start, end in spans:
        text[start:end] = " " * (end - start)
    return "".join(text)
