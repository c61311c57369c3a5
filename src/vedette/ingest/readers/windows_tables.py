"""Facts about Windows event channels: Sigma services and categories, and which field means what.

Sources: Microsoft's event documentation, the Sysmon manual (schema 4.90), Sigma's taxonomy.
"""

# ruff: noqa: E501 (a table reads best with one event a line)
from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any

from vedette.ingest.base import Mapping, Pick, TimeHow, pick
from vedette.ingest.convert import account_domain, account_name, lower
from vedette.schema import EventClass as C

SERVICES: dict[str, str] = {
    "security": "security",
    "system": "system",
    "application": "application",
    "microsoft-windows-sysmon/operational": "sysmon",
    "linux-sysmon/operational": "sysmon-linux",
    "microsoft-windows-powershell/operational": "powershell",
    "powershellcore/operational": "powershell",
    "windows powershell": "powershell-classic",
    "microsoft-windows-taskscheduler/operational": "taskscheduler",
    "microsoft-windows-wmi-activity/operational": "wmi",
    "microsoft-windows-windows defender/operational": "windefend",
    "microsoft-windows-ntlm/operational": "ntlm",
    "microsoft-windows-windows firewall with advanced security/firewall": "firewall-as",
    "microsoft-windows-bits-client/operational": "bits-client",
    "microsoft-windows-codeintegrity/operational": "codeintegrity-operational",
    "microsoft-windows-driverframeworks-usermode/operational": "driver-framework",
    "microsoft-windows-applocker/exe and dll": "applocker",
    "microsoft-windows-applocker/msi and script": "applocker",
    "microsoft-windows-applocker/packaged app-deployment": "applocker",
    "microsoft-windows-applocker/packaged app-execution": "applocker",
    "microsoft-windows-terminalservices-localsessionmanager/operational": "terminalservices-localsessionmanager",
    "microsoft-windows-terminalservices-remoteconnectionmanager/operational": "terminalservices-remoteconnectionmanager",
    "microsoft-windows-winrm/operational": "winrm",
    "microsoft-windows-smbclient/security": "smbclient-security",
    "microsoft-windows-smbclient/connectivity": "smbclient-connectivity",
    "microsoft-windows-smbserver/connectivity": "smbserver-connectivity",
    "microsoft-windows-ldap-client/debug": "ldap",
    "msexchange management": "msexchange-management",
    "openssh/operational": "openssh",
    "microsoft-windows-appxdeploymentserver/operational": "appxdeployment-server",
    "microsoft-windows-appxpackaging/operational": "appxpackaging-om",
    "microsoft-windows-capi2/operational": "capi2",
    "microsoft-windows-diagnosis-scripted/operational": "diagnosis-scripted",
    "microsoft-windows-shell-core/operational": "shell-core",
    "microsoft-windows-security-mitigations/kernel mode": "security-mitigations",
    "microsoft-windows-security-mitigations/user mode": "security-mitigations",
    "microsoft-windows-vhdmp/operational": "vhdmp",
    "microsoft-windows-lsa/operational": "lsa-server",
    "microsoft-windows-certificateservicesclient-lifecycle-system/operational": (
        "certificateservicesclient-lifecycle-system"
    ),
    "microsoft-windows-dns-client/operational": "dns-client",
    "dns server": "dns-server",
    "microsoft-windows-dns-server/audit": "dns-server-audit",
    "microsoft-windows-dns-server/analytical": "dns-server-analytic",
    "microsoft-iis-configuration/operational": "iis-configuration",
    "microsoft-servicebus-client": "microsoft-servicebus-client",
    "microsoft-windows-hyper-v-worker": "hyper-v-worker",
    "microsoft-windows-kernel-eventtracing": "kernel-eventtracing",
}
"""Channel, lower case, to Sigma service."""

PROVIDERS: dict[str, str] = {
    "microsoft-windows-sysmon": "sysmon",
    "linux-sysmon": "sysmon-linux",
    "microsoft-windows-security-auditing": "security",
    "microsoft-windows-powershell": "powershell",
    "powershell": "powershell-classic",
    "service control manager": "system",
    "microsoft-windows-windows defender": "windefend",
    "microsoft-windows-taskscheduler": "taskscheduler",
    "microsoft-windows-wmi-activity": "wmi",
    "microsoft-windows-winrm": "winrm",
    "microsoft-windows-bits-client": "bits-client",
}
"""Provider, lower case, to Sigma service, for exports that leave the channel out."""

