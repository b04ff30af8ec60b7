"""Sessions over REST: made, asked, forked, deleted; and refused with a sentence."""

import asyncio
import sqlite3
import time

import pytest
from tests.server.fakes import (
    CATALOG,
    EXPERIMENT,
    VIEW,
    Behaviour,
    FakeAgent,
    Server,
    create,
    until,
)

from lantern.protocol import frame
from lantern.protocol.events import InspectedEvent, MetricsEvent, Row
from lantern.protocol.problems import Problem

pytestmark = pytest.mark.asyncio
FASTER = {
    "type": "edit",
    "changes": [{"path": "optimizer.params.learning_rate", "value": 0.2}],
}


async def test_a_session_is_created_read_listed_and_deleted(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        assert made["phase"] == "running"
        assert made["title"] == "Mlp on Circle"
        read = (await client.get(f"/api/v1/sessions/{made['id']}")).json()
        assert read["base"]["dataset"]["name"] == "circle"
        listed = (await client.get("/api/v1/sessions")).json()
        assert [session["id"] for session in listed] == [made["id"]]
        assert (await client.delete(f"/api/v1/sessions/{made['id']}")).status_code == 204
        assert (await client.get(f"/api/v1/sessions/{made['id']}")).status_code == 404
        await until(lambda: agent.stops)
        assert agent.stops[0].delete_files


async def test_a_model_that_cannot_be_built_is_refused_and_leaves_nothing(server):
    problem = Problem(sentence="layers: too many.", field="model.params.layers")
    async with FakeAgent(server, Behaviour(build_problem=problem)), server.client() as client:
        answer = await client.post("/api/v1/sessions", json={"experiment": EXPERIMENT})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["field"] == "model.params.layers"
        assert answer.json()["detail"] == "layers: too many."
        assert (await client.get("/api/v1/sessions")).json() == []


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("dataset.name", "spirale", "dataset.name"),
        ("dataset.params", {"noise": 2}, "dataset.params.noise"),
        ("dataset.params", {"noise": "much"}, "dataset.params.noise"),
        ("dataset.params", {"nose": 0.1}, "dataset.params.nose"),
        ("model.params", {"layers": [4, 0]}, "model.params.layers.1"),
        ("optimizer.params", {"learning_rate": -1}, "optimizer.params.learning_rate"),
        ("seed", -1, "seed"),
        ("colour", "blue", "colour"),
    ],
)
async def test_bad_experiments_are_refused_by_field(shared, path, value, field):
    async with shared.client() as client:
        experiment = {**EXPERIMENT, "optimizer": {"name": "adam"}}
        *parents, last = path.split(".")
        node = experiment
        for parent in parents:
            node[parent] = dict(node[parent])
            node = node[parent]
        node[last] = value
        answer = await client.post("/api/v1/sessions", json={"experiment": experiment})
        assert answer.status_code == 422
        assert answer.json()["field"] == field
        assert field in answer.json()["detail"] or path.endswith("name")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_numbers_that_are_not_finite_are_refused_by_field(shared, number):
    body = (
        '{"experiment": {"dataset": {"name": "circle", "params": {"noise": NUMBER}},'
        ' "model": {"name": "mlp"}}}'
    )
    async with shared.client() as client:
        headers = {"content-type": "application/json"}
        content = body.replace("NUMBER", number)
        answer = await client.post("/api/v1/sessions", content=content, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["field"] == "dataset.params.noise"


@pytest.mark.parametrize("params", ['{"noise": "\\udcff"}', '{"\\ud800": 1}'])
async def test_text_that_is_no_unicode_is_refused_by_field(shared, params):
    body = '{"experiment": {"dataset": {"name": "circle", "params": PARAMS}, "model": '
    content = body.replace("PARAMS", params) + '{"name": "mlp"}}}'
    async with shared.client() as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/api/v1/sessions", content=content, headers=headers)
        assert answer.status_code == 422
        assert "Unicode text" in answer.json()["detail"]
        assert answer.json()["field"].startswith("dataset.params")


async def test_a_step_that_cannot_be_is_refused_as_a_step(server):
    async with FakeAgent(server), server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/inspect"
        answer = await client.post(path, json={"inspector": "prediction", "at": -1})
        assert answer.json()["field"] == "at"
        assert "greater than or equal to 0, not -1" in answer.json()["detail"]


async def test_a_command_of_no_known_kind_is_told_which_there_are(server):
    async with FakeAgent(server), server.client() as client:
        path = f"/api/v1/sessions/{(await create(client))['id']}/commands"
        wrong = await client.post(path, json={"type": "jump"})
        assert wrong.json()["field"] == "type"
        assert wrong.json()["detail"].startswith("type: there is no 'jump'; there are run, ")
        untyped = await client.post(path, content=b'{"type": "run"}')
        assert "content-type: application/json" in untyped.json()["detail"]
        missing = await client.post(path, json={})
        assert missing.json()["detail"] == "type: it is missing."


async def test_an_edit_to_a_number_that_is_not_finite_is_refused(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        answer = await client.post(
            f"/api/v1/sessions/{made['id']}/commands",
            content='{"type": "edit", "changes": [{"path": "dataset.params.noise", "value": NaN}]}',
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 422
        assert answer.json()["field"] == "changes.0.value"


@pytest.mark.parametrize(
    "content", [b"{", b"[" * 5000, b'{"experiment": ' + b"9" * 5000 + b"}", b"\xff\xfe", b""]
)
async def test_broken_json_is_a_problem_document(shared, content):
    async with shared.client() as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/api/v1/sessions", content=content, headers=headers)
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get("/healthz")).status_code == 200


async def test_a_body_over_the_limit_is_refused(shared):
    async with shared.client() as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/api/v1/sessions", content=b" " * 5_000_000, headers=headers)
        assert answer.status_code == 413


async def test_without_an_agent_one_sentence_says_so(server, monkeypatch):
    monkeypatch.setattr("lantern.server.fleet.AGENT_WAIT_S", 0.2)
    async with server.client() as client:
        server.services.catalog.update(CATALOG)
        answer = await client.post("/api/v1/sessions", json={"experiment": EXPERIMENT})
        assert answer.status_code == 503
        assert "agent" in answer.json()["detail"]
        assert answer.headers["retry-after"] == "2"
        assert (await client.get("/api/v1/sessions")).json() == []
        wrong = {"experiment": EXPERIMENT | {"dataset": {"name": "moon"}}}
        begun = time.monotonic()
        answer = await client.post("/api/v1/sessions", json=wrong)
        assert answer.json()["field"] == "dataset.name"  # checked at once, by what is known
        assert time.monotonic() - begun < 0.2


async def test_before_the_first_agent_ever_nothing_is_called_unknown(server, monkeypatch):
    monkeypatch.setattr("lantern.server.fleet.AGENT_WAIT_S", 0.2)
    async with server.client() as client:
        for path, body in (
            ("/sessions", {"experiment": EXPERIMENT}),
            ("/demos/convolution", {"params": {}}),
        ):
            answer = await client.post(f"/api/v1{path}", json=body)
            assert answer.status_code == 503
            assert answer.json()["detail"].startswith("The training agent is still starting")
            assert answer.headers["retry-after"] == "2"


async def test_the_first_agent_ever_is_waited_for_before_anything_is_checked(server):
    async with server.client() as client:
        task = asyncio.create_task(create(client))
        await asyncio.sleep(0.3)
        async with FakeAgent(server):
            assert (await task)["phase"] == "running"


async def test_an_agent_that_comes_within_seconds_is_waited_for(server):
    server.services.catalog.update(CATALOG)
    async with server.client() as client:
        task = asyncio.create_task(create(client))
        await asyncio.sleep(0.3)
        async with FakeAgent(server):
            assert (await task)["id"]


async def test_the_limit_of_sessions_is_said(tmp_path):
    with Server(tmp_path, max_sessions=1) as server:
        async with FakeAgent(server), server.client() as client:
            await create(client)
            answer = await client.post("/api/v1/sessions", json={"experiment": EXPERIMENT})
            assert answer.status_code == 503
            assert "limit" in answer.json()["detail"]


async def test_a_script_runs_200_steps_and_reads_the_metrics(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client, phase="paused")
        path = f"/api/v1/sessions/{made['id']}"
        body = {"type": "run", "steps": 200}
        done = (await client.post(f"{path}/commands?wait_s=30", json=body)).json()
        assert done["session"]["phase"] == "paused"
        assert done["session"]["step"] == 200
        assert done["session"]["metrics"] == {"train_loss": 1 / 200}
        metrics = (await client.get(f"{path}/metrics")).json()
        assert metrics["steps"] == list(range(1, 201))
        assert metrics["columns"]["train_loss"][:2] == [1.0, 0.5]


async def test_a_command_that_the_worker_refuses_is_a_problem(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        body = {"type": "set_weight", "parameter": "nose", "index": [0], "value": 1}
        answer = await client.post(f"/api/v1/sessions/{made['id']}/commands", json=body)
        assert answer.status_code == 422
        assert answer.json()["field"] == "parameter"


async def test_a_repeated_command_takes_effect_once(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client, phase="paused")
        body = {"type": "run", "steps": 5, "id": "only-once"}
        for _ in range(3):
            path = f"/api/v1/sessions/{made['id']}/commands?wait_s=5"
            assert (await client.post(path, json=body)).status_code == 200
        assert [command.type for command in agent.workers[0].commands] == ["run"]
        assert agent.workers[0].step == 5


async def test_a_worker_that_does_not_answer_is_reported(server, monkeypatch):
    monkeypatch.setattr("lantern.server.desk.REPLY_S", 0.2)
    async with FakeAgent(server, Behaviour(is_mute=True)), server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}/commands"
        answer = await client.post(path, json={"type": "pause"})
        assert answer.status_code == 503
        assert "not answered" in answer.json()["detail"]


async def test_a_worker_that_tells_of_its_work_is_waited_for(server, monkeypatch):
    monkeypatch.setattr("lantern.server.desk.REPLY_S", 0.2)
    async with FakeAgent(server, Behaviour(work_s=0.8)) as agent, server.client() as client:
        made = await create(client)
        answer = await client.post(f"/api/v1/sessions/{made['id']}/commands", json=FASTER)
        assert (answer.status_code, answer.json()["sentence"]) == (200, None)
        assert len(answer.json()["session"]["edits"]) == 1
        assert [command.type for command in agent.workers[0].commands] == ["edit"]


async def test_a_worker_that_measures_its_new_model_is_waited_for(server, monkeypatch):
    monkeypatch.setattr("lantern.server.desk.REPLY_S", 0.2)
    async with FakeAgent(server, Behaviour(measure_s=0.8)) as agent, server.client() as client:
        made = await create(client)
        await until(lambda: agent.workers and agent.workers[0].kept)
        answer = await client.post(f"/api/v1/sessions/{made['id']}/commands", json=FASTER)
        assert answer.status_code == 200


async def test_a_command_that_has_to_wait_long_takes_effect_later(server, monkeypatch):
    monkeypatch.setattr("lantern.server.desk.REPLY_S", 0.2)
    monkeypatch.setattr("lantern.server.desk.AT_WORK_S", 0.3)
    async with FakeAgent(server, Behaviour(work_s=1.2)) as agent, server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}"
        late = await client.post(f"{path}/commands", json=FASTER | {"id": "once"})
        again = await client.post(f"{path}/commands", json=FASTER | {"id": "once"})
        assert (late.status_code, again.status_code) == (202, 202)
        assert late.json()["sentence"].startswith("The session is still at work; this takes effect")
        assert late.json()["session"]["edits"] == []
        assert server.services.sessions.get(made["id"]).asked.keys() == {"once"}
        await until(lambda: not server.services.sessions.get(made["id"]).asked)
        assert len((await client.get(path)).json()["edits"]) == 1
        assert [command.type for command in agent.workers[0].commands] == ["edit"]


async def test_a_view_is_inspected_as_json_and_as_the_workers_own_frame(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}/inspect"
        answer = (await client.post(path, json=VIEW)).json()
        assert answer["figures"][0]["values"] == [1.0, 1.0, 1.0]
        assert answer["figures"][0]["labels"] == ["a", "b", "c"]
        headers = {"accept": "application/octet-stream"}
        raw = (await client.post(path, json=VIEW, headers=headers)).content
        sent = [m for _, m in agent.workers[0].kept if isinstance(m, bytes)]
        assert raw == sent[-1]
        assert frame.decode(raw, InspectedEvent).figures[0].labels == ("a", "b", "c")
        bad = await client.post(path, json={"inspector": "prediction", "params": {"slot": 99}})
        assert bad.json()["field"] == "inspector.params.slot"


async def test_exports(server):
    async with FakeAgent(server), server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}/export"
        assert (await client.get(f"{path}?format=safetensors")).content == b"weights!"
        again = (await client.get(f"{path}?format=experiment")).json()
        assert (await client.post("/api/v1/sessions", json=again)).status_code == 201
        script = (await client.get(f"{path}?format=python")).text
        compile(script, "script", "exec")
        assert "Run(experiment, data" in script


