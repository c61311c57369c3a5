"""Answers and cases for tests of the state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.schema import (
    Answer,
    AnswerStatus,
    Artefact,
    Case,
    Choice,
    Citation,
    Claim,
    DataTable,
    Evidence,
    Fact,
    Finding,
    Focus,
    Plan,
    Severity,
    ToolCall,
    Usage,
    ValueKind,
    Window,
)

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
HOSTILE = "\x00'; DROP TABLE turns; --\x1b[2J\u202e\U0001f600\x1a0\x1a1\\u0000"


def answer(number: int = 1, **changes: Any) -> Answer:
    """An answer that uses every field."""
    evidence = Evidence(ref=f"event{number}", at=AT, quote=f"user=alice {HOSTILE}")
    fact = Fact(
        fact_id="f1",
        name="n_failed_logons",
        value=3,
        kind=ValueKind.COUNT,
        evidence=(evidence,),
        subject="alice",
        subject_kind=ValueKind.ACCOUNT,
        aliases=("CORP\\alice",),
        text="alice failed 3 times.",
        related=((ValueKind.ACCOUNT, "alice"), (ValueKind.COUNT, 3)),
    )
    plan = Plan(question=f"who {number}?", steps=(ToolCall(tool="hosts", arguments={"account": "alice"}),), router="r")
    window = Window(start_at=AT, end_at=None, said="since Monday")
    values: dict[str, Any] = {
        "answer_id": f"a{number}",
        "question": f"who {number}? {HOSTILE}",
        "status": AnswerStatus.ANSWERED,
        "text": f"alice failed 3 times [1]. {number}",
        "claims": (Claim(text="alice failed 3 times.", evidence=(evidence,), facts=("f1",), checked=True),),
        "values": {"accounts": ["alice"], "count": 3, "roles": {"alice": None}},
        "citations": (Citation(number=1, ref="event1", at=AT, quote=HOSTILE),),
        "facts": (fact,),
        "dropped": (Claim(text="bob did it.", evidence=(), reason="bob is in no fact"),),
        "n_replaced": 1,
        "tables": (DataTable(columns=("a", "b"), rows=(("x", 1), (None, 2.5)), title="t", cut=7),),
        "artefacts": (Artefact(name="deck.pptx", media_type="application/x", content=b"PK\x00\xff" * 10),),
        "queries": ("SELECT 1",),
        "plan": plan,
        "unknown": ("no mail logs",),
        "choice": Choice(parameter="account", question="which?", options=("alice", "alice2")),
        "focus": Focus(case_id="case-1", entities=("alice",), window=window, plan=plan),
        "next_questions": ("and bob?",),
        "model": "embedded",
        "usage": Usage(n_prompt_tokens=5, n_calls=1, cost_usd=0.0),
        "asked_at": AT + timedelta(minutes=number),
        "duration_s": 0.5,
    }
    return Answer(**{**values, **changes})


def case(case_id: str = "case-1", **changes: Any) -> Case:
    """A small case with one finding."""
    finding = Finding(
        finding_id="f" * 16,
        rule_id="r1",
        title=f"Mimikatz {HOSTILE}",
        kind="sigma",
        severity=Severity.HIGH,
        confidence=0.9,
        first_at=AT,
        last_at=AT,
        count=2**40,
        evidence=(Evidence(ref="e1", quote=HOSTILE),),
    )
    from dataclasses import MISSING, fields

    values: dict[str, Any] = {
        "case_id": case_id,
        "title": "A case",
        "severity": Severity.HIGH,
        "confidence": 1 / 3,
        "first_at": AT,
        "last_at": AT + timedelta(hours=1),
        "findings": (finding,),
    }
    for f in fields(Case):
        if f.name not in values and f.default is MISSING and f.default_factory is MISSING:
            values[f.name] = ()
    return Case(**{**values, **changes})
