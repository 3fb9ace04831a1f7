"""Runs of letters: each carrier once, paused and resumed, killed and gone on."""

import os
import signal
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import connection

from tests.installation import Installation, sql
from undersigned.accounts.permissions import Forbidden
from undersigned.circulation import answer, covering, dispatch, links, rounds
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, CoveringLetter, Dispatch, DoNotWrite
from undersigned.lib import clock
from undersigned.mailroom import outbox, queue, send
from undersigned.mailroom.models import Message, Suppression

pytestmark = pytest.mark.django_db


def sent_mail(number: int = -1):
    files = sorted(outbox.folder().glob("*.eml"))
    return message_from_bytes(files[number].read_bytes(), policy=policy.default)


def test_a_run_writes_to_each_carrier_once(carry, author, letters):
    for name in ("Ana", "Bea", "Cleo"):
        carry(name)
    run = dispatch.start(actor=author, appeal=letters)
    assert dispatch.step(run.pk, chunk=2) == 2
    assert dispatch.step(run.pk, chunk=2) == 1
    assert dispatch.step(run.pk) == 0
    run.refresh_from_db()
    assert (run.state, run.queued, run.left_out, run.total) == ("done", 3, 0, 3)
    assert Message.objects.filter(kind="cover").count() == 3
    assert CoveringLetter.objects.filter(state="sent").count() == 3
    with pytest.raises(NotPossible):
        dispatch.start(actor=author, appeal=letters)


def test_the_letter_goes_under_the_authors_name_with_the_draft_and_no_mark_of_a_program(
    carry, author, letters
):
    carrier = carry("Ana", "es")
    dispatch.send_one(actor=author, carrier=carrier)
    send.send_due()
    mail = sent_mail()
    assert mail["From"].addresses[0].display_name == "The people of Lower Quay"
    assert mail["Subject"] == "Una carta: For the night ferry"
    assert mail["Auto-Submitted"] is None
    assert mail["List-Unsubscribe"] == f"<{links.private(carrier, 'carry-stop')}>"
    plain = mail.get_body(("plain",)).get_content()
    assert links.private(carrier) in plain
    assert "{link}" not in plain
    assert links.private(carrier) in mail.get_body(("html",)).get_content()
    file = next(mail.iter_attachments())
    assert file.get_filename() == "night-ferry-en.txt"
    assert file.get_content_type() == "text/plain"
    assert "The last ferry leaves at nine.[1]" in file.get_content()
    assert "[1] Timetable of January 2026" in file.get_content()


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar", "pt-BR"])
def test_letters_and_reminders_are_rendered_in_every_language(carry, author, letters, language):
    words = covering.starting_words(language)
    covering.save_template(actor=author, appeal=letters, language=language, words=words)
    carrier = carry(
        "Ana & <Bea>", language, email="a@people.example", deadline=clock.now() + timedelta(days=9)
    )
    dispatch.send_one(actor=author, carrier=carrier)
    send.send_due()
    assert "Ana &amp; &lt;Bea&gt;" in sent_mail().get_body(("html",)).get_content()
    assert "Ana & <Bea>" in sent_mail().get_body(("plain",)).get_content()
    _days_ago(carrier, 5)
    dispatch.remind_one(actor=author, carrier=carrier)
    assert send.send_due().sent == 1
    for part in ("plain", "html"):
        assert links.private(carrier) in sent_mail().get_body((part,)).get_content()


