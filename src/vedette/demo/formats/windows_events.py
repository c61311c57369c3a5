"""Event data of the Windows events that the demo writes: one function per event id.

Each returns a JSON fragment of ``"Name":"value"`` pairs in the order and spelling of the
provider's manifest; together with a :class:`Kind` it makes a record. Hex numbers, GUIDs with
braces, SIDs and ``%%`` message references are written as Windows renders them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from vedette.demo.clock import SECOND, iso_second
from vedette.demo.company import NETBIOS, Account, Host, Process
from vedette.demo.formats.text import quoted
from vedette.demo.formats.windows import POWERSHELL, SECURITY, SYSMON, SYSTEM, TASKS, Kind

NULL_SID = "S-1-0-0"
NO_GUID = "{00000000-0000-0000-0000-000000000000}"

K1 = Kind(1, SYSMON, 1, "Process Create:", 5)
K3 = Kind(3, SYSMON, 3, "Network connection detected:", 5)
K5 = Kind(5, SYSMON, 5, "Process terminated:", 3)
K7 = Kind(7, SYSMON, 7, "Image loaded:", 3)
K10 = Kind(10, SYSMON, 10, "Process accessed:", 3)
K11 = Kind(11, SYSMON, 11, "File created:", 2)
K13 = Kind(13, SYSMON, 13, "Registry value set:", 2)
K22 = Kind(22, SYSMON, 22, "Dns query:", 5)
K4103 = Kind(4103, POWERSHELL, 106, "CommandInvocation", 1)
K4104 = Kind(4104, POWERSHELL, 2, "Creating Scriptblock text (1 of 1):", 1)
K4624 = Kind(4624, SECURITY, 12544, "An account was successfully logged on.", 2)
K4625 = Kind(4625, SECURITY, 12544, "An account failed to log on.", 0, failure=True)
K4634 = Kind(4634, SECURITY, 12545, "An account was logged off.")
K4648 = Kind(4648, SECURITY, 12544, "A logon was attempted using explicit credentials.")
K4656 = Kind(4656, SECURITY, 12802, "A handle to an object was requested.", 1)
K4662 = Kind(4662, SECURITY, 14080, "An operation was performed on an object.")
K4663 = Kind(4663, SECURITY, 12802, "An attempt was made to access an object.", 1)
K4672 = Kind(4672, SECURITY, 12548, "Special privileges assigned to new logon.")
K4688 = Kind(4688, SECURITY, 13312, "A new process has been created.", 2)
K4697 = Kind(4697, SECURITY, 12289, "A service was installed in the system.")
K4698 = Kind(4698, SECURITY, 12804, "A scheduled task was created.", 1)
K4699 = Kind(4699, SECURITY, 12804, "A scheduled task was deleted.", 1)
K4720 = Kind(4720, SECURITY, 13824, "A user account was created.")
K4722 = Kind(4722, SECURITY, 13824, "A user account was enabled.")
K4724 = Kind(4724, SECURITY, 13824, "An attempt was made to reset an account's password.")
K4728 = Kind(4728, SECURITY, 13826, "A member was added to a security-enabled global group.")
K4732 = Kind(4732, SECURITY, 13826, "A member was added to a security-enabled local group.")
K4738 = Kind(4738, SECURITY, 13824, "A user account was changed.")
K4740 = Kind(4740, SECURITY, 13824, "A user account was locked out.")
K4768 = Kind(4768, SECURITY, 14339, "A Kerberos authentication ticket (TGT) was requested.")
K4769 = Kind(4769, SECURITY, 14337, "A Kerberos service ticket was requested.")
K4771 = Kind(4771, SECURITY, 14339, "Kerberos pre-authentication failed.", 0, failure=True)
K4776 = Kind(4776, SECURITY, 14336, "The computer attempted to validate the credentials for an account.")
K5140 = Kind(5140, SECURITY, 12808, "A network share object was accessed.", 1)
K5145 = Kind(
    5145, SECURITY, 12811, "A network share object was checked to see whether client can be granted desired access."
)
K1102 = Kind(1102, SECURITY, 104, "The audit log was cleared.", user_data="LogFileCleared")
K7036 = Kind(7036, SYSTEM, 0, "A service entered a new state.")
K7040 = Kind(7040, SYSTEM, 0, "The start type of a service was changed.")
K7045 = Kind(7045, SYSTEM, 0, "A service was installed in the system.")
K106 = Kind(106, TASKS, 106, "A scheduled task was registered.")


def _utc(host: Host, t: int) -> str:
    second, us = divmod(t + host.skew_us, SECOND)
    return f"{iso_second(second).replace('T', ' ')}.{us // 1000:03d}"


@lru_cache(maxsize=512)
def hashes(image: str) -> str:
    """Return the hash list of an executable: invented, but always the same for one file name."""
    digest = sha256(image.rpartition("\\")[2].lower().encode()).hexdigest().upper()
    more = sha256(digest.encode()).hexdigest().upper()
    return f"SHA1={more[:40]},MD5={digest[:32]},SHA256={digest},IMPHASH={more[32:64]}"


@lru_cache(maxsize=512)
def _about(image: str) -> str:
    name = image.rpartition("\\")[2]
    company = "Microsoft Corporation" if "\\Windows\\" in image or "Microsoft" in image else "-"
    version = "10.0.19041.1 (WinBuild.160101.0800)" if company != "-" else "-"
    return (
        f'"FileVersion":"{version}","Description":{quoted(name.removesuffix(".exe"))},'
        f'"Product":{quoted("Microsoft Windows Operating System" if company != "-" else "-")},'
        f'"Company":"{company}","OriginalFileName":{quoted(name)}'
    )


def logon_guid(host: Host, logon_id: int) -> str:
    """Return the Sysmon logon GUID of a logon id: machine, boot time, id with low bytes first."""
    boot = host.booted_at // SECOND
    low = logon_id.to_bytes(8, "little").hex()
    return f"{{{host.guid}-{boot & 0xFFFF:04x}-{boot >> 16 & 0xFFFF:04x}-{low[:4]}-{low[4:]}}}"


def sysmon_1(host: Host, t: int, proc: Process, parent: Process, level: str, folder: str, terminal: int) -> str:
    """Process creation."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"Image":{quoted(proc.image)},{_about(proc.image)},"CommandLine":{quoted(proc.command)},'
        f'"CurrentDirectory":{quoted(folder)},"User":{quoted(proc.user)},'
        f'"LogonGuid":"{logon_guid(host, proc.logon_id)}","LogonId":"{proc.logon_id:#x}",'
        f'"TerminalSessionId":"{terminal}",'
        f'"IntegrityLevel":"{level}","Hashes":"{hashes(proc.image)}","ParentProcessGuid":"{parent.guid}",'
        f'"ParentProcessId":"{parent.pid}","ParentImage":{quoted(parent.image)},'
        f'"ParentCommandLine":{quoted(parent.command)},"ParentUser":{quoted(parent.user)}'
    )


