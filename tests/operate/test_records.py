"""`doctor` reads what the DNS says of the sender's domain, and says what to publish where it is missing."""

from collections.abc import Callable, Iterator

import pytest

from tests.signing.organisations.societies import NameServer
from undersigned.operate.doctor import records

DOMAIN = "letters.example.org"
GOOD = {
    DOMAIN: ["v=spf1 include:mail.example.net -all"],
    f"s1._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=MIGf"],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine"],
}


@pytest.fixture
def names(configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    monkeypatch.setattr(records, "_SECONDS", 0.5)
    with NameServer() as server:
        server.records = dict(GOOD)
        configure(
            dns_server=server.setting, email_url="smtp://mail.example.net", email_from=f"us@{DOMAIN}",
            dkim_selector="s1",
        )  # fmt: skip
        yield server


def problems() -> list[str]:
    # The tests' name server knows TXT alone, so that nobody seems to be able to answer.
    found = [finding.text for finding in records.of_the_sender() if not finding.ok]
    return [text for text in found if "MX" not in text]


def test_good_records_are_no_problem(names: NameServer) -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("name", "texts", "told"),
    [
        (DOMAIN, [], "publish a TXT record"),
        (DOMAIN, ["v=spf1 -all", "v=spf1 mx -all"], "keep one"),
        (DOMAIN, ["v=spf1 mx +all"], "everybody"),
        (DOMAIN, ["v=spf1 mx"], "-all"),
        (DOMAIN, ["v=spf1 " + "include:a.example " * 11 + "-all"], "asks 11 questions"),
        (f"s1._domainkey.{DOMAIN}", [], "no key"),
        (f"s1._domainkey.{DOMAIN}", ["v=DKIM1; p="], "taken back"),
        (f"_dmarc.{DOMAIN}", [], "is missing"),
    ],
)
def test_a_bad_record_is_named_with_what_to_do(
    names: NameServer, name: str, texts: list[str], told: str
) -> None:
    names.records[name] = texts
    (found,) = problems()
    assert told in found


def test_the_domain_above_may_ask_for_it(names: NameServer) -> None:
    names.records[f"_dmarc.{DOMAIN}"] = []
    names.records["_dmarc.example.org"] = ["v=DMARC1; p=none; sp=reject"]
    assert problems() == []


def test_a_silent_name_server_is_one_problem(names: NameServer) -> None:
    names.is_silent = True
    (found,) = problems()
    assert "no name server answered" in found


def test_nothing_is_asked_of_a_site_without_a_mail_server(
    names: NameServer, configure: Callable[..., None]
) -> None:
    configure(email_url="")
    assert list(records.of_the_sender()) == [] and names.questions == []
