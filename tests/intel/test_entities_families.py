"""Families and groups of these years: linked by every maker's name, and common words only where the text says so."""

from __future__ import annotations

from importlib.resources import files

import pytest

from vedette.documents.sentences import sentences
from vedette.documents.verbatim import as_given
from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.schema.intel import MentionKind


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load()


def found(text: str, known: Known) -> dict[str, tuple[str, str | None, str]]:
    document = as_given(text, "a.txt")
    return {
        one.text: (one.kind.value, one.ref, one.name)
        for one in find(document, known, tuple(sentences(document)))
        if one.kind in (MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL)
    }


@pytest.mark.parametrize(
    ("text", "written", "ref"),
    [
        ("Seashell Blizzard struck a power company.", "Seashell Blizzard", "G0034"),
        ("The attack was the work of Voodoo Bear.", "Voodoo Bear", "G0034"),
        ("BRONZE PRESIDENT sent lures.", "BRONZE PRESIDENT", "G0129"),
        ("Lazarus stole the coins.", "Lazarus", "G0032"),
        ("Snake is a keylogger sold on forums.", "Snake", None),
        ("Turla used the Snake implant.", "Snake", "S0022"),
        ("Medusa ransomware hit a school.", "Medusa ransomware", "S1244"),
        ("Conti, Akira and Medusa are ransomware.", "Medusa", "S1244"),
        ("The actors ran the Sliver framework.", "Sliver", "S0633"),
        ("Emotet, Havoc and Cobalt Strike were found.", "Havoc", "S1229"),
        ("Clop exploited the flaw.", "Clop", "S0611"),
    ],
)
def test_a_name_is_linked_to_what_bears_it(text: str, written: str, ref: str | None, known: Known) -> None:
    assert found(text, known)[written][1] == ref


def test_the_word_behind_a_name_may_make_it_another(known: Known) -> None:
    assert found("Snake Keylogger steals passwords.", known) == {
        "Snake Keylogger": ("malware", None, "Snake Keylogger")
    }
    assert found("Havoc Stealer was sold.", known) == {"Havoc Stealer": ("malware", None, "Havoc Stealer")}


@pytest.mark.parametrize(
    "text",
    [
        "The children play in the snow while the hive is full of bees.",
        "Havoc was wreaked by the storm.",
        "The cactus stood in the fog near the royal palace.",
        "A snake lay by the sliver of wood.",
    ],
)
def test_common_words_are_no_names(text: str, known: Known) -> None:
    assert found(text, known) == {}


def test_other_languages_have_listed_names_and_no_guessed_ones(known: Known) -> None:
    german = (
        "Die Täter der Gruppe Sandworm verschafften sich Zutritt zum Energieversorger. Zuvor löschten sie die "
        "Protokolle, und der Ansprechpartner fand nichts. Die Schadsoftware Industroyer2 war komplex."
    )
    assert set(found(german, known)) == {"Sandworm", "Industroyer2"}
    french = "Le groupe Turla a visé les ministères. Les Attaquants ont utilisé le maliciel Kazuar dans le Réseau."
    assert set(found(french, known)) == {"Turla", "Kazuar"}


def test_the_list_names_each_thing_once_and_in_known_kinds() -> None:
    text = files("vedette.intel.entities").joinpath("data", "families.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    assert len(rows) > 300
    assert {kind for kind, *_ in rows} <= {"group", "malware", "tool"}
    titles = [(kind, names[0]) for kind, _, *names in rows]
    assert len(titles) == len(set(titles))
    assert all(name.strip() == name and name for _, _, *names in rows for name in names)
