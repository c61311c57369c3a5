"""The public door: writes a whole world, or a benign stream, into a folder.

Time runs in slices of ten minutes. In each slice the timetable's actions happen, then everyday
activities fill up the slice's share of the records asked for, then what is old enough is written.
A world of millions of records therefore needs the memory of one slice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from vedette.demo.attack import Story, choose_cast, happen, incident_day
from vedette.demo.clock import DAY, HOUR, MINUTE, SECOND, activity_level, day_key, iso_second, iso_us, to_us
from vedette.demo.company import AWS_ACCOUNT, AWS_REGION, DOMAIN, NETBIOS, Shape, build_company
from vedette.demo.everyday import SITES, Everyday
from vedette.demo.formats import zeek
from vedette.demo.formats.linux import LOCAL_ZONE
from vedette.demo.formats.windows import LINE_TAILS
from vedette.demo.mail import Message, write_mailbox
from vedette.demo.routines.agenda import Agenda
from vedette.demo.routines.plan import DECOYS, open_world, plan_day
from vedette.demo.routines.probing import try_in_vain
from vedette.demo.scans import write_scans
from vedette.demo.scene import Scene
from vedette.demo.sink import Log, LogFile, Sink
from vedette.demo.truth import Truth
from vedette.errors import UserError

DEFAULT_START = datetime(2026, 3, 5, tzinfo=UTC)
"""A Thursday, so that the default world holds a weekend and its incident falls on a Monday."""
_SLICE = 10 * MINUTE
_LAG = 2 * MINUTE
"""How long records wait before they are written: activities reach back by less than this."""
_EVENTS_PER_DAY = 150_000
"""Density up to which a longer stream stays a week; beyond it the world gets more days."""
_MIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class World:
    """What was written."""

    folder: Path
    logs: Path
    """Everything below it is logs, and nothing else is."""
    scans: tuple[Path, ...]
    """What scanners, authors of VEX and the inventory say, in files beside the logs."""
    files: tuple[LogFile, ...]
    n_events: int
    n_attack_events: int
    truth: Path | None
    """The ground truth, or None for a benign stream."""
    mailbox: Path | None
    """The lure among other messages, as an mbox."""
    readme: Path
    started_at: datetime
    ended_at: datetime
    seed: int
    timezone: str
    """Zone of the files that write times without one."""
    year: int
    """Year that those files begin in."""

    def format_counts(self) -> dict[str, int]:
        """Return how many events there are by format."""
        counts: dict[str, int] = {}
        for file in self.files:
            counts[file.format] = counts.get(file.format, 0) + file.n_events
        return counts


def write_world(
    folder: Path,
    *,
    seed: int = 7,
    n_events: int = 50_000,
    start: datetime | None = None,
    incident: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> World:
    """Write a company's logs with one incident in them, and return what was written.

    The same arguments give the same bytes. The folder must be empty or absent; logs go below
    ``logs/``, the answer below ``truth/``, the reported mail below ``mail/``, scans and inventory below ``scans/``.

    Args:
        folder: Where to.
        seed: Chooses people, noise and the incident's details.
        n_events: At least so many benign events; below about 20,000 the timetable alone gives more.
        start: First moment (UTC midnight of its day); the world lasts at least a week.
        incident: False leaves the incident and its truth out.
        progress: Called with (benign events so far, benign events wanted).

    Raises:
        UserError: The folder holds something, or a number is out of range.
    """
    if n_events < 0:
        raise UserError("The number of events cannot be negative.", next_step="Pass --events 50000 or more.")
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty.", next_step="Name a new folder, or remove this one first.")
    moment = DEFAULT_START if start is None else start
    if moment.tzinfo is None:
        raise UserError("The start has no time zone.", next_step="Pass a start with a zone, such as 2026-03-05T00:00Z.")
    begin = to_us(moment.astimezone(UTC)) // DAY * DAY
    n_days = max(_MIN_DAYS, -(-n_events // _EVENTS_PER_DAY))
    end = begin + n_days * DAY

    rng = Random(f"vedette-demo/{seed}")  # noqa: S311 - a reproducible story, not a secret
    company = build_company(rng)
    sink = Sink(folder)
    _open_logs(sink)
    scene = Scene(company, sink, rng, begin)
    everyday = Everyday(scene)
    agenda = Agenda(scene, everyday)
    truth = Truth()
    story: Story | None = None
    if incident:
        cast = choose_cast(agenda)
        story = Story(scene, truth, cast, incident_day(begin, n_days))
        truth.decoys = [{"name": n, "account": a, "seen": d} for n, a, d in DECOYS]

    weights = [activity_level(t + _SLICE // 2) for t in range(begin, end, _SLICE)]
    total, done = sum(weights), 0.0
    open_world(agenda, begin)
    try_in_vain(scene, begin + 2 * DAY + 3 * HOUR + 17 * MINUTE)
    low = begin
    for weight in weights:
        high = low + _SLICE
        if low % DAY == 0:
            plan_day(agenda, low)
        scene.settle()
        agenda.run(high)
        if story is not None and low <= story.starts_at < high:
            happen(story)
        done += weight
        # Records that the timetable will add later are not known yet, so the last slices make up for them.
        target = int(n_events * done / total) if scene.running else 0
        while sink.n_events - sink.n_marked - sink.n_aside < target:
            everyday.one(low + int(rng.random() * _SLICE))
        sink.flush(high - _LAG)
        if progress is not None:
            progress(sink.n_events - sink.n_marked, n_events)
        low = high
    sink.close()

    entry = story.cast.victim.workstation if story is not None else None
    scans = write_scans(folder / "scans", company, seed=seed, begin=begin, entry=entry)
    n_attack = sum(len(s.refs) for s in truth.steps)
    truth_path = mailbox = None
    if story is not None:
        about = {
            "what": "Ground truth of a generated world; everything in it is invented and inert",
            "seed": seed,
            "n_events": sink.n_events,
            "company": f"{DOMAIN} ({NETBIOS})",
            "starts_at": iso_us(min(s.at for s in truth.steps)),
            "ends_at": iso_us(max(s.at for s in truth.steps)),
        }
        truth_path = truth.write(folder / "truth", about)
        mailbox = folder / "mail" / "reported.mbox"
        ordinary = [
            Message(
                story.starts_at - (9 - i) * HOUR,
                f"news@{SITES[i][0].partition('.')[2]}",
                story.cast.victim,
                f"weekly-{i}@{SITES[i][0]}",
            )
            for i in range(4)
        ]
        write_mailbox(mailbox, sorted([*ordinary, *story.messages], key=lambda m: m.sent_at))
    world = World(
        folder,
        folder / "logs",
        scans,
        tuple(sorted(sink.files, key=lambda f: f.path)),
        sink.n_events,
        n_attack,
        truth_path,
        mailbox,
        folder / "README.txt",
        moment,
        moment + timedelta(days=n_days),
        seed,
        LOCAL_ZONE,
        int(iso_second(begin // SECOND)[:4]),
    )
    _write_readme(world)
    return world


def benign_stream(
    folder: Path,
    *,
    seed: int = 7,
    n_events: int = 1_000_000,
    start: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> World:
    """Write a world in which nothing bad happens: what false cases are counted on."""
    return write_world(folder, seed=seed, n_events=n_events, start=start, incident=False, progress=progress)


def _open_logs(sink: Sink) -> None:
    for shape, path in (
        (Shape.NXLOG, "logs/windows/workstations-{period}.nxlog.jsonl"),
        (Shape.WINLOGBEAT, "logs/windows/servers-{period}.winlogbeat.ndjson"),
        (Shape.EVTX_DUMP, "logs/windows/DC01-{period}.evtx.jsonl"),
    ):
        sink.open_log(shape.value, Log(path, shape.value, tail=LINE_TAILS[shape], period=DAY))
    for name in zeek.FIELDS:
        path = f"logs/zeek/{{period}}/{name}.log"
        sink.open_log(name, Log(path, "zeek", period=DAY, header=partial(zeek.header, name), footer=zeek.footer))
    sink.open_log(
        "cloudtrail",
        Log(
            f"logs/aws/{AWS_ACCOUNT}_CloudTrail_{AWS_REGION}_{{period}}.json.gz",
            "cloudtrail",
            period=DAY,
            name_period=lambda t: f"{day_key(t)}T0000Z",
            header=lambda _: '{"Records":[',
            footer=lambda _: "]}\n",
            separator=",",
        ),
    )
    for name, path, kind in (
        ("nginx", "logs/linux/web01/access.log", "web_access"),
        ("suricata", "logs/sensor/eve.json", "suricata"),
        ("entra", "logs/identity/entra-signins.jsonl", "entra_signin"),
        ("entra_audit", "logs/identity/entra-audit.jsonl", "entra_audit"),
        ("okta", "logs/identity/okta-system.jsonl", "okta"),
        ("syslog", "logs/linux/collector.log", "syslog_rfc5424"),
        ("deploy01-audit", "logs/linux/deploy01/audit.log", "auditd"),
        ("web01-audit", "logs/linux/web01/audit.log", "auditd"),
    ):
        sink.open_log(name, Log(path, kind))
    for name in ("auth", "syslog"):
        sink.open_log(f"deploy01-{name}", Log(f"logs/linux/deploy01/{name}.log", "syslog_rfc3164", timezone=LOCAL_ZONE))


def _write_readme(world: World) -> None:
    rows = "\n".join(f"  {kind:16s} {n:>10,d}" for kind, n in sorted(world.format_counts().items()))
    story = (
        "One incident is in these logs; what really happened is in truth/incident.json, and which lines it left\n"
        "behind in truth/attack-lines.jsonl. The mail that started it is in mail/reported.mbox.\n"
        if world.truth is not None
        else "Nothing bad happens in these logs: every case made of them is a false one.\n"
    )
    world.readme.parent.mkdir(parents=True, exist_ok=True)
    world.readme.write_text(
        "A generated world for Vedette\n=============================\n\n"
        "Everything here is invented: the company, its people, every address and name (reserved domains and\n"
        "documentation addresses only). Nothing in it works: no malware, no working key, no reachable address.\n\n"
        f"Seed {world.seed}, {world.n_events:,} events, from {world.started_at:%Y-%m-%d} to "
        f"{world.ended_at:%Y-%m-%d} (UTC).\n\n"
        f"{rows}\n\n{story}\n"
        f"What scanners and the inventory say of the hosts is below scans/ ({len(world.scans)} files).\n\n"
        "Files below logs/linux/deploy01 named auth.log and syslog.log write times without year and zone:\n"
        f"the year begins as {world.year}, the zone is {world.timezone}.\n",
        encoding="utf-8",
    )


def remove_world(folder: Path) -> None:
    """Remove a world written earlier, recognised by its README; anything else is left alone.

    Raises:
        UserError: The folder is not a generated world.
    """
    readme = folder / "README.txt"
    if not readme.is_file() or not readme.read_text(encoding="utf-8").startswith("A generated world for Vedette"):
        raise UserError(f"{folder} is not a generated world.", next_step="Remove it yourself, or name another folder.")
    shutil.rmtree(folder)
