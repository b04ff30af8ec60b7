"""What nobody cares for is paused, with a sentence; nothing else is."""

import asyncio
import time

import pytest
from tests.server.fakes import CATALOG, Behaviour, FakeAgent, Server, browser, create, until

from lantern.server.settings import Settings, from_environment

pytestmark = pytest.mark.asyncio
LIMIT_S = 2.0


@pytest.fixture
def hasty(tmp_path):
    with Server(tmp_path, idle_pause_s=LIMIT_S) as running:
        running.services.catalog.update(CATALOG)
        yield running


async def test_a_session_that_nobody_cares_for_is_paused_and_says_why(hasty):
    async with FakeAgent(hasty) as agent, hasty.client() as client:
        made = await create(client)
        session = hasty.services.sessions.find(made["id"])
        await until(lambda: session.state.problem is not None)
        assert [command.type for command in agent.workers[0].commands] == ["pause"]
        read = (await client.get(f"/api/v1/sessions/{made['id']}")).json()
        assert read["phase"] == "paused"
        assert read["problem"]["sentence"] == "Paused after 2 seconds because nobody was watching."
        assert read["problem"]["hint"] == "Press Run to go on."
        async with browser(hasty, made["id"]) as page:
            await until(lambda: page.raw)
            assert "nobody" in page.headers[0]["state"]["problem"]["sentence"]
        await client.post(f"/api/v1/sessions/{made['id']}/commands", json={"type": "run"})
        await until(lambda: session.state.phase == "running" and session.state.problem is None)


async def test_looking_reading_and_asking_keep_a_session_going(hasty):
    async with FakeAgent(hasty) as agent, hasty.client() as client:
        watched, read, listed = [await create(client) for _ in range(3)]
        async with browser(hasty, watched["id"]):
            end = time.monotonic() + 3 * LIMIT_S
            while time.monotonic() < end:
                await client.get(f"/api/v1/sessions/{read['id']}/metrics")
                await client.get("/api/v1/sessions")
                await asyncio.sleep(LIMIT_S / 10)
            sessions = hasty.services.sessions
            phases = [sessions.find(made["id"]).state.phase for made in (watched, read, listed)]
            assert phases == ["running", "running", "paused"]
        session = sessions.find(watched["id"])
        await until(lambda: session.state.phase == "paused")  # the page was closed
        assert len(agent.workers) == 3


async def test_a_run_of_so_many_steps_is_let_to_its_end(hasty):
    async with FakeAgent(hasty, Behaviour(is_mute=True)) as agent, hasty.client() as client:
        made = await create(client, phase="paused")
        session = hasty.services.sessions.find(made["id"])
        body = {"type": "run", "steps": 100}
        task = asyncio.create_task(
            client.post(f"/api/v1/sessions/{made['id']}/commands", json=body)
        )
        worker = agent.workers[0]
        await until(lambda: worker.commands)
        await worker.tell_state("running")
        await until(lambda: session.state.phase == "running")
        await asyncio.sleep(2 * LIMIT_S)
        assert [command.type for command in worker.commands] == ["run"]
        assert session.state.phase == "running"
        task.cancel()


async def test_the_limit_is_half_an_hour_unless_it_is_set(monkeypatch, hasty):
    assert Settings().idle_pause_s == 1800
    monkeypatch.setenv("LANTERN_IDLE_PAUSE_S", "0")
    assert from_environment().idle_pause_s == 0
    assert from_environment(idle_pause_s="60").idle_pause_s == 60
    rule = hasty.services.idle
    rule.limit_s = 1800.0
    assert rule._problem().sentence == "Paused after 30 minutes because nobody was watching."
    rule.limit_s = 0.0
    await asyncio.wait_for(rule.run(), 1)
