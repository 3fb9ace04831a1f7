"""What of an appeal's editions is shown to everybody: read anew each time, for nothing outlives its names."""

from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal
from undersigned.signing.editions import stamp
from undersigned.signing.models import EditionBuild, EditionFile

# What each file is, for people.
FORMATS = {
    "html": "HTML",
    "pdf": "PDF",
    "epub": "EPUB",
    "tei": "TEI P5",
    "markdown": "Markdown",
    "csl": "CSL-JSON",
    "letters": _("letters around the appeal (Markdown)"),
    "organisations": _("organisations that signed (Markdown)"),
    "cmif": _("list of letters (CMIF)"),
    "persons": _("persons (JSON)"),
    "cases": _("cases (JSON)"),
    "manifest": _("list of the files with their digests (JSON)"),
    "zip": _("everything in one file (ZIP)"),
}


def listed(build: EditionBuild) -> list[dict[str, object]]:
    """Its files as a page lists them: all in one first, then each."""
    files = sorted(build.files.all(), key=lambda file: (file.format != "zip", file.number))
    return [{"file": file, "format": FORMATS.get(file.format, file.format)} for file in files]


def is_published(appeal: Appeal) -> bool:
    """Whether the team shows an edition or an archive, even while it is made anew."""
    return EditionBuild.objects.filter(appeal=appeal, published_at__isnull=False).exists()


def current(appeal: Appeal) -> list[EditionBuild]:
    """The newest published edition and archive whose people all still agree, at most one of each kind."""
    rows = EditionBuild.objects.filter(
        appeal=appeal, published_at__isnull=False, appeal__names_hidden_at__isnull=True
    )
    now = stamp.of(appeal.pk)
    found: dict[str, EditionBuild] = {}
    for row in rows.filter(made_at__isnull=False).order_by("pk"):
        found[row.kind] = row
    kinds = [kind for kind in EditionBuild.Kind.values if kind in found]
    return [found[kind] for kind in kinds if found[kind].gone_at is None and found[kind].stamp == now]


def file_of(appeal: Appeal, name: str) -> EditionFile | None:
    """A file that everybody may have now."""
    files = EditionFile.objects.select_related("build").filter(build__in=current(appeal), name=name)
    return files.order_by("build__kind").first()
