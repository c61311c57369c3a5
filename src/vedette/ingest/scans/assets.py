"""Inventories: CMDB and spreadsheet exports as CSV or JSON, and assets given by hand.

Columns are found by their headings, in any order, ServiceNow's and other inventories' words included; "Asset
inventories" in the reference lists them. A value that is not understood is not guessed: it is refused on its own, with
the words that are, and the asset stays. What an inventory does not say stays unknown: an empty cell is no "no".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from vedette.errors import UserError
from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import MAX_COLUMNS, Headings, heading, layout_of, rows_of
from vedette.ingest.scans.json_records import records_of
from vedette.ingest.scans.json_values import (
    JsonObject,
    first_text,
    objects,
    outline,
    text,
    texts,
    unique,
)
from vedette.schema import Asset, AssetKind, ScanRecord

Records = Iterator[ScanRecord | ScanRefusal]

_NAMES = (
    "name", "asset name", "asset", "host name", "hostname", "host", "server name", "server", "computer name",
    "computer", "device name", "device", "machine name", "system name", "system", "ci name", "configuration item",
    "display name", "endpoint", "endpoint name", "instance name", "resource name", "application name",
    "image", "vm name", "node",
)  # fmt: skip
_FACTS: dict[str, tuple[str, ...]] = {
    "owner": (
        "owner", "asset owner", "owned by", "business owner", "system owner", "technical owner", "service owner",
        "owner email", "owner name", "application owner", "managed by", "responsible", "responsible team",
        "support group", "assignment group", "owning team", "team", "custodian", "assigned to", "contact",
    ),
    "business_weight": (
        "business weight", "business criticality", "busines criticality", "asset criticality", "criticality",
        "business impact", "business importance", "importance", "business value", "asset value", "asset importance",
        "criticality rating", "weight", "bia", "impact rating",
    ),
    "internet_facing": (
        "internet facing", "is internet facing", "internet exposed", "exposed to internet", "exposed to the internet",
        "internet accessible", "internet exposure", "externally facing", "external facing", "publicly exposed",
        "publicly accessible", "public facing", "is public", "is external", "exposure", "network exposure",
    ),
    "data_class": (
        "data class", "data classification", "information classification", "classification", "data sensitivity",
        "sensitivity", "confidentiality", "data type",
    ),
}  # fmt: skip
"""Facts that tell an inventory from other tables, and their headings."""
_MORE: dict[str, tuple[str, ...]] = {
    "environment": ("environment", "env", "used for", "lifecycle stage", "stage", "deployment environment"),
    "kind": ("kind", "asset type", "type", "ci type", "sys class name", "class", "category", "device type", "ci class"),
    "mission_impact": ("mission impact", "mission prevalence"),
    "safety_impact": ("safety impact", "public safety impact"),
    "mitigations": ("mitigations", "mitigating controls", "compensating controls", "controls"),
    "fqdn": ("fqdn", "dns name", "fully qualified domain name", "dns domain name", "domain name"),
    "ip": ("ip address", "ip addresses", "ip", "ips", "ipv4 address", "ipv4", "primary ip"),
    "private_ip": ("private ip", "private ip address", "internal ip"),
    "public_ip": ("public ip", "public ip address", "external ip"),
    "ipv6": ("ipv6 address", "ipv6"),
    "mac": ("mac address", "mac addresses", "mac"),
    "netbios": ("netbios name", "netbios"),
    "id": ("asset id", "resource id", "instance id", "arn", "object id", "external id", "device id"),
    "tag": ("asset tag",),
    "sys_id": ("sys id", "ci id"),
    "aliases": ("aliases", "alias", "other names", "also known as"),
}
ALIAS_FIELDS = ("fqdn", "ip", "private_ip", "public_ip", "ipv6", "mac", "netbios", "id", "tag", "sys_id", "aliases")
_NOT_HERE = frozenset({
    "cve", "cves", "cve id", "cvss", "cvss score", "cvss v3", "plugin id", "qid", "vulnerability", "vulnerability id",
    "vulnerability name", "finding", "finding id", "nvt oid", "nvt name", "event id", "rule id", "timestamp",
})  # fmt: skip
"""Headings of scans and logs: a table that has one is no inventory."""

WEIGHTS = {
    "critical": 1.0, "very high": 1.0, "mission critical": 1.0, "business critical": 1.0, "most critical": 1.0,
    "severe": 1.0, "high": 0.75, "somewhat critical": 0.75, "important": 0.75, "major": 0.75,
    "medium": 0.5, "moderate": 0.5, "normal": 0.5, "less critical": 0.5,
    "low": 0.25, "minor": 0.25, "not critical": 0.25, "non critical": 0.25, "very low": 0.25,
}  # fmt: skip
"""Words of business weight."""
YES = frozenset({"yes", "y", "true", "t", "1", "x", "internet", "external", "public", "internet facing", "exposed",
                  "internet exposed", "publicly exposed"})  # fmt: skip
"""What means that something faces the internet."""
NO = frozenset({"no", "n", "false", "f", "0", "internal", "private", "intranet", "not exposed", "isolated",
                 "internal only", "air gapped"})  # fmt: skip
"""What means that it does not."""
_UNKNOWN = frozenset(
    {
        "",
        "unknown",
        "n/a",
        "na",
        "-",
        "--",
        "tbd",
        "?",
        "null",
        "undefined",
        "not known",
        "(empty)",
        "none",
        "-- none --",
        "(none)",
    }
)
_KINDS = {
    AssetKind.HOST: ("server", "host", "vm", "virtual machine", "workstation", "laptop", "desktop", "computer",
                     "endpoint", "device", "router", "switch", "firewall", "appliance", "node", "virtual server",
                     "physical server", "cmdb ci computer", "cmdb ci server", "cmdb ci linux server",
                     "cmdb ci win server", "printer",
                     "cmdb ci unix server", "cmdb ci esx server", "cmdb ci vm instance", "cmdb ci netgear", "mobile"),
    AssetKind.IMAGE: ("image", "container image", "container", "docker image", "cmdb ci docker image"),
    AssetKind.REPOSITORY: ("repository", "repo", "code repository", "source code", "git repository"),
    AssetKind.APPLICATION: ("application", "app", "service", "business application", "business service", "software",
                            "cmdb ci appl", "cmdb ci business app", "cmdb ci service", "database", "product"),
    AssetKind.CLOUD_RESOURCE: ("cloud resource", "cloud", "cloud instance", "bucket", "storage account", "function",
                               "ec2", "ec2 instance", "lambda", "s3 bucket", "managed service", "kubernetes workload"),
    AssetKind.WEBSITE: ("website", "web site", "web application", "webapp", "url", "domain", "site"),
}  # fmt: skip
KIND_WORDS = {word: kind for kind, words in _KINDS.items() for word in (*words, kind.value.replace("_", " "))}
_SPLIT = re.compile(r"[,;|\n\r\t]+")
_LISTS = ("assets", "records", "result", "results", "items", "data", "value", "hosts", "devices", "configurationItems")
_ADVICE = {
    "business_weight": "low, medium, high, critical, or a share such as 0.8 or 80%",
    "internet_facing": "yes or no",
    "kind": ", ".join(kind.value for kind in AssetKind),
}


def _spellings(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return headings as they are, as one word, and as a custom column of ServiceNow (``u_internet_facing``)."""
    joined = (name.replace(" ", "") for name in names)
    return tuple(dict.fromkeys((*names, *joined, *(f"u {name}" for name in names))))


