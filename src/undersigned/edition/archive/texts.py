"""Each text with all its versions: the letter, its signed bytes, what changed, how often it was signed."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.appeals import diff, languages, markup
from undersigned.appeals.models import Version
from undersigned.edition import document as d
from undersigned.edition import gather
from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.formats import html, html_matter
from undersigned.edition.formats.tags import Child, Markup, end, joined, start, tag
from undersigned.edition.manifest import Missing, Written

_CHANGES = {"same": None, "added": "ins", "removed": "del"}


def home(text: str) -> str:
    """The page of a text, with all its versions."""
    return f"texts/{text}/index.html"


def letter(text: str, version: int) -> str:
    """The page on which a version is read."""
    return f"texts/{text}/{version}/index.html"


def canonical(text: str, version: int) -> str:
    """The file that holds the signed bytes of a version."""
    return f"texts/{text}/{version}/text.txt"


def changes(text: str, version: int) -> str:
    """The page that shows what a version changed."""
    return f"texts/{text}/{version}/changes.html"


def write(site: Site, files: tuple[Written, ...], missing: tuple[Missing, ...]) -> None:
    """Writes every text of the appeal."""
    for text in site.edition.texts:
        with translation.override(languages.interface_language(text.language)):
            _home(site, text, files, missing)
            for version in site.versions[text.slug]:
                _letter(site, text, version)
            for old, new in zip(site.versions[text.slug], site.versions[text.slug][1:], strict=False):
                _changes(site, text, old, new)


def versions(site: Site, path: str, text: d.Text) -> Markup:
    """The versions of a text with their digests and counts."""
    rows = []
    for line in text.versions:
        compared = s.to(path, changes(text.slug, line.number), _("what changed")) if line.number > 1 else ""
        rows.append([
            s.to(path, letter(text.slug, line.number), _("Version %(n)s") % {"n": line.number}),
            s.day(line.published),
            s.number(line.signatures),
            joined(s.number(line.own), s.number(line.struck), s.number(line.moved), separator=" / "),
            joined(s.to(path, canonical(text.slug, line.number), "text.txt"), compared, separator=", "),
        ])  # fmt: skip
    heads = [
        _("Version"), _("Published"), _("Signatures"), _("Withdrawn / struck out / moved"), _("Files"),
    ]  # fmt: skip
    return s.table(heads, rows, _("Versions and their signatures"))


def _home(site: Site, text: d.Text, files: tuple[Written, ...], missing: tuple[Missing, ...]) -> None:
    path = home(text.slug)

    def content() -> Iterator[str]:
        yield tag("h1", s.in_language(text.title, text.language))
        newest = s.to(path, letter(text.slug, text.version.number), _("Read the letter"))
        yield tag("p", tag("strong", newest))
        yield tag("p", _("Language: %(language)s") % {"language": text.language_name})
        yield from _origin(site, path, text)
        yield s.section("versions", _("Versions"), versions(site, path, text), _digests(text))
        yield s.section("edition", _("The edition of this text"), _editions(path, text, files, missing))

    s.write(site, path, text.title, content(), language=text.language)


def _digests(text: d.Text) -> Markup:
    told = tag("p", _("SHA-256 of the signed bytes, as any program computes it of each text.txt:"))
    lines = "\n".join(f"{line.sha256}  {line.number}/text.txt" for line in text.versions)
    return joined(told, s.block(lines, _("Digests")))


def _origin(site: Site, path: str, text: d.Text) -> Iterator[Markup]:
    known = text.derived_from
    if known is None:
        return
    words = _("Adaptation of") if text.relation == "adaptation" else _("Translation of")
    source = site.text(known.text)
    title = f"{source.title} ({source.language_name}, {_('Version %(n)s') % {'n': known.version}})"
    yield tag("p", f"{words} ", s.to(path, letter(known.text, known.version), title))
    rows: list[tuple[str, str]] = [
        (_("Reason"), known.reason), (_("Made by"), known.made_by), (_("Attested by"), known.attested_by),
    ]  # fmt: skip
    told = [joined(tag("dt", name), tag("dd", value, dir="auto")) for name, value in rows if value]
    if told:
        yield tag("dl", *told)


def _editions(path: str, text: d.Text, files: tuple[Written, ...], missing: tuple[Missing, ...]) -> Markup:
    items: list[Child] = []
    for file in files:
        shown = joined(s.to(path, f"edition/{file.name}", file.name), f" ({file.media_type})")
        items.append(tag("li", shown))
    for gap in missing:
        why = _("%(name)s was not made: %(reason)s") % {"name": gap.name, "reason": gap.reason}
        items.append(tag("li", why))
    return tag("ul", *items)


def _letter(site: Site, text: d.Text, version: Version) -> None:
    path = letter(text.slug, version.number)
    known = site.versions[text.slug]
    shown = (
        text
        if version is known[-1]
        else gather.text_at(known[: version.number], site.log, site.edition.persons)
    )
    site.out.write(canonical(text.slug, version.number), bytes(version.canonical))

    def content() -> Iterator[str]:
        yield _standing(site, path, text, version)
        yield start("div", lang=version.language, dir=languages.direction(version.language), class_="letter")
        yield from html.letter(site.edition, shown)
        yield from html_matter.sections(site.edition, shown)
        yield end("div")

    s.write(site, path, version.title, content(), language=version.language)


def _standing(site: Site, path: str, text: d.Text, version: Version) -> Markup:
    """Which version this is, how often it was signed, and where its bytes lie."""
    line = text.versions[version.number - 1]
    count = f"{_('Version %(n)s') % {'n': version.number}}: {s.signatures(line.signatures)}"
    newest = text.version.number
    later = (
        s.to(path, letter(text.slug, newest), _("There is a later version: %(n)s") % {"n": newest})
        if newest != version.number
        else ""
    )
    links = joined(
        s.to(path, home(text.slug), _("all versions")),
        s.to(path, canonical(text.slug, version.number), _("the signed bytes")),
        s.to(path, changes(text.slug, version.number), _("what changed")) if version.number > 1 else "",
        separator=" · ",
    )
    return tag("div", tag("p", count), tag("p", later) if later else None, tag("p", links), class_="standing")


def _changes(site: Site, text: d.Text, old: Version, new: Version) -> None:
    path = changes(text.slug, new.number)
    title = _("What version %(new)s changed in version %(old)s") % {"new": new.number, "old": old.number}

    def content() -> Iterator[str]:
        yield tag("h1", title)
        sides = ((old.number, _("Version %(n)s")), (new.number, _("Version %(n)s")))
        links = (s.to(path, letter(text.slug, number), words % {"n": number}) for number, words in sides)
        yield tag("p", joined(*links, separator=" → "))
        yield compared(old, new)

    s.write(site, path, title, content(), language=text.language)


def compared(old: Version, new: Version) -> Markup:
    """Two versions in one language, word by word."""
    changed = diff.flowing(diff.word_diff(words_of(old), words_of(new)))
    return paragraphs(changed, lang=new.language, dir=languages.direction(new.language))


def paragraphs(changed: list[diff.Paragraph], **attributes: str) -> Markup:
    """Paragraphs with the words that came and went."""
    shown = [tag("p", *(_piece(piece) for piece in paragraph), dir="auto") for paragraph in changed]
    return tag("div", *shown, class_="diff", **attributes)


def _piece(piece: diff.Piece) -> Child:
    name = _CHANGES[piece.kind]
    return tag(name, piece.text) if name else piece.text


def words_of(version: Version) -> str:
    """Title and body as written: what a word by word comparison is made of."""
    head, body = markup.split(version.source)
    return f"{head.title}\n\n{body}"
