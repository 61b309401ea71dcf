"""What Gradio remembers of a visitor: little, for few, and not for long after they have left."""

import time
from collections import Counter
from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
from gradio import route_utils
from gradio.state_holder import SessionState, StateHolder
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_SESSIONS = 300
"""Sessions that are remembered; the one that was not used for longest gives way."""
LEFT_SECONDS = 45
"""A session without a connection is forgotten so long after its last request."""


class Session(SessionState):
    """A visitor's values, without the description of every component.

    Gradio keeps that for links to a page's state, of which there are none here.
    """

    def __init__(self, blocks: gr.Blocks) -> None:
        """Start with nothing but what the page has."""
        self.blocks_config = copy(blocks.default_config)
        self.config_values: dict[int, dict[str, Any]] = {}
        self.state_data: dict[int, Any] = {}
        self._state_ttl: dict[int, Any] = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = LEFT_SECONDS

    def _update_config(self, key: int) -> None:
        """Keep no description."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Keep no copy of what was sent or shown."""


class Sessions(StateHolder):
    """The sessions of all visitors."""

    def __init__(self, blocks: gr.Blocks) -> None:
        """Start without any, and have ``blocks`` use these."""
        super().__init__()
        self.set_blocks(blocks)
        self._connections: Counter[str] = Counter()
        self._used: dict[str, float] = {}
        # Of a request without a session, for which Gradio makes one by this name.
        route_utils.SessionState = Session  # type: ignore[misc]

    def __getitem__(self, session_id: str) -> SessionState:
        """A visitor's session, made if need be."""
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        self._used[session_id] = time.monotonic()
        self.update(session_id)
        return self.session_data[session_id]

    def update(self, session_id: str) -> None:
        """Note that a session is used, and forget the one that was not for longest."""
        if session_id in self.session_data:
            self.session_data.move_to_end(session_id)
        while len(self.session_data) > self.capacity:
            self.forget(next(iter(self.session_data)))

    def connected(self, session_id: str, change: int) -> None:
        """Count a session's connections: one more, or one less."""
        self._connections[session_id] += change
        if not self._connections[session_id]:
            del self._connections[session_id]
        if session_id in self._used:
            self._used[session_id] = time.monotonic()

    def delete_all_expired_state(self) -> None:
        """Forget whom nothing was heard of; Gradio calls this every second."""
        due = time.monotonic() - LEFT_SECONDS
        for session_id, used in list(self._used.items()):
            if used < due and not self._connections[session_id]:
                self.forget(session_id)

    def forget(self, session_id: str) -> None:
        """Forget a session, and all that waits to be sent to it."""
        self.delete_state(session_id)
        self.session_data.pop(session_id, None)
        self._used.pop(session_id, None)
        queue = self.blocks._queue
        if not self._connections[session_id]:
            queue.pending_messages_per_session.pop(session_id, None)
            queue.pending_event_ids_session.pop(session_id, None)


class Connections:
    """Tells the sessions who is there: whose page is open, or who waits for an answer."""

    def __init__(self, app: ASGIApp, sessions: Callable[[], Sessions | None]) -> None:
        """Wrap an app.

        Args:
            app: What answers.
            sessions: Gets the sessions, once there are any.
        """
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        session_id = _session_of(scope) if scope["type"] == "http" else ""
        sessions = self._sessions()
        if not session_id or sessions is None:
            await self._app(scope, receive, send)
            return
        sessions.connected(session_id, 1)
        try:
            await self._app(scope, receive, send)
        finally:
            sessions.connected(session_id, -1)


def _session_of(scope: Scope) -> str:
    """The session that a lasting connection belongs to; empty for any other request."""
    folder, _, last = scope["path"].rstrip("/").rpartition("/")
    if folder.endswith("/heartbeat"):
        return str(last)
    if folder.endswith("/queue") and last == "data":
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return query.get("session_hash", [""])[0]
    return ""
