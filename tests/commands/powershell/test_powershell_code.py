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
    "$gz=New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String('H4sIALdWBGsC/wsvyixJ1fXILy5RMAcA8POG3AwAAAA='))),[IO.Compression.CompressionMode]::Decompress);$out=New-Object IO.MemoryStream;$buf=New-Object byte[] 1024;while(($n=$gz.Read($buf,0,1024)) -gt 0){$out.Write($buf,0,$n)};iex ([Text.Encoding]::UTF8.GetString($out.ToArray()))",
    "$m=New-Object IO.MemoryStream(,[Convert]::FromBase64String('eJwLL8osSdX1yC8uUTAHAB0RBC4='));$m.Position=2;iex (New-Object IO.StreamReader(New-Object IO.Compression.DeflateStream($m,'Decompress'))).ReadToEnd()",
    "$m=[IO.MemoryStream][Convert]::FromBase64String('eJwLL8osSdX1yC8uUTAHAB0RBC4=');[void]$m.ReadByte();[void]$m.ReadByte();$d=[IO.Compression.DeflateStream]::new($m,[IO.Compression.CompressionMode]::Decompress);iex ([IO.StreamReader]::new($d).ReadToEnd())",
    "$d=New-Object Security.Cryptography.Rfc2898DeriveBytes('pw',[Text.Encoding]::ASCII.GetBytes('saltsalt'),1000);$a=[Security.Cryptography.Aes]::Create();$a.Key=$d.GetBytes(32);$a.IV=$d.GetBytes(16);$t=$a.CreateDecryptor();$m=New-Object IO.MemoryStream(,[Convert]::FromBase64String('1aVpnTqv+VzM08EGhIRdkw=='));$c=New-Object Security.Cryptography.CryptoStream($m,$t,[Security.Cryptography.CryptoStreamMode]::Read);iex (New-Object IO.StreamReader($c)).ReadToEnd()",
    "$h=[Security.Cryptography.SHA256]::Create();$k=$h.ComputeHash([Text.Encoding]::UTF8.GetBytes('pw'));$b=[Convert]::FromBase64String('AAAAAAAAAAAAAAAAAAAAAImpDQNRqlZcn4xsrj5Y4TqCmB1KdyIEEvTUY03jmyeSnJcEAODBRAnkSPHPTqqQWw==');$a=New-Object System.Security.Cryptography.AesManaged;$a.Mode=[System.Security.Cryptography.CipherMode]::CBC;$a.Padding=[System.Security.Cryptography.PaddingMode]::PKCS7;$a.BlockSize=128;$a.KeySize=256;$a.Key=$k;$a.IV=$b[0..15];$u=$a.CreateDecryptor().TransformFinalBlock($b,16,$b.Length-16);$a.Dispose();$i=New-Object System.IO.MemoryStream(,$u);$o=New-Object System.IO.MemoryStream;$g=New-Object System.IO.Compression.GzipStream $i,([IO.Compression.CompressionMode]::Decompress);$g.CopyTo($o);$g.Close();$i.Close();[byte[]]$r=$o.ToArray();iex ([System.Text.Encoding]::UTF8.GetString($r))",
    "iex ([string][char[]](87,114,105,116,101,45,72,111,115,116,46,55) -replace ' ','' -replace '\\.',' ')",
    "iex ('Write-Host' + [char]32 + '7').Trim([char]0)",
    "iex (('Wr1ite-1Host 7' -split '1') -join '')",
    "iex ('Wr1it2e-H2ost1 7' -split '1' -split '2' -join '')",
    "$t='';('Writ','e-Host 7')|%{$t+=$_};iex $t",
    "iex ('W','rite-Host 7' -join([string]::Empty))",
    "$x={'Write-Host 7'};iex(.$x)",
    "function global:zz{'Write-Host 7'};iex(zz)",
    "iex((' 7','Host','-','Write')[3..0] -join '')",
    "$a=[System.Collections.Queue]::new();$a.Enqueue('Write-');$a.Enqueue('Host 7');iex ($a -join '')",
    "[Text.StringBuilder]$s='Write-';[void]$s.Append('Host 7');iex \"$s\"",
    "$i=0;$o='';do{$o+='Write-Host 7'[$i];$i++}while($i -lt 12);iex $o",
    "$s='Write-Host 7';for($i=0;$i -lt $s.Length;$i++){$r=$r+$s[$i]};iex $r",
    "$e=[Environment]::NewLine;iex ('Write-Host 7'+$e).Trim()",
    "iex ([uri]::UnescapeDataString('Write%2DHost%207'))",
    "$n=0;'Wxrxixtxex-xHxoxsxtx x7'.ToCharArray()|?{($n++)%2 -eq 0}|%{$z+=$_};iex $z",
    "iex (-join('Write-Host 7XX'[0..11]))",
    "$k='k';$d=60,25,2,31,14,70,35,4,24,31,75,92;iex (-join(0..11|%{[char]($d[$_] -bxor [int][char]$k[0])}))",
    "$w='W'+'r';$w+='ite-Host';$w=\"$w 7\";.$([char]105+[char]101+[char]120) $w",
    'iex "Write-Host $(3+4)"',
    "iex \"$('Write-Host') 7\"",
    "try{iex 'Write-Host 7'}catch{}",
    "if($true){iex 'Write-Host 7'}",
    "@('Write-Host 7')|iex",
    "(&{'Write-Host 7'})|iex",
    "iex @'\nWrite-Host 7\n'@",
    'iex @"\nWrite-Host 7\n"@',
    "$a=@{x=@{y='Write-Host 7'}};iex $a.x.y",
    "$a=[pscustomobject]@{c='Write-Host 7'};iex $a.c",
    "$a=New-Object psobject -Property @{c='Write-Host 7'};iex $a.c",
    "$o=New-Object PSObject;$o|Add-Member NoteProperty c 'Write-Host 7';iex $o.c",
    "enum E{a=1};iex 'Write-Host 7'",
    "$j=ConvertFrom-StringData 'c=Write-Host 7';iex $j.c",
    'iex ("Write-Host 7" | Select-Object -First 1)',
    "iex ([Convert]::ToString(87,16)+'x').Replace('57x','Write-Host 7')",
    "$f=[Func[string]]{'Write-Host 7'};iex $f.Invoke()",
    "iex ('{1}{0}'-f'Host 7','Write-')",
    "iex (\"{1}`{0}\"-f'Host 7','Write-')",
    "New-Alias zq iex;zq 'Write-Host 7'",
    "Set-Item alias:zq iex;zq 'Write-Host 7'",
    "New-Item alias:zq -Value iex;zq 'Write-Host 7'",
    "Set-Item function:zq {iex $args[0]};zq 'Write-Host 7'",
    "${function:zq}={iex $args[0]};zq 'Write-Host 7'",
    "&(dir alias:ie*) 'Write-Host 7'",
    "&(Get-ChildItem Alias:\\iex) 'Write-Host 7'",
    "&(ls alias:|?{$_.Definition -like '*-Expression'}) 'Write-Host 7'",
    "&(gal|?{$_.Name -eq 'iex'}) 'Write-Host 7'",
    "&(gcm|?{$_.Name -like 'Invoke-Exp*'}) 'Write-Host 7'",
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


