"""My name is on it and I did not sign: confirmed by mail, out of sight at once, decided, told; no oracle."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.ledger import read
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message
from undersigned.mailroom.render import render
from undersigned.signing import erase, export, moderate, roll, sequence, withdraw
from undersigned.signing.disputes import answer, ask, decide, freeze, kept, time
from undersigned.signing.models import Dispute, DisputeLine, Signature, Undo

pytestmark = pytest.mark.django_db
FORM = "/appeals/night-ferry/names/not-me/"


@pytest.fixture
def rows(open_appeal):
    version = crowd.original(open_appeal)
    made = [crowd.confirmed(version, name) for name in ("Ana Sol", "Ben Ito", "Carla Vik")]
    sequence.record_due(force=True)
    Message.objects.all().delete()
    return made


def written(appeal, name="Ana Sol", email="true.ana@people.example", place="", at=None):
    request = ask.Request(name=name, email=email, place=place, words="I was at sea.")
    return ask.ask(appeal=appeal, request=request, language="en", at=at)


def confirmed(appeal, *args, at=None, **more):
    return freeze.confirm(dispute=written(appeal, *args, at=at, **more), at=at)


def names(appeal):
    return [line.name for line in roll.page(appeal).lines]


def kinds():
    return sorted(Message.objects.values_list("kind", flat=True))


def state(row):
    return Signature.objects.get(pk=row.pk).state


def test_writing_changes_nothing_and_confirming_takes_the_name_out_of_sight_at_once(rows, open_appeal):
    dispute = written(open_appeal, "ana SOL")
    assert kinds() == ["dispute-confirm"] and names(open_appeal) == ["Ana Sol", "Ben Ito", "Carla Vik"]
    found = freeze.confirm(dispute=dispute)
    assert (found.state, found.froze) == ("open", True)
    assert timedelta(days=13) < found.due_at - clock.now() <= timedelta(days=14)
    assert names(open_appeal) == ["Ben Ito", "Carla Vik"]
    assert roll.page(open_appeal, query="Ana").lines == []
    assert b"Ana Sol" not in b"".join(export.public_rows(None, open_appeal, "csv"))
    # It counts all the same.
    assert read.totals(read.log_of(open_appeal.public_id)).signatures == 3
    assert kinds() == ["dispute-asked", "dispute-confirm", "dispute-frozen"] + ["dispute-team"] * 3
    freeze.confirm(dispute=dispute)
    assert DisputeLine.objects.count() == 1


def test_upheld_it_is_struck_out_and_both_are_told(rows, open_appeal, cast):
    found = confirmed(open_appeal)
    decide.uphold(actor=cast.moderator, dispute=found, reason="never met")
    assert state(rows[0]) == "struck" and Undo.objects.get().why == "struck"
    assert {"dispute-upheld", "dispute-struck"} <= set(kinds())
    assert AuditRecord.objects.get(verb="dispute.uphold").detail == {}
    sequence.record_due(force=True)
    total = read.totals(read.log_of(open_appeal.public_id))
    assert (total.signatures, total.struck) == (2, 1)
    with pytest.raises(decide.NotPossible):
        decide.dismiss(actor=cast.moderator, dispute=found, reason="again")


def test_dismissed_it_is_shown_again_and_is_not_frozen_by_itself_a_second_time(rows, open_appeal, cast):
    decide.dismiss(actor=cast.moderator, dispute=confirmed(open_appeal), reason="we know her")
    assert names(open_appeal) == ["Ana Sol", "Ben Ito", "Carla Vik"]
    assert {"dispute-dismissed", "dispute-shown"} <= set(kinds())
    again = confirmed(open_appeal, email="other@people.example")
    assert (again.state, again.froze, again.held_by) == ("open", False, "decided")
    assert names(open_appeal) == ["Ana Sol", "Ben Ito", "Carla Vik"]
    decide.freeze_now(actor=cast.moderator, dispute=again)
    assert names(open_appeal) == ["Ben Ito", "Carla Vik"]


def test_one_of_two_of_the_same_name_is_struck_out_and_the_other_shown_again(rows, open_appeal, cast):
    other = crowd.confirmed(crowd.original(open_appeal), "Ana Sol", email="a@quay.example", place="Lisboa")
    sequence.record_due(force=True)
    narrow = confirmed(open_appeal, place="lisboa")
    assert [line.number for line in narrow.lines.all()] == [other.pk]
    both = confirmed(open_appeal, email="third@people.example")
    assert [line.number for line in both.lines.all()] == [rows[0].pk]
    decide.uphold(actor=cast.owner, dispute=narrow, reason="so", numbers=[other.pk])
    assert state(other) == "struck" and state(rows[0]) == "disputed"


def test_while_another_dispute_is_open_the_name_stays_out_of_sight(rows, open_appeal, cast):
    first = confirmed(open_appeal)
    second = written(open_appeal, email="second@people.example")
    Dispute.objects.filter(pk=second.pk).update(state="open", due_at=clock.now(), confirmed_at=clock.now())
    DisputeLine.objects.create(dispute=second, number=rows[0].pk, nonce=tokens.new_nonce(), frozen=True)
    decide.dismiss(actor=cast.owner, dispute=first, reason="so")
    assert "Ana Sol" not in names(open_appeal)
    decide.dismiss(actor=cast.owner, dispute=Dispute.objects.get(pk=second.pk), reason="so")
    assert "Ana Sol" in names(open_appeal)


def test_no_name_or_an_unlisted_one_is_told_as_not_listed(rows, open_appeal):
    crowd.confirmed(crowd.original(open_appeal), "Grace Lang", display="unlisted")
    sequence.record_due(force=True)
    for place, name in enumerate(("Nobody Here", "Grace Lang")):
        assert confirmed(open_appeal, name, email=f"{place}@people.example").state == "none"
    assert not DisputeLine.objects.exists()
    assert not Signature.objects.filter(state="disputed").exists()


def test_a_few_cannot_empty_the_list(rows, open_appeal, monkeypatch):
    monkeypatch.setattr(freeze, "BY_ADDRESS", 1)
    assert confirmed(open_appeal).froze
    assert confirmed(open_appeal, "Ben Ito").held_by == "address"
    monkeypatch.setattr(freeze, "BY_DAY", 1)
    assert confirmed(open_appeal, "Ben Ito", email="x@people.example").held_by == "day"
    monkeypatch.setattr(freeze, "LINES", 0)
    assert confirmed(open_appeal, "Carla Vik", email="y@people.example").held_by == "many"
    assert names(open_appeal) == ["Ben Ito", "Carla Vik"]
    # Whose name was not frozen is not written to, either.
    assert kinds().count("dispute-asked") == 1


def test_a_deadline_that_passes_is_told_once_and_decides_nothing(rows, open_appeal):
    found = confirmed(open_appeal)
    late = found.due_at + timedelta(hours=1)
    assert time.tell_overdue(late) == 1 and time.tell_overdue(late) == 0
    assert state(rows[0]) == "disputed"
    assert kinds().count("dispute-overdue") == 1 and kinds().count("dispute-late") == 3


def test_the_signatory_says_who_signed_and_who_did_not_takes_it_back(rows, open_appeal):
    line = confirmed(open_appeal).lines.get()
    answer.answer(line=line, mine=True)
    assert state(rows[0]) == "disputed" and DisputeLine.objects.get().answer == "mine"
    path = f"/disputes/{tokens.token(kept.ANSWER, line.nonce)}/answer/"
    assert b"Ana Sol" in Client().get(path).content
    assert Client().post(path, {"answer": "not"}).status_code == 303
    assert state(rows[0]) == "withdrawn"
    assert b"Ana Sol" not in Client().get(path).content


def test_a_disputed_name_is_not_kept_beside_a_withdrawal(rows, open_appeal):
    confirmed(open_appeal)
    withdraw.withdraw(signature=Signature.objects.get(pk=rows[0].pk), keeps_name=True)
    assert [line.name for line in roll.withdrawn(open_appeal)] == [""]


def test_what_is_erased_or_struck_out_meanwhile_does_not_stand_in_the_way(rows, open_appeal, cast):
    found = confirmed(open_appeal)
    erase.erase(signature=rows[0])
    decide.uphold(actor=cast.moderator, dispute=found, reason="so")
    assert DisputeLine.objects.get().outcome == "gone"
    other = confirmed(open_appeal, "Ben Ito", email="b@people.example")
    moderate.strike(actor=cast.moderator, signature=rows[1], reason="so")
    decide.dismiss(actor=cast.moderator, dispute=other, reason="so")
    assert "Ben Ito" not in names(open_appeal)


@pytest.mark.parametrize("who", ["viewer", "outsider"])
def test_others_may_not_decide(rows, open_appeal, cast, who):
    found = confirmed(open_appeal)
    for act in (decide.uphold, decide.dismiss):
        with pytest.raises(Forbidden):
            act(actor=getattr(cast, who), dispute=found, reason="so")
        with pytest.raises(ValidationError):
            act(actor=cast.moderator, dispute=found, reason=" ")
    with pytest.raises(Forbidden):
        decide.freeze_now(actor=getattr(cast, who), dispute=found)
    assert state(rows[0]) == "disputed"


def test_words_go_with_time(rows, open_appeal, cast):
    asked = written(open_appeal, email="never@people.example")
    found = confirmed(open_appeal)
    decide.dismiss(actor=cast.owner, dispute=found, reason="the words of Ana Sol")
    time.tidy(clock.now() + timedelta(days=15))
    assert not Dispute.objects.filter(pk=asked.pk).exists()
    assert kept.opened(Dispute.objects.get()).email
    time.tidy(clock.now() + timedelta(days=31))
    assert kept.opened(Dispute.objects.get()) == kept.Kept()
    assert Dispute.objects.get().reason == ""
    assert not Message.objects.filter(kind__startswith="dispute-d").exists()


def test_a_link_is_good_for_a_while_only(rows, open_appeal):
    old = clock.now() - timedelta(days=15)
    dispute = written(open_appeal, at=old)
    path = f"/disputes/{tokens.token(kept.CONFIRM, dispute.nonce)}/"
    assert Client().get(path).status_code == 410
    Client().post(path)
    assert "Ana Sol" in names(open_appeal)


def told(answer_):
    return answer_.status_code, dict(answer_.items()), answer_.content


def test_the_form_answers_the_same_and_works_the_same_for_any_name(rows, open_appeal):
    shown, queries = [], []
    for place, name in enumerate(("Ana Sol", "Nobody Here")):
        with CaptureQueriesContext(connection) as seen:
            values = {"name": name, "email": f"x{place}@people.example"}
            shown.append(told(Client().post(FORM, values)))
        queries.append([re.sub(r"'[^']*'|\d+|X", "", query["sql"])[:60] for query in seen])
    assert shown[0] == shown[1] and shown[0][0] == 303
    assert queries[0] == queries[1]
    assert told(Client().get(FORM + "asked/"))[0] == 200


def test_looking_changes_nothing_a_button_does_and_the_page_tells_nothing(rows, open_appeal):
    after = []
    for place, name in enumerate(("Ana Sol", "Nobody Here")):
        dispute = written(open_appeal, name, email=f"x{place}@people.example")
        path = f"/disputes/{tokens.token(kept.CONFIRM, dispute.nonce)}/"
        assert Client().get(path).status_code == 200
        assert Dispute.objects.get(pk=dispute.pk).state == "asked"
        assert Client().post(path).status_code == 303
        after.append(Client().get(path).content)
    assert after[0].replace(b"Ana Sol", b"") == after[1].replace(b"Nobody Here", b"")
    assert Client().get("/disputes/" + "A" * 43 + "/").status_code == 404


def test_the_form_keeps_what_was_typed_and_is_limited_as_signing_is(open_appeal, configure):
    refused = Client().post(FORM, {"name": "", "email": "no", "words": "at sea"})
    assert refused.status_code == 422 and b"at sea" in refused.content
    assert Client().post(FORM, {}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    configure(sign_limit=1)
    values = {"name": "Ana Sol", "email": "a@people.example"}
    answers = [Client().post(FORM, values).status_code for _time in range(2)]
    assert answers == [303, 429]


def _parts(data):
    mail = message_from_bytes(data, policy=policy.default)
    return [part for part in mail.walk() if not part.is_multipart()]


def test_no_mail_holds_what_a_stranger_typed(rows, open_appeal, cast):
    found = confirmed(open_appeal, email="true.ana@people.example")
    decide.uphold(actor=cast.moderator, dispute=found, reason="so")
    for message in Message.objects.all():
        data = render(message).data
        raw = "".join(str(part.get_content()) for part in _parts(data))
        assert "Ana Sol" not in raw and "at sea" not in raw, message.kind
