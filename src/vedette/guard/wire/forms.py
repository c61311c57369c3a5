"""How fields are read: small forms that are put together to the form of a body.

A form takes a value and returns what stands in the tree for it. What carries text becomes a slot; what carries none is
looked at closely enough that it cannot carry any: words are of a known set, numbers are short. Everything else is
refused by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from vedette.guard.wire.base import Media, Reading, Slot, WireError
from vedette.schema.guarding import Direction, Form, Passage
from vedette.schema.message import Role

SHORT_NUMBER = 10**8
"""Below it a number tells nothing of a card or an account."""
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")
_DATA_URL = re.compile(r"data:[a-z0-9.+-]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=_-]*\Z", re.IGNORECASE)
_NEXT = "leave it out, or let the gateway pass it by `fields` in its configuration if it is safe for your upstream"


class Walk:
    """What comes together while a body is read."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.slots: list[Slot] = []
        self.aliases: dict[str, str] = {}

    def slot(self, passage: Passage, *, value: bool = False, fixed: bool = False, echo: bool = False) -> Slot:
        """Return a new slot."""
        self.slots.append(Slot(len(self.slots), passage, value=value, fixed=fixed, echo=echo))
        return self.slots[-1]

    def alias(self, text: str) -> str:
        """Return what stands for an id."""
        made = self.reading.alias(text)
        self.aliases[made] = text
        return made


Shape = Callable[[Walk, Any, str], Any]
"""Given the walk, a value and its place: what stands in the tree."""


def text(direction: Direction, role: Role | None = None, form: Form = Form.AUTO) -> Shape:
    """Return the form of a text."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        said = _string(value, place)
        kind = form_of(said) if form is Form.AUTO else form
        return walk.slot(Passage(text=said, direction=direction, role=role, form=kind, place=pointer(place)))

    return read


def json_text(direction: Direction, role: Role | None = None) -> Shape:
    """Return the form of a text that holds JSON, as arguments of tools do; other text is judged as it stands.

    What is JSON is written anew, so that no escape hides what it says.
    """

    def read(walk: Walk, value: Any, place: str) -> Any:
        said = _string(value, place)
        form = Form.JSON if is_json(said) else Form.AUTO
        if form is Form.JSON and direction is not Direction.REPLY and "\\u" in said:
            said = json.dumps(json.loads(said), ensure_ascii=False)
        return walk.slot(Passage(text=said, direction=direction, role=role, form=form, place=pointer(place)))

    return read


def json_value(direction: Direction, role: Role | None = None, *, echo: bool = False) -> Shape:
    """Return the form of any JSON value: it is judged whole, names of fields too."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if value is None or isinstance(value, bool) or value in ("", [], {}):
            return value
        said = json.dumps(value, ensure_ascii=False)
        passage = Passage(text=said, direction=direction, role=role, form=Form.JSON, place=pointer(place))
        return walk.slot(passage, value=True, echo=echo)

    return read


def echoed(walk: Walk, value: Any, place: str) -> Any:
    """Read what repeats the request."""
    return json_value(Direction.REPLY, echo=True)(walk, value, place)


def plain(walk: Walk, value: Any, place: str) -> Any:
    """Pass what an upstream says of itself: ids, counts, states. Of replies only; what is long is judged."""
    if _is_short(value, depth=0):
        return value
    return json_value(Direction.REPLY)(walk, value, place)


def dropped(walk: Walk, value: Any, place: str) -> Any:
    """Leave out what a reply holds."""
    return None


def flag(walk: Walk, value: Any, place: str) -> Any:
    """Read true or false."""
    if not isinstance(value, bool):
        raise WireError("must be true or false", param=place)
    return value


def number(walk: Walk, value: Any, place: str) -> Any:
    """Read a number; a long one is judged as text, for it may be an account's."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WireError("must be a number", param=place)
    if isinstance(value, float):
        if not abs(value) < SHORT_NUMBER:
            raise WireError("must be a shorter number", param=place)
        return round(value, 6)  # more places tell more than a setting needs
    if abs(value) < SHORT_NUMBER:
        return value
    passage = Passage(text=str(value), direction=Direction.PROMPT, form=Form.PLAIN, place=pointer(place))
    return walk.slot(passage, value=True, fixed=True)


def word(*known: str) -> Shape:
    """Return the form of a word out of a known set."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if value not in known or not isinstance(value, str):
            raise WireError(f"must be one of: {', '.join(known)}", param=place, code="unknown_value")
        return value

    return read


def alias(walk: Walk, value: Any, place: str) -> Any:
    """Read an id or name of the client's own; upstream goes what stands for it."""
    return walk.alias(_string(value, place)) if value != "" else value


def model(walk: Walk, value: Any, place: str) -> Any:
    """Read a model's name; the routes decide whether it is one."""
    if not isinstance(value, str) or not MODEL.fullmatch(value):
        raise WireError("must be the name of a model", param=place, code="model_not_found")
    return value


def sealed(walk: Walk, value: Any, place: str) -> Any:
    """Read a blob of the upstream's own that comes back to it."""
    found = walk.reading.unseal(_string(value, place))
    if found is None:
        raise WireError(
            "this was not handed out by this gateway, and cannot be judged",
            param=place,
            code="unknown_blob",
            next_step="leave reasoning and thinking out of the history, or start the conversation through the gateway",
        )
    return found


