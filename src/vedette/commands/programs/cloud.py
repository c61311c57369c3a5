"""What cloud and container tools run: commands in containers, on instances and on fleets, and code given at start."""

from __future__ import annotations

import json
import re
import shlex

from vedette.commands.base import Call, Nested, Scope, Word
from vedette.commands.decoding import decode_text, inflate, unbase64
from vedette.commands.programs.base import Unwrapper, joined, rest_as_command, written
from vedette.commands.programs.options import Options, code, options
from vedette.schema.command import Language

_DOCKER_SHORT = "aceHhlmpuvw"
_DOCKER_LONG = tuple(
    """--add-host --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cidfile --cpu-period --cpu-quota
    --cpu-shares --cpus --cpuset-cpus --cpuset-mems --detach-keys --device --device-cgroup-rule --dns --dns-option
    --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --hostname --ip
    --ip6 --ipc --isolation --kernel-memory --label --label-file --link --log-driver --log-opt --mac-address --memory
    --memory-swap --mount --name --net --network --network-alias --pid --pids-limit --platform --publish --pull
    --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit
    --user --userns --uts --volume --volume-driver --volumes-from --workdir --cgroupns --context --host --config
    --log-level --tlscacert --tlscert --tlskey --project-name --file --profile --project-directory""".split()
)


def _docker(call: Call, scope: Scope) -> list[Nested]:
    """``docker run|exec|create … sh -c CODE``, ``docker compose exec``."""
    top = options(call, "Hclf", _DOCKER_LONG)
    if top.first is None:
        return []
    at = top.first
    verb = call.args[at].text
    if verb in ("container", "compose") and at + 1 < len(call.args):
        inner = options(call, "fp", _DOCKER_LONG, first=at + 1)
        if inner.first is None:
            return []
        at = inner.first
        verb = call.args[at].text
    if verb not in ("run", "exec", "create"):
        return []
    given = options(call, _DOCKER_SHORT, _DOCKER_LONG, first=at + 1)
    bound = {}
    for word in given.values("-e", "--env"):
        name, equals, value = word.text.partition("=")
        if equals:
            bound[name] = value
    if given.first is None:
        return []
    entry = given.value("--entrypoint")
    if entry is not None and entry.text.strip("[]\"' "):
        rest = rest_as_command(call, given.first + 1, Language.SH)
        tail = f" {rest[0].text}" if rest else ""
        out = code(Language.SH, _entry(entry.text) + tail, stdin=call.stdin)
    else:
        out = _inside(call, given.first + 1)
    for nested in out:
        nested.environment = bound or None
    return out


def _entry(text: str) -> str:
    if text.startswith("["):
        try:
            words = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(words, list):
            return shlex.join(str(word) for word in words)
    return shlex.quote(text)


def _inside(call: Call, index: int) -> list[Nested]:
    """Return the command that runs in a container: words, run by no shell."""
    if index < len(call.args) and call.args[index].text == "--":
        index += 1
    return rest_as_command(call, index, Language.SH)


_KUBE_LONG = tuple(
    """--namespace --context --cluster --kubeconfig --server --token --user --as --as-group --as-uid --request-timeout
    --container --image --filename --overrides --restart --env --labels --port --target --profile --share-processes
    --set-image --copy-to --field-manager --pod-running-timeout --certificate-authority --client-key
    --client-certificate --cache-dir --annotations --limits --requests --serviceaccount --image-pull-policy""".split()
)


def _kubectl(call: Call, scope: Scope) -> list[Nested]:
    """``kubectl exec POD -- sh -c CODE``, ``run``, ``debug``, ``create cronjob``."""
    given = options(call, "nscfvl", _KUBE_LONG, mixed=False)
    if given.first is None:
        return []
    verb = call.args[given.first].text
    if verb not in ("exec", "run", "debug", "create"):
        return []
    texts = [word.text for word in call.args]
    out: list[Nested] = []
    if "--" in texts[given.first :]:
        out = _inside(call, texts.index("--", given.first) + 1)
    elif verb == "exec":
        inner = options(call, "ncf", _KUBE_LONG, first=given.first + 1)
        if inner.first is not None and inner.first + 1 < len(call.args):
            at = inner.first + 1
            while at < len(call.args) and re.match(r"-(?:it|ti|i|t|c|n)$", call.args[at].text):
                at += 2 if call.args[at].text in ("-c", "-n") else 1
            out = _inside(call, at)
    inner = options(call, "ncf", _KUBE_LONG, first=given.first + 1, mixed=True)
    overrides = inner.value("--overrides")
    if overrides is not None:
        out += _pod(overrides.text)
    for nested in out:
        nested.stdin = call.stdin
    return out


