"""Linux records: syslog in both RFC forms, and the audit daemon's multi-line events.

``deploy01`` writes the classic files in local time without year or zone (RFC 3164); the other
hosts send RFC 5424 to a collector. Audit events are several lines that share one serial number,
with the command's arguments and the process title as the kernel writes them; ``name_format`` is set,
so that each line names its node.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.demo.clock import HOUR, SECOND, bsd_second, iso_us
from vedette.demo.company import DOMAIN, Host
from vedette.demo.sink import Sink

LOCAL_OFFSET_US = HOUR
"""How far ``deploy01``'s local time is ahead of UTC."""
LOCAL_ZONE = "+01:00"
"""The same, as a reader is told."""

_FACILITY = {"auth": 4, "cron": 9, "daemon": 3, "mail": 2, "kern": 0, "user": 1}


@dataclass(frozen=True, slots=True)
class Audited:
    """Who a process acts as, in the audit daemon's terms."""

    user: str
    uid: int
    auid: int
    """Who logged on; 4294967295 for a process that no logon started."""
    ses: int
    cwd: str = "/"
    tty: str = "(none)"


class LinuxWriter:
    """Writes syslog and audit records of the Linux hosts."""

    def __init__(self, sink: Sink, first_serial: int) -> None:
        self._sink = sink
        self._serial = first_serial

    def syslog(
        self, host: Host, t: int, program: str, pid: int, message: str, *, facility: str = "auth", severity: int = 6
    ) -> None:
        """Emit one syslog message in the form that the host uses."""
        local = t + host.skew_us
        if host.name == "deploy01":
            log = "deploy01-auth" if facility == "auth" else "deploy01-syslog"
            stamp = bsd_second((local + LOCAL_OFFSET_US) // SECOND)
            self._sink.emit(log, t, f"{stamp} {host.name} {program}[{pid}]: {message}")
        else:
            pri = _FACILITY[facility] * 8 + severity
            self._sink.emit("syslog", t, f"<{pri}>1 {iso_us(local)} {host.name}.{DOMAIN} {program} {pid} - - {message}")

    def execve(
        self, host: Host, t: int, argv: list[str], exe: str, who: Audited, *, pid: int, ppid: int, key: str = "exec"
    ) -> None:
        """Emit the audit event of a program start: SYSCALL, EXECVE, CWD, PATH, PROCTITLE."""
        head, node = self._head(host, t), f"node={host.name} "
        title = "\0".join(argv).encode().hex().upper()
        arguments = " ".join(f"a{i}={_audit_value(a)}" for i, a in enumerate(argv))
        self._sink.emit(
            f"{host.name}-audit",
            t,
            f"{node}type=SYSCALL {head} arch=c000003e syscall=59 success=yes exit=0 a0=55d0c8e4b2a0 a1=55d0c8e4b340 "
            f"a2=55d0c8e3f010 a3=8 items=1 ppid={ppid} pid={pid} {_identity(who)} "
            f'comm="{argv[0].rpartition("/")[2][:15]}" exe="{exe}" subj=unconfined '
            f'key="{key}"{_enriched("execve", who)}\n'
            f"{node}type=EXECVE {head} argc={len(argv)} {arguments}\n"
            f'{node}type=CWD {head} cwd="{who.cwd}"\n'
            f'{node}type=PATH {head} item=0 name="{exe}" inode=1311{pid % 97:02d} dev=fd:00 mode=0100755 ouid=0 ogid=0 '
            f"{_PATH_END}\n"
            f"{node}type=PROCTITLE {head} proctitle={title}",
        )

    def opened(
        self, host: Host, t: int, path: str, exe: str, who: Audited, *, pid: int, ppid: int, key: str, owner: int
    ) -> None:
        """Emit the audit event of a watched file being opened for reading."""
        head, node = self._head(host, t), f"node={host.name} "
        self._sink.emit(
            f"{host.name}-audit",
            t,
            f"{node}type=SYSCALL {head} arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd1c0e2a10 a2=0 "
            f'a3=0 items=1 ppid={ppid} pid={pid} {_identity(who)} comm="{exe.rpartition("/")[2]}" exe="{exe}" '
            f'subj=unconfined key="{key}"{_enriched("openat", who)}\n'
            f'{node}type=CWD {head} cwd="{who.cwd}"\n'
            f'{node}type=PATH {head} item=0 name="{path}" inode=262911 dev=fd:00 mode=0100600 ouid={owner} '
            f"ogid={owner} {_PATH_END}",
        )

    def user_event(
        self,
        host: Host,
        t: int,
        kind: str,
        op: str,
        acct: str,
        who: Audited,
        *,
        pid: int,
        exe: str,
        addr: str,
        ok: bool = True,
    ) -> None:
        """Emit an audit event that a program reports itself (USER_AUTH, USER_LOGIN …)."""
        head, node = self._head(host, t), f"node={host.name} "
        self._sink.emit(
            f"{host.name}-audit",
            t,
            f"{node}type={kind} {head} pid={pid} uid={who.uid} auid={who.auid} ses={who.ses} subj=unconfined "
            f'msg=\'op={op} acct="{acct}" exe="{exe}" hostname={addr} addr={addr} terminal=ssh '
            f"res={'success' if ok else 'failed'}'",
        )

    def _head(self, host: Host, t: int) -> str:
        self._serial += 1
        second, us = divmod(t + host.skew_us, SECOND)
        return f"msg=audit({second}.{us // 1000:03d}:{self._serial}):"


_PATH_END = "rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0"


def _identity(who: Audited) -> str:
    u = who.uid
    return (
        f"auid={who.auid} uid={u} gid={u} euid={u} suid={u} fsuid={u} egid={u} sgid={u} fsgid={u} "
        f"tty={who.tty} ses={who.ses}"
    )


def _enriched(call: str, who: Audited) -> str:
    # A group separator parts what the kernel said from the names that the daemon looked up.
    login = "unset" if who.auid == 4294967295 else who.user
    return f'\x1dARCH=x86_64 SYSCALL={call} AUID="{login}" UID="{"root" if who.uid == 0 else who.user}"'


def _audit_value(text: str) -> str:
    # The kernel writes arguments with spaces or quotes as hex.
    if all(32 < ord(c) < 127 and c != '"' for c in text) and text:
        return f'"{text}"'
    return text.encode().hex().upper()
