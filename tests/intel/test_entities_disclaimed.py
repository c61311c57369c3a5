"""Names that a sentence only denies, doubts or compares have no part in what a report tells."""

from __future__ import annotations

import pytest

from vedette.documents.verbatim import as_given
from vedette.intel.digest.digest import digest_of
from vedette.intel.engine import Extractor
from vedette.intel.entities.disclaimed import disclaimed
from vedette.intel.output.base import names_of

NAMES = ("Grey Heron", "Blue Otter", "Red Wren", "MudLoader")


def denied(text: str) -> list[str]:
    held = sorted((at, name) for name in NAMES for at in range(len(text)) if text.startswith(name, at))
    told = disclaimed(text, [(at, at + len(name)) for at, name in held])
    return [name for (_, name), one in zip(held, told, strict=True) if one]


@pytest.mark.parametrize(
    "text",
    [
        "Grey Heron is not believed to be behind this attack.",
        "We saw overlap with the tooling of Grey Heron.",
        "We do not believe Grey Heron is responsible.",
        "There is no evidence that Grey Heron took part.",
        "The loader is similar to tools of Grey Heron, which is sold on forums.",
        "Unlike Grey Heron, Blue Otter spares hospitals.",
        "Unlike Grey Heron, the gang spares hospitals.",
        "This activity was formerly attributed to Grey Heron.",
        "Attribution to Grey Heron could not be confirmed.",
        "It is unclear whether Grey Heron took part, but Blue Otter did.",
        "Grey Heron denied involvement.",
        "The code resembles that of Grey Heron.",
        "Grey Heron's involvement remains unproven.",
        "Blue Otter, not Grey Heron, sold the access.",
        "The actor was initially thought to be Grey Heron.",
        "Wir glauben nicht, dass Grey Heron dahinter steckt.",
    ],
)
def test_a_name_that_is_denied_doubted_or_compared_is_marked(text: str) -> None:
    assert denied(text) == ["Grey Heron"]


@pytest.mark.parametrize(
    "text",
    [
        "Grey Heron used MudLoader.",
        "There is little doubt that Grey Heron is behind this.",
        "Grey Heron is not only known for MudLoader.",
        "It is unclear how Grey Heron got in.",
        "No other group than Grey Heron uses MudLoader.",
        "E-mails impersonating a parcel service delivered MudLoader.",
        "Grey Heron likely used MudLoader.",
        "We attribute this to Grey Heron.",
    ],
)
def test_what_a_sentence_tells_of_a_name_stays(text: str) -> None:
    assert denied(text) == []


def test_names_in_a_row_share_what_denies_them() -> None:
    assert denied("Neither Grey Heron nor Blue Otter is behind it.") == ["Grey Heron", "Blue Otter"]
    assert denied("Unlike Grey Heron, Blue Otter and Red Wren, MudLoader is sold.") == [
        "Grey Heron", "Blue Otter", "Red Wren",
    ]  # fmt: skip


def test_the_attackers_are_never_the_group_that_is_denied() -> None:
    text = (
        "We observed overlap with the tooling of FIN7, but we do not believe FIN7 is responsible. "
        "The attackers used Mimikatz and deployed Cobalt Strike. They targeted banks."
    )
    reading = Extractor().read(as_given(text, "own.txt"))
    assert "group:G0046" not in {key for one in reading.relations for key in (one.source, one.target)}
    assert "G0046" not in {one.best.ref for one in names_of(reading.entities)}
    said = digest_of(reading).text
    assert "FIN7" in said
    assert "only to deny, doubt or compare" in said


def test_hostile_text_is_read_in_linear_steps() -> None:
    text = "unlike not believed overlap with " * 2000 + ", " * 2000
    assert disclaimed(text, [(len(text) - 5, len(text) - 3)]) in ([True], [False])
