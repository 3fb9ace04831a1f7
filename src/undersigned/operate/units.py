"""Units for systemd: the server, or its parts apart, and a backup each night, as closed as they can be."""

from dataclasses import dataclass
from pathlib import Path

_HARDENED = """\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths={data}
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
RemoveIPC=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
"""
_SERVICE = """\
[Unit]
Description=Undersigned: {what}
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=exec
User={user}
Group={user}
Environment=UNDERSIGNED_CONFIG={config}
WorkingDirectory={data}
ExecStart={program} {arguments}
Restart=on-failure
RestartSec=5
# Requests and mails under way are finished first.
KillMode=mixed
TimeoutStopSec=40
LimitNOFILE=16384
MemoryMax={memory}
TasksMax=256
{hardened}
[Install]
WantedBy=multi-user.target
"""
_BACKUP = """\
[Unit]
Description=Undersigned: backup of the running site

[Service]
Type=oneshot
User={user}
Group={user}
Environment=UNDERSIGNED_CONFIG={config}
WorkingDirectory={data}
# The last seven days are kept; copy the newest to another machine.
ExecStartPre=/bin/mkdir -p {data}/backup
ExecStart=/bin/sh -c 'exec {program} backup --force {data}/backup/$(date +%%u).tar.gz'
Nice=10
IOSchedulingClass=idle
{hardened}"""
_TIMER = """\
[Unit]
Description=Undersigned: a backup each night

[Timer]
OnCalendar=*-*-* 03:20:00
RandomizedDelaySec=20min
Persistent=yes

[Install]
WantedBy=timers.target
"""
_TOGETHER = {"undersigned": ("web, mail and publication", "serve --prepare")}
_APART = {
    "undersigned-web": ("web", "serve --prepare --only-web"),
    "undersigned-mail": ("mail sender", "send-mail --loop"),
    "undersigned-publisher": ("publisher", "publish --loop"),
    "undersigned-deliveries": ("bundles for addressees", "deliver --loop"),
}


@dataclass(frozen=True)
class Place:
    """Where things lie on the machine that the units are for."""

    program: Path
    config: Path
    data: Path
    user: str
    memory: str = "2G"


def units(place: Place, *, apart: bool) -> dict[str, str]:
    """The text of each unit by its file name."""
    facts = {
        "program": place.program,
        "config": place.config,
        "data": place.data,
        "user": place.user,
        "memory": place.memory,
        "hardened": _HARDENED.format(data=place.data),
    }
    made = {
        f"{name}.service": _SERVICE.format(what=what, arguments=arguments, **facts)
        for name, (what, arguments) in (_APART if apart else _TOGETHER).items()
    }
    made["undersigned-backup.service"] = _BACKUP.format(**facts)
    made["undersigned-backup.timer"] = _TIMER
    return made
