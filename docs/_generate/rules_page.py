"""The table of built-in rules, from the rules themselves."""

from __future__ import annotations

from collections import Counter

from _generate.words import NOTICE, cell, table

_ORDER = ("critical", "high", "medium", "low", "informational")
_TITLES = {
    "windows": "Windows",
    "linux": "Linux",
    "cloud": "Cloud",
    "identity": "Identity",
    "network": "Network",
    "web": "Web",
}


def page() -> str:
    """Return the page."""
    from vedette.detect import load_rules

    ruleset = load_rules([], builtin=True)
    correlations = {c.info.rule_id for c in ruleset.correlations}
    shown = [info for info in ruleset.infos.values() if info.output]
    parts_only = len(ruleset.infos) - len(shown)
    areas: dict[str, list] = {}
    for info in shown:
        areas.setdefault(info.path.removeprefix("builtin:").split("/")[0], []).append(info)
    levels = Counter(info.level for info in shown)
    by_level = ", ".join(f"{level} {levels[level]}" for level in _ORDER if levels[level])
    head = f"""# Built-in rules

{len(shown)} rules of our own, in Sigma YAML, under `src/vedette/detect/rules/`; {parts_only} more count for
correlations only and make no findings themselves. By level: {by_level}.
Each has ATT&CK ids, notes on false positives, and test events that it must and must not fire on
(`tests/detect/rule_events/`).

`vedette detect --no-builtin --rules FOLDER` leaves them out. A rule of yours with the same id takes the place of a
built-in one: see [your own rules](../how-to/own-rules.md). A Σ marks a correlation: it counts or orders the hits of
other rules.

"""
    parts = [NOTICE, head]
    for area in sorted(areas, key=lambda a: list(_TITLES).index(a) if a in _TITLES else 99):
        infos = sorted(areas[area], key=lambda i: (_ORDER.index(i.level), i.title))
        parts.append(f"## {_TITLES.get(area, area)}\n\n")
        rows = [
            (
                ("Σ " if i.rule_id in correlations else "") + i.title,
                i.level,
                ", ".join(i.techniques),
                _source(i.logsource),
                cell("; ".join(i.falsepositives)),
            )
            for i in infos
        ]
        parts.append(table(["rule", "level", "techniques", "log source", "false positives"], rows) + "\n")
    return "".join(parts)


def _source(source: tuple[str | None, str | None, str | None]) -> str:
    return "/".join(part for part in source if part) or "–"
