"""Secrets that their place gives away, and what stands in such places and is none."""

from __future__ import annotations

import base64
import json
import random

import pytest
from secrets_support import HEX, b64, drawn, found, rules

from vedette.guard.secrets.scanner import every

PW = "Zx82kd" + "Pq!7"
"""Stands for a password; no place knows it."""
PLAIN = "Zx82kd" + "Pq7"
RNG = random.Random(11)
KEY = drawn(RNG, 40)
HEXED = drawn(RNG, 40, HEX)
UUID = "-".join(drawn(RNG, n, HEX) for n in (8, 4, 4, 4, 12))

ASSIGNED = [
    "password = {q}{v}{q}", "PASSWORD={v}", "export DB_PASS={v}", "db.password: {v}", '"password": "{v}"', "'dbPassword' => '{v}',",
    'String password = "{v}";', 'val password: String = "{v}"', 'def connect(passwd: str = "{v}"):', "<password>{v}</password>",
    '<property name="password">{v}</property>', '<add key="ClearTextPassword" value="{v}" />', '<server user="joe" password="{v}"/>',
    '#define PASSWORD "{v}"', "%define password {v}", 'SET password "{v}"', "define( 'DB_PASSWORD', '{v}' );", 'conn.setPassword("{v}");',
    "password := \"{v}\"", '\\"password\\": \\"{v}\\"', "machine host.test login joe password {v}", "ansible_ssh_pass={v}", "requirepass {v}",
    "jdbc:x;user=joe;password={v};encrypt=true", "Server=db;Database=x;User Id=sa;Password={v};", "--password {v} --other", "--password={v}",
    "tool -Password '{v}'", "user:joe pw:{v}", "(98.76.54.32)ID:joe PW:{v}", "Passwort: {v}", "mot de passe : {v}", "contraseña: {v}",
    "пароль: {v}", "密码：{v}", "비밀번호: {v}", "パスワード: {v}", "hasło: {v}", "PSWD:={v}", 'PASSWORD = get("PASSWORD") or "{v}"',
    'if (password !== "{v}"){{', "+  \"password\": \"{v}\"", "2026-01-01 12:00:00 INFO connecting with password={v}",
]  # fmt: skip
COMMANDS = [
    "curl -u joe:{v} https://host.test/", "curl --user 'joe:{v}' https://host.test/", "sshpass -p {v} ssh joe@host", "mysql -u root -p{v} db",
    "docker login -u joe -p {v} registry.test", "net use Z: \\\\srv\\share {v} /user:corp\\joe", "NET USER joe {v} /add",
    "wmic /node:x /user:corp\\joe /password:{v} process list", "cmdkey /add:srv /user:joe /pass:{v}", "smbclient //srv/c$ -U joe%{v}",
    "xfreerdp /u:joe /p:{v} /v:host", "ldapsearch -x -D cn=admin -w {v} -b dc=x", "redis-cli -h host -a {v} ping", "plink -pw {v} joe@host",
    "secretsdump.py corp/joe:{v}@10.0.0.5", "echo {v} | sudo -S ls", 'echo "joe:{v}" | chpasswd', "htpasswd -b file joe {v}",
    'ConvertTo-SecureString "{v}" -AsPlainText -Force', 'new NetworkCredential("joe", "{v}")', "openssl x509 -passin pass:{v}",
    "keytool -list -storepass {v}", "schtasks /create /ru joe /rp {v}", "7z x -p{v} file.7z", "sqlcmd -S srv -U sa -P {v}",
]  # fmt: skip
PROSE = [
    "The password is {v} and the user is joe.", "the pw for the jump host is {v}", "Das Passwort lautet {v}", "password for joe: {v}",
    "I changed the password to {v} today.", "le mot de passe est {v}",
]  # fmt: skip
FILES = [
    "BUNDLE_GEMS__HOST__TEST=joe:{v}", "snmp-server community {v} RO", "パスワードは {v} です", "密码是 {v}",
    "localhost:5432:main:postgres:{v}", "CREATE USER joe WITH PASSWORD '{v}';", "ALTER USER joe IDENTIFIED BY '{v}'",
    "conn.login(\"joe@corp.test\", \"{v}\", callback)",
]  # fmt: skip
URLS = [
    "postgres://joe:{v}@db.corp.test:5432/x", "https://joe:{v}@host.test/x?y#z", "mongodb+srv://joe:{v}@cluster.test", "smtps://joe@corp.test:{v}@mail.test:465",
    "jdbc:oracle:thin:scott/{v}@db.test:1521/x", "amqp://joe:{v}@[::1]:5672", "ftp://joe:{v}@10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("form", [*ASSIGNED, *COMMANDS, *PROSE, *FILES])
def test_a_password_is_found_where_it_stands(form: str) -> None:
    text = form.format(v=PLAIN, q='"')
    assert PLAIN in [value for _, value in found(text)], text
    assert any(PLAIN in value for _, value in found(f"first line\n{text}\nlast line\n")), text


@pytest.mark.parametrize("form", URLS)
def test_a_password_in_a_url_is_found_alone(form: str) -> None:
    text = form.format(v=PLAIN)
    assert [value for _, value in found(f"see {text} there")] == [PLAIN]


@pytest.mark.parametrize(
    "nothing",
    [
        "${DB_PASSWORD}",
        "{{ password }}",
        "<password>",
        "%PASSWORD%",
        "$PASSWORD",
        "********",
        "xxxxxxxx",
        "null",
        "changeme",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "PASSWORD={v}",
        '"password": "{v}"',
        "curl -u joe:{v} https://host.test/",
        "https://joe:{v}@host.test/",
        "mysql -p{v} db",
    ],
)
def test_a_placeholder_is_no_password(form: str, nothing: str) -> None:
    assert not found(form.format(v=nothing))


SECRETS = [
    "token: {v}", "API_KEY={v}", "aws_secret_access_key = {v}", "secret_key_base: {v}", "X-Api-Key: {v}", "PRIVATE-TOKEN: {v}", "?access_token={v}&x=1",
    "Authorization: Bearer {v}", "Bearer {v}", "Authorization: Token {v}", "Cookie: session={v}; lang=en", '"clientSecret": "{v}"', "jwt_secret: {v}",
    "AccountName=foo;AccountKey={v};EndpointSuffix=x", "--super-secret-token {v}", "The API token is {v}.", "const secret = '{v}';",
]  # fmt: skip


@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_is_found_where_it_stands(form: str) -> None:
    assert KEY in [value for _, value in found(form.format(v=KEY))]
    assert HEXED in [value for _, value in found(form.format(v=HEXED))]
    for nothing in ("${TOKEN}", "<token>", "{{token}}", "YOUR_API_KEY", "x" * 40, "process.env.TOKEN"):
        assert not found(form.format(v=nothing)), nothing


NOTHING = [
    "password: string", '"password": {"type": "string", "minLength": 8}', "password = os.environ['DB']", "password = getpass.getpass()",
    '<input type="password" name="password" placeholder="Password">', "Password must be at least 8 characters.", "The password is required.",
    "password is incorrect", "The password hash is SHA256.", "The token is valid for 30 days.", "Enter password:", "Password: ********", "token_type=bearer",
    'secret_name = "prod/db/password"', 'key = "some_config_key"', "commit " + HEXED, "image: nginx@sha256:" + drawn(RNG, 64, HEX), "uuid = " + UUID,
    "session_id: " + UUID, "etag: " + HEXED, 'public_key = "ssh-rsa AAAAB3NzaC1yc2E' + KEY + '"', "passwordHash: String", "password_file=/run/secrets/db",
    "max_tokens = 4096", "login(user, password)", "this.password = password;", "if (password == null) return;", "passwd:x:0:0", "secretKeyRef:\n  name: db\n  key: password",
    "password: !vault |", "password: ENC(abc123def456)", 'msgid "Password"\nmsgstr "Passwort"', "TokenElevationType: %%1936", "LogonGuid: {" + UUID + "}",
    "PublicKeyToken=" + drawn(RNG, 16, HEX), "AuthenticationPackageName: Kerberos", '"KeyLength": "128"', "monkey=banana123456", 'foreign_key="user_id"',
    '"integrity": "sha512-' + drawn(RNG, 86) + '=="', "author: jsmith99", "ssh -p 2222 joe@host", "docker run -p 8080:80 nginx", "nc -u -l 4123", "mkdir -p /tmp/x9",
    "user/password", "git@github.com:foo/bar.git", "https://host.test:8080/path@2x.png", "password: Optional[str] = None", "aws_secret_access_key=\nother=1",
    "bypass = 'cackle99!'", "CTTCATAGGGTTCACGCTGTGTAAT-ACG--CCTGAGGC-CACA-AGGGGACTTCAGCAACCG", "keyboard: QWERTY1234567890abc", "apiKey: process.env.API_KEY",
    "timezone_mapping = {'Turkey Standard Time': 'Europe/Istanbul'}", "credentialsId: '" + UUID + "'",
    "tools for retrieving login and password information", "root login with password authentication", "Krnl PSW : 0704e00180000000", "psw->state",
    "/api/Post?userName=&password=&uri=x", "Your password is expiring!", "net user to enumerate accounts", "copies passwords to %APPDATA%",
    '"publickey": "' + KEY + '"', "a.token=b.token,a.userAgent=navigator.appVersion.length9", "@{hDefKey=[uint32]2147483650}",
    "The password to your mailbox has expired",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_so_is_none(text: str) -> None:
    assert not found(text)


BODY = "\n".join(drawn(RNG, 64) for _ in range(6))
HEAD, FOOT = "-----BEGIN RSA PRIVATE KEY" + "-----", "-----END RSA PRIVATE KEY" + "-----"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{BODY}\n{FOOT}",
        '{"key": "' + f"{HEAD}\n{BODY}\n{FOOT}".replace("\n", "\\n") + '"}',
        "\n".join(f"2026-04-26 12:36:01 {line}" for line in f"{HEAD}\n{BODY}\n{FOOT}".split("\n")),
        "\n".join(f"+{line}" for line in f"{HEAD}\n{BODY}\n{FOOT}".split("\n")),
        " + ".join(f'"{line}\\n"\n' for line in f"{HEAD}\n{BODY}\n{FOOT}".split("\n")),
        f"{HEAD}\n{BODY}\n",
    ],
    ids=["file", "escaped", "log", "diff", "code", "cut"],
)
def test_private_keys_are_found_to_their_last_line(text: str) -> None:
    (hit,) = every(f"before\n{text}\nafter")
    assert hit.entity == "PRIVATE_KEY"
    value = f"before\n{text}\nafter"[hit.start : hit.end]
    assert value.startswith("-----BEGIN")
    assert BODY.rsplit("\n", 1)[1] in value


