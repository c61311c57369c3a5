"""Who uses, targets, exploits, drops, talks to or belongs to whom, as a report's sentences say it.

No parser: a verb of the lexicon joins what stands before it with what stands after it in its clause. Passives turn the
order ("was used by"), lists share a verb ("uses X, Y and Z"), and "the group" stands for the report's main actor only
where one is dominant, at lower confidence. What is denied is dropped, what is hedged is kept with less confidence.
Every relation names its sentence. Linear in the sentence's length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import re2

from vedette.knowledge.tools.base import encodable
from vedette.schema import Document, ObservableKind
from vedette.schema.intel import (
    EntityMention,
    MentionKind,
    Relation,
    RelationKind,
    SeenObservable,
    Standing,
    TechniqueMention,
    key_of,
)

_ACTORS = frozenset({"group", "campaign"})
_CODE = frozenset({"malware", "tool"})
_DOERS = _ACTORS | _CODE
_WILLED = _ACTORS | {"malware"}
"""Who does something by itself: a tool is used."""
_PLACES = frozenset({"domain", "ip", "url", "telegram", "ip_range"})
_FILES = frozenset({"file", "hash"})
_VICTIMS = frozenset({"organization", "sector", "place", "product"})

ROLES: dict[RelationKind, tuple[frozenset[str], frozenset[str]]] = {
    RelationKind.USES: (_WILLED, _CODE),
    RelationKind.TARGETS: (_WILLED, _VICTIMS),
    RelationKind.EXPLOITS: (_WILLED, frozenset({"vulnerability", "cve"})),
    RelationKind.COMMUNICATES_WITH: (_DOERS | _FILES, _PLACES),
    RelationKind.DROPS: (_DOERS | _FILES, _CODE | _FILES),
    RelationKind.ATTRIBUTED_TO: (_CODE | frozenset({"campaign", "group"}), frozenset({"group"})),
}
"""What kinds of thing may do it, and to what."""

_VERBS: tuple[tuple[RelationKind, str], ...] = (
    (
        RelationKind.COMMUNICATES_WITH,
        r"communicat\w+ (?:back )?(?:with|to)|beacon\w* (?:out )?to|call\w* (?:back|home) to|"
        r"connect\w* (?:back |out )?to|each\w* out to|exfiltrat\w+ [\w ,]{0,60}?to|"
        r"report\w* back to|phon\w+ home to|"
        r"download\w* [\w ,-]{0,60}?from|resolv\w+ to|send\w* [\w ,-]{0,60}?to|post\w* [\w ,-]{0,60}?to|"
        r"(?:C2|C&C|command[- ]and[- ]control) (?:server|domain|address|infrastructure|host)s?\b",
    ),
    (
        RelationKind.ATTRIBUTED_TO,
        r"attribut\w+ (?:[\w -]{0,40}?)?to|link\w* (?:[\w -]{0,40}?)?to|believed to be (?:operated|run|developed|"
        r"the work) (?:by|of)|tied to|associat\w+ with|(?:operated|developed|run|authored|maintained|created|written|"
        r"owned) by|the work of|conducted by|carried out by|orchestrated by|belong\w* to",
    ),
    (
        RelationKind.DROPS,
        r"drop(?:s|ped|ping)?|install(?:s|ed|ing)?|deliver(?:s|ed|ing)?|download(?:s|ed|ing)?|deploy(?:s|ed|ing)?|"
        r"unpack(?:s|ed|ing)?|fetch(?:es|ed|ing)?|retriev(?:es|ed|ing)|writ(?:es|ing)|wrote|creates|created|"
        r"distribut(?:es|ed|ing)|push(?:es|ed|ing)?",
    ),
    (
        RelationKind.EXPLOITS,
        r"exploit(?:s|ed|ing|ation of)?|weaponi[sz](?:es|ed|ing)|abus(?:es|ed|ing)|leverag(?:es|ed|ing)|"
        r"tak(?:es|ing|en) advantage of|took advantage of|us(?:es|ed|ing)|exploits? for",
    ),
    (
        RelationKind.TARGETS,
        r"target(?:s|ed|ing)?|attack(?:ed|ing)|(?:attacks?|campaigns?|operations?|activity) (?:on|against|in|at)|"
        r"compromis(?:es|ed|ing)|breach(?:es|ed|ing)?|infect(?:s|ed|ing)?|"
        r"hit(?:s|ting)?|struck|strik(?:es|ing)|aim(?:s|ed|ing)? at|focus(?:es|ed|ing)? on|against|"
        r"victims? (?:in|from|at)|go(?:es|ing)? after|went after|infiltrat(?:es|ed|ing)|spie[sd] on|spying on|"
        r"intrusions? (?:in|into|at)|hack(?:s|ed|ing)?",
    ),
    (
        RelationKind.USES,
        r"us(?:e|es|ed|ing|e of)|utili[sz](?:e|es|ed|ing)|employ(?:s|ed|ing)?|leverag(?:e|es|ed|ing)|"
        r"deploy(?:s|ed|ing)?|rel(?:y|ies|ied|ying) on|install(?:s|ed|ing)?|execut(?:e|es|ed|ing)|launch(?:es|ed|"
        r"ing)?|r[au]n(?:s|ning)?|"
        r"deliver(?:s|ed|ing)?|drop(?:s|ped|ping)?|distribut(?:e|es|ed|ing)|"
        r"develop(?:s|ed|ing)?|spread(?:s|ing)?|download(?:s|ed|ing)?|incorporat(?:e|es|ed|ing)|abus(?:e|es|ed|ing)|"
        r"implement(?:s|ed|ing)?|load(?:s|ed|ing)?",
    ),
)
_LEXICON = tuple((kind, re2.compile(rf"(?i)\b(?:{pattern})\b")) for kind, pattern in _VERBS)
_PASSIVE_BEFORE = re2.compile(r"(?i)\b(?:is|are|was|were|been|being|be|get|gets|got)(?: \w+ly| also| often| since)? *$")
_BY_AFTER = re2.compile(r"(?i)^[^.;:()]{0,60}?\bby\b")
_NOT = re2.compile(
    r"(?i)\b(?:not|never|no longer|neither|nor|cannot|can't|doesn't|didn't|don't|isn't|wasn't|aren't|weren't|without|"
    r"unlike|unrelated|rather than|instead of|no evidence|no link|no connection|denied|ruled out)\b"
)
_HEDGE = re2.compile(
    r"(?i)\b(?:may|might|could|possibly|perhaps|likely|probably|suspected|allegedly|reportedly|believed|believe|"
    r"appears?|"
    r"seems?|loosely|weakly|overlaps?|potentially|suggests?|assess(?:es|ed)?|would|can|if|similar(?:ities)?)\b"
)
_CLAUSE = re2.compile(r"(?i);|\s[-–—]+\s|: |,? (?:but|while|whereas|although|though|however|because) ")
_NOUN = re2.compile(
    r"(?i)\b(?:the|an?|same|their|its|his|her|these|those|this|that|other|of|any|such|our|previous|several|many|"
    r"highly|first|new|in) $"
)
"""Before a word that then is no verb: "the same targets", "a compromised account"."""
_NEW_SUBJECT = re2.compile(
    r"(?i)[,;] (?:[\w -]{1,40} )?(?:another|researchers|we|they|it|victims|users|analysts|threat actors?|"
    r"attackers?)\b|, (?:the|an?|"
    r"this) [\w -]{2,30}$|"
    r"\b(?:researchers|analysts|we)\b[^,]{0,40}$"
)
"""Between a name and a verb that then has another subject."""
_SUBJECT = re2.compile(
    r"(?i)^[\s_]*(?:(?:,|and|or)[\s_]+)*(?:has|have|had|is|are|was|were|uses?|also|can|will|does|did|[a-z]+ed)\b"
)
"""After a name that begins a clause of its own."""
_SOURCE = re2.compile(
    r"(?i)\b(?:according to|reported by|identified by|discovered by|researchers (?:at|from)|says?|"
    r"said) [\w ,&]{0,30}$"
)
_GROUP_WORDS = re2.compile(
    r"(?i)\b(?:the|this|these|its) (?:(?:threat|apt|espionage|hacking|ransomware|criminal|cyber\w*) )?"
    r"(?:group|actors?|gang|attackers?|operators?|adversar(?:y|ies)|threat actors?)\b|\b(?:they|the attackers)\b"
)
_CODE_WORDS = re2.compile(
    r"(?i)\b(?:the|this) (?:malware|backdoor|trojan|ransomware|rat|implant|loader|dropper|downloader|worm|stealer|"
    r"payload|botnet|sample)\b"
)
SURE, PASSIVE, HEDGED, PRONOUN = 0.85, 0.85, 0.6, 0.65
"""Confidence of what is said outright; what a hedge and a pronoun multiply it with."""
DOMINANT = 0.6
"""Share of the mentions of its sort that the main actor must have for "the group" to mean it."""
_CLOSE = 30
_ACTIVE = frozenset({RelationKind.USES, RelationKind.DROPS, RelationKind.TARGETS, RelationKind.EXPLOITS})
_ADVICE = re2.compile(
    r"(?i)^\W*(?:audit|ensure|protect|block|use|consider|monitor|enable|disable|apply|review|restrict|implement|"
    r"deploy|"
    r"organizations should|users should|we recommend)\b"
)
_SYSTEM = frozenset(
    "cmd powershell pwsh wscript cscript mshta rundll32 regsvr32 svchost explorer winword excel powerpnt outlook "
    "msiexec certutil bitsadmin schtasks wmic services lsass dllhost conhost taskhostw regasm regsvcs msbuild "
    "installutil iexplore msedge chrome net net1 reg sc taskeng werfault wmiprvse mmc notepad bash sh python "
    "curl wget cron launchd systemd osascript".split()
)
"""Programs of the operating system: they act only where they are a verb's own subject, and nobody drops them."""
_AT_ONCE = re2.compile(r"(?i)^(?:[ ,]|then|also|which|that|in turn|later|subsequently|directly)*$")
_AND = re2.compile(r"(?i)_\W{0,3} and (?:then |also |later |subsequently )?$")
_NO_LINK = re2.compile(
    r"(?i)\b(?:in|on|of|at|by|to|from|for|with|since|after|before|during|via|through|using|against|into|then|was|were|is|"
    r"are|be|been|has|have|had|who|which|that|when|while|but|not|\d+|[a-z]{3,}ed)\b"
)
"""Between two names that then stand in no row."""
_LEADING = re2.compile(
    r"(?i)^\W*(?:since|after|before|following|unlike|although|though|while|when|whereas|despite|because|in contrast|as|"
    r"with|until|once|besides|compared)\b[^,]{0,200},"
)
"""A clause that leads a sentence and is not what it tells."""
_BETWEEN = (
    r"(?i)^(?:[’']s)?(?:\s*\([^()]{0,60}\))?,?\s*(?:(?:malware|ransomware|trojan|backdoor|loader|launcher|implant|worm|"
    r"bot|payload|rat|stealer|variant|component|module)\s+)?(?:(?:which|that|then|also|itself|\w+ly|later|first)\s+)*"
)
_DOES = re2.compile(
    rf"{_BETWEEN}(?:(?:can|will|could|may|is able to|is capable of|is designed to|attempts to|tries to)\s+(?:\w+ly\s+)?"
    r"[a-z]+|(?:samples|variants|versions)\s+[a-z]+|(?:has|have|had)\s+(?:also\s+|\w+ly\s+)?[a-z]+|[a-z]+(?:s|ed))\b"
)
"""After a name that is the subject of a verb."""
_DOES_NOT = re2.compile(
    rf"{_BETWEEN}(?:(?:samples|variants|versions)\s+)?(?:(?:is|was|were|are|(?:has|have|had) been)"
    r"|(?:can|could|may|will)(?: also)? be|operators|actors|affiliates|campaigns|infections|attacks|beacons|"
    r"payloads|servers|users|commands|"
    r"tools|e?-?mails|loaders|domains|victims|configs|authors|developers|instances|hosts|processes|executables|"
    r"scripts|binaries|modules|credentials|logs|files|used|deployed|called|dubbed|named|based)\b"
)
_ABLE = re2.compile(
    rf"{_BETWEEN}(?:is (?:able to|capable of|designed to)|(?:has|have) been (?:observed|seen|known to)) [a-z]"
)
_FAR = 160
"""Characters between a verb and what it joins."""


