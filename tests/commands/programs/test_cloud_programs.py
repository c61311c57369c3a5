"""What cloud and container tools run, and what they do not."""

from __future__ import annotations

import base64

import pytest

from vedette.commands.base import Call, Scope, Word
from vedette.commands.budget import Budget
from vedette.commands.programs import nested
from vedette.schema.command import Language


def runs(*words: str) -> list[tuple[str, str]]:
    call = Call(Word(words[0], 0, 0), [Word(w, 0, 0) for w in words[1:]], Language.SH)
    return [(n.language.value, n.text) for n in nested(call, Scope(Budget()))]


DATA = base64.b64encode(b"#!/bin/bash\ncurl http://example.com/ud\n").decode()
CONFIG = "#cloud-config\nruncmd:\n  - curl x | sh\n  - [ sh, -c, id ]\n"
RUNS = [
    (("docker", "run", "--rm", "-v", "/:/m", "-it", "alpine", "sh", "-c", "id; ls"), ("sh", "sh -c 'id; ls'")),
    (("docker", "run", "--entrypoint", "/bin/sh", "alpine", "-c", "id"), ("sh", "/bin/sh -c id")),
    (("docker", "-H", "tcp://192.0.2.1:2375", "exec", "-u", "0", "c", "id"), ("sh", "id")),
    (("docker", "compose", "-f", "x.yml", "exec", "web", "id", "-u"), ("sh", "id -u")),
    (("podman", "exec", "c", "id"), ("sh", "id")),
    (("kubectl", "exec", "-it", "p", "-n", "ns", "--", "sh", "-c", "id"), ("sh", "sh -c id")),
    (("kubectl", "-n", "ns", "exec", "p", "id"), ("sh", "id")),
    (("kubectl", "run", "x", "--image=alpine", "--", "id"), ("sh", "id")),
    (
        ("kubectl", "run", "x", "--image=a", '--overrides={"spec":{"containers":[{"command":["sh","-c","id; ls"]}]}}'),
        ("sh", "sh -c 'id; ls'"),
    ),
    (("crictl", "exec", "-it", "c", "id"), ("sh", "id")),
    (("ctr", "task", "exec", "--exec-id", "1", "c", "id"), ("sh", "id")),
    (("aws", "ssm", "send-command", "--parameters", 'commands=["id","ls"]'), ("sh", "id\nls")),
    (("aws", "ssm", "send-command", "--parameters", '{"commands":["id"]}'), ("sh", "id")),
    (("aws", "ssm", "send-command", "--parameters", "commands=id"), ("sh", "id")),
    (
        (
            "aws",
            "ssm",
            "send-command",
            "--document-name",
            "AWS-RunPowerShellScript",
            "--parameters",
            "commands=[whoami]",
        ),
        ("powershell", "whoami"),
    ),
    (("aws", "ec2", "run-instances", "--user-data", DATA), ("sh", "#!/bin/bash\ncurl http://example.com/ud\n")),
    (("aws", "ec2", "run-instances", "--user-data", "#!/bin/sh\nid"), ("sh", "#!/bin/sh\nid")),
    (("aws", "ec2", "run-instances", "--user-data", CONFIG), ("sh", "curl x | sh")),
    (("aws", "ec2", "run-instances", "--user-data", CONFIG), ("sh", "sh -c id")),
    (("aws", "ec2", "run-instances", "--user-data", "<powershell>whoami</powershell>"), ("powershell", "whoami")),
    (("az", "vm", "run-command", "invoke", "--command-id", "RunShellScript", "--scripts", "id"), ("sh", "id")),
    (
        ("az", "vm", "run-command", "invoke", "--command-id", "RunPowerShellScript", "--scripts", "a", "b"),
        ("powershell", "a\nb"),
    ),
    (("az", "container", "exec", "--exec-command", "/bin/sh -c id"), ("sh", "/bin/sh -c id")),
    (("gcloud", "compute", "ssh", "vm", "--zone", "z", "--command", "id"), ("sh", "id")),
    (
        ("gcloud", "compute", "instances", "create", "x", "--metadata", "startup-script=curl x|sh,a=b"),
        ("sh", "curl x|sh"),
    ),
    (("vagrant", "ssh", "-c", "id"), ("sh", "id")),
    (("ansible", "all", "-m", "shell", "-a", "id chdir=/tmp"), ("sh", "id")),
    (("ansible", "all", "-a", "id"), ("sh", "id")),
    (("ansible", "w", "-m", "win_shell", "-a", "whoami"), ("powershell", "whoami")),
    (("salt", "*", "cmd.run", "id", "runas=root"), ("sh", "id")),
    (("multipass", "exec", "vm", "--", "id"), ("sh", "id")),
    (("lxc", "exec", "c", "--", "sh", "-c", "id"), ("sh", "sh -c id")),
    (("adb", "-s", "x", "shell", "id", "-u"), ("sh", "id -u")),
    (("vmrun", "-T", "ws", "runScriptInGuest", "x.vmx", "/bin/bash", "id"), ("sh", "id")),
    (
        ("virsh", "qemu-agent-command", "vm", '{"execute":"guest-exec","arguments":{"path":"id","arg":["-u"]}}'),
        ("sh", "id -u"),
    ),
]


@pytest.mark.parametrize(("words", "expected"), RUNS)
def test_runs(words: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert expected in runs(*words)


@pytest.mark.parametrize(
    "words",
    [
        ("docker", "ps"),
        ("docker", "run", "alpine"),
        ("docker", "build", "-t", "x", "."),
        ("kubectl", "get", "pods"),
        ("kubectl", "exec", "p"),
        ("kubectl", "create", "secret", "generic", "x"),
        ("aws", "s3", "cp", "a", "b"),
        ("aws", "ssm", "send-command", "--parameters", "x"),
        ("az", "vm", "list"),
        ("gcloud", "compute", "ssh", "vm"),
        ("vagrant", "up"),
        ("ansible", "all", "-m", "ping"),
        ("salt", "*", "test.ping"),
        ("adb", "devices"),
        ("lxc", "list"),
    ],
)
def test_runs_nothing(words: tuple[str, ...]) -> None:
    assert runs(*words) == []
