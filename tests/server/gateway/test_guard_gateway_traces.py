"""Traces: spans of requests, without a word of theirs."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from gateway_support import gateway

MAIL = "irma.vollmer@nordwind-logistik.de"


def test_spans_hold_names_and_counts_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from vedette.server.gateway import tracing

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", lambda: provider.get_tracer("test"))
    with gateway(tmp_path / "home") as gate, httpx.Client(trust_env=False) as client:
        for model in ("echo", "error500"):
            value = {"model": model, "messages": [{"role": "user", "content": f"ask {MAIL}"}]}
            client.post(f"{gate.url}/chat/completions", json=value)
    spans = kept.get_finished_spans()
    assert [one.name for one in spans] == ["guard chat/completions"] * 2
    attributes = dict(spans[0].attributes or {})
    assert attributes == {"vedette.upstream": "openai", "vedette.model": "echo", "vedette.n_replaced": 1}
    assert spans[1].status.description == "upstream_error"
    assert all(MAIL not in one.to_json() for one in spans)


def test_without_the_package_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.server.gateway import tracing

    monkeypatch.setattr(tracing, "_tracer", lambda: None)
    with tracing.span("x") as one:
        one.note(a=1)
        one.failed("b")
