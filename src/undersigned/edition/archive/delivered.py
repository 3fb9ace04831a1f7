"""What was handed to the addressee and what was answered, with the proof that the log knew of it.

The bundle itself holds names for the addressee alone: here are its digest and its place in the log.
"""

from collections.abc import Iterator
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from undersigned.appeals import languages, markup, written_dates
from undersigned.appeals.models import Appeal
from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Child, Markup, joined, tag
from undersigned.ledger.errors import NotPublished
from undersigned.ledger.receipt import receipt
from undersigned.signing.models import Delivery, DeliveryAnswer
from undersigned.tlog.encoding import unb64u

PATH = "delivery.html"


def of(appeal: Appeal) -> list[Delivery]:
    """The deliveries that stand in the log, in their order."""
    rows = Delivery.objects.filter(appeal=appeal, leaf_index__isnull=False).order_by("pk")
    return list(rows.select_related("text").defer("text__draft"))


def answers(row: Delivery) -> list[DeliveryAnswer]:
    """What was answered to it and is still shown."""
    return list(row.answers.filter(taken_down_at__isnull=True).order_by("pk"))


def write(site: Site) -> None:
    """Writes the page and the proofs, where anything was delivered."""
    rows = of(site.appeal)
    if not rows:
        return
    proofs = {row.pk: path for row in rows if (path := _proof(site, row))}
    title = _("Delivery and answer")
    sections = [_section(site, row, proofs.get(row.pk, "")) for row in rows]
    s.write(site, PATH, title, [tag("h1", title), *sections])


def _proof(site: Site, row: Delivery) -> str:
    """Where the proof lies; empty where the checkpoint kept here does not cover it yet."""
    if site.log is None or row.leaf_index is None:
        return ""
    try:
        text = receipt(log=site.log.log, index=row.leaf_index)
    except NotPublished:
        return ""
    path = f"delivery/{row.public_id}.tlog-proof"
    site.out.write(path, text)
    return path


def _section(site: Site, row: Delivery, proof: str) -> Markup:
    told = ngettext(
        "When it was made (%(day)s), %(shown)s signature was recorded.",
        "When it was made (%(day)s), %(shown)s signatures were recorded.",
        row.signatures,
    )
    made = s.day(row.moment) if row.moment else Markup("")
    count = s.around(told, day=made, shown=s.number(row.signatures))
    parts: list[Child] = [tag("p", _handed(row)), tag("p", count), *map(_answer, answers(row))]
    if len(parts) == 2 and row.handed_on:
        parts.append(tag("p", _("No answer has been published.")))
    recipient = s.around(_("To %(recipient)s"), recipient=tag("bdi", row.recipient))
    return tag("section", tag("h2", recipient), *parts, *_check(row, proof))


def _handed(row: Delivery) -> Markup | str:
    if row.handed_on is None:
        return _("Made, and not handed over yet.")
    how = str(Delivery.Way(row.handed_how).label)
    return s.around(_("Handed over on %(day)s, %(how)s."), day=s.day(row.handed_on), how=how)


def _answer(answer: DeliveryAnswer) -> Markup:
    """The answer in its own words and language."""
    day = written_dates.written_out(answer.date, answer.language)
    head = tag("header", tag("h3", answer.signed, dir="auto"), tag("p", day, class_="soft"))
    direction = languages.direction(answer.language)
    return tag(
        "article", head, _words(answer), lang=answer.language, dir=direction, class_="letter answer",
        id=f"answer-{answer.pk}",
    )  # fmt: skip


def _words(answer: DeliveryAnswer) -> Markup:
    with translation.override(languages.interface_language(answer.language)):
        labels = markup.Labels(
            note=_("Note {number}"), back=_("Back to mark {number}"), source=_("Source {number}"),
            editor_note=_("Editors’ note {number}"),
        )  # fmt: skip
        shown = markup.render(
            answer.words, id_prefix=f"answer-{answer.pk}", lang=answer.language, labels=labels
        )
    # Rendered by our own writer, which lets no markup through.
    return Markup(shown.html)


def _check(row: Delivery, proof: str) -> Iterator[Markup]:
    link = s.to(PATH, proof, _("Proof as a file"), download="") if proof else ""
    facts: list[tuple[str, Child]] = [
        (_("SHA-256 of the file"), s.code(unb64u(row.digest, 32).hex())),
        (_("The same as the log has it (base64url)"), s.code(row.digest)),
        (_("Its line in the log"), joined(s.number(row.leaf_index or 0), link, separator=" · ")),
        (_("Lines of the log at that moment"), s.number(row.log_size)),
        (_("Root of the log at that moment"), s.code(row.log_root)),
    ]
    yield tag("h3", _("How to check this"))
    yield tag("dl", *(joined(tag("dt", name), tag("dd", value)) for name, value in facts))
    if proof:
        yield s.block(f"python3 data/verifier/verify.py data/{proof}", _("How to check this"))


def dated(site: Site) -> Iterator[tuple[date, Markup]]:
    """Deliveries and answers, each with its day."""
    for row in of(site.appeal):
        if row.handed_on:
            said = s.around(_("Handed over to %(recipient)s"), recipient=tag("bdi", row.recipient))
            yield row.handed_on, tag("a", said, href=PATH)
        for answer in answers(row):
            said = s.around(_("Answer of %(who)s"), who=tag("bdi", answer.signed))
            yield answer.published_at.date(), tag("a", said, href=f"{PATH}#answer-{answer.pk}")
