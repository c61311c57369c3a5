"""Each reader reads its own form, and none raises whatever it is given."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forge_corpus_support import notes, write_rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.documents.language import language_of
from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, CorpusReader, Row, SourceFile
from vedette.forge.corpus.chat import Conversation, conversation
from vedette.forge.corpus.files import sample_of
from vedette.forge.corpus.registry import load_readers, reader_named, recognise
from vedette.forge.corpus.shape import Item, parse_time, shape
from vedette.forge.recipe import SourceSpec
from vedette.knowledge import attack
from vedette.plugins import load_plugins

FILE_READERS = sorted(name for name, reader in load_readers()[0].items() if not reader.whole)
OURS = (
    "cases", "csv", "docx", "hf", "html", "json", "jsonl", "knowledge", "messages", "parquet", "pdf", "preference",
    "sessions", "text", "tsv",
)  # fmt: skip


def read(path, name="auto", **more):
    spec = SourceSpec(path=str(path), format=name, **more)
    file = SourceFile(path, path.name)
    reader = recognise(sample_of(file)) if name == "auto" else reader_named(name)
    assert reader is not None
    return list(reader.read(file, spec))


def texts(rows):
    return [r.fields["text"] for r in rows if isinstance(r, Row)]


def test_all_readers_load_and_follow_the_protocol():
    readers, broken = load_readers()
    assert not broken
    assert set(OURS) <= set(readers)
    for name, reader in readers.items():
        assert isinstance(reader, CorpusReader), name
        assert reader.name == name
        assert type(reader).__doc__
        assert not reader.whole or hasattr(reader, "digest")


def test_an_unknown_reader_names_those_there_are():
    with pytest.raises(UserError) as raised:
        reader_named("papyrus")
    assert "jsonl" in (raised.value.next_step or "")


def test_a_broken_plugin_is_told_and_skipped(monkeypatch):
    from importlib.metadata import EntryPoint

    entries = [EntryPoint("good", "vedette.forge.corpus.readers.text:READER", "g"), EntryPoint("bad", "nowhere:X", "g")]
    monkeypatch.setattr("vedette.plugins.entry_points", lambda group: entries)
    found, broken = load_plugins("g", CorpusReader)
    assert list(found) == ["good"]
    assert broken[0].name == "bad"


HOSTILE = [
    b"", b"\0", b"\xff\xfe", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"%PDF-1.7\n%%EOF", b"PK\x03\x04", b"PAR1PAR1",
    b"{" * 5000, b"[" * 5000, b"<div>" * 5000, b'{"messages": [[[]]]}', b'{"text": 1e400}', b'"', b"a,b\n\"x" + b"y" * 5000,  # noqa: E501
    b"a\tb\n1\t2\t3\n", b"<!doctype html><html><body></body></html>", b"x" * 300_000, "\ud83d".encode("utf-8", "surrogatepass"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize("name", FILE_READERS)
def test_no_reader_raises_for_what_is_in_a_file(tmp_path, name):
    for at, data in enumerate(HOSTILE):
        path = tmp_path / f"hostile{at}"
        path.write_bytes(data)
        for row in read(path, name):
            assert isinstance(row, (Row, Bad))


@pytest.mark.parametrize("name", sorted(set(OURS) & set(FILE_READERS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.text(alphabet='{}[]",:\n\\<>ab\t1', max_size=200).map(str.encode)))
def test_no_reader_raises_for_any_bytes(tmp_path, name, data):
    path = tmp_path / "any"
    path.write_bytes(data)
    for row in read(path, name):
        if isinstance(row, Row):
            assert isinstance(shape(row, "any", SourceSpec(path="any"), 0), (Item, Bad, str))


def test_csv_with_quotes_newlines_and_ragged_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"one, with\nnewline",x\nshort\n"two ""quoted""",y\n')
    rows = read(path)
    assert texts(rows) == ["one, with\nnewline", 'two "quoted"']
    assert [r.reason for r in rows if isinstance(r, Bad)] == ["1 values where the header has 2"]


