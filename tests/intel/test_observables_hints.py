"""The pass that tells which finders need to look: it leaves out none that would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.intel.observables import finding, hints
from vedette.intel.observables.finding import find

PIECES = st.sampled_from(
    ["http://a.com/b", "hxxp[:]//", "a@b.com", " ", "\n", ".", "@", "/", "\\", "C:\\Windows\\a b.exe", "%TEMP%\\a", "HKLM\\Software\\x",
     "\\\\host\\share", "/etc/passwd", "~/x", "“a b.doc”", '"a b.exe",', "a[1].htm", "(2).pdf", "curl/7.1", "User Agent: x y", "useragent=a/b",
     "Mutex named 'Ab1x'", "mutant Global\\Ab1", "Telegram @some_name", "2001:db8::5", "::ffff:1.2.3.4", "CVE-2021-44228", "cwe-79", "AS1234",
     "T1059.001", "attack.t1059", "TA0001", "d41d8cd98f00b204e9800998ecf8427f", "ssdeep 3:AbCdEf123:GhIjKl456789012345678", "1.2.3.4",
     "rule a { condition: true }", "title: a\nlogsource: b\ndetection:\n  condition: c\n", "é", "\u200b", "e", "0"]
)  # fmt: skip


class Every(hints.Hints):
    """Hints at everything in every text."""

    def of(self, raw: bytes) -> frozenset[str]:
        return self._all


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_a_finder_without_a_hint_would_find_nothing(text: str) -> None:
    hinted = find(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "VALUES", Every(hints.VALUES._patterns))
        assert find(text) == hinted


def test_only_what_occurs_is_hinted_at() -> None:
    some = hints.Hints({"digit": rb"[0-9]", "two": rb"(?i)ab", "end": rb"c\z"})
    assert some.of(b"x AB 1") == {"digit", "two"}
    assert some.of(b"c") == {"end"}
    assert some.of(b"") == frozenset()


def test_a_set_that_could_not_be_searched_hints_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    class OutOfMemory:
        def Match(self, raw: bytes) -> None:
            return None

    some = hints.Hints({"digit": rb"[0-9]", "letter": rb"[a-z]"})
    monkeypatch.setitem(some.__dict__, "_set", OutOfMemory())
    assert some.of(b"") == {"digit", "letter"}
