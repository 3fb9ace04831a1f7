"""Putting covering letters and reminders into the mailroom: one carrier, or a chunk of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from undersigned.appeals import languages
from undersigned.appeals.models import Appeal
from undersigned.circulation import enclosed_pdf, links, people
from undersigned.circulation.covering import Composer, NoTemplate, draft, written_date
from undersigned.circulation.models import Carrier, CoveringLetter, Dispatch, DoNotWrite
from undersigned.mailroom import enclosures, queue
from undersigned.mailroom.models import Message

# A carrier is reminded so often at most, and never sooner than this after the last mail.
REMINDERS_MAX = 2
REST = timedelta(days=3)
# Stands where a refusal's code would: the letter was handed over, and the mail server's answer was lost.
UNSURE = "unsure"


def cover_key(number: int) -> str:
    """The mailroom's key of a covering letter: a second one of the same key is never written."""
    return f"cover:{number}"


def reminder_ref(number: int) -> str:
    """What a carrier's reminders are filed under, apart from the letter: an answer stops only these."""
    return f"carrier-reminder:{number}"


def cover_ref(number: int) -> str:
    """What a carrier's covering letter is filed under."""
    return f"carrier:{number}"


def to_send(appeal: Appeal) -> QuerySet[Carrier]:
    """Carriers who were not written to; a letter edited by hand waits for its approval."""
    return Carrier.objects.filter(
        Q(letter__isnull=True) | ~Q(letter__state=CoveringLetter.State.DRAFT),
        appeal=appeal,
        queued_at__isnull=True,
        revoked_at__isnull=True,
        erased_at__isnull=True,
    )


def to_remind(appeal: Appeal, now: datetime) -> QuerySet[Carrier]:
    """Carriers who have the letter, have not answered and had a rest."""
    return Carrier.objects.filter(
        Q(deadline__isnull=True) | Q(deadline__gt=now),
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=now - REST),
        appeal=appeal,
        state__in=(Carrier.State.SENT, Carrier.State.OPENED, Carrier.State.SILENT),
        sent_at__lt=now - REST,
        refused_at__isnull=True,
        reminders__lt=REMINDERS_MAX,
        erased_at__isnull=True,
    )


def due(appeal: Appeal, kind: str, now: datetime) -> QuerySet[Carrier]:
    """Those whom a run of this kind is for."""
    return to_send(appeal) if kind == Dispatch.Kind.COVER else to_remind(appeal, now)


@dataclass
class Posted:
    """What became of a chunk: carriers whose mail is queued, and those whose address takes none."""

    queued: list[int] = field(default_factory=list)
    unwilling: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


@dataclass
class Post:
    """Posts for one appeal; templates, texts and the enclosed file are read once for many carriers."""

    appeal: Appeal
    now: datetime

    def __post_init__(self) -> None:
        self.composer = Composer(self.appeal)
        self._files: dict[int, list[str]] = {}

    def covers(self, carriers: Sequence[Carrier]) -> Posted:
        """Queues the covering letters of these carriers in the caller's transaction, each once."""
        done = Posted()
        unwilling = self._unwilling(carriers)
        fresh: list[CoveringLetter] = []
        for carrier in carriers:
            if bytes(carrier.address_key or b"") in unwilling:
                done.unwilling.append(carrier.pk)
                continue
            letter: CoveringLetter | None = getattr(carrier, "letter", None)
            try:
                if letter is None:
                    letter = draft(carrier, self.composer, state=CoveringLetter.State.SENT, now=self.now)
                    fresh.append(letter)
            except NoTemplate:
                done.left_out.append(carrier.pk)
                continue
            (done.queued if self._cover(carrier, letter) else done.unwilling).append(carrier.pk)
        CoveringLetter.objects.bulk_create(fresh)
        CoveringLetter.objects.filter(carrier__in=done.queued).update(state=CoveringLetter.State.SENT)
        Carrier.objects.filter(pk__in=done.queued).update(queued_at=self.now)
        Carrier.objects.filter(pk__in=done.unwilling).update(
            queued_at=self.now, refused_at=self.now, refusal="unwilling"
        )
        return done

    def reminders(self, carriers: Sequence[Carrier]) -> Posted:
        """Queues a reminder for each of these carriers in the caller's transaction."""
        done = Posted()
        unwilling = self._unwilling(carriers)
        for carrier in carriers:
            wanted = bytes(carrier.address_key or b"") not in unwilling
            (done.queued if wanted and self._remind(carrier) else done.left_out).append(carrier.pk)
        Carrier.objects.filter(pk__in=done.queued).update(
            reminded_at=self.now, reminders=F("reminders") + 1, silent_at=None
        )
        return done

    def _unwilling(self, carriers: Sequence[Carrier]) -> set[bytes]:
        keys = [bytes(carrier.address_key) for carrier in carriers if carrier.address_key is not None]
        return {
            bytes(key)
            for key in DoNotWrite.objects.filter(address_key__in=keys).values_list("address_key", flat=True)
        }

    def _cover(self, carrier: Carrier, letter: CoveringLetter) -> bool:
        words = people.words_of(letter)
        link = links.private(carrier)
        params = {
            **self._params(carrier, letter.language),
            "letter_subject": words.subject,
            "body": words.body.replace("{link}", link),
            "enclosures": self._enclosures(carrier),
        }
        return self._enqueue(carrier, cover_key(carrier.pk), "cover", params, cover_ref(carrier.pk))

    def _remind(self, carrier: Carrier) -> bool:
        shown = languages.interface_language(carrier.language)
        params = {
            **self._params(carrier, carrier.language),
            "deadline": written_date(carrier.deadline, shown),
            "day": written_date(carrier.sent_at, shown),
        }
        key = f"cover-reminder:{carrier.pk}:{carrier.reminders + 1}"
        return self._enqueue(carrier, key, "cover-reminder", params, reminder_ref(carrier.pk))

    def _params(self, carrier: Carrier, language: str) -> dict[str, object]:
        found = self.composer.enclosed(carrier)
        author = self.composer.author(carrier)
        return {
            "personal": True,
            "sender_name": author,
            "author": author,
            "title": found.title,
            "title_language": found.language,
            "letter_language": language,
            "letter_dir": languages.direction(language),
            "url": links.private(carrier),
            "unsubscribe_url": links.private(carrier, "carry-stop"),
        }

    def _enclosures(self, carrier: Carrier) -> list[str]:
        """The text, and its PDF where one was laid out before: nothing is printed in a transaction."""
        found = self.composer.enclosed(carrier)
        if found.text.pk not in self._files:
            files = [(found.file_name, "text/plain", found.plain.encode())]
            if (pdf := enclosed_pdf.made(found)) is not None:
                files.append((enclosed_pdf.file_name(found), enclosed_pdf.MEDIA_TYPE, pdf))
            self._files[found.text.pk] = [
                enclosures.keep(name=name, media_type=kind, data=data) for name, kind, data in files
            ]
        return self._files[found.text.pk]

    def _enqueue(
        self, carrier: Carrier, key: str, kind: str, params: dict[str, object], subject_ref: str
    ) -> bool:
        """Whether the mail is on its way; a key that is there already was queued before a crash."""
        message = queue.enqueue(
            key=key,
            kind=kind,
            to=people.contact_of(carrier).email,
            language=languages.interface_language(carrier.language),
            params=params,
            subject_ref=subject_ref,
        )
        return message is not None or Message.objects.filter(key=key).exists()
