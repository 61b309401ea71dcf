"""The loopback Hub's HTTP server: routes, request log, faults, and a thread that runs it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.hub import reading, writing
from tests.hub.access import Refusal, refuse
from tests.hub.repositories import Hub, Request

START_SECONDS = 10


class _Logged:
    """The ASGI layer that writes the request log and lets planned faults strike."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self.app = app
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        request = Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode(),
            headers,
            self.hub.tokens.get(token, "") if token else None,
        )
        self.hub.requests.append(request)

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
            await send(message)

        scope = {**scope, "path": scope["raw_path"].decode()}
        fault = self.hub.fault_for(request)
        if fault is None:
            await self.app(scope, receive, note_status)
        else:
            await fault.strike(self.app, scope, receive, note_status)


class _Server(uvicorn.Server):
    """uvicorn that stops at once, whatever is under way, so that no test waits for its Hub."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def application(hub: Hub) -> ASGIApp:
    """The Hub as an ASGI application."""
    routes = [*reading.ROUTES, *writing.ROUTES]
    app = Starlette(routes=routes, exception_handlers={Refusal: refuse})
    app.state.hub = hub
    return _Logged(app, hub)


@contextmanager
def serving(hub: Hub, port: int = 0) -> Iterator[str]:
    """Serve a Hub on a loopback port, a free one unless given, and yield its address.

    Raises:
        RuntimeError: If the server does not start.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(application(hub), http="h11", lifespan="off", log_config=None)
        server = _Server(config)
        thread = threading.Thread(target=server.run, args=[[listener]], daemon=True)
        thread.start()
        try:
            for _ in range(START_SECONDS * 200):
                if server.started:
                    break
                thread.join(0.005)
            else:
                raise RuntimeError(f"The loopback Hub did not start within {START_SECONDS} s")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
