"""How old the last backup is."""

from collections.abc import Iterator

from undersigned.lib import clock, env
from undersigned.lib.http import is_loopback
from undersigned.operate import backup
from undersigned.operate.doctor.finding import Finding, fine, problem

_TODO = "run `undersigned backup FILE` each night, or set UNDERSIGNED_BACKUP_DAYS=0 if others do it"


def newest() -> Iterator[Finding]:
    """A site that people rely on was backed up lately."""
    days, trial = env.load().backup_days, is_loopback(env.load().host)
    noted = backup.last()
    if noted is None:
        text = "none was made with `undersigned backup`"
        yield fine("backup", text) if trial or not days else problem("backup", f"{text}: {_TODO}")
        return
    age = clock.now() - noted
    text = f"the last one was made at {noted:%Y-%m-%d %H:%M} UTC"
    late = days and age.days >= days and not trial
    yield problem("backup", f"{text}: {_TODO}") if late else fine("backup", text)