def sysmon_3(
    host: Host,
    t: int,
    proc: Process,
    src: tuple[str, int],
    dst: tuple[str, int],
    *,
    protocol: str = "tcp",
    initiated: bool = True,
) -> str:
    """Network connection."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"Image":{quoted(proc.image)},"User":{quoted(proc.user)},"Protocol":"{protocol}",'
        f'"Initiated":"{"true" if initiated else "false"}","SourceIsIpv6":"false","SourceIp":"{src[0]}",'
        f'"SourceHostname":"-","SourcePort":"{src[1]}","SourcePortName":"-","DestinationIsIpv6":"false",'
        f'"DestinationIp":"{dst[0]}","DestinationHostname":"-","DestinationPort":"{dst[1]}","DestinationPortName":"-"'
    )


def sysmon_5(host: Host, t: int, proc: Process) -> str:
    """Process end."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"Image":{quoted(proc.image)},"User":{quoted(proc.user)}'
    )


def sysmon_7(host: Host, t: int, proc: Process, module: str) -> str:
    """Image load."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"Image":{quoted(proc.image)},"ImageLoaded":{quoted(module)},{_about(module)},"Hashes":"{hashes(module)}",'
        f'"Signed":"true","Signature":"Microsoft Windows","SignatureStatus":"Valid","User":{quoted(proc.user)}'
    )


def sysmon_10(host: Host, t: int, source: Process, target: Process, access: int, trace: str) -> str:
    """Process access."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","SourceProcessGUID":"{source.guid}",'
        f'"SourceProcessId":"{source.pid}","SourceThreadId":"{source.pid + 12}","SourceImage":{quoted(source.image)},'
        f'"TargetProcessGUID":"{target.guid}","TargetProcessId":"{target.pid}","TargetImage":{quoted(target.image)},'
        f'"GrantedAccess":"{access:#x}","CallTrace":{quoted(trace)},"SourceUser":{quoted(source.user)},'
        f'"TargetUser":{quoted(target.user)}'
    )


