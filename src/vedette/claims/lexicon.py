"""Words that say a relation, grouped by meaning, and the small words that say none.

A word of a group may stand for any other of its group: what an answer words as "signed in" rests on a fact that says
"logged on". Words outside this table must stand in the fact itself. The table is closed on purpose: a word that is
neither here nor in a fact makes a sentence fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# group: verbs (inflected by rule; an underscore joins a particle) | nouns, adjectives and adverbs, as they are
_GROUPS = """
LOGON: log_on log_in log_onto log_into sign_in sign_on sign_into authenticate log_on_to sign_in_to |
    logon logons login logins sign-in sign-ins signin signins sign-on authentication authentications log-on log-in
LOGOFF: log_off log_out sign_out | logoff logout sign-out
CREATE: create add make set_up establish | creation addition new
DELETE: delete remove erase wipe | deletion removal
CHANGE: change modify alter edit update adjust write_to | change changes modification modifications alteration update
RESET: reset | resets
DISABLE: disable deactivate turn_off switch_off | disabled
ENABLE: enable activate turn_on switch_on | enabled
RUN: run execute launch start spawn invoke | executions run launch
BEGIN: begin start commence open kick_off | beginning start onset outset
END: end finish stop conclude | end finish conclusion
CALL: call invoke make issue request | call calls api-call request requests
REACH: reach connect contact communicate speak talk | connection connections contact contacts
OPEN: open access read | access
READ: read access | read access
WRITE: write | write
TOUCH: touch handle deal_with | touch
LOAD: load | load
INSTALL: install register | installation
DOWNLOAD: download fetch retrieve pull | download downloads
UPLOAD: upload | upload uploads
COPY: copy | copy copies
SEND: send | sent
DUMP: dump | dump dumps dumping
REQUEST: ask_for request ask demand | request requests
SECRET: | secret secrets
CREDENTIAL: | credential credentials
PASSWORD: | password passwords
USE: use utilise utilize employ leverage | use usage
ASSUME: assume take_on | assumption
SEE: see observe spot detect notice note appear log record register | sighting seen visible appearance
REPORT: report raise flag | report
HAPPEN: take_place happen occur |
HOLD_UP: make_up |
ACT: act act_on act_upon behave | active activity activities acting action actions
DO: do perform carry_out conduct |
IMPLICATE: implicate involve take_part participate | implicated involved participant participants
TARGET: target aim_at go_after direct_at | target targets targeted targeting
COMPROMISE: compromise | compromised compromise
ATTACKER: | attacker attackers attacker-used attacker-operated adversary adversaries
ATTACK: attack | attack attacks
BYSTANDER: | bystander bystanders
ENTRY: | entry entry-point
SOURCE: originate stem_from | source sources origin origins originating
AFFECT: affect | affected
STAND: stand_behind |
CAUSE: cause trigger set_off give_rise_to produce lead_to | cause behind
REST: rest_on be_based_on base base_on build_on rely_on depend_on stem_from underlie underpin | basis based
FINDING: | finding findings detection detections alert alerts
RULE: | rule rules
EVENT: | event events record records
PROCESS: | process processes program programs executable executables binary binaries
SERVICE: | service services
JOB: schedule | task tasks job jobs scheduled
SCRIPT: | script scripts
COMMAND: | command commands command-line commandline command-lines
FILE: | file files
REGISTRY: | registry
KEY: | key keys
OBJECT: | object objects
BUCKET: | bucket buckets
ROLE: play serve_as function_as act_as | role roles part
TECHNIQUE: | technique techniques ttp ttps
SUBTECHNIQUE: | sub-technique sub-techniques subtechnique subtechniques
TACTIC: | tactic tactics
SEVERITY: rate grade classify rank treat | severity severities
CONFIDENCE: | confidence probability likelihood certainty sure certain confident
PRIVILEGE: | privilege privileges
SESSION: | session sessions
NETWORK: | network
REMOTE: | remote remotely remote-desktop
FAIL: fail | unable failed failure failures unsuccessful unsuccessfully failing
SUCCEED: succeed | successful successfully success successes
BLOCK: block prevent stop | blocked
DENY: deny reject refuse | denied rejected refused denial
TRY: try attempt seek | attempt attempts attempted tries try
FIRST: | first earliest initially initial originally
LAST: | last latest final lastly finally most-recent
LISTED: | listed
MAP: map map_to correspond_to match associate associate_with tag
    point_to relate_to link link_to tie_to indicate | mapped
