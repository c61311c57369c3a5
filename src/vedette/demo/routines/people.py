"""People's days: arriving, leaving, forgetting a password, travelling."""

from __future__ import annotations

from functools import partial

from vedette.demo.clock import DAY, HOUR, MINUTE, SECOND
from vedette.demo.company import Person, Session
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.identity import WEB_APPS
from vedette.demo.routines.agenda import Agenda
from vedette.demo.scene import SYSTEM32


def arrive(agenda: Agenda, person: Person, t: int) -> None:
    """A person starts the workstation if need be, logs on, and has a day planned."""
    s, rng = agenda.scene, agenda.scene.rng
    host = person.workstation
    if host.name in s.sessions:
        return
    if not host.booted_at:
        s.boot(host, t - 50 * SECOND)
        account = agenda.everyday.machine(host)
        session, _, source = s.smb(host, s.dc(), t - 20 * SECOND, account, seconds=9.0)
        s.open_share(session, t - 19 * SECOND, "SYSVOL", "C:\\Windows\\SYSVOL\\sysvol", source)
        s.logoff(session, t - 9 * SECOND)
    if rng.random() < 0.12:
        for i in range(1 + int(rng.random() * 2)):
            s.fail_logon(host, t - (8 - 3 * i) * SECOND, person.account.name, 2, None)
    s.ticket(t - 300_000, person.account, host.ip)
    session = s.logon(host, t, person.account, 2)
    s.begin_desktop(session, t + SECOND)
    s.arrive(session)
    s.identity.sign_in(t + 40 * SECOND, person, person.office_ip, WEB_APPS[0])
    noon = t - t % DAY + int((12.2 + rng.random()) * HOUR)
    if noon > t and rng.random() < 0.5:
        unlock = s.logon(host, noon, person.account, 7)
        s.logoff(unlock, noon + SECOND)
    leave = t - t % DAY + int((person.leaves_at + rng.uniform(-0.4, 0.4)) * HOUR)
    session.ends_at = max(leave, t + HOUR)
    agenda.at(session.ends_at, partial(depart, agenda, session))


def depart(agenda: Agenda, session: Session, t: int) -> None:
    """A person logs off, unless the session is to stay open for longer."""
    if t < session.ends_at:
        # Somebody locked the screen and left the session open for longer than planned.
        agenda.at(session.ends_at, partial(depart, agenda, session))
        return
    agenda.scene.leave(session)
    agenda.scene.logoff(session, t)


def traveller(agenda: Agenda, t: int) -> None:
    """An employee signs in from abroad: wrong password, second factor asked for, success."""
    s = agenda.scene
    people = [p for p in s.company.people if p.account.name not in agenda.reserved]
    person = people[int(s.rng.random() * len(people))]
    for i, error in enumerate((50126, 50074, 0)):
        s.identity.sign_in(t + i * 40 * SECOND, person, "203.0.113.199", WEB_APPS[1], place="away", error=error)


def forgotten_password(agenda: Agenda, t: int) -> None:
    """A person fails to unlock four times; the helpdesk resets the password."""
    s, rng = agenda.scene, agenda.scene.rng
    session = agenda.somebody()
    helper = s.company.helpdesk[int(rng.random() * len(s.company.helpdesk))]
    if session is None:
        return
    user, host = session.account, session.host
    for i in range(4):
        s.fail_logon(host, t + i * 7 * SECOND, user.name, 7, None)
    dc = s.dcs[0]
    if rng.random() < 0.4:
        s.windows.write(dc, t + 22 * SECOND, ev.K4740, ev.lockout_4740(dc, user, host.name))
    desk = agenda.at_desk(helper)
    source = s.company.host("MGMT01") if desk is None else desk.host
    far, _, _ = s.smb(source, dc, t + 4 * MINUTE, helper, seconds=9.0)
    s.windows.write(dc, t + 4 * MINUTE + SECOND, ev.K4724, ev.account_4724(dc, user, helper, far.logon_id))
    s.windows.write(dc, t + 4 * MINUTE + SECOND + 900, ev.K4738, ev.changed_4738(dc, user, helper, far.logon_id))
    s.logoff(far, t + 4 * MINUTE + 9 * SECOND)
    back = s.logon(host, t + 6 * MINUTE, user, 7)
    s.logoff(back, t + 6 * MINUTE + SECOND)


def spreadsheet_export(agenda: Agenda, t: int) -> None:
    """The finance team's spreadsheet starts its converter through a shell: an old macro that everybody needs."""
    s, rng = agenda.scene, agenda.scene.rng
    desks = [x for x in s.present() if x.account.department == "Finance" and x.account.name not in agenda.reserved]
    if not desks:
        return
    desk = desks[int(rng.random() * len(desks))]
    image = "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"
    book = f"C:\\Users\\{desk.account.name}\\Documents\\month-end.xlsm"
    excel = s.start(desk.host, t, image, f'"{image}" "{book}"', desk.desktop, desk, terminal=1)
    command = 'cmd.exe /c "C:\\Program Files\\Fleet Planner\\export.cmd" month-end.csv'
    shell = s.start(desk.host, t + 50 * SECOND, f"{SYSTEM32}cmd.exe", command, excel, desk, terminal=1)
    planner = "C:\\Program Files\\Fleet Planner\\planner.exe"
    s.start(desk.host, t + 51 * SECOND, planner, f'"{planner}" --import month-end.csv', shell, desk, terminal=1)
    s.end(desk.host, t + 55 * SECOND, shell)
    s.end(desk.host, t + 20 * MINUTE, excel)
