"""Code that PowerShell makes of text and runs, in many forms: each must hand on exactly the code hidden in it."""
# ruff: noqa: E501  (every form stands whole)

from __future__ import annotations

import pytest

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.powershell import read

CODE = "Write-Host 7"
FORMS = [
    "iex ('{0}'-f'Write-Host '+'7')",
    "$OFS='';iex \"$([char[]](87,114,105,116,101,45,72,111,115,116,32,55))\"",
    "iex (\"$(Set-Variable 'ofs' '')\"+[string]((87,114,105,116,101,45,72,111,115,116,32,55)|%{[char]$_})+\"$(Set-Item 'variable:ofs' ' ')\")",
    "&{iex $args[0]} 'Write-Host 7'",
    "function f { iex $args[0] }; f 'Write-Host 7'",
    "filter dec { [char]($_ -bxor 1) }; iex ((86,115,104,117,100,44,73,110,114,117,33,54|dec) -join '')",
    "$sb = { param($c) iex $c }; Invoke-Command $sb -ArgumentList 'Write-Host 7'",
    "$sb = { param($c) iex $c }; & $sb -c 'Write-Host 7'",
    "$sb = { param($c) iex $c }; $sb.Invoke('Write-Host 7')",
    "$env:x='Write-Host 7'; gc env:x | iex",
    "$env:x='Write-Host 7'; (gi env:x).Value | iex",
    "$env:x='Write-Host 7'; [Environment]::GetEnvironmentVariable('x','Process')|iex",
    "$env:a='Write-';$env:b='Host 7'; iex \"$env:a$env:b\"",
    "$p=[powershell]::Create(); [void]$p.AddScript('Write-Host 7'); $p.Invoke()",
    "$r=[runspacefactory]::CreateRunspace();$r.Open();$p=$r.CreatePipeline('Write-Host 7');$p.Invoke()",
    "iex -c 'Write-Host 7'",
    "iex -Command:'Write-Host 7'",
    "'Write-Host 7' | % { iex $_ }",
    ",'Write-Host 7' | foreach { . ([scriptblock]::Create($_)) }",
    "([type]'Convert')::('From'+'Base64String').Invoke('V3JpdGUtSG9zdCA3')|%{$s+=[char]$_};iex $s",
    "$s='7 tsoH-etirW'; iex (-join $s[$s.Length..0])",
    "$R={$D,$K=$Args;$S=0..255;0..255|%{$J=($J+$S[$_]+$K[$_%$K.Count])%256;$S[$_],$S[$J]=$S[$J],$S[$_]};$D|%{$I=($I+1)%256;$H=($H+$S[$I])%256;$S[$I],$S[$H]=$S[$H],$S[$I];$_-bxor$S[($S[$I]+$S[$H])%256]}};$K=[Text.Encoding]::ASCII.GetBytes('key');iex(-join[char[]](& $R (92,30,93,153,65,162,51,37,59,63,40,76) $K))",
    "'57,72,69,74,65,2d,48,6f,73,74,20,37'.Split(',')|%{[char][byte]::Parse($_,'HexNumber')}|%{$o+=$_};iex $o",
    "$z=[Text.Encoding]::ASCII.GetString((([ipaddress]'87.114.105.116').GetAddressBytes()))+'e-Host 7';iex $z",
    "$c=[char]87+'rite-Host 7';.('ie'+'x')$c",
    "$x=@'\nWrite-Host 7\n'@;$x|iex",
    "Invoke-Expression(New-Object IO.StringReader('Write-Host 7')).ReadToEnd()",
    "$a='W','rite-Host 7';iex ([string]::Concat($a))",
    "$a='Xrite-Host 7'.ToCharArray();$a[0]='W';iex (-join $a)",
    "[string]$a='';foreach($i in 87,114,105,116,101,45,72,111,115,116,32,55){$a=$a+[char]$i};iex $a",
    "iex (@(87,114,105,116,101,45,72,111,115,116,32,55|foreach{[char]$_}) -join '')",
    "$t='Write-H';$t+='ost 7';\"$t\"|&('{1}{0}'-f'X','IE')",
    "sal q ('i'+'ex');q 'Write-Host 7'",
    "$q=gcm iex;&$q 'Write-Host 7'",
    "$q='Invoke','Expression' -join '-';&$q 'Write-Host 7'",
    "(('W'+'rite-Host 7'))|.(-join('i','e','x'))",
    "$d=New-Object 'System.Collections.Generic.List[char]';'Write-Host 7'.ToCharArray()|%{$d.Add($_)};iex (-join $d)",
    "$x='Write-Host 7';$y={iex $x};$y.Invoke()",
    "$x='Write-Host 7';$y={iex $x};icm $y",
    "$h=@{};$h.Add('a','Write-Host');$h.b=' 7';iex ($h.a+$h['b'])",
    "$l='Write-Host 7';if($l.Length -gt 3 -and $l -like 'W*'){iex $l}",
    "iex $(if(1){'Write-Host 7'}else{'x'})",
    "iex $(switch(3){3{'Write-Host 7'}})",
    "$m='Write-Host 7'|select -first 1;iex $m",
    "'V3JpdGUtSG9zdCA3'|%{iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($_)))}",
    "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('V3J@dGU!SG9zdCA3'.Replace('@','p').Replace('!','t'))))",
    "iex ('Write-Host 8' -replace '8','7')",
    "$f={ 'Write-Host 7' };iex (& $f)",
    "$f={ 'Write-Host 7' };iex $f.Invoke()",
    '$f={Write-Host 7};iex "$f"',
    "$f={Write-Host 7};iex $f.ToString()",
    "$u='7';iex \"Write-Host $($u)\"",
    "$u='7';iex ('Write-Host {0}' -f $u)",
    "[scriptblock]$s=[scriptblock]::Create('Write-Host 7');&$s",
    "$a=[char[]]'Write-Host 7';iex ($a -join '')",
    "iex ([System.Net.WebUtility]::UrlDecode('Write-Host+7'))",
    "iex([char]0x57+'rite-Host 7')",
    "function g($a,$b){return $a+$b};iex (g 'Write-' 'Host 7')",
    "function g{param([string]$a,[string]$b='7') $a+$b};iex (g -a 'Write-Host ')",
    "iex ('Write-Host '+(3+4))",
    "iex ('Write-Host '+[math]::Floor(7.9))",
    '$i=10;do{$i--}until($i -eq 7);iex "Write-Host $i"',
    "$x,$y='Write-','Host 7';iex ($x+$y)",
    "&(Get-Alias ie?) 'Write-Host 7'",
    "iex (gv x -va -ea 0) ; $x='Write-Host 7';iex (gv x -valueonly)",
    "$v='x';Set-Variable $v 'Write-Host 7';iex (Get-Variable $v).Value",
    "$e=$ExecutionContext.InvokeCommand;$e.InvokeScript('Write-Host 7')",
    "$s='Write-Host 7';$s | Invoke-Expression | Out-Null",
    "'7','Write-Host'|sort -desc|%{$w+=$_+' '};iex $w.trim()",
    "[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('VwByAGkAdABlAC0ASABvAHMAdAAgADcA'))|iex",
    "$s=[IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('Write-Host 7'));iex ([IO.StreamReader]::new($s).ReadToEnd())",
    "iex ([regex]::Replace('Wr#ite-H#ost 7','#',''))",
    "iex (('Write-Host 7' | Out-String).Trim())",
    "$a='Write-Host 7';$b=[ref]$a;iex $b.Value",
    "${a b}='Write-Host 7';iex ${a b}",
    "$k=3;$s='Zulwh0Krvw#:';iex (-join($s.ToCharArray()|%{[char]([int]$_-$k)}))",
    "$t=[type]'System.Text.Encoding';iex $t::ASCII.GetString((87,114,105,116,101,45,72,111,115,116,32,55))",
    "iex ([System.String]::Join('',('57-72-69-74-65-2D-48-6F-73-74-20-37'.Split('-')|ForEach{[char]([convert]::toint16($_,16))})))",
    "iex $('Wri'+'te-Host 7')",
    "$a='Write-Host 7';while($true){iex $a;break}",
    "$null=1;iex ('Write-Host 7'+$null)",
    "iex (Write-Output 'Write-Host 7')",
    "iex (echo Write-Host` 7)",
    "$z='Write-Host 7';iex ${z}",
    "iex ($z='Write-Host 7')",
    "iex (('W','r','i','te-Host',' 7') -join $null)",
]


@pytest.mark.parametrize("text", FORMS)
def test_hands_on_the_hidden_code(text: str) -> None:
    found = read(text, Scope(Budget()))
    assert CODE in [x.text for x in found.nested]
    assert not found.broken
    assert {x.text for x in found.nested} <= {CODE, f"'{CODE}'"} or "Write" in found.nested[0].text


NEAR_MISSES = [
    "iex ('Write-Host '+$unknown)",
    "Write-Output 'iex' 'Write-Host 7'",
    "'Write-Host 7' | Out-Null",
    "function iexx($c){$c}; iexx 'Write-Host 7'",
    "if(1 -gt 2){iex 'Write-Host 7'}",
    "# iex 'Write-Host 7'",
    "$a='iex'; $a 'Write-Host 7'",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_hands_on_no_code_that_is_not_run(text: str) -> None:
    assert CODE not in [x.text for x in read(text, Scope(Budget())).nested]
