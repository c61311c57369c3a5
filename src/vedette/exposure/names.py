"""What a name of a place is: address, host name, image reference, repository; each in one spelling."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

from vedette.schema import AssetKind

NET, IMAGE, REPOSITORY, APPLICATION, OTHER = "net", "image", "repository", "application", "other"
SPACES: dict[AssetKind, str] = {
    AssetKind.HOST: NET,
    AssetKind.WEBSITE: NET,
    AssetKind.CLOUD_RESOURCE: NET,
    AssetKind.IMAGE: IMAGE,
    AssetKind.REPOSITORY: REPOSITORY,
    AssetKind.APPLICATION: APPLICATION,
    AssetKind.UNKNOWN: "",
}
"""Kinds between which a name may be one thing; a repository and a host of one name are two."""

_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", re.ASCII)
_ID = re.compile(
    r"(?:i|mi|vol|eni|ami)-[0-9a-f]{8,17}|arn:[^\s]+|/subscriptions/.+|//[a-z]+\.googleapis\.com/.+", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,40}", re.ASCII)
_FQDN = re.compile(
    r"(?=.{4,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+", re.ASCII
)
_SHORT = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_$])?", re.ASCII)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(\[[0-9a-f:.]+\]|[^/:?#\s]+)(?::\d+)?(?:[/?#].*)?", re.ASCII)
_PORT = re.compile(r"(?<=[a-z0-9\]]):\d{1,5}$", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_HUBS = ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "registry.hub.docker.com/")
_NOBODY = frozenset({"", "localhost", "localhost.localdomain", "unknown", "none", "n/a", "-", "null", "(none)"})


class Name(NamedTuple):
    """One name of a place."""

    kind: str
    """``fqdn``, ``short``, ``address``, ``id``, ``tag``, ``digest``, ``repository`` or ``plain``."""
    value: str


@lru_cache(maxsize=200_000)
def net_name(text: str) -> Name | None:
    """Return what a host's, site's or resource's name is; None for one that says nothing (``localhost``, ``::1``)."""
    plain = text.strip().lower().rstrip(".")
    if match := _URL.fullmatch(plain):
        plain = match[1].strip("[]")
    elif plain.count(":") == 1:
        plain = _PORT.sub("", plain)
    plain = plain.rpartition("\\")[2] if "\\" in plain and not plain.startswith("\\\\") else plain.lstrip("\\")
    if plain in _NOBODY:
        return None
    try:
        address = ipaddress.ip_address(plain.split("%")[0])
    except ValueError:
        pass
    else:
        mapped = getattr(address, "ipv4_mapped", None) or address
        silent = mapped.is_loopback or mapped.is_link_local or mapped.is_unspecified or mapped.is_multicast
        return None if silent else Name("address", str(mapped))
    if _MAC.fullmatch(plain):
        return Name("address", plain.replace("-", ":"))
    if _ID.fullmatch(plain) or _UUID.fullmatch(plain):
        return Name("id", plain)
    if _FQDN.fullmatch(plain):
        return Name("fqdn", plain)
    if _SHORT.fullmatch(plain):
        return Name("short", plain.rstrip("$"))
    return Name("plain", " ".join(plain.split()))


@lru_cache(maxsize=100_000)
def image_names(text: str) -> tuple[Name, ...]:
    """Return the tag and the digest that an image reference names, each in Docker's full spelling."""
    plain = text.strip()
    for scheme in ("docker://", "docker-daemon:", "registry:", "docker:", "containerd:", "podman:", "oci://"):
        plain = plain.removeprefix(scheme)
    if match := _DIGEST.fullmatch(plain.lower()):
        return (Name("digest", match[0]),)
    reference, _, digest = plain.partition("@")
    found = []
    if reference:
        head, slash, last = reference.rpartition("/")
        last, colon, tag = last.partition(":")
        path = f"{head}{slash}{last}".lower()
        for hub in _HUBS:
            path = path.removeprefix(hub)
        path = path.removeprefix("library/")
        if colon or not digest:
            found.append(Name("tag", f"{path}:{tag or 'latest'}"))
    if _DIGEST.fullmatch(digest.lower()):
        found.append(Name("digest", digest.lower()))
    return tuple(found)


@lru_cache(maxsize=100_000)
def repository_name(text: str) -> Name:
    """Return a repository's name: host and path, however its address is written."""
    plain = text.strip().rstrip("/")
    plain = re.sub(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?", "", plain, flags=re.I)
    plain = re.sub(r"^[\w.-]+@([\w.-]+):", r"\1/", plain)
    return Name("repository", plain.removesuffix(".git").lower())


def names_in(space: str, text: str) -> tuple[Name, ...]:
    """Return what a name says in a space: none where it says nothing."""
    if space == IMAGE:
        return image_names(text)
    if space == REPOSITORY:
        return (repository_name(text),) if text.strip() else ()
    if space == NET:
        name = net_name(text)
        return () if name is None else (name,)
    plain = " ".join(text.lower().split())
    return (Name("plain", plain),) if plain else ()


def looks_like(text: str) -> str:
    """Return the space that a name of no stated kind belongs to by its shape alone, ``other`` where none is sure."""
    plain = text.strip().lower()
    if _DIGEST.search(plain) or plain.startswith(("docker://", "oci://")):
        return IMAGE
    if plain.endswith(".git") or plain.startswith("git@"):
        return REPOSITORY
    head, slash, last = plain.rpartition("/")
    if slash and ":" in last and "://" not in plain and " " not in plain:
        return IMAGE if ":" in last or "." in head.split("/")[0] else OTHER
    name = net_name(text)
    return NET if name is not None and name.kind in ("address", "fqdn", "id") else OTHER
