"""The formats of providers' keys, by what the providers do.

Sources: the providers' own documentation of their tokens, their clients' code where that checks a format, and
secret-scanning partners' published lists of what they issue. A format stands here when something in it (a prefix, an
inner mark) tells it from everything else; what is only so many random characters stands in
:mod:`~vedette.guard.secrets.providers.named`, with the words that must stand beside it.
"""

from vedette.guard.secrets.providers.business import BUSINESS
from vedette.guard.secrets.providers.cloud import CLOUD
from vedette.guard.secrets.providers.code import CODE
from vedette.guard.secrets.providers.models import MODELS
from vedette.guard.secrets.providers.money import MONEY
from vedette.guard.secrets.providers.talk import TALK
from vedette.guard.secrets.providers.watch import WATCH

FORMATS = (*CLOUD, *CODE, *MODELS, *TALK, *MONEY, *WATCH, *BUSINESS)
"""All formats."""