SYSMON_CATEGORIES: dict[int, tuple[str, C, str]] = {
    1: ("process_creation", C.PROCESS, "launch"),
    2: ("file_change", C.FILE, "set_time"),
    3: ("network_connection", C.NETWORK, "open"),
    4: ("sysmon_status", C.LOG, "status"),
    5: ("process_termination", C.PROCESS, "terminate"),
    6: ("driver_load", C.MODULE, "load"),
    7: ("image_load", C.MODULE, "load"),
    8: ("create_remote_thread", C.PROCESS, "inject"),
    9: ("raw_access_thread", C.FILE, "read_raw"),
    10: ("process_access", C.PROCESS, "open"),
    11: ("file_event", C.FILE, "create"),
    12: ("registry_event", C.REGISTRY, "create"),
    13: ("registry_set", C.REGISTRY, "set"),
    14: ("registry_rename", C.REGISTRY, "rename"),
    15: ("create_stream_hash", C.FILE, "create"),
    16: ("sysmon_status", C.LOG, "configure"),
    17: ("pipe_created", C.FILE, "create_pipe"),
    18: ("pipe_created", C.FILE, "connect_pipe"),
    19: ("wmi_event", C.ENTITY, "create"),
    20: ("wmi_event", C.ENTITY, "create"),
    21: ("wmi_event", C.ENTITY, "create"),
    22: ("dns_query", C.DNS, "query"),
    23: ("file_delete", C.FILE, "delete"),
    24: ("clipboard_capture", C.BASE, "read"),
    25: ("process_tampering", C.PROCESS, "inject"),
    26: ("file_delete_detected", C.FILE, "delete"),
    27: ("file_block_executable", C.FILE, "create"),
    28: ("file_block_shredding", C.FILE, "delete"),
    29: ("file_executable_detected", C.FILE, "create"),
    255: ("sysmon_error", C.LOG, "error"),
}
"""Sysmon event id to Sigma category, class and activity."""

TIMES: tuple[tuple[str, TimeHow], ...] = (
    ("UtcTime", "iso_utc"),
    ("SystemTime", "iso"),
    ("TimeCreated", "iso"),
    ("@timestamp", "iso"),
    ("EventTime", "iso"),
    ("TimeGenerated", "iso"),
    ("timestamp", "iso"),
)
"""``UtcTime`` is UTC by Sysmon's definition; NXLog's EventTime is local and comes after the shipper's."""

