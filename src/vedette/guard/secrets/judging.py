"""Whether what stands behind a name is a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from vedette.guard.secrets import checks, values
from vedette.guard.secrets.names import Sort, words_of
from vedette.guard.secrets.providers.named import NAMED

_LONG = 40
"""Characters among which six may follow each other in order by chance."""
_LOOKED_AT = 160
"""Characters of a value that are judged: what is drawn at random is so from the start."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands."""

    text: str
    name: str
    start: int
    """Of the name."""
    sort: Sort
    random: bool
    """Whether the name alone is too weak for a value that could be a word."""
    sign: str
    """``equals``, ``colon``, ``comma``, ``call``, ``tag``, ``option``, ``define``, ``netrc``, ``line``, ``prose``."""
    mark: str = ""
    eager: bool = False
    """Whether any value of letters and digits will do."""
    spaced: bool = False
    """Whether white space stands between the sign and the value."""


def moved(spot: Spot, sign: str) -> Spot:
    """Return a spot with another sign."""
    return replace(spot, sign=sign)


def entity_of(spot: Spot) -> str:
    """Return the entity of what stands there."""
    return "PASSWORD" if spot.sort is Sort.PASSWORD else "SECRET"


def rule_of(spot: Spot, name: str) -> str:
    """Return the rule: the provider that the name holds, else the sort and the sign."""
    low = name.lower()
    if spot.sort is not Sort.PASSWORD:
        for word in NAMED:
            if word in low:
                return NAMED[word][0]
    return f"{spot.sort.value}-{spot.sign}"


def judge(spot: Spot, value: str, start: int, end: int, quoted: bool) -> float:
    """Return how sure it is that a value is a secret, in [0, 1]; 0 where it is none."""
    bare = value.strip()[:_LOOKED_AT]
    if spot.sign == "comma" and len(bare) >= 40 and _DEFINE.search(spot.text[max(0, spot.start - 24) : spot.start]):
        return 0.9 if values.entropy(bare) > 4.5 and values.n_classes(bare) >= 3 else 0.0
    if len(bare) < 3 or values.is_reference(bare) or values.is_nothing(bare):
        return 0.0
    if spot.eager and spot.sort is not Sort.KEY and spot.sign != "prose" and _has_both(bare):
        return 0.6
    if spot.sort is Sort.PASSWORD:
        if _is_default(spot, bare):
            return 0.6
        if values.is_filler_password(bare):
            return 0.0
    elif values.is_filler(bare):
        return 0.0
    if spot.sort is Sort.PASSWORD and not spot.random:
        return _password(spot, bare, start, end, quoted)
    if (
        values.is_path(bare)
        or values.in_sequence(bare, 6 if len(bare) < _LONG else 8)
        or values.is_mixed_hex(bare)
        or _sealed(spot, bare)
    ):
        return 0.0
    if spot.sort is Sort.KEY or spot.random:
        return _key(spot, bare, quoted)
    return _secret(spot, bare, start, end, quoted)


_DEFAULTS = frozenset(("changeme", "changeit", "change_me", "change-me", "changethis", "changemenow"))
"""What many a machine really runs with."""


def _is_default(spot: Spot, value: str) -> bool:
    """Return whether a variable that a shell or a container reads is set to a default that nobody changed."""
    return (
        value.lower() in _DEFAULTS
        and spot.sign == "equals"
        and spot.mark == "="
        and not spot.spaced
        and spot.name.isupper()
        and "_" in spot.name
    )


def _has_both(value: str) -> bool:
    """Return whether a value has letters and digits, and no blank."""
    return len(value) >= 6 and any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and " " not in value


def _sealed(spot: Spot, value: str) -> bool:
    """Return whether a value is encrypted for a cluster, as sealed secrets of Kubernetes are."""
    return (
        len(value) >= _LOOKED_AT
        and value[0] == "A"
        and "SealedSecret" in spot.text[max(0, spot.start - 8000) : spot.start]
    )


def is_drawn(value: str) -> bool:
    """Return whether a value of a fixed shape looks drawn at random."""
    return (
        values.is_lively(value)
        and not values.is_mixed_hex(value)
        and any(map(str.isdigit, value))
        and not values.is_identifier(value)
    )


