"""Keys of places where code, packages and builds are kept."""

from vedette.guard.secrets import checks
from vedette.guard.secrets.base import Format

CODE = (
    Format(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        r"gh[pousr]_[A-Za-z0-9]{36,100}",
        check=checks.crc_at_end,
        fixed=4,
    ),
    Format(
        "github-long-token", ("ghs_", "ghu_"), r"gh[su]_[A-Za-z0-9]{1,20}_eyJ[A-Za-z0-9_.-]{60,}", fixed=14, reach=1100
    ),
    Format("github-pat", ("github_pat_",), r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", fixed=11),
    Format(
        "gitlab-token",
        (
            "glpat-",
            "glptt-",
            "gldt-",
            "glrt-",
            "glrtr-",
            "glcbt-",
            "glft-",
            "glsoat-",
            "glimt-",
            "glagent-",
            "gloas-",
            "glffct-",
            "glwt-",
        ),
        r"gl(?:pat|ptt|dt|rt|rtr|ft|soat|imt|oas|ffct|wt)-(?:[A-Za-z0-9_-]{20,64}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7,9})?)|"
        r"gl(?:cbt-[0-9a-f]{1,5}_[A-Za-z0-9_-]{20}|agent-[A-Za-z0-9_-]{50}|rt-t[0-9]_[A-Za-z0-9_-]{20,300}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7,9})?)",
        fixed=5,
        tail="-",
    ),
    Format("gitlab-runner-token", ("GR1348941",), r"GR1348941[A-Za-z0-9_-]{20}", fixed=9),
    Format("gitlab-session", ("_gitlab_session=",), r"_gitlab_session=(?P<v>[0-9a-z]{32})", fixed=0),
    Format("bitbucket-token", ("ATCTT3", "ATBB"), r"ATCTT3[A-Za-z0-9_=-]{180,192}|ATBB[A-Za-z0-9]{24,40}", fixed=6),
    Format("atlassian-token", ("ATATT3", "ATOAuth"), r"ATATT3[A-Za-z0-9_=-]{100,250}", fixed=6),
    Format("npm-token", ("npm_",), r"npm_[A-Za-z0-9]{36}", check=checks.crc_at_end, fixed=4),
    Format("pypi-token", ("pypi-Ag",), r"pypi-Ag[A-Za-z0-9_-]{50,}", check=checks.pypi, fixed=24, reach=1100),
    Format("rubygems-key", ("rubygems_",), r"rubygems_[a-f0-9]{48}", fixed=9),
    Format("clojars-token", ("CLOJARS_",), r"CLOJARS_[a-z0-9]{60}", fixed=8),
    Format("nuget-key", ("oy2",), r"oy2[a-z0-9]{43}", fixed=3),
    Format("crates-token", ("cio",), r"cio[A-Za-z0-9]{32}", fixed=3, score=0.9),
    Format(
        "packagist-token", ("packagist_",), r"packagist_(?:o|u|oat|uat|ack|acs|uas)[a-z]*_[a-f0-9]{40,68}", fixed=10
    ),
    Format("jfrog-key", ("AKCp",), r"AKCp[A-Za-z0-9]{69}", fixed=4),
    Format("jfrog-token", ("cmVmdGtu",), r"cmVmdGtuOj[A-Za-z0-9]{54}", fixed=10),
    Format(
        "circleci-token",
        ("CCIPAT_", "CCIPRJ_", "ccipat_"),
        r"(?:CCI(?:PAT|PRJ)|ccipat)_[A-Za-z0-9]{20,24}_[a-f0-9]{40}",
        fixed=7,
    ),
    Format("buildkite-token", ("bkua_", "bkct_", "bkat_"), r"bk(?:ua|ct|at)_[a-z0-9]{40}", fixed=5),
    Format(
        "sourcegraph-token",
        ("sgp_", "slk_", "sgd_"),
        r"sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}|sl[gk]_[a-f0-9]{64}|sgd_[a-f0-9]{64}",
        fixed=4,
    ),
    Format("sonar-token", ("sqp_", "squ_", "sqa_"), r"sq[pua]_[a-f0-9]{40}", fixed=4),
    Format("snyk-token", ("snyk_",), r"snyk_[a-z]{3}\.[A-Za-z0-9_.-]{40,80}", fixed=8),
    Format("postman-key", ("PMAK-", "PMAT-"), r"PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}|PMAT-[A-Z0-9]{26}", fixed=5),
    Format("readme-key", ("rdme_",), r"rdme_[a-z0-9]{70}", fixed=5),
    Format("scalingo-token", ("tk-us-", "tk-eu-"), r"tk-(?:us|eu)-[A-Za-z0-9_-]{48}", fixed=6),
    Format("octopus-key", ("API-",), r"API-(?:[A-Z0-9]{28}|[A-Z0-9]{26})", fixed=4, score=0.9, tail="-"),
    Format("harness-token", ("pat.", "sat."), r"[ps]at\.[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}", fixed=4),
    Format(
        "launchdarkly-key",
        ("api-", "sdk-", "mob-"),
        r"(?:api|sdk|mob)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        fixed=4,
        score=0.9,
    ),
    Format("configcat-key", ("configcat-sdk-1/",), r"configcat-sdk-1/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}", fixed=16),
    Format("flagsmith-key", ("ser.",), r"ser\.[A-Za-z0-9]{22}", fixed=4, score=0.9),
    Format("infracost-key", ("ico-",), r"ico-[A-Za-z0-9]{32}", fixed=4, tail="."),
    Format("endor-key", ("endr+",), r"endr\+[A-Za-z0-9-]{16}", fixed=5),
    Format("socket-dev-key", ("sktsec_",), r"sktsec_[A-Za-z0-9_-]{40,60}(?:_api)?", fixed=7),
    Format(
        "depot-token",
        ("depot_project_", "depot_org_", "depot_user_"),
        r"depot_(?:project|org|user)_[a-f0-9]{64}",
        fixed=10,
    ),
    Format("chromatic-token", ("chpt_",), r"chpt_[a-f0-9]{15}", fixed=5),
    Format(
        "kubernetes-bootstrap-token",
        ("kubeadm join",),
        r"kubeadm join [^\n]{1,120}--token (?P<v>[a-z0-9]{6}\.[a-z0-9]{16})",
        entity="SECRET",
    ),
    Format("deno-token", ("ddp_", "ddo_", "ddw_"), r"dd[pow]_[A-Za-z0-9]{36}", fixed=4),
    Format(
        "jetbrains-token",
        ("perm:", "perm-"),
        r"perm[:-][A-Za-z0-9+/=_-]{8,60}\.[A-Za-z0-9+/=_-]{4,60}\.[A-Za-z0-9]{30}",
        fixed=5,
    ),
)
"""Formats."""