def sealing(walk: Walk, value: Any, place: str) -> Any:
    """Mark a blob of the upstream's on its way to the client."""
    return walk.reading.seal(value) if isinstance(value, str) and value else value


def refused(why: str, *, code: str = "not_judged", next_step: str | None = None, but: tuple[Any, ...] = ()) -> Shape:
    """Return the form of what is known and not let through, except for some values that mean nothing."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if any(value == one and type(value) is type(one) for one in (None, *but)):
            return value
        raise WireError(why, param=place, code=code, next_step=next_step or "leave it out")

    return read


def media(kind: Media, shape: Shape) -> Shape:
    """Return the form of what no scanner reads: refused unless it may pass."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if kind not in walk.reading.media:
            raise WireError(
                f"{kind.value} cannot be judged, and do not pass",
                param=place,
                code="media_refused",
                next_step=f"send text, or let them pass unread: `media: [{kind.value}]` in the gateway's configuration",
            )
        return shape(walk, value, place)

    return read


def base64(walk: Walk, value: Any, place: str) -> Any:
    """Read packed bytes; they pass unread where media may."""
    if not re.fullmatch(r"[A-Za-z0-9+/=_-]*", _string(value, place)):
        raise WireError("must be base64", param=place)
    return value


def address(walk: Walk, value: Any, place: str) -> Any:
    """Read a picture's or file's address: bytes within it pass unread, anything else is judged, and stays as it is."""
    said = _string(value, place)
    if _DATA_URL.match(said):
        return said
    return walk.slot(Passage(text=said, direction=Direction.PROMPT, place=pointer(place)), fixed=True)


def many(shape: Shape, most: int = 100_000) -> Shape:
    """Return the form of a list."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if not isinstance(value, list) or len(value) > most:
            raise WireError(f"must be a list of at most {most:,}", param=place)
        return [shape(walk, one, f"{place}[{at}]") for at, one in enumerate(value)]

    return read


def either(string: Shape, other: Shape) -> Shape:
    """Return the form of what may be a string or something else."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        return (string if isinstance(value, str) else other)(walk, value, place)

    return read


def object_of(fields: Mapping[str, Shape], *, needs: tuple[str, ...] = (), rest: Shape | None = None) -> Shape:
    """Return the form of an object.

    Args:
        fields: the form of each field; null is let through for those that are not needed.
        needs: those that must be there.
        rest: the form of all other fields; None refuses them.
    """

    def read(walk: Walk, value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise WireError("must be an object", param=place)
        made: dict[str, Any] = {}
        for name, one in value.items():
            where = f"{place}.{name}" if place else name
            shape = fields.get(name, rest)
            if shape is None:
                raise _unknown(place, name, fields)
            if one is None and name not in needs:
                made[name] = None
            else:
                made[name] = shape(walk, one, where)
        for name in needs:
            if name not in value:
                raise WireError("is missing", param=f"{place}.{name}" if place else name)
        return made

    return read


def tagged(by: str, shapes: Mapping[str, Shape], *, default: str | None = None, what: str = "sort") -> Shape:
    """Return the form of an object whose field ``by`` says which it is."""

    def read(walk: Walk, value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise WireError("must be an object", param=place)
        found = default if value.get(by) is None else value[by]
        shape = shapes.get(found) if isinstance(found, str) else None
        if shape is None:
            raise WireError(
                f"this {what} is not known, and so cannot be judged; known are: {', '.join(shapes)}",
                param=f"{place}.{by}",
                code="unknown_kind",
                next_step="leave it out",
            )
        return shape(walk, value, place)

    return read


def is_json(said: str) -> bool:
    """Return whether a text is one JSON object or list."""
    if said.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(said)
    except (ValueError, RecursionError):
        return False
    return True


def form_of(said: str) -> Form:
    """Return how a text is read: as JSON where it is such, or is on each line; not by its beginning alone."""
    if said.lstrip()[:1] not in ("{", "["):
        return Form.AUTO
    return Form.JSON if is_json(said) or all(is_json(line) for line in said.splitlines() if line) else Form.PLAIN


def pointer(place: str) -> str:
    """Return a place as a JSON pointer."""
    return "/" + place.replace("[", ".").replace("]", "").replace(".", "/") if place else ""


def _is_short(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return len(value) <= 160
    if isinstance(value, dict):
        return depth < 5 and len(value) < 40 and all(_is_short(one, depth + 1) for one in value.values())
    if isinstance(value, list):
        return depth < 5 and len(value) < 40 and all(_is_short(one, depth + 1) for one in value)
    return True


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise WireError("must be a string", param=place)
    return value


def _unknown(place: str, name: str, fields: Mapping[str, Shape]) -> WireError:
    # the name is the client's text: it is said back only where it looks like a field's
    said = name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", name) else "(a field)"
    where = f"{place}.{said}" if place else said
    return WireError(
        "this field is not known, and so cannot be judged", param=where, code="unknown_field", next_step=_NEXT
    )