def test_tsv_semicolons_and_a_given_header(tmp_path):
    (tmp_path / "a.tsv").write_text("text\tlabel\nhello there\tx\n")
    (tmp_path / "b.csv").write_text("text;label\nhello; there\n")
    (tmp_path / "c.csv").write_text("hello,x\n")
    assert texts(read(tmp_path / "a.tsv")) == ["hello there"]
    assert texts(read(tmp_path / "b.csv")) == ["hello"]
    assert texts(read(tmp_path / "c.csv", options={"header": ["text", "label"]})) == ["hello"]


def test_json_as_list_as_object_with_a_list_and_as_lines(tmp_path):
    for name, body in (
        ("a.json", b'[{"text": "one"}, {"text": "two"}]'),
        ("b.json", b'{"version": 1, "data": [{"text": "one"}, {"text": "two"}]}'),
        ("c.json", b'{"text": "one"}\n{"text": "two"}\n'),
    ):
        (tmp_path / name).write_bytes(body)
        assert texts(read(tmp_path / name)) == ["one", "two"], name


def test_parquet_with_nested_fields(tmp_path):
    pq.write_table(
        pa.table({"text": ["one"], "meta": [{"at": datetime(2024, 1, 1, tzinfo=UTC)}]}), tmp_path / "a.parquet"
    )
    spec = SourceSpec(path="x", time="meta.at", label="meta.at")
    item = shape(read(tmp_path / "a.parquet")[0], "a", spec, 0)
    assert isinstance(item, Item)
    assert item.at == datetime(2024, 1, 1, tzinfo=UTC)


def test_html_gives_the_main_text_without_the_menu(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        """<!doctype html><html><head><title>Report 7</title><script>var x = 1</script></head><body>
        <nav><ul><li><a href=/>Home</a></li><li><a href=/blog>Blog</a></li></ul></nav>
        <div class="cookie-banner">We use cookies to track you</div>
        <article><header><h1>The intrusion</h1></header><p>The actor used <b>PsExec</b> to move
        laterally.</p><pre>psexec \\\\host   cmd</pre><table><tr><td>when</td><td>noon</td></tr></table></article>
        <aside>Related posts</aside><footer>All rights reserved</footer></body></html>"""
    )
    (row,) = read(path)
    assert row.fields["title"] == "Report 7"
    assert row.fields["text"] == (
        "# The intrusion\n\nThe actor used PsExec to move laterally.\n\npsexec \\\\host   cmd\n\nwhen | noon"
    )


def test_html_nested_a_hundred_thousand_deep_is_no_trouble(tmp_path):
    path = tmp_path / "deep.html"
    path.write_bytes(b"<html><body>" + b"<div>" * 100_000 + b"deep text" + b"</div>" * 100_000)
    assert all(isinstance(r, (Row, Bad)) for r in read(path))


def docx(paragraphs: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            + paragraphs
            + "</w:body></w:document>",
        )
    return buffer.getvalue()


def test_docx_gives_headings_paragraphs_and_no_entities(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(
        docx(
            '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Findings</w:t></w:r></w:p>'
            "<w:p><w:r><w:t>The host </w:t></w:r><w:r><w:t>was clean &x;</w:t></w:r></w:p>"
        )
    )
    (row,) = read(path)
    assert row.fields["text"].strip() == "# Findings\nThe host was clean"
    assert "root:" not in row.fields["text"]


def test_pdf_gives_the_text_of_its_pages(tmp_path):
    stream = b"BT /F1 12 Tf 72 700 Td (The actor moved laterally) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",  # noqa: E501
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, value in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    start = len(body)
    body += (
        b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    )
    (tmp_path / "a.pdf").write_bytes(body)
    assert texts(read(tmp_path / "a.pdf")) == ["The actor moved laterally"]


@pytest.mark.parametrize(
    ("fields", "contents"),
    [
        ({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}, ["q", "a"]),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}]}, ["q"]),
        ({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}, ["q", "a"]),
        ({"instruction": "do", "input": "this", "output": "done"}, ["do\n\nthis", "done"]),
        ({"prompt": "q", "completion": "a"}, ["q", "a"]),
    ],
)
def test_conversations_in_their_forms(fields, contents):
    talk = conversation(fields)
    assert isinstance(talk, Conversation)
    assert [m["content"] for m in talk.messages] == contents
    assert {m["role"] for m in talk.messages} <= {"user", "assistant"}