SHOW: show demonstrate exhibit display cover represent | showing
HOLD: hold carry bear contain include comprise list consist_of count_among collect
    gather | including includes grouped bundled
SERVE: serve belong_to fall_under fall_into fall_within |
BELONG: belong own sit | owner belonging
MEAN: stand_for mean denote refer_to |
MEAN: stand_for mean denote refer_to |
FIRE: fire trigger go_off hit |
NAME: name term | named
SPAN: span last run cover stretch take
    go_on pass elapse lie | duration length span
NORMAL: | normal normally usual usually ordinary
ALONE: | alone only sole solely exclusively single-handedly merely
ISOLATE: isolate quarantine contain | isolation
REVOKE: revoke | revocation
EXAMINE: look_at go_into examine analyse analyze inspect review check evaluate study scan | review
SEARCH: search look_for look | search
MOVE: move hop pivot | movement
EXPLOIT: exploit | exploit exploitation
STEAL: steal | theft stolen
EXFILTRATE: exfiltrate leak |
ENCRYPT: encrypt | encryption
DECODE: decode | decoding decoded
ENCODE: encode obfuscate | encoded obfuscated
DUE: | due
UNKNOWN: | unknown unclear undetermined question questions
UNNAMED: | unnamed nameless unidentified
MISS: miss lack | missing absent
EXTERNAL: | external
INTERNAL: | internal
SUSPECT: suspect | suspected suspicious suspicion
MALICIOUS: | malicious
BENIGN: | benign harmless
ADMIN: | administrator administrators admin admins
GROUP: | group groups
MEMBER: | member members membership
OWN: | own
SAME: | same identical
TOGETHER: | together combined altogether
TOTAL: total | total overall sum
OPENED: | open
CLOSED: | closed
EXPOSE: expose | exposed exposure
VULNERABILITY: | vulnerability vulnerabilities cve cves
BEFORE: precede predate | before earlier prior previously beforehand preceding
AFTER: follow succeed | after later afterwards afterward subsequently then next thereafter following
LOW: | low low-severity
MEDIUM: | medium medium-severity moderate
HIGH: | high high-severity
CRITICAL: | critical critical-severity
INFORMATIONAL: | informational
HOUR: | hour hours hourly
WHILE: | while during
MOST: | most majority
FREQUENT: | frequent common commonest
MACHINEACCOUNT: | machine-account
HUMAN: | human person people
OPERATION: | operation operations
UNLOCK: unlock | unlocking
CONSOLE: | console interactively
DESKTOP: | desktop rdp
EXPLICIT: | explicit explicitly
"""

TYPE_WORDS: dict[str, str] = {
    **dict.fromkeys("account accounts user users identity identities principal principals username".split(), "who"),
    **dict.fromkeys(
        "host hosts machine machines computer computers system systems device devices endpoint endpoints "
        "hostname box workstation workstations laptop laptops".split(),
        "where",
    ),
    **dict.fromkeys("address addresses ip ips ip-address".split(), "where"),
    **dict.fromkeys("domain domains url urls site link".split(), "net"),
    **dict.fromkeys("hash hashes digest digests checksum sha256 sha1 md5 sha-256 sha-1".split(), "hash"),
    **dict.fromkeys("path location folder directory".split(), "file"),
    **dict.fromkeys("case cases incident incidents investigation investigations".split(), "case"),
}
"""Words that only say what sort of thing the name beside them is."""

FUNCTION_WORDS = frozenset(
    "a an the this that these those of to in on at by from for with as into onto via through under within inside "
    "between among across and or but nor so plus also too well besides both each either it its it's itself they them "
    "their theirs he him his she her hers we our us i you your who whom whose which what where when how why whether "
    "is are was were be been being am has have had having do does did done will would can shall there here "
    "up out off over about around against toward towards along per than if because since until till while whereas "
    "though although however meanwhile moreover furthermore additionally further more another other others any some "
    "every all not no none never nobody nothing neither cannot can't didn't doesn't don't wasn't weren't isn't aren't "
    "hasn't haven't hadn't won't couldn't n't without 's s ' respectively namely specifically particularly "
    "i.e e.g ie eg viz that's there's one ones such same case cases very just exactly precisely "
    "everything remain remains remained stays stayed using whose's upon onto itself yes no own".split()
)  # fmt: skip

NEUTRAL = frozenset(
    "total overall altogether distinct different separate individual respective available present given "
    "log logs data evidence telemetry dataset records record timeline summary overview detail details list "
    "information fact facts result results case cases incident incidents investigation question answer "
    "show shows shown showing indicate indicates indicated according see seen find found hold holds held contain "
    "contains contained include includes included including list lists listed note noted say says said state states "
    "stated report reports reported observe observed record recorded recording identify identified give gives given "
    "exist exists existed occur occurs occurred occurring happen happens happened happening place "
    "concern concerns concerned concerning regard regards regarding relate relates related follow follows follow "
    "whole entire full utc z gmt time times date day timestamp timestamps moment point clock point-in-time hrs o'clock "
    "number count counts value values figure figures name names named known id ids identifier "
    "thing things item items kind kinds type types sort sorts "
    "currently now main following below above together once twice thrice times of it "
    "api again activity activities event events titled entitled labelled labeled "
    "namely e.g i.e namely respectively mark marks marked assess assessed assigned assign considered consider "
    "come comes came coming up turned sign signs got gained mere all-in-all".split()
)
"""Words that add nothing to what a sentence claims beside what they stand with."""

NEGATIONS = frozenset(
    "not no none never nobody nothing neither nor cannot can't didn't doesn't don't wasn't weren't isn't aren't hasn't "
    "haven't hadn't won't couldn't n't nowhere".split()
)
HEDGES = frozenset(
    "may might could possibly perhaps probably likely apparently seemingly presumably allegedly reportedly potentially "
    "appears appear seems seem suspected suspect suggests suggest suggesting suggested supposedly maybe unlikely "
    "would should must will shall expected plausible plausibly conceivably".split()
)
ALWAYS = frozenset("always only solely exclusively entirely fully completely mostly mainly primarily largely".split())
CAUSAL = frozenset(
    "because therefore thus hence thereby consequently resulting due owing enabling allowing permitting letting "
    "causing caused led leads leading".split()
)
TOTAL_WORDS = frozenset("total altogether combined together overall sum".split())
COMPARATIVES = frozenset(
    "more fewer less greater larger higher lower smaller longer shorter earlier later sooner most fewest least "
    "twice thrice half double triple".split()
)

_IRREGULAR = {
    "run": ("runs", "ran", "run", "running"), "begin": ("begins", "began", "begun", "beginning"),
    "make": ("makes", "made", "made", "making"), "see": ("sees", "saw", "seen", "seeing"),
    "take": ("takes", "took", "taken", "taking"), "read": ("reads", "read", "read", "reading"),
    "write": ("writes", "wrote", "written", "writing"), "hold": ("holds", "held", "held", "holding"),
    "find": ("finds", "found", "found", "finding"), "steal": ("steals", "stole", "stolen", "stealing"),
    "set": ("sets", "set", "set", "setting"), "give": ("gives", "gave", "given", "giving"),
    "do": ("does", "did", "done", "doing"), "show": ("shows", "showed", "shown", "showing"),
    "speak": ("speaks", "spoke", "spoken", "speaking"), "come": ("comes", "came", "come", "coming"),
    "lead": ("leads", "led", "led", "leading"), "send": ("sends", "sent", "sent", "sending"),
    "seek": ("seeks", "sought", "sought", "seeking"), "build": ("builds", "built", "built", "building"),
    "go": ("goes", "went", "gone", "going"), "reset": ("resets", "reset", "reset", "resetting"),
    "log": ("logs", "logged", "logged", "logging"), "stop": ("stops", "stopped", "stopped", "stopping"),
    "tag": ("tags", "tagged", "tagged", "tagging"), "map": ("maps", "mapped", "mapped", "mapping"),
    "wipe": ("wipes", "wiped", "wiped", "wiping"), "span": ("spans", "spanned", "spanned", "spanning"),
    "flag": ("flags", "flagged", "flagged", "flagging"), "spot": ("spots", "spotted", "spotted", "spotting"),
    "hop": ("hops", "hopped", "hopped", "hopping"), "kick": ("kicks", "kicked", "kicked", "kicking"),
    "be": ("is", "was", "been", "being"), "get": ("gets", "got", "got", "getting"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a written word."""

    groups: frozenset[str]
    verb: bool = False
    """Whether it may be the verb of a clause."""
    participle: bool = False
    """Whether it may be a past participle: passive after *be*."""
    gerund: bool = False
    noun: bool = False


