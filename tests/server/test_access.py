"""Who may come in: tokens and roles, names and origins, rates and sizes."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server_support import Running, TellingAnswerer, parts_of, running, web

from vedette.errors import UserError
from vedette.schema import AccessRole
from vedette.server import Access, Limits
from vedette.server.access import host_name, is_loopback
from vedette.server.limits import Rates
from vedette.server.refusals import RefusalError
from vedette.store import Lake, audit
from vedette.store.tokens import TokenBook


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


# -- tokens ----------------------------------------------------------------------------------------


def test_as_soon_as_there_is_a_token_one_is_needed(lake: Lake) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        assert web.get(f"{server.url}/api/status").json()["role"] == "analyst"
        token, secret = TokenBook(lake).issue("a", AccessRole.VIEWER)
        refused = web.get(f"{server.url}/api/status")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.json()["error"]["type"] == "authentication_error"
        assert web.get(f"{server.url}/api/health").json()["status"] == "ok", "whether it is up is no secret"
        assert web.get(f"{server.url}/api/status", headers=bearer(secret)).json()["you"] == "a"
        TokenBook(lake).revoke(token.token_id)
        assert web.get(f"{server.url}/api/status", headers=bearer(secret)).json()["you"] != "a", "it opens nothing now"


@pytest.mark.parametrize(
    "given",
    ["Bearer", "Basic YTpi", "bearer vdt_wrong", "Bearer vdt_wrong", "Bearer vds_x", "Bearer " + "x" * 600,
     "Bearer vdt_\u00e9", "Token vdt_wrong"],
)  # fmt: skip
def test_what_is_no_token_that_holds_is_refused(lake: Lake, secrets: dict[str, str], given: str) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        headers = {"Authorization": given.encode("latin-1")}
        assert web.get(f"{server.url}/api/status", headers=headers).status_code == 401


def test_a_token_that_has_expired_is_refused(lake: Lake) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    book = TokenBook(lake, clock=lambda: now[0])
    _, secret = book.issue("a", AccessRole.VIEWER, expires_at=now[0] + timedelta(days=1))
    assert book.check(secret) is not None
    with running(parts_of(lake, TellingAnswerer())) as server:
        assert web.get(f"{server.url}/api/status", headers=bearer(secret)).status_code == 401


ROLES: list[tuple[str, str, Any, str]] = [
    ("GET", "/api/status", None, "viewer"),
    ("GET", "/api/cases", None, "viewer"),
    ("GET", "/api/tools", None, "viewer"),
    ("GET", "/api/sessions", None, "viewer"),
    ("GET", "/v1/models", None, "viewer"),
    ("GET", "/openapi.json", None, "viewer"),
    ("POST", "/api/ask", {"question": "x"}, "viewer"),
    ("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}]}, "viewer"),
    ("POST", "/api/sessions", {}, "viewer"),
    ("POST", "/api/tools/who", {"arguments": {"account": "a"}}, "viewer"),
    ("GET", "/api/sessions/session-00/export", None, "analyst"),
    ("POST", "/api/sessions/session-00/share", {}, "analyst"),
    ("POST", "/api/sessions/session-00/feedback", {"turn": 1, "kind": "accepted"}, "analyst"),
    ("DELETE", "/api/sessions/session-00", None, "analyst"),
    ("POST", "/api/cases/case-00/notes", {"text": "x"}, "analyst"),
    ("GET", "/api/sessions?everybody=true", None, "admin"),
    ("GET", "/api/tokens", None, "admin"),
    ("POST", "/api/tokens", {"name": "x", "role": "viewer"}, "admin"),
    ("DELETE", "/api/tokens/token-00", None, "admin"),
    ("GET", "/api/audit", None, "admin"),
]


def test_each_role_may_do_what_is_said_and_no_more(lake: Lake, secrets: dict[str, str]) -> None:
    order = ["viewer", "analyst", "admin"]
    with running(parts_of(lake, TellingAnswerer())) as server:
        for method, path, body, least in ROLES:
            assert web.request(method, server.url + path, json=body).status_code == 401
            for role in order:
                answer = web.request(method, server.url + path, json=body, headers=bearer(secrets[role]))
                allowed = order.index(role) >= order.index(least)
                assert (answer.status_code != 403) is allowed, (method, path, role, answer.text)
                assert answer.status_code < 500
                if not allowed:
                    assert answer.json()["error"]["type"] == "permission_error"


def test_sessions_of_others_look_as_if_they_were_not_there(lake: Lake, secrets: dict[str, str]) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        asked = web.post(f"{server.url}/api/ask", json={"question": "x slides"}, headers=bearer(secrets["analyst"]))
        path = f"{server.url}/api/sessions/{asked.json()['session_id']}"
        calls: list[tuple[str, str, Any]] = [
            ("GET", "", None), ("DELETE", "", None), ("POST", "/ask", {"question": "y"}), ("GET", "/export", None),
            ("POST", "/share", {}), ("GET", "/shares", None), ("DELETE", "/shares/share-00", None),
            ("POST", "/feedback", {"turn": 1, "kind": "accepted"}), ("GET", "/feedback", None),
            ("GET", "/turns/1/files/deck.pptx", None),
        ]  # fmt: skip
        for method, more, body in calls:
            theirs = web.request(method, path + more, json=body, headers=bearer(secrets["other"]))
            missing = path.replace(asked.json()["session_id"], "session-0000000000000000")
            nobodys = web.request(method, missing + more, json=body, headers=bearer(secrets["other"]))
            assert theirs.status_code == nobodys.status_code == 404, (method, more)
        assert web.get(path, headers=bearer(secrets["admin"])).status_code == 200
        listed = web.get(f"{server.url}/api/sessions", headers=bearer(secrets["other"])).json()
        assert listed == {"sessions": []}


# -- names, origins, addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("LOCALHOST", 200), ("localhost.", 200),
        ("[::1]:80", 200), ("127.0.0.2", 200), ("evil.example", 421), ("evil.example:{port}", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421), ("10.0.0.1", 421), ("", 421), ("localhost:80:80", 421), ("[::1", 421),
        ("localhost@evil.example", 421), ("0x7f.1", 421), ("2130706433", 421),
    ],
)  # fmt: skip
def test_a_name_that_could_be_pointed_here_is_not_answered_to(standing: Running, host: str, status: int) -> None:
    answer = web.get(f"{standing.url}/api/health", headers={"Host": host.format(port=standing.port)})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["error"]["code"] == "wrong_host"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_pages_of_other_origins_are_refused(standing: Running, headers: dict[str, str], status: int) -> None:
    headers = {name: value.format(port=standing.port) for name, value in headers.items()}
    answer = web.get(f"{standing.url}/api/status", headers=headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_an_origin_that_is_named_is_let_in_and_no_other(lake: Lake, secrets: dict[str, str]) -> None:
    access = Access(origins=frozenset({"https://soc.example"}))
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with running(parts_of(lake, TellingAnswerer()), access=access) as server:
        url = f"{server.url}/api/status"
        before = web.options(url, headers=asks | {"Origin": "https://soc.example"})
        assert before.status_code == 200
        assert before.headers["access-control-allow-origin"] == "https://soc.example"
        answer = web.get(url, headers=bearer(secrets["viewer"]) | {"Origin": "https://soc.example"})
        assert answer.headers["access-control-allow-origin"] == "https://soc.example"
        assert web.get(url, headers={"Origin": "https://soc.example"}).status_code == 401
        assert web.options(url, headers=asks | {"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_what_a_proxy_passes_on_needs_a_token(standing: Running, header: str) -> None:
    answer = web.get(f"{standing.url}/api/status", headers={header: "127.0.0.1"})
    assert answer.status_code == 401


def test_tokens_can_be_needed_on_loopback_too(lake: Lake) -> None:
    with running(parts_of(lake, TellingAnswerer()), access=Access(tokens_needed=True)) as server:
        assert web.get(f"{server.url}/api/status").status_code == 401


def test_binding_elsewhere_without_tokens_is_refused() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "soc.example"):
        with pytest.raises(UserError, match="no tokens"):
            Access(host=host).check_start(n_tokens=0)
        Access(host=host).check_start(n_tokens=1)
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        Access(host=host).check_start(n_tokens=0)


@pytest.mark.parametrize(
    ("access", "host", "good"),
    [
        (Access(host="192.0.2.1"), "192.0.2.1:8484", True),
        (Access(host="0.0.0.0"), "10.1.2.3", True),
        (Access(host="0.0.0.0"), "soc.example", False),
        (Access(host="0.0.0.0", names=frozenset({"soc.example"})), "SOC.example:443", True),
        (Access(names=frozenset({"soc.example"})), "soc.example", True),
        (Access(host="0.0.0.0", names=frozenset({"soc.example"})), "evil.soc.example", False),
        (Access(), "10.1.2.3", False),
    ],
)
def test_hosts(access: Access, host: str, good: bool) -> None:
    if good:
        access.check_host([host])
    else:
        with pytest.raises(RefusalError):
            access.check_host([host])
    for hosts in ([], [host, host]):
        with pytest.raises(RefusalError):
            access.check_host(hosts)


@given(st.text(max_size=60))
def test_a_host_header_never_breaks_the_door(text: str) -> None:
    name = host_name(text)
    assert name is None or (name == name.lower() and 0 < len(name) <= 253)
    is_loopback(text)


def test_a_believed_proxy_says_where_a_request_comes_from_and_others_do_not() -> None:
    access = Access(proxies=frozenset({"10.0.0.1", "10.0.0.2"}))
    said = {"x-forwarded-for": "203.0.113.66, 198.51.100.7, 10.0.0.2"}
    assert access.address("10.0.0.1", said) == "198.51.100.7", (
        "the last that no proxy of ours is; the first can be made up"
    )
    assert access.address("192.0.2.9", said) == "192.0.2.9"
    assert access.address("10.0.0.1", {"x-forwarded-for": "nonsense"}) == "10.0.0.1"
    assert access.address("10.0.0.1", {}) == "10.0.0.1"


# -- measure -----------------------------------------------------------------------------------------


def test_wrong_tokens_have_to_wait(lake: Lake, secrets: dict[str, str]) -> None:
    limits = Limits(refusals_per_minute=3, shutdown_grace_s=0.5)
    with running(parts_of(lake, TellingAnswerer()), limits=limits) as server:
        codes = [web.get(f"{server.url}/api/status", headers=bearer(f"vdt_{i}")).status_code for i in range(5)]
        assert codes == [401, 401, 401, 429, 429]
        right = web.get(f"{server.url}/api/status", headers=bearer(secrets["admin"]))
        assert right.status_code == 429, "or one could go on guessing beside a token that holds"
        assert int(right.headers["retry-after"]) >= 1
    assert [row.detail["address"] for row in audit.entries(lake, action="token.refused")] == ["127.0.0.1"] * 3


def test_requests_and_questions_are_counted_by_token(lake: Lake, secrets: dict[str, str]) -> None:
    limits = Limits(requests_per_minute=6, questions_per_minute=2, shutdown_grace_s=0.5)
    with running(parts_of(lake, TellingAnswerer()), limits=limits) as server:

        def ask(who: str) -> int:
            answer = web.post(f"{server.url}/api/ask", json={"question": "x"}, headers=bearer(secrets[who]))
            return answer.status_code

        assert [ask("analyst") for _ in range(3)] == [200, 200, 429]
        assert ask("other") == 200, "each token has its own measure"
        status = [web.get(f"{server.url}/api/status", headers=bearer(secrets["analyst"])).status_code for _ in range(4)]
        assert status == [200, 200, 200, 429]


def test_rates_fill_up_again() -> None:
    now = [0.0]
    rates = Rates(clock=lambda: now[0], max_keys=3)
    assert [rates.take("r", "a", 60) for _ in range(60)] == [0.0] * 60
    assert rates.take("r", "a", 60) == pytest.approx(1.0)
    now[0] = 0.5
    assert rates.wait_s("r", "a", 60) == pytest.approx(0.5)
    now[0] = 1.0
    assert rates.take("r", "a", 60) == 0.0
    assert rates.take("r", "b", 60) == 0.0
    for key in "bcde":
        rates.take("r", key, 60)
    assert len(rates._left) == 3


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(lake: Lake) -> None:
    limits = Limits(body_bytes=1000, shutdown_grace_s=0.5)
    with running(parts_of(lake, TellingAnswerer()), limits=limits) as server:
        said = web.post(f"{server.url}/api/ask", content=b"x" * 1001)
        unsaid = web.post(f"{server.url}/api/ask", content=iter([b"x" * 600, b"y" * 600]))
        assert said.status_code == unsaid.status_code == 413
        assert web.post(f"{server.url}/api/ask", json={"question": "x"}).status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(lake: Lake) -> None:
    with running(parts_of(lake, TellingAnswerer()), limits=Limits(body_timeout_s=0.2, shutdown_grace_s=0.5)) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            connection.settimeout(60)
            answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_every_answer_carries_the_security_headers(standing: Running) -> None:
    answers = [
        web.get(f"{standing.url}/api/health"),
        web.get(f"{standing.url}/nothing"),
        web.get(f"{standing.url}/api/status", headers={"Host": "evil.example"}),
        web.post(
            f"{standing.url}/v1/chat/completions", json={"messages": [{"role": "user", "content": "x"}], "stream": True}
        ),
        web.post(f"{standing.url}/mcp", content=b"{"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"].startswith("no-")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_what_is_done_is_in_the_audit_and_what_was_said_is_not(lake: Lake, secrets: dict[str, str]) -> None:
    with running(parts_of(lake, TellingAnswerer())) as server:
        asked = web.post(f"{server.url}/api/ask", json={"question": "secret words"}, headers=bearer(secrets["analyst"]))
        session_id = asked.json()["session_id"]
        headers = bearer(secrets["analyst"])
        token = web.post(f"{server.url}/api/sessions/{session_id}/share", json={}, headers=headers).json()["token"]
        web.get(f"{server.url}/api/shared/{token}", headers=bearer(secrets["viewer"]))
        web.get(f"{server.url}/api/sessions/{session_id}/export", headers=headers)
        web.delete(f"{server.url}/api/sessions/{session_id}", headers=headers)
        made = web.post(
            f"{server.url}/api/tokens", json={"name": "n", "role": "viewer"}, headers=bearer(secrets["admin"])
        ).json()
        web.delete(f"{server.url}/api/tokens/{made['token']['token_id']}", headers=bearer(secrets["admin"]))
        rows = web.get(f"{server.url}/api/audit?after=4", headers=bearer(secrets["admin"]))
    entries = rows.json()["entries"]
    assert [(e["actor"], e["action"]) for e in entries] == [
        ("analyst-token", "question.ask"), ("analyst-token", "session.share"), ("viewer-token", "share.read"),
        ("analyst-token", "session.export"), ("analyst-token", "session.delete"), ("admin-token", "token.issue"),
        ("admin-token", "token.revoke"),
    ]  # fmt: skip
    assert entries[0]["target"] == session_id
    assert entries[0]["detail"]["door"] == "api"
    assert entries[0]["detail"]["address"] == "127.0.0.1"
    for secret in ("secret words", token, made["secret"], *secrets.values()):
        assert secret not in rows.text


def test_looking_a_token_up_does_not_wait_for_answers(lake: Lake, secrets: dict[str, str]) -> None:
    """All slots are taken by slow answers; who asks for something else is recognised and served meanwhile."""
    import threading

    telling = TellingAnswerer(slow_s=30)
    with running(parts_of(lake, telling), limits=Limits(n_asking=1, shutdown_grace_s=0.5)) as server:

        def ask() -> None:
            web.post(f"{server.url}/api/ask", json={"question": "x"}, headers=bearer(secrets["viewer"]), timeout=60)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        while server.desk.asking.load.waiting < 2:
            time.sleep(0.01)
        answer = web.get(f"{server.url}/api/status", headers=bearer(secrets["admin"]), timeout=25)
        assert answer.json()["asking"] == {"n_slots": 1, "running": 1, "waiting": 2}
        server.server.should_exit = True
        for thread in threads:
            thread.join(60)
    assert [e.action for e in audit.entries(lake, action="question.ask")] == []
