"""A fork is told from its original, and from other forks, by its title."""

from pathlib import Path

import pytest
from tests.server.fakes import CATALOG, EXPERIMENT

from lantern.protocol.experiment import Change, Experiment
from lantern.server.catalog import CatalogKeeper
from lantern.server.titles import LONGEST, fork_title, original_title


@pytest.mark.parametrize(
    ("title", "original"),
    [
        ("LeNet-5 on MNIST", "LeNet-5 on MNIST"),
        ("Fork at 300 of LeNet-5 on MNIST", "LeNet-5 on MNIST"),
        ("Fork 12 at 300 of Mine", "Mine"),
        ("Fork bombs", "Fork bombs"),
    ],
)
def test_what_makes_it_a_fork_is_told_from_the_title(title: str, original: str) -> None:
    assert original_title(title) == original
    assert fork_title(title, 7, taken=()) == f"Fork at 7 of {original}"


def test_no_two_forks_have_one_title() -> None:
    taken = {"Fork at 7 of Mine", "Fork 2 at 7 of Mine"}
    assert fork_title("Mine", 7, taken=taken) == "Fork 3 at 7 of Mine"
    assert fork_title("Fork at 7 of Mine", 7, taken=taken) == "Fork 3 at 7 of Mine"


def test_a_long_title_gives_way() -> None:
    long = "m" * LONGEST
    title = fork_title(long, 7, taken=())
    assert (len(title), title[:13]) == (LONGEST, "Fork at 7 of ")
    assert fork_title(long, 7, taken={title}).startswith("Fork 2 at 7 of m")


def test_the_title_of_a_fork_goes_on_saying_what_it_trains_on(tmp_path: Path) -> None:
    keeper = CatalogKeeper(tmp_path / "catalog.json")
    keeper.update(CATALOG)
    fork = Experiment.model_validate(EXPERIMENT | {"title": "Fork at 7 of Mlp on Circle"})
    switch = Change(path="dataset", value={"name": "xor"})
    title = Change(path="title", value="Fork at 7 of Mlp on Xor")
    assert keeper.suited_changes(fork, (switch,)) == (switch, title)
    named = fork.model_copy(update={"title": "Fork at 7 of Mine"})
    assert keeper.suited_changes(named, (switch,)) == (switch,)
