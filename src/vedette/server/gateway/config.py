"""What a gateway is told: upstreams, prices, limits; read strictly from YAML, with the line of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

import yaml
from pydantic import SecretStr

from vedette import strict_yaml
from vedette.errors import UserError
from vedette.guard.wire import Dialect
from vedette.llm.egress import outbound_of
from vedette.llm.options import Price

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_KEPT_HEADERS = frozenset({"authorization", "x-api-key", "host", "content-length", "content-type", "cookie", "accept"})
Place = strict_yaml.Place


class Hold(StrEnum):
    """How much of a stream is held back until it was judged."""

    WORD = "word"
    """What may still become something: unfinished words with digits or marks, links, keys, pseudonyms."""
    SENTENCE = "sentence"
    """Up to the end of each sentence or line."""
    REPLY = "reply"
    """All of it: nothing is seen before everything was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A place where models answer."""

    name: str
    base_url: str
    """Up to before ``/chat/completions`` or ``/messages``: ``https://api.openai.com/v1``."""
    dialect: Dialect
    models: tuple[str, ...] = ("*",)
    """Those that it serves; ``*`` stands for any characters."""
    api_key: SecretStr | None = None
    key_env: str | None = None
    """Variable of the environment that holds the key; the command line reads it."""
    key_file: str | None = None
    timeout_s: float = 600.0
    """Of a whole reply."""
    idle_timeout_s: float = 120.0
    """Between two pieces of a stream, and until the first."""
    max_reply_bytes: int = 32 << 20
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent along: ``OpenAI-Project``."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    """Model, or pattern of models, to US dollars for a million tokens; the first that fits holds."""
    fields: frozenset[str] = frozenset()
    """Further fields that requests may carry; they are judged as JSON."""
    betas: frozenset[str] = frozenset()
    """Values of ``anthropic-beta`` that may pass."""
    stream_usage: bool = True
    """Whether it knows ``stream_options.include_usage``."""
    route: str = ""
    """What policies call it; its name where nothing is said."""

    def serves(self, model: str) -> bool:
        """Return whether a model is asked for here."""
        return any(fnmatchcase(model, one) for one in self.models)

    def price(self, model: str) -> Price | None:
        """Return what a model costs; None where nobody said."""
        return next((price for one, price in self.prices.items() if fnmatchcase(model, one)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLimit:
    """What one client may use; None is no limit."""

    tokens_per_day: int | None = None
    tokens_per_month: int | None = None
    usd_per_day: float | None = None
    usd_per_month: float | None = None

    @property
    def any(self) -> bool:
        """Whether anything is limited."""
        return any(
            one is not None
            for one in (self.tokens_per_day, self.tokens_per_month, self.usd_per_day, self.usd_per_month)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """What a gateway is told."""

    upstreams: tuple[Upstream, ...]
    hold: Hold = Hold.WORD
    audio: bool = False
    """Whether audio passes unread; images and files are the policy's matter."""
    scan_timeout_s: float = 10.0
    """For judging one request, one reply, or one piece of a stream."""
    n_judging: int = 2
    """Requests and replies judged at once."""
    max_request_bytes: int = 8 << 20
    requests_per_minute: int = 600
    spend: SpendLimit = SpendLimit()
    """Of each client that is not named."""
    spend_of: Mapping[str, SpendLimit] = field(default_factory=dict)
    """By the name of the token."""
    scanners: tuple[str, ...] = ()
    """Names of those that look; none: all that are installed."""
    canaries: tuple[str, ...] = ()
    """Words that no reply may hold."""

    def upstream(self, dialect: Dialect, model: str) -> Upstream | None:
        """Return the first that speaks a dialect and serves a model."""
        return next((one for one in self.upstreams if one.dialect is dialect and one.serves(model)), None)

    def limit(self, client: str) -> SpendLimit:
        """Return what a client may use."""
        return self.spend_of.get(client, self.spend)


