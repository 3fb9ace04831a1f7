"""The pages of a carrier who vouches, behind the private link and a code by mail; no cookie, no script.

What opens the session travels in the body of each POST and nowhere else: each POST is answered with the page
itself, so that no address ever holds it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from undersigned.appeals import answers
from undersigned.circulation import pictures, rights
from undersigned.circulation.answer import NotAllowed
from undersigned.circulation.models import Carrier
from undersigned.circulation.views.carry import private
from undersigned.lib import clock, env, tokens
from undersigned.lib.fields import FieldError
from undersigned.signing import mails, opening
from undersigned.signing.models import Signature, Voucher
from undersigned.signing.vouch import add, listing, public_name, session, take_back
from undersigned.signing.vouch.forms import CodeForm, NameForm, PersonForm

# What the form about a person holds: kept while a new code is asked for.
_TYPED = ("display", "name", "place", "addressee", "edition", "stated", "version", "form")
_SHOWN_MAX = 500


@private
def vouch(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """Asks for a code, opens a session with it, and does in it what the carrier asks."""
    if not rights.now_of(carrier).vouch:
        return _code_page(request, carrier, token, refusal=_("The author did not give you this right."))
    if request.method != "POST":
        return _code_page(request, carrier, token)
    act = request.POST.get("act", "")
    try:
        if act == "code":
            return _ask(request, carrier, token)
        if act == "enter":
            return _enter(request, carrier, token)
        return _ACTS.get(act, _open)(request, carrier, token)
    except NotAllowed as error:
        return _code_page(request, carrier, token, refusal=str(error))
    except session.SessionOver:
        return _code_page(request, carrier, token, over=True, status=403)


def _ask(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    session.ask_code(token=token)
    return _code_page(request, carrier, token, sent=True, status=200)


def _enter(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        opened = session.enter(token=token, typed=form.typed)
        if opened is not None:
            filled = PersonForm(None, request.POST) if "display" in request.POST else None
            return _session_page(request, carrier, token, opened, person_form=filled)
        form.add_error(
            "code",
            _("This code does not open anything. It may be wrong, too old, or used up by wrong tries."),
        )
    return _code_page(request, carrier, token, form=form, status=422)


def _given(request: HttpRequest) -> str:
    return request.POST.get("session", "")


def _open(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    return _session_page(request, carrier, token, _given(request))


def _keep(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """Vouches for the person of the form; a person of the same name is asked about first."""
    given, form = _given(request), PersonForm(None, request.POST)
    if not form.is_valid() or form.entry is None:
        return _session_page(request, carrier, token, given, person_form=form, status=422)
    more: dict[str, Any] = {}
    try:
        row = add.vouch(
            token=token, session_token=given, entry=form.entry, version=form.version, form=form.chance,
            another=request.POST.get("another") == "1",
        )  # fmt: skip
    except add.SameName:
        more["same_name"] = True
    except add.TextChanged:
        form.made_for(add.version_for(carrier))
        form.add_error(None, _("The text has changed since you opened it. Please read it, then go on."))
    except NotAllowed as error:
        form.add_error(None, str(error))
    else:
        return _slip(request, carrier, token, given, row)
    return _session_page(request, carrier, token, given, person_form=form, status=422, **more)


def _back(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    number = request.POST.get("number", "")
    known = number.isascii() and number.isdigit() and len(number) < 9
    try:
        take_back.take_back(token=token, session_token=_given(request), number=int(number) if known else 0)
    except take_back.NotThere:
        return _session_page(request, carrier, token, _given(request), said="gone", status=422)
    return _session_page(request, carrier, token, _given(request), said="back")


def _name(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    typed = request.POST.get("public_name", "")
    try:
        public_name.choose(token=token, session_token=_given(request), name=typed)
    except FieldError as error:
        form = NameForm(Voucher(carrier=carrier), request.POST)
        form.add_error("public_name", str(error))
        return _session_page(request, carrier, token, _given(request), name_form=form, status=422)
    return _session_page(request, carrier, token, _given(request), said="name")


def _end(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    session.end(token=token, session=_given(request))
    return answers.see(reverse("carry", args=[token]))


_ACTS: dict[str, Callable[[HttpRequest, Carrier, str], HttpResponse]] = {
    "open": _open,
    "keep": _keep,
    "back": _back,
    "name": _name,
    "end": _end,
}


def _code_page(
    request: HttpRequest, carrier: Carrier, token: str, *, status: int = 200, refusal: str = "", **more: Any
) -> HttpResponse:
    """What a link alone shows: nothing of what the carrier did."""
    context = {
        "carrier": carrier,
        "token": token,
        "form": CodeForm(),
        "minutes": session.MINUTES,
        "refusal": refusal,
        "typed": {name: request.POST[name][:_SHOWN_MAX] for name in _TYPED if name in request.POST},
        **more,
    }
    status = 422 if refusal else status
    return answers.page(request, "signing/vouch/code.html", context, status=status)


def _session_page(
    request: HttpRequest,
    carrier: Carrier,
    token: str,
    given: str,
    *,
    status: int = 200,
    person_form: PersonForm | None = None,
    name_form: NameForm | None = None,
    **more: Any,
) -> HttpResponse:
    """What an open session shows; raises SessionOver, NotAllowed, LinkOver."""
    voucher = session.shown(token=token, session=given)
    after = request.POST.get("after", "")
    known = after.isascii() and after.isdigit() and len(after) < 9
    rows, following = listing.own(voucher, after=int(after) if known else 0)
    version = add.version_for(carrier) if opening.accepts(carrier.appeal, clock.now()) else None
    context = {
        "carrier": carrier,
        "token": token,
        "session": given,
        "voucher": voucher,
        "left": voucher.quota - voucher.used,
        "version": version,
        "person_form": person_form or PersonForm(version),
        "name_form": name_form or NameForm(voucher),
        "rows": rows,
        "following": following,
        "is_first": not known,
        "minutes": int(session.IDLE.total_seconds() // 60),
        **more,
    }
    return answers.page(request, "signing/vouch/session.html", context, status=status)


def _slip(request: HttpRequest, carrier: Carrier, token: str, given: str, row: Signature) -> HttpResponse:
    """The slip to hand over: the person's own link and code, on this page and never again."""
    link = mails.link("mine", "mine", row)
    context = {
        "carrier": carrier,
        "token": token,
        "session": given,
        "signature": row,
        "version": row.version,
        "line": row.public_line,
        "link": link,
        "qr": pictures.qr_svg(link, label=_("QR code of the private link")),
        "code": tokens.code(row.pk, row.nonce),
        "code_url": env.load().base_url + reverse("confirm-code"),
    }
    return answers.page(request, "signing/vouch/slip.html", context)
