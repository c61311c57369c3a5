"""Write the quickstart's made-up tickets: ``python recipes/quickstart/make.py`` gives ``tickets.csv`` again.

Nothing here is about real people: names are invented, domains are the reserved ones of RFC 2606.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

PEOPLE = ("Ada", "Bo", "Carmen", "Dev", "Elif", "Farid", "Grete", "Hana", "Ivo", "Jun", "Kofi", "Lena")
TEAMS = ("finance", "sales", "the warehouse", "legal", "support", "engineering", "the clinic", "payroll")
HOSTS = ("WS-0417", "WS-2203", "LT-118", "SRV-FILE2", "SRV-APP1", "LT-902", "KIOSK-3", "WS-0051")
SITES = ("portal.example.net", "files.example.org", "login.example.com", "docs.example.net", "pay.example.org")
TOOLS = ("the VPN", "the wiki", "the ticket system", "the payroll site", "the mail archive", "the code host")

TEMPLATES: dict[str, tuple[str, ...]] = {
    "phishing": (
        "{person} in {team} got a mail that asks to confirm the mailbox password at {site}.",
        "A text message says a parcel is held and wants card details on {site}. {person} did not click.",
        "Mail pretending to be our director asks {team} to buy gift cards and keep it quiet.",
        "Several people in {team} received an invoice attachment from a sender nobody knows.",
        "{person} reports a link to {site} that shows a copy of our sign-in page.",
        "A caller claimed to be the help desk and asked {person} to read out the one-time code.",
        "The sender's name is ours but the address ends in {site}; it wants a wire transfer approved today.",
        "A QR code in a mail to {team} leads to a page at {site} asking for the account password.",
        "{person} was invited to a shared document at {site} that asks to sign in again before it opens.",
        "Mail with subject 'your storage is full' sends readers to {site} to enter their credentials.",
    ),
    "malware": (
        "The antivirus on {host} quarantined a loader twice since this morning.",
        "{host} encrypts files in its share and leaves a note that asks for payment.",
        "Endpoint protection shows powershell started by Word on {host} with a long encoded command.",
        "{person}'s laptop {host} opens a connection to the same unknown address every sixty seconds.",
        "A USB stick found by {team} was plugged into {host}; a program started by itself.",
        "{host} runs a process named like the system's but from the temp folder.",
        "The fan of {host} never rests and a miner was found among the scheduled tasks.",
        "A browser extension on {host} injects adverts and was not installed by {person}.",
        "Files on {host} have a new strange ending and nobody in {team} can open them.",
        "An installer downloaded by {person} dropped a second program that starts at every logon on {host}.",
    ),
    "account-compromise": (
        "{person} was signed in from two countries within ten minutes.",
        "{person} gets prompts to approve a sign-in that was not started by them.",
        "A forwarding rule to an outside address appeared in the mailbox of {person}.",
        "Someone reset the second factor of {person} at night and then opened {tool}.",
        "There are four hundred failed sign-ins and then one success for {person} on {tool}.",
        "An old service account was used interactively on {host} and added itself to the administrators.",
        "{person} is locked out; the password was changed and it was not them.",
        "An access token of {person} was used from an address that we have never seen, against {tool}.",
        "A new administrator was created on {tool} while {person} was on holiday, under {person}'s account.",
        "The session of {person} went on from another browser and country after a visit to {site}.",
    ),
    "data-loss": (
        "{person} sent the customer list to a private mail address by mistake.",
        "A folder of {team} with contracts is open to everyone with the link.",
        "{host} uploaded forty gigabytes to a file sharing site last night.",
        "A laptop of {team} was stolen from a car; the disk may not be encrypted.",
        "A spreadsheet with salaries was attached to a mail for all staff.",
        "A leaver from {team} copied the project archive to a drive on the last day.",
        "Our price list for partners was found on a public paste page.",
        "The backup of {tool} was stored in a bucket that anyone can read.",
        "{person} printed patient letters and left them in the train.",
        "An export of {tool} with addresses of customers went to the wrong supplier.",
    ),
    "vulnerability": (
        "The scanner reports a critical flaw in {tool} that can be used without signing in.",
        "The supplier of {tool} published an update that closes remote code execution.",
        "{host} still runs a system that gets no more updates since last year.",
        "A tester found that the search field of {tool} takes SQL from anybody.",
        "The certificate of {site} uses a key that is too short and expires this week.",
        "{tool} shows other customers' orders when the number in the address is changed.",
        "A library in {tool} is on the list of exploited vulnerabilities; version two fixes it.",
        "The admin page of {tool} is reachable from the internet with its default password.",
        "{host} answers on an old file sharing protocol that should have been switched off.",
        "The nightly scan lists twelve missing patches on {host}, two of them severe.",
    ),
    "not-security": (
        "{person} asks for a second screen for the desk in {team}.",
        "The printer of {team} has no toner.",
        "{person} forgot the password after the holiday and wants a new one set.",
        "{tool} is slow since the move to the new office.",
        "Please add {person} to the distribution list of {team}.",
        "The projector in the large room does not find the laptop {host}.",
        "{person} needs the licence for the drawing program renewed.",
        "The meeting calendar of {team} shows the wrong time zone.",
        "{host} asks to be restarted after an update; may {person} do that now?",
        "{person} would like to know how to book a room in {tool}.",
    ),
}


def main() -> None:
    """Write ``tickets.csv`` beside this file."""
    draw = random.Random(7)  # noqa: S311 (made-up tickets)
    rows = []
    for label, templates in TEMPLATES.items():
        for number, template in enumerate(templates):
            for _ in range(5):
                text = template.format(
                    person=draw.choice(PEOPLE),
                    team=draw.choice(TEAMS),
                    host=draw.choice(HOSTS),
                    site=draw.choice(SITES),
                    tool=draw.choice(TOOLS),
                )
                rows.append((text[0].upper() + text[1:], label, f"{label}-{number}"))
    rows = list(dict.fromkeys(rows))
    with (Path(__file__).parent / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label", "form"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
