"""The words that a carrier is shown and sent: the published version, or the draft while there is none."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from undersigned.appeals import languages, markup, reading, spoken
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation.models import Carrier, Work


@dataclass(frozen=True)
class Enclosed:
    """One text as it stands now."""

    text: Text
    version: Version | None
    language: str
    title: str
    author: str
    html: str
    plain: str

    @property
    def file_name(self) -> str:
        """What the enclosed file is called."""
        return f"{self.text.appeal.slug}-{self.text.slug}.txt"


def texts_of(appeal: Appeal) -> list[Text]:
    """The first text of each language, the original first; only published ones, once there is one."""
    firsts = spoken.first_texts(appeal, published=True) or spoken.first_texts(appeal, published=False)
    # Nothing is published before the original is.
    wanted = Q(pk__in=firsts) | Q(appeal=appeal, relation=Text.Relation.ORIGINAL)
    rows = list(Text.objects.filter(wanted).select_related("appeal__team"))
    return sorted(rows, key=lambda text: (text.relation != Text.Relation.ORIGINAL, text.pk))


def text_for(carrier: Carrier) -> Text:
    """What a carrier reads: the own text, else the one in the own language, else the original."""
    return pick(carrier, texts_of(carrier.appeal))


def pick(carrier: Carrier, texts: list[Text]) -> Text:
    """The same among texts that were read before; what a carrier still writes is sent to nobody."""
    own = carrier.text
    if own is not None and (own.versions.exists() or not Work.objects.filter(text=own).exists()):
        return own
    return choose(texts, carrier.language)


def text_to_sign(carrier: Carrier) -> Text:
    """The text that the carrier's signing link leads to: the own one only once it is published."""
    own, texts = carrier.text, texts_of(carrier.appeal)
    if own is not None and own.versions.exists():
        return own
    return choose(texts, carrier.language)


def choose(texts: list[Text], language: str) -> Text:
    """Of some texts, the original first, the one in a language, the nearest, or the first."""
    wanted = language.lower()
    exact = [text for text in texts if text.language.lower() == wanted]
    near = [text for text in texts if text.language.lower().split("-")[0] == wanted.split("-")[0]]
    return (exact or near or texts)[0]


def of(text: Text) -> Enclosed:
    """A text ready to be shown and enclosed."""
    version = reading.current_version(text)
    if version is not None:
        document = reading.document(version)
        return _enclosed(text, version, document)
    try:
        return _enclosed(text, None, reading.preview(text.draft, text.language))
    except markup.MarkupError:
        # A draft that cannot be read as a letter is shown as it was typed.
        return Enclosed(text, None, text.language, text.appeal.title, "", "", text.draft)


def author_of(appeal: Appeal, enclosed: Enclosed) -> str:
    """In whose name the letter is written: as set, as the text says, or the team."""
    circulation = getattr(appeal, "circulation", None)
    return (circulation.author if circulation else "") or enclosed.author or appeal.team.name


def _enclosed(text: Text, version: Version | None, document: reading.Document) -> Enclosed:
    head = document.head
    title = head.title or (version.title if version else text.appeal.title)
    language = version.language if version else (head.lang or text.language)
    lines = [title, "", *(line for line in (head.author, head.addressee.name, head.date) if line), ""]
    plain = "\n".join(lines) + "\n" + document.rendered.plain
    if document.rendered.footnotes:
        notes = "\n".join(f"[{note.number}] {note.text}" for note in document.rendered.footnotes)
        plain += f"\n--\n{notes}\n"
    if version is None:
        plain = _("Draft, not published") + "\n\n" + plain
    shown = language if languages.is_language(language) else text.language
    return Enclosed(text, version, shown, title, head.author, document.html, plain)
