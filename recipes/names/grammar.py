# ruff: noqa: E501 (patterns and lists of words)
"""Labelled sentences out of templates: choices are drawn, slots are filled, and every fill knows what it is.

A sentence is a list of pieces ``(text, entity or "")``; pieces joined give the text.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from recipes.names.words import (
    DEMONYMS,
    DEMONYMS_PLURAL,
    DEPARTMENTS,
    FIRM_ENDS,
    FIRM_STARTS,
    FIRM_TAILS,
    FIRM_WORDS,
    JOBS,
    MONTHS,
    NUMBER_WORDS,
    SUFFIXES,
    TITLES,
    UNITS,
    WEEKDAYS,
)

HERE = Path(__file__).parent
Piece = tuple[str, str]

_SLOT = re.compile(r"\{([A-Z0-9]+)\}")
_LONGER = re.compile(r"(?<![\w'])[a-z]{4,}(?![\w'])")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def templates(
    names: tuple[str, ...] = ("talk", "service", "letters", "news", "work", "plain", "tongues", "nothing"),
) -> list[str]:
    """Return the templates, in order of the files and of the lines."""
    found = []
    for name in names:
        for line in (HERE / "templates" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                found.append(line)
    return found


def chosen(template: str, draw: random.Random) -> str:
    """Return a template with its choices drawn, innermost first."""
    while match := _CHOICE.search(template):
        options = match.group(1).split("|")
        template = template[: match.start()] + draw.choice(options) + template[match.end() :]
    return template.replace("\\n", "\n").replace("\\t", "\t")


@dataclass
class Lists:
    """What slots are filled from; ``part`` keeps the names of a part of the locales and lists away."""

    seed: int = 0
    body: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Lists:
        """Return the harvested lists."""
        return cls(body=json.loads(gzip.decompress((HERE / "lists.json.gz").read_bytes())))

    @cached_property
    def locales(self) -> list[str]:
        """Locales with first and last names."""
        first, last = self.body["first"], self.body["last"]
        return sorted(set(first) & set(last))

    def draw(self, what: str, draw: random.Random, locale: str | None = None) -> str:
        """Return one of a list, or of a locale's list."""
        values = self.body[what]
        if isinstance(values, dict):
            values = values[locale if locale in values else draw.choice(sorted(values))]
        one = draw.choice(values)
        return str(one[0] if isinstance(one, list) else one)


def _digits(draw: random.Random, pattern: str) -> str:
    return re.sub("#", lambda _: str(draw.randrange(10)), pattern)


