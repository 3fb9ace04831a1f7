"""The scene of the journeys, made through the acts themselves; run where Django is set up.

Two teams; three open appeals (English with two versions and a full roll, Spanish from a letter's file,
Arabic); one published but not open, one closed, one of another team.
"""

from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

from undersigned.accounts import organisers
from undersigned.accounts.models import Membership, Team, User
from undersigned.appeals import draft, letter, publish
from undersigned.appeals.import_letter import import_letter
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message
from undersigned.signing import confirm, erase, intake, opening, protect, sequence, withdraw
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest

LETTERS = Path(__file__).resolve().parents[1] / "letters"
PASSWORD = "a long enough passphrase"

FERRY = """\
---
title: For the night ferry
author: The people of Lower Quay
date: 2026-03-01
lang: en
addressee: The Harbour Board
source: "Lower Quay Papers, vol. 2, p. 14"
archive: Harbour Library, box 7
series: Letters from the Quay
note: Read aloud at the meeting of 27 February.
---

Dear members of the Board,

The last ferry leaves at nine.[^1] Nurses, bakers and students *walk home* over the hill, in the dark,
for an hour and a half; in winter, when the path is ice, they do not walk at all.

> The evening timetable meets present demand.

So your report says.[^2] It counted those who crossed. It could not count those who stayed at home because
nothing would bring them back.

{ask}

With respect,

*Lower Quay*

[^1]: Timetable of January 2026, page 4.
[^2]: “Report on the crossing”, page 12.
"""
FIRST_ASK, SECOND_ASK = "We ask for one boat more.", "We ask for two boats more, at ten and at midnight."

RIVER = """\
---
title: رسالة من أجل النهر
author: أهل الضفة
date: 2026-02-11
lang: ar
addressee: مجلس المدينة
---

إلى أعضاء المجلس المحترمين،

كان النهر يمر أمام بيوتنا.[^1] أما اليوم فلا يصل إلينا منه إلا *رائحته*.
نرجو أن تُفتح البوابة يومين في الأسبوع.

نوقّع هذه الرسالة بأسمائنا، ونطلب جوابًا قبل حلول الصيف (Water Office, ref. 17/B).

[^1]: محضر الجلسة الرابعة، الصفحة ٢٢.
"""
GIVEN = ("Ana", "Bero", "Chidi", "Dorte", "Émile", "Fenna", "Goran", "Hülya", "Ilse", "Jonas", "Øyvind")
FAMILY = ("Almquist-Verde", "Brill", "Castañer", "Dray", "Eskola", "Fonn", "Grünwasser", "Hale", "Ibarru")
ELSEWHERE = (
    "نادية الكرمي",
    "სოფო მდინარაძე",
    "李河",
    "Ольга Пристань",
    "O’Shea-ní Bhriain, Caoimhe Aoife Sadhbh",
)


def _sign(version: Version, name: str, at: datetime, **more: str) -> Signature:
    number = Signature.objects.count()
    asked = {"email": f"person{number}@people.example", "display": "name"} | more
    row = intake.add_pending(version=version, request=SignRequest(name=name, **asked), at=at)  # type: ignore[arg-type]
    done = confirm.confirm(token=tokens.token("confirm", row.nonce), at=at)
    assert done.signature is not None
    return done.signature


def _appeal(actor: User, team: Team, slug: str, source: str, language: str = "en", **more: object) -> Appeal:
    settings = {
        "controller": "Lower Quay Residents",
        "controller_contact": "board@lower-quay.example",
        "purpose": "To hand this letter to the Harbour Board with the names of those who signed it.",
        "closes_at": clock.now() + timedelta(days=60),
    }
    title = source.split("title: ", 1)[1].split("\n", 1)[0]
    return draft.create_appeal(
        actor=actor, team=team, slug=slug, title=title, language=language, source=source, **settings | more
    )


def _publish(actor: User, appeal: Appeal) -> Version:
    return publish.publish(actor=actor, text=appeal.texts.get())