def read_config(text: str, *, name: str = "gateway.yaml") -> GatewayConfig:
    """Return what a configuration says.

    Raises:
        UserError: it is none; the location says the line.
    """
    try:
        said, lines = strict_yaml.load_located(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        raise UserError(f"this is no YAML: {getattr(error, 'problem', None) or error}"[:300], location=where) from None
    return _Reader(lines, name).config(said)


class _Reader:
    """Reads values, and says where one is wrong."""

    def __init__(self, lines: Mapping[Place, int], name: str) -> None:
        self._lines = lines
        self._name = name

    def config(self, said: Any) -> GatewayConfig:
        given = self._mapping(said, ())
        made: dict[str, Any] = {}
        for key, value in given.items():
            place: Place = (key,)
            match key:
                case "upstreams":
                    made["upstreams"] = tuple(
                        self._upstream(one, (*place, at)) for at, one in enumerate(self._list(value, place))
                    )
                case "hold":
                    made["hold"] = Hold(self._one_of(value, place, *Hold))
                case "audio":
                    made["audio"] = self._flag(value, place)
                case "scan_timeout_s":
                    made["scan_timeout_s"] = self._number(value, place, 0.01, 600)
                case "n_judging" | "max_request_bytes" | "requests_per_minute":
                    made[key] = self._count(value, place)
                case "canaries" | "scanners":
                    made[key] = tuple(self._text(one, (*place, at)) for at, one in enumerate(self._list(value, place)))
                case "spend":
                    made.update(self._spend(value, place))
                case _:
                    raise self._wrong(place, f"{key!r} is nothing that a gateway is told")
        if not made.get("upstreams"):
            raise self._wrong((), "no upstream is named", next_step="upstreams: [{name: …, base_url: …, dialect: …}]")
        names = [one.name for one in made["upstreams"]]
        for at, one in enumerate(names):
            if one in names[:at]:
                raise self._wrong(("upstreams", at, "name"), f"two upstreams are called {one!r}")
        return GatewayConfig(**made)

    def _upstream(self, said: Any, place: Place) -> Upstream:
        given = self._mapping(said, place)
        made: dict[str, Any] = {}
        readers: dict[str, Callable[[Any, Place], Any]] = {
            "name": self._named,
            "base_url": self._address,
            "dialect": lambda value, at: Dialect(self._one_of(value, at, *Dialect)),
            "models": lambda value, at: tuple(
                self._text(one, (*at, n)) for n, one in enumerate(self._list(value, at, least=1))
            ),
            "key_env": self._text,
            "key_file": self._text,
            "timeout_s": lambda value, at: self._number(value, at, 0.1, 86_400),
            "idle_timeout_s": lambda value, at: self._number(value, at, 0.1, 86_400),
            "max_reply_bytes": self._count,
            "headers": self._headers,
            "prices": self._prices,
            "fields": self._fields,
            "betas": lambda value, at: frozenset(
                self._text(one, (*at, n)) for n, one in enumerate(self._list(value, at))
            ),
            "stream_usage": self._flag,
            "route": self._named,
        }
        for key, value in given.items():
            if key not in readers:
                raise self._wrong((*place, key), f"{key!r} is nothing that an upstream has")
            made[key] = readers[key](value, (*place, key))
        for key in ("name", "base_url", "dialect"):
            if key not in made:
                raise self._wrong(place, f"an upstream needs {key!r}")
        if "key_env" in made and "key_file" in made:
            raise self._wrong(place, "an upstream has its key from one place", next_step="key_env or key_file")
        return Upstream(**made)

    def _spend(self, said: Any, place: Place) -> dict[str, Any]:
        given = self._mapping(said, place)
        made: dict[str, Any] = {}
        for key, value in given.items():
            if key == "each":
                made["spend"] = self._limit(value, (*place, key))
            elif key == "clients":
                clients = self._mapping(value, (*place, key))
                made["spend_of"] = {one: self._limit(v, (*place, key, one)) for one, v in clients.items()}
            else:
                raise self._wrong((*place, key), f"{key!r} is neither `each` nor `clients`")
        return made

    def _limit(self, said: Any, place: Place) -> SpendLimit:
        made: dict[str, Any] = {}
        for key, value in self._mapping(said, place).items():
            if key in ("tokens_per_day", "tokens_per_month"):
                made[key] = self._count(value, (*place, key))
            elif key in ("usd_per_day", "usd_per_month"):
                made[key] = self._number(value, (*place, key), 0, 1e9)
            else:
                raise self._wrong((*place, key), f"{key!r} is no limit")
        return SpendLimit(**made)

    def _prices(self, said: Any, place: Place) -> dict[str, Price]:
        made = {}
        for model, value in self._mapping(said, place).items():
            at = (*place, model)
            given = self._mapping(value, at)
            if set(given) - {"prompt_usd", "completion_usd"} or "prompt_usd" not in given:
                raise self._wrong(at, "a price is {prompt_usd: …, completion_usd: …}, for a million tokens")
            made[model] = Price(
                prompt_usd=self._number(given["prompt_usd"], at, 0, 1e6),
                completion_usd=self._number(given.get("completion_usd", 0), at, 0, 1e6),
            )
        return made

    def _headers(self, said: Any, place: Place) -> dict[str, str]:
        made = {}
        for name, value in self._mapping(said, place).items():
            if not _HEADER.fullmatch(name) or name.lower() in _KEPT_HEADERS:
                raise self._wrong((*place, name), f"{name!r} is no header that is set here")
            text = self._text(value, (*place, name))
            if not text.isascii() or not text.isprintable():
                raise self._wrong((*place, name), "a header is printable ASCII")
            made[name] = text
        return made

    def _fields(self, said: Any, place: Place) -> frozenset[str]:
        made = set()
        for at, one in enumerate(self._list(said, place)):
            if not isinstance(one, str) or not _FIELD.fullmatch(one):
                raise self._wrong((*place, at), "this is no name of a field")
            made.add(one)
        return frozenset(made)

    def _named(self, said: Any, place: Place) -> str:
        if not isinstance(said, str) or not _NAME.fullmatch(said):
            raise self._wrong(place, "a name is 1 to 32 small letters, digits, - and _")
        return said

    def _address(self, said: Any, place: Place) -> str:
        text = self._text(said, place).rstrip("/")
        try:
            outbound_of(text, purpose="an upstream")
        except UserError as error:
            raise self._wrong(place, error.message, next_step="https://api.example.com/v1") from None
        if "?" in text:
            raise self._wrong(place, "a base address has no query")
        return text

    def _mapping(self, said: Any, place: Place) -> dict[str, Any]:
        if not isinstance(said, dict) or not all(isinstance(key, str) for key in said):
            raise self._wrong(place, "this must be a mapping of names")
        return said

    def _list(self, said: Any, place: Place, least: int = 0) -> list[Any]:
        if not isinstance(said, list) or len(said) < least:
            raise self._wrong(place, "this must be a list")
        return said

    def _text(self, said: Any, place: Place) -> str:
        if not isinstance(said, str) or not 0 < len(said) <= 2000:
            raise self._wrong(place, "this must be a text")
        return said

    def _flag(self, said: Any, place: Place) -> bool:
        if not isinstance(said, bool):
            raise self._wrong(place, "this must be true or false")
        return said

    def _number(self, said: Any, place: Place, least: float, most: float) -> float:
        if isinstance(said, bool) or not isinstance(said, (int, float)) or not least <= said <= most:
            raise self._wrong(place, f"this must be a number from {least:g} to {most:g}")
        return float(said)

    def _count(self, said: Any, place: Place) -> int:
        if isinstance(said, bool) or not isinstance(said, int) or not 0 < said < 10**12:
            raise self._wrong(place, "this must be a whole number above 0")
        return said

    def _one_of(self, said: Any, place: Place, *known: str) -> str:
        if said not in known:
            raise self._wrong(place, f"this must be one of: {', '.join(known)}")
        return str(said)

    def _wrong(self, place: Place, why: str, *, next_step: str | None = None) -> UserError:
        line = next((self._lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self._lines), None)
        what = ".".join(str(one) for one in place)
        return UserError(
            f"{what}: {why}" if what else why,
            location=self._name if line is None else f"{self._name}:{line}",
            next_step=next_step or "docs/reference/guard-gateway.md says what a gateway is told",
        )
