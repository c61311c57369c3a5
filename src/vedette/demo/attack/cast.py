"""Who the incident happens to, and what the ground truth says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vedette.demo.company import NETBIOS, Account, Person
from vedette.demo.mail import LURE_DOMAIN, LURE_HOST
from vedette.demo.routines.agenda import Agenda

if TYPE_CHECKING:
    from vedette.demo.attack.story import Story

C2_IP = "203.0.113.66"
MAIL_IP = "203.0.113.65"
CLOUD_IP = "203.0.113.77"
STAGE_PATH = "/track.txt"
STAGE = f"http://cdn.{LURE_DOMAIN}{STAGE_PATH}"
DOCUMENT = "Freight_Refund_Q1.docm"


@dataclass(slots=True)
class Cast:
    """Who and what the incident happens to."""

    victim: Person
    others: list[Person]
    helper: Account
    admin: Account
    engineer: Person
    created: Account


def choose_cast(agenda: Agenda) -> Cast:
    """Pick the cast and make sure that their days go as the story needs."""
    company, rng = agenda.scene.company, agenda.scene.rng
    finance = [p for p in company.people if p.department in ("Finance", "HR")]
    victim = finance[int(rng.random() * 10)]
    others = [p for p in finance if p is not victim][:5]
    helper, admin = company.helpdesk[1], company.domain_admins[1]
    engineer = company.engineers[int(rng.random() * len(company.engineers))]
    name = "svc-printq"
    sid = f"{company.domain_sid}-1611"
    created = Account(
        name, sid, "Print queue service", "Service", f"CN={name},CN=Users,DC=corp,DC=alderfinch,DC=example"
    )
    staff = [a.person for a in (helper, admin) if a.person is not None]
    victim.starts_at, victim.leaves_at = 8.1, 17.6
    for person in staff:
        person.starts_at, person.leaves_at = 8.0, 17.2
    for person in (victim, *staff, engineer):
        agenda.reserved.add(person.account.name)
    return Cast(victim, others, helper, admin, engineer, created)


def tell(story: Story) -> None:
    """Fill in the accounts and hosts of the truth."""
    cast, truth, company = story.cast, story.truth, story.scene.company
    truth.account(
        cast.victim.account.qualified,
        "compromised",
        "Opened the lure; their session ran the intruder's scripts, the memory dump and DCSync's connection",
        aliases=(cast.victim.account.upn,),
    )
    truth.account(
        cast.helper.qualified,
        "compromised",
        "Credentials stolen from the workstation's memory; used on FS01 and for DCSync",
        aliases=(cast.helper.upn,),
    )
    truth.account(
        cast.admin.qualified,
        "compromised",
        "Hash replicated by DCSync; used to create an account and change Domain Admins on DC01",
        aliases=(cast.admin.upn,),
    )
    truth.account(
        cast.created.qualified,
        "created",
        "Made by the intruder, added to Domain Admins, used for collection, upload and log clearing",
    )
    truth.account(
        cast.engineer.account.name,
        "compromised",
        "Password found in a note; used on deploy01 by SSH and sudo",
        aliases=(cast.engineer.account.qualified, cast.engineer.account.upn),
    )
    truth.account(
        "ci-deploy",
        "compromised",
        f"Key read on deploy01; used from {CLOUD_IP}",
        aliases=(company.cloud["ci-deploy"].arn,),
    )
    truth.account(
        "assumed-role/DeployRole/upd-svc",
        "attacker",
        "Session that the intruder opened with the key of ci-deploy; created a key for another user",
    )
    truth.account(
        "reporting-export",
        "compromised",
        "A key was created for it and used for the bulk reads",
        aliases=(company.cloud["reporting-export"].arn,),
    )
    truth.account(f"{NETBIOS}\\krbtgt", "targeted", "Its secret was replicated by DCSync")
    for person in cast.others:
        truth.account(
            person.account.qualified,
            "targeted",
            "Received the lure and did not open it",
            aliases=(person.account.upn,),
        )
    for name, why in (
        ("MSOL_4be81d0c93fa", "Replicates directory secrets by right, on the same controller"),
        ("svc_backup", "Reads the same shares every night"),
        ("cloud-admin", "Lists users and keys from the office every day"),
    ):
        truth.account(name if name == "cloud-admin" else f"{NETBIOS}\\{name}", "bystander", why)
    ws = cast.victim.workstation
    for host, role, why in (
        (ws, "entry", "The lure was opened here; everything on the network started from here"),
        (company.host("FS01"), "target", "Scheduled task, collection, upload, log clearing"),
        (company.host("DC01"), "target", "DCSync, new domain administrator"),
        (company.host("deploy01"), "target", "SSH with a stolen password; cloud key read"),
    ):
        truth.host(host.name, role, host.ip, why)
    truth.observables = {
        "ip": [C2_IP, MAIL_IP, CLOUD_IP],
        "domain": [LURE_DOMAIN, f"cdn.{LURE_DOMAIN}", LURE_HOST],
        "url": [STAGE],
        "file": [DOCUMENT, "C:\\Users\\Public\\Documents\\spool.dmp", "C:\\PerfLogs\\queue.zip"],
        "access_key": ["AKIAFRESHKEYXEXAMPLE", "ASIAQ7INTRUDEEXAMPLE"],
        "bucket": ["alderfinch-customer-exports"],
    }
