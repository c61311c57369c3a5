"""What a text says of vulnerabilities: affected products and versions, weakness, severity and exploiting."""

from vedette.intel.vulnerabilities.finding import find

__all__ = ["find"]
