"""Package URLs, CPE names, and one key by which a component is the same whoever names it.

Pure functions of text. Parsing of package URLs is ``packageurl-python``'s; it is imported on first use. CPE names are
parsed here (NISTIR 7695, formatted string and URI), because the library for it is under LGPL and slow. What is no
valid name gives ``None``: nothing raises, whatever the text. Order and ranges of versions: :mod:`.versions` and
:mod:`.version_ranges`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from vedette.knowledge.ecosystems import DISTRIBUTION_TYPES, ecosystem_type
from vedette.schema import Package

if TYPE_CHECKING:
    from packageurl import PackageURL

LONGEST_NAME = 4096
"""Characters; what is longer is no name."""

LOWER_CASE_TYPES = frozenset({"npm", "nuget", "golang", "composer", "deb", "rpm", "apk", "alpm", "github", "hex"})
"""purl types whose names are the same in capitals and small letters, or that scanners write both ways."""

V_TYPES = frozenset({"golang", "npm", "composer", "github", "gitlab", "swift", "generic", "cargo", "hex", "pub", "gem"})
"""purl types whose versions are written with and without a leading v."""


@dataclass(frozen=True, slots=True)
class Cpe:
    """A CPE name with its values unescaped; ``*`` is any, ``-`` is not applicable."""

    part: str
    """``a`` application, ``o`` operating system, ``h`` hardware, ``*``."""
    vendor: str
    product: str
    version: str = "*"
    update: str = "*"
    edition: str = "*"
    language: str = "*"
    sw_edition: str = "*"
    target_sw: str = "*"
    target_hw: str = "*"
    other: str = "*"

    @property
    def known_version(self) -> str:
        """Return the version, empty where it is any or not applicable."""
        return "" if self.version in ("*", "-") else self.version

    def formatted(self) -> str:
        """Return the formatted string: ``cpe:2.3:a:apache:log4j:2.14.1:*:…``."""
        values = (
            self.part, self.vendor, self.product, self.version, self.update, self.edition, self.language,
            self.sw_edition, self.target_sw, self.target_hw, self.other,
        )  # fmt: skip
        return "cpe:2.3:" + ":".join(_escape(value) for value in values)


@dataclass(frozen=True, slots=True)
class PackageIdentity:
    """What a component is, in one spelling."""

    key: str
    """Same for the same component: ``maven/org.apache.logging.log4j/log4j-core``, ``deb/openssl``,
    ``cpe/vendor/product``, ``name/openssl`` where nothing but a name is known; empty where not even that."""
    type: str
    """purl type, ``cpe`` or ``name``."""
    name: str
    """Small letters, without its namespace."""
    version: str
    """In one spelling, epoch included where there is one; empty where not known."""
    source_name: str = ""
    """The source package that a distribution's binary package was built from, where the purl says it."""


@lru_cache(maxsize=65536)
def parse_purl(text: str) -> PackageURL | None:
    """Return a package URL, in the library's normal form, or None where ``text`` is none."""
    from packageurl import PackageURL

    text = text.strip()
    if not text[:4].lower() == "pkg:" or len(text) > LONGEST_NAME:
        return None
    try:
        return PackageURL.from_string(text)
    except ValueError:
        pass
    # Some tools write qualifiers that are none; what stands before them still names the package.
    head = re.split(r"[?#]", text, maxsplit=1)[0]
    if head == text:
        return None
    try:
        return PackageURL.from_string(head)
    except ValueError:
        return None


def normal_purl(text: str) -> str:
    """Return a package URL in its canonical spelling, empty where ``text`` is none."""
    purl = parse_purl(text)
    if purl is None:
        return ""
    return purl.to_string()


@lru_cache(maxsize=65536)
def make_purl(
    ecosystem: str, name: str, version: str = "", *, arch: str = "", distro: str = "", epoch: str = ""
) -> str:
    """Return the package URL of a package as a scanner names it, empty where that is not certain.

    Args:
        ecosystem: an OSV, GitHub, Snyk, Trivy, Grype or Inspector word for it (``Debian:12``, ``pip``, ``gobinary``),
            or a purl type.
        name: with its namespace as the ecosystem writes it: ``group:artifact``, ``@scope/name``, ``vendor/name``.
        version: as written.
        arch: of a distribution's package.
        distro: ``debian-12``; added as a qualifier.
        epoch: of an rpm, where it stands apart from its version.
    """
    from packageurl import PackageURL

    kind = ecosystem_type(ecosystem)
    name = name.strip()
    if kind is None or not name or len(name) > LONGEST_NAME:
        return ""
    purl_type, namespace = kind
    if purl_type == "maven":
        group, found, artifact = name.replace("/", ":", 1).partition(":")
        if not (found and group and artifact):
            return ""
        namespace, name = group, artifact.split(":", 1)[0]
    elif purl_type in ("golang", "npm", "composer", "github", "swift", "huggingface") and "/" in name:
        namespace, _, name = name.strip("/").rpartition("/")
    elif purl_type in DISTRIBUTION_TYPES and not namespace:
        return ""
    elif purl_type in ("composer", "github", "swift"):
        return ""
    if purl_type == "rpm" and re.match(r"[0-9]{1,9}:", version):
        epoch, _, version = version.partition(":")
    if purl_type == "golang" and version[:1].isdigit() and name != "stdlib":
        version = f"v{version}"
    qualifiers = {"arch": arch, "distro": distro, "epoch": "" if epoch == "0" else epoch}
    try:
        return PackageURL(
            purl_type, namespace or None, name, version or None, {k: v for k, v in qualifiers.items() if v}
        ).to_string()
    except (ValueError, TypeError):  # the library's own answer to a name that is empty once it is normal
        return ""


