"""What Vedette knows of tools: what each is, its flags, and what a use of it does. Our own words, with sources.

The tables are YAML under ``tables/``, checked and packed into one pinned file by
``python -m vedette.knowledge.tools.check``; a user's own tables in the same form are laid over them.
"""

from vedette.knowledge.tools.base import Act, Family, Flag, Pattern, Place, Role, Style, Term, Tool, ToolTables
from vedette.knowledge.tools.packed import packed_tables, tables_with

__all__ = [
    "Act",
    "Family",
    "Flag",
    "Pattern",
    "Place",
    "Role",
    "Style",
    "Term",
    "Tool",
    "ToolTables",
    "packed_tables",
    "tables_with",
]
