"""Signatures gathered elsewhere: any bytes at all, all lines or none, and nobody is written to."""

import io
import json
from pathlib import Path

import pytest

from tests.signing import crowd
from undersigned.accounts.permissions import Forbidden
from undersigned.cli import main
from undersigned.ledger import read as ledger
from undersigned.ledger.fsck import fsck
from undersigned.lib import clock, vault
from undersigned.mailroom.models import Message
from undersigned.signing import sequence
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, PublicLine, Signature
from undersigned.signing.paper import check, elsewhere, lines, reverse, scans, settle, verify, wipe
from undersigned.signing.paper.refusals import NotPossible

pytestmark = pytest.mark.django_db
CSV = b"""name,email,place,country,affiliation,public,addressee,edition
Ana Sol,ana@people.example,Lower Quay,es,School,yes,yes,no
Bo Reed,,Hill,,,no,,x
"""


@pytest.fixture
def version(open_appeal):
    return crowd.original(open_appeal)


def shown(cast, version, data: bytes = CSV) -> Gathering:
    return elsewhere.preview(
        actor=cast.owner, version=version, data=io.BytesIO(data), origin="A stall", basis="I sign this text."
    )


def test_a_list_counts_after_somebody_looked_at_it(version, cast, open_appeal):
    gathering = shown(cast, version)
    assert (gathering.state, gathering.claimed) == ("preview", 2)
    with pytest.raises(Exception, match="changed"):
        verify.verify(actor=cast.owner, gathering=gathering)
    elsewhere.take(actor=cast.owner, gathering=gathering)
    assert verify.verify(actor=cast.owner, gathering=gathering).verified == 2
    sequence.record_due(force=True)
    log = ledger.log_of(open_appeal.public_id)
    assert [*fsck(log), *check.check(log)] == []
    assert ledger.totals(log).kinds["paper"] == 2
    ana = Signature.objects.get(public_line__name="Ana Sol")
    assert (ana.for_addressee, ana.for_edition, ana.wants_updates) == (True, False, False)
    assert (ana.public_line.country, ana.public_line.affiliation) == ("ES", "School")
    bo = Signature.objects.exclude(pk=ana.pk).get()
    assert (bo.display, bo.for_edition, PublicLine.objects.get(pk=bo.pk).listed) == ("unlisted", True, False)
    assert Message.objects.count() == 0
    assert scans.whole(open_appeal, gathering.mark) == CSV


def test_the_log_tells_nothing_of_a_list_that_could_be_guessed(version, cast):
    gathering = shown(cast, version)
    again = bytes.fromhex(gathering.sha256)
    assert gathering.digest != elsewhere.digest_text(again)
    assert len(bytes(gathering.salt)) == 32
    assert b"Ana" not in bytes(PaperLine.objects.first().sealed)


def test_only_editors_bring_lists_in(version, cast):
    for who in (cast.moderator, cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            elsewhere.preview(
                actor=who, version=version, data=io.BytesIO(CSV), origin="A stall", basis="I sign."
            )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file"),
        (b"name\n", "names nobody"),
        (b'name\n"Ana', "quotation mark"),
        (b"name,name\nAna,Bo\n", "Two columns"),
        (b"name,country\nAna,Atlantis\n", "Line 2"),
        (b"name,public\nAna,perhaps\n", "Line 2"),
        (b"name,edition\nAna,perhaps\n", "Line 2"),
        ("name\nAna\u202eSol\n".encode(), "Line 2"),
        (b"name\n" + b"x" * 5000 + b"\n", "Line 2"),
    ],
)
def test_any_bytes_get_a_clear_answer_and_nothing_stays(version, cast, data, said):
    with pytest.raises(elsewhere.Unacceptable, match=said):
        shown(cast, version, data)
    assert not Gathering.objects.exists()


def test_a_formula_stays_text_and_is_pointed_at():
    found = elsewhere.read_csv(b"name,place\n=cmd|calc!A1,Hill\n")
    assert found.errors == []
    assert found.entries[0][1].name == "=cmd|calc!A1"
    assert "lines 2" in found.notes[0]


