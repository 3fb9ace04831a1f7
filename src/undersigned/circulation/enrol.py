"""Adding those who are to be written to: by hand, or a whole list at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal, Text
from undersigned.circulation import people, rights
from undersigned.circulation.fields import clean_language
from undersigned.circulation.models import Carrier, DoNotWrite
from undersigned.circulation.people import Contact
from undersigned.circulation.rights import Rights
from undersigned.lib import clock, tokens
from undersigned.lib.fields import FieldError, clean_email, clean_name
from undersigned.mailroom.models import Suppression

_CHUNK = 500
AUTHORS_RIGHTS = Rights(collect=True, adapt=True, translate=True, pass_on=True)


@dataclass(frozen=True)
class Entry:
    """Somebody to be written to; `line` is where a list names them."""

    name: str
    email: str
    language: str
    line: int = 0


@dataclass(frozen=True)
class Sorted:
    """A list compared with what is there: who is new, who is there already, who wants no letters."""

    new: list[Entry] = field(default_factory=list)
    repeated: list[Entry] = field(default_factory=list)
    known: list[Entry] = field(default_factory=list)
    unwilling: list[Entry] = field(default_factory=list)


class AlreadyThere(Exception):
    """Somebody with this address has the letter already; nothing was added."""

    def __init__(self) -> None:
        super().__init__(_("Somebody with this address is on the list already."))


class Unwilling(Exception):
    """The address wants no letters from this site, or takes none; nothing was added."""

    def __init__(self) -> None:
        super().__init__(_("This address takes no letters from this site, or asked for none."))


def clean(*, name: str, email: str, language: str, line: int = 0) -> Entry:
    """An entry by the rules for its fields; raises FieldError."""
    return Entry(clean_name(name), clean_email(email), clean_language(language), line)


def sort_out(appeal: Appeal, entries: Sequence[Entry]) -> Sorted:
    """Who of a list is new; looks at addresses by keyed hash alone."""
    found = Sorted()
    keyed = [(people.address_key(entry.email), entry) for entry in entries]
    there, unwilling = _among(appeal, [key for key, _entry in keyed])
    seen: set[bytes] = set()
    for key, entry in keyed:
        if key in seen:
            found.repeated.append(entry)
        elif key in there:
            found.known.append(entry)
        elif key in unwilling:
            found.unwilling.append(entry)
        else:
            found.new.append(entry)
        seen.add(key)
    return found


def _among(appeal: Appeal, keys: Sequence[bytes]) -> tuple[set[bytes], set[bytes]]:
    there: set[bytes] = set()
    unwilling: set[bytes] = set()
    for start in range(0, len(keys), _CHUNK):
        part = list(keys[start : start + _CHUNK])
        rows = Carrier.objects.filter(appeal=appeal, address_key__in=part).values_list(
            "address_key", flat=True
        )
        there.update(bytes(row) for row in rows if row is not None)
        for model in (DoNotWrite, Suppression):
            asked = model._default_manager.filter(address_key__in=part).values_list("address_key", flat=True)
            unwilling.update(bytes(row) for row in asked)
    return there, unwilling


def new_carrier(
    *,
    appeal: Appeal,
    entry: Entry,
    given: Rights,
    now: datetime,
    deadline: datetime | None = None,
    parent: Carrier | None = None,
    text: Text | None = None,
) -> Carrier:
    """A carrier's row, unsaved; inside what the appeal and the parent give."""
    allowed = given.within(rights.of_appeal(appeal))
    if parent is not None:
        allowed = allowed.within(rights.of(parent))
    return Carrier(
        public_id=tokens.public_id(),
        appeal=appeal,
        parent=parent,
        depth=0 if parent is None else parent.depth + 1,
        text=text,
        sealed=people.seal(Contact(entry.name, entry.email)),
        address_key=people.address_key(entry.email),
        language=entry.language,
        nonce=tokens.new_nonce(),
        deadline=deadline,
        created_at=now,
        **allowed.as_fields(),
    )


@transaction.atomic
def add(
    *,
    actor: User,
    appeal: Appeal,
    entry: Entry,
    given: Rights = AUTHORS_RIGHTS,
    deadline: datetime | None = None,
    text: Text | None = None,
) -> Carrier:
    """Adds one carrier, not yet written to; raises Forbidden, FieldError, AlreadyThere, Unwilling."""
    require(actor, "carriers.manage", appeal.team)
    now = clock.now()
    entry = clean(name=entry.name, email=entry.email, language=entry.language)
    check_deadline(deadline, now)
    sorted_out = sort_out(appeal, [entry])
    if sorted_out.known:
        raise AlreadyThere
    if sorted_out.unwilling:
        raise Unwilling
    carrier = new_carrier(appeal=appeal, entry=entry, given=given, now=now, deadline=deadline, text=text)
    try:
        with transaction.atomic():
            carrier.save(force_insert=True)
    except IntegrityError:
        # Two who add the same address at once: the second is told.
        raise AlreadyThere from None
    audit.record(team=appeal.team, actor=actor, verb="carriers.add", subject=f"carrier:{carrier.public_id}")
    return carrier


@transaction.atomic
def add_list(
    *,
    actor: User,
    appeal: Appeal,
    entries: Sequence[Entry],
    given: Rights = AUTHORS_RIGHTS,
    deadline: datetime | None = None,
) -> int:
    """Adds everybody on a list who is new, or nobody; how many were added. Raises Forbidden, FieldError."""
    require(actor, "carriers.manage", appeal.team)
    now = clock.now()
    check_deadline(deadline, now)
    checked = [
        clean(name=entry.name, email=entry.email, language=entry.language, line=entry.line)
        for entry in entries
    ]
    made = [
        new_carrier(appeal=appeal, entry=entry, given=given, now=now, deadline=deadline)
        for entry in sort_out(appeal, checked).new
    ]
    try:
        with transaction.atomic():
            Carrier.objects.bulk_create(made, batch_size=_CHUNK)
    except IntegrityError:
        raise AlreadyThere from None
    audit.record(
        team=appeal.team,
        actor=actor,
        verb="carriers.import",
        subject=f"appeal:{appeal.slug}",
        added=len(made),
        listed=len(entries),
    )
    return len(made)


def check_deadline(deadline: datetime | None, now: datetime) -> None:
    """Raises FieldError for a day that is over."""
    if deadline is not None and deadline <= now:
        raise FieldError(_("The deadline lies in the past."))
