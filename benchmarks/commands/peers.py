"""What static decoders of others recover: run by their own virtual environment, JSON lines in and out.

``multidecoder`` (MIT) and ``iocextract`` (GPL-2.0; run as it is in a throw-away environment, no part of this project).
A decoder that is not installed is left out.
"""

from __future__ import annotations

import json
import sys
import time

KINDS = {
    "network.url": "url",
    "network.domain": "domain",
    "network.ip": "ip",
    "network.email": "email",
    "network.email_address": "email",
    "windows.path": "file",
    "filesystem.path": "file",
    "path": "file",
}


def _multidecoder():
    from multidecoder.multidecoder import Multidecoder

    tool = Multidecoder()

    def decode(text):
        found, texts, todo = [], [], [tool.scan(text.encode("utf-8", "replace"))]
        while todo:
            node = todo.pop()
            value = node.value.decode("utf-8", "replace").replace("\x00", "")
            texts.append(value)
            kind = KINDS.get(node.type) or ("file" if "path" in node.type else None)
            if kind:
                found.append((kind, value))
            todo += node.children
        return found, texts

    return decode


def _iocextract():
    import iocextract

    def decode(text):
        found = [("url", u) for u in iocextract.extract_urls(text, refang=True)]
        found += [("ip", a) for a in iocextract.extract_ips(text, refang=True)]
        return found, [text]

    return decode


def main() -> int:
    """Decode each line with each decoder that is there."""
    tools = {}
    for name, make in (("multidecoder", _multidecoder), ("iocextract", _iocextract)):
        try:
            tools[name] = make()
        except ImportError as error:
            print(f"{name}: {error}", file=sys.stderr)
    for line in sys.stdin:
        text, answer = json.loads(line)["text"], {}
        for name, decode in tools.items():
            began = time.perf_counter()
            try:
                found, texts = decode(text)
                error = ""
            except Exception as problem:
                found, texts, error = [], [], f"{type(problem).__name__}: {problem}"
            answer[name] = {"found": found, "texts": texts, "ms": (time.perf_counter() - began) * 1e3, "error": error}
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
