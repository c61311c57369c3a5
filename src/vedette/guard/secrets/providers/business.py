"""Keys of office, design, sales and content services."""

from vedette.guard.secrets.base import Format

BUSINESS = (
    Format("notion-token", ("ntn_", "secret_"), r"ntn_[A-Za-z0-9]{46}|secret_[A-Za-z0-9]{43}", fixed=4),
    Format("airtable-token", ("pat",), r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", fixed=3),
    Format("asana-token", ("1/", "2/"), r"[12]/[0-9]{13,19}(?:/[0-9]{13,19})?:[a-f0-9]{32}", fixed=2),
    Format(
        "linear-key",
        ("lin_api_", "lin_oauth_", "lin_wh_"),
        r"lin_(?:api_[A-Za-z0-9]{40}|oauth_[a-f0-9]{64}|wh_[A-Za-z0-9]{40})",
        fixed=8,
    ),
    Format("clickup-token", ("pk_",), r"pk_[0-9]{6,10}_[A-Z0-9]{32}", fixed=3),
    Format(
        "figma-token",
        ("figd_", "figo_", "figu_", "figor_", "figoh_", "figuh_", "figdh_"),
        r"fig(?:d|o|u|or|oh|uh|dh)_[A-Za-z0-9_-]{40,48}",
        fixed=5,
    ),
    Format(
        "hubspot-token",
        ("pat-na", "pat-eu"),
        r"pat-(?:na|eu)[0-9]-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        fixed=8,
    ),
    Format("salesforce-token", ("00D",), r"00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?![A-Za-z0-9._]{80,130}", fixed=16),
    Format("salesforce-refresh-token", ("5Aep",), r"5Aep[A-Za-z0-9._=]{80,120}", fixed=4),
    Format(
        "zapier-webhook",
        ("hooks.zapier.com/hooks/catch/",),
        r"hooks\.zapier\.com/hooks/catch/[0-9]{5,9}/[a-z0-9]{5,9}",
        fixed=29,
        score=0.9,
    ),
    Format("typeform-token", ("tfp_",), r"tfp_[A-Za-z0-9_=.-]{40,64}", fixed=4),
    Format("contentful-token", ("CFPAT-",), r"CFPAT-[A-Za-z0-9_-]{43}", fixed=6),
    Format("dropbox-token", ("sl.",), r"sl\.(?:u\.|B)?[A-Za-z0-9_-]{120,}", fixed=4, reach=1400),
    Format("calcom-key", ("cal_live_", "cal_test_"), r"cal_(?:live|test)_[a-f0-9]{32}", fixed=9),
    Format(
        "cloudinary-url",
        ("cloudinary://",),
        r"cloudinary://[0-9]{12,16}:(?P<v>[A-Za-z0-9_-]{20,40})@",
        entity="CONNECTION_STRING",
    ),
    Format("ubidots-token", ("BBFF-", "BBUS-"), r"BB(?:FF|US)-[A-Za-z0-9]{30}", fixed=5),
    Format("adobe-client-secret", ("p8e-",), r"p8e-[A-Za-z0-9_-]{32}", fixed=4, score=0.9),
    Format("apify-key", ("apify_api_",), r"apify_api_[A-Za-z0-9]{34,38}", fixed=10),
    Format("apideck-key", ("sk_live_", "sk_test_"), r"sk_(?:live|test)_[a-z0-9A-Z-]{93}", fixed=8),
    Format("percy-token", ("web_", "app_", "ss_"), r"(?:web|app|ss)_[a-f0-9]{64}", fixed=3),
    Format(
        "ghost-key",
        ("Ghost ",),
        r"Ghost (?P<v>eyJ[A-Za-z0-9_-]{20,200}\.eyJ[A-Za-z0-9_-]{20,400}\.[A-Za-z0-9_-]{20,90})",
        reach=800,
    ),
    Format("retool-token", ("retool_",), r"retool_[0-9a-z]{26,40}", fixed=7, score=0.85),
    Format("trello-token", ("ATTA",), r"ATTA[a-f0-9]{64}[A-F0-9]{8}", fixed=4),
    Format("tenable-key", ("accessKey=",), r"accessKey=(?P<v>[a-f0-9]{64})", score=0.9),
    Format(
        "laravel-app-key",
        ("base64:",),
        r"(?:APP_KEY=|app_key=|key[\"' =>:]{1,8})base64:(?P<v>[A-Za-z0-9+/]{43}=)",
        lead=12,
        entity="SECRET",
    ),
)
"""Formats."""
