"""JSON logs that no reader knows, by a mapping file.

Never chosen by content: a file of unknown JSON is refused with the advice to write a mapping file.
"""

from __future__ import annotations

from collections.abc import Hashable

from vedette.errors import UserError
from vedette.ingest.base import Framing, Mapping, Native, ReadContext, Sample, StatelessSession
from vedette.ingest.convert import flatten, load_json, to_text
from vedette.ingest.readers.json_mapping_file import HOW_TO, MappingFile, load_mapping_file
from vedette.schema import EventClass

NEEDS_MAPPING = "needs a mapping file that says which field is what: --mapping FILE"

MAPPING_KEY = "vedette.mapping"
"""Native key that names the mapping file, so that an event tells how it was read."""


def mapping_of(context: ReadContext, reader: str) -> tuple[str, MappingFile]:
    """Return the mapping file that the user named, and its path.

    Raises:
        UserError: none named, or it is for another reader, or wrong.
        OutsideError: it cannot be read.
    """
    path = context.options.get("mapping")
    if not path:
        raise UserError(f"{reader} {NEEDS_MAPPING}", next_step=HOW_TO)
    spec = load_mapping_file(path)
    if spec.reader != reader:
        raise UserError(f"the mapping file is for {spec.reader}, not {reader}", location=path, next_step=HOW_TO)
    return path, spec


def mapped(fields: Native, path: str, spec: MappingFile) -> Native:
    """Return the fields of a record with the name of its mapping file."""
    native = dict(fields)
    if len(spec.time_fields) > 1:
        # date and clock in columns of their own
        parts = [to_text(fields.get(name)) for name in spec.time_fields]
        if any(parts):
            native[" ".join(spec.time_fields)] = " ".join(part for part in parts if part)
    native[MAPPING_KEY] = path
    return native


def mapping_for(kind: Hashable) -> Mapping:
    """Return the mapping of a kind, which is the path of the mapping file."""
    if isinstance(kind, str):
        return load_mapping_file(kind).mapping
    return Mapping(EventClass.BASE, ())


class JsonMappingReader:
    """Reads JSON records by a mapping file."""

    name = "json_mapping"
    title = "JSON by a mapping file"
    framing = Framing.JSON
    examples = ("any JSON log, with --mapping FILE",)

    def sniff(self, sample: Sample) -> float:
        """Return 0.05 for JSON: too little to be chosen, enough to be named."""
        return 0.05 if sample.first is not None else 0.0

    def open(self, context: ReadContext) -> StatelessSession:
        """Return a session; reads the mapping file.

        Raises:
            UserError: no mapping file named, or it is wrong.
        """
        path, spec = mapping_of(context, self.name)

        def parse(data: bytes) -> Native:
            return mapped(flatten(load_json(data)), path, spec)

        return StatelessSession(parse)

    def kind(self, native: Native) -> Hashable:
        """Return the path of the mapping file."""
        return native.get(MAPPING_KEY)

    def mapping(self, kind: Hashable) -> Mapping:
        """Return what the mapping file says."""
        return mapping_for(kind)

    def self_identifying(self, native: Native) -> bool:
        """Return False: which field is an id is not known."""
        return False


READER = JsonMappingReader()
