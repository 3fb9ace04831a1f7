"""Many requests in one transaction, each with its own outcome."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import DataError, Error, IntegrityError, OperationalError, transaction

_T = TypeVar("_T")
_R = TypeVar("_R")
_Act = Callable[[Sequence[_T]], list[_R]]
_TRIES = 3
# PostgreSQL: a deadlock, and a transaction that has to be done again.
_AGAIN = frozenset({"40P01", "40001"})


def run(items: Sequence[_T], act: _Act[_T, _R]) -> list[_R | Exception]:
    """The outcome of each item, all in one transaction; what the database refuses fails only its own item.

    `act` gives an outcome for each item, in order, and may be run again after a rollback. Where a row is
    refused, halves are tried, each in a transaction of its own, since some rules are only asked at the
    commit, until it stands alone. Raises whatever stands in the way of all, and then nothing is stored.
    """
    if not items:
        return []
    try:
        done = _transaction(items, act)
        return [*done]
    except (IntegrityError, DataError) as error:
        if len(items) == 1:
            return [_again(items, act, error)]
    middle = len(items) // 2
    return _half(items[:middle], act) + _half(items[middle:], act)


def _transaction(items: Sequence[_T], act: _Act[_T, _R]) -> list[_R]:
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return act(items)
        except OperationalError as error:
            if attempt == _TRIES - 1 or getattr(error.__cause__, "sqlstate", None) not in _AGAIN:
                raise
    raise AssertionError("unreachable")


def _half(items: Sequence[_T], act: _Act[_T, _R]) -> list[_R | Exception]:
    """The other half may be stored already: what stands in the way of this one is each one's own."""
    try:
        return run(items, act)
    except Exception as error:
        return [error for _item in items]


def _again(items: Sequence[_T], act: _Act[_T, _R], refused: Error) -> _R | Exception:
    # Random bytes may have met, and somebody else may have been faster and is seen now.
    last = refused
    for _ in range(_TRIES - 1):
        try:
            return _transaction(items, act)[0]
        except (IntegrityError, DataError) as error:
            last = error
    return last
