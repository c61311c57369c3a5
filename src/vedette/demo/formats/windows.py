"""Windows event records in the three shapes that collectors deliver them in.

- ``nxlog``: flat JSON lines as NXLog's ``to_json`` writes them: event data beside the header.
- ``winlogbeat``: ECS, event data as strings below ``winlog.event_data``.
- ``evtx_dump``: ``Event.System`` and ``Event.EventData`` with numbers as numbers.

The event data of a record is one JSON fragment (see ``windows_events``), the same for all shapes.
Messages carry their first sentence only, as a collector set to keep volume down leaves them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vedette.demo.clock import SECOND, iso_second
from vedette.demo.company import Host, Shape
from vedette.demo.formats.text import quoted
from vedette.demo.sink import Sink
from vedette.errors import InternalError

_SECURITY_GUID = "{54849625-5478-4994-A5BA-3E3B0328C30D}"
_SYSMON_GUID = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
_POWERSHELL_GUID = "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"
_SCM_GUID = "{555908D1-A6D7-4695-8E1E-26931D2012F4}"
_EVENTLOG_GUID = "{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}"
_TASKS_GUID = "{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}"

SECURITY = "Security"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
SYSTEM = "System"
TASKS = "Microsoft-Windows-TaskScheduler/Operational"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Windows event: what its header says, whatever its data."""

    event_id: int
    channel: str
    task: int
    message: str
    version: int = 0
    failure: bool = False
    user_data: str = ""
    """Name of the element below ``UserData``, for the few events that carry no ``EventData``."""

    @property
    def provider(self) -> str:
        """Name of the event's provider."""
        if self.event_id in (1102, 104):
            return "Microsoft-Windows-Eventlog"
        return {
            SECURITY: "Microsoft-Windows-Security-Auditing",
            SYSMON: "Microsoft-Windows-Sysmon",
            POWERSHELL: "Microsoft-Windows-PowerShell",
            TASKS: "Microsoft-Windows-TaskScheduler",
        }.get(self.channel, "Service Control Manager")

    @property
    def provider_guid(self) -> str:
        """GUID of the event's provider."""
        if self.event_id in (1102, 104):
            return _EVENTLOG_GUID
        return {SECURITY: _SECURITY_GUID, SYSMON: _SYSMON_GUID, POWERSHELL: _POWERSHELL_GUID, TASKS: _TASKS_GUID}.get(
            self.channel, _SCM_GUID
        )

    @property
    def keywords(self) -> int:
        """Keyword bits, as a signed 64-bit number."""
        if self.channel == SECURITY:
            return -9218868437227405312 if self.failure else -9214364837600034816
        return -9223372036854775808


# Fields that evtx_dump writes as numbers, since the provider declares them so.
_NUMBERS = re.compile(
    r'"(ProcessId|ParentProcessId|SourceProcessId|TargetProcessId|LogonType|IpPort|KeyLength|TerminalSessionId|'
    r'SourcePort|DestinationPort|PreAuthType|MessageNumber|MessageTotal)":"(\d+)"'
)

_OUTPUTS = {Shape.NXLOG: "nxlog", Shape.WINLOGBEAT: "winlogbeat", Shape.EVTX_DUMP: "evtx_dump"}