def _forms(verb: str) -> tuple[str, str, str, str]:
    """Return third person, past, participle and -ing form."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return verb + "s", verb + "d", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb[:-1] + "ied", verb + "ing"
    if verb.endswith(("s", "x", "ch", "sh")):
        return verb + "es", verb + "ed", verb + "ed", verb + "ing"
    return verb + "s", verb + "ed", verb + "ed", verb + "ing"


@cache
def _tables() -> tuple[dict[str, Word], dict[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]]]:
    """Return single words by written form, and phrases by their first word's written forms."""
    words: dict[str, Word] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}

    def put(form: str, group: str, **flags: bool) -> None:
        old = words.get(form, Word(frozenset()))
        words[form] = Word(
            old.groups | {group},
            verb=old.verb or flags.get("verb", False),
            participle=old.participle or flags.get("participle", False),
            gerund=old.gerund or flags.get("gerund", False),
            noun=old.noun or flags.get("noun", False),
        )

    for line in _GROUPS.replace("\n    ", " ").strip().splitlines():
        group, _, rest = line.partition(":")
        verbs, _, others = rest.partition("|")
        for verb in verbs.split():
            head, *particles = verb.split("_")
            third, past, participle, ing = _forms(head)
            for form in {head, third, past, participle, ing}:
                if particles:
                    phrases.setdefault(form, []).append((tuple(particles), frozenset({group})))
                    put(form, "~", verb=True, participle=form == participle, gerund=form == ing)
                else:
                    put(form, group, verb=True, participle=form == participle, gerund=form == ing)
        for noun in others.split():
            put(noun, group, noun=True)
    for form, word in list(words.items()):
        words[form] = Word(word.groups - {"~"}, word.verb, word.participle, word.gerund, word.noun)
    ordered = {form: tuple(sorted(set(v), key=lambda p: -len(p[0]))) for form, v in phrases.items()}
    return words, ordered


