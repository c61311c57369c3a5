"""Okta System Log.

Source: Okta System Log API, LogEvent object. Rules are written with the API's names, older ones in
lower case; the lower-case spellings of the two commonest (``eventtype``, ``displaymessage``) are added.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample, StatelessSession, pick
from vedette.ingest.convert import (
    account_domain,
    account_name,
    as_ip,
    best_score,
    flatten,
    load_json,
    lower,
    to_text,
    unwrap,
)
from vedette.schema import EventClass

WRAPPERS = ("detail", "_source", "message", "event.original", "data")


def is_okta(value: dict[str, Any]) -> bool:
    """Return whether an object is a System Log event."""
    return (
        isinstance(value.get("eventType"), str)
        and "published" in value
        and isinstance(value.get("actor"), dict)
        and ("outcome" in value or "legacyEventType" in value)
    )


def _targets(value: dict[str, Any], native: Native) -> None:
    """Put each target's name under ``target.<type>.…`` as well, so that a user is told from a group."""
    targets = value.get("target")
    if type(targets) is not list:
        return
    for item in targets:
        kind = item.get("type") if type(item) is dict else None
        if type(kind) is str and kind and f"target.{kind}.alternateId" not in native:
            for field in ("id", "alternateId", "displayName"):
                if item.get(field) is not None:
                    native[f"target.{kind}.{field}"] = item[field]


def _parse(data: bytes) -> Native | None:
    value = load_json(data)
    record = unwrap(value, is_okta, WRAPPERS)
    if record is None:
        raise RecordError("no Okta event: eventType, published, actor or outcome is missing")
    native = dict(flatten(record))
    _targets(record, native)
    native["eventtype"] = record["eventType"]
    if "displayMessage" in record:
        native["displaymessage"] = record["displayMessage"]
    return native


class OktaReader:
    """Okta System Log events."""

    name = "okta"
    title = "Okta System Log"
    framing = Framing.JSON
    examples = ("System Log API", "EventBridge log stream", "JSON lines")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for a System Log event, wrapped or not."""
        return best_score(sample, lambda value: 1.0 if unwrap(value, is_okta, WRAPPERS) is not None else 0.0)

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; records stand alone."""
        return StatelessSession(_parse)

    def kind(self, native: Native) -> Hashable:
        """Return the class of the event type."""
        kind = native.get("eventType")
        if type(kind) is not str:
            return "other"
        if kind.startswith(_LOGONS):
            return "logon"
        if kind.startswith(("group.user_membership.", "group.privilege.", "group.lifecycle.")):
            return "group"
        if kind.startswith(("user.lifecycle.", "user.account.", "user.mfa.", "user.credential.")):
            return "account"
        if kind.startswith(("system.api_token.", "application.", "policy.", "zone.", "iam.", "system.idp.")):
            return "entity"
        return "other"

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the class's mapping."""
        return _MAPPINGS.get(str(kind), _MAPPINGS["other"])

    def self_identifying(self, native: Native) -> bool:
        """Return whether the event has its uuid."""
        return bool(native.get("uuid"))


_LOGONS = (
    "user.session.",
    "user.authentication.",
    "policy.evaluate_sign_on",
    "app.oauth2.token.",
    "app.oauth2.as.token.",
    "user.mfa.okta_verify",
    "user.mfa.attempt_bypass",
    "system.push.",
)

_OUTCOMES = {"success": "success", "allow": "success", "failure": "failure", "deny": "failure"}
_ENDINGS = {
    "start": "logon",
    "end": "logoff",
    "create": "create",
    "delete": "delete",
    "add": "add",
    "remove": "remove",
    "grant": "add",
    "revoke": "remove",
    "update": "update",
    "activate": "enable",
    "deactivate": "disable",
    "suspend": "disable",
    "unsuspend": "enable",
    "lock": "lock",
    "unlock": "unlock",
    "reset_all": "reset",
    "reset_password": "reset_password",
    "update_password": "change_password",
}


def _outcome(value: Any) -> str | None:
    # CHALLENGE, SKIPPED and UNKNOWN are neither
    return _OUTCOMES.get(value.lower()) if type(value) is str else None


def _known(value: Any) -> str | None:
    text = to_text(value)
    return None if text is None or text.lower() == "unknown" else text


def _actor(native: Native) -> dict[str, Any]:
    login = _known(native.get("actor.alternateId")) or _known(native.get("actor.displayName"))
    return {"actor_name": account_name(login), "actor_domain": account_domain(login)}


def _general(native: Native) -> dict[str, Any]:
    out = _actor(native)
    kind = native.get("eventType")
    ending = kind.rpartition(".")[2] if type(kind) is str else ""
    out["activity"] = _ENDINGS.get(ending, ending or None)
    login = _known(native.get("target.User.alternateId")) or _known(native.get("target.AppUser.alternateId"))
    if login:
        out["user_name"], out["user_domain"] = account_name(login), account_domain(login)
        # an AppUser's id is the application's, not the account's
        own = native.get("actor.id") if login == native.get("actor.alternateId") else None
        out["user_uid"] = _known(native.get("target.User.id")) or _known(own)
    resource = None
    for key in ("AppInstance", "PolicyEntity", "Token", "ROLE", "NetworkZone"):
        resource = resource or native.get(f"target.{key}.displayName")
    names = native.get("target.displayName")
    if resource is None and type(names) is list and names and not login:
        resource = names[0]
    out["resource"] = to_text(resource)
    return out


def _logon(native: Native) -> dict[str, Any]:
    out = _general(native)
    kind = native.get("eventType")
    if kind != "user.session.end" and type(kind) is str and kind.startswith(("user.session.", "user.authentication.")):
        out["activity"] = "logon"
    if not out.get("user_name"):
        out["user_name"], out["user_domain"] = out["actor_name"], out["actor_domain"]
        out["user_uid"] = _known(native.get("actor.id"))
    if type(kind) is str and "mfa" in kind:
        out["auth_protocol"] = "mfa"
    return out


def _mapping(class_name: EventClass, row: Any, session: str) -> Mapping:
    return Mapping(
        class_name=class_name,
        time=(("published", "iso_utc"),),
        const={"log_product": "okta", "log_service": "okta"},
        fields={
            "event_code": pick("eventType"),
            "outcome": pick("outcome.result", convert=_outcome),
            "status_code": pick("outcome.reason", "outcome.result", convert=to_text),
            "actor_uid": pick("actor.id", convert=_known),
            session: pick("authenticationContext.externalSessionId", convert=_known),
            "src_ip": pick("client.ipAddress", "request.ipChain.ip", convert=as_ip),
            "user_agent": pick("client.userAgent.rawUserAgent"),
            "url": pick("debugContext.debugData.requestUri", "debugContext.debugData.url"),
            "api_operation": pick("eventType"),
            "group_name": pick("target.UserGroup.displayName"),
            "auth_protocol": pick("authenticationContext.credentialType", convert=lower),
            "severity": pick("severity", convert=lower),
            "message": pick("displayMessage"),
        },
        row=row,
    )


_MAPPINGS = {
    "logon": _mapping(EventClass.AUTHENTICATION, _logon, "user_session"),
    "group": _mapping(EventClass.GROUP, _general, "actor_session"),
    "account": _mapping(EventClass.ACCOUNT_CHANGE, _general, "actor_session"),
    "entity": _mapping(EventClass.ENTITY, _general, "actor_session"),
    "other": _mapping(EventClass.API, _general, "actor_session"),
}

READER = OktaReader()
