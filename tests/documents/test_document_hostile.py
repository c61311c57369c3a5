"""Hostile, damaged and random files: bounded, named, nothing followed, nothing raised."""

from __future__ import annotations

import builtins
import os
import random
import socket
import subprocess

import pytest
from benchmarks.intel.hostile_files import CASES, INJECTION, SECRET
from documents_support import SAMPLES, check, everything, pages, shown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.documents import pdf as pdf_room
from vedette.documents.base import Limits, Quarantined
from vedette.documents.reading import read_bytes, read_path
from vedette.documents.registry import load_readers
from vedette.schema.document import Document

TIGHT = Limits(
    max_bytes=3 << 20, max_pages=20, max_parts=2000, max_chars=200_000, max_cells=2000, max_elements=20_000,
    max_entries=40, max_seconds=5, max_seconds_per_mib=20, free_bytes=1 << 20, max_unpacked_bytes=64 << 20,
)  # fmt: skip
HARMLESS = {
    "html_script", "injection", "feed_many", "stix_many", "mail_headers",
    "json_wide", "pdf_operators", "text_dots", "markdown_brackets", "csv_quote",
}  # fmt: skip
"""Those of which nothing has to be left out, as small as they are made here."""
SIZES = {"pdf_stream_bomb": 0.05, "pdf_filters": 0.1, "mail_deep": 0.1}


def made(key):
    case = next(case for case in CASES if case.key == key)
    return case.make(SIZES.get(key, 0.004)), case.name


def reasons(found):
    said = [f.reason for f in found if isinstance(f, Quarantined)]
    return said + [f"{u.place}: {u.reason}" for f in found if isinstance(f, Document) for u in f.unread]


@pytest.mark.parametrize("key", [case.key for case in CASES])
def test_hostile_documents_are_bounded_and_what_is_left_out_is_named(key):
    data, name = made(key)
    found = everything(data, name, TIGHT)
    said = reasons(found)
    assert found
    assert key in HARMLESS or said, "something was left out, or should have been, and nobody says so"
    for item in found:
        if isinstance(item, Document):
            assert len(item.text) <= TIGHT.max_chars
            assert len(item.parts) <= TIGHT.max_parts
            assert SECRET not in item.text
            assert "STOLEN" not in item.text
            assert "lollol" not in item.text
            assert not any(link.target.startswith(("javascript:", "file:", "data:")) for link in item.links)


@pytest.mark.parametrize("key", ["html_script", "docx_remote", "docx_laughs", "feed_laughs", "tar_links", "zip_escape"])
def test_nothing_is_fetched_run_or_opened(monkeypatch, tmp_path, key):
    def forbidden(*args, **kwargs):
        raise AssertionError(f"reached out: {args}")

    data, name = made(key)
    path = tmp_path / name
    path.write_bytes(data)
    before = sorted(p.name for p in tmp_path.iterdir())
    load_readers()
    everything(*SAMPLES["html"][::-1])  # what is imported when it is used is imported now
    real_open = builtins.open

    def only_the_file(file, *args, **kwargs):
        assert str(file) == str(path), file
        return real_open(file, *args, **kwargs)

    for thing, attribute in ((socket, "socket"), (subprocess, "Popen"), (os, "system")):
        monkeypatch.setattr(thing, attribute, forbidden)
    monkeypatch.setattr(builtins, "open", only_the_file)
    monkeypatch.chdir(tmp_path)
    for item in read_path(path, limits=TIGHT):
        if isinstance(item, Document):
            check(item)
        else:
            assert "reached out" not in item.reason
            assert "AssertionError" not in item.reason
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_names_that_lead_out_of_an_archive_are_refused_and_the_rest_is_read():
    found = everything(*made("zip_escape"))
    assert [f.reason for f in found if isinstance(f, Quarantined)] == ["refused: its name leads out of the archive"] * 5
    assert [f.source for f in found if isinstance(f, Document)] == ["escape.zip!good.txt"]
    found = everything(*made("tar_links"))
    assert [f.source for f in found if isinstance(f, Document)] == ["links.tar!e.txt"]


