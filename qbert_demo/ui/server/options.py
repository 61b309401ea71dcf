"""What Gradio's server is made with: its limits, and what it does from its start to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi.exceptions import RequestValidationError
from gradio.routes import App
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from qbert_demo.ui.server.bodies import Bodies
from qbert_demo.ui.server.faults import Faults, malformed
from qbert_demo.ui.server.folder import delete_old
from qbert_demo.ui.server.sessions import Connections, Sessions

UPLOAD_SECONDS = 900
"""An uploaded file is deleted so long after it arrived."""
TIDYING_SECONDS = 30


def server_options() -> dict[str, Any]:
    """Return what ``launch`` takes as ``app_kwargs``; good for one app."""
    sessions: list[Sessions] = []

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        app.state.loop = asyncio.get_running_loop()
        app.state_holder = Sessions(app.get_blocks())
        sessions[:] = [app.state_holder]
        tidying = asyncio.create_task(_tidy())
        try:
            yield
        finally:
            tidying.cancel()
            with suppress(asyncio.CancelledError):
                await tidying

    return {
        "lifespan": lifespan,
        "exception_handlers": {RequestValidationError: malformed},
        "middleware": [
            Middleware(Faults),
            Middleware(Connections, sessions=lambda: next(iter(sessions), None)),
            Middleware(Bodies, uploads=get_upload_folder),
        ],
    }


async def _tidy() -> None:
    """Delete uploaded files that were there for long."""
    while True:
        await asyncio.sleep(TIDYING_SECONDS)
        await asyncio.to_thread(delete_old, get_upload_folder(), UPLOAD_SECONDS)
