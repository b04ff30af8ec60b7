"""Edits of every kind are kept by web: for late joiners, forks, exports and a restart."""

import pytest
from tests.server.fakes import EXPERIMENT, FakeAgent, Server, browser, create, until

from lantern.protocol.events import EditedEvent
from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Experiment,
    Paint,
    Part,
    Reinitialise,
    Reshape,
    SetWeight,
    with_edits,
)

pytestmark = pytest.mark.asyncio

OWN = Part(name="own", params={"points": [[0, 0, 0], [1, 1, 1], [2, 2, 0]]})
STROKE = Paint(remove=(1,), add=((5.0, 5.0, 1.0),))
EDITS = (
    Edit(step=0, action=Configure(changes=(Change(path="training.l2", value=0.1),))),
    Edit(step=0, action=SetWeight(parameter="hidden1.bias", index=(0,), value=1.0)),
    Edit(step=0, action=Reshape(changes=(Change(path="model.params.layers", value=[9]),))),
    Edit(step=0, action=Reinitialise(layer="hidden1")),
    Edit(step=0, action=Reinitialise(layer="hidden1")),
    Edit(
        step=0, action=Reshape(changes=(Change(path="dataset", value=OWN.model_dump(mode="json")),))
    ),
    Edit(step=0, action=STROKE),
    Edit(step=0, action=STROKE),
)


async def edited(server: Server, agent: FakeAgent, client) -> tuple[dict, str]:
    """Make one of every edit in a session; return it with its path."""
    made = await create(client, phase="paused")
    for edit in EDITS:
        await agent.workers[-1].tell(EditedEvent(run=1, edit=edit))
    session = server.services.sessions.find(made["id"])
    await until(lambda: len(session.edits) == len(EDITS))
    return made, f"/api/v1/sessions/{made['id']}"


async def test_all_edits_count_even_equal_ones_of_one_step(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made, path = await edited(server, agent, client)
        read = (await client.get(path)).json()
        assert len(read["edits"]) == len(EDITS)
        expected = with_edits(Experiment.model_validate(made["base"]), EDITS)
        assert Experiment.model_validate(read["experiment"]) == expected
        assert read["experiment"]["dataset"]["params"]["points"][1] == [5.0, 5.0, 1.0]
        history = (await client.get(f"{path}/history")).json()
        assert history["edits"] == read["edits"]
        async with browser(server, made["id"]) as late:
            await until(lambda: late.of("snapshot"))
            assert late.last("snapshot")["edits"] == read["edits"]
            assert late.last("snapshot")["experiment"] == read["experiment"]


async def test_forks_and_exports_have_them(server):
    async with FakeAgent(server) as agent, server.client() as client:
        _, path = await edited(server, agent, client)
        read = (await client.get(path)).json()
        forked = (await client.post(f"{path}/fork", json={"step": 0})).json()
        assert forked["edits"] == read["edits"]
        export = (await client.get(f"{path}/export?format=experiment")).json()
        assert export["edits"] == read["edits"]
        assert agent.starts[-1].edits == EDITS
        script = (await client.get(f"{path}/export?format=python")).text
        assert '"reinitialise"' in script


async def test_a_restart_of_web_knows_them(tmp_path):
    with Server(tmp_path) as server:
        async with FakeAgent(server) as agent, server.client() as client:
            _, path = await edited(server, agent, client)
            read = (await client.get(path)).json()
            await until(lambda: agent.workers[-1].persisted >= len(EDITS))
    with Server(tmp_path) as server:
        async with server.client() as client:
            again = (await client.get(path)).json()
            assert again["edits"] == read["edits"]
            assert again["experiment"] == read["experiment"]


async def test_why_it_paused_is_told_and_ends_a_goal(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client, phase="paused")
        session = server.services.sessions.find(made["id"])
        session.set_wanted("running", 1000)
        await agent.workers[-1].tell_state("running")
        sentence = "Paused: 2 epochs are complete."
        await agent.workers[-1].tell_state("paused", sentence=sentence, mark=30)
        await until(lambda: session.state.sentence)
        assert session.wanted == "paused"
        read = (await client.get(f"/api/v1/sessions/{made['id']}")).json()
        assert (read["sentence"], read["mark"]) == (sentence, 30)


@pytest.mark.parametrize(
    "action",
    [
        {"type": "configure", "changes": [{"path": "weather", "value": 1}]},
        {"type": "reshape", "changes": [{"path": "training.batch_size", "value": "many"}]},
    ],
)
async def test_a_session_with_edits_that_lead_nowhere_is_refused(shared, action):
    async with shared.client() as client:
        body = {"experiment": EXPERIMENT, "edits": [{"step": 0, "action": action}]}
        answer = await client.post("/api/v1/sessions", json=body)
        assert answer.status_code == 422
        assert answer.json()["field"] == "edits"
