"""What Windows writes: Security, Sysmon, PowerShell and System records of things people do.

Field names are the ones that Windows and Sysmon use in their event XML. A record is held as a
dict (channel, provider, id, computer, data) until a writer turns it into one shipper's JSON.
"""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .base import Host, Person, World

SYSMON = "Microsoft-Windows-Sysmon/Operational"
SECURITY = "Security"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
SYSTEM_LOG = "System"
PROVIDER = {
    SYSMON: ("Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"),
    SECURITY: ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}"),
    POWERSHELL: ("Microsoft-Windows-PowerShell", "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"),
    SYSTEM_LOG: ("Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"),
}
SYS32 = "C:\\Windows\\System32\\"
POWERSHELL_EXE = SYS32 + "WindowsPowerShell\\v1.0\\powershell.exe"
NULL_GUID = "{00000000-0000-0000-0000-000000000000}"
PRIVILEGES = "SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeTakeOwnershipPrivilege\r\n\t\t\tSeDebugPrivilege\r\n\t\t\tSeSystemEnvironmentPrivilege\r\n\t\t\tSeLoadDriverPrivilege\r\n\t\t\tSeImpersonatePrivilege"


def encoded(script: str) -> str:
    """Return a script as PowerShell's ``-EncodedCommand`` wants it."""
    return base64.b64encode(script.encode("utf-16-le")).decode()


@dataclass(slots=True, eq=False)
class Proc:
    """A running process."""

    host: Host
    owner: Person
    logon_id: str
    image: str
    cmd: str
    pid: int
    guid: str
    integrity: str = "Medium"


