"""Start the explorer: what ``make app`` and Hugging Face Spaces run.

The process of every training imports this file, too: what takes time stands at its end.
"""

import os
import signal
import sys
from contextlib import suppress

from qbert_demo.errors import QBertError
from qbert_demo.settings import check_environment

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # First, since the libraries read the same variables, and fail in words of their own.
        check_environment()
        from qbert_demo.ui.server.folder import temporary_folder

        with suppress(KeyboardInterrupt), temporary_folder():
            from qbert_demo.ui.launch import launch

            launch()
    except QBertError as error:
        print(f"app.py: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # without waiting for handlers, whose threads nothing can interrupt
