"""Training: a corpus and a recipe enter, a trained model leaves.

`trainer_for` gives the trainer of a recipe's kind; nothing heavy is imported before it trains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vedette.forge.base import Trainer
    from vedette.forge.recipe import Recipe

__all__ = ["trainer_for"]


def trainer_for(recipe: Recipe) -> Trainer:
    """Return what trains this kind of recipe."""
    if recipe.kind == "classifier":
        from vedette.forge.train.classifier import ClassifierTrainer

        return ClassifierTrainer()
    from vedette.forge.train.language import LanguageTrainer

    return LanguageTrainer()
