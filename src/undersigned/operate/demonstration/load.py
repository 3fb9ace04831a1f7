"""The demonstration appeal: invented, marked as such, and real in everything else, its log included."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import resources

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef

from undersigned.accounts import organisers
from undersigned.accounts.models import Membership, Role, Team, User
from undersigned.appeals import derive, draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation.models import Carrier, Sheet
from undersigned.lib import clock, tokens
from undersigned.mailroom import queue
from undersigned.operate.demonstration import (
    bodies,
    carriers,
    evidence,
    handed_over,
    letters_around,
    on_paper,
    people,
    spoken_for,
    vouching,
    who_is_who,
)
from undersigned.operate.demonstration.people import Signer
from undersigned.signing import ask_again, confirm, intake, mails, opening, request, sequence, withdraw
from undersigned.signing.models import Asking, AskingRound, DeliveryAnswer, Signature

SLUG = "lamp"
ACCOUNT = f"demonstration@{people.DOMAIN}"
READER = f"second-reader@{people.DOMAIN}"


def find() -> Appeal | None:
    """The demonstration appeal, None where it was not loaded; `is_whole` says whether all of it is there."""
    last = DeliveryAnswer.objects.filter(delivery__appeal=OuterRef("pk"))
    found = Appeal.objects.filter(is_demonstration=True).annotate(is_whole=Exists(last))
    return found.select_related("team").order_by("pk").first()


def load() -> Appeal | None:
    """Loads the demonstration appeal, or what is missing of it; None, and no change, when it is here."""
    found = find()
    if found and found.is_whole:  # type: ignore[attr-defined]
        return None
    appeal = found or _make()
    # Broken off before this, the next load goes on here.
    _record(appeal)
    if not AskingRound.objects.filter(version__text__appeal=appeal).exists():
        with transaction.atomic(), _accounts() as (owner, _reader):
            _ask_again(owner, appeal)
    _record(appeal)
    _hand_over(appeal)
    return appeal


def _hand_over(appeal: Appeal) -> None:
    """Makes the bundle of those who are recorded, gives it its leaf, and lets the addressee answer."""
    with _accounts() as (owner, _reader):
        handed_over.bundle(actor=owner, appeal=appeal)
    _record(appeal)
    with transaction.atomic(), _accounts() as (owner, _reader):
        # First, since the answer says that all of it is there.
        handed_over.published(actor=owner, appeal=appeal)
        handed_over.answered(actor=owner, appeal=appeal)


@transaction.atomic
def _make() -> Appeal:
    with _accounts() as (owner, reader):
        appeal = _sign_both_versions(owner)
        spanish = _derive(owner, appeal)
        by_name = carriers.travel(owner=owner, appeal=appeal)
        carriers.collect(appeal=appeal, by_name=by_name)
        letters_around.keep(actor=owner, appeal=appeal, by_name=by_name)
        letters_around.tell(actor=owner, appeal=appeal)
        text = appeal.texts.get(relation=Text.Relation.ORIGINAL)
        evidence.anchor(actor=owner, text=text)
        spoken_for.enter(actor=owner, appeal=appeal, text=text)
        who_is_who.enter(actor=owner, appeal=appeal)
        original = _newest(text)
        sheet = Sheet.objects.select_related("appeal__team", "version").get(appeal=appeal, number=1)
        on_paper.bring_in(actor=owner, reader=reader, sheet=sheet)
        bodies.sign(actor=owner, appeal=appeal, original=original, spanish=_newest(spanish))
        voucher = Carrier.objects.select_related("appeal__team").get(pk=by_name[carriers.VOUCHER].pk)
        vouching.vouch(voucher, known_as=carriers.VOUCHER_KNOWN_AS)
    return appeal


@contextmanager
def _accounts() -> Iterator[tuple[User, User]]:
    """The account that organises and the one that reads sheets too, open for this long only.

    Nobody can sign in with an account that is closed.
    """
    owner, team = _owner()
    reader, _made = User.objects.get_or_create(
        email=READER, defaults={"name": "Second reader", "password": make_password(None)}
    )
    Membership.objects.get_or_create(
        team=team, user=reader, defaults={"role": Role.MODERATOR, "created_at": clock.now()}
    )
    _open(True)
    owner.is_active = reader.is_active = True
    yield owner, reader
    _open(False)


def _open(is_active: bool) -> None:
    User.objects.filter(email__in=(ACCOUNT, READER)).update(is_active=is_active)


def _sign_both_versions(owner: User) -> Appeal:
    text = _write(owner, _owner()[1])
    evidence.enter(actor=owner, appeal=text.appeal)
    emails = people.addresses()
    publish.publish(actor=owner, text=text)
    _sign(text, people.FIRST, emails, invited=True)
    appeal = opening.open_appeal(actor=owner, appeal=text.appeal)
    _sign(text, people.EARLY, emails)
    draft.save_draft(actor=owner, text=text, source=_letter(2), revision=0)
    publish.publish(actor=owner, text=text)
    _sign(text, people.LATE, emails)
    return appeal


def _derive(owner: User, appeal: Appeal) -> Text:
    """A translation of the second version, attested, and an adaptation that still follows the first."""
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
    return spanish


def _owner() -> tuple[User, Team]:
    found = User.objects.filter(email=ACCOUNT).first()
    if found is None:
        return organisers.make_organiser(
            email=ACCOUNT, name="Demonstration", team="Demonstration", password=None
        )
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


def _sign(text: Text, signers: Sequence[Signer], emails: Iterator[str], *, invited: bool = False) -> None:
    version = _newest(text)
    for place, (signer, email) in enumerate(zip(signers, emails, strict=False), 1):
        _confirmed(version, people.request_values(signer, email), place if invited else None)


def _confirmed(version: Version, values: dict[str, str], first_order: int | None = None) -> None:
    """A signature made and confirmed, without a mail: nobody is there to read it."""
    made = intake.add_pending(
        version=version, request=request.read(version.text.appeal, values), first_order=first_order
    )
    confirm.confirm(token=tokens.token("confirm", made.nonce))
    queue.forget(subject_ref=mails.subject_ref(made))


def _ask_again(owner: User, appeal: Appeal) -> None:
    """Asks those of the first version: two answer yes, one no, the rest not at all; one more withdraws."""
    original = appeal.texts.get(relation=Text.Relation.ORIGINAL)
    asked = ask_again.ask(actor=owner, version=_newest(original))
    while ask_again.step(asked.pk):
        pass
    askings = list(
        Asking.objects.filter(version=asked.version).select_related("signature").order_by("signature")
    )
    for asking, yes in zip(askings, (True, True, False), strict=False):
        ask_again.answer(asking=asking, yes=yes)
    withdraw.withdraw(signature=askings[-2].signature, keeps_name=False)
    signatures = Signature.objects.filter(appeal=appeal).order_by("pk")
    queue.forget_many([mails.subject_ref(row) for row in signatures])


def _record(appeal: Appeal) -> None:
    appeal.refresh_from_db()
    sequence.record(appeal, now=clock.now(), force=True)
