"""An explanation over REST: raw numbers as npz, a picture as PNG, JSON, and refusals."""

import io
import json
import math
import zlib

import numpy as np
import pytest
from tests.server import fakes
from tests.server.fakes import Behaviour, FakeAgent, card, create

from lantern.protocol.figures import Array, HeatmapFigure
from lantern.server.npz import Plain, npz_of, text
from lantern.server.png import SIGNED, colours, limit_of, map_png

SCORES = np.array([[[0.5, -1.0, math.nan]], [[0.25, 0.0, 0.5]]], "<f4")  # (2, 1, 3)
INPUTS = np.linspace(0, 1, 6, dtype="<f4").reshape(2, 1, 3)
FACTS = {
    "method": "saliency",
    "arguments": '{"steps": 5}',
    "target": "seven",
    "target index": 7,
    "target logit": 1.5,
    "signed": 1,
    "joint": 0,
    "step": 12,
    "seed": 3,
}


def figures() -> tuple[HeatmapFigure, ...]:
    return tuple(
        HeatmapFigure(
            title=title,
            facts=FACTS,
            warnings=("Mind the gap.",),
            values=Array.of(channel.tobytes(), dtype="f4", shape=channel.shape),
            low=-1,
            high=1,
        )
        for title, maps in (("scores", SCORES), ("inputs", INPUTS))
        for channel in maps
    )


@pytest.fixture(autouse=True)
def _an_inspector_of_explanations(monkeypatch):
    number = {"type": ["integer", "null"], "minimum": 0}
    text_, tree = {"type": "string"}, {"type": ["object", "null"]}
    names = {"method": text_, "layer": text_, "target": number, "slot": number, "input": tree}
    explanation = card("inspector", "explanation", method_params=tree, **names)
    plugins = (*fakes.CATALOG.plugins, *type(fakes.CATALOG)(plugins=(explanation,)).plugins)
    changed = fakes.CATALOG.model_copy(update={"plugins": plugins})
    monkeypatch.setattr(fakes, "CATALOG", changed)


async def asked(server, accept: str, query: str = "", **body):
    behaviour = Behaviour(figures=figures())
    async with FakeAgent(server, behaviour) as agent, server.client() as client:
        made = await create(client)
        path = f"/api/v1/sessions/{made['id']}/explain{query}"
        answer = await client.post(
            path, json={"method": "saliency"} | body, headers={"accept": accept}
        )
        return answer, agent.workers[0].commands


@pytest.mark.asyncio
async def test_raw_numbers_come_as_npz(server):
    body = {"params": {"steps": 5}, "target": 7, "at": 3, "input": {"type": "sample", "index": 2}}
    answer, commands = await asked(server, "application/x-npz", **body)
    assert answer.headers["content-type"] == "application/x-npz"
    with np.load(io.BytesIO(answer.content), allow_pickle=False) as file:
        assert file["scores"].dtype == np.float32
        np.testing.assert_array_equal(file["scores"], SCORES)
        np.testing.assert_array_equal(file["inputs"], INPUTS)
        meta = json.loads(file["meta"].item())
    assert meta == {
        "method": "saliency",
        "arguments": {"steps": 5},
        "target": "seven",
        "target index": 7,
        "target logit": 1.5,
        "signed": True,
        "step": 12,
        "seed": 3,
        "warnings": ["Mind the gap."],
    }
    (view,) = [command.view for command in commands if command.type == "inspect"]
    assert (view.inspector, view.at) == ("explanation", 3)
    assert view.params["method_params"] == {"steps": 5}
    assert view.params["input"] == {"type": "sample", "split": "validation", "index": 2}


@pytest.mark.asyncio
async def test_json_has_none_where_there_is_no_number(server):
    answer, _ = await asked(server, "application/json")
    found = answer.json()
    assert found["scores"] == [[[0.5, -1.0, None]], [[0.25, 0.0, 0.5]]]
    assert found["meta"]["arguments"] == {"steps": 5}
    assert len(found["inputs"]) == 2


@pytest.mark.asyncio
async def test_a_picture_is_a_png_in_the_pages_colours(server):
    answer, _ = await asked(server, "image/png", "?scale=2")
    assert answer.headers["content-type"] == "image/png"
    head, pixels, note = read_png(answer.content)
    assert head[:8] == (6).to_bytes(4) + (2).to_bytes(4)
    assert pixels.shape == (2, 6, 3)
    assert pixels[0, 2].tolist() == [0xD9, 0x77, 0x06]  # the most negative
    assert pixels[0, 0, 2] > pixels[0, 0, 0]  # blue speaks for the class
    assert pixels[0, 4].tolist() == pixels[1, 5].tolist()
    assert note["method"] == "saliency"
    assert note["colours end at"] == 1.0


@pytest.mark.parametrize(
    ("body", "query", "field"),
    [
        ({"slot": 99}, "", "slot"),
        ({"method": ""}, "", "method"),
        ({"mehtod": "x"}, "", "mehtod"),
        ({"target": -1}, "", "target"),
        ({}, "?scale=99", "scale"),
    ],
)
@pytest.mark.asyncio
async def test_what_cannot_be_is_refused_by_name(server, body, query, field):
    answer, commands = await asked(server, "application/json", query, **body)
    assert answer.status_code == 422
    assert answer.json()["field"].endswith(field)
    assert not [command for command in commands if command.type == "inspect"]


@pytest.mark.asyncio
async def test_it_stands_in_the_openapi_document(server):
    async with FakeAgent(server), server.client() as client:
        document = (await client.get("/openapi.json")).json()
    route = document["paths"]["/api/v1/sessions/{session}/explain"]["post"]
    kinds = route["responses"]["200"]["content"].keys()
    assert kinds == {"application/json", "application/x-npz", "image/png"}
    assert "image/png" in route["description"]


def test_npz_files_are_numpys_own_and_always_the_same():
    arrays = {"a": Plain(INPUTS.tobytes(), INPUTS.shape), "word": text("R² 0.9"), "none": text("")}
    content = npz_of(arrays)
    assert content == npz_of(arrays)
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["a"], INPUTS)
        assert file["word"].item() == "R² 0.9"
        assert file["none"].item() == ""
    with pytest.raises(ValueError, match="4 bytes for shape"):
        Plain(bytes(4), (2,))


def test_colours_end_where_two_percent_of_the_sum_lie_above():
    assert limit_of([1.0] * 99 + [1.5]) == 1.0
    assert limit_of([1.0, -3.0]) == 3.0
    assert limit_of([0.0, math.nan, math.inf]) == 1.0
    table = colours(SIGNED)
    assert (table[0], table[255]) == (bytes.fromhex("d97706"), bytes.fromhex("2563a8"))
    picture = map_png([0.0, 1.0], width=1, signed=False, limit=1.0, scale=1, note="{}")
    assert read_png(picture)[1].tolist() == [[[0, 0, 4]], [[252, 255, 164]]]


def read_png(content: bytes) -> tuple[bytes, np.ndarray, dict]:
    """Return header, pixels (h, w, 3) and the note of an unfiltered RGB file."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        check = int.from_bytes(content[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + data)
        chunks[kind], at = data, at + 12 + length
    width, height = (int.from_bytes(chunks[b"IHDR"][k : k + 4]) for k in (0, 4))
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    note = chunks[b"iTXt"].removeprefix(b"Description\0\0\0\0\0").decode()
    return chunks[b"IHDR"], rows[:, 1:].reshape(height, width, 3), json.loads(note)
