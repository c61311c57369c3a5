"""What Linux hosts write: sshd, sudo and cron lines in RFC 5424 syslog, and auditd records."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from .base import Host, Person, World

UNSET = 4294967295


class Linux:
    """The Linux side of a world."""

    def __init__(self, world: World, *, audit: bool = True, auth: bool = True) -> None:
        """Take a world and choose how its Linux estate logs."""
        self.w = world
        rng = world.rng
        self.audit = audit
        self.auth = auth
        self.enriched = rng.random() < 0.75
        self.zone = timezone(timedelta(hours=rng.choice([0, 0, 1, 2, -5])))
        self.root = Person("root", "", "0", "system", uid=0)
        self._serial = rng.randrange(1000, 90000)
        self._ses = rng.randrange(1, 500)
        self._uids: dict[int, str] = {0: "root", UNSET: "unset"}
        self._parents: dict[tuple[str, int], int] = {}
        """The shell (or daemon) that a session's programs are children of."""
        self._sshd = "sshd-session" if rng.random() < 0.2 else "sshd"

    def pid(self) -> int:
        """Return a process id."""
        return self.w.rng.randrange(900, 60000)

    def fingerprint(self, person: Person) -> str:
        """Return the person's own key, always the same."""
        if "key" not in person.facts:
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
            person.facts["key"] = "SHA256:" + "".join(self.w.rng.choice(alphabet) for _ in range(43))
        return str(person.facts["key"])

    # ---- syslog ------------------------------------------------------------------------------
    def line(
        self, at: datetime, host: Host, program: str, pid: int, text: str, *who: Person | str | None, pri: int = 86
    ) -> None:
        """Write one line of auth.log."""
        if not self.auth:
            return
        stamp = at.astimezone(self.zone).isoformat(timespec="microseconds")
        if stamp.endswith("+00:00") and self._ses % 2:
            stamp = stamp[:-6] + "Z"
        self.w.emit(
            at,
            f"{host.name}-auth",
            f"<{pri}>1 {stamp} {host.name} {program} {pid} - - {text}",
            *[p for p in who if p and not (isinstance(p, Person) and p.kind == "system")],
            host=host,
        )

    def ssh_fail(self, at: datetime, person: Person | str, host: Host, ip: str, *, valid: bool = True) -> None:
        """Write a refused password."""
        pid, port = self.pid(), self.w.rng.randrange(30000, 65000)
        name = person if isinstance(person, str) else person.name
        who = person if valid else None
        if not valid:
            self.line(at, host, self._sshd, pid, f"Invalid user {name} from {ip} port {port}", who)
        self.line(
            at + timedelta(milliseconds=300),
            host,
            self._sshd,
            pid,
            f"Failed password for {'' if valid else 'invalid user '}{name} from {ip} port {port} ssh2",
            who,
        )
        if self.audit and valid:
            self._audit(
                at + timedelta(milliseconds=310),
                host,
                "USER_AUTH",
                uid=0,
                auid=UNSET,
                ses=UNSET,
                msg=f'op=PAM:authentication grantors=? acct="{name}" exe="/usr/sbin/sshd" hostname={ip} addr={ip} '
                "terminal=ssh res=failed",
                who=[person],
            )

    def ssh_in(self, at: datetime, person: Person, host: Host, ip: str, *, method: str = "publickey") -> int:
        """Write an accepted session; return its audit session number."""
        pid, port = self.pid(), self.w.rng.randrange(30000, 65000)
        self._ses += 1
        extra = f": ED25519 {self.fingerprint(person)}" if method == "publickey" else ""
        self.line(
            at, host, self._sshd, pid, f"Accepted {method} for {person.name} from {ip} port {port} ssh2{extra}", person
        )
        self.line(
            at + timedelta(milliseconds=20),
            host,
            self._sshd,
            pid,
            f"pam_unix(sshd:session): session opened for user {person.name}(uid={person.uid}) by {person.name}(uid=0)",
            person,
        )
        if self.audit:
            self._uids[person.uid] = person.name
            for i, kind in enumerate(("USER_LOGIN", "USER_START")):
                op = "login" if kind == "USER_LOGIN" else "PAM:session_open"
                who = f"id={person.uid}" if kind == "USER_LOGIN" else f'grantors=pam_unix acct="{person.name}"'
                self._audit(
                    at + timedelta(milliseconds=30 + i),
                    host,
                    kind,
                    uid=0,
                    auid=person.uid,
                    ses=self._ses,
                    msg=f'op={op} {who} exe="/usr/sbin/sshd" hostname={ip} addr={ip} terminal=/dev/pts/1 res=success',
                    who=[person],
                )
        return self._ses

    def ssh_out(self, at: datetime, person: Person, host: Host, ip: str) -> None:
        """Write the end of a session."""
        pid, port = self.pid(), self.w.rng.randrange(30000, 65000)
        self.line(at, host, self._sshd, pid, f"Disconnected from user {person.name} {ip} port {port}", person)
        self.line(
            at + timedelta(milliseconds=9),
            host,
            self._sshd,
            pid,
            f"pam_unix(sshd:session): session closed for user {person.name}",
            person,
        )

    def sudo(self, at: datetime, person: Person, host: Host, command: str, ses: int, *, cwd: str | None = None) -> None:
        """Write a command run as root through sudo."""
        pid = self.pid()
        tty = f"pts/{self.w.rng.randint(0, 4)}"
        self.line(
            at,
            host,
            "sudo",
            pid,
            f"{person.name:>8} : TTY={tty} ; PWD={cwd or '/home/' + person.name} ; USER=root ; COMMAND={command}",
            person,
            pri=85,
        )
        self.line(
            at + timedelta(milliseconds=4),
            host,
            "sudo",
            pid,
            f"pam_unix(sudo:session): session opened for user root(uid=0) by {person.name}(uid={person.uid})",
            person,
        )
        if self.audit:
            argv = command.split()
            self.run(
                at + timedelta(milliseconds=12), host, argv, person, ses, uid=0, parent=pid, tty=tty.replace("/", "")
            )

    def sudo_refused(self, at: datetime, person: Person, host: Host, command: str) -> None:
        """Write a sudo attempt by someone without the right."""
        self.line(
            at,
            host,
            "sudo",
            self.pid(),
            f"{person.name:>8} : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/{person.name} ; USER=root ; COMMAND={command}",
            person,
            pri=81,
        )

    def cron(self, at: datetime, person: Person, host: Host, command: str) -> None:
        """Write a cron job's start, as syslog and auditd see it."""
        pid = self.pid()
        self.line(
            at,
            host,
            "CRON",
            pid,
            f"pam_unix(cron:session): session opened for user {person.name}(uid={person.uid}) by (uid=0)",
            person,
        )
        self.line(at + timedelta(milliseconds=2), host, "CRON", pid, f"({person.name}) CMD ({command})", person, pri=78)
        self.line(
            at + timedelta(seconds=1),
            host,
            "CRON",
            pid,
            f"pam_unix(cron:session): session closed for user {person.name}",
            person,
        )
        if self.audit:
            self._ses += 1
            self.run(
                at + timedelta(milliseconds=30),
                host,
                ["/bin/sh", "-c", command],
                person,
                self._ses,
                uid=person.uid,
                tty="(none)",
            )

    # ---- auditd ------------------------------------------------------------------------------
    def _name(self, uid: int) -> str:
        return self._uids.get(uid, str(uid))

    def _audit(
        self,
        at: datetime,
        host: Host,
        kind: str,
        *,
        uid: int,
        auid: int,
        ses: int,
        msg: str,
        who: list[Person | str] | None = None,
    ) -> None:
        self._serial += 1
        stamp = f"audit({at.timestamp():.3f}:{self._serial})"
        text = f"node={host.name} type={kind} msg={stamp}: pid={self.pid()} uid={uid} auid={auid} ses={ses} msg='{msg}'"
        if self.enriched:
            text += f'\x1dUID="{self._name(uid)}" AUID="{self._name(auid)}"'
        self.w.emit(at, f"{host.name}-audit", text, *(who or []), host=host)

    def run(
        self,
        at: datetime,
        host: Host,
        argv: list[str],
        person: Person | None,
        ses: int,
        *,
        uid: int | None = None,
        parent: int | None = None,
        tty: str = "pts1",
        euser: str | None = None,
        cwd: str | None = None,
        comm: str | None = None,
        key: str = "exec",
    ) -> int:
        """Write a program run (SYSCALL, EXECVE, CWD, PATH, PROCTITLE); return its pid.

        ``person`` is the login identity (auid), None for a daemon's child; ``uid`` the effective one.
        """
        if not self.audit:
            return 0
        self._serial += 1
        serial, pid = self._serial, self.pid()
        shell = (host.name, ses) if person else (host.name, -1)
        ppid = parent or self._parents.setdefault(shell, self.pid())
        auid = person.uid if person else UNSET
        if person:
            self._uids[person.uid] = person.name
        uid = uid if uid is not None else (person.uid if person else 33)
        if euser:
            self._uids[uid] = euser
        exe = argv[0] if argv[0].startswith("/") else f"/usr/bin/{argv[0]}"
        name = exe.rsplit("/", 1)[-1]
        if name in ("sh",):
            exe = "/usr/bin/dash"
        stamp = f"audit({at.timestamp():.3f}:{serial})"
        node = f"node={host.name} "
        sysc = (
            f"{node}type=SYSCALL msg={stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=55d0c8 a1=55d0d0 a2=55d0e0 "
            f"a3=8 items=2 ppid={ppid} pid={pid} auid={auid} uid={uid} gid={uid} euid={uid} suid={uid} fsuid={uid} "
            f'egid={uid} sgid={uid} fsgid={uid} tty={tty} ses={ses if person else UNSET} comm="{comm or name[:15]}" '
            f'exe="{exe}" subj=unconfined key="{key}"'
        )
        if self.enriched:
            n = self._name
            sysc += (
                f'\x1dARCH=x86_64 SYSCALL=execve AUID="{n(auid)}" UID="{n(uid)}" GID="{n(uid)}" EUID="{n(uid)}" '
                f'SUID="{n(uid)}" FSUID="{n(uid)}" EGID="{n(uid)}" SGID="{n(uid)}" FSGID="{n(uid)}"'
            )

        def arg(a: str) -> str:
            return a.encode().hex().upper() if any(c in a for c in " \"'\t") or not a.isascii() else f'"{a}"'

        execve = f"{node}type=EXECVE msg={stamp}: argc={len(argv)} " + " ".join(
            f"a{i}={arg(a)}" for i, a in enumerate(argv)
        )
        title = " ".join(argv)
        where = cwd or (f"/home/{person.name}" if person and uid else "/")
        who: list[Person | str] = []
        if person and person.kind != "system" and self.enriched:
            who.append(person)
        if euser and self.enriched:
            who.append(euser)
        elif person and not self.enriched and person.kind != "system":
            who.append(person)
        for text in (
            sysc,
            execve,
            f'{node}type=CWD msg={stamp}: cwd="{where}"',
            f'{node}type=PATH msg={stamp}: item=0 name="{exe}" inode=3932 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 '
            "nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
            f"{node}type=PROCTITLE msg={stamp}: proctitle={title.encode().hex().upper()}",
        ):
            self.w.emit(at, f"{host.name}-audit", text, *who, host=host)
        return pid

    def touch(
        self, at: datetime, host: Host, argv0: str, path: str, person: Person, ses: int, *, uid: int, key: str
    ) -> None:
        """Write a watched file opened for writing."""
        if not self.audit:
            return
        self._serial += 1
        stamp = f"audit({at.timestamp():.3f}:{self._serial})"
        node = f"node={host.name} "
        exe = argv0 if argv0.startswith("/") else f"/usr/bin/{argv0}"
        sysc = (
            f"{node}type=SYSCALL msg={stamp}: arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=55d0d0 a2=441 "
            f"a3=1b6 items=2 ppid={self.pid()} pid={self.pid()} auid={person.uid} uid={uid} gid={uid} euid={uid} suid={uid} "
            f'fsuid={uid} egid={uid} sgid={uid} fsgid={uid} tty=pts1 ses={ses} comm="{exe.rsplit("/", 1)[-1]}" exe="{exe}" key="{key}"'
        )
        if self.enriched:
            n = self._name
            sysc += f'\x1dARCH=x86_64 SYSCALL=openat AUID="{n(person.uid)}" UID="{n(uid)}" EUID="{n(uid)}"'
        for text in (
            sysc,
            f'{node}type=CWD msg={stamp}: cwd="/"',
            f'{node}type=PATH msg={stamp}: item=1 name="{path}" inode=99123 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL',
        ):
            self.w.emit(at, f"{host.name}-audit", text, person, host=host)
