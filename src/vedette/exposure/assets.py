"""One asset for the names that scanners and inventories give it; two assets are never made one by a guess.

A host is known by its full names and ids. A short name joins the one host that has it; an address joins the one host
that lists it, and neither joins where several do: then the place stays by itself, with a question. What the inventory
says goes before what scanners say, and two entries of the inventory are never one. Images are known by tag, and by
digest where exactly one tag has it: tags move, so two tags stay two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vedette.exposure.names import APPLICATION, IMAGE, NET, OTHER, REPOSITORY, SPACES, Name, looks_like, names_in
from vedette.schema import Asset, AssetKind

_DISTINCT = (NET, IMAGE, REPOSITORY, APPLICATION, OTHER)


class PlaceName(NamedTuple):
    """What a scanner calls one place."""

    name: str
    kind: AssetKind = AssetKind.UNKNOWN
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAsset:
    """One asset with every name that is its own."""

    key: str
    """Stable: ``net:web-01.corp.example``."""
    name: str
    """How people call it: the inventory's word where there is one."""
    kind: AssetKind
    aliases: tuple[str, ...]
    """As written, those that no other asset has."""
    facts: Asset | None = None
    """What inventories say of it, the latest of each fact."""
    question: str = ""
    """Which of several assets it might be."""


@dataclass(slots=True)
class _Node:
    """Names that are one thing so far."""

    space: str
    kinds: dict[AssetKind, None] = field(default_factory=dict)
    names: dict[Name, None] = field(default_factory=dict)
    """Its own names, the first one first."""
    others: dict[Name, None] = field(default_factory=dict)
    """Names that it lists beside."""
    written: dict[str, None] = field(default_factory=dict)
    entries: list[int] = field(default_factory=list)
    """Entries of the inventory."""
    question: str = ""

    def every(self, *kinds: str) -> set[str]:
        return {n.value for n in (*self.names, *self.others) if n.kind in kinds}

    @property
    def shorts(self) -> set[str]:
        return self.every("short") | {n.split(".")[0] for n in self.every("fqdn")}

    def take(self, other: _Node) -> None:
        self.kinds |= other.kinds
        self.names |= other.names
        self.others |= other.others
        self.written |= other.written
        self.entries += [e for e in other.entries if e not in self.entries]
        self.question = self.question or other.question

    @property
    def is_named(self) -> bool:
        return any(n.kind in ("fqdn", "id") for n in (*self.names, *self.others))