_ALGORITHM = re.compile(
    r"(?i)^(?:sha|md|aes|rsa|base|utf|tls|ssl|des|3des|rc|hmac|ntlm|win|http|v|ver|ipv|ecc|ed|x|cve|kb|t|ms|step|day|id|level|part|page|phase)[-_]?\d|^\d+(?:-?[a-z]{1,12}|[.,:/-]\d+)*$|^\w+-\w+-\w+$|\.(?:com|net|org|exe|dll|txt)$|^https?:"
)
_MEASURE = re.compile(
    r"[\"'”]?[ -](?:characters?|chars?|bits?|bytes?|days?|times?|digits?|hours?|minutes?|letters?|encoded|encrypted|hash(?:ed)?)\b"
)


def judge_told(spot: Spot, value: str, after: str, quoted: bool) -> float:
    """Return how sure it is that what a sentence names is a secret: here words are the rule."""
    if values.is_reference(value) or values.is_nothing(value) or values.is_filler(value) or values.is_path(value):
        return 0.0
    if spot.eager and len(value) >= 10 and value.isalnum() and _has_both(value):
        return 0.6
    if _ALGORITHM.search(value) or _MEASURE.match(after) or values.is_code(value) or values.in_sequence(value, 8):
        return 0.0
    if spot.sort is not Sort.PASSWORD or spot.random:
        return (
            0.7
            if len(value) >= 12
            and (values.is_random(value, 12) or values.UUID.match(value))
            and spot.sort is not Sort.KEY
            else 0.0
        )
    if values.is_identifier(value) and not any(map(str.isdigit, value)):
        return 0.0
    if value[0] in "%&;" or not value.isprintable():
        return 0.0
    value = value.rstrip("!?")
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    signs = any(not c.isalnum() and c not in "-_./," for c in value[:-1])
    if letters and (digits or (signs and len(value) >= 6)):
        return 0.75 if values.n_classes(value) >= 3 or quoted else 0.65
    mixed = values.n_classes(value) >= 2 and not values.is_identifier(value)
    return 0.65 if letters and mixed and len(value) >= 8 else 0.0


_TEXT = re.compile(r"[A-Za-z']{2,}[ ,.]+[A-Za-z']{2,}")


def _is_text(value: str) -> bool:
    if " " not in value:
        return False
    return bool(_TEXT.search(value)) or values.entropy(value) < 3.8 or values.n_classes(value) < 4


_SENTENCE = frozenset(
    "a an the is are was were be been must should shall may can cannot will would do does did not no or and to for of at in on with from by as if "
    "it its this that these those your you our we they please enter type choose confirm repeat new old current least invalid wrong required requires "
    "field user username login account email name forgot forgotten reset change changed update show hide minimum maximum characters letters length "
    "error failed missing empty optional protected expired der die das ein eine ist und oder nicht bitte le la les un une est et ou ne el los una es y o "
    "por para con il di e il per wachtwoord uw het een".split()
)
"""Words of messages and labels about passwords; passphrases are made of others."""
_PHRASE_WORD = re.compile(r"[a-z]{3,12}")
_LEAST_PHRASE = 4


def _is_phrase(spot: Spot, value: str) -> bool:
    """Return whether quoted words are a password with blanks, and no message about one."""
    if spot.sign not in ("equals", "colon", "option", "tag", "attribute") or spot.mark in ("==", "!=", "===", "!=="):
        return False
    words = value.split()
    if len(value) > 60 or "  " in value or _says_password(value):
        return False
    if spot.sign == "option" or words_of(spot.name)[-1:] == ["passphrase"]:
        return 2 <= len(words) <= 12 and not _SENTENCE.intersection(w.lower().strip(".,:!?") for w in words)
    if _SENTENCE.intersection(w.lower().strip(".,:!?") for w in words):
        return False
    if len(words) >= _LEAST_PHRASE:
        return spot.sign in ("equals", "colon") and all(map(_PHRASE_WORD.fullmatch, words))
    if len(value) < _SHORT_PHRASE:
        return False
    counted = any(w.isdigit() for w in words[1:]) and values.n_classes(value.replace(" ", "")) > 1
    return _MARKED.search(value) is not None or (counted and spot.sign in ("equals", "colon") and _is_field(spot))


