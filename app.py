"""Start the explorer: what ``make app`` and Hugging Face Spaces run."""

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from qbert_demo.errors import QBertError
from qbert_demo.settings import check_environment, datasets_dir

# Before the libraries below read the same variables, and fail in words of their own.
try:
    check_environment()
except QBertError as error:
    print(f"app.py: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(2)

import torch

from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.layout import build_app, launch_options


def main() -> int:
    """Load the models and serve the app until it is interrupted; returns the exit status."""
    torch.set_num_threads(1)
    try:
        app = build_app(Explorer.start(), Tuner(datasets_dir()))
    except QBertError as error:
        print(f"app.py: {error}", file=sys.stderr)  # noqa: T201
        return 2
    app.launch(**launch_options())
    return 0


if __name__ == "__main__":
    sys.exit(main())
