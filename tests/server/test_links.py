"""Workers and agents: adopted, fenced, started again; nothing that counts is lost or doubled."""

import asyncio
import sqlite3

import pytest
from tests.server.fakes import (
    EXPERIMENT,
    VIEW,
    Behaviour,
    FakeAgent,
    FakeWorker,
    Server,
    browser,
    create,
    until,
)

from lantern.protocol.ids import new_id
from lantern.server.secrets_file import worker_token

pytestmark = pytest.mark.asyncio


def stored(server, query: str, *args) -> list[tuple]:
    with sqlite3.connect(server.settings.home / "lantern.sqlite") as connection:
        found = connection.execute(query, args).fetchall()
    connection.close()
    return found


async def test_what_counts_is_stored_before_the_worker_may_forget_it(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        await worker.train(30)
        await until(lambda: worker.persisted == worker.seq, 5)
        assert worker.kept == []
        steps = stored(server, "SELECT step FROM metrics WHERE session = ?", made["id"])
        assert [step for (step,) in steps] == list(range(1, 31))
        types = stored(server, "SELECT type FROM events ORDER BY seq")
        assert [kind for (kind,) in types] == ["built", "state"]


async def test_a_worker_that_dials_again_goes_on_where_it_was_and_nothing_doubles(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        session = server.services.sessions.find(made["id"])
        async with browser(server, made["id"]) as page:
            await page.socket.send('{"type":"watch","ref":"a","view":{"inspector":"prediction"}}')
            await until(lambda: worker.commands)
            key = worker.commands[0].key
            await worker.train(3)
            await until(lambda: session.table.last_step() == 3)
            worker.socket.transport.abort()
            await until(lambda: session.worker is None)
            await until(
                lambda: (
                    page.of("worker_link")[-1:] and page.of("worker_link")[-1]["status"] == "lost"
                )
            )
            worker.seq += 1  # told while nobody heard it
            missed = '{"type":"metrics","seq":%d,"run":1,"rows":[{"step":4,"epoch":1,"values":{}}]}'
            worker.kept.append((worker.seq, missed % worker.seq))
            worker.commands.clear()
            agent.spawn(worker.live())
            await until(lambda: session.worker is not None and session.table.last_step() == 4)
            assert worker.welcome.have_seq == 3
            await until(lambda: worker.commands)
            assert (worker.commands[0].type, worker.commands[0].key) == ("watch", key)
            await until(lambda: len(page.of("metrics")) == 2)
            await until(lambda: page.last("worker_link").get("status") == "connected")


async def test_a_worker_of_an_older_incarnation_is_refused(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        first = agent.workers[0]
        await agent.kill(first)
        await until(lambda: len(agent.workers) == 2 and agent.workers[1].welcome)
        assert agent.starts[1].incarnation == 2
        assert agent.starts[1].resume
        stale = FakeWorker(server, first.start, Behaviour(), seq=9)
        await stale.live()
        assert stale.closed[0] == 4409
        assert server.services.sessions.find(made["id"]).incarnation == 2


async def test_a_workers_token_opens_its_own_session_only(server):
    async with FakeAgent(server) as agent, server.client() as client:
        await create(client)
        other = await create(client)
        secret = server.agent_token
        start = agent.workers[0].start.model_copy(
            update={"token": worker_token(secret, other["id"], 1)}
        )
        thief = FakeWorker(server, start, Behaviour(), seq=9)
        await thief.live()
        assert thief.closed[0] == 4403


async def test_a_dead_worker_is_started_again_from_its_snapshot_without_a_gap(server):
    behaviour = Behaviour()
    async with FakeAgent(server, behaviour) as agent, server.client() as client:
        made = await create(client)
        await agent.workers[0].train(20)
        session = server.services.sessions.find(made["id"])
        await until(lambda: session.table.last_step() == 20)
        behaviour.resume_step = 15
        async with browser(server, made["id"]) as page:
            await agent.kill(agent.workers[0])
            await until(lambda: len(agent.workers) == 2 and session.worker is not None)
            await until(lambda: session.table.last_step() == 15)
            await agent.workers[1].train(10)
            await until(lambda: session.table.last_step() == 25)
            assert [event["status"] for event in page.of("worker_link")][-1] == "connected"
        answer = (await client.get(f"/api/v1/sessions/{made['id']}/metrics")).json()
        assert answer["steps"] == list(range(1, 26))
        await until(lambda: agent.workers[1].persisted == agent.workers[1].seq)
        steps = stored(server, "SELECT step FROM metrics ORDER BY step")
        assert [step for (step,) in steps] == list(range(1, 26))


async def test_a_crash_loop_ends_in_failed_with_the_reason(server):
    async with FakeAgent(server, Behaviour(dies_with=1)) as agent, server.client() as client:
        answer = await client.post("/api/v1/sessions", json={"experiment": EXPERIMENT})
        assert answer.status_code == 422
        assert "MemoryError: too large" in answer.json()["detail"]
        assert len(agent.starts) == 3


async def test_a_session_that_keeps_crashing_later_fails_and_can_be_woken(server):
    behaviour = Behaviour()
    async with FakeAgent(server, behaviour) as agent, server.client() as client:
        made = await create(client)
        behaviour.dies_with = -9
        await agent.kill(agent.workers[0])
        path = f"/api/v1/sessions/{made['id']}"
        session = server.services.sessions.find(made["id"])
        await until(lambda: session.state.phase == "failed")
        read = (await client.get(path)).json()
        assert "3 times" in read["problem"]["sentence"]
        behaviour.dies_with = None
        done = await client.post(f"{path}/commands", json={"type": "pause"})
        assert done.status_code == 200
        assert done.json()["session"]["phase"] == "paused"


async def test_a_stopped_session_sleeps_and_wakes_at_the_next_command(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}"
        session = server.services.sessions.find(made["id"])
        stopping = asyncio.create_task(client.post(f"{path}/commands", json={"type": "stop"}))
        await until(lambda: session.is_ending)
        asking = asyncio.create_task(client.post(f"{path}/inspect", json=VIEW))
        await asyncio.sleep(0.1)
        assert len(agent.starts) == 1  # what is asked meanwhile waits for the next worker
        await agent.exited(agent.starts[0], 0)
        assert (await stopping).json()["session"]["phase"] in {"sleeping", "building", "paused"}
        assert (await asking).status_code == 200
        assert agent.starts[1].phase == "paused"


async def test_a_run_of_so_many_steps_is_finished_after_a_crash(server):
    behaviour = Behaviour(is_mute=True)
    async with FakeAgent(server, behaviour) as agent, server.client() as client:
        made = await create(client, phase="paused")
        session = server.services.sessions.find(made["id"])
        path = f"/api/v1/sessions/{made['id']}/commands"
        task = asyncio.create_task(client.post(path, json={"type": "run", "steps": 100}))
        await until(lambda: agent.workers[0].commands)
        await agent.workers[0].tell_state("running")
        await until(lambda: session.state.phase == "running")
        behaviour.is_mute, behaviour.resume_step = False, 30
        await agent.kill(agent.workers[0])
        await until(lambda: session.table.last_step() >= 100)
        assert agent.starts[1].phase == "paused"
        assert agent.workers[1].commands[0].steps in {70, 100}
        assert (await task).status_code == 200


async def test_web_restarted_adopts_the_workers_that_are_alive(tmp_path):
    with Server(tmp_path) as first:
        async with FakeAgent(first) as agent, first.client() as client:
            made = await create(client)
            worker = agent.workers[0]
            await worker.train(10)
            await until(lambda: worker.persisted == worker.seq)
            running = dict(agent.running)
    worker.seq += 1
    missed = '{"type":"metrics","seq":%d,"run":1,"rows":[{"step":11,"epoch":1,"values":{"a":1}}]}'
    worker.kept.append((worker.seq, missed % worker.seq))
    with Server(tmp_path) as second:
        worker.server = second
        async with FakeAgent(second, running=running) as agent, second.client() as client:
            agent.spawn(worker.live())
            session = second.services.sessions.find(made["id"])
            await until(lambda: session.worker is not None)
            assert worker.welcome.have_seq == worker.seq - 1
            metrics = (await client.get(f"/api/v1/sessions/{made['id']}/metrics")).json()
            assert metrics["steps"] == list(range(1, 12))
            assert session.incarnation == 1
            assert agent.starts == []


async def test_web_restarted_starts_what_was_running_and_lets_the_paused_sleep(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("lantern.server.lifecycle.ADOPTION_S", 0.2)
    with Server(tmp_path) as first:
        async with FakeAgent(first), first.client() as client:
            busy = await create(client)
            idle = await create(client, phase="paused")
            wanted = first.services.sessions
            await until(lambda: wanted.find(idle["id"]).state.phase == "paused")
    with Server(tmp_path) as second:
        async with FakeAgent(second) as agent, second.client() as client:
            await until(lambda: agent.starts)
            idle_session = second.services.sessions.find(idle["id"])
            await until(lambda: idle_session.state.phase == "sleeping")
            assert [start.session for start in agent.starts] == [busy["id"]]
            assert agent.starts[0].incarnation == 2
            async with browser(second, idle["id"]):
                await until(lambda: idle_session.worker is not None)
            read = (await client.get(f"/api/v1/sessions/{idle['id']}")).json()
            assert read["phase"] == "paused"


async def test_workers_that_nobody_wants_are_ended(server):
    nobody = new_id()
    async with FakeAgent(server, running={nobody: 3}) as agent:
        await until(lambda: agent.stops)
        assert (agent.stops[0].session, agent.stops[0].delete_files) == (nobody, True)


async def test_only_so_many_workers_start_at_a_time(server):
    async with FakeAgent(server, cores=1) as agent, server.client() as client:
        gate = asyncio.Event()
        begin = agent.start

        async def slow_start(command):
            agent.tasks.add(asyncio.create_task(_after(gate, begin, command)))

        agent.start = slow_start
        tasks = [asyncio.create_task(create(client)) for _ in range(5)]
        await until(lambda: len(agent.starts) == 2)
        await asyncio.sleep(0.2)
        assert len(agent.starts) == 2
        gate.set()
        await asyncio.gather(*tasks)
        assert len(agent.starts) == 5


async def _after(gate, begin, command) -> None:
    await gate.wait()
    await begin(command)


async def test_a_malformed_event_is_left_out_and_the_rest_counts(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        session = server.services.sessions.find(made["id"])
        for nonsense in ("", "{", '{"type":"dance","seq":3}', b"\xff\xff\xff\xff", b"", "[]"):
            await worker.send(nonsense)
        await worker.train(2)
        await until(lambda: session.table.last_step() == 2)


async def test_the_catalog_is_kept_for_the_next_start(tmp_path):
    with Server(tmp_path) as first:
        async with FakeAgent(first):
            pass
    with Server(tmp_path) as second:
        async with second.client() as client:
            names = [
                card["name"] for card in (await client.get("/api/v1/catalog")).json()["plugins"]
            ]
            assert "circle" in names
