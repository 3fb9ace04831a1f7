"""Those for whom the demonstration's letter speaks: one named, a group, one whose name nobody is told."""

from undersigned.accounts.models import User
from undersigned.appeals import case_history, case_mentions, cases
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal, Text

# Withheld everywhere: a test looks for it on every page.
WITHHELD = "Ferenc Osk"


def enter(*, actor: User, appeal: Appeal, text: Text) -> None:
    """Enters the cases with their histories and consents, and lets words of the letter lead to them."""
    watchman, six, third, fourth = _named(actor, appeal)
    for case, passage in ((watchman, "Jonah Pell"), (six, "The six of the late boat")):
        case_mentions.mention(actor=actor, case=case, text=text, passage=passage)
    _histories(actor, watchman, six, third, fourth)
    for case in (watchman, six, third, fourth):
        cases.publish_case(actor=actor, case=case, published=True)


def _named(actor: User, appeal: Appeal) -> list[Case]:
    told = (
        (
            (Name("name", "Jonah Pell", "en"), Name("pseudonym", "The night watchman", "en"),
             Name("transliteration", "Иона Пелл", "ru")),
            "person", "Watchman of the lower quay. He lit the lantern once.",
            Consent("named", by="himself", on="2026-03-01"),
        ),
        (
            (Name("name", "The six of the late boat", "en"),),
            "group", "Two families and a cook. They slept in the reading room during the storm.",
            Consent("named", basis="They are named here as a group only; none of them can be told from it."),
        ),
        (
            (Name("name", "Marta Vell", "en"), Name("initials", "M. V.")),
            "person", "", Consent("other", by="her brother", on="2026-03-04"),
        ),
        ((Name("name", WITHHELD),), "person", f"{WITHHELD} is not to be named.", Consent("withheld")),
    )  # fmt: skip
    return [
        cases.add_case(
            actor=actor, appeal=appeal, names=names, kind=kind, note=note, consent=consent, show=False
        )
        for names, kind, note, consent in told
    ]


def _histories(actor: User, watchman: Case, six: Case, third: Case, fourth: Case) -> None:
    minutes, gazette = Cited("minutes2026", "item 9"), Cited("gazette2026", "p. 4")
    for case, state, date, place, note, cited in (
        (watchman, "imprisoned", "2025-11-04", "Carrow", "Ten weeks for the use of a lantern.", (gazette,)),
        (watchman, "released", "2026-01-13", "Carrow", "", ()),
        (six, "deported", "winter 2025", "across the water", "In one boat, by night.", (minutes,)),
        (six, "unknown", "2026-02", "", "Four have written since; of two nothing is known.", ()),
        (third, "disappeared", "c. 2025", "Lower Marsh", "Last seen on the late boat.", ()),
        (fourth, "imprisoned", "2026-01", "Carrow", "", ()),
    ):
        case_history.add_statement(
            actor=actor, case=case, state=state, date=date, place=place, note=note, sources=cited, show=False
        )
    case_history.add_update(
        actor=actor, case=watchman, on="2026-03-15",
        text="He climbs the hill again, and counts the steps for us.", show=False,
    )  # fmt: skip
