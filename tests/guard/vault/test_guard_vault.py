"""The vault: what was replaced comes back in its session, nowhere else, and not after it was to be gone."""

from __future__ import annotations

import base64
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from vault_support import AT, Clock, FarAwayKeys, keyring, pair, vault_of

from vedette.errors import OutsideError, UserError
from vedette.guard.base import PairBook
from vedette.guard.vault import KeyPlace, Vault, pairs
from vedette.guard.vault.disguises import MOST_TEXTS, readings
from vedette.guard.vault.matching import Held, Likeness
from vedette.store import Lake, tables
from vedette.store.state import writing


def test_pairs_come_back_in_their_order_also_to_another_process(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    book = vault_of(lake).open("talk", ttl_s=60)
    assert isinstance(book, PairBook)
    first = book.add([pair("Alice", "PERSON_A"), pair("Bob", "PERSON_B")])
    book.add([pair("10.0.0.1", "IP_A", "IP_ADDRESS")])
    other = vault_of(open_lake(lake.home)).open("talk", ttl_s=60)
    assert other.pairs() == (*first, pair("10.0.0.1", "IP_A", "IP_ADDRESS"))
    assert other.secret == book.secret
    assert len(other.secret) == 32
    assert other.pseudonym_of("PERSON", "Bob") == "PERSON_B"
    assert other.value_of("PERSON_A") == pair("Alice", "PERSON_A")
    assert other.value_of("PERSON_C") is None
    assert other.pseudonym_of("USERNAME", "Bob") is None
    assert other.pairs() is other.pairs(), "asking often costs nothing"


ALL = bool(os.environ.get("VEDETTE_TEST_ALL"))
"""Whether each property is tried as often as it should be: ``make test-all``."""
texts = st.text(alphabet=st.sampled_from('ab\x00\x1a\ud800\udcff\U0001f600"\\\n é')) | st.text()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40 if ALL else 12)
@given(values=st.lists(texts, max_size=12), name=texts, owner=texts)
def test_any_values_come_back_as_they_were(lake: Lake, values: list[str], name: str, owner: str) -> None:
    lake_vault = vault_of(lake)
    lake_vault.erase(name, owner=owner)
    given_pairs = [pair(value, f"P_{number}") for number, value in enumerate(values)]
    held = lake_vault.open(name, ttl_s=60, owner=owner).add(given_pairs)
    assert [one.value for one in held] == values
    again = vault_of(lake).open(name, ttl_s=60, owner=owner)
    assert [one.value for one in again.pairs()] == list(dict.fromkeys(values))
    for one in held:
        assert again.value_of(one.pseudonym) == one
        assert again.pseudonym_of("PERSON", one.value) == one.pseudonym


def test_what_was_first_holds_and_all_is_kept_or_none(lake: Lake) -> None:
    book = vault_of(lake).open("talk", ttl_s=60)
    other = vault_of(lake).open("talk", ttl_s=60)
    assert book.add([pair("Alice", "A")]) == (pair("Alice", "A"),)
    assert other.add([pair("Alice", "B"), pair("Bob", "C"), pair("Bob", "D")]) == (
        pair("Alice", "A"),
        pair("Bob", "C"),
        pair("Bob", "C"),
    )
    with pytest.raises(OutsideError, match="another value"):
        other.add([pair("Carol", "E"), pair("Dan", "A")])
    assert [one.value for one in vault_of(lake).open("talk", ttl_s=60).pairs()] == ["Alice", "Bob"]


