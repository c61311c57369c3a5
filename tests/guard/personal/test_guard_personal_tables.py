"""Names in tables of people, by what their columns are called; and tables of other things."""

from __future__ import annotations

import pytest

from vedette.guard.personal import PersonalScanner
from vedette.schema.guarding import Around, Form, Passage

SCANNER = PersonalScanner()


def persons(text: str, form: Form = Form.AUTO) -> list[str]:
    """Return the names that were found, as they stand in the text."""
    found = SCANNER.scan(Passage(text=text, form=form), Around()).findings
    return [text[one.start : one.end] for one in found if one.entity == "PERSON"]


TABLES = [
    ("id,first,last\n2,Mary,Black", ["Mary", "Black"]),
    ("id,first,last\n2,Mary,Black\n3,Tom,White\n", ["Mary", "Black", "Tom", "White"]),
    ("Please check:\n\nid;Vorname;Nachname\n1;Jörg;Weiß\n\nThanks, all of you, friends", ["Jörg", "Weiß"]),
    ("id,name,salary,note\n1,Eva Braunhofer,72000,ill since May", ["Eva Braunhofer"]),
    ("id,name,salary,note\n1,Eva,Braunhofer,72000,ill since May", ["Eva,Braunhofer"]),
    ("name,salary\nMüller,72000\n王伟,80000\n", ["Müller", "王伟"]),
    ('id,"surname","given"\r\n1,"O\'Neil","Pat"\r\n', ["O'Neil", "Pat"]),
    ("surname\tsite\nBlack\tBrno\n", ["Black"]),
    ("host | name | department\nws1 | Mary Black | HR\n", ["Mary Black"]),
]


@pytest.mark.parametrize(("text", "names"), TABLES, ids=[str(at) for at in range(len(TABLES))])
@pytest.mark.parametrize("form", [Form.AUTO, Form.PLAIN])
def test_columns_name_what_stands_below_them(text: str, names: list[str], form: Form) -> None:
    assert persons(text, form) == names


@pytest.mark.parametrize(
    "text",
    [
        "id,first,count\n1,Alpha,3\n",
        "name,size,path\nKernel,12,C\n",
        "name,version\nPython,3\n",
        "first,second,third\nOne,Two,Three\n",
        "time,last,bytes\nNow,Then,4\n",
        "id,name,salary\n1,,72000\n2,-,3\n",
        "name,salary\nadmin,12\nsystem,3\n",
        "Hello, world, friends\nAnd, so, on\n",
        "process;name;parent\n4;System;Idle\n",
        "surname,note",
        "first,last",
    ],
)
def test_other_tables_hold_no_names(text: str) -> None:
    assert persons(text) == []
