"""Reading tables from YAML, checking them whole, and packing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from vedette import strict_yaml
from vedette.knowledge import attack
from vedette.knowledge.tools.base import CASELESS, Family, Style, Tool
from vedette.knowledge.tools.reading import Wrong, expression, pattern_of, place_of, tool_of

TABLES = Path(__file__).parent / "tables"


@dataclass
class Sheet:
    """What a set of files says, and what is wrong with it."""

    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Family, then name: the entry, or the name of which it is another."""
    places: list[dict[str, Any]] = field(default_factory=list)
    patterns: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def raw(self) -> dict[str, Any]:
        """Return what is packed."""
        return {"tools": self.tools, "places": self.places, "patterns": self.patterns}


def read(paths: Iterable[Path]) -> Sheet:
    """Return what the files say; what is wrong is told of by file and entry, and left out."""
    sheet = Sheet()
    for path in sorted(paths):
        try:
            said = strict_yaml.load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            sheet.problems.append(f"{path.name}: {' '.join(str(error).split())}")
            continue
        add(sheet, said, path.name)
    return sheet


def add(sheet: Sheet, said: Any, where: str) -> None:
    """Add what one file says to a sheet."""
    if not isinstance(said, dict):
        sheet.problems.append(f"{where}: expected `tools`, `places` or `patterns`")
        return
    if odd := [k for k in said if k not in ("family", "source", "tools", "places", "patterns")]:
        sheet.problems.append(f"{where}: unknown key {', '.join(map(str, odd))}")
    family = said.get("family")
    for name, entry in (said.get("tools") or {}).items():
        _tool(sheet, where, str(name), entry, family, said.get("source"))
    for kind, made, kept in (("places", place_of, sheet.places), ("patterns", pattern_of, sheet.patterns)):
        for number, entry in enumerate(said.get(kind) or ()):
            try:
                page: Any = made(entry)
                expression(page.match)
                _known(page.techniques)
            except Wrong as error:
                sheet.problems.append(f"{where}: {kind}[{number}]: {error}")
                continue
            kept.append(entry)


def _tool(sheet: Sheet, where: str, name: str, entry: Any, default_family: Any, source: Any) -> None:
    place = f"{where}: {name}"
    try:
        if not isinstance(entry, dict):
            raise Wrong("expected a mapping with `what`")
        name_of_family = str(entry.get("family", default_family))
        if name_of_family not in set(Family):
            raise Wrong(f"family {name_of_family!r} is none of {', '.join(Family)}")
        family = Family(name_of_family)
    except ValueError as error:
        sheet.problems.append(f"{place}: {error}")
        return
    entry = {"source": source, **{k: v for k, v in entry.items() if k != "family"}}
    names = entry.pop("names", None) or ()
    names = (names,) if isinstance(names, str) else tuple(map(str, names))
    try:
        tool = tool_of(name, family, entry)
        if not tool.source:
            raise Wrong("no `source`, neither here nor for the file")
        for page in (tool, *tool.subs.values()):
            for act in page.acts:
                _known(act.techniques)
            _values(page)
    except Wrong as error:
        sheet.problems.append(f"{place}: {error}")
        return
    if any(
        not isinstance(k, str) for page in (entry, *(entry.get("subs") or {}).values()) for k in page.get("flags") or ()
    ):
        sheet.problems.append(f"{place}: a flag is written as a number: put it in quotes")
        return
    known = sheet.tools.setdefault(family.value, {})
    key = name.lower() if family in CASELESS else name
    if isinstance(known.get(key), dict):
        sheet.problems.append(f"{place}: {family.value} has {name!r} twice")
        return
    known[key] = entry
    for other in names:
        other = other.lower() if family in CASELESS else other
        if other != key:
            known.setdefault(other, key)


def _values(tool: Tool) -> None:
    if tool.style is Style.ARGS and tool.flags:
        raise Wrong("style args has no flags")


def _known(techniques: tuple[tuple[str, float], ...]) -> None:
    for technique, _ in techniques:
        if attack.technique(technique) is None:
            raise Wrong(f"{technique} is not in ATT&CK {attack._matrix().version}")
