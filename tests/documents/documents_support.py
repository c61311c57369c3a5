"""One sound file of each format, and what every document must keep to."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

from benchmarks.intel.hostile_files import docx, pdf, stream

from vedette.documents.base import Limits, Quarantined
from vedette.documents.reading import read_bytes
from vedette.schema.document import Document, PartKind

_ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:text>'
    '<text:h text:outline-level="1">Findings</text:h><text:p>See <text:a xlink:href="https://a.example">the post'
    '</text:a>,<text:s text:c="2"/>now.<text:note><text:note-body><text:p>A note.</text:p></text:note-body></text:note>'
    "</text:p><text:list><text:list-item><text:p>one</text:p></text:list-item></text:list><table:table><table:table-row>"
    "<table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
    "</table:table-row></table:table></office:text></office:body></office:document-content>"
)
_STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:styleId="berschrift2">'
    '<w:name w:val="heading 2"/></w:style><w:style w:styleId="Quelltext"><w:name w:val="HTML Code"/></w:style></w:styles>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="https://a.example/x" '
    'TargetMode="External"/></Relationships>'
)
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>Lantern</dc:title>'
    "<dc:creator>Jane Roe</dc:creator><dcterms:created>2024-02-03T04:05:06Z</dcterms:created></cp:coreProperties>"
)
_NOTES = (
    '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote><w:p><w:r><w:t>'
    "A footnote.</w:t></w:r></w:p></w:footnote></w:footnotes>"
)


def word() -> bytes:
    """Return a Word document with everything that is read from one."""
    body = (
        '<w:p><w:pPr><w:pStyle w:val="berschrift2"/></w:pPr><w:r><w:t>Findings</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>The actor used </w:t></w:r><w:r><w:t>PsExec, see </w:t></w:r>"
        '<w:hyperlink xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="r1"><w:r><w:t>'
        "the post</w:t></w:r></w:hyperlink><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
        "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>a bullet</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:pStyle w:val="Quelltext"/></w:pPr><w:r><w:t>psexec  x</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Quelltext"/></w:pPr><w:r><w:t>cmd</w:t></w:r></w:p>'
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>kind</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>evil[.]example</w:t></w:r>"
        "</w:p></w:tc></w:tr></w:tbl>"
    )
    more = {
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _RELS,
        "docProps/core.xml": _CORE,
        "word/footnotes.xml": _NOTES,
    }
    return docx(body, more=[(name, text.encode()) for name, text in more.items()])


def pages(*contents: bytes, catalogue: bytes = b"", fonts: bytes = b"/Helvetica") -> bytes:
    """Return a PDF of pages with these contents."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont %s >>" % fonts,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for n, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R "
            b"/F2 4 0 R >> >> /Annots [<< /Type /Annot /Subtype /Link /Rect [70 695 300 715] /A << /S /URI /URI "
            b"(https://a.example) >> >>] >>" % (6 + 2 * n)
        )
        objects.append(stream(content))
    return pdf(objects)


def shown(*lines: tuple[int, int, str], font: bytes = b"/F1") -> bytes:
    """Return the content of a page: lines as (size, height, text)."""
    said = [b"%s %d Tf 1 0 0 1 72 %d Tm (%s) Tj" % (font, size, y, text.encode("latin-1")) for size, y, text in lines]
    return b"BT " + b"\n".join(said) + b" ET"


REPORT = pages(
    shown(
        (24, 740, "Operation Lantern"), (11, 700, "The actor used PsExec to move laterally through the net-"),
        (11, 686, "work, and left after some weeks of work that nobody saw."), (11, 650, "It dropped"),
        (11, 636, "e3b0c44298fc1c149afbf4c8996fb92427ae41"), (11, 622, "e4649b934ca495991b7852b855"),
        (16, 580, "Impact"), (11, 550, "Files were encrypted on the network share of the company."),
    )
)  # fmt: skip

MAIL = b"""From: =?utf-8?q?J=C3=B6rg?= <joerg@a.example>
To: b@b.example
Subject: =?utf-8?b?SW52b2ljZSDigqw=?=
Date: Mon, 5 Feb 2024 10:00:00 +0100 (CET)
Message-ID: <1@a.example>
Received: from mail.evil.example ([203.0.113.77]) by mx.b.example; Mon, 5 Feb 2024 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="B"

--B
Content-Type: multipart/alternative; boundary="C"

--C
Content-Type: text/plain; charset=utf-8

Hello plain
--C
Content-Type: text/html; charset=utf-8

<p>Hello <a href="http://evil.example/login">your bank</a></p>
--C--
--B
Content-Type: text/markdown; name="n.md"
Content-Disposition: attachment; filename="n.md"

# Note
attached text
--B
Content-Type: image/png; name="l.png"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="l.png"

iVBORw0KGgoAAAAA
--B--
"""

