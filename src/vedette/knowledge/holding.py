"""The sets of a home: what is held, from when, and whether it is whole.

A set lies under ``knowledge/<set>/<version>/`` as ``data.parquet`` and ``manifest.json``; ``current.json`` beside the
versions says which one counts, and which one did before. A version is written aside and renamed into place, and counts
only then, so that a torn one is never seen. Where a home holds no version of a set, or only an older one than the
package brings, the packaged one counts.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import OutsideError, UserError
from vedette.files import locked, seen_sha256, sync_folder, write_whole
from vedette.knowledge import pinned

DATA = "data.parquet"
KEPT = 2
"""Versions of a set that a home keeps: the one that counts and the one before."""

_ABANDONED_S = 86_400.0
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


@dataclass(frozen=True, slots=True)
class SetKind:
    """A set that can be held."""

    name: str
    title: str
    limit_days: int
    """Older than this it is stale: what it does not say is no longer taken to be so."""
    notice: str
    """The terms that its publisher gives it under."""


KINDS: dict[str, SetKind] = {
    kind.name: kind
    for kind in (
        SetKind("kev", "Known exploited vulnerabilities (CISA KEV)", 7, "CC0 1.0"),
        SetKind("epss", "Exploit prediction scores (FIRST EPSS)", 3, "free to use with attribution to FIRST"),
        SetKind("cvelist", "CVE records (CVE List V5)", 7, "CVE terms of use"),
        SetKind("nvd", "National Vulnerability Database", 7, "public domain; not endorsed by the NVD"),
        SetKind("vulnrichment", "CISA Vulnrichment (SSVC)", 7, "CC0 1.0"),
        SetKind("osv", "Open-source advisories (OSV, GHSA)", 7, "by source: CC-BY 4.0, CC0 and others"),
        SetKind("cwe", "Common Weakness Enumeration", 400, "CWE terms of use"),
        SetKind("attack", "MITRE ATT&CK", 400, "ATT&CK terms of use"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSet:
    """One version of a set, as its manifest says it."""

    name: str
    title: str
    version: str
    on: date
    """The day that its content is of."""
    fetched_at: datetime | None
    """When it was fetched or imported; None for what the package brings."""
    source: str
    """Where it came from: a host, a file's name, a repository."""
    source_sha256: str
    """Digest of what was fetched."""
    n_records: int
    n_skipped: int = 0
    """Records of the source that were left out."""
    sha256: str
    """Digest of the data as it is held."""
    size_bytes: int = 0
    notice: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    packaged: bool = False
    path: Path = Path()
    """Where its Parquet lies; empty for a packaged set that is none."""

    def age_days(self, now: datetime) -> int:
        """Return how many days old the content is; never less than 0."""
        return max(0, (now.astimezone(UTC).date() - self.on).days)


def held(home: Path, name: str) -> HeldSet | None:
    """Return the version of a set that counts, or None where there is none.

    Raises:
        UserError: there is no such set.
        OutsideError: what is there is torn or was changed.
    """
    kind(name)
    own = _own(home, name)
    brought = _brought(name)
    if own is None or (brought is not None and brought.on > own.on):
        return brought
    check(own)
    return own


def holds(home: Path) -> dict[str, HeldSet]:
    """Return every set that is held or packaged with data to look up, by name."""
    found = {name: held(home, name) for name in KINDS}
    return {name: item for name, item in found.items() if item is not None}


def kind(name: str) -> SetKind:
    """Return what a set is.

    Raises:
        UserError: there is no such set.
    """
    if name not in KINDS:
        raise UserError(f"there is no set {name!r}", next_step=f"choose one of: {', '.join(KINDS)}")
    return KINDS[name]


def check(item: HeldSet) -> None:
    """See whether a set's data is the one that its manifest names; read once while the file stays the same.

    Raises:
        OutsideError: it is torn, was changed, or is gone.
    """
    try:
        right = item.path.stat().st_size == item.size_bytes and seen_sha256(item.path) == item.sha256
    except OSError:
        right = False
    if not right:
        raise OutsideError(
            f"{item.title} {item.version} is torn or was changed: its digest is not the manifest's",
            location=str(item.path),
            next_step=f"vedette knowledge rollback {item.name}, or sync or import it again",
        )


def folder(home: Path, name: str | None = None) -> Path:
    """Return where a home keeps its sets, or one of them."""
    return home / "knowledge" / name if name else home / "knowledge"


