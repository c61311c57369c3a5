"""Ordinary life of the second set's Windows estates.

Shared terminal servers, software deployment that makes services everywhere, monitoring over WMI,
backup jobs that make shadow copies, a helpdesk that resets passwords: what the attacks resemble.
"""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime

from ..worlds.base import Host, Person
from ..worlds.windows import POWERSHELL_EXE, SECURITY, SYS32, Proc, Windows
from .base import FreshWorld

APPS = (
    ("C:\\Program Files\\Mozilla Firefox\\firefox.exe", '"C:\\Program Files\\Mozilla Firefox\\firefox.exe" -osint -url https://intranet.{d}/'),
    ("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", '"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" --no-startup-window'),
    ("C:\\Program Files (x86)\\SAP\\FrontEnd\\SAPgui\\saplogon.exe", '"C:\\Program Files (x86)\\SAP\\FrontEnd\\SAPgui\\saplogon.exe"'),
    ("C:\\Program Files\\Zoom\\bin\\Zoom.exe", '"C:\\Program Files\\Zoom\\bin\\Zoom.exe" --url=zoommtg://meet'),
    ("C:\\Program Files\\Microsoft VS Code\\Code.exe", '"C:\\Program Files\\Microsoft VS Code\\Code.exe" .'),
    ("C:\\Program Files\\LibreOffice\\program\\swriter.exe", '"C:\\Program Files\\LibreOffice\\program\\swriter.exe" -o H:\\letters\\draft.odt'),
    ("C:\\Windows\\System32\\calc.exe", "calc.exe"),
)  # fmt: skip
FILES = (
    "Q3 forecast.xlsx",
    "vendors.csv",
    "floorplan.vsdx",
    "hr\\leave.xlsx",
    "contracts\\2026\\lease.pdf",
    "scans\\0001.pdf",
)


