"""The shell reader on any text: it answers, within its budget, with spans inside the text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.commands.sh.generator import Maker

from vedette.commands.base import Scope
from vedette.commands.budget import Budget, Exhausted
from vedette.commands.sh import pure, read, unix_environment
from vedette.commands.sh.braces import expand
from vedette.commands.sh.patterns import matches, replaced, trimmed
from vedette.commands.sh.tools import NAMES

PIECES = st.sampled_from(
    """
    $ ${ } ( ) (( )) $( $(( ` ' " \\ | || & && ; ;; ! { , .. # ## % %% / // : :- := ^^ ,, @ * ? [ ] [[ ]] = += == =~ < >
    << <<- <<< >> >& <( >( 2>&1 if then elif else fi for in do done while until case esac function select time coproc
    x y=1 a[1] -n -e echo printf eval base64 -d cat test $x $@ $1 $' $" ${x ${#x} ${!x} ${x:1:2} ${x//a/b} \\x41 EOF
    bash -c sh read set -- shift trap EXIT alias unset local declare -A break continue return exit : true false IFS= sed
    s/a/b/ tr a-z A-Z {a,b} {1..9} ~ é \u202e \x00 \x1b \ud800
    """.split()
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=40).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts), "\n".join(parts)])
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(text: str) -> None:
    made = read(text, Scope(Budget(), unix_environment()))
    n = len(text)
    for call in made.calls:
        assert 0 <= call.start <= call.end <= n
        for word in (call.name, *call.args, *(r.target for r in call.redirects if r.target)):
            assert 0 <= word.start <= word.end <= n
            assert isinstance(word.text, str)
    for part in made.parts:
        assert 0 <= part.start <= part.end <= n
        assert part.meaning
    for nested in made.nested:
        assert nested.start is None or 0 <= nested.start <= (nested.end or 0) <= n
    assert made.clear is None or made.clear != text


@QUICK
@given(TEXTS)
def test_any_text(text: str) -> None:
    check(text)


@QUICK
@given(st.integers(0, 10**9), st.integers(0, 400), st.integers(0, 400), st.text(max_size=3))
def test_damaged_scripts(seed: int, at: int, width: int, put: str) -> None:
    script = Maker(seed).script()
    check(script[:at] + put + script[at + width % 9 :])


@QUICK
@given(st.sampled_from(sorted(NAMES)), st.lists(st.text(max_size=6), max_size=4), st.binary(max_size=60))
def test_any_arguments_of_tools(name: str, args: list[str], stdin: bytes) -> None:
    try:
        made = pure(name, args, stdin, Scope(Budget()))
    except Exhausted:
        return
    assert made is None or isinstance(made, bytes)


@QUICK
@given(st.text("ab*?[]!-\\(|)@+/", max_size=14), st.text("ab/-", max_size=12))
def test_patterns_agree_with_each_other(pattern: str, text: str) -> None:
    whole = matches(pattern, text)
    longest = trimmed(text, pattern, "##")
    if whole and longest is not None:
        assert longest == ""
    shortest = trimmed(text, pattern, "#")
    if shortest is not None and longest is not None:
        assert text.endswith(shortest)
        assert len(longest) <= len(shortest)
    assert replaced(text, pattern, "", "//") is None or len(replaced(text, pattern, "", "//") or "") <= len(text)


@QUICK
@given(st.text("ab{},.$'\"\\1 ", max_size=24))
def test_braces(text: str) -> None:
    made = expand(text)
    assert made is None or len(made) >= 1


DEEP = [
    "(",
    "$(",
    "`",
    '"$(',
    "${x:-",
    "$((",
    "if true; then ",
    "case x in x) ",
    "f(){ ",
    "{ ",
    "[[ ( ",
    "a=(",
    "<(",
    "! ",
]


@pytest.mark.parametrize("opener", DEEP)
def test_deep_nesting_ends(opener: str) -> None:
    check(opener * 3000)
    check("cat " + opener * 3000 + "id")


BOMBS = [
    ":(){ :|:& };:",
    "x=aaaaaaaaaaaaaaaa;for i in {1..40};do x=$x$x;done;echo $x",
    "for a in {1..4000};do for b in {1..4000};do echo $a$b;done;done",
    "echo " + "{a,b}" * 30,
    'x=\'eval "$x"\';eval "$x"',
    "f(){ f $1a|f $1b; };f b",
    "alias x='x;x;x';x",
    "while :; do x=$x$x; done",
    "until false; do :; done",
    "x=" + "a" * 50_000 + ";echo ${x//a*a*a*a*b/x}${x%%a*a*a*c}",
    "echo " + "a" * 20_000 + " | sed '" + ";s/a/&&/g" * 9 + "'",
    "yes | head -c 1000000 | tr y x | rev | base64",
    "printf '%1000000000d' 1; printf '%.99999999s' x",
    "echo $((2**99999999)) $((1<<64)) $((1/0)) $((08))",
    "seq 1 20000 | xargs -n1 echo | xargs -n1 echo",
    "a[99999999999]=1;a[-5]=2;echo ${a[@]} ${!a[@]}",
    "a|" * 50_000,
    "eval " * 2000 + "id",
    "cat <<A\n" * 3000,
]


@pytest.mark.parametrize("text", BOMBS, ids=[str(i) for i in range(len(BOMBS))])
def test_bombs_end(text: str) -> None:
    check(text)