HOST = pick("Computer", "Hostname", "MachineName", "host_name")
_SUBJECT: dict[str, Pick] = {
    "actor_name": pick("SubjectUserName", convert=account_name),
    "actor_domain": pick("SubjectDomainName"),
    "actor_uid": pick("SubjectUserSid"),
    "actor_session": pick("SubjectLogonId", convert=lower),
}
_TARGET: dict[str, Pick] = {
    "user_name": pick("TargetUserName", "TargetAccount"),
    "user_domain": pick("TargetDomainName"),
    "user_uid": pick("TargetUserSid", "TargetSid"),
    "user_session": pick("TargetLogonId", convert=lower),
}
_CALLER: dict[str, Pick] = {
    "process_path": pick("ProcessName", "CallerProcessName"),
    "process_pid": pick("ProcessId", "CallerProcessId"),
}
_LOGON: dict[str, Pick] = {
    **_SUBJECT,
    **_TARGET,
    **_CALLER,
    "src_ip": pick("IpAddress"),
    "src_port": pick("IpPort"),
    "src_name": pick("WorkstationName", "Workstation"),
    "logon_type": pick("LogonType"),
    "auth_protocol": pick("AuthenticationPackageName", "LmPackageName"),
    "status_code": pick("Status", "SubStatus", "FailureReason"),
}
_PROCESS: dict[str, Pick] = {
    "process_path": pick("Image"),
    "process_cmd": pick("CommandLine"),
    "process_pid": pick("ProcessId"),
    "process_uid": pick("ProcessGuid", convert=lower),
    "parent_path": pick("ParentImage"),
    "parent_cmd": pick("ParentCommandLine"),
    "parent_pid": pick("ParentProcessId"),
    "parent_uid": pick("ParentProcessGuid", convert=lower),
    "actor_name": pick("User", convert=account_name),
    "actor_domain": pick("User", convert=account_domain),
    "actor_session": pick("LogonId", convert=lower),
}
_SYSMON_EXTRA: dict[int, dict[str, Pick]] = {
    1: {"file_hash": pick("Hashes")},
    3: {
        "src_ip": pick("SourceIp"),
        "src_port": pick("SourcePort"),
        "src_name": pick("SourceHostname"),
        "dst_ip": pick("DestinationIp"),
        "dst_port": pick("DestinationPort"),
        "dst_name": pick("DestinationHostname"),
        "protocol": pick("Protocol"),
    },
    6: {"file_path": pick("ImageLoaded"), "file_hash": pick("Hashes")},
    7: {"file_path": pick("ImageLoaded"), "file_hash": pick("Hashes")},
    12: {"registry_path": pick("TargetObject")},
    13: {"registry_path": pick("TargetObject"), "message": pick("Details")},
    14: {"registry_path": pick("TargetObject"), "message": pick("NewName")},
    15: {"file_path": pick("TargetFilename"), "file_hash": pick("Hash", "Hashes")},
    17: {"file_path": pick("PipeName")},
    18: {"file_path": pick("PipeName")},
    19: {"resource": pick("Name"), "message": pick("Query")},
    20: {"resource": pick("Name"), "process_cmd": pick("Destination")},
    21: {"resource": pick("Consumer"), "message": pick("Filter")},
    22: {"dns_query": pick("QueryName"), "message": pick("QueryResults"), "status_code": pick("QueryStatus")},
}
_SOURCE_TARGET: dict[str, Pick] = {
    "process_path": pick("SourceImage"),
    "process_pid": pick("SourceProcessId"),
    "process_uid": pick("SourceProcessGUID", "SourceProcessGuid", convert=lower),
    "target_path": pick("TargetImage"),
    "target_pid": pick("TargetProcessId"),
    "actor_name": pick("SourceUser", convert=account_name),
    "actor_domain": pick("SourceUser", convert=account_domain),
    "message": pick("GrantedAccess", "StartFunction"),
}
_ACCOUNT_CHANGES: dict[int, str] = {
    4720: "create",
    4722: "enable",
    4723: "change_password",
    4724: "reset_password",
    4725: "disable",
    4726: "delete",
    4738: "change",
    4740: "lock",
    4741: "create",
    4742: "change",
    4743: "delete",
    4767: "unlock",
    4781: "rename",
    4794: "reset_password",
}
_GROUP_CHANGES: dict[int, str] = {
    4727: "create_group", 4728: "add_member", 4729: "remove_member", 4730: "delete_group", 4731: "create_group",
    4732: "add_member", 4733: "remove_member", 4734: "delete_group", 4735: "change_group", 4737: "change_group",
    4754: "create_group", 4755: "change_group", 4756: "add_member", 4757: "remove_member", 4758: "delete_group",
    4746: "add_member", 4747: "remove_member", 4751: "add_member", 4752: "remove_member", 4761: "add_member",
}  # fmt: skip


def _member_name(value: Any) -> str | None:
    """Return the account in a group's member: the first part of a distinguished name, or the name."""
    if not isinstance(value, str):
        return None
    if value[:3].lower() == "cn=":
        return value[3:].split(",", 1)[0] or None
    return account_name(value)


