from datetime import timedelta

import dns.rcode
import pytest

from tests.cast import Cast
from tests.signing import crowd
from tests.signing.organisations.societies import NameServer, asked, signed
from undersigned.accounts.models import User
from undersigned.appeals import draft as draft_module
from undersigned.appeals import publish as publish_module
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger import read
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message
from undersigned.signing import opening, sequence
from undersigned.signing.models import Organisation, Signature, Undo
from undersigned.signing.organisations import confirm, moderate, roll, sealed, stand, tidy
from undersigned.signing.organisations import dns as names_of
from undersigned.signing.organisations.read import find

pytestmark = pytest.mark.django_db
State = Organisation.State


def kinds() -> list[str]:
    return sorted(Message.objects.values_list("kind", flat=True))


def test_an_officer_at_the_domain_confirms_and_that_is_the_check(version: Version) -> None:
    row = signed(version)
    assert (row.state, row.check_kind) == (State.SIGNED, "mail")
    assert row.signature is not None
    assert (row.signature.kind, row.signature.state) == ("org", "confirmed")
    assert kinds() == ["org-confirm", "org-page"]


def test_an_officer_below_the_domain_proves_it_too(version: Version) -> None:
    assert signed(version, email="ida@post.ferry.example").check_kind == "mail"


@pytest.mark.parametrize("email", ["ida@notferry.example", "ida@ferry.example.org", "ida@gmail.com"])
def test_an_address_elsewhere_proves_nothing(version: Version, email: str) -> None:
    row = signed(version, email=email)
    assert (row.state, row.check_kind, row.signature) == (State.CONFIRMED, "", None)


def test_it_becomes_a_sign_leaf_of_kind_org(version: Version) -> None:
    signed(version)
    assert sequence.record_due(force=True) == 1
    log = read.log_of(version.text.appeal.public_id)
    assert log is not None
    total = read.totals(log)
    assert (total.signatures, total.kinds["org"], total.kinds["mail"]) == (1, 1, 0)
    assert Signature.objects.get().state == "recorded"


def test_confirming_twice_is_as_once(version: Version) -> None:
    row = signed(version)
    confirm.confirm(organisation=row)
    assert Signature.objects.count() == 1
    assert kinds() == ["org-confirm", "org-page"]


def test_what_ran_out_or_was_closed_is_not_confirmed(version: Version, cast: Cast) -> None:
    now = clock.now()
    old = asked(version, at=now - timedelta(days=15))
    assert confirm.hindrance(old, now) == "expired"
    with pytest.raises(stand.NotPossible):
        confirm.confirm(organisation=old)
    row = asked(version)
    appeal = version.text.appeal
    opening.close_appeal(actor=cast.owner, appeal=appeal)
    later = clock.now() + opening.GRACE + timedelta(minutes=1)
    row = Organisation.objects.select_related("appeal").get(pk=row.pk)
    assert confirm.hindrance(row, later) == "closed"


def test_a_record_below_the_domain_proves_it(version: Version, names: NameServer) -> None:
    row = signed(version, email="ida@elsewhere.example")
    names.records["_undersigned.ferry.example"] = ["other=1", confirm.record_text(row)]
    row = confirm.check(organisation=row, look=names_of.texts)
    assert (row.state, row.check_kind, row.check_failure) == (State.SIGNED, "dns", "")
    assert "org-signed" in kinds()


def test_a_record_at_the_domain_itself_proves_it(version: Version, names: NameServer) -> None:
    row = signed(version, email="ida@elsewhere.example")
    names.records["ferry.example"] = ["v=spf1 -all", confirm.record_text(row)]
    assert confirm.check(organisation=row, look=names_of.texts).state == State.SIGNED


@pytest.mark.parametrize(
    ("texts", "failure"),
    [
        ([], "missing"),
        (["v=spf1 -all"], "missing"),
        (["undersigned=somebody-elses"], "other"),
        (["undersigned="], "other"),
        (["\u00e9"], "missing"),
    ],
)
def test_what_the_dns_lacks_is_told(
    version: Version, names: NameServer, texts: list[str], failure: str
) -> None:
    row = signed(version, email="ida@elsewhere.example")
    names.records["_undersigned.ferry.example"] = texts
    row = confirm.check(organisation=row, look=names_of.texts)
    assert (row.state, row.check_failure) == (State.CONFIRMED, failure)


def test_a_silent_or_broken_server_keeps_the_request(
    version: Version, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_of, "SECONDS", 1.0)
    row = signed(version, email="ida@elsewhere.example")
    names.is_silent = True
    assert confirm.check(organisation=row, look=names_of.texts).check_failure == "unanswered"
    names.is_silent, names.rcode = False, dns.rcode.SERVFAIL
    assert confirm.check(organisation=row, look=names_of.texts).check_failure == "unanswered"