HTML = b"""<!doctype html><html lang=en><head><title>Report 7 | Vendor</title>
<meta property="article:published_time" content="2024-02-03T04:05:06Z"><meta name=author content="Jane Roe">
<script>var x = 'STOLEN'</script></head><body>
<nav><ul><li><a href=/>Home</a></li><li><a href=/blog>Blog</a></li></ul></nav>
<div class="cookie-banner">We use cookies to track you</div>
<article><header><h1>The intrusion</h1></header><p>The actor used <b>PsExec</b>   to move
laterally, see <a href="https://a.example/x">the post</a>.</p><pre><code class="language-powershell">psexec \\\\host   cmd
  two</code></pre><table><caption>IOCs</caption><tr><th>when</th><td>noon <a href="http://z.example">zed</a></td></tr>
<tr><td>x<br>y</td><td>2</td></tr></table><ul><li><p>one</p></li><li>two<ul><li>three</li></ul></li></ul>
<blockquote>We saw it.</blockquote><p style="display: none">hidden</p>
<p><a href="https://ref.example/1">Vendor on the group and what it did</a></p><p><a href=/tag>tags</a></p></article>
<aside>Related posts</aside><footer>All rights reserved</footer></body></html>"""

MARKDOWN = b"""---
title: "A report"
date: 2024-03-02
tlp: green
---
# Heading *one*

The actor used **PsExec** v2.1. It ran `cmd_x.exe` on host_a_b, see [the blog](https://x.example/a_(b)) and [ref][1].
Contacted evil[.]com. Then left.

- bullet one
- bullet two goes
  on

> quoted words

| a | b |
|---|---|
| 1 | [x](http://y.example) |

```powershell
iex foo
```

[1]: https://ref.example
"""

FEED = b"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Vendor blog</title>
<item><title>APT &amp; co</title><link>https://v.example/1</link><guid>g1</guid><pubDate>Mon, 05 Feb 2024 10:00:00 +0100
</pubDate><dc:creator>Jane</dc:creator><category>apt</category><description>The actor&nbsp;used PsExec.</description>
<content:encoded><![CDATA[<p>The actor\xc2\xa0used PsExec. See <a href="https://x.example">this</a></p><script>STOLEN</script>]]>
</content:encoded></item><item><title>Two</title><description>plain text only</description></item></channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title type="html">&lt;b&gt;x&lt;/b&gt; y</title>
<id>urn:1</id><link href="https://a.example/1"/><updated>2024-01-01T00:00:00Z</updated><author><name>Bob</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>Head</h2><p>Body <b>bold</b> text.</p></div></content>
</entry></feed>"""

MISP = b"""{"Event":{"info":"Emotet wave","uuid":"u-1","date":"2024-02-03","Tag":[{"name":"tlp:green"}],"Orgc":{"name":"CIRCL"},
"Attribute":[{"type":"ip-dst","category":"Network activity","to_ids":true,"value":"203.0.113.5","comment":"C2 of the loader"},
{"type":"comment","value":"The actor used a macro to start."}],"Object":[{"name":"file","Attribute":[{"type":"sha256",
"value":"aa","to_ids":true}]}],"EventReport":[{"name":"Rep","content":"# Hi\\nThe **actor** came."}]}}"""

STIX = b"""{"type":"bundle","id":"bundle--1","objects":[{"type":"report","id":"report--1","name":"Rep","description":"The **actor** used X.",
"published":"2024-01-02T00:00:00Z","object_refs":["malware--1","indicator--1"],
"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]},{"type":"malware","id":"malware--1",
"name":"Emotet","description":"A loader.","aliases":["Geodo"],"external_references":[{"source_name":"blog","url":"https://b.example"}]},
{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']","name":"evil"},
{"type":"ipv4-addr","id":"ipv4-addr--1","value":"203.0.113.9"}]}"""

JIRA = b"""{"issues":[{"key":"SEC-1","fields":{"summary":"Phish","created":"2024-02-03T10:00:00.000+0000","description":{"type":"doc",
"content":[{"type":"paragraph","content":[{"type":"text","text":"User clicked "},{"type":"text","text":"here","marks":[{"type":
"link","attrs":{"href":"http://evil.example"}}]}]},{"type":"codeBlock","attrs":{"language":"sh"},"content":[{"type":"text",
"text":"curl x"}]},{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph",
"content":[{"type":"text","text":"c1"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":
"c2"}]}]}]}]}]},"comment":{"comments":[{"author":{"displayName":"Ann"},"body":"Seen it on host5."}]},"status":{"name":"Open"},
"reporter":{"displayName":"Bob"}}}]}"""

GITHUB = b"""[{"number":3,"title":"Bug","body":"It **fails**\\n\\n```sh\\nrm x\\n```","user":{"login":"bob"},
"created_at":"2024-01-01T00:00:00Z","html_url":"https://g.example/3","comments":2,"labels":[{"name":"sec"}]}]"""

SERVICENOW = b"""number,short_description,description,opened_at,comments
INC1,"Malware alert","Host pc1 ran evil.exe
and then more.",2024-02-03 10:00:00,"Ann: blocked"
INC2,Other,Nothing,2024-02-04 10:00:00,
"""


def archive() -> bytes:
    """Return a zip of a message, a packed text, a zip and a Word document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as outer:
        outer.writestr("m.eml", MAIL)
        outer.writestr("in/b.txt.gz", gzip.compress(b"Packed text here.", mtime=0))
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as nested:
            nested.writestr("deep.txt", "Deep text")
        outer.writestr("n.zip", inner.getvalue())
        outer.writestr("w.docx", word())
    return out.getvalue()


