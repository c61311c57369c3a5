"""Faults: closed, clear, nothing leaked, the audit whole."""

from __future__ import annotations

import pytest
from benchmarks.guard.faults import FAULTS

SLOW = {"killed", "slow scanner", "upstream silent", "disk full"}


@pytest.mark.parametrize("fault", [pytest.param(one, marks=pytest.mark.slow if one in SLOW else ()) for one in FAULTS])
def test_a_fault_closes_the_gateway(fault: str) -> None:
    outcome = FAULTS[fault]()
    assert outcome.closed, outcome
    assert outcome.clear, outcome
    assert outcome.leaked == ()
    assert outcome.chain
