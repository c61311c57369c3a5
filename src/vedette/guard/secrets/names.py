"""What a name says of its value: ``DB_PASSWORD`` that it is a password, ``password_file`` that it is none."""

from __future__ import annotations

import re
from enum import Enum


class Sort(Enum):
    """What a name announces, surest first."""

    PASSWORD = "password"  # noqa: S105 (a name)
    SECRET = "secret"  # noqa: S105 (a name)
    KEY = "key"
    """A key of some sort: the value must look drawn at random."""


_PASSWORDS = {
    f"p{a}{s}{w}{o}d"
    for a in ("a", "")
    for s in ("s", "ss")
    for w in ("w", "")
    for o in ("", "r", "or", "o", "ro", "ors")
    if w or "or" in o
} | {
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "losung",
    "contraseña",
    "contrasena",
    "clave",
    "motdepasse",
    "mdp",
    "senha",
    "palavrapasse",
    "parola",
    "parolachiave",
    "wachtwoord",
    "lösenord",
    "losenord",
    "passord",
    "adgangskode",
    "salasana",
    "heslo",
    "hasło",
    "haslo",
    "jelszó",
    "jelszo",
    "parolă",
    "şifre",
    "sifre",
    "пароль",
    "пароля",
    "лозинка",
    "парола",
    "κωδικός",
    "סיסמה",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
    "패스워드",
    "비번",
    "암호",
    "mậtkhẩu",
    "รหัสผ่าน",
    "katasandi",
    "sandi",
    "userpassword",
    "unattendedpassword",
    "pswd",
    "passwords",
    "passwds",
    "passphrases",
}
_SHORT = {"pass", "pwd", "pw", "psw", "pass1", "pwds"}
_BEFORE_SHORT = re.compile(
    r"(?:^|[^a-z])(?:db|my|user|root|admin|ftp|ssh|sql|mysql|pg|redis|mail|smtp|irc|ldap|proxy|wifi|http|host|auth|login|web|new|old|"
    r"default|test|any|key|store|keystore|truststore|master|sa|su|rds|mongo|imap|pop|svn|git|vnc|rdp|vpn|snmp|app|api|svc|service|acct|account|client|server|remote|local|m|e|require)$"
)
_SECRETS = {
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "creds",
    "cred",
    "apikey",
    "apikeys",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "authtoken",
    "accesstoken",
    "clientsecret",
    "sharedkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "accountkey",
    "consumersecret",
    "sessionkey",
    "sessiontoken",
    "refreshtoken",
    "bearertoken",
    "webhooksecret",
    "passkey",
    "authorization",
    "bearer",
    "salt",
    "nonce",
    "sas",
    "sastoken",
    "jwt",
    "pat",
    "pkey",
    "skey",
    "psk",
    "presharedkey",
    "otpsecret",
    "totp",
    "totpsecret",
    "seed",
    "mnemonic",
    "licensekey",
    "licencekey",
    "aeskey",
    "hmac",
    "hmackey",
    "keypass",
    "storagekey",
    "deploykey",
    "servicekey",
    "subscriptionkey",
    "apitoken",
    "apisecret",
    "appsecret",
    "appkey",
    "usertoken",
    "idtoken",
    "devtoken",
    "bottoken",
    "cookie",
    "sessionid",
    "sessid",
    "phpsessid",
    "jsessionid",
    "auth",
    "authentication",
    "geheimnis",
    "secreto",
    "segredo",
    "токен",
    "секрет",
    "ключ",
    "秘密",
    "密钥",
    "トークン",
    "토큰",
    "시크릿",
    "인증키",
    "secretaccesskey",
    "accesskeyid",
    "awssecretaccesskey",
    "sig",
    "signature",
    "sharedaccesskey",
    "sharedsecret",
    "accountsid",
    "webhook",
    "passwdkey",
    "wpakey",
    "wepkey",
    "community",
    "pin",
    "otp",
    "mfacode",
}
_NEED_RANDOM = {
    "auth",
    "authentication",
    "cookie",
    "salt",
    "nonce",
    "seed",
    "sig",
    "signature",
    "sas",
    "pat",
    "community",
    "pin",
    "otp",
    "mfacode",
    "bearer",
    "hmac",
    "sessionid",
    "sessid",
    "phpsessid",
    "jsessionid",
    "webhook",
    "accountsid",
    "tokens",
    "secrets",
    "credentials",
    "cred",
    "creds",
    "credential",
    "jwt",
    "totp",
    "ключ",
    "apikeys",
    "licensekey",
    "licencekey",
}
_AFTER = frozenset(
    "id ids name names file files filename path paths dir folder url uri uris endpoint host hosts port type types kind length len size count num number max min limit limits "
    "policy policies expiry expiration expires expire expired expiring ttl age timeout time date last field fields prompt hint label placeholder title text "
    "message msg error errors reset change changed changes set required enabled disabled status state provider providers manager service version format "
    "algorithm alg algo mode scheme method methods prefix suffix regex regexp pattern rule rules validator validation encoder encoding class store vault location usage uses used index "
    "idx column table attribute attr property prop param params parameter arg args argument option options flag form input button page view screen dialog link list array map dict "
    "cache fingerprint checksum history strength complexity confirm confirmation source src ref reference arn alias group space word words board pair meshing "
    "exists present valid invalid verified visible shown missing count total budget price cost per window rotation lifetime interval attempts retries "
    "helper util utils handler factory builder generator service impl exception event events listener callback func function ring stroke code codes "
    "package packages information right rights elevation privilege statistics statistic user username owner issuer audience scope scopes region zone "
    "description comment note notes example sample test case kinds header headers request response body content context manager session sessions "
    "store stores storage bytes bits chars characters char ptr pointer buffer buf offset pos position row rows item items entry entries node nodes "
    "object objects obj info data0 meta metadata template templates variable variables var env spec schema model models usage limiters bucket".split()
)
"""Words that, behind the word of a secret, make it something about one."""
_BEFORE = frozenset(
    "public pub is has no use uses show hide forgot forgotten reset change enter get foreign primary partition sort cache row map registry hot page index "
    "routing csrf xsrf pagination next continuation cancellation cancel count num n max min total per input output prompt completion cached by sub super unique "
    "column tree lookup dictionary dict hash idempotency invalid missing wrong bad without require required requires verify validate check "
    "parse lex lexer syntax semicolon comma identifier eof special pad eos bos unk sep cls mask end start stop begin previous curr current "
    "sync design theme color spacing css style anchor msg logon process subject target linked elevated restricted primary impersonation "
    "tracking trace correlation answer bypass assembly strong toolkit".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")


_TRAILING = frozenset(
    (
        "value val str string text base raw hex b64 enc encrypted plain plaintext cleartext dev prod live "
        "staging stage default any hash here as temp tmp old new two main master key data "
    ).split()
)
"""Words behind a name that change nothing of what it announces."""
_KEY_OF = frozenset(
    (
        "api access secret private auth authentication signing encryption master account shared client app "
        "application service session license storage consumer encrypt decrypt crypto cipher aes hmac jwt "
        "deploy subscription webhook admin root write in nonce secure "
    ).split()
)
"""What makes a key a secret."""


def words_of(name: str) -> list[str]:
    """Return a name's words in lower case: ``dbPassword_2`` gives ``db``, ``password``, ``2``."""
    return [w.lower() for w in _WORD.findall(name)]


def sort_of(name: str) -> tuple[Sort, bool] | None:
    """Return what a name announces, and whether its value must look drawn at random; None where it announces nothing."""
    words = words_of(name)
    if "public" in words or "pub" in words or words[-1:] == ["publickey"]:
        return None
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _TRAILING):
        last = words[-1]
        if last in ("key", "master"):
            break
        if last == "hash" or last == "encrypted" or last == "enc":
            words.pop()
            found = _of(words)
            return (found[0], True) if found else None
        words.pop()
    if not words or words[-1] in _AFTER:
        return None
    return _of(words)


