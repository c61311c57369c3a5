"""Texts kept in numbers: the bytes of huge ones, bits, and what decimal digits stand for."""
# ruff: noqa: E501  (every form stands whole)

from __future__ import annotations

import pytest

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import bigint, read

CODE = "Write-Host 7"
LITTLE = int.from_bytes(CODE.encode(), "little")
BIG = int.from_bytes(CODE.encode(), "big")
HEX = CODE.encode().hex()
CODES = ",".join(map(str, CODE.encode()))
KEY = b"abc"
MIXED = ",".join(str(b ^ KEY[i % 3]) for i, b in enumerate(CODE.encode()))
KEYS = ",".join(str(KEY[i % 3]) for i in range(len(CODE)))
FORMS = [
    f"iex ([Text.Encoding]::ASCII.GetString(([bigint]'{LITTLE}').ToByteArray()))",
    f"iex ([Text.Encoding]::ASCII.GetString([System.Numerics.BigInteger]::Parse('{LITTLE}').ToByteArray()))",
    f"$b=[bigint]::Parse('0{HEX}','AllowHexSpecifier').ToByteArray();[array]::Reverse($b);iex (-join[char[]]$b)",
    f"$n=[bigint]'{BIG}';$s='';while($n -gt 0){{$s=[char][int]($n%256)+$s;$n=[bigint]::Divide($n,256)}};iex $s",
    f"$n=[bigint]'{BIG}';$s='';while($n -ne 0){{$r=0;$n=[bigint]::DivRem($n,256,[ref]$r);$s=[char][int]$r+$s}};iex $s",
    f"[bigint]$n='{BIG}';$s='';do{{$s=[string][char][byte]($n -band 255)+$s;$n=$n -shr 8}}while($n -gt 0);iex $s",
    f"$n={BIG}n;$s='';while($n){{$s=[char][int]($n%256)+$s;$n=($n-$n%256)/256}};iex $s",
    f"$h=([bigint]'{BIG}').ToString('x');iex (-join($h -split '(..)'|?{{$_}}|%{{[char][Convert]::ToInt32($_,16)}}))",
    f"$n=New-Object Numerics.BigInteger(,[byte[]]({CODES}));iex (-join[char[]]$n.ToByteArray())",
    f"$a=[Collections.BitArray]::new([byte[]]({','.join(str(b ^ 255) for b in CODE.encode())})).Not();"
    f"$o=[byte[]]::new({len(CODE)});$a.CopyTo($o,0);iex ([Text.Encoding]::ASCII.GetString($o))",
    f"$a=[Collections.BitArray]::new([byte[]]({MIXED}));$a=$a.Xor([Collections.BitArray]::new([byte[]]({KEYS})));"
    f"$o=New-Object byte[] {len(CODE)};$a.CopyTo($o,0);iex (-join[char[]]$o)",
    f"iex ('{HEX}' -replace '..',{{[char][Convert]::ToInt32($_.Value,16)}})",
    f"iex ([regex]::new('..').Replace('{HEX}',{{[char][Convert]::ToInt32($args[0].Value,16)}}))",
    f"$e=[Text.RegularExpressions.MatchEvaluator]{{param($m)[char][Convert]::ToByte($m.Value,16)}};"
    f"iex ([regex]::Replace('{HEX}','..',$e))",
    f"iex (-join('{HEX}'|sls '..' -AllMatches|%{{$_.Matches}}|%{{[char][Convert]::ToInt32($_.Value,16)}}))",
    f"iex (-join('{HEX}' -split '(?<=\\G..)',{len(CODE)}|%{{[char][byte]\"0x$_\"}}))",
    "$q=[Collections.Stack]::new();$q.Push('7');$q.Push('Host ');$q.Push('Write-');while($q.Count){$s+=$q.Pop()};iex $s",
    "$l=New-Object 'Collections.Generic.SortedDictionary[int,string]';$l.Add(2,'Host 7');$l.Add(1,'Write-');"
    "iex (-join $l.Values)",
    "iex ([string]::Format([cultureinfo]::InvariantCulture,'{1}{0}','Host 7','Write-'))",
    "filter x($k){[char]($_ -bxor $k)};iex (-join(86,115,104,117,100,44,73,110,114,117,33,54|x 1))",
    "$u='Write-';$f={$u+'Host 7'}.GetNewClosure();$u='x';iex (& $f)",
]


@pytest.mark.parametrize("form", FORMS)
def test_that_the_number_gives_its_code(form: str) -> None:
    reading = read(form, Scope(Budget()))
    assert [x.text for x in reading.nested] == [CODE]


@pytest.mark.parametrize(
    "form", ["[bigint]'1x'", "[bigint]::Pow(9,99999999)", "[bigint]1 -shl 999999999", "[bigint]5/0"]
)
def test_that_a_number_out_of_bounds_stays_unknown(form: str) -> None:
    reading = read(f"iex ({form})", Scope(Budget()))
    assert reading.nested == []
    assert reading.stops


@pytest.mark.parametrize("value", [0, 1, -1, 127, 128, -128, -129, 255, 256, 2**64, -(2**64)])
def test_that_bytes_give_the_number_back(value: int) -> None:
    assert bigint.of_bytes(bigint.to_bytes(value)) == value
    assert bigint.parse_hex(bigint.show(value, "X")) == value
    assert bigint.parse(bigint.show(value)) == value
