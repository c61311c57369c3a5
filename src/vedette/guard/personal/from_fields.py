"""What a field's name says of its value: parsed, not guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import normalize

from vedette.guard.personal import people
from vedette.guard.personal.accounts import is_person
from vedette.guard.personal.field_names import kind_of
from vedette.guard.personal.sheet import Sheet
from vedette.guard.personal.suffixes import is_house, is_internal, is_suffix
from vedette.guard.structured import Field, Path

_NOTHING = frozenset(
    (
        "", "-", "--", "n/a", "na", "null", "none", "unknown", "redacted", "[redacted]", "(none)", "unset", "?", "*",
        "true", "false", "undefined", "not available", "localhost", "0", "1", "%%1793", "nil", "todo", "tbd", "xxx",
        "***", "x86_64", "amd64", "arm64", "aarch64", "i386", "i686", "win32", "linux", "darwin", "windows", "macos",
        "android", "ios", "str", "string", "unassigned", "nobody", "anyone", "auto", "automatic",
    )
)  # fmt: skip
_ACCOUNT = re.compile(r"[^\s\"'<>|;=*?/:,(){}\[\]]{1,128}")
_ACCOUNT_WORDS = re.compile(r"[\w.\-\\@$+'’ ]{2,80}")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,252}")
_PERSON = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’\-]){0,79}")
_FRACTION = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?")
_DIGIT = re.compile(r"\d")
_GUID = re.compile(r"(?i)\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?")
_MACHINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{1,19}\$")
_SURE_HOSTS = frozenset("computer computername workstation workstationname machinename devicename hostname".split())

Kind = Callable[[Sheet, Field, str], None]


def find(sheet: Sheet) -> None:
    """Put down the values of fields whose names say what they are."""
    people.assigned(sheet)
    beside: set[Path] | None = None
    for one in sheet.fields:
        kind = kind_of(one.name)
        if (kind is None or kind == "user") and people.take(sheet, one):
            continue
        if kind is None:
            if one.name.lower() in _CALLED:
                if beside is None:
                    beside = {other.path[:-1] for other in sheet.fields if kind_of(other.name) in _PERSONAL}
                if one.path[:-1] in beside:
                    _named(sheet, one)
                    continue
            if one.name in ("displayName", "DisplayName", "Name", "name") and len(one.path) > 1:
                _displayed(sheet, one)
            elif one.value.endswith("$") and _MACHINE.fullmatch(one.value):
                _hit(sheet, one, "USERNAME", 0.85, "machine-account")
            elif one.name in _FHIR and len(one.path) > 2:
                _resource(sheet, one)
            continue
        value = one.value.strip()
        if len(value) > 512 or value.lower() in _NOTHING:
            continue
        _KIND[kind](sheet, one, value)


_FHIR = frozenset(("family", "given", "line", "value", "text"))
_GIVEN = re.compile(r"[^\W\d_][^\d<>{}\[\]|=;:]{0,60}")


def _resource(sheet: Sheet, one: Field) -> None:
    """Take a part of a FHIR resource: ``name.family``, ``name.given``, ``address.line``, ``identifier.value``."""
    above = [str(part) for part in one.path[-5:-1] if isinstance(part, str)]
    value = one.value.strip()
    if one.name in ("family", "given", "text") and "name" in above and _GIVEN.fullmatch(value) and is_person(value):
        _hit(sheet, one, "PERSON", 0.9, "field")
    elif one.name == "line" and "address" in above and len(value) > 4:
        _hit(sheet, one, "STREET_ADDRESS", 0.9, "field")
    elif one.name == "value" and "identifier" in above and len(_DIGIT.findall(value)) > 3 and "://" not in value:
        _hit(sheet, one, "MEDICAL_RECORD", 0.8, "field")
    elif one.name == "value" and "telecom" in above:
        _phone(sheet, one, value)


_CALLED = frozenset(("name", "customer", "contact", "patient", "employee", "client", "member", "applicant", "tenant"))
_PERSONAL = frozenset(("mail", "phone", "birth", "national", "medical", "passport", "licence", "card", "person"))
"""What stands beside a plain ``name`` says that it is a person's."""


