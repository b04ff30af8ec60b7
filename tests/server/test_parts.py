"""The small parts of web by themselves: mailbox, metric table, catalog, pages, store."""

import asyncio
import itertools
import json
import math
import re
import sqlite3
import struct

import pytest
from starlette.requests import Request
from tests.server.fakes import CATALOG, FakeAgent, bars
from websockets.frames import Frame, Opcode

from lantern.lab.plugin import load_plugins
from lantern.protocol import frame
from lantern.protocol.events import InspectedEvent, MetricsEvent, Row
from lantern.protocol.experiment import Change, Experiment, with_changes
from lantern.protocol.figures import Array, TextFigure
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import View
from lantern.server.catalog import CatalogKeeper
from lantern.server.figures_json import figures_of
from lantern.server.listening import frame_of
from lantern.server.logs import redacted
from lantern.server.mailbox import QUEUE_CAP, Mailbox, SlowViewerError
from lantern.server.metric_table import MetricTable
from lantern.server.metrics import Meters
from lantern.server.openapi import merged
from lantern.server.static_files import StaticFiles
from lantern.server.store import Database, RowsWrite, SessionRecord, SessionStore, write_all
from lantern.worker.listing import catalog


def row(step: int, **values) -> Row:
    return Row(step=step, epoch=step / 10, values=values)


def test_rows_are_merged_by_step_in_any_order_and_cut():
    table = MetricTable([row(5, loss=0.5), row(1, loss=1.0)])
    table.add([row(5, accuracy=0.9), row(3, accuracy=0.7)])
    lists = table.lists(2)
    assert lists.steps == (1, 3, 5)
    assert lists.columns == {"loss": (1.0, None, 0.5), "accuracy": (None, 0.7, 0.9)}
    assert table.newest() == {"loss": 0.5, "accuracy": 0.9}
    arrays = table.arrays()
    assert [math.isnan(v) for v in arrays.columns["loss"].data.cast("f")] == [False, True, False]
    table.cut(3)
    assert table.lists(2).steps == (1, 3)
    assert table.last_step() == 3


@pytest.mark.asyncio
async def test_keys_take_turns_and_only_the_newest_is_sent():
    box, sent = Mailbox(Meters()), []

    async def send(message):
        sent.append(message)

    for step in range(3):
        for key in ("a", "b", "c"):
            box.put_figure(key, f"{key}{step}")
    box.post("first")
    task = asyncio.create_task(box.run(send))
    await asyncio.sleep(0.01)
    assert sent == ["first", "a2", "b2"]
    box.put_figure("a", "a3")
    box.acknowledge(1)
    await asyncio.sleep(0.01)
    assert sent[3:] == ["c2"]
    box.acknowledge(99)
    await asyncio.sleep(0.01)
    assert sent[4:] == ["a3"]
    task.cancel()


@pytest.mark.asyncio
async def test_on_a_thin_line_nothing_waits_behind_a_figure_and_rows_go_as_one(monkeypatch):
    monkeypatch.setattr("lantern.server.mailbox.SLOW_ACK_S", 0.0)
    box, sent = Mailbox(Meters()), []

    async def send(message):
        sent.append(message)

    def rows(*steps: int) -> str:
        made = tuple(Row(step=step, epoch=0.5, values={"train_loss": 1.5}) for step in steps)
        return MetricsEvent(run=1, seq=steps[0], rows=made).model_dump_json()

    task = asyncio.create_task(box.run(send))
    box.put_figure("a", "a0")
    await asyncio.sleep(0.01)
    box.acknowledge(1)  # took longer than nothing at all
    box.put_figure("a", "a1")
    await asyncio.sleep(0.01)
    for message in (rows(1), rows(2, 3), '{"seq":9,"type":"state"}', rows(4)):
        box.post(message)
    box.put_figure("a", "a2")
    await asyncio.sleep(0.01)
    assert sent == ["a0", "a1"]
    box.acknowledge(1)
    await asyncio.sleep(0.01)
    merged = MetricsEvent.model_validate_json(sent[2])
    assert (merged.seq, [row.step for row in merged.rows]) == (2, [1, 2, 3])
    assert sent[3:] == ['{"seq":9,"type":"state"}', rows(4), "a2"]
    task.cancel()


@pytest.mark.asyncio
async def test_a_full_queue_asks_for_a_new_beginning():
    box = Mailbox(Meters())
    for _ in range(QUEUE_CAP + 1):
        box.post("event")
    with pytest.raises(SlowViewerError):
        await box.run(lambda _: asyncio.sleep(0))


