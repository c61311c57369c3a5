r"""The names that facts hold, in every form that means the same: what an answer may mention.

Forms of one thing share an id: ``DOMAIN\user``, ``user``, UPN and SID; FQDN and short host name; a technique's id and
its name. A short form that two things share names neither.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2
from ahocorasick_rs import AhoCorasick, MatchKind

from vedette.claims import lexicon
from vedette.claims.plain import folded, plain
from vedette.knowledge import attack
from vedette.schema import Fact, ValueKind

_WHO = frozenset({ValueKind.ACCOUNT, ValueKind.EMAIL})
_WHERE = frozenset({ValueKind.HOST, ValueKind.ADDRESS})
_THING = frozenset(
    {
        ValueKind.PROCESS, ValueKind.COMMAND, ValueKind.FILE, ValueKind.HASH, ValueKind.DOMAIN, ValueKind.URL,
        ValueKind.RESOURCE, ValueKind.VULNERABILITY, ValueKind.CASE, ValueKind.FINDING, ValueKind.EVENT,
        ValueKind.RULE,
    }
)  # fmt: skip
_MADE_OF_PARTS = frozenset({ValueKind.PROCESS, ValueKind.COMMAND, ValueKind.FILE, ValueKind.URL, ValueKind.RESOURCE})
_PART = re2.compile(r"[^\s\"'`()\[\]{},;|<>=]+")
_QUOTED = re2.compile(r"“([^”]+)”|\"([^\"]+)\"|`([^`]+)`")
_DEED = re2.compile(
    r"^(ran the script|ran|called|opened|reached|touched the file|touched the service|touched the scheduled job"
    r"|changed the registry at|use privilege:|open:|launch:) (.+)$"
)
"""What a step says out of the log after our own verb: data, taken as one name with its parts."""
_HOST_NAME = re2.compile(r"(?:^|[\s(“])([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*){2,4})(?:[\s,;:)”]|\.?$|\.\s)")
_ACCOUNT_NAME = re2.compile(r"(?:^|[\s(“])([A-Za-z][\w.-]*\\[\w.-]+\$?)(?:[\s,;:)”]|\.?$|\.\s)")
_FILE_ENDS = (".exe", ".dll", ".ps1", ".bat", ".sh", ".py", ".gz", ".dmp", ".log", ".txt", ".zip", ".sys", ".jar")
_TECHNIQUE_ID = re2.compile(r"(?i)^t\d{4}(?:\.\d{3})?$")
_SID = re2.compile(r"(?i)^s-1-\d")
_COMMON = lexicon.FUNCTION_WORDS | lexicon.NEUTRAL | frozenset(lexicon.TYPE_WORDS)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text."""

    start: int
    end: int
    ids: frozenset[str]
    sort: str
    """``who``, ``where``, ``technique`` or the kind of value."""


def sort_of(kind: ValueKind | None, form: str) -> str:
    """Return the class in which values of a kind can be taken for one another."""
    if kind in _WHO:
        return "who"
    if kind in _WHERE:
        return "where"
    if kind is ValueKind.TECHNIQUE:
        return "technique"
    if kind is ValueKind.ENTITY or kind is None:
        if is_address(form):
            return "where"
        if "\\" in form or "@" in form or _SID.match(form) or form.startswith("arn:"):
            return "who"
        return "entity"
    return str(kind)


def is_address(form: str) -> bool:
    """Return whether a form is an IP address."""
    if not form or form[-1] not in "0123456789abcdefABCDEF:" or ("." not in form and ":" not in form):
        return False
    try:
        ipaddress.ip_address(form)
    except ValueError:
        return False
    return True


