"""What a Unix environment holds everywhere, and how much of the rest is certain."""

from __future__ import annotations

import re

IFS = " \t\n"

_FIXED = {
    "IFS": IFS,
    "PS2": "> ",
    "PS4": "+ ",
    "OPTIND": "1",
    "OPTERR": "1",
    "BASH_SUBSHELL": "0",
    "COMP_WORDBREAKS": " \t\n\"'><=;|&(:",
}
PREFIXES = {
    "PATH": "/usr/local/",
    "HOME": "/",
    "PWD": "/",
    "OLDPWD": "/",
    "SHELL": "/bin/",
    "BASH": "/",
    "TMPDIR": "/",
    "MAIL": "/var/",
    "HISTFILE": "/",
    "XDG_RUNTIME_DIR": "/run/user/",
    "SSH_AUTH_SOCK": "/",
    "PS1": "",
    "DISPLAY": "",
    "LS_COLORS": "rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:do=01;35:bd=40;33;01:cd=40;33;01:",
    "LESSOPEN": "|",
    "XDG_DATA_DIRS": "/usr/",
    "BASH_VERSION": "",
    "SHELLOPTS": "braceexpand:",
    "DBUS_SESSION_BUS_ADDRESS": "unix:",
}
"""How the values of variables begin that differ only further on."""

PICKED = {"SHELL": "/bin/bash", "BASH": "/bin/bash", "0": "bash", "OSTYPE": "linux-gnu", "HOSTTYPE": "x86_64"}
"""What scripts that pick characters out of these count on; used for nothing else."""

COMMON = frozenset(
    """
    PATH HOME USER LOGNAME SHELL PWD OLDPWD LANG LC_ALL TERM DISPLAY HOSTNAME HOST UID EUID PPID RANDOM SECONDS LINENO
    BASH BASH_VERSION BASHPID TMPDIR TMP TEMP EDITOR PAGER VISUAL MAIL COLUMNS LINES HISTFILE HISTSIZE HISTFILESIZE
    HISTCONTROL OSTYPE HOSTTYPE MACHTYPE SHLVL LD_PRELOAD LD_LIBRARY_PATH PYTHONPATH JAVA_HOME GOPATH SUDO_USER SUDO_UID
    SSH_CLIENT SSH_CONNECTION SSH_TTY SSH_AUTH_SOCK XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_DIRS XDG_SESSION_ID
    http_proxy https_proxy HTTP_PROXY HTTPS_PROXY no_proxy PROMPT_COMMAND PS1 PS3 REPLY PIPESTATUS FUNCNAME BASH_SOURCE
    BASH_LINENO BASH_COMMAND BASH_ARGV BASH_ENV ENV CDPATH MACHINE ZSH_VERSION EPOCHSECONDS DIRSTACK GROUPS OPTARG
    """.split()
)
"""Variables that the system or the user sets: an unset one in a script may well have a value."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def unix_environment() -> dict[str, str]:
    """Return the environment variables whose values are the same on every Unix."""
    return dict(_FIXED)
