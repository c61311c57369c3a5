"""Tables of people: a heading line whose columns are called as people's are, and the cells below it.

Read by the line, so that a table in the middle of a mail counts too, and rows whose cells do not come out even: a name
that was written with the separator in it has a cell too many, and is taken with it.
"""

from __future__ import annotations

import re

from vedette.guard.personal.accounts import is_person
from vedette.guard.personal.sheet import Pattern, Sheet

_HEADING = Pattern(
    rb"(?m)^[ \t\"'>]*[a-z\xc0-\xff_#][\w .#/()\-\xc0-\xff\"']*"
    rb"(?:[,;\t|][ \"']*[a-z\xc0-\xff_#][\w .#/()\-\xc0-\xff\"']*)+\r?\n"
)
_GIVEN = frozenset(
    "first firstname given givenname forename vorname prenom prénom nombre nome imię imie fname namefirst".split()
)
_FAMILY = frozenset(
    "last lastname surname family familyname nachname familienname nom apellido apellidos cognome nazwisko "
    "lname namelast".split()
)
_WHOLE = frozenset(
    "name fullname employee employeename staffname person displayname mitarbeiter mitarbeitername".split()
)
_OF_STAFF = frozenset(
    "salary salaries wage wages pay gehalt lohn salaire salario stipendio pensja dob dateofbirth birthday birthdate "
    "geburtsdatum geburtstag mail email emailaddress phone mobile telephone telefon handy ssn department dept "
    "abteilung "
    "jobtitle job manager supervisor hired hiredate startdate gender sex geschlecht iban employeeid empid staffid "
    "personnelno personnelnumber personalnummer personalnr mitarbeiternummer".split()
)
"""What stands beside a name says that it is a person's."""
_SURE = frozenset(("firstname", "lastname", "surname", "forename", "givenname", "familyname", "vorname", "nachname"))
_CELL = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’\-]){0,60}")
_ROWS = 20_000
"""Rows of a table that are read."""
_LEFT = re.compile(r"[\W\d_]+")


def _bare(name: str) -> str:
    return _LEFT.sub("", name.lower())


def _columns(names: list[str]) -> dict[int, bool]:
    """Return the columns of a heading that hold persons' names, each with whether it holds the whole name."""
    given = {at for at, name in enumerate(names) if name in _GIVEN}
    family = {at for at, name in enumerate(names) if name in _FAMILY}
    staff = any(name in _OF_STAFF for name in names)
    found: dict[int, bool] = {}
    for at in given | family:
        if (given and family) or staff or names[at] in _SURE:
            found[at] = False
    if staff and not found:
        found.update({at: True for at, name in enumerate(names) if name in _WHOLE})
    return found


def _cells(line: str, start: int, delimiter: str) -> list[tuple[int, int]]:
    """Return where a line's cells stand in the text, without blanks and quotes."""
    found = []
    for cell in line.split(delimiter):
        left = len(cell) - len(cell.lstrip(" \"'"))
        right = len(cell.rstrip(" \"'\r"))
        found.append((start + left, start + max(left, right)))
        start += len(cell) + 1
    return found


def find(sheet: Sheet) -> None:
    """Put down the names in tables of people."""
    if b"\n" not in sheet.raw:
        return
    done = 0
    for heading in _HEADING.finditer(sheet.low):
        start, end = heading.span()
        if start < done:
            continue
        line = sheet.text[start : end - 1]
        delimiter = max(",;\t|", key=line.count)
        names = [_bare(name) for name in line.split(delimiter)]
        columns = _columns(names)
        if columns:
            done = _rows(sheet, end, delimiter, len(names), columns)


def _rows(sheet: Sheet, at: int, delimiter: str, n_names: int, columns: dict[int, bool]) -> int:
    """Take the cells of the rows from a place on; return where the table ends."""
    text = sheet.text
    for _ in range(_ROWS):
        if at >= len(text):
            break
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        cells = _cells(text[at:stop], at, delimiter) if stop - at < 4000 else []
        n_more = len(cells) - n_names
        if len(cells) < 2 or n_more < -1:
            break
        shift = 0
        for column, whole in sorted(columns.items()):
            if column + shift >= len(cells):
                break
            start, end = cells[column + shift]
            if whole and n_more > 0 and shift < n_more:
                following = cells[column + shift + 1]
                if _is_name(text[slice(*following)]):
                    end, shift = following[1], shift + 1
            if all(_is_name(part.strip()) for part in text[start:end].split(delimiter)):
                sheet.hit("PERSON", start, end, 0.85, "column")
        at = stop + 1
    return at


def _is_name(value: str) -> bool:
    """Return whether a cell holds a name: a capital, or a script without."""
    return (
        len(value) > 1
        and len(value.split()) <= 4
        and _CELL.fullmatch(value) is not None
        and not value[0].islower()
        and is_person(value)
    )
