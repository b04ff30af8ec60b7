"""Models that are checked while they are put together."""

from pathlib import Path

import pytest
from tests.server.fakes import FakeAgent

from lantern.lab.models.sequential import Sequential
from lantern.lab.plugin import load_plugins
from lantern.protocol import frame
from lantern.protocol.catalog import Catalog
from lantern.protocol.link import RunJob
from lantern.protocol.problems import ProblemError
from lantern.server.catalog import CatalogKeeper
from lantern.worker.jobs import done

pytestmark = pytest.mark.asyncio
load_plugins()
PATH = "/api/v1/models/check"
IMAGES = {"kind": "images", "shape": [1, 28, 28], "classes": 10}


class RealAgent(FakeAgent):
    """Does the jobs as the process of an agent does."""

    async def work(self, command: RunJob) -> None:
        await self.socket.send(frame.encode(done(command, Path("/nonexistent"))))


def asked(*layers, **more) -> dict:
    return {"model": {"name": "sequential", "params": {"layers": layers}}} | IMAGES | more


async def test_a_model_is_checked_without_a_session(server):
    async with RealAgent(server) as agent, server.client() as client:
        answer = await client.post(PATH, json=asked({"type": "conv"}, {"type": "pool"}))
        body = answer.json()
        assert answer.status_code == 200
        assert [layer["output_shape"] for layer in body["layers"]] == [[16, 28, 28], [16, 14, 14]]
        assert body["output"]["parameters"] == 16 * 14 * 14 * 10 + 10
        assert body["parameters"] == 160 + body["output"]["parameters"]
        assert body["macs"] == 16 * 9 * 28 * 28 + 31_360
        assert body["problem"] is None
        assert body["chain"]["params"]["layers"][0] == {"type": "conv", "name": "conv1"}
        assert [job.job.type for job in agent.jobs] == ["check_model"]
        assert (await client.get("/api/v1/sessions")).json() == []


async def test_what_does_not_fit_is_an_answer_and_no_failure(server):
    async with RealAgent(server), server.client() as client:
        layers = [{"type": "conv"}, {"type": "linear"}]
        body = (await client.post(PATH, json=asked(*layers))).json()
        assert len(body["layers"]) == 1
        assert body["problem"]["field"] == "model.params.layers.1"
        assert body["problem"]["sentence"] == (
            "Layer 2 (linear 64) takes rows; put a flatten before it."
        )
        unknown = {"model": {"name": "no_such"}} | IMAGES
        body = (await client.post(PATH, json=unknown)).json()
        assert body["problem"]["field"] == "model.name"


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": [1, 0, 28]},
        {"shape": [1, 28, 99_999]},
        {"classes": -1},
        {"kind": "sounds"},
        {"more": 1},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(server, wrong):
    async with server.client() as client:
        answer = await client.post(PATH, json=asked() | wrong)
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ({"type": "conv", "channels": 0}, "layers.1.channels: must be at least 1, not 0."),
        ({"type": "pool", "method": "min"}, 'layers.1.method: must be one of "max", "average"'),
        ({"type": "flatten", "units": 3}, "layers.1.units: there is no such parameter"),
        ({"type": "lstm"}, "layers.1: must have a type out of activation, conv,"),
        ({"name": "conv1"}, "layers.1: must have a type out of"),
        (3, "layers.1: must have a type out of"),
    ],
)
async def test_the_catalog_names_the_setting_of_the_layer_that_was_meant(tmp_path, layer, sentence):
    keeper = CatalogKeeper(tmp_path / "catalog.json")
    keeper.update(Catalog(plugins=(Sequential.card(),)))
    params = {"layers": [{"type": "conv", "name": "conv1"}, layer]}
    with pytest.raises(ProblemError) as caught:
        keeper.check_part("model", "sequential", params, field="model")
    assert caught.value.problem.sentence.startswith(f"model.params.{sentence}")
    keeper.check_part("model", "sequential", {"layers": params["layers"][:1]}, field="model")
    keeper.check_part("model", "sequential", {"layers": None}, field="model")
