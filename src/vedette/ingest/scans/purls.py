"""Package URLs for scanners that name the ecosystem and not the URL: made where that is certain, else empty.

Only what the scanner states goes into one; architecture and the like are left out rather than guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

# what Trivy, OSV, Snyk, Inspector, pip and npm call the package types of the purl specification
_TYPES = {
    "npm": "npm", "yarn": "npm", "pnpm": "npm", "bun": "npm", "node-pkg": "npm", "nodepkg": "npm", "javascript": "npm",
    "js": "npm", "node": "npm",
    "pypi": "pypi", "pip": "pypi", "pipenv": "pypi", "pipfile": "pypi", "poetry": "pypi", "uv": "pypi",
    "python-pkg": "pypi", "pythonpkg": "pypi", "python": "pypi",
    "maven": "maven", "jar": "maven", "pom": "maven", "gradle": "maven", "gradle-lockfile": "maven", "java": "maven",
    "sbt-lockfile": "maven", "sbt": "maven",
    "go": "golang", "golang": "golang", "gomod": "golang", "gomodules": "golang", "gobinary": "golang",
    "rubygems": "gem", "bundler": "gem", "gemspec": "gem", "gem": "gem", "ruby": "gem",
    "crates.io": "cargo", "cargo": "cargo", "rustbinary": "cargo", "rust-binary": "cargo", "rust": "cargo",
    "packagist": "composer", "composer": "composer", "composer-vendor": "composer", "php": "composer",
    "nuget": "nuget", "dotnet-core": "nuget", "packages-config": "nuget", "packages-props": "nuget", "dotnet": "nuget",
    "pub": "pub", "hex": "hex", "mix-lock": "hex", "cocoapods": "cocoapods", "swift": "swift", "swifturl": "swift",
    "conan": "conan", "conda-pkg": "conda", "conda-environment": "conda", "conda": "conda",
    "julia": "julia", "cran": "cran", "hackage": "hackage",
}  # fmt: skip

# distributions: purl type and namespace
_DISTRIBUTIONS = {
    "alpine": ("apk", "alpine"), "wolfi": ("apk", "wolfi"), "chainguard": ("apk", "chainguard"),
    "debian": ("deb", "debian"), "ubuntu": ("deb", "ubuntu"),
    "redhat": ("rpm", "redhat"), "red hat": ("rpm", "redhat"), "rhel": ("rpm", "redhat"),
    "centos": ("rpm", "centos"), "rocky": ("rpm", "rocky"), "rocky linux": ("rpm", "rocky"),
    "alma": ("rpm", "alma"), "almalinux": ("rpm", "alma"), "fedora": ("rpm", "fedora"),
    "amazon": ("rpm", "amazon"), "oracle": ("rpm", "oracle"), "photon": ("rpm", "photon"),
    "opensuse": ("rpm", "opensuse"), "opensuse.leap": ("rpm", "opensuse"), "opensuse-leap": ("rpm", "opensuse"),
    "opensuse-tumbleweed": ("rpm", "opensuse"), "suse linux enterprise server": ("rpm", "suse"),
    "sles": ("rpm", "suse"), "cbl-mariner": ("rpm", "cbl-mariner"), "azurelinux": ("rpm", "azurelinux"),
    "mageia": ("rpm", "mageia"),
}  # fmt: skip

_EPOCH = re.compile(r"([0-9]{1,9}):(.+)", re.DOTALL | re.ASCII)


@lru_cache(maxsize=1 << 14)
def purl_of(ecosystem: str, name: str, version: str) -> str:
    """Return the package URL of a package of an ecosystem or distribution; empty where that is not certain.

    ``ecosystem`` is the scanner's word, a version after a colon left aside (``Debian:12``, ``deb`` alone says too
    little).
    """
    from packageurl import PackageURL

    word = ecosystem.strip().lower().split(":")[0].strip().replace("_", "-")
    qualifiers: dict[str, str] = {}
    if word in _DISTRIBUTIONS:
        kind, namespace = _DISTRIBUTIONS[word]
        if kind == "rpm" and (match := _EPOCH.fullmatch(version)):
            version = match[2]
            if match[1] != "0":
                qualifiers["epoch"] = match[1]
    elif word in _TYPES:
        kind = _TYPES[word]
        namespace, name = _split_name(kind, name)
        if kind == "maven" and not namespace:
            return ""
        if kind == "golang" and version and version[:1].isdigit() and name != "stdlib":
            version = f"v{version}"
    else:
        return ""
    try:
        return PackageURL(kind, namespace or None, name, version or None, qualifiers or None).to_string()
    except ValueError:
        return ""


def _split_name(kind: str, name: str) -> tuple[str, str]:
    """Return the namespace and the name that an ecosystem's full name consists of."""
    separator = ":" if kind == "maven" else "/"
    if kind == "maven" and ":" not in name:
        separator = "/"
    if kind in ("npm", "golang", "composer", "maven", "swift", "conan") and separator in name:
        namespace, _, last = name.rpartition(separator)
        return namespace, last
    return "", name
