"""Kinds of activity as analysts call them: which events each means, and what must be in a lake to see it."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.copilot.tools.where import Condition, any_of, one_of
from vedette.schema import EventClass as C


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of activity."""

    name: str
    classes: tuple[str, ...]
    one: str
    """Noun for one of them."""
    many: str
    needs: str
    """Which logs would show it, where a lake holds none."""
    activities: tuple[str, ...] = ()
    """Only these values of ``activity``; empty means all."""
    outcome: str | None = None
    made: str | None = None
    """Column that names what was made: several records of one making are then counted once."""

    def conditions(self) -> list[Condition]:
        """Return the conditions on events."""
        found = [one_of("class_name", self.classes)]
        if self.activities:
            found.append(one_of("activity", self.activities))
        if self.outcome:
            found.append(one_of("outcome", [self.outcome]))
        return found


_ALL = (
    Activity(
        "logon", (C.AUTHENTICATION,), "logon", "logons",
        "authentication logs (Windows Security, sshd, an identity provider, CloudTrail sign-ins)", ("logon",),
    ),
    Activity(
        "failed_logon", (C.AUTHENTICATION,), "failed logon", "failed logons",
        "authentication logs (Windows Security, sshd, an identity provider, CloudTrail sign-ins)", ("logon",),
        "failure",
    ),
    Activity(
        "explicit_logon", (C.AUTHENTICATION,), "use of explicit credentials", "uses of explicit credentials",
        "Windows Security logs (4648)", ("logon_explicit",),
    ),
    Activity(
        "logoff", (C.AUTHENTICATION,), "logoff", "logoffs", "authentication logs that record logoffs",
        ("logoff", "session_close", "disconnect"),
    ),
    Activity(
        "ticket", (C.AUTHENTICATION,), "Kerberos ticket event", "Kerberos ticket events",
        "domain controllers' Security logs or a network sensor's Kerberos log",
        ("service_ticket", "ticket_granting", "authentication_ticket", "preauth"),
    ),
    Activity(
        "process", (C.PROCESS,), "process start", "process starts",
        "process logs (Sysmon, Windows 4688, auditd)", ("launch",),
    ),
    Activity("process_access", (C.PROCESS,), "process access", "process accesses", "Sysmon logs", ("open",)),
    Activity(
        "script", (C.SCRIPT,), "script event", "script events", "PowerShell script block or pipeline logs",
    ),
    Activity("network", (C.NETWORK,), "network connection", "network connections",
             "network logs (Zeek, Suricata, Sysmon, Windows Filtering Platform)"),
    Activity("dns", (C.DNS,), "DNS query", "DNS queries", "DNS logs (Zeek, Sysmon 22, a resolver's)"),
    Activity("http", (C.HTTP,), "web request", "web requests", "web server, proxy or network sensor logs"),
    Activity("smb", (C.SMB,), "file share event", "file share events", "SMB logs (Windows 5140/5145, Zeek)"),
    Activity("rpc", (C.RPC,), "RPC call", "RPC calls", "RPC logs (Zeek)"),
    Activity("email", (C.EMAIL,), "mail event", "mail events", "mail logs"),
    Activity("file", (C.FILE,), "file event", "file events", "file logs (Sysmon, Windows object access, auditd)"),
    Activity("object", (C.API,), "access to a stored object", "accesses to stored objects",
             "a cloud's audit log with data events (S3, Cloud Storage)"),
    Activity("registry", (C.REGISTRY,), "registry event", "registry events", "registry logs (Sysmon 12 to 14)"),
    Activity("module", (C.MODULE,), "module load", "module loads", "module load logs (Sysmon 7)"),
    Activity("service", (C.SERVICE,), "service event", "service events", "Windows service logs (7045, 4697)"),
    Activity("service_created", (C.SERVICE,), "service creation", "service creations",
             "Windows service logs (7045, 4697)", ("create",), made="service_name"),
    Activity("task", (C.SCHEDULED_JOB,), "scheduled job event", "scheduled job events",
             "scheduled task or cron logs (4698, cron)"),
    Activity("task_created", (C.SCHEDULED_JOB,), "scheduled job creation", "scheduled job creations",
             "scheduled task logs (4698)", ("create",), made="service_name"),
    Activity(
        "account_change", (C.ACCOUNT_CHANGE, C.GROUP), "account or group change", "account or group changes",
        "account management logs (Windows 4720 to 4767, a directory's or cloud's audit log)",
    ),
    Activity(
        "account_created", (C.ACCOUNT_CHANGE,), "account creation", "account creations",
        "account management logs (Windows 4720, a directory's or cloud's audit log)", ("create",),
        made="coalesce(user_name, resource)",
    ),
    Activity("password_reset", (C.ACCOUNT_CHANGE,), "password reset", "password resets",
             "account management logs (Windows 4724, a directory's audit log)", ("reset_password",)),
    Activity("lockout", (C.ACCOUNT_CHANGE,), "account lockout", "account lockouts",
             "account management logs (Windows 4740)", ("lock",)),
    Activity("group_change", (C.GROUP,), "group change", "group changes",
             "account management logs (Windows 4728 to 4757)"),
    Activity("directory", (C.DIRECTORY,), "directory access", "directory accesses",
             "directory service access logs (Windows 4662)"),
    Activity("api", (C.API, C.ACCOUNT_CHANGE, C.AUTHENTICATION), "API call", "API calls",
             "a cloud's or identity provider's audit log"),
    Activity("alert", (C.FINDING,), "alert of a security product", "alerts of security products",
             "alerts of security products (Suricata, an EDR)"),
    Activity("log_cleared", (C.LOG,), "clearing of a log", "clearings of logs",
             "Windows Security (1102) or System (104) logs", ("clear",)),
)  # fmt: skip

OBJECT_CALLS = ("GetObject", "PutObject", "CopyObject", "DeleteObject", "storage.objects.get", "storage.objects.create")
"""Calls that read or write one object of a cloud store: files there."""

ACTIVITIES: dict[str, Activity] = {a.name: a for a in _ALL}
"""By the word that a question uses for it."""


def conditions_of(activity: Activity) -> list[Condition]:
    """Return the conditions on events; API calls name an operation, and a cloud store's objects are files too."""
    if activity.name == "api":
        return [Condition("api_operation IS NOT NULL"), Condition("class_name <> ?", (C.RPC.value,))]
    if activity.name == "object":
        return [one_of("api_operation", OBJECT_CALLS)]
    if activity.name == "file":
        return [any_of([*activity.conditions(), one_of("api_operation", OBJECT_CALLS)])]
    return activity.conditions()


NETWORKED = frozenset({"network", "dns", "http", "smb", "rpc", "alert", "email"})
"""Kinds that sensors record without naming a host: there a host also counts by its addresses."""

__all__ = ["ACTIVITIES", "NETWORKED", "Activity", "conditions_of"]
