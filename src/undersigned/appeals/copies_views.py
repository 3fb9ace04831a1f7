"""The desk's pages about kept copies: one opened, compared with the one before, changed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from undersigned.accounts.permissions import can
from undersigned.appeals import compare_captures, keep, show_kept
from undersigned.appeals.sources_views import actor_of, source_or_404


@login_required
@require_safe
def kept_copy(request: HttpRequest, slug: str, key: str, sha256: str) -> HttpResponseBase:
    """A kept copy, for the team."""
    source_or_404(request, slug, key, "appeal.view")
    capture = show_kept.capture_at(slug, key, sha256)
    return show_kept.answer(request, capture, caching="private, no-store")


@login_required
@require_POST
def change_copy(request: HttpRequest, slug: str, key: str, sha256: str) -> HttpResponse:
    """One act on a kept copy: removed, opened to readers, or closed."""
    source_or_404(request, slug, key, "appeal.edit")
    capture = show_kept.capture_at(slug, key, sha256)
    act = request.POST.get("act", "")
    if act == "remove":
        keep.remove_capture(actor=actor_of(request), capture=capture)
        messages.success(request, _("The copy was removed."))
    elif act in ("open", "close"):
        keep.open_capture(actor=actor_of(request), capture=capture, is_open=act == "open")
    else:
        raise Http404
    return redirect("desk-source", slug, key)


@login_required
@require_safe
def compare_copies(request: HttpRequest, slug: str, key: str, sha256: str) -> HttpResponse:
    """A copy beside the one before, whether readers may open them or not."""
    source = source_or_404(request, slug, key, "appeal.view")
    later = show_kept.capture_at(slug, key, sha256)
    earlier = compare_captures.before(later)
    if earlier is None:
        raise Http404
    may_edit = can(actor_of(request), "appeal.edit", source.appeal.team)
    context = {
        "appeal": source.appeal,
        "source": source,
        "here": "sources",
        "may": {"appeal_edit": may_edit},
        "sides": (earlier, later),
        "compared": compare_captures.compare(earlier, later),
    }
    return render(request, "desk/sources/compared.html", context)
