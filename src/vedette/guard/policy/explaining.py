"""Which rule decides, and why the ones before it do not."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.guard.policy.base import Policy, Where
from vedette.schema.guarding import Action, Direction, GuardFinding
from vedette.schema.message import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What a policy does about one sort of finding in one place."""

    action: Action
    rule: str
    """Name of the rule that decides, ``otherwise``, or the entry of ``allow_values``."""
    because: str
    passed: tuple[tuple[str, str], ...]
    """Rules before it, each with the condition that did not hold."""


def explain(
    policy: Policy,
    entity: str,
    direction: Direction | None,
    *,
    route: str = "",
    client_role: str = "",
    model: str = "",
    speaker: Role | None = None,
    rule: str = "",
    scanner: str = "",
    score: float = 1.0,
    beside: frozenset[str] = frozenset(),
    value: str | None = None,
) -> Explained:
    """Return what a policy does about a finding of an entity, without a text.

    Args:
        policy: what decides.
        entity: name of the entity.
        direction: where the text comes from; None where nobody said.
        route: name of the gateway's route.
        client_role: role of the client's token.
        model: name of the model that is asked.
        speaker: who speaks in the conversation.
        rule: what within the scanner found it.
        scanner: who found it.
        score: how sure it is.
        beside: entities that the same passage holds too.
        value: the finding's text, where values that are let through are to be tried.
    """
    finding = GuardFinding(entity=entity, start=0, end=len(value or ""), score=score, scanner=scanner, rule=rule)
    where = Where(
        directions=(direction,) if direction is not None else (Direction.PROMPT, Direction.CONTEXT),
        speaker=speaker,
        route=route,
        client_role=client_role,
        model=model,
        entities=beside | {entity},
    )
    action, decides = policy.deciding(finding, where, value)
    passed: list[tuple[str, str]] = []
    for one in policy.rules:
        if one.name == decides or decides.startswith("allow_values"):
            break
        if not where.to_model and not one.for_replies:
            passed.append((one.name, f"{one.do} does not apply to replies"))
        else:
            passed.append((one.name, one.when.why_not(finding, where) or ""))
    return Explained(action=action, rule=decides, because=policy.because(decides), passed=tuple(passed))
