"""One clean reference provider for the tests that change nothing, a fresh one for those that do."""

from collections.abc import Iterator

import pytest

from talkstack_contract.reference import Reference, serve
from tests.reference.client import Client, client_of


@pytest.fixture
def reference() -> Iterator[Reference]:
    with serve() as running:
        yield running


@pytest.fixture
def client(reference: Reference) -> Iterator[Client]:
    with client_of(reference) as connected:
        yield connected
