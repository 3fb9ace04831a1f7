"""An installation of its own for tests that start real processes: data folder, database, port."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
import pytest

from tests import database

PROJECT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A site in a folder; commands run in processes of their own."""

    folder: Path
    port: int
    environment: dict[str, str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Where its server answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(
        self,
        *arguments: str,
        typed: str = "",
        timeout: float = 60,
        settings: dict[str, str] | None = None,
        **more: str,
    ) -> "Done":
        """Runs one command to its end, with settings by name."""
        done = subprocess.run(
            [sys.executable, "-m", "undersigned.cli", *arguments],
            input=typed, capture_output=True, text=True, timeout=timeout, check=False,
            cwd=self.folder, env=self._environment({**(settings or {}), **more}),
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def python(self, code: str, **settings: str) -> "Done":
        """Runs code among the site's own modules; it must succeed."""
        begin = "from undersigned.commands import set_up_django\nset_up_django()\n"
        done = subprocess.run(
            [sys.executable, "-c", begin + code],
            capture_output=True, text=True, timeout=60, check=False,
            cwd=self.folder, env=self._environment(settings),
        )  # fmt: skip
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Starts a command that goes on; it is killed at the end of the test at the latest."""
        log = (self.folder / f"process-{len(self.processes)}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "undersigned.cli", *arguments],
            stdout=log, stderr=subprocess.STDOUT, text=True, cwd=self.folder, env=self._environment(settings),
            start_new_session=True,
        )  # fmt: skip
        log.close()
        self.processes.append(process)
        return process

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        return self.environment | {f"UNDERSIGNED_{name.upper()}": value for name, value in settings.items()}

    def output(self, process: subprocess.Popen[str]) -> str:
        """What a started process has printed so far."""
        return (self.folder / f"process-{self.processes.index(process)}.log").read_text()

    def serve(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Starts the server and returns when it answers."""
        process = self.start("serve", *arguments, **settings)
        self.await_answer(process)
        return process

    def await_answer(self, process: subprocess.Popen[str], seconds: float = 30) -> None:
        """Returns when the server answers anything at all."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise AssertionError(f"the server ended: {self.output(process)}")
            if self.status("/") is not None:
                return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer: {self.output(process)}")

    def status(self, path: str) -> int | None:
        """The status of a GET; None when nobody answers."""
        try:
            with urlopen(f"{self.url}{path}", timeout=5) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return None

    def kill_all(self) -> None:
        """Ends whatever was started, with its children."""
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait(10)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


def settings_of(folder: Path, port: int, database_url: str) -> dict[str, str]:
    """The environment of an installation in a folder, free of whatever this process was given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_")}
    made = {
        "PYTHONPATH": str(PROJECT / "src"),
        "UNDERSIGNED_DATA": str(folder / "data"),
        "UNDERSIGNED_PORT": str(port),
    }
    return kept | made | ({"UNDERSIGNED_DATABASE_URL": database_url} if database_url else {})


def _make(folder: Path, *commands: str) -> Iterator[Installation]:
    url = database.create_postgres_database() if database.WANTS_POSTGRES else ""
    made = Installation(folder, 8000, settings_of(folder, 8000, url))
    for command in commands:
        done = made.run(command)
        if done.code != 0:
            raise AssertionError(done.err)
    yield made
    if url:
        database.drop_postgres_database(url)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A migrated installation that is only ever copied."""
    yield from _make(tmp_path_factory.mktemp("prepared"), "migrate")


@pytest.fixture(scope="session")
def prepared_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A migrated installation with the demonstration appeal, only ever copied."""
    yield from _make(tmp_path_factory.mktemp("prepared-demo"), "migrate", "demo")


@pytest.fixture
def empty_installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation in which nothing was done yet, not even `migrate`."""
    folder = tmp_path / "empty-site"
    folder.mkdir()
    yield from _used(folder, database.create_postgres_database() if database.WANTS_POSTGRES else "")


@pytest.fixture
def installation(tmp_path: Path, prepared: Installation) -> Iterator[Installation]:
    """A migrated installation of the test's own."""
    yield from _copy(prepared, tmp_path / "site")


@pytest.fixture
def demo_installation(tmp_path: Path, prepared_demo: Installation) -> Iterator[Installation]:
    """An installation of the test's own with the demonstration appeal and its published log."""
    yield from _copy(prepared_demo, tmp_path / "demo-site")


def _copy(original: Installation, folder: Path) -> Iterator[Installation]:
    shutil.copytree(original.folder, folder)
    url = original.environment.get("UNDERSIGNED_DATABASE_URL", "")
    yield from _used(folder, database.create_postgres_database(like=url) if url else "")


def _used(folder: Path, url: str) -> Iterator[Installation]:
    port = free_port()
    made = Installation(folder, port, settings_of(folder, port, url))
    try:
        yield made
    finally:
        made.kill_all()
        if url:
            database.drop_postgres_database(url)


def sql(site: Installation, statement: str) -> list[tuple[object, ...]]:
    """Asks an installation's database directly."""
    url = site.environment.get("UNDERSIGNED_DATABASE_URL")
    if url:
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
    path = site.data / "undersigned.sqlite3"
    with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()
