"""Models that are being put together: whether they fit, before anything is trained."""

from fastapi import APIRouter

from lantern.protocol import frame
from lantern.protocol.checking import CheckedModel, CheckModel
from lantern.protocol.link import JobDone
from lantern.protocol.problems import ProblemError
from lantern.server.routes.needs import ServicesNeed

router = APIRouter(prefix="/models", tags=["models"])
CHECK_S = 10.0


@router.post("/check")
async def check_model(body: CheckModel, services: ServicesNeed) -> CheckedModel:
    """Return the layers of a model with shapes, parameters and work, or which does not fit and why.

    No session is touched, and no memory is taken for weights. A model that is a chain is returned
    as a list of layers as well, for the builder.
    """
    done = frame.decode(await services.fleet.run_job(body, timeout_s=CHECK_S), JobDone)
    if done.problem is not None:
        raise ProblemError(done.problem.sentence, field=done.problem.field, hint=done.problem.hint)
    assert done.checked is not None  # the answer to such a job is nothing else
    return done.checked
