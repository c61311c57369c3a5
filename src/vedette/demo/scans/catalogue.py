"""The vulnerabilities that the company has: public facts of well-known CVEs, and who would report them how.

Plug-in numbers lie in the range that Nessus leaves to its users (900001 and up), so that none is taken for a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

MOTW = "CVE-2022-41091"
"""What the incident's document used: a macro from outside that Windows did not mark as such."""
NOT_HIT = "CVE-2021-44228"
"""Tried against the web server, listed by the image's scan, and judged by its makers not to matter there."""
WEB_IMAGE = "registry.alderfinch.example/shop/web:4.2.1"


@dataclass(frozen=True, slots=True)
class Check:
    """What Nessus finds on a host: one missing update, or one old product."""

    plugin: int
    name: str
    family: str
    cves: tuple[str, ...]
    score: float
    vector: str
    """CVSS 3.1, without its head."""
    synopsis: str
    solution: str
    installed: str
    fixed: str
    cpe: str
    path: str = ""
    port: int = 0
    service: str = "general"
    published: str = ""
    kev_due: str = ""
    """As the catalogue of known exploited vulnerabilities writes it, where it lists one of them."""

    @property
    def severity(self) -> int:
        """Return Nessus' 0 to 4, from the score of CVSS 3."""
        return sum(self.score >= limit for limit in (0.1, 4.0, 7.0, 9.0))


@dataclass(frozen=True, slots=True)
class Flaw:
    """What Trivy finds in one package of the image."""

    cve: str
    title: str
    package: str
    installed: str
    fixed: str
    score: float
    vector: str
    severity: str
    cwes: tuple[str, ...] = ()
    jar: str = ""
    """Path of the archive, for a Java library; empty for a package of Debian."""
    ghsa: str = ""
    late: bool = False
    """Only the second scan's database knows it."""


_WINDOWS = "Windows : Microsoft Bulletins"
_BUILD = ("10.0.19045.2130", "10.0.19045.2251", "cpe:/o:microsoft:windows_10")
_PATCH = "Apply the security updates of November 2022, or later ones."

NOVEMBER_2022: tuple[Check, ...] = (
    Check(900101, "Windows Mark of the Web Security Feature Bypass (November 2022)", _WINDOWS,
          ("CVE-2022-41049", MOTW), 5.4, "AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:L/A:L",
          "Files from outside lose the mark that makes Office open them in Protected View.", _PATCH, *_BUILD,
          path="C:\\Windows\\System32\\ntoskrnl.exe", published="2022/11/08", kev_due="2022/12/09"),
    Check(900102, "Windows Elevation of Privilege: Print Spooler and CNG Key Isolation (November 2022)", _WINDOWS,
          ("CVE-2022-41073", "CVE-2022-41125"), 7.8, "AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
          "A local user can become SYSTEM.", _PATCH, *_BUILD,
          path="C:\\Windows\\System32\\ntoskrnl.exe", published="2022/11/08", kev_due="2022/12/09"),
    Check(900103, "Windows Scripting Languages Remote Code Execution (November 2022)", _WINDOWS,
          ("CVE-2022-41128",), 8.8, "AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
          "A web page that is visited can run code.", _PATCH, *_BUILD,
          path="C:\\Windows\\System32\\jscript9.dll", published="2022/11/08", kev_due="2022/12/09"),
)  # fmt: skip
"""What a workstation lacks whose updates stopped in October 2022."""

