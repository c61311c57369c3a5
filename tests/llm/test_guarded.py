"""Certificates, proxies and downgrades, with real TLS on loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from llm_support import TURNS, FakeServer, fails, raw, says
from pydantic import SecretStr

from vedette.errors import OutsideError, UserError
from vedette.llm import AllowHosts, LanguageModel

Serve = Callable[..., FakeServer]
Opened = Callable[..., LanguageModel]

NAMES = ("openai:m", "litellm:m")
KEY = SecretStr("sk-secret")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine's own, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vedette test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def secure(server: FakeServer, certificate: tuple[Path, Path]) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server.url.replace("http://", "https://")


@pytest.mark.parametrize("name", NAMES)
def test_own_certificates_are_trusted_where_they_are_named(
    serve: Serve, opened: Opened, certificate: tuple[Path, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(says("alice"))
    url = secure(server, certificate)
    assert opened(server, name, base_url=url, ca_file=certificate[0], api_key=KEY).complete(TURNS).text == "alice"
    assert len(server.seen) == 1
    # the environment names certificates in vain
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(OutsideError, match="does not answer"):
        opened(server, name, base_url=url, api_key=KEY).complete(TURNS)
    assert len(server.seen) == 1


def test_certificates_that_cannot_be_read_are_the_users_mistake(serve: Serve, opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for path in (tmp_path / "none.pem", tmp_path / "absent.pem"):
        with pytest.raises(UserError, match="certificates") as raised:
            opened(serve(says("alice")), ca_file=path).complete(TURNS)
        assert "VEDETTE_LLM_CA_FILE" in (raised.value.next_step or "")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_goes_on_in_plain_text(serve: Serve, opened: Opened, certificate: tuple[Path, Path], name: str) -> None:
    plain = serve(says("alice"))
    server = serve(raw(b"", status=307, location=f"{plain.url}/chat/completions"))
    url = secure(server, certificate)
    egress = AllowHosts([server.host, plain.host])
    with pytest.raises((OutsideError, UserError)):
        opened(server, name, base_url=url, ca_file=certificate[0], api_key=KEY, egress=egress).complete(TURNS)
    assert len(server.seen) == 1
    assert plain.seen == []


@pytest.mark.parametrize("name", NAMES)
def test_proxy_is_asked_for_what_leaves_and_only_for_that(serve: Serve, opened: Opened, name: str) -> None:
    told: list[Any] = []
    proxy, server = serve(says("by the proxy")), serve(says("alice"))
    egress = AllowHosts(["models.example:80", server.host], audit=told.append)
    away = opened(
        server, name, base_url="http://models.example/v1", proxy=f"http://{proxy.host}", egress=egress, api_key=KEY
    )
    assert not away.local
    assert away.complete(TURNS).text == "by the proxy"
    assert proxy.seen[0].path == "http://models.example/v1/chat/completions"
    assert [record.outbound.target for record in told] == ["models.example:80"]
    here = opened(server, name, proxy=f"http://{proxy.host}", egress=egress, api_key=KEY)
    assert here.complete(TURNS).text == "alice"
    assert len(proxy.seen) == 1


def test_proxy_that_is_none_is_the_users_mistake(serve: Serve, opened: Opened) -> None:
    for proxy in ("nonsense", "ftp://x", "http://user:word@proxy:3128"):
        with pytest.raises(UserError, match="the proxy"):
            opened(serve(fails(500)), proxy=proxy).complete(TURNS)
