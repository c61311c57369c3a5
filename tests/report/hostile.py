# ruff: noqa: E501
"""Strategies for cases whose every text was written by an attacker."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from vedette.schema import (
    AccountKind,
    AccountRole,
    Case,
    CaseAccount,
    CaseHost,
    CaseStatus,
    Claim,
    Decision,
    Evidence,
    EvidenceKind,
    Exposure,
    ExposureStatus,
    Finding,
    HostRole,
    Note,
    Package,
    PathStep,
    Severity,
    TechniqueUse,
    TimelineEntry,
    Verdict,
)

NASTY = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "<http://evil.example>",
    "http://evil.example/?a=b",
    "www.evil.example",
    "https://evil.example|http://b.example",
    "victim@evil.example @everyone",
    "mailto:victim@evil.example",
    "\\\\evil.example\\share",
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
    "\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "a\x00b\x08c\x7f\x9b31m",
    "user\u202etxt.exe",
    "zero\u200bwidth\ufeff\u2060",
    "line\nbreak\r\nand\ttab\u2028x\u2029y",
    "`code` ``code`` ```",
    "a|b\\|c\\\\|d",
    "# heading",
    "1. item",
    "- item",
    "---",
    "> quote",
    "| a | b |",
    "~~struck~~ **bold** _it_ $x$ &amp; &#x3c;",
    "_x000D_ _x202E_ {{ 7*7 }} {% raw %} ${7*7} %s {0}",
    "e" + "\u0301" * 40,
    "\u3164\u115f\u2800",
    "\U000e0041\U000e0042",
    "𝔘𝔫𝔦 日本語 العربية ไทย 👩‍💻",
    "\ufffe\uffff",
    "",
    " ",
    "A" * 3000,
    "W" * 300 + " " + "i" * 300,
    "word " * 200,
    "nonce' data: * unsafe-inline",
)

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
moments = st.datetimes(datetime(2001, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
shares = st.floats(0, 1)


def few(items: st.SearchStrategy, most: int = 3) -> st.SearchStrategy[tuple]:
    return st.lists(items, max_size=most).map(tuple)


evidence = st.builds(
    Evidence,
    kind=st.sampled_from(EvidenceKind),
    ref=st.one_of(texts, st.uuids().map(lambda u: u.hex)),
    at=st.none() | moments,
    quote=texts,
    start=st.none(),
    end=st.none(),
)
claims = st.builds(Claim, text=texts, evidence=few(evidence), facts=st.just(()), checked=st.booleans())
accounts = st.builds(
    CaseAccount,
    name=texts,
    entity_id=texts,
    account_kind=st.sampled_from(AccountKind),
    role=st.sampled_from(AccountRole),
    confidence=shares,
    reasons=few(claims),
    aliases=few(texts),
    first_at=st.none() | moments,
    last_at=st.none() | moments,
    hosts=few(texts),
)
hosts = st.builds(
    CaseHost,
    name=texts,
    entity_id=texts,
    role=st.sampled_from(HostRole),
    reasons=few(claims),
    addresses=few(texts),
    first_at=st.none() | moments,
    last_at=st.none() | moments,
)
steps = st.builds(
    TimelineEntry,
    at=moments,
    text=texts,
    tactic=st.none() | st.sampled_from(("execution", "lateral-movement", "exfiltration")) | texts,
    techniques=few(texts),
    severity=st.sampled_from(Severity),
    host=st.none() | texts,
    account=st.none() | texts,
    evidence=few(evidence),
    count=st.integers(1, 10**9),
)
entities = st.sampled_from(("host:a", "host:b", "account:c", "ip:10.0.0.1", "resource:s3://x")) | texts
paths = st.builds(
    PathStep, source=entities, target=entities, label=texts, at=moments, evidence=few(evidence), techniques=few(texts)
)
techniques = st.builds(
    TechniqueUse,
    technique_id=texts,
    name=texts,
    tactics=few(st.sampled_from(("execution", "impact")) | texts),
    count=st.integers(0, 10**6),
    evidence=few(evidence),
)
findings = st.builds(
    Finding,
    finding_id=texts,
    rule_id=texts,
    title=texts,
    kind=texts,
    severity=st.sampled_from(Severity),
    confidence=shares,
    first_at=moments,
    last_at=moments,
    count=st.integers(1, 10**6),
    evidence=few(evidence),
    device_name=st.none() | texts,
    cloud_account=st.none() | texts,
    accounts=few(texts),
    techniques=few(texts),
    tactics=few(texts),
    description=texts,
    false_positives=few(texts),
)
notes = st.builds(
    Note,
    at=moments,
    author=texts,
    text=texts,
    verdict=st.none() | st.sampled_from(Verdict),
    finding_id=st.none() | texts,
)
packages = st.builds(
    Package, name=texts, version=texts, purl=texts, cpe=st.just("cpe:/a:v:some_product") | texts, path=texts
)
decisions = st.builds(
    Decision,
    policy=texts,
    policy_version=texts,
    outcome=st.none() | texts,
    possible=st.lists(texts, min_size=1, max_size=3).map(tuple),
    inputs=st.just({}),
    question=texts,
)
exposures = st.builds(
    Exposure,
    exposure_id=texts,
    vulnerability=texts,
    title=texts,
    asset=texts,
    owner=st.none() | texts,
    package=packages,
    fixed_in=few(texts),
    severity=st.none() | st.sampled_from(Severity),
    score=st.none() | st.floats(0, 10),
    kev_at=st.none() | moments,
    internet_facing=st.sampled_from((None, True, False)),
    status=st.sampled_from(ExposureStatus),
    decision=decisions,
    due_at=st.none() | moments,
    last_seen_at=st.none() | moments,
    scanners=few(texts),
    attempts=few(evidence),
    exploited=few(evidence),
    evidence=few(evidence),
    locations=few(texts),
    unknown=few(texts),
)
cases = st.builds(
    Case,
    case_id=texts,
    title=texts,
    severity=st.sampled_from(Severity),
    confidence=shares,
    first_at=moments,
    last_at=moments,
    summary=few(claims),
    findings=few(findings, 2),
    accounts=few(accounts),
    hosts=few(hosts),
    timeline=few(steps, 6),
    path=few(paths, 6),
    techniques=few(techniques),
    observables=few(st.tuples(texts, texts)),
    unknown=few(texts),
    next_steps=few(texts),
    n_events=st.integers(0, 10**12),
    sources=few(texts),
    status=st.sampled_from(CaseStatus),
    verdict=st.sampled_from(Verdict),
    notes=few(notes, 2),
    exposures=few(exposures, 3),
)


def saturated(text: str) -> Case:
    """Return a case in which that text stands wherever a text can stand."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    item = Evidence(ref=text, at=at, quote=text)
    claim = Claim(text=text, evidence=(item,), checked=True)
    return Case(
        case_id=text,
        title=text,
        severity=Severity.HIGH,
        confidence=0.5,
        first_at=at,
        last_at=at,
        summary=(claim, claim),
        findings=(
            Finding(
                finding_id=text, rule_id=text, title=text, kind=text, severity=Severity.LOW, confidence=0.5, first_at=at,
                last_at=at, count=1, evidence=(item,), device_name=text, cloud_account=text, accounts=(text,),
                techniques=(text,), tactics=(text,), description=text, false_positives=(text,),
            ),
        ),
        accounts=(
            CaseAccount(
                name=text, entity_id=text, account_kind=AccountKind.USER, role=AccountRole.COMPROMISED, confidence=0.5,
                reasons=(claim,), aliases=(text,), first_at=at, last_at=at, hosts=(text,),
            ),
        ),
        hosts=(
            CaseHost(name=text, entity_id=text, role=HostRole.ENTRY, reasons=(claim,), addresses=(text,), first_at=at),
        ),
        timeline=tuple(
            TimelineEntry(
                at=at, text=text, tactic=text, techniques=(text,), severity=Severity.HIGH, host=text, account=text,
                evidence=(item,),
            )
            for _ in range(2)
        ),
        exposures=tuple(
            Exposure(
                exposure_id=text, vulnerability=text, title=text, asset=text, owner=text,
                package=Package(name=text, version=text, purl=text, cpe=text, path=text), fixed_in=(text,),
                decision=Decision(policy=text, policy_version=text, outcome=None, possible=(text, text), inputs={}),
                due_at=at, scanners=(text,), attempts=signs, evidence=(Evidence(kind=EvidenceKind.RECORD, ref=text),),
                unknown=(text,),
            )
            for signs in ((item,), ())
        ),
        path=(
            PathStep(source=text, target=f"host:{text}", label=text, at=at, evidence=(item,), techniques=(text,)),
            PathStep(source=f"ip:{text}", target=text, label=text, at=at, evidence=(item,)),
        ),
        techniques=(TechniqueUse(technique_id=text, name=text, tactics=(text,), count=1, evidence=(item,)),),
        observables=((text, text),),
        unknown=(text,),
        next_steps=(text,),
        n_events=1,
        sources=(text,),
        notes=(Note(at=at, author=text, text=text),),
    )  # fmt: skip
