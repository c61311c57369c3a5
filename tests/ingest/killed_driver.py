"""Runs the command line with small commits, so that a kill can fall between many of them.

Usage: killed_driver.py COMMIT_ROWS ARGUMENT…
"""

from __future__ import annotations

import sys

from vedette.ingest import pipeline

if __name__ == "__main__":
    pipeline.COMMIT_ROWS = pipeline.CHUNK_ROWS = int(sys.argv[1])
    sys.argv = ["vedette", *sys.argv[2:]]
    from vedette.cli.main import main

    main()
