"""``vedette tokens``: who may use the server: made, listed, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.frame import JsonOption, frame_of
from vedette.schema import AccessRole

if TYPE_CHECKING:
    from vedette.schema import ApiToken

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Tokens for the server: create, list, revoke.",
    epilog="Start with: vedette tokens create ana --role analyst",
)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, as sessions and the audit will say.")],
    role: Annotated[
        AccessRole,
        typer.Option("--role", help="viewer reads and asks; analyst also judges, shares, deletes; admin does all."),
    ] = AccessRole.VIEWER,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="It expires after so many; default: never.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a token and show its secret, this once.

    Example: vedette tokens create ana --role analyst --days 90
    """
    frame = frame_of(context)
    from vedette.store.tokens import TokenBook

    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with frame.lake(make=True) as lake:
        token, secret = TokenBook(lake).issue(name, role, expires_at=expires_at)
    if json:
        frame.print_json({"token": _dict(token), "secret": secret})
        return
    frame.say(secret)
    until = f", until {expires_at:%Y-%m-%d}" if expires_at else ""
    frame.note(f"{token.token_id} for {name}, {role.value}{until}. The secret is kept nowhere: write it down now.")


@app.command("list")
def list_tokens(context: typer.Context, json: JsonOption = False) -> None:
    """List the tokens, without their secrets."""
    frame = frame_of(context)
    from vedette.store.tokens import TokenBook

    with frame.lake() as lake:
        tokens = TokenBook(lake).all()
    if json:
        frame.print_json({"tokens": [_dict(token) for token in tokens]})
        return
    if not tokens:
        frame.say("no tokens: the server is open to this machine, and to no other")
        frame.next_step("vedette tokens create NAME --role analyst", "makes one")
    for token in tokens:
        frame.say(f"{token.token_id}  {token.role.value:8}  {_state(token):20}  {token.name}")


@app.command()
def revoke(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id (token-…), or the beginning of it.")],
    json: JsonOption = False,
) -> None:
    """Take a token's powers away, now and for good."""
    frame = frame_of(context)
    from vedette.errors import UserError
    from vedette.store.tokens import TokenBook

    with frame.lake() as lake:
        book = TokenBook(lake)
        fitting = [one for one in book.all() if one.token_id.startswith(token_id)]
        if len(fitting) != 1:
            said = "no token" if not fitting else f"{len(fitting)} tokens"
            raise UserError(
                f"{said} begin{'s' if not fitting else ''} with {token_id!r}", next_step="vedette tokens list"
            )
        token = book.revoke(fitting[0].token_id)
    if json:
        frame.print_json({"token": _dict(token)})
        return
    frame.say(f"revoked: {token.token_id} of {token.name}")


def _state(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    if token.expires_at is None:
        return "holds"
    return f"{'expired' if token.expires_at <= datetime.now(UTC) else 'until'} {token.expires_at:%Y-%m-%d}"


def _dict(token: ApiToken) -> dict[str, str | None]:
    def said(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "token_id": token.token_id,
        "name": token.name,
        "role": token.role.value,
        "created_at": said(token.created_at),
        "created_by": token.created_by,
        "expires_at": said(token.expires_at),
        "revoked_at": said(token.revoked_at),
    }
