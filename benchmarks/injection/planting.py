"""Puts texts into records of realistic logs, each in the format's own way.

The logs are a made-up company's with an incident in them. A planted record is one of its own records again, at another
time, with a text where whoever wrote the record has a say: a user agent, a path, a name asked for, a file name, a
command line, a subject, an account, a service, a task. Some of them are the intruder's own records, so that the texts
become evidence of the case. A text is led by a mark of its own (``p017``), which is the same in both twins.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

DAY = "20260309"
SCENES_FROM = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
PER_SCENE = 6
_LONGEST = 1200


@dataclass(frozen=True, slots=True)
class Planted:
    """One text in one record."""

    attack_id: str
    mark: str
    carrier: str
    written: str
    """As it stands in the field, with its mark."""


@dataclass
class Cast:
    """Who is who in the made-up incident."""

    victim: str
    admin: str
    created: str
    domain: str

    @classmethod
    def of(cls, truth: dict[str, Any]) -> Cast:
        """Read it from the world's record of what happened."""
        accounts = {step["step"]: step["account"] for step in truth["timeline"]}
        domain, victim = accounts["S03"].split("\\")
        return cls(victim, accounts["S15"].split("\\")[-1], accounts["S18"].split("\\")[-1], domain)


@dataclass
class Logs:
    """The log files of a world that records are added to."""

    folder: Path
    cast: Cast
    added: dict[Path, list[str]] = field(default_factory=dict)
    _lines: dict[Path, list[str]] = field(default_factory=dict)

    def lines(self, pattern: str) -> Iterator[tuple[Path, str]]:
        """Yield the lines of the files that a pattern names."""
        for path in sorted(self.folder.glob(pattern)):
            if path not in self._lines:
                self._lines[path] = path.read_text(encoding="utf-8").splitlines()
            for line in self._lines[path]:
                yield path, line

    def like(self, pattern: str, *needles: str) -> tuple[Path, str]:
        """Return the first line that holds all of these.

        Raises:
            LookupError: no line does.
        """
        for path, line in self.lines(pattern):
            if all(needle in line for needle in needles):
                return path, line
        raise LookupError(f"no line with {needles} in {pattern}")

    def add(self, path: Path, line: str) -> None:
        """Keep a line to be appended."""
        self.added.setdefault(path, []).append(line)

    def write(self) -> None:
        """Append what was added."""
        for path, lines in self.added.items():
            if path.suffix == ".gz":
                body = json.loads(gzip.decompress(path.read_bytes()))
                body["Records"] += [json.loads(line) for line in lines]
                path.write_bytes(gzip.compress(json.dumps(body).encode("utf-8"), mtime=0))
            else:
                with path.open("a", encoding="utf-8") as file:
                    file.write("\n".join(lines) + "\n")


Carrier = Callable[[Logs, str, str, datetime], str]
"""Logs, mark, text, time; returns what was written in the field."""


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:_LONGEST]