@dataclass(frozen=True, slots=True)
class _Thing:
    key: str
    kind: str
    start: int
    end: int
    sure: float
    pronoun: bool = False


def find(
    document: Document,
    sentences: Sequence[tuple[int, int]],
    entities: Sequence[EntityMention],
    observables: Sequence[SeenObservable],
    techniques: Sequence[TechniqueMention],
    unheld: Collection[str] = (),
) -> list[Relation]:
    """Return the relations that a report's sentences state, by place; of the same one in a sentence the surest.

    Args:
        document: the report.
        sentences: offsets of its sentences.
        entities: names in it.
        observables: values in it.
        techniques: techniques of its sentences; who does them is whom the sentence is about.
        unheld: keys of what the report mostly denies: never what "the group" stands for.
    """
    things = _things(entities, observables)
    group, code = (
        None if key in unheld else key
        for key in (_dominant(entities, _ACTORS), _dominant(entities, frozenset({"malware"})))
    )
    by_sentence: dict[tuple[int, int], list[TechniqueMention]] = {}
    for item in techniques:
        by_sentence.setdefault((item.start, item.end), []).append(item)
    found: dict[tuple[int, RelationKind, str, str], Relation] = {}
    first = 0
    for start, end in sorted(sentences):
        while first < len(things) and things[first].start < start:
            first += 1
        own = []
        at = first
        while at < len(things) and things[at].start < end:
            if things[at].end <= end:
                own.append(things[at])
            at += 1
        text = encodable(document.text[start:end])
        own = [*own, *_pronouns(text, start, group, code)]
        if not own:
            continue
        own.sort(key=lambda t: (t.start, t.end))
        for relation in _of_sentence(text, start, end, own, by_sentence.get((start, end), ())):
            key = (start, relation.kind, relation.source, relation.target)
            if key not in found or found[key].confidence < relation.confidence:
                found[key] = relation
    return sorted(found.values(), key=lambda r: (r.start, -r.confidence, r.kind.value, r.source, r.target))