def test_a_private_key_behind_base64_is_found() -> None:
    text = b64(f"x: y\n{HEAD}\n{BODY}\n{FOOT}\n")
    (hit,) = every(f"data: {text}\n")
    assert (hit.entity, hit.within) == ("PRIVATE_KEY", ("base64",))


def test_other_private_keys() -> None:
    putty = (
        "PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 2\n"
        + drawn(RNG, 64)
        + "\n"
        + drawn(RNG, 30)
        + "\nPrivate-MAC: 67\n"
    )
    assert "putty-key" in rules(putty)
    assert "der-key" in rules("key = 'MII" + "EvQIBADANBgkqhkiG9w0BAQEF" + drawn(RNG, 80) + "'")
    jwk = f'{{"kty": "EC", "crv": "P-256", "d": "{drawn(RNG, 43)}", "x": "{drawn(RNG, 43)}"}}'
    assert "json-web-key" in rules(jwk)
    assert "json-web-key" not in rules(jwk.replace('"d"', '"y"'))


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\nanything\n{FOOT}",
        f"{HEAD}{FOOT}",
        HEAD.replace("PRIVATE", "PUBLIC") + f"\n{BODY}\n" + FOOT.replace("PRIVATE", "PUBLIC"),
        "Private-Lines: none",
    ],
)
def test_what_is_no_private_key(text: str) -> None:
    assert not [h for h in every(text) if h.entity == "PRIVATE_KEY"]


