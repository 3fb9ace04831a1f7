"""Several commands at once, and kept connections that died: nothing is lost and nobody written to twice."""

from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mailroom.conftest import MailServer, Put, Received, free_port
from undersigned.lib import env
from undersigned.mailroom import send, smtp
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


class Pipelining(Received):
    """A server that says that it takes several commands at once."""

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]


@pytest.fixture
def pipelining(configure: Callable[..., None]) -> Iterator[MailServer]:
    made = MailServer(free_port(), received=Pipelining())
    made.start()
    configure(email_url=f"smtp://127.0.0.1:{made.port}?timeout=5", base_url="https://letters.example")
    yield made
    made.stop()


def test_it_sends_many_over_one_connection(pipelining: MailServer, put: Put) -> None:
    for number in range(30):
        put(key=f"k{number}", to=f"p{number}@people.example")
    assert send.send_due() == send.Sent(sent=30)
    assert [to for _from, to in pipelining.received.envelopes] == [
        [f"p{n}@people.example"] for n in range(30)
    ]
    assert len(pipelining.received.peers) == 1


@pytest.mark.parametrize(
    ("stage", "answer", "first"),
    [
        ("at_rcpt", "550 5.1.1 no such user", send.Sent(sent=1, failed=1)),
        ("at_rcpt", "451 4.7.1 greylisted", send.Sent(sent=1, retried=1)),
        ("at_mail", "451 not now", send.Sent(sent=1, retried=1)),
        ("at_data", "554 5.6.0 no", send.Sent(sent=1, failed=1)),
    ],
)
def test_a_refusal_concerns_its_own_message(
    pipelining: MailServer, put: Put, stage: str, answer: str, first: send.Sent
) -> None:
    getattr(pipelining.received, stage).append(answer)
    put()
    put(key="k2", to="other@people.example")
    assert send.send_due() == first
    assert [to for _from, to in pipelining.received.envelopes] == [["other@people.example"]]


def test_lines_that_begin_with_dots_arrive_as_they_are(pipelining: MailServer, put: Put) -> None:
    put(params={"body": "one\n.\n..two\n.three"})
    assert send.send_due() == send.Sent(sent=1)
    text = pipelining.received.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "one\n.\n..two\n.three" in text.replace("\r\n", "\n")


@pytest.mark.parametrize("kind", ["server", "pipelining"])
def test_a_kept_connection_that_died_is_made_again_at_once(
    kind: str, put: Put, request: pytest.FixtureRequest
) -> None:
    there: MailServer = request.getfixturevalue(kind)
    kept = smtp.Connection(smtp.parse(env.load().email_url))
    put()
    assert send.send_due(transport=kept) == send.Sent(sent=1)
    there.stop()
    there.start()
    put(key="k2", to="other@people.example")
    # Too soon for the connection to be asked whether it still stands.
    assert send.send_due(transport=kept) == send.Sent(sent=1)
    assert Message.objects.get(key="k2").attempts == 1
    kept.close()
