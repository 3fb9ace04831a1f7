"""The letters of an appeal as a list that services for correspondence search read (CMIF)."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.edition import gather
from undersigned.edition.formats import cmif as written
from undersigned.pages import public
from undersigned.pages.family import family_or_404


@require_safe
def cmif(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who wrote to whom, where and when: the appeal's own letters, and those whose writers agreed."""
    family = family_or_404(slug)
    edition = gather.for_list(family.appeal)
    if not written.has_letters(edition):
        raise Http404
    body = written.render(edition, public.absolute(reverse("cmif", args=[slug])))
    return public.answer(
        request, body.encode(), f"{written.MEDIA_TYPE}; charset=utf-8",
        caching=public.fresh(), everywhere=True,
    )  # fmt: skip
