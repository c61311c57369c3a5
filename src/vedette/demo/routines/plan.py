"""The timetable: what a day of the company holds, and when."""

from __future__ import annotations

from functools import partial

from vedette.demo.clock import HOUR, MINUTE, SECOND, is_workday, weekday
from vedette.demo.routines import administration, cloud, machines, people
from vedette.demo.routines.agenda import Agenda


def open_world(agenda: Agenda, t: int) -> None:
    """Boot the servers after their maintenance window, the first thing in the world."""
    for i, host in enumerate(h for h in agenda.scene.company.hosts.values() if h.shape and h.role != "workstation"):
        agenda.at(t + (i + 1) * 20 * SECOND, partial(agenda.scene.boot, host))


def plan_day(agenda: Agenda, day: int) -> None:
    """Put one day (its midnight, UTC) on the agenda."""
    rng = agenda.scene.rng
    for i in range(24):
        agenda.at(day + i * HOUR + int(rng.random() * HOUR), partial(machines.replication, agenda))
    for i in range(0, 24, 2):
        agenda.at(day + i * HOUR + 17 * MINUTE, partial(machines.directory_sync, agenda))
    agenda.at(day + HOUR, partial(machines.backup, agenda))
    agenda.at(day + 5 * HOUR, partial(cloud.copy_buckets, agenda))
    if weekday(day) in (2, 5):
        agenda.at(day + 2 * HOUR + 30 * MINUTE, partial(machines.vulnerability_scan, agenda))
    if not is_workday(day):
        return
    for person in agenda.scene.company.people:
        sure = person.account.name in agenda.reserved
        if sure or rng.random() < 0.9:
            start = day + int((person.starts_at + rng.uniform(-0.3, 0.3)) * HOUR)
            agenda.at(start, partial(people.arrive, agenda, person))
    for hour in (9, 10.5, 13.2, 14.6, 16.1):
        agenda.at(day + int((hour + rng.random()) * HOUR), partial(administration.helpdesk_call, agenda))
    for hour in (8.6, 11.3, 14.2, 15.8):
        agenda.at(day + int((hour + rng.random()) * HOUR), partial(people.forgotten_password, agenda))
    for hour in (9.5, 13.6, 15.1):
        agenda.at(day + int((hour + rng.random()) * HOUR), partial(administration.remote_administration, agenda))
    for hour in (8.9, 10.2, 11.6, 13.9, 15.2, 16.6):
        agenda.at(day + int((hour + rng.random() * 0.8) * HOUR), partial(cloud.pipeline, agenda))
    for hour in (9.2, 14.9):
        agenda.at(day + int((hour + rng.random()) * HOUR), partial(cloud.engineer_on_linux, agenda))
    agenda.at(day + int((10 + rng.random() * 5) * HOUR), partial(cloud.console_work, agenda))
    agenda.at(day + 7 * HOUR + 10 * MINUTE, partial(cloud.report_export, agenda))
    if weekday(day) in (1, 3):
        agenda.at(day + 12 * HOUR + 5 * MINUTE, partial(administration.software_deployment, agenda))
    if weekday(day) in (0, 3):
        agenda.at(day + int((9 + rng.random() * 6) * HOUR), partial(administration.new_hire, agenda))
    if weekday(day) in (0, 2, 4):
        agenda.at(day + int((9.5 + rng.random() * 5) * HOUR), partial(people.spreadsheet_export, agenda))
    if weekday(day) in (1, 4):
        agenda.at(day + int((10 + rng.random() * 5) * HOUR), partial(administration.remote_task, agenda))
    if weekday(day) == 2:
        agenda.at(day + int((10 + rng.random() * 5) * HOUR), partial(cloud.key_for_colleague, agenda))
    if weekday(day) == 4:
        agenda.at(day + 11 * HOUR, partial(cloud.key_rotation, agenda))
    agenda.at(day + int((10 + rng.random() * 8) * HOUR), partial(people.traveller, agenda))


DECOYS = (
    (
        "Directory synchronisation replicates secrets",
        "MSOL_4be81d0c93fa",
        "4662 with DS-Replication-Get-Changes-All on DC01, every two hours, by right",
    ),
    ("Domain controllers replicate", "DC02$", "4662 with DS-Replication-Get-Changes, every hour"),
    ("Nightly backup", "svc_backup", "type 3 logons to all servers, C$ and D$ reads, wbadmin, at 01:00"),
    ("Vulnerability scan", "svc_scan", "port scans, default passwords, ADMIN$ from scan01, twice a week"),
    (
        "Software deployment",
        "svc_deploy",
        "service installation (7045), encoded PowerShell on workstations, twice a week",
    ),
    ("Helpdesk remote desktop", "hd-*", "type 10 logons, whoami, scheduled tasks, local administrators changed"),
    ("PowerShell remoting by administrators", "adm-*", "wsmprovhost on servers, 4648 with the administrator's account"),
    ("Password resets", "hd-*", "4625 bursts, 4740, 4724"),
    ("New hires", "adm-*", "4720, 4722, 4728 into a department's group"),
    ("Pipelines", "ci-deploy", "reads ~/.aws/credentials on deploy01, AssumeRole DeployRole, from the office address"),
    ("Bucket replication", "BackupReplicationRole", "30 GetObject a night"),
    ("Key rotation", "cloud-admin", "CreateAccessKey for themselves"),
    ("Key for a colleague", "cloud-admin", "CreateAccessKey for finops-viewer, from the office"),
    ("Month-end export", "-", "Excel starts cmd.exe on a finance workstation, three times a week"),
    ("Clean-up job", "adm-*", "schtasks /create /s to a server, twice a week"),
    ("Guessing at SSH", "-", "failed passwords on web01 from 203.0.113.200-249, none succeeds"),
    (
        "Travelling employee",
        "-",
        "sign-ins from another country, wrong password, second factor asked for, then success",
    ),
)
"""Benign look-alikes: name, account, what is seen. Written into the ground truth."""
