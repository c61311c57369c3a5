"""Keys of payment, shops, banks and crypto-currency services."""

from vedette.guard.secrets.base import Format

MONEY = (
    Format(
        "stripe-key",
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "sk_prod_", "rk_prod_"),
        r"[srp]k_(?:test|live|prod)_[A-Za-z0-9]{16,247}",
        fixed=8,
    ),
    Format("stripe-webhook-secret", ("whsec_",), r"whsec_[A-Za-z0-9+/]{32,64}=?", fixed=6),
    Format(
        "shopify-token",
        ("shpat_", "shpca_", "shppa_", "shpss_", "shptka_"),
        r"shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32}",
        fixed=6,
    ),
    Format(
        "square-token",
        ("sq0atp-", "sq0csp-", "sq0idp-"),
        r"sq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43}|idp-[A-Za-z0-9_-]{22})",
        fixed=7,
    ),
    Format("square-access-token", ("EAAA",), r"EAAA[A-Za-z0-9_-]{60}", fixed=4, tail="-"),
    Format(
        "braintree-token",
        ("access_token$",),
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",
        fixed=24,
    ),
    Format(
        "adyen-key",
        ("AQE",),
        r"AQE[a-z][A-Za-z0-9+/=._-]{60,200}-[A-Za-z0-9+/=]{30,60}-[A-Za-z0-9+/=(){}<>,.;&^$~%@#!?\[\]*_|-]{10,30}",
        fixed=4,
        score=0.9,
    ),
    Format("razorpay-key", ("rzp_live_", "rzp_test_"), r"rzp_(?:live|test)_[A-Za-z0-9]{14}", fixed=9),
    Format("flutterwave-key", ("FLWSECK", "FLWPUBK"), r"FLW(?:PUB|SEC)K(?:_TEST)?-[a-zA-Z0-9]{12,40}(?:-X)?", fixed=8),
    Format("paystack-key", ("sk_live_", "sk_test_"), r"sk_(?:live|test)_[a-f0-9]{40}", fixed=8),
    Format("mollie-key", ("live_", "test_"), r"(?:live|test)_[A-Za-z0-9]{30}", fixed=5, score=0.9),
    Format(
        "gocardless-token", ("live_", "sandbox_"), r"(?:live|sandbox)_[A-Za-z0-9_-]{40}", fixed=5, score=0.9, tail="-="
    ),
    Format(
        "plaid-token",
        ("access-sandbox-", "access-development-", "access-production-"),
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        fixed=15,
    ),
    Format("duffel-token", ("duffel_test_", "duffel_live_"), r"duffel_(?:test|live)_[A-Za-z0-9_=-]{43}", fixed=12),
    Format("shippo-token", ("shippo_live_", "shippo_test_"), r"shippo_(?:live|test)_[a-fA-F0-9]{40}", fixed=12),
    Format("easypost-key", ("EZAK", "EZTK"), r"EZ[AT]K[A-Za-z0-9]{54}", fixed=4),
    Format(
        "paddle-key",
        ("pdl_live_apikey_", "pdl_sdbx_apikey_", "pdl_ntfset_"),
        r"pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}|pdl_ntfset_[a-z0-9]{26}_[A-Za-z0-9+/]{32}",
        fixed=15,
    ),
    Format("checkout-com-key", ("sk_sbox_", "sk_"), r"sk_(?:sbox_)?[a-z0-9]{26}[a-z*#$=]", fixed=3, score=0.85),
    Format(
        "lob-key",
        ("live_", "test_"),
        r"(?:live|test)_(?:pub_)?[a-f0-9]{35}|(?:live|test)_pub_[a-f0-9]{31}",
        fixed=5,
        score=0.9,
    ),
    Format("alchemy-key", ("alcht_",), r"alcht_[A-Za-z0-9]{30}", fixed=6),
    Format("brex-token", ("bxt_",), r"bxt_[A-Za-z0-9]{36}", fixed=4),
    Format(
        "chargebee-key",
        ("live_", "test_"),
        r"(?:live|test)_[A-Za-z0-9]{32,60}",
        fixed=5,
        score=0.85,
    ),
    Format("sumup-key", ("sup_sk_", "sup_pk_"), r"sup_[sp]k_[A-Za-z0-9]{32}", fixed=7),
    Format("settlemint-token", ("sm_pat_", "sm_aat_", "sm_sat_"), r"sm_(?:pat|aat|sat)_[A-Za-z0-9]{16}", fixed=7),
    Format("frameio-token", ("fio-u-",), r"fio-u-[A-Za-z0-9_=-]{64}", fixed=6),
)
"""Formats."""
