"""Sealed appeals: what the server keeps, what it can no longer do, and what the team's own key opens."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.signing.crowd import confirmation, confirmed, original, pending
from undersigned import cli
from undersigned.accounts import age_keys
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger.models import Log
from undersigned.lib import agebox, clock, keys, tokens, vault
from undersigned.mailroom import passing, queue, send
from undersigned.mailroom.models import Message, PassingMail
from undersigned.signing import (
    ask_again,
    confirm,
    erase,
    expire,
    export,
    first,
    intake,
    mine,
    opening,
    protect,
    repeats,
    seal_rest,
    sequence,
    withdraw,
)
from undersigned.signing.delivery import tell
from undersigned.signing.disputes import ask as disputes
from undersigned.signing.disputes import freeze
from undersigned.signing.disputes import time as later
from undersigned.signing.models import Person, SealedPerson, Signature, Undo
from undersigned.signing.moderation import decide, patterns
from undersigned.signing.organisations import ask as organisations
from undersigned.signing.paper import refusals, standing
from undersigned.signing.request import SignRequest
from undersigned.signing.updates import send as sending
from undersigned.signing.updates import write
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.receipt import verify_receipt

pytestmark = pytest.mark.django_db

ANA = SignRequest(name="Ana Sol", email="Ana.Sol@people.example", display="unlisted", updates=True)


@pytest.fixture
def identity(cast: Cast) -> pyrage.x25519.Identity:
    made = pyrage.x25519.Identity.generate()
    age_keys.add(actor=cast.owner, team=cast.team, recipient=str(made.to_public()), label="Olive")
    return made


@pytest.fixture
def sealed(cast: Cast, open_appeal: Appeal, identity: pyrage.x25519.Identity) -> Version:
    protect.seal(actor=cast.owner, appeal=open_appeal)
    return original(open_appeal)


def signed(version: Version, request: SignRequest = ANA) -> Signature:
    intake.sign(version=version, request=request, language="en")
    return Signature.objects.latest("pk")


def opened(row: Signature, identity: pyrage.x25519.Identity) -> dict[str, str]:
    return agebox.open_all(bytes(SealedPerson.objects.get(pk=row.pk).sealed), [identity])


def everything() -> bytes:
    """Every value of every table that speaks of signers."""
    found = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("signing_", "mailroom_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    found += b"|".join(
                        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                        for value in row
                    )
    return found


def test_a_person_is_sealed_from_the_first_moment(sealed: Version, identity: pyrage.x25519.Identity) -> None:
    row = signed(sealed)
    assert not Person.objects.exists()
    assert opened(row, identity)["email"] == ANA.email
    assert opened(row, identity)["name"] == "Ana Sol"
    assert b"Ana" not in everything() and b"people.example" not in everything()


def test_the_length_says_nothing_about_a_name(sealed: Version) -> None:
    signed(sealed)
    signed(sealed, SignRequest(name="A" * 90, email="b@people.example", display="unlisted"))
    sealed_files = [bytes(one.sealed) for one in SealedPerson.objects.all()]
    # The head of a file of age is of chance length; what follows it is what was sealed.
    assert len({len(one.rpartition(b"\n--- ")[2]) for one in sealed_files}) == 1


def test_the_mail_is_sent_and_then_nothing_of_it_is_left(sealed: Version) -> None:
    row = signed(sealed)
    message = Message.objects.get()
    assert bytes(message.to_sealed)[:1] == b"\3"
    assert vault.unseal(message.to_sealed, context=queue.TO_CONTEXT) == ANA.email
    assert send.send_due().sent == 1
    message.refresh_from_db()
    assert (bytes(message.to_sealed), bytes(message.params_sealed)) == (b"", b"")
    assert confirmation(row).outcome is confirm.Outcome.RECORDED_SOON
    assert not Message.objects.exists()


def test_passing_keys_go_when_nothing_needs_them(sealed: Version) -> None:
    signed(sealed)
    later = clock.now() + timedelta(minutes=5)
    passing.tidy(later)
    assert len(keys.names("passing")) == 1, "an unsent message needs its key"
    copy = bytes(Message.objects.get().to_sealed)
    send.send_due()
    passing.tidy(later)
    assert keys.names("passing") == []
    with pytest.raises(vault.VaultError, match="destroyed"):
        vault.unseal(copy, context=queue.TO_CONTEXT)


def test_mail_whose_key_is_gone_is_given_up_at_once(sealed: Version) -> None:
    signed(sealed)
    for name in keys.names("passing"):
        keys.destroy(name)
    assert send.send_due().failed == 1
    message = Message.objects.get()
    assert message.state == "failed" and bytes(message.to_sealed) == b""


def test_a_row_of_mail_goes_after_a_day(sealed: Version) -> None:
    signed(sealed)
    send.send_due()
    passing.tidy(clock.now() + timedelta(hours=24))
    assert Message.objects.exists()
    passing.tidy(clock.now() + timedelta(hours=26))
    assert not Message.objects.exists() and not PassingMail.objects.exists()


def test_an_address_still_gets_only_so_many_mails(sealed: Version) -> None:
    for _number in range(8):
        signed(sealed)
        send.send_due()
    assert Message.objects.filter(state="sent").count() < 8


def test_who_signs_again_with_the_same_address_is_told(sealed: Version) -> None:
    confirmation(signed(sealed))
    signed(sealed)
    assert Message.objects.get().kind == "already"


def test_another_spelling_of_an_address_gets_nothing_and_moves_nothing(sealed: Version) -> None:
    early = signed(sealed, SignRequest(name="X", email="ana.sol+x@people.example"))
    stands = confirmation(signed(sealed)).signature
    signed(sealed, SignRequest(name="Y", email="ana.sol+y@people.example"))
    assert not Message.objects.exclude(key=f"confirm:{early.pk}").exists()
    done = confirmation(early)
    assert done.outcome is confirm.Outcome.EXPIRED
    assert stands is not None and Signature.objects.filter(stands=True).get().pk == stands.pk


def test_a_signature_moves_to_new_words(cast: Cast, sealed: Version) -> None:
    old = confirmation(signed(sealed)).signature
    sequence.record_due(force=True)
    other = Version.objects.get(pk=sealed.pk)
    other.pk, other.number = None, 2
    other.save(force_insert=True)
    row = signed(other)
    assert Message.objects.latest("pk").kind == "move"
    assert confirmation(row).outcome is confirm.Outcome.MOVED
    assert old is not None and not SealedPerson.objects.filter(pk=old.pk).exists()
    assert Signature.objects.get(pk=old.pk).state == "moved"


def test_the_private_link_and_the_receipts_work(sealed: Version) -> None:
    row = confirmed_by_link(sealed)
    sequence.record_due(force=True)
    found = mine.find(tokens.token("mine", row.nonce))
    assert found is not None
    for full in (False, True):
        text = mine.receipt_text(signature=found, full=full)
        assert verify_receipt(text, [parse_vkey(Log.objects.get().vkey)])
    assert Client().get(f"/mine/{tokens.token('mine', row.nonce)}/").status_code == 200


def confirmed_by_link(version: Version) -> Signature:
    row = signed(version)
    answer = Client().post(f"/confirm/{tokens.token('confirm', row.nonce)}/")
    assert answer.status_code == 302 or answer.status_code == 303
    page = Client().get(answer["Location"]).content.decode()
    assert "No other message follows" in page and f"/mine/{tokens.token('mine', row.nonce)}/" in page
    row.refresh_from_db()
    return row


def test_the_signer_can_be_shown_otherwise(sealed: Version, identity: pyrage.x25519.Identity) -> None:
    row = confirmed_by_link(sealed)
    sequence.record_due(force=True)
    page = f"/mine/{tokens.token('mine', row.nonce)}/display"
    assert Client().post(page, {"display": "name", "name": ""}).status_code == 422
    assert Client().post(page, {"display": "pseudonym", "pseudonym": "Heron"}).status_code == 303
    row.refresh_from_db()
    assert row.public_line.name == "Heron" and opened(row, identity)["pseudonym"] == "Heron"
    assert opened(row, identity)["name"] == "Ana Sol"
    assert Client().post(page, {"display": "name", "name": "Ana Sol"}).status_code == 303
    sequence.record_due(force=True)
    found = mine.find(tokens.token("mine", row.nonce))
    assert found is not None and found.public_line.name == "Ana Sol"
    text = mine.receipt_text(signature=found, full=True)
    assert verify_receipt(text, [parse_vkey(Log.objects.get().vkey)])


@pytest.mark.parametrize("act", ["withdraw", "erase"])
def test_withdrawing_and_erasing_take_the_sealed_person_away(sealed: Version, act: str) -> None:
    row = confirmed_by_link(sealed)
    sequence.record_due(force=True)
    row.refresh_from_db()
    if act == "withdraw":
        withdraw.withdraw(signature=row, keeps_name=False)
    else:
        erase.erase(signature=row)
    assert not SealedPerson.objects.exists()


def test_what_the_server_cannot_do_it_says(cast: Cast, sealed: Version) -> None:
    row = confirmed_by_link(sealed)
    with pytest.raises(ValidationError, match="sealed"):
        ask_again.ask(actor=cast.owner, version=sealed)
    with pytest.raises(refusals.NotPossible, match="sealed"):
        standing.require_open(sealed.text.appeal, clock.now())
    assert not organisations.accepts(sealed.text.appeal, clock.now())
    assert expire.remind_pending(clock.now() + timedelta(days=5)) == 0
    assert tell.askers(sealed.text.appeal) == sending.askers(sealed.text.appeal) == 0
    made = write.save(actor=cast.owner, appeal=sealed.text.appeal, title="News", words="No.", language="en")
    write.publish(actor=cast.owner, update=made, revision=made.revision)
    with pytest.raises(ValidationError, match="sealed"):
        sending.start(actor=cast.owner, update=made)
    Signature.objects.filter(pk=row.pk).update(first_order=1)
    with pytest.raises(first.NotPossible, match="sealed"):
        first.ask_again(actor=cast.owner, signature=row)


@pytest.mark.parametrize("in_log", [False, True])
def test_what_moderators_decide_is_taken_back(cast: Cast, sealed: Version, in_log: bool) -> None:
    row, appeal = confirmed_by_link(sealed), sealed.text.appeal
    if in_log:
        sequence.record_due(force=True)
    act = "strike" if in_log else "refuse"
    made = decide.decide(actor=cast.owner, appeal=appeal, act=act, numbers=[row.pk], reason="a doubt")
    sequence.record_due(force=True)
    assert Undo.objects.filter(leaf_index__isnull=False).exists() is in_log
    decide.undo(actor=cast.owner, decision=made)
    sequence.record_due(force=True)
    found = mine.find(tokens.token("mine", row.nonce))
    assert found is not None and found.state == "recorded" and found.salt_private is None
    text = mine.receipt_text(signature=found, full=True)
    assert verify_receipt(text, [parse_vkey(Log.objects.get().vkey)])


def test_who_disputes_a_name_is_forgotten_days_after_the_answer(sealed: Version) -> None:
    request = disputes.Request(name="Nobody Here", email="eve@people.example")
    row = disputes.ask(appeal=sealed.text.appeal, request=request, language="en")
    freeze.confirm(dispute=row)
    assert later.tidy(clock.now() + timedelta(days=1)) == 0
    assert later.tidy(clock.now() + timedelta(days=3)) == 1
    row.refresh_from_db()
    assert not row.sealed and row.address_key is None
    assert not Message.objects.filter(subject_ref=f"dispute:{row.pk}").exists()


def test_first_signatories_are_asked_and_sealed(
    cast: Cast, published: Version, identity: pyrage.x25519.Identity
) -> None:
    protect.seal(actor=cast.owner, appeal=published.text.appeal)
    published.text.appeal.refresh_from_db()
    entry = first.Entry(name="Ben Roe", email="ben@people.example", affiliation="", role="", line=0)
    row = first.invite_first(actor=cast.owner, version=published, entries=[entry])[0]
    assert PassingMail.objects.count() == 1 and not Person.objects.exists()
    assert opened(row, identity)["email"] == "ben@people.example"
    lines = first.lines(published.text.appeal)
    assert [(line.name, line.email, line.may_ask) for line in lines] == [("Ben Roe", "", False)]


def test_sealing_needs_a_key_an_owner_and_nothing_on_paper(cast: Cast, open_appeal: Appeal) -> None:
    with pytest.raises(ValidationError, match="no key"):
        protect.seal(actor=cast.owner, appeal=open_appeal)
    age_keys.add(
        actor=cast.owner, team=cast.team, label="A",
        recipient=str(pyrage.x25519.Identity.generate().to_public()),
    )  # fmt: skip
    with pytest.raises(Forbidden):
        protect.seal(actor=cast.editor, appeal=open_appeal)
    protect.seal(actor=cast.owner, appeal=open_appeal)
    with pytest.raises(ValidationError, match="is sealed"):
        protect.seal(actor=cast.owner, appeal=Appeal.objects.get())
    record = AuditRecord.objects.latest("pk")
    assert record.verb == "appeal.seal" and record.detail["keys"][0].startswith("age1")


def test_who_signed_before_is_sealed_soon_after(
    cast: Cast, open_appeal: Appeal, identity: pyrage.x25519.Identity
) -> None:
    version = original(open_appeal)
    old = confirmed(version, "Ana Sol", display="unlisted", email="ana@people.example")
    waits = pending(version, "Ben Roe", email="ben@people.example")
    sequence.record_due(force=True)
    before = Signature.objects.get(pk=old.pk).commitment
    send.send_due()
    protect.seal(actor=cast.owner, appeal=open_appeal)
    # A confirmation meets a person who is not sealed yet.
    assert confirmation(waits).outcome is confirm.Outcome.RECORDED_SOON
    assert seal_rest.go() == 1 and seal_rest.go() == 0
    assert not Person.objects.exists() and not Message.objects.exists()
    assert opened(old, identity)["email"] == "ana@people.example"
    assert opened(waits, identity)["name"] == "Ben Roe"
    row = mine.find(tokens.token("mine", old.nonce))
    assert row is not None and row.salt_private is None and row.commitment == before
    text = mine.receipt_text(signature=row, full=True)
    assert verify_receipt(text, [parse_vkey(Log.objects.get().vkey)])


def test_the_hash_against_repeats_goes_with_the_end(cast: Cast, sealed: Version) -> None:
    confirmed_by_link(sealed)
    appeal = sealed.text.appeal
    opening.close_appeal(actor=cast.owner, appeal=appeal)
    seal_rest.go()
    assert repeats.has_key(appeal)
    sequence.record_due(force=True, now=clock.now() + opening.GRACE + timedelta(minutes=1))
    seal_rest.go()
    assert not repeats.has_key(appeal)
    assert Signature.objects.get().repeat_key is None and SealedPerson.objects.get().spelling is None
    client = Client()
    client.force_login(cast.owner)
    assert client.get(f"/desk/appeals/{appeal.slug}/roll/", {"q": ANA.email}).status_code == 200
    patterns.look(actor=cast.owner, appeal=appeal, which="recorded")
    assert disputes.address_key(appeal, ANA.email) is None
    assert not repeats.has_key(appeal)


def test_retention_erases_what_is_sealed(cast: Cast, sealed: Version) -> None:
    confirmed_by_link(sealed)
    opening.close_appeal(actor=cast.owner, appeal=sealed.text.appeal)
    end = clock.now() + opening.GRACE + timedelta(minutes=1)
    sequence.record_due(force=True, now=end)
    assert expire.erase_expired(end + timedelta(days=200))[0].contacts == 1
    assert not SealedPerson.objects.exists()


def test_unsealed_appeals_ask_no_question_more(open_appeal: Appeal) -> None:
    version = original(open_appeal)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        row = signed(version)
        confirmation(row)
    said = " ".join(query["sql"] for query in asked.captured_queries)
    for table in ("sealedperson", "agerecipient", "passingmail", "delayedline"):
        assert table not in said


def test_an_export_opens_off_line_alone(
    sealed: Version,
    identity: pyrage.x25519.Identity,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    confirmed_by_link(sealed)
    shown = SignRequest(name="=Ben Roe", email="ben@people.example", place="Quay", updates=False)
    confirmation(signed(sealed, shown))
    for kind in export.FORMATS:
        file = tmp_path / f"night-ferry.{kind}"
        file.write_bytes(b"".join(export.rows(None, sealed.text.appeal, kind)))
        assert b"Ana" not in file.read_bytes() and b"people.example" not in file.read_bytes()
        (tmp_path / "key.txt").write_text(f"# created: today\n{identity}\n")
        out = tmp_path / f"people-{kind}.csv"
        code = cli.main(["unseal", str(file), "--identity", str(tmp_path / "key.txt"), "--out", str(out)])
        assert code == 0 and out.stat().st_mode & 0o777 == 0o600
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
        assert [(row["name"], row["email"]) for row in rows] == [
            ("Ana Sol", ANA.email),
            ("'=Ben Roe", "ben@people.example"),
        ]
        assert "sealed" not in rows[0] and rows[1]["place"] == "Quay"


def test_a_wrong_key_opens_nothing(
    sealed: Version, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    confirmed_by_link(sealed)
    (tmp_path / "e.csv").write_bytes(b"".join(export.rows(None, sealed.text.appeal, "csv")))
    (tmp_path / "key.txt").write_text(str(pyrage.x25519.Identity.generate()))
    code = cli.main(["unseal", str(tmp_path / "e.csv"), "--identity", str(tmp_path / "key.txt")])
    assert code == 2 and "does not open with this key" in capsys.readouterr().err


def test_the_public_pages_say_it(sealed: Version) -> None:
    page = Client().get(f"/appeals/night-ferry/{sealed.text.slug}/").content.decode()
    assert "This letter is sealed" in page
    assert "/organisation/" not in page
    privacy = Client().get("/appeals/night-ferry/privacy/").content.decode()
    assert "locked with keys of the organisers" in privacy


def test_the_desk_says_what_the_server_can_no_longer_do(cast: Cast, sealed: Version) -> None:
    client = Client()
    client.force_login(cast.owner)
    page = client.get("/desk/appeals/night-ferry/safety/").content.decode()
    assert "What this server can no longer do" in page and "undersigned unseal" in page
    assert json.dumps(ANA.email) not in page