def _ferry(owner: User, team: Team, now: datetime) -> None:
    asks = {"ask_affiliation": "optional", "ask_place": "optional", "ask_country": "optional"}
    appeal = _appeal(owner, team, "night-ferry", FERRY.format(ask=FIRST_ASK), **asks)
    first = _publish(owner, appeal)
    appeal = opening.open_appeal(actor=owner, appeal=appeal, at=now - timedelta(days=9))
    for number, (given, family) in enumerate(product(GIVEN, FAMILY)):
        more = {"place": ("", "Lower Quay", "Hill End")[number % 3], "country": ("", "PT", "NO")[number % 3]}
        if number % 4 == 0:
            more["affiliation"] = ("Ropewalk Primary School", "Ferry Workers’ Branch")[number % 8 // 4]
        _sign(first, f"{given} {family}", now - timedelta(days=8), **more)
    sequence.record_due(now=now - timedelta(days=7), force=True)
    gone = list(Signature.objects.filter(state="recorded").order_by("pk")[40:44])
    withdraw.withdraw(signature=gone[0], keeps_name=False, at=now - timedelta(days=5))
    withdraw.withdraw(signature=gone[1], keeps_name=True, at=now - timedelta(days=4))
    erase.erase(signature=gone[2])
    text = appeal.texts.get()
    draft.save_draft(
        actor=owner, text=text, source=FERRY.format(ask=SECOND_ASK), revision=text.draft_revision
    )
    second = _publish(owner, appeal)
    for name in ELSEWHERE:
        _sign(second, name, now - timedelta(days=2))
    _sign(second, "Somebody Careful", now - timedelta(days=2), display="pseudonym", pseudonym="Kestrel")
    _sign(second, "Somebody Quiet", now - timedelta(days=2), display="unlisted")


def _others(owner: User, team: Team, now: datetime) -> None:
    lighthouse = import_letter(
        actor=owner, team=team, slug="lighthouse",
        letter=letter.read_letter_file(LETTERS / "carta-desde-el-faro.txt"),
    ).appeal  # fmt: skip
    draft.update_settings(
        actor=owner, appeal=lighthouse, controller="Casa del Estuario", purpose="Entregar la carta.",
        closes_at=now + timedelta(days=40),
    )  # fmt: skip
    protect.change(actor=owner, appeal=lighthouse, profile="careful")
    river = _appeal(owner, team, "river", RIVER, "ar", ask_role="required")
    for appeal in (lighthouse, river):
        version = _publish(owner, appeal)
        appeal.refresh_from_db()
        opening.open_appeal(actor=owner, appeal=appeal, at=now - timedelta(days=3))
        for name in ELSEWHERE[:3]:
            _sign(version, name, now - timedelta(days=3), role="")
    over = _appeal(owner, team, "over", FERRY.format(ask="We asked for a bench."))
    version = _publish(owner, over)
    over = opening.open_appeal(actor=owner, appeal=over, at=now - timedelta(days=6))
    _sign(version, "Ana Brill", now - timedelta(days=6))
    sequence.record_due(now=now - timedelta(days=5), force=True)
    opening.close_appeal(actor=owner, appeal=over, at=now - timedelta(days=4))


def build() -> None:
    """Makes everything, and publishes the logs."""
    now = clock.now()
    owner, team = organisers.make_organiser(
        email="olive@people.example", name="Olive", team="Lower Quay", password=PASSWORD
    )
    for name, role in (("Edda", "editor"), ("Mo", "moderator"), ("Vera", "viewer")):
        user = User.objects.create_user(f"{name.lower()}@people.example", PASSWORD, name=name)
        Membership.objects.create(team=team, user=user, role=role, created_at=now)
    outsider, others = organisers.make_organiser(
        email="otto@people.example", name="Otto", team="Upper Quay", password=PASSWORD
    )
    _ferry(owner, team, now)
    _others(owner, team, now)
    _publish(owner, _appeal(owner, team, "not-yet", FERRY.format(ask="We ask for a secret boat.")))
    _publish(outsider, _appeal(outsider, others, "others-secret", FERRY.format(ask="We ask for silence.")))
    sequence.record_due(now=now - timedelta(minutes=10), force=True)
    # The mails of those who signed here went out long ago.
    Message.objects.all().delete()
