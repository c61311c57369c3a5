"""Files, folders, archives and pipes: what can be read is read, what cannot says why, nothing swells."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import random
import resource
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from ingest_support import as_lines, count, sysmon, take, web_lines

from vedette import streams
from vedette.errors import UserError
from vedette.ingest import ingest
from vedette.store import Lake
from vedette.streams import Refused, Stream, StreamError, list_files, open_file

LINES = as_lines(sysmon(n) for n in range(20))


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*entries: tuple[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "zip": lambda d: zipped(("a/b.json", d)),
    "tar": lambda d: tarred(("a/b.json", d)),
    "tar.gz": lambda d: tarred(("a/b.json", d), mode="w:gz"),
    "tar.xz": lambda d: tarred(("a/b.json", d), mode="w:xz"),
    "zip.gz": lambda d: gzip.compress(zipped(("b.json", d))),
    "gz in tar in gz": lambda d: gzip.compress(tarred(("b.json.gz", gzip.compress(d)))),
    "gz members": lambda d: gzip.compress(d[:777]) + gzip.compress(d[777:]),
    "gz padded": lambda d: gzip.compress(d) + b"\x00" * 512,
    "bz2 members": lambda d: bz2.compress(d[:777]) + bz2.compress(d[777:]),
    "xz members": lambda d: lzma.compress(d[:777]) + lzma.compress(d[777:]),
    "zst frames": lambda d: zstandard.compress(d[:777]) + zstandard.compress(d[777:]),
    "utf-16-le": lambda d: b"\xff\xfe" + d.decode().encode("utf-16-le"),
    "utf-16-be": lambda d: b"\xfe\xff" + d.decode().encode("utf-16-be"),
    "utf-16 in gz": lambda d: gzip.compress(b"\xff\xfe" + d.decode().encode("utf-16-le")),
    "bom": lambda d: b"\xef\xbb\xbf" + d,
    "crlf": lambda d: d.replace(b"\n", b"\r\n"),
    "no last newline": lambda d: d[:-1],
    "blank lines": lambda d: b"\n\n  \n" + d.replace(b"\n", b"\n\n"),
}


@pytest.mark.parametrize("packing", PACKERS)
def test_every_packing_gives_the_same_records(packing: str, tmp_path: Path, lake: Lake) -> None:
    (tmp_path / "plain").write_bytes(LINES)
    take(lake, tmp_path / "plain")
    path = tmp_path / "log.bin"
    path.write_bytes(PACKERS[packing](LINES))
    summary = take(lake, path)
    assert [f.problem for f in summary.files] == [None]
    assert (summary.total("n_new"), summary.total("n_known")) == (0, 20)


@given(st.binary(max_size=3_000), st.sampled_from(["gz", "bz2", "xz", "zst"]), st.integers(1, 500))
def test_unpacking_gives_back_what_was_packed_whatever_the_reads(data: bytes, kind: str, size: int) -> None:
    opened = streams._Unpacked(kind, io.BytesIO(PACKERS[kind](data)))
    out = b""
    while part := opened.read(size):
        out += part
    assert out == data


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_what_stands_before_the_cut_of_a_packed_file_is_read(kind: str, tmp_path: Path, lake: Lake) -> None:
    chance = random.Random(1)
    records = as_lines(sysmon(n, CommandLine=chance.randbytes(200).hex()) for n in range(3_000))
    packed = PACKERS[kind](records)
    path = tmp_path / "log"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    summary = take(lake, path)
    (held,) = summary.files
    assert held.problem is not None
    assert "cut short" in held.problem
    # bzip2 unpacks 900 kB blocks or nothing
    assert 1_000 < held.n_new < 3_000
    assert held.n_quarantined <= 1


def test_a_packed_file_with_a_wrong_checksum_or_a_tail_says_so(tmp_path: Path, lake: Lake) -> None:
    (tmp_path / "tail.gz").write_bytes(gzip.compress(LINES) + b"something else entirely")
    summary = take(lake, tmp_path / "tail.gz")
    assert summary.total("n_new") == 20
    assert "follows" in str(summary.files[0].problem)


def test_names_in_archives_are_never_paths(tmp_path: Path, lake: Lake) -> None:
    evil = [
        ("../../../escape.json", LINES),
        ("/tmp/absolute.json", LINES),
        ("a\\..\\..\\b.json", LINES),
        ("C:\\x.json", LINES),
    ]
    (tmp_path / "a.zip").write_bytes(zipped(*evil))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in evil:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("link")
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    (tmp_path / "b.tar").write_bytes(out.getvalue())
    before = sorted(p for p in tmp_path.rglob("*") if "home" not in p.parts)
    summary = take(lake, tmp_path / "a.zip", tmp_path / "b.tar")
    assert len(summary.files) == 8
    assert all(f.problem is None for f in summary.files)
    assert count(lake) == 20
    assert sorted(p for p in tmp_path.rglob("*") if "home" not in p.parts) == before
    assert not (tmp_path.parent / "escape.json").exists()


def test_links_do_not_lead_out_of_a_folder(tmp_path: Path, lake: Lake) -> None:
    outside = tmp_path / "secret.json"
    outside.write_bytes(LINES)
    folder = tmp_path / "logs"
    (folder / "inner").mkdir(parents=True)
    (folder / "real.json").write_bytes(as_lines([sysmon(99)]))
    (folder / "in.json").symlink_to(folder / "real.json")
    (folder / "out.json").symlink_to(outside)
    (folder / "loop.json").symlink_to(folder / "loop.json")
    (folder / "gone.json").symlink_to(folder / "nothing")
    (folder / "up").symlink_to(tmp_path)
    (folder / ".hidden").write_bytes(LINES)
    os.mkfifo(folder / "pipe")
    files, refused = list_files(folder)
    assert [f.name for f in files] == ["in.json", "real.json"]
    assert {Path(r.name).name for r in refused} == {"out.json", "loop.json", "gone.json", "up", "pipe"}
    summary = take(lake, folder)
    assert count(lake) == 1
    assert len(summary.files) == 7


def test_bombs_are_refused_and_the_rest_is_read(tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RATIO_FREE_BYTES", 1 << 20)
    zeros = b"\x00" * (24 << 20)
    spaces = LINES + b" " * (24 << 20)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.gz").write_bytes(gzip.compress(spaces, 9))
    (folder / "b.zip").write_bytes(zipped(("bomb.json", spaces), ("fine.json", as_lines([sysmon(500)]))))
    (folder / "c.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(spaces))
    (folder / "d.gz").write_bytes(gzip.compress(gzip.compress(spaces, 9), 9))
    (folder / "e.bz2").write_bytes(bz2.compress(spaces))
    (folder / "f.gz").write_bytes(gzip.compress(zeros))
    (folder / "g.json").write_bytes(as_lines([sysmon(600)]))
    summary = take(lake, folder, reader="windows_json")
    problems = {Path(f.name).name: f.problem for f in summary.files}
    for name in ("a.gz", "b.zip!bomb.json", "c.zst", "d.gz", "e.bz2", "f.gz"):
        assert "bomb" in str(problems[name]), (name, problems)
    assert problems["g.json"] is None
    assert problems["b.zip!fine.json"] is None
    # what stood before the zeros is evidence still
    assert count(lake) == 22


def test_entries_that_share_their_bytes_are_a_bomb_together(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each entry stays below its own limit; the file's limit stops them."""
    monkeypatch.setattr(streams, "RATIO_FREE_BYTES", 1 << 18)
    single = io.BytesIO()
    with zipfile.ZipFile(single, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b" " * 250_000)
        first = archive.infolist()[0]
        for number in range(1, 2_000):  # the directory names the same bytes again and again
            info = zipfile.ZipInfo("0")
            info.filename = "0"
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(info, name, getattr(first, name))
            info.external_attr = number
            archive.filelist.append(info)
    (tmp_path / "a.zip").write_bytes(single.getvalue())
    summary = take(lake, tmp_path / "a.zip", reader="web")
    assert any("together" in str(f.problem) or "bomb" in str(f.problem) for f in summary.files)


