"""A scripted app on a loopback port, inside the tests' own process."""

from collections.abc import Iterator
from contextlib import contextmanager

from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.layout import build_app, launch_options


@contextmanager
def served(explorer: Explorer) -> Iterator[str]:
    """Serve the app and yield its address, ending in a slash."""
    tuner = Tuner()
    app = build_app(explorer, tuner)
    _, url, _ = app.launch(
        prevent_thread_lock=True, server_name="127.0.0.1", quiet=True, **launch_options()
    )
    try:
        yield url
    finally:
        app.close(verbose=False)
        tuner.close()
