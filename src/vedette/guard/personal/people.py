"""Whether a value is a person's name: by its form, by the words of given names and surnames, and by its field's name.

A field that only a person fills (``manager``, ``assignee``) is believed where its value has the form of a name; one
that anything fills (``name``) where the lists know the given name too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from vedette.guard.personal.sheet import Pattern, Sheet
from vedette.guard.structured import Field

if TYPE_CHECKING:
    from vedette.guard.names.gazetteer import Gazetteer

_TOLD = frozenset(
    """
    manager linemanager managedby supervisor owner ownername fileowner dataowner serviceowner assignee assigned
    assignedto assigneename reporter reportername reportedby requester requestor requestername requestedby approver
    approvedby author authorname analyst handler opener openedby createdby modifiedby lastmodifiedby updatedby
    deletedby closedby resolvedby contact contactname customer employee caller callername responsible sponsor
    attendee organizer organiser recipient sender teamlead escalatedto submitter submittedby reviewer reviewedby
    assignedengineer accountmanager person patient client applicant member initiatedby actor user target
    """.split()
)
"""What only a person, or a team, fills."""
_SHOWN = frozenset("displayname name fullname cn commonname label title value".split())
"""What holds a name where a word of the first kind stands above it (``reporter.name``)."""
_LOOSE = frozenset("displayname name cn commonname".split())
"""What may hold a person's name, and mostly holds something else's."""

_NO_NAMES = frozenset(
    """
    admin admins administrator administrators account accounts agent api app apps application audit backup bot build
    center centre cloud client cluster code company computer computers console container control controller controllers
    core corp corporation customer data database default defender department desk desktop device domain driver edge
    endpoint engine engineering enterprise event events explorer file files finance firewall framework gmbh google
    group groups guest helpdesk host human inc infrastructure installer inventory kernel library limited linux live
    local log logs ltd mail manager management master media microsoft mode module monitor monitoring network node
    object office operations operator operators page payroll platform plugin policy portal print process product
    project protocol proxy public query queue record registry remote report resource response role root router
    runtime sales scheduled scheduler schema security server servers service services session setup shared site
    software source stack storage store studio support system systems task tasks team teams test tool tools unit
    update updates user users viewer virtual web window windows workstation
    access active adobe alert analytics android apache apple azure chrome cisco dashboard directory docker elastic
    firefox github gitlab grafana hadoop intel java jenkins kafka kibana loki metrics mysql node oracle python redis
    spark splunk sql tomcat ubuntu unknown vmware zookeeper
    """.split()
)
"""Words of products and teams, in a name of which there is no person."""
_PARTICLES = frozenset(
    "van von der den de la le da di del della dos das du el al bin ibn ten ter zu zum y e af av".split()
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`\".\-])*+")
_IDEOGRAPHS = re.compile(
    r"[\u3400-\u9fff\u3005]{2,4}|[\u30a0-\u30ff]{2,8}[・ ][\u30a0-\u30ff]{2,8}|[\uac00-\ud7af]{2,4}"
)
_LEFT = re.compile(r"[^a-z]")
_MAKERS = frozenset("company companyname product productname vendor publisher manufacturer copyright city town".split())
"""Fields of makers and places, which are named after people."""
_PLACES = frozenset(("hong kong", "tel aviv", "san jose", "san diego", "santa clara", "palo alto", "costa rica"))


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    from vedette.guard.names.model import tagger

    return tagger().features.gazetteer


@lru_cache(maxsize=4096)
def word_bits(word: str) -> int:
    """Return what the lists say of a word (:mod:`vedette.guard.names.gazetteer`)."""
    from vedette.guard.names.gazetteer import folded

    return _gazetteer().look_up(folded(word))


@lru_cache(maxsize=4096)
def like_person(value: str, *, told: bool) -> bool:
    """Return whether a value reads as a person's name: two to four capitalised words, none of a product.

    Args:
        value: As it is written; ``Family, Given`` too.
        told: Whether its place says that a person is meant; else the lists must know the given name.
    """
    from vedette.guard.names.gazetteer import BIT

    plain = unicodedata.normalize("NFC", value.strip())
    if not 3 <= len(plain) <= 64:
        return told and bool(_IDEOGRAPHS.fullmatch(plain))
    if told and _IDEOGRAPHS.fullmatch(plain):
        return True
    family, comma, given = plain.partition(", ")
    words = [*given.split(), *family.split()] if comma else plain.split()
    if not 2 <= len(words) <= 4 or not all(_WORD.fullmatch(word) for word in words):
        return False
    lowered = [word.lower() for word in words]
    if any(word in _NO_NAMES for word in lowered):
        return False
    of_name = [word for word, low in zip(words, lowered, strict=True) if low not in _PARTICLES or word[0].isupper()]
    if len(of_name) < 2 or not all(word[0].isupper() or not word[0].islower() for word in of_name):
        return False
    bits = [word_bits(word) for word in of_name]
    first, common = BIT["first"] | BIT["first-common"], BIT["first-common"] | BIT["last-common"]
    plain_words = [bool(bit & BIT["english"]) and not bit & common for bit in bits]
    if told:
        return not any(plain_words[:1]) and not all(plain_words)
    return bool(bits[0] & first) and not any(plain_words)


_SURE = re.compile(
    r"[^\W\d_][^\W\d_'’\-]{1,24}(?: [^\W\d_]\.?| (?:de|da|van|von|del|di))? [^\W\d_](?:[^\W\d_]|['’\-]){1,24}"
)


@lru_cache(maxsize=4096)
def is_full_name(value: str) -> bool:
    """Return whether a value is a given name and a surname that the lists know as such, and nothing else."""
    from vedette.guard.names.gazetteer import BIT

    if not _SURE.fullmatch(value) or not like_person(value, told=False):
        return False
    words = value.split()
    first, last = word_bits(words[0]), word_bits(words[-1])
    plain = not first & (BIT["english"] | BIT["city"] | BIT["country"] | BIT["firm"])
    if not (first & BIT["first-common"] or (first & BIT["first"] and plain)):
        return False
    if last & (BIT["country"] | BIT["state"] | BIT["firm"]) or first & last & BIT["english"]:
        return False
    if value.lower() in _PLACES:
        return False
    return bool(last & (BIT["last-common"] if last & (BIT["english"] | BIT["city-big"]) else BIT["last"]))


def _bare(name: str) -> str:
    return _LEFT.sub("", name.lower())


_FOLLOWING = re.compile(r"(?:[ ][^\W\d_a-z][^\W\d_]*(?:['’\-][^\W\d_]+)?(?![\w=:/\\.@('’\-])){1,3}")


def _range(sheet: Sheet, one: Field) -> tuple[int, int]:
    """Return where a field's value stands, with the words behind it where ``key=value`` has no quotes."""
    start, end = one.start, one.end
    text = sheet.text
    if start and text[start - 1] == "=" and end < len(text) and text[end] == " " and one.value[:1].isupper():
        following = _FOLLOWING.match(text, end)
        if following:
            end = following.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def take(sheet: Sheet, one: Field) -> bool:
    """Put down the value of a field that a person's name stands in; return whether it did."""
    if len(one.value) > 80 or not one.value or one.value[0].isdigit():
        return False
    name = _bare(one.name)
    if name not in _TOLD and name not in _SHOWN:
        if name not in _MAKERS and is_full_name(one.value.strip()):
            sheet.hit("PERSON", one.start, one.end, 0.75, "field")
            return True
        return False
    told = name in _TOLD or (
        name in _SHOWN and any(isinstance(part, str) and _bare(part) in _TOLD for part in one.path[-4:-1])
    )
    if not told and name not in _LOOSE:
        return False
    start, end = _range(sheet, one)
    value = one.value if end == one.end else sheet.text[start:end]
    if not like_person(value, told=told):
        return False
    sheet.hit("PERSON", start, end, 0.9 if told else 0.8, "field")
    return True


