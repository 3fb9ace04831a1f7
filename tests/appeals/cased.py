"""Cases of the invented appeal for a night ferry, one with a name that nobody may read."""

from undersigned.accounts.models import User
from undersigned.appeals import case_history, case_mentions, cases
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal, Text

# Invented, and like no word that stands anywhere else.
HIDDEN = "Quillfeather Ozymbrandt"
HIDDEN_ARABIC = "قويلفيذر أوزمبراندت"
PARTS = ("Quillfeather", "Ozymbrandt", "QUILLFEATHER", "quillfeather", HIDDEN_ARABIC)
NAMED = Consent("named", by="Herself", on="2026-02", basis="A letter to us")


def enter(
    actor: User, appeal: Appeal, name: str = "Ramona Veiga", *, consent: Consent = NAMED, publish: bool = True
) -> Case:
    """A case with one name, shown to readers."""
    case = cases.add_case(actor=actor, appeal=appeal, names=[Name("name", name)], consent=consent)
    if publish:
        cases.publish_case(actor=actor, case=case, published=True)
        case.refresh_from_db()
    return case


def hidden(actor: User, appeal: Appeal, *, level: str = "withheld", sources: tuple[Cited, ...] = ()) -> Case:
    """A case whose name stands in every word about it that a hurried editor may have typed."""
    case = cases.add_case(
        actor=actor,
        appeal=appeal,
        names=[
            Name("name", HIDDEN),
            Name("transliteration", HIDDEN_ARABIC, "ar"),
            Name("pseudonym", "The Heron"),
            Name("initials", "Q. O."),
        ],
        note=f"{HIDDEN} taught at the ferry school. Ms Ozymbrandt is ill. وكتبت {HIDDEN_ARABIC} رسالة",
        consent=Consent(level, by="Sister Ozymbrandt", on="2026-03", basis="A call by Quillfeather's sister"),
    )
    case_history.add_statement(
        actor=actor, case=case, state="imprisoned", date="spring 1936", place="Fort Quillfeather",
        note="QUILLFEATHER  ozymbrandt was taken at night.", sources=sources,
    )  # fmt: skip
    case_history.add_update(
        actor=actor, case=case, on="2026-04-02", text="Mrs. Quíllfeather was seen by a doctor."
    )
    cases.publish_case(actor=actor, case=case, published=True)
    case.refresh_from_db()
    return case


def follow(actor: User, case: Case, text: Text, words: str) -> None:
    """Lets words of a text lead to a case."""
    case_mentions.mention(actor=actor, case=case, text=text, passage=words)
