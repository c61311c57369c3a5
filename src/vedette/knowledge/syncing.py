"""Fetching sets from their publishers or a mirror: only when somebody asked, only over https, and told before.

A set is fetched into the home, read and checked as :mod:`vedette.knowledge.importing` does with any file, and counts
only then. Nothing calls this but ``vedette knowledge sync``.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from vedette.errors import OutsideError, UserError
from vedette.fetching import RefusedError, check_url, copy, host_of, opened
from vedette.knowledge import holding
from vedette.knowledge.holding import HeldSet
from vedette.knowledge.importing import import_set

_CAP_BYTES = 8 << 30
_NVD_FIRST = 2002
_NAMED: dict[str, str] = {
    "kev": "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    "epss": "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    "cvelist": "https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip",
    "vulnrichment": "https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip",
    "osv": "https://github.com/github/advisory-database/archive/refs/heads/main.zip",
    "attack": "https://raw.githubusercontent.com/mitre-attack/attack-stix-data/master/enterprise-attack/"
    "enterprise-attack.json",
}
_NVD = "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz"
_CWE = ("https://cwe.mitre.org/data/csv/1000.csv.zip", "https://cwe.mitre.org/data/csv/1003.csv.zip")
DEFAULT = ("kev", "epss", "vulnrichment")
"""What is synced where no set is named: small, and what decisions rest on. The others have hundreds of megabytes."""

Tell = Callable[[str], None]
Opener = Callable[[str, Path, Tell], None]
"""Fetches a URL into a file."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a sync of one set will ask for."""

    name: str
    urls: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that will be asked."""
        return tuple(dict.fromkeys(host_of(url) for url in self.urls))


def planned(name: str, now: datetime, mirror: str | None = None) -> Fetch:
    """Return what a sync of a set will ask for, without asking.

    Args:
        name: the set.
        now: the moment: the NVD has a feed for each year.
        mirror: a URL of the very file, or one that ends with ``/`` and has the publishers' files under their names.

    Raises:
        UserError: there is no such set, or the URL may not be followed.
    """
    holding.kind(name)
    if name == "nvd":
        urls = tuple(_NVD.format(year=year) for year in range(_NVD_FIRST, now.year + 1))
    elif name == "cwe":
        urls = _CWE
    else:
        urls = (_NAMED[name],)
    if mirror is not None:
        try:
            check_url(mirror)
        except RefusedError as error:
            raise UserError(
                f"{mirror[:200]!r} is not fetched: {error}", next_step="use an https URL or a file"
            ) from None
        names = [url.rpartition("/")[2] for url in urls]
        urls = tuple(urljoin(mirror, text) for text in names) if urlsplit(mirror).path.endswith("/") else (mirror,)
    return Fetch(name, urls)


def sync(
    home: Path,
    fetch: Fetch,
    *,
    now: datetime,
    sha256: str | None = None,
    on: date | None = None,
    fewer: bool = False,
    tell: Tell = lambda _: None,
    opener: Opener | None = None,
) -> HeldSet:
    """Fetch a set and let it count.

    Args:
        home: the home.
        fetch: what :func:`planned` said.
        now: the moment, UTC.
        sha256: what the fetched file must be.
        on: the day that its content is of; None: as it says itself.
        fewer: take it even where it has far fewer records than what is held.
        tell: told what is fetched from where.
        opener: fetches one file; None: over https.

    Raises:
        OutsideError: a host gave nothing; what was held still counts.
        UserError: what it gave is not the set.
    """
    if sha256 is not None and len(fetch.urls) > 1:
        raise UserError(f"{fetch.name} is {len(fetch.urls)} files; one SHA-256 cannot be that of all")
    root = holding.folder(home, fetch.name)
    staging = root / f".fetch-{uuid.uuid4().hex}"
    try:
        staging.mkdir(parents=True)
        for url in fetch.urls:
            tell(f"fetching {url.rpartition('/')[2]} from {host_of(url)}")
            try:
                (opener or _fetch)(url, staging / _file_name(url), tell)
            except RefusedError as error:
                raise OutsideError(
                    f"{host_of(url)} did not give {fetch.name}: {error}",
                    location=url,
                    next_step=f"try again, use a mirror with --from, or on a machine that has it: "
                    f"vedette knowledge import {fetch.name} FILE",
                ) from None
        path = staging if len(fetch.urls) > 1 else staging / _file_name(fetch.urls[0])
        source = ", ".join(fetch.hosts)
        return import_set(home, fetch.name, path, now=now, source=source, sha256=sha256, on=on, fewer=fewer)
    except OSError as error:
        raise OutsideError(
            f"cannot store {fetch.name}: {error.strerror or error}",
            location=str(root),
            next_step="check the disk's space and permissions",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def names_of(sets: Iterable[str]) -> tuple[str, ...]:
    """Return the sets that are meant, each once: those named, all by ``all``, the usual ones by none.

    Raises:
        UserError: there is no such set.
    """
    named = list(dict.fromkeys(sets))
    if not named:
        return DEFAULT
    if named == ["all"]:
        return tuple(holding.KINDS)
    return tuple(holding.kind(name).name for name in named)


def _file_name(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    kept = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._-")).lstrip(".")
    return kept[-120:] or "feed"


def _fetch(url: str, target: Path, tell: Tell) -> None:
    with opened(url) as (answer, length), target.open("xb") as out:
        size, _ = copy(answer, out, cap_bytes=_CAP_BYTES, size_bytes=length)
    tell(f"{size:,} bytes")
