"""How people spoil their own questions: lower case, no punctuation, slips, fillers. Values in gaps have no slips."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """What one set's writers do."""

    before: Sequence[str]
    after: Sequence[str]
    contractions: Sequence[tuple[str, str]]
    typos: Sequence[str]
    """Which kinds of slip: ``swap``, ``drop``, ``double``, ``near``."""
    frames: Mapping[str, Sequence[str]]
    """What may stand before a phrasing of a family."""
    ends: Sequence[str]
    """What may stand at its end in place of its own mark."""


_ASKED = (
    "tell me, ", "do you know ", "any idea ", "I'd like to know ", "I need to know ", "help me understand ", "could you say ",
    "I'm trying to see ", "my question is ", "let's see, ", "for the record, ", "next question: ", "first of all, ",
    "to be sure: ", "before I forget, ", "honest question, ", "I have to tell the team ", "need this for the ticket: ",
    "while you're at it, ", "any chance you know ", "one thing: ", "not sure about this: ", "out of curiosity, ",
    "it'd help to know ", "remind me, ", "no rush, but ", "I forgot, ", "they keep bugging me about this: ", "simple one, ",
    "can somebody explain to me ", "I can't tell ", "we need to establish ", "so here's the thing: ", "let me ask, ",
)  # fmt: skip
_ORDERED = (
    "I need you to ", "would you ", "go ahead and ", "I want you to ", "could someone ", "try to ", "let's ", "time to ",
    "your task: ", "do me a favour and ", "next, ", "you should ", "it's time to ", "first ", "if possible, ", "at once ",
)  # fmt: skip
_NAMED = (
    "I need ", "looking for ", "give me ", "show ", "need: ", "requesting ", "I'd love to see ", "can I have ", "want: ",
    "where do I find ", "hand over ", "on my list: ", "topic: ", "missing: ", "re ", "for the notes: ", "may I see ",
)  # fmt: skip
TRAINING = Habits(
    frames={"q": _ASKED, "m": _ASKED, "n": _ASKED, "i": _ORDERED, "t": _NAMED, "j": _NAMED},
    ends=(".", "...", "!", " ?", ".", "??", ".", ";"),
    before=("hey, ", "hi, ", "please ", "pls ", "quick one: ", "ok, ", "so, ", "hello, ", "question: ", "morning, ", "sorry, ",
            "well, ", "um, ", "can you tell me: ", "just checking: ", "now ", "right, ", "hey vedette, ", "alright, "),
    after=(" please", " pls", " thanks", " thx", ", thank you", " asap", " if you can", " for me", " again", " quickly"),
    contractions=(("what is", "what's"), ("who is", "who's"), ("do not", "don't"), ("did not", "didn't"), ("please", "pls"),
                  ("are you", "r u"), ("you", "u"), ("accounts", "accts"), ("how is", "how's"), ("where is", "where's")),
    typos=("swap", "drop", "double"),
)  # fmt: skip
HELD_OUT = Habits(
    frames={},
    ends=(),
    before=("yo, ", "good day, ", "small request: ", "hmm, ", "listen, ", "one more: ", "btw ", "team, ", "kindly, ", "urgent: "),
    after=(" tnx", " when you get a chance", " cheers", ", much appreciated", " right away", " ta", " would be great"),
    contractions=(("what is", "whats"), ("that is", "that's"), ("I am", "I'm"), ("cannot", "can't"), ("we have", "we've")),
    typos=("near", "drop"),
)  # fmt: skip

_NEAR = {
    "a": "s", "s": "d", "d": "f", "e": "r", "r": "t", "t": "y", "i": "o", "o": "p", "n": "m", "m": "n", "h": "j", "c": "v",
    "l": "k", "u": "i", "w": "e", "g": "h", "p": "o",
}  # fmt: skip


def spoil(pieces: list[tuple[str, bool]], rng: random.Random, habits: Habits, family: str) -> list[tuple[str, bool]]:
    """Return a phrasing's pieces (text, whether it is a gap's value) as a person may have typed them.

    Lower case takes the values along: what was written is what is copied.
    """
    out = list(pieces)
    if family in habits.frames and rng.random() < 0.35:
        out = [(rng.choice(habits.frames[family]), False), *out]
    if habits.ends and rng.random() < 0.25:
        text, value = out[-1]
        out[-1] = (text if value else text.rstrip("?.!"), value)
        out.append((rng.choice(habits.ends), False))
    if rng.random() < 0.2:
        old, new = rng.choice(list(habits.contractions))
        out = [(t, v) if v else (re.sub(rf"\b{old}\b", new, t), v) for t, v in out]
    if rng.random() < 0.12:
        out = [(rng.choice(list(habits.before)), False), *out]
    if rng.random() < 0.08:
        text, value = out[-1]
        end = "" if value else text[len(text.rstrip("?.!")) :]
        bare = text if value else text.rstrip("?.!")
        out[-1] = (bare, value)
        out.append((rng.choice(list(habits.after)) + end, False))
    if rng.random() < 0.18:
        for _ in range(rng.choice((1, 1, 2))):
            out = _slip(out, rng, habits)
    if rng.random() < 0.3:
        out = [(t, v) if v else (re.sub(r"[?.!]+$|,(?= )", "", t), v) for t, v in out]
    if rng.random() < 0.3:
        out = [(t.lower(), v) for t, v in out]
    elif rng.random() < 0.45 and out and not out[0][1]:
        out[0] = (out[0][0][:1].upper() + out[0][0][1:], False)
    return out


def _slip(pieces: list[tuple[str, bool]], rng: random.Random, habits: Habits) -> list[tuple[str, bool]]:
    places = [
        (i, m.start(), m.end())
        for i, (text, value) in enumerate(pieces)
        if not value
        for m in re.finditer(r"[a-zA-Z]{5,}", text)
    ]
    if not places:
        return pieces
    i, start, end = rng.choice(places)
    text = pieces[i][0]
    at = rng.randrange(start + 1, end - 1)
    kind = rng.choice(list(habits.typos))
    if kind == "swap":
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    elif kind == "drop":
        text = text[:at] + text[at + 1 :]
    elif kind == "double":
        text = text[:at] + text[at] + text[at:]
    else:
        text = text[:at] + _NEAR.get(text[at], text[at]) + text[at + 1 :]
    return [*pieces[:i], (text, False), *pieces[i + 1 :]]
