"""One name for a vulnerability whose ids differ between scanners.

An id is a CVE, the id of one flaw in another database (GHSA, PYSEC, GO, SNYK-…), or names something wider: an advisory
or check that may cover several flaws. Ids of one flaw that are listed together are one vulnerability; a wider id joins
nothing. Two CVEs are never one, whatever an alias list says: where a chain of aliases reaches two, each id keeps only
the CVE that is told of it directly and without contradiction, knowledge before scanners.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

_CVE = re.compile(
    r"(?:[a-z]{2,20}[-_ ])?(?:cve|can)[-_ \u2010-\u2015]?(\d{4})[-_ \u2010-\u2015](\d{4,19})", re.I | re.ASCII
)
_GHSA = re.compile(r"ghsa((?:-[0-9a-z]{4}){3})", re.I | re.ASCII)
_FLAW = re.compile(
    r"(?:GHSA|PYSEC|RUSTSEC|GO|OSV|SNYK|MAL|GSD|BIT|RSEC|HSEC|CURL|PSF|EUVD|GMS|JLSEC|DRUPAL|EEF|PHSA-CVE)-.+"
    r"|npm:[^:]+:\d{8}|sonatype-.+",
    re.I | re.ASCII,
)  # fmt: skip
_RANK = ("CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-", "OSV-", "SNYK-")
MAX_CHARS = 200


def normal_id(text: str) -> str:
    """Return an id in one spelling: ``DEBIAN-CVE-2021-33574`` and ``cve_2021_33574`` are ``CVE-2021-33574``."""
    text = " ".join(text.split())[:MAX_CHARS]
    if match := _CVE.fullmatch(text):
        return f"CVE-{match[1]}-{match[2]}"
    if match := _GHSA.fullmatch(text):
        return f"GHSA{match[1].lower()}"
    return text if ":" in text else text.upper()


def is_cve(name: str) -> bool:
    """Return whether a normal id is a CVE."""
    return name.startswith("CVE-")


def names_one_flaw(name: str) -> bool:
    """Return whether a normal id stands for one flaw, and not for an advisory or check that may cover several."""
    return is_cve(name) or bool(_FLAW.fullmatch(name))


def _preference(name: str) -> tuple[int, str]:
    for rank, start in enumerate(_RANK):
        if name.startswith(start):
            return rank, name
    return (len(_RANK) if names_one_flaw(name) else len(_RANK) + 1), name


class Vulnerabilities:
    """Which ids are one vulnerability.

    Args:
        listed: lists of ids that scanners give for one flaw.
        known: id to its aliases, as a database of vulnerabilities says; trusted before scanners.
    """

    def __init__(self, listed: Iterable[Sequence[str]], known: Mapping[str, Iterable[str]] | None = None) -> None:
        self._parent: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self.contradictions: tuple[tuple[str, ...], ...] = ()
        """Chains of aliases that reach several CVEs, each sorted."""
        by_knowledge: dict[str, set[str]] = defaultdict(set)
        by_scanner: dict[str, set[str]] = defaultdict(set)
        for name, aliases in (known or {}).items():
            self._read([name, *aliases], by_knowledge)
        for ids in listed:
            self._read(ids, by_scanner)
        self._settle(by_knowledge, by_scanner)

    def _read(self, ids: Sequence[str], told: dict[str, set[str]]) -> None:
        names = dict.fromkeys(normal_id(i) for i in ids if i.strip())
        flaws = [n for n in names if names_one_flaw(n) and not is_cve(n)]
        cves = [n for n in names if is_cve(n)]
        for name in flaws:
            self._parent.setdefault(name, name)
            # an id that stands beside several CVEs is told of none of them
            if len(cves) == 1:
                told[name].add(cves[0])
        for name in flaws[1:]:
            if len(cves) < 2:
                self._parent[self._root(name)] = self._root(flaws[0])

    def _root(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def _settle(self, by_knowledge: Mapping[str, set[str]], by_scanner: Mapping[str, set[str]]) -> None:
        groups: dict[str, list[str]] = defaultdict(list)
        for name in self._parent:
            groups[self._root(name)].append(name)
        contradictions = []
        for members in groups.values():
            cves: set[str] = set().union(*(by_knowledge.get(m, set()) | by_scanner.get(m, set()) for m in members))
            if len(cves) <= 1:
                best = min(cves) if cves else min(members, key=_preference)
                self._of.update(dict.fromkeys(members, best))
                continue
            contradictions.append(tuple(sorted({*members, *cves})))
            for member in members:
                told = by_knowledge.get(member) or by_scanner.get(member) or set()
                self._of[member] = min(told) if len(told) == 1 else member
        self.contradictions = tuple(sorted(contradictions))

    def canonical(self, name: str) -> str:
        """Return the name of the vulnerability that one id stands for: the CVE where there is one."""
        name = normal_id(name)
        return self._of.get(name, name)

    def of(self, ids: Sequence[str], related: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the vulnerabilities that a record speaks of, by name: one for each CVE that it gives.

        A check or advisory without an id of one flaw stands for each CVE that it is said to cover; where there is none
        it stands for itself. Only what has no id at all gives none.
        """
        names = list(dict.fromkeys(normal_id(i) for i in ids if i.strip()))
        cves = [n for n in names if is_cve(n)]
        if cves:
            return tuple(dict.fromkeys(cves))
        flaws = [self.canonical(n) for n in names if names_one_flaw(n)]
        if flaws:
            best = min(flaws, key=_preference)
            covered = [n for n in map(normal_id, related) if is_cve(n)]
            # a flaw that nobody else ties to a CVE, with the one CVE that the scanner names beside it
            return (covered[0],) if not is_cve(best) and len(set(covered)) == 1 else (best,)
        covered = [n for n in dict.fromkeys(map(normal_id, related)) if is_cve(n)]
        return tuple(covered) or (tuple(sorted(names, key=_preference)[:1]))
