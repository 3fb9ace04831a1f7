"""The letters themselves: put down at the desk or taken from what carriers wrote; sealed until printed."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import markup, said
from undersigned.appeals.models import Appeal
from undersigned.appeals.references.dates import plain, read_date
from undersigned.appeals.references.problems import BadReference
from undersigned.circulation import enclosed, people
from undersigned.circulation.correspondence.consent import WORDING
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.fields import clean_language, clean_words
from undersigned.circulation.models import Carrier, EditionLetter, Reply
from undersigned.lib import clock, tokens, vault
from undersigned.lib.fields import FieldError, clean_line

WORDS_MAX = 20_000
_SEALED = "edition-letter"
Kind = EditionLetter.Kind


@dataclass(frozen=True)
class Content:
    """What a letter says, who wrote it to whom, and where."""

    words: str
    sender: str = ""
    addressee: str = ""
    place: str = ""
    title: str = ""
    # Typed as Markdown; what came by a plain form is plain.
    markup: bool = False


def seal(content: Content) -> bytes:
    """A letter, encrypted with the key outside the database."""
    return vault.seal_json(asdict(content), context=_SEALED)


def content_of(letter: EditionLetter) -> Content:
    """What a letter says; raises VaultError, KeyMissing."""
    return Content(**vault.unseal_json(letter.sealed, context=_SEALED))


def printed(letter: EditionLetter) -> Content:
    """The same as it may be printed: a carrier who is written to is named only by their own consent."""
    content = content_of(letter)
    if letter.kind == Kind.COVERING and not letter.names_addressee:
        return replace(
            content,
            addressee="",
            words=_without_name(content.words, content.addressee),
            title=_without_name(content.title, content.addressee),
        )
    return content


def _without_name(text: str, name: str) -> str:
    """Words in which a name and its parts are left out, where they stand as words of their own."""
    parts = {name, *(part for part in name.split() if len(part) > 2)} - {""}
    if not parts:
        return text
    either = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", "…", text)


def clean(content: Content) -> Content:
    """A letter as it is kept; raises FieldError."""
    words = clean_words(content.words, required=True, limit=WORDS_MAX)
    if content.markup and (problems := markup.check(words, ())):
        raise FieldError(" ".join(said.said(problem) for problem in problems[:5]))
    return Content(
        words=words,
        sender=clean_line(content.sender, required=True),
        addressee=clean_line(content.addressee),
        place=clean_line(content.place),
        title=clean_line(content.title),
        markup=content.markup,
    )


def clean_date(typed: str) -> str:
    """A date as EDTF, however it was typed, empty for none; raises FieldError."""
    try:
        found = read_date(typed)
    except BadReference:
        found = {}
    if found is None:
        return ""
    if not plain(found):
        raise FieldError(_("This is no date: write it as 2026-03-01, 2026-03 or 2026."))
    return plain(found)


@transaction.atomic
def put_down(
    *, actor: User, appeal: Appeal, kind: str, content: Content, language: str, date: str, own: bool
) -> EditionLetter:
    """Keeps a letter that was typed at the desk; `own` is the consent of whoever typed it."""
    require(actor, "carriers.manage", appeal.team)
    if kind not in (Kind.UPDATE, Kind.OTHER):
        raise FieldError(_("Please choose one of the possibilities."))
    letter = _new(appeal, kind, clean(content), clean_language(language), clean_date(date))
    if own:
        agree(letter, actor, clock.now())
    letter.save(force_insert=True)
    record(actor, letter, "letters.keep", own=own)
    return letter


@transaction.atomic
def from_covering(*, actor: User, carrier: Carrier, own: bool) -> EditionLetter:
    """The covering letter to one carrier as it went; raises Forbidden, NotPossible."""
    appeal = carrier.appeal
    require(actor, "carriers.manage", appeal.team)
    row = getattr(carrier, "letter", None)
    if row is None or carrier.sent_at is None or carrier.erased_at is not None:
        raise NotPossible(_("This letter was not sent."))
    if EditionLetter.objects.filter(carrier=carrier, kind=Kind.COVERING).exists():
        raise NotPossible(_("This letter is in the list already."))
    words = people.words_of(row)
    contact = people.contact_of(carrier)
    author = enclosed.author_of(appeal, enclosed.of(enclosed.text_for(carrier)))
    content = Content(_without_links(words.body), author, contact.name, title=words.subject)
    date = carrier.sent_at.date().isoformat()
    letter = _new(appeal, Kind.COVERING, content, row.language, date, carrier=carrier)
    if own:
        agree(letter, actor, clock.now())
    letter.save(force_insert=True)
    record(actor, letter, "letters.keep", own=own)
    return letter


def from_reply(*, reply: Reply, agreed: bool, at: datetime) -> EditionLetter:
    """What a carrier wrote, in the caller's transaction; agreed to where it was written, or to be asked."""
    carrier = reply.carrier
    author = enclosed.author_of(carrier.appeal, enclosed.of(enclosed.text_for(carrier)))
    content = Content(people.reply_text(reply), people.contact_of(carrier).name, author)
    letter = _new(
        carrier.appeal, Kind.ANSWER, content, carrier.language, reply.at.date().isoformat(), carrier=carrier
    )
    letter.reply = reply
    if agreed:
        agree(letter, None, at)
    letter.save(force_insert=True)
    return letter


@transaction.atomic
def take_reply(*, actor: User, reply: Reply) -> EditionLetter:
    """Puts a carrier's words on the list, so that the carrier can be asked; twice is as once."""
    require(actor, "carriers.manage", reply.carrier.appeal.team)
    found = EditionLetter.objects.filter(reply=reply).first()
    if found is None:
        found = from_reply(reply=reply, agreed=False, at=clock.now())
        record(actor, found, "letters.keep", own=False)
    return found


def _without_links(body: str) -> str:
    """The private link is nobody's to print."""
    lines = [line for line in body.split("\n") if line.strip() != "{link}"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).replace("{link}", "…")).strip()


def _new(
    appeal: Appeal, kind: str, content: Content, language: str, date: str, carrier: Carrier | None = None
) -> EditionLetter:
    return EditionLetter(
        public_id=tokens.public_id(), appeal=appeal, kind=kind, carrier=carrier, sealed=seal(content),
        language=language, date=date, nonce=tokens.new_nonce(), created_at=clock.now(),
    )  # fmt: skip


def agree(letter: EditionLetter, actor: User | None, at: datetime) -> None:
    """Marks consent under the wording of now; unsaved."""
    letter.consent, letter.consent_wording = EditionLetter.Consent.YES, WORDING
    letter.consent_at, letter.consent_by = at, actor


def record(actor: User, letter: EditionLetter, verb: str, **detail: object) -> None:
    """One audit row about a letter."""
    audit.record(
        team=letter.appeal.team, actor=actor, verb=verb,
        subject=f"letter:{letter.appeal.slug}/{letter.public_id}", kind=letter.kind, **detail,
    )  # fmt: skip