_SECURITY: dict[int, tuple[C, str, str | None, dict[str, Pick]]] = {
    4624: (C.AUTHENTICATION, "logon", "success", _LOGON),
    4625: (C.AUTHENTICATION, "logon", "failure", _LOGON),
    4634: (C.AUTHENTICATION, "logoff", "success", {**_TARGET, "logon_type": pick("LogonType")}),
    4647: (C.AUTHENTICATION, "logoff", "success", _TARGET),
    4648: (
        C.AUTHENTICATION,
        "logon_explicit",
        None,
        {**_LOGON, "dst_name": pick("TargetServerName"), "resource": pick("TargetInfo")},
    ),
    4672: (C.AUTHENTICATION, "special_privileges", "success", {**_SUBJECT, "message": pick("PrivilegeList")}),
    4768: (C.AUTHENTICATION, "ticket_granting", None, {**_LOGON, "resource": pick("ServiceName")}),
    4769: (C.AUTHENTICATION, "service_ticket", None, {**_LOGON, "resource": pick("ServiceName")}),
    4770: (C.AUTHENTICATION, "renew_ticket", None, {**_LOGON, "resource": pick("ServiceName")}),
    4771: (C.AUTHENTICATION, "preauth", "failure", {**_LOGON, "resource": pick("ServiceName")}),
    4776: (C.AUTHENTICATION, "validate", None, _LOGON),
    4778: (C.AUTHENTICATION, "reconnect", "success", {"user_name": pick("AccountName"), "user_domain": pick("AccountDomain"), "user_session": pick("LogonID", convert=lower), "src_ip": pick("ClientAddress"), "src_name": pick("ClientName")}),
    4779: (C.AUTHENTICATION, "disconnect", "success", {"user_name": pick("AccountName"), "user_domain": pick("AccountDomain"), "user_session": pick("LogonID", convert=lower), "src_ip": pick("ClientAddress"), "src_name": pick("ClientName")}),
    4964: (C.AUTHENTICATION, "special_group", "success", {**_SUBJECT, **_TARGET}),
    4688: (
        C.PROCESS,
        "launch",
        "success",
        {
            **_SUBJECT,
            **_TARGET,
            "process_path": pick("NewProcessName"),
            "process_cmd": pick("CommandLine", "ProcessCommandLine"),
            "process_pid": pick("NewProcessId"),
            "parent_path": pick("ParentProcessName", "CreatorProcessName"),
            "parent_pid": pick("ProcessId", "CreatorProcessId"),
        },
    ),
    4689: (C.PROCESS, "terminate", "success", {**_SUBJECT, **_CALLER}),
    4656: (C.FILE, "request_handle", None, {**_SUBJECT, **_CALLER, "file_path": pick("ObjectName"), "message": pick("AccessMask")}),
    4663: (C.FILE, "access", "success", {**_SUBJECT, **_CALLER, "file_path": pick("ObjectName"), "message": pick("AccessMask")}),
    4658: (C.FILE, "close_handle", "success", {**_SUBJECT, **_CALLER}),
    4660: (C.FILE, "delete", "success", {**_SUBJECT, **_CALLER}),
    4690: (C.FILE, "duplicate_handle", "success", _SUBJECT),
    4670: (C.FILE, "change_permissions", "success", {**_SUBJECT, **_CALLER, "file_path": pick("ObjectName")}),
    4657: (C.REGISTRY, "set", "success", {**_SUBJECT, **_CALLER, "registry_path": pick("ObjectName"), "message": pick("NewValue")}),
    4662: (C.DIRECTORY, "access", None, {**_SUBJECT, "resource": pick("ObjectName"), "message": pick("Properties")}),
    5136: (C.DIRECTORY, "change", "success", {**_SUBJECT, "resource": pick("ObjectDN"), "message": pick("AttributeValue")}),
    5137: (C.DIRECTORY, "create", "success", {**_SUBJECT, "resource": pick("ObjectDN")}),
    5141: (C.DIRECTORY, "delete", "success", {**_SUBJECT, "resource": pick("ObjectDN")}),
    4697: (C.SERVICE, "create", "success", {**_SUBJECT, "service_name": pick("ServiceName"), "process_cmd": pick("ServiceFileName"), "message": pick("ServiceAccount")}),
    4698: (C.SCHEDULED_JOB, "create", "success", {**_SUBJECT, "service_name": pick("TaskName"), "message": pick("TaskContent")}),
    4699: (C.SCHEDULED_JOB, "delete", "success", {**_SUBJECT, "service_name": pick("TaskName")}),
    4700: (C.SCHEDULED_JOB, "enable", "success", {**_SUBJECT, "service_name": pick("TaskName")}),
    4701: (C.SCHEDULED_JOB, "disable", "success", {**_SUBJECT, "service_name": pick("TaskName")}),
    4702: (C.SCHEDULED_JOB, "update", "success", {**_SUBJECT, "service_name": pick("TaskName"), "message": pick("TaskContentNew", "TaskContent")}),
    4703: (C.PROCESS, "adjust_token", "success", {**_SUBJECT, **_CALLER, "message": pick("EnabledPrivilegeList")}),
    4673: (C.PROCESS, "use_privilege", None, {**_SUBJECT, **_CALLER, "message": pick("PrivilegeList"), "resource": pick("Service")}),
    4674: (C.PROCESS, "use_privilege", None, {**_SUBJECT, **_CALLER, "message": pick("PrivilegeList"), "resource": pick("ObjectName")}),
    4798: (C.ENTITY, "list_groups", "success", {**_SUBJECT, **_TARGET, **_CALLER}),
    4799: (C.ENTITY, "list_members", "success", {**_SUBJECT, **_CALLER, "group_name": pick("TargetUserName")}),
    4661: (C.DIRECTORY, "request_handle", None, {**_SUBJECT, **_CALLER, "resource": pick("ObjectName")}),
    5140: (C.SMB, "share", "success", {**_SUBJECT, "src_ip": pick("IpAddress"), "src_port": pick("IpPort"), "resource": pick("ShareName"), "file_path": pick("ShareLocalPath")}),
    5145: (C.SMB, "open", None, {**_SUBJECT, "src_ip": pick("IpAddress"), "src_port": pick("IpPort"), "resource": pick("ShareName"), "file_path": pick("RelativeTargetName"), "message": pick("AccessMask")}),
    1102: (C.LOG, "clear", "success", _SUBJECT),
    1100: (C.LOG, "stop", "success", {}),
    4616: (C.LOG, "set_time", "success", {**_SUBJECT, **_CALLER}),
    4719: (C.LOG, "change_policy", "success", _SUBJECT),
}  # fmt: skip
for _code in (5154, 5155, 5156, 5157, 5158, 5159):
    _SECURITY[_code] = (
        C.NETWORK,
        "block" if _code in (5155, 5157, 5159) else "listen" if _code in (5154, 5158) else "open",
        None,
        {
            "process_path": pick("Application"),
            "process_pid": pick("ProcessID", "ProcessId"),
            "src_ip": pick("SourceAddress"),
            "src_port": pick("SourcePort"),
            "dst_ip": pick("DestAddress"),
            "dst_port": pick("DestPort"),
            "protocol": pick("Protocol"),
        },
    )