_SHORT_PHRASE = 8
_FIELD = re.compile(r"[\"'](?=\s{0,4}[:=])")


def _is_field(spot: Spot) -> bool:
    """Return whether the name is quoted as a field's, and nothing but the name of a password."""
    end = spot.start + len(spot.name)
    return len(words_of(spot.name)) == 1 and _FIELD.match(spot.text, end) is not None


_MARKED = re.compile(
    r"[A-Za-z] \d{2,8}[!?#$%&*+@^~.]{0,3}$|[A-Za-z]\S{0,40}\d[#$%&*@^~!]|[a-z][A-Z0-9]\S{0,20}[#$%&*@^~!]"
)
"""A word and a year; or signs among letters and digits."""


def _is_folder(name: str, value: str) -> bool:
    """Return whether ``PWD`` names the folder that one works in, as shells and sudo say it."""
    return name.strip("$") in ("PWD", "OLDPWD") and value[0] in "/~"


def _strong(value: str) -> bool:
    """Return whether a value looks like a password rather than a word: signs or digits among letters, or cases mixed."""
    letters = any(map(str.isalpha, value))
    digits = any(map(str.isdigit, value))
    signs = any(not c.isalnum() for c in value.rstrip(".,;:!?"))
    return (letters and digits) or (letters and signs and not values.is_wordlike(value)) or (digits and len(value) >= 6)


_LINE_END = re.compile(r"[\"'`]?[ \t]{0,40}[,;]?[ \t]{0,20}(?:(?:#|//|--|<!--)[^\n]{0,200})?(?:\r?\n|$|\\n)")


def _own_line(spot: Spot, end: int) -> bool:
    """Return whether the name begins its line and the value ends it."""
    before = spot.text[max(0, spot.start - 40) : spot.start]
    head = before[before.rfind("\n") + 1 :].strip(" \t\"'-+*")
    return not head and len(before) < 40 + 1 and bool(_LINE_END.match(spot.text, end))


def _password(spot: Spot, value: str, start: int, end: int, quoted: bool) -> float:
    strong = _strong(value)
    if values.is_path(value) or len(value) >= _LOOKED_AT or _is_folder(spot.name, value):
        return 0.0
    if quoted and " " in value and _is_phrase(spot, value):
        return 0.7
    if _is_text(value):
        return 0.0
    if quoted:
        return _quoted_password(spot, value, strong)
    if spot.name.lower() == "psw" and values.HEX.match(value):
        # the program status word of a processor
        return 0.0
    if (
        len(value) < 4
        or _PASSWD.match(value)
        or values.is_code(value)
        or value[0] in "=!<>|{[(&;%"
        or (value[-1] in "{[(" and len(value) < 12)
    ):
        return 0.0
    if spot.sign == "equals":
        if spot.mark in ("==", "!=", "===", "!=="):
            return 0.0
        if strong and not values.is_identifier(value):
            return 0.8
        if spot.spaced:
            return 0.6 if strong and not _says_password(value) and _own_line(spot, end) else 0.0
        return 0.0 if values.UUID.match(value) and not strong else (0.7 if not _is_variable(spot, value) else 0.0)
    if spot.sign == "colon":
        if strong and not _says_password(value):
            return 0.8
        if _says_password(value) or not _own_line(spot, end):
            return 0.0
        return 0.6 if value.islower() or values.n_classes(value) > 1 else 0.0
    if spot.sign == "option":
        return 0.8 if strong or (not value.startswith("-") and values.n_classes(value) > 1) else 0.0
    if spot.sign == "netrc":
        return 0.8
    if spot.sign == "pair":
        return 0.7 if strong and not values.is_identifier(value) else 0.0
    if spot.sign in ("define", "line"):
        ends = _LINE_END.match(spot.text, end) if spot.sign == "define" else _own_line(spot, end)
        return 0.7 if strong and not values.is_identifier(value) and ends else 0.0
    return 0.0


