from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vedette.errors import UserError
from vedette.llm import Embedder
from vedette.llm.embedding import EmbeddedEmbedder, open_embedder


@pytest.fixture(scope="module")
def real() -> EmbeddedEmbedder:
    """The default weights, from the user's home or where VEDETTE_TEST_HOME says."""
    pytest.importorskip("onnxruntime")
    from vedette.settings import Settings

    found = open_embedder(None, home=Path(os.environ.get("VEDETTE_TEST_HOME") or Settings().home), threads=1)
    if found is None:
        pytest.skip("the weights of minilm-l6-v2-int8 are not here: vedette models pull minilm-l6-v2-int8")
    return found


def test_nothing_is_fetched(tmp_path: Path) -> None:
    assert open_embedder(None, home=tmp_path) is None
    assert open_embedder("none", home=tmp_path) is None
    with pytest.raises(UserError) as raised:
        open_embedder("minilm-l6-v2-int8", home=tmp_path)
    assert "vedette models pull minilm-l6-v2-int8" in (raised.value.next_step or "")
    for name in ("smollm2-135m-instruct", "minilm-l6-v2", "nothing"):
        with pytest.raises(UserError):
            open_embedder(name, home=tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_like_texts_are_near_and_rows_stand_alone(real: EmbeddedEmbedder) -> None:
    assert isinstance(real, Embedder)
    texts = ["alice logged on to the server", "Alice signed in to the host", "the invoice is overdue", "", "\ud800\x00"]
    rows = real.embed(texts)
    assert rows.shape == (5, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    near = rows @ rows.T
    assert near[0, 1] > 0.6 > near[0, 2] + 0.3
    assert all((real.embed([text])[0] == row).all() for text, row in zip(texts, rows, strict=True))
    assert real.embed([]).shape[0] == 0
    assert real.embed(["word " * 50_000]).shape == (1, 384)
