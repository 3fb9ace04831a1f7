"""The desk's pictures: what signatures have in common, and how the appeal grew."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import clock
from undersigned.signing.desk import actor_of
from undersigned.signing.desk_moderation import KINDS, frame
from undersigned.signing.moderation import charts, growth, patterns

_BARS = 120
_STEPS = [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7)]


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail domains, networks, moments, near-equal names, throw-away addresses; and the growth curve."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    which = "recorded" if request.GET.get("of") == "recorded" else "held"
    found = patterns.look(actor=actor_of(request), appeal=appeal, which=which)
    context = {
        **frame(appeal, "patterns"),
        "which": which,
        "found": found,
        "pictures": [_picture(appeal, which, kind, found.groups[kind]) for kind in patterns.KINDS],
        "moments": _moments(found),
        "growth": _growth(appeal),
    }
    return render(request, "desk/moderation/patterns.html", context)


def _picture(appeal: Appeal, which: str, kind: str, groups: list[patterns.Group]) -> dict[str, Any]:
    """A chart with its table: each row leads to the signatures it speaks of."""
    base = reverse("desk-moderation", args=[appeal.slug])
    labels = [_label(group, place) for place, group in enumerate(groups, 1)]
    rows = []
    for label, group in zip(labels, groups, strict=True):
        query = urlencode({"of": which, "pattern": kind, "value": group.value})
        rows.append({"label": label, "count": group.count, "url": f"{base}?{query}"})
    bars = [(label, group.count) for label, group in zip(labels, groups, strict=True)]
    drawn = charts.rows(bars, label=str(KINDS[kind])) if bars else ""
    return {"kind": kind, "title": KINDS[kind], "rows": rows, "svg": drawn}


def _label(group: patterns.Group, place: int) -> str:
    match group.kind:
        case "network":
            return _("network %(number)s") % {"number": place}
        case "burst":
            return _time(group.label)
        case _named:
            return group.label


def _time(iso: str) -> str:
    return formats.date_format(localtime(datetime.fromisoformat(iso)), "SHORT_DATETIME_FORMAT")


def _moments(found: patterns.Found) -> str:
    """Bars over an even stretch of time, as wide as keeps their number small."""
    if not found.moments:
        return ""
    first, last = found.moments[0][0], found.moments[-1][0]
    step = next((one for one in _STEPS if last - first <= one * _BARS), _STEPS[-1])
    counted = [0] * min(_BARS + 1, (last - first) // step + 1)
    for at, number in found.moments:
        counted[min((at - first) // step, len(counted) - 1)] += number
    values = [(_time((first + step * place).isoformat()), number) for place, number in enumerate(counted)]
    return charts.times(values, label=_("When they signed"))


def _growth(appeal: Appeal) -> dict[str, Any]:
    grown = growth.curve(appeal, clock.now())
    form = "SHORT_DATE_FORMAT" if grown.by_day else "SHORT_DATETIME_FORMAT"
    said = [(formats.date_format(localtime(step.at), form), step) for step in grown.steps]
    return {
        "rows": [{"at": at, "recorded": step.recorded, "total": step.total} for at, step in said],
        "by_day": grown.by_day,
        "bars": charts.times([(at, step.recorded) for at, step in said], label=_("Recorded in each step")),
        "curve": charts.curve([(at, step.total) for at, step in said], label=_("Recorded in all")),
    }
