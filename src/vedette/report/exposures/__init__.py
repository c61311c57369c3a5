"""Exposures for other programs and people: SARIF, CycloneDX VEX, CSV, SSVC selections, tickets, page and slides."""

from __future__ import annotations

from vedette.report.exposures.base import FORMATS, ExportFormat, Extent, export, format_named

__all__ = ["FORMATS", "ExportFormat", "Extent", "export", "format_named"]
