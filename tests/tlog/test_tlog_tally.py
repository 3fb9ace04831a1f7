"""The count: every rule of the ledger holds, and the numbers are those that a person would count."""

from typing import Any

import pytest

from tests.golden import make
from undersigned.tlog import leaf, note
from undersigned.tlog.leaf import Amend, Close, Deliver, Key, Open, Peer, Sheet, Shred, Sign, TextLeaf, Undo
from undersigned.tlog.tally import Tally, TallyError

D = make.digest("anything")
BEGIN: list[leaf.Leaf] = [
    Open(make.APPEAL),
    TextLeaf("one", 1, D, "pt", "original"),
    TextLeaf("two", 1, D, "fr", "translation", 1),
    Sheet(D, 2),
    Sign(D, "mail", 1),
    Sign(D, "paper", 2, 3),
    Undo(4, "own"),
]


def tally_of(*leaves: leaf.Leaf, origin: str | None = make.ORIGIN) -> Tally:
    tally = Tally(origin)
    for item in leaves:
        tally.apply(item)
    return tally


@pytest.mark.parametrize(
    "wrong",
    [
        Open(make.APPEAL),
        TextLeaf("one", 1, D, "pt", "adaptation", 1), TextLeaf("one", 3, D, "pt", "revision", 1),
        TextLeaf("one", 2, D, "pt", "translation", 1), TextLeaf("one", 2, D, "pt", "revision", 2),
        TextLeaf("one", 2, D, "pt", "revision"), TextLeaf("three", 1, D, "pt", "original"),
        TextLeaf("three", 1, D, "pt", "original", 1), TextLeaf("three", 1, D, "pt", "revision", 1),
        TextLeaf("three", 1, D, "pt", "adaptation"), TextLeaf("three", 2, D, "pt", "revision", 1),
        TextLeaf("three", 1, D, "pt", "adaptation", 0), TextLeaf("three", 1, D, "pt", "adaptation", 3),
        TextLeaf("three", 1, D, "pt", "adaptation", 7), TextLeaf("three", 1, D, "pt", "adaptation", 99),
        Sign(D, "mail", 0), Sign(D, "mail", 3), Sign(D, "mail", 4), Sign(D, "mail", 7),
        Sign(D, "mail", 2**53 - 1),
        Sign(D, "mail", 2, 3), Sign(D, "paper", 2), Sign(D, "paper", 1, 3), Sign(D, "paper", 2, 2),
        Sign(D, "paper", 2, 5), Sign(D, "paper", 2, 7), Sign(D, "paper", 1, 4), Sign(D, "paper", 1, 1),
        Amend(D, 0), Amend(D, 1), Amend(D, 3), Amend(D, 4), Amend(D, 6), Amend(D, 7),
        Undo(0, "own"), Undo(2, "struck"), Undo(4, "own"), Undo(4, "struck"), Undo(6, "own"),
        Undo(7, "moved"),
        Sheet(D, 0), Sheet(D, 3), Sheet(D, 7),
        Key(make.vkey("other.example/ledger/x", make.NEXT_SEED)), Key(make.vkey(make.ORIGIN, make.SEED, 4)),
        Peer(make.vkey("a.example/x", make.PEER_SEED), "b.example/x"),
        Peer(make.vkey("a.example/x", make.PEER_SEED, 4), "a.example/x"),
        Peer(make.vkey(make.ORIGIN, make.PEER_SEED), make.ORIGIN),
    ],
    ids=repr,
)  # fmt: skip
def test_a_leaf_that_breaks_a_rule_is_refused_and_changes_nothing(wrong: leaf.Leaf) -> None:
    tally = tally_of(*BEGIN)
    before: Any = tally.to_json()
    with pytest.raises(TallyError) as refused:
        tally.apply(wrong)
    assert refused.value.index == 7
    assert (tally.to_json(), tally.size) == (before, 7)
    tally.apply(Sign(D, "mail", 1))


