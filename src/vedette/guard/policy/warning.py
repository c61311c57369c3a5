"""What is odd about a policy that is right in form: rules that let more pass than somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.guard.policy.base import Policy, Rule
from vedette.schema.guarding import Action, Direction


def warnings(policy: Policy) -> tuple[str, ...]:
    """Return what whoever keeps a policy should look at again, in the order of its rules."""
    return tuple(_warnings(policy))


def _warnings(policy: Policy) -> Iterator[str]:
    for rule in policy.rules:
        if rule.do is Action.ALLOW and _of_every_finding(rule) and _to_model(rule):
            yield (
                f"the rule {rule.name!r} lets everything that is found pass to the model{_where(rule)}, secrets and "
                "attacks too, and no rule after it is asked; name entities or groups in its 'when'"
            )
            if not _where(rule):
                return


def _of_every_finding(rule: Rule) -> bool:
    when = rule.when
    return not (when.entities or when.groups or when.rules or when.scanners or when.beside or when.score_at_least > 0.0)


def _to_model(rule: Rule) -> bool:
    return not rule.when.directions or rule.when.directions != (Direction.REPLY,)


def _where(rule: Rule) -> str:
    """Return for what such a rule speaks; empty where for everything."""
    when = rule.when
    facts = {
        "routes": when.routes,
        "models": when.models,
        "roles": when.roles,
        "speakers": tuple(map(str, when.speakers)),
        "directions": tuple(map(str, when.directions)),
    }
    said = [f"{name} {', '.join(named)}" for name, named in facts.items() if named]
    return f" ({'; '.join(said)})" if said else ""
