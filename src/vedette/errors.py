"""What can go wrong, in three branches.

VedetteError
├── UserError        the user's mistake or missing choice        exit 2
│   └── MissingExtraError  an optional part is not installed
├── OutsideError     a file, disk, database or network failed    exit 3
└── InternalError    our bug                                     exit 70

Every error says where (``location``) and what to do next (``next_step``).
"""

from __future__ import annotations

from typing import ClassVar


class VedetteError(Exception):
    """Base of every error that Vedette raises on purpose."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, next_step: str | None = None, location: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.location = location


class UserError(VedetteError):
    """The user's mistake, or a choice that only the user can make."""

    exit_code = 2


class MissingExtraError(UserError):
    """An optional part is not installed."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs the '{extra}' extra", next_step=f"pip install 'vedette[{extra}]'")


class OutsideError(VedetteError):
    """A file, disk, database or network failed."""

    exit_code = 3


class InternalError(VedetteError):
    """Our bug."""
