"""Training libraries that keep their chatter to themselves."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Silence progress bars, warnings and log lines of the training libraries; errors still come through."""
    import transformers
    from transformers.utils import logging as chatter

    names = ("transformers", "accelerate", "peft", "trl", "torch", "datasets")
    before = {name: logging.getLogger(name).level for name in names}
    bars = chatter.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
        if bars:
            transformers.utils.logging.enable_progress_bar()