for _code, _activity in _ACCOUNT_CHANGES.items():
    _SECURITY[_code] = (C.ACCOUNT_CHANGE, _activity, "success", {**_SUBJECT, **_TARGET})
for _code, _activity in _GROUP_CHANGES.items():
    _SECURITY[_code] = (
        C.GROUP,
        _activity,
        "success",
        {
            **_SUBJECT,
            "group_name": pick("TargetUserName"),
            "user_name": pick("MemberName", convert=_member_name),
            "user_uid": pick("MemberSid"),
        },
    )

_OTHER: dict[tuple[str, int], tuple[C, str, str | None, dict[str, Pick]]] = {
    ("system", 7045): (C.SERVICE, "create", "success", {"service_name": pick("ServiceName"), "process_cmd": pick("ImagePath"), "message": pick("AccountName"), "actor_uid": pick("UserID")}),
    ("system", 7036): (C.SERVICE, "change_state", "success", {"service_name": pick("param1"), "message": pick("param2")}),
    ("system", 7040): (C.SERVICE, "change_start", "success", {"service_name": pick("param1"), "message": pick("param3")}),
    ("system", 104): (C.LOG, "clear", "success", {"actor_name": pick("SubjectUserName"), "actor_domain": pick("SubjectDomainName"), "resource": pick("Channel")}),
    ("powershell", 4103): (C.SCRIPT, "execute", None, {"process_cmd": pick("Payload"), "message": pick("ContextInfo")}),
    ("powershell", 4104): (C.SCRIPT, "execute", None, {"process_cmd": pick("ScriptBlockText"), "file_path": pick("Path"), "actor_uid": pick("UserID")}),
    ("powershell-classic", 400): (C.SCRIPT, "start", None, {"message": pick("Data", "Message")}),
    ("powershell-classic", 600): (C.SCRIPT, "start_provider", None, {"message": pick("Data", "Message")}),
    ("powershell-classic", 800): (C.SCRIPT, "execute", None, {"process_cmd": pick("Data", "Message")}),
    ("taskscheduler", 106): (C.SCHEDULED_JOB, "create", "success", {"service_name": pick("TaskName"), "actor_name": pick("UserContext", convert=account_name), "actor_domain": pick("UserContext", convert=account_domain)}),
    ("taskscheduler", 140): (C.SCHEDULED_JOB, "update", "success", {"service_name": pick("TaskName"), "actor_name": pick("UserName", convert=account_name), "actor_domain": pick("UserName", convert=account_domain)}),
    ("taskscheduler", 141): (C.SCHEDULED_JOB, "delete", "success", {"service_name": pick("TaskName"), "actor_name": pick("UserName", convert=account_name), "actor_domain": pick("UserName", convert=account_domain)}),
    ("taskscheduler", 200): (C.SCHEDULED_JOB, "start", "success", {"service_name": pick("TaskName"), "process_cmd": pick("ActionName")}),
    ("wmi", 5861): (C.ENTITY, "create", None, {"resource": pick("CONSUMER", "Consumer"), "message": pick("ESS", "PossibleCause")}),
    ("wmi", 5857): (C.MODULE, "load", None, {"file_path": pick("ProviderPath"), "process_path": pick("HostProcess")}),
    ("wmi", 5858): (C.ENTITY, "query", "failure", {"actor_name": pick("User", convert=account_name), "actor_domain": pick("User", convert=account_domain), "message": pick("Operation"), "src_name": pick("ClientMachine")}),
}  # fmt: skip
for _service in ("terminalservices-localsessionmanager",):
    for _code, _activity in ((21, "logon"), (22, "start_shell"), (23, "logoff"), (24, "disconnect"), (25, "reconnect")):
        _OTHER[_service, _code] = (
            C.AUTHENTICATION,
            _activity,
            "success",
            {
                "user_name": pick("User", convert=account_name),
                "user_domain": pick("User", convert=account_domain),
                "src_ip": pick("Address"),
                "user_session": pick("SessionID"),
            },
        )
