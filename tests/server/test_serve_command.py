"""``vedette serve`` and ``vedette tokens`` as they are run."""

from __future__ import annotations

import datetime
import ipaddress
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from server_support import ENVIRONMENT, web

from vedette.cli.main import app
from vedette.cli.serve import PORT
from vedette.errors import UserError
from vedette.schema import AccessRole
from vedette.store import Lake
from vedette.store.tokens import TokenBook


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "vedette", "--home", str(home), *words]


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    """Return what a call prints; its errors are raised."""
    capsys.readouterr()
    app(["--home", str(home), *words], standalone_mode=False)
    return capsys.readouterr().out


@contextmanager
def serving(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and what it says when it is up."""
    program = subprocess.Popen(
        command(home, "serve", "--port", "0", "--model", "none", *words),
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    said = ""
    try:
        assert program.stdout is not None
        for line in program.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        yield program, said
    finally:
        if program.poll() is None:
            program.kill()
        program.communicate(timeout=30)


def test_it_says_where_it_is_answers_and_stops_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (program, said):
        base = re.search(r"listens on (http://127\.0\.0\.1:\d+)", said)
        assert base, program.stderr.read() if program.stderr else ""
        assert "composed without a model" in said
        assert "this machine only, without a token" in said
        assert f"{base[1]}/mcp" in said
        shown = re.search(r"curl -s (\S+) -H '(\S+): (\S+)' \\\n\s+-d '(.+)'\n", said)
        assert shown, said
        answer = web.post(shown[1], content=shown[4], headers={shown[2]: shown[3]}, timeout=60)
        assert answer.status_code == 200
        assert answer.json()["choices"][0]["message"]["content"]
        _, secret = TokenBook(Lake.open(tmp_path)).issue("ana", AccessRole.VIEWER)
        assert web.get(f"{base[1]}/api/status").status_code == 401, "at once, while it serves"
        headers = {"Authorization": f"Bearer {secret}"}
        assert web.get(f"{base[1]}/api/status", headers=headers).json()["you"] == "ana"
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0
        assert program.stderr is not None
        assert program.stderr.read().strip().endswith("stopped")


def test_tokens_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no tokens" in run(capsys, tmp_path, "tokens", "list")
    words = ("tokens", "create", "ana", "--role", "analyst", "--days", "9", "--json")
    made = json.loads(run(capsys, tmp_path, *words))
    assert made["token"]["role"] == "analyst"
    assert made["token"]["expires_at"]
    plain = run(capsys, tmp_path, "tokens", "create", "ben")
    assert re.fullmatch(r"vdt_\S{43}\n", plain), "the secret alone, for a pipe"
    listed = run(capsys, tmp_path, "tokens", "list")
    assert re.search(r"analyst +until \S+ +ana\n", listed)
    assert re.search(r"viewer +holds +ben\n", listed)
    assert made["secret"] not in listed
    run(capsys, tmp_path, "tokens", "revoke", made["token"]["token_id"][:14])
    tokens = json.loads(run(capsys, tmp_path, "tokens", "list", "--json"))["tokens"]
    assert [bool(token["revoked_at"]) for token in tokens] == [True, False]
    for words in (("revoke", "token-zz"), ("revoke", "token-"), ("create", "\x1b[2J")):
        if words[1] != "token-" or len(tokens) != 1:
            with pytest.raises(UserError):
                run(capsys, tmp_path, "tokens", *words)


def test_it_does_not_listen_elsewhere_without_tokens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="there are no tokens") as refused:
        run(capsys, tmp_path, "serve", "--host", "0.0.0.0", "--model", "none")
    assert "vedette tokens create" in str(refused.value.next_step)


def test_what_cannot_be_served_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(UserError, match="another program does"):
            run(capsys, tmp_path, "serve", "--port", port, "--model", "none")
    certificate, _ = self_signed(tmp_path)
    with pytest.raises(UserError, match="TLS needs a certificate and its key"):
        run(capsys, tmp_path, "serve", "--tls-cert", str(certificate), "--model", "none")
    for wrong in (tmp_path / "missing.pem", certificate):
        with pytest.raises(UserError, match="cannot be used for TLS"):
            run(capsys, tmp_path, "serve", "--tls-cert", str(certificate), "--tls-key", str(wrong), "--model", "none")
    run(capsys, tmp_path, "tokens", "create", "ana")
    with pytest.raises(UserError, match="cannot listen on"):
        run(capsys, tmp_path, "serve", "--host", "192.0.2.1", "--model", "none")
    assert PORT == 8484


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vedette test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.mark.slow
def test_tls(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with serving(tmp_path / "home", "--tls-cert", str(certificate), "--tls-key", str(key)) as (_, said):
        base = re.search(r"listens on (https://\S+)", said)
        assert base
        trusted = ssl.create_default_context(cafile=str(certificate))
        answer = httpx.get(f"{base[1]}/api/health", verify=trusted)
        assert answer.json()["status"] == "ok"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
