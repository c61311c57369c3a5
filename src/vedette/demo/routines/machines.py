"""Machines' work at night and around the clock: replication, synchronisation, backup, scanning."""

from __future__ import annotations

from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.formats import windows_events as ev
from vedette.demo.routines.agenda import DOMAIN_OBJECT, Agenda
from vedette.demo.scene import SYSTEM32


def replication(agenda: Agenda, t: int) -> None:
    """The domain controllers replicate with each other."""
    s = agenda.scene
    source, dc = s.dcs[1], s.dcs[0]
    account, port = agenda.everyday.machine(source), s.port()
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


def directory_sync(agenda: Agenda, t: int) -> None:
    """The synchronisation service reads password hashes for the cloud directory: it may, by right."""
    s = agenda.scene
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


def backup(agenda: Agenda, t: int) -> None:
    """The backup server reads every server's data, and takes snapshots."""
    s, rng = agenda.scene, agenda.scene.rng
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


def vulnerability_scan(agenda: Agenda, t: int) -> None:
    """The scanner knocks at every port, tries default passwords, then logs on as it is allowed to."""
    s, rng = agenda.scene, agenda.scene.rng
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
                    f"Failed password for {'invalid user ' if user != 'root' else ''}{user} from {source.ip} port "
                    f"{port} ssh2",
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