@lru_cache(maxsize=65536)
def parse_cpe(text: str) -> Cpe | None:
    """Return a CPE name (2.3 formatted string, or 2.2 URI), or None where ``text`` is none.

    Values that are left out at the end are ``*``.

    Source: NISTIR 7695, 6.1 and 6.2.
    """
    text = text.strip()
    if len(text) > LONGEST_NAME:
        return None
    lower = text.lower()
    if lower.startswith("cpe:2.3:"):
        values = [_unescape(value) for value in _split_formatted(text[8:])]
    elif lower.startswith("cpe:/"):
        values = _uri_values(text[5:])
    else:
        return None
    if not 3 <= len(values) <= 11 or values[0].lower() not in ("a", "o", "h", "*"):
        return None
    values = [value.lower() or "*" for value in values]
    if values[1] in ("*", "-") and values[2] in ("*", "-"):
        return None
    return Cpe(*values)


def identify(package: Package) -> PackageIdentity:
    """Return what a component is, in one spelling, from its purl, else its CPE, else its name."""
    return identity_of(package.name, package.version, package.purl, package.cpe)


@lru_cache(maxsize=262144)
def identity_of(name: str, version: str, purl: str = "", cpe: str = "") -> PackageIdentity:
    """Return what a component is, in one spelling, from the parts of a :class:`Package` (memoised)."""
    parsed = parse_purl(purl) if purl else None
    if parsed is not None:
        return _from_purl(parsed, version)
    name_as_purl = parse_purl(name) if name[:4].lower() == "pkg:" else None
    if name_as_purl is not None:
        return _from_purl(name_as_purl, version)
    named = parse_cpe(cpe) if cpe else None
    if named is not None:
        written = version or named.known_version
        return PackageIdentity(
            f"cpe/{named.vendor}/{named.product}", "cpe", named.product, version_spelling("generic", written)
        )
    plain = " ".join(name.lower().split())
    return PackageIdentity(f"name/{plain}" if plain else "", "name", plain, version_spelling("generic", version))


def package_key(package: Package) -> str:
    """Return the key by which a component is the same in every scanner's words, without its version."""
    return identify(package).key


def _from_purl(purl: PackageURL, version: str) -> PackageIdentity:
    purl_type = purl.type
    namespace, name = purl.namespace or "", purl.name
    if purl_type in LOWER_CASE_TYPES:
        namespace, name = namespace.lower(), name.lower()
    if purl_type == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()  # PEP 503
    if purl_type in DISTRIBUTION_TYPES:
        # One place runs one distribution, and tools write its name in several ways (redhat, rhel) or leave it out.
        namespace = ""
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    written = purl.version or version
    epoch = str(qualifiers.get("epoch", ""))
    if purl_type == "rpm" and epoch.isdigit() and ":" not in written and written:
        written = f"{epoch}:{written}"
    key = "/".join(part for part in (purl_type, namespace, name) if part)
    source = str(qualifiers.get("upstream", "") or qualifiers.get("source", ""))
    return PackageIdentity(key, purl_type, name.lower(), version_spelling(purl_type, written), _source_name(source))


def version_spelling(purl_type: str, version: str) -> str:
    """Return a version without what two tools write differently: a leading v or go, epoch 0, Go's +incompatible."""
    version = version.strip()
    if purl_type in V_TYPES and version[:1] in ("v", "V") and version[1:2].isdigit():
        version = version[1:]
    if purl_type == "golang":
        if version.startswith("go") and version[2:3].isdigit():
            version = version[2:]
        return version.removesuffix("+incompatible")
    if purl_type in ("deb", "rpm"):
        return version.removeprefix("(none):").removeprefix("0:")
    return version


def _source_name(text: str) -> str:
    """Return ``openssl`` of ``openssl@1.1.1n`` or ``openssl-1.1.1k-7.el8.src.rpm``."""
    if text.endswith(".src.rpm"):
        return text.removesuffix(".src.rpm").rsplit("-", 2)[0].lower()
    return text.split("@", 1)[0].lower()


def _split_formatted(text: str) -> list[str]:
    values, start, escaped = [], 0, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == ":":
            values.append(text[start:at])
            start = at + 1
    values.append(text[start:])
    return values


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)


def _escape(value: str) -> str:
    if value in ("*", "-"):
        return value
    return re.sub(r"([^A-Za-z0-9_.\-])", r"\\\1", value)


def _uri_values(text: str) -> list[str]:
    values = text.split(":")
    if len(values) > 5 and values[5].startswith("~"):  # the edition packs five values
        packed = (values[5].split("~")[1:] + [""] * 5)[:5]
        values = [*values[:5], packed[0], *(values[6:7] or [""]), *packed[1:]]
    return [unquote(value, errors="replace") for value in values[:11]]
