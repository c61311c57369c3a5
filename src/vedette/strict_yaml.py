"""YAML that people write by hand, read safely: no objects, no key said twice, no bombs."""

from __future__ import annotations

from typing import Any

import yaml

MAX_CHARS = 1_000_000
MAX_DEPTH = 32


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key said twice, of which only the last would count."""

    aliases = True
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node; refuse nesting beyond reason, and aliases where they have no place."""
        if not self.aliases and self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not taken here", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _NoAliases(_Loader):
    aliases = False


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        try:
            twice = key in seen
        except TypeError:
            raise yaml.constructor.ConstructorError(None, None, "a key is no text", key_node.start_mark) from None
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is said twice", key_node.start_mark)
        seen.add(key)
    return dict(loader.construct_mapping(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(text: str, *, aliases: bool = True) -> Any:
    """Return what a YAML document says.

    Args:
        text: the document.
        aliases: whether ``*name`` may repeat what ``&name`` marked.

    Raises:
        yaml.YAMLError: it is none, says a key twice, or is too long or nested too deeply.
    """
    if len(text) > MAX_CHARS:
        raise yaml.YAMLError(f"{len(text)} characters; at most {MAX_CHARS} are read")
    try:
        return yaml.load(text, Loader=_Loader if aliases else _NoAliases)  # noqa: S506  (a SafeLoader)
    except (ValueError, OverflowError, RecursionError) as error:  # a date that is none, a number beyond all
        raise yaml.YAMLError(f"{type(error).__name__}: {error}") from error


Place = tuple[str | int, ...]
"""Keys and list positions from a document's top down to one of its values."""


def load_located(text: str) -> tuple[Any, dict[Place, int]]:
    """Return what a YAML document without aliases says, and the line (from 1) on which each of its values begins.

    A mapping's value is located where its key stands.

    Raises:
        yaml.YAMLError: as for :func:`load`.
    """
    said = load(text, aliases=False)
    lines: dict[Place, int] = {}
    top = yaml.compose(text, Loader=_NoAliases)
    if top is not None:
        _locate(top, (), top.start_mark.line + 1, lines)
    return said, lines


def _locate(node: yaml.Node, place: Place, line: int, lines: dict[Place, int]) -> None:
    lines[place] = line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                _locate(value, (*place, key.value), key.start_mark.line + 1, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _locate(value, (*place, number), value.start_mark.line + 1, lines)
