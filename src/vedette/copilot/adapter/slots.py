"""What stands in the gaps of a phrasing: names, addresses, times, and words of closed lists, drawn by seed.

A gap yields its text, and for a word of a closed list the value that the plan holds instead (``failed logons`` is
``failed_logon``). Names, addresses, ids, times with numbers and so on are parted by a checksum of what they are: one in
six belongs to the held-out set and is never in training. Words of closed lists, tactics, and the everyday times
(``yesterday``) are vocabulary, not values, and in both.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from typing import NamedTuple

from vedette.copilot.adapter import vocabulary as v


class Filled(NamedTuple):
    """What stands in a gap."""

    text: str
    value: str
    """What the plan holds: the text as written, or a choice's word."""


_HELD_OUT_OF = 6
_MOST_DRAWS = 400


def is_held_out(text: str) -> bool:
    """Return whether a value belongs to the held-out set."""
    return zlib.crc32(text.casefold().encode()) % _HELD_OUT_OF == 0


def fill(slot: str, rng: random.Random, *, held_out: bool) -> Filled:
    """Return what stands in a gap.

    Args:
        slot: its name; digits at its end tell gaps of one kind apart.
        rng: draws it.
        held_out: whether values of the held-out set are drawn, or those of training.
    """
    name = slot.rstrip("0123456789")
    if name in v.LEXICON:
        return Filled(*rng.choice(v.LEXICON[name]))
    make = _MAKERS[name]
    for _ in range(_MOST_DRAWS):
        text = make(rng)
        if text.casefold() in v.SHARED or is_held_out(text) == held_out:
            return Filled(text, text)
    raise AssertionError(f"no value for the gap {slot}")


def names() -> frozenset[str]:
    """Return the names of all gaps there are."""
    return frozenset(_MAKERS) | frozenset(v.LEXICON)


# ---------------------------------------------------------------------- accounts, hosts, addresses


def _account(r: random.Random) -> str:
    first, last, n = r.choice(v.FIRST), r.choice(v.LAST), r.randint(1, 99)
    form = r.randrange(20)
    plain = (
        first, first, f"{first}.{last}", f"{first[0]}{last}", f"{first[0]}.{last}", f"{last}{first[0]}", f"{first}{n}",
        f"{first[0]}{last}{n}", f"{last}", f"{first}_{last}",
    )[form % 10]  # fmt: skip
    if form < 10:
        return plain.title() if form in (0, 2) and r.random() < 0.3 else plain
    if form == 10:
        return rf"{r.choice(v.DOMAINS_NT)}\{plain}"
    if form == 11:
        return f"{plain}@{r.choice(v.WORDS)}.{r.choice(v.TLDS)}"
    if form == 12:
        who = r.choice((f"user/{plain}", f"role/{r.choice(v.WORDS)}-{r.choice(v.SERVICES)}",
                        f"assumed-role/{r.choice(v.WORDS)}/{plain}"))  # fmt: skip
        return f"arn:aws:{'sts' if 'assumed' in who else 'iam'}::{r.randint(10**11, 10**12 - 1)}:{who}"
    if form in (13, 14, 15):
        mark = r.choice(("svc-", "svc_", "svc.", "sa-", "srv_"))
        return f"{mark}{r.choice(v.SERVICES)}{r.choice(('', '', str(n), '-' + r.choice(v.WORDS)))}"
    if form == 16:
        return f"{r.choice(('adm-', 'adm_', 'a-', 'da-', 'hd-', 'ext-', 'x_', 't0-'))}{plain}"
    if form == 17:
        return r.choice(v.BUILT_IN)
    if form == 18:
        return f"{r.choice(v.WORDS)}{r.choice('-_')}{r.choice(('bot', 'app', 'sync', 'admin', 'user', 'test', 'ci'))}"
    return f"{r.choice('ucpkx')}{r.randint(1000, 999999)}"


