"""``vedette guard policy``, ``vault``, ``approvals`` and ``audit``: what the guard rests on is looked after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vedette.guard.policy import Policy
    from vedette.guard.trail import Trail
    from vedette.guard.vault import Approvals, Erased, KeyProvider, Vault


def _app(text: str, epilog: str) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, no_args_is_help=True, help=text, epilog=epilog)


policy_app = _app("What is done about what is found: check, show, explain.", "Start with: vedette guard policy show")
vault_app = _app("What was replaced, encrypted: status, erase, rotate.", "Start with: vedette guard vault status")
key_app = _app("Master keys of the vault: list, new, retire.", "Start with: vedette guard vault key list")
approvals_app = _app("What was held back: list, allow, deny.", "Start with: vedette guard approvals list")
audit_app = _app("What passed the guard: list, verify, export.", "Start with: vedette guard audit verify")
vault_app.add_typer(key_app, name="key")


def mount(app: typer.Typer) -> None:
    """Put the commands of this module under those of ``vedette guard``."""
    for name, one in (
        ("policy", policy_app),
        ("vault", vault_app),
        ("approvals", approvals_app),
        ("audit", audit_app),
    ):
        app.add_typer(one, name=name)


# -- what the verbs open ------------------------------------------------------------------------------


def opened_keys(frame: Frame) -> KeyProvider:
    """Return the master keys that the settings name.

    Raises:
        UserError: the settings name none that is there.
        OutsideError: the keys cannot be reached.
    """
    from vedette.guard.vault import KeyPlace, key_provider

    settings = frame.settings
    name = settings.guard_keys or ("environment" if settings.guard_key else "file")
    place = KeyPlace(
        file=keyring_path(frame),
        keys=settings.guard_key.get_secret_value() if settings.guard_key else "",
        options=settings.guard_key_options,
    )
    return key_provider(name, place, third_party=settings.third_party_plugins)


def keyring_path(frame: Frame) -> Path:
    """Return where the keyring is, or would be."""
    return frame.settings.guard_key_file or frame.home_path() / "guard" / "keys.json"


def anchor_path(frame: Frame) -> Path:
    """Return where the anchor of the trail is."""
    return frame.home_path() / "guard" / "trail.json"


@contextmanager
def opened_vault(frame: Frame) -> Iterator[Vault]:
    """Yield the home's vault."""
    from vedette.guard.vault import Vault

    with frame.lake(make=True) as lake:
        yield Vault(lake.state, opened_keys(frame))


@contextmanager
def opened_asking(frame: Frame) -> Iterator[tuple[Vault, Approvals]]:
    """Yield the home's vault, and what keeps questions and answers beside it."""
    from vedette.guard.vault import Approvals, Vault

    with frame.lake(make=True) as lake:
        keys = opened_keys(frame)
        yield Vault(lake.state, keys), Approvals(lake.state, keys)


@contextmanager
def opened_trail(frame: Frame) -> Iterator[Trail]:
    """Yield the home's trail."""
    with frame.lake() as lake:
        yield trail_of(frame, lake.state, opened_keys(frame))


def trail_of(frame: Frame, engine: Engine, keys: KeyProvider) -> Trail:
    """Return the trail of a state database, with the home's anchor."""
    from vedette.guard.trail import Trail

    return Trail(engine, keys, anchor=anchor_path(frame))


@contextmanager
def _keeping(frame: Frame, *, make: bool = False) -> Iterator[tuple[Vault, Trail, Approvals]]:
    """Yield what a change to the vault needs: it is written into the trail too."""
    from vedette.guard.vault import Approvals, Vault

    with frame.lake(make=make) as lake:
        keys = opened_keys(frame)
        trail = trail_of(frame, lake.state, keys)
        yield Vault(lake.state, keys), trail, Approvals(lake.state, keys)
        trail.close()


def _note(trail: Trail, action: str, reason: str) -> None:
    from vedette.store.book import whoami

    trail.record(action=action, actor=whoami(), reason=reason)