def _pod(text: str) -> list[Nested]:
    """Return the commands of the containers in a pod's JSON."""
    try:
        pod = json.loads(text)
    except (ValueError, RecursionError):
        return []
    out: list[Nested] = []
    pending: list[object] = [pod]
    for _ in range(2000):
        if not pending:
            break
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            words: list[str] = []
            for key in ("command", "args"):
                value = item.get(key)
                if isinstance(value, list):
                    words += [str(word) for word in value]
            if words:
                out += code(Language.SH, shlex.join(words))
            pending.extend(item.values())
    return out


def _crictl(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "rict", ("--runtime-endpoint", "--timeout", "--config"))
    if given.first is None or call.args[given.first].text not in ("exec", "e"):
        return []
    inner = options(call, "r", ("--timeout", "--transport"), first=given.first + 1)
    return _inside(call, inner.first + 1) if inner.first is not None else []


def _ctr(call: Call, scope: Scope) -> list[Nested]:
    """``ctr task exec --exec-id x CONTAINER CMD``, ``ctr run IMAGE ID CMD``."""
    texts = [word.text for word in call.args]
    for verb, skip in (("exec", 1), ("run", 2)):
        if verb in texts:
            takes = ("--exec-id", "--user", "--cwd", "--mount", "--env", "--label", "--runtime", "--snapshotter")
            inner = options(call, "", takes, first=texts.index(verb) + 1)
            return _inside(call, inner.first + skip) if inner.first is not None else []
    return []


def _nerdctl(call: Call, scope: Scope) -> list[Nested]:
    return _docker(call, scope)


# Amazon, Microsoft and Google clouds.


