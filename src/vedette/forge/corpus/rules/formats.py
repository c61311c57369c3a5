"""Keys and tokens that are known by their format: a prefix or a shape that nothing else has.

Sources: the providers' own documentation of their token formats; the public rule lists of gitleaks and CredSweeper
were read for which providers there are.
"""

from __future__ import annotations

from vedette.forge.corpus.rules.base import Rule

_A = "[A-Za-z0-9]"
_W = "[A-Za-z0-9_-]"
_H = "[0-9a-f]"

TOKENS: tuple[tuple[str, str], ...] = (
    ("aws-access-key", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}"),
    ("aws-bedrock-key", r"ABSK[A-Za-z0-9+/]{100,270}={0,2}|bedrock-api-key-YmVkcm9j[A-Za-z0-9+/=]*"),
    ("gcp-api-key", r"AIza[0-9A-Za-z_-]{35}"),
    ("gcp-oauth", r"ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}|1//0[0-9A-Za-z_-]{40,}"),
    (
        "github-token",
        r"gh[pousr]_[A-Za-z0-9]{36,255}|gh[pousr]_[A-Za-z0-9]{1,20}_eyJ[A-Za-z0-9_.-]{36,}|github_pat_[A-Za-z0-9_]{22,255}",
    ),
    (
        "gitlab-token",
        r"gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|imt|agent|oas|ffct|wt)-[A-Za-z0-9_.-]{20,300}|GR1348941[\w-]{20}|"
        r"_gitlab_session=[0-9a-z]{32}",
    ),
    (
        "slack-token",
        r"xox[baprseo](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Z0-9]+-\d+-[A-Za-z0-9]+|"
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,}",
    ),
    (
        "webhook",
        r"(?:discord|discordapp)\.com/api/webhooks/\d{5,30}/[\w-]{30,}|"
        r"[a-z0-9-]+\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{60,}",
    ),
    ("stripe-key", r"(?:sk|rk|pk)_(?:test|live|prod)_[A-Za-z0-9]{10,150}|whsec_[A-Za-z0-9+/]{24,}"),
    (
        "openai-key",
        r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|sk-[A-Za-z0-9]{32,}",
    ),
    ("anthropic-key", r"sk-ant-[A-Za-z0-9_-]{20,}"),
    (
        "model-provider-key",
        r"sk-or-v1-[0-9a-f]{64}|hf_[A-Za-z]{30,}|api_org_[A-Za-z]{30,}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,}|"
        r"pplx-[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37}|nvapi-[\w-]{60,}|jina_[A-Za-z0-9]{50,}|tgp_v1_[\w-]{40,}|"
        r"fw_[A-Za-z0-9]{22,}|co_[A-Za-z0-9]{38,}",
    ),
    (
        "azure-secret",
        r"[A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}|[A-Za-z0-9+/]{76}(?:ACDb|AzFu|\+ABa|AIoT|APIM|AzCa|ASbP|AzSe)[A-Za-z0-9+/]{5}[AQgw]=|[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{20,30}",
    ),
    ("npm-token", r"npm_[A-Za-z0-9]{36}"),
    ("pypi-token", r"pypi-[A-Za-z0-9_-]{50,1000}"),
    (
        "package-token",
        r"rubygems_[0-9a-f]{48}|CLOJARS_[a-z0-9]{60}|oy2[a-z0-9]{43}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}|cio[A-Za-z0-9]{32}|AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56}",
    ),
    ("sendgrid-key", r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}"),
    ("twilio-key", r"(?:SK|AC)[0-9a-f]{32}"),
    (
        "mail-provider-key",
        r"key-[0-9a-zA-Z]{32}|[0-9a-f]{32}-us\d{1,2}|xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}|xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}|md-[\w-]{22}",
    ),
    (
        "shop-key",
        r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0[a-z]{3}-[\w-]{22,43}|EAAA[\w-]{56,64}|access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}|shippo_(?:live|test)_[0-9a-fA-F]{40}|EZ[AT]K[A-Za-z0-9]{54}|FLW(?:PUB|SEC)K_TEST-[a-zA-Z0-9-]{12,40}|rzp_(?:live|test)_[A-Za-z0-9]{14}|sq0idp-[\w-]{22}",
    ),
    (
        "chat-token",
        r"\d{8,10}:AA[\w-]{32,34}|[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}|EAA[A-Za-z0-9]{80,}|lin_api_[A-Za-z0-9]{40}",
    ),
    (
        "cloud-token",
        r"do[opr]_v1_[a-f0-9]{64}|hv[sbr]\.[\w-]{24,}|[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}|dapi[a-f0-9]{32}(?:-\d)?|"
        r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}|HRKU-[A-Za-z0-9_-]{36,}|LTAI[A-Za-z0-9]{12,20}|"
        r"AKID[A-Za-z0-9]{13,40}|pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}|pul-[a-f0-9]{40}|fo1_[\w-]{43}|"
        r"fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}|ATATT3[A-Za-z0-9_=-]{60,}|ATCTT3[A-Za-z0-9_=-]{60,}|ATBB[A-Za-z0-9]{24,}|"
        r"AQVN[\w-]{35,38}|t1\.[A-Z0-9a-z_-]+={0,2}\.[A-Za-z0-9_-]{86}={0,2}|YC[a-zA-Z0-9_-]{38}|sl\.[\w-]{130,}|"
        r"nfp_[A-Za-z0-9]{36}|vercel_[A-Za-z0-9]{24,}|sbp_[a-f0-9]{40}|rnd_[A-Za-z0-9]{32}|tk-us-[\w-]{48}|"
        r"CFPAT-[\w-]{43}|v1\.0-[a-f0-9]{24}-[a-f0-9]{146}",
    ),
    (
        "monitoring-key",
        r"NR(?:AK|II|RA|AA|JS|BR)-[A-Za-z0-9_-]{19,40}|sntry[su]_[A-Za-z0-9+/=_-]{50,}|glc_[A-Za-z0-9+/]{32,400}={0,2}|"
        r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|eyJrIjoi[A-Za-z0-9+/]{60,400}={0,2}|dt0[a-z]0\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}|"
        r"PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}|phc_[A-Za-z0-9]{43}|phx_[A-Za-z0-9]{43}|sgp_(?:[a-fA-F0-9]{16}_|local_)?"
        r"[a-fA-F0-9]{40}|sqp_[a-f0-9]{40}|squ_[a-f0-9]{40}|sqa_[a-f0-9]{40}|ops_eyJ[A-Za-z0-9+/]{100,}={0,3}|"
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    ),
    (
        "service-key",
        r"ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}|rdme_[a-z0-9]{70}|tfp_[\w.=-]{59}|pnu_[A-Za-z0-9]{36}|"
        r"ico-[A-Za-z0-9]{32}|fio-u-[\w=-]{64}|p8e-[a-zA-Z0-9]{32}|duffel_(?:test|live)_[\w=-]{43}|"
        r"sm_(?:pat|aat)_[A-Za-z0-9]{16,}|AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}|"
        r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|figd_[\w-]{40,}|ccipat_[\w-]{30,}|CCIPAT_[\w-]{30,}|nf[pcou]_[A-Za-z0-9]{36}|"
        r"bkua_[a-f0-9]{40}|sha256~[\w-]{43}|ey[A-Za-z0-9]{17,}\.ey[A-Za-z0-9/\\_-]{17,}\.[A-Za-z0-9/\\_-]{10,}={0,2}|"
        r"pat-(?:na|eu)1-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|00[\w-]{40}(?:okta)?0{2}|"
        r"waka_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|cfut_[\w-]{40,}|tskey-[a-z]+-[\w-]{10,}",
    ),
    (
        "service-key",
        r"SWM(?:TKN|KEY)-1-[A-Za-z0-9-]{20,}|aka[bc]-[a-z0-9]{16}-[a-z0-9]{16}|amzn\.mws\.[\w-]{30,}|"
        r"dnkey-[A-Z0-9-]{30,}|llx-[\w-]{30,}|IG(?:QV|AA)[\w-]{60,}|\d{13,17}\|[\w-]{20,40}|"
        r"\d{8,14}-[a-z0-9]{32}\.apps\.googleusercontent\.com",
    ),
    ("jwt", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
)
"""Kind and format. Each stands alone: no letter, digit or underscore before or after."""

RULES: tuple[Rule, ...] = (
    *(Rule(kind, rf"\b(?P<v>{pattern})(?:$|[^A-Za-z0-9_])") for kind, pattern in TOKENS),
    Rule(
        "private-key",
        # to the end mark; where that is missing, as far as lines of base64 go
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?"
        r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:[A-Za-z0-9+/=\s\\:,.-])*)",
    ),
    Rule("azure-secret", r"[A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}"),
    Rule("private-key", r"Private-Lines: \d+\r?\n(?P<v>(?:[A-Za-z0-9+/=]+\r?\n?)+)"),
)
"""Every format as a rule."""