def _opened_policy(frame: Frame, named: str | None) -> Policy:
    from vedette.guard.policy import load_policy

    own = frame.home_path() / "guard.yaml"
    return load_policy(named if named is not None else own if own.is_file() else "default")


# -- policy -------------------------------------------------------------------------------------------

PolicyArgument = Annotated[
    str | None,
    typer.Argument(metavar="POLICY", help="A file, or default, strict, watch. Default: guard.yaml in the home."),
]


@policy_app.command("check")
def check_policy(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Policy files (YAML).")],
    json: JsonOption = False,
) -> None:
    """Read policies and say what is wrong with them, with file and line; exit 2 where something is.

    A rule that lets everything pass is told of as well; that alone is no error.

    Example: vedette guard policy check guard.yaml
    """
    from vedette.errors import UserError
    from vedette.guard.policy import load_policy, warnings

    frame = frame_of(context)
    told: list[dict[str, Any]] = []
    for file in files:
        try:
            found = load_policy(file)
            told.append({"file": file, **_summary(found), "warnings": list(warnings(found))})
        except UserError as error:
            told.append({"file": file, "error": error.message, "location": error.location})
    if json:
        frame.print_json({"policies": told})
    else:
        for one in told:
            if "error" in one:
                frame.say(f"{one['location'] or one['file']}: {one['error']}")
            else:
                frame.say(
                    f"{one['file']}: {one['name']}, {one['n_rules']} rules, {one['mode']}, digest {one['digest']}"
                )
                for warning in one["warnings"]:
                    frame.say(f"  warning: {warning}", "yellow")
    if any("error" in one for one in told):
        raise typer.Exit(UserError.exit_code)


@policy_app.command("show")
def show_policy(context: typer.Context, policy: PolicyArgument = None, json: JsonOption = False) -> None:
    """Print a policy whole, with what it extends: what is printed is a policy that decides the same.

    Example: vedette guard policy show strict
    """
    from vedette.guard.policy import to_plain, to_yaml

    frame = frame_of(context)
    found = _opened_policy(frame, policy)
    if json:
        frame.print_json({**to_plain(found), "digest": found.digest})
        return
    for line in to_yaml(found).splitlines():
        frame.say(line)
    frame.note(f"digest {found.digest}")


@policy_app.command("explain")
def explain_policy(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(help="What is found: EMAIL_ADDRESS, API_KEY, PROMPT_INJECTION, …")],
    policy: Annotated[
        str | None, typer.Option("--policy", "-p", help="A policy file, or a preset: default, strict, watch.")
    ] = None,
    direction: Annotated[
        Direction, typer.Option("--direction", "-d", help="prompt, context or reply.")
    ] = Direction.PROMPT,
    route: Annotated[str, typer.Option("--route", help="Name of the gateway's route.")] = "",
    role: Annotated[str, typer.Option("--role", help="Role of the client's token.")] = "",
    model: Annotated[str, typer.Option("--model", help="Name of the model that is asked.")] = "",
    speaker: Annotated[Role | None, typer.Option("--speaker", help="Who speaks in the conversation.")] = None,
    rule: Annotated[str, typer.Option("--rule", help="What within the scanner found it: github-pat, private, …")] = "",
    score: Annotated[float, typer.Option("--score", min=0.0, max=1.0, help="How sure the scanner is.")] = 1.0,
    beside: Annotated[
        list[str] | None, typer.Option("--beside", help="An entity that the text holds too; may be repeated.")
    ] = None,
    value: Annotated[str | None, typer.Option("--value", help="The value, to try what is let through.")] = None,
    json: JsonOption = False,
) -> None:
    """Say what is done about a finding, which rule says so, and why the ones before it do not.

    Example: vedette guard policy explain API_KEY --direction reply
    """
    from vedette.errors import UserError
    from vedette.guard.entities import ENTITIES
    from vedette.guard.policy import explain

    frame = frame_of(context)
    found = _opened_policy(frame, policy)
    for name in (entity, *(beside or ())):
        if name not in ENTITIES:
            frame.note(f"{name} is no entity of Vedette's own scanners")
            if name != name.upper():
                raise UserError(f"{name!r} is no entity", next_step="names are written as EMAIL_ADDRESS")
    told = explain(
        found,
        entity,
        direction,
        route=route,
        client_role=role,
        model=model,
        speaker=speaker,
        rule=rule,
        score=score,
        beside=frozenset(beside or ()),
        value=value,
    )
    if json:
        frame.print_json(
            {
                "policy": found.name,
                "digest": found.digest,
                "action": told.action.value,
                "rule": told.rule,
                "because": told.because,
                "dry_run": found.watches,
                "passed": [{"rule": name, "does_not_hold": why} for name, why in told.passed],
            }
        )
        return
    only = " (dry run: nothing is done)" if found.watches else ""
    frame.say(f"{told.action.value}{only}  by the rule: {told.rule}")
    if told.because:
        frame.say(f"  tells the client: {told.because}")
    for name, why in told.passed:
        frame.say(f"  before it: {name} ({why.replace('_', ' ')})")


