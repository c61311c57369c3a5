"""Base weights as a folder that Transformers loads.

A GGUF file is dequantised once to float32 and kept under ``models/cache`` of the home by its digest, with the chat
template and special tokens that the file says. Dequantising SmolLM2-135M takes about 10 s.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from filelock import FileLock

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.forge.train import checkpoints


def base_folder(ref: str, home: Path) -> Path:
    """Return a Transformers-loadable folder of base weights.

    Args:
        ref: a path to a folder or GGUF file, a catalogue name, or a registered model ``name`` or ``name@version``.
        home: the home; what has to be converted is kept under ``models/cache`` there.

    Raises:
        UserError: there are no such weights here.
        OutsideError: they cannot be read.
    """
    path = Path(ref).expanduser()
    if not path.exists():
        path = _named(ref, home)
    return _loadable(path, home)


def _named(ref: str, home: Path) -> Path:
    if "@" not in ref:
        from vedette.models import catalogue

        if any(entry.name == ref for entry in catalogue.entries(home)):
            return catalogue.locate(ref, home)
    from vedette.models import find

    try:
        return find(ref, home).path
    except UserError as error:
        raise UserError(
            f"no base weights called {ref}: {error.message}",
            next_step="give a path to a GGUF file or Transformers folder, or a name of `vedette models list`",
        ) from None


def _loadable(path: Path, home: Path) -> Path:
    if path.is_file():
        return _cached(path, home, "float32", checkpoints.digest_of(path), partial(_dequantise, path))
    if (path / "config.json").is_file():
        return path
    for inner in ("merged", "model"):
        if (path / inner / "config.json").is_file():
            return path / inner
    for folder in (path, path / "adapter"):
        weights = folder / "adapter_model.safetensors"
        if weights.is_file():
            return _cached(folder, home, "merged", checkpoints.digest_of(weights), partial(_merge, folder, home=home))
    found = sorted(path.glob("*.gguf"), key=lambda file: file.stat().st_size)
    if found:
        return _loadable(found[-1], home)
    raise UserError(
        f"{path} holds no weights",
        next_step="give a GGUF file, or a folder with config.json and safetensors weights",
        location=str(path),
    )


def _cached(source: Path, home: Path, kind: str, digest: str, make: Callable[[Path], None]) -> Path:
    target = home / "models" / "cache" / f"{kind}-{digest[:16]}"
    if (target / checkpoints.MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if (target / checkpoints.MANIFEST).is_file():
            return target
        staged = checkpoints.staging(target)
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        try:
            with checkpoints.full_disk_is_said(target.parent, 8 * checkpoints.size_on_disk(source), "the base weights"):
                make(staged)
                checkpoints.seal(target, {"source": str(source), "sha256": digest})
        except VedetteError:
            raise
        except Exception as error:
            raise OutsideError(
                f"cannot read the weights in {source}: {error}",
                next_step="check that the file is whole and of an architecture that Transformers knows",
                location=str(source),
            ) from error
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return target


def _dequantise(path: Path, out: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from vedette.forge.train.quiet import quiet

    with quiet(), redirect_stderr(StringIO()):  # the reader of GGUF draws a bar that cannot be turned off
        tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
        )
        model.is_quantized, model.hf_quantizer, model.quantization_method = False, None, None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    _split_as_said(path, out / "tokenizer.json")


def _split_as_said(gguf_file: Path, tokenizer: Path) -> None:
    """Put the splitting rules that a GGUF file names into the tokenizer that Transformers made of it.

    Transformers gives every byte-level tokenizer GPT-2's rules. SmolLM's cut runs of spaces before digits elsewhere, so
    that a model would be trained on other tokens than it is served.
    """
    import json

    import gguf

    from vedette.forge.export.vocabulary import splitting_rules

    field = gguf.GGUFReader(gguf_file).fields.get("tokenizer.ggml.pre")
    body = json.loads(tokenizer.read_text(encoding="utf-8"))
    if field is None or (body.get("pre_tokenizer") or {}).get("type") != "ByteLevel":
        return
    rules = splitting_rules(str(field.contents()))
    if rules is not None:
        body["pre_tokenizer"] = rules
        tokenizer.write_text(json.dumps(body, ensure_ascii=False, indent=2), encoding="utf-8")


def _merge(folder: Path, out: Path, *, home: Path) -> None:
    import json

    from peft import PeftModel

    from vedette.forge.train.quiet import quiet

    said = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    base = base_folder(str(said["base_model_name_or_path"]), home)
    with quiet():
        merged = PeftModel.from_pretrained(load_model(base), folder).merge_and_unload()
        merged.save_pretrained(out)
        load_tokenizer(base).save_pretrained(out)


def load_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a folder, padding to the right.

    Raises:
        OutsideError: it cannot be read.
    """
    from transformers import AutoTokenizer

    from vedette.forge.train.quiet import quiet

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise OutsideError(f"cannot read the tokenizer in {folder}: {error}", location=str(folder)) from None
    if tokenizer.eos_token_id is None:
        raise UserError(f"the tokenizer in {folder} has no end-of-text token", location=str(folder))
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "right"
    return tokenizer


def load_model(folder: Path, *, quantised: bool = False, narrow: bool = False) -> Any:
    """Return the causal language model of a folder.

    Args:
        folder: the weights.
        quantised: in 4 bits, on this process' GPU.
        narrow: in bfloat16, not float32.

    Raises:
        UserError: 4 bits are asked for where there is no GPU with bitsandbytes.
        OutsideError: the weights cannot be read.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    from vedette.forge.train.quiet import quiet

    more: dict[str, Any] = {"dtype": torch.bfloat16 if narrow else torch.float32}
    if quantised:
        ensure_quantisable()
        from accelerate import PartialState
        from transformers import BitsAndBytesConfig

        more = {
            "dtype": torch.bfloat16,
            "device_map": {"": PartialState().local_process_index},
            "quantization_config": BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=torch.bfloat16,
            ),
        }
    try:
        with quiet():
            return AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, **more)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise OutsideError(
            f"cannot read the weights in {folder}: {error}",
            next_step="check that the folder has config.json and whole safetensors weights",
            location=str(folder),
        ) from None


def ensure_quantisable() -> None:
    """Raise a `UserError` where 4-bit training cannot be done."""
    import importlib.util

    import torch

    if not torch.cuda.is_available():
        raise UserError(
            "train.lora.quantised (QLoRA) needs a CUDA GPU, and none is here",
            next_step="set train.lora.quantised: false to train a plain LoRA adapter on the CPU",
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise UserError(
            "train.lora.quantised (QLoRA) needs the package bitsandbytes", next_step="pip install bitsandbytes"
        )