def test_duplicates_within_a_list_and_on_line_are_put_to_a_person(version, cast):
    crowd.confirmed(version, "Ana", email="ana@people.example")
    gathering = shown(cast, version, b"name,email\nAna Sol,ana@people.example\nBo,\nBo,\nDee,\n")
    elsewhere.take(actor=cast.owner, gathering=gathering)
    asked = PaperMatch.objects.order_by("line__number")
    assert [(one.line.number, one.why, one.other is None) for one in asked] == [
        (2, "email", True), (4, "name", False),
    ]  # fmt: skip
    settle.decide(actor=cast.owner, match=asked[0], same=True)
    settle.decide(actor=cast.owner, match=asked[1], same=False)
    assert verify.verify(actor=cast.owner, gathering=gathering).verified == 3


def test_the_worker_goes_on_with_a_long_list(version, cast, monkeypatch):
    for module in (verify, reverse):
        monkeypatch.setattr(module, "_CHUNK", 1)
    people = b"name\n" + b"\n".join(b"Person %c" % (65 + place) for place in range(5))
    gathering = elsewhere.take(actor=cast.owner, gathering=shown(cast, version, people))
    some = verify.verify(actor=cast.owner, gathering=gathering, most=2)
    assert (some.state, some.verified) == ("counting", 2)
    assert (verify.go(), verify.go()) == (1, 0)
    gathering.refresh_from_db()
    assert (gathering.state, gathering.verified) == ("counted", 5)
    reverse.reverse(actor=cast.owner, gathering=gathering, reason="wrong", most=2)
    assert Signature.objects.filter(state="confirmed").count() == 3
    assert (reverse.go(), reverse.go()) == (1, 0)
    assert not Signature.objects.filter(state="confirmed").exists()


def test_a_list_that_was_broken_off_when_it_came_in_is_never_taken(version, cast):
    gathering = shown(cast, version)
    PaperLine.objects.filter(number=3).delete()
    with pytest.raises(NotPossible, match="broken off"):
        elsewhere.take(actor=cast.owner, gathering=gathering)


def test_the_verifier_counts_paper_apart(version, cast, open_appeal, data, capsys):
    gathering = elsewhere.take(actor=cast.owner, gathering=shown(cast, version))
    verify.verify(actor=cast.owner, gathering=gathering)
    crowd.confirmed(version, "Cy Dent")
    sequence.record_due(force=True)
    assert main(["verify", str(data / "ledger" / open_appeal.public_id), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["logs"][0]
    assert (found["signatures"], found["kinds"]["paper"], found["kinds"]["mail"]) == (3, 2, 1)
    reverse.reverse(actor=cast.owner, gathering=gathering, reason="the wrong list")
    sequence.record_due(force=True)
    main(["verify", str(data / "ledger" / open_appeal.public_id), "--json"])
    found = json.loads(capsys.readouterr().out)["logs"][0]
    assert (found["signatures"], found["kinds"]["paper"], found["struck"]) == (1, 0, 2)


def test_a_list_that_nobody_takes_is_dropped_after_two_days(version, cast):
    shown(cast, version)
    assert wipe.drop_previews() == 0
    assert wipe.drop_previews(clock.now() + wipe.PREVIEW_FOR) == 1
    assert not Gathering.objects.exists()


def test_a_damaged_file_and_a_lost_leaf_are_found(version, cast, open_appeal):
    gathering = elsewhere.take(actor=cast.owner, gathering=shown(cast, version))
    verify.verify(actor=cast.owner, gathering=gathering)
    sequence.record_due(force=True)
    log = ledger.log_of(open_appeal.public_id)
    scans.destroy(gathering.mark)
    Gathering.objects.update(leaf_index=1, verified=3)
    assert {one.code for one in check.check(log)} == {"scan", "sheet-leaf", "sheet-count"}


def test_a_sealed_file_that_was_cut_does_not_open(version, cast, open_appeal, monkeypatch):
    monkeypatch.setattr(scans, "_PIECE", 20)
    stored = scans.store(open_appeal, io.BytesIO(CSV), most=1000)
    path = Path(scans.kept.storage().path(scans.path_of(stored.mark)))
    whole = path.read_bytes()
    assert scans.whole(open_appeal, stored.mark) == CSV
    path.write_bytes(whole[: 4 + 20 + 29])
    with pytest.raises(vault.VaultError):
        scans.whole(open_appeal, stored.mark)


def test_a_line_seals_and_opens_as_it_was():
    reading = lines.Reading(name="Ána", place="x", edition=True)
    assert lines.unseal(lines.seal(reading, reading)) == [reading, reading]
