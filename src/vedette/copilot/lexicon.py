"""Words of questions that are no names: what keeps ``mail`` or ``admin`` in a question from being taken for an account.

A word below is taken for a name only where the question says so (``the account admin``, quotes) or a router copied it
as an argument that must be a name.
"""

from __future__ import annotations

_TEXT = """
a an the this that these those it its they them their theirs he him his she her hers i me my we us our you your one
ones who whom whose what which when where why how whether is are was were be been being am do does did done doing have
has had having will would shall should can could may might must not no yes nor neither either or and but if then than
else so as at by for from in into of off on onto out over to toward towards under until till up upon via with within
without about above across after against along among around before behind below beneath beside besides between beyond
down during except inside near outside per since through throughout again also already always any anybody anyone
anything anywhere both each every everybody everyone everything everywhere few many more most much never next none
nobody nothing nowhere now often once only other others own please same several some somebody someone something
somewhere still such there here too very well yet all another just even ever back first last second third fourth fifth
latest earliest recent recently new newest old oldest main top bottom best worst gravest biggest largest smallest
whole total overall different unusual strange odd weird suspicious malicious bad good normal usual common rare unknown
known interesting important big small high low medium critical severe serious account accounts user users username
login logins logon logons log logs logged logging logoff logout sign signin signed password passwords credential
credentials key keys token tokens session sessions host hosts hostname machine machines computer computers server
servers workstation workstations laptop desktop box boxes system systems device devices domain domains controller
controllers network networks internet address addresses ip ips port ports connection connections traffic protocol dns
http https url urls web site website page mail mails email emails message messages phishing file files folder folders
directory share shares document documents data database table tables process processes program programs command
commands cmd script scripts task tasks job jobs service services registry event events record records entry entries
alert alerts finding findings detection detections rule rules case cases incident incidents attack attacks attacker
attackers intruder intruders adversary adversaries hacker hackers threat threats actor actors breach breaches
intrusion compromise compromised victim victims target targets targeted bystander bystanders implicated involved
affected infected hit touched related linked connected associated responsible guilty innocent suspect suspects
technique techniques tactic tactics mitre att&ck attck ttp ttps indicator indicators ioc iocs observable observables
hash hashes evidence proof timeline chronology sequence step steps path route lateral movement move moved moves spread
privilege privileges escalation escalate admin admins administrator administrators root guest people person persons
team group groups role roles member members happen happened happens happening occur occurred start started starts
begin began begins end ended ends finish finished stop stopped go goes going went come came get gets got give gives
gave given take takes took taken make makes made use uses used using see sees saw seen show shows showed shown tell
tells told say says said list lists listed count counts counted find finds found look looks looked search searched
searches check checks checked know knows think explain explains explained describe summarise summarize summary
overview brief report reports draft drafts write writes wrote written slides slide deck presentation powerpoint pptx
compare compares compared comparison versus vs difference differences change changes changed like mean means meant
want wants wanted need needs needed help helps create creates created add adds added delete deletes deleted remove
removes removed modify modifies modified open opens opened close closed run runs ran running execute executes executed
launch launched download downloads downloaded upload uploads uploaded exfiltrate exfiltrated exfiltration steal stole
stolen leak leaked copy copied send sends sent receive received access accesses accessed connect connects reach
reached try tries tried attempt attempts attempted fail fails failed failure failures succeed succeeded success
successful successfully block blocked allow allowed deny denied work works worked active activity activities action
actions behaviour behavior thing things stuff way ways kind kinds type types sort sorts source sources cause reason
reasons detail details information info answer question questions place places part parts side number numbers amount
time times date dates day days today yesterday tomorrow tonight night nights morning afternoon evening noon midnight
week weeks weekend month months year years hour hours minute minutes seconds moment moments while ago later earlier
soon long short fast slow quick quickly briefly monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov
dec utc gmt pm cloud aws azure windows linux unix mac macos kubernetes vpn firewall proxy endpoint endpoints edr siem
soc ciso boss manager management executive executives lawyer board colleague shift handover hand-over handoff customer
client backup backups sync test tests support daemon bin sys news games operator printer print local public private
internal external remote ok okay thanks thank hi hello hey bye cheers sorry great fine sure right wrong true false
maybe really actually didn't don't doesn't wasn't isn't weren't aren't can't couldn't who's what's when's where's
how's that's there's it's let's i'm we're they're i've we've s t d ll re ve
"""

