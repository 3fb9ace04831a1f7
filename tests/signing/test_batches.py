"""Signs and confirmations in batches: as if one after the other, whatever stands beside them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.signing.crowd import confirmed, original, pending
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock, env, tokens, vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message, Suppression
from undersigned.signing import confirm, intake, people
from undersigned.signing.confirm import Asked, Outcome
from undersigned.signing.intake import Intake
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "ana@people.example", "ANA@people.example", "ana+x@people.example", "bea@people.example",
    "cem@people.example", "dov@people.example", "el.i@gmail.com", "eli@googlemail.com",
)  # fmt: skip


@pytest.fixture
def first(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def versions(cast: Cast, first: Version) -> list[Version]:
    text = Text.objects.get(pk=first.text_id)
    newer = text.draft.replace("one boat more", "two boats more")
    publish.publish(
        actor=cast.owner,
        text=draft.save_draft(actor=cast.owner, text=text, source=newer, revision=text.draft_revision),
    )
    return [first, original(first.text.appeal)]


def item(version: Version, email: str, name: str = "Ana Sol", **more: Any) -> Intake:
    return Intake(version, SignRequest(name=name, email=email, **more), "en")


@contextmanager
def undone() -> Iterator[None]:
    """Everything that happens inside is taken back."""
    with transaction.atomic():
        mark = transaction.savepoint()
        yield
        transaction.savepoint_rollback(mark)


def stored() -> tuple[list[Any], list[Any]]:
    """All signatures and messages, opened, with places instead of numbers and without what is random."""
    rows = list(Signature.objects.select_related("public_line", "person").order_by("pk"))
    place = {row.pk: at for at, row in enumerate(rows)}
    nonces = {
        tokens.token(name, row.nonce): at for at, row in enumerate(rows) for name in ("mine", "confirm")
    }
    signatures = []
    for row in rows:
        line = row.public_line
        signatures.append(
            (
                row.state, row.version_id, row.kind, row.display, row.wants_updates, row.for_edition,
                row.first_order, row.consent_wording, bool(row.confirmed_at), bool(row.commitment),
                line.name, line.affiliation, line.appeal_id, line.version_id, bytes(line.sort_key),
                line.listed, people.unseal(row.person),
            )
        )  # fmt: skip
    messages = []
    for message in Message.objects.order_by("pk"):
        params = vault.unseal_json(message.params_sealed, context=queue.PARAMS_CONTEXT)
        token = params.pop("url").rstrip("/").rpartition("/")[2]
        code = params.pop("code", None)
        subject = int(message.subject_ref.partition(":")[2])
        assert message.key == f"{message.kind}:{subject}"
        if code:
            assert code == tokens.code(subject, Signature.objects.get(pk=subject).nonce)
        params.pop("unsubscribe_url", None)
        to = vault.unseal(message.to_sealed, context=queue.TO_CONTEXT)
        messages.append(
            (message.kind, to, place[subject], nonces[token], sorted(params.items()), message.state)
        )
    return signatures, sorted(messages, key=repr)


def alone(act: Callable[[list[Any]], list[Any]], items: list[Any]) -> list[Any]:
    return [act([one])[0] for one in items]


asks = st.lists(st.tuples(st.sampled_from(ADDRESSES), st.booleans(), st.booleans()), max_size=14)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(asked=asks, order=st.lists(st.integers(0, 20), max_size=16), split=st.integers(0, 14))
def test_a_batch_is_as_batches_of_one(
    versions: list[Version], asked: list[tuple[str, bool, bool]], order: list[int], split: int
) -> None:
    env.load.cache_clear()
    items = [
        item(
            versions[newer],
            email,
            display="unlisted" if hidden else "name",
            affiliation="Quay",
            updates=hidden,
        )
        for email, newer, hidden in asked
    ]
    at = clock.now()

    def story(
        sign: Callable[[list[Any]], list[Any]], press: Callable[[list[Any]], list[Any]]
    ) -> tuple[list[Any], ...]:
        with undone():
            confirmed(versions[0], email="ana@people.example", at=at)
            held = confirmed(versions[0], email="bea@people.example", at=at)
            Signature.objects.filter(pk=held.pk).update(state="held")
            queue.suppress(hashed=queue.address_key("dov@people.example"), reason=Suppression.Reason.BOUNCED)
            # Older links of an address that looks like one that stands.
            pending(versions[1], email="ana+y@people.example", at=at)
            outcomes = sign(items[:split]) + sign(items[split:])
            before = stored()
            rows = list(Signature.objects.order_by("pk"))
            place = {row.pk: at for at, row in enumerate(rows)}
            links = [tokens.token("confirm", row.nonce) for row in rows] + ["A" * 43, ""]
            codes = [tokens.code(row.pk, row.nonce) for row in rows]
            presses = [
                Asked(code=codes[number % len(codes)])
                if number % 3 == 0
                else Asked(links[number % len(links)])
                for number in order
            ]
            done = press(presses)
            said = [(one.outcome, one.signature and place[one.signature.pk]) for one in done]
            return outcomes, *before, said, *stored()

    together = story(intake.sign_many, confirm.confirm_many)
    one_by_one = story(
        lambda items: alone(intake.sign_many, items), lambda asked: alone(confirm.confirm_many, asked)
    )
    assert together == one_by_one


def test_the_second_of_an_address_sees_the_first(first: Version, configure: Any) -> None:
    configure(mails_per_address=2)
    assert intake.sign_many([item(first, "ana@people.example")] * 3) == [None] * 3
    assert (
        Signature.objects.filter(created_at__gt=clock.now() - timedelta(days=1)).count()
        == Message.objects.count()
        == 2
    )


def test_of_one_address_in_a_batch_the_first_confirmation_wins(first: Version) -> None:
    intake.sign_many([item(first, "ana@people.example"), item(first, "ANA@people.example")])
    links = [Asked(tokens.token("confirm", row.nonce)) for row in Signature.objects.order_by("-pk")]
    done = confirm.confirm_many(links * 2)
    outcomes = [one.outcome for one in done if isinstance(one, confirm.Confirmed)]
    assert outcomes == [Outcome.RECORDED_SOON, Outcome.EXPIRED] * 2
    assert Message.objects.filter(kind="signed").count() == Signature.objects.count() == 1


def test_a_closed_appeal_fails_its_own_items_only(first: Version) -> None:
    closed = Version.objects.select_related("text__appeal").get(pk=first.pk)
    closed.text.appeal.state = Appeal.State.CLOSED
    done = intake.sign_many(
        [
            item(first, "ana@people.example"),
            item(closed, "bea@people.example"),
            item(first, "cem@people.example"),
        ]
    )
    assert [type(one) for one in done] == [type(None), intake.NotAccepted, type(None)]
    assert Signature.objects.count() == 2


def test_what_the_database_refuses_at_the_commit_fails_alone(real_commits: None, first: Version) -> None:
    """A Version that is in no table: the row is refused by its foreign key, when all are written."""
    ghost = Version.objects.select_related("text__appeal").get(pk=first.pk)
    ghost.pk = ghost.id = 10**9
    items = [item(first, f"signer{number}@people.example") for number in range(11)]
    items[5] = replace(items[5], version=ghost)
    done = intake.sign_many(items)
    assert [(place, type(one)) for place, one in enumerate(done) if one] == [(5, IntegrityError)]
    assert Signature.objects.count() == Message.objects.count() == 10


def test_a_poisoned_item_in_the_middle_fails_alone(first: Version) -> None:
    items = [item(first, f"signer{number}@people.example") for number in range(9)]
    items[4] = item(first, "bad@people.example", name="Ana \ud800")
    items[6] = item(first, "bad2@people.example", name=None)  # type: ignore[arg-type]
    done = intake.sign_many(items)
    assert [place for place, one in enumerate(done) if one is not None] == [4, 6]
    assert Signature.objects.count() == Message.objects.count() == 7


def test_a_row_that_the_database_refuses_leaves_the_others(first: Version, monkeypatch: Any) -> None:
    """Two codes meet, again and again: only the one that cannot be stored is told so."""
    taken = tokens.new_nonce()
    intake.sign_many([item(first, "first@people.example")])
    Signature.objects.update(nonce=taken)
    real = tokens.ordered_nonces
    calls: list[int] = []

    def meet(number: int) -> list[bytes]:
        calls.append(number)
        made = real(number)
        # The fourth of eight, as long as it is in the batch with others or alone as the fourth try.
        return made if len(calls) > 1 else [*made[:3], taken, *made[4:]]

    monkeypatch.setattr(tokens, "ordered_nonces", meet)
    done = intake.sign_many([item(first, f"signer{number}@people.example") for number in range(8)])
    assert done == [None] * 8
    assert calls == [8, 4, 4]
    assert Signature.objects.count() == 9


def test_an_unreadable_person_fails_its_own_confirmation_only(first: Version) -> None:
    rows = [pending(first, email=f"signer{number}@people.example") for number in range(3)]
    rows[1].person.sealed = b"\x01" + b"x" * 60
    rows[1].person.save()
    done = confirm.confirm_many([Asked(tokens.token("confirm", row.nonce)) for row in rows])
    assert [isinstance(one, vault.VaultError) for one in done] == [False, True, False]
    assert sorted(Signature.objects.values_list("state", flat=True)) == ["confirmed", "confirmed", "pending"]


def test_two_writers_at_once_lose_nothing_and_count_nobody_twice(real_commits: None, first: Version) -> None:
    addresses = [f"signer{number}@people.example" for number in range(60)]
    _both(lambda: intake.sign_many([item(first, email) for email in addresses]))
    rows = list(Signature.objects.order_by("pk"))
    assert len(rows) == Message.objects.filter(kind="confirm").count() == 2 * len(addresses)
    links = [Asked(tokens.token("confirm", row.nonce)) for row in rows]
    halves = iter([links, links[::-1]])
    done = _both(confirm.confirm_many, lambda: next(halves))
    assert not [one for one in done if isinstance(one, Exception)]
    assert list(Signature.objects.values_list("state", flat=True)) == ["confirmed"] * len(addresses)
    assert Message.objects.filter(kind="signed").count() == len(addresses)
    assert sum(one.outcome == Outcome.RECORDED_SOON for one in done) >= len(addresses)


def _both(act: Callable[..., list[Any]], given: Callable[[], Any] | None = None) -> list[Any]:
    """What two threads do at once, each with its own connection."""
    gate, found, errors = threading.Barrier(2), [], []

    def run(*arguments: Any) -> None:
        try:
            gate.wait()
            found.extend(act(*arguments))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(given(),) if given else ()) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    return found
