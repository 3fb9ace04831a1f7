"""The record of acts as a page with filters, and as a file."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from undersigned.accounts import acts, record
from undersigned.accounts.again import proven
from undersigned.accounts.models import Team
from undersigned.accounts.permissions import teams_where
from undersigned.accounts.views import person
from undersigned.lib import clock, paging


def _asked_for(request: HttpRequest) -> tuple[Team | None, list[Team]]:
    """The team that is asked about, or the first that may be read; raises Http404 for another's."""
    readable = teams_where(person(request), "audit.view")
    wanted = request.GET.get("team")
    if wanted is None:
        return (readable[0] if readable else None), readable
    number = paging.number(wanted)
    for team in readable:
        if team.pk == number:
            return team, readable
    raise Http404("no such team")


@login_required
@never_cache
@require_safe
def audit_page(request: HttpRequest) -> HttpResponse:
    """Shows what a team did."""
    team, readable = _asked_for(request)
    if team is None:
        return render(request, "accounts/audit.html", {"team": None}, status=403)
    before = request.GET.get("before")
    if before is not None and paging.number(before) is None:
        raise Http404("not a number")
    asked = record.Asked.read(request.GET)
    found = record.page(actor=person(request), team=team, before=paging.number(before), asked=asked)
    query = urlencode({"team": team.pk, **asked.parameters()})
    here = f"{reverse('desk-audit')}?{query}"
    context = {
        "team": team,
        "teams": readable,
        "lines": found.lines,
        "pages": {
            "first": here if before else "",
            "next": f"{here}&before={found.older}" if found.older else "",
        },
        "asked": asked,
        "filtered": bool(asked.parameters()),
        "acts": sorted(((verb, str(words)) for verb, words in acts.ACTS.items()), key=lambda one: one[1]),
        "people": [(str(one.pk), str(one)) for one in record.people(actor=person(request), team=team)],
        "system": record.SYSTEM,
        "export_url": f"{reverse('desk-audit-export')}?{query}",
    }
    return render(request, "accounts/audit.html", context)


@login_required
@never_cache
@proven
@require_safe
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The record as it is filtered, as CSV."""
    team, _readable = _asked_for(request)
    if team is None:
        raise PermissionDenied
    asked = record.Asked.read(request.GET)
    pieces = record.export(actor=person(request), team=team, asked=asked)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    name = f"record-{team.pk}-{clock.now().date().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
