"""Published security question sets, read from where the user has them: CTIBench, CyberMetric, SecEval, SECURE.

None of them may be redistributed or trained on for a model that ships (non-commercial, or no licence at all), so
nothing of them is here but their field names.

Source: Alam et al., CTIBench (2024); Tihanyi et al., CyberMetric (2024); Li et al., SecEval (2023); Bhusal et al.,
SECURE (2024).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import re2

from vedette.errors import UserError
from vedette.forge.evaluate.tasks.base import Bank, Kind, Question
from vedette.forge.evaluate.tasks.files import first, options_of, read_rows

_CONTEXT_CHARS = 6000
"""Of a report or record that a question is about; what is beyond is cut."""
_SPLIT = re2.compile(r"[,;\s]+")
_TECHNIQUE = re2.compile(r"^T\d{4}")

Row = Mapping[str, Any]


def _loader(make: Callable[[Row, str], Question | None]) -> Callable[[Path | None, int], list[Question]]:
    def load(path: Path | None, seed: int) -> list[Question]:
        if path is None:
            raise UserError("this task reads a question set", next_step="say where it is: --data DIR")
        made = [make(row, f"{path.name}:{k}") for k, row in enumerate(read_rows(path), 1)]
        found = [question for question in made if question is not None]
        if not found:
            fields = ", ".join(sorted(next(iter(read_rows(path)), {}))[:12]) or "nothing"
            raise UserError(f"{path} has no question with an answer (its items have: {fields})")
        return found

    return load


def _choice(row: Row, place: str) -> Question | None:
    options = options_of(row)
    answer = str(first(row, "gt", "answer", "solution", "correct answer", "correct_answer") or "").upper()
    target = tuple(sorted({c for c in answer if c.isalpha()}))
    question = first(row, "question")
    if question is None or len(options) < 2 or not target or not set(target) <= set(options):
        return None
    return Question(
        question_id=str(first(row, "id") or place),
        kind=Kind.CHOICE,
        prompt=str(question).strip(),
        target=target,
        options=options,
        group=str(first(row, "url", "source_url") or ""),
    )


def _weakness(row: Row, place: str) -> Question | None:
    text, answer = _text(row), str(first(row, "gt", "answer") or "")
    if text is None or not answer.upper().startswith("CWE-"):
        return None
    prompt = (
        "Name the CWE weakness at the root of this vulnerability. Give its id only, such as CWE-79.\n\n"
        f"Vulnerability: {text}"
    )
    return _question(row, place, Kind.CWE, prompt, (answer.upper().strip(),))


def _vector(row: Row, place: str) -> Question | None:
    text, answer = _text(row), str(first(row, "gt", "answer") or "")
    if text is None or "AV:" not in answer:
        return None
    prompt = (
        "Give the CVSS 3.1 base vector of this vulnerability, such as "
        f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H, and nothing else.\n\nVulnerability: {text}"
    )
    return _question(row, place, Kind.CVSS, prompt, (answer.strip(),))


def _techniques(row: Row, place: str) -> Question | None:
    text, answer = _text(row), first(row, "gt", "answer")
    given = answer if isinstance(answer, list) else _SPLIT.split(str(answer or ""))
    target = tuple(dict.fromkeys(str(t).strip()[:5] for t in given if _TECHNIQUE.search(str(t).strip())))
    if text is None or not target:
        return None
    platform = first(row, "platform") or "Enterprise"
    prompt = (
        f"Which MITRE ATT&CK {platform} techniques does this text describe? Give the ids of the main techniques only, "
        f"separated by commas, such as T1059, T1071.\n\nText: {text}"
    )
    return _question(row, place, Kind.TECHNIQUES, prompt, target)


def _statement(row: Row, place: str) -> Question | None:
    """A question about a record that is given (T or F), or is not given (X: nobody can know)."""
    answer = str(first(row, "correct answer", "correct_answer", "gt", "answer") or "").strip().upper()
    question, context = first(row, "question"), str(first(row, "prompt") or "")
    if answer not in ("T", "F", "X") or not (question or context):
        return None
    about = ""
    start, end = context.find("{"), context.rfind("}")
    if 0 <= start < end:
        about = f"Record: {context[start : end + 1][:_CONTEXT_CHARS]}\n\n"
    return Question(
        question_id=str(first(row, "id") or place),
        kind=Kind.CHOICE,
        prompt=f"{about}{question or context}",
        target=(answer,),
        options={"T": "True", "F": "False", "X": "It cannot be known from what is given"},
        group=str(first(row, "url") or ""),
    )


def _score(row: Row, place: str) -> Question | None:
    vector = first(row, "cvss_v3_vector_string", "cvss v3 vector string", "vector")
    prompt = first(row, "prompt")
    answer = first(row, "correct_answer", "correct answer", "gt", "answer")
    try:
        target = float(str(answer))
    except ValueError:
        return None
    if vector is None and prompt is None:
        return None
    ask = f"Compute the CVSS 3.1 base score of the vector {vector}. Give one number from 0.0 to 10.0 only."
    return _question(row, place, Kind.NUMBER, str(ask if vector else prompt), (str(target),))


def load_actors(path: Path | None, seed: int) -> list[Question]:
    """Return the attribution questions; aliases and related groups are read from beside the file.

    Raises:
        UserError: there is no file, or the file has no answers (the authors' own has none).
    """
    if path is None:
        raise UserError("this task reads a question set", next_step="say where it is: --data DIR")
    aliases, related = _names(path.parent, "aliases"), _names(path.parent, "related")
    found = []
    for k, row in enumerate(read_rows(path), 1):
        text, answer = _text(row), str(first(row, "gt", "answer") or "").strip()
        if text is None or not answer:
            continue
        name = answer.lower()
        right = _closure(name, aliases)
        near = {other for one in right for other in related.get(one, ())} - right
        prompt = (
            "The names in this threat report are replaced by [PLACEHOLDER]. Which threat actor is responsible? "
            f"Give the actor's name only.\n\nReport: {text}"
        )
        found.append(
            Question(
                question_id=str(first(row, "id") or f"{path.name}:{k}"),
                kind=Kind.ACTOR,
                prompt=prompt,
                target=tuple(sorted(right)),
                plausible=tuple(sorted(near)),
            )
        )
    if not found:
        raise UserError(
            f"{path} has no answers; the authors publish them apart",
            next_step="add a column GT with the actor of each report",
        )
    return found


def _names(folder: Path, which: str) -> dict[str, tuple[str, ...]]:
    path = folder / f"taa-{which}.jsonl"
    if not path.is_file():
        return {}
    return {
        str(row.get("actor", "")).lower(): tuple(str(v).lower() for v in row.get(which) or ())
        for row in read_rows(path)
    }


def _closure(name: str, aliases: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return every name of an actor, whichever of them the set gives."""
    found = {name}
    for actor, others in aliases.items():
        if name == actor or name in others:
            found |= {actor, *others}
    return found


def _text(row: Row) -> str | None:
    text = first(row, "text", "description")
    return None if text is None else str(text).strip()[:_CONTEXT_CHARS]


def _question(row: Row, place: str, kind: Kind, prompt: str, target: tuple[str, ...]) -> Question:
    return Question(
        question_id=str(first(row, "id") or place),
        kind=kind,
        prompt=prompt,
        target=target,
        group=str(first(row, "url") or ""),
    )


def _bank(name: str, folder: str, stem: str, load: Any, about: str, metric: str = "accuracy", tokens: int = 32) -> Bank:
    licence = {"ctibench": "CC-BY-NC-SA-4.0", "seceval": "CC-BY-NC-SA-4.0"}.get(folder, "none given")
    return Bank(
        name=name, about=about, metric=metric, folder=folder, stem=stem, load=load, licence=licence, max_tokens=tokens
    )


_CHOICE = _loader(_choice)
_CWE = _loader(_weakness)

SETS: tuple[Bank, ...] = (
    _bank("ctibench_mcq", "ctibench", "cti-mcq", _CHOICE, "threat intelligence, four options"),
    _bank("ctibench_rcm", "ctibench", "cti-rcm", _CWE, "CVE text to CWE, 2024"),
    _bank("ctibench_rcm_2021", "ctibench", "cti-rcm-2021", _CWE, "CVE text to CWE, 2021"),
    _bank("ctibench_vsp", "ctibench", "cti-vsp", _loader(_vector), "CVE text to CVSS", "mean_absolute_difference", 64),
    _bank("ctibench_ate", "ctibench", "cti-ate", _loader(_techniques), "malware text to ATT&CK techniques", "f1", 96),
    _bank("ctibench_taa", "ctibench", "cti-taa", load_actors, "report to threat actor", "correct", 48),
    _bank("cybermetric", "cybermetric", "cybermetric", _CHOICE, "security knowledge, four options"),
    _bank("seceval", "seceval", "seceval", _CHOICE, "security knowledge, one or several of four options"),
    _bank("secure_maet", "secure-ics", "maet", _CHOICE, "ATT&CK for industrial control systems, four options"),
    _bank("secure_cwet", "secure-ics", "cwet", _CHOICE, "weaknesses, four options"),
    _bank("secure_kcv", "secure-ics", "kcv", _loader(_statement), "true or false about a given CVE record"),
    _bank("secure_vood", "secure-ics", "vood", _loader(_statement), "questions that nobody can answer: saying so"),
    _bank("secure_cpst", "secure-ics", "cpst", _loader(_score), "CVSS vector to score", "accuracy", 24),
)
