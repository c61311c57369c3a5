"""The bulk of a company's records: browsing, documents, file shares, machines talking, customers.

Each activity is a short burst of records around one moment. :meth:`Everyday.one` picks one that
fits how busy the moment is; the world calls it until its budget of records is spent.
"""

from __future__ import annotations

from collections.abc import Callable

from vedette.demo.clock import MINUTE, SECOND, activity_level
from vedette.demo.company import DOMAIN, Account, Host, Session
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.identity import WEB_APPS
from vedette.demo.formats.linux import Audited
from vedette.demo.scene import SYSTEM32, Scene

SITES = (
    ("www.tidewater-news.example", "203.0.113.101"),
    ("mail.tidewater-cloud.example", "203.0.113.102"),
    ("intranet-cdn.tidewater-cloud.example", "203.0.113.103"),
    ("maps.route-planner.example", "203.0.113.110"),
    ("api.carrier-one.example", "203.0.113.111"),
    ("portal.carrier-two.example", "203.0.113.112"),
    ("customs.port-authority.example", "203.0.113.115"),
    ("static.shop-fonts.example", "203.0.113.120"),
    ("video.meeting-room.example", "203.0.113.121"),
    ("search.findit.example", "203.0.113.122"),
    ("weather.northcoast.example", "203.0.113.123"),
    ("updates.endpoint-agent.example", "203.0.113.130"),
    ("telemetry.desk-suite.example", "203.0.113.131"),
    ("packages.linux-mirror.example", "203.0.113.132"),
    ("bank.harbour-savings.example", "203.0.113.140"),
)
_BROWSER = "C:\\Program Files\\Harbour Browser\\harbour.exe"
_OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
_APPS = (
    (f"{_OFFICE}WINWORD.EXE", '"{image}" /n "C:\\Users\\{user}\\Documents\\{doc}.docx"'),
    (f"{_OFFICE}EXCEL.EXE", '"{image}" "C:\\Users\\{user}\\Documents\\{doc}.xlsx"'),
    (f"{_OFFICE}OUTLOOK.EXE", '"{image}"'),
    (f"{_OFFICE}POWERPNT.EXE", '"{image}" "C:\\Users\\{user}\\Desktop\\{doc}.pptx"'),
    (f"{SYSTEM32}notepad.exe", '"{image}" C:\\Users\\{user}\\Documents\\{doc}.txt'),
    (f"{SYSTEM32}calc.exe", '"{image}"'),
    (f"{SYSTEM32}SnippingTool.exe", '"{image}"'),
    ("C:\\Program Files\\Fleet Planner\\planner.exe", '"{image}" --profile {user}'),
    ("C:\\Program Files\\PDF Desk\\pdfdesk.exe", '"{image}" "C:\\Users\\{user}\\Downloads\\{doc}.pdf"'),
    (_BROWSER, '"{image}" --single-argument https://intranet.alderfinch.example/{doc}'),
)
_DOCS = ("invoice-{}", "tour-plan-{}", "offer-{}", "minutes-{}", "budget-{}", "contract-{}", "stock-{}", "rota-{}")
_MACHINE_TASKS = (
    (f"{SYSTEM32}taskhostw.exe", "taskhostw.exe"),
    (
        f"{SYSTEM32}backgroundTaskHost.exe",
        f'"{SYSTEM32}backgroundTaskHost.exe" -ServerName:BackgroundTaskHost.WebAccountProvider',
    ),
    (f"{SYSTEM32}SearchProtocolHost.exe", f'"{SYSTEM32}SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe2_'),
    (f"{SYSTEM32}usoclient.exe", "usoclient.exe StartScan"),
    (f"{SYSTEM32}conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"),
    (f"{SYSTEM32}gpupdate.exe", "gpupdate.exe /target:computer"),
    (f"{SYSTEM32}sc.exe", "sc.exe start w32time task_started"),
    (f"{SYSTEM32}wevtutil.exe", "wevtutil.exe qe System /c:5 /rd:true /f:text"),
    ("C:\\Program Files\\Alder Endpoint\\aescan.exe", '"C:\\Program Files\\Alder Endpoint\\aescan.exe" --quick'),
)
_KEYS = (
    (
        "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\LastOnline",
        "QWORD (0x01d66aef-0x0bbf6930)",
    ),
    ("HKLM\\System\\CurrentControlSet\\Services\\W32Time\\Config\\LastKnownGoodTime", "QWORD (0x01d66aef-0x0bbf6930)"),
    ("HKLM\\SOFTWARE\\Alder Endpoint\\State\\LastScan", "DWORD (0x00000001)"),
    (
        "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Diagnostics\\DiagTrack\\HeartBeats\\Default\\LastHeartBeatTime",
        "Binary Data",
    ),
)
_SERVICES = (
    "Windows Update",
    "Background Intelligent Transfer Service",
    "Windows Modules Installer",
    "WinHTTP Web Proxy Auto-Discovery Service",
)
_INVENTORY = (
    "Get-CimInstance Win32_OperatingSystem | Select-Object Caption, Version, LastBootUpTime",
    "Get-Service | Where-Object Status -eq 'Stopped' | Where-Object StartType -eq 'Automatic'",
    "Get-ChildItem 'C:\\ProgramData\\Alder Endpoint\\queue' | Measure-Object -Property Length -Sum",
    "Get-HotFix | Sort-Object InstalledOn -Descending | Select-Object -First 5",
    "Test-NetConnection -ComputerName mgmt01.corp.alderfinch.example -Port 8531",
)
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_3) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
)
_PAGES = (
    "/",
    "/shop",
    "/shop/parcels",
    "/track",
    "/track/status",
    "/about",
    "/login",
    "/account/orders",
    "/prices",
    "/static/app.css",
    "/static/app.js",
    "/api/v1/quote",
)
_SHARES = ("Finance", "Sales", "Logistics", "HR", "Public")


