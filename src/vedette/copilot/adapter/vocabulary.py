"""Words that gaps of phrasings are filled with: parts of names, and closed lists with the choice that they mean."""

# ruff: noqa: E501 (tables)
from __future__ import annotations

FIRST = tuple("""alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil trent victor
wendy anna ben clara david emma felix gina hans ines jonas katja lars maria nico oskar paula quentin rosa stefan tanja uwe vera
walter xenia yusuf zoe amir bianca chen dmitri elena farah giulia hiro imani jorge kofi lin mateo nadia omar priya rahul sofia
tomas ulrike viktor wei yara pgustavo mscott lrodriguez kate sam tim joe max leo mia eva ken""".split())
LAST = tuple("""miller smith jones novak huber garcia lopez tanaka okafor schmidt weber wagner becker rossi ferrari silva
santos kowalski nowak horvat petrov ivanov singh patel kumar zhang wang nguyen tran kim park hassan ali demir yilmaz dubois martin
bernard larsen hansen berg lindqvist virtanen murphy kelly obrien brown taylor wilson evans king scott adams baker reed cole""".split())
SERVICES = tuple("""backup sql web mail print scan deploy sync monitor jenkins vpn ldap exchange sccm wsus nagios splunk grafana
oracle sap veeam crm erp proxy build batch report auth gateway storage queue cache ftp update patch inventory""".split())
WORDS = tuple("""alpha nimbus cobalt falcon harbor orchid quartz willow atlas zenith pine river amber onyx vortex delta maple
contoso fabrikam tailspin acme initech globex umbra corvid lumen kestrel basalt copper juniper meadow raven solstice tundra
marlin ember cedar summit prairie canyon lagoon nova orbit pixel""".split())
TLDS = ("local", "corp", "lan", "internal", "example", "intra", "com", "net")
PUBLIC_TLDS = ("com", "net", "org", "io", "info", "xyz", "top", "ru", "example", "cc")
DOMAINS_NT = ("CORP", "CONTOSO", "ACME", "FABRIKAM", "AD", "DMEVALS", "SHIRE", "HQ", "EMEA", "LAB", "NT AUTHORITY", "OFFICE")
BUILT_IN = ("administrator", "Administrator", "SYSTEM", "guest", "krbtgt", "root", "admin", "ubuntu", "ec2-user", "www-data", "postgres", "oracle", "LOCAL SERVICE", "nobody", "deploy", "backup")
HOST_ROLES = tuple("""dc fs ws web app db sql mail exch print srv workstation jump bastion vpn proxy file hr-laptop fin-pc wks
server node host client citrix rds ts build jenkins git backup nas ca adfs wsus sccm mx gw fw hv esx lnx win k8s-node hr-win fin-ws dev-box kiosk pos""".split())
SITES = ("ny", "ldn", "muc", "par", "sfo", "ber", "tok", "syd", "emea", "us", "hq", "lab", "prod", "dmz")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_SAID = ("yesterday", "today", "last night", "on Monday", "on Tuesday", "on Friday", "this morning", "on Sunday", "last Thursday")
EVERYDAY = ("yesterday", "today", "last night", "this morning", "last week", "this week", "this afternoon", "tonight", "yesterday evening", "yesterday morning", "over the weekend", "last month", "this month", "during the night", "overnight", "last Friday", "last Monday", "in the last hour", "in the last 24 hours", "since yesterday", "since this morning", "since last night", "since Monday", "on Monday", "on Sunday", "today after lunch", "the day before yesterday", "in the last day", "in the last week", "since midnight", "since last week")
STRETCHES = ("yesterday", "today", "this week", "last week", "this month", "last month", "the day before", "the day before yesterday", "last night", "the night before", "this morning", "yesterday morning", "the week before", "the weekend", "the previous day", "the day of the incident")
PERSON = ("that account", "this account", "that user", "this user", "him", "her", "that person", "that guy", "the same account", "the same user")
BOX = ("that host", "this host", "that machine", "this machine", "that server", "this server", "the same host", "that box", "that computer", "this system")
ADDRESS = ("that address", "this address", "that ip", "this ip", "the same address")
THEN = ("at that time", "during that time", "in the same window", "in that period", "at the same time", "then")
TACTICS = ("Initial Access", "initial access", "Execution", "Persistence", "persistence", "Privilege Escalation", "privilege escalation", "Defense Evasion", "defense evasion", "Credential Access", "credential access", "Discovery", "discovery", "Lateral Movement", "lateral movement", "Collection", "Command and Control", "command and control", "Exfiltration", "exfiltration", "Impact", "TA0001", "TA0002", "TA0003", "TA0004", "TA0005", "TA0006", "TA0007", "TA0008", "TA0010", "TA0011", "TA0040", "Reconnaissance", "Resource Development")
SHARED = frozenset(t.casefold() for t in (*EVERYDAY, *TACTICS, *STRETCHES, *PERSON, *BOX, *ADDRESS, *THEN, *WEEKDAYS, *(f"on {d}" for d in WEEKDAYS), *(str(n) for n in (2, 3, 5, 10, 20, 22, 53, 80, 443, 445, 3389, 4624, 4625, 4688))))
"""In training and in the held-out set alike."""
TECHNIQUES = ("DCSync", "Kerberoasting", "AS-REP Roasting", "Pass the Hash", "Pass the Ticket", "Golden Ticket", "Silver Ticket", "OS Credential Dumping", "LSASS Memory", "Password Spraying", "Brute Force", "Credential Stuffing", "Password Guessing", "PowerShell", "Windows Management Instrumentation", "Scheduled Task", "Windows Service", "Remote Desktop Protocol", "SMB/Windows Admin Shares", "Windows Remote Management", "Process Injection", "Process Hollowing", "Phishing", "Spearphishing Attachment", "Spearphishing Link", "Valid Accounts", "Domain Accounts", "Create Account", "Web Shell", "Exploit Public-Facing Application", "Account Discovery", "Network Service Discovery", "Domain Trust Discovery", "System Information Discovery", "Rundll32", "Regsvr32", "Mshta", "BITS Jobs", "DLL Side-Loading", "DLL Search Order Hijacking", "Bypass User Account Control", "Access Token Manipulation", "Indicator Removal", "Clear Windows Event Logs", "Timestomp", "Masquerading", "Obfuscated Files or Information", "Data Encrypted for Impact", "Inhibit System Recovery", "Exfiltration Over C2 Channel", "Exfiltration to Cloud Storage", "DNS Tunneling", "Ingress Tool Transfer", "Registry Run Keys", "Logon Script", "Boot or Logon Autostart Execution", "Steal or Forge Kerberos Tickets", "Lateral Tool Transfer", "Remote Services", "Input Capture", "Keylogging", "Screen Capture", "Archive Collected Data", "Account Manipulation", "Multi-Factor Authentication Request Generation", "Cloud Instance Metadata API", "Impair Defenses", "Proxy", "Domain Fronting", "User Execution", "Component Object Model", "Native API", "Supply Chain Compromise", "Drive-by Compromise", "Software Packing", "Token Impersonation", "Group Policy Modification", "SSH Hijacking", "Cron")
PROGRAMS = ("powershell", "cmd", "mimikatz", "rundll32", "regsvr32", "psexec", "psexesvc", "wmic", "certutil", "bitsadmin", "mshta", "wscript", "cscript", "procdump", "rclone", "ntdsutil", "vssadmin", "schtasks", "net", "whoami", "nltest", "adfind", "sharphound", "bloodhound", "rubeus", "seatbelt", "lsass", "svchost", "explorer", "winword", "excel", "outlook", "python", "bash", "curl", "wget", "nc", "ncat", "nmap", "plink", "putty", "teamviewer", "anydesk", "7z", "winrar", "wevtutil", "reg", "sc", "msbuild", "installutil", "notepad", "ssh", "sudo", "crontab", "chisel", "ngrok", "meterpreter", "beacon", "winlogon", "services", "taskmgr", "dnscmd", "impacket", "secretsdump", "wmiprvse", "wsmprovhost")
EXTENSIONS = ("exe", "dll", "ps1", "zip", "docx", "xlsm", "bat", "vbs", "js", "lnk", "hta", "7z", "rar", "sh", "py", "iso", "pdf")
SEARCHED = ("comsvcs", "sekurlsa", "invoke-webrequest", "Invoke-Mimikatz", "downloadstring", "frombase64string", "minidump", "-enc", "ntds.dit", "lsass.dmp", "vssadmin delete", "AmsiUtils", "DisableRealtimeMonitoring", "bypass", "hidden", "ADMIN$", "IPC$", "MiniDumpWriteDump", "whoami", "cobalt", "password", "secret", "cleartext", "svchost", "RC4", "pastebin", "ngrok", "onion", "base64", "certutil", "SeDebugPrivilege", "lsadump", "kirbi", "sticky keys", "WDigest", "passwords.txt", "confidential", "invoice", "gold", "shell", "tunnel", "export", "AssumeRole", "credential")
COMMANDS = ("whoami /all", "net user", "net group", "-enc", "-EncodedCommand", "vssadmin delete shadows", "nltest /dclist", "net localgroup administrators", "reg save", "wevtutil cl", "Set-MpPreference", "-nop -w hidden", "comsvcs.dll", "schtasks /create", "sc create", "ntdsutil", "bcdedit", "Invoke-WebRequest", "-urlcache", "procdump -ma lsass", "DownloadString", "ipconfig /all", "net view", "cipher /w", "chmod +x", "/etc/shadow", "IEX", "FromBase64String", "rundll32.exe", "curl http", "sekurlsa::logonpasswords", "nc -e", "wmic process call create", "quser", "systeminfo", "arp -a", "tasklist /v", "dir /s", "icacls")
SWITCHES = ("/c", "-ep bypass", "/create", "-ma", "/all", "-k", "--help", "-x", "/add", "-o", "/s", "-p", "copy", "lsass", "/quiet")
VERBS = ("Create", "Delete", "List", "Get", "Put", "Update", "Attach", "Detach", "Describe", "Run", "Stop", "Assume", "Disable", "Modify", "Add", "Remove")
OBJECTS = ("User", "AccessKey", "Bucket", "Object", "Instances", "Role", "RolePolicy", "UserPolicy", "Secret", "SecretValue", "Trail", "SecurityGroup", "LoginProfile", "Snapshot", "KeyPair", "Function", "Logging", "Detector", "Member", "Password", "Policy", "Volumes")
FINDING_HEADS = ("Suspicious", "Possible", "Unusual", "Rare", "Encoded", "Remote", "Malicious", "Hidden", "Anomalous", "Potential")
FINDING_TAILS = ("PowerShell Download", "LSASS Access", "Service Installation", "Scheduled Task Creation", "DCSync", "Rundll32 Activity", "Kerberoasting", "Password Spray", "Admin Share Access", "WMI Execution", "Logon From New Country", "Registry Persistence", "Shadow Copy Deletion", "User Creation", "Event Log Cleared", "Web Shell", "DNS Tunnel", "Token Use", "Key Creation", "Process Injection", "Credential Dumping", "Office Child Process")

