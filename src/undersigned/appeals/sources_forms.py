"""The desk's forms for sources, what is kept of them, and evidence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from undersigned.appeals import cite, languages
from undersigned.appeals.import_sources import OnClash
from undersigned.appeals.models import Appeal, Source, Text
from undersigned.appeals.references.csl import TEXTS, Csl, check_key, is_web_address
from undersigned.appeals.references.dates import read_date, typed
from undersigned.appeals.references.found import FILE_MAX
from undersigned.appeals.references.names import read_names, typed_names
from undersigned.appeals.references.problems import BadReference
from undersigned.appeals.said import said

TYPES = [
    ("book", _("Book")),
    ("chapter", _("Chapter of a book")),
    ("article-journal", _("Article in a journal")),
    ("article-newspaper", _("Article in a newspaper")),
    ("article-magazine", _("Article in a magazine")),
    ("personal_communication", _("Letter")),
    ("manuscript", _("Manuscript or archival document")),
    ("webpage", _("Web page")),
    ("report", _("Report")),
    ("pamphlet", _("Pamphlet")),
    ("speech", _("Speech")),
    ("interview", _("Interview")),
    ("legislation", _("Law")),
    ("legal_case", _("Judgement")),
    ("thesis", _("Thesis")),
    ("motion_picture", _("Film or video")),
    ("broadcast", _("Broadcast")),
    ("graphic", _("Picture")),
    ("document", _("Other document")),
]
# Field of the form -> variable of CSL.
PLAIN = {
    "title": "title",
    "container": "container-title",
    "publisher": "publisher",
    "place": "publisher-place",
    "volume": "volume",
    "issue": "issue",
    "edition": "edition",
    "pages": "page",
    "url": "URL",
    "archive": "archive",
    "shelfmark": "archive_location",
    "language": "language",
}
PEOPLE = {"author": "author", "editor": "editor", "translator": "translator", "recipient": "recipient"}
WHEN = {"issued": "issued", "accessed": "accessed"}
assert set(PLAIN.values()) <= TEXTS


def _line(label: Any, help_text: Any = "", most: int = 1000, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=False, widget=widget)


def _people(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2, "dir": "auto", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, max_length=5000, required=False, widget=widget)


class SourceForm(forms.Form):
    """A source, typed: what it is, by whom, when, and where it can be found."""

    key = forms.CharField(
        label=_("Key"),
        max_length=80,
        help_text=_(
            "Short, such as ruiz1936: texts cite it as [@ruiz1936, p. 3]. It cannot be changed later."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "auto"}),
    )
    type = forms.ChoiceField(label=_("Kind"), choices=TYPES, initial="book")
    title = _line(_("Title"))
    author = _people(
        _("Authors"),
        _("One to a line, in any script: “Ruiz, Ana”, or as the name is written where it has no such parts."),
    )
    issued = _line(
        _("Date"), _("1936-07-06, July 1936, 1936, c. 1936, spring 1936, 1930s, 1936–1938."), most=100
    )
    editor = _people(_("Editors"))
    translator = _people(_("Translators"))
    recipient = _people(_("To whom, for letters"))
    container = _line(_("Journal, newspaper, book or site that it is part of"))
    volume = _line(_("Volume"), most=100)
    issue = _line(_("Number"), most=100)
    pages = _line(_("Pages"), most=100)
    edition = _line(_("Edition"), most=100)
    publisher = _line(_("Publisher"))
    place = _line(_("Place of publication"))
    url = _line(_("Web address"), inputmode="url", dir="ltr", spellcheck="false")
    accessed = _line(_("Seen on"), _("When the page was read."), most=100)
    archive = _line(_("Archive or library"))
    shelfmark = _line(_("Shelfmark"), _("Fonds, box, folder, sheet: as the archive writes it."))
    language = _line(_("Language"), _("A language code such as en, es, pt-BR or ar."), most=35)
    note = forms.CharField(
        label=_("Note for the team"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        self.source = source
        if source:
            kwargs["initial"] = {**_typed(source), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        kind = self.fields["type"]
        assert isinstance(kind, forms.ChoiceField)
        if source:
            self.fields["key"].disabled = True
            if source.csl["type"] not in dict(TYPES):
                kind.choices = [(source.csl["type"], source.csl["type"]), *TYPES]

    def clean_key(self) -> str:
        """A key that can stand in a text."""
        return self._tried(lambda: check_key(str(self.cleaned_data["key"])))

    def clean_issued(self) -> str:
        """A date that exists, or any other words."""
        return self._date("issued")

    def clean_accessed(self) -> str:
        """The same."""
        return self._date("accessed")

    def clean_url(self) -> str:
        """An address that readers may be led to."""
        url = str(self.cleaned_data["url"])
        if url and not is_web_address(url):
            raise forms.ValidationError(
                _("This is no address of the web: it begins with https:// or http://.")
            )
        return url

    def clean_language(self) -> str:
        """A language that exists."""
        tag = str(self.cleaned_data["language"])
        if tag and not languages.is_language(tag):
            raise forms.ValidationError(_("This is not a language code such as “es” or “pt-BR”."))
        return tag

    def _date(self, name: str) -> str:
        value = str(self.cleaned_data[name])
        self._tried(lambda: typed(read_date(value)))
        return value

    def _tried(self, read: Any) -> str:
        try:
            return str(read())
        except BadReference as error:
            raise forms.ValidationError(said(error.problem)) from error

    @property
    def csl(self) -> Csl:
        """What was typed as CSL, over what the form does not show."""
        values = self.cleaned_data
        old = dict(self.source.csl) if self.source else {}
        shown = {*PLAIN.values(), *PEOPLE.values(), *WHEN.values()}
        item: Csl = {name: value for name, value in old.items() if name not in shown}
        item["type"] = values["type"]
        item |= {variable: values[name] for name, variable in PLAIN.items() if values[name]}
        for name, variable in PEOPLE.items():
            # Parts that a line cannot show, such as a particle, stay while nobody touches the field.
            unchanged = self.source is not None and name not in self.changed_data
            item[variable] = old.get(variable, []) if unchanged else read_names(values[name])
        for name, variable in WHEN.items():
            unchanged = self.source is not None and name not in self.changed_data
            item[variable] = old.get(variable) if unchanged else read_date(values[name])
        return item


def _typed(source: Source) -> dict[str, Any]:
    csl = source.csl
    return {
        "key": source.key,
        "type": csl["type"],
        "note": source.note,
        **{name: csl.get(variable, "") for name, variable in PLAIN.items()},
        **{name: typed_names(csl.get(variable, [])) for name, variable in PEOPLE.items()},
        **{name: typed(csl.get(variable)) for name, variable in WHEN.items()},
    }


class SourcesFileForm(forms.Form):
    """A file of a reference manager."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "BibTeX, RIS or CSL-JSON in UTF-8, up to 1 MB. You see what it holds before anything is taken."
        ),
        widget=forms.FileInput(attrs={"accept": ".bib,.ris,.json,text/plain,application/json"}),
    )
    on_clash = forms.ChoiceField(
        label=_("Where a key is taken by other data"),
        choices=[
            (OnClash.REFUSE.value, _("say so and take nothing")),
            (OnClash.UPDATE.value, _("replace the data here by those of the file")),
            (OnClash.KEEP.value, _("keep the data here")),
        ],
        initial=OnClash.REFUSE.value,
        widget=forms.RadioSelect(),
    )

    def clean_file(self) -> bytes:
        """The file's bytes, if they are not too many."""
        upload = self.cleaned_data["file"]
        if upload.size > FILE_MAX:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        return bytes(upload.read())


