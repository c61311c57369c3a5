from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.investigate.names import Platform, address_key, classify, host_key, is_external, parse_account
from vedette.schema import AccountKind
from vedette.toolbox.saying import shown


@pytest.mark.parametrize(
    ("text", "name", "domain"),
    [
        ("CORP\\alice", "alice", "CORP"),
        ("alice@corp.example", "alice", "corp.example"),
        ("alice@host", "alice@host", None),  # near miss: no dot, so no domain
        ("@alice", "@alice", None),
        ("arn:aws:iam::111122223333:user/path/to/bob", "bob", "111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/R/s", "assumed-role/R/s", "111122223333"),
        ("arn:aws:iam::111122223333", "arn:aws:iam::111122223333", None),  # near miss: five parts
        ("assumed-role/R/bob@corp.example", "assumed-role/R/bob@corp.example", None),
        ("root", "root", None),
        ("S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3-500", None),
    ],
)
def test_written_forms(text, name, domain):
    parsed = parse_account(text)
    assert parsed is not None
    assert (parsed.name, parsed.domain) == (name, domain)


@pytest.mark.parametrize("text", [None, "", " ", "-", "N/A", "(null)", "CORP\\", "CORP\\-"])
def test_forms_that_name_nobody(text):
    assert parse_account(text) is None


@pytest.mark.parametrize(
    ("name", "domain", "uid", "platform", "kind", "implicable"),
    [
        ("SYSTEM", "NT AUTHORITY", "S-1-5-18", Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("système", "AUTORITE NT", None, Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("systemadmin", "CORP", None, Platform.WINDOWS, AccountKind.USER, True),
        ("NETWORK SERVICE", "NT AUTHORITY", None, Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("DWM-3", "Window Manager", None, Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("DWM-x", "CORP", None, Platform.WINDOWS, AccountKind.USER, True),
        ("MSSQLSERVER", "NT SERVICE", None, Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("DefaultAppPool", "IIS APPPOOL", None, Platform.WINDOWS, AccountKind.SYSTEM, False),
        ("PC7$", "CORP", None, Platform.WINDOWS, AccountKind.MACHINE, False),
        ("svc_sql$", "CORP", None, Platform.WINDOWS, AccountKind.SERVICE, True),
        ("svc_sql", "CORP", None, Platform.WINDOWS, AccountKind.SERVICE, True),
        ("ANONYMOUS LOGON", "NT AUTHORITY", "S-1-5-7", Platform.WINDOWS, AccountKind.ANONYMOUS, False),
        ("anonymousbob", "CORP", None, Platform.WINDOWS, AccountKind.USER, True),
        ("tomcat", None, "1001", Platform.LINUX, AccountKind.SERVICE, False),
        ("tomcatty", None, "1001", Platform.LINUX, AccountKind.USER, True),
        ("someapp", None, "499", Platform.LINUX, AccountKind.SERVICE, False),
        ("someapp", None, "1499", Platform.LINUX, AccountKind.USER, True),
        ("root", None, "0", Platform.LINUX, AccountKind.USER, True),
        ("assumed-role/R/s", "1", None, Platform.AWS, AccountKind.CLOUD_ROLE, True),
        ("ec2.amazonaws.com", "1", None, Platform.AWS, AccountKind.SYSTEM, False),
        ("bob", "1", "arn:aws:iam::1:user/bob", Platform.AWS, AccountKind.CLOUD_USER, True),
    ],
)
def test_kinds(name, domain, uid, platform, kind, implicable):
    assert classify(name, domain, uid, platform) == (kind, implicable)


def test_a_machine_named_like_a_service_is_a_machine_where_the_host_is_known():
    assert classify("svcbox$", "CORP", None, Platform.WINDOWS, {"svcbox"})[0] is AccountKind.MACHINE


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("PC7.corp.example", "pc7"),
        ("pc7", "pc7"),
        ("\\\\PC7", "pc7"),
        ("PC77", "pc77"),
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", None),
        ("localhost", None),
        ("-", None),
    ],
)
def test_host_forms(text, key):
    assert host_key(text) == key


@pytest.mark.parametrize(
    ("text", "external"),
    [("8.8.8.8", True), ("10.8.8.8", False), ("172.32.0.1", True), ("172.31.0.1", False), ("fe80::1", False),
     ("2606:4700::1", True), ("junk", False)],
)  # fmt: skip
def test_addresses_on_the_internet(text, external):
    assert is_external(text) is external


@given(st.text())
def test_no_text_breaks_the_forms(text):
    parse_account(text)
    host_key(text)
    address_key(text)
    cleaned = shown(text)
    assert len(cleaned) <= 120
    assert cleaned.isprintable() or not cleaned