async def test_a_fork_begins_with_the_edits_made_by_then(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client, phase="paused")
        path = f"/api/v1/sessions/{made['id']}"
        for rate in (0.1, 0.2):
            await client.post(f"{path}/commands?wait_s=5", json={"type": "run", "steps": 10})
            change = {"path": "optimizer.params.learning_rate", "value": rate}
            await client.post(f"{path}/commands", json={"type": "edit", "changes": [change]})
        read = (await client.get(path)).json()
        assert [edit["step"] for edit in read["edits"]] == [10, 20]
        assert read["experiment"]["optimizer"]["params"]["learning_rate"] == 0.2
        assert read["base"]["optimizer"]["params"] == {}
        forked = (await client.post(f"{path}/fork", json={"step": 15})).json()
        assert forked["experiment"]["optimizer"]["params"]["learning_rate"] == 0.1
        start = agent.starts[-1]
        assert (start.start_step, start.origin.session, start.origin.step) == (15, made["id"], 15)
        late = await client.post(f"{path}/fork", json={"step": 999})
        assert late.json()["field"] == "step"


async def test_a_fork_is_told_apart_by_its_title(server):
    async with FakeAgent(server), server.client() as client:

        async def fork(session: dict, step: int) -> dict:
            path = f"/api/v1/sessions/{session['id']}"
            return (await client.post(f"{path}/fork", json={"step": step})).json()

        made = await create(client, experiment=EXPERIMENT | {"title": "Mine"}, phase="paused")
        path = f"/api/v1/sessions/{made['id']}"
        await client.post(f"{path}/commands?wait_s=5", json={"type": "run", "steps": 20})
        first = await fork(made, 15)
        assert first["title"] == first["experiment"]["title"] == "Fork at 15 of Mine"
        assert (await fork(made, 15))["title"] == "Fork 2 at 15 of Mine"
        assert (await fork(first, 0))["title"] == "Fork at 0 of Mine"
        rename = {"type": "edit", "changes": [{"path": "title", "value": "Yours"}]}
        await client.post(f"{path}/commands", json=rename)
        last = await fork(made, 20)
        assert (last["title"], last["base"]["title"]) == ("Fork at 20 of Yours",) * 2
        # The edit is one that the snapshots of the original go by.
        assert last["edits"][0]["action"]["changes"] == rename["changes"]
        untitled = await fork(await create(client, phase="paused"), 0)
        assert untitled["title"] == "Fork at 0 of Mlp on Circle"


