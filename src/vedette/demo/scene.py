"""What can happen in the company, each as one call that writes every record it leaves behind.

A logon on a file server is a ticket on a domain controller, a connection at the sensor, a 4624 on
the server; a process is a Sysmon record and perhaps a 4688; a connection has the same ports at the
host and at the sensor. Benign activity and the incident both use these verbs, so that identifiers
agree across sources and the one cannot be told from the other by its form.
"""

from __future__ import annotations

from random import Random

from vedette.demo.clock import SECOND
from vedette.demo.company import AD_DOMAIN, NETBIOS, Account, Company, Host, Process, Session
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.cloudtrail import CloudTrailWriter
from vedette.demo.formats.identity import IdentityWriter
from vedette.demo.formats.linux import LinuxWriter
from vedette.demo.formats.text import uuid4
from vedette.demo.formats.web import WebWriter
from vedette.demo.formats.windows import WindowsWriter
from vedette.demo.formats.zeek import ZeekWriter
from vedette.demo.sink import Sink

SYSTEM32 = "C:\\Windows\\System32\\"
SYSTEM_USER = "NT AUTHORITY\\SYSTEM"
SYSTEM_LOGON = 0x3E7
_PRIVILEGED = ("adm-", "hd-", "svc_backup", "svc_deploy", "svc_scan", "MSOL_")


