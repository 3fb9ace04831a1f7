"""What a message looks like on the wire, and what a mail address URL means."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail

from tests.mailroom.conftest import MailServer, Put
from undersigned.lib import clock, env
from undersigned.mailroom import queue, send, smtp
from undersigned.mailroom.models import Message, Suppression

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queued(settings: Any) -> None:
    """Django's test runner puts its own backend in; these tests want the site's."""
    settings.EMAIL_BACKEND = "undersigned.mailroom.backend.QueueBackend"


def test_it_is_marked_as_written_by_a_program(server: MailServer, put: Put) -> None:
    put()
    send.send_due()
    (mail,) = server.received.mails
    assert mail["From"] == "Undersigned <undersigned@letters.example>"
    assert mail["To"] == "ines@people.example" and mail["Subject"] == "A question"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "OOF" in mail["X-Auto-Response-Suppress"]
    assert mail["Message-ID"].endswith("@letters.example>") and "k1" not in mail["Message-ID"]
    assert abs((parsedate_to_datetime(mail["Date"]) - clock.now()).total_seconds()) < 60
    assert "List-Unsubscribe" not in mail
    assert server.received.envelopes == [("undersigned@letters.example", ["ines@people.example"])]


def test_it_has_a_text_and_a_html_part_without_anything_remote(server: MailServer, put: Put) -> None:
    put(params={"body": "Is it <you>?\n\nhttps://letters.example/confirm/abc/ & more"})
    send.send_due()
    (mail,) = server.received.mails
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    lines = text.get_content().split()
    assert " ".join(lines) == "Is it <you>? https://letters.example/confirm/abc/ & more"
    content = html.get_content()
    assert "&lt;you&gt;" in content and 'href="https://letters.example/confirm/abc/"' in content
    assert "<img" not in content and "<script" not in content and "url(" not in content


def test_a_long_unsubscribe_link_stays_in_one_piece(server: MailServer, put: Put) -> None:
    url = f"https://letters.example/unsubscribe/{'x' * 200}/"
    put(params={"unsubscribe_url": url})
    send.send_due()
    (mail,) = server.received.mails
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_subject_cannot_bring_a_header_along(server: MailServer, put: Put) -> None:
    put(params={"subject": "One\r\nBcc: all@people.example\nTwo"})
    send.send_due()
    (mail,) = server.received.mails
    assert mail["Subject"] == "One Bcc: all@people.example Two" and mail["Bcc"] is None


def test_an_arabic_message_reads_from_the_right(server: MailServer, put: Put) -> None:
    put(language="ar", params={"subject": "سؤال", "body": "هل هذا أنت؟"})
    send.send_due()
    (mail,) = server.received.mails
    html = mail.get_body(("html",))
    assert html is not None and '<html lang="ar" dir="rtl">' in html.get_content()
    assert mail["Subject"] == "سؤال"


def test_a_language_without_a_catalogue_is_sent_in_the_sites_own(server: MailServer, put: Put) -> None:
    put(language="ka")
    send.send_due()
    html = server.received.mails[0].get_body(("html",))
    assert html is not None and '<html lang="en" dir="ltr">' in html.get_content()


def test_a_unicode_domain_goes_to_any_server_and_a_unicode_name_to_those_that_can(
    server: MailServer, put: Put
) -> None:
    put(to="ana@bücher.example"), put(key="k2", to="josé@people.example")
    assert send.send_due().sent == 2
    assert [to for _from, to in server.received.envelopes] == [
        ["ana@xn--bcher-kva.example"],
        ["josé@people.example"],
    ]


def test_a_unicode_name_fails_alone_where_the_server_cannot(server: MailServer, put: Put) -> None:
    server.stop()
    server.utf8 = False
    server.start()
    put(to="josé@people.example"), put(key="k2")
    assert send.send_due() == send.Sent(sent=1, failed=1)
    assert Message.objects.get(key="k1").last_error == "no-smtputf8"
    assert not Suppression.objects.exists()


def test_mail_of_django_and_allauth_goes_through_the_queue(queued: None) -> None:
    assert send_mail("Hello", "Words", None, ["a@people.example", "b@people.example"]) == 1
    assert Message.objects.filter(kind="raw").count() == 2
    mail = EmailMultiAlternatives("Hello", "Words", to=["c@people.example"])
    mail.attach_alternative("<p>Markup</p>", "text/html")
    assert mail.send() == 1


def test_an_html_alternative_is_sent_as_it_is(queued: None, server: MailServer) -> None:
    mail = EmailMultiAlternatives("Hello", "Words", to=["c@people.example"])
    mail.attach_alternative("<p>Markup</p>", "text/html")
    mail.send()
    send.send_due()
    html = server.received.mails[0].get_body(("html",))
    assert html is not None and html.get_content().strip() == "<p>Markup</p>"


def test_an_attachment_is_refused_instead_of_lost(queued: None) -> None:
    mail = EmailMessage("Hello", "Words", to=["c@people.example"])
    mail.attach("a.txt", "x", "text/plain")
    with pytest.raises(ValueError, match="attachments"):
        mail.send()


def test_user_and_password_are_percent_decoded() -> None:
    server = smtp.parse("smtp://us%40er:p%3Ass%2Fw%25@mail.example?tls=starttls")
    assert (server.user, server.password) == ("us@er", "p:ss/w%")
    assert (server.host, server.port, server.security) == ("mail.example", 587, "starttls")
    assert smtp.parse("smtps://mail.example").port == 465
    assert smtp.parse("smtp://mail.example").port == 25
    assert smtp.parse("smtp://mail.example:2525?timeout=3").timeout == 3


@pytest.mark.parametrize(
    "url",
    ["http://mail.example", "smtp://", "smtp://mail.example?tls=maybe", "smtps://mail.example?tls=starttls",
     "smtp://mail.example:port", "smtp://mail.example?ssl=1", "smtp://mail.example/path", "mail.example:25",
     "smtp://mail.example?timeout=soon"],
)  # fmt: skip
def test_a_wrong_address_of_the_mail_server_is_named(url: str) -> None:
    with pytest.raises(env.SettingsError, match="UNDERSIGNED_EMAIL_URL"):
        smtp.parse(url)


def test_wrong_credentials_are_trouble_of_the_site_and_right_ones_work(
    server: MailServer, put: Put, configure: Callable[..., None]
) -> None:
    server.stop()
    seen: list[bytes] = []

    def check(_s: object, _session: object, _e: object, _mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        seen.append(data.password)
        return AuthResult(success=data.password == b"p:ss", handled=False)

    server.options = {"authenticator": check, "auth_require_tls": False}
    server.start()
    put()
    configure(email_url=f"smtp://user:wrong@127.0.0.1:{server.port}")
    assert "user and password" in send.send_due().trouble
    configure(email_url=f"smtp://user:p%3Ass@127.0.0.1:{server.port}")
    assert send.send_due().sent == 1
    assert seen[-1] == b"p:ss" and not Suppression.objects.exists()


def test_starttls_is_never_silently_left_out(
    server: MailServer, put: Put, configure: Callable[..., None]
) -> None:
    put()
    configure(email_url=f"smtp://127.0.0.1:{server.port}?tls=starttls")
    assert send.send_due().trouble and not server.received.mails
    assert queue.is_held() is False


@pytest.mark.parametrize(
    "to", ["nobody", "@people.example", "a b@people.example", "a@b@c", "x\r\nBcc: y@z.example"]
)
def test_what_is_no_address_fails_at_once_and_alone(server: MailServer, put: Put, to: str) -> None:
    put(to=to), put(key="k2")
    assert send.send_due() == send.Sent(sent=1, failed=1)
    assert len(server.received.mails) == 1