async def test_a_session_is_answered_with_what_it_does_not_with_that_it_is_being_built(server):
    async with FakeAgent(server, Behaviour(measure_s=0.4)), server.client() as client:
        assert (await create(client))["phase"] == "running"
        assert (await create(client, phase="paused"))["phase"] == "paused"


async def test_a_fork_has_the_rows_of_its_past(server):
    async with FakeAgent(server) as agent, server.client() as client:
        made = await create(client, phase="paused")
        path = f"/api/v1/sessions/{made['id']}"
        await client.post(f"{path}/commands?wait_s=5", json={"type": "run", "steps": 20})
        row = Row(step=12, epoch=1.2, values={"validation_loss": 0.7})
        await agent.workers[0].tell(MetricsEvent(run=1, rows=(row,)))
        session = server.services.sessions.find(made["id"])
        await until(lambda: session.table.rows(12)[-1].values.get("validation_loss"))
        agent.behaviour.resume_step = 15
        forked = (await client.post(f"{path}/fork", json={"step": 15})).json()
        assert forked["step"] == 15
        rows = (await client.get(f"/api/v1/sessions/{forked['id']}/metrics")).json()
        assert rows["steps"] == list(range(1, 16))
        assert rows["columns"]["train_loss"][14] == 1 / 15
        assert rows["columns"]["validation_loss"][10:13] == [None, 0.7, None]
        with sqlite3.connect(server.settings.home / "lantern.sqlite") as connection:
            query = "SELECT count(*) FROM metrics WHERE session = ?"
            assert connection.execute(query, (forked["id"],)).fetchone() == (15,)
        connection.close()


async def test_demos_and_previews_are_jobs_of_the_agent(server):
    async with FakeAgent(server, Behaviour(job_s=0.1)) as agent, server.client() as client:
        demo = await client.post("/api/v1/demos/convolution", json={"params": {"size": 3}})
        assert demo.json()["figures"][0]["type"] == "bars"
        bad = await client.post("/api/v1/demos/convolution", json={"params": {"size": 99}})
        assert bad.json()["field"] == "demo.params.size"
        cards = (await client.get("/api/v1/lessons")).json()
        name = next(card["name"] for card in cards if card["preview_view"] is not None)
        agent.jobs.clear()
        preview = f"/api/v1/lessons/{name}/preview"
        answers = await asyncio.gather(*(client.get(preview) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {200}
        assert frame.header_of(answers[0].content)["type"] == "job_done"
        assert (await client.get(preview)).status_code == 200
        assert len(agent.jobs) == 1
        lesson = (await client.get(f"/api/v1/lessons/{name}")).json()
        assert lesson["body"]
