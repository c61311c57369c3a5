"""A model and what it is judged on come in; measures with intervals, paired differences and notes leave."""

from vedette.forge.evaluate.language import evaluate_language

__all__ = ["evaluate_language"]
