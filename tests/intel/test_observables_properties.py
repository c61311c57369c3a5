"""What holds for every text: spans exact, nothing raised, what was defanged comes back, work grows with the text."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vedette.intel.observables.finding import find

LABEL = st.from_regex(r"[a-z][a-z0-9]{2,10}", fullmatch=True)
SUFFIX = st.sampled_from(["com", "net", "org", "ru", "info", "co.uk", "xyz"])
HOST = st.builds(lambda a, b, c: f"{a}.{b}.{c}", LABEL, LABEL, SUFFIX)
DOTS = st.sampled_from(["[.]", "(.)", "{.}", "[dot]", "(dot)", "[.", ".]", " [.] ", "[DOT]"])
PIECES = st.sampled_from(
    ["[.]", "hxxp", "://", "(.", "\\", "\\_", ".", "@", "[at]", "/", "C:\\", "HKLM\\", "\n", " ", "‘", "\u200b", "İ", "\x00", "mutex",
     "rule a {", "}", "condition", "title: a\n", "a" * 40, "1" * 33, "T1059", "http://", "::1", "%APPDATA%\\", "](", " dot ", "-", "_", "0x"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
@example("hxxp://[.]")
@example("\\\\")
@example("[.]" * 40)
def test_never_raises_and_spans_are_exact(text: str) -> None:
    last = 0
    for one in find(text):
        assert text[one.start : one.end] == one.text
        assert last <= one.start < one.end
        last = one.end


@settings(max_examples=150, deadline=None)
@given(HOST, DOTS, st.booleans())
def test_a_defanged_host_comes_back(host: str, dot: str, sentence: bool) -> None:
    written = host.replace(".", dot) if dot != " [.] " else " [.] ".join(host.rsplit(".", 1))
    if dot in ("[.", ".]"):
        written = dot.join(host.rsplit(".", 1))
    text = f"It reached {written}, then left." if sentence else written
    found = [one for one in find(text) if one.kind.value == "domain"]
    assert [(one.value, one.text, one.defanged) for one in found] == [(host, written, True)]


@settings(max_examples=50, deadline=None)
@given(
    HOST,
    LABEL,
    st.sampled_from(["hxxp://", "hXXps://", "hxxps[:]//", "http[://]", "h**ps://"]),
    DOTS.filter(lambda d: d[0] in "[({" and d[-1] in "])}"),
)
def test_a_defanged_url_comes_back(host: str, path: str, scheme: str, dot: str) -> None:
    written = f"{scheme}{host.replace('.', dot)}/{path}/a.php"
    plain = ("https" if "s" in scheme.lower().replace("://", "") else "http") + f"://{host}/{path}/a.php"
    assert [(one.kind.value, one.value, one.text) for one in find(f"({written})")] == [("url", plain, written)]


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32, max_size=32).map(bytes.hex).filter(lambda h: len(set(h)) > 6), st.integers(13, 27))
def test_a_broken_hash_comes_back(value: str, at: int) -> None:
    written = f"{value[:at]}\n{value[at:]}"
    assert [one.value for one in find(f"SHA256 {written} seen")] == [value]


def steps(function: Callable[[str], object], text: str) -> int:
    """Return how many lines of Python run: what grows faster than the text shows here, whatever the machine does."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    ["http://a,", "a.", "[.]", "hxxp", "C:\\a b ", "\\\\a\\", "rule a { ", "title: x\n", "1.2.3.4", "a@b.", "::", "(.)", "%20", "mutex ",
     "0123456789abcdef\n", "\"a b.exe", "<a ", "https://a-\n", "T1059", "\\_a", "'", "a dot "],
)  # fmt: skip
def test_work_grows_with_the_text(piece: str) -> None:
    find("warm hxxp://a[.]com 1.2.3.4")
    small, large = (steps(find, piece * n) for n in (300, 1_200))
    assert large <= small * 5 + 2_000
