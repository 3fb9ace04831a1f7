"""What is kept about oneself: asked for behind the private link, read behind a second one that is mailed."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from undersigned.appeals import answers
from undersigned.lib import tokens
from undersigned.signing import own_data
from undersigned.signing.models import Signature
from undersigned.signing.views.confirm import dead
from undersigned.signing.views.mine import private

_WORDS = {
    "given": gettext_lazy("What you typed"),
    "email": gettext_lazy("E-mail address"),
    "name": gettext_lazy("Name"),
    "pseudonym": gettext_lazy("Pseudonym"),
    "affiliation": gettext_lazy("Affiliation"),
    "role": gettext_lazy("Occupation"),
    "place": gettext_lazy("Place"),
    "country": gettext_lazy("Country"),
}


@private("mine")
def ask(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Explains, with a button; POST sends the mail. The page says the same where there is no address."""
    done = request.method == "POST"
    missing = False
    if done:
        try:
            own_data.ask(signature=signature)
        except own_data.NoAddress:
            missing = True
    context = {
        "done": done,
        "missing": missing,
        "appeal": signature.appeal if signature.appeal.is_public else None,
        "controller": signature.appeal.controller,
        "contact": signature.appeal.controller_contact,
        "token": tokens.token("mine", signature.nonce),
    }
    return answers.page(request, "signing/own_data_ask.html", context)


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Everything as a page; `?format=json` as a file."""
    signature = own_data.find(token)
    if signature is None:
        return dead(request)
    found = own_data.gather(signature=signature)
    if request.GET.get("format") == "json":
        text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{signature.appeal.slug}-my-data.json"'
        return answers.guarded(response)
    with answers.speaking(signature.version.language):
        context = {
            "found": found,
            "given": [(_WORDS[name], value) for name, value in found["given"].items() if value],
            "rows": [_row(one) for one in found["signatures"]],
            "json_url": reverse("own-data", args=[token]) + "?format=json",
            "appeal": signature.appeal if signature.appeal.is_public else None,
        }
        return answers.page(request, "signing/own_data.html", context)


def _row(one: dict[str, object]) -> dict[str, object]:
    """A signature with its state in words."""
    return {**one, "state_words": Signature.State(str(one["state"])).label, "yes": _("yes"), "no": _("no")}
