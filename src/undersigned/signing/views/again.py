"""The question whether somebody signs a new version too: one page, two buttons, one answer."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers
from undersigned.signing import ask_again as act
from undersigned.signing.models import Asking
from undersigned.signing.views import refusals
from undersigned.signing.views.confirm import dead


@csrf_exempt
def again(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is asked, POST with `answer=yes` or `answer=no` answers it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    asking = act.find(token)
    if asking is None:
        return dead(request)
    with answers.speaking(asking.version.language):
        if request.method != "POST":
            return _show(request, asking)
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        said = request.POST.get("answer")
        if said not in ("yes", "no"):
            return _show(request, asking, status=422)
        act.answer(asking=asking, yes=said == "yes")
        return answers.see(request.path)


def _show(request: HttpRequest, asking: Asking, *, status: int = 200) -> HttpResponse:
    version, old = asking.version, asking.signature.version
    text = version.text
    compare = f"?a={text.slug}.{old.number}&b={text.slug}.{version.number}#compare"
    is_open = act.is_open(asking)
    context = {
        "asking": asking,
        "version": version,
        "old": old,
        "appeal": text.appeal,
        "is_open": is_open,
        "letter_url": reverse("letter", args=[text.appeal.slug, text.slug]),
        "compare_url": f"/appeals/{text.appeal.slug}/variants/{compare}" if old.pk != version.pk else "",
    }
    return answers.page(
        request, "signing/again.html", context, status=status if is_open or asking.answer else 410
    )
