"""The tokeniser of a Transformers folder, as a GGUF header says it.

llama.cpp has byte-level BPE built in; how text is cut before the merges it knows by name only. The name is found from
the rules in ``tokenizer.json``: a wrong one still runs, and splits digits, spaces and contractions differently from
training. A tokeniser whose rules have no known name is refused rather than guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.errors import UserError

_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_BY_REGEX = {_QWEN2: "qwen2", _LLAMA3: "llama-bpe", _GPT2: "gpt-2"}
"""Split rule to llama.cpp's name for it."""

NORMAL, UNKNOWN, CONTROL, USER, UNUSED = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A byte-level BPE tokeniser."""

    tokens: Sequence[str]
    types: Sequence[int]
    merges: Sequence[str]
    pre: str
    """llama.cpp's name of the rules that cut text before the merges."""
    bos: int | None
    eos: int
    unknown: int | None
    padding: int | None
    end_of_turn: int | None
    """A second token that ends a reply, where there is one."""
    add_bos: bool
    add_eos: bool
    template: str | None
    """The chat template, as Jinja."""


def pre_tokeniser_name(rules: Mapping[str, Any] | None) -> str:
    """Return llama.cpp's name of a ``pre_tokenizer`` of ``tokenizer.json``.

    Raises:
        UserError: the rules have no known name.
    """
    steps = _steps(rules)
    kinds = [step.get("type") for step in steps]
    if any(step.get("add_prefix_space") for step in steps):
        raise UserError(
            "a tokeniser that puts a space before the text cannot be written as GGUF",
            next_step="export as merged instead",
        )
    byte_level = [step for step in steps if step.get("type") == "ByteLevel"]
    own_split = any(step.get("use_regex", True) for step in byte_level)
    if kinds == ["ByteLevel"] and own_split:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and steps[0].get("individual_digits") and own_split:
        return "smollm"
    if kinds == ["Split", "ByteLevel"] and not own_split and steps[0].get("behavior") == "Isolated":
        pattern = steps[0].get("pattern") or {}
        name = _BY_REGEX.get(str(pattern.get("Regex", "")))
        if name is not None and not steps[0].get("invert"):
            return name
    raise UserError(
        f"llama.cpp has no known name for this tokeniser's splitting rules ({', '.join(map(str, kinds)) or 'none'})",
        next_step="known ones are those of GPT-2, SmolLM, Qwen 2 and Llama 3; export as merged instead",
    )


def splitting_rules(name: str) -> dict[str, Any] | None:
    """Return the ``pre_tokenizer`` that llama.cpp's name stands for; none where it is not known here.

    Transformers reads a GGUF file's vocabulary and merges, but gives every byte-level tokeniser GPT-2's rules.
    """
    if name in ("gpt-2", "default"):
        return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    if name == "smollm":
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        return {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]}
    for pattern, known in _BY_REGEX.items():
        if known == name:
            split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
            byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
            return {"type": "Sequence", "pretokenizers": [split, byte_level]}
    return None


