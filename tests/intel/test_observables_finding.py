"""What is found in texts, with near misses: valid, one character wrong, wrong check sum, alike but something else."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vedette.intel.observables.finding import find

SHA256 = "5815a6f7976e993fcdf9e024f4667049ec5a921b7b93c8c8c0e5d779c8b72fcc"
SHA1 = SHA256[:40]
MD5 = "9e107d9d372bb6826bd81d3542a419d6"


def told(text: str) -> list[tuple[str, str]]:
    found = find(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    return [(one.kind.value, one.value) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("calls hxxp://evil[.]com/a.php?b=1.", ("url", "http://evil.com/a.php?b=1")),
        ("hXXps[:]//evil(.)co{.}uk/x", ("url", "https://evil.co.uk/x")),
        ("h**p://a.example.org/y", ("url", "http://a.example.org/y")),
        ("http[://]evil[.]ru/z)", ("url", "http://evil.ru/z")),
        ("hxxp: //149.28.14[.]103:535/ here", ("url", "http://149.28.14.103:535/")),
        ("[our blog](https://blog.evil.org/a_(b)) says", ("url", "https://blog.evil.org/a_(b)")),
        ('<a href="https://evil.org/a?b=1&amp;c=2">', ("url", "https://evil.org/a?b=1&c=2")),
        ("to evil[.]com/gate.php now", ("url", "evil.com/gate.php")),
        ("64.225.22[.]106/#/login", ("url", "64.225.22.106/#/login")),
        ("https://[2001:db8::1]/a", ("url", "https://[2001:db8::1]/a")),
        ("see https://a.org/using-clfs-\nfiles.html and", ("url", "https://a.org/using-clfs-files.html")),
        ("www.destroy2013.]com and", ("domain", "www.destroy2013.com")),
        ("还有域名update-check[.]xyz。", ("domain", "update-check.xyz")),
        ("和域名update-check.xyz的", ("domain", "update-check.xyz")),
        ("地址91.2.3.4被", ("ip", "91.2.3.4")),
        ("邮箱abc@evil.com是", ("email", "abc@evil.com")),
        ("to evil-four . com daily", ("domain", "evil-four.com")),
        ("185.220.101.10-185.220.101.20 scanned", ("ip_range", "185.220.101.10-185.220.101.20")),
        (f"SHA1: {' '.join(SHA1[i : i + 8] for i in range(0, 40, 8))}", ("hash", SHA1)),
        (f"SHA256\tname\n{SHA256[:36]} {SHA256[36:]}\tx", ("hash", SHA256)),
        (f"SHA256\tname\n{SHA256[:32]} {SHA256[32:]}\tx", ("hash", SHA256)),
        ("from http://evil.org/a/\nfile.php and", ("url", "http://evil.org/a/file.php")),
        ("a.b[dot]co[dot]uk", ("domain", "a.b.co.uk")),
        ("beacons to evil dot com daily", ("domain", "evil.com")),
        ("bikweb\\.com |", ("domain", "bikweb.com")),
        ("xn--vn4b27hka971hbue[.]kr", ("domain", "xn--vn4b27hka971hbue.kr")),
        ("nulled2nd[.]camdvr[.]org:6666", ("domain", "nulled2nd.camdvr.org")),
        ("103[.]1.2.3:443", ("ip", "103.1.2.3")),
        ("182].61.164.201 |", ("ip", "182.61.164.201")),
        ("address47.75.0[.]147Q2 2019", ("ip", "47.75.0.147")),
        ("2001:db8:0:0::7 answered", ("ip", "2001:db8::7")),
        ("185.140.53[.]0/24", ("ip_range", "185.140.53.0/24")),
        ("from 10.1.2.3 to 10.1.2.9", ("ip_range", "10.1.2.3-10.1.2.9")),
        ("bessie[.]wilson[at]griply[.]com", ("email", "bessie.wilson@griply.com")),
        ("t.a(@)b.org", ("email", "t.a@b.org")),
        (f"MD5: {MD5.upper()}", ("hash", MD5)),
        (f"{SHA256[:30]}\n{SHA256[30:]} ", ("hash", SHA256)),
        (f"{MD5.upper()}libpng.dll", ("hash", MD5)),
        ("C:\\Program Files (x86)\\Hnc\\Office 2020\\Bin\\Hwp.exe ran", ("file", "C:\\Program Files (x86)\\Hnc\\Office 2020\\Bin\\Hwp.exe")),
        ('"C:\\\\Windows\\\\a.dll"', ("file", "C:\\Windows\\a.dll")),
        ("%AppData%\\Local\\x.tmp,", ("file", "%AppData%\\Local\\x.tmp")),
        ("\\\\srv01\\c$\\Windows\\a.bat", ("file", "\\\\srv01\\c$\\Windows\\a.bat")),
        ("read /etc/passwd.", ("file", "/etc/passwd")),
        ("“Mary tax docs.pdf.lnk”", ("file", "Mary tax docs.pdf.lnk")),
        ("a cmd.exe-based shell", ("file", "cmd.exe")),
        ("reader64[.]hta", ("file", "reader64.hta")),
        ("HKCU\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon /v", ("registry", "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon")),
        ("HKEY\\_CURRENT\\_USER\\Software\\NETwIRe", ("registry", "HKEY_CURRENT_USER\\Software\\NETwIRe")),
        ("hklm:\\system\\currentcontrolset\\control\\lsa -name", ("registry", "HKEY_LOCAL_MACHINE\\system\\currentcontrolset\\control\\lsa")),
        ("a mutex named “Global\\\\{5d202e6e}”", ("mutex", "Global\\{5d202e6e}")),
        ("Mutex: QSR_MUTEX_1", ("mutex", "QSR_MUTEX_1")),
        ("User-Agent: Mozilla/4.0 (compatible; MSIE 6.1; Windows NT)\nx", ("user_agent", "Mozilla/4.0 (compatible; MSIE 6.1; Windows NT)")),
        ("CVE–2021–44228", ("cve", "CVE-2021-44228")),
        ("CWE-079:", ("cwe", "CWE-79")),
        ("[T1059.001]", ("technique", "T1059.001")),
        ("attack.t1570", ("technique", "T1570")),
        ("TA0011 and", ("technique", "TA0011")),
        ("G0016", ("technique", "G0016")),
        ("AS 20473 –", ("asn", "AS20473")),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ("crypto_address", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", ("crypto_address", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ("crypto_address", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")),
        ("t[.]me/trampapanam", ("telegram", "@trampapanam")),
        ("on Telegram as @evil_seller,", ("telegram", "@evil_seller")),
        ("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad[.]onion", ("domain", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion")),
    ],
)  # fmt: skip
def test_finds(text: str, expected: tuple[str, str]) -> None:
    assert expected in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "the class System.Net and os.name",
        "System.IO.File and this.name",
        "Version 10.0.19041.1 of it",
        "at version 1.2.3.4",
        "in 1.2.1.2 of this report",
        "and so on.The next sentence",
        "Node.js with ASP.NET",
        "the Battle.Net service",
        "a dot (.) is enforced",
        "*.exe and .dll files",
        "![](/sites/default/inline-images/Tax_1.png)",
        "kernel32_OpenMutexW",
        f"AES key: {MD5}",
        f"{MD5}0",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdz",
        "T1000 and T9999 and G9999",
        "an AS/400 and an AS400",
        "10:20:30 and 00:11:22:33:44:55",
        "256.1.2.3",
        "CVE-20-1",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczae.onion",
        "mutex: True",
        "rule x { strings: ",
        "https://<C2 Server>/gate",
        "hxxp://[redacted]/x",
        "see http://com./a",
        "and/or either/or",
        "built with Node.js 18.2.0.1; and so on",
        "Chrome/101.0.4951.54 asked",
        "Trojan.Win32.Agent.xyz",
        "HEUR:Trojan-PSW.Win32.Agent.gen",
        "HEUR:Trojan.Script.Miner.info",
        "Backdoor.Linux.Mirai.info",
        "Win.Trojan.Agent.one",
        "not-a-virus:AdWare.Agent.xyz",
        "with socket.io and node.js on asp.net",
    ],
)
def test_leaves(text: str) -> None:
    assert told(text) == []


def test_two_addresses_parted_by_a_slash() -> None:
    assert told("45.33.2.6/45.33.2.7 and 45.33.2.3 / 45.33.2.4.") == [
        ("ip", "45.33.2.6"), ("ip", "45.33.2.7"), ("ip", "45.33.2.3"), ("ip", "45.33.2.4"),
    ]  # fmt: skip


def test_values_of_a_list_stay_apart() -> None:
    assert told("http://evil.org/a/\nfile.exe\n") == [("url", "http://evil.org/a/"), ("file", "file.exe")]
    assert told(f"MD5\tMD5\n{MD5} {MD5[::-1]}") == [("hash", MD5), ("hash", MD5[::-1])]


def test_a_url_is_given_once_and_a_host_where_it_stands_alone() -> None:
    assert told("evil[.]com served hxxp://evil[.]com/a") == [("domain", "evil.com"), ("url", "http://evil.com/a")]


def test_defanging_is_kept() -> None:
    found = find("evil[.]com, https://good.org/a, hxxp://bad.org/b and C:\\\\Windows\\\\x.exe")
    assert [one.defanged for one in found] == [True, False, True, False]


def test_a_whole_rule_is_one_value() -> None:
    rule = 'rule a_b : apt {\n meta:\n  hash = "9e107d9d372bb6826bd81d3542a419d6"\n strings:\n  $a = "}" // }\n condition:\n  all of them\n}'
    found = find(f"Detection:\n{rule}\nSee evil[.]com")
    assert [(one.kind.value, one.text) for one in found] == [("yara", rule), ("domain", "evil[.]com")]


def test_a_rule_of_sigma_is_one_value() -> None:
    rule = "title: X\nlogsource:\n  product: windows\ndetection:\n  selection:\n    Image: 'C:\\a.exe'\n  condition: selection\nlevel: high"
    found = find(f"Rules.\n\n{rule}\n\nMore text follows here.")
    assert [(one.kind.value, one.text) for one in found] == [("sigma", rule)]


def test_sorts() -> None:
    text = f"imphash {MD5}, {SHA256[:40]} {SHA256} {SHA256 * 2} 91.2.3.4 C:\\a\\b.exe c.exe"
    assert [one.sort for one in find(text)][-6:] == ["sha1", "sha256", "sha512", "v4", "path", "name"]
    assert find(text)[0].sort == "imphash"
