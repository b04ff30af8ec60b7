"""Links of the classic playground, hidden controls, and the run as PyTorch code."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from tests.support.server import LanternServer, wait_until

CLASSIC = (
    "#activation=tanh&regularization=L2&batchSize=12&dataset=xor&regDataset=reg-plane"
    "&learningRate=0.1&regularizationRate=0.003&noise=15&networkShape=5,3&seed=0.45454"
    "&showTestData=true&discretize=true&percTrainData=70&x=true&y=true&xTimesY=true"
    "&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false"
    "&collectStats=false&problem=classification&initZero=false&hideText=false"
    "&noise_hide=true&stepButton_hide=true"
)


@pytest.fixture
def made(server: LanternServer) -> Iterator[list[str]]:
    """Sessions that a test has made; they are deleted at its end."""
    sessions: list[str] = []
    yield sessions
    for session in sessions:
        server.request("DELETE", f"/sessions/{session}")


def opened_session(page: Page) -> str:
    page.wait_for_url("**/#/s/*", timeout=30_000)
    found = re.search(r"#/s/(\w+)", page.url)
    assert found is not None
    return found[1]


def info(server: LanternServer, session: str) -> dict[str, Any]:
    return server.request("GET", f"/sessions/{session}")


def test_a_classic_link_opens_as_the_same_experiment(
    server: LanternServer, page: Page, made: list[str]
) -> None:
    page.goto(f"{server.url}/{CLASSIC}")
    session = opened_session(page)
    made.append(session)
    experiment = info(server, session)["base"]
    assert experiment["dataset"] == {
        "name": "xor",
        "params": {"samples": 500, "noise": 0.15, "train_share": 0.7},
    }
    assert experiment["model"]["params"] == {
        "features": ["x1", "x2", "x1_x2"],
        "layers": [5, 3],
        "activation": "tanh",
        "initialisation": "uniform",
    }
    assert experiment["loss"]["name"] == "squared"
    assert experiment["optimizer"] == {"name": "sgd", "params": {"learning_rate": 0.1}}
    assert (experiment["training"]["batch_size"], experiment["training"]["l2"]) == (12, 0.003)
    expect(page.get_by_text("The experiment of a classic link")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("textbox", name="Batch size, as a number")).to_be_visible()
    expect(page.get_by_role("textbox", name="Noise, as a number")).to_have_count(0)
    expect(page.get_by_role("button", name="One batch")).to_have_count(0)
    assert page.url.endswith("?hide=step,noise&test=1&discretize=1")


def test_a_classic_link_is_pasted_into_the_dialog(
    server: LanternServer, page: Page, made: list[str]
) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New experiment").click()
    field = page.get_by_role("textbox", name="Or a link")
    field.fill("https://example.org/no-link")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("no link of Lantern")
    field.fill(f"https://playground.tensorflow.org/{CLASSIC.replace('xor', 'spiral')}")
    page.get_by_role("button", name="Start").click()
    session = opened_session(page)
    made.append(session)
    assert info(server, session)["base"]["dataset"]["name"] == "spiral"


def test_hidden_controls_go_with_the_links_and_come_back(
    server: LanternServer, page: Page, made: list[str]
) -> None:
    experiment = {"dataset": {"name": "circle"}, "model": {"name": "mlp"}}
    session = server.create(experiment, phase="paused")["id"]
    made.append(session)
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("button", name="Share").click()
    page.get_by_text("Controls to hide").click()
    page.get_by_role("checkbox", name="Batch size").check()
    page.get_by_role("checkbox", name="Learning rate").check()
    live = page.get_by_role("textbox", name="This session, live").input_value()
    assert live.endswith(f"#/s/{session}?hide=batch_size,learning_rate")
    shared = page.get_by_role("textbox", name="Link that reproduces it").input_value()
    page.goto("about:blank")
    page.goto(shared)
    copy = opened_session(page)
    made.append(copy)
    expect(page.get_by_role("combobox", name="Optimizer")).to_be_visible()
    rate = page.get_by_role("textbox", name="Learning rate, as a number")
    expect(rate).to_have_count(0)
    page.locator("body").press("/")
    page.get_by_role("combobox", name="Find a command").fill("show all")
    page.keyboard.press("Enter")
    expect(rate).to_be_visible()
    page.reload()
    expect(rate).to_be_visible()


def test_the_pytorch_script_prints_the_losses_of_the_session(
    server: LanternServer, page: Page, made: list[str], tmp_path: Path
) -> None:
    experiment = {
        "dataset": {"name": "xor", "params": {"samples": 80}},
        "model": {"name": "mlp"},
        "training": {"engine": "eager"},
    }
    session = server.create(experiment, phase="paused")["id"]
    made.append(session)
    server.command(session, "run", wait_s=30, steps=100)
    wait_until(lambda: info(server, session)["phase"] == "paused")
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("button", name="Code", exact=True).click()
    script = page.get_by_role("textbox", name="Runs with PyTorch alone").input_value()
    file = tmp_path / "experiment.py"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    rows = server.request("GET", f"/sessions/{session}/metrics")
    losses = dict(zip(rows["steps"], rows["columns"]["train_loss"], strict=True))
    printed = {
        int(line.split()[1]): float(line.split()[3])
        for line in done.stdout.splitlines()
        if line.startswith("step")
    }
    for step in (1, 2, 5, 10, 20, 50, 100):
        assert printed[step] == pytest.approx(losses[step], rel=1e-6)


def test_code_asked_for_before_the_run_is_known_waits_for_it(
    server: LanternServer, page: Page, made: list[str]
) -> None:
    experiment = {"dataset": {"name": "xor"}, "model": {"name": "mlp"}}
    session = server.create(experiment, phase="paused")["id"]
    made.append(session)
    held: list[str | bytes] = []
    links: list[WebSocketRoute] = []

    def link(page_side: WebSocketRoute) -> None:
        server_side = page_side.connect_to_server()
        server_side.on_message(lambda message: held.append(message))
        links.append(page_side)

    page.route_web_socket(re.compile(r"/live$"), link)
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("button", name="Code", exact=True).click()
    script = page.get_by_role("textbox", name="Runs with PyTorch alone")
    expect(page.get_by_role("dialog", name="Code")).to_contain_text("Writing")
    expect(script).to_have_count(0)
    wait_until(lambda: page.evaluate("1") and held)
    for message in held:
        links[0].send(message)
    expect(script).to_have_value(re.compile("def main"))