SESSIONS = [
    "[powershell]::Create().AddCommand('iex').AddArgument('Write-'+'Host 7').Invoke()",
    "$p=[powershell]::Create();[void]$p.AddCommand('Invoke-Expression');[void]$p.AddParameter('Command','Write-Host 7');$p.BeginInvoke()",
    "$p=[powershell]::Create().AddScript('Write-'+'Host 7');$h=$p.BeginInvoke();$p.EndInvoke($h)",
    "[powershell]::Create().AddScript({param($a,$b) iex ($a+$b)}).AddParameters(@{b='Host 7';a='Write-'}).Invoke()",
    "[powershell]::Create().AddScript('Write-Host 7')",
    "iex (Start-Job {'Write-'+'Host 7'}|Receive-Job -Wait)",
    "$j=Start-Job {param($a) $a+'Host 7'} -ArgumentList 'Write-';Wait-Job $j|Out-Null;iex (Receive-Job $j)",
    "Register-EngineEvent -SourceIdentifier a -Action ([scriptblock]::Create('Write-'+'Host 7'))",
]


@pytest.mark.parametrize("form", SESSIONS)
def test_that_what_runs_in_a_session_or_job_is_followed(form: str) -> None:
    assert [x.text for x in read(form, Scope(Budget())).nested] == ["Write-Host 7"]