def sysmon_11(host: Host, t: int, proc: Process, path: str) -> str:
    """File creation."""
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"Image":{quoted(proc.image)},"TargetFilename":{quoted(path)},"CreationUtcTime":"{_utc(host, t)}",'
        f'"User":{quoted(proc.user)}'
    )


def sysmon_13(host: Host, t: int, proc: Process, key: str, details: str) -> str:
    """Registry value set."""
    return (
        f'"RuleName":"-","EventType":"SetValue","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}",'
        f'"ProcessId":"{proc.pid}","Image":{quoted(proc.image)},"TargetObject":{quoted(key)},'
        f'"Details":{quoted(details)},"User":{quoted(proc.user)}'
    )


def sysmon_22(host: Host, t: int, proc: Process, name: str, answer: str) -> str:
    """DNS query."""
    results = f"::ffff:{answer};" if answer else "-"
    return (
        f'"RuleName":"-","UtcTime":"{_utc(host, t)}","ProcessGuid":"{proc.guid}","ProcessId":"{proc.pid}",'
        f'"QueryName":{quoted(name)},"QueryStatus":"{"0" if answer else "9003"}","QueryResults":"{results}",'
        f'"Image":{quoted(proc.image)},"User":{quoted(proc.user)}'
    )


@lru_cache(maxsize=4096)
def _subject(account: Account | None, host: Host, logon_id: int) -> str:
    if account is None:
        return (
            f'"SubjectUserSid":"S-1-5-18","SubjectUserName":"{host.name}$","SubjectDomainName":"{NETBIOS}",'
            f'"SubjectLogonId":"0x3e7"'
        )
    return (
        f'"SubjectUserSid":"{account.sid}","SubjectUserName":{quoted(account.name)},'
        f'"SubjectDomainName":"{account.domain}","SubjectLogonId":"{logon_id:#x}"'
    )


_NOBODY = '"SubjectUserSid":"S-1-0-0","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0"'


def logon_4624(
    host: Host,
    who: Account,
    logon_id: int,
    kind: int,
    src: tuple[str, int] | None,
    *,
    guid: str,
    workstation: str = "-",
    ntlm: bool = False,
    elevated: bool = False,
) -> str:
    """Successful logon; a network logon has no subject, a local one the machine's."""
    remote = kind in (3, 8)
    subject = _NOBODY if remote else _subject(None, host, 0x3E7)
    package = "NTLM" if ntlm else ("Kerberos" if remote else "Negotiate")
    process = "NtLmSsp " if ntlm else ("Kerberos" if remote else ("User32 " if kind in (2, 7, 10, 11) else "Advapi  "))
    image = "-" if remote else "C:\\Windows\\System32\\svchost.exe"
    ip, port = src if src is not None else ("127.0.0.1" if kind in (2, 7, 11) else "-", 0)
    return (
        f'{subject},"TargetUserSid":"{who.sid}","TargetUserName":{quoted(who.name)},"TargetDomainName":"{who.domain}",'
        f'"TargetLogonId":"{logon_id:#x}","LogonType":"{kind}","LogonProcessName":"{process}",'
        f'"AuthenticationPackageName":"{package}","WorkstationName":"{workstation}","LogonGuid":"{guid}",'
        f'"TransmittedServices":"-","LmPackageName":"{"NTLM V2" if ntlm else "-"}","KeyLength":"{128 if ntlm else 0}",'
        f'"ProcessId":"{"0x0" if remote else "0x2c4"}","ProcessName":{quoted(image)},"IpAddress":"{ip}",'
        f'"IpPort":"{port}","ImpersonationLevel":"%%1833","RestrictedAdminMode":"-","TargetOutboundUserName":"-",'
        f'"TargetOutboundDomainName":"-","VirtualAccount":"%%1843","TargetLinkedLogonId":"0x0",'
        f'"ElevatedToken":"{"%%1842" if elevated else "%%1843"}"'
    )


