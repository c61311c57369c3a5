"""The mailbox that a reporter would hand in: the lure, and a few ordinary messages around it.

The lure is inert: reserved domains, no attachment content but a line of text, and a banner and a
header that say what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from vedette.demo.clock import to_datetime
from vedette.demo.company import DOMAIN, Person

LURE_DOMAIN = "parcel-refund.example"
LURE_HOST = f"mta1.{LURE_DOMAIN}"
LURE_SENDER = f"accounts@{LURE_DOMAIN}"
BANNER = "[SIMULATION] This message is part of a generated demonstration. It is inert."


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was delivered."""

    sent_at: int
    sender: str
    recipient: Person
    message_id: str
    attachment: str = ""


def write_mailbox(path: Path, messages: Iterable[Message]) -> int:
    """Write messages as an mbox and return how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    n = 0
    with path.open("wb") as out:
        for message in messages:
            moment = to_datetime(message.sent_at)
            out.write(f"From {message.sender} {moment:%a %b %d %H:%M:%S %Y}\n".encode())
            body = _mail(message).as_bytes().replace(b"\nFrom ", b"\n>From ")
            out.write(body + b"\n")
            n += 1
    return n


def _mail(message: Message) -> EmailMessage:
    mail = EmailMessage()
    person = message.recipient
    host = message.sender.partition("@")[2]
    mail["Received"] = f"from {host} by mx01.{DOMAIN} with ESMTP; {format_datetime(to_datetime(message.sent_at))}"
    mail["From"] = f"Freight Accounts <{message.sender}>" if message.attachment else message.sender
    mail["To"] = f"{person.full_name} <{person.account.upn}>"
    mail["Date"] = format_datetime(to_datetime(message.sent_at))
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["X-Vedette-Simulation"] = "true"
    first = person.full_name.split(" ")[0]
    if message.attachment:
        mail["Subject"] = "Refund of freight charges Q1 - please confirm today"
        mail["Authentication-Results"] = f"mx01.{DOMAIN}; spf=pass smtp.mailfrom={host}; dkim=none; dmarc=none"
        mail.set_content(
            f"{BANNER}\n\nDear {first},\n\nour audit found that your company paid freight charges twice. To receive "
            f"the\n"
            f"refund before the quarter closes, open the attached form, enable content and\nconfirm your bank details "
            f"today.\n\nStatus: http://cdn.{host}/track.txt\n\nFreight Accounts\n"
        )
        mail.add_attachment(
            b"Inert stand-in of a demonstration. There is no macro and no document here.\n",
            maintype="application",
            subtype="vnd.ms-word.document.macroenabled.12",
            filename=message.attachment,
        )
        # The library draws the boundary at random; the demo must be the same for the same seed.
        mail.set_boundary(f"=-vedette-{message.message_id.partition('@')[0]}")
    else:
        mail["Subject"] = "Weekly newsletter"
        mail.set_content(f"{BANNER}\n\nHello {first},\n\nthis week's news from the coast.\n")
    return mail
