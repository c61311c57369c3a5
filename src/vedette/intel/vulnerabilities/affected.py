"""Which products and versions a text says are vulnerable, and in which versions that is fixed.

A range ("before 2.17.0", "2.0-beta9 through 2.14.1", "4.2 and earlier", "<= 3.0.0") is found first; the product is the
run of names before it, or what the sentence's template names ("vulnerability in X", "The X plugin for WordPress"). A
version is kept as it is written. Linear: RE2, and one walk over the words before a range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import re2

from vedette import knowledge
from vedette.schema.intel import AffectedProduct

_V = (
    r"\b(?:[vV]\.?\s?|[rR])?(?:[A-Z]{1,4})?\d{1,10}(?:[.\-_+][0-9A-Za-z]+)*(?:\.[xX*])?"
    r"(?: ?(?:[Uu]pdate|SP|[Pp]atch|[Bb]uild|[Bb]eta|RC|rc|[Hh]otfix|LTSR?|CU|Release|Firmware Patch) ?\d[\w.]*)*"
)
_ONE = rf"(?:versions? |releases? |builds? |firmware )?({_V})"
_BEFORE = (
    r"(?:all )?(?:versions? |releases? )?(?:before|prior to|earlier than|older than|below|lower than|preceding|"
    r"up to,? and including,?|"
    r"up to(?: \(?(?:and |but not )?(?:including|excluding|inclusive)\)?)?|up through|through|thru|until|<=|<|≤|"
    r"less than|"
    r"lower or equal to)"
)
_JOIN = r"(?:through|thru|to|up to|up through|before|prior to|until|-|–|—|and before|but before|up to and including)"
_AFTER = (
    r"(?:,? ?\(?(?:and|or|&) (?:all )?(?:earlier|prior|below|older|lower|previous|before|under)"
    r"(?: versions?| releases?)?\)?|\+| \(and earlier\))"
)
RANGE = re2.compile(
    rf"(?P<span>(?:from )?(?:versions? |releases? )?(?P<low>{_V}|"
    rf"n/a)(?: versions?)? (?:{_JOIN}) (?:and including )?(?:versions? )?(?P<high>{_V}))"
    rf"|(?P<upto>{_BEFORE} {_ONE})"
    rf"|(?P<andearlier>{_ONE}{_AFTER})"
    rf"|(?P<symbol>[<>]=? ?{_V})"
)
_PLAIN = re2.compile(
    rf"(?:[Vv]ersions? |[Rr]eleases? |affected (?:are|is) |v\.?)({_V}(?:(?:, | and |, and | or ){_V}){{0,30}})"
)
_BARE = re2.compile(rf"(?:^| )({_V})")
_FIXED = re2.compile(
    r"(?i)\b(?:fixed|patched|addressed|resolved|remedied|corrected|fix(?:es)?(?: for [\w .-]{1,40})? (?:was |is |"
    r"has been )?"
    r"(?:released|available|included)|patch(?:es)? (?:was |is |are |has been )?(?:released|available)|upgrad(?:e|"
    r"ing) to|"
    r"updat(?:e|ing) to|contains? (?:a |the )?(?:fix|patch))(?: for this issue)?(?: in| with| by| at| as of)? "
)
_FIXED_ITEM = re2.compile(
    rf"((?:[a-z]{{0,2}}[A-Z][\w+-]*(?: [A-Z][\w+-]*){{0,4}} )?)(?:the )?(?:versions? |releases? )?({_V})"
    r"(?:, and | and |, or | or |, )?"
)
_WORD = re2.compile(r"[^\s]+")
_STOP = frozenset(
    "a an the in of on at by with is are was were be been has have had this that these those its it and or to "
    "from within "
    "exists exist found discovered identified affects affect affected affecting affecting: vulnerability "
    "vulnerabilities "
    "issue flaw bug problem weakness overflow injection xss rce csrf scripting disclosure escalation bypass "
    "traversal "
    "execution attack attacks service read write upload condition error errors corruption via when where which using "
    "including before prior through all any some versions version releases release running products product: "
    "component "
    "function file parameter module following certain multiple there allows allow could can may an: if not "
    "upgrade users "
    "control validation access authentication authorization".split()
)
_BETWEEN = frozenset(
    "version versions all firmware plugin branches releases release software package module theme app application "
    "devices products product library extension component - – — : prior and or the".split()
)
_VERSION_WORD = re2.compile(r"^[vV]?\d+(?:\.[\w-]+)+$")
_INNER = frozenset("of for and the & - – + | de / with".split())
_KIND_WORDS = re2.compile(
    r"(?i)(?:[ ,]+(?:wordpress plugin|plugin for wordpress|wordpress theme|plug-?in|theme|software|firmware|"
    r"package|module|extension|"
    r"application|app|component|products?|devices?|library|server versions?|versions?|all|series|branches|supported|"
    r"and|running|for|in|the|an?))+$"
)
_EDGES = " ,.;:()[]\"'“”‘’`*<>="

_N = r"(?P<p>(?-i:[A-Z0-9])[^.,;:]{1,90}?)"
"""A product in a template: from a capital on."""
_STOPS = (
    r"(?: (?:allows?|before|through|prior|versions?|v?\d+\.[\w.]*|up to|that|which|could|may|can|on|via|due|when|"
    r"where|"
    r"for|because|leads?|plugin|from|and classified|by|using|with|has|is|was|does|in|to|at)\b| <|[.,;:<(]|$)"
)
_TEMPLATES = tuple(
    re2.compile(pattern)
    for pattern in (
        r"(?i)\bvulnerability in (?:the )?(?P<p>[^.:;]{2,110}?) (?:plugin|theme|"
        r"extension) ?(?:for wordpress )?(?:<|from n/a)",
        r"(?i)^(?:the )?(?P<p>[^.]{2,120}?) (?:plugin|theme|extension|"
        r"plugin and theme)(?: \([^)]{1,40}\))?(?: for wordpress)?,? "
        r"(?:is|are|was|before|through|up to|<|in all|does|did|has|versions?|contains|allows)",
        r"(?i)\bvulnerability in the (?P<p>(?-i:[A-Z])[^.]{1,80}?) (?:product|component) of Oracle ",
        r"(?i)\bthis (?:issue|vulnerability|flaw|problem) (?:only )?affects:? (?:some )?(?:unknown [^.]*? of )?"
        + _N
        + r"(?:: |,? (?:versions?|from|before|prior|through|up to|\d))",
        r"(?i)\baffected (?:installations|versions|devices) of (?:the )?"
        + _N
        + r"(?: (?:with|it|products?|devices?|smartphones|routers|allows?|user|an?|versions?|are|is|prior|before)\b|"
        r"[.,;:(]|$)",
        r"(?i)\b(?:was|were|has been|have been|is) (?:found|discovered|identified|reported|classified|"
        r"detected) in (?:the )?" + _N + _STOPS,
        r"^In (?:the )?(?P<p>[A-Z][\w.+ -]{1,60}?)(?: (?:before|through|prior|versions?|v?\d[\w.]*|up to|<)\b|,)",
        r"^(?P<p>[A-Z][^.,;:]{1,80}?) (?:Remote Code Execution|Elevation of Privilege|Information Disclosure|"
        r"Denial of "
        r"Service|Security Feature Bypass|Spoofing|Tampering|Cross-site Scripting|"
        r"Defense in Depth)\b[^.]{0,30}Vulnerability",
        r"(?i)\b(?:vulnerabilit(?:y|ies)|overflows?|injection|scripting(?: \(xss\))?|flaw|issue|weakness|xss|csrf|"
        r"traversal|"
        r"disclosure|forgery(?: \(csrf\))?|bypass|execution|use[- ]after[- ]free|type confusion|upload|read|write|"
        r"authorization|dereference|escalation|control|validation|sanitization|permissions?|restriction|function)"
        r"(?: \([^)]{1,40}\))?(?: vulnerabilit(?:y|ies)| issues?| flaws?)?(?: exists?)?(?: was | were | has been )?"
        r"(?: found| discovered)? (?:in|of|for) (?:the |some )?(?:[a-z][^.,;:]{0,50} (?:of|in|for) (?:the )?)?"
        + _N
        + _STOPS,
        r"^(?:The )?(?P<p>[A-Z0-9][\w.+-]*(?: (?:[A-Z0-9][\w.+()-]*|for|of|and|&)){0,7}) (?:v?\d[\w.]* )?"
        r"(?:was|is|are|were|has|have|does|do|did|could|may|can|before|[a-z]+s)\b",
        r"(?i)\b(?:in|affects|of) (?:the )?(?P<p>(?-i:[A-Z])[\w.+-]*(?: (?-i:[A-Z0-9])[\w.+-]*){0,5})",
    )
)
_KERNEL = "In the Linux kernel, the following vulnerability has been resolved"
_LISTED = re2.compile(rf"((?:{_V}, ?(?:and |or )?)+)$")
_OTHERS = re2.compile(
    r"(?i)(?:cvss|http|tls|ssl|sha|ipv?|oauth|usb|bluetooth|score|section|rfc|port|cwe)[ /-]?(?:base |score )?v?$"
)
_ODD = re2.compile(r"-[a-z]{4,}")
_RELEASE = re2.compile(r"-(?:alpha|beta|release|final|preview|build|patch|snapshot|stable|nightly|devel)")


@dataclass(frozen=True, slots=True)
class _Version:
    text: str
    start: int
    end: int


def extract(text: str) -> list[AffectedProduct]:
    """Return the products that a text says are vulnerable, by place, each with its versions and fixes."""
    text = text.replace("\xa0", " ")
    if text.lstrip().startswith(_KERNEL):
        start = text.index("Linux")
        return [AffectedProduct(product="Linux kernel", vendor="Linux", start=start, end=start + len("Linux kernel"))]
    fixed = list(_fixes(text))
    taken = [(start, end) for _, _, start, end in fixed]
    found: dict[str, AffectedProduct] = {}
    last = ""
    titled = _by_template(text, -1, _TEMPLATES[:2])
    for version in _versions(text, taken):
        name, start = titled if titled[0] else _name_before(text, version.start)
        if not name and last and not titled[0]:
            old = found[last]
            found[last] = replace(
                old, versions=tuple(dict.fromkeys((*old.versions, version.text))), end=max(old.end, version.end)
            )
            continue
        if not name:
            name, start = _by_template(text, version.start)
        if not name:
            continue
        last = _put(found, name, (version.text,), (), start, version.end)
    if not found:
        name, start = _by_template(text, len(text))
        if name:
            last = _put(found, name, (), (), start, start + len(name))
    for name, version_text, start, end in fixed:
        key = _put(found, name, (), (version_text,), start, end) if name else last
        if not name and key:
            old = found[key]
            found[key] = replace(old, fixed_in=tuple(dict.fromkeys((*old.fixed_in, version_text))))
    return sorted(found.values(), key=lambda p: p.start)


def unnamed_fixes(text: str) -> tuple[str, ...]:
    """Return the versions that a text says are fixed without naming a product."""
    return tuple(dict.fromkeys(version for name, version, _, _ in _fixes(text.replace("\xa0", " ")) if not name))


def _put(
    found: dict[str, AffectedProduct],
    name: str,
    versions: tuple[str, ...],
    fixed: tuple[str, ...],
    start: int,
    end: int,
) -> str:
    start, end = min(start, end), max(start, end)  # a product may stand after its version
    vendor, product = parted(name)
    key = f"{vendor} {product}".strip().casefold()
    old = found.get(key) or AffectedProduct(product=product, vendor=vendor, start=start, end=end)
    found[key] = replace(
        old,
        versions=tuple(dict.fromkeys((*old.versions, *versions))),
        fixed_in=tuple(dict.fromkeys((*old.fixed_in, *fixed))),
        end=max(old.end, end),
    )
    return key


def _fixes(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield (product or empty, version, start, end) of each version that a text says is fixed."""
    for m in _FIXED.finditer(text):
        at = m.end()
        for _ in range(12):
            item = _FIXED_ITEM.match(text, at)
            if item is None:
                break
            yield (item[1] or "").strip(), item[2].strip(), item.start(), item.end(2)
            at = item.end()


