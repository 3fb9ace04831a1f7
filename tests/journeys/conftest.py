"""Whole stories against a site that really runs: its own folder, database, port and mail server."""

import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import database
from tests.installation import PROJECT, Installation, settings_of
from tests.journeys.postbox import Postbox
from tests.journeys.town import Town
from tests.journeys.visitor import Visitor

CHROMIUM = "/usr/bin/chromium"
SCENE = "import django; django.setup(); from tests.journeys import scene; scene.build()"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers see no difference between databases: on PostgreSQL only the stories over HTTP are told."""
    here = Path(__file__).parent
    for item in [item for item in items if here in item.path.parents]:
        item.add_marker(pytest.mark.journey)
        if database.WANTS_POSTGRES and "browser" in getattr(item, "fixturenames", ()):
            items.remove(item)


def quiet_port() -> int:
    """A port below those that outgoing connections take, free at this moment and likely to stay so."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@pytest.fixture(scope="session")
def stage(prepared: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The scene of `scene.py`: teams, appeals, signatures, a published log. Only ever copied."""
    folder = tmp_path_factory.mktemp("stage") / "site"
    shutil.copytree(prepared.folder, folder)
    url = _database(like=prepared)
    town = Town(Installation(folder, port := quiet_port(), _settings(folder, port, url)), Postbox(0))
    done = subprocess.run(
        [sys.executable, "-c", SCENE], cwd=PROJECT, capture_output=True, text=True,
        env=town.site.environment | {"PYTHONPATH": os.pathsep.join((str(PROJECT / "src"), str(PROJECT)))},
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    yield town
    if url:
        database.drop_postgres_database(url)


@pytest.fixture
def build(tmp_path: Path, prepared: Installation, stage: Town) -> Iterator[Callable[..., Town]]:
    """Builds a town: a copy of the stage, or an empty one; with a mail server, not yet serving."""
    towns: list[Town] = []

    def make(*, empty: bool = False) -> Town:
        model = prepared if empty else stage.site
        folder = tmp_path / f"town-{len(towns)}"
        shutil.copytree(model.folder, folder)
        url = _database(like=model)
        # The origins of the logs name host and port, so a copy of the stage serves where the stage would.
        port = quiet_port() if empty else stage.site.port
        postbox = Postbox(quiet_port())
        settings = _settings(folder, port, url) | {"UNDERSIGNED_EMAIL_URL": postbox.url}
        towns.append(Town(Installation(folder, port, settings), postbox))
        postbox.start()
        return towns[-1]

    yield make
    for town in towns:
        town.site.kill_all()
        town.postbox.stop()
        if url := town.site.environment.get("UNDERSIGNED_DATABASE_URL"):
            database.drop_postgres_database(url)


@pytest.fixture
def town(build: Callable[..., Town]) -> Town:
    """The stage's town, open to visitors."""
    made = build()
    made.serve()
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, gone before another module's tests use the database in this process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=90_000)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Lets somebody come with a browser: `visit(town, script=False)`; nobody may complain."""
    guests: list[Visitor] = []

    def come(town: Town, **habits: object) -> Visitor:
        guests.append(Visitor(browser, town.site.url, **habits))  # type: ignore[arg-type]
        return guests[-1]

    yield come
    troubles = [trouble for guest in guests for trouble in guest.troubles]
    for guest in guests:
        guest.close()
    assert not troubles, "\n".join(troubles)


def _database(*, like: Installation) -> str:
    url = like.environment.get("UNDERSIGNED_DATABASE_URL", "")
    return database.create_postgres_database(like=url) if url else ""


def _settings(folder: Path, port: int, url: str) -> dict[str, str]:
    return settings_of(folder, port, url) | {
        "UNDERSIGNED_BASE_URL": f"http://127.0.0.1:{port}",
        "UNDERSIGNED_EMAIL_FROM": "letters@undersigned.example",
        # Everybody here comes from one address.
        "UNDERSIGNED_SIGN_LIMIT": "0",
        "UNDERSIGNED_DOMAIN_LIMIT": "0",
    }
