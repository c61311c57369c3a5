"""Where a rule's field is found when the native record lacks it: Sigma's taxonomy on other sources.

Sigma's field names are Sysmon's. A Security 4688 says ``NewProcessName`` for ``Image``, an auditd record
has the command line only after its parts are joined. The native record always comes first; the table
names, in order, other native fields and core columns (marked with ``@``) that mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from vedette.detect.base import LogSource

ACCOUNT: Final = "@account"
"""``DOMAIN\\user`` made of ``actor_domain`` and ``actor_name``."""

_PROCESS: Final[dict[str, tuple[str, ...]]] = {
    "Image": ("NewProcessName", "ProcessName", "@process_path"),
    "User": (ACCOUNT,),
    "ProcessId": ("NewProcessId", "@process_pid"),
}
_BY_CATEGORY: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "process_creation": {
        "Image": ("NewProcessName", "@process_path"),
        "CommandLine": ("ProcessCommandLine", "@process_cmd"),
        "ParentImage": ("ParentProcessName", "@parent_path"),
        "ParentCommandLine": ("@parent_cmd",),
        "CurrentDirectory": ("cwd",),
        "IntegrityLevel": ("MandatoryLabel",),
        "LogonId": ("SubjectLogonId", "@actor_session"),
        "User": (ACCOUNT,),
    },
    "network_connection": {
        **_PROCESS,
        "Image": ("Application", "@process_path"),
        "DestinationIp": ("DestAddress", "@dst_ip"),
        "DestinationPort": ("DestPort", "@dst_port"),
        "DestinationHostname": ("@dst_name",),
        "SourceIp": ("SourceAddress", "@src_ip"),
        "SourcePort": ("@src_port",),
        "SourceHostname": ("@src_name",),
        "Protocol": ("@protocol",),
    },
    "dns_query": {**_PROCESS, "QueryName": ("query", "@dns_query"), "query": ("QueryName", "@dns_query")},
    "image_load": {**_PROCESS, "ImageLoaded": ("@file_path",), "Hashes": ("@file_hash",)},
    "driver_load": {"ImageLoaded": ("@file_path",), "Hashes": ("@file_hash",)},
    "pipe_created": {**_PROCESS, "PipeName": ("@file_path",)},
    "ps_script": {"ScriptBlockText": ("@process_cmd",)},
    "ps_module": {"Payload": ("@process_cmd",)},
    "dns": {"query": ("QueryName", "@dns_query"), "answer": ("answers",)},
    "firewall": {
        "src_ip": ("id.orig_h", "@src_ip"),
        "src_port": ("id.orig_p", "@src_port"),
        "dst_ip": ("id.resp_h", "@dst_ip"),
        "dst_port": ("id.resp_p", "@dst_port"),
    },
    "webserver": {
        "cs-uri": ("@url",),
        "cs-uri-stem": ("@url",),
        "cs-user-agent": ("@user_agent",),
        "sc-status": ("@status_code",),
        "c-ip": ("@src_ip",),
    },
    "proxy": {
        "c-uri": ("cs-uri", "uri", "@url"),
        "c-useragent": ("cs-user-agent", "user_agent", "@user_agent"),
        "cs-host": ("host", "@dst_name"),
        "cs-method": ("method",),
        "cs-cookie": ("cookie",),
        "r-dns": ("host", "@dst_name"),
        "sc-status": ("status_code", "@status_code"),
        "src_ip": ("id.orig_h", "c-ip", "@src_ip"),
        "dst_ip": ("id.resp_h", "@dst_ip"),
    },
}
for _name in ("file_event", "file_change", "file_delete", "file_rename", "file_access", "file_executable_detected"):
    _BY_CATEGORY[_name] = {**_PROCESS, "TargetFilename": ("ObjectName", "@file_path")}
for _name in ("registry_add", "registry_set", "registry_delete", "registry_rename"):
    _BY_CATEGORY[_name] = {
        **_PROCESS,
        "TargetObject": ("ObjectName", "@registry_path"),
        "Details": ("NewValue",),
    }
_BY_PRODUCT: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "windows": {
        "Provider_Name": ("ProviderName", "SourceName", "Provider"),
        "Computer": ("ComputerName", "Hostname", "@device_name"),
        "ComputerName": ("Computer", "Hostname", "@device_name"),
    }
}
_DEFENDER: Final = (
    "Action Name", "Category Name", "Detection User", "Error Code", "Error Description", "Execution Name",
    "Feature Name", "New Value", "Old Value", "Origin Name", "Process Name", "Product Name", "Remediation User",
    "Severity ID", "Severity Name", "Source Name", "Threat ID", "Threat Name", "Type Name",
)  # fmt: skip
"""Fields that Defender writes with spaces and some rules without; named one by one, since folding names
in general would make one field of two."""
_BY_SERVICE_FIELDS: Final[dict[tuple[str, str], dict[str, tuple[str, ...]]]] = {
    ("windows", "windefend"): {name.replace(" ", ""): (name,) for name in _DEFENDER},
}
_BY_SERVICE: Final = {("zeek", "dns"): "dns", ("zeek", "conn"): "firewall", ("zeek", "http"): "proxy"}


def aliases(source: LogSource) -> dict[str, tuple[str, ...]]:
    """Return for events of a log source: rule field to the names that stand in for it, best first."""
    product, category, service = (part.lower() if part else "" for part in source)
    if not category:
        category = _BY_SERVICE.get((product, service), "")
    return {
        **_BY_PRODUCT.get(product, {}),
        **_BY_SERVICE_FIELDS.get((product, service), {}),
        **_BY_CATEGORY.get(category, {}),
    }


def stand_in(names: tuple[str, ...], native: Mapping[str, Any], core: Callable[[str], Any]) -> Any:
    """Return the first value that the names give for a record, or None.

    Args:
        names: As :func:`aliases` gives them.
        native: The record's own fields.
        core: Gives the value of a core column for this record.
    """
    for name in names:
        if not name.startswith("@"):
            if name in native:
                return native[name]
            continue
        if name == ACCOUNT:
            user, domain = core("actor_name"), core("actor_domain")
            value = f"{domain}\\{user}" if user and domain else user
        else:
            value = core(name[1:])
        if value is not None:
            return value
    return None