class WindowsWriter:
    """Writes Windows events of any host in that host's shape."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._heads: dict[tuple[str, int, str, bool], tuple[str, str]] = {}

    def write(self, host: Host, t: int, kind: Kind, data: str, *, thread: int = 4364, user_sid: str = "") -> None:
        """Emit one record.

        Args:
            host: Where it happened; its clock's error is added to the time written.
            t: True time in microseconds.
            kind: Header facts.
            data: Event data as a JSON fragment without braces.
            thread: Thread id in the header.
            user_sid: Security user of the header, where the channel has one that is not SYSTEM.
        """
        key = (host.name, kind.event_id, kind.channel, kind.failure)
        head = self._heads.get(key)
        if head is None:
            head = self._heads[key] = _head(host, kind)
        second, us = divmod(t + host.skew_us, SECOND)
        iso = iso_second(second)
        shape = host.shape
        counter = host.name + kind.channel
        if shape is None:
            raise InternalError(f"{host.name} is not a Windows host")
        if shape is Shape.NXLOG:
            user = f'"UserID":"{user_sid}",' if user_sid else ""
            text = (
                f'{{"EventTime":"{iso}.{us:06d}+00:00"{head[0]}{thread},{user}{data},'
                f'"EventReceivedTime":"{iso_second(second + 1)}.{us:06d}+00:00","@timestamp":"{iso}.{us // 1000:03d}Z",'
                f'"SourceModuleName":"eventlog","SourceModuleType":"im_msvistalog","RecordNumber":'
            )
            # EventReceivedTime lies after EventTime; NXLog's buffers keep the order of events.
        elif shape is Shape.WINLOGBEAT:
            user = f'"user":{{"identifier":"{user_sid}"}},' if user_sid else ""
            text = (
                f'{{"@timestamp":"{iso}.{us // 1000:03d}Z"{head[0]}{user}{head[1]}{{{data}}},'
                f'"process":{{"pid":704,"thread":{{"id":{thread}}}}},"record_id":'
            )
        else:
            if '"' in data:
                data = _NUMBERS.sub(r'"\1":\2', data)
            text = (
                f'{{"Event":{{"#attributes":{{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"}},'
                f'{head[1]}{data}{"}}" if kind.user_data else "}"},"System":{{"TimeCreated":{{"#attributes":'
                f'{{"SystemTime":"{iso}.{us:06d}Z"}}}}{head[0]},"EventRecordID":'
            )
        self._sink.emit(_OUTPUTS[shape], t, text, counter)


def _head(host: Host, kind: Kind) -> tuple[str, str]:
    """Return the constant parts of a record of this kind on this host."""
    provider, guid, message = kind.provider, kind.provider_guid, quoted(kind.message)
    audit = "AUDIT_FAILURE" if kind.failure else "AUDIT_SUCCESS"
    kind_type = audit if kind.channel == SECURITY else "INFO"
    if host.shape is Shape.NXLOG:
        severity = '"SeverityValue":4,"Severity":"ERROR"' if kind.failure else '"SeverityValue":2,"Severity":"INFO"'
        account = (
            '"Domain":"NT AUTHORITY","AccountName":"SYSTEM","UserID":"S-1-5-18","AccountType":"User",'
            if kind.channel in (SYSMON, SYSTEM, TASKS) and kind.event_id != 7045
            else ""
        )
        # Sysmon's registry events have an EventType, and 7045 an AccountName, of their own: these win.
        own = "" if (kind.channel, kind.event_id) == (SYSMON, 13) else f'"EventType":"{kind_type}",'
        return (
            f',"Hostname":"{host.fqdn}","Keywords":{kind.keywords},{own}{severity},'
            f'"EventID":{kind.event_id},"SourceName":"{provider}","ProviderGuid":"{guid}","Version":{kind.version},'
            f'"Task":{kind.task},"OpcodeValue":0,"Opcode":"Info","ExecutionProcessID":704,"Channel":"{kind.channel}",'
            f'{account}"Message":{message},"ThreadID":',
            "",
        )
    if host.shape is Shape.WINLOGBEAT:
        words = f'"keywords":["{"Audit Failure" if kind.failure else "Audit Success"}"],' if kind_type != "INFO" else ""
        outcome = f',"outcome":"{"failure" if kind.failure else "success"}"' if kind.channel == SECURITY else ""
        return (
            f',"@metadata":{{"beat":"winlogbeat","type":"_doc","version":"8.11.4"}},"ecs":{{"version":"8.0.0"}},'
            f'"agent":{{"type":"winlogbeat","version":"8.11.4","name":"{host.name}"}},'
            f'"host":{{"name":"{host.fqdn}","hostname":"{host.name}","ip":["{host.ip}"],"os":{{"type":"windows"}}}},'
            f'"log":{{"level":"information"}},"message":{message},'
            f'"event":{{"code":"{kind.event_id}","kind":"event","provider":"{provider}"{outcome}}},'
            f'"winlog":{{"api":"wineventlog","channel":"{kind.channel}","computer_name":"{host.fqdn}",'
            f'"event_id":"{kind.event_id}",{words}"opcode":"Info","provider_guid":"{guid}",'
            f'"provider_name":"{provider}",'
            f'"task":"{kind.task}","version":{kind.version},',
            '"user_data":' if kind.user_data else '"event_data":',
        )
    bits = f"0x{kind.keywords & 0xFFFFFFFFFFFFFFFF:x}"
    tail = (
        f',"Provider":{{"#attributes":{{"Name":"{provider}","Guid":"{guid[1:-1]}"}}}},"EventID":{kind.event_id},'
        f'"Version":{kind.version},"Level":{0 if kind.channel == SECURITY else 4},"Task":{kind.task},"Opcode":0,'
        f'"Keywords":"{bits}","Correlation":null,"Execution":{{"#attributes":{{"ProcessID":704,"ThreadID":4364}}}},'
        f'"Channel":"{kind.channel}","Computer":"{host.fqdn}","Security":null'
    )
    return tail, f'"UserData":{{"{kind.user_data}":{{' if kind.user_data else '"EventData":{'


LINE_TAILS = {Shape.NXLOG: "}", Shape.WINLOGBEAT: "}}", Shape.EVTX_DUMP: "}}}"}
"""What closes a record after its record number."""
