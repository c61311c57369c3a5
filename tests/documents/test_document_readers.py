"""Each reader knows its own, and reads what stands in it: text, parts, links, and what the source says of itself."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import EntryPoint

import pytest
from documents_support import (
    ATOM,
    GITHUB,
    HTML,
    MAIL,
    REPORT,
    SAMPLES,
    SERVICENOW,
    documents,
    everything,
    links,
    pages,
    parts,
    shown,
    tarball,
    word,
)  # fmt: skip

from vedette.documents.base import GROUP, DocumentReader, Quarantined, Sample
from vedette.documents.reading import read_bytes, read_folder, read_path
from vedette.documents.registry import load_readers, recognise
from vedette.plugins import load_plugins
from vedette.schema.document import Document, PartKind


def test_all_readers_load_and_follow_the_protocol():
    readers, broken = load_readers()
    assert not broken
    assert set(SAMPLES) == set(readers)
    for name, reader in readers.items():
        assert isinstance(reader, DocumentReader), name
        assert reader.name == name
        assert type(reader).__doc__
        assert type(reader).sniff.__doc__


def test_a_broken_reader_is_told_and_skipped(monkeypatch):
    points = [EntryPoint("good", "vedette.documents.readers.text:READER", GROUP), EntryPoint("bad", "nowhere:X", GROUP)]
    monkeypatch.setattr("vedette.plugins.entry_points", lambda group: points)
    found, broken = load_plugins("vedette.document_readers.test", DocumentReader)
    assert list(found) == ["good"]
    assert broken[0].name == "bad"


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_reader_knows_its_own_by_name_and_by_content(name):
    file, data = SAMPLES[name]
    assert recognise(Sample(file, data[: 64 << 10])).name == name
    if name not in ("markdown", "tickets"):  # known by their suffix, and by a key
        assert recognise(Sample("attachment", data[: 64 << 10])).name == name
    assert recognise(Sample("system.evtx.bin", b"\x01\x02\x03\x04" * 100)) is None


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_same_text_is_the_same_document_whatever_its_file_is_called(name):
    file, data = SAMPLES[name]
    one, two = documents(data, file), documents(data, f"copy-{file}")
    assert [d.document_id for d in one] == [d.document_id for d in two]
    assert one == documents(data, file)
    assert one or name == "other"


def test_html_keeps_main_text_tables_code_and_links():
    (page,) = documents(HTML, "page.html")
    assert page.title == "Report 7 | Vendor"
    assert page.published_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert (page.authors, page.language) == (("Jane Roe",), "en")
    assert parts(page) == [
        "The intrusion", "The actor used PsExec to move laterally, see the post.", "psexec \\\\host   cmd\n  two", "IOCs",
        "when\tnoon zed\nx y\t2", "one", "two", "three", "We saw it.", "Vendor on the group and what it did",
    ]  # fmt: skip
    assert [p.kind for p in page.parts] == [
        PartKind.HEADING, PartKind.PARAGRAPH, PartKind.CODE, PartKind.CAPTION, PartKind.TABLE, PartKind.LIST_ITEM,
        PartKind.LIST_ITEM, PartKind.LIST_ITEM, PartKind.QUOTE, PartKind.PARAGRAPH,
    ]  # fmt: skip
    assert page.parts[2].name == "powershell"
    assert page.parts[1].section == ("The intrusion",)
    assert links(page) == {
        "the post": "https://a.example/x", "zed": "http://z.example",
        "Vendor on the group and what it did": "https://ref.example/1",
    }  # fmt: skip


def test_a_table_that_lays_out_a_page_is_no_table():
    page = (
        b"<html><body><table><tr><td><h2>Head</h2><p>"
        + b"Long prose. " * 60
        + b"</p></td><td>x</td></tr></table></body>"
    )
    (document,) = documents(page, "x.html")
    assert PartKind.TABLE not in {p.kind for p in document.parts}
    assert parts(document, PartKind.HEADING) == ["Head"]


def test_markdown_keeps_structure_and_takes_off_marks():
    (document,) = documents(SAMPLES["markdown"][1], "r.md")
    assert document.title == "A report"
    assert document.fields == {"tlp": "green"}
    assert parts(document, PartKind.HEADING) == ["Heading one"]
    assert parts(document, PartKind.PARAGRAPH)[0].startswith(
        "The actor used PsExec v2.1. It ran cmd_x.exe on host_a_b, see the blog and ref.\nContacted evil[.]com."
    )
    assert parts(document, PartKind.LIST_ITEM) == ["bullet one", "bullet two goes\non"]
    assert parts(document, PartKind.TABLE) == ["a\tb\n1\tx"]
    assert parts(document, PartKind.CODE) == ["iex foo"]
    assert parts(document, PartKind.QUOTE) == ["quoted words"]
    assert links(document) == {
        "the blog": "https://x.example/a_(b)",
        "ref": "https://ref.example",
        "x": "http://y.example",
    }


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"C:\Users\_x\*.exe ran", r"C:\Users\_x\*.exe ran"),
        ("hxxp[:]//evil[.]com/a_b_c", "hxxp[:]//evil[.]com/a_b_c"),
        ("**bold** and *it* and __b__ 2 * 3 * 4", "bold and it and b 2 * 3 * 4"),
        ("a `x*y` b", "a x*y b"),
        ("![alt](http://p.example/x.png) text", "alt text"),
        ("<https://a.example/b> and a < b", "https://a.example/b and a < b"),
        ("[not a link] (x)", "[not a link] (x)"),
        ("[a [nested](http://n.example) b](http://o.example)", "a nested b"),
        (r"file\_name in %APPDATA%\_x", r"file_name in %APPDATA%\_x"),
        ("sub_1234 and _x", "sub_1234 and x"),
    ],
)
def test_inline_markdown_leaves_values_whole(source, text):
    (document,) = documents(source.encode(), "x.md")
    assert document.text == text


def test_plain_text_has_headings_bullets_quotes_tables_and_code():
    text = (
        b"Title\n=====\n\nOne line\nand two.\n\n  * a\n  2. b\n\n> said\n> so\n\na\tb\nc\td\n\n    x = 1\n    y = 2\n"
    )
    (document,) = documents(text, "x.txt")
    assert [(p.kind.value, document.text[p.start : p.end]) for p in document.parts] == [
        ("heading", "Title"), ("paragraph", "One line\nand two."), ("list_item", "a"), ("list_item", "2. b"),
        ("quote", "said\nso"), ("table", "a\tb\nc\td"), ("code", "    x = 1\n    y = 2"),
    ]  # fmt: skip


def test_pdf_gives_headings_by_size_whole_words_whole_hashes_and_links():
    (document,) = documents(REPORT, "r.pdf")
    assert parts(document, PartKind.HEADING) == ["Operation Lantern", "Impact"]
    assert document.title == "Operation Lantern"
    prose = parts(document, PartKind.PARAGRAPH)
    assert prose[0].startswith("The actor used PsExec to move laterally through the network, and left")
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" in document.text
    assert document.parts[-1].section == ("Operation Lantern", "Impact")
    assert document.parts[1].origin == "page 1"
    assert set(links(document).values()) == {"https://a.example"}


def test_pdf_drops_running_heads_and_joins_paragraphs_over_pages():
    contents = [
        shown(
            (9, 760, "Vendor confidential"), (11, 720, f"Part {n} begins here with many words to fill a whole line of text."),
            (11, 706, f"It goes on {'alpha beta gamma'.split()[n]} with more of the words that fill a whole line of the page."),
            (11, 692, "This stands on each page in the middle of its text, as prose may."),
            (11, 678, f"and this line {'one two three'.split()[n]} is not done yet, because it"), (9, 30, f"Page {n + 1}"),
        )
        for n in range(3)
    ]  # fmt: skip
    (document,) = documents(pages(*contents, shown((11, 720, "goes on over the page."))), "r.pdf")
    assert "confidential" not in document.text
    assert "Page 2" not in document.text
    assert "This stands on each page" in document.text
    assert any(p.endswith("because it\ngoes on over the page.") for p in parts(document))


def test_pdf_code_is_told_by_its_letters():
    (document,) = documents(pages(shown((11, 700, "psexec host"), (11, 686, "  cmd"), font=b"/F2")), "r.pdf")
    assert [p.kind for p in document.parts] == [PartKind.CODE]


def test_encrypted_and_scanned_pdf_say_so():
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(REPORT)))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    (bad,) = everything(out.getvalue(), "x.pdf")
    assert isinstance(bad, Quarantined)
    assert "password" in bad.reason
    (bad,) = everything(pages(b"q Q"), "x.pdf")
    assert "character recognition" in bad.reason


def test_word_gives_styles_of_any_language_notes_links_and_no_deleted_text():
    (document,) = documents(word(), "r.docx")
    assert (document.title, document.authors) == ("Lantern", ("Jane Roe",))
    assert document.published_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert [(p.kind.value, document.text[p.start : p.end]) for p in document.parts] == [
        ("heading", "Findings"), ("paragraph", "The actor used PsExec, see the post"), ("list_item", "a bullet"),
        ("code", "psexec  x\ncmd"), ("table", "kind\tevil[.]example"), ("paragraph", "A footnote."),
    ]  # fmt: skip
    assert document.parts[-1].origin == "footnotes"
    assert links(document) == {"the post": "https://a.example/x"}


def test_open_document_texts():
    (document,) = documents(SAMPLES["odt"][1], "r.odt")
    assert [(p.kind.value, document.text[p.start : p.end]) for p in document.parts] == [
        ("heading", "Findings"), ("paragraph", "See the post,  now."), ("list_item", "one"), ("table", "a\tb"),
        ("paragraph", "A note."),
    ]  # fmt: skip
    assert links(document) == {"the post": "https://a.example"}


def test_a_message_gives_headers_text_links_and_its_attachments():
    message, note = documents(MAIL, "m.eml")
    assert message.title == "Invoice €"
    assert message.authors == ("Jörg",)
    assert message.published_at == datetime(2024, 2, 5, 9, tzinfo=UTC)
    (header,) = parts(message, PartKind.HEADER)
    assert "From: Jörg <joerg@a.example>\n" in header
    assert "203.0.113.77" in header
    assert links(message) == {"your bank": "http://evil.example/login"}
    assert [(u.place, "PNG" in u.reason) for u in message.unread] == [("attachment l.png", True)]
    assert (note.source, note.media_type) == ("m.eml!n.md", "text/markdown")


def test_a_mailbox_gives_each_message():
    found = documents(SAMPLES["mbox"][1], "m.mbox")
    assert [d.source for d in found] == ["m.mbox#1", "m.mbox#1!n.md", "m.mbox#2"]
    assert found[-1].text.endswith("body\nFrom here")


def test_feeds_give_each_entry_once():
    one, two = documents(SAMPLES["feed"][1], "feed.xml")
    assert (one.source, one.title, one.authors) == ("feed.xml#1", "APT & co", ("Jane",))
    assert one.published_at == datetime(2024, 2, 5, 9, tzinfo=UTC)
    assert one.fields == {"feed": "Vendor blog", "url": "https://v.example/1", "tags": "apt"}
    assert parts(one) == ["APT & co", "The actor\u00a0used PsExec. See this"]
    assert links(one) == {"APT & co": "https://v.example/1", "this": "https://x.example"}
    assert parts(two) == ["Two", "plain text only"]
    (entry,) = documents(ATOM, "atom.xml")
    assert (entry.title, parts(entry, PartKind.HEADING)) == ("x y", ["Head"])
    assert entry.authors == ("Bob",)
    made = b'{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [{"id": "1", "content_html": "<p>Hi</p>"}]}'
    assert documents(made, "feed.json")[0].text == "Hi"


def test_stix_bundles_and_taxii_envelopes():
    (report,) = documents(SAMPLES["stix"][1], "bundle.json")
    assert (report.title, report.fields["tlp"]) == ("Rep", "green")
    assert parts(report, PartKind.PARAGRAPH) == ["The actor used X.", "A loader."]
    fields = {p.name: report.text[p.start : p.end] for p in report.parts if p.kind is PartKind.FIELD}
    assert fields["indicator.pattern"] == "[domain-name:value = 'evil.example']"
    assert fields["malware.aliases"] == "Geodo"
    assert links(report) == {"blog": "https://b.example"}
    assert "203.0.113.9" in parts(report, PartKind.FIELD)
    envelope = (
        b'{"more": false, "objects": [{"type": "malware", "spec_version": "2.1", "id": "malware--1", "name": "X"}]}'
    )
    assert documents(envelope, "envelope.json")[0].media_type == "application/stix+json"


def test_stix_relationships_are_sentences_and_what_is_revoked_says_so():
    bundle = (
        b'{"type":"bundle","id":"bundle--1","objects":[{"type":"intrusion-set","id":"i--1","name":"APT28"},'
        b'{"type":"tool","id":"t--1","name":"PsExec"},{"type":"relationship","id":"r--1","source_ref":"i--1",'
        b'"target_ref":"t--1","relationship_type":"uses"},{"type":"indicator","id":"n--1","revoked":true,'
        b'"name":"old","pattern":"[ipv4-addr:value = \'91.2.3.4\']"}]}'
    )
    (only,) = documents(bundle, "bundle.json")
    assert "APT28 uses PsExec." in parts(only, PartKind.PARAGRAPH)
    assert {p.origin for p in only.parts if p.name == "indicator.pattern"} == {"n--1, revoked"}


def test_misp_marks_pairs_and_galaxies():
    event = (
        b'{"Event":{"info":"Wave","Tag":[{"name":"misp-galaxy:threat-actor=\\"Gamaredon Group\\""}],"Attribute":['
        b'{"type":"filename|sha256","value":"a.exe|aa","to_ids":true},{"type":"ip-dst","value":"91.2.3.4","deleted":true}]}}'
    )
    (event,) = documents(event, "event.json")
    fields = {p.name: event.text[p.start : p.end] for p in event.parts if p.kind is PartKind.FIELD}
    assert fields == {"threat-actor": "Gamaredon Group", "filename|sha256": "a.exe | aa"}
    assert [one.reason for one in event.unread] == ["1 deleted in the event: left out"]


def test_a_table_without_a_title_is_called_by_its_file():
    rows = b"\n".join(b"\t".join(b"cell%d" % at for at in range(30)) for _ in range(50))
    assert documents(rows, "Values.txt")[0].title == "Values.txt"


def test_what_stands_before_parts_that_nest_too_deep_is_read():
    n = 3000
    parts_of = "".join(
        f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\nContent-Type: text/plain\n\nTold {at}.\n--b{at}\n'
        for at in range(n)
    )
    (message,) = documents(f"From: a@b.example\nSubject: S\nMIME-Version: 1.0\n{parts_of}".encode(), "m.eml")
    assert "Told 3." in message.text
    assert [one.reason for one in message.unread] == ["cut: parts nested in each other more than 50 deep"]


def test_misp_events():
    (event,) = documents(SAMPLES["misp"][1], "event.json")
    assert (event.title, event.authors, event.fields["tlp"]) == ("Emotet wave", ("CIRCL",), "green")
    fields = {p.name: (event.text[p.start : p.end], p.origin) for p in event.parts if p.kind is PartKind.FIELD}
    assert fields == {
        "ip-dst": ("203.0.113.5", "attribute 1, Network activity, to_ids"),
        "sha256": ("aa", "object 1, attribute 1, to_ids"),
    }
    assert parts(event, PartKind.PARAGRAPH) == [
        "The actor came.",
        "C2 of the loader",
        "The actor used a macro to start.",
    ]


def test_tickets_of_jira_github_and_service_now():
    (jira,) = documents(SAMPLES["tickets"][1], "jira.json")
    assert (jira.title, jira.authors) == ("Phish", ("Bob",))
    assert jira.fields == {"id": "SEC-1", "status": "Open"}
    assert parts(jira)[:6] == ["Phish", "User clicked here", "curl x", "c1\tc2", "Comment of Ann", "Seen it on host5."]
    assert links(jira) == {"here": "http://evil.example"}
    (issue,) = documents(GITHUB, "issues.json")
    assert parts(issue)[:3] == ["Bug", "It fails", "rm x"]
    assert issue.fields["url"] == "https://g.example/3"
    first, second = documents(SERVICENOW, "incidents.csv")
    assert (first.title, first.fields["id"]) == ("Malware alert", "INC1")
    assert parts(first)[1:3] == ["Host pc1 ran evil.exe\nand then more.", "Ann: blocked"]
    assert second.source == "incidents.csv#2"


def test_json_lines_bad_ones_apart():
    found = everything(b'{"text": "The actor came.", "id": 1}\nnot json\n[1]\n{"text": "Two."}\n', "d.jsonl")
    assert [type(f).__name__ for f in found] == ["Document", "Quarantined", "Quarantined", "Document"]
    assert found[1].source == "d.jsonl#2"


def test_json_and_tables_without_tickets_are_read_as_they_are():
    (document,) = documents(b'{"a": {"b": [1, "evil.example"]}}', "x.json")
    assert [(p.kind, p.name) for p in document.parts] == [(PartKind.FIELD, "a.b"), (PartKind.FIELD, "a.b")]
    (table,) = documents(b"domain;kind\nevil.example;c2\n", "iocs.csv")
    assert parts(table, PartKind.TABLE) == ["domain\tkind\nevil.example\tc2"]


def test_archives_give_what_is_in_them_office_documents_whole():
    found = everything(SAMPLES["archive"][1], "a.zip")
    assert [f.source for f in found] == [
        "a.zip!in/b.txt.gz", "a.zip!m.eml", "a.zip!m.eml!n.md", "a.zip!n.zip!deep.txt", "a.zip!w.docx",
    ]  # fmt: skip
    assert found[-1].title == "Lantern"
    (page,) = documents(tarball(), "p.tar.gz")
    assert page.source == "p.tar.gz!page.html"


def test_folders_are_read_in_order_and_links_out_of_them_are_not_followed(tmp_path):
    folder = tmp_path / "reports"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text("Second text.")
    (folder / "a.md").write_text("# First")
    (folder / "sub" / "c.txt").write_text("Third text.")
    (folder / ".hidden").write_text("no")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "z.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "empty.txt").write_bytes(b"")
    found = list(read_folder([folder, tmp_path / "none.txt"]))
    assert [f.text if isinstance(f, Document) else f.reason for f in found] == [
        "First", "Second text.", "empty", "a link that leads out of the folder", "Third text.", "there is no such file",
    ]  # fmt: skip
    assert [d.source for d in read_path(folder / "a.md")] == [str(folder / "a.md")]


def test_what_is_known_and_not_read_is_told():
    for name, data, said in (
        ("x.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "eml"), ("x.rtf", b"{\\rtf1 hello}", "docx"),
        ("x.xlsx", b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "csv"), ("x.7z", b"7z\xbc\xaf\x27\x1c\0", "unpack"),
        ("x.bin", b"\0\1\2\3" * 50, "binary"), ("x", b"", "empty"),
    ):  # fmt: skip
        (bad,) = list(read_bytes(data, name))
        assert isinstance(bad, Quarantined)
        assert said in bad.reason


def test_halves_of_characters_in_names_and_keys_come_out_whole():
    (document,) = documents(b'{"\\ud83d": {"a": "x"}, "b": "\\ud83d y"}', "x\udcff.json")
    assert document.text == "x\n\n\ufffd y"
    (bad,) = everything(b"\x00\x01\x02" * 50, "x\udcff")
    assert bad.source == "x\ufffd"
