"""What a scanner's words for a component come to: its name in one spelling, its version, and which copy of it is meant.

Two scanners mean the same component of one asset where nothing that both say differs. What one of them leaves out
(ecosystem, version, release, path) contradicts nothing, so likeness is no equivalence: :mod:`.merging` makes groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from vedette.knowledge.packages import LONGEST_NAME, identity_of, parse_cpe, parse_purl

LONGEST_PATH = 16_384
"""Characters that are looked at."""
OS_TYPES = frozenset({"deb", "rpm", "apk", "alpm"})
_NO_VERSION = frozenset({"", "-", "*", "unknown", "n/a", "none", "null", "(devel)", "any"})
_ARCH = re.compile(r"[.:](?:x86_64|noarch|i[3-6]86|aarch64|amd64|arm64|ppc64le|s390x|armv7hl)$")
_EPOCH = re.compile(r"(\d{1,9}):(.+)", re.ASCII)
_SHAPES = (
    (re.compile(r"\.(?:el|fc|amzn|oe|ph|cm|azl)\d|\.src\.rpm$"), "rpm"),
    (re.compile(r"deb\d+u\d+|ubuntu|~bpo|\+dfsg"), "deb"),
    (re.compile(r"-r\d+$"), "apk"),
)
_GO_MODULE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+/\S+", re.ASCII)
_STDLIB = frozenset({"stdlib", "std", "go", "toolchain", "golang/stdlib", "github.com/golang/go", "golang.org/go"})
_NOT_WORD = re.compile(r"[^a-z0-9@/+.]+")
_TOKEN = re.compile(r"[a-z0-9]+")
_VAGUE_TOKENS = frozenset(
    {"http", "server", "core", "api", "java", "lib", "org", "com", "io", "net", "framework", "for"}
)

_MANIFESTS: dict[str, str] = {
    "package.json": "npm", "package-lock.json": "npm", "npm-shrinkwrap.json": "npm", "yarn.lock": "npm",
    "pnpm-lock.yaml": "npm", "bun.lock": "npm", "requirements.txt": "pypi", "pipfile": "pypi", "pipfile.lock": "pypi",
    "poetry.lock": "pypi", "pyproject.toml": "pypi", "uv.lock": "pypi", "setup.py": "pypi", "pom.xml": "maven",
    "gradle.lockfile": "maven", "build.gradle": "maven", "go.mod": "golang", "go.sum": "golang", "gemfile.lock": "gem",
    "gemfile": "gem", "cargo.lock": "cargo", "cargo.toml": "cargo", "composer.lock": "composer",
    "composer.json": "composer", "packages.lock.json": "nuget", "packages.config": "nuget", "mix.lock": "hex",
    "pubspec.lock": "pub", "podfile.lock": "cocoapods", "conan.lock": "conan",
}  # fmt: skip
_OS_FILES = ("var/lib/dpkg/", "var/lib/rpm/", "usr/lib/sysimage/rpm/", "lib/apk/db/", "var/lib/pacman/")


class Copy(NamedTuple):
    """Which copy of a component is meant; what is empty was not said."""

    kind: str
    """``manifest``: listed in a project's file; ``file``: lies there."""
    folder: str
    """The project's folder, or the path itself."""
    chain: str = ""
    """Below the project's ``node_modules``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One component in one scanner's words, normalised."""

    type: str
    """purl type; empty where nobody said."""
    group: str
    """Namespace that tells packages apart: Maven group, npm scope, Go module's host and path, CPE vendor."""
    name: str
    """Empty where the scanner names no component."""
    version: str
    epoch: str
    copy: Copy | None
    source: str
    """Source package that a distribution's binary was built from."""
    may_be_source: bool
    """Whether the name may itself be a source package's."""
    tokens: frozenset[str] = frozenset()
    """Words of the name, for products that are named in prose."""

    @property
    def detail(self) -> int:
        """Return how much it says; what says less joins what says more."""
        return (
            8 * bool(self.type) + 4 * (self.copy is not None and self.copy.kind == "file") + 2 * bool(self.version)
            + 2 * (self.copy is not None) + bool(self.group) + bool(self.epoch) + bool(self.source)
        )  # fmt: skip

    @property
    def key(self) -> str:
        """Return the component's key without version and copy: ``maven/org.apache.logging.log4j/log4j-core``."""
        return "/".join(part for part in (self.type, self.group, self.name) if part)

    @property
    def order(self) -> tuple[str, ...]:
        """Return what puts signatures of equal detail in an order of their own."""
        return (self.key, self.version, self.epoch, *(self.copy or ("", "", "")), self.source)


