"""What tests of the laboratory share: plugins are loaded, torch keeps to one thread."""

import pytest
import torch

from lantern.lab.plugin import load_plugins


@pytest.fixture(scope="session", autouse=True)
def laboratory() -> None:
    torch.set_num_threads(1)
    load_plugins()
