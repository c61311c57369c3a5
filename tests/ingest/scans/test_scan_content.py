"""One file's content: the same digest however it came, and UTF-8 whatever it was written in."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from vedette.ingest.scans import content as module
from vedette.ingest.scans.base import ScanError
from vedette.ingest.scans.content import HeldContent, content_of
from vedette.streams import Stream, open_file


def held(data: bytes, folder: Path) -> tuple[bytes, str]:
    with content_of(Stream("x", "x", io.BytesIO(data)), folder) as content, content.open() as handle:
        found = handle.read()
        assert content.size == len(found)
        return found, content.digest


def from_file(path: Path, folder: Path) -> tuple[bytes, str]:
    for opened in open_file(path):
        assert isinstance(opened, Stream)
        with content_of(opened, folder) as content:
            return content.read(), content.digest
    raise AssertionError


def test_plain_packed_and_piped_are_the_same(tmp_path: Path) -> None:
    data = b'{"a": "\xc3\xa9"}' * 1_000
    (tmp_path / "a.json").write_bytes(data)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(data))
    assert (
        from_file(tmp_path / "a.json", tmp_path) == from_file(tmp_path / "a.json.gz", tmp_path) == held(data, tmp_path)
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é".encode(), "é"),
        ("\ufeffé".encode("utf-8"), "é"),
        ("é".encode("utf-16"), "é"),
        ('<?xml version="1.0"?><a>é</a>'.encode("utf-16-le"), '<?xml version="1.0"?><a>é</a>'),
        ('{"a": "é"}'.encode("utf-16-be"), '{"a": "é"}'),
        (
            '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
            '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>',
        ),
        ("Müller €".encode("cp1252"), "Müller €"),
        (b"\0\xff\xfe", None),
    ],
)
def test_text_is_utf8(data: bytes, text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    found, _ = from_file(path, tmp_path / "tmp")
    assert found == (data if text is None else text.encode())


def test_large_input_goes_to_a_file_that_goes_away(tmp_path: Path) -> None:
    data = b"\xe9" + b"x" * (9 << 20)
    folder = tmp_path / "tmp"
    with content_of(Stream("x", "x", io.BytesIO(data)), folder) as content:
        assert list(folder.iterdir())
        with content.open() as handle:
            assert handle.read(3) == "éx".encode()
            handle.seek(0)
            assert handle.read(2) == "é".encode()
    assert not list(folder.iterdir())


def test_unknown_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="EBCDIC-X"):
        held(b'<?xml version="1.0" encoding="EBCDIC-X"?><a/>', tmp_path)


def test_what_is_too_large_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WHOLE_BYTES", 10)
    with pytest.raises(ScanError, match="read whole"):
        HeldContent("x", "0" * 32, 11, b"x" * 11).read()
