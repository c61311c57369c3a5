"""CSAF 2.0 and 2.1: what a publisher says of vulnerabilities in its products; VEX, advisories, and all other profiles.

The product tree gives each product id a name that can be compared: its purl, else its CPE, else product and version.
A component on a platform (``installed_on``, ``default_component_of``) is a subcomponent, and the platform the product.
Products of one vulnerability that get the same words share a statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    first_text,
    loads,
    long_text,
    moment,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.vex_words import NOBODY_NAMED, at_version
from vedette.ingest.scans.vocabulary import vulnerability_ids
from vedette.ingest.scans.xml import root_of
from vedette.schema import ScanRecord, VexStatement, VexStatus

Records = Iterator[ScanRecord | ScanRefusal]

MAX_DEPTH = 60
"""Branches inside branches, relationships of relationships."""
PRODUCTS_PER_STATEMENT = 400
"""More are said in several statements."""

_STATUSES = {
    "fixed": VexStatus.FIXED,
    "first_fixed": VexStatus.FIXED,
    "known_affected": VexStatus.AFFECTED,
    "first_affected": VexStatus.AFFECTED,
    "last_affected": VexStatus.AFFECTED,
    "known_not_affected": VexStatus.NOT_AFFECTED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
}
"""``recommended`` and ``unknown`` judge nothing."""


class CsafReader:
    """CSAF."""

    name = "csaf"
    title = "CSAF (JSON)"
    examples = ("versions 2.0 and 2.1", "VEX profile, security advisories, all other profiles with a product status")

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by ``document.csaf_version``; CVRF, which came before, is told to be refused."""
        keys = outline(sample.head)
        if "document.csaf_version" in keys:
            return 0.98
        if {"document.tracking", "document.publisher"} <= keys:
            return 0.7
        root = root_of(sample.head)
        return 0.9 if root is not None and root[1] == "cvrfdoc" else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield the statements of each vulnerability."""
        data = content.read()
        if data.lstrip()[:1] == b"<":
            raise ScanError("CVRF, the XML before CSAF 2.0, is not read: take the publisher's CSAF file instead")
        value = loads(data)
        if not isinstance(value, dict) or not isinstance(value.get("document"), dict):
            raise ScanError("not a CSAF document")
        document = obj(value, "document")
        version = text(document.get("csaf_version"))
        if version and not version.startswith("2."):
            raise ScanError(f"CSAF {version[:20]} is not known: versions 2.0 and 2.1 are read")
        tracking = obj(document, "tracking")
        engine = obj(tracking, "generator", "engine")
        head.scanner = f"{text(engine.get('name'))} {text(engine.get('version'))}".strip() or f"CSAF {version}".strip()
        head.made_at = moment(tracking.get("current_release_date"), context.timezone)
        products = Products.of(obj(value, "product_tree"))
        author = text(obj(document, "publisher").get("name")) or NOBODY_NAMED
        for entry in records(value.get("vulnerabilities"), "/vulnerabilities"):
            if isinstance(entry, ScanRefusal):
                yield entry
            else:
                yield from _statements(entry[1], entry[0], products, author, head)


READER = CsafReader()


@dataclass(slots=True)
class Products:
    """The product tree, by id."""

    names: dict[str, str] = field(default_factory=dict)
    on: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id to component and platform."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: JsonObject) -> Products:
        """Return the products of a tree; what is malformed in it names nothing."""
        out = cls()
        stack: list[tuple[JsonObject, dict[str, str], int]] = [(tree, {}, 0)]
        while stack:
            branch, above, depth = stack.pop()
            path = above
            if category := text(branch.get("category")):
                path = {**above, category: text(branch.get("name"))}
            out._add(obj(branch, "product"), path)
            if depth < MAX_DEPTH:
                stack += [(one, path, depth + 1) for one in objects(branch.get("branches"))]
        for one in objects(tree.get("full_product_names")):
            out._add(one, {})
        for one in objects(tree.get("relationships")):
            made = text(obj(one, "full_product_name").get("product_id"))
            out._add(obj(one, "full_product_name"), {})
            if made:
                out.on[made] = (text(one.get("product_reference")), text(one.get("relates_to_product_reference")))
        for one in objects(tree.get("product_paths")):  # 2.1: paths of any length
            made = text(obj(one, "full_product_name").get("product_id"))
            steps = [text(step.get("next_product_reference")) for step in objects(one.get("subpaths"))]
            out._add(obj(one, "full_product_name"), {})
            if made and steps:
                out.on[made] = (text(one.get("beginning_product_reference")), steps[-1])
        for one in objects(tree.get("product_groups")):
            out.groups[text(one.get("group_id"))] = texts_of(one.get("product_ids"))
        return out

    def _add(self, product: JsonObject, path: dict[str, str]) -> None:
        ref = text(product.get("product_id"))
        if not ref or ref in self.names:
            return
        helper = obj(product, "product_identification_helper")
        purls = texts(helper.get("purls"))
        version = path.get("product_version_range") or path.get("product_version", "")
        name = first_text(helper.get("purl"), *purls, helper.get("cpe"))
        if name.startswith("cpe:"):
            # a CPE names its version itself; a range stands beside it
            self.names[ref] = at_version(name, version) if version.startswith("vers:") else name
        elif name:
            self.names[ref] = at_version(name, version)
        elif path.get("product_name") and version:
            self.names[ref] = at_version(path["product_name"], version)
        else:
            self.names[ref] = first_text(product.get("name"), ref)

    def named(self, ref: str) -> tuple[str, str]:
        """Return the product's name and its subcomponent's, empty where the product is none of another."""
        if ref not in self.on:
            return self.names.get(ref, ref), ""
        component, platform = self.on[ref]
        return self._end(platform), self._end(component)

    def _end(self, ref: str) -> str:
        """Return the name of what a reference leads to, through relationships of relationships."""
        for _ in range(MAX_DEPTH):
            if ref not in self.on:
                break
            ref = self.on[ref][0]
        return self.names.get(ref, ref)

    def expanded(self, value: JsonObject) -> tuple[str, ...]:
        """Return the product ids that something is said of, those of its groups too."""
        groups = (self.groups.get(group, ()) for group in texts_of(value.get("group_ids")))
        return tuple(dict.fromkeys((*texts_of(value.get("product_ids")), *(ref for group in groups for ref in group))))


def texts_of(value: object) -> tuple[str, ...]:
    """Return the texts of a list, however long: product ids go into tens of thousands."""
    return tuple(dict.fromkeys(said for one in arr(value) if (said := text(one))))


def _statements(
    value: JsonObject, pointer: str, products: Products, author: str, head: ScanHead
) -> Iterator[VexStatement | ScanRefusal]:
    ids = vulnerability_ids(text(value.get("cve")), *(text(one.get("text")) for one in objects(value.get("ids"))))
    if not ids:
        yield refusal(pointer, "a vulnerability without an id", value)
        return
    labels = _by_product(value.get("flags"), "label", products)
    impacts = _by_product(
        [one for one in objects(value.get("threats")) if text(one.get("category")) == "impact"], "details", products
    )
    actions = _by_product(
        [
            {**one, "details": f"{text(one.get('category'))}: {long_text(one.get('details'))}".strip(": ")}
            for one in objects(value.get("remediations"))
        ],
        "details",
        products,
    )
    said_of: dict[tuple[VexStatus, str, str, str], dict[str, None]] = {}
    statuses = obj(value, "product_status")
    for key, status in _STATUSES.items():
        for ref in texts_of(statuses.get(key)):
            name, inner = products.named(ref)
            label = labels.get(ref, labels.get("", "")) if status is VexStatus.NOT_AFFECTED else ""
            notes = impacts if status is VexStatus.NOT_AFFECTED else actions
            said = notes.get(ref, notes.get("", ""))
            said_of.setdefault((status, label, said, inner), {})[name] = None
    index = 0
    for (status, label, said, inner), names in said_of.items():
        listed = list(names)
        for start in range(0, len(listed), PRODUCTS_PER_STATEMENT):
            yield VexStatement(
                ids=ids,
                products=tuple(listed[start : start + PRODUCTS_PER_STATEMENT]),
                subcomponents=unique((inner,)),
                status=status,
                justification=label,
                statement=said,
                author=author,
                at=head.made_at,
                pointer=f"{pointer}/product_status#{index}",
            )
            index += 1


def _by_product(value: object, key: str, products: Products) -> dict[str, str]:
    """Return what is said of each product; what names none is said of all, under the empty id."""
    out: dict[str, list[str]] = {}
    for one in objects(value):
        said = long_text(one.get(key))
        if not said:
            continue
        named = bool(arr(one.get("product_ids")) or arr(one.get("group_ids")))
        for ref in products.expanded(one) if named else ("",):
            held = out.setdefault(ref, [])
            if said not in held:
                held.append(said)
    return {ref: "\n".join(held) for ref, held in out.items()}
