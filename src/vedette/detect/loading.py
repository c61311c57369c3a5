"""Rule files to a :class:`RuleSet`: from the cache where nothing changed, else compiled by pySigma."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import orjson

from vedette.detect import cache
from vedette.detect.base import RuleSet
from vedette.detect.sources import files_digest, read_rule_files

COMPILER_VERSION = 2
"""Raised whenever the compact form or its meaning changes, so that no old cache is read."""


def load_rules(
    paths: Sequence[Path],
    *,
    builtin: bool = True,
    cache_dir: Path | None = None,
    placeholders: Mapping[str, Sequence[str]] | None = None,
) -> RuleSet:
    """Return the rules under the paths, compiled.

    Args:
        paths: Sigma rule files, folders, zips, or JSON Lines of rule objects. Where two rules share
            an id the first wins and the other is a named problem, so own rules may replace built-in ones.
        builtin: Whether Vedette's own rules are added.
        cache_dir: Where compiled rules are kept; None compiles every time.
        placeholders: Values for ``|expand``, by placeholder name. A rule that needs others is refused by name.

    Raises:
        UserError: If a path does not exist.
    """
    files, problems = read_rule_files(paths, builtin=builtin)
    values = {name: [str(v) for v in texts] for name, texts in sorted((placeholders or {}).items())}
    digest = files_digest(files, str(COMPILER_VERSION), metadata.version("pysigma"), orjson.dumps(values).decode())
    path = cache.cache_path(cache_dir, digest) if cache_dir is not None else None
    compiled = cache.load(path) if path is not None else None
    from_cache = compiled is not None
    if compiled is None:
        from vedette.detect.compiling import compile_rules  # pySigma is slow to import

        compiled = compile_rules(files, values)
        if path is not None:
            cache.store(path, compiled)
    rules, correlations, atoms, refused = compiled
    return RuleSet(
        rules=tuple(rules),
        correlations=tuple(correlations),
        problems=(*problems, *refused),
        atoms=tuple(atoms),
        digest=digest[:16],
        from_cache=from_cache,
    )