def test_nesting_is_bounded(tmp_path: Path, lake: Lake) -> None:
    data = LINES
    for _ in range(6):
        data = gzip.compress(data)
    (tmp_path / "a.gz").write_bytes(data)
    zips = LINES
    for _ in range(6):
        zips = zipped(("x.zip", zips))
    (tmp_path / "b.zip").write_bytes(zips)
    summary = take(lake, tmp_path / "a.gz", tmp_path / "b.zip")
    assert all("packed more than" in str(f.problem) for f in summary.files)


def test_too_many_entries_are_refused(tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_ENTRIES", 50)
    many = [(f"{n}.txt", b"x") for n in range(60)]
    (tmp_path / "a.zip").write_bytes(zipped(*many))
    (tmp_path / "b.tar").write_bytes(tarred(*many))
    nested = [(f"{n}.tar", tarred(*many[:20])) for n in range(4)]
    (tmp_path / "c.zip").write_bytes(zipped(*nested))
    summary = take(lake, tmp_path / "a.zip", tmp_path / "b.tar", tmp_path / "c.zip")
    refused = {Path(f.name).name.split("!")[0] for f in summary.files if "more than 50 entries" in str(f.problem)}
    assert refused == {"a.zip", "b.tar", "c.zip"}


def test_a_directory_too_large_to_hold_is_refused_unread(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_DIRECTORY_BYTES", 1_000)
    (tmp_path / "a.zip").write_bytes(zipped(*[(f"{n}.txt", b"x") for n in range(60)]))
    assert "entries" in str(take(lake, tmp_path / "a.zip").files[0].problem)


def test_a_sparse_tar_entry_swells_like_a_bomb(tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RATIO_FREE_BYTES", 1 << 20)
    head = tarfile.TarInfo("sparse.log")
    block = bytearray(head.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[124:136] = b"00000000000\x00"  # nothing of it is packed
    block[386:410] = b"00000000000\x00" + b"00000000000\x00"
    block[483:495] = b"77777777777\x00"  # 8 GB of zeros
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\x00 " % sum(block)
    (tmp_path / "a.tar").write_bytes(bytes(block) + bytes(10_240))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    summary = take(lake, tmp_path / "a.tar", reader="web")
    assert any("bomb" in str(f.problem) for f in summary.files)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_huge_header_in_a_tar_is_not_held_in_memory(tmp_path: Path, lake: Lake) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 64 << 20
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"x" * (64 << 20))
    summary = take(lake, tmp_path / "a.tar")
    assert "header" in str(summary.files[0].problem)


def test_damage_in_the_middle_of_a_tar_is_told(tmp_path: Path, lake: Lake) -> None:
    good = tarred(("a.json", LINES), ("b.json", as_lines([sysmon(100)])))
    second = good.index(b"b.json")
    broken = good[:second] + b"\xff" * 300 + good[second + 300 :]
    (tmp_path / "a.tar").write_bytes(broken)
    summary = take(lake, tmp_path / "a.tar")
    assert count(lake) == 20
    assert any(f.problem for f in summary.files)


def test_an_encrypted_entry_is_named_and_the_rest_read(tmp_path: Path, lake: Lake) -> None:
    data = bytearray(zipped(("locked.json", LINES), ("open.json", LINES)))
    data[6] |= 1  # the flag in the first local header and in the directory
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    (tmp_path / "a.zip").write_bytes(bytes(data))
    summary = take(lake, tmp_path / "a.zip")
    assert {f.name.split("!")[1]: f.problem for f in summary.files} == {"locked.json": "encrypted", "open.json": None}


def test_stdin_and_pipes(tmp_path: Path, lake: Lake) -> None:
    summary = ingest(lake, ["-"], stdin=io.BytesIO(gzip.compress(LINES)))
    assert summary.total("n_new") == 20
    assert summary.files[0].name == "<stdin>"
    with pytest.raises(UserError):
        ingest(lake, ["-"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(LINES + as_lines([sysmon(77)]),)).start()
    assert take(lake, pipe).total("n_new") == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 40, "not recognised"),
        (b"\x7fELF" + bytes(1_000), "not recognised"),
        (b"hello\nworld\n", "--reader"),
        (b'{"some": "json"}\n', "--mapping"),
        (b"\x1f\x8b nonsense", "cannot"),
        (b"PK\x03\x04 nonsense", "cannot unpack"),
        (b"[]", "not recognised"),
        (b"\xff\xfe", "not recognised"),
        (b"\xef\xbb\xbf", "not recognised"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str, tmp_path: Path, lake: Lake) -> None:
    (tmp_path / "x").write_bytes(data)
    (held,) = take(lake, tmp_path / "x").files
    assert reason in str(held.problem)
    assert held.n_records == 0


def test_paths_that_are_not_there(tmp_path: Path, lake: Lake) -> None:
    with pytest.raises(UserError, match="no such file"):
        take(lake, tmp_path / "nothing")
    with pytest.raises(UserError, match="no reader is called"):
        take(lake, tmp_path, reader="nonsense")


def test_the_home_itself_is_not_read(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(LINES)
    take(lake, tmp_path)
    summary = take(lake, tmp_path)
    assert [Path(f.name).name for f in summary.files] == ["a.json"]


def test_a_first_record_longer_than_the_head_is_recognised(lake: Lake, tmp_path: Path) -> None:
    long = as_lines([sysmon(1, CommandLine="x" * 200_000), sysmon(2)])
    (tmp_path / "a.json").write_bytes(long)
    assert take(lake, tmp_path / "a.json").total("n_new") == 2


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh91AY&SY", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\xff\xfe"]
    ),
)
def test_any_bytes_open_or_are_refused(data: bytes, magic: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(magic + data)
        for opened in open_file(Path(file.name)):
            if isinstance(opened, Refused):
                assert opened.reason
                continue
            assert isinstance(opened, Stream)
            with contextlib.suppress(StreamError):
                while opened.read(1 << 16):
                    pass


def test_utf_16_text_that_swells_keeps_its_head(tmp_path: Path) -> None:
    text = "\u6f22" * 100_000
    (tmp_path / "a").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    (opened,) = [s for s in open_file(tmp_path / "a") if isinstance(s, Stream)]
    assert opened.head().decode("utf-8", "ignore").startswith("\u6f22")
    # the generator has closed the file: only the head is left to look at
    assert len(opened.head()) <= 64 << 10


def test_web_lines_of_a_folder_come_in_stable_order(lake: Lake, tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).write_bytes(web_lines(range(3), host=f"10.0.0.{ord(name)}"))
    assert [Path(f.name).name for f in take(lake, tmp_path).files] == ["a", "b", "c"]
