"""Looks at everything that the server depends on; each look says in one line what is and what to do."""

from collections.abc import Iterator

from undersigned.lib import env
from undersigned.lib.http import is_loopback
from undersigned.operate.doctor import backups, database, machine, mail, proxy, records
from undersigned.operate.doctor.finding import Finding, fine, problem

__all__ = ["Finding", "examine"]


def examine() -> Iterator[Finding]:
    """All findings, in the order in which they build on each other."""
    for look in (settings, machine.folders, machine.space, machine.clock, machine.keys_folder):
        yield from look()
    reachable = list(database.reachable())
    yield from reachable
    usable = all(finding.ok for finding in reachable)
    yield from mail.server()
    if usable:
        yield from mail.waiting()
    yield from records.of_the_sender()
    yield from proxy.in_front()
    yield from backups.newest()
    if usable:
        yield from database.logs()
        yield from database.publishing()


def settings() -> Iterator[Finding]:
    """The settings, and whether they fit each other."""
    read = env.load()
    host = read.host.rsplit(":", 1)[0]
    yield fine("settings", f"the site is {read.base_url}")
    if not is_loopback(read.bind) and is_loopback(host):
        yield problem("settings", f"open to the network, but known as {host}: set UNDERSIGNED_BASE_URL")
    if not is_loopback(host) and not read.base_url.startswith("https:"):
        yield problem("settings", "a public site without https: names and links can be read on the way")
    if read.debug and not is_loopback(host):
        yield problem("settings", "UNDERSIGNED_DEBUG is on for a public address: switch it off")