def _of(words: list[str]) -> tuple[Sort, bool] | None:
    if not words:
        return None
    for n in (3, 2, 1):
        last = "".join(words[-n:])
        before = words[-n - 1] if len(words) > n else ""
        if len(words) < n:
            continue
        if last in _PASSWORDS or (n == 1 and last in _SHORT):
            return None if before in _BEFORE else (Sort.PASSWORD, False)
        if last in _SECRETS:
            return None if before in _BEFORE else (Sort.SECRET, last in _NEED_RANDOM)
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if before in _BEFORE:
        return None
    for short in ("pass", "pwd", "pw"):
        if last.endswith(short) and _BEFORE_SHORT.search(last[: -len(short)]):
            return Sort.PASSWORD, False
    for stem in ("password", "passwd", "passphrase", "passwort", "contraseña"):
        if last.endswith(stem):
            return Sort.PASSWORD, False
        if last.startswith(stem) and last[len(stem) :] in ("s", "a", "b", "any"):
            return Sort.PASSWORD, False
    for stem in ("secret", "token", "apikey", "accesskey", "privatekey", "secretkey"):
        if last.endswith(stem):
            return Sort.SECRET, False
    if last in ("key", "keys") or last.endswith("key"):
        if last in ("monkey", "turkey", "hotkey", "donkey", "whiskey", "hockey", "jockey", "keykey"):
            return None
        strong = before in _KEY_OF
        return (Sort.SECRET, not strong) if strong else (Sort.KEY, True)
    return None


NOT_AFTER = _AFTER
KEYWORDS: tuple[str, ...] = tuple(
    sorted(
        _PASSWORDS
        | {
            "pass",
            "pwd",
            "psw",
            "pw",
            "mot de passe",
            "palavra-passe",
            "palavra passe",
            "mật khẩu",
            "kata sandi",
            "секрет",
        }
        | {
            "secret",
            "token",
            "credential",
            "cred",
            "key",
            "auth",
            "bearer",
            "salt",
            "nonce",
            "jwt",
            "psk",
            "totp",
            "seed",
            "mnemonic",
            "cookie",
            "sessid",
            "session",
            "hmac",
            "webhook",
            "geheimnis",
            "segredo",
            "токен",
            "ключ",
            "秘密",
            "密钥",
            "トークン",
            "토큰",
            "시크릿",
            "mfacode",
        },
    )
)
"""What the prefilter looks for, in lower case: every name that announces a secret holds one of these."""