def _versions(text: str, taken: list[tuple[int, int]]) -> Iterator[_Version]:
    """Yield the versions and ranges that a text gives outside of what is fixed, by place."""
    found: list[_Version] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    for m in RANGE.finditer(text):
        if free(m.start(), m.end()) and _plausible(text, m.start(), m.end()):
            listed = _LISTED.search(text[max(0, m.start() - 200) : m.start()])
            first = m.start() - len(listed[1]) if listed is not None else 0
            if listed is not None and free(first, m.start()):  # else it is the end of the range before
                found += [_Version(one.strip(), first, m.end()) for one in re2.findall(_V, listed[1])]
            found.append(_Version(m.group().strip(" ,"), m.start(), m.end()))
            taken.append((m.start(), m.end()))
    for m in _PLAIN.finditer(text):
        if free(m.start(), m.end()):
            for one in re2.findall(_V, m[1]):
                found.append(_Version(one, m.start(), m.end()))
            taken.append((m.start(), m.end()))
    if not found:
        for m in _BARE.finditer(text):
            value = m[1]
            if "." in value and free(m.start(1), m.end(1)) and _plausible(text, m.start(1), m.end(1)):
                found.append(_Version(value, m.start(1), m.end(1)))
                taken.append((m.start(1), m.end(1)))
                break
    return iter(sorted(found, key=lambda v: v.start))


