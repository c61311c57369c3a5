"""What scripts run: every language, obfuscated the usual ways, with near misses."""

from __future__ import annotations

import base64
import zlib

import pytest
from tests.commands.embedded.reading import nested, read

B64 = base64.b64encode(b"curl http://example.com/a").decode()
DEFLATED = base64.b64encode(zlib.compress(b"system('id');")[2:-4]).decode()
ZLIB = base64.b64encode(zlib.compress(b'import os\nos.system("id")')).decode()

RUNS = [
    ("jscript", """new ActiveXObject("WScr"+"ipt.Shell")["R"+"un"]("ca"+"lc.exe",0)""", ("program", "calc.exe")),
    (
        "jscript",
        """GetObject("winmgmts:\\\\\\\\.\\\\root\\\\cimv2:Win32_Process").Create("calc.exe")""",
        ("program", "calc.exe"),
    ),
    ("jscript", """eval(String.fromCharCode(97,40,41))""", ("jscript", "a()")),
    (
        "jscript",
        """new ActiveXObject("Shell.Application").ShellExecute("cmd.exe","/c dir","","open",0)""",
        ("program", "cmd.exe /c dir"),
    ),
    ("jscript", """try { boom() } catch (e) { new ActiveXObject("WScript.Shell").Run("calc") }""", ("program", "calc")),
    ("jscript", """[]["filter"]["constructor"]("x.run('id')")()""", ("jscript", "x.run('id')")),
    (
        "javascript",
        f"require('child_process').exec(Buffer.from('{B64}','base64').toString())",
        ("sh", "curl http://example.com/a"),
    ),
    ("javascript", "const {execSync:e}=require('child_process');e(`cu${'rl'} x`)", ("sh", "curl x")),
    ("javascript", "require('child_process').spawn('/bin/sh',['-c','id'])", ("sh", "/bin/sh -c id")),
    ("vbscript", 'CreateObject("WScr" & "ipt.Shell").Run "cm" & Chr(100) & " /c dir", 0', ("program", "cmd /c dir")),
    ("vbscript", 'Execute StrReverse("1=x")', ("vbscript", "x=1")),
    ("vbscript", 'Sub AutoOpen()\n Dim s As String\n s = "no" + "tepad"\n Shell s, 0\nEnd Sub', ("program", "notepad")),
    ("vbscript", 'For i=1 To 2\ns=s & Chr(104+i)\nNext\nCreateObject("WScript.Shell").Run s', ("program", "ij")),
    (
        "python",
        f"exec(__import__('zlib').decompress(__import__('base64').b64decode('{ZLIB}')))",
        ("python", 'import os\nos.system("id")'),
    ),
    ("python", "__import__('o'+'s').__dict__['sys'+'tem'](''.join(map(chr,[105,100])))", ("sh", "id")),
    ("python", "getattr(__import__('subprocess'),'call')(['sh','-c','id; ls'])", ("sh", "sh -c 'id; ls'")),
    ("python", "import os as o\nf=lambda s,k:''.join(chr(ord(c)^k) for c in s)\no.popen(f('he',1))", ("sh", "id")),
    ("python", "import os;exec 'os.system(\"id\")'", ("python", 'os.system("id")')),
    ("python", "import codecs;exec(codecs.decode('k()','rot13'))", ("python", "x()")),
    ("perl", "use MIME::Base64;eval(decode_base64('c3lzdGVtKCdpZCcp'));", ("perl", "system('id')")),
    ("perl", '$_="vq";tr/a-zA-Z/n-za-mN-ZA-M/;system($_);', ("sh", "id")),
    ("perl", "eval scalar reverse ';)\\'di\\'(metsys'", ("perl", "system('id');")),
    ("perl", 'exec "/bin/sh","-c","id"', ("sh", "/bin/sh -c id")),
    ("perl", 'open(F,"curl example.com|")', ("sh", "curl example.com")),
    ("perl", "($x='aidb')=~s/[ab]//g;`$x`", ("sh", "id")),
    ("php", f"<?php eval(gzinflate(base64_decode('{DEFLATED}'))); ?>", ("php", "system('id');")),
    ("php", "$a='sys'.'tem';$a('id');", ("sh", "id")),
    ("php", "array_map('assert',array('system(\"id\")'));", ("php", 'system("id")')),
    ("php", '$x="i{$y}d";$y="";$f=strrev("metsys");$f("id");', ("sh", "id")),
    ("ruby", "system('aWQ='.unpack1('m'))", ("sh", "id")),
    ("ruby", "exec [105,100].map{|c| c.chr}.join", ("sh", "id")),
    ("ruby", 'Kernel.send("sys"+"tem","id")', ("sh", "id")),
    ("ruby", '%x(curl #{"example"+".com"})', ("sh", "curl example.com")),
    ("awk", 'BEGIN{system("id")}', ("sh", "id")),
    ("awk", 'BEGIN{"date"|getline d}', ("sh", "date")),
    ("sql", "EXEC master..xp_cmdshell 'dir'", ("cmd", "dir")),
    ("sql", "DECLARE @c varchar(9)='di'+char(114); EXEC xp_cmdshell @c", ("cmd", "dir")),
    ("sql", "COPY t FROM PROGRAM 'id'", ("sh", "id")),
    ("sql", "\\! id", ("sh", "id")),
]


@pytest.mark.parametrize(("language", "text", "runs"), RUNS)
def test_runs(language: str, text: str, runs: tuple[str, str]) -> None:
    assert runs in nested(read(language, text))


MISSES = [
    ("jscript", "new ActiveXObject('WScript.Shell').Run(location.hash)"),
    ("jscript", "var Run = function(x) { return x }; Run('calc.exe')"),
    ("javascript", "require('fs').exec('id')"),
    ("vbscript", 'CreateObject("WScript.Shell").Run x'),
    ("vbscript", '\' CreateObject("WScript.Shell").Run "calc"'),
    ("python", "import os;os.system(input())"),
    ("python", "# import os;os.system('id')"),
    ("python", "print(\"os.system('id')\")"),
    ("python", "def system(x): return x\nsystem('id')"),
    ("perl", "print 'system(1)'"),
    ("perl", "# system('id')"),
    ("php", "<?php echo 'system(1)'; ?>"),
    ("php", "system($_GET['c']);"),
    ("ruby", "puts 'system(1)'"),
    ("awk", '{print "system(1)"}'),
    ("sql", "SELECT 'xp_cmdshell'"),
]


@pytest.mark.parametrize(("language", "text"), MISSES)
def test_runs_nothing(language: str, text: str) -> None:
    assert nested(read(language, text)) == []