LEXICON: dict[str, tuple[tuple[str, str], ...]] = {
    "activity": (  # as events or steps in the plural
        ("logons", "logon"), ("logins", "logon"), ("sign-ins", "logon"), ("successful logons", "logon"),
        ("failed logons", "failed_logon"), ("failed logins", "failed_logon"), ("bad password attempts", "failed_logon"), ("failed sign-ins", "failed_logon"), ("unsuccessful logons", "failed_logon"),
        ("explicit credential logons", "explicit_logon"), ("logons with explicit credentials", "explicit_logon"),
        ("logoffs", "logoff"), ("log-outs", "logoff"),
        ("Kerberos tickets", "ticket"), ("ticket requests", "ticket"), ("service tickets", "ticket"),
        ("processes", "process"), ("process starts", "process"), ("programs started", "process"), ("process creations", "process"),
        ("process accesses", "process_access"), ("process memory reads", "process_access"),
        ("script blocks", "script"), ("PowerShell scripts", "script"), ("script executions", "script"),
        ("network connections", "network"), ("connections", "network"), ("network flows", "network"), ("outbound connections", "network"),
        ("DNS queries", "dns"), ("DNS lookups", "dns"), ("name lookups", "dns"), ("domain lookups", "dns"),
        ("HTTP requests", "http"), ("web requests", "http"), ("web hits", "http"),
        ("SMB accesses", "smb"), ("file share accesses", "smb"), ("share connections", "smb"),
        ("RPC calls", "rpc"), ("emails", "email"), ("mails", "email"), ("email messages", "email"),
        ("file writes", "file"), ("file events", "file"), ("file changes", "file"), ("file downloads", "file"),
        ("registry changes", "registry"), ("registry writes", "registry"), ("registry events", "registry"),
        ("module loads", "module"), ("DLL loads", "module"), ("loaded DLLs", "module"),
        ("service events", "service"), ("service installs", "service_created"), ("new services", "service_created"), ("services created", "service_created"),
        ("task events", "task"), ("scheduled tasks created", "task_created"), ("new scheduled tasks", "task_created"), ("task creations", "task_created"),
        ("account changes", "account_change"), ("password resets", "account_change"), ("account modifications", "account_change"),
        ("account creations", "account_created"), ("accounts created", "account_created"), ("new user creations", "account_created"),
        ("lockouts", "lockout"), ("account lockouts", "lockout"), ("group changes", "group_change"), ("group membership changes", "group_change"),
        ("directory accesses", "directory"), ("directory service accesses", "directory"), ("API calls", "api"), ("cloud API calls", "api"), ("AWS calls", "api"),
        ("IDS alerts", "alert"), ("EDR alerts", "alert"), ("log clearings", "log_cleared"), ("cleared logs", "log_cleared"),
    ),
    "one": (  # one of them, in the singular
        ("logon", "logon"), ("login", "logon"), ("sign-in", "logon"), ("failed logon", "failed_logon"), ("failed login", "failed_logon"), ("failed sign-in", "failed_logon"),
        ("ticket request", "ticket"), ("process start", "process"), ("network connection", "network"), ("connection", "network"), ("DNS query", "dns"), ("DNS lookup", "dns"),
        ("HTTP request", "http"), ("web request", "http"), ("email", "email"), ("file write", "file"), ("registry change", "registry"), ("DLL load", "module"), ("script block", "script"),
        ("service install", "service_created"), ("task creation", "task_created"), ("password reset", "account_change"), ("account creation", "account_created"), ("lockout", "lockout"),
        ("group change", "group_change"), ("API call", "api"), ("log clearing", "log_cleared"), ("logoff", "logoff"), ("share access", "smb"), ("process access", "process_access"), ("RPC call", "rpc"), ("EDR alert", "alert"),
    ),
    "by": (  # plural, values of what
        ("accounts", "account"), ("users", "user"), ("hosts", "host"), ("machines", "host"), ("computers", "host"), ("servers", "host"), ("addresses", "address"), ("source IPs", "address"), ("source addresses", "address"), ("IPs", "address"),
        ("destinations", "destination"), ("destination addresses", "destination"), ("ports", "port"), ("destination ports", "port"), ("processes", "process"), ("programs", "process"), ("executables", "process"), ("commands", "command"), ("command lines", "command"),
        ("domains", "domain"), ("DNS names", "domain"), ("domain names", "domain"), ("URLs", "url"), ("files", "file"), ("file names", "file"), ("operations", "operation"), ("API operations", "operation"),
        ("resources", "resource"), ("user agents", "user_agent"), ("log sources", "source"), ("activities", "activity"), ("kinds of activity", "activity"),
    ),
    "each": (  # singular, after by or per
        ("account", "account"), ("user", "user"), ("host", "host"), ("machine", "host"), ("address", "address"), ("source address", "address"), ("IP", "address"), ("destination", "destination"), ("port", "port"), ("process", "process"), ("program", "process"),
        ("command", "command"), ("domain", "domain"), ("URL", "url"), ("file", "file"), ("operation", "operation"), ("resource", "resource"), ("activity", "activity"), ("outcome", "outcome"), ("source", "source"), ("user agent", "user_agent"), ("day", "day"), ("hour", "hour"),
    ),
    "severity": (("critical", "critical"), ("critical", "critical"), ("high severity", "high"), ("high", "high"), ("high-severity", "high"), ("medium", "medium"), ("medium severity", "medium"), ("low", "low"), ("low severity", "low"), ("informational", "informational")),
    "status": (("open", "open"), ("open", "open"), ("unresolved", "open"), ("still open", "open"), ("closed", "closed"), ("closed", "closed"), ("resolved", "closed")),
    "logon_type": (("RDP", "remote_desktop"), ("remote desktop", "remote_desktop"), ("network", "network"), ("type 3", "network"), ("interactive", "interactive"), ("console", "interactive"), ("batch", "batch"), ("service", "service"), ("unlock", "unlock"), ("cleartext", "cleartext"), ("clear-text", "cleartext"), ("new-credentials", "new_credentials"), ("type 9", "new_credentials"), ("cached", "cached")),
    "kind": (("IPs", "ip"), ("IP addresses", "ip"), ("addresses", "ip"), ("ips", "ip"), ("domains", "domain"), ("domain names", "domain"), ("URLs", "url"), ("links", "url"), ("email addresses", "email"), ("hashes", "hash"), ("file hashes", "hash"), ("SHA256 hashes", "hash"), ("file names", "file"), ("files", "file"), ("registry keys", "registry"), ("user agents", "user_agent"), ("access keys", "access_key"), ("CVEs", "cve")),
    "format": (("markdown", "markdown"), ("Markdown", "markdown"), ("md", "markdown"), ("html", "html"), ("HTML", "html"), ("JSON", "json"), ("json", "json")),
    "outcome": (("that failed", "failure"), ("that did not succeed", "failure"), ("that were refused", "failure"), ("that succeeded", "success"), ("that worked", "success"), ("that were successful", "success")),
    "side": (("first", "first"), ("earliest", "first"), ("very first", "first"), ("initial", "first"), ("last", "last"), ("latest", "last"), ("most recent", "last"), ("final", "last")),
}
