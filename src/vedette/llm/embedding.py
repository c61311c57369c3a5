"""Sentence embeddings on the CPU: MiniLM-L6-v2 in 8 bits on onnxruntime; nothing leaves the machine.

Source: embedded weights ``minilm-l6-v2-int8`` of the catalogue: 23 MB, 384 dimensions, texts of up to 256 tokens.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import MissingExtraError, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vedette.models.onnx import Encoder

DEFAULT = "minilm-l6-v2-int8"


class EmbeddedEmbedder:
    """A :class:`vedette.llm.base.Embedder` in this process. Safe to call from several threads.

    Args:
        ref: a catalogue entry with ONNX weights.
        home: the home.
        threads: of one run; none leaves it to the runtime.

    Raises:
        UserError: there are no such weights here; says how to pull them.
        OutsideError: files are damaged.
    """

    def __init__(self, ref: str, home: Path, *, threads: int | None = None) -> None:
        from vedette.models import catalogue

        found = catalogue.entry(ref, home)
        if found.kind != "embedding" or found.format != "onnx":
            raise UserError(f"{ref} holds no embedding model in ONNX", next_step=f"vedette models pull {DEFAULT}")
        self._name = ref
        self._max_tokens = found.n_ctx or 256
        self._folder = catalogue.locate(ref, home)
        self._threads = threads
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """As the user names it."""
        return self._name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text: (n_texts, dim) float32 of length 1; texts are read up to the model's limit.

        A text's row does not depend on the others. The weights are loaded by the first call.

        Raises:
            MissingExtraError: onnxruntime or tokenizers is not installed.
            OutsideError: the weights are damaged.
        """
        import numpy as np

        encoder = self._loaded()
        return encoder.embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)

    def _loaded(self) -> Encoder:
        with self._lock:
            if self._encoder is None:
                try:
                    from vedette.models.onnx import Encoder
                except ImportError:
                    raise MissingExtraError("llm", "the embedding model") from None
                self._encoder = Encoder(self._folder, max_tokens=self._max_tokens, threads=self._threads)
            return self._encoder


def open_embedder(name: str | None, *, home: Path, threads: int | None = None) -> EmbeddedEmbedder | None:
    """Return an embedding model; nothing is fetched.

    Args:
        name: a catalogue entry, or ``none``; None is the default where its weights are here, else no model.
        home: where the weights are.
        threads: of one run.

    Raises:
        UserError: see :class:`EmbeddedEmbedder`.
    """
    from vedette.models import catalogue

    if name == "none":
        return None
    if name is None:
        held = catalogue.held(catalogue.entry(DEFAULT, home), home, check=False)
        if held.path is None or held.problem is not None:
            return None
    return EmbeddedEmbedder(name or DEFAULT, home, threads=threads)
