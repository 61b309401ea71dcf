"""What makes the fork server ours: it imports this first, and nothing else does.

Its children inherit all of it.
"""

import atexit
import os
import signal

for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, signal.SIG_IGN)  # for the app, which ends the rest
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
)
atexit.register(os._exit, 0)  # to tidy up after torch and transformers takes seconds
