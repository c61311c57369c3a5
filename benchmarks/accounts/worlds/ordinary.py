"""Ordinary life: what people, administrators, jobs and pipelines do on a day without an attack.

Written to look like the attack from afar: administrators work remotely and with the tools that
attackers borrow, people mistype, jobs log on in batches, pipelines make accounts and keys.
"""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .base import Host, Person, World
from .cloud import BROWSERS, Cloud
from .linux import Linux
from .windows import POWERSHELL_EXE, SYS32, Proc, Windows, encoded

OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
SITES = ("intranet", "wiki", "crm", "tickets", "travel", "payroll", "news")
DOCS = ("budget.xlsx", "minutes.docx", "plan.pptx", "offer.docx", "invoice-2026.pdf", "roster.xlsx", "notes.txt")


class Estate:
    """A Windows estate with its people, and their ordinary day."""

    def __init__(
        self, world: World, *, users: int, admins: int = 2, servers: int = 3, services: int = 2, dcs: int = 1
    ) -> None:
        """Set up domain controllers, servers, workstations and accounts."""
        self.w = world
        self.win = Windows(world)
        for _ in range(dcs):
            self.win.dcs.append(world.host("dc"))
        self.files = world.host("files")
        self.servers = [world.host("server") for _ in range(servers)]
        self.admins = [world.person("admin", home=world.host("workstation")) for _ in range(admins)]
        self.users = [world.person("user", home=world.host("workstation")) for _ in range(users)]
        words = ["sql", "backup", "web", "scan", "sync", "print", "mon", "deploy", "erp", "crm"]
        world.rng.shuffle(words)
        self.services = [
            world.person("service", home=world.rng.choice(self.servers), label=w) for w in words[:services]
        ]

    @property
    def dc(self) -> Host:
        """Return the first domain controller."""
        return self.win.dcs[0]

    # ---- days ---------------------------------------------------------------------------------
    def day(self, density: float = 1.0) -> None:
        """Write everybody's day; people marked quiet leave no trace of their own."""
        for person in self.users:
            if not person.quiet:
                self.user_day(person, density)
        for person in self.admins:
            if not person.quiet:
                self.admin_day(person, density)
        for person in self.services:
            if not person.quiet:
                self.service_day(person, density)
        self.machine_day(density)
        if self.w.rng.random() < 0.5:
            self.joiner()
        if self.w.rng.random() < 0.3:
            self.automation(density)
        if self.w.rng.random() < 0.2:
            self.scanner()

    def _times(self, n: int, lo: float = 0.02, hi: float = 0.98) -> list[datetime]:
        return sorted(self.w.moment(lo, hi) for _ in range(max(1, n)))

    def user_day(self, person: Person, density: float = 1.0, *, at: datetime | None = None) -> None:
        """Write an office worker's day on their own workstation."""
        w, win, rng, host = self.w, self.win, self.w.rng, person.home
        assert host is not None
        start = at or w.moment(0.0, 0.04)
        if rng.random() < 0.15:
            win.failed_logon(w.later(start, -40, -8), person, host, logon_type=2)
        shell = win.shell(start, person, host)
        at = w.later(start, 5, 60)
        for image, cmd in rng.sample(
            [
                (OFFICE + "OUTLOOK.EXE", f'"{OFFICE}OUTLOOK.EXE" '),
                (
                    f"C:\\Users\\{person.name}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe",
                    f'"C:\\Users\\{person.name}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe" --processStart "Teams.exe"',
                ),
                (
                    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
                    '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --profile-directory=Default',
                ),
                (
                    SYS32 + "notepad.exe",
                    f'"C:\\Windows\\system32\\NOTEPAD.EXE" C:\\Users\\{person.name}\\Desktop\\notes.txt',
                ),
                (
                    "C:\\Program Files\\7-Zip\\7zFM.exe",
                    '"C:\\Program Files\\7-Zip\\7zFM.exe" C:\\Users\\Public\\Downloads\\brochure.zip',
                ),
            ],
            3,
        ):
            proc = win.start(at, shell, image, cmd, cwd=f"C:\\Users\\{person.name}\\")
            site = rng.choice(SITES)
            if "chrome" in image or "Teams" in image or "OUTLOOK" in image:
                win.lookup(w.later(at, 0.2, 1), proc, f"{site}.{w.mail_domain}", rng.choice(self.servers).ip)
                win.connect(w.later(at, 1, 2), proc, rng.choice(self.servers).ip, 443)
            at = w.later(at, 10, 200)
        for at in self._times(int(rng.randint(3, 9) * density), 0.05):
            kind = rng.random()
            if kind < 0.35:
                doc = rng.choice(DOCS)
                word = win.start(
                    at, shell, OFFICE + "EXCEL.EXE", f'"{OFFICE}EXCEL.EXE" "\\\\{self.files.name}\\team\\{doc}"'
                )
                logon = win.logon(w.later(at, 0.5, 2), person, self.files, 3, src=host)
                win.share(w.later(at, 2, 3), person, self.files, "team", doc, host, logon)
                win.logoff(w.later(at, 30, 300), person, self.files, logon)
                win.stop(w.later(at, 300, 900), word)
            elif kind < 0.55:
                chrome = win.start(
                    at,
                    shell,
                    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
                    '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --lang=en-US',
                )
                win.connect(
                    w.later(at, 1, 4),
                    chrome,
                    w.outside_ip() if rng.random() < 0.1 else rng.choice(self.servers).ip,
                    443,
                )
                win.write_file(w.later(at, 4, 9), chrome, f"C:\\Users\\{person.name}\\Downloads\\{rng.choice(DOCS)}")
            elif kind < 0.7:
                win.ticket(at, person, f"{rng.choice(self.servers).name.upper()}$", host, self.dc)
            elif kind < 0.85:
                win.failed_logon(w.later(at, -9, -3), person, host, logon_type=7)
                win.logon(at, person, host, 7, admin=False, tickets=False)
            else:
                shellp = win.start(at, shell, SYS32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ')
                for cmd in rng.sample(
                    ["ipconfig /all", f"ping {self.files.name}", "net use", "hostname", "gpupdate /force"], 2
                ):
                    at = w.later(at, 3, 25)
                    win.start(at, shellp, SYS32 + cmd.split()[0] + ".exe", cmd)

    def admin_day(self, person: Person, density: float = 1.0) -> None:
        """Write an administrator's day: remote desktop, remoting, services, tasks, group questions."""
        w, win, rng, host = self.w, self.win, self.w.rng, person.home
        assert host is not None
        shell = win.shell(w.moment(0.0, 0.05), person, host)
        shell.integrity = "High"
        console = win.start(
            w.moment(0.05, 0.06),
            shell,
            POWERSHELL_EXE,
            '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" ',
        )
        for at in self._times(int(rng.randint(4, 8) * density), 0.07):
            server = rng.choice([*self.servers, self.files, self.dc])
            match rng.randint(0, 7):
                case 0:
                    win.start(at, shell, SYS32 + "mstsc.exe", f'"C:\\Windows\\system32\\mstsc.exe" /v:{server.name}')
                    win.explicit(
                        w.later(at, 1, 2),
                        person,
                        person,
                        host,
                        server.name,
                        logon_id=shell.logon_id,
                        process=SYS32 + "lsass.exe",
                    )
                    win._shells.pop((person.full, server.name), None)
                    remote = win.shell(w.later(at, 3, 6), person, server, logon_type=10, src=host)
                    win.start(
                        w.later(at, 20, 50),
                        remote,
                        SYS32 + "mmc.exe",
                        '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\services.msc" ',
                    )
                    win.start(
                        w.later(at, 60, 90), remote, SYS32 + "Taskmgr.exe", '"C:\\Windows\\system32\\taskmgr.exe" /4'
                    )
                case 1:
                    win.script(
                        at,
                        console,
                        f"Invoke-Command -ComputerName {server.name} -ScriptBlock {{ Get-Service | Where-Object Status -eq 'Stopped' }}",
                    )
                    self._remoting(at, person, host, server, ["Get-HotFix | Sort-Object InstalledOn"])
                case 2:
                    logon = win.logon(at, person, server, 3, src=host)
                    win.start(
                        w.later(at, -2, -1),
                        console,
                        SYS32 + "schtasks.exe",
                        f'"C:\\Windows\\system32\\schtasks.exe" /query /s {server.name}',
                    )
                    win.share(w.later(at, 0.1, 0.4), person, server, "IPC$", "atsvc", host, logon)
                    win.logoff(w.later(at, 10, 20), person, server, logon)
                case 3:
                    for cmd in ('net group "Domain Admins" /domain', f"nltest /dsgetdc:{w.dns}", "whoami /groups"):
                        at = w.later(at, 4, 20)
                        win.start(
                            at,
                            console,
                            SYS32 + cmd.split()[0] + ".exe",
                            f'"C:\\Windows\\system32\\{cmd.split()[0]}.exe" {cmd.split(" ", 1)[1]}',
                        )
                case 4:
                    logon = win.logon(at, person, server, 3, src=host)
                    win.share(w.later(at, 0.2, 1), person, server, "C$", "Temp\\agent-4.2.msi", host, logon)
                    svc = win.services(server)
                    win.service(
                        w.later(at, 3, 5),
                        person,
                        server,
                        "MonitoringAgent",
                        '"C:\\Program Files\\Monitoring\\agent.exe" -service',
                        logon,
                    )
                    win.start(
                        w.later(at, 5, 6),
                        svc,
                        "C:\\Program Files\\Monitoring\\agent.exe",
                        '"C:\\Program Files\\Monitoring\\agent.exe" -service',
                        owner=win.system,
                        logon_id="0x3e7",
                    )
                case 5:
                    other = rng.choice([u for u in self.users if not u.quiet] or [person])
                    logon = win.logon(at, person, self.dc, 3, src=host)
                    data = {
                        "TargetUserName": other.name,
                        "TargetDomainName": other.domain,
                        "TargetSid": other.sid,
                        **win._subject(person, logon),
                    }
                    win._win(w.later(at, 0.5, 1), self.dc, "Security", 4724, data, person, other)
                    win.logoff(w.later(at, 5, 9), person, self.dc, logon)
                case 6:
                    win.script(
                        at,
                        console,
                        "Get-ADUser -Filter * -Properties LastLogonDate | Export-Csv C:\\Reports\\users.csv",
                        "C:\\Scripts\\report-users.ps1",
                    )
                    win.connect(w.later(at, 0.3, 1), console, self.dc.ip, 9389)
                case _:
                    target = rng.choice(self.users).home
                    assert target is not None
                    logon = win.logon(at, person, target, 3, src=host)
                    win.share(w.later(at, 0.1, 0.3), person, target, "ADMIN$", None, host, logon)
                    win.logoff(w.later(at, 10, 100), person, target, logon)

    def _remoting(self, at: datetime, person: Person, src: Host, dst: Host, scripts: list[str]) -> Proc:
        win, w = self.win, self.w
        logon = win.logon(w.later(at, 0.3, 0.6), person, dst, 3, src=src)
        launch = win.svchost(dst, "DcomLaunch -p")
        wsm = win.start(
            w.later(at, 0.8, 1.0),
            launch,
            SYS32 + "wsmprovhost.exe",
            "C:\\Windows\\system32\\wsmprovhost.exe -Embedding",
            owner=person,
            logon_id=logon,
            integrity="High",
        )
        for i, text in enumerate(scripts):
            win.script(w.later(at, 1.5 + i, 2 + i), wsm, text)
        win.logoff(w.later(at, 40, 90), person, dst, logon)
        return wsm

    def service_day(self, person: Person, density: float = 1.0) -> None:
        """Write a service account's jobs on its own server."""
        w, win, rng, host = self.w, self.win, self.w.rng, person.home
        assert host is not None
        job = rng.choice(["C:\\Jobs\\nightly.ps1", "D:\\Tools\\export.ps1", "C:\\ProgramData\\Ops\\inventory.ps1"])
        for at in self._times(int(rng.randint(3, 7) * density)):
            logon = win.logon(at, person, host, 4, admin=False, tickets=False)
            sched = win.svchost(host)
            proc = win.start(
                w.later(at, 0.2, 0.6),
                sched,
                POWERSHELL_EXE,
                f"powershell.exe -NoProfile -ExecutionPolicy Bypass -File {job}",
                owner=person,
                logon_id=logon,
                integrity="High",
            )
            other = rng.choice([*self.servers, self.files])
            net = win.logon(w.later(at, 2, 3), person, other, 3, src=host, admin=False)
            win.connect(w.later(at, 2, 3), proc, other.ip, 445)
            win.share(w.later(at, 3, 4), person, other, "data", "export\\batch.csv", host, net)
            win.logoff(w.later(at, 20, 30), person, other, net)
            win.stop(w.later(at, 30, 60), proc)

    def machine_day(self, density: float = 1.0) -> None:
        """Write what the computers do by themselves."""
        w, win, rng = self.w, self.win, self.w.rng
        for host in w.hosts:
            if host.kind == "linux":
                continue
            me = Person(f"{host.name.upper()}$", w.netbios, f"{w.domain_sid}-{2000 + len(host.name)}", "system")
            for at in self._times(int(rng.randint(3, 8) * density)):
                kind = rng.randint(0, 5)
                svc = win.services(host)
                if kind == 0:
                    win.start(
                        at,
                        svc,
                        SYS32 + "svchost.exe",
                        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s wuauserv",
                        owner=win.system,
                        logon_id="0x3e7",
                    )
                elif kind == 1:
                    av = Proc(
                        host,
                        win.system,
                        "0x3e7",
                        "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MsMpEng.exe",
                        "",
                        2988,
                        win.guid(),
                        "System",
                    )
                    win.open_process(
                        at,
                        av,
                        "C:\\Windows\\system32\\lsass.exe",
                        "0x101000",
                        "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e",
                    )
                elif kind == 2 and win.dcs:
                    dc = rng.choice(win.dcs)
                    win.logon(at, me, dc, 3, src=host, tickets=False, admin=False)
                elif kind == 3:
                    win.set_value(
                        at,
                        win.svchost(host),
                        "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Orchestrator\\State",
                        "DWORD (0x00000001)",
                    )
                elif kind == 4:
                    ccm = Proc(
                        host,
                        win.system,
                        "0x3e7",
                        "C:\\Windows\\CCM\\CcmExec.exe",
                        "C:\\Windows\\CCM\\CcmExec.exe",
                        3100,
                        win.guid(),
                        "System",
                    )
                    win.start(
                        at,
                        ccm,
                        POWERSHELL_EXE,
                        "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -NoLogo -Noninteractive -NoProfile -ExecutionPolicy Bypass & 'C:\\Windows\\CCM\\SystemTemp\\4f2a.ps1'",
                        owner=win.system,
                        logon_id="0x3e7",
                    )
                else:
                    win.start(
                        at,
                        svc,
                        SYS32 + "taskhostw.exe",
                        "taskhostw.exe Install $(Arg0)",
                        owner=win.system,
                        logon_id="0x3e7",
                    )
        if len(win.dcs) > 1:
            for at in self._times(int(3 * density)):
                a, b = rng.sample(win.dcs, 2)
                win.replicate(
                    at, Person(f"{a.name.upper()}$", w.netbios, f"{w.domain_sid}-1001", "system"), b, win.logon_id()
                )

    def joiner(self) -> None:
        """Write a new colleague's account being made by identity management."""
        w, win = self.w, self.win
        by = self.services[-1] if self.services and not self.services[-1].quiet else self.admins[-1]
        if by.quiet:
            return
        at = w.moment(0.1, 0.9)
        assert by.home is not None
        logon = win.logon(at, by, self.dc, 3, src=by.home, admin=False)
        new = w.person("user", home=w.host("workstation"))
        made = win.account_made(w.later(at, 1, 2), by, new.name, self.dc, logon, local=False)
        win.group_add(w.later(at, 3, 4), by, made, "All Staff", self.dc, logon, local=False)
        win.logoff(w.later(at, 8, 12), by, self.dc, logon)
        w.bystander(new, "a new colleague's account, made by identity management")

    def automation(self, density: float = 1.0) -> None:
        """Write configuration management over WinRM, which encodes its commands by habit."""
        w, win = self.w, self.win
        robot = w.person("service", home=w.host("server"), label="ansible")
        assert robot.home is not None
        for _ in range(max(1, int(2 * density))):
            at = w.moment(0.05, 0.9)
            for host in self.servers:
                at = w.later(at, 2, 20)
                logon = win.logon(at, robot, host, 3, src=robot.home, package="NTLM", admin=True)
                shell = win.start(
                    w.later(at, 0.3, 0.6),
                    win.svchost(host, "DcomLaunch -p"),
                    SYS32 + "winrshost.exe",
                    "C:\\Windows\\system32\\WinrsHost.exe -Embedding",
                    owner=robot,
                    logon_id=logon,
                    integrity="High",
                )
                script = '&chcp.com 65001 > $null\n$exec_wrapper_str = $input | Out-String\n$split_parts = $exec_wrapper_str.Split(@("`0`0`0`0"), 2)'
                win.start(
                    w.later(at, 0.7, 1),
                    shell,
                    POWERSHELL_EXE,
                    f"PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand {encoded(script)}",
                )
                win.logoff(w.later(at, 5, 15), robot, host, logon)
        w.bystander(robot, "configuration management, on every server alike")

    def scanner(self) -> None:
        """Write a vulnerability scanner's round: logons to every host, some refused."""
        w, win, rng = self.w, self.win, self.w.rng
        robot = w.person("service", home=w.host("server"), label="vulnscan")
        assert robot.home is not None
        at = w.moment(0.1, 0.8)
        for host in [h for h in w.hosts if h.kind != "linux" and h is not robot.home]:
            at = w.later(at, 1, 8)
            if rng.random() < 0.2:
                win.failed_logon(at, robot, host, src=robot.home)
                continue
            logon = win.logon(at, robot, host, 3, src=robot.home, package="NTLM", admin=True)
            win.share(w.later(at, 0.2, 0.5), robot, host, "IPC$", "winreg", robot.home, logon)
            win.logoff(w.later(at, 3, 9), robot, host, logon)
        w.bystander(robot, "a vulnerability scanner's round")

    # ---- look-alikes beside an attack --------------------------------------------------------------
    def beside(self, around: datetime, hosts: list[Host], *, but: set[Person]) -> None:
        """Write innocent administration on the attack's hosts at the attack's time."""
        w, win, rng = self.w, self.win, self.w.rng
        innocent = [a for a in self.admins if a not in but and not a.quiet]
        for host in hosts:
            if not innocent:
                break
            admin = rng.choice(innocent)
            assert admin.home is not None
            at = w.later(around, -1500, 1500)
            match rng.randint(0, 3):
                case 0:
                    self._remoting(at, admin, admin.home, host, ["Get-EventLog -LogName System -Newest 20"])
                    why = "looked at the event log by remoting"
                case 1:
                    logon = win.logon(at, admin, host, 3, src=admin.home)
                    win.share(w.later(at, 0.3, 1), admin, host, "C$", "Windows\\Temp\\patch.msu", admin.home, logon)
                    win.logoff(w.later(at, 20, 40), admin, host, logon)
                    why = "copied a patch"
                case 2:
                    win._shells.pop((admin.full, host.name), None)
                    desk = win.shell(at, admin, host, logon_type=10, src=admin.home)
                    win.start(
                        w.later(at, 10, 30), desk, SYS32 + "mmc.exe", '"C:\\Windows\\system32\\mmc.exe" eventvwr.msc'
                    )
                    win.start(w.later(at, 40, 70), desk, SYS32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ')
                    why = "worked on the host by remote desktop"
                case _:
                    logon = win.logon(at, admin, host, 3, src=admin.home)
                    wmi = Proc(
                        host,
                        win.network_service,
                        "0x3e4",
                        SYS32 + "wbem\\WmiPrvSE.exe",
                        "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
                        win.pid(),
                        win.guid(),
                        "System",
                    )
                    win.start(
                        w.later(at, 0.5, 1),
                        wmi,
                        SYS32 + "msiexec.exe",
                        "C:\\Windows\\system32\\msiexec.exe /i \\\\deploy\\pkg\\agent.msi /qn",
                        owner=admin,
                        logon_id=logon,
                        integrity="High",
                    )
                    win.logoff(w.later(at, 20, 40), admin, host, logon)
                    why = "installed a package by WMI"
            w.bystander(admin, why)
        for user in rng.sample(self.users, min(2, len(self.users))):
            if user in but or user.quiet or user.home is None:
                continue
            target = rng.choice([h for h in [self.files, *self.servers]])
            at = w.later(around, -900, 900)
            win.failed_logon(at, user, target, src=user.home)
            logon = win.logon(w.later(at, 6, 20), user, target, 3, src=user.home)
            win.logoff(w.later(at, 60, 200), user, target, logon)
            w.bystander(user, "mistyped a password")


class Fleet:
    """A Linux estate with its people, and their ordinary day."""

    def __init__(self, world: World, *, hosts: int, users: int, audit: bool = True, auth: bool = True) -> None:
        """Set up hosts, people and an automation account."""
        self.w = world
        self.lx = Linux(world, audit=audit, auth=auth)
        self.hosts = [world.host("linux") for _ in range(hosts)]
        self.users = [world.person("user") for _ in range(users)]
        self.robot = Person(world.rng.choice(["ansible", "deploy", "rundeck", "ops-bot"]), "", "", "service", uid=990)
        self.office = {p.name: world.ip() for p in [*self.users, self.robot]}

    def day(self, density: float = 1.0) -> None:
        """Write everybody's day."""
        w, lx, rng = self.w, self.lx, self.w.rng
        n = 1
        for person in self.users:
            if person.quiet:
                continue
            for _ in range(max(2, int(rng.randint(2, 4) * density))):
                self.work(person, rng.choice(self.hosts), w.moment(0.02, 0.95))
        for host in self.hosts:
            for _ in range(max(1, int(3 * density))):
                at = w.moment()
                ses = lx.ssh_in(at, self.robot, host, self.office[self.robot.name])
                lx.sudo(
                    w.later(at, 1, 2), self.robot, host, "/bin/sh -c echo BECOME-SUCCESS-aoxk ; /usr/bin/python3", ses
                )
                lx.ssh_out(w.later(at, 10, 40), self.robot, host, self.office[self.robot.name])
            for _ in range(max(2, int(rng.randint(4, 8) * density))):
                lx.cron(
                    w.moment(),
                    lx.root,
                    host,
                    rng.choice(
                        [
                            "cd / && run-parts --report /etc/cron.hourly",
                            "/usr/local/bin/backup.sh --quiet",
                            "test -x /usr/sbin/anacron",
                        ]
                    ),
                )
                n += 1

        calm = [u for u in self.users if not u.quiet]
        if calm and rng.random() < 0.5:
            self.caretaking(rng.choice(calm), rng.choice(self.hosts), w.moment(0.1, 0.9))

    def caretaking(self, person: Person, host: Host, at: datetime) -> None:
        """Write an administrator's chores: a root shell, a colleague's account, their key, a cron job."""
        w, lx, rng = self.w, self.lx, self.w.rng
        ip = self.office[person.name]
        ses = lx.ssh_in(at, person, host, ip)
        new = w.person("user")
        for command in (
            "/usr/bin/su -",
            f"/usr/sbin/useradd -m -s /bin/bash {new.name}",
            f"/usr/bin/tee -a /home/{new.name}/.ssh/authorized_keys",
            rng.choice(
                ["/usr/bin/crontab -l", "/usr/bin/vim /etc/cron.d/backup", "/usr/bin/systemctl enable --now app.timer"]
            ),
        ):
            at = w.later(at, 10, 60)
            lx.sudo(at, person, host, command, ses)
            if "useradd" in command:
                lx.line(
                    w.later(at, 0.1, 0.2),
                    host,
                    "useradd",
                    lx.pid(),
                    f"new user: name={new.name}, UID={new.uid}, GID={new.uid}, home=/home/{new.name}, shell=/bin/bash, from=/dev/pts/1",
                    new,
                )
        lx.ssh_out(w.later(at, 60, 200), person, host, ip)
        w.bystander(person, "made a colleague's account from their usual place")
        w.bystander(new, "a new colleague's account")

    def work(self, person: Person, host: Host, at: datetime) -> None:
        """Write one session of ordinary work."""
        w, lx, rng = self.w, self.lx, self.w.rng
        ip = self.office[person.name]
        if rng.random() < 0.12:
            lx.ssh_fail(w.later(at, -12, -6), person, host, ip)
        method = "password" if rng.random() < 0.2 else "publickey"
        ses = lx.ssh_in(at, person, host, ip, method=method)
        lx._parents[(host.name, ses)] = lx.run(w.later(at, 0.5, 1), host, ["/bin/bash", "-l"], person, ses)
        for argv in rng.sample(
            [
                ["ls", "-la"],
                ["git", "pull"],
                ["vim", "config.yaml"],
                ["docker", "ps"],
                ["tail", "-n", "100", "/var/log/app/app.log"],
                ["df", "-h"],
                ["systemctl", "status", "nginx"],
                ["curl", "-s", "http://127.0.0.1:8080/health"],
                ["kubectl", "get", "pods"],
                ["python3", "manage.py", "check"],
                ["grep", "-r", "timeout", "/etc/app"],
                ["id"],
                ["make", "test"],
            ],
            rng.randint(2, 5),
        ):
            at = w.later(at, 5, 120)
            lx.run(at, host, argv, person, ses)
        if rng.random() < 0.35:
            lx.sudo(
                w.later(at, 5, 60),
                person,
                host,
                rng.choice(
                    [
                        "/usr/bin/apt-get update",
                        "/usr/bin/systemctl restart app",
                        "/usr/bin/journalctl -u app -n 50",
                        "/usr/bin/tail /var/log/syslog",
                    ]
                ),
                ses,
            )
        lx.ssh_out(w.later(at, 60, 600), person, host, ip)


class Tenant:
    """An AWS account with its people, roles and pipelines, and their ordinary day."""

    def __init__(self, world: World, *, users: int, instances: int = 3) -> None:
        """Set up IAM users, roles, instances and buckets."""
        self.w = world
        self.cloud = Cloud(world)
        self.users = [world.person("user") for _ in range(users)]
        rng = world.rng
        pre = self.cloud.prefix
        self.buckets = [
            f"{pre}-{b}"
            for b in rng.sample(
                ["invoices", "customer-exports", "static-assets", "backups", "analytics-raw", "build-artifacts"], 4
            )
        ]
        self.instances = [world.host("linux") for _ in range(instances)]
        self.app_role = rng.choice([f"{pre}-app-InstanceRole", f"{pre.title()}WebRole", f"ec2-{pre}-api"])
        self.ci_role = rng.choice(["github-actions-deploy", f"{pre}-terraform", "CodeBuildServiceRole"])
        self.admin_role = rng.choice(["AdministratorAccess-SSO", "OrgAdmin", f"{pre}-breakglass"])
        self.dev_role = rng.choice(["Developer", f"{pre}-dev-readwrite", "PowerUser"])
        self.homes = {p.name: world.outside_ip() for p in self.users}
        self.nat = world.outside_ip()
        self.cli = "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 exe/x86_64.amzn.2023 prompt/off command/{}"

    def agent(self, person: Person, command: str) -> str:
        """Return the tool a person is used to."""
        tools = (
            "aws-cli/2.15.30 Python/3.11.8 Darwin/23.4.0 exe/x86_64 prompt/off command/{}",
            "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux",
            "aws-cli/2.13.0 Python/3.11.4 Windows/10 exe/AMD64 prompt/off command/{}",
            "APN/1.0 HashiCorp/1.0 Terraform/1.7.5",
        )
        return tools[person.uid % 4].format(command)

    def day(self, density: float = 1.0) -> None:
        """Write everybody's day."""
        w, c, rng = self.w, self.cloud, self.w.rng
        for person in self.users:
            if not person.quiet:
                self.user_day(person, density)
        for host in self.instances:
            self.instance_day(host, density)
        for _ in range(max(2, int(4 * density))):
            self.pipeline(w.moment())
        if rng.random() < 0.4:
            self.audit(w.moment(0.1, 0.8))
        if rng.random() < 0.6 and any(not p.quiet for p in self.users):
            lead = next(p for p in self.users if not p.quiet)
            at = w.moment(0.1, 0.9)
            c.console(at, lead, ip=self.homes[lead.name])
            me = c.iam_user(lead, mfa=True, console=True, key=c.key_id("ASIA"))
            bot = f"svc-{rng.choice(['grafana', 'backup', 'metrics'])}"
            at = w.later(at, 60, 300)
            c.aws(
                at,
                me,
                "iam",
                "CreateUser",
                ip=self.homes[lead.name],
                agent="AWS Internal",
                request={"userName": bot},
                also=(bot,),
            )
            c.aws(
                w.later(at, 20, 60),
                me,
                "iam",
                "CreateAccessKey",
                ip=self.homes[lead.name],
                agent="AWS Internal",
                request={"userName": bot},
                also=(bot,),
                response={"accessKey": {"accessKeyId": c._key(bot), "userName": bot, "status": "Active"}},
            )
            w.bystander(bot, "a service user made by its owner in the console with MFA")
            w.bystander(lead, "made a service user in the console with MFA")

    def user_day(self, person: Person, density: float = 1.0) -> None:
        """Write a person's own calls from where they work."""
        w, c, rng = self.w, self.cloud, self.w.rng
        ip = self.homes[person.name]
        if rng.random() < 0.5:
            c.console(w.moment(0.0, 0.1), person, ip=ip)
        me = c.iam_user(person)
        for _ in range(max(4, int(rng.randint(5, 12) * density))):
            at = w.moment(0.02, 0.98)
            service, call, req = rng.choice(
                [
                    ("ec2", "DescribeInstances", {"filterSet": {}}),
                    ("s3", "ListObjects", {"bucketName": self.buckets[2]}),
                    ("cloudwatch", "DescribeAlarms", None),
                    ("logs", "FilterLogEvents", {"logGroupName": "/app/api"}),
                    ("ec2", "DescribeSecurityGroups", {}),
                    ("lambda", "ListFunctions20150331", None),
                    ("sts", "GetCallerIdentity", None),
                    ("rds", "DescribeDBInstances", None),
                    ("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}),
                ]
            )
            c.aws(at, me, service, call, ip=ip, agent=self.agent(person, call), request=req)
        if rng.random() < 0.5:
            at = w.moment(0.1, 0.9)
            new = c.assume(
                at,
                me,
                self.dev_role,
                person.name,
                ip=ip,
                agent=self.agent(person, "sts.assume-role"),
                key=c.key_id("ASIA"),
            )
            for _ in range(rng.randint(4, 8)):
                at = w.later(at, 10, 200)
                c.aws(
                    at,
                    new,
                    "ecs",
                    rng.choice(["DescribeServices", "UpdateService", "ListTasks"]),
                    ip=ip,
                    agent=self.agent(person, "ecs"),
                    request={"cluster": "main"},
                )
        if rng.random() < 0.15:
            c.aws(
                w.moment(),
                me,
                "iam",
                "ListUsers",
                ip=ip,
                agent=self.agent(person, "iam.list-users"),
                error="AccessDenied",
            )

    def instance_day(self, host: Host, density: float = 1.0) -> None:
        """Write what an instance calls with its role."""
        w, c, rng = self.w, self.cloud, self.w.rng
        key = c.key_id("ASIA")
        host_role = c.role(self.app_role, host.instance_id, key=key, ec2=True)
        c.aws(
            w.start,
            {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
            "sts",
            "AssumeRole",
            ip="ec2.amazonaws.com",
            agent="ec2.amazonaws.com",
            request={"roleArn": f"arn:aws:iam::{c.account}:role/{self.app_role}", "roleSessionName": host.instance_id},
            response={"credentials": {"accessKeyId": key, "expiration": "Jan 1, 2027, 1:00:00 AM"}},
        )
        for _ in range(max(5, int(10 * density))):
            at = w.moment()
            if rng.random() < 0.6:
                c.get_object(
                    at,
                    host_role,
                    self.buckets[2],
                    f"assets/{rng.randrange(999)}.json",
                    ip=self.nat,
                    agent="aws-sdk-java/2.25.31 Linux/6.1 OpenJDK",
                )
            else:
                c.aws(
                    at,
                    host_role,
                    "ssm",
                    rng.choice(["UpdateInstanceInformation", "GetParametersByPath"]),
                    ip=self.nat,
                    agent="aws-sdk-go/1.51 (linux)",
                )

    def audit(self, at: datetime) -> None:
        """Write a posture scanner's round: it asks everything, as an intruder would, from where it always does."""
        w, c = self.w, self.cloud
        who = c.role("SecurityAudit", "posture-scan", key=c.key_id("ASIA"))
        for service, call in (
            ("iam", "GetAccountAuthorizationDetails"),
            ("iam", "ListUsers"),
            ("iam", "ListRoles"),
            ("iam", "ListAccessKeys"),
            ("s3", "ListBuckets"),
            ("s3", "GetBucketPolicy"),
            ("s3", "GetBucketAcl"),
            ("ec2", "DescribeSecurityGroups"),
            ("ec2", "DescribeSnapshots"),
            ("kms", "ListKeys"),
            ("cloudtrail", "DescribeTrails"),
            ("guardduty", "ListDetectors"),
            ("secretsmanager", "ListSecrets"),
            ("rds", "DescribeDBSnapshots"),
        ):
            at = w.later(at, 0.2, 3)
            c.aws(
                at,
                who,
                service,
                call,
                ip=self.nat,
                agent="Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux",
                error="AccessDenied" if call == "ListSecrets" else None,
            )
        w.bystander(c.session_name("SecurityAudit", "posture-scan"), "a posture scanner's round")

    def pipeline(self, at: datetime) -> None:
        """Write one deployment by the pipeline's role."""
        w, c, rng = self.w, self.cloud, self.w.rng
        run = rng.choice(["GitHubActions", "terraform-run", "build"]) + f"-{rng.randrange(10**6)}" * (
            rng.random() < 0.5
        )
        key = c.key_id("ASIA")
        who = c.role(self.ci_role, run, key=key)
        ip, agent = (
            w.outside_ip(),
            "APN/1.0 HashiCorp/1.0 Terraform/1.7.5 (+https://www.terraform.io) terraform-provider-aws/5.45.0",
        )
        for service, call, req in rng.sample(
            [
                ("iam", "PutRolePolicy", {"roleName": self.app_role, "policyName": "read-assets"}),
                ("ec2", "RunInstances", {"instanceType": "t3.small"}),
                (
                    "ec2",
                    "AuthorizeSecurityGroupIngress",
                    {
                        "groupId": "sg-0a1",
                        "ipPermissions": {
                            "items": [{"fromPort": 443, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}]
                        },
                    },
                ),
                ("iam", "GetRole", {"roleName": self.app_role}),
                ("ecr", "PutImage", {"repositoryName": "api"}),
                ("ecs", "UpdateService", {"cluster": "main"}),
                (
                    "iam",
                    "AttachRolePolicy",
                    {"roleName": self.app_role, "policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
                ),
                ("s3", "PutObject", {"bucketName": self.buckets[0], "key": "release.zip"}),
                ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbs"}),
            ],
            6,
        ):
            at = w.later(at, 1, 20)
            c.aws(at, who, service, call, ip=ip, agent=agent, request=req)


class Directory:
    """An identity provider (Entra or Okta) with its people, and their ordinary day."""

    def __init__(self, world: World, *, users: int, okta: bool) -> None:
        """Set up people, a helpdesk and administrators."""
        self.w = world
        self.cloud = Cloud(world)
        self.okta = okta
        self.users = [world.person("user") for _ in range(users)]
        self.helpdesk = [world.person("user") for _ in range(2)]
        self.admin = world.person("admin")
        self.everyone = [*self.users, *self.helpdesk, self.admin]
        self.office = world.outside_ip()
        self.homes = {p.name: (self.office if world.rng.random() < 0.6 else world.outside_ip()) for p in self.everyone}

    def day(self, density: float = 1.0) -> None:
        """Write everybody's day."""
        rng = self.w.rng
        for person in self.everyone:
            if not person.quiet:
                for _ in range(max(4, int(rng.randint(4, 9) * density))):
                    self.sign_in(self.w.moment(), person)
        for _ in range(2):
            if not self.admin.quiet:
                self.administration(self.w.moment(0.1, 0.9))
        calm = [p for p in self.users if not p.quiet]
        for oddity in (self.travel, self.new_phone, self.missed_push):
            if calm and rng.random() < 0.4:
                oddity(self.w.moment(0.1, 0.9), rng.choice(calm))

    def travel(self, at: datetime, person: Person) -> None:
        """Write a sign-in from a journey: another country, the usual device, the factor given."""
        w, c = self.w, self.cloud
        ip = w.outside_ip()
        if self.okta:
            c.okta(
                at,
                person,
                "user.session.start",
                ip=ip,
                message="User login to Okta",
                country="Spain",
                debug={"behaviors": "{New Geo-Location=POSITIVE, New Device=NEGATIVE, New IP=POSITIVE}"},
            )
            c.okta(
                w.later(at, 2, 6),
                person,
                "user.authentication.auth_via_mfa",
                ip=ip,
                message="Authentication of user via MFA",
                country="Spain",
                debug={"factor": "OKTA_VERIFY_PUSH"},
            )
        else:
            for _ in range(3):
                at = w.later(at, 20, 600)
                c.signin(
                    at,
                    person,
                    ip=ip,
                    country="ES",
                    city="Madrid",
                    mfa="MFA completed in Azure AD",
                    device=f"{w.company[:4].upper()}-{person.uid}",
                )
        w.bystander(person, "travelling, with the usual device and factor")

    def new_phone(self, at: datetime, person: Person) -> None:
        """Write a factor enrolled by its owner from the usual place."""
        c, ip = self.cloud, self.homes[person.name]
        self.sign_in(at, person)
        at = self.w.later(at, 60, 200)
        if self.okta:
            c.okta(
                at,
                person,
                "user.mfa.factor.activate",
                ip=ip,
                message="Activate factor or authenticator enrollment",
                targets=[c.okta_user(person)],
                debug={"factor": "OKTA_VERIFY_PUSH"},
            )
        else:
            target: dict[str, Any] = {
                "id": c.object_id(person),
                "displayName": person.given,
                "type": "User",
                "userPrincipalName": person.upn,
                "modifiedProperties": [],
            }
            c.directory(
                at,
                person,
                "User registered security info",
                category="UserManagement",
                ip=ip,
                targets=[target],
                service="Authentication Methods",
            )
        self.w.bystander(person, "enrolled a new phone from the usual place")

    def missed_push(self, at: datetime, person: Person) -> None:
        """Write a push that went unanswered before one was given, from the usual place."""
        w, c, ip = self.w, self.cloud, self.homes[person.name]
        if self.okta:
            c.okta(
                at,
                person,
                "user.authentication.auth_via_mfa",
                ip=ip,
                message="Authentication of user via MFA",
                result="FAILURE",
                reason="MFA_TIMEOUT",
                severity="WARN",
                debug={"factor": "OKTA_VERIFY_PUSH"},
            )
        else:
            c.signin(
                at,
                person,
                ip=ip,
                code=500121,
                reason="Authentication failed during strong authentication request.",
                mfa="MFA denied; no response",
                device=f"{w.company[:4].upper()}-{person.uid}",
            )
        self.sign_in(w.later(at, 40, 120), person)
        w.bystander(person, "missed a push, then signed in from the usual place")

    def sign_in(self, at: datetime, person: Person) -> None:
        """Write one ordinary sign-in, now and then with a typo before it."""
        w, c, rng = self.w, self.cloud, self.w.rng
        ip = self.homes[person.name]
        typo = rng.random() < 0.08
        if self.okta:
            if typo:
                c.okta(
                    w.later(at, -20, -5),
                    person,
                    "user.session.start",
                    ip=ip,
                    message="User login to Okta",
                    result="FAILURE",
                    reason="INVALID_CREDENTIALS",
                    severity="WARN",
                )
            c.okta(at, person, "user.session.start", ip=ip, message="User login to Okta")
            c.okta(
                w.later(at, 1, 4),
                person,
                "user.authentication.auth_via_mfa",
                ip=ip,
                message="Authentication of user via MFA",
                debug={"factor": "OKTA_VERIFY_PUSH"},
            )
            app = rng.choice(["Office 365", "Salesforce", "Workday", "Jira"])
            c.okta(
                w.later(at, 5, 30),
                person,
                "user.authentication.sso",
                ip=ip,
                message="User single sign on to app",
                targets=[
                    {"id": "0oa1", "type": "AppInstance", "alternateId": app, "displayName": app, "detailEntry": None}
                ],
            )
        else:
            if typo:
                c.signin(
                    w.later(at, -20, -5),
                    person,
                    ip=ip,
                    code=50126,
                    reason="Invalid username or password or Invalid on-premise username or password.",
                )
            c.signin(
                at,
                person,
                ip=ip,
                app=rng.choice(
                    ["Office 365 Exchange Online", "Microsoft Teams", "Office 365 SharePoint Online", "Azure Portal"]
                ),
                mfa="MFA requirement satisfied by claim in the token" if rng.random() < 0.6 else None,
                device=f"{w.company[:4].upper()}-{person.uid}",
                client=rng.choice(["Browser", "Mobile Apps and Desktop clients"]),
            )

    def administration(self, at: datetime) -> None:
        """Write ordinary directory administration."""
        w, c, rng = self.w, self.cloud, self.w.rng
        who = rng.choice([self.admin, self.helpdesk[0]])
        if who.quiet:
            who = self.admin
        other = rng.choice([u for u in self.users if not u.quiet] or [who])
        ip = self.homes[who.name]
        if self.okta:
            event, text = rng.choice(
                [
                    ("user.account.update_password", "User update password for Okta"),
                    ("group.user_membership.add", "Add user to group membership"),
                    ("user.account.unlock", "Unlock user account"),
                ]
            )
            targets = [c.okta_user(other)]
            if event.startswith("group"):
                targets.append(
                    {
                        "id": "00g1",
                        "type": "UserGroup",
                        "alternateId": "unknown",
                        "displayName": "VPN Users",
                        "detailEntry": None,
                    }
                )
            c.okta(at, who, event, ip=ip, message=text, targets=targets, also=(other,))
        else:
            activity, category = rng.choice(
                [
                    ("Reset user password", "UserManagement"),
                    ("Add member to group", "GroupManagement"),
                    ("Update user", "UserManagement"),
                ]
            )
            target: dict[str, Any] = {
                "id": c.object_id(other),
                "displayName": other.given,
                "type": "User",
                "userPrincipalName": other.upn,
                "modifiedProperties": [],
            }
            c.directory(at, who, activity, category=category, ip=ip, targets=[target], also=(other,))
        w.bystander(who, "ordinary directory administration")


def background_traffic(world: World, cloud: Cloud, n: int) -> None:
    """Write ordinary Zeek connections, names and requests between the world's hosts."""
    rng = world.rng
    hosts = world.hosts or [world.host("workstation")]
    for _ in range(n):
        at = world.moment()
        src, dst = rng.choice(hosts), rng.choice(hosts)
        port, service = rng.choice(
            [(443, "ssl"), (53, "dns"), (445, "smb,gssapi,krb"), (88, "krb_tcp"), (80, "http"), (389, "ldap")]
        )
        uid = cloud.flow(
            at,
            src.ip,
            dst.ip,
            port,
            service=service,
            proto="udp" if port == 53 else "tcp",
            out=rng.randrange(100, 9000),
            back=rng.randrange(200, 90000),
            seconds=rng.uniform(0.001, 60),
        )
        if port == 53:
            cloud.zeek(
                at,
                "dns",
                uid,
                src.ip,
                dst.ip,
                53,
                proto="udp",
                query=f"{rng.choice(SITES)}.{world.mail_domain}",
                qtype_name="A",
                rcode_name="NOERROR",
                answers=[dst.ip],
            )
        elif port == 80:
            cloud.zeek(
                at,
                "http",
                uid,
                src.ip,
                dst.ip,
                80,
                trans_depth=1,
                method="GET",
                host=f"{rng.choice(SITES)}.{world.mail_domain}",
                uri="/index.html",
                user_agent=BROWSERS[0],
                request_body_len=0,
                response_body_len=5120,
                status_code=200,
                status_msg="OK",
            )


def background_web(world: World, cloud: Cloud, host: Host, n: int) -> None:
    """Write ordinary visitors of a web server, crawlers and broken links included."""
    rng = world.rng
    visitors = [world.outside_ip() for _ in range(12)]
    for _ in range(n):
        path = rng.choice(
            [
                "/",
                "/index.html",
                "/login",
                "/static/app.js",
                "/api/v1/items?page=2",
                "/search?q=select+shoes",
                "/robots.txt",
                "/img/logo.png",
                "/old/page.html",
            ]
        )
        cloud.web(
            world.moment(),
            host,
            rng.choice(visitors),
            f"GET {path} HTTP/1.1",
            404 if "old" in path else 200,
            rng.randrange(200, 40000),
            rng.choice([*BROWSERS, "Googlebot/2.1 (+http://www.google.com/bot.html)"]),
        )


Maker = Callable[[World], None]
__all__ = [
    "BROWSERS",
    "Directory",
    "Estate",
    "Fleet",
    "Maker",
    "Tenant",
    "background_traffic",
    "background_web",
    "encoded",
]
