"""The demonstration's evidence: sources with kept copies, passages with quotations, one claim bare."""

import importlib
import io
from datetime import UTC, datetime

from undersigned.accounts.models import User
from undersigned.appeals import cite, import_sources, keep, sources
from undersigned.appeals.models import Appeal, Source, Text

# As a reference manager writes it out; names under .example are nobody's.
_BIBTEX = b"""@article{gazette2026,
  title = {The fence and the steps},
  author = {Ostrander, Lise},
  journal = {The Saltmarsh Gazette},
  date = {2026-02-19},
  pages = {4}
}
"""
_MINUTES = {
    "type": "report", "title": "Minutes of the Harbour Council", "genre": "minutes",
    "author": [{"literal": "Harbour Council of Saltmarsh"}], "issued": "2026-02-11",
    "publisher-place": "Saltmarsh", "URL": "https://harbour-council.example/minutes/2026-02-11",
}  # fmt: skip
_ENGINEER = {
    "type": "report", "title": "The lighthouse: state of the tower and its steps",
    "author": [{"family": "Achterberg", "given": "Gesa"}], "issued": "2025-10",
    "archive": "Saltmarsh Harbour Library", "archive_location": "box 3, folder 9",
}  # fmt: skip
_SHEET = {
    "type": "article-newspaper", "title": "La cuesta de noche", "container-title": "Hoja del Muelle",
    "author": [{"family": "Corvera", "given": "Inés"}], "issued": "winter 2025", "page": "2",
    "language": "es",
}  # fmt: skip
_PAGE = """<!doctype html><html lang="en"><title>Minutes</title>
<h1>Harbour Council of Saltmarsh: minutes of 11 February 2026</h1>
<p>Item 6. The fence around the car park was paid for.</p>
<p>Item 7. The lighthouse. The Council found no further use for it. {then}</p>
<p>The meeting ended at ten minutes to one.</p>
"""
_ARTICLE = """The Saltmarsh Gazette, 19 February 2026, page 4

THE FENCE AND THE STEPS

Eleven treads and a handrail would cost less than the fence that was put around the empty car park in
the spring, the engineer's table shows. Nobody at the Council wished to comment.
"""
_REPORT = (
    "4. Findings",
    "The tower is sound. Eleven treads, and the handrail",
    "on the seaward side, are not.",
    "Estimate: see table 2. Less than the fence.",
)


def enter(*, actor: User, appeal: Appeal) -> None:
    """Enters the sources, each with what is kept of it; before the text that cites them is published."""
    minutes = sources.add_source(actor=actor, appeal=appeal, key="minutes2026", csl=_MINUTES)
    for day, then in ((12, "It is to be closed at the end of April."), (26, "It is to be closed in April.")):
        keep.keep(
            actor=actor, source=minutes, data=[_PAGE.format(then=then).encode()], name="minutes.html",
            url=str(_MINUTES["URL"]), captured_at=datetime(2026, 2, day, 9, 30, tzinfo=UTC),
            note="The sentence on the closing was shortened after a fortnight." if day == 26 else "",
        )  # fmt: skip
    engineer = sources.add_source(
        actor=actor, appeal=appeal, key="engineer2025", csl=_ENGINEER, note="Handed out at the meeting."
    )
    keep.keep(actor=actor, source=engineer, data=_scan(), name="report-section-4.png")
    found = import_sources.read(_BIBTEX)
    import_sources.import_sources(actor=actor, appeal=appeal, items=found.items)
    article = Source.objects.get(appeal=appeal, key="gazette2026")
    # Kept, and not given to readers: its digest is.
    keep.keep(actor=actor, source=article, data=[_ARTICLE.encode()], name="gazette.txt", is_open=False)
    sources.add_source(actor=actor, appeal=appeal, key="hoja2025", csl=_SHEET)


def anchor(*, actor: User, text: Text) -> None:
    """Sets evidence beside passages of the letter, and one claim that has none yet."""
    known = {source.key: source for source in text.appeal.sources.all()}
    cite.cite(
        actor=actor, text=text, passage="found no further use for it", source=known["minutes2026"],
        claim="The Council gave no other reason", locator="item 7",
        quotation="The Council found no further use for it.", quotation_language="en",
    )  # fmt: skip
    cite.cite(
        actor=actor, text=text, passage="less than you paid for the fence", source=known["gazette2026"],
        claim="The steps cost less than the fence", locator="p. 4",
        quotation="Eleven treads and a handrail would cost less than the fence", quotation_language="en",
    )  # fmt: skip
    cite.cite(
        actor=actor, text=text, passage="People walking up a dark hill do.", source=known["hoja2025"],
        locator="p. 2", quotation="De noche, la cuesta se sube contando los peldaños que faltan.",
        quotation_language="es", shelfmark="Reading Room Papers, box 3",
        translation="At night one climbs the hill counting the steps that are missing.",
    )  # fmt: skip
    cite.cite(
        actor=actor, text=text, passage="two hundred and eleven visits in the second week of March",
        claim="The reading room had 211 visits in one week",
    )  # fmt: skip


def _scan() -> io.BytesIO:
    """A page of the engineer's report, as if it had been put on a glass plate."""
    image_module, draw_module = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageDraw")
    font = importlib.import_module("PIL.ImageFont").load_default
    page = image_module.new("L", (720, 480), 247)
    draw = draw_module.Draw(page)
    for place, line in enumerate(_REPORT):
        draw.text((60, 60 + place * 44), line, fill=45, font=font(34 if place == 0 else 26))
    # The stair, tread by tread; the missing ones are open.
    for tread in range(14):
        left, top = 60 + tread * 42, 440 - tread * 12
        draw.rectangle((left, top, left + 36, top + 8), outline=60, fill=None if tread > 2 else 120, width=2)
    made = io.BytesIO()
    page.rotate(-0.8, fillcolor=205).save(made, "PNG", compress_level=6)
    made.seek(0)
    return made
