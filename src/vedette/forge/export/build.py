"""Makes the forms of a trained model, holds each against it, and puts them in place together.

Everything is made in a folder beside the wanted one and renamed at the end, so a killed export leaves nothing that
looks whole. A form that fails its parity check stays in the folder, so that it can be looked at; its report says so,
and who asked must not register it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import OutsideError, UserError
from vedette.forge.export import formats as forms
from vedette.forge.export.gguf_adapter import write_adapter
from vedette.forge.export.gguf_model import About, write_model
from vedette.forge.export.prompts import Prompt, built_in, from_records
from vedette.forge.export.weights import config_of, disk_errors, need_room
from vedette.forge.recipe import ClassifierRecipe

if TYPE_CHECKING:
    from vedette.forge.base import Corpus, ParityReport, Progress, Trained
    from vedette.forge.export.reference import Reference
    from vedette.forge.recipe import LoadedRecipe
    from vedette.models.language import Weights

SCRATCH = ".scratch"
"""Folder of what is made only to check something; removed before the forms are put in place."""


@dataclass(frozen=True, slots=True)
class Job:
    """One export."""

    loaded: LoadedRecipe
    trained: Trained
    folder: Path
    """Where the forms are made."""
    home: Path
    progress: Progress
    prompts: Sequence[Prompt]
    tolerance: float

    @property
    def scratch(self) -> Path:
        """Return the folder for what does not stay."""
        made = self.folder / SCRATCH
        made.mkdir(exist_ok=True)
        return made

    @property
    def about(self) -> About:
        """Return what a file says of the model."""
        recipe = self.loaded.recipe
        return About(
            name=recipe.name,
            licence=recipe.licence,
            description=recipe.about,
            base=str(recipe.base or ""),
            tags=("vedette",),
        )


def export(
    loaded: LoadedRecipe,
    trained: Trained,
    out: Path,
    home: Path,
    progress: Progress,
    *,
    corpus: Corpus | None = None,
) -> Sequence[ParityReport]:
    """Make the recipe's forms of a trained model in ``out`` and return how each compares with it.

    ``out`` gets one folder for each form, ``export.json`` with the digest of every file, and ``serve.json`` that names
    the form to serve. What was in ``out`` before is replaced.

    Args:
        loaded: the recipe.
        trained: the model.
        out: the folder.
        home: the home, where base weights are.
        progress: who is told.
        corpus: where half of the prompts come from (its test part); without it all are the built-in ones.

    Raises:
        UserError: a form is unknown or cannot be made of this model.
        OutsideError: the disk is full, …
    """
    spec = loaded.recipe.export
    names = forms.chosen(spec.formats, trained.form)
    if "gguf-adapter" in names and served_base(loaded.recipe.base, home) is None:
        if spec.serve == "gguf-adapter":
            raise UserError(
                f"a GGUF adapter cannot be served over {loaded.recipe.base}: it is no GGUF file",
                next_step="serve gguf-f16, or train from GGUF base weights",
            )
        serve = forms.served([name for name in names if name != "gguf-adapter"], spec.serve)
    else:
        serve = forms.served(names, spec.serve)
    staged = out.with_name(f".{out.name}.making")
    shutil.rmtree(staged, ignore_errors=True)
    with disk_errors(staged):
        staged.mkdir(parents=True)
        prompts = built_in(spec.parity_prompts)
        if corpus is not None and corpus.count("test"):
            drawn = from_records(corpus.records("test"), spec.parity_prompts // 2)
            prompts = [*built_in(spec.parity_prompts - len(drawn)), *drawn]
        job = Job(loaded, trained, staged, home, progress, prompts, spec.tolerance)
        reports = _encoder(job, names) if trained.form == "encoder" else _language(job, names)
        shutil.rmtree(staged / SCRATCH, ignore_errors=True)
        if serve is not None:
            _write_json(staged / "serve.json", _serve(job, serve))
        _write_json(staged / "export.json", _account(job, names, reports))
        _put(staged, out)
    for report in reports:
        if report.passed:
            progress.note(f"{report.format}: says what the trained model says ({report.n_prompts} prompts)")
        else:
            progress.note(f"{report.format}: PARITY FAILED, {report.n_different} of {report.n_prompts} differ")
    return reports


def _language(job: Job, names: Sequence[str]) -> list[ParityReport]:
    from vedette.forge.export import check
    from vedette.forge.export.onnx_graph import write_onnx

    base = base_of(job)
    merged = _merged(job, base, stays="merged" in names)
    reports: list[ParityReport] = []
    for name in names:
        job.progress.update(f"export {name}", 0, None)
        target = job.folder / name
        if name == "adapter":
            _copy_adapter(job, base, target)
            reports.append(check.folder_form(job, name, base, target, _reference(job, base)))
        elif name == "merged":
            reports.append(check.folder_form(job, name, target, None, _reference(job, base)))
        elif name == "gguf-adapter":
            target.mkdir()
            write_adapter(job.trained.path, config_of(base), target / "adapter.gguf", job.about)
            reports += check.gguf_adapter(
                job, base, served_base(job.loaded.recipe.base, job.home), target / "adapter.gguf"
            )
        elif name == "onnx":
            target.mkdir()
            write_onnx(merged, target)
            reports.append(check.onnx_language(job, merged, target))
        else:
            target.mkdir()
            kind = forms.gguf_kind(name)
            write_model(merged, target / "model.gguf", kind, job.about)
            reports.append(check.gguf_said(job, merged, target / "model.gguf", kind))
            reports.append(check.gguf_served(job, merged, target / "model.gguf", kind))
    return reports


def _reference(job: Job, base: Path) -> Reference:
    from vedette.forge.export.reference import Reference

    return Reference(base, job.trained.path if job.trained.form == "adapter" else None)


def _encoder(job: Job, names: Sequence[str]) -> list[ParityReport]:
    from vedette.forge.export import check
    from vedette.forge.export.onnx_graph import write_onnx

    reports: list[ParityReport] = []
    for name in names:
        target = job.folder / name
        if name == "merged":
            shutil.copytree(job.trained.path, target)
            continue
        target.mkdir()
        write_onnx(job.trained.path, target, int8=name == "onnx-int8")
        reports.append(check.onnx_encoder(job, name, target))
    return reports


def base_of(job: Job) -> Path:
    """Return the Transformers folder that the model is, or that its adapter lies over."""
    if job.trained.form == "causal-lm":
        return job.trained.path
    from vedette.forge.train.base_weights import base_folder

    ref = job.loaded.recipe.base or job.trained.base
    if not ref:
        raise UserError(f"the adapter in {job.trained.path} does not say which base weights it belongs to")
    return base_folder(ref, job.home)


def _merged(job: Job, base: Path, *, stays: bool) -> Path:
    """Return a Transformers folder of the whole model: the trained one, or base and adapter added up."""
    if job.trained.form == "causal-lm" and not stays:
        return job.trained.path
    target = job.folder / "merged" if stays else job.scratch / "merged"
    size = sum(file.stat().st_size for file in base.rglob("*") if file.is_file())
    need_room(job.folder, size + 16_000_000)
    if job.trained.form == "causal-lm":
        shutil.copytree(base, target, ignore=shutil.ignore_patterns("vedette-manifest.json", "README.md"))
        return target
    from peft import PeftModel

    from vedette.forge.train.base_weights import load_model, load_tokenizer
    from vedette.forge.train.quiet import quiet

    with quiet():
        model: Any = PeftModel.from_pretrained(load_model(base), str(job.trained.path))
        model.merge_and_unload().save_pretrained(target)
        load_tokenizer(base).save_pretrained(target)
    return target


def _copy_adapter(job: Job, base: Path, target: Path) -> None:
    target.mkdir()
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy2(job.trained.path / name, target / name)
    # a path of this machine says nothing elsewhere: name the base as the recipe does, and pin it
    config = config_of(target, "adapter_config.json")
    recipe = job.loaded.recipe
    config["base_model_name_or_path"] = str(recipe.base or job.trained.base)
    _write_json(target / "adapter_config.json", config)
    files = sorted(file for file in base.glob("*.safetensors"))
    _write_json(target / "base.json", {"base": recipe.base, "sha256": {f.name: digest(f) for f in files}})


def served_base(ref: str | None, home: Path) -> Weights | None:
    """Return what a GGUF adapter will be laid over when it is served; none where the base weights are no GGUF."""
    if not ref or Path(ref).expanduser().is_dir():
        return None
    from vedette.models.language import weights_of

    try:
        return weights_of(ref, home)
    except (UserError, OutsideError):
        return None


def _serve(job: Job, name: str) -> dict[str, Any]:
    recipe = job.loaded.recipe
    if name == "gguf-adapter":
        return {"format": name, "base": recipe.base, "adapter": "gguf-adapter/adapter.gguf", "scale": 1.0}
    if name.startswith("gguf-"):
        return {"format": name, "gguf": f"{name}/model.gguf"}
    return {"format": name, "onnx": f"{name}/model.onnx"}


def _account(job: Job, names: Sequence[str], reports: Sequence[ParityReport]) -> dict[str, Any]:
    recipe = job.loaded.recipe
    files = sorted(file for name in names for file in (job.folder / name).rglob("*") if file.is_file())
    return {
        "model": recipe.name,
        "base": None if isinstance(recipe, ClassifierRecipe) and recipe.base is None else recipe.base,
        "formats": list(names),
        "files": {
            file.relative_to(job.folder).as_posix(): {"sha256": digest(file), "size_bytes": file.stat().st_size}
            for file in files
        },
        "parity": [asdict(report) for report in reports],
    }


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, body: Any) -> None:
    path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _put(staged: Path, out: Path) -> None:
    """Rename the made folder to its place; what was there goes."""
    for file in staged.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    staged.rename(out)
    shutil.rmtree(old, ignore_errors=True)