def failed_4625(
    host: Host,
    name: str,
    domain: str,
    kind: int,
    src: tuple[str, int] | None,
    workstation: str,
    *,
    unknown: bool = False,
) -> str:
    """Failed logon: wrong password, or no such account."""
    remote = kind == 3
    ip, port = src if src is not None else ("127.0.0.1", 0)
    image = "-" if remote else "C:\\Windows\\System32\\svchost.exe"
    return (
        f'{_NOBODY if remote else _subject(None, host, 0x3E7)},"TargetUserSid":"{NULL_SID}",'
        f'"TargetUserName":{quoted(name)},"TargetDomainName":"{domain}","Status":"0xc000006d","FailureReason":"%%2313",'
        f'"SubStatus":"{"0xc0000064" if unknown else "0xc000006a"}","LogonType":"{kind}",'
        f'"LogonProcessName":"{"NtLmSsp " if remote else "User32 "}",'
        f'"AuthenticationPackageName":"{"NTLM" if remote else "Negotiate"}","WorkstationName":"{workstation}",'
        f'"TransmittedServices":"-","LmPackageName":"-","KeyLength":"0","ProcessId":"{"0x0" if remote else "0x2c4"}",'
        f'"ProcessName":{quoted(image)},"IpAddress":"{ip}",'
        f'"IpPort":"{port}"'
    )


def logoff_4634(who: Account, logon_id: int, kind: int) -> str:
    """Logoff."""
    return (
        f'"TargetUserSid":"{who.sid}","TargetUserName":{quoted(who.name)},"TargetDomainName":"{who.domain}",'
        f'"TargetLogonId":"{logon_id:#x}","LogonType":"{kind}"'
    )


def explicit_4648(
    host: Host, subject: Account, logon_id: int, target: Account, server: str, service: str, proc: Process
) -> str:
    """Logon with credentials of another account."""
    return (
        f'{_subject(subject, host, logon_id)},"LogonGuid":"{NO_GUID}","TargetUserName":{quoted(target.name)},'
        f'"TargetDomainName":"{target.domain}","TargetLogonGuid":"{NO_GUID}","TargetServerName":"{server}",'
        f'"TargetInfo":"{service}/{server}","ProcessId":"{proc.pid:#x}","ProcessName":{quoted(proc.image)},'
        f'"IpAddress":"-","IpPort":"-"'
    )


_PRIVILEGES = quoted(
    "SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeTakeOwnershipPrivilege"
    "\r\n\t\t\tSeDebugPrivilege\r\n\t\t\tSeSystemEnvironmentPrivilege\r\n\t\t\tSeLoadDriverPrivilege"
    "\r\n\t\t\tSeImpersonatePrivilege\r\n\t\t\tSeDelegateSessionUserImpersonatePrivilege"
)


def privileges_4672(host: Host, who: Account, logon_id: int) -> str:
    """Administrator-equivalent rights of a new logon."""
    return f'{_subject(who, host, logon_id)},"PrivilegeList":{_PRIVILEGES}'


def process_4688(host: Host, proc: Process, parent: Process, subject: Account | None, elevated: bool) -> str:
    """Process creation, as the security log has it."""
    return (
        f'{_subject(subject, host, proc.logon_id)},"NewProcessId":"{proc.pid:#x}",'
        f'"NewProcessName":{quoted(proc.image)},'
        f'"TokenElevationType":"%%1936","ProcessId":"{parent.pid:#x}","CommandLine":{quoted(proc.command)},'
        f'"TargetUserSid":"S-1-0-0","TargetUserName":"-","TargetDomainName":"-","TargetLogonId":"0x0",'
        f'"ParentProcessName":{quoted(parent.image)},"MandatoryLabel":"S-1-16-{12288 if elevated else 8192}"'
    )


