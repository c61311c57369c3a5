"""JSON: the whole case, nothing left out, and the schema of the file."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from vedette.report.base import RenderOptions
from vedette.report.inert import json_text
from vedette.schema import Case


@cache
def _adapter() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


class JsonRenderer:
    """The case as JSON, for programs and for what the other formats had no room for."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)
    description = "the whole case, for programs"

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the case as JSON text that is safe to print: hidden characters are written as escapes."""
        del options
        value = _adapter().dump_python(case, mode="json")
        # ``backslashreplace`` only meets lone surrogates, which no valid record holds: their escape is JSON's own.
        text = json_text(json.dumps(value, ensure_ascii=False, indent=2))
        return (text + "\n").encode("utf-8", "backslashreplace")


def read_case(content: bytes | str) -> Case:
    """Return the case that a JSON report holds.

    Raises:
        pydantic.ValidationError: it is no case.
    """
    return _adapter().validate_json(content)


def case_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, as it stands in ``docs/reference/case.schema.json``."""
    schema = _adapter().json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Vedette case"
    return schema


def case_schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(case_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
