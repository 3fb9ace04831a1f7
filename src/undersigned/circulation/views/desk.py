"""The circulation desk: who has the letter and where it stands, the tree, and one carrier."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.models import User
from undersigned.accounts.permissions import can
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import (
    collected,
    covering,
    desk_list,
    dispatch,
    enclosed,
    links,
    people,
    pictures,
    post,
    review,
    revoke,
    rights,
    tree,
)
from undersigned.circulation.forms import ChangeForm
from undersigned.circulation.models import Carrier
from undersigned.lib import paging
from undersigned.lib.fields import FieldError


def actor_of(request: HttpRequest) -> User:
    """The account that asks; every view here is behind the login."""
    return cast(User, request.user)


def frame(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    """What every page of the circulation desk knows."""
    return {
        "appeal": appeal,
        "may_manage": can(actor_of(request), "carriers.manage", appeal.team),
        "here": "carriers",
        "texts_waiting": review.waiting(appeal),
    }


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Everyone who got the letter and where it stands."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    asked = desk_list.Asked.read(request.GET)
    shown = desk_list.page(actor=actor_of(request), appeal=appeal, asked=asked)
    states = desk_list.by_state(appeal)
    run = dispatch.live(appeal)
    context = frame(request, appeal) | {
        "asked": asked,
        "states": states,
        "total": sum(state.count for state in states),
        "rows": shown.rows,
        "pages": _pages(appeal, asked, shown),
        "run": run,
        "sub": "list",
    }
    return render(request, "desk/circulation/carriers.html", context)


def _pages(appeal: Appeal, asked: desk_list.Asked, shown: desk_list.Shown) -> dict[str, str]:
    if asked.query:
        return {}
    chosen = {"state": asked.state} if asked.state else {}
    return paging.links(reverse("desk-carriers", args=[appeal.slug]), chosen, shown.next, shown.previous)


def carrier_or_404(appeal: Appeal, pk: int) -> Carrier:
    """A carrier of this appeal."""
    rows = Carrier.objects.select_related("appeal__team", "parent", "text__appeal")
    found = rows.filter(appeal=appeal, pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_safe
def tree_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The tree as a picture, and the same in words beside it; `?below=` shows one branch."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    number = request.GET.get("below", "")
    below = None
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise Http404
        below = carrier_or_404(appeal, int(number))
    picture = tree.picture(actor=actor_of(request), appeal=appeal, below=below)
    author = enclosed.author_of(appeal, enclosed.of(reading.original(appeal)))
    drawn = pictures.tree(
        picture, author=author, label=_("The tree of carriers"), rtl=translation.get_language_bidi()
    )
    context = frame(request, appeal) | {
        "picture": picture,
        "drawn": drawn,
        "author": author,
        "below": below,
        "sub": "tree",
    }
    return render(request, "desk/circulation/tree.html", context)


@login_required
@proven(acts=["erase"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One carrier: what happened, the letter, what was answered; POST does one act."""
    appeal = appeal_or_404(request, slug, "carriers.manage" if request.method == "POST" else "carriers.view")
    carrier = carrier_or_404(appeal, pk)
    if request.method == "POST":
        if request.POST.get("act") == "change":
            return _change(request, carrier)
        return _act(request, carrier, request.POST.get("act", ""))
    return _show(request, carrier, ChangeForm(carrier=carrier, allowed=_allowed(carrier)))


def _allowed(carrier: Carrier) -> rights.Rights:
    most = rights.of_appeal(carrier.appeal)
    return most if carrier.parent is None else most.within(rights.of(carrier.parent))


def _change(request: HttpRequest, carrier: Carrier) -> HttpResponse:
    form = ChangeForm(request.POST, carrier=carrier, allowed=_allowed(carrier))
    if form.is_valid():
        try:
            revoke.change(
                actor=actor_of(request),
                carrier=carrier,
                given=form.given,
                deadline=form.cleaned_data["deadline"],
                language=form.cleaned_data["language"],
                text=carrier.text,
            )
        except (FieldError, covering.NotPossible) as error:
            form.add_error("deadline" if isinstance(error, FieldError) else None, str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("desk-carrier", carrier.appeal.slug, carrier.pk)
    return _show(request, carrier, form, status=422)


def _act(request: HttpRequest, carrier: Carrier, act: str) -> HttpResponse:
    actor = actor_of(request)
    try:
        if act == "send":
            dispatch.send_one(actor=actor, carrier=carrier)
            messages.success(request, _("The letter is on its way."))
        elif act == "again":
            dispatch.send_again(actor=actor, carrier=carrier)
            messages.success(request, _("The letter is on its way."))
        elif act == "remind":
            dispatch.remind_one(actor=actor, carrier=carrier)
            messages.success(request, _("A reminder is on its way."))
        elif act == "revoke":
            ended = revoke.revoke(actor=actor, carrier=carrier, with_branch=request.POST.get("branch") == "1")
            told = ngettext("%(n)s link was ended.", "%(n)s links were ended.", ended) % {"n": ended}
            messages.success(request, told)
        elif act == "erase":
            revoke.erase(actor=actor, carrier=carrier)
            messages.success(request, _("Name, address and letters are erased."))
        else:
            raise Http404
    except (covering.NotPossible, covering.NoTemplate) as error:
        messages.error(request, str(error))
    return redirect("desk-carrier", carrier.appeal.slug, carrier.pk)


def _show(request: HttpRequest, carrier: Carrier, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    letter = getattr(carrier, "letter", None)
    context = frame(request, carrier.appeal) | {
        "carrier": carrier,
        "contact": people.contact_of(carrier),
        "state_name": Carrier.State(carrier.state).label,
        "facts": _facts(carrier),
        "may_do": rights.of(carrier).names(),
        "letter": letter,
        "words": people.words_of(letter) if letter else None,
        "replies": [(row.pk, row.at, people.reply_text(row)) for row in carrier.replies.order_by("pk")],
        "parent_name": people.contact_of(carrier.parent).name if carrier.parent else "",
        "children": desk_list.rows_of(list(carrier.children.order_by("pk")[:50])),
        "signatures": collected.counts([carrier.pk]).get(carrier.pk, 0),
        "link": links.signing(carrier, enclosed.text_to_sign(carrier)),
        "form": form,
        "sendable": carrier.queued_at is None and carrier.revoked_at is None,
        "unsure": carrier.refusal == post.UNSURE and carrier.state == Carrier.State.SENT,
        "remindable": carrier.sent_at is not None
        and carrier.answered_at is None
        and carrier.revoked_at is None
        and carrier.reminders < post.REMINDERS_MAX,
        "sub": "list",
    }
    return render(request, "desk/circulation/carrier.html", context, status=status)


def _facts(carrier: Carrier) -> list[tuple[str, Any]]:
    """What happened, in the order in which it did."""
    known = [
        (_("added"), carrier.created_at),
        (_("given to the mailroom"), carrier.queued_at),
        (_("sent"), carrier.sent_at),
        (_("refused by the mail server"), carrier.refused_at),
        (_("opened"), carrier.opened_at),
        (_("reminded"), carrier.reminded_at),
        (_("answered"), carrier.answered_at),
        (_("no answer"), carrier.silent_at),
        (_("taken back"), carrier.revoked_at),
    ]
    return sorted(((label, at) for label, at in known if at is not None), key=lambda fact: fact[1])
