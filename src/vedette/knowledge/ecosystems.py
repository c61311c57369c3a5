"""Which package URL type a tool's word for an ecosystem means.

A table of facts: names as the OSV schema, GitHub's advisories, Snyk, Trivy, Grype, Syft and AWS Inspector write them,
in small letters and without the release behind a colon.
"""

from __future__ import annotations

DISTRIBUTION_TYPES = frozenset({"deb", "rpm", "apk", "alpm"})
"""purl types of packages that a distribution builds and mends in its own versions."""

_TYPES: dict[str, tuple[str, ...]] = {
    "npm": ("npm", "yarn", "pnpm", "node", "nodejs", "node-pkg", "nodepkg", "javascript", "js", "bun"),
    "pypi": ("pypi", "pip", "python", "python-pkg", "pythonpkg", "pipenv", "pipfile", "poetry", "uv", "pylock"),
    "maven": ("maven", "gradle", "jar", "pom", "java", "java-archive", "jenkins-plugin", "sbt", "gradle-lockfile",
              "sbt-lockfile"),
    "golang": (
        "golang", "go", "gobinary", "gomod", "gomodules", "go-module", "golangdep", "govendor", "go_module", "stdlib",
    ),
    "cargo": ("cargo", "crates.io", "rust", "rust-crate", "rustbinary", "rust-binary", "crates"),
    "gem": ("gem", "rubygems", "bundler", "gemspec", "ruby"),
    "nuget": ("nuget", "dotnet", "dotnet-core", "dotnet_core", "packages-config", "packages-props", ".net"),
    "composer": ("composer", "packagist", "php", "php-composer", "composer-vendor"),
    "hex": ("hex", "erlang", "mix-lock", "elixir", "hex.pm"),
    "pub": ("pub", "dart", "dart-pub", "pub.dev"),
    "swift": ("swift", "swifturl", "swift-spm"),
    "cocoapods": ("cocoapods", "pod"),
    "conan": ("conan", "conancenter", "conan.io"),
    "conda": ("conda", "conda-pkg", "conda-environment"),
    "hackage": ("hackage", "haskell"),
    "cran": ("cran", "r-package", "r", "renv"),
    "github": ("github", "github actions", "actions", "github-action", "github-actions"),
    "bitnami": ("bitnami",),
    "julia": ("julia",),
    "opam": ("opam",),
    "huggingface": ("huggingface", "hugging face"),
    "generic": ("generic",),
    "deb": ("deb", "dpkg"),
    "rpm": ("rpm",),
    "apk": ("apk",),
    "alpm": ("alpm", "pacman"),
}  # fmt: skip

_DISTRIBUTIONS: dict[str, tuple[str, str]] = {
    "debian": ("deb", "debian"),
    "echo": ("deb", "echo"),
    "ubuntu": ("deb", "ubuntu"),
    "alpine": ("apk", "alpine"),
    "alpine linux": ("apk", "alpine"),
    "alpaquita": ("apk", "alpaquita"),
    "wolfi": ("apk", "wolfi"),
    "chainguard": ("apk", "chainguard"),
    "minimos": ("apk", "minimos"),
    "arch": ("alpm", "arch"),
    "archlinux": ("alpm", "arch"),
    "arch linux": ("alpm", "arch"),
    "red hat": ("rpm", "redhat"),
    "redhat": ("rpm", "redhat"),
    "rhel": ("rpm", "redhat"),
    "red hat enterprise linux": ("rpm", "redhat"),
    "centos": ("rpm", "centos"),
    "rocky": ("rpm", "rocky"),
    "rocky linux": ("rpm", "rocky"),
    "rockylinux": ("rpm", "rocky"),
    "alma": ("rpm", "alma"),
    "almalinux": ("rpm", "alma"),
    "amazon": ("rpm", "amazon"),
    "amazon linux": ("rpm", "amazon"),
    "amzn": ("rpm", "amazon"),
    "oracle": ("rpm", "oracle"),
    "oraclelinux": ("rpm", "oracle"),
    "oracle linux": ("rpm", "oracle"),
    "ol": ("rpm", "oracle"),
    "fedora": ("rpm", "fedora"),
    "suse": ("rpm", "suse"),
    "sles": ("rpm", "suse"),
    "suse linux enterprise server": ("rpm", "suse"),
    "opensuse": ("rpm", "opensuse"),
    "opensuse-leap": ("rpm", "opensuse"),
    "opensuse-tumbleweed": ("rpm", "opensuse"),
    "opensuse leap": ("rpm", "opensuse"),
    "opensuse.leap": ("rpm", "opensuse"),
    "photon": ("rpm", "photon"),
    "photon os": ("rpm", "photon"),
    "mariner": ("rpm", "cbl-mariner"),
    "cbl-mariner": ("rpm", "cbl-mariner"),
    "azurelinux": ("rpm", "azurelinux"),
    "azure linux": ("rpm", "azurelinux"),
    "mageia": ("rpm", "mageia"),
    "openeuler": ("rpm", "openeuler"),
}

_BY_WORD: dict[str, tuple[str, str]] = {
    **{word: (purl_type, "") for purl_type, words in _TYPES.items() for word in words},
    **_DISTRIBUTIONS,
}


def ecosystem_type(word: str) -> tuple[str, str] | None:
    """Return the purl type and the distribution's namespace (empty for none) that a tool's word means, else None.

    The release behind a colon or the first digit of a distribution is left out: ``Debian:12``, ``alpine:v3.18``.
    """
    plain = word.strip().lower()
    for candidate in (plain, plain.split(":", 1)[0].strip()):
        found = _BY_WORD.get(candidate)
        if found is not None:
            return found
    named = plain.split(":", 1)[0].rstrip("0123456789. -").strip()
    return _DISTRIBUTIONS.get(named)
