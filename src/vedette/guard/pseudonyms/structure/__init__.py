"""Pseudonyms built like what they stand for: values enter, values of nobody leave, drawn with a session's secret.

They look real, so a model reasons about them as about the originals; and so nothing tells them from the real thing but
the session's book. Where one cannot be made, the caller falls back to a token.
"""

from __future__ import annotations

from collections.abc import Callable

from vedette.guard.pseudonyms.structure import addresses, dates, hosts, numbers, people
from vedette.guard.pseudonyms.structure.keyed import Keyed

TURNS = 32
_MAKERS: dict[str, Callable[[str, Keyed], str | None]] = {
    "IP_ADDRESS": addresses.ip_address,
    "MAC_ADDRESS": addresses.mac_address,
    "DOMAIN_NAME": hosts.domain_name,
    "HOSTNAME": hosts.host_name,
    "EMAIL_ADDRESS": hosts.email_address,
    "USERNAME": hosts.username,
    "SID": hosts.sid,
    "URL": hosts.url,
    "FILE_PATH": hosts.file_path,
    "PERSON": people.person,
    "DATE_OF_BIRTH": dates.moved,
    "DATE_TIME": dates.moved,
    "CREDIT_CARD": numbers.credit_card,
    "IBAN_CODE": numbers.iban_code,
    "NATIONAL_ID": numbers.national_id,
    "PHONE_NUMBER": numbers.phone_number,
    "ARN": numbers.arn,
    "BANK_ACCOUNT": numbers.identifier,
    "DRIVER_LICENSE": numbers.identifier,
    "PASSPORT": numbers.identifier,
    "MEDICAL_RECORD": numbers.identifier,
    "CLOUD_ACCOUNT": numbers.identifier,
    "CRYPTO_WALLET": numbers.identifier,
}
_LONGEST = 400
_LEAST = 4
_AGAIN = 4
"""Draws where one gives the value itself."""


def surrogate(entity: str, value: str, secret: bytes, turn: int) -> str | None:
    """Return a value of nobody, built like another; None where none can be made.

    Args:
        entity: what the value is.
        value: what it stands for.
        secret: the session's.
        turn: another one gives another surrogate, where one is taken.
    """
    maker = _MAKERS.get(entity)
    if maker is None or len(value) > _LONGEST or "\n" in value:
        return None
    for again in range(_AGAIN):
        made = maker(value, Keyed(secret, turn + again * TURNS))
        if made is None or sum(char.isalnum() for char in made) < _LEAST:
            return None
        if made.casefold() != value.casefold():
            return made
    return None