class Filler:
    """Fills slots. One draw of a sentence shares nothing with the next but the random numbers."""

    def __init__(self, lists: Lists, draw: random.Random) -> None:
        self.lists, self.draw_from = lists, draw
        self.cities = [c for c in lists.body["cities"] if isinstance(c, list)]
        self.more_cities = list(lists.body["more_cities"])
        self.addresses = [a for rows in lists.body["addresses"].values() for a in rows]
        self.streets = [a for rows in lists.body["streets"].values() for a in rows]
        self.companies = [a for rows in lists.body["companies"].values() for a in rows]
        self.drawn_names = [a for rows in lists.body["names"].values() for a in rows]
        names = sorted((str(c) for c in lists.body["countries"]), key=len, reverse=True)
        self.countries = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        self.census_last = list(lists.body["census_last"])
        self.census_first = list(lists.body["census_first_common"])

    # --- persons
    def locale(self) -> str:
        """Return where a name is from; ``census`` is the United States."""
        d = self.draw_from
        return "census" if d.random() < 0.3 else d.choice(self.lists.locales)

    def first(self, locale: str | None = None) -> str:
        """Return a first name."""
        d = self.draw_from
        locale = locale or self.locale()
        if locale == "census":
            return str(d.choice(self.census_first if d.random() < 0.8 else self.lists.body["census_first"]))
        return self._bent(self.lists.draw("first", d, locale))

    def last(self, locale: str | None = None) -> str:
        """Return a surname."""
        d = self.draw_from
        locale = locale or self.locale()
        if locale == "census":
            rank = int(len(self.census_last) * d.random() ** 2.2)
            name = str(self.census_last[rank])
            if name.startswith("Mc") and len(name) > 4 and d.random() < 0.8:
                name = "Mc" + name[2:].title()
            return name
        return self._bent(self.lists.draw("last", d, locale))

    def _bent(self, name: str) -> str:
        """Return the name, now and then with another's ending: names that no list has."""
        d = self.draw_from
        if d.random() < 0.12 and len(name) > 4:
            other = self.lists.draw("last", d)
            if len(other) > 4 and other.isalpha():
                cut = d.randrange(2, 4)
                return name[: d.randrange(2, len(name) - 1)] + other[-cut - 1 :].lower()
        return name

    def person(self) -> str:
        """Return a whole name, in one of the ways in which names are written."""
        d = self.draw_from
        roll = d.random()
        locale = self.locale()
        if roll < 0.10:
            name = re.sub(
                r"^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Ing|Mgr|Bc|MUDr|Sr|Sra|Dott|Univ|Dipl|Sig|Sr\(a\))\.?-?\s*)+", "",
                d.choice(self.drawn_names),
            )  # fmt: skip
            return name
        if roll < 0.56:
            return f"{self.first(locale)} {self.last(locale)}"
        if roll < 0.72:
            initial = d.choice("ABCDEFGHIJKLMNOPRSTVWZ")
            return f"{self.first(locale)} {initial}{d.choice(['', '.', '.'])} {self.last(locale)}"
        if roll < 0.78:
            return f"{self.first(locale)} {self.first(locale)} {self.last(locale)}"
        if roll < 0.83:
            return f"{self.first(locale)} {self.last(locale)}{d.choice([' ', '-'])}{self.last(locale)}"
        if roll < 0.87:
            return f"{d.choice('ABCDEFGHJKLMNPRSTVW')}. {self.last(locale)}"
        if roll < 0.90:
            return f"{d.choice('ABCDEFGHJKLMNPRSTVW')}.{d.choice([' ', ''])}{d.choice('ABCDEFGHJKLM')}. {self.last(locale)}"
        if roll < 0.93:
            particle = d.choice(
                ["van", "von", "de", "van der", "de la", "di", "del", "bin", "al", "el", "da", "dos", "O'", "ter"]
            )
            return f"{self.first(locale)} {particle}{'' if particle.endswith(chr(39)) else ' '}{self.last(locale)}"
        if roll < 0.95:
            return f"{self.last(locale)} {self.first(locale)}"
        if roll < 0.97:
            return f"{self.first(locale)} {self.last(locale)}{d.choice([' ', ', '])}{d.choice(SUFFIXES)}"
        return self.last(locale) if d.random() < 0.5 else self.first(locale)

    # --- places
    def city(self) -> str:
        """Return a town."""
        d = self.draw_from
        if d.random() < 0.35:
            name = str(d.choice(self.more_cities))
        else:
            name = str(self.cities[int(len(self.cities) * d.random() ** 2)][0])
        if d.random() < 0.04 and len(name) > 5:
            name = name[: d.randrange(3, len(name) - 1)] + d.choice(
                ["hausen", "by", "ville", "dorf", "kylä", "ovo", "ice", "háza", "berg", "stad", "ton", "ham"]
            )
        return name

    def country(self) -> str:
        """Return a country."""
        d = self.draw_from
        if d.random() < 0.06:
            return d.choice(["the UK", "the US", "USA", "the Netherlands", "Great Britain", "England", "Scotland", "Wales", "the Philippines", "Holland", "Korea", "America", "U.S.", "UK", "Ivory Coast", "Czech Republic", "Burma"])  # fmt: skip
        return self.lists.draw("countries", d)

    def place(self) -> str:
        """Return a town, a state or a country."""
        roll = self.draw_from.random()
        if roll < 0.45:
            return self.city()
        if roll < 0.9:
            prefix = self.draw_from.choice(["", "", "", "", "", "", "", "northern ", "Southern ", "Western "])
            return prefix + self.country()
        return self.lists.draw("states", self.draw_from)

    # --- organisations
    def org(self) -> str:
        """Return a company, a school, an office."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.16:
            return str(d.choice(self.companies))
        if roll < 0.22:
            return str(d.choice(self.lists.body["english"])).title()
        if roll < 0.34:
            return f"{self.last('census')}, {self.last('census')} and {self.last('census')}"
        if roll < 0.44:
            return f"{self.last()}{d.choice(['-', ' & ', ' and ', ' '])}{d.choice([self.last(), d.choice(FIRM_ENDS)])}"
        if roll < 0.52:
            return f"{self.last('census')} {d.choice(FIRM_TAILS)}"
        if roll < 0.70:
            return f"{d.choice(FIRM_STARTS)}{d.choice(['', '', ' '])}{d.choice(FIRM_WORDS).lower() if d.random() < 0.5 else d.choice(FIRM_WORDS)}"
        if roll < 0.80:
            return f"{d.choice(FIRM_WORDS)} {d.choice(FIRM_WORDS)}{d.choice(['', '', ' ' + d.choice(FIRM_TAILS)])}"
        if roll < 0.88:
            start = d.choice(FIRM_STARTS)
            return start + d.choice(
                [
                    "ly",
                    "ify",
                    "io",
                    "ix",
                    "ora",
                    "ics",
                    "ant",
                    "eo",
                    "ster",
                    "logic",
                    "ware",
                    "scape",
                    "dyne",
                    "ium",
                    "ity",
                    "zen",
                    "ova",
                ]
            )
        if roll < 0.95:
            kind = d.choice(["University of {}", "{} University", "{} Hospital", "Bank of {}", "{} City Council", "{} High School", "{} Airlines", "{} Insurance", "{} Times", "Museum of {}", "{} Police Department", "St. Mary's Hospital {}"])  # fmt: skip
            return kind.format(self.city())
        return "".join(d.choice("ABCDEFGHIKLMNOPRSTUW") for _ in range(d.choice([3, 3, 4]))) + d.choice(
            ["", " Bank", " Group", " Inc."]
        )

    def implant(self) -> str:
        """Return what a malware, a group or a product might be called."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.25:
            return self.last()
        if roll < 0.35:
            return self.first()
        if roll < 0.5:
            return str(d.choice(self.lists.body["english"])).title()
        if roll < 0.6:
            return str(d.choice(self.lists.body["english"])).upper()
        if roll < 0.75:
            return f"{d.choice(self.lists.body['english'])} {d.choice(self.lists.body['english'])}".title()
        if roll < 0.9:
            return self.org()
        return self.city()

    # --- addresses
    def zip(self) -> str:
        """Return a postal code."""
        d = self.draw_from
        return (
            _digits(
                d,
                d.choice(
                    [
                        "#####",
                        "#####",
                        "#####",
                        "####",
                        "####",
                        "### ##",
                        "##-###",
                        "####-###",
                        "#####-####",
                        "#####-###",
                        "SE-### ##",
                    ]
                ),
            )
            if d.random() < 0.85
            else f"{d.choice('BDEGLMNSW')}{d.choice(['', d.choice('ABCNRSW')])}{d.randrange(1, 20)} {d.randrange(1, 9)}{d.choice('ABDEFGH')}{d.choice('JLNPQRSTU')}"
        )

    def street(self) -> str:
        """Return a street with a house number."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.55:
            return str(d.choice(self.streets)).replace("\n", d.choice([" ", ", "]))
        number = (
            str(d.randrange(1, 400)) if d.random() < 0.8 else _digits(d, d.choice(["#", "##", "###", "####", "#####"]))
        )
        name = self.streetname()
        text = (
            f"{name} {number}{d.choice(['', '', '', '.', 'a', 'B', '/2'])}"
            if d.random() < 0.6
            else f"{number}{d.choice(['', ','])} {name}"
        )
        if d.random() < 0.25:
            text = f"{_digits(d, d.choice(['#', '##', '###', '####', '#####']))} {text}"
        return text + (f"{d.choice([' ', ', '])}{self.unit()}" if d.random() < 0.2 else "")

    def streetname(self) -> str:
        """Return a street without a number."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.5:
            name = re.sub(
                r"\b\d[\w/.-]*,?|\b(?:Apt|Suite|Flat|Unit)\b\.?.*", "", str(d.choice(self.streets)).split("\n")[0]
            )
            name = name.strip(" ,-./#")
            if len(name) > 3 and any(c.isalpha() for c in name):
                return name
        base = d.choice([self.last, self.first, self.city])()
        pattern = d.choice(
            "{} Street|{} Road|{} Avenue|{} Lane|{} Drive|{} St|{} Rd.|{} Ave|{} Court|{} Terrace|{} Way|{} Place|{} Crescent|{} Close|{} Boulevard|{} Square|"
            "Rue {}|rue de {}|Avenue de {}|Place du {}|chemin de {}|Via {}|Viale {}|Piazza {}|Corso {}|Calle {}|C/ {}|Avenida {}|Plaza {}|Rúa {}|Rua {}|Travessa {}|Largo {}|"
            "{}straße|{}strasse|{}weg|{}gasse|{}platz|{}allee|{} Str.|Am {}|{}straat|{}laan|{}weg|{}plein|{}gade|{}vej|{}vænget|{}vegen|{}veien|{}gata|{}gatan|{}vägen|{}stigen|"
            "{}katu|{}tie|{}kuja|{} utca|{} u.|{} út|{} tér|ul. {}|ulica {}|al. {}|{} ulica|{} cesta|{} ulice|nám. {}|{} trg|trg {}|ulitsa {}|ul. {}|{} sok.|{} Caddesi|{} Cad.|Jalan {}|Jl. {}|"
            "{} Marg|{} Road|Sharia {}|{} St.|{}vegur|{}gata|{}stræti|Strada {}|Bulevardul {}|Str. {}|{} Dori|{}-dori|{}-ro|{} Lu|Duong {}|Phố {}|{}iela".split("|")
        )  # fmt: skip
        return pattern.format(base)

    def unit(self) -> str:
        """Return a flat, a suite, a box."""
        d = self.draw_from
        return d.choice(UNITS).format(
            d.choice([str(d.randrange(1, 999)), d.choice("ABCD"), f"{d.randrange(1, 99)}{d.choice('abcd')}"])
        )

    def odd_street(self) -> str:
        """Return an address that is no street and number."""
        d = self.draw_from
        return d.choice(
            [
                lambda: f"P.O. Box {d.randrange(1, 9999)}",
                lambda: f"PO Box {d.randrange(1, 9999)}",
                lambda: f"Postfach {d.randrange(1, 999)}",
                lambda: f"{d.choice(['PSC', 'Unit', 'CMR'])} {d.randrange(10, 9999)}, Box {d.randrange(1, 9999)}",
                lambda: f"Unit {d.randrange(10, 9999)} Box {d.randrange(1, 9999)}",
                lambda: f"{d.choice(['USS', 'USNS', 'USCGC', 'USNV'])} {self.last('census')}",
                lambda: f"the corner of {self.streetname()} and {self.streetname()}",
                lambda: f"corner of {self.street()} and {self.streetname()}",
                lambda: f"{self.streetname()} and {self.streetname()}",
            ]
        )()

    def address(self, shape: str) -> list[Piece]:
        """Return the pieces of an address: ``ADDRESS`` in prose, ``ADDRESS1`` in one line, ``ADDRESSBLOCK`` in lines."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.12:
            text = str(d.choice(self.addresses))
            joiner = {"ADDRESS": d.choice(["\n", ", "]), "ADDRESS1": d.choice([", ", " "])}.get(shape, "\n")
            return self._split(text, joiner)
        line = {"ADDRESS": d.choice(["\n", ", ", ", ", " ", "\n "]), "ADDRESS1": d.choice([", ", " ", ", "])}.get(
            shape, d.choice(["\n", "\n", "\n ", "\n   ", "\n    "])
        )
        if roll < 0.22:
            military = roll < 0.18
            pieces: list[Piece] = [(self.odd_street(), "STREET_ADDRESS")]
            if military:
                pieces = [(d.choice([f"PSC {d.randrange(10, 9999)}, Box {d.randrange(1, 9999)}", f"Unit {d.randrange(10, 9999)} Box {d.randrange(1, 9999)}", f"{d.choice(['USS', 'USNS', 'USNV'])} {self.last('census')}"]), "STREET_ADDRESS")]  # fmt: skip
                pieces += [
                    ("\n" if d.random() < 0.7 else line, ""),
                    (
                        f"{d.choice(['APO', 'FPO', 'DPO'])} {d.choice(['AA', 'AE', 'AP'])} {_digits(d, '#####')}",
                        "STREET_ADDRESS",
                    ),
                ]
                return pieces
            if d.random() < 0.4:
                return pieces
        else:
            pieces = [(self.street(), "STREET_ADDRESS")]
        if d.random() < 0.35:
            pieces += [
                (line if shape == "ADDRESSBLOCK" else d.choice([" ", ", ", line]), ""),
                (self.unit(), "STREET_ADDRESS"),
            ]
        tail: list[Piece] = []
        city, code = self.city(), self.zip()
        if d.random() < 0.12:
            city = city.upper()
        style = d.random()
        if style < 0.3:
            tail = [(code, "STREET_ADDRESS"), (" ", ""), (city, "LOCATION")]
        elif style < 0.5:
            tail = [(city, "LOCATION"), (d.choice([" ", ", "]), ""), (code, "STREET_ADDRESS")]
        elif style < 0.7:
            state = d.choice(
                [
                    "AL",
                    "AK",
                    "AZ",
                    "CA",
                    "CO",
                    "FL",
                    "GA",
                    "IL",
                    "MA",
                    "NY",
                    "OH",
                    "TX",
                    "WA",
                    "NSW",
                    "VIC",
                    "ON",
                    "BC",
                    "SP",
                    "RJ",
                    "MI",
                    "TO",
                    "SH",
                    "NT",
                    "CO",
                    "WLG",
                    "BA",
                    "NA",
                ]
            )
            tail = [(city, "LOCATION"), (d.choice([", ", " ", "\n, ", " ("]), ""), (state, "LOCATION")]
            if d.random() < 0.7:
                tail += [(" ", ""), (code, "STREET_ADDRESS")]
        else:
            tail = [(city, "LOCATION")]
        if d.random() < 0.45:
            tail += [(line if d.random() < 0.6 else d.choice([", ", " "]), ""), (self.country(), "LOCATION")]
            if d.random() < 0.3:
                tail += [(" ", ""), (self.zip(), "STREET_ADDRESS")]
        return [*pieces, (line, ""), *tail]

    def _split(self, text: str, joiner: str) -> list[Piece]:
        """Return a drawn address with its first line as the street, and what holds digits below as its codes."""
        pieces: list[Piece] = []
        for at, line in enumerate(text.split("\n")):
            if at:
                pieces.append((joiner, ""))
            if not at or "APO" in line or "FPO" in line or "DPO" in line:
                pieces.append((line, "STREET_ADDRESS"))
                continue
            for part in re.split(r"((?:[A-Z]{1,2}-)?\b[\w-]*\d[\w-]*\b)", line):
                if part.strip(" ,()/-"):
                    lead = len(part) - len(part.lstrip(" ,()/-"))
                    tail = len(part.rstrip(" ,()/-"))
                    kind = "STREET_ADDRESS" if any(c.isdigit() for c in part) else "LOCATION"
                    pieces += [(part[:lead], ""), (part[lead:tail], kind), (part[tail:], "")]
                else:
                    pieces.append((part, ""))
        return pieces

    # --- dates
    def year(self) -> str:
        """Return a year."""
        return str(self.draw_from.randrange(1930, 2027))

    def date(self) -> str:
        """Return a day, in one of the ways in which days are written."""
        d = self.draw_from
        day, month, year = d.randrange(1, 29), d.randrange(1, 13), d.randrange(1930, 2027)
        name = d.choice(MONTHS)[month - 1]
        return d.choice(
            [
                f"{month}/{day}/{year}", f"{day:02}/{month:02}/{year}", f"{day}.{month}.{year}", f"{day:02}.{month:02}.{year}",
                f"{year}-{month:02}-{day:02}", f"{day:02}-{month:02}-{year}", f"{day} {name} {year}", f"{name} {day}, {year}",
                f"{name} {day}", f"{day} {name}", f"{d.choice(['the ', ''])}{day}{['th', 'st', 'nd', 'rd'][day % 10 if day % 10 < 4 and day not in (11, 12, 13) else 0]} of {name}",
                f"{name} {day}{['th', 'st', 'nd', 'rd'][day % 10 if day % 10 < 4 and day not in (11, 12, 13) else 0]}, {year}",
                f"{name} {year}", f"{month}/{day}/{year % 100:02}", f"{day}. {name} {year}", f"{name[:3]} {day} {year}", f"{year}/{month:02}/{day:02}",
            ]
        )  # fmt: skip

    def datetime(self) -> str:
        """Return a day and a time."""
        d = self.draw_from
        if d.random() < 0.6:
            return f"{d.randrange(1960, 2027)}-{d.randrange(1, 13):02}-{d.randrange(1, 29):02} {self.time(plain=True)}{d.choice(['', f':{d.randrange(60):02}'])}"
        return f"{self.date()}{d.choice([' ', ', ', ' at '])}{self.time()}"

    def time(self, *, plain: bool = False) -> str:
        """Return a time of the day."""
        d = self.draw_from
        hour, minute = d.randrange(24), d.randrange(60)
        if plain or d.random() < 0.5:
            return f"{hour:02}:{minute:02}"
        return f"{hour % 12 + 1}{d.choice(['', f':{minute:02}'])}{d.choice([' ', ''])}{d.choice(['am', 'pm', 'AM', 'PM', 'a.m.', 'p.m.'])}"

    def day(self) -> str:
        """Return a day of the week, and what is said with it."""
        d = self.draw_from
        word = d.choice(WEEKDAYS)
        return d.choice([word] * 5 + [f"{word} morning", f"{word} night", f"next {word}", f"{word} {self.date()}"])

    def age(self) -> str:
        """Return an age."""
        d = self.draw_from
        return str(d.randrange(1, 99)) if d.random() < 0.9 else d.choice(NUMBER_WORDS)

    # --- what is not ours
    def number(self) -> str:
        """Return an order number or the like."""
        d = self.draw_from
        return _digits(
            d, d.choice(["########", "#-###-####", "AB######", "####", "######", "#####-##", "####-##-####", "C-####"])
        )

    def phone(self) -> str:
        """Return a telephone number."""
        d = self.draw_from
        return _digits(
            d,
            d.choice(
                [
                    "###-###-####",
                    "(###) ###-####",
                    "+1-###-###-####",
                    "0### ######",
                    "+4# ## ### ## ##",
                    "## ## ## ##",
                    "0## ### ## ##",
                    "###.###.####",
                    "001-###-###-####x###",
                    "(##) ###-###",
                    "0####-######",
                    "+## (0)# ### ## ##",
                    "##########",
                    "##-##-##-##",
                    "### ## ###",
                    "0#.##.##.##.##",
                    "+##(#)##########",
                    "###-###-####x####",
                ]
            ),
        )

    def email(self) -> str:
        """Return a mail address."""
        d = self.draw_from
        first, last = self.first("census").lower(), self.last("census").lower()
        return f"{d.choice([first + '.' + last, first[0] + last, last, first + str(d.randrange(99)), first.title() + last.title()])}@{d.choice(['example.com', 'mail.example', 'example.org', 'post.example.net'])}"

    def url(self) -> str:
        """Return a web address."""
        d = self.draw_from
        return d.choice(
            ["https://www.{}.example/", "http://www.{}.com/", "www.{}.org", "https://{}.example/a/b", "{}.com"]
        ).format(d.choice(FIRM_STARTS) + d.choice(FIRM_WORDS).lower())

    def card(self) -> str:
        """Return what looks like a card's number."""
        d = self.draw_from
        return _digits(
            d,
            d.choice(
                ["################", "#### #### #### ####", "###############", "####-####-####-####", "#############"]
            ),
        )

    def iban(self) -> str:
        """Return what looks like an IBAN."""
        d = self.draw_from
        return d.choice(["DE", "GB", "FR", "NL", "HU", "ES"]) + _digits(
            d, d.choice(["####################", "## #### #### #### ####", "################"])
        )

    # --- all
    def fill(self, slot: str) -> list[Piece]:
        """Return the pieces of a slot."""
        d = self.draw_from
        if slot in ("ADDRESS", "ADDRESS1", "ADDRESSBLOCK"):
            return self.address(slot)
        if slot == "QADDRESS":
            return [(text.replace("\n", "\n> "), kind) for text, kind in self.address("ADDRESSBLOCK")]
        if slot == "LASTFIRST":
            return [(f"{self.last()}, {self.first()}", "PERSON")]
        plain: dict[str, tuple[Callable[[], str], str]] = {
            "PERSON": (self.person, "PERSON"),
            "FIRST": (self.first, "PERSON"),
            "LAST": (self.last, "PERSON"),
            "CITY": (self.city, "LOCATION"),
            "COUNTRY": (self.country, "LOCATION"),
            "STATE": (lambda: self.lists.draw("states", d), "LOCATION"),
            "PLACE": (self.place, "LOCATION"),
            "ORG": (self.org, "ORGANIZATION"),
            "STREET": (lambda: self.street() if d.random() < 0.85 else self.odd_street(), "STREET_ADDRESS"),
            "STREETNAME": (self.streetname, "STREET_ADDRESS"),
            "ZIP": (self.zip, "STREET_ADDRESS"),
            "DATE": (self.date, "DATE_TIME"),
            "DATETIME": (self.datetime, "DATE_TIME"),
            "DATEY": (lambda: d.choice([self.date, self.year])(), "DATE_TIME"),
            "YEAR": (self.year, "DATE_TIME"),
            "MONTH": (lambda: d.choice(MONTHS[0]), "DATE_TIME"),
            "DAY": (self.day, "DATE_TIME"),
            "TIME": (self.time, "DATE_TIME"),
            "AGE": (self.age, "AGE"),
            "NRP": (lambda: d.choice(DEMONYMS), "NRP"),
            "NRPS": (lambda: d.choice(DEMONYMS_PLURAL), "NRP"),
            "TITLE": (lambda: d.choice(TITLES), "TITLE"),
            "JOB": (self.job, "TITLE"),
            "PHONE": (self.phone, ""),
            "EMAIL": (self.email, ""),
            "URL": (self.url, ""),
            "CARD": (self.card, ""),
            "IBAN": (self.iban, ""),
            "NUM": (self.number, ""),
            "XCOUNTRY": (self.country, ""),
            "XYEAR": (self.year, ""),
            "XDATE": (self.date, ""),
            "XMONTH": (lambda: d.choice(MONTHS[0]), ""),
            "XTIME": (self.time, ""),
            "XDATETIME": (self.datetime, ""),
            "W": (lambda: str(d.choice(self.lists.body["english"])), ""),
            "XNAME": (self.implant, ""),
            "XORG": (self.org, ""),
            "XCITY": (self.city, ""),
            "XNRP": (lambda: d.choice(DEMONYMS), ""),
            "XNUM": (lambda: str(d.randrange(2, 120)), ""),
            "XCARD": (self.card, ""),
        }
        make, kind = plain[slot]
        return [(make(), kind)]

    def job(self) -> str:
        """Return a profession or a position."""
        d = self.draw_from
        roll = d.random()
        if roll < 0.4:
            text = str(d.choice(self.lists.body["jobs"]))
            return text if d.random() < 0.6 else text.lower()
        if roll < 0.8:
            return d.choice(JOBS)
        return (
            f"{d.choice(['Head', 'Director', 'Vice President', 'VP', 'Manager', 'Chief'])} of {d.choice(DEPARTMENTS)}"
        )

    def sentence(self, template: str) -> list[Piece]:
        """Return the pieces of a template, filled."""
        text = chosen(template, self.draw_from)
        pieces: list[Piece] = []
        done = 0
        for match in _SLOT.finditer(text):
            pieces.append((text[done : match.start()], ""))
            pieces += self.fill(match.group(1))
            done = match.end()
        pieces.append((text[done:], ""))
        pieces = [p for p in pieces if p[0]]
        if self.draw_from.random() < 0.35:
            pieces = [(text if kind else self.swapped(text, 0.14), kind) for text, kind in pieces]
        return worn(pieces, self.draw_from)

    def swapped(self, text: str, chance: float) -> str:
        """Return a text with some of its longer small words replaced by any others: templates are not to be learnt."""
        english = self.lists.body["english"]

        def other(match: re.Match[str]) -> str:
            return str(self.draw_from.choice(english)) if self.draw_from.random() < chance else match.group()

        return _LONGER.sub(other, text)


def worn(pieces: list[Piece], draw: random.Random) -> list[Piece]:
    """Return the pieces as people write: now and then in small or capital letters, without a stop, quoted."""
    roll = draw.random()
    if roll < 0.10:
        pieces = [(text.lower(), kind) for text, kind in pieces]
    elif roll < 0.12:
        pieces = [(text.upper(), kind) for text, kind in pieces]
    elif roll < 0.17:
        pieces = [(text.upper() if kind in ("PERSON", "LOCATION") else text, kind) for text, kind in pieces]
    elif roll < 0.19:
        pieces = [
            (text.lower() if kind in ("PERSON", "LOCATION", "ORGANIZATION") else text, kind) for text, kind in pieces
        ]
    roll = draw.random()
    if roll < 0.03:
        pieces = [(text.replace("'", "\\'").replace('"', '\\"'), kind) for text, kind in pieces]
    elif roll < 0.05:
        pieces = [(text.replace("'", "’").replace('"', "”"), kind) for text, kind in pieces]
    elif roll < 0.08:
        pieces = [('"', ""), *pieces, ('"', "")]
    elif roll < 0.10:
        pieces = [(draw.choice(["- ", "* ", "> ", "1. ", "  "]), ""), *pieces]
    return pieces
