"""Commands to a session."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from lantern.protocol.commands import Command
from lantern.protocol.rest import CommandResult
from lantern.server.desk import StillAtWork, until_rest
from lantern.server.routes.needs import AskerNeed, ServicesNeed, SessionNeed

router = APIRouter(prefix="/sessions", tags=["commands"])


@router.post(
    "/{session}/commands",
    responses={202: {"model": CommandResult, "description": "It takes effect later."}},
)
async def send_command(
    session: SessionNeed,
    command: Annotated[Command, Body()],
    services: ServicesNeed,
    asker: AskerNeed,
    response: Response,
    wait_s: Annotated[float, Query(ge=0, le=600)] = 0.0,
) -> CommandResult:
    """Carry out a command; with `wait_s`, also wait until the session does not run any more.

    While the session is at work on something longer, such as reading data or measuring a new model,
    the answer is 202 after a while, and the command takes effect when that is done.
    """
    asked = await services.desk.submit(session, command, asker)
    try:
        await services.desk.settle(session, asked)
    except StillAtWork as late:
        response.status_code = 202
        sentence, info = late.problem.sentence, session.info()
        return CommandResult(command_id=asked.command.id, session=info, sentence=sentence)
    if wait_s > 0:
        await until_rest(session, wait_s)
    return CommandResult(command_id=asked.command.id, session=session.info())
