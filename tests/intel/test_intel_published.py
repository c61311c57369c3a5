"""When a report says that it was published."""

from __future__ import annotations

import pytest

from vedette.documents.verbatim import as_given
from vedette.intel.published import dated


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2024-03-04", "# Title\n\nBy the Northgate Team | March 4, 2024 | 9 min read\n\nIn late February 2024, x."),
        ("2024-05-10", "Title\n\n**Release Date:** May 10, 2024\n**Last Revised:** November 8, 2024\n\nbody"),
        ("2023-01-05", "Title\n\n5 January 2023\n\nbody"),
        ("2023-01-05", "Title\n\nPublished on January 5, 2023 by Jane Doe\n\nbody"),
        ("2022-02-03", "Title\n\nJane Doe, John Roe • Feb 3, 2022\n\nbody"),
        ("2021-12-10", "Title\n\nbody\n\n" + "a line\n\n" * 30 + "Last updated: 10 December 2021"),
        (None, "Title\n\nOn February 22, 2024 the attacker sent a request.\n\nbody"),
        (None, "First seen 2022-02-03\n\nbody"),
        (None, "2022-02-03 the attacker logged in\n2022-02-04 and left"),
    ],
)
def test_a_label_a_byline_or_a_line_of_its_own_dates_a_report(day: str | None, text: str) -> None:
    found = dated(as_given(text)).published_at
    assert (found.date().isoformat() if found else None) == day
