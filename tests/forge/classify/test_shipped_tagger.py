"""The technique tagger that ships: small, loaded by name without training libraries, and right on plain sentences."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from vedette.models import find, load
from vedette.models.base import Predictor


@pytest.fixture(scope="module")
def tagger() -> Predictor:
    return load("technique-tagger")


def test_it_is_small_and_carries_its_card_and_notice() -> None:
    folder = find("technique-tagger").path
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000_000
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("---\nlicense: apache-2.0")
    assert "MITRE" in (folder / "NOTICE.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "technique"),
    [
        ("The loader creates a scheduled task that runs it every hour.", "T1053.005"),
        ("It adds itself to the Run key in the registry to start with Windows.", "T1547.001"),
        ("The backdoor records keystrokes and writes them to a file.", "T1056.001"),
        ("Credentials were dumped from the memory of lsass.exe with procdump.", "T1003.001"),
        ("The victim received a spearphishing e-mail with a malicious Word attachment.", "T1566.001"),
        ("It takes screenshots of the desktop.", "T1113"),
        ("Shellcode is injected into a newly started svchost process.", "T1055"),
        ("The operators moved on over RDP.", "T1021.001"),
        # outside of TRAM's 50
        ("It clears the Windows event logs.", "T1070.001"),
        ("steals web session cookies", "T1539"),
    ],
)
def test_plain_sentences(tagger: Predictor, text: str, technique: str) -> None:
    told = tagger.predict([text])[0]
    assert told.labels[0].label == technique
    assert not told.abstained


@pytest.mark.parametrize(
    ("text", "technique"),
    [
        ("deletes the dropped file after it has run", "T1070.004"),
        ("downloads a second file from its server", "T1105"),
        ("uploads the stolen files to its command server", "T1041"),
        ("lists the running processes", "T1057"),
        ("lists the files of a folder", "T1083"),
    ],
)
def test_near_misses(tagger: Predictor, text: str, technique: str) -> None:
    assert tagger.predict([text])[0].labels[0].label == technique


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "Follow us for more news.",
        "About the authors",
        "Table of contents",
        "Copyright, all rights reserved.",
        "We would like to thank our colleagues for their help with this report, which took several months to write.",
        "The weather in the city was pleasant, and everybody enjoyed the long walk along the river.",
    ],
)
def test_it_abstains_on_what_describes_no_technique(tagger: Predictor, text: str) -> None:
    assert tagger.predict([text])[0].abstained


def test_what_comes_in_may_be_anything(tagger: Predictor) -> None:
    texts = ["\0\x01\ud83d", "a" * 300_000, "\u202e\u200b" * 500, "%s{}" * 2000, "It creates a scheduled task. " * 2000]
    told = tagger.predict(texts)
    assert len(told) == len(texts)
    for one in told:
        assert all(0 <= label.confidence <= 1 for label in one.labels)
        assert [label.confidence for label in one.labels] == sorted((x.confidence for x in one.labels), reverse=True)
    assert told[-1].labels[0].label == "T1053.005"


def test_a_batch_says_what_each_text_alone_gets(tagger: Predictor) -> None:
    texts = ["lists the running processes", "It takes screenshots of the desktop.", "", "About the authors"]
    assert tagger.predict(texts) == [tagger.predict([text])[0] for text in texts]


def test_it_needs_no_training_library() -> None:
    code = (
        "import sys, json; from vedette.models import load; "
        "load('technique-tagger').predict(['It creates a scheduled task.', 'x ' * 5000]); "
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'sklearn', 'scipy', 'torch', 'transformers', 'onnxruntime', 'tokenizers'})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
