"""Which rules see which events: Sigma's log source, with the names that mean the same."""

from __future__ import annotations

from typing import Final

from vedette.detect.base import LogSource

_CATEGORY_WIDER: Final = {
    "registry_add": ("registry_event",),
    "registry_set": ("registry_event",),
    "registry_delete": ("registry_event",),
    "registry_rename": ("registry_event",),
}
"""Event category to the rule categories that also cover it."""

_SERVICE_CATEGORY: Final = {
    ("zeek", "dns"): ("dns",),
    ("suricata", "dns"): ("dns",),
    ("zeek", "conn"): ("firewall",),
    ("zeek", "http"): ("proxy",),
}
"""Product and service of an event to the product-less categories that it also belongs to."""

_SERVICE_SAME: Final = {
    "powershell": ("powershell-operational",),
    "windefend": ("windows-defender", "defender"),
    "firewall-as": ("firewall",),
    "security": ("security-auditing",),
    "cloudtrail": ("aws-cloudtrail",),
    "auth": ("authlog", "secure"),
}
"""Sigma's service name to names that readers elsewhere use for it."""

_SERVICE_WIDER: Final = {
    **dict.fromkeys(("sshd", "sudo", "su", "login", "passwd", "useradd", "polkit"), ("auth", "syslog")),
    **dict.fromkeys(("auth", "cron", "guacamole", "vsftpd", "clamav", "kernel"), ("syslog",)),
}
"""On Linux, a program's own service to the services whose files hold its lines too: auth.log, syslog."""

_CANON: Final = {other: name for name, others in _SERVICE_SAME.items() for other in others}


def _service(name: str | None) -> str | None:
    if name is None:
        return None
    lower = name.lower().replace("_", "-")
    return _CANON.get(lower, lower)


def sees(rule: LogSource, event: LogSource) -> bool:
    """Return whether a rule of one log source sees events of another.

    What the rule names must be what the event has; what it leaves out may be anything. So a rule with
    only a product sees all of that product, and one with only a category all of that category.
    """
    product, category, service = rule
    have_product, have_category, have_service = event
    if product and product.lower() != (have_product or "").lower():
        return False
    if service and _service(service) != _service(have_service):
        wider = _SERVICE_WIDER.get(_service(have_service) or "", ()) if have_product == "linux" else ()
        if _service(service) not in wider:
            return False
    if not category:
        return True
    wanted, have = category.lower(), (have_category or "").lower()
    if wanted == have or wanted in _CATEGORY_WIDER.get(have, ()):
        return True
    named = ((have_product or "").lower(), _service(have_service) or "")
    return not product and wanted in _SERVICE_CATEGORY.get(named, ())