_OTHER["terminalservices-remoteconnectionmanager", 1149] = (
    C.AUTHENTICATION,
    "logon_request",
    "success",
    {"user_name": pick("Param1"), "user_domain": pick("Param2"), "src_ip": pick("Param3")},
)
for _code in (1006, 1007, 1008, 1009, 1015, 1116, 1117, 1118, 1119):
    _OTHER["windefend", _code] = (
        C.FINDING,
        "alert",
        None,
        {
            "alert": pick("Threat Name", "ThreatName"),
            "severity": pick("Severity Name", convert=lower),
            "file_path": pick("Path"),
            "process_path": pick("Process Name"),
            "actor_name": pick("Detection User", "Remediation User", convert=account_name),
            "actor_domain": pick("Detection User", "Remediation User", convert=account_domain),
        },
    )

_CATEGORIES: dict[tuple[str, int], str] = {
    ("security", 4688): "process_creation",
    ("security", 4689): "process_termination",
    ("security", 4657): "registry_set",
    ("powershell", 4103): "ps_module",
    ("powershell", 4104): "ps_script",
    ("powershell-classic", 400): "ps_classic_start",
    ("powershell-classic", 600): "ps_classic_provider_start",
    ("powershell-classic", 800): "ps_classic_script",
    **{("windefend", code): "antivirus" for code in (1006, 1007, 1008, 1009, 1015, 1116, 1117, 1118, 1119)},
}


def mapping_for(service: str | None, code: int | None, variant: str | None) -> Mapping:
    """Return the mapping of one kind of Windows event.

    Args:
        service: Sigma service, None for a channel that Sigma has no name for.
        code: event id.
        variant: Sysmon 12's own event type (``CreateKey``, ``DeleteKey`` …), which Sigma tells apart.
    """
    const: dict[str, Any] = {"log_product": "windows", "log_service": service, "event_code": str(code)}
    fields: MappingABC[str, Pick]
    if service in ("sysmon", "sysmon-linux") and code in SYSMON_CATEGORIES:
        category, class_name, activity = SYSMON_CATEGORIES[code]
        if code in (12, 13, 14) and variant:
            category = {
                "createkey": "registry_add",
                "createvalue": "registry_add",
                "deletekey": "registry_delete",
                "deletevalue": "registry_delete",
            }.get(variant, category)
            activity = {"registry_delete": "delete", "registry_add": "create"}.get(category, activity)
        base = _SOURCE_TARGET if code in (8, 10) else _PROCESS
        fields = {**base, **_SYSMON_EXTRA.get(code, {"file_path": pick("TargetFilename", "Device")})}
        const |= {"log_category": category, "activity": activity}
        if service == "sysmon-linux":
            const |= {"log_product": "linux", "log_service": "sysmon"}
    else:
        given = _SECURITY.get(code or -1) if service == "security" else _OTHER.get((service or "", code or -1))
        if given is None:
            # a kind that nobody described: keep who and where, as far as the usual fields say it
            class_name = C.LOG if service is None else C.BASE
            fields = {**_SUBJECT, **_TARGET, "message": pick("Message", "message")}
        else:
            class_name, activity, outcome, fields = given
            const |= {
                "activity": activity,
                "outcome": outcome,
                "log_category": _CATEGORIES.get((service or "", code or -1)),
            }
    return Mapping(class_name, TIMES, const, {**fields, "device_name": HOST})
