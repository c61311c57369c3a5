"""``vedette guard policy``: what is done about what is found, checked, shown, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import JsonOption, frame_of
from vedette.cli.guard_opening import opened_policy
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

if TYPE_CHECKING:
    from vedette.guard.policy import Policy

policy_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What is done about what is found: check, show, explain.",
    epilog="Start with: vedette guard policy show",
)


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
    found = opened_policy(frame, policy)
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
    found = opened_policy(frame, policy)
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
