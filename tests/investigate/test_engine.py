"""Cases from built worlds, through the public door."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.investigate import InvestigateOptions, investigate
from vedette.schema import AccountKind, AccountRole, Case, HostRole

from .worlds import Built


def run(built: Built) -> list[Case]:
    return investigate(built.connect(), built.findings)


def roles(case: Case) -> dict[str, AccountRole]:
    return {a.name: a.role for a in case.accounts}


def implicated(cases: list[Case]) -> set[str]:
    return {a.name for c in cases for a in c.accounts if a.implicated}


def office(built: Built) -> None:
    """Let two people and an administrator work through the morning before."""
    for user, host, ip in (("alice", "PC1", "10.0.0.1"), ("bob", "PC2", "10.0.0.2"), ("adm-carol", "PC3", "10.0.0.3")):
        built.logon(-300, user, host, kind="2", session=f"0x{user[0]}1")
        built.logon(-299, f"{host}$", "DC1", src=ip)
        for i in range(5):
            built.process(-290 + 30 * i, user, host, "outlook.exe", session=f"0x{user[0]}1")
        built.logon(-200, user, "FS1", src=ip)


def test_nothing_makes_no_case(built):
    assert investigate(built.connect(), []) == []


def test_everyday_findings_make_no_case(built):
    office(built)
    built.finding(built.process(-100, "bob", "PC2", "whoami.exe"), "Whoami", "low", ["T1033"], ["discovery"])
    built.finding(built.process(-60, "adm-carol", "FS1", "net group"), "Discovery", "medium", ["T1069"], ["discovery"])
    assert run(built) == []


def test_a_dump_and_a_move_become_one_case_with_both_accounts(built):
    office(built)
    dump = built.process(0, "alice", "PC1", "rundll32.exe comsvcs.dll", session="0xa9")
    built.finding(dump, "LSASS dump", "high", ["T1003.001"], ["credential-access"])
    built.logon(10, "adm-carol", "FS1", src="10.0.0.1", session="0xc77")
    shell = built.process(11, "adm-carol", "FS1", "cmd.exe /c whoami", session="0xc77")
    built.finding(shell, "Remote shell", "high", ["T1021.002"], ["lateral-movement"])
    built.logon(12, "bob", "FS1", src="10.0.0.2")
    cases = run(built)
    assert len(cases) == 1
    case = cases[0]
    assert roles(case)["CORP\\alice"] is AccountRole.COMPROMISED
    assert roles(case)["CORP\\adm-carol"] is AccountRole.COMPROMISED
    assert roles(case).get("CORP\\bob", AccountRole.BYSTANDER) is AccountRole.BYSTANDER
    hosts = {h.name: h.role for h in case.hosts}
    assert hosts["PC1"] is HostRole.ENTRY
    assert hosts["FS1"] is HostRole.TARGET
    assert any(p.source == "host:pc1" and p.target == "host:fs1" for p in case.path)
    assert [e.at for e in case.timeline] == sorted(e.at for e in case.timeline)
    assert case.next_steps
    assert {t.technique_id for t in case.techniques} == {"T1003.001", "T1021.002"}


def test_every_reason_cites_an_event_that_holds_its_time_and_names(built):
    office(built)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    case = run(built)[0]
    times = {r["event_id"]: r["time"] for r in built.rows}
    for account in case.accounts:
        for claim in account.reasons:
            assert claim.evidence
            for proof in claim.evidence:
                assert times[proof.ref] == proof.at
    for account in (a for a in case.accounts if a.implicated):
        first = account.reasons[0]
        assert any(proof.at.strftime("%H:%M:%S") in first.text for proof in first.evidence)


@pytest.mark.parametrize("named", [True, False])
def test_system_work_of_a_service_belongs_to_who_installed_it(built, named):
    office(built)
    built.logon(0, "alice", "FS1", src="10.0.0.1", session="0xa50")
    columns = {"actor_name": "alice", "actor_domain": "CORP", "actor_session": "0xa50"} if named else {}
    service = built.event(
        0.05,
        "windows_service_activity",
        activity="create",
        log_product="windows",
        event_code="7045",
        device_name="FS1",
        service_name="updater",
        process_cmd="C:\\t\\updater.exe",
        **columns,
    )
    built.finding(service, "Service installed", "medium", ["T1543.003"], ["persistence"])
    shell = built.process(
        0.1, "SYSTEM", "FS1", "cmd.exe /c whoami", domain="NT AUTHORITY", session="0x3e7", parent="C:\\t\\updater.exe"
    )
    built.finding(shell, "Shell of a service", "high", ["T1569.002"], ["execution"])
    cases = run(built)
    assert implicated(cases) == {"CORP\\alice"}
    stood_in = [a for a in cases[0].accounts if a.account_kind is AccountKind.SYSTEM]
    assert all(a.role is AccountRole.BYSTANDER for a in stood_in)


def test_two_network_logons_leave_the_shell_of_a_service_unattributed(built):
    office(built)
    for user, ip in (("alice", "10.0.0.1"), ("bob", "10.0.0.2")):
        built.logon(0, user, "FS1", src=ip)
    shell = built.process(
        0.1,
        "SYSTEM",
        "FS1",
        "cmd.exe /c x",
        domain="NT AUTHORITY",
        session="0x3e7",
        parent="C:\\Windows\\System32\\services.exe",
    )
    built.finding(shell, "Shell of a service", "high", ["T1569.002"], ["execution"])
    cases = run(built)
    assert implicated(cases) == set()
    assert any("Which account is behind" in question for question in cases[0].unknown)


def test_a_logon_id_names_the_account_behind_a_record_without_one(built):
    office(built)
    built.logon(0, "bob", "FS1", src="10.0.0.2", session="0xB0B")
    task = built.event(
        1,
        "scheduled_job_activity",
        activity="create",
        log_product="windows",
        device_name="FS1",
        service_name="t",
        actor_session="0xb0b",
    )
    built.finding(task, "Task created remotely", "high", ["T1053.005"], ["persistence"])
    assert implicated(run(built)) == {"CORP\\bob"}


def test_directory_replication_names_source_host_and_target(built):
    office(built)
    built.logon(0, "bob", "DC1", src="10.0.0.2", session="0xdc")
    read = built.event(
        0.1,
        "directory_service_activity",
        log_product="windows",
        event_code="4662",
        device_name="DC1",
        actor_name="bob",
        actor_domain="CORP",
        actor_session="0xdc",
    )
    built.finding(read, "DCSync", "high", ["T1003.006"], ["credential-access"])
    case = run(built)[0]
    assert roles(case)["CORP\\bob"] is AccountRole.COMPROMISED
    assert roles(case)["CORP\\krbtgt"] is AccountRole.TARGETED
    assert {h.name for h in case.hosts} >= {"PC2", "DC1"}


def test_sprayed_accounts_are_targets_and_the_one_that_gave_way_is_compromised(built):
    office(built)
    failures = [built.logon(i / 10, f"user{i}", "DC1", src="185.1.2.3", ok=False) for i in range(8)]
    failures.append(built.logon(1, "bob", "DC1", src="185.1.2.3", ok=False))
    built.finding(failures, "Password spraying", "high", ["T1110.003"], ["credential-access"])
    entry = built.logon(2, "bob", "FS1", src="185.1.2.3", session="0xbb")
    built.finding(entry, "Logon after failures", "high", ["T1110"], ["initial-access"])
    case = run(built)[0]
    assert roles(case)["CORP\\bob"] is AccountRole.COMPROMISED
    assert roles(case)["CORP\\user3"] is AccountRole.TARGETED


def test_sudo_belongs_to_the_person_who_logged_in_and_daemons_to_nobody(built):
    built.event(
        -200,
        "authentication",
        activity="logon",
        outcome="success",
        log_product="linux",
        device_name="web1",
        user_name="dana",
        src_ip="10.0.0.9",
    )
    login = {"auid": "1001", "AUID": "dana", "UID": "root"}
    act = built.event(
        0,
        "process_activity",
        log_product="linux",
        device_name="web1",
        actor_name="root",
        actor_uid="0",
        process_path="/usr/bin/cat",
        process_cmd="cat /etc/shadow",
        native=login,
    )
    built.finding(act, "Shadow file read", "high", ["T1003.008"], ["credential-access"])
    assert implicated(run(built)) == {"dana"}

    other = Built()
    daemon = {"auid": "4294967295", "AUID": "unset", "UID": "webapp"}
    act = other.event(
        0,
        "process_activity",
        log_product="linux",
        device_name="web1",
        actor_name="webapp",
        actor_uid="1005",
        process_path="/bin/bash",
        process_cmd="bash -i",
        native=daemon,
    )
    other.finding(act, "Shell of a web server", "high", ["T1505.003"], ["persistence"])
    cases = run(other)
    assert implicated(cases) == set()
    assert roles(cases[0])["webapp"] is AccountRole.BYSTANDER


def test_a_chain_of_roles_leads_back_to_the_stolen_key(built):
    for i in range(6):
        built.api(-300 + 20 * i, "erin", "DescribeInstances", "203.0.114.9")
    role = "assumed-role/Admin/s1"
    native = {
        "requestParameters.roleArn": "arn:aws:iam::111122223333:role/Admin",
        "requestParameters.roleSessionName": "s1",
        "responseElements.credentials.accessKeyId": "ASIAROLE",
    }
    assume = built.api(0, "erin", "AssumeRole", "185.9.9.9", class_name="authentication", native=native)
    built.finding(assume, "Role assumed from a new place", "medium", ["T1078.004"], ["privilege-escalation"])
    reads = [built.api(2 + i, role, "GetObject", "185.9.9.9", key="ASIAROLE", resource="s3://b/k") for i in range(3)]
    built.finding(reads, "Bucket read", "high", ["T1530"], ["collection"])
    cases = run(built)
    assert len(cases) == 1
    assert implicated(cases) == {"erin", role}
    assert roles(cases[0])["erin"] is AccountRole.COMPROMISED
    assert ("access_key", "ASIAROLE") in cases[0].observables


def test_an_account_made_by_the_attacker_is_created(built):
    office(built)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    made = built.event(
        5,
        "account_change",
        activity="create",
        outcome="success",
        log_product="windows",
        event_code="4720",
        device_name="DC1",
        actor_name="alice",
        actor_domain="CORP",
        user_name="helpdesk2",
        user_domain="CORP",
    )
    built.finding(made, "User created", "medium", ["T1136.002"], ["persistence"])
    case = run(built)[0]
    assert roles(case)["CORP\\helpdesk2"] is AccountRole.CREATED


def test_forms_of_one_account_are_one_account(built):
    office(built)
    sid = "S-1-5-21-1-2-3-1104"
    built.logon(-50, "alice", "FS1", src="10.0.0.1", domain="corp.example", user_uid=sid)
    built.logon(-49, "alice", "FS1", src="10.0.0.1", domain="CORP", user_uid=sid)
    built.finding(built.process(0, "ALICE", "PC1.corp.example", "mimikatz.exe", domain="Corp"), "Mimikatz", "critical")
    script = built.event(1, "script_activity", log_product="windows", device_name="pc1", actor_uid=sid, process_cmd="x")
    built.finding(script, "Evil script", "high")
    cases = run(built)
    assert len(cases) == 1
    assert implicated(cases) == {"CORP\\alice"}
    assert len(cases[0].hosts) == 1


def test_local_namesakes_are_two_accounts(built):
    office(built)
    for host in ("PC1", "PC2"):
        built.logon(-100, "localadm", host, domain=host, kind="2")
    built.finding(built.process(0, "localadm", "PC1", "mimikatz.exe", domain="PC1"), "Mimikatz", "critical")
    cases = run(built)
    assert implicated(cases) == {"PC1\\localadm"}


def test_a_finding_whose_events_are_gone_still_counts(built):
    office(built)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe"), "Mimikatz", "critical")
    built.rows.pop()
    cases = run(built)
    assert len(cases) == 1
    assert cases[0].findings[0].title == "Mimikatz"


def test_an_innocent_colleague_at_a_shared_computer_is_a_bystander(built):
    office(built)
    for i in range(4):
        built.process(-200 + 30 * i, "bob", "PC1", "excel.exe", session="0xbb")
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    built.logon(8, "bob", "FS1", src="10.0.0.1")
    built.finding(
        built.process(9, "bob", "PC1", "whoami.exe", session="0xbb"), "Whoami", "low", ["T1033"], ["discovery"]
    )
    cases = run(built)
    assert implicated(cases) == {"CORP\\alice"}
    assert roles(cases[0])["CORP\\bob"] is AccountRole.BYSTANDER


def test_an_administrator_at_work_on_the_attacked_host_is_a_bystander(built):
    office(built)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    for i in (-6, -2, 3):
        built.logon(i, "adm-carol", "PC1", src="10.0.0.3", kind="3", session=f"0xc{i}")
        built.process(i + 0.1, "adm-carol", "PC1", "powershell.exe Get-Service", session=f"0xc{i}")
    cases = run(built)
    assert implicated(cases) == {"CORP\\alice"}
    assert roles(cases[0])["CORP\\adm-carol"] is AccountRole.BYSTANDER


def test_a_neighbour_behind_the_same_address_is_not_implicated(built):
    for i in range(8):
        built.api(-100 + 10 * i, "pedro", "DescribeInstances", "185.9.9.9", key="AKIAPEDRO")
    role = "assumed-role/Proxy/i-0317f6c6b66ae9c40"
    reads = [built.api(i, role, "GetObject", "185.9.9.9", key="ASIAPROXY", resource="s3://b/k") for i in range(3)]
    built.finding(reads, "Instance credentials outside", "high", ["T1078.004"], ["initial-access"])
    built.finding(
        built.api(2, "pedro", "DescribeInstances", "185.9.9.9", key="AKIAPEDRO"), "Discovery", "low", ["T1580"]
    )
    assert implicated(run(built)) == {role}


def test_a_dns_domain_with_another_first_label_is_tied_by_its_accounts(built):
    for user in ("alice", "bob"):
        built.logon(-30, user, "FS1", src="10.0.0.1", domain="ad.corp.example")
        built.logon(-29, user, "FS1", src="10.0.0.1", domain="CORP")
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", domain="CORP"), "Mimikatz", "critical")
    case = run(built)[0]
    assert implicated([case]) == {"CORP\\alice"}
    assert {a.name for a in case.accounts} <= {"CORP\\alice", "CORP\\bob"}


def test_routine_password_resets_of_a_help_desk_do_not_make_targets(built):
    office(built)
    for i, user in enumerate(("u1", "u2", "u3")):
        built.event(
            -100 + i,
            "account_change",
            activity="reset_password",
            log_product="windows",
            event_code="4724",
            device_name="DC1",
            actor_name="bob",
            actor_domain="CORP",
            user_name=user,
            user_domain="CORP",
        )
    built.finding(built.process(0, "bob", "PC2", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    built.event(
        20,
        "account_change",
        activity="reset_password",
        log_product="windows",
        event_code="4724",
        device_name="DC1",
        actor_name="bob",
        actor_domain="CORP",
        user_name="u9",
        user_domain="CORP",
    )
    case = run(built)[0]
    assert roles(case).get("CORP\\u9", AccountRole.BYSTANDER) is AccountRole.BYSTANDER


def test_a_group_member_is_known_by_its_sid_not_its_display_name(built):
    office(built)
    sid = "S-1-5-21-1-2-3-1105"
    built.logon(-20, "bob", "FS1", src="10.0.0.2", user_uid=sid)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    added = built.event(
        5,
        "group_management",
        activity="add_member",
        log_product="windows",
        event_code="4728",
        device_name="DC1",
        actor_name="alice",
        actor_domain="CORP",
        user_name="Bob Builder",
        user_uid=sid,
        group_name="Domain Admins",
    )
    built.finding(added, "Member added", "high", ["T1098"], ["persistence"])
    names = roles(run(built)[0])
    assert "CORP\\bob" in names
    assert not any("Builder" in n for n in names)


def test_a_network_alert_alone_is_no_case(built):
    office(built)
    alert = built.event(
        0, "detection_finding", src_ip="10.0.0.2", dst_ip="10.0.0.9", alert="SCAN", log_product="suricata"
    )
    made = built.finding(alert, "SCAN", "high", ["T1046"], ["discovery"])
    built.findings[-1] = dataclasses.replace(made, kind="alert")
    assert run(built) == []


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "a\nb\r\x00c",
    "\u202eevil",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "x" * 5_000,
    "аlice",  # a Cyrillic letter
    "'; DROP TABLE events; --",
    "%s%n{0}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_inert(built, name):
    office(built)
    built.finding(built.process(0, name, "PC1", f"cmd {name}"), "Mimikatz", "critical")
    built.logon(1, name, f"H{name}", src="10.0.0.1")
    cases = run(built)
    assert len(cases) == 1
    texts = [c.text for a in cases[0].accounts for c in a.reasons] + [e.text for e in cases[0].timeline]
    texts += [cases[0].title, *cases[0].unknown, *cases[0].next_steps, *(a.name for a in cases[0].accounts)]
    assert all(t.isprintable() for t in texts)
    assert all(len(t) < 1_000 for t in texts)


def attack(built: Built) -> None:
    office(built)
    built.finding(built.process(0, "alice", "PC1", "mimikatz.exe", session="0xa9"), "Mimikatz", "critical")
    built.finding(
        built.process(2, "alice", "PC1", "whoami.exe", session="0xa9"), "Whoami", "low", ["T1033"], ["discovery"]
    )
    built.logon(10, "adm-carol", "FS1", src="10.0.0.1", session="0xc77")
    built.finding(built.process(11, "adm-carol", "FS1", "cmd.exe", session="0xc77"), "Remote shell", "high", ["T1021"])
    built.finding(built.process(700, "bob", "PC2", "rclone.exe"), "Rclone", "high", ["T1567"], ["exfiltration"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_the_order_of_findings_and_rows_does_not_matter(seed):
    one, other = Built(), Built()
    attack(one)
    attack(other)
    rng = random.Random(seed)
    rng.shuffle(other.findings)
    rng.shuffle(other.rows)
    assert run(one) == run(other)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_unrelated_events_change_no_account(seed):
    one, other = Built(), Built()
    attack(one)
    attack(other)
    rng = random.Random(seed)
    for i in range(rng.randint(1, 40)):
        user, host = f"zz{rng.randint(0, 9)}", f"ZPC{rng.randint(0, 9)}"
        other.logon(rng.uniform(-400, 800), user, host, src=f"10.9.9.{i}")
        other.process(rng.uniform(-400, 800), user, host, "excel.exe", session=f"0xf{i}")
    before = [[(a.entity_id, a.role, a.confidence) for a in c.accounts] for c in run(one)]
    after = [[(a.entity_id, a.role, a.confidence) for a in c.accounts] for c in run(other)]
    assert before == after


def test_a_busy_host_does_not_glue_two_attacks_together(built):
    office(built)
    for i in range(20):
        built.logon(-100 + i, f"user{i}", "JUMP", src=f"10.0.1.{i}")
    built.finding(built.process(0, "user1", "JUMP", "mimikatz.exe", session="0x1"), "Mimikatz", "critical")
    built.finding(built.process(20, "user2", "JUMP", "rclone.exe", session="0x2"), "Rclone", "high", ["T1567"])
    assert len(run(built)) == 2


def test_a_rule_that_fires_for_everybody_makes_no_case(built):
    for i in range(25):
        ids = built.process(i, f"user{i}", f"PC{i}", "tool.exe")
        built.finding(ids, "Noisy rule", "high", rule="noisy")
    assert run(built) == []


def test_options_bound_the_case(built):
    attack(built)
    cases = investigate(built.connect(), built.findings, options=InvestigateOptions(max_accounts=1, max_timeline=1))
    assert all(len(c.accounts) <= 1 and len(c.timeline) <= 1 for c in cases)
