"""Put a trained tagger into the package, with what it was made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from recipes.threat_names.labelled import cyner
from recipes.threat_names.train import counted, f1, tagged

from vedette.intel.entities.model import NAME, NameTagger, load
from vedette.models.shipped import FOLDER, write_manifest

HERE = Path(__file__).parent
README = """# threat-names

Tags malware, indicators, systems, organisations and vulnerabilities in the sentences of threat reports, also where no
list has the name. Summed rows of hashed features, word vectors and bits of lists; three convolutions; then every name
is told what its other mentions in the document look like. Several networks are averaged; served with NumPy alone.

- Input: the sentences of one document, in order. Output: ranges of tokens with a type and a chance.
- Trained on the train split of CyNER (MIT) and on the same sentences with other names of malware in them, from ATT&CK
  and made up. It holds no text of either: words that context is made of, and numbers.
- Word vectors: the vocabulary of all-MiniLM-L6-v2 (Apache-2.0), each piece run through it alone, 64 dimensions.
- Figures: strict F1 on CyNER's valid split in manifest.json; for seen and unseen names, and on sets that it was not
  trained on, in benchmarks/intel/README.md.
- Limits: English. Its training text is about malware, much of it for phones; names of groups it takes for malware or
  organisations unless words beside them tell. Lower-case general words are dropped afterwards: they are no names.

Rebuild: `python recipes/rebuild.py threat-names --data DIR` (needs torch).
"""
NOTICE = """Trained on, or with parts of:
CyNER, https://github.com/aiforsec/CyNER, copyright (c) 2021 aiforsec, MIT License.
all-MiniLM-L6-v2, sentence-transformers, Apache License 2.0: word vectors worked out from its vocabulary.
MITRE ATT&CK(R): (c) 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The
MITRE Corporation. (Names of software, put in the place of others in training.)
MIT License: permission is granted, free of charge, to deal in the software without restriction, provided that the
copyright notice and the permission notice are included in all copies or substantial portions. The software is provided
"as is", without warranty of any kind.
"""


def _figures(tagger: NameTagger, shared: Path) -> dict[str, float]:
    valid = cyner(shared, "valid")
    counts = counted(tagged(tagger, valid), valid)
    total = np.sum(list(counts.values()), axis=0).tolist()
    return {"cyner_valid_micro_f1": round(f1(*total), 4)} | {
        f"cyner_valid_f1_{kind.lower()}": round(f1(*own), 4) for kind, own in counts.items()
    }


def ship(tagger: NameTagger, shared: Path) -> Path:
    """Write the model's folder of the package, and measure what was written."""
    target = FOLDER / NAME
    target.mkdir(exist_ok=True)
    for path in target.iterdir():
        if path.name != "manifest.json":
            path.unlink()
    tagger.save(target)
    (target / "README.md").write_text(README, encoding="utf-8")
    (target / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")
    facts = {
        "created_at": "2026-11-23T00:00:00Z",
        "licence": "Apache-2.0",
        "recipe_sha256": hashlib.sha256((HERE.parent / "threat-names.yaml").read_bytes()).hexdigest(),
        "corpus_sha256": hashlib.sha256((shared / "ner-cyner" / "train.jsonl.gz").read_bytes()).hexdigest(),
        "metrics": _figures(load(target, NAME, "0"), shared),
    }
    write_manifest(target, facts)
    return target
