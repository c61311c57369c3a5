"""The promptbooks that can be run: those that come with Vedette, and a home's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vedette.copilot.promptbooks.base import Promptbook
from vedette.copilot.promptbooks.markdown import MAX_CHARS, read_markdown, write_markdown
from vedette.errors import OutsideError, UserError, VedetteError

FOLDER = "promptbooks"
"""In the home: one Markdown file a promptbook, named after it."""
MAX_BOOKS = 500


@dataclass(frozen=True, slots=True)
class Shelved:
    """A promptbook and where it is from."""

    book: Promptbook
    path: Path | None
    """Its file in the home; None for one that comes with Vedette."""


class Library:
    """The promptbooks of a home; one of its own stands in for a built-in of the same name.

    Args:
        home: the home folder.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER

    def all(self) -> tuple[dict[str, Shelved], dict[str, str]]:
        """Return the promptbooks by name, and why a file of the home is none, by file name."""
        found = {book.name: Shelved(book, None) for book in builtin()}
        broken: dict[str, str] = {}
        paths = sorted(self.folder.glob("*.md")) if self.folder.is_dir() else []
        for path in paths[:MAX_BOOKS]:
            try:
                book = self._read(path)
            except VedetteError as error:
                broken[path.name] = error.message
            else:
                found[book.name] = Shelved(book, path)
        for path in paths[MAX_BOOKS:]:
            broken[path.name] = f"only the first {MAX_BOOKS} are read"
        return dict(sorted(found.items())), broken

    def find(self, name: str) -> Shelved:
        """Return the promptbook of that name.

        Raises:
            UserError: there is none, or its file is none.
        """
        found, broken = self.all()
        if name in found:
            return found[name]
        if f"{name}.md" in broken:
            raise UserError(broken[f"{name}.md"])
        raise UserError(f"no promptbook is called {name[:80]!r}", next_step=f"choose one of: {', '.join(found)}")

    def add(self, book: Promptbook, *, replace: bool = False) -> Path:
        """Keep a promptbook in the home and return its file.

        Raises:
            UserError: the home has one of that name, and it is not to be replaced.
            OutsideError: the file cannot be written.
        """
        path = self.folder / f"{book.name}.md"
        text = write_markdown(book)
        if read_markdown(text, path.name).name != book.name:
            raise UserError(f"{book.name} cannot be written as Markdown")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_text(text, encoding="utf-8", newline="\n")
            if path.exists() and not replace:
                part.unlink()
                raise UserError(f"{path} is there already", next_step="say --replace, or give another --name")
            part.replace(path)
        except OSError as error:
            raise OutsideError(f"cannot write the promptbook: {error.strerror}", location=str(path)) from error
        return path

    def _read(self, path: Path) -> Promptbook:
        try:
            with path.open("rb") as file:
                data = file.read(4 * MAX_CHARS + 1)
            text = data.decode("utf-8")
        except OSError as error:
            raise OutsideError(f"{path.name} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise UserError(f"{path.name} is no UTF-8 text") from None
        book = read_markdown(text, path.name)
        if book.name != path.stem:
            raise UserError(f"{path.name} holds the promptbook {book.name}", next_step=f"rename it {book.name}.md")
        return book


def builtin() -> tuple[Promptbook, ...]:
    """Return the promptbooks that come with Vedette."""
    folder = files("vedette.copilot.promptbooks") / "builtin"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
    return tuple(read_markdown((folder / name).read_text(encoding="utf-8"), name) for name in names)


def read_any(path: Path) -> tuple[Promptbook, ...]:
    """Return the promptbooks of a file: our Markdown, or Microsoft's JSON.

    Raises:
        UserError: it is neither.
        OutsideError: it cannot be read.
    """
    from vedette.copilot.promptbooks.microsoft import MAX_BYTES, read_microsoft

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise OutsideError(f"cannot read {path}: {error.strerror}") from error
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return read_microsoft(data, path.name)
    try:
        return (read_markdown(data.decode("utf-8"), path.name),)
    except UnicodeDecodeError:
        raise UserError(f"{path} is no UTF-8 text") from None
