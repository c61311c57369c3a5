"""Check sums that several rules use."""

from __future__ import annotations


def luhn(digits: str) -> bool:
    """Return whether digits pass the Luhn check."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        number = int(char) * (1 + at % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
