"""The command `send-mail`, and delivery reports."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mailroom.conftest import MailServer, Put
from undersigned.commands import BadInput, send_mail
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.render import message_id

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = """\
From: MAILER-DAEMON@mx.example
To: undersigned@letters.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: {returned}

From: undersigned@letters.example
Message-ID: {message_id}
Subject: A question

--b--
"""


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    send_mail.arguments(parser)
    return send_mail.run(parser.parse_args(words))


def report(folder: Path, **parts: str) -> str:
    given = {
        "recipient": "Final-Recipient: rfc822; Ines@people.example",
        "status": "5.1.1",
        "returned": "text/rfc822-headers",
        "message_id": message_id("k1"),
        **parts,
    }
    path = folder / "bounce.eml"
    path.write_bytes(REPORT.format(**given).replace("\n", "\r\n").encode())
    return str(path)


def test_it_sends_once_and_says_how_many(
    server: MailServer, put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put(), put(key="k2")
    assert run() == 0
    assert capsys.readouterr().out == "sent 2, failed 0, to be tried again 0\n"
    assert run() == 0 and len(server.received.mails) == 2


def test_it_sends_nothing_while_the_queue_is_held(
    server: MailServer, put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    put()
    queue.hold("restored from a backup")
    assert run() == 1
    told = capsys.readouterr()
    assert "sent 0" in told.out and "restored from a backup" in told.err and "--release" in told.err
    assert not server.received.mails
    assert run("--release") == 0 and run() == 0 and len(server.received.mails) == 1
    assert run("--release") == 0


def test_wrong_mail_settings_are_one_line(configure: Callable[..., None]) -> None:
    configure(email_url="smtp://host?tls=maybe")
    with pytest.raises(BadInput, match="EMAIL_URL"):
        run()


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize(
    "recipient",
    ["Final-Recipient: rfc822; Ines@people.example",
     "Original-Recipient: rfc822;ines@people.example\nFinal-Recipient: rfc822; inbox77@elsewhere.example",
     "Final-Recipient: RFC822; <ines@people.example>"],
)  # fmt: skip
def test_a_bounce_marks_the_address(
    put: Put, tmp_path: Path, capsys: pytest.CaptureFixture[str], returned: str, recipient: str
) -> None:
    put()
    run()
    assert run("--bounce", report(tmp_path, returned=returned, recipient=recipient)) == 0
    assert "ines" not in capsys.readouterr().out
    marked = Suppression.objects.get()
    assert (marked.reason, marked.code) == ("bounced", "5.1.1")
    assert bytes(marked.address_key) == queue.address_key("ines@people.example")
    assert Message.objects.get().state == "failed"


@pytest.mark.parametrize(
    "parts",
    [{"status": "4.4.1"}, {"message_id": "<0@letters.example>"}, {"message_id": ""},
     {"recipient": "Final-Recipient: rfc822; other@people.example"}, {"recipient": "X: y"},
     {"returned": "text/plain"}],
)  # fmt: skip
def test_a_report_that_is_not_about_our_mail_marks_nobody(
    put: Put, tmp_path: Path, parts: dict[str, str]
) -> None:
    put()
    run()
    with pytest.raises(BadInput, match="report"):
        run("--bounce", report(tmp_path, **parts))
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe" * 50, b"Subject: hello\n\nwords\n"])
def test_what_is_no_report_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="no report"):
        run("--bounce", str(path))


def test_a_report_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="missing"):
        run("--bounce", str(tmp_path / "missing"))
