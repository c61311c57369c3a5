"""Ways of hiding lines of a Unix shell of the half kept apart: words, variables and parameters."""

from __future__ import annotations

import re

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    cut,
    either,
    marked,
    name,
    names,
    registrar,
    sh_quoted,
    shuffled,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
SH = Language.SH
WORD = re.compile(r"(?<![^\s;|&])(?:[A-Za-z0-9_./:+-]+)(?![^\s;|&])")
"""A word that means itself."""


_BASH = re.compile(
    r"<\(|<<<|>&\s*/|\$'|\$\{\w+[:/,~^\[]|\w\+?=\(|\+=|~~"
    r"|\b(?:function |source |read -|echo -|exec )|printf[^|;]*\\x"
)
"""What bash understands and a plain sh does not."""


def plain(text: str) -> bool:
    """Return whether any sh runs a text."""
    return not _BASH.search(text)


def shell(rng: Rng, text: str) -> str:
    """Return the name of a shell that understands a text."""
    return either(rng, "sh", "bash", "/bin/sh", "/bin/bash") if plain(text) else either(rng, "bash", "/bin/bash")


def fed(pipe: str, rng: Rng, text: str) -> str:
    """Return a line that runs what a pipe of tools prints, which is the text."""
    ticks = f'eval "`{pipe}`"' if not re.search(r"[`\\$\"]", pipe) else f'eval "$({pipe})"'
    return either(
        rng,
        f"{pipe}|{shell(rng, text)}",
        f"{pipe} | {shell(rng, text)} -s",
        f'eval "$({pipe})"',
        ticks,
        f'{shell(rng, text)} -c "$({pipe})"',
        f"bash <({pipe})",
        f". <({pipe})",
        f'source /dev/stdin <<<"$({pipe})"',
        f'bash <<<"$({pipe})"',
        f'exec bash -c "$({pipe})"',
        f"x{name(rng)}=1;{pipe}|env bash",
    )


def said(text: str, rng: Rng) -> str:
    """Return a command that prints a text that needs no care but quotes, with or without a line end."""
    q = sh_quoted(text)
    safe = not text.startswith("-") and "\\" not in text
    return either(
        rng,
        f"printf %s {q}",
        f"printf '%s' {q}",
        f"printf '%s\\n' {q}",
        *([f"echo {q}", f"echo -n {q}"] if safe else []),
    )


# ---- words ------------------------------------------------------------------------------------
@way("sh-broken-words", SH, ban="'\"\\$`(){}\n*?[]<>")
def broken_words(text: str, rng: Rng) -> Made:
    """Quotes, backslashes and empty expansions inside words."""
    gone = name(rng)

    def one(m: re.Match[str]) -> str:
        out, at = "", 0
        while at < len(m[0]):
            n = rng.randint(1, 4)
            piece, at = m[0][at : at + n], at + n
            out += either(
                rng, piece, piece, f"'{piece}'", f'"{piece}"', piece + "''", piece + '""', "\\" + piece, piece + "$@",
                f"{piece}${{{gone}}}", f"{piece}$()", f"{piece}``", f"$'{piece}'",
            )  # fmt: skip
        return out

    return SH, WORD.sub(one, text)


@way("sh-field-separator", SH, ban="'\"\\$`(){}\n*?[]<>")
def field_separator(text: str, rng: Rng) -> Made:
    """Blanks as a variable, as braces or as a separator of its own."""
    how = rng.randint(0, 2)
    if how == 0:
        gap = either(rng, "${IFS}", "$IFS$9", "${IFS%??}", "$IFS$()")
        return SH, re.sub(r"(?<=[^\s;|&]) (?=[^\s;|&])", lambda _: gap, text)
    if re.search(r"[;|&,]", text):
        return None
    if how == 1:
        return SH, "{" + text.replace(" ", ",") + "}"
    v, mark = name(rng), rng.choice("_,]~#")
    if mark in text:
        return None
    return SH, f"IFS='{mark}';{v}='{text.replace(' ', mark)}';${v}"


@way("sh-escaped-words", SH, ban="'\"\\$`(){}\n*?[]<>")
def escaped_words(text: str, rng: Rng) -> Made:
    """Words in hex, octal or Unicode escapes."""

    def one(m: re.Match[str]) -> str:
        how = rng.randint(0, 3)
        if how == 0:
            return "$'" + "".join(f"\\x{ord(c):02x}" for c in m[0]) + "'"
        if how == 1:
            return "$'" + "".join(f"\\{ord(c):03o}" for c in m[0]) + "'"
        if how == 2:
            return "$'" + "".join(f"\\u{ord(c):04x}" if rng.random() < 0.5 else c for c in m[0]) + "'"
        return "$(printf '" + "".join(f"\\{ord(c):o}" if not c.isdigit() else f"\\{ord(c):03o}" for c in m[0]) + "')"

    return SH, WORD.sub(lambda m: one(m) if len(m[0]) > 2 else m[0], text)


@way("sh-bracket-glob", SH, ban="'\"\\$`(){}\n*?[]")
def bracket_glob(text: str, rng: Rng) -> Made:
    """Paths of programs and files that every Linux has, with one letter in brackets."""

    def bent(path: str) -> str:
        at = rng.randint(path.rindex("/") + 1, len(path) - 1)
        return f"{path[:at]}[{path[at]}]{path[at + 1 :]}"

    made = re.sub(r"/etc/(?:passwd|shadow)\b", lambda m: bent(m[0]), text)
    if made != text:
        return SH, made
    start = either(
        rng, bent("/bin/bash"), bent("/bin/sh" if plain(text) else "/bin/bash"), f"/usr/bin/[e]nv {bent('/bin/bash')}"
    )
    return SH, f"{start} -c {sh_quoted(text)}"


