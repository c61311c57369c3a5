"""What is computed, what stays unknown, and that nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands.embedded.reading import nested, read, words

PRINTS = [
    ("python", "print('a'*3+'%s'%'b')", b"aaab\n"),
    ("python", "k=[3]\nr=bytearray(b'kl')\nfor i in range(2): r[i]^=k[0]\nprint(r.decode())", b"ho\n"),
    ("python", "print('{1}{0}'.format('b','a'), f\"{'c'}\", '-'.join(['d']*2)[::-1])", b"ab c d-d\n"),
    ("perl", 'print pack("H*","6869"),join("-",map{$_*2}(1..3)),"\\x41"', b"hi2-4-6A"),
    ("perl", "printf('%s:%03d', lc('A').'b' x 2, 7)", b"abb:007"),
    ("php", "<?php echo implode('',array_map('chr',[104,105])), \"a{$x}\", 1+2; ?>", None),
    ("php", "echo strtr('ab','ab','cd').ucfirst('e').(5 ^ 1);", b"cdE4"),
    ("ruby", "print [104,105].pack('c*'), 'abc'[1], \"#{1+1}\"", b"hib2"),
    ("awk", 'BEGIN{n=split("104 105",a," ");for(i=1;i<=n;i++)printf "%c",a[i]}', b"hi"),
    (
        "javascript",
        "console.log([1,2].map(x=>x*2).join('')+'ab'.charAt(1)+parseInt('ff',16)+(!![]+[])[0])",
        b"24b255t\n",
    ),
    ("jscript", "WScript.Echo(unescape('%41')+'a,b'.split(',').reverse().join(''))", b"Aba\r\n"),
    ("vbscript", 'WScript.Echo Mid("abcd",2,2) & UCase("x") & CLng("&H10") & (5 Xor 1)', b"bcX164\r\n"),
]


@pytest.mark.parametrize(("language", "text", "output"), PRINTS)
def test_output(language: str, text: str, output: bytes | None) -> None:
    assert read(language, text).output == output


@pytest.mark.parametrize(
    ("language", "text", "stdin", "output"),
    [
        ("awk", '{for(i=length($0);i>0;i--)printf "%s",substr($0,i,1)}', b"olleh", b"hello"),
        ("awk", '/b/{gsub(/b/,"c");print $2,NR}', b"a b\nx y\n", b"c 1\n"),
        ("perl", "while(<STDIN>){chomp;print scalar reverse}", b"ab\n", b"ba"),
    ],
)
def test_reads_standard_input(language: str, text: str, stdin: bytes, output: bytes) -> None:
    assert read(language, text, stdin=stdin).output == output


def test_switches_of_perl() -> None:
    assert read("perl", "s/x/y/g", stdin=b"axx\n", environment={"=S": "p"}).output == b"ayy\n"
    assert read("perl", "s/x/y/g", stdin=b"axx\n").output is None or b"axx" not in (
        read("perl", "s/x/y/g").output or b""
    )


UNKNOWN_PARTS = [
    ("python", "import os,sys\nu='http://example.'+sys.argv[1]\nos.system('curl '+u)"),
    ("jscript", "var u='http://example.'+tld;new ActiveXObject('WScript.Shell').Run('curl '+u)"),
    ("perl", "$u='http://example.'.<STDIN>;system(\"curl $u\")"),
    ("php", "$u='http://example.'.$_GET['x'];system('curl '.$u);"),
    ("ruby", "u='http://example.'+gets\nsystem('curl '+u)"),
    ("vbscript", 'u="http://example." & InputBox("x")\nCreateObject("WScript.Shell").Run "curl " & u'),
]


@pytest.mark.parametrize(("language", "text"), UNKNOWN_PARTS)
def test_half_of_an_address_is_not_stated(language: str, text: str) -> None:
    reading = read(language, text)
    assert nested(reading) == []
    assert all("http://example." not in word for call in words(reading) for word in call)
    assert all("http://example." not in word.text for word in reading.strings)


def test_pieces_that_were_joined_are_not_stated_alone() -> None:
    reading = read("python", "a='http://exam'\nb='ple.com/x'\nimport os\nos.system('curl '+a+b)")
    assert nested(reading) == [("sh", "curl http://example.com/x")]
    assert [word.text for word in reading.strings] == []
    assert reading.clear == "import os\nos.system('curl http://example.com/x')"


def test_both_sides_of_a_branch_are_read_and_unsure() -> None:
    reading = read(
        "python", "import os\nif os.path.exists('/x'):\n  os.system('a')\nelse:\n  os.system('b')\nos.system('c')"
    )
    assert [(c.args[0].text, c.sure) for c in reading.calls if c.name.text == "os.system"] == [
        ("a", False),
        ("b", False),
        ("c", True),
    ]


def test_a_value_that_branches_disagree_on_is_unknown() -> None:
    reading = read("python", "import os\nx='a'\nif os.getppid()>2:\n  x='b'\nos.system(x)")
    assert nested(reading) == []


def test_a_loop_that_never_ends_is_read_once() -> None:
    reading = read("python", "import os,time\nn=0\nwhile True:\n  os.system('a'+str(n))\n  n+=1\n  time.sleep(1)")
    assert nested(reading) == [("sh", "a0")]


def test_code_handed_on_knows_the_variables_around_it() -> None:
    reading = read("jscript", "var u='x';eval('run(u)');var y=1")
    assert reading.nested[0].environment == {"var:u": "x"}
    inner = read("jscript", "GetObject(u)", environment={"var:u": "http://example.com"})
    assert words(inner) == [("GetObject", "http://example.com")]


def test_files_that_a_script_writes_are_kept() -> None:
    from vedette.commands.base import Scope
    from vedette.commands.budget import Budget
    from vedette.commands.embedded.python import read as read_python

    scope = Scope(Budget())
    read_python("f=open('/tmp/x','w');f.write('a');f.write('b')", scope)
    assert scope.files == {"/tmp/x": b"ab"}


@given(st.text(min_size=1, max_size=40), st.integers(1, 255))
def test_xor_is_undone_in_every_language(text: str, key: int) -> None:
    text = "".join(chr(33 + ord(c) % 90) for c in text)
    codes = [ord(c) ^ key for c in text]
    listed = ",".join(map(str, codes))
    forms = {
        "python": f"print(''.join(chr(c^{key}) for c in [{listed}]),end='')",
        "perl": f"print join('',map{{chr($_^{key})}}({listed}))",
        "ruby": f"print [{listed}].map{{|c|(c^{key}).chr}}.join",
        "php": f"foreach([{listed}] as $c){{echo chr($c^{key});}}",
        "javascript": f"var s='';for(var c of [{listed}])s+=String.fromCharCode(c^{key});process.stdout.write(s)",
    }
    for language, code in forms.items():
        assert read(language, code).output == text.encode(), language
