"""Keys of mail, messengers, telephony and social networks."""

from vedette.guard.secrets import checks
from vedette.guard.secrets.base import Format

TALK = (
    Format(
        "slack-bot-token",
        ("xoxb-",),
        r"xoxb-(?:[0-9]{8,14}-[0-9]{8,14}-[A-Za-z0-9]{18,34}|[0-9]{8,14}-[A-Za-z0-9]{18,26})",
        fixed=5,
    ),
    Format(
        "slack-user-token",
        ("xoxp-", "xoxe-", "xoxo-", "xoxa-", "xoxr-", "xoxs-"),
        r"xox[apeors]-(?:[0-9]-)?(?:[0-9]{8,14}-){0,3}[A-Za-z0-9]{20,200}",
        fixed=5,
    ),
    Format("slack-config-token", ("xoxe.xox",), r"xoxe\.xox[bp]-[0-9]-[A-Za-z0-9]{140,200}", fixed=12),
    Format(
        "slack-cookie",
        ("xoxd-", "xoxc-"),
        r"xoxc-[0-9]{8,14}-[0-9]{8,14}-[0-9]{8,14}-[a-f0-9]{64}|xoxd-[A-Za-z0-9%+/=_-]{60,300}",
        fixed=5,
    ),
    Format("slack-app-token", ("xapp-",), r"xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,14}-[a-z0-9]{40,70}", fixed=5),
    Format(
        "slack-webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services/T[A-Za-z0-9]{6,12}/B[A-Za-z0-9]{6,12}/[A-Za-z0-9]{18,28}|(?:workflows|triggers)/[A-Z0-9]{6,14}/[A-Za-z0-9/]{20,90})",
        fixed=44,
    ),
    Format(
        "discord-webhook",
        ("/api/webhooks/",),
        r"(?:discord|discordapp)\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{60,80}",
        lead=14,
        fixed=32,
    ),
    Format(
        "discord-webhook",
        ("discord.com/api", "discordapp.com/api"),
        r"discord(?:app)?\.com/api(?:/v[0-9]{1,2})?/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{60,80}",
        fixed=32,
    ),
    Format(
        "discord-bot-token",
        (".G", ".X", ".Y", ".Z"),
        r"[MNO][A-Za-z0-9]{22,27}\.[GXYZ][A-Za-z0-9_-]{5}\.[A-Za-z0-9_-]{27,40}",
        lead=26,
        check=checks.snowflake,
    ),
    Format(
        "teams-webhook",
        ("webhook.office.com/",),
        r"webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[A-Za-z0-9]{32}/[0-9a-f-]{36}(?:/[A-Za-z0-9_-]{30,50})?",
        fixed=29,
    ),
    Format("telegram-bot-token", (":A",), r"(?P<v>[0-9]{6,12}:A[A-Za-z0-9_-]{34})", lead=12, fixed=10, tail="-"),
    Format("sendgrid-key", ("SG.",), r"SG\.[A-Za-z0-9_-]{16,24}\.[A-Za-z0-9_-]{16,50}", fixed=3),
    Format("mailgun-key", ("key-",), r"key-[0-9a-f]{32}", fixed=4),
    Format("mailersend-key", ("mlsn.",), r"mlsn\.[a-f0-9]{64}", fixed=5),
    Format("mailchimp-key", ("-us",), r"[0-9a-f]{32}-us[0-9]{1,2}", lead=32),
    Format("brevo-key", ("xkeysib-", "xsmtpsib-"), r"x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}", fixed=8),
    Format("resend-key", ("re_",), r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", fixed=3),
    Format("mandrill-key", ("md-",), r"md-[A-Za-z0-9_-]{22}", fixed=3, score=0.85),
    Format("twilio-key", ("SK",), r"SK[0-9a-f]{32}", fixed=2),
    Format("twilio-account", ("AC",), r"AC[0-9a-f]{32}", fixed=2, score=0.8),
    Format("telnyx-key", ("KEY0",), r"KEY0[0-9A-F]{31,40}_[A-Za-z0-9]{20,26}", fixed=4),
    Format("signalwire-token", ("PSK_", "PT"), r"PSK_[A-Za-z0-9]{20,40}|PT[0-9a-f]{48}", fixed=2, score=0.85),
    Format(
        "facebook-token",
        ("EAA",),
        r"EAA(?:[A-Z][A-Za-z0-9]{1,3}|[A-Za-z0-9]{4})[A-Za-z0-9]{80,400}",
        fixed=4,
        reach=420,
    ),
    Format(
        "facebook-app-token", ("|",), r"(?P<v>[0-9]{15,17}(?:\||%7C)[A-Za-z0-9_-]{27})", lead=17, fixed=16, score=0.9
    ),
    Format("instagram-token", ("IGQV", "IGAA"), r"IG(?:QV|AA)[A-Za-z0-9_-]{100,250}", fixed=4),
    Format("twitter-bearer", ("AAAAAAAAAAAAAAAAAAAAA",), r"A{20,24}[A-Za-z0-9%]{8,30}%[A-Za-z0-9%]{40,110}", fixed=36),
    Format("linkedin-secret", ("WPL_AP",), r"WPL_AP[0-9]\.[A-Za-z0-9]{14,18}\.[A-Za-z0-9+/=]{6,12}", fixed=6),
    Format("twitch-token", ("oauth:",), r"oauth:[a-z0-9]{30}", fixed=6),
    Format(
        "tiktok-key", ("clt.", "act."), r"(?:clt|act)\.[A-Za-z0-9]{60,80}(?:![0-9]{4}\.[a-z]{2})?", fixed=4, score=0.85
    ),
    Format("intercom-token", ("dG9rO",), r"dG9rO[A-Za-z0-9+/]{55}={0,2}", fixed=5),
    Format("beamer-key", ("b_",), r"b_[A-Za-z0-9=_-]{44}", fixed=2, score=0.85),
    Format("onesignal-key", ("os_v2_app_", "os_v2_org_"), r"os_v2_(?:app|org)_[a-z2-7]{50,110}", fixed=10),
    Format(
        "webex-token",
        ("_PF84_", "_P0A1_"),
        r"[A-Za-z0-9]{64}_P(?:F84|0A1)_[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        lead=64,
    ),
    Format("matrix-token", ("syt_", "syr_"), r"sy[tr]_[A-Za-z0-9]{4,60}_[A-Za-z0-9]{20}_[A-Za-z0-9]{6}", fixed=4),
    Format("ntfy-token", ("tk_",), r"tk_[a-z0-9]{29}", fixed=3, score=0.85),
)
"""Formats."""
