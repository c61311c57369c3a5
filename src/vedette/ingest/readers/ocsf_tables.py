"""OCSF ids by meaning: classes, activities, operating systems; Sigma categories of what they describe.

Source: OCSF schema 1.3, Windows extension included; Sigma taxonomy.
"""

from __future__ import annotations

from vedette.schema import EventClass

CLASSES: dict[int, EventClass] = {
    1001: EventClass.FILE,
    1002: EventClass.MODULE,  # kernel extension
    1003: EventClass.BASE,  # kernel object
    1004: EventClass.MEMORY,
    1005: EventClass.MODULE,
    1006: EventClass.SCHEDULED_JOB,
    1007: EventClass.PROCESS,
    1008: EventClass.LOG,  # event log
    1009: EventClass.SCRIPT,
    201001: EventClass.REGISTRY,  # key
    201002: EventClass.REGISTRY,  # value
    201003: EventClass.DIRECTORY,  # Windows resource
    201004: EventClass.SERVICE,
    2001: EventClass.FINDING,  # security finding (deprecated)
    2002: EventClass.FINDING,  # vulnerability
    2003: EventClass.FINDING,  # compliance
    2004: EventClass.FINDING,
    2005: EventClass.FINDING,  # incident
    2006: EventClass.FINDING,  # data security
    3001: EventClass.ACCOUNT_CHANGE,
    3002: EventClass.AUTHENTICATION,
    3003: EventClass.AUTHENTICATION,  # authorize session
    3004: EventClass.ENTITY,
    3005: EventClass.ACCOUNT_CHANGE,  # user access
    3006: EventClass.GROUP,
    4001: EventClass.NETWORK,
    4002: EventClass.HTTP,
    4003: EventClass.DNS,
    4004: EventClass.NETWORK,  # DHCP
    4005: EventClass.NETWORK,  # RDP
    4006: EventClass.SMB,
    4007: EventClass.NETWORK,  # SSH
    4008: EventClass.NETWORK,  # FTP
    4009: EventClass.EMAIL,
    4010: EventClass.FILE,  # network file
    4011: EventClass.EMAIL,  # file in a mail
    4012: EventClass.EMAIL,  # URL in a mail
    4013: EventClass.NETWORK,  # NTP
    4014: EventClass.NETWORK,  # tunnel
    6001: EventClass.API,  # web resources
    6003: EventClass.API,
    6004: EventClass.HTTP,  # web resource access (deprecated)
    6005: EventClass.API,  # datastore
    6006: EventClass.FILE,  # file hosting
}
"""Event class by ``class_uid``; others are base events."""

ACTIVITIES: dict[int, dict[int, str]] = {
    1007: {1: "launch", 2: "terminate", 3: "open", 4: "inject", 5: "set_user"},
    3002: {1: "logon", 2: "logoff", 3: "ticket", 4: "service_ticket", 5: "ticket_renew"},
    1001: {1: "create", 2: "read", 3: "update", 4: "delete", 5: "rename"},
    1005: {1: "load", 2: "unload"},
    3001: {
        1: "create",
        2: "enable",
        3: "password_change",
        4: "password_reset",
        5: "disable",
        6: "delete",
        7: "attach_policy",
        8: "detach_policy",
        9: "lock",
    },
    3006: {1: "assign", 2: "revoke", 3: "add_member", 4: "remove_member", 5: "delete", 6: "create"},
    6003: {1: "create", 2: "read", 3: "update", 4: "delete"},
    4001: {1: "open", 2: "close", 3: "reset", 4: "fail", 5: "refuse", 6: "traffic"},
    4003: {1: "query", 2: "response", 6: "traffic"},
    1006: {1: "create", 2: "update", 3: "delete", 4: "enable", 5: "disable", 6: "start"},
    2004: {1: "create", 2: "update", 3: "close"},
}
"""Activity by ``class_uid`` and ``activity_id``, where we have a word of our own; else ``activity_name`` tells."""

SYSTEMS: dict[object, str] = {
    100: "windows",
    "windows": "windows",
    200: "linux",
    "linux": "linux",
    300: "macos",
    "macos": "macos",
    "mac os": "macos",
}
"""Sigma product by ``device.os.type_id`` or ``device.os.type``."""

SIGMA_CATEGORIES: dict[tuple[EventClass, str], str] = {
    (EventClass.PROCESS, "launch"): "process_creation",
    (EventClass.PROCESS, "open"): "process_access",
    (EventClass.MODULE, "load"): "image_load",
    (EventClass.FILE, "create"): "file_event",
    (EventClass.FILE, "delete"): "file_delete",
    (EventClass.NETWORK, "open"): "network_connection",
    (EventClass.DNS, "query"): "dns_query",
}
"""Sigma category by class and activity, where the operating system is known."""