def _host(r: random.Random) -> str:
    n = r.randint(1, 40)
    number = r.choice((f"{n:02d}", str(n), f"{n:03d}", f"-{n}", f"-{n:02d}"))
    form = r.randrange(10)
    if form < 5:
        name = f"{r.choice(v.HOST_ROLES)}{number}"
    elif form == 5:
        name = f"{r.choice(v.SITES)}-{r.choice(v.HOST_ROLES)}{number}"
    elif form == 6:
        name = f"{r.choice(('desktop', 'laptop', 'win', 'pc'))}-" + "".join(
            r.choice("abcdefghjkmnpqrstuvwxyz0123456789") for _ in range(7)
        )
    elif form == 7:
        name = f"{r.choice(v.HOST_ROLES)}{number}.{r.choice(v.WORDS)}.{r.choice(v.TLDS)}"
    elif form == 8:
        name = f"{r.choice(v.LAST)}-{r.choice(('pc', 'laptop', 'ws', 'mac', 'vm'))}"
    else:
        name = f"ip-10-{r.randint(0, 250)}-{r.randint(0, 250)}-{r.randint(1, 250)}"
    return name.upper() if form < 7 and r.random() < 0.6 else name


def _ip(r: random.Random) -> str:
    if r.random() < 0.12:
        return f"2001:db8:{r.randrange(65536):x}::{r.randrange(65536):x}"
    a = r.choice((10, 10, 172, 192, 203, 198, 45, 185, 91, 5, 77, 104, 141, 212))
    b = {192: 168, 203: 0, 198: 51}.get(a, r.randint(16, 31) if a == 172 else r.randint(0, 255))
    return f"{a}.{b}.{r.randint(0, 255)}.{r.randint(1, 254)}"


def _entity(r: random.Random) -> str:
    return r.choice((_account, _account, _host, _ip))(r)


def _place(r: random.Random) -> str:
    return r.choice((_host, _ip, _ip))(r)


# ---------------------------------------------------------------------- times


def _clock(r: random.Random) -> str:
    h, m = r.randint(0, 23), r.choice((0, 0, 0, 5, 10, 15, 20, 30, 40, 45, 50, r.randint(0, 59)))
    form = r.randrange(8)
    if form < 4:
        return f"{h:02d}:{m:02d}"
    if form == 4:
        return f"{h}:{m:02d}"
    if form == 5:
        return f"{h % 12 or 12}{r.choice(('am', 'pm', ' am', ' pm'))}"
    if form == 6:
        return f"{h:02d}:{m:02d}:{r.randint(0, 59):02d}"
    return r.choice(("noon", "midnight", f"{h:02d}:{m:02d} UTC", f"{h} o'clock"))


def _date(r: random.Random) -> str:
    d, m, y = r.randint(1, 28), r.randint(1, 12), r.randint(2023, 2027)
    name = v.MONTHS[m - 1]
    th = "th" if 10 < d < 14 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
    return r.choice((
        f"{d} {name}", f"{d} {name}", f"{name} {d}", f"{d} {name[:3]}", f"{name[:3]} {d}", f"{y}-{m:02d}-{d:02d}",
        f"{y}-{m:02d}-{d:02d}", f"the {d}{th}", f"{name} {d}{th}", f"{d} {name} {y}", f"{d}.{m}.{y}",
        f"the {d}{th} of {name}", r.choice(v.WEEKDAYS), r.choice(v.WEEKDAYS),
    ))  # fmt: skip


def _window(r: random.Random) -> str:
    """A time as it stands in a sentence, with the word before it that says how it is meant."""
    form = r.randrange(24)
    n, unit = (
        r.choice((2, 3, 4, 5, 6, 7, 8, 10, 12, 24, 36, 48, 30, 90)),
        r.choice(("hours", "days", "minutes", "weeks")),
    )
    if form < 5:
        return r.choice(v.EVERYDAY)
    if form < 8:
        return f"{'' if (d := _date(r)) in v.WEEKDAYS and r.random() < 0.2 else 'on '}{d}"
    if form == 8:
        return f"on {_date(r)} {r.choice(('at', 'around', 'after', 'before', 'until'))} {_clock(r)}"
    if form == 9:
        return f"between {_clock(r)} and {_clock(r)}{r.choice(('', ' on ' + _date(r), ' ' + r.choice(v.DAYS_SAID)))}"
    if form == 10:
        return f"from {_clock(r)} to {_clock(r)}{r.choice(('', ' on ' + _date(r), ' ' + r.choice(v.DAYS_SAID)))}"
    if form == 11:
        return f"between {_date(r)} and {_date(r)}"
    if form == 12:
        return f"from {_date(r)} {r.choice(('to', 'until', 'till'))} {_date(r)}"
    if form in (13, 14):
        return f"{r.choice(('in the last', 'over the last', 'within the last', 'during the last', 'in the past', 'over the past', 'the last', 'last'))} {n} {unit}"  # noqa: E501
    if form == 15:
        return f"{r.choice(('at', 'around', 'about', 'shortly before', 'right after'))} {_clock(r)}"
    if form == 16:
        at = f"{r.choice(('after', 'before', 'until', 'since'))} {_clock(r)}"
        return f"{at}{r.choice(('', ' ' + r.choice(v.DAYS_SAID)))}"
    if form in (17, 18):
        return _since(r)
    if form == 19:
        return f"{_date_iso(r)} {_clock24(r)} {r.choice(('to', '-', 'until'))} {_clock24(r)}"
    if form == 20:
        return f"{r.choice(('before', 'after', 'until', 'up to'))} {_date(r)}"
    if form == 21:
        return f"in {r.choice(v.MONTHS)}{r.choice(('', ' ' + str(r.randint(2023, 2027))))}"
    if form == 22:
        return f"{r.choice(('on', 'since', 'before', 'after'))} {_date_iso(r)} {_clock24(r)}"
    return f"{n} {unit} ago"


