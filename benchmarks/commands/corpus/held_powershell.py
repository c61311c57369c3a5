"""Ways of hiding PowerShell of the half kept apart: literals and the tokens of the command itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from benchmarks.commands.corpus.held_tools import (
    Made,
    absent,
    cut,
    either,
    marked,
    mixed,
    name,
    names,
    ps_quoted,
    registrar,
    shuffled,
)
from benchmarks.commands.corpus.truth import Hide, Rng

from vedette.schema.command import Language

WAYS: dict[str, Hide] = {}
way = registrar(WAYS)
PS = Language.POWERSHELL


# ---- running a text ---------------------------------------------------------------------------
def _iex(rng: Rng) -> str:
    """Return an expression whose value is the name of the cmdlet that runs a text."""
    return either(
        rng,
        "$env:ComSpec[4,24,25]-join''",
        "$PSHOME[4]+$PSHOME[34]+'x'",
        "$ShellId[1]+$ShellId[13]+'x'",
        "$VerbosePreference.ToString()[1,3]+'x'-join''",
        "(gv '*mdr*').Name[3,11,2]-join''",
        "'{1}{0}'-f'eX','i'",
        "'Invo'+'ke-E'+'xpression'",
        "-join('xei'[2,1,0])",
        "'i`ex'.Replace([string][char]96,'')",
    )


def run(expression: str, rng: Rng) -> str:
    """Return a statement that runs the text that an expression gives."""
    a = name(rng)
    e = f"({expression})"
    one = e if re.fullmatch(r"[^,|\s]+", expression) else f"({e})"

    def m(text: str) -> str:
        return mixed(text, rng)

    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{m('iex')} {e}",
        lambda: f"{m('invoke-expression')} -Command {e}",
        lambda: f"{e}|{m('iex')}",
        lambda: f"{e} | &({_iex(rng)})",
        lambda: f".({_iex(rng)}){e}",
        lambda: f"& ({_iex(rng)}) {e}",
        lambda: f"&({m('[scriptblock]')}::{m('create')}{one})",
        lambda: f"{m('icm')} -{m('scriptblock')} ([ScriptBlock]::Create{one})",
        lambda: f"$ExecutionContext.{m('invokecommand')}.{m('invokescript')}{one}",
        lambda: f"${{function:{a}}}={e};{a}",
        lambda: f"{m('sal')} {a} {m('iex')};{a} {e}",
        lambda: f"Set-Alias -Name {a} -Value Invoke-Expression\n{a} {e}",
        lambda: f"${a}={e};{m('iex')} ${a}",
        lambda: f"[PowerShell]::{m('create')}().{m('addscript')}{one}.Invoke()",
        lambda: f"{e}|%{{{m('iex')} $_}}",
        lambda: f"[void]([ScriptBlock]::Create{one}).Invoke()",
    )
    return rng.choice(forms)()


# ---- literals ---------------------------------------------------------------------------------
@way("ps-format-shuffle", PS)
def format_shuffle(text: str, rng: Rng) -> Made:
    """Cut, shuffled, put back by the format operator."""
    parts = cut(text, rng)
    order = shuffled(len(parts), rng)
    holes = "".join(f"{{{order.index(i)}}}" for i in range(len(parts)))
    sep = either(rng, ",", ", ", " , ")
    return PS, run(f'"{holes}"{either(rng, "-f", " -F ", " -f ")}{sep.join(ps_quoted(parts[i]) for i in order)}', rng)


@way("ps-joined-variables", PS)
def joined_variables(text: str, rng: Rng) -> Made:
    """Pieces in variables that are set out of order."""
    parts = cut(text, rng, 8, 25)
    held = names(rng, len(parts))
    sets = [f"${{{held[i]}}}={ps_quoted(parts[i])}" for i in shuffled(len(parts), rng)]
    if rng.random() < 0.5:
        whole = '"' + "".join(f"${{{h}}}" for h in held) + '"'
    else:
        whole = "+".join(f"${h}" for h in held)
    return PS, ";".join(sets) + either(rng, ";", "\n", " ; ") + run(whole, rng)


@way("ps-markers-replaced", PS)
def markers_replaced(text: str, rng: Rng) -> Made:
    """Quotes, dollars and a few letters stand as markers."""
    swaps = [c for c in ("'", "$", rng.choice("etao"), "/") if c in text]
    marks = absent(text, rng, len(swaps), 3)
    for char, mark in zip(swaps, marks, strict=True):
        text = text.replace(char, mark)
    out = ps_quoted(text)
    for char, mark in zip(reversed(swaps), reversed(marks), strict=True):
        code = f"[char]{ord(char)}"
        how = rng.randint(0, 2)
        if how == 0:
            out = f"({out}).replace('{mark}',[string]{code})"
        elif how == 1:
            out = f"({out} -creplace '{mark}',{code})"
        else:
            letters = "+".join(f"[char]{ord(c)}" for c in mark)
            out = f"({out}).Replace(({letters}),[string]{code})"
    return PS, run(out, rng)


@way("ps-backwards", PS)
def backwards(text: str, rng: Rng) -> Made:
    """Written from the end."""
    back, v = ps_quoted(text[::-1]), name(rng)
    how = rng.randint(1 if "\n" in text else 0, 3)
    if how == 0:
        return PS, run(f"-join([regex]::Matches({back},'.','RightToLeft')|%{{$_.Value}})", rng)
    if how == 1:
        return PS, f"${v}={back};" + run(f"${v}[-1..-${v}.Length]-join''", rng)
    if how == 2:
        return PS, f"${v}={back}.ToCharArray();[array]::Reverse(${v});" + run(f"-join ${v}", rng)
    return PS, f"${v}={back};" + run(f"[string]::Join('',${v}[(${v}.Length-1)..0])", rng)


@way("ps-junk-between", PS, longest=1500)
def junk_between(text: str, rng: Rng) -> Made:
    """Every n-th character counts; a function steps over the others."""
    n = rng.randint(2, 5)
    at = rng.randint(0, n - 1)
    junk = "abcdefghiklmnoprstuvy "
    body = "".join("".join(c if i == at else rng.choice(junk) for i in range(n)) for c in text)
    f, s, i, o = names(rng, 4)
    pick = either(rng, f"${s}.Substring(${i},1)", f"${s}[${i}]", f"${s}.Chars(${i})")
    head = f"function {f}(${s}){{for(${i}={at};${i} -lt ${s}.Length;${i}+={n}){{${o}+={pick}}};${o}}}"
    if "[" in pick or "Chars" in pick:
        head = head.replace(f"${o}+=", f"${o}+=[string]")
    return PS, f"{head};" + run(f"{f} {ps_quoted(body)}", rng)


@way("ps-index-table", PS, longest=900)
def index_table(text: str, rng: Rng) -> Made:
    """Picked out of an alphabet by number."""
    alphabet = sorted(set(text + "aehioqtz"))
    rng.shuffle(alphabet)
    k = name(rng)
    numbers = ",".join(str(alphabet.index(c)) for c in text)
    pick = either(rng, f"-join(${k}[{numbers}])", f"-join({numbers}|%{{${k}[$_]}})")
    return PS, f"${k}={ps_quoted(''.join(alphabet))};" + run(pick, rng)


@way("ps-order-loop", PS)
def order_loop(text: str, rng: Rng) -> Made:
    """A loop puts shuffled pieces into order."""
    parts = cut(text, rng, 5, 14)
    order = shuffled(len(parts), rng)
    p, o, i = names(rng, 3)
    listed = ",".join(ps_quoted(parts[j]) for j in order)
    numbers = ",".join(str(order.index(j)) for j in range(len(parts)))
    loop = either(rng, f"foreach(${i} in {numbers}){{${o}+=${p}[${i}]}}", f"{numbers}|%{{${o}+=${p}[$_]}}")
    return PS, f"${p}=@({listed});${o}='';{loop};" + run(f"${o}", rng)


@way("ps-hashtable", PS)
def hashtable(text: str, rng: Rng) -> Made:
    """Pieces under keys of a hashtable."""
    parts = cut(text, rng, 10, 24)
    keys, h = names(rng, len(parts)), "h" + name(rng)
    pairs = ";".join(f"{keys[i]}={ps_quoted(parts[i])}" for i in shuffled(len(parts), rng))
    picks = "+".join(either(rng, f"${h}.{k}", f"${h}['{k}']") for k in keys)
    return PS, f"${h}=@{{{pairs}}}\n" + run(picks, rng)


@way("ps-cut-out", PS)
def cut_out(text: str, rng: Rng) -> Made:
    """In the middle of other text, cut out by a method of strings."""
    left, right = ("".join(rng.choice("wqzk") for _ in range(rng.randint(4, 20))) for _ in "ab")
    body = ps_quoted(left + text + right)
    how = rng.randint(0, 2)
    if how == 0:
        return PS, run(f"{body}.Substring({len(left)},{len(text)})", rng)
    if how == 1:
        return PS, run(f"{body}.Remove({len(left) + len(text)}).Remove(0,{len(left)})", rng)
    at = rng.randint(2, len(text) - 2)
    middle = text[at : at + 6]
    return PS, run(f"{ps_quoted(text[:at] + text[at + 6 :])}.Insert({at},{ps_quoted(middle)})", rng)


@way("ps-here-string", PS)
def here_string(text: str, rng: Rng) -> Made:
    """In a here-string."""
    if "\n'@" in text:
        return None
    v = name(rng)
    return PS, f"${v} = @'\n{text}\n'@\n" + run(f"${v}", rng)


# ---- tokens of the command itself -------------------------------------------------------------
_OUTSIDE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[^'\"]+")
_CMDLET = re.compile(r"(?<![\w$.:\\/-])(?:[A-Z][a-z]+-[A-Z]\w+|IEX)(?![\w.:\\/])")


def _outside(text: str, change: Callable[[str], str]) -> str:
    return "".join(m[0] if m[0][0] in "'\"" else change(m[0]) for m in _OUTSIDE.finditer(text))


@way("ps-ticks", PS, ban='"@#`')
def ticks(text: str, rng: Rng) -> Made:
    """Backticks and mixed case in names of commands."""

    def one(m: re.Match[str]) -> str:
        out = ""
        for i, c in enumerate(mixed(m[0], rng)):
            fits = i and c.lower() not in "0abefnrtuvx" and c.isalpha() and rng.random() < 0.5
            out += "`" + c if fits else c
        return out

    made = _outside(text, lambda s: _CMDLET.sub(one, s))
    return (PS, made) if "`" in made else None


@way("ps-called-names", PS, ban='"@#`')
def called_names(text: str, rng: Rng) -> Made:
    """Names of commands as values of expressions, called with an operator."""

    def one(m: re.Match[str]) -> str:
        parts = cut(m[0], rng, 2, 4)
        order = shuffled(len(parts), rng)
        holes = "".join(f"{{{order.index(i)}}}" for i in range(len(parts)))
        listed = ",".join(f"'{parts[i]}'" for i in order)
        joined = "+".join(f"'{p}'" for p in parts)
        picked = ",".join(str(len(m[0]) - 1 - i) for i in range(len(m[0])))
        call = either(rng, f"('{holes}'-f {listed})", f"({joined})", f"(-join('{m[0][::-1]}'[{picked}]))")
        return either(rng, "&", ".", "& ") + call

    made = _outside(text, lambda s: re.sub(rf"(?:(?<=^)|(?<=[;({{])|(?<=; )){_CMDLET.pattern}", one, s))
    return (PS, made) if made != text else None


@way("ps-cut-arguments", PS, ban='"@#`')
def cut_arguments(text: str, rng: Rng) -> Made:
    """Every string is a sum, a format or a replacement in brackets."""

    def one(m: re.Match[str]) -> str:
        inner = m[0][1:-1]
        if len(inner) < 4 or "''" in inner:
            return m[0]
        parts = cut(inner, rng, 2, 6)
        order = shuffled(len(parts), rng)
        holes = "".join(f"{{{order.index(i)}}}" for i in range(len(parts)))
        mark = absent(inner, rng, 1, 2)[0]
        return either(
            rng,
            "(" + "+".join(f"'{p}'" for p in parts) + ")",
            f'("{holes}" -f ' + ",".join(f"'{parts[i]}'" for i in order) + ")",
            f"('{marked(inner, mark, rng)}'.Replace('{mark}',''))",
            "(-join(" + ",".join(f"'{p}'" for p in parts) + "))",
        )

    made = re.sub(r"'(?:[^']|'')*'", one, text)
    return (PS, made) if made != text else None


@way("ps-comments", PS, ban='"@#`\n')
def comments(text: str, rng: Rng) -> Made:
    """Comments and line ends between words."""

    def spaced(s: str) -> str:
        s = re.sub(r" ", lambda _: either(rng, " ", f" <#{name(rng)}#> ", "   ", f" <# {name(rng)} #> "), s)
        return s.replace(";", f";<#{name(rng)} {name(rng)}#>\n")

    return PS, _outside(text, spaced) + f" # {name(rng)}"


@way("ps-found-cmdlet", PS, ban='"@#`')
def found_cmdlet(text: str, rng: Rng) -> Made:
    """Cmdlets found by a wildcard."""
    known = {
        "New-Object": ("N*-Obj*", "*w-*ject", "N?w-Ob?ect"),
        "IEX": ("I*ke-Ex*n", "*ke-*pression"),
        "Invoke-Expression": ("I*ke-Ex*n", "*voke-Expr*"),
        "Invoke-WebRequest": ("I*-WebR*", "*ke-WebReq*"),
        "Invoke-RestMethod": ("I*-RestM*", "*ke-RestMeth*"),
        "Start-Process": ("S*t-Proce*", "Start-Proc*"),
    }
    before = text
    for cmdlet, patterns in known.items():
        got = f"{either(rng, '&', '.', '& ')}({either(rng, 'gcm', 'Get-Command', 'GCM')} {rng.choice(patterns)})"
        text = re.sub(rf"(?:(?<=^)|(?<=[;(])|(?<=; )){cmdlet}(?= )", lambda _, g=got: g, text)  # type: ignore[misc]
    return (PS, text) if text != before else None