def test_secrets_of_a_cluster() -> None:
    value = drawn(RNG, 24)
    yaml = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: some-name-123456\nstringData:\n  foo: {value}\n"
    assert found(yaml) == [("kubernetes-secret", value)]
    assert not found(yaml.replace("Secret", "ConfigMap"))
    assert not found(yaml.replace(value, "{{ .Values.foo }}"))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_encodings_are_taken_off_three_deep(layers: int) -> None:
    text = f"password = '{PW}' # for the database of the house"
    for _ in range(layers):
        text = b64(text)
    (hit,) = every(f"blob {text} end")
    assert hit.entity == "PASSWORD"
    assert hit.within == ("base64",) * layers
    assert (hit.start, hit.end) == (5, 5 + len(text))
    assert not every(f"blob {b64('nothing of the sort is written in here at all')} end")


def test_encodings_of_other_sorts() -> None:
    text = f"password={PLAIN}&user=joe and more words"
    assert [h.within for h in every(text.encode().hex())] == [("hex",)]
    assert [h.within for h in every("x " + "".join(f"%{b:02x}" for b in text.encode()))] == [("url",)]
    assert not every("%20".join(["what", "is", "written", "here"]))
    assert not every(drawn(RNG, 128, HEX))


BLANKS = "Winter 2026" + "!"
PHRASE = "correct horse " + "battery staple"
AMPERSAND = "Tr0ub4" + "dor&3"
MARKED = "Winter2026" + "!"
SAID = [
    ('password: "{v}"', PHRASE), ('password = "{v}"', BLANKS), ('{{"password": "{v}"}}', BLANKS), ("<password>{v}</password>", BLANKS),
    ('gpg --passphrase "{v}" -d x.gpg', "my dog rex"), ("gpg --passphrase {v} -d x.gpg", "mydogrex"), ('passphrase: "{v}"', "two blue foxes"),
    ('auth=("svc_hr", "{v}")', "Zk9#qL2!"), ("get(u, auth=('svc_hr', '{v}'))", "Zk9#qL2!"), ('HTTPBasicAuth("svc_hr", "{v}")', "Zk9#qL2!"),
    ("curl -u joe:{v} https://host.test/", AMPERSAND), ("curl -u joe:{v} https://host.test/", AMPERSAND.replace("&", "&amp;")),
    ("mysql -p{v} db", AMPERSAND), ("the password was changed to {v} yesterday", MARKED), ("The password has been set to {v}.", MARKED),
    ("login joe / {v}", MARKED), ("the login is joe/{v}, please", MARKED), ("runas /user:globex\\adm {v}", MARKED),
    ("pw {v}", "hunter2"), ("his pw {v} still works", "hunter2"), ("Kennwort {v}", MARKED),
    ("the pin is {v}", "4821"), ("The PIN for the safe is {v}, keep it", "4821"), ("PIN: {v}", "4821"), ("the door code was changed to {v}", "482190"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "value"), SAID)