@pytest.mark.parametrize(
    "right",
    [
        TextLeaf("one", 2, D, "pt", "revision", 1), TextLeaf("two", 2, D, "fr", "revision", 2),
        TextLeaf("three", 1, D, "pt", "adaptation", 2), Sign(D, "paper", 2, 3), Sign(D, "vouched", 2),
        Sign(D, "org", 1), Amend(D, 5), Undo(5, "struck"), Undo(5, "moved"), Sheet(D, 1), Deliver(D), Close(),
        Shred(), Key(make.vkey(make.ORIGIN, make.NEXT_SEED)),
        Peer(make.vkey("a.example/x", make.PEER_SEED), "a.example/x"),
        leaf.Unknown("later", b'{"t":"later"}'),
    ],
    ids=repr,
)  # fmt: skip
def test_a_leaf_that_keeps_the_rules_is_counted(right: leaf.Leaf) -> None:
    assert tally_of(*BEGIN, right).size == 8


@pytest.mark.parametrize("first", BEGIN[1:], ids=repr)
def test_a_log_begins_with_its_open_leaf(first: leaf.Leaf) -> None:
    with pytest.raises(TallyError, match="leaf 0"):
        tally_of(first)


def test_the_open_leaf_names_the_origins_appeal() -> None:
    with pytest.raises(TallyError, match="another appeal"):
        tally_of(Open("A" * 22))
    assert tally_of(Open("A" * 22), origin=None).appeal == "A" * 22


def test_a_malformed_entry_is_named_by_its_index() -> None:
    tally = tally_of(*BEGIN)
    with pytest.raises(TallyError, match="leaf 7: "):
        tally.apply_entry(b'{"t":"close"} ')
    tally.apply_entry(b'{"t":"close"}')
    assert tally.closed


def test_late_signatures_may_follow_the_closing() -> None:
    tally = tally_of(
        *BEGIN, Close(), Sign(D, "mail", 1), Undo(8, "own"), Sign(D, "mail", 2), Undo(5, "moved")
    )
    assert (tally.closed, tally.signatures) == (True, 1)


def test_counts_are_net_and_undos_are_counted_by_the_text_they_leave() -> None:
    tally = tally_of(
        *BEGIN,
        TextLeaf("one", 2, D, "pt", "revision", 1),
        Sign(D, "mail", 7),
        Sign(D, "vouched", 7),
        Undo(5, "moved"),
        Sign(D, "org", 2),
        Amend(D, 8),
        Undo(9, "struck"),
    )
    zero = {"own": 0, "struck": 0, "moved": 0}
    assert tally.to_json() == {
        "signatures": 2, "own": 1, "struck": 1, "moved": 1,
        "kinds": {"mail": 1, "vouched": 0, "paper": 0, "org": 1},
        "texts": {
            "one": {"signatures": 1, "versions": {
                "1": {"digest": D, "signatures": 0, **zero, "own": 1},
                "2": {"digest": D, "signatures": 1, **zero, "struck": 1},
            }},
            "two": {"signatures": 1, "versions": {"1": {"digest": D, "signatures": 1, **zero, "moved": 1}}},
        },
    }  # fmt: skip
    assert [tally.live(index) for index in (4, 5, 8, 9, 11, 99, -1)] == [
        False,
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert tally.amended == 1


def test_leaves_of_an_unknown_type_change_no_count_and_are_reported() -> None:
    before = tally_of(*BEGIN)
    after = tally_of(*BEGIN, leaf.Unknown("later", b'{"t":"later"}'))
    assert after.to_json() == before.to_json() | {"unknown": 1}
    with pytest.raises(TallyError):
        after.apply(Undo(7, "own"))


def test_the_next_key_and_peers_are_kept() -> None:
    peer = make.vkey("a.example/x", make.PEER_SEED)
    tally = tally_of(*BEGIN, Key(make.vkey(make.ORIGIN, make.NEXT_SEED)), Peer(peer, "a.example/x"), Shred())
    assert tally.next_key is not None
    assert note.parse_vkey(tally.next_key).name == make.ORIGIN
    assert tally.peers == {"a.example/x": peer}
    assert tally.shredded