def _steps(rules: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if not rules:
        return []
    if rules.get("type") == "Sequence":
        return list(rules.get("pretokenizers", ()))
    return [rules]


def read_vocabulary(folder: Path, n_rows: int) -> Vocabulary:
    """Return the tokeniser of a Transformers folder.

    Args:
        folder: with ``tokenizer.json``, ``tokenizer_config.json`` and, for chat, ``chat_template.jinja``.
        n_rows: rows of the embedding matrix; ids without a token are filled up with unused ones.

    Raises:
        UserError: the tokeniser is no byte-level BPE, or says what llama.cpp cannot do.
    """
    body = _json(folder / "tokenizer.json")
    config = _json(folder / "tokenizer_config.json")
    model = body.get("model") or {}
    if model.get("type") != "BPE" or model.get("byte_fallback"):
        raise UserError(
            f"a tokeniser of the kind {model.get('type')!r} cannot be written as GGUF: only byte-level BPE can",
            next_step="export as merged instead",
        )
    if (body.get("normalizer") or {"type": "NFC"}).get("type") != "NFC":
        raise UserError(
            f"the normaliser {body['normalizer'].get('type')!r} of the tokeniser has no counterpart in llama.cpp",
            next_step="export as merged instead",
        )
    pre = pre_tokeniser_name(body.get("pre_tokenizer"))
    by_id = {int(i): t for t, i in model["vocab"].items()}
    types = dict.fromkeys(by_id, NORMAL)
    for added in body.get("added_tokens", ()):
        by_id[int(added["id"])] = added["content"]
        types[int(added["id"])] = CONTROL if added.get("special") else USER
    if max(by_id) >= n_rows:
        raise UserError(
            f"the tokeniser in {folder} has token {max(by_id)}, but the model only {n_rows} rows of embeddings",
            next_step="check that tokeniser and weights belong together",
        )
    ids = {token: i for i, token in by_id.items()}

    def special(name: str) -> int | None:
        value = config.get(name)
        text = value.get("content") if isinstance(value, Mapping) else value
        return ids.get(text) if isinstance(text, str) else None

    ends = _ends(folder)
    eos = special("eos_token")
    if eos is None:
        eos = ends[0] if ends else None
    if eos is None:
        raise UserError(
            f"the tokeniser in {folder} names no end-of-text token",
            next_step="set eos_token in its tokenizer_config.json",
        )
    add_bos, add_eos = _frame(body, special("bos_token"), eos)
    return Vocabulary(
        tokens=[by_id.get(i, f"[PAD{i}]") for i in range(n_rows)],
        types=[types.get(i, UNUSED) for i in range(n_rows)],
        merges=[m if isinstance(m, str) else " ".join(m) for m in model.get("merges", ())],
        pre=pre,
        bos=special("bos_token"),
        eos=eos,
        unknown=special("unk_token"),
        padding=special("pad_token"),
        end_of_turn=next((i for i in ends if i != eos), None),
        add_bos=add_bos,
        add_eos=add_eos,
        template=_template(folder, config),
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {error}") from None
    if not isinstance(body, dict):
        raise UserError(f"{path} holds no object")
    return body


def _ends(folder: Path) -> list[int]:
    """Return the ids that end a generation, as the folder says them."""
    for name in ("generation_config.json", "config.json"):
        path = folder / name
        if path.exists():
            value = _json(path).get("eos_token_id")
            if value is not None:
                return [int(v) for v in value] if isinstance(value, list) else [int(value)]
    return []


def _frame(body: Mapping[str, Any], bos: int | None, eos: int) -> tuple[bool, bool]:
    """Return whether encoding puts the beginning token before a text, and the end token after it."""
    processor = body.get("post_processor") or {}
    processors = processor.get("processors", [processor]) if processor.get("type") == "Sequence" else [processor]
    before: list[int] = []
    after: list[int] = []
    for one in processors:
        if one.get("type") != "TemplateProcessing":
            continue
        seen = False
        for piece in one.get("single", ()):
            if "Sequence" in piece:
                seen = True
            elif "SpecialToken" in piece:
                entry = (one.get("special_tokens") or {}).get(piece["SpecialToken"]["id"], {})
                (after if seen else before).extend(int(i) for i in entry.get("ids", ()))
    if (before and before != [bos]) or (after and after != [eos]):
        raise UserError(
            "this tokeniser frames a text with tokens other than its beginning and end ones; llama.cpp cannot",
            next_step="export as merged instead",
        )
    return bool(before), bool(after)


def _template(folder: Path, config: Mapping[str, Any]) -> str | None:
    path = folder / "chat_template.jinja"
    if path.exists():
        return path.read_text(encoding="utf-8")
    value = config.get("chat_template")
    if isinstance(value, list):
        named = {str(t.get("name")): str(t.get("template")) for t in value}
        return named.get("default")
    return str(value) if value else None


def write_vocabulary(writer: Any, vocabulary: Vocabulary) -> None:
    """Put a tokeniser into a GGUF file's header."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    if vocabulary.bos is not None:
        writer.add_bos_token_id(vocabulary.bos)
    writer.add_eos_token_id(vocabulary.eos)
    if vocabulary.end_of_turn is not None:
        writer.add_eot_token_id(vocabulary.end_of_turn)
    if vocabulary.unknown is not None:
        writer.add_unk_token_id(vocabulary.unknown)
    if vocabulary.padding is not None:
        writer.add_pad_token_id(vocabulary.padding)
    writer.add_add_bos_token(vocabulary.add_bos)
    writer.add_add_eos_token(vocabulary.add_eos)
    writer.add_add_space_prefix(False)
    if vocabulary.template:
        writer.add_chat_template(vocabulary.template)