class Scene:
    """The company with its writers: the verbs that both the everyday and the incident are made of."""

    def __init__(self, company: Company, sink: Sink, rng: Random, started_at: int) -> None:
        self.company = company
        self.sink = sink
        self.rng = rng
        self.started_at = started_at
        self.windows = WindowsWriter(sink)
        self.linux = LinuxWriter(sink, 40_000 + rng.randrange(20_000))
        self.zeek = ZeekWriter(sink, rng)
        self.cloud = CloudTrailWriter(sink, rng)
        self.web = WebWriter(sink, rng)
        self.identity = IdentityWriter(sink, rng)
        self.dcs = (company.host("DC01"), company.host("DC02"))
        self.krbtgt_sid = f"{company.domain_sid}-502"
        self.sessions: dict[str, Session] = {}
        """Interactive sessions by workstation name; changed through :meth:`arrive` and :meth:`leave`."""
        self.running: list[Host] = []
        """Windows hosts that have booted, as of the last :meth:`settle`."""
        self._arriving: list[Session] = []
        self._present: list[Session] = []

    def port(self) -> int:
        """Return an ephemeral source port."""
        return 49152 + int(self.rng.random() * 16383)

    def pid(self) -> int:
        """Return a process id: a multiple of four, as Windows gives them."""
        return 4 * (300 + int(self.rng.random() * 4200))

    def dc(self) -> Host:
        """Return the domain controller that answers this time."""
        return self.dcs[self.rng.random() < 0.4]

    def settle(self) -> None:
        """Let those who arrived in the last slice of time be present, and those hosts running, from now on.

        Activities are drawn at any moment of a slice: who arrives late in it must not act early in it.
        """
        for session in self._arriving:
            self.sessions[session.host.name] = session
        self._arriving = []
        self._present = []
        self.running = [h for h in self.company.hosts.values() if h.booted_at]

    def arrive(self, session: Session) -> None:
        """Note that somebody sits down at a workstation."""
        self._arriving.append(session)

    def leave(self, session: Session) -> None:
        """Note that somebody has left a workstation."""
        self.sessions.pop(session.host.name, None)
        self._present = []

    def present(self) -> list[Session]:
        """Return the interactive sessions of now."""
        if not self._present:
            self._present = list(self.sessions.values())
        return self._present

    # --- processes -----------------------------------------------------------------------------

    def _guid(self, host: Host, t: int) -> str:
        second = (t + host.skew_us) // SECOND
        host.n_processes += 1
        n = host.n_processes
        born = f"{second & 0xFFFF:04x}-{second >> 16 & 0xFFFF:04x}"
        return f"{{{host.guid}-{born}-{n & 0xFF:02x}{n >> 8 & 0xFF:02x}-{n >> 16:08x}0400}}"

    def boot(self, host: Host, t: int) -> None:
        """Start a Windows host: its core processes exist from here on."""
        host.booted_at = t
        system = Process(self._guid(host, t), 4, "System", "", SYSTEM_USER, SYSTEM_LOGON)
        host.services = {"system": system}
        plan = (
            ("smss", "smss.exe", "\\SystemRoot\\System32\\smss.exe", "system"),
            ("wininit", "wininit.exe", "wininit.exe", "smss"),
            ("winlogon", "winlogon.exe", "winlogon.exe", "smss"),
            ("services", "services.exe", f"{SYSTEM32}services.exe", "wininit"),
            ("lsass", "lsass.exe", f"{SYSTEM32}lsass.exe", "wininit"),
            ("svchost", "svchost.exe", f"{SYSTEM32}svchost.exe -k netsvcs -p -s Schedule", "services"),
            ("dcom", "svchost.exe", f"{SYSTEM32}svchost.exe -k DcomLaunch -p", "services"),
            ("wmi", "wbem\\WmiPrvSE.exe", f"{SYSTEM32}wbem\\wmiprvse.exe -secured -Embedding", "dcom"),
        )
        for i, (name, image, command, parent) in enumerate(plan):
            host.services[name] = self.start(
                host, t + (i + 1) * 400_000, SYSTEM32 + image, command, host.services[parent]
            )
        agent = "C:\\Program Files\\Alder Endpoint\\aeagent.exe"
        host.services["agent"] = self.start(
            host, t + 9 * SECOND, agent, f'"{agent}" --service', host.services["services"]
        )

    def start(
        self,
        host: Host,
        t: int,
        image: str,
        command: str,
        parent: Process,
        session: Session | None = None,
        *,
        folder: str = SYSTEM32,
        level: str = "",
        terminal: int = 0,
    ) -> Process:
        """Start a process and return it: Sysmon 1 everywhere, 4688 on servers."""
        if session is None:
            proc = Process(self._guid(host, t), self.pid(), image, command, SYSTEM_USER, SYSTEM_LOGON)
            level = level or "System"
        else:
            proc = Process(self._guid(host, t), self.pid(), image, command, session.account.qualified, session.logon_id)
            level = level or "Medium"
        self.windows.write(host, t, ev.K1, ev.sysmon_1(host, t, proc, parent, level, folder, terminal))
        if host.role != "workstation":
            account = None if session is None else session.account
            self.windows.write(
                host,
                t + 900,
                ev.K4688,
                ev.process_4688(host, proc, parent, account, level in ("High", "System")),
                thread=5120,
            )
        return proc

    def end(self, host: Host, t: int, proc: Process) -> None:
        """End a process: Sysmon 5."""
        self.windows.write(host, t, ev.K5, ev.sysmon_5(host, t, proc))

    def create_file(self, host: Host, t: int, proc: Process, path: str) -> None:
        """Create a file: Sysmon 11."""
        self.windows.write(host, t, ev.K11, ev.sysmon_11(host, t, proc, path))

    def set_value(self, host: Host, t: int, proc: Process, key: str, details: str) -> None:
        """Set a registry value: Sysmon 13."""
        self.windows.write(host, t, ev.K13, ev.sysmon_13(host, t, proc, key, details))

    def access(self, host: Host, t: int, source: Process, target: Process, mask: int, trace: str) -> None:
        """Open another process: Sysmon 10."""
        self.windows.write(host, t, ev.K10, ev.sysmon_10(host, t, source, target, mask, trace))

    def script(self, host: Host, t: int, text: str, account_sid: str, path: str = "") -> None:
        """Run a PowerShell script block: 4104."""
        self.windows.write(host, t, ev.K4104, ev.script_4104(text, uuid4(self.rng), path), user_sid=account_sid)

    def cmdlet(self, host: Host, t: int, session: Session, application: str, command: str, payload: str) -> None:
        """Run a PowerShell command: 4103."""
        data = ev.pipeline_4103(session.account.qualified, application, command, payload)
        self.windows.write(host, t, ev.K4103, data, user_sid=session.account.sid)

    # --- network -------------------------------------------------------------------------------

    def connect(
        self,
        host: Host,
        t: int,
        proc: Process | None,
        ip: str,
        port: int,
        *,
        service: str = "-",
        seconds: float = 0.4,
        sent: int = 900,
        received: int = 4000,
        state: str = "SF",
        source_port: int = 0,
    ) -> str:
        """Connect out: Sysmon 3 (where a process is given) and the sensor's view; returns Zeek's ids."""
        source = (host.ip, source_port or self.port())
        if proc is not None:
            self.windows.write(host, t, ev.K3, ev.sysmon_3(host, t, proc, source, (ip, port)))
        return self.zeek.conn(
            t, source, (ip, port), service=service, seconds=seconds, sent=sent, received=received, state=state
        )

    def resolve(self, host: Host, t: int, proc: Process | None, name: str, answer: str) -> None:
        """Look a name up: Sysmon 22 (where a process is given) and the sensor's view."""
        if proc is not None:
            self.windows.write(host, t, ev.K22, ev.sysmon_22(host, t, proc, name, answer))
        self.zeek.dns(t, host.ip, self.dcs[0].ip, name, answer, self.port())

    def fetch(
        self,
        host: Host,
        t: int,
        proc: Process | None,
        name: str,
        ip: str,
        *,
        sent: int = 900,
        received: int = 20_000,
        seconds: float = 1.5,
    ) -> str:
        """Talk TLS to a named outside host: lookup, connection, handshake; returns Zeek's ids."""
        self.resolve(host, t, proc, name, ip)
        ids = self.connect(host, t + 9_000, proc, ip, 443, service="ssl", seconds=seconds, sent=sent, received=received)
        self.zeek.ssl(t + 31_000, ids, name)
        return ids

    # --- logons --------------------------------------------------------------------------------

    def logon_id(self, host: Host, t: int) -> int:
        """Return a new logon id: it rises with time since boot and never repeats on a host."""
        host.n_logons += 1
        return 0x40000 + (max(t - self.started_at, 0) // 10_000) * 16 + host.n_logons % 16

    def ticket(self, t: int, account: Account, ip: str) -> None:
        """Get a ticket-granting ticket: 4768 and the sensor's view."""
        dc, port = self.dc(), self.port()
        self.windows.write(dc, t, ev.K4768, ev.tgt_4768(account, self.krbtgt_sid, ip, port))
        ids = self.zeek.conn(t, (ip, port), (dc.ip, 88), service="krb_tcp", seconds=0.004, sent=310, received=1650)
        self.zeek.kerberos(t, ids, "AS", f"{account.name}/{AD_DOMAIN.upper()}", f"krbtgt/{AD_DOMAIN.upper()}")

    def service_ticket(self, t: int, account: Account, target: Host, service: str, ip: str) -> str:
        """Get a ticket for a service on a host: 4769 and the sensor's view; returns the logon GUID."""
        dc, port, guid = self.dc(), self.port(), f"{{{uuid4(self.rng)}}}"
        realm = AD_DOMAIN.upper()
        data = ev.service_ticket_4769(account.name, realm, target.machine_account, target.sid, ip, port, guid)
        self.windows.write(dc, t, ev.K4769, data)
        ids = self.zeek.conn(t, (ip, port), (dc.ip, 88), service="krb_tcp", seconds=0.004, sent=1600, received=1700)
        self.zeek.kerberos(t, ids, "TGS", f"{account.name}/{realm}", f"{service}/{target.fqdn}")
        return guid

    def logon(
        self,
        host: Host,
        t: int,
        account: Account,
        kind: int,
        source: Host | None = None,
        *,
        port: int = 0,
        ntlm: bool = False,
        service: str = "cifs",
    ) -> Session:
        """Log an account on: ticket at the controller, 4624 and, for an administrator, 4672 at the host.

        Args:
            host: Where to.
            t: When.
            account: Who.
            kind: Windows logon type.
            source: Where from, for a remote logon.
            port: Source port of the connection that carries it.
            ntlm: NTLM instead of Kerberos.
            service: Service class asked for.
        """
        session = Session(host, account, self.logon_id(host, t), kind)
        guid = ev.NO_GUID
        if source is not None:
            if ntlm:
                self.windows.write(self.dcs[0], t - 3000, ev.K4776, ev.ntlm_4776(account.name, source.name))
            else:
                guid = self.service_ticket(t - 20_000, account, host, service, source.ip)
        elevated = account.name.startswith(_PRIVILEGED)
        address = None if source is None else (source.ip, port or self.port())
        data = ev.logon_4624(
            host,
            account,
            session.logon_id,
            kind,
            address,
            guid=guid,
            ntlm=ntlm,
            elevated=elevated,
            workstation=source.name if source is not None and (ntlm or kind == 10) else host.name if kind == 2 else "-",
        )
        self.windows.write(host, t, ev.K4624, data, thread=716)
        if elevated:
            self.windows.write(host, t + 600, ev.K4672, ev.privileges_4672(host, account, session.logon_id), thread=716)
        return session

    def logoff(self, session: Session, t: int) -> None:
        """Log a session off: 4634."""
        data = ev.logoff_4634(session.account, session.logon_id, session.logon_type)
        self.windows.write(session.host, t, ev.K4634, data, thread=716)

    def fail_logon(
        self, host: Host, t: int, name: str, kind: int, source: Host | None, *, unknown: bool = False
    ) -> None:
        """Try to log on with a wrong password: 4625 (and 4776 at the controller for a network logon)."""
        address = None if source is None else (source.ip, self.port())
        place = host.name if source is None else source.name
        data = ev.failed_4625(host, name, NETBIOS, kind, address, place, unknown=unknown)
        self.windows.write(host, t, ev.K4625, data, thread=716)
        account = self.company.accounts.get(name)
        if account is not None:
            ip = place if source is None else source.ip
            dc = self.dc()
            self.windows.write(
                dc, t - 2000, ev.K4771, ev.preauth_4771(account, host.ip if source is None else ip, self.port())
            )

    def begin_desktop(self, session: Session, t: int) -> None:
        """Start the desktop of an interactive session: userinit, then the shell that lives on."""
        host = session.host
        init = self.start(
            host,
            t,
            f"{SYSTEM32}userinit.exe",
            f"{SYSTEM32}userinit.exe",
            host.services["winlogon"],
            session,
            terminal=1,
        )
        session.shell = self.start(
            host, t + 700_000, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE", init, session, terminal=1
        )
        self.end(host, t + 30 * SECOND, init)

    def open_share(self, session: Session, t: int, share: str, local: str, source: tuple[str, int]) -> None:
        """Open a share in a network session: 5140."""
        data = ev.share_5140(
            session.host, session.account, session.logon_id, source, f"\\\\*\\{share}", f"\\??\\{local}"
        )
        self.windows.write(session.host, t, ev.K5140, data)

    def open_share_file(
        self,
        session: Session,
        t: int,
        share: str,
        local: str,
        source: tuple[str, int],
        path: str,
        ids: str,
        size: int,
        *,
        write: bool = False,
    ) -> None:
        """Open a file on a share: 5145 and the sensor's view."""
        host = session.host
        mask = 0x120196 if write else 0x120089
        data = ev.share_file_5145(
            host, session.account, session.logon_id, source, f"\\\\*\\{share}", f"\\??\\{local}", path, mask
        )
        self.windows.write(host, t, ev.K5145, data)
        self.zeek.smb_file(t, ids, "FILE_WRITE" if write else "FILE_OPEN", f"\\\\{host.name}\\{share}", path, size)

    def smb(
        self,
        source: Host,
        target: Host,
        t: int,
        account: Account,
        *,
        ntlm: bool = False,
        seconds: float = 20.0,
        received: int = 40_000,
        proc: Process | None = None,
    ) -> tuple[Session, str, tuple[str, int]]:
        """Open an SMB session from one host to another: connection and type 3 logon with the same port."""
        port = self.port()
        ids = self.connect(
            source,
            t - 40_000,
            proc,
            target.ip,
            445,
            service="gssapi,smb,krb" if not ntlm else "gssapi,smb,ntlm",
            seconds=seconds,
            sent=6000,
            received=received,
            source_port=port,
        )
        session = self.logon(target, t, account, 3, source, port=port, ntlm=ntlm)
        return session, ids, (source.ip, port)
