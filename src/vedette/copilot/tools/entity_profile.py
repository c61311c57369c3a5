"""Who or what an account, host or address is: its part in cases, what it did, and whether that is normal for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.copilot.tools.profile import Profile, kind_of
from vedette.errors import UserError
from vedette.schema import (
    Parameter,
    Tool,
    ToolResult,
    ValueKind,
)
from vedette.store.query import reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import WINDOW, text_of, window_of


class EntityProfile:
    """Profiles an account, a host or an address."""

    tool = Tool(
        name="entity_profile",
        description="Who or what an account, host or address is: role in a case, activity, and if that is normal.",
        parameters=(
            Parameter(
                name="entity",
                kind=ValueKind.ENTITY,
                description="The account, host or address.",
                required=True,
                example="alice",
            ),
            WINDOW,
        ),
        examples=(
            "who is pgustavo?",
            "tell me about svc-backup",
            "profile FS01",
            "What do we know about 203.0.113.7?",
            "Is this normal for alice?",
            "was bob's account compromised",
            "when was WORKSTATION5 first seen and who uses it",
            "give me everything on that user",
            "Where does hd-miller usually log on from?",
            "whats 10.20.10.25",
            "has this account done anything like that before",
            "account review for adm-jones",
            "is dc01 involved?",
            "background on the ip",
        ),
        words=(
            "who is", "what is", "tell me about", "profile", "know about", "normal", "usual", "usually", "background",
            "review", "everything on", "before", "role", "is it involved", "seen", "baseline",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the profile: role, presence, logons, programs, findings, and what was new in the case."""
        wanted = text_of(arguments, "entity")
        if wanted is None:
            raise UserError("no account, host or address is named", next_step="name one, as in: who is alice?")
        window = window_of(arguments)
        with reading(context.lake) as reader:
            kind = kind_of(context, reader, wanted)
            return Profile(context, reader, wanted, kind, window).result()


ENTITY_PROFILE = EntityProfile()