def user_agent(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """A client of the web server names itself."""
    written = f"{mark} {_one_line(text)}"
    path, _ = logs.like("linux/web01/access.log", "GET")
    escaped = written.replace("\\", "\\\\").replace('"', '\\"')
    logs.add(path, f'203.0.113.201 - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET /shop HTTP/1.1" 200 512 "-" "{escaped}"')
    return written


def url_path(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """A client asks for a path."""
    written = f"{mark}+{quote_plus(_one_line(text)[:300])}"
    path, _ = logs.like("linux/web01/access.log", "GET")
    line = (
        f'203.0.113.202 - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET /search?q={written} HTTP/1.1" 200 512 "-" "curl/8.5.0"'
    )
    logs.add(path, line)
    return written


def sensor_agent(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The network sensor sees a client name itself."""
    written = f"{mark} {_one_line(text)}"
    path, line = logs.like(f"zeek/{DAY}/http.log", "\tGET\t")
    cells = line.split("\t")
    cells[0], cells[1], cells[12] = f"{at.timestamp():.6f}", f"C{mark}Aa7bQ2kLw9Zx", written
    logs.add(path, "\t".join(cells))
    return written


def dns_name(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """A name is asked for."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:150] or "x"
    written = ".".join([mark, *(slug[i : i + 60].strip("-") or "x" for i in range(0, len(slug), 60)), "example"])
    path, line = logs.like(f"zeek/{DAY}/dns.log", "C_INTERNET")
    cells = line.split("\t")
    cells[0], cells[1], cells[9] = f"{at.timestamp():.6f}", f"D{mark}Aa7bQ2kLw9Zx", written
    logs.add(path, "\t".join(cells))
    return written


def file_name(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The victim's session writes a file."""
    written = f"{mark} " + re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", _one_line(text))[:200].strip()
    path, event = _workstation(logs, '"EventID":11,', f"\\\\{logs.cast.victim}\\\\")
    event["TargetFilename"] = f"C:\\Users\\{logs.cast.victim}\\Downloads\\{written}.txt"
    logs.add(path, _nxlog(event, at))
    return written


def command_line(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The victim's session runs a command."""
    written = f"{mark} {_one_line(text)}"
    path, event = _workstation(logs, '"EventID":1,', "whoami /all")
    event["Image"], event["OriginalFileName"] = "C:\\Windows\\System32\\cmd.exe", "Cmd.Exe"
    event["CommandLine"] = f"cmd.exe /c title {written}"
    logs.add(path, _nxlog(event, at))
    return written


def hostile_command(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The intruder clears a log, with a remark: a finding of the case rests on it."""
    written = f"{mark} {_one_line(text)}"
    path, event = _workstation(logs, '"EventID":1,', "wevtutil cl Security")
    event["CommandLine"] = f"wevtutil cl Security & rem {written}"
    logs.add(path, _nxlog(event, at))
    return written


def mail_subject(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The mail server notes the subject of a message."""
    written = f"{mark} {_one_line(text)}"
    path, _ = logs.like("linux/collector.log", "postfix/cleanup")
    logs.add(
        path,
        f"<22>1 {at:%Y-%m-%dT%H:%M:%S}.000000Z mx01.alderfinch.example postfix/cleanup 28867 - - 4T{mark.upper()}AA:"
        f" warning: header Subject: {written}",
    )
    return written


def ssh_account(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """A client asks for a shell as an account that is not there."""
    written = f"{mark} " + re.sub(r" from ", " form ", _one_line(text))[:300]
    path, _ = logs.like("linux/collector.log", "postfix/cleanup")
    logs.add(
        path,
        f"<38>1 {at:%Y-%m-%dT%H:%M:%S}.000000Z web01.alderfinch.example sshd 17506 - -"
        f" Failed password for invalid user {written} from 203.0.113.207 port 60103 ssh2",
    )
    return written


def service_name(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """A service is installed."""
    written = f"{mark} {_one_line(text)[:240]}"
    path, event = _workstation(logs, '"EventID":7045,')
    event["ServiceName"] = written
    logs.add(path, _nxlog(event, at))
    return written


def task_name(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The intruder registers a task: a finding of the case rests on it."""
    written = f"{mark} {_one_line(text)[:220]}"
    path, line = logs.like(f"windows/servers-{DAY}.winlogbeat.ndjson", '"event_id":"4698"', "CacheTask")
    event = json.loads(line)
    event["winlog"]["event_data"]["TaskName"] = f"\\Microsoft\\Windows\\PrintQueue\\{written}"
    event["@timestamp"] = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    logs.add(path, json.dumps(event, ensure_ascii=False))
    return written


def cloud_agent(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The intruder's client of the cloud names itself."""
    written = f"{mark} {_one_line(text)}"
    path = next(iter(sorted((logs.folder / "aws").glob(f"*_{DAY}T*.json.gz"))))
    records = json.loads(gzip.decompress(path.read_bytes()))["Records"]
    event = copy.deepcopy(
        next(r for r in records if r["eventName"] == "CreateAccessKey" or "GetObject" in r["eventName"])
    )
    hostile = [r for r in records if r.get("sourceIPAddress") == "203.0.113.77"]
    event = copy.deepcopy(hostile[0]) if hostile else event
    event |= {"userAgent": f"aws-cli/2.15 {written}", "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventID": f"{mark}-e1"}
    event["requestID"] = f"{mark}-r1"
    logs.add(path, json.dumps(event, ensure_ascii=False))
    return written


def display_name(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """Somebody signs in to an application with a name of its maker's choosing."""
    written = f"{mark} {_one_line(text)[:240]}"
    path, line = logs.like("identity/entra-signins.jsonl", "Sign-in activity")
    event = json.loads(line)
    event["time"] = event["properties"]["createdDateTime"] = f"{at:%Y-%m-%dT%H:%M:%S}.000000Z"
    event["properties"]["appDisplayName"] = written
    event["properties"]["id"] = f"00000000-0000-0000-0000-000000000{mark[1:]}"
    logs.add(path, json.dumps(event, ensure_ascii=False))
    return written


def new_account(logs: Logs, mark: str, text: str, at: datetime) -> str:
    """The taken-over administrator makes an account."""
    written = f"{mark} {_one_line(text)[:100]}".strip()
    path, line = logs.like(f"windows/DC01-{DAY}.evtx.jsonl", ":4720,", f'"TargetUserName":"{logs.cast.created}"')
    event = json.loads(line)
    data = event["Event"]["EventData"]
    data["TargetUserName"] = data["SamAccountName"] = written
    data["TargetSid"] = re.sub(r"-\d+$", f"-9{mark[1:]}", data["TargetSid"])
    data["DisplayName"] = written
    event["Event"]["System"]["TimeCreated"]["#attributes"]["SystemTime"] = f"{at:%Y-%m-%dT%H:%M:%S}.000000Z"
    logs.add(path, json.dumps(event, ensure_ascii=False))
    return written


CARRIERS: tuple[Carrier, ...] = (
    user_agent, hostile_command, dns_name, task_name, file_name, new_account, command_line, cloud_agent, mail_subject,
    url_path, ssh_account, service_name, sensor_agent, display_name,
)  # fmt: skip
"""In the order in which texts are dealt out; every second one or so is the intruder's own."""


def plant(logs: Logs, texts: Sequence[tuple[str, str]]) -> list[Planted]:
    """Put texts into records, six to a minute from 16:00 on the day of the incident.

    Args:
        logs: where to.
        texts: (attack id, text) pairs.
    """
    out = []
    for number, (attack_id, text) in enumerate(texts):
        carrier = CARRIERS[number % len(CARRIERS)]
        mark = f"p{number:03d}"
        at = SCENES_FROM + timedelta(minutes=number // PER_SCENE, seconds=8 * (number % PER_SCENE) + 3)
        written = carrier(logs, mark, text, at)
        out.append(Planted(attack_id, mark, carrier.__name__, written))
    logs.write()
    return out


def _workstation(logs: Logs, *needles: str) -> tuple[Path, dict[str, Any]]:
    path, _ = logs.like(f"windows/workstations-{DAY}.nxlog.jsonl", "EventID")
    try:
        _, line = logs.like(f"windows/workstations-{DAY}.nxlog.jsonl", *needles)
    except LookupError:
        _, line = logs.like("windows/workstations-*.nxlog.jsonl", *needles)
    return path, json.loads(line)


def _nxlog(event: dict[str, Any], at: datetime) -> str:
    event = dict(event)
    event["EventTime"] = f"{at:%Y-%m-%dT%H:%M:%S}.000000+00:00"
    event["EventReceivedTime"] = event["EventTime"]
    if "UtcTime" in event:
        event["UtcTime"] = f"{at:%Y-%m-%d %H:%M:%S}.000"
    event["@timestamp"] = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    return json.dumps(event, ensure_ascii=False)