def values_of(value: Any) -> Iterator[str]:
    """Yield the texts of a JSON value: itself, or the members of a list or object."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for item in list(value)[:200]:
            yield from values_of(item)
    elif isinstance(value, dict):
        for key, item in list(value.items())[:200]:
            yield from values_of(key)
            yield from values_of(item)


class Names:
    """Every form of every name in some facts."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        """Take the facts; reading them costs about 20 µs each."""
        self._parent: dict[str, str] = {}
        self._sorts: dict[str, str] = {}
        self._exact: set[str] = set()
        """Forms whose case matters: technique names."""
        self._quotable: dict[str, set[str]] = defaultdict(set)
        self._parts: dict[str, set[str]] = defaultdict(set)
        self.facts_of: dict[str, set[int]] = defaultdict(set)
        """Root id to the numbers of the facts whose values hold it."""
        for fact in facts:
            self._learn(fact)
        self._derive()
        forms: dict[str, frozenset[str]] = {f: frozenset({self._root(f)}) for f in self._parent if "\0" not in f}
        for part, owners in self._parts.items():
            if part in self._parent and self._sorts.get(self._root(part)) in ("who", "where", "technique", "case"):
                continue
            forms[part] = forms.get(part, frozenset()) | frozenset(self._root(o) for o in owners)
        for tactic in attack.tactics():
            if " " in tactic.name:
                for form in (tactic.name.lower(), tactic.shortname, tactic.name.lower().replace(" and ", " & ")):
                    forms.setdefault(form, frozenset({"tactic:" + tactic.shortname}))
                    self._sorts.setdefault("tactic:" + tactic.shortname, "tactic")
        self._forms = {f: ids for f, ids in forms.items() if len(f) >= 2 or f in self._parent}
        self._ordered = list(self._forms)
        self._finder = AhoCorasick(self._ordered, matchkind=MatchKind.LeftmostLongest) if self._ordered else None

    # -------------------------------------------------------------- learning

    def _learn(self, fact: Fact) -> None:
        subject = folded(plain(fact.subject)) if fact.subject else ""
        if subject:
            self._add(subject, fact.subject_kind)
        named: list[str] = []
        kinds = [(fact.kind, v) for v in values_of(fact.value)]
        kinds += [(kind, v) for kind, value in fact.related for v in values_of(value)]
        for kind, written in kinds:
            form = folded(plain(written))
            if not form or len(form) > 4000:
                continue
            self._quotable[form].add(form)
            if kind is ValueKind.TEXT:
                self._learn_deed(form)
            if kind in _WHO or kind in _WHERE or kind in _THING or kind in (ValueKind.TECHNIQUE, ValueKind.ENTITY):
                self._add(form, kind)
                named.append(form)
                if kind in _MADE_OF_PARTS:
                    self._take_apart(form)
        for alias in fact.aliases:
            form = folded(plain(alias))
            if form:
                owner = self._owner_of(form, fact, subject, named)
                if owner:
                    self._add(form, None)
                    self._join(form, owner)
        for quote in _QUOTED.findall(fact.text) if "“" in fact.text or '"' in fact.text or "`" in fact.text else ():
            inner = folded(plain(next(q for q in quote if q)))
            self._quotable[inner].add(inner)
        for host in _HOST_NAME.findall(fact.text):
            form = folded(plain(host)).rstrip(".")
            if form not in self._parent and not form.endswith(_FILE_ENDS):
                self._add(form, ValueKind.HOST)
        for account in _ACCOUNT_NAME.findall(fact.text) if "\\" in fact.text else ():
            form = folded(plain(account)).rstrip(".")
            if form not in self._parent and not any(known.endswith(" " + form) for known in self._parent):
                self._add(form, ValueKind.ACCOUNT)
        for item in fact.evidence:
            if item.quote:
                self._quotable[folded(plain(item.quote))].add("")

    def _learn_deed(self, form: str) -> None:
        """Learn what a step's words say out of the log: data, each piece one name with its parts."""
        data = _DEED.match(form)
        if data is None:
            return
        verb, said = data.group(1), data.group(2)
        pieces = [said]
        if verb in ("called", "reached", "opened"):
            for joint in (" with ", " on ", " from "):
                pieces = [p for piece in pieces for p in piece.split(joint)]
        elif " from " in said and " " not in said.rsplit(" from ", 1)[1]:
            pieces = [said, said.rsplit(" from ", 1)[0]]
            if self._sorts.get(said.rsplit(" from ", 1)[1]) == "where" or is_address(said.rsplit(" from ", 1)[1]):
                pieces = pieces[1:]
        for piece in pieces:
            if len(piece) >= 3:
                kind = ValueKind.ADDRESS if is_address(piece) else ValueKind.COMMAND
                if "/" in piece and " " not in piece:
                    kind = ValueKind.RESOURCE
                elif piece.endswith(".exe"):
                    kind = ValueKind.PROCESS
                self._add(piece, kind)
                self._take_apart(piece)

    def _owner_of(self, form: str, fact: Fact, subject: str, named: Sequence[str]) -> str | None:
        """Return which of a fact's names an alias is a form of."""
        candidates = [n for n in named[:8] if n]
        if subject:
            candidates.append(subject)
        if not candidates:
            return None
        core = _core(form)
        for name in candidates:
            if _core(name) == core:
                return name
        technique = attack.technique(form)
        for name in candidates:
            known = attack.technique(name)
            if known and (form in (known.name.lower(), known.title.lower()) or known is technique):
                return name
        sort = sort_of(None, form)
        if sort != "entity":
            alike = list(dict.fromkeys(n for n in candidates if self._sorts.get(n) in (sort, "entity")))
            return alike[0] if len(alike) == 1 else None
        alike = list(dict.fromkeys(n for n in candidates if self._sorts.get(n) != "case"))
        return alike[0] if len(alike) == 1 else None

    def _add(self, form: str, kind: ValueKind | None) -> None:
        self._parent.setdefault(form, form)
        sort = sort_of(kind, form)
        if self._sorts.get(form, "entity") == "entity":
            self._sorts[form] = sort
        if kind is ValueKind.TECHNIQUE or _TECHNIQUE_ID.match(form):
            self._sorts[form] = "technique"
            known = attack.technique(form)
            for written in (known.name, known.title) if known else ():
                name = written.lower()
                if name not in self._parent:
                    self._parent[name] = form
                    self._exact.add(name)
                    self._sorts[name] = "technique"

    def _take_apart(self, form: str) -> None:
        for index, part in enumerate(_PART.findall(form)[:60]):
            part = part.strip(".:*&^")
            pieces = [part]
            if "/" in part or "\\" in part:
                pieces += [p for p in part.replace("\\", "/").split("/") if p][-1:]
                if "://" in part:
                    pieces += [part.split("://", 1)[1].split("/", 1)[0]]
            for piece in pieces:
                technical = any(c.isdigit() or c in "./\\_-" for c in piece[1:])
                if len(piece) >= 3 and (technical or (index == 0 and piece not in _COMMON)):
                    self._parts[piece].add(form)
                    if piece.endswith((".exe", ".dll", ".ps1", ".bat", ".sh", ".py")) and len(piece) > 6:
                        self._parts[piece.rsplit(".", 1)[0]].add(form)

    def _root(self, form: str) -> str:
        while self._parent[form] != form:
            form = self._parent[form]
        return form

    def _join(self, form: str, other: str) -> None:
        a, b = self._root(form), self._root(other)
        if a != b:
            keep, lose = (b, a)
            self._parent[lose] = keep
            if self._sorts.get(keep, "entity") == "entity":
                self._sorts[keep] = self._sorts.get(lose, "entity")

    def _derive(self) -> None:
        """Add the short forms of accounts and hosts where they name one thing only."""
        short: dict[str, set[str]] = defaultdict(set)
        by_account: dict[tuple[str, str], str] = {}
        for form in list(self._parent):
            root = self._root(form)
            sort = self._sorts.get(root, self._sorts.get(form, "entity"))
            if "\\" in form and sort in ("who", "entity") and form.count("\\") == 1:
                domain, name = form.split("\\")
                if name and domain:
                    self._pair(by_account, name, domain, form)
                    short[name].add(form)
            elif "@" in form and sort in ("who", "entity"):
                name, _, domain = form.rpartition("@")
                if name and domain:
                    self._pair(by_account, name, domain.split(".", 1)[0], form)
                    short[name].add(form)
            elif form.startswith("arn:"):
                tail = form.rsplit(":", 1)[-1]
                short[tail.removeprefix("user/").removeprefix("role/")].add(form)
            elif form.startswith("assumed-role/") and form.count("/") == 2:
                short[form.split("/")[1]].add(form)
                short[form.split("/")[2]].add(form)
            elif sort in ("where", "entity") and "." in form and not is_address(form) and " " not in form:
                if "/" not in form and "\\" not in form:
                    short[form.split(".", 1)[0]].add(form)
        for name, forms in short.items():
            roots = {self._root(f) for f in forms}
            if name in self._parent:
                # written so in a fact: the same thing where the sorts agree and no other thing is called so
                mine = self._sorts.get(self._root(name), "entity")
                theirs = self._sorts.get(next(iter(roots)), "entity")
                if len(roots - {self._root(name)}) == 1 and (mine == theirs or "entity" in (mine, theirs)):
                    self._join(name, next(iter(roots - {self._root(name)})))
                continue
            if len(roots) == 1 and len(name) >= 2:
                root = next(iter(roots))
                self._parent[name] = root
                self._sorts[name] = self._sorts.get(root, "entity")

    def _pair(self, seen: dict[tuple[str, str], str], name: str, domain: str, form: str) -> None:
        other = seen.setdefault((name, domain), form)
        if other != form:
            self._join(form, other)

    # -------------------------------------------------------------- finding

    def find(self, text: str, low: str) -> list[Mention]:
        """Return the names in a plain text, leftmost and longest, at the borders of words."""
        if self._finder is None:
            return []
        found = []
        for index, start, end in self._finder.find_matches_as_indexes(low):
            if not _borders(low, start, end):
                continue
            form = self._ordered[index]
            if form in self._exact and not _cased(text[start:end]):
                continue
            ids = self._forms[form]
            own = self._root(form) if form in self._parent else min(ids)
            found.append(Mention(start, end, ids, self.sort(own, form)))
        return found

    def sort(self, root: str, form: str = "") -> str:
        """Return the class of a name."""
        return self._sorts.get(root) or self._sorts.get(form, "entity")

    def ids(self, written: str) -> frozenset[str]:
        """Return the ids of a value of a fact."""
        return self._forms.get(folded(plain(written)), frozenset())

    def exactly(self, written: str) -> frozenset[str]:
        """Return the ids of a written form if the whole of it is a name."""
        return self._forms.get(written, frozenset())

    def quotable(self, written: str) -> bool:
        """Return whether some fact or its evidence holds the words quoted."""
        core = written.strip(" .,;:!?…")
        if len(core) < 2:
            return False
        return any(_within(core, text) for text in self._quotable)