_HEADINGS: dict[str, tuple[str, ...]] = {
    "name": _spellings(_NAMES),
    **{field: _spellings(names) for field, names in (_FACTS | _MORE).items()},
}
_PLACE_OF = {
    heading(name): (field, rank)
    for field, names in reversed(_HEADINGS.items())
    for rank, name in reversed(list(enumerate(names)))
}
"""Heading to its field and its place among those of the field."""
_NAMED_BY = frozenset({"name", "fqdn", "ip"})
_LONGEST_HEADING = 80


class _Inventory(Headings):
    """An inventory's headings: a name or address, and one of the facts. There are thousands of such pairs."""

    def columns(self, row: Sequence[str]) -> dict[str, list[int]] | None:
        """Return field to its columns, the best first, None where the row is no row of such headings."""
        if not 1 < len(row) <= MAX_COLUMNS:
            return None
        found: dict[str, dict[int, int]] = {}
        for column, cell in enumerate(row):
            place = _PLACE_OF.get(heading(cell)) if len(cell) <= _LONGEST_HEADING else None
            if place is not None:
                found.setdefault(place[0], {}).setdefault(place[1], column)
        if not found.keys() & _NAMED_BY or not found.keys() & _FACTS.keys():
            return None
        return {field: [columns[rank] for rank in sorted(columns)] for field, columns in found.items()}


