"""Boosted trees and encoders: served as trained, and clear where something is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from classify_support import Parts, made, recipe

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Silent
from vedette.forge.train.boosted import HEAD, trees_of
from vedette.models.boosted import Trees, load


@pytest.mark.parametrize("n_labels", [2, 3])
def test_trees_say_what_scikit_learn_says(n_labels: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    draw = np.random.default_rng(0)
    rows = draw.normal(size=(300, 4))
    rows[draw.random((300, 4)) < 0.1] = np.nan
    truth = (np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 1]) ** 2 > 0.5).astype(int)
    truth += (n_labels == 3) * (np.nan_to_num(rows[:, 2]) > 1)
    fitted = HistGradientBoostingClassifier(max_iter=12, random_state=0).fit(rows, truth)
    trees = Trees.from_arrays(trees_of(fitted).to_arrays())
    other = draw.normal(size=(200, 4))
    other[draw.random((200, 4)) < 0.2] = np.nan
    wanted = fitted.decision_function(other)
    assert trees.scores(other) == pytest.approx(wanted.reshape(200, -1), abs=1e-9)


def test_a_boosted_model_is_served_from_fields_and_text(tmp_path: Path) -> None:
    records = made(260, 7)
    corpus = Parts(train=records[:200], validation=records[200:], test=[])
    loaded = recipe(features=("words", "fields"), head="boosted", rounds=15, dimensions=8)
    HEAD.fit(loaded, corpus, tmp_path, tmp_path, Silent())
    model = load(tmp_path, "made", "1")
    test = made(80, 8)
    told = model.predict([r.text for r in test], fields=[r.fields for r in test])
    assert np.mean([p.labels[0].label == r.labels[0] for p, r in zip(told, test, strict=True)]) > 0.9
    odd = model.predict(["", "\ud800", "x"], fields=[{}, {"size": "many"}, {"size": float("inf"), "verb": ["a", None]}])
    assert len(odd) == 3


def test_trees_that_lead_back_are_refused() -> None:
    one = np.array([0])
    arrays = {
        "tree_roots": one, "tree_output": one, "tree_feature": np.array([0, -1]), "tree_split": np.zeros(2),
        "tree_left": np.array([0, 0]), "tree_right": np.array([1, 0]), "tree_missing_left": np.zeros(2, bool),
        "tree_value": np.zeros(2), "tree_start": np.zeros(1),
    }  # fmt: skip
    with pytest.raises(ValueError, match="leads nowhere"):
        Trees.from_arrays(arrays)


def test_what_the_boosted_head_cannot_do_is_said(corpus: Parts, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no pixels"):
        HEAD.fit(recipe(features=("pixels",), head="boosted"), corpus, tmp_path, tmp_path, Silent())
    with pytest.raises(UserError, match="minilm"):
        HEAD.fit(recipe(features=("embedding",), head="boosted"), corpus, tmp_path, tmp_path / "home", Silent())


def test_an_encoder_folder_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    from vedette.models.onnx import load as load_onnx

    with pytest.raises(OutsideError, match="no whole model"):
        load_onnx(tmp_path, "made", "1")
    (tmp_path / "model.json").write_text(
        '{"labels": ["a", "b"], "none": null, "top": 2, "max_tokens": 16, "calibration": '
        '{"temperature": 1, "bias": [], "chance": [0, 1], "confidence": [0, 1], "threshold": 0}}'
    )
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(OutsideError, match="no whole encoder"):
        load_onnx(tmp_path, "made", "1")


def test_an_encoder_needs_base_weights(corpus: Parts, tmp_path: Path) -> None:
    from vedette.forge.train.encoder import HEAD as ENCODER

    with pytest.raises(UserError, match="base weights"):
        ENCODER.fit(recipe(head="encoder"), corpus, tmp_path, tmp_path, Silent())


@pytest.mark.slow
def test_a_tiny_encoder_is_tuned_exported_and_served(corpus: Parts, tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from vedette.forge.train.encoder import HEAD as ENCODER
    from vedette.models.onnx import load as load_onnx

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    texts = [r.text for r in corpus.records("train")]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    base = tmp_path / "base"
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(base)
    config = BertConfig(vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=64)  # fmt: skip
    BertModel(config).save_pretrained(base)
    out = tmp_path / "out"
    out.mkdir()
    loaded = recipe(head="encoder", base=str(base), none="none", epochs=12, learning_rate=3e-3, max_tokens=32)
    ENCODER.fit(loaded, corpus, out, tmp_path, Silent())
    model = load_onnx(out, "made", "1")
    test = [r for r in corpus.records("test") if r.labels != ("none",)]
    told = model.predict([r.text for r in test])
    assert np.mean([p.labels[0].label == r.labels[0] for p, r in zip(told, test, strict=True)]) > 0.9
    assert model.predict(["", "\ud800"])[0].abstained