class Assets:
    """Every asset that places and inventory speak of, and which one a name means.

    Args:
        places: what scanners call what they looked at; equal ones once.
        inventory: what the organisation says, the oldest first: of one fact the last word holds.
    """

    def __init__(self, places: Iterable[PlaceName], inventory: Sequence[Asset] = ()) -> None:
        listed = list(dict.fromkeys(places))
        self._inventory = _merged(_kinds_by_place(inventory, listed))
        self._places: dict[PlaceName, _Node] = {}
        spaces = self._spaces(listed)
        by_space: dict[str, list[_Node]] = defaultdict(list)
        made: dict[tuple[str, tuple[Name, ...]], _Node] = {}
        for place in listed:
            by_space[spaces[place]].append(self._node(spaces[place], place, made))
        forms = {s: self._entries(s) for s in _DISTINCT}
        settled: dict[int, _Node] = {}
        for space in _DISTINCT:
            nodes = list({id(n): n for n in by_space[space]}.values())
            join = _Images if space == IMAGE else _Hosts if space == NET else _Plain
            settled.update(join(nodes, forms[space]).settled)
        self._root = {id(n): settled.get(id(n), n) for ns in by_space.values() for n in ns}
        roots = list({id(n): n for n in settled.values()}.values())
        self._index: dict[int, int] = {}
        self.assets: tuple[KnownAsset, ...] = self._finish(roots)
        self._places = {p: self._root[id(made_node)] for p, made_node in self._places.items()}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        for number, known in enumerate(self.assets):
            for text in (known.name, *known.aliases):
                self._by_name[_find_key(text)].add(number)
        for node in roots:
            for key in _find_keys(node):
                self._by_name[key].add(self._index[id(node)])

    def of(self, place: PlaceName) -> int:
        """Return the number of a place's asset; only for places that were given."""
        return self._index[id(self._places[place])]

    def find(self, name: str) -> int | None:
        """Return the number of the one asset that a name means, None where none or several have it."""
        found = self.candidates(name)
        return found[0] if len(found) == 1 else None

    def candidates(self, name: str) -> tuple[int, ...]:
        """Return the numbers of every asset that has a name, short names and address included."""
        found = self._by_name.get(_find_key(name), set())
        if not found:
            for space in (NET, IMAGE, REPOSITORY):
                for form in names_in(space, name):
                    found = found | self._by_name.get(f"{form.kind}:{form.value}", set())
        return tuple(sorted(found))

    # -- making --------------------------------------------------------------------------------

    def _spaces(self, places: list[PlaceName]) -> dict[PlaceName, str]:
        """Return each place's space; a place of no stated kind takes the one in which its name is known."""
        sure: dict[str, set[str]] = defaultdict(set)
        for place in places:
            if space := SPACES[place.kind]:
                for text in (place.name, *place.aliases):
                    sure[text.strip().lower()].add(space)
        for entry in self._inventory:
            if space := SPACES[entry.kind]:
                for text in (entry.name, *entry.aliases):
                    sure[text.strip().lower()].add(space)
        found = {}
        for place in places:
            space = SPACES[place.kind]
            if not space:
                known = sure.get(place.name.strip().lower(), set())
                space = next(iter(known)) if len(known) == 1 else looks_like(place.name)
            found[place] = space
        return found

    def _node(self, space: str, place: PlaceName, made: dict[tuple[str, tuple[Name, ...]], _Node]) -> _Node:
        own = names_in(space, place.name) or (Name("plain", " ".join(place.name.lower().split())),)
        node = made.get((space, own)) or _Node(space)
        node.names |= dict.fromkeys(own)
        node.others |= {n: None for a in place.aliases for n in names_in(space, a) if n not in node.names}
        node.kinds[place.kind] = None
        node.written |= dict.fromkeys((place.name, *place.aliases))
        made[space, own] = node
        self._places[place] = node
        return node

    def _entries(self, space: str) -> list[_Node]:
        nodes = []
        for number, entry in enumerate(self._inventory):
            if _space_of(entry) != space:
                continue
            node = _Node(space, entries=[number])
            node.kinds[entry.kind] = None
            node.names |= dict.fromkeys(names_in(space, entry.name))
            node.others |= {n: None for a in entry.aliases for n in names_in(space, a) if n not in node.names}
            node.written |= dict.fromkeys((entry.name, *entry.aliases))
            nodes.append(node)
        return nodes

    def _finish(self, roots: list[_Node]) -> tuple[KnownAsset, ...]:
        holders: dict[str, int] = defaultdict(int)
        for node in roots:
            for key in _find_keys(node):
                holders[key] += 1
        repositories = self._of_repositories()
        made: list[KnownAsset] = []
        used: set[str] = set()
        keys: set[str] = set()
        for node in sorted(roots, key=lambda n: (n.space, _best(n))):
            entry = self._inventory[node.entries[0]] if node.entries else None
            best = _best(node)
            shown = entry.name if entry else _as_written(node, best)
            kind = next((k for k in node.kinds if k is not AssetKind.UNKNOWN), AssetKind.UNKNOWN)
            if shown.lower() in used:
                shown = f"{shown} ({kind.value.replace('_', ' ')})" if node.space != NET else f"{shown} [{best.value}]"
                while shown.lower() in used:
                    shown += "'"
            used.add(shown.lower())
            key = f"{node.space}:{best.value}"
            while key in keys:
                key += "'"
            keys.add(key)
            self._index[id(node)] = len(made)
            short = () if node.space != NET else (s for s in sorted(node.shorts) if s.upper() not in node.written)
            own = (t for t in (*node.written, *short) if holders[_find_key(t)] == 1)
            facts = entry or next(
                (repositories[p] for v in sorted(node.every("tag")) if (p := v.rpartition(":")[0]) in repositories),
                None,
            )
            made.append(
                KnownAsset(
                    key=key,
                    name=shown,
                    kind=kind,
                    aliases=tuple(dict.fromkeys((best.value, *own))),
                    facts=facts,
                    question=node.question,
                )
            )
        return tuple(made)

    def _of_repositories(self) -> dict[str, Asset]:
        """Return the inventory's entries for images that name no tag, by repository."""
        found: dict[str, Asset] = {}
        for entry in self._inventory:
            if SPACES[entry.kind] in ("", IMAGE):
                for text in (entry.name, *entry.aliases):
                    if ":" not in text.rpartition("/")[2] and "@" not in text:
                        for name in names_in(IMAGE, text):
                            found.setdefault(name.value.rpartition(":")[0], entry)
        return found


