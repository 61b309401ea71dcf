"""What may go wrong between a client and the Hub, to be planned with `Hub.fault`.

Each fault is an ASGI layer around the Hub's own answer.
"""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Fault(ABC):
    """Something that happens to a request."""

    @abstractmethod
    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail to, in place of ``app``."""


@dataclass(frozen=True)
class Status(Fault):
    """An error status without the Hub's own explanation."""

    status: int
    message: str = "An injected fault"
    headers: dict[str, str] = field(default_factory=dict)

    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"X-Error-Message": self.message, **self.headers}
        response = JSONResponse({"error": self.message}, self.status, headers)
        await response(scope, receive, send)


@dataclass(frozen=True)
class Slow(Fault):
    """The right answer, late."""

    seconds: float

    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(self.seconds)
        await app(scope, receive, send)


class Silent(Fault):
    """A connection that stays open and brings no answer until the server ends."""

    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class _Altered(Fault):
    """The right answer with another body."""

    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def keep(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            else:
                body += message.get("body", b"")

        await app(scope, receive, keep)
        sent, complete = self.alter(body)
        if complete:
            MutableHeaders(raw=start["headers"])["content-length"] = str(len(sent))
        await send(start)
        await send({"type": "http.response.body", "body": sent, "more_body": not complete})

    @abstractmethod
    def alter(self, body: bytes) -> tuple[bytes, bool]:
        """Return what is sent of the body, and whether the client is told that this is all."""


@dataclass(frozen=True)
class CutOff(_Altered):
    """The headers of the whole answer, a share of its body, then a closed connection."""

    share: float = 0.5

    def alter(self, body: bytes) -> tuple[bytes, bool]:
        return body[: int(len(body) * self.share)], False


@dataclass(frozen=True)
class WrongBytes(_Altered):
    """A body of the right length in which one byte is wrong."""

    at: int = -1

    def alter(self, body: bytes) -> tuple[bytes, bool]:
        altered = bytearray(body)
        if altered:
            altered[self.at] ^= 0xFF
        return bytes(altered), True


@dataclass(frozen=True)
class WrongSize(_Altered):
    """A body that is shorter than the Hub says elsewhere, with a length that agrees with it."""

    missing: int = 1

    def alter(self, body: bytes) -> tuple[bytes, bool]:
        return body[: len(body) - self.missing], True