def _things(entities: Sequence[EntityMention], observables: Sequence[SeenObservable]) -> list[_Thing]:
    out = [
        _Thing(key_of(e), e.kind.value, e.start, e.end, e.confidence)
        for e in entities
        if e.kind is not MentionKind.DATE
    ]
    taken = {(t.start, t.end) for t in out}
    for seen in observables:
        if seen.standing in (Standing.REFERENCE, Standing.EXAMPLE) or (seen.start, seen.end) in taken:
            continue
        if seen.kind in (ObservableKind.TECHNIQUE, ObservableKind.CWE, ObservableKind.YARA, ObservableKind.SIGMA):
            continue
        out.append(_Thing(key_of(seen), seen.kind.value, seen.start, seen.end, 1.0))
    return sorted(out, key=lambda t: (t.start, -t.end))


def _dominant(entities: Sequence[EntityMention], kinds: frozenset[str]) -> str | None:
    """Return the key of the one thing that a report is mostly about; None where none stands out."""
    counts = Counter(key_of(e) for e in entities if e.kind.value in kinds)
    if not counts:
        return None
    (key, most), *others = counts.most_common(2)
    enough = most >= 2 and most >= DOMINANT * counts.total() and (not others or others[0][1] * 2 <= most)
    return key if enough else None