class Everyday:
    """Benign activities without a plan: the noise floor."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.machines: dict[str, Account] = {}
        self._servers = [h for h in scene.company.hosts.values() if h.shape is not None and h.role != "workstation"]
        self._shop_key = f"ASIA{scene.company.cloud['ShopAppRole'].access_key_id[4:]}"
        self._busy: list[tuple[Callable[[int], None], float]] = [
            (self.browse, 17),
            (self.application, 11),
            (self.share_work, 6),
            (self.sign_in, 3),
            (self.mail, 5),
            (self.web_visit, 12),
            (self.cloud_app, 8),
            (self.machine_task, 8),
            (self.registry, 5),
            (self.agent_look, 3),
            (self.machine_logon, 3),
            (self.service_logon, 3),
            (self.cron, 4),
            (self.monitor, 3),
            (self.knocking, 1),
            (self.inventory, 1.5),
            (self.lookup, 6),
            (self.service_state, 1.5),
        ]
        self._quiet = [
            (f, w) for f, w in self._busy if f.__name__ not in {"browse", "application", "share_work", "sign_in"}
        ]
        self._queue: list[Callable[[int], None]] = []
        self._queued_for = True

    def one(self, t: int) -> None:
        """Let one activity happen at ``t``."""
        busy = activity_level(t) > 0.3 and bool(self.scene.sessions)
        if not self._queue or busy is not self._queued_for:
            # Draw many at once: a weighted choice costs as much as ten plain ones.
            pool = self._busy if busy else self._quiet
            self._queue = self.scene.rng.choices([f for f, _ in pool], weights=[w for _, w in pool], k=256)
            self._queued_for = busy
        self._queue.pop()(t)

    def machine(self, host: Host) -> Account:
        """Return the computer account of a host."""
        account = self.machines.get(host.name)
        if account is None:
            name = host.machine_account
            account = Account(
                name, host.sid, name, "Computers", f"CN={host.name},OU=Computers,DC=corp,DC=alderfinch,DC=example"
            )
            self.machines[host.name] = account
        return account

    def _someone(self) -> Session:
        present = self.scene.present()
        return present[int(self.scene.rng.random() * len(present))]

    def _document(self) -> str:
        r = self.scene.rng.random()
        return _DOCS[int(r * len(_DOCS))].format(int(r * 90_000) % 900 + 100)

    def browse(self, t: int) -> None:
        """A person's browser fetches from a site; its process is the one started with the desktop."""
        s, rng = self.scene, self.scene.rng
        session = self._someone()
        name, ip = SITES[int(rng.random() * len(SITES))]
        received = int(2000 + rng.random() ** 3 * 900_000)
        browser = session.host.services.get("browser")
        if browser is None or browser.logon_id != session.logon_id:
            browser = s.start(session.host, t - SECOND, _BROWSER, f'"{_BROWSER}"', session.desktop, session, terminal=1)
            session.host.services["browser"] = browser
        ids = s.fetch(session.host, t, browser, name, ip, received=received, seconds=0.2 + rng.random() * 20)
        if rng.random() < 0.25:
            port = int(ids.split("\t")[2])
            s.web.tls(t + 40_000, (session.host.ip, port), (ip, 443), name)
            s.web.flow(t + 60 * SECOND, (session.host.ip, port), (ip, 443), 900, received)

    def application(self, t: int) -> None:
        """A person opens an application, and perhaps saves a file."""
        s, rng = self.scene, self.scene.rng
        session = self._someone()
        image, command = _APPS[int(rng.random() * len(_APPS))]
        user, doc = session.account.name, self._document()
        proc = s.start(
            session.host,
            t,
            image,
            command.format(image=image, user=user, doc=doc),
            session.desktop,
            session,
            folder=f"C:\\Users\\{user}\\",
            terminal=1,
        )
        if rng.random() < 0.5:
            s.create_file(session.host, t + 40 * SECOND, proc, f"C:\\Users\\{user}\\Documents\\{doc}.tmp")
        if rng.random() < 0.6:
            s.end(session.host, t + int((60 + rng.random() * 1500) * SECOND), proc)

    def share_work(self, t: int) -> None:
        """A person opens and saves files on the file server."""
        s, rng = self.scene, self.scene.rng
        session = self._someone()
        server = s.company.host("FS01")
        department = session.account.department
        share = department if department in _SHARES else "Public"
        seconds = 30 + rng.random() * 300
        far, ids, source = s.smb(session.host, server, t, session.account, seconds=seconds)
        s.open_share(far, t + 12_000, share, f"D:\\Shares\\{share}", source)
        for i in range(1 + int(rng.random() * 4)):
            s.open_share_file(
                far,
                t + (i + 1) * 4 * SECOND,
                share,
                f"D:\\Shares\\{share}",
                source,
                f"2026\\{self._document()}.xlsx",
                ids,
                int(9000 + rng.random() * 400_000),
                write=rng.random() < 0.3,
            )
        s.logoff(far, t + int(seconds * SECOND))

    def sign_in(self, t: int) -> None:
        """A person's application renews its sign-in; some sign on to the carriers' portal."""
        s, rng = self.scene, self.scene.rng
        person = self._someone().account.person
        if person is None:
            return
        if rng.random() < 0.3:
            s.identity.okta(t, person, person.office_ip, ok=rng.random() > 0.04)
        else:
            app = WEB_APPS[int(rng.random() * len(WEB_APPS))]
            s.identity.sign_in(t, person, person.office_ip, app, interactive=rng.random() < 0.3)

    def mail(self, t: int) -> None:
        """A message passes the mail gateway: four lines, one queue id."""
        s, rng = self.scene, self.scene.rng
        person = s.company.people[int(rng.random() * len(s.company.people))]
        name, ip = SITES[int(rng.random() * len(SITES))]
        deliver(s, t, f"news@{name.partition('.')[2]}", person.account.upn, name, ip, int(4000 + rng.random() * 90_000))

    def web_visit(self, t: int) -> None:
        """A customer of the shop loads a few pages."""
        s, rng = self.scene, self.scene.rng
        client = f"198.51.100.{100 + int(rng.random() * 150)}"
        agent = _AGENTS[int(rng.random() * len(_AGENTS))]
        web, port = s.company.host("web01"), s.port()
        n = 1 + int(rng.random() * 5)
        ids = s.zeek.conn(
            t, (client, port), (web.ip, 80), service="http", seconds=float(n), sent=700 * n, received=9000 * n
        )
        for i in range(n):
            page = _PAGES[int(rng.random() * len(_PAGES))]
            r = rng.random()
            status = 200 if r < 0.9 else 304 if r < 0.95 else 404
            size = int(400 + rng.random() * 30_000) if status == 200 else 0
            at = t + i * SECOND
            s.web.access(at, client, "GET", f"{page}?p={i}" if r < 0.2 else page, status, size, agent)
            s.zeek.http(at, ids, "GET", f"shop.{DOMAIN}", page, agent, status, size)

    def cloud_app(self, t: int) -> None:
        """The shop's servers, the recorder and the log shipper use the cloud."""
        s, rng = self.scene, self.scene.rng
        cloud, r = s.company.cloud, rng.random()
        if r < 0.7:
            role = cloud["ShopAppRole"]
            who = s.cloud.role(role, "i-0a12b34c56d78e90f", self._shop_key, t - t % (3600 * SECOND), instance=True)
            key = f"img/{int(rng.random() * 5000):05d}.webp"
            s.cloud.get_object(
                t, who, "10.40.1.15", "aws-sdk-java/2.25.1", "alderfinch-shop-assets", key, int(rng.random() * 90_000)
            )
        elif r < 0.9:
            role = cloud["ConfigRecorderRole"]
            who = s.cloud.role(role, "AWSConfig-Describe", role.access_key_id, t - t % (3600 * SECOND))
            service, call = (
                ("ec2", "DescribeInstances"),
                ("iam", "ListUsers"),
                ("s3", "ListBuckets"),
                ("iam", "GetAccountSummary"),
            )[int(rng.random() * 4)]
            s.cloud.call(t, who, f"{service}.amazonaws.com", call, "config.amazonaws.com", "config.amazonaws.com")
        else:
            role = cloud["LogShipperRole"]
            s.cloud.call(
                t,
                s.cloud.service("lambda.amazonaws.com"),
                "sts.amazonaws.com",
                "AssumeRole",
                "lambda.amazonaws.com",
                "lambda.amazonaws.com",
                request={"roleArn": role.arn, "roleSessionName": "log-shipper"},
                resources=[{"ARN": role.arn, "type": "AWS::IAM::Role"}],
            )

    def machine_task(self, t: int) -> None:
        """A machine runs one of its scheduled programs."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        image, command = _MACHINE_TASKS[int(rng.random() * len(_MACHINE_TASKS))]
        proc = s.start(host, t, image, command, host.services["svchost"])
        s.end(host, t + int((1 + rng.random() * 60) * SECOND), proc)

    def registry(self, t: int) -> None:
        """A machine notes something in its registry, and writes a file."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        key, details = _KEYS[int(rng.random() * len(_KEYS))]
        s.set_value(host, t, host.services["svchost"], key, details)
        if rng.random() < 0.4:
            name = f"C:\\Windows\\Prefetch\\SVCHOST.EXE-{rng.getrandbits(32):08X}.pf"
            s.create_file(host, t + 2 * SECOND, host.services["svchost"], name)

    def agent_look(self, t: int) -> None:
        """The endpoint agent, or the system, opens lsass with the modest rights that such software asks for."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        source = host.services["agent" if rng.random() < 0.4 else "svchost"]
        trace = f"{SYSTEM32}ntdll.dll+9c534|{SYSTEM32}KERNELBASE.dll+6a7f5|{SYSTEM32}lsm.dll+10225"
        s.access(host, t, source, host.services["lsass"], 0x1000 if rng.random() < 0.8 else 0x1400, trace)

    def machine_logon(self, t: int) -> None:
        """A computer reads its policies from a domain controller."""
        s, rng = self.scene, self.scene.rng
        host, dc = s.running[int(rng.random() * len(s.running))], s.dc()
        session, _, source = s.smb(host, dc, t, self.machine(host), seconds=8.0)
        s.open_share(session, t + 9_000, "SYSVOL", "C:\\Windows\\SYSVOL\\sysvol", source)
        s.logoff(session, t + 10 * SECOND)

    def service_logon(self, t: int) -> None:
        """A service account logs on where it works: the application at the database, jobs at home."""
        s, rng = self.scene, self.scene.rng
        if rng.random() < 0.7:
            session, _, _ = s.smb(
                s.company.host("APP01"), s.company.host("SQL01"), t, s.company.account("svc_app"), seconds=2.0
            )
            s.logoff(session, t + 2 * SECOND)
        else:
            host = self._servers[int(rng.random() * len(self._servers))]
            session = s.logon(host, t, s.company.account("svc_monitor"), 5)
            s.logoff(session, t + 20 * SECOND)

    def cron(self, t: int) -> None:
        """A Linux host runs a scheduled job."""
        s, rng = self.scene, self.scene.rng
        name = ("web01", "deploy01", "scan01", "mon01", "mx01")[int(rng.random() * 5)]
        host, pid = s.company.host(name), 2000 + int(rng.random() * 60_000)
        command = ("/usr/lib/sysstat/sa1 1 1", "test -x /usr/sbin/anacron", "/usr/local/bin/rotate-cache")[
            int(rng.random() * 3)
        ]
        s.linux.syslog(host, t, "CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        s.linux.syslog(host, t + 4000, "CRON", pid + 1, f"(root) CMD ({command})", facility="cron")
        s.linux.syslog(host, t + SECOND, "CRON", pid, "pam_unix(cron:session): session closed for user root")
        if name in ("web01", "deploy01"):
            s.linux.execve(
                host,
                t + 9000,
                ["/bin/sh", "-c", command],
                "/usr/bin/dash",
                Audited("root", 0, 0, 1 + pid % 900),
                pid=pid + 1,
                ppid=pid,
            )

    def monitor(self, t: int) -> None:
        """The monitoring server probes: a connection to a server, or a session by key on a Linux host."""
        s, rng = self.scene, self.scene.rng
        source = s.company.host("mon01")
        if rng.random() < 0.6:
            host = self._servers[int(rng.random() * len(self._servers))]
            s.zeek.conn(
                t, (source.ip, s.port()), (host.ip, 5985 if rng.random() < 0.5 else 443), service="http", seconds=0.05
            )
            return
        host, pid = s.company.host(("web01", "deploy01")[rng.random() < 0.5]), 2000 + int(rng.random() * 60_000)
        port = s.port()
        ids = s.zeek.conn(t, (source.ip, port), (host.ip, 22), service="ssh", seconds=1.2, sent=3000, received=4200)
        s.zeek.ssh(t + 90_000, ids, True, 1, "SSH-2.0-paramiko_3.4.0")
        s.linux.syslog(
            host,
            t + 200_000,
            "sshd",
            pid,
            f"Accepted publickey for monitor from {source.ip} port {port} ssh2: ED25519 "
            f"SHA256:3xAMPLEm0n1t0rK3y0f4lderF1nchDemo0nlyAAAAAA",
        )
        s.linux.syslog(host, t + 1_300_000, "sshd", pid, f"Disconnected from user monitor {source.ip} port {port}")

    def knocking(self, t: int) -> None:
        """The internet guesses at the web server's SSH, as it always does; nobody gets in."""
        s, rng = self.scene, self.scene.rng
        host, ip = s.company.host("web01"), f"203.0.113.{200 + int(rng.random() * 50)}"
        for i in range(1 + int(rng.random() * 4)):
            at, port, pid = t + i * 3 * SECOND, s.port(), 2000 + int(rng.random() * 60_000)
            user = ("admin", "test", "oracle", "ubuntu", "pi")[int(rng.random() * 5)]
            ids = s.zeek.conn(at, (ip, port), (host.ip, 22), service="ssh", seconds=2.0, sent=1900, received=2400)
            s.zeek.ssh(at + 90_000, ids, False, 1, "SSH-2.0-libssh_0.9.6")
            s.linux.syslog(
                host, at + SECOND, "sshd", pid, f"Failed password for invalid user {user} from {ip} port {port} ssh2"
            )
        s.web.alert(
            t + SECOND,
            (ip, s.port()),
            (host.ip, 22),
            2001219,
            "ET SCAN Potential SSH Scan",
            "Attempted Information Leak",
            2,
        )

    def inventory(self, t: int) -> None:
        """The management agent runs its PowerShell inventory: benign scripts, plain and encoded."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        text = _INVENTORY[int(rng.random() * len(_INVENTORY))]
        image = f"{SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe"
        path = "C:\\ProgramData\\Alder Endpoint\\inventory.ps1"
        proc = s.start(
            host,
            t,
            image,
            f'"{image}" -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{path}"',
            host.services["agent"],
        )
        s.script(host, t + SECOND, text, "S-1-5-18", path)
        s.end(host, t + 6 * SECOND, proc)

    def lookup(self, t: int) -> None:
        """Some host looks a name up, not always one that exists."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        if rng.random() < 0.15:
            s.zeek.dns(t, host.ip, s.dcs[0].ip, f"wpad.{DOMAIN}", "", s.port())
        else:
            name, ip = SITES[int(rng.random() * len(SITES))]
            s.zeek.dns(t, host.ip, s.dcs[0].ip, name, ip, s.port())

    def service_state(self, t: int) -> None:
        """A Windows service starts or stops."""
        s, rng = self.scene, self.scene.rng
        host = s.running[int(rng.random() * len(s.running))]
        name = _SERVICES[int(rng.random() * len(_SERVICES))]
        s.windows.write(host, t, ev.K7036, ev.state_7036(name, "running" if rng.random() < 0.5 else "stopped"))
        if rng.random() < 0.1:
            data = ev.start_type_7040("Background Intelligent Transfer Service", "auto start", "demand start", "BITS")
            s.windows.write(host, t + MINUTE, ev.K7040, data)


