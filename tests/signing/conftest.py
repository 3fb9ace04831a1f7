"""Real commits where threads or the files of the database matter."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection


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