def test_a_password_is_found_as_people_write_it(form: str, value: str) -> None:
    assert [v for _, v in found(form.format(v=value))] == [value]
    assert value in [v for _, v in found(f"first line\n{form.format(v=value)}\nlast line\n")]


@pytest.mark.parametrize(
    "text",
    [
        "the password was changed yesterday", "The password was reset to default.", "the pin is soldered", "the pin is 4 mm", "the pin is 3300 mV",
        "pin 4821 on connector J3 is 3300", "PIN diode is 1N4148", "the PIN is 4-8 digits", 'password: "must be at least eight characters"',
        'password = "Enter your password here"', '"password": "The password field is required."', '"password": "Geben Sie ein Kennwort ein"',
        "login page / admin page", "login or signup", "login src/main.py", "user web / db01", 'auth=("user", "name")', "runas /user:globex\\adm cmd.exe",
        'runas /user:globex\\adm "cmd /c dir"', "runas /user:globex\\adm C:\\x9\\a.exe", "pw is missing", "pw sha256", "gpg --passphrase-fd 0 -d x.gpg",
        "gpg --passphrase $PASS -d x", "PWD=/root", "sudo: root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/ls", "OLDPWD=/srv1",
    ],
)  # fmt: skip
def test_what_people_write_beside_passwords_is_none(text: str) -> None:
    assert not found(text)


def test_a_command_behind_an_ampersand_is_not_the_passwords() -> None:
    assert [v for _, v in found(f"net user joe {PLAIN}&net localgroup x joe /add")] == [PLAIN]


@pytest.mark.parametrize("layers", [("b64", "b64"), ("b32",), ("b32", "b64"), ("b64", "b32"), ("B32",)])
def test_a_secret_is_found_behind_other_encodings(layers: tuple[str, ...]) -> None:
    text = f"password={PLAIN}; user=joe"
    for layer in layers:
        raw = text.encode()
        text = b64(text) if layer == "b64" else base64.b32encode(raw).decode()
        text = text.lower() if layer == "B32" else text
    assert [v for _, v in found(f"blob {text} end")] == [text]
    assert not found("the WORDSINCAPITALSONLYOFNOSENSEATALL and wordsinsmallonlyofnosenseatall")


