"""What a value says of itself: drawn at random, a word, a placeholder, a reference to somewhere else, code, a path."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from typing import Any

import re2

UUID = re.compile(r"(?i)^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$")
HEX = re.compile(r"^(?:0x)?[0-9a-fA-F]+$")
_WORDS = re.compile(
    r"(?i)example|sample|placeholder|redacted|(?<![a-z])your(?:[ _.-]|[A-Z]|pass|token|key|secret|api)|changeme|change[_-]me|"
    r"dummy|insert|replace[_-]?|fake|(?<![a-z0-9])todo(?![a-z])|(?<![a-z0-9])tbd(?![a-z0-9])|hidden|masked|censored|not[_-]?(?:a|real|set)[_-]|goes[_-]?here|(?-i:[hH]ere|HERE)$|"
    r"lorem|foobar|my[_-](?:pass|token|key|secret|client|api)|removed|deleted|scrubbed|obfuscated"
)
_SAME = re.compile(r"([^=])\1{4,}")
_FILL = re.compile(r"(?i)(?<![^-_.])(\w{3,})([-_.])\1\2\1|x{4,}|\*{3,}|\.{3,}|#{4,}|_{4,}|…|•|●|–{3,}|0{12,}|1{12,}")
_REFERENCE = re.compile(
    r"""(?ix)^(?:
    \$\{ | \$\( | \$\$? [A-Za-z_][\w.:>\[\]-]*$ | \$\[ | %[A-Za-z_]\w*%$ | %\( | %[sdvrq@]$ | \{\{ | \{[\w.:\s,-]*\}$ | <%|
    <[^<>]*>?$ | \[[^\]]*\]?$ | \([^)]*\)$ | @[\w.]+@$ | @[A-Z]\w*\( | \#\{ | !\w+ | \*{1,} |
    (?:secret|vault|op|aws|gcp|azure|ref|ssm|env|file|kms|sops|bw|keychain|keyring|doppler|infisical|akv|config)\+?:(?://|[/\w]) |
    arn:aws | ENC[(\[] | (?:os|process|sys|env|config|cfg|conf|self|this|settings|props?|args?|opts?|options|params?|request|req|
    ctx|context|data|local|var|vars|module|secrets|each|credentials?|getenv|environ|system|app|options|input|output|event|
    response|res|user|account|state|values|inputs|github|matrix|steps|env_var|parameters|constants?|keys?|Deno|import)[.\[(>] |
    (?:get|read|load|fetch|generate|create|make|new|lookup|decrypt|encrypt|hash|random)[A-Z_]\w*\( | new\s | func(?:tion)?\b | lambda\b | await\s |
    async\s | return\b | if\s | not\s | `| &lt; | \\?\$\{ | \*\*+ | projects/[^/]+/secrets
    )"""
)
_NOTHING = frozenset(
    "none null nil undefined nan true false yes no on off void empty unset default required optional string str text int integer "
    "bool boolean bytes byte char varchar object array list dict any number float double hash map set type value values new "
    "pswd psw pw password passwd passphrase pass pwd secret token key apikey api_key user username login name email basic bearer digest ntlm "
    "negotiate kerberos oauth oauth2 saml ldap md5 sha1 sha256 sha512 bcrypt plain plaintext cleartext encrypted n/a na unknown "
    "same blank prompt ask interactive stdin - -- . .. ... ? ?? ??? * ** *** is the and or for to of in a an this that your my "
    "disabled enabled enable disable static public private protected const final var let self cls this error invalid missing "
    "failed expired incorrect wrong changed reset accepted denied rejected success ok test testing".split()
)
_CODE = re.compile(
    r"^[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)+(?:[(\[].*)?$|^[A-Za-z_$][\w$.]*[(\[].*$|^[&*][A-Za-z_]\w*$|[(){};]\s*$|=>|\)\."
)
_PATH = re.compile(
    r"(?i)(?:~|\.{1,2})?/[\w.@%+-]+(?:/[\w.@%+ -]*)+$|[A-Z]:[\\/]|\\\\|(?:https?|file|ftp|git|ssh)://[^@\s]*$|HK(?:LM|CU|U|CR|EY)"
)
_AWS_CHARS = 40
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_DRAWN = 4.4
"""Bits a character from which on 40 characters are no folders' names."""
_FILE = re.compile(r"[\w./\\ -]{1,200}\.[A-Za-z0-9]{1,10}(?::\d{1,5})?$")
_SUFFIXES = frozenset(
    "pem cer crt cert key p12 pfx jks txt xml json yml yaml toml ini cfg conf py js ts rb go java php cs htm html css md log exe dll sys sh "
    "ps1 bat png jpg jpeg gif svg ico so jar properties env bak zip gz local com org net io".split()
)
_VERSION = re.compile(r"^[vV]?\d+(?:\.\d+)+[\w.+-]*$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d(?:[T ]|$)|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_WORDLIKE = re.compile(r"^[A-Za-z]+(?:[ _.:/-][A-Za-z]+)*[.:!?]?$")
_CAMEL = re.compile(r"^(?:[A-Za-z]+|\d{1,4}(?!\d)|[_.:/ -])++$")


def entropy(value: str) -> float:
    """Return a value's Shannon entropy in bits a character."""
    n = len(value)
    return -sum(c / n * math.log2(c / n) for c in Counter(value).values()) if n else 0.0


def n_classes(value: str) -> int:
    """Return how many of lower case, upper case, digits and signs a value has."""
    return (
        any(map(str.islower, value))
        + any(map(str.isupper, value))
        + any(map(str.isdigit, value))
        + any(not c.isalnum() and not c.isspace() for c in value)
    )


def _runs(n: int) -> Any:
    """Return RE2 for ``n`` characters in order, up or down; 9 is followed by 0, in the invented."""
    orders = ("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "01234567890", "9876543210")
    return re2.compile("(?i)" + "|".join(o[at : at + n] for o in orders for at in range(len(o) - n + 1)))


_ORDERED = {n: _runs(n) for n in (6, 7, 8)}


def in_sequence(value: str, n: int = 6) -> bool:
    """Return whether 6 to 8 characters follow each other in order, up or down: ``abcdef``, ``654321``."""
    return _ORDERED[n].search(value[:160]) is not None


def is_filler(value: str) -> bool:
    """Return whether a value stands where somebody is to put one: all x, ``<token>``, ``your-key-here``, ``changeme``."""
    return bool(_FILL.search(value) or _WORDS.search(value) or (len(value) > 8 and _SAME.search(value)))


_FILLER_PASSWORD = re.compile(
    r"(?i)^[^a-z0-9]*(?:(?:your|my|our|the|an?|some|new|old|db|user|admin|root|test|example|sample|dummy|fake|placeholder|insert|enter|change|put|type|replace|here|"
    r"this|it|me|strong|secure|super|secret|pass(?:word|wd|phrase)?|pwd|token|key|goes|in|with|to|is|be|redacted|removed|masked|hidden|xxx+|value)[ _.-]*){2,}[^a-z0-9]*$|"
    r"^(?:example|sample|dummy|placeholder|changeme|change.?it|redacted|removed|masked|hidden|foobar|tbd|todo|censored|deleted|fake)\W*$|^your|redacted|placeholder|changeme"
)


def is_filler_password(value: str) -> bool:
    """Return whether a password stands where somebody is to put one: only words that say so."""
    return bool(_FILL.search(value) or _FILLER_PASSWORD.search(value) or len(set(value)) < 2)


def is_reference(value: str) -> bool:
    """Return whether a value only says where one is: a variable, a template, a call, a vault's path."""
    return bool(_REFERENCE.match(value)) or "${" in value or "{{" in value or "$(" in value or "<%=" in value


def is_nothing(value: str) -> bool:
    """Return whether a value is a word that stands for none: ``null``, ``string``, ``password``."""
    return value.strip(" .,;:\"'`()[]{}<>*").lower() in _NOTHING


def is_code(value: str) -> bool:
    """Return whether an unquoted value is an expression."""
    return bool(_CODE.search(value))


def is_path(value: str) -> bool:
    """Return whether a value is a path, a file's name, an address or a version."""
    if len(value) == _AWS_CHARS and _BASE64.fullmatch(value) and n_classes(value) >= 3 and entropy(value) >= _DRAWN:
        return False  # a drawn key may begin with a stroke
    if "." in value and _FILE.match(value) and value.rpartition(".")[2].partition(":")[0].lower() in _SUFFIXES:
        return True
    return bool(_PATH.match(value) or _VERSION.match(value) or _DATE.match(value))


def is_wordlike(value: str) -> bool:
    """Return whether a value is letters and joints only, as names and sentences are."""
    return bool(_WORDLIKE.match(value)) and not _is_long_draw(value)


def _is_long_draw(value: str) -> bool:
    """Return whether a value as long as a key is too even, in both cases, to be words."""
    return (
        len(value) >= _AWS_CHARS
        and any(map(str.islower, value))
        and any(map(str.isupper, value))
        and _BASE64.fullmatch(value) is not None
        and entropy(value) >= _DRAWN
    )


def is_identifier(value: str) -> bool:
    """Return whether a value is made of words as names in programs are: ``DOC_Vector_5``, ``GetUserToken``."""
    if _is_long_draw(value):
        return False  # runs of letters with a vowel among them came about by chance
    return bool(_CAMEL.match(value)) and sum(map(str.isdigit, value)) * 4 <= len(value) and _has_words(value)


_RUNS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_VOWELS = re.compile(r"(?i)[aeiouy]")
_CROWD = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")


def _has_words(value: str) -> bool:
    words = (m for m in _RUNS.findall(value) if len(_VOWELS.findall(m)) * 5 >= len(m) and not _CROWD.search(m))
    letters = sum(map(str.isalpha, value))
    return letters > 0 and sum(map(len, words)) >= 0.6 * letters


def is_mixed_hex(value: str) -> bool:
    """Return whether a value is hex in both cases: no program prints keys so, a hand does."""
    return len(value) >= 24 and bool(HEX.match(value)) and any(map(str.islower, value)) and any(map(str.isupper, value))


def is_random(value: str, n_min: int = 16) -> bool:
    """Return whether a value has too many different characters, mixed too well, to be words."""
    n = len(value)
    if n < n_min or in_sequence(value, 7):
        return False
    if HEX.match(value):
        return (
            any(map(str.isdigit, value))
            and any(map(str.isalpha, value[2:]))
            and entropy(value) >= (2.8 if n < 32 else 3.0)
        )
    digits = any(map(str.isdigit, value))
    mixed = any(map(str.islower, value)) and any(map(str.isupper, value))
    if not digits and (not mixed or n < 20 or _has_words(value)):
        return False
    if is_identifier(value):
        return False
    return entropy(value) >= min(3.3, math.log2(n) - 0.7)


_CHANCE = re.compile(
    r"(?i)(?<![a-z0-9])todo(?![a-z])|(?<![a-z0-9])tbd(?![a-z0-9])|fake|([^=])\1{4,5}(?!\1)|(?<!x)x{4}(?!x)"
)
"""What among many characters that are drawn at random comes about by itself."""
_NUMBER = re.compile(r"[0-9]{8,}")
_CHANCE_SHARE = 4
"""Of a token, one part in so many may have come about so."""


def _without_chance(body: str) -> str:
    """Return a token's body without the little in it that reads like a filler or an order and may be chance."""
    kept = _CHANCE.sub("", body)
    for number in _NUMBER.finditer(kept[:160]):  # of ten digits, six stand in order now and then
        ordered = _ORDERED[6].search(number[0])
        if ordered is not None and not in_sequence(number[0], 7):
            at = number.start()
            kept = kept[: at + ordered.start()] + kept[at + ordered.end() :]
            break
    n_lost = len(body) - len(kept)
    return kept if n_lost * _CHANCE_SHARE <= len(body) and len(kept) >= _BY_CHANCE else body


_BY_CHANCE = 18
"""Characters that remain at least, for the rest to be taken for chance."""
_BELOW_EVEN = 1.5
"""Bits a character that a short body may have less than one in which every character is another."""


def is_lively(body: str) -> bool:
    """Return whether the part of a token that is drawn at random looks so: no filler, no order, enough variety."""
    if is_filler(body) or in_sequence(body):
        body = _without_chance(body)
    n = len(body)
    if is_filler(body) or in_sequence(body):
        return False
    if n < 10:
        return len(set(body)) >= min(4, n)
    need = 2.5 if HEX.match(body) else 2.9
    if n >= 30 and not HEX.match(body):
        need = 3.3
    return entropy(body) >= min(need, math.log2(n) - _BELOW_EVEN) and len(set(body.lower())) >= 6


def digest(value: str) -> str:
    """Return the first half of a value's SHA-256: how published sample values are listed without writing them down."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]