@cache
def bases() -> frozenset[str]:
    """Return the verbs of the table in the form in which one gives an order."""
    found: set[str] = set()
    for line in _GROUPS.replace("\n    ", " ").strip().splitlines():
        found.update(v.split("_")[0] for v in line.partition(":")[2].partition("|")[0].split())
    return frozenset(found)


def word(form: str) -> Word | None:
    """Return what is known of a lower-case written word, None where the table does not hold it."""
    return _tables()[0].get(form)


def phrases(form: str) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    """Return the phrases that begin with a written verb form: the further words, and the groups; longest first."""
    return _tables()[1].get(form, ())


@cache
def stem(form: str) -> str:
    """Return the word without its commonest endings, so that two forms of one word compare equal."""
    low = form
    for ending, put in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ied", "y"), ("ed", ""), ("es", ""), ("ly", "")):
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low[: -len(ending)] + put
            break
    else:
        if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
            low = low[:-1]
    if low.endswith("e") and len(low) > 4:
        low = low[:-1]
    if len(low) > 4 and low[-1] == low[-2] and low[-1] not in "sl":
        low = low[:-1]
    return low


@cache
def base(form: str) -> str:
    """Return the stem of a word, of an irregular verb that of its base: *taken* is *take*."""
    for verb, forms in _IRREGULAR.items():
        if form in forms:
            return stem(verb)
    return stem(form)


IMPLIED: dict[str, frozenset[str]] = {
    "LOGON": frozenset({"ACT"}),
    "READ": frozenset({"OPEN"}),
    "ACT": frozenset({"EVENT"}),
    "CALL": frozenset({"ACT"}),
    "RUN": frozenset({"ACT"}),
}
"""What a group also says: a logon is an activity."""

CRITICAL_GROUPS = frozenset(
    "FAIL SUCCEED BLOCK DENY TRY COMPROMISE ATTACKER BYSTANDER TARGET CREATED ENTRY SOURCE AFFECT LOW MEDIUM HIGH "
    "CRITICAL INFORMATIONAL".split()
)
"""Groups that must be said of the very thing that the fact says them of."""

SEVERITY_GROUPS = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "critical": "CRITICAL"}
