from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from vedette.investigate.facts import FEATURES
from vedette.investigate.model import ROLES, role_model
from vedette.schema import IMPLICATED_ROLES, AccountRole

_features = st.fixed_dictionaries({n: st.floats(0, 1) for n in FEATURES})


@given(_features)
def test_probabilities_are_probabilities(features):
    chances = role_model().probabilities(features)
    assert set(chances) == set(ROLES)
    assert math.isclose(math.fsum(chances.values()), 1.0)


@given(_features)
def test_an_account_that_nobody_can_use_never_takes_part(features):
    features["created"] = 0.0
    chances = role_model().probabilities(features, active=False)
    assert all(chances[r] == 0.0 for r in IMPLICATED_ROLES)


def test_every_weight_has_a_named_feature():
    model = role_model()
    for role in ROLES:
        assert set(model.weights[role]) == set(FEATURES)


def test_the_reasons_for_a_role_name_what_was_seen():
    why = role_model().why({"guessed": 1.0, "owner": 1.0}, AccountRole.TARGETED)
    assert why[0][0] == "guessed"
