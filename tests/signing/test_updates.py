"""Updates: for those who asked, at a pace, never twice, stopped by one click, kept on the page."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from tests.cast import Cast
from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal
from undersigned.edition import correspondence
from undersigned.lib import clock, tokens, vault
from undersigned.lib.fields import FieldError
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.render import render
from undersigned.signing import mine, sequence
from undersigned.signing.erase import erase
from undersigned.signing.models import Person, Signature, Update, UpdateRound
from undersigned.signing.updates import send, write
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db

WORDS = "The Board *answered*.\n\nMore on [its page](https://board.example/).\n"


@pytest.fixture
def signed(open_appeal: Appeal) -> Appeal:
    version = crowd.original(open_appeal)
    for name in ("Ana Sol", "Bea Quay", "Cid Marsh", "Dora Finn"):
        crowd.confirmed(version, name, updates=True)
    crowd.confirmed(version, "Not Asked")
    sequence.record_due(force=True)
    crowd.pending(version, "Never Confirmed", updates=True)
    Message.objects.all().delete()
    return Appeal.objects.select_related("team").get(pk=open_appeal.pk)


def person(name: str) -> Signature:
    return Signature.objects.get(public_line__name=name)


def drafted(cast: Cast, appeal: Appeal, title: str = "News from the quay") -> Update:
    return write.save(actor=cast.editor, appeal=appeal, title=title, words=WORDS, language="en")


def published(cast: Cast, appeal: Appeal) -> Update:
    row = drafted(cast, appeal)
    return write.publish(actor=cast.editor, update=row, revision=row.revision)


def to_whom() -> list[str]:
    rows = Message.objects.filter(kind=send.KIND).order_by("pk")
    return [vault.unseal(row.to_sealed, context=queue.TO_CONTEXT) for row in rows]


def test_a_draft_is_kept_changed_and_published_once(cast: Cast, signed: Appeal) -> None:
    row = drafted(cast, signed)
    with pytest.raises(write.Conflict):
        write.save(
            actor=cast.editor, appeal=signed, update=row, revision=0, title="x", words="y", language="en"
        )
    row = write.save(
        actor=cast.editor, appeal=signed, update=row, revision=1, title="Two", words=WORDS, language="en"
    )
    with pytest.raises(write.Conflict):
        write.publish(actor=cast.editor, update=row, revision=1)
    row = write.publish(actor=cast.editor, update=row, revision=2)
    assert row.number == 1 and published(cast, signed).number == 2
    with pytest.raises(ValidationError, match="stays as it is"):
        write.discard(actor=cast.editor, update=row)
    with pytest.raises(Exception, match="can not be changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE signing_update SET words = 'x' WHERE id = %s", [row.pk])


@pytest.mark.parametrize("words", ["", "  \n", "<script>1</script>", "a[^1]", "x" * 20_001, "bad \x00 byte"])
def test_what_no_page_can_show_is_refused(cast: Cast, signed: Appeal, words: str) -> None:
    with pytest.raises(FieldError):
        write.save(actor=cast.editor, appeal=signed, title="T", words=words, language="en")
    assert not Update.objects.exists()


def test_only_the_team_writes_and_sends(cast: Cast, signed: Appeal) -> None:
    row = published(cast, signed)
    for actor in (cast.moderator, cast.outsider):
        with pytest.raises(Forbidden):
            send.start(actor=actor, update=row)
        with pytest.raises(Forbidden):
            write.save(actor=actor, appeal=signed, title="T", words="x", language="en")
    assert not AuditRecord.objects.filter(verb="update.send").exists()


def test_those_who_asked_get_it_once_across_a_crash(cast: Cast, signed: Appeal) -> None:
    turn = send.start(actor=cast.editor, update=published(cast, signed))
    assert send.step(turn.pk, chunk=2) == 2
    # Whoever comes back after a crash begins behind what was committed.
    while send.go():
        pass
    assert sorted(to_whom()) == [
        f"{name}@people.example" for name in ("ana.sol", "bea.quay", "cid.marsh", "dora.finn")
    ]
    turn.refresh_from_db()
    assert (turn.state, turn.told, turn.unreachable) == ("done", 4, 0)
    with pytest.raises(ValidationError, match="nobody gets it twice"):
        send.start(actor=cast.editor, update=turn.update)
    # A place that was lost, as after an older backup, finds the mailroom's keys taken.
    UpdateRound.objects.update(state="running", cursor=0)
    send.go()
    assert len(to_whom()) == 4


def test_a_pause_holds_and_a_held_queue_pauses(cast: Cast, signed: Appeal) -> None:
    turn = send.start(actor=cast.editor, update=published(cast, signed))
    send.pause(actor=cast.editor, turn=turn)
    assert send.go() == 0 and not to_whom()
    send.resume(actor=cast.editor, turn=turn)
    queue.hold("a test")
    try:
        assert send.go() == 0
    finally:
        queue.release()
    turn.refresh_from_db()
    assert turn.state == "paused" and not to_whom()


def test_the_mailroom_never_holds_many(cast: Cast, signed: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "CHUNK", 2)
    monkeypatch.setattr(send, "WAITING", 3)
    turn = send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    assert len(to_whom()) <= 3
    Message.objects.update(state="sent")
    send.go()
    Message.objects.update(state="sent")
    send.go()
    turn.refresh_from_db()
    assert (turn.state, turn.told) == ("done", 4)


def test_who_left_gets_none_and_who_is_gone_is_counted(cast: Cast, signed: Appeal) -> None:
    withdraw(signature=person("Ana Sol"), keeps_name=False)
    erase(signature=person("Bea Quay"))
    Person.objects.filter(signature=person("Cid Marsh")).delete()
    queue.suppress(
        hashed=queue.address_key("dora.finn@people.example"), reason=Suppression.Reason.BOUNCED, code="5.1.1"
    )
    turn = send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    turn.refresh_from_db()
    assert (turn.told, turn.unreachable) == (0, 2) and not to_whom()


def test_one_click_stops_it_and_drops_what_waits(cast: Cast, signed: Appeal, client: Client) -> None:
    send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    message = Message.objects.get(subject_ref=f"signature:{person('Ana Sol').pk}")
    sent = render(message).data.decode()
    token = tokens.token("unsubscribe", person("Ana Sol").nonce)
    assert f"/unsubscribe/{token}/>" in sent and "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in sent
    assert "The Board *answered*." in sent and "Subject: News from the quay" in sent
    answer = client.post(f"/unsubscribe/{token}/", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and len(to_whom()) == 3
    mine.unsubscribe(signature=person("Bea Quay"))
    again = send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    again.refresh_from_db()
    assert again.told == 2


def test_what_became_of_the_mails_is_told(cast: Cast, signed: Appeal) -> None:
    turn = send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    numbers = list(Message.objects.values_list("pk", flat=True))
    Message.objects.filter(pk__in=numbers[:2]).update(state="sent")
    Message.objects.filter(pk=numbers[2]).update(state="failed")
    send.learn(clock.now() + timedelta(minutes=1))
    turn.refresh_from_db()
    assert (turn.sent, turn.failed, send.waiting(turn)) == (2, 1, 1)
    # One of the two comes back days later.
    Message.objects.filter(pk=numbers[0]).update(state="failed")
    send.learn(clock.now() + timedelta(days=2))
    turn.refresh_from_db()
    assert (turn.sent, turn.failed) == (1, 2)


def test_under_embargo_nothing_is_told(cast: Cast, signed: Appeal) -> None:
    row = published(cast, signed)
    turn = send.start(actor=cast.editor, update=row)
    Appeal.objects.update(state=Appeal.State.EMBARGO)
    assert send.go() == 0 and not to_whom()
    turn.refresh_from_db()
    assert turn.state == "paused"
    UpdateRound.objects.all().delete()
    with pytest.raises(ValidationError, match="not public"):
        send.start(actor=cast.editor, update=row)
    with pytest.raises(ValidationError, match="not public"):
        published(cast, signed)


def test_page_feed_and_edition_keep_them(cast: Cast, signed: Appeal, client: Client) -> None:
    row = published(cast, signed)
    base = f"/appeals/{signed.slug}/"
    for place in ("updates/", "updates/1/"):
        told = client.get(base + place).content.decode()
        assert "News from the quay" in told and "<em>answered</em>" in told
    assert "updates/1/" in client.get(base + "feed.atom").content.decode()
    (letter,) = correspondence.of_appeal(signed)
    assert (letter.kind, letter.title) == ("update", "News from the quay")
    assert client.get(base + "updates/2/").status_code == 404
    write.take_down(actor=cast.editor, update=row)
    assert client.get(base + "updates/1/").status_code == 404
    assert "News from the quay" not in client.get(base + "updates/").content.decode()
    assert correspondence.of_appeal(signed) == ()


def test_the_desk_writes_previews_sends_and_shows(cast: Cast, signed: Appeal, client: Client) -> None:
    client.force_login(cast.editor)
    base = f"/desk/appeals/{signed.slug}/updates/"
    assert client.get(base).status_code == 200 and client.get(base + "new/").status_code == 200
    typed = {"act": "save", "title": "News", "language": "en", "words": WORDS}
    assert client.post(base + "new/", typed | {"words": "<b>"}).status_code == 422
    place = client.post(base + "new/", typed)["Location"]
    shown = client.get(place).content.decode()
    assert "<em>answered</em>" in shown and "4 signers who asked for updates" in shown
    assert client.post(place, typed | {"title": "Newer", "revision": "1"}).status_code == 302
    assert client.post(place, {"act": "publish-send", "revision": "1"}, follow=True).status_code == 200
    assert not UpdateRound.objects.exists()
    client.post(place, {"act": "publish-send", "revision": "2"})
    assert "It is being sent" in client.get(place).content.decode()
    for act, state in (("pause", "paused"), ("resume", "running"), ("down", "done")):
        client.post(place, {"act": act})
        assert UpdateRound.objects.get().state == state
    assert "Newer" in client.get(base).content.decode()
    client.force_login(cast.outsider)
    assert client.get(place).status_code == 404


def test_no_update_says_who_signed(cast: Cast, signed: Appeal) -> None:
    send.start(actor=cast.editor, update=published(cast, signed))
    send.go()
    rows = AuditRecord.objects.filter(verb__startswith="update.")
    assert {row.verb for row in rows} == {"update.save", "update.publish", "update.send"}
    assert "people.example" not in json.dumps([str(row.__dict__) for row in rows])
