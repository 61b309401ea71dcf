"""Errors that nobody foresaw: a sentence for the visitor, the rest for the log."""

import logging
import secrets
import traceback
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_QUOTE = 200
LONGEST_MESSAGE = 1500
"""Our own messages are shorter; what is longer quotes what it was given."""

LOG = logging.getLogger(__name__)


class Page(gr.Blocks):
    """A page whose handlers always answer: with a value or with a sentence."""

    def get_block_name(self) -> str:
        """Be to Gradio what it knows."""
        return "blocks"

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Call a handler, with all that Gradio does before and after.

        Raises:
            gr.Error: Whatever goes wrong.
        """
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error as error:
            raise gr.Error(
                shortened(str(error.message)), error.duration, print_exception=False
            ) from None
        except Exception as error:  # noqa: BLE001 - it stands in the log
            raise gr.Error(reported(error), print_exception=False) from None


class Faults:
    """Answers a request that ends in an error outside of a handler."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_begun = False

        async def send_on(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            words = reported(error)
            if scope["type"] != "http" or is_begun:
                raise
            await JSONResponse({"detail": words}, 500)(scope, receive, send)


async def malformed(_: Request, error: Exception) -> JSONResponse:
    """Answer a request whose body is not what it should be."""
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    place = ".".join(map(str, first.get("loc", ())))
    words = f"{place}: {first.get('msg', '')}, not {quoted(first.get('input'))}."
    return JSONResponse({"detail": shortened(words)}, 422)


def reported(error: Exception) -> str:
    """Write an error into the log, and return what its visitor is told."""
    number = secrets.token_hex(4)
    lines = "".join(traceback.format_exception(error)).splitlines()
    LOG.error("Error %s\n%s", number, "\n".join(line[:LONGEST_QUOTE] for line in lines[-60:]))
    return (
        f"That failed by an error in this program, number {number} in the server's log. "
        "Try again, or something else."
    )


def shortened(message: str) -> str:
    """A message, or its beginning if it quotes too much."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_QUOTE]} …"


def quoted(value: object) -> str:
    """A value as it may stand in a message."""
    return f"{value!r:.{LONGEST_QUOTE}}"
