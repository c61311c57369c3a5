"""``vedette forge predict``: ask a model by name; the door for pipes to every model.

One JSON object a line in, with ``id`` and ``text``, ``path`` or ``fields``; one a line out, in the same order. Lines
that wait are answered together, and a line that comes alone is answered alone, so that a pile is fast and a
conversation does not stall.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from vedette.cli.bulk_options import (
    EngineOption,
    FreshOption,
    IdColumnOption,
    NearDuplicatesOption,
    OutOption,
    ShardRowsOption,
    TextColumnOption,
    engine_from,
    refuse_bulk,
    run_texts,
)
from vedette.cli.frame import Frame, JsonOption, WorkersOption, frame_of
from vedette.errors import OutsideError, UserError, VedetteError

app = typer.Typer(rich_markup_mode=None)

_TOGETHER = 64
_MAX_BYTES = 32 << 20
"""Of a line, or of a file that a line names."""

Ask = Callable[[Sequence[str]], list[dict[str, Any]]]
"""Texts to what is answered of each, in order."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of standard input: its text, or why there is none."""

    line_id: Any
    text: str | None = None
    error: str | None = None


@app.command()
def predict(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Model, or NAME@VERSION, or NAME@shipped.")],
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]…", help="Texts to judge; - reads one from standard input; with --out, files."),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Answer each line of stdin, {"id": …, "text": …}, or with path, or fields, in order.',
        ),
    ] = False,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", min=1, max=4096, help="Of a language model's answer, at most.")
    ] = 256,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    text_column: TextColumnOption = "text",
    id_column: IdColumnOption = None,
    shard_rows: ShardRowsOption = 500,
    near_duplicates: NearDuplicatesOption = None,
    fresh: FreshOption = False,
    json: JsonOption = False,
) -> None:
    """Ask a model: labels with calibrated confidence and reasons, or an abstention; a language model answers in text.

    Example: vedette forge predict technique-tagger "powershell.exe -enc SQBFAFgA"
    """
    frame = frame_of(context)
    if out is not None:
        from vedette.models import find, volume

        if jsonl:
            raise UserError("--out reads files, --jsonl standard input", next_step="leave one of them out")
        entry = find(name, frame.home_path())
        chosen = engine_from(frame, engine, workers, what="vedette forge predict")
        third_party = frame.settings.third_party_plugins
        run_texts(
            frame,
            volume.predict_rows,
            texts,
            out,
            verb=f"vedette forge predict {entry.name}",
            engine=chosen,
            version=f"{entry.name}@{entry.version}",
            initializer=volume.prepare,
            initargs=(entry.name, entry.version, volume.carried(entry, remote=chosen.remote), third_party),
            text_column=text_column,
            id_column=id_column,
            shard_rows=shard_rows,
            near_duplicates=near_duplicates,
            fresh=fresh,
            as_json=json,
        )
        return
    refuse_bulk(engine, workers, near_duplicates, fresh)
    with _opened(frame, name, max_tokens) as ask:
        if jsonl:
            if texts:
                raise UserError("--jsonl reads standard input; leave the texts out")
            _answer_lines(ask, sys.stdin.buffer)
            return
        given = _given(texts)
        answers = ask(given)
    if json:
        frame.print_json({"predictions": answers})
        return
    for number, (text, answer) in enumerate(zip(given, answers, strict=True)):
        if number:
            frame.print("")
        _show(frame, text if len(given) > 1 else None, answer)


class _opened:  # noqa: N801 (used as a context manager, like contextlib's own)
    """The model of a name, ready to be asked; a language model is closed at the end."""

    def __init__(self, frame: Frame, name: str, max_tokens: int) -> None:
        from vedette.models import find
        from vedette.models.loading import is_language, open_entry
        from vedette.models.volume import plain

        self._close: Callable[[], None] = lambda: None
        entry = find(name, frame.home_path())
        signed = {"model": entry.name, "version": entry.version}
        if is_language(entry):
            from vedette.models.language import open_entry as open_language

            model = open_language(entry, frame.home_path())
            self._close = model.close

            def complete(texts: Sequence[str]) -> list[dict[str, Any]]:
                said = [model.complete([{"role": "user", "content": t}], max_tokens=max_tokens) for t in texts]
                return [{"text": done.text, "finish": done.finish, **signed} for done in said]

            self._ask: Ask = complete
        else:
            predictor = open_entry(entry, third_party=frame.settings.third_party_plugins)
            self._ask = lambda texts: [{**plain(p), **signed} for p in predictor.predict(texts)]

    def __enter__(self) -> Ask:
        return self._ask

    def __exit__(self, *_: object) -> None:
        self._close()