def test_a_report_that_speaks_to_a_model_is_text_like_any_other_and_what_is_hidden_is_not_read():
    (document,) = everything(*made("injection"))
    assert document.text.count(INJECTION) == 1
    assert "It contacted evil[.]example." in document.text


def test_pages_before_and_after_a_bad_one_are_kept():
    (document,) = everything(*made("pdf_stream_bomb"), Limits(max_memory_bytes=600 << 20))
    assert document.text.count("The actor moved laterally") == 2 or any("page 2" in r for r in reasons([document]))
    (document,) = everything(*made("pdf_million_pages"), TIGHT)
    assert len(document.parts) == TIGHT.max_pages
    assert document.unread[-1].place == "page 21"


def test_a_worker_that_dies_costs_one_file_and_the_next_is_read():
    sound = pages(shown((11, 700, "Still here.")))
    everything(sound, "a.pdf")
    pdf_room._current[0].process.kill()
    pdf_room._current[0].process.wait()
    assert everything(sound, "a.pdf")[0].text == "Still here."
    worker = pdf_room._current[0]
    real, died = worker.process.stdout.readline, []

    class Dying:
        def readline(self, size):
            if not died:
                died.append(worker.process.kill())
                worker.process.wait()
                return b""
            return real(size)

        def close(self):
            pass

    kept, worker.process.stdout = worker.process.stdout, Dying()
    (bad,) = everything(sound, "a.pdf")
    kept.close()
    assert "ended the process" in bad.reason
    assert everything(sound, "a.pdf")[0].text == "Still here."


def test_slow_pages_are_named_and_the_time_of_a_file_is_bounded():
    slow = b"BT /F1 12 Tf 72 700 Td " + b"(x) Tj " * 60_000 + b"ET"
    (found,) = everything(pages(slow, shown((11, 700, "Later."))), "a.pdf", Limits(max_seconds=0.3))
    assert any("took more than" in r or "s of work" in r for r in reasons([found]))


def test_a_limit_of_each_kind_cuts_and_says_so():
    text = "\n\n".join(f"Paragraph {n} with words." for n in range(200)).encode()
    for limits, said in (
        (Limits(max_parts=10), "more than 10 parts"), (Limits(max_chars=100), "more than 100 characters"),
        (Limits(max_bytes=1000), "larger than"),
    ):  # fmt: skip
        assert any(said in r for r in reasons(everything(text, "x.txt", limits))), said
    table = b"<table>" + b"<tr><td>a<td>b" * 100 + b"</table>"
    assert any("cells" in r for r in reasons(everything(table, "x.html", Limits(max_cells=20))))
    links = b" ".join(b"[a](http://x.example)" for _ in range(50))
    assert any("links" in r for r in reasons(everything(links, "x.md", Limits(max_links=10))))
    lines = b'{"text": "a b"}\n' * 50
    found = everything(lines, "x.jsonl", Limits(max_documents=10))
    assert sum(isinstance(f, Document) for f in found) == 10
    assert "more than 10 documents" in found[-1].reason


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_file_that_was_cut_short_gives_what_stands_before_or_is_named(name):
    file, data = SAMPLES[name]
    for share in (0.05, 0.4, 0.8, 0.97):
        assert everything(data[: int(len(data) * share)], file, TIGHT)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"pdf"}))
def test_a_file_with_any_byte_changed_is_read_or_named(name):
    file, data = SAMPLES[name]
    draw = random.Random(name)
    for _ in range(30):
        spoilt = bytearray(data)
        for _ in range(draw.randint(1, 20)):
            spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
        assert everything(bytes(spoilt), file, TIGHT)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.one_of(
        st.binary(max_size=300), st.text(alphabet="{}[]\",:\n\\<>abp/=!-|#*_`'&; \t1", max_size=300).map(str.encode)
    ),
    name=st.sampled_from(
        [*sorted({file for file, _ in SAMPLES.values()} - {"r.pdf"}), "x", "x.csv", "x.jsonl", "x.html"]
    ),
)
def test_random_bytes_under_any_name_never_raise(data, name):
    assert everything(data, name, TIGHT)


@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_called_pdf_never_raise(data):
    for item in read_bytes(b"%PDF-1.7\n" + data, "x.pdf", limits=TIGHT):
        assert isinstance(item, (Document, Quarantined))
