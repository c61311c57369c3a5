"""What ``vedette extract`` shows to people: what a report names and describes, with its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from vedette.cli.frame import Frame
from vedette.intel.output.base import Name, Value, marking_of, names_of, values_of
from vedette.schema import MentionKind, Reading, ReportTechnique, Standing

if TYPE_CHECKING:
    from vedette.intel.digest.seen import Hit, Looked

_NAMED = (
    MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN, MentionKind.VULNERABILITY,
    MentionKind.PRODUCT, MentionKind.ORGANIZATION, MentionKind.SECTOR, MentionKind.PLACE,
)  # fmt: skip
_FEW = 8
_LONG = 200


def show(frame: Frame, reading: Reading, *, full: bool, unjudged: bool = False) -> None:
    """Print a reading."""
    from vedette.intel.vulnerabilities.finding import score_in

    document, text = reading.document, reading.document.text
    most = 1_000_000 if full else _FEW
    frame.say(document.title or document.source, "bold")
    about = [document.source]
    if document.published_at:
        about.append(f"published {document.published_at:%Y-%m-%d}")
    else:
        about.append("no date of its own: exports bear the day of reading")
    if (marking := marking_of(reading, None)) is not None:
        about.append(f"TLP:{marking.upper()}")
    about.append(f"{len(text):,} characters, {len(reading.sentences):,} sentences")
    frame.say("  " + ", ".join(one for one in about if one), "dim")
    for one in document.unread:
        frame.say(f"  not read: {one.place}: {one.reason}" if one.place else f"  {one.reason}", "yellow")
    for start, end, what in _apart(reading.suspicious)[:most]:
        frame.say(f"  speaks to a model, quoted and not obeyed ({what}): “{_cut(text[start:end])}”", "bold yellow")
    told_below = {hole.cve for hole in reading.vulnerabilities}
    for kind in _NAMED:
        own = [one for one in names_of(reading.entities, kind) if one.best.ref not in told_below]
        if own:
            listed = [_named(one) for one in own]
            frame.say(f"\n{kind.value.capitalize():14} {', '.join(listed[:most])}{_more(len(listed), most)}")
    if reading.report_techniques:
        frame.say("\nTechniques", "bold")
        by_sentence: dict[tuple[int, int], list[ReportTechnique]] = {}
        for technique in reading.report_techniques[: most if full else 12]:
            by_sentence.setdefault(technique.sentences[0], []).append(technique)
        for place, named in by_sentence.items():
            for technique in named:
                frame.say(f"  {technique.technique:10} {technique.name}  {technique.confidence:.2f}")
            frame.say(f"      “{_cut(text[slice(*place)])}”", "dim")
        if len(reading.report_techniques) > (most if full else 12):
            frame.say(f"  {len(reading.report_techniques) - 12} more: --full", "dim")
    values = values_of(reading.observables)
    for standing in (Standing.INDICATOR, Standing.OBSERVABLE, Standing.VICTIM, Standing.REFERENCE, Standing.EXAMPLE):
        found = [one for one in values if one.standing is standing]
        if not found:
            continue
        frame.say(f"\n{standing.value.capitalize()}s: {_counted(found)}", "bold")
        for value in found[:most]:
            written = f"  written {value.first.text}" if value.first.defanged else ""
            why = f"  {value.reason}" if value.reason else ""
            frame.say(f"  {value.first.kind.value:14} {_cut(value.first.value)}{written}{why}")
        if len(found) > most:
            frame.say(f"  {len(found) - most:,} more: --full", "dim")
    if reading.relations:
        frame.say("\nRelations", "bold")
        called = _called(reading)
        for relation in reading.relations[:most]:
            source, target = (called.get(key, key.partition(":")[2]) for key in (relation.source, relation.target))
            frame.say(f"  {source} {relation.kind.value} {_cut(target)}  {relation.confidence:.2f}")
        if len(reading.relations) > most:
            frame.say(f"  {len(reading.relations) - most:,} more: --full", "dim")
    for hole in reading.vulnerabilities[:most]:
        told = [hole.cve or "a vulnerability without an id"]
        if hole.exploit.value != "unsaid":
            told.append(hole.exploit.value.replace("_", " "))
        if hole.weakness and not hole.weakness.abstained:
            told.append(hole.weakness.value)
        if hole.score is not None:
            is_said = score_in(text[hole.start : hole.end]) == hole.score
            told.append(f"CVSS {hole.score} {'as said' if is_said else 'proposed by a model'}")
        for affected in hole.affected[:2]:
            fixes = f", fixed in {', '.join(affected.fixed_in[:3])}" if affected.fixed_in else ""
            name = f"{affected.vendor} {affected.product}".strip()
            told.append(f"{name} {', '.join(affected.versions[:3])}".rstrip() + fixes)
        frame.say(f"\nVulnerability  {'; '.join(told)}")
    if reading.events:
        frame.say("\nTimeline", "bold")
        for event in reading.events[:most]:
            frame.say(f"  {event.at:12} {_cut(event.text)}")
        if len(reading.events) > most:
            frame.say(f"  {len(reading.events) - most:,} more: --full", "dim")
    if reading.n_abstained or reading.unjudged:
        frame.say("")
    judged = f"{reading.n_abstained:,} of {len(reading.sentences):,} sentences: the model is not sure of any technique"
    judged += "" if unjudged else "; --unjudged lists them"
    for reason in (*([judged] if reading.n_abstained else []), *reading.unjudged):
        frame.say(f"Not judged: {reason}", "dim")
    if unjudged:
        spoken = {(one.start, one.end) for one in reading.techniques}
        for start, end in reading.sentences:
            if (start, end) not in spoken:
                frame.say(f"      “{_cut(text[start:end])}”", "dim")
    frame.say("")


def show_looked(frame: Frame, looked: Looked) -> None:
    """Print what of reports the own lake holds."""
    n_techniques = sum(hit.kind == "technique" for hit in looked.hits)
    frame.say(
        f"Seen here: {len(looked.hits) - n_techniques:,} of {looked.n_sought:,} values, {n_techniques:,} of "
        f"{looked.n_techniques:,} techniques, in {looked.n_events:,} events",
        "bold",
    )
    for hit in looked.hits:
        when = f"{hit.first_at:%Y-%m-%d %H:%M} to {hit.last_at:%Y-%m-%d %H:%M}" if hit.first_at and hit.last_at else ""
        name = f"{hit.value} {hit.name}".strip()
        frame.say(
            f"  {hit.kind:12} {_cut(name)}  {hit.n_events:,} events  {when}", "bold red" if _telling(hit) else None
        )
        for what, found, n in (("hosts", hit.hosts, hit.n_hosts), ("accounts", hit.accounts, hit.n_accounts)):
            if found:
                more = f" and {n - len(found[:5]):,} more" if n > len(found[:5]) else ""
                frame.say(f"      {what} {', '.join(found[:5])}{more}", "dim")
        for what, told in (("seen as", hit.seen_as), ("findings", hit.findings), ("assets", hit.places)):
            if told:
                frame.say(f"      {what} {', '.join(map(_cut, told[:3]))}", "dim")
    for value, reason in looked.left_out[:_FEW]:
        frame.say(f"  not looked for: {_cut(value)}: {reason}", "dim")
    if len(looked.left_out) > _FEW:
        frame.say(f"  and {len(looked.left_out) - _FEW:,} more that were not looked for", "dim")


def _telling(hit: Hit) -> bool:
    return hit.standing is Standing.INDICATOR


def looked_dict(looked: Looked) -> dict[str, Any]:
    """Return what was seen, for programs."""
    return asdict(looked)


def _named(one: Name) -> str:
    name, ref = one.names[0], one.best.ref
    known = ref is not None and len(ref) > 2 and "/" not in ref and ref.casefold() != name.casefold()
    return f"{name} ({ref})" if known else name


def _called(reading: Reading) -> dict[str, str]:
    """Return what people call each thing of a reading, by its key."""
    called = {one.key: one.names[0] for one in names_of(reading.entities)}
    called |= {f"technique:{one.technique}": f"{one.technique} {one.name}" for one in reading.report_techniques}
    return called


def _apart(ranges: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return ranges in order, those that overlap as one."""
    kept: list[tuple[int, int, str]] = []
    for start, end, what in sorted(ranges):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]), kept[-1][2])
        else:
            kept.append((start, end, what))
    return kept


def _counted(values: list[Value]) -> str:
    counts: dict[str, int] = {}
    for one in values:
        counts[one.first.kind.value] = counts.get(one.first.kind.value, 0) + 1
    return ", ".join(f"{n:,} {kind}" for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _more(n: int, most: int) -> str:
    return f" and {n - most:,} more" if n > most else ""


def _cut(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _LONG else said[: _LONG - 1] + "…"
