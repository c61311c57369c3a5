"""The names that are known: ATT&CK's, current families and groups, products, sectors, places, and the user's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from vedette.guard.names.gazetteer import BIT, folded
from vedette.guard.names.model import tagger
from vedette.intel.entities import lists
from vedette.intel.entities.base import KnownName, KnownThing, Sureness
from vedette.intel.entities.matching import Matcher, squeezed
from vedette.knowledge.attack_names import named_things
from vedette.knowledge.pinned import path_of
from vedette.schema.intel import MentionKind

_WORD = re.compile(r"[^\W\d_]+")
COMMANDS = frozenset(
    "net reg ping arp cmd at ftp route expand attrib netsh netstat ipconfig ifconfig nbtstat systeminfo tasklist "
    "schtasks certutil bitsadmin forfiles nltest wevtutil esentutl dsquery tor proxysvc responder".split()
)
"""ATT&CK lists them as tools; in running text they are commands, and some are words."""
_LEAST_SURE = 5
WORDS_ELSEWHERE = frozenset("komplex james denis milan pandora kessel cuba elise".split())
"""Names that ATT&CK lists and that are words, places or first names in some language."""
NO_WORDS = frozenset("clop azorult deadbolt bloodhound ngrok".split())
"""Names that a list of English words holds too, and that nobody writes with a capital to say the word."""
_NO_PRODUCT = frozenset(
    "multiple products,products,multiple devices,devices,server,kernel,routers,router,gateway,firewall,appliance,"
    "client,manager,mail,office,web,desktop,multiple routers,multiple,commerce,core,control panel,update,workspace,"
    "collaboration,access,database,portal,framework,software,connect,security,monitor,backup,directory server".split(
        ","
    )
)


@cache
def _is_word(word: str) -> bool:
    """Return whether a word is an English one that is written small at times."""
    model = tagger()
    plain = folded(word)
    return bool(model.features.gazetteer.look_up(plain) & BIT["english"]) or plain in model.features.common


def sureness_of(name: str) -> Sureness:
    """Return what it takes for a name that a list gives to mean what bears it."""
    words = _WORD.findall(name)
    digits = any(c.isdigit() for c in name)
    if name.casefold().removesuffix(".exe") in COMMANDS:
        return Sureness.CONTEXT
    if len(words) > 1 or (words and len(name.split()) > 1):
        return Sureness.CASED if all(_is_word(word) for word in words) and not digits else Sureness.SURE
    if digits and words:
        return Sureness.SURE if len(name) > 3 else Sureness.CONTEXT
    if name.casefold() in NO_WORDS:
        return Sureness.CASED
    if not words or len(name) < _LEAST_SURE - 1 or _is_word(name) or name.casefold() in WORDS_ELSEWHERE:
        return Sureness.CONTEXT
    return Sureness.CASED if len(name) < _LEAST_SURE else Sureness.SURE


def _side(kind: MentionKind) -> str:
    """Return what a name's kind is parted by: malware and tools are not told apart alike by all."""
    return "software" if kind in (MentionKind.MALWARE, MentionKind.TOOL) else kind.value


def _attack() -> Iterator[KnownName]:
    sorts = {
        (_side(MentionKind(kind)), name.rstrip("?").casefold()): sort for kind, sort, name, *_ in _rows("families.tsv")
    }
    for item in named_things().values():
        kind = MentionKind(item.kind)
        sort = sorts.get((_side(kind), item.name.casefold()), "")
        thing = KnownThing(kind, item.name, item.id, related=item.related, sort=sort)
        for place, name in enumerate((item.name, *item.aliases)):
            yield KnownName(name, thing, sureness_of(name), alias=place > 0)


def _families(attack: Sequence[KnownName]) -> Iterator[KnownName]:
    """Yield the names of current families and groups: of the thing that ATT&CK has under their first name, if any."""
    listed = {(_side(one.thing.kind), one.text.casefold()): one.thing for one in attack if not one.alias}
    for kind, sort, *names in _rows("families.tsv"):
        title = names[0].rstrip("?")
        own = MentionKind(kind)
        thing = listed.get((_side(own), title.casefold())) or KnownThing(own, title, None, sort=sort)
        for place, written in enumerate(names):
            plain = written.rstrip("?")
            unsure = written != plain or f"{plain}?" in names
            sureness = Sureness.CONTEXT if unsure else sureness_of(plain)
            yield KnownName(plain, thing, sureness, alias=place > 0)


def _rows(file: str) -> Iterator[list[str]]:
    text = files("vedette.intel.entities").joinpath("data", file).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _places() -> Iterator[KnownName]:
    for code, *names in _rows("places.tsv"):
        thing = KnownThing(MentionKind.PLACE, names[0], code)
        for place, name in enumerate(names):
            yield KnownName(name, thing, Sureness.CASED, alias=place > 0)


