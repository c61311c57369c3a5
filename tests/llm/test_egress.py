from __future__ import annotations

from typing import Any

import pytest

from vedette.errors import OutsideError, UserError
from vedette.llm.egress import AllowHosts, DenyAll, Egress, EgressRecord, Outbound, is_loopback, outbound_of


def out(url: str) -> Outbound:
    return outbound_of(url, purpose="model m", n_bytes=3)


def test_default_denies_everything_and_says_how_to_allow_it() -> None:
    egress = DenyAll()
    assert isinstance(egress, Egress)
    for url, named in (
        ("https://api.openai.com/v1", "api.openai.com,"),
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434,"),
        ("http://[::1]:80/", "[::1]:80,"),
        ("https://[2001:db8::1]/", "[2001:db8::1]:443,"),
    ):
        assert not egress.allows(out(url))
        with pytest.raises(UserError) as raised:
            egress.check(out(url))
        assert f"VEDETTE_LLM_ALLOWED_HOSTS={named}" in (raised.value.next_step or "")
        # what is proposed is what allows it
        AllowHosts([named.rstrip(",")]).check(out(url))


@pytest.mark.parametrize(
    ("host", "url", "allowed"),
    [
        ("api.openai.com", "https://api.openai.com/v1", True),
        ("API.OpenAI.com", "https://api.openai.com:443/v1", True),
        ("api.openai.com", "https://API.OPENAI.COM./v1", True),
        ("api.openai.com", "http://api.openai.com/v1", False),
        ("api.openai.com", "http://api.openai.com:443/v1", False),
        ("api.openai.com", "https://api.openai.com:8443/v1", False),
        ("api.openai.com", "https://evil-api.openai.com/v1", False),
        ("api.openai.com", "https://api.openai.com.evil.example/v1", False),
        ("api.openai.com", "https://openai.com/v1", False),
        ("api.openai.com", "https://evil.example/api.openai.com", False),
        ("api.openai.com", "https://evil.example?api.openai.com", False),
        ("openai.com", "https://api.openai.com/v1", False),
        ("box:8000", "http://box:8000/v1", True),
        ("box:8000", "https://box:8000/v1", True),
        ("box:8000", "http://box:8001/v1", False),
        ("box:8000", "http://box/v1", False),
        ("box:443", "https://box/v1", True),
        ("localhost", "http://localhost:11434/v1", True),
        ("localhost", "http://127.0.0.1:11434/v1", False),
        ("127.0.0.1:80", "http://127.0.0.1/v1", True),
        ("[::1]:80", "http://[::1]/v1", True),
        ("[::1]", "http://[::1]:9/v1", True),
        ("10.0.0.1", "http://10.0.0.1/v1", False),
    ],
)
def test_exactly_the_configured_hosts_are_allowed(host: str, url: str, allowed: bool) -> None:
    egress = AllowHosts([host])
    assert egress.allows(out(url)) is allowed
    if allowed:
        egress.check(out(url))
    else:
        with pytest.raises(UserError, match="nothing may leave"):
            egress.check(out(url))


@pytest.mark.parametrize(
    "host",
    [
        "https://api.openai.com",
        "*.openai.com",
        "*",
        "box:99999",
        "box:x",
        "a b",
        "user@box",
        "box/v1",
        "[::1",
        "box?x",
        "%",
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(UserError) as raised:
        AllowHosts([host])
    assert "api.example.com" in (raised.value.next_step or "")


def test_empty_hosts_allow_nothing() -> None:
    assert AllowHosts(["", "  "]).hosts == ()
    assert not AllowHosts([]).allows(out("http://localhost/"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com",
        "ftp://h/",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "http://user@h/",
        "http://user:word@h/",
        "http://:word@h/",
        "http://h:99999/",
        "http://h:x/",
        "http://[::1/",
        "http://h /",
        "http://h/\nx",
        "javascript:alert(1)",
        "https://api.openai.com\x00.evil/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        out(url)


def test_audit_is_told_of_what_was_allowed_and_what_was_not() -> None:
    told: list[EgressRecord] = []
    egress = AllowHosts(["box:1"], audit=told.append)
    egress.check(out("http://box:1/v1/chat?key=secret"))
    with pytest.raises(UserError):
        egress.check(out("http://box:2/"))
    assert [(t.allowed, t.outbound.target, t.outbound.path, t.outbound.n_bytes) for t in told] == [
        (True, "box:1", "/v1/chat", 3),
        (False, "box:2", "/", 3),
    ]
    assert "secret" not in repr(told)
    assert not egress.allows(out("http://box:2/"))
    assert len(told) == 2


def test_request_that_cannot_be_audited_is_not_made() -> None:
    def broken(_: Any) -> None:
        raise ValueError("disk full")

    with pytest.raises(OutsideError, match="cannot be audited"):
        AllowHosts(["box:1"], audit=broken).check(out("http://box:1/"))


def test_loopback_is_this_machine_only() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.8.9.1", "::1"))
    assert not any(is_loopback(h) for h in ("localhost.evil.example", "0.0.0.0", "10.0.0.1", "127.0.0.1.nip.io", ""))
