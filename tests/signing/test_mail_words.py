import pytest

from tests.signing.crowd import confirmed, original, pending
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import tokens
from undersigned.mailroom.models import Message
from undersigned.mailroom.render import render
from undersigned.signing import mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


def rendered(kind: str) -> str:
    from email import message_from_bytes, policy

    mail = message_from_bytes(render(Message.objects.get(kind=kind)).data, policy=policy.default)
    parts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    assert len(parts) == 2
    assert "ferry" not in str(mail["Subject"]).lower(), "a subject gives nothing away"
    for part in parts:
        assert "Ana" not in part and "Bakery" not in part
        assert "{{" not in part and "{%" not in part
    return str(mail["List-Unsubscribe"] or "") + "\n".join(parts)


@pytest.mark.parametrize("kind", ["confirm", "move"])
def test_a_request_holds_link_and_code(version: Version, kind: str) -> None:
    row = pending(version, affiliation="Bakery")
    mails.ask(kind, row, to="ana@people.example", language="en")
    words = rendered(kind)
    assert words.count(tokens.code(row.pk, row.nonce)) == 2
    assert words.count(f"http://127.0.0.1:8000/confirm/{tokens.token('confirm', row.nonce)}/") >= 2
    assert "do nothing" in words
    assert "For the night ferry" in words


def test_a_reminder_can_be_stopped(version: Version) -> None:
    row = pending(version)
    mails.remind(row, to="ana@people.example", language="en")
    words = rendered("reminder")
    assert f"/unsubscribe/{tokens.token('unsubscribe', row.nonce)}/" in words
    assert tokens.code(row.pk, row.nonce) in words


def test_a_repeat_leads_to_the_private_page(version: Version) -> None:
    standing = confirmed(version)
    mails.already(pending(version), about=standing, to="ana@people.example", language="en")
    words = rendered("already")
    assert f"/mine/{tokens.token('mine', standing.nonce)}/" in words
    assert "/confirm/" not in words


def test_the_thanks_lead_to_the_private_page(version: Version) -> None:
    row = confirmed(version, updates=True)
    words = rendered("signed")
    assert f"/mine/{tokens.token('mine', row.nonce)}/" in words
    assert f"/unsubscribe/{tokens.token('unsubscribe', row.nonce)}/" in words


@pytest.mark.parametrize("language", ["es", "fr", "ar"])
def test_the_mail_speaks_the_language_of_the_text(version: Version, language: str) -> None:
    mails.ask("confirm", pending(version), to="ana@people.example", language=language)
    assert f'lang="{language}"' in rendered("confirm")