def _marked(name: str, sureness: Sureness) -> tuple[str, Sureness]:
    return (name[:-1], Sureness.CONTEXT) if name.endswith("?") else (name, sureness)


def _organizations() -> Iterator[KnownName]:
    for names in _rows("organizations.tsv"):
        thing = KnownThing(MentionKind.ORGANIZATION, names[0].rstrip("?"), None)
        for place, written in enumerate(names):
            # with a digit it is no word, however it is written: "lab52"
            usual = Sureness.SURE if any(c.isdigit() for c in written) else Sureness.CASED
            name, sureness = _marked(written, usual)
            yield KnownName(name, thing, sureness, alias=place > 0)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _products() -> Iterator[KnownName]:
    for vendor, *names in _rows("products.tsv"):
        title = names[0].rstrip("?")
        thing = KnownThing(MentionKind.PRODUCT, title, f"{_slug(vendor)}/{_slug(title)}")
        for place, written in enumerate(names):
            name, sureness = _marked(written, Sureness.CASED)
            yield KnownName(name, thing, sureness, alias=place > 0)


def _exploited(path: Path | None) -> Iterator[KnownName]:
    """Yield the products of CISA's catalogue and their makers; a word's own name only with its maker's before it."""
    import pyarrow.parquet as pq

    table = pq.read_table(path or path_of("kev.parquet"), columns=["vendor", "product"])
    rows = Counter(zip(table["vendor"].to_pylist(), table["product"].to_pylist(), strict=True))
    for vendor in sorted({vendor for vendor, _ in rows if vendor}):
        if all(_is_word(word) for word in _WORD.findall(vendor)) and len(vendor) < 12:
            continue
        yield KnownName(vendor, KnownThing(MentionKind.ORGANIZATION, vendor, None), Sureness.CASED, alias=False)
    for vendor, product in sorted(rows):
        if not vendor or not product or product.casefold() in _NO_PRODUCT or "," in product or " and " in product:
            continue
        plain = product.split("(")[0].strip()
        thing = KnownThing(MentionKind.PRODUCT, plain, f"{_slug(vendor)}/{_slug(plain)}")
        if not plain.casefold().startswith(vendor.casefold()):
            yield KnownName(f"{vendor} {plain}", thing, Sureness.CASED, alias=True)
        words = _WORD.findall(plain)
        if len(plain) > 3 and not all(_is_word(word) for word in words):
            yield KnownName(plain, thing, Sureness.CASED, alias=False)


@dataclass(frozen=True, eq=False)
class Known:
    """Names that are known, and how they are found in a text. Several threads may use one."""

    names: tuple[KnownName, ...]
    """The user's own first."""

    @classmethod
    def load(cls, home: Path | None = None, lists: Sequence[Path] = ()) -> Known:
        """Return what the package knows, a home's newer catalogue of exploited products, and the user's own lists.

        Raises:
            UserError: an own list cannot be read, or an entry of it is wrong; with its line.
        """
        held = _held(home)
        return cls(tuple(_first([*_own(lists), *_shipped(held).names]))) if lists else _shipped(held)

    @cached_property
    def matcher(self) -> Matcher:
        """What finds them."""
        return Matcher(self.names)

    @cached_property
    def by_key(self) -> dict[str, tuple[KnownName, ...]]:
        """Names by their letters and digits, small."""
        found: dict[str, list[KnownName]] = {}
        for name in self.names:
            found.setdefault(squeezed(name.text)[0], []).append(name)
        return {key: tuple(names) for key, names in found.items()}

    @cached_property
    def things(self) -> dict[str, KnownThing]:
        """What has an id, by it."""
        return {name.thing.ref: name.thing for name in reversed(self.names) if name.thing.ref}


def _own(paths: Sequence[Path]) -> Iterator[KnownName]:
    for path in paths:
        yield from lists.read(path)


def _held(home: Path | None) -> Path | None:
    if home is None:
        return None
    from vedette.knowledge import holding

    held = holding.held(home, "kev")
    return held.path if held and not held.packaged else None


@cache
def _shipped(kev: Path | None) -> Known:
    attack = list(_attack())
    return Known(
        tuple(_first([*attack, *_families(attack), *_places(), *_organizations(), *_products(), *_exploited(kev)]))
    )


def _first(names: Iterable[KnownName]) -> Iterator[KnownName]:
    """Yield each name of a thing once."""
    seen: set[tuple[str, MentionKind, str]] = set()
    for name in names:
        key = (name.text, name.thing.kind, name.thing.ref or name.thing.name)
        if key not in seen:
            seen.add(key)
            yield name
