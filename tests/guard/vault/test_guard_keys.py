"""Master keys: a file for its owner alone, the environment, and plug-ins."""

from __future__ import annotations

import base64
import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette import plugins
from vedette.errors import OutsideError, UserError
from vedette.guard.vault import GROUP, EnvironmentKeys, FileKeys, KeyPlace, KeyProvider, key_provider, sealing

KEY = base64.b64encode(bytes(range(32))).decode()


def test_a_keyring_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "deep" / "keys.json")
    assert isinstance(keys, KeyProvider)
    first = keys.current()
    assert (tmp_path / "deep" / "keys.json").stat().st_mode & 0o777 == 0o600
    wrapped = keys.wrap(first, b"k" * 32, b"aad")
    again = FileKeys(tmp_path / "deep" / "keys.json")
    assert again.current() == first
    assert again.unwrap(first, wrapped, b"aad") == b"k" * 32
    with pytest.raises(OutsideError, match="does not open"):
        again.unwrap(first, wrapped, b"other")
    # a running process takes up a key that another one made
    second = again.renew().key_id
    assert keys.current() == second
    assert keys.unwrap(first, wrapped, b"aad") == b"k" * 32
    with pytest.raises(OutsideError, match="does not open"):
        keys.unwrap(second, wrapped, b"aad")
    with pytest.raises(UserError, match="current"):
        keys.retire(second)
    with pytest.raises(UserError, match="no master key"):
        keys.retire("k-none")
    keys.retire(first)
    with pytest.raises(OutsideError, match=first):
        again.unwrap(first, wrapped, b"aad")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_keyring_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    FileKeys(path).current()
    path.chmod(mode)
    with pytest.raises(OutsideError, match="others can read") as caught:
        FileKeys(path).current()
    assert "chmod 600" in (caught.value.next_step or "")
    with pytest.raises(OutsideError, match="others can read"):
        FileKeys(path).renew()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_keyring_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    FileKeys(path).current()
    os.chown(path, 12345, 12345)
    with pytest.raises(OutsideError, match="somebody else"):
        FileKeys(path).current()


def test_a_keyring_that_vanishes_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = FileKeys(path)
    keys.current()
    path.unlink()
    with pytest.raises(OutsideError, match="no keyring"):
        keys.current()
    with pytest.raises(OutsideError, match="no keyring"):
        FileKeys(path, make=False).current()
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\x00\xff", b'{"format": "other", "version": 1, "keys": []}',
        b'{"format": "vedette-keyring", "version": 1, "keys": []}',
        b'{"format": "vedette-keyring", "version": 1, "keys": [{"id": "a", "created_at": "2026-01", "key": "YQ=="}]}',
        b'{"format": "vedette-keyring", "version": 1, "keys": [{"id": "a", "created_at": "x", "key": "%%"}]}',
    ],
)  # fmt: skip
def test_a_damaged_keyring_is_told_without_what_it_holds(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(OutsideError, match="cannot read the keyring") as caught:
        FileKeys(path).current()
    assert "YQ==" not in str(caught.value)
    assert path.read_bytes() == content, "it is left as it is"


def test_a_keyring_of_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    FileKeys(path).current()
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 9}))
    with pytest.raises(UserError, match="newer"):
        FileKeys(path).current()


def test_eight_that_begin_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: FileKeys(tmp_path / "keys.json").current(), range(8)))
    assert len(set(made)) == 1


def test_keys_of_the_environment_the_current_one_first() -> None:
    old, new = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    before = EnvironmentKeys(old)
    assert isinstance(before, KeyProvider)
    wrapped = before.wrap(before.current(), b"k" * 32, b"aad")
    for text in (f"{new},{old}", f" {new} \n {old} ", f"{new},{base64.b64decode(old).hex()}"):
        after = EnvironmentKeys(text)
        assert after.current() != before.current()
        assert after.unwrap(before.current(), wrapped, b"aad") == b"k" * 32
    with pytest.raises(OutsideError, match=before.current()) as caught:
        EnvironmentKeys(new).unwrap(before.current(), wrapped, b"aad")
    assert caught.value.location == "VEDETTE_GUARD_KEY"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "hunter2",
        "a" * 44,
        base64.b64encode(b"x" * 32).decode(),
        base64.b64encode(b"short").decode(),
        KEY[:-4],
    ],
)
def test_what_is_no_key_is_refused_without_being_said(text: str) -> None:
    with pytest.raises(UserError, match="VEDETTE_GUARD_KEY") as caught:
        EnvironmentKeys(text)
    assert not text.strip(" ,") or text not in f"{caught.value.message} {caught.value.next_step}"


def test_providers_are_found_by_name(tmp_path: Path) -> None:
    place = KeyPlace(file=tmp_path / "keys.json", keys=KEY)
    assert isinstance(key_provider("file", place), FileKeys)
    assert isinstance(key_provider("environment", place), EnvironmentKeys)
    assert KEY not in repr(place)
    assert KEY not in repr(EnvironmentKeys(KEY).keys())
    with pytest.raises(UserError, match="no key provider") as caught:
        key_provider("hsm", place)
    assert "environment, file" in (caught.value.next_step or "")


@given(key=st.binary(min_size=32, max_size=32), plain=st.binary(), aad=st.binary(), flip=st.integers(0, 10**9))
def test_what_is_sealed_opens_only_as_it_was(key: bytes, plain: bytes, aad: bytes, flip: int) -> None:
    sealed = sealing.seal(key, plain, aad)
    assert sealing.unseal(key, sealed, aad, "it") == plain
    assert sealing.seal(key, plain, aad) != sealed
    at = flip % (len(sealed) * 8)
    changed = bytearray(sealed)
    changed[at // 8] ^= 1 << at % 8
    for wrong in ((bytes(changed), aad), (sealed, aad + b"x"), (sealed[:-1], aad), (b"", aad)):
        with pytest.raises(OutsideError):
            sealing.unseal(key, *wrong, "it")


@given(st.lists(st.text()), st.lists(st.text()))
def test_no_two_lists_of_texts_have_one_digest(left: list[str], right: list[str]) -> None:
    key = bytes(32)
    assert (sealing.mac(key, *left) == sealing.mac(key, *right)) == (left == right)


def test_derived_keys_follow_the_standard() -> None:
    """HKDF-Expand of RFC 5869, appendix A.1, whose info is ours here: computed by hand from HMAC."""
    import hmac

    key = bytes(range(32))
    wanted = hmac.digest(key, b"vedette guard some use\x01", "sha256")
    assert sealing.derive(key, "some use") == wanted
    assert sealing.derive(key, "some use", 48)[:32] == wanted


def test_a_key_management_service_is_a_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="far", value="vault_support:FarAwayKeys", group=GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group == GROUP else [])
    plugins.plugin_points.cache_clear()
    try:
        keys = key_provider("far", KeyPlace(file=tmp_path / "none", options="eu"))
        assert isinstance(keys, KeyProvider)
        assert keys.region == "eu"  # type: ignore[attr-defined]
        key_id = keys.current()
        assert keys.unwrap(key_id, keys.wrap(key_id, b"k" * 32, b"aad"), b"aad") == b"k" * 32
        with pytest.raises(UserError, match="no key provider"):
            key_provider("far", KeyPlace(file=tmp_path / "none"), third_party=False)
    finally:
        plugins.plugin_points.cache_clear()