def test_figures_as_nested_lists():
    halves = Array.of(struct.pack("<4e", 0.5, 1, 2, math.nan), dtype="f2", shape=(2, 2))
    surface = {
        "type": "surface",
        "heights": halves,
        "extent": (0.0, 1.0, 0.0, 1.0),
    }
    event = InspectedEvent.model_validate(
        {"command_id": "x", "run": 1, "step": 2, "figures": (bars(), surface)}
    )
    first, second = figures_of(frame.encode(event))
    assert first["values"] == [1.0, 1.0, 1.0]
    assert second["heights"] == [[0.5, 1.0], [2.0, None]]
    assert json.dumps([first, second], allow_nan=False)
    text = InspectedEvent(command_id="x", run=1, step=2, figures=(TextFigure(text="{}"),))
    assert figures_of(frame.encode(text))[0]["text"] == "{}"


def test_views_are_equal_once_their_defaults_are_filled_in(tmp_path):
    keeper = CatalogKeeper(tmp_path / "catalog.json")
    keeper.update(CATALOG)
    plain = keeper.checked_view(View(inspector="prediction"))
    assert plain.key == keeper.checked_view(View(inspector="prediction", params={"slot": 0})).key
    assert plain.key != keeper.checked_view(View(inspector="prediction", params={"slot": 1})).key
    assert CatalogKeeper(tmp_path / "catalog.json").catalog == CATALOG


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("optimizer.params.learning_rate", 2, "optimizer.params.learning_rate"),
        ("optimizer.params.learning_rate", math.nan, "optimizer.params.learning_rate"),
        ("optimizer.params.momentum", 0.5, "optimizer.params.momentum"),
        ("training.batch_size", 0, "training.batch_size"),
        ("training.batch", 1, "training.batch"),
        ("nonsense", 1, "nonsense"),
        ("dataset", {"name": "moon"}, "dataset.name"),
        ("dataset", 3, "dataset"),
    ],
)
def test_changes_are_refused_by_field(tmp_path, path, value, field):
    keeper = CatalogKeeper(tmp_path / "catalog.json")
    keeper.update(CATALOG)
    experiment = Experiment.model_validate({"dataset": {"name": "xor"}, "model": {"name": "mlp"}})
    with pytest.raises(ProblemError) as refused:
        keeper.check_changes(experiment, (Change.model_construct(path=path, value=value),))
    assert refused.value.problem.field == field
    assert len(refused.value.problem.sentence) < 300


def request(path: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": raw,
            "query_string": b"",
            "scheme": "http",
            "server": ("localhost", 80),
        }
    )


def test_the_built_page_is_served_and_nothing_beside_it(tmp_path):
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    static = StaticFiles(folder)
    assert b"not built" in bytes(static.respond(request("/")).body)
    (folder / "index.html").write_text("<title>page</title>")
    (folder / "assets" / "app-1234.js").write_text("let a = 1;" * 100)
    assert b"page" in bytes(static.respond(request("/")).body)
    assert b"page" in bytes(static.respond(request("/sessions/abc")).body)
    script = static.respond(request("/assets/app-1234.js", accept_encoding="gzip"))
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    again = static.respond(request("/assets/app-1234.js", if_none_match=script.headers["etag"]))
    assert again.status_code == 304
    for path in ("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/no.js"):
        assert static.respond(request(path)).status_code == 404


@pytest.mark.asyncio
async def test_the_docs_show_every_plugin_and_load_nothing_from_elsewhere(server):
    async with FakeAgent(server), server.client() as client:
        page = (await client.get("/docs")).text
        for text in ("learning_rate", "≤ 1", "per step", "Spread.", "/api/v1/sessions/{session}"):
            assert text in page
        assert "http://" not in page.replace("http://127", "")
        assert "https://" not in page
        document = (await client.get("/openapi.json")).json()
        schemas = document["components"]["schemas"]
        noise = schemas["dataset.circle"]["properties"]["noise"]
        assert (noise["minimum"], noise["maximum"], noise["description"]) == (0, 1, "Spread.")
        part = schemas["Experiment"]["properties"]["dataset"]["$ref"].rsplit("/", 1)[1]
        names = [option["properties"]["name"]["const"] for option in schemas[part]["anyOf"]]
        assert names == ["circle", "xor"]


@pytest.mark.asyncio
async def test_the_docs_are_in_order(server):
    async with FakeAgent(server), server.client() as client:
        page = (await client.get("/docs")).text
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == page.count("<main") == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in re.findall(r'href="(#[^"]+)"', page)} <= set(ids)
    row = next(row for row in page.split("<tr>") if "<code>learning_rate</code>" in row)
    cells = re.findall(r"<td>(.*?)</td>", row)
    assert cells[:4] == ["number", "≥ 0, ≤ 1", "<code>null</code>", "per step"]
    assert "live" in cells[4]
    steps = next(row for row in page.split("<tr>") if "<code>steps</code>" in row)
    assert "≥ 1<" in steps
    assert "required" not in steps
    for path in ("/api/v1/sessions/{session}/fork", "/healthz", "/api/v1/invites/{invite}"):
        assert f"<code>{path}</code>" in page


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_messages_are_framed_as_the_library_frames_them(size):
    binary = Frame(Opcode.BINARY, b"x" * size).serialize(mask=False)
    assert frame_of(b"x" * size, None) == binary
    text = Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)
    assert frame_of(None, "x" * size) == text