def _find_key(text: str) -> str:
    plain = text.strip().lower()
    image = names_in(IMAGE, plain)
    if looks_like(plain) == IMAGE and image:
        return f"{image[0].kind}:{image[0].value}"
    net = names_in(NET, plain)
    if net and net[0].kind != "plain":
        return f"{net[0].kind}:{net[0].value}"
    return f"plain:{plain}"


def _as_written(node: _Node, best: Name) -> str:
    """Return a name as its scanner writes it, the shortest of several; a full host name in small letters."""
    if best.kind in ("fqdn", "address"):
        return best.value
    fits = [text.strip() for text in node.written if best in names_in(node.space, text) and "@" not in text]
    return min(fits, key=lambda text: (len(text), text), default=best.value)


def _find_keys(node: _Node) -> set[str]:
    shorts = {f"short:{short}" for short in node.shorts} if node.space == NET else set()
    return {_find_key(text) for text in node.written} | shorts


def _best(node: _Node) -> Name:
    """Return the name that a thing is known by: full before short before address."""
    ranks = {"fqdn": 0, "tag": 0, "repository": 0, "plain": 1, "short": 1, "id": 2, "digest": 2, "address": 3}
    return min((*node.names, *(n for n in node.others if n.kind in ("fqdn", "tag"))) or (Name("plain", ""),),
               key=lambda n: (ranks[n.kind], n not in node.names, n.value))  # fmt: skip


def _space_of(entry: Asset) -> str:
    """Return the space that an entry of the inventory belongs to: by its kind, else by its name's shape, else hosts."""
    shape = looks_like(entry.name)
    return SPACES[entry.kind] or (shape if shape != OTHER else NET)


def _kinds_by_place(inventory: Sequence[Asset], places: Iterable[PlaceName]) -> list[Asset]:
    """Return the entries, each of no stated kind with the kind of the places that alone have its name."""
    kinds: dict[str, set[AssetKind]] = defaultdict(set)
    for place in places:
        for text in (place.name, *place.aliases):
            kinds[" ".join(text.lower().split())].add(place.kind)
    out = []
    for entry in inventory:
        if entry.kind is AssetKind.UNKNOWN and looks_like(entry.name) == OTHER:
            named = kinds.get(" ".join(entry.name.lower().split()), set()) - {AssetKind.UNKNOWN}
            if len(named) == 1:
                entry = replace(entry, kind=named.pop())
        out.append(entry)
    return out


