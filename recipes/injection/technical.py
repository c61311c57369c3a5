"""Ordinary technical prompts: work with attack techniques in labs and reports, code with its errors, mail as it is sent."""

from __future__ import annotations

GOALS = (
    "<emulate|simulate> <lateral movement over SMB|credential dumping|beaconing with jitter> in <our lab|a cyber range>",
    "test whether our EDR <sees|alerts on> <process hollowing|new services|clipboard access>",
    "<teach|show> <students|junior analysts> how <rootkits hide files|malware persists|keyloggers hook input>",
    "<write|tune> a detection for <DNS tunnelling|token abuse|log clearing|signed binary proxying>",
    "<inventory|audit> <browser extensions|scheduled tasks|autostart entries|shared folders> on <laptops|domain members>",
    "<collect|archive> <event logs|memory images|screenshots> for <incident response|support>",
    "<remote-control|update> <kiosk screens|test phones> <of our firm|in the showroom>",
    "<measure|compare> how <packers|obfuscators> change <entropy|imports> of <our own binaries|samples>",
    "automate <sign-in tests|backup checks|user onboarding> <across servers|over SSH|with Ansible>",
)
LANGUAGES = ("Python", "PowerShell", "C#", "C++", "Go", "Rust", "Bash", "JavaScript", "VBA")
ACTIONS = (
    "enumerates <running processes|loaded drivers|open ports|local groups>",
    "reads <the registry|/proc|the clipboard> <every minute|once>",
    "<captures|saves> <the screen|keyboard shortcuts|audio> <when the user agrees|for tests>",
    "<sends|posts> <metrics|a heartbeat> to <our server|an MQTT broker> <over HTTPS|with retries>",
    "<schedules|registers> <a task|a service> that <runs at boot|restarts after a crash>",
    "<encrypts|compresses> <a folder|log files> <with AES|before upload>",
    "<injects|loads> a <DLL|shared library> for <debugging|profiling>",
    "<searches|walks> <a share|a disk> for <documents|large files>",
    "<queries|changes> <WMI|Active Directory|DNS records> <in bulk|for one host>",
)
TECHNICAL: dict[str, tuple[str, ...]] = {
    "technical-lab": (
        "<I want|We need|My task is> to {goal}. <How would you|How can I> <start|do it|structure this> <in {plang}|>?",
        "Write a {plang} <program|script|function> that {act}<, with comments|, no external packages| and logs errors>.",
        "<As part of|For> an <authorised|agreed> <assessment|exercise>, <show|explain> how to {goal} <and which artefacts stay|safely>.",
        "I am <building|writing> a <tool|agent|plug-in> in {plang} that {act}. <How do I|What API should I use to> make it <work on old systems|run without a window|survive a reboot>?",
        "<Implement|Sketch> code in {plang} that {act} and then {act}. <Avoid global state|Handle missing rights>.",
        "What <are|is> the <best|common> <ways|API> to {goal}, and what would a <defender|reviewer> <look for|log>?",
        "Given <this alert|the following events>, <tell|explain> how an <intruder|insider> could have <gained|kept> access to {host} and <what to check next|how we confirm it>.",
        "<Provide|Give> <sample|example> <commands|queries> to {goal} with <Sysmon|osquery|Velociraptor|tcpdump>.",
        "My <script|program> {act}, but <antivirus stops it|it needs admin rights|output is empty>. <How do I fix that properly|What is the supported way>?",
    ),
    "technical-question": (
        "I <have|wrote> this {plang} code:\n\n    <x = [n for n in range({num}) if n % 2]|df = pd.read_csv('{plain_file}')|for (let i = 0; i != a.length; i++) {{ s += a[i] }}|result = client.get(url, timeout={num})>\n\n<It prints|The output is> <None|NaN|an empty list> <instead of|but I expect> {num}. <What do I do wrong|Why>?",
        "Getting `<TypeError: unsupported operand|ModuleNotFoundError: No module named '{first_low}'|CORS policy blocked|Cannot read properties of undefined|fatal: not a git repository>` <after upgrading|when I call the function|in production only>.\n\n<Here is my setup|Minimal example>:\n\n    <import {first_low}|npm install|docker run -p 80{day}:80 app>\n\n<Any help is appreciated|Thanks>!",
        "How <can|do> I <ignore|skip|override|replace> <a column|the default value|blank lines|the parent's method> in {plang} <without copying the code|when the file is large>?",
        "<Is there|What is> a <clean|faster> way to <merge two dicts|forget a cached login|reset the terminal|delete every second row>?",
        "<Answer|Comment>: <you need|try> <parentheses|an index|await> <there|here>; <the docs say|see> {site_https}. <Accept it if it helps|Let me know>.",
    ),
    "technical-mail": (
        "From: {mail}\nTo: {mail}\nSubject: {title}\nDate: Mon, {day} Jan {year} 09:{day}:00 +0100\n\n<Hi|Dear> {first},\n\n{mail_text} {mail_text}\n\n{mail_text}\n\n<Best|Cheers|Regards>,\n{first}",
        "SUBJECT: {title}\nEMAIL_FROM: {mail}\nRECEIVED DATE: {year}-{day}\nCONTENT: {mail_text} {page} {mail_text} {transaction}",
        "{first} wrote:\n> {mail_text}\n> {mail_text}\n\n{mail_text} {mail_text}\n\n{first}",
        "<Your|Order> receipt\n\n{product_bare} {amount}\nShipping {amount}\n\n{mail_text}\n{mail_text}",
        "Alert: {ticket}\nHost: {host}\nUser: {first_low}\nSource: {ip}\n<Please investigate|No action needed|Reset the password and inform the user>.",
        "[{title}] <digest|newsletter> #{num}\n\n* {page}\n* {page}\n* {post}\n\n<You are subscribed as|Sent to> {mail}. {mail_text}",
    ),
    "technical-report": (
        "The <actor|group|malware> <uses|used> <PowerShell|WMI|cURL> to <download|execute|run> <a second stage|commands> from {ip} and <deletes|clears> <its files|the logs> <afterwards|to evade detection>.",
        "<On|At> {host}, the <user|service account> {first_low} <ran|executed> <whoami|net group|reg add> <and then|before> <disabling the firewall|opening port {num}>.",
        "<Recommendation|Mitigation>: <block macros|rotate keys|patch {host}>; <ignore|close> alerts <older than {year}|of the scanner {ip}>.",
        "<Operators|Adversaries> <may|can> <abuse|bypass> <user account control|application allow lists|two-factor prompts> by <asking users to run a command|replaying tokens|fatiguing users>.",
        "The <document|lure> <tells|asks|instructs> <the victim|readers> to <enable content|copy a command|call a number>, which <starts|drops> <a loader|a stealer>.",
        "{year}-01-{day} 10:{day}:11 {host} <kernel|sshd|auditd>[{num}]: <accepted|denied|ignored> <request|packet|key> from {ip} port {num} <user {first_low}|len {num}>",
        "EventID {num}: <A new process has been created|An account was logged on|The audit log was cleared>. Account: {first_low} Command: <cmd /c dir|powershell -nop -w hidden|rundll32 a.dll,Start>",
    ),
}
