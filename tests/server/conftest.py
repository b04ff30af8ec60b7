"""One server for each test, and one shared by those that leave nothing behind."""

import pytest
from tests.server.fakes import CATALOG, Server


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("shared")) as running:
        running.services.catalog.update(CATALOG)
        yield running