# ---- variables and parameters -----------------------------------------------------------------
@way("sh-joined-variables", SH)
def joined_variables(text: str, rng: Rng) -> Made:
    """Pieces in variables set out of order, joined and run."""
    parts = cut(text, rng, 4, 12)
    held = names(rng, len(parts))
    sets = either(rng, ";", "\n", "; ").join(f"{held[i]}={sh_quoted(parts[i])}" for i in shuffled(len(parts), rng))
    whole = "".join(
        either(rng, f"${{{h}}}", f"${h}") if i + 1 == len(held) else f"${{{h}}}" for i, h in enumerate(held)
    )
    return SH, f"{sets};" + either(
        rng,
        f'eval "{whole}"',
        f'{shell(rng, text)} -c "{whole}"',
        f'echo "{whole}"|bash' if "\\" not in text else f'eval "{whole}"',
    )


@way("sh-sliced-alphabet", SH, longest=500)
def sliced_alphabet(text: str, rng: Rng) -> Made:
    """Every character a slice of one variable."""
    letters = sorted(set(text) | set("aeiklz/ "))
    rng.shuffle(letters)
    k, o, i = names(rng, 3)
    head = f"{k}={sh_quoted(''.join(letters))};"
    if rng.random() < 0.5:
        return SH, head + 'eval "' + "".join(f"${{{k}:{letters.index(c)}:1}}" for c in text) + '"'
    numbers = " ".join(str(letters.index(c)) for c in text)
    return SH, head + f"for {i} in {numbers};do {o}+=${{{k}:${i}:1}};done;" + either(
        rng, f'eval "${o}"', f'bash -c "${{{o}}}"'
    )


@way("sh-parameter-changes", SH, longest=1500)
def parameter_changes(text: str, rng: Rng) -> Made:
    """A variable whose expansion replaces, trims or changes case."""
    v = name(rng)
    how = rng.randint(0, 3)
    if how == 0:
        mark = absent(text, rng, 1, 3)[0]
        return SH, f'{v}={sh_quoted(marked(text, mark, rng))};eval "${{{v}//{mark}/}}"'
    if how == 1:
        left, right = absent(text, rng, 2, 6)
        return (
            SH,
            f'{v}={sh_quoted(left + text + right)}\n{v}="${{{v}#{left}}}"\n{shell(rng, text)} -c "${{{v}%{right}}}"',
        )
    if how == 2:
        if text != text.lower() or not text.isascii():
            return None
        shown = "".join(c.upper() if rng.random() < 0.6 else c for c in text)
        return SH, f'{v}={sh_quoted(shown)};eval "${{{v},,}}"'
    if not text.isascii():
        return None
    return SH, f'{v}={sh_quoted(text.swapcase())} && eval "${{{v}~~}}"'


@way("sh-arguments", SH)
def arguments(text: str, rng: Rng) -> Made:
    """Pieces as arguments of a function, of set or of a shell."""
    parts = cut(text, rng, 6, 20)
    if len(parts) > 9:
        size = -(-len(text) // 8)
        parts = [text[i : i + size] for i in range(0, len(text), size)]
    order, f = shuffled(len(parts), rng), name(rng)
    given = " ".join(sh_quoted(parts[i]) for i in order)
    whole = "".join(
        f"${order.index(i) + 1}" if rng.random() < 0.7 else f"${{{order.index(i) + 1}}}" for i in range(len(parts))
    )
    return SH, either(
        rng,
        f'{f}(){{ eval "{whole}";}};{f} {given}',
        f'set -- {given};eval "{whole}"',
        f"bash -c 'eval \"{whole}\"' {f} {given}",
        f'function {f} {{\n  eval "{whole}"\n}}\n{f} {given}',
    )


@way("sh-array", SH)
def array(text: str, rng: Rng) -> Made:
    """Pieces in an array that numbers put into order."""
    parts = cut(text, rng, 3, 10)
    order = shuffled(len(parts), rng)
    a, i = names(rng, 2)
    held = " ".join(sh_quoted(parts[j]) for j in order)
    if rng.random() < 0.5:
        numbers = " ".join(str(order.index(j)) for j in range(len(parts)))
        loop = f'for {i} in {numbers};do printf %s "${{{a}[${i}]}}";done'
        return SH, f"{a}=({held});" + either(rng, f'eval "$({loop})"', f"{loop}|bash", f'bash -c "$({loop})"')
    whole = "".join(f"${{{a}[{order.index(j)}]}}" for j in range(len(parts)))
    return SH, f'{a}=({held})\neval "{whole}"'


@way("sh-split-fields", SH, ban="\n\\'")
def split_fields(text: str, rng: Rng) -> Made:
    """Words of one string, read into an array by a separator."""
    mark = next((m for m in rng.sample("_%^~@#", 6) if m not in text), None)
    if mark is None or "  " in text:
        return None
    a = name(rng)
    body = text.replace(" ", mark)
    return SH, f"IFS='{mark}' read -r -a {a} <<< '{body}';" + either(rng, f'eval "${{{a}[@]}}"', f'eval "${{{a}[*]}}"')
