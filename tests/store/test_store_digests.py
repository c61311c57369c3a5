"""The set of digests behaves as a Python set, in memory and on disk."""

from __future__ import annotations

import tempfile
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.store import DigestSet, digests
from vedette.store.digests import pairs

# few first halves, so that equal halves with different ends are common
some = st.builds(
    lambda a, b: a.to_bytes(8, "big") + b.to_bytes(8, "big"),
    st.sampled_from([0, 1, 2, 2**64 - 1]) | st.integers(0, 2**64 - 1),
    st.sampled_from([0, 1, 2**64 - 1]) | st.integers(0, 2**64 - 1),
)


@given(
    st.lists(st.lists(some, max_size=8), max_size=20), st.lists(some, max_size=10), st.booleans(), st.integers(1, 40)
)
@settings(max_examples=80)
def test_it_is_a_set(batches: list[list[bytes]], others: list[bytes], on_disk: bool, spill_at: int) -> None:
    held = digests.SPILL_AT, digests.MAX_RUN
    digests.SPILL_AT, digests.MAX_RUN = spill_at, 30
    try:
        with tempfile.TemporaryDirectory() as folder:
            ours = DigestSet(Path(folder) if on_disk else None)
            wanted: set[bytes] = set()
            for batch in batches:
                asked = [*batch, *others]
                assert ours.contains(pairs(asked)).tolist() == [d in wanted for d in asked]
                fresh = list(dict.fromkeys(d for d in batch if d not in wanted))
                ours.add(pairs(fresh))
                wanted |= set(batch)
                assert len(ours) == len(wanted)
            asked = sorted(wanted | set(others))
            assert ours.contains(pairs(asked)).tolist() == [d in wanted for d in asked]
            saved = Path(folder) / "saved"
            with saved.open("wb") as handle:
                ours.save(handle)
            again = DigestSet(None)
            again.load(saved)
            assert again.contains(pairs(asked)).tolist() == [d in wanted for d in asked]
            ours.close()
            again.close()
            assert [p.name for p in Path(folder).iterdir()] == ["saved"]
    finally:
        digests.SPILL_AT, digests.MAX_RUN = held


def test_many_digests_stay_few_runs(tmp_path: Path) -> None:
    ours = DigestSet(tmp_path)
    everything = [blake2b(n.to_bytes(4, "big"), digest_size=16).digest() for n in range(20_000)]
    for start in range(0, len(everything), 100):
        ours.add(pairs(everything[start : start + 100]))
    assert ours.contains(pairs(everything)).all()
    assert len(ours._runs) < 20
    assert not ours.contains(pairs([blake2b(b"x", digest_size=16).digest()])).any()
    ours.close()


def test_pairs() -> None:
    assert pairs([]).shape == (0, 2)
    assert pairs([b"\x00" * 7 + b"\x01" + b"\xff" * 8]).tolist() == [[1, 2**64 - 1]]
    assert pairs([b"\x00" * 16]).dtype == np.uint64


@pytest.mark.parametrize("data", [b"", b"junk", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_no_set(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(data)
    with pytest.raises((ValueError, OSError, EOFError)):
        DigestSet(None).load(tmp_path / "x.npy")