_NO_VERSION = re2.compile(r"(?i)^(?:from )?(?:19|20)\d\d(?:-\d\d)? |^\d+ (?:to|-) \d+$")
_MEASURE = re2.compile(r"(?i)^ ?(?:bytes?|bits?|kb|mb|gb|seconds?|minutes?|hours?|days?|characters|%|times|users)\b")


_GOES_ON = re2.compile(r" ?[\[({](?:\.|dot|:)[\])}]|\.\d{1,3}\[")
"""What follows is the rest of a defanged address."""


def _plausible(text: str, start: int, end: int) -> bool:
    """Say whether a match is a version: no id, address, amount or date."""
    if start and (text[start - 1].isalnum() or text[start - 1] in "-_/.:@"):
        return False
    if end < len(text) and (text[end] in "/@" or _MEASURE.match(text, end) or _GOES_ON.match(text[end : end + 12])):
        return False
    if _OTHERS.search(text[max(0, start - 12) : start]):
        return False
    if "CVE-" in text[max(0, start - 5) : end] or "CWE" in text[max(0, start - 5) : end]:
        return False
    value = text[start:end]
    return not _NO_VERSION.search(value) and not (_ODD.search(value) and not _RELEASE.search(value))


def _name_before(text: str, end: int) -> tuple[str, int]:
    """Return the run of names that ends at a place, and where it begins."""
    low = max(0, end - 160)
    words = list(_WORD.finditer(text, low, end))
    first = len(words)
    named = False
    for at in range(len(words) - 1, -1, -1):
        word = words[at].group()
        bare = word.strip(_EDGES)
        if at < len(words) - 1 and word[-1:] in ".;:" and not (len(bare) < 4 and word[-1] == "."):
            break
        small = bare.casefold()
        if not named and (small in _BETWEEN or _VERSION_WORD.match(bare)):
            first = at
            continue
        if not bare:
            if not named:
                continue
            first = at if word in _INNER else first
            continue
        if bare[0].isupper() or (bare[0].isdigit() and named) or (any(c.isupper() for c in bare) and bare[0].isalpha()):
            if small in _STOP and bare[0].isupper() and at > 0 and not named:
                break
            if small in _STOP and named:
                break
            named, first = True, at
            continue
        if named and small in _INNER and at > 0 and words[at - 1].group().strip(_EDGES)[:1].isupper():
            if small in ("of", "with", "the", "and"):
                break
            continue
        if not named and at == len(words) - 1 and small not in _STOP and bare[0].isalpha() and len(bare) > 2:
            first = at
            named = bare.isascii() and ("-" in bare or "." in bare or "/" in bare or at == 0)
            if not named:
                break
            continue
        break
    if not named or first >= len(words):
        return "", end
    start = words[first].start()
    name = cleaned(text[start:end])
    return (name, start) if _is_product(name) else ("", end)


