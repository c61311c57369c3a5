"""Readings of our own making for the tests of outputs."""

from __future__ import annotations

from datetime import UTC, datetime

from vedette.documents.verbatim import as_given
from vedette.schema import (
    AffectedProduct,
    EntityMention,
    ExploitStatus,
    MentionKind,
    ObservableKind,
    Reading,
    Reasoned,
    Relation,
    RelationKind,
    ReportEvent,
    ReportTechnique,
    SeenObservable,
    Standing,
    TechniqueMention,
    VulnerabilityMention,
)

TEXT = (
    "APT28 used Mimikatz against banks in Poland on 3 March 2024.\n\n"
    "The loader contacted hxxp://evil-c2[.]example/a.php and 203.0.113[.]7, dropped C:\\Users\\Public\\a.exe and set "
    "HKLM\\Software\\Run\\x; see CVE-2021-44228 in Log4j before 2.15.0 and `=cmd|' /C calc'!A0`."
)
KINDS = {
    "hxxp://evil-c2[.]example/a.php": (ObservableKind.URL, "http://evil-c2.example/a.php", ""),
    "203.0.113[.]7": (ObservableKind.IP, "203.0.113.7", "v4"),
    "C:\\Users\\Public\\a.exe": (ObservableKind.FILE, "C:\\Users\\Public\\a.exe", "path"),
    "HKLM\\Software\\Run\\x": (ObservableKind.REGISTRY, "HKLM\\Software\\Run\\x", ""),
    "CVE-2021-44228": (ObservableKind.CVE, "CVE-2021-44228", ""),
}


def reading(text: str = TEXT, source: str = "own.txt") -> Reading:
    """Return a reading of our own report, made by hand."""
    from dataclasses import replace

    def place(part: str) -> tuple[int, int]:
        start = text.index(part)
        return start, start + len(part)

    first = (0, text.index("\n"))
    second = (text.index("The loader"), len(text))
    seen = tuple(
        SeenObservable(
            kind=kind,
            value=value,
            text=written,
            start=place(written)[0],
            end=place(written)[1],
            sort=sort,
            defanged="[" in written,
            standing=Standing.INDICATOR if kind is not ObservableKind.CVE else Standing.OBSERVABLE,
            reason="written defanged" if "[" in written else "",
        )
        for written, (kind, value, sort) in KINDS.items()
    )
    named = tuple(
        EntityMention(
            kind=kind,
            text=name,
            start=place(name)[0],
            end=place(name)[1],
            confidence=0.9,
            ref=ref,
            name=name,
            how="name",
        )
        for name, kind, ref in (
            ("APT28", MentionKind.GROUP, "G0007"),
            ("Mimikatz", MentionKind.TOOL, "S0002"),
            ("banks", MentionKind.SECTOR, None),
            ("Poland", MentionKind.PLACE, "PL"),
            ("Log4j", MentionKind.PRODUCT, None),
        )
    )
    document = replace(as_given(text, source), published_at=datetime(2024, 3, 5, tzinfo=UTC), fields={"tlp": "green"})
    return Reading(
        document=document,
        observables=seen,
        entities=named,
        sentences=(first, second),
        techniques=(
            TechniqueMention(
                technique="T1003", name="OS Credential Dumping", start=0, end=first[1], confidence=0.8, explicit=False
            ),
        ),
        report_techniques=(
            ReportTechnique(technique="T1003", name="OS Credential Dumping", confidence=0.85, sentences=(first,)),
        ),
        relations=(
            Relation(
                kind=RelationKind.USES, source="group:G0007", target="tool:S0002", start=0, end=first[1], confidence=0.9
            ),
            Relation(
                kind=RelationKind.COMMUNICATES_WITH,
                source="tool:S0002",
                target="ip:203.0.113.7",
                start=second[0],
                end=second[1],
                confidence=0.6,
            ),
        ),
        events=(ReportEvent(at="2024-03-03", text=text[slice(*first)], start=0, end=first[1], keys=("group:G0007",)),),
        vulnerabilities=(
            VulnerabilityMention(
                cve="CVE-2021-44228",
                start=second[0],
                end=second[1],
                affected=(AffectedProduct(product="Log4j", versions=("before 2.15.0",)),),
                weakness=Reasoned(value="CWE-502", confidence=0.7),
                cvss=Reasoned(value="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", confidence=0.6),
                score=10.0,
                exploit=ExploitStatus.EXPLOITED,
                exploit_text="contacted",
            ),
        ),
        n_abstained=1,
        suspicious=((0, 5, "reads like an order"),),
        unjudged=("techniques: nothing",),
    )