def test_a_pause_stops_it_and_resuming_goes_on_from_there(carry, author, letters):
    for number in range(4):
        carry(f"Person {'abcd'[number]}")
    run = dispatch.start(actor=author, appeal=letters)
    dispatch.step(run.pk, chunk=2)
    dispatch.pause(actor=author, dispatch=run)
    assert dispatch.step(run.pk, chunk=2) == 0
    with pytest.raises(NotPossible):
        dispatch.pause(actor=author, dispatch=run)
    with pytest.raises(NotPossible):
        dispatch.start(actor=author, appeal=letters)
    dispatch.resume(actor=author, dispatch=run)
    rounds.go()
    assert Message.objects.filter(kind="cover").count() == 4
    assert Dispatch.objects.get(pk=run.pk).state == "done"


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_only_those_who_manage_carriers_send(carry, cast, letters, who):
    carrier = carry()
    actor = getattr(cast, who)
    run = dispatch.start(actor=cast.owner, appeal=letters)
    for act in (
        lambda: dispatch.start(actor=actor, appeal=letters),
        lambda: dispatch.send_one(actor=actor, carrier=carrier),
        lambda: dispatch.remind_one(actor=actor, carrier=carrier),
        lambda: dispatch.pause(actor=actor, dispatch=run),
        lambda: dispatch.resume(actor=actor, dispatch=run),
    ):
        with pytest.raises(Forbidden):
            act()
    assert not Message.objects.exists()


def test_those_who_asked_for_no_letters_or_whose_address_is_dead_get_none(carry, author, letters):
    quiet, dead = carry("Quiet"), carry("Dead")
    DoNotWrite.objects.create(address_key=quiet.address_key, at=clock.now())
    queue.suppress(hashed=bytes(dead.address_key), reason=Suppression.Reason.BOUNCED)
    run = dispatch.start(actor=author, appeal=letters)
    rounds.go()
    assert not Message.objects.exists()
    assert set(Carrier.objects.values_list("state", flat=True)) == {"refused"}
    run.refresh_from_db()
    assert (run.state, run.queued, run.left_out) == ("done", 0, 2)


def test_sent_refused_and_bounced_are_learnt_from_the_mailroom(carry, author, letters):
    sent, refused, bounced = carry("Ana"), carry("Bea"), carry("Cleo")
    dispatch.start(actor=author, appeal=letters)
    rounds.go()
    Message.objects.filter(key=f"cover:{refused.pk}").update(state="failed", last_error="rcpt 550 5.1.1")
    send.send_due()
    rounds.go()
    Message.objects.filter(key=f"cover:{bounced.pk}").update(state="failed", last_error="bounced 5.1.1")
    rounds.tidy()
    states = dict(Carrier.objects.values_list("pk", "state"))
    assert states == {sent.pk: "sent", refused.pk: "refused", bounced.pk: "refused"}
    assert Carrier.objects.get(pk=refused.pk).refusal == "rcpt 550 5.1.1"


def _days_ago(carrier: Carrier, days: int) -> None:
    Carrier.objects.filter(pk=carrier.pk).update(
        queued_at=clock.now() - timedelta(days=days), sent_at=clock.now() - timedelta(days=days)
    )


def test_reminders_go_twice_at_most_and_stop_when_answered(carry, author, letters):
    ana, bea, fresh = carry("Ana"), carry("Bea"), carry("Fresh")
    _days_ago(ana, 5)
    _days_ago(bea, 5)
    _days_ago(fresh, 1)
    dispatch.start(actor=author, appeal=letters, kind="reminder")
    rounds.go()
    assert Message.objects.filter(kind="cover-reminder").count() == 2
    answer.answer(token=links.token(ana), choice="carry")
    # Queued, not sent: the answer was faster.
    assert list(Message.objects.values_list("key", flat=True)) == [f"cover-reminder:{bea.pk}:1"]
    with pytest.raises(NotPossible):
        dispatch.remind_one(actor=author, carrier=ana)
    with pytest.raises(NotPossible):
        dispatch.remind_one(actor=author, carrier=bea)
    for times in (1, 2):
        Carrier.objects.filter(pk=bea.pk).update(reminded_at=clock.now() - timedelta(days=4))
        assert Carrier.objects.get(pk=bea.pk).reminders == times
        if times == 1:
            dispatch.remind_one(actor=author, carrier=bea)
    with pytest.raises(NotPossible):
        dispatch.remind_one(actor=author, carrier=bea)
    send.send_due()
    assert links.private(bea) in sent_mail().get_body(("plain",)).get_content()


