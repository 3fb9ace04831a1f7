"""Under embargo an appeal is signed unseen; then everything appears at once, and promises are kept."""

import argparse
import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from tests.circulation.conftest import ALL
from undersigned import cli
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, profiles
from undersigned.appeals.models import Appeal, Embargo
from undersigned.circulation import collected, enrol, links, revoke
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier
from undersigned.commands import fsck
from undersigned.ledger import append, read
from undersigned.ledger import publish as ledger_publish
from undersigned.ledger.models import Leaf, Log
from undersigned.lib import clock, tokens
from undersigned.lib.redact import redact
from undersigned.mailroom.models import Message
from undersigned.mailroom.render import render
from undersigned.signing import (
    confirm,
    embargo,
    embargo_check,
    mine,
    opening,
    protect,
    reveal,
    sequence,
    withdraw,
)
from undersigned.signing.models import Signature
from undersigned.tlog.promise import parse_promise

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def hidden(author, published) -> Appeal:
    """An appeal under embargo for two days, or until three people have signed."""
    return embargo.begin(actor=author, appeal=published.text.appeal, until=clock.now() + 48 * HOUR, number=3)


@pytest.fixture
def ines(author, hidden) -> Carrier:
    return enrol.add(actor=author, appeal=hidden, entry=Entry("Ines", "i@people.example", "en"), given=ALL)


def sign(client, carrier: Carrier, name: str) -> Signature:
    """Signs behind the carrier's link and confirms."""
    address = reverse("embargo-sign", args=[links.unseen(carrier), "en"])
    done = client.post(address, {"name": name, "email": f"{name.lower()}@people.example", "display": "name"})
    assert done.status_code == 303, done.content.decode()
    row = Signature.objects.order_by("-pk")[0]
    confirm.confirm(token=tokens.token("confirm", row.nonce))
    row.refresh_from_db()
    return row


def at(hours: float):
    return clock.now() + hours * HOUR


def findings(appeal: Appeal) -> list[str]:
    return [finding.code for finding in embargo_check.check(appeal)]


def test_it_is_signed_behind_a_carriers_link_and_waits_unrecorded(client, hidden, ines):
    row = sign(client, ines, "Ana")
    assert row.state == "confirmed" and row.leaf_index is None and row.carrier_id == ines.pk
    assert reveal.record_due(force=True) == 0 and sequence.record_due(force=True) == 0
    assert not Log.objects.exists() and not Leaf.objects.exists() and findings(hidden) == []
    assert collected.counts([ines.pk]) == {ines.pk: 1}
    assert sum(day.count for day in collected.per_day(ines, until=clock.now().date())) == 1


def test_the_hour_shows_text_names_log_and_counts_at_once(client, hidden, ines):
    first, second = sign(client, ines, "Ana"), sign(client, ines, "Ben")
    assert client.get("/appeals/night-ferry/en/").status_code == 404
    assert reveal.record_due(now=at(49)) == 2
    hidden.refresh_from_db()
    assert hidden.state == "open" and hidden.embargo.reason == "hour"
    found = client.get("/api/v1/appeals/night-ferry").json()
    assert found["signatures"]["recorded"] == 2 and found["log"]["size"] == 4
    names = client.get("/appeals/night-ferry/names/").content.decode()
    assert "Ana" in names and "Ben" in names
    assert client.get("/appeals/night-ferry/en/").status_code == 200
    assert client.get(f"/ledger/{hidden.public_id}/checkpoint").status_code == 200
    assert len(client.get("/.well-known/undersigned.json").json()["logs"]) == 1
    for row in (first, second):
        row.refresh_from_db()
        assert mine.receipt_state(mine.find(tokens.token("mine", row.nonce))).short
    assert findings(hidden) == [] and commands_fsck() == 0
    assert reveal.record_due(now=at(50)) == 0


def commands_fsck() -> int:
    return fsck.run(argparse.Namespace(log=None, mend=False, source=None, json=True))


def test_the_number_shows_it_before_the_hour(client, hidden, ines):
    for name in ("Ana", "Ben"):
        sign(client, ines, name)
    assert reveal.record_due() == 0
    sign(client, ines, "Cem")
    assert reveal.record_due() == 3
    hidden.refresh_from_db()
    assert hidden.state == "open" and hidden.embargo.reason == "number"


def test_only_confirmed_signatures_count_for_the_number(client, hidden, ines):
    rows = [sign(client, ines, name) for name in ("Ana", "Ben", "Cem")]
    withdraw.withdraw(signature=rows[0], keeps_name=False)
    assert reveal.record_due() == 0
    hidden.refresh_from_db()
    assert hidden.state == "embargo"