_ASSIGNED = Pattern(
    rb"(?:^|[\s,;({|])(?:(?i)(owner|manager|assignee|assigned[ _]to|reporter|reported[ _]by|requester|requestor|"
    rb"analyst|supervisor|approver|approved[ _]by|handler|line[ _]manager|escalated[ _]to|requested[ _]by|opened[ _]by|"
    rb"contact|caller|author)|(display[ _]?name|full[ _]?name|name))"
    rb"(?:=[\"']?|\"?[ \t]{0,2}:[ \t]{1,3})"
    rb"([A-Z\xc0-\xde\xff][A-Za-z\xc0-\xff'.\-]{0,30}(?:[ ][A-Z\xc0-\xde\xff][A-Za-z\xc0-\xff'.\-]{0,30}){1,3})"
)


def assigned(sheet: Sheet) -> None:
    """Put down names behind ``owner=`` and ``Manager:`` where a line stands alone and is no record."""
    raw = sheet.raw
    if b"=" not in raw and b":" not in raw:
        return
    for found in _ASSIGNED.finditer(raw):
        start, end = found.span(3)
        told = found.span(1) != (-1, -1)
        while end > start and raw[end - 1] in b".'-":
            end -= 1
        if end < len(raw) and (raw[end] in b"=:/\\@" or sheet.word_after(end)):
            end = start + max(0, raw[start:end].rfind(b" "))  # the next key
        while end > start and b" " in raw[start:end]:
            if like_person(sheet.text[start:end], told=told):
                sheet.hit("PERSON", start, end, 0.85 if told else 0.8, "field")
                break
            end = start + raw[start:end].rfind(b" ")
