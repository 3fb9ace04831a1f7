"""Real commits: the front reads and writes in threads of its own."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from tests.signing.crowd import original
from undersigned.appeals.models import Appeal, Version
from undersigned.signing import limits


@pytest.fixture
def real_commits(transactional_db: None) -> Iterator[None]:
    """Commits are real; SQLite's guards of frozen rows step aside while the tables are emptied afterwards."""
    yield
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        call_command("flush", verbosity=0, interactive=False)
        for _name, sql in triggers:
            cursor.execute(sql)


@pytest.fixture
def ferry(real_commits: None, open_appeal: Appeal) -> Version:
    """The version that signers of the open appeal sign, in a database with real commits."""
    limits.clear()
    return original(open_appeal)
