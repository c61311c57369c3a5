"""What is looked for in events: forms of values and their borders, with near misses."""

from __future__ import annotations

import pytest

from vedette.intel.digest.needles import Haystack, needles_of, whole
from vedette.schema import ObservableKind as K

TABLE = [
    (K.IP, "203.0.113.7", "src=203.0.113.7 dst=x", True),
    (K.IP, "203.0.113.7", "from 203.0.113.7.", True),
    (K.IP, "203.0.113.7", "client=mx[203.0.113.7]:25", True),
    (K.IP, "203.0.113.7", "::ffff:203.0.113.7", True),
    (K.IP, "203.0.113.7", "203.0.113.70", False),
    (K.IP, "203.0.113.7", "1203.0.113.7", False),
    (K.IP, "203.0.113.7", "9.203.0.113.7", False),
    (K.IP, "203.0.113.7", "203.0.113.7.5", False),
    (K.IP, "203.0.113.7", r"line\n203.0.113.7", True),
    (K.IP, "2001:db8::1", "to 2001:0db8:0000:0000:0000:0000:0000:0001 port 80", True),
    (K.IP, "2001:db8::1", "to 2001:db8::1", True),
    (K.IP, "2001:db8::1", "to 2001:db8::1f", False),
    (K.DOMAIN, "evil.example", "query evil.example type A", True),
    (K.DOMAIN, "evil.example", "query a.b.evil.example.", True),
    (K.DOMAIN, "evil.example", "mail <x@evil.example>", True),
    (K.DOMAIN, "evil.example", "notevil.example", False),
    (K.DOMAIN, "evil.example", "not-evil.example", False),
    (K.DOMAIN, "evil.example", "evil.example.com", False),
    (K.DOMAIN, "evil.example", "evil.examples", False),
    (K.URL, "http://evil.example/a/b.txt", "GET http://evil.example/a/b.txt HTTP/1.1", True),
    (K.URL, "http://evil.example/a/b.txt", "url=evil.example:80/a/b.txt?x=1", False),
    (K.URL, "http://evil.example/a/b.txt", "url=evil.example/a/b.txt?x=1", True),
    (K.URL, "http://evil.example:8080/a", "evil.example:8080/a", True),
    (K.URL, "http://evil.example/a", r'"http:\/\/evil.example\/a"', True),
    (K.URL, "http://evil.example/a", "http://evil.example/abc", False),
    (K.URL, "http://evil.example/a", "http://notevil.example/a", False),
    (K.URL, "https://evil.example/", "asked for evil.example", True),
    (K.URL, "http://203.0.113.7/x", "dst 203.0.113.7", True),
    (K.URL, "https://github.example/x/y", "dst github.example", False),
    (K.EMAIL, "a@evil.example", "from=<a@evil.example>", True),
    (K.EMAIL, "a@evil.example", "from=<aa.a@evil.example>", False),
    (K.HASH, "44D88612FEA8A8F36DE82E1278ABB02F", "MD5=44d88612fea8a8f36de82e1278abb02f,SHA1=", True),
    (K.HASH, "44d88612fea8a8f36de82e1278abb02f", "044d88612fea8a8f36de82e1278abb02f", False),
    (K.HASH, "0" * 32, "0" * 32, False),
    (K.FILE, "a.docm", r"C:\Users\x\A.docm", True),
    (K.FILE, "a.docm", "ba.docm", False),
    (K.FILE, "a.docm", "a.docm.exe", False),
    (K.FILE, r"C:\Users\Public\a.dmp", r'"path":"C:\\Users\\Public\\a.dmp"', True),
    (K.FILE, r"C:\Users\Public\a.dmp", r"\Device\HarddiskVolume2\Users\Public\a.dmp", True),
    (K.FILE, r"%TEMP%\x\a.dmp", r"C:\Users\u\AppData\Local\Temp\x\a.dmp", True),
    (K.FILE, r"C:\Users\Public\a.dmp", r"C:\Users\Public\a.dmp2", False),
    (K.FILE, "/tmp/.x/run", "exec /tmp/.x/run -d", True),
    (K.FILE, "/tmp/.x/run", "exec /tmp/.x/runner", False),
    (K.REGISTRY, r"HKLM\Software\Evil\Run", r"\REGISTRY\MACHINE\SOFTWARE\Evil\Run", True),
    (K.REGISTRY, r"HKEY_CURRENT_USER\Software\Evil", r"HKU\S-1-5-21-1\Software\Evil\x", True),
    (K.REGISTRY, r"HKCU\Software\Evil", r"HKCU\Software\Evil2", False),
    (K.CVE, "CVE-2021-4422", "CVE-2021-44228", False),
    (K.CVE, "CVE-2021-44228", "cve-2021-44228.", True),
    (K.USER_AGENT, "curl", "curl", False),
    (K.USER_AGENT, "Mozilla/5.0 EvilBot", 'agent "Mozilla/5.0 EvilBot (x)"', True),
    (K.MUTEX, r"Global\Evil1", "mutex global\\evil1 opened", True),
    (K.YARA, "rule x { condition: true }", "rule x { condition: true }", False),
]


@pytest.mark.parametrize(("kind", "value", "text", "is_seen"), TABLE)
def test_a_value_is_seen_where_it_stands_and_nowhere_else(kind: K, value: str, text: str, is_seen: bool) -> None:
    found = Haystack(needles_of(kind, value, "key")).find(text.lower())
    assert ("key" in found) == is_seen


def test_a_name_below_a_domain_is_told_whole() -> None:
    haystack = Haystack(needles_of(K.DOMAIN, "evil.example", "key"))
    text = "asked for cdn.x.evil.example today"
    needle, start, end = haystack.find(text)["key"]
    assert whole(needle, text, start, end) == "cdn.x.evil.example"
    assert (needle.form, text[start:end]) == ("evil.example", "evil.example")


def test_the_first_place_that_fits_counts() -> None:
    haystack = Haystack(needles_of(K.DOMAIN, "evil.example", "key"))
    text = "notevil.example evil.example.com evil.example"
    assert haystack.find(text)["key"][1] == text.rindex("evil.example")


def test_no_needle_finds_nothing() -> None:
    assert Haystack(()).find("anything") == {}
