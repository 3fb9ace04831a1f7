"""The demonstration's vouched signatures: a code that nobody was sent, a session, three people."""

from undersigned.circulation import links, post
from undersigned.circulation.models import Carrier
from undersigned.lib import vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing.vouch import add, public_name, session
from undersigned.signing.vouch.entry import Entry

_PEOPLE = (
    Entry("pseudonym", "Heron", "Lower Marsh", edition=True),
    Entry("pseudonym", "Third oar", "", addressee=True, edition=True),
    Entry("unlisted", "", ""),
)


def vouch(carrier: Carrier, *, known_as: str) -> None:
    """Lets a carrier who has the right vouch for some people, named to the public as the carrier wishes."""
    token = links.token(carrier)
    session.ask_code(token=token)
    opened = session.enter(token=token, typed=_mailed_code(carrier))
    version = add.version_for(carrier)
    if opened is None or version is None:
        raise RuntimeError("the demonstration's carrier cannot vouch")
    public_name.choose(token=token, session_token=opened, name=known_as)
    for number, entry in enumerate(_PEOPLE):
        add.vouch(
            token=token, session_token=opened, entry=entry, version=version.pk,
            form=f"demonstration {number}",
        )  # fmt: skip
    session.end(token=token, session=opened)
    queue.forget(subject_ref=post.cover_ref(carrier.pk))


def _mailed_code(carrier: Carrier) -> str:
    message = Message.objects.filter(kind=session.KIND, subject_ref=post.cover_ref(carrier.pk)).latest("pk")
    return str(vault.unseal_json(message.params_sealed, context=queue.PARAMS_CONTEXT)["code"])
