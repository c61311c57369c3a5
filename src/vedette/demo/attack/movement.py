"""Through the network: the file server, the directory, the domain controller."""

from __future__ import annotations

from vedette.demo.attack.story import C2_IP, SCRIPT, Story
from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.company import NETBIOS, Host, Process, Session
from vedette.demo.formats import windows_events as ev
from vedette.demo.mail import LURE_DOMAIN
from vedette.demo.routines.agenda import DOMAIN_OBJECT, POWERSHELL, encoded
from vedette.demo.scene import SYSTEM32


def take_file_server(story: Story, ws: Host, desk: Session, elevated: Process) -> Process:
    """Use the stolen helpdesk account on the file server; return the PowerShell that the task started."""
    s, cast, t = story.scene, story.cast, story.at(11, 20)
    fs, victim, helper = s.company.host("FS01"), cast.victim.account, cast.helper
    with story.step(
        t,
        "The stolen helpdesk account opened shares on the file server from the victim's workstation",
        "T1078.002 T1021.002 T1550.002",
        fs,
        helper.qualified,
        "ADMIN$",
    ):
        s.windows.write(
            ws, t - SECOND, ev.K4648, ev.explicit_4648(ws, victim, desk.logon_id, helper, fs.fqdn, "cifs", elevated)
        )
        session, ids, source = s.smb(ws, fs, t, helper, ntlm=True, seconds=2400.0, proc=elevated)
        s.open_share(session, t + 20_000, "ADMIN$", "C:\\Windows", source)
        s.open_share(session, t + SECOND, "IT", "D:\\Shares\\IT", source)
    t += 3 * MINUTE
    with story.step(
        t,
        "A note with a Linux password was read on the IT share",
        "T1552.001 T1039",
        fs,
        helper.qualified,
        "deploy01-access.txt",
    ):
        for i, name in enumerate(("runbooks\\index.md", "inventory\\servers.xlsx", "notes\\deploy01-access.txt")):
            s.open_share_file(session, t + i * 7 * SECOND, "IT", "D:\\Shares\\IT", source, name, ids, 2_411 + 900 * i)
    t = story.at(11, 35)
    task = "\\Microsoft\\Windows\\PrintQueue\\CacheTask"
    run = f"{SYSTEM32}cmd.exe"
    arguments = f"/c powershell -NoP -W Hidden -Enc {encoded(SCRIPT)}"
    with story.step(
        t,
        "A scheduled task was created on the file server from the workstation, run as SYSTEM, and deleted",
        "T1053.005 T1021.002",
        fs,
        helper.qualified,
        task,
    ):
        command = f'schtasks /create /s {fs.name} /tn "{task}" /tr "cmd {arguments}" /sc once /st 11:36 /ru SYSTEM /f'
        tool = s.start(ws, t - SECOND, f"{SYSTEM32}schtasks.exe", command, elevated, desk, level="High", terminal=1)
        rpc = s.connect(ws, t - 500_000, tool, fs.ip, 49669, service="dce_rpc", seconds=3.0)
        s.zeek.rpc(t, rpc, "49669", "ITaskSchedulerService", "SchRpcRegisterTask")
        s.windows.write(fs, t, ev.K4698, ev.task_4698(fs, t, helper, session.logon_id, task, run, arguments))
        s.windows.write(fs, t + 900, ev.K106, ev.registered_106(task, helper.qualified))
        shell = s.start(fs, t + 40 * SECOND, run, f"cmd {arguments}", fs.services["svchost"])
        implant = s.start(fs, t + 41 * SECOND, POWERSHELL, f"powershell -NoP -W Hidden -Enc {encoded(SCRIPT)}", shell)
        s.script(fs, t + 43 * SECOND, SCRIPT, "S-1-5-18")
        s.resolve(fs, t + 44 * SECOND, implant, f"cdn.{LURE_DOMAIN}", C2_IP)
        s.connect(fs, t + 45 * SECOND, implant, C2_IP, 443, service="ssl", seconds=3.0, sent=2100, received=51_000)
        s.windows.write(
            fs, t + 3 * MINUTE, ev.K4699, ev.task_4698(fs, t, helper, session.logon_id, task, run, arguments)
        )
    s.logoff(session, t + 25 * MINUTE)
    return implant


def replicate_directory(story: Story, ws: Host, elevated: Process) -> None:
    """Replicate secrets from the domain controller (DCSync)."""
    s, helper, dc = story.scene, story.cast.helper, story.scene.dcs[0]
    t = story.at(13, 55)
    with story.step(
        t,
        "Secrets of krbtgt and of a domain administrator were replicated from the directory (DCSync)",
        "T1003.006",
        dc,
        helper.qualified,
        ev.REPLICATION["get-all"],
    ):
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


def take_domain(story: Story, foothold: Process) -> None:
    """Use the administrator's hash on the domain controller to make a new administrator."""
    s, cast, dc, fs = story.scene, story.cast, story.scene.dcs[0], story.scene.company.host("FS01")
    admin, created = cast.admin, cast.created
    t = story.at(18, 42)
    with story.step(
        t,
        "The administrator's hash was used to open a PowerShell remoting session on the domain controller",
        "T1550.002 T1021.006 T1078.002",
        dc,
        admin.qualified,
        "wsmprovhost.exe",
    ):
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
        s.start(dc, t + 2 * SECOND, f"{SYSTEM32}whoami.exe", f'"{SYSTEM32}whoami.exe"', worker, session, level="High")
    t += 90 * SECOND
    w = s.windows.write
    with story.step(t, f"The account {created.name} was created", "T1136.002", dc, admin.qualified, created.name):
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
    with story.step(t, f"{created.name} was added to Domain Admins", "T1098.007", dc, admin.qualified, created.name):
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