OUTLOOK = Check(
    900110, "Microsoft Outlook Elevation of Privilege (March 2023)", _WINDOWS, ("CVE-2023-23397",), 9.8,
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "A mail can make Outlook send the user's NTLM hash away.",
    "Apply the security updates of March 2023, or later ones.", "16.0.15601.20578", "16.0.15601.20680",
    "cpe:/a:microsoft:outlook", path="C:\\Program Files\\Microsoft Office\\root\\Office16", published="2023/03/14",
    kev_due="2023/04/04",
)  # fmt: skip
SEVEN_ZIP = Check(
    900111, "7-Zip < 24.09 Mark of the Web Bypass", "Windows", ("CVE-2025-0411",), 7.0,
    "AV:L/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H", "Archives lose the mark of the web when they are unpacked.",
    "Upgrade to 7-Zip 24.09 or later.", "24.7.0.0", "24.9.0.0", "cpe:/a:7-zip:7-zip",
    path="C:\\Program Files\\7-Zip\\", published="2025/01/25", kev_due="2025/02/27",
)  # fmt: skip
WEBP = Check(
    900112, "Google Chrome < 116.0.5845.187 Heap Overflow in WebP", "Windows", ("CVE-2023-4863",), 8.8,
    "AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "A picture on a page that is visited can run code.",
    "Upgrade to Chrome 116.0.5845.187 or later.", "116.0.5845.141", "116.0.5845.187", "cpe:/a:google:chrome",
    path="C:\\Program Files\\Google\\Chrome\\Application", published="2023/09/12", kev_due="2023/10/04",
)  # fmt: skip
CLFS = Check(
    900120, "Windows Common Log File System Elevation of Privilege (April 2023)", _WINDOWS, ("CVE-2023-28252",), 7.8,
    "AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "A local user can become SYSTEM.",
    "Apply the security updates of April 2023, or later ones.", "10.0.17763.4131", "10.0.17763.4252",
    "cpe:/o:microsoft:windows_server_2019", path="C:\\Windows\\System32\\drivers\\clfs.sys", published="2023/04/11",
    kev_due="2023/05/02",
)  # fmt: skip
CERTIFRIED = Check(
    900121, "Active Directory Domain Services Elevation of Privilege (May 2022)", _WINDOWS, ("CVE-2022-26923",), 8.8,
    "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "A user can get a certificate in a controller's name.",
    "Apply the security updates of May 2022, or later ones.", "10.0.17763.2803", "10.0.17763.2928",
    "cpe:/o:microsoft:windows_server_2019", path="C:\\Windows\\System32\\certpdef.dll", published="2022/05/10",
    kev_due="2022/09/08",
)  # fmt: skip
EXCHANGE = Check(
    900122, "Microsoft Exchange Server Elevation of Privilege (February 2024)", _WINDOWS, ("CVE-2024-21410",), 9.8,
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "A relayed NTLM hash logs on as its user.",
    "Install Exchange Server 2019 CU14, or switch Extended Protection on.", "15.2.1258.28", "15.2.1544.4",
    "cpe:/a:microsoft:exchange_server", path="C:\\Program Files\\Microsoft\\Exchange Server\\V15", port=443,
    service="www", published="2024/02/13", kev_due="2024/03/07",
)  # fmt: skip
VEEAM = Check(
    900123, "Veeam Backup and Replication Missing Authentication", "Windows", ("CVE-2023-27532",), 7.5,
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "Stored credentials can be read without logging on.",
    "Upgrade to build 12.0.0.1420 P20230223 or later.", "11.0.1.1261", "12.0.0.1420",
    "cpe:/a:veeam:veeam_backup_%26_replication", port=9401, service="unknown", published="2023/03/10",
    kev_due="2023/09/12",
)  # fmt: skip
IPV6 = Check(
    900124, "Windows TCP/IP Remote Code Execution (August 2024)", _WINDOWS, ("CVE-2024-38063",), 9.8,
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "IPv6 packets can run code.",
    "Apply the security updates of August 2024, or later ones.", "10.0.17763.6054", "10.0.17763.6189",
    "cpe:/o:microsoft:windows_server_2019", path="C:\\Windows\\System32\\drivers\\tcpip.sys", published="2024/08/13",
)  # fmt: skip
SWEET32 = Check(
    900125, "SSL Medium Strength Cipher Suites Supported (SWEET32)", "General", ("CVE-2016-2183",), 7.5,
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "The service offers ciphers with blocks of 64 bits.",
    "Switch 3DES off.", "", "", "", port=3389, service="msrdp", published="2016/08/24",
)  # fmt: skip
REGRESSHION = Check(
    900130, "OpenSSH < 9.8 Race Condition in the Signal Handler", "Misc.", ("CVE-2024-6387",), 8.1,
    "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", "The login grace timer can be used to run code.",
    "Upgrade to OpenSSH 9.8 or a mended package.", "9.2p1", "9.8p1", "cpe:/a:openbsd:openssh", port=22, service="ssh",
    published="2024/07/01",
)  # fmt: skip
LOONEY = Check(
    900131, "GNU C Library Buffer Overflow in the Dynamic Loader", "Debian Local Security Checks",
    ("CVE-2023-4911",), 7.8, "AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "A local user can become root.",
    "Upgrade the glibc packages.", "2.36-9+deb12u1", "2.36-9+deb12u3", "cpe:/a:gnu:glibc", published="2023/10/03",
    kev_due="2023/12/12",
)  # fmt: skip

