"""What scanners find: the entities, in the names that the field's tools share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What policies may name instead of single entities."""

    PERSONAL = "personal"
    """Of a person: names, numbers, addresses, dates."""
    IDENTIFIER = "identifier"
    """Numbers that a state, a bank or a hospital gave; check sums are checked."""
    INFRASTRUCTURE = "infrastructure"
    """Of the house: hosts, accounts, networks, paths."""
    SECRET = "secret"  # noqa: S105 (a name)
    ATTACK = "attack"
    """Texts that want the model to do something else."""
    REPLY = "reply"
    """What a reply must not hold."""
    GENERAL = "general"
    """Places, organisations and dates: personal only beside a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """One sort of thing that is found."""

    name: str
    group: Group
    about: str
    """What it is, in a few words."""


def _types(group: Group, **about: str) -> tuple[EntityType, ...]:
    return tuple(EntityType(name=name, group=group, about=text) for name, text in about.items())


ENTITIES: dict[str, EntityType] = {
    one.name: one
    for one in (
        *_types(
            Group.PERSONAL,
            PERSON="name of a person",
            EMAIL_ADDRESS="e-mail address",
            PHONE_NUMBER="telephone number",
            STREET_ADDRESS="postal address or a part of one",
            DATE_OF_BIRTH="date of birth",
            AGE="age of a person",
            NRP="nationality, religion or politics of a person",
        ),
        *_types(
            Group.IDENTIFIER,
            CREDIT_CARD="number of a payment card, check sum right",
            IBAN_CODE="bank account, check sum right",
            BANK_ACCOUNT="other bank account or routing number",
            NATIONAL_ID="number of a person, given by a state; the rule names the country and the number",
            DRIVER_LICENSE="number of a driving licence",
            PASSPORT="number of a passport",
            MEDICAL_RECORD="number of a patient or a medical record",
            CRYPTO_WALLET="address of a crypto-currency wallet",
        ),
        *_types(
            Group.INFRASTRUCTURE,
            IP_ADDRESS="internet address; the rule says private or public",
            MAC_ADDRESS="hardware address",
            HOSTNAME="name of a machine of the house",
            DOMAIN_NAME="domain name; the rule says internal or public",
            URL="web address; the rule says where it carries a token",
            USERNAME="name of an account",
            SID="Windows security identifier",
            ARN="Amazon resource name",
            CLOUD_ACCOUNT="number or name of a cloud account, tenant, project or subscription",
            FILE_PATH="path that names a person",
        ),
        *_types(
            Group.SECRET,
            API_KEY="key or token of a provider, known by its format; the rule names it",
            PRIVATE_KEY="private key",
            JWT="JSON web token",
            CONNECTION_STRING="connection string or URL with a password",
            PASSWORD="password, known by its place",  # noqa: S106 (a description)
            SECRET="other secret, known by its place and its randomness",  # noqa: S106 (a description)
        ),
        *_types(
            Group.ATTACK,
            PROMPT_INJECTION="text that gives the model other orders",
            JAILBREAK="text that talks the model out of its rules",
            HIDDEN_TEXT="text that a person cannot see",
        ),
        *_types(
            Group.REPLY,
            SYSTEM_PROMPT_LEAK="the system prompt or a part of it",
            CANARY_LEAK="a planted word",
            UNSAFE_LINK="a link or picture that carries data away or hides where it leads",
            INVENTED_PSEUDONYM="what looks like a pseudonym and was never given out",
            FORBIDDEN_CONTENT="content that the policy does not allow",
        ),
        *_types(
            Group.GENERAL,
            TITLE="title or position of a person",
            LOCATION="place",
            ORGANIZATION="organisation",
            DATE_TIME="date or time",
        ),
    )
}


def group_of(entity: str) -> Group | None:
    """Return the group of an entity; None for one that is none of ours."""
    found = ENTITIES.get(entity)
    return found.group if found else None
