"""What the tests of the activity model share."""

from __future__ import annotations

from vedette.forge.activity.fit import Options

SALT = b"test"
OPTIONS = Options(scorer="linear", words=20)
