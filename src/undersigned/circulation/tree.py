"""The tree of carriers, as much of it as a page can show: those with a branch or an answer first."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.circulation import collected, people
from undersigned.circulation.models import Carrier

# Carriers drawn below one, layers drawn at once, and carriers on a whole page.
WIDTH, LAYERS, MOST = 12, 3, 60
_ANSWERED = (Carrier.State.CARRYING, Carrier.State.ADAPTING, Carrier.State.TRANSLATING)


@dataclass
class Node:
    """A carrier in the picture; `others` stand below and are not drawn."""

    pk: int
    name: str
    language: str
    state: str
    state_name: str
    signatures: int = 0
    children: list["Node"] = field(default_factory=list)
    others: int = 0


@dataclass
class Picture:
    """The author or one carrier with what hangs below."""

    root: Node | None
    nodes: list[Node]
    others: int


def picture(*, actor: User, appeal: Appeal, below: Carrier | None = None) -> Picture:
    """The upper layers of the tree, or of one branch; the cost does not grow with the tree."""
    require(actor, "carriers.view", appeal.team)
    drawn: dict[int, Node] = {}
    root = _node(below) if below is not None else None
    if root is not None:
        drawn[root.pk] = root
    top, others = _layer(appeal, [below.pk] if below is not None else [None])
    nodes = [node for _parent, node in top]
    drawn.update({node.pk: node for node in nodes})
    layer = nodes
    for _depth in range(LAYERS - 1):
        if not layer or len(drawn) >= MOST:
            break
        found, _rest = _layer(appeal, [node.pk for node in layer], room=MOST - len(drawn))
        for parent, node in found:
            drawn[parent].children.append(node)
        layer = [node for _parent, node in found]
        drawn.update({node.pk: node for node in layer})
    _count(drawn)
    return Picture(root, nodes, others)


def _layer(
    appeal: Appeal, parents: list[int] | list[None], *, room: int = WIDTH
) -> tuple[list[tuple[int, Node]], int]:
    wanted = Q(parent__isnull=True) if parents == [None] else Q(parent__in=parents)
    rows = Carrier.objects.filter(wanted, appeal=appeal)
    # A sum keeps SQLite from walking all carriers by number where the index of parents has a few.
    number = F("pk") if parents == [None] else F("pk") + 0
    answered = list(rows.filter(state__in=_ANSWERED).order_by(number)[:room])
    branching = rows.filter(Exists(Carrier.objects.filter(parent=OuterRef("pk")))).order_by(number)[:room]
    seen = {row.pk: row for row in [*branching, *answered]}
    if len(seen) < room:
        more = rows.exclude(pk__in=list(seen)).order_by(number)[: room - len(seen)]
        seen.update({row.pk: row for row in more})
    chosen = sorted(list(seen.values())[:room], key=lambda row: row.pk)
    others = rows.count() - len(chosen) if len(parents) == 1 else 0
    return [(row.parent_id or 0, _node(row)) for row in chosen], others


def _count(drawn: dict[int, Node]) -> None:
    """Signatures of those drawn, and how many stand below each without being drawn."""
    signatures = collected.counts(list(drawn))
    rows = Carrier.objects.filter(parent__in=list(drawn)).values("parent").annotate(n=Count("pk")).order_by()
    below = {row["parent"]: row["n"] for row in rows}
    for node in drawn.values():
        node.signatures = signatures.get(node.pk, 0)
        node.others = below.get(node.pk, 0) - len(node.children)


def _node(carrier: Carrier) -> Node:
    return Node(
        pk=carrier.pk,
        name=people.contact_of(carrier).name,
        language=carrier.language,
        state=carrier.state,
        state_name=str(Carrier.State(carrier.state).label),
    )
