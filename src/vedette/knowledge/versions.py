"""The order of two versions, in the rules of their ecosystem; ``None`` where it cannot be told.

The rules are ``univers``'s (imported on first use), asked only what it answers soundly: equal, below, above, exactly
one of which must hold. Around it stand the cases where the library, at 32.0.1, is too willing: it reads any text as a
semantic version with zeros, orders ``1.2.3.9`` and ``1.2.3.10`` not at all, and ``<=`` of Alpine versions by text.
A version without an ecosystem is ordered only as far as its numbers decide.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Protocol

from vedette.knowledge.ecosystems import ecosystem_type
from vedette.knowledge.packages import version_spelling

LONGEST_VERSION = 256
"""Characters; what is longer is no version."""

_CLASSES = {
    "npm": "SemverVersion",
    "cargo": "SemverVersion",
    "hex": "SemverVersion",
    "pub": "SemverVersion",
    "swift": "SemverVersion",
    "github": "SemverVersion",
    "semver": "SemverVersion",
    "bitnami": "SemverVersion",
    "cocoapods": "SemverVersion",
    "golang": "SemverVersion",
    "composer": "SemverVersion",
    "nginx": "SemverVersion",
    "pypi": "PypiVersion",
    "maven": "MavenVersion",
    "gem": "RubygemsVersion",
    "nuget": "NugetVersion",
    "conan": "ConanVersion",
    "deb": "DebianVersion",
    "rpm": "RpmVersion",
    "apk": "AlpineLinuxVersion",
    "ebuild": "GentooVersion",
    "alpm": "ArchLinuxVersion",
    "openssl": "OpensslVersion",
}
"""Scheme (a purl type, or one of VERS) to the library's class."""

_LENGTH_COUNTS = frozenset({"deb", "rpm", "apk", "alpm", "ebuild", "openssl"})
"""Schemes in which 1.0 and 1.0.0 differ."""

_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_SEMVER = re.compile(r"([0-9]+(?:\.[0-9]+){0,2})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?")
_GO_RELEASE = re.compile(r"([0-9]+(?:\.[0-9]+){0,2})(rc|beta|alpha)([0-9]+)")
_COMPOSER = re.compile(r"([0-9]+(?:\.[0-9]+){0,3})[-.]?(alpha|beta|rc|a|b)[-.]?([0-9]*)", re.IGNORECASE)


class _Ordered(Protocol):
    def __lt__(self, other: Any) -> bool: ...
    def __gt__(self, other: Any) -> bool: ...


def scheme_of(word: str) -> str:
    """Return the scheme that an ecosystem, purl type or VERS type orders its versions by; ``generic`` if not known."""
    plain = word.strip().lower()
    if plain in _CLASSES or plain == "generic":
        return plain
    found = ecosystem_type(word)
    return found[0] if found is not None and found[0] in _CLASSES else "generic"


@lru_cache(maxsize=262144)
def compare(a: str, b: str, scheme: str = "generic") -> int | None:
    """Return -1 (a is older), 0 (the same), 1 (newer), or None where it cannot be told.

    Args:
        a: a version as written.
        b: another.
        scheme: of :func:`scheme_of`.
    """
    a, b = version_spelling(scheme, a), version_spelling(scheme, b)
    if not a or not b or len(a) > LONGEST_VERSION or len(b) > LONGEST_VERSION:
        return None
    if a == b:
        return 0
    if scheme not in _LENGTH_COUNTS and _NUMBERS.fullmatch(a) and _NUMBERS.fullmatch(b):
        return _sign(_numbers(a), _numbers(b))
    if scheme not in _CLASSES:
        return _by_numbers(a, b)
    if scheme == "rpm" and ("-" in a) != ("-" in b) and a.split("-", 1)[0] == b.split("-", 1)[0]:
        return None  # same version, and one does not say its release
    left, right = _parsed(a, scheme), _parsed(b, scheme)
    if left is None or right is None:
        return _by_numbers(a, b) if scheme == "composer" else None  # four numbers and a stability
    try:
        answers = (bool(left < right), bool(left == right), bool(left > right))
    except Exception:  # the library's own errors have no common base
        return None
    return answers.index(True) - 1 if sum(answers) == 1 else None


def is_version(text: str, scheme: str) -> bool:
    """Return whether a text can be ordered in a scheme; for ``generic``: whether it begins with numbers."""
    text = version_spelling(scheme, text)
    if not text or len(text) > LONGEST_VERSION:
        return False
    if scheme not in _CLASSES:
        return text[0].isdigit()
    return _parsed(text, scheme) is not None


@lru_cache(maxsize=262144)
def _parsed(text: str, scheme: str) -> _Ordered | None:
    plain = _prepared(text, scheme)
    if plain is None:
        return None
    from univers import versions

    try:
        parsed: _Ordered = getattr(versions, _CLASSES[scheme])(plain)
    except Exception:  # the library's own errors have no common base
        return None
    return parsed


def _prepared(text: str, scheme: str) -> str | None:
    """Return the version in the spelling that the library reads rightly, or None where it is none of the scheme."""
    if not text.isascii():
        return None
    if scheme == "golang":
        release = _GO_RELEASE.fullmatch(text)
        if release is not None:
            return f"{_three(release[1])}-{release[2]}.{release[3]}"
    if scheme == "composer":
        stability = _COMPOSER.fullmatch(text)
        if stability is not None:
            word = {"a": "alpha", "b": "beta"}.get(stability[2].lower(), stability[2].lower())
            return f"{_three(stability[1])}-{word}.{stability[3] or 0}" if stability[1].count(".") < 3 else None
        return _three(text) if _NUMBERS.fullmatch(text) and text.count(".") < 3 else None
    if _CLASSES[scheme] == "SemverVersion":
        found = _SEMVER.fullmatch(text)
        if found is None:
            return None
        return _three(found[1]) + (f"-{found[2]}" if found[2] else "")  # what stands behind + has no order
    if scheme == "maven":
        head, _, tail = text.rpartition(".")
        return head if head and tail.upper() in ("RELEASE", "FINAL", "GA") else text
    return text


def _three(numbers: str) -> str:
    parts = [str(int(part)) for part in numbers.split(".")]
    return ".".join([*parts, "0", "0"][:3])


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _sign(a: list[int], b: list[int]) -> int:
    return (a > b) - (a < b)


_HEAD = re.compile(r"([0-9]+(?:\.[0-9]+)*)(.*)", re.DOTALL)


def _by_numbers(a: str, b: str) -> int | None:
    """Return the order of two versions of no known scheme, as far as every scheme would agree.

    Numbers decide where they differ before either version goes on with something else; one letter behind equal
    numbers is ordered by the alphabet (``1.0.2k``, ``1.0.2u``).
    """
    if ":" in a or ":" in b or "!" in a or "!" in b:
        return None  # an epoch, in one scheme or another
    left, right = _HEAD.fullmatch(a), _HEAD.fullmatch(b)
    if left is None or right is None:
        return None
    one, other = [int(p) for p in left[1].split(".")], [int(p) for p in right[1].split(".")]
    for x, y in zip(one, other, strict=False):
        if x != y:
            return -1 if x < y else 1
    if not left[2] and not right[2]:
        return _sign(_numbers(left[1]), _numbers(right[1]))
    if len(one) == len(other):
        if left[2] == right[2]:
            return 0
        if re.fullmatch(r"[a-z]", left[2]) and re.fullmatch(r"[a-z]", right[2]):
            return -1 if left[2] < right[2] else 1
    return None