def _named(sheet: Sheet, one: Field) -> None:
    value = one.value.strip()
    if " " in value and len(value.split()) <= 5 and _PERSON.fullmatch(value) and is_person(value):
        _hit(sheet, one, "PERSON", 0.85, "field")


def _hit(sheet: Sheet, one: Field, entity: str, score: float, rule: str) -> None:
    start, end = one.start, one.end
    while start < end and sheet.text[start].isspace():
        start += 1
    while end > start and sheet.text[end - 1].isspace():
        end -= 1
    if end > start:
        sheet.hit(entity, start, end, score, rule)


def _user(sheet: Sheet, one: Field, value: str) -> None:
    if value.isdigit() and len(value) == 12 and one.name.lower() == "owner":
        _hit(sheet, one, "CLOUD_ACCOUNT", 0.85, "aws")
    if value.startswith("S-1-") or _GUID.fullmatch(value) or value.isdigit() or len(value) > 128:
        return
    if not (_ACCOUNT.fullmatch(value) or ("\\" in value and _ACCOUNT_WORDS.fullmatch(value))):
        return
    if value.endswith("$"):
        if value.lower() not in ("$", "-$"):
            _hit(sheet, one, "USERNAME", 0.9, "machine-account")
        return
    if not is_person(value) or value.startswith(("http", "arn:", "0x", "AIDA", "AROA", "ASIA", "AKIA")):
        return
    if "@" in value[1:-1] and "." in value.partition("@")[2]:
        domain = value.rpartition("@")[2].lower()
        internal = is_internal(domain.encode("latin-1", "replace"))
        if not internal and is_suffix(domain.rpartition(".")[2].encode("latin-1", "replace")):
            return  # a mail address, found as one
        _hit(sheet, one, "USERNAME", 0.95, "upn")
        return
    if value.endswith((".amazonaws.com", ".exe", ".dll", ".py", ".sys")):
        return
    _hit(sheet, one, "USERNAME", 0.95, "field")


def _displayed(sheet: Sheet, one: Field) -> None:
    """Take a display name that stands within a user, an actor or a patient."""
    parents = [str(part).lower() for part in one.path[-4:-1] if isinstance(part, str)]
    if not any(
        part
        in (
            "actor",
            "user",
            "initiatedby",
            "owner",
            "patient",
            "person",
            "customer",
            "employee",
            "target",
            "contact",
            "assignee",
            "manager",
            "recipient",
            "sender",
        )
        for part in parents
    ):
        return
    value = one.value.strip()
    if one.name in ("Name", "name") and " " not in value:
        return
    if " " in value and _PERSON.fullmatch(value) and is_person(value) and len(value.split()) <= 5:
        _hit(sheet, one, "PERSON", 0.8, "field")


def _person(sheet: Sheet, one: Field, value: str) -> None:
    if _PERSON.fullmatch(normalize("NFC", value).replace('"', "'")) and is_person(value) and len(value) > 1:
        _hit(sheet, one, "PERSON", 0.9, "field")


def _host(sheet: Sheet, one: Field, value: str) -> None:
    if not _HOST.fullmatch(value) or value.replace(".", "").isdigit() or not any(map(str.isalpha, value)):
        return
    lowered = value.lower()
    if (
        _GUID.fullmatch(value)
        or lowered.startswith(("http", "localhost", "127."))
        or lowered.endswith((".exe", ".dll"))
    ):
        return
    if "." in value and not is_house(lowered.encode("latin-1", "replace")):
        name = one.name.lower().replace("_", "")
        if name not in _SURE_HOSTS or not is_suffix(lowered.rpartition(".")[2].encode("latin-1", "replace")):
            return  # a domain name, found as one
    if len(value) > 1:
        _hit(sheet, one, "HOSTNAME", 0.9, "field")


def _windows_domain(sheet: Sheet, one: Field, value: str) -> None:
    if not _HOST.fullmatch(value) or not is_person(value + "\\person") or value.lower() in _NO_DOMAINS:
        return
    if one.name.lower() != "domain" or not ("." in value or "_" in value):  # a dotted name is found as what it is
        _hit(sheet, one, "DOMAIN_NAME", 0.9, "internal")


