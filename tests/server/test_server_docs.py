"""What the pages about the server show works: the programs in them are run, the tables say what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from server_support import Running, web
from test_access import ROLES

from vedette.server.app import create_app
from vedette.server.limits import Limits
from vedette.server.wire import AnswerView

DOCS = Path(__file__).resolve().parents[2] / "docs"


def programs(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_programs_that_are_shown_run(server: Running, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [*programs("how-to/serve-a-team.md"), *programs("how-to/connect-over-mcp.md")]
    shown[0] += "\n".join(programs("reference/api.md"))  # goes on with the client made there
    assert len(shown) == 2
    for program in shown:
        at_home = re.sub(r"https?://[a-z0-9.:]+(?=/(?:v1|mcp)\b)", server.url, program)
        assert server.url in at_home
        at_home = at_home.replace("vdt_…", "vdt_none")
        exec(compile(at_home, "page", "exec"), {"__name__": "page"})
    said = capsys.readouterr().out
    assert "You asked which accounts are implicated? [1]." in said
    assert re.search(r"1 ev-\w+\n", said), "a citation"
    assert re.search(r"^who - Says which account", said, re.MULTILINE)
    assert "You asked and when did it start? [1]." in said


def test_every_route_is_in_the_table_with_its_role() -> None:
    text = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    described = create_app(lambda: pytest.fail("nothing is opened")).openapi()["paths"]
    rows = re.findall(r"^\| `(GET|POST|DELETE) (/api/\S+)` \| .+ \| (\w+) \|$", text, re.MULTILINE)
    routes = {
        (method.upper(), path) for path, methods in described.items() for method in methods if path.startswith("/api")
    }
    assert {(method, path) for method, path, _ in rows} == routes
    told = {(method, path): role for method, path, role in rows}
    for method, path, _, role in ROLES:
        plain = re.sub(r"/(session|case|token)-00", r"/{\1_id}", path.partition("?")[0])
        if "?" not in path and (method, plain) in told:
            assert told[method, plain] == role


def test_every_field_of_an_answer_is_in_the_table() -> None:
    text = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    table = text[text.index("### What an answer carries") : text.index("`usage` of the completion")]
    told = set(re.findall(r"`(\w+)`", "\n".join(row.split(" | ")[0] for row in table.splitlines())))
    inside = {"answer_id", "question", "asked_at", "focus"}  # say themselves what they are
    assert set(AnswerView.model_fields) - inside <= told


def test_the_figures_that_are_said_are_the_limits() -> None:
    team = (DOCS / "how-to" / "serve-a-team.md").read_text(encoding="utf-8")
    api = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    limits = Limits()
    assert f"{limits.requests_per_minute} requests and ask {limits.questions_per_minute} questions" in team
    assert (limits.refusals_per_minute, limits.body_bytes, limits.body_timeout_s) == (20, 1 << 20, 15.0)
    assert f"({limits.n_asking})" in team
    assert f"({limits.ask_timeout_s:g} s)" in team
    assert f"{limits.history_chars:,} characters together; the question up to {limits.question_chars:,}" in api


def test_the_committed_description_is_the_servers(server: Running) -> None:

    committed = json.loads((DOCS / "reference" / "openapi.json").read_text(encoding="utf-8"))
    assert web.get(f"{server.url}/openapi.json").json() == committed, "run: python docs/generate.py"
