"""Other extractors, asked the same: runs inside an environment of their own, without Vedette.

Reads one JSON object a line: ``{"texts": […]}`` answers what is found in each, ``{"time": […]}`` how long it takes.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable

Found = Iterable[tuple[str, str]]

IOC_FINDER = {
    "urls": "url",
    "domains": "domain",
    "ipv4s": "ip",
    "ipv6s": "ip",
    "ipv4_cidrs": "ip_range",
    "ipv6_cidrs": "ip_range",
    "email_addresses": "email",
    "md5s": "hash",
    "sha1s": "hash",
    "sha256s": "hash",
    "sha512s": "hash",
    "ssdeeps": "hash",
    "imphashes": "hash",
    "authentihashes": "hash",
    "file_paths": "file",
    "registry_key_paths": "registry",
    "user_agents": "user_agent",
    "cves": "cve",
    "attack_tactics": "technique",
    "attack_techniques": "technique",
    "attack_mitigations": "technique",
    "asns": "asn",
    "bitcoin_addresses": "crypto_address",
    "monero_addresses": "crypto_address",
}
MSTICPY = {
    "url": "url",
    "dns": "domain",
    "ipv4": "ip",
    "ipv6": "ip",
    "email": "email",
    "md5_hash": "hash",
    "sha1_hash": "hash",
    "sha256_hash": "hash",
    "windows_path": "file",
    "linux_path": "file",
}


def ioc_finder(which: str) -> Callable[[str], Found]:
    """Return ioc-finder with ``all`` its kinds that we have, or its usual ones; hosts of what it gives are left out."""
    import ioc_finder as peer
    from ioc_finder.ioc_finder import SUPPORTED_IOC_TYPES

    kinds = [kind for kind in IOC_FINDER if kind in SUPPORTED_IOC_TYPES] if which == "all" else None

    def find(text: str) -> Found:
        found = peer.find_iocs(
            text,
            parse_domain_from_url=False,
            parse_from_url_path=False,
            parse_domain_from_email_address=False,
            parse_address_from_cidr=False,
            included_ioc_types=kinds,
        )
        for name, values in found.items():
            flat = [v for group in values.values() for v in group] if isinstance(values, dict) else values
            for value in flat:
                yield IOC_FINDER[name], value

    return find


def ioc_finder_7(which: str) -> Callable[[str], Found]:
    """Return the last ioc-finder before its rewrite, only timed."""
    import ioc_finder as peer

    def find(text: str) -> Found:
        for name, values in peer.find_iocs(
            text, parse_domain_from_url=False, parse_from_url_path=False, parse_domain_from_email_address=False
        ).items():
            yield from ((name, value) for value in values)

    return find


def iocextract(which: str) -> Callable[[str], Found]:
    """Return iocextract, refanging and stripping."""
    import iocextract as peer

    def find(text: str) -> Found:
        for value in peer.extract_urls(text, refang=True, strip=True):
            yield "url", value
        for value in peer.extract_ips(text, refang=True):
            yield "ip", value
        for value in peer.extract_emails(text):  # refanged or not, it takes an "at" before along
            yield "email", value
        for value in peer.extract_hashes(text):
            yield "hash", value
        for value in peer.extract_yara_rules(text):
            yield "yara", value

    return find


def msticpy(which: str) -> Callable[[str], Found]:
    """Return msticpy's extractor with all its kinds that we have."""
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from msticpy.transform.iocextract import IoCExtract

        peer = IoCExtract()
        peer.extract("warm a.com 1.2.3.4")

    def find(text: str) -> Found:
        for name, values in peer.extract(text, ioc_types=list(MSTICPY)).items():
            for value in values:
                yield MSTICPY[name], value

    return find


PEERS = {"ioc-finder": ioc_finder, "ioc-finder-7": ioc_finder_7, "iocextract": iocextract, "msticpy": msticpy}


def main() -> None:
    find = PEERS[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else "all")
    list(find("warm hxxp://a[.]com/b 1.2.3.4"))
    for line in sys.stdin:
        asked = json.loads(line)
        if "texts" in asked:
            answer: object = [[list(one) for one in find(text)] for text in asked["texts"]]
        else:
            gc.collect()
            gc.freeze()
            began = time.process_time()
            for text in asked["time"]:
                for _ in find(text):
                    pass
            answer = time.process_time() - began
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
