"""Cases: entered, changed, named or withheld; history in the order of time; nobody else may."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from tests.appeals.cased import HIDDEN, NAMED, PARTS, enter, hidden
from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import (
    case_history,
    case_mentions,
    case_reading,
    case_sealed,
    cases,
    derive,
    publish,
    sources,
)
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case, CaseConsent, CaseStatement, PublicCase, StatementSource
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal, Text

pytestmark = pytest.mark.django_db


def shown(case: Case) -> case_reading.Shown:
    return case_reading.shown(PublicCase.objects.get(case=case))


def test_a_case_is_withheld_and_a_draft_until_somebody_says_otherwise(
    cast: Cast, draft_appeal: Appeal
) -> None:
    case = cases.add_case(actor=cast.editor, appeal=draft_appeal, names=[Name("name", "Ramona Veiga")])
    assert (case.level, case.is_published) == ("withheld", False)
    assert not PublicCase.objects.exists()


def test_names_notes_and_consents_are_sealed(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal, HIDDEN)
    case_history.add_statement(actor=cast.owner, case=case, place=HIDDEN, note=HIDDEN)
    case_history.add_update(actor=cast.owner, case=case, on="2026-01-01", text=HIDDEN)
    rows = [case, *CaseConsent.objects.all(), *CaseStatement.objects.all(), *case.updates.all()]
    assert all(HIDDEN.encode() not in bytes(row.sealed) for row in rows)
    assert case_sealed.consented(CaseConsent.objects.get()) == NAMED


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("named", ["Ana Ruiz", "The Heron", "A. R.", "Anna Civil", "Ана Руис"]),
        ("other", ["The Heron", "A. R."]),
        ("withheld", []),
    ],
)
def test_consent_says_which_names_are_seen(
    cast: Cast, draft_appeal: Appeal, level: str, seen: list[str]
) -> None:
    names = [
        Name("pseudonym", "The Heron"), Name("name", "Ana Ruiz"), Name("initials", "A. R."),
        Name("civil", "Anna Civil"), Name("transliteration", "Ана Руис", "ru"),
    ]  # fmt: skip
    case = cases.add_case(
        actor=cast.owner, appeal=draft_appeal, names=names, consent=Consent(level, by="Her")
    )
    cases.publish_case(actor=cast.owner, case=case, published=True)
    assert [name["text"] for name in shown(case).names] == seen


@pytest.mark.parametrize("level", ["named", "other"])
def test_nobody_is_named_without_a_consent_or_a_ground(cast: Cast, draft_appeal: Appeal, level: str) -> None:
    with pytest.raises(ValidationError):
        cases.add_case(
            actor=cast.owner, appeal=draft_appeal, names=[Name("name", "Ana")], consent=Consent(level)
        )
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": []},
        {"names": [Name("name", "")]},
        {"names": [Name("name", "\u202eana")]},
        {"names": [Name("nickname", "Ana")]},
        {"names": [Name("name", "Ana", "zzzz-nothing")]},
        {"kind": "ship"},
        {"note": "a" * 6000},
        {"consent": Consent("named", by="Her", on="1936-02-31")},
    ],
)
def test_what_cannot_be_is_refused_whole(cast: Cast, draft_appeal: Appeal, wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"names": [Name("name", "Ana")], **wrong}
    with pytest.raises(ValidationError):
        cases.add_case(actor=cast.owner, appeal=draft_appeal, **given)  # type: ignore[arg-type]
    assert not Case.objects.exists()


def test_names_in_five_scripts_are_taken_as_they_are(cast: Cast, draft_appeal: Appeal) -> None:
    written = ["Zoë Ångström", "أحمد قاسم", "王小明", "Мария Ковалёва", "ნინო"]
    case = cases.add_case(
        actor=cast.owner, appeal=draft_appeal, names=[Name("name", name) for name in written], consent=NAMED
    )
    cases.publish_case(actor=cast.owner, case=case, published=True)
    assert [name["text"] for name in shown(case).names] == written


def test_history_runs_as_time_does_however_dates_are_written(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal)
    typed = [
        "1937", "July 1936", "1936-07-06", "spring 1936", "c. 1935", "1936~", "1935-12", "before the war",
        "1936-21", "1936/1938", "1938/..",
    ]  # fmt: skip
    for date in typed:
        case_history.add_statement(actor=cast.owner, case=case, state="imprisoned", date=date)
    assert [row.date for row in shown(case).history] == [
        "c. 1935", "1935-12", "1936~", "1936/1938", "spring 1936", "1936-21", "July 1936", "1936-07-06",
        "1937", "1938/..", "before the war",
    ]  # fmt: skip


def test_the_last_state_in_time_is_the_present_one(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal)
    assert shown(case).state == "unknown"
    case_history.add_statement(actor=cast.owner, case=case, state="released", date="1938")
    case_history.add_statement(actor=cast.owner, case=case, state="imprisoned", date="1936", place="Fort")
    case_history.add_statement(actor=cast.owner, case=case, date="1939", note="She writes.")
    found = shown(case)
    assert (found.state, found.place, found.since and found.since.date) == ("released", "Fort", "1938")


def test_a_statement_rests_on_sources_which_then_stay(cast: Cast, draft_appeal: Appeal) -> None:
    case, source = enter(cast.owner, draft_appeal), add(cast.owner, draft_appeal)
    row = case_history.add_statement(
        actor=cast.owner, case=case, state="imprisoned", sources=[Cited("ruiz1936", "p. 3")]
    )
    assert shown(case).history[0].sources == ({"key": "ruiz1936", "locator": "p. 3"},)
    with pytest.raises(sources.StillCited):
        sources.remove_source(actor=cast.owner, source=source)
    case_history.remove_statement(actor=cast.owner, statement=row)
    sources.remove_source(actor=cast.owner, source=source)
    assert shown(case).history == ()


@pytest.mark.parametrize(
    "wrong",
    [{"state": "lost"}, {"date": "1936-02-31", "state": "dead"}, {}, {"date": "1936"},
     {"state": "dead", "sources": [Cited("nowhere")]}],
)  # fmt: skip
def test_a_statement_that_says_nothing_or_nonsense_is_refused(
    cast: Cast, draft_appeal: Appeal, wrong: dict[str, object]
) -> None:
    case = enter(cast.owner, draft_appeal)
    with pytest.raises(ValidationError):
        case_history.add_statement(actor=cast.owner, case=case, **wrong)  # type: ignore[arg-type]
    assert not CaseStatement.objects.exists()


def test_a_withheld_name_is_in_no_word_that_readers_get(cast: Cast, draft_appeal: Appeal) -> None:
    add(cast.owner, draft_appeal, "Quillfeather1936")
    add(cast.owner, draft_appeal, "other", title="The trial of Ozymbrandt, Quillfeather")
    add(cast.owner, draft_appeal, "plain")
    cited = tuple(Cited(key) for key in ("Quillfeather1936", "other", "plain"))
    case = hidden(cast.owner, draft_appeal, sources=cited)
    row = PublicCase.objects.get(case=case)
    everything = f"{row.data} {row.words} {row.places} {bytes(row.sort_key)!r}".casefold()
    assert not [part for part in PARTS if part.casefold() in everything]
    assert [cite["key"] for cite in shown(case).history[0].sources] == ["plain"]
    assert list(StatementSource.objects.filter(is_shown=True).values_list("source__key", flat=True)) == [
        "plain"
    ]


def test_a_name_of_another_case_is_taken_out_too(cast: Cast, draft_appeal: Appeal) -> None:
    other = enter(cast.owner, draft_appeal, "Bela Novak")
    case_history.add_update(
        actor=cast.owner, case=other, on="2026-01-01", text=f"He shared a cell with {HIDDEN}."
    )
    assert shown(other).updates[0][1].endswith(f"{HIDDEN}.")
    hidden(cast.owner, draft_appeal)
    assert shown(other).updates[0][1] == "He shared a cell with […]."


def test_taking_a_name_back_gives_another_address_and_naming_does_not(
    cast: Cast, draft_appeal: Appeal
) -> None:
    case = enter(cast.owner, draft_appeal)
    before = case.public_id
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))
    case.refresh_from_db()
    assert case.public_id != before and not PublicCase.objects.filter(public_id=before).exists()
    after = case.public_id
    cases.set_consent(actor=cast.owner, case=case, consent=NAMED)
    case.refresh_from_db()
    assert case.public_id == after
    assert [row.level for row in case.consents.all()] == ["named", "withheld", "named"]


def test_a_source_that_comes_to_name_the_withheld_is_left_out(cast: Cast, draft_appeal: Appeal) -> None:
    source = add(cast.owner, draft_appeal, "plain")
    case = hidden(cast.owner, draft_appeal, sources=(Cited("plain"),))
    assert shown(case).history[0].sources
    sources.change_source(actor=cast.owner, source=source, csl={"type": "book", "title": f"On {HIDDEN}"})
    assert not shown(case).history[0].sources


def test_erasing_a_case_leaves_nothing_of_it(cast: Cast, draft_appeal: Appeal) -> None:
    case = hidden(cast.owner, draft_appeal)
    cases.remove_case(actor=cast.owner, case=case)
    assert not Case.objects.exists() and not PublicCase.objects.exists() and not CaseConsent.objects.exists()


def test_the_record_of_acts_names_nobody(cast: Cast, draft_appeal: Appeal) -> None:
    case = hidden(cast.owner, draft_appeal)
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("other", by=HIDDEN))
    cases.remove_case(actor=cast.owner, case=Case.objects.select_related("appeal__team").get(pk=case.pk))
    told = " ".join(f"{row.subject} {row.detail}" for row in AuditRecord.objects.all()).casefold()
    assert "case:night-ferry/" in told
    assert not [part for part in PARTS if part.casefold() in told]
    assert case.public_id.casefold() not in told


ACTS: list[Callable[..., object]] = [
    lambda actor, case, _text: cases.add_case(actor=actor, appeal=case.appeal, names=[Name("name", "Ana")]),
    lambda actor, case, _text: cases.change_case(
        actor=actor, case=case, names=[Name("name", "Ana")], kind="person", note=""
    ),
    lambda actor, case, _text: cases.set_consent(actor=actor, case=case, consent=Consent("withheld")),
    lambda actor, case, _text: cases.publish_case(actor=actor, case=case, published=False),
    lambda actor, case, _text: cases.remove_case(actor=actor, case=case),
    lambda actor, case, _text: case_history.add_statement(actor=actor, case=case, state="dead"),
    lambda actor, case, _text: case_history.add_update(actor=actor, case=case, on="2026-01-01", text="x"),
    lambda actor, case, text: case_mentions.mention(
        actor=actor, case=case, text=text, passage="one boat more"
    ),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["moderator", "viewer", "outsider"])
def test_only_those_who_may_write_do(
    cast: Cast, draft_appeal: Appeal, role: str, act: Callable[..., object]
) -> None:
    case = enter(cast.owner, draft_appeal)
    with pytest.raises(Forbidden):
        act(getattr(cast, role), case, draft_appeal.texts.get())
    assert case.__class__.objects.filter(pk=case.pk, is_published=True, level="named").exists()


def test_recorded_rows_are_frozen(cast: Cast, draft_appeal: Appeal) -> None:
    case = hidden(cast.owner, draft_appeal)
    for rows, change in (
        (case.consents, {"level": "named"}),
        (case.statements, {"state": "dead"}),
        (case.updates, {"on": "2020-01-01"}),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.update(**change)


def test_no_text_may_be_called_cases(cast: Cast, text: Text) -> None:
    assert "cases" in derive.RESERVED
    with pytest.raises(IntegrityError), transaction.atomic():
        Text.objects.filter(pk=text.pk).update(slug="cases")


def test_words_lead_to_a_case_while_it_may_be_told(cast: Cast, text: Text) -> None:
    case = enter(cast.owner, text.appeal)
    case_mentions.mention(actor=cast.owner, case=case, text=text, passage="Nurses, bakers and students")
    assert case.mentions.get().is_shown
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))
    assert not case.mentions.get().is_shown


@pytest.mark.parametrize("passage", ["students walk home", "not in the letter", "nine. Nurses", ""])
def test_words_that_cannot_be_linked_are_refused(cast: Cast, text: Text, passage: str) -> None:
    case = enter(cast.owner, text.appeal)
    with pytest.raises(ValidationError):
        case_mentions.mention(actor=cast.owner, case=case, text=text, passage=passage)


def test_the_desk_is_told_where_signed_words_still_name_somebody(cast: Cast, text: Text) -> None:
    publish.publish(actor=cast.owner, text=text)
    case = enter(cast.owner, text.appeal, "Lower Quay", consent=Consent("withheld"))
    assert [(one.text.slug, one.number) for one in case_mentions.still_named(case)] == [(text.slug, 1)]