def quotes_of(fact: Fact) -> list[str]:
    """Return everything of a fact that may be quoted, folded."""
    texts = [folded(plain(v)) for v in values_of(fact.value)]
    texts += [folded(plain(v)) for _, value in fact.related for v in values_of(value)]
    texts += [folded(plain(next(q for q in found if q))) for found in _QUOTED.findall(fact.text)]
    texts += [folded(plain(e.quote)) for e in fact.evidence if e.quote]
    texts.append(folded(plain(fact.text)))
    return texts


def holds_quote(texts: Iterable[str], written: str) -> bool:
    """Return whether one of the texts holds the quoted words, at the borders of words."""
    core = written.strip(" .,;:!?…")
    return len(core) >= 2 and any(_within(core, text) for text in texts)


def _within(core: str, text: str) -> bool:
    at = text.find(core)
    while at >= 0:
        end = at + len(core)
        left = at == 0 or not (text[at - 1].isalnum() and core[0].isalnum())
        right = end == len(text) or not (text[end].isalnum() and core[-1].isalnum())
        if left and right:
            return True
        at = text.find(core, at + 1)
    return False


def _core(form: str) -> str:
    """Return what is left of a name without its domain."""
    if "\\" in form:
        return form.rsplit("\\", 1)[1]
    if "@" in form:
        return form.split("@", 1)[0]
    if form.startswith(("arn:", "assumed-role/")):
        return form.rsplit(":", 1)[-1]
    if is_address(form) or " " in form or "/" in form or _TECHNIQUE_ID.match(form):
        return form
    return form.split(".", 1)[0]


_JOINS = ".-\\@/_:$"


def _borders(low: str, start: int, end: int) -> bool:
    """Return whether a match is a whole name and not a piece of a longer one."""
    first, last = low[start], low[end - 1]
    if start > 0 and (first.isalnum() or first == "_"):
        before = low[start - 1]
        if before.isalnum() or before == "_":
            return False
        if before in _JOINS and start > 1 and (low[start - 2].isalnum() or low[start - 2] in "\\/."):
            return False
        if before in "\\@":
            return False
    if end < len(low) and (last.isalnum() or last in "_$"):
        after = low[end]
        if after.isalnum() or after in "_$":
            return False
        if after in _JOINS and end + 1 < len(low) and (low[end + 1].isalnum() or low[end + 1] in "\\/_"):
            return False
    return True


def _cased(written: str) -> bool:
    return written[:1].isupper() or any(c.isupper() for c in written)
