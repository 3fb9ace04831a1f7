"""A long reading sees one moment and makes nobody wait."""

import threading

import pytest
from django.db import connection

from undersigned.accounts.models import Team
from undersigned.edition.moment import one_moment
from undersigned.lib import clock


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_read_and_does_not_wait() -> None:
    Team.objects.create(name="Before", created_at=clock.now())

    def write() -> None:
        Team.objects.create(name="Meanwhile", created_at=clock.now())
        connection.close()

    with one_moment():
        assert [team.name for team in Team.objects.iterator(chunk_size=1)] == ["Before"]
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=20)
        assert not writer.is_alive()
        assert [team.name for team in Team.objects.order_by("pk").iterator(chunk_size=1)] == ["Before"]
    assert Team.objects.count() == 2
