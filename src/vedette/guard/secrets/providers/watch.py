"""Keys of monitoring, analytics, search and security services."""

from vedette.guard.secrets import checks
from vedette.guard.secrets.base import Format

WATCH = (
    Format(
        "newrelic-key",
        ("NRAK-", "NRII-", "NRIQ-", "NRRA-", "NRAA-", "NRJS-", "NRBR-", "NRSP-"),
        r"NR(?:AK-[A-Z0-9]{27}|II-[A-Za-z0-9_-]{32}|IQ-[A-Za-z0-9_-]{32}|RA-[a-f0-9]{42}|AA-[a-f0-9]{27}|JS-[a-f0-9]{19}|BR-[a-f0-9]{20}|SP-[a-z]{2}[0-9]{2}[a-f0-9]{31})",
        fixed=5,
    ),
    Format("newrelic-license-key", ("FFFFNRAL", "NRAL"), r"[a-f0-9]{36}(?:FFFF)?NRAL|[a-f0-9]{32,36}NRAL", lead=36),
    Format(
        "sentry-org-token",
        ("sntrys_eyJ",),
        r"sntrys_eyJ[A-Za-z0-9+/=_-]{80,400}",
        check=checks.json_after_prefix,
        fixed=12,
        reach=500,
    ),
    Format("sentry-user-token", ("sntryu_", "sntrya_", "sntryi_"), r"sntry[uai]_[a-f0-9]{64}", fixed=7),
    Format("grafana-cloud-token", ("glc_",), r"glc_[A-Za-z0-9+/]{32,400}={0,3}", fixed=8, reach=410),
    Format("grafana-service-token", ("glsa_",), r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}", fixed=5),
    Format(
        "grafana-old-key",
        ("eyJrIjoi",),
        r"eyJrIjoi[A-Za-z0-9+/_-]{60,400}={0,2}",
        check=checks.grafana_key,
        fixed=8,
        reach=410,
    ),
    Format("dynatrace-token", ("dt0",), r"dt0[a-z]{1}[0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}", fixed=7),
    Format(
        "honeycomb-key",
        ("hcaik_", "hcbik_", "hcaic_", "hcxik_", "hcxmk_", "hcamk_"),
        r"hc[a-z](?:ik|ic|mk)_[a-z0-9]{58,64}",
        fixed=6,
    ),
    Format("posthog-key", ("phc_", "phx_", "phs_"), r"ph[cxs]_[A-Za-z0-9]{40,48}", fixed=4),
    Format("logfire-token", ("pylf_v1_", "pylf_v2_"), r"pylf_v[12]_[a-z]{2}_[A-Za-z0-9]{43,60}", fixed=11),
    Format("checkly-key", ("cu_",), r"cu_[a-f0-9]{32}", fixed=3, score=0.85),
    Format("pagerduty-key", ("u+",), r"u\+[A-Za-z0-9_+-]{18}", fixed=2, score=0.8, tail="+-"),
    Format(
        "splunk-hec-token",
        ("Splunk ",),
        r"Splunk (?P<v>[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})",
        score=0.9,
    ),
    Format("elastic-key", ("essu_", "essa_"), r"ess[ua]_[A-Za-z0-9+/]{60,100}={0,2}", fixed=5),
    Format("censys-token", ("censys_",), r"censys_[A-Za-z0-9]{8,12}_[A-Za-z0-9]{20,40}", fixed=7),
    Format("wakatime-key", ("waka_",), r"waka_[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", fixed=5),
    Format(
        "mapbox-token",
        ("sk.eyJ", "tk.eyJ", "pk.eyJ"),
        r"[stp]k\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,40}",
        fixed=8,
    ),
    Format("maxmind-key", ("_mmk",), r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", lead=36),
    Format("axiom-token", ("xaat-", "xapt-"), r"xa[ap]t-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", fixed=5),
    Format("healthchecks-key", ("hcr_", "hcw_"), r"hc[rw]_[A-Za-z0-9]{28}", fixed=4),
    Format("tinybird-token", ("p.eyJ",), r"p\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,60}", fixed=6),
    Format("segment-token", ("sgp_",), r"sgp_[A-Za-z0-9]{64}", fixed=4, score=0.9),
    Format(
        "statsig-key", ("secret-", "console-"), r"(?:secret|console)-[A-Za-z0-9]{42,44}", fixed=7, score=0.9, tail="-"
    ),
    Format("observe-token", ("ds1",), r"ds1[A-Za-z0-9]{17}:[A-Za-z0-9_-]{32}", fixed=3),
    Format("descope-key", ("K2",), r"K2[A-Za-z0-9]{25}:K2[A-Za-z0-9]{25}", fixed=2, score=0.85),
    Format("stytch-secret", ("secret-live-", "secret-test-"), r"secret-(?:live|test)-[A-Za-z0-9_-]{36}=?", fixed=12),
)
"""Formats."""
