"""General skills that training on a narrow field may cost: 200 small questions with computed answers.

Arithmetic, spelling, ordering, reading and instructions, 40 of each, made from a seed. They are easy on purpose: the
question is not how clever a model is, but whether it got worse. Each has four candidates, so that a model too small to
answer in words can still be asked which one it holds likeliest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from vedette.forge.evaluate.tasks.base import Bank, Kind, Question

N_EACH = 40
_WORDS = (
    "apple bridge candle dragon engine forest garden hammer island jacket kitten ladder market needle orange pencil "
    "rabbit silver temple umbrella valley window yellow anchor basket copper desert falcon guitar helmet"
).split()
_NAMES = "Anna Boris Clara David Elena Felix Greta Hugo Irene Jonas Karla Leo".split()
_THINGS = "books cups keys lamps pens plates shirts stamps".split()
_PLACES = "kitchen garden library station office museum harbour school".split()
_COLOURS = "red blue green black white brown".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

Made = tuple[str, str, list[str]]
"""Question, answer, three wrong candidates."""


def _arithmetic(draw: Random) -> Made:
    a, b = draw.randint(2, 20), draw.randint(2, 20)
    kind = draw.randrange(3)
    if kind == 0:
        ask, answer = f"What is {a} + {b}?", a + b
    elif kind == 1:
        a, b = max(a, b) + 1, min(a, b)
        ask, answer = f"What is {a} - {b}?", a - b
    else:
        a, b = a % 9 + 2, b % 9 + 2
        ask, answer = f"What is {a} times {b}?", a * b
    near = [answer + d for d in (1, -1, 2, -2, 10, 3) if answer + d >= 0]
    return f"{ask} Answer with the number only.", str(answer), [str(v) for v in draw.sample(near, 3)]


def _spelling(draw: Random) -> Made:
    word = draw.choice(_WORDS)
    if draw.random() < 0.5:
        place = draw.randrange(2)
        answer = word[0] if place == 0 else word[-1]
        letters = [c for c in "abcdefghijklmnoprstuvw" if c != answer]
        ask = f"What is the {'first' if place == 0 else 'last'} letter of the word {word!r}?"
        return f"{ask} Answer with one letter only.", answer, draw.sample(letters, 3)
    k = draw.randrange(1, len(word) - 2)
    wrong = {word[:k] + word[k + 1] + word[k] + word[k + 2 :], word[:k] + word[k + 1 :], word[:k] + word[k] + word[k:]}
    spare = [word + word[-1], word[:-1], "x" + word]
    others = [w for w in [*sorted(wrong), *spare] if w != word][:3]
    shown = word[:k] + "_" + word[k + 1 :]
    return f"Fill in the missing letter: {shown}. Answer with the whole word only.", word, others


def _ordering(draw: Random) -> Made:
    if draw.random() < 0.5:
        numbers = draw.sample(range(1, 100), 4)
        most = draw.random() < 0.5
        answer = max(numbers) if most else min(numbers)
        ask = f"Which of these numbers is the {'largest' if most else 'smallest'}: {', '.join(map(str, numbers))}?"
        return f"{ask} Answer with the number only.", str(answer), [str(v) for v in numbers if v != answer]
    k = draw.randrange(7)
    after = draw.random() < 0.5
    answer_day = _DAYS[(k + (1 if after else -1)) % 7]
    others = [day for day in _DAYS if day not in (answer_day, _DAYS[k])]
    ask = f"Which day comes right {'after' if after else 'before'} {_DAYS[k]}?"
    return f"{ask} Answer with the day only.", answer_day, draw.sample(others, 3)


def _reading(draw: Random) -> Made:
    who, place, colour, things = (
        draw.sample(_NAMES, 3),
        draw.sample(_PLACES, 4),
        draw.sample(_COLOURS, 4),
        draw.choice(_THINGS),
    )
    n = draw.sample(range(2, 13), 4)
    text = (
        f"{who[0]} found {n[0]} {colour[0]} {things} in the {place[0]} and took them to the {place[1]}. "
        f"{who[1]} had only {n[1]} {things}, and {who[2]} had none."
    )
    asks: list[Made] = [
        (f"Where did {who[0]} find the {things}?", place[0], place[1:4]),
        (f"Who had no {things}?", who[2], [*who[:2], next(x for x in _NAMES if x not in who)]),
        (f"How many {things} did {who[0]} find?", str(n[0]), [str(v) for v in n[1:]]),
        (f"What colour were the {things} that {who[0]} found?", colour[0], colour[1:]),
    ]
    ask, answer, others = draw.choice(asks)
    return f"{text}\n\n{ask} Answer with one word or number only.", answer, others


def _instructions(draw: Random) -> Made:
    word, *others = draw.sample(_WORDS, 4)
    kind = draw.randrange(4)
    if kind == 0:
        return f"Repeat this word and write nothing else: {word}", word, others
    if kind == 1:
        return (
            f"Write this word in capital letters and write nothing else: {word}",
            word.upper(),
            [word, word.capitalize(), others[0].upper()],
        )
    if kind == 2:
        three = [word, *others[:2]]
        k = draw.randrange(3)
        name = ("first", "second", "third")[k]
        return (
            f"Here are three words: {', '.join(three)}. Write the {name} one and nothing else.",
            three[k],
            [w for w in [*three, others[2]] if w != three[k]],
        )
    yes = draw.random() < 0.5
    answer = "yes" if yes else "no"
    listed = ", ".join([word, *others[:2]] if yes else others)
    return (
        f"Answer with yes or no only: is the word {word!r} in this list: {listed}?",
        answer,
        ["no" if yes else "yes", "maybe", word],
    )


_SKILLS: dict[str, Callable[[Random], Made]] = {
    "arithmetic": _arithmetic,
    "spelling": _spelling,
    "ordering": _ordering,
    "reading": _reading,
    "instructions": _instructions,
}


def make_skills(seed: int) -> list[Question]:
    """Return the questions of a seed: the same seed gives the same ones, and no question comes twice."""
    found = []
    for skill, make in _SKILLS.items():
        draw = Random(f"skills-{skill}-{seed}")  # noqa: S311  (questions, not secrets)
        seen: set[str] = set()
        while len(seen) < N_EACH:
            prompt, answer, others = make(draw)
            if prompt in seen:
                continue
            seen.add(prompt)
            candidates = [answer, *others]
            draw.shuffle(candidates)
            found.append(
                Question(
                    question_id=f"{skill}-{len(seen)}",
                    kind=Kind.SHORT,
                    prompt=prompt,
                    target=(answer,),
                    options={chr(65 + k): text for k, text in enumerate(candidates)},
                    part=skill,
                )
            )
    return found


def _load(path: Path | None, seed: int) -> list[Question]:
    return make_skills(seed)


SKILLS = Bank(
    name="skills",
    about="general skills: arithmetic, spelling, ordering, reading, instructions",
    metric="accuracy",
    load=_load,
    max_tokens=16,
)