def _pronouns(text: str, start: int, group: str | None, code: str | None) -> list[_Thing]:
    out = []
    for key, words in ((group, _GROUP_WORDS), (code, _CODE_WORDS)):
        if key is not None:
            kind = key.partition(":")[0]
            out += [
                _Thing(key, kind, start + m.start(), start + m.end(), 1.0, pronoun=True) for m in words.finditer(text)
            ]
    return out


def _of_sentence(
    text: str, start: int, end: int, things: Sequence[_Thing], techniques: Iterable[TechniqueMention]
) -> list[Relation]:
    blank = list(text)
    for thing in things:  # a name's own words are no verbs
        for at in range(thing.start - start, thing.end - start):
            blank[at] = "_"
    plain = "".join(blank)
    out: list[Relation] = []

    def tell(kind: RelationKind, source: _Thing, target: _Thing, sure: float) -> None:
        if source.key == target.key:
            return
        if source.pronoun or target.pronoun:
            sure *= PRONOUN
        sure *= min(source.sure, target.sure)
        out.append(
            Relation(kind=kind, source=source.key, target=target.key, start=start, end=end, confidence=round(sure, 4))
        )

    verbs = [(m.start(), m.end()) for _, words in _LEXICON for m in words.finditer(plain)]
    for low, high in _clauses(plain) if _ADVICE.search(text) is None else ():
        own = [t for t in things if start + low <= t.start and t.end <= start + high]
        if len(own) < 2:
            continue
        for kind, words in _LEXICON:
            sources, targets = ROLES[kind]
            for verb in words.finditer(plain, low, high):
                before = [t for t in own if t.end <= start + verb.start() and start + verb.start() - t.end <= _FAR]
                after = [t for t in own if t.start >= start + verb.end()]
                lead, trail = plain[max(low, verb.start() - 40) : verb.start()], plain[verb.end() : high]
                if _NOT.search(plain[max(low, verb.start() - 30) : verb.start()]) or _NOUN.search(lead):
                    continue
                sure = SURE * (HEDGED if _HEDGE.search(plain, low, high) else 1.0)
                by = _BY_AFTER.match(trail)
                turned = _PASSIVE_BEFORE.search(lead) is not None and verb.group()[-2:] in ("ed", "en", "wn")
                passive = by is not None and (turned or by.end() <= 3)
                if turned and by is None and kind in _ACTIVE:
                    continue  # "was deployed": by whom, nobody says
                before = [t for t in before if _inside(plain, t.end - start) == _inside(plain, verb.start())]
                if by is not None and passive:
                    agents = [t for t in after if t.start >= start + verb.end() + by.end()]
                    doers = _run(plain, start, agents, sources)
                    if not turned:  # "X, used by Y": X stands close by
                        before = [t for t in before if start + verb.start() - t.end <= _CLOSE]
                    objects = _run_back(plain, start, before, targets)
                else:
                    before = _of_main_clause(plain, start, verb.start(), before, sources)
                    if _AND.search(lead):  # "X drops Y and downloads Z": X does both
                        earlier = [a for a, b in verbs if low <= a and b <= before[-1].start - start] if before else []
                        if earlier:
                            before = [t for t in before if t.end - start <= max(earlier)]
                    doers = [
                        t
                        for t in _run_back(plain, start, before, sources)
                        if not _of_system(t) or _AT_ONCE.match(plain[t.end - start : verb.start()])
                    ]
                    if doers and _NEW_SUBJECT.search(plain[doers[0].end - start : verb.start()]):
                        continue
                    after = [t for t in after if not _elsewhere(plain, start, verb.end(), t)]
                    objects = _run(plain, start, after, targets)
                if kind is RelationKind.DROPS:
                    objects = [t for t in objects if not _of_system(t)]
                for source in doers:
                    for target in objects:
                        tell(kind, source, target, sure)
    doer = _doer(plain, start, things)
    if doer is not None:
        sure = 0.8 if len({t.key for t in things if t.kind in _DOERS}) == 1 else 0.6
        for technique in techniques:
            if _NOT.search(plain):
                continue
            sure_here = sure * technique.confidence * (PRONOUN if doer.pronoun else 1.0) * doer.sure
            out.append(
                Relation(
                    kind=RelationKind.USES,
                    source=doer.key,
                    target=key_of(technique),
                    start=start,
                    end=end,
                    confidence=round(sure_here, 4),
                )
            )
    return out