def deliver(
    scene: Scene, t: int, sender: str, recipient: str, client: str, ip: str, size: int, message_id: str = ""
) -> str:
    """Let the mail gateway take a message in and pass it on; return its queue id."""
    host, pid = scene.company.host("mx01"), 3000 + int(scene.rng.random() * 40_000)
    queue = f"4T{scene.rng.getrandbits(40):010X}"
    message_id = message_id or f"{queue.lower()}@{client}"
    log = scene.linux.syslog
    log(host, t, "postfix/smtpd", pid, f"{queue}: client={client}[{ip}]", facility="mail")
    log(host, t + 50_000, "postfix/cleanup", pid + 2, f"{queue}: message-id=<{message_id}>", facility="mail")
    log(
        host,
        t + 90_000,
        "postfix/qmgr",
        911,
        f"{queue}: from=<{sender}>, size={size}, nrcpt=1 (queue active)",
        facility="mail",
    )
    log(
        host,
        t + 400_000,
        "postfix/smtp",
        pid + 3,
        f"{queue}: to=<{recipient}>, relay=mail01.corp.alderfinch.example[10.20.0.25]:25, delay=0.4, dsn=2.0.0, "
        f"status=sent (250 2.6.0 Queued mail for delivery)",
        facility="mail",
    )
    return queue
