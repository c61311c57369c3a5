"""Questions with their right answers, as written by hand, and the check that the answers follow from the events.

One JSON object a line: ``id``, ``world``, ``kind``, ``turns`` (each an ``ask`` and what is expected of the answer),
``because`` (how its author knows) and, where counting in the lake tells it, ``sql``: queries with what they give.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.store import Lake

HERE = Path(__file__).resolve().parent
FILES = {"development": HERE / "questions.jsonl", "held-out": HERE / "questions-held-out.jsonl"}
"""The second was written in another style, and no tool, rule or prompt was made by looking at it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what is expected of its answer."""

    ask: str
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns asked one after the other, each with the focus of the one before."""

    id: str
    part: str
    world: str
    kind: str
    turns: tuple[Turn, ...]
    because: str
    sql: tuple[tuple[str, Sequence[Any]], ...]


def load(parts: Sequence[str] = tuple(FILES)) -> list[Conversation]:
    """Return the conversations of some parts, in the order of the files."""
    read: list[Conversation] = []
    for part in parts:
        for line in FILES[part].read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            turns = tuple(Turn(turn["ask"], turn["expect"]) for turn in row["turns"])
            sql = tuple((s["query"], s["gives"]) for s in row.get("sql", ()))
            read.append(Conversation(row["id"], part, row["world"], row["kind"], turns, row["because"], sql))
    return read


def untrue(conversation: Conversation, lake: Lake) -> list[str]:
    """Return what a conversation's queries give other than its author says; empty where all agrees."""
    from vedette.store.query import run_query

    wrong = []
    for sql, gives in conversation.sql:
        rows = run_query(lake, sql).rows
        got = [value for row in rows for value in row]
        if got != list(gives):
            wrong.append(f"{conversation.id}: {sql} gives {got}, not {list(gives)}")
    return wrong
