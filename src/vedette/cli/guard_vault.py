"""``vedette guard vault``: what was replaced, encrypted, and its master keys are looked after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import JsonOption, frame_of
from vedette.cli.guard_opening import keeping, note_down, opened_keys, trail_of

if TYPE_CHECKING:
    from vedette.guard.vault import Erased, Vault

vault_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What was replaced, encrypted: status, erase, rotate.",
    epilog="Start with: vedette guard vault status",
)
key_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Master keys of the vault: list, new, retire.",
    epilog="Start with: vedette guard vault key list",
)
vault_app.add_typer(key_app, name="key")


@vault_app.command()
def status(context: typer.Context, json: JsonOption = False) -> None:
    """List the sessions that are kept, with counts and times, and the master keys that they are under.

    Sessions are shown by a digest: what a client calls them is not kept.
    """
    frame = frame_of(context)
    with frame.lake() as lake:
        from vedette.guard.vault import Vault

        keys = opened_keys(frame)
        vault = Vault(lake.state, keys)
        sessions, uses = vault.sessions(), vault.key_uses()
        current = keys.current() if uses else None
    if json:
        frame.print_json(
            {
                "sessions": [
                    {
                        "session": one.session,
                        "n_pairs": one.n_pairs,
                        "created_at": one.created_at,
                        "used_at": one.used_at,
                        "expires_at": one.expires_at,
                        "key_id": one.key_id,
                    }
                    for one in sessions
                ],
                "keys": uses,
                "current_key": current,
            }
        )
        return
    if not sessions:
        frame.say("no sessions: nothing was replaced yet, or all of it has expired")
    for one in sessions:
        until = f"until {one.expires_at:%Y-%m-%d %H:%M} UTC"
        frame.say(f"{one.session}  {one.n_pairs:>6} values  {until}  {one.key_id}")
    for key_id, n in sorted(uses.items()):
        frame.say(f"{key_id}  protects {n} keys{'' if key_id == current else '; no longer current'}")
    if set(uses) - {current}:
        frame.next_step("vedette guard vault rotate", "puts everything under the current key")


@vault_app.command()
def erase(
    context: typer.Context,
    sessions: Annotated[
        list[str] | None,
        typer.Argument(metavar="SESSION…", help="What the client calls it, or its digest as status shows it."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Whose: the id of the client's token.")] = "",
    value: Annotated[
        list[str] | None,
        typer.Option("--value", help="Erase this value from every session; - reads values from stdin, one a line."),
    ] = None,
    containing: Annotated[
        bool, typer.Option("--containing", help="With --value: a single word goes within other values too.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Erase sessions whole, or a value from every session: their pseudonyms are turned back nowhere from then on.

    Example: vedette guard vault erase --value -  (then type the name, so that no shell history keeps it)
    """
    from vedette.errors import OutsideError, UserError

    frame = frame_of(context)
    if bool(sessions) == bool(value):
        raise UserError("say what to erase: sessions, or --value", next_step="vedette guard vault erase --help")
    with keeping(frame) as (vault, trail, _):
        done: list[Erased] = []
        if sessions:
            done.append(vault.erase_sessions(chosen_sessions(vault, sessions, owner)))
        for one in _values(value or []):
            done.append(vault.erase_value(one, containing=containing))
        n_sessions, n_pairs = sum(one.n_sessions for one in done), sum(one.n_pairs for one in done)
        unread = sorted({name for one in done for name in one.unread})
        n_containing = sum(one.n_containing for one in done)
        what = "sessions" if sessions else "values in sessions"
        note_down(trail, "vault.erase", f"{n_sessions} {what}, {n_pairs} pairs")
    if json:
        said: dict[str, Any] = {"n_sessions": n_sessions, "n_pairs": n_pairs, "unread": unread}
        frame.print_json(said if sessions else said | {"n_containing": n_containing})
    elif sessions:
        frame.say(f"erased: {n_sessions} of {len(sessions)} sessions, with {n_pairs} values")
    else:
        frame.say(f"erased: {n_pairs} pairs in {n_sessions} sessions")
        if n_containing:
            frame.next_step(
                "the same with --containing", f"erases {n_containing} more, which hold it among other words"
            )
    if unread:
        raise OutsideError(
            f"{len(unread)} sessions could not be searched: their master key is missing",
            next_step="erase them whole: vedette guard vault erase " + " ".join(unread[:3]),
        )


