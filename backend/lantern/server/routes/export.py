"""What can be taken away: the experiment, the weights, a script."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lantern.protocol import frame
from lantern.protocol.commands import ExportCommand, InspectCommand
from lantern.protocol.events import ExportedEvent
from lantern.protocol.rest import CreateSession
from lantern.protocol.views import View
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed
from lantern.server.session import Session
from lantern.server.sessions import edits_until

router = APIRouter(prefix="/sessions", tags=["export"])
Format = Literal["experiment", "safetensors", "python", "pytorch"]

SCRIPT = '''\
"""Reproduces session {session} of Lantern up to step {step}: `python {session}.py`."""

import json
from pathlib import Path

import torch

from lantern.lab.fused import engine
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import Edit, Experiment

EXPERIMENT = json.loads(r"""
{experiment}
""")
EDITS = json.loads(r"""
{edits}
""")

load_plugins()
engine.prepare()  # the compiled kernel, which sessions use for networks that it supports
experiment = Experiment.model_validate(EXPERIMENT)
torch.set_num_threads(experiment.training.threads)
data = load_data(experiment, Path("data"))
run = Run(experiment, data, [Edit.model_validate(edit) for edit in EDITS])
while run.step < {step}:
    if run.is_fused:
        run.leap({step})
    else:
        run.advance()
print(f"step {{run.step}}: loss {{run.last_loss:.6g}}")
'''


@router.get("/{session}/export", response_class=Response)
async def export(
    session: SessionNeed,
    services: ServicesNeed,
    asker: AskerNeed,
    format: Annotated[Format, Query()] = "experiment",
    step: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """Return the session as a file: to create it again, its weights, or as a Python script.

    `python` uses Lantern itself; `pytorch` needs PyTorch alone and prints the same losses.
    """
    if format == "safetensors":
        done = await services.desk.carry_out(session, ExportCommand(step=step), asker)
        assert done is not None  # the answer to an export command is always a frame or a problem
        exported = frame.decode(done, ExportedEvent)
        name = f"{session.id}-step-{exported.step}.safetensors"
        return _file(bytes(exported.file.data), name, "application/octet-stream")
    if format == "pytorch":
        look = InspectCommand(view=View(inspector="code", at="live" if step is None else step))
        done = await services.desk.carry_out(session, look, asker)
        assert done is not None  # as above; the worker writes it, since it takes tensors
        script: str = frame.header_of(done)["figures"][0]["text"]
        return _file(script.encode(), f"{session.id}-pytorch.py", "text/x-python")
    at = session.step if step is None else step
    if format == "python":
        return _file(_script(session, at).encode(), f"{session.id}.py", "text/x-python")
    request = CreateSession(
        experiment=session.base, edits=edits_until(session.edits, at), start_step=at, phase="paused"
    )
    body = request.model_dump_json(indent=2).encode()
    return _file(body, f"{session.id}.json", "application/json")


def _script(session: Session, step: int) -> str:
    edits = [edit.model_dump(mode="json") for edit in edits_until(session.edits, step)]
    return SCRIPT.format(
        session=session.id,
        step=step,
        experiment=_raw(session.base.model_dump(mode="json")),
        edits=_raw(edits),
    )


def _raw(value: object) -> str:
    """Return JSON that cannot end the raw string it stands in."""
    return json.dumps(value, indent=2).replace('"""', '"\\u0022"')


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