def _summary(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "mode": policy.mode.value,
        "n_rules": len(policy.rules),
        "digest": policy.digest,
    }


# -- vault --------------------------------------------------------------------------------------------


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
    with _keeping(frame) as (vault, trail, _):
        done: list[Erased] = []
        if sessions:
            done.append(vault.erase_sessions(chosen_sessions(vault, sessions, owner)))
        for one in _values(value or []):
            done.append(vault.erase_value(one, containing=containing))
        n_sessions, n_pairs = sum(one.n_sessions for one in done), sum(one.n_pairs for one in done)
        unread = sorted({name for one in done for name in one.unread})
        n_containing = sum(one.n_containing for one in done)
        what = "sessions" if sessions else "values in sessions"
        _note(trail, "vault.erase", f"{n_sessions} {what}, {n_pairs} pairs")
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
    with _keeping(frame) as (vault, trail, _):
        done = vault.purge()
        if done.n_sessions:
            _note(trail, "vault.purge", f"{done.n_sessions} sessions, {done.n_pairs} pairs")
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
        _note(trail, "vault.rotate", f"{done.n_keys} keys under {done.key_id}")
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
    with _keeping(frame) as (vault, trail, _):
        done = vault.reset()
        _note(trail, "vault.reset", f"{done.n_sessions} sessions, {done.n_pairs} pairs")
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
        _note(trail, "vault.retire", key_id)
        trail.close()
    if json:
        frame.print_json({"key_id": key_id})
    else:
        frame.say(f"retired: {key_id}")


# -- approvals ----------------------------------------------------------------------------------------


@approvals_app.command("list")
def list_approvals(context: typer.Context, json: JsonOption = False) -> None:
    """List what was held back, and the answers that hold; the values are not kept."""
    frame = frame_of(context)
    with _keeping(frame) as (_, _, approvals):
        found = approvals.all()
    if json:
        frame.print_json({"approvals": [_approval(one) for one in found]})
        return
    if not found:
        frame.say("nothing waits for an approval")
    for one in found:
        by = f"by {one.decided_by}, until {one.expires_at:%Y-%m-%d %H:%M} UTC" if one.decided_by else ""
        route = f" on {one.route}" if one.route else ""
        frame.say(f"{one.approval_id}  {one.state.value:8} {one.entity} of {one.asked_by}{route}  {by}".rstrip())


