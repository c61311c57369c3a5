"""What was held back until somebody says yes, once somebody did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vedette.schema.guarding import Action, Decided, GuardFinding, GuardVerdict


def settle(verdict: GuardVerdict, approved: Callable[[GuardFinding], bool | None]) -> GuardVerdict:
    """Return a verdict with its questions answered: what was approved passes, what was denied blocks.

    Args:
        verdict: what the policy decided.
        approved: says of a finding that was held back whether somebody approved (True), denied (False), or has yet to
            decide (None). It is asked about each such finding once.
    """
    if not any(one.action is Action.ASK for one in verdict.decided):
        return verdict
    settled: list[Decided] = []
    for one in verdict.decided:
        if one.action is Action.ASK:
            answer = approved(one.finding)
            action = Action.ASK if answer is None else Action.ALLOW if answer else Action.BLOCK
            one = replace(one, action=action)
        settled.append(one)
    gravest = max((one.action for one in settled), key=lambda a: a.gravity)
    if verdict.action is Action.BLOCK and all(one.action is not Action.BLOCK for one in verdict.decided):
        return replace(verdict, decided=tuple(settled))  # what could not be judged blocks still
    if verdict.action is Action.BLOCK or gravest is Action.ASK:
        return replace(verdict, decided=tuple(settled), action=max(verdict.action, gravest, key=lambda a: a.gravity))
    reason = ""
    if gravest is Action.BLOCK:
        denied = next(one for one in settled if one.action is Action.BLOCK)
        reason = f"{denied.finding.entity} was asked about and denied (rule {denied.rule})"
    return replace(verdict, decided=tuple(settled), action=gravest, reason=reason)