@lru_cache(maxsize=200_000)
def signature(name: str, version: str, purl: str, cpe: str, path: str) -> Signature:
    """Return what a scanner's words for a component come to."""
    name, version, path = name[:LONGEST_NAME], version[:LONGEST_NAME], path[:LONGEST_PATH]
    parsed = parse_purl(purl) if purl else None
    kind, group, own, source, arch = "", "", "", "", ""
    written = version
    if parsed is not None:
        identity = identity_of(name, version, purl)
        kind, source, written = parsed.type, identity.source_name, identity.version
        qualifiers = parsed.qualifiers if isinstance(parsed.qualifiers, dict) else {}
        arch = str(qualifiers.get("arch", ""))
        parts = identity.key.split("/")[1:]
        own, group = (parts[-1], "/".join(parts[:-1])) if parts else ("", "")
        if kind == "generic":
            kind = ""
    else:
        own = name.strip().lower()
        kind, group, own = _guess(own, version, path)
    named = parse_cpe(cpe) if cpe and parsed is None else None
    if named is not None and not own:
        if named.part != "o":
            own, group = named.product.replace("_", "-"), named.vendor
        written = written or named.known_version
    elif named is not None and not kind and not group:
        group = named.vendor if named.product.replace("_", "-") == own else ""
    if kind == "golang" and "/".join(p for p in (group, own) if p) in _STDLIB:
        group, own = "", "stdlib"
    if kind == "pypi":
        own = re.sub(r"[-_.]+", "-", own)
    if not kind:
        own = _NOT_WORD.sub("-", _artifact(own)).strip("-")
        group = _NOT_WORD.sub("-", group).strip("-")
    spelled, epoch = _version(kind, written)
    return Signature(
        type=kind,
        group=group.lower(),
        name=own.lower(),
        version=spelled,
        epoch=epoch,
        copy=None if kind in OS_TYPES else copy_of(path),
        source="" if source == own else source,
        may_be_source=arch in ("", "source", "src"),
        tokens=frozenset(_TOKEN.findall(f"{group} {own}".lower())),
    )


def _artifact(name: str) -> str:
    """Return ``log4j-core`` of ``log4j-core-2.14.1.jar``."""
    if not name.lower().endswith((".jar", ".war", ".ear")):
        return name
    stem = name[:-4]
    version = re.search(r"-\d", stem)
    return stem[: version.start()] if version and version.start() else stem


def _guess(name: str, version: str, path: str) -> tuple[str, str, str]:
    """Return type, group and name where the name's own shape, the version's or the file's leaves no doubt."""
    if name.count(":") == 1 and " " not in name and "/" not in name:
        group, _, artifact = name.partition(":")
        if group and artifact:
            return "maven", group, artifact
    if name.startswith("@") and name.count("/") == 1:
        scope, _, own = name.partition("/")
        return "npm", scope, own
    if name == "stdlib" and version.lstrip("vgo")[:2] == "1.":
        return "golang", "", "stdlib"
    if _GO_MODULE.fullmatch(name):
        group, _, own = name.rpartition("/")
        return "golang", group, own
    for shape, kind in _SHAPES:
        if name and shape.search(version):
            return kind, "", name
    listed = _MANIFESTS.get(path.replace("\\", "/").rpartition("/")[2].lower(), "")
    if listed in ("npm", "pypi", "gem", "cargo") and name:
        return listed, "", name
    return "", "", name


def _version(kind: str, written: str) -> tuple[str, str]:
    """Return a version in one spelling, and its epoch apart where there is one."""
    text = unquote(written.strip().lower())
    if text in _NO_VERSION:
        return "", ""
    epoch = ""
    if kind in OS_TYPES or not kind:
        text = _ARCH.sub("", text)
        if match := _EPOCH.fullmatch(text):
            epoch, text = match[1], match[2]
    if text[:1] == "v" and text[1:2].isdigit():
        text = text[1:]
    if kind == "golang":
        text = text.removeprefix("go").removesuffix("+incompatible")
    return text, epoch


