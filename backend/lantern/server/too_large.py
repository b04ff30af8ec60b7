"""Bodies that are too large are refused with a sentence, whoever stops them."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lantern.protocol.problems import Problem
from lantern.server import problems

STATUS = 413
SENTENCE = "The request is too large."


class TooLarge:
    """Turns the framework's own refusal of a body, which is bare text, into a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the app, but for that refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_refused = False

        async def send_in_words(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and _is_bare(message):
                is_refused = True
                await problems.answer(STATUS, Problem(sentence=SENTENCE))(scope, receive, send)
            if not is_refused:
                await send(message)

        await self.app(scope, receive, send_in_words)


def _is_bare(message: Message) -> bool:
    kind = Headers(raw=message["headers"]).get("content-type")
    return message["status"] == STATUS and kind != problems.MEDIA_TYPE