def _of_main_clause(text: str, base: int, verb_at: int, before: list[_Thing], sources: frozenset[str]) -> list[_Thing]:
    """Return what stands before a verb without what a leading clause names, where the main clause has a doer."""
    leading = _LEADING.search(text)
    if leading is None or verb_at < leading.end():
        return before
    own = [t for t in before if t.start - base >= leading.end()]
    return own if any(t.kind in sources for t in own) else before


def _doer(text: str, base: int, things: Sequence[_Thing]) -> _Thing | None:
    """Return who does what a sentence tells: a group; malware and tools only where they are a verb's subject."""
    leading = _LEADING.search(text)
    ours = [t for t in things if leading is None or t.start - base >= leading.end()]
    actors = [t for t in ours if t.kind in _ACTORS]
    if actors:
        return actors[0]
    for thing in ours:
        if thing.kind in _CODE:
            after = text[thing.end - base : thing.end - base + 100]
            if _ABLE.search(after) or (_DOES.search(after) and not _DOES_NOT.search(after)):
                return thing
    return None


def _of_system(thing: _Thing) -> bool:
    """Return whether a file or a tool is a program of the operating system by its name."""
    if thing.kind != "file":
        return False
    return thing.key.partition(":")[2].casefold().removesuffix(".exe").rpartition("\\")[2] in _SYSTEM


