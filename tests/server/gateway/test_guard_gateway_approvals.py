"""What is held back until somebody says yes."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from gateway_support import gateway

from vedette.guard.vault import Approvals, FileKeys

POLICY = """
version: 1
name: asking
extends: default
rules:
  - name: addresses need a yes
    when: {entities: [EMAIL_ADDRESS], directions: [prompt]}
    do: ask
"""
MAIL = "irma.vollmer@nordwind-logistik.de"


def test_what_is_held_back_passes_once_it_was_allowed(tmp_path: Path) -> None:
    value = {"model": "echo", "messages": [{"role": "user", "content": f"ask {MAIL}"}]}
    with gateway(tmp_path / "home", policy=POLICY) as gate, httpx.Client(trust_env=False, timeout=30) as client:
        refused = client.post(f"{gate.url}/chat/completions", json=value)
        assert refused.status_code == 403
        error = refused.json()["error"]
        assert error["code"] == "guard_ask"
        assert MAIL not in refused.text
        assert gate.double.requests == []
        asked = re.search(r"ask-[0-9a-f]+", error["message"])
        assert asked is not None
        approvals = Approvals(gate.lake.state, FileKeys(gate.lake.home / "guard" / "keys.json"))
        approvals.decide(asked[0], True, decided_by="jo", for_s=60)
        assert client.post(f"{gate.url}/chat/completions", json=value).status_code == 200
        assert MAIL in gate.double.requests[0].body.decode()
        approvals.decide(asked[0], False, decided_by="jo", for_s=60)
        refused = client.post(f"{gate.url}/chat/completions", json=value)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "guard_blocked")
