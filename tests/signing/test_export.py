"""Exports: whole, streamed, harmless in a spreadsheet, by those who may."""

import csv
import io
import json

import pytest

from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.commands import BadInput
from undersigned.commands import export as command
from undersigned.lib import cells
from undersigned.signing import export, sequence

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", updates=True, place="Ríos")
    crowd.confirmed(version, "Bo Reed", display="pseudonym", pseudonym="Heron")
    crowd.confirmed(version, '=HYPERLINK("x")', email="f@people.example", role="@SUM(1)")
    crowd.pending(version, "Di Moss")
    sequence.record_due()
    return open_appeal


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_it_writes_every_signature_that_stands_with_its_consents(signed, cast):
    rows = table(b"".join(export.rows(cast.editor, signed, "csv")))
    assert [row["name"] for row in rows] == ["Ana Sol", "Bo Reed", '\'=HYPERLINK("x")']
    assert rows[0] | {"email": "ana.sol@people.example", "updates": "yes", "edition": "no"} == rows[0]
    assert (rows[1]["shown_name"], rows[1]["display"]) == ("Heron", "pseudonym")
    assert rows[2]["role"] == "'@SUM(1)"
    assert not any("index" in column or "leaf" in column for column in rows[0])


def test_it_writes_json(signed, cast):
    found = json.loads(b"".join(export.rows(cast.owner, signed, "json")))
    assert [row["name"] for row in found["signatures"]] == ["Ana Sol", "Bo Reed", '=HYPERLINK("x")']
    assert found["signatures"][0]["updates"] is True


def test_the_public_file_has_no_address_and_no_true_name_behind_a_pseudonym(signed):
    data = b"".join(export.public_rows(None, signed, "csv"))
    assert b"people.example" not in data
    assert b"Bo Reed" not in data
    assert {row["name"] for row in table(data)} == {"Ana Sol", "Heron", '\'=HYPERLINK("x")'}


def test_an_empty_roll_is_a_good_file(open_appeal):
    assert json.loads(b"".join(export.rows(None, open_appeal, "json"))) == {"signatures": []}
    assert table(b"".join(export.rows(None, open_appeal, "csv"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("a=1", "a=1"),
    ],
)
def test_it_defuses_formulas(text, expected):
    assert cells.cell(text) == expected


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_get_nothing_not_even_the_first_byte(signed, cast, who):
    with pytest.raises(Forbidden):
        export.rows(getattr(cast, who), signed, "csv")
    assert not AuditRecord.objects.filter(verb="roll.export").exists()


def test_each_export_leaves_an_audit_row(signed, cast):
    export.rows(cast.editor, signed, "csv")
    row = AuditRecord.objects.get(verb="roll.export")
    assert row.detail == {"format": "csv", "public": False}


class _Output:
    def __init__(self) -> None:
        self.buffer = io.BytesIO()


def test_the_command_writes_to_standard_output(signed, monkeypatch):
    output = _Output()
    monkeypatch.setattr(command.sys, "stdout", output)
    options = command.argparse.Namespace(slug=signed.slug, format="json", public=False)
    assert command.run(options) == 0
    assert len(json.loads(output.buffer.getvalue())["signatures"]) == 3


def test_the_command_names_an_appeal_that_is_not_there(db):
    with pytest.raises(BadInput, match="no appeal nowhere"):
        command.run(command.argparse.Namespace(slug="nowhere", format="csv", public=False))