class Office:
    """A Windows estate with its people and their day."""

    def __init__(self, w: FreshWorld, *, users: int, admins: int, servers: int) -> None:
        """Set up controllers, servers, workstations and accounts."""
        self.w, rng = w, w.rng
        self.win = Windows(w)
        self.win.dcs += [w.host("dc") for _ in range(rng.choice([1, 2, 3]))]
        self.files = w.host("files")
        self.servers = [w.host("server") for _ in range(servers)]
        self.terminal = w.host("server")
        self.users = [w.person("user", home=w.host("workstation")) for _ in range(users)]
        self.admins = [w.person("admin", home=w.host("workstation")) for _ in range(admins)]
        self.deploy = w.person("service", home=rng.choice(self.servers), label="deploy")
        self.backup = w.person("service", home=rng.choice(self.servers), label="veeam")
        self.monitor = w.person("service", home=rng.choice(self.servers), label="inv")
        self.desk_user = w.person("user", home=w.host("workstation"))

    @property
    def dc(self) -> Host:
        """Return the first domain controller."""
        return self.win.dcs[0]

    def seen(self) -> list[Person]:
        """Return the users whose life is in the log."""
        return [u for u in self.users if not u.quiet]

    def day(self) -> None:
        """Write the estate's day."""
        rng = self.w.rng
        for p in self.users:
            if not p.quiet:
                self.worker(p)
        for p in self.admins:
            if not p.quiet:
                self.operator(p)
        if not self.deploy.quiet:
            self.rollout(self.w.moment(0.1, 0.9))
        if not self.backup.quiet:
            for _ in range(rng.randint(1, 3)):
                self.backup_round(self.w.moment(0.05, 0.95))
        if not self.monitor.quiet:
            for _ in range(rng.randint(2, 4)):
                self.wmi_round(self.w.moment(0.02, 0.98))
        for _ in range(rng.randint(1, 3)):
            self.reset_request(self.w.moment(0.1, 0.95))
        self.upkeep()

    def worker(self, p: Person) -> None:
        """Write an office worker's day, on the own computer or the terminal server."""
        w, win, rng, host = self.w, self.win, self.w.rng, p.home
        assert host is not None
        at = w.moment(0.0, 0.15)
        on_terminal = rng.random() < 0.2
        if rng.random() < 0.2:
            win.failed_logon(w.later(at, -60, -9), p, host, logon_type=2)
        shell = win.shell(at, p, host)
        if on_terminal:
            win.start(
                w.later(at, 20, 90),
                shell,
                SYS32 + "mstsc.exe",
                f'mstsc.exe "C:\\Users\\{p.name}\\Desktop\\Terminal.rdp"',
            )
            shell = win.shell(w.later(at, 95, 120), p, self.terminal, logon_type=10, src=host)
            host = self.terminal
            at = w.later(at, 130, 200)
        for image, cmd in rng.sample(APPS, rng.randint(2, 4)):
            at = w.later(at, 10, 400)
            proc = win.start(at, shell, image, cmd.format(d=w.mail_domain))
            if "firefox" in image or "Edge" in image or "Zoom" in image:
                win.lookup(
                    w.later(at, 0.1, 1),
                    proc,
                    f"{rng.choice(['mail', 'wiki', 'cdn', 'erp'])}.{w.mail_domain}",
                    rng.choice(self.servers).ip,
                )
                win.connect(w.later(at, 1, 2), proc, rng.choice(self.servers).ip, 443)
        for _ in range(rng.randint(2, 8)):
            at = w.moment(0.15, 1.0)
            match rng.randint(0, 4):
                case 0 | 1:
                    logon = win.logon(
                        at, p, self.files, 3, src=host, package=rng.choice(["Kerberos", "NTLM"]), admin=False
                    )
                    for _ in range(rng.randint(1, 3)):
                        win.share(
                            w.later(at, 1, 60),
                            p,
                            self.files,
                            rng.choice(["dept", "common", f"home\\{p.name}"]),
                            rng.choice(FILES),
                            host,
                            logon,
                        )
                    win.logoff(w.later(at, 70, 900), p, self.files, logon)
                case 2:
                    win.ticket(at, p, f"{rng.choice(self.servers).name.upper()}$", host, rng.choice(win.dcs))
                case 3:
                    if rng.random() < 0.5:
                        win.failed_logon(w.later(at, -7, -2), p, host, logon_type=7)
                    win.logon(at, p, host, 7, admin=False, tickets=False)
                case _:
                    cmdp = win.start(at, shell, SYS32 + "cmd.exe", "cmd.exe")
                    for c in rng.sample(
                        [
                            "ping -n 4 " + self.files.name,
                            "net use H:",
                            "ipconfig /release",
                            "tracert intranet",
                            "gpresult /r",
                        ],
                        2,
                    ):
                        at = w.later(at, 2, 30)
                        win.start(at, cmdp, f"{SYS32}{c.split()[0]}.exe", c)

    def console(self, at: datetime, p: Person) -> Proc:
        """Return a console on an administrator's own computer."""
        win = self.win
        assert p.home is not None
        shell = win.shell(at, p, p.home)
        shell.integrity = "High"
        key = f"console-{p.name}"
        if key not in p.facts:
            p.facts[key] = win.start(self.w.later(at, 2, 9), shell, POWERSHELL_EXE, f'"{POWERSHELL_EXE}" -NoLogo')
        return p.facts[key]  # type: ignore[no-any-return]

    def operator(
        self, p: Person, *, around: datetime | None = None, hosts: list[Host] | None = None, n: int | None = None
    ) -> None:
        """Write an administrator's work, spread over the day or close to a moment and some hosts."""
        w, win, rng, home = self.w, self.win, self.w.rng, p.home
        assert home is not None
        con = self.console(w.moment(0.0, 0.1), p)
        for _ in range(n or rng.randint(3, 7)):
            at = w.later(around, -900, 900) if around else w.moment(0.12, 0.98)
            at = max(at, w.start)
            dst = rng.choice(hosts or [*self.servers, self.files, self.terminal, *win.dcs])
            match rng.randint(0, 7):
                case 0:
                    win.start(at, con, SYS32 + "mstsc.exe", f"mstsc /v {dst.name} /admin")
                    win._shells.pop((p.full, dst.name), None)
                    there = win.shell(w.later(at, 3, 9), p, dst, logon_type=10, src=home)
                    win.start(
                        w.later(at, 20, 80),
                        there,
                        SYS32 + "mmc.exe",
                        f"mmc.exe {rng.choice(['eventvwr.msc', 'taskschd.msc', 'compmgmt.msc'])}",
                    )
                    win.start(w.later(at, 90, 200), there, SYS32 + "cmd.exe", "cmd.exe")
                case 1:
                    win.start(at, con, SYS32 + "sc.exe", f"sc \\\\{dst.name} query Spooler")
                    logon = win.logon(w.later(at, 0.2, 0.6), p, dst, 3, src=home)
                    win.share(w.later(at, 0.7, 0.9), p, dst, "IPC$", "svcctl", home, logon)
                case 2:
                    win.start(at, con, SYS32 + "schtasks.exe", f"schtasks /query /s {dst.name} /fo csv")
                    logon = win.logon(w.later(at, 0.2, 0.6), p, dst, 3, src=home)
                    win.share(w.later(at, 0.7, 0.9), p, dst, "IPC$", "atsvc", home, logon)
                case 3:
                    win.script(at, con, f"Enter-PSSession -ComputerName {dst.name}")
                    logon = win.logon(w.later(at, 0.5, 1), p, dst, 3, src=home)
                    wsm = win.start(
                        w.later(at, 1, 2),
                        win.svchost(dst, "DcomLaunch -p"),
                        SYS32 + "wsmprovhost.exe",
                        "C:\\Windows\\system32\\wsmprovhost.exe -Embedding",
                        owner=p,
                        logon_id=logon,
                        integrity="High",
                    )
                    win.script(
                        w.later(at, 5, 30),
                        wsm,
                        rng.choice(
                            [
                                "Restart-Service -Name W3SVC",
                                "Get-EventLog -LogName System -Newest 40",
                                "Get-ChildItem D:\\Logs | Sort-Object LastWriteTime",
                            ]
                        ),
                    )
                case 4:
                    win.start(
                        at,
                        con,
                        SYS32 + "robocopy.exe",
                        f"robocopy \\\\{self.files.name}\\install \\\\{dst.name}\\C$\\Install /E /R:1",
                    )
                    logon = win.logon(w.later(at, 0.2, 0.6), p, dst, 3, src=home)
                    win.share(w.later(at, 1, 4), p, dst, "C$", "Install\\setup.exe", home, logon)
                case 5:
                    for c in rng.sample(
                        [
                            f"nltest /dclist:{w.dns}",
                            'net group "Backup Operators" /domain',
                            "quser",
                            "dsquery user -inactive 12",
                            "net accounts",
                        ],
                        2,
                    ):
                        at = w.later(at, 3, 20)
                        win.start(at, con, f"{SYS32}{c.split()[0]}.exe", c)
                case 6:
                    win.start(at, con, SYS32 + "wbem\\WMIC.exe", f"wmic /node:{dst.name} os get lastbootuptime")
                    win.logon(w.later(at, 0.2, 0.6), p, dst, 3, src=home)
                case _:
                    win.script(
                        at, con, "Get-ADComputer -Filter * -Properties OperatingSystem | Group-Object OperatingSystem"
                    )
                    win.connect(w.later(at, 0.1, 1), con, self.dc.ip, 9389)

    def rollout(self, at: datetime) -> None:
        """Write a software deployment: the same service made on many computers by one account."""
        w, win, p = self.w, self.win, self.deploy
        assert p.home is not None
        hosts = [u.home for u in self.users if u.home] + self.servers
        for dst in w.rng.sample(hosts, min(len(hosts), w.rng.randint(3, 10))):
            at = w.later(at, 4, 40)
            logon = win.logon(at, p, dst, 3, src=p.home, admin=True)
            win.share(
                w.later(at, 0.2, 0.8), p, dst, "ADMIN$", "AdminArsenal\\PDQDeployRunner\\service-1.exe", p.home, logon
            )
            path = '"C:\\Windows\\AdminArsenal\\PDQDeployRunner\\service-1\\PDQDeployRunner-1.exe"'
            win.service(w.later(at, 1, 2), p, dst, "PDQDeployRunner-1", path, logon)
            win.start(w.later(at, 2, 3), win.services(dst), path.strip('"'), path, owner=win.system, logon_id="0x3e7")
            win.logoff(w.later(at, 5, 30), p, dst, logon)
        w.bystander(p, "rolls software out to many computers")

    def backup_round(self, at: datetime) -> None:
        """Write a backup job: a shadow copy on a server, read over the network."""
        w, win, p = self.w, self.win, self.backup
        assert p.home is not None
        for dst in w.rng.sample([*self.servers, self.files], 2):
            at = w.later(at, 20, 200)
            logon = win.logon(at, p, dst, 3, src=p.home, admin=True)
            win.share(w.later(at, 0.5, 1), p, dst, "ADMIN$", "VeeamBackup\\VeeamGuestHelper.exe", p.home, logon)
            proc = win.start(
                w.later(at, 1, 2),
                win.svchost(dst, "netsvcs"),
                "C:\\Windows\\VeeamBackup\\VeeamGuestHelper.exe",
                '"C:\\Windows\\VeeamBackup\\VeeamGuestHelper.exe" -session',
                owner=p,
                logon_id=logon,
                integrity="High",
            )
            win.start(w.later(at, 3, 5), proc, SYS32 + "vssadmin.exe", "vssadmin list shadows")
            win.logoff(w.later(at, 60, 300), p, dst, logon)
        w.bystander(p, "makes backups of the servers")

    def wmi_round(self, at: datetime) -> None:
        """Write a monitoring account's questions to every server."""
        w, win, p = self.w, self.win, self.monitor
        assert p.home is not None
        for dst in [*self.servers, self.files, self.dc]:
            at = w.later(at, 0.5, 3)
            logon = win.logon(at, p, dst, 3, src=p.home, package="NTLM", admin=False)
            win.logoff(w.later(at, 1, 4), p, dst, logon)

    def reset(self, at: datetime, by: Person, whom: Person) -> None:
        """Write a password reset by the helpdesk on a controller."""
        w, win = self.w, self.win
        assert by.home is not None
        win.shell(w.moment(0.0, 0.05), by, by.home)
        logon = win.logon(at, by, self.dc, 3, src=by.home, admin=False)
        data = {
            "TargetUserName": whom.name,
            "TargetDomainName": whom.domain,
            "TargetSid": whom.sid,
            **win._subject(by, logon),
        }
        win._win(w.later(at, 0.4, 1), self.dc, SECURITY, 4724, data, by, whom)
        win._win(
            w.later(at, 1.1, 1.3),
            self.dc,
            SECURITY,
            4738,
            {**data, "PasswordLastSet": "%%1794", "PrivilegeList": "-"},
            by,
            whom,
        )
        win.logoff(w.later(at, 3, 30), by, self.dc, logon)

    def reset_request(self, at: datetime) -> None:
        """Write an ordinary forgotten password."""
        if self.seen():
            whom = self.w.rng.choice(self.seen())
            for _ in range(self.w.rng.randint(0, 4)):
                self.win.failed_logon(self.w.later(at, -300, -30), whom, whom.home or self.files, logon_type=2)
            self.reset(at, self.desk_user, whom)
            self.w.bystander(self.desk_user, "the helpdesk, resetting passwords on request")

    def upkeep(self) -> None:
        """Write what computers do by themselves."""
        w, win, rng = self.w, self.win, self.w.rng
        for host in [h for h in w.hosts if h.kind != "linux"]:
            for _ in range(rng.randint(1, 4)):
                at, svc = w.moment(), win.svchost(host)
                image, cmd = rng.choice([
                    (SYS32 + "taskhostw.exe", "taskhostw.exe Install $(Arg0)"),
                    (SYS32 + "conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"),
                    (SYS32 + "wbem\\WmiPrvSE.exe", "C:\\Windows\\system32\\wbem\\wmiprvse.exe -Embedding"),
                    (SYS32 + "defrag.exe", "C:\\Windows\\system32\\defrag.exe -c -h -o"),
                ])  # fmt: skip
                win.start(at, svc, image, cmd, owner=win.system, logon_id="0x3e7")

    def nearby(self, around: datetime, hosts: list[Host], but: set[str]) -> None:
        """Write innocent administrators at work on the attacked hosts at the same time."""
        rng = self.w.rng
        for p in self.admins:
            if not p.quiet and p.name not in but and rng.random() < 0.8:
                self.operator(p, around=around, hosts=hosts, n=rng.randint(1, 3))
                self.w.bystander(p, "an administrator at work on the same hosts")


def found(w: FreshWorld) -> Office:
    """Return an estate of a random size."""
    rng = w.rng
    return Office(w, users=rng.choice([3, 6, 10, 16, 24, 40]), admins=rng.randint(2, 4), servers=rng.randint(3, 7))