def _given(texts: list[str] | None) -> list[str]:
    if texts is None or not texts:
        if sys.stdin.isatty():
            raise UserError("there is nothing to judge", next_step="give TEXT, or - and text on standard input")
        texts = ["-"]
    if texts.count("-") > 1:
        raise UserError("standard input can be read once")
    return [_decoded(sys.stdin.buffer.read(_MAX_BYTES + 1), "standard input") if t == "-" else t for t in texts]


def _decoded(content: bytes, where: str) -> str:
    if len(content) > _MAX_BYTES:
        raise UserError(f"{where} is longer than {_MAX_BYTES:,} bytes")
    return content.decode("utf-8", "replace")


def _answer_lines(ask: Ask, stream: IO[bytes]) -> None:
    for batch in _batches(stream):
        sound = [line.text for line in batch if line.text is not None]
        told = iter(_answers(ask, sound))
        for line in batch:
            answer = next(told) if line.text is not None else {"error": line.error}
            # ASCII: the output may end on a terminal
            sys.stdout.write(json.dumps({"id": line.line_id, **answer}, ensure_ascii=True, default=str) + "\n")
        sys.stdout.flush()


def _answers(ask: Ask, texts: list[str]) -> list[dict[str, Any]]:
    """Return an answer for each text; where they fail together, each is asked alone."""
    if not texts:
        return []
    try:
        return ask(texts)
    except Exception as error:
        if len(texts) > 1:
            return [answer for text in texts for answer in _answers(ask, [text])]
        if isinstance(error, VedetteError):
            return [{"error": error.message}]
        return [{"error": f"{type(error).__name__}: {error}"[:500]}]


def _batches(stream: IO[bytes]) -> Iterator[list[_Line]]:
    waiting: queue.Queue[_Line | BaseException | None] = queue.Queue(maxsize=4 * _TOGETHER)

    def read() -> None:
        try:
            for line in _lines(stream):
                waiting.put(line)
            waiting.put(None)
        except BaseException as error:
            waiting.put(error)

    threading.Thread(target=read, name="vedette-lines", daemon=True).start()
    while True:
        batch: list[_Line] = []
        item = waiting.get()
        while isinstance(item, _Line):
            batch.append(item)
            if len(batch) == _TOGETHER:
                break
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                break
        if batch:
            yield batch
        if item is None:
            return
        if isinstance(item, BaseException):
            raise OutsideError(f"standard input cannot be read: {item}") from item


def _lines(stream: IO[bytes]) -> Iterator[_Line]:
    while line := stream.readline(_MAX_BYTES + 1):
        if len(line) > _MAX_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(_MAX_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield _Line(None, error=f"the line is longer than {_MAX_BYTES:,} bytes")
        elif line.strip():
            yield _parsed(line)


def _parsed(line: bytes) -> _Line:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _Line(None, error=f"not JSON: {error}"[:300])
    if not isinstance(asked, dict):
        return _Line(None, error="give an object with id, and text, path or fields")
    line_id = asked.get("id")
    if isinstance(text := asked.get("text"), str):
        return _Line(line_id, text.encode("utf-8", "replace").decode())
    if isinstance(fields := asked.get("fields"), dict):
        return _Line(line_id, json.dumps(fields))
    if isinstance(path := asked.get("path"), str):
        try:
            if not Path(path).is_file():  # reading a pipe or a device might never end
                return _Line(line_id, error=f"there is no file {path}")
            with Path(path).open("rb") as read:
                return _Line(line_id, _decoded(read.read(_MAX_BYTES + 1), path))
        except (OSError, ValueError) as error:
            return _Line(line_id, error=f"cannot read {path}: {getattr(error, 'strerror', None) or error}")
        except UserError as error:
            return _Line(line_id, error=error.message)
    return _Line(line_id, error="give id, and text, path or fields")


def _show(frame: Frame, text: str | None, answer: dict[str, Any]) -> None:
    if text is not None:
        frame.say(text[:100] + ("…" if len(text) > 100 else ""), "bold")
    if "labels" not in answer:
        for line in str(answer["text"]).splitlines() or [""]:
            frame.say(line) if line else frame.print("")
        if answer["finish"] == "length":
            frame.note("the answer was cut off: allow more with --max-tokens")
        return
    if answer["abstained"]:
        frame.say("The model would rather not say." + (" Its best guesses:" if answer["labels"] else ""))
    for ranked in answer["labels"][:5]:
        span = ranked.get("span")
        where = f"  at {span['start']}–{span['end']}" if span else ""
        frame.say(f"  {ranked['confidence']:>6.1%}  {ranked['label']}{where}")
    for key, value in answer["values"].items():
        frame.say(f"  {key}: {value}")
    if answer["reasons"]:
        frame.say(f"  because of: {'; '.join(answer['reasons'][:5])}")
    frame.note(f"{answer['model']}@{answer['version']}")
