"""CVE records as JSON lines: descriptions with the weaknesses and CVSS vectors that authorities gave them.

Reads the fields of CISA's vulnrichment (``description``, ``cna_cwe``, ``cisa_cwe``, ``cna_cvss``, ``cisa_cvss``), and
any other rows that have a text and name a CVE. Every row gets:

- ``cve``: the id, from a field of that name or read out of ``url`` or ``id``; it is the record's group, so a CVE that
  a test set names never stays in train;
- ``cwe``: the first weakness, CISA's before the CNA's, as the NVD's simplified view calls it (``options.view: raw``
  leaves it as it was written);
- ``breadth``: ``broad`` where that weakness is in ``options.broad``, else ``narrow``;
- ``cvss`` and ``cvss_by``: a CVSS 3.x vector as 3.1, and whether CISA (``cisa``) or the CNA (``cna``) gave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.readers.rows import json_rows
from vedette.forge.recipe import SourceSpec
from vedette.knowledge import cvss, cwe

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_OPTIONS = frozenset({"view", "broad", "encoding", "keep_duplicates", "require_label"})
_AUTHORITIES = ("cisa", "cna")
"""Whose word is taken first: CISA's analysts follow the NVD's ways, each CNA has its own."""


def cve_id(fields: Mapping[str, Any]) -> str:
    """Return the CVE id that a row names, or an empty string."""
    for name in ("cve", "url", "id"):
        value = fields.get(name)
        match = _CVE.search(value[:500]) if isinstance(value, str) else None
        if match:
            return match.group()
    return ""


def listed(value: Any) -> list[str]:
    """Return a field that holds a text or a list of texts as a list of texts."""
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, str)]


def first_weakness(fields: Mapping[str, Any], view: str) -> str | None:
    """Return the weakness that counts for a row, in the view that is asked for."""
    for authority in _AUTHORITIES:
        for text in listed(fields.get(f"{authority}_cwe")):
            written = cwe.normal_id(text)
            if written is not None:
                return (cwe.simplified(written) or written) if view == "simplified" else written
    return None


def first_vector(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the vector that counts for a row, as 3.1, and who gave it; 3.1 is taken before 3.0."""
    for authority in _AUTHORITIES:
        for version in ("CVSS:3.1/", "CVSS:3.0/"):
            for text in listed(fields.get(f"{authority}_cvss")):
                if not text.startswith(version):
                    continue
                try:
                    return str(cvss.parse(text)), authority
                except UserError:
                    continue  # a torn vector is as none
    return None


class CveReader:
    """Reads CVE records as JSON lines."""

    name = "cve"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        first = sample.head.lstrip().partition(b"\n")[0]
        return 0.9 if first[:1] == b"{" and b'"cna_cwe"' in sample.head and b'"CVE-' in first else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows.

        Raises:
            UserError: an option that there is not.
        """
        view = spec.options.get("view", "simplified")
        broad = frozenset(spec.options.get("broad", ()))
        if view not in ("simplified", "raw") or set(spec.options) - _OPTIONS:
            raise UserError(
                f"options of the cve reader: {spec.options!r} is not understood",
                next_step="view is simplified or raw, broad a list of CWE ids",
            )
        for row in json_rows(file, spec):
            yield row if isinstance(row, Bad) else _told(row, view, broad)


def _told(row: Row, view: str, broad: frozenset[str]) -> Row | Bad:
    fields = {key: value for key, value in row.fields.items() if not key.startswith(("cna_", "cisa_"))}
    found = cve_id(row.fields)
    if not found:
        return Bad(place=row.place, reason="names no CVE")
    fields["cve"] = found
    weakness = first_weakness(row.fields, view)
    if weakness is not None:
        fields |= {"cwe": weakness, "breadth": "broad" if weakness in broad else "narrow"}
    vector = first_vector(row.fields)
    if vector is not None:
        fields |= {"cvss": vector[0], "cvss_by": vector[1]}
    return Row(place=row.place, fields=fields, group=found)


READER = CveReader()
