"""What every form and every shipped model must do, whoever made it."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vedette.models import Predictor, load, shipped
from vedette.models.encoder import shipped_encoder
from vedette.models.loading import FORMS
from vedette.models.pieces import windows
from vedette.plugins import load_plugins, plugin_points
from vedette.schema import Prediction

OWN_FORMS = sorted(plugin_points(FORMS))
SHIPPED = [name for name in shipped.names() if shipped.entry(name).manifest.form != "encoder"]

TEXTS = [
    "",
    " \n\t ",
    "The actor ran powershell.exe -enc SQBFAFgA and dumped LSASS memory with comsvcs.dll.",
    "A heap-based buffer overflow in the parser allows remote attackers to execute arbitrary code.",
    "\x00\x1b[2J\x07\u202e\ufffe\ud800",
    "".join(map(chr, range(256))),
    bytes(range(256)).decode("latin-1") * 8,
    "%s{}{{}}${jndi:ldap://x}<|im_end|>\\",
    '{"title": "x", "severity": [1, {"a": null}]}',
    "[" * 2000,
    "é" * 3000,
    "word " * 40_000,
    "x" * 200_000,
]


@pytest.mark.parametrize("name", OWN_FORMS)
def test_form_loads_by_its_entry_point(name: str) -> None:
    loaded, broken = load_plugins(FORMS)
    assert name in loaded, [b for b in broken if b.name == name]
    assert inspect.getdoc(loaded[name])
    assert list(inspect.signature(loaded[name]).parameters)[:3] == ["folder", "name", "version"]


@pytest.fixture(scope="module", params=SHIPPED)
def model(request: pytest.FixtureRequest) -> Predictor:
    """Each shipped model."""
    return load(request.param)


def test_shipped_model_says_what_it_is(model: Predictor) -> None:
    entry = shipped.entry(model.name)
    assert isinstance(model, Predictor)
    assert model.version == entry.version
    assert type(model).__doc__
    assert type(model).predict.__doc__
    assert entry.manifest.licence not in ("", "unknown")
    assert entry.manifest.metrics
    assert entry.manifest.recipe_sha256
    assert entry.manifest.corpus_sha256


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_folder_is_small_and_says_whose_it_is(name: str) -> None:
    manifest = shipped.entry(name).manifest
    assert sum(f.size_bytes for f in manifest.files) < 10_000_000
    assert "README.md" in {f.path for f in manifest.files}
    assert manifest.licence not in ("", "unknown")


def test_encoder_tells_words_by_their_places() -> None:
    encoder = shipped_encoder()
    one, other = (encoder.encoded(windows(text, encoder.words)[0]) for text in ("the bank of a river", "a river bank"))
    assert one.shape == (7, encoder.words.table.shape[1])
    assert np.isfinite(one).all()
    assert not np.allclose(one[2], other[3])  # "bank", with other words around it
    assert all(np.isfinite(encoder.encoded(w)).all() for text in TEXTS for w in windows(text[:2000], encoder.words))


def test_shipped_model_answers_any_text(model: Predictor) -> None:
    told = model.predict(TEXTS)
    assert len(told) == len(TEXTS)
    for text, prediction in zip(TEXTS, told, strict=True):
        assert isinstance(prediction, Prediction)
        assert isinstance(prediction.abstained, bool)
        assert prediction.labels or prediction.abstained
        confidences = [ranked.confidence for ranked in prediction.labels]
        assert all(0.0 <= c <= 1.0 for c in confidences)
        assert confidences == sorted(confidences, reverse=True)
        assert all(isinstance(ranked.label, str) and ranked.label for ranked in prediction.labels)
        assert len({ranked.label for ranked in prediction.labels}) == len(prediction.labels)
        for ranked in prediction.labels:
            if ranked.span is not None:
                assert 0 <= ranked.span.start < ranked.span.end <= len(text)
        assert all(isinstance(v, (int, float, str)) for v in prediction.values.values())
        assert all(isinstance(reason, str) for reason in prediction.reasons)
    assert told[0].abstained
    assert told[1].abstained


def test_batch_is_one_by_one(model: Predictor) -> None:
    short = TEXTS[:10]
    assert model.predict(short) == [model.predict([text])[0] for text in short]
    assert model.predict(short[::-1]) == model.predict(short)[::-1]
    assert model.predict([]) == []


def test_threads_get_the_same_answers(model: Predictor) -> None:
    short = TEXTS[:10]
    expected = model.predict(short)
    with ThreadPoolExecutor(4) as pool:
        assert all(told == expected for told in pool.map(lambda _: model.predict(short), range(8)))
