from __future__ import annotations

from pathlib import Path

import pytest

from vedette.errors import OutsideError, UserError
from vedette.report import Branding, load_branding
from vedette.report.branding import contrast


def test_branding_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "brand.yaml"
    file.write_text(
        'organisation: Northwind\nclassification: "TLP:RED"\naccent: "#AA3366"\nlogo: logo.png\nfooter: Draft\n',
        encoding="utf-8",
    )
    assert load_branding(file) == Branding(
        organisation="Northwind", classification="TLP:RED", accent="#AA3366", logo=tmp_path / "logo.png", footer="Draft"
    )
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    assert load_branding(tmp_path / "empty.yaml") == Branding()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour: red", "not understood: colour"),
        ("- a", "not understood"),
        ("organisation: A\norganisation: B", "'organisation' is said twice"),
        ("organisation: [A]", "must be text"),
        ("accent: blue", "must be a colour"),
        ('dark: "#EEEEEE"', "contrast"),
        ("organisation: [", "no YAML"),
        ("organisation: !!python/object/apply:os.system [id]", "no YAML"),
    ],
)
def test_branding_file_that_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "brand.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_branding(file)


def test_logo_must_be_a_small_picture(tmp_path: Path) -> None:
    logo = tmp_path / "logo"
    with pytest.raises(OutsideError):
        Branding(logo=logo).logo_bytes()
    logo.write_bytes(b"<svg onload='x'/>")
    with pytest.raises(UserError, match="neither PNG nor JPEG"):
        Branding(logo=logo).logo_bytes()
    logo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 600_000)
    with pytest.raises(UserError, match="larger"):
        Branding(logo=logo).logo_bytes()
    logo.write_bytes(b"\xff\xd8\xff\xe0")
    assert Branding(logo=logo).logo_bytes() == (b"\xff\xd8\xff\xe0", "image/jpeg")


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_palette_can_be_read() -> None:
    from vedette.report.palette import INK, MIST, MUTED, NAVY, PAPER, ROLE_COLOURS, SEVERITY_COLOURS, TACTICS

    for colour in [*SEVERITY_COLOURS.values(), *ROLE_COLOURS.values(), *(c for _, c in TACTICS.values())]:
        assert contrast(colour, PAPER) >= 4.5, colour
    for colour in (INK, MUTED, NAVY):
        assert contrast(colour, MIST) >= 4.5
