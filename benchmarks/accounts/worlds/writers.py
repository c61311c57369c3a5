"""Turn records into the files that shippers write: one style per world, chosen by its seed."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .base import Record, World
from .windows import PROVIDER, SYSMON

WINDOWS_STYLES = ("nxlog", "winlogbeat", "evtx_dump", "flat")


def _iso(at: datetime, digits: int = 3) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}"[: 20 + digits] + "Z"


def _nxlog(body: dict[str, Any], at: datetime, n: int, tz_hours: int) -> dict[str, Any]:
    provider, guid = PROVIDER[body["channel"]]
    local = at + timedelta(hours=tz_hours)
    out: dict[str, Any] = {
        "EventTime": f"{local:%Y-%m-%d %H:%M:%S}",
        "Hostname": body["computer"],
        "Keywords": -9223372036854775808 if body["channel"] == SYSMON else -9214364837600034816,
        "EventType": "INFO" if body["channel"] == SYSMON else "AUDIT_SUCCESS",
        "SeverityValue": 2,
        "Severity": "INFO",
        "EventID": body["eid"],
        "SourceName": body.get("provider", provider),
        "ProviderGuid": guid,
        "Version": 2,
        "Task": body["eid"],
        "OpcodeValue": 0,
        "RecordNumber": n,
        "ExecutionProcessID": 704,
        "ThreadID": 1176,
        "Channel": body["channel"],
        "EventReceivedTime": f"{local + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}",
        "SourceModuleName": "eventlog",
        "SourceModuleType": "im_msvistalog",
        "@timestamp": _iso(at),
        "@version": "1",
        "port": 53997,
        "host": "collector",
    }
    if body["eid"] in (4625, 4771):
        out["EventType"] = "AUDIT_FAILURE"
    if body["channel"] == SYSMON:
        out |= {"UserID": "S-1-5-18", "AccountName": "SYSTEM", "Domain": "NT AUTHORITY", "AccountType": "User"}
    elif body.get("user_sid"):
        out["UserID"] = body["user_sid"]
    data = dict(body["data"])
    if "EventType" in data:
        out["EventTypeOrignal"] = "INFO"
    out.update(data)
    return out


def _winlogbeat(body: dict[str, Any], at: datetime, n: int) -> dict[str, Any]:
    provider, guid = PROVIDER[body["channel"]]
    winlog: dict[str, Any] = {
        "channel": body["channel"],
        "event_id": body["eid"],
        "provider_name": body.get("provider", provider),
        "provider_guid": guid,
        "computer_name": body["computer"],
        "record_id": n,
        "event_data": {k: str(v) for k, v in body["data"].items()},
        "process": {"pid": 704, "thread": {"id": 1176}},
        "api": "wineventlog",
        "opcode": "Info",
    }
    if body["channel"] == SYSMON:
        winlog["user"] = {"identifier": "S-1-5-18", "name": "SYSTEM", "domain": "NT AUTHORITY", "type": "User"}
    elif body.get("user_sid"):
        winlog["user"] = {"identifier": body["user_sid"]}
    return {
        "@timestamp": _iso(at),
        "@metadata": {"beat": "winlogbeat", "type": "_doc", "version": "8.11.1"},
        "winlog": winlog,
        "event": {
            "code": str(body["eid"]),
            "kind": "event",
            "provider": body.get("provider", provider),
            "outcome": "failure" if body["eid"] in (4625, 4771) else "success",
        },
        "log": {"level": "information"},
        "host": {"name": body["computer"]},
        "agent": {"type": "winlogbeat", "version": "8.11.1"},
        "ecs": {"version": "8.0.0"},
    }


def _evtx_dump(body: dict[str, Any], at: datetime, n: int) -> dict[str, Any]:
    provider, guid = PROVIDER[body["channel"]]
    data = dict(body["data"])
    for key in ("ProcessId", "ParentProcessId", "SourceProcessId", "TargetProcessId", "DestinationPort", "SourcePort"):
        if isinstance(data.get(key), str) and data[key].isdigit():
            data[key] = int(data[key])
    if isinstance(data.get("LogonType"), str):
        data["LogonType"] = int(data["LogonType"])
    for key in list(data):
        if key.endswith(("Guid", "GUID")) and isinstance(data[key], str):
            data[key] = data[key].strip("{}").upper()
    event: dict[str, Any] = {
        "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
        "System": {
            "Provider": {"#attributes": {"Name": body.get("provider", provider), "Guid": guid.strip("{}")}},
            "EventID": body["eid"],
            "Version": 5,
            "Level": 4,
            "Task": 1,
            "Opcode": 0,
            "Keywords": "0x8000000000000000",
            "TimeCreated": {"#attributes": {"SystemTime": _iso(at, 6)}},
            "EventRecordID": n,
            "Correlation": None,
            "Execution": {"#attributes": {"ProcessID": 704, "ThreadID": 1176}},
            "Channel": body["channel"],
            "Computer": body["computer"],
            "Security": {"#attributes": {"UserID": body["user_sid"]}} if body.get("user_sid") else None,
        },
        "EventData": data,
    }
    if body["eid"] == 1102:
        event["UserData"] = {"LogFileCleared": event.pop("EventData")}
    return {"Event": event}


def _flat(body: dict[str, Any], at: datetime, n: int) -> dict[str, Any]:
    provider, _ = PROVIDER[body["channel"]]
    return {
        "TimeCreated": _iso(at),
        "@timestamp": _iso(at),
        "Hostname": body["computer"],
        "Channel": body["channel"],
        "SourceName": body.get("provider", provider),
        "EventID": body["eid"],
        "Level": "4",
        "Keywords": "0x8010000000000000" if body["eid"] in (4625, 4771) else "0x8020000000000000",
        **body["data"],
    }


def windows_line(style: str, body: dict[str, Any], at: datetime, n: int, tz_hours: int = 0) -> str:
    """Return one Windows record as one line of a shipper's JSON."""
    match style:
        case "nxlog":
            out = _nxlog(body, at, n, tz_hours)
        case "winlogbeat":
            out = _winlogbeat(body, at, n)
        case "evtx_dump":
            out = _evtx_dump(body, at, n)
        case _:
            out = _flat(body, at, n)
    return json.dumps(out, ensure_ascii=False, separators=(",", ":"))


