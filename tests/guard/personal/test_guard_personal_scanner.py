"""What the scanner finds in texts, and what only looks like it: each kind with near misses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.base import Cost, Scanner
from vedette.guard.entities import ENTITIES
from vedette.guard.personal import PersonalScanner
from vedette.schema.guarding import Around, Direction, Form, GuardFinding, Passage

SCANNER = PersonalScanner()


def scan(text: str, form: Form = Form.AUTO) -> tuple[GuardFinding, ...]:
    """Return the findings of a text."""
    return SCANNER.scan(Passage(text=text, form=form), Around()).findings


def found(text: str, entity: str) -> list[str]:
    """Return what was found of an entity, as it stands in the text."""
    return [text[f.start : f.end] for f in scan(text) if f.entity == entity]


def rules(text: str, entity: str) -> list[str]:
    """Return the rules that found an entity."""
    return [f.rule for f in scan(text) if f.entity == entity]


def test_it_is_a_scanner() -> None:
    assert isinstance(SCANNER, Scanner)
    assert SCANNER.cost is Cost.PATTERN
    assert SCANNER.directions == frozenset(Direction)
    assert SCANNER.entities <= set(ENTITIES)
    assert scan("") == ()


FOUND = [
    ("EMAIL_ADDRESS", "Write to Bob.O'Neil+x@mail.example.co.uk.", "Bob.O'Neil+x@mail.example.co.uk"),
    ("EMAIL_ADDRESS", "<mailto:anna@example.com>", "anna@example.com"),
    ("EMAIL_ADDRESS", "user=anna%40example.com&x=1", "anna%40example.com"),
    ("EMAIL_ADDRESS", "jürgen@bücher.de schrieb", "jürgen@bücher.de"),
    ("EMAIL_ADDRESS", "иван@почта.рф", "иван@почта.рф"),
    ("EMAIL_ADDRESS", "post@xn--bcher-kva.de", "post@xn--bcher-kva.de"),
    ("EMAIL_ADDRESS", "anna (at) example.com", "anna (at) example.com"),
    ("EMAIL_ADDRESS", "anna[at]example[dot]com", "anna[at]example[dot]com"),
    ("EMAIL_ADDRESS", "reach me: anna at example dot org", "anna at example dot org"),
    ("EMAIL_ADDRESS", "mail bob@corp.local today", "bob@corp.local"),
    ("PHONE_NUMBER", "618-226-1460 is new", "618-226-1460"),
    ("PHONE_NUMBER", "Phone: 0341 8387176", "0341 8387176"),
    ("PHONE_NUMBER", "463-612-6138x036", "463-612-6138x036"),
    ("PHONE_NUMBER", "Phone: +49 30 9691408 192.168.155.11", "+49 30 9691408"),
    ("PHONE_NUMBER", "Fax +41 (0)85 806 98 67", "+41 (0)85 806 98 67"),
    ("PHONE_NUMBER", "you can call 780 6326", "780 6326"),
    ("PHONE_NUMBER", "(855) 292-3937", "(855) 292-3937"),
    ("PHONE_NUMBER", "+442079460958", "+442079460958"),
    ("PHONE_NUMBER", "ring 02.27.96.63.08 tomorrow", "02.27.96.63.08"),
    ("PHONE_NUMBER", "Tel.: 030/1234567", "030/1234567"),
    ("PHONE_NUMBER", "São Paulo (11) 4706-6184", "(11) 4706-6184"),
    ("PHONE_NUMBER", "0049 30 1234567", "0049 30 1234567"),
    ("PHONE_NUMBER", "781 5991 office", "781 5991"),
    ("PHONE_NUMBER", "Mobile:\n5403926876", "5403926876"),
    ("PHONE_NUMBER", "＋４４ ２０ ７９４６ ０９５８", "＋４４ ２０ ７９４６ ０９５８"),
    ("PHONE_NUMBER", "(Jana, +420 603 123 456)", "+420 603 123 456"),
    ("PHONE_NUMBER", "(see +1 212 555 0187)", "+1 212 555 0187"),
    ("PHONE_NUMBER", "(+49 30 901820)", "+49 30 901820"),
    ("PHONE_NUMBER", "(+49 (0)30 901820).", "+49 (0)30 901820"),
    ("PHONE_NUMBER", "My Polish number is 603123456", "603123456"),
    ("PHONE_NUMBER", "Biuro 22 826 40 11.", "22 826 40 11"),
    ("PHONE_NUMBER", "his Czech number, 603 123 456, is off", "603 123 456"),
    ("PHONE_NUMBER", "Karel Svoboda\nm: 603 123 456\nt: +420 224 123 456", "603 123 456|+420 224 123 456"),
    ("PHONE_NUMBER", "我的电话是13800138000。", "13800138000"),
    ("PHONE_NUMBER", "هاتف ٠١٠ ١٢٣ ٤٥٦٧٨", "٠١٠ ١٢٣ ٤٥٦٧٨"),
    ("CREDIT_CARD", "4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("CREDIT_CARD", "pay with 5555555555554444 now", "5555555555554444"),
    ("CREDIT_CARD", "3782-822463-10005", "3782-822463-10005"),
    ("CREDIT_CARD", "my card 180012345678909", "180012345678909"),
    ("CREDIT_CARD", "card number 30569309025904", "30569309025904"),
    ("CREDIT_CARD", "credit card 4111111111111112 was refused", "4111111111111112"),
    ("IBAN_CODE", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ("IBAN_CODE", "an DE89370400440532013000 zahlen", "DE89370400440532013000"),
    ("IBAN_CODE", "NO93 8601 1117 947 and more", "NO93 8601 1117 947"),
    ("BANK_ACCOUNT", "routing number 021000021", "021000021"),
    ("BANK_ACCOUNT", "sort code 20-00-00", "20-00-00"),
    ("BANK_ACCOUNT", "bank account number: 55779911", "55779911"),
    ("BANK_ACCOUNT", "IBAN GB82 WEST 1234 5698 7654 33", "GB82 WEST 1234 5698 7654 33"),
    ("DRIVER_LICENSE", "My driver's license number is A125325867", "A125325867"),
    ("DRIVER_LICENSE", "driving licence: MORGA657054SM9IJ", "MORGA657054SM9IJ"),
    ("PASSPORT", "Passport No. C01X00T47", "C01X00T47"),
    ("PASSPORT", "passport number is 512345678.", "512345678"),
    ("MEDICAL_RECORD", "MRN: 00483921", "00483921"),
    ("MEDICAL_RECORD", "patient ID #PT-448291", "PT-448291"),
    ("DATE_OF_BIRTH", "DOB: 1980-02-03", "1980-02-03"),
    ("DATE_OF_BIRTH", "She was born on 3 March 1980 in Rome", "3 March 1980"),
    ("DATE_OF_BIRTH", "Geburtsdatum: 03.02.1980", "03.02.1980"),
    ("CRYPTO_WALLET", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("CRYPTO_WALLET", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
    ("CRYPTO_WALLET", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("IP_ADDRESS", "from 10.1.2.3 to x", "10.1.2.3"),
    ("IP_ADDRESS", "203.0.113.7:443", "203.0.113.7"),
    ("IP_ADDRESS", "route 10.20.0.0/16", "10.20.0.0"),
    ("IP_ADDRESS", "fe80::1ff:fe23:4567:890a%eth0", "fe80::1ff:fe23:4567:890a"),
    ("IP_ADDRESS", "[2001:db8::8a2e:370:7334]:443", "2001:db8::8a2e:370:7334"),
    ("IP_ADDRESS", "beacon on 10[.]20[.]31[.]7.", "10[.]20[.]31[.]7"),
    ("IP_ADDRESS", "hxxp://192.168.1[.]7:8080/x and 203[.]0[.]113[.]9", "192.168.1[.]7"),
    ("IP_ADDRESS", "10 [dot] 1 [dot] 2 [dot] 3", "10 [dot] 1 [dot] 2 [dot] 3"),
    ("HOSTNAME", "from dc01[.]corp[.]local today", "dc01[.]corp[.]local"),
    ("DOMAIN_NAME", "joined corp[.]local and evil[.]com", "corp[.]local"),
    ("MAC_ADDRESS", "00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
    ("MAC_ADDRESS", "dev 001b.4411.3ab7", "001b.4411.3ab7"),
    ("HOSTNAME", "logged on to ws01.corp.local today", "ws01.corp.local"),
    ("HOSTNAME", "DESKTOP-54JCEU5 rebooted", "DESKTOP-54JCEU5"),
    ("HOSTNAME", r"net use \\FILESRV\share", "FILESRV"),
    ("DOMAIN_NAME", "see contoso.com for more", "contoso.com"),
    ("DOMAIN_NAME", "joined theshire.local yesterday", "theshire.local"),
    ("DOMAIN_NAME", "https://www.Frugal.de/x", "www.Frugal.de"),
    ("URL", "(see https://example.com/a_(b)).", "https://example.com/a_(b)"),
    ("URL", 'href="https://example.com/x?y=1"', "https://example.com/x?y=1"),
    ("USERNAME", r"as CONTOSO\jdoe from", r"CONTOSO\jdoe"),
    ("USERNAME", r"C:\Users\jdoe\x.txt", "jdoe"),
    ("USERNAME", "cat /home/jdoe/.bashrc", "jdoe"),
    ("USERNAME", "sshd[1]: Accepted publickey for jdoe from 10.0.0.1 port 22", "jdoe"),
    ("USERNAME", "Failed password for invalid user oracle7 from 10.0.0.1", "oracle7"),
    ("USERNAME", "scp jdoe@files.example.com:/tmp/x .", "jdoe"),
    ("FILE_PATH", r"open C:\Users\jdoe\Desktop\a.docx please", r"C:\Users\jdoe\Desktop\a.docx"),
    ("FILE_PATH", r"open C:\\\\Users\\\\jdoe\\\\a.docx please", r"C:\\\\Users\\\\jdoe\\\\a.docx"),
    ("FILE_PATH", "open /Users/jdoe/a.docx.", "/Users/jdoe/a.docx"),
    ("SID", "S-1-5-21-1004336348-1177238915-682003330-1105", "S-1-5-21-1004336348-1177238915-682003330-1105"),
    ("ARN", "arn:aws:iam::123456789012:user/bob.", "arn:aws:iam::123456789012:user/bob"),
    ("CLOUD_ACCOUNT", "arn:aws:s3:us-east-1:123456789012:x", "123456789012"),
    ("CLOUD_ACCOUNT", "AWS account 123456789012", "123456789012"),
    ("CLOUD_ACCOUNT", "/subscriptions/0a1b2c3d-0000-4000-8000-0123456789ab/x", "0a1b2c3d-0000-4000-8000-0123456789ab"),
    ("CLOUD_ACCOUNT", "as AROA3QZ7XW5NPL2RT6VBA from there", "AROA3QZ7XW5NPL2RT6VBA"),
    ("CLOUD_ACCOUNT", "x@my-proj-17.iam.gserviceaccount.com", "my-proj-17"),
]


@pytest.mark.parametrize(("entity", "text", "value"), FOUND, ids=[f"{e}-{v[:24]}" for e, _, v in FOUND])
def test_it_finds(entity: str, text: str, value: str) -> None:
    assert found(text, entity) == value.split("|")


PASSED = [
    ("EMAIL_ADDRESS", "git clone git@github.com:org/repo.git"),
    ("EMAIL_ADDRESS", "ssh jdoe@host.example.com"),
    ("EMAIL_ADDRESS", "jdoe@web01:~$ ls"),
    ("EMAIL_ADDRESS", "https://bob:pw@example.com/"),
    ("EMAIL_ADDRESS", "npm i @scope/pkg@1.2.3 react@latest"),
    ("EMAIL_ADDRESS", "logo@2x.png"),
    ("EMAIL_ADDRESS", "evil[@]bad[.]com and bad@evil[.]com"),
    ("EMAIL_ADDRESS", "Message-ID: <a.b.c@mail.example.com>"),
    ("EMAIL_ADDRESS", "look at example.com dot"),
    ("PHONE_NUMBER", "2020-08-05 02:09:26.123 10.0.17763.1"),
    ("PHONE_NUMBER", "54849625-5478-4994-A5BA-3E3B0328C30D"),
    ("PHONE_NUMBER", "00 1a 02 27 96 63 08 0a"),
    ("PHONE_NUMBER", "CVE-2024-4357212 and KB5034441"),
    ("PHONE_NUMBER", "ThreadID 4880 ProcessID 116 1024 2048 4096"),
    ("PHONE_NUMBER", "[ +2.002992] ice 0000:b1:00.0"),
    ("PHONE_NUMBER", "BIOS 0603 11/01/2021"),
    ("PHONE_NUMBER", "1.2.3.4 - - 555-123-4567-890"),
    ("PHONE_NUMBER", "(c) 2005-2016 Desk"),
    ("PHONE_NUMBER", "case 003-498-237-832"),
    ("PHONE_NUMBER", "case number 603123456, contact 700123456"),
    ("PHONE_NUMBER", "sizes 603 123 456 and 12 345 67 89 10"),
    ("PHONE_NUMBER", "bytes=13800138000 序号13800138000123"),
    ("PHONE_NUMBER", "d: 2020-08-05 c: 10.0.17763.1 m: 8080"),
    ("PHONE_NUMBER", "sha1 618226146061822614606182261460"),
    ("CREDIT_CARD", "4111 1111 1111 1112"),
    ("CREDIT_CARD", "id 4111111111111111111111"),
    ("CREDIT_CARD", "0.4111111111111111"),
    ("CREDIT_CARD", "1234567812345670"),
    ("CREDIT_CARD", '{"RecordNumber": 4111111111111111}'),
    ("IBAN_CODE", "GB82 WEST 1234 5698 7654 33"),
    ("IBAN_CODE", "GB82WEST123456987654321"),
    ("IBAN_CODE", "XX82WEST12345698765432"),
    ("BANK_ACCOUNT", "routing number 021000022"),
    ("BANK_ACCOUNT", "routing table 021000021x"),
    ("PASSPORT", "the passport was lost in 2019"),
    ("DRIVER_LICENSE", "driver license agreement version 2"),
    ("MEDICAL_RECORD", "the medical record is missing"),
    ("DATE_OF_BIRTH", "born in the USA on a Monday"),
    ("CRYPTO_WALLET", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
    ("CRYPTO_WALLET", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"),
    ("CRYPTO_WALLET", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"),
    ("CRYPTO_WALLET", "sha1 0xda39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("IP_ADDRESS", "version 10.0.17763.1 and 8.2.13.0"),
    ("IP_ADDRESS", "before 4.0.1.2"),
    ("IP_ADDRESS", "OID 1.3.6.1.4.1.311"),
    ("IP_ADDRESS", "203.0.113[.]7 and 8[.]8.8.8"),
    ("IP_ADDRESS", "10[.]20[.]31[.]7[.]9 and 10[.]20[.]31[.]700 and 1.2.10[.]20[.]31[.]7"),
    ("IP_ADDRESS", "127.0.0.1 0.0.0.0 255.255.255.255 224.0.0.1 ::1"),
    ("IP_ADDRESS", "1.2.3.256"),
    ("IP_ADDRESS", "std::dec abc::def 12:34:56 a::b"),
    ("MAC_ADDRESS", "ab:cd:ef:01:23:45:67:89"),
    ("MAC_ADDRESS", "00:00:00:00:00:00"),
    ("HOSTNAME", r"dir C:\\Windows\\System32"),
    ("DOMAIN_NAME", "obj.method() foo.py main.rs report.zip a.exe README.md"),
    ("DOMAIN_NAME", "System.Net.WebClient ASP.NET document.domain user.id"),
    ("DOMAIN_NAME", "evil[.]com hxxp://bad.com/x"),
    ("DOMAIN_NAME", "/usr/lib/libc.so.6 ./run.sh and e.g. this"),
    ("DOMAIN_NAME", "com.apple.security org.apache.commons.io"),
    ("URL", "hxxps://evil.com/x and http://evil[.]com/"),
    ("USERNAME", r"NT AUTHORITY\SYSTEM BUILTIN\Administrators NT SERVICE\MSSQL"),
    ("USERNAME", r"HKLM\Software\Microsoft C:\Windows\System32"),
    ("USERNAME", r"C:\Users\Public\x C:\Users\Administrator\y C:\Users\%USERNAME%\z"),
    ("USERNAME", "/home/ubuntu/x sudo -u root ls"),
    ("FILE_PATH", r"C:\Windows\System32\cmd.exe /usr/bin/ls"),
    ("SID", "S-1-5-18 S-1-5-32-544 S-1-1-0"),
    ("ARN", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ("CLOUD_ACCOUNT", "AKIAIOSFODNN7EXAMPLE xAKIA3QZ7XW5NPL2RT6VB AKIA3QZ7XW5NPL2RT6VB/7q+"),
    ("CLOUD_ACCOUNT", "sequence 123456789012 done"),
]


@pytest.mark.parametrize(("entity", "text"), PASSED, ids=[f"{e}-{t[:28]}" for e, t in PASSED])
def test_it_passes(entity: str, text: str) -> None:
    assert found(text, entity) == []


def test_rules_say_more() -> None:
    assert rules("10.1.2.3 and 88.8.8.8 and 192.0.2.1", "IP_ADDRESS") == ["private", "public", "public"]
    assert rules("https://a.com/?access_token=abcdef123", "URL") == ["token-in-query"]
    assert rules("https://bob@a.com/", "URL") == ["user-in-url"]
    assert rules("https://a.com/?user=bob", "URL") == ["user-in-url"]
    assert rules("https://a.com/", "URL") == ["plain"]
    assert rules("https://intranet/x", "URL") == ["internal"]
    assert rules("corp.local a.com", "DOMAIN_NAME") == ["internal", "public"]
    assert rules("4111111111111111", "CREDIT_CARD") == ["visa"]


HL7 = "MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1||555444^^^H^MR||DOE^JOHN||19800203|M|||12 Main St^^Rome\r"
FHIR = json.dumps(
    {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:x", "value": "00482"}],
        "name": [{"family": "Doe", "given": ["John"]}],
        "address": [{"line": ["12 Main St"], "city": "Rome"}],
    }
)
STRUCTURED = [
    ('{"SubjectUserName": "pedro", "SubjectDomainName": "SHIRE"}', "USERNAME", ["pedro"]),
    ('{"SubjectUserName": "pedro", "SubjectDomainName": "SHIRE"}', "DOMAIN_NAME", ["SHIRE"]),
    ('{"SubjectUserName": "SYSTEM", "TargetUserName": "-", "x": "LOCAL SERVICE"}', "USERNAME", []),
    ('{"User": "NT AUTHORITY\\\\SYSTEM"}', "USERNAME", []),
    ('{"User": "SHIRE\\\\pedro"}', "USERNAME", ["SHIRE\\\\pedro"]),
    ('{"userIdentity": {"userName": "alice", "accountId": "123456789012"}}', "USERNAME", ["alice"]),
    ('{"userIdentity": {"userName": "alice", "accountId": "123456789012"}}', "CLOUD_ACCOUNT", ["123456789012"]),
    ('{"principalId": "x", "accessKeyId": "AKIA3QZ7XW5NPL2RT6VB"}', "CLOUD_ACCOUNT", ["AKIA3QZ7XW5NPL2RT6VB"]),
    ('{"accessKeyId": "QX7W5NPL2RT6VB3QZZ", "y": 1}', "CLOUD_ACCOUNT", ["QX7W5NPL2RT6VB3QZZ"]),
    ('{"principalId": "AROA3QZ7XW5NPL2RT6VBA:jdoe"}', "CLOUD_ACCOUNT", ["AROA3QZ7XW5NPL2RT6VBA"]),
    ('{"principalId": "AROA3QZ7XW5NPL2RT6VBA:jdoe"}', "USERNAME", ["jdoe"]),
    ('{"principalId": "AROA3QZ7XW5NPL2RT6VBA:i-0af31"}', "USERNAME", []),
    ('{"requestParameters": {"bucketName": "globex-payroll"}}', "CLOUD_ACCOUNT", ["globex-payroll"]),
    ('{"Computer": "UBUNTU5", "ip": "10.0.0.4"}', "HOSTNAME", ["UBUNTU5"]),
    ('{"userPrincipalName": "pedro@shire.onmicrosoft.com"}', "EMAIL_ADDRESS", ["pedro@shire.onmicrosoft.com"]),
    ('{"actor": {"displayName": "Anna Roe", "alternateId": "anna.roe"}}', "PERSON", ["Anna Roe"]),
    ('{"actor": {"displayName": "Anna Roe", "alternateId": "anna.roe"}}', "USERNAME", ["anna.roe"]),
    ('{"displayName": "Windows Update", "app": {"displayName": "My App"}}', "PERSON", []),
    ('{"first_name": "Zoë", "last_name": "D\'Arc"}', "PERSON", ["Zoë", "D'Arc"]),
    ('{"patient": {"birthDate": "1980-02-03", "mrn": "A-77"}}', "DATE_OF_BIRTH", ["1980-02-03"]),
    ('{"patient": {"birthDate": "1980-02-03", "mrn": "A-7712"}}', "MEDICAL_RECORD", ["A-7712"]),
    ('{"contact": {"phone": "7806326"}}', "PHONE_NUMBER", ["7806326"]),
    ('{"street_address": "12 Main St"}', "STREET_ADDRESS", ["12 Main St"]),
    ('{"address": "0x7ffe12", "Address": "10.0.0.1"}', "STREET_ADDRESS", []),
    ('type=USER_LOGIN msg=audit(1.2:3): pid=1 uid=0 acct="jdoe" exe="/usr/sbin/sshd"', "USERNAME", ["jdoe"]),
    ('type=USER_LOGIN msg=audit(1.2:3): pid=1 uid=0 acct="root" exe="/usr/sbin/sshd"', "USERNAME", []),
    ("CEF:0|V|P|1|100|x|5|suser=John Doe shost=web7 src=10.0.0.1", "HOSTNAME", ["web7"]),
    ("user,hostname,last_logon\njdoe,PC-7,2024-01-01\n", "USERNAME", ["jdoe"]),
    ("Account Name:\t\tpedro\r\nAccount Domain:\t\tSHIRE\r\nLogon ID:\t\t0x1", "USERNAME", ["pedro"]),
    ("<EventData><Data Name='TargetUserName'>o&apos;neil</Data><Data Name='x'>y</Data></EventData>", "USERNAME", []),
    ("<EventData><Data Name='TargetUserName'>oneil</Data><Data Name='x'>y</Data></EventData>", "USERNAME", ["oneil"]),
    ("{'user': 'jdoe', 'host': 'PC-7', 'ok': True}", "HOSTNAME", ["PC-7"]),
    (json.dumps({"raw": json.dumps({"targetUserName": "jdoe"})}), "USERNAME", ["jdoe"]),
    (json.dumps({"Message": "x\r\n\tSource Address:\t\t10.1.2.3\r\n"}), "IP_ADDRESS", ["10.1.2.3"]),
    (json.dumps({"cmd": 'type "C:\\Users\\jdoe\\a.txt"'}), "FILE_PATH", ["C:\\\\Users\\\\jdoe\\\\a.txt"]),
    (HL7, "PERSON", ["DOE", "JOHN"]),
    (HL7, "MEDICAL_RECORD", ["555444"]),
    (HL7, "DATE_OF_BIRTH", ["19800203"]),
    (HL7, "STREET_ADDRESS", ["12 Main St"]),
    (FHIR, "PERSON", ["Doe", "John"]),
    (FHIR, "STREET_ADDRESS", ["12 Main St"]),
    (FHIR, "MEDICAL_RECORD", ["00482"]),
    ('{"MemberName": "CN=Anna Roe,OU=Staff,DC=corp,DC=local"}', "PERSON", ["Anna Roe"]),
    ("CN=Domain Admins,CN=Builtin,DC=corp", "PERSON", []),
    ('10.0.0.1 - jdoe [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326', "USERNAME", ["jdoe"]),
    ('10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326', "USERNAME", []),
    ("name,email\nAna Roe,ana@example.com\n", "PERSON", ["Ana Roe"]),
    ('{"name": "Windows Defender", "version": "1"}', "PERSON", []),
    ("Logon. Account Name: jdoe Account Domain: CORP Workstation Name: WS-77 x", "USERNAME", ["jdoe"]),
    ("Logon. Account Name: jdoe Account Domain: CORP Workstation Name: WS-77 x", "HOSTNAME", ["WS-77"]),
    ("Logon. Account Name: SYSTEM Account Domain: NT AUTHORITY x", "USERNAME", []),
    ("Jan  2 03:04:05 web01 sshd[2231]: Server listening", "HOSTNAME", ["web01"]),
    ("<34>1 2024-01-02T03:04:05.003Z web01 su 77 - x", "HOSTNAME", ["web01"]),
    ("Jan  2 03:04:05 10.1.1.1 sshd[2231]: Server listening", "HOSTNAME", []),
    ("Jan  2 03:04:06 web01 sudo:    jdoe : TTY=pts/0 ; USER=root", "USERNAME", ["jdoe"]),
    ("DHCPACK on 10.1.1.55 to 3c:52:82:aa:bb:cc (Annas-iPhone) via eth0", "HOSTNAME", ["Annas-iPhone"]),
    ('{"sin": 0.1234567891, "operator": "AND", "machine": "x86_64"}', "NATIONAL_ID", []),
    ('{"sin": 0.1234567891, "operator": "AND", "machine": "x86_64"}', "USERNAME", []),
    ('{"sin": 0.1234567891, "operator": "AND", "machine": "x86_64"}', "HOSTNAME", []),
    (json.dumps({"unc": "\\\\FILESRV\\share"}), "HOSTNAME", ["FILESRV"]),
]


@pytest.mark.parametrize(("text", "entity", "values"), STRUCTURED, ids=[f"{e}-{t[:40]}" for t, e, _ in STRUCTURED])
def test_fields_say_what_their_values_are(text: str, entity: str, values: list[str]) -> None:
    assert found(text, entity) == values


def test_plain_form_reads_no_fields() -> None:
    assert [f.entity for f in scan('{"SubjectUserName": "pedro"}', Form.PLAIN)] == []


def test_a_number_is_one_thing() -> None:
    text = "SSN 536-22-3982, phone 618-226-1460, card 4111-1111-1111-1111, IBAN DE89 3704 0044 0532 0130 00"
    assert [f.entity for f in scan(text)] == ["NATIONAL_ID", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE"]


_PIECES = (
    "a@b.com +44 20 7946 0958 4111 1111 GB82 WEST SSN 536-22-3982 phone dob 1/1/2000 10.1.2.3 :: fe80::1 \\ é 😀 "
    'C:\\Users\\bob /home/bob http:// x@ arn:aws: 0x {" ": , } user=bob Name: \u0661 \ud83d \x00 \u202e'
).split(" ")


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*_PIECES, " ", "\n", "-", "."]) | st.text(max_size=6), max_size=30).map("".join))
def test_findings_index_the_text_and_nothing_raises(text: str) -> None:
    last = (0, 0)
    for one in scan(text):
        assert 0 <= one.start < one.end <= len(text)
        assert (one.start, one.end) >= last
        last = (one.start, one.end)
        assert one.entity in SCANNER.entities
        assert 0 < one.score <= 1
        assert one.scanner == "personal"


@settings(max_examples=40)
@given(st.text(max_size=12).filter(lambda s: not any(c.isalnum() or c in "_-.+@%/\\" for c in s)))
def test_what_stands_around_a_value_does_not_hide_it(around: str) -> None:
    text = f"{around} anna@example.com {around}"
    assert found(text, "EMAIL_ADDRESS") == ["anna@example.com"]


@pytest.mark.parametrize("unit", ["7", "@", "{", "a@", "1.", "\\", "ssn 1", '{"', "x=", "4111 ", "http://a"])
def test_hostile_texts_are_done_with(unit: str) -> None:
    assert len(scan(unit * 20_000)) <= 20_000


def test_what_a_field_gave_away_is_found_wherever_it_stands() -> None:
    text = json.dumps({"Computer": "WS7.corp.local", "User": "CORP\\anna.roe", "cmd": "x /S ws7 by anna.roe", "ws7": 1})
    assert found(text, "HOSTNAME") == ["WS7.corp.local", "ws7"]
    assert found(text, "USERNAME") == ["CORP\\\\anna.roe", "anna.roe"]
    assert rules(text, "HOSTNAME")[1] == "again"
    common = json.dumps({"user": "backup", "cmd": "run backup now", "host": "server"})
    assert "again" not in rules(common, "USERNAME") + rules(common, "HOSTNAME")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("schtasks /create /S PC9 /tn x", "PC9"),
        ("Invoke-Command -ComputerName PC9 -ScriptBlock {}", "PC9"),
        ('wmic /node:"PC9" os get', "PC9"),
        ("ticket for TERMSRV/PC9 given", "PC9"),
    ],
)
def test_hosts_of_commands(text: str, host: str) -> None:
    assert found(text, "HOSTNAME") == [host]


@pytest.mark.parametrize("text", ["reg add HKLM /s PC9", "HTTP/HTTPS and HTTP/1.1", "grep /s x"])
def test_no_hosts_of_other_commands(text: str) -> None:
    assert found(text, "HOSTNAME") == []