_NO_DOMAINS = frozenset(("workgroup", "nt authority", "builtin", "window manager", "font driver host", "nt service"))


def _address(sheet: Sheet, one: Field, value: str) -> None:
    if (
        len(value) > 6
        and " " in value
        and any(map(str.isalpha, value))
        and "://" not in value
        and "0x" not in value
        and (_DIGIT.search(value))
    ):
        _hit(sheet, one, "STREET_ADDRESS", 0.85, "field")


def _birth(sheet: Sheet, one: Field, value: str) -> None:
    if len(_DIGIT.findall(value)) >= 3 and len(value) <= 40:
        _hit(sheet, one, "DATE_OF_BIRTH", 0.95, "field")


def _numbered(entity: str, least: int, most: int) -> Kind:
    def take(sheet: Sheet, one: Field, value: str) -> None:
        n_digits = len(_DIGIT.findall(value))
        if _FRACTION.fullmatch(value):
            return
        if least <= n_digits <= most and len(value) <= most + 12 and "://" not in value:
            _hit(sheet, one, entity, 0.9, "field")

    return take


def _phone(sheet: Sheet, one: Field, value: str) -> None:
    n_digits = len(_DIGIT.findall(value))
    if 6 <= n_digits <= 20 and len(value) <= 40 and sum(map(str.isalpha, value)) <= 12 and ":" not in value:
        _hit(sheet, one, "PHONE_NUMBER", 0.9, "field")


def _cloud(sheet: Sheet, one: Field, value: str) -> None:
    if _GUID.fullmatch(value) or (value.isdigit() and len(value) == 12):
        _hit(sheet, one, "CLOUD_ACCOUNT", 0.95, "azure" if "-" in value else "aws")
    elif (
        one.name.lower().replace("_", "") in ("projectid", "gcpproject")
        and _HOST.fullmatch(value)
        and any(map(str.isalpha, value))
    ):
        _hit(sheet, one, "CLOUD_ACCOUNT", 0.9, "gcp")


_KEY_ID = re.compile(r"[A-Z0-9]{16,128}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{2,62}")


def _key_id(sheet: Sheet, one: Field, value: str) -> None:
    if _KEY_ID.fullmatch(value) and not value.isdigit() and not value.endswith("EXAMPLE"):
        _hit(sheet, one, "CLOUD_ACCOUNT", 0.95, "access-key-id")


def _principal(sheet: Sheet, one: Field, value: str) -> None:
    """Take who a cloud says it was: an id's own form is known, a role's session is named by whoever took the role."""
    head, _, session = value.partition(":")
    if session and head.startswith("AROA") and _ACCOUNT.fullmatch(session) and is_person(session):
        if "@" not in session and not _GUID.fullmatch(session) and not session.startswith("i-"):
            start = one.end - len(session)
            if sheet.text[start : one.end] == session:
                sheet.hit("USERNAME", start, one.end, 0.85, "field")


def _bucket(sheet: Sheet, one: Field, value: str) -> None:
    if _BUCKET.fullmatch(value) and any(map(str.isalpha, value)):
        _hit(sheet, one, "CLOUD_ACCOUNT", 0.85, "bucket")


def _none(sheet: Sheet, one: Field, value: str) -> None:
    """Leave a value to the patterns, which know its form."""


_KIND: dict[str, Kind] = {
    "user": _user,
    "person": _person,
    "mail": _none,
    "phone": _phone,
    "ip": _none,
    "host": _host,
    "windows-domain": _windows_domain,
    "sid": _none,
    "address": _address,
    "birth": _birth,
    "national": _numbered("NATIONAL_ID", 6, 18),
    "licence": _numbered("DRIVER_LICENSE", 4, 18),
    "passport": _numbered("PASSPORT", 5, 12),
    "medical": _numbered("MEDICAL_RECORD", 3, 20),
    "card": _numbered("CREDIT_CARD", 12, 19),
    "account": _numbered("BANK_ACCOUNT", 5, 30),
    "cloud": _cloud,
    "key-id": _key_id,
    "principal": _principal,
    "bucket": _bucket,
    "mac": _none,
}