@pytest.mark.asyncio
async def test_an_acknowledgement_wakes_nobody_when_nothing_waits():
    box = Mailbox(Meters())
    box.put_figure("a", "a1")
    sent = []

    async def send(message):
        sent.append(message)

    task = asyncio.create_task(box.run(send))
    await asyncio.sleep(0.01)
    box.acknowledge(1)
    assert not box._wake.is_set()
    assert b"lantern_frames_sent_total 1.0" in box.meters.text()
    task.cancel()


def test_schemas_that_a_plugin_refers_to_get_names_of_their_own():
    card = CATALOG.plugins[0].model_copy(
        update={
            "parameters": {
                "$defs": {"Mode": {"enum": ["a"]}},
                "properties": {"mode": {"$ref": "#/$defs/Mode"}},
            }
        }
    )
    catalog = CATALOG.model_copy(update={"plugins": (card,)})
    document = {"components": {"schemas": {"Experiment": {"properties": {"dataset": {}}}}}}
    schemas = merged(document, catalog)["components"]["schemas"]
    reference = schemas["dataset.circle"]["properties"]["mode"]["$ref"]
    assert reference == "#/components/schemas/dataset.circle.Mode"
    assert schemas["dataset.circle.Mode"] == {"enum": ["a"]}


def test_secrets_do_not_reach_the_log():
    line = redacted("GET /x?token=abc123 Authorization: Bearer-xyz cookie=lantern-8000 invite=q1")
    for secret in ("abc123", "xyz", "lantern-8000", "q1"):
        assert secret not in line


@pytest.mark.asyncio
async def test_the_store_merges_rows_and_forgets_what_belongs_to_a_deleted_session(tmp_path):
    database = Database(tmp_path / "lantern.sqlite")
    experiment = Experiment.model_validate({"dataset": {"name": "xor"}, "model": {"name": "mlp"}})
    record = SessionRecord(id="s", created_at="now", owner="me", base=experiment)
    await database.surely(SessionStore.insert, record)
    writes = [RowsWrite(1, (row(1, loss=1.0),)), RowsWrite(1, (row(1, accuracy=0.5),))]
    await database.quickly(write_all, [("s", writes), ("gone", writes)])
    assert await database.quickly(SessionStore.all) == [record]
    (found,) = await database.quickly(SessionStore.rows, "s", 1)
    assert found.values == {"loss": 1.0, "accuracy": 0.5}
    await database.surely(SessionStore.delete, "s")
    assert await database.quickly(SessionStore.rows, "s", 1) == []
    database.close()
    with sqlite3.connect(tmp_path / "lantern.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


def test_the_last_step_with_a_training_loss_is_known():
    table = MetricTable()
    assert table.last_step_of("train_loss") == 0
    table.add([Row(step=step, epoch=0.0, values={"train_loss": 1.0}) for step in (1, 2, 3)])
    table.add([Row(step=7, epoch=0.0, values={"validation_loss": 1.0})])
    assert table.last_step_of("train_loss") == 3


def test_a_model_made_for_points_begins_wider_on_images(tmp_path):
    load_plugins()
    keeper = CatalogKeeper(tmp_path / "catalog.json")
    keeper.update(catalog())

    def experiment(dataset: str, **params: object) -> Experiment:
        model = {"name": "mlp", "params": params}
        return Experiment.model_validate({"dataset": {"name": dataset}, "model": model})

    on_images = keeper.suited(experiment("digits", dropout=0.1)).model
    assert on_images.params == {"layers": [64, 32], "dropout": 0.1}
    chosen = experiment("digits", layers=[5])
    assert keeper.suited(chosen) == chosen
    on_points = experiment("circle")
    assert keeper.suited(on_points) == on_points
    lenet = on_images.model_copy(update={"name": "lenet5", "params": {}})
    before = chosen.model_copy(update={"model": lenet})
    switch = Change(path="model", value={"name": "mlp", "params": {}})
    assert with_changes(before, keeper.suited_changes(before, (switch,))).model.params == {
        "layers": [64, 32]
    }
    thinner = Change(path="model.params", value={})
    assert keeper.suited_changes(chosen, (thinner,)) == (thinner,)
