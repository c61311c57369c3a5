"""Makes shell scripts that only compute: expansions, loops and pure tools, so that a real shell may run them."""

from __future__ import annotations

import random

_LETTERS = "abcXYZ012 _-./:,@%+=*?[]!~^{}'\"\\$#&|;<>()\t"
_PLAIN = "abcdefghijklmnopqrstuvwxyzABC0123456789"
_PATTERNS = [
    "a*",
    "*b",
    "?",
    "[a-c]",
    "*",
    "[!x]",
    "b?",
    "*[0-9]",
    "a",
    "[[:upper:]]",
    "?b*",
    "[[:alpha:]]*",
    "c",
    "/*",
    "*/",
    "[^0-9]",
    ".*",
]


FILTERS = (
    "rev",
    "tac",
    "cat",
    "base64",
    "base64 -w0",
    "base64 | base64 -d",
    "xxd -p",
    "xxd -p | xxd -r -p",
    "tr a-z A-Z",
    "tr -d a-c",
    "tr -s b",
    "tr 'A-Za-z' 'N-ZA-Mn-za-m'",
    "tr -cd '[:alnum:]'",
    "tr abc x",
    "sed 's/a/b/'",
    "sed 's/[0-9]/#/g'",
    "sed -E 's/(.)(.)/\\2\\1/g'",
    "sed -n 1p",
    "sed 1d",
    "sed '$!d'",
    "sed 's/./&&/2'",
    "sed y/abc/xyz/",
    "sed 's,a,/,g;s/x/y/'",
    "sed -n '/a/p'",
    "sed '/b/!s/$/!/'",
    "cut -c1-3",
    "cut -d: -f2",
    "cut -d' ' -f1,2",
    "cut -c2-",
    "head -n1",
    "head -c4",
    "tail -n1",
    "tail -c3",
    "tail -n +2",
    "grep -o '[a-c]'",
    "grep -v a",
    "grep -c .",
    "grep -E 'a|b'",
    "wc -c",
    "wc -l",
    "fold -w3",
    "paste -sd,",
    "paste -sd ''",
    "od -An -tx1",
    "od -An -c",
    "hexdump -ve '1/1 \"%02x\"'",
    "uniq",
    "uniq -c",
    "sort -n",
    "sort -rn",
    "base32",
    "base32 | base32 -d",
    "gzip | gunzip",
    "xxd",
    "nl -ba | cut -f2",
    'while read -r l; do echo "<$l>"; done',
    "while IFS= read -r l; do printf '[%s]' \"$l\"; done",
    '{ read a b; echo "$b|$a"; }',
    "dd bs=1 count=3 2>/dev/null",
    "strings -n 2",
    "sed 's/\\(a\\)\\|b/[\\1]/'",
    "xargs",
    "xargs -n1 echo =",
    "openssl base64 -A",
    "expand",
    "tee /dev/null",
    "head -n -1",
    "tr '\\n' ' '",
)


