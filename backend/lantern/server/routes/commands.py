"""Commands to a session."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from lantern.protocol.commands import Command
from lantern.protocol.rest import CommandResult
from lantern.server.desk import until_rest
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed

router = APIRouter(prefix="/sessions", tags=["commands"])


@router.post("/{session}/commands")
async def send_command(
    session: SessionNeed,
    command: Annotated[Command, Body()],
    services: ServicesNeed,
    asker: AskerNeed,
    wait_s: Annotated[float, Query(ge=0, le=600)] = 0.0,
) -> CommandResult:
    """Carry out a command; with `wait_s`, also wait until the session does not run any more."""
    asked = await services.desk.submit(session, command, asker)
    await services.desk.settle(session, asked)
    if wait_s > 0:
        await until_rest(session, wait_s)
    return CommandResult(command_id=asked.command.id, session=session.info())
