"""What of a text is tagged: the lines that people wrote, and the fields of a structured text that hold what they wrote.

A field is read where its name says so (``first_name``, ``patient``, ``shipping_address``), where it stands beside one
that does (``city`` beside ``surname``), or where it is free text, whatever it is called: words, and few marks of
machines. The tagger sees a named one as a form's line, ``first name: …``, so that it knows what is asked for. All else
of a log is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vedette.guard.names.prose import is_machine, lines
from vedette.guard.structured import Field, fields
from vedette.schema.guarding import Form


class Part(NamedTuple):
    """A text that is tagged, and where its characters stand."""

    text: str
    lead: int
    """Characters before what stands in the passage: the field's name."""
    start: int
    """Where the rest stands in the passage."""
    places: tuple[int, ...] | None = None
    """Offset in the passage of each character of the rest and of its end, where escapes stand between them."""

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a range of the text stands in the passage; None where it reaches into the name."""
        low, high = start - self.lead, end - self.lead
        if low < 0:
            return None
        if self.places is not None:
            return self.places[low], self.places[high]
        return self.start + low, self.start + high


_OF_PERSONS = re.compile(
    r"(?:^|_)(?:first|last|given|family|full|maiden|middle|legal|preferred|sur|fore|patient|customer|client|employee|"
    r"contact|cardholder|holder|beneficiary|passenger|guest|student|teacher|doctor|physician|manager|recipient|sender)"
    r"_?names?$|^(?:surname|forename|patient|cardholder|account_holder|next_of_kin|birth_?date|date_of_birth|dob|birthday|"
    r"(?:home|street|billing|shipping|postal|mailing|delivery|residential)_?address|address_?line_?[12]?|street|"
    r"nationality|occupation|job_?title|maiden_?name|marital_?status|place_of_birth|birth_?place)$"
)
_BESIDE = re.compile(
    r"^(?:name|title|city|town|country|state|province|region|company|employer|organi[sz]ation|address|age|zip|zip_?code|"
    r"post_?code|postal_?code|department|position|role|spouse|mother|father|religion|school|hospital|doctor)$"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s.\-]+")
_WORDS = re.compile(r"(?<!\S)[^\W\d_]+['\u2019]?[^\W\d_]*(?=[\s.,;:!?]|$)")
_FEWEST_WORDS = 4
_HEADER = re.compile(r"[A-Za-z][\w .-]{0,40}")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", '"': '"', "\\": "\\", "'": "'"}
MOST_FIELDS = 20_000


def parts(text: str, form: Form) -> Iterator[Part]:
    """Yield what is tagged of a text, in order of place within each kind."""
    if form is Form.AUTO and _is_table(text):
        form = Form.CSV
    if form in (Form.AUTO, Form.PLAIN):
        found = lines(text)
        for start, end in found:
            yield Part(text[start:end], 0, start)
        covered = sum(end - start for start, end in found)
        if form is Form.PLAIN or covered >= len(text.rstrip()):
            return
    else:
        found = []
    read = fields(text, form)
    if read is None:
        if form is not Form.AUTO:
            for start, end in lines(text):
                yield Part(text[start:end], 0, start)
        return
    at = 0
    for part, start in _told(text, read[:MOST_FIELDS]):
        while at < len(found) and found[at][1] <= start:
            at += 1
        if at == len(found) or start < found[at][0]:
            yield part


def _is_table(text: str) -> bool:
    """Return whether the first two lines have as many separators, two or more, and the first reads like a header."""
    first, _, rest = text[:4000].lstrip().partition("\n")
    second = rest.partition("\n")[0]
    for mark in ",;\t|":
        number = first.count(mark)
        if number >= 2 and abs(second.count(mark) - number) <= 1:
            cells = [cell.strip(' "') for cell in first.split(mark)]
            return all(_HEADER.fullmatch(cell) for cell in cells)
    return False


def _told(text: str, read: tuple[Field, ...]) -> Iterator[tuple[Part, int]]:
    named = [_plain(field.name) for field in read]
    human = {field.path[:-1] for field, name in zip(read, named, strict=True) if _OF_PERSONS.search(name)}
    for field, name in zip(read, named, strict=True):
        value = field.value
        of_persons = bool(_OF_PERSONS.search(name)) or (field.path[:-1] in human and bool(_BESIDE.match(name)))
        if of_persons:
            if len(value) > 400 or not any(c.isalnum() for c in value):
                continue
        elif not _is_prose(value):
            continue
        places = _places(text, field) if field.escaped else None
        if field.escaped and places is None:
            continue
        lead = f"{name.replace('_', ' ').capitalize()}: " if of_persons else ""
        yield Part(lead + value, len(lead), field.start, places), field.start


def _plain(name: str) -> str:
    """Return a field's name in small letters, its words joined by underscores."""
    return _HUMPS.sub("_", name[:60]).lower().strip("_")


def _is_prose(value: str) -> bool:
    if len(value) < 20 or is_machine(value, 0, len(value)):
        return False
    sample = value[:600]
    words = sum(1 for _ in _WORDS.finditer(sample))
    return words >= _FEWEST_WORDS and words * 2 >= len(sample.split())


def _places(text: str, field: Field) -> tuple[int, ...] | None:
    """Return where each character of an escaped JSON string stands; None where the escapes are of another kind."""
    found: list[int] = []
    decoded: list[str] = []
    at = field.start
    while at < field.end:
        found.append(at)
        if text[at] != "\\":
            decoded.append(text[at])
            at += 1
            continue
        match = _ESCAPE.match(text, at, field.end)
        if match is None:
            return None
        mark = match.group()[1:]
        decoded.append(chr(int(mark[1:], 16)) if len(mark) == 5 and mark[0] == "u" else _SIMPLE.get(mark, mark))
        at = match.end()
    found.append(field.end)
    return tuple(found) if "".join(decoded) == field.value else None
