"""Pictures uploaded as inputs: handed to an agent, put into a slot, or refused with a sentence."""

import base64

import pytest
from tests.server.fakes import PICTURES, Behaviour, FakeAgent, create

from lantern.protocol.problems import Problem

pytestmark = pytest.mark.asyncio
PNG = b"\x89PNG\r\n\x1a\n and so on"


async def test_a_picture_is_decoded_by_the_agent_and_lies_in_its_slot(server):
    async with FakeAgent(server, Behaviour(data=PICTURES)) as agent, server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs"
        assert (await client.get(path)).json() == {"slots": {}}
        answer = await client.post(f"{path}/5?fit=contain&invert=no", content=PNG)
        assert answer.status_code == 200, answer.text
        job = agent.jobs[0].job
        assert base64.b64decode(job.data) == PNG
        assert (job.shape, job.fit, job.invert) == ((1, 2, 2), "contain", "no")
        sent = next(c for c in agent.workers[0].commands if c.type == "set_input")
        assert sent.id == answer.json()["command_id"]
        assert sent.slot == 5
        pixels = {"type": "pixels", "shape": [1, 2, 2], "data": "AECA/w=="}
        assert (await client.get(path)).json() == {"slots": {"5": pixels}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "image: the request has no file in its body."),
        (b"<?xml version='1.0'?><svg/>", "image: SVG is a drawing program"),
        (b"GIF89a....", "image: this is no PNG, JPEG or WebP file."),
        (b"PK\x03\x04 a zip", "image: this is no PNG, JPEG or WebP file."),
    ],
)
async def test_what_is_no_picture_reaches_no_agent(server, content, sentence):
    async with FakeAgent(server, Behaviour(data=PICTURES)) as agent, server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs"
        answer = await client.post(f"{path}/0", content=content)
        assert answer.status_code == 422
        assert answer.json()["field"] == "image"
        assert answer.json()["detail"].startswith(sentence)
        assert agent.jobs == []
        assert (await client.get(path)).json() == {"slots": {}}


async def endless():
    """A body that does not say how long it is."""
    yield PNG
    for _ in range(30):
        yield bytes(1_000_000)


async def test_a_body_over_the_limit_is_refused_before_it_is_read(server):
    async with FakeAgent(server, Behaviour(data=PICTURES)) as agent, server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs/0"
        large = await client.post(path, content=PNG + bytes(10_000_000))
        assert large.status_code == 413
        assert large.json()["detail"] == "image: the file is too large; at most 10 MB are read."
        streamed = await client.post(path, content=endless())
        assert (streamed.status_code, streamed.json()["field"]) == (413, "image")
        allowed = await client.post(path, content=PNG + bytes(9_000_000))
        assert allowed.status_code == 200, allowed.text
        assert len(agent.jobs) == 1


async def test_a_picture_that_cannot_be_decoded_changes_nothing(server):
    problem = Problem(sentence="The PNG picture is damaged.", hint="Save it again.")
    behaviour = Behaviour(data=PICTURES, job_problem=problem)
    async with FakeAgent(server, behaviour), server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs"
        answer = await client.post(f"{path}/1", content=PNG)
        assert answer.status_code == 422
        body = answer.json()
        assert (body["detail"], body["field"]) == ("The PNG picture is damaged.", "image")
        assert body["hint"] == "Save it again."
        assert (await client.get(path)).json() == {"slots": {}}


@pytest.mark.parametrize("where", ["64", "-1", "first", "0?fit=stretch", "0?invert=maybe"])
async def test_a_slot_or_an_option_that_is_none_is_refused(server, where):
    async with FakeAgent(server, Behaviour(data=PICTURES)) as agent, server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs"
        answer = await client.post(f"{path}/{where}", content=PNG)
        assert answer.status_code == 422
        assert agent.jobs == []


async def test_a_network_on_points_takes_no_pictures(server):
    async with FakeAgent(server) as agent, server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inputs/0"
        answer = await client.post(path, content=PNG)
        assert answer.status_code == 422
        assert "looks at points" in answer.json()["detail"]
        assert agent.jobs == []
