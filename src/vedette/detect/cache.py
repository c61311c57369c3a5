"""Compiled rules on disk: plain JSON under a digest of everything that went in.

The cache holds data, never code. A file that is damaged, cut off or of another shape is dropped and the
rules are compiled again; its checksum is against accidents, and patterns read from it go through RE2 like
any other untrusted pattern. Whoever can write into the cache folder can change the rules themselves.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from vedette.detect.base import Correlation, Rule, RuleInfo, RuleProblem
from vedette.detect.values import LAZY_KINDS

log = logging.getLogger(__name__)

Compiled = tuple[list[Rule], list[Correlation], list[Any], list[RuleProblem]]
_KINDS = LAZY_KINDS | {"s", "g", "n", "null", "exists", "cmp"}
_KEEP_FILES = 8


def cache_path(cache_dir: Path, digest: str) -> Path:
    """Return the file that holds the rule set of this digest."""
    return cache_dir / f"rules-{digest[:32]}.json"


def store(path: Path, compiled: Compiled) -> None:
    """Write the compiled rules; a cache that cannot be written is only slower, so it is logged and passed over."""
    rules, correlations, atoms, problems = compiled
    body = orjson.dumps(
        {
            "rules": [[_info_row(r.info), r.condition, r.keep] for r in rules],
            "correlations": [asdict(c) for c in correlations],
            "atoms": atoms,
            "problems": [asdict(p) for p in problems],
        }
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".rules-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(sha256(body).hexdigest().encode() + b"\n" + body)
        Path(temporary).replace(path)
        old = sorted(path.parent.glob("rules-*.json"), key=lambda p: p.stat().st_mtime)[:-_KEEP_FILES]
        for stale in old:
            with contextlib.suppress(OSError):
                stale.unlink()
    except OSError as error:
        log.warning("compiled rules could not be cached: %s", error)


def load(path: Path) -> Compiled | None:
    """Return the compiled rules, or None if there is no usable file."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    checksum, _, body = data.partition(b"\n")
    if sha256(body).hexdigest().encode() != checksum:
        log.warning("compiled rules in %s are damaged; compiling again", path)
        return None
    try:
        read = orjson.loads(body)
        atoms = [_atom(a) for a in read["atoms"]]
        n_atoms = len(atoms)
        rules = []
        for row, condition, keep in read["rules"]:
            _check(condition, n_atoms)
            rules.append(Rule(info=_info(row), condition=condition, keep=tuple(map(str, keep))))
        correlations = [_correlation(c) for c in read["correlations"]]
        return rules, correlations, atoms, [RuleProblem(**p) for p in read["problems"]]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        log.warning("compiled rules in %s are not understood (%s); compiling again", path, type(error).__name__)
        return None


def _info_row(info: RuleInfo) -> list[Any]:
    return [getattr(info, name) for name in RuleInfo.__dataclass_fields__]


def _info(row: list[Any]) -> RuleInfo:
    (rule_id, title, level, status, techniques, tactics, description, false, source, author, path, output, cves) = row
    product, category, service = source
    return RuleInfo(
        rule_id=rule_id,
        title=title,
        level=level,
        status=status,
        techniques=tuple(techniques),
        tactics=tuple(tactics),
        description=description,
        falsepositives=tuple(false),
        logsource=(product, category, service),
        author=author,
        path=path,
        output=bool(output),
        vulnerabilities=tuple(map(str, cves)),
    )


def _atom(row: list[Any]) -> tuple[Any, ...]:
    if row[0] not in _KINDS or not (row[1] is None or type(row[1]) is str):
        raise ValueError("unknown atom")
    return tuple(tuple(part) if type(part) is list else part for part in row)


def _check(condition: Any, n_atoms: int) -> None:
    if type(condition) is list:
        if condition[0] not in ("a", "o", "n"):
            raise ValueError("unknown condition")
        for child in condition[1:]:
            _check(child, n_atoms)
    elif (type(condition) is not int and type(condition) is not bool) or not 0 <= condition < max(n_atoms, 2):
        raise ValueError("unknown condition")


def _correlation(row: dict[str, Any]) -> Correlation:
    info = row.pop("info")
    expression = row["expression"]
    if expression is not None:
        _check(expression, len(row["rules"]))
    listed: dict[str, Any] = {k: tuple(row.pop(k)) for k in ("rules", "group_by", "fields")}
    return Correlation(info=_info([info[name] for name in RuleInfo.__dataclass_fields__]), **listed, **row)