class KeepForm(forms.Form):
    """A copy of a source to be kept."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A scan, a PDF, a saved page (HTML, MHTML or WARC) or plain text, up to 50 MB."),
    )
    captured_at = forms.DateTimeField(
        label=_("Made on"),
        required=False,
        help_text=_("When the copy was made of the original; left empty, now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    url = _line(_("Web address that it was saved from"), dir="ltr", spellcheck="false")
    note = _line(_("Note"), most=500)
    is_open = forms.BooleanField(
        label=_("Readers may open it"),
        required=False,
        initial=True,
        help_text=_("Mind the rights of others. Its SHA-256 and date are shown in any case."),
    )


class CitationForm(forms.Form):
    """Evidence for a passage, or a claim that waits for evidence."""

    passage = forms.CharField(
        label=_("Passage"),
        max_length=5000,
        strip=True,
        help_text=_(
            "The words of the draft that the evidence is for, copied from the preview, without marks."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    occurrence = forms.IntegerField(
        label=_("Which one, if the words stand more than once"),
        required=False,
        min_value=1,
        max_value=1000,
    )
    claim = _line(_("What the passage claims"), most=500)
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("none yet: a claim without evidence"),
    )
    quotation = forms.CharField(
        label=_("What the source says"),
        max_length=5000,
        required=False,
        help_text=_("Quoted in its own language."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    quotation_language = _line(
        _("Language of the quotation"), _("A language code such as en, es, pt-BR or ar."), most=35
    )
    translation = forms.CharField(
        label=_("Translation of the quotation"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    locator = _line(_("Where in the source"), _("p. 3, fol. 2r, vol. 1"), most=100)
    shelfmark = _line(_("Shelfmark of the copy that was seen"), most=300)

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = appeal.sources.order_by("key")

    def said(self) -> dict[str, Any]:
        """What the act takes."""
        values = dict(self.cleaned_data)
        values["occurrence"] = values["occurrence"] or 0
        return values


def texts_of(appeal: Appeal) -> list[tuple[Text, list[cite.Standing]]]:
    """Every text that has citations, with these, each against the words of the draft; the original first."""
    numbers = cite.citing(appeal)
    texts = Text.objects.filter(pk__in=numbers).select_related("appeal")
    rows = sorted(texts, key=lambda text: (text.relation != Text.Relation.ORIGINAL, text.slug))
    return [(text, cite.standings(text, cite.draft_words(text))) for text in rows]
