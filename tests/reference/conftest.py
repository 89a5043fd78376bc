"""A fresh reference provider for the tests that change it, and one for all those that only open accounts in it."""

from collections.abc import Iterator

import pytest

from reference_provider import Reference, serve
from tests.reference.asking import Opening, opening
from tests.reference.client import Client, client_of


@pytest.fixture
def reference() -> Iterator[Reference]:
    with serve() as running:
        yield running


@pytest.fixture
def client(reference: Reference) -> Iterator[Client]:
    with client_of(reference) as connected:
        yield connected


@pytest.fixture(scope="session")
def opened() -> Iterator[Opening]:
    with opening() as shared:
        yield shared
