"""``vedette forge``: build, train, evaluate, export and look after the team's own models."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

NOUNS: dict[str, str] = {
    "corpus": "Build a corpus: read, clean, remove duplicates and secrets, split, check for leakage, write its card.",
    "train": "Follow a recipe: corpus, training, evaluation, gate, export, registry.",
    "eval": "Measure a model: on a recipe's tests, or on inspect-ai tasks by name.",
    "export": "Make another form of a trained model (GGUF, ONNX, merged) and check that it says the same.",
    "predict": "Ask a model by name.",
    "rank": "Rank this home's findings by the chance that they matter, learnt from its verdicts.",
    "list": "List registered and shipped models.",
    "show": "Show one model: card, figures, digests, history.",
    "promote": "Make a version the current one.",
    "rollback": "Go back to the version that was current before.",
}
"""Command to its one-line help; modules are imported only when a command is called."""


class _LazyGroup(TyperGroup):
    """Lists commands without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order in which they are met."""
        return [*NOUNS]  # importing the command of that name hides the built-in

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, imported now."""
        if cmd_name not in NOUNS:
            return None
        module: Any = importlib.import_module(f"vedette.cli.forge.{cmd_name}")
        command: Any = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([*NOUNS.items()])


app = typer.Typer(
    cls=_LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Build the team's own models from its own data, and prove that they are better.",
    epilog="Start with: vedette forge train recipes/quickstart.yaml",
)


@app.callback()
def _forge() -> None:
    """Build the team's own models from its own data, and prove that they are better."""
