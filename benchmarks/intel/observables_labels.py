"""The set of values labelled by hand: where it lies, how it is joined with the texts, how values are compared."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LABELS = HERE / "observables_labels.jsonl"
SOURCES = {
    "annoctr": (("reports_dev.jsonl", "reports_train.jsonl.gz"), "document"),
    "tram": (("documents.jsonl.gz",), "doc_title"),
}


def documents(data: Path) -> dict[str, str]:
    """Return the reports' texts by ``source/name``."""
    texts = {}
    for source, (names, key) in SOURCES.items():
        for name in names:
            path = data / source / name
            opened = gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8")
            with opened as file:
                for line in file:
                    row = json.loads(line)
                    texts[f"{source}/{row[key]}"] = row["text"]
    return texts


def half_of(document: str) -> str:
    """Return which half a report is of: looked at while developing, or held back (by the digest of its name)."""
    return "held" if int(hashlib.sha256(document.encode()).hexdigest(), 16) % 2 else "dev"


@dataclass(frozen=True)
class Window:
    """A stretch of a report in which every value is labelled."""

    document: str
    half: str
    """``dev``, ``held``, or ``fresh``: of those held back, the reports that the first look left untouched."""
    stratum: str
    start: int
    text: str
    labels: tuple[tuple[int, int, str, str], ...]
    """Start and end in the window, kind, digest of the value."""
    ignored: tuple[str, ...]
    """Texts of which nobody can tell where the value ends: no miss, no false alarm."""

    @property
    def gold(self) -> frozenset[tuple[str, str]]:
        return frozenset((kind, digest) for _, _, kind, digest in self.labels)


def windows(data: Path) -> Iterator[Window]:
    """Yield the labelled windows; raises ValueError where a text is not the one that was labelled."""
    texts = documents(data)
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = texts[row["document"]]
        if hashlib.sha256(text.encode()).hexdigest()[:16] != row["sha256"]:
            raise ValueError(f"{row['document']} is not the text that was labelled")
        start, end = row["start"], row["end"]
        yield Window(
            document=row["document"],
            half=row["half"],
            stratum=row["stratum"],
            start=start,
            text=text[start:end],
            labels=tuple((s, e, kind, digest) for s, e, kind, digest in row["labels"]),
            ignored=tuple(text[start + s : start + e] for s, e in row["ignored"]),
        )


_HIVES = {
    "hklm": "hkey_local_machine",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_classes_root",
    "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}


def canonical(kind: str, value: str) -> str:
    """Return what two spellings of a value share, for whoever found it."""
    value = re.sub(r"\s+", " ", refanged(value)).strip().casefold()
    if kind in ("file", "registry", "mutex"):
        value = value.replace("\\\\", "\\").replace("\\_", "_").strip("\\/ ")
    if kind == "registry":
        hive, sign, rest = value.replace(":\\", "\\").partition("\\")
        value = _HIVES.get(hive, hive) + sign + rest
    if kind in ("url", "domain"):
        value = value.rstrip("/.").replace("\\", "").replace("&amp;", "&")
    if kind == "asn":
        value = value.lstrip("asn ")
    if kind == "telegram":
        value = value.rpartition("/")[2].lstrip("@")
    return value


def refanged(value: str) -> str:
    """Return a value as it was, where a tool gives it as it stands in the text."""
    for sign, plain in (
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("[:]", ":"),
        ("[://]", "://"),
        ("[@]", "@"),
        ("[at]", "@"),
    ):
        value = value.replace(sign, plain)
    return re.sub(r"(?i)^h(?:xx|\*\*|tx)p", "http", value)


def digest(kind: str, value: str) -> str:
    """Return what stands for a value in the labels."""
    return hashlib.sha256(f"{kind}:{canonical(kind, value)}".encode()).hexdigest()[:12]
