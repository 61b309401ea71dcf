"""From the models and what trains new ones to the app, served."""

import os
from importlib import import_module

import torch

from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.settings import datasets_dir
from qbert_demo.ui.layout import build_app, launch_options


def launch() -> None:
    """Load the models and serve the app until it is interrupted.

    Raises:
        QBertError: If there is no model to show, or a variable of the environment is wrong.
    """
    torch.set_num_threads(1)
    if os.environ.get("SPACES_ZERO_GPU"):
        _declare_gpu()
    app = build_app(Explorer.start(), Tuner(datasets_dir()))
    app.launch(**launch_options())


def _declare_gpu() -> None:
    """Declare a function for a GPU: a ZeroGPU Space without one is stopped when it has started.

    Nothing calls it, so no visitor's quota is spent; the app computes on the processor. ``spaces``
    is a package that such a Space installs.
    """
    import_module("spaces").GPU(lambda: None)