NO_LM = "aad3b435b51404ee" * 2
NTLM = drawn(RNG, 32, HEX)
HASH = f"{drawn(RNG, 8)}" + "$" + drawn(RNG, 86)
DRAWN = drawn(RNG, 32, HEX)
DUMPS = [
    ("Administrator:500:{v}:::", f"{NO_LM}:{NTLM}"), ("corp\\joe:1104:{v}:::", f"{NO_LM}:{NTLM}"), ("secretsdump said {v} here", f"{NO_LM}:{NTLM}"),
    ("joe:1105:{v}:::", "NO PASSWORD" + "*" * 21 + ":" + NTLM), ("joe::CORP:{v}", f"{DRAWN[:16]}:{NTLM}:0101{DRAWN}{DRAWN}"),
    ("root:{v}:18900:0:99999:7:::", "$6$" + HASH), ("joe:{v}:19000:0:99999:7:::", "$y$j9T$" + drawn(RNG, 22) + "$" + drawn(RNG, 30)),
    ("svc:{v}", "$krb5tgs$23$*svc$CORP.TEST$corp.test/svc*$" + f"{DRAWN}${NTLM}{DRAWN}"), ("{v}", "$krb5asrep$23$joe@CORP.TEST:" + f"{DRAWN}${NTLM}{NTLM}"),
    ("{v}", "$krb5tgs$18$svc$CORP.TEST$" + f"{DRAWN[:24]}${NTLM}{DRAWN}"), ("{v}", "$DCC2$10240#joe#" + DRAWN),
]  # fmt: skip


@pytest.mark.parametrize(("form", "value"), DUMPS)
def test_hashes_of_a_dump_are_found_plain_and_in_json(form: str, value: str) -> None:
    line = form.format(v=value)
    assert [v for _, v in found(line)] == [value]
    assert [v for _, v in found(f"first\n{line}\n{line}\nlast")] == [value, value]
    shown = json.dumps(value)[1:-1]
    assert [v for _, v in found(json.dumps({"out": f"first\n{line}\n{line}\n"}))] == [shown, shown]


@pytest.mark.parametrize(
    "text",
    [
        f"Guest:501:{NO_LM}:" + "31d6cfe0d16ae931b73c59d7e0c089c0" + ":::", f"md5 {DRAWN}:{NTLM}", "the hash $krb5tgs$23$*user$realm$spn*$... is cracked",
        "root:x:0:0:root:/root:/bin/bash", "root:*:18900:0:99999:7:::", "daemon:!:18900:0:99999:7:::", f"{DRAWN}:{NTLM}:{DRAWN}",
    ],
)  # fmt: skip
def test_hashes_of_no_password_and_other_sums_are_none(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize("end", ["==", "="])
def test_base64_is_taken_to_its_end_though_a_stroke_and_a_word_come_before_it(end: str) -> None:
    key = drawn(RNG, 70) + "/" + "KBHBeksoGMGw" + end
    line = f"DefaultEndpointsProtocol=https;AccountName=store7;AccountKey={key};EndpointSuffix=core.windows.net"
    for text in (line, line.rpartition(";")[0], f'conn = "{line}"', json.dumps({"c": line})):
        assert [v for _, v in found(text)] == [key]
    assert [v for _, v in found(f"password={PLAIN}/user=joe")] == [PLAIN]


@pytest.mark.parametrize("form", ['"pwd" : "{v}"', '{{"pwd":"{v}"}}', "'password': '{v}',"])
def test_a_password_of_words_and_numbers_is_found_in_its_field(form: str) -> None:
    assert [v for _, v in found(form.format(v="abc 123 " + "def"))] == ["abc 123 def"]
    for nothing in ("must have 8 characters", "step two done", "12 34 5678", "at least 8"):
        assert not found(form.format(v=nothing)), nothing


@pytest.mark.parametrize("form", ["krb5: joe.doe / {v} works for the VPN", "- wiki: joe / {v}", "VPN: `joe` / `{v}`"])
def test_a_pair_under_the_name_of_a_service_is_found(form: str) -> None:
    assert [v for _, v in found(form.format(v="Passw0" + "rd!"))] == ["Passw0rd!"]
    for nothing in ("i7@3.5GHz", "admin", "2026-01-01", "v1.2.3", "page2"):
        assert not found(form.format(v=nothing)), nothing


def test_a_published_key_counts_as_one_of_the_emulator_only() -> None:
    key = base64.b64decode(
        "RWJ5OHZkTTAyeE5PY3FGbHFVd0pQTGxtRXRsQ0RYSjFPVXpGVDUwdVNSWjZJRnN1RnEyVVZFckN6NEk2dHEvSzFTWkZQVE90ci9LQkhCZWtzb0dNR3c9PQ=="
    ).decode()
    line = f"DefaultEndpointsProtocol=https;AccountName={{name}};AccountKey={key};EndpointSuffix=core.windows.net"
    assert not found(line.format(name="devstoreaccount1"))
    assert [v for _, v in found(line.format(name="store7"))] == [key]
