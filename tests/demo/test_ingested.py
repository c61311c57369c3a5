"""The demo's files are read by Vedette's own readers: every file is recognised, no record is refused."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path

from vedette.demo import write_world
from vedette.ingest import IngestOptions, ReadContext, ingest
from vedette.store import Lake


def test_every_record_becomes_an_event(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", n_events=22_000)
    assert world.timezone == "+01:00"
    context = ReadContext(timezone=timezone(timedelta(hours=1)), year=world.year)
    lake = Lake.open(tmp_path / "home")
    summary = ingest(lake, [world.logs], IngestOptions(context=context))
    assert [f for f in summary.files if f.problem or f.reader is None] == []
    assert summary.total("n_quarantined") == 0, summary.reasons
    assert summary.total("n_known") == 0
    readers = {f.reader for f in summary.files}
    assert readers >= {"windows_json", "zeek", "cloudtrail", "syslog", "auditd", "web", "suricata", "entra", "okta"}
    # A reader may give each line of an audit event its own event, so there can be more than were written.
    assert summary.total("n_new") >= world.n_events
    rows = lake.connection().execute(
        "SELECT lower(coalesce(actor_name, user_name)), epoch(min(time)), epoch(max(time)) FROM events GROUP BY 1"
    )
    seen = {name: (first, last) for name, first, last in rows.fetchall() if name}
    assert world.truth is not None
    for account in json.loads(world.truth.read_text())["accounts"]:
        name = account["name"].rpartition("\\")[2].lower()
        if name != "krbtgt":
            first, last = seen[name]
            assert world.started_at.timestamp() <= first <= last <= world.ended_at.timestamp() + 86_400
