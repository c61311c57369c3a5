"""The role model: a multinomial logistic regression on the named features, calibrated by one temperature.

The weights live in ``roles.json`` beside this module, written by ``benchmarks/accounts/dev/fit.py``.
With 27 features and 5 roles it has 140 numbers, all readable: ``why`` returns the features that
spoke loudest for a role.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vedette.schema import IMPLICATED_ROLES, AccountRole

ROLES: tuple[AccountRole, ...] = (
    AccountRole.COMPROMISED,
    AccountRole.ATTACKER,
    AccountRole.CREATED,
    AccountRole.TARGETED,
    AccountRole.BYSTANDER,
)
_PASSIVE = frozenset({AccountRole.CREATED, AccountRole.TARGETED, AccountRole.BYSTANDER})
DEEDS = ("acted", "handed", "guessed_then_in", "created", "maker")
"""Features that are more than a logon from the wrong place."""
LOGON_ONLY_BAR = 0.8
"""How probable an implicating role must be where a logon is all that speaks for it."""


OWNER_TELLS = 0.98
"""How often the owner's trace, or its absence, tells compromised from attacker right (development incidents)."""
OWNER_SEEN = 0.45
"""The ``owner`` feature of three records of its own."""


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Weights by role and feature."""

    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]
    temperature: float

    def probabilities(self, features: Mapping[str, float], *, active: bool = True) -> dict[AccountRole, float]:
        """Return the probability of each role; an account that nobody can log on as cannot have taken part."""
        allowed = [r for r in ROLES if active or r in _PASSIVE]
        scores = {
            r: (self.bias[r] + sum(w * features.get(n, 0.0) for n, w in self.weights[r].items())) / self.temperature
            for r in allowed
        }
        if features.get("created", 0.0) == 0.0:  # nobody is created by likeness: somebody was seen to make it
            scores.pop(AccountRole.CREATED)
        peak = max(scores.values())
        exps = {r: math.exp(s - peak) for r, s in scores.items()}
        total = math.fsum(exps.values())
        return {r: exps.get(r, 0.0) / total for r in ROLES}

    def decide(self, features: Mapping[str, float], *, active: bool = True) -> tuple[AccountRole, float]:
        """Return the role of an account and its probability.

        The most probable role, but for one caution: an account is not implicated by a logon alone
        unless that is near certain, because shared computers and jump hosts make such logons.
        """
        chances = self.probabilities(features, active=active)
        role = max(ROLES, key=lambda r: (chances[r], -ROLES.index(r)))
        if role in (AccountRole.COMPROMISED, AccountRole.ATTACKER):
            chances = _by_owner(chances, features)
            role = max(ROLES, key=lambda r: (chances[r], -ROLES.index(r)))
        if role in IMPLICATED_ROLES and chances[role] < LOGON_ONLY_BAR and not any(features.get(n) for n in DEEDS):
            rest = [r for r in ROLES if r not in IMPLICATED_ROLES]
            role = max(rest, key=lambda r: (chances[r], -ROLES.index(r)))
        return role, chances[role]

    def why(self, features: Mapping[str, float], role: AccountRole) -> list[tuple[str, float]]:
        """Return (feature, push towards the role against the mean of the others), strongest first."""
        others = [r for r in ROLES if r is not role]
        pushes = []
        for name, value in features.items():
            if value:
                mean = math.fsum(self.weights[o].get(name, 0.0) for o in others) / len(others)
                pushes.append((name, value * (self.weights[role].get(name, 0.0) - mean)))
        return sorted(pushes, key=lambda p: (-p[1], p[0]))


def _by_owner(chances: Mapping[AccountRole, float], features: Mapping[str, float]) -> dict[AccountRole, float]:
    """Return the probabilities with compromised and attacker told apart as they are defined.

    Both took part, and one thing divides them: whether an owner is seen beside the attack. Where the
    logs answer that, the answer outweighs what the model makes of it; where they cannot (they begin
    with the case, or hold one or two doubtful records) the model's own division stands.
    """
    took_part = chances[AccountRole.COMPROMISED] + chances[AccountRole.ATTACKER]
    if features.get("orphan_acts"):
        share = OWNER_TELLS
    elif features.get("owner", 0.0) >= OWNER_SEEN:
        share = 1.0 - OWNER_TELLS
    else:
        return dict(chances)
    split = {AccountRole.ATTACKER: took_part * share, AccountRole.COMPROMISED: took_part * (1.0 - share)}
    return {**chances, **split}


@cache
def role_model() -> RoleModel:
    """Return the model that ships with the package."""
    data = json.loads(files("vedette.investigate").joinpath("roles.json").read_text(encoding="utf-8"))
    return RoleModel(data["weights"], data["bias"], float(data["temperature"]))
