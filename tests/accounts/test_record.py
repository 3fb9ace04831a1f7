"""The record of acts: words for everything, filters that cost one page, and a file."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast
from undersigned.accounts import acts, audit, record
from undersigned.accounts.models import AuditRecord, Team
from undersigned.accounts.permissions import Forbidden

pytestmark = pytest.mark.django_db

SOURCE = Path(record.__file__).parents[1]
WRITERS = {"record", "_record", "_audit"}


@cache
def calls() -> list[ast.Call]:
    """Every place of the program that writes a row."""
    return list(_calls())


def _calls() -> Iterator[ast.Call]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in WRITERS and {"verb", "team", "actor"} & {
                    *(k.arg for k in node.keywords), *(getattr(a, "id", "") for a in node.args)
                }:  # fmt: skip
                    yield node


def test_every_detail_of_an_act_has_words() -> None:
    keys = {k.arg for call in calls() for k in call.keywords if k.arg}
    assert len(keys) > 40
    assert keys - {"team", "actor", "verb", "subject"} - set(acts.KEYS) == set()


def test_every_act_has_words() -> None:
    verbs = {
        node.value
        for call in calls()
        for given in (*call.args, *(k.value for k in call.keywords if k.arg == "verb"))
        for node in ast.walk(given)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rstrip(".").count(".") == 1
    }
    assert len(verbs) > 50
    assert verbs - set(acts.ACTS) == set()


def written(team: Team, cast: Cast) -> None:
    for day, actor, verb in (
        (1, cast.owner, "team.rename"),
        (2, cast.editor, "roll.export"),
        (3, cast.editor, "draft.save"),
        (4, None, "appeal.erase"),
    ):
        with time_machine.travel(datetime(2026, 5, day, 12, tzinfo=UTC), tick=False):
            audit.record(team=team, actor=actor, verb=verb, subject="appeal:ferry", public=True, number=day)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, [4, 3, 2, 1]),
        ({"act": "draft.save"}, [3]),
        ({"act": "no.such"}, [4, 3, 2, 1]),
        ({"who": "system"}, [4]),
        ({"since": "2026-05-03"}, [4, 3]),
        ({"until": "2026-05-02"}, [2, 1]),
        ({"since": "2026-05-02", "until": "2026-05-03"}, [3, 2]),
        ({"since": "2030-01-01"}, []),
        ({"until": "nonsense", "who": "-1"}, [4, 3, 2, 1]),
        ({"until": "9999-12-31", "since": "0001-01-01"}, [4, 3, 2, 1]),
    ],
)
def test_the_record_is_filtered(cast: Cast, query: dict[str, str], days: list[int]) -> None:
    written(cast.team, cast)
    found = record.page(actor=cast.owner, team=cast.team, asked=record.Asked.read(query))
    assert [line.at.day for line in found.lines] == days


def test_a_person_is_chosen_by_name(cast: Cast, client: Client) -> None:
    written(cast.team, cast)
    client.force_login(cast.moderator)
    html = client.get(reverse("desk-audit"), {"who": cast.editor.pk}).content.decode()
    assert "exported the signatures" in html.split("<tbody>")[1] and "renamed" not in html.split("<tbody>")[1]
    assert "public names only: yes" in html and ">Otto<" not in html


def test_filters_ask_the_database_no_more_than_the_plain_page(cast: Cast) -> None:
    written(cast.team, cast)
    asked = record.Asked.read({"act": "draft.save", "since": "2026-05-01", "until": "2026-05-09"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        record.page(actor=cast.owner, team=cast.team, asked=asked)
    assert len(queries) == 4


def test_the_record_is_a_file_for_those_who_read_it(cast: Cast, client: Client) -> None:
    written(cast.team, cast)
    audit.record(team=cast.team, actor=None, verb="appeal.erase", subject="appeal:=cmd()")
    client.force_login(cast.editor)
    answer = client.get(reverse("desk-audit-export"), {"who": "system"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3 and lines[0].startswith("number,at,who,act")
    assert AuditRecord.objects.latest("pk").verb == "record.export"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20), tick=False):
        assert client.get(reverse("desk-audit-export")).status_code == 302
    for actor in (cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            record.export(actor=actor, team=cast.team, asked=record.Asked())
