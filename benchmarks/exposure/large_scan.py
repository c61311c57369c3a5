"""One very large scan: how long a Nessus file takes to read, and how much memory.

Usage: ``python -m benchmarks.exposure.large_scan [--hosts 10000]``

The file is made here: 50 findings a host, each with a description of 1.6 KB, so 10,000 hosts are about 1 GB.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from vedette.ingest.scans.pipeline import read_scans
from vedette.store import Lake

FINDINGS_A_HOST = 50
_TEXT = "The remote host has a flaw. " * 60


def write(path: Path, n_hosts: int) -> None:
    """Write a Nessus file of ``n_hosts`` hosts."""
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" ?>\n<NessusClientData_v2><Report name="large">')
        for host in range(n_hosts):
            out.write(
                f'<ReportHost name="10.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"><HostProperties>'
                f'<tag name="HOST_END_TIMESTAMP">1764064800</tag><tag name="host-fqdn">h{host}.example.com</tag>'
                "</HostProperties>"
            )
            for item in range(FINDINGS_A_HOST):
                out.write(
                    f'<ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="{100000 + item}" '
                    f'pluginName="Flaw {item}" pluginFamily="Misc."><cve>CVE-2021-{4000 + item}</cve>'
                    "<cvss3_base_score>8.0</cvss3_base_score><cvss3_vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"
                    f"</cvss3_vector><description>{_TEXT}</description><plugin_output>Path : /opt/a/{host}"
                    "</plugin_output></ReportItem>\n"
                )
            out.write("</ReportHost>")
        out.write("</Report></NessusClientData_v2>")


def main() -> int:
    """Make the file, read it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="large-scan-") as folder:
        path = Path(folder) / "large.nessus"
        write(path, given.hosts)
        size_mb = path.stat().st_size / (1 << 20)
        lake = Lake.open(Path(folder) / "home")
        began, cpu_began = time.monotonic(), time.process_time()
        summary = read_scans(lake, [path])
        took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu_began
        stored_mb = sum(segment.size_bytes for segment in lake.segments("scan_findings")) / (1 << 20)
        lake.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << (10 if sys.platform != "darwin" else 20))
    n_findings = summary.total("n_findings")
    print("| file | findings | time | processor time | peak memory | in the lake |\n|---|---|---|---|---|---|")
    print(
        f"| {size_mb:,.0f} MB | {n_findings:,} | {took_s:.0f} s | {cpu_s:.0f} s | {peak_mb:,.0f} MB "
        f"| {stored_mb:.0f} MB |"
    )
    return 0 if n_findings == given.hosts * FINDINGS_A_HOST else 1


if __name__ == "__main__":
    sys.exit(main())
