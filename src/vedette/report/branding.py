"""Branding: the organisation's name, logo, colours and handling label on a report."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

from vedette.errors import OutsideError, UserError

MAX_LOGO_BYTES = 512 * 1024
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_LOGO_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

TLP_COLOURS = {
    "TLP:RED": "#FF2B2B",
    "TLP:AMBER": "#FFC000",
    "TLP:AMBER+STRICT": "#FFC000",
    "TLP:GREEN": "#33FF00",
    "TLP:CLEAR": "#FFFFFF",
}
"""Text colours on black. Source: Traffic Light Protocol 2.0 (FIRST, 2022)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """What makes a report the organisation's own. Every part has a sober default."""

    organisation: str = ""
    """Name in the footer and on the first page."""
    classification: str = "TLP:AMBER"
    """Handling label; the labels of the Traffic Light Protocol get their colours."""
    accent: str | None = None
    """``#RRGGBB`` of lines, charts and marks; None keeps the template's or the built-in one."""
    dark: str | None = None
    """``#RRGGBB`` of titles and table heads; must be readable on white."""
    logo: Path | None = None
    """PNG or JPEG file, at most 512 KiB."""
    footer: str = ""
    """A line at the foot of each page."""

    def __post_init__(self) -> None:
        """Refuse what a renderer could not draw or a reader could not read."""
        for name in ("accent", "dark"):
            value = getattr(self, name)
            if value is not None and not _COLOUR.match(value):
                raise UserError(f"branding: {name} must be a colour like #1F5FBF, not {value!r}")
        if self.dark is not None and contrast(self.dark, "#FFFFFF") < 4.5:
            raise UserError(
                f"branding: dark {self.dark} on white has a contrast of {contrast(self.dark, '#FFFFFF'):.1f}",
                next_step="choose a darker colour: readable text needs at least 4.5",
            )

    def logo_bytes(self) -> tuple[bytes, str] | None:
        """Return the logo's content and media type, or None where there is no logo.

        Raises:
            UserError: it is no PNG or JPEG, or too large.
            OutsideError: it cannot be read.
        """
        if self.logo is None:
            return None
        try:
            content = self.logo.read_bytes()
        except OSError as error:
            raise OutsideError(f"the logo {self.logo} cannot be read: {error.strerror}") from error
        if len(content) > MAX_LOGO_BYTES:
            raise UserError(f"the logo {self.logo} is larger than {MAX_LOGO_BYTES // 1024} KiB")
        for magic, kind in _LOGO_KINDS.items():
            if content.startswith(magic):
                return content, kind
        raise UserError(f"the logo {self.logo} is neither PNG nor JPEG", next_step="convert it (SVG can carry scripts)")


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two ``#RRGGBB`` colours, 1 to 21.

    Source: WCAG 2.2, relative luminance and contrast ratio.
    """

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    a, b = sorted((luminance(first), luminance(second)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def load_branding(path: Path) -> Branding:
    """Return the branding that a YAML file describes; a relative logo path is taken from the file's folder.

    Raises:
        UserError: a key is unknown or doubled, or a value has the wrong form.
        OutsideError: the file cannot be read.
    """
    import yaml

    from vedette import strict_yaml

    try:
        content = strict_yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutsideError(f"the branding file {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"the branding file {path} is no YAML: {' '.join(str(error).split())}") from error
    if content is None:
        content = {}
    known = [f.name for f in fields(Branding)]
    if not isinstance(content, dict) or set(content) - set(known):
        odd = sorted(map(str, set(content) - set(known))) if isinstance(content, dict) else ["a list or text"]
        raise UserError(f"{path}: not understood: {', '.join(odd)}", next_step=f"known keys: {', '.join(known)}")
    for name, value in content.items():
        if not isinstance(value, str):
            raise UserError(f"{path}: {name} must be text", next_step='write it in quotes, as in accent: "#1F5FBF"')
    if "logo" in content:
        content["logo"] = path.parent / content["logo"]
    return Branding(**content)