_TABLE = _Inventory(names=_HEADINGS, needed=())


def headings_of(field: str) -> tuple[str, ...]:
    """Return the headings by which a field is found, the best first, without their other spellings."""
    return _NAMES if field == "name" else (_FACTS | _MORE)[field]


class AssetsReader:
    """An inventory."""

    name = "assets"
    title = "Asset inventory (CSV, JSON)"
    examples = (
        "CSV with headings: a name, and owner, criticality, internet-facing or data classification, in any order",
        "ServiceNow and other CMDB exports, CSV and JSON",
        "JSON or JSON lines of assets: name, aliases, owner, business_weight, internet_facing, data_class, …",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by headings that only an inventory has beside a name."""
        head = sample.head
        if head.lstrip()[:1] in (b"{", b"["):
            return _sniff_json(head)
        if head.lstrip()[:1] == b"<" or b"\0" in head:
            return 0.0
        layout = layout_of(head, _TABLE)
        if layout is None or layout.n_rows_before > 10:
            return 0.0
        rows = csv.reader(io.StringIO(head.decode("utf-8", "replace"), newline=""), delimiter=layout.delimiter)
        row = next(islice(rows, layout.n_rows_before - 1, None), [])
        if {heading(cell) for cell in row} & _NOT_HERE:
            return 0.0
        n_facts = sum(field in layout.columns for field in _FACTS)
        return (0.0, 0.6, 0.8, 0.9, 0.9)[n_facts]

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the assets, and a refusal for each value that is not understood."""
        head.scanner = "inventory"
        with content.open() as handle:
            begin = handle.read(1 << 16)
        if begin.lstrip()[:1] in (b"{", b"["):
            yield from _json_assets(content)
            return
        layout = layout_of(begin, _TABLE)
        if layout is None:
            raise ScanError(
                "no headings of an inventory: there must be a name (hostname, asset name, …) and one of owner, "
                "business criticality, internet facing, data classification"
            )
        for row in rows_of(content, layout):
            if isinstance(row, ScanRefusal):
                yield row
            else:
                yield from asset_records(row.values, row.pointer)


READER = AssetsReader()


def asset_records(values: Mapping[str, str], pointer: str) -> Records:
    """Yield the asset that the fields of a row say, and a refusal for each that is not understood.

    Args:
        values: field (``name``, ``owner``, ``business_weight``, …) to its text.
        pointer: where it stands.
    """
    aliases = unique(*(_parts(values.get(field, "")) for field in ALIAS_FIELDS))
    name = _known(values.get("name", ""))
    if not name:
        name = next(iter(aliases), "")
    if not name:
        yield ScanRefusal(pointer, "an asset without a name or address", repr(dict(values))[:2_000].encode())
        return
    weight = weight_of(values.get("business_weight", ""))
    facing = facing_of(values.get("internet_facing", ""))
    kind = KIND_WORDS.get(heading(values.get("kind", "")))
    for field, found in (("business_weight", weight), ("internet_facing", facing)):
        said = _known(values.get(field, ""))
        if said and found is None:
            reason = f"{field.replace('_', ' ')} is not understood: write {_ADVICE[field]}"
            yield ScanRefusal(f"{pointer}#{field}", reason, said[:200].encode("utf-8", "replace"))
    yield Asset(
        name=name,
        kind=kind or AssetKind.UNKNOWN,
        aliases=tuple(alias for alias in aliases if alias != name),
        owner=_known(values.get("owner", "")) or None,
        business_weight=weight,
        internet_facing=facing,
        data_class=_known(values.get("data_class", "")) or None,
        environment=_known(values.get("environment", "")) or None,
        mission_impact=_known(values.get("mission_impact", "")) or None,
        safety_impact=_known(values.get("safety_impact", "")) or None,
        mitigations=_parts(values.get("mitigations", "")),
        pointer=pointer,
    )


def asset_by_hand(said: str) -> Asset:
    """Return the asset that ``name=web-1, owner=Ops, internet_facing=yes, weight=high`` says.

    Raises:
        UserError: no name, a field that is not known, or a value that is not understood.
    """
    values: dict[str, str] = {}
    field = "name"
    for part in said.split(","):
        key, sign, value = part.partition("=")
        if not sign:  # a further value of the field before
            values[field] = f"{values[field]};{part.strip()}" if field in values else part.strip()
            continue
        known = _PLACE_OF.get(heading(key))
        if known is None:
            fields = ", ".join(_HEADINGS)
            raise UserError(f"an asset has no field {key.strip()[:60]!r}", next_step=f"use one of: {fields}")
        field = known[0]
        values[field] = value.strip()
    for record in asset_records(values, "by hand"):
        if isinstance(record, ScanRefusal):
            raise UserError(
                record.reason, next_step="for example: name=web-1,owner=Ops,internet_facing=yes,weight=high"
            )
        if isinstance(record, Asset):
            if _known(values.get("kind", "")) and record.kind is AssetKind.UNKNOWN and values["kind"] != "unknown":
                raise UserError(
                    f"no kind of asset: {values['kind'][:60]!r}", next_step=f"use one of: {_ADVICE['kind']}"
                )
            return record
    raise UserError("no asset in it", next_step="name it: name=web-1")


def weight_of(said: str) -> float | None:
    """Return a business weight in [0, 1]: words, ``85%``, ``0.85``; None for anything else.

    A whole number says nothing without its scale, and whether tier 1 is the highest differs from house to house.
    """
    words = re.sub(r"^[0-9]{1,2}\s{0,3}[-–:.)]\s{0,3}(?=[^\W\d])", "", said.strip().lower())
    found = WEIGHTS.get(re.sub(r"[\s_-]+", " ", words).strip())
    if found is not None:
        return found
    is_percent = words.endswith("%")
    if not re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{1,6}%?|%)|0", words):
        return None
    number = float(words.rstrip("%").replace(",", ".")) / (100 if is_percent else 1)
    return number if number <= 1 else None