class Maker:
    """Makes scripts from a seed."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.names: list[str] = []
        self.arrays: list[str] = []

    def text(self, alphabet: str = _LETTERS, most: int = 9) -> str:
        return "".join(self.rng.choice(alphabet) for _ in range(self.rng.randint(0, most)))

    def single(self, text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"

    def ansi(self, text: str) -> str:
        out = []
        for c in text:
            b = c.encode()
            kind = self.rng.randrange(5)
            if kind == 0 or c in "'\\":
                out.append("".join(f"\\x{x:02x}" for x in b))
            elif kind == 1:
                out.append("".join(f"\\{x:03o}" for x in b))
            elif kind == 2:
                out.append(f"\\u{ord(c):04x}")
            else:
                out.append(c)
        return "$'" + "".join(out) + "'"

    def quoted(self, text: str) -> str:
        kind = self.rng.randrange(4)
        if kind == 0:
            return self.single(text)
        if kind == 1:
            return self.ansi(text)
        if kind == 2:
            return '"' + "".join("\\" + c if c in '"\\$`' else c for c in text) + '"'
        return "".join("\\" + c if not c.isalnum() and c != "é" else c for c in text) or "''"

    def name(self) -> str:
        return self.rng.choice(self.names) if self.names else "k"

    def number(self) -> str:
        return str(self.rng.choice([0, 1, 2, 3, 5, 7, -1, -2, 10]))

    def pattern(self) -> str:
        kind = self.rng.randrange(6)
        if kind == 0 and self.names:
            return f'"${self.name()}"' if self.rng.random() < 0.5 else f"${self.name()}"
        if kind == 1:
            return self.quoted(self.text(_PLAIN + "*?/.", 3)) or "a"
        return self.rng.choice(_PATTERNS)

    def parameter(self) -> str:
        n = self.name()
        kind = self.rng.randrange(22)
        if kind == 0:
            return f"${{{n}}}"
        if kind == 1:
            return f"${{#{n}}}"
        if kind in (2, 3):
            return f"${{{n}{self.rng.choice(('#', '##', '%', '%%'))}{self.pattern()}}}"
        if kind in (4, 5):
            op = self.rng.choice(("/", "//", "/#", "/%"))
            by = self.rng.choice(("", "/", "/Z", "/zz", "/" + self.quoted(self.text(_PLAIN, 3)), f"/${self.name()}"))
            return f"${{{n}{op}{self.pattern()}{by}}}"
        if kind == 6:
            return f"${{{n}: {self.number()}}}"
        if kind in (7, 8):
            return f"${{{n}: {self.number()}:{self.rng.choice('01234')}}}"
        if kind == 9:
            return f"${{{n}{self.rng.choice(('^', '^^', ',', ',,', '~', '~~'))}}}"
        if kind == 10:
            return f"${{{n}{self.rng.choice(('^^', ',,'))}{self.rng.choice(('[a-c]', '?', 'b'))}}}"
        if kind == 11:
            return f"${{{n}@{self.rng.choice('QEULu')}}}"
        if kind == 12:
            operator = self.rng.choice((":-", "-", ":+", "+"))
            other = self.rng.choice(("abc", "a b", '"q r"'))
            return f"${{{n}{operator}{other}}}"
        if kind == 13:
            return f"${n}"
        if kind == 14 and self.arrays:
            return f"${{{self.rng.choice(self.arrays)}[{self.rng.randrange(4)}]}}"
        if kind == 15 and self.arrays:
            return f"${{{self.rng.choice(self.arrays)}[{self.rng.choice('@*')}]}}"
        if kind == 16 and self.arrays:
            return f"${{#{self.rng.choice(self.arrays)}[{self.rng.choice('@*')}]}}"
        if kind == 17 and self.arrays:
            return f"${{{self.rng.choice(self.arrays)}[@]:{self.rng.randrange(3)}:{self.rng.randrange(3)}}}"
        if kind == 18 and self.arrays:
            return f"${{{self.rng.choice(self.arrays)}[@]{self.rng.choice(('#?', '/a/b', '^^', '%?'))}}}"
        if kind == 19 and self.arrays:
            return f"${{!{self.rng.choice(self.arrays)}[@]}}"
        if kind == 20:
            return f"$(({self.arithmetic(2)}))"
        return f"${{{n}}}"

    def arithmetic(self, depth: int) -> str:
        if depth <= 0 or self.rng.random() < 0.3:
            return self.rng.choice(
                (
                    str(self.rng.randrange(50)),
                    "16#1f",
                    "0x1F",
                    "017",
                    "2#101",
                    "k",
                    "k++",
                    "--k",
                    "${#" + self.name() + "}",
                    "(k+=2)",
                )
            )
        kind = self.rng.randrange(8)
        a, b = self.arithmetic(depth - 1), self.arithmetic(depth - 1)
        if kind == 0:
            return f"({a})"
        if kind == 1:
            return f"{a} ? {b} : {self.arithmetic(depth - 1)}"
        if kind == 2:
            return f"{self.rng.choice(('~', '!', '- ', '+ '))}({a})"
        operator = self.rng.choice(
            ("+", "-", "*", "&", "|", "^", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "%", "/", "**")
        )
        if operator in ("%", "/"):
            return f"({a}) {operator} (1+(({b})&7))"
        if operator == "**":
            return f"(({a})&7) ** (({b})&3)"
        if operator in ("<<", ">>"):
            return f"({a}) {operator} (({b})&7)"
        return f"({a}) {operator} ({b})"

    def braces(self) -> str:
        kind = self.rng.randrange(4)
        if kind == 0:
            return "{" + ",".join(self.text(_PLAIN, 3) for _ in range(self.rng.randint(2, 4))) + "}"
        if kind == 1:
            return f"{{{self.rng.randrange(12)}..{self.rng.randrange(12)}..{self.rng.randint(1, 3)}}}"
        if kind == 2:
            return f"{{{self.rng.choice('abcxyz')}..{self.rng.choice('abcxyz')}}}"
        return f"{self.text(_PLAIN, 2)}{{a,{{b,c}}{self.text(_PLAIN, 2)},{{01..03}}}}"

    def word(self) -> str:
        out = []
        for _ in range(self.rng.randint(1, 3)):
            kind = self.rng.randrange(8)
            if kind == 0:
                out.append(self.text(_PLAIN, 4))
            elif kind == 1:
                out.append(self.quoted(self.text()))
            elif kind == 2:
                out.append(self.parameter())
            elif kind in (3, 4):
                out.append('"' + self.text(_PLAIN + " ", 3) + self.parameter() + self.text(_PLAIN + " '", 3) + '"')
            elif kind == 5:
                out.append(f"$({self.pipe()})")
            elif kind == 6:
                out.append(f'"$({self.pipe()})"')
            else:
                out.append(self.braces())
        return "".join(out) or "''"

    def source(self) -> str:
        kind = self.rng.randrange(5)
        if kind == 0:
            return f"printf '%s\\n' {self.word_flat()} {self.word_flat()}"
        if kind == 1:
            return f"echo {self.word_flat()}"
        if kind == 2:
            layouts = ("%s", "'%5s|'", "'%-4s|'", "%.2s", "%b", "%q", "%d", "%o", "%x", "%03d", "%c")
            return f"printf {self.rng.choice(layouts)} {self.rng.randrange(300)} {self.rng.randrange(99)}"
        if kind == 3:
            escape = self.rng.choice(("\\x41", "\\0101", "\\t", "\\n", "\\u00e9", "\\\\"))
            return "echo -e " + self.single(self.text(_PLAIN + " ", 4) + escape + self.text(_PLAIN, 3))
        return f"seq {self.rng.randint(1, 4)} {self.rng.randint(1, 9)}"

    def word_flat(self) -> str:
        kind = self.rng.randrange(3)
        if kind == 0:
            return self.quoted(self.text(_PLAIN + " /:-_.", 9))
        if kind == 1:
            return f'"{self.parameter()}"'
        return self.text(_PLAIN, 7) or "q"

    def filter(self) -> str:
        return self.rng.choice(FILTERS)

    def pipe(self) -> str:
        return " | ".join([self.source(), *(self.filter() for _ in range(self.rng.randrange(3)))])

    def statement(self, depth: int = 0) -> str:
        kind = self.rng.randrange(17)
        n = f"v{self.rng.randrange(6)}"
        if kind in (0, 1, 2) or not self.names:
            value = self.quoted(self.text()) if self.rng.random() < 0.6 else self.assignable()
            self.names.append(n)
            return f"{n}={value}"
        if kind == 3:
            return f"{self.name()}+={self.quoted(self.text(_PLAIN, 4))}"
        if kind == 4:
            a = f"a{self.rng.randrange(3)}"
            self.arrays.append(a)
            return f"{a}=({self.word()} {self.word_flat()} {self.word_flat()})"
        if kind == 5 and self.arrays:
            return f"{self.rng.choice(self.arrays)}[{self.rng.randrange(5)}]={self.word_flat()}"
        if kind == 6 and depth < 2:
            return f'for i in {self.word()} {self.word_flat()}; do {self.statement(depth + 1)}; echo "$i"; done'
        if kind == 7 and depth < 2:
            j = f"j{depth}"
            return f"for (({j}=0;{j}<{self.rng.randrange(5)};{j}++)); do {self.statement(depth + 1)}; done"
        if kind == 8 and depth < 2:
            test = self.rng.choice(
                (f'[[ "${self.name()}" == {self.pattern()} ]]', f'[ -z "${self.name()}" ]', f"(({self.arithmetic(1)}))",
                 f'[[ ${self.name()} =~ ^[a-z]+ ]]', f'[ "${self.name()}" = abc ]',
                 f"[[ -n ${self.name()} && 3 -gt 2 ]]", "! false")
            )  # fmt: skip
            return f"if {test}; then {self.statement(depth + 1)}; else {self.statement(depth + 1)}; fi"
        if kind == 9 and depth < 2:
            body = self.statement(depth + 1)
            rest = "a|[b-z]*) echo two;; *) echo three;; esac"
            return f'case "${self.name()}" in {self.rng.choice(_PATTERNS)}) {body};; {rest}'
        if kind == 10:
            return f'set -- {self.word_flat()} {self.word()}; echo "$#:$1:$*"; shift; printf \'<%s>\' "$@"'
        if kind == 11:
            return f'f(){{ local {n}={self.word_flat()}; echo "$1-${n}-$#"; }}; f {self.word()}'
        if kind == 12:
            return f"eval {self.single('echo ' + self.word_flat())}"
        if kind == 13:
            return f'read x y <<< {self.word_flat()}; echo "$y,$x"'
        if kind == 14:
            return f"printf -v {n} '%s' {self.word_flat()}; {self.pipe()}"
        if kind == 15:
            return f"IFS=:; echo ${self.name()}; printf '{{%s}}' ${self.name()}; unset IFS"
        return f"printf '[%s]' {self.word()} {self.word()}; echo"

    def assignable(self) -> str:
        return self.rng.choice((f'"{self.parameter()}"', self.parameter(), f"$({self.pipe()})", self.text(_PLAIN, 5)))

    def script(self) -> str:
        lines = [f"{n}={self.quoted(self.text())}" for n in ("v0", "v1", "v2")]
        self.names = ["v0", "v1", "v2"]
        lines += [self.statement() for _ in range(self.rng.randint(2, 7))]
        lines.append("printf '<%s>' " + " ".join(f'"${n}"' for n in dict.fromkeys(self.names)))
        return "k=3\n" + "\n".join(lines)