def _open(path: Path, packed: bool) -> Any:
    return gzip.open(f"{path}.gz", "wt", encoding="utf-8") if packed else path.open("w", encoding="utf-8")


def write(world: World, folder: Path) -> dict[str, Any]:
    """Write the world's records under ``folder/logs`` and its truth beside them; return the truth."""
    rng = world.rng
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    style = rng.choice(WINDOWS_STYLES)
    packed = rng.random() < 0.15
    per_host = rng.random() < 0.3
    cloudtrail_records = rng.random() < 0.5
    zeek_tsv = rng.random() < 0.5
    entra_azure = rng.random() < 0.5
    world.records.sort(key=lambda r: r.at)
    streams: dict[str, list[Record]] = defaultdict(list)
    for record in world.records:
        streams[record.stream].append(record)
    for stream, records in streams.items():
        match stream.split("/")[0]:
            case "windows":
                groups: dict[str, list[tuple[int, Record]]] = defaultdict(list)
                for n, r in enumerate(records):
                    groups[(r.host or "x") if per_host else "windows"].append((n, r))
                for name, rows in groups.items():
                    with _open(logs / f"{name}-{style}.json", packed) as f:
                        for n, r in rows:
                            f.write(windows_line(style, r.body, r.at, 1000 + n, world.tz_hours) + "\n")
            case "cloudtrail":
                if cloudtrail_records:
                    size = 400
                    for i in range(0, len(records), size):
                        with _open(logs / f"cloudtrail_{i // size:04d}.json", packed) as f:
                            json.dump({"Records": [r.body for r in records[i : i + size]]}, f)
                else:
                    with _open(logs / "cloudtrail.jsonl", packed) as f:
                        f.writelines(json.dumps(r.body) + "\n" for r in records)
            case "entra" if entra_azure:
                with _open(logs / f"{stream.replace('/', '-')}-export.json", packed) as f:
                    f.writelines(json.dumps(_azure_envelope(stream, r)) + "\n" for r in records)
            case "zeek":
                kind = stream.split("/")[1]
                if zeek_tsv:
                    with _open(logs / f"{kind}.log", packed) as f:
                        f.write(_zeek_tsv(kind, records))
                else:
                    with _open(logs / f"{kind}.log", packed) as f:
                        f.writelines(json.dumps({"_path": kind, **r.body}) + "\n" for r in records)
            case _:
                suffix = "jsonl" if isinstance(records[0].body, dict) else "log"
                with _open(logs / f"{stream.replace('/', '-')}.{suffix}", packed) as f:
                    f.writelines((json.dumps(r.body) if isinstance(r.body, dict) else r.body) + "\n" for r in records)
    truth = world.truth() | {"windows_style": style, "packed": packed}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))
    return truth


