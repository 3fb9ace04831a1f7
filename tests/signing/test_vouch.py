"""Carriers vouch: the code by mail, the session, the quota, the person's own link, and the end of it."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.signing import crowd
from tests.signing.vouching import carrier, code, opened, vouched
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, publish
from undersigned.circulation import links, revoke
from undersigned.circulation.answer import LinkOver, NotAllowed
from undersigned.circulation.models import Carrier, DoNotWrite
from undersigned.circulation.rights import Rights
from undersigned.ledger import read
from undersigned.lib import clock, env, tokens
from undersigned.lib.fields import FieldError
from undersigned.mailroom.models import Message
from undersigned.pages import counts
from undersigned.signing import commitment, export, mine, moderate, people, roll, sequence
from undersigned.signing.erase import erase
from undersigned.signing.models import Signature, Undo, Voucher, Vouching
from undersigned.signing.vouch import add, fsck, listing, public_name, session, take_back
from undersigned.signing.vouch import author as desk
from undersigned.signing.withdraw import withdraw
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(author, open_appeal):
    return carrier(author, open_appeal)


def later(monkeypatch, **span) -> None:
    now = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_a_vouched_signature_is_recorded_under_its_kind_and_nothing_holds_an_address(ines, open_appeal):
    row = vouched(ines, opened(ines), place="Lower Quay")
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    row.refresh_from_db()
    assert (row.kind, row.state, row.repeat_key, row.carrier) == ("vouched", "recorded", None, ines)
    log = read.log_of(open_appeal.public_id)
    leaf = leaves_of.parse(bytes(log.leaves.get(index=row.leaf_index).entry))
    assert (leaf.kind, leaf.commitment) == ("vouched", row.commitment)
    standing = counts.standing(open_appeal)
    assert standing.total.kinds == {"mail": 1, "vouched": 1, "paper": 0, "org": 0}
    assert read.totals(log).kinds == standing.total.kinds
    assert people.unseal(row.person)["email"] == ""
    assert people.unseal(row.person)["name"] == ""
    # Of the carrier's mail there is one, the code; of the person's none.
    assert list(Message.objects.exclude(kind="signed").values_list("kind", flat=True)) == ["vouch-code"]


def test_the_commitment_is_bound_to_the_carrier_and_opens_with_the_full_receipt(ines):
    row = vouched(ines, opened(ines))
    made = leaves_of.commitment(
        leaves_of.public_digest(bytes(row.salt_public), {"name": "Heron"}),
        leaves_of.private_digest(bytes(row.salt_private), {"u": ines.public_id}),
    )
    assert leaves_of.digest_text(made) == row.commitment
    found = mine.find(mine_token(row))
    assert commitment.opening(found, "")["dpriv"] == leaves_of.b64u(
        leaves_of.private_digest(bytes(row.salt_private), {"u": ines.public_id})
    )


def mine_token(row: Signature) -> str:
    return tokens.token("mine", row.nonce)


def test_a_forwarded_link_alone_vouches_for_nobody(ines):
    token = links.token(ines)
    session.ask_code(token=token)
    assert session.enter(token=token, typed="00000-00000") is None
    for guess in ("", "x", "A" * 500):
        with pytest.raises(session.SessionOver):
            vouched(ines, guess)
    assert not Signature.objects.exists()


def test_a_code_dies_of_five_wrong_tries_and_the_right_one_comes_too_late(ines):
    right = code(ines)
    for _ in range(session.TRIES):
        assert session.enter(token=links.token(ines), typed="00000-00000") is None
    assert session.enter(token=links.token(ines), typed=right) is None


def test_a_code_works_once_in_any_case_and_only_for_its_own_carrier(ines, author, open_appeal):
    other = carrier(author, open_appeal, "Olga")
    right = code(ines)
    session.ask_code(token=links.token(other))
    assert session.enter(token=links.token(other), typed=right) is None
    assert session.enter(token=links.token(ines), typed=right.lower().replace("-", " "))
    assert session.enter(token=links.token(ines), typed=right) is None


def test_a_code_and_an_idle_session_run_out(ines, monkeypatch):
    right = code(ines)
    started = clock.now()
    monkeypatch.setattr(clock, "now", lambda: started + session.CODE_FOR)
    assert session.enter(token=links.token(ines), typed=right) is None
    given = opened(ines)
    monkeypatch.setattr(clock, "now", lambda: started + session.CODE_FOR + timedelta(minutes=29))
    vouched(ines, given)
    monkeypatch.setattr(clock, "now", lambda: started + session.CODE_FOR + timedelta(minutes=60))
    with pytest.raises(session.SessionOver):
        vouched(ines, given, "Tern")


def test_no_session_lasts_for_ever_however_busy(ines, monkeypatch):
    given, started = opened(ines), clock.now()
    for minutes in range(20, 260, 20):
        monkeypatch.setattr(clock, "now", lambda m=minutes: started + timedelta(minutes=m))
        if minutes < 240:
            session.shown(token=links.token(ines), session=given)
    with pytest.raises(session.SessionOver):
        session.shown(token=links.token(ines), session=given)


def test_one_session_lives_at_a_time_and_ends_with_the_carrier_or_the_right(ines, author, monkeypatch):
    first = opened(ines)
    later(monkeypatch, minutes=3)
    second = opened(ines)
    with pytest.raises(session.SessionOver):
        vouched(ines, first)
    vouched(ines, second)
    Carrier.objects.filter(pk=ines.pk).update(may_vouch=False)
    with pytest.raises(NotAllowed):
        vouched(ines, second, "Tern")
    Carrier.objects.filter(pk=ines.pk).update(may_vouch=True)
    revoke.revoke(actor=author, carrier=ines)
    with pytest.raises(LinkOver):
        vouched(ines, second, "Tern")


def test_codes_cannot_fill_the_carriers_mailbox(ines, monkeypatch):
    token = links.token(ines)
    for _ in range(5):
        session.ask_code(token=token)
    assert Message.objects.count() == 1
    for _ in range(session.CODES_A_DAY - 1):
        later(monkeypatch, minutes=3)
        session.ask_code(token=token)
    later(monkeypatch, minutes=3)
    with pytest.raises(NotAllowed):
        session.ask_code(token=token)
    assert Message.objects.count() == session.CODES_A_DAY


def test_an_address_that_wants_no_letters_gets_no_code(ines):
    DoNotWrite.objects.create(address_key=bytes(ines.address_key), at=clock.now())
    with pytest.raises(NotAllowed):
        session.ask_code(token=links.token(ines))
    assert not Message.objects.exists()


def test_who_has_no_right_gets_no_code(author, open_appeal):
    one = carrier(author, open_appeal, given=Rights(collect=True))
    with pytest.raises(NotAllowed):
        session.ask_code(token=links.token(one))


def test_neither_code_nor_session_nor_pseudonym_stands_in_the_database_in_clear(ines):
    right = code(ines)
    given = session.enter(token=links.token(ines), typed=right)
    row = vouched(ines, given, "Secret Heron", display="unlisted")
    held = repr(list(Voucher.objects.values())) + repr(list(Vouching.objects.values()))
    held += repr(list(Message.objects.values())) + repr(bytes(row.person.sealed)) + row.public_line.name
    for secret in (right, given, "Secret", "Heron"):
        assert secret not in held
    assert "Heron" not in repr(list(AuditRecord.objects.values()))


def test_the_quota_is_the_authors_and_ends_it(ines, author, cast):
    given = opened(ines)
    desk.set_quota(actor=author, carrier=ines, quota=2)
    vouched(ines, given, "Heron")
    vouched(ines, given, "Tern")
    with pytest.raises(NotAllowed):
        vouched(ines, given, "Gull")
    assert Signature.objects.count() == 2
    for wrong in (1, -1, 501):
        with pytest.raises(FieldError):
            desk.set_quota(actor=author, carrier=ines, quota=wrong)
    for nobody in (cast.outsider, cast.viewer, cast.moderator):
        with pytest.raises(Forbidden):
            desk.set_quota(actor=nobody, carrier=ines, quota=100)
    desk.set_quota(actor=author, carrier=ines, quota=3)
    vouched(ines, given, "Gull")


def test_the_database_itself_refuses_a_place_beyond_the_quota(ines, author):
    given = opened(ines)
    desk.set_quota(actor=author, carrier=ines, quota=1)
    row = vouched(ines, given)
    voucher = Voucher.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.update(used=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.update(quota=0)
    other = crowd.pending(row.version)
    values = {"signature": other, "voucher": voucher, "appeal": row.appeal, "form_key": b"x" * 32}
    for number in (1, 2):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vouching.objects.create(number=number, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vouching.objects.filter(pk=row.pk).update(number=7)


def test_what_is_taken_back_is_struck_with_an_undo_and_gives_no_place_back(ines, open_appeal):
    given = opened(ines)
    vouched(ines, given, "Heron")
    vouched(ines, given, "Tern")
    sequence.record_due(force=True)
    take_back.take_back(token=links.token(ines), session_token=given, number=1)
    assert Undo.objects.get().why == "struck"
    assert [line.name for line in roll.page(open_appeal).lines] == ["Tern"]
    sequence.record_due(force=True)
    total = counts.standing(open_appeal).total
    assert (total.signatures, total.vouched, total.struck) == (1, 1, 1)
    assert Voucher.objects.get().used == 2
    for number in (1, 3, 0):
        with pytest.raises(take_back.NotThere):
            take_back.take_back(token=links.token(ines), session_token=given, number=number)


def test_what_was_not_recorded_never_counts_once_taken_back(ines, open_appeal):
    given = opened(ines)
    row = vouched(ines, given)
    take_back.take_back(token=links.token(ines), session_token=given, number=1)
    sequence.record_due(force=True)
    row.refresh_from_db()
    assert (row.state, row.leaf_index) == ("refused", None)
    assert counts.standing(open_appeal).total.signatures == 0


def test_nobody_takes_back_or_sees_what_another_vouched_for(ines, author, open_appeal):
    vouched(ines, opened(ines))
    other = carrier(author, open_appeal, "Olga")
    given = opened(other)
    with pytest.raises(take_back.NotThere):
        take_back.take_back(token=links.token(other), session_token=given, number=1)
    assert listing.own(session.shown(token=links.token(other), session=given)) == ([], 0)


def test_a_person_of_the_same_name_is_asked_about_and_put_to_the_desk(ines, cast, open_appeal):
    given = opened(ines)
    vouched(ines, given, "José Ávila", place="Lower Quay")
    with pytest.raises(add.SameName):
        vouched(ines, given, "JOSE  AVILA", place="lower quay", form="two")
    vouched(ines, given, "Jose Avila", place="Upper Quay", form="three")
    again = vouched(ines, given, "Jose Avila", place="lower quay", form="four", another=True)
    assert [one.pk for one in listing.waiting(open_appeal)] == [again.pk]
    for nobody in (cast.outsider, cast.viewer):
        with pytest.raises(Forbidden):
            desk.looked(actor=nobody, vouching=again.vouching)
    desk.looked(actor=cast.moderator, vouching=again.vouching)
    assert listing.waiting(open_appeal) == []
    assert Signature.objects.filter(state="confirmed").count() == 3


def test_what_others_vouched_for_or_signed_is_put_to_the_desk_and_told_to_no_carrier(
    ines, author, open_appeal
):
    other = carrier(author, open_appeal, "Olga")
    vouched(other, opened(other), "Heron")
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    given = opened(ines)
    rows = [vouched(ines, given, "heron"), vouched(ines, given, "Ana Sol", display="name")]
    assert [one.pk for one in listing.waiting(open_appeal)] == [row.pk for row in rows]


def test_a_form_sent_twice_vouches_once(ines):
    given = opened(ines)
    first = vouched(ines, given, form="the form")
    assert vouched(ines, given, form="the form").pk == first.pk
    assert (Signature.objects.count(), Voucher.objects.get().used) == (1, 1)


def test_new_words_are_read_before_anybody_is_vouched_for(ines, author, open_appeal):
    given, old = opened(ines), add.version_for(ines)
    text = old.text
    draft.save_draft(
        actor=author,
        text=text,
        source=text.draft.replace("one boat", "two boats"),
        revision=text.draft_revision,
    )
    publish.publish(actor=author, text=text)
    entry = add.Entry(display="pseudonym", name="Heron", place="")
    with pytest.raises(add.TextChanged):
        add.vouch(token=links.token(ines), session_token=given, entry=entry, version=old.pk, form="f")
    assert vouched(ines, given).version.number == 2


def test_a_letter_that_is_not_open_takes_nobody(author, published):
    one = carrier(author, published.text.appeal)
    with pytest.raises(NotAllowed):
        vouched(one, opened(one))


def test_the_person_changes_withdraws_and_erases_by_the_own_link(ines, open_appeal):
    given = opened(ines)
    row = vouched(ines, given)
    sequence.record_due(force=True)
    found = mine.find(mine_token(row))
    with pytest.raises(mine.NotPossible):
        mine.change_display(signature=found, display="name")
    mine.change_display(signature=found, display="pseudonym", pseudonym="Tern")
    mine.change_consents(signature=found, updates=True, addressee=True, edition=False)
    row.refresh_from_db()
    assert (row.wants_updates, row.for_addressee) == (False, True)
    sequence.record_due(force=True)
    assert [line.name for line in roll.page(open_appeal).lines] == ["Tern"]
    assert "extra" in mine.receipt_text(signature=mine.find(mine_token(row)), full=True)
    withdraw(signature=found, keeps_name=False)
    assert Vouching.objects.get().name_key is None
    erase(signature=found)
    assert not Signature.objects.exists()
    assert not Vouching.objects.exists()
    assert Voucher.objects.get().used == 1
    sequence.record_due(force=True)
    total = counts.standing(open_appeal).total
    assert (total.signatures, total.own) == (0, 1)


def test_the_roll_says_who_vouched_only_as_the_carrier_chose(ines, open_appeal, author):
    given = opened(ines)
    vouched(ines, given)
    sequence.record_due(force=True)
    assert roll.page(open_appeal).lines[0].vouched_by == ""
    public_name.choose(token=links.token(ines), session_token=given, name=" Ines of the Quay ")
    assert roll.page(open_appeal).lines[0].as_json()["vouched_by"] == "Ines of the Quay"
    with pytest.raises(FieldError):
        public_name.choose(token=links.token(ines), session_token=given, name="123")
    revoke.erase(actor=author, carrier=ines)
    assert roll.page(open_appeal).lines[0].vouched_by == ""
    assert Voucher.objects.get().session_key is None


@pytest.mark.parametrize("undo", [False, True])
def test_the_author_keeps_or_undoes_all_of_a_carrier_in_one_act(
    ines, author, cast, open_appeal, undo, monkeypatch
):
    monkeypatch.setattr(desk, "BATCH", 2)
    given = opened(ines)
    for name in ("Heron", "Tern", "Gull"):
        vouched(ines, given, name)
    sequence.record_due(force=True)
    vouched(ines, given, "Loon")
    for nobody in (cast.outsider, cast.viewer, cast.moderator):
        with pytest.raises(Forbidden):
            desk.finish(actor=nobody, carrier=ines, undo=True)
    assert desk.finish(actor=author, carrier=ines, undo=undo) == (4 if undo else 0)
    sequence.record_due(force=True)
    total = counts.standing(open_appeal).total
    assert (total.vouched, total.struck) == ((0, 3) if undo else (4, 0))
    with pytest.raises(LinkOver):
        vouched(ines, given, "Knot")
    assert Voucher.objects.get().undoing_since is None


def test_what_a_crash_left_of_undoing_the_publisher_ends(ines, monkeypatch):
    monkeypatch.setattr(desk, "BATCH", 2)
    given = opened(ines)
    for name in ("Heron", "Tern", "Gull"):
        vouched(ines, given, name)
    Voucher.objects.update(undoing_since=clock.now())
    assert [desk.go_on(), desk.go_on(), desk.go_on()] == [2, 1, 0]
    assert not Signature.objects.filter(state__in=Signature.LIVE).exists()


def test_a_moderator_strikes_a_vouched_signature_as_any_other(ines, cast, open_appeal):
    row = vouched(ines, opened(ines))
    sequence.record_due(force=True)
    moderate.strike(actor=cast.moderator, signature=row, reason="Not a person")
    sequence.record_due(force=True)
    total = counts.standing(open_appeal).total
    assert (total.vouched, total.struck) == (0, 1)


def test_the_checker_finds_what_no_carrier_stands_behind(ines, open_appeal):
    row = vouched(ines, opened(ines))
    sequence.record_due(force=True)
    log = read.log_of(open_appeal.public_id)
    assert fsck.findings(log) == []
    values = {**people.unseal(row.person), "email": "heron@people.example"}
    row.person.sealed = people.seal_values(values)
    row.person.save()
    assert [one.code for one in fsck.findings(log)] == ["vouched-address"]
    Vouching.objects.all().delete()
    assert [one.code for one in fsck.findings(log)] == ["vouched-without-word"]


def test_verify_recounts_the_vouched_from_the_public_files(ines, open_appeal, tmp_path, capsys):
    vouched(ines, opened(ines))
    sequence.record_due(force=True)
    folder = env.load().data / "ledger" / open_appeal.public_id
    assert verify.main([str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["logs"][0]["kinds"] == counts.standing(open_appeal).total.kinds


def test_exports_say_how_each_was_confirmed(ines, author, open_appeal):
    vouched(ines, opened(ines))
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    for write in (export.rows, export.public_rows):
        told = json.loads(b"".join(write(author, open_appeal, "json")))["signatures"]
        assert sorted(one["kind"] for one in told) == ["mail", "vouched"]
