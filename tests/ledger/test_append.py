from collections.abc import Sequence
from random import Random

import pytest

from tests.ledger.conftest import APPEAL, TEXT, Grow, a_text, digest, signs
from undersigned.ledger import read
from undersigned.ledger.append import append, create_log
from undersigned.ledger.errors import LeafRefused
from undersigned.ledger.fsck import fsck
from undersigned.ledger.models import Leaf, Log
from undersigned.ledger.recount import counts_of
from undersigned.lib import env
from undersigned.lib.keys import KeyMissing
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.leaf import Amend, Close, Deliver, Key, Open, Peer, Sheet, Shred, Sign, Undo, Unknown
from undersigned.tlog.note import format_vkey
from undersigned.tlog.tally import Tally, TallyError

pytestmark = pytest.mark.django_db

# Public keys that are points of large order, of nobody.
_KEYS = [
    bytes.fromhex(text)
    for text in (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    )
]


def test_a_new_log_holds_its_open_leaf(log: Log) -> None:
    assert bytes(log.leaves.get().entry) == b'{"a":"%s","t":"open","v":1}' % APPEAL.encode()
    assert log.origin == f"{env.load().host}/ledger/{APPEAL}" and log.size == 1
    assert log.vkey.startswith(log.origin + "+")


def test_a_log_is_created_once(log: Log) -> None:
    assert create_log(appeal_id=APPEAL) == log
    assert Log.objects.count() == 1 == Leaf.objects.count()


def test_it_gives_the_first_index_and_counts(log: Log) -> None:
    assert append(log=log, leaves=[a_text(), *signs(2, 3)]) == 1
    assert (
        append(log=log, leaves=[*signs(5, 1), Undo(3, "own"), Undo(4, "moved"), Amend(digest("new"), 2)]) == 5
    )
    assert append(log=log, leaves=[Undo(2, "struck")]) == 9
    total = read.totals(log)
    assert (total.signatures, total.own, total.struck, total.moved) == (1, 1, 1, 1)
    assert total.kinds == {"mail": 1, "vouched": 0, "paper": 0, "org": 0}
    assert read.dead_leaves(log, range(12)) == {2, 3, 4}
    assert read.text_leaves(log) == {(TEXT, 1): 1}
    assert fsck(log) == []


def test_nothing_appended_is_no_error(log: Log) -> None:
    assert append(log=log, leaves=[]) == 1


def test_a_refused_leaf_takes_its_batch_with_it(log: Log) -> None:
    append(log=log, leaves=[a_text()])
    with pytest.raises(LeafRefused) as refused:
        append(log=log, leaves=[*signs(2, 3), Undo(1, "own"), *signs(9, 3)])
    assert refused.value.index == 5
    log.refresh_from_db()
    assert log.size == 2 == log.leaves.count() and read.totals(log).signatures == 0


@pytest.mark.parametrize(
    ("batch", "rule"),
    [
        ([Unknown("later", b'{"t":"later"}')], "unknown"),
        ([Sign(digest(1), "mail", 1), Sign(digest(1), "mail", 1)], "another leaf of the batch"),
        ([Sign(digest(1), "mail", 1), Amend(digest(1), 3)], "another leaf of the batch"),
        ([Undo(2, "moved")], "batch of its new sign leaf"),
        ([Sign("short", "mail", 1)], "type sign has other fields"),
        ([Sign(digest(1), "paper", 1)], "type sign has other fields"),
        ([Sign(digest(1), "mail", 1, 2)], "does not fit|type sign has other fields"),
        ([Sign(digest(1), "bribed", 1)], "type sign has other fields"),
        ([Undo(2, "own"), Undo(2, "own")], "already undone"),
        ([Undo(3, "own"), Sign(digest(1), "mail", 1)], "earlier sign leaf"),
    ],
)
def test_the_writer_refuses_more_than_a_reader_must(
    log: Log, batch: Sequence[leaves_of.Leaf], rule: str
) -> None:
    append(log=log, leaves=[a_text(), *signs(50, 1)])
    with pytest.raises(LeafRefused, match=rule):
        append(log=log, leaves=batch)


def _random_leaf(random: Random, size: int, origin: str) -> leaves_of.Leaf:
    """Any leaf at all, well-formed, about as often allowed as not."""
    index = random.randrange(size + 2)
    text = random.choice([1, 1, 1, index])
    kind = random.choice(["mail", "mail", "vouched", "org", "paper"])
    sheet = index if kind == "paper" else None
    name = random.choice([origin, "elsewhere.example/ledger/x"])
    vkey = format_vkey(name, random.choice(_KEYS))
    relation = random.choice(["original", "revision", "translation", "adaptation"])
    parent = random.choice([None, 1, index])
    texts = [a_text(random.choice([TEXT, "b", "c"]), random.choice([1, 1, 2, 3]), relation, parent)]
    signing = [Sign(digest(random.random()), kind, text, sheet)] * 6
    undoing: list[leaves_of.Leaf] = [
        Undo(index, random.choice(["own", "struck"])),
        Amend(digest(random.random()), index),
    ] * 2
    rare: list[leaves_of.Leaf] = [
        Open(APPEAL),
        Sheet(digest("s"), text),
        Sheet(digest("s"), text),
        Deliver(digest("d")),
        Close(),
        Shred(),
    ]
    anything: list[leaves_of.Leaf] = [*texts * 3, *signing, *undoing, *rare, Key(vkey), Peer(vkey, name)]
    return random.choice(anything)


def _refusal(tally: Tally, leaf: leaves_of.Leaf) -> TallyError | None:
    try:
        tally.apply(leaf)
    except TallyError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(12))
def test_the_writer_and_the_verifier_have_the_same_rules(log: Log, seed: int) -> None:
    random = Random(seed)
    tally = Tally(log.origin)
    tally.apply(Open(APPEAL))
    refused = 0
    batch: list[leaves_of.Leaf] = []
    for _round in range(150):
        leaf = _random_leaf(random, tally.size, log.origin)
        error = _refusal(tally, leaf)
        if error is None:
            batch.append(leaf)
        else:
            refused += 1
            with pytest.raises(LeafRefused) as found:
                append(log=log, leaves=[*batch, leaf])
            assert (found.value.index, found.value.rule) == (error.index, error.rule)
        if len(batch) > 9:
            append(log=log, leaves=batch)
            batch = []
    append(log=log, leaves=batch)
    assert refused > 20 and tally.size > 20
    log.refresh_from_db()
    assert fsck(log) == [] and log.size == tally.size
    assert {t.text_index: t.signatures for t in read.tallies(log)} == {
        v.index: v.signatures for v in tally.versions
    }
    assert read.totals(log).kinds == tally.kinds
    assert all(set(counts_of(t).values()) >= {t.own} for t in read.tallies(log))


def test_a_big_batch_asks_the_database_little(
    log: Log, grow: Grow, django_assert_max_num_queries: object
) -> None:
    grow(log, 2000)
    leaves = [*signs(5000, 1000), *[Undo(index, "own") for index in range(2, 1002)]]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        append(log=log, leaves=leaves)
    assert fsck(log) == []


def test_a_log_without_its_key_makes_no_new_one(log: Log, grow: Grow) -> None:
    from undersigned.ledger.publish import publish
    from undersigned.lib import keys

    grow(log, 3)
    keys.destroy(f"log-{APPEAL}")
    with pytest.raises(KeyMissing):
        publish(log)
    assert not (env.load().keys_folder / f"log-{APPEAL}").exists()
    assert [finding.code for finding in fsck(log)] == ["key"]