class Windows:
    """The Windows side of a world."""

    def __init__(self, world: World) -> None:
        """Take a world and choose how its Windows estate is set up."""
        self.w = world
        rng = world.rng
        self.system = Person("SYSTEM", "NT AUTHORITY", "S-1-5-18", "system")
        self.network_service = Person("NETWORK SERVICE", "NT AUTHORITY", "S-1-5-20", "system")
        self.upper_guid = rng.random() < 0.5
        self.newer_sysmon = rng.random() < 0.6
        self.kerberos_realm = rng.choice([world.dns.upper(), world.netbios])
        self.dcs: list[Host] = []
        self._sessions: dict[tuple[str, str], str] = {}
        self._shells: dict[tuple[str, str], Proc] = {}
        self._services: dict[str, Proc] = {}
        self._hash_cache: dict[str, str] = {}

    # ---- small parts -------------------------------------------------------------------------
    def guid(self) -> str:
        """Return a GUID as this estate's shipper writes it."""
        r = self.w.rng.getrandbits(128)
        h = f"{r:032x}"
        text = f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        return "{" + (text.upper() if self.upper_guid else text) + "}"

    def logon_id(self) -> str:
        """Return a fresh logon id."""
        return f"0x{self.w.rng.randrange(0x20000, 0xFFFFFFF):x}"

    def pid(self) -> int:
        """Return a process id."""
        return self.w.rng.randrange(300, 16000) & ~3

    def hashes(self, image: str) -> str:
        """Return the hashes that Sysmon would give this image."""
        key = image.lower()
        if key not in self._hash_cache:
            r = self.w.rng
            self._hash_cache[key] = (
                f"SHA1={r.getrandbits(160):040X},MD5={r.getrandbits(128):032X},"
                f"SHA256={r.getrandbits(256):064X},IMPHASH={r.getrandbits(128):032X}"
            )
        return self._hash_cache[key]

    def _win(
        self, at: datetime, host: Host, channel: str, eid: int, data: dict[str, Any], *who: Person | str | None
    ) -> None:
        names = [p for p in who if p and not (isinstance(p, Person) and p.kind == "system")]
        self.w.emit(
            at, "windows", {"channel": channel, "eid": eid, "computer": host.fqdn, "data": data}, *names, host=host
        )

    @staticmethod
    def _subject(p: Person | None, logon_id: str) -> dict[str, Any]:
        if p is None:
            return {
                "SubjectUserSid": "S-1-0-0",
                "SubjectUserName": "-",
                "SubjectDomainName": "-",
                "SubjectLogonId": "0x0",
            }
        return {
            "SubjectUserSid": p.sid,
            "SubjectUserName": p.name,
            "SubjectDomainName": p.domain,
            "SubjectLogonId": logon_id,
        }

    def machine(self, host: Host) -> Person:
        """Return the host's own account."""
        return Person(f"{host.name.upper()}$", self.w.netbios, "S-1-5-18", "system")

    # ---- logons ------------------------------------------------------------------------------
    def logon(
        self,
        at: datetime,
        person: Person,
        host: Host,
        logon_type: int,
        *,
        src: Host | None = None,
        src_ip: str | None = None,
        src_name: str | None = None,
        package: str = "Kerberos",
        process: str = "-",
        subject: Person | None = None,
        subject_logon: str = "0x3e7",
        outbound: Person | None = None,
        admin: bool | None = None,
        tickets: bool = True,
    ) -> str:
        """Write a successful logon with what goes with it; return its logon id."""
        rng = self.w.rng
        logon_id = self.logon_id()
        ip = src_ip or (src.ip if src else ("127.0.0.1" if logon_type in (2, 7, 11) else "-"))
        if (
            tickets
            and package == "Kerberos"
            and self.dcs
            and logon_type in (3, 10, 2)
            and person.domain == self.w.netbios
        ):
            dc = rng.choice(self.dcs)
            client = src or host
            if logon_type == 2 or rng.random() < 0.4:
                self.tgt(at - timedelta(seconds=rng.uniform(0.05, 0.5)), person, client, dc)
            self.ticket(at - timedelta(seconds=rng.uniform(0.01, 0.04)), person, f"{host.name.upper()}$", client, dc)
        if tickets and package == "NTLM" and self.dcs and person.domain == self.w.netbios:
            dc = rng.choice(self.dcs)
            self._win(
                at - timedelta(milliseconds=20),
                dc,
                SECURITY,
                4776,
                {
                    "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
                    "TargetUserName": person.name,
                    "Workstation": (src.name if src else src_name or "-"),
                    "Status": "0x0",
                },
                person,
            )
        by = subject or (self.machine(host) if logon_type in (2, 4, 5, 7, 10, 11) else None)
        names = {
            2: ("User32 ", "Negotiate", SYS32 + "svchost.exe"),
            7: ("User32 ", "Negotiate", SYS32 + "svchost.exe"),
            10: ("User32 ", "Negotiate", SYS32 + "svchost.exe"),
            11: ("User32 ", "Negotiate", SYS32 + "svchost.exe"),
            4: ("Advapi  ", "Negotiate", SYS32 + "svchost.exe"),
            5: ("Advapi  ", "Negotiate", SYS32 + "services.exe"),
            9: ("seclogo", "Negotiate", SYS32 + "svchost.exe"),
        }
        lp, pkg, pname = names.get(logon_type, ("NtLmSsp " if package == "NTLM" else "Kerberos", package, process))
        data = {
            **self._subject(by, subject_logon if by else "0x0"),
            "TargetUserSid": person.sid,
            "TargetUserName": person.name,
            "TargetDomainName": self.kerberos_realm if (logon_type == 3 and package == "Kerberos") else person.domain,
            "TargetLogonId": logon_id,
            "LogonType": str(logon_type),
            "LogonProcessName": lp,
            "AuthenticationPackageName": pkg,
            "WorkstationName": (
                src.name if src and package == "NTLM" else src_name or (host.name if logon_type in (2, 10, 11) else "-")
            ),
            "LogonGuid": self.guid() if package == "Kerberos" else NULL_GUID,
            "TransmittedServices": "-",
            "LmPackageName": "NTLM V2" if package == "NTLM" else "-",
            "KeyLength": "128" if package == "NTLM" else "0",
            "ProcessId": hex(self.pid()) if pname != "-" else "0x0",
            "ProcessName": pname,
            "IpAddress": "::1" if logon_type == 9 else ip,
            "IpPort": str(rng.randrange(49152, 65500)) if ip not in ("-", "127.0.0.1") else "0",
            "ImpersonationLevel": "%%1833",
            "RestrictedAdminMode": "-",
            "TargetOutboundUserName": outbound.name if outbound else "-",
            "TargetOutboundDomainName": outbound.domain if outbound else "-",
            "VirtualAccount": "%%1843",
            "TargetLinkedLogonId": "0x0",
            "ElevatedToken": "%%1842" if (person.kind == "admin" if admin is None else admin) else "%%1843",
        }
        self._win(at, host, SECURITY, 4624, data, person, outbound, by)
        if person.kind == "admin" if admin is None else admin:
            self._win(
                at + timedelta(milliseconds=1),
                host,
                SECURITY,
                4672,
                {**self._subject(person, logon_id), "PrivilegeList": PRIVILEGES},
                person,
            )
        if logon_type in (2, 10, 11):
            self._sessions[(person.full, host.name)] = logon_id
        return logon_id

    def logoff(self, at: datetime, person: Person, host: Host, logon_id: str, logon_type: int = 3) -> None:
        """Write the end of a logon."""
        data = {
            "TargetUserSid": person.sid,
            "TargetUserName": person.name,
            "TargetDomainName": person.domain,
            "TargetLogonId": logon_id,
            "LogonType": str(logon_type),
        }
        self._win(at, host, SECURITY, 4634, data, person)

    def failed_logon(
        self,
        at: datetime,
        person: Person | str,
        host: Host,
        *,
        logon_type: int = 3,
        src: Host | None = None,
        src_ip: str | None = None,
        src_name: str = "-",
        known: bool = True,
        package: str = "NTLM",
    ) -> None:
        """Write a refused logon on the host that refused it."""
        name = person if isinstance(person, str) else person.name
        by = self.machine(host) if logon_type in (2, 7, 10) else None
        data = {
            **self._subject(by, "0x3e7"),
            "TargetUserSid": "S-1-0-0",
            "TargetUserName": name,
            "TargetDomainName": self.w.netbios,
            "Status": "0xc000006d",
            "FailureReason": "%%2313",
            "SubStatus": "0xc000006a" if known else "0xc0000064",
            "LogonType": str(logon_type),
            "LogonProcessName": "User32 " if by else "NtLmSsp ",
            "AuthenticationPackageName": "Negotiate" if by else package,
            "WorkstationName": src.name if src else src_name,
            "TransmittedServices": "-",
            "LmPackageName": "-",
            "KeyLength": "0",
            "ProcessId": "0x0" if not by else hex(self.pid()),
            "ProcessName": SYS32 + "svchost.exe" if by else "-",
            "IpAddress": src_ip or (src.ip if src else "127.0.0.1"),
            "IpPort": str(self.w.rng.randrange(49152, 65500)),
        }
        self._win(at, host, SECURITY, 4625, data, person)

    def preauth_failed(self, at: datetime, person: Person, dc: Host, src_ip: str) -> None:
        """Write a refused Kerberos pre-authentication."""
        data = {
            "TargetUserName": person.name,
            "TargetSid": person.sid,
            "ServiceName": f"krbtgt/{self.w.dns.upper()}",
            "TicketOptions": "0x40810010",
            "Status": "0x18",
            "PreAuthType": "2",
            "IpAddress": f"::ffff:{src_ip}",
            "IpPort": str(self.w.rng.randrange(49152, 65500)),
            "CertIssuerName": "",
            "CertSerialNumber": "",
            "CertThumbprint": "",
        }
        self._win(at, dc, SECURITY, 4771, data, person)

    def tgt(self, at: datetime, person: Person, client: Host, dc: Host, *, src_ip: str | None = None) -> None:
        """Write a ticket-granting ticket asked for."""
        data = {
            "TargetUserName": person.name,
            "TargetDomainName": self.kerberos_realm,
            "TargetSid": person.sid,
            "ServiceName": "krbtgt",
            "ServiceSid": f"{self.w.domain_sid}-502",
            "TicketOptions": "0x40810010",
            "Status": "0x0",
            "TicketEncryptionType": "0x12",
            "PreAuthType": "2",
            "IpAddress": f"::ffff:{src_ip or client.ip}",
            "IpPort": str(self.w.rng.randrange(49152, 65500)),
            "CertIssuerName": "",
            "CertSerialNumber": "",
            "CertThumbprint": "",
        }
        self._win(at, dc, SECURITY, 4768, data, person)

    def ticket(
        self, at: datetime, person: Person, service: str | Person, client: Host, dc: Host, *, encryption: str = "0x12"
    ) -> None:
        """Write a service ticket asked for."""
        name = service if isinstance(service, str) else service.name
        data = {
            "TargetUserName": f"{person.name}@{self.w.dns.upper()}",
            "TargetDomainName": self.w.dns.upper(),
            "ServiceName": name,
            "ServiceSid": service.sid if isinstance(service, Person) else f"{self.w.domain_sid}-{1000 + len(name)}",
            "TicketOptions": "0x40810000",
            "TicketEncryptionType": encryption,
            "IpAddress": f"::ffff:{client.ip}",
            "IpPort": str(self.w.rng.randrange(49152, 65500)),
            "Status": "0x0",
            "LogonGuid": self.guid(),
            "TransmittedServices": "-",
        }
        self._win(at, dc, SECURITY, 4769, data, person, service if isinstance(service, Person) else None)

    def explicit(
        self,
        at: datetime,
        subject: Person,
        target: Person,
        host: Host,
        server: str,
        *,
        logon_id: str,
        process: str = "C:\\Windows\\System32\\svchost.exe",
    ) -> None:
        """Write that someone used another account's credentials (4648)."""
        data = {
            **self._subject(subject, logon_id),
            "LogonGuid": NULL_GUID,
            "TargetUserName": target.name,
            "TargetDomainName": target.domain,
            "TargetLogonGuid": NULL_GUID,
            "TargetServerName": server,
            "TargetInfo": server,
            "ProcessId": hex(self.pid()),
            "ProcessName": process,
            "IpAddress": "-",
            "IpPort": "-",
        }
        self._win(at, host, SECURITY, 4648, data, subject, target)

    def runas_netonly(self, at: datetime, person: Person, host: Host, outbound: Person, logon_id: str) -> str:
        """Write a NewCredentials logon (type 9): a token with another account's network identity."""
        return self.logon(
            at,
            person,
            host,
            9,
            subject=person,
            subject_logon=logon_id,
            outbound=outbound,
            package="Negotiate",
            admin=True,
            tickets=False,
        )

    # ---- processes ---------------------------------------------------------------------------
    def start(
        self,
        at: datetime,
        parent: Proc,
        image: str,
        cmd: str,
        *,
        owner: Person | None = None,
        logon_id: str | None = None,
        integrity: str | None = None,
        cwd: str | None = None,
    ) -> Proc:
        """Start a process as a child of another: Sysmon 1 and Security 4688."""
        owner = owner or parent.owner
        host = parent.host
        child = Proc(
            host,
            owner,
            logon_id or parent.logon_id,
            image,
            cmd,
            self.pid(),
            self.guid(),
            integrity or ("System" if owner.kind == "system" else parent.integrity),
        )
        base = image.rsplit("\\", 1)[-1]
        sysmon = {
            "RuleName": "-",
            "UtcTime": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
            "ProcessGuid": child.guid,
            "ProcessId": str(child.pid),
            "Image": image,
            "FileVersion": "10.0.19041.1 (WinBuild.160101.0800)",
            "Description": base.split(".")[0],
            "Product": "Microsoft\u00ae Windows\u00ae Operating System" if "Windows" in image else "-",
            "Company": "Microsoft Corporation" if "Windows" in image else "-",
            "OriginalFileName": {"powershell.exe": "PowerShell.EXE", "cmd.exe": "Cmd.Exe"}.get(base.lower(), base),
            "CommandLine": cmd,
            "CurrentDirectory": cwd or SYS32,
            "User": owner.full,
            "LogonGuid": self.guid(),
            "LogonId": child.logon_id,
            "TerminalSessionId": "0" if owner.kind == "system" else "1",
            "IntegrityLevel": child.integrity,
            "Hashes": self.hashes(image),
            "ParentProcessGuid": parent.guid,
            "ParentProcessId": str(parent.pid),
            "ParentImage": parent.image,
            "ParentCommandLine": parent.cmd,
        }
        if self.newer_sysmon:
            sysmon["ParentUser"] = parent.owner.full
        self._win(at, host, SYSMON, 1, sysmon, owner)
        subject = self.machine(host) if owner.kind == "system" else owner
        if parent.owner is not owner and owner.kind != "system" and parent.owner.kind == "system":
            data = {
                **self._subject(self.machine(host), "0x3e7"),
                "TargetUserSid": owner.sid,
                "TargetUserName": owner.name,
                "TargetDomainName": owner.domain,
                "TargetLogonId": child.logon_id,
            }
        else:
            data = {
                **self._subject(subject, child.logon_id),
                "TargetUserSid": "S-1-0-0",
                "TargetUserName": "-",
                "TargetDomainName": "-",
                "TargetLogonId": "0x0",
            }
        data |= {
            "NewProcessId": hex(child.pid),
            "NewProcessName": image,
            "TokenElevationType": "%%1936",
            "ProcessId": hex(parent.pid),
            "CommandLine": cmd,
            "ParentProcessName": parent.image,
            "MandatoryLabel": {"System": "S-1-16-16384", "High": "S-1-16-12288"}.get(child.integrity, "S-1-16-8192"),
        }
        self._win(at + timedelta(milliseconds=2), host, SECURITY, 4688, data, owner)
        return child

    def stop(self, at: datetime, proc: Proc) -> None:
        """End a process."""
        data = {
            "RuleName": "-",
            "UtcTime": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
            "ProcessGuid": proc.guid,
            "ProcessId": str(proc.pid),
            "Image": proc.image,
        }
        if self.newer_sysmon:
            data["User"] = proc.owner.full
        self._win(at, proc.host, SYSMON, 5, data, proc.owner if self.newer_sysmon else None)

    def services(self, host: Host) -> Proc:
        """Return the host's services.exe."""
        if host.name not in self._services:
            self._services[host.name] = Proc(
                host, self.system, "0x3e7", SYS32 + "services.exe", SYS32 + "services.exe", 620, self.guid(), "System"
            )
        return self._services[host.name]

    def svchost(self, host: Host, group: str = "netsvcs -p -s Schedule") -> Proc:
        """Return a svchost.exe of the host."""
        return Proc(
            host,
            self.system,
            "0x3e7",
            SYS32 + "svchost.exe",
            f"C:\\Windows\\system32\\svchost.exe -k {group}",
            self.pid(),
            self.guid(),
            "System",
        )

    def shell(self, at: datetime, person: Person, host: Host, **kwargs: Any) -> Proc:
        """Return the person's desktop on a host, logging on at the keyboard if need be."""
        key = (person.full, host.name)
        if key not in self._shells:
            logon_type = kwargs.pop("logon_type", 2)
            logon_id = self.logon(at, person, host, logon_type, **kwargs)
            userinit = Proc(
                host, person, logon_id, SYS32 + "userinit.exe", SYS32 + "userinit.exe", self.pid(), self.guid()
            )
            self._shells[key] = self.start(
                at + timedelta(seconds=1.5), userinit, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE"
            )
        return self._shells[key]

    def _by(
        self, proc: Proc, at: datetime, *, guid_key: str = "ProcessGuid", pid_key: str = "ProcessId"
    ) -> dict[str, Any]:
        return {
            "RuleName": "-",
            "UtcTime": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
            guid_key: proc.guid,
            pid_key: str(proc.pid),
            "Image": proc.image,
        }

    def _user(self, proc: Proc) -> dict[str, Any]:
        return {"User": proc.owner.full} if self.newer_sysmon else {}

    def connect(self, at: datetime, proc: Proc, ip: str, port: int, name: str = "-") -> None:
        """Write a network connection of a process (Sysmon 3)."""
        data = {
            **self._by(proc, at),
            "User": proc.owner.full,
            "Protocol": "tcp",
            "Initiated": "true",
            "SourceIsIpv6": "false",
            "SourceIp": proc.host.ip,
            "SourceHostname": proc.host.fqdn,
            "SourcePort": str(self.w.rng.randrange(49152, 65500)),
            "SourcePortName": "-",
            "DestinationIsIpv6": "false",
            "DestinationIp": ip,
            "DestinationHostname": name,
            "DestinationPort": str(port),
            "DestinationPortName": "-",
        }
        self._win(at, proc.host, SYSMON, 3, data, proc.owner)

    def lookup(self, at: datetime, proc: Proc, name: str, answer: str) -> None:
        """Write a name asked for (Sysmon 22)."""
        data = {
            **self._by(proc, at),
            "QueryName": name,
            "QueryStatus": "0",
            "QueryResults": f"::ffff:{answer};",
            **self._user(proc),
        }
        self._win(at, proc.host, SYSMON, 22, data, proc.owner if self.newer_sysmon else None)

    def write_file(self, at: datetime, proc: Proc, path: str) -> None:
        """Write a file made (Sysmon 11)."""
        data = {
            **self._by(proc, at),
            "TargetFilename": path,
            "CreationUtcTime": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
            **self._user(proc),
        }
        self._win(at, proc.host, SYSMON, 11, data, proc.owner if self.newer_sysmon else None)

    def set_value(self, at: datetime, proc: Proc, key: str, details: str) -> None:
        """Write a registry value set (Sysmon 13)."""
        data = {
            **self._by(proc, at),
            "EventType": "SetValue",
            "TargetObject": key,
            "Details": details,
            **self._user(proc),
        }
        self._win(at, proc.host, SYSMON, 13, data, proc.owner if self.newer_sysmon else None)

    def open_process(self, at: datetime, proc: Proc, target: str, access: str, trace: str) -> None:
        """Write a process that opened another (Sysmon 10)."""
        data = {
            "RuleName": "-",
            "UtcTime": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
            "SourceProcessGUID": proc.guid,
            "SourceProcessId": str(proc.pid),
            "SourceThreadId": str(self.pid()),
            "SourceImage": proc.image,
            "TargetProcessGUID": self.guid(),
            "TargetProcessId": "712",
            "TargetImage": target,
            "GrantedAccess": access,
            "CallTrace": trace,
        }
        if self.newer_sysmon:
            data |= {"SourceUser": proc.owner.full, "TargetUser": "NT AUTHORITY\\SYSTEM"}
        self._win(at, proc.host, SYSMON, 10, data, proc.owner if self.newer_sysmon else None)

    def script(self, at: datetime, proc: Proc, text: str, path: str = "") -> None:
        """Write a PowerShell script block (4104)."""
        data = {
            "MessageNumber": "1",
            "MessageTotal": "1",
            "ScriptBlockText": text,
            "ScriptBlockId": self.guid().strip("{}").lower(),
            "Path": path,
        }
        self.w.emit(
            at,
            "windows",
            {"channel": POWERSHELL, "eid": 4104, "computer": proc.host.fqdn, "data": data, "user_sid": proc.owner.sid},
            proc.owner.name if proc.owner.kind != "system" else None,
            host=proc.host,
        )

    # ---- shares, services, tasks, accounts ---------------------------------------------------
    def share(
        self, at: datetime, person: Person, host: Host, share: str, name: str | None, src: Host, logon_id: str
    ) -> None:
        """Write a share (5140) and, with a name, a file on it (5145) opened over the network."""
        data = {
            **self._subject(person, logon_id),
            "ObjectType": "File",
            "IpAddress": src.ip,
            "IpPort": str(self.w.rng.randrange(49152, 65500)),
            "ShareName": f"\\\\*\\{share}",
            "ShareLocalPath": "" if share == "IPC$" else f"\\??\\C:\\{share.strip('$')}",
            "AccessMask": "0x1",
            "AccessList": "%%4416\r\n\t\t\t\t",
        }
        self._win(at, host, SECURITY, 5140, data, person)
        if name:
            self._win(
                at + timedelta(milliseconds=8),
                host,
                SECURITY,
                5145,
                {**data, "RelativeTargetName": name, "AccessMask": "0x12019f", "AccessReason": "-"},
                person,
            )

    def service(self, at: datetime, person: Person, host: Host, name: str, path: str, logon_id: str) -> None:
        """Write a service installed: System 7045 and Security 4697."""
        self.w.emit(
            at,
            "windows",
            {
                "channel": SYSTEM_LOG,
                "eid": 7045,
                "computer": host.fqdn,
                "user_sid": person.sid,
                "data": {
                    "ServiceName": name,
                    "ImagePath": path,
                    "ServiceType": "user mode service",
                    "StartType": "demand start",
                    "AccountName": "LocalSystem",
                },
            },
            host=host,
        )
        self._win(
            at + timedelta(milliseconds=3),
            host,
            SECURITY,
            4697,
            {
                **self._subject(person, logon_id),
                "ServiceName": name,
                "ServiceFileName": path,
                "ServiceType": "0x10",
                "ServiceStartType": "3",
                "ServiceAccount": "LocalSystem",
            },
            person,
        )

    def task(
        self,
        at: datetime,
        person: Person,
        host: Host,
        name: str,
        command: str,
        args: str,
        logon_id: str,
        run_as: str = "S-1-5-18",
    ) -> None:
        """Write a scheduled task made (4698)."""
        content = (
            '<?xml version="1.0" encoding="UTF-16"?>\n<Task version="1.2" '
            'xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n  <RegistrationInfo>\n'
            f"    <Date>{at:%Y-%m-%dT%H:%M:%S}</Date>\n    <Author>{person.full}</Author>\n    <URI>{name}</URI>\n"
            '  </RegistrationInfo>\n  <Principals><Principal id="Author"><UserId>'
            f"{run_as}</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>\n"
            f'  <Actions Context="Author">\n    <Exec>\n      <Command>{command}</Command>\n'
            f"      <Arguments>{args.replace('&', '&amp;').replace('<', '&lt;')}</Arguments>\n    </Exec>\n  </Actions>\n</Task>"
        )
        self._win(
            at,
            host,
            SECURITY,
            4698,
            {**self._subject(person, logon_id), "TaskName": name, "TaskContent": content},
            person,
        )

    def account_made(self, at: datetime, by: Person, name: str, host: Host, logon_id: str, *, local: bool) -> Person:
        """Write an account created (4720, 4722, 4724, 4738) and return it."""
        rid = 3000 + self.w.rng.randrange(900)
        new = Person(
            name,
            host.name if local else self.w.netbios,
            f"{self.w.domain_sid}-{rid}",
            "user",
            upn=f"{name}@{self.w.mail_domain}",
        )
        target = {"TargetUserName": name, "TargetDomainName": new.domain, "TargetSid": new.sid}
        self._win(
            at,
            host,
            SECURITY,
            4720,
            {
                **target,
                **self._subject(by, logon_id),
                "PrivilegeList": "-",
                "SamAccountName": name,
                "DisplayName": "%%1793",
                "UserPrincipalName": "-",
                "HomeDirectory": "%%1793",
                "PasswordLastSet": "%%1794",
                "AccountExpires": "%%1794",
                "PrimaryGroupId": "513",
                "OldUacValue": "0x0",
                "NewUacValue": "0x15",
                "UserAccountControl": "\r\n\t\t%%2080\r\n\t\t%%2082\r\n\t\t%%2084",
                "LogonHours": "%%1793",
            },
            by,
            new,
        )
        for eid in (4722, 4724):
            self._win(
                at + timedelta(milliseconds=eid % 100),
                host,
                SECURITY,
                eid,
                {**target, **self._subject(by, logon_id)},
                by,
                new,
            )
        return new

    def group_add(
        self, at: datetime, by: Person, member: Person, group: str, host: Host, logon_id: str, *, local: bool
    ) -> None:
        """Write a member added to a group (4732 local, 4728 global)."""
        data = {
            "MemberName": "-"
            if local
            else f"CN={member.name},CN=Users," + ",".join(f"DC={p}" for p in self.w.dns.split(".")),
            "MemberSid": member.sid,
            "TargetUserName": group,
            "TargetDomainName": "Builtin" if local else self.w.netbios,
            "TargetSid": self.group_sid(group),
            **self._subject(by, logon_id),
            "PrivilegeList": "-",
        }
        self._win(at, host, SECURITY, 4732 if local else 4728, data, by, member)

    def group_sid(self, group: str) -> str:
        """Return a group's SID: the well-known ones, and some other of the domain for the rest."""
        known = {"Administrators": "S-1-5-32-544", "Domain Admins": f"{self.w.domain_sid}-512"}
        return known.get(group, f"{self.w.domain_sid}-{1600 + len(group)}")

    def replicate(self, at: datetime, person: Person, dc: Host, logon_id: str) -> None:
        """Write directory replication rights used (4662), the mark of DCSync."""
        for i, right in enumerate(
            (
                "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",
                "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
                "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",
            )
        ):
            data = {
                **self._subject(person, logon_id),
                "ObjectServer": "DS",
                "ObjectType": "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}",
                "ObjectName": "%{3933c65d-ac7f-4c79-b5b7-ad0fb941333c}",
                "OperationType": "Object Access",
                "HandleId": "0x0",
                "AccessList": "%%7688\r\n\t\t\t\t",
                "AccessMask": "0x100",
                "Properties": f"%%7688\r\n\t\t{{{right}}}\r\n\t{{19195a5b-6da0-11d0-afd3-00c04fd930c9}}\r\n",
                "AdditionalInfo": "-",
                "AdditionalInfo2": "",
            }
            self._win(at + timedelta(milliseconds=7 * i), dc, SECURITY, 4662, data, person)

    def log_cleared(self, at: datetime, person: Person, host: Host, logon_id: str) -> None:
        """Write that the Security log was cleared (1102)."""
        self.w.emit(
            at,
            "windows",
            {
                "channel": SECURITY,
                "eid": 1102,
                "computer": host.fqdn,
                "provider": "Microsoft-Windows-Eventlog",
                "data": self._subject(person, logon_id),
            },
            person,
            host=host,
        )
