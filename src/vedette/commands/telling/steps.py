"""What a command does, one call at a time, in the order in which it would run."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.commands.base import Redirect
from vedette.commands.observables import DEV_TCP
from vedette.commands.traces import Traces, Used, short
from vedette.schema.command import CommandStep

MOST = 200
_QUIET = frozenset({"nul", "/dev/null", "$null"})
_SAID_NOTHING = frozenset({"setlocal", "endlocal", "rem", ":", "true", "[", "[[", "test", "@echo"})
MAKERS = frozenset(
    {
        "echo", "printf", "base64", "base32", "rev", "tr", "xxd", "od", "gunzip", "gzip", "zcat", "openssl", "cut",
        "cat", "write-output", "write-host", "set", "out-null", "bzip2", "xz", "awk", "sed", "paste", "tac", "fold",
    }
)  # fmt: skip
"""Names whose call only makes the text that a later call runs: in the whole sentence the later one speaks."""


INTERPRETERS = frozenset(
    {
        "powershell", "pwsh", "cmd", "bash", "sh", "zsh", "dash", "ksh", "ash", "busybox", "python", "perl", "ruby",
        "php", "node", "cscript", "wscript", "sudo", "env", "nohup", "time", "command", "exec", "eval", "call", "start",
        "xargs", "conhost", "invoke-expression", "iex", "invoke-command", "setsid", "nice", "timeout", "doas", "stdbuf",
        "awk",
        "osascript",
    }
)  # fmt: skip
"""Names whose call says no more than the code that it hands on."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step, with what the whole sentence needs to know of it."""

    step: CommandStep
    clause: str
    """The step without its full stop and capital."""
    wraps: bool
    """Whether it only hands code to an interpreter whose layer is told itself, or makes text for one."""
    risk: float
    known: bool
    """Whether a table knows what it does."""


def steps_of(traces: Traces) -> list[Told]:
    """Return the steps, in order of layer and place, each place once."""
    if not traces.uses:
        return []
    holders = {layer.parent for layer in traces.layers if layer.parent is not None and not layer.simplified}
    spans: set[tuple[int | None, int | None, int | None]] = {
        (layer.parent, layer.start, layer.end)
        for layer in traces.layers
        if layer.parent is not None and layer.start is not None and not layer.simplified
    }
    told: list[Told] = []
    seen: set[tuple[int, str]] = set()
    for used in traces.uses:
        clause, known = clause_of(used)
        if clause is not None and used.layer in traces.later:
            clause = f"later {clause}"
        if clause is None or (used.layer, clause) in seen:
            continue
        seen.add((used.layer, clause))
        call = used.call
        holds = used.layer in holders and _passes_on(used) and _holds(used, spans)
        feeds = used.layer in holders and used.usage.name.lower() in MAKERS and (call.pipes or bool(call.redirects))
        told.append(
            Told(
                step=CommandStep(
                    text=_capital(clause) + ".",
                    layer=used.layer,
                    start=call.start,
                    end=max(call.start, call.end),
                    sure=call.sure and used.layer not in traces.unsure,
                ),
                clause=clause,
                wraps=holds or feeds,
                risk=max((f.risk for f in used.fired), default=0.0),
                known=known,
            )
        )
        if len(told) >= MOST:
            break
    return told


def clause_of(used: Used) -> tuple[str | None, bool]:
    """Return what a call does as a clause in the third person, and whether a table knows it."""
    usage, call = used.usage, used.call
    name = usage.name
    if name.lower() in _SAID_NOTHING:
        return None, False
    says = [f.says for f in used.fired if f.says]
    if says:
        clause = " and ".join(dict.fromkeys(says))
        if clause.endswith(" to a file") and (to := _target(call.redirects)):
            return f"{clause[: -len('a file')]}{short(to, 120)}", True
    elif usage.page is not None and usage.tool is not None:
        clause = _by_page(used)
    elif call.method:
        if not call.args:
            return None, False
        return f"calls {name} with {_listed([a.text for a in call.args])}", False
    elif name:
        what = _listed([a.text for a in call.args])
        clause = f"runs {short(call.name.text, 120)}" + (f" with {what}" if what else "")
        return clause + _redirected(call.redirects), False
    else:
        return None, False
    return clause + _redirected(call.redirects), True


def _by_page(used: Used) -> str:
    """Return what a call does where no act says it: what the tool is for, with what, and how."""
    usage = used.usage
    page, tool = usage.page, usage.tool
    if page is None or tool is None:
        return ""
    what = page.what if usage.sub else tool.what
    name = f"{usage.name} {usage.sub}" if usage.sub else usage.name
    on = _listed([w.text for w in usage.operands])
    how = [given.flag.meaning for given in usage.flags.values() if given.flag]
    clause = what if usage.sub and tool.family.value == "cloud" else f"uses {name}, which {what}"
    if on:
        clause += f", on {on}"
    if how:
        clause += f" ({'; '.join(list(dict.fromkeys(how))[:4])})"
    return clause


def _target(redirects: list[Redirect]) -> str | None:
    files = [r.target.text for r in redirects if r.target and r.operator in (">", ">>", "1>", "1>>", ">|")]
    return files[0] if len(files) == 1 and files[0].lower() not in _QUIET else None


def _redirected(redirects: list[Redirect]) -> str:
    said = []
    for redirect in redirects:
        target = redirect.target
        if target is None or not target.text or target.text.lower() in _QUIET or target.text.startswith("&"):
            continue
        if redirect.operator.startswith("2") or redirect.operator.startswith("<"):
            continue
        if found := DEV_TCP.match(target.text):
            said.append(f" and is joined to {found[1]} port {found[2]} over the network")
            continue
        verb = "appends" if ">>" in redirect.operator else "writes"
        said.append(f" and {verb} the output to {short(target.text, 120)}")
    return "".join(dict.fromkeys(said))


def _passes_on(used: Used) -> bool:
    """Return whether a call only hands code to an interpreter: what it runs says everything."""
    name = used.usage.name.lower().rstrip("0123456789.")
    return name in INTERPRETERS or used.call.method


def _holds(used: Used, spans: set[tuple[int | None, int | None, int | None]]) -> bool:
    call = used.call
    if call.stdin is not None and call.piped:
        return True
    for layer, start, end in spans:
        if layer == used.layer and start is not None and end is not None and call.start <= start and end <= call.end:
            return True
    return False


def _listed(texts: list[str]) -> str:
    shown = [short(t, 80) for t in texts[:4] if t.strip()]
    more = len(texts) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 and shown and len(texts) > 4 else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