def tarball() -> bytes:
    """Return a tar.gz of a page."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        info = tarfile.TarInfo("page.html")
        info.size = len(HTML)
        packed.addfile(info, io.BytesIO(HTML))
    return out.getvalue()


def odt() -> bytes:
    """Return an OpenDocument text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", _ODT)
    return out.getvalue()


SAMPLES = {
    "archive": ("a.zip", archive()),
    "docx": ("r.docx", word()),
    "feed": ("feed.xml", FEED),
    "html": ("page.html", HTML),
    "mail": ("m.eml", MAIL),
    "markdown": ("r.md", MARKDOWN),
    "mbox": ("m.mbox", b"From x@y Mon Feb  5 10:00:00 2024\n" + MAIL + b"\nFrom x@y Mon\nFrom: q@q.example\nTo: x\nSubject: two\n\nbody\n>From here\n"),
    "misp": ("event.json", MISP),
    "odt": ("r.odt", odt()),
    "other": ("p.png", b"\x89PNG\r\n\x1a\n\0\0"),
    "pdf": ("r.pdf", REPORT),
    "stix": ("bundle.json", STIX),
    "text": ("r.txt", b"Heading\n=======\n\nThe actor came. It left.\n\n- one\n- two\n"),
    "tickets": ("jira.json", JIRA),
}  # fmt: skip


def documents(data: bytes, name: str, limits: Limits | None = None) -> list[Document]:
    """Return the documents of a file, each sound."""
    found = everything(data, name, limits)
    return [item for item in found if isinstance(item, Document)]


def everything(data: bytes, name: str, limits: Limits | None = None) -> list[Document | Quarantined]:
    """Return what comes out of a file, each document sound."""
    found = list(read_bytes(data, name, limits=limits or Limits()))
    for item in found:
        if isinstance(item, Document):
            check(item)
        else:
            assert item.reason, item
            (item.source + item.reason).encode()
    return found


def check(document: Document) -> None:
    """Every document's offsets lie in its text, in order, and only white space lies between."""
    text = document.text
    assert text.strip()
    at = 0
    for part in document.parts:
        assert at <= part.start < part.end <= len(text), part
        assert not text[at : part.start].strip()
        assert text[part.start : part.end].strip()
        at = part.end
    assert not text[at:].strip()
    for link in document.links:
        assert 0 <= link.start < link.end <= len(text)
        assert link.target
    text.encode()  # no halves of characters, in names neither
    repr_of = [
        document.source,
        document.title,
        *(p.origin + p.name for p in document.parts),
        *(u.place + u.reason for u in document.unread),
    ]
    "".join([*repr_of, *document.fields, *document.fields.values(), *document.authors]).encode()
    assert document.document_id.startswith("doc-")
    assert len(document.document_id) == 20
    assert document.published_at is None or document.published_at.utcoffset() is not None


def parts(document: Document, *kinds: PartKind) -> list[str]:
    """Return the texts of the parts of some kinds, or of all."""
    return [document.text[p.start : p.end] for p in document.parts if not kinds or p.kind in kinds]


def links(document: Document) -> dict[str, str]:
    """Return targets by the text that links to them."""
    return {document.text[link.start : link.end]: link.target for link in document.links}
