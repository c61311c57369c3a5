"""A reading as a page that a person reads: what it names, what it describes, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.intel.output.base import Told, marking_of, names_of, values_of
from vedette.schema import MentionKind, Reading, Standing

_SHOWN = (
    MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN, MentionKind.PRODUCT,
    MentionKind.ORGANIZATION, MentionKind.SECTOR, MentionKind.PLACE,
)  # fmt: skip
_STANDINGS = (Standing.INDICATOR, Standing.OBSERVABLE, Standing.VICTIM, Standing.REFERENCE)
_LONGEST = 300
MOST_VALUES = 500


def page(readings: Sequence[Reading], told: Told) -> bytes:
    """Return Markdown; what the report wrote stands in code spans and quotes, so that none of it is markup."""
    return "\n".join(line for reading in readings for line in _lines(reading, told)).encode("utf-8", "replace") + b"\n"


def _lines(reading: Reading, told: Told) -> Iterator[str]:
    document, text = reading.document, reading.document.text
    yield f"# {_plain(document.title or document.source)}"
    yield ""
    said = [f"source {_code(document.source)}"]
    if document.published_at:
        said.append(f"published {document.published_at:%Y-%m-%d}")
    else:
        said.append("no date of its own")
    if (marking := marking_of(reading, told)) is not None:
        said.append(f"TLP:{marking.upper()}")
    if document.language:
        said.append(f"language {document.language}")
    yield f"*{', '.join(said)}; {len(text):,} characters, {len(reading.sentences):,} sentences*"
    for one in document.unread:
        yield f"\n**Not read:** {_plain(one.place or 'the document')}: {_plain(one.reason)}"
    for start, end, what in reading.suspicious:
        yield f"\n**Speaks to a model instead of to a reader** ({_plain(what)}): {_code(text[start:end])}"
    names = names_of(reading.entities, *_SHOWN)
    if names:
        yield "\n## Who and what\n"
        for kind in _SHOWN:
            own = [one for one in names if one.best.kind is kind]
            if own:
                yield f"- {kind.value}: " + ", ".join(
                    _code(one.names[0]) + (f" ({one.best.ref})" if one.best.ref else "") for one in own
                )
    if reading.report_techniques:
        yield "\n## Techniques\n"
        for technique in reading.report_techniques:
            yield f"- **{technique.technique}** {_plain(technique.name)} ({technique.confidence:.2f})"
            yield f"  > {_code(text[slice(*technique.sentences[0])])}"
    values = values_of(reading.observables)
    for standing in _STANDINGS:
        own_values = [one for one in values if one.standing is standing]
        if own_values:
            yield f"\n## {standing.value.capitalize()}s\n"
            yield "| kind | value | why |\n|---|---|---|"
            for value in own_values[:MOST_VALUES]:
                yield f"| {value.first.kind.value} | {_code(value.first.value)} | {_plain(value.reason)} |"
            if len(own_values) > MOST_VALUES:
                yield f"\n{len(own_values) - MOST_VALUES:,} more are in the other outputs."
    if reading.relations:
        yield "\n## Relations\n"
        for relation in reading.relations:
            yield f"- {_code(relation.source)} {relation.kind.value} {_code(relation.target)}"
            yield f"  > {_code(text[relation.start : relation.end])}"
    if reading.vulnerabilities:
        yield "\n## Vulnerabilities\n"
        for hole in reading.vulnerabilities:
            words = [f"**{hole.cve or 'without an id'}**", f"exploit: {hole.exploit.value.replace('_', ' ')}"]
            if hole.weakness and not hole.weakness.abstained:
                words.append(hole.weakness.value)
            if hole.score is not None:
                words.append(f"CVSS {hole.score}" + (" as said" if hole.cvss and hole.cvss.said else " proposed"))
            words += [f"{_code(' '.join((a.product, *a.versions)))}" for a in hole.affected]
            yield "- " + "; ".join(words)
    if reading.events:
        yield "\n## Timeline\n"
        for happened in reading.events:
            until = f" to {happened.until}" if happened.until else ""
            yield f"- {happened.at}{until}: {_code(happened.text)}"
    if reading.unjudged or reading.n_abstained:
        yield "\n## Not judged\n"
        if reading.n_abstained:
            yield f"- {reading.n_abstained:,} sentences: the model would rather not say"
        for reason in reading.unjudged:
            yield f"- {_plain(reason)}"
    yield ""


def _code(text: str) -> str:
    said = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    said = (said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…").replace("|", "¦")
    fence = "``" if "`" in said else "`"
    return f"{fence}{' ' if '`' in said else ''}{said.replace('``', '` `')}{' ' if '`' in said else ''}{fence}"


def _plain(text: str) -> str:
    said = " ".join("".join(c if c.isprintable() else " " for c in text[:_LONGEST]).split())
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in said)
    return escaped.replace("://", ":\\//").replace("www.", "www\\.")  # readers make links of bare addresses
