from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detect_support import LINUX, rule_text

from vedette.detect import Matcher, RuleSet, load_rules

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED


@pytest.fixture
def rules(tmp_path: Path) -> Callable[..., RuleSet]:
    """Load rules from YAML text."""

    def load(*texts: str, **options: Any) -> RuleSet:
        for number, text in enumerate(texts):
            (tmp_path / f"rule{number}.yml").write_text(text, encoding="utf-8")
        return load_rules([tmp_path], builtin=False, cache_dir=None, **options)

    return load


@pytest.fixture
def fires(rules: Callable[..., RuleSet]) -> Callable[..., bool]:
    """Tell whether a rule made of detection lines fires on an event."""

    def run(detection: str, event: dict[str, Any], source: Any = LINUX, core: Any = None, **options: Any) -> bool:
        ruleset = rules(rule_text(detection), **options)
        assert ruleset.problems == ()
        columns = {k: [v] for k, v in core.items()} if core else None
        return bool(Matcher(ruleset).match([event], [source], columns))

    return run
