"""The test's own ground: a data folder each, a real database, and a fixed cast."""

import os
import tempfile
from pathlib import Path

# Before Django reads its settings: nothing of the developer's own installation is ever touched.
_RAM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_GROUND = Path(tempfile.mkdtemp(prefix="undersigned-tests-", dir=_RAM))
for _name in [name for name in os.environ if name.startswith("UNDERSIGNED_")]:
    if _name not in ("UNDERSIGNED_TEST_DATABASE", "UNDERSIGNED_TEST_DATABASE_URL", "UNDERSIGNED_SHARED"):
        del os.environ[_name]
(_GROUND / "data" / "static").mkdir(parents=True)
os.environ["UNDERSIGNED_DATA"] = str(_GROUND / "data")
os.environ["UNDERSIGNED_SECRET_KEY"] = "for tests only " * 4
os.environ["DJANGO_SETTINGS_MODULE"] = "undersigned.settings"

import django
import pytest

from tests import database

if database.WANTS_POSTGRES:
    os.environ["UNDERSIGNED_DATABASE_URL"] = database.postgres_url()

django.setup()

from collections.abc import Callable, Iterator

from django.conf import settings

from undersigned.lib import env, http, keys
from undersigned.signing import limits

# Argon2 is slow on purpose; the tests make hundreds of accounts and none of them needs hiding.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not database.WANTS_POSTGRES:
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(_GROUND / "test.sqlite3")
    database.let_frozen_rows_be_flushed()

pytest_plugins = ["tests.cast", "tests.installation", "tests.town"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    database.keep_database_tests(config, items)


def pytest_sessionfinish() -> None:
    database.remove(_GROUND)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("UNDERSIGNED_DATA", str(folder))
    forget_settings()
    limits.clear()
    yield folder
    forget_settings()


def forget_settings() -> None:
    """Makes the next look at the settings and keys read them again."""
    env.load.cache_clear()
    http.trusted_networks.cache_clear()
    keys._read.cache_clear()


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes settings for one test: `configure(sign_limit=2)`."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"UNDERSIGNED_{name.upper()}", str(value))
        forget_settings()

    return change
