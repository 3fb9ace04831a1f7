"""Signing in, teams and invitations, over HTTP."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.cast import PASSWORD, Cast
from undersigned.accounts import invitations, teams
from undersigned.accounts.models import Invitation, Membership, User
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_in(body: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body)
    assert found, body
    return found[1]


# Signing in


def test_it_signs_in_with_address_and_password(cast: Cast, client: Client) -> None:
    page = client.get("/desk/account/login/?next=/desk/me/")
    assert page.status_code == 200 and "placeholder" not in page.content.decode()
    answer = client.post(
        "/desk/account/login/", {"login": "OLIVE@people.example", "password": PASSWORD, "next": "/desk/me/"}
    )
    assert answer.status_code == 302 and answer["Location"] == "/desk/me/"
    assert client.get("/desk/me/").status_code == 200
    assert client.post("/desk/account/logout/").status_code == 302
    assert client.get("/desk/me/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(cast: Cast, client: Client) -> None:
    pages = [
        client.post("/desk/account/login/", {"login": login, "password": "wrong"}).content.decode()
        for login in ("olive@people.example", "nobody@people.example")
    ]
    plain = [re.sub(r'value="[^"]*"', "", page) for page in pages]
    assert (plain[0] == plain[1] and "field-error" in plain[0]) or "errors" in plain[0]


def test_guessing_a_password_is_slowed(cast: Cast, client: Client) -> None:
    for _ in range(6):
        answer = client.post("/desk/account/login/", {"login": "olive@people.example", "password": "wrong"})
    assert "Too many" in answer.content.decode()
    right = client.post("/desk/account/login/", {"login": "olive@people.example", "password": PASSWORD})
    assert right.status_code == 200


def test_signing_in_leaves_a_line_without_addresses(
    cast: Cast, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="undersigned"):
        for password in ("wrong", PASSWORD):
            client.post("/desk/account/login/", {"login": "olive@people.example", "password": password})
        client.post("/desk/account/logout/")
    told = [record.getMessage() for record in caplog.records if record.name.endswith("sign_ins")]
    number = cast.owner.pk
    assert told == ["a sign-in failed", f"account {number} signed in", f"account {number} signed out"]


def test_it_signs_in_by_a_code_from_the_mail(cast: Cast, client: Client) -> None:
    answer = client.post("/desk/account/login/code/", {"email": "olive@people.example"})
    assert answer.status_code == 302 and answer["Location"] == "/desk/account/login/code/confirm/"
    (message,) = mail.outbox
    assert message.subject == "Your sign-in code" and message.to == ["olive@people.example"]
    code = re.search(r"^\S{6,10}$", message.body, re.MULTILINE)
    assert code, message.body
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(answer["Location"], {"code": "WRONG1"}).status_code == 200
    assert client.post(answer["Location"], {"code": code[0]}).status_code == 302
    assert client.get("/desk/me/").status_code == 200


def test_asking_for_a_code_or_a_password_tells_nobody_who_has_an_account(cast: Cast) -> None:
    for path in ("/desk/account/login/code/", "/desk/account/password/reset/"):
        answers = [Client().post(path, {"email": f"{name}@people.example"}) for name in ("olive", "nobody")]
        assert answers[0].status_code == answers[1].status_code == 302
        assert answers[0]["Location"] == answers[1]["Location"]
    assert {to for message in mail.outbox for to in message.to} == {"olive@people.example"}


def test_a_lost_password_is_replaced_by_a_link_to_this_site_only(cast: Cast, client: Client) -> None:
    client.post(
        "/desk/account/password/reset/", {"email": "olive@people.example"}, headers={"host": "localhost"}
    )
    path = link_in(str(mail.outbox[0].body))
    page = client.get(path, follow=True)
    new = "quite another passphrase"
    assert client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new}).status_code == 302
    assert Client().login(email="olive@people.example", password=new)


def test_a_password_is_changed_by_who_knows_the_old_one(cast: Cast) -> None:
    client, new = signed_in(cast.viewer), "quite another passphrase"
    assert client.get("/desk/account/password/change/").status_code == 200
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/desk/account/password/change/", {**form, "oldpassword": "no"}).status_code == 200
    assert client.post("/desk/account/password/change/", form)["Location"] == "/desk/me/"
    assert client.get("/desk/me/").status_code == 200


def test_nobody_signs_up(client: Client) -> None:
    form = {"email": "new@people.example", "password1": PASSWORD}
    assert client.get("/desk/account/signup/").status_code == 404
    assert client.post("/desk/account/signup/", form).status_code in (404, 405)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["login/", "login/code/", "inactive/", "signup/", "password/reset/", "password/reset/done/",
     "password/reset/key/done/", "password/reset/key/1-abc/"],
)  # fmt: skip
def test_pages_of_sign_in_hold_to_the_policy(client: Client, path: str) -> None:
    content = client.get(f"/desk/account/{path}").content.decode()
    assert "<h1>" in content and " style=" not in content and "onclick" not in content
    assert not re.search(r"<script(?![^>]*src=)", content)


# Teams


def test_every_desk_page_asks_to_sign_in(client: Client, cast: Cast) -> None:
    for path in (
        "/desk/team/",
        "/desk/team/new/",
        f"/desk/team/{cast.team.pk}/",
        "/desk/me/",
        "/desk/audit/",
    ):
        assert client.get(path)["Location"].startswith("/desk/account/login/?next=")


def test_an_outsider_gets_nothing_of_another_team(cast: Cast) -> None:
    client = signed_in(cast.outsider)
    member = Membership.objects.get(user=cast.viewer)
    invitation = invitations.invite(actor=cast.owner, team=cast.team, email="n@people.example", role="viewer")
    team = f"/desk/team/{cast.team.pk}/"
    assert client.get(team).status_code == 404
    assert client.get(f"/desk/audit/?team={cast.team.pk}").status_code == 404
    for path, form in (
        ("name/", {"name": "Mine"}),
        ("invite/", {"email": "x@people.example", "role": "owner"}),
        (f"members/{member.pk}/role/", {"role": "owner"}),
        (f"members/{member.pk}/remove/", {}),
        (f"invitations/{invitation.pk}/revoke/", {}),
    ):
        assert client.post(team + path, form).status_code == 404
    own = Membership.objects.get(user=cast.outsider).team_id
    for path in (f"members/{member.pk}/remove/", f"members/{member.pk}/role/"):
        assert client.post(f"/desk/team/{own}/{path}", {"role": "owner"}).status_code == 404
    assert client.post(f"/desk/team/{own}/invitations/{invitation.pk}/revoke/").status_code == 404
    assert "Lower Quay" not in client.get("/desk/team/").content.decode()


@pytest.mark.parametrize("role", ["editor", "moderator", "viewer"])
def test_members_who_are_no_owners_see_the_team_and_change_nothing(cast: Cast, role: str) -> None:
    client = signed_in(getattr(cast, role))
    page = client.get("/desk/team/").content.decode()
    assert "Olive" in page and "/invite/" not in page and "/role/" not in page
    answer = client.post(f"/desk/team/{cast.team.pk}/invite/", {"email": "x@people.example", "role": "owner"})
    assert answer.status_code == 403 and not Invitation.objects.exists()


def test_an_owner_manages_the_team(cast: Cast) -> None:
    client, team = signed_in(cast.owner), f"/desk/team/{cast.team.pk}/"
    member = Membership.objects.get(user=cast.viewer)
    assert client.post(f"{team}members/{member.pk}/role/", {"role": "editor"}).status_code == 302
    member.refresh_from_db()
    assert member.role == "editor"
    assert client.post(f"{team}members/{member.pk}/role/", {"role": "king"}).status_code == 404
    assert client.post(f"{team}members/{member.pk}/remove/").status_code == 302
    assert client.post(f"{team}name/", {"name": "اللجنة"}).status_code == 302
    page = client.get(team).content.decode()
    assert "اللجنة" in page and "Vera" not in page
    assert client.post(f"{team}name/", {"name": ""}).status_code == 422
    own = Membership.objects.get(user=cast.owner)
    refused = client.post(f"{team}members/{own.pk}/remove/", follow=True)
    assert "needs an owner" in refused.content.decode()


def test_the_page_for_a_new_team_founds_one(cast: Cast) -> None:
    client = signed_in(cast.viewer)
    assert client.post("/desk/team/new/", {"name": "\x00"}).status_code == 422
    assert client.post("/desk/team/new/", {"name": "Night watch"}).status_code == 302
    page = client.get("/desk/team/").content.decode()
    assert "Night watch" in page and "Lower Quay" in page


def test_the_record_is_for_those_who_may_read_it(cast: Cast) -> None:
    teams.rename_team(actor=cast.owner, team=cast.team, name="Quay")
    page = signed_in(cast.moderator).get("/desk/audit/").content.decode()
    assert "renamed the team" in page and "Olive" in page
    assert signed_in(cast.viewer).get("/desk/audit/").status_code == 403
    for query in ("?team=x", "?before=%27", "?team=-1", "?team=99999999999999999999"):
        assert signed_in(cast.moderator).get(f"/desk/audit/{query}").status_code == 404


def test_the_desk_follows_the_language_of_the_account(cast: Cast) -> None:
    client = signed_in(cast.viewer)
    assert client.post("/desk/me/", {"name": "Vera", "language": "ar"}).status_code == 302
    page = client.get("/desk/me/")
    assert page["Content-Language"] == "ar" and 'lang="ar" dir="rtl"' in page.content.decode()
    assert client.post("/desk/me/", {"name": "", "language": "xx"}).status_code == 422
    page = Client().get("/desk/account/login/", headers={"accept-language": "fr"})
    assert 'lang="fr"' in page.content.decode()


# Invitations


def invited(cast: Cast, email: str = "nina@people.example", role: str = "editor") -> str:
    answer = signed_in(cast.owner).post(f"/desk/team/{cast.team.pk}/invite/", {"email": email, "role": role})
    assert answer.status_code == 302
    return link_in(str(mail.outbox[-1].body))


def test_an_invitation_is_a_mail_with_a_link_and_makes_an_account(cast: Cast, client: Client) -> None:
    path = invited(cast)
    message = mail.outbox[0]
    assert message.to == ["nina@people.example"]
    assert "Lower Quay" in message.body and "Editor" in message.body and "&" not in message.body
    page = client.get(path)
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin"
    bad = client.post(path, {"name": "Nina", "password1": "short", "password2": "short"})
    assert bad.status_code == 422 and 'value="Nina"' in bad.content.decode()
    done = client.post(path, {"name": "Nina", "password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    member = Membership.objects.get(user__email="nina@people.example")
    assert (member.role, member.user.name, member.team) == ("editor", "Nina", cast.team)
    assert client.get("/desk/team/").status_code == 200
    assert Client().get(path).status_code == 410


def test_an_invitation_is_queued_in_the_mailroom(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "undersigned.mailroom.backend.QueueBackend"
    invitations.invite(actor=cast.owner, team=cast.team, email="nina@people.example", role="viewer")
    assert Message.objects.count() == 1


def test_who_has_an_account_signs_in_to_join(cast: Cast, client: Client) -> None:
    path = invited(cast, email="otto@people.example", role="viewer")
    page = client.get(path)
    assert f"/desk/account/login/?next={path}" in page.content.decode()
    assert client.post(path, {"name": "X", "password1": PASSWORD, "password2": PASSWORD}).status_code == 200
    assert not Membership.objects.filter(team=cast.team, user=cast.outsider).exists()
    client = signed_in(cast.outsider)
    assert "otto@people.example" in client.get(path).content.decode()
    assert client.post(path).status_code == 302
    assert Membership.objects.get(team=cast.team, user=cast.outsider).role == "viewer"


def test_a_member_who_accepts_again_keeps_the_role(cast: Cast) -> None:
    path = invited(cast, role="viewer")
    assert signed_in(cast.moderator).post(path).status_code == 302
    assert Membership.objects.get(user=cast.moderator).role == "moderator"


def test_an_invitation_ends_after_seven_days_when_taken_back_or_sent_anew(cast: Cast, client: Client) -> None:
    first = invited(cast)
    second = invited(cast)
    assert client.get(first).status_code == 410 and client.get(second).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        assert client.get(second).status_code == 410
        form = {"name": "N", "password1": PASSWORD, "password2": PASSWORD}
        assert client.post(second, form).status_code == 410
    invitation = Invitation.objects.get()
    signed_in(cast.owner).post(f"/desk/team/{cast.team.pk}/invitations/{invitation.pk}/revoke/")
    assert client.get(second).status_code == 410


def test_a_token_of_another_purpose_is_no_invitation(cast: Cast, client: Client) -> None:
    invited(cast)
    nonce = bytes(Invitation.objects.get().nonce)
    assert client.get(f"/desk/invitation/{tokens.token('setup', nonce)}/").status_code == 410
    assert client.get(f"/desk/invitation/{'A' * 43}/").status_code == 410


@pytest.mark.parametrize(
    "form",
    [
        {"email": "nobody", "role": "viewer"},
        {"email": "", "role": "viewer"},
        {"email": "n@people.example", "role": "king"},
        {"email": "n@people.example"},
        {"email": "vera@people.example", "role": "owner"},
        {"email": "x" * 10_000 + "@people.example", "role": "viewer"},
        {"email": "n@people.example\r\nBcc: x@people.example", "role": "viewer"},
    ],
)
def test_an_invitation_that_cannot_be_is_said_next_to_the_field(cast: Cast, form: dict[str, str]) -> None:
    answer = signed_in(cast.owner).post(f"/desk/team/{cast.team.pk}/invite/", form)
    assert answer.status_code == 422 and "field-error" in answer.content.decode()
    assert not Invitation.objects.exists() and not mail.outbox


# Cookies


def test_cookies_stay_at_the_desk(cast: Cast, client: Client) -> None:
    client.get("/desk/account/login/")
    client.post("/desk/account/login/", {"login": "olive@people.example", "password": PASSWORD})
    client.post("/desk/me/", {"name": "Olive", "language": "en"})
    assert set(client.cookies) == {"csrftoken", "sessionid"}
    assert {cookie["path"] for cookie in client.cookies.values()} == {"/desk/"}
    assert all(cookie["httponly"] for cookie in client.cookies.values())


@pytest.mark.parametrize(
    "path", ["/", "/outbox/", "/confirm/", "/healthz", "/how/", "/nothing/here/", "/robots.txt"]
)
def test_public_pages_set_no_cookie(cast: Cast, path: str) -> None:
    for client in (Client(), signed_in(cast.owner)):
        assert not client.get(path).cookies


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    assert client.post("/desk/team/new/", {"name": "X"}).status_code == 403


def test_who_is_closed_out_is_out_at_once(cast: Cast, configure: Callable[..., None]) -> None:
    client = signed_in(cast.viewer)
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert client.get("/desk/team/").status_code == 302