def facing_of(said: str) -> bool | None:
    """Return whether something faces the internet, None where that is not said in words that are known."""
    word = re.sub(r"[\s_-]+", " ", said.strip().lower())
    return True if word in YES else False if word in NO else None


def _known(said: str) -> str:
    plain = said.strip()
    return "" if plain.lower() in _UNKNOWN else plain


def _parts(said: str) -> tuple[str, ...]:
    return unique(tuple(_known(part) for part in _SPLIT.split(said)))


def _sniff_json(head: bytes) -> float:
    keys = outline(head)
    inner = {key.rsplit(".", 1)[-1] for key in keys if key.startswith("[].") or key.split("[]", 1)[0] in _LISTS}
    if not inner and not any(key.startswith("[]") for key in keys):
        inner = set(keys)  # JSON lines
    named = {heading(_spaced(key)) for key in inner}
    fields = {_PLACE_OF[name][0] for name in named if name in _PLACE_OF}
    if named & _NOT_HERE or not fields & _NAMED_BY:
        return 0.0
    n_facts = sum(field in fields for field in _FACTS)
    return (0.0, 0.55, 0.8, 0.9, 0.9)[n_facts]


def _spaced(key: str) -> str:
    """Return ``internet Facing`` for ``internetFacing``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)


def _json_assets(content: ScanContent) -> Records:
    for entry in records_of(content, *_LISTS):
        if isinstance(entry, ScanRefusal):
            yield entry
        else:
            yield from asset_records(_fields(entry[1]), entry[0] or "/")


def _fields(value: JsonObject) -> dict[str, str]:
    """Return our fields of an object whose keys are anybody's; the first key of a field that says something wins."""
    said: dict[str, dict[int, str]] = {}
    for key, member in list(value.items())[:2_000]:
        place = _PLACE_OF.get(heading(_spaced(key))) if len(key) <= _LONGEST_HEADING else None
        if place is not None and (found := _said(member)):
            said.setdefault(place[0], {}).setdefault(place[1], found)
    out = {field: found[min(found)] for field, found in said.items()}
    for field in ALIAS_FIELDS:
        if field in said:
            out[field] = ";".join(said[field].values())
    return out


def _said(member: object) -> str:
    """Return a member's text; lists are joined, and ServiceNow's references give what they display."""
    if isinstance(member, bool):
        return "yes" if member else "no"
    if isinstance(member, dict):
        return first_text(
            member.get("display_value"), member.get("displayValue"), member.get("name"), member.get("value")
        )
    if isinstance(member, list):
        names = tuple(first_text(one.get("name"), one.get("value")) for one in objects(member))
        return ";".join(unique(texts(member), names))
    return text(member)
