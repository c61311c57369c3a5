"""A policy as plain values and as YAML: whole, with what it rests on, so that reading it again gives the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from vedette.guard.policy.base import Policy, Rule, When
from vedette.guard.policy.values import AllowedValue
from vedette.schema.guarding import Action


def to_plain(policy: Policy) -> dict[str, Any]:
    """Return a policy as its YAML says it, every setting spelt out and no preset needed."""
    said: dict[str, Any] = {
        "version": policy.version,
        "name": policy.name,
        "mode": str(policy.mode),
        "sessions": {"ttl": f"{policy.session_ttl_s:.0f}s"},
        "pseudonyms": {"style" if entity == "default" else entity: style for entity, style in policy.styles.items()},
        "allow_values": [_allowed(one) for one in policy.allowed_values],
        "rules": [_rule(one) for one in policy.rules],
        "otherwise": {str(one): str(action) for one, action in policy.otherwise.items()},
        "unjudged": {
            str(one): "block" if action is Action.BLOCK else "pass" for one, action in policy.unjudged.items()
        },
        "links": {"allowed_hosts": sorted(policy.allowed_hosts)} if policy.allowed_hosts else None,
        "images": str(policy.images),
        "files": str(policy.files),
        "on_error": "block",
    }
    if policy.session_longest_s is not None:
        said["sessions"]["longest"] = f"{policy.session_longest_s:.0f}s"
    if policy.forbidden is not None:
        found = {"words": list(policy.forbidden.words), "patterns": list(policy.forbidden.patterns)}
        said["forbidden_content"] = {key: value for key, value in found.items() if value}
    return {key: value for key, value in said.items() if value not in (None, [], {})}


def to_yaml(policy: Policy) -> str:
    """Return a policy's YAML; :func:`~vedette.guard.policy.read_policy` of it is the same policy."""
    import yaml

    text: str = yaml.safe_dump(to_plain(policy), sort_keys=False, allow_unicode=True, width=110)
    return text


def _rule(rule: Rule) -> dict[str, Any]:
    when = {f.name: _plain(getattr(rule.when, f.name)) for f in fields(When)}
    said = {
        "name": rule.name,
        "when": {key: value for key, value in when.items() if value not in ([], 0.0)},
        "do": str(rule.do),
        "because": rule.because,
    }
    return {key: value for key, value in said.items() if value not in ("", {})}


def _plain(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, tuple) else value


def _allowed(one: AllowedValue) -> dict[str, Any] | str:
    form = "value" if one.value else "domain" if one.domain else "pattern" if one.pattern else "network"
    if form == "value" and not one.entities:
        return one.value
    said: dict[str, Any] = {form: one.shown}
    if one.entities:
        said["entities"] = sorted(one.entities)
    return said
