"""What happens on purpose and to a timetable: people's days, and administrators' real work.

Much of it looks like an attack to a rule that sees one record: remote service installation,
password resets, new accounts, directory replication, failed logons, encoded PowerShell, bulk reads
at night. All of it is benign, and a copilot that makes a case of it is wrong.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

from vedette.demo.clock import DAY, HOUR, MINUTE, SECOND, is_workday, weekday
from vedette.demo.company import NETBIOS, Account, Host, Person, Session
from vedette.demo.everyday import Everyday
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.identity import WEB_APPS
from vedette.demo.scene import SYSTEM32, Scene

POWERSHELL = f"{SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe"
DOMAIN_OBJECT = "{3933c65d-ac7f-4c79-b5b7-ad0fb941333c}"
OFFICE_IP = "198.51.100.14"


def encoded(script: str) -> str:
    """Return a script as PowerShell's ``-EncodedCommand`` takes it: base64 of UTF-16."""
    return b64encode(script.encode("utf-16-le")).decode()


class Routines:
    """The timetable: plans each day at its start and runs what is due."""

    def __init__(self, scene: Scene, everyday: Everyday) -> None:
        self.scene = scene
        self.everyday = everyday
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._n = 0
        self._hires = 0
        self.reserved: set[str] = set()
        """Accounts whose days must go as planned, since the incident needs them at work."""

    def at(self, t: int, action: Callable[[int], None]) -> None:
        """Put an action on the agenda."""
        self._n += 1
        heappush(self._agenda, (t, self._n, action))

    def run(self, before: int) -> None:
        """Run everything that is due before a time."""
        while self._agenda and self._agenda[0][0] < before:
            t, _, action = heappop(self._agenda)
            action(t)

    def open_world(self, t: int) -> None:
        """Boot the servers after their maintenance window, the first thing in the world."""
        for i, host in enumerate(h for h in self.scene.company.hosts.values() if h.shape and h.role != "workstation"):
            self.at(t + (i + 1) * 20 * SECOND, partial(self.scene.boot, host))

    def plan_day(self, day: int) -> None:
        """Put one day (its midnight, UTC) on the agenda."""
        rng = self.scene.rng
        for i in range(24):
            self.at(day + i * HOUR + int(rng.random() * HOUR), self._replication)
        for i in range(0, 24, 2):
            self.at(day + i * HOUR + 17 * MINUTE, self._directory_sync)
        self.at(day + HOUR, self._backup)
        self.at(day + 5 * HOUR, self._nightly_replication_of_buckets)
        if weekday(day) in (2, 5):
            self.at(day + 2 * HOUR + 30 * MINUTE, self._vulnerability_scan)
        if not is_workday(day):
            return
        for person in self.scene.company.people:
            sure = person.account.name in self.reserved
            if sure or rng.random() < 0.9:
                start = day + int((person.starts_at + rng.uniform(-0.3, 0.3)) * HOUR)
                self.at(start, partial(self._arrive, person))
        for hour in (9, 10.5, 13.2, 14.6, 16.1):
            self.at(day + int((hour + rng.random()) * HOUR), self._helpdesk_call)
        for hour in (8.6, 11.3, 14.2, 15.8):
            self.at(day + int((hour + rng.random()) * HOUR), self._forgotten_password)
        for hour in (9.5, 13.6, 15.1):
            self.at(day + int((hour + rng.random()) * HOUR), self._remote_administration)
        for hour in (8.9, 10.2, 11.6, 13.9, 15.2, 16.6):
            self.at(day + int((hour + rng.random() * 0.8) * HOUR), self._pipeline)
        for hour in (9.2, 14.9):
            self.at(day + int((hour + rng.random()) * HOUR), self._engineer_on_linux)
        self.at(day + int((10 + rng.random() * 5) * HOUR), self._console_work)
        self.at(day + 7 * HOUR + 10 * MINUTE, self._report_export)
        if weekday(day) in (1, 3):
            self.at(day + 12 * HOUR + 5 * MINUTE, self._software_deployment)
        if weekday(day) in (0, 3):
            self.at(day + int((9 + rng.random() * 6) * HOUR), self._new_hire)
        if weekday(day) == 4:
            self.at(day + 11 * HOUR, self._key_rotation)
        self.at(day + int((10 + rng.random() * 8) * HOUR), self._traveller)

    # --- people --------------------------------------------------------------------------------

    def _arrive(self, person: Person, t: int) -> None:
        s, rng = self.scene, self.scene.rng
        host = person.workstation
        if host.name in s.sessions:
            return
        if not host.booted_at:
            s.boot(host, t - 50 * SECOND)
            account = self.everyday.machine(host)
            session, _, source = s.smb(host, s.dc(), t - 20 * SECOND, account, seconds=9.0)
            s.open_share(session, t - 19 * SECOND, "SYSVOL", "C:\\Windows\\SYSVOL\\sysvol", source)
            s.logoff(session, t - 9 * SECOND)
        if rng.random() < 0.12:
            for i in range(1 + int(rng.random() * 2)):
                s.fail_logon(host, t - (8 - 3 * i) * SECOND, person.account.name, 2, None)
        s.ticket(t - 300_000, person.account, host.ip)
        session = s.logon(host, t, person.account, 2)
        s.begin_desktop(session, t + SECOND)
        s.arrive(session)
        s.identity.sign_in(t + 40 * SECOND, person, person.office_ip, WEB_APPS[0])
        noon = t - t % DAY + int((12.2 + rng.random()) * HOUR)
        if noon > t and rng.random() < 0.5:
            unlock = s.logon(host, noon, person.account, 7)
            s.logoff(unlock, noon + SECOND)
        leave = t - t % DAY + int((person.leaves_at + rng.uniform(-0.4, 0.4)) * HOUR)
        session.ends_at = max(leave, t + HOUR)
        self.at(session.ends_at, partial(self._depart, session))

    def _depart(self, session: Session, t: int) -> None:
        if t < session.ends_at:
            # Somebody locked the screen and left the session open for longer than planned.
            self.at(session.ends_at, partial(self._depart, session))
            return
        self.scene.leave(session)
        self.scene.logoff(session, t)

    def _somebody(self) -> Session | None:
        present = [x for x in self.scene.present() if x.account.name not in self.reserved]
        return present[int(self.scene.rng.random() * len(present))] if present else None

    def _at_desk(self, admin: Account) -> Session | None:
        """Return the desktop session of the person behind an administrator's account."""
        return None if admin.person is None else self.scene.sessions.get(admin.person.workstation.name)

    def _traveller(self, t: int) -> None:
        s = self.scene
        person = s.company.people[int(s.rng.random() * len(s.company.people))]
        for i, error in enumerate((50126, 50074, 0)):
            s.identity.sign_in(t + i * 40 * SECOND, person, "203.0.113.199", WEB_APPS[1], place="away", error=error)

    # --- helpdesk and administrators -----------------------------------------------------------

    def _forgotten_password(self, t: int) -> None:
        s, rng = self.scene, self.scene.rng
        session = self._somebody()
        helper = s.company.helpdesk[int(rng.random() * len(s.company.helpdesk))]
        if session is None:
            return
        user, host = session.account, session.host
        for i in range(4):
            s.fail_logon(host, t + i * 7 * SECOND, user.name, 7, None)
        dc = s.dcs[0]
        if rng.random() < 0.4:
            s.windows.write(dc, t + 22 * SECOND, ev.K4740, ev.lockout_4740(dc, user, host.name))
        desk = self._at_desk(helper)
        source = s.company.host("MGMT01") if desk is None else desk.host
        far, _, _ = s.smb(source, dc, t + 4 * MINUTE, helper, seconds=9.0)
        s.windows.write(dc, t + 4 * MINUTE + SECOND, ev.K4724, ev.account_4724(dc, user, helper, far.logon_id))
        s.windows.write(dc, t + 4 * MINUTE + SECOND + 900, ev.K4738, ev.changed_4738(dc, user, helper, far.logon_id))
        s.logoff(far, t + 4 * MINUTE + 9 * SECOND)
        back = s.logon(host, t + 6 * MINUTE, user, 7)
        s.logoff(back, t + 6 * MINUTE + SECOND)

    def _helpdesk_call(self, t: int) -> None:
        """A helper connects to a caller's workstation by remote desktop, looks around, mends something."""
        s, rng = self.scene, self.scene.rng
        helper = s.company.helpdesk[int(rng.random() * len(s.company.helpdesk))]
        desk, caller = self._at_desk(helper), self._somebody()
        if desk is None or caller is None or caller is desk:
            return
        host = caller.host
        mstsc = s.start(
            desk.host,
            t,
            f"{SYSTEM32}mstsc.exe",
            f'"{SYSTEM32}mstsc.exe" /v:{host.fqdn}',
            desk.desktop,
            desk,
            terminal=1,
        )
        port = s.port()
        server = host.services["svchost"]
        s.windows.write(
            desk.host,
            t + 8 * SECOND,
            ev.K4648,
            ev.explicit_4648(desk.host, desk.account, desk.logon_id, helper, host.fqdn, "TERMSRV", mstsc),
        )
        s.connect(
            desk.host,
            t + 9 * SECOND,
            mstsc,
            host.ip,
            3389,
            service="ssl",
            seconds=600.0,
            sent=90_000,
            received=2_000_000,
            source_port=port,
        )
        s.windows.write(
            host,
            t + 9 * SECOND,
            ev.K3,
            ev.sysmon_3(host, t + 9 * SECOND, server, (desk.host.ip, port), (host.ip, 3389), initiated=False),
        )
        session = s.logon(host, t + 11 * SECOND, helper, 10, desk.host, port=port, service="TERMSRV")
        s.begin_desktop(session, t + 12 * SECOND)
        cmd = s.start(
            host,
            t + 40 * SECOND,
            f"{SYSTEM32}cmd.exe",
            f'"{SYSTEM32}cmd.exe"',
            session.desktop,
            session,
            level="High",
            terminal=2,
        )
        for i, (image, command) in enumerate(
            (("ipconfig.exe", "ipconfig /all"), ("whoami.exe", "whoami /groups"), ("gpresult.exe", "gpresult /r"),
             ("ping.exe", "ping fs01"), ("net.exe", "net use"), ("tasklist.exe", "tasklist /svc"))
        ):  # fmt: skip
            if rng.random() < 0.6:
                s.start(
                    host, t + (50 + 9 * i) * SECOND, SYSTEM32 + image, command, cmd, session, level="High", terminal=2
                )
        if rng.random() < 0.4:
            name = f"\\Alder\\Repair printer {int(rng.random() * 900) + 100}"
            data = ev.task_4698(
                host,
                t + 2 * MINUTE,
                helper,
                session.logon_id,
                name,
                f"{SYSTEM32}cmd.exe",
                "/c net stop spooler &amp; net start spooler",
            )
            s.start(host, t + 2 * MINUTE - SECOND, f"{SYSTEM32}schtasks.exe", f'schtasks /create /tn "{name}" /tr "cmd /c net stop spooler & net start spooler" /sc onlogon /ru SYSTEM', cmd, session, level="High", terminal=2)  # fmt: skip
            s.windows.write(host, t + 2 * MINUTE, ev.K4698, data)
        if rng.random() < 0.3:
            admins = "S-1-5-32-544"
            data = ev.member_4728(host, caller.account, "Administrators", admins, "Builtin", helper, session.logon_id)
            s.windows.write(host, t + 3 * MINUTE, ev.K4732, data)
        s.logoff(session, t + 10 * MINUTE)
        s.end(desk.host, t + 10 * MINUTE + SECOND, mstsc)

    def _remote_administration(self, t: int) -> None:
        """An administrator works on a server through PowerShell remoting."""
        s, rng = self.scene, self.scene.rng
        admin = s.company.domain_admins[int(rng.random() * len(s.company.domain_admins))]
        desk = self._at_desk(admin)
        if desk is None:
            return
        name = ("FS01", "APP01", "SQL01", "MAIL01", "DC02")[int(rng.random() * 5)]
        host = s.company.host(name)
        shell = s.start(desk.host, t, POWERSHELL, f'"{POWERSHELL}"', desk.desktop, desk, level="High", terminal=1)
        port = s.port()
        text = f"Enter-PSSession -ComputerName {host.fqdn} -Credential {NETBIOS}\\{admin.name}"
        s.script(desk.host, t + 5 * SECOND, text, desk.account.sid)
        s.windows.write(
            desk.host,
            t + 6 * SECOND,
            ev.K4648,
            ev.explicit_4648(desk.host, desk.account, desk.logon_id, admin, host.fqdn, "HTTP", shell),
        )
        s.connect(
            desk.host,
            t + 6 * SECOND,
            shell,
            host.ip,
            5985,
            service="http",
            seconds=200.0,
            sent=40_000,
            received=90_000,
            source_port=port,
        )
        session = s.logon(host, t + 7 * SECOND, admin, 3, desk.host, port=port, service="HTTP")
        worker = s.start(
            host,
            t + 8 * SECOND,
            f"{SYSTEM32}wsmprovhost.exe",
            f"{SYSTEM32}wsmprovhost.exe -Embedding",
            host.services["dcom"],
            session,
            level="High",
        )
        commands = (
            "Get-EventLog -LogName System -Newest 20",
            "Restart-Service Spooler",
            "Get-Volume",
            "Get-Process | Sort-Object WS -Descending | Select-Object -First 10",
        )
        for i, command in enumerate(commands):
            if rng.random() < 0.6:
                at = t + (15 + 20 * i) * SECOND
                s.script(host, at, command, admin.sid)
                cmdlet = command.split(" ")[0]
                s.cmdlet(
                    host, at + 50_000, session, worker.command, cmdlet, f'CommandInvocation({cmdlet}): "{cmdlet}"\r\n'
                )
        s.end(host, t + 3 * MINUTE, worker)
        s.logoff(session, t + 3 * MINUTE + SECOND)

    def _new_hire(self, t: int) -> None:
        """An administrator creates an account, enables it, and adds it to its department's group."""
        s, rng = self.scene, self.scene.rng
        admin = s.company.domain_admins[int(rng.random() * len(s.company.domain_admins))]
        desk = self._at_desk(admin)
        if desk is None:
            return
        dc, self._hires = s.dcs[0], self._hires + 1
        name = f"trainee{self._hires:02d}"
        hire = Account(
            name,
            f"{s.company.domain_sid}-{1500 + self._hires}",
            f"Trainee {self._hires:02d}",
            "Sales",
            f"CN=Trainee {self._hires:02d},OU=Sales,DC=corp,DC=alderfinch,DC=example",
        )
        far, _, _ = s.smb(desk.host, dc, t, admin, seconds=40.0)
        w = s.windows.write
        w(dc, t + 2 * SECOND, ev.K4720, ev.created_4720(dc, hire, admin, far.logon_id))
        w(dc, t + 2 * SECOND + 700, ev.K4722, ev.account_4724(dc, hire, admin, far.logon_id))
        w(dc, t + 2 * SECOND + 900, ev.K4738, ev.changed_4738(dc, hire, admin, far.logon_id))
        w(
            dc,
            t + 20 * SECOND,
            ev.K4728,
            ev.member_4728(dc, hire, "Sales Staff", f"{s.company.domain_sid}-1190", NETBIOS, admin, far.logon_id),
        )
        s.logoff(far, t + 40 * SECOND)
        s.identity.audit(t + 5 * MINUTE, "Add user", "UserManagement", f"{admin.name}@alderfinch.example", hire.upn)

    def _software_deployment(self, t: int) -> None:
        """The deployment server installs a helper service on workstations and runs an installer, as such tools do."""
        s, rng = self.scene, self.scene.rng
        server, account = s.company.host("MGMT01"), s.company.account("svc_deploy")
        targets = [x.host for x in s.present()]
        rng.shuffle(targets)
        job = f"{rng.getrandbits(24):06x}"
        for i, host in enumerate(targets[:14]):
            at = t + i * 20 * SECOND
            session, ids, source = s.smb(server, host, at, account, ntlm=i % 5 == 0)
            s.open_share(session, at + 50_000, "ADMIN$", "C:\\Windows", source)
            s.zeek.rpc(at + 200_000, ids, "\\pipe\\svcctl", "svcctl", "CreateServiceW")
            path, name = f"C:\\Windows\\AlderDeploy\\runner-{job}.exe", f"AlderDeployRunner-{job}"
            s.windows.write(host, at + SECOND, ev.K7045, ev.service_7045(name, path))
            s.windows.write(
                host, at + SECOND + 400, ev.K4697, ev.service_4697(host, account, session.logon_id, name, path)
            )
            runner = s.start(host, at + 2 * SECOND, path, path, host.services["services"])
            msi = f"{SYSTEM32}msiexec.exe"
            s.start(host, at + 4 * SECOND, msi, f'"{msi}" /i C:\\Windows\\AlderDeploy\\planner-7.2.msi /qn', runner)
            check = encoded("Get-Package 'Fleet Planner' | Select-Object Name, Version")
            shell = s.start(
                host,
                at + 12 * SECOND,
                POWERSHELL,
                f'"{POWERSHELL}" -NoProfile -NonInteractive -EncodedCommand {check}',
                runner,
            )
            s.script(host, at + 13 * SECOND, "Get-Package 'Fleet Planner' | Select-Object Name, Version", "S-1-5-18")
            s.end(host, at + 15 * SECOND, shell)
            s.logoff(session, at + 18 * SECOND)

    # --- machines at night ---------------------------------------------------------------------

    def _replication(self, t: int) -> None:
        """The domain controllers replicate with each other."""
        s = self.scene
        source, dc = s.dcs[1], s.dcs[0]
        account, port = self.everyday.machine(source), s.port()
        ids = s.zeek.conn(
            t - 90_000, (source.ip, port), (dc.ip, 49667), service="dce_rpc", seconds=2.0, sent=4000, received=26_000
        )
        s.zeek.rpc(t - 60_000, ids, "49667", "drsuapi", "DRSBind")
        s.zeek.rpc(t, ids, "49667", "drsuapi", "DRSGetNCChanges")
        session = s.logon(dc, t - 30_000, account, 3, source, port=port, service="ldap")
        s.windows.write(
            dc, t, ev.K4662, ev.directory_4662(dc, account, session.logon_id, ev.REPLICATION["get"], DOMAIN_OBJECT)
        )
        s.logoff(session, t + 10 * SECOND)

    def _directory_sync(self, t: int) -> None:
        """The synchronisation service reads password hashes for the cloud directory: it may, by right."""
        s = self.scene
        source, dc, account = s.company.host("SYNC01"), s.dcs[0], s.company.account("MSOL_4be81d0c93fa")
        port = s.port()
        ids = s.connect(
            source,
            t - 90_000,
            None,
            dc.ip,
            49667,
            service="dce_rpc",
            seconds=4.0,
            sent=5000,
            received=90_000,
            source_port=port,
        )
        s.zeek.rpc(t - 60_000, ids, "49667", "drsuapi", "DRSBind")
        session = s.logon(dc, t - 30_000, account, 3, source, port=port, service="ldap")
        for i, right in enumerate(("get", "get-all")):
            data = ev.directory_4662(dc, account, session.logon_id, ev.REPLICATION[right], DOMAIN_OBJECT)
            s.windows.write(dc, t + i * 3000, ev.K4662, data)
        s.zeek.rpc(t + 9_000, ids, "49667", "drsuapi", "DRSGetNCChanges")
        s.logoff(session, t + 4 * SECOND)

    def _backup(self, t: int) -> None:
        """The backup server reads every server's data, and takes snapshots."""
        s, rng = self.scene, self.scene.rng
        source, account = s.company.host("BACKUP01"), s.company.account("svc_backup")
        for i, name in enumerate(("FS01", "MAIL01", "SQL01", "APP01", "DC01")):
            host, at = s.company.host(name), t + i * 11 * MINUTE
            session, ids, where = s.smb(source, host, at, account, seconds=500.0, received=900_000_000)
            s.open_share(session, at + 90_000, "C$", "C:\\", where)
            shadow = f"{SYSTEM32}wbadmin.exe"
            s.start(
                host,
                at + 5 * SECOND,
                shadow,
                f'"{shadow}" start backup -backupTarget:\\\\BACKUP01\\nightly -include:C:,D: -allCritical -quiet',
                host.services["svchost"],
            )
            for k in range(14 if name == "FS01" else 3):
                s.open_share_file(
                    session,
                    at + (20 + 2 * k) * SECOND,
                    "D$",
                    "D:\\",
                    where,
                    f"Shares\\Finance\\2026\\archive-{k:03d}.zip",
                    ids,
                    int(rng.random() * 9e7),
                )
            s.logoff(session, at + 9 * MINUTE)

    def _vulnerability_scan(self, t: int) -> None:
        """The scanner knocks at every port, tries default passwords, then logs on as it is allowed to."""
        s, rng = self.scene, self.scene.rng
        source, account = s.company.host("scan01"), s.company.account("svc_scan")
        hosts = [h for h in s.company.hosts.values() if h.role != "workstation" and h is not source]
        for i, host in enumerate(hosts):
            at = t + i * 2 * MINUTE
            for k, port in enumerate((21, 23, 25, 80, 135, 443, 445, 1433, 3306, 3389, 5432, 5985, 8080)):
                s.zeek.conn(
                    at + k * 200_000,
                    (source.ip, s.port()),
                    (host.ip, port),
                    state="REJ" if rng.random() < 0.7 else "S0",
                )
            if host.shape is not None:
                for k, user in enumerate(("Administrator", "guest", "sa")):
                    s.fail_logon(host, at + (20 + k) * SECOND, user, 3, source, unknown=user == "sa")
                session, _, where = s.smb(source, host, at + 40 * SECOND, account, ntlm=True, seconds=60.0)
                s.open_share(session, at + 41 * SECOND, "ADMIN$", "C:\\Windows", where)
                s.logoff(session, at + 100 * SECOND)
            elif host.name in ("web01", "deploy01"):
                for k, user in enumerate(("root", "admin", "postgres")):
                    port, pid = s.port(), 2000 + int(rng.random() * 60_000)
                    s.linux.syslog(
                        host,
                        at + (20 + k) * SECOND,
                        "sshd",
                        pid,
                        f"Failed password for {'invalid user ' if user != 'root' else ''}{user} from {source.ip} port {port} ssh2",
                    )
        web, agent = s.company.host("web01"), "AlderVulnScan/4.1"
        for k, page in enumerate(
            (
                "/.git/config",
                "/phpmyadmin/",
                "/wp-login.php",
                "/server-status",
                "/cgi-bin/test",
                "/backup.zip",
                "/?q=%27%20OR%201%3D1--",
            )
        ):
            s.web.access(t + (30 + k) * SECOND, source.ip, "GET", page, 404, 153, agent)
        s.web.alert(
            t + 40 * SECOND,
            (source.ip, s.port()),
            (web.ip, 80),
            2009358,
            "ET SCAN Nmap Scripting Engine User-Agent Detected",
            "Web Application Attack",
            1,
        )
        s.web.alert(
            t + 50 * SECOND,
            (source.ip, s.port()),
            (web.ip, 80),
            2006446,
            "ET WEB_SERVER Possible SQL Injection Attempt UNION SELECT",
            "Web Application Attack",
            1,
        )

    # --- cloud and Linux -----------------------------------------------------------------------

    def _pipeline(self, t: int) -> None:
        """The deployment server builds and ships: it reads its cloud key, assumes its role, uploads."""
        s, rng = self.scene, self.scene.rng
        host, ci, role = s.company.host("deploy01"), s.company.cloud["ci-deploy"], s.company.cloud["DeployRole"]
        pid, ses, job = 9000 + int(rng.random() * 50_000), 1 + int(rng.random() * 900), 4000 + int(rng.random() * 5000)
        agent = "aws-cli/2.15.17 md/Botocore#2.4.5 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11.6"
        cwd = f"/var/lib/runner/builds/{job}"
        run = {"auid": 4294967295, "uid": 998, "ses": ses, "user": "runner", "cwd": cwd}
        s.linux.execve(
            host,
            t,
            ["aws", "s3", "sync", "dist/", "s3://alderfinch-build-artifacts/shop/"],
            "/usr/local/bin/aws",
            pid=pid,
            ppid=pid - 7,
            **run,
        )  # type: ignore[arg-type]
        s.linux.opened(
            host,
            t + 200_000,
            "/var/lib/runner/.aws/credentials",
            "/usr/local/bin/aws",
            "aws",
            pid=pid,
            ppid=pid - 7,
            key="cloud-keys",
            **run,
        )  # type: ignore[arg-type]
        key = f"ASIA{rng.getrandbits(40):010X}EX"[:13] + "EXAMPLE"
        session = f"pipeline-{job}"
        s.cloud.call(
            t + 2 * SECOND, s.cloud.user(ci), "sts.amazonaws.com", "AssumeRole", OFFICE_IP, agent,
            request={"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600},
            response={"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/DeployRole/{session}"}},
            resources=[{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role.arn}],
        )  # fmt: skip
        who = s.cloud.role(role, session, key, t + 2 * SECOND)
        for i in range(4):
            s.cloud.call(
                t + (4 + i) * SECOND, who, "s3.amazonaws.com", "PutObject", OFFICE_IP, agent,
                request={"bucketName": "alderfinch-build-artifacts", "key": f"shop/{job}/bundle-{i}.js"}, data=True,
                resources=[{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::alderfinch-build-artifacts/shop/{job}/bundle-{i}.js"}],
            )  # fmt: skip
        s.cloud.call(
            t + 12 * SECOND,
            who,
            "ecs.amazonaws.com",
            "UpdateService",
            OFFICE_IP,
            agent,
            request={"service": "shop", "cluster": "prod"},
        )

    def _engineer_on_linux(self, t: int) -> None:
        """An engineer logs on to the deployment server, mistypes now and then, restarts something."""
        s, rng = self.scene, self.scene.rng
        people = [
            p for p in s.company.engineers if p.workstation.name in s.sessions and p.account.name not in self.reserved
        ]
        if not people:
            return
        person = people[int(rng.random() * len(people))]
        ssh_session(
            s, t, person.workstation, s.company.host("deploy01"), person.account.name, 2000 + s.company.people.index(person),
            failures=1 if rng.random() < 0.4 else 0, key=rng.random() < 0.7,
            commands=(["ls", "-la", "/srv/shop"], ["systemctl", "status", "shop"], ["journalctl", "-u", "shop", "-n", "50"]),
            sudo="/usr/bin/systemctl restart shop", minutes=6,
        )  # fmt: skip

    def _console_work(self, t: int) -> None:
        """The cloud administrator looks around; the finance viewer is refused something."""
        s = self.scene
        admin, viewer = s.company.cloud["cloud-admin"], s.company.cloud["finops-viewer"]
        agent = "AWS Internal"
        for i, (service, call) in enumerate(
            (
                ("ec2", "DescribeInstances"),
                ("iam", "ListUsers"),
                ("iam", "ListAccessKeys"),
                ("s3", "ListBuckets"),
                ("sts", "GetCallerIdentity"),
                ("cloudtrail", "LookupEvents"),
            )
        ):
            s.cloud.call(t + i * 9 * SECOND, s.cloud.user(admin), f"{service}.amazonaws.com", call, OFFICE_IP, agent)
        for i, call in enumerate(("GetCostAndUsage", "ListUsers")):
            service = "ce" if i == 0 else "iam"
            s.cloud.call(
                t + (90 + i * 20) * SECOND,
                s.cloud.user(viewer),
                f"{service}.amazonaws.com",
                call,
                OFFICE_IP,
                agent,
                error="AccessDenied" if i else "",
            )

    def _key_rotation(self, t: int) -> None:
        """The cloud administrator rotates their own access key."""
        s = self.scene
        admin = s.company.cloud["cloud-admin"]
        who, agent = s.cloud.user(admin), "aws-cli/2.15.17"
        key = {"accessKey": {"userName": admin.name, "accessKeyId": "AKIAROTATEDXXEXAMPLE", "status": "Active"}}
        s.cloud.call(
            t,
            who,
            "iam.amazonaws.com",
            "CreateAccessKey",
            OFFICE_IP,
            agent,
            request={"userName": admin.name},
            response=key,
        )
        s.cloud.call(
            t + 3 * MINUTE,
            who,
            "iam.amazonaws.com",
            "UpdateAccessKey",
            OFFICE_IP,
            agent,
            request={"userName": admin.name, "status": "Inactive", "accessKeyId": admin.access_key_id},
        )

    def _report_export(self, t: int) -> None:
        """The reporting job reads yesterday's exports, as it does every working day."""
        s = self.scene
        who = s.cloud.user(s.company.cloud["reporting-export"])
        for i in range(12):
            s.cloud.get_object(
                t + i * 2 * SECOND,
                who,
                OFFICE_IP,
                "Boto3/1.34.34",
                "alderfinch-customer-exports",
                f"daily/part-{i:03d}.csv",
                220_000,
            )

    def _nightly_replication_of_buckets(self, t: int) -> None:
        """A role copies the archive to the backup bucket: many reads at night, all of them its job."""
        s = self.scene
        role = s.company.cloud["BackupReplicationRole"]
        who = s.cloud.role(role, "nightly-copy", role.access_key_id, t)
        for i in range(30):
            s.cloud.get_object(
                t + i * SECOND,
                who,
                "backup.amazonaws.com",
                "backup.amazonaws.com",
                "alderfinch-invoices-archive",
                f"2026/{i:04d}.pdf",
                90_000,
            )


def ssh_session(scene: Scene, t: int, source: Host, host: Host, user: str, uid: int, *, failures: int, key: bool,
                commands: tuple[list[str], ...], sudo: str, minutes: int) -> int:  # fmt: skip
    """Log on to a Linux host by SSH, run commands, use sudo, log off; return the audit session number.

    Times are relative to ``t``: the logon succeeds after ``failures`` wrong passwords, eight seconds each.
    """
    s, rng = scene, scene.rng
    port, pid, ses = s.port(), 9000 + int(rng.random() * 50_000), 100 + int(rng.random() * 9000)
    log, sshd = s.linux.syslog, "/usr/sbin/sshd"
    audited = host.name in ("web01", "deploy01")
    for i in range(failures):
        at = t + i * 8 * SECOND
        log(
            host,
            at - 900_000,
            "sshd",
            pid,
            f"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source.ip}  user={user}",
        )
        log(host, at, "sshd", pid, f"Failed password for {user} from {source.ip} port {port} ssh2")
        if audited:
            s.linux.user_event(
                host,
                at,
                "USER_AUTH",
                "PAM:authentication",
                user,
                pid=pid,
                exe=sshd,
                addr=source.ip,
                ses=4294967295,
                auid=4294967295,
                ok=False,
            )
    t += failures * 8 * SECOND
    ids = s.zeek.conn(
        t - SECOND - failures * 8 * SECOND,
        (source.ip, port),
        (host.ip, 22),
        service="ssh",
        seconds=60.0 * minutes,
        sent=30_000,
        received=80_000,
    )
    s.zeek.ssh(t, ids, True, failures + 1, "SSH-2.0-OpenSSH_for_Windows_8.6")
    how = (
        f"publickey for {user} from {source.ip} port {port} ssh2: ED25519 SHA256:4xAMPLEk3y0f4nEng1neer{uid}DemoOnlyAAAAAAAAAAAA"
        if key
        else f"password for {user} from {source.ip} port {port} ssh2"
    )
    log(host, t, "sshd", pid, f"Accepted {how}")
    log(host, t + 30_000, "sshd", pid, f"pam_unix(sshd:session): session opened for user {user}(uid={uid}) by (uid=0)")
    log(host, t + 60_000, "systemd-logind", 612, f"New session {ses} of user {user}.")
    if audited:
        s.linux.user_event(
            host, t + 40_000, "USER_LOGIN", "login", user, pid=pid, exe=sshd, addr=source.ip, ses=ses, auid=uid
        )
    at = t + 12 * SECOND
    for i, argv in enumerate(commands):
        exe = f"/usr/bin/{argv[0].rpartition('/')[2]}"
        if audited:
            s.linux.execve(
                host,
                at,
                argv,
                exe,
                pid=pid + 20 + i,
                ppid=pid + 9,
                auid=uid,
                uid=uid,
                ses=ses,
                user=user,
                cwd=f"/home/{user}",
                tty="pts0",
            )
        at += 15 * SECOND
    if sudo:
        log(host, at, "sudo", pid + 60, f"{user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={sudo}")
        log(
            host,
            at + 20_000,
            "sudo",
            pid + 60,
            f"pam_unix(sudo:session): session opened for user root(uid=0) by {user}(uid={uid})",
        )
        if audited:
            argv = sudo.split(" ")
            s.linux.execve(
                host,
                at + 40_000,
                argv,
                argv[0],
                pid=pid + 61,
                ppid=pid + 60,
                auid=uid,
                uid=0,
                ses=ses,
                user=user,
                cwd=f"/home/{user}",
                tty="pts1",
            )
        log(host, at + 2 * SECOND, "sudo", pid + 60, "pam_unix(sudo:session): session closed for user root")
    end = max(t + minutes * MINUTE, at + 9 * SECOND)
    log(host, end, "sshd", pid, f"Disconnected from user {user} {source.ip} port {port}")
    log(host, end + 40_000, "sshd", pid, f"pam_unix(sshd:session): session closed for user {user}")
    return ses


DECOYS = (
    (
        "Directory synchronisation replicates secrets",
        "MSOL_4be81d0c93fa",
        "4662 with DS-Replication-Get-Changes-All on DC01, every two hours, by right",
    ),
    ("Domain controllers replicate", "DC02$", "4662 with DS-Replication-Get-Changes, every hour"),
    ("Nightly backup", "svc_backup", "type 3 logons to all servers, C$ and D$ reads, wbadmin, at 01:00"),
    ("Vulnerability scan", "svc_scan", "port scans, default passwords, ADMIN$ from scan01, twice a week"),
    (
        "Software deployment",
        "svc_deploy",
        "service installation (7045), encoded PowerShell on workstations, twice a week",
    ),
    ("Helpdesk remote desktop", "hd-*", "type 10 logons, whoami, scheduled tasks, local administrators changed"),
    ("PowerShell remoting by administrators", "adm-*", "wsmprovhost on servers, 4648 with the administrator's account"),
    ("Password resets", "hd-*", "4625 bursts, 4740, 4724"),
    ("New hires", "adm-*", "4720, 4722, 4728 into a department's group"),
    ("Pipelines", "ci-deploy", "reads ~/.aws/credentials on deploy01, AssumeRole DeployRole, from the office address"),
    ("Bucket replication", "BackupReplicationRole", "30 GetObject a night"),
    ("Key rotation", "cloud-admin", "CreateAccessKey for themselves"),
    ("Guessing at SSH", "-", "failed passwords on web01 from 203.0.113.200-249, none succeeds"),
    (
        "Travelling employee",
        "-",
        "sign-ins from another country, wrong password, second factor asked for, then success",
    ),
)
"""Benign look-alikes: name, account, what is seen. Written into the ground truth."""
