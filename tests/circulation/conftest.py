"""Carriers of the cast's appeal, and the letter that they are sent."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation import covering, enrol
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier
from undersigned.circulation.people import Words
from undersigned.circulation.rights import Rights
from undersigned.lib import env

ALL = Rights(collect=True, adapt=True, translate=True, vouch=True, pass_on=True)
ENGLISH = Words(
    "For {name}: {title}", "Dear {name},\n\nplease read {link} by your hearth.\n\nBy {deadline}.\n{author}"
)
SPANISH = Words("Una carta: {title}", "Hola, {name}:\n\n{link}\n\n{author}")

Carry = Callable[..., Carrier]


def signed_in(user: User) -> Client:
    """A browser with this account signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(scope="session")
def printed_for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where enclosed PDFs lie for all tests: each is laid out once, as it would be for a site."""
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(autouse=True)
def _printed_once(printed_for_all: Path) -> None:
    own = env.load().data / "printed"
    if not own.is_symlink():
        own.symlink_to(printed_for_all)


@pytest.fixture
def letters(author: User, draft_appeal: Appeal) -> Appeal:
    """The appeal with covering letters in English and Spanish."""
    for language, words in (("en", ENGLISH), ("es", SPANISH)):
        covering.save_template(actor=author, appeal=draft_appeal, language=language, words=words)
    return draft_appeal


@pytest.fixture
def carry(author: User, letters: Appeal) -> Carry:
    """Adds a carrier; every part can be given."""

    def add(name: str = "Ines", language: str = "en", given: Rights = ALL, **more: object) -> Carrier:
        email = str(more.pop("email", f"{name.lower().replace(' ', '.')}@people.example"))
        return enrol.add(
            actor=author,
            appeal=letters,
            entry=Entry(name, email, language),
            given=given,
            **more,  # type: ignore[arg-type]
        )

    return add