def test_an_embargo_without_an_hour_ends_with_the_closing_date(author, published, client):
    appeal = embargo.begin(actor=author, appeal=published.text.appeal, number=100)
    assert appeal.embargo.latest == appeal.closes_at
    reveal.record_due(now=appeal.closes_at + HOUR)
    appeal.refresh_from_db()
    assert appeal.state == "closed" and appeal.embargo.reason == "closing"
    assert client.get("/appeals/night-ferry/en/").status_code == 200
    assert findings(appeal) == []


def test_a_closing_date_moved_later_does_not_move_a_promise(author, published):
    appeal = embargo.begin(actor=author, appeal=published.text.appeal, number=100)
    draft.update_settings(actor=author, appeal=appeal, closes_at=appeal.closes_at + 240 * HOUR)
    assert embargo.due(Embargo.objects.get(), appeal.embargo.latest) == "closing"


STEPS = ["before the log", "before leaves", "before files", "before the checkpoint", "before the end"]


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_shows_nothing_and_the_next_run_shows_all(client, hidden, ines, monkeypatch, step):
    sign(client, ines, "Ana")
    where = {
        "before the log": (append, "create_log"),
        "before leaves": (sequence, "_append"),
        "before files": (sequence.publish, "publish"),
        "before the checkpoint": (ledger_publish, "note_published"),
        "before the end": (append, "show"),
    }[step]

    def crash(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*where, crash)
        with pytest.raises(KeyboardInterrupt):
            reveal.record_due(now=at(49))
    hidden.refresh_from_db()
    assert hidden.state == "embargo" and hidden.embargo.revealing_at is not None
    unseen = [
        "/appeals/night-ferry/en/",
        "/api/v1/appeals/night-ferry",
        f"/ledger/{hidden.public_id}/checkpoint",
        f"/ledger/{hidden.public_id}/tile/0/000.p/3",
        f"/ledger/{hidden.public_id}/tile/entries/000.p/3",
    ]
    assert [client.get(path).status_code for path in unseen] == [404] * len(unseen)
    assert client.get("/.well-known/undersigned.json").json() == {"logs": []}
    # Not even at an earlier hour is the decision taken back.
    reveal.record_due(now=clock.now())
    hidden.refresh_from_db()
    assert hidden.state == "open" and findings(hidden) == [] and commands_fsck() == 0
    assert [client.get(path).status_code for path in unseen] == [200] * len(unseen)
    assert client.get("/api/v1/appeals/night-ferry").json()["signatures"]["recorded"] == 1


def test_who_confirms_while_the_log_is_written_is_taken_along(client, hidden, ines, monkeypatch):
    sign(client, ines, "Ana")
    late = []
    record = sequence.record

    def then_one_more(appeal, **more):
        done = record(appeal, **more)
        if not late:
            late.append(sign(client, ines, "Ben"))
        return done

    monkeypatch.setattr(sequence, "record", then_one_more)
    assert reveal.record_due(now=at(49)) == 2
    late[0].refresh_from_db()
    assert late[0].state == "recorded"


def test_lifting_shows_it_with_the_next_run_and_cannot_be_undone(client, author, hidden, ines):
    sign(client, ines, "Ana")
    embargo.lift(actor=author, appeal=hidden)
    with pytest.raises(embargo.NotPossible):
        embargo.change(actor=author, appeal=hidden, until=at(72))
    assert reveal.record_due() == 1
    assert Embargo.objects.get().reason == "lifted"
    with pytest.raises(embargo.NotPossible):
        embargo.lift(actor=author, appeal=hidden)


def test_the_end_moves_later_only_while_nobody_was_promised_anything(client, author, hidden, ines):
    embargo.change(actor=author, appeal=hidden, until=at(72), number=3)
    row = sign(client, ines, "Ana")
    with pytest.raises(embargo.NotPossible):
        embargo.change(actor=author, appeal=hidden, until=at(96))
    with pytest.raises(embargo.NotPossible):
        embargo.change(actor=author, appeal=hidden, number=3)
    embargo.change(actor=author, appeal=hidden, until=at(24))
    withdraw.withdraw(signature=row, keeps_name=False)
    embargo.change(actor=author, appeal=hidden, until=at(96))


