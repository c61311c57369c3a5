"""Small models to serve: a form that counts words, and random weights that the embedded runtime loads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vedette.schema import Prediction, RankedLabel

CHAT_TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def model_folder(path: Path, text: str = "weights", *, form: str = "counting") -> Path:
    """Write a small model of the form ``counting`` and return its folder."""
    (path / "deep").mkdir(parents=True)
    (path / "model.json").write_text(json.dumps({"form": form}))
    (path / "deep" / "weights.bin").write_bytes(text.encode() * 200)
    return path


class Counting:
    """Labels a text by its number of words."""

    def __init__(self, folder: Path, name: str, version: str) -> None:
        self.name, self.version = name, version
        self.weights = (folder / "deep" / "weights.bin").read_bytes()

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return a prediction for each text."""
        if any(t == "explode" for t in texts):
            raise RuntimeError("it exploded")
        return [
            Prediction(
                labels=(RankedLabel(label=f"{len(t.split())} words", confidence=1.0),),
                abstained=not t.strip(),
                values={"words": float(len(t.split()))},
                reasons=("counted",),
            )
            for t in texts
        ]


def counting(folder: Path, name: str, version: str) -> Counting:
    """Load the form."""
    return Counting(folder, name, version)


def write_gguf(path: Path, *, seed: int = 0) -> Path:
    """Write a random two-layer Llama with a byte-level vocabulary; about 200 kB."""
    import gguf

    rng = np.random.default_rng(seed)
    width, heads, feed, layers = 64, 2, 96, 2
    tokens = [b"<unk>", b"<s>", b"</s>", b"<|im_start|>", b"<|im_end|>"]
    kinds = [gguf.TokenType.UNKNOWN] + [gguf.TokenType.CONTROL] * 4
    tokens += [f"<0x{i:02X}>".encode() for i in range(256)]
    kinds += [gguf.TokenType.BYTE] * 256
    words = [chr(c) for c in range(33, 127)] + ["\u2581", "\u2581a", "th", "he", "the", "\u2581the", "in", "er"]
    tokens += [w.encode() for w in words]
    kinds += [gguf.TokenType.NORMAL] * len(words)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(512)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(feed)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_dimension_count(width // heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 261 + [-float(i) for i in range(len(words))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(4)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_chat_template(CHAT_TEMPLATE)

    def put(name: str, *shape: int) -> None:
        writer.add_tensor(name, (rng.standard_normal(shape) * 0.3).astype(np.float32))

    put("token_embd.weight", len(tokens), width)
    put("output.weight", len(tokens), width)
    writer.add_tensor("output_norm.weight", np.ones(width, dtype=np.float32))
    for i in range(layers):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{i}.{norm}.weight", np.ones(width, dtype=np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            put(f"blk.{i}.{part}.weight", width, width)
        put(f"blk.{i}.ffn_gate.weight", feed, width)
        put(f"blk.{i}.ffn_up.weight", feed, width)
        put(f"blk.{i}.ffn_down.weight", width, feed)
    _finish(writer)
    return path


def write_adapter(path: Path, *, seed: int = 1) -> Path:
    """Write a random LoRA adapter for :func:`write_gguf`."""
    import gguf

    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    for i in range(2):
        writer.add_tensor(f"blk.{i}.attn_v.weight.lora_a", (rng.standard_normal((4, 64)) * 0.5).astype(np.float32))
        writer.add_tensor(f"blk.{i}.attn_v.weight.lora_b", (rng.standard_normal((64, 4)) * 0.5).astype(np.float32))
    _finish(writer)
    return path


def _finish(writer: object) -> None:
    writer.write_header_to_file()  # type: ignore[attr-defined]
    writer.write_kv_data_to_file()  # type: ignore[attr-defined]
    writer.write_tensors_to_file()  # type: ignore[attr-defined]
    writer.close()  # type: ignore[attr-defined]