@approvals_app.command("allow")
def allow_approval(
    context: typer.Context,
    approval_id: Annotated[str, typer.Argument(metavar="ID", help="Its id (ask-…), or the beginning of it.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=8760, help="It holds for so long.")] = 1.0,
    json: JsonOption = False,
) -> None:
    """Let a value pass for its asker, for a time."""
    _decide(frame_of(context), approval_id, True, hours, json)


@approvals_app.command("deny")
def deny_approval(
    context: typer.Context,
    approval_id: Annotated[str, typer.Argument(metavar="ID", help="Its id (ask-…), or the beginning of it.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=8760, help="It holds for so long.")] = 24.0,
    json: JsonOption = False,
) -> None:
    """Refuse a value of its asker, for a time."""
    _decide(frame_of(context), approval_id, False, hours, json)


def _decide(frame: Frame, approval_id: str, allow: bool, hours: float, json: bool) -> None:
    from vedette.store.book import whoami

    with _keeping(frame) as (_, trail, approvals):
        one = approvals.decide(approval_id, allow, decided_by=whoami(), for_s=hours * 3600)
        _note(trail, "approval.allow" if allow else "approval.deny", f"{one.approval_id}: {one.entity}")
    if json:
        frame.print_json(_approval(one))
    else:
        frame.say(f"{one.state.value}: {one.entity} of {one.asked_by}, until {one.expires_at:%Y-%m-%d %H:%M} UTC")


def _approval(one: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(one), "state": one.state.value}


# -- audit --------------------------------------------------------------------------------------------


@audit_app.command("list")
def list_audit(
    context: typer.Context,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=100_000, help="At most so many, newest first.")
    ] = 20,
    action: Annotated[str | None, typer.Option("--action", help="Only this: request.refuse, vault.erase, …")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only of this one.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="Only of the session of this digest.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="Only from then on (UTC).")] = None,
    json: JsonOption = False,
) -> None:
    """List what passed the guard, and what was done: names, counts and times, no value."""
    from datetime import UTC

    from vedette.guard.trail import as_dict

    frame = frame_of(context)
    with opened_trail(frame) as trail:
        found = trail.entries(
            limit=limit,
            newest_first=True,
            action=action,
            actor=actor,
            session=session,
            since=since.replace(tzinfo=UTC) if since else None,
        )
    if json:
        frame.print_json({"entries": [as_dict(one) for one in found]})
        return
    if not found:
        frame.say("the guard's audit is empty")
    for one in found:
        counts = ", ".join(f"{n} {name}" for name, n in one.entities.items())
        where = " ".join(word for word in (one.route, one.model, one.direction) if word)
        parts = (where, counts, one.reason)
        said = "; ".join(part for part in parts if part)
        dry = " (dry run)" if one.dry_run else ""
        frame.say(f"{one.seq:>6}  {one.at:%Y-%m-%d %H:%M:%S}  {one.actor or '-'}  {one.action}{dry}  {said}".rstrip())


@audit_app.command("verify")
def verify_audit(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="SEQ:DIGEST as an earlier call printed it: a witness of your own.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read the whole audit and say whether it is as it was written; exit 1 at the first row that is not.

    The head that it prints may be kept elsewhere: with it, even who can write to this machine takes no row away unseen.
    """
    frame = frame_of(context)
    with opened_trail(frame) as trail:
        told = trail.verify(head)
    if json:
        frame.print_json(
            {
                "whole": told.whole,
                "n_rows": told.n_rows,
                "head": told.head,
                "broken_at": told.broken_at,
                "reason": told.reason,
                "anchored": told.anchored,
            }
        )
    elif told.whole:
        known = "" if told.anchored is None else f"; the anchor knows row {told.anchored}"
        frame.say(f"whole: {told.n_rows} rows{known}")
        frame.say(f"head {told.head}")
    else:
        frame.say(f"broken at row {told.broken_at}: {told.reason}")
        frame.say(f"{told.n_rows} rows before it are as they were written")
    if not told.whole:
        raise typer.Exit(1)


@audit_app.command("export")
def export_audit(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here; default: standard output.")] = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Only rows with a higher number.")] = 0,
) -> None:
    """Write the audit as JSON lines, each with its digest and the one before, for a log store that is only added to.

    Example: vedette guard audit export --after 1200 --out audit.jsonl
    """
    import sys

    frame = frame_of(context)
    with opened_trail(frame) as trail:
        if out is None:
            for line in trail.export(after=after):
                sys.stdout.write(line + "\n")
            return
        n = 0
        with out.open("w", encoding="utf-8") as stream:
            for line in trail.export(after=after):
                stream.write(line + "\n")
                n += 1
    frame.note(f"{n} rows in {out}")
