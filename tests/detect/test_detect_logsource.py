from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from detect_support import rule_text

from vedette.detect import Matcher, RuleSet
from vedette.detect.logsource import sees

SYSMON = ("windows", "process_creation", "sysmon")
AUDITED = ("windows", "process_creation", "security")


@pytest.mark.parametrize(
    ("rule", "event", "expected"),
    [
        (("windows", None, None), SYSMON, True),
        (("windows", None, None), ("linux", None, "auditd"), False),
        (("windows", "process_creation", None), SYSMON, True),
        (("windows", "process_creation", None), AUDITED, True),
        (("windows", "process_creation", None), ("linux", "process_creation", "auditd"), False),
        (("windows", None, "security"), AUDITED, True),
        (("windows", None, "security"), SYSMON, False),
        (("windows", None, "security"), ("windows", None, "system"), False),
        (("windows", "registry_event", None), ("windows", "registry_set", "sysmon"), True),
        (("windows", "registry_event", None), ("windows", "registry_rename", "sysmon"), True),
        (("windows", "registry_set", None), ("windows", "registry_add", "sysmon"), False),
        (("linux", "process_creation", None), ("linux", "process_creation", "auditd"), True),
        (("linux", None, "auditd"), ("linux", "process_creation", "auditd"), True),
        (("linux", None, None), ("linux", None, "sshd"), True),
        ((None, "webserver", None), (None, "webserver", None), True),
        ((None, "webserver", None), ("apache", "webserver", "access"), True),
        ((None, "proxy", None), ("zeek", None, "http"), True),
        ((None, "dns", None), ("zeek", None, "dns"), True),
        ((None, "firewall", None), ("zeek", None, "conn"), True),
        (("windows", "dns_query", None), ("zeek", None, "dns"), False),
        (("windows", None, "powershell"), ("windows", "ps_classic_start", "powershell-classic"), False),
        (("windows", None, "powershell-classic"), ("windows", None, "powershell_classic"), True),
        (("Windows", None, "Security"), ("windows", None, "security"), True),
        (("aws", None, "cloudtrail"), ("aws", None, "cloudtrail"), True),
        (("aws", None, "cloudtrail"), (None, None, None), False),
    ],
)
def test_sees(rule: Any, event: Any, expected: bool) -> None:
    assert sees(rule, event) is expected


def fire(ruleset: RuleSet, native: dict[str, Any], source: Any, core: dict[str, Any] | None = None) -> bool:
    columns = {k: [v] for k, v in core.items()} if core else None
    return bool(Matcher(ruleset).match([native], [source], columns))


PROCESS = "{product: windows, category: process_creation}"


def test_security_4688_answers_for_sysmon_names(rules: Callable[..., RuleSet]) -> None:
    detection = r"""
Image|endswith: \whoami.exe
ParentImage|endswith: \cmd.exe
CommandLine|contains: /all
User: CORP\ann
"""
    native = {
        "EventID": 4688,
        "NewProcessName": r"C:\Windows\System32\whoami.exe",
        "ParentProcessName": r"C:\Windows\System32\cmd.exe",
        "CommandLine": "whoami /all",
    }
    ruleset = rules(rule_text(detection, PROCESS))
    assert fire(ruleset, native, AUDITED, {"actor_name": "ann", "actor_domain": "CORP"})
    assert not fire(ruleset, native, AUDITED, {"actor_name": "bob", "actor_domain": "CORP"})
    assert not fire(ruleset, native, AUDITED)


def test_core_columns_answer_where_a_record_has_parts_only(rules: Callable[..., RuleSet]) -> None:
    ruleset = rules(rule_text("CommandLine|contains: nc -l", "{product: linux, category: process_creation}"))
    source = ("linux", "process_creation", "auditd")
    assert fire(ruleset, {"a0": "nc", "a1": "-l"}, source, {"process_cmd": "nc -l 4444"})
    assert not fire(ruleset, {"a0": "nc", "a1": "-l"}, source, {"process_cmd": None})


def test_the_native_field_comes_first(rules: Callable[..., RuleSet]) -> None:
    ruleset = rules(rule_text("CommandLine: null", PROCESS))
    assert fire(ruleset, {"CommandLine": None}, SYSMON, {"process_cmd": "x"})
    assert not fire(ruleset, {}, SYSMON, {"process_cmd": "x"})


def test_stand_ins_differ_row_by_row(rules: Callable[..., RuleSet]) -> None:
    ruleset = rules(rule_text("Image: a", PROCESS))
    natives = [{"Image": "a"}, {}, {"NewProcessName": "a"}, {"NewProcessName": "b"}, {}]
    hits = Matcher(ruleset).match(natives, [AUDITED] * 5, {"process_path": ["x", "a", "x", "a", None]})
    assert [row for _, row in hits] == [0, 1, 2]


def test_defender_names_with_and_without_spaces(rules: Callable[..., RuleSet]) -> None:
    ruleset = rules(rule_text("ThreatName|contains: eicar", "{product: windows, service: windefend}"))
    assert fire(ruleset, {"Threat Name": "Virus:EICAR"}, ("windows", None, "windefend"))
    assert not fire(ruleset, {"Threat Name": "Virus:EICAR"}, ("windows", None, "system"))


def test_pinned_fields_leave_every_rule_right(rules: Callable[..., RuleSet]) -> None:
    source = "{product: windows, service: security}"
    texts = [rule_text(f"EventID: {code}\nUser|contains: u{code}", source, title=f"r{code}") for code in range(20)]
    texts.append(rule_text("  a: {EventID: 3}\n  b: {User: z}\n  condition: not a and b", source, title="not three"))
    texts.append(rule_text("User: z", source, title="any"))
    ruleset = rules(*texts)
    natives = [{"EventID": code, "User": user} for code in (3, "4", 99, None) for user in ("u3", "u4", "z")]
    hits = Matcher(ruleset).match(natives, [("windows", None, "security")] * len(natives))
    got = {(ruleset.rules[r].info.title, row) for r, row in hits}
    assert got == {("r3", 0), ("r4", 4)} | {("any", r) for r in (2, 5, 8, 11)} | {("not three", r) for r in (5, 8, 11)}


@pytest.mark.parametrize(
    ("rule_service", "event_service", "seen"),
    [
        ("auth", "sshd", True),
        ("syslog", "sudo", True),
        ("syslog", "cron", True),
        ("sshd", "auth", False),
        ("auth", "cron", False),
        ("sudo", "sshd", False),
    ],
)
def test_linux_files_hold_the_lines_of_several_programs(rule_service: str, event_service: str, seen: bool) -> None:
    assert sees(("linux", None, rule_service), ("linux", None, event_service)) is seen
    assert not sees(("windows", None, rule_service), ("linux", None, event_service))