def _merged(inventory: Sequence[Asset]) -> list[Asset]:
    """Return one entry for each name: of each fact the last that says it, and every alias."""
    found: dict[tuple[str, str], Asset] = {}
    for entry in inventory:
        key = (_space_of(entry), " ".join(entry.name.lower().split()))
        before = found.get(key)
        if before is None:
            found[key] = entry
            continue
        found[key] = replace(
            entry,
            kind=before.kind if entry.kind is AssetKind.UNKNOWN else entry.kind,
            aliases=tuple(dict.fromkeys((*before.aliases, *entry.aliases))),
            owner=entry.owner if entry.owner is not None else before.owner,
            business_weight=entry.business_weight if entry.business_weight is not None else before.business_weight,
            internet_facing=entry.internet_facing if entry.internet_facing is not None else before.internet_facing,
            data_class=entry.data_class if entry.data_class is not None else before.data_class,
            environment=entry.environment if entry.environment is not None else before.environment,
            mission_impact=entry.mission_impact if entry.mission_impact is not None else before.mission_impact,
            safety_impact=entry.safety_impact if entry.safety_impact is not None else before.safety_impact,
            mitigations=tuple(dict.fromkeys((*before.mitigations, *entry.mitigations))),
        )
    return list(found.values())


class _Joiner:
    """Joins nodes of one space; never two entries of the inventory."""

    def __init__(self, nodes: list[_Node], entries: list[_Node]) -> None:
        self.nodes = [*entries, *nodes]
        self._parent = list(range(len(self.nodes)))
        claims: dict[Name, int] = defaultdict(int)
        for entry in entries:
            for name in {**entry.names, **entry.others}:
                claims[name] += 1
        self.contested = {name for name, n in claims.items() if n > 1}
        """Names that several entries of the inventory claim: they belong to none."""
        self.claimed = {
            name: number for number, entry in enumerate(entries) for name in {**entry.names, **entry.others}
            if name not in self.contested
        }  # fmt: skip
        self.n_entries = len(entries)
        self.join()
        for number, node in enumerate(self.nodes):
            root = self.root(number)
            if root != number:
                self.nodes[root].take(node)
        self.settled = {id(n): self.nodes[self.root(i)] for i, n in enumerate(self.nodes)}

    def join(self) -> None:
        """Join what is one."""
        raise NotImplementedError

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def unite(self, a: int, b: int) -> bool:
        """Make two nodes one, unless both are entries of the inventory; entries stay roots."""
        a, b = sorted((self.root(a), self.root(b)))
        if a == b:
            return True
        if b < self.n_entries:
            return False
        self._parent[b] = a
        return True

    def groups(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self.nodes)):
            found[self.root(number)].append(number)
        return found


class _Plain(_Joiner):
    """Things that are one where a name is the same."""

    def join(self) -> None:
        for number, node in enumerate(self.nodes):
            for name in node.names:
                if name in self.claimed and number >= self.n_entries:
                    self.unite(self.claimed[name], number)


class _Images(_Joiner):
    """Images: by tag; a bare digest joins the one tag that has it."""

    def join(self) -> None:
        of_tag: dict[str, int] = {}
        tags_of: dict[str, set[int]] = defaultdict(set)
        for number, node in enumerate(self.nodes):
            tags = [n for n in node.names if n.kind == "tag"]
            for name in tags:
                if name in self.claimed and number >= self.n_entries:
                    self.unite(self.claimed[name], number)
                elif name not in self.contested:
                    self.unite(of_tag.setdefault(name.value, number), number)
        for number, node in enumerate(self.nodes):
            if number >= self.n_entries and any(n.kind == "tag" for n in node.names):
                for digest in node.every("digest"):
                    tags_of[digest].add(self.root(number))
        for number, node in enumerate(self.nodes):
            if number < self.n_entries or any(n.kind == "tag" for n in node.names):
                continue
            fits = {t for d in node.every("digest") for t in tags_of.get(d, ())}
            if not fits:
                entries = {self.claimed[n] for n in (*node.names, *node.others) if n in self.claimed}
                listed = {of_tag[n.value] for n in node.others if n.kind == "tag" and n.value in of_tag}
                fits = {self.root(number_of) for number_of in entries or listed}
            if len(fits) == 1:
                self.unite(fits.pop(), number)
            elif fits:
                node.question = _which(node, [self.nodes[f] for f in sorted(fits)])
        bare: dict[Name, int] = {}
        for number, node in enumerate(self.nodes):
            for name in node.names:
                if name.kind == "digest" and self.root(number) == number and number >= self.n_entries:
                    self.unite(bare.setdefault(name, number), number)


