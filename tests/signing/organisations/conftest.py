from collections.abc import Callable, Iterator

import pytest

from tests.signing.crowd import original
from tests.signing.organisations.societies import NameServer
from undersigned.appeals.models import Appeal, Version


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def names(configure: Callable[..., None]) -> Iterator[NameServer]:
    """The only name server that this installation asks."""
    with NameServer() as server:
        configure(dns_server=server.setting)
        yield server