COMMON: frozenset[str] = frozenset(_TEXT.split()) | frozenset(
    """api apis acted locked real name lock unlock unlocked lockout lockouts clear clears cleared clearing wipe wiped
    erase erased
    reset resets disable disabled enable enabled put total call calls called talk talked touch blocked normal evil worry
    busier cmdline src dst addr creation compare involved concern everything execute
    except without excluding ignoring before after covers cover upload uploading""".split()
)
"""Words that are no names unless a question marks them as one."""

TECHNICAL: frozenset[str] = frozenset(
    """log4shell log4j base64 x64 x86 s3 ec2 o365 m365 office365 md5 sha1 sha256 sha512 win10 win11 ipv4 ipv6 p2p 2fa
    mfa utf8 utf-8 kerberos ntlm ntlmv2 wmi winrm psremoting rdp ssh smb ftp tls ssl ldap c2 cobaltstrike mp3 mp4 7zip
    7z net1 rundll32 regsvr32 wscript cscript powershell pwsh bash mimikatz psexec lsass ntds sam dcsync covid-19
    k8s oauth2 web01-like h1 q1 q2 q3 q4 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th one two three four five six
    seven eight nine ten dozen hundred thousand half couple""".split()
)
"""Words of the trade that look like names and are none."""

ACCOUNT_CUES = frozenset(
    {"account", "user", "username", "login", "identity", "principal", "role", "employee", "by", "as"}
)
HOST_CUES = frozenset(
    {"host", "machine", "computer", "server", "workstation", "laptop", "box", "system", "device", "endpoint",
     "controller", "on", "onto", "node", "instance"}
)  # fmt: skip
STRONG_CUES = frozenset(
    {"account", "accounts", "user", "username", "identity", "principal", "employee", "host", "machine", "computer",
     "server", "workstation", "laptop", "box", "named", "called", "login", "hostname", "instance"}
)  # fmt: skip
"""Words after which a word stands for a name."""

FILE_ENDINGS = (
    ".exe", ".dll", ".sys", ".ps1", ".psm1", ".bat", ".cmd", ".vbs", ".vbe", ".js", ".jse", ".hta", ".lnk", ".scr",
    ".msi",
    ".sh", ".py", ".pl", ".rb", ".php", ".jsp", ".aspx", ".asp", ".jar", ".war", ".elf", ".bin", ".dmp", ".log", ".txt",
    ".csv", ".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".iso", ".img", ".doc", ".docx", ".docm", ".xls", ".xlsx",
    ".xlsm", ".ppt", ".pptx", ".pdf", ".eml", ".msg", ".rtf", ".one", ".kdbx", ".pem", ".key", ".pfx", ".conf", ".cfg",
    ".ini", ".xml", ".json", ".yml", ".yaml", ".db", ".sqlite", ".bak", ".tmp", ".dat", ".evtx",
)  # fmt: skip

PROGRAMS: frozenset[str] = frozenset(
    """powershell pwsh cmd rundll32 regsvr32 mshta wscript cscript certutil bitsadmin schtasks wmic net1 nltest whoami
    ipconfig netsh psexec mimikatz procdump ntdsutil vssadmin wevtutil msiexec installutil rclone winrar 7z curl
    wget bash sh python python3 perl nc ncat socat crontab systemctl explorer svchost lsass
    winword excel outlook chrome firefox""".split()
)
"""Programs that questions name without an ending."""
