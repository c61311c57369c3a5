"""What inspect-ai finds of ours by its entry point: the provider ``vedette/`` and every task.

``inspect eval vedette/ctibench_mcq --model openai/… -T data=/path/to/ctibench`` runs a task on any model that
inspect-ai knows; ``--model vedette/NAME`` runs any task on one of ours.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, ModelOutput, get_model, modelapi
from inspect_ai.scorer import Score, mean, scorer, stderr
from inspect_ai.solver import solver

from vedette.errors import UserError
from vedette.forge.evaluate.options import Scoring
from vedette.forge.evaluate.tasks import bank_named
from vedette.forge.evaluate.tasks.base import Kind, Question, written
from vedette.forge.evaluate.tasks.files import find_file
from vedette.forge.evaluate.tasks.scoring import Outcome, score, score_odds

Limit = int | None


@modelapi(name="vedette")  # type: ignore[untyped-decorator]
def vedette() -> Any:
    """Return the provider of our own models."""
    from vedette.forge.evaluate.tasks.provider import VedetteAPI

    return VedetteAPI


def questions_of(name: str, data: str | Path | None, *, n: Limit, seed: int) -> tuple[list[Question], int]:
    """Return a task's questions, drawn by seed, in a fixed order, and how many there are.

    Raises:
        UserError: there is no such task, or its question set is not where it was said to be.
    """
    bank = bank_named(name)
    if bank.folder is not None and data is None:
        raise UserError(
            f"{name} reads a question set that does not ship", next_step=f"--data DIR says where {bank.folder} is"
        )
    path = None
    if data is not None:
        path = find_file(Path(data).expanduser(), bank.stem) if bank.stem else Path(data).expanduser()
    found = bank.load(path, seed)
    seen: set[str] = set()
    found = [q for q in found if not (q.question_id in seen or seen.add(q.question_id))]  # type: ignore[func-returns-value]
    if n is None or n >= len(found):
        return found, len(found)
    return [found[k] for k in sorted(Random(f"{name}-{seed}").sample(range(len(found)), n))], len(found)  # noqa: S311


def make_task(name: str, questions: Sequence[Question], scoring: Scoring, max_tokens: int | None = None) -> Any:
    """Return an inspect-ai task over questions."""
    samples = [
        Sample(
            id=q.question_id,
            input=written(q),
            target=list(q.target),
            metadata={"question": json.dumps(dataclasses.asdict(q))},
        )
        for q in questions
    ]
    return Task(
        dataset=MemoryDataset(samples, name=name),
        solver=[_ask(scoring)],
        scorer=_judge(),
        config=GenerateConfig(temperature=0.0, max_tokens=max_tokens or bank_named(name).max_tokens),
        name=name,
    )


@solver  # type: ignore[untyped-decorator]
def _ask(scoring: Scoring) -> Any:
    """Return a solver that compares the options' odds where the model tells them, and else lets it write."""

    async def solve(state: Any, generate: Any) -> Any:
        question = question_of(state.metadata)
        api = get_model().api
        how = _how(question, scoring, getattr(getattr(api, "subject", None), "tells", ()))
        if how is None:
            return await generate(state)
        body = written(question) if how == "letters" else question.prompt
        names = list(question.options) if how == "letters" else list(question.options.values())
        odds, sums = await api.odds([{"role": "user", "content": body}], names, how)
        outcome = score_odds(question, odds, sums, how)
        state.metadata["outcome"] = dataclasses.asdict(outcome)
        state.output = ModelOutput.from_content(model=api.model_name, content=outcome.answer)
        state.messages.append(state.output.message)
        return state

    return solve


def _how(question: Question, scoring: Scoring, tells: Sequence[str]) -> str | None:
    """Return which odds decide, or ``None`` where the model writes its answer."""
    if scoring == "generate" or len(question.target) != 1 or not question.options:
        return None
    if question.kind is Kind.SHORT:
        return "texts" if "texts" in tells else None
    if question.kind is not Kind.CHOICE:
        return None
    wanted = "letters" if scoring == "auto" else scoring
    return wanted if wanted in tells else None


@scorer(metrics=[mean(), stderr()])  # type: ignore[untyped-decorator]
def _judge() -> Any:
    """Return a scorer that reads the reply, or takes over the option that was chosen."""

    async def judge(state: Any, target: Any) -> Any:
        given = state.metadata.get("outcome")
        question = question_of(state.metadata)
        outcome = Outcome(**given) if given else score(question, state.output.completion)
        return Score(
            value=next(iter(outcome.rows.values())),
            answer=outcome.answer,
            metadata={"outcome": dataclasses.asdict(outcome), "group": question.group, "part": question.part},
        )

    return judge


def question_of(metadata: Any) -> Question:
    """Return the question that a sample carries."""
    said = json.loads(metadata["question"])
    return Question(
        **{
            **said,
            "kind": Kind(said["kind"]),
            "target": tuple(said["target"]),
            "plausible": tuple(said["plausible"]),
        }
    )


def _task(name: str, data: str | None, limit: Limit, seed: int, scoring: Scoring) -> Any:
    questions, _ = questions_of(name, data, n=limit, seed=seed)
    return make_task(name, questions, scoring)


@task  # type: ignore[untyped-decorator]
def ctibench_mcq(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """Threat intelligence, four options."""
    return _task("ctibench_mcq", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def ctibench_rcm(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """CVE text to CWE, 2024."""
    return _task("ctibench_rcm", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def ctibench_rcm_2021(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """CVE text to CWE, 2021."""
    return _task("ctibench_rcm_2021", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def ctibench_vsp(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """CVE text to CVSS vector; the value is the difference of scores, lower is better."""
    return _task("ctibench_vsp", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def ctibench_ate(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """Malware text to ATT&CK techniques; the value is F1."""
    return _task("ctibench_ate", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def ctibench_taa(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """Report to threat actor."""
    return _task("ctibench_taa", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def cybermetric(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """Security knowledge, four options."""
    return _task("cybermetric", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def seceval(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """Security knowledge, one or several of four options."""
    return _task("seceval", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def secure_maet(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """ATT&CK for industrial control systems, four options."""
    return _task("secure_maet", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def secure_cwet(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """Weaknesses, four options."""
    return _task("secure_cwet", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def secure_kcv(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """True or false about a given CVE record."""
    return _task("secure_kcv", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def secure_vood(data: str, limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """Questions that nobody can answer: saying so."""
    return _task("secure_vood", data, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def secure_cpst(data: str, limit: Limit = None, seed: int = 0) -> Any:
    """CVSS vector to score."""
    return _task("secure_cpst", data, limit, seed, "generate")


@task  # type: ignore[untyped-decorator]
def skills(limit: Limit = None, seed: int = 0, scoring: Scoring = "auto") -> Any:
    """General skills: arithmetic, spelling, ordering, reading, instructions."""
    return _task("skills", None, limit, seed, scoring)


@task  # type: ignore[untyped-decorator]
def refusal(data: str | None = None, limit: Limit = None, seed: int = 0) -> Any:
    """Refuses what harms others, answers what a security team asks."""
    return _task("refusal", data, limit, seed, "generate")
