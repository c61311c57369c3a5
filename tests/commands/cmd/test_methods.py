"""Every way of hiding that is listed is undone, and named."""

from __future__ import annotations

import re

import pytest

from vedette.commands import explain
from vedette.commands.base import Method
from vedette.commands.cmd.methods import METHODS
from vedette.schema.command import Language


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_the_example_is_undone(method: Method) -> None:
    found = explain(method.example, Language.CMD)
    assert any(method.shows in layer.text for layer in found.layers[1:])
    assert method.shows not in method.example or method.id in ("percent-encoding",) or len(found.layers) > 1
    assert method.id in found.methods


def test_examples_are_inert() -> None:
    for method in METHODS:
        for host in re.findall(r"http://([\w.-]+)", method.example):
            # Cut up or not, every host is one that is reserved for examples.
            whole = host.replace("QQ", "e").removesuffix(".ee")
            assert "example.com".startswith(whole.removesuffix(".com")) or whole == "example.com", host
    assert len({method.id for method in METHODS}) == len(METHODS) >= 20
