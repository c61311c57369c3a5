"""What the company's scanners, authors of VEX and inventory say: files beside the logs, as their makers write them.

Enters: the company, the seed, the first day, and the workstation that the incident begins on. Leaves: files below
``scans/``. Hosts, software and gaps are invented; the vulnerabilities are real ones, named by their CVE.
"""

from vedette.demo.scans.writing import write_scans

__all__ = ["write_scans"]
