"""What a policy is: rules in order, and what holds where none of them does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from vedette.guard.entities import Group, group_of
from vedette.schema.guarding import Action, Decided, Direction, GuardFinding, GuardVerdict, Passage, Scanned, Unjudged
from vedette.schema.message import Role

if TYPE_CHECKING:
    from vedette.guard.policy.content import ForbiddenContent
    from vedette.guard.policy.values import AllowedValue


class Mode(StrEnum):
    """Whether a policy acts."""

    ENFORCE = "enforce"
    WATCH = "watch"
    """A dry run: everything passes as it is, and the verdicts say what would have been done."""


class Passing(StrEnum):
    """What becomes of a part of a request that no scanner reads."""

    REFUSE = "refuse"
    PASS = "pass"  # noqa: S105 (a word)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a rule speaks of: everything that is named must hold; what is left out holds always."""

    routes: tuple[str, ...] = ()
    """Names of the gateway's routes; ``*`` stands for any characters, as in models and roles."""
    models: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Roles of the client's token."""
    speakers: tuple[Role, ...] = ()
    """Who speaks in the conversation."""
    directions: tuple[Direction, ...] = ()
    entities: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    """An entity of one of them holds as much as one that is named."""
    rules: tuple[str, ...] = ()
    """What within the scanner found it, such as ``github-pat``; ``*`` stands for any characters."""
    scanners: tuple[str, ...] = ()
    score_at_least: float = 0.0
    beside: tuple[str, ...] = ()
    """Only where the same passage holds one of these entities too."""

    def holds(self, finding: GuardFinding, where: Where) -> bool:
        """Return whether this speaks of a finding."""
        return self.why_not(finding, where) is None

    def why_not(self, finding: GuardFinding, where: Where) -> str | None:
        """Return the first condition that a finding does not meet; None where it meets all."""
        if (self.entities or self.groups) and not (
            finding.entity in self.entities or group_of(finding.entity) in self.groups
        ):
            return "entities"
        if self.directions and not any(one in self.directions for one in where.directions):
            return "directions"
        if self.speakers and where.speaker not in self.speakers:
            return "speakers"
        for name, wanted, value in (
            ("routes", self.routes, where.route),
            ("models", self.models, where.model),
            ("roles", self.roles, where.client_role),
            ("rules", self.rules, finding.rule),
            ("scanners", self.scanners, finding.scanner),
        ):
            if wanted and not any(fnmatchcase(value, one) for one in wanted):
                return name
        if finding.score < self.score_at_least:
            return "score_at_least"
        if self.beside and not any(one in where.entities for one in self.beside):
            return "beside"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a finding stands, as rules ask for it."""

    directions: tuple[Direction, ...]
    """More than one where nobody said: a rule for either holds."""
    speaker: Role | None = None
    route: str = ""
    client_role: str = ""
    model: str = ""
    entities: frozenset[str] = frozenset()
    """Of all findings of the passage."""

    @property
    def to_model(self) -> bool:
        """Whether the passage goes to the model."""
        return self.directions != (Direction.REPLY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done about findings of one sort."""

    name: str
    when: When
    do: Action
    because: str = ""
    """For the client, where something is blocked or held back."""

    @property
    def for_replies(self) -> bool:
        """Whether it can speak of replies: what a model says is neither pseudonymised nor asked about."""
        return self.do not in (Action.PSEUDONYMISE, Action.ASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is done about what is found. Made by :func:`vedette.guard.policy.load_policy`.

    The first rule that speaks of a finding decides. A rule that pseudonymises or asks does not speak of replies.
    """

    name: str
    version: int = 1
    """Of the form in which it is written."""
    mode: Mode = Mode.ENFORCE
    rules: tuple[Rule, ...] = ()
    otherwise: Mapping[Direction, Action] = field(
        default_factory=lambda: {
            Direction.PROMPT: Action.PSEUDONYMISE,
            Direction.CONTEXT: Action.PSEUDONYMISE,
            Direction.REPLY: Action.MASK,
        }
    )
    """What is done about a finding that no rule speaks of."""
    unjudged: Mapping[Direction, Action] = field(default_factory=lambda: dict.fromkeys(Direction, Action.BLOCK))
    """``block`` or ``allow``, where a scanner could not judge a part of a passage."""
    allowed_values: tuple[AllowedValue, ...] = ()
    """Values that are no secret of the house; they come before the rules."""
    styles: Mapping[str, str] = field(default_factory=dict)
    """Entity to style of its pseudonyms: ``token`` or ``structure``; ``default`` for the rest."""
    session_ttl_s: float = 86_400.0
    """Seconds after its last use for which a session's pairs are kept."""
    session_longest_s: float | None = None
    """Seconds after its beginning at which a session ends, however much it is used."""
    allowed_hosts: frozenset[str] = frozenset()
    """Hosts that links and pictures of replies may name."""
    images: Passing = Passing.REFUSE
    files: Passing = Passing.REFUSE
    forbidden: ForbiddenContent | None = None
    """What replies must not hold."""
    digest: str = ""
    """16 hex digits of what it says, presets that it rests on included: two policies with one digest decide alike."""

    @property
    def watches(self) -> bool:
        """Whether it is a dry run."""
        return self.mode is Mode.WATCH

    def decide(
        self, passage: Passage, scanned: Scanned, *, route: str = "", client_role: str = "", model: str = ""
    ) -> GuardVerdict:
        """Return what becomes of a passage. It depends on nothing but its arguments.

        Args:
            passage: the text, whose values are compared with those that are allowed.
            scanned: what was found in it.
            route: name of the gateway's route.
            client_role: role of the client's token.
            model: name of the model that is asked.
        """
        where = where_of(passage, scanned, route=route, client_role=client_role, model=model)
        decided = tuple(self._decided(finding, passage, where) for finding in scanned.findings)
        action = max((one.action for one in decided), key=lambda a: a.gravity, default=Action.ALLOW)
        reason = self._reason(decided, action, where)
        if scanned.unjudged:
            judged = self._of_direction(self.unjudged, where)
            if judged.gravity > action.gravity:
                action, reason = judged, _reason_unjudged(scanned.unjudged[0])
        return GuardVerdict(
            action=action, decided=decided, unjudged=scanned.unjudged, reason=reason, dry_run=self.watches
        )

    def _decided(self, finding: GuardFinding, passage: Passage, where: Where) -> Decided:
        action, rule = self.deciding(
            finding, where, None if finding.within else passage.text[finding.start : finding.end]
        )
        return Decided(finding=finding, action=action, rule=rule)

    def deciding(self, finding: GuardFinding, where: Where, value: str | None = None) -> tuple[Action, str]:
        """Return what is done about one finding, and the name of the rule that says so.

        Args:
            finding: what was found.
            where: where it stands.
            value: its text, where values are to be compared; None where it stands encoded.
        """
        if value is not None:
            for allowed in self.allowed_values:
                if allowed.takes(finding, value):
                    return Action.ALLOW, f"allow_values: {allowed.shown}"
        for rule in self.rules:
            if (where.to_model or rule.for_replies) and rule.when.holds(finding, where):
                return rule.do, rule.name
        return self._of_direction(self.otherwise, where), "otherwise"

    def because(self, rule: str) -> str:
        """Return what a rule tells the client; empty where it tells nothing."""
        return next((one.because for one in self.rules if one.name == rule), "")

    def _reason(self, decided: tuple[Decided, ...], action: Action, where: Where) -> str:
        if action not in (Action.BLOCK, Action.ASK):
            return ""
        one = next(one for one in decided if one.action is action)
        because = self._because(one, where)
        what = "not allowed" if action is Action.BLOCK else "held back until somebody approves"
        said = f"{one.finding.entity} is {what} (rule {one.rule})"
        return f"{said}: {because}" if because else said

    def _because(self, one: Decided, where: Where) -> str:
        """Return what the client is told; where nobody said where a text comes from, what holds for each origin."""
        if len(where.directions) < 2:
            return self.because(one.rule)
        told: list[str] = []
        for direction in where.directions:
            action, rule = self.deciding(one.finding, replace(where, directions=(direction,)))
            because = self.because(rule)
            if action is one.action and because and because not in told:
                told.append(because)
        return ", or ".join(told) or self.because(one.rule)

    @staticmethod
    def _of_direction(table: Mapping[Direction, Action], where: Where) -> Action:
        return max((table[one] for one in where.directions), key=lambda a: a.gravity)


def where_of(passage: Passage, scanned: Scanned, *, route: str = "", client_role: str = "", model: str = "") -> Where:
    """Return where the findings of a passage stand."""
    known = passage.direction
    return Where(
        directions=(known,) if known is not None else (Direction.PROMPT, Direction.CONTEXT),
        speaker=passage.role,
        route=route,
        client_role=client_role,
        model=model,
        entities=frozenset(one.entity for one in scanned.findings),
    )


def _reason_unjudged(one: Unjudged) -> str:
    return f"the scanner {one.scanner} could not judge a part of it: {one.reason}"
