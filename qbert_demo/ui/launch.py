"""From the models and what trains new ones to the app, served."""

import ctypes
import gc
import os
import socket
import threading
from contextlib import suppress
from importlib import import_module

import torch

from qbert_demo.errors import InputError
from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.settings import PORT, asked_port, datasets_dir
from qbert_demo.ui.layout import build_app, launch_options
from qbert_demo.ui.server.closing import close

M_ARENA_MAX, ARENAS = -8, 2
"""An option of glibc's ``mallopt``, and how many heaps its threads share (else eight a core)."""


def launch() -> None:
    """Load the models and serve the app until it is interrupted; then end everything.

    Raises:
        QBertError: If there is no model to show, a variable of the environment is wrong, or the
            port that it names is not to be had.
    """
    torch.set_num_threads(1)
    _share_heaps()
    if os.environ.get("SPACES_ZERO_GPU"):
        _declare_gpu()
    port = asked_port()
    if port is not None:
        _check_port(port)
    tuner = Tuner(datasets_dir())
    app = build_app(Explorer.start(), tuner)
    # What is there now stays. Else each full collection, such as statsmodels asks for, looks all
    # of it through, and everybody waits for half a second.
    gc.collect()
    gc.freeze()
    try:
        with suppress(KeyboardInterrupt):
            app.launch(prevent_thread_lock=True, server_port=port, **launch_options())
            threading.Event().wait()
    except OSError as error:
        raise InputError(f"The app cannot listen: {error}") from error
    finally:
        close(app, tuner)


def _share_heaps() -> None:
    """Have all threads allocate from a few heaps, since each keeps what was freed in it."""
    with suppress(AttributeError):  # another C library has no such option
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def _check_port(port: int) -> None:
    """Find out whether a port can be had, before the models are loaded."""
    host = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1").strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise InputError(
            f"{PORT} asks for port {port}, which is not to be had at {host} ({error.strerror}). "
            "End what listens there, or name another port."
        ) from error


def _declare_gpu() -> None:
    """Declare a function for a GPU: a ZeroGPU Space without one is stopped when it has started.

    Nothing calls it, so no visitor's quota is spent; the app computes on the processor. ``spaces``
    is a package that such a Space installs.
    """
    import_module("spaces").GPU(lambda: None)
