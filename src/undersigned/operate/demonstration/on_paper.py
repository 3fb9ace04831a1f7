"""The demonstration's sheet that came back: drawn, read by two, looked at for repeats, counted."""

import importlib
import io

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation import pictures, sheet_page
from undersigned.circulation.models import Sheet
from undersigned.operate.demonstration.people import ON_PAPER, Signer
from undersigned.signing.models import PaperMatch
from undersigned.signing.paper import keep, settle, transcribe, verify

_WIDE, _HIGH, _MARGIN, _ROW = 1000, 1414, 70, 78
_INK, _RULE, _PEN = 30, 150, 60


def bring_in(*, actor: User, reader: User, sheet: Sheet) -> None:
    """Keeps a scan of the sheet and counts what two people read there; who signed on line counts once."""
    appeal = sheet.appeal
    gathering = keep.keep(
        actor=actor, appeal=appeal, number=sheet.number, claimed=len(ON_PAPER), data=_scan(sheet)
    )
    for one in (actor, reader):
        transcribe.begin(actor=one, gathering=gathering)
        for number, signer in enumerate(ON_PAPER, 1):
            transcribe.write(actor=one, gathering=gathering, number=number, values=_line(signer))
        gathering = transcribe.finish(actor=one, gathering=gathering, rest_empty=True)
    for match in PaperMatch.objects.select_related("gathering__appeal__team").filter(gathering=gathering):
        settle.decide(actor=actor, match=match, same=True)
    verify.verify(actor=actor, gathering=gathering)


def _line(signer: Signer) -> dict[str, object]:
    return {
        "name": signer.name, "role": signer.role, "place": signer.place, "edition": "1",
        "unlisted": "1" if signer.display == "unlisted" else "",
    }  # fmt: skip


def _scan(sheet: Sheet) -> io.BytesIO:
    """A picture of the sheet as if it had been signed: drawn here, for no hand wrote it."""
    image_module, draw_module = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageDraw")
    font = importlib.import_module("PIL.ImageFont").load_default
    page = image_module.new("L", (_WIDE, _HIGH), 250)
    draw = draw_module.Draw(page)
    draw.text((_MARGIN, 80), sheet.version.title, fill=_INK, font=font(40))
    draw.text((_MARGIN, 140), f"{_title(sheet.appeal)} · {sheet.number}", fill=_INK, font=font(22))
    with image_module.open(io.BytesIO(pictures.qr_png(sheet_page.link(sheet)))) as code:
        page.paste(code.convert("L").resize((220, 220)), (_WIDE - _MARGIN - 220, 60))
    for place in range(sheet.lines):
        bottom = 330 + (place + 1) * _ROW
        draw.line((_MARGIN, bottom, _WIDE - _MARGIN, bottom), fill=_RULE, width=2)
        draw.text((_MARGIN, bottom - 34), str(place + 1), fill=_RULE, font=font(22))
    for place, signer in enumerate(ON_PAPER):
        words = ", ".join(part for part in (signer.name, signer.role, signer.place) if part)
        # No hand keeps to the line.
        draw.text(
            (_MARGIN + 50 + place * 7 % 20, 330 + (place + 1) * _ROW - 46), words, fill=_PEN, font=font(34)
        )
    tilted = page.rotate(0.6, expand=False, fillcolor=205)
    made = io.BytesIO()
    tilted.save(made, "PNG", compress_level=1)
    made.seek(0)
    return made


def _title(appeal: Appeal) -> str:
    return f"{appeal.controller}, /appeals/{appeal.slug}/"
