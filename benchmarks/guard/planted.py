"""Values as they really stand in prompts: made up, of the right form, with check sums where there are any.

Nothing here belongs to anybody: keys are drawn at random, numbers made to pass their checks, names put together.
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

ALNUM = string.ascii_letters + string.digits
FIRST = "Irma Jonas Katharina Miguel Priya Tomasz Aisha Henrik Laura Dmitri Chloe Marek Sofia Kenji Amara Lucas".split()
LAST = "Vollmer Lindqvist Okafor Marchetti Nowak Sharma Petersen Delacroix Tanaka Fernandez Kowalski Brandt".split()
COMPANIES = "nordwind-logistik.de acmecorp-it.com brightwater-health.org helios-bank.eu".split()


@dataclass(frozen=True)
class Planted:
    """A value, what it is, and the words around it."""

    kind: str
    value: str = field(repr=False)
    text: str = field(repr=False)
    """A sentence or line that holds it."""


def _draw(chosen: random.Random, alphabet: str, n: int) -> str:
    return "".join(chosen.choices(alphabet, k=n))


def _base62(number: int, size: int) -> str:
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    made = ""
    while number:
        number, at = divmod(number, 62)
        made = digits[at] + made
    return made.rjust(size, "0")


def _checked(prefix: str) -> Callable[[random.Random], str]:
    """Tokens of GitHub and npm: 30 characters, and their check sum."""

    def made(chosen: random.Random) -> str:
        body = _draw(chosen, ALNUM, 30)
        return f"{prefix}{body}{_base62(binascii.crc32(body.encode()), 6)}"

    return made


def _aws(chosen: random.Random) -> str:
    """An id of a key; it holds the number of an account, which has twelve digits."""
    number = (chosen.randrange(10**12) | 1 << 40) << 7 | chosen.randrange(128)
    return "AKIA" + base64.b32encode(number.to_bytes(6, "big") + chosen.randbytes(4)).decode()


def _jwt(chosen: random.Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": str(chosen.randrange(10**9)), "iat": 1_700_000_000 + chosen.randrange(10**7)}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{_draw(chosen, ALNUM + '-_', 43)}"


def _luhn(digits: str) -> str:
    total = 0
    for at, c in enumerate(reversed(digits)):
        n = int(c) * (2 if at % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return digits + str(-total % 10)


def _card(chosen: random.Random) -> str:
    number = _luhn(
        chosen.choice(("4", "51", "52", "55"))
        .ljust(15, "x")
        .replace("x", "{}")
        .format(*(chosen.randrange(10) for _ in range(15)))[:15]
    )
    return number if chosen.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, 16, 4))


def _iban(chosen: random.Random) -> str:
    land, n = chosen.choice((("DE", 18), ("AT", 16), ("ES", 20), ("PL", 24)))
    body = _draw(chosen, string.digits, n)
    number = int("".join(str(int(c, 36)) for c in f"{body}{land}00"))
    return f"{land}{98 - number % 97:02d}{body}"


def _name(chosen: random.Random) -> str:
    return f"{chosen.choice(FIRST)} {chosen.choice(LAST)}"


def _mail(chosen: random.Random) -> str:
    first, last = _name(chosen).lower().split()
    return f"{first}.{last}{chosen.randrange(10, 99)}@{chosen.choice(COMPANIES)}"


def _host(chosen: random.Random) -> str:
    kind = chosen.choice(("srv", "db", "dc", "fileserver", "build", "vpn"))
    return f"{kind}{chosen.randrange(10, 99)}.{chosen.choice(('corp', 'ad', 'int'))}.{chosen.choice(COMPANIES)}"


def _private_ip(chosen: random.Random) -> str:
    a, b, c = chosen.randrange(256), chosen.randrange(256), chosen.randrange(1, 255)
    return chosen.choice((f"10.{a}.{b}.{c}", f"192.168.{b}.{c}", f"172.{16 + a % 16}.{b}.{c}"))


def _password(chosen: random.Random) -> str:
    return _draw(chosen, ALNUM, 5) + chosen.choice("!#$%") + _draw(chosen, ALNUM, 8)


def _connection(chosen: random.Random) -> str:
    scheme = chosen.choice(("postgresql", "mysql", "mongodb", "amqp", "redis"))
    return f"{scheme}://app_{chosen.randrange(99)}:{_draw(chosen, ALNUM, 14)}@{_host(chosen)}:5432/orders"


def _ssn(chosen: random.Random) -> str:
    return f"{chosen.randrange(100, 665)}-{chosen.randrange(10, 99)}-{chosen.randrange(1000, 9999)}"


def _nir(chosen: random.Random) -> str:
    year, month, place = chosen.randrange(45, 99), chosen.randrange(1, 13), chosen.randrange(1, 95)
    sex, town, order = chosen.choice("12"), chosen.randrange(1, 900), chosen.randrange(1, 900)
    body = f"{sex}{year:02d}{month:02d}{place:02d}{town:03d}{order:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def _sid(chosen: random.Random) -> str:
    parts = [chosen.randrange(10**8, 4 * 10**9) for _ in range(3)]
    return f"S-1-5-21-{parts[0]}-{parts[1]}-{parts[2]}-{chosen.randrange(1000, 9999)}"


Maker = Callable[[random.Random], str]
KINDS: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "aws key id": (_aws, ("The key {} was found in a public bucket.", "aws_access_key_id = {}")),
    "aws secret": (lambda r: _draw(r, ALNUM + "+/", 40), ("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}")),
    "github token": (_checked("ghp_"), ("git clone failed with token {} again", "export GITHUB_TOKEN={}")),
    "gitlab token": (lambda r: "glpat-" + _draw(r, ALNUM + "-_", 20), ("GITLAB_TOKEN={}", "use {} for the runner")),
    "slack token": (
        lambda r: f"xoxb-{r.randrange(10**11, 10**12)}-{r.randrange(10**11, 10**12)}-{_draw(r, ALNUM, 24)}",
        ("The bot posts with {} to the channel.", "SLACK_BOT_TOKEN: {}"),
    ),
    "stripe key": (lambda r: "sk_live_" + _draw(r, ALNUM, 24), ("stripe.api_key = '{}'", "Rotate {} today.")),
    "google key": (lambda r: "AIzaSy" + _draw(r, ALNUM + "-_", 33), ("maps?key={}", "The key {} is not restricted.")),
    "openai key": (
        lambda r: f"sk-proj-{_draw(r, ALNUM, 20)}T3BlbkFJ{_draw(r, ALNUM, 20)}",
        ("OPENAI_API_KEY={}", "My key is {} please help"),
    ),
    "anthropic key": (
        lambda r: f"sk-ant-api03-{_draw(r, ALNUM + '-_', 93)}AA",
        ("ANTHROPIC_API_KEY={}", "It says that {} is not valid."),
    ),
    "npm token": (_checked("npm_"), ("//registry.example/:_authToken={}", "Publish with {} now")),
    "sendgrid key": (
        lambda r: f"SG.{_draw(r, ALNUM + '-_', 22)}.{_draw(r, ALNUM + '-_', 43)}",
        ("SENDGRID_API_KEY: {}", "mail.send('{}')"),
    ),
    "hugging face token": (lambda r: "hf_" + _draw(r, string.ascii_letters, 34), ("HF_TOKEN={}", "login with {}")),
    "jwt": (_jwt, ("Authorization: Bearer {}", "The cookie held {} when it failed.")),
    "password": (_password, ("password: {}", "DB_PASSWORD='{}'", '{{"password": "{}"}}')),
    "connection string": (_connection, ("DATABASE_URL={}", "It cannot connect to {} since noon.")),
    "card": (_card, ("The customer paid with card {} on Monday.", "card_number: {}")),
    "iban": (_iban, ("Please transfer it to {} by Friday.", "IBAN {}")),
    "mail address": (_mail, ("Write to {} about it.", "From: {}")),
    "name": (_name, ("I spoke with {} yesterday about the invoice.", "Dear {}, thank you for your call.")),
    "phone": (
        lambda r: f"+49 30 {r.randrange(10**6, 10**7)}",
        ("Call me back at {} after nine.", "Phone: {}"),
    ),
    "internal host": (_host, ("The alert came from {} at night.", "ssh admin@{}")),
    "internal address": (_private_ip, ("We saw a beacon from {} to the outside.", "src_ip={} action=deny")),
    "mac address": (
        lambda r: ":".join(f"{r.randrange(256):02x}" for _ in range(6)),
        ("The device {} joined the network.", "client_mac={}"),
    ),
    "sid": (_sid, ("The account {} was added to the group.", "TargetSid={}")),
    "arn": (
        lambda r: f"arn:aws:iam::{r.randrange(10**11, 10**12)}:user/{r.choice(FIRST).lower()}",
        ("{} called AssumeRole twice.", '{{"userIdentity": {{"arn": "{}"}}}}'),
    ),
    "us social security number": (_ssn, ("Her SSN is {} as the form says.", "SSN: {}")),
    "french social security number": (_nir, ("Son numéro de sécurité sociale est le {}.", "NIR: {}")),
    "home path": (
        lambda r: f"/home/{r.choice(FIRST).lower()}.{r.choice(LAST).lower()}/.ssh/id_rsa",
        ("Somebody copied {} to a share.", "file={}"),
    ),
}


def planted(n: int, seed: int) -> Iterator[Planted]:
    """Yield so many values, all different, of each kind in turn."""
    chosen = random.Random(seed)
    kinds = list(KINDS)
    seen: set[str] = set()
    made = 0
    while made < n:
        kind = kinds[made % len(kinds)]
        make, texts = KINDS[kind]
        value = make(chosen)
        if value in seen:
            continue
        seen.add(value)
        made += 1
        yield Planted(kind, value, chosen.choice(texts).format(value))


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """Yield a value's forms in which it would still be readable, as they would stand in bytes."""
    data = value.encode()
    yield "plain", data
    yield "escaped", json.dumps(value)[1:-1].encode()
    yield "escaped whole", "".join(f"\\u{ord(c):04x}" for c in value).encode()
    yield "upper case", value.upper().encode()
    yield "lower case", value.lower().encode()
    yield "reversed", value[::-1].encode()
    yield "percent-encoded", quote(value, safe="").encode()
    yield "hex", data.hex().encode()
    yield "hex, upper case", data.hex().upper().encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + data)
        core = coded[(0, 2, 3)[shift] : len(coded.rstrip(b"=")) - (1 if (len(data) + shift) % 3 else 0)]
        yield "base64", core
        yield "base64 for URLs", core.replace(b"+", b"-").replace(b"/", b"_")
