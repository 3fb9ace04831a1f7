"""Signatures on paper: kept, read by two, settled by a third, counted once, taken back."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from tests.signing import crowd, sheets
from tests.signing.sheets import ANA, BO, CY
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, kept
from undersigned.ledger import read as ledger
from undersigned.ledger.fsck import fsck
from undersigned.lib import clock, journal
from undersigned.mailroom.models import Message
from undersigned.signing import expire, opening, sequence
from undersigned.signing.models import (
    Gathering,
    PaperLine,
    PaperMatch,
    Person,
    PublicLine,
    RecordedEnd,
    Signature,
    Undo,
)
from undersigned.signing.paper import (
    check,
    forget,
    keep,
    lines,
    matches,
    reverse,
    scans,
    settle,
    transcribe,
    verify,
    wipe,
)
from undersigned.signing.paper.refusals import KeptAlready, NotPossible
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.tally import Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal):
    return crowd.original(open_appeal)


def recount(appeal):
    sequence.record_due(force=True)
    log = ledger.log_of(appeal.public_id)
    assert [*fsck(log), *check.check(log)] == []
    tally = Tally(log.origin)
    for entry in log.leaves.order_by("index").values_list("entry", flat=True):
        tally.apply(leaves_of.parse(bytes(entry)))
    return tally


def test_it_keeps_a_scan_sealed_with_its_digest(version, cast):
    sheets.sheet(version)
    scan = sheets.scan(b"\0" * 3_000_000)
    made = keep.keep(actor=cast.moderator, appeal=version.text.appeal, number=1, claimed=3, data=scan)
    with kept.storage().open(scans.path_of(made.mark)) as file:
        assert sheets.PNG not in file.read()
    assert b"".join(scans.read(version.text.appeal, made.mark)) == scan.getvalue()
    assert (made.claimed, made.size) == (3, len(scan.getvalue()))
    assert AuditRecord.objects.get(verb="paper.keep").detail["sha256"] == made.sha256


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"GIF89a....", "JPEG"), (b"<script>alert(1)</script>", "JPEG")],
)
def test_a_file_that_is_no_scan_is_refused(version, cast, data, said):
    sheets.sheet(version)
    with pytest.raises(ValidationError, match=said):
        keep.keep(actor=cast.owner, appeal=version.text.appeal, number=1, claimed=0, data=io.BytesIO(data))
    assert not list(kept_files())


def kept_files():
    top = kept.storage().path("scans")
    return [] if not kept.storage().exists("scans") else [p for p in Path(top).rglob("*") if p.is_file()]


def test_thirty_megabytes_are_taken_and_more_get_a_clear_answer(version, cast, monkeypatch):
    monkeypatch.setattr(keep, "SIZE_MAX", 2_000_000)
    sheets.sheet(version)
    fits = io.BytesIO(sheets.PNG + b"\1" * (2_000_000 - len(sheets.PNG)))
    more = io.BytesIO(sheets.PNG + b"\1" * 2_000_000)
    with pytest.raises(ValidationError, match="larger than 2 MB"):
        keep.keep(actor=cast.owner, appeal=version.text.appeal, number=1, claimed=0, data=more)
    assert kept_files() == []
    assert (
        keep.keep(actor=cast.owner, appeal=version.text.appeal, number=1, claimed=0, data=fits).size
        == 2_000_000
    )


def test_an_unknown_number_and_a_sheet_of_another_appeal_get_a_clear_answer(version, cast):
    other = draft.create_appeal(
        actor=cast.owner, team=cast.team, slug="other", title="Other", language="en",
        source="---\ntitle: Other\nlang: en\n---\n\nWords.\n",
    )  # fmt: skip
    sheets.sheet(version, 7)
    for number in (7, 8):
        with pytest.raises(ValidationError, match=f"number {number}"):
            keep.keep(actor=cast.owner, appeal=other, number=number, claimed=0, data=sheets.scan())
    assert not Gathering.objects.exists()


def test_the_same_file_or_sheet_twice_gets_a_clear_answer(version, cast):
    for number in (1, 2):
        sheets.sheet(version, number)
    same = sheets.scan().getvalue()
    appeal = version.text.appeal
    first = keep.keep(actor=cast.owner, appeal=appeal, number=1, claimed=1, data=io.BytesIO(same))
    with pytest.raises(KeptAlready, match="very file") as refusal:
        keep.keep(actor=cast.owner, appeal=appeal, number=2, claimed=1, data=io.BytesIO(same))
    assert refusal.value.gathering == first
    with pytest.raises(KeptAlready, match="Sheet 1"):
        keep.keep(actor=cast.owner, appeal=appeal, number=1, claimed=1, data=sheets.scan())
    assert len(kept_files()) == 1
    reverse.reverse(actor=cast.owner, gathering=first, reason="blurred")
    assert keep.keep(actor=cast.owner, appeal=appeal, number=1, claimed=1, data=io.BytesIO(same))


def test_only_those_who_see_contact_data_may_touch_paper(version, cast):
    gathering = sheets.kept(version, cast.owner)
    for who in (cast.viewer, cast.outsider):
        for act in (
            lambda who=who: keep.keep(
                actor=who, appeal=version.text.appeal, number=1, claimed=0, data=sheets.scan()
            ),
            lambda who=who: transcribe.begin(actor=who, gathering=gathering),
            lambda who=who: transcribe.finish(actor=who, gathering=gathering, rest_empty=True),
            lambda who=who: verify.verify(actor=who, gathering=gathering),
            lambda who=who: reverse.reverse(actor=who, gathering=gathering, reason="x"),
            lambda who=who: settle.differing(actor=who, gathering=gathering),
            lambda who=who: settle.look_again(actor=who, gathering=gathering),
            lambda who=who: forget.find(actor=who, appeal=version.text.appeal, query="Ana Sol"),
        ):
            with pytest.raises(Forbidden):
                act()
    with pytest.raises(Forbidden):
        reverse.reverse(actor=cast.moderator, gathering=gathering, reason="x")


def test_two_read_blind_and_nobody_else(version, cast):
    gathering = sheets.kept(version, cast.owner)
    first = transcribe.begin(actor=cast.editor, gathering=gathering)
    assert transcribe.begin(actor=cast.editor, gathering=gathering) == first
    transcribe.write(actor=cast.editor, gathering=gathering, number=1, values=ANA)
    transcribe.begin(actor=cast.moderator, gathering=gathering)
    with pytest.raises(NotPossible, match="Nobody sees"):
        transcribe.read_lines(actor=cast.moderator, transcript=first)
    with pytest.raises(NotPossible, match="Two others"):
        transcribe.begin(actor=cast.owner, gathering=gathering)
    assert transcribe.read_lines(actor=cast.editor, transcript=first)[1].name == "Ana Sol"


def test_a_reading_ends_when_every_line_was_looked_at(version, cast):
    gathering = sheets.kept(version, cast.owner)
    transcribe.begin(actor=cast.editor, gathering=gathering)
    transcribe.write(actor=cast.editor, gathering=gathering, number=1, values=ANA)
    with pytest.raises(NotPossible, match="2, 3, 4"):
        transcribe.finish(actor=cast.editor, gathering=gathering, rest_empty=False)
    with pytest.raises(lines.Unfit):
        transcribe.write(actor=cast.editor, gathering=gathering, number=2, values={"name": "12"})
    with pytest.raises(NotPossible, match="no line 5"):
        transcribe.write(actor=cast.editor, gathering=gathering, number=5, values=BO)
    transcribe.finish(actor=cast.editor, gathering=gathering, rest_empty=True)
    transcribe.finish(actor=cast.editor, gathering=gathering, rest_empty=True)
    with pytest.raises(NotPossible):
        transcribe.write(actor=cast.editor, gathering=gathering, number=1, values=BO)


def test_what_two_agree_on_counts_and_nothing_else(version, cast, open_appeal):
    gathering = sheets.counted(cast, version, ANA, BO, {"mark": "unreadable"}, claimed=3)
    assert (gathering.claimed, gathering.transcribed, gathering.verified) == (3, 2, 2)
    tally = recount(open_appeal)
    assert (tally.signatures, tally.kinds["paper"]) == (2, 2)
    ana = Signature.objects.get(public_line__name="Ana Sol")
    assert (ana.kind, ana.for_addressee, ana.for_edition, ana.wants_updates) == ("paper", True, True, False)
    assert PublicLine.objects.filter(listed=True).count() == 2
    assert b"Ana" not in bytes(Person.objects.get(signature=ana).sealed)
    assert Message.objects.count() == 0
    verify.verify(actor=cast.owner, gathering=gathering)
    assert recount(open_appeal).signatures == 2


def test_the_sheet_leaf_holds_the_digest_of_the_scan_and_stands_before_its_lines(version, cast, open_appeal):
    gathering = sheets.counted(cast, version, ANA)
    recount(open_appeal)
    gathering.refresh_from_db()
    log = ledger.log_of(open_appeal.public_id)
    found = [leaves_of.parse(bytes(e)) for e in log.leaves.order_by("index").values_list("entry", flat=True)]
    sheet = found[gathering.leaf_index]
    assert isinstance(sheet, leaves_of.Sheet)
    assert leaves_of.decode_digest(sheet.digest).hex() == gathering.sha256
    assert found[gathering.leaf_index + 1].sheet == gathering.leaf_index


def test_a_third_person_settles_where_two_differ(version, cast):
    gathering = sheets.kept(version, cast.owner, claimed=2)
    sheets.read_by(cast.editor, gathering, ANA, BO, CY)
    sheets.read_by(cast.moderator, gathering, ANA, BO | {"name": "Bo Read"}, {"mark": "blank"})
    gathering.refresh_from_db()
    assert gathering.state == "settling"
    with pytest.raises(NotPossible, match="yourself"):
        settle.settle(actor=cast.editor, gathering=gathering, number=2, choice="first")
    with pytest.raises(NotPossible):
        verify.verify(actor=cast.owner, gathering=gathering)
    found = settle.differing(actor=cast.owner, gathering=gathering)
    assert (found.number, found.fields) == (2, ["name"])
    settle.settle(
        actor=cast.owner, gathering=gathering, number=2, choice="typed", values=BO | {"name": "Bo Reid"}
    )
    with pytest.raises(NotPossible, match="settled already"):
        settle.settle(actor=cast.owner, gathering=gathering, number=2, choice="first")
    settle.settle(actor=cast.owner, gathering=gathering, number=3, choice="second")
    gathering = verify.verify(actor=cast.owner, gathering=gathering)
    assert gathering.verified == 2
    assert set(PublicLine.objects.values_list("name", flat=True)) == {"Ana Sol", "Bo Reid"}


def test_whoever_signed_on_line_is_put_to_a_person_by_address_and_by_name(version, cast, open_appeal):
    crowd.confirmed(version, "Someone Else", email="ana@people.example")
    crowd.confirmed(version, "Bó Reed", place="upper quay")
    crowd.confirmed(version, "Cy Dent", place="Elsewhere")
    sequence.record_due(force=True)
    gathering = sheets.read(
        cast, sheets.kept(version, cast.owner), ANA | {"email": "Ana@people.example"}, BO, CY
    )
    found = PaperMatch.objects.order_by("line__number")
    assert [(one.line.number, one.why) for one in found] == [(1, "email"), (2, "name")]
    with pytest.raises(NotPossible, match="decide first"):
        verify.verify(actor=cast.owner, gathering=gathering)
    settle.decide(actor=cast.owner, match=found[0], same=True)
    settle.decide(actor=cast.owner, match=found[1], same=True)
    settle.decide(actor=cast.owner, match=found[1], same=False)
    assert verify.verify(actor=cast.owner, gathering=gathering).verified == 2
    assert recount(open_appeal).signatures == 5
    assert list(PaperLine.objects.order_by("number").values_list("state", flat=True)) == [
        "duplicate", "counted", "counted", "empty",
    ]  # fmt: skip


def test_who_is_being_recorded_is_found_too(version, cast):
    crowd.confirmed(version, "Ana Sol", place="Lower Quay")
    sheets.read(cast, sheets.kept(version, cast.owner), ANA)
    assert PaperMatch.objects.get().why == "name"


def test_who_signs_on_line_behind_the_sheet_is_found_when_somebody_looks_again(version, cast, open_appeal):
    gathering = sheets.counted(cast, version, ANA | {"email": "ana@people.example"}, BO)
    sequence.record_due(force=True)
    crowd.confirmed(version, "A. Sol", email="ana@people.example")
    assert recount(open_appeal).signatures == 3
    assert settle.look_again(actor=cast.owner, gathering=gathering) == 1
    settle.decide(actor=cast.owner, match=PaperMatch.objects.get(), same=True)
    tally = recount(open_appeal)
    assert (tally.signatures, tally.kinds["paper"]) == (2, 1)
    assert Gathering.objects.get().verified == 1
    assert settle.look_again(actor=cast.owner, gathering=gathering) == 0


def test_lines_of_other_sheets_and_of_the_same_are_compared(version, cast):
    sheets.counted(cast, version, ANA, BO, number=1)
    second = sheets.read(
        cast, sheets.kept(version, cast.owner, number=2), {"name": "ANA  SOL", "place": ""}, CY, CY
    )
    found = [(m.line.number, m.other.number) for m in PaperMatch.objects.order_by("line__number")]
    assert found == [(1, 1), (3, 2)]
    for match in PaperMatch.objects.all():
        settle.decide(actor=cast.owner, match=match, same=True)
    assert verify.verify(actor=cast.owner, gathering=second).verified == 1


def test_taking_a_sheet_back_undoes_each_line_and_keeps_the_record(version, cast, open_appeal):
    crowd.confirmed(version, "Dee Online")
    gathering = sheets.counted(cast, version, ANA, BO)
    assert recount(open_appeal).signatures == 3
    for _again in range(2):
        gathering = reverse.reverse(actor=cast.editor, gathering=gathering, reason="the wrong text")
    tally = recount(open_appeal)
    assert (tally.signatures, tally.kinds["paper"], tally.undone("struck")) == (1, 0, 2)
    assert Undo.objects.count() == 2
    assert (gathering.state, gathering.verified, gathering.sheet.number) == ("reversed", 2, 1)
    assert Person.objects.count() == PublicLine.objects.count() == 1
    assert AuditRecord.objects.filter(verb="paper.reverse").count() == 1
    assert verify.totals(open_appeal.pk) == {"claimed": 0, "transcribed": 0, "verified": 0}


def test_a_line_left_out_for_a_sheet_that_is_taken_back_can_count_after_all(version, cast, open_appeal):
    first = sheets.counted(cast, version, ANA, number=1)
    second = sheets.read(cast, sheets.kept(version, cast.owner, number=2), ANA, BO)
    settle.decide(actor=cast.owner, match=PaperMatch.objects.get(), same=True)
    second = verify.verify(actor=cast.owner, gathering=second)
    assert second.verified == 1
    reverse.reverse(actor=cast.owner, gathering=first, reason="torn")
    second.refresh_from_db()
    assert second.state == "checking"
    assert verify.verify(actor=cast.owner, gathering=second).verified == 2
    assert recount(open_appeal).signatures == 2


def test_a_sheet_can_be_taken_back_before_it_is_read(version, cast):
    gathering = sheets.kept(version, cast.owner)
    transcribe.begin(actor=cast.editor, gathering=gathering)
    transcribe.write(actor=cast.editor, gathering=gathering, number=1, values=ANA)
    reverse.reverse(actor=cast.owner, gathering=gathering, reason="upside down")
    with pytest.raises(NotPossible):
        transcribe.finish(actor=cast.editor, gathering=gathering, rest_empty=True)


def test_a_person_on_paper_is_found_and_erased_with_the_scan(version, cast, open_appeal):
    gathering = sheets.counted(cast, version, ANA | {"email": "ana@people.example"}, BO)
    assert recount(open_appeal).signatures == 2
    by_name = forget.find(actor=cast.owner, appeal=open_appeal, query="ana sol")
    assert by_name == forget.find(actor=cast.owner, appeal=open_appeal, query="ANA@people.example")
    assert len(kept_files()) == 1
    for _again in range(2):
        forget.erase_line(actor=cast.owner, line=by_name[0])
    gathering.refresh_from_db()
    assert (gathering.is_kept, gathering.verified) == (False, 1)
    assert forget.find(actor=cast.owner, appeal=open_appeal, query="Ana Sol") == []
    assert Signature.objects.count() == 1
    assert (recount(open_appeal).signatures, recount(open_appeal).undone("own")) == (1, 1)
    words = " ".join(word for line in journal.words() for word in line)
    assert gathering.mark in words
    assert "Ana" not in words


@pytest.mark.django_db(transaction=True)
def test_an_erased_line_stays_erased_when_a_backup_is_put_back(version, cast):
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA, BO)
    line = PaperLine.objects.get(number=1)
    sealed = bytes(line.sealed)
    forget.erase_line(actor=cast.owner, line=line)
    assert kept_files() == []
    PaperLine.objects.filter(pk=line.pk).update(state="ready", sealed=sealed)
    Gathering.objects.update(is_kept=True)
    assert wipe.replay() == 1
    line.refresh_from_db()
    gathering.refresh_from_db()
    assert (line.state, line.sealed, gathering.is_kept) == ("erased", None, False)


def test_retention_ends_for_paper_too(version, cast, open_appeal):
    sheets.counted(cast, version, ANA, BO)
    recount(open_appeal)
    opening.close_appeal(actor=cast.owner, appeal=open_appeal)
    later = clock.now() + timedelta(days=20)
    sequence.record_due(now=later, force=True)
    assert RecordedEnd.objects.exists()
    expire.erase_expired(clock.now() + timedelta(days=4000))
    assert kept_files() == []
    assert not PaperLine.objects.exclude(name_key=None, sealed=None, email_key=None).exists()
    assert forget.find(actor=cast.owner, appeal=open_appeal, query="Ana Sol") == []
    assert recount(open_appeal).signatures == 2


def test_the_end_of_the_count_waits_for_sheets_that_are_being_read(version, cast, open_appeal):
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA)
    opening.close_appeal(actor=cast.owner, appeal=open_appeal)
    later = clock.now() + timedelta(days=2)
    sequence.record_due(now=later, force=True)
    assert not RecordedEnd.objects.exists()
    verify.verify(actor=cast.owner, gathering=gathering, at=later)
    sequence.record_due(now=later, force=True)
    sequence.record_due(now=later, force=True)
    assert RecordedEnd.objects.exists()
    assert recount(open_appeal).signatures == 1
    sheets.sheet(version, 9)
    with pytest.raises(NotPossible, match="final"):
        keep.keep(actor=cast.owner, appeal=open_appeal, number=9, claimed=0, data=sheets.scan())


def test_an_abandoned_sheet_holds_the_end_up_for_two_weeks_only(version, cast, open_appeal):
    sheets.kept(version, cast.owner)
    opening.close_appeal(actor=cast.owner, appeal=open_appeal)
    sequence.record_due(now=clock.now() + timedelta(days=15), force=True)
    assert RecordedEnd.objects.exists()


def test_an_address_on_paper_occupies_nobodys_place_on_line(version, cast, open_appeal):
    sheets.counted(cast, version, BO | {"email": "ana@people.example"})
    assert crowd.confirmed(version, "Ana Sol").state == "confirmed"
    assert recount(open_appeal).signatures == 2


def test_counting_that_was_broken_off_goes_on_where_it_stood(version, cast, open_appeal, monkeypatch):
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA, BO, CY)
    monkeypatch.setattr(verify, "_CHUNK", 2)
    real, done = verify._count_some, []

    def dies(*args):
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return real(*args)

    monkeypatch.setattr(verify, "_count_some", dies)
    with pytest.raises(KeyboardInterrupt):
        verify.verify(actor=cast.owner, gathering=gathering)
    monkeypatch.setattr(verify, "_count_some", real)
    gathering.refresh_from_db()
    assert (gathering.state, gathering.verified) == ("counting", 2)
    assert verify.verify(actor=cast.owner, gathering=gathering).verified == 3
    assert recount(open_appeal).kinds["paper"] == 3


def test_a_search_with_odd_words_finds_nothing(version, cast, open_appeal):
    sheets.counted(cast, version, ANA)
    for query in ("", "@", "a@", "@@", "\0", "x" * 3000, "Nobody"):
        assert forget.find(actor=cast.owner, appeal=open_appeal, query=query) == []


def test_names_are_found_however_they_are_spelt(open_appeal):
    keys = matches.Keys(open_appeal)
    assert keys.name("Zoë  O'Neil") == keys.name("zoe oneil") != keys.name("Zoe Neal")


def test_a_killed_upload_leaves_no_sealed_file(version, cast, monkeypatch):
    kept_one = sheets.kept(version, cast.owner)
    stored = scans.store(version.text.appeal, sheets.scan(), most=1_000_000)
    folder = Path(kept.storage().path(scans.path_of(stored.mark))).parent
    (folder / ".new-begun").write_bytes(b"half")
    assert wipe.sweep() == 0, "an upload may still go on"
    assert wipe.sweep(clock.now() + timedelta(days=1)) == 2
    assert not scans.exists(stored.mark) and list(folder.iterdir()) == []
    assert scans.exists(kept_one.mark)
