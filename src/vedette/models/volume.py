"""Many texts before a model: a job's rows in, predictions out, on any engine of ``vedette.bulk``.

To workers of another machine a registered model travels with the job; one that ships with the package is there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vedette.errors import InternalError, UserError
from vedette.models import shipped
from vedette.models.base import Predictor
from vedette.models.loading import is_language, load_folder, open_entry
from vedette.models.registry import ModelEntry
from vedette.schema import Prediction

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES = 500_000_000
"""Of a model that travels with a job."""
_model: Predictor | None = None
_signed: tuple[str, str] = ("", "")


def carried(entry: ModelEntry, *, remote: bool) -> Path | Mapping[str, bytes] | None:
    """Return how a worker gets the model: None where it ships, its folder here, or its files.

    Raises:
        UserError: it is a language model, or too large to travel.
    """
    if is_language(entry):
        raise UserError(
            f"{entry.name}@{entry.version} is a language model", next_step="ask it by --jsonl; --out is for labels"
        )
    if entry.shipped:
        return None
    if not remote:
        return entry.path
    files = {p.relative_to(entry.path).as_posix(): p for p in sorted(entry.path.rglob("*")) if p.is_file()}
    if sum(p.stat().st_size for p in files.values()) > MOST_BYTES:
        raise UserError(f"{entry.name} is larger than {MOST_BYTES:,} bytes", next_step="choose --engine pool")
    return {name: path.read_bytes() for name, path in files.items()}


def prepare(name: str, version: str, given: Path | Mapping[str, bytes] | None, third_party: bool) -> None:
    """Load this process's model: the shipped one, that of a folder, or that of files."""
    global _model, _signed
    if given is None:
        entry = shipped.entry(name)
        if entry.version != version:
            raise UserError(f"{name}@{version} ships with another version of Vedette", next_step="install the same")
        _model = open_entry(entry, third_party=third_party)
    elif isinstance(given, Path):
        _model = load_folder(given, name, version, third_party=third_party)
    else:
        with tempfile.TemporaryDirectory(prefix="vedette-model-") as folder:
            for part, data in given.items():
                path = Path(folder) / part
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            _model = load_folder(Path(folder), name, version, third_party=third_party)
    _signed = (name, version)


def plain(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as plain values."""
    labels = []
    for ranked in prediction.labels:
        label: dict[str, Any] = {"label": ranked.label, "confidence": round(float(ranked.confidence), 6)}
        if ranked.span is not None:
            label["span"] = {"start": ranked.span.start, "end": ranked.span.end}
        labels.append(label)
    return {
        "labels": labels,
        "abstained": prediction.abstained,
        "values": dict(prediction.values),
        "reasons": list(prediction.reasons),
    }


def predict_rows(rows: pa.Table) -> dict[str, pa.Table]:
    """Return the model's answer to each text in rows of ``id`` and ``text`` or ``content``; a job's function."""
    import pyarrow as pa

    if _model is None:
        raise InternalError("predict_rows runs after prepare")
    ids = rows.column("id").to_pylist()
    texts = [
        text if text is not None else (content or b"").decode("utf-8", "replace")
        for text, content in zip(rows.column("text").to_pylist(), rows.column("content").to_pylist(), strict=True)
    ]
    answers = [plain(one) for one in _model.predict(texts)] if texts else []
    first = [one["labels"][0] if one["labels"] else {"label": None, "confidence": None} for one in answers]
    table = pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "model": pa.array([_signed[0]] * len(ids), pa.string()),
            "version": pa.array([_signed[1]] * len(ids), pa.string()),
            "abstained": pa.array([one["abstained"] for one in answers], pa.bool_()),
            "label": pa.array([one["label"] for one in first], pa.string()),
            "confidence": pa.array([one["confidence"] for one in first], pa.float64()),
            "answer": pa.array([orjson.dumps(one, default=str).decode() for one in answers], pa.string()),
        }
    )
    return {"predictions": table}