def test_eight_writers_of_one_session_agree(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    vaults = [vault_of(lake if n % 2 else open_lake(lake.home)) for n in range(8)]

    def write(n: int) -> list[str]:
        book = vaults[n].open("talk", ttl_s=60)
        return [book.add([pair(f"value {k}", f"{n}-{k}")])[0].pseudonym for k in range(6)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(write, range(8)))
    assert all(one == told[0] for one in told)
    assert len(vault_of(lake).open("talk", ttl_s=60).pairs()) == 6


def test_sessions_and_owners_know_nothing_of_each_other(lake: Lake) -> None:
    vault = vault_of(lake)
    books = [
        vault.open("talk", ttl_s=60),
        vault.open("talk", ttl_s=60, owner="ana"),
        vault.open("talkana", ttl_s=60),
        vault.open("ana", ttl_s=60, owner="talk"),
    ]
    for number, book in enumerate(books):
        book.add([pair("Alice", f"P_{number}")])
    assert len({book.secret for book in books}) == len({book.session_id for book in books}) == 4
    for number, book in enumerate(books):
        assert [book.value_of(f"P_{n}") is not None for n in range(4)] == [n == number for n in range(4)]


def test_nothing_readable_lies_in_the_database(lake: Lake) -> None:
    if lake.state.dialect.name != "sqlite":
        pytest.skip("the file is searched")
    value = "Alice-of-the-vault"
    vault_of(lake).open("session-of-ana", ttl_s=60, owner="owner-ana").add([pair(value, "PERSON_XYZ")])
    files = [p.read_bytes() for p in lake.home.rglob("*") if p.is_file()]
    for word in (value, "PERSON_XYZ", "session-of-ana", "owner-ana"):
        assert not any(word.encode() in content for content in files), word


def test_lengths_say_little(lake: Lake) -> None:
    book = vault_of(lake).open("talk", ttl_s=60)
    book.add([pair("x" * n, f"P_{n:02d}") for n in range(1, 30)])
    with lake.state.connect() as connection:
        sizes = {len(bytes(row.sealed)) for row in connection.execute(select(tables.guard_pairs))}
    assert len(sizes) <= 2


# -- time ---------------------------------------------------------------------------------------------


def test_what_has_expired_resolves_nothing_and_is_purged(lake: Lake) -> None:
    clock = Clock()
    vault = vault_of(lake, clock)
    book = vault.open("talk", ttl_s=60)
    vault.open("long", ttl_s=600).add([pair("Bob", "B")])
    book.add([pair("Alice", "A")])
    clock.on(seconds=59)
    assert book.value_of("A")
    clock.on(seconds=1)
    assert (book.value_of("A"), book.pseudonym_of("PERSON", "Alice"), book.pairs()) == (None, None, ())
    with pytest.raises(OutsideError, match="ended"):
        book.add([pair("Alice", "A")])
    assert "talk" not in vault
    assert "long" in vault
    done = vault.purge()
    assert (done.n_sessions, done.n_pairs) == (1, 1)
    assert vault.purge().n_sessions == 0
    assert [one.n_pairs for one in vault.sessions()] == [1]


def test_a_vault_that_is_used_tidies_itself(lake: Lake) -> None:
    clock = Clock()
    vault = vault_of(lake, clock)
    for n in range(5):
        vault.open(f"s{n}", ttl_s=60).add([pair("Alice", f"A{n}")])
    clock.on(seconds=59)
    vault.open("other", ttl_s=600)
    assert len(vault.sessions()) == 6
    clock.on(seconds=2)
    vault.open("other", ttl_s=600)
    assert len(vault.sessions()) == 1


def test_a_session_begun_again_is_another_one(lake: Lake) -> None:
    clock = Clock()
    vault = vault_of(lake, clock)
    old = vault.open("talk", ttl_s=60)
    old.add([pair("Alice", "A")])
    clock.on(seconds=61)
    new = vault.open("talk", ttl_s=60)
    assert new.secret != old.secret
    assert (new.value_of("A"), old.value_of("A"), new.pairs()) == (None, None, ())


def test_use_lets_a_session_last_but_not_beyond_its_longest(lake: Lake) -> None:
    clock = Clock()
    vault = vault_of(lake, clock)
    for _ in range(4):
        book = vault.open("talk", ttl_s=60, longest_s=200)
        book.add([pair("Alice", "A")])
        clock.on(seconds=49)
    assert book.value_of("A")
    clock.on(seconds=4)
    assert book.value_of("A") is None
    assert "talk" not in vault
    vault.open("open", ttl_s=60)
    clock.on(seconds=50)
    vault.open("open")
    clock.on(seconds=20)
    assert "open" not in vault, "a look does not count as use"
    with pytest.raises(UserError):
        vault.open("talk", ttl_s=0)


# -- erasing ------------------------------------------------------------------------------------------


def test_an_erased_session_is_gone_here_and_elsewhere(
    lake: Lake, open_lake: Callable[[Path], Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "FRESH_S", 0.0)
    vault, other = vault_of(lake), vault_of(open_lake(lake.home))
    book, elsewhere = vault.open("talk", ttl_s=60), other.open("talk", ttl_s=60)
    book.add([pair("Alice", "A")])
    assert elsewhere.value_of("A")
    done = vault.erase("talk")
    assert (done.n_sessions, done.n_pairs) == (1, 1)
    for one in (book, elsewhere):
        assert one.value_of("A") is None
        with pytest.raises(OutsideError, match="ended"):
            one.add([pair("Alice", "A")])
    assert vault.erase("talk").n_sessions == 0
    again = other.open("talk", ttl_s=60)
    assert again.pairs() == ()
    assert again.secret != book.secret
    with lake.state.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM guard_pairs")).scalar() == 0


def test_what_was_erased_is_not_in_sqlites_files(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    vault = vault_of(lake)
    vault.open("talk", ttl_s=60).add([pair(f"value {n}", f"P_{n}") for n in range(50)])
    with lake.state.connect() as connection:
        row = connection.execute(select(tables.guard_sessions)).one()
        held = [bytes(r.sealed) for r in connection.execute(select(tables.guard_pairs))]
    there = [bytes(row.wrapped), *held]
    files = lambda: [p.read_bytes() for p in lake.home.glob("state.sqlite*")]  # noqa: E731
    assert all(any(one in content for content in files()) for one in there)
    vault.erase("talk")
    assert not any(one in content for one in there for content in files())
    lake.close()


def test_a_person_is_erased_from_every_session_however_written(
    lake: Lake, open_lake: Callable[[Path], Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "FRESH_S", 0.0)
    vault, other = vault_of(lake), vault_of(open_lake(lake.home))
    one, two = vault.open("one", ttl_s=60), vault.open("two", ttl_s=60, owner="ana")
    one.add([pair("Alice Martin", "A"), pair("Bob", "B"), pair("ALICE  MARTIN", "C")])
    two.add([pair("alice.martin", "A2", "USERNAME"), pair("CORP\\alice martin", "B2", "USERNAME")])
    elsewhere = other.open("one", ttl_s=60)
    assert elsewhere.value_of("A")
    left = vault.erase_value("Martin")
    assert (left.n_sessions, left.n_pairs, left.n_containing) == (0, 0, 4), "a surname alone may be somebody else's"
    done = vault.erase_value("Alice Martin")
    assert (done.n_sessions, done.n_pairs, done.unread, done.n_containing) == (2, 4, (), 0)
    assert [p.value for p in one.pairs()] == [p.value for p in elsewhere.pairs()] == ["Bob"]
    assert elsewhere.value_of("A") is None
    assert two.pairs() == ()
    two.add([pair("wende dich an Bob oder", "W"), pair("Bobby", "X")])
    assert vault.erase_value("bob", containing=True).n_pairs == 2, "the plain one and the one within"
    assert [p.value for p in two.pairs()] == ["Bobby"]
    assert one.pairs() == ()
    # numbers of entries may be given again; whoever held the old ones sees the new
    one.add([pair("Carol", "D")])
    assert [p.value for p in elsewhere.pairs()] == ["Carol"]
    with pytest.raises(UserError, match="no value"):
        vault.erase_value(" .- ")


def _encoded(value: str) -> list[str]:
    data, wide = value.encode(), value.encode("utf-16-le")
    return [
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(b"user=" + data + b";").decode().rstrip("="),
        base64.b64encode(base64.b64encode(data)).decode(),
        base64.b64encode(wide).decode(),
        base64.b32encode(data).decode(),
        data.hex().upper(),
        data.hex(" "),
        f"https://h.example/?who={quote(value, safe='')}&n=1",
        f"?token={base64.b64encode(data).decode()}",
        value[::-1],
        "".join(f"\\u{ord(char):04x}" for char in value),
        "".join(f"&#{ord(char)};" for char in value),
        f"wende dich an {value.upper()} oder",
    ]


@pytest.mark.parametrize("value", ["Alice Martin", "Tr0ub4dor&3", "alice.martin@contoso.com", "José Núñez"])
def test_what_decodes_to_a_value_is_erased_with_it(lake: Lake, value: str) -> None:
    vault = vault_of(lake)
    book = vault.open("talk", ttl_s=60)
    others = ["Bob Stone", base64.b64encode(b"Carol Danvers, Paris").decode(), "AKIA3QZ7XW5NPL2RT6VB", "%%%", "\\u", ""]
    encoded = _encoded(value)
    book.add([pair(one, f"P{n}") for n, one in enumerate([*encoded, *others])])
    assert vault.erase_value(value).n_pairs == len(encoded)
    assert [one.value for one in vault.open("talk").pairs()] == others


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_value_has_readings(value: str) -> None:
    assert len(list(readings(value))) <= 2 * MOST_TEXTS + 2
    assert Likeness("Alice Martin").of(value) is Held.NOT


# -- master keys --------------------------------------------------------------------------------------


def test_rotation_leaves_entries_alone_and_the_old_key_may_go(lake: Lake) -> None:
    vault, keys = vault_of(lake), keyring(lake.home)
    book = vault.open("talk", ttl_s=60)
    book.add([pair("Alice", "A")])
    for n in range(5):
        vault.open(f"s{n}", ttl_s=60)
    with lake.state.connect() as connection:
        before = connection.execute(select(tables.guard_pairs)).all()
    old = keys.current()
    new = keys.renew().key_id
    assert (done := vault.rotate()).key_id == new
    assert done.n_keys == 7, "six sessions and the key for their names"
    assert vault.rotate().n_keys == 0
    assert vault.key_uses() == {new: 7}
    keys.retire(old)
    with lake.state.connect() as connection:
        assert connection.execute(select(tables.guard_pairs)).all() == before
    assert vault_of(lake).open("talk", ttl_s=60).value_of("A") == pair("Alice", "A")
    assert book.value_of("A") == pair("Alice", "A")


def test_a_rotation_that_was_stopped_goes_on(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.guard.vault.vault._BATCH", 2)
    vault, keys = vault_of(lake), keyring(lake.home)
    for n in range(9):
        vault.open(f"s{n}", ttl_s=60).add([pair("Alice", f"A{n}")])
    keys.renew()

    def stop(_: int) -> None:
        if sum(vault.key_uses().values()) and vault.key_uses().get(keys.current(), 0) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.rotate(stop)
    assert len(vault.key_uses()) == 2
    for n in range(9):
        assert vault_of(lake).open(f"s{n}", ttl_s=60).value_of(f"A{n}")
    assert vault.rotate().n_keys > 0
    assert set(vault.key_uses()) == {keys.current()}


def test_a_lost_master_key_is_named_and_there_is_a_way_on(lake: Lake) -> None:
    vault_of(lake).open("talk", ttl_s=60).add([pair("Alice", "A")])
    vault_of(lake).house.key("another part")
    lost = keyring(lake.home).current()
    (lake.home / "guard" / "keys.json").unlink()
    vault = vault_of(lake)
    with pytest.raises(OutsideError, match=lost) as caught:
        vault.open("talk", ttl_s=60)
    assert "backup" in (caught.value.next_step or "")
    with pytest.raises(OutsideError, match=lost):
        vault.check()
    assert vault.rotate().missing == (lost,)
    with pytest.raises(OutsideError, match=lost):
        vault.house.key("another part")
    assert vault.reset().n_sessions == 1
    assert len(vault.house.key("another part")) == 32
    vault.open("talk", ttl_s=60).add([pair("Bob", "B")])
    vault.check()


def test_a_key_management_service_that_is_away_closes_the_vault(lake: Lake) -> None:
    keys = FarAwayKeys(KeyPlace(file=lake.home / "none", options="eu"))
    vault = Vault(lake.state, keys, clock=Clock())
    book = vault.open("talk", ttl_s=60)
    book.add([pair("Alice", "A")])
    n_calls = keys.n_calls
    for _ in range(5):
        assert vault.open("talk", ttl_s=60).value_of("A")
    assert keys.n_calls == n_calls, "a session that is held asks nothing more"
    keys.away = True
    with pytest.raises(OutsideError, match="in eu"):
        vault.open("other", ttl_s=60)
    with pytest.raises(OutsideError, match="in eu"):
        Vault(lake.state, keys).open("talk", ttl_s=60)
    keys.away = False
    keys.renew()
    assert vault.rotate().n_keys == 2
    assert Vault(lake.state, keys, clock=Clock()).open("talk", ttl_s=60).value_of("A")
    assert not (lake.home / "none").exists()


# -- tampering and failures -----------------------------------------------------------------------------


def test_entries_that_were_moved_or_changed_do_not_open(lake: Lake) -> None:
    vault = vault_of(lake)
    vault.open("one", ttl_s=60).add([pair("Alice", "A"), pair("Bob", "B")])
    p = tables.guard_pairs
    with lake.state.connect() as connection:
        first, second = connection.execute(select(p.c.sealed).order_by(p.c.number)).scalars()
    for number, content in ((1, second), (2, first), (1, bytes(first)[:-1] + b"x"), (1, b"short")):
        with writing(lake.state) as connection:
            connection.execute(update(p).where(p.c.number == number).values(sealed=bytes(content)))
        with pytest.raises(OutsideError, match=f"entry {number}"):
            vault_of(lake).open("one", ttl_s=60)
        with writing(lake.state) as connection:
            connection.execute(update(p).where(p.c.number == 1).values(sealed=first))
            connection.execute(update(p).where(p.c.number == 2).values(sealed=second))
    assert len(vault_of(lake).open("one", ttl_s=60).pairs()) == 2


def test_a_sessions_key_does_not_open_under_another_session(lake: Lake) -> None:
    vault = vault_of(lake)
    mine, theirs = vault.open("mine", ttl_s=60), vault.open("theirs", ttl_s=60)
    theirs.add([pair("Alice", "A")])
    t = tables.guard_sessions
    with writing(lake.state) as connection:
        wrapped = connection.execute(select(t.c.wrapped).where(t.c.session == theirs.session_id)).scalar()
        connection.execute(update(t).where(t.c.session == mine.session_id).values(wrapped=wrapped))
    with pytest.raises(OutsideError, match="does not open"):
        vault_of(lake).open("mine", ttl_s=60)


def test_a_database_that_is_gone_is_an_error_that_says_so(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    vault = vault_of(lake)
    book = vault.open("talk", ttl_s=60)
    book.add([pair("Alice", "A")])
    with sqlite3.connect(lake.home / "state.sqlite") as connection:
        connection.execute("DROP TABLE guard_pairs")
    connection.close()
    with pytest.raises(OutsideError, match="cannot") as caught:
        book.add([pair("Bob the Builder", "B")])
    assert "Bob" not in f"{caught.value.message} {caught.value.location} {caught.value.next_step}"
    with pytest.raises(OutsideError, match="cannot open"):
        vault.open("talk", ttl_s=60)
    with pytest.raises(OutsideError, match="cannot"):
        vault.erase("talk")
    lake.close()


def test_a_full_disk_is_an_error_and_keeps_nothing_in_part(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    vault = vault_of(lake)
    book = vault.open("talk", ttl_s=60)
    book.add([pair("Alice", "A")])
    with lake.state.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    lake.state.dispose()
    from sqlalchemy import event

    event.listen(lake.state, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(OutsideError, match="full"):
        book.add([pair(f"value {n} " + "x" * 500, f"P_{n}") for n in range(2000)])
    assert [one.value for one in vault_of(lake).open("talk").pairs()] == ["Alice"]
    assert book.value_of("P_1") is None
    lake.close()


def test_one_session_does_not_grow_without_end(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MOST_PAIRS", 3)
    book = vault_of(lake).open("talk", ttl_s=60)
    book.add([pair("Alice", "A"), pair("Bob", "B")])
    with pytest.raises(UserError, match="at most 3"):
        book.add([pair("Carol", "C"), pair("Dan", "D")])
    book.add([pair("Carol", "C"), pair("Alice", "X")])


def test_sessions_that_were_not_used_lately_are_let_go_of_in_memory(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.guard.vault.vault.MOST_SESSIONS", 3)
    vault = vault_of(lake)
    books = [vault.open(f"s{n}", ttl_s=60) for n in range(6)]
    for n, book in enumerate(books):
        book.add([pair("Alice", f"A{n}")])
    assert len(vault._held) == 3
    vault.open("s0", ttl_s=60).add([pair("Bob", "B0")])
    monkeypatch.setattr(pairs, "FRESH_S", 0.0)
    assert books[0].value_of("B0") == pair("Bob", "B0"), "a book that is used still takes up what others add"
    assert {one.created_at for one in vault.sessions()} == {AT}
