"""The deck in a real office program: every slide is drawn, and its words stand where they were measured to stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pptx import Presentation

from vedette.report import write
from vedette.schema import Case

from .sample import sample_events

pytestmark = pytest.mark.slow


def test_office_draws_every_slide_inside_its_frame(case: Case, tmp_path: Path) -> None:
    if not shutil.which("soffice") or not shutil.which("pdftotext"):
        pytest.skip("LibreOffice or pdftotext is not installed")
    deck = write(case, tmp_path / "case.pptx", evidence=sample_events)
    subprocess.run(
        [
            "soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf",
            "--outdir", str(tmp_path), str(deck),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    subprocess.run(["pdftotext", "-bbox", str(tmp_path / "case.pdf"), str(tmp_path / "words.html")], check=True)
    text = (tmp_path / "words.html").read_text(encoding="utf-8")
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', text, re.S)
    slides = list(Presentation(str(deck)).slides)
    assert len(pages) == len(slides)
    for (width, height, words), slide in zip(pages, slides, strict=True):
        assert float(width) / float(height) == pytest.approx(16 / 9, rel=0.01)
        boxes = [
            tuple(map(float, m))
            for m in re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', words)
        ]
        assert boxes
        scale = float(height) / 540
        # Only the line at the foot stands below the body.
        body = [b for b in boxes if b[1] < 505 * scale]
        title = slide.shapes.title.text_frame.text
        assert max(b[3] for b in body) <= 508 * scale, title
        assert min(b[0] for b in boxes) >= 43 * scale, title
        assert max(b[2] for b in boxes) <= 918 * scale, title
