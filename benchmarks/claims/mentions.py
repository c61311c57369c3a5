"""Which accounts, hosts and techniques of a case a sentence names, and in which form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vedette.schema import Fact, ValueKind


def names_of(facts: Sequence[Fact], kind: ValueKind) -> dict[str, set[str]]:
    """Return the things of a kind, each with its written forms: full, and short where that is one thing's alone."""
    full: dict[str, set[str]] = {}
    for fact in facts:
        found = [fact.subject] if fact.subject_kind is kind else []
        found += [v for k, v in fact.related if k is kind]
        for name in found:
            if name:
                full.setdefault(name, {name})
    short: dict[str, list[str]] = {}
    for name in full:
        short.setdefault(short_form(name, kind), []).append(name)
    for form, owners in short.items():
        if len(owners) == 1 and form:
            full[owners[0]].add(form)
    return full


def short_form(name: str, kind: ValueKind) -> str:
    """Return the short form of an account or host: without domain or role path."""
    if kind is ValueKind.HOST:
        return name.split(".", 1)[0]
    if name.startswith("assumed-role/"):
        return name.split("/")[1]
    return name.rsplit("\\", 1)[-1]


def mentioned(text: str, names: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return (thing, form) of the names in a text, each form as a whole word and the longest that fits."""
    found = []
    for name, forms in names.items():
        for form in sorted(forms, key=len, reverse=True):
            if re.search(rf"(?<![\w.\\\-]){re.escape(form)}(?![\w\\\-]|\.\w)", text):
                found.append((name, form))
                break
    return found


def put(text: str, form: str, new: str, count: int = 1) -> str:
    """Return the text with a name replaced at its whole-word places."""
    return re.sub(rf"(?<![\w.\\\-]){re.escape(form)}(?![\w\\\-]|\.\w)", lambda _: new, text, count=count)


def role_of(name: str, facts: Sequence[Fact]) -> object:
    """Return the role that the facts give a name."""
    return next((f.value for f in facts if f.kind is ValueKind.ROLE and f.subject == name), None)


def together(new: str, there: Sequence[str], text: str, facts: Sequence[Fact]) -> bool:
    """Return whether a fact speaks of the new name with another name or quote of the sentence: it may hold it then."""
    quotes = re.findall(r"[“`]([^”`]{4,})[”`]", text)
    deeds = re.findall(r"\b[\w.-]+\.(?:exe|gz|txt|dmp)\b|\b(?:whoami|nltest|schtasks|wevtutil|net)\b", text)
    return any(new in f.text and any(n in f.text for n in (*there, *quotes, *deeds)) for f in facts)
