"""Rebuild every model that ships with the package: ``make models``, or ``python recipes/rebuild.py --data DIR``.

Each recipe is followed in a home of its own; a model whose gate does not hold is not put into the package. The
technique tagger is made by its benchmark instead: its weights come from every record, test part included, and what is
said of it from cross-validation.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vedette.forge.base import Silent
from vedette.forge.pipeline import follow
from vedette.forge.recipe import load_recipe
from vedette.models import find
from vedette.models.manifest import SIGNATURE
from vedette.models.shipped import FOLDER, write_manifest

RECIPES = Path(__file__).resolve().parent
SHIPS = (
    "technique-tagger",
    "report-techniques",
    "cve-cwe",
    "cve-cvss",
    "question-router",
    "command-techniques",
    "command-risk",
    "names",
    "injection",
    "threat-names",
)
"""Recipes whose models are in the package."""
CROSS_VALIDATED = {"technique-tagger": RECIPES.parent / "benchmarks" / "techniques" / "run.py"}
"""Models that a benchmark makes from their recipe, in three steps."""
SHIPPED_BY = {
    "injection": "benchmarks.guard.injection",
    "command-techniques": "benchmarks.commands.techniques",
    "command-risk": "benchmarks.commands.risk",
    "names": "recipes.names.train",
    "threat-names": "recipes.threat_names.train",
    "report-techniques": "benchmarks.intel.techniques",
}
"""Models that a benchmark makes from their recipe with ``--ship``."""


class Told(Silent):
    """Progress as lines."""

    def note(self, text: str) -> None:
        """Print it."""
        print(f"   {text}", flush=True)


def rebuild(name: str, data: Path, home: Path) -> bool:
    """Follow a recipe and put its model into the package; return whether its gate held."""
    variables = {"data": str(data)} | (_requests(home) if name == "question-router" else {})
    outcome = follow(load_recipe(RECIPES / f"{name}.yaml", variables), home, Told(), variables=variables)
    if outcome is None:
        return False
    for check in outcome.checks:
        print(f"   {'held  ' if check.passed else 'FAILED'} {check.rule}: {check.why}")
    if not outcome.passed:
        return False
    entry = find(f"{name}@{outcome.version}", home)
    target = FOLDER / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(entry.path, target, ignore=shutil.ignore_patterns("manifest.json", SIGNATURE))
    facts = {
        "licence": entry.manifest.licence,
        "recipe_sha256": entry.manifest.recipe_sha256,
        "corpus_sha256": entry.manifest.corpus_sha256,
        "metrics": entry.manifest.metrics,
        "gate": entry.manifest.gate,
    }
    write_manifest(target, {k: v for k, v in facts.items() if v is not None})
    return True


def _requests(folder: Path) -> dict[str, str]:
    """Write the rows that tools are chosen by, and return the recipe's variables that name them."""
    made = {"requests": folder / "choose.jsonl", "held_out": folder / "choose-held-out.jsonl"}
    for name, path in made.items():
        drawn = ["--rows", "1200", "--seed", "11", "--held-out"] if name == "held_out" else ["--rows", "30000"]
        command = [sys.executable, "-m", "vedette.copilot.adapter", "--choose", *drawn, "--out", str(path)]
        subprocess.run(command, check=True)  # noqa: S603  (a module of this package)
    return {name: str(path) for name, path in made.items()}


def cross_validate(script: Path, data: Path, work: Path) -> bool:
    """Run a benchmark's steps, the last of which writes the package's model; return whether all went well."""
    for step in ("folds", "report", "ship"):
        command = [sys.executable, str(script), step, "--shared", str(data), "--work", str(work)]
        if subprocess.run(command, check=False).returncode:  # noqa: S603  (a script of this repository)
            return False
    return True


def made_by(module: str, data: Path) -> bool:
    """Run a benchmark that trains the package's model and writes it; return whether all went well."""
    command = [sys.executable, "-m", module, "--ship", "--quick", "--shared", str(data)]
    return not subprocess.run(command, check=False, cwd=RECIPES.parent).returncode  # noqa: S603  (a module of ours)


def main() -> int:
    """Rebuild the models named, or all; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="models (default: all)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--home", type=Path, help="home to work in (default: one that is thrown away)")
    given = parser.parse_args()
    if unknown := set(given.names) - set(SHIPS):
        parser.error(f"{', '.join(sorted(unknown))} does not ship; {', '.join(SHIPS)} do")
    failed = []
    with tempfile.TemporaryDirectory(prefix="vedette-models-") as scratch:
        for name in given.names or SHIPS:
            print(f"== {name}", flush=True)
            home, data = given.home or Path(scratch), given.data.resolve()
            if name in SHIPPED_BY:
                made = made_by(SHIPPED_BY[name], data)
            elif name in CROSS_VALIDATED:
                made = cross_validate(CROSS_VALIDATED[name], data, home / "techniques")
            else:
                made = rebuild(name, data, home)
            if not made:
                failed.append(name)
    for name in failed:
        print(f"{name}: the gate did not hold, or a step failed; the package keeps the model it had")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
