"""A carrier with the right to vouch, the code from the mailbox, and an open session."""

import re

from undersigned.appeals.models import Appeal
from undersigned.circulation import enrol, links
from undersigned.circulation.enrol import Entry as Contact
from undersigned.circulation.models import Carrier
from undersigned.circulation.rights import Rights
from undersigned.lib import vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing.models import Signature
from undersigned.signing.vouch import add, session
from undersigned.signing.vouch.entry import Entry

VOUCHES = Rights(collect=True, vouch=True)


def carrier(author, appeal: Appeal, name: str = "Ines", given: Rights = VOUCHES) -> Carrier:
    """A carrier of the appeal; the address is made of the name."""
    contact = Contact(name, f"{name.lower()}@people.example", "en")
    return enrol.add(actor=author, appeal=appeal, entry=contact, given=given)


def code(one: Carrier) -> str:
    """Asks for a code and reads it in the carrier's mailbox."""
    session.ask_code(token=links.token(one))
    return mailed()


def mailed() -> str:
    """The code of the last message."""
    row = Message.objects.filter(kind=session.KIND).order_by("-pk")[0]
    params = vault.unseal_json(row.params_sealed, context=queue.PARAMS_CONTEXT)
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", params["code"])
    return params["code"]


def opened(one: Carrier) -> str:
    """An open session."""
    found = session.enter(token=links.token(one), typed=code(one))
    assert found is not None
    return found


def vouched(one: Carrier, given: str, name: str = "Heron", *, form: str = "", **more) -> Signature:
    """One person for whom the carrier vouches in a session."""
    another = bool(more.pop("another", False))
    values = {"display": "pseudonym", "name": name, "place": "", **more}
    current = add.version_for(one)
    return add.vouch(
        token=links.token(one), session_token=given, entry=Entry(**values), version=current.pk,
        form=form or f"form of {name}", another=another,
    )  # fmt: skip
