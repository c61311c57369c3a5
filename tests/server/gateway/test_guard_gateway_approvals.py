"""What is held back until somebody says yes."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from benchmarks.guard import upstream_double
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


SECRETS = """
version: 1
name: asking for secrets
extends: default
rules:
  - name: secrets need a yes
    when: {groups: [secret], directions: [prompt]}
    do: ask
"""
KEY = "Hq3Vn8tRw5Kd1Zc7Lp9Xs4Bm2Fy6Gj0Na8Ue"
OTHER = "Zw7Qd1pLm4Xc9Vt2Bn6Hs8Kf3Jr5Gy0Pa7Te"


def _chat(text: str, *, stream: bool = False) -> dict[str, object]:
    return {"model": "echo", "stream": stream, "messages": [{"role": "user", "content": text}]}


def test_what_was_approved_is_shown_in_the_reply_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = upstream_double.spoken
    monkeypatch.setattr(
        upstream_double, "spoken", lambda endpoint, asked: f"{spoken(endpoint, asked)}, not api_key={OTHER} at all"
    )
    password = "the password: Tr0ub4dor-and-3x"
    with gateway(tmp_path / "home", policy=SECRETS) as gate, httpx.Client(trust_env=False, timeout=30) as client:
        approvals = Approvals(gate.lake.state, FileKeys(gate.lake.home / "guard" / "keys.json"))
        for text, value in ((f"api_key={KEY}", KEY), (password, "Tr0ub4dor-and-3x")):
            refused = client.post(f"{gate.url}/chat/completions", json=_chat(text))
            assert refused.status_code == 403, refused.text
            for asked in re.findall(r"ask-[0-9a-f]+", refused.json()["error"]["message"]):
                approvals.decide(asked, True, decided_by="jo", for_s=60)
            said = client.post(f"{gate.url}/chat/completions", json=_chat(text)).json()
            assert value in said["choices"][0]["message"]["content"]
            assert OTHER not in said["choices"][0]["message"]["content"], "nobody approved it"
            streamed = client.post(f"{gate.url}/chat/completions", json=_chat(text, stream=True)).text
            pieces = re.findall(r'"content": ?"([^"]*)"', streamed)
            assert value in "".join(pieces)
            assert OTHER not in "".join(pieces)


def test_a_pseudonym_that_the_model_made_up_is_told_of(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as gate, httpx.Client(trust_env=False, timeout=30) as client:
        name = "PERSON_7KQ2M4T"
        answer = client.post(f"{gate.url}/chat/completions", json=_chat(f"say {name}, {name}_2 and {MAIL}"))
        assert answer.status_code == 200
        assert name in answer.text, "the policy lets it pass"
        assert MAIL in answer.text
        assert answer.headers["X-Vedette-Invented-Pseudonyms"] == "2"
        plain = client.post(f"{gate.url}/chat/completions", json=_chat(f"say {MAIL}"))
        assert "X-Vedette-Invented-Pseudonyms" not in plain.headers
        rows = gate.opened.parts.trail.entries(action="reply.pass")
        assert [one.entities.get("INVENTED_PSEUDONYM", 0) for one in rows] == [2, 0]


@pytest.mark.parametrize(("action", "status", "shown"), [("mask", 200, False), ("block", 502, False)])
def test_what_the_policy_says_of_made_up_pseudonyms_is_done(
    tmp_path: Path, action: str, status: int, shown: bool
) -> None:
    policy = f"""
version: 1
name: ours
extends: default
rules:
  - name: pseudonyms that the model made up
    when: {{directions: [reply], entities: [INVENTED_PSEUDONYM]}}
    do: {action}
"""
    with gateway(tmp_path / "home", policy=policy) as gate, httpx.Client(trust_env=False, timeout=30) as client:
        answer = client.post(f"{gate.url}/chat/completions", json=_chat("say PERSON_7KQ2M4T"))
        assert answer.status_code == status
        assert ("PERSON_7KQ2M4T" in answer.text) is shown
