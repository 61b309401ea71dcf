"""Limits of what visitors send: one request, and all files that were uploaded."""

import asyncio
from collections.abc import Callable

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qbert_demo.ui.server.folder import size_of

MAX_BODY_BYTES = 25_000_000
MAX_UPLOADED_BYTES = 500_000_000
"""Of all uploaded files together."""
MAX_UNREAD_BYTES = 4 * MAX_BODY_BYTES
"""So much of a refused body is read all the same, since many clients hear nothing before."""


class Bodies:
    """Refuses, before anything reads it, what is too large or has no room."""

    def __init__(self, app: ASGIApp, uploads: Callable[[], str]) -> None:
        """Wrap an app.

        Args:
            app: What answers.
            uploads: Names the folder of uploaded files.
        """
        self._app, self._uploads = app, uploads
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        length = int(lengths[0]) if lengths and lengths[0].isdigit() else None
        is_upload = scope["path"].rstrip("/").endswith("/upload")
        if length is not None and length > MAX_BODY_BYTES:
            await _read(receive, length)
            await _refusal(413, _too_large(), is_upload)(scope, receive, send)
        elif is_upload:
            await self._upload(scope, receive, send, MAX_BODY_BYTES if length is None else length)
        else:
            await self._limited(scope, receive, send, is_upload=False)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Answer an upload of at most so many bytes, if there is room."""
        self._arriving += most
        try:
            taken = await asyncio.to_thread(size_of, self._uploads())
            if taken + self._arriving > MAX_UPLOADED_BYTES:
                await _read(receive, most)
                words = "There is no room for more files now. Try again in some minutes."
                await _refusal(507, words, is_upload=True)(scope, receive, send)
            else:
                await self._limited(scope, receive, send, is_upload=True)
        finally:
            self._arriving -= most

    async def _limited(self, scope: Scope, receive: Receive, send: Send, is_upload: bool) -> None:
        """Pass on a body whose length was not told only as far as it may go."""
        read, is_over, is_begun = 0, False, False

        async def receive_some() -> Message:
            nonlocal read, is_over
            message = await receive()
            read += len(message.get("body", b""))
            is_over = is_over or read > MAX_BODY_BYTES
            return {"type": "http.disconnect"} if is_over else message

        async def send_unless_over(message: Message) -> None:
            nonlocal is_begun
            if is_begun or not is_over:
                is_begun = True
                await send(message)

        try:
            await self._app(scope, receive_some, send_unless_over)
        finally:
            if is_over and not is_begun:
                await _read(receive, MAX_UNREAD_BYTES)
                await _refusal(413, _too_large(), is_upload)(scope, receive, send)


def _too_large() -> str:
    return f"A request may have at most {MAX_BODY_BYTES // 1_000_000} MB. Send less at once."


def _refusal(status: int, words: str, is_upload: bool) -> Response:
    """A sentence where Gradio's page looks for it: its uploads show the whole answer."""
    if is_upload:
        return PlainTextResponse(words, status)
    return JSONResponse({"detail": words}, status)


async def _read(receive: Receive, length: int) -> None:
    """Read a body and forget it, unless it is far too large."""
    read = 0
    while length <= MAX_UNREAD_BYTES and read <= MAX_UNREAD_BYTES:
        message = await receive()
        read += len(message.get("body", b""))
        if not message.get("more_body"):
            return
