from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.okta import READER

EVENT: dict[str, Any] = {
    "uuid": "u1",
    "published": "2024-05-14T09:12:31.123Z",
    "eventType": "user.session.start",
    "displayMessage": "User login to Okta",
    "actor": {"id": "00u1", "type": "User", "alternateId": "alice@corp.example", "displayName": "Alice"},
    "client": {"ipAddress": "198.51.100.23", "userAgent": {"rawUserAgent": "Mozilla"}},
    "outcome": {"result": "SUCCESS"},
    "authenticationContext": {"externalSessionId": "s1"},
}


def one(**changes: Any) -> dict[str, Any]:
    (event,) = run(READER, json.dumps({**EVENT, **changes}).encode())
    return event


@pytest.mark.parametrize("case", golden_cases("okta"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("SUCCESS", "success"), ("ALLOW", "success"), ("FAILURE", "failure"), ("DENY", "failure"), ("CHALLENGE", None)],
)
def test_outcome(result: str, outcome: str | None) -> None:
    assert one(outcome={"result": result}).get("outcome") == outcome


@pytest.mark.parametrize(
    ("event_type", "class_name"),
    [
        ("user.session.start", "authentication"),
        ("user.authentication.sso", "authentication"),
        ("user.mfa.factor.deactivate", "account_change"),
        ("user.lifecycle.create", "account_change"),
        ("group.user_membership.add", "group_management"),
        ("system.api_token.create", "entity_management"),
        ("policy.rule.update", "entity_management"),
        ("something.else", "api_activity"),
    ],
)
def test_class(event_type: str, class_name: str) -> None:
    assert one(eventType=event_type)["class_name"] == class_name


def test_names_of_api_and_of_older_rules() -> None:
    native = one()["native"]
    assert native["eventType"] == native["eventtype"] == "user.session.start"
    assert native["displayMessage"] == native["displaymessage"] == "User login to Okta"
    assert native["outcome.result"] == "SUCCESS"


def test_session_is_opened_by_a_logon_and_used_by_a_change() -> None:
    logon = one()
    change = one(eventType="user.lifecycle.create", target=[{"type": "User", "alternateId": "m@corp.example"}])
    assert logon["user_session"] == change["actor_session"] == "s1"
    assert (change["actor_name"], change["user_name"]) == ("alice", "m")


def test_unknown_actor_is_nobody() -> None:
    event = one(actor={"id": "unknown", "alternateId": "unknown", "displayName": "unknown"})
    assert not {"actor_name", "actor_uid", "user_name", "user_uid"} & set(event)


@pytest.mark.parametrize("missing", ["eventType", "published", "actor", "outcome"])
def test_near_miss_is_not_okta(missing: str) -> None:
    near = {key: value for key, value in EVENT.items() if key != missing}
    assert READER.sniff(sample_of(json.dumps(near).encode())) == 0
    assert "error" in run(READER, json.dumps(near).encode())[0]