def handle_4656(
    host: Host, who: Account, logon_id: int, proc: Process, target: str, mask: int, handle: int, *, opened: bool
) -> str:
    """Handle to a process requested (4656), or access made with it (4663)."""
    extra = '"TransactionId":"{00000000-0000-0000-0000-000000000000}",' if opened else ""
    rest = '"AccessReason":"-",' if opened else ""
    return (
        f'{_subject(who, host, logon_id)},"ObjectServer":"Security","ObjectType":"Process",'
        f'"ObjectName":{quoted(target)},'
        f'"HandleId":"{handle:#x}",{extra}"AccessList":"%%4484\\r\\n\\t\\t\\t\\t",{rest}"AccessMask":"{mask:#x}",'
        f'"ProcessId":"{proc.pid:#x}","ProcessName":{quoted(proc.image)},"ResourceAttributes":"-"'
    )


_DOMAIN_DNS = "{19195a5b-6da0-11d0-afd3-00c04fd930c9}"
REPLICATION = {
    "get": "{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}",
    "get-all": "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}",
}
"""Extended rights of directory replication. Source: MS-ADTS 5.1.3.2.1."""


def directory_4662(host: Host, who: Account, logon_id: int, right: str, object_id: str) -> str:
    """Operation on a directory object under an extended right."""
    properties = quoted(f"%%7688\r\n\t\t{right}\r\n\t{_DOMAIN_DNS}\r\n")
    return (
        f'{_subject(who, host, logon_id)},"ObjectServer":"DS","ObjectType":"%{_DOMAIN_DNS}",'
        f'"ObjectName":"%{object_id}",'
        f'"OperationType":"Object Access","HandleId":"0x0","AccessList":"%%7688\\r\\n\\t\\t\\t\\t",'
        f'"AccessMask":"0x100",'
        f'"Properties":{properties},"AdditionalInfo":"-","AdditionalInfo2":""'
    )


def service_4697(host: Host, who: Account, logon_id: int, name: str, path: str) -> str:
    """Service installed, as the security log has it."""
    return (
        f'{_subject(who, host, logon_id)},"ServiceName":{quoted(name)},"ServiceFileName":{quoted(path)},'
        f'"ServiceType":"0x10","ServiceStartType":"3","ServiceAccount":"LocalSystem"'
    )


def service_7045(name: str, path: str) -> str:
    """Service installed, as the system log has it."""
    return (
        f'"ServiceName":{quoted(name)},"ImagePath":{quoted(path)},"ServiceType":"user mode service",'
        f'"StartType":"demand start","AccountName":"LocalSystem"'
    )


def state_7036(name: str, state: str) -> str:
    """Service entered a state."""
    return f'"param1":{quoted(name)},"param2":"{state}"'


def start_type_7040(name: str, before: str, after: str, short: str) -> str:
    """Service start type changed."""
    return f'"param1":{quoted(name)},"param2":"{before}","param3":"{after}","param4":"{short}"'


def task_4698(host: Host, t: int, who: Account, logon_id: int, name: str, command: str, arguments: str) -> str:
    """Scheduled task created, or deleted (4699)."""
    content = (
        '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" '
        'xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo>\r\n'
        f"    <Date>{iso_second(t // SECOND)}</Date>\r\n    <Author>{who.qualified}</Author>\r\n    "
        f"<URI>{name}</URI>\r\n"
        "  </RegistrationInfo>\r\n  <Triggers>\r\n    <TimeTrigger>\r\n"
        f"      <StartBoundary>{iso_second(t // SECOND + 60)}</StartBoundary>\r\n      <Enabled>true</Enabled>\r\n"
        "    </TimeTrigger>\r\n  </Triggers>\r\n  <Settings>\r\n    <Enabled>true</Enabled>\r\n"
        "    <Hidden>false</Hidden>\r\n  </Settings>\r\n"
        f'  <Actions Context="Author">\r\n    <Exec>\r\n      <Command>{command}</Command>\r\n'
        f"      <Arguments>{arguments}</Arguments>\r\n    </Exec>\r\n  </Actions>\r\n  <Principals>\r\n"
        '    <Principal id="Author">\r\n      <UserId>S-1-5-18</UserId>\r\n      <RunLevel>HighestAvailable</RunLevel>'
        "\r\n    </Principal>\r\n  </Principals>\r\n</Task>"
    )
    return (
        f'{_subject(who, host, logon_id)},"TaskName":{quoted(name)},"TaskContent":{quoted(content)},'
        f'"ClientProcessStartKey":"0","ClientProcessId":"0","ParentProcessId":"0","RpcCallClientLocality":"0",'
        f'"FQDN":"{host.fqdn}"'
    )