def _since(r: random.Random) -> str:
    return r.choice((
        f"since {_date(r)}", f"since {_date(r)}", f"since {_clock(r)}", f"since {_date(r)} {_clock(r)}",
        f"since {r.choice(v.DAYS_SAID)}", f"since {r.choice(v.DAYS_SAID)} {_clock(r)}", f"after {_date(r)}",
        f"in the last {r.randint(2, 72)} hours", f"in the last {r.randint(2, 30)} days", r.choice(v.EVERYDAY),
    ))  # fmt: skip


def _due(r: random.Random) -> str:
    """A time that something is to be done by."""
    n = r.choice((2, 3, 4, 5, 6, 7, 10, 12, 14, 20, 21, 28, 30, 45, 60, 90))
    return r.choice((
        r.choice(v.DUE), r.choice(v.DUE), f"by {_date(r)}", f"by {_date(r)}", f"until {_date(r)}", f"before {_date(r)}",
        f"in the next {n} {r.choice(('days', 'weeks'))}", f"within {n} days",
    ))  # fmt: skip


def _date_iso(r: random.Random) -> str:
    return f"{r.randint(2023, 2027)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"


def _clock24(r: random.Random) -> str:
    return f"{r.randint(0, 23):02d}:{r.choice((0, 15, 30, 45, r.randint(0, 59))):02d}"


def _stretch(r: random.Random) -> str:
    """A stretch of time without a word before it, to be compared with another."""
    return r.choice((
        _date(r), _date(r), _date(r), r.choice(v.STRETCHES), r.choice(v.STRETCHES), r.choice(v.MONTHS),
        f"{_date(r)} {_clock24(r)}-{_clock24(r)}", f"the week of {_date(r)}", f"{r.choice(v.WEEKDAYS)} {r.choice(('morning', 'night', 'evening', 'afternoon'))}",  # noqa: E501
    ))  # fmt: skip


# ---------------------------------------------------------------------- the rest


def _case(r: random.Random) -> str:
    form = r.randrange(10)
    if form < 5:
        return f"{r.choice(('case-', 'case-', 'case-', 'CASE-', 'case '))}{r.randrange(16**8):08x}"
    if form == 5:
        return f"case {r.randint(1, 40)}"
    if form == 6:
        return f"case {r.randrange(16**4):04x}"
    noun = r.choice(("incident", "incident", "case", "case", "investigation"))
    which = r.choice(("last", "latest", "most recent", "newest", "first", "second", "third", "previous", "oldest",
                      "worst", "gravest", "other", "biggest"))  # fmt: skip
    return f"{r.choice(('the', 'the', 'our'))} {which} {noun}"


def _technique(r: random.Random) -> str:
    if r.random() < 0.55:
        return f"{r.choice('TTTt')}{r.choice((1003, 1021, 1047, 1053, 1055, 1059, 1078, 1087, 1098, 1105, 1110, 1134, 1136, 1190, 1204, 1218, 1482, 1484, 1486, 1490, 1543, 1546, 1547, 1548, 1550, 1552, 1555, 1556, 1557, 1558, 1562, 1566, 1567, 1569, 1570, 1574, r.randint(1001, 1699)))}{r.choice(('', f'.{r.randint(1, 15):03d}'))}"  # noqa: E501
    name = r.choice(v.TECHNIQUES)
    return name if r.random() < 0.5 else name.lower()


def _tactic(r: random.Random) -> str:
    return r.choice(v.TACTICS)


