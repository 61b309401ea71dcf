"""Start the explorer: what ``make app`` and Hugging Face Spaces run."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch

from qbert_demo.service import Explorer
from qbert_demo.tuning import Tuner
from qbert_demo.ui.layout import build_app, launch_options


def main() -> None:
    """Load the models and serve the app until it is interrupted."""
    torch.set_num_threads(1)
    app = build_app(Explorer.start(), Tuner())
    app.launch(**launch_options())


if __name__ == "__main__":
    main()
