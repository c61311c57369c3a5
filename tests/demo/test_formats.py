"""Every file parses as what it says it is, in order of time, and holds as many events as it says."""

from __future__ import annotations

import email.policy
import ipaddress
import json
import mailbox
import re
from collections import defaultdict
from datetime import UTC, datetime

from vedette.demo import World

from . import records as rec

_RESERVED = re.compile(r"\.(example|test|invalid)(\b|$)")
_SLACK_S = 2.5


def _nearly_sorted(times: list[float], slack: float = _SLACK_S) -> None:
    high = float("-inf")
    for t in times:
        assert t >= high - slack, (t, high)
        high = max(high, t)


def test_windows_events_parse_and_are_in_order(world: World) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    n = 0
    for host, moment, event in rec.windows(world):
        times[host].append(moment.timestamp())
        numbers[host, event["Channel"]].append(event["RecordNumber"])
        assert "\\" not in host
        n += 1
        if event["Channel"].endswith("Sysmon/Operational"):
            utc = datetime.fromisoformat(event["UtcTime"]).replace(tzinfo=UTC)
            assert abs((utc - moment).total_seconds()) < 0.01
    assert n == sum(f.n_events for f in world.files if f.format in {"nxlog", "winlogbeat", "evtx_dump"})
    for host, found in times.items():
        _nearly_sorted(found, 0.01 if host else 0)
    for found in numbers.values():
        assert found == list(range(found[0], found[0] + len(found)))


def test_windows_values_have_windows_form(world: World) -> None:
    guid = re.compile(r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}")
    sid = re.compile(r"S-1-(0-0|5-\d+(-\d+)*)$")
    hexes = re.compile(r"0x[0-9a-f]+$")
    for _, _, event in rec.windows(world):
        for name, value in event.items():
            if name.endswith(("ProcessGuid", "ProcessGUID", "LogonGuid")):
                assert guid.fullmatch(value), (name, value)
            elif name.endswith("LogonId"):
                assert hexes.match(value), (name, value)
            elif name.endswith(("UserSid", "TargetSid", "MemberSid", "ServiceSid")):
                assert sid.match(value), (name, value)


def test_zeek_rows_match_their_header_and_close(world: World) -> None:
    n = 0
    for name in ("conn", "dns", "http", "ssl", "smb_files", "dce_rpc", "kerberos", "ssh"):
        for row in rec.zeek(world, name):
            n += 1
            float(row["ts"])
            ipaddress.ip_address(row["id.orig_h"])
            assert 0 < int(row["id.resp_p"]) < 65536
    assert n == sum(f.n_events for f in rec.of(world, "zeek"))
    for file in rec.of(world, "zeek"):
        text = rec.lines(world, file)
        assert text[0] == "#separator \\x09"
        assert text[-1].startswith("#close\t")
        names, types = (text[i].split("\t")[1:] for i in (6, 7))
        assert len(names) == len(types)