def test_two_weeks_without_an_answer_are_silence_and_opening_ends_it(carry, letters):
    late, dated, fresh = (
        carry("Late"),
        carry("Dated", deadline=clock.now() + timedelta(days=1)),
        carry("Fresh"),
    )
    _days_ago(late, 15)
    _days_ago(dated, 20)
    _days_ago(fresh, 2)
    rounds.tidy()
    assert dict(Carrier.objects.values_list("pk", "state")) == {
        late.pk: "silent",
        dated.pk: "sent",
        fresh.pk: "sent",
    }
    answer.opened(carrier=Carrier.objects.get(pk=late.pk))
    assert Carrier.objects.get(pk=late.pk).state == "opened"


def test_a_step_costs_the_same_number_of_questions_for_few_and_for_many(carry, author, letters):
    for number in range(30):
        carry(f"Person {chr(97 + number % 26)}{number}", email=f"p{number}@people.example")
    run = dispatch.start(actor=author, appeal=letters)
    before = len(connection.queries_log)
    connection.force_debug_cursor = True
    dispatch.step(run.pk)
    connection.force_debug_cursor = False
    # Three for each letter at most: suppressed? insert, and nothing else.
    assert len(connection.queries_log) - before < 30 * 3 + 40


MAKE = """
from datetime import timedelta
from undersigned.accounts.models import Membership, Team, User
from undersigned.appeals import draft
from undersigned.circulation import covering, dispatch, enrol
from undersigned.circulation.people import Words
from undersigned.lib import clock
team = Team.objects.create(name="Quay", created_at=clock.now())
user = User.objects.create_user("olive@people.example", "a long enough passphrase")
Membership.objects.create(team=team, user=user, role="owner", created_at=clock.now())
source = "---\\ntitle: Ferry\\nauthor: Quay\\nlang: en\\n---\\n\\nOne boat more.\\n"
appeal = draft.create_appeal(actor=user, team=team, slug="ferry", title="Ferry", source=source)
words = Words("{title}", "Dear {name}, {link}")
covering.save_template(actor=user, appeal=appeal, language="en", words=words)
people = [enrol.Entry(f"Person {n}", f"p{n}@people.example", "en") for n in range(COUNT)]
enrol.add_list(actor=user, appeal=appeal, entries=people)
dispatch.start(actor=user, appeal=appeal)
"""


@pytest.mark.database
def test_a_kill_in_the_middle_of_a_run_sends_nobody_two(installation: Installation):
    count = 1200
    installation.python(MAKE.replace("COUNT", str(count)))
    killed = 0
    for _attempt in range(20):
        before = _queued(installation)
        process = installation.start("circulate")
        deadline = time.monotonic() + 60
        while process.poll() is None and _queued(installation) <= before + 150:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait(30)
        if killed == 3 or _queued(installation) == count:
            break
    assert killed >= 1
    done = installation.run("circulate", timeout=120)
    assert done.code == 0, done.err
    assert _queued(installation) == count
    rows = sql(installation, "SELECT COUNT(DISTINCT address_key), COUNT(*) FROM mailroom_message")
    assert rows == [(count, count)]
    (run,) = sql(installation, "SELECT state, queued, left_out, total FROM circulation_dispatch")
    assert run == ("done", count, 0, count)
    assert installation.run("circulate").code == 0
    assert _queued(installation) == count


def _queued(site: Installation) -> int:
    return int(str(sql(site, "SELECT COUNT(*) FROM mailroom_message")[0][0]))


def test_after_a_restore_a_run_waits_for_a_person(carry, author, letters):
    carry()
    run = dispatch.start(actor=author, appeal=letters)
    queue.hold("restored")
    rounds.go()
    assert Dispatch.objects.get(pk=run.pk).state == "paused"
    assert not Message.objects.exists()


def test_carriers_are_erased_when_the_retention_of_a_closed_appeal_is_over(carry, letters):
    carry()
    long_ago = clock.now() - timedelta(days=letters.retention_days + 1)
    type(letters).objects.update(state="closed", opened_at=long_ago, closed_at=long_ago)
    rounds.tidy()
    row = Carrier.objects.get()
    assert (bytes(row.sealed), row.address_key) == (b"", None)