def _aws(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    given = _all_options(call)
    if "ssm" in texts and "send-command" in texts:
        document = given.value("--document-name")
        windows = document is not None and "powershell" in document.text.casefold()
        language = Language.POWERSHELL if windows else Language.SH
        out: list[Nested] = []
        for word in given.values("--parameters", "--cli-input-json"):
            for command in _commands(word.text, scope):
                out += code(language, command)
        for at in range(len(texts)):
            if texts[at] == "--parameters":
                for word in call.args[at + 2 :]:
                    if word.text.startswith("-"):
                        break
                    for command in _commands(word.text, scope):
                        out += code(language, command)
        return out
    if "ssm" in texts and "start-session" in texts:
        found = given.value("--parameters")
        return [n for command in (_commands(found.text, scope) if found else []) for n in code(Language.SH, command)]
    if "ec2" in texts and ("run-instances" in texts or "request-spot-instances" in texts):
        found = given.value("--user-data")
        return _user_data(found, call, scope) if found is not None else []
    if "modify-instance-attribute" in texts:
        found = given.value("--user-data", "--value")
        return _user_data(Word(_stripped(found), 0, 0), call, scope) if found is not None else []
    if "ecs" in texts and ("execute-command" in texts):
        found = given.value("--command")
        return code(Language.SH, found) if found is not None else []
    return []


def _stripped(word: Word) -> str:
    found = re.match(r"^\s*Value\s*=\s*(.*)$", word.text, re.DOTALL)
    return found.group(1) if found else word.text


def _all_options(call: Call) -> Options:
    """Return options of a tool whose long options all take the word behind them, where that is no option."""
    takes = tuple(
        word.text
        for word, following in zip(call.args, call.args[1:], strict=False)
        if word.text.startswith("--") and "=" not in word.text and not following.text.startswith("--")
    )
    return options(call, "gnoc", takes, mixed=True)


_SHORTHAND = re.compile(r"(?:^|[\s,])[\"']?(?:commands?|command)[\"']?\s*=\s*(.*)$", re.DOTALL | re.IGNORECASE)


def _commands(text: str, scope: Scope) -> list[str]:
    """Return the commands in the parameters of a document: JSON, or the short form ``commands=[a,b]``."""
    stripped = text.strip()
    if stripped.startswith("file://"):
        data = scope.files.get(stripped[7:])
        stripped = decode_text(data) or "" if data is not None else ""
    if stripped.startswith("{"):
        try:
            found = json.loads(stripped)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            inner = found.get("Parameters") or found.get("parameters") or found
            if isinstance(inner, dict):
                value = inner.get("commands") or inner.get("command")
                if isinstance(value, list):
                    return ["\n".join(str(item) for item in value)] if value else []
                if isinstance(value, str):
                    return [value]
            return []
    match = _SHORTHAND.search(stripped)
    if not match:
        return []
    body = match.group(1).strip()
    if body.startswith("["):
        end = body.rfind("]")
        inside = body[1 : end if end > 0 else len(body)]
        try:
            items = json.loads(f"[{inside}]")
            return ["\n".join(str(item) for item in items)]
        except (ValueError, RecursionError):
            return ["\n".join(part.strip().strip("\"'") for part in _split(inside))]
    return [_split(body)[0].strip("\"'")] if body else []


def _split(text: str) -> list[str]:
    """Return the parts between commas that stand in no quotes."""
    parts = re.findall(r"(?:[^,\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*')+", text)
    return [part.strip() for part in parts] or [text]


def _user_data(word: Word, call: Call, scope: Scope) -> list[Nested]:
    """Return the script that an instance runs when it starts: plain, base64, gzip, or a cloud-config."""
    text = word.text
    methods: tuple[str, ...] = ()
    if text.startswith(("file://", "fileb://")):
        data = written(text.partition("://")[2], call, scope)
        text = decode_text(data) or "" if data is not None else ""
    if not text.lstrip().startswith(("#", "<")):
        data = unbase64(text, scope.budget)
        if data is not None and len(text) > 8:
            methods = ("base64",)
            if data[:2] == b"\x1f\x8b":
                data = inflate(data, scope.budget, form="gzip") or data
                methods = ("base64", "gzip")
            decoded = decode_text(data)
            if (decoded is not None and decoded.isprintable() is False) or (decoded and decoded[:1] in "#<"):
                text = decoded or ""
            elif decoded and " " in decoded:
                text = decoded
            else:
                methods = ()
    return start_script(text, methods, word)


_CLOUD_LIST = re.compile(r"^(?:runcmd|bootcmd)\s*:\s*\n((?:[ \t]*-.*\n?|[ \t]+.*\n?)+)", re.MULTILINE)
_CLOUD_ITEM = re.compile(r"^[ \t]*-[ \t]*(.+)$", re.MULTILINE)
_POWERSHELL = re.compile(r"<powershell>(.*?)</powershell>", re.DOTALL | re.IGNORECASE)
_BATCH = re.compile(r"<script>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def start_script(text: str, methods: tuple[str, ...], word: Word) -> list[Nested]:
    """Return what an instance runs of its user data."""
    out: list[Nested] = []
    for found in _POWERSHELL.finditer(text):
        out += code(Language.POWERSHELL, found.group(1).strip(), methods=methods)
    for found in _BATCH.finditer(text):
        out += code(Language.CMD, found.group(1).strip(), methods=methods)
    if out:
        return out
    if text.lstrip().startswith("#cloud-config"):
        for block in _CLOUD_LIST.finditer(text):
            for item in _CLOUD_ITEM.finditer(block.group(1)):
                line = item.group(1).strip()
                if line.startswith("["):
                    try:
                        line = shlex.join(str(part) for part in json.loads(line))
                    except (ValueError, RecursionError):
                        line = " ".join(p.strip().strip("\"'") for p in line.strip("[]").split(","))
                elif line[:1] in "\"'" and line[-1:] == line[:1]:
                    line = line[1:-1]
                out += code(Language.SH, line, methods=methods)
        return out
    if methods or text != word.text:
        return code(Language.SH, text, methods=methods)
    return code(Language.SH, word)


def _az(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    given = _all_options(call)
    if "run-command" in texts:
        kind = given.value("--command-id")
        windows = kind is not None and "powershell" in kind.text.casefold()
        language = Language.POWERSHELL if windows else Language.SH
        lines: list[Word] = []
        for name in ("--scripts", "--script"):
            if name in texts:
                for word in call.args[texts.index(name) + 1 :]:
                    if word.text.startswith("--"):
                        break
                    lines.append(word)
        if len(lines) == 1:
            if lines[0].text.startswith("@"):
                data = written(lines[0].text[1:], call, scope)
                return code(language, decode_text(data) or "") if data is not None else []
            return code(language, lines[0])
        return code(language, "\n".join(word.text for word in lines))
    if "container" in texts and "exec" in texts:
        found = given.value("--exec-command")
        return code(Language.SH, found) if found is not None else []
    if "container" in texts and "create" in texts:
        found = given.value("--command-line")
        return code(Language.SH, found) if found is not None else []
    if "vm" in texts and "create" in texts:
        found = given.value("--custom-data", "--user-data")
        return _user_data(found, call, scope) if found is not None else []
    if "vm" in texts and "extension" in texts:
        found = given.value("--settings", "--protected-settings")
        return _extension(found.text) if found is not None else []
    if "aks" in texts and "command" in texts:
        found = given.value("--command", "-c")
        return code(Language.SH, found) if found is not None else []
    if "webapp" in texts or "containerapp" in texts:
        found = given.value("--command", "--startup-file")
        return code(Language.SH, found) if found is not None and "exec" in texts else []
    return []


def _extension(text: str) -> list[Nested]:
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(settings, dict):
        return []
    out: list[Nested] = []
    command = settings.get("commandToExecute")
    if isinstance(command, str):
        windows = re.match(r"\s*(?:powershell|cmd|[a-z]:\\)", command, re.IGNORECASE)
        out += code(Language.CMD if windows else Language.SH, command)
    script = settings.get("script")
    if isinstance(script, str):
        from vedette.commands.budget import Budget

        data = unbase64(script, Budget(chars=200_000))
        text = decode_text(data) or "" if data is not None else ""
        out += code(Language.SH, text, methods=("base64",))
    return out


_METADATA = re.compile(
    r"(?:^|,)\s*(startup-script|shutdown-script|windows-startup-script-ps1|user-data|sysprep-specialize-script-ps1)=(.*)",
    re.DOTALL,
)
_NEXT_KEY = re.compile(r",[A-Za-z][\w-]*=")


def _gcloud(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    given = _all_options(call)
    out: list[Nested] = []
    if "ssh" in texts:
        word = given.value("--command")
        if word is not None:
            return code(Language.SH, word)
        if "--" in texts:
            return joined(call, texts.index("--") + 1, Language.SH)
    for word in given.values("--metadata"):
        found = _METADATA.search(word.text)
        if found:
            script = found.group(2)
            cut = None if "\n" in script else _NEXT_KEY.search(script)
            script = script[: cut.start()] if cut else script
            language = Language.POWERSHELL if "ps1" in found.group(1) else Language.SH
            if found.group(1) == "user-data":
                out += start_script(script, (), Word(script, 0, 0))
            else:
                out += code(language, script)
    for word in given.values("--metadata-from-file"):
        name, _, path = word.text.partition("=")
        data = written(path, call, scope)
        if data is not None and "script" in name:
            out += code(Language.POWERSHELL if "ps1" in name else Language.SH, decode_text(data) or "")
    return out


# Fleets and virtual machines.


def _vagrant(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "c", ("--command",), mixed=True)
    word = given.value("-c", "--command")
    return code(Language.SH, word) if word is not None else []


def _ansible(call: Call, scope: Scope) -> list[Nested]:
    given = options(
        call, "aBCDefiIlMmoPptTuvU", ("--args", "--module-name", "--inventory", "--become-user", "--user"), mixed=True
    )
    module = given.value("-m", "--module-name")
    args = given.value("-a", "--args")
    name = module.text.rpartition(".")[2] if module is not None else "command"
    if args is None or name not in ("shell", "command", "raw", "script", "win_shell", "win_command", "expect"):
        return []
    text = re.sub(r"\s+(?:chdir|creates|removes|executable|stdin|warn)=\S+", "", args.text)
    if name == "win_shell":
        return code(Language.POWERSHELL, text)
    if name == "win_command":
        return code(Language.PROGRAM, text)
    return code(Language.SH, text if text != args.text else args)


def _salt(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    for name in (
        "cmd.run",
        "cmd.shell",
        "cmd.run_all",
        "cmd.run_stdout",
        "cmd.run_bg",
        "cmd.exec_code_all",
        "cmd.powershell",
    ):
        if name in texts and texts.index(name) + 1 < len(texts):
            at = texts.index(name) + 1
            words = [w for w in call.args[at:] if not re.match(r"^\w+=", w.text)]
            language = Language.POWERSHELL if name == "cmd.powershell" else Language.SH
            return code(language, words[0]) if words else []
    return []


def _multipass(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    if "exec" not in texts:
        return []
    at = texts.index("exec") + 1
    if "--" in texts[at:]:
        return _inside(call, texts.index("--", at) + 1)
    inner = options(call, "d", ("--working-directory",), first=at)
    return _inside(call, inner.first + 1) if inner.first is not None else []


def _lxc(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    if not texts or texts[0] != "exec":
        return []
    if "--" in texts:
        return _inside(call, texts.index("--") + 1)
    inner = options(call, "", ("--env", "--user", "--group", "--cwd", "--mode"), first=1)
    return _inside(call, inner.first + 1) if inner.first is not None else []


def _lxc_attach(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "nfRPvu", ("--name", "--rcfile", "--set-var"))
    return _inside(call, given.first) if given.first is not None else []


def _vmrun(call: Call, scope: Scope) -> list[Nested]:
    texts = [word.text for word in call.args]
    for verb in ("runProgramInGuest", "runScriptInGuest"):
        if verb not in texts:
            continue
        at = texts.index(verb) + 2
        while at < len(texts) and texts[at] in ("-noWait", "-activeWindow", "-interactive"):
            at += 1
        if verb == "runProgramInGuest":
            windows = at < len(texts) and "\\" in texts[at]
            return rest_as_command(call, at, Language.PROGRAM if windows else Language.SH)
        if at + 1 < len(texts):
            interpreter = texts[at].casefold()
            language = Language.SH
            for name, found in (
                ("python", Language.PYTHON),
                ("perl", Language.PERL),
                ("powershell", Language.POWERSHELL),
                ("cmd", Language.CMD),
            ):
                if name in interpreter:
                    language = found
            return code(language, call.args[at + 1])
    return []


def _adb(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "sHPtL")
    if given.first is None or call.args[given.first].text not in ("shell", "exec-out"):
        return []
    at = given.first + 1
    while at < len(call.args) and re.fullmatch(r"-[nTtx]+|-e", call.args[at].text):
        at += 2 if call.args[at].text == "-e" else 1
    return joined(call, at, Language.SH)


def _virsh(call: Call, scope: Scope) -> list[Nested]:
    """``virsh qemu-agent-command VM '{"execute":"guest-exec",…}'``."""
    for word in call.args:
        if '"guest-exec"' not in word.text:
            continue
        try:
            request = json.loads(word.text)
        except (ValueError, RecursionError):
            return []
        arguments = request.get("arguments") if isinstance(request, dict) else None
        if isinstance(arguments, dict):
            words = [str(arguments.get("path", "")), *[str(a) for a in arguments.get("arg") or []]]
            return code(Language.SH, shlex.join(words))
    return []


def _machinectl(call: Call, scope: Scope) -> list[Nested]:
    given = options(call, "MHEp", ("--uid", "--setenv", "--machine"))
    if given.first is None or call.args[given.first].text != "shell":
        return []
    at = given.first + 2
    return _inside(call, at)


UNWRAPPERS: dict[str, Unwrapper] = {
    "docker": _docker,
    "podman": _docker,
    "nerdctl": _nerdctl,
    "docker-compose": lambda call, scope: _docker(
        Call(name=call.name, args=[Word("compose", 0, 0), *call.args], language=call.language, stdin=call.stdin), scope
    ),
    "kubectl": _kubectl,
    "oc": _kubectl,
    "k3s": lambda call, scope: (
        _kubectl(Call(name=call.name, args=call.args[1:], language=call.language, stdin=call.stdin), scope)
        if call.args and call.args[0].text == "kubectl"
        else []
    ),
    "crictl": _crictl,
    "ctr": _ctr,
    "aws": _aws,
    "az": _az,
    "gcloud": _gcloud,
    "vagrant": _vagrant,
    "ansible": _ansible,
    "salt": _salt,
    "salt-call": _salt,
    "salt-ssh": _salt,
    "multipass": _multipass,
    "lxc": _lxc,
    "incus": _lxc,
    "lxc-attach": _lxc_attach,
    "vmrun": _vmrun,
    "adb": _adb,
    "virsh": _virsh,
    "machinectl": _machinectl,
}
"""Programs by name."""
