"""What makes the fork server ours: it imports this first, and nothing else does.

Its children inherit all of it.
"""

import atexit
import os
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, which ends the rest
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
)
atexit.register(os._exit, 0)  # to tidy up after torch and transformers takes seconds