def chosen_sessions(vault: Vault, names: list[str], owner: str = "") -> list[str]:
    """Return the digests of sessions, each named as its client calls it or by how its digest begins.

    Raises:
        UserError: one is not there.
    """
    digests = {one.session for one in vault.sessions()}
    return [_chosen(vault, digests, name, owner) for name in names]


def _chosen(vault: Vault, digests: set[str], name: str, owner: str) -> str:
    from vedette.errors import UserError

    digest = vault.digest(name, owner)
    if digest in digests:
        return digest
    fitting = [one for one in digests if len(name) >= 6 and one.startswith(name)]
    if len(fitting) != 1:
        step = "vedette guard vault status lists them; one of the gateway's needs --owner too, or its digest"
        raise UserError(f"no session {name!r} is kept, or it has expired", next_step=step)
    return fitting[0]


def _values(given: list[str]) -> Iterator[str]:
    import sys

    from vedette.errors import UserError

    for one in given:
        if one != "-":
            yield one
            continue
        lines = [line.strip() for line in sys.stdin if line.strip()]
        if not lines:
            raise UserError("standard input holds no value", next_step="write one a line")
        yield from lines


@vault_app.command()
def purge(context: typer.Context, json: JsonOption = False) -> None:
    """Erase the sessions that have expired; the gateway does so by itself."""
    frame = frame_of(context)
    with keeping(frame) as (vault, trail, _):
        done = vault.purge()
        if done.n_sessions:
            note_down(trail, "vault.purge", f"{done.n_sessions} sessions, {done.n_pairs} pairs")
    if json:
        frame.print_json({"n_sessions": done.n_sessions, "n_pairs": done.n_pairs})
    else:
        frame.say(f"erased: {done.n_sessions} expired sessions, with {done.n_pairs} values")


@vault_app.command()
def rotate(
    context: typer.Context,
    new: Annotated[bool, typer.Option("--new/--no-new", help="Make a new master key in the keyring before.")] = True,
    json: JsonOption = False,
) -> None:
    """Put every key under a new master key; values are not touched, and a gateway goes on meanwhile.

    May be stopped and called again. Keys in the environment are made by hand: set the new one first, the old one after
    it, and call this.
    """
    from vedette.errors import OutsideError
    from vedette.guard.vault import FileKeys, Vault

    frame = frame_of(context)
    with frame.lake() as lake:
        keys = opened_keys(frame)
        if new and isinstance(keys, FileKeys):
            keys.keys()
            keys.renew()
        vault, trail = Vault(lake.state, keys), trail_of(frame, lake.state, keys)
        vault.check()
        done = vault.rotate()
        note_down(trail, "vault.rotate", f"{done.n_keys} keys under {done.key_id}")
        trail.close()
        others = sorted(set(vault.key_uses()) - {done.key_id})
    if json:
        frame.print_json({"key_id": done.key_id, "n_keys": done.n_keys, "missing": list(done.missing)})
    else:
        frame.say(f"{done.n_keys} keys are now under {done.key_id}")
    if done.missing:
        raise OutsideError(
            f"what is under {', '.join(done.missing)} could not be taken along",
            next_step="give these master keys back, and rotate again",
        )
    if not others and not json:
        frame.next_step("vedette guard vault key list", "shows old keys, which may now be retired")


