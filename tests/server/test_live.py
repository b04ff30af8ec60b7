"""The live link: snapshot first, bytes as they came, the newest for the slow, all for everyone."""

import asyncio
import contextlib
import json
import socket as sockets
import time

import pytest
from tests.server.fakes import (
    CATALOG,
    VIEW,
    FakeAgent,
    browser,
    create,
    figure_frame,
    until,
)
from websockets.exceptions import ConnectionClosed

from lantern.protocol import frame
from lantern.protocol.events import ProgressEvent, TelemetryEvent, ViewProblemEvent
from lantern.protocol.live import SnapshotEvent
from lantern.protocol.problems import Problem

pytestmark = pytest.mark.asyncio


def watch(ref: str = "v1", **params) -> str:
    return json.dumps({"type": "watch", "ref": ref, "view": VIEW | {"params": params}})


async def watched_key(page, ref: str = "v1") -> str:
    await until(lambda: [event for event in page.of("watching") if event["ref"] == ref])
    return next(event["key"] for event in page.of("watching") if event["ref"] == ref)


async def test_the_snapshot_comes_first_and_holds_everything(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        await worker.train(5)
        await until(lambda: server.services.sessions.find(made["id"]).table.last_step() == 5)
        async with browser(server, made["id"]) as page:
            await until(lambda: page.raw)
            snapshot = frame.decode(page.raw[0], SnapshotEvent)
            assert snapshot.state.phase == "running"
            assert snapshot.role == "admin"
            assert snapshot.worker == "connected"
            assert [event.type for event in snapshot.events] == ["built"]
            assert snapshot.metrics.steps.data.cast("d").tolist() == [1, 2, 3, 4, 5]
            losses = snapshot.metrics.columns["train_loss"].data.cast("f").tolist()
            assert losses == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
            await worker.train(1)
            await until(lambda: page.of("metrics"))
            assert page.of("metrics")[0]["rows"][0]["step"] == 6
            assert page.of("metrics")[0]["seq"] > snapshot.have_seq


async def test_events_and_figures_are_relayed_byte_for_byte(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        async with browser(server, made["id"]) as one, browser(server, made["id"]) as two:
            for page in (one, two):
                await page.socket.send(watch())
            key = await watched_key(one)
            assert await watched_key(two) == key
            await until(lambda: worker.commands)
            assert [(c.type, c.key) for c in worker.commands] == [("watch", key)]
            figure = figure_frame(key, step=3, size_bytes=20_000)
            await worker.send(figure)
            await worker.tell_state("paused")
            for page in (one, two):
                await until(lambda page=page: page.of("figure") and page.of("state"))
                assert figure in page.raw
                assert worker.kept[-1][1] in page.raw
            async with browser(server, made["id"]) as late:
                await late.socket.send(watch(slot=0))  # the default said aloud: the same view
                await until(lambda: late.of("figure"))
                assert figure in late.raw
                await until(lambda: one.of("viewers") and one.of("viewers")[-1]["count"] == 3)


async def test_figures_go_only_to_those_who_look(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        async with browser(server, made["id"]) as one, browser(server, made["id"]) as two:
            await one.socket.send(watch())
            key = await watched_key(one)
            await worker.send(figure_frame(key))
            problem = ViewProblemEvent(key=key, problem=Problem(sentence="Too small."))
            await worker.send(problem.model_dump_json())
            await worker.send(
                ProgressEvent(key=key, fraction=0.5, sentence="half").model_dump_json()
            )
            install = ProgressEvent(key="install", fraction=0.1, sentence="mnist")
            await worker.send(install.model_dump_json())
            await until(lambda: one.of("view_problem") and len(one.of("progress")) == 2)
            await until(lambda: two.of("progress"))
            assert [event["key"] for event in two.of("progress")] == ["install"]
            assert two.of("figure") == two.of("view_problem") == []


async def test_a_view_is_given_up_when_nobody_looks_any_more(server, monkeypatch):
    monkeypatch.setattr("lantern.server.live.GRACE_S", 0.1)
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        async with browser(server, made["id"]) as one:
            async with browser(server, made["id"]) as two:
                await one.socket.send(watch("a"))
                await one.socket.send(watch("b"))
                await two.socket.send(watch("c"))
                key = await watched_key(two, "c")
                await one.socket.send('{"type":"unwatch","ref":"a"}')
                await one.socket.send('{"type":"unwatch","ref":"b"}')
                await asyncio.sleep(0.3)
                assert [command.type for command in worker.commands] == ["watch"]
            await until(lambda: worker.commands[-1].type == "unwatch")
            assert worker.commands[-1].key == key


async def test_a_view_that_is_known_is_computed_anew_when_asked(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        async with browser(server, made["id"]) as one:
            await one.socket.send(watch("a"))
            key = await watched_key(one, "a")
            old, new = figure_frame(key, step=3), figure_frame(key, step=4)
            await worker.send(old)
            await until(lambda: one.of("figure"))
            await one.socket.send('{"type":"unwatch","ref":"a"}')
            await one.socket.send(json.dumps(json.loads(watch("b")) | {"anew": True}))
            assert await watched_key(one, "b") == key
            await until(lambda: len(worker.commands) == 2)
            assert [(c.type, c.key) for c in worker.commands] == [("watch", key)] * 2
            await worker.send(new)
            await until(lambda: len(one.of("figure")) == 2)
            assert [frame in one.raw for frame in (old, new)] == [True, True]


async def test_latest_wins_for_figures_and_every_state_counts(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        async with browser(server, made["id"], acks=False) as page:
            await page.socket.send(watch())
            key = await watched_key(page)
            for step in (1, 2):
                await worker.send(figure_frame(key, step=step))
                await until(lambda step=step: len(page.of("figure")) == step)
            for step in range(1, 41):
                await worker.send(figure_frame(key, step=step))
                await worker.tell_state("running" if step % 2 else "paused")
            await until(lambda: len(page.of("state")) == 40)
            assert [event["step"] for event in page.of("figure")] == [1, 2]
            await page.socket.send('{"type":"ack","frames":2}')
            await until(lambda: len(page.of("figure")) == 3)
            assert page.of("figure")[2]["step"] == 40
            assert [event["seq"] for event in page.of("state")] == sorted(
                {event["seq"] for event in page.of("state")}
            )


async def test_a_viewer_that_never_acknowledges_is_dropped(server, monkeypatch):
    monkeypatch.setattr("lantern.server.mailbox.ACK_DEADLINE_S", 0.2)
    monkeypatch.setattr("lantern.server.live.HEARTBEAT_S", 0.4)
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        async with browser(server, made["id"], acks=False) as page:
            await page.socket.send(watch())
            key = await watched_key(page)
            await agent.workers[0].send(figure_frame(key))
            await asyncio.wait_for(page.socket.wait_closed(), 3)
            assert page.socket.close_code == 4408


async def test_a_viewer_that_never_reads_hurts_nobody(server):
    """It gets a full queue and is dropped, while another one goes on at once."""
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        session = server.services.sessions.find(made["id"])
        deaf = _deaf_socket(server, made["id"])
        async with browser(server, made["id"]) as page:
            await until(lambda: len(session.relay.viewers) == 2)
            filler = Problem(sentence="x" * 60_000)
            for step in range(400):
                worker.step = step
                begun = time.monotonic()
                await worker.tell_state("paused", problem=filler)
                await until(lambda step=step: len(page.of("state")) > step)
                assert time.monotonic() - begun < 1.0
            await until(lambda: len(session.relay.viewers) == 1, 15)
        deaf.close()


def _deaf_socket(server, session: str) -> sockets.socket:
    """Shake hands over plain TCP with a small receive buffer, then never read."""
    deaf = sockets.socket()
    deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", server.settings.port))
    deaf.sendall(
        f"GET /api/v1/sessions/{session}/live HTTP/1.1\r\nHost: {server.address}\r\n"
        f"Origin: {server.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: lantern.v1\r\n\r\n".encode()
    )
    return deaf


MALFORMED = (
    "",
    "{",
    "null",
    '{"type":"dance"}',
    '{"type":"ack","frames":0}',
    '{"type":"ack","frames":NaN}',
    "[" * 2000,
    '{"type":"ask","command":{"type":"pace","steps_per_s":-1}}',
    b"\x00\x01binary",
)


async def test_a_malformed_message_is_refused_and_the_link_goes_on(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        async with browser(server, made["id"]) as page:
            for count, message in enumerate(MALFORMED, start=1):
                await page.socket.send(message)
                await until(lambda count=count: len(page.of("refused")) == count)
                assert page.of("refused")[-1]["problem"]["sentence"]
            fields = [event["problem"]["field"] for event in page.of("refused")]
            assert fields[-2] == "steps_per_s"
            await page.socket.send(watch())
            assert await watched_key(page)


async def test_a_flood_of_malformed_messages_ends_the_link(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        async with browser(server, made["id"]) as page:
            for _ in range(25):
                await page.socket.send("nonsense")
            await asyncio.wait_for(page.socket.wait_closed(), 3)
            assert page.socket.close_code == 1008


async def test_an_oversized_message_ends_the_link(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        async with browser(server, made["id"]) as page:
            with contextlib.suppress(ConnectionClosed):  # web may close before all is sent
                await page.socket.send("x" * 3_000_000)
            await asyncio.wait_for(page.socket.wait_closed(), 3)
            assert page.socket.close_code == 1009
        assert (await client.get("/healthz")).status_code == 200


async def test_an_unknown_view_is_refused_by_name(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        async with browser(server, made["id"]) as page:
            await page.socket.send('{"type":"watch","ref":"x","view":{"inspector":"crystal_ball"}}')
            await until(lambda: page.of("watching"))
            event = page.of("watching")[0]
            assert event["key"] is None
            assert event["problem"]["field"] == "inspector.name"
            assert "prediction" in event["problem"]["sentence"]


async def test_commands_are_carried_out_and_refused_over_the_link(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        async with browser(server, made["id"]) as page:
            ask = {"type": "ask", "command": {"type": "pause", "id": "p1"}}
            await page.socket.send(json.dumps(ask))
            await until(lambda: page.of("reply"))
            assert page.of("reply")[0] == {
                "seq": 4,
                "type": "reply",
                "command_id": "p1",
                "problem": None,
                "step": None,
            }
            change = {"path": "optimizer.params.learning_rate", "value": 7}
            edit = {"type": "edit", "id": "e1", "changes": [change]}
            await page.socket.send(json.dumps({"type": "ask", "command": edit}))
            await until(lambda: len(page.of("reply")) == 2)
            assert page.of("reply")[1]["problem"]["field"] == "optimizer.params.learning_rate"
            inspect = {"type": "inspect", "id": "i1", "view": VIEW}
            await page.socket.send(json.dumps({"type": "ask", "command": inspect}))
            await until(lambda: page.of("inspected"))
            assert page.of("inspected")[0]["command_id"] == "i1"
        assert [command.type for command in agent.workers[0].commands] == ["pause", "inspect"]


async def test_telemetry_is_latest_wins_and_part_of_the_snapshot(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        for step in (1, 2, 3):
            event = TelemetryEvent(
                run=1, step=step, epoch=0.1, steps_per_s=5, watching_share=0.0, budget_share=0.1
            )
            await agent.workers[0].send(event.model_dump_json())
        await until(lambda: server.services.sessions.find(made["id"]).step == 3)
        async with browser(server, made["id"]) as page:
            await until(lambda: page.raw)
            types = {event["type"]: event for event in page.headers[0]["events"]}
            assert types["telemetry"]["step"] == 3


async def test_the_snapshot_says_how_far_the_run_has_come_by_now(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        worker = agent.workers[0]
        session = server.services.sessions.find(made["id"])

        async def snapshot() -> dict:
            async with browser(server, made["id"]) as page:
                await until(lambda: page.raw)
                return page.headers[0]["state"]

        await worker.train(7)
        await until(lambda: session.step == 7)
        assert (await snapshot())["step"] == 7
        event = TelemetryEvent(
            run=1, step=107_117, epoch=9, steps_per_s=5, watching_share=0, budget_share=0.1
        )
        await worker.send(event.model_dump_json())
        await until(lambda: session.step == 107_117)
        assert (await snapshot())["step"] == 107_117
        assert (await client.get(f"/api/v1/sessions/{made['id']}")).json()["epoch"] == 9
        worker.step = 4
        await worker.build()  # rewound
        await until(lambda: session.step == 4)
        assert (await snapshot())["step"] == 4
        worker.step = 5
        await worker.tell_state("paused", stage="forward")
        await until(lambda: session.step == 5)
        assert (await snapshot())["stage"] == "forward"
        await agent.kill(worker)
        await until(lambda: len(agent.workers) == 2 and session.worker is not None)


async def test_a_page_of_another_version_is_told_so(server):
    async with server.socket("/sessions/x/live", subprotocols=["lantern.v0"]) as socket:
        await socket.wait_closed()
        assert socket.close_code == 1002
        assert "lantern.v1" in socket.close_reason


async def test_a_session_that_is_not_there_is_told_so(server):
    server.services.catalog.update(CATALOG)
    async with server.socket("/sessions/nothing/live") as socket:
        await socket.wait_closed()
        assert socket.close_code == 4404