def test_preferences_with_turns_or_texts():
    told = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "good"}]
    worse = [*told[:1], {"role": "assistant", "content": "bad"}]
    for fields in ({"prompt": "q", "chosen": "good", "rejected": "bad"}, {"chosen": told, "rejected": worse}):
        talk = conversation(fields)
        assert isinstance(talk, Conversation)
        assert (talk.messages[0]["content"], talk.chosen, talk.rejected) == ("q", "good", "bad")
    assert isinstance(conversation({"prompt": "q", "chosen": "same", "rejected": "same"}), str)
    assert isinstance(conversation({"messages": [{"role": "oracle", "content": "q"}]}), str)


def test_sessions_become_examples_and_preferences(tmp_path):
    def session(reply, **more):
        return {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": reply}], **more}

    path = write_rows(
        tmp_path / "s.jsonl",
        [
            session("good", feedback="up"),
            session("bad", feedback="down"),
            session("meh", feedback={"rating": "down", "correction": "better"}),
            session("nothing said", feedback=None),
        ],
    )
    rows = read(path)
    kept = [r for r in rows if isinstance(r, Row)]
    assert [r.labels for r in kept] == [("up",), ("corrected",), ("down",)]
    talks = [conversation(r.fields) for r in kept]
    assert (talks[1].chosen, talks[1].rejected) == ("better", "meh")
    assert (talks[2].chosen, talks[2].rejected) == ("good", "bad")
    assert [r.reason for r in rows if isinstance(r, Bad)] == ["a session without feedback on a reply"]


def test_a_dataset_folder_keeps_its_split_and_licence(build, tmp_path):
    rows = notes(30)
    folder = tmp_path / "set"
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A set\n")
    for name, part in (("train", rows[:20]), ("validation", rows[20:25]), ("test", rows[25:])):
        pq.write_table(pa.Table.from_pylist(part), folder / "data" / f"{name}-00000-of-00001.parquet")
    corpus = build([{"path": "set", "label": "label"}])
    assert [corpus.count(s) for s in ("train", "validation", "test")] == [20, 5, 5]
    assert corpus.card["splits"]["train"]["licences"] == {"apache-2.0": 20}
    assert corpus.card["sources"][0]["format"] == "hf"


def test_a_pinned_set_is_read_by_name(build):
    corpus = build([{"path": "attack-enterprise", "format": "knowledge", "limit": 50}])
    labels = [r.labels[0] for s in ("train", "validation", "test") for r in corpus.records(s)]
    assert labels
    assert all(attack.technique(label) for label in labels)
    with pytest.raises(UserError, match="no pinned set"):
        build([{"path": "attack-enterprize", "format": "knowledge"}], out="b")


def test_a_home_s_notes_and_verdicts_become_records(build, tmp_path):
    from vedette.schema import Case, Claim, Evidence, Finding, Severity, Verdict
    from vedette.store import Lake
    from vedette.store.book import add_note, save_cases

    at = datetime(2024, 5, 1, tzinfo=UTC)
    finding = Finding(
        finding_id="f" * 16, rule_id="r1", title="Suspicious PsExec service", kind="sigma", severity=Severity.HIGH,
        confidence=0.9, first_at=at, last_at=at, count=2, evidence=(Evidence(ref="e1", quote="psexesvc.exe"),),
        device_name="host1",
    )  # fmt: skip
    claim = Claim(text="Somebody moved laterally.", evidence=())
    case = Case(
        case_id="case-00000001", title="Lateral movement", severity=Severity.HIGH, confidence=0.9, first_at=at, last_at=at,  # noqa: E501
        summary=(claim,), findings=(finding,), accounts=(), hosts=(), timeline=(), path=(), techniques=(),
    )  # fmt: skip
    lake = Lake.open(tmp_path / "home")
    try:
        other = replace(case, case_id="case-00000002", title="Another one entirely")
        save_cases(lake, [case, other])
        add_note(lake, case, "our own deployment tool", author="Jane", verdict=Verdict.BENIGN, finding_id="f")
        add_note(lake, case, "written to the owner of the host", author="Jane")
    finally:
        lake.close()
    corpus = build([{"path": "home", "format": "cases"}], split={"test": 0, "validation": 0})
    records = {r.fields["kind"] + r.text: r for r in corpus.records("train")}
    assert records["noteour own deployment tool"].labels == ("benign",)
    judged = next(r for r in records.values() if r.fields["kind"] == "finding")
    assert judged.text.startswith("Suspicious PsExec service (high), 2 times on host1.")
    assert judged.labels == ("benign",)
    assert judged.group == "case-00000001"
    assert all("Jane" not in r.text for r in records.values())
    with pytest.raises(UserError, match="no home"):
        build([{"path": "nowhere", "format": "cases"}], out="b")


def test_long_documents_are_cut_at_paragraphs_and_stay_together(build, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    for at in range(6):
        paragraphs = [
            " ".join(f"{w}{at}{k}" for w in "alpha beta gamma delta epsilon zeta eta theta".split()) for k in range(9)
        ]
        (folder / f"d{at}.txt").write_text("\n\n".join(paragraphs))
    corpus = build([{"path": "docs", "options": {"chunk_words": 24}}], split={"test": 0.2, "validation": 0.2})
    parts = {s: {r.group for r in corpus.records(s)} for s in ("train", "validation", "test")}
    assert sum(corpus.count(s) for s in parts) == 18
    assert not parts["train"] & parts["test"]


def test_templates_and_nested_fields_make_the_text():
    row = Row(place="", fields={"id": "T1", "about": {"name": "x", "tags": ["a", "b"]}})
    item = shape(row, "f", SourceSpec(path="x", text="{id}: {about.name} ({about.tags})", label="about.tags"), 0)
    assert isinstance(item, Item)
    assert item.text == "T1: x (a, b)"
    assert item.labels == ("a", "b")


def test_times_in_their_forms():
    wanted = datetime(2024, 5, 1, 12, tzinfo=UTC)
    for value in ("2024-05-01T12:00:00Z", "2024-05-01 14:00:00+02:00", 1714564800, 1714564800000, "1714564800"):
        assert parse_time(value) == wanted
    for value in ("yesterday", float("nan"), -5, True):
        with pytest.raises(ValueError):
            parse_time(value)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The attacker used a stolen password to log in to the mail server and then sent mail to all users.", "en"),
        ("Der Angreifer hat sich mit einem gestohlenen Kennwort an dem Server angemeldet und die Daten gelesen.", "de"),
        ("L'attaquant a utilisé un mot de passe volé pour se connecter au serveur et lire les messages.", "fr"),
        ("El atacante usó una contraseña robada para entrar en el servidor y leer los mensajes de todos.", "es"),
        (
            "L'attaccante ha usato una password rubata per entrare nel server e leggere i messaggi di tutti gli utenti.",  # noqa: E501
            "it",
        ),
        ("Злоумышленник вошел на сервер и прочитал все сообщения, которые были на нем, но не удалил их.", "ru"),
        ("攻撃者は盗んだパスワードを使ってサーバーに入りました。", "ja"),
        ("攻击者使用被盗的密码登录服务器并读取了所有邮件。", "zh"),
        ("for (int i = 0; i < n; i++) { sum += a[i] * b[i]; } return sum;", None),
        ("def main(argv):\n    parser = ArgumentParser()\n    return run(parser.parse_args(argv))", None),
        ("T1059.001 powershell.exe", None),
        ("V4.0 V5.0 i-Release k3s", None),
        ("", None),
    ],
)
def test_languages_are_told_or_said_to_be_unknown(text, language):
    assert language_of(text) == language


def test_orjson_numbers_do_not_become_texts():
    item = shape(Row(place="", fields=orjson.loads(b'{"text": 7}')), "f", SourceSpec(path="x"), 0)
    assert isinstance(item, Item)
    assert item.text == "7"
