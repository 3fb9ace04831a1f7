"""The demonstration appeal: invented, marked as such, and real in everything else, its log included."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib import resources

from django.db import transaction

from undersigned.accounts import organisers
from undersigned.accounts.models import Team, User
from undersigned.appeals import derive, draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock, tokens
from undersigned.mailroom import queue
from undersigned.operate.demonstration import carriers, people
from undersigned.operate.demonstration.people import Signer
from undersigned.signing import confirm, intake, mails, opening, request, sequence, withdraw
from undersigned.signing.models import Signature

SLUG = "lamp"
ACCOUNT = f"demonstration@{people.DOMAIN}"


def find() -> Appeal | None:
    """The demonstration appeal, None where it was not loaded."""
    return Appeal.objects.filter(is_demonstration=True).order_by("pk").first()


def load() -> Appeal | None:
    """Loads the demonstration appeal; None, and nothing changed, when it is here."""
    if find():
        return None
    with transaction.atomic():
        appeal, signed = _sign_both_versions()
        _derive(appeal)
        carriers.travel(owner=_owner()[0], appeal=appeal)
        carriers.collect(appeal=appeal)
        # Nobody can sign in with an account that is closed.
        User.objects.filter(email=ACCOUNT).update(is_active=False)
    _record(appeal)
    with transaction.atomic():
        _change_their_minds(signed)
    _record(appeal)
    return appeal


def _sign_both_versions() -> tuple[Appeal, list[Signature]]:
    owner, team = _owner()
    text = _write(owner, team)
    emails = people.addresses()
    publish.publish(actor=owner, text=text)
    signed = _sign(text, people.FIRST, emails, invited=True)
    appeal = opening.open_appeal(actor=owner, appeal=text.appeal)
    signed += _sign(text, people.EARLY, emails)
    draft.save_draft(actor=owner, text=text, source=_letter(2), revision=0)
    publish.publish(actor=owner, text=text)
    _sign(text, people.LATE, emails)
    return appeal, signed


def _derive(appeal: Appeal) -> None:
    """A translation of the second version, attested, and an adaptation that still follows the first."""
    owner, _team = _owner()
    first, second = appeal.texts.get().versions.all()
    spanish = derive.derive(
        actor=owner,
        source=second,
        relation=Text.Relation.TRANSLATION,
        language="es",
        made_by="Inés Corvera",
        reason="Para el barrio de Bajamar, donde se habla español desde hace tres generaciones.",
    )
    lesson = derive.derive(
        actor=owner,
        source=first,
        relation=Text.Relation.ADAPTATION,
        language="en",
        slug="evening-class",
        made_by="The evening class",
        reason="Shorter, and in our own words: nine of us learned to read in that room.",
    )
    for text, letter, signers in ((spanish, "es", people.SPANISH), (lesson, "class", people.CLASS)):
        draft.save_draft(actor=owner, text=text, source=_letter(letter), revision=0)
        publish.publish(actor=owner, text=text)
        # Addresses behind those of the original's signers: nobody signs two texts here.
        _sign(text, signers, people.addresses(100 if text is spanish else 200))
    derive.describe(
        actor=owner,
        text=spanish,
        reason=spanish.reason,
        made_by=spanish.made_by,
        attested_by="Two readers of the harbour school",
        rules_in_doubt=False,
    )


def _owner() -> tuple[User, Team]:
    found = User.objects.filter(email=ACCOUNT).first()
    if found is None:
        return organisers.make_organiser(
            email=ACCOUNT, name="Demonstration", team="Demonstration", password=None
        )
    found.is_active = True
    found.save(update_fields=["is_active"])
    return found, Team.objects.filter(memberships__user=found).order_by("pk")[0]


def _write(owner: User, team: Team) -> Text:
    closes_at = clock.now() + timedelta(days=365)
    appeal = draft.create_appeal(
        actor=owner,
        team=team,
        slug=draft.free_slug(SLUG),
        title="For a lamp in the lighthouse",
        source=_letter(1),
        controller="Friends of the Reading Room (invented)",
        controller_contact=f"reading-room@{people.DOMAIN}",
        purpose="To show how Undersigned works. What you type here stays on this machine.",
        closes_at=closes_at.replace(hour=21, minute=0, second=0, microsecond=0),
        is_demonstration=True,
    )
    return appeal.texts.get()


def _letter(name: str | int) -> str:
    return resources.files(__package__).joinpath(f"letter-{name}.md").read_text(encoding="utf-8")


def _newest(text: Text) -> Version:
    """The newest version, with its appeal as it stands now."""
    return Version.objects.select_related("text__appeal").filter(text=text).latest("number")


def _sign(
    text: Text, signers: Sequence[Signer], emails: Iterator[str], *, invited: bool = False
) -> list[Signature]:
    version = _newest(text)
    return [
        _confirmed(version, people.request_values(signer, email), place if invited else None)
        for place, (signer, email) in enumerate(zip(signers, emails, strict=False), 1)
    ]


def _confirmed(version: Version, values: dict[str, str], first_order: int | None = None) -> Signature:
    """A signature made and confirmed, without a mail: nobody is there to read it."""
    made = intake.add_pending(
        version=version, request=request.read(version.text.appeal, values), first_order=first_order
    )
    confirm.confirm(token=tokens.token("confirm", made.nonce))
    queue.forget(subject_ref=mails.subject_ref(made))
    return made


def _change_their_minds(signed: Sequence[Signature]) -> None:
    """Two of the first signatories sign the second version instead, and one person withdraws."""
    _sign(signed[0].version.text, people.FIRST[:2], people.addresses())
    withdraw.withdraw(signature=signed[-2], keeps_name=False)


def _record(appeal: Appeal) -> None:
    appeal.refresh_from_db()
    sequence.record(appeal, now=clock.now(), force=True)