def test_anothers_record_proves_nothing(version: Version, names: NameServer) -> None:
    one = signed(version, email="ida@elsewhere.example")
    other = signed(version, email="eve@elsewhere.example")
    names.records["_undersigned.ferry.example"] = [confirm.record_text(one)]
    assert confirm.check(organisation=other, look=names_of.texts).check_failure == "other"


def test_the_publisher_looks_again_by_itself(version: Version, names: NameServer) -> None:
    row = signed(version, email="ida@elsewhere.example")
    assert tidy.look_again(names_of.texts) == 0
    names.records["_undersigned.ferry.example"] = [confirm.record_text(row)]
    assert tidy.look_again(names_of.texts) == 0  # not within the hour
    assert tidy.look_again(names_of.texts, clock.now() + timedelta(hours=2)) == 1
    assert Organisation.objects.get().state == State.SIGNED


def test_a_second_officer_signs_by_a_link_of_their_own(version: Version) -> None:
    row = asked(version, second="tom@reed.example", shows_officers=True)
    assert kinds() == ["org-confirm"]
    row = confirm.confirm(organisation=row)
    assert kinds() == ["org-confirm", "org-cosign", "org-page"]
    assert (row.officer_line, row.second_line) == ("Ida Berg, Chair", "")
    found = find(tokens.token("organisation-cosign", row.second_nonce or b""), "organisation-cosign")
    assert found is not None
    row = confirm.cosign(organisation=found)
    assert row.second_line == "Tom Reed, Secretary"
    assert row.cosigned_at is not None


def test_a_link_for_one_purpose_opens_no_other(version: Version) -> None:
    row = asked(version, second="tom@reed.example")
    token = tokens.token("organisation-confirm", row.nonce)
    assert find(token, "organisation") is None
    assert find(token, "organisation-cosign") is None
    assert find(confirm.record_text(row).partition("=")[2], "organisation") is None


def test_officers_are_named_only_where_they_wish(version: Version) -> None:
    assert signed(version).officer_line == ""


def test_by_hand_it_waits_for_approval(version: Version, cast: Cast) -> None:
    owner = cast.owner
    moderate.set_rule(actor=owner, appeal=version.text.appeal, accepts=True, by_hand=True)
    row = signed(version)
    assert (row.state, row.signature) == (State.CHECKED, None)
    row = moderate.approve(actor=owner, organisation=row)
    assert row.state == State.SIGNED
    assert "org-signed" in kinds()


def test_a_domain_that_has_signed_is_not_replaced_without_the_organisers(
    version: Version, cast: Cast
) -> None:
    first = signed(version)
    second = signed(version, email="eve@ferry.example")
    assert second.state == State.CHECKED
    with pytest.raises(stand.Standing):
        moderate.approve(actor=cast.owner, organisation=second)
    assert Organisation.objects.get(pk=first.pk).state == State.SIGNED
    assert Signature.objects.count() == 1


def test_a_new_version_moves_what_the_domain_signed(version: Version, cast: Cast) -> None:
    from_owner = cast.owner
    signed(version)
    sequence.record_due(force=True)
    newer = newer_version(version, from_owner)
    row = moderate.approve(actor=from_owner, organisation=signed(newer))
    assert row.state == State.SIGNED
    assert Undo.objects.get().why == "moved"
    sequence.record_due(force=True)
    log = read.log_of(version.text.appeal.public_id)
    assert log is not None
    total = read.totals(log)
    assert (total.signatures, total.moved, total.kinds["org"]) == (1, 1, 1)
    tidy.drop_stale()
    old = Organisation.objects.get(state=State.MOVED)
    assert sealed.opened(old).officer is None
    assert tidy.unfit(version.text.appeal) == []


def newer_version(version: Version, owner: User) -> Version:
    from_text = version.text
    from_text.refresh_from_db()
    draft_module.save_draft(
        actor=owner,
        text=from_text,
        source=from_text.draft.replace("one boat more", "two boats more"),
        revision=from_text.draft_revision,
    )
    from_text.refresh_from_db()
    return publish_module.publish(actor=owner, text=from_text)


def test_a_person_is_never_taken_for_their_employer(version: Version, open_appeal: Appeal) -> None:
    crowd.confirmed(version, affiliation="Ferry Users' Union")
    sequence.record_due(force=True)
    assert roll.page(open_appeal).lines == []
    log = read.log_of(open_appeal.public_id)
    assert log is not None
    assert read.totals(log).kinds["org"] == 0
