"""The texts as a tree, and each derived one beside the words that it follows."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.appeals import languages, lineage, parallel, reading
from undersigned.appeals.models import Version
from undersigned.edition.archive import site as s
from undersigned.edition.archive import texts
from undersigned.edition.archive.folder import link
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, end, joined, start, tag

PATH = "variants/index.html"


def beside(version: Version) -> str:
    """The page that shows a derived version beside what it follows."""
    return f"variants/{version.text.slug}-{version.number}.html"


def write(site: Site) -> None:
    """Writes the tree and a page for each derived version."""
    if len(site.edition.texts) < 2:
        return
    _tree(site)
    for version in site.all_versions:
        if version.derived_from:
            _beside(site, version, version.derived_from)


def _tree(site: Site) -> None:
    rows = {some[0].text_id: some for some in site.versions.values()}
    nodes = lineage.tree((some[0].text for some in site.versions.values()), rows)

    def content() -> Iterator[str]:
        yield tag("h1", _("Texts and variants"))
        depth = -1
        for node in nodes:
            yield from _steps(depth, node.depth)
            yield start("li") + _node(site, node)
            depth = node.depth
        yield from _steps(depth, -1)

    s.write(site, PATH, _("Texts and variants"), content())


def _steps(depth: int, to: int) -> Iterator[Markup]:
    """Lists and items that are opened or closed between one node and the next."""
    if to > depth:
        for _level in range(to - depth):
            yield start("ul", class_="tree")
        return
    yield end("li")
    for _level in range(depth - to):
        yield end("ul")
        if _level < depth - to - 1 or to >= 0:
            yield end("li")


def _node(site: Site, node: lineage.Node) -> Markup:
    text = site.text(node.text.slug)
    title = tag("a", s.in_language(text.title, text.language), href=link(PATH, texts.home(text.slug)))
    language = tag("bdi", text.language_name)
    maker = text.derived_from.made_by if text.derived_from else ""
    told = joined(relation(text.relation), language, maker, s.signatures(text.signatures), separator=", ")
    pairs = [version for version in site.versions[text.slug] if version.derived_from]
    links = [s.to(PATH, beside(version), _name(version)) for version in pairs]
    compare = tag("p", _("Beside what it follows:"), " ", joined(*links, separator=", ")) if links else None
    return joined(title, tag("p", told, class_="soft"), compare)


def relation(kind: str) -> str:
    """What a text is within its family, in words."""
    words = {"original": _("original"), "translation": _("translation"), "adaptation": _("adaptation")}
    return words[kind]


def _name(version: Version) -> str:
    return _("Version %(n)s") % {"n": version.number}


def _beside(site: Site, version: Version, source: Version) -> None:
    path = beside(version)
    title = _("%(text)s beside %(source)s") % {
        "text": f"{version.text.slug} {version.number}", "source": f"{source.text.slug} {source.number}",
    }  # fmt: skip

    def content() -> Iterator[str]:
        yield tag("h1", title)
        yield tag("p", joined(_side(path, source), _side(path, version), separator=" → "))
        if _primary(source) == _primary(version):
            yield texts.compared(source, version)
        else:
            yield _rows(source, version)

    s.write(site, path, title, content())


def _side(path: str, version: Version) -> Markup:
    shown = joined(
        s.in_language(version.title, version.language), " – ", languages.own_name(version.language)
    )
    return tag("a", shown, href=link(path, texts.letter(version.text.slug, version.number)))


def _rows(left: Version, right: Version) -> Markup:
    """Paragraph beside paragraph; titles say the same whatever their lengths."""
    bodies = [parallel.paragraphs(reading.document(version).rendered.plain) for version in (left, right)]
    rows = [parallel.Row((left.title,), (right.title,)), *parallel.beside(*bodies)]
    shown = [
        tag("tr", *(_cell(words, version) for words, version in ((row.left, left), (row.right, right))))
        for row in rows
    ]
    heads = [
        tag("th", languages.own_name(one.language), scope="col", lang=one.language) for one in (left, right)
    ]
    made = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *shown), class_="parallel")
    return tag(
        "div", made, class_="wide", tabindex=0, role="group", aria_label=_("Paragraph beside paragraph")
    )


def _cell(words: tuple[str, ...], version: Version) -> Markup:
    inner = [tag("p", paragraph) for paragraph in words]
    return tag("td", *inner, lang=version.language, dir=languages.direction(version.language))


def _primary(version: Version) -> str:
    return version.language.split("-")[0].lower()