@vault_app.command()
def reset(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, erase every session.")] = False,
    json: JsonOption = False,
) -> None:
    """Erase everything and begin with new keys: the way on once a master key is lost for good.

    The audit stays and goes on under a new key; the rows under the lost one can no longer be verified.
    """
    from vedette.errors import UserError

    frame = frame_of(context)
    if not yes:
        raise UserError("this erases every session and approval", next_step="vedette guard vault reset --yes")
    with keeping(frame) as (vault, trail, _):
        done = vault.reset()
        note_down(trail, "vault.reset", f"{done.n_sessions} sessions, {done.n_pairs} pairs")
    if json:
        frame.print_json({"n_sessions": done.n_sessions, "n_pairs": done.n_pairs})
    else:
        frame.say(f"erased: {done.n_sessions} sessions, with {done.n_pairs} values; new keys are in use")


# -- master keys --------------------------------------------------------------------------------------


@key_app.command("list")
def list_keys(context: typer.Context, json: JsonOption = False) -> None:
    """List the master keys that are held here, and how much each protects; the keys themselves are not shown."""
    from vedette.guard.vault import EnvironmentKeys, FileKeys, Vault

    frame = frame_of(context)
    with frame.lake() as lake:
        keys = opened_keys(frame)
        uses = Vault(lake.state, keys).key_uses()
        held = list(keys.keys().values()) if isinstance(keys, FileKeys | EnvironmentKeys) else []
        current = keys.current()
    told = [
        {
            "key_id": one.key_id,
            "created_at": one.created_at,
            "current": one.key_id == current,
            "n_keys": uses.get(one.key_id, 0),
        }
        for one in held
    ]
    known = {one.key_id for one in held}
    told += [
        {"key_id": key_id, "created_at": None, "current": key_id == current, "n_keys": n}
        for key_id, n in sorted(uses.items())
        if key_id not in known
    ]
    if json:
        frame.print_json({"keys": told})
        return
    for one in told:
        state = "current" if one["current"] else "missing" if held and one["key_id"] not in known else "old"
        frame.say(f"{one['key_id']}  {state:8} protects {one['n_keys']} keys")


@key_app.command("new")
def new_key_command(
    context: typer.Context,
    print_: Annotated[
        bool, typer.Option("--print", help="Print a key for VEDETTE_GUARD_KEY instead of keeping it in the keyring.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make a new master key: new sessions are under it from then on, old ones once the vault is rotated."""
    from vedette.errors import UserError
    from vedette.guard.vault import FileKeys, shown_key
    from vedette.guard.vault.sealing import new_key

    frame = frame_of(context)
    if print_:
        frame.say(shown_key(new_key()))
        frame.note("kept nowhere: put it into VEDETTE_GUARD_KEY, before the keys that are there")
        return
    keys = opened_keys(frame)
    if not isinstance(keys, FileKeys):
        raise UserError(
            "the master keys are not in a keyring file", next_step="vedette guard vault key new --print, or your KMS"
        )
    made = keys.renew()
    if json:
        frame.print_json({"key_id": made.key_id, "keyring": str(keys.path)})
        return
    frame.say(f"{made.key_id} in {keys.path}")
    frame.note("back the keyring up apart from the state database: without it nothing that was replaced comes back")
    frame.next_step("vedette guard vault rotate --no-new", "puts what is there under it")


@key_app.command("retire")
def retire_key(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, as list shows it.")],
    json: JsonOption = False,
) -> None:
    """Take an old master key out of the keyring for good: what it protects in backups cannot be read again.

    A key that protects something still is not retired.
    """
    from vedette.errors import UserError
    from vedette.guard.vault import FileKeys, Vault

    frame = frame_of(context)
    with frame.lake() as lake:
        keys = opened_keys(frame)
        if not isinstance(keys, FileKeys):
            raise UserError("the master keys are not in a keyring file", next_step="take it out where it is kept")
        n = Vault(lake.state, keys).key_uses().get(key_id, 0)
        if n:
            raise UserError(f"{key_id} protects {n} keys still", next_step="vedette guard vault rotate")
        keys.retire(key_id)
        trail = trail_of(frame, lake.state, keys)
        note_down(trail, "vault.retire", key_id)
        trail.close()
    if json:
        frame.print_json({"key_id": key_id})
    else:
        frame.say(f"retired: {key_id}")
