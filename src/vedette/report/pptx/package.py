"""The saved file made a function of its content: fixed times inside the archive and the workbooks of its charts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def fixed(content: bytes, at: datetime) -> bytes:
    """Return the same package with every time stamp in it set, so that equal reports are equal files."""
    out = io.BytesIO()
    stamp = at.replace(microsecond=0, tzinfo=None).isoformat().encode() + b"Z"
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name in package.namelist():
            data = package.read(name)
            if name.endswith(".xlsx"):
                data = fixed(data, at)
            elif name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            again.writestr(info, data)
    return out.getvalue()