def _target(who: Account) -> str:
    return f'"TargetUserName":{quoted(who.name)},"TargetDomainName":"{who.domain}","TargetSid":"{who.sid}"'


def created_4720(host: Host, target: Account, subject: Account, logon_id: int) -> str:
    """User account created."""
    return (
        f'{_target(target)},{_subject(subject, host, logon_id)},"PrivilegeList":"-",'
        f'"SamAccountName":{quoted(target.name)},'
        f'"DisplayName":{quoted(target.full_name)},"UserPrincipalName":{quoted(target.upn)},"HomeDirectory":"-",'
        f'"HomePath":"-","ScriptPath":"-","ProfilePath":"-","UserWorkstations":"-","PasswordLastSet":"%%1794",'
        f'"AccountExpires":"%%1794","PrimaryGroupId":"513","AllowedToDelegateTo":"-","OldUacValue":"0x0",'
        f'"NewUacValue":"0x15","UserAccountControl":"\\r\\n\\t\\t%%2080\\r\\n\\t\\t%%2082\\r\\n\\t\\t%%2084",'
        f'"UserParameters":"-","SidHistory":"-","LogonHours":"%%1797"'
    )


def account_4724(host: Host, target: Account, subject: Account, logon_id: int) -> str:
    """Password reset (4724), or account enabled (4722)."""
    return f"{_target(target)},{_subject(subject, host, logon_id)}"


def changed_4738(host: Host, target: Account, subject: Account, logon_id: int) -> str:
    """User account changed."""
    return (
        f'"Dummy":"-",{_target(target)},{_subject(subject, host, logon_id)},"PrivilegeList":"-","SamAccountName":"-",'
        f'"DisplayName":"-","UserPrincipalName":"-","PasswordLastSet":"-","UserAccountControl":"-"'
    )


def member_4728(
    host: Host, member: Account, group: str, group_sid: str, group_domain: str, subject: Account, logon_id: int
) -> str:
    """Member added to a global (4728) or local (4732) group."""
    return (
        f'"MemberName":{quoted(member.dn)},"MemberSid":"{member.sid}","TargetUserName":{quoted(group)},'
        f'"TargetDomainName":"{group_domain}","TargetSid":"{group_sid}",{_subject(subject, host, logon_id)},'
        f'"PrivilegeList":"-"'
    )


def lockout_4740(host: Host, target: Account, caller: str) -> str:
    """Account locked out; the calling computer stands in the domain field."""
    return (
        f'"TargetUserName":{quoted(target.name)},"TargetDomainName":"{caller}","TargetSid":"{target.sid}",'
        f"{_subject(None, host, 0x3E7)}"
    )


def tgt_4768(who: Account, krbtgt_sid: str, ip: str, port: int) -> str:
    """Kerberos ticket-granting ticket issued."""
    return (
        f'"TargetUserName":{quoted(who.name)},"TargetDomainName":"{NETBIOS}","TargetSid":"{who.sid}",'
        f'"ServiceName":"krbtgt",'
        f'"ServiceSid":"{krbtgt_sid}","TicketOptions":"0x40810010","Status":"0x0","TicketEncryptionType":"0x12",'
        f'"PreAuthType":"2","IpAddress":"::ffff:{ip}","IpPort":"{port}","CertIssuerName":"","CertSerialNumber":"",'
        f'"CertThumbprint":""'
    )


