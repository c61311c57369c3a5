"""How statements of VEX name products, whichever standard they are written in."""

from __future__ import annotations

NOBODY_NAMED = "author not named"


def at_version(name: str, version: str) -> str:
    """Return a product with its version: ``pkg:npm/a@1.0``, ``Acme Product@2.2``; a range stands behind a blank.

    Args:
        name: package URL, CPE or plain name.
        version: a version, a range (``vers:generic/>=1|<2``), or empty.
    """
    if not version or not name:
        return name
    if version.startswith("vers:") or version[0] in "<>=!^~*" or " " in version:
        return f"{name} {version}"
    if name.startswith("pkg:"):
        head, sign, rest = name.partition("?")
        if "@" in head.rsplit("/", 1)[-1]:
            return name
        return f"{head}@{version}{sign}{rest}"
    if name.startswith(("urn:", "cpe:")):
        return f"{name} {version}"
    return name if name.endswith(f"@{version}") else f"{name}@{version}"
