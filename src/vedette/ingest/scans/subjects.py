"""What a report is about: the name of its place, from the report, the user's word, or the file's name, in that order.

A path on the machine that ran the scanner (``.``, ``/src``, a lock file) names no asset: there the user's word comes
first. An image, host or cluster that the report names keeps its name, whatever the user said of the file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address

from vedette.ingest.scans.base import ScanContent, ScanContext
from vedette.ingest.scans.json_values import MAX_NAME, unique
from vedette.schema import AssetKind, Place

_SAYS_NOTHING = frozenset({"", ".", "./", "/", "..", "unknown", "none", "null", "n/a", "-", "stdin", "(none)"})
_EXTENSIONS = re.compile(r"(?:\.(?:json|jsonl|ndjson|sarif|xml|csv|txt|gz|log))+$", re.IGNORECASE)
# where a scanner was told to fetch an image from: docker:shop:1.4; registry:5000/shop is a host and its port
_FETCHED = re.compile(r"(?:docker|podman|registry|containerd):(?!\d{1,5}/|/)(.{1,2000})", re.DOTALL)
_STORED = re.compile(
    r"(?:docker-archive|oci-archive|oci-dir|dir|file|singularity|sbom):.*|.*\.(?:tar|tgz|tar\.\w+)", re.DOTALL
)
_HUB = ("index.docker.io/", "docker.io/", "registry-1.docker.io/")


def says_something(name: str) -> bool:
    """Return whether a name is one: ``unknown`` and ``.`` are none."""
    return name.strip().lower() not in _SAYS_NOTHING


@lru_cache(maxsize=1 << 14)
def tells_apart(alias: str) -> bool:
    """Return whether a name can tell one place from another: 127.0.0.1 is everybody's, ``unknown`` is nobody's."""
    try:
        address = ip_address(alias)
    except ValueError:
        return says_something(alias)
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def named(*names: str) -> str:
    """Return the first of the names that says something, or an empty text."""
    return next((name.strip() for name in names if says_something(name)), "")


def named_place(
    content: ScanContent,
    context: ScanContext,
    name: str,
    kind: AssetKind,
    *,
    is_path: bool = False,
    aliases: tuple[str, ...] = (),
    base_layers: tuple[str, ...] = (),
    operating_system: str = "",
) -> Place:
    """Return the place that a report calls ``name``; the user's word or the file's name where that says nothing."""
    own = name.strip()[:MAX_NAME]
    said = own if says_something(own) else ""
    chosen = (context.asset or said) if is_path else (said or context.asset or "")
    if not chosen:
        chosen = _EXTENSIONS.sub("", content.name) or content.name or "report"
    others = tuple(alias for alias in aliases if tells_apart(alias) and alias != chosen)
    return Place(
        name=chosen,
        kind=kind,
        aliases=unique(others),
        base_layers=base_layers,
        operating_system=operating_system.strip(),
    )


def image_reference(said: str, *names: str) -> str:
    """Return an image's reference from what a scanner was told to scan: its own first name where that was a file."""
    if fetched := _FETCHED.fullmatch(said):
        said = fetched[1]
    if not says_something(said) or _STORED.fullmatch(said):
        return next((name for name in names if says_something(name)), said)
    return said


def image_names(*references: str) -> tuple[str, ...]:
    """Return image references, each with the short form that Docker Hub's own images have."""
    out: dict[str, None] = {}
    for reference in references:
        if not says_something(reference):
            continue
        out[reference] = None
        for hub in _HUB:
            if reference.startswith(hub):
                short = reference.removeprefix(hub)
                out[short] = None
                if short.startswith("library/"):
                    out[short.removeprefix("library/")] = None
    return tuple(out)