def _quoted_password(spot: Spot, value: str, strong: bool) -> float:
    if spot.sign in ("equals", "colon", "tag", "attribute"):
        if spot.mark in ("==", "!=", "===", "!=="):
            return 0.7 if strong else 0.0
        if _says_password(value) and not strong:
            return 0.0
        if " " in value and not strong:
            return 0.0
        return 0.85 if strong else 0.7
    if spot.sign in ("comma", "call"):
        if spot.sign == "comma" and _DEFINE.search(spot.text[max(0, spot.start - 24) : spot.start]):
            return 0.8
        return 0.75 if strong and not values.is_identifier(value) else 0.0
    if spot.sign == "prose":
        return 0.0
    return 0.8 if strong or spot.sign in ("define", "line") else 0.6


_PASSWD = re.compile(r"[x*!]{1,2}:\d")
"""A line of ``/etc/passwd``."""
_DEFINE = re.compile(r"(?i)define\s{0,3}\(\s{0,3}[\"']$")
_PASSWORD_WORD = re.compile(r"(?i)passw|pwd|_pass|pass_|secret|token|credential|username|user_")


def _says_password(value: str) -> bool:
    """Return whether a value speaks of passwords, as labels and variables do."""
    return bool(_PASSWORD_WORD.search(value)) and not any(map(str.isdigit, value))


def _is_variable(spot: Spot, value: str) -> bool:
    """Return whether ``name=value`` hands on a variable, as arguments by name do."""
    if value[:1].isdigit() or not re.fullmatch(r"[A-Za-z_]\w*", value):
        return False
    if spot.name.isupper():
        return False
    after = spot.text[spot.start + len(spot.name) :][:120]
    same = words_of(value)[-1:] == words_of(spot.name)[-1:]
    return same or bool(re.match(r"=\w+\s*[,)]", after))


def _secret(spot: Spot, value: str, start: int, end: int, quoted: bool) -> float:
    n = len(value)
    if n < 8 or value.isdigit() or values.is_wordlike(value):
        return 0.0
    if not quoted and (values.is_code(value) or value[0] in "=!<>|{[("):
        return 0.0
    if " " in value:
        return 0.7 if n >= 30 and values.n_classes(value) == 4 and values.entropy(value) >= 4 else 0.0
    if values.UUID.match(value):
        return 0.7
    if spot.sign in ("comma", "call", "prose", "line") and not values.is_random(value):
        return (
            0.7
            if spot.sign in ("comma", "call")
            and n >= 8
            and values.n_classes(value) >= 2
            and _digits(value) >= 1
            and not values.is_identifier(value)
            and spot.sign == "call"
            else 0.0
        )
    if spot.mark in ("==", "!=", "===", "!==") and not values.is_random(value):
        return 0.0
    if values.is_random(value):
        return 0.8
    if values.is_identifier(value) or _digits(value) == 0 or not any(map(str.isalpha, value)):
        return (
            0.6
            if n >= 20
            and values.n_classes(value) >= 3
            and not values.is_identifier(value)
            and values.entropy(value) > 3.8
            else 0.0
        )
    return 0.6 if n >= 12 or values.n_classes(value) >= 3 else (0.6 if quoted else 0.0)


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value))


def _key(spot: Spot, value: str, quoted: bool) -> float:
    if words_of(spot.name)[-1:] == ["auth"] and checks.basic(value) and spot.sign in ("equals", "colon"):
        return 0.8
    if values.UUID.match(value) or " " in value or (not quoted and values.is_code(value)):
        return 0.0
    if spot.sign in ("prose", "line", "comma", "call") or spot.mark in ("==", "!=", "===", "!=="):
        return 0.0
    if _SIGNED.search(value) or not values.is_random(value, 16):
        return 0.0
    return 0.6


_SIGNED = re.compile(r"[\\{}()<>\[\]]|^(?:sha\d|md5)|^AAAA[BCE]|^ssh-|^MII[BC]I[jI]|^[\w.]+:[\w.]+:")
