"""Second factors, proofs, sessions and the account's own pages, as a browser without script uses them."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast
from undersigned.accounts import closing, sessions
from undersigned.accounts.models import AuditRecord, DeskSession, Membership, Team, User
from undersigned.lib import clock

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LATER = timedelta(minutes=16)


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    cache.clear()


def code(secret: str = SECRET, ahead: int = 0) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + ahead)))


def with_app(user: User) -> RecoveryCodes:
    totp.TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user)


def signs_in(client: Client, user: User) -> str:
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def mail_to(email: str) -> str:
    return next(str(sent.body) for sent in reversed(mail.outbox) if email in sent.to)


def test_an_app_is_added_by_its_first_code_and_then_asked_for(
    client: Client,
    cast: Cast,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    client.force_login(cast.editor)
    html = page(client, "mfa_activate_totp")
    assert "<svg" in html and "data:image" not in html
    secret = re.search(r'<code class="hex">([A-Z2-7 ]+)</code>', html)
    assert secret
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200 and "not right" in wrong.content.decode()
    plain = secret[1].replace(" ", "")
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(reverse("mfa_activate_totp"), {"code": code(plain)})
    assert done.status_code == 302 and done["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r'<code class="hex">(\d{8})</code>', page(client, "mfa_view_recovery_codes"))
    assert len(set(codes)) == 10
    assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split() == codes
    assert "10 codes are left" in page(client, "mfa_index")
    row = Authenticator.objects.get(type="totp")
    assert plain not in str(row.data)
    verbs = AuditRecord.objects.filter(team=cast.team).values_list("verb", flat=True)
    assert "account.totp_activated" in verbs

    other = Client()
    assert signs_in(other, cast.editor) == reverse("mfa_authenticate")
    assert other.get("/desk/").status_code == 302
    assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert other.get("/desk/").status_code == 200
    third = Client()
    signs_in(third, cast.editor)
    assert "not right" in third.post(reverse("mfa_authenticate"), {"code": codes[0]}).content.decode()


def test_a_code_of_the_app_opens_once_for_all_processes(client: Client, cast: Cast) -> None:
    with_app(cast.editor)
    now = code()
    signs_in(client, cast.editor)
    assert client.post(reverse("mfa_authenticate"), {"code": now}).status_code == 302
    cache.clear()  # as another process sees it
    other = Client()
    signs_in(other, cast.editor)
    assert "used already" in other.post(reverse("mfa_authenticate"), {"code": now}).content.decode()
    cache.clear()
    assert (
        "used already" in other.post(reverse("mfa_authenticate"), {"code": code(ahead=-1)}).content.decode()
    )
    assert other.post(reverse("mfa_authenticate"), {"code": code(ahead=1)}).status_code == 302


def test_a_code_by_mail_is_no_way_around_the_second_factor(client: Client, cast: Cast) -> None:
    with_app(cast.editor)
    client.post(reverse("account_request_login_code"), {"email": cast.editor.email})
    mailed = re.search(r"\n([A-Z0-9-]{4,12})\n", mail_to(cast.editor.email))
    assert mailed
    answer = client.post(reverse("account_confirm_login_code"), {"code": mailed[1]}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("mfa_authenticate")


@pytest.mark.parametrize(
    "credential",
    ["", "[]", "1", "{}", '{"id": 1}', '{"rawId": "x", "response": {"userHandle": "!"}}', "\u0000{"],
)
def test_what_is_no_passkey_is_refused_and_never_an_error(
    client: Client, cast: Cast, credential: str
) -> None:
    asked = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert asked.json()["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.status_code == 302 and answer["Location"] == reverse("account_login")
    client.force_login(cast.editor)
    client.get(reverse("mfa_add_webauthn"))
    values = {"credential": credential, "name": "Mine", "passwordless": "True"}
    assert client.post(reverse("mfa_add_webauthn"), values).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_passkey_is_for_the_name_of_the_site(
    client: Client, cast: Cast, configure: Callable[..., None]
) -> None:
    configure(base_url="https://letters.example")
    client.force_login(cast.editor)
    html = client.get(reverse("mfa_add_webauthn"), headers={"Host": "localhost"}).content.decode()
    assert (
        '"rp": {"name": "Undersigned", "id": "letters.example"}' in html or '"id": "letters.example"' in html
    )
    configure(base_url="http://192.0.2.7")
    assert "by a name and over HTTPS" in page(client, "mfa_add_webauthn")


# Proofs -----------------------------------------------------------------------------------------


def test_signing_in_is_a_proof_for_a_quarter_of_an_hour(client: Client, cast: Cast) -> None:
    signs_in(client, cast.editor)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    with time_machine.travel(clock.now() + LATER, tick=False):
        asked = client.get(reverse("mfa_activate_totp"))
        assert asked.status_code == 302
        assert asked["Location"].startswith(reverse("account_reauthenticate") + "?next=")
        wrong = client.post(asked["Location"], {"password": "not this one"})
        assert wrong.status_code == 200
        back = client.post(asked["Location"], {"password": PASSWORD})
        assert back["Location"] == reverse("mfa_activate_totp")
        assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_form_that_was_open_is_still_taken_and_an_old_one_changes_nothing(
    client: Client, cast: Cast
) -> None:
    client.force_login(cast.editor)
    data = {"email": "new@people.example"}
    with time_machine.travel(clock.now() + LATER, tick=False):
        assert client.post(reverse("desk-address"), data)["Location"] == reverse("desk-address")
    with time_machine.travel(clock.now() + LATER * 2, tick=False):
        came = {"Referer": f"http://testserver{reverse('desk-address')}"}
        asked = client.post(reverse("desk-address"), data, headers=came)
        assert asked["Location"].endswith("?next=%2Fdesk%2Fme%2Faddress%2F")
        assert "Nothing was done yet" in client.get(asked["Location"]).content.decode()
        evil = {"Referer": "https://evil.example/desk/"}
        assert client.post(reverse("desk-address"), data, headers=evil)["Location"].endswith(
            "next=%2Fdesk%2F"
        )


def test_a_code_of_the_app_proves_as_well(client: Client, cast: Cast) -> None:
    with_app(cast.editor)
    client.force_login(cast.editor)
    with time_machine.travel(clock.now() + LATER, tick=False):
        asked = client.get(reverse("mfa_view_recovery_codes"))["Location"]
        assert reverse("mfa_reauthenticate") in client.get(asked).content.decode()
        there = f"{reverse('mfa_reauthenticate')}?next={reverse('mfa_view_recovery_codes')}"
        assert client.post(there, {"code": code()})["Location"] == reverse("mfa_view_recovery_codes")
        assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_who_has_no_password_proves_by_a_code_from_a_mail(client: Client, cast: Cast) -> None:
    cast.editor.set_unusable_password()
    cast.editor.save()
    client.force_login(cast.editor)
    with time_machine.travel(clock.now() + LATER, tick=False):
        asked = client.get(reverse("desk-address"))["Location"]
        assert asked.startswith(reverse("account_again_mail"))
        assert client.post(asked)["Location"] == asked
        mailed = re.search(r"\n([A-Z0-9]{4} [A-Z0-9]{4})\n", mail_to(cast.editor.email))
        assert mailed
        assert client.post(asked, {"code": "wrong"}).status_code == 422
        assert client.post(asked, {"code": mailed[1].lower()})["Location"] == reverse("desk-address")
        assert client.get(reverse("desk-address")).status_code == 200
        assert client.post(f"{asked}x", {"code": mailed[1]}).status_code == 422


def test_who_has_a_password_gets_no_code_by_mail(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    assert client.post(reverse("account_again_mail")).status_code == 404


# Sessions ---------------------------------------------------------------------------------------

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def test_sessions_are_listed_coarsely_and_can_be_ended(client: Client, cast: Cast) -> None:
    there = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.77")
    there.force_login(cast.editor)
    there.get("/desk/")
    client.force_login(cast.editor)
    html = page(client, "desk-sessions")
    assert "Firefox · Linux" in html and "this one" in html
    row = DeskSession.objects.get(device="Firefox · Linux")
    cookie = there.cookies["sessionid"].value
    assert cookie not in (row.session_key, row.session_data) and row.seen and row.seen.minute == 0
    assert "192.0.2.77" not in str(DeskSession.objects.values()) + str(there.session.items())
    stranger = Client()
    stranger.force_login(cast.outsider)
    stranger.post(reverse("desk-sessions"), {"session": row.session_key})
    assert there.get("/desk/").status_code == 200
    client.post(reverse("desk-sessions"), {"session": row.session_key})
    assert there.get("/desk/").status_code == 302
    assert client.get("/desk/").status_code == 200


def test_all_other_sessions_end_at_once_and_with_a_new_password(client: Client, cast: Cast) -> None:
    others = [Client(), Client()]
    for one in (*others, client):
        signs_in(one, cast.editor)
        one.get("/desk/")
    client.post(reverse("desk-sessions"), {"act": "all"})
    assert [one.get("/desk/").status_code for one in (*others, client)] == [302, 302, 200]
    signs_in(others[0], cast.editor)
    new = "another long passphrase"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), values).status_code == 302
    assert others[0].get("/desk/").status_code == 302 and client.get("/desk/").status_code == 200
    assert DeskSession.objects.filter(user=cast.editor).count() == 1


def test_sessions_that_are_over_are_deleted(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    assert sessions.forget_over() == 0
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        assert sessions.forget_over() == 1
    assert not DeskSession.objects.exists()


def test_a_session_ends_a_day_after_its_use_and_after_two_weeks(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    start = clock.now()
    for day in range(16):
        with time_machine.travel(start + timedelta(hours=23 * day), tick=False):
            in_time = timedelta(hours=23 * day) < sessions.LONGEST
            assert client.get(reverse("desk-me")).status_code == (200 if in_time else 302)
    client.force_login(cast.owner)
    assert client.get(reverse("desk-me")).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert client.get(reverse("desk-me")).status_code == 302


def test_a_cookie_made_from_the_table_opens_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    client.get("/desk/")
    thief = Client()
    thief.cookies["sessionid"] = DeskSession.objects.get(user=cast.editor).session_key
    assert thief.get("/desk/").status_code == 302


# The account ------------------------------------------------------------------------------------


def test_an_address_changes_by_a_code_to_the_new_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    client.post(reverse("desk-address"), {"email": "Edda@New.example"})
    mailed = re.search(r"\n([A-Z0-9]{4} [A-Z0-9]{4})\n", mail_to("edda@new.example"))
    assert mailed and "edda@new.example" in page(client, "desk-address")
    for _try in range(4):
        assert client.post(reverse("desk-address"), {"code": "BBBB BBBB"}).status_code == 422
    assert client.post(reverse("desk-address"), {"code": mailed[1]}).status_code == 302
    cast.editor.refresh_from_db()
    assert cast.editor.email == "edda@new.example"
    assert "changed to another one" in mail_to("edda@people.example")
    assert AuditRecord.objects.filter(team=cast.team, verb="account.address_changed").count() == 1


def test_an_address_of_somebody_else_is_answered_alike_and_cannot_be_taken(
    client: Client, cast: Cast
) -> None:
    client.force_login(cast.editor)
    free = client.post(reverse("desk-address"), {"email": "free@people.example"})
    client.post(reverse("desk-address"), {"act": "stop"})
    taken = client.post(reverse("desk-address"), {"email": cast.owner.email})
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    client.post(reverse("desk-address"), {"code": "guess"})
    cast.editor.refresh_from_db()
    assert cast.editor.email == "edda@people.example"


def test_five_wrong_codes_end_the_code(client: Client, cast: Cast) -> None:
    client.force_login(cast.editor)
    client.post(reverse("desk-address"), {"email": "new@people.example"})
    mailed = re.search(r"\n([A-Z0-9]{4} [A-Z0-9]{4})\n", mail_to("new@people.example"))
    assert mailed
    for _try in range(5):
        client.post(reverse("desk-address"), {"code": "wrong"})
    client.post(reverse("desk-address"), {"code": mailed[1]})
    cast.editor.refresh_from_db()
    assert cast.editor.email == "edda@people.example"


def test_an_account_is_closed_for_good(client: Client, cast: Cast) -> None:
    other = Client()
    signs_in(other, cast.editor)
    client.force_login(cast.editor)
    assert client.post(reverse("desk-close-account")).status_code == 422
    assert client.post(reverse("desk-close-account"), {"sure": "on"}).status_code == 302
    assert other.get("/desk/").status_code == 302
    again = other.post(reverse("account_login"), {"login": cast.editor.email, "password": PASSWORD})
    assert again.status_code == 200
    assert not Membership.objects.filter(user=cast.editor).exists()
    verbs = list(AuditRecord.objects.filter(team=cast.team).values_list("verb", flat=True))
    assert verbs[-2:] == ["account.account_closed", "team.leave"]


def test_the_only_owner_cannot_close_the_account(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    assert "Lower Quay" in page(client, "desk-close-account")
    answer = client.post(reverse("desk-close-account"), {"sure": "on"})
    assert answer.status_code == 422 and "only owner" in answer.content.decode()
    cast.owner.refresh_from_db()
    assert cast.owner.is_active and Membership.objects.filter(user=cast.owner).exists()


def test_an_owner_who_cannot_sign_in_does_not_count_as_one(cast: Cast) -> None:
    team = Team.objects.get(name="Upper Quay")
    Membership.objects.create(team=team, user=cast.viewer, role="owner", created_at=clock.now())
    assert closing.only_owner_of(cast.outsider) == []
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert closing.only_owner_of(cast.outsider) == [team]


def test_the_operator_takes_lost_factors_off_and_the_record_says_so(client: Client, cast: Cast) -> None:
    with_app(cast.owner)
    client.force_login(cast.owner)
    client.get("/desk/")
    assert closing.reset_second_factor(email=cast.owner.email.upper()) == 1
    assert not Authenticator.objects.exists() and client.get("/desk/").status_code == 302
    row = AuditRecord.objects.get(verb="account.factors_reset")
    assert row.team == cast.team and row.actor is None
    assert "operator" in mail_to(cast.owner.email)
    assert signs_in(client, cast.owner) == "/desk/"
    assert closing.reset_second_factor(email=cast.owner.email) == 0