def _process(r: random.Random) -> str:
    name = r.choice(v.PROGRAMS) if r.random() < 0.75 else r.choice(v.WORDS) + r.choice(v.SERVICES)
    name += ".exe" if r.random() < 0.4 and "." not in name else ""
    return name.upper() if r.random() < 0.04 else name


def _file(r: random.Random) -> str:
    name = f"{r.choice(v.WORDS)}{r.choice(('', '_', '-'))}{r.choice(v.SERVICES)}.{r.choice(v.EXTENSIONS)}"
    folder = r.choice((r"Temp", r"Users\Public", r"ProgramData", r"Windows\Tasks"))
    return name if r.random() < 0.8 else rf"C:\{folder}\{name}"


def _domain(r: random.Random) -> str:
    sub = r.choice(("", "", "cdn.", "www.", "update.", "mail.", "api."))
    return f"{sub}{r.choice(v.WORDS)}{r.choice(('-', ''))}{r.choice(v.SERVICES)}.{r.choice(v.PUBLIC_TLDS)}"


def _text(r: random.Random) -> str:
    word = r.choice((
        lambda: r.choice(v.SEARCHED), lambda: r.choice(v.SEARCHED), lambda: _domain(r), lambda: _file(r),
        lambda: f"{r.choice(v.WORDS)}{r.choice(('-', '_', ''))}{r.choice(v.SERVICES)}",
        lambda: f"{r.randrange(16**32):032x}", lambda: _cve(r),
        lambda: f"*{r.choice(v.WORDS)}*",
    ))()  # fmt: skip
    return str(word)


def _cve(r: random.Random) -> str:
    return f"{r.choice(('CVE', 'CVE', 'CVE', 'cve'))}-{r.randint(2014, 2026)}-{r.randint(1000, 59999)}"


def _command(r: random.Random) -> str:
    return r.choice(v.COMMANDS) if r.random() < 0.7 else f"{r.choice(v.PROGRAMS)} {r.choice(v.SWITCHES)}"


def _command_line(r: random.Random) -> str:
    tail = r.choice((f" {_file(r)}", "", f" https://{_domain(r)}/{r.choice(v.WORDS)}", f" | {r.choice(v.PROGRAMS)}"))
    return f"`{_command(r)}{tail}`"


def _actor(r: random.Random) -> str:
    numbered = (
        f"APT{r.randint(1, 50)}",
        f"FIN{r.randint(1, 15)}",
        f"UNC{r.randint(1000, 9999)}",
        f"TA{r.randint(400, 999)}",
    )
    return r.choice((r.choice(v.ACTORS), r.choice(v.ACTORS), r.choice(numbered), _domain(r), _cve(r)))


def _operation(r: random.Random) -> str:
    return r.choice(v.VERBS) + r.choice(v.OBJECTS)


def _code(r: random.Random) -> str:
    return str(r.choice((4624, 4625, 4648, 4662, 4672, 4688, 4697, 4698, 4720, 4728, 4732, 4740, 4768, 4769, 4776,
                         1102, 7045, 5140, 5145, 5156, 1, 3, 7, 8, 10, 11, 13, 22, 4103, 4104,
                         r.randint(1, 9999))))  # fmt: skip


def _finding(r: random.Random) -> str:
    return f"{r.choice(v.FINDING_HEADS)} {r.choice(v.FINDING_TAILS)}"


def _port(r: random.Random) -> str:
    return str(r.choice((22, 53, 80, 88, 135, 139, 389, 443, 445, 636, 1433, 3306, 3389, 5985, 5986, 8080, 8443, 4444,
                         r.randint(1, 65535))))  # fmt: skip


def _number(r: random.Random) -> str:
    return str(r.choice((2, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15, 20, 25, 30, 50, 100)))


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "account": _account, "host": _host, "ip": _ip, "entity": _entity, "place": _place, "window": _window,
    "since": _since, "stretch": _stretch, "case": _case, "technique": _technique, "tactic": _tactic,
    "process": _process, "file": _file, "domain": _domain, "text": _text, "command": _command,
    "command_line": _command_line,
    "operation": _operation, "code": _code, "finding": _finding, "port": _port, "n": _number, "cve": _cve,
    "due": _due, "actor": _actor,
    "person": lambda r: r.choice(v.PERSON), "box": lambda r: r.choice(v.BOX), "address": lambda r: r.choice(v.ADDRESS),
    "thing": lambda r: r.choice((*v.PERSON[:6], *v.BOX, *v.ADDRESS)), "then": lambda r: r.choice(v.THEN),
}  # fmt: skip
