"""Windows events of the shared data in the native shape that matching expects, without ingest."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SYSMON = {
    1: "process_creation", 2: "file_change", 3: "network_connection", 4: "sysmon_status", 5: "process_termination",
    6: "driver_load", 7: "image_load", 8: "create_remote_thread", 9: "raw_access_thread", 10: "process_access",
    11: "file_event", 15: "create_stream_hash", 16: "sysmon_status", 17: "pipe_created", 18: "pipe_created",
    19: "wmi_event", 20: "wmi_event", 21: "wmi_event", 22: "dns_query", 23: "file_delete",
    25: "process_tampering", 26: "file_delete_detected", 27: "file_block_executable",
    29: "file_executable_detected",
}  # fmt: skip
CHANNELS = {
    "Security": "security",
    "System": "system",
    "Application": "application",
    "Windows PowerShell": "powershell-classic",
    "Microsoft-Windows-PowerShell/Operational": "powershell",
    "Microsoft-Windows-Sysmon/Operational": "sysmon",
    "Microsoft-Windows-Windows Defender/Operational": "windefend",
    "Microsoft-Windows-TaskScheduler/Operational": "taskscheduler",
    "Microsoft-Windows-WMI-Activity/Operational": "wmi",
    "Microsoft-Windows-Bits-Client/Operational": "bits-client",
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational": "terminalservices-localsessionmanager",
    "Microsoft-Windows-DNS-Client/Operational": "dns-client",
    "Microsoft-Windows-AppLocker/EXE and DLL": "applocker",
    "Microsoft-Windows-CodeIntegrity/Operational": "codeintegrity-operational",
    "Microsoft-Windows-NTLM/Operational": "ntlm",
    "Microsoft-Windows-AppXDeploymentServer/Operational": "appxdeployment-server",
    "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall": "firewall-as",
    "MSExchange Management": "msexchange-management",
    "DNS Server": "dns-server",
}
LINUX = ("linux", "process_creation", "sysmon")
LogSource = tuple[str | None, str | None, str | None]


def logsource(native: dict[str, Any]) -> LogSource:
    """Return the Sigma log source of a Windows event."""
    service = CHANNELS.get(str(native.get("Channel")))
    code = int(native.get("EventID") or 0)
    category: str | None = None
    if service == "sysmon":
        category = SYSMON.get(code)
        if code in (12, 13, 14):
            kind = str(native.get("EventType", ""))
            category = {12: "registry_delete" if kind.startswith("Delete") else "registry_add", 13: "registry_set"}.get(
                code, "registry_rename"
            )
    elif service == "security" and code == 4688:
        category = "process_creation"
    elif service == "powershell":
        category = {4103: "ps_module", 4104: "ps_script"}.get(code)
    elif service == "powershell-classic":
        category = {400: "ps_classic_start", 600: "ps_classic_provider_start"}.get(code)
    return ("windows", category, service)


def flatten_evtx(record: dict[str, Any]) -> dict[str, Any]:
    """Return the native form of an evtx_dump record."""
    system = record["Event"]["System"]
    code = system["EventID"]
    native = {
        "EventID": code["#text"] if isinstance(code, dict) else code,
        "Channel": system["Channel"],
        "Provider_Name": system["Provider"]["#attributes"]["Name"],
        "Computer": system["Computer"],
    }
    for part in ("EventData", "UserData"):
        _fields(record["Event"].get(part), native)
    return native


def _fields(data: Any, native: dict[str, Any]) -> None:
    for name, value in (data or {}).items() if isinstance(data, dict) else ():
        if name == "#attributes":
            continue
        if isinstance(value, dict):
            if "#text" in value:
                native[name] = value["#text"]
            else:
                _fields(value, native)
        else:
            native[name] = value


def rules(shared: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.open(shared / "sigma-rules/sigma_rules.jsonl.gz", "rt")]


def regression_events(shared: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return (id of the rule that must fire, native event)."""
    lines = (shared / "sigma-regression-events/events.jsonl").read_text().splitlines()
    return [(r["rule_id"], flatten_evtx(r["event"])) for r in map(json.loads, lines)]


def otrf_events(shared: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((shared / "incidents-otrf").glob("win-*.jsonl.gz")):
        for line in gzip.open(path, "rt"):
            if line.strip():
                yield json.loads(line)


def evtx_sample_events(shared: Path) -> Iterator[dict[str, Any]]:
    for line in gzip.open(shared / "evtx-attack-samples/evtx_files.jsonl.gz", "rt"):
        for event in json.loads(line)["events"]:
            native = {
                "EventID": event["EventID"],
                "Channel": event["Channel"],
                "Provider_Name": event.get("Provider"),
                "Computer": event.get("Computer"),
                "TimeCreated": event.get("TimeCreated"),
            }
            for part in ("EventData", "UserData"):
                _fields(event.get(part), native)
            yield native


def rule_text(detection: str, logsource: str = "{product: linux}", title: str = "Test rule", **fields: Any) -> str:
    """Return a rule; a detection without a condition is one selection."""
    if "condition:" not in detection:
        body = "\n".join("    " + line for line in detection.strip("\n").splitlines())
        detection = f"  sel:\n{body}\n  condition: sel"
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"title: {title}\n{head}logsource: {logsource}\ndetection:\n{detection}\n"