def _azure_envelope(stream: str, record: Record) -> dict[str, Any]:
    body = record.body
    if stream.endswith("signins"):
        return {
            "time": _iso(record.at, 6),
            "resourceId": f"/tenants/{body.get('tenantId', '')}/providers/Microsoft.aadiam",
            "operationName": "Sign-in activity",
            "operationVersion": "1.0",
            "category": "SignInLogs",
            "tenantId": body.get("tenantId"),
            "resultType": str(body["status"]["errorCode"]),
            "resultDescription": body["status"].get("failureReason"),
            "callerIpAddress": body["ipAddress"],
            "correlationId": body["correlationId"],
            "identity": body["userDisplayName"],
            "Level": 4,
            "location": body["location"]["countryOrRegion"],
            "properties": body,
        }
    return {
        "time": _iso(record.at, 6),
        "resourceId": f"/tenants/{body.get('tenantId', '')}/providers/Microsoft.aadiam",
        "operationName": body["activityDisplayName"],
        "category": "AuditLogs",
        "tenantId": body.get("tenantId"),
        "resultSignature": "None",
        "result": body["result"],
        "correlationId": body["correlationId"],
        "Level": 4,
        "properties": body,
    }


def _zeek_tsv(kind: str, records: list[Record]) -> str:
    fields: list[str] = []
    for r in records:
        fields += [k for k in r.body if k not in fields]

    def cell(v: Any) -> str:
        if v is None:
            return "-"
        if isinstance(v, bool):
            return "T" if v else "F"
        if isinstance(v, list):
            return ",".join(map(str, v)) or "(empty)"
        return str(v).replace("\t", "\\x09") or "(empty)"

    types = {
        "ts": "time",
        "id.orig_p": "port",
        "id.resp_p": "port",
        "id.orig_h": "addr",
        "id.resp_h": "addr",
        "duration": "interval",
        "rtt": "interval",
        "orig_bytes": "count",
        "resp_bytes": "count",
        "proto": "enum",
        "trans_depth": "count",
        "status_code": "count",
        "request_body_len": "count",
        "response_body_len": "count",
        "success": "bool",
        "size": "count",
    }
    lines = [
        "#separator \\x09",
        "#set_separator\t,",
        "#empty_field\t(empty)",
        "#unset_field\t-",
        f"#path\t{kind}",
        "#open\t2026-01-01-00-00-00",
        "#fields\t" + "\t".join(fields),
        "#types\t" + "\t".join(types.get(f, "string") for f in fields),
    ]
    lines += ["\t".join(cell(r.body.get(f)) for f in fields) for r in records]
    lines.append("#close\t2026-01-01-00-00-00")
    return "\n".join(lines) + "\n"
