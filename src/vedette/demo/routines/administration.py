"""Administrators' real work, which looks like an attack to a rule that sees one record.

Helpdesk calls by remote desktop, PowerShell remoting, new accounts, software deployment by a
service that is installed remotely and runs encoded PowerShell: all of it is allowed and usual.
"""

from __future__ import annotations

from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.company import NETBIOS, Account
from vedette.demo.formats import windows_events as ev
from vedette.demo.routines.agenda import POWERSHELL, Agenda, encoded
from vedette.demo.scene import SYSTEM32


def helpdesk_call(agenda: Agenda, t: int) -> None:
    """A helper connects to a caller's workstation by remote desktop, looks around, mends something."""
    s, rng = agenda.scene, agenda.scene.rng
    helper = s.company.helpdesk[int(rng.random() * len(s.company.helpdesk))]
    desk, caller = agenda.at_desk(helper), agenda.somebody()
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
        (
            ("ipconfig.exe", "ipconfig /all"),
            ("whoami.exe", "whoami /groups"),
            ("gpresult.exe", "gpresult /r"),
            ("ping.exe", "ping fs01"),
            ("net.exe", "net use"),
            ("tasklist.exe", "tasklist /svc"),
        )
    ):
        if rng.random() < 0.6:
            s.start(host, t + (50 + 9 * i) * SECOND, SYSTEM32 + image, command, cmd, session, level="High", terminal=2)
    if rng.random() < 0.15:
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
        s.start(
            host,
            t + 2 * MINUTE - SECOND,
            f"{SYSTEM32}schtasks.exe",
            f'schtasks /create /tn "{name}" /tr "cmd /c net stop spooler & net start spooler" /sc onlogon /ru SYSTEM',
            cmd,
            session,
            level="High",
            terminal=2,
        )
        s.windows.write(host, t + 2 * MINUTE, ev.K4698, data)
    if rng.random() < 0.06:
        admins = "S-1-5-32-544"
        data = ev.member_4728(host, caller.account, "Administrators", admins, "Builtin", helper, session.logon_id)
        s.windows.write(host, t + 3 * MINUTE, ev.K4732, data)
    s.logoff(session, t + 10 * MINUTE)
    s.end(desk.host, t + 10 * MINUTE + SECOND, mstsc)


def remote_administration(agenda: Agenda, t: int) -> None:
    """An administrator works on a server through PowerShell remoting."""
    s, rng = agenda.scene, agenda.scene.rng
    admin = s.company.domain_admins[int(rng.random() * len(s.company.domain_admins))]
    desk = agenda.at_desk(admin)
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
            s.cmdlet(host, at + 50_000, session, worker.command, cmdlet, f'CommandInvocation({cmdlet}): "{cmdlet}"\r\n')
    s.end(host, t + 3 * MINUTE, worker)
    s.logoff(session, t + 3 * MINUTE + SECOND)


def new_hire(agenda: Agenda, t: int) -> None:
    """An administrator creates an account, enables it, and adds it to its department's group."""
    s, rng = agenda.scene, agenda.scene.rng
    admin = s.company.domain_admins[int(rng.random() * len(s.company.domain_admins))]
    desk = agenda.at_desk(admin)
    if desk is None:
        return
    dc, agenda.hires = s.dcs[0], agenda.hires + 1
    name = f"trainee{agenda.hires:02d}"
    hire = Account(
        name,
        f"{s.company.domain_sid}-{1500 + agenda.hires}",
        f"Trainee {agenda.hires:02d}",
        "Sales",
        f"CN=Trainee {agenda.hires:02d},OU=Sales,DC=corp,DC=alderfinch,DC=example",
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


def software_deployment(agenda: Agenda, t: int) -> None:
    """The deployment server installs a helper service on workstations and runs an installer, as such tools do."""
    s, rng = agenda.scene, agenda.scene.rng
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
        s.windows.write(host, at + SECOND + 400, ev.K4697, ev.service_4697(host, account, session.logon_id, name, path))
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


def remote_task(agenda: Agenda, t: int) -> None:
    """An administrator registers a clean-up job on a server from their own desk."""
    s, rng = agenda.scene, agenda.scene.rng
    admin = s.company.domain_admins[int(rng.random() * len(s.company.domain_admins))]
    desk = agenda.at_desk(admin)
    if desk is None:
        return
    host = s.company.host("APP01" if rng.random() < 0.5 else "FS01")
    name, script = "\\Alder\\Rotate logs", "D:\\Jobs\\rotate-logs.cmd"
    command = f'schtasks /create /s {host.name} /u {admin.qualified} /tn "{name}" /tr {script} /sc daily /st 03:00'
    image = f"{SYSTEM32}schtasks.exe"
    tool = s.start(desk.host, t, image, command, desk.desktop, desk, level="High", terminal=1)
    data = ev.explicit_4648(desk.host, desk.account, desk.logon_id, admin, host.fqdn, "cifs", tool)
    s.windows.write(desk.host, t + SECOND, ev.K4648, data)
    session, ids, _ = s.smb(desk.host, host, t + 2 * SECOND, admin, seconds=6.0, proc=tool)
    s.zeek.rpc(t + 2 * SECOND + 300_000, ids, "\\pipe\\atsvc", "atsvc", "SchRpcRegisterTask")
    task = ev.task_4698(host, t + 3 * SECOND, admin, session.logon_id, name, script, "")
    s.windows.write(host, t + 3 * SECOND, ev.K4698, task)
    s.windows.write(host, t + 3 * SECOND + 900, ev.K106, ev.registered_106(name, admin.qualified))
    s.logoff(session, t + 8 * SECOND)