def test_zeek_connections_carry_the_other_logs(world: World) -> None:
    uids = {row["uid"]: row for row in rec.zeek(world, "conn")}
    for name in ("dns", "http", "ssl", "smb_files", "dce_rpc", "kerberos", "ssh"):
        for row in rec.zeek(world, name):
            conn = uids[row["uid"]]
            assert all(conn[k] == row[k] for k in ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"))


def test_syslog_forms(world: World) -> None:
    old = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d deploy01 [\w./-]+\[\d+\]: .+$")
    new = re.compile(r"<\d{1,3}>1 (\S+) [\w.-]+ [\w./-]+ \d+ - - .+$")
    for file in rec.of(world, "syslog_rfc3164"):
        assert file.timezone == world.timezone
        assert file.year == world.year
        stamps = []
        for line in rec.lines(world, file):
            assert old.fullmatch(line), line
            stamps.append(datetime.strptime(f"2026 {line[:15]} +0100", "%Y %b %d %H:%M:%S %z").timestamp())
        _nearly_sorted(stamps)
    for file in rec.of(world, "syslog_rfc5424"):
        stamps = []
        for line in rec.lines(world, file):
            found = new.fullmatch(line)
            assert found, line
            stamps.append(datetime.fromisoformat(found[1]).timestamp())
        _nearly_sorted(stamps)


def test_audit_events_are_whole(world: World) -> None:
    head = re.compile(r"node=\w+ type=([A-Z_]+) msg=audit\((\d+\.\d{3}):(\d+)\): ")
    for file in rec.of(world, "auditd"):
        groups: dict[str, list[str]] = {}
        for line in rec.lines(world, file):
            found = head.match(line)
            assert found, line
            groups.setdefault(found[3], []).append(found[1])
        assert len(groups) == file.n_events
        for kinds in groups.values():
            if "EXECVE" in kinds:
                assert kinds == ["SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"]


def test_cloudtrail_documents(world: World) -> None:
    for file in rec.of(world, "cloudtrail"):
        found = rec.records(world.folder / file.path)
        assert len(found) == file.n_events
        times = [datetime.fromisoformat(r["eventTime"]).timestamp() for r in found]
        assert times == sorted(times)
        for r in found:
            assert r["userIdentity"]["type"] in {"IAMUser", "AssumedRole", "AWSService"}
            assert r["eventSource"].endswith(".amazonaws.com")


def test_json_lines_of_the_rest(world: World) -> None:
    for kind, when in (
        ("suricata", lambda r: r["timestamp"]),
        ("entra_signin", lambda r: r["properties"]["createdDateTime"]),
        ("entra_audit", lambda r: r["properties"]["activityDateTime"]),
        ("okta", lambda r: r["published"]),
    ):
        for file in rec.of(world, kind):
            found = [rec.parse(line) for line in rec.lines(world, file)]
            assert len(found) == file.n_events
            _nearly_sorted([datetime.fromisoformat(when(r)).timestamp() for r in found])


def test_access_log_is_in_combined_form(world: World) -> None:
    form = re.compile(
        r'(\S+) - (\S+) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000)\] "([A-Z]+) (\S+) HTTP/1\.1" (\d{3}) '
        r'(\d+) "([^"]*)" "([^"]*)"'
    )
    for file in rec.of(world, "web_access"):
        found = [form.fullmatch(line) for line in rec.lines(world, file)]
        assert all(found)
        _nearly_sorted([datetime.strptime(m[3], "%d/%b/%Y:%H:%M:%S %z").timestamp() for m in found if m])


def test_addresses_and_domains_are_reserved(world: World) -> None:
    inside = [
        ipaddress.ip_network(n)
        for n in ("10.0.0.0/8", "127.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    ]
    seen = set()
    for row in rec.zeek(world, "conn"):
        seen |= {row["id.orig_h"], row["id.resp_h"]}
    for file in rec.of(world, "cloudtrail"):
        seen |= {
            r["sourceIPAddress"] for r in rec.records(world.folder / file.path) if r["sourceIPAddress"][0].isdigit()
        }
    for file in rec.of(world, "web_access"):
        seen |= {line.split(" ")[0] for line in rec.lines(world, file)}
    for address in seen:
        assert any(ipaddress.ip_address(address) in n for n in inside), address
    for row in rec.zeek(world, "dns"):
        assert _RESERVED.search(row["query"]), row["query"]


def test_the_lure_says_what_it_is(world: World) -> None:
    assert world.mailbox is not None
    box = mailbox.mbox(str(world.mailbox), create=False)
    try:
        mails = [email.message_from_bytes(m.as_bytes(), policy=email.policy.default) for m in box]
    finally:
        box.close()
    lures = [m for m in mails if m.get_content_maintype() == "multipart"]
    assert len(lures) == 6
    for mail in mails:
        assert mail["X-Vedette-Simulation"] == "true"
        assert _RESERVED.search(str(mail["From"]).rstrip(">"))
    for lure in lures:
        text, attachment = lure.iter_parts()
        assert text.get_content().startswith("[SIMULATION]")
        assert "Inert stand-in" in attachment.get_payload(decode=True).decode()
    assert json.loads(world.truth.read_text())["observables"] if world.truth else False
