"""The description of the HTTP API, as the server itself gives it at ``/openapi.json``."""

from __future__ import annotations

import json


def text() -> str:
    """Return the file's text; nothing is opened for it."""
    from vedette.server.app import create_app
    from vedette.server.desk import Parts

    def nothing() -> Parts:
        raise AssertionError("a description opens nothing")

    return json.dumps(create_app(nothing).openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
