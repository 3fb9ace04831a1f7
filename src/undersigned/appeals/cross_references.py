"""Links from a text to other texts of this site: which of them lead to nothing that readers can open."""

from django.db.models import Q
from django.urls import Resolver404, resolve

from undersigned.appeals import markup
from undersigned.appeals.markup import Problem
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import env

_PUBLIC = (Appeal.State.OPEN, Appeal.State.CLOSED)


def broken(appeal: Appeal, body: str) -> list[Problem]:
    """Those that lead nowhere yet, or no longer, line by line; they do not stand in the way of publishing.

    What another team has not published is answered like what does not exist.
    """
    site = env.load().base_url.rstrip("/")
    known: dict[str, bool] = {}
    found = []
    for line, target in markup.link_targets(body):
        path = target.removeprefix(site).partition("#")[0].partition("?")[0]
        if not path.startswith("/appeals/"):
            continue
        if path not in known:
            known[path] = _is_there(appeal, path)
        if not known[path]:
            found.append(Problem(line, "cross-gone", {"what": target}))
    return found


def _is_there(appeal: Appeal, path: str) -> bool:
    try:
        where = resolve(path).kwargs
    except Resolver404:
        return False
    # Texts of one appeal refer to each other before it opens.
    seen = Q(state__in=_PUBLIC) | Q(pk=appeal.pk)
    to = Appeal.objects.filter(seen, slug=where.get("slug")).first()
    if to is None or "text" not in where:
        return to is not None
    if "number" in where:
        versions = Version.objects.filter(text__appeal=to, text__slug=where["text"])
        return versions.filter(number=where["number"]).exists()
    texts = Text.objects.filter(appeal=to, slug=where["text"])
    return (texts if to == appeal else texts.filter(versions__number=1)).exists()
