"""Paths that stand on every Unix, to tell which one a pattern such as ``/???/c?t`` means.

``/bin`` holds what it held before it was joined with ``/usr/bin``: the set that a pattern is written for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vedette.commands.sh import patterns

_BIN = """
bash bunzip2 busybox bzcat bzip2 cat chgrp chmod chown cp cpio csh dash date dd df dir dmesg dnsdomainname domainname
echo ed egrep false fgrep find fuser grep gunzip gzip hostname ip kill ksh ksh93 less ln login ls lsblk lsmod mkdir
mknod mktemp more mount mountpoint mv nc nc.openbsd nc.traditional netcat netstat pidof ping ping6 ps pwd rbash
readlink rm rmdir run-parts sed sh sleep ss stty su sync systemctl tar tcsh touch true umount uname uncompress vdir
which ypdomainname zcat zsh
"""
_USR_BIN = """
apt apt-get ar arch as at awk base32 base64 basename bash bc c99 cal cancel cc chage chattr chfn chsh cksum clear cmp
column comm crontab curl cut dc dd diff dig dircolors dirname dpkg du env ex expand expect expr factor file find finger
flock fmt fold free ftp gawk gcc gdb getent git gpg grep groups gzip head hexdump hostid iconv id info install ionice
join jq kill killall last ldd less link locale locate logger logname lp lsattr lscpu lsof lua m4 mail make man mawk
md5sum mesg mkfifo mktemp more mtr mysql nano nawk nc ncat nice nl nmap node nohup nproc nslookup od openssl passwd
paste patch perl pgrep php pico pip pip3 pkexec pkill pr printenv printf ps pstree python python2 python3 readlink
realpath reset rev rsync ruby runcon scp screen script sed seq setsid sftp sh sha1sum sha256sum sha512sum shred shuf
sleep socat sort split sqlite3 ssh ssh-keygen stat stdbuf strace strings sudo sum tac tail tar tee telnet test time
timeout tmux top touch tr traceroute truncate tsort tty uniq unix2dos unlink unxz unzip uptime users vi view vim vmstat
w wall watch wc wget whereis which who whoami whois write xargs xdg-open xxd xz xzcat yes zip zsh
"""
_SBIN = """
adduser agetty arp blkid chroot cron depmod fdisk fsck getty groupadd groupdel halt hwclock ifconfig ifdown ifup init
insmod iptables iptables-save ip6tables iwconfig ldconfig losetup lsmod mkfs mkswap modprobe nft poweroff reboot rmmod
route runlevel service shutdown sshd sulogin swapoff swapon sysctl tc tcpdump telinit ufw useradd userdel usermod
visudo
"""
_FIXED = """
/bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var
/usr/bin /usr/sbin /usr/lib /usr/local /usr/local/bin /usr/local/sbin /usr/share /usr/include /usr/src
/var/log /var/tmp /var/www /var/www/html /var/spool /var/spool/cron /var/spool/cron/crontabs /var/run /var/lib
/var/cache /var/mail /var/log/auth.log /var/log/syslog /var/log/messages /var/log/secure /var/log/wtmp /var/log/btmp
/var/log/lastlog /var/log/kern.log
/dev/null /dev/zero /dev/random /dev/urandom /dev/tty /dev/shm /dev/stdin /dev/stdout /dev/stderr /dev/fd
/dev/full /dev/mem /dev/console /dev/pts
/etc/passwd /etc/passwd- /etc/shadow /etc/shadow- /etc/group /etc/group- /etc/gshadow /etc/gshadow- /etc/hosts
/etc/hosts.allow /etc/hosts.deny /etc/hostname /etc/host.conf /etc/resolv.conf /etc/crontab /etc/cron.d /etc/cron.daily
/etc/cron.hourly /etc/cron.weekly /etc/cron.monthly /etc/fstab /etc/mtab /etc/sudoers /etc/sudoers.d /etc/issue
/etc/issue.net /etc/motd /etc/profile /etc/profile.d /etc/bash.bashrc /etc/bashrc /etc/environment /etc/services
/etc/protocols /etc/networks /etc/nsswitch.conf /etc/ssh /etc/ssh/sshd_config /etc/ssh/ssh_config /etc/shells /etc/ssl
/etc/init.d /etc/inittab /etc/rc.local /etc/os-release /etc/lsb-release /etc/ld.so.conf /etc/ld.so.preload
/etc/ld.so.cache /etc/localtime /etc/login.defs /etc/pam.d /etc/security /etc/sysctl.conf /etc/systemd /etc/timezone
/etc/apt /etc/default /etc/skel /etc/exports /etc/modules /etc/network /etc/securetty /etc/logrotate.conf
/proc/version /proc/cpuinfo /proc/meminfo /proc/self /proc/self/environ /proc/self/cmdline /proc/self/maps /proc/mounts
/proc/net /proc/net/tcp /proc/net/arp /proc/net/route /proc/sys /root/.ssh /root/.ssh/authorized_keys
/root/.ssh/id_rsa /root/.bashrc /root/.bash_history /root/.profile
"""
_OTHERS = """
ash alias apk aws brew bsdtar cargo chcon cd certbot clang composer cryptsetup command dnf docker dotnet doas echo
eval exec exit export firewall-cmd fish g++ go groupmod gzcat helm history java journalctl kubectl launchctl loginctl
ls lua5.3 lynx ncdu nginx nmcli npm npx osascript pacman perl5 pip2 podman powershell printf pwsh read rpm setfacl set
setenforce shopt source svn systemd-run test trap type ulimit umask unset uuencode uudecode wscat xterm yarn yum zypper
unhide dnsmasq hydra john masscan gzexe lwp-download aria2c axel fetch busctl nsenter unshare capsh setcap getcap
"""

FIXED = tuple(_FIXED.split())
PROGRAMS = (
    tuple("/bin/" + n for n in _BIN.split())
    + tuple("/usr/bin/" + n for n in _USR_BIN.split())
    + tuple("/sbin/" + n for n in _SBIN.split())
    + tuple("/usr/sbin/" + n for n in _SBIN.split())
)
PATHS = tuple(dict.fromkeys(FIXED + PROGRAMS))
KNOWN_PATHS = frozenset(PATHS)
COMMANDS = frozenset((_BIN + _USR_BIN + _SBIN + _OTHERS).split())
"""Names that are taken for commands where a name has parts that may be empty."""
_ROOTED = "\n".join(PATHS) + "\n"


@lru_cache(maxsize=256)
def found(pattern: str) -> tuple[str, ...] | None:
    """Return the known paths that an absolute pattern matches, at most 8; None where it cannot be read."""
    if not pattern.startswith("/") or "\n" in pattern:
        return ()
    expression = patterns.regex(pattern, path=True)
    if expression is None:
        return None
    expression = expression.replace("[^/]", "[^/\\n]")
    program = patterns.compiled(f"(?:^|\\n)({expression})(?:\\n|$)")
    if program is None:
        return None
    # every path once: the separators on both sides overlap, so look again from each end
    out: list[str] = []
    at = 0
    while len(out) < 8:
        m = program.search(_ROOTED, at)
        if m is None:
            break
        out.append(m.group(1))
        at = m.end(1)
    return tuple(sorted(set(out)))


def is_command(name: str) -> bool:
    """Return whether a name or path is that of a known command."""
    return name in COMMANDS or name in KNOWN_PATHS or (re.match(r"[./]", name) is not None and name in KNOWN_PATHS)