def copy_of(path: str) -> Copy | None:
    """Return which copy a path speaks of; None where it is none, or the database of a distribution's packages."""
    path = path.strip().replace("\\", "/").removeprefix("jar:").removeprefix("file:")
    path = re.sub(r"(\.(?:war|ear|jar|zip|aar))(?:!/|!|:/?)", r"\1/", path, flags=re.I)
    path = re.sub(r"/{2,}", "/", path).removeprefix("./").strip("/")
    if not path or ("/" not in path and "." not in path) or " " in path.split("/")[0]:
        return None
    if any(part in f"{path}/" for part in _OS_FILES):
        return None
    folder, _, last = path.rpartition("/")
    for mark in ("site-packages", "dist-packages"):
        before, found, _ = path.partition(f"{mark}/")
        if found:
            return Copy("file", before + mark)
    if "node_modules/" in path:
        project, _, chain = path.partition("node_modules/")
        chain = re.sub(r"/package\.json$", "", chain)
        return Copy("file", project.rstrip("/"), "node_modules/" + chain)
    if last.lower() in _MANIFESTS or re.fullmatch(r"requirements[\w.-]*\.(?:txt|in)", last.lower()):
        return Copy("manifest", folder)
    return Copy("file", path)


def same_copy(a: Copy | None, b: Copy | None) -> bool:
    """Return whether two copies may be one."""
    if a is None or b is None:
        return True
    if a.kind == b.kind == "manifest":
        return _tail(a.folder, b.folder)
    if a.kind == b.kind:
        return a.chain == b.chain and _tail(a.folder, b.folder)
    listed, lying = (a, b) if a.kind == "manifest" else (b, a)
    # a project's file tells that something is installed below it; elsewhere than in node_modules it does not say where
    return _tail(listed.folder, lying.folder) if lying.chain else True


def _tail(a: str, b: str) -> bool:
    """Return whether one path ends with the other, at a folder's edge: builds stand below another root."""
    if a == b:
        return True
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    if not shorter:
        # the root of a repository, named by a path on the machine that built it
        return longer.startswith(("home/", "tmp/", "src", "workspace", "github/", "builds/", "app", "var/")) and (
            longer.count("/") < 5
        )
    return longer.endswith("/" + shorter)


def same_version(a: Signature, b: Signature) -> bool:
    """Return whether two versions may be one: equal, not known on one side, or without its release on one side."""
    if not a.version or not b.version:
        return True
    if a.epoch and b.epoch and int(a.epoch) != int(b.epoch):
        return False
    if a.version == b.version:
        return True
    if (a.type or b.type) in OS_TYPES:
        longer, shorter = (a.version, b.version) if len(a.version) > len(b.version) else (b.version, a.version)
        return "-" not in shorter and longer.startswith(shorter + "-")
    return _bare(a.version) == _bare(b.version)


def _bare(version: str) -> str:
    """Return a version without the zeros that it may end with: 5.3.1.0 is 5.3.1."""
    while version.endswith(".0"):
        version = version[:-2]
    return version


def same_name(a: Signature, b: Signature) -> int:
    """Return how surely two names are one: 3 the same, 2 source package and binary, 1 product and part, 0 not."""
    if a.type and b.type and a.type != b.type:
        return 0
    if a.name == b.name:
        # a CPE's vendor is no group of an ecosystem
        if a.type == b.type == "npm" or (a.group and b.group and bool(a.type) == bool(b.type)):
            return 3 if a.group == b.group else 0
        return 3
    if a.source and a.source == b.name and b.may_be_source and not (a.type == b.type and b.source):
        return 2
    if b.source and b.source == a.name and a.may_be_source and not (a.type == b.type and a.source):
        return 2
    if a.type and b.type:
        return 0
    if f"{a.group}-{a.name}" == b.name or f"{b.group}-{b.name}" == a.name:
        return 3
    less, more = (a, b) if not a.type else (b, a)
    if not less.type and less.tokens and more.tokens:
        words = set(_TOKEN.findall(less.name)) - _VAGUE_TOKENS
        if words and words <= more.tokens:
            return 1
        others = set(_TOKEN.findall(more.name)) - _VAGUE_TOKENS
        if not more.type and others and others <= less.tokens:
            return 1
    return 0