IMAGE_FLAWS: tuple[Flaw, ...] = (
    Flaw("CVE-2023-4911", "glibc: buffer overflow in ld.so leading to privilege escalation", "libc6",
         "2.36-9+deb12u1", "2.36-9+deb12u3", 7.8, "AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "HIGH", ("CWE-122",)),
    Flaw("CVE-2023-44487", "HTTP/2: many streams that are reset at once take the server's time", "libnghttp2-14",
         "1.52.0-1", "1.52.0-1+deb12u1", 7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "HIGH", ("CWE-400",)),
    Flaw("CVE-2023-38545", "curl: heap overflow in the SOCKS5 handshake", "curl",
         "7.88.1-10+deb12u1", "7.88.1-10+deb12u4", 9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CRITICAL",
         ("CWE-787",)),
    Flaw("CVE-2023-52425", "expat: parsing large tokens takes quadratic time", "libexpat1", "2.5.0-1",
         "2.5.0-1+deb12u1", 7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "HIGH", ("CWE-400",), late=True),
    Flaw(NOT_HIT, "log4j-core: lookups in messages can load code from outside",
         "org.apache.logging.log4j:log4j-core", "2.14.1", "2.15.0, 2.3.1, 2.12.2", 10.0,
         "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "CRITICAL", ("CWE-20", "CWE-400", "CWE-502"),
         "app/lib/log4j-core-2.14.1.jar", "GHSA-jfh8-c2jp-5v3q"),
    Flaw("CVE-2022-22965", "spring-beans: data binding can be used to run code",
         "org.springframework:spring-beans", "5.3.16", "5.3.18, 5.2.20.RELEASE", 9.8,
         "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CRITICAL", ("CWE-94",), "app/lib/spring-beans-5.3.16.jar",
         "GHSA-36p3-wjmg-h94x"),
    Flaw("CVE-2022-42889", "commons-text: interpolation of untrusted values can run code",
         "org.apache.commons:commons-text", "1.9", "1.10.0", 9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CRITICAL",
         ("CWE-94",), "app/lib/commons-text-1.9.jar", "GHSA-599f-7c49-w659"),
)  # fmt: skip

IMAGE_PACKAGES: tuple[tuple[str, str, str], ...] = (
    ("base-files", "12.4+deb12u1", ""), ("bash", "5.2.15-2+b2", ""), ("ca-certificates", "20230311", ""),
    ("coreutils", "9.1-1", ""), ("nginx", "1.22.1-9", ""), ("openssl", "3.0.11-1~deb12u2", ""),
    ("tzdata", "2023c-5+deb12u1", ""), ("zlib1g", "1:1.2.13.dfsg-1", ""),
    ("com.fasterxml.jackson.core:jackson-databind", "2.15.2", "app/lib/jackson-databind-2.15.2.jar"),
    ("org.slf4j:slf4j-api", "2.0.7", "app/lib/slf4j-api-2.0.7.jar"),
    ("org.springframework:spring-core", "5.3.16", "app/lib/spring-core-5.3.16.jar"),
)  # fmt: skip
"""What else is in the image: name, version, archive."""
