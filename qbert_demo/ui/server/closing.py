"""The end of the app: everyone who waits hears a last word, and nothing takes long."""

import asyncio
import signal
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress

import gradio as gr
from gradio.server_messages import ProcessCompletedMessage

from qbert_demo.service.tuner import CLOSING, Tuner

LISTENING_SECONDS = 0.7
"""So long may a running handler say its own last word."""
SENDING_SECONDS = 0.3
HANGING_SECONDS = 1
"""A connection that is still open then is cut."""


def close(app: gr.Blocks, tuner: Tuner) -> None:
    """End trainings, tell everyone who waits, and stop serving, within three seconds.

    Gradio waits five seconds for connections that only end by themselves when nobody does.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    tuner.close()
    if not app.is_running:
        return
    told = asyncio.run_coroutine_threadsafe(_tell(app), app.server_app.state.loop)
    with suppress(TookTooLong):
        told.result(2 * (LISTENING_SECONDS + SENDING_SECONDS))
    app.server.config.timeout_graceful_shutdown = HANGING_SECONDS
    app.close(verbose=False)


async def _tell(app: gr.Blocks) -> None:
    """Have every event that is waited for end, and its answer sent."""
    queue = app._queue
    pending = queue.pending_event_ids_session
    await _until_nobody_waits(pending, LISTENING_SECONDS)
    for session, events in pending.items():
        for event in events:
            last = ProcessCompletedMessage(
                output={"error": CLOSING, "visible": True}, success=False, event_id=event
            )
            queue.pending_messages_per_session[session].put_nowait(last)
    await _until_nobody_waits(pending, SENDING_SECONDS)


async def _until_nobody_waits(pending: dict[str, set[str]], seconds: float) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while any(pending.values()) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