class _Hosts(_Joiner):
    """Hosts, sites and resources: full names and ids, then short names, then addresses."""

    def join(self) -> None:
        self._by_strong()
        self._by_weak(("short", "plain"), lambda node: node.shorts | node.every("plain"))
        self._by_weak(("address",), lambda node: node.every("address"))

    def _by_strong(self) -> None:
        for number, node in enumerate(self.nodes[self.n_entries :], self.n_entries):
            for name in node.names:
                if name.kind in ("fqdn", "id") and name in self.claimed:
                    self.unite(self.claimed[name], number)
        holders: dict[Name, list[int]] = defaultdict(list)
        for number, node in enumerate(self.nodes):
            for name in {**node.names, **node.others}:
                if name.kind in ("fqdn", "id") and name not in self.contested:
                    holders[name].append(number)
        for name, numbers in sorted(holders.items()):
            primaries = {
                first.value
                for n in numbers
                for first in list(self.nodes[n].names)[:1]
                if first.kind == "fqdn" and first != name
            }
            if name.kind == "fqdn" and len(primaries) > 1:
                # a name that several hosts list (a cluster's) is no host's own
                numbers = [n for n in numbers if name in self.nodes[n].names]
            for number in numbers[1:]:
                self.unite(numbers[0], number)

    def _by_weak(self, kinds: tuple[str, ...], keys: Callable[[_Node], set[str]]) -> None:
        """Join what is known by no better name to the one thing that has its name."""
        groups = self.groups()
        whole: dict[int, _Node] = {}
        for root, members in groups.items():
            node = _Node(NET)
            for member in members:
                node.take(self.nodes[member])
            whole[root] = node
        better: dict[str, set[int]] = defaultdict(set)
        vague: dict[str, list[int]] = defaultdict(list)
        listed = {n.value: self.root(e) for n, e in self.claimed.items() if n.kind in kinds}
        contested = {n.value for n in self.contested if n.kind in kinds}
        for root, node in whole.items():
            own = [n.value for n in node.names if n.kind in kinds]
            if not own and "short" in kinds and len(node.every("short")) == 1:
                own = list(node.every("short"))
            is_better = node.is_named or (kinds == ("address",) and bool(node.every("short", "plain")))
            if is_better or not own:
                for key in keys(node):
                    better[key].add(root)
            else:
                vague[own[0]].append(root)
        for key, roots in sorted(vague.items()):
            if key in contested:
                fits = {r for r, n in whole.items() if r < self.n_entries and key in n.every(*kinds)}
                roots = [r for r in roots if r not in fits]
            else:
                fits = better.get(key, set())
                if key in listed:
                    roots = sorted({listed[key], *roots})
                    fits = fits if len(fits) == 1 and min(fits) >= self.n_entries else {listed[key]}
            if not roots:
                continue
            for other in roots[1:]:
                self.unite(roots[0], other)
            if len(fits) == 1:
                self.unite(fits.copy().pop(), roots[0])
            elif fits:
                self.nodes[self.root(roots[0])].question = _which(whole[roots[0]], [whole[f] for f in sorted(fits)])


def _which(node: _Node, fits: Sequence[_Node]) -> str:
    names = sorted({_best(f).value for f in fits})
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"Which asset is {_best(node).value}: {shown}?"
