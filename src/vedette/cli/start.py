"""Where the program begins: the first lines of a call, before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program; interrupted while its parts are still being imported, it ends without a word."""
    try:
        from vedette.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