def _elsewhere(text: str, base: int, verb_end: int, thing: _Thing) -> bool:
    """Say whether a name after a verb is no object of it: a source of the report, or another clause's subject."""
    between = text[verb_end : thing.start - base]
    if _SOURCE.search(between[-60:]):
        return True
    return "," in between and _SUBJECT.search(text[thing.end - base : thing.end - base + 80]) is not None


def _inside(text: str, at: int) -> int:
    """Return where the bracket opened that a place stands in; -1 where it stands in none."""
    opened = text.rfind("(", 0, at)
    return opened if opened > text.rfind(")", 0, at) else -1


def _clauses(text: str) -> list[tuple[int, int]]:
    edges, at = [], 0
    for m in _CLAUSE.finditer(text):
        edges.append((at, m.start()))
        at = m.end()
    return [*edges, (at, len(text))]


_LINK = re2.compile(
    r"(?i)^[\s,_()\"'“”‘’/&]*(?:(?:and|or|as well as|the|a|an|its|other|also|aka|known as|malware|tool|backdoor|"
    r"ransomware|group|trojan|[\w-]+)[\s,_()\"'“”‘’/&]*){0,3}$"
)


def _run(text: str, base: int, things: Sequence[_Thing], kinds: frozenset[str]) -> list[_Thing]:
    """Return the first thing of these kinds and those listed after it."""
    own = [t for t in things if t.kind in kinds]
    if not own:
        return []
    out = [own[0]]
    for thing in own[1:]:
        between = text[out[-1].end - base : thing.start - base]
        if len(between) > 40 or not _LINK.match(between):
            break
        out.append(thing)
    return out


def _run_back(text: str, base: int, things: Sequence[_Thing], kinds: frozenset[str]) -> list[_Thing]:
    """Return the last thing of these kinds and those listed before it."""
    own = [t for t in things if t.kind in kinds]
    if not own:
        return []
    out = [own[-1]]
    for thing in reversed(own[:-1]):
        between = text[thing.end - base : out[-1].start - base]
        if len(between) > 25 or not _LINK.match(between) or _NO_LINK.search(between):
            break
        out.append(thing)
    return out
