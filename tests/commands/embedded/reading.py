"""Reads a script for the tests of this folder."""

from __future__ import annotations

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.readers import reader
from vedette.schema.command import Language


def read(language: str, text: str, **known: object) -> Reading:
    found = reader(Language(language))
    assert found is not None
    return found(text, Scope(Budget(), **known))


def words(reading: Reading) -> list[tuple[str, ...]]:
    return [(c.name.text, *(w.text for w in c.args if w.known)) for c in reading.calls]


def nested(reading: Reading) -> list[tuple[str, str]]:
    return [(n.language.value, n.text) for n in reading.nested]
