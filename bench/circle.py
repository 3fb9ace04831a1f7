"""Texts and carriers by the thousand, straight into the tables; the addresses of all pages that show them."""

import secrets

from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import links, people
from undersigned.circulation.models import Carrier, Work
from undersigned.circulation.people import Contact
from undersigned.ledger.models import Log, VersionTally
from undersigned.lib import clock, tokens

_BATCH = 500
# One carrier whom the author wrote to, and those to whom that one passed it on.
_BRANCH = 4
_LANGUAGES = ("es", "fr", "ar", "en")
_STATES = ({}, {"answer": "carry"}, {"answer": "decline"}, {"answer": "translate"}, {"answer": "adapt"})

PUBLIC = (
    "{appeal}", "{appeal}en/", "{appeal}text-2/", "{appeal}text-2/versions/1/",
    "{appeal}text-2/versions/1/text.txt", "{appeal}names/", "{appeal}names/organisations/",
    "{appeal}variants/",
    "{appeal}variants/?a=en.1&b=text-3.1", "{appeal}sources/", "{appeal}verify/", "{appeal}privacy/",
    "{appeal}feed.atom", "{appeal}text-2/signed/", "{appeal}text-2/organisation/", "/", "/feed.atom",
    "{api}", "{api}/organisations", "/api/v1/appeals", "/.well-known/undersigned.json",
)  # fmt: skip
CARRY = ("", "pass-on/", "text/", "text/ready/", "text.txt", "sheets/", "vouch/", "code.png")
DESK = (
    "", "settings/", "texts/new/", "texts/text-2/", "draft/en/", "draft/text-2/", "draft/en/publish/",
    "sources/", "sources/new/", "sources/citations/", "carriers/", "carriers/?state=carrying",
    "carriers/?last=1", "carriers/tree/", "carriers/add/", "carriers/list/", "carriers/letters/",
    "carriers/letters/es/", "carriers/runs/", "carriers/sheets/", "carriers/texts/",
    "carriers/texts/text-3/", "carriers/{carrier}/", "carriers/{carrier}/letter/", "vouched/",
    "vouched/{carrier}/", "first/", "embargo/", "close/", "paper/", "paper/list/", "roll/", "roll/?q=Ada",
    "organisations/",
)  # fmt: skip


def add(appeal: Appeal, start: int, end: int) -> None:
    """Adds published texts, and as many carriers, who answered in every way and have a branch below some."""
    for low in range(start, end, _BATCH):
        _add(appeal, range(low, min(low + _BATCH, end)))


def _add(appeal: Appeal, numbers: range) -> None:
    source = Version.objects.filter(text__appeal=appeal, text__relation="original").latest("number")
    now = clock.now()
    texts = Text.objects.bulk_create(
        Text(
            public_id=tokens.public_id(), appeal=appeal, slug=f"text-{n}", language=_LANGUAGES[n % 4],
            relation="translation" if n % 4 < 3 else "adaptation", parent=source, made_by=f"Circle {n}",
            draft=source.source, created_at=now,
        )
        for n in numbers
    )  # fmt: skip
    Version.objects.bulk_create(
        Version(
            text=text, number=1, source=source.source, canonical=bytes(source.canonical),
            digest=source.digest, title=f"Text {text.slug}", language=text.language, derived_from=source,
            published_at=now,
        )
        for text in texts
    )  # fmt: skip
    _tally(appeal, texts)
    _carriers(appeal, texts, numbers)


def _tally(appeal: Appeal, texts: list[Text]) -> None:
    log = Log.objects.filter(appeal_id=appeal.public_id).first()
    if log is None:
        return
    VersionTally.objects.bulk_create(
        VersionTally(log=log, text_id=text.public_id, number=1, text_index=1_000_000 + text.pk, mail=1)
        for text in texts
    )


def _carriers(appeal: Appeal, texts: list[Text], numbers: range) -> None:
    now = clock.now()
    sealed = people.seal(Contact("Ada Quay", "ada@bench.example"))
    made = [
        Carrier(
            public_id=tokens.public_id(), appeal=appeal, sealed=sealed, address_key=secrets.token_bytes(32),
            language=_LANGUAGES[n % 4], nonce=tokens.new_nonce(), may_adapt=True, may_translate=True,
            may_pass_on=True, may_vouch=True, created_at=now, sent_at=now, opened_at=now,
            answered_at=now if _STATES[n % 5] else None, text=texts[place] if n % 2 else None,
            **_STATES[n % 5],
        )
        for place, n in enumerate(numbers)
    ]  # fmt: skip
    carriers = Carrier.objects.bulk_create(made[::_BRANCH])
    for place, one in enumerate(made):
        if place % _BRANCH:
            one.parent, one.depth = made[place - place % _BRANCH], 1
    carriers += Carrier.objects.bulk_create([one for one in made if one.parent])
    Work.objects.bulk_create(
        Work(carrier=carrier, text=carrier.text, appeal=appeal, created_at=now)
        for carrier in carriers
        if carrier.text
    )


def pages(appeal: Appeal) -> dict[str, list[str]]:
    """Every address that shows an appeal's texts or carriers: to everybody, to a carrier, at the desk."""
    first = Carrier.objects.filter(appeal=appeal).order_by("pk")
    whole, own = first[0], first.filter(text__isnull=False)[0]
    names = {
        "appeal": f"/appeals/{appeal.slug}/", "api": f"/api/v1/appeals/{appeal.slug}",
        "carrier": str(whole.pk),
    }  # fmt: skip
    return {
        "public": [path.format_map(names) for path in PUBLIC],
        "carry": [f"/carry/{links.token(one)}/{path}" for one in (whole, own) for path in CARRY],
        "desk": [f"/desk/appeals/{appeal.slug}/{path.format_map(names)}" for path in DESK] + ["/desk/"],
    }