def service_ticket_4769(who: str, realm: str, service: str, service_sid: str, ip: str, port: int, guid: str) -> str:
    """Kerberos service ticket issued."""
    return (
        f'"TargetUserName":{quoted(f"{who}@{realm}")},"TargetDomainName":"{realm}","ServiceName":"{service}",'
        f'"ServiceSid":"{service_sid}","TicketOptions":"0x40810000","TicketEncryptionType":"0x12",'
        f'"IpAddress":"::ffff:{ip}","IpPort":"{port}","Status":"0x0","LogonGuid":"{guid}","TransmittedServices":"-"'
    )


def preauth_4771(who: Account, ip: str, port: int) -> str:
    """Kerberos pre-authentication failed: wrong password."""
    return (
        f'"TargetUserName":{quoted(who.name)},"TargetSid":"{who.sid}","ServiceName":"krbtgt/{NETBIOS}",'
        f'"TicketOptions":"0x40810010","Status":"0x18","PreAuthType":"2","IpAddress":"::ffff:{ip}","IpPort":"{port}",'
        f'"CertIssuerName":"","CertSerialNumber":"","CertThumbprint":""'
    )


def ntlm_4776(who: str, workstation: str, status: str = "0x0") -> str:
    """NTLM credentials validated."""
    return (
        f'"PackageName":"MICROSOFT_AUTHENTICATION_PACKAGE_V1_0","TargetUserName":{quoted(who)},'
        f'"Workstation":"{workstation}","Status":"{status}"'
    )


def share_5140(host: Host, who: Account, logon_id: int, src: tuple[str, int], share: str, local: str) -> str:
    """Share opened."""
    return (
        f'{_subject(who, host, logon_id)},"ObjectType":"File","IpAddress":"{src[0]}","IpPort":"{src[1]}",'
        f'"ShareName":{quoted(share)},"ShareLocalPath":{quoted(local)},"AccessMask":"0x1",'
        f'"AccessList":"%%4416\\r\\n\\t\\t\\t\\t"'
    )


def share_file_5145(
    host: Host,
    who: Account,
    logon_id: int,
    src: tuple[str, int],
    share: str,
    local: str,
    path: str,
    mask: int = 0x120089,
) -> str:
    """File on a share opened."""
    return (
        f'{_subject(who, host, logon_id)},"ObjectType":"File","IpAddress":"{src[0]}","IpPort":"{src[1]}",'
        f'"ShareName":{quoted(share)},"ShareLocalPath":{quoted(local)},"RelativeTargetName":{quoted(path)},'
        f'"AccessMask":"{mask:#x}","AccessList":"%%1538\\r\\n\\t\\t\\t\\t%%4416\\r\\n\\t\\t\\t\\t","AccessReason":"-"'
    )


def cleared_1102(host: Host, who: Account, logon_id: int) -> str:
    """Audit log cleared."""
    return _subject(who, host, logon_id)


def script_4104(text: str, block_id: str, path: str = "") -> str:
    """PowerShell script block."""
    return (
        f'"MessageNumber":"1","MessageTotal":"1","ScriptBlockText":{quoted(text)},"ScriptBlockId":"{block_id}",'
        f'"Path":{quoted(path)}'
    )


def pipeline_4103(user: str, application: str, command: str, payload: str) -> str:
    """PowerShell command invocation."""
    context = (
        "        Severity = Informational\r\n        Host Name = ConsoleHost\r\n        Host Version = "
        "5.1.19041.3031\r\n"
        f"        Host Application = {application}\r\n        Engine Version = 5.1.19041.3031\r\n"
        f"        Command Name = {command}\r\n        Command Type = Cmdlet\r\n        User = {user}\r\n"
        "        Shell ID = Microsoft.PowerShell\r\n"
    )
    return f'"ContextInfo":{quoted(context)},"UserData":"","Payload":{quoted(payload)}'


def registered_106(name: str, user: str) -> str:
    """Task Scheduler: task registered."""
    return f'"TaskName":{quoted(name)},"UserContext":{quoted(user)}'