def put(home: Path, made: HeldSet, data: Path) -> HeldSet:
    """Take a set's data over as the version that counts; the one before is kept, older ones are removed.

    Args:
        home: the home.
        made: the manifest; ``sha256``, ``size_bytes`` and ``path`` are set here.
        data: the Parquet file, which is moved; on the home's file system.

    Raises:
        OutsideError: it cannot be written.
        UserError: the version is no name for a folder.
    """
    if not _VERSION.fullmatch(made.version):
        raise UserError(f"{made.version[:100]!r} cannot be the version of a set")
    root = folder(home, made.name)
    with locked(root / ".lock"):
        staging = root / f".part-{uuid.uuid4().hex}"
        try:
            staging.mkdir(parents=True)
            data.replace(staging / DATA)
            digest = seen_sha256(staging / DATA)
            place = root / f"{made.version}-{digest[:12]}"
            manifest = asdict(made) | {"sha256": digest, "size_bytes": (staging / DATA).stat().st_size}
            del manifest["path"], manifest["packaged"]
            write_whole(staging / "manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
            if place.exists():  # the same bytes again, or damaged ones under their name
                shutil.rmtree(place)
            sync_folder(staging)
            staging.rename(place)
            sync_folder(root)
            before = _pointer(root)
            names = [place.name, *(n for n in before if n != place.name)][:KEPT]
            write_whole(root / "current.json", orjson.dumps({"versions": names}) + b"\n")
            for old in root.iterdir():
                if old.is_dir() and old.name not in names and (not old.name.startswith(".") or _is_left(old)):
                    shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise OutsideError(
                f"cannot store {made.title}: {error.strerror or error}",
                location=str(root),
                next_step="check the disk's space and permissions",
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    now = _own(home, made.name)
    assert now is not None  # noqa: S101 (just written)
    return now


def rollback(home: Path, name: str) -> HeldSet:
    """Let the version before count again; the one that counted is kept as the one before.

    Raises:
        UserError: there is no such set, or no version before.
        OutsideError: the version before is torn.
    """
    root = folder(home, kind(name).name)
    with locked(root / ".lock"):
        names = _pointer(root)
        if len(names) < 2:
            raise UserError(f"no earlier version of {name} is kept here", next_step="vedette knowledge status")
        check(_manifest(root / names[1]))
        write_whole(root / "current.json", orjson.dumps({"versions": [names[1], names[0], *names[2:]]}) + b"\n")
    now = _own(home, name)
    assert now is not None  # noqa: S101 (checked above)
    return now


def previous(home: Path, name: str) -> HeldSet | None:
    """Return the version that :func:`rollback` would let count again, or None."""
    root = folder(home, name)
    names = _pointer(root)
    try:
        return _manifest(root / names[1]) if len(names) > 1 else None
    except OutsideError:
        return None


def _is_left(staging: Path) -> bool:
    """Return whether work that was begun aside is over: nobody has touched it for a day, so its process was killed."""
    try:
        return time.time() - staging.stat().st_mtime > _ABANDONED_S
    except OSError:
        return False


def _own(home: Path, name: str) -> HeldSet | None:
    root = folder(home, name)
    names = _pointer(root)
    return _manifest(root / names[0]) if names else None


def _pointer(root: Path) -> list[str]:
    try:
        listed = orjson.loads((root / "current.json").read_bytes())["versions"]
        return [n for n in listed if isinstance(n, str) and _VERSION.fullmatch(n)]
    except FileNotFoundError:
        return []
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise OutsideError(
            f"cannot read which version counts: {error}",
            location=str(root / "current.json"),
            next_step=f"remove {root.name} from the home's knowledge folder, then sync or import it again",
        ) from None


def _manifest(place: Path) -> HeldSet:
    try:
        said: dict[str, Any] = orjson.loads((place / "manifest.json").read_bytes())
        if not isinstance(said, dict):
            raise TypeError("it is no mapping")
        names = {f.name for f in fields(HeldSet)} - {"path", "packaged"}
        kept = {key: value for key, value in said.items() if key in names}
        kept["on"] = date.fromisoformat(kept["on"])
        kept["fetched_at"] = datetime.fromisoformat(kept["fetched_at"]) if kept["fetched_at"] else None
        return HeldSet(**kept, path=place / DATA)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise OutsideError(
            f"the manifest of {place.parent.name} {place.name} cannot be read: {error}",
            location=str(place),
            next_step=f"vedette knowledge rollback {place.parent.name}, or sync or import it again",
        ) from None


def _brought(name: str) -> HeldSet | None:
    try:
        item = pinned.pinned(name)
    except KeyError:
        return None
    if not item.file.endswith(".parquet"):
        return None
    pinned.load(name)
    path = pinned.path_of(item.file)
    return HeldSet(
        name=name,
        title=item.title,
        version=item.version,
        on=item.source_date,
        fetched_at=None,
        source=item.source,
        source_sha256=item.sha256,
        n_records=item.n_records,
        sha256=item.sha256,
        size_bytes=path.stat().st_size,
        notice=KINDS[name].notice,
        packaged=True,
        path=path,
    )