@pytest.mark.parametrize(
    "wrong", [{}, {"until": -1}, {"number": 0}, {"until": 24 * 40}, {"number": embargo.NUMBER_MAX + 1}]
)
def test_an_embargo_needs_an_end_that_can_come(author, published, wrong):
    wrong = {name: at(value) if name == "until" else value for name, value in wrong.items()}
    with pytest.raises(embargo.NotPossible):
        embargo.begin(actor=author, appeal=published.text.appeal, **wrong)
    assert Appeal.objects.get().state == "draft" and not Embargo.objects.exists()


def test_only_who_may_open_an_appeal_decides(cast, hidden):
    for actor in (cast.moderator, cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            embargo.change(actor=actor, appeal=hidden, until=at(24))
        with pytest.raises(Forbidden):
            embargo.lift(actor=actor, appeal=hidden)


def test_an_open_appeal_cannot_be_hidden_and_a_hidden_one_not_closed(author, open_appeal):
    with pytest.raises(opening.NotReady):
        embargo.begin(actor=author, appeal=open_appeal, until=at(24))


def test_a_hidden_appeal_is_not_closed_by_hand(author, hidden):
    with pytest.raises(opening.NotReady):
        opening.close_appeal(actor=author, appeal=hidden)


def test_every_act_stands_in_the_record(client, author, hidden, ines):
    embargo.change(actor=author, appeal=hidden, until=at(30), number=2)
    reveal.record_due(now=at(31))
    verbs = AuditRecord.objects.filter(verb__startswith="embargo.").order_by("pk")
    assert [(row.verb, row.actor_id is None) for row in verbs] == [
        ("embargo.begin", False),
        ("embargo.change", False),
        ("embargo.end", True),
    ]


def test_the_promise_names_the_commitment_and_binds_a_day_after_the_end(client, hidden, ines):
    row = sign(client, ines, "Ana")
    token = tokens.token("mine", row.nonce)
    page = client.get(reverse("mine", args=[token])).content.decode()
    assert reverse("mine-promise", args=[token]) in page and "mine-receipt" not in page
    answer = client.get(reverse("mine-promise", args=[token]))
    assert answer["Cache-Control"] == "no-store" and "attachment" in answer["Content-Disposition"]
    promise = parse_promise(answer.content)
    assert promise.commitment == row.commitment
    assert promise.publish_by == embargo.publish_by(Embargo.objects.get())
    reveal.record_due(now=at(49))
    row.refresh_from_db()
    entry = bytes(Leaf.objects.get(index=row.leaf_index).entry)
    assert json.loads(entry)["c"] == promise.commitment
    assert client.get(reverse("mine-promise", args=[token])).status_code == 404


def test_a_signature_that_does_not_wait_gets_no_promise(client, hidden, ines):
    row = sign(client, ines, "Ana")
    withdraw.withdraw(signature=row, keeps_name=False)
    assert client.get(reverse("mine-promise", args=[tokens.token("mine", row.nonce)])).status_code == 404


def test_what_was_promised_is_recorded_before_the_promise_runs_out(client, author, published):
    appeal = published.text.appeal
    protect.change(actor=author, appeal=appeal, profile="at_risk")
    embargo.begin(actor=author, appeal=appeal, until=at(24))
    reveal.record_due(now=at(25))
    found = Embargo.objects.get()
    carrier = enrol.add(actor=author, appeal=appeal, entry=Entry("I", "i@people.example", "en"), given=ALL)
    # A confirmation that was on its way when the appeal appeared.
    Appeal.objects.update(state="embargo")
    row = sign(client, carrier, "Ana")
    Appeal.objects.update(state="open")
    assert row.confirmed_at <= profiles.PROFILES["at_risk"].rounded(found.revealed_at)
    sequence.record_due(now=found.revealed_at + HOUR)
    assert Signature.objects.get().state in ("confirmed", "recorded")
    sequence.record_due(now=embargo.publish_by(found) - HOUR)
    assert Signature.objects.get().state == "recorded"


def test_fsck_says_when_something_was_written_too_early(hidden):
    append.create_log(appeal_id=hidden.public_id)
    assert set(findings(hidden)) == {"embargo-early-log", "embargo-log-shown"}
    Embargo.objects.all().delete()
    assert findings(hidden) == ["embargo-no-end"]
    assert commands_fsck() == 1


def test_fsck_says_when_an_appeal_is_shown_by_halves(hidden):
    append.create_log(appeal_id=hidden.public_id, hidden=True)
    Appeal.objects.update(state="open")
    hidden.refresh_from_db()
    assert set(findings(hidden)) == {"embargo-half-revealed", "embargo-log-hidden"}


def test_no_line_is_listed_before_the_reveal(client, hidden, ines):
    row = sign(client, ines, "Ana")
    assert not row.public_line.listed
    assert read.published_logs() == []


def test_edition_and_archive_write_nothing_before_it_appears(hidden, tmp_path, capsys):
    for command in ("edition", "archive"):
        assert cli.main([command, "night-ferry", "--out", str(tmp_path / command)]) == 2
        assert "under embargo" in capsys.readouterr().err
        assert not (tmp_path / command).exists()


def test_the_links_of_a_carrier_lead_to_the_unseen_address_and_later_to_the_public_one(client, hidden, ines):
    link = links.signing(ines, hidden.texts.get())
    path = link.removeprefix("http://127.0.0.1:8000")
    assert path == f"/embargo/{links.unseen(ines)}/en/" and ines.public_id not in path
    page = client.get(reverse("carry", args=[links.token(ines)])).content.decode()
    assert link in page and "under embargo" in page
    assert client.get(path).status_code == 200
    reveal.record_due(now=at(49))
    moved = client.get(path)
    assert moved.status_code == 303
    assert moved["Location"] == f"/appeals/night-ferry/en/?via={ines.public_id}"


def test_a_form_that_is_older_than_the_reveal_still_signs(client, hidden, ines):
    reveal.record_due(now=at(49))
    done = client.post(
        reverse("embargo-sign", args=[links.unseen(ines), "en"]),
        {"name": "Ana", "email": "ana@people.example", "display": "name"},
    )
    assert done.status_code == 303 and done["Location"] == "/appeals/night-ferry/en/signed/"
    assert Signature.objects.get().carrier_id == ines.pk


def test_a_link_taken_back_opens_nothing(client, author, hidden, ines):
    path = reverse("embargo-letter", args=[links.unseen(ines), "en"])
    assert client.get(path).status_code == 200
    revoke.revoke(actor=author, carrier=ines)
    assert client.get(path).status_code == 404
    assert client.get(reverse("embargo-privacy", args=[links.unseen(ines)])).status_code == 404


def test_the_carriers_private_token_and_the_public_id_open_nothing_there(client, hidden, ines):
    for token in (links.token(ines), ines.public_id, "A" * 43, hidden.public_id):
        assert client.get(f"/embargo/{token}/en/").status_code == 404
        assert client.get(f"/embargo/{token}/").status_code == 404
    assert client.get(f"/carry/{links.unseen(ines)}/").status_code == 404


def test_the_unseen_letter_leaves_no_trace(client, hidden, ines):
    paths = [
        reverse("embargo-letter", args=[links.unseen(ines), "en"]),
        reverse("embargo-signed", args=[links.unseen(ines), "en"]),
        reverse("embargo-privacy", args=[links.unseen(ines)]),
    ]
    for path in paths:
        answer = client.get(path)
        html = answer.content.decode()
        assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer" and answer["X-Robots-Tag"] == "noindex"
        assert not answer.cookies and "ETag" not in answer
        assert "og:" not in html and 'rel="canonical"' not in html and "/appeals/night-ferry" not in html


def test_a_form_with_mistakes_comes_back_behind_the_link(client, hidden, ines):
    path = reverse("embargo-sign", args=[links.unseen(ines), "en"])
    answer = client.post(path, {"name": "Ana", "email": "none", "display": "name"})
    html = answer.content.decode()
    assert answer.status_code == 422 and f'action="{path}"' in html and "/appeals/" not in html
    assert not Signature.objects.exists()


def test_a_signers_private_pages_lead_nowhere_in_public(client, hidden, ines):
    row = sign(client, ines, "Ana")
    for name in ("confirm", "mine"):
        html = client.get(reverse(name, args=[tokens.token(name, row.nonce)])).content.decode()
        assert "/appeals/night-ferry" not in html and "promise" in html


def test_no_mail_to_a_signer_leads_to_the_hidden_address(client, hidden, ines):
    sign(client, ines, "Ana")
    messages = list(Message.objects.filter(subject_ref__startswith="signature:"))
    assert messages
    for message in messages:
        mail = message_from_bytes(render(message).data, policy=policy.default)
        words = "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
        assert "night-ferry" not in words


def test_tokens_of_the_unseen_letter_are_redacted_in_logs(ines):
    assert links.unseen(ines) not in redact(f"GET /embargo/{links.unseen(ines)}/en/ 200")