_NO_PRODUCT = re2.compile(
    r"(?i)^(?:(?:c2|c&c|cnc|c2s|ips?|ip address(?:es)?|iocs?|urls?|domains?|hosts?|hash(?:es)?|md5|sha-?\d+|ports?|"
    r"server|"
    r"servers|score|cvss|cves?|cwe|kev|epss|severity|table|figure|page|step|phase|stage|section|chapter|appendix|ref|"
    r"references?|id|message-id|subject|from|to|cc|bcc|date|sent|received|reply-to|in-reply-to|return-path|x-[\w-]+|"
    r"content-[\w-]+|mime-version|dkim-signature|references|ticket|case|incident|report|advisory|bulletin|issue|volume|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|utc|gmt|cet|est|pst)[\s:#.,\d]*)+$"
)
_LETTERS = re2.compile(r"\pL{2}")
_VALUE = re2.compile(r"(?i)^(?:\d{1,3}(?:\.\d{1,3}){2,3}|[0-9a-f]{32,}|https?:\S+|\S+@\S+|\S*\[[.:]\]\S*)$")


def _is_product(name: str) -> bool:
    """Return whether a name can be a product's: no number, address, date or header of a message."""
    return bool(_LETTERS.search(name)) and not _NO_PRODUCT.search(name) and not _VALUE.search(name)


def _by_template(text: str, before: int, templates: Sequence[re2._Regexp[str]] = _TEMPLATES) -> tuple[str, int]:
    """Return the product that a sentence's template names, and its place."""
    for template in templates:
        m = template.search(text)
        if m is None:
            continue
        name = cleaned(m["p"])
        if not _is_product(name):
            continue
        head, of, tail = name.rpartition(" of ")
        if of and tail[:1].isupper() and not head[:1].isdigit():
            name = cleaned(tail.removeprefix("the "))
        if name and len(name) < 100 and name.casefold() not in _STOP and not name.startswith("CVE-"):
            return name, m.start(template.groupindex["p"])
    return "", before


def cleaned(name: str) -> str:
    """Return a product's name without what stands around it."""
    name = " ".join(name.split()).strip(_EDGES)
    while True:
        shorter = _KIND_WORDS.sub("", name).strip(_EDGES)
        if shorter == name:
            break
        name = shorter
    for lead in ("The ", "the ", "In ", "A ", "An ", "all ", "All "):
        name = name.removeprefix(lead)
    return name.strip(_EDGES)


@cache
def _vendors() -> tuple[str, ...]:
    """Vendors that KEV names, longest first."""
    import pyarrow.parquet as pq

    table = pq.read_table(Path(knowledge.__file__).parent / "data" / "kev.parquet", columns=["vendor"])
    return tuple(sorted(set(table["vendor"].to_pylist()), key=lambda v: (-len(v), v)))


def parted(name: str) -> tuple[str, str]:
    """Return (vendor, product) of a name; the vendor is empty where no known one begins it."""
    small = name.casefold()
    for vendor in _vendors():
        if small.startswith(vendor.casefold() + " ") and len(name) > len(vendor) + 1:
            return vendor, name[len(vendor) + 1 :].strip()
    return "", name
